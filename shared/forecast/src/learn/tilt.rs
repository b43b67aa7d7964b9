//! What tells deals in the same stage and of the same age apart: tilts on the odds.
//!
//! A ridge multinomial logistic regression of (won, lost, still open) at the horizon, with the
//! semi-Markov forecast as its offset: with no evidence the tilt is nothing and the semi-Markov
//! forecast stands. It is learned on landmarks (van Houwelingen 2007): the deals that were open at
//! each of some past days, with features as they stood on that day. Where the horizon of a landmark
//! has not passed yet, the label is what the semi-Markov model says from today on, so that the newest
//! deals teach too. An effect is an association, not a cause.

use rayon::prelude::*;
use serde::Serialize;

use super::curve::{Grid, Outlook};
use super::hazard::Hazards;
use super::panel::{Panel, Standing, State};
use crate::rng::Stream;
use crate::score::logistic::{cholesky, solve};

/// Landmark days looked back upon.
const LANDMARKS: usize = 30;
/// Many more landmarks than this teach nothing new; they are thinned, each deal by its own key.
const MAX_ROWS: usize = 12_000;
/// Ridge: prior precision of every coefficient.
const RIDGE: f64 = 8.0;
/// With fewer deals than this the ridge is stiffer in proportion.
const FIRM_DEALS: f64 = 300.0;
/// Landmarks of one deal repeat each other: a deal counts as at most this many independent rows.
const ROWS_PER_DEAL: f64 = 2.0;
/// Features past this many standard deviations say no more.
const CLIP: f64 = 3.0;
const MAX_COLUMNS: usize = 72;
const MIN_STAGE_ROWS: usize = 200;
const MIN_PAIR_ROWS: usize = 60;
const OFFSET_FLOOR: f64 = 1e-6;

/// Numeric features, in the order of [`raw`].
const NUMERIC: [&str; 6] = [
    "amount",
    "deal age",
    "time to reach the stage",
    "repeat stays",
    "stages so far",
    "days in stage",
];
/// Features from dated facts, in the order of [`fact`].
const FACTS: [&str; 1] = ["days since last touch"];

fn raw(standing: &Standing, amount: Option<f64>, day: f64) -> [f64; NUMERIC.len()] {
    let log = |days: f64| days.max(0.01).ln();
    [
        amount
            .filter(|a| *a > 0.0)
            .map_or(f64::NAN, |a| (1.0 + a).ln()),
        log(day - standing.began),
        log(standing.entered - standing.began),
        f64::from(standing.stays) - 1.0,
        f64::from(standing.steps),
        log(day - standing.entered),
    ]
}

fn fact(panel: &Panel, deal: usize, began: f64, day: f64) -> [f64; FACTS.len()] {
    let Some(facts) = panel.facts(deal) else {
        return [f64::NAN; FACTS.len()];
    };
    let seen = facts.touches.partition_point(|t| *t < day);
    let last = seen
        .checked_sub(1)
        .map_or(began, |i| facts.touches[i].max(began));
    [(day - last).max(0.5).ln()]
}

/// A row the regression reads: where the deal stood and what was known.
struct Seen {
    stage: u16,
    previous: Option<u16>,
    numeric: Vec<f64>,
}

impl Seen {
    fn new(panel: &Panel, deal: usize, standing: &Standing, day: f64) -> Self {
        let mut numeric = raw(standing, panel.amount(deal), day).to_vec();
        if panel.has_facts() {
            numeric.extend(fact(panel, deal, standing.began, day));
        }
        Self {
            stage: standing.stage,
            previous: standing.previous,
            numeric,
        }
    }
}

/// A column of the design matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Intercept,
    Numeric(usize),
    AmountSquared,
    InStage(u16),
    NumericInStage(u16, usize),
    AmountSquaredInStage(u16),
    CameFrom(u16, u16),
}

impl Column {
    /// A number of its own.
    fn key(self) -> u64 {
        let (kind, stage, other) = match self {
            Self::Intercept => (0, 0, 0),
            Self::Numeric(j) => (1, 0, j as u64),
            Self::AmountSquared => (2, 0, 0),
            Self::InStage(stage) => (3, stage, 0),
            Self::NumericInStage(stage, j) => (4, stage, j as u64),
            Self::AmountSquaredInStage(stage) => (5, stage, 0),
            Self::CameFrom(stage, from) => (6, stage, u64::from(from)),
        };
        kind << 32 | u64::from(stage) << 16 | other
    }
}

