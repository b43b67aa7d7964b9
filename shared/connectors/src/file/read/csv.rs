//! Delimited text: RFC 4180 as it is met in the wild.

use std::io::Read;

use super::buffer::Buffer;
use super::{Record, Step, end_of_stream, too_long};
use crate::file::issues::{Issues, Level};

/// The separators looked for when none is given.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Reads records of one table from delimited text, whatever its line ends.
///
/// A quote that never closes does not swallow the rest of the file: its record is read again
/// with the quote as an ordinary character.
pub(super) struct CsvReader<R> {
    buffer: Buffer<R>,
    grammar: Grammar,
    line: u64,
}

/// How a cut at `end` bytes went.
enum Cut {
    Record {
        end: usize,
        lines: u64,
        stray: bool,
    },
    /// The bytes stop inside the record; `in_quotes` when inside a quoted cell.
    Short {
        in_quotes: bool,
    },
    /// A cell quoted over several lines closes in the middle of a word: the quote was a stray.
    Runaway,
}

impl<R: Read> CsvReader<R> {
    pub(super) fn new(inner: R, delimiter: u8) -> Self {
        Self {
            buffer: Buffer::new(inner),
            grammar: Grammar::new(delimiter),
            line: 1,
        }
    }

    /// The next row that is not blank, its cells in order.
    pub(super) fn next(&mut self, record: &mut Record, issues: &mut Issues) -> Step {
        loop {
            let mut quoting = true;
            let (end, lines, stray) = loop {
                let ended = self.buffer.ended();
                let data = self.buffer.data();
                if ended && data.is_empty() {
                    return end_of_stream(&mut self.buffer, self.line, issues);
                }
                match self.grammar.cut(data, ended, quoting, record) {
                    Cut::Record { end, lines, stray } => break (end, lines, stray),
                    Cut::Runaway => quoting = false,
                    Cut::Short { in_quotes } => {
                        if self.buffer.more() {
                            continue;
                        }
                        if in_quotes {
                            quoting = false;
                        } else if self.buffer.full() {
                            return self.skip_line(record, issues);
                        }
                        // Otherwise the stream has just been found to end here: cut again.
                    }
                }
            };
            record.row = self.line;
            self.line += lines;
            self.buffer.consume(end);
            if record.is_blank() {
                continue;
            }
            if stray || !quoting {
                issues.raise(
                    "stray_quote",
                    Level::Warning,
                    record.row,
                    None,
                    None,
                    || {
                        (
                            "a quotation mark stands inside a cell without being doubled".into(),
                            "the cell was read as it stands; double the mark (\"\") in the export"
                                .into(),
                        )
                    },
                );
            }
            return Step::Record;
        }
    }

    /// Leaves a line behind that is longer than any record may be.
    fn skip_line(&mut self, record: &mut Record, issues: &mut Issues) -> Step {
        let row = self.line;
        record.row = row;
        loop {
            let data = self.buffer.data();
            let (n, found) = match memchr::memchr2(b'\n', b'\r', data) {
                Some(at) => (at, true),
                None => (data.len(), false),
            };
            self.buffer.consume(n);
            if found || !self.buffer.more() {
                break;
            }
        }
        // The line end itself is left: it reads as a blank line and counts the line.
        too_long(row, issues);
        Step::Bad
    }
}

struct Grammar {
    delimiter: u8,
    /// Bytes that end a run of ordinary text in a cell that is not quoted.
    stops: [bool; 256],
}

impl Grammar {
    fn new(delimiter: u8) -> Self {
        let mut stops = [false; 256];
        for stop in [delimiter, b'\n', b'\r', b'"'] {
            stops[usize::from(stop)] = true;
        }
        Self { delimiter, stops }
    }

