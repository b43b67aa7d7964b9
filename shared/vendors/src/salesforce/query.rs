//! A statement held against the schema, and run.

use super::ids;
use super::record::{Cell, Key, Org, Row, Way};
use super::refusal::Refusal;
use super::schema::{Field, Kind, Table};
use super::soql::{self, Filter, Literal, Op, Operand, Path, Query, Select};
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;

/// How many relationships a path may follow.
const LEVELS: usize = 5;

/// A statement whose every name is known.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub(super) table: Table,
    /// In the order of `SELECT`; none for `COUNT()`.
    pub(super) columns: Option<Vec<Column>>,
    filter: Option<Test>,
    order: Vec<By>,
    limit: Option<usize>,
    offset: usize,
}

/// A field and the way to it.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// The relationships' names, as the vendor writes them.
    pub(super) names: Vec<&'static str>,
    pub(super) ways: Vec<Way>,
    pub(super) field: Field,
}

#[derive(Clone, Debug)]
struct By {
    column: Column,
    descending: bool,
    nulls_last: bool,
}

#[derive(Clone, Debug)]
enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    One(Column, Op, Wanted),
    /// `IN`, or `NOT IN` when the flag is set.
    Set(Column, bool, Set),
    Like(Column, Vec<char>),
}

/// A literal of the field's own kind.
#[derive(Clone, Debug, PartialEq)]
enum Wanted {
    Null,
    Id(String),
    /// In small letters: text compares without regard to case.
    Text(String),
    Number(Decimal),
    Flag(bool),
    Day(Date),
    Time(Timestamp),
}

#[derive(Clone, Debug)]
struct Set {
    /// Ids or text in small letters, which are many at times.
    words: HashSet<String>,
    rest: Vec<Wanted>,
    /// The words are ids, whose case counts.
    exact: bool,
}

impl Column {
    /// `Account.Owner.Name`, as it stands over a column of CSV.
    pub(super) fn dotted(&self) -> String {
        let mut dotted = String::new();
        for name in &self.names {
            dotted.push_str(name);
            dotted.push('.');
        }
        dotted + &self.field.name
    }

    pub(super) fn cell<'a>(&self, org: &Org<'a>, row: &Row<'a>) -> Cell<'a> {
        let Some((first, rest)) = self.ways.split_first() else {
            return org.cell(row, &self.field.name);
        };
        let mut found = org.parent(row, first);
        for way in rest {
            found = found.and_then(|row| org.parent(&row, way));
        }
        found.map_or(Cell::Null, |row| org.cell(&row, &self.field.name))
    }

    fn is_own_id(&self) -> bool {
        self.ways.is_empty() && self.field.kind == Kind::Id
    }
}

/// Holds a statement against what the user may see; `all` is `queryAll`.
pub(super) fn bind(org: &Org<'_>, query: &Query, all: bool) -> Result<Bound, Refusal> {
    let from = query.from.dotted();
    let table = Table::named(&from).ok_or_else(|| {
        let what = format!("sObject type '{from}' is not supported.");
        Refusal::bad_request(
            "INVALID_TYPE",
            soql::pointing(&query.text, query.from.at, &what),
        )
    })?;
    let binder = Binder {
        org,
        query,
        table,
        all,
    };
    let columns = match &query.select {
        Select::Count => None,
        Select::Fields(paths) => {
            let columns: Result<_, _> = paths.iter().map(|path| binder.column(path)).collect();
            Some(columns?)
        }
    };
    let filter = query.filter.as_ref().map(|filter| binder.test(filter));
    let order: Result<_, _> = query.order.iter().map(|by| binder.by(by)).collect();
    Ok(Bound {
        table,
        columns,
        filter: filter.transpose()?,
        order: order?,
        limit: query.limit.map(|limit| limit as usize),
        offset: query.offset.unwrap_or_default() as usize,
    })
}

struct Binder<'o, 'a> {
    org: &'o Org<'a>,
    query: &'o Query,
    table: Table,
    all: bool,
}

