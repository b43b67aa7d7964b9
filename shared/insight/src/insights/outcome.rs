//! A forecast of the past beside what has become of its deals since.

use std::collections::{HashMap, HashSet};

use model::{Currency, Date, DealId, Period, Timestamp};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;

use super::desk::{DAY_US, Desk, Named, instant, outcome as ended};
use crate::Amount;
use crate::query::{Column, Row, day_of};

/// What a saved forecast said of one open deal.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The deal.
    pub id: DealId,
    /// Chance to be won in the end.
    pub p_win: f64,
    /// Its amount then, in the forecast's currency.
    pub amount: Option<f64>,
    /// Days ahead, ascending, and the chance to be won by then.
    pub by_days: Vec<(f64, f64)>,
}

/// What it said of one period.
#[derive(Clone, Debug, PartialEq)]
pub struct SaidPeriod {
    /// Its label: `2026 Q4` or `2026 Nov`.
    pub label: String,
    /// Revenue of the deals it knew: P10, P50 and P90.
    pub revenue: [f64; 3],
}

/// A saved forecast.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// The moment it looked ahead from.
    pub from: Timestamp,
    /// The currency of its amounts.
    pub currency: Option<Currency>,
    /// Every deal it knew.
    pub deals: Vec<Said>,
    /// Its periods, for who sees all deals; empty for others.
    pub periods: Vec<SaidPeriod>,
}

/// A number of wins that was to be expected.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Came {
    /// The sum of the chances.
    pub value: f64,
    /// 10 % below, by the luck of each deal alone: deals that err together make it wider.
    pub low: f64,
    /// 10 % above.
    pub high: f64,
}

/// What became of a saved forecast.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// The moment asked about.
    pub as_of: Timestamp,
    /// How it is counted.
    pub rule: String,
    /// The moment the forecast looked ahead from.
    pub from: Timestamp,
    /// Days since then.
    pub days: f64,
    /// Deals it knew that the viewer sees.
    pub known: u64,
    /// Of them won by now.
    pub won: u64,
    /// Lost by now.
    pub lost: u64,
    /// Still open.
    pub open: u64,
    /// Known then and not there any more, for who sees all deals.
    pub gone: u64,
    /// Wins expected by now; nothing once more time has passed than the forecast spoke of.
    pub expected: Option<Came>,
    /// What those won are worth, at their present amounts.
    pub amount: Option<Amount>,
    /// What was expected of them by now, in the forecast's currency.
    pub amount_expected: Option<Amount>,
    /// Won deals whose amount is in no sum: none, or in another currency.
    pub left_out: u64,
    /// Deals won since that were not open then: no forecast of open deals holds them.
    pub newcomers: u64,
    /// What those are worth.
    pub newcomers_amount: Option<Amount>,
    /// Each period as it was told, with what has come of it.
    pub periods: Vec<PeriodOutcome>,
    /// The deals that closed, the most surprising first.
    pub deals: Vec<Ended>,
}

/// Whether a period can be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodState {
    /// It is over.
    Ended,
    /// It is running.
    Running,
    /// It lies ahead.
    Ahead,
}

/// A period of a saved forecast.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PeriodOutcome {
    /// Its label.
    pub label: String,
    /// The first day.
    pub start: Date,
    /// The day after the last.
    pub end: Date,
    /// Whether it can be judged.
    pub state: PeriodState,
    /// Revenue as it was told: 10 % of the draws were below.
    pub p10: f64,
    /// Half were below.
    pub p50: f64,
    /// 90 % were below.
    pub p90: f64,
    /// Won in it so far, of the deals the forecast knew.
    pub won: u64,
    /// What those are worth.
    pub amount: Option<Amount>,
    /// Won in it so far, of other deals.
    pub newcomers: u64,
    /// What those are worth.
    pub newcomers_amount: Option<Amount>,
    /// Whether what was won lies between P10 and P90, once it is over.
    pub inside: Option<bool>,
}

/// A deal the forecast knew that has closed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ended {
    /// Its id.
    pub id: DealId,
    /// Its name, or what its source calls it.
    pub name: String,
    /// Who sells.
    pub owner: Option<Named>,
    /// The chance to be won that it was given.
    pub said: f64,
    /// `won` or `lost`.
    pub outcome: &'static str,
    /// When.
    pub closed_at: Option<Timestamp>,
    /// What it is worth.
    pub amount: Option<Amount>,
}

