//! What a book says about the day: lists with totals, today, overdue, stuck, orders received, cash
//! flow, owners, and the forecast as it is told.
//!
//! - [`insights`] are today, attention, overdue, orders received, compliance, cash flow, key figures
//!   and what changed.
//! - [`query`] is the deal list: filter, sort, page, facets and totals over columns made once from
//!   a book and kept up as it changes.
//! - [`outlook`] is the forecast as it is told, for the whole book or for what a viewer sees.
//! - [`format`](mod@format) writes numbers as people read them.
//! - [`sight`] says which rows of a book a viewer sees; everything here asks it.
//!
//! The crate is pure: the caller hands in the moment, the settings and the viewer, and the same
//! input gives the same bytes.

mod amount;
mod attributes;
pub mod format;
pub mod insights;
pub mod outlook;
pub mod query;
pub mod settings;
pub mod sight;

pub use amount::Amount;
pub use query::{DealTable, FieldError, Filter, Page, Position, Query, Sort};
pub use settings::Settings;
pub use sight::Sight;
