//! The order of an answer, and a place in it that survives changes.

use std::cmp::Ordering;

use model::DealId;
use serde::{Deserialize, Serialize};

use super::dict::NOTHING;
use super::filter::{FieldError, name_of};
use super::table::{Column, DealTable, NEVER, Row, beginning};

/// More keys than a person sorts by.
pub(super) const MOST_KEYS: usize = 4;

/// The key of a row that has none: it comes last, whichever way is sorted.
const LAST: u64 = u64::MAX;

/// The order of an answer: `-amount,name`. Equal deals come by id, those without the field last.
///
/// ```
/// use insight::Sort;
///
/// assert_eq!("-amount,name".parse::<Sort>()?.to_string(), "-amount,name");
/// assert!("-colour".parse::<Sort>().unwrap_err().remedy.contains("close_date"));
/// # Ok::<(), insight::FieldError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    keys: Vec<(By, bool)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Name,
    Amount,
    Weighted,
    Probability,
    PWin,
    CloseDate,
    Created,
    Updated,
    Closed,
    Contact,
    DaysInStage,
    Relevance,
    Coded(Column),
}

const KEYS: &[(&str, By)] = &[
    ("name", By::Name),
    ("amount", By::Amount),
    ("weighted", By::Weighted),
    ("probability", By::Probability),
    ("p_win", By::PWin),
    ("close_date", By::CloseDate),
    ("created_at", By::Created),
    ("updated_at", By::Updated),
    ("closed_at", By::Closed),
    ("last_activity_at", By::Contact),
    ("days_in_stage", By::DaysInStage),
    ("relevance", By::Relevance),
    ("stage", By::Coded(Column::Stage)),
    ("pipeline", By::Coded(Column::Pipeline)),
    ("owner", By::Coded(Column::Owner)),
    ("company", By::Coded(Column::Company)),
    ("outcome", By::Coded(Column::Outcome)),
    ("currency", By::Coded(Column::Currency)),
    ("forecast_category", By::Coded(Column::ForecastCategory)),
];

impl Sort {
    /// The best fit first, for a search.
    pub fn by_relevance() -> Self {
        Self {
            keys: vec![(By::Relevance, false)],
        }
    }

    pub(super) fn ranks(&self) -> bool {
        self.keys.iter().any(|(by, _)| *by == By::Relevance)
    }
}

impl std::str::FromStr for Sort {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        let mut keys: Vec<(By, bool)> = Vec::new();
        for part in text.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            let (name, down) = match part.strip_prefix('-') {
                Some(name) => (name, true),
                None => (part, false),
            };
            let Some((_, by)) = KEYS.iter().find(|(known, _)| *known == name) else {
                let known: Vec<&str> = KEYS.iter().map(|(name, _)| *name).collect();
                let shown: String = name.chars().take(40).collect();
                return Err(FieldError::new(
                    "sort",
                    "unknown_field",
                    format!("deals cannot be sorted by {shown:?}"),
                    format!(
                        "use one of {}, with - before it for the largest first",
                        known.join(", ")
                    ),
                ));
            };
            if !keys.iter().any(|(known, _)| known == by) {
                keys.push((*by, down));
            }
        }
        if keys.len() > MOST_KEYS {
            return Err(FieldError::new(
                "sort",
                "too_many",
                format!("more than {MOST_KEYS} keys"),
                "leave the later ones out",
            ));
        }
        Ok(Self { keys })
    }
}

impl std::fmt::Display for Sort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, (by, down)) in self.keys.iter().enumerate() {
            let name = KEYS.iter().find(|(_, known)| known == by);
            let (comma, minus) = (if i > 0 { "," } else { "" }, if *down { "-" } else { "" });
            write!(f, "{comma}{minus}{}", name.map_or("", |(name, _)| name))?;
        }
        Ok(())
    }
}

/// The last deal of a page, as far as its place in the order goes: what a cursor seals.
///
/// It holds the values sorted by, not a number of rows to skip, so that no change of other deals
/// shows one twice or leaves one out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    sort: String,
    at: Vec<Value>,
    id: DealId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Value {
    Nothing(()),
    Number(u64),
    Text(String),
}

/// A row with what it is sorted by, as numbers in the wanted order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keyed {
    keys: [u64; MOST_KEYS],
    pub(super) row: u32,
}

/// The position of a cursor as keys.
pub(super) struct After {
    keys: [u64; MOST_KEYS],
    names: [Option<String>; MOST_KEYS],
    id: DealId,
}

/// The order over one table and one search.
pub(super) struct Order<'a> {
    table: &'a DealTable,
    sort: &'a Sort,
    words: &'a [String],
}

impl<'a> Order<'a> {
    pub(super) fn new(table: &'a DealTable, sort: &'a Sort, words: &'a [String]) -> Self {
        Self { table, sort, words }
    }

    pub(super) fn keyed(&self, index: usize, row: &Row) -> Keyed {
        let mut keys = [0; MOST_KEYS];
        for (key, (by, down)) in keys.iter_mut().zip(&self.sort.keys) {
            *key = turned(self.raw(*by, index, row), *down);
        }
        Keyed {
            keys,
            row: index as u32,
        }
    }

