#![expect(clippy::unwrap_used, reason = "a test may")]

use super::*;
use crate::crm::{ActivityKind, Clock, FieldKind, NewActivity, NewDeal};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use tower::ServiceExt as _;

struct Test {
    pipedrive: Arc<Pipedrive>,
    ms: Arc<AtomicI64>,
}

type Answered = (StatusCode, HeaderMap, Value);

impl Test {
    fn new() -> Test {
        Test::with(|_| ())
    }

    fn with(settle: impl FnOnce(&mut Settings)) -> Test {
        let world = demo::company(7, demo::Size::Small);
        let start = world.as_of.to_zoned(TimeZone::UTC).unwrap().timestamp();
        let ms = Arc::new(AtomicI64::new(start.as_millisecond() + 412));
        let hand = Arc::clone(&ms);
        let clock: Clock =
            Arc::new(move || Timestamp::from_millisecond(hand.load(Ordering::SeqCst)).unwrap());
        let crm = Crm::from_world(&world, id, Arc::clone(&clock));
        let mut settings = Settings::new(clock);
        settle(&mut settings);
        Test {
            pipedrive: Pipedrive::new(crm, settings),
            ms,
        }
    }

    fn wait(&self, time: SignedDuration) {
        self.ms.fetch_add(time.as_millis() as i64, Ordering::SeqCst);
    }

    fn now(&self) -> String {
        shape::time(self.pipedrive.now())
    }

    fn crm(&self) -> MutexGuard<'_, Crm> {
        self.pipedrive.crm()
    }

    fn raw(&self, request: http::Request<Body>) -> (StatusCode, HeaderMap, Bytes) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let response = self.pipedrive.router().oneshot(request).await.unwrap();
            let (head, body) = response.into_parts();
            let body = to_bytes(body, usize::MAX).await.unwrap();
            (head.status, head.headers, body)
        })
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answered {
        let mut request = http::Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (status, headers, body) = self.raw(request.body(Body::from(body.to_owned())).unwrap());
        let value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        (status, headers, value)
    }

    fn ask(&self, path: &str, headers: &[(&str, &str)]) -> Answered {
        self.send("GET", path, headers, "")
    }

    fn get(&self, path: &str) -> (StatusCode, Value) {
        let (status, _, value) = self.ask(path, &[("x-api-token", API_TOKEN)]);
        (status, value)
    }

    fn ok(&self, path: &str) -> Value {
        let (status, value) = self.get(path);
        assert_eq!(status, 200, "{path}: {value}");
        assert_eq!(value["success"], true);
        value
    }

    /// All rows of a list that is paged by cursor.
    fn all(&self, path: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut cursor = String::new();
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let page = self.ok(&format!("{path}{joint}limit=100{cursor}"));
            rows.extend(page["data"].as_array().unwrap().iter().cloned());
            match page["additional_data"]["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return rows,
            }
        }
    }

    fn a_deal(&self, status: &str) -> String {
        let crm = self.crm();
        let found = crm
            .live_deals()
            .find(|deal| shape::status(deal, &crm) == status && deal.moves.len() > 2);
        found.unwrap().id.clone()
    }

    fn deal(&self, id: &str) -> Value {
        self.ok(&format!("/api/v2/deals/{id}"))["data"].clone()
    }

    /// What webhooks tell of `deed`: the bodies.
    fn told(&self, deed: impl FnOnce(&mut Crm)) -> Vec<Value> {
        self.pipedrive.deliveries();
        deed(&mut self.crm());
        let due = self.pipedrive.deliveries();
        due.iter().map(body).collect()
    }
}

fn body(delivery: &Delivery) -> Value {
    serde_json::from_slice(&delivery.body).unwrap()
}

