//! The driver of a pull: sends what the machine asks for, within the source's limits, with a token
//! that is good.
//!
//! [`Source`] is a connection that can be asked: it attaches the token, renews it (one refresher
//! per version, however many workers ask), keeps limits and budgets, tries again and stops.
//! [`Reader`] reads a stream with it, page by page. Nothing here keeps what was read.

mod apps;
pub mod oauth;
mod read;
mod source;
mod transport;

pub use apps::{App, Apps, AppsError, address, oauth_of};
pub use oauth::Refused;
pub use read::{Read, Reader};
pub use source::{Answer, Settings, Source, Stop, is_of};
pub use transport::{Failed, Transport, https, unpack};
