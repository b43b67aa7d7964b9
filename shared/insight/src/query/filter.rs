//! What of the deals is asked for: `filter[field][operator]=value` as types.

use jiff::{Timestamp, ToSpan};
use memchr::memmem::Finder;
use model::{CanonicalStage, Currency, Date, DealId};
use serde::Serialize;

use super::dict::{Entry, NOTHING};
use super::table::{Column, DealTable, NEVER, Row, day_number, day_of, day_us};

/// More conditions than a person combines.
const MOST_CONDITIONS: usize = 32;
/// More values than a list of choices has.
const MOST_VALUES: usize = 200;
/// A longer search is no search.
const LONGEST: usize = 200;

const DAY_US: f64 = 86_400e6;

/// What is wrong with a filter, a sort or a cursor, for the one who wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{field}: {message}; {remedy}")]
pub struct FieldError {
    /// Where: `filter[amount][gte]`, `sort`, `cursor`.
    pub field: String,
    /// What kind, for programs.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub remedy: String,
}

impl FieldError {
    pub(crate) fn new(
        field: impl Into<String>,
        code: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            code,
            message: message.into(),
            remedy: remedy.into(),
        }
    }
}

/// Which deals are asked for: those that meet every condition and hold every word searched for.
///
/// A deal that lacks a field meets only `ne` and `exists=false` of the conditions on it. An instant
/// compared with a day is compared with the whole day, in UTC.
///
/// ```
/// use insight::Filter;
///
/// let filter = Filter::parse([("outcome", "eq", "open"), ("amount", "gte", "10000")])?;
/// let errors = Filter::parse([("amount", "gte", "much"), ("colour", "eq", "red")]).unwrap_err();
/// assert_eq!(errors[0].to_string(), "filter[amount][gte]: \"much\" is not a number; write one such as 10000 or 99.50");
/// assert_eq!(errors[1].code, "unknown_field");
/// # Ok::<(), Vec<insight::FieldError>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    conditions: Vec<Condition>,
    words: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Condition {
    field: Field,
    test: Ask,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Field {
    Id,
    Name,
    Coded(Column),
    Number(Number),
    CloseDate,
    Instant(Instant),
    Custom(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Number {
    Amount,
    Probability,
    PWin,
    DaysInStage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Instant {
    Created,
    Updated,
    Closed,
    Contact,
}

/// The operators, with the field's own kind of value.
#[derive(Clone, Debug, PartialEq)]
enum Ask {
    Exists(bool),
    /// One of these words, or none of them.
    Words(Vec<String>, bool),
    Contains(String),
    Ids(Vec<DealId>, bool),
    Number(Compare, f64),
    When(Compare, When),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compare {
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
}

/// A moment as a filter names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Day(Date),
    At(Timestamp),
    /// So many days from the day of the question.
    Today(i32),
}

/// The fields that can be filtered by; `custom.<name>` comes on top.
const FIELDS: &[(&str, Field)] = &[
    ("id", Field::Id),
    ("name", Field::Name),
    ("stage", Field::Coded(Column::Stage)),
    ("canonical_stage", Field::Coded(Column::CanonicalStage)),
    ("pipeline", Field::Coded(Column::Pipeline)),
    ("owner", Field::Coded(Column::Owner)),
    ("company", Field::Coded(Column::Company)),
    ("outcome", Field::Coded(Column::Outcome)),
    ("status", Field::Coded(Column::Outcome)),
    ("currency", Field::Coded(Column::Currency)),
    ("forecast_category", Field::Coded(Column::ForecastCategory)),
    ("close_month", Field::Coded(Column::CloseMonth)),
    ("amount", Field::Number(Number::Amount)),
    ("probability", Field::Number(Number::Probability)),
    ("p_win", Field::Number(Number::PWin)),
    ("days_in_stage", Field::Number(Number::DaysInStage)),
    ("close_date", Field::CloseDate),
    ("expected_close", Field::CloseDate),
    ("created_at", Field::Instant(Instant::Created)),
    ("updated_at", Field::Instant(Instant::Updated)),
    ("closed_at", Field::Instant(Instant::Closed)),
    ("last_activity_at", Field::Instant(Instant::Contact)),
];

impl Field {
    fn parse(name: &str) -> Option<Self> {
        if let Some(custom) = name.strip_prefix("custom.") {
            return (!custom.is_empty()).then(|| Self::Custom(custom.to_owned()));
        }
        let (_, field) = FIELDS.iter().find(|(known, _)| *known == name)?;
        Some(field.clone())
    }

    fn operators(&self) -> &'static str {
        match self {
            Self::Id => "eq, ne, in",
            Self::Name => "eq, ne, contains, exists",
            Self::Coded(_) | Self::Custom(_) => "eq, ne, in, contains, exists",
            Self::Number(_) | Self::CloseDate | Self::Instant(_) => {
                "eq, ne, lt, lte, gt, gte, exists"
            }
        }
    }

    /// The facet that a condition on this field is the choice of.
    fn facet(&self) -> Option<Column> {
        match self {
            Self::Coded(column) => Some(*column),
            Self::CloseDate => Some(Column::CloseMonth),
            _ => None,
        }
    }
}

/// The field and operator of a query parameter: `filter[amount][gte]` → `("amount", "gte")`,
/// `filter[stage]` → `("stage", "eq")`. `None` for a parameter that is no filter.
pub fn parameter(name: &str) -> Option<(&str, &str)> {
    let inner = name.strip_prefix("filter[")?.strip_suffix(']')?;
    Some(inner.split_once("][").unwrap_or((inner, "eq")))
}

impl Filter {
    /// Reads conditions given as (field, operator, value); tells everything that is wrong.
    ///
    /// The field `q` searches: every word must occur in the deal's name, company, owner, stage or
    /// ids.
    pub fn parse<'a>(
        given: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>,
    ) -> Result<Self, Vec<FieldError>> {
        let mut filter = Self::default();
        let mut errors = Vec::new();
        for (name, operator, value) in given {
            let read = if name == "q" {
                words(value).map(|words| filter.words.extend(words))
            } else {
                condition(name, operator, value).map(|it| filter.conditions.push(it))
            };
            errors.extend(read.err());
        }
        if filter.conditions.len() > MOST_CONDITIONS {
            errors.push(FieldError::new(
                "filter",
                "too_many",
                format!("more than {MOST_CONDITIONS} conditions"),
                "combine values with the operator in",
            ));
        }
        if errors.is_empty() {
            Ok(filter)
        } else {
            Err(errors)
        }
    }

    /// The same deals, of them those that hold the words.
    pub fn search(mut self, text: &str) -> Result<Self, FieldError> {
        self.words.extend(words(text)?);
        Ok(self)
    }

    /// Whether something is searched for, so that answers are ranked by how well they fit.
    pub fn searches(&self) -> bool {
        !self.words.is_empty()
    }

    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    /// The conditions against one table on one day, the cheapest first.
    pub(super) fn compile(&self, table: &DealTable, as_of: Timestamp) -> Vec<Test> {
        let mut tests: Vec<Test> = self
            .conditions
            .iter()
            .map(|condition| Test {
                facet: condition.field.facet(),
                check: check(condition, table, as_of),
            })
            .collect();
        if self.searches() {
            let finders = self.words.iter().map(|word| Finder::new(word).into_owned());
            tests.push(Test {
                facet: None,
                check: Check::Words(finders.collect()),
            });
        }
        tests.sort_by_key(|test| test.check.cost());
        tests
    }
}

fn words(text: &str) -> Result<Vec<String>, FieldError> {
    if text.len() > LONGEST {
        return Err(FieldError::new(
            "q",
            "bad_value",
            format!("longer than {LONGEST} bytes"),
            "search for a few words",
        ));
    }
    let lower = text.to_lowercase();
    Ok(lower.split_whitespace().map(str::to_owned).collect())
}

fn condition(name: &str, operator: &str, value: &str) -> Result<Condition, FieldError> {
    let shown: String = name.chars().take(80).collect();
    let Some(field) = Field::parse(name) else {
        let known: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
        return Err(FieldError::new(
            format!("filter[{shown}]"),
            "unknown_field",
            "deals cannot be filtered by this",
            format!("use one of {}, custom.<name>, or q", known.join(", ")),
        ));
    };
    let place = if operator == "eq" {
        format!("filter[{shown}]")
    } else {
        format!(
            "filter[{shown}][{}]",
            operator.chars().take(20).collect::<String>()
        )
    };
    let unknown = || {
        FieldError::new(
            &place,
            "unknown_operator",
            format!(
                "{shown} has no operator {:?}",
                operator.chars().take(20).collect::<String>()
            ),
            format!("use one of {}", field.operators()),
        )
    };
    let known = field.operators().split(", ").any(|known| known == operator);
    if !known {
        return Err(unknown());
    }
    let bad = |message: String, remedy: &str| FieldError::new(&place, "bad_value", message, remedy);
    let quoted = || format!("{:?}", value.chars().take(40).collect::<String>());
    let test =
        match (&field, operator) {
            (_, "exists") => Ask::Exists(match value {
                "true" | "1" => true,
                "false" | "0" => false,
                _ => {
                    return Err(bad(
                        format!("{} is neither true nor false", quoted()),
                        "write true or false",
                    ));
                }
            }),
            (Field::Id, _) => {
                let mut ids = Vec::new();
                for id in list(operator, value, &place)? {
                    ids.push(id.parse().map_err(|error: model::IdError| {
                        bad(error.to_string(), "give whole ids")
                    })?);
                }
                ids.sort_unstable();
                Ask::Ids(ids, operator != "ne")
            }
            (Field::Number(_), _) => {
                let number: f64 = value
                    .trim()
                    .parse()
                    .ok()
                    .filter(|number: &f64| number.is_finite())
                    .ok_or_else(|| {
                        bad(
                            format!("{} is not a number", quoted()),
                            "write one such as 10000 or 99.50",
                        )
                    })?;
                Ask::Number(Compare::parse(operator).ok_or_else(unknown)?, number)
            }
            (Field::CloseDate, _) => {
                let when = When::parse(value)
                    .filter(|when| !matches!(when, When::At(_)))
                    .ok_or_else(|| {
                        bad(
                            format!("{} is not a day", quoted()),
                            "write one such as 2026-09-30, today or today+14d",
                        )
                    })?;
                Ask::When(Compare::parse(operator).ok_or_else(unknown)?, when)
            }
            (Field::Instant(_), _) => {
                let when = When::parse(value).ok_or_else(|| {
                    bad(
                        format!("{} is neither a day nor an instant", quoted()),
                        "write one such as 2026-09-30, 2026-09-30T17:00:00Z, today or today-7d",
                    )
                })?;
                Ask::When(Compare::parse(operator).ok_or_else(unknown)?, when)
            }
            (_, "contains") => {
                if value.trim().is_empty() || value.len() > LONGEST {
                    return Err(bad(
                        "nothing to look for, or too much".to_owned(),
                        "give a few letters",
                    ));
                }
                Ask::Contains(value.trim().to_lowercase())
            }
            (Field::Coded(column), _) => {
                let mut given = Vec::new();
                for word in list(operator, value, &place)? {
                    given.extend(column_words(*column, &word).map_err(|remedy| {
                        let shown: String = word.chars().take(40).collect();
                        bad(format!("{shown:?} is no {}", column.as_str()), &remedy)
                    })?);
                }
                Ask::Words(given, operator != "ne")
            }
            (Field::Name | Field::Custom(_), _) => {
                let given = list(operator, value, &place)?;
                let given = given.iter().map(|word| word.to_lowercase()).collect();
                Ask::Words(given, operator != "ne")
            }
        };
    Ok(Condition { field, test })
}

/// Values as the operator `in` takes them: with commas between them, and a backslash before each comma
/// and backslash that is part of a value.
///
/// ```
/// # use insight::query::several;
/// assert_eq!(several(["Demo, technical", "Proposal"]), r"Demo\, technical,Proposal");
/// ```
pub fn several<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    let escaped = |value: &str| value.replace('\\', r"\\").replace(',', r"\,");
    let values: Vec<String> = values.into_iter().map(escaped).collect();
    values.join(",")
}

/// What [`several`] wrote.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let next = match letter {
            ',' => {
                parts.push(String::new());
                continue;
            }
            '\\' => letters.next().unwrap_or(letter),
            letter => letter,
        };
        if let Some(last) = parts.last_mut() {
            last.push(next);
        }
    }
    parts
}

