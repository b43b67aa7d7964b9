//! What every insight begins with: the deals seen, the settings, the moment, and how a deal is told.

use std::collections::{BTreeMap, HashMap};

use jiff::ToSpan;
use model::{
    ActivityKind, Book, CanonicalStage, Currency, Date, Deal, DealId, Outcome, Period, PersonId,
    Timestamp, Viewer,
};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::format;
use crate::query::{Column, NEVER, NOTHING, Row, day_number, day_of, day_us};
use crate::sight::stage_outcomes;
use crate::{Amount, DealTable, Settings};

pub(crate) const DAY_US: f64 = 86_400e6;

/// The desk of one asker at one moment: what all insights are read off.
///
/// Making it costs nothing; the table and the settings belong to the tenant and are kept.
#[derive(Clone, Copy, Debug)]
pub struct Desk<'a> {
    /// The tenant's data.
    pub book: &'a Book,
    /// The same in columns; it must follow that very book.
    pub table: &'a DealTable,
    /// What is counted once for that book and table.
    pub digest: &'a Digest,
    /// What the tenant decided.
    pub settings: &'a Settings,
    /// Who asks: nothing else is counted.
    pub viewer: &'a Viewer,
    /// The moment asked about.
    pub as_of: Timestamp,
}

/// What is counted once for a book and read by many: how long stays were that ended well, and what
/// was done lately. Make it anew when the book changes.
///
/// ```
/// use insight::DealTable;
/// use insight::insights::Digest;
///
/// let book = model::Book::default();
/// let table = DealTable::build(&book, insight::query::Reporting::default());
/// assert_eq!(Digest::of(&book, &table).median_days("Demo"), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Digest {
    stays: HashMap<String, (u64, f64)>,
    /// Activities of the last weeks and those to come, oldest first.
    recent: Vec<Done>,
}

/// An activity on a deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Done {
    pub(crate) at_us: i64,
    /// The deal's row in the table.
    pub(crate) row: usize,
    pub(crate) kind: ActivityKind,
}

/// How far back the digest knows each activity.
pub(crate) const RECENT_DAYS: i64 = 35;

impl Digest {
    /// The digest of a book that the table follows.
    pub fn of(book: &Book, table: &DealTable) -> Self {
        let now_us = book.as_of.as_microsecond();
        let from_us = now_us.saturating_sub(RECENT_DAYS * 86_400_000_000);
        let rows: HashMap<DealId, usize> = table.ids.iter().copied().zip(0..).collect();
        let mut recent: Vec<Done> = (book.activities.iter())
            .filter(|it| it.at.as_microsecond() >= from_us)
            .filter_map(|it| {
                Some(Done {
                    at_us: it.at.as_microsecond(),
                    row: *rows.get(&it.deal?)?,
                    kind: it.kind,
                })
            })
            .collect();
        recent.sort_unstable();
        Self {
            stays: stays(book, now_us),
            recent,
        }
    }

    /// The median stay in a stage of deals that were won later, with the number of stays.
    pub fn median_days(&self, stage: &str) -> Option<(u64, f64)> {
        self.stays.get(stage).copied()
    }

    /// What was done from one instant to another, both included, oldest first.
    pub(crate) fn done(&self, from_us: i64, to_us: i64) -> &[Done] {
        let from = self.recent.partition_point(|it| it.at_us < from_us);
        let to = self.recent.partition_point(|it| it.at_us <= to_us);
        self.recent.get(from..to).unwrap_or_default()
    }
}

fn stays(book: &Book, now_us: i64) -> HashMap<String, (u64, f64)> {
    let outcomes = stage_outcomes(book);
    let mut stays: Vec<Vec<i64>> = vec![Vec::new(); outcomes.len()];
    for case in 0..book.log.cases() {
        let visits = book.log.visits(case);
        let known = visits.at_us.partition_point(|&at| at <= now_us);
        let last = known.checked_sub(1).map(|last| visits.stage[last]);
        if last.and_then(|code| outcomes[usize::from(code)]) != Some(Outcome::Won) {
            continue;
        }
        for (at, stage) in visits.at_us[..known].windows(2).zip(visits.stage) {
            stays[usize::from(*stage)].push(at[1].saturating_sub(at[0]));
        }
    }
    let of_label = book.log.stages().iter().zip(stays);
    of_label
        .filter(|(_, stays)| !stays.is_empty())
        .map(|(label, mut stays)| {
            stays.sort_unstable();
            let median = mining::stats::quantile(&stays, 0.5) / DAY_US;
            (label.clone(), (stays.len() as u64, median))
        })
        .collect()
}

