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

/// One of the addresses of an authorization server, where the connection's people sign in.
pub fn address(connection: &Connection, oauth: &OAuth, url: &str) -> String {
    if let Some(base) = &connection.base_url {
        return format!("{}{}", base.trim_end_matches('/'), oauth::path_of(url));
    }
    let host = connection.login_host.as_deref();
    let there = host.and_then(|host| oauth.at(url, host));
    there.unwrap_or_else(|| url.to_owned())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use model::ConnectionId;
    use store::AuthKind;

    #[test]
    fn an_address_is_where_the_connections_people_sign_in() {
        let usual = "https://login.salesforce.com/services/oauth2/token";
        let check = |base: Option<&str>, host: Option<&str>, expected: &str| {
            let id = ConnectionId::from_bytes([1; 16]);
            let at = jiff::Timestamp::constant(1_790_000_000, 0);
            let connection = Connection {
                base_url: base.map(str::to_owned),
                login_host: host.map(str::to_owned),
                ..Connection::new(id, "salesforce", AuthKind::Oauth, "test", at)
            };
            let salesforce = connectors::find("salesforce").and_then(oauth_of).unwrap();
            assert_eq!(address(&connection, salesforce, usual), expected);
        };
        check(None, None, usual);
        let there = "https://test.salesforce.com/services/oauth2/token";
        check(None, Some("test.salesforce.com"), there);
        // What the source no longer has is not asked.
        check(None, Some("evil.example"), usual);
        let here = "http://127.0.0.1:7434/services/oauth2/token";
        check(Some("http://127.0.0.1:7434/"), None, here);
        check(
            Some("http://127.0.0.1:7434"),
            Some("test.salesforce.com"),
            here,
        );
    }
}
