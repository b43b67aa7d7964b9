//! A function's main in Lambda, in ten lines.
//!
//! ```no_run
//! # mod sync {
//! #     pub struct App;
//! #     impl App {
//! #         pub fn new(_: store::Store) -> Self { Self }
//! #         pub async fn handle(&self, _: store::Message, _: edge::Meta) -> Result<(), edge::Failure> { Ok(()) }
//! #     }
//! # }
//! #[tokio::main]
//! async fn main() -> Result<(), edge::lambda::Error> {
//!     let lambda = edge::lambda::start("sync").await?;
//!     let app = sync::App::new(lambda.store.clone());
//!     lambda.run_queue(async |message, meta| app.handle(message, meta).await).await
//! }
//! ```

use crate::telemetry::{self, Style};
use crate::{Deadline, Failure, Function, Meta, batch};
use aws_lambda_events::eventbridge::EventBridgeEvent;
use aws_lambda_events::sqs::SqsEvent;
use axum::Router;
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Context, LambdaEvent, service_fn};
use std::sync::Arc;
use store::{Aws, Clock, Message, Names, Store};

/// How long before its end a function begins nothing new, so that what was begun can end.
const MARGIN: SignedDuration = SignedDuration::from_secs(30);
/// What is written where `PIE_LOG` says nothing.
const LOG: &str = "info";

/// Why a function does not start or stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A setting is missing.
    #[error("the environment variable {name} is not set; {remedy}")]
    Variable {
        /// Which.
        name: String,
        /// What helps.
        remedy: &'static str,
    },
    /// There is no log.
    #[error("cannot set up the log")]
    Telemetry(#[from] telemetry::Error),
    /// Lambda ended it.
    #[error("the Lambda runtime ended")]
    Runtime(#[source] lambda_runtime::Error),
}

/// A function in Lambda that is ready to run.
#[derive(Debug)]
pub struct Lambda {
    /// Which function it is.
    pub function: Function,
    /// What it works on.
    pub store: Store,
}

/// Sets up the log and the store of a function from the environment.
///
/// `PIE_LOG` is the filter of the log; the names of table, bucket and so on are those of
/// [`Names::from_variables`]; the services are those of the SDK, or whatever `AWS_ENDPOINT_URL`
/// names.
pub async fn start(name: &'static str) -> Result<Lambda, Error> {
    let names = settings(variable)?;
    let filter = variable("PIE_LOG").unwrap_or_else(|| LOG.to_owned());
    telemetry::init(Style::Json, &filter)?;
    let store = Store::new(Aws::from_environment().await, names);
    Ok(Lambda {
        function: Function::to_stdout(name),
        store,
    })
}

fn settings(of: impl Fn(&str) -> Option<String>) -> Result<Names, Error> {
    // The runtime would panic without it, and say less.
    need(
        "AWS_LAMBDA_RUNTIME_API",
        "this program runs in Lambda; on one machine use `pie up`",
        &of,
    )?;
    Names::from_variables(of).map_err(|name| Error::Variable {
        name,
        remedy: "name the resource in the function's environment, as the templates do",
    })
}

fn need(
    name: &str,
    remedy: &'static str,
    of: impl Fn(&str) -> Option<String>,
) -> Result<String, Error> {
    let given = of(name).filter(|value| !value.is_empty());
    given.ok_or_else(|| Error::Variable {
        name: name.to_owned(),
        remedy,
    })
}

/// The address people reach this installation at, from `PIE_PUBLIC_URL`.
pub fn public_url() -> Result<String, Error> {
    need(
        "PIE_PUBLIC_URL",
        "name the address people reach this installation at, as the templates do",
        variable,
    )?;
    Ok(variable("PIE_PUBLIC_URL").unwrap_or_default())
}

/// A variable of the environment.
fn variable(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the edge reads the environment"
    )]
    std::env::var(name).ok()
}

