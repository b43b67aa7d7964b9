//! The miners on small logs whose answers are known, on any log, and on real ones.
#![expect(clippy::unwrap_used, reason = "a test may")]

mod exports;
mod laws;
mod real;
mod small;
mod support;
