//! The built binaries of the functions, each as a process under the Runtime API, on an AWS over loopback.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod bed;
mod http;
mod limits;
mod queues;
