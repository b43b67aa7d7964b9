//! What a tick does, and when.

use crate::support::{DAY, HOUR, START, World, import, job};
use aws_lambda_events::eventbridge::EventBridgeEvent;
use edge::Deadline;
use embedded::Fault;
use jiff::{SignedDuration, Timestamp};
use schedule::{Ticked, handle, tick, tick_until};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::{
    Document, Import, ImportStatus, Job, JobStatus, Message, Outgoing, Page, Queue, TenantInfo,
};

#[tokio::test]
async fn the_event_of_a_minute_is_answered() {
    let world = World::new().await;
    let tenant = world.found(1).await;
    world.pass(DAY);
    let text = include_str!("../../../../events/schedule.json");
    let event: EventBridgeEvent = serde_json::from_str(text).unwrap();
    let never = Deadline::at(Timestamp::MAX, Arc::new(|| START));
    handle(&world.app(), event, &never).await.unwrap();
    assert_eq!(tenant.documents::<Job>().await.unwrap().len(), 1);
}

#[tokio::test]
async fn each_night_has_one_forecast_whoever_ticks() {
    let world = World::new().await;
    let tenant = world.found(1).await;
    world
        .store()
        .create_tenant(World::id(2), "Nothing Yet")
        .await
        .unwrap();
    let (one, other) = (world.app(), world.app());
    // It was founded in the afternoon: the night before was none of its own.
    assert_eq!(tick(&one).await.unwrap().forecasts, 0);
    let mut runs = BTreeSet::new();
    for night in 1..=3 {
        // From the afternoon to a minute before two, and to two.
        world.pass(if night == 1 {
            11 * HOUR + 45 * 60 + 40
        } else {
            DAY - 60
        });
        assert_eq!(tick(&one).await.unwrap().forecasts, 0, "night {night}");
        world.pass(60);
        let (a, b) = tokio::join!(tick(&one), tick(&other));
        assert_eq!(
            a.unwrap().forecasts + b.unwrap().forecasts,
            1,
            "night {night}"
        );
        assert_eq!(
            world.ticked().await.forecasts,
            0,
            "a third process, night {night}"
        );

        let jobs = tenant.documents::<Job>().await.unwrap();
        assert_eq!(jobs.len(), night);
        let job = &jobs.last().unwrap().value;
        assert_eq!(
            (job.kind.as_str(), job.created_by.as_str()),
            ("forecast.run", "system:schedule")
        );
        let run = job.subject.clone().unwrap();
        let request = tenant
            .blob(&format!("runs/{run}.request.json"))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            serde_json::from_slice::<Value>(&request).unwrap(),
            json!({"by": "quarter", "periods": 4})
        );
        let messages = world.taken(Queue::Simulate).await;
        assert_eq!(messages.len(), 1);
        assert_eq!(messages[0].kind, "forecast.run");
        assert_eq!(messages[0].body, json!({"job": job.id, "forecast": run}));
        tenant
            .end_job(&job.id, JobStatus::Succeeded, None, None)
            .await
            .unwrap();
        runs.insert(run);
    }
    assert_eq!(runs.len(), 3);
    // A night that was slept through is made up for, once.
    world.pass(DAY + 9 * HOUR);
    assert_eq!(world.ticked().await.forecasts, 1);
    assert_eq!(world.ticked().await.forecasts, 0);
}

#[tokio::test]
async fn a_message_left_behind_is_sent() {
    let world = World::new().await;
    let tenant = world.found(1).await;
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
    let messages = vec![Outgoing::now(Queue::Simulate, message.clone())];
    tenant
        .commit(Page {
            messages,
            cause: "test".to_owned(),
            ..Page::default()
        })
        .await
        .unwrap();
    let (app, lines) = world.watched();
    let ticked = async || {
        let ticked = tick(&app).await.unwrap();
        let line = lines.lock().unwrap().pop().unwrap();
        let ages = (&line["outbox_age_s"], &line["_aws"]["CloudWatchMetrics"][0]);
        assert_eq!(ages.0, &json!(ticked.outbox_age_s));
        let declared = ages.1["Metrics"].as_array().unwrap();
        assert!(declared.contains(&json!({"Name": "outbox_age_s", "Unit": "Seconds"})));
        (ticked.sent, ticked.outbox_age_s, ticked.failed)
    };
    // Whoever committed it may still be sending it.
    world.pass(10);
    assert_eq!(ticked().await, (0, 10, 0));
    // As long as nothing can be sent it grows older, and each tick says so.
    world.pass(11);
    assert_eq!(ticked().await, (0, 21, 1));
    world.pass(600);
    assert_eq!(ticked().await, (0, 621, 1));
    world.aws.faults().clear();
    assert_eq!(ticked().await, (1, 621, 0));
    assert_eq!(world.all_taken().await, [message]);
    assert_eq!(ticked().await, (0, 0, 0));
}

