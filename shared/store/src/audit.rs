//! The audit log: what was done, chained so that nothing can be changed or left out unseen.

use crate::error::Error;
use crate::item::Item;
use crate::keys;
use crate::table::{Expression, Range};
use crate::tenant::Tenant;
use identity::{AuditEvent, Entry, Head};
use std::time::Duration;

const MOST_TRIES: u32 = 20;

fn sk(seq: u64) -> String {
    format!("{seq:012}")
}

impl Tenant {
    /// Adds an event to the log.
    pub async fn audit(&self, entry: Entry) -> Result<AuditEvent, Error> {
        for attempt in 0..MOST_TRIES {
            let head = match self.audit_events(None, 1).await?.pop() {
                Some(last) => last.head(),
                None => Head::genesis(self.id()),
            };
            let event = head.append(entry.clone());
            let row = Item::at(&keys::row(self.id(), "A", sk(event.seq)))
                .with_body("audit event", &event)?;
            let new = Expression::new("attribute_not_exists(pk)");
            if self.table().put(row, Some(new)).await? {
                return Ok(event);
            }
            self.pause(Duration::from_millis(2 << attempt.min(6))).await;
        }
        Err(Error::Throttled {
            operation: "PutItem",
        })
    }

    /// Events before a number, or the newest, newest first.
    pub async fn audit_events(
        &self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<AuditEvent>, Error> {
        let after = before.map(sk);
        let range = Range {
            after: after.as_deref(),
            newest_first: true,
            limit: Some(limit),
            ..Range::ALL
        };
        let rows = self
            .table()
            .query(&keys::partition(self.id(), "A"), range)
            .await?;
        rows.iter().map(|row| row.body("audit event")).collect()
    }
}