/// One value, or for `in` those between commas.
fn list(operator: &str, value: &str, place: &str) -> Result<Vec<String>, FieldError> {
    let values: Vec<String> = if operator == "in" {
        let parts = parts(value).into_iter();
        let parts = parts.map(|it| it.trim().to_owned());
        parts.filter(|it| !it.is_empty()).collect()
    } else {
        vec![value.trim().to_owned()]
    };
    if values.is_empty() || values.len() > MOST_VALUES || value.trim().is_empty() {
        return Err(FieldError::new(
            place,
            "bad_value",
            "no value, or too many",
            format!("give 1 to {MOST_VALUES} values; what has no value is found with exists=false"),
        ));
    }
    Ok(values)
}

/// The words of a column that a filter's word means, in lower case; or what to write.
fn column_words(column: Column, word: &str) -> Result<Vec<String>, String> {
    let lower = word.to_lowercase();
    let one_of = |known: &[&str]| {
        if known.contains(&&*lower) {
            Ok(vec![lower.clone()])
        } else {
            Err(format!("use one of {}", known.join(", ")))
        }
    };
    match column {
        Column::Outcome if lower == "closed" => Ok(vec!["won".to_owned(), "lost".to_owned()]),
        Column::Outcome => one_of(&["open", "won", "lost"])
            .map_err(|_| "use one of open, won, lost, closed".to_owned()),
        Column::CanonicalStage => one_of(&CanonicalStage::ALL.map(CanonicalStage::as_str)),
        Column::ForecastCategory => one_of(&["commit", "best_case", "pipeline", "omitted"]),
        Column::Currency => match word.parse::<Currency>() {
            Ok(currency) => Ok(vec![currency.as_str().to_lowercase()]),
            Err(_) => Err("give its three letters, such as EUR".to_owned()),
        },
        Column::CloseMonth => match format!("{word}-01").parse::<Date>() {
            Ok(_) => Ok(vec![lower]),
            Err(_) => Err("write a month such as 2026-10".to_owned()),
        },
        Column::Stage | Column::Pipeline | Column::Owner | Column::Company => Ok(vec![lower]),
    }
}

