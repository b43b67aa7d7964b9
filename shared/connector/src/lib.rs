//! The words in which a source is described, and the machine that pulls it.
//!
//! A [`Connector`] is a constant: how it is asked ([`words`]), what its answers mean for what to do
//! next ([`Verdict`]), what a record means ([`Stream::map`] with [`Context`] and [`Out`], read with
//! [`value`]), and how it pushes ([`verify`]). A [`Pull`] is the machine behind all of them. There
//! is no I/O here and no clock.

pub mod fields;
mod json;
mod pull;
mod record;
mod request;
pub mod value;
mod verdict;
pub mod verify;
mod words;

pub use json::{Text, Value};
pub use pull::{Checkpoint, Page, Plan, Pull, PullError, Refusal, Scan, Step, listed};
pub use record::{Context, Gone, Hint, Kind, Known, Lost, Out, Record};
pub use request::{Method, Request, Response, encode};
pub use verdict::{MOST_TRIES, Verdict, retry_after_ms};
pub use words::{
    Ask, Asking, Auth, Bulk, BulkState, ById, Category, ClientAuth, Connector, Count, Delivered,
    Delta, Describe, Event, Host, Join, Keeps, Limit, Load, Map, Next, OAuth, Quota, Results,
    Revoke, Shape, SignIn, Stream, Webhook, When, Window,
};
