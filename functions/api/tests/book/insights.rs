use std::collections::BTreeMap;

use crate::world::{Answer, MEMBERS, SELLERS, World, seen_by};
use crate::{T, world};
use serde_json::json;
use store::SavedSettings;

const ALL: [&str; 13] = [
    "today",
    "attention",
    "overdue",
    "stuck",
    "inactive",
    "orders-received",
    "compliance",
    "cashflow",
    "funnel",
    "process-map",
    "data-quality",
    "changes",
    "owners/kpis",
];

#[tokio::test]
async fn an_insight_names_nobody_the_caller_does_not_see() {
    let world = world().await;
    for (name, ..) in MEMBERS {
        let allowed = seen_by(name).unwrap_or(&SELLERS);
        for insight in ALL {
            let answer = world
                .get((T, name), &format!("/v1/insights/{insight}"))
                .await
                .ok(200);
            let text = String::from_utf8(answer.bytes.clone()).unwrap();
            assert!(!text.contains("T2."), "{name} {insight}");
            for owner in SELLERS.iter().filter(|owner| !allowed.contains(owner)) {
                assert!(
                    !text.contains(&format!("T1.{owner}")),
                    "{name} {insight} {owner}"
                );
            }
            if seen_by(name).is_some() {
                assert!(!text.contains("T1.nobody"), "{name} {insight}");
            }
            assert!(answer.at("/as_of").is_string(), "{name} {insight}");
            let etag = answer.header("etag").to_owned();
            let line = format!("GET /v1/insights/{insight}");
            world
                .call((T, name), &line, &[("if-none-match", &etag)], None)
                .await
                .ok(304);
        }
    }
}

#[tokio::test]
async fn an_insight_is_asked_precisely() {
    let world = world().await;
    let get = async |target: &str| -> Answer {
        world
            .get((T, "cro"), &format!("/v1/insights/{target}"))
            .await
    };
    assert_eq!(get("overdue?limit=2").await.ok(200).list("/deals").len(), 2);
    let stuck = get("attention?reason=past_close_date&limit=200")
        .await
        .ok(200);
    assert_eq!(
        stuck.number("/count"),
        get("overdue?limit=1").await.number("/count")
    );
    let first = stuck.text("/deals/0/id");
    let one = get(&format!("attention?deal={first}")).await.ok(200);
    assert_eq!(one.list("/deals").len(), 1);
    let reasons = &one.list("/deals")[0]["reasons"];
    assert_eq!(reasons, &stuck.list("/deals")[0]["reasons"]);
    let cash = get("cashflow?by=week&back=2&ahead=4").await.ok(200);
    assert_eq!(cash.list("/periods").len(), 6);
    let cash = get("cashflow?back=1&ahead=4").await.ok(200);
    let mut sum = 0.0;
    for period in &cash.list("/periods")[1..] {
        let of = |name: &str| -> f64 {
            let text = period["modelled"][name].as_str().unwrap();
            text.parse().unwrap()
        };
        assert!(of("p10") <= of("p50") && of("p50") <= of("p90"), "{period}");
        assert!(of("total") >= of("pipeline"), "{period}");
        sum += of("total");
    }
    // Means add up.
    let together: f64 = cash.text("/timing/together/total").parse().unwrap();
    assert!((together - sum).abs() < 0.05, "{together}, {sum}");
    assert_eq!(cash.at("/timing/until"), &cash.list("/periods")[4]["end"]);
    assert!(cash.at("/periods/0/modelled").is_null());
    let orders = get("orders-received?from=2025-01-01&to=2026-12-31&limit=1")
        .await
        .ok(200);
    assert!(orders.number("/count") > 5.0);
    let changed = get("changes?from=2026-06-01&to=2026-08-31").await.ok(200);
    let amounts: Vec<f64> = (changed.list("/waterfall").iter())
        .map(|part| part["amount"]["value"].as_str().unwrap().parse().unwrap())
        .collect();
    let (end, parts) = amounts.split_last().unwrap();
    assert!(
        (parts.iter().sum::<f64>() - end).abs() < 0.01,
        "{amounts:?}"
    );
    let same = world
        .get(
            (T, "cro"),
            "/v1/forecasts/changes?from=2026-06-01&to=2026-08-31",
        )
        .await
        .ok(200);
    assert_eq!(same.body, changed.body);
    assert_eq!(
        get("owners/kpis?since=2026-01-01")
            .await
            .ok(200)
            .list("/owners")
            .len(),
        6
    );
    for wrong in [
        "today?limit=0",
        "attention?reason=tired",
        "orders-received?from=2026-02-01&to=2026-01-01",
        "orders-received?from=soon",
        "cashflow?by=day",
        "cashflow?ahead=0",
        "changes?from=2026-02-01&to=2026-01-01",
        "changes?from=soon",
        "owners/kpis?since=2100-01-01",
        "funnel?limit=1",
    ] {
        get(wrong).await.is(400, "invalid_parameter");
    }
}

