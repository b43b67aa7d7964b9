use crate::fixture::World;
use model::Role;
use serde_json::{Value, json};
use store::ImportStatus::{
    Committed, Committing, Failed, Open, Undoing, Undone, Validated, Validating,
};
use store::{Import, Job, JobStatus, Queue};

#[tokio::test]
async fn an_import_is_begun_and_listed() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let options = json!({"dates": "day_first", "currency": "EUR", "won": ["Signed"]});
    let body = json!({"source": " crm ", "options": options});
    let made = world.json(&who, "POST /v1/imports", body).await.ok(201);
    assert_eq!(
        (&made.body["source"], &made.body["status"]),
        (&json!("crm"), &json!("open"))
    );
    assert_eq!(made.body["options"], options);
    assert_eq!(
        made.header("location"),
        format!("/v1/imports/{}", made.text("/id"))
    );
    world.pass(1);
    let second = world.import(&who).await;
    let list = world.call(&who, "GET /v1/imports?limit=1").await.ok(200);
    assert_eq!(
        (&list.body["data"][0]["id"], &list.body["has_more"]),
        (&json!(second), &json!(true))
    );
    let cursor = list.text("/next_cursor");
    let rest = world
        .call(&who, &format!("GET /v1/imports?limit=1&cursor={cursor}"))
        .await
        .ok(200);
    assert_eq!(
        (&rest.body["data"][0]["id"], &rest.body["has_more"]),
        (&made.body["id"], &json!(false))
    );
    let one = world
        .call(&who, &format!("GET /v1/imports/{second}"))
        .await
        .ok(200);
    let etag = one.header("etag").to_owned();
    let request = http::Request::get(format!("/v1/imports/{second}")).header("if-none-match", etag);
    world.send(&who, request, "").await.ok(304);
}

#[tokio::test]
async fn an_import_is_another_answer_when_its_maker_is_called_otherwise() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let (boss, head) = (
        world.member(tenant, Role::Admin).await,
        world.member(tenant, Role::Cro).await,
    );
    let id = world.import(&boss).await;
    let line = format!("/v1/imports/{id}");
    let one = world.call(&boss, &format!("GET {line}")).await.ok(200);
    let etag = one.header("etag").to_owned();
    // The head of sales is not told what keys are called, so it is another answer for them.
    for (who, name, expected) in [(&boss, json!("test"), 304), (&head, json!(null), 200)] {
        let answer = world.call(who, &format!("GET {line}")).await.ok(200);
        assert_eq!(answer.body["created_by_name"], name);
        let request = http::Request::get(line.as_str()).header("if-none-match", &etag);
        world.send(who, request, "").await.ok(expected);
    }
    // What is changed is the import and not its maker's name.
    let put = format!("PUT {line}/mapping");
    let body = json!({"won": ["Signed"]});
    for (tag, expected) in [(&etag, 200), (&etag, 412)] {
        let headers = [("if-match", tag.as_str())];
        let answer = world.json_with(&head, &put, &headers, body.clone());
        answer.await.ok(expected);
    }
}

#[tokio::test]
async fn what_is_asked_for_is_read_strictly() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let check = async |body: Value, pointer: &str| {
        let answer = world
            .json(&who, "POST /v1/imports", body.clone())
            .await
            .is(422, "invalid_body");
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{body}");
    };
    check(json!({}), "/source").await;
    check(json!({"source": ""}), "/source").await;
    check(json!({"source": "a\nb"}), "/source").await;
    check(json!({"source": "a".repeat(101)}), "/source").await;
    check(json!({"source": 3}), "/source").await;
    check(json!({"source": "crm", "name": "x"}), "/name").await;
    let options = async |options: Value, pointer: &str| {
        check(json!({"source": "crm", "options": options}), pointer).await;
    };
    options(json!({"date": "dmy"}), "/options/date").await;
    options(json!({"dates": "ymd"}), "/options/dates").await;
    options(json!({"currency": "€"}), "/options/currency").await;
    options(json!({"as_of": "soon"}), "/options/as_of").await;
    options(json!({"utc_offset": "east"}), "/options/utc_offset").await;
    options(json!({"delimiter": "ab"}), "/options/delimiter").await;
}

