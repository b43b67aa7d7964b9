//! Connected sources: when they are read, and what is done for those that are not.

use crate::support::{DAY, HOUR, START, World, job};
use jiff::{SignedDuration, Timestamp};
use model::ConnectionId;
use schedule::tick;
use serde_json::json;
use std::collections::BTreeMap;
use store::{
    AuthKind, Connection, ConnectionStatus, EVERY_MIN, Job, JobStatus, Queue, Secrets, Tenant,
};

fn id() -> ConnectionId {
    ConnectionId::from_bytes([7; 16])
}

/// Keeps a connection that is in use and due, unless it is edited.
async fn connect(tenant: &Tenant, auth: AuthKind, edit: impl FnOnce(&mut Connection)) {
    let mut connection = Connection::new(id(), "hubspot", auth, "member_1", START);
    connection.status = ConnectionStatus::Active;
    edit(&mut connection);
    tenant.create_document(connection).await.unwrap();
}

async fn kept(tenant: &Tenant) -> Connection {
    let kept = tenant.document(&id().to_string()).await;
    kept.unwrap().value
}

fn minutes(count: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(count))
}

#[tokio::test]
async fn a_sync_that_is_due_is_begun_once_whoever_ticks() {
    let world = World::new().await;
    let tenant = world.found(1).await;
    connect(&tenant, AuthKind::Oauth, |_| {}).await;
    let (one, other) = (world.app(), world.app());
    let (a, b) = tokio::join!(tick(&one), tick(&other));
    assert_eq!(a.unwrap().syncs + b.unwrap().syncs, 1);
    let [message] = world.taken(Queue::Sync).await.try_into().unwrap();
    let [job] = tenant.documents::<Job>().await.unwrap().try_into().unwrap();
    assert_eq!(message.kind, "connection.sync");
    assert_eq!(
        message.body,
        json!({"connection": id(), "job": job.value.id})
    );
    assert_eq!(job.value.kind, "connection.sync");
    assert_eq!(job.value.subject, Some(id().to_string()));
    let next = kept(&tenant).await.next_sync_at.unwrap();
    assert_eq!(next, START + minutes(EVERY_MIN));
    // Not before the next is due.
    world.pass(u64::from(EVERY_MIN) * 60 - 1);
    assert_eq!(world.ticked().await.syncs, 0);
    world.pass(1);
    assert_eq!(world.ticked().await.syncs, 1);
}

#[tokio::test]
async fn what_is_begun_is_what_the_connection_needs() {
    let check = async |edit: fn(&mut Connection), expected: Option<&str>| {
        let world = World::new().await;
        let tenant = world.found(1).await;
        connect(&tenant, AuthKind::Oauth, edit).await;
        let states = [
            ("job_at_work", JobStatus::Running),
            ("job_done", JobStatus::Succeeded),
        ];
        for (id, status) in states {
            let mut job = job(id, "connection.sync", None, status, START);
            job.heartbeat_at = Some(START);
            tenant.create_document(job).await.unwrap();
        }
        let ticked = world.ticked().await;
        let messages = world.taken(Queue::Sync).await;
        let kinds: Vec<&str> = messages.iter().map(|it| it.kind.as_str()).collect();
        let connection = kept(&tenant).await;
        assert_eq!(kinds, Vec::from_iter(expected), "{connection:?}");
        assert_eq!(ticked.syncs, kinds.len(), "{connection:?}");
        let waits = connection.status == ConnectionStatus::NeedsReauth;
        assert_eq!(ticked.needs_reauth, usize::from(waits), "{connection:?}");
    };
    let sync = Some("connection.sync");
    check(|_| {}, sync).await;
    check(|it| it.next_sync_at = Some(START), sync).await;
    check(|it| it.next_sync_at = Some(START + minutes(1)), None).await;
    check(|it| it.run = Some("job_at_work".to_owned()), None).await;
    check(|it| it.run = Some("job_done".to_owned()), sync).await;
    check(|it| it.run = Some("job_forgotten".to_owned()), sync).await;
    let long_ago = |it: &mut Connection| {
        it.last_reconciled_at = Some(START - SignedDuration::from_hours(7 * 24));
    };
    check(long_ago, Some("connection.reconcile")).await;
    check(|it| it.last_reconciled_at = Some(START), sync).await;
    for status in [
        |it: &mut Connection| it.status = ConnectionStatus::Pending,
        |it: &mut Connection| it.status = ConnectionStatus::NeedsReauth,
        |it: &mut Connection| it.status = ConnectionStatus::Paused,
        |it: &mut Connection| it.status = ConnectionStatus::Disabled,
    ] {
        check(status, None).await;
    }
}

fn secrets(issued_at: Timestamp) -> Secrets {
    Secrets {
        access: "access".to_owned().into(),
        refresh: Some("refresh".to_owned().into()),
        expires_at: None,
        issued_at,
        scope: None,
        extra: BTreeMap::new(),
    }
}

#[tokio::test]
async fn the_grant_of_a_paused_connection_is_used_before_it_ends() {
    let check = async |auth: AuthKind, status: ConnectionStatus, age_s: u64, expected: bool| {
        let world = World::new().await;
        let tenant = world.found(1).await;
        connect(&tenant, auth, |it| {
            it.status = status;
            it.next_sync_at = Some(START + SignedDuration::from_hours(24 * 365));
        })
        .await;
        tenant.put_credential(id(), secrets(START)).await.unwrap();
        world.pass(age_s);
        world.ticked().await;
        let messages = world.taken(Queue::Sync).await;
        let kinds: Vec<&str> = messages.iter().map(|it| it.kind.as_str()).collect();
        let wanted = Vec::from_iter(expected.then_some("connection.refresh"));
        assert_eq!(kinds, wanted, "{auth:?} {status:?} {age_s}");
        for message in messages {
            assert_eq!(message.body["connection"], json!(id()));
        }
    };
    let (paused, oauth) = (ConnectionStatus::Paused, AuthKind::Oauth);
    check(oauth, paused, 3 * DAY - HOUR, false).await;
    check(oauth, paused, 3 * DAY, true).await;
    check(AuthKind::Key, paused, 30 * DAY, false).await;
    check(oauth, ConnectionStatus::Active, 30 * DAY, false).await;
    check(oauth, ConnectionStatus::Disabled, 30 * DAY, false).await;
}
