//! What Lambda is to a function, on this machine.
//!
//! A [`Sandbox`] runs a built binary as a process of its own and gives it events by the
//! [Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html): one at a time,
//! each with a deadline, after which the process is killed. A [`World`] is the AWS it works on: the
//! embedded one, reached over loopback as real programs reach AWS, with a tenant in it. [`carry`]
//! does what Lambda does between a queue and a function. So what runs here is what is deployed; only
//! the machine around it is ours.

mod function;
mod mapping;
pub mod measure;
mod runtime_api;
mod sandbox;
mod world;

pub use function::{FUNCTIONS, Function, Trigger, binary, find};
pub use mapping::{Carried, carry, event_of};
pub use runtime_api::Answer;
pub use sandbox::{Outcome, Sandbox, Time};
pub use world::{World, http_event};