#[tokio::test]
async fn validate_and_commit_and_undo_each_start_a_job_once() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = world.filled(&who).await;
    let steps = [
        ("validate", "import.validate", Validating, Validated),
        ("commit", "import.commit", Committing, Committed),
        ("undo", "import.undo", Undoing, Undone),
    ];
    for (word, kind, during, after) in steps {
        world.pass(1);
        let answer = world
            .call(&who, &format!("POST /v1/imports/{id}/{word}"))
            .await
            .ok(202);
        let job = answer.text("/id");
        assert_eq!(answer.header("location"), format!("/v1/jobs/{job}"));
        assert_eq!(
            (answer.text("/kind"), answer.text("/subject")),
            (kind.to_owned(), id.clone())
        );
        assert_eq!(answer.body["links"]["subject"], format!("/v1/imports/{id}"));
        let import = who.tenant.document::<Import>(&id).await.unwrap().value;
        assert_eq!((import.status, import.job.as_ref()), (during, Some(&job)));
        let [message] = world.messages(Queue::Sync).await.try_into().unwrap();
        assert_eq!((&message["kind"], &message["v"]), (&json!(kind), &json!(1)));
        assert_eq!(message["body"], json!({"import": id, "job": job}));
        assert_eq!(message["request_id"], "req_test");
        // A second one is told to wait, and leaves no job behind.
        let twice = world
            .call(&who, &format!("POST /v1/imports/{id}/{word}"))
            .await
            .is(409, "wrong_state");
        assert!(twice.text("/remedy").contains("job"), "{}", twice.body);
        assert!(world.messages(Queue::Sync).await.is_empty());
        who.tenant
            .end_job(&job, JobStatus::Succeeded, Some(json!({})), None)
            .await
            .unwrap();
        world.set(&who, &id, after).await;
    }
    assert_eq!(who.tenant.documents::<Job>().await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_commit_is_written_with_the_version_of_its_time() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = world.filled(&who).await;
    world.set(&who, &id, Validated).await;
    world.pass(3_600);
    world
        .call(&who, &format!("POST /v1/imports/{id}/commit"))
        .await
        .ok(202);
    let import = who.tenant.document::<Import>(&id).await.unwrap().value;
    assert_eq!(import.version, world.store.now().as_microsecond());
}

#[tokio::test]
async fn each_step_is_for_some_states_only() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let all = [
        Open, Validating, Validated, Committing, Committed, Undoing, Undone, Failed,
    ];
    for (word, may) in [
        ("validate", vec![Open, Validated]),
        ("commit", vec![Validated]),
        ("undo", vec![Committed, Failed]),
    ] {
        for status in all {
            let id = world.filled(&who).await;
            world.set(&who, &id, status).await;
            let answer = world
                .call(&who, &format!("POST /v1/imports/{id}/{word}"))
                .await;
            if may.contains(&status) {
                answer.ok(202);
            } else {
                let answer = answer.is(409, "wrong_state");
                assert!(
                    answer.text("/detail").starts_with("The import is "),
                    "{word} {status:?} {}",
                    answer.body
                );
            }
        }
    }
}

#[tokio::test]
async fn without_a_whole_file_there_is_nothing_to_validate() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = world.import(&who).await;
    let line = format!("POST /v1/imports/{id}/validate");
    let answer = world.call(&who, &line).await.is(409, "wrong_state");
    assert!(
        answer.text("/detail").contains("no files"),
        "{}",
        answer.body
    );
    let path = format!("/v1/imports/{id}/files/deals.csv");
    world
        .put(&who, &path, Some("bytes 0-3/10"), "abcd")
        .await
        .ok(200);
    let answer = world.call(&who, &line).await.is(409, "wrong_state");
    assert!(
        answer.text("/detail").contains("only 4 of 10 bytes"),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn an_undo_that_is_blocked_says_why() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = world.filled(&who).await;
    world.set(&who, &id, Committed).await;
    let edited = who
        .tenant
        .edit_document::<Import, store::Error>(&id, |import| {
            import.undo_blocked = Some("a later import changed the same deals".to_owned());
            Ok(())
        });
    edited.await.unwrap();
    let answer = world
        .call(&who, &format!("POST /v1/imports/{id}/undo"))
        .await
        .is(409, "wrong_state");
    assert_eq!(
        answer.text("/detail"),
        "A later import changed the same deals."
    );
}

