//! What API Gateway sends.

use crate::bed::{Bed, answer, sample};
use hmac::{Hmac, KeyInit, Mac};
use runtime::World;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::Sha256;
use store::{OauthPurpose, OauthState, Queue};

/// Status and body of what a function answered.
fn read(answer: &runtime::Answer) -> (u64, Value) {
    let text = answer.value["body"].as_str().unwrap_or_default();
    let body = serde_json::from_str(text).unwrap_or_else(|_| text.into());
    (answer.value["statusCode"].as_u64().unwrap(), body)
}

#[tokio::test]
async fn api_answers_its_samples() {
    let mut bed = Bed::new().await;
    for (name, status, pointer, expected) in [
        ("api", 401, "/code", json!("unauthenticated")),
        ("api-deals", 200, "/data", json!([])),
        ("api-import", 201, "/status", json!("open")),
    ] {
        let event = bed.sample(name);
        let (was, body) = read(&answer(&mut bed.api, "api", &event).await);
        assert_eq!(was, status, "{name}: {body}");
        assert_eq!(body.pointer(pointer), Some(&expected), "{name}: {body}");
    }
    // One process took them all.
    assert!(bed.api.init().is_zero());
}

#[tokio::test]
async fn api_streams_the_events_of_a_job_where_the_template_says_so() {
    let mut bed = Bed::new().await;
    let import = bed.import().await;
    let line = format!("POST /v1/imports/{import}/validate");
    let job = bed.call(&line, None, 202).await["id"].clone();
    let job = job.as_str().unwrap();
    bed.call(&format!("POST /v1/jobs/{job}/cancel"), None, 202)
        .await;
    let text = bed.sample("api-job-events").to_string();
    let event = text.replace("job_06e1p2s3c4d5e6f7g8h9jkmnpr", job);
    let event = serde_json::from_str(&event).unwrap();
    let plain = bed.world.sandbox_without("api", "PIE_STREAMING");
    let mut plain = plain.await.unwrap();
    for (sandbox, is_streamed) in [(&mut bed.api, true), (&mut plain, false)] {
        let answer = answer(sandbox, "api", &event).await;
        let (status, body) = read(&answer);
        assert_eq!(status, 200, "{body}");
        let text = body.as_str().unwrap();
        assert!(text.contains("event: job.finished"), "{text}");
        let headers = answer.value["headers"].to_string();
        let headers = headers + &answer.value["multiValueHeaders"].to_string();
        assert!(headers.contains("text/event-stream"), "{headers}");
        // The head, the zeros and the body each come when they are there.
        assert_eq!(answer.pieces.len() >= 3, is_streamed, "{:?}", answer.pieces);
    }
}

#[tokio::test]
async fn oauth_answers_its_samples() {
    let world = World::start().await.unwrap();
    let mut oauth = world.sandbox("oauth").await.unwrap();
    let state = OauthState {
        tenant: None,
        by: "user_1".to_owned(),
        session: "key".to_owned(),
        provider: "hubspot".to_owned(),
        connection: None,
        purpose: OauthPurpose::Connect,
        verifier: SecretString::from("a verifier"),
        redirect_uri: "https://api.pie.example/v1/oauth/hubspot/callback".to_owned(),
        return_to: "connections".to_owned(),
        created_at: world.store().now(),
    };
    let state = world.store().put_oauth_state(&state).await.unwrap();
    for (name, says) in [
        ("oauth", "This link is of no use any more"),
        ("oauth-confirm", "This link is of no use any more"),
        ("oauth-denied", ""),
    ] {
        let text = sample(name)
            .to_string()
            .replace("{state}", state.expose_secret());
        let event = serde_json::from_str(&text).unwrap();
        let (status, body) = read(&answer(&mut oauth, "oauth", &event).await);
        let body = body.as_str().unwrap_or_default();
        assert!(
            (200..500).contains(&status) && body.contains(says),
            "{name}: {status} {body}"
        );
        let again = body.contains("This link is of no use any more");
        assert_eq!(again, !says.is_empty(), "{name}: {status} {body}");
    }
}

/// A delivery of Stripe, signed now. The sample itself was signed long ago.
fn signed_now(mut event: Value, secret: &str, now_s: i64) -> Value {
    use base64::Engine;
    let body = event["body"].as_str().unwrap();
    let body = base64::engine::general_purpose::STANDARD
        .decode(body)
        .unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{now_s}.").as_bytes());
    mac.update(&body);
    let tag: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    event["headers"]["stripe-signature"] = format!("t={now_s},v1={tag}").into();
    event
}

#[tokio::test]
async fn webhook_answers_its_samples() {
    const STRIPE: &str = "whsec_of the endpoint";
    let bed = Bed::new().await;
    let world = &bed.world;
    let stripe_at = world.connect(1, "stripe", STRIPE).await.unwrap();
    let credentials = "pie:correct horse";
    let pipedrive_at = world.connect(2, "pipedrive", credentials).await.unwrap();
    let mut webhook = world.sandbox("webhook").await.unwrap();
    // What was signed long ago may be somebody else's recording of it.
    let (status, body) = read(&answer(&mut webhook, "webhook", &sample("webhook")).await);
    assert_eq!((status, &body["code"]), (401, &json!("unauthenticated")));
    let now_s = world.store().now().as_second();
    let stripe = signed_now(sample("webhook"), STRIPE, now_s);
    for (event, connection, stream, id) in [
        (stripe, stripe_at, "customers", "cus_1"),
        (sample("webhook-pipedrive"), pipedrive_at, "deals", "17"),
    ] {
        let (status, body) = read(&answer(&mut webhook, "webhook", &event).await);
        assert_eq!(status, 200, "{body}");
        let message = bed.message(Queue::Sync).await;
        assert_eq!(message.body["connection"], json!(connection));
        let hint = json!({"stream": stream, "id": id});
        assert_eq!(message.body["hints"][0], hint, "{}", message.body);
        // The sample for `sync` has the form of it.
        bed.sample_like("sync-hint", &message);
    }
    assert_eq!(
        world.tenant().head().await.unwrap(),
        0,
        "no webhook writes an entity"
    );
}
