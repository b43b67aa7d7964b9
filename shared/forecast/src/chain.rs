//! The compiled semi-Markov chain, which the closed form and the simulator both read.
//!
//! A deal stays in a stage for a while and then takes one branch: to another stage, to lost or to
//! won. The law of the stay belongs to the branch. Branches stand from worst to best, so that a
//! larger uniform never leads to a worse place; that is what makes a scenario and its baseline,
//! run on the same luck, differ by little else than the scenario.

use crate::exact::{Lu, Solution};
use crate::simulate::Tables;
use std::sync::{Arc, OnceLock};

/// Why a chain, a start or a grid was refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ChainError {
    /// Names and laws are not equal in number.
    #[error("the chain has {names} stage names but {laws} stage laws; give one law per name")]
    Names {
        /// How many names.
        names: usize,
        /// How many laws.
        laws: usize,
    },
    /// No stage at all, or more than a stage code can count.
    #[error("a chain needs 1 to {max} stages, this one has {stages}", max = MAX_STAGES)]
    Size {
        /// How many it has.
        stages: usize,
    },
    /// A stage has no way out.
    #[error("stage {stage} has no branches; give it at least one, or leave the stage out")]
    NoBranches {
        /// The stage.
        stage: String,
    },
    /// A branch probability is not a number in 0..1.
    #[error("stage {stage}: branch {branch} has probability {p}; it must be between 0 and 1")]
    Probability {
        /// The stage.
        stage: String,
        /// Which branch, from 0.
        branch: usize,
        /// The value given.
        p: f64,
    },
    /// Probabilities do not sum to one.
    #[error("stage {stage}: branch probabilities sum to {sum}, not 1; normalise the counts first")]
    Sum {
        /// The stage.
        stage: String,
        /// What they sum to.
        sum: f64,
    },
    /// A branch leads to a stage that does not exist.
    #[error(
        "stage {stage}: branch {branch} leads to stage number {to}, but there are only {stages}"
    )]
    UnknownStage {
        /// The stage.
        stage: String,
        /// Which branch, from 0.
        branch: usize,
        /// The number it names.
        to: u16,
        /// How many stages there are.
        stages: usize,
    },
    /// A deal in these stages would stay open for ever.
    #[error(
        "no closing can be reached from {}; give each a branch that leads, in the end, to won or lost",
        stages.join(", ")
    )]
    NeverCloses {
        /// The stages.
        stages: Vec<String>,
    },
    /// A stay is negative, endless, not a number, or shrinks where it should grow.
    #[error(
        "a stay of {days} days at quantile {quantile}; stays must lie between 0 and a billion days and never fall as the quantile rises"
    )]
    Stay {
        /// The quantile.
        quantile: f64,
        /// The value there.
        days: f64,
    },
    /// Quantile points out of order or outside 0..1.
    #[error(
        "quantile points must rise from 0 to 1 and there must be at least one; point {at} does not"
    )]
    Quantiles {
        /// Which point, from 0.
        at: usize,
    },
    /// A grid that is empty, endless or too fine.
    #[error(
        "cannot draw a curve over {horizon_days} days at every {step_days}; use a positive step and at most 20,000 points"
    )]
    Grid {
        /// The horizon.
        horizon_days: f64,
        /// The step.
        step_days: f64,
    },
}

/// A stay longer than this is no stay: 2.7 million years.
const MAX_DAYS: f64 = 1e9;
/// Stage codes above this mark endings inside the simulator.
const MAX_STAGES: usize = 60_000;

/// Knots of a stay's quantile table.
pub(crate) const KNOTS: usize = 129;
/// Cells per halving of the distance to the upper end.
pub(crate) const CELLS_PER_OCTAVE_BITS: u32 = 4;
/// The distance, in the stretched scale, at which the upper end is reached.
pub(crate) const TAIL: f64 = 1.0 / 256.0;

/// The shape of a stay: its quantile function at fixed knots, straight between them.
///
/// Knot `k` stands at `w = 2^(k/16 − 8)` with the sixteen knots of each octave equally spaced,
/// where `w = TAIL + (1 − TAIL)(1 − u)`; so they crowd towards `u = 1`, where long stays are, and
/// the cell of a draw is read from the leading bits of a float. Days fall as `k` rises.
#[derive(Debug)]
struct Shape {
    days: [f64; KNOTS],
    mean: f64,
    second: f64,
}

/// `w` of every knot.
const PLACES: [f64; KNOTS] = {
    let cells = 1_usize << CELLS_PER_OCTAVE_BITS;
    let mut places = [1.0; KNOTS];
    let mut octave = TAIL;
    let mut k = 0;
    while k < KNOTS {
        if k > 0 && k % cells == 0 {
            octave *= 2.0;
        }
        places[k] = octave * (1.0 + (k % cells) as f64 / cells as f64);
        k += 1;
    }
    places
};

