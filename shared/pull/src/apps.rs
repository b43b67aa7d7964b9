//! Our own registrations at the sources: client ids and secrets.

use crate::oauth;
use connector::{Auth, Connector, Host, OAuth};
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

/// An address at which people sign in, or the same path where the connection's people do.
pub fn address(connection: &Connection, url: &str) -> String {
    match (&connection.base_url, &connection.login_host) {
        (Some(base), _) => format!("{}{}", base.trim_end_matches('/'), oauth::path_of(url)),
        (None, Some(host)) => format!("https://{host}{}", oauth::path_of(url)),
        (None, None) => url.to_owned(),
    }
}

/// The hosts at which people sign in at a source that has several, the usual one first.
pub fn login_hosts(connector: &Connector) -> Vec<&'static str> {
    let hosts = connector.auth.iter().filter_map(|auth| match auth {
        Auth::OAuth(oauth) => oauth.authorize.split('/').nth(2),
        Auth::Key { .. } => None,
    });
    hosts.collect()
}

/// What the name of a customer's own host ends in, where the source has such hosts: people sign in
/// there, too.
pub fn own_hosts(connector: &Connector) -> Option<&'static str> {
    match connector.host {
        // The first is the narrowest: the others are the source's own, and not for signing in.
        Host::OfToken { domains, .. } => domains.first().copied(),
        Host::Fixed(_) => None,
    }
}

/// Whether people may be sent to a host to sign in at a source: whoever answers there is shown a
/// code and our secret.
pub fn may_sign_in_at(connector: &Connector, host: &str) -> bool {
    let label = |text: &str| {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !text.is_empty() && !text.starts_with('-') && text.bytes().all(fits)
    };
    let is_own = || {
        let name = host.strip_suffix(own_hosts(connector)?)?;
        Some(name.split('.').all(label))
    };
    login_hosts(connector).contains(&host) || is_own().unwrap_or_default()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use model::ConnectionId;
    use store::AuthKind;

    #[test]
    fn people_are_sent_to_sign_in_where_the_source_is_and_nowhere_else() {
        let check = |source: &str, host: &str, expected: bool| {
            let connector = connectors::find(source).unwrap();
            assert_eq!(may_sign_in_at(connector, host), expected, "{source} {host}");
        };
        check("salesforce", "login.salesforce.com", true);
        check("salesforce", "test.salesforce.com", true);
        check("salesforce", "acme.my.salesforce.com", true);
        check("salesforce", "acme--uat.sandbox.my.salesforce.com", true);
        for host in [
            "",
            "my.salesforce.com",
            ".my.salesforce.com",
            "..my.salesforce.com",
            "acme.my.salesforce.com.evil.example",
            "evil.example",
            "evil.example/.my.salesforce.com",
            "evil.example#.my.salesforce.com",
            "user@acme.my.salesforce.com",
            "acme.my.salesforce.com:8443",
            "ACME.my.salesforce.com",
            "acme.force.com",
            "help.salesforce.com",
            "https://login.salesforce.com",
        ] {
            check("salesforce", host, false);
        }
        check("hubspot", "app.hubspot.com", true);
        check("hubspot", "acme.my.salesforce.com", false);
        check("stripe", "connect.stripe.com", false);
    }

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
            assert_eq!(address(&connection, usual), expected);
        };
        check(None, None, usual);
        let there = "https://test.salesforce.com/services/oauth2/token";
        check(None, Some("test.salesforce.com"), there);
        let here = "http://127.0.0.1:7434/services/oauth2/token";
        check(Some("http://127.0.0.1:7434/"), None, here);
        check(
            Some("http://127.0.0.1:7434"),
            Some("test.salesforce.com"),
            here,
        );
    }
}
