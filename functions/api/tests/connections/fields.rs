use crate::{Bed, ONE};
use model::{
    CanonicalStage, ConnectionId, Deal, DealField, DealId, DealRecord, Entity, Provenance,
    TakenFrom,
};
use serde_json::{Value, json};
use store::{AuthKind, Connection, ConnectionStatus};
use world::Answer;

use crate::world;

const ADMIN: (world::Of, &str) = (ONE, "admin");
const SPACE: &str = "hubspot:42";

/// Deals of a connection to HubSpot: what each is worth, and what its seller typed as the yearly sum.
const DEALS: [(Option<&str>, Option<&str>); 7] = [
    (Some("100 EUR"), Some("60")),
    (Some("100 EUR"), Some("100")),
    (Some("200 EUR"), Some("84k")),
    (Some("200 USD"), Some("N/A")),
    (Some("300 EUR"), None),
    (None, Some("70")),
    (None, Some("80 GBP")),
];

async fn connected(bed: &Bed) -> String {
    let tenant = bed.tenant();
    let id = ConnectionId::derive(&tenant.id(), "test", "hubspot");
    let connection = Connection {
        status: ConnectionStatus::Active,
        space: SPACE.to_owned(),
        ..Connection::new(id, "hubspot", AuthKind::Oauth, "test", tenant.now())
    };
    tenant.create_document(connection).await.unwrap();
    let deals = DEALS.iter().enumerate().map(|(n, (amount, arr))| {
        let own = format!("{n}");
        let fields = [
            ("ARR", arr.map(str::to_owned)),
            ("Confidence", Some(format!("{}", 10 * n))),
            ("Forecast close", Some(format!("2026-10-1{n}"))),
        ];
        let fields = fields.into_iter();
        let deal = Deal {
            external_ids: [("hubspot".to_owned(), own.clone())].into(),
            name: Some(format!("Deal {n}")),
            amount: amount.map(|amount| amount.parse().unwrap()),
            canonical_stage: Some(CanonicalStage::Proposal),
            custom_fields: fields
                .filter_map(|(name, value)| Some((name.to_owned(), value?)))
                .collect(),
            provenance: Provenance::new("hubspot", None),
            ..Deal::new(DealId::derive(&tenant.id(), SPACE, &own))
        };
        Entity::Deal(Box::new(DealRecord {
            deal,
            case: own,
            visits: Vec::new(),
        }))
    });
    bed.world.put(ONE, deals.collect()).await;
    id.to_string()
}

#[tokio::test]
async fn a_deal_says_where_a_field_is_taken_from_and_what_its_source_says_itself() {
    let bed = Bed::new().await;
    let tenant = bed.tenant();
    let taken = |from: &str, share_of: Option<u32>| TakenFrom {
        from: from.to_owned(),
        share_of,
        currency: None,
    };
    let map = [
        (DealField::Amount, taken("ARR", None)),
        (
            DealField::ExpectedClose,
            taken("Forecast close: at best", None),
        ),
        (DealField::Probability, taken("Confidence", Some(100))),
        (DealField::LostReason, taken("Why", None)),
    ];
    let fields = ["84000", "2026-10-12", "40%"];
    let mut deal = Deal {
        external_ids: [("hubspot".to_owned(), "77".to_owned())].into(),
        amount: "12000 USD".parse().ok(),
        custom_fields: map
            .iter()
            .zip(fields)
            .map(|((_, taken), value)| (taken.from.clone(), value.to_owned()))
            .collect(),
        probability: Some(0.2),
        provenance: Provenance::new("hubspot", None),
        ..Deal::new(DealId::derive(&tenant.id(), SPACE, "77"))
    };
    let put = async |deal: &Deal| {
        let record = DealRecord {
            deal: deal.clone(),
            case: "77".to_owned(),
            visits: Vec::new(),
        };
        bed.world
            .put(ONE, vec![Entity::Deal(Box::new(record))])
            .await;
        let target = format!("/v1/deals/{}", deal.id);
        bed.world.get(ADMIN, &target).await.ok(200)
    };
    assert_eq!(put(&deal).await.at("/taken"), &json!([]));
    deal.id = DealId::derive(&tenant.id(), SPACE, "78");
    connector::fields::apply(&map.into_iter().collect(), &mut deal);
    let told = put(&deal).await;
    assert_eq!(
        told.at("/amount"),
        &json!({"value": "84000", "currency": "USD"})
    );
    let row = |field: &str, from: &str, own: Value| json!({"field": field, "source": "hubspot", "title": "HubSpot", "from": from, "own": own});
    // An open deal is lost for no reason.
    assert_eq!(
        told.at("/taken"),
        &json!([
            row("amount", "ARR", json!("12000 USD")),
            row("probability", "Confidence", json!("0.2")),
            row("close_date", "Forecast close: at best", Value::Null),
        ])
    );
}

