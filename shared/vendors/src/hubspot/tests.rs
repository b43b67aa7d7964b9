use super::*;
use crate::crm::{ActivityKind, FieldKind, HandClock, NewActivity, NewDeal, State};
use crate::oauth::challenge_of;
use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request, header};
use std::collections::BTreeSet;
use tower::ServiceExt as _;

struct Portal7 {
    hubspot: Arc<HubSpot>,
    hand: HandClock,
}

impl Portal7 {
    fn with(edit: impl FnOnce(&mut Settings)) -> Portal7 {
        let hand = HandClock::at("2026-10-01T08:00:00Z".parse().unwrap());
        let world = demo::company(7, demo::Size::Small);
        let mut settings = Settings::new(hand.clock());
        edit(&mut settings);
        let crm = Crm::from_world(&world, id, hand.clock());
        Portal7 {
            hubspot: HubSpot::new(crm, settings),
            hand,
        }
    }

    fn new() -> Portal7 {
        Portal7::with(|_| ())
    }

    async fn send(&self, request: Request<Body>) -> (u16, HeaderMap, Value) {
        let answer = self.hubspot.router().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, 64 << 20).await.unwrap();
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        (parts.status.as_u16(), parts.headers, body)
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let request = Request::get(path)
            .header(header::AUTHORIZATION, format!("Bearer {SERVICE_KEY}"))
            .body(Body::empty())
            .unwrap();
        let (status, _, body) = self.send(request).await;
        (status, body)
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {SERVICE_KEY}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let (status, _, body) = self.send(request).await;
        (status, body)
    }

    async fn search(&self, body: Value) -> (u16, Value) {
        self.post("/crm/objects/2026-09/deals/search", body).await
    }

    fn some_deal(&self) -> String {
        self.hubspot.crm().deals.keys().nth(17).unwrap().clone()
    }
}

fn list(body: &Value) -> &[Value] {
    body["results"].as_array().map_or(&[], Vec::as_slice)
}

fn id_set(body: &Value) -> BTreeSet<String> {
    list(body)
        .iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn only_the_versions_that_exist_answer() {
    let portal = Portal7::new();
    for (path, expected) in [
        ("/crm/objects/2026-09/deals", 200),
        ("/crm/objects/2026-09/0-3", 200),
        ("/crm/v3/objects/deals", 200),
        ("/crm/objects/2026-03/deals", 404),
        ("/crm/v4/objects/deals", 404),
        ("/crm/objects/2026-09/dealz", 400),
        ("/crm/owners/2026-09", 200),
        ("/crm/v3/owners", 200),
        ("/crm/pipelines/2026-09/deals", 200),
        ("/crm/v3/pipelines/deals", 200),
        ("/crm/properties/2026-09/deals", 200),
        ("/crm/v3/properties/deals", 200),
        ("/account-info/v3/details", 200),
        ("/account-info/2026-09/details", 200),
        ("/account-info/2026-03/details", 404),
        ("/crm/objects/2026-09/deals/1/associations/contacts", 404),
    ] {
        assert_eq!(portal.get(path).await.0, expected, "{path}");
    }
}

#[tokio::test]
async fn every_kind_is_listed_searched_and_read_in_both_versions() {
    let portal = Portal7::new();
    for (kind, stamp, beside) in [
        ("companies", "hs_lastmodifieddate", ""),
        ("deals", "hs_lastmodifieddate", "companies"),
        ("contacts", "lastmodifieddate", "deals"),
        ("calls", "hs_lastmodifieddate", "deals,contacts"),
        ("emails", "hs_lastmodifieddate", "deals"),
        ("meetings", "hs_lastmodifieddate", "deals,contacts"),
        ("notes", "hs_lastmodifieddate", "deals"),
        ("tasks", "hs_lastmodifieddate", "deals,contacts"),
    ] {
        for (base, ties) in [
            ("/crm/objects/2026-09", "/crm/associations/2026-09"),
            ("/crm/v3/objects", "/crm/v4/associations"),
        ] {
            let place = format!("{base}/{kind}");
            let (status, page) = portal
                .get(&format!(
                    "{place}?limit=50&properties={stamp}&associations={beside}"
                ))
                .await;
            assert_eq!(status, 200, "{place}");
            let first = &list(&page)[0];
            assert!(first["properties"][stamp].is_string(), "{place}");
            let archived = portal
                .get(&format!("{place}?limit=100&archived=true"))
                .await;
            assert_eq!(archived.0, 200, "{place}");

            let id: u64 = first["id"].as_str().unwrap().parse().unwrap();
            let bounds = [
                (stamp, "GTE", 1_000),
                (stamp, "LT", 4_000_000_000_000),
                ("hs_object_id", "GTE", id),
                ("hs_object_id", "LT", id + 1),
            ];
            let filters = bounds.map(|(name, operator, value)| {
                json!({"propertyName": name, "operator": operator, "value": value.to_string()})
            });
            let found = portal
                .post(
                    &format!("{place}/search"),
                    json!({
                        "filterGroups": [{"filters": filters}],
                        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
                        "properties": [stamp],
                        "limit": 200,
                    }),
                )
                .await;
            assert_eq!((found.0, &found.1["total"]), (200, &json!(1)), "{place}");
            let inputs = json!({"inputs": [{"id": first["id"]}], "properties": [stamp]});
            let (status, read) = portal
                .post(&format!("{place}/batch/read"), inputs.clone())
                .await;
            assert_eq!(status, 200, "{place}");
            assert_eq!(id_set(&read), id_set(&found.1));
            for to in beside.split(',').filter(|to| !to.is_empty()) {
                let path = format!("{ties}/{kind}/{to}/batch/read");
                let (status, _) = portal.post(&path, inputs.clone()).await;
                assert!([200, 207].contains(&status), "{path}: {status}");
            }
        }
    }
}

#[tokio::test]
async fn a_list_refuses_what_hubspot_refuses() {
    let portal = Portal7::new();
    for (query, expected) in [
        ("limit=100", 200),
        ("limit=101", 400),
        ("limit=0", 400),
        ("limit=ten", 400),
        ("limit=50&propertiesWithHistory=dealstage", 200),
        ("limit=51&propertiesWithHistory=dealstage", 400),
        ("after=nowhere", 400),
        ("associations=contacts,companies", 200),
        ("associations=friends", 400),
        ("properties=dealname,not_a_property", 200),
    ] {
        let (status, body) = portal
            .get(&format!("/crm/objects/2026-09/deals?{query}"))
            .await;
        assert_eq!(status, expected, "{query}");
        if status == 400 {
            assert_eq!(body["category"], "VALIDATION_ERROR");
        }
    }
}

#[tokio::test]
async fn pages_reach_every_record_once() {
    for kind in [
        "deals",
        "companies",
        "contacts",
        "calls",
        "emails",
        "meetings",
        "notes",
        "tasks",
    ] {
        let portal = Portal7::new();
        let (mut seen, mut rows, mut after) = (BTreeSet::new(), 0, String::new());
        loop {
            let (_, page) = portal
                .get(&format!("/crm/objects/2026-09/{kind}?limit=100{after}"))
                .await;
            rows += list(&page).len();
            seen.extend(id_set(&page));
            let Some(next) = page["paging"]["next"]["after"].as_str() else {
                break;
            };
            after = format!("&after={next}");
        }
        let crm = portal.hubspot.crm();
        let kind = record::Kind::named(kind).unwrap();
        assert_eq!(seen.len(), record::Record::all(&crm, kind, 0).count());
        assert_eq!(seen.len(), rows);
    }
}

#[tokio::test]
async fn values_are_text_or_null_and_properties_are_opt_in() {
    let portal = Portal7::new();
    let id = portal.some_deal();
    let (_, plain) = portal
        .get(&format!("/crm/objects/2026-09/deals/{id}"))
        .await;
    let names: Vec<&String> = plain["properties"].as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "amount",
            "closedate",
            "createdate",
            "dealname",
            "dealstage",
            "hs_lastmodifieddate",
            "hs_object_id",
            "pipeline"
        ]
    );
    let all: Vec<String> = properties::all(&portal.hubspot.crm(), record::Kind::Deal)
        .into_iter()
        .map(|property| property.name)
        .collect();
    let (_, page) = portal
        .get(&format!(
            "/crm/objects/2026-09/deals?limit=100&properties={},no_such",
            all.join(",")
        ))
        .await;
    for row in list(&page) {
        let properties = row["properties"].as_object().unwrap();
        assert_eq!(properties.len(), all.len());
        for (name, value) in properties {
            assert!(value.is_string() || value.is_null(), "{name}: {value}");
        }
    }
}

