//! The model of one book: fitted once, asked many times.

use model::{Book, RateTable};
use rayon::prelude::*;
use serde::Serialize;
use std::sync::OnceLock;

use crate::chain::{Chain, ChainError, Start};
use crate::effects::{COVARIATES, Effects, pushed};
use crate::exact::{self, Exact};
use crate::law;
use crate::learn::curve::{Outlook, Tables};
use crate::learn::fit::{Confidence, ENSEMBLE, Evidence, Forecaster, InsufficientData, Trained};
use crate::learn::metrics::quantile;
use crate::learn::panel::{Standing, State};
use crate::learn::tilt::Reason;
use crate::reading::{AmountSource, Reading};

/// What a fit is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// Days ahead at which deals are told apart; by default a sixth of the history, 14 to 90.
    pub horizon_days: Option<f64>,
    /// Rates for amounts in other currencies.
    pub rates: Option<RateTable>,
    /// Models in the ensemble that says how sure; fewer, but at least 8, for books of more than 5,000 open
    /// deals.
    pub members: usize,
    /// Seed of everything drawn.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            horizon_days: None,
            rates: None,
            members: ENSEMBLE,
            seed: 1,
        }
    }
}

/// More open stages than any pipeline has.
pub const MOST_STAGES: usize = 200;

/// Open deals from which on the ensemble is smaller.
const LARGE_BOOK: usize = 5_000;

/// Why no model could be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FitError {
    /// Too little history.
    #[error(transparent)]
    InsufficientData(#[from] InsufficientData),
    /// A column that is no stage was taken for one.
    #[error(
        "there are {stages} open stages, more than {MOST_STAGES}: a column that is no stage is read as one"
    )]
    TooManyStages {
        /// How many.
        stages: usize,
    },
    /// The stages do not make a chain.
    #[error("cannot make a chain of the stages")]
    Chain(#[from] ChainError),
}

/// Why a deal could not be forecast.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DealError {
    /// It is closed.
    #[error("the deal is closed ({outcome}); there is nothing left to forecast")]
    Closed {
        /// `won` or `lost`.
        outcome: &'static str,
    },
    /// No dated stage.
    #[error(
        "the deal has no dated stage, so nothing says how long it has been there; give it a stage date"
    )]
    NoHistory,
    /// No such deal.
    #[error("there is no deal number {0} in the book")]
    Unknown(usize),
    /// A scenario cannot be applied.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A stage that the pipeline does not have.
    #[error("there is no open stage \"{stage}\"; the stages are: {known}")]
    UnknownStage {
        /// What was asked for.
        stage: String,
        /// What there is.
        known: String,
    },
    /// A number out of its range.
    #[error("{what}")]
    BadValue {
        /// What is wrong and what is allowed.
        what: String,
    },
}

/// A number with the 80 % interval that the model's own uncertainty gives.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Range {
    /// The best model's number.
    pub value: f64,
    /// 10 % of the ensemble are below.
    pub low: f64,
    /// 10 % of the ensemble are above.
    pub high: f64,
}

impl Range {
    pub(crate) fn of(value: f64, mut members: Vec<f64>) -> Self {
        members.sort_by(f64::total_cmp);
        if members.is_empty() {
            return Self {
                value,
                low: value,
                high: value,
            };
        }
        Self {
            value,
            low: quantile(&members, 0.1).min(value),
            high: quantile(&members, 0.9).max(value),
        }
    }
}

/// Chance to be won or closed by a number of days from now.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ByDays {
    /// Days from now.
    pub days: f64,
    /// Won by then.
    pub p_win: f64,
    /// Lost by then.
    pub p_lost: f64,
}

/// What one open deal is expected to do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DealForecast {
    /// Its place in the book.
    pub deal: usize,
    /// Its stage.
    pub stage: String,
    /// Days it has been there.
    pub days_in_stage: f64,
    /// Days since it began.
    pub age_days: f64,
    /// Amount in the book's currency.
    pub amount: Option<f64>,
    /// Where the amount comes from.
    pub amount_source: Option<AmountSource>,
    /// Chance to be won in the end, with the model's uncertainty.
    pub p_win: Range,
    /// Amount × chance.
    pub expected_value: Option<f64>,
    /// Expected days until it closes, either way; deals that are forgotten make this long.
    pub expected_days: f64,
    /// Expected days until it is won, if it is.
    pub expected_days_if_won: Option<f64>,
    /// Chances by 30, 60 and 90 days from now.
    pub by_days: Vec<ByDays>,
    /// What sets it apart from the average deal in its stage, strongest first.
    pub reasons: Vec<Reason>,
    /// Longer in its stage than any deal that was won: forgotten.
    pub zombie: bool,
    /// Longest stay in this stage from which deals were still won.
    pub longest_won_stay: Option<f64>,
}

