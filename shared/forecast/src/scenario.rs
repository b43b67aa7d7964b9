//! What if? Scenarios on one deal, and which of them would help it most.
//!
//! Baseline and scenario are solved exactly and simulated on the same luck, so the difference is the
//! scenario's and not chance's. Three errors are told apart: of the simulation, of the model, and the
//! fact that every effect is an association.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::chain::{Chain, StageLaw};
use crate::effects::{COVARIATES, Covariate, Effect, touches};
use crate::engine::{DealError, DealLaw, Model, Range, logistic, logit};
use crate::exact::{self, Exact};
use crate::learn::metrics::quantile;
use crate::simulate::{self, Pair, Params};

/// A change to a deal.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scenario {
    /// A champion is found.
    AddChampion,
    /// The blocker, or the unresolved objection, is settled.
    RemoveBlocker,
    /// A stage takes this many days less, at best a tenth of its mean.
    Accelerate {
        /// The stage's label.
        stage: String,
        /// Days saved.
        days: f64,
    },
    /// This many times as many touches.
    IncreaseTouchpoints {
        /// Above 0.
        factor: f64,
    },
    /// Another amount.
    ChangeAmount {
        /// In the book's currency.
        amount: f64,
    },
    /// The deal enters a stage now.
    SetStage {
        /// The stage's label.
        stage: String,
    },
}

/// A text that is no scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{text}\" is not a scenario: {what}; write one of add_champion, remove_blocker, \
     accelerate(STAGE,DAYS), increase_touchpoints(FACTOR), change_amount(AMOUNT), set_stage(STAGE)"
)]
pub struct ScenarioError {
    text: String,
    what: String,
}

impl FromStr for Scenario {
    type Err = ScenarioError;

    /// Reads `name` or `name(arguments)`, as `Display` writes it.
    fn from_str(text: &str) -> Result<Self, ScenarioError> {
        let error = |what: &str| ScenarioError {
            text: text.to_owned(),
            what: what.to_owned(),
        };
        let trimmed = text.trim();
        let (name, inside) = match trimmed.split_once('(') {
            None => (trimmed, None),
            Some((name, rest)) => (
                name.trim(),
                Some(
                    rest.strip_suffix(')')
                        .ok_or_else(|| error("the bracket is not closed"))?
                        .trim(),
                ),
            ),
        };
        let number = |text: &str| -> Result<f64, ScenarioError> {
            text.trim()
                .parse()
                .ok()
                .filter(|n: &f64| n.is_finite())
                .ok_or_else(|| error("a number is expected"))
        };
        match (name.to_lowercase().replace('-', "_").as_str(), inside) {
            ("add_champion", None | Some("")) => Ok(Self::AddChampion),
            ("remove_blocker", None | Some("")) => Ok(Self::RemoveBlocker),
            ("accelerate", Some(inside)) => {
                // A stage may have a comma in its name; the days have none.
                let (stage, days) = inside
                    .rsplit_once(',')
                    .ok_or_else(|| error("a stage and days are expected"))?;
                Ok(Self::Accelerate {
                    stage: unquoted(stage),
                    days: number(days)?,
                })
            }
            ("increase_touchpoints", Some(inside)) => Ok(Self::IncreaseTouchpoints {
                factor: number(inside)?,
            }),
            ("change_amount", Some(inside)) => Ok(Self::ChangeAmount {
                amount: number(inside)?,
            }),
            ("set_stage", Some(inside)) if !inside.is_empty() => Ok(Self::SetStage {
                stage: unquoted(inside),
            }),
            ("accelerate" | "increase_touchpoints" | "change_amount" | "set_stage", _) => {
                Err(error("its arguments are missing"))
            }
            ("add_champion" | "remove_blocker", Some(_)) => Err(error("it takes no arguments")),
            _ => Err(error("there is none of that name")),
        }
    }
}

fn unquoted(text: &str) -> String {
    text.trim().trim_matches(['"', '\'']).to_owned()
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddChampion => write!(f, "add_champion"),
            Self::RemoveBlocker => write!(f, "remove_blocker"),
            Self::Accelerate { stage, days } => write!(f, "accelerate({stage},{days})"),
            Self::IncreaseTouchpoints { factor } => write!(f, "increase_touchpoints({factor})"),
            Self::ChangeAmount { amount } => write!(f, "change_amount({amount})"),
            Self::SetStage { stage } => write!(f, "set_stage({stage})"),
        }
    }
}

