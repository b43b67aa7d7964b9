//! Tenants, and the few rows that lead from the outside to one of them.
//!
//! These rows belong to no tenant. They hold ids and digests, never data of people.

use crate::documents::Document;
use crate::error::Error;
use crate::item::{Item, n, s};
use crate::keys::{self, Key, hex};
use crate::table::Range;
use crate::tenant::{Store, Tenant};
use identity::TenantCtx;
use jiff::Timestamp;
use model::TenantId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A deleted tenant can be restored for so many days; then everything goes.
pub const SOFT_DELETE_DAYS: i64 = 30;

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantInfo {
    /// What it is called.
    pub name: String,
    /// Since when it is one.
    pub created_at: Timestamp,
    /// When its deletion was asked for.
    pub deleted_at: Option<Timestamp>,
}

impl Document for TenantInfo {
    const PARTITION: &'static str = "N";
    const WHAT: &'static str = "tenant";
    fn id(&self) -> String {
        "A".to_owned()
    }
}

impl TenantInfo {
    /// When everything goes, where deletion was asked for.
    pub fn erased_from(&self) -> Option<Timestamp> {
        let days = jiff::SignedDuration::from_hours(24 * SOFT_DELETE_DAYS);
        self.deleted_at?.checked_add(days).ok()
    }
}

/// What leads to a tenant from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// The e-mail address of a member.
    Email(&'a str),
    /// The id of an API key.
    ApiKey(&'a str),
    /// An issuer of ID tokens, with its audience.
    Issuer(&'a str, &'a str),
    /// A source and its id of a customer, for webhooks of an app that serves many: leads to
    /// connections. Erasing a tenant drops the note of the account each connection has then, so
    /// drop the old one before an account changes.
    Portal(&'a str, &'a str),
}

impl Lookup<'_> {
    /// What is written down is a digest: the row says nothing about whose address it is.
    fn partition(self) -> String {
        let (kind, parts) = match self {
            Self::Email(email) => ("EMAIL", vec![email]),
            Self::ApiKey(id) => ("KEY", vec![id]),
            Self::Issuer(issuer, audience) => ("ISSUER", vec![issuer, audience]),
            Self::Portal(source, account) => ("PORTAL", vec![source, account]),
        };
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        format!("{kind}#{}", hex(&hash.finalize().into()))
    }

    fn key(self, tenant: TenantId, of: &str) -> Key {
        keys::global(&self.partition(), format!("{tenant}#{of}"))
    }
}

impl Store {
    /// Makes a tenant.
    pub async fn create_tenant(&self, id: TenantId, name: &str) -> Result<Tenant, Error> {
        let tenant = self.tenant(&TenantCtx::system(id, "tenants", "create"));
        let info = TenantInfo {
            name: name.to_owned(),
            created_at: self.now(),
            deleted_at: None,
        };
        tenant.create_document(info).await?;
        let row = Item::at(&keys::global("TENANTS", id.to_string()))
            .with("at", n(self.now().as_second()));
        self.table().put(row, None).await?;
        Ok(tenant)
    }

    /// All tenants, those being deleted included.
    pub async fn tenants(&self) -> Result<Vec<TenantId>, Error> {
        let pk = keys::global("TENANTS", "").pk;
        let rows = self.table().query(&pk, Range::ALL).await?;
        let id = |row: &Item| row.text("sk").unwrap_or_default().parse();
        rows.iter()
            .map(|row| id(row).map_err(|e| Error::corrupt("tenant", e)))
            .collect()
    }

    /// Whom something outside leads to: tenants, each with the member or other id that was noted.
    pub async fn look_up(&self, lookup: Lookup<'_>) -> Result<Vec<(TenantId, String)>, Error> {
        let pk = keys::global(&lookup.partition(), "").pk;
        let rows = self.table().query(&pk, Range::ALL).await?;
        let read = |row: &Item| {
            let (tenant, of) = row.text("sk")?.split_once('#')?;
            Some((tenant.parse().ok()?, of.to_owned()))
        };
        Ok(rows.iter().filter_map(read).collect())
    }
}

impl Tenant {
    /// Whom something outside leads to; see [`Store::look_up`].
    pub async fn look_up(&self, lookup: Lookup<'_>) -> Result<Vec<(TenantId, String)>, Error> {
        self.store().look_up(lookup).await
    }

    /// Notes that something outside leads here.
    pub async fn note_lookup(&self, lookup: Lookup<'_>, of: &str) -> Result<(), Error> {
        let row = Item::at(&lookup.key(self.id(), of)).with("of", s(of));
        self.table().put(row, None).await.map(drop)
    }

    /// Takes the note back.
    pub async fn drop_lookup(&self, lookup: Lookup<'_>, of: &str) -> Result<(), Error> {
        self.table()
            .delete(&lookup.key(self.id(), of), None)
            .await
            .map(drop)
    }

    /// Forgets that there was such a tenant; the last step of its deletion.
    pub(crate) async fn drop_tenant_row(&self) -> Result<(), Error> {
        let key = keys::global("TENANTS", self.id().to_string());
        self.table().delete(&key, None).await.map(drop)
    }
}
