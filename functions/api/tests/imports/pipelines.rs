use crate::fixture::{Who, World};
use model::{CanonicalStage, Change, Entity, EntityKey, Layer, Pipeline, PipelineId, Role, Stage};
use serde_json::{Value, json};
use store::{Page, Queue, Versioned};

fn stage(label: &str, canonical: CanonicalStage, order: u16) -> Stage {
    Stage {
        label: label.to_owned(),
        canonical: Some(canonical),
        layer: Some(Layer::Discovered),
        order,
        probability: None,
    }
}

async fn pipeline(who: &Who) -> PipelineId {
    let id = PipelineId::derive(&who.tenant.id(), "crm", "sales");
    let stages = vec![
        stage("Signed", CanonicalStage::ClosedWon, 2),
        stage("Lead", CanonicalStage::Lead, 0),
        stage("Paperwork", CanonicalStage::Proposal, 1),
    ];
    let pipeline = Pipeline {
        id,
        name: "Sales".to_owned(),
        stages,
    };
    let page = Page {
        changes: vec![Versioned::new(Change::Put(Entity::Pipeline(pipeline)), 5)],
        cause: "test".to_owned(),
        ..Page::default()
    };
    who.tenant.commit(page).await.unwrap();
    id
}

#[tokio::test]
async fn the_tenants_word_on_a_stage_is_kept_above_the_sources() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Admin).await;
    let id = pipeline(&who).await;
    let list = world.call(&who, "GET /v1/pipelines").await.ok(200);
    let labels = |body: &Value| -> Vec<String> {
        body["stages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["label"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        labels(&list.body["data"][0]),
        ["Lead", "Paperwork", "Signed"]
    );
    let path = format!("/v1/pipelines/{id}/stages");
    let etag = world
        .call(&who, &format!("GET {path}"))
        .await
        .ok(200)
        .header("etag")
        .to_owned();
    let put = format!("PUT {path}");
    let body = json!({"stages": [{"label": "Paperwork", "canonical": "negotiation"}]});
    world
        .json(&who, &put, body.clone())
        .await
        .is(428, "precondition_required");
    let said = world
        .json_with(&who, &put, &[("if-match", etag.as_ref())], body.clone())
        .await
        .ok(200);
    let paperwork = &said.body["stages"][1];
    assert_eq!(
        (&paperwork["canonical"], &paperwork["layer"]),
        (&json!("negotiation"), &json!("tenant"))
    );
    assert_eq!(said.body["stages"][0]["layer"], "discovered");
    world
        .json_with(&who, &put, &[("if-match", etag.as_ref())], body)
        .await
        .is(412, "precondition_failed");
    // It is in the book at once, and the engines hear of it.
    let list = world.call(&who, "GET /v1/pipelines").await.ok(200);
    assert_eq!(list.body["data"][0]["stages"][1]["layer"], "tenant");
    let [message] = world.messages(Queue::Simulate).await.try_into().unwrap();
    assert_eq!(
        (&message["kind"], &message["body"]),
        (&json!("book.changed"), &json!({"cause": id}))
    );
    // Taken back, the label alone says what it can.
    let body = json!({"stages": [{"label": "Paperwork", "canonical": null}, {"label": "Lead", "canonical": null}]});
    let etag = said.header("etag");
    let back = world
        .json_with(&who, &put, &[("if-match", etag)], body)
        .await
        .ok(200);
    let told: Vec<_> = back.body["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (&it["canonical"], &it["layer"]))
        .collect();
    let null = json!(null);
    assert_eq!(
        told[..2],
        [(&json!("lead"), &json!("vendor_default")), (&null, &null)]
    );
    let kept = who
        .tenant
        .entity(&EntityKey::Pipeline(id))
        .await
        .unwrap()
        .unwrap();
    assert!(kept.version > 5);
}

#[tokio::test]
async fn only_stages_that_are_there_can_be_told_of_and_only_by_admins() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let (admin, head) = (
        world.member(tenant, Role::Admin).await,
        world.member(tenant, Role::Cro).await,
    );
    let other = world.member(world.tenant(2).await, Role::Admin).await;
    let id = pipeline(&admin).await;
    let line = format!("PUT /v1/pipelines/{id}/stages");
    let put = async |who: &Who, line: &str, body: Value| {
        world.json_with(who, line, &[("if-match", "*")], body).await
    };
    let check = async |stages: Value, pointer: &str| {
        let answer = put(&admin, &line, json!({ "stages": stages }))
            .await
            .is(422, "invalid_body");
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{stages}");
    };
    check(
        json!([{"label": "lead", "canonical": "lead"}]),
        "/stages/0/label",
    )
    .await;
    check(
        json!([{"label": "Lead", "canonical": "lead"}, {"label": "Lead", "canonical": null}]),
        "/stages/1/label",
    )
    .await;
    check(
        json!([{"label": "Lead", "canonical": "won"}]),
        "/stages/0/canonical",
    )
    .await;
    check(
        json!([{"label": "Lead", "canonical": "lead", "order": 1}]),
        "/stages/0/order",
    )
    .await;
    let body = json!({"stages": []});
    put(&head, &line, body.clone())
        .await
        .is(403, "role_too_low");
    let unknown = PipelineId::from_bytes([9; 16]);
    let unknown = put(
        &other,
        &format!("PUT /v1/pipelines/{unknown}/stages"),
        body.clone(),
    )
    .await
    .is(404, "not_found");
    assert_eq!(put(&other, &line, body.clone()).await.bytes, unknown.bytes);
    assert_eq!(
        put(&other, "PUT /v1/pipelines/x/stages", body).await.bytes,
        unknown.bytes
    );
}
