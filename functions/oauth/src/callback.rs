//! Coming back with a code.

use crate::App;
use crate::page::Page;
use crate::sign_in;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::response::{IntoResponse, Response};
use connector::Connector;
use http::header::{COOKIE, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use identity::TenantCtx;
use model::ConnectionId;
use pull::{Apps, Refused, Settings, Source, Stop};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;
use store::{
    AuthKind, Connection, ConnectionStatus, Lookup, Message, OauthPurpose, OauthState, Outgoing,
    Page as Changes, Queue, Secrets, Stored, Tenant, TenantInfo, random_array,
};

/// Who works here, for feed and audit.
const FUNCTION: &str = "oauth";
/// The session of a state that a program began: there is no browser it could be bound to.
const PROGRAM: &str = "key";

/// How long a source may take to say which account was granted: less than the person waits for us.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a provider adds to the address.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Came {
    state: String,
    code: Option<SecretString>,
    error: Option<String>,
    /// Who answers, where the provider says so (RFC 9207).
    iss: Option<String>,
}

/// A person comes back from a provider.
pub(crate) async fn come_back(
    State(app): State<App>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    came: Result<Query<Came>, QueryRejection>,
) -> Response {
    let came = came.map(|Query(came)| came).unwrap_or_default();
    let done = Box::pin(back(&app, &provider, &headers, came, false)).await;
    answer(&app, done)
}

/// A person confirms what a program began.
pub(crate) async fn confirm(
    State(app): State<App>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    came: Result<Form<Came>, FormRejection>,
) -> Response {
    let came = came.map(|Form(came)| came).unwrap_or_default();
    let done = Box::pin(back(&app, &provider, &headers, came, true)).await;
    answer(&app, done)
}

/// The address of the product's own pages.
pub(crate) fn home(app: &App) -> &str {
    app.public_url.trim_end_matches('/')
}

fn answer(app: &App, done: Result<Response, Problem>) -> Response {
    match done {
        Ok(response) => response,
        Err(Problem::Page(mut page)) => {
            page.link
                .get_or_insert_with(|| (format!("{}/", home(app)), "Back to Pie"));
            page.into_response()
        }
        Err(Problem::Store(error)) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "Somebody who came back from a provider could not be dealt with"
            );
            Page::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "Not now",
                "Something of ours does not answer. Nothing was granted; try again in a minute.",
            )
            .into_response()
        }
    }
}

