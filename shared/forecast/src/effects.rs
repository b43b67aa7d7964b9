//! What a champion, an unresolved blocker and more touches are associated with: the odds that a deal
//! moves forward rather than back or out.
//!
//! A logistic regression over finished stays, with the stage's own odds as offset and Gaussian priors
//! on the coefficients. With few stays the prior speaks ("prior-driven"), with many the data. The
//! numbers are associations: a champion may be there because the deal goes well.

use serde::Serialize;

use crate::chain::{Chain, Target};
use crate::learn::panel::{Facts, Mark, Panel};
use crate::score::logistic::{self, Prior, Rows};

/// A covariate with an effect on the odds of moving forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum Covariate {
    /// A champion is known.
    Champion,
    /// A blocker or an unresolved objection stands.
    Blocker,
    /// Logarithm of 1 + touches in the last 14 days.
    Touches,
}

/// All covariates, in the order of coefficients.
pub const COVARIATES: [Covariate; 3] =
    [Covariate::Champion, Covariate::Blocker, Covariate::Touches];

impl Covariate {
    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Champion => "champion",
            Self::Blocker => "unresolved blocker",
            Self::Touches => "touches in the last 14 days",
        }
    }

    /// The starting effect: mean and standard deviation of the log-odds.
    pub fn prior(self) -> (f64, f64) {
        match self {
            Self::Champion => (1.15_f64.ln(), 0.35),
            Self::Blocker => (0.80_f64.ln(), 0.35),
            Self::Touches => (0.0, 0.35),
        }
    }

    /// Its value for a deal on a day.
    pub fn value(self, facts: &Facts, day: f64) -> f64 {
        match self {
            Self::Champion => f64::from(facts.champion_from.is_some_and(|from| from < day)),
            Self::Blocker => f64::from(
                facts
                    .blocked
                    .iter()
                    .any(|(from, to)| *from < day && *to >= day),
            ),
            Self::Touches => (touches(facts, day) as f64).ln_1p(),
        }
    }
}

/// Touches in the 14 days before `day`.
pub fn touches(facts: &Facts, day: f64) -> usize {
    facts.touches.partition_point(|t| *t < day) - facts.touches.partition_point(|t| *t < day - 14.0)
}

/// What is known about one covariate's effect.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct Effect {
    /// Which.
    pub covariate: Covariate,
    /// Log-odds of moving forward per unit.
    pub log_odds: f64,
    /// Its standard deviation.
    pub sd: f64,
    /// Share of the prior in it, 0 to 1.
    pub prior_share: f64,
    /// The prior outweighs the data.
    pub prior_driven: bool,
    /// Finished stays it was learned from.
    pub stays: usize,
    /// Those in which the covariate was not 0.
    pub stays_with: usize,
    /// Its mean over finished stays, which the forecast already contains.
    pub mean: f64,
    /// Always: an association, not a cause.
    pub associational: bool,
}

/// The effects of all covariates.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct Effects {
    /// In the order of [`COVARIATES`].
    pub all: [Effect; 3],
}

impl Effects {
    /// Learns from the stays that ended before `origin`; without dated facts the priors stand.
    pub fn learn(panel: &Panel, chain: &Chain, origin: f64) -> Self {
        let p = chain.p_win();
        let forward = |from: u16, to: Mark| match to {
            Mark::Won => true,
            Mark::Lost => false,
            Mark::Stage(to) => p[to as usize] > p[from as usize],
        };
        let stays: Vec<_> = panel
            .sojourns(origin)
            .into_iter()
            .filter_map(|s| Some((s, s.to?)))
            .collect();
        let mut odds = vec![(0.5, 0.5); panel.stages.len()];
        for (s, to) in &stays {
            let cell = &mut odds[s.stage as usize];
            if forward(s.stage, *to) {
                cell.0 += 1.0;
            } else {
                cell.1 += 1.0;
            }
        }
        let (mut x, mut y, mut offset) = (Vec::new(), Vec::new(), Vec::new());
        for (s, to) in &stays {
            let Some(facts) = panel.facts(s.deal as usize) else {
                continue;
            };
            x.extend(COVARIATES.map(|c| c.value(facts, s.exit)));
            y.push(f64::from(forward(s.stage, *to)));
            let (yes, no): (f64, f64) = odds[s.stage as usize];
            offset.push((yes / no).ln());
        }
        let columns = COVARIATES.len();
        let column = |c: usize| x.iter().skip(c).step_by(columns);
        let n = y.len();
        let means: Vec<f64> = (0..columns)
            .map(|c| column(c).sum::<f64>() / (n as f64).max(1.0))
            .collect();
        let with: Vec<usize> = (0..columns)
            .map(|c| column(c).filter(|v| **v != 0.0).count())
            .collect();
        let centred: Vec<f64> = x
            .iter()
            .enumerate()
            .map(|(i, v)| v - means[i % columns])
            .collect();
        let priors = COVARIATES.map(|c| Prior {
            mean: c.prior().0,
            sd: c.prior().1,
        });
        let fit = (n > 0).then(|| {
            let rows = Rows {
                x: &centred,
                columns,
                y: &y,
                weight: None,
                offset: Some(&offset),
            };
            logistic::fit(rows, Prior::shrink(1.0), &priors)
        });
        let all = std::array::from_fn(|i| {
            let (mean, prior_sd) = COVARIATES[i].prior();
            let (log_odds, sd) = match &fit {
                // A logistic's standard deviations begin with the intercept's.
                Some(fit) => (fit.coefficients[i], fit.sd[i + 1].min(prior_sd)),
                None => (mean, prior_sd),
            };
            let prior_share = (sd / prior_sd).powi(2);
            Effect {
                covariate: COVARIATES[i],
                log_odds,
                sd,
                prior_share,
                prior_driven: prior_share > 0.5,
                stays: n,
                stays_with: with[i],
                mean: means[i],
                associational: true,
            }
        });
        Self { all }
    }

    /// The effect of one covariate.
    pub fn of(&self, covariate: Covariate) -> &Effect {
        &self.all[COVARIATES.iter().position(|c| *c == covariate).unwrap_or(0)]
    }

    /// Log-odds of moving forward of a deal with these values, against the average one.
    pub fn forward(&self, values: [f64; 3]) -> f64 {
        self.all
            .iter()
            .zip(values)
            .map(|(effect, v)| effect.log_odds * (v - effect.mean))
            .sum()
    }
}

/// A chain whose odds of moving forward, from every stage, are multiplied by `exp(log_odds)`.
pub fn pushed(
    chain: &Chain,
    log_odds: f64,
) -> impl Fn(u16, &crate::chain::StageLaw) -> crate::chain::StageLaw {
    let p = chain.p_win().to_vec();
    let factor = log_odds.exp();
    move |stage, law| {
        law.reweighted(|branch| {
            let forward = match branch.to {
                Target::Won => true,
                Target::Lost => false,
                Target::Stage(to) => p[to as usize] > p[stage as usize],
            };
            if forward { factor } else { 1.0 }
        })
    }
}
