use crate::world::{Of, SELLERS, seen_by};
use crate::{DEALS, T, world};
use std::collections::BTreeSet;

/// The deals a member sees.
fn seen(name: &str) -> impl Iterator<Item = usize> {
    (0..DEALS).filter(move |n| match (seen_by(name), T.owner(*n)) {
        (None, _) => true,
        (Some(seen), Some(owner)) => seen.contains(&owner),
        (Some(_), None) => false,
    })
}

/// All rows of a list.
async fn rows(name: &str, target: &str) -> Vec<serde_json::Value> {
    let world = world().await;
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let more = if target.contains('?') { '&' } else { '?' };
        let page = world
            .get((T, name), &format!("{target}{more}limit=90{cursor}"))
            .await
            .ok(200);
        all.extend(page.list("/data").iter().cloned());
        match page.at("/next_cursor").as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn lists_show_what_belongs_to_deals_that_are_seen() {
    for name in ["admin", "head", "boss", "ana"] {
        let all = seen_by(name).is_none();
        let companies: BTreeSet<usize> = if all {
            (0..DEALS / 4).collect()
        } else {
            seen(name).map(|n| n / 4).collect()
        };
        assert_eq!(
            rows(name, "/v1/companies").await.len(),
            companies.len(),
            "{name}"
        );
        assert_eq!(
            rows(name, "/v1/contacts").await.len(),
            seen(name).count(),
            "{name}"
        );
        let activities = rows(name, "/v1/activities").await;
        assert_eq!(
            activities.len(),
            2 * seen(name).count() + usize::from(all),
            "{name}"
        );
        assert!(
            activities.is_sorted_by(|a, b| a["at"].as_str() >= b["at"].as_str()),
            "{name}"
        );
        let once: BTreeSet<&str> = activities
            .iter()
            .map(|it| it["id"].as_str().unwrap())
            .collect();
        assert_eq!(once.len(), activities.len(), "{name}");
        assert_eq!(
            rows(name, "/v1/owners").await.len(),
            seen_by(name).unwrap_or(&SELLERS).len(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_list_is_searched_and_narrowed() {
    let check = async |target: &str, expected: usize| {
        assert_eq!(rows("cro", target).await.len(), expected, "{target}");
    };
    check("/v1/companies?q=shipping", DEALS / 8).await;
    check(
        "/v1/companies?q=COMPANY%207",
        (0..DEALS / 4)
            .filter(|n| n.to_string().contains('7'))
            .count(),
    )
    .await;
    check("/v1/owners?q=ana", 1).await;
    check(
        "/v1/contacts?q=T1.ana",
        (0..DEALS).filter(|n| T.owner(*n) == Some("ana")).count(),
    )
    .await;
    let deal = T.deal(2);
    check(&format!("/v1/contacts?deal={deal}"), 1).await;
    check(&format!("/v1/activities?deal={deal}"), 2).await;
    check("/v1/activities?kind=internal", 1).await;
    check("/v1/activities?q=nobody%20lunch", 1).await;
}

#[tokio::test]
async fn one_row_is_there_for_who_sees_it() {
    let world = world().await;
    let anas = (0..DEALS).find(|n| T.owner(*n) == Some("ana")).unwrap();
    let company = world
        .get(
            (T, "ana"),
            &format!("/v1/companies/{}", T.company(anas / 4)),
        )
        .await
        .ok(200);
    assert_eq!(
        company.list("/deals").len() as f64,
        company.number("/deals_count")
    );
    assert!(
        company
            .list("/deals")
            .iter()
            .all(|deal| deal["owner"]["name"] == "T1.ana seller")
    );
    for (path, seen) in [
        (format!("/v1/contacts/{}", T.contact(anas)), true),
        (format!("/v1/activities/{}", T.activity(2 * anas)), true),
        (format!("/v1/owners/{}", T.person("ana")), true),
        (format!("/v1/contacts/{}", T.contact(anas + 1)), false),
        (
            format!("/v1/activities/{}", T.activity(2 * anas + 2)),
            false,
        ),
        (format!("/v1/activities/{}", T.activity(1_000_000)), false),
        (format!("/v1/owners/{}", T.person("ben")), false),
        (format!("/v1/companies/{}", Of(2).company(0)), false),
        (format!("/v1/contacts/{}", Of(2).contact(anas)), false),
    ] {
        let answer = world.get((T, "ana"), &path).await;
        assert_eq!(answer.status, if seen { 200 } else { 404 }, "{path}");
    }
    for path in ["companies", "contacts", "activities", "owners"] {
        world
            .get((T, "cro"), &format!("/v1/{path}/x"))
            .await
            .is(404, "not_found");
        world
            .get((T, "cro"), &format!("/v1/{path}?colour=red"))
            .await
            .is(400, "invalid_parameter");
        world
            .get((T, "cro"), &format!("/v1/{path}?q={}", "x".repeat(201)))
            .await
            .is(400, "invalid_parameter");
    }
}
