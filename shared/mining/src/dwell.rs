//! How long deals stay in each stage.

use crate::scope::{Scope, Tally};
use crate::stats::{DAY_US, Stay, kaplan_meier_median, quantile};
use crate::{Rate, Spread};
use serde::Serialize;

/// One stage's stays. Those that ended and those still going on are kept apart: mixing them would
/// make slow stages look fast.
#[derive(Clone, Debug, Serialize)]
pub struct StageDwell {
    /// The stage.
    pub stage: String,
    /// Times it was entered.
    pub visits: u64,
    /// Deals that ever entered it.
    pub deals: u64,
    /// Stays that ended.
    pub completed: Option<Spread>,
    /// Stays going on now.
    pub current: Option<CurrentStays>,
    /// Age by which half have left, counting those still in (Kaplan–Meier); `None` when half are
    /// never seen to leave.
    pub survival_median_days: Option<f64>,
    /// Share won of the closed deals that ever entered it.
    pub win_rate: Option<Rate>,
}

/// Stays that have not ended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CurrentStays {
    /// Deals in the stage now.
    pub count: u64,
    /// Median days so far.
    pub median_days: f64,
    /// The longest so far.
    pub longest_days: f64,
}

/// Dwell times per stage, in pipeline order. Per move they are in
/// [`TransitionMatrix::edges`](crate::TransitionMatrix).
pub fn dwell(scope: &Scope<'_>) -> Vec<StageDwell> {
    let stages = scope.stages().len();
    let mut stays: Vec<Vec<Stay>> = vec![Vec::new(); stages];
    let mut visits = vec![0_u64; stages];
    let mut tallies = vec![Tally::default(); stages];
    let mut last_seen = vec![usize::MAX; stages];
    for (number, case) in scope.cases().enumerate() {
        let outcome = scope.outcome(&case);
        for &stage in case.stages {
            let stage = usize::from(stage);
            visits[stage] += 1;
            if last_seen[stage] != number {
                last_seen[stage] = number;
                tallies[stage].add(outcome);
            }
        }
        for (from, _, entered, left) in case.moves() {
            let us = left.saturating_sub(entered);
            stays[usize::from(from)].push(Stay {
                us,
                going_on: false,
            });
        }
        if let Some((&stage, &entered)) = case.stages.last().zip(case.at_us.last())
            && !scope.is_end(stage)
        {
            let us = scope.as_of_us().saturating_sub(entered);
            stays[usize::from(stage)].push(Stay { us, going_on: true });
        }
    }
    stays
        .iter_mut()
        .enumerate()
        .map(|(stage, stays)| {
            let mut over: Vec<i64> = stays
                .iter()
                .filter(|stay| !stay.going_on)
                .map(|stay| stay.us)
                .collect();
            let mut current: Vec<i64> = stays
                .iter()
                .filter(|stay| stay.going_on)
                .map(|stay| stay.us)
                .collect();
            current.sort_unstable();
            let tally = tallies[stage];
            StageDwell {
                stage: scope.label(stage as u16).to_owned(),
                visits: visits[stage],
                deals: tally.closed() + tally.open,
                completed: Spread::of(&mut over),
                current: current.last().map(|&longest| CurrentStays {
                    count: current.len() as u64,
                    median_days: quantile(&current, 0.5) / DAY_US,
                    longest_days: longest as f64 / DAY_US,
                }),
                survival_median_days: if scope.is_end(stage as u16) {
                    None
                } else {
                    kaplan_meier_median(stays)
                },
                win_rate: tally.win_rate(),
            }
        })
        .collect()
}