impl Compare {
    fn parse(operator: &str) -> Option<Self> {
        Some(match operator {
            "eq" => Self::Eq,
            "ne" => Self::Ne,
            "lt" => Self::Lt,
            "lte" => Self::Lte,
            "gt" => Self::Gt,
            "gte" => Self::Gte,
            _ => return None,
        })
    }

    /// Whether a value in order compares so with the run from `from` to `to`, both included.
    fn holds<T: PartialOrd + Copy>(self, value: T, from: T, to: T) -> bool {
        match self {
            Self::Eq => from <= value && value <= to,
            Self::Ne => value < from || value > to,
            Self::Lt => value < from,
            Self::Lte => value <= to,
            Self::Gt => value > to,
            Self::Gte => value >= from,
        }
    }
}

impl When {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix("today") {
            if rest.is_empty() {
                return Some(Self::Today(0));
            }
            let (sign, days) = rest.split_at_checked(1)?;
            let days: u16 = days.strip_suffix('d')?.parse().ok()?;
            return match sign {
                "+" | " " => Some(Self::Today(i32::from(days))),
                "-" => Some(Self::Today(-i32::from(days))),
                _ => None,
            };
        }
        if let Ok(at) = text.parse::<Timestamp>() {
            return Some(Self::At(at));
        }
        // Ten characters are a day; anything longer without an offset would be a guess.
        let day = text.parse::<Date>().ok().filter(|_| text.len() == 10)?;
        Some(Self::Day(day))
    }

    fn day(self, as_of: Timestamp) -> Date {
        match self {
            Self::Day(day) => day,
            Self::At(at) => day_of(at),
            Self::Today(days) => {
                let end = if days < 0 { Date::MIN } else { Date::MAX };
                day_of(as_of).checked_add(days.days()).unwrap_or(end)
            }
        }
    }

    /// The first and the last microsecond meant.
    fn span_us(self, as_of: Timestamp) -> (i64, i64) {
        if let Self::At(at) = self {
            return (at.as_microsecond(), at.as_microsecond());
        }
        let start = day_us(self.day(as_of));
        (start, start.saturating_add(86_400_000_000 - 1))
    }
}

