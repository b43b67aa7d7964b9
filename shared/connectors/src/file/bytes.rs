//! Each reader over bytes in memory, the whole way to a book: for fuzzing, and for whoever holds
//! the text already.

use super::import::{ImportError, Input, Options, run};
use super::issues::Issues;
use super::read::Source;
use super::report::Report;

/// What came of some bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows that are not blank.
    pub rows_read: u64,
    /// Rows that gave something.
    pub rows_used: u64,
    /// Oddities of all kinds.
    pub issues: u64,
    /// Deals made.
    pub deals: usize,
}

/// Reads delimited text.
pub fn read_csv_bytes(bytes: &[u8]) -> Tally {
    tally("bytes.csv", bytes)
}

/// Reads a JSON document.
pub fn read_json_bytes(bytes: &[u8]) -> Tally {
    tally("bytes.json", bytes)
}

/// Reads JSON, one object per line.
pub fn read_ndjson_bytes(bytes: &[u8]) -> Tally {
    tally("bytes.ndjson", bytes)
}

/// Reads an event log.
pub fn read_xes_bytes(bytes: &[u8]) -> Tally {
    tally("bytes.xes", bytes)
}

fn tally(name: &str, bytes: &[u8]) -> Tally {
    let input = Input {
        name: name.to_owned(),
        source: Source::Bytes(bytes.into()),
    };
    let counted = |report: &Report, deals| Tally {
        rows_read: report.rows_read(),
        rows_used: report.rows_used(),
        issues: report.issues.iter().map(|group| group.count).sum(),
        deals,
    };
    match run(&[input], &Options::default(), Issues::new(None)) {
        Ok(done) => counted(&done.report, done.book.deals.len()),
        Err(ImportError::NothingUsable { report }) => counted(&report, 0),
        Err(_) => Tally::default(),
    }
}
