//! How each seller is doing.

use std::collections::{BTreeMap, HashMap};

use jiff::ToSpan;
use mining::{Rate, Spread};
use model::{ActivityKind, Date, Money, PersonId, Timestamp};
use rust_decimal::Decimal;
use serde::Serialize;

use super::desk::{Desk, Named, outcome, span_us};
use crate::query::{Column, NEVER, NOTHING, Row, day_us};
use crate::{Amount, FieldError};

/// Days of activities that are counted.
const ACTIVE_DAYS: i64 = 30;

/// Key figures of every seller seen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OwnersKpis {
    /// The moment asked about.
    pub as_of: Timestamp,
    /// How they are counted.
    pub rule: String,
    /// Since when closed deals count.
    pub since: Date,
    /// The sellers, the one with the largest open pipeline first.
    pub owners: Vec<OwnerKpis>,
    /// All of them together.
    pub total: OwnerKpis,
}

/// Key figures of one seller.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OwnerKpis {
    /// Who; `None` for deals nobody owns, and for all together.
    pub owner: Option<Named>,
    /// Open deals.
    pub open: u64,
    /// What they are worth.
    pub open_amount: Option<Amount>,
    /// Amount × chance of those that have both.
    pub weighted: Option<Amount>,
    /// Deals won since then.
    pub won: u64,
    /// What they are worth.
    pub won_amount: Option<Amount>,
    /// Deals lost since then.
    pub lost: u64,
    /// Share won of those closed, with its 95 % interval and its number of deals.
    pub win_rate: Option<Rate>,
    /// From creation to winning.
    pub cycle: Option<Spread>,
    /// Mean amount of won deals that have one.
    pub average_deal: Option<Amount>,
    /// Contacts with customers in the last 30 days.
    pub activities_30_days: u64,
    /// Open deals past their expected close.
    pub overdue: u64,
    /// Open deals too long in their stage.
    pub stuck: u64,
    /// Open deals without contact for too long.
    pub inactive: u64,
    /// What is to be won this quarter, and what was.
    pub quota: Option<Quota>,
}

/// A seller's quarter.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quota {
    /// The first day of the quarter.
    pub start: Date,
    /// The day after its last.
    pub end: Date,
    /// What is to be won.
    pub target: Amount,
    /// What was won so far.
    pub won: Amount,
    /// The share of the target.
    pub attained: f64,
}

#[derive(Default)]
struct Tally<'a> {
    open: Vec<&'a Row>,
    won: Vec<&'a Row>,
    lost: u64,
    quarter: Vec<&'a Row>,
    cycles_us: Vec<i64>,
    activities: u64,
    overdue: u64,
    stuck: u64,
    inactive: u64,
}

