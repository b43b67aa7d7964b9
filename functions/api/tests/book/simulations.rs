use crate::world::World;
use crate::{T, world};
use serde_json::{Value, json};

async fn open_deal(world: &World, name: &str) -> String {
    world
        .get((T, name), "/v1/deals?filter[outcome]=open&limit=1")
        .await
        .ok(200)
        .text("/data/0/id")
}

#[tokio::test]
async fn both_arms_are_solved_and_simulated_on_the_same_luck() {
    let world = world().await;
    let deal = open_deal(world, "ana").await;
    let body = json!({"deal": deal, "scenarios": ["add_champion"], "seed": 7});
    let answer = world
        .post((T, "ana"), "/v1/simulations", body.clone())
        .await
        .ok(200);
    assert_eq!(answer.number("/runs"), 10_000.0);
    assert_eq!(answer.at("/scenarios"), &json!(["add_champion"]));
    let delta = answer.number("/modified/p_win") - answer.number("/baseline/p_win");
    assert!((delta - answer.number("/delta/p_win/value")).abs() < 1e-12);
    let simulated = answer.number("/simulation/baseline/p_win/value");
    assert!(
        (simulated - answer.number("/baseline/p_win")).abs() < 0.03,
        "{simulated}"
    );
    let again = world
        .post((T, "ana"), "/v1/simulations", body)
        .await
        .ok(200);
    assert_eq!(answer.at("/simulation"), again.at("/simulation"));
    assert_ne!(answer.at("/id"), again.at("/id"));
    // It is kept as it was answered.
    let kept = world
        .get((T, "ana"), answer.header("location"))
        .await
        .ok(200);
    assert_eq!(kept.body, answer.body);
    let listed = world.get((T, "ana"), "/v1/simulations").await.ok(200);
    assert!(
        listed
            .list("/data")
            .iter()
            .any(|row| row["id"] == *answer.at("/id"))
    );
    // What is only tried is answered alike and not kept.
    let tried = json!({"deal": deal, "scenarios": ["add_champion"], "seed": 7, "keep": false});
    let tried = world
        .post((T, "ana"), "/v1/simulations", tried)
        .await
        .ok(200);
    assert_eq!(tried.at("/simulation"), answer.at("/simulation"));
    assert_eq!(tried.at("/id"), &Value::Null);
    assert_eq!(tried.header("location"), "");
    // Those of a deal, with its name.
    let of = format!("/v1/simulations?deal={deal}&limit=200");
    let of = world.get((T, "ana"), &of).await.ok(200);
    assert!(of.list("/data").len() >= 2);
    for row in of.list("/data") {
        assert_eq!(row["deal"], deal.as_str());
        assert!(row["deal_name"].as_str().unwrap().contains("ana"), "{row}");
    }
    let none = format!("/v1/simulations?deal=deal_{}", "0".repeat(26));
    let none = world.get((T, "ana"), &none).await.ok(200);
    assert!(none.list("/data").is_empty());
    // Who does not see the deal does not see what was asked about it.
    world
        .get((T, "cy"), answer.header("location"))
        .await
        .is(404, "not_found");
    let listed = world
        .get((T, "cy"), "/v1/simulations?limit=200")
        .await
        .ok(200);
    assert!(
        listed
            .list("/data")
            .iter()
            .all(|row| row["deal"] != deal.as_str())
    );
}

#[tokio::test]
async fn no_change_makes_no_difference() {
    let world = world().await;
    let deal = open_deal(world, "boss").await;
    let answer = world
        .post(
            (T, "boss"),
            "/v1/simulations",
            json!({"deal": deal, "runs": 500}),
        )
        .await
        .ok(200);
    assert_eq!(
        (
            answer.number("/delta/p_win/value"),
            answer.number("/simulation/gained")
        ),
        (0.0, 0.0)
    );
    assert_eq!(
        answer.at("/simulation/baseline"),
        answer.at("/simulation/modified")
    );
}

#[tokio::test]
async fn a_text_and_an_object_mean_the_same() {
    let world = world().await;
    let deal = open_deal(world, "cro").await;
    let ask = async |scenario: Value| {
        let body = json!({"deal": deal, "scenarios": [scenario], "runs": 100});
        let answer = world
            .post((T, "cro"), "/v1/simulations", body)
            .await
            .ok(200);
        (answer.at("/scenarios").clone(), answer.at("/delta").clone())
    };
    for (text, object) in [
        ("add_champion", json!({"kind": "add_champion"})),
        ("remove_blocker", json!({"kind": "remove_blocker"})),
        (
            "accelerate(Demo,5)",
            json!({"kind": "accelerate", "stage": "Demo", "days": 5}),
        ),
        (
            "increase_touchpoints(2)",
            json!({"kind": "increase_touchpoints", "factor": 2}),
        ),
        (
            "change_amount(1000)",
            json!({"kind": "change_amount", "amount": 1000}),
        ),
        (
            "set_stage(Negotiation)",
            json!({"kind": "set_stage", "stage": "Negotiation"}),
        ),
    ] {
        assert_eq!(ask(text.into()).await, ask(object).await, "{text}");
    }
}