/// The learned tilts.
#[derive(Clone, Debug)]
pub struct Tilt {
    columns: Vec<Column>,
    mean: Vec<f64>,
    deviation: Vec<f64>,
    /// Coefficients on the log-odds of won and of lost against still open.
    won: Vec<f64>,
    lost: Vec<f64>,
    /// Lower Cholesky factor of the posterior precision of (won, lost).
    precision: Vec<f64>,
}

/// What one feature does to a deal's odds.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct Reason {
    /// The feature.
    pub feature: String,
    /// Change of the log-odds of winning against the average deal in this stage.
    pub log_odds: f64,
}

/// An open deal on a past day, and what became of it by the end of the horizon.
struct Landmark {
    deal: u32,
    seen: Seen,
    offset: [f64; 2],
    label: [f64; 2],
    passed: Option<u8>,
}

/// Everything a fit of the tilts reads.
pub struct Landmarks {
    deals: Vec<u32>,
    design: Vec<f64>,
    width: usize,
    offset: Vec<[f64; 2]>,
    label: Vec<[f64; 2]>,
    /// Which landmark day, where its whole horizon has passed.
    passed: Vec<Option<u8>>,
    pace: f64,
    horizon: f64,
    weight: f64,
    ridge: f64,
    frame: Tilt,
}

impl Landmarks {
    /// Collects the landmarks before `origin`; `now` holds the curves from the origin on.
    /// `None` where there is too little to learn from.
    pub fn collect(panel: &Panel, hazards: &Hazards, now: &Outlook, origin: f64) -> Option<Self> {
        let grid = now.grid();
        let horizon = grid.step * grid.steps as f64;
        let (start, _) = panel.span(origin)?;
        let pace = (origin - start) / LANDMARKS as f64;
        if pace <= 0.0 {
            return None;
        }
        let days: Vec<f64> = (1..LANDMARKS).map(|i| origin - pace * i as f64).collect();
        let open_at = |day: f64, deal: usize| match panel.state(deal, day) {
            Some(State::Open(standing)) => Some(standing),
            _ => None,
        };
        let total: usize = days
            .par_iter()
            .map(|day| {
                (0..panel.deals())
                    .filter(|d| open_at(*day, *d).is_some())
                    .count()
            })
            .sum();
        let keep_every = total.div_ceil(MAX_ROWS).max(1) as u64;
        let gathered: Vec<Vec<Landmark>> = days
            .par_iter()
            .enumerate()
            .map(|(i, &day)| {
                let ends = Outlook::ends(
                    hazards,
                    Grid {
                        origin: day,
                        ..grid
                    },
                );
                let turn = |deal| panel.key(deal).wrapping_add(i as u64);
                let kept = |deal: &usize| turn(*deal).is_multiple_of(keep_every);
                panel
                    .in_order()
                    .filter(kept)
                    .filter_map(|deal| {
                        let standing = open_at(day, deal)?;
                        let offset = ends
                            .deal(standing.stage as usize, day - standing.entered)
                            .end();
                        let label = match panel.closing_after(deal, day) {
                            Some((won, at)) if at < origin => {
                                let inside = f64::from(at <= day + horizon);
                                if won { [inside, 0.0] } else { [0.0, inside] }
                            }
                            _ if day + horizon <= origin => [0.0, 0.0],
                            _ => match panel.state(deal, origin)? {
                                State::Open(s) => now.read(
                                    &now.deal(s.stage as usize, origin - s.entered),
                                    day + horizon - origin,
                                ),
                                State::Closed { .. } => return None,
                            },
                        };
                        let passed = (day + horizon <= origin).then_some(i as u8);
                        let seen = Seen::new(panel, deal, &standing, day);
                        Some(Landmark {
                            deal: deal as u32,
                            seen,
                            offset,
                            label,
                            passed,
                        })
                    })
                    .collect()
            })
            .collect();
        let rows: Vec<_> = gathered.into_iter().flatten().collect();
        if rows.len() < 100 {
            return None;
        }
        let seen: Vec<&Seen> = rows.iter().map(|row| &row.seen).collect();
        let frame = Tilt::frame(&seen, panel.stages.len());
        let width = frame.columns.len();
        let mut design = Vec::with_capacity(rows.len() * width);
        for seen in &seen {
            frame.design_row(seen, &mut design);
        }
        let deals: Vec<u32> = rows.iter().map(|row| row.deal).collect();
        let mut distinct = deals.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let weight = (ROWS_PER_DEAL * distinct.len() as f64 / rows.len() as f64).min(1.0);
        let ridge = RIDGE * (1.0 + FIRM_DEALS / distinct.len() as f64);
        let offset = rows.iter().map(|row| log_odds(row.offset)).collect();
        let label = rows.iter().map(|row| row.label).collect();
        let passed = rows.iter().map(|row| row.passed).collect();
        Some(Self {
            deals,
            design,
            width,
            offset,
            label,
            passed,
            pace,
            horizon,
            weight,
            ridge,
            frame,
        })
    }

