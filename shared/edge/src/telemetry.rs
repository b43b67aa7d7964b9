//! The log: a line of JSON per event for machines, a short line for people.
//!
//! The fields of a span are fields of every line within it. What looks like an e-mail address, a
//! credential or a query string is taken out, and some fields are never written, whoever logs
//! them; see [`redact`](crate::redact).

use crate::clock;
use crate::redact::{redact, redact_fields};
use serde::Serialize;
use serde_json::{Map, Value};
use std::error::Error as StdError;
use std::fmt::{self, Write};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, JsonFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormattedFields, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::{LookupSpan, Scope};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt as lines};

/// Crates that write requests and answers at their lower levels, and how much of them is let
/// through whatever the filter says.
const CAPPED: &str = "aws_config=warn,aws_runtime=warn,aws_sdk_dynamodb=warn,aws_sdk_kms=warn,\
    aws_sdk_s3=warn,aws_sdk_secretsmanager=warn,aws_sdk_sesv2=warn,aws_sdk_sqs=warn,\
    aws_smithy_http_client=warn,aws_smithy_runtime=warn,aws_smithy_runtime_api=warn,h2=warn,\
    hyper=warn,hyper_util=warn,lambda_http=info,lambda_runtime=info,\
    lambda_runtime_api_client=info,rustls=warn";

/// How lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A line of JSON, for machines.
    Json,
    /// A short line, for people.
    Human,
}

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The filter cannot be read.
    #[error("cannot read the log filter {filter:?}; write for example info,sync=debug")]
    Filter {
        /// What was given.
        filter: String,
        /// Why not.
        #[source]
        source: tracing_subscriber::filter::ParseError,
    },
    /// There is one already.
    #[error("the log was set up already; do it once, in main")]
    Twice(#[source] tracing_subscriber::util::TryInitError),
}

/// Sets up the log of this process: JSON goes to standard output, lines for people to standard
/// error.
pub fn init(style: Style, filter: &str) -> Result<(), Error> {
    match style {
        Style::Json => subscriber(style, filter, std::io::stdout)?.try_init(),
        Style::Human => subscriber(style, filter, std::io::stderr)?.try_init(),
    }
    .map_err(Error::Twice)
}

/// A log that writes elsewhere, for tests.
pub fn subscriber<W>(
    style: Style,
    filter: &str,
    writer: W,
) -> Result<impl Subscriber + Send + Sync + for<'a> LookupSpan<'a> + 'static, Error>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    // Of two directives for one crate the later counts.
    let capped = format!("{filter},{CAPPED}");
    let filter = EnvFilter::try_new(capped).map_err(|source| Error::Filter {
        filter: filter.to_owned(),
        source,
    })?;
    let lines = lines::layer()
        .event_format(style)
        .fmt_fields(JsonFields::new())
        .with_writer(writer);
    Ok(tracing_subscriber::registry().with(filter).with(lines))
}

#[derive(Serialize)]
struct Line<'a> {
    timestamp: String,
    level: &'static str,
    message: &'a str,
    target: &'a str,
    #[serde(flatten)]
    fields: &'a Map<String, Value>,
}

impl<S, N> FormatEvent<S, N> for Style
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(
        &self,
        ctx: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Map::new();
        for span in ctx.event_scope().into_iter().flat_map(Scope::from_root) {
            let extensions = span.extensions();
            let Some(kept) = extensions.get::<FormattedFields<N>>() else {
                continue;
            };
            if let Ok(Value::Object(more)) = serde_json::from_str(kept) {
                fields.extend(more);
            }
        }
        event.record(&mut Fields(&mut fields));
        let message = match fields.remove("message") {
            Some(Value::String(message)) => message,
            Some(other) => other.to_string(),
            None => String::new(),
        };
        for name in ["timestamp", "level", "target"] {
            fields.remove(name);
        }
        redact_fields(&mut fields);
        let message = redact(&message);
        let (level, target) = (event.metadata().level(), event.metadata().target());
        let now = clock::now();
        match self {
            Self::Json => {
                let timestamp = format!("{now:.3}");
                let line = Line {
                    timestamp,
                    level: level.as_str(),
                    message: &message,
                    target,
                    fields: &fields,
                };
                let json = serde_json::to_string(&line).map_err(|_| fmt::Error)?;
                writeln!(writer, "{json}")
            }
            Self::Human => {
                let (dim, colour, end) = match (writer.has_ansi_escapes(), *level) {
                    (false, _) => ("", "", ""),
                    (true, Level::ERROR) => ("\x1b[2m", "\x1b[31m", "\x1b[0m"),
                    (true, Level::WARN) => ("\x1b[2m", "\x1b[33m", "\x1b[0m"),
                    (true, _) => ("\x1b[2m", "\x1b[32m", "\x1b[0m"),
                };
                let time = now.strftime("%H:%M:%S");
                write!(
                    writer,
                    "{dim}{time}{end} {colour}{level:5}{end} {}",
                    Plain(&message)
                )?;
                for (name, value) in &fields {
                    match value {
                        Value::String(text) => write!(writer, " {dim}{name}={}{end}", Plain(text))?,
                        other => write!(writer, " {dim}{name}={other}{end}")?,
                    }
                }
                writeln!(writer)
            }
        }
    }
}

