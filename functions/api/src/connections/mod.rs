//! Connections to sources: made by consent or with a key, watched, changed, halted and ended.
//!
//! The work itself is done by the function `sync`; here a source is let in, its runs are asked for,
//! and how they stand is shown. A secret comes in and never goes out: answers, errors, the log and
//! kept answers hold none.

mod catalogue;
mod fields;
mod grant;
mod runs;
mod view;
mod webhook;

pub(crate) use catalogue::public_url;
pub(crate) use grant::{Away, Going, offered_sandbox, send_away};

use crate::access::Access;
use crate::app::App;
use crate::auth::Caller;
use crate::jobs::{JobView, accepted};
use crate::paging::Page;
use crate::people::audit;
use crate::routes::Routes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use connector::Connector;
use edge::etag::{ETag, IfMatch};
use edge::{Code, FieldError, Json, Path, Problem, Query};
use http::header::LOCATION;
use http::{HeaderValue, StatusCode, Uri};
use identity::{Policy, RateClass, Role, Scope};
use jiff::{SignedDuration, Timestamp};
use model::ConnectionId;
use secrecy::SecretString;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use store::{
    AuthKind, Connection, ConnectionStatus, EVERY_MIN, OauthPurpose, Stored, random_array,
};
use utoipa::ToSchema;
use utoipa_axum::routes;
use view::{Begun, ConnectionView, streams_of};

/// Sources are looked at by those who lead sellers. What only those who see every deal may know,
/// such as how many there are, [`view`] leaves out for the others.
const READ: Policy = Policy::new(Scope::Read, Role::SalesManager, RateClass::Read);
/// A source changes everybody's deals, as an import does.
const WRITE: Policy = Policy::new(Scope::Import, Role::Cro, RateClass::Write);

/// Connections of a tenant that are not disconnected.
const MOST: usize = 50;
/// The longest name.
const MOST_NAME_CHARS: usize = 100;
/// Minutes between two syncs.
const EVERY: std::ops::RangeInclusive<u32> = 5..=1_440;

pub(crate) fn routes(routes: Routes) -> Routes {
    let (read, write) = (Access::Guarded(READ), Access::Guarded(WRITE));
    let (look, admin) = (
        Access::Guarded(fields::LOOK),
        Access::Guarded(fields::ADMIN),
    );
    let catalogue = Policy::new(Scope::Read, Role::Ae, RateClass::Read);
    let catalogue = Access::Guarded(catalogue);
    routes
        .with(catalogue, routes!(catalogue::list_connectors))
        .with(catalogue, routes!(catalogue::get_connector))
        .with(write, routes!(create_connection))
        .with(read, routes!(list_connections))
        .with(read, routes!(get_connection))
        .with(write, routes!(change_connection))
        .with(write, routes!(disconnect))
        .with(write, routes!(runs::sync_connection))
        .with(write, routes!(runs::remap_connection))
        .with(look, routes!(fields::get_fields))
        .with(admin, routes!(fields::put_fields))
        .with(look, routes!(fields::preview_fields))
        .with(write, routes!(grant::test_connection))
        .with(write, routes!(grant::reconnect))
        .with(write, routes!(webhook::get_webhook))
        .with(write, routes!(webhook::put_webhook))
}

/// How a source is let in.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Granting {
    /// By consent in the browser: the answer says where to go.
    Oauth {
        /// The host where people sign in at the source, for a source that has several: one of its
        /// `hosts`, or a name under one that begins with a dot. Left out, where most people do.
        #[serde(default)]
        #[schema(example = "test.salesforce.com")]
        host: Option<String>,
    },
    /// With a key that was made at the source.
    Key {
        /// The key. It is tried before it is kept, kept sealed, and never shown.
        #[schema(value_type = String, max_length = 4096)]
        key: SecretString,
    },
}

impl Granting {
    fn kind(&self) -> AuthKind {
        match self {
            Self::Oauth { .. } => AuthKind::Oauth,
            Self::Key { .. } => AuthKind::Key,
        }
    }
}