#[tokio::test]
async fn history_is_newest_first_and_names_deleted_stages() {
    let portal = Portal7::new();
    let id = portal
        .hubspot
        .crm()
        .oddity("deleted stage in the history")
        .unwrap()
        .to_owned();
    let (_, deal) = portal
        .get(&format!(
            "/crm/objects/2026-09/deals/{id}?propertiesWithHistory=dealstage,amount"
        ))
        .await;
    let history = deal["propertiesWithHistory"]["dealstage"]
        .as_array()
        .unwrap();
    let times: Vec<Timestamp> = history
        .iter()
        .map(|version| version["timestamp"].as_str().unwrap().parse().unwrap())
        .collect();
    assert!(times.iter().rev().is_sorted());
    assert_eq!(history[0]["value"], deal["properties"]["dealstage"]);
    assert_eq!(history.last().unwrap()["sourceType"], "INTEGRATION");
    let crm = portal.hubspot.crm();
    let gone = &crm.retired_stages[0].id;
    assert!(history.iter().any(|version| version["value"] == **gone));
    assert!(
        crm.pipelines
            .iter()
            .flat_map(|p| &p.stages)
            .all(|stage| stage.id != *gone)
    );
}

#[tokio::test]
async fn batches_leave_out_what_is_missing_and_say_so() {
    let portal = Portal7::new();
    let ids: Vec<String> = portal
        .hubspot
        .crm()
        .deals
        .keys()
        .take(101)
        .cloned()
        .collect();
    let inputs = |n: usize| {
        json!(
            ids[..n]
                .iter()
                .map(|id| json!({"id": id}))
                .collect::<Vec<_>>()
        )
    };
    let path = "/crm/objects/2026-09/deals/batch/read";
    for (body, expected) in [
        (json!({"inputs": inputs(100)}), 200),
        (json!({"inputs": inputs(101)}), 400),
        (
            json!({"inputs": inputs(50), "propertiesWithHistory": ["dealstage"]}),
            200,
        ),
        (
            json!({"inputs": inputs(51), "propertiesWithHistory": ["dealstage"]}),
            400,
        ),
        (json!({"inputs": []}), 400),
        (json!({"inputs": [{"id": "x"}]}), 400),
        (json!({"inputs": [{"id": ids[0]}, {"id": "12"}]}), 207),
        (json!({"properties": []}), 400),
    ] {
        assert_eq!(portal.post(path, body.clone()).await.0, expected, "{body}");
    }
    let (_, some) = portal
        .post(path, json!({"inputs": [{"id": ids[0]}, {"id": "12"}]}))
        .await;
    assert_eq!(list(&some).len(), 1);
    assert_eq!(some["errors"][0]["context"]["ids"], json!(["12"]));
}