/// A name with its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Named {
    /// The id.
    pub id: String,
    /// The name; the id where there is none.
    pub name: String,
}

/// Why a deal is on a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reason {
    /// What programs call it.
    pub code: &'static str,
    /// What is the case, with the figures.
    pub text: String,
}

/// Why a deal was found: its text is written for the deals shown only.
#[derive(Debug)]
pub(crate) struct Why {
    pub(crate) code: &'static str,
    pub(crate) say: Say,
}

/// How a reason is put.
#[derive(Debug)]
pub(crate) enum Say {
    Fixed(&'static str),
    Text(String),
    Overdue,
    Stuck,
    StuckAndValuable,
    Inactive,
    DaysInStage,
    NextStep,
    Moved,
    Revalued { from: Decimal, to: Decimal },
}

impl Why {
    pub(crate) fn new(code: &'static str, say: Say) -> Self {
        Self { code, say }
    }
}

/// A deal on a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DealRow {
    /// Its id.
    pub id: DealId,
    /// Its name, or what its source calls it.
    pub name: String,
    /// Who would buy.
    pub company: Option<Named>,
    /// Who sells.
    pub owner: Option<Named>,
    /// Its stage by the source's label.
    pub stage: Option<String>,
    /// Open, won or lost.
    pub outcome: &'static str,
    /// What it is worth.
    pub amount: Option<Amount>,
    /// The day it is expected to close.
    pub expected_close: Option<Date>,
    /// Days in its stage, to a tenth.
    pub days_in_stage: Option<f64>,
    /// When there was contact last.
    pub last_activity_at: Option<Timestamp>,
    /// The chance to be won, the model's where it has one.
    pub chance: Option<f64>,
    /// Why it is here.
    pub reasons: Vec<Reason>,
}

/// Deals on a list, with the rule that puts them there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Listed {
    /// The moment asked about.
    pub as_of: Timestamp,
    /// What puts a deal on the list.
    pub rule: String,
    /// Why nothing can be said, where that is so.
    pub note: Option<String>,
    /// How many deals are on it, those beyond `deals` included.
    pub count: u64,
    /// Out of how many that could be.
    pub of: u64,
    /// What they are worth together, in the currency reported in.
    pub amount: Option<Amount>,
    /// How many deals have each reason.
    pub reasons: BTreeMap<&'static str, u64>,
    /// The first of them.
    pub deals: Vec<DealRow>,
}

/// A deal found for a list.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) row: usize,
    pub(crate) reasons: Vec<Why>,
    /// The smaller comes first; of equal ones the more valuable.
    pub(crate) urgency: i64,
}

impl<'a> Desk<'a> {
    pub(crate) fn rows(&self) -> impl Iterator<Item = (usize, &'a Row)> + use<'a> {
        self.table.seen(self.viewer)
    }

    pub(crate) fn open(&self) -> impl Iterator<Item = (usize, &'a Row)> + use<'a> {
        let open = self.table.dict(Column::Outcome).find(b"open");
        self.rows()
            .filter(move |(_, row)| Some(row.code(Column::Outcome)) == open)
    }

    pub(crate) fn deal(&self, row: usize) -> &'a Deal {
        &self.book.deals[self.table.places[row]]
    }

    pub(crate) fn today(&self) -> Date {
        day_of(self.as_of)
    }

    pub(crate) fn today_number(&self) -> i64 {
        day_number(self.today())
    }

    pub(crate) fn currency(&self) -> Option<Currency> {
        self.table.currency()
    }

    /// The quarter a day is in, counted from the month the tenant says.
    pub fn quarter_of(&self, day: Date) -> Period {
        let into =
            (i32::from(day.month()) - i32::from(self.settings.quarter_start_month)).rem_euclid(3);
        let first = day.first_of_month();
        let start = first.checked_sub(into.months()).unwrap_or(first);
        let end = start.checked_add(3.months()).unwrap_or(Date::MAX);
        Period::new(start, end).unwrap_or_else(|_| Period::quarter_of(day))
    }

    pub(crate) fn label(&self, row: &Row, column: Column) -> Option<&'a str> {
        let code = row.code(column);
        (code != NOTHING).then(|| self.table.dict(column).entry(code).label.as_str())
    }