impl Binder<'_, '_> {
    fn misfit(&self, path: &Path, what: &str) -> Refusal {
        let message = soql::pointing(&self.query.text, path.at, what);
        Refusal::bad_request("INVALID_FIELD", message)
    }

    fn inoperable(&self, path: &Path, what: &str) -> Refusal {
        let message = soql::pointing(&self.query.text, path.at, what);
        Refusal::bad_request("INVALID_QUERY_FILTER_OPERATOR", message)
    }

    fn by(&self, by: &soql::Order) -> Result<By, Refusal> {
        let column = self.column(&by.path)?;
        if !column.field.kind.is_sortable() {
            let name = &column.field.name;
            let what = format!("field '{name}' can not be sorted in a query call");
            return Err(self.misfit(&by.path, &what));
        }
        Ok(By {
            column,
            descending: by.descending,
            nulls_last: by.nulls_last,
        })
    }

    fn column(&self, path: &Path) -> Result<Column, Refusal> {
        let (last, ways) = path
            .parts
            .split_last()
            .ok_or_else(|| Refusal::malformed("unexpected token: '<EOF>'"))?;
        // A path may begin with the object's own name.
        let ways = match ways.split_first() {
            Some((first, rest))
                if first.eq_ignore_ascii_case(self.table.name())
                    && self.way(self.table, first).is_none() =>
            {
                rest
            }
            _ => ways,
        };
        if ways.len() > LEVELS {
            let what = format!("only {LEVELS} levels of relationships may be followed");
            return Err(self.misfit(path, &what));
        }
        let (mut names, mut taken, mut table) = (Vec::new(), Vec::new(), self.table);
        for name in ways {
            let (way_name, way) = self.way(table, name).ok_or_else(|| {
                let what = format!("Didn't understand relationship '{name}' in field path.");
                self.misfit(path, &what)
            })?;
            names.push(way_name);
            taken.push(way);
            table = way.table;
        }
        let fields = self.org.fields(table);
        let field = fields
            .into_iter()
            .find(|field| field.name.eq_ignore_ascii_case(last))
            .ok_or_else(|| {
                let what = format!("No such column '{last}' on entity '{}'.", table.name());
                self.misfit(path, &what)
            })?;
        Ok(Column {
            names,
            ways: taken,
            field,
        })
    }

    /// The relationship of this name.
    fn way(&self, table: Table, name: &str) -> Option<(&'static str, Way)> {
        self.org.fields(table).into_iter().find_map(|field| {
            let (to, way) = field.refers?;
            let Cow::Borrowed(field) = field.name else {
                return None;
            };
            // What may lead to several objects, and what leads to people or leads, shows their name only.
            let table = match to {
                [one] if !matches!(way, "Who" | "Relation") => *one,
                _ => Table::Name,
            };
            way.eq_ignore_ascii_case(name)
                .then_some((way, Way { field, table }))
        })
    }

    fn test(&self, filter: &Filter) -> Result<Test, Refusal> {
        let each = |filters: &[Filter]| -> Result<Vec<Test>, Refusal> {
            filters.iter().map(|each| self.test(each)).collect()
        };
        Ok(match filter {
            Filter::All(filters) => Test::All(each(filters)?),
            Filter::Any(filters) => Test::Any(each(filters)?),
            Filter::Not(inner) => Test::Not(Box::new(self.test(inner)?)),
            Filter::Test { path, op, operand } => self.one(path, *op, operand)?,
        })
    }

