//! Sources of deals, one folder each: what a source says, brought into the unified model.
//!
//! [`file`] reads files. The others are constants in the words of [`connector`], listed in [`ALL`].

pub mod file;
pub mod hubspot;
pub mod pipedrive;
pub mod salesforce;
pub mod stripe;

mod item;
mod meaning;

use connector::Connector;

/// Every source that can be connected.
pub static ALL: [&Connector; 4] = [
    &salesforce::CONNECTOR,
    &hubspot::CONNECTOR,
    &pipedrive::CONNECTOR,
    &stripe::CONNECTOR,
];

/// A source by its id.
pub fn find(id: &str) -> Option<&'static Connector> {
    ALL.into_iter().find(|connector| connector.id == id)
}
