//! The deal list: filter, sort, page, facets and totals in one pass over a tenant's deals.
//!
//! A [`DealTable`] is made from a book once and follows it; [`DealTable::list`] answers a
//! [`Query`]. Only rows the viewer sees are ever counted, and every figure of a page agrees with
//! its filter:
//!
//! - **totals** are over all deals that meet the whole filter, not over the page;
//! - each **facet** counts the deals that meet every condition except those on its own field, so
//!   that it says what another choice would give. With no condition on its field it adds up to the
//!   total.

pub(crate) mod dict;
mod filter;
mod sort;
pub(crate) mod table;

pub use filter::{FieldError, Filter, parameter, several};
pub use sort::{Position, Sort};
pub use table::{Column, DealTable, Reporting};

pub(crate) use dict::NOTHING;
pub(crate) use table::{NEVER, Row, convert, day_number, day_of, day_us};

use model::{Currency, Timestamp, Viewer, visible};
use rust_decimal::Decimal;
use serde::Serialize;
use sort::{Keyed, Order};

use crate::Amount;

/// The most deals of a page.
pub const LARGEST_PAGE: usize = 200;

/// Values listed of a facet; the others are counted together.
const MOST_VALUES: usize = 100;

/// A question to the deal list.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// Who asks.
    pub viewer: &'a Viewer,
    /// Which deals.
    pub filter: &'a Filter,
    /// In which order; an empty one for a search means the best fit first.
    pub sort: &'a Sort,
    /// After which deal; `None` for the first page.
    pub after: Option<&'a Position>,
    /// How many deals, 1 to [`LARGEST_PAGE`].
    pub limit: usize,
    /// Which facets to count.
    pub facets: &'a [Column],
    /// The moment `today` and the days in a stage are counted from.
    pub as_of: Timestamp,
}

/// The facets a deal list shows.
pub const FACETS: [Column; 7] = [
    Column::Stage,
    Column::Owner,
    Column::Pipeline,
    Column::Outcome,
    Column::CloseMonth,
    Column::Currency,
    Column::ForecastCategory,
];

/// One page of deals with what is to be said of all that meet the filter.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The page's deals, as their places in the book the table follows.
    pub deals: Vec<usize>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Position>,
    /// Figures over all deals that meet the filter.
    pub totals: Totals,
    /// The facets asked for.
    pub facets: Vec<Facet>,
}

/// Figures over deals.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Totals {
    /// How many.
    pub count: u64,
    /// How many of them are open.
    pub open: u64,
    /// How many were won.
    pub won: u64,
    /// How many were lost.
    pub lost: u64,
    /// Their amounts, currency by currency.
    pub amounts: Vec<Amount>,
    /// Their amounts in the currency reported in.
    pub reported: Option<Amount>,
    /// Deals whose amount is not in it: no rate for their currency, or beyond 28 digits.
    pub left_out: u64,
    /// Deals without an amount.
    pub without_amount: u64,
    /// What is expected of the open ones: amount × chance.
    pub weighted: Option<Weighted>,
}

/// Amount × chance, summed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Weighted {
    /// The sum.
    pub amount: Amount,
    /// Deals whose chance is the model's.
    pub by_model: u64,
    /// Deals whose chance is the source's.
    pub by_source: u64,
    /// Open deals with an amount and no chance, which count as nothing.
    pub without_chance: u64,
}

/// The values of one field among the deals, with their numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Facet {
    /// The field.
    pub field: &'static str,
    /// Its values: stages, outcomes and months in their own order, others the most frequent first.
    pub values: Vec<FacetValue>,
    /// Deals without a value.
    pub without: u64,
    /// Values beyond those listed.
    pub more_values: u64,
    /// Deals with one of those.
    pub more_deals: u64,
}

/// One value of a facet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FacetValue {
    /// What a filter gives.
    pub value: String,
    /// What a person reads.
    pub label: String,
    /// How many deals have it.
    pub count: u64,
}

/// What a viewer sees, by the codes of a table.
struct Seen {
    all: bool,
    unowned: bool,
    owners: Vec<bool>,
    grants: Vec<bool>,
}

impl Seen {
    fn of(table: &DealTable, viewer: &Viewer) -> Self {
        let owner = |person: &Option<_>| visible(viewer, *person, &[]);
        Self {
            all: viewer.sees_all,
            unowned: visible(viewer, None, &[]),
            owners: table.people.iter().map(owner).collect(),
            grants: (table.grants.iter())
                .map(|people| visible(viewer, None, people))
                .collect(),
        }
    }