/// One arm's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Arm {
    /// Exact chance to be won in the end.
    pub p_win: f64,
    /// Expected days until closing.
    pub expected_days: f64,
    /// Expected days until winning, if it is won.
    pub expected_days_if_won: Option<f64>,
    /// Chance to be won within 90 days.
    pub p_win_90_days: f64,
    /// Amount.
    pub amount: Option<f64>,
    /// Amount × chance.
    pub expected_value: Option<f64>,
}

/// The difference a scenario makes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Delta {
    /// Of the chance to be won; the interval is the model's (80 %): effect and ensemble.
    pub p_win: Range,
    /// Of the chance to be won within 90 days.
    pub p_win_90_days: f64,
    /// Of the expected days until closing.
    pub expected_days: f64,
    /// Of the expected value.
    pub expected_value: Option<Range>,
}

/// What a scenario rests on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// In words.
    pub note: String,
    /// The effect used, for covariates.
    pub effect: Option<Effect>,
}

/// The answer to "what if".
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WhatIf {
    /// The changes, all made together.
    pub scenarios: Vec<String>,
    /// Without them.
    pub baseline: Arm,
    /// With them.
    pub modified: Arm,
    /// The difference.
    pub delta: Delta,
    /// Both arms simulated on the same luck; its intervals are of the simulation only.
    pub simulation: Pair,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}

/// A scenario that would help, best first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recommendation {
    /// The change.
    pub scenario: Scenario,
    /// The difference it makes.
    pub delta: Delta,
    /// Expected value gained, or chance gained where the deal has no amount; 0 where the deal is only
    /// won sooner.
    pub gain: f64,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}

/// What a set of scenarios does, before it is applied.
struct Change {
    /// Log-odds of moving forward from every stage, with the standard deviation of the effects.
    push: f64,
    push_sd: f64,
    /// Factor on the stays of each stage.
    pace: Vec<f64>,
    amount: Option<f64>,
    stage: Option<u16>,
    evidence: Vec<Evidence>,
}

impl Change {
    /// A covariate changes by so much.
    fn covariate(&mut self, effect: &Effect, by: f64) {
        self.push += effect.log_odds * by;
        self.push_sd = self.push_sd.hypot(effect.sd * by);
        self.evidence.push(Evidence {
            note: note(effect.covariate, effect, by),
            effect: Some(effect.clone()),
        });
    }

    /// Whether it changes what becomes of the deal, or how surely, and not only how soon.
    fn moves_chances(&self) -> bool {
        self.push != 0.0 || self.push_sd != 0.0 || self.amount.is_some() || self.stage.is_some()
    }
}

impl Model {
    /// Answers "what if" for a deal with these changes made together. No change gives exactly 0.
    pub fn what_if(
        &self,
        deal: usize,
        scenarios: &[Scenario],
        params: &Params,
    ) -> Result<WhatIf, DealError> {
        let base = self.law(deal)?;
        let change = self.change(deal, &base, scenarios)?;
        let modified = self.apply(deal, &base, &change, 0.0)?;
        let (amount, shift) = (self.reading.value(deal), self.calendar_shift(deal, &base)?);
        let arms = (
            Self::arm(&base, amount, shift)?,
            Self::arm(&modified, change.amount.or(amount), shift)?,
        );
        let delta = self.delta(deal, &base, &change, arms)?;
        let simulation = simulate::pair(
            (&base.chain, &base.start),
            (&modified.chain, &modified.start),
            params,
        );
        Ok(WhatIf {
            scenarios: scenarios.iter().map(ToString::to_string).collect(),
            baseline: arms.0,
            modified: arms.1,
            delta,
            simulation,
            evidence: change.evidence,
        })
    }

