//! Runs and snapshots, on an AWS of their own.
#![expect(clippy::unwrap_used, reason = "a test may")]

use aws_lambda_events::sqs::SqsEvent;
use connectors::file;
use edge::{Deadline, Function, Meta};
use embedded::{Aws, Fault, Moment};
use identity::TenantCtx;
use jiff::Timestamp;
use model::{Book, Change, Entity, TenantId};
use serde_json::{Value, json};
use simulate::App;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use store::{Job, JobStatus, Message, Names, Page, Run, Store, Tenant, TenantInfo, Versioned};

const START: Timestamp = Timestamp::constant(1_790_000_000, 0);

struct World {
    aws: Aws,
    tenant_id: TenantId,
}

fn store_on(aws: &Aws) -> Store {
    let clients = store::Aws::behind(aws.http_client(), aws.endpoint_url(), false);
    let clock = aws.clock().clone();
    Store::with_clock(clients, Names::local(), Arc::new(move || clock.now()))
}

fn never() -> Deadline {
    Deadline::at(Timestamp::MAX, Arc::new(|| START))
}

/// The invented company as a book.
fn company() -> Book {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for (name, text) in demo::company(7, demo::Size::Small).files() {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        paths.push(path);
    }
    file::import(&paths, &file::Options::default(), &mut |_| {})
        .unwrap()
        .book
}

impl World {
    async fn new() -> Self {
        let aws = Aws::in_memory_with(embedded::Clock::manual(START));
        let world = Self {
            aws,
            tenant_id: TenantId::from_bytes([1; 16]),
        };
        let store = store_on(&world.aws);
        store.create().await.unwrap();
        store
            .create_tenant(world.tenant_id, "Harbor Works")
            .await
            .unwrap();
        world
    }

    /// A tenant with these deals and all that belongs to them.
    async fn with(book: &Book, deals: usize) -> Self {
        let world = Self::new().await;
        let some: std::collections::BTreeSet<_> =
            book.deals.iter().take(deals).map(|deal| deal.id).collect();
        let entities = book
            .entities()
            .filter(|it| it.key().deal().is_none_or(|id| some.contains(&id)));
        let clock = Entity::Clock("crm".to_owned(), book.as_of);
        let changes: Vec<Versioned> = entities
            .chain([clock])
            .map(|entity| Versioned::new(Change::Put(entity), 1))
            .collect();
        for page in changes.chunks(store::MOST_CHANGES) {
            let page = Page {
                changes: page.to_vec(),
                ..Page::default()
            };
            world.tenant().commit(page).await.unwrap();
        }
        world
    }

    fn tenant(&self) -> Tenant {
        store_on(&self.aws).tenant(&TenantCtx::system(self.tenant_id, "test", "req_1"))
    }

    fn app(&self) -> App {
        App::new(store_on(&self.aws), Function::new("simulate", None))
    }

    fn message(&self, kind: &str, body: Value) -> Message {
        Message {
            v: 1,
            tenant: self.tenant_id,
            request_id: "req_1".to_owned(),
            kind: kind.to_owned(),
            body,
        }
    }

    async fn handle(&self, message: &Message) -> Result<(), edge::Failure> {
        let meta = Meta {
            message_id: "m".to_owned(),
            receive_count: 1,
            deadline: never(),
        };
        simulate::handle(&self.app(), message.clone(), meta).await
    }

    /// A run that is asked for, as the API asks.
    async fn ask(&self, noun: &str, request: Value) -> (String, Message) {
        let tenant = self.tenant();
        let run = format!("{noun}_{}", store::unique(tenant.now()));
        tenant
            .put_blob(&format!("runs/{run}.request.json"), request.to_string())
            .await
            .unwrap();
        let kind = format!("{noun}.run");
        let job = tenant.create_job(&kind, Some(run.clone())).await.unwrap();
        let mut body = json!({ "job": job.id });
        body[noun] = run.into();
        (job.id, self.message(&kind, body))
    }

    async fn done(&self, noun: &str, request: Value) -> Job {
        let (job, message) = self.ask(noun, request).await;
        self.handle(&message).await.unwrap();
        self.job(&job).await
    }

    async fn job(&self, id: &str) -> Job {
        self.tenant().document::<Job>(id).await.unwrap().value
    }
}

