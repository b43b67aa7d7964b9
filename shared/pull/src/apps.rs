//! Our own registrations at the sources: client ids and secrets.

use crate::oauth;
use connector::{Auth, Connector, OAuth};
use secrecy::SecretString;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use store::Connection;

/// What we are registered as at a source.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// Who we are; not a secret.
    pub client_id: String,
    /// What proves it.
    pub client_secret: SecretString,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// All registrations: those at the sources themselves by the connector's id, those at sandboxes of
/// this machine by `sandbox:` and the id.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Apps(BTreeMap<String, App>);

/// The secret that holds the registrations is no JSON of the right form.
#[derive(Debug, thiserror::Error)]
#[error(
    "the secret with the sources' apps cannot be read; it is JSON of the form \
     {{\"hubspot\": {{\"client_id\": \"…\", \"client_secret\": \"…\"}}}}"
)]
pub struct AppsError;

impl Apps {
    /// Reads the secret; none means that no source can be connected by consent.
    pub fn read(text: Option<&str>) -> Result<Self, AppsError> {
        let Some(text) = text else {
            return Ok(Self::default());
        };
        // Serde's own error could quote the text.
        serde_json::from_str(text).map_err(|_| AppsError)
    }

    /// Our registration for a connection's source.
    pub fn of(&self, source: &str, sandbox: bool) -> Option<&App> {
        if sandbox {
            self.0.get(&format!("sandbox:{source}"))
        } else {
            self.0.get(source)
        }
    }
}

/// The authorization server of a connector that has one.
pub fn oauth_of(connector: &Connector) -> Option<&'static OAuth> {
    connector.auth.iter().find_map(|auth| match auth {
        Auth::OAuth(oauth) => Some(oauth),
        Auth::Key { .. } => None,
    })
}

/// An address of the vendor, or the same path at the connection's own address where it has one.
pub fn address(connection: &Connection, url: &str) -> String {
    match &connection.base_url {
        Some(base) => format!("{}{}", base.trim_end_matches('/'), oauth::path_of(url)),
        None => url.to_owned(),
    }
}
