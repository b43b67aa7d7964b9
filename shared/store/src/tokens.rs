//! What opens a source: tokens and keys, sealed, in versions.
//!
//! What is kept is bound to the tenant, the connection, the field and the version. A ciphertext
//! copied to another row, or an older one put back, does not open.
//!
//! A refresh token is often good for one use, and a second use may end the connection. So whoever
//! refreshes claims the version first ([`Tenant::claim_refresh`]); of all who ask at once one gets
//! it, and the new tokens are kept only while the claim stands ([`Tenant::finish_refresh`]).

use crate::error::{Disposition, Error};
use crate::item::{Item, n, s};
use crate::keys::{self, Key};
use crate::seal::random_array;
use crate::table::Expression;
use crate::tenant::Tenant;
use jiff::Timestamp;
use model::ConnectionId;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;
use zeroize::Zeroizing;

/// How long a refresh may take.
pub const REFRESH_S: i64 = 30;
/// How long a deleted secret's version is remembered, so that a new one does not take its number
/// while somebody still holds the old.
const REMEMBERED_S: i64 = 35 * 86_400;
/// How often a write is tried again because somebody else was quicker, or AWS did not answer.
const MOST_TRIES: u32 = 8;
/// The text that a sealed field of this size is written into, so that it need not grow and leave
/// copies behind.
const ROOM: usize = 4_096;

/// What a source gave us, or somebody typed in, to be let in.
#[derive(Clone, Deserialize)]
pub struct Secrets {
    /// What each request carries: an access token or a key.
    pub access: SecretString,
    /// What gets the next one.
    pub refresh: Option<SecretString>,
    /// When `access` runs out, where it does.
    pub expires_at: Option<Timestamp>,
    /// When it was given.
    pub issued_at: Timestamp,
    /// What it is good for, in the source's words.
    pub scope: Option<String>,
    /// What else the source said of it, such as the address to call.
    pub extra: BTreeMap<String, String>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(..)")
    }
}

impl Secrets {
    fn write(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            access: &'a str,
            refresh: Option<&'a str>,
            expires_at: Option<Timestamp>,
            issued_at: Timestamp,
            scope: Option<&'a str>,
            extra: &'a BTreeMap<String, String>,
        }
        write(&Written {
            access: self.access.expose_secret(),
            refresh: self.refresh.as_ref().map(ExposeSecret::expose_secret),
            expires_at: self.expires_at,
            issued_at: self.issued_at,
            scope: self.scope.as_deref(),
            extra: &self.extra,
        })
    }
}

fn write(secret: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut plain = Zeroizing::new(Vec::with_capacity(ROOM));
    serde_json::to_writer(&mut *plain, secret)
        .map_err(|_| Error::corrupt("secret", "it cannot be written as JSON"))?;
    Ok(plain)
}

/// A version of a connection's secrets.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Which: it grows with every refresh, and with every time somebody grants access anew.
    pub version: u64,
    /// The secrets.
    pub secrets: Secrets,
}

/// Whether one may refresh.
#[derive(Clone, Debug)]
pub enum Refresh {
    /// One may: do it, then call [`Tenant::finish_refresh`] or [`Tenant::abandon_refresh`].
    Yours(RefreshClaim),
    /// Somebody else is at it: look again soon, at the latest when their time is up.
    InFlight {
        /// When it is.
        until: Timestamp,
    },
    /// It was done: take these.
    Newer(Credential),
}

/// The right to refresh one version of a connection's secrets, for a while.
#[derive(Clone, Debug)]
pub struct RefreshClaim {
    connection: ConnectionId,
    version: u64,
    nonce: String,
    /// Up to when it is ours alone.
    pub until: Timestamp,
    /// An earlier claim of the same version ran out and nobody knows how far it came. If the
    /// source takes a refresh token once only, it may have been used.
    pub unfinished: bool,
}

impl RefreshClaim {
    /// Of which connection.
    pub fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// Of which version.
    pub fn version(&self) -> u64 {
        self.version
    }
}

/// The claim ran out and somebody else has refreshed, or access was granted anew or taken back:
/// what is kept now counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secrets were changed by somebody else in the meantime; read them again")]
pub struct Lost;

/// What is sealed of a connection.
#[derive(Clone, Copy, Debug)]
enum Field {
    Credential,
    Webhook,
}

impl Field {
    fn name(self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::Webhook => "webhook",
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::Credential => "credential of this connection",
            Self::Webhook => "webhook secret of this connection",
        }
    }
}

fn version(row: &Item) -> u64 {
    row.number("ver").unwrap_or_default().unsigned_abs()
}

impl Tenant {
    /// Keeps secrets that somebody has just granted: a new version, whatever was there. A refresh
    /// that is under way comes too late.
    pub async fn put_credential(
        &self,
        connection: ConnectionId,
        secrets: Secrets,
    ) -> Result<Credential, Error> {
        let plain = secrets.write()?;
        let version = self
            .put_field(connection, Field::Credential, &plain)
            .await?;
        Ok(Credential { version, secrets })
    }

