//! Something odd that was met, where it is, and what to do about it.

use serde::Serialize;
use std::fmt;

/// The longest piece of a value an [`Issue`] quotes, in characters.
const QUOTED: usize = 80;

/// Something odd in the data: where, what, and the remedy.
///
/// A mapping returns issues beside the entities, so that one odd record never spoils a page and
/// nothing is dropped in silence.
///
/// ```
/// use model::{Issue, IssueCode, Place, Severity};
///
/// const AMBIGUOUS: IssueCode = IssueCode::new("ambiguous_number");
/// let issue = Issue::new(
///     AMBIGUOUS,
///     Severity::Error,
///     "it is unclear whether the comma is a decimal mark",
///     "say --decimal point or --decimal comma",
/// )
/// .at(Place::cell("sales.csv", 17, "Amount"))
/// .quoting("1,234");
///
/// assert_eq!(
///     issue.to_string(),
///     "sales.csv:17 Amount: it is unclear whether the comma is a decimal mark (\"1,234\") \
///      — say --decimal point or --decimal comma",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Issue {
    /// Which kind of oddity; programs and tables count by it.
    pub code: IssueCode,
    /// What it cost.
    pub severity: Severity,
    /// Where it stands.
    pub place: Place,
    /// What is odd, as a clause without a full stop.
    pub what: String,
    /// What the reader can do, as a clause without a full stop.
    pub remedy: String,
    /// The beginning of the odd value, at most 80 characters; see [`Issue::quoting`].
    pub value: Option<String>,
}

impl Issue {
    /// An issue without a place or a value; add them with [`at`](Self::at) and
    /// [`quoting`](Self::quoting).
    pub fn new(
        code: IssueCode,
        severity: Severity,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let (what, remedy) = (what.into(), remedy.into());
        Self {
            code,
            severity,
            place: Place::default(),
            what,
            remedy,
            value: None,
        }
    }

    /// The same issue at a place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// The same issue quoting the odd value: its first 80 characters, with control characters
    /// replaced, because the text may be printed on a terminal.
    #[must_use]
    pub fn quoting(mut self, value: &str) -> Self {
        let printable = |c: char| {
            if c.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        };
        let mut start: String = value.chars().take(QUOTED).map(printable).collect();
        if value.chars().nth(QUOTED).is_some() {
            start.pop();
            start.push('…');
        }
        self.value = Some(start);
        self
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_unknown() {
            write!(f, "{}: ", self.place)?;
        }
        f.write_str(&self.what)?;
        if let Some(value) = &self.value {
            write!(f, " (\"{value}\")")?;
        }
        if !self.remedy.is_empty() {
            write!(f, " — {}", self.remedy)?;
        }
        Ok(())
    }
}

/// The name of a kind of oddity, in `snake_case`: `ambiguous_number`.
///
/// Codes are constants of the code that raises them; reports group by them and users may filter by
/// them, so a code keeps its name once released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct IssueCode(&'static str);

impl IssueCode {
    /// A code by its `snake_case` name.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for IssueCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

/// What an oddity cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing: it was understood, and may surprise.
    Note,
    /// The value was used, and is doubtful.
    Warning,
    /// The value or the record was not used.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// Where something stands: a file, a row, a column, as far as they apply.
///
/// ```
/// use model::Place;
///
/// assert_eq!(Place::row("sales.csv", 17).to_string(), "sales.csv:17");
/// assert_eq!(Place::default().to_string(), "");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// The file's name, as the user gave it.
    pub file: Option<String>,
    /// The physical line the record starts on, counted from 1.
    pub row: Option<u64>,
    /// The column's header, or the path to a value inside a record.
    pub column: Option<String>,
}

impl Place {
    /// A whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Self {
            file: Some(file.into()),
            ..Self::default()
        }
    }

    /// A record of a file.
    pub fn row(file: impl Into<String>, row: u64) -> Self {
        Self {
            row: Some(row),
            ..Self::file(file)
        }
    }

    /// A whole column of a file.
    pub fn column(file: impl Into<String>, column: impl Into<String>) -> Self {
        Self {
            column: Some(column.into()),
            ..Self::file(file)
        }
    }

    /// One value of a file.
    pub fn cell(file: impl Into<String>, row: u64, column: impl Into<String>) -> Self {
        Self {
            row: Some(row),
            ..Self::column(file, column)
        }
    }

    /// Nothing is known about it; it displays as nothing.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.row) {
            (Some(file), Some(row)) => write!(f, "{file}:{row}")?,
            (Some(file), None) => f.write_str(file)?,
            (None, Some(row)) => write!(f, "row {row}")?,
            (None, None) => {}
        }
        match &self.column {
            Some(column) if self.file.is_none() && self.row.is_none() => f.write_str(column),
            Some(column) => write!(f, " {column}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issue() -> Issue {
        Issue::new(IssueCode::new("odd"), Severity::Note, "what", "remedy")
    }

    #[test]
    fn a_place_says_as_much_as_it_knows() {
        let check = |place: Place, expected: &str| assert_eq!(place.to_string(), expected);
        check(Place::default(), "");
        check(Place::file("a.csv"), "a.csv");
        check(Place::row("a.csv", 3), "a.csv:3");
        check(Place::column("a.csv", "Amount"), "a.csv Amount");
        check(Place::cell("a.csv", 3, "Amount"), "a.csv:3 Amount");
        check(
            Place {
                row: Some(3),
                ..Place::default()
            },
            "row 3",
        );
        check(
            Place {
                column: Some("Amount".into()),
                ..Place::default()
            },
            "Amount",
        );
    }

    #[test]
    fn an_issue_without_place_or_remedy_reads_well() {
        assert_eq!(issue().to_string(), "what — remedy");
        assert_eq!(
            Issue {
                remedy: String::new(),
                ..issue()
            }
            .to_string(),
            "what"
        );
    }

    #[test]
    fn a_long_value_is_cut_to_eighty_characters() {
        let value = |text: &str| issue().quoting(text).value.unwrap_or_default();
        assert_eq!(value(&"é".repeat(80)), "é".repeat(80));
        assert_eq!(value(&"é".repeat(81)), format!("{}…", "é".repeat(79)));
    }

    #[test]
    fn a_quoted_value_cannot_steer_the_terminal() {
        assert_eq!(
            issue().quoting("\x1b[2J\n").value.as_deref(),
            Some("\u{fffd}[2J\u{fffd}")
        );
    }

    #[test]
    fn severities_rank_by_cost() {
        assert!(Severity::Note < Severity::Warning && Severity::Warning < Severity::Error);
    }
}
