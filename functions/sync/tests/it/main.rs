//! Imports end to end, on an AWS of their own.
#![expect(clippy::unwrap_used, reason = "a test may")]

mod imports;
mod kills;
mod support;
