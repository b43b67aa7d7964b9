//! Messages from a queue, one by one: what fails comes again, the others are done.

use crate::clock::Stopwatch;
use crate::{Deadline, Function, Metric};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use std::error::Error as StdError;
use std::fmt;
use store::{Disposition, Message};
use tracing::Instrument;

/// The form of messages that is read here.
const FORM: u32 = 1;

/// What is known of a message besides what it says.
#[derive(Clone, Debug)]
pub struct Meta {
    /// Its id in the queue.
    pub message_id: String,
    /// How often it was handed out, this time included.
    pub receive_count: u32,
    /// When to stop and hand the rest over.
    pub deadline: Deadline,
}

/// Why a message was not dealt with, and what then.
#[derive(Debug)]
pub enum Failure {
    /// It comes again, and goes to the dead letters after some times, where a person looks.
    Retry(Box<dyn StdError + Send + Sync>),
    /// It is done with: trying again would change nothing, and nobody needs to look.
    Drop(Box<dyn StdError + Send + Sync>),
}

impl Failure {
    /// It comes again.
    pub fn retry(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Retry(cause.into())
    }

    /// It is done with.
    pub fn drop(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Drop(cause.into())
    }

    fn cause(&self) -> &(dyn StdError + 'static) {
        match self {
            Self::Retry(cause) | Self::Drop(cause) => &**cause,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.cause(), f)
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause().source()
    }
}

impl From<store::Error> for Failure {
    /// What somebody else has taken over, and what is about something that is gone, is done with.
    /// What only a person can mend goes to the dead letters, where one looks.
    fn from(error: store::Error) -> Self {
        let gone = matches!(
            error,
            store::Error::NotFound { .. } | store::Error::TenantDeleted
        );
        match error.disposition() {
            Disposition::Yield => Self::drop(error),
            Disposition::Fail if gone => Self::drop(error),
            Disposition::Retry | Disposition::Reread | Disposition::Fail => Self::retry(error),
        }
    }
}

/// Why a record never got to the handler.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error("the message has no body")]
    Empty,
    // Serde's own words could quote the body.
    #[error("the message is not of the form expected, at line {line} column {column}")]
    Form { line: usize, column: usize },
    #[error(
        "the message is of form {0}, and this function reads form {FORM}; deploy the newer one"
    )]
    Newer(u32),
}

fn read(record: &SqsMessage) -> Result<Message, Unreadable> {
    let body = record.body.as_deref().ok_or(Unreadable::Empty)?;
    let message: Message = serde_json::from_str(body).map_err(|error| Unreadable::Form {
        line: error.line(),
        column: error.column(),
    })?;
    if message.v == FORM {
        Ok(message)
    } else {
        Err(Unreadable::Newer(message.v))
    }
}

/// What came of a record, as the metrics name it.
#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Done,
    Dropped,
    Failed,
    Deferred,
}

/// Hands each message of an event to the handler, one after the other, and says which are to come
/// again: those that failed, those that cannot be read, and those not begun before the deadline.
pub async fn batch(
    event: SqsEvent,
    function: &Function,
    deadline: &Deadline,
    handle: impl AsyncFn(Message, Meta) -> Result<(), Failure>,
) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for record in &event.records {
        let watch = Stopwatch::start();
        let message_id = record.message_id.as_deref().unwrap_or_default();
        let (outcome, kind) = if deadline.has_passed() {
            (Outcome::Deferred, "unread".to_owned())
        } else {
            one(record, message_id, function, deadline, &handle).await
        };
        if matches!(outcome, Outcome::Failed | Outcome::Deferred) {
            // An empty identifier would bring the whole batch again, what is done included.
            if message_id.is_empty() {
                tracing::error!(function = function.name(), "Lost a message that has no id");
            } else {
                response.add_failure(message_id);
            }
        }
        let is = |wanted: Outcome| u64::from(outcome == wanted);
        let metrics = [
            Metric::count("count", 1),
            Metric::milliseconds("latency_ms", watch.elapsed_ms()),
            Metric::count("batch_failures", is(Outcome::Failed)),
            Metric::count("dropped", is(Outcome::Dropped)),
            Metric::count("deferred", is(Outcome::Deferred)),
        ];
        function.measure(&[("kind", &kind)], &metrics);
    }
    response
}