/// Key figures of the sellers seen. Closed deals count from `since` on, by default for a year.
///
/// Deals of somebody else that were opened to the viewer count for nobody: they would not be all of
/// that seller's.
pub fn owner_kpis(desk: &Desk<'_>, since: Option<Date>) -> Result<OwnersKpis, FieldError> {
    let today = desk.today();
    let since = since.unwrap_or_else(|| today.checked_sub(1.year()).unwrap_or(today));
    if since > today {
        return Err(FieldError::new(
            "since",
            "bad_value",
            format!("{since} is still to come"),
            "give a day in the past",
        ));
    }
    let quarter = desk.quarter_of(today);
    let (since_us, now_us) = (day_us(since), desk.as_of.as_microsecond());
    let quarter_us = day_us(quarter.start);
    let mut tallies: BTreeMap<u32, Tally<'_>> = BTreeMap::new();
    let limits = desk.limits();
    let mut owner_of: Vec<Option<u32>> = vec![None; desk.table.len()];
    for (index, row) in desk.rows() {
        let owner = row.code(Column::Owner);
        let counts = match desk.owner(row) {
            Some(id) => desk.viewer.sees_person(id),
            None => desk.viewer.sees_all,
        };
        if !counts {
            continue;
        }
        owner_of[index] = Some(owner);
        let tally = tallies.entry(owner).or_default();
        let lately = (since_us..=now_us).contains(&row.closed_us);
        match outcome(desk.table, row) {
            "won" => {
                if (quarter_us..=now_us).contains(&row.closed_us) {
                    tally.quarter.push(row);
                }
                if lately {
                    tally.won.push(row);
                    let took = row.closed_us.saturating_sub(row.created_us);
                    if row.created_us != NEVER && took >= 0 {
                        tally.cycles_us.push(took);
                    }
                }
            }
            "lost" => tally.lost += u64::from(lately),
            _ => {
                tally.open.push(row);
                tally.overdue += u64::from(desk.is_overdue(row));
                tally.stuck += u64::from(desk.is_stuck(&limits, row));
                tally.inactive += u64::from(desk.is_inactive(&limits, row));
            }
        }
    }
    let first = today.checked_sub(ACTIVE_DAYS.days()).unwrap_or(today);
    let (from_us, _) = span_us(first, today);
    let mut contacts: HashMap<u32, u64> = HashMap::new();
    for it in desk.digest.done(from_us, now_us) {
        if it.kind != ActivityKind::Internal
            && let Some(owner) = owner_of[it.row]
        {
            *contacts.entry(owner).or_default() += 1;
        }
    }
    for (owner, tally) in &mut tallies {
        tally.activities = contacts.get(owner).copied().unwrap_or_default();
    }
    let mut all = Tally::default();
    for tally in tallies.values() {
        all.open.extend(&tally.open);
        all.won.extend(&tally.won);
        all.lost += tally.lost;
        all.cycles_us.extend(&tally.cycles_us);
        all.activities += tally.activities;
        all.overdue += tally.overdue;
        all.stuck += tally.stuck;
        all.inactive += tally.inactive;
    }
    let total = tell(desk, None, all, None);
    let mut owners: Vec<OwnerKpis> = tallies
        .into_iter()
        .map(|(code, tally)| {
            let entry = desk.table.dict(Column::Owner).entry(code);
            let named = (code != NOTHING).then(|| Named {
                id: entry.value.clone(),
                name: entry.label.clone(),
            });
            let quota = desk.table.people[code as usize]
                .and_then(|id| quota(desk, id, &tally.quarter, quarter));
            tell(desk, named, tally, quota)
        })
        .collect();
    let worth = |of: &OwnerKpis| of.open_amount.map(|it| it.value);
    owners.sort_by(|a, b| worth(b).cmp(&worth(a)).then_with(|| a.owner.cmp(&b.owner)));
    Ok(OwnersKpis {
        as_of: desk.as_of,
        rule: format!(
            "Open deals as they stand; deals closed since {since}; contacts in the last \
             {ACTIVE_DAYS} days; the quarter from {}.",
            quarter.start
        ),
        since,
        owners,
        total,
    })
}

fn quota(desk: &Desk<'_>, person: PersonId, won: &[&Row], quarter: model::Period) -> Option<Quota> {
    use rust_decimal::prelude::ToPrimitive;
    let value = *desk.settings.quotas.get(&person)?;
    let currency = desk.currency()?;
    let won = desk.sum(won.iter().copied())?;
    Some(Quota {
        start: quarter.start,
        end: quarter.end,
        target: Amount { value, currency },
        attained: won.value.checked_div(value)?.to_f64()?,
        won,
    })
}

fn tell(
    desk: &Desk<'_>,
    owner: Option<Named>,
    mut tally: Tally<'_>,
    quota: Option<Quota>,
) -> OwnerKpis {
    let won = tally.won.len() as u64;
    let won_amount = desk.sum(tally.won.iter().copied());
    let priced = tally.won.iter().filter(|row| !row.amount.is_nan()).count();
    let average_deal = won_amount.and_then(|sum| {
        let mean = sum.value.checked_div(Decimal::from(priced))?;
        Some(Amount::from(Money::new(mean, sum.currency).rounded()))
    });
    let expected = tally.open.iter().map(|row| row.weighted());
    let weighted: f64 = expected.filter(|it| !it.is_nan()).sum();
    OwnerKpis {
        owner,
        open: tally.open.len() as u64,
        open_amount: desk.sum(tally.open.iter().copied()),
        weighted: desk
            .currency()
            .and_then(|currency| Amount::expected(weighted, currency)),
        won,
        won_amount,
        lost: tally.lost,
        win_rate: Rate::of(won, won + tally.lost),
        cycle: Spread::of(&mut tally.cycles_us),
        average_deal,
        activities_30_days: tally.activities,
        overdue: tally.overdue,
        stuck: tally.stuck,
        inactive: tally.inactive,
        quota,
    }
}
