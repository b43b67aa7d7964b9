//! The sources there are, and what each takes to be connected.

use super::grant::{offered_sandbox, settings};
use crate::app::App;
use crate::auth::Caller;
use crate::paging::Page;
use axum::extract::State;
use connector::{Auth, Category, Connector};
use edge::{Code, Json, Path, Problem};
use pull::Apps;
use serde::Serialize;
use store::AuthKind;
use utoipa::ToSchema;

/// A source that can be connected.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectorView {
    /// Its id.
    #[schema(example = "hubspot")]
    id: &'static str,
    /// Its name as people write it.
    title: &'static str,
    /// What it knows: `crm` or `billing`.
    #[schema(value_type = String)]
    category: Category,
    /// How it is let in; the first is what most people should take.
    auth: Vec<AuthView>,
    /// What it has, by name.
    streams: Vec<&'static str>,
    /// How it tells of changes at once, where it does.
    webhook: Option<PushView>,
    /// Whether this installation is registered at the source, which consent needs.
    registered: bool,
    /// Whether a sandbox of it is offered here.
    sandbox: bool,
    /// Whether its accounts can sign in here.
    signs_in: bool,
}

/// A way to be let in.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuthView {
    /// `oauth` or `key`.
    kind: &'static str,
    /// What to do, for the person.
    help: &'static str,
    /// What is asked for, in the source's words.
    scopes: Vec<&'static str>,
    /// The hosts where people sign in at a source that has several, the usual one first; one that
    /// begins with a dot stands for every name under it.
    hosts: Vec<&'static str>,
}

/// How a source tells of changes at once.
#[derive(Serialize, ToSchema)]
pub(crate) struct PushView {
    /// `connection` where each connection has an address of its own, `app` where there is one for
    /// all accounts.
    kind: &'static str,
    /// The one address for all accounts, which is given to the app and not to an account.
    url: Option<String>,
    /// What to do, for the person.
    help: &'static str,
}

/// Whether a source is let in this way.
pub(super) fn takes(connector: &Connector, kind: AuthKind) -> bool {
    connector.auth.iter().any(|auth| kind_of(auth) == kind)
}

fn kind_of(auth: &Auth) -> AuthKind {
    match auth {
        Auth::OAuth(_) => AuthKind::Oauth,
        Auth::Key { .. } => AuthKind::Key,
    }
}

/// What helps a person to a key of the source's.
pub(super) fn key_help(connector: &Connector) -> &'static str {
    let help = |auth: &Auth| match auth {
        Auth::Key { help, .. } => Some(*help),
        Auth::OAuth(_) => None,
    };
    connector.auth.iter().find_map(help).unwrap_or_default()
}

/// The one address of a source that sends the events of all accounts there.
pub(super) fn app_url(app: &App, connector: &Connector) -> Option<String> {
    let is_one = connector.webhook?.account.is_some();
    is_one.then(|| format!("{}/v1/webhooks/{}", public_url(app), connector.id))
}

/// Where people and sources reach this installation.
pub(crate) fn public_url(app: &App) -> &str {
    app.config().public_url.trim_end_matches('/')
}

/// There is no such source.
pub(super) fn unknown(pointer: &str) -> Problem {
    let ids: Vec<&str> = connectors::ALL.iter().map(|it| it.id).collect();
    let message = format!("is none of the sources: {}", ids.join(", "));
    Problem::new(Code::InvalidBody).field(pointer, "unknown", message)
}

fn view(app: &App, apps: &Apps, connector: &'static Connector) -> ConnectorView {
    let mut auth: Vec<AuthView> = Vec::new();
    for way in connector.auth {
        let shown = match way {
            Auth::OAuth(oauth) => AuthView {
                kind: "oauth",
                help: "Somebody who may read everybody's deals there consents in the browser",
                scopes: oauth.scopes.to_vec(),
                hosts: oauth.hosts.to_vec(),
            },
            Auth::Key { help, .. } => AuthView {
                kind: "key",
                help,
                scopes: Vec::new(),
                hosts: Vec::new(),
            },
        };
        if auth.iter().all(|before| before.kind != shown.kind) {
            auth.push(shown);
        }
    }
    let url = app_url(app, connector);
    ConnectorView {
        id: connector.id,
        title: connector.title,
        category: connector.category,
        auth,
        streams: connector.streams.iter().map(|stream| stream.name).collect(),
        webhook: connector.webhook.map(|webhook| PushView {
            kind: if url.is_some() { "app" } else { "connection" },
            url,
            help: webhook.help,
        }),
        registered: apps.of(connector.id, false).is_some(),
        sandbox: offered_sandbox(app, connector.id).is_some(),
        signs_in: pull::oauth_of(connector).is_some_and(|oauth| oauth.sign_in.is_some()),
    }
}

/// The sources that can be connected
#[utoipa::path(get, path = "/v1/connectors", tag = "connections", operation_id = "listConnectors",
    responses((status = 200, description = "All of them", body = Page<ConnectorView>)))]
pub(super) async fn list_connectors(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Page<ConnectorView>>, Problem> {
    let apps = settings(&app).await?.apps;
    let all = connectors::ALL.into_iter();
    let views = all.map(|connector| view(&app, &apps, connector));
    Ok(Json(Page::whole(views.collect(), caller.tenant().now())))
}

/// A source that can be connected
#[utoipa::path(get, path = "/v1/connectors/{source}", tag = "connections", operation_id = "getConnector",
    params(("source" = String, Path, description = "The source's id")),
    responses((status = 200, description = "What it takes to be connected", body = ConnectorView)))]
pub(super) async fn get_connector(
    State(app): State<App>,
    Path(source): Path<String>,
) -> Result<Json<ConnectorView>, Problem> {
    let connector = connectors::find(&source).ok_or_else(Problem::not_found)?;
    Ok(Json(view(&app, &settings(&app).await?.apps, connector)))
}