/// `w` of knot `k`.
#[inline]
pub(crate) fn knot(k: usize) -> f64 {
    PLACES[k]
}

/// The quantile knot `k` stands at, from 1 (k = 0) down to 0.
fn level(k: usize) -> f64 {
    ((1.0 - knot(k)) / (1.0 - TAIL)).clamp(0.0, 1.0)
}

/// Probability between knots `k` and `k + 1`.
fn mass(k: usize) -> f64 {
    (knot(k + 1) - knot(k)) / (1.0 - TAIL)
}

impl Shape {
    fn new(days: &[f64; KNOTS]) -> Shape {
        let (mut mean, mut second) = (0.0, 0.0);
        for k in 0..KNOTS - 1 {
            let (a, b, p) = (days[k], days[k + 1], mass(k));
            mean += p * (a + b) * 0.5;
            second += p * (a * a + a * b + b * b) / 3.0;
        }
        Shape {
            days: *days,
            mean,
            second,
        }
    }
}

/// How long a deal stays before it takes a branch, in days.
///
/// A piecewise-linear quantile function at 129 fixed knots, crowded towards the long end. The
/// moments are those of this table, so the closed form and the simulator speak of the same law.
/// Cloning and scaling are cheap: the table is shared.
///
/// ```
/// use forecast::chain::Dwell;
///
/// let stay = Dwell::lognormal(2.0, 0.5);
/// assert!((stay.mean() - (2.125_f64).exp()).abs() < 0.02);
/// assert!((stay.scaled(0.5).mean() - stay.mean() / 2.0).abs() < 1e-12);
/// ```
#[derive(Clone, Debug)]
pub struct Dwell {
    shape: Arc<Shape>,
    scale: f64,
}

impl Dwell {
    /// From a quantile function: `days(u)` for `u` in 0..1.
    ///
    /// It must not fall. It is asked close to 0 and 1, never at either; the outer knots are set so
    /// that the means of the outer cells are right.
    pub fn from_fn(days: impl Fn(f64) -> f64) -> Result<Dwell, ChainError> {
        let mut knots = [0.0; KNOTS];
        for k in 1..KNOTS - 1 {
            knots[k] = days(level(k));
        }
        // Both end cells reach to where a law may run off, so their outer knots are chosen to
        // make the cell's mean right. With m the cell's mass and v = m·e^(−s) the distance from
        // the end, that mean is ∫ days(v) e^(−s) ds.
        let mean = |m: f64, at: &dyn Fn(f64) -> f64| {
            let (mut mean, mut weight) = (0.0, 0.0);
            for i in 0..96 {
                let w = (-(f64::from(i) + 0.5) * 0.2).exp();
                mean += w * at(m * w);
                weight += w;
            }
            (mean / weight, at(m * (-19.2_f64).exp()))
        };
        let (mean_long, longest) = mean(mass(0), &|v| days(1.0 - v));
        let (mean_short, shortest) = mean(mass(KNOTS - 2), &days);
        knots[0] = (2.0 * mean_long - knots[1]).min(longest).max(knots[1]);
        knots[KNOTS - 1] = (2.0 * mean_short - knots[KNOTS - 2])
            .max(shortest)
            .min(knots[KNOTS - 2]);
        Dwell::from_knots(&knots)
    }

    fn from_knots(knots: &[f64; KNOTS]) -> Result<Dwell, ChainError> {
        let mut below = 0.0;
        for k in (0..KNOTS).rev() {
            let days = knots[k];
            if !(days <= MAX_DAYS && days >= below) {
                return Err(ChainError::Stay {
                    quantile: level(k),
                    days,
                });
            }
            below = days;
        }
        Ok(Dwell {
            shape: Arc::new(Shape::new(knots)),
            scale: 1.0,
        })
    }

    /// From points `(quantile, days)`, straight between them and level outside.
    pub fn from_quantiles(points: &[(f64, f64)]) -> Result<Dwell, ChainError> {
        let mut before = 0.0;
        for (at, &(u, days)) in points.iter().enumerate() {
            if !((0.0..=1.0).contains(&u) && u >= before) {
                return Err(ChainError::Quantiles { at });
            }
            if !(0.0..=MAX_DAYS).contains(&days) {
                return Err(ChainError::Stay { quantile: u, days });
            }
            before = u;
        }
        let (Some(&first), Some(&last)) = (points.first(), points.last()) else {
            return Err(ChainError::Quantiles { at: 0 });
        };
        Dwell::from_fn(|u| {
            let right = points.partition_point(|&(level, _)| level < u);
            match (
                right.checked_sub(1).and_then(|i| points.get(i)),
                points.get(right),
            ) {
                (Some(&(a, x)), Some(&(b, y))) if b > a => x + (y - x) * ((u - a) / (b - a)),
                (_, Some(&(_, y))) if right > 0 => y,
                (None, _) => first.1,
                _ => last.1,
            }
        })
    }