    fn cut(&self, data: &[u8], ended: bool, quoting: bool, record: &mut Record) -> Cut {
        record.clear();
        let mut at = 0;
        let mut lines = 0;
        let mut stray = false;
        loop {
            // One cell.
            if quoting && data.get(at) == Some(&b'"') {
                let opened_on = lines;
                at += 1;
                loop {
                    let Some(n) = memchr::memchr(b'"', &data[at..]) else {
                        return Cut::Short { in_quotes: true };
                    };
                    let piece = &data[at..at + n];
                    lines += line_ends(piece);
                    record.push_bytes(piece);
                    at += n + 1;
                    match data.get(at) {
                        Some(b'"') => {
                            record.push_bytes(b"\"");
                            at += 1;
                        }
                        None if !ended => return Cut::Short { in_quotes: false },
                        None | Some(b'\n' | b'\r') => break,
                        Some(&b) if b == self.delimiter => break,
                        Some(_) if lines > opened_on => return Cut::Runaway,
                        Some(_) => {
                            stray = true;
                            break;
                        }
                    }
                }
            }
            // What follows a closing quote, or a whole cell without quotes.
            loop {
                let from = at;
                while at < data.len() && !self.stops[usize::from(data[at])] {
                    at += 1;
                }
                record.push_bytes(&data[from..at]);
                match data.get(at) {
                    Some(b'"') => {
                        stray = true;
                        record.push_bytes(b"\"");
                        at += 1;
                    }
                    _ => break,
                }
            }
            match data.get(at) {
                None if !ended => return Cut::Short { in_quotes: false },
                None => {
                    record.end_cell();
                    return Cut::Record {
                        end: at,
                        lines,
                        stray,
                    };
                }
                Some(&b) if b == self.delimiter => {
                    record.end_cell();
                    at += 1;
                    if at == data.len() && ended {
                        record.end_cell();
                        return Cut::Record {
                            end: at,
                            lines,
                            stray,
                        };
                    }
                }
                Some(&b) => {
                    let two = if b == b'\r' {
                        match data.get(at + 1) {
                            None if !ended => return Cut::Short { in_quotes: false },
                            next => next == Some(&b'\n'),
                        }
                    } else {
                        false
                    };
                    record.end_cell();
                    return Cut::Record {
                        end: at + 1 + usize::from(two),
                        lines: lines + 1,
                        stray,
                    };
                }
            }
        }
    }
}

/// Line ends in a piece of text: LF, CR and CRLF count one each.
fn line_ends(text: &[u8]) -> u64 {
    let mut n = 0;
    for at in memchr::memchr2_iter(b'\n', b'\r', text) {
        if text[at] == b'\r' || at == 0 || text[at - 1] != b'\r' {
            n += 1;
        }
    }
    n
}

/// The separator the text uses, judged over its first rows: the one that cuts most rows into
/// the same number of cells. `None` when every row stays whole.
pub(super) fn detect_delimiter(head: &[u8], complete: bool) -> Option<u8> {
    let mut best: Option<(f64, u8)> = None;
    for delimiter in DELIMITERS {
        let grammar = Grammar::new(delimiter);
        let mut widths: Vec<usize> = Vec::new();
        let mut rest = head;
        let mut record = Record::default();
        while widths.len() < 20 && !rest.is_empty() {
            let cut = match grammar.cut(rest, complete, true, &mut record) {
                Cut::Record { end, .. } => end,
                Cut::Short { in_quotes: false } => break,
                _ => match grammar.cut(rest, complete, false, &mut record) {
                    Cut::Record { end, .. } => end,
                    _ => break,
                },
            };
            if !record.is_blank() {
                widths.push(record.len());
            }
            rest = &rest[cut..];
        }
        let mut counted: Vec<(usize, usize)> = Vec::new();
        for &width in widths.iter().filter(|&&w| w > 1) {
            match counted.iter_mut().find(|(w, _)| *w == width) {
                Some((_, n)) => *n += 1,
                None => counted.push((width, 1)),
            }
        }
        let Some(&(width, n)) = counted.iter().max_by_key(|&&(w, n)| (n, w)) else {
            continue;
        };
        // Wider cuts weigh more: a stray comma in half the rows is no table.
        let score = n as f64 / widths.len() as f64 * (1.0 - 1.0 / width as f64);
        if best.is_none_or(|(s, _)| score > s) {
            best = Some((score, delimiter));
        }
    }
    best.map(|(_, d)| d)
}
