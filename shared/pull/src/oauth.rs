//! Consent and tokens: the addresses people are sent to, and the forms codes and refresh tokens are
//! taken to the source with.

use crate::apps::App;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use connector::{ClientAuth, OAuth, Response, Value, encode};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use store::Secrets;

/// What belongs to a path, of a whole address.
pub(crate) fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
}

/// Where a person is sent to consent.
pub fn authorize_url(
    oauth: &OAuth,
    address: &str,
    app: &App,
    scopes: &[&str],
    redirect_uri: &str,
    state: &SecretString,
    verifier: &SecretString,
) -> String {
    let scope = scopes.join(" ");
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose_secret()));
    let mut pairs = vec![
        ("response_type", "code"),
        ("client_id", &app.client_id),
        ("redirect_uri", redirect_uri),
        ("state", state.expose_secret()),
    ];
    if !scope.is_empty() {
        pairs.push(("scope", &scope));
    }
    if oauth.pkce {
        pairs.push(("code_challenge", &challenge));
        pairs.push(("code_challenge_method", "S256"));
    }
    let sep = if address.contains('?') { '&' } else { '?' };
    format!("{address}{sep}{}", form(&pairs))
}

fn form(pairs: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        encode(&mut text, name);
        text.push('=');
        encode(&mut text, value);
    }
    text
}

/// What is taken to the token's address.
#[derive(Debug)]
pub enum Grant<'a> {
    /// The code a person came back with.
    Code {
        /// The code.
        code: &'a SecretString,
        /// What its challenge was made from.
        verifier: &'a SecretString,
        /// Where the person came back to.
        redirect_uri: &'a str,
    },
    /// A refresh token.
    Refresh(&'a SecretString),
}

/// The request that asks for tokens.
pub fn token_request(
    oauth: &OAuth,
    address: &str,
    app: &App,
    grant: &Grant,
) -> Result<http::Request<Bytes>, http::Error> {
    let pairs = match grant {
        Grant::Code {
            code,
            verifier,
            redirect_uri,
        } => {
            let mut pairs = vec![
                ("grant_type", "authorization_code"),
                ("code", code.expose_secret()),
                ("redirect_uri", redirect_uri),
            ];
            if oauth.pkce {
                pairs.push(("code_verifier", verifier.expose_secret()));
            }
            pairs
        }
        Grant::Refresh(token) => vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", token.expose_secret()),
        ],
    };
    signed(oauth, address, app, pairs)
}

/// A form, with what proves who we are where the source wants it.
fn signed<'a>(
    oauth: &OAuth,
    address: &str,
    app: &'a App,
    mut pairs: Vec<(&'a str, &'a str)>,
) -> Result<http::Request<Bytes>, http::Error> {
    let secret = app.client_secret.expose_secret();
    let mut request = post(address);
    match oauth.client {
        ClientAuth::Form => {
            pairs.push(("client_id", &app.client_id));
            pairs.push(("client_secret", secret));
        }
        ClientAuth::Basic => {
            let both = STANDARD.encode(format!("{}:{secret}", app.client_id));
            request = request.header(http::header::AUTHORIZATION, format!("Basic {both}"));
        }
    }
    request.body(form(&pairs).into())
}

fn post(address: &str) -> http::request::Builder {
    http::Request::post(address)
        .header(
            http::header::CONTENT_TYPE,
            "application/x-www-form-urlencoded",
        )
        .header(http::header::ACCEPT, "application/json")
}

/// The request that gives a token back.
pub fn revoke_request(
    oauth: &OAuth,
    address: &str,
    field: &str,
    app: &App,
    token: &SecretString,
) -> Result<http::Request<Bytes>, http::Error> {
    let pairs = vec![(field, token.expose_secret())];
    signed(oauth, address, app, pairs)
}

/// Why there are no tokens.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The grant is no good, or no longer: a person has to consent again.
    #[error("{0}")]
    Grant(String),
    /// We are not who the source knows: somebody who runs Pie has to look.
    #[error("{0}")]
    Client(String),
    /// It may go better later: nothing was done.
    #[error("{0}")]
    Later(String),
    /// Nobody knows what was done: the answer cannot be read.
    #[error("{0}")]
    Unreadable(String),
}

/// Reads the answer to a request for tokens. What the old secrets had and the answer does not say
/// stays: most sources give the refresh token once.
pub fn tokens(
    oauth: &OAuth,
    response: &Response,
    before: Option<&Secrets>,
    now: Timestamp,
) -> Result<Secrets, Refused> {
    if !response.is_success() {
        return Err(refused(response));
    }
    let text = |name: &str| match response.json.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let Some(access) = text("access_token") else {
        // Some answer 200 to everything.
        return Err(refused(response));
    };
    let lasts = response
        .json
        .get("expires_in")
        .and_then(|lasts| match lasts {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        });
    let lasts = lasts.map_or(i64::from(oauth.lasts_s), |lasts| lasts as i64);
    let secret_ones = ["access_token", "refresh_token", "id_token", "signature"];
    let mut extra = before
        .map(|before| before.extra.clone())
        .unwrap_or_default();
    let others = response.json.fields().map(|(name, _)| name);
    let others = others.filter(|name| !secret_ones.contains(name));
    extra.extend(others.filter_map(|name| Some((name.to_owned(), text(name)?))));
    Ok(Secrets {
        access: access.into(),
        refresh: text("refresh_token")
            .map(SecretString::from)
            .or_else(|| before.and_then(|before| before.refresh.clone())),
        expires_at: now
            .checked_add(SignedDuration::from_secs(lasts.max(1)))
            .ok(),
        issued_at: now,
        scope: text("scope").or_else(|| before.and_then(|before| before.scope.clone())),
        extra,
    })
}

fn refused(response: &Response) -> Refused {
    let error = response.str("/error").unwrap_or_default();
    let status = response.status;
    if response.json.is_null() || (response.is_success() && error.is_empty()) {
        let what = format!("the source answered with status {status} and nothing that can be read");
        return if response.is_success() {
            Refused::Unreadable(what)
        } else {
            Refused::Later(what)
        };
    }
    match (error, status) {
        ("invalid_client" | "unauthorized_client" | "invalid_client_id", _) => Refused::Client(
            "the source does not know our client id or its secret; whoever runs Pie has to check them"
                .to_owned(),
        ),
        (_, 408 | 425 | 429 | 500..) => {
            Refused::Later(format!("the source answered with status {status}"))
        }
        ("temporarily_unavailable" | "server_error" | "rate_limit_reached", _) => {
            Refused::Later("the source is not available for a moment".to_owned())
        }
        ("invalid_scope", _) => Refused::Grant(
            "the source does not grant what is asked for; connect again as somebody who may read it"
                .to_owned(),
        ),
        _ => Refused::Grant(
            "the grant has ended or was taken back at the source; connect again".to_owned(),
        ),
    }
}
