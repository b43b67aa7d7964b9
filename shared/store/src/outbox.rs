//! The outbox: messages lie in the table from the transaction that caused them until they are sent.
//!
//! Whoever commits sends them right away; the sweeper sends what was left behind. A message may
//! so be sent twice and is never lost.

use crate::error::Error;
use crate::item::{Item, n};
use crate::keys;
use crate::queue::{self, Outgoing};
use crate::table::Range;
use crate::tenant::Tenant;

/// The age from which on the sweeper takes a message for left behind.
const LEFT_BEHIND_S: i64 = 20;

/// What a sweep of an outbox came to.
#[derive(Debug, Default)]
pub struct Swept {
    /// Messages sent that had been left behind.
    pub sent: usize,
    /// For how many seconds the oldest message had lain there.
    pub oldest_s: u64,
    /// Why the sweep ended before everything was sent, if it did.
    pub stopped: Option<Error>,
}

pub(crate) fn rows(tenant: &Tenant, messages: &[Outgoing]) -> Result<Vec<Item>, Error> {
    let row = |outgoing: &Outgoing| {
        Item::at(&keys::row(tenant.id(), "Q", tenant.unique()))
            .with("at", n(tenant.now().as_second()))
            .with_body("message", outgoing)
    };
    messages.iter().map(row).collect()
}

impl Tenant {
    /// Sends a message that no change of ours causes; it is lost if this fails.
    pub async fn send(&self, outgoing: &Outgoing) -> Result<(), Error> {
        queue::send(self.sqs(), self.queues(), outgoing).await
    }

    /// Sends what was just committed. What cannot be sent now stays for the sweeper.
    pub(crate) async fn relay(&self, rows: &[Item], messages: &[Outgoing]) {
        for (row, message) in rows.iter().zip(messages) {
            if let Err(error) = self.relay_one(row, message).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "A message stays in the outbox"
                );
            }
        }
    }

    async fn relay_one(&self, row: &Item, message: &Outgoing) -> Result<(), Error> {
        self.send(message).await?;
        self.table().delete(&row.key(), None).await?;
        Ok(())
    }

    /// Sends the messages that were left behind. It is no error if one cannot be sent: how old they are is known then,
    /// too.
    pub async fn sweep_outbox(&self) -> Result<Swept, Error> {
        let pk = keys::partition(self.id(), "Q");
        let rows = self.table().query(&pk, Range::ALL).await?;
        let now = self.now().as_second();
        let age = |row: &Item| now - row.number("at").unwrap_or(now - LEFT_BEHIND_S);
        let mut swept = Swept {
            oldest_s: rows
                .iter()
                .map(age)
                .max()
                .unwrap_or_default()
                .max(0)
                .unsigned_abs(),
            ..Swept::default()
        };
        for row in rows.iter().filter(|row| age(row) >= LEFT_BEHIND_S) {
            if let Err(error) = self.relay_one(row, &row.body("message")?).await {
                swept.stopped = Some(error);
                break;
            }
            swept.sent += 1;
        }
        Ok(swept)
    }
}
