use crate::world::{Of, World, entities};
use crate::{DEALS, T, world};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// An open deal of a seller, and a closed one.
fn open_and_closed(rows: &[Value]) -> (String, String) {
    let find = |outcome: &str| {
        let row = rows
            .iter()
            .find(|row| (row["outcome"] == "open") == (outcome == "open"));
        row.unwrap()["id"].as_str().unwrap().to_owned()
    };
    (find("open"), find("closed"))
}

async fn deals_of(world: &World, name: &str) -> (String, String) {
    let page = world.get((T, name), "/v1/deals?limit=200").await.ok(200);
    open_and_closed(page.list("/data"))
}

#[tokio::test]
async fn a_page_has_the_deal_and_all_that_is_around_it() {
    let world = world().await;
    let (open, closed) = deals_of(world, "ana").await;
    let page = world
        .get((T, "ana"), &format!("/v1/deals/{open}"))
        .await
        .ok(200);
    assert_eq!(
        (page.text("/id"), page.text("/outcome")),
        (open, "open".to_owned())
    );
    assert_eq!(page.text("/owner/name"), "T1.ana seller");
    assert!(page.text("/company/name").starts_with("T1. company"));
    assert_eq!(
        (
            page.list("/stakeholders").len(),
            page.list("/activities").len()
        ),
        (1, 2)
    );
    assert!(page.number("/days_in_stage") >= 0.0);
    let chance = page.number("/forecast/p_win/value");
    assert!(
        page.number("/forecast/p_win/low") <= chance
            && chance <= page.number("/forecast/p_win/high")
    );
    assert_eq!(page.at("/forecast/stale"), false);
    assert_eq!(page.list("/forecast/by_days").len(), 3);
    let page = world
        .get((T, "ana"), &format!("/v1/deals/{closed}"))
        .await
        .ok(200);
    assert_eq!(
        (page.at("/forecast"), page.at("/no_forecast/code")),
        (&Value::Null, &json!("wrong_state"))
    );
}

#[tokio::test]
async fn a_deal_of_others_is_as_little_there_as_none() {
    let world = world().await;
    let unknown = T.deal(99_999).to_string();
    let foreign = Of(2).deal(2).to_string();
    let bens = (0..DEALS).find(|n| T.owner(*n) == Some("ben")).unwrap();
    let nobodys = T.deal(10).to_string();
    for id in [&unknown, &foreign, &T.deal(bens).to_string(), &nobodys] {
        let mut bodies = BTreeSet::new();
        for rest in [
            "",
            "/timeline",
            "/history",
            "/graph",
            "/forecast",
            "/recommendations",
            "/scores",
        ] {
            let answer = world
                .get((T, "ana"), &format!("/v1/deals/{id}{rest}"))
                .await
                .is(404, "not_found");
            bodies.insert(answer.bytes);
        }
        bodies.insert(
            world
                .get((T, "ana"), &format!("/v1/deals/{unknown}"))
                .await
                .bytes,
        );
        assert_eq!(bodies.len(), 1, "{id}");
        let line = format!("PATCH /v1/deals/{id}");
        let patched = world.call((T, "ana"), &line, &[("if-match", "*")], Some(json!({})));
        patched.await.is(404, "not_found");
        world
            .post((T, "ana"), "/v1/simulations", json!({"deal": id}))
            .await
            .is(404, "not_found");
    }
    world
        .get((T, "ana"), "/v1/deals/OP-7")
        .await
        .is(404, "not_found");
}

