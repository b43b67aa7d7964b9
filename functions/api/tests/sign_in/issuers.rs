//! Signing in with ID tokens of a provider that the customer brings.

use crate::world::{Answer, NOW, Of, World};
use crate::{ONE, call};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge::{Function, Sink};
use embedded::Aws as Embedded;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

const ISSUER: &str = "https://login.harbor.example";
const KEYS: &str = "https://login.harbor.example/keys";
const TWO: Of = Of(2);

/// A customer's provider, which signs by ECDSA and publishes its key.
struct Provider {
    pair: EcdsaKeyPair,
}

impl Provider {
    fn new() -> Arc<Self> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Arc::new(Self { pair })
    }

    fn keys(&self) -> String {
        // The point: 4, then x and y.
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let key = json!({"kty": "EC", "crv": "P-256", "kid": "k1", "x": text(x), "y": text(y)});
        json!({ "keys": [key] }).to_string()
    }

    /// A token of somebody whose address it has verified.
    fn token(&self, audience: &str, email: &str) -> String {
        self.token_at(NOW, audience, email)
    }

    fn token_at(&self, now: Timestamp, audience: &str, email: &str) -> String {
        let text = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let now = now.as_second();
        let header = text(json!({"alg": "ES256", "kid": "k1", "typ": "JWT"}));
        let claims = text(json!({
            "iss": ISSUER, "aud": audience, "sub": "u1", "iat": now, "exp": now + 300,
            "name": "Somebody", "email": email, "email_verified": true,
        }));
        let said = format!("{header}.{claims}");
        let signed = self.pair.sign(&SystemRandom::new(), said.as_bytes());
        format!("{said}.{}", URL_SAFE_NO_PAD.encode(signed.unwrap()))
    }
}

/// Two tenants that may each bring the provider.
async fn world(provider: &Arc<Provider>) -> World {
    with(provider, |_| {}).await
}

async fn with(provider: &Arc<Provider>, change: impl FnOnce(&mut api::Config)) -> World {
    let provider = Arc::clone(provider);
    let fetch: api::Fetch = Arc::new(move |url| {
        let keys = provider.keys();
        Box::pin(async move {
            assert_eq!(url, KEYS);
            Ok(keys.into())
        })
    });
    let change = |config: &mut api::Config| {
        config.fetch = fetch;
        change(config);
    };
    World::with(Embedded::in_memory(), 2, 0, change).await
}

async fn put(world: &World, of: Of, name: &str, audience: &str) -> Answer {
    let body = json!({
        "issuer": ISSUER, "audience": audience, "jwks_uri": KEYS, "algorithm": "ES256",
        "email": "verified", "required": {}, "roles": {"t1.example": "ae"},
    });
    let line = format!("PUT /v1/issuers/{name}");
    world.call((of, "admin"), &line, &[], Some(body)).await
}

async fn begin(world: &World, token: &str) -> Answer {
    let body = json!({"grant": "id_token", "id_token": token});
    call(world, "POST /v1/sessions", None, Some(body)).await
}

#[tokio::test]
async fn an_id_token_begins_a_session_while_its_issuer_is_accepted() {
    let provider = Provider::new();
    let world = world(&provider).await;
    let ana = provider.token("pie", "ana@t1.example");
    begin(&world, &ana).await.is(401, "unauthenticated");
    put(&world, ONE, "staff", "pie").await.ok(200);
    let session = begin(&world, &ana).await.ok(201);
    assert_eq!(session.text("/member"), ONE.member("ana").to_string());
    // Somebody new of a domain that is let in becomes a member, once.
    let new = provider.token("pie", "new@t1.example");
    let first = begin(&world, &new).await.ok(201);
    let again = begin(&world, &new).await.ok(201);
    assert_eq!(first.text("/member"), again.text("/member"));
    let me = call(
        &world,
        "GET /v1/me",
        Some(&first.text("/access_token")),
        None,
    )
    .await;
    assert_eq!(me.ok(200).text("/role"), "ae");
    // Nobody else does, and nobody by a token that another signed or that is for another.
    for token in [
        provider.token("pie", "new@elsewhere.example"),
        Provider::new().token("pie", "ana@t1.example"),
        provider.token("other", "ana@t1.example"),
    ] {
        begin(&world, &token).await.is(401, "unauthenticated");
    }
    // One customer's provider does not sign in another's people.
    put(&world, TWO, "staff", "pie")
        .await
        .is(409, "already_exists");
    // What is replaced is no longer good, and free for others.
    put(&world, ONE, "staff", "pie-2").await.ok(200);
    begin(&world, &ana).await.is(401, "unauthenticated");
    let moved = provider.token("pie-2", "ana@t1.example");
    begin(&world, &moved).await.ok(201);
    put(&world, TWO, "staff", "pie").await.ok(200);
    let line = "DELETE /v1/issuers/staff";
    world.call((ONE, "admin"), line, &[], None).await.ok(204);
    begin(&world, &moved).await.is(401, "unauthenticated");
}

#[tokio::test]
async fn of_an_erased_tenant_no_issuer_is_left_and_others_may_bring_it() {
    let provider = Provider::new();
    let world = world(&provider).await;
    put(&world, ONE, "staff", "pie").await.ok(200);
    put(&world, ONE, "guests", "pie-guests").await.ok(200);
    world.tenant(ONE).erase().await.unwrap();
    let token = provider.token("pie", "ana@t1.example");
    begin(&world, &token).await.is(401, "unauthenticated");
    for (name, audience) in [("staff", "pie"), ("guests", "pie-guests")] {
        put(&world, TWO, name, audience).await.ok(200);
    }
}

#[tokio::test]
async fn keys_that_cannot_be_read_are_counted_whether_others_are_at_hand_or_not() {
    let provider = Provider::new();
    let lines = Arc::new(Mutex::new(Vec::<Value>::new()));
    let answer = Arc::new(Mutex::new(Err("no answer".to_owned())));
    let (keep, says) = (Arc::clone(&lines), Arc::clone(&answer));
    let world = with(&provider, |config| {
        let sink: Sink = Arc::new(move |line| {
            let line = serde_json::from_str(line).unwrap();
            keep.lock().unwrap().push(line);
        });
        config.http.function = Function::new("api", Some(sink));
        config.fetch = Arc::new(move |_| {
            let says = says.lock().unwrap().clone();
            Box::pin(async move { says.map(String::into) })
        });
    });
    let world = world.await;
    put(&world, ONE, "staff", "pie").await.ok(200);
    let failures = async |says: Result<String, String>, status: u16| {
        *answer.lock().unwrap() = says;
        world.pass(3_600);
        let token = provider.token_at(world.store.now(), "pie", "ana@t1.example");
        begin(&world, &token).await.ok(status);
        let lines = std::mem::take(&mut *lines.lock().unwrap());
        let numbers = lines.iter().filter_map(|it| it["issuer_failures"].as_u64());
        numbers.collect::<Vec<_>>()
    };
    assert_eq!(failures(Err("no answer".to_owned()), 503).await, [1]);
    assert_eq!(failures(Ok("no keys".to_owned()), 503).await, [1]);
    assert_eq!(failures(Ok(provider.keys()), 201).await, [0]);
    // The keys are an hour old: they still do, and their provider is asked for new ones in vain.
    assert_eq!(failures(Err("no answer".to_owned()), 201).await, [1]);
}
