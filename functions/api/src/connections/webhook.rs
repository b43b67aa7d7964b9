//! The address a source calls when something changes, and what it shows there.

use super::catalogue::{app_url, public_url};
use super::{connection_of, unsaid, wrong_state};
use crate::app::App;
use crate::auth::Caller;
use crate::people::audit;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connector::Webhook;
use connector::verify::{Address, MOST_SECRETS, Signature};
use edge::{Code, Json, Path, Problem};
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{Connection, ConnectionStatus, WebhookInfo, random_array};
use utoipa::ToSchema;

/// The longest secret.
const MOST_SECRET_BYTES: usize = 512;
/// The user that a source shows which signs nothing.
const USER: &str = "pie";

/// How a source is told where to call.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct WebhookView {
    /// `connection` where the connection has an address of its own, `app` where the source sends
    /// the events of all accounts to one, `none` where it does not call.
    kind: &'static str,
    /// The address to give to the source. That of a connection is shown once, when it is made.
    url: Option<String>,
    /// Whether the connection has an address.
    has_address: bool,
    /// What the source signs with, or shows, is kept in so many versions.
    secrets: usize,
    /// Whether deliveries are taken: there is an address, and something to check them with.
    active: bool,
    /// The user to give to a source that signs nothing; shown once, when it is made.
    user: Option<String>,
    /// And the password.
    password: Option<String>,
    /// What to do at the source.
    help: String,
}

/// What a source calls with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutWebhook {
    /// What the source signs with, the newest first, in place of what was kept; several while one
    /// is changed at the source. For a source that signs nothing, `user:password`. Left out, what is
    /// kept stays; such a source is then given a user and a password.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, min_items = 1, max_items = 4)]
    secrets: Option<Vec<SecretString>>,
    /// Whether a new address takes the place of the one that is there.
    #[serde(default)]
    new_address: bool,
}

/// How a connection's source tells of changes
///
/// The address of a connection has a part that cannot be guessed, of which only a digest is kept: it
/// is shown once, by PUT. Secrets are never shown.
#[utoipa::path(get, path = "/v1/connections/{id}/webhook", tag = "connections", operation_id = "getWebhook",
    params(("id" = String, Path, description = "The connection's id")),
    responses((status = 200, description = "How it stands", body = WebhookView)))]
pub(super) async fn get_webhook(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<WebhookView>, Problem> {
    let connection = connection_of(&caller, &id).await?.value;
    let secrets = caller.tenant().webhook_secrets(connection.id).await?;
    Ok(Json(view(&app, &connection, secrets.len())))
}

/// Let a source tell of changes
///
/// Without a body's fields it makes the address, which the source is given; then the secret that the
/// source shows is put here.
#[utoipa::path(put, path = "/v1/connections/{id}/webhook", tag = "connections", operation_id = "putWebhook",
    params(("id" = String, Path, description = "The connection's id")),
    request_body = PutWebhook,
    responses((status = 200, description = "How it stands, with what is shown once", body = WebhookView)))]
pub(super) async fn put_webhook(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    body: Result<Json<PutWebhook>, Problem>,
) -> Result<Response, Problem> {
    let Json(body) = body.map_err(unsaid)?;
    let connection = connection_of(&caller, &id).await?.value;
    let Some(webhook) = own(&connection) else {
        let view = view(&app, &connection, 0);
        return Err(Problem::new(Code::WrongState)
            .detail("This source calls no address of a connection's own")
            .remedy(format!("{}.", view.help.trim_end_matches('.'))));
    };
    if connection.status == ConnectionStatus::Disabled {
        return Err(wrong_state(&connection, "takes no deliveries"));
    }
    let tenant = caller.tenant();
    let kept = tenant.webhook_secrets(connection.id).await?.len();
    let mut made = None;
    let secrets = match body.secrets {
        Some(secrets) => {
            check(webhook.signature, &secrets)?;
            Some(secrets)
        }
        None if webhook.signature == Signature::Basic && kept == 0 => {
            let password = URL_SAFE_NO_PAD.encode(random_array::<24>());
            let secret = format!("{USER}:{password}");
            made = Some(password);
            Some(vec![secret.into()])
        }
        None => None,
    };
    let count = secrets.as_ref().map_or(kept, Vec::len);
    // What a delivery is checked with is there before one can come.
    if let Some(secrets) = secrets {
        tenant.put_webhook_secrets(connection.id, secrets).await?;
    }
    let has_address = connection
        .webhook
        .as_ref()
        .is_some_and(|webhook| webhook.path_token_digest.is_some());
    let address = (body.new_address || !has_address)
        .then(|| Address::new(tenant.id(), connection.id, random_array()));
    let digest = address.as_ref().map(Address::digest);
    let edited = tenant.edit_document::<Connection, Problem>(&id, |connection| {
        if connection.status == ConnectionStatus::Disabled {
            return Err(wrong_state(connection, "takes no deliveries"));
        }
        let webhook = connection.webhook.get_or_insert_with(WebhookInfo::default);
        if digest.is_some() {
            webhook.path_token_digest.clone_from(&digest);
        }
        webhook.active = webhook.path_token_digest.is_some() && count > 0;
        Ok(())
    });
    let connection = match edited.await {
        Ok(stored) => stored.value,
        Err(problem) => {
            tenant.delete_webhook_secrets(connection.id).await?;
            return Err(problem);
        }
    };
    let detail = BTreeMap::from([
        ("new_address".to_owned(), address.is_some().to_string()),
        ("secrets".to_owned(), count.to_string()),
    ]);
    audit(&caller, "connection.webhook", &id, detail).await?;
    let source = &connection.source;
    let url = address.map(|it| format!("{}/v1/webhooks/{source}/{it}", public_url(&app)));
    let view = WebhookView {
        url,
        user: made.is_some().then(|| USER.to_owned()),
        password: made,
        ..view(&app, &connection, count)
    };
    let mut answer = Json(view).into_response();
    let no_store = HeaderValue::from_static("no-store");
    answer.headers_mut().insert(CACHE_CONTROL, no_store);
    Ok(answer)
}

