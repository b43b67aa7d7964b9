//! Taking messages from the queues, for a host that has no Lambda to do it.

use crate::error::{Error, call};
use crate::item::n;
use crate::keys;
use crate::queue::Queue;
use crate::table::{Expression, Range};
use crate::tenant::{Store, Tenant};
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, MessageSystemAttributeName};
use std::collections::HashMap;

/// A message as SQS hands it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Its id.
    pub id: String,
    /// What takes it off the queue.
    pub receipt: String,
    /// What it says.
    pub body: String,
    /// What SQS says of it, by SQS's own names.
    pub attributes: HashMap<String, String>,
}

impl Received {
    /// How often it was handed out.
    pub fn receives(&self) -> u32 {
        let count = self.attributes.get("ApproximateReceiveCount");
        count.and_then(|count| count.parse().ok()).unwrap_or(1)
    }
}

impl Store {
    /// Waits for messages, at most ten of them and at most so long.
    pub async fn receive(&self, queue: Queue, wait_s: i32) -> Result<Vec<Received>, Error> {
        let output = self
            .aws()
            .sqs
            .receive_message()
            .queue_url(self.names().queues.of(queue))
            .max_number_of_messages(10)
            .wait_time_seconds(wait_s)
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .send()
            .await
            .map_err(|e| call("ReceiveMessage", e))?;
        let messages = output
            .messages
            .unwrap_or_default()
            .into_iter()
            .map(|message| {
                let attributes = message.attributes.unwrap_or_default();
                Received {
                    id: message.message_id.unwrap_or_default(),
                    receipt: message.receipt_handle.unwrap_or_default(),
                    body: message.body.unwrap_or_default(),
                    attributes: attributes
                        .into_iter()
                        .map(|(name, value)| (name.as_str().to_owned(), value))
                        .collect(),
                }
            });
        Ok(messages.collect())
    }

    /// Takes messages off a queue: they are done.
    pub async fn acknowledge(&self, queue: Queue, receipts: &[String]) -> Result<(), Error> {
        if receipts.is_empty() {
            return Ok(());
        }
        let entries: Result<Vec<_>, _> = receipts
            .iter()
            .enumerate()
            .map(|(at, receipt)| {
                DeleteMessageBatchRequestEntry::builder()
                    .id(at.to_string())
                    .receipt_handle(receipt)
                    .build()
            })
            .collect();
        self.aws()
            .sqs
            .delete_message_batch()
            .queue_url(self.names().queues.of(queue))
            .set_entries(Some(entries.map_err(|e| Error::corrupt("receipts", e))?))
            .send()
            .await
            .map_err(|e| call("DeleteMessageBatch", e))?;
        Ok(())
    }

    /// Hides a message for another while: it is tried again after it.
    pub async fn hide(&self, queue: Queue, receipt: &str, seconds: i32) -> Result<(), Error> {
        self.aws()
            .sqs
            .change_message_visibility()
            .queue_url(self.names().queues.of(queue))
            .receipt_handle(receipt)
            .visibility_timeout(seconds)
            .send()
            .await
            .map_err(|e| call("ChangeMessageVisibility", e))?;
        Ok(())
    }
}

impl Tenant {
    /// Lets every lease of the tenant run out, for a host that knows it is the only one and has
    /// just begun. Even were it not, whoever held a lease is refused by its epoch.
    pub async fn break_leases(&self) -> Result<(), Error> {
        let pk = keys::partition(self.id(), "L");
        for row in self.table().query(&pk, Range::ALL).await? {
            let update = Expression::new("SET until_ = :zero").with(":zero", n(0));
            let _ = self
                .table()
                .update(&row.key(), update, Some("attribute_exists(pk)"))
                .await?;
        }
        Ok(())
    }
}