/// The fitted model of a book.
#[derive(Debug)]
pub struct Model {
    /// The book as the engine read it.
    pub reading: Reading,
    /// The best model and its ensemble.
    pub trained: Trained,
    /// What champions, blockers and touches are associated with.
    pub effects: Effects,
    /// The pipeline as a chain.
    pub chain: Chain,
    /// What it was learned from.
    pub evidence: Evidence,
    /// How far it may be trusted.
    pub confidence: Confidence,
    pub(crate) seed: u64,
    longest_won: Vec<Option<f64>>,
    kept: OnceLock<Kept>,
}

/// What every question asks for again and no deal changes.
#[derive(Debug)]
struct Kept {
    /// The best model's tables for the end of its horizon.
    near: Tables,
    /// The same for [`HORIZONS`].
    long: Tables,
    /// Each member's tables for the end of the horizon, and its chain.
    members: Vec<(Tables, Result<Chain, ChainError>)>,
}

/// A deal's law: the chain bent to the deal, and where it stands in it.
#[derive(Clone, Debug)]
pub struct DealLaw {
    /// The chain.
    pub chain: Chain,
    /// Where the deal stands.
    pub start: Start,
    /// The exact solution.
    pub exact: Exact,
}

impl Model {
    /// Learns from a book, as of the book's now.
    pub fn fit(book: &Book, options: &Options) -> Result<Self, FitError> {
        let reading = Reading::of(book, options.rates.as_ref());
        let panel = &reading.panel;
        // Everything at the very instant of the book's now has happened.
        let origin = reading.as_of + 1e-6;
        let evidence = Evidence::of(panel, origin);
        let confidence = evidence.confidence()?;
        if panel.stages.len() > MOST_STAGES {
            return Err(FitError::TooManyStages {
                stages: panel.stages.len(),
            });
        }
        let start = panel.span(origin).map_or(origin, |(first, _)| first);
        let horizon = options
            .horizon_days
            .unwrap_or(((origin - start) / 6.0).clamp(14.0, 90.0));
        // The more there is to forecast, the more there is to learn from: fewer models then say as well
        // how sure the best one is.
        let members = options
            .members
            .min((options.members * LARGE_BOOK / evidence.open.max(1)).max(8));
        let trained = Trained::learn(panel, origin, horizon, members, options.seed);
        let chain = law::chain(&trained.best.hazards, &panel.stages)?;
        let effects = match &trained.best.effects {
            Some((effects, _)) => effects.clone(),
            None => Effects::learn(panel, &chain, origin),
        };
        let longest_won = reading.longest_won_stays();
        Ok(Self {
            trained,
            effects,
            chain,
            evidence,
            confidence,
            seed: options.seed,
            longest_won,
            kept: OnceLock::new(),
            reading,
        })
    }

    fn kept(&self) -> &Kept {
        self.kept.get_or_init(|| {
            let best = &self.trained.best;
            let members = self.trained.ensemble.par_iter().map(|member| {
                let chain = law::chain(&member.hazards, &best.stages);
                (member.outlook_end().into_tables(), chain)
            });
            Kept {
                near: best.outlook_end().into_tables(),
                long: best.outlook_on(&HORIZONS).into_tables(),
                members: members.collect(),
            }
        })
    }

    /// The best model's outlooks: on the end of its horizon, and on [`HORIZONS`].
    pub(crate) fn outlooks(&self) -> (Outlook<'_>, Outlook<'_>) {
        let (hazards, kept) = (&self.trained.best.hazards, self.kept());
        let outlook = |tables| Outlook::kept(hazards, tables);
        (outlook(&kept.near), outlook(&kept.long))
    }