    /// Fits the tilts by at most `iterations` Newton steps.
    pub fn fit(&self, iterations: usize) -> Tilt {
        let p = self.width;
        let mut beta = vec![0.0; 2 * p];
        let mut precision = Vec::new();
        for _ in 0..iterations {
            let (mut gradient, mut hessian) = self.derivatives(&beta);
            for (i, b) in beta.iter().enumerate() {
                gradient[i] -= self.ridge * b;
                hessian[i * 2 * p + i] += self.ridge;
            }
            if !cholesky(&mut hessian, 2 * p) {
                break;
            }
            let mut step = gradient;
            solve(&hessian, 2 * p, &mut step);
            precision = hessian;
            beta.iter_mut().zip(&step).for_each(|(b, s)| *b += s);
            if step.iter().all(|s| s.abs() < 1e-7) {
                break;
            }
        }
        let (won, lost) = beta.split_at(p);
        Tilt {
            won: won.to_vec(),
            lost: lost.to_vec(),
            precision,
            ..self.frame.clone()
        }
    }

    /// How much the number of wins of a period differs from what the deals explain: standard
    /// deviation as a share of it, and the mean chance to be won.
    ///
    /// From landmarks whose horizon has passed: the spread of seen against expected beyond what chance
    /// alone gives, pulled towards 4 % as if four whole horizons had shown that.
    pub fn period(&self, tilt: &Tilt) -> (f64, f64) {
        const PRIOR_SD: f64 = 0.04;
        const PRIOR_WINDOWS: f64 = 4.0;
        let (mut cells, mut sum_p, mut n) = (vec![(0.0, 0.0, 0.0); LANDMARKS], 0.0, 0.0);
        for (r, x) in self.design.chunks_exact(self.width).enumerate() {
            let Some(day) = self.passed[r] else { continue };
            let p = softmax(self.offset[r], [dot(x, &tilt.won), dot(x, &tilt.lost)])[0];
            let cell = &mut cells[day as usize];
            *cell = (
                cell.0 + self.label[r][0],
                cell.1 + p,
                cell.2 + p * (1.0 - p),
            );
            sum_p += p;
            n += 1.0;
        }
        let used: Vec<_> = cells
            .iter()
            .filter(|(_, expected, _)| *expected >= 5.0)
            .collect();
        // Pooled, so that windows in which little was expected do not speak loudest.
        let (excess, size) = used
            .iter()
            .fold((0.0, 0.0), |(e, s), (seen, expected, variance)| {
                (
                    e + (seen - expected).powi(2) - variance,
                    s + expected * expected,
                )
            });
        let observed = if size > 0.0 {
            (excess / size).max(0.0)
        } else {
            0.0
        };
        let windows = used.len() as f64 * (self.pace / self.horizon).min(1.0);
        let variance =
            (PRIOR_WINDOWS * PRIOR_SD.powi(2) + windows * observed) / (PRIOR_WINDOWS + windows);
        (variance.sqrt(), if n > 0.0 { sum_p / n } else { 0.3 })
    }

    fn derivatives(&self, beta: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let p = self.width;
        let chunk = 1024;
        let parts: Vec<(Vec<f64>, Vec<f64>)> = (0..self.deals.len().div_ceil(chunk))
            .into_par_iter()
            .map(|c| {
                let mut gradient = vec![0.0; 2 * p];
                // Blocks won·won, won·lost, lost·lost; only their lower triangles.
                let mut blocks = vec![0.0; 3 * p * p];
                for r in c * chunk..((c + 1) * chunk).min(self.deals.len()) {
                    let w = self.weight;
                    let x = &self.design[r * p..][..p];
                    let prob = softmax(self.offset[r], [dot(x, &beta[..p]), dot(x, &beta[p..])]);
                    let label = self.label[r];
                    for class in 0..2 {
                        let g = w * (label[class] - prob[class]);
                        gradient[class * p..][..p]
                            .iter_mut()
                            .zip(x)
                            .for_each(|(a, x)| *a += g * x);
                    }
                    let h = [
                        w * prob[0] * (1.0 - prob[0]),
                        -w * prob[0] * prob[1],
                        w * prob[1] * (1.0 - prob[1]),
                    ];
                    for (i, xi) in x.iter().enumerate().filter(|(_, xi)| **xi != 0.0) {
                        for (block, h) in h.iter().enumerate() {
                            let hx = h * xi;
                            let row = &mut blocks[block * p * p + i * p..][..=i];
                            row.iter_mut().zip(x).for_each(|(a, x)| *a += hx * x);
                        }
                    }
                }
                (gradient, blocks)
            })
            .collect();
        // Summed in the order of the chunks, so that the thread count changes nothing.
        let (mut gradient, mut blocks) = (vec![0.0; 2 * p], vec![0.0; 3 * p * p]);
        for (g, b) in &parts {
            gradient.iter_mut().zip(g).for_each(|(a, v)| *a += v);
            blocks.iter_mut().zip(b).for_each(|(a, v)| *a += v);
        }
        let mut hessian = vec![0.0; 4 * p * p];
        for i in 0..p {
            for j in 0..p {
                let at = |block: usize| blocks[block * p * p + i.max(j) * p + i.min(j)];
                hessian[i * 2 * p + j] = at(0);
                hessian[(p + i) * 2 * p + j] = at(1);
                hessian[i * 2 * p + p + j] = at(1);
                hessian[(p + i) * 2 * p + p + j] = at(2);
            }
        }
        (gradient, hessian)
    }
}

