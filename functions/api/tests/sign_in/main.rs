//! Signing in, from the e-mail to the end of the session; members and keys that change meanwhile.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod issuers;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "../world/mod.rs"]
mod world;

use serde_json::{Value, json};
use store::Queue;
use world::{Answer, Of, World};

const ONE: Of = Of(1);
const ANA: &str = "ana@t1.example";

/// A call with a token of the test's own, or none: the key of `cy` is not looked at.
async fn call(world: &World, line: &str, token: Option<&str>, body: Option<Value>) -> Answer {
    let bearer = format!("Bearer {}", token.unwrap_or("none"));
    world.call_as(&bearer, line, &[], body).await
}

/// Asks for a code and reads it in the e-mail.
async fn code(world: &World, email: &str) -> Option<String> {
    let before = world.aws.mail().len();
    let sent = call(
        world,
        "POST /v1/sign-in",
        None,
        Some(json!({"email": email})),
    )
    .await;
    sent.ok(202);
    let mail = world.aws.mail();
    let text = mail.get(before)?.text.clone()?;
    let code = text
        .split_whitespace()
        .find(|word| word.len() == 9 && word.contains('-'));
    Some(
        code.unwrap_or_else(|| panic!("no code in the e-mail"))
            .to_owned(),
    )
}

async fn begin(world: &World, email: &str, code: &str) -> Answer {
    let body = json!({"grant": "code", "email": email, "code": code});
    call(world, "POST /v1/sessions", None, Some(body)).await
}

#[tokio::test]
async fn a_code_is_good_once_and_begins_a_session_that_goes_on() {
    let world = World::new(1, 10).await;
    let code = code(&world, ANA).await.unwrap();
    begin(&world, ANA, "0000-0000")
        .await
        .is(401, "unauthenticated");
    let session = begin(&world, ANA, &code).await.ok(201);
    begin(&world, ANA, &code).await.is(401, "unauthenticated");
    let (access, refresh) = (
        session.text("/access_token"),
        session.text("/refresh_token"),
    );
    let me = call(&world, "GET /v1/me", Some(&access), None)
        .await
        .ok(200);
    assert_eq!(
        (me.text("/role"), me.text("/member")),
        ("ae".to_owned(), ONE.member("ana").to_string())
    );

    // The access token ends after a quarter of an hour, and the refresh token brings the next.
    world.pass(16 * 60);
    call(&world, "GET /v1/me", Some(&access), None)
        .await
        .is(401, "unauthenticated");
    let body = json!({"refresh_token": refresh});
    let next = call(
        &world,
        "POST /v1/sessions/refresh",
        None,
        Some(body.clone()),
    )
    .await
    .ok(200);
    call(
        &world,
        "GET /v1/me",
        Some(&next.text("/access_token")),
        None,
    )
    .await
    .ok(200);

    // The old one again means that somebody has a copy: the whole session ends.
    world.pass(60);
    call(&world, "POST /v1/sessions/refresh", None, Some(body))
        .await
        .is(401, "unauthenticated");
    let newest = json!({"refresh_token": next.text("/refresh_token")});
    call(&world, "POST /v1/sessions/refresh", None, Some(newest))
        .await
        .is(401, "unauthenticated");
}

#[tokio::test]
async fn who_is_no_member_hears_the_same_and_gets_no_mail() {
    let world = World::new(1, 10).await;
    assert_eq!(code(&world, "nobody@t1.example").await, None);
    begin(&world, "nobody@t1.example", "ABCD-EFGH")
        .await
        .is(401, "unauthenticated");
    let odd = call(
        &world,
        "POST /v1/sign-in",
        None,
        Some(json!({"email": "no address"})),
    )
    .await;
    odd.is(422, "invalid_body");
    let old = code(&world, ANA).await.unwrap();
    world.pass(11 * 60);
    begin(&world, ANA, &old).await.is(401, "unauthenticated");
}

#[tokio::test]
async fn a_code_is_guessed_five_times_at_most() {
    let world = World::new(1, 10).await;
    let code = code(&world, ANA).await.unwrap();
    for _ in 0..5 {
        begin(&world, ANA, "0000-0000")
            .await
            .is(401, "unauthenticated");
    }
    begin(&world, ANA, &code).await.is(401, "unauthenticated");
}