/// What to connect.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateConnection {
    /// The source: `salesforce`, `hubspot`, `pipedrive` or `stripe`.
    #[schema(example = "hubspot")]
    source: String,
    /// What people call it; without it the source's name.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// How it is let in.
    auth: Granting,
    /// The sandbox of this installation instead of the source, where there is one.
    #[serde(default)]
    sandbox: bool,
    /// Another address than the source's; on one machine only.
    #[serde(default)]
    base_url: Option<String>,
    /// Minutes between two syncs.
    #[serde(default)]
    #[schema(minimum = 5, maximum = 1440, default = 30)]
    every_min: Option<u32>,
    /// Streams that nobody wants, by name.
    #[serde(default)]
    streams_off: BTreeSet<String>,
}

/// What to change of a connection; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeConnection {
    /// What people call it.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// Minutes between two syncs.
    #[serde(default)]
    #[schema(minimum = 5, maximum = 1440)]
    every_min: Option<u32>,
    /// Streams that nobody wants, by name; in place of those before.
    #[serde(default)]
    streams_off: Option<BTreeSet<String>>,
    /// `true` halts it, `false` lets it go on.
    #[serde(default)]
    paused: Option<bool>,
}

/// How to disconnect.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Disconnect {
    /// Whether what it brought goes as well.
    #[param(default = false)]
    erase: Option<bool>,
}

/// Connect a source
///
/// By consent: the connection waits (`pending`) and `authorize_url` says where to send the person,
/// within ten minutes and in the same browser; then the first sync begins by itself. With a key: it
/// is tried at the source first, and the first sync begins at once.
#[utoipa::path(post, path = "/v1/connections", tag = "connections", operation_id = "createConnection",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request twice is done once")),
    request_body = CreateConnection,
    responses((status = 201, description = "Connected, or waiting for consent", body = Begun)))]
async fn create_connection(
    State(app): State<App>,
    caller: Caller,
    body: Result<Json<CreateConnection>, Problem>,
) -> Result<Response, Problem> {
    let Json(body) = body.map_err(unsaid)?;
    let connector = connectors::find(&body.source).ok_or_else(|| catalogue::unknown("/source"))?;
    let problem = Problem::new(Code::InvalidBody);
    let problem = check_name(problem, body.name.as_deref());
    let problem = check_every(problem, body.every_min);
    let problem = check_streams(problem, connector, &body.streams_off);
    let problem = check_kind(problem, connector, body.auth.kind());
    if !problem.errors.is_empty() {
        return Err(problem);
    }
    let is_elsewhere = body.sandbox || body.base_url.is_some();
    let now = caller.tenant().now();
    let id = ConnectionId::from_bytes(random_array());
    let name = body.name.as_deref().map_or(connector.title, str::trim);
    let connection = Connection {
        name: name.to_owned(),
        every_min: body.every_min.unwrap_or(EVERY_MIN),
        streams_off: body.streams_off,
        sandbox: body.sandbox,
        login_host: login_of(connector, &body.auth, is_elsewhere)?.flatten(),
        base_url: address_of(&app, connector, body.sandbox, body.base_url)?,
        ..Connection::new(
            id,
            connector.id,
            body.auth.kind(),
            caller.tenant().by(),
            now,
        )
    };
    let others = live(&caller).await?;
    if others.len() >= MOST {
        let detail = format_args!("There are {MOST} connections, and no more fit");
        return Err(Problem::new(Code::LimitReached).detail(detail));
    }
    let (connection, away, job) = match body.auth {
        Granting::Oauth { .. } => {
            let going = Going::to_grant(&caller, connector, &connection, OauthPurpose::Connect);
            let away = grant::send_away(&app, going).await?;
            let stored = caller.tenant().create_document(connection).await?;
            (stored, Some(away), None)
        }
        Granting::Key { key } => {
            let account = grant::try_key(&app, &caller, connector, &connection, &key).await?;
            // Made before its key is kept: a cut in between leaves something that can be seen.
            let made = caller.tenant().create_document(connection).await?;
            let alone = grant::no_twin(&caller, &made.value, account.as_deref());
            if let Err(problem) = alone.await {
                let id = id.to_string();
                let deleted = caller.tenant().delete_document::<Connection>(&id, None);
                deleted.await?;
                return Err(problem);
            }
            grant::keep_key(&caller, id, key, account.as_deref()).await?;
            let job = runs::begin(&caller, &id.to_string(), runs::SYNC, BTreeSet::new()).await?;
            (
                connection_of(&caller, &id.to_string()).await?,
                None,
                Some(job),
            )
        }
    };
    let detail = BTreeMap::from([
        ("source".to_owned(), connector.id.to_owned()),
        ("auth".to_owned(), word(connection.value.auth).to_owned()),
    ]);
    audit(&caller, "connection.create", &id.to_string(), detail).await?;
    let etag = ETag::of_rev(connection.rev);
    let begun = Begun {
        connection: ConnectionView::of(&caller, connection.value, Vec::new()),
        authorize_url: away.as_ref().map(|away| away.url.clone()),
        job: job.map(|job| job.id),
    };
    let location = format!("/v1/connections/{id}");
    let location = HeaderValue::try_from(location).map_err(Problem::internal)?;
    let answer = (StatusCode::CREATED, [(LOCATION, location)], Json(begun)).into_response();
    Ok(etag.on(Away::on(away, answer)))
}

