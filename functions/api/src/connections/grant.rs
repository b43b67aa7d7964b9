//! Being let in: sent away to consent, keys tried before they are kept, grants tested and given
//! back.

use super::catalogue::{key_help, public_url};
use super::view::{Begun, ConnectionView, streams_of};
use super::{Granting, check_kind, connection_of, login_of, runs, unsaid, word, wrong_state};
use crate::app::App;
use crate::auth::Caller;
use crate::jobs::JobProblemView;
use crate::people::audit;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connector::{Asking, Connector, Known, Load};
use edge::etag::ETag;
use edge::{Code, Json, Path, Problem};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, SET_COOKIE};
use identity::Principal;
use model::{ConnectionId, TenantId};
use pull::{Apps, Settings, Source, Stop, address, oauth_of};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use store::{
    AuthKind, Connection, ConnectionStatus, JobProblem, OAUTH_COOKIE, OAUTH_STATE_S, OauthPurpose,
    OauthState, Secrets, random_array,
};
use utoipa::ToSchema;

/// The session of a state that a program begins: there is no browser it could be bound to, so the
/// person is asked when they come back.
const PROGRAM: &str = "key";
/// The longest key.
const MOST_KEY_BYTES: usize = 4_096;
/// How long a source may take to say who it is: less than whoever waits for us waits.
const PATIENCE: Duration = Duration::from_secs(20);

/// How sources are asked from here.
pub(super) async fn settings(app: &App) -> Result<Settings, Problem> {
    let text = app.store().source_apps().await?;
    let apps = Apps::read(text.as_ref().map(ExposeSecret::expose_secret));
    Ok(Settings {
        transport: app.config().transport.clone(),
        apps: apps.map_err(Problem::internal)?,
        local: app.config().local,
        // A person asks a few times, and wants to hear what the source says; limits are for runs.
        limited: false,
    })
}

/// Where the sandbox of a source answers, if this installation has one.
pub(crate) fn offered_sandbox<'a>(app: &'a App, source: &str) -> Option<&'a str> {
    let config = app.config();
    let base = config.sandboxes.get(source).filter(|_| config.local)?;
    Some(base.trim_end_matches('/'))
}

/// Somebody who is to be sent away to a source.
pub(crate) struct Going<'a> {
    pub(crate) connector: &'static Connector,
    pub(crate) connection: &'a Connection,
    /// Of which tenant they are, where that is known.
    pub(crate) tenant: Option<TenantId>,
    /// Who, as the audit names them.
    pub(crate) by: String,
    /// Whether they have no browser here.
    pub(crate) is_program: bool,
    pub(crate) purpose: OauthPurpose,
    /// Which of our pages they see then, by name.
    pub(crate) return_to: &'static str,
}

impl<'a> Going<'a> {
    /// Somebody who goes to grant access to a connection.
    pub(super) fn to_grant(
        caller: &Caller,
        connector: &'static Connector,
        connection: &'a Connection,
        purpose: OauthPurpose,
    ) -> Self {
        Self {
            connector,
            connection,
            tenant: Some(caller.tenant().id()),
            by: caller.tenant().by().to_owned(),
            is_program: !matches!(caller.actor().principal(), Principal::Member(_)),
            purpose,
            return_to: "connections",
        }
    }
}

/// Where somebody is to go, and what their browser is known by when they come back.
pub(crate) struct Away {
    pub(crate) url: String,
    cookie: Option<HeaderValue>,
}

impl Away {
    /// Puts the browser's cookie on an answer that says where to go. Such an answer is good for one
    /// browser and one return, so it is not kept for a request that is repeated.
    pub(crate) fn on(away: Option<Self>, answer: impl IntoResponse) -> Response {
        let mut answer = answer.into_response();
        let Some(away) = away else { return answer };
        answer
            .extensions_mut()
            .insert(edge::idempotency::ShowsSecret);
        let headers = answer.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(cookie) = away.cookie {
            headers.insert(SET_COOKIE, cookie);
        }
        answer
    }
}

fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(random_array::<32>())
}

