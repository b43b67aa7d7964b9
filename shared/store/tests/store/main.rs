//! The store against an embedded AWS, through the SDK.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod commit;
mod connections;
mod leases;
mod oauth_states;
mod tokens;

use embedded::Aws as Embedded;
use identity::{Limit, RateClass, TenantCtx};
use jiff::Timestamp;
use model::{
    Book, Change, Deal, DealId, DealRecord, Entity, EntityKey, OwnFields, StageVisit, TenantId,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::{
    Answer, Aws, Claim, CursorError, Disposition, Document, Error, Names, Page, Queue, Store,
    Tenant, Versioned, book::Books,
};

/// A store in memory, at a time that only the test moves.
struct World {
    aws: Embedded,
    store: Store,
    now_s: Arc<AtomicI64>,
}

impl World {
    async fn new() -> Self {
        Self::on(Embedded::in_memory(), false).await
    }

    /// A store that asks again where it got no answer, as on AWS.
    async fn that_asks_again() -> Self {
        Self::on(Embedded::in_memory(), true).await
    }

    async fn on(aws: Embedded, retries: bool) -> Self {
        let now_s = Arc::new(AtomicI64::new(1_800_000_000));
        let clock = Arc::clone(&now_s);
        let clock = move || Timestamp::from_second(clock.load(Ordering::SeqCst)).unwrap();
        let client = Aws::behind(aws.http_client(), aws.endpoint_url(), retries);
        let store = Store::with_clock(client, Names::local(), Arc::new(clock));
        store.create().await.unwrap();
        Self { aws, store, now_s }
    }

    fn pass(&self, seconds: i64) {
        self.now_s.fetch_add(seconds, Ordering::SeqCst);
    }

    /// What happens to the next `times` calls of an operation.
    fn break_next(&self, operation: &'static str, times: i64, fault: embedded::Fault) {
        let left = AtomicI64::new(times);
        self.aws.faults().set(move |call| {
            if call.operation == operation && left.fetch_sub(1, Ordering::SeqCst) > 0 {
                fault
            } else {
                embedded::Fault::None
            }
        });
    }

    /// The table as one who goes past the store sees it.
    fn table(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
            .http_client(self.aws.http_client())
            .endpoint_url(self.aws.endpoint_url())
            .region(aws_sdk_dynamodb::config::Region::from_static("us-east-1"))
            .credentials_provider(aws_credential_types::Credentials::new(
                "a", "b", None, None, "test",
            ));
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// All rows, as text.
    async fn everything(&self) -> String {
        #[expect(
            clippy::disallowed_methods,
            reason = "the test looks at everybody's rows on purpose"
        )]
        let scan = self.table().scan().table_name("pie");
        format!("{:?}", scan.send().await.unwrap().items)
    }

    async fn tenant(&self, n: u8) -> Tenant {
        self.store
            .create_tenant(TenantId::from_bytes([n; 16]), "A company")
            .await
            .unwrap()
    }
}

fn deal_id(n: u32) -> DealId {
    DealId::derive(&TenantId::local(), "crm", &n.to_string())
}

fn deal(n: u32, name: &str, version: i64) -> Versioned {
    let deal = Deal {
        name: Some(name.to_owned()),
        amount: "12.50 EUR".parse().ok(),
        created_at: Some(Timestamp::UNIX_EPOCH),
        ..Deal::new(deal_id(n))
    };
    let visits = vec![StageVisit {
        stage: "Lead".into(),
        at_us: 1_000_000,
    }];
    let record = DealRecord {
        deal,
        case: n.to_string(),
        visits,
    };
    Versioned::new(Change::Put(Entity::Deal(Box::new(record))), version)
}

fn page(changes: Vec<Versioned>) -> Page {
    Page {
        changes,
        cause: "test".to_owned(),
        ..Page::default()
    }
}

fn names(book: &Book) -> Vec<&str> {
    book.deals
        .iter()
        .filter_map(|deal| deal.name.as_deref())
        .collect()
}