#[tokio::test]
async fn search_refuses_what_hubspot_refuses() {
    let portal = Portal7::new();
    let filter = json!({"propertyName": "amount", "operator": "GT", "value": "5"});
    let group = |n: usize| json!({"filters": vec![filter.clone(); n]});
    let on = |name: &str, operator: &str, value: &str| {
        let filter = json!({"propertyName": name, "operator": operator, "value": value});
        json!({"filterGroups": [{"filters": [filter]}]})
    };
    for (body, expected) in [
        (json!({}), 200),
        (json!({"limit": 200}), 200),
        (json!({"limit": 201}), 400),
        (json!({"after": "200"}), 200),
        (json!({"after": "2x"}), 400),
        (json!({"after": "9800", "limit": 200}), 200),
        (json!({"after": "9801", "limit": 200}), 400),
        (json!({"filterGroups": vec![group(1); 5]}), 200),
        (json!({"filterGroups": vec![group(1); 6]}), 400),
        (json!({"filterGroups": [group(6)]}), 200),
        (json!({"filterGroups": [group(7)]}), 400),
        (json!({"filterGroups": vec![group(4); 5]}), 400),
        (
            json!({"sorts": [{"propertyName": "amount"}, {"propertyName": "dealname"}]}),
            400,
        ),
        (json!({"sorts": [{"propertyName": "no_such"}]}), 400),
        (on("no_such", "EQ", "1"), 400),
        (on("amount", "LIKE", "1"), 400),
        (on("amount", "GTE", "much"), 400),
        (on("hs_lastmodifieddate", "GTE", "0"), 500),
        (on("hs_lastmodifieddate", "GTE", "1000"), 200),
        (on("dealname", "EQ", &"x".repeat(3_000)), 400),
        (
            json!({"filterGroups": [{"filters": [{"propertyName": "amount", "operator": "IN"}]}]}),
            400,
        ),
        (
            json!({"filterGroups": [{"filters": [{"propertyName": "amount", "operator": "BETWEEN", "value": "1"}]}]}),
            400,
        ),
    ] {
        assert_eq!(portal.search(body.clone()).await.0, expected, "{body}");
    }
}

#[tokio::test]
async fn operators_find_what_they_say() {
    let portal = Portal7::new();
    let (first, count) = {
        let crm = portal.hubspot.crm();
        let deal = crm.deals.values().next().unwrap().clone();
        let count = |fits: &dyn Fn(&crate::crm::Deal) -> bool| {
            crm.deals.values().filter(|deal| fits(deal)).count()
        };
        let amount = deal.amount.unwrap();
        let counts = [
            count(&|d| d.amount.is_some_and(|a| a > amount)),
            count(&|d| d.amount.is_some_and(|a| a >= amount)),
            count(&|d| d.amount.is_some_and(|a| a < amount)),
            count(&|d| d.amount.is_some_and(|a| a <= amount)),
            count(&|d| d.amount == Some(amount)),
            count(&|d| d.amount.is_none()),
            count(&|d| d.stage == "closedwon"),
        ];
        (deal, counts)
    };
    let amount = first.amount.unwrap().to_string();
    let total = async |filter: Value| {
        let body = json!({"filterGroups": [{"filters": [filter]}]});
        portal.search(body).await.1["total"].as_u64().unwrap() as usize
    };
    let on =
        |operator: &str| json!({"propertyName": "amount", "operator": operator, "value": amount});
    for (operator, expected) in ["GT", "GTE", "LT", "LTE", "EQ"].into_iter().zip(count) {
        assert_eq!(total(on(operator)).await, expected, "{operator}");
    }
    assert_eq!(
        total(json!({"propertyName": "amount", "operator": "NOT_HAS_PROPERTY"})).await,
        count[5]
    );
    assert_eq!(
        total(json!({"propertyName": "amount", "operator": "BETWEEN", "value": amount, "highValue": amount})).await,
        count[4]
    );
    let stages =
        |word: &str| json!({"propertyName": "dealstage", "operator": "IN", "values": [word]});
    assert_eq!(total(stages("closedwon")).await, count[6]);
    assert_eq!(total(stages("CLOSEDWON")).await, 0);
    assert_eq!(
        total(json!({"propertyName": "hs_object_id", "operator": "GTE", "value": first.id})).await,
        400
    );
}

#[tokio::test]
async fn search_pages_agree_with_each_other_but_not_with_the_sort() {
    let portal = Portal7::new();
    let (mut ids, mut stamps, mut after) = (Vec::new(), Vec::new(), Value::Null);
    loop {
        let (_, page) = portal
            .search(json!({
                "sorts": [{"propertyName": "hs_lastmodifieddate", "direction": "ASCENDING"}],
                "limit": 70, "after": after,
            }))
            .await;
        assert_eq!(page["total"], 400);
        for row in list(&page) {
            assert!(row.get("associations").is_none());
            ids.push(row["id"].as_str().unwrap().to_owned());
            stamps.push(row["updatedAt"].as_str().unwrap().to_owned());
        }
        after = page["paging"]["next"]["after"].clone();
        if after.is_null() {
            break;
        }
    }
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 400);
    assert!(!stamps.is_sorted());
}

