//! An import whose worker dies or is lied to, at every call it makes.

use crate::support::{World, deals, never};
use embedded::{Fault, Moment, Service};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::{ImportStatus, JobStatus};
use sync::Limits;

/// What there is when everything has come to rest.
#[derive(Debug, PartialEq)]
struct End {
    kept: BTreeMap<String, String>,
    status: ImportStatus,
    summary: Option<Value>,
    job: JobStatus,
    result: Option<Value>,
    audit: Vec<String>,
    calls: u64,
    /// Transactions.
    pages: u64,
}

/// One import over an older one, of which the call number `nth` meets `fault`.
struct Case {
    seed: u64,
    undo: bool,
}

impl Case {
    async fn prepared(&self) -> (World, String, String) {
        let mut world = World::new().await;
        let seed = self.seed as usize;
        let older = world.upload("crm", &deals(4 + seed % 4, |_| false)).await;
        world.waved_through(&older).await;
        assert_eq!(
            world.done("import.commit", &older).await.status,
            JobStatus::Succeeded
        );
        world.limits = Limits {
            page: 3 + (seed * 5) % 8,
            ..Limits::default()
        };
        let id = world
            .upload("crm", &deals(12, |n| (n + seed).is_multiple_of(3)))
            .await;
        world.waved_through(&id).await;
        let kind = if self.undo {
            assert_eq!(
                world.done("import.commit", &id).await.status,
                JobStatus::Succeeded
            );
            "import.undo"
        } else {
            "import.commit"
        };
        let (job, _) = world.ask(kind, &id).await;
        world.aws.reset_counts();
        (world, id, job)
    }

    async fn run(&self, nth: u64, fault: Fault) -> End {
        let (mut world, id, job) = self.prepared().await;
        world.aws.faults().set(move |call| {
            if call.overall == nth {
                fault
            } else {
                Fault::None
            }
        });
        loop {
            let app = world.app();
            let dead = world.aws.faults().clone();
            tokio::select! {
                biased;
                () = dead.killed() => {}
                () = world.drain(&app, never) => break,
            }
            // What the process knew is gone, what it held runs out.
            world.pass(u64::from(store::VISIBILITY_S) + 1);
        }
        world.aws.faults().clear();
        world.renew();
        let calls = world.aws.calls();
        let pages = calls[&(Service::DynamoDb, "TransactWriteItems".to_owned())];
        let calls = calls.values().sum();
        // The sweeper's turn: what was committed and not yet sent is sent.
        world.pass(60);
        world.tenant().sweep_outbox().await.unwrap();
        world.drain(&world.app(), never).await;
        let import = world.import(&id).await;
        let job = world.job(&job).await;
        assert!(world.waiting("simulate").await >= if self.undo { 3 } else { 2 });
        assert_eq!(world.waiting("sync-dlq").await, 0);
        let audit = world.tenant().audit_events(None, 100).await.unwrap();
        End {
            kept: world.kept().await,
            status: import.status,
            summary: import.summary,
            job: job.status,
            result: job.result,
            audit: audit.iter().map(|event| event.action.clone()).collect(),
            calls,
            pages,
        }
    }

    /// Dying before a call is dying after the one before it, so only the latter is tried.
    async fn at_every_call(&self, faults: &[Fault]) {
        let expected = self.run(0, Fault::None).await;
        assert_eq!(expected.job, JobStatus::Succeeded);
        assert!((30..300).contains(&expected.calls), "{}", expected.calls);
        for nth in 1..=expected.calls {
            for &fault in faults {
                let end = self.run(nth, fault).await;
                let end = End {
                    calls: expected.calls,
                    pages: expected.pages,
                    ..end
                };
                assert_eq!(end, expected, "seed {} call {nth} {fault:?}", self.seed);
            }
        }
    }
}

const KILLED: Fault = Fault::Kill(Moment::After);

#[tokio::test]
async fn an_import_in_small_pages_killed_at_any_call_ends_as_if_undisturbed() {
    let faults = [KILLED, Fault::Unavailable, Fault::AppliedButLost];
    Case {
        seed: 0,
        undo: false,
    }
    .at_every_call(&faults)
    .await;
}

#[tokio::test]
async fn an_import_in_large_pages_killed_at_any_call_ends_as_if_undisturbed() {
    Case {
        seed: 1,
        undo: false,
    }
    .at_every_call(&[KILLED])
    .await;
}

#[tokio::test]
async fn an_import_in_middling_pages_killed_at_any_call_ends_as_if_undisturbed() {
    Case {
        seed: 2,
        undo: false,
    }
    .at_every_call(&[KILLED])
    .await;
}

#[tokio::test]
async fn an_undo_killed_at_any_call_ends_as_if_undisturbed() {
    Case {
        seed: 2,
        undo: true,
    }
    .at_every_call(&[KILLED, Fault::AppliedButLost])
    .await;
}

#[tokio::test]
async fn a_worker_thought_dead_writes_nothing_more() {
    let case = Case {
        seed: 0,
        undo: false,
    };
    let expected = case.run(0, Fault::None).await;
    assert!(expected.pages > 3);
    for page in 1..=expected.pages {
        let (world, id, job) = case.prepared().await;
        // The first worker's page is on its way for a long time.
        let met = Arc::new(AtomicBool::new(false));
        world.aws.faults().set(move |call| {
            let is_it = call.operation == "TransactWriteItems" && call.nth == page;
            if is_it && !met.swap(true, Ordering::SeqCst) {
                return Fault::Delay(Duration::from_millis(700));
            }
            Fault::None
        });
        let (zombie, second) = (world.app(), world.app());
        let slow = world.clone();
        let body = serde_json::json!({"import": id, "job": job});
        let message = world.message("import.commit", body);
        let meta = edge::Meta {
            message_id: "m".into(),
            receive_count: 1,
            deadline: never(&world),
        };
        let (answer, ()) = tokio::join!(sync::handle(&zombie, message, meta), async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            slow.pass(store::LEASE_S.unsigned_abs() + 1);
            slow.drain(&second, never).await;
        });
        assert!(matches!(answer, Err(edge::Failure::Drop(_))), "{answer:?}");
        assert_eq!(world.kept().await, expected.kept);
        let job = world.job(&job).await;
        assert_eq!(
            (job.status, job.result),
            (JobStatus::Succeeded, expected.result.clone())
        );
        assert_eq!(world.import(&id).await.status, ImportStatus::Committed);
    }
}
