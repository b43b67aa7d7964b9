//! Sources kept in step: vendors' fakes on one side, the store on an embedded AWS on the other.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod bed;
mod schedules;
mod storm;
mod truth;
mod world;
