//! Where functions meet their callers.
//!
//! Requests: [`http::serve`] puts request ids, security headers, limits and one log line around a
//! router; [`Json`], [`Query`] and [`Path`] read strictly; whatever goes wrong is a [`Problem`]
//! with a [`Code`] of one table. [`idempotency`] and [`Rates`] stand before handlers that change or
//! cost something, [`etag`] before those that must not overwrite.
//!
//! Messages: [`batch`] hands records to a handler one by one and says which failed.
//!
//! Both: [`Function`] is who is at work, where its metrics go and whether it has just started;
//! [`telemetry`] writes the log, without people's data; [`lambda`] makes a main of ten lines.

mod batch;
mod catalogue;
mod clock;
pub mod deprecation;
mod emf;
pub mod etag;
mod extract;
mod fetch;
pub mod http;
pub mod idempotency;
pub mod lambda;
mod problem;
mod query;
mod rate;
mod redact;
mod request_id;
pub mod sse;
mod strict;
pub mod telemetry;

pub use batch::{Failure, Meta, batch};
pub use catalogue::Code;
pub use clock::Deadline;
pub use emf::{Function, Metric, Sink, Unit};
pub use extract::{Json, Path};
pub use fetch::fetch;
pub use problem::{FieldError, Problem};
pub use query::{Pairs, Query};
pub use rate::{Rates, counted};
pub use redact::redact;
pub use request_id::{RequestId, TraceParent};
