//! The embedded AWS, asked through the real SDK.
#![expect(clippy::unwrap_used, reason = "a test may")]

mod dynamodb;
mod faults;
mod kms;
mod restart;
mod s3;
mod secrets;
mod ses;
mod sqs;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use embedded::{Aws, Clock, Options};
use std::time::Duration;

/// As a function's `main` would build it, with what differs: the client and the endpoint.
fn config(aws: &Aws) -> SdkConfig {
    let credentials = Credentials::new("embedded", "embedded", None, None, "embedded");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws.http_client())
        .endpoint_url(aws.endpoint_url())
        .region(Region::new(aws.region()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .build()
}

/// Runs a test in memory and on disk, under a clock that it can move.
async fn everywhere(test: impl AsyncFn(&Aws)) {
    test(&Aws::in_memory_with(manual())).await;
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        clock: manual(),
        ..Options::default()
    };
    test(&Aws::on_disk_with(folder.path(), options).unwrap()).await;
}

fn manual() -> Clock {
    Clock::manual("2026-03-02T08:00:00Z".parse().unwrap())
}

/// The code of a refusal.
macro_rules! code {
    ($outcome:expr) => {{
        use aws_sdk_s3::error::ProvideErrorMetadata as _;
        $outcome
            .map(|_| "none")
            .unwrap_err()
            .code()
            .unwrap_or("none")
            .to_owned()
    }};
}
pub(crate) use code;

/// Not a check: `cargo nextest run -p embedded --release --run-ignored only --no-capture how_long` prints it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it measures"]
#[expect(clippy::disallowed_methods, reason = "it measures")]
#[expect(clippy::print_stdout, reason = "it tells")]
async fn how_long_calls_take() {
    use aws_sdk_dynamodb::types::AttributeValue;
    use std::time::Instant;
    let began = Instant::now();
    (0..100).for_each(|_| drop(Aws::in_memory()));
    println!("a fresh one: {} µs", began.elapsed().as_micros() / 100);
    let folder = tempfile::tempdir().unwrap();
    for (place, aws) in [
        ("memory", Aws::in_memory()),
        ("disk", Aws::on_disk(folder.path()).unwrap()),
    ] {
        let tables = dynamodb::table(&aws).await;
        let objects = s3::bucket(&aws).await;
        let (queues, url) = sqs::queue(&aws, "sync", &[]).await;
        let rounds = 500;
        let mut last = Instant::now();
        let mut tell = |what: &str| {
            println!("{place} {what}: {} µs", last.elapsed().as_micros() / rounds);
            last = Instant::now();
        };
        for n in 0..rounds {
            let item = dynamodb::item("T#1", &n.to_string(), 1);
            tables
                .put_item()
                .table_name("pie")
                .set_item(Some(item))
                .send()
                .await
                .unwrap();
        }
        tell("PutItem");
        for n in 0..rounds {
            let key = dynamodb::key("T#1", &n.to_string());
            tables
                .get_item()
                .table_name("pie")
                .set_key(Some(key))
                .send()
                .await
                .unwrap();
        }
        tell("GetItem");
        for _ in 0..rounds {
            let query = tables
                .query()
                .table_name("pie")
                .key_condition_expression("pk = :pk")
                .limit(20);
            query
                .expression_attribute_values(":pk", AttributeValue::S("T#1".into()))
                .send()
                .await
                .unwrap();
        }
        tell("Query of 20");
        for n in 0..rounds {
            s3::put(&objects, &n.to_string(), &"x".repeat(10_000)).await;
        }
        tell("PutObject of 10 KB");
        for n in 0..rounds {
            s3::get(&objects, &n.to_string()).await;
        }
        tell("GetObject of 10 KB");
        for _ in 0..rounds {
            sqs::send(&queues, &url, "message").await;
        }
        tell("SendMessage");
        for _ in 0..rounds {
            let message = sqs::receive(&queues, &url, 1).await.remove(0);
            let delete = queues
                .delete_message()
                .queue_url(&url)
                .receipt_handle(message.receipt_handle().unwrap());
            delete.send().await.unwrap();
        }
        tell("ReceiveMessage and DeleteMessage");
        let busy = aws
            .busy()
            .into_iter()
            .map(|(service, busy)| format!("{service} {} ms", busy.as_millis()));
        println!(
            "{place} in the emulator: {}",
            busy.collect::<Vec<_>>().join(", ")
        );
    }
}
