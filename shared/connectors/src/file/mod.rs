//! Files as a source.

mod issues;
mod mapping;
mod read;
mod value;
pub use mapping::*;
pub use value::{DateOrder, DecimalMark};