    fn one(&self, path: &Path, op: Op, operand: &Operand) -> Result<Test, Refusal> {
        let column = self.column(path)?;
        let kind = column.field.kind;
        let unfit = || {
            let what = format!("invalid operator on field '{}'", column.field.name);
            self.inoperable(path, &what)
        };
        if !kind.is_filterable() {
            let name = &column.field.name;
            let what = format!("field '{name}' can not be filtered in a query call");
            return Err(self.misfit(path, &what));
        }
        let literal = match operand {
            Operand::One(literal) => literal,
            Operand::Many(literals) => {
                let mut set = Set::new(is_id(kind));
                for literal in literals {
                    set.add(self.wanted(path, &column.field, literal)?);
                }
                return Ok(Test::Set(column, op == Op::NotIn, set));
            }
            Operand::Select(_) if !is_id(kind) => return Err(unfit()),
            Operand::Select(inner) => {
                let set = self.semi_join(inner)?;
                return Ok(Test::Set(column, op == Op::NotIn, set));
            }
        };
        if op == Op::Like {
            return match literal {
                Literal::Text(text) if is_text(kind) => {
                    let letters = text.to_lowercase().chars().collect();
                    Ok(Test::Like(column, letters))
                }
                _ => Err(unfit()),
            };
        }
        let wanted = self.wanted(path, &column.field, literal)?;
        let has_ranks = !matches!(kind, Kind::Flag | Kind::MultiPicklist) && wanted != Wanted::Null;
        if matches!(op, Op::Lt | Op::Le | Op::Gt | Op::Ge) && !has_ranks {
            return Err(unfit());
        }
        Ok(Test::One(column, op, wanted))
    }

    /// The ids an inner statement finds.
    fn semi_join(&self, inner: &Query) -> Result<Set, Refusal> {
        let bound = bind(self.org, inner, self.all)?;
        let column = match bound.columns.as_deref() {
            Some([column]) if is_id(column.field.kind) => column,
            _ => {
                let what = "a semi-join selects one field, an id or a reference";
                return Err(Refusal::malformed(what));
            }
        };
        let mut set = Set::new(true);
        for key in run(self.org, &bound, self.all) {
            let row = self.org.refind(bound.table, &key);
            if let Some(Cell::Text(id)) = row.map(|row| column.cell(self.org, &row)) {
                set.words.insert(id.into_owned());
            }
        }
        Ok(set)
    }

    fn wanted(&self, path: &Path, field: &Field, literal: &Literal) -> Result<Wanted, Refusal> {
        let kind = field.kind;
        Ok(match (literal, kind) {
            (Literal::Null, _) => Wanted::Null,
            // The empty text stands for no id at all.
            (Literal::Text(text), _) if is_id(kind) && text.is_empty() => Wanted::Null,
            (Literal::Text(text), _) if is_id(kind) => {
                let what = || self.inoperable(path, &format!("invalid ID field: {text}"));
                Wanted::Id(ids::full(text).ok_or_else(what)?)
            }
            (Literal::Text(text), _) if is_text(kind) => Wanted::Text(text.to_lowercase()),
            (Literal::Bool(flag), Kind::Flag) => Wanted::Flag(*flag),
            (Literal::Number(number), _) if is_number(kind) => Wanted::Number(*number),
            (Literal::Date(day), Kind::Day) => Wanted::Day(*day),
            (Literal::Time(time), Kind::Time) => Wanted::Time(*time),
            _ => {
                let (must, quotes) = match kind {
                    Kind::Flag => ("boolean", "should not"),
                    Kind::Whole => ("int", "should not"),
                    Kind::Day => ("date", "should not"),
                    Kind::Time => ("dateTime", "should not"),
                    _ if is_number(kind) => ("double", "should not"),
                    _ => ("string", "should"),
                };
                let name = &field.name;
                let what = format!(
                    "value of filter criterion for field '{name}' must be of type {must} and {quotes} be enclosed in quotes"
                );
                return Err(self.misfit(path, &what));
            }
        })
    }
}

fn is_id(kind: Kind) -> bool {
    matches!(kind, Kind::Id | Kind::Reference)
}

fn is_text(kind: Kind) -> bool {
    use Kind::{Email, MultiPicklist, Picklist, Text, Url};
    matches!(kind, Text | Email | Url | Picklist | MultiPicklist)
}

fn is_number(kind: Kind) -> bool {
    use Kind::{Currency, Percent, Real, Whole};
    matches!(kind, Whole | Real | Currency | Percent)
}

impl Set {
    fn new(exact: bool) -> Set {
        Set {
            words: HashSet::new(),
            rest: Vec::new(),
            exact,
        }
    }

    fn add(&mut self, wanted: Wanted) {
        match wanted {
            Wanted::Id(word) | Wanted::Text(word) => {
                self.words.insert(word);
            }
            other => self.rest.push(other),
        }
    }