/// Remembers somebody who goes away, and says where to.
pub(crate) async fn send_away(app: &App, going: Going<'_>) -> Result<Away, Problem> {
    let connector = going.connector;
    let settings = settings(app).await?;
    let registered = settings.apps.of(connector.id, going.connection.sandbox);
    let (Some(oauth), Some(registered)) = (oauth_of(connector), registered) else {
        let detail = format_args!(
            "This installation is not registered at {}, so nobody can consent there",
            connector.title
        );
        let remedy = "Whoever runs Pie adds the app's id and secret; or connect with a key, where the \
                      source takes one.";
        return Err(Problem::new(Code::WrongState).detail(detail).remedy(remedy));
    };
    let scopes = match (going.purpose, oauth.sign_in) {
        (OauthPurpose::SignIn, Some(sign_in)) => sign_in.scopes,
        _ => oauth.scopes,
    };
    let cookie = (!going.is_program).then(random_text);
    let session = cookie.as_deref().map(store::oauth_session);
    let public_url = public_url(app);
    let state = OauthState {
        tenant: going.tenant,
        by: going.by,
        session: session.unwrap_or_else(|| PROGRAM.to_owned()),
        provider: connector.id.to_owned(),
        connection: going.tenant.map(|_| going.connection.id),
        purpose: going.purpose,
        verifier: random_text().into(),
        redirect_uri: format!("{public_url}/v1/oauth/{}/callback", connector.id),
        return_to: going.return_to.to_owned(),
        created_at: app.now(),
    };
    let token = app.store().put_oauth_state(&state).await?;
    let url = pull::oauth::authorize_url(
        oauth,
        &address(going.connection, oauth, oauth.authorize),
        registered,
        scopes,
        &state.redirect_uri,
        &token,
        &state.verifier,
    );
    let secure = if public_url.starts_with("https:") {
        "; Secure"
    } else {
        ""
    };
    let cookie = cookie.map(|cookie| {
        HeaderValue::try_from(format!(
            "{OAUTH_COOKIE}={cookie}; Path=/v1/oauth; Max-Age={OAUTH_STATE_S}; HttpOnly; \
             SameSite=Lax{secure}"
        ))
    });
    let cookie = cookie.transpose().map_err(Problem::internal)?;
    Ok(Away { url, cookie })
}

fn secrets(key: SecretString, now: jiff::Timestamp) -> Secrets {
    Secrets {
        access: key,
        refresh: None,
        expires_at: None,
        issued_at: now,
        scope: None,
        extra: BTreeMap::new(),
    }
}

/// Tries a key at the source; gives the account it is for, where the source tells.
pub(super) async fn try_key(
    app: &App,
    caller: &Caller,
    connector: &'static Connector,
    connection: &Connection,
    key: &SecretString,
) -> Result<Option<String>, Problem> {
    let text = key.expose_secret();
    let fits = (1..=MOST_KEY_BYTES).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !fits {
        let message = "is not 1 to 4096 visible ASCII characters; copy it whole, without spaces";
        return Err(Problem::new(Code::InvalidBody).field("/auth/key", "malformed", message));
    }
    // Under an id of its own: what is kept of the connection stays as it is until the key is known
    // to be good.
    let trial = Connection {
        id: ConnectionId::from_bytes(random_array()),
        auth: AuthKind::Key,
        ..connection.clone()
    };
    let (id, tenant, settings) = (trial.id, caller.tenant().clone(), settings(app).await?);
    let secrets = secrets(key.clone(), tenant.now());
    // Somebody who hangs up meanwhile does not leave the key behind.
    let tried = tokio::spawn(async move {
        tenant.put_credential(id, secrets).await?;
        let looked = look(&Source::new(connector, trial, tenant.clone(), settings)).await;
        tenant.delete_credential(id).await?;
        looked
    });
    let looked = tried.await.map_err(Problem::internal)?;
    looked.map_err(|stop| refused(connector, stop))
}

/// The key is no good, or cannot be tried now.
fn refused(connector: &Connector, stop: Stop) -> Problem {
    let problem = Problem::new(Code::InvalidBody);
    match stop {
        Stop::Store(error) => error.into(),
        Stop::Later { after_s, why, .. } => Problem::new(Code::Unavailable)
            .detail(format_args!(
                "{} cannot be asked now: {why}",
                connector.title
            ))
            .remedy("Nothing was kept; send the same again in a while.")
            .retry_after(Duration::from_secs(after_s))
            .before_execution(),
        Stop::NeedsReauth(why) | Stop::Forbidden(why) => problem
            .detail(format_args!("{} does not take this key", connector.title))
            .field("/auth/key", "refused", why)
            .remedy(format!("{}.", key_help(connector))),
        Stop::Fail { what, remedy } => problem
            .detail(format_args!("The key could not be tried: {what}"))
            .field("/auth/key", "untried", what)
            .remedy(remedy),
    }
}