#[tokio::test]
async fn a_change_of_role_ends_sessions_within_seconds_and_the_end_is_at_once() {
    let world = World::new(1, 10).await;
    let admin = (ONE, "admin");
    let code = code(&world, ANA).await.unwrap();
    let session = begin(&world, ANA, &code).await.ok(201);
    let access = session.text("/access_token");
    call(&world, "GET /v1/me", Some(&access), None)
        .await
        .ok(200);
    let path = format!("/v1/members/{}", ONE.member("ana"));
    let tag = world
        .get(admin, &path)
        .await
        .ok(200)
        .header("etag")
        .to_owned();
    let line = format!("PATCH {path}");
    let role = Some(json!({"role": "cro"}));
    world
        .call(admin, &line, &[], role.clone())
        .await
        .is(428, "precondition_required");
    world
        .call(admin, &line, &[("if-match", "\"99\"")], role.clone())
        .await
        .is(412, "precondition_failed");
    world
        .call(admin, &line, &[("if-match", &tag)], role)
        .await
        .ok(200);
    world.pass(6);
    call(&world, "GET /v1/me", Some(&access), None)
        .await
        .is(401, "unauthenticated");
    let body = json!({"refresh_token": session.text("/refresh_token")});
    call(&world, "POST /v1/sessions/refresh", None, Some(body))
        .await
        .is(401, "unauthenticated");
    // The key acts as the member, so it sees what the member now sees, and no more than it was given.
    let me = world.get((ONE, "ana"), "/v1/me").await.ok(200);
    assert_eq!(me.text("/role"), "ae");
    // The last admin stays.
    let last = format!("DELETE /v1/members/{}", ONE.member("admin"));
    world
        .call(admin, &last, &[], None)
        .await
        .is(409, "wrong_state");
}

#[tokio::test]
async fn an_invitation_is_sent_again_until_they_come() {
    let world = World::new(1, 10).await;
    let admin = (ONE, "admin");
    let new = json!({"email": "neo@t1.example", "name": "Neo", "role": "ae"});
    let invited = world.post(admin, "/v1/members", new).await.ok(201);
    let send = async |who: &str, id: &str| {
        let line = format!("POST /v1/members/{id}/invitation");
        world.call((ONE, who), &line, &[], None).await
    };
    let id = invited.text("/id");
    let sent = send("admin", &id).await.ok(202);
    assert_eq!(sent.text("/status"), "invited");
    let received = world.store.receive(Queue::Deliver, 0).await.unwrap();
    let mails: Vec<Value> = (received.iter())
        .map(|it| serde_json::from_str(&it.body).unwrap())
        .collect();
    assert_eq!(mails.len(), 2);
    for mail in mails {
        let body = json!({"template": "invitation", "member": id});
        assert_eq!((&mail["kind"], &mail["body"]), (&json!("mail.send"), &body));
    }
    let active = ONE.member("ana").to_string();
    send("admin", &active).await.is(409, "wrong_state");
    send("cro", &id).await.is(403, "role_too_low");
    send("admin", "nobody").await.is(404, "not_found");
}

#[tokio::test]
async fn a_key_is_shown_once_and_ends_when_it_is_revoked() {
    let world = World::new(1, 10).await;
    let admin = (ONE, "admin");
    let body = json!({"name": "warehouse", "scopes": ["read"], "role": "cro"});
    let headers = [("idempotency-key", "make-1")];
    let made = world
        .call(admin, "POST /v1/api-keys", &headers, Some(body.clone()))
        .await
        .ok(201);
    let key = made.text("/key");
    // The same request again does not make another, and does not show it again.
    let again = world
        .call(admin, "POST /v1/api-keys", &headers, Some(body))
        .await;
    again.is(409, "idempotency_answer_lost");
    call(&world, "GET /v1/me", Some(&key), None).await.ok(200);
    call(&world, "GET /v1/api-keys", Some(&key), None)
        .await
        .is(403, "role_too_low");
    let listed = world.get(admin, "/v1/api-keys").await.ok(200);
    assert!(!String::from_utf8_lossy(&listed.bytes).contains(&key));
    let line = format!("DELETE /v1/api-keys/{}", made.text("/id"));
    world.call(admin, &line, &[], None).await.ok(204);
    call(&world, "GET /v1/me", Some(&key), None)
        .await
        .is(401, "unauthenticated");
    let events = world.get(admin, "/v1/audit-events").await.ok(200);
    let actions: Vec<&str> = events
        .list("/data")
        .iter()
        .filter_map(|event| event["action"].as_str())
        .collect();
    assert_eq!(actions[..2], ["api_key.revoke", "api_key.make"]);
    assert_eq!(events.at("/data/0/actor_name"), "T1.admin key");
    assert_eq!(events.at("/data/0/target_name"), "warehouse");
    assert_eq!(
        world
            .get(admin, "/v1/audit-events/check")
            .await
            .ok(200)
            .at("/whole"),
        true
    );
    for bad in ["", "pie_live_x", "Bearer", &key[..key.len() - 1], "a.b.c"] {
        call(&world, "GET /v1/me", Some(bad), None)
            .await
            .is(401, "unauthenticated");
    }
}