#[tokio::test]
async fn of_two_versions_the_later_stays_in_whatever_order_they_come() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let first = tenant
        .commit(page(vec![deal(1, "new", 7), deal(2, "other", 1)]))
        .await
        .unwrap();
    assert_eq!((first.seq, first.stale.len()), (1, 0));
    let second = tenant
        .commit(page(vec![deal(1, "old", 3), deal(2, "again", 2)]))
        .await
        .unwrap();
    assert_eq!(second.stale, [EntityKey::Deal(deal_id(1))]);
    let all_old = tenant.commit(page(vec![deal(1, "old", 7)])).await.unwrap();
    assert_eq!((all_old.seq, all_old.stale.len()), (0, 1));
    let warm = tenant.book().await.unwrap();
    let mut found = names(&warm.book);
    found.sort_unstable();
    assert_eq!((found, warm.seq), (vec!["again", "new"], 2));
}

#[tokio::test]
async fn writers_to_one_tenant_take_turns_and_lose_nothing() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let writers = (0..8_u32).map(|n| {
        let tenant = tenant.clone();
        tokio::spawn(async move {
            tenant
                .commit(page(vec![deal(n, "deal", 1)]))
                .await
                .unwrap()
                .seq
        })
    });
    let mut seqs = Vec::new();
    for writer in writers.collect::<Vec<_>>() {
        seqs.push(writer.await.unwrap());
    }
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=8).collect::<Vec<_>>());
    assert_eq!(tenant.book().await.unwrap().book.deals.len(), 8);
}

#[tokio::test]
async fn whoever_lost_a_lease_cannot_write() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let mut first = tenant.lease("import#1").await.unwrap().unwrap();
    assert_eq!(tenant.lease("import#1").await.unwrap(), None);
    let step = first.step("1", tenant.now());
    let write = |step, n| Page {
        step: Some(step),
        ..page(vec![deal(n, "deal", 1)])
    };
    tenant.commit(write(step.clone(), 1)).await.unwrap();
    // The answer was lost and the page comes again: it is in already.
    let again = Page {
        step: Some(step),
        ..page(vec![deal(1, "deal", 1)])
    };
    assert_eq!(tenant.commit(again).await.unwrap().stale.len(), 0);
    first.cursor = "1".to_owned();

    world.pass(store::LEASE_S + 1);
    let second = tenant.lease("import#1").await.unwrap().unwrap();
    assert_eq!(
        (second.cursor.as_str(), second.epoch()),
        ("1", first.epoch() + 1)
    );
    let late = tenant.commit(write(first.step("2", tenant.now()), 2)).await;
    let Err(error) = late else {
        panic!("a lost lease must not write")
    };
    assert_eq!(error.disposition(), Disposition::Yield);
    tenant
        .commit(write(second.step("2", tenant.now()), 3))
        .await
        .unwrap();
    let (deals, head) = (
        tenant.book().await.unwrap().book.deals,
        tenant.head().await.unwrap(),
    );
    assert_eq!((deals.len(), head), (2, 2));
    assert!(!tenant.end_lease(&first).await.unwrap());
    assert!(tenant.end_lease(&second).await.unwrap());
}

#[tokio::test]
async fn a_warm_book_is_as_new_as_the_moment_one_asks() {
    let world = World::new().await;
    let (tenant, other) = (world.tenant(1).await, world.tenant(2).await);
    let books: Books<()> = Books::new(8);
    for n in 0..5 {
        tenant
            .commit(page(vec![deal(n, &format!("deal {n}"), 1)]))
            .await
            .unwrap();
        let shelf = books.fresh(&tenant).await.unwrap();
        assert_eq!(
            shelf.read(|warm| warm.book.deals.len()),
            Some(n as usize + 1)
        );
    }
    let own = OwnFields {
        next_step: Some("call".into()),
        ..OwnFields::default()
    };
    let changes = vec![
        Versioned::new(Change::Put(Entity::Own(deal_id(3), own)), 1),
        Versioned::new(Change::Delete(EntityKey::Deal(deal_id(4))), 2),
    ];
    tenant.commit(page(changes)).await.unwrap();
    let shelf = books.fresh(&tenant).await.unwrap();
    let said = shelf.read(|warm| {
        (
            warm.book.deals.len(),
            warm.book.own.len(),
            warm.book.log.cases(),
        )
    });
    assert_eq!(said, Some((4, 1, 4)));
    assert_eq!(
        books
            .fresh(&other)
            .await
            .unwrap()
            .read(|warm| warm.book.deals.len()),
        Some(0)
    );
}

