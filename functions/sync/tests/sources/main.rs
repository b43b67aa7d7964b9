//! Sources kept in step: vendors' fakes on one side, the store on an embedded AWS on the other.

#![expect(clippy::unwrap_used, reason = "a test may")]
#![expect(
    clippy::print_stdout,
    reason = "how much was tried is part of the answer"
)]

mod bed;
mod cost;
mod fields;
mod files;
mod ledger;
mod luck;
mod schedules;
mod storm;
mod truth;
mod webhooks;
mod world;
