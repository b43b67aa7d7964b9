//! Tenants with connections, sources that sign, and the queue behind.

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use connector::verify::Address;
use edge::Function;
use embedded::Aws;
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use identity::TenantCtx;
use jiff::Timestamp;
use model::{ConnectionId, TenantId};
use secrecy::SecretString;
use serde_json::Value;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;
use store::{
    AuthKind, Connection, ConnectionStatus, Lookup, Names, Queue, Secrets, Store, Tenant,
    WebhookInfo,
};
use tower::ServiceExt;
use webhook::{App, Config};

pub(crate) const START: i64 = 1_763_300_000;
pub(crate) const PUBLIC: &str = "https://hooks.pie.example";
pub(crate) const STRIPE: &str = "whsec_of the endpoint";
pub(crate) const HUBSPOT: &str = "the app's own secret";
pub(crate) const PIPEDRIVE: &str = "pie:correct horse";

pub(crate) struct World {
    pub(crate) aws: Aws,
    pub(crate) store: Store,
    router: axum::Router,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
}

pub(crate) fn tenant_id(n: u8) -> TenantId {
    TenantId::from_bytes([n; 16])
}

pub(crate) fn connection_id(tenant: u8, n: u8) -> ConnectionId {
    ConnectionId::from_bytes([tenant, n].repeat(8).try_into().unwrap())
}

pub(crate) fn address(tenant: u8, n: u8) -> Address {
    Address::new(tenant_id(tenant), connection_id(tenant, n), [n; 16])
}

impl World {
    pub(crate) async fn new() -> Self {
        let at = Timestamp::from_second(START).unwrap();
        let aws = Aws::in_memory_with(embedded::Clock::manual(at));
        let store = store_on(&aws).create().await.unwrap();
        for n in [1, 2] {
            let made = store.create_tenant(tenant_id(n), "Harbor Works");
            made.await.unwrap();
        }
        let router = router_on(&aws);
        Self { aws, store, router }
    }

    pub(crate) fn tenant(&self, n: u8) -> Tenant {
        let ctx = TenantCtx::system(tenant_id(n), "test", "req_1");
        self.store.tenant(&ctx)
    }

    pub(crate) fn now(&self) -> i64 {
        self.store.now().as_second()
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.aws.clock().advance(Duration::from_secs(seconds));
    }

    /// A connection that is awake, and its webhook's address.
    pub(crate) async fn connect(
        &self,
        tenant: u8,
        n: u8,
        source: &str,
        edit: impl FnOnce(&mut Connection),
    ) -> String {
        let of = self.tenant(tenant);
        let address = address(tenant, n);
        let at = of.now();
        let id = address.connection;
        let mut connection = Connection {
            status: ConnectionStatus::Active,
            webhook: Some(WebhookInfo {
                path_token_digest: Some(address.digest()),
                active: true,
            }),
            ..Connection::new(id, source, AuthKind::Key, "member_1", at)
        };
        edit(&mut connection);
        if let Some(account) = &connection.account {
            let portal = Lookup::Portal(source, account);
            of.note_lookup(portal, &id.to_string()).await.unwrap();
        }
        of.create_document(connection).await.unwrap();
        // What is awake has been granted access, so the tenant has a key.
        of.put_credential(id, granted(at)).await.unwrap();
        format!("/v1/webhooks/{source}/{address}")
    }

    pub(crate) async fn keep_secrets(&self, tenant: u8, n: u8, secrets: &[&str]) {
        let secrets = secrets.iter().map(|it| SecretString::from(*it)).collect();
        let (of, id) = (self.tenant(tenant), connection_id(tenant, n));
        of.put_webhook_secrets(id, secrets).await.unwrap();
    }

    pub(crate) async fn edit(
        &self,
        tenant: u8,
        n: u8,
        edit: impl Fn(&mut Connection) + Send + Sync,
    ) {
        let (of, id) = (self.tenant(tenant), connection_id(tenant, n).to_string());
        let edited = of.edit_document::<Connection, store::Error>(&id, |connection| {
            edit(connection);
            Ok(())
        });
        edited.await.unwrap();
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Answer {
            status,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// What Stripe would send now.
    pub(crate) fn stripe(&self, path: &str, secret: &str, body: &str) -> Request<Body> {
        let at = self.now();
        let tag = hex(&tag(secret, &format!("{at}.{body}")));
        let signature = format!("t={at},v1={tag}");
        post(path, &[("stripe-signature", &signature)], body)
    }

    /// What HubSpot would send now.
    pub(crate) fn hubspot(&self, path: &str, secret: &str, body: &str) -> Request<Body> {
        let at = self.store.now().as_millisecond().to_string();
        let tag = STANDARD.encode(tag(secret, &format!("POST{PUBLIC}{path}{body}{at}")));
        let headers = [
            ("x-hubspot-signature-v3", tag.as_str()),
            ("x-hubspot-request-timestamp", &at),
        ];
        post(path, &headers, body)
    }

    /// All messages that are waiting, and takes them off.
    pub(crate) async fn queued(&self) -> Vec<Value> {
        let mut bodies = Vec::new();
        loop {
            let received = self.store.receive(Queue::Sync, 0).await.unwrap();
            if received.is_empty() {
                return bodies;
            }
            for message in received {
                bodies.push(serde_json::from_str(&message.body).unwrap());
                let receipts = [message.receipt];
                let done = self.store.acknowledge(Queue::Sync, &receipts);
                done.await.unwrap();
            }
        }
    }
}

fn granted(at: Timestamp) -> Secrets {
    Secrets {
        access: "access".to_owned().into(),
        refresh: None,
        expires_at: None,
        issued_at: at,
        scope: None,
        extra: BTreeMap::new(),
    }
}

fn store_on(aws: &Aws) -> Store {
    let clock = aws.clock().clone();
    let clock = std::sync::Arc::new(move || clock.now());
    let aws = store::Aws::behind(aws.http_client(), aws.endpoint_url(), false);
    Store::with_clock(aws, Names::local(), clock)
}

/// A function that has just started.
fn router_on(aws: &Aws) -> axum::Router {
    let config = Config::new(Function::new("webhook", None), PUBLIC);
    webhook::router(App::new(store_on(aws), config))
}

pub(crate) fn post(path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::post(path).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).unwrap()
}

pub(crate) fn basic(path: &str, credentials: &str, body: &str) -> Request<Body> {
    let value = format!("Basic {}", STANDARD.encode(credentials));
    post(path, &[("authorization", &value)], body)
}

fn tag(secret: &str, text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
