//! Ticks of the schedule, on an AWS of their own.
#![expect(clippy::unwrap_used, reason = "a test may")]

mod kills;
mod sources;
mod support;
mod ticks;
