//! JSON: a bare array, an object of arrays, or one object per line.
//!
//! A splitter finds where each record ends without understanding it; then the record is read
//! strictly (no repeated keys, no NaN, numbers kept as text). One bad record is one issue.

use std::io::Read;

use super::buffer::Buffer;
use super::{MAX_TABLES, Record, Step, Tables, end_of_stream, too_long};
use crate::file::issues::{Issues, Level};

/// Arrays and objects inside each other at most this deep.
const MAX_DEPTH: usize = 64;

/// Reads `[{…}, …]` or `{"deals": [{…}, …], "activities": […]}`.
pub(super) struct JsonReader<R> {
    buffer: Buffer<R>,
    line: u64,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Start,
    /// Between the members of the outermost object.
    Members,
    /// Between the records of an array; `nested` when the array is a member.
    Items {
        table: usize,
        nested: bool,
    },
    Done,
}

impl<R: Read> JsonReader<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            buffer: Buffer::new(inner),
            line: 1,
            state: State::Start,
        }
    }

    pub(super) fn next(
        &mut self,
        record: &mut Record,
        tables: &mut Tables,
        issues: &mut Issues,
    ) -> Step {
        loop {
            if self.state == State::Done {
                return Step::End;
            }
            let Some(byte) = self.peek() else {
                if self.state != State::Start {
                    self.stop(issues, "the text ends before its last bracket closes");
                }
                return end_of_stream(&mut self.buffer, self.line, issues);
            };
            match (self.state, byte) {
                (State::Start, b'[') => {
                    let table = tables.named(None);
                    self.enter(State::Items {
                        table,
                        nested: false,
                    });
                }
                (State::Start, b'{') | (State::Items { nested: true, .. }, b']') => {
                    self.enter(State::Members);
                }
                (State::Members | State::Items { .. }, b',') => self.buffer.consume(1),
                (State::Members, b'}') | (State::Items { nested: false, .. }, b']') => {
                    self.buffer.consume(1);
                    self.state = State::Done;
                    if self.peek().is_some() {
                        self.stop(issues, "more text follows the closing bracket");
                    }
                }
                (State::Items { table, .. }, _) => return self.item(table, record, tables, issues),
                (State::Members, b'"') => {
                    if let Some(step) = self.member(record, tables, issues) {
                        return step;
                    }
                }
                _ => self.stop(issues, "this is not JSON"),
            }
        }
    }

    /// One `"key": value` of the outermost object. Only arrays hold records.
    fn member(
        &mut self,
        record: &mut Record,
        tables: &mut Tables,
        issues: &mut Issues,
    ) -> Option<Step> {
        let row = self.line;
        let key = match self.extent() {
            Extent::Whole(n) => {
                let key = Parser::new(&self.buffer.data()[..n]).string().ok();
                self.consume_counted(n);
                key
            }
            _ => None,
        };
        let Some(key) = key.filter(|_| self.peek() == Some(b':')) else {
            self.stop(issues, "a member of the outermost object has no proper key");
            return None;
        };
        self.buffer.consume(1);
        if self.peek() == Some(b'[') {
            self.buffer.consume(1);
            if tables.find(&key).is_some() {
                issues.raise(
                    "repeated_key",
                    Level::Warning,
                    row,
                    None,
                    Some(&key),
                    || {
                        (
                            format!("the outermost object has {key:?} twice"),
                            "both arrays were read; keep one".into(),
                        )
                    },
                );
            }
            if tables.0.len() == MAX_TABLES {
                self.stop(issues, "the outermost object holds too many arrays");
                return None;
            }
            let table = tables.named(Some(&key));
            self.state = State::Items {
                table,
                nested: true,
            };
            return None;
        }
        match self.extent() {
            Extent::Whole(n) => {
                self.consume_counted(n);
                issues.raise("not_a_table", Level::Note, row, None, Some(&key), || {
                    (
                        format!("member {key:?} holds no array of records and was passed over"),
                        "nothing to do unless it should be read: make it an array of objects"
                            .into(),
                    )
                });
                None
            }
            other => Some(self.unfinished(row, other, record, issues)),
        }
    }

    fn item(
        &mut self,
        table: usize,
        record: &mut Record,
        tables: &mut Tables,
        issues: &mut Issues,
    ) -> Step {
        let row = self.line;
        match self.extent() {
            Extent::Whole(0) => {
                self.stop(issues, "a bracket closes here that was never opened");
                record.row = row;
                Step::Bad
            }
            Extent::Whole(n) => {
                let step =
                    read_object(&self.buffer.data()[..n], row, table, record, tables, issues);
                self.consume_counted(n);
                step
            }
            other => self.unfinished(row, other, record, issues),
        }
    }

    fn unfinished(
        &mut self,
        row: u64,
        extent: Extent,
        record: &mut Record,
        issues: &mut Issues,
    ) -> Step {
        record.row = row;
        if extent == Extent::TooLong {
            too_long(row, issues);
        } else {
            self.stop(issues, "the text ends inside this record");
        }
        Step::Bad
    }

    /// Steps over a bracket into what it opens or back into what it was opened in.
    fn enter(&mut self, state: State) {
        self.buffer.consume(1);
        self.state = state;
    }

    fn stop(&mut self, issues: &mut Issues, what: &str) {
        issues.raise("bad_json", Level::Error, self.line, None, None, || {
            (
                format!("{what}; nothing after this place was read"),
                "export again, or check the file with a JSON validator".into(),
            )
        });
        self.state = State::Done;
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let data = self.buffer.data();
            let blank = data.iter().take_while(|b| b.is_ascii_whitespace()).count();
            let found = data.get(blank).copied();
            self.consume_counted(blank);
            if found.is_some() || !self.buffer.more() {
                return found;
            }
        }
    }

    fn consume_counted(&mut self, n: usize) {
        let text = &self.buffer.data()[..n];
        self.line += memchr::memchr_iter(b'\n', text).count() as u64;
        self.buffer.consume(n);
    }

    /// How far the value in view reaches. A value too long to hold is consumed.
    fn extent(&mut self) -> Extent {
        let mut skim = Skim::default();
        let mut seen = 0;
        loop {
            if let Some(n) = skim.feed(&self.buffer.data()[seen..]) {
                return Extent::Whole(seen + n);
            }
            seen = self.buffer.data().len();
            if self.buffer.more() {
                continue;
            }
            if !self.buffer.full() {
                return Extent::Cut;
            }
            loop {
                self.consume_counted(seen);
                if !self.buffer.more() {
                    return Extent::TooLong;
                }
                if let Some(n) = skim.feed(self.buffer.data()) {
                    self.consume_counted(n);
                    return Extent::TooLong;
                }
                seen = self.buffer.data().len();
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Extent {
    Whole(usize),
    Cut,
    TooLong,
}

/// Follows brackets and strings to the end of one value, across any cuts.
#[derive(Default)]
struct Skim {
    depth: usize,
    in_string: bool,
    escaped: bool,
    started: bool,
}

impl Skim {
    /// Bytes up to and with the end of the value, when it ends in `data`.
    fn feed(&mut self, data: &[u8]) -> Option<usize> {
        for (at, &byte) in data.iter().enumerate() {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.in_string = false;
                        if self.depth == 0 {
                            return Some(at + 1);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            let outside = self.depth == 0;
            match byte {
                b'"' | b'{' | b'[' if outside && self.started => return Some(at),
                b'}' | b']' | b',' if outside => return Some(at),
                _ if outside && byte.is_ascii_whitespace() => return Some(at),
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
            self.started = true;
        }
        None
    }
}

/// Reads one object per line. Blank lines are passed over.
pub(super) struct NdjsonReader<R> {
    buffer: Buffer<R>,
    line: u64,
}

impl<R: Read> NdjsonReader<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            buffer: Buffer::new(inner),
            line: 1,
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
            let row = self.line;
            let mut seen = 0;
            let end = loop {
                let data = self.buffer.data();
                if let Some(n) = memchr::memchr2(b'\n', b'\r', &data[seen..]) {
                    break seen + n;
                }
                seen = data.len();
                if self.buffer.more() {
                    continue;
                }
                if !self.buffer.full() {
                    break seen;
                }
                loop {
                    self.buffer.consume(seen);
                    if !self.buffer.more() {
                        break;
                    }
                    let data = self.buffer.data();
                    if let Some(n) = memchr::memchr2(b'\n', b'\r', data) {
                        self.buffer.consume(n);
                        break;
                    }
                    seen = data.len();
                }
                record.row = row;
                too_long(row, issues);
                return Step::Bad;
            };
            // A line end that lies on the edge of the view must be seen whole.
            while self.buffer.data().len() < end + 2 && self.buffer.more() {}
            let data = self.buffer.data();
            if data.is_empty() {
                return end_of_stream(&mut self.buffer, row, issues);
            }
            let line_end = match &data[end..] {
                [b'\r', b'\n', ..] => 2,
                [] => 0,
                _ => 1,
            };
            let text = data[..end].trim_ascii();
            let step =
                (!text.is_empty()).then(|| read_object(text, row, table, record, tables, issues));
            self.buffer.consume(end + line_end);
            self.line += u64::from(line_end > 0);
            if let Some(step) = step {
                return step;
            }
        }
    }
}

fn read_object(
    text: &[u8],
    row: u64,
    table: usize,
    record: &mut Record,
    tables: &mut Tables,
    issues: &mut Issues,
) -> Step {
    record.clear();
    record.row = row;
    record.table = table;
    let outcome = match std::str::from_utf8(text) {
        Err(_) => Err("the text is not UTF-8".into()),
        Ok(_) if text.first() != Some(&b'{') => Err("this is not an object".into()),
        Ok(_) => Parser::new(text).record(record, tables),
    };
    match outcome {
        Ok(()) => Step::Record,
        Err(what) => {
            issues.raise("bad_json", Level::Error, row, None, None, || {
                (
                    format!("this record cannot be read: {what}"),
                    "correct this record; the others were read".into(),
                )
            });
            record.clear();
            record.row = row;
            record.table = table;
            Step::Bad
        }
    }
}

/// A strict reader of one JSON value that lies whole in memory.
struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

type Parsed<T> = Result<T, String>;

impl<'a> Parser<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// The whole text as one object, its members spread over the columns of `record`.
    fn record(&mut self, record: &mut Record, tables: &mut Tables) -> Parsed<()> {
        let mut path = String::new();
        self.object(&mut path, 1, Some((record, tables)))?;
        self.blank();
        if self.at < self.text.len() {
            return Err("more text follows the closing brace".into());
        }
        Ok(())
    }

    fn blank(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Parsed<()> {
        self.blank();
        if self.text.get(self.at) == Some(&byte) {
            self.at += 1;
            return Ok(());
        }
        let found = self
            .text
            .get(self.at)
            .map_or("the end".into(), |b| format!("{:?}", char::from(*b)));
        Err(format!(
            "{:?} was expected, {found} found",
            char::from(byte)
        ))
    }

    /// An object. With somewhere to put them, its members become cells: nested objects spread
    /// as `outer.inner`, arrays stay text.
    fn object(
        &mut self,
        path: &mut String,
        depth: usize,
        mut sink: Option<(&mut Record, &mut Tables)>,
    ) -> Parsed<()> {
        if depth > MAX_DEPTH {
            return Err(format!("objects and arrays lie more than {MAX_DEPTH} deep"));
        }
        self.expect(b'{')?;
        let mut keys: Vec<String> = Vec::new();
        let mut known = std::collections::HashSet::new();
        self.blank();
        if self.text.get(self.at) == Some(&b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.blank();
            let key = self.string()?;
            // A set only where a list would be slow: objects are nearly always short.
            let repeated = if keys.len() < 32 {
                keys.contains(&key)
            } else {
                if known.is_empty() {
                    known.extend(keys.iter().cloned());
                }
                !known.insert(key.clone())
            };
            if repeated {
                return Err(format!("key {key:?} stands twice in one object"));
            }
            self.expect(b':')?;
            self.blank();
            let mark = path.len();
            if mark > 0 {
                path.push('.');
            }
            path.push_str(&key);
            keys.push(key);
            let start = self.at;
            match (self.text.get(self.at), sink.as_mut()) {
                (Some(b'{'), Some((record, tables))) => {
                    self.object(path, depth + 1, Some((record, tables)))?;
                }
                (Some(b'"'), Some((record, tables))) => {
                    let text = self.string()?;
                    if let Some(column) = tables.column(record.table, path) {
                        record.put(column, &text);
                    }
                }
                (_, sink) => {
                    self.value(depth + 1)?;
                    if let Some((record, tables)) = sink
                        && let Some(column) = tables.column(record.table, path)
                    {
                        match &self.text[start..self.at] {
                            b"null" => record.put(column, ""),
                            raw => record.put(column, std::str::from_utf8(raw).unwrap_or_default()),
                        }
                    }
                }
            }
            path.truncate(mark);
            self.blank();
            match self.text.get(self.at) {
                Some(b',') => self.at += 1,
                _ => return self.expect(b'}'),
            }
        }
    }

    /// Any value, only checked.
    fn value(&mut self, depth: usize) -> Parsed<()> {
        if depth > MAX_DEPTH {
            return Err(format!("objects and arrays lie more than {MAX_DEPTH} deep"));
        }
        self.blank();
        match self.text.get(self.at) {
            Some(b'{') => self.object(&mut String::new(), depth, None),
            Some(b'"') => self.string().map(drop),
            Some(b'[') => {
                self.at += 1;
                self.blank();
                if self.text.get(self.at) == Some(&b']') {
                    self.at += 1;
                    return Ok(());
                }
                loop {
                    self.value(depth + 1)?;
                    self.blank();
                    match self.text.get(self.at) {
                        Some(b',') => self.at += 1,
                        _ => return self.expect(b']'),
                    }
                }
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Parsed<()> {
        let rest = &self.text[self.at..];
        let n = rest
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || **b == b'+')
            .count();
        let word = &rest[..n];
        self.at += n;
        match word {
            b"true" | b"false" | b"null" => Ok(()),
            b"NaN" | b"Infinity" => Err("NaN and Infinity are not JSON; write null".into()),
            _ => Err(format!(
                "a value was expected, {:?} found",
                String::from_utf8_lossy(&rest[..rest.len().min(12)])
            )),
        }
    }

    fn digits(&mut self) -> usize {
        let n = self.text[self.at..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
        self.at += n;
        n
    }

    fn number(&mut self) -> Parsed<()> {
        let start = self.at;
        if self.text.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        if self.text[self.at..].starts_with(b"Infinity") {
            return Err("NaN and Infinity are not JSON; write null".into());
        }
        let zero = self.text.get(self.at) == Some(&b'0');
        let whole = self.digits();
        let mut good = whole > 0 && !(zero && whole > 1);
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            good &= self.digits() > 0;
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.text.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            good &= self.digits() > 0;
        }
        if good {
            return Ok(());
        }
        let end = self.text.len().min(self.at + 1);
        Err(format!(
            "{:?} is not a JSON number",
            String::from_utf8_lossy(&self.text[start..end])
        ))
    }

    fn string(&mut self) -> Parsed<String> {
        if self.text.get(self.at) != Some(&b'"') {
            return Err("a key or text in quotation marks was expected".into());
        }
        self.at += 1;
        let mut out: Vec<u8> = Vec::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest
                .iter()
                .take_while(|b| !matches!(b, b'"' | b'\\' | 0..=0x1f))
                .count();
            out.extend_from_slice(&rest[..plain]);
            self.at += plain + 1;
            match rest.get(plain) {
                Some(b'"') => {
                    return String::from_utf8(out).map_err(|_| "the text is not UTF-8".into());
                }
                Some(b'\\') => self.escape(&mut out)?,
                Some(_) => return Err("a text holds a raw line end or control character".into()),
                None => return Err("a text does not end".into()),
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Parsed<()> {
        let byte = self.text.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        out.push(match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let high = self.hex()?;
                let code = if (0xD800..0xDC00).contains(&high)
                    && self.text[self.at.min(self.text.len())..].starts_with(b"\\u")
                {
                    self.at += 2;
                    let low = self.hex()?;
                    if !(0xDC00..0xE000).contains(&low) {
                        return Err("half a surrogate pair stands alone".into());
                    }
                    0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
                } else {
                    high
                };
                let c = char::from_u32(code).ok_or("half a surrogate pair stands alone")?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return Err("a backslash stands before a letter it cannot escape".into()),
        });
        Ok(())
    }

    fn hex(&mut self) -> Parsed<u32> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .filter(|d| d.iter().all(u8::is_ascii_hexdigit))
            .and_then(|d| std::str::from_utf8(d).ok())
            .and_then(|d| u32::from_str_radix(d, 16).ok())
            .ok_or("a \\u is not followed by four hexadecimal digits")?;
        self.at += 4;
        Ok(digits)
    }
}

/// The items of a JSON array of texts, numbers or objects with a `name` or `text`, as texts; the
/// parts of a `;`-separated list otherwise.
pub(in crate::file) fn list(text: &str) -> Vec<String> {
    if let Ok(serde_json::Value::Array(items)) = serde_json::from_str(text) {
        return items
            .into_iter()
            .filter_map(|item| match item {
                serde_json::Value::Null => None,
                serde_json::Value::String(s) => Some(s),
                serde_json::Value::Object(o) => ["name", "email", "text", "title"]
                    .iter()
                    .find_map(|k| o.get(*k)?.as_str().map(str::to_owned))
                    .or_else(|| Some(serde_json::Value::Object(o).to_string())),
                other => Some(other.to_string()),
            })
            .collect();
    }
    text.split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}