    /// The secrets of a connection; `None` where it has none.
    pub async fn credential(&self, connection: ConnectionId) -> Result<Option<Credential>, Error> {
        let key = self.field_key(connection, Field::Credential);
        match self.table().get(&key).await? {
            Some(row) => self.read_credential(connection, &row).await,
            None => Ok(None),
        }
    }

    /// Claims the refresh of a version. Of all who claim the same version at once one gets it; an
    /// error where the secrets were deleted.
    pub async fn claim_refresh(
        &self,
        connection: ConnectionId,
        version: u64,
    ) -> Result<Refresh, Error> {
        let field = Field::Credential;
        let now = self.now().as_second();
        let nonce = self.unique();
        let update = Expression::new(
            "SET nonce = :nonce, refreshing_until = :until, \
             claims = if_not_exists(claims, :zero) + :one",
        )
        .with(":nonce", s(&nonce))
        .with(":until", n(now + REFRESH_S))
        .with(":zero", n(0))
        .with(":one", n(1))
        .with(":ver", n(version))
        .with(":now", n(now));
        let free = "ver = :ver AND attribute_exists(sealed) AND \
                    (attribute_not_exists(nonce) OR refreshing_until <= :now)";
        let key = self.field_key(connection, field);
        let row = match self.table().update(&key, update, Some(free)).await? {
            Ok(row) => Some(row),
            Err(row) => row,
        };
        let gone = Error::NotFound { what: field.what() };
        let Some(row) = row else { return Err(gone) };
        let until = row.number("refreshing_until").unwrap_or_default();
        let until = Timestamp::from_second(until).map_err(|e| Error::corrupt(field.what(), e))?;
        // Also where the answer was lost and the same call came again.
        if row.text("nonce") == Some(&nonce) {
            return Ok(Refresh::Yours(RefreshClaim {
                connection,
                version,
                nonce,
                until,
                unfinished: row.number("claims").is_some_and(|claims| claims > 1),
            }));
        }
        match self.read_credential(connection, &row).await? {
            None => Err(gone),
            Some(kept) if kept.version == version => Ok(Refresh::InFlight { until }),
            Some(kept) => Ok(Refresh::Newer(kept)),
        }
    }