/// The connections
#[utoipa::path(get, path = "/v1/connections", tag = "connections", operation_id = "listConnections",
    responses((status = 200, description = "All of them, the oldest first", body = Page<ConnectionView>)))]
async fn list_connections(caller: Caller) -> Result<Json<Page<ConnectionView>>, Problem> {
    let mut all = caller.tenant().documents::<Connection>().await?;
    all.sort_by_key(|stored| stored.value.created_at);
    let mut streams: BTreeMap<ConnectionId, Vec<_>> = BTreeMap::new();
    for stored in caller.tenant().documents::<store::StreamState>().await? {
        let of = streams.entry(stored.value.connection).or_default();
        of.push(stored.value);
    }
    let views = all.into_iter().map(|stored| {
        let streams = streams.remove(&stored.value.id).unwrap_or_default();
        ConnectionView::of(&caller, stored.value, streams)
    });
    Ok(Json(Page::whole(views.collect(), caller.tenant().now())))
}

/// A connection
///
/// How it stands, stream by stream: how complete it is, when it was synced and when it will be, and
/// what a person can do where it needs one.
#[utoipa::path(get, path = "/v1/connections/{id}", tag = "connections", operation_id = "getConnection",
    params(("id" = String, Path, description = "The connection's id")),
    responses((status = 200, description = "How it stands", body = ConnectionView)))]
async fn get_connection(caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    show(&caller, connection_of(&caller, &id).await?).await
}

/// Change a connection, halt it, or let it go on
#[utoipa::path(patch, path = "/v1/connections/{id}", tag = "connections", operation_id = "changeConnection",
    params(("id" = String, Path, description = "The connection's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag that was read")),
    request_body = ChangeConnection,
    responses((status = 200, description = "As it is now", body = ConnectionView)))]
