//! Files as a source: CSV, JSON, NDJSON and XES, plain or packed with gzip.
//!
//! [`import`] takes files and folders to a [`model::Book`] and a [`Report`]. What a file's columns
//! mean is recognised by their names and can be shown, edited and given back as a [`Mapping`].
//! Nothing odd stops an import, and nothing is left out without an issue that says where and what
//! to do.

mod assemble;
mod bytes;
mod drafts;
mod events;
mod import;
mod issues;
mod mapping;
mod profile;
mod read;
mod report;
mod request;
mod rows;
mod value;
mod words;

pub use bytes::{Tally, read_csv_bytes, read_json_bytes, read_ndjson_bytes, read_xes_bytes};
pub use events::{EventColumns, StageEvents, read_stage_events};
pub use import::{Import, ImportError, Options, Progress, import, parse_utc_offset};
pub use mapping::{Columns, Mapping, MappingError, Shape, TableMapping, Target, parse_override};
pub use report::{ColumnReport, IssueGroup, Report, TableReport};
pub use request::{ImportOptions, OptionError};
pub use value::{DateOrder, DecimalMark};
