//! A connection's source against fake vendors and an AWS of this process: refreshed once, kept
//! within its limits, and led nowhere by what goes wrong on the way.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod bed;
mod limits;
mod refresh;
mod transport;