async fn change_connection(
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
    Json(body): Json<ChangeConnection>,
) -> Result<Response, Problem> {
    let Stored { mut value, rev } = connection_of(&caller, &id).await?;
    if_match.check(&ETag::of_rev(rev))?;
    let problem = Problem::new(Code::InvalidBody);
    let problem = check_name(problem, body.name.as_deref());
    let mut problem = check_every(problem, body.every_min);
    if let (Some(off), Some(connector)) = (&body.streams_off, connectors::find(&value.source)) {
        problem = check_streams(problem, connector, off);
    }
    if !problem.errors.is_empty() {
        return Err(problem);
    }
    if value.status == ConnectionStatus::Disabled {
        return Err(wrong_state(&value, "cannot be changed"));
    }
    let now = caller.tenant().now();
    if let Some(name) = body.name {
        name.trim().clone_into(&mut value.name);
    }
    if let Some(every_min) = body.every_min {
        value.every_min = every_min;
        // Who wants it oftener does not wait for the time that was noted before.
        let next = later(now, every_min);
        value.next_sync_at = value
            .next_sync_at
            .map(|at| next.map_or(at, |next| at.min(next)));
    }
    value.streams_off = body.streams_off.unwrap_or(value.streams_off);
    match (body.paused, value.status) {
        (Some(true), ConnectionStatus::Active) => value.status = ConnectionStatus::Paused,
        (Some(false), ConnectionStatus::Paused) => {
            value.status = ConnectionStatus::Active;
            value.next_sync_at = Some(now);
        }
        (Some(true), ConnectionStatus::Pending | ConnectionStatus::NeedsReauth) => {
            return Err(wrong_state(&value, "cannot be paused"));
        }
        (Some(false), ConnectionStatus::Pending | ConnectionStatus::NeedsReauth) => {
            return Err(wrong_state(&value, "cannot be resumed"));
        }
        _ => {}
    }
    let detail = BTreeMap::from([("paused".to_owned(), paused(&value).to_string())]);
    let stored = caller.tenant().replace_document(value, rev).await?;
    audit(&caller, "connection.change", &id, detail).await?;
    show(&caller, stored).await
}

fn paused(connection: &Connection) -> bool {
    connection.status == ConnectionStatus::Paused
}

/// Disconnect a source
///
/// The grant is given back to the source, and every secret of the connection is deleted. What it
/// brought stays, or goes as well with `erase=true`: that is a job. A source that is disconnected
/// stays so; connected anew, it finds what it brought before.
#[utoipa::path(delete, path = "/v1/connections/{id}", tag = "connections", operation_id = "disconnect",
    params(("id" = String, Path, description = "The connection's id"), Disconnect),
    responses((status = 204, description = "Disconnected"),
        (status = 202, description = "Disconnected; this job takes away what it brought", body = JobView)))]
async fn disconnect(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<Disconnect>,
) -> Result<Response, Problem> {
    let connection = connection_of(&caller, &id).await?.value;
    let erase = query.erase.unwrap_or_default();
    if erase {
        no_heir(&live(&caller).await?, &connection)?;
    }
    // First of all nobody reads or listens any more. Whatever is cut, the same call again does the
    // rest.
    let edited = caller
        .tenant()
        .edit_document::<Connection, store::Error>(&id, |connection| {
            connection.status = ConnectionStatus::Disabled;
            connection.reason = None;
            connection.next_sync_at = None;
            connection.webhook = None;
            Ok(())
        });
    let connection = edited.await.map(|_| connection)?;
    let is_running = runs::stop(&caller, &connection).await?;
    grant::revoke(&app, &caller, &connection).await?;
    let tenant = caller.tenant();
    tenant.delete_credential(connection.id).await?;
    tenant.delete_webhook_secrets(connection.id).await?;
    if let Some(account) = &connection.account {
        let portal = store::Lookup::Portal(&connection.source, account);
        tenant.drop_lookup(portal, &id).await?;
    }
    let detail = BTreeMap::from([("erase".to_owned(), erase.to_string())]);
    audit(&caller, "connection.disconnect", &id, detail).await?;
    if !erase {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let job = runs::erase(&caller, &connection, is_running).await?;
    accepted(&caller, job)
}

/// A connection by the id in a path. What is no id names nothing, so it is not looked up.
async fn connection_of(caller: &Caller, id: &str) -> Result<Stored<Connection>, Problem> {
    let parsed: ConnectionId = id.parse().map_err(|_| Problem::not_found())?;
    // An id has one spelling in an address.
    if parsed.to_string() != id {
        return Err(Problem::not_found());
    }
    let found = caller.tenant().find_document::<Connection>(id).await?;
    found.ok_or_else(Problem::not_found)
}

/// Those that are not disconnected.
async fn live(caller: &Caller) -> Result<Vec<Connection>, Problem> {
    let all = caller.tenant().documents::<Connection>().await?;
    let all = all.into_iter().map(|stored| stored.value);
    Ok(all
        .filter(|connection| connection.status != ConnectionStatus::Disabled)
        .collect())
}

async fn show(caller: &Caller, stored: Stored<Connection>) -> Result<Response, Problem> {
    let streams = streams_of(caller, stored.value.id).await?;
    let view = ConnectionView::of(caller, stored.value, streams);
    Ok(ETag::of_rev(stored.rev).on(Json(view)))
}

/// When the next sync is due.
fn later(now: Timestamp, every_min: u32) -> Option<Timestamp> {
    now.checked_add(SignedDuration::from_mins(i64::from(every_min)))
        .ok()
}

fn word(kind: AuthKind) -> &'static str {
    match kind {
        AuthKind::Oauth => "oauth",
        AuthKind::Key => "key",
    }
}

