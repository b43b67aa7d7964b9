//! From a book to the panel the engine learns from: stages in days, amounts in one currency, dated
//! facts.

use std::collections::{BTreeMap, HashMap};

use model::{
    Activity, ActivityKind, ActivityOutcome, Book, Currency, Deal, Outcome, PipelineId, RateTable,
    StakeholderRole, Timestamp,
};
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;

use crate::learn::metrics::quantile;
use crate::learn::panel::{Facts, Mark, Panel, Row, State};
use crate::rng;

/// An instant in days since 1970-01-01 UTC.
pub fn days(at: Timestamp) -> f64 {
    at.as_microsecond() as f64 / 86_400e6
}

/// Where a deal's amount comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountSource {
    /// The deal says so.
    Deal,
    /// The product's list price.
    ListPrice,
    /// The mean of the won deals: the deal has no amount.
    MeanOfWon,
}

/// The pipeline of a stage, and its label as the book has it.
pub type StageOf = (Option<PipelineId>, String);

/// A book as the engine reads it.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Stage histories; deal `i` is the book's deal `i`.
    pub panel: Panel,
    /// The pipeline and the label of each open stage of the panel, as the book has them.
    pub stages: Vec<StageOf>,
    /// The currency of all amounts: the most frequent one in the book.
    pub currency: Option<Currency>,
    /// Amount of each deal in `currency`, and where it comes from.
    pub values: Vec<Option<(f64, AmountSource)>>,
    /// The data's now, in days.
    pub as_of: f64,
    /// Open deals without any dated stage, by stage label: they cannot be forecast.
    pub without_history: BTreeMap<String, usize>,
    /// Deals whose amount is in a currency that no rate is known for.
    pub unconverted: usize,
    /// Whether open deals lack the amounts that closed ones have: then an amount gives the outcome
    /// away, and nothing is learned from it.
    pub amounts_filled_at_close: bool,
}

impl Reading {
    /// Reads a book. Amounts in other currencies are converted by `rates`, or left out.
    pub fn of(book: &Book, rates: Option<&RateTable>) -> Self {
        let (names, stages, code) = stages(book);
        let mut panel = Panel::new(names);
        let currency = main_currency(book);
        let mut unconverted = 0;
        let stated: Vec<Option<f64>> = book
            .deals
            .iter()
            .map(|deal| {
                let money = deal.amount.as_ref()?;
                let to = currency?;
                if money.currency == to {
                    return money.amount.to_f64();
                }
                let converted = rates.and_then(|rates| rates.convert(money, to).ok());
                unconverted += usize::from(converted.is_none());
                converted?.money.amount.to_f64()
            })
            .map(|amount| amount.filter(|a| *a > 0.0))
            .collect();
        let list: Vec<Option<f64>> = book
            .deals
            .iter()
            .map(|deal| {
                deal.custom_fields
                    .get("list_price")?
                    .parse()
                    .ok()
                    .filter(|p: &f64| *p > 0.0 && p.is_finite())
            })
            .collect();
        let as_of = days(book.as_of);
        // What is dated after the book's now has not happened.
        let visits = |deal: usize| -> Vec<(u16, f64)> {
            if deal >= book.log.cases() {
                return Vec::new();
            }
            let visits = book.log.visits(deal);
            let each = visits.stage.iter().zip(visits.at_us);
            let each = each.map(|(stage, at)| (*stage, *at as f64 / 86_400e6));
            each.filter(|(_, at)| *at <= as_of + 1e-6).collect()
        };
        let outcome = |deal: usize| match visits(deal).last().map(|(stage, _)| *stage) {
            Some(code) => book.outcome_of_stage(code),
            None => book.deals[deal]
                .canonical_stage
                .and_then(model::CanonicalStage::outcome),
        };
        let outcomes: Vec<Option<Outcome>> = (0..book.deals.len()).map(outcome).collect();
        let share = |of: &dyn Fn(Option<Outcome>) -> bool| {
            let all: Vec<usize> = (0..outcomes.len()).filter(|d| of(outcomes[*d])).collect();
            let with = all.iter().filter(|d| stated[**d].is_some()).count();
            (with as f64 + 1e-9) / (all.len() as f64 + 1e-9)
        };
        let (open, won, lost) = (
            share(&|o| o.is_none()),
            share(&|o| o == Some(Outcome::Won)),
            share(&|o| o == Some(Outcome::Lost)),
        );
        let amounts_filled_at_close = won > 0.05 && (open < 0.5 * won || lost < 0.5 * won);
        let mut won_amounts: Vec<f64> = (0..outcomes.len())
            .filter(|d| outcomes[*d] == Some(Outcome::Won))
            .filter_map(|d| stated[d])
            .collect();
        // In an order of their own, since their sum depends on it.
        won_amounts.sort_by(f64::total_cmp);
        let mean_won = (!won_amounts.is_empty())
            .then(|| won_amounts.iter().sum::<f64>() / won_amounts.len() as f64);
        let values = (0..book.deals.len())
            .map(|d| {
                stated[d]
                    .map(|a| (a, AmountSource::Deal))
                    .or(list[d].map(|a| (a, AmountSource::ListPrice)))
                    .or(mean_won.map(|a| (a, AmountSource::MeanOfWon)))
            })
            .collect();
        let facts = facts(book);
        let mut without_history: BTreeMap<String, usize> = BTreeMap::new();
        for (i, deal) in book.deals.iter().enumerate() {
            let rows: Vec<Row> = visits(i)
                .into_iter()
                .map(|(stage, at)| Row {
                    at,
                    mark: code(deal.pipeline, stage),
                })
                .collect();
            if rows.is_empty() && outcomes[i].is_none() {
                let label = deal.stage.clone().unwrap_or_else(|| "no stage".to_owned());
                *without_history.entry(label).or_default() += 1;
            }
            let amount = if amounts_filled_at_close {
                list[i]
            } else {
                stated[i]
            };
            let facts = facts.as_ref().map(|facts| facts[i].clone());
            panel.push_named(name(deal), rows, amount, facts);
        }
        Self {
            panel,
            stages,
            currency,
            values,
            as_of,
            without_history,
            unconverted,
            amounts_filled_at_close,
        }
    }

