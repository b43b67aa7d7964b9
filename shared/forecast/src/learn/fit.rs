//! The forecaster: hazards and tilts learned as of an origin, and an ensemble that says how sure.

use rayon::prelude::*;
use serde::Serialize;

use super::curve::{Curve, Grid, Outlook};
use super::hazard::{Hazards, Settings};
use super::panel::{Panel, Standing, State};
use super::tilt::{Landmarks, Tilt};
use crate::chain::Chain;
use crate::effects::{self, COVARIATES, Effects};
use crate::law;
use crate::rng::Stream;
// A score from attributes asks for as much history as a forecast from stages.
pub use crate::score::{LEAST_CLOSED, LEAST_EACH, NORMAL_CLOSED};

/// Models in an ensemble.
pub const ENSEMBLE: usize = 30;

/// What the history holds to learn from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Deals with any history.
    pub deals: usize,
    /// Deals open at the origin.
    pub open: usize,
    /// Closed deals.
    pub closed: usize,
    /// Closed as won.
    pub won: usize,
    /// Closed as lost.
    pub lost: usize,
}

impl Evidence {
    /// Counts what is visible before `origin`. A deal of which nothing but its closing is known teaches
    /// nothing and does not count.
    pub fn of(panel: &Panel, origin: f64) -> Self {
        let mut e = Self::default();
        for deal in 0..panel.deals() {
            let stages = panel.before(deal, origin).iter();
            if stages.clone().all(|row| row.mark.closes()) {
                continue;
            }
            match panel.state(deal, origin) {
                None => continue,
                Some(State::Open(_)) => e.open += 1,
                Some(State::Closed { won, .. }) => {
                    e.closed += 1;
                    if won { e.won += 1 } else { e.lost += 1 }
                }
            }
            e.deals += 1;
        }
        e
    }

    /// How far a forecast from this history may be trusted, or what is missing for one.
    pub fn confidence(self) -> Result<Confidence, InsufficientData> {
        let lacks = |have: usize, need: usize| need.saturating_sub(have);
        let missing = [
            (lacks(self.closed, LEAST_CLOSED), "closed deals"),
            (lacks(self.won, LEAST_EACH), "won deals"),
            (lacks(self.lost, LEAST_EACH), "lost deals"),
        ];
        if missing.iter().any(|(n, _)| *n > 0) {
            let words: Vec<String> = missing
                .iter()
                .filter(|(n, _)| *n > 0)
                .map(|(n, what)| format!("{n} more {what}"))
                .collect();
            return Err(InsufficientData {
                evidence: self,
                missing: words.join(", "),
            });
        }
        Ok(if self.closed < NORMAL_CLOSED {
            Confidence::Low
        } else {
            Confidence::Normal
        })
    }
}

/// How much history stands behind a forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// 50 to 199 closed deals.
    #[serde(rename = "low_confidence")]
    Low,
    /// 200 closed deals or more.
    Normal,
}

/// Too little history for a forecast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error(
    "insufficient data: {} closed deals ({} won, {} lost) where a forecast needs {LEAST_CLOSED} with \
     {LEAST_EACH} of each; missing {missing}",
    evidence.closed, evidence.won, evidence.lost
)]
pub struct InsufficientData {
    /// What there is.
    pub evidence: Evidence,
    /// What is missing, in words.
    pub missing: String,
}

/// What was learned from the history before `origin`, for forecasts of about `horizon` days.
#[derive(Clone, Debug)]
pub struct Forecaster {
    /// Labels of the open stages.
    pub stages: Vec<String>,
    /// Day the history ends for it.
    pub origin: f64,
    /// Days ahead at which the tilts are learned.
    pub horizon: f64,
    /// Rates of leaving the stages.
    pub hazards: Hazards,
    /// What tells deals in one stage apart; `None` where there is too little to learn it.
    pub tilt: Option<Tilt>,
    /// What champions, blockers and touches are associated with, and the chain they push; `None`
    /// without dated facts.
    pub effects: Option<(Effects, Chain)>,
    /// A common shift of the log-odds to be won, in an ensemble: periods differ for reasons no deal
    /// shows.
    pub shift: f64,
}