fn word(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn ids_of(rows: &[Value]) -> Vec<u64> {
    rows.iter().map(|row| row["id"].as_u64().unwrap()).collect()
}

#[test]
fn a_request_needs_a_token_that_is_known() {
    let test = Test::new();
    let issued = test.pipedrive.oauth().grant(&["deals:read"]);
    let bearer = format!("Bearer {}", issued.access_token);
    for (name, value, expected) in [
        ("x-nothing", "", 401),
        ("x-api-token", "wrong", 401),
        ("authorization", "Bearer wrong", 401),
        ("x-api-token", API_TOKEN, 200),
        ("authorization", bearer.as_str(), 200),
    ] {
        let (status, _, value) = test.ask("/api/v2/deals", &[(name, value)]);
        assert_eq!(status, expected, "{name}");
        if expected == 401 {
            assert_eq!(value["error"], "unauthorized access");
            assert_eq!(value["errorCode"], 401);
        }
    }
    test.wait(SignedDuration::from_secs(3_600));
    assert_eq!(
        test.ask("/api/v2/deals", &[("authorization", &bearer)]).0,
        401
    );
}

#[test]
fn a_token_reads_what_its_scopes_allow() {
    let test = Test::new();
    let flow = format!("/v1/deals/{}/flow", test.a_deal("open"));
    let sold = format!("/api/v2/deals/products?deal_ids={}", test.a_deal("open"));
    for (scopes, path, expected) in [
        (&["deals:read"][..], "/api/v2/deals", 200),
        (&["deals:full"], "/api/v2/deals", 200),
        (&["deals:read"], "/api/v2/persons", 403),
        (&["contacts:read"], "/api/v2/persons", 200),
        (&["deals:read"], flow.as_str(), 403),
        (&["recents:read"], flow.as_str(), 200),
        (&["products:read"], "/api/v2/deals", 403),
        (&["products:read"], sold.as_str(), 200),
        (&["deals:read"], sold.as_str(), 200),
        (&["contacts:read"], sold.as_str(), 403),
        (&["deals:read"], "/api/v2/products", 403),
        (&["base"], "/v1/users/me", 200),
        (&["base"], "/v1/users", 403),
    ] {
        let token = test.pipedrive.oauth().grant(scopes).access_token;
        let bearer = format!("Bearer {token}");
        let (status, _, value) = test.ask(path, &[("authorization", &bearer)]);
        assert_eq!(status, expected, "{scopes:?} {path}");
        if expected == 403 {
            assert_eq!(value["error"], "Scope and URL mismatch");
        }
    }
}

#[test]
fn an_app_goes_to_the_companys_host_and_a_person_to_either() {
    let test = Test::new();
    let bearer = format!(
        "Bearer {}",
        test.pipedrive.oauth().grant(&SCOPES).access_token
    );
    let token = [("x-api-token", API_TOKEN)];
    let app = [("authorization", bearer.as_str())];
    for (host, path, who, expected) in [
        (
            "lanternfold.pipedrive.example",
            "/api/v1/leads",
            &token,
            200,
        ),
        ("lanternfold.pipedrive.example", "/api/v2/deals", &app, 200),
        ("api.pipedrive.example", "/v1/leads", &token, 200),
        ("api.pipedrive.example", "/api/v1/leads", &token, 404),
        ("api.pipedrive.example", "/api/v1/notes", &token, 200),
        ("api.pipedrive.example", "/api/v2/deals", &token, 200),
        ("api.pipedrive.example", "/api/v2/deals", &app, 403),
        ("api.pipedrive.example", "/v2/deals", &token, 404),
    ] {
        let headers = [("host", host), who[0]];
        assert_eq!(test.ask(path, &headers).0, expected, "{host}{path}");
    }
}

#[test]
fn removed_endpoints_are_gone_and_what_is_left_of_v1_answers() {
    let test = Test::new();
    let id = test.a_deal("open");
    for path in [
        "deals",
        "persons",
        "organizations",
        "activities",
        "products",
        "pipelines",
        "stages",
    ] {
        for form in ["/v1/", "/api/v1/"] {
            assert_eq!(test.get(&format!("{form}{path}")).0, 410);
            assert_eq!(test.get(&format!("{form}{path}/1")).0, 410);
        }
    }
    for path in [
        "users",
        "users/me",
        "notes",
        "leads",
        "activityTypes",
        &format!("deals/{id}/changelog"),
        &format!("deals/{id}/flow"),
        &format!("deals/{id}/participants"),
        &format!("deals/{id}/participantsChangelog"),
        &format!("deals/{id}/mailMessages"),
        "webhooks",
    ] {
        test.ok(&format!("/v1/{path}"));
        test.ok(&format!("/api/v1/{path}"));
    }
    for path in [
        "/v1/nothing",
        "/api/v2/nothing",
        "/api/v2/deals/1",
        "/v1/deals/1/changelog",
        "/",
    ] {
        assert_eq!(test.get(path).0, 404, "{path}");
    }
}

#[test]
fn what_pipedrive_would_refuse_is_refused() {
    let test = Test::new();
    let ids = (0..101)
        .map(|n| n.to_string())
        .collect::<Vec<_>>()
        .join(",");
    let keys = (0..16)
        .map(|n| format!("k{n}"))
        .collect::<Vec<_>>()
        .join(",");
    for path in [
        "deals?limit=501",
        "deals?limit=0",
        "deals?limit=many",
        "deals?cursor=nonsense",
        "deals?status=alive",
        "deals?sort_by=value",
        "deals?sort_direction=up",
        "deals?include_fields=everything",
        "deals?changed_since=2026-01-01T00:00:00Z",
        "deals?updated_since=2026-01-01T00:00:00.000Z",
        "deals?updated_since=2026-01-01T00:00:00%2B00:00",
        "deals?updated_since=2026-01-01%2000:00:00",
        "deals?updated_since=2026-13-01T00:00:00Z",
        "persons?updated_until=2026-01-01",
        "pipelines?updated_since=2026-01-01T00:00:00Z",
        "stages?updated_since=2026-01-01T00:00:00Z",
        "deals/products",
        "deals/products?deal_ids=4021,some",
        "deals/products?deal_ids=4021&sort_by=name",
        "deals/products?deal_ids=4021&limit=501",
        &format!("deals/products?deal_ids={ids}"),
        &format!("deals?ids={ids}"),
        &format!("deals?custom_fields={keys}"),
    ] {
        let (status, value) = test.get(&format!("/api/v2/{path}"));
        assert_eq!(status, 400, "{path}");
        assert_eq!(value["code"], "ERR_SCHEMA_VALIDATION_FAILED", "{path}");
        assert_eq!(value["success"], false);
    }
    test.pipedrive.set_inactive(true);
    assert_eq!(test.get("/api/v2/deals").0, 402);
}

#[test]
fn lists_are_whole_whatever_the_page_and_the_order() {
    let test = Test::new();
    let live = test.crm().live_deals().count();
    for order in [
        "",
        "?sort_by=update_time",
        "?sort_by=update_time&sort_direction=desc",
        "?sort_by=add_time",
    ] {
        let rows = test.all(&format!("/api/v2/deals{order}"));
        let distinct: BTreeSet<u64> = ids_of(&rows).into_iter().collect();
        assert_eq!((rows.len(), distinct.len()), (live, live), "{order}");
    }
    let rows = test.all("/api/v2/deals?sort_by=update_time");
    assert!(rows.iter().map(|row| word(&row["update_time"])).is_sorted());
    for (path, least) in [
        ("persons", 100),
        ("organizations", 100),
        ("activities", 1_000),
        ("products", 3),
        ("pipelines", 2),
        ("stages", 12),
    ] {
        let rows = test.all(&format!("/api/v2/{path}"));
        assert!(rows.len() >= least, "{path}: {}", rows.len());
        let id = &rows[0]["id"];
        let one = test.ok(&format!("/api/v2/{path}/{id}"));
        assert_eq!(one["data"]["id"], *id);
    }
    assert_eq!(
        test.ok("/api/v2/deals")["data"].as_array().unwrap().len(),
        100
    );
}

#[test]
fn a_deal_changed_while_paging_is_seen_again_and_none_is_missed() {
    let test = Test::new();
    let first = test.ok("/api/v2/deals?sort_by=update_time&limit=100");
    let seen: BTreeSet<u64> = ids_of(first["data"].as_array().unwrap())
        .into_iter()
        .collect();
    let moved = seen.iter().next().unwrap().to_string();
    test.wait(SignedDuration::from_secs(60));
    test.crm().set_amount(&moved, Some(Decimal::ONE));
    let cursor = word(&first["additional_data"]["next_cursor"]);
    let rest = test.ok(&format!(
        "/api/v2/deals?sort_by=update_time&limit=500&cursor={cursor}"
    ));
    let rest = ids_of(rest["data"].as_array().unwrap());
    assert_eq!(rest.last().unwrap().to_string(), moved);
    let whole: BTreeSet<u64> = seen.into_iter().chain(rest).collect();
    assert_eq!(whole.len(), test.crm().live_deals().count());
}

#[test]
fn updated_since_is_inclusive_and_updated_until_is_not() {
    let test = Test::new();
    let id = test.a_deal("open");
    test.wait(SignedDuration::from_hours(1));
    test.crm().set_amount(&id, Some(Decimal::new(123_456, 2)));
    let now = test.now();
    let count = |query: &str| test.all(&format!("/api/v2/deals?{query}={now}")).len();
    assert_eq!(count("updated_since"), 1);
    assert_eq!(count("updated_until"), test.crm().live_deals().count() - 1);
    let one = &test.all(&format!("/api/v2/deals?updated_since={now}"))[0];
    assert_eq!(
        (&one["id"], &one["value"]),
        (&shape::number(&id), &json!(1234.56))
    );
}

#[test]
fn filters_narrow_and_a_saved_filter_overrides_them() {
    let test = Test::new();
    let all = test.all("/api/v2/deals").len();
    let won = test.all("/api/v2/deals?status=won");
    assert!(!won.is_empty() && won.iter().all(|deal| deal["status"] == "won"));
    let parts: usize = ["open", "won", "lost"]
        .iter()
        .map(|status| test.all(&format!("/api/v2/deals?status={status}")).len())
        .sum();
    assert_eq!(parts, all);
    assert_eq!(test.all("/api/v2/deals?status=open,won,lost").len(), all);
    assert_eq!(test.all("/api/v2/deals?status=won&filter_id=3").len(), all);
    let two = format!("{},{}", won[0]["id"], won[1]["id"]);
    assert_eq!(test.all(&format!("/api/v2/deals?ids={two}")).len(), 2);
    let org = &won[0]["org_id"];
    let of_org = test.all(&format!("/api/v2/deals?org_id={org}"));
    assert!(of_org.iter().all(|deal| deal["org_id"] == *org));
}

#[test]
fn won_and_lost_are_statuses_and_not_stages() {
    let test = Test::new();
    let stages: BTreeSet<u64> = ids_of(&test.all("/api/v2/stages")).into_iter().collect();
    for deal in test.all("/api/v2/deals") {
        assert!(
            stages.contains(&deal["stage_id"].as_u64().unwrap()),
            "{deal}"
        );
        let status = word(&deal["status"]);
        assert_eq!(deal["won_time"].is_string(), status == "won", "{deal}");
        assert_eq!(deal["lost_time"].is_string(), status == "lost", "{deal}");
        assert_eq!(deal["close_time"].is_string(), status != "open", "{deal}");
    }
    let pipelines = test.all("/api/v2/pipelines");
    assert_eq!(pipelines[1]["is_deal_probability_enabled"], false);
    let second = test.all(&format!(
        "/api/v2/stages?pipeline_id={}",
        pipelines[1]["id"]
    ));
    assert!(!second.is_empty() && second.iter().all(|stage| stage["deal_probability"] == 100));
}

#[test]
fn a_deleted_deal_is_shown_for_thirty_days_to_those_who_ask() {
    let test = Test::new();
    let (gone, lost, kept) = (test.a_deal("open"), test.a_deal("lost"), test.a_deal("won"));
    test.wait(SignedDuration::from_mins(5));
    test.crm().delete(Object::Deal, &gone);
    test.crm().merge_deals(&lost, &kept);
    let now = test.now();
    let has = |path: &str, id: &str| {
        test.all(path)
            .iter()
            .any(|deal| deal["id"] == shape::number(id))
    };
    let deleted = format!("/api/v2/deals?status=open,won,lost,deleted&updated_since={now}");
    for id in [&gone, &lost] {
        assert!(!has("/api/v2/deals", id));
        assert!(has(&deleted, id));
        assert_eq!(test.deal(id)["is_deleted"], true);
        assert_eq!(test.deal(id)["status"], "deleted");
    }
    test.wait(SignedDuration::from_hours(31 * 24));
    assert!(!has(&deleted, &gone));
    assert_eq!(test.get(&format!("/api/v2/deals/{gone}")).0, 404);
}

#[test]
fn an_archived_deal_is_in_the_other_list() {
    let test = Test::new();
    let id = test.a_deal("open");
    let has = |path: &str| {
        test.all(path)
            .iter()
            .any(|deal| deal["id"] == shape::number(&id))
    };
    assert!(has("/api/v2/deals") && !has("/api/v2/deals/archived"));
    test.crm().archive(Object::Deal, &id);
    assert!(!has("/api/v2/deals") && has("/api/v2/deals/archived"));
    assert!(!has("/api/v2/deals?status=open,won,lost,deleted"));
    let one = test.deal(&id);
    assert_eq!(one["is_archived"], true);
    assert_eq!(one["archive_time"], test.now());
    test.crm().restore(Object::Deal, &id);
    assert!(has("/api/v2/deals") && !has("/api/v2/deals/archived"));
}

#[test]
fn people_and_companies_vanish_without_a_trace() {
    let test = Test::new();
    for (object, path) in [
        (Object::Contact, "persons"),
        (Object::Company, "organizations"),
        (Object::Activity, "activities"),
    ] {
        let id = test.all(&format!("/api/v2/{path}"))[3]["id"].to_string();
        test.crm().delete(object, &id);
        let left = test.all(&format!("/api/v2/{path}"));
        assert!(left.iter().all(|row| row["id"] != shape::number(&id)));
        assert_eq!(test.get(&format!("/api/v2/{path}/{id}")).0, 404);
    }
}

#[test]
fn the_change_log_tells_moves_in_text_and_not_the_creation() {
    let test = Test::new();
    let id = test.crm().create_deal(NewDeal {
        name: "Told".to_owned(),
        amount: Some(Decimal::from(100)),
        ..NewDeal::default()
    });
    let stages: Vec<String> = {
        let crm = test.crm();
        crm.pipelines[0]
            .stages
            .iter()
            .map(|stage| stage.id.clone())
            .collect()
    };
    let log = || test.all(&format!("/v1/deals/{id}/changelog"));
    let step =
        |row: &Value| [&row["field_key"], &row["old_value"], &row["new_value"]].map(Value::clone);
    assert!(log().is_empty());
    for (stage, expected) in [
        (&stages[1], vec![["stage_id", &stages[0], &stages[1]]]),
        (&stages[6], vec![["status", "open", "won"]]),
        (
            &stages[3],
            vec![
                ["stage_id", &stages[1], &stages[3]],
                ["status", "won", "open"],
            ],
        ),
    ] {
        test.wait(SignedDuration::from_secs(61));
        let before = log().len();
        test.crm().move_deal(&id, stage);
        let rows = log();
        let newest: Vec<_> = rows[..rows.len() - before].iter().map(step).collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|row| row.map(|word| json!(word)))
            .collect();
        assert_eq!(newest, expected);
    }
    test.wait(SignedDuration::from_secs(61));
    test.crm().set_amount(&id, Some(Decimal::from(250)));
    let newest = &log()[0];
    assert_eq!(step(newest), [json!("value"), json!("100"), json!("250")]);
    assert_eq!(word(&newest["time"]).len(), 19);

    let flow = test.ok(&format!(
        "/v1/deals/{id}/flow?items=dealChange&all_changes=1&limit=2"
    ));
    assert_eq!(flow["data"][0]["object"], "dealChange");
    assert_eq!(flow["data"][0]["data"]["field_key"], "value");
    let pagination = &flow["additional_data"]["pagination"];
    assert_eq!(
        (
            &pagination["more_items_in_collection"],
            &pagination["next_start"]
        ),
        (&json!(true), &json!(2))
    );
    let first = test.ok(&format!("/v1/deals/{id}/changelog?limit=1"));
    assert!(first["additional_data"]["next_cursor"].is_string());
}