/// The chance that was given to be won within so many days; nothing beyond what was said.
fn chance_by(said: &Said, days: f64) -> Option<f64> {
    let (mut before, mut chance) = (0.0, 0.0);
    for &(by, p) in &said.by_days {
        if days <= by {
            let part = if by > before {
                (days - before) / (by - before)
            } else {
                1.0
            };
            return Some(chance + (p - chance) * part);
        }
        (before, chance) = (by, p);
    }
    None
}

/// A count with what it is worth.
#[derive(Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) count: u64,
    pub(super) amount: Decimal,
}

impl Sum {
    pub(super) fn add(&mut self, row: &Row) {
        self.count += 1;
        if !row.amount.is_nan() {
            self.amount = self.amount.checked_add(row.reported).unwrap_or(self.amount);
        }
    }
}

/// What became of a saved forecast by the desk's moment, naming at most `limit` deals.
pub fn outcome(desk: &Desk<'_>, saved: &Saved, limit: usize) -> Outcome {
    /// The normal quantile of 90 %.
    const Z80: f64 = 1.281_551_565_5;
    let from_us = saved.from.as_microsecond();
    let days = (desk.as_of.as_microsecond().saturating_sub(from_us)).max(0) as f64 / DAY_US;
    let rows: HashMap<DealId, (usize, &Row)> = desk
        .rows()
        .map(|(index, row)| (desk.table.ids[index], (index, row)))
        .collect();
    let mut told = Tally::default();
    let mut deals = Vec::new();
    let mut known = HashSet::new();
    for said in &saved.deals {
        let Some(&(index, row)) = rows.get(&said.id) else {
            told.gone += 1;
            continue;
        };
        known.insert(said.id);
        told.add(said, days);
        match ended(desk.table, row) {
            "won" => {
                told.won.add(row);
                told.left_out += u64::from(row.amount.is_nan());
            }
            "lost" => told.lost += 1,
            _ => continue,
        }
        deals.push((index, row, said.p_win));
    }
    let mut newcomers = Sum::default();
    let mut periods = periods(saved);
    for (id, (_, row)) in &rows {
        let is_known = known.contains(id);
        let closed = instant(row.closed_us).filter(|_| ended(desk.table, row) == "won");
        // What was open then cannot have closed before, whatever its source's clock says; what happened at
        // that very moment was known.
        let Some(at) = closed.filter(|at| is_known || *at > saved.from) else {
            continue;
        };
        let day = day_of(at).max(day_of(saved.from));
        let period = periods.iter_mut().find(|it| it.period.contains(day));
        if !is_known {
            newcomers.add(row);
        }
        if let Some(period) = period {
            let sum = if is_known {
                &mut period.won
            } else {
                &mut period.newcomers
            };
            sum.add(row);
        }
    }
    let amount = |value: Decimal| {
        let currency = desk.currency()?;
        Some(Amount { value, currency })
    };
    // A win that was thought unlikely surprises as much as a loss that was.
    let surprise = |row: &Row, said: f64| {
        if ended(desk.table, row) == "won" {
            1.0 - said
        } else {
            said
        }
    };
    deals.sort_by(|(a, row_a, said_a), (b, row_b, said_b)| {
        surprise(row_b, *said_b)
            .total_cmp(&surprise(row_a, *said_a))
            .then(a.cmp(b))
    });
    let sd = told.variance.sqrt();
    Outcome {
        as_of: desk.as_of,
        rule:
            "Of the deals that were open when the forecast was made: what was won and lost since, \
               at present amounts. Deals that began later are newcomers: no forecast of open deals \
               holds them."
                .to_owned(),
        from: saved.from,
        days,
        known: known.len() as u64,
        won: told.won.count,
        lost: told.lost,
        open: known.len() as u64 - told.won.count - told.lost,
        gone: if desk.viewer.sees_all { told.gone } else { 0 },
        expected: told.sayable.then(|| Came {
            value: told.mean,
            low: (told.mean - Z80 * sd).floor().max(0.0),
            high: (told.mean + Z80 * sd).ceil(),
        }),
        amount: amount(told.won.amount),
        amount_expected: saved
            .currency
            .filter(|_| told.sayable)
            .and_then(|currency| Amount::expected(told.worth, currency)),
        left_out: told.left_out,
        newcomers: newcomers.count,
        newcomers_amount: amount(newcomers.amount),
        periods: periods
            .into_iter()
            .map(|it| it.told(desk, saved.currency))
            .collect(),
        deals: deals
            .into_iter()
            .take(limit)
            .map(|(index, row, said)| Ended {
                id: desk.table.ids[index],
                name: desk.name(index),
                owner: desk.named(row, Column::Owner),
                said,
                outcome: ended(desk.table, row),
                closed_at: instant(row.closed_us),
                amount: amount(row.reported).filter(|_| !row.amount.is_nan()),
            })
            .collect(),
    }
}