#[tokio::test]
async fn what_nobody_has_begun_is_cancelled_at_once_and_the_import_is_as_before() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = world.filled(&who).await;
    for (word, before) in [("validate", "open"), ("commit", "validated")] {
        if word == "commit" {
            world.set(&who, &id, Validated).await;
        }
        world
            .call(&who, &format!("POST /v1/imports/{id}/{word}"))
            .await
            .ok(202);
        let job = world
            .call(&who, &format!("POST /v1/imports/{id}/cancel"))
            .await
            .ok(202);
        assert_eq!(job.text("/status"), "cancelled");
        let import = world.call(&who, &format!("GET /v1/imports/{id}")).await;
        assert_eq!(import.text("/status"), before);
    }
    let undo = world.filled(&who).await;
    world.set(&who, &undo, Committed).await;
    world
        .call(&who, &format!("POST /v1/imports/{undo}/undo"))
        .await
        .ok(202);
    world
        .call(&who, &format!("POST /v1/imports/{undo}/cancel"))
        .await
        .is(409, "wrong_state");
    let fresh = world.import(&who).await;
    world
        .call(&who, &format!("POST /v1/imports/{fresh}/cancel"))
        .await
        .is(409, "wrong_state");
}

fn report() -> Value {
    json!({
        "tables": [{
            "file": "deals.csv", "table": null, "format": "CSV", "shape": "deals", "preset": "generic",
            "rows_read": 2, "rows_used": 1, "rows_not_used": 1, "rows_odd": 1,
            "columns": [
                {"column": "Deal", "target": "deal_id"},
                {"column": "Close", "target": "close_date", "dates": "day_first", "example": "3/4/2026"},
            ],
        }],
        "issues": [{
            "code": "missing_id", "severity": "error", "count": 2,
            "examples": [
                {"code": "missing_id", "severity": "error", "place": {"file": "deals.csv", "row": 3, "column": null},
                    "what": "the row has no id", "remedy": "add one", "value": null},
                {"code": "missing_id", "severity": "error", "place": {"file": "deals.csv", "row": 4, "column": null},
                    "what": "the row has no id", "remedy": "add one", "value": null},
            ],
        }],
    })
}

