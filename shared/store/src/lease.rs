//! Leases: who works on something, up to where they have come, and for how long.
//!
//! A lease has an epoch that grows with every taker. Whoever held it before may still be running,
//! slow or cut off; their steps are refused because epoch and cursor have moved on.

use crate::error::Error;
use crate::item::{Item, n, s};
use crate::keys::{self, Key};
use crate::table::{Action, Expression, Range};
use crate::tenant::Tenant;
use jiff::Timestamp;

/// How long a lease lasts without a step: a little longer than a worker may run.
pub const LEASE_S: i64 = 120;

/// Work that is ours for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    name: String,
    epoch: i64,
    /// Up to where the work has come; empty at its beginning.
    pub cursor: String,
}

/// One step of leased work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    name: String,
    epoch: i64,
    from: String,
    to: String,
    until: i64,
}

impl Lease {
    /// What is leased.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which taker we are.
    pub fn epoch(&self) -> i64 {
        self.epoch
    }

    /// The step from where the work stands to a new place; commit it with what was done.
    pub fn step(&self, to: impl Into<String>, now: Timestamp) -> Step {
        Step {
            name: self.name.clone(),
            epoch: self.epoch,
            from: self.cursor.clone(),
            to: to.into(),
            until: now.as_second() + LEASE_S,
        }
    }
}

fn key(tenant: &Tenant, name: &str) -> Key {
    keys::row(tenant.id(), "L", name)
}

impl Step {
    pub(crate) fn action(&self, tenant: &Tenant) -> Action {
        let update = Expression::new("SET cursor_ = :to, until_ = :until")
            .with(":to", s(&self.to))
            .with(":until", n(self.until))
            .with(":epoch", n(self.epoch))
            .with(":from", s(&self.from));
        let condition = "epoch = :epoch AND cursor_ = :from";
        Action::Update(key(tenant, &self.name), update, Some(condition.to_owned()))
    }

    pub(crate) fn is_done_in(&self, row: &Item) -> bool {
        row.number("epoch") == Some(self.epoch) && row.text("cursor_") == Some(&self.to)
    }

    pub(crate) fn lost(&self) -> Error {
        Error::LostLease {
            name: self.name.clone(),
        }
    }
}

impl Tenant {
    /// Takes a lease that is free or has run out; `None` while somebody else holds it.
    pub async fn lease(&self, name: &str) -> Result<Option<Lease>, Error> {
        let now = self.now().as_second();
        let update = Expression::new(
            "SET epoch = if_not_exists(epoch, :zero) + :one, until_ = :until, \
             cursor_ = if_not_exists(cursor_, :start)",
        )
        .with(":zero", n(0))
        .with(":one", n(1))
        .with(":until", n(now + LEASE_S))
        .with(":now", n(now))
        .with(":start", s(""));
        let condition = "attribute_not_exists(pk) OR until_ < :now";
        match self
            .table()
            .update(&key(self, name), update, Some(condition))
            .await?
        {
            Ok(row) => Ok(Some(Lease {
                name: name.to_owned(),
                epoch: row.number("epoch").unwrap_or_default(),
                cursor: row.text("cursor_").unwrap_or_default().to_owned(),
            })),
            Err(_) => Ok(None),
        }
    }

    /// Takes a lease as [`Tenant::lease`] does, but only while fewer than `most` whose names begin
    /// with `group` are held; `None` says that whoever asks waits.
    ///
    /// They are counted before the lease is taken. Workers that ask at the same moment may so
    /// together hold a few more than `most`: a budget, and no lock.
    pub async fn lease_within(
        &self,
        name: &str,
        most: usize,
        group: &str,
    ) -> Result<Option<Lease>, Error> {
        let now = self.now().as_second();
        let range = Range {
            prefix: (!group.is_empty()).then_some(group),
            ..Range::ALL
        };
        let pk = keys::partition(self.id(), "L");
        let rows = self.table().query(&pk, range).await?;
        let is_held = |row: &&Item| row.number("until_").is_some_and(|until| until >= now);
        if rows.iter().filter(is_held).count() >= most {
            return Ok(None);
        }
        self.lease(name).await
    }

    /// Gives a lease back, so that the next taker need not wait; keeps its cursor.
    pub async fn release(&self, lease: &Lease) -> Result<(), Error> {
        let update = Expression::new("SET until_ = :zero")
            .with(":zero", n(0))
            .with(":epoch", n(lease.epoch));
        let condition = Some("epoch = :epoch");
        // Where the epoch has moved on, somebody else holds it, and there is nothing to give back.
        let _ = self
            .table()
            .update(&key(self, &lease.name), update, condition)
            .await?;
        Ok(())
    }

    /// Forgets a lease with its cursor: the work is over.
    pub async fn end_lease(&self, lease: &Lease) -> Result<bool, Error> {
        let ours = Expression::new("epoch = :epoch").with(":epoch", n(lease.epoch));
        self.table()
            .delete(&key(self, &lease.name), Some(ours))
            .await
    }
}