    pub(crate) fn named(&self, row: &Row, column: Column) -> Option<Named> {
        let code = row.code(column);
        let entry = self.table.dict(column).entry(code);
        (code != NOTHING).then(|| Named {
            id: entry.value.clone(),
            name: entry.label.clone(),
        })
    }

    pub(crate) fn owner(&self, row: &Row) -> Option<PersonId> {
        self.table.people[row.code(Column::Owner) as usize]
    }

    pub(crate) fn canonical(&self, row: &Row) -> Option<CanonicalStage> {
        self.label(row, Column::CanonicalStage)?.parse().ok()
    }

    /// Days a deal has been in its stage.
    pub(crate) fn days_in_stage(&self, row: &Row) -> Option<f64> {
        self.days_since(row.entered_us)
    }

    pub(crate) fn days_since(&self, us: i64) -> Option<f64> {
        let now = self.as_of.as_microsecond();
        (us != NEVER).then(|| now.saturating_sub(us).max(0) as f64 / DAY_US)
    }

    /// Days after which a deal in this stage is stuck.
    fn stuck_after(&self, stage: &str) -> f64 {
        let stuck = &self.settings.stuck;
        let own = self.settings.stages.get(stage).and_then(|it| it.stuck_days);
        match (own, self.digest.median_days(stage)) {
            (Some(days), _) => f64::from(days),
            (None, Some((n, median))) if n >= u64::from(stuck.evidence) => {
                (stuck.factor * median).max(f64::from(stuck.least_days))
            }
            _ => f64::from(stuck.days_without_evidence),
        }
    }

    /// Why it is so many.
    fn why_stuck(&self, stage: &str) -> String {
        let limit = format::days(self.stuck_after(stage));
        let own = self.settings.stages.get(stage).and_then(|it| it.stuck_days);
        match (own, self.digest.median_days(stage)) {
            (Some(_), _) => format!("the limit set for {stage} is {limit}"),
            (None, Some((n, median))) if n >= u64::from(self.settings.stuck.evidence) => format!(
                "won deals left {stage} after {} (median of {}), and {limit} is the limit",
                format::days(median),
                format::count(n as usize),
            ),
            _ => format!("too few won deals tell how long {stage} takes, so {limit} is the limit"),
        }
    }

    /// Days without contact after which a deal in this stage is inactive.
    fn inactive_after(&self, stage: &str) -> f64 {
        let own = self.settings.stages.get(stage);
        let own = own.and_then(|it| it.inactive_days);
        f64::from(own.unwrap_or(self.settings.inactive_days))
    }

    /// The days that are too many, for every stage.
    pub(crate) fn limits(&self) -> Limits {
        let stages = self.table.dict(Column::Stage).entries();
        let stages = stages.map(|(_, entry)| entry.label.as_str());
        Limits {
            days: std::iter::once(NO_STAGE)
                .chain(stages)
                .map(|stage| (self.stuck_after(stage), self.inactive_after(stage)))
                .collect(),
        }
    }

    pub(crate) fn is_stuck(&self, limits: &Limits, row: &Row) -> bool {
        let (stuck, _) = limits.days[row.code(Column::Stage) as usize];
        self.days_in_stage(row).is_some_and(|days| days > stuck)
    }