#[tokio::test]
async fn a_forecast_is_kept_with_every_open_deal() {
    let book = company();
    let world = World::with(&book, usize::MAX).await;
    let job = world
        .done("forecast", json!({"by": "month", "periods": 2}))
        .await;
    assert_eq!(job.status, JobStatus::Succeeded, "{:?}", job.problem);
    let id = job.subject.unwrap();
    assert_eq!(job.result, Some(json!({ "run": id })));
    let run = world.tenant().document::<Run>(&id).await.unwrap().value;
    assert_eq!(
        (run.as_of, run.seq),
        (book.as_of, world.tenant().head().await.unwrap())
    );
    let says: Value =
        serde_json::from_slice(&world.tenant().blob(&run.blob()).await.unwrap().unwrap()).unwrap();
    assert_eq!(says["periods"].as_array().unwrap().len(), 2);
    let open = demo::company(7, demo::Size::Small)
        .deals
        .iter()
        .filter(|deal| deal.is_open())
        .count();
    let told = says["deals"].as_array().unwrap().len();
    assert!(told > 20 && told <= open, "{told} of {open}");
}

#[tokio::test]
async fn a_backtest_says_how_good_it_would_have_been() {
    let world = World::with(&company(), usize::MAX).await;
    let job = world
        .done("backtest", json!({"horizon_days": 30, "every_days": 120.0}))
        .await;
    assert_eq!(job.status, JobStatus::Succeeded, "{:?}", job.problem);
    let run = world
        .tenant()
        .document::<Run>(&job.subject.unwrap())
        .await
        .unwrap()
        .value;
    let says: Value =
        serde_json::from_slice(&world.tenant().blob(&run.blob()).await.unwrap().unwrap()).unwrap();
    assert_eq!(says["horizon_days"], 30);
    assert!(says["verdict"].is_string());
}

