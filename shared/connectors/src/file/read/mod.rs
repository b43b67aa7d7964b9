//! Readers: from bytes to [`Record`]s, without any idea of what the records mean.
//!
//! Each reader streams: it holds one record at a time and never the file. What it gives does not
//! depend on how the bytes arrive. Anything odd goes to the issues; a reader never fails.

mod buffer;
mod csv;
mod json;
mod sniff;
mod xes;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use buffer::{Buffer, MAX_RECORD};
pub(super) use json::list;
pub(super) use sniff::{Format, Sniffed, Unreadable};

use super::issues::{Issues, Level};

/// Something that can be read twice: once to learn its columns, once to take it in.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// A file on disk.
    Path(PathBuf),
    /// Bytes in memory: a test, or a pipe read to its end.
    Bytes(Arc<[u8]>),
}

impl Source {
    pub(super) fn open(&self) -> io::Result<Box<dyn Read>> {
        Ok(match self {
            Self::Path(path) => Box::new(File::open(path)?),
            Self::Bytes(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        })
    }
}

/// The shape a stream was found to have, from its first bytes and its name.
pub(super) fn sniff(
    source: &Source,
    name: &Path,
    delimiter: Option<u8>,
) -> Result<Sniffed, Unreadable> {
    sniff::sniff(source, name, delimiter)
}

/// One row: cells in the order of its table's columns.
///
/// Reused from row to row, so a million rows take the memory of one.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The physical line, from 1, on which the row starts.
    pub(super) row: u64,
    /// Which table of the file the row belongs to.
    pub(super) table: usize,
    /// The cells' bytes while the row is being cut.
    raw: Vec<u8>,
    /// The same once they are known to be text.
    text: String,
    /// Where each cell lies; `ABSENT` where the row has no such cell.
    spans: Vec<(u32, u32)>,
    /// Whether the text was not UTF-8 and was read as Windows-1252.
    pub(super) recoded: bool,
}

const ABSENT: (u32, u32) = (u32::MAX, u32::MAX);

impl Record {
    fn clear(&mut self) {
        let text = std::mem::take(&mut self.text).into_bytes();
        if self.raw.capacity() < text.capacity() {
            self.raw = text;
        }
        self.raw.clear();
        self.spans.clear();
        self.recoded = false;
    }

    fn push_bytes(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
    }

    fn end_cell(&mut self) {
        let start = self.spans.last().map_or(0, |s| s.1);
        self.spans.push((start, self.raw.len() as u32));
    }

    /// Sets one cell of a row whose cells come in any order.
    fn put(&mut self, column: usize, text: &str) {
        if self.spans.len() <= column {
            self.spans.resize(column + 1, ABSENT);
        }
        let start = self.raw.len() as u32;
        self.raw.extend_from_slice(text.as_bytes());
        self.spans[column] = (start, self.raw.len() as u32);
    }

    /// How many cells the row has, counting absent ones before the last.
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// A row with nothing in it but white space.
    fn is_blank(&self) -> bool {
        self.raw.iter().all(u8::is_ascii_whitespace)
    }

    /// Makes sure every cell is text: what is not UTF-8 is read as Windows-1252.
    fn settle(&mut self) {
        let raw = std::mem::take(&mut self.raw);
        match String::from_utf8(raw) {
            Ok(text) => self.text = text,
            Err(error) => {
                let raw = error.into_bytes();
                self.recoded = true;
                for span in &mut self.spans {
                    if *span == ABSENT {
                        continue;
                    }
                    let cell = &raw[span.0 as usize..span.1 as usize];
                    let start = self.text.len() as u32;
                    if let Ok(good) = std::str::from_utf8(cell) {
                        self.text.push_str(good);
                    } else {
                        let (decoded, _) =
                            encoding_rs::WINDOWS_1252.decode_without_bom_handling(cell);
                        self.text.push_str(&decoded);
                    }
                    *span = (start, self.text.len() as u32);
                }
            }
        }
    }

    /// The cell of a column without white space around it; `None` when the row has no such
    /// cell.
    pub(super) fn get(&self, column: usize) -> Option<&str> {
        let &(start, end) = self.spans.get(column)?;
        self.text.get(start as usize..end as usize).map(trim)
    }

    fn has_nul(&self) -> bool {
        memchr::memchr(0, self.text.as_bytes()).is_some()
    }

    /// The cells from `column` on are all empty or absent.
    pub(super) fn is_empty_from(&self, column: usize) -> bool {
        (column..self.len()).all(|c| self.get(c).is_none_or(str::is_empty))
    }
}

/// Trims white space and the marks that look like it or like nothing: no-break space,
/// zero-width characters, byte order marks.
pub(super) fn trim(text: &str) -> &str {
    let plain = text.as_bytes();
    let odd = |b: &u8| !(0x21..=0x7e).contains(b);
    if !plain.first().is_some_and(odd) && !plain.last().is_some_and(odd) {
        return text;
    }
    text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}')
    })
}

