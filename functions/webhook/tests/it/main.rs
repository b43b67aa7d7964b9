//! Deliveries over the router, on an embedded AWS.
#![expect(clippy::unwrap_used, reason = "a test may")]

mod deliveries;
mod event;
mod load;
mod secrets;
mod world;
