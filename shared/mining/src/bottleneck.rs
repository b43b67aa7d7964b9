//! Where time goes and wins go with it.

use crate::scope::{Scope, Tally};
use crate::stats::{DAY_US, quantile};
use crate::{Difference, Rate};
use serde::Serialize;

/// Closed deals that a half of a stage's stays is shrunk by, towards the stage's win rate.
const PRIOR_DEALS: f64 = 20.0;

/// One stage as a bottleneck.
///
/// `score = mean days × deals × lost win probability`: deal-days spent in the stage, weighted by
/// how much less often its slow deals win. A deal is slow when it stayed (all its visits together)
/// longer than the stage's median. The lost win probability is
/// `max(0, p(won | fast) − p(won | slow))`, each half first shrunk towards the stage's own rate by
/// 20 deals, so that a handful of lost deals cannot top the list. Only closed deals count.
///
/// Slow deals lose more often for many reasons; the number says where to look, not what speeding
/// up would bring.
#[derive(Clone, Debug, Serialize)]
pub struct Bottleneck {
    /// The stage.
    pub stage: String,
    /// Closed deals that went through it.
    pub deals: u64,
    /// Mean days they spent there.
    pub mean_days: f64,
    /// Median days; slow deals are those above it.
    pub median_days: f64,
    /// Days of all of them together.
    pub deal_days: f64,
    /// Share won of those that stayed up to the median.
    pub fast: Option<Rate>,
    /// Share won of those that stayed longer.
    pub slow: Option<Rate>,
    /// `fast − slow` as seen, with its interval.
    pub difference: Option<Difference>,
    /// Win probability lost by being slow, shrunk; 0 where slow deals win as often.
    pub lost_win_probability: f64,
    /// Wins that the slow deals would have had at the fast ones' rate, after shrinking.
    pub lost_wins: f64,
    /// `deal_days × lost_win_probability`; in a log without outcomes, `deal_days`.
    pub score: f64,
    /// Share of the total score.
    pub share: f64,
}

/// Ranks the stages; the worst first. With no lost wins anywhere, the one with most deal-days.
pub fn bottlenecks(scope: &Scope<'_>) -> Vec<Bottleneck> {
    let stages = scope.stages().len();
    let known = scope.stages().iter().any(|stage| stage.outcome.is_some());
    let mut stays: Vec<Vec<(i64, bool)>> = vec![Vec::new(); stages];
    let mut spent: Vec<Option<i64>> = vec![None; stages];
    for case in scope.cases() {
        let outcome = scope.outcome(&case);
        if known && outcome.is_none() {
            continue;
        }
        for (from, _, entered, left) in case.moves() {
            let so_far = &mut spent[usize::from(from)];
            *so_far = Some(
                so_far
                    .unwrap_or(0)
                    .saturating_add(left.saturating_sub(entered)),
            );
        }
        for &stage in case.stages {
            if let Some(us) = spent[usize::from(stage)].take() {
                stays[usize::from(stage)].push((us, outcome == Some(model::Outcome::Won)));
            }
        }
    }
    let mut ranking: Vec<Bottleneck> = stays
        .iter_mut()
        .enumerate()
        .filter(|(stage, stays)| !stays.is_empty() && !scope.is_end(*stage as u16))
        .map(|(stage, stays)| measure(scope.label(stage as u16), stays, known))
        .collect();
    let total: f64 = ranking.iter().map(|bottleneck| bottleneck.score).sum();
    for bottleneck in &mut ranking {
        bottleneck.share = if total > 0.0 {
            bottleneck.score / total
        } else {
            0.0
        };
    }
    ranking.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then(b.deal_days.total_cmp(&a.deal_days))
            .then_with(|| a.stage.cmp(&b.stage))
    });
    ranking
}

fn measure(stage: &str, stays: &mut [(i64, bool)], known: bool) -> Bottleneck {
    stays.sort_unstable();
    let lengths: Vec<i64> = stays.iter().map(|(us, _)| *us).collect();
    let median_us = quantile(&lengths, 0.5);
    let deal_days = lengths.iter().map(|&us| i128::from(us)).sum::<i128>() as f64 / DAY_US;
    let slow_from = lengths.partition_point(|&us| us as f64 <= median_us);
    let tally = |half: &[(i64, bool)]| {
        let won = half.iter().filter(|(_, won)| *won).count() as u64;
        Tally {
            won,
            lost: half.len() as u64 - won,
            open: 0,
        }
    };
    let (fast, slow) = (tally(&stays[..slow_from]), tally(&stays[slow_from..]));
    let base = (fast.won + slow.won) as f64 / stays.len() as f64;
    let shrunk = |t: Tally| (t.won as f64 + PRIOR_DEALS * base) / (t.closed() as f64 + PRIOR_DEALS);
    let lost = if known {
        (shrunk(fast) - shrunk(slow)).max(0.0)
    } else {
        0.0
    };
    let (fast_rate, slow_rate) = if known {
        (fast.win_rate(), slow.win_rate())
    } else {
        (None, None)
    };
    Bottleneck {
        stage: stage.to_owned(),
        deals: stays.len() as u64,
        mean_days: deal_days / stays.len() as f64,
        median_days: median_us / DAY_US,
        deal_days,
        fast: fast_rate,
        slow: slow_rate,
        difference: fast_rate
            .zip(slow_rate)
            .map(|(fast, slow)| Difference::between(fast, slow)),
        lost_win_probability: lost,
        lost_wins: lost * slow.closed() as f64,
        score: if known { deal_days * lost } else { deal_days },
        share: 0.0,
    }
}