/// One table of a file: its name, when it has one, and its columns as they become known.
#[derive(Debug, Default, Clone)]
pub(super) struct Table {
    pub(super) name: Option<String>,
    pub(super) columns: Vec<String>,
    index: HashMap<String, usize>,
    /// Columns beyond the most there may be were met.
    crowded: bool,
}

/// The most columns a table may have: rows that each name columns of their own are no table, and
/// their number would grow with the file.
const MAX_COLUMNS: usize = 2_048;
/// The most arrays of a JSON document that are read.
const MAX_TABLES: usize = 256;

/// The tables of a file. Text has one; JSON has one per array.
#[derive(Debug, Default, Clone)]
pub(super) struct Tables(pub(super) Vec<Table>);

impl Tables {
    fn find(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|t| t.name.as_deref() == Some(name))
    }

    /// The table of that name, made when new.
    fn named(&mut self, name: Option<&str>) -> usize {
        if let Some(at) = self.0.iter().position(|t| t.name.as_deref() == name) {
            return at;
        }
        self.0.push(Table {
            name: name.map(str::to_owned),
            ..Table::default()
        });
        self.0.len() - 1
    }

    /// The column of that name, made when new; `None` when there are too many.
    fn column(&mut self, table: usize, name: &str) -> Option<usize> {
        let table = &mut self.0[table];
        if let Some(&at) = table.index.get(name) {
            return Some(at);
        }
        let at = table.columns.len();
        if at == MAX_COLUMNS {
            table.crowded = true;
            return None;
        }
        table.columns.push(name.to_owned());
        table.index.insert(name.to_owned(), at);
        Some(at)
    }
}

/// What a reader has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The record holds a row.
    Record,
    /// A row is there but cannot be read; an issue says why.
    Bad,
    /// No more rows.
    End,
}

/// A reader over any of the formats.
pub(super) struct Rows {
    kind: Kind,
    pub(super) tables: Tables,
    /// Delimited text: cells a row should have.
    width: Option<usize>,
    /// Too many columns have been told of.
    told: bool,
}

type Stream = Box<dyn Read>;

enum Kind {
    Csv(csv::CsvReader<Stream>),
    Json(json::JsonReader<Stream>),
    Ndjson(json::NdjsonReader<Stream>),
    Xes(xes::XesReader<Stream>),
}

impl Rows {
    /// Reads `stream` as it was found to be.
    pub(super) fn over(stream: Stream, sniffed: &Sniffed, issues: &mut Issues) -> io::Result<Self> {
        let stream = sniff::decoded(stream)?;
        let mut tables = Tables::default();
        let mut width = None;
        let kind = match &sniffed.format {
            Format::Csv(layout) => {
                let mut reader = csv::CsvReader::new(stream, layout.delimiter);
                let mut record = Record::default();
                let mut quiet = Issues::quiet();
                // The header line counts towards stray quotes like any other, once.
                let passed = layout.preamble + usize::from(layout.has_header);
                for at in 0..passed {
                    let heard = if at + 1 == passed {
                        &mut *issues
                    } else {
                        &mut quiet
                    };
                    if reader.next(&mut record, heard) == Step::End {
                        break;
                    }
                }
                let table = tables.named(None);
                for name in &layout.columns {
                    tables.column(table, name);
                }
                width = Some(layout.columns.len());
                Kind::Csv(reader)
            }
            Format::Json => Kind::Json(json::JsonReader::new(stream)),
            Format::Ndjson => Kind::Ndjson(json::NdjsonReader::new(stream)),
            Format::Xes => Kind::Xes(xes::XesReader::new(stream)),
        };
        Ok(Self {
            kind,
            tables,
            width,
            told: false,
        })
    }

    /// The next row. Blank rows are passed over and are no rows.
    pub(super) fn next(&mut self, record: &mut Record, issues: &mut Issues) -> Step {
        let step = match &mut self.kind {
            Kind::Csv(reader) => reader.next(record, issues),
            Kind::Json(reader) => reader.next(record, &mut self.tables, issues),
            Kind::Ndjson(reader) => reader.next(record, &mut self.tables, issues),
            Kind::Xes(reader) => reader.next(record, &mut self.tables, issues),
        };
        if step != Step::Record {
            return step;
        }
        if !self.told && self.tables.0.iter().any(|table| table.crowded) {
            self.told = true;
            issues.raise("too_many_columns", Level::Error, record.row, None, None, || {
                (
                    format!("there are more than {MAX_COLUMNS} different columns; from here on new ones are left out"),
                    "if names hold values, export them as values of one column".into(),
                )
            });
        }
        record.settle();
        if record.has_nul() {
            issues.raise("nul_byte", Level::Error, record.row, None, None, || {
                (
                    "the row holds a NUL byte and was not used".into(),
                    "the file may be damaged or binary at this place: export it again".into(),
                )
            });
            return Step::Bad;
        }
        if let Some(width) = self.width {
            return check_width(width, record, issues);
        }
        Step::Record
    }
}