/// What a source says about itself, within the time there is: its account, where it tells.
async fn look(source: &Source) -> Result<Option<String>, Stop> {
    let looked = tokio::time::timeout(PATIENCE, async {
        let known = source.describe().await?;
        let account = (source.connector.account)(&known);
        if account.is_none() {
            // Some keys may read everything but the account itself.
            reads_something(source, &known).await?;
        }
        Ok(account.map(String::from))
    });
    looked.await.unwrap_or_else(|_| {
        Err(Stop::Later {
            after_s: PATIENCE.as_secs(),
            why: "it does not answer in time".to_owned(),
            is_down: true,
        })
    })
}

/// Whether at least one of the streams can be read.
async fn reads_something(source: &Source, known: &Known) -> Result<(), Stop> {
    let mut forbidden = None;
    for stream in source.connector.streams {
        let (Load::Pages(ask) | Load::Bulk(ask, _)) = stream.load else {
            continue;
        };
        let asking = Asking {
            known,
            window: None,
            page: None,
            ids: &[],
        };
        match source.send(&(ask.request)(&asking)).await {
            Ok(_) => return Ok(()),
            Err(stop @ Stop::Forbidden(_)) => forbidden = Some(stop),
            Err(stop) => return Err(stop),
        }
    }
    forbidden.map_or(Ok(()), Err)
}

/// Takes the account for a connection: two would each write the other's rows.
pub(super) async fn no_twin(
    caller: &Caller,
    connection: &Connection,
    account: Option<&str>,
) -> Result<(), Problem> {
    let Some(account) = account else {
        return Ok(());
    };
    if connection.is_settled() && connection.account.is_none() {
        // Its ids are its own, whatever the account's are.
        return Ok(());
    }
    let Some(twin) = caller.tenant().take_account(connection, account).await? else {
        return Ok(());
    };
    let detail = format_args!("This account is connected already, as {:?}", twin.name);
    let remedy = format!(
        "Reconnect {} if it needs another key, or disconnect it first.",
        twin.id
    );
    let problem = Problem::new(Code::AlreadyExists).detail(detail);
    Err(problem.remedy(remedy))
}

/// Keeps a key that was tried; from then on the connection is read.
pub(super) async fn keep_key(
    caller: &Caller,
    id: ConnectionId,
    key: SecretString,
    account: Option<&str>,
) -> Result<(), Problem> {
    let tenant = caller.tenant();
    // The key first: a connection that says it is active can be read.
    tenant
        .put_credential(id, secrets(key, tenant.now()))
        .await?;
    let name = id.to_string();
    let edited = tenant.edit_document::<Connection, Problem>(&name, |connection| {
        connection.status = match connection.status {
            ConnectionStatus::Disabled => {
                return Err(wrong_state(connection, "takes no key"));
            }
            ConnectionStatus::Paused => ConnectionStatus::Paused,
            _ => ConnectionStatus::Active,
        };
        connection.auth = AuthKind::Key;
        connection.reason = None;
        // What ids are derived in is said once and never changed.
        if let Some(account) = account {
            connection.settle(account);
        }
        Ok(())
    });
    let connection = match edited.await {
        Ok(stored) => stored.value,
        Err(problem) => {
            tenant.delete_credential(id).await?;
            return Err(problem);
        }
    };
    if let Some(account) = &connection.account {
        let portal = store::Lookup::Portal(&connection.source, account);
        tenant.note_lookup(portal, &name).await?;
    }
    Ok(())
}

/// Gives the grant back to the source, as far as it takes it and answers in time.
pub(super) async fn revoke(
    app: &App,
    caller: &Caller,
    connection: &Connection,
) -> Result<(), Problem> {
    let Some(connector) = connectors::find(&connection.source) else {
        return Ok(());
    };
    let tenant = caller.tenant().clone();
    let source = Source::new(connector, connection.clone(), tenant, settings(app).await?);
    match tokio::time::timeout(PATIENCE, source.revoke()).await {
        Ok(Err(Stop::Store(error))) => Err(error.into()),
        // It is deleted here in any case.
        Ok(_) | Err(_) => Ok(()),
    }
}