/// Why somebody gets no further.
pub(crate) enum Problem {
    Page(Box<Page>),
    Store(store::Error),
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<Page> for Problem {
    fn from(page: Page) -> Self {
        Self::Page(Box::new(page))
    }
}

pub(crate) fn begin_again() -> Problem {
    Page::again(
        "This link is of no use any more",
        "It was used before, is more than ten minutes old, or belongs to another browser. \
         Go back to Pie and begin again.",
    )
    .into()
}

async fn back(
    app: &App,
    provider: &str,
    headers: &HeaderMap,
    came: Came,
    confirmed: bool,
) -> Result<Response, Problem> {
    let state = came.state.clone();
    // Taken first: whatever is wrong with it, nobody tries it twice.
    let Some(kept) = app.store.take_oauth_state(&state).await? else {
        return Err(begin_again());
    };
    let connector = connectors::find(provider).ok_or_else(begin_again)?;
    let is_whole = !kept.verifier.expose_secret().is_empty();
    let is_its = kept.provider == provider && is_issuer(app, &kept, &came, connector).await?;
    if !is_whole || !is_its || !is_here(&kept, headers) {
        tracing::warn!(
            provider,
            expected = kept.provider,
            "Somebody came back who did not go away from here"
        );
        return Err(begin_again());
    }
    if let Some(error) = &came.error {
        let denied = error == "access_denied";
        let text = if denied {
            "Nothing was granted, and nothing was read. You can close this page."
        } else {
            "The provider did not grant access. Go back to Pie and begin again; if it comes again, \
             ask whoever administers the provider."
        };
        return Err(Page::again("Not connected", text).into());
    }
    let Some(code) = came.code else {
        return Err(begin_again());
    };
    if kept.session == PROGRAM && kept.purpose != OauthPurpose::SignIn && !confirmed {
        return ask(app, connector, kept, &code).await;
    }
    match kept.purpose {
        OauthPurpose::SignIn => sign_in::finish(app, connector, &kept, &code).await,
        OauthPurpose::Connect | OauthPurpose::Reconnect => {
            connect(app, connector, &kept, &code).await
        }
    }
}

/// Whether the answer is from whom it was asked of. Each provider has an address of its own to come
/// back to; one that names itself is held to the host where this person was sent to sign in.
async fn is_issuer(
    app: &App,
    kept: &OauthState,
    came: &Came,
    connector: &Connector,
) -> Result<bool, Problem> {
    let Some(iss) = &came.iss else {
        return Ok(true);
    };
    let found = match (tenant_of(app, kept), kept.connection) {
        (Some(tenant), Some(id)) => tenant.find_document::<Connection>(&id.to_string()).await?,
        _ => None,
    };
    let origin = pull::oauth_of(connector).and_then(|oauth| {
        let url = match &found {
            Some(found) => pull::address(&found.value, oauth, oauth.token),
            None => oauth.token.to_owned(),
        };
        let (scheme, rest) = url.split_once("://")?;
        let host = rest.split('/').next()?;
        Some(format!("{scheme}://{host}"))
    });
    Ok(origin.is_some_and(|origin| origin == iss.trim_end_matches('/')))
}

/// Whether it is the browser in which it was begun. A program's state is bound to nobody: there the
/// person is asked.
fn is_here(kept: &OauthState, headers: &HeaderMap) -> bool {
    if kept.session == PROGRAM {
        return true;
    }
    let cookies = headers.get_all(COOKIE).iter();
    let texts = cookies.filter_map(|value| value.to_str().ok());
    texts
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| {
            pair.trim()
                .strip_prefix(store::OAUTH_COOKIE)?
                .strip_prefix('=')
        })
        .any(|value| store::is_oauth_session(&kept.session, value))
}

/// Asks the person whether they grant this to whom a program grants it.
async fn ask(
    app: &App,
    connector: &Connector,
    kept: OauthState,
    code: &SecretString,
) -> Result<Response, Problem> {
    let tenant = tenant_of(app, &kept).ok_or_else(begin_again)?;
    let info = tenant.document::<TenantInfo>("A").await?.value;
    let state = app.store.put_oauth_state(&kept).await?;
    let title = connector.title;
    let page = Page {
        form: Some((
            vec![
                ("state", state.expose_secret().to_owned()),
                ("code", code.expose_secret().to_owned()),
            ],
            "Connect",
        )),
        ..Page::new(
            StatusCode::OK,
            format!("Connect {title} to {}?", info.name),
            format!(
                "A program of {} ({}) asked for this. If that was not you or somebody you work with, \
                 close this page: nothing has been granted yet.",
                info.name, kept.by
            ),
        )
    };
    Ok(page.into_response())
}

pub(crate) fn tenant_of(app: &App, kept: &OauthState) -> Option<Tenant> {
    let ctx = TenantCtx::system(kept.tenant?, FUNCTION, &format!("oauth {}", kept.by));
    Some(app.store.tenant(&ctx))
}

pub(crate) async fn settings(app: &App) -> Result<Settings, Problem> {
    let text = app.store.source_apps().await?;
    let text = text.as_ref().map(ExposeSecret::expose_secret);
    let apps = Apps::read(text).map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "No source can be connected");
        Page::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "Not set up",
            "This installation's registration at the provider cannot be read. Whoever runs it has to \
             correct it.",
        )
    })?;
    Ok(Settings {
        transport: app.transport.clone(),
        apps,
        local: app.local,
        limited: true,
    })
}