    /// A deal's amount in the book's currency.
    pub fn value(&self, deal: usize) -> Option<f64> {
        self.values[deal].map(|(amount, _)| amount)
    }

    /// The longest stay, by stage, from which deals were still won: the 99 % quantile of the stays
    /// of deals that were won later; `None` under 20 such stays.
    pub fn longest_won_stays(&self) -> Vec<Option<f64>> {
        let mut stays = vec![Vec::new(); self.panel.stages.len()];
        for deal in 0..self.panel.deals() {
            if let Some(State::Closed { won: true, .. }) = self.panel.state(deal, f64::INFINITY) {
                for pair in self.panel.rows(deal).windows(2) {
                    if let Mark::Stage(stage) = pair[0].mark {
                        stays[stage as usize].push(pair[1].at - pair[0].at);
                    }
                }
            }
        }
        stays
            .into_iter()
            .map(|mut stays| {
                stays.sort_by(f64::total_cmp);
                (stays.len() >= 20).then(|| quantile(&stays, 0.99))
            })
            .collect()
    }
}

/// The key of what a deal is called, wherever it is kept: its source's own id, which is a fact. Our
/// id, which depends on the tenant, is for a deal that no source knows.
fn name(deal: &Deal) -> u64 {
    match deal.external_ids.values().next() {
        Some(id) => rng::key(id.as_bytes()),
        None => rng::key(deal.id.as_bytes()),
    }
}