/// How a connection stood a test.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tested {
    /// Whether the source lets us in.
    ok: bool,
    /// The account that is connected, where the source tells.
    account: Option<String>,
    /// Why it does not.
    problem: Option<JobProblemView>,
}

impl Tested {
    /// The source lets us in, to this account or to another than the one that was connected.
    fn of(account: Option<String>, other: Option<String>) -> Self {
        let remedy = "Reconnect with the account that was connected.";
        other.map_or_else(
            || Self {
                ok: true,
                account,
                problem: None,
            },
            |why| Self::not("other_account", why, remedy),
        )
    }

    fn not(code: &str, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        let problem = JobProblem {
            code: code.to_owned(),
            detail: detail.into(),
            remedy: remedy.into(),
        };
        Self {
            ok: false,
            account: None,
            problem: Some(problem.into()),
        }
    }
}

/// Test a connection
///
/// The source is asked about itself, now. Nothing of its data is read or kept.
#[utoipa::path(post, path = "/v1/connections/{id}/test", tag = "connections", operation_id = "testConnection",
    params(("id" = String, Path, description = "The connection's id")),
    responses((status = 200, description = "How it went", body = Tested)))]
pub(super) async fn test_connection(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Tested>, Problem> {
    let connection = connection_of(&caller, &id).await?.value;
    let connector = connectors::find(&connection.source);
    let (Some(connector), false) = (connector, is_closed(&connection)) else {
        return Err(wrong_state(&connection, "cannot be tested"));
    };
    let tenant = caller.tenant().clone();
    let source = Source::new(connector, connection.clone(), tenant, settings(&app).await?);
    let tested = match look(&source).await {
        Ok(account) => {
            let other = other_account(connector, &connection, account.as_deref());
            if other.is_none() {
                awake(&caller, &connection).await?;
            }
            Tested::of(account.or(connection.account), other)
        }
        Err(Stop::Store(error)) => return Err(error.into()),
        Err(Stop::Later { after_s, why, .. }) => {
            let remedy = format!("Try again in {after_s} seconds.");
            Tested::not("later", why, remedy)
        }
        Err(Stop::NeedsReauth(why)) => {
            let remedy = "Reconnect it: it keeps its id and all it brought.";
            Tested::not("needs_reauth", why, remedy)
        }
        Err(Stop::Forbidden(why)) => {
            let remedy = "Connect as somebody who may read it, and grant what is asked for.";
            Tested::not("forbidden", why, remedy)
        }
        Err(Stop::Fail { what, remedy }) => Tested::not("source_failed", what, remedy),
    };
    Ok(Json(tested))
}

fn is_closed(connection: &Connection) -> bool {
    matches!(
        connection.status,
        ConnectionStatus::Pending | ConnectionStatus::Disabled
    )
}

/// Why a grant is not for this connection.
fn other_account(
    connector: &Connector,
    connection: &Connection,
    account: Option<&str>,
) -> Option<String> {
    let (before, now) = (connection.account.as_deref()?, account?);
    let title = connector.title;
    (before != now).then(|| format!("it is for another {title} account than the one connected"))
}

/// A key that was turned down and is taken again, as after a mistake at the source, needs nobody.
async fn awake(caller: &Caller, connection: &Connection) -> Result<(), Problem> {
    let is_asleep =
        |it: &Connection| it.status == ConnectionStatus::NeedsReauth && it.auth == AuthKind::Key;
    if !is_asleep(connection) {
        return Ok(());
    }
    let now = caller.tenant().now();
    let id = connection.id.to_string();
    let edited = caller
        .tenant()
        .edit_document::<Connection, store::Error>(&id, |connection| {
            if is_asleep(connection) {
                connection.status = ConnectionStatus::Active;
                connection.reason = None;
                connection.next_sync_at = Some(now);
            }
            Ok(())
        });
    edited.await?;
    Ok(())
}

/// How to be let in anew.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reconnect {
    /// How; without it, as before.
    #[serde(default)]
    auth: Option<Granting>,
}

