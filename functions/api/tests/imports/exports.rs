use crate::fixture::{Who, World};
use model::Role;
use serde_json::{Value, json};
use store::{JobStatus, Queue};

/// What `deliver` does.
async fn deliver(who: &Who, job: &str, parts: &[&str]) {
    for (at, part) in parts.iter().enumerate() {
        who.tenant
            .put_sealed(&format!("exports/{job}/{at:06}"), part.as_bytes())
            .await
            .unwrap();
    }
    let result = json!({
        "file_name": "deals \"2026\"\r\n.csv", "content_type": "text/csv; charset=utf-8",
        "bytes": parts.concat().len(), "parts": parts.len(),
    });
    who.tenant
        .end_job(job, JobStatus::Succeeded, Some(result), None)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_export_is_fetched_by_who_asked_for_a_quarter_of_an_hour() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let (ana, admin) = (
        world.member(tenant, Role::Ae).await,
        world.member(tenant, Role::Admin).await,
    );
    let body = json!({"kind": "deals", "query": {"filter[outcome]": "open"}});
    let answer = world.json(&ana, "POST /v1/exports", body).await.ok(202);
    let job = answer.text("/id");
    let [message] = world.messages(Queue::Deliver).await.try_into().unwrap();
    assert_eq!(
        (&message["kind"], &message["body"]),
        (&json!("export.run"), &json!({"job": job}))
    );
    let asked = ana
        .tenant
        .sealed(&format!("requests/{job}.json"))
        .await
        .unwrap()
        .unwrap();
    let asked: Value = serde_json::from_slice(&asked).unwrap();
    assert_eq!(
        asked,
        json!({"kind": "deals", "query": {"filter[outcome]": "open"}})
    );
    let file = format!("GET /v1/exports/{job}/file");
    world.call(&ana, &file).await.is(409, "wrong_state");
    deliver(&ana, &job, &["Deal,Stage\n", "1,Lead\n", "2,Demo\n"]).await;
    let done = world
        .call(&ana, &format!("GET /v1/jobs/{job}"))
        .await
        .ok(200);
    assert_eq!(
        done.body["links"]["subject"],
        format!("/v1/exports/{job}/file")
    );
    let got = world.call(&ana, &file).await.ok(200);
    assert_eq!(got.bytes, b"Deal,Stage\n1,Lead\n2,Demo\n");
    assert_eq!(
        (got.header("content-type"), got.header("content-length")),
        ("text/csv; charset=utf-8", "25")
    );
    assert_eq!(
        got.header("content-disposition"),
        "attachment; filename=\"deals 2026.csv\""
    );
    // An admin sees the job and not what its asker saw.
    world
        .call(&admin, &format!("GET /v1/jobs/{job}"))
        .await
        .ok(200);
    world.call(&admin, &file).await.is(404, "not_found");
    world.pass(15 * 60);
    world.call(&ana, &file).await.ok(200);
    world.pass(1);
    world.call(&ana, &file).await.is(409, "wrong_state");
}

#[tokio::test]
async fn only_an_export_has_a_file() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let job = who
        .tenant
        .create_job("import.commit", None)
        .await
        .unwrap()
        .id;
    for id in [job.as_str(), "job_x", "x"] {
        world
            .call(&who, &format!("GET /v1/exports/{id}/file"))
            .await
            .is(404, "not_found");
    }
}

#[tokio::test]
async fn a_person_and_a_tenant_are_exported_and_a_person_is_erased_by_admins() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let (admin, head) = (
        world.member(tenant, Role::Admin).await,
        world.member(tenant, Role::Cro).await,
    );
    let person = json!({"kind": "person", "email": "Ana@Customer.example"});
    let erase = json!({"email": "ana@customer.example"});
    for (line, body, kind) in [
        ("POST /v1/exports", person, "person.export"),
        ("POST /v1/exports", json!({"kind": "tenant"}), "export.run"),
        ("POST /v1/persons/erase", erase, "person.erase"),
    ] {
        world
            .json(&head, line, body.clone())
            .await
            .is(403, "role_too_low");
        let answer = world.json(&admin, line, body).await.ok(202);
        let job = answer.text("/id");
        let [message] = world.messages(Queue::Deliver).await.try_into().unwrap();
        assert_eq!(
            (&message["kind"], &message["body"]),
            (&json!(kind), &json!({"job": job}))
        );
        assert!(
            !message.to_string().contains("customer.example"),
            "messages carry ids alone"
        );
        let event = admin
            .tenant
            .audit_events(None, 1)
            .await
            .unwrap()
            .pop()
            .unwrap();
        assert_eq!((event.action.as_str(), &event.target), (kind, &job));
    }
}

#[tokio::test]
async fn what_is_asked_for_is_read_strictly() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Admin).await;
    let check = async |line: &str, body: Value, pointer: &str| {
        let answer = world
            .json(&who, line, body.clone())
            .await
            .is(422, "invalid_body");
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{body}");
    };
    let export = "POST /v1/exports";
    check(export, json!({}), "/kind").await;
    check(export, json!({"kind": "everything"}), "/kind").await;
    check(
        export,
        json!({"kind": "deals", "format": "xlsx"}),
        "/format",
    )
    .await;
    check(
        export,
        json!({"kind": "deals", "query": {"filter[colour]": "red"}}),
        "/query/filter[colour]",
    )
    .await;
    check(
        export,
        json!({"kind": "companies", "query": {"q": "a"}}),
        "/query",
    )
    .await;
    check(
        export,
        json!({"kind": "deals", "email": "a@b.example"}),
        "/email",
    )
    .await;
    check(
        export,
        json!({"kind": "deals", "person": "person_x"}),
        "/person",
    )
    .await;
    check(export, json!({"kind": "person"}), "/email").await;
    check(
        export,
        json!({"kind": "person", "email": "nobody"}),
        "/email",
    )
    .await;
    check(
        export,
        json!({"kind": "person", "person": "person_x"}),
        "/person",
    )
    .await;
    let erase = "POST /v1/persons/erase";
    check(erase, json!({}), "/email").await;
    check(erase, json!({"name": "Ana"}), "/name").await;
    check(
        erase,
        json!({"email": "a@b.example", "person": "person_x"}),
        "/person",
    )
    .await;
    assert!(world.messages(Queue::Deliver).await.is_empty());
}
