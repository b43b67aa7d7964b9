use crate::world::{Answer, World, entities};
use crate::{T, world};
use forecast::backtest;
use forecast::engine::{Model, Options};
use forecast::pipeline::By;
use insight::outlook::{Request, outlook};
use model::{Entity, StageVisit, Timestamp};
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
        the_lines_filter_their_deals(world, name, &forecast).await;
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

/// What a line is of finds as many deals as it counts, worth as much but for what is imputed.
async fn the_lines_filter_their_deals(world: &World, name: &str, forecast: &Answer) {
    for line in [forecast.list("/owners"), forecast.list("/stages")].concat() {
        let of = &line["of"];
        let filter = match (of["kind"].as_str().unwrap(), &of["owner"]) {
            ("owner", Value::String(id)) => json!({"owner": id}),
            ("owner", _) => json!({"owner": {"exists": "false"}}),
            _ => json!({"pipeline": of["pipeline"], "stage": of["stage"]}),
        };
        let mut body = json!({"filter": {"outcome": "open"}, "limit": 1});
        for (field, condition) in filter.as_object().unwrap() {
            body["filter"][field] = condition.clone();
        }
        let found = world
            .post((T, name), "/v1/deals/search", body)
            .await
            .ok(200);
        assert_eq!(
            found.at("/totals/count"),
            &line["deals"],
            "{name} {}",
            line["label"]
        );
        let reported: f64 = found.text("/totals/reported/value").parse().unwrap();
        let said =
            line["open_amount"].as_f64().unwrap() - line["imputed"]["amount"].as_f64().unwrap();
        assert!((reported - said).abs() < 0.01, "{name}: {reported} {line}");
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
    what_came_of_it(&world, &forecast, all, own.len()).await;
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

#[tokio::test]
async fn who_asked_for_a_run_has_a_name_for_those_who_may_know_it() {
    let world = World::new(1, 10).await;
    let (tenant, now) = (world.tenant(T), world.store.now());
    let keys = world.get((T, "admin"), "/v1/api-keys").await.ok(200);
    let key = keys
        .list("/data")
        .iter()
        .find(|key| key["name"] == "T1.cro key");
    let key = key.unwrap()["id"].as_str().unwrap().to_owned();
    let boss = T.member("boss").to_string();
    let gone = T.member("gone").to_string();
    let system = "system:schedule".to_owned();
    for created_by in [&key, &boss, &gone, &system] {
        let run = Run {
            id: format!("forecast_{}", store::unique(now)),
            as_of: now,
            seq: 3,
            created_at: now,
            created_by: created_by.clone(),
        };
        tenant.create_document(run).await.unwrap();
    }
    let check = async |viewer: &str, by: &str, expected: Option<&str>| {
        let runs = world.get((T, viewer), "/v1/forecasts").await.ok(200);
        let run = runs
            .list("/data")
            .iter()
            .find(|run| run["created_by"] == by);
        assert_eq!(
            run.unwrap()["created_by_name"],
            json!(expected),
            "{by} for {viewer}"
        );
    };
    check("admin", &key, Some("T1.cro key")).await;
    check("cro", &key, None).await;
    check("ana", &key, None).await;
    check("admin", &boss, Some("T1.boss member")).await;
    check("cro", &boss, Some("T1.boss member")).await;
    check("head", &boss, Some("T1.boss member")).await;
    check("boss", &boss, Some("T1.boss member")).await;
    check("ana", &boss, None).await;
    check("admin", &gone, None).await;
    check("admin", &system, None).await;
}

/// Two of the deals it knew are won and one is lost a month later, and one that is new is won.
async fn what_came_of_it(world: &World, forecast: &str, all: usize, anas: usize) {
    let target = format!("/v1/forecasts/{forecast}/outcome");
    let before = world.get((T, "cro"), &target).await.ok(200);
    assert_eq!(
        (before.number("/known"), before.number("/open")),
        (all as f64, all as f64)
    );
    let open = world
        .get(
            (T, "ana"),
            "/v1/deals?filter[outcome]=open&filter[amount][gt]=0&limit=3",
        )
        .await
        .ok(200);
    let ids: Vec<String> = (open.list("/data").iter())
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect();
    world.pass(30 * 86_400);
    let now = world.store.now();
    let mut changed = vec![Entity::Clock("crm".to_owned(), now)];
    for entity in entities(T, 241) {
        let Entity::Deal(mut record) = entity else {
            continue;
        };
        let at = ids.iter().position(|id| *id == record.deal.id.to_string());
        let is_new = record.deal.id == T.deal(240);
        if at.is_none() && !is_new {
            continue;
        }
        let lost = at == Some(2);
        record.deal.closed_at = Some(now);
        record
            .visits
            .retain(|visit| !visit.stage.starts_with("Closed"));
        record.visits.push(StageVisit {
            stage: if lost { "Closed Lost" } else { "Closed Won" }.to_owned(),
            at_us: now.as_microsecond(),
        });
        if is_new {
            record.visits = record.visits.split_off(record.visits.len() - 1);
            record.deal.created_at = Some(now);
        }
        changed.push(Entity::Deal(record));
    }
    assert_eq!(changed.len(), 5);
    world.put(T, changed).await;
    let came = world.get((T, "cro"), &target).await.ok(200);
    let counts = ["known", "won", "lost", "open", "gone"]
        .map(|name| came.number(&format!("/{name}")) as usize);
    assert_eq!(counts, [all, 2, 1, all - 3, 0]);
    assert_eq!(came.number("/newcomers"), 1.0);
    assert_eq!(came.list("/deals").len(), 3);
    let days = came.number("/days");
    assert!((days - 30.0).abs() < 0.01, "{days}");
    let expected = |end: &str| came.number(&format!("/expected/{end}"));
    assert!(expected("low") <= expected("value") && expected("value") <= expected("high"));
    // Each deal's surprise is no larger than the one before.
    let surprises: Vec<f64> = (came.list("/deals").iter())
        .map(|deal| {
            let said = deal["said"].as_f64().unwrap();
            if deal["outcome"] == "won" {
                1.0 - said
            } else {
                said
            }
        })
        .collect();
    assert!(surprises.is_sorted_by(|a, b| a >= b), "{surprises:?}");
    // What is won by period is what is won in all.
    let of_periods: f64 = came
        .list("/periods")
        .iter()
        .map(|period| period["won"].as_f64().unwrap() + period["newcomers"].as_f64().unwrap())
        .sum();
    assert_eq!(of_periods, 3.0);
    let won: f64 = came
        .list("/periods")
        .iter()
        .map(|period| {
            let amount = period["amount"]["value"].as_str().unwrap();
            amount.parse::<f64>().unwrap()
        })
        .sum();
    assert!((won - came.text("/amount/value").parse::<f64>().unwrap()).abs() < 0.01);
    let own = world.get((T, "ana"), &target).await.ok(200);
    assert_eq!(
        (own.number("/known") as usize, own.number("/won")),
        (anas, 2.0)
    );
    assert!(own.list("/periods").is_empty());
    let one = world
        .get((T, "cro"), &format!("{target}?limit=1"))
        .await
        .ok(200);
    assert_eq!((one.list("/deals").len(), one.number("/won")), (1, 2.0));
    world
        .get((T, "cro"), "/v1/forecasts/forecast_x/outcome")
        .await
        .is(404, "not_found");
}