async fn preview(bed: &Bed, id: &str, fields: Value) -> Answer {
    let line = format!("POST /v1/connections/{id}/fields/preview");
    let body = json!({ "fields": fields });
    bed.world.call(ADMIN, &line, &[], Some(body)).await
}

#[tokio::test]
async fn what_another_field_would_change_is_told_before_it_is_saved() {
    let bed = Bed::new().await;
    let id = connected(&bed).await;
    let target = format!("/v1/connections/{id}/fields");
    let there = bed.world.get(ADMIN, &target).await.ok(200);
    assert_eq!(there.at("/fields"), &json!({}));
    assert_eq!(there.at("/deals"), 7);
    assert_eq!(there.at("/currencies"), &json!(["EUR", "USD"]));
    // What other sources' deals have is no business of this connection.
    assert_eq!(
        there.at("/candidates"),
        &json!([
            {"name": "ARR", "filled": 5, "numbers": 4, "dates": 0, "share_of": null, "examples": ["70", "60"]},
            {"name": "Confidence", "filled": 7, "numbers": 7, "dates": 0, "share_of": 100, "examples": ["50", "0"]},
            {"name": "Forecast close", "filled": 7, "numbers": 0, "dates": 7, "share_of": null,
                "examples": ["2026-10-15", "2026-10-10"]},
        ])
    );
    let told = preview(&bed, &id, json!({"amount": {"from": "ARR"}}))
        .await
        .ok(200);
    assert_eq!(
        (told.at("/deals"), told.at("/changed")),
        (&json!(7), &json!(2))
    );
    assert_eq!(
        told.at("/fields"),
        &json!([{"field": "amount", "from": "ARR", "of": 7, "changed": 2, "unreadable": 2, "missing": 2}])
    );
    let row = |n: usize| {
        let rows = told.list("/rows").iter();
        let mut found = rows.filter(|row| row["name"] == format!("Deal {n}"));
        found.next().cloned().unwrap_or_default()
    };
    assert_eq!(
        (&row(0)["before"], &row(0)["after"]),
        (&json!("100 EUR"), &json!("60 EUR"))
    );
    assert_eq!(
        (&row(6)["before"], &row(6)["after"]),
        (&Value::Null, &json!("80 GBP"))
    );
    assert_eq!(
        (&row(1), &row(3), &row(4)),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(
        (&row(2)["value"], &row(2)["after"]),
        (&json!("84k"), &json!("200 EUR"))
    );
    assert!(
        row(2)["issue"]
            .as_str()
            .unwrap()
            .starts_with("this is not a sum")
    );
    assert!(
        row(5)["remedy"]
            .as_str()
            .unwrap()
            .contains("say in the mapping")
    );
    // What such sums are in, where a deal has none of its own.
    let in_pounds = json!({"amount": {"from": "ARR", "currency": "GBP"}});
    let told = preview(&bed, &id, in_pounds).await.ok(200);
    assert_eq!(told.at("/fields/0/unreadable"), 1);
    assert_eq!(told.at("/changed"), 3);
    // The one who looks has changed nothing.
    assert!(bed.messages().await.is_empty());
    assert!(bed.kept(&id).await.fields.is_empty());
}

#[tokio::test]
async fn a_mapping_is_saved_with_the_job_that_maps_again_what_was_read() {
    let bed = Bed::new().await;
    let id = connected(&bed).await;
    let target = format!("/v1/connections/{id}/fields");
    let line = format!("PUT {target}");
    let put = async |tag: Option<&str>, body: Value| {
        let headers: Vec<_> = tag.map(|tag| ("if-match", tag)).into_iter().collect();
        bed.world.call(ADMIN, &line, &headers, Some(body)).await
    };
    let body = json!({"fields": {
        "amount": {"from": "ARR", "currency": "GBP"},
        "probability": {"from": "Confidence", "share_of": 100},
        "close_date": {"from": "Forecast close"},
    }});
    put(None, body.clone())
        .await
        .is(428, "precondition_required");
    let tag = bed
        .world
        .get(ADMIN, &target)
        .await
        .ok(200)
        .header("etag")
        .to_owned();
    let begun = put(Some(&tag), body.clone()).await.ok(202);
    assert_eq!(begun.text("/kind"), "connection.remap");
    let [message] = bed.messages().await.try_into().unwrap();
    assert_eq!(
        (&message["kind"], &message["body"]),
        (
            &json!("connection.remap"),
            &json!({"connection": id, "job": begun.text("/id")})
        )
    );
    let kept = bed.kept(&id).await.fields;
    assert_eq!(kept[&DealField::ExpectedClose].from, "Forecast close");
    assert_eq!(kept[&DealField::Probability].share_of, Some(100));
    let there = bed.world.get(ADMIN, &target).await.ok(200);
    assert_eq!(there.at("/fields"), &body["fields"]);
    assert_eq!(bed.audit().await[0], "connection.fields");
    // Of one connection one run is at work at a time, and nothing is saved that no run follows.
    put(Some(&tag), json!({"fields": {}}))
        .await
        .is(412, "precondition_failed");
    let answer = put(Some("*"), json!({"fields": {}}))
        .await
        .is(409, "already_running");
    assert!(answer.header("location").ends_with(&begun.text("/id")));
    assert!(!bed.kept(&id).await.fields.is_empty());
    bed.end(&begun.text("/id")).await;
    put(Some("*"), json!({"fields": {}})).await.ok(202);
    assert!(bed.kept(&id).await.fields.is_empty());
    bed.edit(&id, |it| it.status = ConnectionStatus::Disabled)
        .await;
    put(Some("*"), json!({"fields": {}}))
        .await
        .is(409, "wrong_state");
}

#[tokio::test]
async fn only_fields_that_are_there_can_be_taken_and_only_by_admins() {
    let bed = Bed::new().await;
    let id = connected(&bed).await;
    let check = async |fields: Value, pointer: &str| {
        let answer = preview(&bed, &id, fields.clone())
            .await
            .is(422, "invalid_body");
        assert_eq!(answer.text("/errors/0/pointer"), pointer, "{fields}");
        let line = format!("PUT /v1/connections/{id}/fields");
        let body = Some(json!({ "fields": fields }));
        let answer = bed
            .world
            .call(ADMIN, &line, &[("if-match", "*")], body)
            .await;
        answer.is(422, "invalid_body");
    };
    check(json!({"amount": {"from": "arr"}}), "/fields/amount/from").await;
    // A field of another source's deals.
    check(json!({"name": {"from": "region"}}), "/fields/name/from").await;
    check(json!({"owner": {"from": "ARR"}}), "/fields/owner").await;
    check(
        json!({"amount": {"from": "ARR", "currency": "€"}}),
        "/fields/amount/currency",
    )
    .await;
    check(
        json!({"name": {"from": "ARR", "currency": "EUR"}}),
        "/fields/name/currency",
    )
    .await;
    check(
        json!({"probability": {"from": "Confidence"}}),
        "/fields/probability/share_of",
    )
    .await;
    check(
        json!({"probability": {"from": "Confidence", "share_of": 10}}),
        "/fields/probability/share_of",
    )
    .await;
    check(
        json!({"close_date": {"from": "ARR", "share_of": 1}}),
        "/fields/close_date/share_of",
    )
    .await;
    let body = json!({"fields": {}});
    for who in ["cro", "boss", "ana"] {
        let who = (ONE, who);
        let target = format!("/v1/connections/{id}/fields");
        bed.world.get(who, &target).await.is(403, "role_too_low");
        for line in [format!("PUT {target}"), format!("POST {target}/preview")] {
            let asked = bed
                .world
                .call(who, &line, &[("if-match", "*")], Some(body.clone()));
            asked.await.is(403, "role_too_low");
        }
    }
    let unknown = format!("conn_{}", "0".repeat(26));
    preview(&bed, &unknown, json!({}))
        .await
        .is(404, "not_found");
}