/// A forecaster with its ensemble.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The best single model.
    pub best: Forecaster,
    /// The same model learned from resampled deals, with drawn tilts and a drawn period shift.
    pub ensemble: Vec<Forecaster>,
    /// Standard deviation of the period shift of the count of wins, as a share of it.
    pub period_sd: f64,
}

impl Forecaster {
    /// Hazards alone, without tilts: the semi-Markov forecast, or with constant hazards a Markov one.
    pub fn untilted(panel: &Panel, origin: f64, horizon: f64, settings: Settings) -> Self {
        let stages = panel.stages.clone();
        let hazards = Hazards::fit(&panel.sojourns(origin), stages.len(), origin, settings);
        Self {
            stages,
            origin,
            horizon,
            hazards,
            tilt: None,
            effects: None,
            shift: 0.0,
        }
    }

    /// Learns from everything before `origin`.
    pub fn learn(panel: &Panel, origin: f64, horizon: f64, settings: Settings) -> Self {
        Self::learn_with(panel, origin, horizon, settings).0
    }

    fn learn_with(
        panel: &Panel,
        origin: f64,
        horizon: f64,
        settings: Settings,
    ) -> (Self, Option<Landmarks>) {
        let mut forecaster = Self::untilted(panel, origin, horizon, settings);
        let now = forecaster.outlook(horizon);
        let landmarks = Landmarks::collect(panel, &forecaster.hazards, &now, origin);
        forecaster.tilt = landmarks.as_ref().map(|landmarks| landmarks.fit(12));
        if panel.has_facts() {
            let chain = law::chain(&forecaster.hazards, &forecaster.stages).ok();
            forecaster.effects = chain.map(|chain| (Effects::learn(panel, &chain, origin), chain));
        }
        (forecaster, landmarks)
    }

