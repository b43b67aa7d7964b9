//! A source that asks everybody to wait, and a tenant with a long line.

use crate::bed::{Bed, START};
use crate::world::company;
use model::TenantId;
use serde_json::json;
use store::{JobStatus, Message, Outgoing, Queue};

#[tokio::test(start_paused = true)]
async fn an_hour_of_429_puts_nothing_into_the_dead_letters() {
    let bed = Bed::new(&company(3)).await;
    let id = bed.connect("hubspot").await;
    let job = bed.run(id, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
    bed.pass(3_600);
    let end = bed.aws.clock().now().as_second() + 3_600;
    bed.busy_until
        .store(end, std::sync::atomic::Ordering::SeqCst);
    // The run begins in the storm, and another one meets it under way.
    let job = bed.run(id, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
    assert!(bed.aws.clock().now().as_second() >= end);
    assert!(bed.aws.clock().now() > START);
    assert_eq!(bed.waiting("sync-dlq").await, 0);
    let job = bed.ask(id, "connection.load").await;
    let app = bed.app();
    for _ in 0..4 {
        bed.one(&app).await;
    }
    let end = bed.aws.clock().now().as_second() + 3_600;
    bed.busy_until
        .store(end, std::sync::atomic::Ordering::SeqCst);
    bed.drain(&app).await;
    assert_eq!(bed.job(&job).await.status, JobStatus::Succeeded);
    assert_eq!(bed.waiting("sync-dlq").await, 0);
}

/// How many messages were handed out before each of a tenant's was, as its 95th percentile.
async fn dwell(noise: usize) -> usize {
    let bed = Bed::new(&company(3)).await;
    let (noisy, quiet) = (TenantId::from_bytes([7; 16]), bed.tenant_id);
    let message = |tenant, n: usize| Message {
        v: 1,
        tenant,
        request_id: "req_1".to_owned(),
        kind: "connection.hint".to_owned(),
        body: json!({"n": n}),
    };
    let sender = bed.tenant_of(noisy);
    for n in 0..noise {
        let outgoing = Outgoing::now(Queue::Sync, message(noisy, n));
        sender.send(&outgoing).await.unwrap();
    }
    for n in 0..40 {
        let outgoing = Outgoing::now(Queue::Sync, message(quiet, n));
        bed.tenant().send(&outgoing).await.unwrap();
    }
    let mut dwells = Vec::new();
    let mut handed_out = 0;
    while dwells.len() < 40 {
        let taken = bed.take_one().await.unwrap();
        handed_out += 1;
        if taken.tenant == quiet {
            dwells.push(handed_out);
        }
    }
    dwells.sort_unstable();
    dwells[37]
}

#[tokio::test(start_paused = true)]
async fn a_tenant_with_ten_thousand_messages_holds_up_nobody() {
    let alone = dwell(0).await;
    let beside = dwell(10_000).await;
    assert!(beside <= 2 * alone, "{beside} against {alone} alone");
    println!(
        "95 in 100 messages wait for {alone} others alone, for {beside} beside 10,000 of another tenant"
    );
}