    fn row(&self, row: &Row) -> bool {
        let owner = row.code(Column::Owner);
        self.all
            || if owner == NOTHING {
                self.unowned
            } else {
                self.owners[owner as usize]
            }
            || self.grants[row.grants as usize]
    }
}

impl DealTable {
    /// Answers a question: the page, and totals and facets over everything that meets the filter.
    pub fn list(&self, query: &Query<'_>) -> Result<Page, FieldError> {
        if query.limit == 0 || query.limit > LARGEST_PAGE {
            return Err(FieldError::new(
                "limit",
                "bad_value",
                format!("a page cannot have {} deals", query.limit),
                format!("ask for 1 to {LARGEST_PAGE}"),
            ));
        }
        let by_fit = Sort::by_relevance();
        let unsorted = query.sort == &Sort::default();
        let sort = match query.filter.searches() {
            true if unsorted => &by_fit,
            false if query.sort.ranks() => {
                return Err(FieldError::new(
                    "sort",
                    "bad_value",
                    "without a search nothing fits better or worse",
                    "give q as well, or sort by another field",
                ));
            }
            _ => query.sort,
        };
        let order = Order::new(self, sort, query.filter.words());
        let after = query
            .after
            .map(|position| order.after(position))
            .transpose()?;
        let tests = query.filter.compile(self, query.as_of);
        let seen = Seen::of(self, query.viewer);
        let mut best = Best::new(query.limit + 1);
        let mut sums = Sums::new(self);
        let mut counts: Vec<(Column, Vec<u32>)> = query
            .facets
            .iter()
            .map(|column| (*column, vec![0; self.dict(*column).len()]))
            .collect();

        'rows: for (index, row) in self.rows.iter().enumerate() {
            if !seen.row(row) {
                continue;
            }
            // The one field whose own conditions are not met: its facet still counts the row.
            let mut unmet: Option<Column> = None;
            for test in &tests {
                if test.holds(self, index, row) {
                    continue;
                }
                match (test.facet, unmet) {
                    (Some(facet), None) => unmet = Some(facet),
                    (Some(facet), Some(known)) if facet == known => {}
                    _ => continue 'rows,
                }
            }
            if let Some(unmet) = unmet {
                for (column, counts) in counts.iter_mut().filter(|(it, _)| *it == unmet) {
                    counts[row.code(*column) as usize] += 1;
                }
                continue;
            }
            for (column, counts) in &mut counts {
                counts[row.code(*column) as usize] += 1;
            }
            sums.add(row);
            let keyed = order.keyed(index, row);
            if after
                .as_ref()
                .is_none_or(|after| order.is_after(&keyed, after))
            {
                best.offer(keyed, &order);
            }
        }

        let mut rows = best.sorted(&order);
        let more = rows.len() > query.limit;
        rows.truncate(query.limit);
        let last = rows.last().filter(|_| more);
        Ok(Page {
            next: last.map(|last| order.position(last.row as usize)),
            deals: rows
                .iter()
                .map(|keyed| self.places[keyed.row as usize])
                .collect(),
            totals: sums.totals(self),
            facets: counts
                .iter()
                .map(|(column, counts)| self.facet(*column, counts))
                .collect(),
        })
    }

    /// The rows a viewer sees.
    pub(crate) fn seen<'a>(&'a self, viewer: &Viewer) -> impl Iterator<Item = (usize, &'a Row)> {
        let seen = Seen::of(self, viewer);
        let rows = self.rows.iter().enumerate();
        rows.filter(move |(_, row)| seen.row(row))
    }

    fn facet(&self, column: Column, counts: &[u32]) -> Facet {
        let dict = self.dict(column);
        let mut found: Vec<(u32, u32)> = (0..)
            .zip(counts)
            .skip(1)
            .filter(|(_, count)| **count > 0)
            .map(|(code, count)| (code, *count))
            .collect();
        let by_count = matches!(
            column,
            Column::Owner | Column::Company | Column::Pipeline | Column::Currency
        );
        found.sort_by_key(|(code, count)| {
            let size = if by_count { *count } else { 0 };
            (
                std::cmp::Reverse(size),
                dict.rank(*code),
                &dict.entry(*code).value,
            )
        });
        let rest = found.split_off(found.len().min(MOST_VALUES));
        let value = |(code, count): &(u32, u32)| {
            let entry = dict.entry(*code);
            FacetValue {
                value: entry.value.clone(),
                label: entry.label.clone(),
                count: u64::from(*count),
            }
        };
        Facet {
            field: column.as_str(),
            values: found.iter().map(value).collect(),
            without: u64::from(counts[NOTHING as usize]),
            more_values: rest.len() as u64,
            more_deals: rest.iter().map(|(_, count)| u64::from(*count)).sum(),
        }
    }
}

