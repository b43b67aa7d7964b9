//! Work done twice: repeats, steps back, reopened deals, and what they go with.

use crate::scope::{Case, Scope, Tally};
use crate::stats::{DAY_US, quantile};
use crate::variants::EXAMPLES;
use crate::{Difference, Rate, Spread};
use serde::Serialize;

/// Kinds of going over the same ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LoopKind {
    /// The stage again at once (a self-loop): *repeat*.
    Repeat,
    /// From a later stage back to an earlier one.
    StepBack,
    /// To a stage once left, after having been elsewhere: *redo*. A step back to a stage already
    /// visited is both.
    Redo,
    /// Out of a closing stage.
    Reopen,
}

/// Rework of a pipeline.
#[derive(Clone, Debug, Serialize)]
pub struct Rework {
    /// Deals with history.
    pub deals: u64,
    /// Deals with any rework, and their share.
    pub reworked: Option<Rate>,
    /// Share won of closed deals with rework.
    pub win_rate_with: Option<Rate>,
    /// Share won of closed deals without.
    pub win_rate_without: Option<Rate>,
    /// With minus without.
    pub win_difference: Option<Difference>,
    /// Median days from first stage to close, with rework.
    pub median_days_with: Option<f64>,
    /// And without.
    pub median_days_without: Option<f64>,
    /// Each loop, most frequent first.
    pub loops: Vec<Loop>,
}

/// One kind of loop between two stages.
#[derive(Clone, Debug, Serialize)]
pub struct Loop {
    /// What it is.
    pub kind: LoopKind,
    /// The stage it leaves.
    pub from: String,
    /// The stage it goes to.
    pub to: String,
    /// Times it was made.
    pub count: u64,
    /// Deals that made it.
    pub deals: u64,
    /// Days from the step until the deal is where it was before (at `from` or beyond); for a
    /// repeat the days of the earlier visit, for a redo the days away from the stage. Loops never
    /// made up for are not in it.
    pub days: Option<Spread>,
    /// Times the deal never got back to where it was.
    pub unrecovered: u64,
    /// Share won of the closed deals that made it.
    pub win_rate: Option<Rate>,
    /// That, minus the share won of the closed deals that did not but also were in `from`.
    pub win_difference: Option<Difference>,
    /// Some of the deals, by name.
    pub examples: Vec<String>,
}

/// One loop as met.
struct Met {
    kind: LoopKind,
    from: u16,
    to: u16,
    case: u32,
    us: Option<i64>,
}

/// Finds every loop and what it goes with.
pub fn rework(scope: &Scope<'_>) -> Rework {
    let cases: Vec<Case<'_>> = scope
        .cases()
        .filter(|case| !case.stages.is_empty())
        .collect();
    let mut met: Vec<Met> = Vec::new();
    let mut been: Vec<Tally> = vec![Tally::default(); scope.stages().len()];
    let mut with = Tally::default();
    let mut without = Tally::default();
    let (mut days_with, mut days_without) = (Vec::new(), Vec::new());
    let mut last_seen = vec![usize::MAX; scope.stages().len()];
    for (number, case) in cases.iter().enumerate() {
        let outcome = scope.outcome(case);
        let before = met.len();
        meet(scope, case, number as u32, &mut met);
        let (tally, days) = if met.len() > before {
            (&mut with, &mut days_with)
        } else {
            (&mut without, &mut days_without)
        };
        tally.add(outcome);
        if outcome.is_some() {
            days.push(case.length_us());
        }
        for &stage in case.stages {
            let stage = usize::from(stage);
            if last_seen[stage] != number {
                last_seen[stage] = number;
                been[stage].add(outcome);
            }
        }
    }
    met.sort_by_key(|m| (m.kind, m.from, m.to, m.case));
    let mut loops: Vec<Loop> = met
        .chunk_by(|a, b| (a.kind, a.from, a.to) == (b.kind, b.from, b.to))
        .map(|same| {
            let mut tally = Tally::default();
            let mut examples = Vec::new();
            for of_deal in same.chunk_by(|a, b| a.case == b.case) {
                let case = &cases[of_deal[0].case as usize];
                tally.add(scope.outcome(case));
                if examples.len() < EXAMPLES {
                    examples.push(scope.case_name(case).to_owned());
                }
            }
            let all = been[usize::from(same[0].from)];
            let others = Tally {
                won: all.won.saturating_sub(tally.won),
                lost: all.lost.saturating_sub(tally.lost),
                open: 0,
            };
            let mut days: Vec<i64> = same.iter().filter_map(|m| m.us).collect();
            Loop {
                kind: same[0].kind,
                from: scope.label(same[0].from).to_owned(),
                to: scope.label(same[0].to).to_owned(),
                count: same.len() as u64,
                deals: tally.closed() + tally.open,
                unrecovered: (same.len() - days.len()) as u64,
                days: Spread::of(&mut days),
                win_rate: tally.win_rate(),
                win_difference: tally
                    .win_rate()
                    .zip(others.win_rate())
                    .map(|(with, without)| Difference::between(with, without)),
                examples,
            }
        })
        .collect();
    // A stable sort: among equals the order by kind and stage stays.
    loops.sort_by_key(|l| std::cmp::Reverse(l.count));
    let deals = cases.len() as u64;
    let reworked = with.closed() + with.open;
    Rework {
        deals,
        reworked: Rate::of(reworked, deals),
        win_rate_with: with.win_rate(),
        win_rate_without: without.win_rate(),
        win_difference: with
            .win_rate()
            .zip(without.win_rate())
            .map(|(with, without)| Difference::between(with, without)),
        median_days_with: median(&mut days_with),
        median_days_without: median(&mut days_without),
        loops,
    }
}

fn meet(scope: &Scope<'_>, case: &Case<'_>, number: u32, met: &mut Vec<Met>) {
    // The last visit to each stage so far: when it ended.
    let mut left_at: Vec<(u16, i64)> = Vec::new();
    for (i, (from, to, entered, left)) in case.moves().enumerate() {
        let mut push = |kind, us| {
            met.push(Met {
                kind,
                from,
                to,
                case: number,
                us,
            });
        };
        if from == to {
            push(LoopKind::Repeat, Some(left.saturating_sub(entered)));
            continue;
        }
        let recovered = || {
            let rest = case.stages[i + 1..].iter().zip(&case.at_us[i + 1..]);
            let back = rest.into_iter().find(|(stage, _)| **stage >= from);
            back.map(|(_, &at)| at.saturating_sub(left))
        };
        if scope.outcome_of(from).is_some() {
            push(LoopKind::Reopen, recovered());
        } else if scope.goes_back(from, to) {
            push(LoopKind::StepBack, recovered());
        }
        if let Some((_, at)) = left_at.iter().find(|(stage, _)| *stage == to) {
            push(LoopKind::Redo, Some(left.saturating_sub(*at)));
        }
        match left_at.iter_mut().find(|(stage, _)| *stage == from) {
            Some((_, at)) => *at = left,
            None => left_at.push((from, left)),
        }
    }
}

fn median(us: &mut [i64]) -> Option<f64> {
    us.sort_unstable();
    (!us.is_empty()).then(|| quantile(us, 0.5) / DAY_US)
}
