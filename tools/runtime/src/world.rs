//! What a function works on: an AWS over loopback, with a tenant in it.

use crate::function::{Trigger, binary, find};
use crate::sandbox::{Outcome, Sandbox};
use anyhow::{Context, bail, ensure};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use bytes::Bytes;
use connector::verify::Address;
use http::{Method, Request, Response, StatusCode};
use identity::{ApiKey, NewApiKey, Role, Scopes, TenantCtx};
use model::{ConnectionId, TenantId};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::time::Duration;
use store::{
    AuthKind, Aws, Connection, ConnectionStatus, Names, Queue, Store, Tenant, WebhookInfo,
    random_array,
};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Larger than anything a function sends.
const MOST_BYTES: usize = 64 << 20;
/// A part of a file that is sent at once. Lambda takes events of six million bytes.
const PART: usize = 2 << 20;

/// An AWS of its own with a tenant in it.
#[derive(Debug)]
pub struct World {
    aws: embedded::Aws,
    endpoint: String,
    store: Store,
    tenant: TenantId,
    key: SecretString,
    server: JoinHandle<()>,
}

impl World {
    /// Starts one, with tables, queues and a tenant whose admin has a key.
    pub async fn start() -> anyhow::Result<Self> {
        let aws = embedded::Aws::in_memory();
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .context("cannot listen for calls to AWS")?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let router = Router::new().fallback(answer).with_state(aws.clone());
        let server = tokio::spawn(async move {
            // It ends with the world.
            drop(axum::serve(listener, router).await);
        });
        let clients = Aws::behind(aws.http_client(), aws.endpoint_url(), false);
        let store = Store::new(clients, Names::local()).create().await?;
        let tenant = TenantId::from_bytes([1; 16]);
        store.create_tenant(tenant, "Harbor Works").await?;
        let key = admin_key(&store, tenant).await?;
        Ok(Self {
            aws,
            endpoint,
            store,
            tenant,
            key,
            server,
        })
    }

    /// The AWS, for faults and counts.
    pub fn aws(&self) -> &embedded::Aws {
        &self.aws
    }

    /// The store, for what was there before a function came.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The tenant's part of the store.
    pub fn tenant(&self) -> Tenant {
        self.store
            .tenant(&TenantCtx::system(self.tenant, "world", "req_world"))
    }

