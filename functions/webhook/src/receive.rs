//! One delivery: from whom, about what, to whom.

use crate::App;
use crate::fresh::Fresh;
use crate::message::Hints;
use axum::body::Bytes;
use axum::extract::{FromRequest, Path, State};
use connector::verify::{Address, Delivery, Refused, Signature, verify};
use connector::{Event, Text, Value, Webhook};
use edge::{Code, Problem, RequestId};
use http::{HeaderMap, Method, StatusCode, Uri};
use identity::TenantCtx;
use jiff::SignedDuration;
use model::{ConnectionId, TenantId};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use store::{Connection, ConnectionStatus, Lookup, Tenant};

/// Who works here, for feed and audit.
const FUNCTION: &str = "webhook";
/// What was read is believed so long.
const FRESH: SignedDuration = SignedDuration::from_mins(5);
/// And only so long where a delivery is to be turned down for it: a secret may have been changed,
/// or a connection made, a moment ago.
const IN_DOUBT: SignedDuration = SignedDuration::from_secs(10);

/// What was read of connections and of our registrations.
#[derive(Default)]
pub(crate) struct Known {
    links: Fresh<(TenantId, ConnectionId), Option<Link>>,
    accounts: Fresh<(&'static str, String), Vec<(TenantId, ConnectionId)>>,
    apps: Fresh<(), Apps>,
}

/// A connection, and what its source signs with.
struct Link {
    connection: Connection,
    secrets: Vec<SecretString>,
}

/// Our registrations at the sources, by source; for sandboxes behind `sandbox:`.
type Apps = HashMap<String, Registration>;

/// What an app's webhooks are signed with.
#[derive(Deserialize)]
struct Registration {
    client_secret: SecretString,
}

/// A request, its body as it was on the wire.
#[derive(FromRequest)]
pub(crate) struct Arrived {
    id: RequestId,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

/// Why nothing comes of a delivery.
#[derive(Clone, Copy)]
enum Down {
    /// Nobody wants it; its sender hears that all is well.
    Ignored(&'static str),
    /// Nobody we know signed it.
    Refused(Refused),
}

/// To the address of one connection, signed with a secret of its own.
pub(crate) async fn for_one(
    State(app): State<App>,
    Path((source, address)): Path<(String, String)>,
    arrived: Arrived,
) -> Result<StatusCode, Problem> {
    let (Some((source, webhook)), Ok(address)) = (pushes(&source), address.parse::<Address>())
    else {
        return down("none", Down::Ignored("there is no such address"));
    };
    let mut reason = Down::Ignored("there is no such connection");
    for bears in [FRESH, IN_DOUBT] {
        let link = app
            .link(address.tenant, address.connection, &arrived.id, bears)
            .await?;
        let Some(link) = &*link else { continue };
        match link.accepts(source, webhook.signature, &address, &arrived, &app) {
            Ok(()) => {
                let events = arrived.events(source, &webhook);
                return app
                    .hand_on(link, address.tenant, &arrived.id, &events)
                    .await;
            }
            Err(why) => reason = why,
        }
    }
    down(source, reason)
}

/// To the one address of a source that sends the events of all accounts there, signed with our app's
/// secret.
pub(crate) async fn for_all(
    State(app): State<App>,
    Path(source): Path<String>,
    arrived: Arrived,
) -> Result<StatusCode, Problem> {
    let pushes = pushes(&source).filter(|(_, webhook)| webhook.account.is_some());
    let Some((source, webhook)) = pushes else {
        return down("none", Down::Ignored("there is no such address"));
    };
    let is_sandbox = match app.signer(source, webhook.signature, &arrived).await? {
        Ok(is_sandbox) => is_sandbox,
        Err(refused) => return down(source, Down::Refused(refused)),
    };
    let mut by_account: BTreeMap<Text, Vec<Event>> = BTreeMap::new();
    for event in arrived.events(source, &webhook) {
        // An event that names no account is nobody's.
        if let Some(account) = event.account.clone() {
            by_account.entry(account).or_default().push(event);
        }
    }
    for (account, events) in by_account {
        'connections: for (tenant, connection) in &*app.connections(source, account.into()).await? {
            for bears in [FRESH, IN_DOUBT] {
                let link = app.link(*tenant, *connection, &arrived.id, bears).await?;
                if let Some(link) = &*link
                    && link.is_awake(source)
                    && link.connection.sandbox == is_sandbox
                {
                    app.hand_on(link, *tenant, &arrived.id, &events).await?;
                    continue 'connections;
                }
            }
            tracing::info!(
                connection.id = %connection,
                "Ignored events of {source}: connection {connection} takes none"
            );
        }
    }
    Ok(StatusCode::OK)
}

/// A source that pushes, and how.
fn pushes(source: &str) -> Option<(&'static str, Webhook)> {
    let connector = connectors::find(source)?;
    Some((connector.id, connector.webhook?))
}

fn down(source: &str, reason: Down) -> Result<StatusCode, Problem> {
    match reason {
        Down::Ignored(why) => {
            tracing::info!(source, "Ignored a delivery: {why}");
            Ok(StatusCode::OK)
        }
        Down::Refused(refused) => Err(Problem::new(Code::Unauthenticated)
            .detail("This delivery is not signed as its source signs")
            .remedy("Send it as it was signed, soon after; or give the webhook's secret to the connection anew.")
            .because(refused)),
    }
}

impl Link {
    fn is_awake(&self, source: &str) -> bool {
        self.connection.source == source && self.connection.status == ConnectionStatus::Active
    }