    /// The value of a row as a number that grows with it.
    fn raw(&self, by: By, index: usize, row: &Row) -> Option<u64> {
        match by {
            By::Name => (row.name != 0).then_some(row.name),
            By::Amount => number(row.amount),
            By::Weighted => number(row.weighted()),
            By::Probability => number(row.probability),
            By::PWin => number(row.p_win),
            By::CloseDate => whole(row.close_day),
            By::Created => whole(row.created_us),
            By::Updated => whole(row.updated_us),
            By::Closed => whole(row.closed_us),
            By::Contact => whole(row.contact_us),
            // The longest in its stage is the one that entered it first.
            By::DaysInStage => whole(row.entered_us).map(|key| !key),
            By::Relevance => Some(self.fit(index)),
            By::Coded(column) => {
                let code = row.code(column);
                (code != NOTHING).then(|| self.table.dict(column).rank(code))
            }
        }
    }

    /// How well a deal fits the words: 0 when it is called so, 5 when they occur somewhere.
    fn fit(&self, index: usize) -> u64 {
        let text = &*self.table.texts[index];
        let name = name_of(text);
        let whole = self.words.join(" ");
        if name == whole || text.lines().skip(4).any(|id| id == whole) {
            0
        } else if name.starts_with(&whole) {
            1
        } else if self.words.iter().all(|word| begins_word(name, word)) {
            2
        } else if self.words.iter().all(|word| name.contains(word.as_str())) {
            3
        } else if self.words.iter().all(|word| begins_word(text, word)) {
            4
        } else {
            5
        }
    }

    pub(super) fn compare(&self, a: &Keyed, b: &Keyed) -> Ordering {
        for (i, (by, down)) in self.sort.keys.iter().enumerate() {
            let mut order = a.keys[i].cmp(&b.keys[i]);
            if order.is_eq() && *by == By::Name && a.keys[i] != LAST {
                let name = |keyed: &Keyed| self.table.sort_name(keyed.row as usize);
                order = name(a).cmp(name(b));
                order = if *down { order.reverse() } else { order };
            }
            if order.is_ne() {
                return order;
            }
        }
        // Rows are sorted by id.
        a.row.cmp(&b.row)
    }

    /// Whether a row comes after the position.
    pub(super) fn is_after(&self, keyed: &Keyed, after: &After) -> bool {
        for (i, (by, down)) in self.sort.keys.iter().enumerate() {
            let mut order = keyed.keys[i].cmp(&after.keys[i]);
            if order.is_eq()
                && *by == By::Name
                && let Some(name) = &after.names[i]
            {
                order = self.table.sort_name(keyed.row as usize).cmp(name);
                order = if *down { order.reverse() } else { order };
            }
            if order.is_ne() {
                return order.is_gt();
            }
        }
        self.table.ids[keyed.row as usize] > after.id
    }

    /// The position of a row.
    pub(super) fn position(&self, index: usize) -> Position {
        let row = &self.table.rows[index];
        let value = |(by, _): &(By, bool)| match (by, self.raw(*by, index, row)) {
            (_, None) => Value::Nothing(()),
            (By::Name, _) => Value::Text(self.table.sort_name(index).to_owned()),
            (By::Coded(column), _) => {
                let entry = self.table.dict(*column).entry(row.code(*column));
                Value::Text(entry.sort.clone())
            }
            (_, Some(raw)) => Value::Number(raw),
        };
        Position {
            sort: self.sort.to_string(),
            at: self.sort.keys.iter().map(value).collect(),
            id: self.table.ids[index],
        }
    }

    /// A position as keys of this table; refused when it belongs to another order.
    pub(super) fn after(&self, position: &Position) -> Result<After, FieldError> {
        let other = || {
            FieldError::new(
                "cursor",
                "bad_cursor",
                "the cursor belongs to another question",
                "ask again without it, and keep filter and sort the same from page to page",
            )
        };
        if position.sort != self.sort.to_string() || position.at.len() != self.sort.keys.len() {
            return Err(other());
        }
        let mut after = After {
            keys: [0; MOST_KEYS],
            names: [const { None }; MOST_KEYS],
            id: position.id,
        };
        for (i, ((by, down), value)) in self.sort.keys.iter().zip(&position.at).enumerate() {
            let raw = match (by, value) {
                (_, Value::Nothing(())) => None,
                (By::Name, Value::Text(name)) => {
                    after.names[i] = Some(name.clone());
                    Some(beginning(name))
                }
                (By::Coded(column), Value::Text(sort)) => {
                    Some(self.table.dict(*column).rank_of(sort))
                }
                (By::Name | By::Coded(_), Value::Number(_)) | (_, Value::Text(_)) => {
                    return Err(other());
                }
                (_, Value::Number(raw)) => Some(*raw),
            };
            after.keys[i] = turned(raw, *down);
        }
        Ok(after)
    }
}

fn begins_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric())
    })
}

fn turned(raw: Option<u64>, down: bool) -> u64 {
    match raw {
        None => LAST,
        Some(raw) if down => LAST - 1 - raw.min(LAST - 1),
        Some(raw) => raw.min(LAST - 1),
    }
}

/// A number as one that sorts like it among whole ones.
fn number(value: f64) -> Option<u64> {
    if value.is_nan() {
        return None;
    }
    // Minus nothing is nothing.
    let bits = (value + 0.0).to_bits();
    let sign = 1 << 63;
    Some(if bits & sign == 0 { bits | sign } else { !bits })
}

fn whole(value: i64) -> Option<u64> {
    (value != NEVER).then(|| value.cast_unsigned() ^ (1 << 63))
}
