//! An account is connected once, however often somebody consents.

use crate::world::{COOKIE, World, connection_id, page, tenant_id};
use embedded::Fault;
use http::StatusCode;
use secrecy::ExposeSecret;
use std::time::Duration;
use store::{Connection, ConnectionStatus, Lookup, OauthPurpose, OauthState, Queue};

/// Somebody of a tenant consents for one of its connections; gives the status and what they see.
async fn consent(world: &World, (tenant, n): (u8, u8), code: &str) -> (u16, String) {
    let going = OauthState {
        tenant: Some(tenant_id(tenant)),
        connection: Some(connection_id(n)),
        purpose: OauthPurpose::Reconnect,
        ..world.going()
    };
    let state = world.away(&going).await;
    let code = world.consent(code);
    let target = format!("/v1/oauth/salesforce/callback?code={code}&state={state}");
    page(world.back(&target, Some(COOKIE)).await).await
}

/// The account whose token is kept of a connection.
async fn granted(world: &World, (tenant, n): (u8, u8)) -> Option<String> {
    let kept = world.tenant(tenant).credential(connection_id(n)).await;
    let kept = kept.unwrap()?;
    Some(kept.secrets.access.expose_secret().to_owned())
}

async fn kept(world: &World, (tenant, n): (u8, u8)) -> Option<Connection> {
    let id = connection_id(n).to_string();
    let tenant = world.tenant(tenant);
    let found = tenant.find_document::<Connection>(&id).await;
    found.unwrap().map(|stored| stored.value)
}

async fn disconnect(world: &World, (tenant, n): (u8, u8)) {
    let id = connection_id(n).to_string();
    let tenant = world.tenant(tenant);
    let edited = tenant.edit_document::<Connection, store::Error>(&id, |it| {
        it.status = ConnectionStatus::Disabled;
        Ok(())
    });
    edited.await.unwrap();
}

async fn actions(world: &World) -> Vec<String> {
    let events = world.tenant(1).audit_events(None, 100).await.unwrap();
    let told = events.iter().rev();
    told.map(|it| format!("{} {}", it.action, it.target))
        .collect()
}

async fn messages(world: &World) -> usize {
    let received = world.store.receive(Queue::Sync, 0).await.unwrap();
    received.len()
}

#[tokio::test]
async fn a_second_connection_to_an_account_is_refused_by_the_first_ones_name_and_leaves_nothing() {
    let world = World::new().await;
    assert_eq!(consent(&world, (1, 1), "c1").await.0, 303);
    let first = kept(&world, (1, 1)).await.unwrap();
    assert_eq!(first.account.as_deref(), Some("org1"));
    assert_eq!(first.space, "salesforce:org1");
    let portal = Lookup::Portal("salesforce", "org1");
    let found = world.store.look_up(portal).await.unwrap();
    assert_eq!(found, [(tenant_id(1), first.id.to_string())]);
    assert_eq!(messages(&world).await, 1);
    world.waits(1, 3, "Another name").await;
    let (status, text) = consent(&world, (1, 3), "c2").await;
    assert_eq!(status, 409, "{text}");
    let there = format!("https://pie.example/connections/{}", first.id);
    for told in [
        "Connected already",
        "“Head office”",
        "reconnect",
        "disconnect",
        &there,
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert_eq!(kept(&world, (1, 3)).await, None);
    assert_eq!(granted(&world, (1, 3)).await, None);
    assert_eq!(messages(&world).await, 0, "nothing more is synced");
    assert_eq!(world.store.look_up(portal).await.unwrap(), found);
    assert_eq!(kept(&world, (1, 1)).await, Some(first.clone()));
    let refused = connection_id(3);
    assert_eq!(
        actions(&world).await,
        [
            format!("connection.authorized {}", first.id),
            format!("connection.refused {refused}"),
        ]
    );
    // The connection itself is granted anew as often as somebody likes.
    assert_eq!(consent(&world, (1, 1), "c3").await.0, 303);
    assert_eq!(messages(&world).await, 1);
    // What is disconnected has the account no more.
    disconnect(&world, (1, 1)).await;
    world.waits(1, 4, "Afresh").await;
    assert_eq!(consent(&world, (1, 4), "c4").await.0, 303);
    let afresh = kept(&world, (1, 4)).await.unwrap();
    assert_eq!(afresh.space, "salesforce:org1");
}

#[tokio::test]
async fn two_tenants_have_the_same_account_and_one_tenant_two_accounts() {
    let world = World::new().await;
    world.waits(1, 3, "Another account").await;
    for (whose, code) in [((1, 1), "c1"), ((2, 2), "c2"), ((1, 3), "other")] {
        let (status, text) = consent(&world, whose, code).await;
        assert_eq!(status, 303, "{whose:?} {text}");
    }
}

#[tokio::test]
async fn who_reconnects_with_another_account_keeps_the_grant_of_the_one_connected() {
    let world = World::new().await;
    assert_eq!(consent(&world, (1, 1), "c1").await.0, 303);
    let (status, text) = consent(&world, (1, 1), "other").await;
    assert_eq!(status, 409, "{text}");
    assert!(text.contains("Another account"), "{text}");
    assert!(text.contains("“Head office”"), "{text}");
    assert_eq!(granted(&world, (1, 1)).await.as_deref(), Some("org1"));
    let kept = kept(&world, (1, 1)).await.unwrap();
    assert_eq!(kept.status, ConnectionStatus::Active);
    assert_eq!(kept.account.as_deref(), Some("org1"));
}

#[tokio::test]
async fn of_two_that_come_back_at_once_one_has_the_account() {
    for _ in 0..4 {
        let world = World::new().await;
        world.waits(1, 3, "Branch").await;
        world.gather(2);
        // Each call takes its time, so that both have looked before either writes.
        let slow = Fault::Delay(Duration::from_millis(4));
        world.aws.faults().set(move |_| slow);
        let (one, other) =
            tokio::join!(consent(&world, (1, 1), "c1"), consent(&world, (1, 3), "c2"),);
        let mut statuses = [one.0, other.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409], "{} {}", one.1, other.1);
        let mut connected = 0;
        for whose in [(1, 1), (1, 3)] {
            let kept = kept(&world, whose).await;
            connected += usize::from(kept.is_some());
            assert_eq!(kept.is_some(), granted(&world, whose).await.is_some());
        }
        assert_eq!(connected, 1);
        assert_eq!(messages(&world).await, 1);
    }
}

#[tokio::test]
async fn what_is_disconnected_while_somebody_consents_stays_so() {
    let world = World::new().await;
    let gate = world.gather(2);
    let ((status, text), ()) = tokio::join!(consent(&world, (1, 1), "c1"), async {
        disconnect(&world, (1, 1)).await;
        gate.wait().await;
    });
    assert_eq!(status, StatusCode::BAD_REQUEST, "{text}");
    let kept = kept(&world, (1, 1)).await.unwrap();
    assert_eq!(kept.status, ConnectionStatus::Disabled);
    assert_eq!(granted(&world, (1, 1)).await, None);
    assert_eq!(messages(&world).await, 0);
}