#[tokio::test]
async fn a_thousand_readers_cost_two_looks() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let books: Arc<Books<()>> = Arc::new(Books::new(8));
    books.fresh(&tenant).await.unwrap();
    // A look that takes its time, as over a network.
    let late = std::time::Duration::from_millis(20);
    world
        .aws
        .faults()
        .set(move |_| embedded::Fault::Delay(late));
    let before: u64 = world.aws.calls().values().sum();
    let readers = (0..1_000).map(|_| {
        let (books, tenant) = (Arc::clone(&books), tenant.clone());
        async move { books.fresh(&tenant).await.map(drop) }
    });
    for done in futures_util::future::join_all(readers).await {
        done.unwrap();
    }
    let looks = world.aws.calls().values().sum::<u64>() - before;
    assert!(looks <= 2, "{looks} looks");
}

#[tokio::test(start_paused = true)]
async fn whether_a_late_answer_is_waited_for_is_no_matter_of_the_machine() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let late = std::time::Duration::from_mins(1);
    world.break_next("GetItem", 1, embedded::Fault::Delay(late));
    // The machine is busy meanwhile, and its own time goes by as well as the one that is paused.
    let busy = async {
        for _ in 0..40 {
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            #[expect(clippy::disallowed_methods, reason = "the machine's time shall go by")]
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    };
    let (head, ()) = tokio::join!(tenant.head(), busy);
    assert_eq!(head.unwrap(), 0);
}

#[tokio::test]
async fn a_snapshot_gives_the_book_again() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    for n in 0..30 {
        tenant
            .commit(page(vec![deal(n, "deal 🥧", 1)]))
            .await
            .unwrap();
    }
    let clock = Entity::Clock("crm".into(), tenant.now());
    tenant
        .commit(page(vec![Versioned::new(Change::Put(clock), 1)]))
        .await
        .unwrap();
    let warm = tenant.book().await.unwrap();
    assert!(tenant.save_snapshot(&warm).await.unwrap());
    assert!(!tenant.save_snapshot(&warm).await.unwrap());
    let loaded = tenant.book().await.unwrap();
    assert_eq!(loaded.snapshot_seq, 31);
    assert_eq!(loaded.book, warm.book);
    tenant
        .commit(page(vec![deal(0, "changed since", 2)]))
        .await
        .unwrap();
    let loaded = tenant.book().await.unwrap();
    assert_eq!(
        (loaded.seq, names(&loaded.book).contains(&"changed since")),
        (32, true)
    );
}

#[tokio::test]
async fn a_cursor_leads_only_whoever_got_it_and_only_for_a_day() {
    let world = World::new().await;
    let (tenant, other) = (world.tenant(1).await, world.tenant(2).await);
    let cursor = tenant
        .seal_cursor("deals?sort=name", &(7, "x"))
        .await
        .unwrap();
    let open = async |tenant: &Tenant, list: &str, cursor: &str| {
        tenant
            .open_cursor::<(u32, String)>(list, cursor)
            .await
            .unwrap()
    };
    assert_eq!(
        open(&tenant, "deals?sort=name", &cursor).await,
        Ok((7, "x".to_owned()))
    );
    let foreign = Err(CursorError::Foreign);
    assert_eq!(open(&other, "deals?sort=name", &cursor).await, foreign);
    assert_eq!(open(&tenant, "deals?sort=-name", &cursor).await, foreign);
    assert_eq!(open(&tenant, "deals?sort=name", "").await, foreign);
    assert_eq!(
        open(&tenant, "deals?sort=name", &"A".repeat(10_000)).await,
        foreign
    );
    let by_key = world
        .store
        .tenant(&TenantCtx::system(tenant.id(), "sync", "r"));
    assert_eq!(open(&by_key, "deals?sort=name", &cursor).await, foreign);
    world.pass(86_401);
    assert_eq!(
        open(&tenant, "deals?sort=name", &cursor).await,
        Err(CursorError::Expired)
    );
}