    /// Keeps the secrets of a claimed refresh as a new version, unless the claim was lost. The old
    /// ones may be worth nothing by now, so this tries hard before it gives up.
    pub async fn finish_refresh(
        &self,
        claim: RefreshClaim,
        secrets: Secrets,
    ) -> Result<Result<Credential, Lost>, Error> {
        let version = claim.version + 1;
        let plain = secrets.write()?;
        let mut tries = 0;
        let sealed = loop {
            let sealed = self
                .seal_field(claim.connection, Field::Credential, version, &plain)
                .await;
            match sealed {
                Err(error) if self.again(&error, &mut tries).await => {}
                sealed => break sealed?,
            }
        };
        loop {
            match self.replace_claimed(&claim, version, &sealed).await {
                Ok(true) => return Ok(Ok(Credential { version, secrets })),
                Ok(false) => return Ok(Err(Lost)),
                Err(error) if self.again(&error, &mut tries).await => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Gives a claim back: the source was not asked, or answered that it changed nothing. Where
    /// nobody knows what the source did, let the claim run out instead, so that the next one hears
    /// of it.
    pub async fn abandon_refresh(&self, claim: RefreshClaim) -> Result<(), Error> {
        let update = Expression::new("SET claims = claims - :one REMOVE nonce, refreshing_until")
            .with(":one", n(1))
            .with(":ver", n(claim.version))
            .with(":nonce", s(&claim.nonce));
        let key = self.field_key(claim.connection, Field::Credential);
        let ours = Some("ver = :ver AND nonce = :nonce");
        // Where it is no longer ours there is nothing to give back.
        let _ = self.table().update(&key, update, ours).await?;
        Ok(())
    }

    /// Deletes the secrets of a connection. A refresh that is under way comes too late.
    pub async fn delete_credential(&self, connection: ConnectionId) -> Result<(), Error> {
        self.delete_field(connection, Field::Credential).await
    }

    /// Keeps what the source signs its webhooks with, in place of what was there: the present
    /// secret, and earlier ones that still count.
    pub async fn put_webhook_secrets(
        &self,
        connection: ConnectionId,
        secrets: Vec<SecretString>,
    ) -> Result<(), Error> {
        let exposed: Vec<&str> = secrets.iter().map(ExposeSecret::expose_secret).collect();
        let plain = write(&exposed)?;
        self.put_field(connection, Field::Webhook, &plain)
            .await
            .map(drop)
    }

    /// What the source signs its webhooks with; nothing where nothing is kept.
    pub async fn webhook_secrets(
        &self,
        connection: ConnectionId,
    ) -> Result<Vec<SecretString>, Error> {
        let field = Field::Webhook;
        let row = self.table().get(&self.field_key(connection, field)).await?;
        let Some(row) = row else {
            return Ok(Vec::new());
        };
        let opened = self.open_field(connection, field, &row).await?;
        Ok(opened.unwrap_or_default())
    }

    /// Deletes what the source signs its webhooks with.
    pub async fn delete_webhook_secrets(&self, connection: ConnectionId) -> Result<(), Error> {
        self.delete_field(connection, Field::Webhook).await
    }

    fn field_key(&self, connection: ConnectionId, field: Field) -> Key {
        let sk = format!("{connection}#{}", field.name());
        keys::row(self.id(), "XT", sk)
    }

    async fn read_credential(
        &self,
        connection: ConnectionId,
        row: &Item,
    ) -> Result<Option<Credential>, Error> {
        let secrets = self.open_field(connection, Field::Credential, row).await?;
        Ok(secrets.map(|secrets| Credential {
            version: version(row),
            secrets,
        }))
    }

    async fn seal_field(
        &self,
        connection: ConnectionId,
        field: Field,
        version: u64,
        plain: &[u8],
    ) -> Result<String, Error> {
        let version = version.to_be_bytes();
        let place: [&[u8]; 4] = [
            self.id_bytes(),
            connection.as_bytes(),
            field.name().as_bytes(),
            &version,
        ];
        let sealed = self.sealer().await?.seal(plain, &place, random_array());
        sealed.map_err(|e| Error::corrupt(field.what(), e))
    }

    async fn open_field<T: serde::de::DeserializeOwned>(
        &self,
        connection: ConnectionId,
        field: Field,
        row: &Item,
    ) -> Result<Option<T>, Error> {
        let Some(sealed) = row.text("sealed") else {
            return Ok(None);
        };
        let version = version(row).to_be_bytes();
        let place: [&[u8]; 4] = [
            self.id_bytes(),
            connection.as_bytes(),
            field.name().as_bytes(),
            &version,
        ];
        let plain = self.sealer().await?.open(sealed, &place);
        let plain = plain.map_err(|e| Error::corrupt(field.what(), e))?;
        // Serde's own error could quote the text.
        let unreadable = |_| Error::corrupt(field.what(), "it is not the JSON expected");
        serde_json::from_slice(&plain).map(Some).map_err(unreadable)
    }

    async fn put_field(
        &self,
        connection: ConnectionId,
        field: Field,
        plain: &[u8],
    ) -> Result<u64, Error> {
        let key = self.field_key(connection, field);
        for attempt in 0..MOST_TRIES {
            let before = self.table().get(&key).await?;
            let next = before.as_ref().map_or(1, |row| version(row) + 1);
            let sealed = self.seal_field(connection, field, next, plain).await?;
            let row = Item::at(&key)
                .with("ver", n(next))
                .with("sealed", s(sealed));
            let same = match before {
                None => Expression::new("attribute_not_exists(pk)"),
                Some(_) => Expression::new("ver = :before").with(":before", n(next - 1)),
            };
            if self.table().put(row, Some(same)).await? {
                return Ok(next);
            }
            self.pause(Duration::from_millis(5 << attempt.min(6))).await;
        }
        Err(Error::Changed { what: field.what() })
    }

    async fn delete_field(&self, connection: ConnectionId, field: Field) -> Result<(), Error> {
        let update = Expression::new(
            "SET ver = ver + :one, expires_at = :ttl \
             REMOVE sealed, nonce, refreshing_until, claims",
        )
        .with(":one", n(1))
        .with(":ttl", n(self.now().as_second() + REMEMBERED_S));
        let key = self.field_key(connection, field);
        // Where nothing is kept there is nothing to delete.
        let _ = self
            .table()
            .update(&key, update, Some("attribute_exists(pk)"))
            .await?;
        Ok(())
    }

    /// Puts a sealed new version in place of the claimed one; `false` where the claim was lost.
    async fn replace_claimed(
        &self,
        claim: &RefreshClaim,
        version: u64,
        sealed: &str,
    ) -> Result<bool, Error> {
        let key = self.field_key(claim.connection, Field::Credential);
        let row = Item::at(&key)
            .with("ver", n(version))
            .with("sealed", s(sealed));
        let ours = Expression::new("ver = :ver AND nonce = :nonce")
            .with(":ver", n(claim.version))
            .with(":nonce", s(&claim.nonce));
        if self.table().put(row, Some(ours)).await? {
            return Ok(true);
        }
        // It may be in already, and the answer was lost.
        let row = self.table().get(&key).await?;
        Ok(row.is_some_and(|row| row.text("sealed") == Some(sealed)))
    }

    /// Waits and says whether to try again.
    async fn again(&self, error: &Error, tries: &mut u32) -> bool {
        if error.disposition() != Disposition::Retry || *tries >= MOST_TRIES {
            return false;
        }
        *tries += 1;
        self.pause(Duration::from_millis(20 << (*tries).min(6)))
            .await;
        true
    }
}
