//! Ticks that are cut off, anywhere.

use crate::support::{DAY, START, World, import, job};
use embedded::{Fault, Moment};
use jiff::SignedDuration;
use schedule::tick;
use serde_json::json;
use std::collections::BTreeSet;
use store::{Import, ImportStatus, Job, JobStatus, Message, Outgoing, Page, Queue};

/// A tenant with one of everything that is due.
async fn due() -> World {
    let world = World::new().await;
    let tenant = world.found(1).await;
    import(&tenant, ImportStatus::Committed).await;
    world.aws.faults().set(|call| match call.operation {
        "SendMessage" => Fault::Unavailable,
        _ => Fault::None,
    });
    let message = Message {
        v: 1,
        tenant: World::id(1),
        request_id: "req_9".to_owned(),
        kind: "book.changed".to_owned(),
        body: json!({"cause": "test"}),
    };
    let messages = vec![Outgoing::now(Queue::Simulate, message)];
    tenant
        .commit(Page {
            messages,
            cause: "test".to_owned(),
            ..Page::default()
        })
        .await
        .unwrap();
    world.aws.faults().clear();
    world.pass(30 * DAY);
    let asked = world.aws.clock().now() - SignedDuration::from_mins(2);
    let job = job(
        "job_zz",
        "import.undo",
        Some("import_1"),
        JobStatus::Queued,
        asked,
    );
    tenant.create_document(job).await.unwrap();
    world
}

/// Kills a tick at its `nth` call; `false` where it has fewer. Then others tick.
async fn killed(nth: u64, moment: Moment) -> bool {
    let world = due().await;
    let app = world.app();
    let first = world.aws.calls().values().sum::<u64>();
    world.aws.faults().set(move |call| {
        if call.overall == first + nth {
            Fault::Kill(moment)
        } else {
            Fault::None
        }
    });
    let dead = world.aws.faults().killed();
    let died = tokio::select! {
        ticked = tick(&app) => { ticked.unwrap(); false }
        () = dead => true,
    };
    world.aws.faults().clear();
    for _ in 0..8 {
        world.pass(60);
        assert_eq!(world.ticked().await.failed, 0, "{nth} {moment:?}");
    }
    let what = format!("killed {moment:?} call {nth}");
    let tenant = world.tenant(1);
    let jobs = tenant.documents::<Job>().await.unwrap();
    let forecasts = jobs
        .iter()
        .filter(|job| job.value.kind == "forecast.run")
        .count();
    assert_eq!(forecasts, 1, "{what}");
    assert!(tenant.import_blobs().await.unwrap().is_empty(), "{what}");
    let imports = tenant.documents::<Import>().await.unwrap();
    assert!(
        imports
            .iter()
            .all(|import| import.value.undo_blocked.is_some()),
        "{what}"
    );
    let said: BTreeSet<String> = world
        .all_taken()
        .await
        .into_iter()
        .map(|message| message.kind)
        .collect();
    let expected = ["book.changed", "forecast.run", "import.undo"];
    assert_eq!(
        said.iter().map(String::as_str).collect::<Vec<_>>(),
        expected,
        "{what}"
    );
    died
}

#[tokio::test]
async fn a_tick_that_dies_anywhere_is_made_good() {
    assert!(START < due().await.aws.clock().now());
    for moment in [Moment::Before, Moment::After] {
        let mut nth = 1;
        while killed(nth, moment).await {
            nth += 1;
        }
        assert!(nth > 20, "it made {nth} calls");
    }
}