    /// The members of the ensemble, each with its outlook on the end of the horizon and its chain.
    pub(crate) fn members(
        &self,
    ) -> impl Iterator<Item = (&Forecaster, Outlook<'_>, &Result<Chain, ChainError>)> {
        let members = self.trained.ensemble.iter().zip(&self.kept().members);
        members.map(|(member, (tables, chain))| {
            (member, Outlook::kept(&member.hazards, tables), chain)
        })
    }

    /// Chances to be won and lost within 90 days.
    pub(crate) fn within_90_days(&self, deal: usize) -> Result<[f64; 2], DealError> {
        let standing = self.standing(deal)?;
        let (_, long) = self.outlooks();
        let best = &self.trained.best;
        let curve = best.curve(&long, &self.reading.panel, deal, &standing);
        Ok(long.read(&curve, 90.0))
    }

    /// Day from which the forecast looks ahead.
    pub fn origin(&self) -> f64 {
        self.trained.best.origin
    }

    /// Stages from which fewer than 20 stays have ended, with their number: their rates lean on the
    /// pipeline's.
    pub fn thin_stages(&self) -> Vec<(&str, usize)> {
        const FEW: f64 = 20.0;
        let best = &self.trained.best;
        let ended = best
            .hazards
            .stages
            .iter()
            .map(|stage| stage.exits.iter().map(|e| e.events).sum());
        let named = best.stages.iter().map(String::as_str).zip(ended);
        named
            .filter(|(_, n): &(&str, f64)| *n < FEW)
            .map(|(stage, n)| (stage, n as usize))
            .collect()
    }

    /// The open deals that can be forecast.
    pub fn open(&self) -> Vec<usize> {
        (0..self.reading.panel.deals())
            .filter(|deal| self.standing(*deal).is_ok())
            .collect()
    }

    /// The same in the panel's order, in which sums over deals are taken.
    pub(crate) fn open_in_order(&self) -> Vec<usize> {
        let deals = self.reading.panel.in_order();
        deals.filter(|deal| self.standing(*deal).is_ok()).collect()
    }

    /// Where an open deal stands.
    pub fn standing(&self, deal: usize) -> Result<Standing, DealError> {
        if deal >= self.reading.panel.deals() {
            return Err(DealError::Unknown(deal));
        }
        match self.reading.panel.state(deal, self.origin()) {
            Some(State::Open(standing)) => Ok(standing),
            Some(State::Closed { won, .. }) => Err(DealError::Closed {
                outcome: if won { "won" } else { "lost" },
            }),
            None => Err(DealError::NoHistory),
        }
    }

    /// The covariates of a deal as of now, and 0 effect where there are no facts.
    pub(crate) fn covariates(&self, deal: usize) -> [f64; 3] {
        match self.reading.panel.facts(deal) {
            Some(facts) => COVARIATES.map(|c| c.now(facts, self.origin())),
            None => [0, 1, 2].map(|i: usize| self.effects.all[i].mean),
        }
    }

    /// How a deal's chance to be won in the end differs from the chain's, in log-odds: what its tilt
    /// says of won against lost within the horizon, and what its people add.
    pub(crate) fn pull(
        &self,
        forecaster: &Forecaster,
        outlook: &Outlook,
        deal: usize,
        standing: &Standing,
    ) -> f64 {
        self.pull_at(forecaster, outlook, (deal, self.origin()), standing)
    }

    /// The same of a deal as it stood on a past day.
    pub(crate) fn pull_at(
        &self,
        forecaster: &Forecaster,
        outlook: &Outlook,
        (deal, day): (usize, f64),
        standing: &Standing,
    ) -> f64 {
        let panel = &self.reading.panel;
        let base = outlook
            .deal(standing.stage as usize, day - standing.entered)
            .end();
        let tilted = forecaster.tilted_at(base, panel, (deal, day), standing);
        let odds = |[won, lost]: [f64; 2]| (won.max(1e-9) / lost.max(1e-9)).ln();
        // With little closing in sight the tilt says little of the end.
        let weight = (2.0 * (base[0] + base[1])).min(1.0);
        weight * (odds(tilted) - odds(base)) + forecaster.pull_at(panel, (deal, day), standing)
    }

