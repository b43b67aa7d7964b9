use crate::{Bed, CRO, ONE, query};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use embedded::{Aws as Embedded, Fault};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::Duration;
use store::{AuthKind, ConnectionStatus, Lookup, OauthPurpose};

#[tokio::test]
async fn the_catalogue_says_what_each_source_takes() {
    let bed = Bed::with(Embedded::in_memory(), |config| {
        config.local = true;
        config.sandboxes = [("hubspot".to_owned(), "http://127.0.0.1:1".to_owned())].into();
    });
    let bed = bed.await;
    let list = bed.get("/v1/connectors").await.ok(200);
    let row = |id: &str| {
        let rows = list.list("/data").iter();
        rows.clone().find(|row| row["id"] == id).unwrap().clone()
    };
    assert_eq!(list.list("/data").len(), connectors::ALL.len());
    let kinds = |row: &Value| -> Vec<String> {
        let ways = row["auth"].as_array().unwrap().iter();
        ways.map(|way| way["kind"].as_str().unwrap().to_owned())
            .collect()
    };
    let hubspot = row("hubspot");
    assert_eq!(kinds(&hubspot), ["oauth", "key"]);
    assert_eq!(hubspot["registered"], true);
    assert_eq!(hubspot["sandbox"], true);
    assert_eq!(hubspot["signs_in"], true);
    assert_eq!(
        hubspot["webhook"]["url"],
        "https://pie.example/v1/webhooks/hubspot"
    );
    let stripe = row("stripe");
    assert_eq!(kinds(&stripe), ["key"]);
    assert_eq!(
        (&stripe["registered"], &stripe["sandbox"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(stripe["webhook"]["url"], Value::Null);
    // Its sandboxes have a login of their own, which is still consent.
    assert_eq!(kinds(&row("salesforce")), ["oauth"]);
    assert_eq!(row("salesforce")["webhook"], Value::Null);
    let one = bed.get("/v1/connectors/stripe").await.ok(200);
    assert_eq!(one.body, stripe);
    bed.get("/v1/connectors/none").await.is(404, "not_found");
}

#[tokio::test]
async fn a_good_key_is_tried_kept_and_read_with_at_once() {
    let bed = Bed::new().await;
    let made = bed.stripe("sk_good").await.ok(201);
    let id = made.text("/id");
    assert_eq!(made.header("location"), format!("/v1/connections/{id}"));
    assert_eq!(made.text("/status"), "active");
    assert_eq!(made.text("/title"), "Stripe");
    assert_eq!(made.text("/account"), "acct_1");
    assert_eq!(made.at("/authorize_url"), &Value::Null);
    assert_eq!(bed.key(&id).await.as_deref(), Some("sk_good"));
    let kept = bed.kept(&id).await;
    assert_eq!(
        (kept.space.as_str(), kept.auth),
        ("stripe:acct_1", AuthKind::Key)
    );
    let found = bed.world.store.look_up(Lookup::Portal("stripe", "acct_1"));
    assert_eq!(found.await.unwrap(), [(ONE.tenant(), id.clone())]);
    let [message] = bed.messages().await.try_into().unwrap();
    assert_eq!(message["kind"], "connection.sync");
    assert_eq!(
        message["body"],
        json!({"connection": id, "job": made.text("/job")})
    );
    let job = bed
        .get(&format!("/v1/jobs/{}", made.text("/job")))
        .await
        .ok(200);
    assert_eq!(job.text("/links/subject"), format!("/v1/connections/{id}"));
    assert_eq!(bed.audit().await[0], "connection.create");
    // Two connections to one account would each write the other's rows.
    let twin = bed.stripe("sk_good_2").await.is(409, "already_exists");
    assert!(twin.text("/remedy").contains(&id), "{}", twin.body);
    assert!(twin.text("/detail").contains("Stripe"), "{}", twin.body);
    let all = bed.get("/v1/connections").await.ok(200);
    assert_eq!(all.list("/data").len(), 1, "nothing of it is left");
}

#[tokio::test]
async fn of_two_keys_that_come_at_once_for_one_account_one_is_kept() {
    for _ in 0..3 {
        let aws = Embedded::in_memory();
        let bed = Bed::with(aws.clone(), |_| ()).await;
        // Each call takes its time, so that both have looked before either writes.
        let slow = Fault::Delay(Duration::from_millis(4));
        aws.faults().set(move |_| slow);
        let (one, other) = tokio::join!(bed.stripe("sk_good"), bed.stripe("sk_good_2"));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{} {}", one.body, other.body);
        let all = bed.get("/v1/connections").await.ok(200);
        assert_eq!(all.list("/data").len(), 1);
    }
}

#[tokio::test]
async fn a_key_that_is_no_good_is_refused_and_nothing_is_kept() {
    let bed = Bed::new().await;
    for (key, status, code, place) in [
        ("sk_bad", 422, "invalid_body", "refused"),
        ("rk_none", 422, "invalid_body", "refused"),
        ("", 422, "invalid_body", "malformed"),
        ("sk_good ", 422, "invalid_body", "malformed"),
    ] {
        let answer = bed.stripe(key).await.is(status, code);
        let error = answer.at("/errors/0");
        assert_eq!(
            (&error["pointer"], &error["code"]),
            (&json!("/auth/key"), &json!(place))
        );
        assert!(key.is_empty() || !answer.body.to_string().contains(key));
    }
    assert_eq!(
        bed.get("/v1/connections").await.ok(200).at("/data"),
        &json!([])
    );
    assert!(bed.messages().await.is_empty());
    // A key that may not read the account reads the rest, and its connection is its own account.
    let some = bed.stripe("rk_some").await.ok(201);
    assert_eq!(some.at("/account"), &Value::Null);
    assert_eq!(bed.kept(&some.text("/id")).await.space, "stripe");
}

#[tokio::test]
async fn a_source_that_asks_to_wait_is_asked_again_with_the_same_request() {
    let bed = Bed::new().await;
    let body = json!({"source": "stripe", "auth": {"kind": "key", "key": "sk_busy"}});
    for _ in 0..2 {
        let headers = [("idempotency-key", "k1")];
        let line = "POST /v1/connections";
        let answer = bed
            .world
            .call(CRO, line, &headers, Some(body.clone()))
            .await;
        let answer = answer.is(503, "unavailable");
        assert_eq!(answer.header("retry-after"), "90");
        assert_eq!(answer.header("idempotency-replayed"), "");
    }
}

#[tokio::test]
async fn the_same_request_twice_connects_once() {
    let bed = Bed::new().await;
    let body = json!({"source": "stripe", "auth": {"kind": "key", "key": "sk_good"}});
    let headers = [("idempotency-key", "k1")];
    let mut ids = Vec::new();
    for _ in 0..2 {
        let line = "POST /v1/connections";
        let answer = bed
            .world
            .call(CRO, line, &headers, Some(body.clone()))
            .await;
        ids.push(answer.ok(201).text("/id"));
    }
    assert_eq!(ids[0], ids[1]);
    assert_eq!(bed.messages().await.len(), 1);
}

#[tokio::test]
async fn consent_is_bound_to_the_browser_of_the_session() {
    let bed = Bed::new().await;
    let bearer = format!("Bearer {}", bed.session("cro").await);
    let body = json!({"source": "hubspot", "name": " Main CRM ", "auth": {"kind": "oauth"}});
    let headers = [("idempotency-key", "k1")];
    let line = "POST /v1/connections";
    let call = async || {
        let body = Some(body.clone());
        bed.world.call_as(&bearer, line, &headers, body).await
    };
    let made = call().await.ok(201);
    let id = made.text("/id");
    assert_eq!(
        (made.text("/status"), made.text("/name")),
        ("pending".to_owned(), "Main CRM".to_owned())
    );
    let url = made.text("/authorize_url");
    assert!(
        url.starts_with("https://app.hubspot.com/oauth/authorize?"),
        "{url}"
    );
    assert_eq!(query(&url, "client_id"), "pie-at-hubspot");
    assert!(query(&url, "scope").contains("crm.objects.deals.read"));
    let cookie = made.header("set-cookie").to_owned();
    let (value, rest) = cookie
        .strip_prefix("pie_oauth=")
        .and_then(|text| text.split_once("; "))
        .unwrap();
    assert_eq!(
        rest,
        "Path=/v1/oauth; Max-Age=600; HttpOnly; SameSite=Lax; Secure"
    );
    let state = query(&url, "state");
    let kept = bed
        .world
        .store
        .take_oauth_state(&state)
        .await
        .unwrap()
        .unwrap();
    assert!(store::is_oauth_session(&kept.session, value));
    assert_eq!(kept.tenant, Some(ONE.tenant()));
    assert_eq!(kept.by, ONE.member("cro").to_string());
    assert_eq!(kept.connection.map(|id| id.to_string()), Some(id.clone()));
    assert_eq!(
        (kept.provider.as_str(), kept.purpose),
        ("hubspot", OauthPurpose::Connect)
    );
    let callback = "https://pie.example/v1/oauth/hubspot/callback";
    assert_eq!(
        (
            kept.redirect_uri.as_str(),
            query(&url, "redirect_uri").as_str()
        ),
        (callback, callback)
    );
    let verifier = kept.verifier.expose_secret();
    assert_eq!(verifier.len(), 43);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    assert_eq!(query(&url, "code_challenge"), challenge);
    // The answer is good in one browser, once: it is not kept to be told again.
    call().await.is(409, "idempotency_answer_lost");
    // Another link for the same connection.
    let line = format!("POST /v1/connections/{id}/reconnect");
    let again = bed.world.call_as(&bearer, &line, &[], None).await.ok(200);
    let state = query(&again.text("/authorize_url"), "state");
    let kept = bed
        .world
        .store
        .take_oauth_state(&state)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.purpose, OauthPurpose::Reconnect);
    assert_eq!(
        bed.audit().await[..2],
        ["connection.reconnect", "connection.create"]
    );
}

#[tokio::test]
async fn a_program_has_no_browser_so_the_person_is_asked() {
    let bed = Bed::new().await;
    let body = json!({"source": "hubspot", "auth": {"kind": "oauth"}});
    let made = bed.call("POST /v1/connections", body).await.ok(201);
    assert_eq!(made.header("set-cookie"), "");
    let state = query(&made.text("/authorize_url"), "state");
    let kept = bed
        .world
        .store
        .take_oauth_state(&state)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.session, "key");
}

#[tokio::test]
async fn what_cannot_be_connected_says_why_and_what_helps() {
    let bed = Bed::new().await;
    let oauth = json!({"kind": "oauth"});
    for (body, status, code, place) in [
        (
            json!({"source": "sugar", "auth": oauth}),
            422,
            "invalid_body",
            "/source",
        ),
        (
            json!({"source": "stripe", "auth": oauth}),
            422,
            "invalid_body",
            "/auth/kind",
        ),
        (
            json!({"source": "salesforce", "auth": {"kind": "key", "key": "k"}}),
            422,
            "invalid_body",
            "/auth/kind",
        ),
        (
            json!({"source": "hubspot", "auth": oauth, "every_min": 4}),
            422,
            "invalid_body",
            "/every_min",
        ),
        (
            json!({"source": "hubspot", "auth": oauth, "name": " "}),
            422,
            "invalid_body",
            "/name",
        ),
        (
            json!({"source": "hubspot", "auth": oauth, "streams_off": ["x"]}),
            422,
            "invalid_body",
            "/streams_off",
        ),
        (
            json!({"source": "hubspot", "auth": oauth, "sandbox": true}),
            422,
            "invalid_body",
            "/sandbox",
        ),
        (
            json!({"source": "hubspot", "auth": oauth, "base_url": "http://127.0.0.1:1"}),
            422,
            "invalid_body",
            "/base_url",
        ),
        (json!({"source": "hubspot"}), 422, "invalid_body", "/auth"),
    ] {
        let answer = bed
            .call("POST /v1/connections", body.clone())
            .await
            .is(status, code);
        assert_eq!(answer.text("/errors/0/pointer"), place, "{body}");
    }
    // Nobody has registered Pie at Salesforce.
    let body = json!({"source": "salesforce", "auth": oauth});
    let answer = bed
        .call("POST /v1/connections", body)
        .await
        .is(409, "wrong_state");
    assert!(
        answer
            .text("/detail")
            .contains("not registered at Salesforce")
    );
    // Sellers and their managers connect nothing.
    let body = json!({"source": "hubspot", "auth": oauth});
    for (who, code) in [("ana", "role_too_low"), ("boss", "role_too_low")] {
        let answer = bed
            .world
            .post((ONE, who), "/v1/connections", body.clone())
            .await;
        answer.is(403, code);
    }
    assert_eq!(
        bed.get("/v1/connections").await.ok(200).at("/data"),
        &json!([])
    );
}

#[tokio::test]
async fn on_one_machine_a_sandbox_or_an_address_takes_the_sources_place() {
    let bed = Bed::with(Embedded::in_memory(), |config| {
        config.local = true;
        "http://127.0.0.1:7433".clone_into(&mut config.public_url);
        config.sandboxes = [("hubspot".to_owned(), "http://127.0.0.1:7440/".to_owned())].into();
    });
    let bed = bed.await;
    let bearer = format!("Bearer {}", bed.session("cro").await);
    let line = "POST /v1/connections";
    let body = json!({"source": "hubspot", "sandbox": true, "auth": {"kind": "oauth"}});
    let made = bed
        .world
        .call_as(&bearer, line, &[], Some(body))
        .await
        .ok(201);
    let url = made.text("/authorize_url");
    assert!(
        url.starts_with("http://127.0.0.1:7440/oauth/authorize?"),
        "{url}"
    );
    assert_eq!(query(&url, "client_id"), "pie-in-sand");
    assert!(!made.header("set-cookie").contains("Secure"));
    let kept = bed.kept(&made.text("/id")).await;
    assert!(kept.sandbox);
    assert_eq!(kept.base_url.as_deref(), Some("http://127.0.0.1:7440"));
    let key = json!({"kind": "key", "key": "pat_good"});
    let body = json!({"source": "hubspot", "base_url": "http://127.0.0.1:9/", "auth": key});
    let made = bed.call(line, body).await.ok(201);
    assert_eq!(made.text("/account"), "4411223");
    let asked = bed.asked.take();
    assert!(
        asked
            .iter()
            .all(|(line, _)| line.contains(" http://127.0.0.1:9/")),
        "{asked:?}"
    );
    for bad in [
        "127.0.0.1:9",
        "ftp://127.0.0.1",
        "http://me@127.0.0.1",
        "http://x.example?q",
    ] {
        let body = json!({"source": "hubspot", "base_url": bad, "auth": {"kind": "oauth"}});
        let answer = bed.call(line, body).await.is(422, "invalid_body");
        assert_eq!(answer.text("/errors/0/pointer"), "/base_url");
    }
}

#[tokio::test]
async fn no_more_than_fifty_are_connected_and_those_that_ended_do_not_count() {
    let bed = Bed::new().await;
    let body = json!({"source": "hubspot", "auth": {"kind": "oauth"}});
    let mut last = String::new();
    for _ in 0..50 {
        let made = bed.call("POST /v1/connections", body.clone()).await.ok(201);
        last = made.text("/id");
    }
    let full = bed.call("POST /v1/connections", body.clone()).await;
    full.is(409, "limit_reached");
    bed.edit(&last, |it| it.status = ConnectionStatus::Disabled)
        .await;
    bed.call("POST /v1/connections", body).await.ok(201);
}

#[tokio::test]
async fn people_sign_in_where_their_organisation_does() {
    const LOGIN: &str = "login.salesforce.com";
    let bed = Bed::new().await;
    let apps = r#"{"salesforce": {"client_id": "pie", "client_secret": "hush"}}"#;
    bed.world.store.put_source_apps(&apps.into()).await.unwrap();
    let shown = bed.get("/v1/connectors/salesforce").await.ok(200);
    let hosts = json!([LOGIN, "test.salesforce.com", ".my.salesforce.com"]);
    assert_eq!(shown.at("/auth/0/hosts"), &hosts);
    let connect = async |auth: Value| {
        let body = json!({"source": "salesforce", "auth": auth});
        bed.call("POST /v1/connections", body).await
    };
    let own = "acme--uat.sandbox.my.salesforce.com";
    for (given, sent, kept) in [
        (Value::Null, LOGIN, None),
        (json!(LOGIN), LOGIN, None),
        (
            json!("test.salesforce.com"),
            "test.salesforce.com",
            Some("test.salesforce.com"),
        ),
        (
            json!(" ACME--uat.sandbox.my.salesforce.com"),
            own,
            Some(own),
        ),
    ] {
        let made = connect(json!({"kind": "oauth", "host": given}))
            .await
            .ok(201);
        let url = made.text("/authorize_url");
        let expected = format!("https://{sent}/services/oauth2/authorize?");
        assert!(url.starts_with(&expected), "{url}");
        assert_eq!(made.at("/login_host").as_str(), kept);
        assert_eq!(
            bed.kept(&made.text("/id")).await.login_host.as_deref(),
            kept
        );
    }
    // Who took the wrong one says another when they reconnect.
    let made = connect(json!({"kind": "oauth"})).await.ok(201);
    let line = format!("POST /v1/connections/{}/reconnect", made.text("/id"));
    let auth = json!({"auth": {"kind": "oauth", "host": "test.salesforce.com"}});
    let again = bed.call(&line, auth).await.ok(200);
    let url = again.text("/authorize_url");
    assert!(url.starts_with("https://test.salesforce.com/"), "{url}");
    assert_eq!(again.text("/login_host"), "test.salesforce.com");
    for host in [
        "evil.example",
        "acme.my.salesforce.com.evil.example",
        "",
        "acme.force.com",
    ] {
        let refused = connect(json!({"kind": "oauth", "host": host})).await;
        let refused = refused.is(422, "invalid_body");
        assert_eq!(refused.text("/errors/0/pointer"), "/auth/host");
    }
    let hubspot = json!({"source": "hubspot", "auth": {"kind": "oauth", "host": own}});
    let refused = bed.call("POST /v1/connections", hubspot).await;
    refused.is(422, "invalid_body");
}