#[test]
fn every_deals_log_leads_from_its_first_stage_to_its_last() {
    let test = Test::new();
    for deal in test.all("/api/v2/deals").iter().step_by(7) {
        let rows = test.all(&format!("/v1/deals/{}/changelog", deal["id"]));
        let stages: Vec<&Value> = rows
            .iter()
            .filter(|row| row["field_key"] == "stage_id")
            .collect();
        for pair in stages.windows(2) {
            assert_eq!(pair[0]["old_value"], pair[1]["new_value"], "{rows:?}");
        }
        if let Some(newest) = stages.first() {
            assert_eq!(newest["new_value"], deal["stage_id"].to_string());
        }
    }
}

#[test]
fn participants_come_and_go_without_touching_the_deal() {
    let test = Test::new();
    let id = test.a_deal("open");
    let before = test.deal(&id)["update_time"].clone();
    test.wait(SignedDuration::from_mins(5));
    let contact = test
        .crm()
        .create_contact("Ada", "Marlby", Some("ada@marlby.example"), None);
    test.crm().add_role(&id, &contact, Some("Champion"));
    let rows = test.ok(&format!("/v1/deals/{id}/participants"));
    let rows = rows["data"].as_array().unwrap().clone();
    assert!(
        rows.iter()
            .any(|row| row["person_id"]["value"] == shape::number(&contact))
    );
    test.crm().remove_role(&id, &contact);
    let log = test.all(&format!("/v1/deals/{id}/participantsChangelog"));
    let told: Vec<String> = log.iter().map(|row| word(&row["action"])).collect();
    assert_eq!(told, ["removed", "added"]);
    assert_eq!(test.deal(&id)["update_time"], before);
}

