//! Two tenants, a provider that keeps to RFC 6749 and RFC 7636, and people who went to it.

use axum::body::Body;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use edge::Function;
use embedded::Aws;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use identity::TenantCtx;
use jiff::Timestamp;
use model::{ConnectionId, TenantId};
use oauth::App;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{
    AuthKind, Connection, ConnectionStatus, Names, OauthPurpose, OauthState, Queue, Store, Tenant,
};
use tokio::sync::Barrier;
use tower::ServiceExt;

const START: i64 = 1_763_300_000;
const PUBLIC: &str = "https://pie.example";
/// The cookie of the browser that everything is begun in.
pub(crate) const COOKIE: &str = "the-browser";
const VERIFIER: &str = "a-verifier-that-only-we-and-the-table-know-of";

const APPS: &str = r#"{
    "salesforce": {"client_id": "pie", "client_secret": "hush"},
    "hubspot": {"client_id": "pie", "client_secret": "hush"}
}"#;

/// Codes that were given out, with the challenge each is bound to.
type Codes = Arc<Mutex<BTreeMap<String, String>>>;

pub(crate) struct World {
    pub(crate) aws: Aws,
    pub(crate) store: Store,
    router: axum::Router,
    codes: Codes,
    gate: Gate,
}

pub(crate) fn tenant_id(n: u8) -> TenantId {
    TenantId::from_bytes([n; 16])
}

pub(crate) fn connection_id(n: u8) -> ConnectionId {
    ConnectionId::from_bytes([n; 16])
}

fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// Where the provider waits before it says which account was granted, until as many are there.
type Gate = Arc<Mutex<Option<Arc<Barrier>>>>;

/// The account somebody consents for: a code that begins so is for another one.
const OTHER: &str = "other";

fn account(code: &str) -> &'static str {
    if code.starts_with(OTHER) {
        "org2"
    } else {
        "org1"
    }
}

/// What a provider answers at its token's address.
fn token(codes: &Codes, form: &str) -> (u16, Value) {
    let field = |name: &str| {
        let mut pairs = form.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find_map(|(known, value)| (known == name).then(|| value.to_owned()))
    };
    let refused = (400, json!({"error": "invalid_grant"}));
    // A code is good once, whatever else is wrong.
    let bound = codes
        .lock()
        .unwrap()
        .remove(&field("code").unwrap_or_default());
    let shown = challenge(&field("code_verifier").unwrap_or_default());
    if bound != Some(shown) {
        return refused;
    }
    let account = account(&field("code").unwrap_or_default());
    let answer = json!({
        "access_token": account, "refresh_token": "refresh",
        "instance_url": "https://org1.my.salesforce.com",
    });
    (200, answer)
}

/// The provider, from both its addresses.
fn provider(codes: &Codes, gate: &Gate) -> pull::Transport {
    let (codes, gate) = (Arc::clone(codes), Arc::clone(gate));
    Arc::new(move |request: Request<Bytes>| {
        let mut barrier = None;
        let form = String::from_utf8_lossy(request.body()).into_owned();
        let (status, body) = match request.uri().path() {
            path if path.ends_with("/token") => token(&codes, &form),
            path if path.ends_with("/userinfo") => (
                200,
                json!({"email": "ana@t1.example", "email_verified": true, "organization_id": "org1"}),
            ),
            path if path.ends_with("/sobjects/Organization/describe") => {
                (200, json!({"fields": [{"name": "Id"}, {"name": "Name"}]}))
            }
            path if path.contains("/query") => {
                barrier.clone_from(&gate.lock().unwrap());
                let bearer = request.headers()["authorization"].to_str().unwrap();
                let account = bearer.strip_prefix("Bearer ").unwrap();
                (200, json!({"done": true, "records": [{"Id": account}]}))
            }
            _ => (404, Value::Null),
        };
        let mut response = http::Response::new(Bytes::from(body.to_string()));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        Box::pin(async move {
            if let Some(barrier) = barrier {
                barrier.wait().await;
            }
            Ok(response)
        })
    })
}

