//! XES event logs: traces of events with typed attributes.
//!
//! An event becomes one row; its trace's attributes stand beside its own under `case:`, as other
//! process-mining tools name them.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::buffer::MAX_RECORD;
use super::{Record, Step, Tables, cut_short};
use crate::file::issues::{Issues, Level};

const NAME: &str = "case:concept:name";
const MAX_DEPTH: usize = 64;
/// Events of one trace held back in wait for trace attributes that follow them.
const MAX_HELD: usize = 1 << 16;

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a place one can be in, and they overlap"
)]
pub(super) struct XesReader<R> {
    xml: Reader<Watched<R>>,
    scratch: Vec<u8>,
    /// Keys of the attributes we are inside of.
    path: Vec<String>,
    /// Elements inside a part that is passed over.
    skipping: usize,
    in_trace: bool,
    in_event: bool,
    ended: bool,
    traces: u64,
    /// Whether events of this trace have been given out already.
    flushed: bool,
    case: Vec<(usize, String)>,
    held: VecDeque<Held>,
    held_bytes: usize,
    ready: bool,
}

struct Held {
    row: u64,
    cells: Vec<(usize, String)>,
}

impl<R: Read> XesReader<R> {
    pub(super) fn new(inner: R) -> Self {
        let mut xml = Reader::from_reader(Watched {
            inner: BufReader::with_capacity(64 << 10, inner),
            line: 1,
            after_cr: false,
            spent: 0,
        });
        xml.config_mut().expand_empty_elements = true;
        Self {
            xml,
            scratch: Vec::new(),
            path: Vec::new(),
            skipping: 0,
            in_trace: false,
            in_event: false,
            ended: false,
            traces: 0,
            flushed: false,
            case: Vec::new(),
            held: VecDeque::new(),
            held_bytes: 0,
            ready: false,
        }
    }

    pub(super) fn next(
        &mut self,
        record: &mut Record,
        tables: &mut Tables,
        issues: &mut Issues,
    ) -> Step {
        let table = tables.named(None);
        loop {
            if self.ready {
                if let Some(event) = self.held.pop_front() {
                    record.clear();
                    record.row = event.row;
                    record.table = table;
                    for (column, text) in self.case.iter().chain(&event.cells) {
                        record.put(*column, text);
                    }
                    return Step::Record;
                }
                self.ready = false;
                self.flushed = true;
                self.held_bytes = 0;
            }
            if self.ended {
                return Step::End;
            }
            self.advance(table, tables, issues);
        }
    }

    /// Takes in one piece of XML.
    fn advance(&mut self, table: usize, tables: &mut Tables, issues: &mut Issues) {
        let row = self.xml.get_ref().line;
        self.xml.get_mut().spent = 0;
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        match self.xml.read_event_into(&mut scratch) {
            Ok(Event::Start(element)) => self.open(&element, row, table, tables, issues),
            Ok(Event::End(_)) => self.close(table, tables, issues),
            Ok(Event::Eof) => {
                if self.in_trace {
                    self.stop(row, "the file ends inside a trace", issues);
                    self.finish_trace(row, table, tables, issues);
                }
                self.ended = true;
            }
            Ok(_) => {}
            Err(quick_xml::Error::Io(e)) => {
                cut_short(row, &*e, issues);
                self.finish_trace(row, table, tables, issues);
                self.ended = true;
            }
            Err(e) => {
                self.stop(row, &format!("this is not well-formed XML: {e}"), issues);
                self.finish_trace(row, table, tables, issues);
            }
        }
        self.scratch = scratch;
    }

    fn open(
        &mut self,
        element: &BytesStart<'_>,
        row: u64,
        table: usize,
        tables: &mut Tables,
        issues: &mut Issues,
    ) {
        if self.skipping > 0 {
            self.skipping += 1;
            return;
        }
        let name = element.name();
        match name.local_name().into_inner() {
            "log" => {}
            "trace" if !self.in_trace => {
                self.in_trace = true;
                self.traces += 1;
                self.flushed = false;
                self.case.clear();
            }
            "event" if !self.in_event => {
                self.in_event = true;
                self.held.push_back(Held {
                    row,
                    cells: Vec::new(),
                });
            }
            "string" | "date" | "int" | "float" | "boolean" | "id" | "list" | "container" => {
                self.attribute(element, row, table, tables, issues);
            }
            // Globals, classifiers and extensions describe the log; `values` only wraps.
            "values" => self.path.push(String::new()),
            _ => self.skipping = 1,
        }
    }

