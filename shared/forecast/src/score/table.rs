//! Raw text columns, and what kind each of them is.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// No level: blank at a place where training had no blanks, or never seen in training.
pub(crate) const NONE: u32 = u32::MAX;

/// Named columns of raw text, all of the same length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    names: Vec<String>,
    columns: Vec<Vec<String>>,
    rows: usize,
}

/// A table that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// A column is shorter or longer than the first.
    #[error(
        "column {column} has {found} rows where the first has {expected}; give every row a cell in every column"
    )]
    Ragged {
        /// The column.
        column: String,
        /// Its length.
        found: usize,
        /// The first column's length.
        expected: usize,
    },
    /// Two columns share a name.
    #[error("column {0} is there twice; rename one of them")]
    Twice(String),
}

impl Table {
    /// Joins columns into a table.
    pub fn new(columns: Vec<(String, Vec<String>)>) -> Result<Self, TableError> {
        let rows = columns.first().map_or(0, |(_, cells)| cells.len());
        let mut seen = BTreeSet::new();
        for (name, cells) in &columns {
            if cells.len() != rows {
                return Err(TableError::Ragged {
                    column: name.clone(),
                    found: cells.len(),
                    expected: rows,
                });
            }
            if !seen.insert(name) {
                return Err(TableError::Twice(name.clone()));
            }
        }
        let (names, columns) = columns.into_iter().unzip();
        Ok(Self {
            names,
            columns,
            rows,
        })
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The names of the columns, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The cells of a column.
    pub fn column(&self, name: &str) -> Option<&[String]> {
        let at = self.names.iter().position(|own| own == name)?;
        self.columns.get(at).map(Vec::as_slice)
    }

    /// The table at these rows, in their order.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        Self {
            names: self.names.clone(),
            columns: self
                .columns
                .iter()
                .map(|cells| rows.iter().map(|&row| cells[row].clone()).collect())
                .collect(),
            rows: rows.len(),
        }
    }
}

/// A column that says nothing a model could use, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// The column.
    pub column: String,
    /// Why it was left out.
    pub why: String,
}

/// What a column turned out to hold, in the training rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Number,
    /// Levels with their codes; the rare ones share the code `levels.len()` stands for.
    Level {
        levels: BTreeMap<String, u32>,
        rare: Option<u32>,
        cardinality: u32,
    },
}

/// The cells of one column, read as its kind.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cells {
    /// NaN is blank or not a number.
    Number(Vec<f64>),
    Level(Vec<u32>, u32),
}

/// A column the model may use.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

impl Column {
    /// Decides what a column holds, or why it is of no use.
    pub(crate) fn discover(name: &str, cells: &[String]) -> Result<Self, Dropped> {
        let drop = |why: &str| {
            Err(Dropped {
                column: name.to_owned(),
                why: why.to_owned(),
            })
        };
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for cell in cells {
            *counts.entry(text(cell)).or_default() += 1;
        }
        let blank = counts.get("").copied().unwrap_or(0);
        let filled = cells.len() - blank;
        let distinct = counts.len() - usize::from(blank > 0);
        if filled == 0 {
            return drop("it is blank in every row");
        }
        if counts.len() == 1 {
            return drop("it holds the same value in every row");
        }
        let numbers: Vec<f64> = cells.iter().filter_map(|cell| number(cell)).collect();
        let numeric = numbers.len() * 100 >= filled * 99;
        let long = filled >= 30;
        if numeric && distinct > 1 {
            let whole = numbers.iter().all(|v| v.fract() == 0.0);
            if long && distinct == filled && whole && (ascending(&numbers) || names_an_id(name)) {
                return drop("it numbers the rows");
            }
            return Ok(Self {
                name: name.to_owned(),
                kind: Kind::Number,
            });
        }
        if long && distinct * 2 > filled {
            return drop("almost every row has a text of its own");
        }
        let least = if cells.len() < 500 { 2 } else { 5 };
        let mut levels = BTreeMap::new();
        let mut rare = 0;
        for (&level, &count) in &counts {
            if count >= least {
                levels.insert(level.to_owned(), levels.len() as u32);
            } else {
                rare += count;
            }
        }
        let kept = levels.len() as u32;
        let rare = (rare >= least).then_some(kept);
        let cardinality = kept + u32::from(rare.is_some());
        if cardinality < 2 {
            return drop("no two of its values occur often enough to compare");
        }
        // Remember which values were rare: those never seen stay apart from them.
        if let Some(code) = rare {
            for (&level, &count) in &counts {
                if count < least {
                    levels.insert(level.to_owned(), code);
                }
            }
        }
        Ok(Self {
            name: name.to_owned(),
            kind: Kind::Level {
                levels,
                rare,
                cardinality,
            },
        })
    }