#[tokio::test]
async fn the_index_lags_behind_the_records() {
    let portal = Portal7::with(|settings| settings.index_lag_s = 60);
    let id = portal.some_deal();
    let since = portal.hand.now().as_millisecond().to_string();
    let changed = json!({"filterGroups": [{"filters": [
        {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": since}
    ]}]});
    let all = async || portal.search(json!({})).await.1["total"].clone();
    portal.hand.advance(10);
    portal.hubspot.crm().set_amount(&id, None);
    let new = portal.hubspot.crm().create_deal(NewDeal {
        name: "New".to_owned(),
        ..NewDeal::default()
    });
    assert_eq!(portal.search(changed.clone()).await.1["total"], 0);
    assert_eq!(all().await, 400);
    // The record itself is there at once.
    assert_eq!(
        portal
            .get(&format!("/crm/objects/2026-09/deals/{new}"))
            .await
            .0,
        200
    );
    portal.hand.advance(60);
    assert_eq!(
        id_set(&portal.search(changed).await.1),
        BTreeSet::from([id, new])
    );
    assert_eq!(all().await, 401);
}

#[tokio::test]
async fn the_ten_thousandth_row_is_the_last_and_a_renamed_stage_stamps_them_all() {
    let hand = HandClock::at("2026-10-01T08:00:00Z".parse().unwrap());
    let crm = Crm::scaled(10_500, id, hand.clock());
    let portal = Portal7 {
        hubspot: HubSpot::new(crm, Settings::new(hand.clock())),
        hand,
    };
    for (after, expected) in [("9800", 200), ("9801", 400)] {
        let (status, body) = portal.search(json!({"limit": 200, "after": after})).await;
        assert_eq!(status, expected);
        if status == 200 {
            assert_eq!(body["total"], 10_500);
            assert_eq!(body["paging"]["next"]["after"], "10000");
        }
    }
    portal.hand.advance(60);
    assert!(portal.hubspot.crm().rename_stage("closedwon", "Delivered"));
    let at = portal.hand.now().as_millisecond().to_string();
    let same = json!({"filterGroups": [{"filters": [
        {"propertyName": "hs_lastmodifieddate", "operator": "BETWEEN", "value": at, "highValue": at}
    ]}]});
    assert_eq!(portal.search(same).await.1["total"], 10_500);
}

#[tokio::test]
async fn associations_carry_labels_and_page_by_input() {
    let portal = Portal7::new();
    let deal = {
        let crm = portal.hubspot.crm();
        let many = crm.deals.values().find(|deal| {
            deal.roles.len() > 2 && deal.roles.iter().any(|role| role.label.is_some())
        });
        many.unwrap().clone()
    };
    for path in [
        "/crm/associations/2026-09/deals/contacts/batch/read",
        "/crm/v4/associations/0-3/0-1/batch/read",
    ] {
        portal.hubspot.portal().associations_page = 500;
        let inputs = json!({"inputs": [{"id": deal.id}, {"id": "12"}]});
        let (status, body) = portal.post(path, inputs).await;
        assert_eq!(status, 207);
        assert_eq!(body["status"], "COMPLETE");
        assert_eq!(body["numErrors"], 1);
        let to = body["results"][0]["to"].as_array().unwrap();
        assert_eq!(to.len(), deal.roles.len());
        let labels: BTreeSet<&str> = to
            .iter()
            .flat_map(|to| to["associationTypes"].as_array().unwrap())
            .filter_map(|tie| tie["label"].as_str())
            .collect();
        let expected: BTreeSet<&str> = deal
            .roles
            .iter()
            .filter_map(|role| role.label.as_deref())
            .collect();
        assert_eq!(labels, expected);

        portal.hubspot.portal().associations_page = 1;
        let (mut pages, mut after) = (0, Value::Null);
        loop {
            let (_, body) = portal
                .post(path, json!({"inputs": [{"id": deal.id, "after": after}]}))
                .await;
            pages += 1;
            after = body["results"][0]["paging"]["next"]["after"].clone();
            if after.is_null() {
                break;
            }
        }
        assert_eq!(pages, deal.roles.len());
    }
    let many: Vec<Value> = (0..1_001).map(|n| json!({"id": n.to_string()})).collect();
    let path = "/crm/associations/2026-09/deals/contacts/batch/read";
    assert_eq!(portal.post(path, json!({"inputs": many})).await.0, 400);
}

#[tokio::test]
async fn both_directions_of_every_tie_agree() {
    let portal = Portal7::new();
    let kinds = [
        "deals",
        "companies",
        "contacts",
        "calls",
        "emails",
        "meetings",
        "notes",
        "tasks",
    ];
    for from in kinds {
        for to in &kinds[..3] {
            if from == *to {
                continue;
            }
            let edges = async |from: &str, to: &str| {
                let ids: Vec<Value> = {
                    let crm = portal.hubspot.crm();
                    record::Record::all(&crm, record::Kind::named(from).unwrap(), 0)
                        .map(|record| json!({"id": record.id()}))
                        .collect()
                };
                let mut edges = BTreeSet::new();
                for inputs in ids.chunks(1_000) {
                    let path = format!("/crm/associations/2026-09/{from}/{to}/batch/read");
                    let (_, body) = portal.post(&path, json!({"inputs": inputs})).await;
                    for result in list(&body) {
                        for other in result["to"].as_array().unwrap() {
                            let other = other["toObjectId"].to_string().replace('"', "");
                            edges
                                .insert((result["from"]["id"].as_str().unwrap().to_owned(), other));
                        }
                    }
                }
                edges
            };
            let there = edges(from, to).await;
            let back: BTreeSet<_> = edges(to, from)
                .await
                .into_iter()
                .map(|(a, b)| (b, a))
                .collect();
            assert_eq!(there, back, "{from} {to}");
            assert!(!there.is_empty(), "{from} {to}");
        }
    }
}

#[tokio::test]
async fn a_deal_has_a_primary_company_and_inline_lists_stop_early() {
    let portal = Portal7::new();
    let deal = {
        let crm = portal.hubspot.crm();
        let two = |deal: &&crate::crm::Deal| deal.roles.len() > 1 && deal.company.is_some();
        crm.deals.values().find(two).unwrap().clone()
    };
    let (_, body) = portal
        .post(
            "/crm/associations/2026-09/deals/companies/batch/read",
            json!({"inputs": [{"id": deal.id}]}),
        )
        .await;
    let types = &body["results"][0]["to"][0]["associationTypes"];
    assert_eq!(types[0]["label"], "Primary");
    assert_eq!(types[0]["typeId"], 5);
    portal.hubspot.portal().inline_associations = 1;
    let (_, one) = portal
        .get(&format!(
            "/crm/v3/objects/deals/{}?associations=contacts,companies",
            deal.id
        ))
        .await;
    assert!(one["associations"]["contacts"]["paging"]["next"]["after"].is_string());
    assert_eq!(
        one["associations"]["companies"]["results"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let (_, rest) = portal
        .get(&format!(
            "/crm/v4/objects/deals/{}/associations/contacts?limit=1&after={}",
            deal.id,
            one["associations"]["contacts"]["paging"]["next"]["after"]
                .as_str()
                .unwrap()
        ))
        .await;
    assert_eq!(list(&rest).len(), 1);
}

#[tokio::test]
async fn association_changes_do_not_move_the_stamp_but_activities_do() {
    let portal = Portal7::new();
    let id = portal.some_deal();
    let stamp = || portal.hubspot.crm().deals[&id].modified_at;
    let before = stamp();
    portal.hand.advance(60);
    let contact = portal.hubspot.crm().contacts.keys().next().unwrap().clone();
    portal
        .hubspot
        .crm()
        .add_role(&id, &contact, Some("Champion"))
        .unwrap();
    assert_eq!(stamp(), before);
    portal.hubspot.crm().add_activity(NewActivity {
        kind: ActivityKind::Call,
        deal: Some(id.clone()),
        contacts: vec![contact],
        owner: None,
        at: portal.hand.now(),
        subject: "Call".to_owned(),
        body: "Talked.".to_owned(),
    });
    assert_eq!(stamp(), portal.hand.now());
}

#[tokio::test]
async fn archived_records_are_listed_apart_and_merged_ones_nowhere() {
    let portal = Portal7::new();
    let ids: Vec<String> = portal.hubspot.crm().deals.keys().take(4).cloned().collect();
    {
        let mut crm = portal.hubspot.crm();
        assert!(crm.archive(Object::Deal, &ids[0]));
        assert!(crm.merge_deals(&ids[1], &ids[2]));
        assert!(crm.delete(Object::Deal, &ids[3]));
        assert!(crm.purge(Object::Deal, &ids[3]));
    }
    let (_, live) = portal
        .get("/crm/objects/2026-09/deals?limit=100&properties=hs_merged_object_ids")
        .await;
    let seen = id_set(&live);
    assert!(!seen.contains(&ids[0]) && !seen.contains(&ids[1]) && !seen.contains(&ids[3]));
    let survivor = list(&live).iter().find(|row| row["id"] == *ids[2]).unwrap();
    assert_eq!(survivor["properties"]["hs_merged_object_ids"], ids[1]);
    let (_, bin) = portal
        .get("/crm/objects/2026-09/deals?limit=100&archived=true")
        .await;
    assert_eq!(id_set(&bin), BTreeSet::from([ids[0].clone()]));
    assert_eq!(list(&bin)[0]["archived"], true);
    assert!(list(&bin)[0]["archivedAt"].is_string());
    for (id, expected) in [(&ids[0], 404), (&ids[1], 404), (&ids[2], 200)] {
        let path = format!("/crm/objects/2026-09/deals/{id}");
        assert_eq!(portal.get(&path).await.0, expected);
    }
    assert!(portal.hubspot.crm().restore(Object::Deal, &ids[0]));
    let (status, back) = portal
        .get(&format!("/crm/objects/2026-09/deals/{}", ids[0]))
        .await;
    assert_eq!((status, &back["archived"]), (200, &json!(false)));
    portal.hubspot.crm().archive(Object::Deal, &ids[0]);
    portal.hand.advance(91 * 86_400);
    let (_, bin) = portal.get("/crm/objects/2026-09/deals?archived=true").await;
    assert!(list(&bin).is_empty());
}

#[tokio::test]
async fn old_ids_of_contacts_lead_to_the_survivor() {
    let portal = Portal7::new();
    let ids: Vec<String> = portal
        .hubspot
        .crm()
        .contacts
        .keys()
        .take(2)
        .cloned()
        .collect();
    assert!(portal.hubspot.crm().merge_contacts(&ids[0], &ids[1]));
    let (_, contact) = portal
        .get(&format!("/crm/objects/2026-09/contacts/{}", ids[0]))
        .await;
    assert_eq!(contact["id"], ids[1]);
    assert!(matches!(
        portal.hubspot.crm().contacts[&ids[0]].state,
        State::Merged { .. }
    ));
}

#[tokio::test]
async fn owners_who_left_are_listed_apart_without_a_user() {
    let portal = Portal7::new();
    let (_, here) = portal.get("/crm/owners/2026-09?limit=100").await;
    let (_, gone) = portal
        .get("/crm/owners/2026-09?limit=100&archived=true")
        .await;
    assert_eq!(
        list(&here).len() + list(&gone).len(),
        portal.hubspot.crm().users.len()
    );
    assert!(!list(&gone).is_empty());
    assert!(list(&gone).iter().all(|owner| owner["userId"].is_null()));
    assert!(list(&here).iter().all(|owner| owner["userId"].is_u64()));
    let id = list(&here)[0]["id"].as_str().unwrap();
    assert_eq!(
        portal.get(&format!("/crm/owners/2026-09/{id}")).await.0,
        200
    );
    let (_, first) = portal.get("/crm/owners/2026-09?limit=1").await;
    assert_eq!(first["paging"]["next"]["after"], id);
}

#[tokio::test]
async fn pipelines_and_properties_tell_themselves() {
    let portal = Portal7::new();
    portal.hubspot.crm().add_field(
        Object::Deal,
        "renewal_type",
        "Renewal type",
        FieldKind::Text,
    );
    let (_, pipelines) = portal.get("/crm/pipelines/2026-09/deals").await;
    let stages = pipelines["results"][0]["stages"].as_array().unwrap();
    assert_eq!(pipelines["results"][0]["id"], "default");
    assert_eq!(stages[6]["id"], "closedwon");
    assert_eq!(
        stages[6]["metadata"],
        json!({"isClosed": "true", "probability": "1.0"})
    );
    let (_, properties) = portal.get("/crm/properties/2026-09/deals").await;
    let custom: BTreeSet<&str> = list(&properties)
        .iter()
        .filter(|property| property["hubspotDefined"] == false)
        .map(|property| property["name"].as_str().unwrap())
        .collect();
    assert!(custom.contains("renewal_type") && custom.contains("lead_source"));
    let (_, account) = portal.get("/account-info/2026-09/details").await;
    assert_eq!(account["companyCurrency"], "USD");
}

#[tokio::test]
async fn close_dates_are_days_of_the_portal() {
    let portal = Portal7::new();
    let id = portal.hubspot.crm().create_deal(NewDeal {
        name: "Tokyo".to_owned(),
        expected_close: Some(jiff::civil::date(2026, 12, 18)),
        ..NewDeal::default()
    });
    for (hours, expected) in [(0, "2026-12-18T08:00:00Z"), (9, "2026-12-17T23:00:00Z")] {
        portal.hubspot.portal().utc_offset_hours = hours;
        let (_, deal) = portal
            .get(&format!("/crm/objects/2026-09/deals/{id}"))
            .await;
        assert_eq!(deal["properties"]["closedate"], expected);
    }
}

#[tokio::test]
async fn tokens_are_looked_at_before_anything_else() {
    let portal = Portal7::with(|settings| {
        settings.withheld_scopes = vec!["crm.objects.contacts.read".to_owned()];
    });
    let ask = async |token: Option<&str>, path: &str| {
        let mut request = Request::get(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let (status, _, body) = portal.send(request.body(Body::empty()).unwrap()).await;
        (status, body)
    };
    let deals = "/crm/objects/2026-09/deals";
    assert_eq!(ask(None, deals).await.0, 401);
    assert_eq!(ask(Some("never-given"), deals).await.0, 401);
    assert_eq!(ask(Some("\"quoted\""), deals).await.0, 530);
    let issued = portal
        .hubspot
        .oauth()
        .grant(&["crm.objects.deals.read", "crm.objects.contacts.read"]);
    assert_eq!(ask(Some(&issued.access_token), deals).await.0, 200);
    for path in [
        "/crm/objects/2026-09/contacts",
        "/crm/objects/2026-09/calls",
        "/crm/objects/2026-09/deals?associations=contacts",
    ] {
        let (status, body) = ask(Some(&issued.access_token), path).await;
        assert_eq!(
            (status, body["category"].as_str()),
            (403, Some("MISSING_SCOPES"))
        );
        assert_eq!(
            body["errors"][0]["context"]["requiredGranularScopes"],
            json!(["crm.objects.contacts.read"])
        );
    }
    assert_eq!(
        ask(Some(&issued.access_token), "/crm/owners/2026-09")
            .await
            .0,
        403
    );
    portal.hand.advance(1_800 + 2 * 3_600);
    let (status, body) = ask(Some(&issued.access_token), deals).await;
    assert_eq!(
        (status, body["category"].as_str()),
        (401, Some("EXPIRED_AUTHENTICATION"))
    );
    assert_eq!(
        body["message"],
        "The OAuth token used to make this call expired 2 hour(s) ago."
    );
}

#[tokio::test]
async fn mail_is_read_only_with_its_own_scope() {
    let portal = Portal7::new();
    let path = "/crm/objects/2026-09/emails?limit=1&properties=hs_email_text,hs_email_subject";
    let (_, all) = portal.get(path).await;
    assert!(all["results"][0]["properties"]["hs_email_text"].is_string());
    let issued = portal.hubspot.oauth().grant(&["crm.objects.contacts.read"]);
    let request = Request::get(path)
        .header(
            header::AUTHORIZATION,
            format!("Bearer {}", issued.access_token),
        )
        .body(Body::empty())
        .unwrap();
    let (_, _, some) = portal.send(request).await;
    assert!(some["results"][0]["properties"]["hs_email_text"].is_null());
    assert!(some["results"][0]["properties"]["hs_email_subject"].is_string());
}

#[tokio::test]
async fn limits_of_rate_are_told_and_kept() {
    let portal = Portal7::with(|settings| settings.rate_limits = true);
    portal.hubspot.portal().burst = 20;
    let list = || {
        Request::get("/crm/objects/2026-09/deals")
            .header(header::AUTHORIZATION, format!("Bearer {SERVICE_KEY}"))
            .body(Body::empty())
            .unwrap()
    };
    for left in (0..20).rev() {
        let (status, headers, _) = portal.send(list()).await;
        assert_eq!(status, 200);
        assert_eq!(headers["x-hubspot-ratelimit-remaining"], left.to_string());
        assert_eq!(
            headers["x-hubspot-ratelimit-interval-milliseconds"],
            "10000"
        );
    }
    let (status, headers, body) = portal.send(list()).await;
    assert_eq!(status, 429);
    assert_eq!(body["policyName"], "TEN_SECONDLY_ROLLING");
    assert_eq!(body["errorType"], "RATE_LIMIT");
    assert!(!headers.contains_key(header::RETRY_AFTER));
    portal.hand.advance(10);
    assert_eq!(portal.send(list()).await.0, 200);
    // Search has a limit of its own.
    for _ in 0..5 {
        assert_eq!(portal.search(json!({})).await.0, 200);
    }
    let (status, body) = portal.search(json!({})).await;
    assert_eq!(
        (status, body["policyName"].as_str()),
        (429, Some("SECONDLY"))
    );
    portal.hand.advance(1);
    assert_eq!(portal.search(json!({})).await.0, 200);
    portal.hubspot.portal().daily = 10;
    assert_eq!(portal.search(json!({})).await.1["policyName"], "DAILY");
    assert_eq!(portal.hubspot.refused_calls(), 3);
}

#[tokio::test]
async fn a_posted_body_must_be_json() {
    let portal = Portal7::new();
    for (kind, body, expected) in [
        ("text/plain", "{}", 415),
        ("application/json", "{", 400),
        ("application/json; charset=utf-8", "{}", 200),
    ] {
        let request = Request::post("/crm/objects/2026-09/deals/search")
            .header(header::AUTHORIZATION, format!("Bearer {SERVICE_KEY}"))
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body))
            .unwrap();
        assert_eq!(portal.send(request).await.0, expected, "{kind} {body}");
    }
}

/// Asks the authorization server with a form.
async fn form(portal: &Portal7, path: &str, fields: &[(&str, &str)]) -> (u16, HeaderMap, Value) {
    let body: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", crate::oauth::encoded(value)))
        .collect();
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body.join("&")))
        .unwrap();
    portal.send(request).await
}