#[tokio::test]
async fn jobs_that_stand_still_are_asked_for_again() {
    // How a job stands; how old it is and its last sign of life, in seconds; whether it stands still.
    let check = async |status: JobStatus, age: u64, sign: Option<u64>, expected: bool| {
        let world = World::new().await;
        let tenant = world.found(1).await;
        let before = |seconds: u64| START - SignedDuration::from_secs(seconds as i64);
        let mut job = job(
            "job_1",
            "import.commit",
            Some("import_1"),
            status,
            before(age),
        );
        job.heartbeat_at = sign.map(before);
        tenant.create_document(job).await.unwrap();
        let ticked = world.ticked().await;
        let what = format!("{status:?} {age} {sign:?}");
        assert_eq!(
            (ticked.requeued, ticked.failed),
            (usize::from(expected), 0),
            "{what}"
        );
        let messages = world.taken(Queue::Sync).await;
        assert_eq!(messages.len(), usize::from(expected), "{what}");
        if let Some(message) = messages.first() {
            assert_eq!(message.body, json!({"job": "job_1", "import": "import_1"}));
            // Not again at once, whoever ticks.
            world.pass(60);
            assert_eq!(world.ticked().await.requeued, 0, "{what}");
            world.pass(130);
            assert_eq!(world.ticked().await.requeued, 1, "{what}");
        }
    };
    check(JobStatus::Queued, 60, None, false).await;
    check(JobStatus::Queued, 61, None, true).await;
    check(JobStatus::Running, 400, Some(180), false).await;
    check(JobStatus::Running, 400, Some(181), true).await;
    check(JobStatus::Running, 4, Some(2), false).await;
    check(JobStatus::Succeeded, 4_000, Some(3_000), false).await;
    check(JobStatus::Failed, 4_000, Some(3_000), false).await;
    check(JobStatus::Cancelled, 4_000, None, false).await;
}

#[tokio::test]
async fn a_jobs_message_goes_where_its_kind_is_done() {
    let check = async |kind: &str, subject: Option<&str>, queue: Option<Queue>, body: Value| {
        let world = World::new().await;
        let tenant = world.found(1).await;
        let stands = job(
            "job_1",
            kind,
            subject,
            JobStatus::Queued,
            START - SignedDuration::from_mins(2),
        );
        tenant.create_document(stands).await.unwrap();
        assert_eq!(
            world.ticked().await.requeued,
            usize::from(queue.is_some()),
            "{kind}"
        );
        for any in Queue::ALL {
            let taken = world.taken(any).await;
            let expected: Vec<(&str, &Value)> = if queue == Some(any) {
                vec![(kind, &body)]
            } else {
                vec![]
            };
            let said: Vec<(&str, &Value)> = taken
                .iter()
                .map(|it| (it.kind.as_str(), &it.body))
                .collect();
            assert_eq!(said, expected, "{kind} on {any}");
        }
    };
    let import = json!({"job": "job_1", "import": "import_1"});
    for kind in ["import.validate", "import.commit", "import.undo"] {
        check(kind, Some("import_1"), Some(Queue::Sync), import.clone()).await;
    }
    let forecast = json!({"job": "job_1", "forecast": "forecast_1"});
    check(
        "forecast.run",
        Some("forecast_1"),
        Some(Queue::Simulate),
        forecast,
    )
    .await;
    let backtest = json!({"job": "job_1", "backtest": "backtest_1"});
    check(
        "backtest.run",
        Some("backtest_1"),
        Some(Queue::Simulate),
        backtest,
    )
    .await;
    for kind in ["export.run", "person.export", "person.erase"] {
        check(kind, None, Some(Queue::Deliver), json!({"job": "job_1"})).await;
    }
    check("something.else", None, None, Value::Null).await;
}