/// The first rows of an order, found without sorting the others.
struct Best {
    wanted: usize,
    kept: Vec<Keyed>,
    /// Nothing from here on is among them.
    limit: Option<Keyed>,
}

impl Best {
    fn new(wanted: usize) -> Self {
        Self {
            wanted,
            kept: Vec::with_capacity(4 * wanted),
            limit: None,
        }
    }

    fn offer(&mut self, keyed: Keyed, order: &Order<'_>) {
        if (self.limit).is_some_and(|limit| order.compare(&keyed, &limit).is_gt()) {
            return;
        }
        self.kept.push(keyed);
        if self.kept.len() == 4 * self.wanted {
            let last = self.wanted - 1;
            (self.kept).select_nth_unstable_by(last, |a, b| order.compare(a, b));
            self.kept.truncate(self.wanted);
            self.limit = self.kept.last().copied();
        }
    }

    fn sorted(mut self, order: &Order<'_>) -> Vec<Keyed> {
        self.kept.sort_unstable_by(|a, b| order.compare(a, b));
        self.kept.truncate(self.wanted);
        self.kept
    }
}

/// Totals in the making.
struct Sums {
    totals: Totals,
    outcomes: [u32; 3],
    amounts: Vec<Option<Decimal>>,
    reported: Decimal,
    weighted: f64,
    by_model: u64,
    by_source: u64,
    without_chance: u64,
}

impl Sums {
    fn new(table: &DealTable) -> Self {
        let outcome = |word: &str| {
            let code = table.dict(Column::Outcome).find(word.as_bytes());
            // No row has this code.
            code.unwrap_or(u32::MAX)
        };
        Self {
            totals: Totals::default(),
            outcomes: [outcome("open"), outcome("won"), outcome("lost")],
            amounts: vec![None; table.dict(Column::Currency).len()],
            reported: Decimal::ZERO,
            weighted: 0.0,
            by_model: 0,
            by_source: 0,
            without_chance: 0,
        }
    }

    fn add(&mut self, row: &Row) {
        let totals = &mut self.totals;
        totals.count += 1;
        let outcome = row.code(Column::Outcome);
        let open = outcome == self.outcomes[0];
        totals.open += u64::from(open);
        totals.won += u64::from(outcome == self.outcomes[1]);
        totals.lost += u64::from(outcome == self.outcomes[2]);
        if !row.has_amount() {
            totals.without_amount += 1;
            return;
        }
        let sum = &mut self.amounts[row.code(Column::Currency) as usize];
        let added = sum.unwrap_or_default().checked_add(row.stated);
        let reported = (!row.amount.is_nan())
            .then(|| self.reported.checked_add(row.reported))
            .flatten();
        let (Some(added), Some(reported)) = (added, reported) else {
            totals.left_out += 1;
            *sum = added.or(*sum);
            return;
        };
        (*sum, self.reported) = (Some(added), reported);
        if open {
            if row.chance().is_nan() {
                self.without_chance += 1;
            } else {
                self.weighted += row.weighted();
                let by = if row.p_win.is_nan() {
                    &mut self.by_source
                } else {
                    &mut self.by_model
                };
                *by += 1;
            }
        }
    }

    fn totals(self, table: &DealTable) -> Totals {
        let mut amounts: Vec<Amount> = table
            .dict(Column::Currency)
            .entries()
            .filter_map(|(code, entry)| {
                let currency: Currency = entry.value.parse().ok()?;
                let value = self.amounts[code as usize]?;
                Some(Amount { value, currency })
            })
            .collect();
        amounts.sort_by_key(|amount| amount.currency);
        let currency = table.currency;
        let weighted = currency.and_then(|currency| {
            Some(Weighted {
                amount: Amount::expected(self.weighted, currency)?,
                by_model: self.by_model,
                by_source: self.by_source,
                without_chance: self.without_chance,
            })
        });
        Totals {
            amounts,
            reported: currency.map(|currency| Amount {
                value: self.reported,
                currency,
            }),
            weighted,
            ..self.totals
        }
    }
}
