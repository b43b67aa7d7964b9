use crate::fixture::{Who, World};
use model::Role;
use serde_json::json;
use store::{Job, JobProblem, JobStatus, Progress};

async fn job(who: &Who, created_by: &str) -> Job {
    let mut job = who.tenant.create_job("backtest.run", None).await.unwrap();
    job.created_by = created_by.to_owned();
    who.tenant.put_document(&job).await.unwrap();
    job
}

#[tokio::test]
async fn a_job_is_seen_by_who_asked_for_it_and_by_who_sees_all() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let ana = world.member(tenant, Role::Ae).await;
    let ben = world.member(tenant, Role::SalesManager).await;
    let head = world.member(tenant, Role::Cro).await;
    let other = world.member(world.tenant(2).await, Role::Admin).await;
    let id = job(&ana, &ana.name).await.id;
    let unknown = world
        .call(&ben, &format!("GET /v1/jobs/job_{}", "0".repeat(26)))
        .await
        .is(404, "not_found");
    for (who, sees) in [(&ana, true), (&head, true), (&ben, false), (&other, false)] {
        let answer = world.call(who, &format!("GET /v1/jobs/{id}")).await;
        let list = world.call(who, "GET /v1/jobs").await.ok(200);
        assert_eq!(
            list.body["data"].as_array().unwrap().len(),
            usize::from(sees)
        );
        if sees {
            answer.ok(200);
            continue;
        }
        assert_eq!(answer.bytes, unknown.bytes);
        let cancel = world
            .call(who, &format!("POST /v1/jobs/{id}/cancel"))
            .await
            .is(404, "not_found");
        let watch = world
            .call(who, &format!("GET /v1/jobs/{id}/events"))
            .await
            .is(404, "not_found");
        assert_eq!(
            (cancel.bytes, watch.bytes),
            (unknown.bytes.clone(), unknown.bytes.clone())
        );
    }
}

#[tokio::test]
async fn a_job_says_how_far_it_is_and_how_it_ended() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = job(&who, &who.name).await.id;
    let line = format!("GET /v1/jobs/{id}");
    let queued = world.call(&who, &line).await.ok(200);
    assert_eq!(
        (&queued.body["status"], &queued.body["eta"]),
        (&json!("queued"), &json!(null))
    );
    assert_eq!(
        queued.body["links"]["cancel"],
        format!("/v1/jobs/{id}/cancel")
    );
    who.tenant.start_job(&id).await.unwrap();
    world.pass(30);
    let progress = Progress {
        phase: "fitting".to_owned(),
        done: 1,
        total: Some(3),
    };
    who.tenant.report_job(&id, progress).await.unwrap();
    let running = world.call(&who, &line).await.ok(200);
    assert_eq!(
        running.body["progress"],
        json!({"phase": "fitting", "done": 1, "total": 3})
    );
    let eta: jiff::Timestamp = running.text("/eta").parse().unwrap();
    assert_eq!(eta.duration_since(world.store.now()).as_secs(), 60);
    let problem = JobProblem {
        code: "no_data".to_owned(),
        detail: "there is nothing".to_owned(),
        remedy: "bring something".to_owned(),
    };
    who.tenant
        .end_job(&id, JobStatus::Failed, None, Some(problem))
        .await
        .unwrap();
    let failed = world.call(&who, &line).await.ok(200);
    assert_eq!(failed.body["problem"]["remedy"], "bring something");
    assert_eq!(failed.body["links"]["cancel"], json!(null));
    world
        .call(&who, &format!("POST /v1/jobs/{id}/cancel"))
        .await
        .is(409, "wrong_state");
}

#[tokio::test]
async fn a_job_says_what_the_one_who_asked_for_it_is_called_now() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let ana = world.member(tenant, Role::Ae).await;
    let (boss, head) = (
        world.member(tenant, Role::Admin).await,
        world.member(tenant, Role::Cro).await,
    );
    let (by_key, by_us) = (
        job(&ana, &ana.name).await.id,
        job(&ana, "system:schedule").await.id,
    );
    let called = async |who: &Who, id: &str| {
        let job = world.call(who, &format!("GET /v1/jobs/{id}")).await.ok(200);
        let list = world.call(who, "GET /v1/jobs").await.ok(200);
        let mut listed = list.body["data"].as_array().unwrap().iter();
        let listed = listed.find(|it| it["id"] == id).unwrap();
        assert_eq!(listed["created_by_name"], job.body["created_by_name"]);
        (
            job.header("etag").to_owned(),
            job.body["created_by_name"].clone(),
        )
    };
    let (etag, name) = called(&boss, &by_key).await;
    assert_eq!(name, json!("test"));
    // Who may not list keys is not told their names, not even by an answer kept from another.
    assert_eq!(called(&head, &by_key).await.1, json!(null));
    assert_eq!(called(&boss, &by_us).await.1, json!(null));
    for (who, expected) in [(&boss, 304), (&head, 200)] {
        let request = http::Request::get(format!("/v1/jobs/{by_key}"));
        let request = request.header("if-none-match", &etag);
        world.send(who, request, "").await.ok(expected);
    }
}