#[tokio::test]
async fn a_validation_shows_its_report_its_preview_and_a_mapping() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = world.filled(&who).await;
    let line = |what: &str| format!("GET /v1/imports/{id}/{what}");
    world
        .call(&who, &line("report"))
        .await
        .is(409, "wrong_state");
    world
        .call(&who, &line("mapping"))
        .await
        .is(409, "wrong_state");
    let preview = json!([{
        "id": "deal_x", "source_id": "1", "name": "Harbor rollout", "company": null, "owner": null,
        "amount": {"amount": "84000.00", "currency": "EUR"}, "stage": "Lead", "canonical_stage": "lead",
        "expected_close": "2026-04-03", "created_at": null, "closed_at": null, "visits": 0,
    }]);
    for (name, kept) in [("report", report()), ("preview", preview)] {
        let blob = format!("imports/{id}/{name}.json");
        who.tenant
            .put_sealed(&blob, kept.to_string().as_bytes())
            .await
            .unwrap();
    }
    world.set(&who, &id, Validated).await;
    let answer = world.call(&who, &line("report")).await.ok(200);
    assert_eq!(
        answer.body["preview"][0]["amount"],
        json!({"value": "84000.00", "currency": "EUR"})
    );
    assert_eq!(
        answer.body["issues"][0]["examples"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(answer.body["tables"][0]["rows_left_out"], 0);
    let short = world.call(&who, &line("report?examples=1")).await.ok(200);
    assert_eq!(
        short.body["issues"][0]["examples"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(short.body["issues"][0]["count"], 2);
    for bad in [
        "report?examples=1001",
        "report?examples=x",
        "report?limit=1",
    ] {
        world
            .call(&who, &line(bad))
            .await
            .is(400, "invalid_parameter");
    }
    let mapping = world.call(&who, &line("mapping")).await.ok(200);
    assert_eq!(mapping.body["origin"], "suggested");
    let suggested = mapping.body["mapping"].clone();
    let columns = json!({"Deal": "deal_id", "Close": "close_date"});
    assert_eq!(
        (
            &suggested["tables"][0]["columns"],
            &suggested["tables"][0]["dates"]
        ),
        (&columns, &json!("day_first"))
    );
    // What is suggested is taken back as it is; then the report is of something else.
    let put = format!("PUT /v1/imports/{id}/mapping");
    let given = world.json(&who, &put, suggested.clone()).await.ok(200);
    assert_eq!(
        (&given.body["origin"], &given.body["mapping"]["tables"]),
        (&json!("given"), &suggested["tables"])
    );
    world
        .call(&who, &line("report"))
        .await
        .is(409, "wrong_state");
    assert!(
        who.tenant
            .sealed(&format!("imports/{id}/report.json"))
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(
        world.call(&who, &line("mapping")).await.body["origin"],
        "given"
    );
}

#[tokio::test]
async fn a_mapping_that_does_not_fit_is_told_where() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = world.filled(&who).await;
    let line = format!("PUT /v1/imports/{id}/mapping");
    let check = async |body: Value, code: &str, pointer: &str| {
        let answer = world.json(&who, &line, body.clone()).await.is(422, code);
        assert_eq!(
            answer.body["errors"][0]["pointer"], pointer,
            "{body} {}",
            answer.body
        );
    };
    let table = |file: &str, shape: &str, columns: Value| json!({"file": file, "shape": shape, "columns": columns});
    let tables = |tables: Vec<Value>| json!({ "tables": tables });
    let good = table("deals.csv", "deals", json!({"Deal": "deal_id"}));
    check(
        tables(vec![table("other.csv", "deals", json!({}))]),
        "invalid_mapping",
        "/tables/0/file",
    )
    .await;
    check(
        tables(vec![good.clone(), good.clone()]),
        "invalid_mapping",
        "/tables/1/file",
    )
    .await;
    check(
        tables(vec![table("deals.csv", "people", json!({}))]),
        "invalid_mapping",
        "/tables/0/shape",
    )
    .await;
    check(
        tables(vec![table(
            "deals.csv",
            "deals",
            json!({"Deal": "no_field"}),
        )]),
        "invalid_mapping",
        "/tables/0/columns/Deal",
    )
    .await;
    check(
        json!({"stages": {"Kick/off": "party"}}),
        "invalid_mapping",
        "/stages/Kick~1off",
    )
    .await;
    check(
        json!({"won": ["Signed"], "lost": ["signed"]}),
        "invalid_mapping",
        "/won",
    )
    .await;
    check(
        json!({"tables": [{"file": "deals.csv"}]}),
        "invalid_body",
        "/tables/0/shape",
    )
    .await;
    check(json!({"table": []}), "invalid_body", "/table").await;
    check(json!([]), "invalid_body", "").await;
    world.json(&who, &line, tables(vec![good])).await.ok(200);
}

#[tokio::test]
async fn a_mapping_is_not_put_over_a_newer_one() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = world.filled(&who).await;
    let etag = world
        .call(&who, &format!("GET /v1/imports/{id}"))
        .await
        .header("etag")
        .to_owned();
    let line = format!("PUT /v1/imports/{id}/mapping");
    let put = async |etag: &str, won: &str| {
        world
            .json_with(&who, &line, &[("if-match", etag)], json!({"won": [won]}))
            .await
    };
    put(&etag, "Signed").await.ok(200);
    put(&etag, "Agreed").await.is(412, "precondition_failed");
}

#[tokio::test]
async fn an_import_of_somebody_else_is_like_one_that_is_not_there() {
    let world = World::new().await;
    let (one, two) = (world.tenant(1).await, world.tenant(2).await);
    let (mine, theirs) = (
        world.member(one, Role::Cro).await,
        world.member(two, Role::Admin).await,
    );
    let id = world.filled(&mine).await;
    let unknown = format!("import_{}", "0".repeat(26));
    let odd = [
        "import_x",
        "x",
        "import_",
        &"a".repeat(3_000),
        "job_00000000000000000000000000",
    ];
    for line in [
        "GET /v1/imports/ID",
        "GET /v1/imports/ID/mapping",
        "GET /v1/imports/ID/report",
        "POST /v1/imports/ID/validate",
        "POST /v1/imports/ID/commit",
        "POST /v1/imports/ID/undo",
        "POST /v1/imports/ID/cancel",
        "PUT /v1/imports/ID/files/a.csv",
        "DELETE /v1/imports/ID/files/deals.csv",
        "PUT /v1/imports/ID/mapping",
    ] {
        let call = async |id: &str| {
            let (method, path) = line.split_once(' ').unwrap();
            let request = http::Request::builder()
                .method(method)
                .uri(path.replace("ID", id));
            let request = request.header("content-type", "application/json");
            world.send(&theirs, request, "{}").await
        };
        let expected = call(&unknown).await.is(404, "not_found");
        assert_eq!(call(&id).await.bytes, expected.bytes, "{line}");
        for odd in odd {
            assert_eq!(call(odd).await.bytes, expected.bytes, "{line} {odd}");
        }
    }
    let list = world.call(&theirs, "GET /v1/imports").await.ok(200);
    assert_eq!(list.body["data"], json!([]));
}

#[tokio::test]
async fn imports_take_the_scope() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let seller = world.member(tenant, Role::Ae).await;
    world
        .json(&seller, "POST /v1/imports", json!({"source": "crm"}))
        .await
        .is(403, "scope_missing");
    world
        .call(&seller, "GET /v1/imports")
        .await
        .is(403, "scope_missing");
}