    fn holds(&self, cell: &Cell<'_>) -> bool {
        match cell {
            Cell::Text(text) if self.exact => self.words.contains(&**text),
            Cell::Text(text) => self.words.contains(&text.to_lowercase()),
            other => self
                .rest
                .iter()
                .any(|wanted| compare(other, wanted) == Some(Ordering::Equal)),
        }
    }
}

/// The keys of the rows a statement finds, in its order.
pub(super) fn run(org: &Org<'_>, bound: &Bound, all: bool) -> Vec<Key> {
    // These are kept in the order of their ids, so that enough is enough and a start is a start.
    let kept_by_id = matches!(
        bound.table,
        Table::Opportunity | Table::Account | Table::Contact
    );
    let comes_in_order = match bound.order.as_slice() {
        [] => true,
        [by] => kept_by_id && by.column.is_own_id() && !by.descending,
        _ => false,
    };
    let enough = if comes_in_order {
        bound
            .offset
            .saturating_add(bound.limit.unwrap_or(usize::MAX))
    } else {
        usize::MAX
    };
    let found = candidates(org, bound, kept_by_id)
        .filter(|row| all || !(row.is_deleted() || row.is_archived()))
        .filter(|row| {
            let test = bound.filter.as_ref();
            test.is_none_or(|test| passes(org, test, row))
        })
        .take(enough);
    let keys: Vec<Key> = if comes_in_order {
        found.map(|row| org.key(&row)).collect()
    } else {
        let mut ranked: Vec<(Vec<Cell<'_>>, Key)> = found
            .map(|row| {
                let by = bound.order.iter().map(|by| by.column.cell(org, &row));
                (by.collect(), org.key(&row))
            })
            .collect();
        ranked.sort_by(|(one, _), (other, _)| {
            let pairs = one.iter().zip(other).zip(&bound.order);
            pairs
                .map(|((one, other), by)| rank(one, other, by))
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        });
        ranked.into_iter().map(|(_, key)| key).collect()
    };
    keys.into_iter()
        .skip(bound.offset)
        .take(bound.limit.unwrap_or(usize::MAX))
        .collect()
}

/// The rows worth looking at: where the filter names ids, only theirs.
fn candidates<'o, 'a>(
    org: &'o Org<'a>,
    bound: &'o Bound,
    kept_by_id: bool,
) -> Box<dyn Iterator<Item = Row<'a>> + 'o> {
    let filter = bound.filter.as_ref();
    let hangs = matches!(
        bound.table,
        Table::OpportunityHistory | Table::OpportunityContactRole
    );
    if hangs && let Some(mut deals) = filter.and_then(|test| named_ids(test, "OpportunityId")) {
        deals.sort_unstable();
        return org.rows_under(bound.table, deals.into_iter());
    }
    if kept_by_id && let Some(mut ids) = filter.and_then(|test| named_ids(test, "Id")) {
        ids.sort_unstable();
        return Box::new(ids.into_iter().filter_map(|id| org.find(bound.table, id)));
    }
    let after = filter.and_then(least_id).filter(|_| kept_by_id);
    org.rows(bound.table, after)
}

/// The ids a field must be one of, where the filter says so.
fn named_ids<'t>(test: &'t Test, field: &str) -> Option<Vec<&'t str>> {
    let is_it = |column: &Column| column.ways.is_empty() && column.field.name == field;
    match test {
        Test::All(tests) => tests.iter().find_map(|test| named_ids(test, field)),
        Test::One(column, Op::Eq, Wanted::Id(id)) if is_it(column) => Some(vec![id]),
        Test::Set(column, false, set) if is_it(column) => {
            Some(set.words.iter().map(String::as_str).collect())
        }
        _ => None,
    }
}

/// The id all rows must be greater than, where the filter says so.
fn least_id(test: &Test) -> Option<&str> {
    match test {
        Test::All(tests) => tests.iter().filter_map(least_id).max(),
        Test::One(column, Op::Gt, Wanted::Id(id)) if column.is_own_id() => Some(id),
        _ => None,
    }
}

