//! Messages between functions.

use crate::error::{Error, call};
use aws_sdk_sqs::Client;
use model::TenantId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest delay SQS gives a message.
pub const MOST_DELAY_S: u32 = 900;

/// Where a message goes: to the function of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// Imports and syncs.
    Sync,
    /// Forecasts, backtests and snapshots.
    Simulate,
    /// E-mails and exports.
    Deliver,
}

impl Queue {
    /// Every queue.
    pub const ALL: [Self; 3] = [Self::Sync, Self::Simulate, Self::Deliver];

    /// Its name, which is that of the function behind it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Simulate => "simulate",
            Self::Deliver => "deliver",
        }
    }
}

impl fmt::Display for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What one function asks of another. It carries ids and never data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Version of this form.
    pub v: u32,
    /// Whose work it is.
    pub tenant: TenantId,
    /// The request that caused it, through all functions.
    pub request_id: String,
    /// What to do: `import.commit`.
    pub kind: String,
    /// What with.
    pub body: serde_json::Value,
}

/// A message and where it goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Where to.
    pub queue: Queue,
    /// Seconds to wait before it is seen, at most [`MOST_DELAY_S`].
    #[serde(default)]
    pub delay_s: u32,
    /// What is said.
    pub message: Message,
}

impl Outgoing {
    /// A message to be seen at once.
    pub fn now(queue: Queue, message: Message) -> Self {
        Self {
            queue,
            delay_s: 0,
            message,
        }
    }
}

/// The addresses of the queues.
#[derive(Clone, Debug)]
pub struct QueueUrls {
    /// Of `sync`.
    pub sync: String,
    /// Of `simulate`.
    pub simulate: String,
    /// Of `deliver`.
    pub deliver: String,
}

impl QueueUrls {
    /// The address of a queue.
    pub fn of(&self, queue: Queue) -> &str {
        match queue {
            Queue::Sync => &self.sync,
            Queue::Simulate => &self.simulate,
            Queue::Deliver => &self.deliver,
        }
    }

    pub(crate) fn set(&mut self, queue: Queue, url: String) {
        match queue {
            Queue::Sync => self.sync = url,
            Queue::Simulate => self.simulate = url,
            Queue::Deliver => self.deliver = url,
        }
    }
}

/// Sends a message. The tenant is its group, so that no tenant's backlog delays another's.
pub(crate) async fn send(
    client: &Client,
    urls: &QueueUrls,
    outgoing: &Outgoing,
) -> Result<(), Error> {
    let body =
        serde_json::to_string(&outgoing.message).map_err(|e| Error::corrupt("message", e))?;
    let delay = i32::try_from(outgoing.delay_s.min(MOST_DELAY_S)).unwrap_or_default();
    client
        .send_message()
        .queue_url(urls.of(outgoing.queue))
        .message_group_id(outgoing.message.tenant.to_string())
        .message_body(body)
        .delay_seconds(delay)
        .send()
        .await
        .map_err(|e| call("SendMessage", e))?;
    Ok(())
}
