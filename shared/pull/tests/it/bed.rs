//! A tenant on an embedded AWS beside two vendors, all by one clock.

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use embedded::{Aws, Moment};
use http_body_util::BodyExt;
use identity::TenantCtx;
use jiff::{SignedDuration, Timestamp};
use model::{ConnectionId, TenantId};
use pull::{Apps, Failed, Settings, Source, Transport};
use secrecy::SecretString;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{AuthKind, Connection, ConnectionStatus, Names, Secrets, Store, Tenant};
use tokio::task::JoinHandle;
use vendors::crm::{Clock, Crm};
use vendors::faults::Faults;
use vendors::hubspot::{self, HubSpot};
use vendors::oauth::{Issued, OAuth};
use vendors::salesforce::{self, Salesforce};

pub(crate) const START: Timestamp = Timestamp::constant(1_790_000_000, 0);
/// How finely sleeping moves the clock.
const TICK: Duration = Duration::from_millis(20);
/// Where refresh tokens are taken to, of both vendors.
const TOKEN: &str = "/token";

/// A request as the vendor saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) form: String,
    pub(crate) at: Timestamp,
    pub(crate) status: u16,
}

impl Seen {
    pub(crate) fn is_refresh(&self) -> bool {
        self.path.ends_with(TOKEN)
    }
}

/// The way to the vendors, and what is noted on it.
pub(crate) struct Wire {
    aws: Aws,
    routers: BTreeMap<&'static str, Router>,
    /// What goes wrong with calls.
    pub(crate) calls: Arc<Faults>,
    /// What goes wrong with refreshes.
    pub(crate) refreshes: Arc<Faults>,
    /// How long a refresh is on its way to the vendor, and its answer on the way back.
    pub(crate) lag: Mutex<(Duration, Duration)>,
    /// Whoever refreshes next dies, before or after the vendor has answered.
    pub(crate) death: Mutex<Option<Moment>>,
    seen: Mutex<Vec<Seen>>,
}

impl Wire {
    /// What was seen since the last look.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }

    async fn carry(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, Failed> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let broken = |why: &str| Failed::NoAnswer {
            host: host.clone(),
            source: why.to_owned().into(),
        };
        let source = host.split('.').next().unwrap_or_default();
        let Some(router) = self.routers.get(source).cloned() else {
            self.note(&host, &request, 0);
            return Err(broken("nobody is there"));
        };
        let is_refresh = request.uri().path().ends_with(TOKEN);
        let (mut faults, mut lag, mut death) = (&self.calls, Default::default(), None);
        if is_refresh {
            faults = &self.refreshes;
            lag = *self.lag.lock().unwrap();
            death = self.death.lock().unwrap().take();
        }
        tokio::time::sleep(lag.0).await;
        if death == Some(Moment::Before) {
            self.die().await;
        }
        let (mut parts, body) = request.clone().into_parts();
        parts.headers.insert("host", host.parse().unwrap());
        let answer = faults
            .call(router, http::Request::from_parts(parts, Body::from(body)))
            .await;
        let status = answer.as_ref().map_or(0, |it| it.status().as_u16());
        self.note(&host, &request, status);
        if death == Some(Moment::After) {
            self.die().await;
        }
        tokio::time::sleep(lag.1).await;
        let Ok(answer) = answer else {
            return Err(broken("the connection broke"));
        };
        let (parts, body) = answer.into_parts();
        let Ok(body) = body.collect().await else {
            return Err(broken("the answer broke off"));
        };
        let mut body = body.to_bytes();
        let packed = parts.headers.get("content-encoding");
        if packed.is_some_and(|it| it == "gzip") {
            body = pull::unpack(&body, &host)?;
        }
        Ok(http::Response::from_parts(parts, body))
    }

    fn note(&self, host: &str, request: &http::Request<Bytes>, status: u16) {
        self.seen.lock().unwrap().push(Seen {
            host: host.to_owned(),
            path: request.uri().path().to_owned(),
            form: String::from_utf8_lossy(request.body()).into_owned(),
            at: self.aws.clock().now(),
            status,
        });
    }

    async fn die(&self) {
        self.aws.faults().kill();
        std::future::pending::<()>().await;
    }
}

pub(crate) struct Bed {
    pub(crate) aws: Aws,
    pub(crate) salesforce: Arc<Salesforce>,
    pub(crate) hubspot: Arc<HubSpot>,
    pub(crate) wire: Arc<Wire>,
    tenant_id: TenantId,
    own: Store,
    ticker: JoinHandle<()>,
}

impl Drop for Bed {
    fn drop(&mut self) {
        self.ticker.abort();
    }
}

impl Bed {
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// One whose vendors are told more.
    pub(crate) async fn with(tell: impl Fn(&mut vendors::Settings)) -> Self {
        let aws = Aws::in_memory_with(embedded::Clock::manual(START));
        // Whoever sleeps lets the one clock go on.
        let slept = aws.clock().clone();
        let ticker = tokio::spawn(async move {
            loop {
                tokio::time::sleep(TICK).await;
                slept.advance(TICK);
            }
        });
        let ticking = aws.clock().clone();
        let clock: Clock = Arc::new(move || ticking.now());
        let settings = || {
            let mut settings = vendors::Settings::new(Arc::clone(&clock));
            tell(&mut settings);
            settings
        };
        let crm = |ids| Crm::empty(ids, Arc::clone(&clock));
        let salesforce = Salesforce::new(crm(salesforce::id), settings());
        let hubspot = HubSpot::new(crm(hubspot::id), settings());
        let routers = BTreeMap::from([
            ("salesforce", salesforce.router()),
            ("hubspot", hubspot.router()),
        ]);
        let own = store_on(&aws);
        own.create().await.unwrap();
        let tenant_id = TenantId::from_bytes([1; 16]);
        own.create_tenant(tenant_id, "Harbor Works").await.unwrap();
        let wire = Wire {
            aws: aws.clone(),
            routers,
            calls: Faults::none(),
            refreshes: Faults::none(),
            lag: Mutex::default(),
            death: Mutex::default(),
            seen: Mutex::default(),
        };
        Self {
            aws,
            salesforce,
            hubspot,
            wire: Arc::new(wire),
            tenant_id,
            own,
            ticker,
        }
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.aws.clock().advance(Duration::from_secs(seconds));
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.aws.clock().now()
    }

