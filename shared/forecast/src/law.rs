//! From hazards to the chain that the exact solver and the simulator read.
//!
//! The chain averages the calendar out: it says how long stays are and where they lead, not what
//! day it is. Curves over a horizon keep the calendar.

use crate::chain::{Branch, Chain, ChainError, Dwell, StageLaw, Target};
use crate::learn::hazard::{Exit, Hazards};

/// Past the longest stay that ever ended, a deal is given up at least at this rate per day: one that
/// nobody closes is lost after a year on average.
const FORGOTTEN: f64 = 1.0 / 365.0;

/// The chain of a whole pipeline.
pub fn chain(hazards: &Hazards, names: &[String]) -> Result<Chain, ChainError> {
    let laws = (0..hazards.stages.len())
        .map(|stage| law(hazards, stage, 0.0))
        .collect::<Result<_, _>>()?;
    Chain::new(names.to_vec(), laws)
}

/// Where a deal that has been in `stage` for `age` days goes next, with what chance: what [`law`]
/// says without the lengths of stays. Targets are numbered as in the hazards.
pub fn shares(hazards: &Hazards, stage: usize, age: f64) -> Vec<(usize, f64)> {
    let stages = hazards.stages.len();
    let of = &hazards.stages[stage];
    let edges = of.edges();
    let (mut bin, mut at, mut alive) = (0, age, 1.0);
    of.advance(&mut bin, age);
    let mut shares: Vec<(usize, f64)> = of.exits.iter().map(|exit| (exit.target, 0.0)).collect();
    loop {
        let last = bin + 1 == edges.len();
        let rate = |exit: &Exit| {
            let rate = of.rate(exit, bin);
            if last && exit.target == stages + 1 {
                rate.max(FORGOTTEN)
            } else {
                rate
            }
        };
        let total: f64 = of.exits.iter().map(rate).sum();
        let length = if last {
            f64::INFINITY
        } else {
            edges[bin + 1] - at
        };
        let leaves = alive * -f64::exp_m1(-total * length);
        if total > 0.0 {
            for (exit, (_, share)) in of.exits.iter().zip(&mut shares) {
                *share += leaves * rate(exit) / total;
            }
        }
        if last {
            break;
        }
        alive -= leaves;
        at = edges[bin + 1];
        bin += 1;
    }
    let sum: f64 = shares.iter().map(|(_, share)| share).sum();
    for (_, share) in &mut shares {
        *share /= sum.max(1e-300);
    }
    shares
}

/// The chance to be won in the end of a deal that has been in `stage` for `age` days, when entering
/// each stage leads to a win with the chances `p_win`.
pub fn p_win(hazards: &Hazards, p_win: &[f64], stage: usize, age: f64) -> f64 {
    let stages = hazards.stages.len();
    let worth = |target: usize| match target.checked_sub(stages) {
        Some(0) => 1.0,
        Some(_) => 0.0,
        None => p_win[target],
    };
    shares(hazards, stage, age)
        .iter()
        .map(|(target, share)| share * worth(*target))
        .sum()
}

/// What remains for a deal that has been in `stage` for `age` days.
pub fn law(hazards: &Hazards, stage: usize, age: f64) -> Result<StageLaw, ChainError> {
    let stages = hazards.stages.len();
    let of = &hazards.stages[stage];
    let mut from: Vec<f64> = of
        .edges()
        .iter()
        .copied()
        .filter(|edge| *edge > age)
        .collect();
    from.insert(0, age);
    let bin_of = |at: f64| {
        of.edges()
            .partition_point(|edge| *edge <= at)
            .saturating_sub(1)
    };
    let exits: Vec<(Target, Vec<f64>)> = of
        .exits
        .iter()
        .map(|exit| {
            let to = match exit.target.checked_sub(stages) {
                Some(0) => Target::Won,
                Some(_) => Target::Lost,
                None => Target::Stage(exit.target as u16),
            };
            let mut rates: Vec<f64> = from.iter().map(|at| of.rate(exit, bin_of(*at))).collect();
            if let (Target::Lost, Some(last)) = (to, rates.last_mut()) {
                *last = last.max(FORGOTTEN);
            }
            (to, rates)
        })
        .collect();
    // Per piece: survival at its start, total rate, length.
    let mut alive = 1.0;
    let pieces: Vec<(f64, f64, f64)> = (0..from.len())
        .map(|i| {
            let total: f64 = exits.iter().map(|(_, rates)| rates[i]).sum();
            let length = from.get(i + 1).map_or(f64::INFINITY, |next| next - from[i]);
            let piece = (alive, total, length);
            alive *= (-total * length).exp();
            piece
        })
        .collect();
    let branches = exits
        .iter()
        .map(|(to, rates)| {
            let mut mass = vec![0.0];
            for ((alive, total, length), rate) in pieces.iter().zip(rates) {
                let left = alive * -f64::exp_m1(-total * length);
                mass.push(
                    mass[mass.len() - 1]
                        + if *total > 0.0 {
                            left * rate / total
                        } else {
                            0.0
                        },
                );
            }
            let p = mass[mass.len() - 1];
            let dwell = if p > 0.0 {
                Dwell::from_fn(|u| {
                    let aim = u * p;
                    let i = mass.partition_point(|m| *m <= aim).clamp(1, pieces.len()) - 1;
                    let (alive, total, length) = pieces[i];
                    let inside = (aim - mass[i]) * total / (rates[i] * alive).max(1e-300);
                    let days = -f64::ln_1p(-inside.clamp(0.0, 1.0 - 1e-15)) / total.max(1e-300);
                    from[i] - age + days.min(length)
                })?
            } else {
                Dwell::point(0.0)
            };
            Ok(Branch { to: *to, p, dwell })
        })
        .collect::<Result<Vec<_>, ChainError>>()?;
    let total: f64 = branches.iter().map(|b| b.p).sum();
    let branches = branches
        .into_iter()
        .map(|b| Branch {
            p: b.p / total,
            ..b
        })
        .collect();
    Ok(StageLaw::new(branches))
}
