//! Markers: what comes twice is done once.

use super::{World, deal, page};
use store::{Committed, Error, MOST_CHANGES, Message, Outgoing, Page, Queue, Tenant, Versioned};

fn marked(markers: &[&str], changes: Vec<Versioned>) -> Page {
    Page {
        markers: markers.iter().map(|&marker| marker.to_owned()).collect(),
        ..page(changes)
    }
}

fn message(tenant: &Tenant) -> Outgoing {
    let message = Message {
        v: 1,
        tenant: tenant.id(),
        request_id: "r".to_owned(),
        kind: "sync.stream".to_owned(),
        body: serde_json::Value::Null,
    };
    Outgoing::now(Queue::Sync, message)
}

fn known(markers: &[&str]) -> Committed {
    Committed {
        duplicate: true,
        known: markers.iter().map(|&marker| marker.to_owned()).collect(),
        ..Committed::default()
    }
}

#[tokio::test]
async fn a_page_that_was_done_before_writes_nothing() {
    let world = World::new().await;
    let (tenant, other) = (world.tenant(1).await, world.tenant(2).await);
    let first = marked(&["event 1", "event 1"], vec![deal(1, "one", 1)]);
    let done = tenant.commit(first).await.unwrap();
    assert_eq!((done.seq, done.duplicate), (1, false));

    let lease = tenant.lease("sync#1").await.unwrap().unwrap();
    let again = Page {
        messages: vec![message(&tenant)],
        step: Some(lease.step("1", tenant.now())),
        ..marked(&["event 1"], vec![deal(1, "two", 2), deal(2, "new", 1)])
    };
    assert_eq!(tenant.commit(again).await.unwrap(), known(&["event 1"]));
    assert_eq!(tenant.head().await.unwrap(), 1);
    assert_eq!(world.store.receive(Queue::Sync, 0).await.unwrap(), []);
    tenant.release(&lease).await.unwrap();
    let cursor = tenant.lease("sync#1").await.unwrap().unwrap().cursor;
    assert_eq!(cursor, "", "the step was not done");

    let here = other.commit(marked(&["event 1"], vec![])).await.unwrap();
    assert!(!here.duplicate, "another tenant's event is another event");
}

#[tokio::test]
async fn of_several_markers_those_that_are_known_are_named() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let long = "x".repeat(5_000);
    let first = marked(&["a", &long], vec![]);
    assert!(!tenant.commit(first).await.unwrap().duplicate);
    let mixed = marked(&["b", "a", &long], vec![deal(1, "one", 1)]);
    let mut said = tenant.commit(mixed).await.unwrap();
    said.known.sort_unstable();
    assert_eq!(said, known(&["a", &long]));
    let rest = marked(&["b"], vec![deal(1, "one", 1)]);
    assert_eq!(tenant.commit(rest).await.unwrap().seq, 1);
}

#[tokio::test]
async fn an_event_that_tells_nothing_new_is_still_remembered() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    tenant.commit(page(vec![deal(1, "new", 7)])).await.unwrap();
    let old = || marked(&["event"], vec![deal(1, "old", 3)]);
    let done = tenant.commit(old()).await.unwrap();
    assert_eq!((done.seq, done.stale.len(), done.duplicate), (0, 1, false));
    assert_eq!(tenant.commit(old()).await.unwrap(), known(&["event"]));
}

#[tokio::test]
async fn an_event_is_remembered_for_35_days() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    for (seconds, duplicate) in [(0, false), (35 * 86_400 - 1, true), (1, false), (0, true)] {
        world.pass(seconds);
        let done = tenant.commit(marked(&["event"], vec![])).await.unwrap();
        assert_eq!(done.duplicate, duplicate, "{seconds}");
    }
}

#[tokio::test]
async fn a_full_page_leaves_room_for_the_bookkeeping() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let lease = tenant.lease("sync#1").await.unwrap().unwrap();
    let names: Vec<String> = (0..MOST_CHANGES - 40).map(|n| n.to_string()).collect();
    let full = Page {
        markers: names,
        messages: vec![message(&tenant); 7],
        step: Some(lease.step("1", tenant.now())),
        ..page((0..40).map(|n| deal(n, "deal", 1)).collect())
    };
    let over = Page {
        messages: vec![message(&tenant); 8],
        ..full.clone()
    };
    let refused = tenant.commit(over).await;
    assert!(matches!(refused, Err(Error::TooLarge { .. })));
    let done = tenant.commit(full).await.unwrap();
    assert_eq!((done.seq, done.duplicate), (1, false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_bring_an_event_at_once_one_does_it() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let racers = (0..8).map(|n| {
        let tenant = tenant.clone();
        tokio::spawn(async move {
            let page = marked(&["event"], vec![deal(n, "deal", 1)]);
            tenant.commit(page).await.unwrap()
        })
    });
    let mut done = 0;
    for racer in racers.collect::<Vec<_>>() {
        done += usize::from(!racer.await.unwrap().duplicate);
    }
    assert_eq!(done, 1);
    assert_eq!(tenant.book().await.unwrap().book.deals.len(), 1);
}

#[tokio::test]
async fn a_page_whose_answer_was_lost_is_no_duplicate_of_itself() {
    let world = World::that_asks_again().await;
    let tenant = world.tenant(1).await;
    world.break_next("TransactWriteItems", 1, embedded::Fault::AppliedButLost);
    let page = Page {
        messages: vec![message(&tenant)],
        ..marked(&["event"], vec![deal(1, "one", 1)])
    };
    let done = tenant.commit(page).await.unwrap();
    assert_eq!((done.seq, done.duplicate), (1, false));
    assert_eq!(world.store.receive(Queue::Sync, 0).await.unwrap().len(), 1);
}