    /// The deal's own chain: the pipeline's, its first step what remains of the present stay, bent so
    /// that the chance to be won in the end is the deal's.
    pub fn law(&self, deal: usize) -> Result<DealLaw, DealError> {
        let best = &self.trained.best;
        let standing = self.standing(deal)?;
        let (near, long) = self.outlooks();
        let end = best
            .curve(&long, &self.reading.panel, deal, &standing)
            .end();
        self.law_on(&near, end, deal, &standing)
    }

    /// The same, with the tables at hand and the chances by the last horizon.
    fn law_on(
        &self,
        near: &Outlook,
        end: [f64; 2],
        deal: usize,
        standing: &Standing,
    ) -> Result<DealLaw, DealError> {
        let best = &self.trained.best;
        let age = self.origin() - standing.entered;
        let p0 = law::p_win(
            &best.hazards,
            self.chain.p_win(),
            standing.stage as usize,
            age,
        );
        let p = logistic(logit(p0) + self.pull(best, near, deal, standing));
        self.law_from(standing.stage, age, logit(between(p, end)) - logit(p0))
    }

    /// The chain of a deal in `stage` since `age` days whose log-odds to be won differ from the
    /// pipeline's by `pull`.
    pub(crate) fn law_from(&self, stage: u16, age: f64, pull: f64) -> Result<DealLaw, DealError> {
        let first = law::law(&self.trained.best.hazards, stage as usize, age)?;
        let start = self.chain.start_with(stage, first.clone())?;
        let p0 = exact::solve(&self.chain, &start).p_win;
        let aim = logistic(logit(p0) + pull);
        let bend = |push: f64| -> Result<DealLaw, DealError> {
            let law = pushed(&self.chain, push);
            let chain = self.chain.with_laws(&law)?;
            let start = chain.start_with(stage, law(stage, &first))?;
            let exact = exact::solve(&chain, &start);
            Ok(DealLaw {
                chain,
                start,
                exact,
            })
        };
        if pull == 0.0 {
            return bend(0.0);
        }
        // The chance rises with the push, its log-odds nearly in step: secants inside a bracket.
        let aim = logit(aim);
        let (mut low, mut high) = (-12.0, 12.0);
        let mut found = bend(0.0)?;
        let (mut at, mut slope) = (0.0, 1.0);
        for _ in 0..40 {
            let miss = aim - logit(found.exact.p_win);
            if miss.abs() < 1e-9 {
                break;
            }
            if miss > 0.0 {
                low = at;
            } else {
                high = at;
            }
            let mut next: f64 = at + miss / slope;
            if !(low < next && next < high) {
                next = f64::midpoint(low, high);
            }
            let before = logit(found.exact.p_win);
            found = bend(next)?;
            let rise = (logit(found.exact.p_win) - before) / (next - at);
            slope = if rise.is_finite() && rise > 1e-3 {
                rise
            } else {
                1.0
            };
            at = next;
        }
        Ok(found)
    }

    /// Forecasts of these deals; closed ones and ones without history are left out.
    pub fn deals(&self, deals: &[usize]) -> Vec<DealForecast> {
        let best = &self.trained.best;
        let (near, long) = self.outlooks();
        let members: Vec<(&Forecaster, Outlook, &Chain)> = self
            .members()
            .filter_map(|(member, outlook, chain)| Some((member, outlook, chain.as_ref().ok()?)))
            .collect();
        deals
            .par_iter()
            .filter_map(|&deal| {
                let standing = self.standing(deal).ok()?;
                let age = self.origin() - standing.entered;
                let curve = best.curve(&long, &self.reading.panel, deal, &standing);
                let stage = standing.stage as usize;
                let end = curve.end();
                let drawn = members.iter().map(|(member, outlook, chain)| {
                    let p = law::p_win(&member.hazards, chain.p_win(), stage, age);
                    let pull = self.pull(member, outlook, deal, &standing);
                    logistic(logit(p) + pull)
                });
                let exact = self.law_on(&near, end, deal, &standing).ok()?.exact;
                let p_win = Range::of(exact.p_win, drawn.collect());
                let (amount, amount_source) = self.reading.values[deal].unzip();
                let by_days = HORIZONS.map(|days| {
                    let [p_win, p_lost] = long.read(&curve, days);
                    ByDays {
                        days,
                        p_win,
                        p_lost,
                    }
                });
                let longest_won_stay = self.longest_won[standing.stage as usize];
                Some(DealForecast {
                    deal,
                    stage: best.stages[standing.stage as usize].clone(),
                    days_in_stage: age,
                    age_days: self.origin() - standing.began,
                    amount,
                    amount_source,
                    p_win,
                    expected_value: amount.map(|a| a * p_win.value),
                    expected_days: exact.days,
                    expected_days_if_won: exact.days_if_won,
                    by_days: by_days.to_vec(),
                    reasons: self.reasons(deal, &standing, age),
                    zombie: longest_won_stay.is_some_and(|longest| age > longest),
                    longest_won_stay,
                })
            })
            .collect()
    }

