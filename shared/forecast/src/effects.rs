//! What a champion, an unresolved blocker and more touches are associated with: the odds that a deal
//! moves forward rather than back or out.
//!
//! A logistic regression over finished stays, with the stage's own odds as offset and Gaussian priors
//! on the coefficients. With few stays the prior speaks ("prior-driven"), with many the data. The
//! numbers are associations: a champion may be there because the deal goes well.

use serde::Serialize;

use crate::chain::{Chain, StageLaw, Target};
use crate::engine::logit;
use crate::law;
use crate::learn::hazard::Hazards;
use crate::learn::panel::{Facts, Mark, Panel, State};
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

    /// Its value for a deal on a past day, from what was known then. A blocker counts for the 30 days
    /// after it was raised, resolved or not: that it was resolved is known only afterwards.
    pub fn value(self, facts: &Facts, day: f64) -> f64 {
        match self {
            Self::Champion => f64::from(facts.champion_from.is_some_and(|from| from < day)),
            Self::Blocker => {
                f64::from(facts.raised.iter().any(|at| (day - 30.0..day).contains(at)))
            }
            Self::Touches => (touches(facts, day) as f64).ln_1p(),
        }
    }

    /// Its value for an open deal at the end of the history, when it is known what still stands.
    pub fn now(self, facts: &Facts, day: f64) -> f64 {
        match self {
            Self::Blocker => f64::from(facts.blocked),
            _ => self.value(facts, day),
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
    /// Those in which the covariate was not 0; one in which it was for half of the time is half a stay.
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
    ///
    /// What is known of a stay is looked at in [`MOMENTS`] moments spread evenly over it, each of which
    /// counts as that part of a stay: at its end much happens because it ends, and one moment drawn by
    /// chance would let chance move the effects by half their standard deviation. Moments from before
    /// facts were recorded are left out.
    pub fn learn(panel: &Panel, chain: &Chain, origin: f64) -> Self {
        const RECORDED_DAYS: f64 = 14.0;
        let p = chain.p_win();
        let forward = |from: u16, to: Mark| match to {
            Mark::Won => true,
            Mark::Lost => false,
            Mark::Stage(to) => p[to as usize] > p[from as usize],
        };
        let recorded = first_fact(panel) + RECORDED_DAYS;
        let (mut x, mut y, mut at) = (Vec::new(), Vec::new(), Vec::new());
        let mut odds = vec![(0.5, 0.5); panel.stages.len()];
        for stay in panel.sojourns(origin) {
            let (Some(to), Some(facts)) = (stay.to, panel.facts(stay.deal as usize)) else {
                continue;
            };
            let forward = forward(stay.stage, to);
            for part in 0..MOMENTS {
                let place = (f64::from(part) + 0.5) * PART;
                let moment = stay.enter + place * (stay.exit - stay.enter);
                if moment < recorded {
                    continue;
                }
                let cell: &mut (f64, f64) = &mut odds[stay.stage as usize];
                if forward {
                    cell.0 += PART;
                } else {
                    cell.1 += PART;
                }
                x.extend(COVARIATES.map(|c| c.value(facts, moment)));
                y.push(f64::from(forward));
                at.push(stay.stage as usize);
            }
        }
        let offset: Vec<f64> = at
            .iter()
            .map(|stage| (odds[*stage].0 / odds[*stage].1).ln())
            .collect();
        let columns = COVARIATES.len();
        let n = y.len();
        let column = |c: usize| x.iter().skip(c).step_by(columns);
        let with: [usize; 3] = std::array::from_fn(|c| column(c).filter(|v| **v != 0.0).count());
        let stays = |moments: usize| (moments as f64 * PART).round() as usize;
        let weight = vec![PART; n];
        let means: [f64; 3] = std::array::from_fn(|c| {
            // What no past stay shows, the hazards contain as the open deals do.
            if with[c] == 0 {
                mean_of_open(panel, COVARIATES[c], origin)
            } else {
                column(c).sum::<f64>() / n as f64
            }
        });
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
                weight: Some(&weight),
                offset: Some(&offset),
            };
            logistic::fit(rows, Prior::shrink(1.0), &priors)
        });
        let all = std::array::from_fn(|i| {
            let (mean, prior_sd) = COVARIATES[i].prior();
            let (log_odds, sd) = match &fit {
                // A logistic's standard deviations begin with the intercept's. Touches come in
                // bursts around every move, so their effect stays what was assumed.
                Some(fit) if COVARIATES[i] != Covariate::Touches => {
                    (fit.coefficients[i], fit.sd[i + 1].min(prior_sd))
                }
                _ => (mean, prior_sd),
            };
            let prior_share = (sd / prior_sd).powi(2);
            Effect {
                covariate: COVARIATES[i],
                log_odds,
                sd,
                prior_share,
                prior_driven: prior_share > 0.5,
                stays: stays(n),
                stays_with: stays(with[i]),
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

/// Moments at which a stay is looked at.
const MOMENTS: u32 = 8;
/// The part of a stay that each of them stands for.
const PART: f64 = 1.0 / MOMENTS as f64;

/// The day of the first dated fact; infinite without any.
fn first_fact(panel: &Panel) -> f64 {
    let days = (0..panel.deals())
        .filter_map(|deal| panel.facts(deal))
        .flat_map(|facts| {
            let first = [
                facts.touches.first(),
                facts.raised.first(),
                facts.champion_from.as_ref(),
            ];
            first.into_iter().flatten().copied()
        });
    days.fold(f64::INFINITY, f64::min)
}

/// A covariate's mean over the deals open at `origin`.
fn mean_of_open(panel: &Panel, covariate: Covariate, origin: f64) -> f64 {
    let open = panel.in_order();
    let open = open.filter(|d| matches!(panel.state(*d, origin), Some(State::Open(_))));
    let values: Vec<f64> = open
        .filter_map(|d| Some(covariate.now(panel.facts(d)?, origin)))
        .collect();
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// How a push on the odds of moving forward changes the log-odds to be won in the end of a deal in
/// `stage` for `age` days.
pub fn pull(hazards: &Hazards, chain: &Chain, stage: usize, age: f64, push: f64) -> f64 {
    if push == 0.0 {
        return 0.0;
    }
    let law = pushed(chain, push);
    let Ok(bent) = chain.with_laws(&law) else {
        return 0.0;
    };
    let (p, stages) = (chain.p_win(), chain.len());
    let worth = |target: usize, p: &[f64]| match target.checked_sub(stages) {
        Some(0) => 1.0,
        Some(_) => 0.0,
        None => p[target],
    };
    let (mut before, mut after, mut weight) = (0.0, 0.0, 0.0);
    for (target, share) in law::shares(hazards, stage, age) {
        let forward = worth(target, p) > p[stage];
        let pushed = share * if forward { push.exp() } else { 1.0 };
        before += share * worth(target, p);
        after += pushed * worth(target, bent.p_win());
        weight += pushed;
    }
    logit(after / weight) - logit(before)
}

/// A chain whose odds of moving forward, from every stage, are multiplied by `exp(log_odds)`.
pub fn pushed(chain: &Chain, log_odds: f64) -> impl Fn(u16, &StageLaw) -> StageLaw {
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