    /// The scenarios that would help this deal most, by expected value gained.
    pub fn recommend(&self, deal: usize) -> Result<Vec<Recommendation>, DealError> {
        let base = self.law(deal)?;
        let standing = self.standing(deal)?;
        let mut candidates = Vec::new();
        let known = self.reading.panel.facts(deal).is_some();
        let now = self.covariates(deal);
        let has = |covariate: Covariate| {
            let at = COVARIATES.iter().position(|c| *c == covariate).unwrap_or(0);
            known && now[at] > 0.0
        };
        if !has(Covariate::Champion) {
            candidates.push(Scenario::AddChampion);
        }
        if has(Covariate::Blocker) {
            candidates.push(Scenario::RemoveBlocker);
        }
        candidates.push(Scenario::IncreaseTouchpoints { factor: 2.0 });
        let stages = &self.trained.best.stages;
        let first = base
            .start
            .first()
            .map_or(&base.chain.stages()[standing.stage as usize], |first| first);
        let mean = first
            .branches()
            .iter()
            .map(|b| b.p * b.dwell.mean())
            .sum::<f64>();
        let days = (mean / 3.0).clamp(1.0, 30.0).round();
        candidates.push(Scenario::Accelerate {
            stage: stages[standing.stage as usize].clone(),
            days,
        });
        let shift = self.calendar_shift(deal, &base)?;
        let mut out = Vec::new();
        for scenario in candidates {
            let change = self.change(deal, &base, std::slice::from_ref(&scenario))?;
            let modified = self.apply(deal, &base, &change, 0.0)?;
            let amount = self.reading.value(deal);
            let arms = (
                Self::arm(&base, amount, shift)?,
                Self::arm(&modified, amount, shift)?,
            );
            let delta = self.delta(deal, &base, &change, arms)?;
            let gain = delta.p_win.value * amount.unwrap_or(1.0);
            if gain > 0.0 || delta.p_win_90_days >= 0.005 {
                out.push(Recommendation {
                    scenario,
                    delta,
                    gain,
                    evidence: change.evidence,
                });
            }
        }
        // What only brings the same win sooner comes after what wins more.
        let sooner = |r: &Recommendation| r.delta.p_win_90_days;
        out.sort_by(|a, b| {
            b.gain
                .total_cmp(&a.gain)
                .then_with(|| sooner(b).total_cmp(&sooner(a)))
        });
        Ok(out)
    }

    fn change(
        &self,
        deal: usize,
        base: &DealLaw,
        scenarios: &[Scenario],
    ) -> Result<Change, DealError> {
        let stages = &self.trained.best.stages;
        let standing = self.standing(deal)?;
        let facts = self.reading.panel.facts(deal);
        let now = self.covariates(deal);
        let mut change = Change {
            push: 0.0,
            push_sd: 0.0,
            pace: vec![1.0; stages.len()],
            amount: None,
            stage: None,
            evidence: Vec::new(),
        };
        // A bare label means the stage of the deal's own pipeline.
        let own = &stages[standing.stage as usize];
        let pipeline = own.rsplit_once(": ").map_or("", |(pipeline, _)| pipeline);
        let code = |stage: &str| {
            let full = format!("{pipeline}: {stage}");
            let named = |name: &str| stages.iter().position(|s| s.eq_ignore_ascii_case(name));
            let found = stages
                .iter()
                .position(|s| s == stage)
                .or_else(|| named(stage))
                .or_else(|| named(&full));
            found
                .map(|i| i as u16)
                .ok_or_else(|| DealError::UnknownStage {
                    stage: stage.to_owned(),
                    known: stages.join(", "),
                })
        };
        let bad = |what: String| DealError::BadValue { what };
        for scenario in scenarios {
            match scenario {
                Scenario::AddChampion => {
                    let known = facts.is_some() && now[0] > 0.0;
                    change.covariate(
                        self.effects.of(Covariate::Champion),
                        if known { 0.0 } else { 1.0 },
                    );
                }
                Scenario::RemoveBlocker => {
                    let blocked = facts.is_some() && now[1] > 0.0;
                    change.covariate(
                        self.effects.of(Covariate::Blocker),
                        if blocked { -1.0 } else { 0.0 },
                    );
                }
                Scenario::IncreaseTouchpoints { factor } => {
                    if !(*factor > 0.0 && factor.is_finite()) {
                        return Err(bad(format!(
                            "the factor of touches must be above 0, not {factor}"
                        )));
                    }
                    let have = facts.map_or(1, |f| touches(f, self.origin())).max(1) as f64;
                    change.covariate(
                        self.effects.of(Covariate::Touches),
                        (have * factor).ln_1p() - have.ln_1p(),
                    );
                }
                Scenario::Accelerate { stage, days } => {
                    if !days.is_finite() || *days <= 0.0 {
                        return Err(bad(format!("the days saved must be above 0, not {days}")));
                    }
                    let at = code(stage)?;
                    let law = match base.start.first() {
                        Some(first) if at == standing.stage => first,
                        _ => &base.chain.stages()[at as usize],
                    };
                    let mean: f64 = law.branches().iter().map(|b| b.p * b.dwell.mean()).sum();
                    let factor = ((mean - days) / mean).max(0.1);
                    change.pace[at as usize] *= factor;
                    change.evidence.push(Evidence {
                        note: format!(
                            "a stay in {stage} takes {mean:.0} days on average from here; with the change {:.0}. Where it leads stays the same.",
                            mean * factor
                        ),
                        effect: None,
                    });
                }
                Scenario::ChangeAmount { amount } => {
                    if !(*amount >= 0.0 && amount.is_finite()) {
                        return Err(bad(format!("an amount must be 0 or more, not {amount}")));
                    }
                    if self.reading.value(deal) != Some(*amount) {
                        change.amount = Some(*amount);
                    }
                    let note = "the chance is taken again with the new amount, as far as amounts told deals apart";
                    change.evidence.push(Evidence {
                        note: note.to_owned(),
                        effect: None,
                    });
                }
                Scenario::SetStage { stage } => {
                    let at = code(stage)?;
                    change.stage = Some(at);
                    change.evidence.push(Evidence {
                        note: format!("the deal is taken as one that has just entered {stage}"),
                        effect: None,
                    });
                }
            }
        }
        Ok(change)
    }

