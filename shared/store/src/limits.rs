//! Exact rate limits: two conditional updates decide, however many callers race.

use crate::error::Error;
use crate::item::n;
use crate::keys::{self, Key, hex};
use crate::table::Expression;
use crate::tenant::{Store, Tenant};
use identity::{Decision, Limit, RateClass, gcra};
use sha2::{Digest, Sha256};

/// How long a cell outlives its last use.
const KEPT_S: i64 = 86_400;

impl Tenant {
    /// Counts a call of this caller against a limit, or refuses it.
    pub async fn admit(&self, class: RateClass, limit: Limit) -> Result<Decision, Error> {
        let key = keys::row(self.id(), "W", format!("{}#{class}", self.by()));
        self.store().admit_at(key, limit).await
    }

    /// Counts a call against a limit that all callers share, such as the rate at which a
    /// connection's source may be asked, or refuses it.
    pub async fn admit_named(&self, name: &str, limit: Limit) -> Result<Decision, Error> {
        let key = keys::row(self.id(), "W", format!("named#{name}"));
        self.store().admit_at(key, limit).await
    }
}

impl Store {
    /// Counts a call of somebody who is not known yet, by what they say they are: the row holds a
    /// digest of it.
    pub async fn admit(
        &self,
        who: &str,
        class: RateClass,
        limit: Limit,
    ) -> Result<Decision, Error> {
        let digest = hex(&Sha256::digest(who).into());
        self.admit_at(keys::global("W", format!("{digest}#{class}")), limit)
            .await
    }

    /// The cell holds the theoretical arrival time of GCRA. It is moved only from the value that
    /// was read, so of many racing calls no more are admitted than the limit allows.
    async fn admit_at(&self, key: Key, limit: Limit) -> Result<Decision, Error> {
        let mut tat = None;
        loop {
            let now = self.now();
            let decision = gcra(tat, now, limit);
            let Decision::Allow { new_tat, .. } = decision else {
                return Ok(decision);
            };
            let update = Expression::new("SET tat = :new, expires_at = :ttl")
                .with(":new", n(new_tat))
                .with(":ttl", n(now.as_second() + KEPT_S));
            let (update, condition) = match tat {
                None => (update, "attribute_not_exists(tat)"),
                Some(tat) => (update.with(":old", n(tat)), "tat = :old"),
            };
            match self.table().update(&key, update, Some(condition)).await? {
                Ok(_) => return Ok(decision),
                // Somebody was quicker; the row says how things stand now.
                Err(row) => tat = row.and_then(|row| row.number("tat")),
            }
        }
    }
}
