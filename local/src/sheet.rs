//! A delimited text file as named columns of raw text, row by row as it stands in the file.
//!
//! Learning from attributes wants every column verbatim and every row kept, whatever its cells mean;
//! turning files into deals is the business of `connectors::file`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use forecast::score::Table;

use crate::exit::{Exit, Failure};
use crate::files;

/// A file's columns, and what was odd about them.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) table: Table,
    pub(crate) oddities: Vec<String>,
}

/// Larger files are no tables of attributes; the whole table is held in memory.
const MOST_BYTES: u64 = 1 << 30;
/// A longer line is no row.
const LONGEST_LINE: usize = 16 << 20;
/// More columns than any export has.
const MOST_COLUMNS: usize = 2_048;

/// Reads the file at `path`.
pub(crate) fn read(path: &Path) -> Result<Sheet, Failure> {
    if fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() > MOST_BYTES) {
        return Err(Failure::new(
            Exit::Failure,
            "the file is larger than 1 GiB, more than a table of attributes holds",
        )
        .at(path.display())
        .fix("export fewer rows or columns, one row for each deal"));
    }
    let bytes = fs::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => files::not_found(path),
        io::ErrorKind::IsADirectory => {
            Failure::new(Exit::Usage, "this is a folder, and one file is needed")
                .at(path.display())
                .fix("name the file inside it")
        }
        _ => {
            Failure::new(Exit::Failure, format!("cannot read the file: {error}")).at(path.display())
        }
    })?;
    parse(&bytes).map_err(|failure| {
        if failure.place.is_none() {
            failure.at(path.display())
        } else {
            let place = format!(
                "{}{}",
                path.display(),
                failure.place.clone().unwrap_or_default()
            );
            failure.at(place)
        }
    })
}

fn parse(bytes: &[u8]) -> Result<Sheet, Failure> {
    let mut oddities = Vec::new();
    for (line, row) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if row.len() > LONGEST_LINE {
            return Err(Failure::new(
                Exit::Failure,
                "a line longer than 16 MiB is no row of a table",
            )
            .at(format!(":{line}"))
            .fix("look whether its line ends or quotes were lost"));
        }
    }
    let text = decode(bytes, &mut oddities)?;
    let delimiter = delimiter_of(&text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(true)
        .from_reader(text.as_bytes());
    let width = reader.headers().map_err(|error| unreadable(&error))?.len();
    if width > MOST_COLUMNS {
        let width = crate::format::count(width);
        return Err(Failure::new(
            Exit::Failure,
            format!("the heading has {width} columns, more than {MOST_COLUMNS}"),
        )
        .fix("check the delimiter, or keep the columns that describe a deal"));
    }
    let names = unique(
        reader.headers().map_err(|error| unreadable(&error))?.iter(),
        &mut oddities,
    );
    if names.len() < 2 {
        return Err(Failure::new(
            Exit::Failure,
            "the file has one column only, and there is nothing to tell rows apart by",
        )
        .fix("check the delimiter: comma, semicolon, tab and bar are understood"));
    }
    let mut columns: Vec<Vec<String>> = vec![Vec::new(); names.len()];
    let (mut short, mut long) = (Vec::new(), Vec::new());
    let mut record = csv::StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|error| unreadable(&error))?
    {
        if record.len() == 1 && record.get(0).is_some_and(|cell| cell.trim().is_empty()) {
            continue;
        }
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() < names.len() {
            short.push(line);
        } else if record.len() > names.len() {
            long.push(line);
        }
        for (i, column) in columns.iter_mut().enumerate() {
            column.push(record.get(i).unwrap_or_default().trim().to_owned());
        }
    }
    ragged(
        &short,
        "fewer",
        "the missing ones were taken as empty",
        &mut oddities,
    );
    ragged(&long, "more", "the extra ones were not read", &mut oddities);
    if columns.first().is_none_or(Vec::is_empty) {
        return Err(
            Failure::new(Exit::Failure, "the file has a heading and no rows")
                .fix("export the rows as well"),
        );
    }
    let table = Table::new(names.into_iter().zip(columns).collect())
        .map_err(|error| Failure::new(Exit::Failure, error))?;
    Ok(Sheet { table, oddities })
}

fn ragged(lines: &[u64], than: &str, done: &str, oddities: &mut Vec<String>) {
    if let Some(first) = lines.first() {
        let rows = crate::format::counted(lines.len(), "row");
        oddities.push(format!(
            "{rows} with {than} cells than the heading, first on line {first}; {done}"
        ));
    }
}