#[test]
fn persons_and_deals_find_each_other() {
    let test = Test::new();
    let id = test.a_deal("open");
    let charge = test.deal(&id)["person_id"].as_u64().unwrap();
    let ada = test
        .crm()
        .create_contact("Ada", "Marlby", Some("ada@marlby.example"), None);
    test.crm().add_role(&id, &ada, None);
    let ada: u64 = ada.parse().unwrap();
    let people = test.all(&format!("/api/v2/persons?deal_id={id}&limit=1"));
    let people = ids_of(&people);
    assert_eq!(people.len(), test.crm().deals[&id].roles.len());
    assert!(people.contains(&charge) && people.contains(&ada));
    let id: u64 = id.parse().unwrap();
    for person in [charge, ada] {
        let deals = test.all(&format!("/api/v2/deals?person_id={person}"));
        assert!(ids_of(&deals).contains(&id), "{person}");
    }
    assert_eq!(
        ids_of(&test.all(&format!("/api/v2/deals?person_id={ada}"))),
        [id]
    );
    let both = test.all(&format!("/api/v2/persons?ids={ada},{charge},999999999"));
    let wanted = BTreeSet::from([ada, charge]);
    assert_eq!(ids_of(&both).into_iter().collect::<BTreeSet<_>>(), wanted);
    assert_eq!(
        ids_of(&test.all("/api/v2/persons?deal_id=999999999")),
        [0; 0]
    );
    test.crm().delete(Object::Contact, &ada.to_string());
    let people = test.all(&format!("/api/v2/persons?deal_id={id}"));
    assert!(!ids_of(&people).contains(&ada));
}