#[tokio::test]
async fn consent_gives_a_code_and_a_code_gives_tokens_once() {
    let portal = Portal7::new();
    let back = "http://127.0.0.1:4000/oauth/callback";
    portal.hubspot.oauth().register(back);
    let challenge = challenge_of("a-long-verifier");
    let asked = [
        ("client_id", CLIENT_ID),
        ("redirect_uri", back),
        ("scope", "oauth crm.objects.deals.read"),
        ("state", "s t&1"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("decision", "allow"),
    ];
    let (status, headers, _) = form(&portal, "/oauth/authorize", &asked).await;
    assert_eq!(status, 302);
    let location = headers[header::LOCATION].to_str().unwrap();
    let (code, state) = location
        .strip_prefix(&format!("{back}?code="))
        .unwrap()
        .split_once("&state=")
        .unwrap();
    assert_eq!(state, "s%20t%261");
    let exchange = |verifier: &'static str, uri: &'static str| {
        [
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("redirect_uri", uri),
            ("code", code),
            ("code_verifier", verifier),
        ]
    };
    let path = "/oauth/2026-09/token";
    assert_eq!(form(&portal, path, &exchange("another", back)).await.0, 400);
    assert_eq!(
        form(
            &portal,
            path,
            &exchange("a-long-verifier", "http://127.0.0.1:4000/")
        )
        .await
        .0,
        400
    );
    let (status, _, tokens) = form(&portal, path, &exchange("a-long-verifier", back)).await;
    assert_eq!(status, 200);
    assert_eq!(tokens["expires_in"], 1_800);
    let access = tokens["access_token"].as_str().unwrap();
    assert!(portal.hubspot.oauth().check(access).is_ok());
    // The code once more: somebody has stolen it, so the grant ends.
    let (status, _, refused) = form(&portal, path, &exchange("a-long-verifier", back)).await;
    assert_eq!(
        (status, refused["error"].as_str()),
        (400, Some("invalid_grant"))
    );
    assert!(portal.hubspot.oauth().check(access).is_err());
    assert_eq!(portal.hubspot.oauth().revocations(), 1);
}

#[tokio::test]
async fn consent_is_refused_where_it_must_be() {
    let portal = Portal7::new();
    let back = "http://127.0.0.1:4000/oauth/callback";
    portal.hubspot.oauth().register(back);
    let ask = async |id: &str, uri: &str, scope: &str, decision: &str| {
        let fields = [
            ("client_id", id),
            ("redirect_uri", uri),
            ("scope", scope),
            ("state", "x"),
            ("decision", decision),
        ];
        let (status, headers, _) = form(&portal, "/oauth/authorize", &fields).await;
        let to = headers.get(header::LOCATION);
        (status, to.map(|to| to.to_str().unwrap().to_owned()))
    };
    let error = |what: &str| (302, Some(format!("{back}?error={what}&state=x")));
    assert_eq!(ask("nobody", back, "oauth", "allow").await, (400, None));
    assert_eq!(
        ask(CLIENT_ID, &format!("{back}/"), "oauth", "allow").await,
        (400, None)
    );
    assert_eq!(
        ask(CLIENT_ID, back, "everything", "allow").await,
        error("invalid_scope")
    );
    assert_eq!(
        ask(CLIENT_ID, back, "oauth", "deny").await,
        error("access_denied")
    );
    let page = format!(
        "/oauth/authorize?client_id={CLIENT_ID}&redirect_uri={back}&scope=oauth&state=%3Cb%3E"
    );
    let request = Request::get(page).body(Body::empty()).unwrap();
    let answer = portal.hubspot.router().oneshot(request).await.unwrap();
    let html = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    let html = String::from_utf8(html.to_vec()).unwrap();
    assert!(
        html.contains("value=\"allow\"") && html.contains("&lt;b&gt;") && !html.contains("<b>")
    );
}

#[tokio::test]
async fn refreshing_keeps_or_rotates_the_refresh_token() {
    for rotate in [false, true] {
        let portal = Portal7::with(|settings| settings.rotate_refresh_tokens = Some(rotate));
        let first = portal
            .hubspot
            .oauth()
            .grant(&["oauth"])
            .refresh_token
            .unwrap();
        let refresh = async |token: &str, secret: &str| {
            let fields = [
                ("grant_type", "refresh_token"),
                ("client_id", CLIENT_ID),
                ("client_secret", secret),
                ("refresh_token", token),
            ];
            let (status, _, body) = form(&portal, "/oauth/2026-09/token", &fields).await;
            (status, body)
        };
        assert_eq!(refresh(&first, "wrong").await.0, 401);
        assert_eq!(refresh("never-given", CLIENT_SECRET).await.0, 400);
        let (status, body) = refresh(&first, CLIENT_SECRET).await;
        assert_eq!(status, 200);
        let second = body["refresh_token"].as_str().unwrap();
        assert_eq!(second == first, !rotate);
        let (again, _) = refresh(&first, CLIENT_SECRET).await;
        assert_eq!(again, if rotate { 400 } else { 200 });
        // With rotation the whole family is gone, the newest token too.
        let (newest, _) = refresh(second, CLIENT_SECRET).await;
        assert_eq!(newest, if rotate { 400 } else { 200 });
        assert_eq!(portal.hubspot.oauth().revocations(), u32::from(rotate));
        assert_eq!(
            portal.hubspot.oauth().refreshes()[&first],
            if rotate { 1 } else { 3 }
        );
    }
}

#[tokio::test]
async fn a_token_can_be_asked_about_and_taken_back() {
    let portal = Portal7::new();
    let issued = portal.hubspot.oauth().grant(&["oauth"]);
    let fields = [
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
        ("token", issued.access_token.as_str()),
    ];
    let (status, _, about) = form(&portal, "/oauth/2026-09/token/introspect", &fields).await;
    assert_eq!((status, &about["active"]), (200, &json!(true)));
    assert_eq!(about["scopes"], json!(["oauth"]));
    let path = format!("/oauth/v1/access-tokens/{}", issued.access_token);
    let (status, about) = portal.get(&path).await;
    let (_, account) = portal.get("/account-info/2026-09/details").await;
    assert_eq!((status, &about["hub_id"]), (200, &account["portalId"]));
    assert!(about["user"].as_str().unwrap().contains('@'));
    assert_eq!(portal.get("/oauth/v1/access-tokens/unknown").await.0, 404);
    let (status, _, _) = form(&portal, "/oauth/2026-09/token/introspect", &fields[2..]).await;
    assert_eq!(status, 401);
    let refresh = issued.refresh_token.unwrap();
    let (status, _, _) = form(
        &portal,
        "/oauth/2026-09/token/revoke",
        &[("token", &refresh)],
    )
    .await;
    assert_eq!(status, 200);
    assert!(portal.hubspot.oauth().check(&issued.access_token).is_err());
    assert_eq!(portal.hubspot.oauth().revocations(), 1);
}

fn told(portal: &Portal7) -> Vec<Value> {
    portal.hubspot.events().into_iter().flatten().collect()
}

fn webhooks(generic: bool) -> Webhooks {
    Webhooks {
        target_url: "https://pie.example/webhooks/hubspot".to_owned(),
        generic,
        duplicates: false,
        reordered: false,
    }
}

#[tokio::test]
async fn what_is_done_becomes_events() {
    let portal = Portal7::new();
    portal.hubspot.subscribe(Some(webhooks(false)));
    let id = portal.some_deal();
    let (other, contact) = {
        let crm = portal.hubspot.crm();
        let other = crm.deals.keys().nth(3).unwrap().clone();
        (other, crm.contacts.keys().next().unwrap().clone())
    };
    {
        let mut crm = portal.hubspot.crm();
        crm.move_deal(&id, "contractsent");
        crm.add_role(&id, &contact, None).unwrap();
        crm.archive(Object::Deal, &id);
        crm.restore(Object::Deal, &id);
        crm.merge_deals(&id, &other);
        crm.purge(Object::Contact, &contact);
        crm.create_company("New", None);
    }
    let events = told(&portal);
    let kinds: Vec<&str> = events
        .iter()
        .map(|event| event["subscriptionType"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "deal.propertyChange",
            "deal.associationChange",
            "deal.deletion",
            "deal.restore",
            "deal.merge",
            "contact.privacyDeletion",
            "company.creation"
        ]
    );
    assert_eq!(events[0]["propertyName"], "dealstage");
    assert_eq!(events[0]["propertyValue"], "contractsent");
    assert_eq!(events[0]["objectId"].to_string(), id);
    assert_eq!(events[0]["occurredAt"], portal.hand.now().as_millisecond());
    assert_eq!(events[1]["toObjectId"].to_string(), contact);
    assert!(events[1].get("objectId").is_none());
    assert_eq!(events[4]["mergedObjectIds"].to_string(), format!("[{id}]"));
    assert_eq!(events[4]["primaryObjectId"].to_string(), other);
    assert!(told(&portal).is_empty());
}

#[tokio::test]
async fn generic_events_carry_the_type_and_tell_of_engagements() {
    let portal = Portal7::new();
    let id = portal.some_deal();
    for (generic, expected) in [(false, 0), (true, 1)] {
        portal.hubspot.subscribe(Some(webhooks(generic)));
        portal.hubspot.crm().add_activity(NewActivity {
            kind: ActivityKind::Meeting,
            deal: Some(id.clone()),
            contacts: Vec::new(),
            owner: None,
            at: portal.hand.now(),
            subject: "Demo".to_owned(),
            body: String::new(),
        });
        let events = told(&portal);
        assert_eq!(events.len(), expected);
        for event in events {
            assert_eq!(event["subscriptionType"], "object.creation");
            assert_eq!(event["objectTypeId"], "0-47");
        }
    }
}

#[tokio::test]
async fn batches_are_small_and_can_be_doubled_and_out_of_order() {
    let portal = Portal7::new();
    portal.hubspot.subscribe(Some(Webhooks {
        duplicates: true,
        reordered: true,
        ..webhooks(false)
    }));
    let ids: Vec<String> = portal.hubspot.crm().deals.keys().cloned().collect();
    for id in &ids {
        portal.hand.advance(1);
        portal.hubspot.crm().set_amount(id, Some(12.into()));
    }
    let batches = portal.hubspot.events();
    assert!(batches.iter().all(|batch| batch.len() <= 100));
    let times: Vec<i64> = batches
        .iter()
        .flatten()
        .map(|event| event["occurredAt"].as_i64().unwrap())
        .collect();
    assert!(times.len() > 450 && !times.is_sorted());
    assert_eq!(times.iter().collect::<BTreeSet<_>>().len(), 400);
}

#[test]
fn signatures_follow_the_page() {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let by_hand = |message: &str| {
        use base64::Engine as _;
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"secret").unwrap();
        mac.update(message.as_bytes());
        base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes())
    };
    for (url, hashed) in [
        ("https://pie.example/hook", "https://pie.example/hook"),
        (
            "https://pie.example/a%3Ab%2fc?x=%40%21%24%27%28%29%2A%2C%3B",
            "https://pie.example/a:b/c?x=@!$'()*,;",
        ),
        // These stay as they are.
        (
            "https://pie.example/?q=%20%26%3D%",
            "https://pie.example/?q=%20%26%3D%",
        ),
    ] {
        assert_eq!(
            signature_v3("secret", "POST", url, b"[]", "1763719200123"),
            by_hand(&format!("POST{hashed}[]1763719200123")),
            "{url}"
        );
    }
}

