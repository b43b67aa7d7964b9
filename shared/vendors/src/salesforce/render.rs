//! Rows as the vendor writes them: JSON for REST, CSV for bulk.

use super::query::Column;
use super::record::{Cell, Key, Org, Row, Way};
use super::schema::Table;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::Value;

/// The columns as the nested objects they become.
#[derive(Debug, Default)]
struct Shape<'c> {
    parts: Vec<Part<'c>>,
}

#[derive(Debug)]
enum Part<'c> {
    Field(&'c str),
    Parent(&'static str, Way, Shape<'c>),
}

impl<'c> Shape<'c> {
    fn of(columns: &'c [Column]) -> Shape<'c> {
        let mut shape = Shape::default();
        for column in columns {
            shape.add(&column.names, &column.ways, &column.field.name);
        }
        shape
    }

    fn add(&mut self, names: &[&'static str], ways: &[Way], field: &'c str) {
        let (Some((name, names)), Some((way, ways))) = (names.split_first(), ways.split_first())
        else {
            self.parts.push(Part::Field(field));
            return;
        };
        for part in &mut self.parts {
            if let Part::Parent(known, _, inner) = part
                && known == name
            {
                inner.add(names, ways, field);
                return;
            }
        }
        let mut inner = Shape::default();
        inner.add(names, ways, field);
        self.parts.push(Part::Parent(name, *way, inner));
    }

    fn write<'a>(&self, org: &Org<'a>, row: &Row<'a>, version: &str, out: &mut String) {
        let table = row.table().name();
        let id = org.id(row);
        for piece in [
            "{\"attributes\":{\"type\":\"",
            table,
            "\",\"url\":\"/services/data/",
            version,
            "/sobjects/",
            table,
            "/",
            &id,
            "\"}",
        ] {
            out.push_str(piece);
        }
        for part in &self.parts {
            let (Part::Field(name) | Part::Parent(name, ..)) = part;
            for piece in [",\"", name, "\":"] {
                out.push_str(piece);
            }
            match part {
                Part::Field(field) => json_cell(&org.cell(row, field), out),
                Part::Parent(_, way, inner) => match org.parent(row, way) {
                    Some(row) => inner.write(org, &row, version, out),
                    None => out.push_str("null"),
                },
            }
        }
        out.push('}');
    }
}

/// A page's records as a JSON list; rows that are gone since they were found are left out.
pub(super) fn json_rows(
    org: &Org<'_>,
    table: Table,
    columns: &[Column],
    keys: &[Key],
    version: &str,
) -> String {
    let shape = Shape::of(columns);
    let mut out = String::from("[");
    for row in keys.iter().filter_map(|key| org.refind(table, key)) {
        if out.len() > 1 {
            out.push(',');
        }
        shape.write(org, &row, version, &mut out);
    }
    out.push(']');
    out
}

/// One record with the fields named.
pub(super) fn json_row<'a>(org: &Org<'a>, row: &Row<'a>, fields: &[&str], version: &str) -> String {
    let parts = fields.iter().map(|field| Part::Field(field)).collect();
    let mut out = String::new();
    Shape { parts }.write(org, row, version, &mut out);
    out
}

fn json_cell(cell: &Cell<'_>, out: &mut String) {
    match cell {
        Cell::Null => out.push_str("null"),
        Cell::Text(text) => out.push_str(&Value::from(&**text).to_string()),
        Cell::Day(_) | Cell::Time(_) => {
            out.push('"');
            out.push_str(&plain(cell, "+0000"));
            out.push('"');
        }
        Cell::Flag(_) | Cell::Whole(_) | Cell::Real(_) => out.push_str(&plain(cell, "")),
    }
}

/// A double always shows a decimal point.
fn real(number: Decimal) -> String {
    let text = number.normalize().to_string();
    if text.contains('.') {
        text
    } else {
        text + ".0"
    }
}

/// A value as text; instants end in this word for UTC.
fn plain(cell: &Cell<'_>, utc: &str) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Text(text) => text.to_string(),
        Cell::Flag(flag) => flag.to_string(),
        Cell::Whole(number) => number.to_string(),
        Cell::Real(number) => real(*number),
        Cell::Day(day) => day.to_string(),
        Cell::Time(time) => stamp(*time, utc),
    }
}

/// `2026-05-01T07:25:37.000+0000` in REST, `2026-05-01T07:25:37.000Z` in CSV.
pub(super) fn stamp(time: Timestamp, utc: &str) -> String {
    let seconds = time.strftime("%Y-%m-%dT%H:%M:%S");
    let thousandths = time.as_millisecond().rem_euclid(1_000);
    format!("{seconds}.{thousandths:03}{utc}")
}

/// How a job wants its CSV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Csv {
    pub(super) delimiter: char,
    pub(super) newline: &'static str,
}

impl Csv {
    /// The line over the columns.
    pub(super) fn header(self, columns: &[Column]) -> String {
        self.line(columns.iter().map(Column::dotted))
    }

    /// One row. Nothing tells null from blank here, and a whole number looks like another at times.
    pub(super) fn row<'a>(self, org: &Org<'a>, columns: &[Column], row: &Row<'a>) -> String {
        let is_odd = |column: &Column| column.field.name == "CallDurationInSeconds";
        self.line(columns.iter().map(|column| match column.cell(org, row) {
            Cell::Whole(number) if is_odd(column) => format!("{number}.0"),
            cell => plain(&cell, "Z"),
        }))
    }

    fn line(self, values: impl Iterator<Item = String>) -> String {
        let mut line = String::new();
        for value in values {
            if !line.is_empty() {
                line.push(self.delimiter);
            }
            line.push('"');
            line.push_str(&value.replace('"', "\"\""));
            line.push('"');
        }
        line + self.newline
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_stamps_look_like_the_vendors() {
        let check = |number: Decimal, expected: &str| assert_eq!(real(number), expected);
        check(Decimal::from(15_000), "15000.0");
        check(Decimal::new(18_450_050, 2), "184500.5");
        check(Decimal::new(-125_050, 2), "-1250.5");
        check(Decimal::ZERO, "0.0");
        let time = Timestamp::from_second(1_777_620_337).unwrap_or_default();
        assert_eq!(stamp(time, "+0000"), "2026-05-01T07:25:37.000+0000");
        assert_eq!(stamp(time, "Z"), "2026-05-01T07:25:37.000Z");
    }

    #[test]
    fn csv_doubles_its_quotes_and_quotes_everything() {
        let csv = Csv {
            delimiter: ',',
            newline: "\n",
        };
        let values = ["N/A", "", "line one\nline \"two\""].map(str::to_owned);
        assert_eq!(
            csv.line(values.into_iter()),
            "\"N/A\",\"\",\"line one\nline \"\"two\"\"\"\n"
        );
    }
}