impl Lambda {
    /// Answers API Gateway with a router, until Lambda ends it. Answers are streamed where
    /// `PIE_STREAMING` is set, as the template of a REST API with streaming does.
    pub async fn run_http(self, router: Router) -> Result<(), Error> {
        need(
            "AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH",
            "without it the stage of the API becomes part of every path and nothing is found; set it to true",
            variable,
        )?;
        let ended = match variable("PIE_STREAMING") {
            Some(_) => lambda_http::run_with_streaming_response(router).await,
            None => lambda_http::run(router).await,
        };
        ended.map_err(Error::Runtime)
    }

    /// Hands messages of a queue to a handler, until Lambda ends it; see [`batch`].
    pub async fn run_queue(
        self,
        handle: impl AsyncFn(Message, Meta) -> Result<(), Failure>,
    ) -> Result<(), Error> {
        let (this, handle) = (&self, &handle);
        let service = service_fn(move |event: LambdaEvent<SqsEvent>| async move {
            let deadline = this.deadline(&event.context);
            Ok::<_, lambda_runtime::Error>(
                batch(event.payload, &this.function, &deadline, handle).await,
            )
        });
        lambda_runtime::run(service).await.map_err(Error::Runtime)
    }

    /// Hands events of a schedule to a handler, until Lambda ends it. A failure is `EventBridge`'s
    /// to repeat.
    pub async fn run_schedule(
        self,
        handle: impl AsyncFn(EventBridgeEvent, Deadline) -> Result<(), Failure>,
    ) -> Result<(), Error> {
        let (this, handle) = (&self, &handle);
        let service = service_fn(move |event: LambdaEvent<EventBridgeEvent>| async move {
            let deadline = this.deadline(&event.context);
            let done = handle(event.payload, deadline).await;
            done.map_err(|failure| lambda_runtime::Error::from(telemetry::chain(&failure)))
        });
        lambda_runtime::run(service).await.map_err(Error::Runtime)
    }

    fn deadline(&self, context: &Context) -> Deadline {
        let store = self.store.clone();
        deadline(context.deadline, Arc::new(move || store.now()))
    }
}

fn deadline(ends_ms: u64, clock: Clock) -> Deadline {
    let ends = i64::try_from(ends_ms)
        .ok()
        .and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let ends = ends.unwrap_or(Timestamp::MAX);
    Deadline::at(ends.saturating_sub(MARGIN).unwrap_or(Timestamp::MIN), clock)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const ALL: [&str; 9] = [
        "AWS_LAMBDA_RUNTIME_API",
        "PIE_TABLE",
        "PIE_BUCKET",
        "PIE_QUEUE_SYNC",
        "PIE_QUEUE_SIMULATE",
        "PIE_QUEUE_DELIVER",
        "PIE_SECRET",
        "PIE_KMS_KEY",
        "PIE_MAIL_FROM",
    ];

    #[test]
    fn a_missing_setting_is_named_with_what_helps() {
        let whole: BTreeMap<_, _> = ALL.iter().map(|name| (*name, "x".to_owned())).collect();
        assert!(settings(|name| whole.get(name).cloned()).is_ok());
        for missing in ALL {
            for empty in [false, true] {
                let mut some = whole.clone();
                some.remove(missing);
                if empty {
                    some.insert(missing, String::new());
                }
                let error = settings(|name| some.get(name).cloned())
                    .unwrap_err()
                    .to_string();
                assert!(
                    error.starts_with(&format!("the environment variable {missing} is not set; ")),
                    "{error}"
                );
            }
        }
    }

    #[test]
    fn nothing_new_is_begun_shortly_before_the_end() {
        let clock = |second| -> Clock { Arc::new(move || Timestamp::from_second(second).unwrap()) };
        let check = |now: i64, passed: bool| {
            assert_eq!(deadline(120_000, clock(now)).has_passed(), passed, "{now}");
        };
        check(0, false);
        check(89, false);
        check(90, true);
        assert!(!deadline(u64::MAX, clock(90)).has_passed());
    }
}
