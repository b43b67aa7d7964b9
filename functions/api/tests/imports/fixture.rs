//! The API on an AWS in memory, with two tenants and keys of every kind.

#[path = "../world/schema.rs"]
mod schema;

use api::{App, Config, router};
use axum::Router;
use axum::body::Body;
use edge::Function;
use embedded::Aws as Embedded;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use identity::{
    ApiKey, Limit, Member, MemberId, NewApiKey, RateClass, Role, Scopes, Status, TenantCtx,
};
use jiff::Timestamp;
use model::TenantId;
use schema::Document;
use secrecy::ExposeSecret;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Aws, Import, ImportStatus, Names, Queue, Store, Tenant, random_array};
use tower::ServiceExt;

/// The API, at a time that only the test moves.
pub(crate) struct World {
    pub(crate) store: Store,
    router: Router,
    document: Document,
    now_s: Arc<AtomicI64>,
}

/// Somebody with a key.
#[derive(Clone)]
pub(crate) struct Who {
    pub(crate) tenant: Tenant,
    /// As the store names them.
    pub(crate) name: String,
    token: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
    pub(crate) body: Value,
}

impl Answer {
    /// Checks status and code of a problem, and that it says what helps.
    #[track_caller]
    pub(crate) fn is(self, status: u16, code: &str) -> Self {
        assert_eq!(
            (self.status, self.body["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.body
        );
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert!(!self.body["remedy"].as_str().unwrap().is_empty());
        self
    }

    #[track_caller]
    pub(crate) fn ok(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    pub(crate) fn text(&self, pointer: &str) -> String {
        let value = self.body.pointer(pointer).and_then(Value::as_str);
        value
            .unwrap_or_else(|| panic!("no text at {pointer} of {}", self.body))
            .to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let aws = Embedded::in_memory();
        let now_s = Arc::new(AtomicI64::new(1_800_000_000));
        let clock = Arc::clone(&now_s);
        let clock = move || Timestamp::from_second(clock.load(Ordering::SeqCst)).unwrap();
        let client = Aws::behind(aws.http_client(), aws.endpoint_url(), false);
        let store = Store::with_clock(client, Names::local(), Arc::new(clock));
        store.create().await.unwrap();
        let fetch: api::Fetch = Arc::new(|_| Box::pin(async { Err("no network".to_owned()) }));
        let mut config = Config::new(Function::new("api", None), fetch);
        let plenty = Limit::constant(100_000, 100_000, 1);
        config.limits = RateClass::ALL
            .into_iter()
            .map(|class| (class, plenty))
            .collect();
        change(&mut config);
        let app = App::new(store.clone(), config);
        let document = Document::of(&app);
        let router = router(app);
        Self {
            store,
            router,
            document,
            now_s,
        }
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.now_s.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) async fn tenant(&self, n: u8) -> TenantId {
        let id = TenantId::from_bytes([n; 16]);
        self.store.create_tenant(id, "A company").await.unwrap();
        id
    }

    /// A program that acts as a new member of this role.
    pub(crate) async fn member(&self, tenant: TenantId, role: Role) -> Who {
        let member = Member {
            id: MemberId::from_bytes(random_array()),
            email: format!("{}@company.example", store::unique(self.store.now()))
                .parse()
                .unwrap(),
            name: "Somebody".to_owned(),
            role,
            person: None,
            manager: None,
            team: None,
            status: Status::Active,
            epoch: 0,
            created_at: self.store.now(),
        };
        let system = self
            .store
            .tenant(&TenantCtx::system(tenant, "test", "req_test"));
        system.save_member(&member).await.unwrap();
        self.key(tenant, role, Some(member.id)).await
    }

    async fn key(&self, tenant: TenantId, role: Role, member: Option<MemberId>) -> Who {
        let ctx = TenantCtx::system(tenant, "test", "req_test");
        let new = NewApiKey {
            name: "test".to_owned(),
            scopes: Scopes::of(role),
            role,
            member,
            expires_at: None,
        };
        let keys = self.store.keys().await.unwrap();
        let (id, secret) = (random_array(), random_array());
        let (row, text) =
            ApiKey::mint(&new, &ctx, id, secret, &keys.pepper, self.store.now()).unwrap();
        let tenant = self.store.tenant(&ctx);
        let name = row.id.to_string();
        tenant.save_api_key(row).await.unwrap();
        // A directory is believed for a few seconds.
        self.pass(10);
        Who {
            tenant,
            name,
            token: text.expose_secret().to_owned(),
        }
    }

    pub(crate) async fn send(
        &self,
        who: &Who,
        request: http::request::Builder,
        body: impl Into<Body>,
    ) -> Answer {
        let request = request
            .header(AUTHORIZATION, format!("Bearer {}", who.token))
            .header("x-request-id", "req_test")
            .body(body.into())
            .unwrap();
        let (method, path) = (
            request.method().to_string(),
            request.uri().path().to_owned(),
        );
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        let answer = Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            bytes,
        };
        // What is no JSON has no schema to be held against.
        let plain = ["text/event-stream", "text/csv"]
            .iter()
            .any(|kind| answer.header("content-type").starts_with(kind));
        if !plain && let Err(wrong) = self.document.check(&method, &path, &answer) {
            panic!(
                "{method} {path}: {wrong} in {}: {}",
                answer.status, answer.body
            );
        }
        answer
    }

    /// A call: `GET /v1/jobs`.
    pub(crate) async fn call(&self, who: &Who, line: &str) -> Answer {
        let (method, path) = line.split_once(' ').unwrap();
        self.send(
            who,
            Request::builder().method(method).uri(path),
            Body::empty(),
        )
        .await
    }

    pub(crate) async fn json(&self, who: &Who, line: &str, body: Value) -> Answer {
        self.json_with(who, line, &[], body).await
    }

    pub(crate) async fn json_with(
        &self,
        who: &Who,
        line: &str,
        headers: &[(&str, &str)],
        body: Value,
    ) -> Answer {
        let (method, path) = line.split_once(' ').unwrap();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(CONTENT_TYPE, "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        self.send(who, request, body.to_string()).await
    }

    /// Uploads a part; without a range the whole file.
    pub(crate) async fn put(
        &self,
        who: &Who,
        path: &str,
        range: Option<&str>,
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::put(path);
        if let Some(range) = range {
            request = request.header("content-range", range);
        }
        self.send(who, request, body).await
    }

    pub(crate) async fn import(&self, who: &Who) -> String {
        let made = self
            .json(
                who,
                "POST /v1/imports",
                serde_json::json!({"source": "crm"}),
            )
            .await
            .ok(201);
        made.text("/id")
    }

    /// An import with a small file.
    pub(crate) async fn filled(&self, who: &Who) -> String {
        let id = self.import(who).await;
        let path = format!("/v1/imports/{id}/files/deals.csv");
        self.put(who, &path, None, "Deal,Stage\n1,Lead\n")
            .await
            .ok(200);
        id
    }

    /// What the function of a queue would be told.
    pub(crate) async fn messages(&self, queue: Queue) -> Vec<Value> {
        let received = self.store.receive(queue, 0).await.unwrap();
        let receipts: Vec<String> = received.iter().map(|it| it.receipt.clone()).collect();
        self.store.acknowledge(queue, &receipts).await.unwrap();
        received
            .iter()
            .map(|it| serde_json::from_str(&it.body).unwrap())
            .collect()
    }

    /// Brings an import into a state, as `sync` would.
    pub(crate) async fn set(&self, who: &Who, import: &str, status: ImportStatus) {
        let edited = who
            .tenant
            .edit_document::<Import, store::Error>(import, |import| {
                import.status = status;
                import
                    .job
                    .get_or_insert_with(|| format!("job_{}", "0".repeat(26)));
                Ok(())
            });
        edited.await.unwrap();
    }
}