/// A text that cannot move the cursor or begin a line.
struct Plain<'a>(&'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            if c.is_control() {
                write!(f, "{}", c.escape_default())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

struct Fields<'a>(&'a mut Map<String, Value>);

impl Fields<'_> {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn StdError + 'static)) {
        self.put(field, chain(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}

/// An error with all its causes: `cannot do it: because of this: and that`.
pub fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
pub(crate) mod tests {
    use super::*;
    use std::io;
    use std::sync::{Arc, Mutex};
    use tracing::{debug, error, info, info_span, trace};

    /// A place for lines.
    #[derive(Clone, Default)]
    pub(crate) struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Kept {
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }

        pub(crate) fn lines(&self) -> Vec<Value> {
            self.text()
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect()
        }
    }

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'w> MakeWriter<'w> for Kept {
        type Writer = Self;

        fn make_writer(&'w self) -> Self {
            self.clone()
        }
    }

    pub(crate) fn logged(style: Style, filter: &str, act: impl FnOnce()) -> Kept {
        let kept = Kept::default();
        tracing::subscriber::with_default(subscriber(style, filter, kept.clone()).unwrap(), act);
        kept
    }

    #[derive(Debug, thiserror::Error)]
    #[error("cannot keep the deal")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("the row of ana@firm.example is locked")]
    struct Inner;

    #[test]
    fn a_line_is_flat_and_has_the_fields_of_its_spans() {
        let kept = logged(Style::Json, "info", || {
            let outer = info_span!(
                "request",
                request_id = "req_1",
                tenant = tracing::field::Empty
            );
            let _outer = outer.enter();
            outer.record("tenant", "tenant_1");
            let _inner = info_span!("job", kind = "import.commit", n = 1).entered();
            info!(n = 2, ok = true, share = 0.5, "Kept {} deals", 3);
            debug!("too low");
        });
        let mut lines = kept.lines();
        assert_eq!(lines.len(), 1);
        let at: jiff::Timestamp = lines[0]["timestamp"]
            .take()
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        assert!(at.as_second() > 1_700_000_000);
        let expected = serde_json::json!({
            "timestamp": null, "level": "INFO", "message": "Kept 3 deals",
            "target": "edge::telemetry::tests", "request_id": "req_1", "tenant": "tenant_1",
            "kind": "import.commit", "n": 2, "ok": true, "share": 0.5,
        });
        assert_eq!(lines[0], expected);
    }

    #[test]
    fn an_error_is_written_with_its_causes() {
        let kept = logged(Style::Json, "info", || {
            error!(error = &Outer(Inner) as &dyn StdError, "Gave up");
        });
        assert_eq!(
            kept.lines()[0]["error"],
            "cannot keep the deal: the row of [redacted] is locked"
        );
    }

    #[test]
    fn people_and_secrets_do_not_get_into_the_log_by_any_way() {
        let canaries = ["ana@firm.example", "pie_live_abc_def", "s3cr3t", "Ana+Berg"];
        for style in [Style::Json, Style::Human] {
            let kept = logged(style, "trace", || {
                let span = info_span!(
                    "s",
                    email = canaries[0],
                    by = "ana@firm.example",
                    secret = "s3cr3t"
                );
                let _span = span.enter();
                info!(
                    authorization = "s3cr3t",
                    "Bearer s3cr3t of ana@firm.example"
                );
                info!(
                    http.body = "s3cr3t",
                    query = "s3cr3t",
                    path = "/v1/deals?q=Ana+Berg"
                );
                info!(value = ?("pie_live_abc_def", "ana@firm.example"), token = %"s3cr3t");
                error!(error = &Outer(Inner) as &dyn StdError, cookie = ?"s3cr3t", "Gave up on {}", canaries[1]);
                trace!(target: "aws_smithy_runtime::client", "request body: s3cr3t");
                debug!(target: "hyper::proto", "read s3cr3t");
                debug!(target: "lambda_runtime", "event s3cr3t");
            });
            let text = kept.text();
            assert!(text.lines().count() == 4, "{text}");
            for canary in canaries {
                assert!(!text.contains(canary), "{canary}: {text}");
            }
        }
    }

    #[test]
    fn a_line_for_people_stays_one_line() {
        let kept = logged(Style::Human, "info", || {
            info!(who = "a\nb", "One\r\n\x1b[2JTwo");
        });
        let text = kept.text();
        assert_eq!(text.lines().count(), 1, "{text}");
        let (_, rest) = text.split_once(' ').unwrap();
        let plain = rest
            .replace("\x1b[2m", "")
            .replace("\x1b[32m", "")
            .replace("\x1b[0m", "");
        assert_eq!(plain, "INFO  One\\r\\n\\u{1b}[2JTwo who=a\\nb\n");
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_told_with_an_example() {
        let Err(error) = subscriber(Style::Json, "info,=;", io::sink) else {
            return;
        };
        assert!(
            error
                .to_string()
                .contains("write for example info,sync=debug"),
            "{error}"
        );
    }
}