#[tokio::test]
async fn what_cannot_be_simulated_is_told_by_its_place() {
    let world = world().await;
    let deal = open_deal(world, "cro").await;
    let check = async |body: Value, pointer: &str| {
        let refused = world
            .post((T, "cro"), "/v1/simulations", body.clone())
            .await
            .is(422, "invalid_body");
        assert_eq!(refused.at("/errors/0/pointer"), pointer, "{body}");
    };
    check(
        json!({"deal": deal, "scenarios": ["win_it"]}),
        "/scenarios/0",
    )
    .await;
    check(
        json!({"deal": deal, "scenarios": [{"kind": "accelerate", "stage": "Demo"}]}),
        "/scenarios/0/days",
    )
    .await;
    check(
        json!({"deal": deal, "scenarios": ["set_stage(Nowhere)"]}),
        "/scenarios",
    )
    .await;
    check(
        json!({"deal": deal, "scenarios": ["increase_touchpoints(-1)"]}),
        "/scenarios",
    )
    .await;
    check(json!({"deal": deal, "runs": 0}), "/runs").await;
    check(json!({"deal": deal, "runs": 100_001}), "/runs").await;
    check(
        json!({"deal": deal, "scenarios": vec!["add_champion"; 11]}),
        "/scenarios",
    )
    .await;
    check(json!({"deal": deal, "scenario": "scenario_x"}), "/scenario").await;
    check(json!({"deal": "OP-7"}), "/deal").await;
    check(json!({"scenarios": []}), "/deal").await;
    let closed = world
        .get((T, "cro"), "/v1/deals?filter[outcome]=won&limit=1")
        .await
        .text("/data/0/id");
    world
        .post((T, "cro"), "/v1/simulations", json!({"deal": closed}))
        .await
        .is(409, "wrong_state");
}

#[tokio::test]
async fn a_saved_scenario_is_asked_again_by_its_owner() {
    let world = world().await;
    let deal = open_deal(world, "ana").await;
    let new = json!({"name": "push", "changes": ["add_champion", {"kind": "accelerate", "stage": "Demo", "days": 3}]});
    let saved = world.post((T, "ana"), "/v1/scenarios", new).await.ok(201);
    let id = saved.text("/id");
    assert_eq!(
        saved.at("/changes"),
        &json!(["add_champion", "accelerate(Demo,3)"])
    );
    let body = json!({"deal": deal, "scenario": id, "scenarios": ["remove_blocker"], "runs": 10});
    let answer = world
        .post((T, "ana"), "/v1/simulations", body.clone())
        .await
        .ok(200);
    assert_eq!(answer.list("/scenarios").len(), 3);
    // It is nobody else's, but those who see all see it.
    let others = |name: &'static str| async move {
        let page = crate::world()
            .await
            .get((T, name), "/v1/scenarios")
            .await
            .ok(200);
        page.list("/data").len()
    };
    assert_eq!(
        (
            others("ben").await,
            others("ana").await,
            others("cro").await
        ),
        (0, 1, 1)
    );
    let as_ben = json!({"deal": open_deal(world, "ben").await, "scenario": id});
    world
        .post((T, "ben"), "/v1/simulations", as_ben)
        .await
        .is(422, "invalid_body");
    let line = format!("DELETE /v1/scenarios/{id}");
    world
        .call((T, "ben"), &line, &[], None)
        .await
        .is(404, "not_found");
    world.call((T, "ana"), &line, &[], None).await.ok(204);
    world
        .call((T, "ana"), &line, &[], None)
        .await
        .is(404, "not_found");
    for body in [
        json!({"name": " ", "changes": ["add_champion"]}),
        json!({"name": "x", "changes": []}),
    ] {
        world
            .post((T, "ana"), "/v1/scenarios", body)
            .await
            .is(422, "invalid_body");
    }
}

#[tokio::test]
async fn a_young_book_says_what_is_missing() {
    let world = World::new(1, 20).await;
    let deal = open_deal(&world, "cro").await;
    let refused = world
        .post((T, "cro"), "/v1/simulations", json!({"deal": deal}))
        .await;
    let refused = refused.is(422, "not_enough_history");
    assert!(
        refused.text("/detail").contains("closed deals"),
        "{}",
        refused.body
    );
    world
        .get((T, "cro"), "/v1/forecasts/current")
        .await
        .is(422, "not_enough_history");
    world
        .get((T, "cro"), "/v1/deals?sort=-p_win")
        .await
        .is(422, "not_enough_history");
    world
        .get((T, "cro"), &format!("/v1/deals/{deal}/forecast"))
        .await
        .is(422, "not_enough_history");
    let page = world
        .get((T, "cro"), &format!("/v1/deals/{deal}"))
        .await
        .ok(200);
    assert_eq!(page.text("/no_forecast/code"), "not_enough_history");
}