    /// A lognormal stay: `mu` and `sigma` of the logarithm of days.
    ///
    /// No stay is longer than a billion days; parameters that are not numbers give 0 days.
    #[must_use]
    pub fn lognormal(mu: f64, sigma: f64) -> Dwell {
        Dwell::from_fn(|u| (mu + sigma * normal_quantile(u)).exp().clamp(0.0, MAX_DAYS))
            .unwrap_or_else(|_| Dwell::point(0.0))
    }

    /// An exponential stay of the given mean, none longer than a billion days; 0 days where the
    /// mean is not a positive number.
    #[must_use]
    pub fn exponential(mean_days: f64) -> Dwell {
        Dwell::from_fn(|u| (-mean_days * (-u).ln_1p()).clamp(0.0, MAX_DAYS))
            .unwrap_or_else(|_| Dwell::point(0.0))
    }

    /// Exactly `days`, brought into 0 to a billion; 0 where it is not a number.
    #[must_use]
    pub fn point(days: f64) -> Dwell {
        let days = if days.is_nan() {
            0.0
        } else {
            days.clamp(0.0, MAX_DAYS)
        };
        Dwell {
            shape: Arc::new(Shape {
                days: [days; KNOTS],
                mean: days,
                second: days * days,
            }),
            scale: 1.0,
        }
    }

    /// The same shape, every stay `factor` times as long. A factor that is negative, not a number,
    /// or would make a stay longer than a billion days leaves it as it was.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Dwell {
        let scale = self.scale * factor;
        let fits = factor >= 0.0 && self.shape.days[0] * scale <= MAX_DAYS;
        Dwell {
            shape: Arc::clone(&self.shape),
            scale: if fits { scale } else { self.scale },
        }
    }

    /// Mean days.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.shape.mean * self.scale
    }

    /// Mean of the squared days.
    #[must_use]
    pub fn second_moment(&self) -> f64 {
        self.shape.second * self.scale * self.scale
    }

    /// Days at quantile `u`, clamped to 0..1.
    #[must_use]
    pub fn quantile(&self, u: f64) -> f64 {
        let w = (TAIL + (1.0 - TAIL) * (1.0 - u.clamp(0.0, 1.0))).clamp(TAIL, 1.0);
        let bits = w.to_bits();
        let k = ((bits >> 48) - (TAIL.to_bits() >> 48)) as usize;
        if k >= KNOTS - 1 {
            return self.knot(KNOTS - 1);
        }
        let t = (w - knot(k)) / (knot(k + 1) - knot(k));
        self.knot(k) + (self.knot(k + 1) - self.knot(k)) * t
    }

    /// Probability that the stay is longer than `days`.
    #[must_use]
    pub fn survival(&self, days: f64) -> f64 {
        if days < 0.0 || days.is_nan() {
            return 1.0;
        }
        // Knots fall; the first `k` of them are longer than `days`.
        let k = self.shape.days.partition_point(|&d| d * self.scale > days);
        if k == 0 {
            return 0.0;
        }
        if k == KNOTS {
            return 1.0;
        }
        let (long, short) = (self.knot(k - 1), self.knot(k));
        let beyond = 1.0 - level(k - 1);
        beyond + mass(k - 1) * ((long - days) / (long - short))
    }

    /// What remains of a stay that has already lasted `age_days`; nothing if none lasts so long.
    #[must_use]
    pub fn residual(&self, age_days: f64) -> Option<Dwell> {
        let alive = self.survival(age_days);
        if alive <= 0.0 {
            return None;
        }
        let age = age_days.max(0.0);
        Dwell::from_fn(|u| (self.quantile(1.0 - alive * (1.0 - u)) - age).max(0.0)).ok()
    }

    /// Days at knot `k`, falling as `k` rises.
    pub(crate) fn knot(&self, k: usize) -> f64 {
        self.shape.days[k] * self.scale
    }

    /// Whether two stays are the same table at the same scale.
    pub(crate) fn same(&self, other: &Dwell) -> bool {
        Arc::ptr_eq(&self.shape, &other.shape) && self.scale == other.scale
    }

    pub(crate) fn sweep(&self) -> Sweep<'_> {
        Sweep {
            dwell: self,
            left: KNOTS - 1,
            ended: 0.0,
            days: 0.0,
        }
    }
}

/// Reads a stay's distribution function and its integral at rising times.
pub(crate) struct Sweep<'a> {
    dwell: &'a Dwell,
    /// Cells `left..` lie wholly before the last time asked.
    left: usize,
    /// Their probability.
    ended: f64,
    /// Their probability times their mean.
    days: f64,
}