#[tokio::test]
async fn jobs_are_listed_by_state_and_kind() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = job(&who, &who.name).await.id;
    world.pass(1);
    let import = world.filled(&who).await;
    world
        .call(&who, &format!("POST /v1/imports/{import}/validate"))
        .await
        .ok(202);
    who.tenant.start_job(&id).await.unwrap();
    let check = async |query: &str, expected: usize| {
        let list = world
            .call(&who, &format!("GET /v1/jobs{query}"))
            .await
            .ok(200);
        assert_eq!(
            list.body["data"].as_array().unwrap().len(),
            expected,
            "{query}"
        );
    };
    check("", 2).await;
    check("?status=running", 1).await;
    check("?status=failed", 0).await;
    check("?kind=import", 1).await;
    check("?kind=import.validate", 1).await;
    check("?kind=imp", 0).await;
    check(&format!("?subject={import}"), 1).await;
    check("?subject=import_none", 0).await;
    for bad in ["?status=done", "?state=running", "?limit=0", "?limit=201"] {
        world
            .call(&who, &format!("GET /v1/jobs{bad}"))
            .await
            .is(400, "invalid_parameter");
    }
    let first = world.call(&who, "GET /v1/jobs?limit=1").await.ok(200);
    let cursor = first.text("/next_cursor");
    let foreign = format!("GET /v1/jobs?limit=1&kind=import&cursor={cursor}");
    world.call(&who, &foreign).await.is(400, "invalid_cursor");
}

#[tokio::test]
async fn a_running_job_is_asked_to_stop() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = job(&who, &who.name).await.id;
    who.tenant.start_job(&id).await.unwrap();
    let answer = world
        .call(&who, &format!("POST /v1/jobs/{id}/cancel"))
        .await
        .ok(202);
    assert_eq!(
        (&answer.body["status"], &answer.body["cancel_requested"]),
        (&json!("running"), &json!(true))
    );
    who.tenant
        .end_job(&id, JobStatus::Cancelled, None, None)
        .await
        .unwrap();
    let again = world
        .call(&who, &format!("POST /v1/jobs/{id}/cancel"))
        .await
        .ok(202);
    assert_eq!(again.body["status"], "cancelled");
}

fn events(text: &str) -> Vec<(u64, String)> {
    let frames = text.split("\n\n").filter(|frame| frame.contains("event: "));
    let field = |frame: &str, name: &str| {
        let line = frame
            .lines()
            .find_map(|line| line.strip_prefix(name).map(str::to_owned));
        line.unwrap()
    };
    frames
        .map(|frame| {
            (
                field(frame, "id: ").parse().unwrap(),
                field(frame, "event: "),
            )
        })
        .collect()
}

#[tokio::test]
async fn a_watched_job_tells_each_change_once_and_its_end() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = job(&who, &who.name).await.id;
    let line = format!("GET /v1/jobs/{id}/events");
    let work = async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        who.tenant.start_job(&id).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
        who.tenant
            .end_job(&id, JobStatus::Succeeded, Some(json!({"n": 1})), None)
            .await
            .unwrap();
    };
    let (answer, ()) = tokio::join!(world.call(&who, &line), work);
    assert_eq!(answer.header("content-type"), "text/event-stream");
    let all = events(&String::from_utf8(answer.bytes).unwrap());
    assert!(all.is_sorted_by(|a, b| a.0 < b.0), "{all:?}");
    let words: Vec<_> = all.iter().map(|(_, event)| event.as_str()).collect();
    assert_eq!(words, ["job.updated", "job.updated", "job.finished"]);
    // Who comes again goes on where they were, and hears when there is nothing more.
    let (started, end) = (all[1].0, all[2].0);
    let again = world
        .call(&who, &format!("{line}?after={started}"))
        .await
        .ok(200);
    assert_eq!(
        events(&String::from_utf8(again.bytes).unwrap()),
        [(end, "job.finished".to_owned())]
    );
    let request =
        http::Request::get(line.strip_prefix("GET ").unwrap()).header("last-event-id", end);
    world.send(&who, request, "").await.ok(204);
    world
        .call(&who, &format!("{line}?after=x"))
        .await
        .is(400, "invalid_parameter");
}