    fn accepts(
        &self,
        source: &str,
        scheme: Signature,
        address: &Address,
        arrived: &Arrived,
        app: &App,
    ) -> Result<(), Down> {
        let webhook = self.connection.webhook.as_ref();
        let digest = webhook.and_then(|webhook| webhook.path_token_digest.as_deref());
        if !digest.is_some_and(|digest| address.has_digest(digest)) {
            return Err(Down::Ignored("its address has another secret part"));
        }
        if !self.is_awake(source) {
            return Err(Down::Ignored("its connection takes none"));
        }
        let secrets = self.secrets.iter();
        arrived.verify(scheme, secrets, app).map_err(Down::Refused)
    }
}

impl Arrived {
    fn verify<'a>(
        &self,
        scheme: Signature,
        secrets: impl Iterator<Item = &'a SecretString>,
        app: &App,
    ) -> Result<(), Refused> {
        let path = self.uri.path_and_query().map_or("/", |path| path.as_str());
        let url = format!("{}{path}", app.config.public_url);
        let headers = self.headers.iter();
        let headers: Vec<_> = headers
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        let secrets: Vec<_> = secrets
            .map(|secret| secret.expose_secret().as_bytes())
            .collect();
        let delivery = Delivery {
            method: self.method.as_str(),
            url: &url,
            headers: &headers,
            body: &self.body,
        };
        verify(scheme, &delivery, &secrets, app.store.now())
    }

    /// What a verified delivery says.
    fn events(&self, source: &str, webhook: &Webhook) -> Vec<Event> {
        match serde_json::from_slice::<Value>(&self.body) {
            Ok(body) => (webhook.read)(&body).events,
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                tracing::warn!(
                    source,
                    line,
                    column,
                    "Ignored a delivery of {source} that is signed well and is no JSON"
                );
                Vec::new()
            }
        }
    }
}

impl App {
    /// The tenant's part of the store. Until its source's signature is checked, no more is done
    /// with it than reading what it is checked with.
    fn tenant(&self, tenant: TenantId, id: &RequestId) -> Tenant {
        let ctx = TenantCtx::system(tenant, FUNCTION, id.as_str());
        self.store.tenant(&ctx)
    }