    /// The deal's law with a change; `effect_z` moves the effects by so many standard deviations.
    fn apply(
        &self,
        deal: usize,
        base: &DealLaw,
        change: &Change,
        effect_z: f64,
    ) -> Result<DealLaw, DealError> {
        let push = change.push + effect_z * change.push_sd;
        let kept = change.amount.is_none() && change.stage.is_none();
        if kept && push == 0.0 && change.pace.iter().all(|pace| *pace == 1.0) {
            return Ok(base.clone());
        }
        let standing = self.standing(deal)?;
        let moved = if change.amount.is_some() || change.stage.is_some() {
            let now = exact::solve(&self.chain, &self.chain_start(deal)?).p_win;
            let mut pull = logit(base.exact.p_win) - logit(now);
            if let Some(amount) = change.amount {
                pull += self.amount_pull(deal, amount)?;
            }
            let age = if change.stage.is_some() {
                0.0
            } else {
                self.origin() - standing.entered
            };
            Some(self.law_from(change.stage.unwrap_or(standing.stage), age, pull)?)
        } else {
            None
        };
        let from = moved.as_ref().unwrap_or(base);
        // "Forward" is what it is in the pipeline's chain, for every arm alike.
        let pushed = crate::effects::pushed(&self.chain, push);
        let paced = |stage: u16, law: &StageLaw| {
            let law = if push == 0.0 {
                law.clone()
            } else {
                pushed(stage, law)
            };
            let pace = change.pace[stage as usize];
            if pace == 1.0 { law } else { law.scaled(pace) }
        };
        let chain: Chain = from.chain.with_laws(paced)?;
        let stage = from.start.stage();
        let start = match from.start.first() {
            Some(first) => chain.start_with(stage, paced(stage, first))?,
            None => chain.start(stage)?,
        };
        let exact: Exact = exact::solve(&chain, &start);
        Ok(DealLaw {
            chain,
            start,
            exact,
        })
    }

    fn chain_start(&self, deal: usize) -> Result<crate::chain::Start, DealError> {
        let standing = self.standing(deal)?;
        let first = crate::law::law(
            &self.trained.best.hazards,
            standing.stage as usize,
            self.origin() - standing.entered,
        )?;
        Ok(self.chain.start_with(standing.stage, first)?)
    }

    /// What a push or another stage changes under each model of the ensemble, ascending.
    fn member_deltas(&self, deal: usize, change: &Change) -> Result<Vec<f64>, DealError> {
        if change.push == 0.0 && change.stage.is_none() {
            return Ok(Vec::new());
        }
        let standing = self.standing(deal)?;
        let (stage, age) = (standing.stage as usize, self.origin() - standing.entered);
        let mut deltas = Vec::new();
        for (member, outlook, chain) in self.members() {
            let chain = chain.as_ref().map_err(Clone::clone)?;
            let pull = self.pull(member, &outlook, deal, &standing);
            let p = |stage: usize, age: f64, push: f64| {
                let p = crate::law::p_win(&member.hazards, chain.p_win(), stage, age);
                let push = crate::effects::pull(&member.hazards, chain, stage, age, push);
                logistic(logit(p) + pull + push)
            };
            let (to, to_age) = change
                .stage
                .map_or((stage, age), |stage| (stage as usize, 0.0));
            deltas.push(p(to, to_age, change.push) - p(stage, age, 0.0));
        }
        deltas.sort_by(f64::total_cmp);
        Ok(deltas)
    }