#[tokio::test]
async fn of_two_ticks_one_asks_again() {
    let world = World::new().await;
    let tenant = world.found(1).await;
    for n in 0..20 {
        let kind = "export.run";
        let job = job(
            &format!("job_{n:02}"),
            kind,
            None,
            JobStatus::Queued,
            START - SignedDuration::from_mins(2),
        );
        tenant.create_document(job).await.unwrap();
    }
    let (one, other) = (world.app(), world.app());
    let (a, b) = tokio::join!(tick(&one), tick(&other));
    assert_eq!(a.unwrap().requeued + b.unwrap().requeued, 20);
    assert_eq!(world.taken(Queue::Deliver).await.len(), 20);
}

#[tokio::test]
async fn a_tenant_is_erased_when_its_thirty_days_are_over() {
    let check = async |days: u64, restored: bool, expected: usize| {
        let world = World::new().await;
        let tenant = world.found(1).await;
        world.found(2).await;
        let delete = async |at: Option<Timestamp>| {
            let edited = tenant.edit_document::<TenantInfo, store::Error>("A", |info| {
                info.deleted_at = at;
                Ok(())
            });
            edited.await.unwrap();
        };
        delete(Some(START)).await;
        world.pass(days * DAY);
        if restored {
            delete(None).await;
        }
        let ticked = world.ticked().await;
        assert_eq!(
            (ticked.tenants, ticked.erasures),
            (2, expected),
            "{days} {restored}"
        );
        let asked = world.taken(Queue::Deliver).await;
        assert_eq!(asked.len(), expected, "{days} {restored}");
        assert!(
            asked
                .iter()
                .all(|it| it.tenant == World::id(1) && it.kind == "tenant.erase")
        );
        // While it waits nothing else is done for it; a restored one, and the other, sleep no night.
        assert_eq!(
            ticked.forecasts,
            1 + usize::from(restored),
            "{days} {restored}"
        );
    };
    check(29, false, 0).await;
    check(30, false, 1).await;
    check(31, false, 1).await;
    check(31, true, 0).await;
}

#[tokio::test]
async fn an_erasure_that_was_cut_off_is_asked_for_until_the_tenant_is_gone() {
    let world = World::new().await;
    let tenant = world.found(1).await;
    tenant
        .delete_document::<TenantInfo>("A", None)
        .await
        .unwrap();
    for _ in 0..2 {
        assert_eq!(world.ticked().await.erasures, 1);
    }
    tenant.erase().await.unwrap();
    let nobody = Ticked::default();
    assert_eq!(world.ticked().await, nobody);
}

#[tokio::test]
async fn files_go_when_their_time_is_over() {
    let check = async |status: ImportStatus, days: u64, committed: Option<u64>, goes: bool| {
        let world = World::new().await;
        let tenant = world.found(1).await;
        let id = import(&tenant, status).await;
        let edited = tenant.edit_document::<Import, store::Error>(&id, |import| {
            import.committed_at =
                committed.map(|days| START + SignedDuration::from_secs((days * DAY) as i64));
            Ok(())
        });
        edited.await.unwrap();
        world.pass(days * DAY);
        let what = format!("{status:?} {days} {committed:?}");
        assert_eq!(
            world.ticked().await.files,
            if goes { 2 } else { 0 },
            "{what}"
        );
        assert_eq!(
            tenant.import_blobs().await.unwrap().is_empty(),
            goes,
            "{what}"
        );
        let import = tenant.document::<Import>(&id).await.unwrap().value;
        assert_eq!(import.undo_blocked.is_some(), goes, "{what}");
        assert_eq!(import.status, status, "{what}");
    };
    check(ImportStatus::Committed, 29, Some(0), false).await;
    check(ImportStatus::Committed, 30, Some(0), true).await;
    check(ImportStatus::Committed, 31, Some(0), true).await;
    check(ImportStatus::Committed, 31, Some(2), false).await;
    check(ImportStatus::Open, 29, None, false).await;
    check(ImportStatus::Open, 31, None, true).await;
    check(ImportStatus::Failed, 31, None, true).await;
    check(ImportStatus::Undone, 31, Some(0), true).await;
    check(ImportStatus::Committing, 31, None, false).await;
    check(ImportStatus::Undoing, 31, Some(0), false).await;
}

