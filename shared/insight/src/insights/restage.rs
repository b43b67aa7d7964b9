//! What would change if stages meant something else: nothing is written.

use std::collections::{BTreeMap, HashMap};

use model::{CanonicalStage, Outcome, Pipeline, Timestamp};
use rust_decimal::Decimal;
use serde::Serialize;

use super::desk::Desk;
use super::outcome::Sum;
use crate::Amount;
use crate::query::{Column, Row};
use crate::sight::outcomes_by;

/// What another meaning of a pipeline's stages would change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Restaged {
    /// The moment asked about.
    pub as_of: Timestamp,
    /// How it is counted.
    pub rule: String,
    /// The stages that would mean something else.
    pub stages: Vec<StageChange>,
    /// Deals by what their stage means and would mean, where the two differ.
    pub moves: Vec<MeaningMove>,
    /// Deals of other pipelines that would end otherwise, because a stage of theirs has the same name.
    pub elsewhere: u64,
    /// All deals seen, as they stand.
    pub before: Standing,
    /// And as they would.
    pub after: Standing,
}

/// A stage that would mean something else.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageChange {
    /// The stage, by the source's own label.
    pub label: String,
    /// What it means.
    pub from: Option<CanonicalStage>,
    /// What it would mean.
    pub to: Option<CanonicalStage>,
    /// The pipeline's deals that stand in it now.
    pub deals: u64,
    /// What those are worth.
    pub amount: Option<Amount>,
    /// How they count now.
    pub before: Ends,
    /// How they would count.
    pub after: Ends,
}

/// Deals whose stage would mean something else.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MeaningMove {
    /// What it means.
    pub from: Option<CanonicalStage>,
    /// What it would mean.
    pub to: Option<CanonicalStage>,
    /// How many deals.
    pub count: u64,
    /// What they are worth.
    pub amount: Option<Amount>,
}

/// Deals by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ends {
    /// Not at all yet.
    pub open: u64,
    /// Won.
    pub won: u64,
    /// Lost.
    pub lost: u64,
}

/// Figures over deals.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Standing {
    /// How many, by how they ended.
    #[serde(flatten)]
    pub deals: Ends,
    /// What the open ones are worth.
    pub open_amount: Option<Amount>,
    /// What the won ones are worth.
    pub won_amount: Option<Amount>,
    /// What the lost ones are worth.
    pub lost_amount: Option<Amount>,
}

/// Sums by outcome: open, won, lost.
#[derive(Clone, Copy, Default)]
struct Sums([Sum; 3]);

impl Sums {
    fn add(&mut self, outcome: Option<Outcome>, row: &Row) {
        let at = match outcome {
            None => 0,
            Some(Outcome::Won) => 1,
            Some(Outcome::Lost) => 2,
        };
        self.0[at].add(row);
    }

    fn ends(&self) -> Ends {
        let [open, won, lost] = self.0.map(|sum| sum.count);
        Ends { open, won, lost }
    }
}

/// What would change if `changed` stood in place of the pipeline of its id.
pub fn restage(desk: &Desk<'_>, changed: &Pipeline) -> Restaged {
    let book = desk.book;
    let of = |pipelines: &[Pipeline]| {
        let known = pipelines.iter().find(|it| it.id == changed.id);
        let stages = known.into_iter().flat_map(|it| &it.stages);
        stages
            .map(|stage| (stage.label.clone(), stage.canonical))
            .collect::<HashMap<_, _>>()
    };
    let after: Vec<Pipeline> = (book.pipelines.iter())
        .map(|it| if it.id == changed.id { changed } else { it })
        .cloned()
        .collect();
    let (meant, would) = (of(&book.pipelines), of(&after));
    let outcomes = [&book.pipelines, &after].map(|pipelines| outcomes_by(book, pipelines));
    let (mut whole, mut elsewhere) = ([Sums::default(); 2], 0);
    let mut stages: BTreeMap<&str, [Sums; 2]> = BTreeMap::new();
    let now_us = book.as_of.as_microsecond();
    for (index, row) in desk.rows() {
        let visits = book.log.visits(desk.table.places[index]);
        let known = visits.at_us.partition_point(|&at| at <= now_us);
        let last = known.checked_sub(1).map(|at| visits.stage[at]);
        let deal = desk.deal(index);
        let ended = |outcomes: &[Option<Outcome>]| match last {
            Some(code) => outcomes.get(usize::from(code)).copied().flatten(),
            // Without a history its source's own reading stands until it is read again.
            None => deal.canonical_stage.and_then(CanonicalStage::outcome),
        };
        let ends = [ended(&outcomes[0]), ended(&outcomes[1])];
        let is_here = deal.pipeline == Some(changed.id);
        elsewhere += u64::from(!is_here && ends[0] != ends[1]);
        for (sums, end) in whole.iter_mut().zip(ends) {
            sums.add(end, row);
        }
        if is_here && let Some(label) = desk.label(row, Column::Stage) {
            let sums = stages.entry(label).or_default();
            for (sums, end) in sums.iter_mut().zip(ends) {
                sums.add(end, row);
            }
        }
    }
    let amount = |value: Decimal| {
        let currency = desk.currency()?;
        Some(Amount { value, currency })
    };
    let mut moves: BTreeMap<(Option<CanonicalStage>, Option<CanonicalStage>), Sum> =
        BTreeMap::new();
    let mut told = Vec::new();
    for stage in &changed.stages {
        let label = &stage.label;
        let from = meant.get(label).copied().flatten();
        let to = would.get(label).copied().flatten();
        if from == to {
            continue;
        }
        let sums = stages.get(label.as_str()).copied().unwrap_or_default();
        let mut all = Sum::default();
        for sum in sums[0].0 {
            all.count += sum.count;
            all.amount = all.amount.checked_add(sum.amount).unwrap_or(all.amount);
        }
        if all.count > 0 {
            let cell = moves.entry((from, to)).or_default();
            cell.count += all.count;
            cell.amount = cell.amount.checked_add(all.amount).unwrap_or(cell.amount);
        }
        told.push(StageChange {
            label: label.clone(),
            from,
            to,
            deals: all.count,
            amount: amount(all.amount),
            before: sums[0].ends(),
            after: sums[1].ends(),
        });
    }
    let standing = |sums: &Sums| {
        let [open, won, lost] = sums.0.map(|sum| amount(sum.amount));
        Standing {
            deals: sums.ends(),
            open_amount: open,
            won_amount: won,
            lost_amount: lost,
        }
    };
    Restaged {
        as_of: desk.as_of,
        rule: "A deal counts as the stage it entered last says. A deal without a history counts as its \
               source read it, and follows with its next import."
            .to_owned(),
        stages: told,
        moves: moves
            .into_iter()
            .map(|((from, to), sum)| MeaningMove {
                from,
                to,
                count: sum.count,
                amount: amount(sum.amount),
            })
            .collect(),
        elsewhere,
        before: standing(&whole[0]),
        after: standing(&whole[1]),
    }
}