    /// The header by which the admin is known.
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.key.expose_secret())
    }

    /// The environment of a function: what Lambda sets, and what the templates do.
    pub fn environment(&self, function: &str) -> anyhow::Result<Vec<(String, String)>> {
        let function = find(function)?;
        let (name, endpoint) = (function.name, &self.endpoint);
        let queue = |of: Queue| format!("{endpoint}/000000000000/pie-{of}");
        let mut variables = vec![
            // What Lambda sets.
            ("AWS_LAMBDA_FUNCTION_NAME", format!("pie-{name}")),
            (
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                function.memory_mb.to_string(),
            ),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            (
                "AWS_LAMBDA_LOG_GROUP_NAME",
                format!("/aws/lambda/pie-{name}"),
            ),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "stream".to_owned()),
            ("AWS_REGION", self.aws.region().to_owned()),
            ("AWS_ACCESS_KEY_ID", "embedded".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "embedded".to_owned()),
            // What leads here instead of to AWS.
            ("AWS_ENDPOINT_URL", endpoint.clone()),
            // What the templates set.
            ("PIE_TABLE", "pie".to_owned()),
            ("PIE_BUCKET", "pie".to_owned()),
            ("PIE_QUEUE_SYNC", queue(Queue::Sync)),
            ("PIE_QUEUE_SIMULATE", queue(Queue::Simulate)),
            ("PIE_QUEUE_DELIVER", queue(Queue::Deliver)),
            ("PIE_SECRET", "pie/keys".to_owned()),
            ("PIE_KMS_KEY", "alias/pie".to_owned()),
            ("PIE_MAIL_FROM", "Pie <pie@pie.example>".to_owned()),
            ("PIE_LOG", "info".to_owned()),
        ];
        if function.trigger == Trigger::Http {
            variables.push(("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", "true".to_owned()));
        }
        if name == "api" {
            variables.push(("PIE_STREAMING", "true".to_owned()));
        }
        if function.trigger == Trigger::Http || name == "deliver" {
            variables.push(("PIE_PUBLIC_URL", "https://api.pie.example".to_owned()));
        }
        let owned = |(name, value): (&str, String)| (name.to_owned(), value);
        Ok(variables.into_iter().map(owned).collect())
    }

    /// A process of a function that is ready for its first event.
    pub async fn sandbox(&self, function: &str) -> anyhow::Result<Sandbox> {
        self.sandbox_without(function, "").await
    }

    /// The same, without one of the variables.
    pub async fn sandbox_without(&self, function: &str, variable: &str) -> anyhow::Result<Sandbox> {
        let mut environment = self.environment(function)?;
        environment.retain(|(name, _)| name != variable);
        Sandbox::start(find(function)?.name, &binary(function)?, &environment).await
    }

    /// Calls the API in the admin's name; gives status and body.
    pub async fn call(
        &self,
        api: &mut Sandbox,
        line: &str,
        body: Option<Value>,
    ) -> anyhow::Result<(u64, Value)> {
        let body = body.map(|body| ("application/json", body.to_string().into_bytes()));
        self.send(api, line, &[], body).await
    }

    /// The same with headers and a body of any type.
    pub async fn send(
        &self,
        api: &mut Sandbox,
        line: &str,
        headers: &[(&str, &str)],
        body: Option<(&str, Vec<u8>)>,
    ) -> anyhow::Result<(u64, Value)> {
        let bearer = self.bearer();
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        let bytes = body.map(|(kind, bytes)| {
            all.push(("content-type", kind));
            bytes
        });
        let event = http_event(line, &all, bytes.as_deref())?;
        let outcome = api
            .invoke(event.to_string().as_bytes(), find("api")?.timeout)
            .await?;
        let Outcome::Answered(answer) = outcome else {
            bail!(
                "{line} came to nothing: {outcome:?}\n{}",
                api.lines().join("\n")
            );
        };
        let status = answer.value["statusCode"].as_u64().unwrap_or_default();
        let text = answer.value["body"].as_str().unwrap_or_default();
        Ok((
            status,
            serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        ))
    }

    /// Makes an import through the API and uploads its files; gives its id. What is done with it
    /// then is asked for through the API too.
    pub async fn upload(
        &self,
        api: &mut Sandbox,
        source: &str,
        options: &Value,
        files: &[(String, String)],
    ) -> anyhow::Result<String> {
        let made = json!({"source": source, "options": options});
        let (status, import) = self.call(api, "POST /v1/imports", Some(made)).await?;
        let id = import["id"].as_str();
        let id = id.with_context(|| format!("no import was made: {status} {import}"))?;
        for (name, content) in files {
            let line = format!("PUT /v1/imports/{id}/files/{name}");
            let (mut from, whole) = (0, content.len());
            for part in content.as_bytes().chunks(PART) {
                let range = format!("bytes {from}-{}/{whole}", from + part.len() - 1);
                let headers = [("content-range", range.as_str())];
                let body = Some(("application/octet-stream", part.to_vec()));
                let (status, answer) = self.send(api, &line, &headers, body).await?;
                ensure!(
                    status < 300,
                    "a part of {name} was not taken: {status} {answer}"
                );
                from += part.len();
            }
        }
        Ok(id.to_owned())
    }

    /// A connection to a source that pushes, with what its webhook is signed with; gives its id.
    /// Its address is that of the `n`-th sample.
    pub async fn connect(&self, n: u8, source: &str, secret: &str) -> anyhow::Result<ConnectionId> {
        let tenant = self.tenant();
        let id: Vec<u8> = [1, n].repeat(8);
        let id = ConnectionId::from_bytes(id.try_into().unwrap_or_default());
        let address = Address::new(self.tenant, id, [n; 16]);
        let connection = Connection {
            status: ConnectionStatus::Active,
            webhook: Some(WebhookInfo {
                path_token_digest: Some(address.digest()),
                active: true,
            }),
            ..Connection::new(id, source, AuthKind::Key, "user_1", tenant.now())
        };
        tenant.create_document(connection).await?;
        let secrets = vec![SecretString::from(secret)];
        tenant.put_webhook_secrets(id, secrets).await?;
        Ok(id)
    }

    /// Takes off a queue whatever waits on it.
    pub async fn empty(&self, queue: Queue) -> anyhow::Result<()> {
        loop {
            let received = self.store.receive(queue, 0).await?;
            if received.is_empty() {
                return Ok(());
            }
            let receipts: Vec<_> = received
                .into_iter()
                .map(|message| message.receipt)
                .collect();
            self.store.acknowledge(queue, &receipts).await?;
        }
    }

    /// How long a received message of a queue is hidden: what Lambda asks when a function is put
    /// behind it, in the function's role.
    pub(crate) async fn visibility(&self, queue: Queue) -> anyhow::Result<Duration> {
        let body = json!({
            "QueueUrl": format!("{}/000000000000/pie-{queue}", self.endpoint),
            "AttributeNames": ["VisibilityTimeout"],
        });
        let request = Request::post("/")
            .header("x-amz-target", "AmazonSQS.GetQueueAttributes")
            .header("user-agent", format!("app/pie-{queue}"))
            .body(Bytes::from(body.to_string()))?;
        let answer: Value = serde_json::from_slice(self.aws.answer(request).await.body())?;
        let seconds = answer["Attributes"]["VisibilityTimeout"].as_str();
        let seconds = seconds.and_then(|seconds| seconds.parse().ok());
        Ok(Duration::from_secs(seconds.with_context(|| {
            format!("the queue {queue} does not say how long messages are hidden: {answer}")
        })?))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn admin_key(store: &Store, tenant: TenantId) -> anyhow::Result<SecretString> {
    let ctx = TenantCtx::system(tenant, "world", "req_world");
    let new = NewApiKey {
        name: "the admin's".to_owned(),
        scopes: Scopes::of(Role::Admin),
        role: Role::Admin,
        member: None,
        expires_at: None,
    };
    let pepper = &store.keys().await?.pepper;
    let (row, key) = ApiKey::mint(
        &new,
        &ctx,
        random_array(),
        random_array(),
        pepper,
        store.now(),
    )?;
    store.tenant(&ctx).save_api_key(row).await?;
    Ok(key)
}

async fn answer(State(aws): State<embedded::Aws>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, MOST_BYTES).await else {
        let mut refused = Response::new(Body::empty());
        *refused.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return refused;
    };
    let answered = aws.answer(Request::from_parts(parts, bytes)).await;
    answered.map(Body::from)
}

/// A request as API Gateway hands it to a function: `GET /v1/deals?limit=5`.
pub fn http_event(
    line: &str,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
) -> anyhow::Result<Value> {
    let (method, path) = line
        .split_once(' ')
        .with_context(|| format!("{line} is no request; one is `GET /v1/me`"))?;
    let method: Method = method.parse()?;
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut all = json!({"host": "api.pie.example", "x-forwarded-for": "192.0.2.7"});
    for (name, value) in headers {
        all[*name] = (*value).into();
    }
    let body = body.map(|body| String::from_utf8_lossy(body).into_owned());
    Ok(json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": all,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "a1b2c3d4e5",
            "domainName": "api.pie.example",
            "domainPrefix": "api",
            "http": {
                "method": method.as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.7",
                "userAgent": "runtime",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "30/Sep/2026:09:00:00 +0000",
            "timeEpoch": 1_790_758_800_000_u64,
        },
        "body": body,
        "isBase64Encoded": false,
    }))
}