#[tokio::test]
async fn a_delivery_is_signed_for_its_own_moment_and_tried_ten_times_more() {
    let portal = Portal7::new();
    portal.hubspot.subscribe(Some(webhooks(false)));
    let id = portal.some_deal();
    portal.hubspot.crm().set_amount(&id, None);
    let mut signatures = BTreeSet::new();
    for attempt in 0..=10 {
        let delivery = portal.hubspot.deliveries().pop().unwrap();
        let header = |name: &str| {
            let found = delivery.headers.iter().find(|(known, _)| *known == name);
            found.unwrap().1.clone()
        };
        let timestamp = header("x-hubspot-request-timestamp");
        assert_eq!(timestamp, portal.hand.now().as_millisecond().to_string());
        let signature = header("x-hubspot-signature-v3");
        assert_eq!(
            signature,
            signature_v3(
                CLIENT_SECRET,
                "POST",
                &delivery.url,
                &delivery.body,
                &timestamp
            )
        );
        signatures.insert(signature);
        let body: Value = serde_json::from_slice(&delivery.body).unwrap();
        assert_eq!(body[0]["attemptNumber"], attempt);
        portal.hubspot.failed(delivery);
        assert!(portal.hubspot.deliveries().is_empty());
        portal.hand.advance(3 * 3_600);
    }
    assert_eq!(signatures.len(), 11);
    assert!(portal.hubspot.deliveries().is_empty());
}