fn check_name(problem: Problem, name: Option<&str>) -> Problem {
    let fits = |name: &str| {
        let name = name.trim();
        (1..=MOST_NAME_CHARS).contains(&name.chars().count()) && !name.chars().any(char::is_control)
    };
    if name.is_none_or(fits) {
        return problem;
    }
    let message = "is not 1 to 100 characters without control characters";
    problem.field("/name", "invalid_value", message)
}

fn check_every(problem: Problem, every_min: Option<u32>) -> Problem {
    if every_min.is_none_or(|every_min| EVERY.contains(&every_min)) {
        return problem;
    }
    let message = "is not between 5 and 1440 minutes";
    problem.field("/every_min", "out_of_range", message)
}

fn check_streams(problem: Problem, connector: &Connector, off: &BTreeSet<String>) -> Problem {
    let unknown = off.iter().filter(|name| connector.stream(name).is_none());
    unknown.fold(problem, |problem, name| {
        problem.field("/streams_off", "unknown", no_stream(connector, name))
    })
}

/// There is no such stream; which there are.
fn no_stream(connector: &Connector, name: &str) -> String {
    let names: Vec<&str> = connector.streams.iter().map(|it| it.name).collect();
    let names = names.join(", ");
    format!("{} has no stream {name:?}; it has {names}", connector.title)
}

fn check_kind(problem: Problem, connector: &Connector, kind: AuthKind) -> Problem {
    if catalogue::takes(connector, kind) {
        return problem;
    }
    let other = match kind {
        AuthKind::Oauth => "with a key",
        AuthKind::Key => "by consent",
    };
    let message = format!("{} is connected {other}", connector.title);
    problem.field("/auth/kind", "not_offered", message)
}

/// Where people sign in at the source, where that is said; nothing inside where most do.
#[expect(
    clippy::option_option,
    reason = "not said, the usual one and another are three things"
)]
fn login_of(
    connector: &Connector,
    auth: &Granting,
    is_elsewhere: bool,
) -> Result<Option<Option<String>>, Problem> {
    let Granting::Oauth { host: Some(host) } = auth else {
        return Ok(None);
    };
    let problem = Problem::new(Code::InvalidBody);
    if is_elsewhere {
        let message = "has no meaning beside sandbox or base_url";
        return Err(problem.field("/auth/host", "not_allowed", message));
    }
    let oauth = pull::oauth_of(connector);
    let at = oauth.and_then(|oauth| Some((oauth, oauth.at(oauth.authorize, host)?)));
    let Some((oauth, at)) = at else {
        let hosts = oauth.map_or(&[][..], |oauth| oauth.hosts);
        let message = format!("is no host where people sign in at {}", connector.title);
        let remedy = if hosts.is_empty() {
            "Leave it out: there is one such host.".to_owned()
        } else {
            format!(
                "Give one of {}, or a name under one that begins with a dot.",
                hosts.join(", ")
            )
        };
        return Err(problem
            .field("/auth/host", "not_allowed", message)
            .remedy(remedy));
    };
    // Where most people sign in is not written down: the source may move it.
    let is_usual = at == oauth.authorize;
    let host = host.trim().to_ascii_lowercase();
    Ok(Some((!is_usual).then_some(host)))
}

