//! What ends a process, and what outlives an event.

use crate::bed::{Bed, answer};
use embedded::{Fault, Service};
use runtime::{Outcome, Time, World, carry, find};
use std::collections::BTreeMap;
use std::time::Duration;
use store::Queue;

/// Longer than anybody waits here.
const STUCK: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_request_that_takes_too_long_ends_its_process_and_no_other() {
    let mut bed = Bed::new().await;
    let event = bed.sample("api-deals");
    let first = bed.api.process();
    bed.world.aws().faults().set(|call| match call.service {
        Service::DynamoDb => Fault::Delay(STUCK),
        _ => Fault::None,
    });
    let short = Duration::from_millis(300);
    let outcome = bed
        .api
        .invoke(event.to_string().as_bytes(), short)
        .await
        .unwrap();
    assert!(matches!(outcome, Outcome::TimedOut), "{outcome:?}");
    bed.world.aws().faults().clear();
    // Lambda starts another.
    bed.api = bed.world.sandbox("api").await.unwrap();
    assert_ne!(bed.api.process(), first);
    let answer = answer(&mut bed.api, "api", &event).await;
    assert_eq!(answer.value["statusCode"], 200);
}

#[tokio::test]
async fn a_message_whose_worker_is_killed_at_the_deadline_comes_again_and_is_done() {
    let mut bed = Bed::new().await;
    let import = bed.import().await;
    bed.call(&format!("POST /v1/imports/{import}/validate"), None, 202)
        .await;
    let mut sync = bed.world.sandbox("sync").await.unwrap();
    let timeout = Time {
        told: find("sync").unwrap().timeout,
        given: Duration::from_secs(2),
    };
    bed.world
        .aws()
        .faults()
        .set(|call| match (call.service, call.operation) {
            (Service::S3, "PutObject") => Fault::Delay(STUCK),
            _ => Fault::None,
        });
    let (world, sandbox) = (&bed.world, &mut sync);
    let carried = carry(world, Queue::Sync, sandbox, timeout)
        .await
        .unwrap()
        .unwrap();
    assert!(matches!(carried.outcome, Outcome::TimedOut), "{carried:?}");
    assert_eq!(carried.failed.len(), 1);
    assert!(
        carry(world, Queue::Sync, sandbox, timeout)
            .await
            .unwrap()
            .is_none(),
        "it is hidden"
    );
    bed.world.aws().faults().clear();
    // The time for which it is hidden, and that for which its worker held the import, are over.
    let receipt = &carried.received[0].receipt;
    let shown = bed.world.store().hide(Queue::Sync, receipt, 0);
    shown.await.unwrap();
    bed.world.tenant().break_leases().await.unwrap();

    let mut sync = bed.world.sandbox("sync").await.unwrap();
    let timeout = find("sync").unwrap().timeout;
    let carried = carry(&bed.world, Queue::Sync, &mut sync, timeout)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(carried.received[0].receives(), 2);
    assert!(
        carried.failed.is_empty(),
        "{carried:?}\n{}",
        sync.lines().join("\n")
    );
    let import = bed
        .call(&format!("GET /v1/imports/{import}"), None, 200)
        .await;
    assert_eq!(import["status"], "validated");
}

#[tokio::test]
async fn nothing_is_begun_that_could_not_be_ended() {
    let mut bed = Bed::new().await;
    let import = bed.import().await;
    bed.call(&format!("POST /v1/imports/{import}/validate"), None, 202)
        .await;
    let mut sync = bed.world.sandbox("sync").await.unwrap();
    let calls = |bed: &Bed| bed.world.aws().calls().values().sum::<u64>();
    let before = calls(&bed);
    let timeout = Duration::from_secs(20);
    let carried = carry(&bed.world, Queue::Sync, &mut sync, timeout)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(carried.failed.len(), 1, "{carried:?}");
    // The mapping asked twice; the function nobody.
    assert_eq!(calls(&bed) - before, 2);
}

#[tokio::test]
async fn a_warm_process_keeps_what_it_has_read() {
    let mut bed = Bed::new().await;
    let event = bed.sample("api-deals");
    let process = bed.api.process();
    let mut calls = async || {
        bed.world.aws().reset_counts();
        answer(&mut bed.api, "api", &event).await;
        bed.world.aws().calls()
    };
    let (first, second) = (calls().await, calls().await);
    let secrets = |calls: &BTreeMap<(Service, String), u64>| {
        calls
            .keys()
            .filter(|(service, _)| *service == Service::SecretsManager)
            .count()
    };
    assert_eq!(
        (secrets(&first), secrets(&second)),
        (1, 0),
        "{first:?} {second:?}"
    );
    assert!(second.values().sum::<u64>() < first.values().sum());
    assert_eq!(bed.api.process(), process);
}

#[tokio::test]
async fn a_function_that_lacks_a_setting_says_which() {
    let world = World::start().await.unwrap();
    for (function, missing) in [
        ("webhook", "PIE_TABLE"),
        ("sync", "PIE_QUEUE_SIMULATE"),
        ("api", "PIE_PUBLIC_URL"),
        ("deliver", "PIE_PUBLIC_URL"),
        ("oauth", "AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH"),
    ] {
        let started = world.sandbox_without(function, missing).await;
        let said = started.unwrap_err().to_string();
        assert!(said.contains(missing), "{function}: {said}");
    }
}