    /// How another amount changes the deal's log-odds.
    fn amount_pull(&self, deal: usize, amount: f64) -> Result<f64, DealError> {
        let standing = self.standing(deal)?;
        // Amounts that are filled in at the close taught nothing; the tilt knows list prices then.
        if self.reading.amounts_filled_at_close {
            return Ok(0.0);
        }
        Ok(self.trained.best.tilt.as_ref().map_or(0.0, |tilt| {
            tilt.amount_change(&self.reading.panel, deal, &standing, self.origin(), amount)
        }))
    }

    /// What to add to the chain's log-odds to be won within 90 days to get the forecast's, which knows
    /// the calendar of those very days.
    fn calendar_shift(&self, deal: usize, base: &DealLaw) -> Result<f64, DealError> {
        let [won, _] = self.within_90_days(deal)?;
        Ok(logit(won) - logit(won_in_90_days(base)?))
    }

    fn arm(law: &DealLaw, amount: Option<f64>, calendar_shift: f64) -> Result<Arm, DealError> {
        Ok(Arm {
            p_win: law.exact.p_win,
            expected_days: law.exact.days,
            expected_days_if_won: law.exact.days_if_won,
            p_win_90_days: logistic(logit(won_in_90_days(law)?) + calendar_shift),
            amount,
            expected_value: amount.map(|a| a * law.exact.p_win),
        })
    }

    fn delta(
        &self,
        deal: usize,
        base: &DealLaw,
        change: &Change,
        (a, b): (Arm, Arm),
    ) -> Result<Delta, DealError> {
        // Two solutions of one chain differ by a rounding where nothing but the pace does.
        let value = if change.moves_chances() {
            b.p_win - a.p_win
        } else {
            0.0
        };
        // The effects' error and the model's, each as far from the value as one end of its 80 % interval.
        let z = crate::chain::normal_quantile(0.9);
        let mut effect = [0.0, 0.0];
        if change.push_sd > 0.0 {
            for (side, z) in [(0, -z), (1, z)] {
                effect[side] = self.apply(deal, base, change, z)?.exact.p_win - a.p_win - value;
            }
        }
        let members = self.member_deltas(deal, change)?;
        let model = if members.is_empty() {
            [0.0, 0.0]
        } else {
            let middle = quantile(&members, 0.5);
            [
                quantile(&members, 0.1) - middle,
                quantile(&members, 0.9) - middle,
            ]
        };
        let side = |at: usize| f64::hypot(effect[at], model[at]);
        let (low, high) = (value - side(0), value + side(1));
        let amount = a.amount.zip(b.amount);
        let worth = |p: f64| amount.map(|(before, after)| (a.p_win + p) * after - a.p_win * before);
        Ok(Delta {
            p_win: Range { value, low, high },
            p_win_90_days: b.p_win_90_days - a.p_win_90_days,
            expected_days: b.expected_days - a.expected_days,
            expected_value: worth(value)
                .zip(worth(low).zip(worth(high)))
                .map(|(value, (low, high))| Range { value, low, high }),
        })
    }
}

fn won_in_90_days(law: &DealLaw) -> Result<f64, DealError> {
    Ok(exact::curve(&law.chain, &law.start, 90.0, 1.0)?.win_by(90.0))
}

fn note(covariate: Covariate, effect: &Effect, by: f64) -> String {
    let label = covariate.label();
    if by == 0.0 {
        return match covariate {
            Covariate::Champion => "the deal already has a champion: nothing changes".to_owned(),
            _ => format!("the deal has no {label} on record: nothing changes"),
        };
    }
    let odds = effect.log_odds.exp();
    let source = if covariate == Covariate::Touches {
        "a starting assumption of none: touches come with every move, so a history cannot tell"
            .to_owned()
    } else if effect.stays == 0 {
        "a starting assumption: the data have no dated facts on it".to_owned()
    } else if effect.prior_driven {
        format!(
            "mostly a starting assumption: {} of {} stays had it",
            effect.stays_with, effect.stays
        )
    } else {
        format!(
            "learned from {} of {} stays that had it",
            effect.stays_with, effect.stays
        )
    };
    let (low, high) = (
        (effect.log_odds - 1.2816 * effect.sd).exp(),
        (effect.log_odds + 1.2816 * effect.sd).exp(),
    );
    format!(
        "{label}: odds of moving forward × {odds:.2} (80 % {low:.2}–{high:.2}), {source}; an association, not a cause"
    )
}