#[test]
fn what_is_sold_comes_for_a_hundred_deals_at_once() {
    let test = Test::new();
    let sold: Vec<String> = {
        let crm = test.crm();
        let sold = crm.live_deals().filter(|deal| !deal.lines.is_empty());
        sold.take(100).map(|deal| deal.id.clone()).collect()
    };
    assert_eq!(sold.len(), 100);
    let path = format!("/api/v2/deals/products?deal_ids={}", sold.join(","));
    let spent = test.pipedrive.spent();
    let rows = test.ok(&format!("{path}&limit=500"))["data"].clone();
    assert_eq!(test.pipedrive.spent() - spent, 10);
    let rows = rows.as_array().unwrap();
    let deals: BTreeSet<String> = rows.iter().map(|row| row["deal_id"].to_string()).collect();
    assert_eq!(deals, sold.iter().cloned().collect());
    assert!(ids_of(rows).is_sorted(), "by their own numbers");
    let names: BTreeSet<String> = rows.iter().map(|row| word(&row["name"])).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(rows.iter().any(|row| row["is_enabled"] == false));
    for row in rows {
        let number = |field: &str| row[field].as_f64().unwrap();
        let sum = number("item_price") * number("quantity");
        assert!((number("sum") - sum).abs() < 0.01, "{row}");
    }
    // Its pages are those of every list, and of one deal they are the same rows.
    assert_eq!(ids_of(&test.all(&path)), ids_of(rows));
    let first = &sold[0];
    let own = test.all(&format!("/api/v2/deals/{first}/products"));
    let number: u64 = first.parse().unwrap();
    let of_first = rows.iter().filter(|row| row["deal_id"] == number);
    assert_eq!(own, of_first.cloned().collect::<Vec<_>>());
    let turned = test.all(&format!("{path}&sort_by=deal_id&sort_direction=desc"));
    let deals = turned.iter().map(|row| row["deal_id"].as_u64().unwrap());
    assert!(deals.rev().is_sorted());
    // A deal that is not there has none, and one in the bin still has its own.
    let nobody = test.ok("/api/v2/deals/products?deal_ids=999999999");
    assert_eq!(nobody["data"], json!([]));
    test.crm().delete(Object::Deal, first);
    let gone = test.ok(&format!("/api/v2/deals/products?deal_ids={first}"));
    assert_eq!(gone["data"].as_array().unwrap().len(), own.len());
    test.wait(DELETED_KEPT);
    let gone = test.ok(&format!("/api/v2/deals/products?deal_ids={first}"));
    assert_eq!(gone["data"], json!([]));
}

#[test]
fn an_account_that_may_not_see_products_reads_everything_else() {
    let test = Test::new();
    let id = test.a_deal("open");
    test.pipedrive.set_without_products(true);
    for path in [
        "products".to_owned(),
        format!("deals/{id}/products"),
        format!("deals/products?deal_ids={id}"),
    ] {
        let (status, value) = test.get(&format!("/api/v2/{path}"));
        assert_eq!(
            (status.as_u16(), &value["success"]),
            (403, &json!(false)),
            "{path}"
        );
    }
    test.ok("/api/v2/deals");
    test.ok(&format!("/v1/deals/{id}/changelog"));
}

#[test]
fn a_deal_is_worth_what_is_sold_and_each_product_is_told_of() {
    let test = Test::new();
    let id = test.a_deal("open");
    test.pipedrive
        .listen("https://pie.example/hook", "pie", "secret");
    test.wait(SignedDuration::from_mins(1));
    let mut line = 0;
    let told = test.told(|crm| {
        crm.edit_lines(&id, Vec::clear);
        line = crm.add_line(&id, 1, 2).unwrap();
    });
    let of = |told: &[Value], entity: &str| -> Vec<Value> {
        let of = told.iter().filter(|it| it["meta"]["entity"] == entity);
        of.cloned().collect()
    };
    assert_eq!(test.deal(&id)["value"], 900);
    assert!(!of(&told, "deal").is_empty(), "its value changed");
    let created = of(&told, "deal_product").pop().unwrap();
    assert_eq!(created["meta"]["action"], "create");
    assert_eq!(created["meta"]["entity_id"], line.to_string());
    assert_eq!(created["data"]["deal_id"], shape::number(&id));
    // What costs the same moves no deal, and is told all the same.
    test.wait(SignedDuration::from_mins(1));
    let before = test.deal(&id)["update_time"].clone();
    let told = test.told(|crm| {
        crm.edit_lines(&id, |lines| lines[0].name = "Planning place".to_owned());
    });
    assert_eq!(test.deal(&id)["update_time"], before);
    assert!(of(&told, "deal").is_empty());
    let changed = of(&told, "deal_product").pop().unwrap();
    assert_eq!(changed["meta"]["action"], "change");
    assert_eq!(changed["previous"]["name"], "Planning seat");
    let told = test.told(|crm| {
        crm.edit_lines(&id, Vec::clear);
    });
    let gone = of(&told, "deal_product").pop().unwrap();
    assert_eq!(
        (&gone["meta"]["action"], &gone["data"]),
        (&json!("delete"), &Value::Null)
    );
    assert_eq!(gone["previous"]["deal_id"], shape::number(&id));
    assert_eq!(test.deal(&id)["value"], 0);
}

#[test]
fn a_missing_record_is_said_not_to_be_found() {
    let test = Test::new();
    for path in [
        "/api/v2/deals/999999999",
        "/api/v2/persons/999999999",
        "/api/v2/organizations/999999999",
        "/api/v2/activities/999999999",
        "/api/v1/users/999999999",
        "/api/v1/notes/999999999",
        "/v1/deals/999999999/changelog",
    ] {
        let (status, value) = test.get(path);
        assert_eq!(status, 404, "{path}");
        assert_eq!(value["success"], false);
        assert!(word(&value["error"]).ends_with(" not found"), "{value}");
    }
}