#[tokio::test]
async fn the_same_request_twice_is_done_once() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let Claim::Ours(claimed) = tenant.claim("key", "digest").await.unwrap() else {
        panic!()
    };
    assert_eq!(
        tenant.claim("key", "digest").await.unwrap(),
        Claim::InFlight
    );
    assert_eq!(
        tenant.claim("key", "another").await.unwrap(),
        Claim::OtherRequest
    );
    let answer = Answer {
        status: 201,
        headers: Vec::new(),
        body: "{}".to_owned(),
    };
    tenant.settle(&claimed, &answer).await.unwrap();
    let answered = Claim::Answered(Box::new(answer));
    assert_eq!(tenant.claim("key", "digest").await.unwrap(), answered);
    // Cut off in flight: after a while it may be tried again, and the first can no longer answer.
    let Claim::Ours(cut) = tenant.claim("cut", "digest").await.unwrap() else {
        panic!()
    };
    world.pass(61);
    let Claim::Ours(second) = tenant.claim("cut", "digest").await.unwrap() else {
        panic!()
    };
    let late = Answer {
        status: 500,
        headers: Vec::new(),
        body: String::new(),
    };
    tenant.settle(&cut, &late).await.unwrap();
    assert_eq!(
        tenant.claim("cut", "digest").await.unwrap(),
        Claim::InFlight
    );
    tenant.unclaim(&second).await.unwrap();
    assert!(matches!(
        tenant.claim("cut", "other").await.unwrap(),
        Claim::Ours(_)
    ));
    // A day later the key is free.
    world.pass(86_401);
    assert!(matches!(
        tenant.claim("key", "another").await.unwrap(),
        Claim::Ours(_)
    ));
}

#[tokio::test]
async fn of_racing_calls_no_more_pass_than_the_limit_allows() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let limit = Limit::new(10, 10, 60).unwrap();
    let calls = (0..64).map(|_| {
        let tenant = tenant.clone();
        tokio::spawn(async move {
            tenant
                .admit(RateClass::Simulate, limit)
                .await
                .unwrap()
                .is_allowed()
        })
    });
    let mut passed = 0;
    for call in calls.collect::<Vec<_>>() {
        passed += usize::from(call.await.unwrap());
    }
    assert_eq!(passed, 10);
    world.pass(6);
    assert!(
        tenant
            .admit(RateClass::Simulate, limit)
            .await
            .unwrap()
            .is_allowed()
    );
    assert!(
        !tenant
            .admit(RateClass::Simulate, limit)
            .await
            .unwrap()
            .is_allowed()
    );
    assert!(
        tenant
            .admit(RateClass::Export, limit)
            .await
            .unwrap()
            .is_allowed()
    );
}

#[tokio::test]
async fn sealed_files_open_under_their_own_name_and_end_with_the_key() {
    let world = World::new().await;
    let (tenant, other) = (world.tenant(1).await, world.tenant(2).await);
    tenant.put_sealed("a", b"secret text").await.unwrap();
    assert_eq!(
        &tenant.sealed("a").await.unwrap().unwrap()[..],
        b"secret text"
    );
    assert_eq!(tenant.sealed("b").await.unwrap(), None);
    let kept = tenant.blob("a").await.unwrap().unwrap();
    assert!(!kept.windows(6).any(|window| window == b"secret"));
    tenant.put_blob("b", kept.clone()).await.unwrap();
    assert!(tenant.sealed("b").await.is_err());
    other.put_blob("a", kept).await.unwrap();
    assert!(other.sealed("a").await.is_err());
    tenant.shred_key().await.unwrap();
    assert!(tenant.sealed("a").await.is_err());
}

#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Note(String, u32);

impl Document for Note {
    const PARTITION: &'static str = "V";
    const WHAT: &'static str = "note";
    fn id(&self) -> String {
        self.0.clone()
    }
}

