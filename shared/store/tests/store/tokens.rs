//! Secrets of connections: sealed in their place, refreshed once.

use super::World;
use super::connections::id;
use aws_sdk_dynamodb::types::AttributeValue;
use embedded::Fault;
use identity::SealError;
use jiff::Timestamp;
use model::ConnectionId;
use secrecy::{ExposeSecret, SecretString};
use std::collections::{BTreeMap, BTreeSet};
use store::{Credential, Error, Lost, REFRESH_S, Refresh, RefreshClaim, Secrets, Tenant};

fn secrets(access: &str) -> Secrets {
    Secrets {
        access: SecretString::from(access),
        refresh: Some(SecretString::from("refresh-4411")),
        expires_at: Timestamp::from_second(1_800_001_800).ok(),
        issued_at: Timestamp::from_second(1_800_000_000).unwrap(),
        scope: Some("deals.read".to_owned()),
        extra: [("instance".to_owned(), "https://eu.example".to_owned())].into(),
    }
}

fn said(credential: Option<Credential>) -> Option<(u64, String)> {
    let credential = credential?;
    let access = credential.secrets.access.expose_secret().to_owned();
    Some((credential.version, access))
}

async fn kept(tenant: &Tenant, of: ConnectionId) -> Option<(u64, String)> {
    said(tenant.credential(of).await.unwrap())
}

async fn claim(tenant: &Tenant, of: ConnectionId, version: u64) -> RefreshClaim {
    match tenant.claim_refresh(of, version).await.unwrap() {
        Refresh::Yours(claim) => claim,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn secrets_are_kept_in_versions_and_say_nothing_by_themselves() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let of = id(&tenant, 1);
    assert_eq!(kept(&tenant, of).await, None);
    tenant
        .put_credential(of, secrets("first-4411"))
        .await
        .unwrap();
    tenant
        .put_credential(of, secrets("second-4411"))
        .await
        .unwrap();
    let credential = tenant.credential(of).await.unwrap().unwrap();
    let shown = format!("{credential:?} {:?}", Refresh::Newer(credential.clone()));
    assert!(
        !shown.contains("4411") && !shown.contains("eu.example"),
        "{shown}"
    );
    assert!(!world.everything().await.contains("4411"));
    let Secrets {
        access,
        refresh,
        expires_at,
        issued_at,
        scope,
        extra,
    } = credential.secrets;
    let expected = secrets("second-4411");
    assert_eq!(credential.version, 2);
    assert_eq!(access.expose_secret(), "second-4411");
    assert_eq!(refresh.unwrap().expose_secret(), "refresh-4411");
    assert_eq!(
        (expires_at, issued_at, scope, extra),
        (
            expected.expires_at,
            expected.issued_at,
            expected.scope,
            expected.extra
        )
    );
    assert_eq!(kept(&tenant, id(&tenant, 2)).await, None);
    assert_eq!(kept(&world.tenant(2).await, of).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_who_would_refresh_a_version_one_does() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let of = id(&tenant, 1);
    tenant
        .put_credential(of, secrets("access 1"))
        .await
        .unwrap();
    for version in 1..=5 {
        let racers = (0..64).map(|_| {
            let tenant = tenant.clone();
            tokio::spawn(async move {
                match tenant.claim_refresh(of, version).await.unwrap() {
                    Refresh::Yours(claim) => {
                        assert!(!claim.unfinished);
                        let next = secrets(&format!("access {}", version + 1));
                        tenant.finish_refresh(claim, next).await.unwrap().unwrap();
                        1
                    }
                    Refresh::InFlight { until } => {
                        assert_eq!(until.as_second(), 1_800_000_000 + REFRESH_S);
                        0
                    }
                    Refresh::Newer(newer) => {
                        assert_eq!(newer.version, version + 1);
                        0
                    }
                }
            })
        });
        let mut refreshes = 0;
        for racer in racers.collect::<Vec<_>>() {
            refreshes += racer.await.unwrap();
        }
        assert_eq!(refreshes, 1);
        let next = format!("access {}", version + 1);
        assert_eq!(kept(&tenant, of).await, Some((version + 1, next)));
    }
}

#[tokio::test]
async fn a_claim_that_ran_out_is_told_to_the_next_and_one_given_back_is_not() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let of = id(&tenant, 1);
    tenant
        .put_credential(of, secrets("access 1"))
        .await
        .unwrap();

    let given_back = claim(&tenant, of, 1).await;
    tenant.abandon_refresh(given_back.clone()).await.unwrap();
    let cut_off = claim(&tenant, of, 1).await;
    assert!(!cut_off.unfinished);
    // Somebody else's claim is not ours to give back.
    tenant.abandon_refresh(given_back).await.unwrap();
    let refresh = tenant.claim_refresh(of, 1).await.unwrap();
    assert!(matches!(refresh, Refresh::InFlight { until } if until == cut_off.until));

    world.pass(REFRESH_S);
    let second = claim(&tenant, of, 1).await;
    assert!(second.unfinished);
    tenant.abandon_refresh(second).await.unwrap();
    let third = claim(&tenant, of, 1).await;
    assert!(third.unfinished, "the first one's end is still unknown");
    let late = tenant
        .finish_refresh(cut_off.clone(), secrets("late"))
        .await;
    assert_eq!(late.unwrap().unwrap_err(), Lost, "the third has it");
    let done = tenant.finish_refresh(third, secrets("access 2")).await;
    assert_eq!(done.unwrap().unwrap().version, 2);
    let late = tenant.finish_refresh(cut_off, secrets("late")).await;
    assert_eq!(late.unwrap().unwrap_err(), Lost);
    assert_eq!(kept(&tenant, of).await, Some((2, "access 2".to_owned())));
    assert!(!claim(&tenant, of, 2).await.unfinished);
}

#[tokio::test]
async fn a_late_refresh_is_kept_where_nobody_else_has_refreshed() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let of = id(&tenant, 1);
    tenant
        .put_credential(of, secrets("access 1"))
        .await
        .unwrap();
    let slow = claim(&tenant, of, 1).await;
    world.pass(10 * REFRESH_S);
    let done = tenant.finish_refresh(slow, secrets("access 2")).await;
    assert_eq!(done.unwrap().unwrap().version, 2);
}

