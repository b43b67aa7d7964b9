//! What an import read, what was odd, and what to do about it.

use std::fmt;

use model::{Issue, Severity};
use serde::Serialize;

use super::issues::Issues;
use super::mapping::{Mapping, Shape, Target};
use super::value::{DateOrder, DecimalMark};

/// The account of an import: nothing is left out in silence.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// One entry for each table of each file, in the order they were taken in.
    pub tables: Vec<TableReport>,
    /// Everything odd, by kind, the gravest first.
    pub issues: Vec<IssueGroup>,
}

/// What one table gave. `rows_read` is always `rows_used + rows_not_used`.
#[derive(Debug, Clone, Serialize)]
pub struct TableReport {
    /// The name of the file.
    pub file: String,
    /// The name of the array inside a JSON file.
    pub table: Option<String>,
    /// How the file is written: `CSV, separator ";", UTF-16LE, gzip`.
    pub format: String,
    /// What the table is about.
    pub shape: Shape,
    /// Which known export it was recognised as.
    pub preset: String,
    /// Rows that are not blank and not left out.
    pub rows_read: u64,
    /// Rows that gave something.
    pub rows_used: u64,
    /// Rows that gave nothing; an issue says why.
    pub rows_not_used: u64,
    /// Rows that were not asked for: totals below the data, starts where only ends count, and what
    /// lies at or after [`Options::before`](super::Options::before). A note says so.
    #[serde(skip_serializing_if = "is_zero")]
    pub rows_left_out: u64,
    /// Rows with an issue of their own.
    pub rows_odd: u64,
    /// The columns and what was made of them.
    pub columns: Vec<ColumnReport>,
}

/// What was made of one column.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnReport {
    /// The heading.
    pub column: String,
    /// The field it fills.
    pub target: Target,
    /// How its dates were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dates: Option<DateOrder>,
    /// How its numbers were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<DecimalMark>,
    /// A value from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
}

/// The issues of one kind.
#[derive(Debug, Clone, Serialize)]
pub struct IssueGroup {
    /// The kind, in snake case.
    pub code: &'static str,
    /// The gravest of them.
    pub severity: Severity,
    /// How many there are.
    pub count: u64,
    /// The first of them, at most a thousand.
    pub examples: Vec<Issue>,
}

impl Report {
    /// Rows read in all tables.
    pub fn rows_read(&self) -> u64 {
        self.tables.iter().map(|t| t.rows_read).sum()
    }

    /// Rows used in all tables.
    pub fn rows_used(&self) -> u64 {
        self.tables.iter().map(|t| t.rows_used).sum()
    }

    /// How many issues there are of a severity.
    pub fn count(&self, severity: Severity) -> u64 {
        self.issues
            .iter()
            .filter(|g| g.severity == severity)
            .map(|g| g.count)
            .sum()
    }

    /// The mapping that was used, to write down, edit and give back.
    pub fn mapping(&self) -> Mapping {
        Mapping {
            tables: self
                .tables
                .iter()
                .map(|t| super::mapping::TableMapping {
                    file: t.file.clone(),
                    table: t.table.clone(),
                    shape: t.shape,
                    preset: t.preset.clone(),
                    dates: t.columns.iter().find_map(|c| c.dates),
                    decimal: t.columns.iter().find_map(|c| c.decimal),
                    columns: super::mapping::Columns(
                        t.columns
                            .iter()
                            .map(|c| (c.column.clone(), c.target.clone()))
                            .collect(),
                    ),
                })
                .collect(),
            ..Mapping::default()
        }
    }

    pub(super) fn take_issues(&mut self, issues: Issues) {
        self.issues = issues
            .into_kinds()
            .into_iter()
            .map(|(code, kind)| IssueGroup {
                code,
                severity: kind.severity,
                count: kind.count,
                examples: kind.kept,
            })
            .collect();
        self.issues
            .sort_by(|a, b| b.severity.cmp(&a.severity).then(a.code.cmp(b.code)));
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(rows: &u64) -> bool {
    *rows == 0
}

/// A plain page of text: each table, then each kind of issue with its first three places.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for table in &self.tables {
            write!(f, "{}", table.file)?;
            if let Some(name) = &table.table {
                write!(f, " [{name}]")?;
            }
            writeln!(
                f,
                ": {} ({}), {}\n  rows: {} read, {} used, {} not used, {} odd{}",
                table.shape,
                table.preset,
                table.format,
                table.rows_read,
                table.rows_used,
                table.rows_not_used,
                table.rows_odd,
                match table.rows_left_out {
                    0 => String::new(),
                    rows => format!("; {rows} left out"),
                }
            )?;
            for column in &table.columns {
                writeln!(f, "  {} -> {}", column.column, column.target)?;
            }
        }
        for group in &self.issues {
            writeln!(f, "{} {} ({})", group.severity, group.code, group.count)?;
            for issue in group.examples.iter().take(3) {
                writeln!(f, "  {issue}")?;
            }
        }
        Ok(())
    }
}