    fn attribute(
        &mut self,
        element: &BytesStart<'_>,
        row: u64,
        table: usize,
        tables: &mut Tables,
        issues: &mut Issues,
    ) {
        let mut key = String::new();
        let mut value = None;
        for attribute in element.attributes().with_checks(false) {
            let text = attribute.map_err(|e| e.to_string()).and_then(|a| {
                let text = a
                    .normalized_value(XmlVersion::Implicit1_0)
                    .map_err(|e| e.to_string())?;
                Ok((
                    a.key.local_name().into_inner() == "key",
                    a.key.local_name().into_inner() == "value",
                    text.into_owned(),
                ))
            });
            match text {
                Ok((true, _, text)) => key = text,
                Ok((_, true, text)) => value = Some(text),
                Ok(_) => {}
                Err(what) => issues.raise("bad_attribute", Level::Warning, row, None, None, || {
                    (
                        format!("an attribute cannot be read: {what}"),
                        "correct it in the log; the rest of the event was read".into(),
                    )
                }),
            }
        }
        self.path.push(key);
        if self.path.len() > MAX_DEPTH {
            self.stop(row, "attributes lie too deep inside each other", issues);
            return;
        }
        let (Some(value), true) = (value, self.in_trace || self.in_event) else {
            return;
        };
        let mut name = if self.in_event {
            String::new()
        } else {
            "case:".to_owned()
        };
        for (n, part) in self.path.iter().filter(|p| !p.is_empty()).enumerate() {
            if n > 0 {
                name.push('.');
            }
            name.push_str(part);
        }
        self.held_bytes += value.len() + 32;
        let Some(column) = tables.column(table, &name) else {
            return;
        };
        if self.in_event {
            if let Some(event) = self.held.back_mut() {
                event.cells.push((column, value));
            }
            return;
        }
        if self.flushed {
            issues.raise(
                "late_attribute",
                Level::Warning,
                row,
                Some(&name),
                None,
                || {
                    (
                        "a trace attribute stands after a very long run of events".into(),
                        "events before it were read without it; write trace attributes first"
                            .into(),
                    )
                },
            );
        }
        self.case.push((column, value));
    }

    fn close(&mut self, table: usize, tables: &mut Tables, issues: &mut Issues) {
        if self.skipping > 0 {
            self.skipping -= 1;
        } else if self.path.pop().is_some() {
        } else if self.in_event {
            self.in_event = false;
            if !self.in_trace || self.held.len() >= MAX_HELD || self.held_bytes >= MAX_RECORD {
                self.ready = true;
                self.name_case(table, tables, issues);
            }
        } else if self.in_trace {
            let row = self.xml.get_ref().line;
            self.finish_trace(row, table, tables, issues);
        }
    }

    fn finish_trace(&mut self, row: u64, table: usize, tables: &mut Tables, issues: &mut Issues) {
        if self.in_trace && self.held.is_empty() && !self.flushed {
            issues.raise("empty_trace", Level::Note, row, None, None, || {
                (
                    "a trace has no events".into(),
                    "nothing to do: it says nothing about how deals move".into(),
                )
            });
        }
        if self.in_trace && !self.held.is_empty() {
            self.name_case(table, tables, issues);
        }
        self.in_trace = false;
        self.in_event = false;
        self.ready = true;
    }

    /// A trace without a name gets its number for one.
    fn name_case(&mut self, table: usize, tables: &mut Tables, issues: &mut Issues) {
        if !self.in_trace {
            return;
        }
        let Some(column) = tables.column(table, NAME) else {
            return;
        };
        if self
            .case
            .iter()
            .any(|(c, text)| *c == column && !text.is_empty())
        {
            return;
        }
        let name = format!("trace {}", self.traces);
        let row = self.held.front().map_or(0, |e| e.row);
        issues.raise(
            "unnamed_trace",
            Level::Warning,
            row,
            None,
            Some(&name),
            || {
                (
                    "a trace has no concept:name and was named by its number".into(),
                    "give each trace a concept:name, or importing a changed file will mix cases up"
                        .into(),
                )
            },
        );
        self.case.push((column, name));
    }

    fn stop(&mut self, row: u64, what: &str, issues: &mut Issues) {
        issues.raise("bad_xml", Level::Error, row, None, None, || {
            (
                format!("{what}; nothing after this place was read"),
                "export the event log again".into(),
            )
        });
        self.ended = true;
    }
}

/// Counts lines, and refuses a single piece of XML longer than any record may be.
struct Watched<R> {
    inner: BufReader<R>,
    line: u64,
    after_cr: bool,
    spent: usize,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let data = self.fill_buf()?;
        let n = data.len().min(into.len());
        into[..n].copy_from_slice(&data[..n]);
        self.consume(n);
        Ok(n)
    }
}

impl<R: Read> BufRead for Watched<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.spent > MAX_RECORD {
            return Err(io::Error::other(format!(
                "one piece of XML is longer than {} MiB",
                MAX_RECORD >> 20
            )));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        let text = &self.inner.buffer()[..n];
        for at in memchr::memchr2_iter(b'\n', b'\r', text) {
            let second = text[at] == b'\n'
                && if at == 0 {
                    self.after_cr
                } else {
                    text[at - 1] == b'\r'
                };
            self.line += u64::from(!second);
        }
        if let Some(last) = text.last() {
            self.after_cr = *last == b'\r';
        }
        self.spent += n;
        self.inner.consume(n);
    }
}