#[tokio::test]
async fn exports_and_requests_go_when_nobody_can_want_them() {
    let check = async |status: Option<JobStatus>, ended_min: u64, left: &[&str]| {
        let world = World::new().await;
        let tenant = world.found(1).await;
        for name in [
            "exports/job_1/000000",
            "requests/job_1.json",
            "requests/job_1.subject.json",
        ] {
            tenant.put_sealed(name, b"x").await.unwrap();
        }
        if let Some(status) = status {
            let mut job = job("job_1", "export.run", None, status, START);
            job.finished_at = status.is_over().then_some(START);
            job.heartbeat_at = Some(START + SignedDuration::from_hours(1));
            tenant.create_document(job).await.unwrap();
        }
        world.pass(ended_min * 60);
        world.ticked().await;
        let mut names = Vec::new();
        for folder in ["exports/", "requests/"] {
            names.extend(
                tenant
                    .blobs(folder)
                    .await
                    .unwrap()
                    .into_iter()
                    .map(|blob| blob.name),
            );
        }
        assert_eq!(names, left, "{status:?} {ended_min}");
    };
    let (export, request, subject) = (
        "exports/job_1/000000",
        "requests/job_1.json",
        "requests/job_1.subject.json",
    );
    check(Some(JobStatus::Succeeded), 14, &[export]).await;
    check(Some(JobStatus::Succeeded), 16, &[]).await;
    check(Some(JobStatus::Failed), 16, &[]).await;
    check(Some(JobStatus::Running), 16, &[export, request, subject]).await;
    check(Some(JobStatus::Queued), 16, &[export, request, subject]).await;
    check(None, 1, &[]).await;
}

#[tokio::test]
async fn what_needs_no_minutes_care_is_looked_at_each_quarter_of_an_hour() {
    let world = World::new().await;
    world.found(1).await;
    let app = world.app();
    let lists = || {
        let calls = world.aws.calls();
        calls
            .iter()
            .filter(|((_, operation), _)| operation == "ListObjectsV2")
            .map(|(_, count)| *count)
            .sum::<u64>()
    };
    let mut looks = Vec::new();
    for minute in 0..45 {
        let before = lists();
        tick(&app).await.unwrap();
        if lists() > before {
            looks.push(minute);
        }
        world.pass(60);
    }
    assert_eq!(looks, [0, 15, 30]);
}

#[tokio::test]
async fn a_session_key_lasts_a_month() {
    let world = World::new().await;
    let published = async || {
        let keys = world.store().keys().await.unwrap();
        keys.sessions.jwks(world.aws.clock().now())["keys"]
            .as_array()
            .unwrap()
            .len()
    };
    assert!(!world.ticked().await.rotated);
    world.pass(29 * DAY);
    assert!(!world.ticked().await.rotated);
    assert_eq!(published().await, 1);
    world.pass(DAY);
    let signing = async || {
        let keys = world.store().keys().await.unwrap();
        keys.sessions
            .signing_kid(world.aws.clock().now())
            .unwrap()
            .to_owned()
    };
    let old = signing().await;
    assert!(world.ticked().await.rotated);
    assert!(!world.ticked().await.rotated);
    assert_eq!(
        (published().await, signing().await),
        (2, old.clone()),
        "it is published before it signs"
    );
    world.pass(2 * HOUR);
    assert_ne!(signing().await, old);
}

/// A row where jobs lie that is no job.
#[derive(Serialize, Deserialize)]
struct Broken;

impl Document for Broken {
    const PARTITION: &'static str = "J";
    const WHAT: &'static str = "job";
    fn id(&self) -> String {
        "job_0".to_owned()
    }
}

#[tokio::test]
async fn one_tenants_trouble_is_nobody_elses() {
    let world = World::new().await;
    for n in 1..=3 {
        world.found(n).await;
    }
    world.tenant(2).create_document(Broken).await.unwrap();
    world.pass(DAY);
    let ticked = world.ticked().await;
    // Its other steps are done too.
    assert_eq!((ticked.tenants, ticked.failed, ticked.forecasts), (3, 1, 3));
}

#[tokio::test]
async fn a_tick_ends_in_time_and_the_next_goes_on() {
    let world = World::new().await;
    for n in 1..=20 {
        world.found(n).await;
    }
    world.pass(DAY);
    let app = world.app();
    // Each look at the time takes a minute.
    let looks = std::sync::atomic::AtomicI64::new(0);
    let clock = move || {
        START + SignedDuration::from_mins(looks.fetch_add(1, std::sync::atomic::Ordering::SeqCst))
    };
    let deadline =
        |minutes| Deadline::at(START + SignedDuration::from_mins(minutes), Arc::new(clock));
    let first = tick_until(&app, &deadline(1)).await.unwrap();
    assert_eq!((first.tenants, first.left, first.forecasts), (8, 12, 8));
    let second = tick(&app).await.unwrap();
    assert_eq!((second.tenants, second.left, second.forecasts), (20, 0, 12));
}
