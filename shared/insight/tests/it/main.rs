//! Tests over whole books.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod days;
mod golden;
mod ids;
mod lists;
mod settings;
mod support;