#[tokio::test]
async fn what_the_tenant_decides_counts() {
    let world = World::new(1, 120).await;
    let inactive = async || {
        world
            .get((T, "cro"), "/v1/insights/inactive?limit=1")
            .await
            .ok(200)
            .number("/count")
    };
    let before = inactive().await;
    let settings = SavedSettings {
        settings: json!({"inactive_days": 3}),
    };
    world.tenant(T).create_document(settings).await.unwrap();
    world.pass(3);
    assert!(inactive().await > before);
    // One who changes them through the API need not wait.
    world
        .call(
            (T, "admin"),
            "PUT /v1/settings",
            &[("if-match", "*")],
            Some(json!({"inactive_days": 3000})),
        )
        .await
        .ok(200);
    assert_eq!(inactive().await, 0.0);
}

#[tokio::test]
async fn the_old_addresses_answer_and_say_what_to_use() {
    let world = world().await;
    let deal = world
        .get((T, "cro"), "/v1/deals?filter[outcome]=open&limit=1")
        .await
        .text("/data/0/id");
    for (old, new) in [
        (
            "/dashboard/today".to_owned(),
            "/v1/insights/today".to_owned(),
        ),
        (
            "/owners/kpis".to_owned(),
            "/v1/insights/owners/kpis".to_owned(),
        ),
        (
            format!("/api/deals/{deal}/forecast"),
            format!("/v1/deals/{deal}/forecast"),
        ),
        (
            "/deals/search?limit=3".to_owned(),
            "/v1/deals?limit=3".to_owned(),
        ),
    ] {
        let (a, b) = (
            world.get((T, "cro"), &old).await.ok(200),
            world.get((T, "cro"), &new).await.ok(200),
        );
        let link = a.headers.get_all("link").iter().next_back();
        assert!(
            link.and_then(|link| link.to_str().ok())
                .unwrap_or_default()
                .ends_with("rel=\"successor-version\""),
            "{old}"
        );
        assert!(a.header("deprecation").starts_with('@'), "{old}");
        let (mut a, mut b) = (a.body, b.body);
        // A cursor is new every time.
        for body in [&mut a, &mut b] {
            body.as_object_mut().unwrap().remove("next_cursor");
        }
        assert_eq!(a, b, "{old}");
    }
    let body = json!({"deal": deal, "runs": 10});
    let answer = world.post((T, "cro"), "/api/simulate", body).await.ok(200);
    assert!(
        answer.header("deprecation").starts_with('@')
            && answer.header("location").starts_with("/v1/simulations/")
    );
    world
        .post((T, "cro"), "/deals/search", json!({"limit": 2}))
        .await
        .ok(200);
}

#[tokio::test]
async fn a_deals_chance_is_the_same_wherever_it_is_told() {
    let world = world().await;
    let listed = world
        .get(
            (T, "cro"),
            "/v1/deals?filter[outcome]=open&limit=200&fields=p_win",
        )
        .await
        .ok(200);
    let chances: BTreeMap<String, f64> = listed
        .list("/data")
        .iter()
        .filter_map(|row| Some((row["id"].as_str()?.to_owned(), row["p_win"].as_f64()?)))
        .collect();
    let told = world
        .get((T, "cro"), "/v1/insights/attention?limit=200")
        .await
        .ok(200);
    let mut compared = 0;
    for row in told.list("/deals") {
        if let Some(chance) = chances.get(row["id"].as_str().unwrap()) {
            assert!(
                (row["chance"].as_f64().unwrap() - chance).abs() < 1e-9,
                "{row}"
            );
            compared += 1;
        }
    }
    assert!(compared > 10, "{compared}");
}
