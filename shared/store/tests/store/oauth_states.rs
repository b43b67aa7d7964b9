//! Somebody goes away to grant access, and comes back once.

use super::World;
use aws_sdk_dynamodb::types::AttributeValue;
use model::ConnectionId;
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use store::{OAUTH_STATE_S, OauthPurpose, OauthState};

fn away(world: &World) -> OauthState {
    OauthState {
        tenant: None,
        by: "member_4411".to_owned(),
        session: "session_4411".to_owned(),
        provider: "hubspot".to_owned(),
        connection: Some(ConnectionId::from_bytes([3; 16])),
        purpose: OauthPurpose::Connect,
        verifier: "verifier-4411".into(),
        redirect_uri: "https://pie.example/oauth/hubspot".to_owned(),
        return_to: "connections".to_owned(),
        created_at: world.store.now(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_who_bring_the_same_state_one_is_let_in() {
    let world = World::new().await;
    for _ in 0..5 {
        let state = world.store.put_oauth_state(&away(&world)).await.unwrap();
        let takers = (0..64).map(|_| {
            let (store, state) = (world.store.clone(), state.clone());
            tokio::spawn(
                async move { store.take_oauth_state(state.expose_secret()).await.unwrap() },
            )
        });
        let mut taken = Vec::new();
        for taker in takers.collect::<Vec<_>>() {
            taken.extend(taker.await.unwrap());
        }
        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0].verifier.expose_secret(), "verifier-4411");
        assert_eq!(taken[0].purpose, OauthPurpose::Connect);
        assert_eq!(taken[0].session, "session_4411");
    }
}

#[tokio::test]
async fn a_state_is_good_for_ten_minutes_and_made_up_ones_for_none() {
    let world = World::new().await;
    let mut states = Vec::new();
    for _ in 0..2 {
        let state = world.store.put_oauth_state(&away(&world)).await.unwrap();
        states.push(state.expose_secret().to_owned());
    }
    assert_ne!(states[0], states[1]);
    let take = async |state: &str| world.store.take_oauth_state(state).await.unwrap().is_some();
    for made_up in [
        "",
        "x",
        &"A".repeat(43),
        &"A".repeat(10_000),
        &states[0][1..],
    ] {
        assert!(!take(made_up).await);
    }
    world.pass(OAUTH_STATE_S - 1);
    assert!(take(&states[0]).await);
    assert!(!take(&states[0]).await, "again");
    world.pass(1);
    assert!(!take(&states[1]).await, "late");
}

#[tokio::test]
async fn the_table_tells_nothing_of_who_is_away() {
    let world = World::new().await;
    let state = world.store.put_oauth_state(&away(&world)).await.unwrap();
    let state = state.expose_secret();
    let text = world.everything().await;
    for told in [
        state,
        "4411",
        "hubspot",
        "pie.example",
        &ConnectionId::from_bytes([3; 16]).to_string(),
    ] {
        assert!(!text.contains(told), "{told}");
    }
    // A row that is copied to another state's place does not open there.
    let mine = "M".repeat(43);
    let pk = |state: &str| {
        let mut pk = "S#OAUTH#".to_owned();
        for byte in Sha256::digest(state) {
            write!(pk, "{byte:02x}").unwrap();
        }
        AttributeValue::S(pk)
    };
    let get = world.table().get_item().table_name("pie");
    let got = get
        .key("pk", pk(state))
        .key("sk", AttributeValue::S("A".to_owned()))
        .send();
    let mut row = got.await.unwrap().item.unwrap();
    row.insert("pk".to_owned(), pk(&mine));
    let put = world.table().put_item().table_name("pie");
    put.set_item(Some(row)).send().await.unwrap();
    assert!(world.store.take_oauth_state(&mine).await.is_err());
    assert!(world.store.take_oauth_state(state).await.unwrap().is_some());
    let shown = format!("{:?}", away(&world));
    assert!(!shown.contains("verifier-4411"), "{shown}");
}