/// The open stages in the order of pipelines by name and of their stages, named with their pipeline
/// where there are several; the pipeline and label of each; and what a code of the log stands for in a
/// pipeline.
fn stages(
    book: &Book,
) -> (
    Vec<String>,
    Vec<StageOf>,
    impl Fn(Option<PipelineId>, u16) -> Mark,
) {
    let mut seen: BTreeMap<(Option<PipelineId>, u16), u16> = BTreeMap::new();
    for (i, deal) in book.deals.iter().enumerate().take(book.log.cases()) {
        for code in book.log.visits(i).stage {
            seen.entry((deal.pipeline, *code)).or_default();
        }
    }
    let outcomes: Vec<Option<Outcome>> = (0..book.log.stages().len())
        .map(|code| book.outcome_of_stage(code as u16))
        .collect();
    seen.retain(|(_, code), _| outcomes[*code as usize].is_none());
    // Codes and ids are as chance would have them, and sums over stages follow this order.
    let place = |(id, code): &(Option<PipelineId>, u16)| {
        let label = book.log.stages()[*code as usize].as_str();
        let pipeline = id.and_then(|id| book.pipelines.iter().find(|p| p.id == id));
        let order = pipeline.and_then(|it| Some(it.stage(label)?.order));
        let name = pipeline.map(|it| it.name.as_str());
        (name, order.unwrap_or(u16::MAX), label, *id)
    };
    let mut order: Vec<(Option<PipelineId>, u16)> = seen.keys().copied().collect();
    order.sort_by_cached_key(place);
    let several = seen
        .keys()
        .map(|(pipeline, _)| *pipeline)
        .collect::<std::collections::BTreeSet<_>>()
        .len()
        > 1;
    let of = order.iter();
    let of = of.map(|(pipeline, code)| (*pipeline, book.log.stages()[*code as usize].clone()));
    let of = of.collect();
    seen.extend(order.iter().copied().zip(0..));
    let names = order
        .iter()
        .map(|(pipeline, code)| {
            let label = book.log.stages()[*code as usize].clone();
            let name = pipeline
                .and_then(|id| book.pipelines.iter().find(|p| p.id == id))
                .map(|p| &p.name);
            match name {
                Some(name) if several => format!("{name}: {label}"),
                _ => label,
            }
        })
        .collect();
    let mark = move |pipeline: Option<PipelineId>, code: u16| match outcomes[code as usize] {
        Some(Outcome::Won) => Mark::Won,
        Some(Outcome::Lost) => Mark::Lost,
        None => Mark::Stage(seen[&(pipeline, code)]),
    };
    (names, of, mark)
}

fn main_currency(book: &Book) -> Option<Currency> {
    let mut counts: BTreeMap<Currency, usize> = BTreeMap::new();
    for money in book.deals.iter().filter_map(|deal| deal.amount.as_ref()) {
        *counts.entry(money.currency).or_default() += 1;
    }
    counts
        .into_iter()
        .max_by_key(|(currency, n)| (*n, std::cmp::Reverse(*currency)))
        .map(|(currency, _)| currency)
}

/// Dated facts of every deal; `None` where the book has neither contacts nor activities.
fn facts(book: &Book) -> Option<Vec<Facts>> {
    if book.stakeholders.is_empty() && book.activities.is_empty() {
        return None;
    }
    let index: HashMap<_, usize> = book
        .deals
        .iter()
        .enumerate()
        .map(|(i, deal)| (deal.id, i))
        .collect();
    let mut facts = vec![Facts::default(); book.deals.len()];
    for stakeholder in &book.stakeholders {
        let Some(&deal) = index.get(&stakeholder.deal) else {
            continue;
        };
        // Without a date it cannot be known when the role was; it then counts from now on.
        let from = stakeholder
            .added_at
            .map_or(f64::INFINITY, days)
            .min(days(book.as_of) - 1e-6);
        match stakeholder.role {
            Some(StakeholderRole::Champion) => {
                let known = facts[deal].champion_from.unwrap_or(f64::INFINITY);
                facts[deal].champion_from = Some(known.min(from));
            }
            Some(StakeholderRole::Blocker) => {
                facts[deal].blocked = true;
                facts[deal].raised.push(from);
            }
            _ => {}
        }
    }
    for activity in &book.activities {
        let Some(&deal) = activity.deal.as_ref().and_then(|id| index.get(id)) else {
            continue;
        };
        let at = days(activity.at);
        if activity.kind != ActivityKind::Internal {
            facts[deal].touches.push(at);
        }
        if activity.kind == ActivityKind::Objection || !activity.objections.is_empty() {
            facts[deal].raised.push(at);
        }
        facts[deal].blocked |= at <= days(book.as_of) && objects(activity);
    }
    for fact in &mut facts {
        fact.touches.sort_by(f64::total_cmp);
        fact.raised.sort_by(f64::total_cmp);
    }
    Some(facts)
}

/// Whether an activity leaves an objection standing.
fn objects(activity: &Activity) -> bool {
    activity
        .objections
        .iter()
        .any(|objection| !objection.resolved)
        || (activity.kind == ActivityKind::Objection
            && activity.objections.is_empty()
            && activity.outcome != ActivityOutcome::Positive)
}