impl World {
    /// Two tenants, each with a connection to Salesforce that waits for consent.
    pub(crate) async fn new() -> Self {
        let at = Timestamp::from_second(START).unwrap();
        let aws = Aws::in_memory_with(embedded::Clock::manual(at));
        let client = store::Aws::behind(aws.http_client(), aws.endpoint_url(), false);
        let clock = {
            let aws = aws.clone();
            Arc::new(move || aws.clock().now())
        };
        let store = Store::with_clock(client, Names::local(), clock);
        store.create().await.unwrap();
        store.put_source_apps(&APPS.into()).await.unwrap();
        let (codes, gate) = (Codes::default(), Gate::default());
        let router = oauth::router(App {
            store: store.clone(),
            function: Function::new("oauth", None),
            transport: provider(&codes, &gate),
            local: false,
            public_url: PUBLIC.to_owned(),
        });
        let world = Self {
            aws,
            store,
            router,
            codes,
            gate,
        };
        for n in [1, 2] {
            let name = format!("Tenant {n}");
            let made = world.store.create_tenant(tenant_id(n), &name);
            made.await.unwrap();
            world.waits(n, n, "Head office").await;
        }
        world
    }

    /// One more connection of a tenant to Salesforce that waits for consent.
    pub(crate) async fn waits(&self, tenant: u8, n: u8, name: &str) {
        let now = self.store.now();
        let connection = Connection {
            name: name.to_owned(),
            ..Connection::new(connection_id(n), "salesforce", AuthKind::Oauth, "test", now)
        };
        let tenant = self.tenant(tenant);
        let made = tenant.create_document(connection);
        made.await.unwrap();
    }

    /// From now on the provider says which account was granted when so many are there.
    pub(crate) fn gather(&self, most: usize) -> Arc<Barrier> {
        let barrier = Arc::new(Barrier::new(most));
        *self.gate.lock().unwrap() = Some(Arc::clone(&barrier));
        barrier
    }

    pub(crate) fn tenant(&self, n: u8) -> Tenant {
        let ctx = TenantCtx::system(tenant_id(n), "test", "req_test");
        self.store.tenant(&ctx)
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.aws.clock().advance(Duration::from_secs(seconds));
    }

    /// Somebody of tenant 1 who goes to Salesforce from this browser to connect it.
    pub(crate) fn going(&self) -> OauthState {
        OauthState {
            tenant: Some(tenant_id(1)),
            by: "member_1".to_owned(),
            session: store::oauth_session(COOKIE),
            provider: "salesforce".to_owned(),
            connection: Some(connection_id(1)),
            purpose: OauthPurpose::Connect,
            verifier: VERIFIER.into(),
            redirect_uri: format!("{PUBLIC}/v1/oauth/salesforce/callback"),
            return_to: "connections".to_owned(),
            created_at: self.store.now(),
        }
    }

    /// Remembers them; gives their state.
    pub(crate) async fn away(&self, state: &OauthState) -> String {
        let state = self.store.put_oauth_state(state).await.unwrap();
        state.expose_secret().to_owned()
    }

    /// They consent; gives the code, bound to what we took along.
    pub(crate) fn consent(&self, code: &str) -> String {
        let mut codes = self.codes.lock().unwrap();
        codes.insert(code.to_owned(), challenge(VERIFIER));
        code.to_owned()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// A browser comes back: path and query, and its cookie.
    pub(crate) async fn back(&self, target: &str, cookie: Option<&str>) -> Response {
        let mut request = Request::get(target);
        if let Some(cookie) = cookie {
            request = request.header("cookie", format!("other=1; pie_oauth={cookie}"));
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Somebody presses the button of a page.
    pub(crate) async fn confirm(&self, path: &str, form: &str) -> Response {
        let request = Request::post(path)
            .header("host", "pie.example")
            .header("origin", PUBLIC)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()));
        self.send(request.unwrap()).await
    }

    /// Whether anything was accepted: a connection that is read, a token, a job or a message.
    pub(crate) async fn accepted(&self) -> bool {
        for n in [1, 2] {
            let tenant = self.tenant(n);
            let id = connection_id(n);
            let kept = tenant
                .document::<Connection>(&id.to_string())
                .await
                .unwrap();
            let token = tenant.credential(id).await.unwrap();
            if kept.value.status != ConnectionStatus::Pending || token.is_some() {
                return true;
            }
        }
        !self.store.receive(Queue::Sync, 0).await.unwrap().is_empty()
    }
}

/// What people see.
pub(crate) async fn page(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}
