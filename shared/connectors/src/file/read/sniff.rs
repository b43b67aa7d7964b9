//! What kind of file this is, judged by its bytes first and its name second.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

use encoding_rs::Encoding;
use flate2::read::MultiGzDecoder;

use super::csv::{CsvReader, detect_delimiter};
use super::{MAX_COLUMNS, Record, Source, Step};
use crate::file::issues::Issues;
use crate::file::mapping::{Headings, clean_heading};

/// How far the first look goes.
const HEAD: usize = 256 << 10;

/// A file cannot be read at all: what it is instead, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::file) struct Unreadable {
    pub(in crate::file) code: &'static str,
    pub(in crate::file) what: String,
    pub(in crate::file) remedy: String,
}

impl Unreadable {
    fn new(code: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            code,
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

/// What the first look at a file found.
#[derive(Debug, Clone)]
pub(in crate::file) struct Sniffed {
    pub(in crate::file) format: Format,
    pub(in crate::file) gzip: bool,
    /// As the web names it; Windows-1252 shows itself row by row.
    pub(in crate::file) encoding: &'static str,
    /// UTF-16 without a byte order mark: taken for it by the look of its bytes.
    pub(in crate::file) unmarked: bool,
}

#[derive(Debug, Clone)]
pub(in crate::file) enum Format {
    Csv(Layout),
    Json,
    Ndjson,
    Xes,
}

impl Format {
    /// Whether all rows are of one table.
    pub(in crate::file) fn has_one_table(&self) -> bool {
        !matches!(self, Self::Json)
    }

    /// Whether numbers are always written as 1234.5.
    pub(in crate::file) fn writes_plain_numbers(&self) -> bool {
        !matches!(self, Self::Csv(_))
    }
}

/// How delimited text is laid out.
#[derive(Debug, Clone)]
pub(in crate::file) struct Layout {
    pub(in crate::file) delimiter: u8,
    /// Rows that are not blank above the header.
    pub(in crate::file) preamble: usize,
    pub(in crate::file) has_header: bool,
    pub(in crate::file) columns: Vec<String>,
    /// Column names that stood more than once and were numbered.
    pub(in crate::file) repeated: Vec<String>,
}

pub(super) fn sniff(
    source: &Source,
    name: &Path,
    delimiter: Option<u8>,
) -> Result<Sniffed, Unreadable> {
    let broken = |e: io::Error| {
        Unreadable::new(
            "unreadable",
            format!("the file cannot be read: {e}"),
            "check that it is there, whole, and that you may read it",
        )
    };
    let (gzip, mut stream) = gunzipped(source.open().map_err(broken)?).map_err(broken)?;
    let mut head = vec![0; HEAD];
    let n = fill(&mut stream, &mut head).map_err(broken)?;
    drop(stream);
    head.truncate(n);
    let complete = n < HEAD;
    refuse_foreign(&head)?;
    let coding = coding(&head);
    let text: Vec<u8> = if coding.encoding == encoding_rs::UTF_8 {
        head.split_off(coding.skip)
    } else {
        let unit = if coding.skip > 0 || coding.unmarked {
            2
        } else {
            1
        };
        let whole = coding.skip + (head.len() - coding.skip) / unit * unit;
        let (text, _) = coding
            .encoding
            .decode_without_bom_handling(&head[coding.skip..whole]);
        text.into_owned().into_bytes()
    };
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(Unreadable::new(
            "empty_file",
            "the file is empty",
            "export it again, with its header line",
        ));
    }
    if memchr::memchr(0, &text[..text.len().min(4096)]).is_some() {
        return Err(Unreadable::new(
            "binary_file",
            "this is a binary file, not text",
            "export the data as CSV, JSON or XES",
        ));
    }
    Ok(Sniffed {
        format: format(&text, complete, name, delimiter)?,
        gzip,
        encoding: coding.encoding.name(),
        unmarked: coding.unmarked,
    })
}

/// `source` as UTF-8 bytes: unpacked, decoded, without its byte order mark.
pub(super) fn decoded(source: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
    let (_, mut stream) = gunzipped(source)?;
    let mut head = vec![0; 4096];
    let n = fill(&mut stream, &mut head)?;
    head.truncate(n);
    let Coding { encoding, skip, .. } = coding(&head);
    let mut start = Cursor::new(head);
    start.set_position(skip as u64);
    let whole = start.chain(stream);
    if encoding == encoding_rs::UTF_8 {
        return Ok(Box::new(whole));
    }
    Ok(Box::new(Transcoder {
        inner: whole,
        decoder: encoding.new_decoder_without_bom_handling(),
        raw: vec![0; 32 << 10],
        out: Vec::new(),
        at: 0,
        ended: false,
    }))
}

fn gunzipped(mut source: Box<dyn Read>) -> io::Result<(bool, Box<dyn Read>)> {
    let mut first = vec![0; 2];
    let n = fill(&mut source, &mut first)?;
    first.truncate(n);
    let gzip = first == [0x1f, 0x8b];
    let whole = Cursor::new(first).chain(source);
    let stream: Box<dyn Read> = if gzip {
        Box::new(MultiGzDecoder::new(BufReader::with_capacity(
            64 << 10,
            whole,
        )))
    } else {
        Box::new(whole)
    };
    Ok((gzip, stream))
}

fn fill(stream: &mut dyn Read, into: &mut [u8]) -> io::Result<usize> {
    let mut n = 0;
    while n < into.len() {
        match stream.read(&mut into[n..]) {
            Ok(0) => break,
            Ok(more) => n += more,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            // What came before the damage may still be read.
            Err(_) if n > 0 => break,
            Err(e) => return Err(e),
        }
    }
    Ok(n)
}

#[derive(Clone, Copy)]
struct Coding {
    encoding: &'static Encoding,
    /// Bytes of the byte order mark.
    skip: usize,
    /// UTF-16 told only by the look of its bytes.
    unmarked: bool,
}

fn coding(head: &[u8]) -> Coding {
    if let Some((encoding, skip)) = Encoding::for_bom(head) {
        return Coding {
            encoding,
            skip,
            unmarked: false,
        };
    }
    // Latin text in UTF-16 has a NUL in nearly every second byte, always on the same side.
    let sample = &head[..head.len().min(512) / 2 * 2];
    let nuls = |side: usize| {
        sample
            .iter()
            .skip(side)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (even, odd) = (nuls(0), nuls(1));
    let most = sample.len() / 2 * 7 / 10;
    let guessed = if sample.len() >= 8 && even == 0 && odd > most {
        Some(encoding_rs::UTF_16LE)
    } else if sample.len() >= 8 && odd == 0 && even > most {
        Some(encoding_rs::UTF_16BE)
    } else {
        None
    };
    Coding {
        encoding: guessed
            .or_else(|| declared_in_xml(head))
            .unwrap_or(encoding_rs::UTF_8),
        skip: 0,
        unmarked: guessed.is_some(),
    }
}

/// What `<?xml … encoding="…"?>` says, unless it is UTF-16: then it would not be legible here.
fn declared_in_xml(head: &[u8]) -> Option<&'static Encoding> {
    let head = head.strip_prefix(b"<?xml")?;
    let line = &head[..memchr::memchr(b'>', head)?.min(200)];
    let at = memchr::memmem::find(line, b"encoding")? + b"encoding".len();
    let mut parts = line[at..].split(|b| matches!(b, b'"' | b'\''));
    let label = parts.nth(1)?;
    Encoding::for_label(label)
        .filter(|e| *e != encoding_rs::UTF_16LE && *e != encoding_rs::UTF_16BE)
}

/// Any encoding in, UTF-8 out. What is no character becomes U+FFFD.
struct Transcoder<R> {
    inner: R,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    out: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.out.len() && !self.ended {
            let n = self.inner.read(&mut self.raw)?;
            self.ended = n == 0;
            self.out.resize(self.raw.len() * 4, 0);
            self.at = 0;
            // The output has room for any input, so all of it is taken.
            let (_, _, written, _) =
                self.decoder
                    .decode_to_utf8(&self.raw[..n], &mut self.out, self.ended);
            self.out.truncate(written);
        }
        let n = into.len().min(self.out.len() - self.at);
        into[..n].copy_from_slice(&self.out[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

/// Files people mistake for data, by their first bytes.
fn refuse_foreign(head: &[u8]) -> Result<(), Unreadable> {
    const AS_CSV: &str = "open it there and save it as CSV, then give that file";
    let (code, what, remedy) = if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
    {
        let holds = |needle: &[u8]| memchr::memmem::find(head, needle).is_some();
        if holds(b"xl/") || holds(b"[Content_Types].xml") {
            ("xlsx_file", "this is an Excel workbook", AS_CSV)
        } else {
            (
                "zip_file",
                "this is a zip archive",
                "unpack it and give the files or the folder",
            )
        }
    } else if head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        ("xls_file", "this is an old Excel workbook", AS_CSV)
    } else if head.starts_with(b"%PDF") {
        (
            "pdf_file",
            "this is a PDF document",
            "export the data itself, as CSV or JSON",
        )
    } else if head.starts_with(b"PAR1") {
        (
            "parquet_file",
            "this is a Parquet file",
            "write it as CSV or NDJSON first",
        )
    } else if head.starts_with(b"SQLite format 3\0") {
        (
            "sqlite_file",
            "this is a SQLite database",
            "export its tables as CSV first",
        )
    } else if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
        || head.starts_with(b"BZh")
        || head.starts_with(&[0xfd, b'7', b'z', b'X', b'Z'])
        || head.starts_with(b"7z\xbc\xaf")
        || head.starts_with(b"Rar!")
    {
        (
            "archive_file",
            "this is a compressed file of a kind that is not read here",
            "unpack it first, or compress it with gzip",
        )
    } else if head.starts_with(&[0x1f, 0x8b]) {
        (
            "twice_packed",
            "this file is packed with gzip twice",
            "unpack it once",
        )
    } else if head.starts_with(b"\x89PNG")
        || head.starts_with(&[0xff, 0xd8, 0xff])
        || head.starts_with(b"GIF8")
    {
        (
            "image_file",
            "this is a picture",
            "export the data itself, as CSV or JSON",
        )
    } else if head.starts_with(b"\x7fELF") || head.starts_with(b"MZ\x90") {
        (
            "binary_file",
            "this is a program, not data",
            "export the data as CSV, JSON or XES",
        )
    } else {
        return Ok(());
    };
    Err(Unreadable::new(code, what, remedy))
}

fn format(
    text: &[u8],
    complete: bool,
    name: &Path,
    delimiter: Option<u8>,
) -> Result<Format, Unreadable> {
    let extension = extension(name);
    let start = text.trim_ascii_start();
    match start.first() {
        Some(b'<') => {
            let shown = &start[..start.len().min(4096)];
            let holds = |needle: &[u8]| memchr::memmem::find(shown, needle).is_some();
            return if holds(b"<log") || extension == "xes" {
                Ok(Format::Xes)
            } else if holds(b"<html") || holds(b"<!DOCTYPE html") || holds(b"<table") {
                Err(Unreadable::new(
                    "html_file",
                    "this is a web page, as some tools save under the name of a spreadsheet",
                    "export it as CSV",
                ))
            } else {
                Err(Unreadable::new(
                    "xml_file",
                    "this is XML, but not an event log (XES)",
                    "export it as CSV, JSON or XES",
                ))
            };
        }
        Some(b'[') if extension != "csv" && extension != "tsv" => return Ok(Format::Json),
        Some(b'{') => {
            let line = start
                .split(|b| matches!(b, b'\n' | b'\r'))
                .next()
                .unwrap_or(start);
            let rest = start[line.len()..].trim_ascii();
            let alone = serde_json::from_slice::<serde_json::Value>(line.trim_ascii());
            return Ok(match alone {
                Ok(value) if rest.is_empty() && complete => {
                    let tables = value.as_object().is_some_and(|o| {
                        o.values().any(|v| {
                            v.as_array()
                                .is_some_and(|a| a.iter().all(serde_json::Value::is_object))
                        })
                    });
                    if tables { Format::Json } else { Format::Ndjson }
                }
                Ok(_) => Format::Ndjson,
                Err(_) if matches!(extension.as_str(), "ndjson" | "jsonl") => Format::Ndjson,
                // One bad first line does not make a line-by-line file something else.
                Err(_) if rest.first() == Some(&b'{') && line.trim_ascii_end().ends_with(b"}") => {
                    Format::Ndjson
                }
                Err(_) => Format::Json,
            });
        }
        _ => {}
    }
    match extension.as_str() {
        "xes" => Err(Unreadable::new(
            "not_xes",
            "the name ends in .xes but the file holds no XML",
            "export the event log again",
        )),
        "json" => Ok(Format::Json),
        "ndjson" | "jsonl" => Ok(Format::Ndjson),
        _ => layout(text, complete, delimiter).map(Format::Csv),
    }
}

fn extension(name: &Path) -> String {
    let lower = |s: &OsStr| s.to_string_lossy().to_ascii_lowercase();
    let outer = name.extension().map(lower).unwrap_or_default();
    if outer == "gz" {
        let stem = Path::new(name.file_stem().unwrap_or_default());
        return stem.extension().map(lower).unwrap_or_default();
    }
    outer
}

/// Separator, preamble and header of delimited text.
fn layout(text: &[u8], complete: bool, given: Option<u8>) -> Result<Layout, Unreadable> {
    // Excel writes its separator on a first line of its own: sep=;
    let (declared, body) = match text {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', mark, rest @ ..]
            if rest.first().is_none_or(|b| matches!(b, b'\n' | b'\r')) =>
        {
            (Some(*mark), rest)
        }
        _ => (None, text),
    };
    let skip = usize::from(declared.is_some());
    let delimiter = given
        .or(declared)
        .or_else(|| detect_delimiter(body, complete))
        .unwrap_or(b',');
    let mut reader = CsvReader::new(body, delimiter);
    let mut record = Record::default();
    let mut rows: Vec<Vec<String>> = Vec::new();
    while rows.len() < 50 {
        match reader.next(&mut record, &mut Issues::quiet()) {
            Step::Record => {
                record.settle();
                rows.push(
                    (0..record.len())
                        .map(|c| clean_heading(record.get(c).unwrap_or_default()))
                        .collect(),
                );
            }
            Step::Bad => rows.push(Vec::new()),
            Step::End => break,
        }
    }
    if !complete && rows.len() > 1 {
        // The last row may be cut.
        rows.pop();
    }
    let widest = rows.iter().map(Vec::len).max().unwrap_or(0);
    if widest < 2 {
        return Err(Unreadable::new(
            "one_column",
            "only one column is there",
            "give a file with several columns; if they are parted by an unusual mark, say --delimiter",
        ));
    }
    if widest > MAX_COLUMNS {
        return Err(Unreadable::new(
            "too_many_columns",
            format!("a row has {widest} cells; a table may have {MAX_COLUMNS} columns"),
            "check the separator (--delimiter) and the line ends",
        ));
    }
    let known = Headings::all();
    let header = rows
        .iter()
        .position(|row| known.looks_like_header(row))
        .or_else(|| {
            // Nothing is known by name: the first full row that holds only words may still be it.
            let at = rows.iter().position(|row| row.len() == widest)?;
            let words = rows[at]
                .iter()
                .filter(|c| !c.is_empty())
                .all(|c| !starts_like_value(c));
            let values_below = rows[at + 1..]
                .iter()
                .any(|r| r.iter().any(|c| starts_like_value(c)));
            (words && (values_below || rows.len() == 1) && all_distinct(&rows[at])).then_some(at)
        });
    let Some(at) = header else {
        return Ok(Layout {
            delimiter,
            preamble: skip,
            has_header: false,
            columns: (1..=widest).map(|n| format!("column {n}")).collect(),
            repeated: Vec::new(),
        });
    };
    let mut columns: Vec<String> = Vec::new();
    let mut repeated: Vec<String> = Vec::new();
    let mut taken: HashMap<String, usize> = HashMap::new();
    for (n, name) in rows[at].iter().enumerate() {
        let name = if name.is_empty() {
            format!("column {}", n + 1)
        } else {
            name.clone()
        };
        let mut unique = name.clone();
        let mut again = taken.get(&name).copied().unwrap_or(0);
        while taken.contains_key(&unique) {
            again += 1;
            unique = format!("{name} ({})", again + 1);
        }
        if again == 1 {
            repeated.push(name.clone());
        }
        taken.insert(name, again);
        taken.entry(unique.clone()).or_insert(0);
        columns.push(unique);
    }
    Ok(Layout {
        delimiter,
        preamble: at + skip,
        has_header: true,
        columns,
        repeated,
    })
}

fn all_distinct(row: &[String]) -> bool {
    let mut seen: Vec<&String> = row.iter().filter(|c| !c.is_empty()).collect();
    let n = seen.len();
    seen.sort_unstable();
    seen.dedup();
    n >= 2 && seen.len() == n
}

/// A number or a date rather than a name.
fn starts_like_value(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
    digits > 0 && digits > letters
}
