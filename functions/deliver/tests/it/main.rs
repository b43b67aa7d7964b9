//! E-mails, exports and erasures, on an AWS of their own.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod exports;
mod mails;
mod persons;
mod support;
mod tenants;
