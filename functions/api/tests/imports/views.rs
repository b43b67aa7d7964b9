use crate::fixture::World;
use model::Role;
use serde_json::{Value, json};

#[tokio::test]
async fn a_view_is_saved_changed_and_deleted() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Ae).await;
    let body = json!({"name": " Open and large ", "query": {"filter[outcome]": "open", "sort": "-amount", "q": "harbor"}});
    let made = world.json(&who, "POST /v1/views", body).await.ok(201);
    assert_eq!(
        (&made.body["name"], &made.body["shared"]),
        (&json!("Open and large"), &json!(false))
    );
    let line = format!("/v1/views/{}", made.text("/id"));
    assert_eq!(made.header("location"), line);
    let etag = world
        .call(&who, &format!("GET {line}"))
        .await
        .ok(200)
        .header("etag")
        .to_owned();
    let patch = format!("PATCH {line}");
    let changed = world
        .json_with(
            &who,
            &patch,
            &[("if-match", &etag)],
            json!({"name": "Large"}),
        )
        .await
        .ok(200);
    assert_eq!(
        (&changed.body["name"], &changed.body["query"]["sort"]),
        (&json!("Large"), &json!("-amount"))
    );
    world
        .json_with(&who, &patch, &[("if-match", &etag)], json!({"name": "x"}))
        .await
        .is(412, "precondition_failed");
    world
        .json(&who, &patch, json!({"name": "x"}))
        .await
        .is(428, "precondition_required");
    world
        .call(&who, &format!("DELETE {line}"))
        .await
        .is(428, "precondition_required");
    let delete = http::Request::delete(line.as_str()).header("if-match", changed.header("etag"));
    world.send(&who, delete, "").await.ok(204);
    world
        .call(&who, &format!("GET {line}"))
        .await
        .is(404, "not_found");
}

#[tokio::test]
async fn a_shared_view_is_seen_by_all_and_changed_by_its_owner_and_admins() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let ana = world.member(tenant, Role::Ae).await;
    let ben = world.member(tenant, Role::Cro).await;
    let admin = world.member(tenant, Role::Admin).await;
    let other = world.member(world.tenant(2).await, Role::Admin).await;
    let save = async |shared: bool| {
        let body = json!({"name": "a", "query": {}, "shared": shared});
        world
            .json(&ana, "POST /v1/views", body)
            .await
            .ok(201)
            .text("/id")
    };
    let (own, shared) = (save(false).await, save(true).await);
    let unknown = format!("view_{}", "0".repeat(26));
    let unknown = world
        .call(&ben, &format!("GET /v1/views/{unknown}"))
        .await
        .is(404, "not_found");
    for (who, id, sees, may) in [
        (&ana, &own, true, true),
        (&ana, &shared, true, true),
        (&ben, &own, false, false),
        (&ben, &shared, true, false),
        (&admin, &own, false, false),
        (&admin, &shared, true, true),
        (&other, &own, false, false),
        (&other, &shared, false, false),
    ] {
        let answer = world.call(who, &format!("GET /v1/views/{id}")).await;
        if sees {
            assert_eq!(answer.ok(200).body["can_change"], may);
        } else {
            assert_eq!(answer.bytes, unknown.bytes);
        }
        let patch = format!("PATCH /v1/views/{id}");
        let answer = world
            .json_with(who, &patch, &[("if-match", "*")], json!({"name": "b"}))
            .await;
        assert_eq!(
            answer.status,
            if may {
                200
            } else if sees {
                403
            } else {
                404
            }
        );
    }
    let count = async |who| {
        world.call(who, "GET /v1/views").await.ok(200).body["data"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(
        (count(&ana).await, count(&ben).await, count(&other).await),
        (2, 1, 0)
    );
}

#[tokio::test]
async fn a_view_that_the_list_would_refuse_is_not_saved() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Ae).await;
    let check = async |body: Value, pointer: &str| {
        let answer = world
            .json(&who, "POST /v1/views", body.clone())
            .await
            .is(422, "invalid_body");
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{body}");
    };
    check(json!({"query": {}}), "/name").await;
    check(json!({"name": " ", "query": {}}), "/name").await;
    check(json!({"name": "a\u{7}", "query": {}}), "/name").await;
    check(json!({"name": "a", "query": {}, "owner": "x"}), "/owner").await;
    let query = async |query: Value, pointer: &str| {
        check(json!({"name": "a", "query": query}), pointer).await;
    };
    query(json!({"filter[colour]": "red"}), "/query/filter[colour]").await;
    query(
        json!({"filter[amount][gte]": "much"}),
        "/query/filter[amount][gte]",
    )
    .await;
    query(json!({"sort": "colour"}), "/query/sort").await;
    query(json!({"limit": "3"}), "/query/limit").await;
    query(json!({"a/b": "3"}), "/query/a~1b").await;
    query(json!({"filter[stage]": 3}), "/query/filter[stage]").await;
    let many: serde_json::Map<_, _> = (0..33)
        .map(|n| (format!("filter[custom.{n}]"), json!("x")))
        .collect();
    query(json!(many), "/query").await;
}
