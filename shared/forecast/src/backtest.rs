//! How good would the forecasts have been? Rolling origins on the customer's own past.
//!
//! At each origin everything is learned anew from what was visible then, features are as of the
//! origin, and every deal open there is predicted (thinned to about 10,000 where there are more). Beside the model stand what needs no model: the
//! base rate, the stage's own rate and a memoryless Markov chain.

use rayon::prelude::*;
use serde::Serialize;

use crate::learn::curve::Curve;
use crate::learn::fit::{ENSEMBLE, Evidence, Forecaster, InsufficientData, Trained};
use crate::learn::hazard::Settings;
use crate::learn::metrics::{crps, mean, quantile};
use crate::learn::panel::{Panel, Standing, State};
use crate::rng::Stream;
use crate::score::measure::{Measures, measure_by};
use std::collections::BTreeMap;

/// Which origins to try.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Days each forecast looks ahead.
    pub horizon_days: u32,
    /// Days between origins; by default at most 24 origins over what there is.
    pub every_days: Option<f64>,
    /// First origin (days since the epoch); by default the first with enough history before it.
    pub from: Option<f64>,
    /// Last origin; by default the last whose horizon has passed.
    pub to: Option<f64>,
    /// Seed of the ensembles and of the intervals.
    pub seed: u64,
    /// Models in the ensemble behind the intervals, at least 1; fewer are quicker and coarser.
    pub members: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            horizon_days: 30,
            every_days: None,
            from: None,
            to: None,
            seed: 1,
            members: ENSEMBLE,
        }
    }
}

/// A number with the 95 % interval of a bootstrap over deals.
#[derive(Clone, Copy, Debug, Serialize, PartialEq)]
pub struct Interval {
    /// The number itself.
    pub value: f64,
    /// 2.5 % quantile.
    pub low: f64,
    /// 97.5 % quantile.
    pub high: f64,
}

/// How one method did.
#[derive(Clone, Debug, Serialize)]
pub struct Scores {
    /// Brier, log loss, AUC, calibration of "won within the horizon".
    pub measures: Measures,
    /// Brier with its interval.
    pub brier: Interval,
    /// Mean continuous ranked probability score of the time to close, in days.
    pub crps_days: f64,
    /// Mean over origins of |forecast − seen| / seen, number of wins.
    pub count_error: f64,
    /// Sum of forecasts / sum of wins − 1.
    pub count_bias: f64,
    /// As `count_error`, for the amount won; `None` without amounts.
    pub amount_error: Option<f64>,
    /// Brier of this method minus Brier of the model, by deal-clustered bootstrap: above 0 the model
    /// is better.
    pub behind_model: Interval,
}

/// One origin.
#[derive(Clone, Debug, Serialize)]
pub struct Origin {
    /// Days since the epoch.
    pub at: f64,
    /// Deals predicted.
    pub open: usize,
    /// Wins seen within the horizon.
    pub won: usize,
    /// Wins expected.
    pub expected: f64,
    /// 80 % interval of the number of wins.
    pub interval80: [f64; 2],
    /// 95 % interval of the number of wins.
    pub interval95: [f64; 2],
}

/// The answer.
#[derive(Clone, Debug, Serialize)]
pub struct Backtest {
    /// Days each forecast looked ahead.
    pub horizon_days: u32,
    /// Predictions made.
    pub predictions: usize,
    /// Different deals among them.
    pub deals: usize,
    /// By origin.
    pub origins: Vec<Origin>,
    /// Pie's model.
    pub model: Scores,
    /// The share of open deals that was won within the horizon, on past days.
    pub base_rate: Scores,
    /// The same by stage.
    pub stage_rate: Scores,
    /// A Markov chain with constant hazards.
    pub markov: Scores,
    /// Share of origins whose number of wins fell in the 80 % interval.
    pub coverage80: f64,
    /// Share of origins whose number of wins fell in the 95 % interval.
    pub coverage95: f64,
    /// Mean width of the 80 % interval as a share of the forecast.
    pub width80: f64,
    /// Whether the model beats the base rate, in words.
    pub verdict: String,
    /// Whether the whole bootstrap interval of the Brier gain over the base rate is above 0.
    pub skill: bool,
}