fn passes<'a>(org: &Org<'a>, test: &Test, row: &Row<'a>) -> bool {
    match test {
        Test::All(tests) => tests.iter().all(|test| passes(org, test, row)),
        Test::Any(tests) => tests.iter().any(|test| passes(org, test, row)),
        Test::Not(test) => !passes(org, test, row),
        Test::Set(column, negated, set) => set.holds(&column.cell(org, row)) != *negated,
        Test::Like(column, pattern) => match column.cell(org, row) {
            Cell::Text(text) => {
                let text: Vec<char> = text.to_lowercase().chars().collect();
                is_like(&text, pattern)
            }
            _ => false,
        },
        Test::One(column, op, wanted) => {
            let order = compare(&column.cell(org, row), wanted);
            match op {
                Op::Eq => order == Some(Ordering::Equal),
                // A row without a value is unlike every value.
                Op::Ne => order != Some(Ordering::Equal),
                Op::Lt => order == Some(Ordering::Less),
                Op::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
                Op::Gt => order == Some(Ordering::Greater),
                Op::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
                Op::In | Op::NotIn | Op::Like => false,
            }
        }
    }
}

fn compare(cell: &Cell<'_>, wanted: &Wanted) -> Option<Ordering> {
    Some(match (cell, wanted) {
        (Cell::Null, Wanted::Null) => Ordering::Equal,
        (Cell::Text(text), Wanted::Id(id)) => (**text).cmp(id.as_str()),
        (Cell::Text(text), Wanted::Text(wanted)) => text.to_lowercase().cmp(wanted),
        (Cell::Real(number), Wanted::Number(wanted)) => number.cmp(wanted),
        (Cell::Whole(number), Wanted::Number(wanted)) => Decimal::from(*number).cmp(wanted),
        (Cell::Flag(flag), Wanted::Flag(wanted)) => flag.cmp(wanted),
        (Cell::Day(day), Wanted::Day(wanted)) => day.cmp(wanted),
        (Cell::Time(time), Wanted::Time(wanted)) => {
            time.as_millisecond().cmp(&wanted.as_millisecond())
        }
        _ => return None,
    })
}

fn rank(one: &Cell<'_>, other: &Cell<'_>, by: &By) -> Ordering {
    let order = match (one, other) {
        (Cell::Null, Cell::Null) => Ordering::Equal,
        (Cell::Null, _) | (_, Cell::Null) => {
            return if (*one == Cell::Null) == by.nulls_last {
                Ordering::Greater
            } else {
                Ordering::Less
            };
        }
        (Cell::Text(one), Cell::Text(other)) => one.cmp(other),
        (Cell::Real(one), Cell::Real(other)) => one.cmp(other),
        (Cell::Whole(one), Cell::Whole(other)) => one.cmp(other),
        (Cell::Flag(one), Cell::Flag(other)) => one.cmp(other),
        (Cell::Day(one), Cell::Day(other)) => one.cmp(other),
        (Cell::Time(one), Cell::Time(other)) => one.cmp(other),
        _ => Ordering::Equal,
    };
    if by.descending {
        order.reverse()
    } else {
        order
    }
}

/// `%` is any text, `_` any letter.
fn is_like(text: &[char], pattern: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('%', rest)) => {
            (0..=text.len()).any(|from| is_like(text.get(from..).unwrap_or_default(), rest))
        }
        Some((letter, rest)) => text.split_first().is_some_and(|(first, more)| {
            (*letter == '_' || letter == first) && is_like(more, rest)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_the_vendors_filters() {
        let check = |text: &str, pattern: &str, expected| {
            let letters = |text: &str| text.chars().collect::<Vec<char>>();
            assert_eq!(
                is_like(&letters(text), &letters(pattern)),
                expected,
                "{pattern}"
            );
        };
        check("harbour", "harbour", true);
        check("harbour", "har%", true);
        check("harbour", "%b_ur", true);
        check("harbour", "%x%", false);
        check("harbour", "harbou", false);
        check("", "%", true);
    }
}
