use crate::world::{World, entities};
use crate::{T, world};
use forecast::backtest;
use forecast::engine::{Model, Options};
use forecast::pipeline::By;
use insight::outlook::{Request, outlook};
use model::{Entity, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;
use store::Run;

#[tokio::test]
async fn the_current_forecast_is_of_the_deals_seen() {
    let world = world().await;
    let open = async |name: &str| {
        let page = world
            .get((T, name), "/v1/deals?filter[outcome]=open&limit=1")
            .await
            .ok(200);
        page.number("/totals/count")
    };
    for name in ["cro", "head", "boss", "ana"] {
        let forecast = world
            .get((T, name), "/v1/forecasts/current?by=month&periods=3")
            .await
            .ok(200);
        assert_eq!(forecast.list("/periods").len(), 3, "{name}");
        assert_eq!(forecast.number("/total/deals"), open(name).await, "{name}");
        let parts: f64 = forecast
            .list("/owners")
            .iter()
            .map(|line| line["deals"].as_f64().unwrap())
            .sum();
        assert_eq!(parts, forecast.number("/total/deals"), "{name}");
        let text = String::from_utf8(forecast.bytes.clone()).unwrap();
        assert_eq!(text.contains("T1.ben"), name != "ana", "{name}");
        let etag = forecast.header("etag").to_owned();
        let line = "GET /v1/forecasts/current?by=month&periods=3";
        world
            .call((T, name), line, &[("if-none-match", &etag)], None)
            .await
            .ok(304);
    }
    for query in ["by=week", "periods=0", "periods=13", "top=0", "colour=red"] {
        world
            .get((T, "cro"), &format!("/v1/forecasts/current?{query}"))
            .await
            .is(400, "invalid_parameter");
    }
}

#[tokio::test]
async fn a_model_behind_the_book_says_so_and_is_refitted() {
    let world = World::new(1, 240).await;
    let forecast = async || world.get((T, "cro"), "/v1/forecasts/current").await.ok(200);
    let first = forecast().await;
    assert_eq!(first.at("/stale"), false);
    // A deal that belongs to somebody else now is in no figure of who had it.
    let deal = world
        .get((T, "ana"), "/v1/deals?filter[outcome]=open&limit=1")
        .await
        .text("/data/0/id");
    let before = world
        .get((T, "ana"), "/v1/forecasts/current")
        .await
        .number("/total/deals");
    world.pass(1);
    let mut all = entities(T, 240);
    all.retain_mut(|it| match it {
        Entity::Deal(record) if record.deal.id.to_string() == deal => {
            record.deal.owner = Some(T.person("cy"));
            true
        }
        _ => false,
    });
    world.put(T, all).await;
    // The old model is a second old: it answers, and nothing is refitted yet.
    let stale = forecast().await;
    assert_eq!(
        (stale.at("/stale"), stale.at("/model_seq")),
        (&json!(true), first.at("/model_seq"))
    );
    let after = world.get((T, "ana"), "/v1/forecasts/current").await.ok(200);
    assert_eq!(
        (after.at("/stale"), after.number("/total/deals")),
        (&json!(true), before - 1.0)
    );
    world
        .get((T, "ana"), &format!("/v1/deals/{deal}/forecast"))
        .await
        .is(404, "not_found");
    let moved = world
        .get((T, "cy"), &format!("/v1/deals/{deal}/forecast"))
        .await
        .ok(200);
    assert_eq!(moved.at("/stale"), true);
    // A deal it does not know is worth the wait.
    let mut new = entities(T, 241);
    new.retain(|it| matches!(it, Entity::Deal(record) if record.deal.id == T.deal(240)));
    assert_eq!(new.len(), 1);
    world.put(T, new).await;
    let page = world
        .get((T, "cro"), &format!("/v1/deals/{}", T.deal(240)))
        .await
        .ok(200);
    if !page.at("/forecast").is_null() {
        assert_eq!(page.at("/forecast/stale"), false);
    }
    let fresh = forecast().await;
    assert_eq!(fresh.at("/stale"), false);
    assert!(fresh.number("/model_seq") > first.number("/model_seq"));
    // Later, a change is followed without anybody waiting for it.
    world.pass(600);
    world
        .put(T, vec![Entity::Clock("crm".to_owned(), world.store.now())])
        .await;
    assert_eq!(forecast().await.at("/stale"), true);
    for _ in 0..200 {
        if forecast().await.at("/stale") == false {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the model never followed");
}

#[tokio::test]
async fn a_model_that_stays_behind_for_a_minute_is_refitted_by_who_asks() {
    let world = World::new(1, 240).await;
    let forecast = async || world.get((T, "cro"), "/v1/forecasts/current").await.ok(200);
    forecast().await;
    world.pass(1);
    world
        .put(
            T,
            vec![Entity::Clock(
                "crm".to_owned(),
                Timestamp::constant(1_790_000_100, 0),
            )],
        )
        .await;
    assert_eq!(forecast().await.at("/stale"), true);
    world.pass(61);
    assert_eq!(forecast().await.at("/stale"), false);
}

#[tokio::test]
async fn runs_are_queued_with_what_they_need() {
    let world = World::new(1, 4).await;
    for (path, body, kind, noun) in [
        (
            "/v1/forecasts",
            json!({"by": "month", "periods": 6}),
            "forecast.run",
            "forecast",
        ),
        (
            "/v1/backtests",
            json!({"horizon_days": 60}),
            "backtest.run",
            "backtest",
        ),
    ] {
        let job = world.post((T, "ana"), path, body).await.ok(202);
        assert_eq!(job.text("/kind"), kind);
        assert_eq!(
            job.header("location"),
            format!("/v1/jobs/{}", job.text("/id"))
        );
        let id = job.text("/subject");
        let received = world
            .store
            .receive(store::Queue::Simulate, 0)
            .await
            .unwrap();
        let message: Value = serde_json::from_str(&received[0].body).unwrap();
        assert_eq!(message["kind"], kind);
        assert_eq!(message["body"], json!({"job": job.text("/id"), noun: id}));
        let receipts: Vec<String> = received.iter().map(|it| it.receipt.clone()).collect();
        world
            .store
            .acknowledge(store::Queue::Simulate, &receipts)
            .await
            .unwrap();
        let request = world
            .tenant(T)
            .blob(&format!("runs/{id}.request.json"))
            .await
            .unwrap()
            .unwrap();
        let request: Value = serde_json::from_slice(&request).unwrap();
        assert!(
            request["periods"] == 6 || request["horizon_days"] == 60,
            "{request}"
        );
    }
    for (path, body) in [
        ("/v1/forecasts", json!({"periods": 13})),
        ("/v1/forecasts", json!({"by": "week"})),
        ("/v1/backtests", json!({"horizon_days": 0})),
        ("/v1/backtests", json!({"every_days": 0.5})),
        ("/v1/backtests", json!({"colour": 1})),
    ] {
        world
            .post((T, "ana"), path, body)
            .await
            .is(422, "invalid_body");
    }
}

#[tokio::test]
async fn of_a_saved_run_everybody_gets_what_they_may_see() {
    let world = World::new(1, 240).await;
    let (tenant, now) = (world.tenant(T), world.store.now());
    let save = async |prefix: &str, says: Value| {
        let id = format!("{prefix}_{}", store::unique(now));
        let run = Run {
            id: id.clone(),
            as_of: now,
            seq: 3,
            created_at: now,
            created_by: "system:schedule".into(),
        };
        tenant
            .put_blob(&run.blob(), says.to_string())
            .await
            .unwrap();
        tenant.create_document(run).await.unwrap();
        id
    };
    // What the engines write is held against the document of the API.
    let book = tenant.book().await.unwrap().book;
    let model = Model::fit(&book, &Options::default()).unwrap();
    let mined = mining::mine(&book, &mining::Options::default());
    let request = Request {
        by: By::Quarter,
        periods: 2,
        top: 5,
        backtest: None,
    };
    let says = outlook(&book, &mined, &model, &request, &|_, _| {});
    let forecast = save("forecast", serde_json::to_value(says).unwrap()).await;
    let options = backtest::Options {
        every_days: Some(30.0),
        members: 2,
        ..backtest::Options::default()
    };
    let panel = forecast::reading::Reading::of(&book, None).panel;
    let says = backtest::backtest(&panel, &options, &|_, _| {}).unwrap();
    let backtest = save("backtest", serde_json::to_value(says).unwrap()).await;
    let get = async |name: &str, target: &str| {
        let answer = world.get((T, name), target).await;
        answer.ok(200)
    };
    let target = format!("/v1/forecasts/{forecast}");
    let whole = get("cro", &target).await;
    assert_eq!(whole.at("/whole"), true);
    assert!(whole.at("/says/total").is_object());
    let all = whole.list("/says/deals").len();
    let text = String::from_utf8(whole.bytes).unwrap();
    // The place of a deal in the book of that day says nothing to anybody.
    assert!(!text.contains("\"deal\":"));
    let part = get("ana", &target).await;
    assert_eq!(part.at("/whole"), false);
    let own = part.list("/says/deals");
    assert!(!own.is_empty() && own.len() < all, "{} of {all}", own.len());
    for deal in own {
        assert!(deal["name"].as_str().unwrap().contains("ana"), "{deal}");
    }
    let mut shown: Vec<&String> = part.at("/says").as_object().unwrap().keys().collect();
    let open = [
        "as_of",
        "confidence",
        "currency",
        "deals",
        "effects",
        "evidence",
    ];
    shown.sort_unstable();
    assert_eq!(shown, open);
    let target = format!("/v1/backtests/{backtest}");
    let skill = get("ana", &target).await;
    let mut shown: Vec<&String> = skill.at("/says").as_object().unwrap().keys().collect();
    let open = [
        "coverage80",
        "coverage95",
        "horizon_days",
        "skill",
        "verdict",
    ];
    shown.sort_unstable();
    assert_eq!(shown, open);
    let whole = get("admin", &target).await;
    assert!(whole.number("/says/deals") > 0.0);
    assert!(!whole.list("/says/origins").is_empty());
    for (list, id) in [("forecasts", &forecast), ("backtests", &backtest)] {
        let page = world.get((T, "ana"), &format!("/v1/{list}")).await.ok(200);
        assert_eq!(
            (page.list("/data").len(), page.at("/data/0/id")),
            (1, &json!(id))
        );
        world
            .get((T, "ana"), &format!("/v1/{list}/x"))
            .await
            .is(404, "not_found");
    }
    world
        .get((T, "ana"), &format!("/v1/forecasts/{backtest}"))
        .await
        .is(404, "not_found");
}