#[tokio::test]
async fn its_past_is_told_newest_first_and_its_moves_with_days() {
    let world = world().await;
    let (open, _) = deals_of(world, "boss").await;
    let mut target = format!("/v1/deals/{open}/timeline?limit=2");
    let mut times = Vec::new();
    let mut kinds = BTreeSet::new();
    loop {
        let page = world.get((T, "boss"), &target).await.ok(200);
        times.extend(
            page.list("/data")
                .iter()
                .map(|event| event["at"].as_str().unwrap().to_owned()),
        );
        kinds.extend(
            page.list("/data")
                .iter()
                .map(|event| event["kind"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page.at("/next_cursor").as_str() else {
            break;
        };
        target = format!("/v1/deals/{open}/timeline?limit=2&cursor={cursor}");
    }
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["activity", "stage"]);
    let history = world
        .get((T, "boss"), &format!("/v1/deals/{open}/history"))
        .await
        .ok(200);
    let moves = history.list("/data");
    assert_eq!(times.len(), moves.len() + 2);
    assert_eq!(
        (&moves[0]["from"], &moves[0]["to"]),
        (&Value::Null, &json!("Qualify"))
    );
    for pair in moves.windows(2) {
        assert_eq!(pair[0]["to"], pair[1]["from"]);
        assert!(pair[1]["days_in_from"].as_f64().unwrap() >= 3.0);
    }
}

#[tokio::test]
async fn its_graph_joins_what_is_there() {
    let world = world().await;
    let (open, _) = deals_of(world, "cy").await;
    let graph = world
        .get((T, "cy"), &format!("/v1/deals/{open}/graph"))
        .await
        .ok(200);
    let nodes: BTreeSet<&str> = graph
        .list("/nodes")
        .iter()
        .map(|node| node["id"].as_str().unwrap())
        .collect();
    for edge in graph.list("/edges") {
        for end in ["from", "to"] {
            assert!(nodes.contains(edge[end].as_str().unwrap()), "{edge}");
        }
    }
    let kinds: Vec<&str> = graph
        .list("/nodes")
        .iter()
        .map(|node| node["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds[..4], ["deal", "company", "owner", "stakeholder"]);
    let done: u64 = graph
        .list("/nodes")
        .iter()
        .filter_map(|node| node["count"].as_u64())
        .sum();
    assert_eq!(done, 2);
}

#[tokio::test]
async fn a_forecast_alone_says_why_there_is_none() {
    let world = world().await;
    let (open, closed) = deals_of(world, "head").await;
    let forecast = world
        .get((T, "head"), &format!("/v1/deals/{open}/forecast"))
        .await
        .ok(200);
    let page = world
        .get((T, "head"), &format!("/v1/deals/{open}"))
        .await
        .ok(200);
    assert_eq!(&forecast.body, page.at("/forecast"));
    world
        .get((T, "head"), &format!("/v1/deals/{closed}/forecast"))
        .await
        .is(409, "wrong_state");
    let best = world
        .get((T, "head"), &format!("/v1/deals/{open}/recommendations"))
        .await
        .ok(200);
    for recommended in best.list("/data") {
        let body = json!({"deal": open, "scenarios": [recommended["scenario"]], "runs": 1});
        let answer = world
            .post((T, "head"), "/v1/simulations", body)
            .await
            .ok(200);
        assert_eq!(answer.at("/delta/p_win"), &recommended["delta"]["p_win"]);
    }
    let closed = world
        .get((T, "head"), &format!("/v1/deals/{closed}/recommendations"))
        .await;
    closed.is(409, "wrong_state");
}

#[tokio::test]
async fn its_chance_over_time_follows_its_moves_and_ends_with_the_forecast() {
    let world = world().await;
    let (open, closed) = deals_of(world, "head").await;
    let get = async |id: &str, rest: &str| {
        world
            .get((T, "head"), &format!("/v1/deals/{id}/{rest}"))
            .await
            .ok(200)
    };
    for (id, is_open) in [(&open, true), (&closed, false)] {
        let scores = get(id, "scores").await;
        let moves = get(id, "history").await;
        let entered: Vec<&Value> = scores
            .list("/data")
            .iter()
            .filter(|it| it["entered"] == true)
            .collect();
        assert_eq!(entered.len(), moves.list("/data").len());
        for (score, step) in entered.iter().zip(moves.list("/data")) {
            assert_eq!(score["at"], step["at"]);
            if score["outcome"] == "open" {
                assert_eq!(score["stage"], step["to"]);
            }
        }
        for score in scores.list("/data") {
            let range = &score["p_win"];
            assert_eq!(range.is_null(), score["outcome"] != "open", "{score}");
            if let Some(chance) = range["value"].as_f64() {
                let (low, high) = (range["low"].as_f64(), range["high"].as_f64());
                assert!(low.unwrap() <= chance && chance <= high.unwrap(), "{score}");
            }
        }
        let last = scores.list("/data").last().unwrap();
        assert_eq!(scores.at("/learned_from_it"), &json!(!is_open));
        assert_eq!(
            scores.text("/rule").contains("how this deal ended"),
            !is_open
        );
        if is_open {
            let forecast = get(id, "forecast").await;
            for end in ["value", "low", "high"] {
                let told = forecast.number(&format!("/p_win/{end}"));
                let score = last["p_win"][end].as_f64().unwrap();
                assert!((score - told).abs() < 1e-6, "{end}: {score}, {told}");
            }
        } else {
            assert_eq!(last["at"], moves.list("/data").last().unwrap()["at"]);
        }
        let (line, tag) = (
            format!("GET /v1/deals/{id}/scores"),
            scores.header("etag").to_owned(),
        );
        world
            .call((T, "head"), &line, &[("if-none-match", &tag)], None)
            .await
            .ok(304);
    }
}

#[tokio::test]
async fn what_people_say_is_changed_by_who_has_read_it() {
    let world = World::new(1, 60).await;
    let (open, _) = deals_of(&world, "ana").await;
    let (path, line) = (
        format!("/v1/deals/{open}"),
        format!("PATCH /v1/deals/{open}"),
    );
    let patch = async |who: &str, tag: Option<&str>, body: Value| {
        let headers: Vec<(&str, &str)> = tag.into_iter().map(|tag| ("if-match", tag)).collect();
        world.call((T, who), &line, &headers, Some(body)).await
    };
    patch("ana", None, json!({"note": "x"}))
        .await
        .is(428, "precondition_required");
    patch("ana", Some("\"7-abc\""), json!({"note": "x"}))
        .await
        .is(412, "precondition_failed");
    patch("ana", Some("seven"), json!({"note": "x"}))
        .await
        .is(400, "invalid_header");

    let read = world.get((T, "ana"), &path).await.ok(200);
    let tag = read.header("etag").to_owned();
    let body = json!({"forecast_category": "best_case", "next_step": "call", "next_step_due": "2026-10-01", "note": "warm"});
    let changed = patch("ana", Some(&tag), body).await.ok(200);
    assert_eq!(
        (
            changed.text("/own/next_step"),
            changed.text("/own/next_step_due")
        ),
        ("call".into(), "2026-10-01".into())
    );
    // Whoever read the old version is too late.
    patch("boss", Some(&tag), json!({"note": "mine"}))
        .await
        .is(412, "precondition_failed");
    let tag = changed.header("etag").to_owned();
    // An import of the deal spoils no edit.
    world.put(T, entities(T, 60)).await;
    let cleared = patch(
        "boss",
        Some(&tag),
        json!({"next_step": null, "forecast_category": null}),
    )
    .await
    .ok(200);
    assert_eq!(
        (cleared.at("/own/next_step"), cleared.text("/own/note")),
        (&Value::Null, "warm".to_owned())
    );
    let again = world.get((T, "ana"), &path).await.ok(200);
    assert_eq!(again.at("/own"), cleared.at("/own"));
    let listed = world
        .get((T, "ana"), "/v1/deals?filter[forecast_category]=best_case")
        .await
        .ok(200);
    assert_eq!(listed.number("/totals/count"), 0.0);
}

#[tokio::test]
async fn of_two_changes_at_once_one_is_told_that_it_lost() {
    let world = World::new(1, 60).await;
    let (open, _) = deals_of(&world, "ana").await;
    let line = format!("PATCH /v1/deals/{open}");
    let tag = world
        .get((T, "ana"), &format!("/v1/deals/{open}"))
        .await
        .header("etag")
        .to_owned();
    let headers = [("if-match", tag.as_str())];
    let change =
        |note: &str| world.call((T, "ana"), &line, &headers, Some(json!({ "note": note })));
    let (a, b) = tokio::join!(change("a"), change("b"));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

#[tokio::test]
async fn a_deal_may_be_opened_to_people_who_are_there() {
    let world = World::new(1, 60).await;
    let (open, _) = deals_of(&world, "ana").await;
    let (path, line) = (
        format!("/v1/deals/{open}"),
        format!("PATCH /v1/deals/{open}"),
    );
    world.get((T, "cy"), &path).await.is(404, "not_found");
    let stranger = Of(2).person("cy").to_string();
    let body = json!({"visible_to": [T.person("cy").to_string(), stranger]});
    let refused = world
        .call((T, "ana"), &line, &[("if-match", "*")], Some(body))
        .await
        .is(422, "invalid_body");
    assert_eq!(refused.at("/errors/0/pointer"), "/visible_to/1");
    let body = json!({"visible_to": [T.person("cy").to_string()]});
    world
        .call((T, "ana"), &line, &[("if-match", "*")], Some(body))
        .await
        .ok(200);
    world.get((T, "cy"), &path).await.ok(200);
    let listed = world.get((T, "cy"), "/v1/deals?limit=200").await.ok(200);
    assert!(
        listed
            .list("/data")
            .iter()
            .any(|row| row["id"] == open.as_str())
    );
    world
        .call(
            (T, "ana"),
            &line,
            &[("if-match", "*")],
            Some(json!({"visible_to": null})),
        )
        .await
        .ok(200);
    world.get((T, "cy"), &path).await.is(404, "not_found");
}

#[tokio::test]
async fn a_change_that_does_not_fit_is_told_by_its_place() {
    let world = world().await;
    let (open, _) = deals_of(world, "ana").await;
    let check = async |body: Value, pointer: &str| {
        let line = format!("PATCH /v1/deals/{open}");
        let refused = world
            .call((T, "ana"), &line, &[("if-match", "*")], Some(body))
            .await;
        assert_eq!(
            refused.is(422, "invalid_body").at("/errors/0/pointer"),
            pointer
        );
    };
    check(json!({"next_step": "x".repeat(501)}), "/next_step").await;
    check(json!({"note": "x".repeat(10_001)}), "/note").await;
    check(json!({"next_step_due": "soon"}), "/next_step_due").await;
    check(json!({"next_step_due": "0026-11-30"}), "/next_step_due").await;
    check(json!({"next_step_due": "2206-11-30"}), "/next_step_due").await;
    check(json!({"forecast_category": "sure"}), "/forecast_category").await;
    check(json!({"amount": 1}), "/amount").await;
    check(json!({"visible_to": ["ana"]}), "/visible_to/0").await;
}