pub(crate) fn refused(why: &Refused) -> Page {
    let (status, text) = match why {
        Refused::Grant(why) => (StatusCode::BAD_REQUEST, why.clone()),
        Refused::Client(why) => (StatusCode::SERVICE_UNAVAILABLE, why.clone()),
        Refused::Later(_) | Refused::Unreadable(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The provider does not answer. Go back to Pie and begin again in a minute.".to_owned(),
        ),
    };
    Page::new(status, "Not connected", text)
}

async fn connect(
    app: &App,
    connector: &'static Connector,
    kept: &OauthState,
    code: &SecretString,
) -> Result<Response, Problem> {
    let tenant = tenant_of(app, kept).ok_or_else(begin_again)?;
    let id = kept.connection.ok_or_else(begin_again)?;
    let found = tenant
        .find_document::<Connection>(&id.to_string())
        .await?
        .filter(|found| found.value.status != ConnectionStatus::Disabled)
        .ok_or_else(begin_again)?;
    let settings = settings(app).await?;
    let connection = found.value.clone();
    let source = Source::new(connector, connection, tenant.clone(), settings.clone());
    let redeemed = source
        .redeem(code, &kept.verifier, &kept.redirect_uri)
        .await;
    let secrets = redeemed.map_err(|why| {
        tracing::warn!(connection.id = %id, "A code was not redeemed: {why}");
        refused(&why)
    })?;
    let instance = secrets.extra.get("instance_url").cloned();
    let account = account_of(connector, &found.value, &tenant, &settings, &secrets).await?;
    if let Some(account) = &account
        && let Some(refusal) = other(app, connector, (&tenant, kept), &found, account).await?
    {
        // What was granted is thrown away. It is not given back: there may be a source that ends
        // every grant of its account with it, that of the other connection among them.
        return Err(refusal.into());
    }
    // The tokens first: a connection that says it is active can be read.
    tenant.put_credential(id, secrets).await?;
    let name = id.to_string();
    let edited = tenant.edit_document::<Connection, Problem>(&name, |connection| {
        connection.status = match connection.status {
            // Somebody disconnected it meanwhile.
            ConnectionStatus::Disabled => return Err(begin_again()),
            ConnectionStatus::Paused => ConnectionStatus::Paused,
            _ => ConnectionStatus::Active,
        };
        connection.reason = None;
        connection.instance_url.clone_from(&instance);
        if let Some(account) = &account {
            connection.settle(account);
        }
        Ok(())
    });
    let edited = match edited.await {
        Ok(edited) => edited,
        Err(problem) => {
            if matches!(problem, Problem::Page(_)) {
                tenant.delete_credential(id).await?;
            }
            return Err(problem);
        }
    };
    if let Some(account) = &edited.value.account {
        let portal = Lookup::Portal(connector.id, account);
        tenant.note_lookup(portal, &name).await?;
    }
    first_sync(&tenant, &edited.value).await?;
    audit(&tenant, "connection.authorized", id, kept, None).await?;
    let title = connector.title;
    let there = format!("{}/connections/{id}", home(app));
    if kept.session != PROGRAM {
        // Whoever went away from our page comes back to it.
        let mut response = StatusCode::SEE_OTHER.into_response();
        let there = HeaderValue::try_from(there).map_err(|_| begin_again())?;
        response.headers_mut().insert(LOCATION, there);
        return Ok(response);
    }
    let page = Page {
        link: Some((there, "Back to Pie")),
        ..Page::new(
            StatusCode::OK,
            format!("{title} is connected"),
            "The first sync has begun. You can close this page.",
        )
    };
    Ok(page.into_response())
}

async fn audit(
    tenant: &Tenant,
    action: &str,
    id: ConnectionId,
    kept: &OauthState,
    because_of: Option<ConnectionId>,
) -> Result<(), store::Error> {
    let mut detail = BTreeMap::from([("by".to_owned(), kept.by.clone())]);
    detail.extend(because_of.map(|twin| ("connected_as".to_owned(), twin.to_string())));
    let entry = identity::Entry {
        at: tenant.now(),
        actor: identity::Principal::System(FUNCTION),
        action: action.to_owned(),
        target: id.to_string(),
        detail,
        request_id: tenant.request_id().to_owned(),
    };
    tenant.audit(entry).await.map(drop)
}