impl Sweep<'_> {
    /// The probability of having ended by `x`, and its integral from 0 to `x`.
    pub(crate) fn ended_by(&mut self, x: f64) -> (f64, f64) {
        while self.left > 0 {
            let k = self.left - 1;
            let (long, short, p) = (self.dwell.knot(k), self.dwell.knot(k + 1), mass(k));
            if long > x {
                let (mut ended, mut area) = (self.ended, self.ended * x - self.days);
                if short < x {
                    let part = (x - short) / (long - short);
                    ended += p * part;
                    area += p * part * (x - short) * 0.5;
                }
                return (ended, area);
            }
            self.ended += p;
            self.days += p * (long + short) * 0.5;
            self.left = k;
        }
        (1.0, x - self.dwell.mean())
    }
}

/// The standard normal quantile: Wichura's algorithm AS 241, good to about 1e-16.
pub(crate) fn normal_quantile(u: f64) -> f64 {
    fn ratio(r: f64, top: &[f64; 8], bottom: &[f64; 7]) -> f64 {
        let top = top.iter().rev().fold(0.0, |sum, c| sum * r + c);
        let bottom = bottom.iter().rev().fold(0.0, |sum, c| (sum + c) * r);
        top / (1.0 + bottom)
    }
    let q = u - 0.5;
    if q.abs() <= 0.425 {
        return q * ratio(
            0.180_625 - q * q,
            &[
                3.387_132_872_796_366_5,
                133.141_667_891_784_38,
                1_971.590_950_306_551_3,
                13_731.693_765_509_46,
                45_921.953_931_549_87,
                67_265.770_927_008_7,
                33_430.575_583_588_13,
                2_509.080_928_730_122_7,
            ],
            &[
                42.313_330_701_600_91,
                687.187_007_492_057_9,
                5_394.196_021_424_751,
                21_213.794_301_586_597,
                39_307.895_800_092_71,
                28_729.085_735_721_943,
                5_226.495_278_852_854,
            ],
        );
    }
    let r = (-u.min(1.0 - u).ln()).sqrt();
    let z = if r <= 5.0 {
        ratio(
            r - 1.6,
            &[
                1.423_437_110_749_683_5,
                4.630_337_846_156_546,
                5.769_497_221_460_691,
                3.647_848_324_763_204_5,
                1.270_458_252_452_368_4,
                0.241_780_725_177_450_6,
                0.022_723_844_989_269_184,
                7.745_450_142_783_414e-4,
            ],
            &[
                2.053_191_626_637_759,
                1.676_384_830_183_803_8,
                0.689_767_334_985_1,
                0.148_103_976_427_480_08,
                0.015_198_666_563_616_457,
                5.475_938_084_995_345e-4,
                1.050_750_071_644_416_9e-9,
            ],
        )
    } else {
        ratio(
            r - 5.0,
            &[
                6.657_904_643_501_103,
                5.463_784_911_164_114,
                1.784_826_539_917_291_3,
                0.296_560_571_828_504_87,
                0.026_532_189_526_576_124,
                0.001_242_660_947_388_078_4,
                2.711_555_568_743_487_6e-5,
                2.010_334_399_292_288_1e-7,
            ],
            &[
                0.599_832_206_555_888,
                0.136_929_880_922_735_8,
                0.014_875_361_290_850_615,
                7.868_691_311_456_133e-4,
                1.846_318_317_510_054_8e-5,
                1.421_511_758_316_446e-7,
                2.044_263_103_389_939_8e-15,
            ],
        )
    };
    if q < 0.0 { -z } else { z }
}

/// Where a branch leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// To another open stage, or back into the same one, by its number in the chain.
    Stage(u16),
    /// To the end, lost.
    Lost,
    /// To the end, won.
    Won,
}

/// One way out of a stage.
#[derive(Clone, Debug)]
pub struct Branch {
    /// Where it leads.
    pub to: Target,
    /// How likely it is, among the ways out of its stage.
    pub p: f64,
    /// How long the stay is when this is the way out.
    pub dwell: Dwell,
}

/// All ways out of a stage.
#[derive(Clone, Debug, Default)]
pub struct StageLaw {
    branches: Vec<Branch>,
}

impl StageLaw {
    /// A law of these branches. Order does not matter, and two branches may lead to the same
    /// place; the chain checks the probabilities when it takes the law in.
    #[must_use]
    pub fn new(branches: Vec<Branch>) -> StageLaw {
        StageLaw { branches }
    }

    /// The branches; worst to best once a chain has taken the law in.
    #[must_use]
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// The same law with every branch's probability multiplied by `weight` and all brought back
    /// to sum to one. Where the weights leave nothing, the law stays as it was.
    #[must_use]
    pub fn reweighted(&self, weight: impl Fn(&Branch) -> f64) -> StageLaw {
        let weights: Vec<f64> = self.branches.iter().map(|b| b.p * weight(b)).collect();
        let sum: f64 = weights.iter().sum();
        if !(sum.is_finite() && sum > 0.0) || weights == self.probabilities() {
            return self.clone();
        }
        let branches = self.branches.iter().zip(&weights);
        StageLaw {
            branches: branches
                .map(|(branch, w)| Branch {
                    p: w / sum,
                    ..branch.clone()
                })
                .collect(),
        }
    }