fn unreadable(error: &csv::Error) -> Failure {
    let failure = Failure::new(Exit::Failure, format!("cannot read the rows: {error}"));
    match error.position() {
        Some(position) => failure.at(format!(":{}", position.line())),
        None => failure,
    }
}

fn decode<'a>(bytes: &'a [u8], oddities: &mut Vec<String>) -> Result<Cow<'a, str>, Failure> {
    const PACKED: [(&[u8], &str); 4] = [
        (b"PK\x03\x04", "a zip archive or a spreadsheet"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"%PDF", "a PDF"),
        (b"\xd0\xcf\x11\xe0", "an old spreadsheet"),
    ];
    if let Some((_, what)) = PACKED.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(
            Failure::new(Exit::Failure, format!("this is {what}, not text"))
                .fix("unpack it, or save it as CSV"),
        );
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Failure::new(Exit::Failure, "the file is empty").fix("export it again"));
    }
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        let (text, bad) =
            encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        if bad {
            oddities.push(format!(
                "some characters are not {}; they were replaced",
                encoding.name()
            ));
        }
        return Ok(text);
    }
    if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
        let line = bytes.iter().take(at).filter(|&&byte| byte == b'\n').count() + 1;
        return Err(
            Failure::new(Exit::Failure, "the file holds NUL bytes and is no text")
                .at(format!(":{line}"))
                .fix("save it as CSV in UTF-8"),
        );
    }
    Ok(std::str::from_utf8(bytes).map_or_else(
        |_| {
            oddities.push("the text is not UTF-8 and was read as Windows-1252".to_owned());
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
            text
        },
        Cow::Borrowed,
    ))
}

/// The delimiter that cuts the first lines into the most columns, the same number in each.
fn delimiter_of(text: &str) -> u8 {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(20)
        .collect();
    let columns = |delimiter: u8| {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for line in &lines {
            let mut quoted = false;
            let cuts = line.bytes().filter(|&byte| {
                quoted ^= byte == b'"';
                byte == delimiter && !quoted
            });
            *counts.entry(cuts.count()).or_insert(0) += 1;
        }
        counts.remove(&0);
        counts
            .into_iter()
            .map(|(cuts, lines)| (lines, cuts))
            .max()
            .unwrap_or_default()
    };
    [b'|', b'\t', b';', b',']
        .into_iter()
        .max_by_key(|&delimiter| columns(delimiter))
        .unwrap_or(b',')
}

fn unique<'a>(heads: impl Iterator<Item = &'a str>, oddities: &mut Vec<String>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for head in heads {
        let head = head.trim();
        let head = if head.is_empty() {
            format!("column {}", names.len() + 1)
        } else {
            head.to_owned()
        };
        let mut name = head.clone();
        let mut number = 1;
        while names.contains(&name) {
            number += 1;
            name = format!("{head} ({number})");
        }
        if number > 1 {
            oddities.push(format!(
                "the column {head:?} is there already; this one is called {name:?}"
            ));
        }
        names.push(name);
    }
    names
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    fn cells(bytes: &[u8], column: &str) -> Vec<String> {
        parse(bytes).unwrap().table.column(column).unwrap().to_vec()
    }

    #[test]
    fn every_row_is_kept_as_it_stands() {
        let utf16: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain("id\tname\n1\tÄ\n".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        for (bytes, column, expected) in [
            (
                &b"id,name\n1,a\n\n2,\"b,\nc\"\n"[..],
                "name",
                &["a", "b,\nc"][..],
            ),
            (b"id;name\r\n1;1,5\r\n", "name", &["1,5"]),
            (b"\xef\xbb\xbfid|name\n1|x\n", "id", &["1"]),
            (b"id,name\n1\n2,b,c\n", "name", &["", "b"]),
            (b"id,name\n1,caf\xe9\n", "name", &["café"]),
            (b"id,id\n1,2\n", "id (2)", &["2"]),
            (&utf16, "name", &["Ä"]),
        ] {
            assert_eq!(
                cells(bytes, column),
                expected,
                "{}",
                String::from_utf8_lossy(bytes)
            );
        }
    }

    #[test]
    fn what_is_no_table_is_refused_with_a_remedy() {
        for (bytes, what) in [
            (&b""[..], "empty"),
            (b" \n\n", "empty"),
            (b"name\na\nb\n", "one column"),
            (b"id,name\n", "no rows"),
            (b"PK\x03\x04....", "zip"),
            (b"id,name\n1,\0\n", "NUL"),
        ] {
            let failure = parse(bytes).unwrap_err();
            assert!(
                failure.what.contains(what) && failure.fix.is_some(),
                "{failure}"
            );
        }
    }
}