impl Tilt {
    /// Decides the columns and how features are standardised.
    fn frame(seen: &[&Seen], stages: usize) -> Self {
        let n_numeric = seen[0].numeric.len();
        let (mut mean, mut deviation) = (Vec::new(), Vec::new());
        for j in 0..n_numeric {
            let values = || seen.iter().map(|s| s.numeric[j]).filter(|v| v.is_finite());
            let n = values().count().max(1) as f64;
            let m = values().sum::<f64>() / n;
            mean.push(m);
            deviation.push(
                (values().map(|v| (v - m).powi(2)).sum::<f64>() / n)
                    .sqrt()
                    .max(1e-6),
            );
        }
        let mut columns = vec![Column::Intercept, Column::AmountSquared];
        columns.extend((0..n_numeric).map(Column::Numeric));
        let mut in_stage = vec![0usize; stages];
        let mut pairs = vec![0usize; stages * stages];
        for s in seen {
            in_stage[s.stage as usize] += 1;
            if let Some(previous) = s.previous {
                pairs[s.stage as usize * stages + previous as usize] += 1;
            }
        }
        let by_size = |counts: &[usize], least: usize| {
            let mut order: Vec<usize> = (0..counts.len()).filter(|i| counts[*i] >= least).collect();
            order.sort_by_key(|i| (std::cmp::Reverse(counts[*i]), *i));
            order
        };
        // The largest that there is room for, in an order that does not turn when two are of nearly one size.
        let chosen = |mut largest: Vec<usize>, room: usize| {
            largest.truncate(room);
            largest.sort_unstable();
            largest
        };
        let room = (MAX_COLUMNS - columns.len()) / (NUMERIC.len() + 2);
        for stage in chosen(by_size(&in_stage, MIN_STAGE_ROWS), room) {
            let stage = stage as u16;
            columns.extend([Column::InStage(stage), Column::AmountSquaredInStage(stage)]);
            columns.extend((0..NUMERIC.len()).map(|j| Column::NumericInStage(stage, j)));
        }
        let room = MAX_COLUMNS - columns.len();
        for pair in chosen(by_size(&pairs, MIN_PAIR_ROWS), room) {
            columns.push(Column::CameFrom(
                (pair / stages) as u16,
                (pair % stages) as u16,
            ));
        }
        Self {
            columns,
            mean,
            deviation,
            won: Vec::new(),
            lost: Vec::new(),
            precision: Vec::new(),
        }
    }

    fn design_row(&self, seen: &Seen, out: &mut Vec<f64>) {
        let z = |j: usize| {
            let v = seen.numeric[j];
            // A missing value is the average one: a flag "missing" may give the outcome away.
            if v.is_finite() {
                ((v - self.mean[j]) / self.deviation[j]).clamp(-CLIP, CLIP)
            } else {
                0.0
            }
        };
        let squared = || {
            if seen.numeric[0].is_finite() {
                z(0) * z(0) - 1.0
            } else {
                0.0
            }
        };
        out.extend(self.columns.iter().map(|column| match *column {
            Column::Intercept => 1.0,
            Column::Numeric(j) => z(j),
            Column::AmountSquared => squared(),
            Column::InStage(s) => f64::from(seen.stage == s),
            Column::NumericInStage(s, j) => {
                if seen.stage == s {
                    z(j)
                } else {
                    0.0
                }
            }
            Column::AmountSquaredInStage(s) => {
                if seen.stage == s {
                    squared()
                } else {
                    0.0
                }
            }
            Column::CameFrom(s, from) => f64::from(seen.stage == s && seen.previous == Some(from)),
        }));
    }