#[test]
fn notes_are_v1_with_offsets_and_activities_leave_them_out() {
    let test = Test::new();
    let first = test.ok("/v1/notes?limit=2&sort=update_time%20ASC");
    assert_eq!(first["additional_data"]["pagination"]["next_start"], 2);
    let notes = first["data"].as_array().unwrap();
    let stamp = word(&notes[0]["update_time"]);
    assert!(stamp.len() == 19 && !stamp.contains('T'));
    let activities = test.all("/api/v2/activities");
    assert!(!ids_of(&activities).contains(&notes[0]["id"].as_u64().unwrap()));
    let types: BTreeSet<String> = activities.iter().map(|row| word(&row["type"])).collect();
    let known = test.ok("/v1/activityTypes");
    let known: BTreeSet<String> = known["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| word(&row["key_string"]))
        .collect();
    assert!(
        types.is_subset(&known) && types.contains("product_demo"),
        "{types:?}"
    );
    assert!(activities[0].get("attendees").is_none());
    let asked = test.ok("/api/v2/activities?include_fields=attendees&limit=1");
    assert!(asked["data"][0]["attendees"].is_array());
    test.wait(SignedDuration::from_mins(5));
    let now = test.now();
    let path = format!("/v1/notes?updated_since={now}");
    assert_eq!(test.ok(&path)["data"], Value::Null);
    let deal = test.a_deal("open");
    let at = test.pipedrive.now();
    test.crm().add_activity(NewActivity {
        kind: ActivityKind::Note,
        deal: Some(deal.clone()),
        contacts: Vec::new(),
        owner: None,
        at,
        subject: String::new(),
        body: "5 < 6\nyes".to_owned(),
    });
    let note = test.ok(&path)["data"][0].clone();
    assert_eq!(note["content"], "<p>5 &lt; 6<br>yes</p>");
    assert_eq!(note["deal_id"], shape::number(&deal));
}

#[test]
fn custom_fields_are_forty_letters_and_options_are_numbers() {
    let test = Test::new();
    test.crm()
        .add_field(Object::Deal, "arena", "Arena", FieldKind::Text);
    let id = test.a_deal("open");
    test.crm().fill(Object::Deal, &id, "arena", json!("North"));
    let fields = test.all("/api/v2/dealFields");
    let code = |name: &str| {
        let mut all = fields.iter();
        let field = all.find(|field| field["field_name"] == name).unwrap();
        (word(&field["field_code"]), field.clone())
    };
    let (arena, field) = code("Arena");
    assert_eq!((arena.len(), &field["is_custom_field"]), (40, &json!(true)));
    assert_eq!(test.deal(&id)["custom_fields"][&arena], "North");
    let (source, field) = code("Lead source");
    let chosen = &test.deal(&id)["custom_fields"][&source];
    let options = field["options"].as_array().unwrap();
    assert!(
        options.iter().any(|option| option["id"] == *chosen),
        "{chosen}"
    );
    let narrow = test.ok(&format!("/api/v2/deals?ids={id}&custom_fields={arena}"));
    assert_eq!(
        narrow["data"][0]["custom_fields"],
        json!({ arena: "North" })
    );
    let bare = test.crm().create_deal(NewDeal::default());
    assert_eq!(test.deal(&bare)["custom_fields"], Value::Null);
    assert_eq!(test.deal(&bare)["value"], 0);
    let industries = test.all("/api/v2/organizationFields");
    let industries = industries
        .iter()
        .find(|field| field["field_code"] == "industry")
        .unwrap();
    assert!(industries["options"].as_array().unwrap().len() > 5);
}

#[test]
fn a_failure_may_look_like_nothing() {
    let test = Test::new();
    test.pipedrive.fail_silently(1);
    let nothing = json!({"success": false, "data": []});
    assert_eq!(test.get("/api/v2/deals"), (StatusCode::OK, nothing));
    test.ok("/api/v2/deals");
}

#[test]
fn a_delivery_does_not_print_its_credentials() {
    let test = Test::new();
    test.pipedrive
        .listen("https://pie.example/hook", "pie", "secret");
    let id = test.a_deal("open");
    test.crm().set_amount(&id, Some(Decimal::ONE));
    let printed = format!("{:?}", test.pipedrive.deliveries());
    assert!(printed.contains("attempt: 0"), "{printed}");
    assert!(
        !printed.contains("Basic") && !printed.contains("hook"),
        "{printed}"
    );
}

#[test]
fn requests_within_two_seconds_are_counted() {
    let test = Test::with(|settings| settings.rate_limits = true);
    let ask = || test.ask("/api/v2/deals/1", &[("x-api-token", API_TOKEN)]);
    for left in (0..20).rev() {
        let (status, headers, _) = ask();
        assert_eq!(status, 404);
        assert_eq!(headers["x-ratelimit-limit"], "20");
        assert_eq!(headers["x-ratelimit-remaining"], left.to_string());
    }
    let (status, headers, value) = ask();
    assert_eq!(status, 429);
    assert_eq!(headers["x-ratelimit-reset"], "2");
    assert!(!headers.contains_key("retry-after"));
    assert_eq!(
        value,
        json!({"success": false, "error": "request over limit", "errorCode": 429, "data": null})
    );
    test.wait(SignedDuration::from_secs(2));
    assert_eq!(ask().0, 404);
    let bearer = format!(
        "Bearer {}",
        test.pipedrive.oauth().grant(&["deals:read"]).access_token
    );
    let (_, headers, _) = test.ask("/api/v2/deals/1", &[("authorization", &bearer)]);
    assert_eq!(headers["x-ratelimit-limit"], "80");
}

#[test]
fn who_ignores_refusals_meets_a_page_for_people() {
    let test = Test::with(|settings| settings.rate_limits = true);
    let ask = || test.ask("/v1/users", &[("x-api-token", API_TOKEN)]);
    for _ in 0..20 {
        assert_eq!(ask().0, 200);
    }
    for _ in 0..PATIENCE {
        assert_eq!(ask().0, 429);
    }
    let (status, headers, value) = ask();
    assert_eq!((status.as_u16(), value), (403, Value::Null));
    assert_eq!(headers["server"], "cloudflare");
    assert!(
        headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    test.wait(SignedDuration::from_secs(59));
    assert_eq!(ask().0, 403);
    test.wait(SignedDuration::from_secs(2));
    assert_eq!(ask().0, 200);
}

#[test]
fn the_days_tokens_are_spent_by_what_a_request_costs() {
    let test = Test::with(|settings| settings.rate_limits = true);
    let id = test.a_deal("open");
    for (path, cost) in [
        ("/api/v2/deals".to_owned(), 10),
        ("/api/v2/deals/archived".to_owned(), 20),
        (format!("/api/v2/deals/{id}"), 1),
        ("/api/v2/pipelines".to_owned(), 5),
        ("/api/v2/stages".to_owned(), 5),
        ("/v1/users".to_owned(), 20),
        ("/v1/notes".to_owned(), 20),
        (format!("/v1/deals/{id}/changelog"), 20),
    ] {
        let before = test.pipedrive.spent();
        test.ok(&path);
        assert_eq!(test.pipedrive.spent() - before, cost, "{path}");
    }
    test.pipedrive.set_daily_budget(test.pipedrive.spent() + 15);
    let ask = || test.ask("/api/v2/deals", &[("x-api-token", API_TOKEN)]);
    assert_eq!(ask().1["x-daily-ratelimit-token-remaining"], "5");
    let (status, headers, _) = ask();
    assert_eq!(status, 429);
    assert_eq!(headers["x-daily-ratelimit-token-remaining"], "0");
    test.wait(SignedDuration::from_secs(5));
    assert_eq!(ask().0, 429);
    test.wait(SignedDuration::from_hours(24));
    assert_eq!(ask().0, 200);
}

#[test]
fn a_save_is_one_event_with_what_it_changed() {
    let test = Test::new();
    test.pipedrive
        .listen("https://pie.example/hook", "pie", "secret");
    let id = test.a_deal("open");
    let was = test.deal(&id);
    test.wait(SignedDuration::from_mins(1));
    let stage = {
        let crm = test.crm();
        let deal = &crm.deals[&id];
        let pipeline = crm.pipelines.iter().find(|known| known.id == deal.pipeline);
        let mut stages = pipeline.unwrap().stages.iter();
        stages
            .find(|stage| stage.id != deal.stage)
            .unwrap()
            .id
            .clone()
    };
    let told = test.told(|crm| {
        crm.edit_deal(&id, |deal| {
            stage.clone_into(&mut deal.stage);
            deal.amount = Some(Decimal::from(7));
        });
    });
    assert_eq!(told.len(), 1);
    let event = &told[0];
    assert_eq!(event["data"]["stage_id"], shape::number(&stage));
    assert_eq!(event["previous"]["stage_id"], was["stage_id"]);
    assert_eq!(event["previous"]["value"], was["value"]);
    assert_eq!(event["previous"]["update_time"], was["update_time"]);
    assert!(event["previous"].get("title").is_none());
    let meta = &event["meta"];
    assert_eq!(
        (&meta["action"], &meta["entity"], &meta["entity_id"]),
        (&json!("change"), &json!("deal"), &json!(id))
    );
    assert_eq!(
        (&meta["version"], &meta["attempt"]),
        (&json!("2.0"), &json!(1))
    );
    assert!(word(&meta["timestamp"]).contains(".412"), "{meta}");
    assert_eq!(word(&meta["id"]).len(), 36);
}

#[test]
fn webhooks_tell_of_creation_deletion_and_merges_but_not_of_participants() {
    let test = Test::new();
    test.pipedrive
        .listen("https://pie.example/hook", "pie", "secret");
    let (one, two, three) = (test.a_deal("open"), test.a_deal("won"), test.a_deal("lost"));
    let facts = |told: Vec<Value>| -> Vec<(String, String, Value)> {
        told.iter()
            .map(|event| {
                let meta = &event["meta"];
                (
                    word(&meta["action"]),
                    word(&meta["entity_id"]),
                    meta["merged_to_id"].clone(),
                )
            })
            .collect()
    };
    let row = |action: &str, id: &str, to: Value| (action.to_owned(), id.to_owned(), to);
    let told = test.told(|crm| {
        crm.delete(Object::Deal, &one);
    });
    assert_eq!(told[0]["data"], Value::Null);
    assert_eq!(facts(told), [row("delete", &one, Value::Null)]);
    let told = facts(test.told(|crm| {
        crm.merge_deals(&three, &two);
    }));
    assert_eq!(
        told,
        [
            row("delete", &three, json!(two)),
            row("change", &two, Value::Null)
        ]
    );
    let contact = test.crm().create_contact("Ada", "Marlby", None, None);
    let told = test.told(|crm| {
        crm.add_role(&two, &contact, None);
    });
    assert!(told.is_empty());
    let told = test.told(|crm| {
        crm.create_company("Marlby Mills", None);
    });
    assert_eq!(
        (&told[0]["meta"]["action"], &told[0]["meta"]["entity"]),
        (&json!("create"), &json!("organization"))
    );
    assert_eq!(told[0]["previous"], Value::Null);
}

#[test]
fn deliveries_show_credentials_and_come_again() {
    let test = Test::new();
    test.pipedrive
        .listen("https://pie.example/hook", "pie", "secret");
    let id = test.a_deal("open");
    test.crm().set_amount(&id, Some(Decimal::ONE));
    let mut ids = BTreeSet::new();
    for (attempt, wait) in [(0, 3), (1, 30), (2, 150), (3, 900)] {
        let due = test.pipedrive.deliveries();
        assert_eq!(due.len(), 1, "{attempt}");
        let basic = format!("Basic {}", STANDARD.encode("pie:secret"));
        assert!(due[0].headers.contains(&("authorization", basic)));
        assert_eq!(body(&due[0])["meta"]["attempt"], attempt + 1);
        ids.insert(word(&body(&due[0])["meta"]["id"]));
        test.pipedrive.failed(due[0].clone());
        assert!(test.pipedrive.deliveries().is_empty());
        test.wait(SignedDuration::from_secs(wait));
    }
    assert!(test.pipedrive.deliveries().is_empty());
    assert_eq!(ids.len(), 1);
}

#[test]
fn webhooks_are_registered_as_the_reference_says() {
    let test = Test::new();
    let post = |value: &Value| {
        let headers = [
            ("x-api-token", API_TOKEN),
            ("content-type", "application/json"),
        ];
        test.send("POST", "/v1/webhooks", &headers, &value.to_string())
    };
    let good = json!({
        "subscription_url": "https://pie.example/hook",
        "event_action": "change",
        "event_object": "deal",
        "version": "2.0",
        "http_auth_user": "pie",
        "http_auth_password": "secret",
    });
    let with = |name: &str, value: Value| {
        let mut changed = good.clone();
        changed[name] = value;
        changed
    };
    for (wanted, expected) in [
        (
            with("subscription_url", json!("http://pie.example/hook")),
            403,
        ),
        (with("subscription_url", Value::Null), 400),
        (with("event_action", json!("updated")), 400),
        (with("event_object", json!("company")), 400),
        (with("version", json!("1.0")), 400),
        (
            with("subscription_url", json!("http://127.0.0.1:9/hook")),
            201,
        ),
        (good.clone(), 201),
    ] {
        assert_eq!(post(&wanted).0, expected, "{wanted}");
    }
    let listed = test.ok("/v1/webhooks");
    assert!(!listed.to_string().contains("secret"));
    let id = listed["data"][1]["id"].clone();
    // Only changes of deals were asked for.
    let deal = test.a_deal("open");
    let told = test.told(|crm| {
        crm.set_amount(&deal, Some(Decimal::ONE));
        crm.create_company("Marlby Mills", None);
    });
    assert_eq!(told.len(), 2);
    let delete = |id: &Value| {
        test.send(
            "DELETE",
            &format!("/v1/webhooks/{id}"),
            &[("x-api-token", API_TOKEN)],
            "",
        )
        .0
    };
    assert_eq!(delete(&id), 200);
    assert_eq!(delete(&id), 404);
    for _ in 0..39 {
        assert_eq!(post(&good).0, 201);
    }
    assert_eq!(post(&good).0, 400);
}

#[test]
fn oauth_wants_basic_credentials_and_names_the_api_domain() {
    let test = Test::new();
    let redirect = "http://127.0.0.1:4000/v1/oauth/callback";
    test.pipedrive.oauth().register(redirect);
    let query = format!("client_id={CLIENT_ID}&redirect_uri={redirect}&state=s1");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(test.ask(&format!("/oauth/authorize?{query}"), &[]).0, 200);
    let (status, headers, _) = test.send(
        "POST",
        "/oauth/authorize",
        &form,
        &format!("{query}&decision=allow"),
    );
    assert!(status.is_redirection(), "{status}");
    let location = headers["location"].to_str().unwrap().to_owned();
    assert!(
        location.starts_with(redirect) && location.contains("state=s1"),
        "{location}"
    );
    let code = location
        .split("code=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    let exchange = format!("grant_type=authorization_code&code={code}&redirect_uri={redirect}");
    let in_body = format!("{exchange}&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}");
    assert!(
        test.send("POST", "/oauth/token", &form, &in_body)
            .0
            .is_client_error()
    );
    let basic = format!(
        "Basic {}",
        STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"))
    );
    let headers = [
        form[0],
        ("authorization", basic.as_str()),
        ("host", "127.0.0.1:4003"),
    ];
    let (status, _, tokens) = test.send("POST", "/oauth/token", &headers, &exchange);
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(tokens["api_domain"], "http://127.0.0.1:4003");
    assert!(word(&tokens["scope"]).contains("recents:read"));
    let refresh = word(&tokens["refresh_token"]);
    let again = format!("grant_type=refresh_token&refresh_token={refresh}");
    let (status, _, renewed) = test.send("POST", "/oauth/token", &headers, &again);
    assert_eq!(status, 200);
    assert_eq!(renewed["refresh_token"], refresh);
    let bearer = format!("Bearer {}", word(&renewed["access_token"]));
    assert_eq!(
        test.ask("/api/v2/deals", &[("authorization", &bearer)]).0,
        200
    );
    test.wait(SignedDuration::from_hours(61 * 24));
    assert!(
        test.send("POST", "/oauth/token", &headers, &again)
            .0
            .is_client_error()
    );
}

#[test]
fn odd_records_are_shown_as_they_are() {
    let test = Test::new();
    let odd = |what: &str| test.crm().oddity(what).unwrap().to_owned();
    assert_eq!(
        test.deal(&odd("deal without a company"))["org_id"],
        Value::Null
    );
    assert_eq!(test.deal(&odd("deal without an amount"))["value"], 0);
    assert_eq!(
        test.deal(&odd("amount below zero"))["value"],
        json!(-1250.5)
    );
    assert_eq!(test.deal(&odd("deal with an empty name"))["title"], "");
    let retired = test.crm().retired_stages[0].id.clone();
    let id = odd("deleted stage in the history");
    let log = test.all(&format!("/v1/deals/{id}/changelog"));
    assert!(log.iter().any(|row| row["new_value"] == retired.as_str()));
    assert!(!ids_of(&test.all("/api/v2/stages")).contains(&retired.parse().unwrap()));
    let person = test.ok(&format!(
        "/api/v2/persons/{}",
        odd("contact without an e-mail")
    ));
    assert_eq!(person["data"]["emails"], json!([]));
}