    /// Whether there was no contact for too long and none is planned.
    pub(crate) fn is_inactive(&self, limits: &Limits, row: &Row) -> bool {
        let (_, inactive) = limits.days[row.code(Column::Stage) as usize];
        row.ahead_us == NEVER && self.silent_days(row).is_some_and(|days| days >= inactive)
    }

    /// Days since the last contact, or since the deal was created where there was none.
    pub(crate) fn silent_days(&self, row: &Row) -> Option<f64> {
        let contacted = row.contact_us != NEVER;
        self.days_since(if contacted {
            row.contact_us
        } else {
            row.created_us
        })
    }

    pub(crate) fn is_overdue(&self, row: &Row) -> bool {
        let grace = i64::from(self.settings.overdue_grace_days);
        row.close_day != NEVER && self.today_number() - row.close_day > grace
    }

    fn say(&self, index: usize, why: Why) -> Reason {
        let row = &self.table.rows[index];
        let stage = || self.label(row, Column::Stage).unwrap_or(NO_STAGE);
        let in_stage = || format::days(self.days_in_stage(row).unwrap_or(f64::NAN));
        let stuck = || format!("{} in its stage; {}", in_stage(), self.why_stuck(stage()));
        let text = match why.say {
            Say::Fixed(text) => text.to_owned(),
            Say::Text(text) => text,
            Say::Overdue => format!(
                "was expected to close on {}, {} ago",
                day_at(row.close_day),
                format::counted((self.today_number() - row.close_day) as usize, "day")
            ),
            Say::Stuck => stuck(),
            Say::StuckAndValuable => format!("of high value, and {}", stuck()),
            Say::Inactive => {
                let what = if row.contact_us == NEVER {
                    "no contact since it was created"
                } else {
                    "no contact since the last"
                };
                format!(
                    "{what} {} ago; {} is the limit",
                    format::days(self.silent_days(row).unwrap_or(f64::NAN)),
                    format::days(self.inactive_after(stage()))
                )
            }
            Say::DaysInStage => format!("{} in its stage", in_stage()),
            Say::NextStep => self.next_step(index, row),
            Say::Moved => self.moved(index),
            Say::Revalued { from, to } => format!("from {from} to {to}"),
        };
        Reason {
            code: why.code,
            text,
        }
    }

    fn next_step(&self, index: usize, row: &Row) -> String {
        let own = self.book.own.get(&self.table.ids[index]);
        let step = own.and_then(|own| own.next_step.as_deref());
        let when = if row.due_day == self.today_number() {
            "is due today".to_owned()
        } else {
            format!("was due on {}", day_at(row.due_day))
        };
        format!("{}: {when}", step.unwrap_or("the next step"))
    }

    /// From where to where a deal moved last.
    fn moved(&self, index: usize) -> String {
        let visits = self.book.log.visits(self.table.places[index]);
        let now_us = self.book.as_of.as_microsecond();
        let known = visits.at_us.partition_point(|&at| at <= now_us);
        let label = |place: usize| {
            let stages = self.book.log.stages();
            stages
                .get(usize::from(visits.stage[place]))
                .map_or("", String::as_str)
        };
        let Some(last) = known.checked_sub(1) else {
            return String::new();
        };
        let day = instant(visits.at_us[last]).map(day_of).unwrap_or_default();
        match last.checked_sub(1) {
            Some(before) => format!("moved from {} to {} on {day}", label(before), label(last)),
            None => format!("began in {} on {day}", label(last)),
        }
    }

    /// What is at stake: amount × chance, or the amount where no chance is known.
    pub(crate) fn value(row: &Row) -> f64 {
        let value = if row.chance().is_nan() {
            row.amount
        } else {
            row.weighted()
        };
        if value.is_nan() { 0.0 } else { value }
    }