#[tokio::test]
async fn a_document_is_changed_only_from_the_revision_that_was_read() {
    let world = World::new().await;
    let (tenant, other) = (world.tenant(1).await, world.tenant(2).await);
    let note = tenant.create_document(Note("a".into(), 0)).await.unwrap();
    assert!(matches!(
        tenant.create_document(Note("a".into(), 9)).await,
        Err(Error::Exists { .. })
    ));
    let changed = tenant
        .replace_document(Note("a".into(), 1), note.rev)
        .await
        .unwrap();
    let late = tenant.replace_document(Note("a".into(), 2), note.rev).await;
    assert!(matches!(late, Err(Error::Changed { .. })));
    assert!(matches!(
        other.document::<Note>("a").await,
        Err(Error::NotFound { .. })
    ));
    let edits = (0..6).map(|_| {
        let tenant = tenant.clone();
        tokio::spawn(async move {
            let edited = tenant.edit_document::<Note, Error>("a", |note| {
                note.1 += 1;
                Ok(())
            });
            edited.await.unwrap();
        })
    });
    for edit in edits.collect::<Vec<_>>() {
        edit.await.unwrap();
    }
    let now = tenant.document::<Note>("a").await.unwrap();
    assert_eq!((now.value.1, now.rev), (7, changed.rev + 6));
    assert!(matches!(
        tenant.delete_document::<Note>("a", Some(1)).await,
        Err(Error::Changed { .. })
    ));
    tenant
        .delete_document::<Note>("a", Some(now.rev))
        .await
        .unwrap();
    assert!(matches!(
        tenant.delete_document::<Note>("a", None).await,
        Err(Error::NotFound { .. })
    ));
}

#[tokio::test]
async fn an_erased_tenant_leaves_nothing_and_others_everything() {
    let world = World::new().await;
    let (tenant, other) = (world.tenant(1).await, world.tenant(2).await);
    for tenant in [&tenant, &other] {
        let own = Entity::Own(deal_id(1), OwnFields::default());
        let changes = vec![deal(1, "deal", 1), Versioned::new(Change::Put(own), 1)];
        tenant.commit(page(changes)).await.unwrap();
        tenant.put_sealed("exports/x", b"text").await.unwrap();
        tenant.create_document(Note("a".into(), 0)).await.unwrap();
        let warm = tenant.book().await.unwrap();
        tenant.save_snapshot(&warm).await.unwrap();
        connections::fill(tenant).await;
    }
    let erased = tenant.erase().await.unwrap();
    assert!(erased.rows > 12 && erased.files == 5, "{erased:?}");
    let left = world.everything().await;
    let digits = |tenant: &Tenant| {
        tenant
            .id()
            .to_string()
            .trim_start_matches("tenant_")
            .to_owned()
    };
    assert!(!left.contains(&digits(&tenant)) && left.contains(&digits(&other)));
    assert_eq!(tenant.erase().await.unwrap().rows, 0);
    assert_eq!(other.book().await.unwrap().book.deals.len(), 1);
    assert!(other.sealed("exports/x").await.unwrap().is_some());
    connections::check_filled(&other).await;
    let portal = store::Lookup::Portal("hubspot", "4411223");
    let found = world.store.look_up(portal).await.unwrap();
    assert_eq!(found.len(), 1, "the other's");
}

#[tokio::test]
async fn what_was_not_sent_is_sent_by_the_sweeper() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let message = store::Message {
        v: 1,
        tenant: tenant.id(),
        request_id: "r".to_owned(),
        kind: "book.changed".to_owned(),
        body: serde_json::Value::Null,
    };
    let outgoing = store::Outgoing::now(Queue::Simulate, message.clone());
    world.aws.faults().set(|call| match call.operation {
        "SendMessage" => embedded::Fault::Unavailable,
        _ => embedded::Fault::None,
    });
    let messages = vec![outgoing];
    tenant
        .commit(Page {
            messages,
            ..page(vec![deal(1, "deal", 1)])
        })
        .await
        .unwrap();
    let swept = async || {
        let swept = tenant.sweep_outbox().await.unwrap();
        (swept.sent, swept.oldest_s, swept.stopped.is_some())
    };
    world.pass(60);
    assert_eq!(swept().await, (0, 60, true), "it cannot be sent");
    world.aws.faults().clear();
    assert_eq!(world.store.receive(Queue::Simulate, 0).await.unwrap(), []);
    world.pass(60);
    assert_eq!(swept().await, (1, 120, false));
    let received = world.store.receive(Queue::Simulate, 0).await.unwrap();
    assert_eq!(
        serde_json::from_str::<store::Message>(&received[0].body).unwrap(),
        message
    );
    assert_eq!(swept().await, (0, 0, false));
}
