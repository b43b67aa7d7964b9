//! What `sync` is told.

use connector::{Event, Hint};
use model::ConnectionId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use store::{Error, Message, Outgoing, Queue, Tenant};

/// The kind of message that asks to pull single records. Its body is
/// `{"connection": id, "source": id}` with the fields of [`Hints`], or with `blob`, the name of
/// the sealed file that holds them.
pub const KIND: &str = "connection.hint";

/// A message of more bytes goes by way of a file: SQS takes a little more than this.
const MOST_BYTES: usize = 200 * 1024;

/// Where to look, and what the events that say so are known by when they come again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hints {
    /// Each record once, in order.
    pub hints: BTreeSet<Hint>,
    /// Each event once, in order: the connection and the event's own key.
    pub markers: BTreeSet<String>,
}

impl Hints {
    /// What these events say together; those that point nowhere say nothing.
    pub(crate) fn of<'a>(
        connection: ConnectionId,
        events: impl IntoIterator<Item = &'a Event>,
    ) -> Self {
        let mut all = Self::default();
        for event in events {
            if !event.hints.is_empty() {
                all.hints.extend(event.hints.iter().cloned());
                // Two connections may hear of the same event, and each does its own work.
                all.markers.insert(format!("{connection} {}", event.key));
            }
        }
        all
    }

    /// Sends them.
    pub(crate) async fn send(
        &self,
        tenant: &Tenant,
        connection: ConnectionId,
        source: &str,
    ) -> Result<(), Error> {
        let place = json!({"connection": connection, "source": source});
        let mut body = json!({"hints": self.hints, "markers": self.markers});
        let text = body.to_string();
        if !is_sendable(&text) {
            let name = format!("hints/{connection}/{}.json", store::unique(tenant.now()));
            tenant.put_sealed(&name, text.as_bytes()).await?;
            body = json!({"blob": name});
        }
        if let (Value::Object(body), Value::Object(place)) = (&mut body, place) {
            body.extend(place);
        }
        let message = Message {
            v: 1,
            tenant: tenant.id(),
            request_id: tenant.request_id().to_owned(),
            kind: KIND.to_owned(),
            body,
        };
        tenant.send(&Outgoing::now(Queue::Sync, message)).await
    }
}

/// Whether SQS takes this text: not too much of it, and no noncharacters, which an id that somebody
/// made up may hold. (JSON escapes control characters.)
fn is_sendable(text: &str) -> bool {
    text.len() <= MOST_BYTES && !text.contains(['\u{fffe}', '\u{ffff}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_that_point_nowhere_say_nothing() {
        let event = |key: &str, ids: &[&str]| Event {
            key: key.to_owned(),
            account: None,
            test: false,
            hints: ids.iter().map(|id| Hint::new("deals", *id)).collect(),
        };
        let connection = ConnectionId::from_bytes([0; 16]);
        let events = [
            event("b", &["2", "1"]),
            event("a", &["1"]),
            event("c", &[]),
            event("b", &["2"]),
        ];
        let hints = Hints::of(connection, &events);
        let text = serde_json::to_value(&hints).unwrap_or_default();
        let expected = json!({
            "hints": [{"stream": "deals", "id": "1"}, {"stream": "deals", "id": "2"}],
            "markers": [format!("{connection} a"), format!("{connection} b")],
        });
        assert_eq!(text, expected);
        assert_eq!(Hints::of(connection, []), Hints::default());
    }

    #[test]
    fn what_sqs_refuses_goes_by_way_of_a_file() {
        let check =
            |text: &str, expected| assert_eq!(is_sendable(text), expected, "{}", text.len());
        check("", true);
        check("é\u{1f967}\u{fffd}\u{10ffff}", true);
        check("a\u{fffe}", false);
        check("a\u{ffff}", false);
        check(&"a".repeat(MOST_BYTES), true);
        check(&"a".repeat(MOST_BYTES + 1), false);
    }
}