    fn probabilities(&self) -> Vec<f64> {
        self.branches.iter().map(|b| b.p).collect()
    }

    /// The same law with every stay `factor` times as long.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> StageLaw {
        let branches = self.branches.iter();
        StageLaw {
            branches: branches
                .map(|branch| Branch {
                    dwell: branch.dwell.scaled(factor),
                    ..branch.clone()
                })
                .collect(),
        }
    }

    /// The law of what remains for a deal that has already been here for `age_days`: each branch
    /// weighed by the chance that its stay lasts so long, and its stay cut to the rest.
    ///
    /// Nothing when no stay lasts so long; the table then has nothing to say about such a deal.
    #[must_use]
    pub fn residual(&self, age_days: f64) -> Option<StageLaw> {
        if age_days <= 0.0 {
            return Some(self.clone());
        }
        let mut branches: Vec<Branch> = self
            .branches
            .iter()
            .filter_map(|branch| {
                Some(Branch {
                    to: branch.to,
                    p: branch.p * branch.dwell.survival(age_days),
                    dwell: branch.dwell.residual(age_days)?,
                })
            })
            .collect();
        let sum: f64 = branches.iter().map(|b| b.p).sum();
        if sum <= 0.0 || !sum.is_finite() {
            return None;
        }
        for branch in &mut branches {
            branch.p /= sum;
        }
        Some(StageLaw { branches })
    }

    /// Checks the branches of `name` against a chain of `stages` stages, and makes their sum
    /// exactly one.
    fn checked(mut self, name: &str, stages: usize) -> Result<StageLaw, ChainError> {
        if self.branches.is_empty() {
            return Err(ChainError::NoBranches { stage: name.into() });
        }
        let mut sum = 0.0;
        for (at, branch) in self.branches.iter().enumerate() {
            if !(branch.p >= 0.0 && branch.p <= 1.0 + 1e-9) {
                return Err(ChainError::Probability {
                    stage: name.into(),
                    branch: at,
                    p: branch.p,
                });
            }
            if let Target::Stage(to) = branch.to
                && usize::from(to) >= stages
            {
                return Err(ChainError::UnknownStage {
                    stage: name.into(),
                    branch: at,
                    to,
                    stages,
                });
            }
            sum += branch.p;
        }
        if (sum - 1.0).abs() > 1e-9 {
            return Err(ChainError::Sum {
                stage: name.into(),
                sum,
            });
        }
        for branch in &mut self.branches {
            branch.p /= sum;
        }
        Ok(self)
    }

    /// Puts the branches from worst to best: lost, then by the win probability of where they
    /// lead, then won. Equal ones stand by stage number.
    fn order(&mut self, p_win: &[f64]) {
        let rank = |branch: &Branch| match branch.to {
            Target::Lost => (0_u8, 0.0, 0_u16),
            Target::Stage(j) => (1, p_win.get(usize::from(j)).copied().unwrap_or(0.0), j),
            Target::Won => (2, 0.0, 0),
        };
        self.branches.sort_by(|a, b| {
            let (a, b) = (rank(a), rank(b));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2))
        });
    }
}

/// A semi-Markov chain over open stages that ends in won or lost.
///
/// Stages may form cycles, as long as a closing can be reached from each.
///
/// ```
/// use forecast::chain::{Branch, Chain, Dwell, StageLaw, Target};
///
/// let branch = |to, p, days| Branch { to, p, dwell: Dwell::exponential(days) };
/// let chain = Chain::new(
///     vec!["talk".into(), "offer".into()],
///     vec![
///         StageLaw::new(vec![branch(Target::Stage(1), 0.6, 10.0), branch(Target::Lost, 0.4, 20.0)]),
///         StageLaw::new(vec![branch(Target::Won, 0.5, 15.0), branch(Target::Lost, 0.5, 30.0)]),
///     ],
/// )?;
/// let answer = forecast::exact::solve(&chain, &chain.start(0)?);
/// assert!((answer.p_win - 0.3).abs() < 1e-12);
/// # Ok::<(), forecast::chain::ChainError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Chain {
    names: Vec<String>,
    stages: Vec<StageLaw>,
    p_win: Vec<f64>,
    lu: Lu,
    solution: OnceLock<Solution>,
    tables: OnceLock<Tables>,
}