/// How the source calls a connection's own address, if it does.
fn own(connection: &Connection) -> Option<Webhook> {
    let webhook = connectors::find(&connection.source)?.webhook?;
    webhook.account.is_none().then_some(webhook)
}

fn view(app: &App, connection: &Connection, secrets: usize) -> WebhookView {
    let connector = connectors::find(&connection.source);
    let Some((connector, webhook)) = connector.and_then(|it| Some((it, it.webhook?))) else {
        return WebhookView {
            kind: "none",
            help: "This source does not call: its changes come with the next sync".to_owned(),
            ..WebhookView::default()
        };
    };
    let help = webhook.help.to_owned();
    if let Some(url) = app_url(app, connector) {
        return WebhookView {
            kind: "app",
            url: Some(url),
            has_address: true,
            active: connection.status == ConnectionStatus::Active,
            help,
            ..WebhookView::default()
        };
    }
    let info = connection.webhook.clone().unwrap_or_default();
    WebhookView {
        kind: "connection",
        has_address: info.path_token_digest.is_some(),
        active: info.path_token_digest.is_some() && secrets > 0,
        secrets,
        help,
        ..WebhookView::default()
    }
}

fn check(signature: Signature, secrets: &[SecretString]) -> Result<(), Problem> {
    let mut problem = Problem::new(Code::InvalidBody);
    if !(1..=MOST_SECRETS).contains(&secrets.len()) {
        let message = "are not 1 to 4; send those that are live at the source";
        problem = problem.field("/secrets", "out_of_range", message);
    }
    for (at, secret) in secrets.iter().enumerate() {
        if let Some(message) = odd(signature, secret.expose_secret()) {
            problem = problem.field(format!("/secrets/{at}"), "malformed", message);
        }
    }
    if problem.errors.is_empty() {
        Ok(())
    } else {
        Err(problem)
    }
}

/// Why a text is no secret that such a source signs with.
fn odd(signature: Signature, secret: &str) -> Option<&'static str> {
    let fits = (1..=MOST_SECRET_BYTES).contains(&secret.len())
        && secret.bytes().all(|byte| byte.is_ascii_graphic());
    match signature {
        _ if !fits => Some("is not 1 to 512 visible ASCII characters; copy it whole"),
        Signature::Stripe | Signature::Standard if !secret.starts_with("whsec_") => {
            Some("is no signing secret: those begin with whsec_")
        }
        Signature::Basic if secret.split_once(':').is_none_or(|(_, it)| it.is_empty()) => {
            Some("is not of the form user:password")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_held_to_the_form_its_source_has() {
        let check = |signature, secret: &str, expected: bool| {
            assert_eq!(odd(signature, secret).is_none(), expected, "{secret:?}");
        };
        check(Signature::Stripe, "whsec_abc", true);
        check(Signature::Stripe, "sk_test_abc", false);
        check(Signature::Stripe, "whsec_a b", false);
        check(Signature::Stripe, "", false);
        check(Signature::Basic, "user:word:with:colons", true);
        check(Signature::Basic, "user:", false);
        check(Signature::Basic, "user", false);
        check(Signature::HubSpotV3, "anything", true);
        check(Signature::HubSpotV3, &"x".repeat(513), false);
    }
}
