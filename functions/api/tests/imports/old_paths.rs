use crate::fixture::{Answer, World};
use model::Role;
use serde_json::json;
use store::{ImportStatus, Queue};

#[track_caller]
fn is_old(answer: &Answer, successor: &str) {
    assert_eq!(answer.header("deprecation"), "@1795564800");
    assert_eq!(answer.header("sunset"), "Thu, 25 Nov 2027 00:00:00 GMT");
    assert_eq!(
        answer.header("link"),
        format!("<{successor}>; rel=\"successor-version\"")
    );
}

#[tokio::test]
async fn the_old_addresses_lead_to_the_new_ones_and_say_so() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let made = world
        .json(&who, "POST /api/import/connect", json!({"source": "crm"}))
        .await
        .ok(201);
    is_old(&made, "/v1/imports");
    let list = world.call(&who, "GET /api/import/status").await.ok(200);
    is_old(&list, "/v1/imports");
    let new = world.call(&who, "GET /v1/imports").await.ok(200);
    assert_eq!(list.body["data"], new.body["data"]);
    for line in ["POST /api/import/sync", "POST /sync/trigger"] {
        let id = world.filled(&who).await;
        let early = world
            .json(&who, line, json!({ "import": id }))
            .await
            .is(409, "wrong_state");
        is_old(&early, "/v1/imports");
        world.set(&who, &id, ImportStatus::Validated).await;
        let answer = world
            .json(&who, line, json!({ "import": id }))
            .await
            .ok(202);
        is_old(&answer, "/v1/imports");
        let [message] = world.messages(Queue::Sync).await.try_into().unwrap();
        assert_eq!(
            message["body"],
            json!({"import": id, "job": answer.text("/id")})
        );
    }
    let jobs = world
        .call(&who, "GET /sync/status?kind=import")
        .await
        .ok(200);
    is_old(&jobs, "/v1/jobs");
    assert_eq!(jobs.body["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_product_is_connected_elsewhere_and_the_old_address_says_where() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let body = json!({"provider": "salesforce", "source": "crm"});
    let answer = world
        .json(&who, "POST /api/import/connect", body)
        .await
        .is(409, "wrong_state");
    is_old(&answer, "/v1/imports");
    let remedy = answer.text("/remedy");
    assert!(remedy.contains("/v1/connections"), "{remedy}");
    let answer = world
        .json(
            &who,
            "POST /api/import/connect",
            json!({"source": "crm", "x": 1}),
        )
        .await;
    assert_eq!(
        answer.is(422, "invalid_body").body["errors"][0]["pointer"],
        "/x"
    );
}

#[tokio::test]
async fn the_old_addresses_ask_for_what_the_new_ones_do() {
    let world = World::new().await;
    let seller = world.member(world.tenant(1).await, Role::Ae).await;
    world
        .json(
            &seller,
            "POST /api/import/connect",
            json!({"source": "crm"}),
        )
        .await
        .is(403, "scope_missing");
    world
        .call(&seller, "GET /api/import/status")
        .await
        .is(403, "scope_missing");
    world
        .json(&seller, "POST /sync/trigger", json!({"import": "x"}))
        .await
        .is(403, "scope_missing");
    world.call(&seller, "GET /sync/status").await.ok(200);
}