#[tokio::test]
async fn a_short_history_ends_well_and_says_why() {
    let world = World::with(&company(), 5).await;
    for noun in ["forecast", "backtest"] {
        let job = world.done(noun, Value::Null).await;
        assert_eq!(job.status, JobStatus::Succeeded, "{:?}", job.problem);
        let result = job.result.unwrap();
        assert_eq!(result["run"], Value::Null);
        assert!(!result["not_enough_history"].as_str().unwrap().is_empty());
    }
    assert_eq!(world.tenant().documents::<Run>().await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_run_whose_request_is_gone_is_done_as_usual() {
    let world = World::with(&company(), usize::MAX).await;
    let (job, message) = world.ask("forecast", json!({"by": "month"})).await;
    world.tenant().delete_blobs("runs/").await.unwrap();
    world.handle(&message).await.unwrap();
    let job = world.job(&job).await;
    assert_eq!(job.status, JobStatus::Succeeded, "{:?}", job.problem);
    let run = job.result.unwrap()["run"].as_str().unwrap().to_owned();
    let run = world.tenant().document::<Run>(&run).await.unwrap().value;
    let kept = world.tenant().blob(&run.blob()).await.unwrap().unwrap();
    let kept: Value = serde_json::from_slice(&kept).unwrap();
    assert_eq!(kept["periods"].as_array().unwrap().len(), 4, "quarters");
}

/// The worker of a run dies when `dies` says so of a call; whoever comes next ends it.
async fn killed(
    world: &World,
    dies: impl Fn(&embedded::Call) -> bool + Send + Sync + 'static,
) -> Job {
    let (job, message) = world.ask("forecast", json!({})).await;
    world.aws.reset_counts();
    world.aws.faults().set(move |call| {
        if dies(call) {
            Fault::Kill(Moment::After)
        } else {
            Fault::None
        }
    });
    let dead = world.aws.faults().clone();
    tokio::select! {
        biased;
        () = dead.killed() => {}
        done = world.handle(&message) => done.unwrap(),
    }
    world.aws.faults().clear();
    world.handle(&message).await.unwrap();
    world.job(&job).await
}

#[tokio::test]
async fn a_job_killed_at_any_call_ends_as_if_undisturbed() {
    let world = World::with(&company(), 5).await;
    for nth in 1..=20 {
        let job = killed(&world, move |call| call.overall == nth).await;
        assert_eq!(job.status, JobStatus::Succeeded, "call {nth}");
        assert!(
            job.result.unwrap()["not_enough_history"].is_string(),
            "call {nth}"
        );
    }
}

#[tokio::test]
async fn a_run_killed_while_it_is_kept_is_kept_once() {
    let world = World::with(&company(), usize::MAX).await;
    world
        .handle(&world.message("book.snapshot", json!({})))
        .await
        .unwrap();
    // With its file, with its document, with the end of its job.
    for rows_after in 0..3 {
        let (has_file, rows) = (AtomicBool::new(false), AtomicU32::new(0));
        let job = killed(&world, move |call| {
            let is_row = call.operation == "PutItem" && has_file.load(Ordering::SeqCst);
            has_file.fetch_or(call.operation == "PutObject", Ordering::SeqCst);
            match rows_after {
                0 => call.operation == "PutObject",
                n => is_row && rows.fetch_add(1, Ordering::SeqCst) + 1 == n,
            }
        })
        .await;
        assert_eq!(job.status, JobStatus::Succeeded);
        let run = job.subject.unwrap();
        assert_eq!(job.result, Some(json!({ "run": run })));
        let says = world
            .tenant()
            .blob(&format!("runs/{run}.json"))
            .await
            .unwrap()
            .unwrap();
        assert!(serde_json::from_slice::<Value>(&says).unwrap()["deals"].is_array());
    }
    assert_eq!(world.tenant().documents::<Run>().await.unwrap().len(), 3);
}

#[tokio::test]
async fn whoever_cancels_a_run_need_not_wait_for_it() {
    let world = World::with(&company(), usize::MAX).await;
    let (job, message) = world.ask("backtest", json!({"every_days": 365.0})).await;
    world.tenant().start_job(&job).await.unwrap();
    world.tenant().cancel_job(&job).await.unwrap();
    tokio::time::timeout(Duration::from_secs(20), world.handle(&message))
        .await
        .unwrap()
        .unwrap();
    let job = world.job(&job).await;
    assert_eq!((job.status, job.result), (JobStatus::Cancelled, None));
}

#[tokio::test]
async fn a_tenant_being_deleted_is_not_worked_on() {
    let world = World::with(&company(), 5).await;
    let tenant = world.tenant();
    let edited = tenant.edit_document::<TenantInfo, store::Error>("A", |info| {
        info.deleted_at = Some(START);
        Ok(())
    });
    edited.await.unwrap();
    let job = world.done("forecast", json!({})).await;
    assert_eq!(job.status, JobStatus::Failed);
    assert!(job.problem.unwrap().detail.contains("being deleted"));
}

#[tokio::test]
async fn a_snapshot_is_written_when_it_is_due() {
    let world = World::with(&company(), 30).await;
    let pages = world.tenant().head().await.unwrap();
    assert!((2..20).contains(&pages), "{pages}");
    let snapshot_seq = async || world.tenant().book().await.unwrap().snapshot_seq;
    let changed = world.message("book.changed", json!({"cause": "import_1"}));
    world.handle(&changed).await.unwrap();
    assert_eq!(snapshot_seq().await, 0);
    let before = world.tenant().book().await.unwrap().book;
    world
        .handle(&world.message("book.snapshot", json!({})))
        .await
        .unwrap();
    assert_eq!(snapshot_seq().await, pages);
    assert_eq!(world.tenant().book().await.unwrap().book, before);
    for n in 0..20 {
        let clock = Entity::Clock(format!("source {n}"), START);
        let page = Page {
            changes: vec![Versioned::new(Change::Put(clock), 1)],
            ..Page::default()
        };
        world.tenant().commit(page).await.unwrap();
    }
    world.handle(&changed).await.unwrap();
    assert_eq!(snapshot_seq().await, pages + 20);
}

#[tokio::test]
async fn of_snapshots_the_newest_three_are_kept() {
    let world = World::with(&company(), 5).await;
    let mut seqs = Vec::new();
    for n in 0..5 {
        let clock = Entity::Clock(format!("source {n}"), START);
        let page = Page {
            changes: vec![Versioned::new(Change::Put(clock), 1)],
            ..Page::default()
        };
        seqs.push(world.tenant().commit(page).await.unwrap().seq);
        let message = world.message("book.snapshot", json!({}));
        world.handle(&message).await.unwrap();
    }
    let blobs = world.tenant().blobs("books/").await.unwrap();
    let seq = |name: &str| -> Option<u64> {
        let folder = name.strip_prefix("books/")?.split('-').next()?;
        folder.parse().ok()
    };
    let mut kept: Vec<u64> = blobs.iter().filter_map(|it| seq(&it.name)).collect();
    kept.dedup();
    assert_eq!(kept, seqs[2..]);
}

#[tokio::test]
async fn a_message_nobody_can_read_fails_alone() {
    let world = World::new().await;
    let text = std::fs::read_to_string("../../events/simulate.json").unwrap();
    let mut event: SqsEvent = serde_json::from_str(&text).unwrap();
    let mut poison = event.records[0].clone();
    poison.message_id = Some("poison".to_owned());
    let body = poison
        .body
        .as_ref()
        .unwrap()
        .replace("forecast.run", "forecast.dream");
    poison.body = Some(body);
    event.records.push(poison);
    let answer = simulate::batch(&world.app(), event, &never()).await;
    let failed: Vec<_> = answer
        .batch_item_failures
        .iter()
        .map(|it| it.item_identifier.as_str())
        .collect();
    assert_eq!(failed, ["poison"]);
}