    async fn link(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        id: &RequestId,
        bears: SignedDuration,
    ) -> Result<Arc<Option<Link>>, store::Error> {
        let read = async || {
            let store = self.tenant(tenant, id);
            let found = store.find_document(&connection.to_string()).await?;
            let Some(found) = found else { return Ok(None) };
            Ok(Some(Link {
                connection: found.value,
                secrets: store.webhook_secrets(connection).await?,
            }))
        };
        let key = (tenant, connection);
        self.known
            .links
            .get(key, self.store.now(), bears, read)
            .await
    }

    /// The connections to an account of a source.
    async fn connections(
        &self,
        source: &'static str,
        account: String,
    ) -> Result<Arc<Vec<(TenantId, ConnectionId)>>, store::Error> {
        let mut found = Arc::default();
        for bears in [FRESH, IN_DOUBT] {
            let read = async || {
                let noted = self.store.look_up(Lookup::Portal(source, &account)).await?;
                let noted = noted.into_iter();
                Ok(noted
                    .filter_map(|(tenant, id)| Some((tenant, id.parse().ok()?)))
                    .collect())
            };
            let key = (source, account.clone());
            found = self
                .known
                .accounts
                .get(key, self.store.now(), bears, read)
                .await?;
            if !found.is_empty() {
                break;
            }
        }
        if found.is_empty() {
            tracing::info!(
                source,
                "Ignored events of {source} for an account nobody connects"
            );
        }
        Ok(found)
    }

    /// Which of our registrations at a source a delivery is signed for: whether that at sandboxes.
    async fn signer(
        &self,
        source: &str,
        scheme: Signature,
        arrived: &Arrived,
    ) -> Result<Result<bool, Refused>, Problem> {
        let sandbox = format!("sandbox:{source}");
        let mut reason = Refused::NoSecret;
        for bears in [FRESH, IN_DOUBT] {
            let apps = self
                .known
                .apps
                .get((), self.store.now(), bears, async || self.read_apps().await)
                .await?;
            for (app, is_sandbox) in [(source, false), (&sandbox, true)] {
                let Some(app) = apps.get(app) else { continue };
                match arrived.verify(scheme, [&app.client_secret].into_iter(), self) {
                    Ok(()) => return Ok(Ok(is_sandbox)),
                    Err(refused) => reason = refused,
                }
            }
        }
        Ok(Err(reason))
    }

    async fn read_apps(&self) -> Result<Apps, Problem> {
        let Some(text) = self.store.source_apps().await? else {
            return Ok(Apps::default());
        };
        // Serde's own words could quote the text.
        serde_json::from_str(text.expose_secret())
            .map_err(|_| Problem::internal("the secret with the sources' apps cannot be read"))
    }

    /// Tells `sync` where to look, in one message.
    async fn hand_on(
        &self,
        link: &Link,
        tenant: TenantId,
        id: &RequestId,
        events: &[Event],
    ) -> Result<StatusCode, Problem> {
        let connection = &link.connection;
        let (source, connection_id) = (&connection.source, connection.id);
        // Those of a test mode are about things that only the test mode knows.
        let (real, test): (Vec<_>, Vec<_>) = events
            .iter()
            .partition(|event| !event.test || connection.sandbox);
        if !test.is_empty() {
            tracing::info!(
                connection.id = %connection_id,
                events = test.len(),
                "Ignored events of {source}'s test mode: connection {connection_id} is not one"
            );
        }
        let hints = Hints::of(connection_id, real);
        if !hints.hints.is_empty() {
            let tenant = self.tenant(tenant, id);
            hints.send(&tenant, connection_id, source).await?;
            tracing::info!(
                tenant = %tenant.id(),
                connection.id = %connection_id,
                hints = hints.hints.len(),
                "Queued what {source} says of connection {connection_id}"
            );
        }
        Ok(StatusCode::OK)
    }
}