    /// The forecast of one deal.
    pub fn deal(&self, deal: usize) -> Result<DealForecast, DealError> {
        self.standing(deal)?;
        self.deals(&[deal]).pop().ok_or(DealError::NoHistory)
    }

    fn reasons(&self, deal: usize, standing: &Standing, age: f64) -> Vec<Reason> {
        let mut reasons = match &self.trained.best.tilt {
            Some(tilt) => tilt.reasons(&self.reading.panel, deal, standing, self.origin()),
            None => Vec::new(),
        };
        let values = self.covariates(deal);
        for (effect, value) in self.effects.all.iter().zip(values) {
            let log_odds = effect.log_odds * (value - effect.mean);
            let feature = match (effect.covariate, value > 0.0) {
                (crate::effects::Covariate::Champion, true) => "has a champion",
                (crate::effects::Covariate::Champion, false) => "no champion known",
                (crate::effects::Covariate::Blocker, true) => "an unresolved blocker",
                (crate::effects::Covariate::Blocker, false) => "no blocker known",
                (crate::effects::Covariate::Touches, true) => "touches in the last 14 days",
                (crate::effects::Covariate::Touches, false) => "no touch in the last 14 days",
            };
            reasons.push(Reason {
                feature: feature.to_owned(),
                log_odds,
            });
        }
        // How the days in stage change the chance, by the hazards alone.
        let p = |age: f64| {
            let hazards = &self.trained.best.hazards;
            logit(law::p_win(
                hazards,
                self.chain.p_win(),
                standing.stage as usize,
                age,
            ))
        };
        reasons.push(Reason {
            feature: format!("{age:.0} days in stage"),
            log_odds: p(age) - p(0.0),
        });
        reasons.retain(|reason| reason.log_odds.abs() >= 0.02);
        reasons.sort_by(|a, b| b.log_odds.abs().total_cmp(&a.log_odds.abs()));
        reasons.truncate(6);
        reasons
    }

    /// Chances to be won and lost by each of `days` from now, of these open deals, under the best
    /// model (`None`) or a member of the ensemble.
    pub(crate) fn chances(
        &self,
        deals: &[usize],
        days: &[f64],
        member: Option<usize>,
    ) -> Vec<Vec<[f64; 2]>> {
        let forecaster = member.map_or(&self.trained.best, |m| &self.trained.ensemble[m]);
        let outlook = forecaster.outlook_on(days);
        let chances = |deal: &usize| match self.standing(*deal) {
            Ok(standing) => {
                let curve = forecaster.curve(&outlook, &self.reading.panel, *deal, &standing);
                days.iter()
                    .map(|days| outlook.read(&curve, *days))
                    .collect()
            }
            Err(_) => vec![[0.0; 2]; days.len()],
        };
        deals.iter().map(chances).collect()
    }
}

/// Days ahead at which a deal's chances are given.
const HORIZONS: [f64; 3] = [30.0, 60.0, 90.0];

/// A chance to be won in the end that agrees with what is won and lost by a horizon already.
pub(crate) fn between(p: f64, [won, lost]: [f64; 2]) -> f64 {
    let won = won.clamp(0.0, 1.0);
    p.clamp(won, (1.0 - lost).max(won))
}

/// Log-odds, kept finite.
pub(crate) fn logit(p: f64) -> f64 {
    let p = p.clamp(1e-9, 1.0 - 1e-9);
    (p / (1.0 - p)).ln()
}

pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
