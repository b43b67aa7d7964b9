//! Secrets that change while deliveries come.

use crate::world::{HUBSPOT, STRIPE, World};
use embedded::Service;
use http::StatusCode;
use secrecy::SecretString;
use serde_json::json;

const PAID: &str =
    r#"{"id":"evt_1","livemode":true,"data":{"object":{"id":"in_7","object":"invoice"}}}"#;
const NEW: &str = "whsec_rolled a moment ago";

fn reads(world: &World) -> u64 {
    let calls = world.aws.calls();
    world.aws.reset_counts();
    calls
        .into_iter()
        .filter(|((service, _), _)| *service == Service::DynamoDb)
        .map(|(_, count)| count)
        .sum()
}

#[tokio::test]
async fn a_rolled_secret_is_accepted_at_once_and_a_retired_one_no_longer() {
    let world = World::new().await;
    let path = world.connect(1, 1, "stripe", |_| {}).await;
    world.keep_secrets(1, 1, &[STRIPE]).await;
    let check = async |secret: &str, expected: u16| {
        let answer = world.send(world.stripe(&path, secret, PAID)).await;
        assert_eq!(
            answer.status.as_u16(),
            expected,
            "{secret} at {}",
            world.now()
        );
    };
    check(STRIPE, 200).await;
    world.pass(11);
    // Both are live while the source signs with either.
    world.keep_secrets(1, 1, &[NEW, STRIPE]).await;
    check(NEW, 200).await;
    check(STRIPE, 200).await;
    // The old one is retired; what is known of it is forgotten within five minutes.
    world.keep_secrets(1, 1, &[NEW]).await;
    world.pass(301);
    check(STRIPE, 401).await;
    check(NEW, 200).await;
}

#[tokio::test]
async fn a_stranger_makes_us_read_once_in_ten_seconds() {
    let world = World::new().await;
    let path = world.connect(1, 1, "stripe", |_| {}).await;
    world.keep_secrets(1, 1, &[STRIPE]).await;
    let knock = async |times: u32| {
        for _ in 0..times {
            let answer = world.send(world.stripe(&path, NEW, PAID)).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        }
    };
    knock(1).await;
    let first = reads(&world);
    assert!(first > 0);
    knock(50).await;
    assert_eq!(reads(&world), 0);
    world.pass(11);
    knock(50).await;
    let again = reads(&world);
    assert!(again > 0 && again <= first, "{again} of {first}");
    // Nobody's address is no way around it.
    for n in 2..5 {
        let path = format!("/v1/webhooks/stripe/{}", crate::world::address(1, n));
        world.send(world.stripe(&path, NEW, PAID)).await;
    }
    assert!(reads(&world) <= 3);
}

#[tokio::test]
async fn no_delivery_is_turned_down_while_secrets_roll_under_load() {
    let world = World::new().await;
    let path = world.connect(1, 1, "stripe", |_| {}).await;
    let secret = |n: u32| format!("whsec_number {n}");
    world.keep_secrets(1, 1, &[&secret(0)]).await;
    for n in 1..20 {
        // The source signs with the new one from the moment it is kept here.
        world
            .keep_secrets(1, 1, &[&secret(n), &secret(n - 1)])
            .await;
        world.pass(11);
        let (old, new) = (secret(n - 1), secret(n));
        let send = async |secret: &str| {
            let request = world.stripe(&path, secret, PAID);
            world.send(request).await.status
        };
        let answers = tokio::join!(send(&new), send(&old), send(&new), send(&old), send(&new));
        let answers: [_; 5] = answers.into();
        assert_eq!(answers, [StatusCode::OK; 5], "{n}");
        if n > 1 {
            assert_eq!(send(&secret(n - 2)).await, StatusCode::UNAUTHORIZED, "{n}");
        }
    }
}

#[tokio::test]
async fn a_connection_is_heard_soon_after_it_is_made() {
    let world = World::new().await;
    let path = format!("/v1/webhooks/stripe/{}", crate::world::address(1, 1));
    let send = async || world.send(world.stripe(&path, STRIPE, PAID)).await.status;
    assert_eq!(send().await, StatusCode::OK);
    assert_eq!(world.queued().await.len(), 0);
    world.connect(1, 1, "stripe", |_| {}).await;
    world.keep_secrets(1, 1, &[STRIPE]).await;
    world.pass(11);
    assert_eq!(send().await, StatusCode::OK);
    assert_eq!(world.queued().await.len(), 1);
}

#[tokio::test]
async fn the_secret_of_an_app_is_read_anew_too() {
    let world = World::new().await;
    let (path, body) = ("/v1/webhooks/hubspot", "[]");
    let keep = async |secret: &str| {
        let apps = json!({"hubspot": {"client_id": "1", "client_secret": secret}});
        let apps = SecretString::from(apps.to_string());
        world.store.put_source_apps(&apps).await.unwrap();
    };
    let check = async |secret: &str, expected: u16| {
        let answer = world.send(world.hubspot(path, secret, body)).await;
        assert_eq!(
            answer.status.as_u16(),
            expected,
            "{secret} at {}",
            world.now()
        );
    };
    check(HUBSPOT, 401).await;
    keep(HUBSPOT).await;
    world.pass(11);
    check(HUBSPOT, 200).await;
    keep("the next one").await;
    world.pass(11);
    check("the next one", 200).await;
    check(HUBSPOT, 401).await;
}

#[tokio::test]
async fn apps_that_cannot_be_read_are_our_own_fault() {
    let world = World::new().await;
    let apps = SecretString::from("s3cr3t, but no JSON");
    world.store.put_source_apps(&apps).await.unwrap();
    let request = world.hubspot("/v1/webhooks/hubspot", HUBSPOT, "[]");
    let answer = world.send(request).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!answer.body.contains("s3cr3t"), "{}", answer.body);
}