/// Why there is no backtest.
#[derive(Clone, Debug, thiserror::Error, PartialEq)]
pub enum BacktestError {
    /// Never enough history before an origin.
    #[error(transparent)]
    InsufficientData(#[from] InsufficientData),
    /// The history is not long enough for one origin.
    #[error(
        "the history spans {days:.0} days: too short for an origin with enough closed deals before it and \
         {horizon} days after it; take a shorter horizon or more history"
    )]
    TooShort {
        /// Days of history.
        days: f64,
        /// Days asked to look ahead.
        horizon: u32,
    },
}

/// Of more open deals than this about so many are predicted at an origin, drawn anew at each.
const MOST_PER_ORIGIN: usize = 10_000;

/// Predictions of one method at one origin.
#[derive(Default)]
struct Made {
    p: Vec<f64>,
    crps: Vec<f64>,
}

struct AtOrigin {
    at: f64,
    /// Where each stands in the panel's order.
    ranks: Vec<usize>,
    won: Vec<bool>,
    amounts: Vec<Option<f64>>,
    /// Model, base rate, stage rate, Markov.
    methods: [Made; 4],
    counts: Vec<f64>,
}

/// Runs the backtest. `progress` is told (done, all) origins.
pub fn backtest(
    panel: &Panel,
    options: &Options,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Backtest, BacktestError> {
    let origins = origins(panel, options)?;
    let done = std::sync::atomic::AtomicUsize::new(0);
    let results: Vec<AtOrigin> = origins
        .par_iter()
        .map(|&at| {
            let result = run_origin(panel, at, options);
            let done = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            progress(done, origins.len());
            result
        })
        .collect();
    Ok(summarise(panel, &results, options))
}

fn origins(panel: &Panel, options: &Options) -> Result<Vec<f64>, BacktestError> {
    let horizon = f64::from(options.horizon_days);
    let (start, end) = panel.span(f64::INFINITY).unwrap_or((0.0, 0.0));
    let too_short = BacktestError::TooShort {
        days: end - start,
        horizon: options.horizon_days,
    };
    // A horizon that has not passed would count as not won.
    let last = options.to.unwrap_or(end - horizon).min(end - horizon);
    let first = if let Some(from) = options.from {
        from
    } else {
        Evidence::of(panel, last).confidence()?;
        // The first day with enough history, and with a whole horizon behind it to learn from.
        let (mut low, mut high) = (start + 1.15 * horizon, last);
        if low > high {
            return Err(too_short);
        }
        let enough = |day: f64| Evidence::of(panel, day).confidence().is_ok();
        while !enough(low) && high - low > 0.5 {
            let middle = f64::midpoint(low, high);
            if enough(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        if enough(low) { low } else { high }
    };
    if first > last {
        return Err(too_short);
    }
    let every = options
        .every_days
        .filter(|e| *e > 0.0)
        .unwrap_or(((last - first) / 23.0).max(1.0));
    let origins: Vec<f64> = (0..)
        .map(|i| f64::from(i) * every + first)
        .take_while(|at| *at <= last + 1e-9)
        .take(1_000)
        .collect();
    Evidence::of(panel, origins[0]).confidence()?;
    Ok(origins)
}

fn run_origin(panel: &Panel, at: f64, options: &Options) -> AtOrigin {
    let horizon = f64::from(options.horizon_days);
    let mut open: Vec<(usize, Standing)> = panel
        .in_order()
        .filter_map(|deal| match panel.state(deal, at)? {
            State::Open(standing) => Some((deal, standing)),
            State::Closed { .. } => None,
        })
        .collect();
    let every = open.len().div_ceil(MOST_PER_ORIGIN).max(1);
    open.retain(|(deal, _)| Stream::new(panel.key(*deal), at.to_bits()).below(every) == 0);
    let truth: Vec<(bool, f64)> = open
        .iter()
        .map(|(deal, _)| {
            panel
                .closing_after(*deal, at)
                .map_or((false, f64::INFINITY), |c| c)
        })
        .collect();
    let trained = Trained::learn(panel, at, horizon, options.members.max(1), options.seed);
    let made = |forecaster: &Forecaster| -> Made {
        let outlook = forecaster.outlook(horizon);
        let curves = open
            .iter()
            .map(|(deal, s)| forecaster.curve(&outlook, panel, *deal, s));
        made_of(curves, outlook.grid().step, at, &truth)
    };
    let model = made(&trained.best);
    let no_age = Settings {
        ages: false,
        calendar: false,
        censored: true,
    };
    let markov = made(&Forecaster::untilted(panel, at, horizon, no_age));
    let rates = Rates::of(panel, at, horizon);
    let step = rates.step;
    let base = made_of(open.iter().map(|_| rates.base.clone()), step, at, &truth);
    let stage = made_of(
        open.iter()
            .map(|(_, s)| rates.stages[s.stage as usize].clone()),
        step,
        at,
        &truth,
    );
    let members: Vec<Vec<f64>> = trained
        .ensemble
        .iter()
        .map(|member| {
            let outlook = member.outlook_end();
            open.iter()
                .map(|(deal, s)| member.curve(&outlook, panel, *deal, s).end()[0])
                .collect()
        })
        .collect();
    let won: Vec<bool> = truth
        .iter()
        .map(|(won, closed)| *won && *closed <= at + horizon)
        .collect();
    let keys: Vec<u64> = open.iter().map(|(deal, _)| panel.key(*deal)).collect();
    AtOrigin {
        at,
        amounts: open.iter().map(|(deal, _)| panel.amount(*deal)).collect(),
        ranks: open.iter().map(|(deal, _)| panel.rank(*deal)).collect(),
        won,
        methods: [model, base, stage, markov],
        counts: counts(&members, &keys, options.seed),
    }
}

fn made_of(curves: impl Iterator<Item = Curve>, step: f64, at: f64, truth: &[(bool, f64)]) -> Made {
    let mut made = Made::default();
    for (curve, (_, closed)) in curves.zip(truth) {
        made.p.push(curve.end()[0]);
        made.crps.push(crps(&curve.closed(), step, closed - at));
    }
    made
}

/// Draws of the number of wins: which model, then which deals, each by its own key. Ascending.
fn counts(members: &[Vec<f64>], keys: &[u64], seed: u64) -> Vec<f64> {
    const DRAWS: usize = 40;
    let mut out = Vec::with_capacity(members.len() * DRAWS);
    for (i, member) in members.iter().enumerate() {
        let stream = (1 << 32) + i as u64;
        let chances = keys.iter().map(|key| Stream::of(seed, stream, *key));
        let mut chances: Vec<Stream> = chances.collect();
        for _ in 0..DRAWS {
            let won = member.iter().zip(&mut chances);
            out.push(
                won.filter_map(|(p, it)| (it.unit() < *p).then_some(()))
                    .count() as f64,
            );
        }
    }
    out.sort_by(f64::total_cmp);
    out
}

/// What became of deals that were open on past days.
struct Rates {
    step: f64,
    base: Curve,
    stages: Vec<Curve>,
}

impl Rates {
    /// From deals open on days whose horizon ended before `origin`; the stage's rate is pulled to
    /// the base rate as if by five deals.
    fn of(panel: &Panel, origin: f64, horizon: f64) -> Self {
        const PRIOR: f64 = 5.0;
        const STEPS: usize = 30;
        let step = horizon / STEPS as f64;
        let start = panel.span(origin).map_or(origin, |s| s.0);
        let mut seen =
            vec![(0.0, [vec![0.0; STEPS + 1], vec![0.0; STEPS + 1]]); panel.stages.len()];
        let last = origin - horizon;
        let days = (0..20).map(|i| last - f64::from(i) * ((last - start) / 20.0).max(0.0));
        for day in days.filter(|day| *day > start) {
            for deal in 0..panel.deals() {
                let Some(State::Open(standing)) = panel.state(deal, day) else {
                    continue;
                };
                let cell = &mut seen[standing.stage as usize];
                cell.0 += 1.0;
                if let Some((won, at)) = panel.closing_after(deal, day) {
                    for k in 0..=STEPS {
                        cell.1[usize::from(!won)][k] += f64::from(at <= day + k as f64 * step);
                    }
                }
            }
        }
        let total: f64 = seen.iter().map(|s| s.0).sum();
        let pooled = |class: usize, k: usize| seen.iter().map(|s| s.1[class][k]).sum::<f64>();
        // Without one such day nothing is known: half and half of nothing closes.
        let base: [Vec<f64>; 2] = [0, 1].map(|class| {
            (0..=STEPS)
                .map(|k| {
                    if total > 0.0 {
                        pooled(class, k) / total
                    } else {
                        0.25 * k as f64 / STEPS as f64
                    }
                })
                .collect()
        });
        let stages = seen
            .iter()
            .map(|(n, closed)| {
                let rate = |class: usize| -> Vec<f64> {
                    (0..=STEPS)
                        .map(|k| (closed[class][k] + PRIOR * base[class][k]) / (n + PRIOR))
                        .collect()
                };
                Curve {
                    won: rate(0),
                    lost: rate(1),
                }
            })
            .collect();
        let [won, lost] = base;
        Self {
            step,
            base: Curve { won, lost },
            stages,
        }
    }
}

fn summarise(panel: &Panel, results: &[AtOrigin], options: &Options) -> Backtest {
    let won: Vec<bool> = results.iter().flat_map(|r| r.won.iter().copied()).collect();
    let deal: Vec<usize> = results
        .iter()
        .flat_map(|r| r.ranks.iter().copied())
        .collect();
    let brier_of = |method: usize| -> Vec<f64> {
        let p = results.iter().flat_map(|r| r.methods[method].p.iter());
        p.zip(&won)
            .map(|(p, y)| (p - f64::from(*y)).powi(2))
            .collect()
    };
    let keys: Vec<u64> = panel.in_order().map(|deal| panel.key(deal)).collect();
    let resamples = Resamples::of(&keys, &deal, options.seed);
    let model = brier_of(0);
    let scores = |method: usize| -> Scores {
        let p: Vec<f64> = results
            .iter()
            .flat_map(|r| r.methods[method].p.iter().copied())
            .collect();
        let brier = brier_of(method);
        let behind: Vec<f64> = brier.iter().zip(&model).map(|(a, b)| a - b).collect();
        let seen = won.iter().filter(|y| **y).count() as f64;
        let errors = |weight: &dyn Fn(&AtOrigin, usize) -> f64| -> Option<f64> {
            let relative: Vec<f64> = results
                .iter()
                .filter_map(|r| {
                    let sum = |value: &dyn Fn(usize) -> f64| {
                        (0..r.ranks.len())
                            .map(|i| value(i) * weight(r, i))
                            .sum::<f64>()
                    };
                    let (expected, seen) = (
                        sum(&|i| r.methods[method].p[i]),
                        sum(&|i| f64::from(r.won[i])),
                    );
                    (seen > 0.0).then(|| (expected - seen).abs() / seen)
                })
                .collect();
            (!relative.is_empty()).then(|| mean(relative.into_iter()))
        };
        Scores {
            brier: resamples.interval(&brier),
            behind_model: resamples.interval(&behind),
            crps_days: mean(
                results
                    .iter()
                    .flat_map(|r| r.methods[method].crps.iter().copied()),
            ),
            count_error: errors(&|_, _| 1.0).unwrap_or(0.0),
            count_bias: if seen > 0.0 {
                p.iter().sum::<f64>() / seen - 1.0
            } else {
                0.0
            },
            amount_error: errors(&|r, i| r.amounts[i].unwrap_or(0.0)),
            measures: measure_by(&p, &won, &|rows| resamples.effective(rows, &won)),
        }
    };
    let origins: Vec<Origin> = results
        .iter()
        .map(|r| Origin {
            at: r.at,
            open: r.ranks.len(),
            won: r.won.iter().filter(|y| **y).count(),
            expected: r.methods[0].p.iter().sum(),
            interval80: [quantile(&r.counts, 0.1), quantile(&r.counts, 0.9)],
            interval95: [quantile(&r.counts, 0.025), quantile(&r.counts, 0.975)],
        })
        .collect();
    let inside = |of: fn(&Origin) -> [f64; 2]| {
        mean(
            origins
                .iter()
                .map(|o| f64::from((of(o)[0]..=of(o)[1]).contains(&(o.won as f64)))),
        )
    };
    let [model, base_rate, stage_rate, markov] = [0, 1, 2, 3].map(scores);
    let skill = base_rate.behind_model.low > 0.0;
    let gain = 100.0 * base_rate.behind_model.value / base_rate.brier.value.max(1e-12);
    let verdict = if skill {
        format!("The forecast beats the base rate: its squared error is {gain:.0} % smaller.")
    } else if base_rate.behind_model.high < 0.0 {
        "No skill over the base rate: on this history the forecast does worse than one number for all.".to_owned()
    } else {
        "No skill over the base rate: on this history the forecast cannot be told from one number for all.".to_owned()
    };
    let mut distinct = deal.clone();
    distinct.sort_unstable();
    distinct.dedup();
    Backtest {
        horizon_days: options.horizon_days,
        predictions: won.len(),
        deals: distinct.len(),
        coverage80: inside(|o| o.interval80),
        coverage95: inside(|o| o.interval95),
        width80: mean(
            origins
                .iter()
                .filter(|o| o.expected > 0.0)
                .map(|o| (o.interval80[1] - o.interval80[0]) / o.expected),
        ),
        origins,
        model,
        base_rate,
        stage_rate,
        markov,
        verdict,
        skill,
    }
}

/// Multiplicities of deals in resamples, so that rows of one deal stay together. Deals are numbered in
/// the panel's order.
struct Resamples<'a> {
    deal: &'a [usize],
    deals: usize,
    draws: Vec<Vec<u16>>,
}

impl<'a> Resamples<'a> {
    const DRAWS: u64 = 300;

    fn of(keys: &[u64], deal: &'a [usize], seed: u64) -> Self {
        let deals = keys.len();
        let mut used = deal.to_vec();
        used.sort_unstable();
        used.dedup();
        let draws = (0..Self::DRAWS)
            .into_par_iter()
            .map(|draw| {
                let mut times = vec![0u16; deals];
                for deal in &used {
                    times[*deal] = Stream::of(seed, (2 << 32) + draw, keys[*deal]).times();
                }
                times
            })
            .collect();
        Self { deal, deals, draws }
    }

    /// For how many independent predictions these stand: as many as would let the share that came true
    /// vary as it does over the resamples. Where none or all came true it cannot be seen to vary, and
    /// each deal counts once.
    fn effective(&self, rows: &[usize], won: &[bool]) -> f64 {
        let mut by_deal: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
        for row in rows {
            let cell = by_deal.entry(self.deal[*row]).or_default();
            cell.0 += f64::from(won[*row]);
            cell.1 += 1.0;
        }
        let (deals, n) = (by_deal.len() as f64, rows.len() as f64);
        let share = by_deal.values().map(|cell| cell.0).sum::<f64>() / n.max(1.0);
        let shares: Vec<f64> = self
            .draws
            .iter()
            .filter_map(|times| {
                let (hits, n) = by_deal.iter().fold((0.0, 0.0), |(hits, n), (deal, cell)| {
                    let times = f64::from(times[*deal]);
                    (hits + times * cell.0, n + times * cell.1)
                });
                (n > 0.0).then(|| hits / n)
            })
            .collect();
        let middle = mean(shares.iter().copied());
        let variance = mean(shares.iter().map(|it| (it - middle).powi(2)));
        if variance <= 0.0 {
            return deals;
        }
        (share * (1.0 - share) / variance).clamp(1.0, n.max(1.0))
    }

    /// The mean of per-prediction values with its interval.
    fn interval(&self, values: &[f64]) -> Interval {
        let mut by_deal = vec![(0.0, 0.0); self.deals];
        for (deal, value) in self.deal.iter().zip(values) {
            by_deal[*deal].0 += value;
            by_deal[*deal].1 += 1.0;
        }
        let mut means: Vec<f64> = self
            .draws
            .par_iter()
            .map(|times| {
                let each = times.iter().zip(&by_deal).filter(|(t, _)| **t > 0);
                let (sum, n) = each.fold((0.0, 0.0), |(s, n), (t, d)| {
                    (s + f64::from(*t) * d.0, n + f64::from(*t) * d.1)
                });
                if n > 0.0 { sum / n } else { 0.0 }
            })
            .collect();
        means.sort_by(f64::total_cmp);
        Interval {
            value: mean(values.iter().copied()),
            low: quantile(&means, 0.025),
            high: quantile(&means, 0.975),
        }
    }
}