/// Another address than the source's own, where this installation allows one.
fn address_of(
    app: &App,
    connector: &Connector,
    sandbox: bool,
    base_url: Option<String>,
) -> Result<Option<String>, Problem> {
    let problem = Problem::new(Code::InvalidBody);
    let Some(base_url) = base_url else {
        return match offered_sandbox(app, connector.id) {
            _ if !sandbox => Ok(None),
            Some(base) => Ok(Some(base.to_owned())),
            None => {
                let message = format!("there is no sandbox of {} here", connector.title);
                let remedy =
                    "Leave sandbox out to connect the source itself; `pie up` has sandboxes.";
                Err(problem
                    .field("/sandbox", "not_offered", message)
                    .remedy(remedy))
            }
        };
    };
    if !app.config().local {
        let message = "can be given on one machine only";
        let remedy = "Leave base_url out: the source answers at its own address.";
        return Err(problem
            .field("/base_url", "not_allowed", message)
            .remedy(remedy));
    }
    let fits = base_url.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
            && uri.query().is_none()
            && !base_url.contains('@')
    });
    if !fits {
        let message = "is no address such as http://127.0.0.1:7440";
        return Err(problem.field("/base_url", "malformed", message));
    }
    Ok(Some(base_url.trim_end_matches('/').to_owned()))
}

/// What one connection brought and another keeps up to date is not taken away.
fn no_heir(others: &[Connection], connection: &Connection) -> Result<(), Problem> {
    let is_heir =
        |other: &&Connection| other.id != connection.id && other.space == connection.space;
    match others.iter().find(is_heir) {
        Some(heir) if connection.account.is_some() => {
            let detail = "Another connection keeps the same account's data up to date";
            let remedy = format!("Disconnect {} as well, with erase=true.", heir.id);
            Err(Problem::new(Code::WrongState).detail(detail).remedy(remedy))
        }
        _ => Ok(()),
    }
}

/// A word for how it stands, and what helps.
fn state(status: ConnectionStatus) -> (&'static str, &'static str) {
    match status {
        ConnectionStatus::Pending => (
            "waiting for access",
            "Grant access at the source; POST …/reconnect gives a new link.",
        ),
        ConnectionStatus::Active => ("active", "Read it, and see what it does."),
        ConnectionStatus::NeedsReauth => (
            "no longer let in by its source",
            "Reconnect it: it keeps its id and all it brought.",
        ),
        ConnectionStatus::Paused => ("paused", "Resume it first: PATCH it with paused=false."),
        ConnectionStatus::Disabled => (
            "disconnected",
            "Connect the source anew: it finds what it brought before.",
        ),
    }
}

/// The connection cannot do that as it stands.
fn wrong_state(connection: &Connection, cannot: &str) -> Problem {
    let (word, remedy) = state(connection.status);
    Problem::new(Code::WrongState)
        .detail(format_args!("The connection is {word}, so it {cannot}"))
        .remedy(remedy)
}

/// What cannot be read of a body with a secret, said without a word of it: the secret may stand in
/// the wrong place.
fn unsaid(mut problem: Problem) -> Problem {
    let mut is_near = false;
    // What is missing has a name of ours.
    let told = |error: &&mut FieldError| error.code != "missing_field";
    for error in problem.errors.iter_mut().filter(told) {
        let place = ["", "/auth", "/secrets"].into_iter().rfind(|place| {
            error.pointer == *place || (!place.is_empty() && error.pointer.starts_with(place))
        });
        if let Some(place) = place {
            place.clone_into(&mut error.pointer);
            "does not have the form asked for".clone_into(&mut error.message);
            is_near = true;
        }
    }
    if is_near {
        problem.detail("The body does not have the form asked for")
    } else {
        problem
    }
}