    /// Reads the cells of a table; a column that is not there is missing in every row.
    pub(crate) fn read(&self, table: &Table) -> Cells {
        let cells = table.column(&self.name);
        match &self.kind {
            Kind::Number => Cells::Number(cells.map_or_else(
                || vec![f64::NAN; table.rows()],
                |cells| {
                    cells
                        .iter()
                        .map(|cell| number(cell).unwrap_or(f64::NAN))
                        .collect()
                },
            )),
            Kind::Level {
                levels,
                cardinality,
                ..
            } => Cells::Level(
                cells.map_or_else(
                    || vec![NONE; table.rows()],
                    |cells| {
                        cells
                            .iter()
                            .map(|cell| levels.get(text(cell)).copied().unwrap_or(NONE))
                            .collect()
                    },
                ),
                *cardinality,
            ),
        }
    }

    /// The code of blank cells, where they are a level.
    pub(crate) fn blank_code(&self) -> Option<u32> {
        match &self.kind {
            Kind::Level { levels, .. } => levels.get("").copied(),
            Kind::Number => None,
        }
    }

    /// What a level is called.
    pub(crate) fn level_name(&self, code: u32) -> String {
        match &self.kind {
            Kind::Level { rare, .. } if *rare == Some(code) => "(rare values)".to_owned(),
            Kind::Level { levels, .. } => levels.iter().find(|(_, own)| **own == code).map_or_else(
                String::new,
                |(level, _)| {
                    if level.is_empty() {
                        "(blank)".to_owned()
                    } else {
                        level.clone()
                    }
                },
            ),
            Kind::Number => String::new(),
        }
    }
}

impl Cells {
    /// The cells at these rows, in their order.
    pub(crate) fn select(&self, rows: &[usize]) -> Self {
        match self {
            Self::Number(values) => Self::Number(rows.iter().map(|&row| values[row]).collect()),
            Self::Level(codes, cardinality) => {
                Self::Level(rows.iter().map(|&row| codes[row]).collect(), *cardinality)
            }
        }
    }
}

/// A cell without what surrounds it; the usual ways of writing "nothing" are blank.
pub(crate) fn text(cell: &str) -> &str {
    let cell = cell.trim();
    if ["na", "n/a", "null", "nan", "-"]
        .iter()
        .any(|none| cell.eq_ignore_ascii_case(none))
    {
        ""
    } else {
        cell
    }
}

/// A number as people write it, or an ISO date as a number in date order.
pub(crate) fn number(cell: &str) -> Option<f64> {
    let cell = text(cell);
    if let Ok(value) = cell.parse::<f64>() {
        return value.is_finite().then_some(value);
    }
    if !cell.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Some(days) = cell.get(..10).and_then(days) {
        return Some(days);
    }
    let bare = cell
        .trim_start_matches(['$', '€', '£'])
        .trim_end_matches(['%', '$', '€', '£'])
        .trim();
    let grouped = match bare.split_once(',') {
        None => bare.to_owned(),
        Some((_, tail)) => {
            let whole = tail.split('.').next().unwrap_or(tail);
            if whole.split(',').all(|group| group.len() == 3) {
                bare.replace(',', "")
            } else if !tail.contains([',', '.']) {
                bare.replace(',', ".")
            } else {
                return None;
            }
        }
    };
    grouped.parse().ok().filter(|value: &f64| value.is_finite())
}