async fn one(
    record: &SqsMessage,
    message_id: &str,
    function: &Function,
    deadline: &Deadline,
    handle: &impl AsyncFn(Message, Meta) -> Result<(), Failure>,
) -> (Outcome, String) {
    let receives = record.attributes.get("ApproximateReceiveCount");
    let receive_count = receives.and_then(|count| count.parse().ok()).unwrap_or(1);
    let message = match read(record) {
        Ok(message) => message,
        Err(error) => {
            tracing::error!(
                function = function.name(),
                message_id,
                receive_count,
                error = &error as &dyn StdError,
                "Cannot read a message"
            );
            return (Outcome::Failed, "unreadable".to_owned());
        }
    };
    let span = tracing::info_span!(
        "message",
        function = function.name(),
        request_id = message.request_id,
        tenant = %message.tenant,
        kind = message.kind,
        message_id,
        receive_count,
    );
    let kind = message.kind.clone();
    let meta = Meta {
        message_id: message_id.to_owned(),
        receive_count,
        deadline: deadline.clone(),
    };
    let cold_start = function.is_cold_start();
    let work = async {
        let watch = Stopwatch::start();
        let answer = handle(message, meta).await;
        let latency_ms = watch.elapsed_ms();
        match answer {
            Ok(()) => {
                tracing::info!(latency_ms, cold_start, "Dealt with a message");
                Outcome::Done
            }
            Err(failure @ Failure::Drop(_)) => {
                tracing::warn!(
                    error = failure.cause(),
                    latency_ms,
                    cold_start,
                    "Dropped a message"
                );
                Outcome::Dropped
            }
            Err(failure @ Failure::Retry(_)) => {
                tracing::error!(
                    error = failure.cause(),
                    latency_ms,
                    cold_start,
                    "Failed a message; it comes again"
                );
                Outcome::Failed
            }
        }
    };
    (work.instrument(span).await, kind)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use crate::emf::tests::watched;
    use crate::telemetry::Style;
    use crate::telemetry::tests::Kept;
    use jiff::Timestamp;
    use serde_json::{Value, json};
    use std::sync::Arc;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicI64, Ordering};
    use std::time::Duration;

    const TENANT: &str = "tenant_0123456789abcdefghjkmnpqrs";

    fn body(n: u64) -> String {
        json!({"v": 1, "tenant": TENANT, "request_id": format!("req_{n}"), "kind": "import.commit", "body": {"n": n}})
            .to_string()
    }

    fn event(bodies: &[&str]) -> SqsEvent {
        let record = |(at, body): (usize, &&str)| {
            json!({
                "messageId": format!("m{at}"),
                "receiptHandle": "r",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "3", "SentTimestamp": "1800000000000"},
                "messageAttributes": {},
                "md5OfBody": "0",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:pie-sync",
                "awsRegion": "us-east-1"
            })
        };
        let records: Vec<_> = bodies.iter().enumerate().map(record).collect();
        serde_json::from_value(json!({"Records": records})).unwrap()
    }

    fn never() -> Deadline {
        Deadline::at(Timestamp::MAX, Arc::new(|| Timestamp::UNIX_EPOCH))
    }

    fn ids(response: &SqsBatchResponse) -> Vec<&str> {
        response
            .batch_item_failures
            .iter()
            .map(|failure| failure.item_identifier.as_str())
            .collect()
    }

    /// Does as the message says: fails, drops or deals with it.
    fn obey(message: &Message) -> Result<(), Failure> {
        match message.body["n"].as_u64() {
            Some(1) => Err(Failure::retry("the source is asleep")),
            Some(2) => Err(Failure::drop("nobody wants it")),
            _ => Ok(()),
        }
    }

    #[tokio::test]
    async fn only_what_failed_comes_again() {
        let check = async |bodies: &[&str], again: &[&str], handled: &[u64]| {
            let seen = Mutex::new(Vec::new());
            let handle = async |message: Message, meta: Meta| {
                assert_eq!(meta.receive_count, 3);
                seen.lock()
                    .unwrap()
                    .push(message.body["n"].as_u64().unwrap());
                obey(&message)
            };
            let response = batch(
                event(bodies),
                &Function::new("sync", None),
                &never(),
                handle,
            )
            .await;
            assert_eq!(ids(&response), again, "{bodies:?}");
            assert_eq!(*seen.lock().unwrap(), handled);
        };
        let (ok, fails, drops) = (body(0), body(1), body(2));
        let (ok, fails, drops) = (ok.as_str(), fails.as_str(), drops.as_str());
        check(&[], &[], &[]).await;
        check(&[ok, ok], &[], &[0, 0]).await;
        check(&[ok, fails, ok, drops], &["m1"], &[0, 1, 0, 2]).await;
        check(&[fails, fails], &["m0", "m1"], &[1, 1]).await;
        check(
            &["", ok, "{}", "{\"v\":1}", "nonsense"],
            &["m0", "m2", "m3", "m4"],
            &[0],
        )
        .await;
        let newer = ok.replace("\"v\":1", "\"v\":2");
        check(&[&newer, ok], &["m0"], &[0]).await;
        let foreign = ok.replace(TENANT, "tenant_x");
        check(&[&foreign], &["m0"], &[]).await;
    }

    #[tokio::test]
    async fn an_item_without_an_id_or_a_body_does_not_bring_the_batch_again() {
        let mut event = event(&[&body(1), &body(1), &body(0), &body(0)]);
        event.records[0].message_id = None;
        event.records[1].message_id = Some(String::new());
        event.records[2].body = None;
        let handle = async |message, _| obey(&message);
        let response = batch(event, &Function::new("sync", None), &never(), handle).await;
        assert_eq!(ids(&response), ["m2"]);
        let json = serde_json::to_value(&response).unwrap();
        assert_eq!(
            json,
            json!({"batchItemFailures": [{"itemIdentifier": "m2"}]})
        );
    }

    #[tokio::test]
    async fn what_was_not_begun_before_the_deadline_comes_again() {
        let second = Arc::new(AtomicI64::new(0));
        let read = Arc::clone(&second);
        let clock: store::Clock =
            Arc::new(move || Timestamp::from_second(read.load(Ordering::Relaxed)).unwrap());
        let deadline = Deadline::after(Duration::from_secs(90), clock);
        let ok = body(0);
        let (function, lines) = watched("sync");
        let response = batch(
            event(&[&ok, &ok, &ok, &ok]),
            &function,
            &deadline,
            async |_, meta| {
                assert!(!meta.deadline.left().is_zero());
                second.fetch_add(50, Ordering::Relaxed);
                Ok(())
            },
        );
        assert_eq!(ids(&response.await), ["m2", "m3"]);
        let deferred: i64 = lines
            .lock()
            .unwrap()
            .iter()
            .map(|line| line["deferred"].as_i64().unwrap())
            .sum();
        assert_eq!(deferred, 2);
    }

    #[tokio::test]
    async fn the_log_names_request_and_tenant_and_never_the_body() {
        let kept = Kept::default();
        let subscriber = crate::telemetry::subscriber(Style::Json, "info", kept.clone()).unwrap();
        let guard = tracing::subscriber::set_default(subscriber);
        let (function, lines) = watched("sync");
        let unreadable = format!("{{\"v\":1,\"tenant\":\"{TENANT}\",\"kind\":\"canary\"}}");
        let bodies = [body(0), body(1), unreadable];
        let bodies: Vec<_> = bodies.iter().map(String::as_str).collect();
        batch(event(&bodies), &function, &never(), async |message, _| {
            obey(&message)
        })
        .await;
        drop(guard);
        let log = kept.lines();
        assert_eq!(log.len(), 3);
        let field = |at: usize, name: &str| log[at][name].clone();
        assert_eq!(field(0, "request_id"), "req_0");
        assert_eq!(field(0, "tenant"), TENANT);
        assert_eq!(
            (field(0, "cold_start"), field(1, "cold_start")),
            (true.into(), false.into())
        );
        assert_eq!(field(1, "error"), "the source is asleep");
        assert_eq!(
            (field(2, "message_id"), field(2, "tenant")),
            ("m2".into(), Value::Null)
        );
        assert!(
            !kept.text().contains("canary") && !kept.text().contains("\"n\""),
            "{}",
            kept.text()
        );
        let lines = lines.lock().unwrap();
        let counts: Vec<_> = lines
            .iter()
            .map(|line| (&line["kind"], &line["batch_failures"]))
            .collect();
        let (commit, unreadable) = (json!("import.commit"), json!("unreadable"));
        assert_eq!(
            counts,
            [
                (&commit, &json!(0)),
                (&commit, &json!(1)),
                (&unreadable, &json!(1))
            ]
        );
    }

    #[tokio::test]
    async fn a_host_may_run_a_batch_as_a_task_of_its_own() {
        let function = Function::new("sync", None);
        let event = event(&[&body(1)]);
        let task = tokio::spawn(async move {
            batch(event, &function, &never(), async |message, _| {
                obey(&message)
            })
            .await
        });
        assert_eq!(ids(&task.await.unwrap()), ["m0"]);
    }

    #[test]
    fn what_the_store_says_decides_whether_a_message_comes_again() {
        use store::Error as E;
        let check = |error: E, again: bool| {
            let text = error.to_string();
            let failure = Failure::from(error);
            assert_eq!(matches!(failure, Failure::Retry(_)), again, "{text}");
            assert_eq!(failure.to_string(), text);
        };
        check(
            E::Throttled {
                operation: "PutItem",
            },
            true,
        );
        check(
            E::Call {
                operation: "PutItem",
                source: "x".into(),
            },
            true,
        );
        check(E::Changed { what: "job" }, true);
        check(E::Exists { what: "job" }, true);
        check(
            E::Corrupt {
                what: "job".into(),
                source: "x".into(),
            },
            true,
        );
        check(
            E::TooLarge {
                what: "job".into(),
                bytes: 2,
                most: 1,
            },
            true,
        );
        check(
            E::LostLease {
                name: "import".into(),
            },
            false,
        );
        check(E::NotFound { what: "job" }, false);
        check(E::TenantDeleted, false);
    }
}
