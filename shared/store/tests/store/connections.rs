//! Connections, their streams, and what was brought from them.

use super::World;
use jiff::Timestamp;
use model::ConnectionId;
use secrecy::SecretString;
use std::collections::BTreeMap;
use store::{
    AuthKind, Connection, ConnectionStatus, Error, Lookup, MOST_ISSUES, Page, Secrets, StreamState,
    StreamStatus, Tenant, stands_for,
};

pub(super) fn id(tenant: &Tenant, n: u32) -> ConnectionId {
    ConnectionId::derive(&tenant.id(), "hubspot", &n.to_string())
}

fn connection(tenant: &Tenant, n: u32) -> Connection {
    let made_at = tenant.now();
    Connection {
        account: Some("4411223".to_owned()),
        space: "hubspot:4411223".to_owned(),
        ..Connection::new(
            id(tenant, n),
            "hubspot",
            AuthKind::Oauth,
            "member_1",
            made_at,
        )
    }
}

/// One of everything that belongs to a connection.
pub(super) async fn fill(tenant: &Tenant) {
    let connection = connection(tenant, 1);
    let of = connection.id;
    let portal = Lookup::Portal("hubspot", "4411223");
    tenant.note_lookup(portal, &of.to_string()).await.unwrap();
    tenant.create_document(connection).await.unwrap();
    tenant.edit_stream(of, "deals", |_| {}).await.unwrap();
    let secrets = Secrets {
        access: SecretString::from("access"),
        refresh: None,
        expires_at: None,
        issued_at: tenant.now(),
        scope: None,
        extra: BTreeMap::new(),
    };
    tenant.put_credential(of, secrets).await.unwrap();
    tenant
        .put_webhook_secrets(of, vec!["shared".into()])
        .await
        .unwrap();
    tenant
        .note_links(&[("deal_1".to_owned(), "deal_2".to_owned())].into())
        .await
        .unwrap();
    tenant
        .put_raw(&format!("{of}/deals/000001"), b"[]")
        .await
        .unwrap();
    let page = Page {
        markers: vec!["event 1".to_owned()],
        ..Page::default()
    };
    tenant.commit(page).await.unwrap();
}