#[tokio::test]
async fn a_refresh_does_not_undo_what_somebody_did_meanwhile() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let of = id(&tenant, 1);
    tenant
        .put_credential(of, secrets("access 1"))
        .await
        .unwrap();
    let slow = claim(&tenant, of, 1).await;
    tenant
        .put_credential(of, secrets("granted anew"))
        .await
        .unwrap();
    let late = tenant.finish_refresh(slow, secrets("late")).await;
    assert_eq!(late.unwrap().unwrap_err(), Lost);
    assert_eq!(
        kept(&tenant, of).await,
        Some((2, "granted anew".to_owned()))
    );

    let slow = claim(&tenant, of, 2).await;
    tenant.delete_credential(of).await.unwrap();
    let late = tenant.finish_refresh(slow, secrets("late")).await;
    assert_eq!(late.unwrap().unwrap_err(), Lost);
    assert_eq!(kept(&tenant, of).await, None);
    let gone = tenant.claim_refresh(of, 2).await;
    assert!(matches!(gone, Err(Error::NotFound { .. })));
    // The number of a version is never given twice, so whoever still holds the old one sees it.
    let anew = tenant
        .put_credential(of, secrets("once more"))
        .await
        .unwrap();
    assert_eq!(anew.version, 4);
    let refresh = tenant.claim_refresh(of, 2).await.unwrap();
    assert!(matches!(refresh, Refresh::Newer(newer) if newer.version == 4));

    let never = id(&tenant, 9);
    tenant.delete_credential(never).await.unwrap();
    let never = tenant.claim_refresh(never, 1).await;
    assert!(matches!(never, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn a_lost_answer_costs_neither_a_claim_nor_the_new_secrets() {
    let world = World::that_asks_again().await;
    let tenant = world.tenant(1).await;
    let of = id(&tenant, 1);
    tenant
        .put_credential(of, secrets("access 1"))
        .await
        .unwrap();
    for operation in ["UpdateItem", "PutItem"] {
        world.break_next(operation, 1, Fault::AppliedButLost);
        let (version, _) = kept(&tenant, of).await.unwrap();
        let claim = claim(&tenant, of, version).await;
        assert!(!claim.unfinished);
        let done = tenant.finish_refresh(claim, secrets("next")).await;
        assert_eq!(done.unwrap().unwrap().version, version + 1);
        world.aws.faults().clear();
        assert_eq!(
            kept(&tenant, of).await,
            Some((version + 1, "next".to_owned()))
        );
    }
}

#[tokio::test]
async fn new_secrets_are_kept_through_a_while_without_answers() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let of = id(&tenant, 1);
    tenant
        .put_credential(of, secrets("access 1"))
        .await
        .unwrap();
    let claim = claim(&tenant, of, 1).await;
    world.break_next("PutItem", 5, Fault::Unavailable);
    let done = tenant.finish_refresh(claim, secrets("access 2")).await;
    assert_eq!(done.unwrap().unwrap().version, 2);
}

/// The row of a secret, by its address.
type Row = std::collections::HashMap<String, AttributeValue>;

async fn rows(world: &World, tenant: &Tenant) -> BTreeMap<String, Row> {
    let digits = tenant.id().to_string().replace("tenant_", "");
    let pk = AttributeValue::S(format!("T#{digits}#XT"));
    let query = world.table().query().table_name("pie");
    let query = query
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(":pk", pk);
    let items = query.send().await.unwrap().items.unwrap();
    let sk = |row: &Row| row["sk"].as_s().unwrap().clone();
    items.into_iter().map(|row| (sk(&row), row)).collect()
}

async fn overwrite(world: &World, row: Row) {
    let put = world.table().put_item().table_name("pie");
    put.set_item(Some(row)).send().await.unwrap();
}

#[tokio::test]
async fn a_ciphertext_opens_in_its_own_place_only() {
    let world = World::new().await;
    let (tenant, other) = (world.tenant(1).await, world.tenant(2).await);
    let (a, b) = (id(&tenant, 1), id(&tenant, 2));
    // The text is the same everywhere, so that only the place can tell.
    let list = || vec!["4411".into()];
    for tenant in [&tenant, &other] {
        for of in [a, b] {
            tenant.put_credential(of, secrets("access")).await.unwrap();
            tenant.put_webhook_secrets(of, list()).await.unwrap();
        }
    }
    let text = |row: &Row| row["sealed"].as_s().unwrap().clone();
    let mut sealed = BTreeSet::new();
    sealed.extend(rows(&world, &tenant).await.values().map(text));
    tenant.put_credential(a, secrets("access")).await.unwrap();
    tenant.put_webhook_secrets(a, list()).await.unwrap();
    let now = rows(&world, &tenant).await;
    sealed.extend(now.values().map(text));
    sealed.extend(rows(&world, &other).await.values().map(text));
    assert_eq!((now.len(), sealed.len()), (4, 10));
    for (sk, row) in &now {
        let of = if sk.contains(&a.to_string()) { a } else { b };
        for sealed in &sealed {
            let mut swapped = row.clone();
            swapped.insert("sealed".to_owned(), AttributeValue::S(sealed.clone()));
            overwrite(&world, swapped).await;
            let opened = if sk.ends_with("#credential") {
                tenant.credential(of).await.map(drop)
            } else {
                tenant.webhook_secrets(of).await.map(drop)
            };
            match opened {
                Ok(()) => assert_eq!(*sealed, text(row), "{sk}"),
                // The seal refuses it, and not only the reader of what came out.
                Err(Error::Corrupt { source, .. }) if source.is::<SealError>() => {
                    assert_ne!(*sealed, text(row), "{sk}");
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        overwrite(&world, row.clone()).await;
    }
    // Nor does the new text open under the number of an older one.
    let mut renumbered = now[&format!("{a}#credential")].clone();
    renumbered.insert("ver".to_owned(), AttributeValue::N("1".to_owned()));
    overwrite(&world, renumbered).await;
    assert!(tenant.credential(a).await.is_err());
}

#[tokio::test]
async fn webhook_secrets_are_replaced_as_a_whole() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let of = id(&tenant, 1);
    let check = async |expected: &[&str]| {
        let kept = tenant.webhook_secrets(of).await.unwrap();
        let kept: Vec<_> = kept.iter().map(ExposeSecret::expose_secret).collect();
        assert_eq!(kept, expected);
    };
    check(&[]).await;
    let put = async |secrets: &[&str]| {
        let secrets = secrets.iter().map(|it| SecretString::from(*it)).collect();
        tenant.put_webhook_secrets(of, secrets).await.unwrap();
    };
    put(&["one"]).await;
    check(&["one"]).await;
    put(&["two", "one"]).await;
    check(&["two", "one"]).await;
    tenant.delete_webhook_secrets(of).await.unwrap();
    check(&[]).await;
    put(&["three"]).await;
    check(&["three"]).await;
}