    /// The tables from which whole curves over `days` from the origin are read.
    pub fn outlook(&self, days: f64) -> Outlook<'_> {
        Outlook::curves(&self.hazards, self.grid(days))
    }

    /// The tables for the end of the horizon alone.
    pub fn outlook_end(&self) -> Outlook<'_> {
        Outlook::ends(&self.hazards, self.grid(self.horizon))
    }

    /// The tables for some days from the origin alone.
    pub fn outlook_on(&self, days: &[f64]) -> Outlook<'_> {
        let far = days.iter().copied().fold(self.horizon, f64::max);
        let grid = self.grid(far);
        let mut instants: Vec<usize> = days
            .iter()
            .flat_map(|days| grid.around(*days))
            .chain([self.horizon_on(&grid), grid.steps])
            .collect();
        instants.sort_unstable();
        instants.dedup();
        Outlook::at(&self.hazards, grid, instants)
    }

    /// The horizon's instant on a grid.
    fn horizon_on(&self, grid: &Grid) -> usize {
        ((self.horizon / grid.step).round() as usize).min(grid.steps)
    }

    /// A grid over `days` on which the horizon is an instant.
    fn grid(&self, days: f64) -> Grid {
        let base = Grid::over(self.origin, self.horizon);
        if days <= self.horizon {
            return base;
        }
        // Past the horizon the steps may be longer, but the horizon stays on the grid.
        let per_horizon = base
            .steps
            .min(((96.0 * self.horizon / days).ceil() as usize).max(24));
        let step = self.horizon / per_horizon as f64;
        Grid {
            origin: self.origin,
            step,
            steps: (days / step).ceil() as usize,
        }
    }

    /// The curve of an open deal: tilted at the horizon, and pushed by what is known of its people.
    pub fn curve(
        &self,
        outlook: &Outlook,
        panel: &Panel,
        deal: usize,
        standing: &Standing,
    ) -> Curve {
        self.curve_at(outlook, panel, (deal, self.origin), standing)
    }

    /// The same of a deal as it stood on a past day. The calendar is that of the days from the origin.
    pub(crate) fn curve_at(
        &self,
        outlook: &Outlook,
        panel: &Panel,
        (deal, day): (usize, f64),
        standing: &Standing,
    ) -> Curve {
        let curve = outlook.deal(standing.stage as usize, day - standing.entered);
        let horizon = self.horizon_on(&outlook.grid());
        let last = outlook.instants().len() - 1;
        let at = outlook
            .instants()
            .partition_point(|i| *i < horizon)
            .min(last);
        let now = [curve.won[at], curve.lost[at]];
        let mut end = self.tilted_at(now, panel, (deal, day), standing);
        let pull = self.pull_at(panel, (deal, day), standing);
        if pull != 0.0 {
            // It moves the odds of won against lost and leaves the chance to close as it is.
            let closed = end[0] + end[1];
            let odds = end[0].max(1e-12) / end[1].max(1e-12) * pull.exp();
            end = [closed * odds / (1.0 + odds), closed / (1.0 + odds)];
        }
        curve.through(at, end)
    }

    /// Chances at the horizon, tilted and shifted.
    pub fn tilted(
        &self,
        end: [f64; 2],
        panel: &Panel,
        deal: usize,
        standing: &Standing,
    ) -> [f64; 2] {
        self.tilted_at(end, panel, (deal, self.origin), standing)
    }

    /// The same on a past day.
    pub(crate) fn tilted_at(
        &self,
        end: [f64; 2],
        panel: &Panel,
        (deal, day): (usize, f64),
        standing: &Standing,
    ) -> [f64; 2] {
        let end = match &self.tilt {
            Some(tilt) => tilt.apply(panel, deal, standing, day, end),
            None => end,
        };
        let odds = self.shift.exp();
        let norm = 1.0 + end[0] * (odds - 1.0);
        [end[0] * odds / norm, end[1] / norm]
    }

    /// What the deal's champion, blockers and touches add to its log-odds to be won in the end.
    pub fn pull(&self, panel: &Panel, deal: usize, standing: &Standing) -> f64 {
        self.pull_at(panel, (deal, self.origin), standing)
    }

    /// The same on a past day, of which it is not known what still stood.
    pub(crate) fn pull_at(
        &self,
        panel: &Panel,
        (deal, day): (usize, f64),
        standing: &Standing,
    ) -> f64 {
        let (Some((effects, chain)), Some(facts)) = (&self.effects, panel.facts(deal)) else {
            return 0.0;
        };
        let push = effects.forward(COVARIATES.map(|c| {
            if day < self.origin {
                c.value(facts, day)
            } else {
                c.now(facts, day)
            }
        }));
        let age = day - standing.entered;
        effects::pull(&self.hazards, chain, standing.stage as usize, age, push)
    }
}

impl Trained {
    /// Learns the best model and an ensemble of `members` from everything before `origin`.
    pub fn learn(panel: &Panel, origin: f64, horizon: f64, members: usize, seed: u64) -> Self {
        let (best, landmarks) = Forecaster::learn_with(panel, origin, horizon, Settings::default());
        let sojourns = panel.sojourns(origin);
        let period = landmarks
            .as_ref()
            .zip(best.tilt.as_ref())
            .map(|(l, t)| l.period(t));
        let (period_sd, mean_p) = period.unwrap_or((0.04, 0.3));
        let ensemble = (0..members)
            .into_par_iter()
            .map(|member| {
                let times = |deal| Stream::of(seed, member as u64, panel.key(deal)).times();
                let weight: Vec<f64> = (0..panel.deals()).map(|d| f64::from(times(d))).collect();
                // The calendar is kept: a resample of deals says nothing about periods.
                let hazards = best.hazards.refit(&sojourns, &weight);
                let tilt = best
                    .tilt
                    .as_ref()
                    .map(|tilt| tilt.drawn(seed, (5 << 32) + member as u64));
                // Evenly spread normal quantiles, so that few members still have the right spread.
                let spread = crate::chain::normal_quantile((member as f64 + 0.5) / members as f64);
                let shift = spread * period_sd / (1.0 - mean_p).max(0.2);
                Forecaster {
                    hazards,
                    tilt,
                    shift,
                    stages: best.stages.clone(),
                    effects: best.effects.clone(),
                    ..best
                }
            })
            .collect();
        Self {
            best,
            ensemble,
            period_sd,
        }
    }
}