/// A condition ready to be asked of rows.
pub(super) struct Test {
    /// The facet whose own choice this is.
    pub(super) facet: Option<Column>,
    check: Check,
}

enum Check {
    Codes(Column, Vec<bool>),
    /// Also what a row without a value answers.
    Number(Number, Compare, f64, i64),
    HasNumber(Number, bool, i64),
    Day(Compare, i64),
    HasDay(bool),
    Instant(Instant, Compare, (i64, i64)),
    HasInstant(Instant, bool),
    Ids(Vec<DealId>, bool),
    /// A custom field, the answer for each value, and for none.
    Custom(Option<u32>, Vec<bool>, bool),
    Name(NameCheck),
    Words(Vec<Finder<'static>>),
}

enum NameCheck {
    Is(Vec<String>, bool),
    Contains(Box<Finder<'static>>),
    Exists(bool),
}

fn check(condition: &Condition, table: &DealTable, as_of: Timestamp) -> Check {
    let now_us = as_of.as_microsecond();
    match (&condition.field, &condition.test) {
        (Field::Coded(column), ask) => {
            let dict = table.dict(*column);
            let mut accept = vec![asks_nothing(ask); dict.len()];
            for (code, entry) in dict.entries() {
                accept[code as usize] = asks(ask, entry);
            }
            Check::Codes(*column, accept)
        }
        (Field::Custom(name), ask) => {
            let accept = table.values.entries().map(|(_, entry)| asks(ask, entry));
            Check::Custom(
                table.fields.find(name.as_bytes()),
                std::iter::once(false).chain(accept).collect(),
                asks_nothing(ask),
            )
        }
        (Field::Number(field), Ask::Number(compare, value)) => {
            Check::Number(*field, *compare, *value, now_us)
        }
        (Field::Number(field), Ask::Exists(yes)) => Check::HasNumber(*field, *yes, now_us),
        (Field::CloseDate, Ask::When(compare, when)) => {
            Check::Day(*compare, day_number(when.day(as_of)))
        }
        (Field::CloseDate, Ask::Exists(yes)) => Check::HasDay(*yes),
        (Field::Instant(field), Ask::When(compare, when)) => {
            Check::Instant(*field, *compare, when.span_us(as_of))
        }
        (Field::Instant(field), Ask::Exists(yes)) => Check::HasInstant(*field, *yes),
        (Field::Id, Ask::Ids(ids, yes)) => Check::Ids(ids.clone(), *yes),
        (Field::Name, Ask::Words(names, yes)) => Check::Name(NameCheck::Is(names.clone(), *yes)),
        (Field::Name, Ask::Contains(part)) => Check::Name(NameCheck::Contains(Box::new(
            Finder::new(part).into_owned(),
        ))),
        (Field::Name, Ask::Exists(yes)) => Check::Name(NameCheck::Exists(*yes)),
        // `condition` makes no other pair.
        (_, _) => Check::Ids(Vec::new(), true),
    }
}

/// Whether a value is one that is asked for.
fn asks(ask: &Ask, entry: &Entry) -> bool {
    match ask {
        Ask::Exists(yes) => *yes,
        Ask::Words(words, yes) => {
            let is = |word: &String| entry.lower == *word || entry.value.eq_ignore_ascii_case(word);
            words.iter().any(is) == *yes
        }
        Ask::Contains(part) => entry.lower.contains(part.as_str()),
        _ => false,
    }
}

/// Whether a row without a value is asked for.
fn asks_nothing(ask: &Ask) -> bool {
    matches!(ask, Ask::Exists(false) | Ask::Words(_, false))
}

impl Check {
    fn cost(&self) -> u8 {
        match self {
            Self::Words(_) => 4,
            Self::Name(_) => 3,
            Self::Custom(..) => 2,
            Self::Ids(..) => 1,
            _ => 0,
        }
    }
}

impl Test {
    pub(super) fn holds(&self, table: &DealTable, index: usize, row: &Row) -> bool {
        match &self.check {
            Check::Codes(column, accept) => accept[row.code(*column) as usize],
            Check::Number(field, compare, value, now_us) => {
                let number = field.of(row, *now_us);
                if number.is_nan() {
                    *compare == Compare::Ne
                } else {
                    compare.holds(number, *value, *value)
                }
            }
            Check::HasNumber(field, yes, now_us) => field.of(row, *now_us).is_nan() != *yes,
            Check::Day(compare, day) => match row.close_day {
                NEVER => *compare == Compare::Ne,
                it => compare.holds(it, *day, *day),
            },
            Check::HasDay(yes) => (row.close_day != NEVER) == *yes,
            Check::Instant(field, compare, (from, to)) => match field.of(row) {
                NEVER => *compare == Compare::Ne,
                at => compare.holds(at, *from, *to),
            },
            Check::HasInstant(field, yes) => (field.of(row) != NEVER) == *yes,
            Check::Ids(ids, yes) => ids.binary_search(&table.ids[index]).is_ok() == *yes,
            Check::Custom(field, accept, missing) => {
                let held = field.and_then(|field| {
                    let held = table.custom[index]
                        .iter()
                        .find(|(known, _)| *known == field);
                    held.map(|(_, value)| accept[*value as usize])
                });
                held.unwrap_or(*missing)
            }
            Check::Name(check) => {
                let name = name_of(&table.texts[index]);
                match check {
                    NameCheck::Is(names, yes) => {
                        (!name.is_empty() && names.iter().any(|it| it == name)) == *yes
                    }
                    NameCheck::Contains(part) => part.find(name.as_bytes()).is_some(),
                    NameCheck::Exists(yes) => name.is_empty() != *yes,
                }
            }
            Check::Words(words) => {
                let text = table.texts[index].as_bytes();
                words.iter().all(|word| word.find(text).is_some())
            }
        }
    }
}

/// The deal's own name, the first line of its text.
pub(super) fn name_of(text: &str) -> &str {
    text.split('\n').next().unwrap_or_default()
}

impl Number {
    fn of(self, row: &Row, now_us: i64) -> f64 {
        match self {
            Self::Amount => row.amount,
            Self::Probability => row.probability,
            Self::PWin => row.p_win,
            Self::DaysInStage if row.entered_us == NEVER => f64::NAN,
            Self::DaysInStage => now_us.saturating_sub(row.entered_us).max(0) as f64 / DAY_US,
        }
    }
}

impl Instant {
    fn of(self, row: &Row) -> i64 {
        match self {
            Self::Created => row.created_us,
            Self::Updated => row.updated_us,
            Self::Closed => row.closed_us,
            Self::Contact => row.contact_us,
        }
    }
}

// The code of nothing comes first in every list of answers.
const _: () = assert!(NOTHING == 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_values_come_back_as_they_were_whatever_is_in_them() {
        for values in [
            &["Demo"][..],
            &["Demo, technical", "Proposal"],
            &["a\\", "b"],
            &["\\,", ",", "\\\\"],
            &["Größe", "x,y,z"],
        ] {
            assert_eq!(parts(&several(values.iter().copied())), values);
        }
        // A backslash at the end escapes nothing.
        assert_eq!(parts("a,b\\"), ["a", "b\\"]);
    }
}
