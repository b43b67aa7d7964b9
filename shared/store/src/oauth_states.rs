//! What we remember while somebody is away at a source to grant us access, or at an identity
//! provider to sign in: a state, good for ten minutes and for one return.
//!
//! Such rows belong to no tenant, since whoever comes back is not known before the row is read.
//! The row's key is a digest of the state and its content is sealed for the state, so that the
//! table alone tells nothing.

use crate::error::Error;
use crate::item::{Item, n, s};
use crate::keys::{self, Key, hex};
use crate::seal::random_array;
use crate::tenant::Store;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::MemberId;
use jiff::Timestamp;
use model::{ConnectionId, TenantId};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// How long somebody may be away.
pub const OAUTH_STATE_S: i64 = 600;
/// A state as text: 256 bits in base64.
const LENGTH: usize = 43;

/// What somebody went away for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OauthPurpose {
    /// To link a source.
    Connect,
    /// To grant access to a linked source anew.
    Reconnect,
    /// To sign in.
    SignIn,
}

/// Who went away, where to, and what for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OauthState {
    /// Of which tenant they are, where that is known.
    pub tenant: Option<TenantId>,
    /// Who, as the audit names them.
    pub by: String,
    /// In which session: its id, or `key` for a program. Whoever returns must be in the same.
    pub session: String,
    /// Where they went: a connector, or an issuer.
    pub provider: String,
    /// For which connection.
    pub connection: Option<ConnectionId>,
    /// What for.
    pub purpose: OauthPurpose,
    /// The verifier of PKCE, whose digest they took along.
    #[serde(serialize_with = "exposed")]
    pub verifier: SecretString,
    /// The address they return to; the exchange must name the same.
    pub redirect_uri: String,
    /// Which of our pages they then see, by its name and never by an address.
    pub return_to: String,
    /// When they went.
    pub created_at: Timestamp,
}

/// What stands in a ticket's places for provider and session, which no state of somebody who goes
/// away can have there: no connector is called so, and a session is a digest or `key`.
const TICKET: &str = "ticket";

impl OauthState {
    /// A ticket: whoever brings it to the API within ten minutes begins a session as this member.
    pub fn ticket(tenant: TenantId, member: MemberId, now: Timestamp) -> Self {
        Self {
            tenant: Some(tenant),
            by: member.to_string(),
            session: TICKET.to_owned(),
            provider: TICKET.to_owned(),
            connection: None,
            purpose: OauthPurpose::SignIn,
            verifier: String::new().into(),
            redirect_uri: String::new(),
            return_to: "sessions".to_owned(),
            created_at: now,
        }
    }

    /// Whose ticket it is, if it is one.
    pub fn is_ticket_of(&self) -> Option<(TenantId, MemberId)> {
        let is_ticket = self.provider == TICKET
            && self.session == TICKET
            && self.purpose == OauthPurpose::SignIn;
        let member = self.by.parse().ok();
        is_ticket.then_some((self.tenant?, member?))
    }
}

fn exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

fn key(state: &str) -> Key {
    let digest = hex(&Sha256::digest(state).into());
    keys::global(&format!("OAUTH#{digest}"), "A")
}

/// What a row is sealed for.
fn place(state: &str) -> [&[u8]; 2] {
    [b"oauth state", state.as_bytes()]
}

impl Store {
    /// Remembers somebody who goes away, and gives the state they take along: 43 letters that mean
    /// nothing to anybody else.
    pub async fn put_oauth_state(&self, it: &OauthState) -> Result<SecretString, Error> {
        let state = URL_SAFE_NO_PAD.encode(random_array::<32>());
        let mut plain = Zeroizing::new(Vec::with_capacity(1_024));
        serde_json::to_writer(&mut *plain, it)
            .map_err(|_| Error::corrupt("state", "it cannot be written as JSON"))?;
        let keys = self.keys().await?;
        let sealed = keys.cursors.seal(&plain, &place(&state), random_array());
        let row = Item::at(&key(&state))
            .with("sealed", s(sealed.map_err(|e| Error::corrupt("state", e))?))
            .with("expires_at", n(it.created_at.as_second() + OAUTH_STATE_S));
        self.table().put(row, None).await?;
        Ok(state.into())
    }

    /// Takes what was remembered under a state; of many who bring the same state one gets it.
    /// `None` for a state that is none of ours, was brought before or is too old; also where AWS's
    /// answer was lost, since then nobody knows who got it.
    pub async fn take_oauth_state(&self, state: &str) -> Result<Option<OauthState>, Error> {
        if state.len() != LENGTH {
            return Ok(None);
        }
        let Some(row) = self.table().take(&key(state)).await? else {
            return Ok(None);
        };
        if row
            .number("expires_at")
            .is_none_or(|ttl| ttl <= self.now().as_second())
        {
            return Ok(None);
        }
        let sealed = row.text("sealed").unwrap_or_default();
        let keys = self.keys().await?;
        let plain = keys.cursors.open(sealed, &place(state));
        let plain = plain.map_err(|e| Error::corrupt("state", e))?;
        // Serde's own error could quote the text.
        let unreadable = |_| Error::corrupt("state", "it is not the JSON expected");
        serde_json::from_slice(&plain).map(Some).map_err(unreadable)
    }
}

/// The cookie of the browser in which somebody goes away.
pub const OAUTH_COOKIE: &str = "pie_oauth";

/// What a state keeps of the cookie of the browser it was begun in.
pub fn oauth_session(cookie: &str) -> String {
    hex(&Sha256::digest(cookie).into())
}

/// Whether a cookie is that of the browser a state was begun in.
pub fn is_oauth_session(session: &str, cookie: &str) -> bool {
    // Digests are compared: how far they agree tells nothing about the cookie.
    oauth_session(cookie) == session
}
