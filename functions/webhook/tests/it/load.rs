//! How many deliveries a second are taken, the emulated queue included.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "it measures and says what it measured"
)]

use crate::world::{STRIPE, World};
use http::StatusCode;
use std::time::{Duration, Instant};

const PAID: &str =
    r#"{"id":"evt_1","livemode":true,"data":{"object":{"id":"in_7","object":"invoice"}}}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures: cargo test --release -p webhook -- --ignored --nocapture"]
async fn a_thousand_deliveries_a_second_are_taken_in_time() {
    let world = World::new().await;
    let path = world.connect(1, 1, "stripe", |_| {}).await;
    world.keep_secrets(1, 1, &[STRIPE]).await;
    let send = async || {
        let begun = Instant::now();
        let answer = world.send(world.stripe(&path, STRIPE, PAID)).await;
        assert_eq!(answer.status, StatusCode::OK);
        begun.elapsed()
    };
    send().await;
    let begun = Instant::now();
    let mut took: Vec<Duration> = Vec::new();
    for _ in 0..1_250 {
        let (a, b, c, d, e, f, g, h) = tokio::join!(
            send(),
            send(),
            send(),
            send(),
            send(),
            send(),
            send(),
            send()
        );
        took.extend([a, b, c, d, e, f, g, h]);
    }
    let a_second = took.len() as f64 / begun.elapsed().as_secs_f64();
    took.sort_unstable();
    let (median, p99) = (took[took.len() / 2], took[took.len() * 99 / 100]);
    println!(
        "{a_second:.0} deliveries a second, eight at once: median {median:.1?}, p99 {p99:.1?}"
    );
    assert!(a_second >= 1_000.0 && p99 <= Duration::from_millis(25));
}