/// What was said of all deals together, and what came.
struct Tally {
    won: Sum,
    lost: u64,
    gone: u64,
    left_out: u64,
    mean: f64,
    variance: f64,
    worth: f64,
    /// Whether the forecast spoke of as many days as have passed, of every deal.
    sayable: bool,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            won: Sum::default(),
            lost: 0,
            gone: 0,
            left_out: 0,
            mean: 0.0,
            variance: 0.0,
            worth: 0.0,
            sayable: true,
        }
    }
}

impl Tally {
    fn add(&mut self, said: &Said, days: f64) {
        let Some(p) = chance_by(said, days) else {
            self.sayable = false;
            return;
        };
        self.mean += p;
        self.variance += p * (1.0 - p);
        self.worth += p * said.amount.unwrap_or(0.0);
    }
}

/// A period while it is counted.
struct Counted<'a> {
    said: &'a SaidPeriod,
    period: Period,
    won: Sum,
    newcomers: Sum,
}

/// The days of each period told: quarters or months of the calendar, the first the one it was made in.
fn periods(saved: &Saved) -> Vec<Counted<'_>> {
    let first = day_of(saved.from);
    let quarter = Period::quarter_of(first);
    let is_of_quarters =
        (saved.periods.first()).is_some_and(|period| period.label == quarter.label());
    let of = |day: Date| {
        if is_of_quarters {
            Period::quarter_of(day)
        } else {
            Period::month_of(day)
        }
    };
    let all = std::iter::successors(Some(of(first)), |period| Some(period.next()));
    all.zip(&saved.periods)
        .take_while(|(period, said)| period.label() == said.label)
        .map(|(period, said)| Counted {
            said,
            period,
            won: Sum::default(),
            newcomers: Sum::default(),
        })
        .collect()
}

impl Counted<'_> {
    fn told(self, desk: &Desk<'_>, told_in: Option<Currency>) -> PeriodOutcome {
        let today = desk.today();
        let state = if today >= self.period.end {
            PeriodState::Ended
        } else if today >= self.period.start {
            PeriodState::Running
        } else {
            PeriodState::Ahead
        };
        let amount = |value: Decimal| {
            let currency = desk.currency()?;
            Some(Amount { value, currency })
        };
        let [p10, p50, p90] = self.said.revenue;
        let won = self.won.amount.to_f64();
        let comparable = state == PeriodState::Ended && told_in == desk.currency();
        PeriodOutcome {
            label: self.said.label.clone(),
            start: self.period.start,
            end: self.period.end,
            state,
            p10,
            p50,
            p90,
            won: self.won.count,
            amount: amount(self.won.amount),
            newcomers: self.newcomers.count,
            newcomers_amount: amount(self.newcomers.amount),
            inside: won
                .filter(|_| comparable)
                .map(|won| (p10..=p90).contains(&won)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::TenantId;

    #[test]
    fn the_chance_by_a_day_lies_on_the_line_between_those_that_were_said() {
        let said = |by_days: &[(f64, f64)]| Said {
            id: DealId::derive(&TenantId::local(), "crm", "1"),
            p_win: 0.9,
            amount: None,
            by_days: by_days.to_vec(),
        };
        let check = |days: f64, expected: Option<f64>| {
            let got = chance_by(&said(&[(30.0, 0.4), (90.0, 0.8)]), days);
            assert_eq!(
                got.map(|p| (p * 1e9).round()),
                expected.map(|p| (p * 1e9).round()),
                "{days}"
            );
        };
        check(0.0, Some(0.0));
        check(15.0, Some(0.2));
        check(30.0, Some(0.4));
        check(60.0, Some(0.6));
        check(90.0, Some(0.8));
        check(91.0, None);
        assert_eq!(chance_by(&said(&[]), 1.0), None);
    }
}
