//! Connections, from the key or the consent to the end, against sources that answer by key.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod canary;
mod connect;
mod fields;
mod live;
mod sign_in;
mod source;
mod webhook;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "../world/mod.rs"]
mod world;

use embedded::Aws as Embedded;
use model::ConnectionId;
use serde_json::{Value, json};
use source::{Asked, sources};
use store::{Connection, Queue, Tenant};
use world::{Answer, Of, World};

pub(crate) const ONE: Of = Of(1);
pub(crate) const CRO: (Of, &str) = (ONE, "cro");

const APPS: &str = r#"{
    "hubspot": {"client_id": "pie-at-hubspot", "client_secret": "hush"},
    "sandbox:hubspot": {"client_id": "pie-in-sand", "client_secret": "hush"}
}"#;

pub(crate) struct Bed {
    pub(crate) world: World,
    pub(crate) asked: Asked,
}

impl Bed {
    /// One tenant, sources that answer, and a registration at HubSpot.
    pub(crate) async fn new() -> Self {
        Self::with(Embedded::in_memory(), |_| {}).await
    }

    pub(crate) async fn with(aws: Embedded, change: impl FnOnce(&mut api::Config)) -> Self {
        let asked = Asked::default();
        let world = World::with(aws, 2, 10, |config| {
            config.transport = sources(&asked);
            "https://pie.example/".clone_into(&mut config.public_url);
            change(config);
        });
        let world = world.await;
        world.store.put_source_apps(&APPS.into()).await.unwrap();
        Self { world, asked }
    }

    pub(crate) async fn call(&self, line: &str, body: Value) -> Answer {
        self.world.call(CRO, line, &[], Some(body)).await
    }

    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.world.get(CRO, target).await
    }

    pub(crate) fn tenant(&self) -> Tenant {
        self.world.tenant(ONE)
    }

    /// Connects Stripe with a key.
    pub(crate) async fn stripe(&self, key: &str) -> Answer {
        let body = json!({"source": "stripe", "auth": {"kind": "key", "key": key}});
        self.call("POST /v1/connections", body).await
    }

    /// A connection to Stripe with a good key, whose first sync is over.
    pub(crate) async fn settled(&self) -> String {
        let made = self.stripe("sk_good").await.ok(201);
        self.end(&made.text("/job")).await;
        self.messages().await;
        self.asked.take();
        made.text("/id")
    }

    pub(crate) async fn end(&self, job: &str) {
        let tenant = self.tenant();
        let ended = tenant.end_job(job, store::JobStatus::Succeeded, None, None);
        ended.await.unwrap();
    }

    pub(crate) async fn edit(&self, id: &str, mut edit: impl FnMut(&mut Connection) + Send) {
        let tenant = self.tenant();
        let edited = tenant.edit_document::<Connection, store::Error>(id, |connection| {
            edit(connection);
            Ok(())
        });
        edited.await.unwrap();
    }

    pub(crate) async fn kept(&self, id: &str) -> Connection {
        let kept = self.tenant().document::<Connection>(id).await.unwrap();
        kept.value
    }

    /// The key that is kept of a connection.
    pub(crate) async fn key(&self, id: &str) -> Option<String> {
        use secrecy::ExposeSecret;
        let id: ConnectionId = id.parse().unwrap();
        let kept = self.tenant().credential(id).await.unwrap()?;
        Some(kept.secrets.access.expose_secret().to_owned())
    }

    /// What `sync` would be told.
    pub(crate) async fn messages(&self) -> Vec<Value> {
        let received = self.world.store.receive(Queue::Sync, 0).await.unwrap();
        let receipts: Vec<String> = received.iter().map(|it| it.receipt.clone()).collect();
        let done = self.world.store.acknowledge(Queue::Sync, &receipts);
        done.await.unwrap();
        received
            .iter()
            .map(|it| serde_json::from_str(&it.body).unwrap())
            .collect()
    }

    /// The access token of a member who signed in with a code.
    pub(crate) async fn session(&self, name: &str) -> String {
        let email = format!("{name}@t1.example");
        let none = "Bearer none";
        let before = self.world.aws.mail().len();
        let body = Some(json!({"email": email}));
        let sent = self.world.call_as(none, "POST /v1/sign-in", &[], body);
        sent.await.ok(202);
        let text = self.world.aws.mail()[before].text.clone().unwrap();
        let code = text
            .split_whitespace()
            .find(|word| word.len() == 9 && word.contains('-'));
        let body = json!({"grant": "code", "email": email, "code": code});
        let begun = self
            .world
            .call_as(none, "POST /v1/sessions", &[], Some(body));
        begun.await.ok(201).text("/access_token")
    }

    /// What the audit log says was done, the newest first.
    pub(crate) async fn audit(&self) -> Vec<String> {
        let events = self.world.get((ONE, "admin"), "/v1/audit-events").await;
        let events = events.ok(200);
        let action = |event: &Value| event["action"].as_str().unwrap().to_owned();
        events.list("/data").iter().map(action).collect()
    }
}

/// What an address says behind a name.
pub(crate) fn query(url: &str, name: &str) -> String {
    let (_, query) = url.split_once('?').unwrap();
    let pair = query
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    pair.unwrap_or_else(|| panic!("no {name} in {url}"))
        .replace("%3A", ":")
        .replace("%2F", "/")
        .replace("%20", " ")
}