    pub(crate) fn tenant(&self) -> Tenant {
        tenant_of(&self.own, self.tenant_id)
    }

    /// Clients of a program that died hear nothing more, those of the test neither.
    pub(crate) fn renew(&mut self) {
        self.own = store_on(&self.aws);
    }

    pub(crate) fn oauth(&self, source: &str) -> &Arc<OAuth> {
        match source {
            "salesforce" => self.salesforce.oauth(),
            _ => self.hubspot.oauth(),
        }
    }

    pub(crate) fn transport(&self) -> Transport {
        let wire = Arc::clone(&self.wire);
        Arc::new(move |request| {
            let wire = Arc::clone(&wire);
            Box::pin(async move { wire.carry(request).await })
        })
    }

    pub(crate) fn settings(&self) -> Settings {
        let apps = json!({
            "sandbox:salesforce": {"client_id": salesforce::CLIENT_ID, "client_secret": salesforce::CLIENT_SECRET},
            "sandbox:hubspot": {"client_id": hubspot::CLIENT_ID, "client_secret": hubspot::CLIENT_SECRET},
        });
        Settings {
            transport: self.transport(),
            apps: Apps::read(Some(&apps.to_string())).unwrap(),
            local: true,
            limited: true,
        }
    }

    /// A connection to which access was just granted, and what was granted.
    pub(crate) async fn connect(&self, source: &str, name: &str) -> (ConnectionId, Issued) {
        let (id, tenant) = (self.id(name), self.tenant());
        tenant
            .create_document(connection(id, source, AuthKind::Oauth, self.now()))
            .await
            .unwrap();
        let issued = self.grant(source);
        let secrets = self.secrets(&issued);
        tenant.put_credential(id, secrets).await.unwrap();
        (id, issued)
    }

    /// A connection by a key.
    pub(crate) async fn connect_by_key(&self, key: &str) -> ConnectionId {
        let (id, tenant) = (self.id("key"), self.tenant());
        tenant
            .create_document(connection(id, "hubspot", AuthKind::Key, self.now()))
            .await
            .unwrap();
        let secrets = Secrets {
            access: key.to_owned().into(),
            refresh: None,
            expires_at: None,
            issued_at: self.now(),
            scope: None,
            extra: BTreeMap::new(),
        };
        tenant.put_credential(id, secrets).await.unwrap();
        id
    }

    pub(crate) fn id(&self, name: &str) -> ConnectionId {
        ConnectionId::derive(&self.tenant_id, "test", name)
    }

    pub(crate) fn grant(&self, source: &str) -> Issued {
        let scopes: &[&str] = match source {
            "salesforce" => &["api", "refresh_token"],
            _ => &hubspot::SCOPES,
        };
        self.oauth(source).grant(scopes)
    }

    pub(crate) fn secrets(&self, issued: &Issued) -> Secrets {
        let lasts = SignedDuration::from_secs(i64::from(issued.expires_in));
        Secrets {
            access: issued.access_token.clone().into(),
            refresh: issued.refresh_token.clone().map(SecretString::from),
            expires_at: Some(self.now() + lasts),
            issued_at: self.now(),
            scope: None,
            extra: BTreeMap::new(),
        }
    }

    pub(crate) async fn connection(&self, id: ConnectionId) -> Connection {
        let kept = self.tenant().document::<Connection>(&id.to_string()).await;
        kept.unwrap().value
    }

    /// The source as a worker has it that was just started.
    pub(crate) async fn source(&self, id: ConnectionId) -> Source {
        let store = store_on(&self.aws);
        let connection = self.connection(id).await;
        Self::source_with(
            connection,
            tenant_of(&store, self.tenant_id),
            self.settings(),
        )
    }

    pub(crate) fn source_with(
        connection: Connection,
        tenant: Tenant,
        settings: Settings,
    ) -> Source {
        let connector = connectors::find(&connection.source).unwrap();
        Source::new(connector, connection, tenant, settings)
    }
}

fn connection(id: ConnectionId, source: &str, auth: AuthKind, now: Timestamp) -> Connection {
    let mut connection = Connection::new(id, source, auth, "test", now);
    connection.status = ConnectionStatus::Active;
    connection.sandbox = true;
    connection.base_url = Some(format!("http://{source}.sandbox"));
    connection
}

fn tenant_of(store: &Store, id: TenantId) -> Tenant {
    store.tenant(&TenantCtx::system(id, "test", "req_1"))
}

fn store_on(aws: &Aws) -> Store {
    let clients = store::Aws::behind(aws.http_client(), aws.endpoint_url(), false);
    let clock = aws.clock().clone();
    Store::with_clock(clients, Names::local(), Arc::new(move || clock.now()))
}