    /// The sum of amounts in the currency reported in.
    pub(crate) fn sum<'r>(&self, rows: impl Iterator<Item = &'r Row>) -> Option<Amount> {
        let sum = rows
            .filter(|row| !row.amount.is_nan())
            .try_fold(Decimal::ZERO, |sum, row| sum.checked_add(row.reported));
        Some(Amount {
            value: sum?,
            currency: self.currency()?,
        })
    }

    /// Makes a list of what was found: the most urgent first, of those the most valuable.
    pub(crate) fn listed(
        &self,
        rule: String,
        of: u64,
        mut found: Vec<Found>,
        limit: usize,
    ) -> Listed {
        let rows = &self.table.rows;
        let mut reasons = BTreeMap::new();
        for why in found.iter().flat_map(|found| &found.reasons) {
            *reasons.entry(why.code).or_default() += 1;
        }
        let (count, amount) = (
            found.len() as u64,
            self.sum(found.iter().map(|found| &rows[found.row])),
        );
        let order = |a: &Found, b: &Found| {
            let value = |found: &Found| Self::value(&rows[found.row]);
            a.urgency
                .cmp(&b.urgency)
                .then_with(|| value(b).total_cmp(&value(a)))
                .then_with(|| a.row.cmp(&b.row))
        };
        if limit < found.len() {
            found.select_nth_unstable_by(limit, order);
            found.truncate(limit);
        }
        found.sort_unstable_by(order);
        Listed {
            as_of: self.as_of,
            rule,
            note: None,
            count,
            of,
            amount,
            reasons,
            deals: found.into_iter().map(|found| self.tell(found)).collect(),
        }
    }

    /// A deal's name, or what its source calls it.
    pub(crate) fn name(&self, row: usize) -> String {
        let deal = self.deal(row);
        let case = self.book.log.case_name(self.table.places[row]);
        let name = deal.name.as_deref().unwrap_or(case);
        if name.is_empty() {
            deal.id.to_string()
        } else {
            name.to_owned()
        }
    }

    fn tell(&self, found: Found) -> DealRow {
        let row = found.row;
        let reasons = found.reasons.into_iter();
        let of = &self.table.rows[row];
        let deal = self.deal(row);
        let chance = of.chance();
        let tenths = |days: f64| (days * 10.0).round() / 10.0;
        DealRow {
            id: deal.id,
            name: self.name(row),
            company: self.named(of, Column::Company),
            owner: self.named(of, Column::Owner),
            stage: self.label(of, Column::Stage).map(str::to_owned),
            outcome: outcome(self.table, of),
            amount: deal.amount.map(Amount::from),
            expected_close: deal.expected_close,
            days_in_stage: self.days_in_stage(of).map(tenths),
            last_activity_at: instant(of.contact_us),
            chance: (!chance.is_nan()).then_some(chance),
            reasons: reasons.map(|why| self.say(row, why)).collect(),
        }
    }
}

/// What stands where a deal has no stage.
const NO_STAGE: &str = "no stage";

/// The days that are too many by code of the stage: in it, and without contact.
pub(crate) struct Limits {
    days: Vec<(f64, f64)>,
}

/// Whether a row is open.
pub(crate) fn is_open(table: &DealTable, row: &Row) -> bool {
    outcome(table, row) == "open"
}

/// How a row ended.
pub(crate) fn outcome(table: &DealTable, row: &Row) -> &'static str {
    let entry = table.dict(Column::Outcome).entry(row.code(Column::Outcome));
    match entry.value.as_str() {
        "won" => "won",
        "lost" => "lost",
        _ => "open",
    }
}

pub(crate) fn instant(us: i64) -> Option<Timestamp> {
    if us == NEVER {
        return None;
    }
    Timestamp::from_microsecond(us).ok()
}

/// The day of a number of days since 1970.
pub(crate) fn day_at(number: i64) -> Date {
    let epoch = Date::constant(1970, 1, 1);
    let days = i32::try_from(number).ok();
    days.and_then(|days| {
        epoch
            .checked_add(jiff::Span::new().try_days(days).ok()?)
            .ok()
    })
    .unwrap_or(epoch)
}

/// The run of instants of days, from the first of `from` to the last of `to`.
pub(crate) fn span_us(from: Date, to: Date) -> (i64, i64) {
    (day_us(from), day_us(to).saturating_add(86_400_000_000 - 1))
}