impl Chain {
    /// Checks the laws, puts their branches in order and solves for the win probabilities.
    pub fn new(names: Vec<String>, laws: Vec<StageLaw>) -> Result<Chain, ChainError> {
        let n = laws.len();
        if names.len() != n {
            return Err(ChainError::Names {
                names: names.len(),
                laws: n,
            });
        }
        if n == 0 || n > MAX_STAGES {
            return Err(ChainError::Size { stages: n });
        }
        let mut stages = Vec::with_capacity(n);
        for (law, name) in laws.into_iter().zip(&names) {
            stages.push(law.checked(name, n)?);
        }
        let open = never_closing(&stages);
        let name_all = |open: &[usize]| ChainError::NeverCloses {
            stages: open.iter().filter_map(|&i| names.get(i).cloned()).collect(),
        };
        if !open.is_empty() {
            return Err(name_all(&open));
        }

        let mut cells = vec![0.0; n * n];
        let mut wins = vec![0.0; n];
        for (i, stage) in stages.iter().enumerate() {
            for branch in &stage.branches {
                // The diagonal is the probability of leaving, summed rather than 1 − p, which
                // would lose a small one.
                match branch.to {
                    Target::Stage(j) if usize::from(j) == i => continue,
                    Target::Stage(j) => cells[i * n + usize::from(j)] -= branch.p,
                    Target::Lost => {}
                    Target::Won => wins[i] += branch.p,
                }
                cells[i * n + i] += branch.p;
            }
        }
        let lu = Lu::of(n, cells).map_err(|stage| name_all(&[stage]))?;
        let mut p_win = lu.solve(&wins);
        for (i, p) in p_win.iter_mut().enumerate() {
            if !p.is_finite() {
                return Err(name_all(&[i]));
            }
            *p = p.clamp(0.0, 1.0);
        }
        for stage in &mut stages {
            stage.order(&p_win);
        }
        Ok(Chain {
            names,
            stages,
            p_win,
            lu,
            solution: OnceLock::new(),
            tables: OnceLock::new(),
        })
    }

    /// How many open stages.
    #[must_use]
    #[expect(
        clippy::len_without_is_empty,
        reason = "a chain has at least one stage"
    )]
    pub fn len(&self) -> usize {
        self.stages.len()
    }

    /// The stage names.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The laws, branches worst to best.
    #[must_use]
    pub fn stages(&self) -> &[StageLaw] {
        &self.stages
    }

    /// The exact probability of winning from each stage's entry.
    #[must_use]
    pub fn p_win(&self) -> &[f64] {
        &self.p_win
    }

    /// The moments of the time to close from every stage, solved on first use and kept.
    #[must_use]
    pub fn solution(&self) -> &Solution {
        self.solution.get_or_init(|| Solution::of(self))
    }

    /// A chain with each stage's law replaced; the way to build a scenario.
    pub fn with_laws(&self, law: impl Fn(u16, &StageLaw) -> StageLaw) -> Result<Chain, ChainError> {
        let laws = self.stages.iter().enumerate();
        let laws = laws.map(|(i, stage)| law(i as u16, stage)).collect();
        Chain::new(self.names.clone(), laws)
    }

    /// A deal that enters `stage` now.
    pub fn start(&self, stage: u16) -> Result<Start, ChainError> {
        if usize::from(stage) >= self.len() {
            return Err(ChainError::UnknownStage {
                stage: "the start".into(),
                branch: 0,
                to: stage,
                stages: self.len(),
            });
        }
        Ok(Start {
            stage,
            first: None,
            tables: OnceLock::new(),
        })
    }

    /// A deal in `stage` whose first step follows a law of its own, for example the rest of a
    /// stay that began long ago (`StageLaw::residual`).
    pub fn start_with(&self, stage: u16, first: StageLaw) -> Result<Start, ChainError> {
        let mut start = self.start(stage)?;
        let name = self.names.get(usize::from(stage));
        let mut first = first.checked(name.map_or("", String::as_str), self.len())?;
        first.order(&self.p_win);
        start.first = Some(first);
        Ok(start)
    }

    pub(crate) fn lu(&self) -> &Lu {
        &self.lu
    }

    pub(crate) fn tables(&self) -> &Tables {
        self.tables.get_or_init(|| Tables::of(&self.stages))
    }
}

/// Where a deal begins: its stage and, where it differs, the law of its first step.
///
/// A start belongs to the chain that made it.
#[derive(Clone, Debug)]
pub struct Start {
    stage: u16,
    first: Option<StageLaw>,
    tables: OnceLock<Tables>,
}

impl Start {
    /// The stage the deal is in.
    #[must_use]
    pub fn stage(&self) -> u16 {
        self.stage
    }

    /// The law of the first step, where it differs from the stage's.
    #[must_use]
    pub fn first(&self) -> Option<&StageLaw> {
        self.first.as_ref()
    }

    pub(crate) fn tables(&self) -> Option<&Tables> {
        let first = self.first.as_ref()?;
        Some(
            self.tables
                .get_or_init(|| Tables::of(std::slice::from_ref(first))),
        )
    }
}