/// The account that was granted, where the source tells now. Where it does not, the first sync
/// learns it, or says what is wrong.
async fn account_of(
    connector: &'static Connector,
    connection: &Connection,
    tenant: &Tenant,
    settings: &Settings,
    secrets: &Secrets,
) -> Result<Option<String>, store::Error> {
    let trial = Connection {
        id: ConnectionId::from_bytes(random_array()),
        auth: AuthKind::Oauth,
        ..connection.clone()
    };
    // A person waits; limits are for runs.
    let settings = Settings {
        limited: false,
        ..settings.clone()
    };
    let source = Source::new(connector, trial, tenant.clone(), settings);
    let source = source.with_secrets(secrets.clone());
    match tokio::time::timeout(PATIENCE, source.account()).await {
        Ok(Ok(account)) => Ok(account),
        Ok(Err(Stop::Store(error))) => Err(error),
        Ok(Err(stop)) => {
            tracing::warn!(connection.id = %connection.id, "A source did not say its account: {stop}");
            Ok(None)
        }
        Err(_) => Ok(None),
    }
}

/// Why a grant is not for this connection: it is another account's than the one connected, or
/// another connection has that account. Of two that come back at the same time one gets it.
async fn other(
    app: &App,
    connector: &Connector,
    (tenant, kept): (&Tenant, &OauthState),
    found: &Stored<Connection>,
    account: &str,
) -> Result<Option<Page>, store::Error> {
    let (connection, title) = (&found.value, connector.title);
    let there = |id: ConnectionId| format!("{}/connections/{id}", home(app));
    if let Some(before) = &connection.account
        && before != account
    {
        let page = Page {
            link: Some((there(connection.id), "Back to the connection")),
            ..Page::new(
                StatusCode::CONFLICT,
                "Another account",
                format!(
                    "You granted access to another {title} account than the one that is connected as \
                     “{}”. Sign in at {title} with that account and reconnect again, or connect the \
                     other account anew. Nothing was kept of this grant.",
                    connection.name
                ),
            )
        };
        audit(tenant, "connection.refused", connection.id, kept, None).await?;
        return Ok(Some(page));
    }
    if connection.is_settled() && connection.account.is_none() {
        // Its ids are its own, whatever the account's are.
        return Ok(None);
    }
    let Some(twin) = tenant.take_account(connection, account).await? else {
        return Ok(None);
    };
    if connection.status == ConnectionStatus::Pending {
        let id = connection.id.to_string();
        match tenant
            .delete_document::<Connection>(&id, Some(found.rev))
            .await
        {
            // Somebody else sees to it.
            Ok(()) | Err(store::Error::NotFound { .. } | store::Error::Changed { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let twin_id = Some(twin.id);
    audit(tenant, "connection.refused", connection.id, kept, twin_id).await?;
    Ok(Some(Page {
        link: Some((there(twin.id), "To that connection")),
        ..Page::new(
            StatusCode::CONFLICT,
            "Connected already",
            format!(
                "This {title} account is connected already, as “{}”. To grant access anew, reconnect \
                 that connection; to connect the account afresh, disconnect that one first. Nothing \
                 was kept of this grant.",
                twin.name
            ),
        )
    }))
}

/// Queues the sync that a new grant is for.
async fn first_sync(tenant: &Tenant, connection: &Connection) -> Result<(), Problem> {
    let id = connection.id.to_string();
    let job = tenant
        .create_job("connection.sync", Some(id.clone()))
        .await?;
    let message = Message {
        v: 1,
        tenant: tenant.id(),
        request_id: tenant.request_id().to_owned(),
        kind: "connection.sync".to_owned(),
        body: json!({"connection": id, "job": job.id}),
    };
    let page = Changes {
        messages: vec![Outgoing::now(Queue::Sync, message)],
        cause: id,
        ..Changes::default()
    };
    tenant.commit(page).await?;
    Ok(())
}