/// Reconnect a source
///
/// By consent: `authorize_url` says where to go. With a key: it is tried first. The connection keeps
/// its id and all it brought, so the account has to be the same.
#[utoipa::path(post, path = "/v1/connections/{id}/reconnect", tag = "connections", operation_id = "reconnect",
    params(("id" = String, Path, description = "The connection's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request twice is done once")),
    request_body = Option<Reconnect>,
    responses((status = 200, description = "Reconnected, or where to consent", body = Begun)))]
pub(super) async fn reconnect(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Result<Option<Json<Reconnect>>, Problem>,
) -> Result<Response, Problem> {
    let body = body.map_err(unsaid)?.map(|Json(body)| body);
    let stored = connection_of(&caller, &id).await?;
    let mut connection = stored.value;
    let connector = connectors::find(&connection.source);
    let (Some(connector), true) = (connector, connection.status != ConnectionStatus::Disabled)
    else {
        return Err(wrong_state(&connection, "cannot be reconnected"));
    };
    let auth = body.and_then(|body| body.auth);
    let kind = auth.as_ref().map_or(connection.auth, Granting::kind);
    let problem = check_kind(Problem::new(Code::InvalidBody), connector, kind);
    if !problem.errors.is_empty() {
        return Err(problem);
    }
    let is_elsewhere = connection.sandbox || connection.base_url.is_some();
    let login = match &auth {
        Some(auth) => login_of(connector, auth, is_elsewhere)?,
        None => None,
    };
    let (away, job) = match (auth, kind) {
        (Some(Granting::Key { key }), _) => {
            let account = try_key(&app, &caller, connector, &connection, &key).await?;
            if let Some(why) = other_account(connector, &connection, account.as_deref()) {
                let problem = Problem::new(Code::InvalidBody);
                let remedy =
                    "Take a key of the account that was connected, or connect the other one anew.";
                return Err(problem
                    .field("/auth/key", "other_account", why)
                    .remedy(remedy));
            }
            no_twin(&caller, &connection, account.as_deref()).await?;
            keep_key(&caller, connection.id, key, account.as_deref()).await?;
            (None, first_sync(&caller, &id).await?)
        }
        (None, AuthKind::Key) => {
            let message = "is missing: the connection has a key, so it takes another";
            let problem = Problem::new(Code::InvalidBody);
            return Err(problem.field("/auth", "missing_field", message));
        }
        _ if connection.auth == AuthKind::Key => {
            let message = "a connection with a key goes on with a key";
            let remedy =
                "Disconnect it and connect the source anew: it finds what it brought before.";
            let problem = Problem::new(Code::InvalidBody);
            return Err(problem
                .field("/auth/kind", "not_allowed", message)
                .remedy(remedy));
        }
        _ => {
            if let Some(login_host) = login {
                let edited =
                    caller
                        .tenant()
                        .edit_document::<Connection, store::Error>(&id, |connection| {
                            connection.login_host.clone_from(&login_host);
                            Ok(())
                        });
                connection = edited.await?.value;
            }
            let purpose = OauthPurpose::Reconnect;
            let going = Going::to_grant(&caller, connector, &connection, purpose);
            (Some(send_away(&app, going).await?), None)
        }
    };
    let detail = BTreeMap::from([("auth".to_owned(), word(kind).to_owned())]);
    audit(&caller, "connection.reconnect", &id, detail).await?;
    let stored = connection_of(&caller, &id).await?;
    let streams = streams_of(&caller, stored.value.id).await?;
    let begun = Begun {
        connection: ConnectionView::of(&caller, stored.value, streams),
        authorize_url: away.as_ref().map(|away| away.url.clone()),
        job,
    };
    Ok(ETag::of_rev(stored.rev).on(Away::on(away, Json(begun))))
}

/// The sync that a new key is for: the one that runs already, or one more.
async fn first_sync(caller: &Caller, id: &str) -> Result<Option<String>, Problem> {
    match runs::begin(caller, id, runs::SYNC, BTreeSet::new()).await {
        Ok(job) => Ok(Some(job.id)),
        Err(problem) if matches!(problem.code, Code::AlreadyRunning | Code::WrongState) => Ok(None),
        Err(problem) => Err(problem),
    }
}