/// The stages from which neither ending can be reached.
fn never_closing(stages: &[StageLaw]) -> Vec<usize> {
    let mut from: Vec<Vec<usize>> = vec![Vec::new(); stages.len()];
    let mut closes = vec![false; stages.len()];
    let mut queue = Vec::new();
    for (i, stage) in stages.iter().enumerate() {
        for branch in stage.branches.iter().filter(|b| b.p > 0.0) {
            match branch.to {
                Target::Stage(j) => from[usize::from(j)].push(i),
                Target::Lost | Target::Won if !closes[i] => {
                    closes[i] = true;
                    queue.push(i);
                }
                Target::Lost | Target::Won => {}
            }
        }
    }
    while let Some(j) = queue.pop() {
        for &i in &from[j] {
            if !closes[i] {
                closes[i] = true;
                queue.push(i);
            }
        }
    }
    (0..stages.len()).filter(|&i| !closes[i]).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may")]

    use super::{Branch, Chain, ChainError, Dwell, StageLaw, Target, normal_quantile};

    fn branch(to: Target, p: f64) -> Branch {
        Branch {
            to,
            p,
            dwell: Dwell::exponential(10.0),
        }
    }

    fn refused(laws: Vec<Vec<Branch>>) -> String {
        let names = (0..laws.len()).map(|i| format!("s{i}")).collect();
        let laws = laws.into_iter().map(StageLaw::new).collect();
        Chain::new(names, laws).unwrap_err().to_string()
    }

    #[test]
    fn an_unusable_chain_is_refused_with_its_place() {
        use Target::{Lost, Stage, Won};
        let check = |laws: Vec<Vec<Branch>>, said: &str| {
            let message = refused(laws);
            assert!(message.contains(said), "{message:?} lacks {said:?}");
        };
        check(vec![], "1 to 60000 stages");
        check(vec![vec![]], "s0 has no branches");
        check(
            vec![vec![branch(Won, 0.5)]],
            "s0: branch probabilities sum to 0.5",
        );
        check(
            vec![vec![branch(Won, f64::NAN)]],
            "branch 0 has probability NaN",
        );
        check(
            vec![vec![branch(Won, -0.1), branch(Lost, 1.1)]],
            "branch 0 has probability -0.1",
        );
        check(
            vec![vec![branch(Stage(3), 1.0)]],
            "leads to stage number 3, but there are only 1",
        );
        check(
            vec![
                vec![branch(Won, 0.5), branch(Stage(1), 0.5)],
                vec![branch(Stage(2), 1.0)],
                vec![branch(Stage(1), 1.0), branch(Won, 0.0)],
            ],
            "no closing can be reached from s1, s2",
        );
    }

    #[test]
    fn a_cycle_is_welcome_as_long_as_it_can_close() {
        let laws = vec![
            StageLaw::new(vec![branch(Target::Stage(1), 1.0)]),
            StageLaw::new(vec![
                branch(Target::Stage(0), 0.999),
                branch(Target::Won, 0.001),
            ]),
        ];
        let chain = Chain::new(vec!["a".into(), "b".into()], laws).unwrap();
        assert!(chain.p_win().iter().all(|p| (p - 1.0).abs() < 1e-12));
    }

    #[test]
    fn a_tiny_chance_of_leaving_keeps_its_digits() {
        let laws = vec![StageLaw::new(vec![
            branch(Target::Stage(0), 1.0 - 3e-12),
            branch(Target::Won, 1e-12),
            branch(Target::Lost, 2e-12),
        ])];
        let chain = Chain::new(vec!["a".into()], laws).unwrap();
        assert!((chain.p_win()[0] - 1.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn branches_stand_from_worst_to_best() {
        use Target::{Lost, Stage, Won};
        let laws = vec![
            vec![
                branch(Won, 0.2),
                branch(Stage(1), 0.2),
                branch(Lost, 0.3),
                branch(Stage(2), 0.3),
            ],
            vec![branch(Won, 0.9), branch(Lost, 0.1)],
            vec![branch(Won, 0.1), branch(Lost, 0.9)],
        ];
        let names = ["a", "b", "c"].map(String::from).to_vec();
        let chain = Chain::new(names, laws.into_iter().map(StageLaw::new).collect()).unwrap();
        let order: Vec<Target> = chain.stages()[0].branches().iter().map(|b| b.to).collect();
        assert_eq!(order, [Lost, Stage(2), Stage(1), Won]);
    }

    #[test]
    fn the_normal_quantile_matches_published_values() {
        for (u, z) in [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.25, -0.674_489_750_196_081_7),
            (0.001, -3.090_232_306_167_813_5),
            (1e-20, -9.262_340_089_798_408),
        ] {
            assert!((normal_quantile(u) - z).abs() < 1e-12, "{u}");
        }
    }

    #[test]
    fn a_table_keeps_the_moments_of_its_law() {
        // (stay, mean, second moment, tolerance of the mean, of the second moment)
        let lognormal = |s: f64| ((s * s / 2.0).exp(), (2.0 * s * s).exp());
        for (name, stay, (mean, second), near, wide) in [
            ("point", Dwell::point(3.0), (3.0, 9.0), 1e-12, 1e-12),
            (
                "exponential",
                Dwell::exponential(5.0),
                (5.0, 50.0),
                2e-4,
                2e-3,
            ),
            (
                "lognormal .5",
                Dwell::lognormal(0.0, 0.5),
                lognormal(0.5),
                1e-3,
                3e-3,
            ),
            (
                "lognormal 1",
                Dwell::lognormal(0.0, 1.0),
                lognormal(1.0),
                2e-3,
                2e-2,
            ),
            (
                "lognormal 1.5",
                Dwell::lognormal(0.0, 1.5),
                lognormal(1.5),
                3e-3,
                2e-1,
            ),
        ] {
            assert!(
                (stay.mean() / mean - 1.0).abs() < near,
                "{name}: mean {}",
                stay.mean()
            );
            let got = stay.second_moment();
            assert!(
                (got / second - 1.0).abs() < wide,
                "{name}: {got} for {second}"
            );
        }
    }

    #[test]
    fn quantile_survival_and_moments_agree() {
        for stay in [
            Dwell::lognormal(2.0, 1.0),
            Dwell::exponential(7.0).scaled(3.0),
            Dwell::from_quantiles(&[(0.0, 0.0), (0.3, 0.0), (0.9, 4.0), (1.0, 40.0)]).unwrap(),
        ] {
            let n = 100_000;
            let mut mean = 0.0;
            for i in 0..n {
                let u = (f64::from(i) + 0.5) / f64::from(n);
                let days = stay.quantile(u);
                mean += days / f64::from(n);
                if days > 0.0 {
                    assert!((1.0 - stay.survival(days) - u).abs() < 1e-9, "{u}");
                }
            }
            assert!((mean / stay.mean() - 1.0).abs() < 1e-3, "{mean}");
        }
    }

    #[test]
    fn odd_stays_are_refused() {
        let stay = |points: &[(f64, f64)]| Dwell::from_quantiles(points).unwrap_err();
        assert_eq!(stay(&[]), ChainError::Quantiles { at: 0 });
        assert_eq!(
            stay(&[(0.5, 1.0), (0.4, 2.0)]),
            ChainError::Quantiles { at: 1 }
        );
        assert!(matches!(stay(&[(0.5, -1.0)]), ChainError::Stay { .. }));
        assert!(matches!(
            stay(&[(0.0, 2.0), (1.0, 1.0)]),
            ChainError::Stay { .. }
        ));
        assert!(Dwell::from_fn(|_| f64::NAN).is_err());
        assert!(Dwell::from_fn(|u| 1.0 / (0.5 - u)).is_err());
        assert_eq!(Dwell::lognormal(f64::NAN, 1.0).mean(), 0.0);
        assert_eq!(Dwell::point(f64::NAN).mean(), 0.0);
        assert_eq!(Dwell::point(f64::INFINITY).mean(), 1e9);
        assert!((Dwell::lognormal(1e6, 1.0).mean() / 1e9 - 1.0).abs() < 1e-12);
        assert_eq!(Dwell::exponential(-3.0).mean(), 0.0);
        assert_eq!(Dwell::point(3.0).scaled(1e300).mean(), 3.0);
        assert_eq!(
            Dwell::exponential(3.0).scaled(f64::NAN).mean(),
            Dwell::exponential(3.0).mean()
        );
    }

    #[test]
    fn what_remains_of_an_exponential_stay_is_the_same_stay() {
        let stay = Dwell::exponential(10.0);
        let rest = stay.residual(12.0).unwrap();
        assert!(
            (rest.mean() / stay.mean() - 1.0).abs() < 0.01,
            "{}",
            rest.mean()
        );
        assert!(Dwell::point(3.0).residual(4.0).is_none());
    }

    #[test]
    fn a_long_wait_shifts_the_odds_to_the_slow_branch() {
        let law = StageLaw::new(vec![
            Branch {
                to: Target::Won,
                p: 0.5,
                dwell: Dwell::exponential(5.0),
            },
            Branch {
                to: Target::Lost,
                p: 0.5,
                dwell: Dwell::exponential(20.0),
            },
        ]);
        let rest = law.residual(20.0).unwrap();
        let (fast, slow) = ((-4.0_f64).exp(), (-1.0_f64).exp());
        let expected = fast / (fast + slow);
        assert!((rest.branches()[0].p - expected).abs() < 1e-3);
        assert!(law.residual(1e9).is_none());
    }
}