    /// How another amount would change a deal's log-odds of won against lost.
    pub fn amount_change(
        &self,
        panel: &Panel,
        deal: usize,
        standing: &Standing,
        day: f64,
        amount: f64,
    ) -> f64 {
        let score = |seen: &Seen| {
            let mut x = Vec::with_capacity(self.columns.len());
            self.design_row(seen, &mut x);
            dot(&x, &self.won) - dot(&x, &self.lost)
        };
        let mut seen = Seen::new(panel, deal, standing, day);
        let before = score(&seen);
        seen.numeric[0] = raw(standing, Some(amount), day)[0];
        score(&seen) - before
    }

    /// What each feature does to the deal's log-odds of won against lost, over the average deal in
    /// its stage.
    pub fn reasons(
        &self,
        panel: &Panel,
        deal: usize,
        standing: &Standing,
        day: f64,
    ) -> Vec<Reason> {
        let mut x = Vec::with_capacity(self.columns.len());
        self.design_row(&Seen::new(panel, deal, standing, day), &mut x);
        let name = |j: usize| {
            NUMERIC
                .iter()
                .chain(&FACTS)
                .nth(j)
                .copied()
                .unwrap_or_default()
        };
        let mut reasons: Vec<Reason> = Vec::new();
        for (i, column) in self.columns.iter().enumerate() {
            let feature = match *column {
                Column::Intercept | Column::InStage(_) => continue,
                Column::Numeric(j) | Column::NumericInStage(_, j) => name(j),
                Column::AmountSquared | Column::AmountSquaredInStage(_) => name(0),
                Column::CameFrom(..) => "the stage it came from",
            };
            let log_odds = x[i] * (self.won[i] - self.lost[i]);
            match reasons.iter_mut().find(|r| r.feature == feature) {
                Some(reason) => reason.log_odds += log_odds,
                None => reasons.push(Reason {
                    feature: feature.to_owned(),
                    log_odds,
                }),
            }
        }
        reasons
    }

    /// A draw from the posterior of the coefficients (Laplace). Each coefficient's luck is its own,
    /// whichever others there are.
    #[must_use]
    pub fn drawn(&self, seed: u64, stream: u64) -> Self {
        let (p, n) = (self.won.len(), 2 * self.won.len());
        let normal = |class: u64, column: &Column| {
            let mut chance = Stream::of(seed, stream, 2 * column.key() + class);
            crate::chain::normal_quantile(chance.unit().max(1e-12))
        };
        let each = |class| self.columns.iter().map(move |it| normal(class, it));
        let mut z: Vec<f64> = each(0).chain(each(1)).collect();
        if self.precision.len() == n * n {
            // With precision L·Lᵀ, a solution of Lᵀ·x = z has the posterior's covariance.
            for i in (0..n).rev() {
                let below: f64 = (i + 1..n).map(|k| self.precision[k * n + i] * z[k]).sum();
                z[i] = (z[i] - below) / self.precision[i * n + i];
            }
        }
        let add = |beta: &[f64], z: &[f64]| beta.iter().zip(z).map(|(b, z)| b + z).collect();
        Self {
            won: add(&self.won, &z[..p]),
            lost: add(&self.lost, &z[p..]),
            ..self.clone()
        }
    }

    /// Won and lost by the end of the horizon, tilted.
    pub fn apply(
        &self,
        panel: &Panel,
        deal: usize,
        standing: &Standing,
        day: f64,
        end: [f64; 2],
    ) -> [f64; 2] {
        let mut x = Vec::with_capacity(self.columns.len());
        self.design_row(&Seen::new(panel, deal, standing, day), &mut x);
        let [won, lost, _] = softmax(log_odds(end), [dot(&x, &self.won), dot(&x, &self.lost)]);
        [won, lost]
    }
}

/// Log-odds of won and lost against open.
fn log_odds([won, lost]: [f64; 2]) -> [f64; 2] {
    let open = (1.0 - won - lost).max(OFFSET_FLOOR).ln();
    [
        won.max(OFFSET_FLOOR).ln() - open,
        lost.max(OFFSET_FLOOR).ln() - open,
    ]
}

fn softmax(offset: [f64; 2], score: [f64; 2]) -> [f64; 3] {
    let u = [offset[0] + score[0], offset[1] + score[1], 0.0];
    let top = u.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let e = u.map(|u| (u - top).exp());
    let sum: f64 = e.iter().sum();
    e.map(|e| e / sum)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