/// That all of it is still there.
pub(super) async fn check_filled(tenant: &Tenant) {
    let of = id(tenant, 1);
    assert_eq!(tenant.documents::<Connection>().await.unwrap().len(), 1);
    assert_eq!(tenant.streams(of).await.unwrap().len(), 1);
    assert!(tenant.credential(of).await.unwrap().is_some());
    assert_eq!(tenant.webhook_secrets(of).await.unwrap().len(), 1);
    assert_eq!(tenant.links().await.unwrap().len(), 1);
    assert_eq!(tenant.raw_pages("").await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_connection_is_edited_and_listed() {
    let world = World::new().await;
    let (tenant, other) = (world.tenant(1).await, world.tenant(2).await);
    for n in 1..=3 {
        tenant
            .create_document(connection(&tenant, n))
            .await
            .unwrap();
    }
    let text = id(&tenant, 2).to_string();
    let until = Timestamp::from_second(1_800_001_800).unwrap();
    let edited = tenant.edit_document::<Connection, Error>(&text, |connection| {
        connection.status = ConnectionStatus::NeedsReauth;
        connection.reason = Some("Reconnect HubSpot: it no longer accepts our token.".into());
        connection.next_sync_at = Some(until);
        connection.streams_off.insert("activities".to_owned());
        Ok(())
    });
    edited.await.unwrap();
    let kept = tenant.document::<Connection>(&text).await.unwrap();
    assert_eq!(kept.value.next_sync_at, Some(until));
    assert_eq!((kept.value.every_min, kept.rev), (30, 2));
    assert_eq!(tenant.documents::<Connection>().await.unwrap().len(), 3);
    assert_eq!(other.documents::<Connection>().await.unwrap().len(), 0);
}

#[tokio::test]
async fn the_account_of_an_app_leads_to_its_connections() {
    let world = World::new().await;
    let (tenant, other) = (world.tenant(1).await, world.tenant(2).await);
    let ids = [id(&tenant, 1).to_string(), id(&other, 1).to_string()];
    for (tenant, id) in [&tenant, &other].into_iter().zip(&ids) {
        let portal = Lookup::Portal("hubspot", "4411223");
        tenant.note_lookup(portal, id).await.unwrap();
    }
    let check = async |lookup: Lookup<'_>, expected: &[(&Tenant, &String)]| {
        let mut expected: Vec<_> = expected
            .iter()
            .map(|(tenant, id)| (tenant.id(), (*id).clone()))
            .collect();
        expected.sort_unstable();
        let mut found = world.store.look_up(lookup).await.unwrap();
        found.sort_unstable();
        assert_eq!(found, expected);
    };
    let both = [(&tenant, &ids[0]), (&other, &ids[1])];
    check(Lookup::Portal("hubspot", "4411223"), &both).await;
    check(Lookup::Portal("hubspot", "441122"), &[]).await;
    check(Lookup::Portal("pipedrive", "4411223"), &[]).await;
    check(Lookup::Portal("hubspot4", "411223"), &[]).await;
    check(Lookup::Issuer("hubspot", "4411223"), &[]).await;
}

#[tokio::test]
async fn the_streams_of_a_connection_are_its_own() {
    let world = World::new().await;
    let (tenant, other) = (world.tenant(1).await, world.tenant(2).await);
    let (a, b) = (id(&tenant, 1), id(&tenant, 2));
    let begun = [
        (&tenant, a, "deals"),
        (&tenant, a, "companies"),
        (&tenant, b, "deals"),
        (&other, a, "people"),
    ];
    for (tenant, connection, stream) in begun {
        let edited = tenant.edit_stream(connection, stream, |state| {
            state.status = StreamStatus::Queued;
        });
        edited.await.unwrap();
    }
    let check = async |tenant: &Tenant, connection, expected: &[&str]| {
        let streams = tenant.streams(connection).await.unwrap();
        let names: Vec<_> = streams.iter().map(|it| it.value.stream.as_str()).collect();
        assert_eq!(names, expected);
        let queued = |it: &store::Stored<StreamState>| it.value.status == StreamStatus::Queued;
        assert!(streams.iter().all(queued));
    };
    check(&tenant, a, &["companies", "deals"]).await;
    check(&tenant, b, &["deals"]).await;
    check(&other, a, &["people"]).await;
    check(&other, b, &[]).await;
    assert_eq!(tenant.delete_streams(a).await.unwrap(), 2);
    check(&tenant, a, &[]).await;
    check(&tenant, b, &["deals"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn edits_of_a_stream_that_race_to_begin_it_are_all_kept() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let of = id(&tenant, 1);
    let edits = (0..8).map(|_| {
        let tenant = tenant.clone();
        tokio::spawn(async move {
            let edited = tenant.edit_stream(of, "deals", |state| state.counts.read += 1);
            edited.await.unwrap();
        })
    });
    for edit in edits.collect::<Vec<_>>() {
        edit.await.unwrap();
    }
    let streams = tenant.streams(of).await.unwrap();
    assert_eq!((streams[0].value.counts.read, streams[0].rev), (8, 8));
}

#[test]
fn of_many_issues_the_newest_are_kept_and_all_are_counted() {
    let mut state = StreamState::new(ConnectionId::from_bytes([1; 16]), "deals");
    state.note((0..7).map(|n| n.to_string()));
    state.note((7..50).map(|n| n.to_string()));
    let newest: Vec<_> = (50 - MOST_ISSUES..50).map(|n| n.to_string()).collect();
    assert_eq!((state.issues, state.counts.issues), (newest, 50));
}

#[test]
fn what_an_earlier_version_has_kept_is_still_read() {
    let id = ConnectionId::from_bytes([1; 16]);
    let connection = format!(
        r#"{{"id":"{id}","source":"hubspot","name":"HubSpot","status":"active","auth":"oauth",
            "space":"hubspot","every_min":30,"created_by":"member_1",
            "created_at":"2026-11-20T00:00:00Z"}}"#
    );
    let connection: Connection = serde_json::from_str(&connection).unwrap();
    assert_eq!(connection.status, ConnectionStatus::Active);
    let state: StreamState =
        serde_json::from_str(&format!(r#"{{"connection":"{id}","stream":"deals"}}"#)).unwrap();
    assert_eq!(state, StreamState::new(id, "deals"));
}

#[tokio::test]
async fn a_page_of_a_source_comes_back_as_it_was_sent() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let page = br#"{"results":[{"dealname":"A secret deal"}]}"#.repeat(200);
    for name in [
        "conn_a/deals/1",
        "conn_a/deals/2",
        "conn_a/people/1",
        "conn_ab/deals/1",
    ] {
        tenant.put_raw(name, &page).await.unwrap();
    }
    tenant.put_raw("conn_a/deals/0", b"").await.unwrap();
    assert_eq!(tenant.raw("conn_a/deals/2").await.unwrap().unwrap(), page);
    assert_eq!(tenant.raw("conn_a/deals/0").await.unwrap().unwrap(), "");
    assert_eq!(tenant.raw("conn_a/deals/3").await.unwrap(), None);

    let kept = tenant.blob("raw/conn_a/deals/1").await.unwrap().unwrap();
    assert!(kept.len() < page.len() / 10);
    tenant.put_blob("raw/conn_a/deals/9", kept).await.unwrap();
    assert!(tenant.raw("conn_a/deals/9").await.is_err(), "a copy");

    let names = async |prefix: &str| -> Vec<String> {
        let pages = tenant.raw_pages(prefix).await.unwrap();
        pages.into_iter().map(|page| page.name).collect()
    };
    let deals = ["0", "1", "2", "9"].map(|n| format!("conn_a/deals/{n}"));
    assert_eq!(names("conn_a/deals/").await, deals);
    assert_eq!(tenant.delete_raw("conn_a/deals/").await.unwrap(), 4);
    let left = ["conn_a/people/1", "conn_ab/deals/1"];
    assert_eq!(names("").await, left);
}

#[tokio::test]
async fn a_merged_id_leads_to_the_one_it_stands_for() {
    let world = World::new().await;
    let (tenant, other) = (world.tenant(1).await, world.tenant(2).await);
    let pair = |(from, to): (&str, &str)| (from.to_owned(), to.to_owned());
    let noted = [
        ("deal_a", "deal_b"),
        ("deal_b", "deal_c"),
        ("deal_x", "deal_x2"),
    ]
    .map(pair);
    tenant.note_links(&noted.clone().into()).await.unwrap();
    tenant
        .note_links(&[("deal_c", "deal_d")].map(pair).into())
        .await
        .unwrap();
    let links = tenant.links().await.unwrap();
    for (id, expected) in [
        ("deal_a", "deal_d"),
        ("deal_d", "deal_d"),
        ("deal_x", "deal_x2"),
    ] {
        assert_eq!(stands_for(&links, id), expected);
    }
    tenant.drop_links(&["deal_b".to_owned()]).await.unwrap();
    let links = tenant.links().await.unwrap();
    assert_eq!(stands_for(&links, "deal_a"), "deal_b");
    assert!(other.links().await.unwrap().is_empty());
}

#[test]
fn links_in_a_ring_come_to_an_end() {
    let ring = [("a", "b"), ("b", "c"), ("c", "b"), ("d", "d")];
    let links: BTreeMap<String, String> = ring
        .map(|(from, to)| (from.to_owned(), to.to_owned()))
        .into();
    for id in ["a", "b", "c", "d", "e"] {
        let end = stands_for(&links, id);
        assert!(["b", "c", "d", "e"].contains(&end), "{id}: {end}");
    }
}