/// `2016-10-20` as a day's number that grows by one from day to day within a month
/// and never falls: the order of dates is all that is asked of it.
fn days(date: &str) -> Option<f64> {
    let mut parts = date.split('-');
    let mut next = |digits: usize| {
        let part = parts.next().filter(|part| part.len() == digits)?;
        part.parse::<u32>().ok()
    };
    let (year, month, day) = (next(4)?, next(2)?, next(2)?);
    let real = (1..=12).contains(&month) && (1..=31).contains(&day);
    real.then(|| f64::from(year * 372 + (month - 1) * 31 + day - 1))
}

fn ascending(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[0] < pair[1])
}

/// Whether a column is named as a number of its row.
pub(crate) fn names_an_id(name: &str) -> bool {
    super::leak::words(name).iter().any(|word| {
        ["id", "ids", "number", "no", "nr", "key", "guid", "uuid"].contains(&word.as_str())
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        let check =
            |cell: &str, expected: Option<f64>| assert_eq!(number(cell), expected, "{cell}");
        check("12", Some(12.0));
        check(" -3.5 ", Some(-3.5));
        check("1,234", Some(1234.0));
        check("$1,234,567.89", Some(1_234_567.89));
        check("12,5", Some(12.5));
        check("45%", Some(45.0));
        check("1.234,5", None);
        check("", None);
        check("NaN", None);
        check("inf", None);
        check("Q4", None);
        check("é1234567890", None);
        assert!(number("2016-12-31") < number("2017-01-01"));
        check("2016-13-01", None);
    }

    fn column(cells: &[&str]) -> Result<Column, Dropped> {
        let cells: Vec<String> = cells.iter().map(|&cell| cell.to_owned()).collect();
        Column::discover("x", &cells)
    }

    #[test]
    fn columns_without_use_are_dropped_with_the_reason() {
        let check = |name: &str, cells: Vec<String>, why: &str| {
            assert_eq!(Column::discover(name, &cells).unwrap_err().why, why);
        };
        let each = |form: &dyn Fn(usize) -> String| (0..60).map(form).collect::<Vec<_>>();
        check("a", each(&|_| "N/A".into()), "it is blank in every row");
        check(
            "a",
            each(&|_| "x".into()),
            "it holds the same value in every row",
        );
        check("a", each(&|row| row.to_string()), "it numbers the rows");
        check(
            "Deal ID",
            each(&|row| (row * 37 % 61).to_string()),
            "it numbers the rows",
        );
        check(
            "a",
            each(&|row| format!("note {row}")),
            "almost every row has a text of its own",
        );
        check(
            "a",
            (0..6).map(|row| format!("only {row}")).collect(),
            "no two of its values occur often enough to compare",
        );
    }

    #[test]
    fn one_odd_cell_in_a_hundred_leaves_a_column_numeric() {
        let mut cells = vec!["7"; 199];
        cells[1] = "8";
        cells.push("unknown");
        assert_eq!(column(&cells).unwrap().kind, Kind::Number);
        cells.extend(["?", "n.a."]);
        assert_ne!(column(&cells).unwrap().kind, Kind::Number);
    }

    #[test]
    fn rare_levels_are_pooled_and_unseen_ones_missing() {
        let column = column(&["a", "a", "b", "b", "", "", "c", "d"]).unwrap();
        let cells = ["a", "b", "", "c", "d", "new"].map(str::to_owned).to_vec();
        let table = Table::new(vec![("x".to_owned(), cells)]).unwrap();
        assert_eq!(
            column.read(&table),
            Cells::Level(vec![1, 2, 0, 3, 3, NONE], 4)
        );
        let other = Table::new(vec![("y".to_owned(), vec![String::new(); 2])]).unwrap();
        assert_eq!(column.read(&other), Cells::Level(vec![NONE; 2], 4));
        assert_eq!(column.level_name(3), "(rare values)");
        assert_eq!(column.level_name(0), "(blank)");
    }

    #[test]
    fn a_ragged_table_names_the_column() {
        let cells = |rows: usize| vec![String::new(); rows];
        let error = Table::new(vec![("a".into(), cells(2)), ("b".into(), cells(3))]).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("column b has 3 rows where the first has 2")
        );
        let error = Table::new(vec![("a".into(), cells(1)), ("a".into(), cells(1))]).unwrap_err();
        assert_eq!(error, TableError::Twice("a".into()));
    }
}