fn check_width(width: usize, record: &Record, issues: &mut Issues) -> Step {
    let found = record.len();
    if found > width && !record.is_empty_from(width) {
        issues.raise("long_row", Level::Error, record.row, None, None, || {
            (
                format!("the row has {found} cells where the header has {width}"),
                "quote the cell that holds the separator; the row was not used".into(),
            )
        });
        return Step::Bad;
    }
    // A lone cell is a footer or a remark: whoever maps the row judges it.
    if found < width && found > 1 {
        issues.raise("short_row", Level::Warning, record.row, None, None, || {
            (
                format!("the row has {found} cells where the header has {width}"),
                "the missing cells were read as empty; check the export".into(),
            )
        });
    }
    Step::Record
}

fn end_of_stream<R: Read>(buffer: &mut Buffer<R>, row: u64, issues: &mut Issues) -> Step {
    if let Some(failure) = buffer.take_failure() {
        cut_short(row, &failure, issues);
    }
    Step::End
}

fn cut_short(row: u64, failure: &dyn std::error::Error, issues: &mut Issues) {
    issues.raise("cut_short", Level::Error, row, None, None, || {
        (
            format!("the file cannot be read past this place: {failure}"),
            "the rows before it were read; copy or export the file again".into(),
        )
    });
}

fn too_long(row: u64, issues: &mut Issues) {
    issues.raise("too_long", Level::Error, row, None, None, || {
        (
            format!(
                "the record is longer than {} MiB and was not used",
                MAX_RECORD >> 20
            ),
            "check whether line ends or quotation marks are missing here".into(),
        )
    });
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives at most so many bytes at a time.
    struct Trickle {
        bytes: Cursor<Vec<u8>>,
        most: usize,
    }

    impl Read for Trickle {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let most = into.len().min(self.most);
            self.bytes.read(&mut into[..most])
        }
    }

    /// Every row as text, with its place, whether readable or not.
    fn rows(bytes: &[u8], name: &str, most: usize) -> Option<(Vec<String>, u64)> {
        let source = Source::Bytes(bytes.into());
        let sniffed = sniff(&source, Path::new(name), None).ok()?;
        let stream = Trickle {
            bytes: Cursor::new(bytes.to_vec()),
            most,
        };
        let mut issues = Issues::new(None);
        let mut rows = Rows::over(Box::new(stream), &sniffed, &mut issues).unwrap();
        let mut record = Record::default();
        let mut out = Vec::new();
        loop {
            let step = rows.next(&mut record, &mut issues);
            match step {
                Step::End => return Some((out, issues.total())),
                Step::Bad => out.push(format!("{} bad", record.row)),
                Step::Record => {
                    let cells: Vec<_> = (0..record.len()).map(|n| record.get(n)).collect();
                    out.push(format!("{} {} {cells:?}", record.row, record.table));
                }
            }
        }
    }

    const SAMPLES: [(&str, &str); 4] = [
        (
            "a.csv",
            "deal id,stage,note\r\nD1,Lead,\"a\r\nb\"\"c\"\r\rD2,Won,x\n\n\"open,Lead,\nD3,Won,é\r",
        ),
        (
            "a.json",
            "{\"deals\":[{\"id\":\"1\",\"o\":{\"a\":1.50}},{\"id\":2,\"id\":3},[1]],\"x\":1,\"calls\":[{\"at\":\"\\u00e9\"}]}",
        ),
        (
            "a.ndjson",
            "{\"id\":1}\r\n\r\n{\"id\":\n{\"id\":2,\"b\":[1,2]}\r{\"id\":3}",
        ),
        (
            "a.xes",
            "<log><trace><string key='concept:name' value='1'/><event><date key='t' value='2026'/></event>\r\n</trace></log>",
        ),
    ];

    #[test]
    fn rows_do_not_depend_on_how_the_bytes_arrive() {
        for (name, text) in SAMPLES {
            let whole = rows(text.as_bytes(), name, usize::MAX).unwrap();
            assert!(!whole.0.is_empty(), "{name}");
            for most in [1, 2, 3, 7] {
                assert_eq!(
                    rows(text.as_bytes(), name, most).unwrap(),
                    whole,
                    "{name} by {most}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn rows_of_a_broken_file_do_not_depend_on_how_the_bytes_arrive(
            which in 0..SAMPLES.len(),
            cut in 0..200_usize,
            at in 0..200_usize,
            byte in any::<u8>(),
            most in 1..9_usize,
        ) {
            let (name, text) = SAMPLES[which];
            let mut bytes = text.as_bytes().to_vec();
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            bytes.truncate(bytes.len().saturating_sub(cut % 40));
            prop_assert_eq!(rows(&bytes, name, most), rows(&bytes, name, usize::MAX));
        }
    }
}
