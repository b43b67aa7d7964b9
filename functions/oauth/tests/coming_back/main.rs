//! Who comes back from a provider: who is let in, and who is not whatever they bring.
#![expect(clippy::unwrap_used, reason = "a test may")]

mod callback;
mod event;
mod sign_in;
mod twins;
mod world;
