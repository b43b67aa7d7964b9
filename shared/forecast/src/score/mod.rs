//! The attribute score: P(win) for deals that have attributes but no stage history.
//!
//! [`train`] learns from closed deals a blend of three models, each good where the
//! others are not: shrunk naive Bayes and a ridge logistic with few deals,
//! gradient-boosted trees where the effect of one attribute depends on another.
//! Their weights, the number of trees and the calibration come from deals held out.
//! Columns that know the outcome are refused and named.

pub mod boost;
mod features;
pub mod leak;
pub mod logistic;
pub mod measure;
mod naive;
mod table;

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::Serialize;

use boost::{Booster, Params, Valid};
use features::{Features, Prepared, Rates};
use leak::Refused;
use logistic::{Logistic, Prior};
use measure::{Measures, loss, measure};
use naive::Naive;
use table::{Cells, Column};
pub use table::{Dropped, Table, TableError};

/// Fewest closed deals to learn from.
pub const LEAST_CLOSED: usize = 50;
/// Fewest wins, and fewest losses.
pub const LEAST_EACH: usize = 10;
/// From this many closed deals on confidence is normal.
pub const NORMAL_CLOSED: usize = 200;

/// What [`train`] is told beside the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The column that identifies deals. Never learned from; where it is a number
    /// that grows, it gives the order in time.
    pub id_column: Option<String>,
    /// Columns to learn from although they look as if they knew the outcome.
    pub keep: BTreeSet<String>,
    /// Columns to leave out, the outcome's own among them.
    pub drop: BTreeSet<String>,
    /// Whether to refuse when there are fewer deals than a score needs.
    pub min_data: bool,
    /// Where the random choices start.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            id_column: None,
            keep: BTreeSet::new(),
            drop: BTreeSet::new(),
            min_data: true,
            seed: 1,
        }
    }
}

/// Why there is no score.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Too few closed deals, wins or losses.
    #[error(
        "insufficient data: {closed} closed deals ({won} won, {lost} lost) where a score needs \
         {LEAST_CLOSED} with {LEAST_EACH} of each; missing {missing}"
    )]
    InsufficientData {
        /// Deals with an outcome.
        closed: usize,
        /// Those won.
        won: usize,
        /// Those lost.
        lost: usize,
        /// What has to be added.
        missing: String,
    },
    /// The outcomes are not those of the table.
    #[error("{outcomes} outcomes for {rows} rows; give one per row, none for open deals")]
    Outcomes {
        /// How many outcomes.
        outcomes: usize,
        /// How many rows.
        rows: usize,
    },
    /// No column is left.
    #[error("no column to learn from: {why}")]
    NoColumns {
        /// What became of the columns.
        why: String,
    },
}

/// How much a score may be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Fewer than 200 closed deals.
    LowConfidence,
    /// 200 and more.
    Normal,
}

/// Forecasts of held-out deals beside the base rate's.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trial {
    /// How deals were held out, in words.
    pub how: String,
    /// The score's.
    pub score: Measures,
    /// Those of forecasting the share of wins among the deals learned from.
    pub base: Measures,
}

/// What each model counts for in the blend; sums to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Weights {
    /// Shrunk naive Bayes.
    pub naive: f64,
    /// Ridge logistic.
    pub logistic: f64,
    /// Gradient-boosted trees.
    pub boosting: f64,
}

/// A column the score leans on. Associated with the outcome, which is not to say its cause.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Driver {
    /// The column.
    pub column: String,
    /// Its share of the accuracy lost when columns are shuffled, one at a time.
    pub share: f64,
    /// Where wins are found, in words.
    pub direction: String,
}

/// What was learned, from what, and how good it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Deals learned from.
    pub closed: usize,
    /// Those won.
    pub won: usize,
    /// Those lost.
    pub lost: usize,
    /// The share won.
    pub base_rate: f64,
    /// Whether there were enough.
    pub confidence: Confidence,
    /// Columns learned from.
    pub used: Vec<String>,
    /// Columns that know the outcome.
    pub refused: Vec<Refused>,
    /// Columns that say nothing.
    pub dropped: Vec<Dropped>,
    /// Deals held out at random.
    pub random: Trial,
    /// Later deals forecast from earlier ones, where ids give an order: the harder
    /// and more honest trial.
    pub forward: Option<Trial>,
    /// Whether the score beats the base rate by more than chance would.
    pub skill: bool,
    /// That, in words.
    pub verdict: String,
    /// What the blend is made of.
    pub weights: Weights,
    /// What the score leans on, most first; empty without skill.
    pub drivers: Vec<Driver>,
}

/// A trained score.
#[derive(Debug, Clone)]
pub struct ScoreModel {
    columns: Vec<Column>,
    features: Features,
    parts: Parts,
    weights: Weights,
    calibration: Calibration,
    /// How far to lean on the model rather than the base rate, in log-odds.
    reliance: f64,
    report: Report,
}

/// Learns P(win) from the rows that have an outcome.
pub fn train(
    table: &Table,
    outcome: &[Option<bool>],
    options: &Options,
) -> Result<ScoreModel, Refusal> {
    if outcome.len() != table.rows() {
        return Err(Refusal::Outcomes {
            outcomes: outcome.len(),
            rows: table.rows(),
        });
    }
    let closed: Vec<usize> = (0..outcome.len())
        .filter(|&row| outcome[row].is_some())
        .collect();
    let (closed, ordered) = in_order(table, closed, options);
    let won: Vec<bool> = closed
        .iter()
        .map(|&row| outcome[row] == Some(true))
        .collect();
    let wins = won.iter().filter(|&&won| won).count();
    enough(wins, won.len() - wins, options)?;
    let table = table.select(&closed);
    let Chosen {
        columns,
        cells,
        refused,
        dropped,
    } = choose(&table, &won, options)?;

    let features = Features::discover(&columns, &cells);
    let prepared = features.prepare(&cells, won.len());
    let plan = Plan::of(won.len(), ordered, options.seed);
    let random_folds = random_folds(&won, plan.folds, options.seed);
    let random = plan.try_out(&prepared, &won, &random_folds);
    let forward = ordered.then(|| plan.try_out(&prepared, &won, &forward_folds(won.len())));
    let judged = forward.as_ref().unwrap_or(&random);

    let (ridge, weights) = plan.blend(judged);
    let calibration = Calibration::fit(&judged.blended(ridge, weights), &judged.won);
    let advantage = judged.advantage(ridge, weights);
    let reliance = ((advantage + 1.0) / 1.5).clamp(0.0, 1.0);
    let skill = advantage > SKILLED;
    let parts = plan.fit(&prepared, &won, ridge, judged.rounds, weights);
    let base_rate = wins as f64 / won.len() as f64;
    let random = random.trial(ridge, weights, "deals held out at random");
    let forward = forward.map(|forward| {
        forward.trial(
            ridge,
            weights,
            "later deals forecast from those with smaller ids",
        )
    });
    let mut model = ScoreModel {
        report: Report {
            closed: won.len(),
            won: wins,
            lost: won.len() - wins,
            base_rate,
            confidence: if won.len() < NORMAL_CLOSED {
                Confidence::LowConfidence
            } else {
                Confidence::Normal
            },
            used: columns.iter().map(|column| column.name.clone()).collect(),
            refused,
            dropped,
            verdict: verdict(skill, forward.as_ref().unwrap_or(&random)),
            random,
            forward,
            skill,
            weights,
            drivers: Vec::new(),
        },
        columns,
        features,
        parts,
        weights,
        calibration,
        reliance,
    };
    if skill {
        model.report.drivers = model.drivers(&cells, &won, options.seed);
    }
    Ok(model)
}

impl ScoreModel {
    /// P(win) of every row, in the table's order. Columns are found by name; one
    /// that is not there is missing in every row (see [`Self::absent`]).
    pub fn predict(&self, table: &Table) -> Vec<f64> {
        let cells: Vec<Cells> = self
            .columns
            .iter()
            .map(|column| column.read(table))
            .collect();
        self.predict_cells(&cells, table.rows())
    }

    /// Columns the score was trained on that a table does not have.
    pub fn absent(&self, table: &Table) -> Vec<&str> {
        self.columns
            .iter()
            .map(|column| column.name.as_str())
            .filter(|name| table.column(name).is_none())
            .collect()
    }

    /// What was learned and how good it is.
    pub fn report(&self) -> &Report {
        &self.report
    }

    fn predict_cells(&self, cells: &[Cells], rows: usize) -> Vec<f64> {
        let prepared = self.features.prepare(cells, rows);
        let raws = self.parts.raw(&prepared);
        let base = logit(self.report.base_rate);
        raws.iter()
            .map(|raw| {
                let calibrated = self.calibration.apply(raw.blend(self.weights));
                sigmoid(base + self.reliance * (calibrated - base))
            })
            .collect()
    }

    /// Shuffles one column at a time and watches the loss rise.
    fn drivers(&self, cells: &[Cells], won: &[bool], seed: u64) -> Vec<Driver> {
        let some = sample(won.len(), 3000, seed);
        let won_some: Vec<bool> = some.iter().map(|&row| won[row]).collect();
        let cells_some: Vec<Cells> = cells.iter().map(|cells| cells.select(&some)).collect();
        let mean_loss = |cells: &[Cells]| {
            let forecast = self.predict_cells(cells, some.len());
            forecast
                .iter()
                .zip(&won_some)
                .map(|(&p, &won)| loss(p, won))
                .sum::<f64>()
                / some.len() as f64
        };
        let own = mean_loss(&cells_some);
        let shuffled = shuffled(some.len(), seed);
        let rises: Vec<f64> = (0..cells.len())
            .into_par_iter()
            .map(|column| {
                let mut cells = cells_some.clone();
                cells[column] = cells[column].select(&shuffled);
                (mean_loss(&cells) - own).max(0.0)
            })
            .collect();
        let total: f64 = rises.iter().sum();
        let mut drivers: Vec<Driver> = rises
            .iter()
            .enumerate()
            .filter(|(_, rise)| **rise > total * 0.005)
            .map(|(column, rise)| Driver {
                column: self.columns[column].name.clone(),
                share: rise / total,
                direction: direction(&self.columns[column], &cells[column], won),
            })
            .collect();
        drivers.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.column.cmp(&b.column)));
        drivers
    }
}

/// Standard errors by which skill must exceed none (one-sided 5 %).
const SKILLED: f64 = 1.645;

fn verdict(skill: bool, trial: &Trial) -> String {
    let (score, base) = (&trial.score, &trial.base);
    if skill {
        format!(
            "beats the base rate on {} held-out deals: Brier {:.4} against {:.4}, log loss {:.4} against {:.4}",
            score.rows, score.brier, base.brier, score.log_loss, base.log_loss
        )
    } else {
        format!(
            "no skill over the base rate: on {} held-out deals Brier {:.4} against {:.4}; these attributes do not tell wins from losses",
            score.rows, score.brier, base.brier
        )
    }
}

fn enough(won: usize, lost: usize, options: &Options) -> Result<(), Refusal> {
    let closed = won + lost;
    let mut missing = Vec::new();
    for (have, need, what) in [
        (closed, LEAST_CLOSED, "closed deals"),
        (won, LEAST_EACH, "wins"),
        (lost, LEAST_EACH, "losses"),
    ] {
        if have < need {
            missing.push(format!("{} {what}", need - have));
        }
    }
    // Nothing at all can be said without both outcomes.
    if missing.is_empty() || (!options.min_data && won >= 2 && lost >= 2) {
        return Ok(());
    }
    Err(Refusal::InsufficientData {
        closed,
        won,
        lost,
        missing: missing.join(", "),
    })
}

/// The closed rows by growing id, and whether there was such an order.
fn in_order(table: &Table, closed: Vec<usize>, options: &Options) -> (Vec<usize>, bool) {
    let ids: Option<Vec<f64>> = options
        .id_column
        .as_deref()
        .and_then(|name| table.column(name))
        .and_then(|cells| {
            closed
                .iter()
                .map(|&row| table::number(&cells[row]))
                .collect()
        });
    let Some(ids) = ids else {
        return (closed, false);
    };
    let mut order: Vec<usize> = (0..closed.len()).collect();
    order.sort_by(|&a, &b| ids[a].total_cmp(&ids[b]));
    // Values that come twice are an attribute rather than an id.
    if order.windows(2).any(|pair| ids[pair[0]] == ids[pair[1]]) {
        return (closed, false);
    }
    let enough = closed.len() >= 1000;
    (order.into_iter().map(|at| closed[at]).collect(), enough)
}

struct Chosen {
    columns: Vec<Column>,
    cells: Vec<Cells>,
    refused: Vec<Refused>,
    dropped: Vec<Dropped>,
}

enum Verdict {
    Use(Column, Cells),
    Refuse(Refused),
    Drop(Dropped),
}

fn choose(table: &Table, won: &[bool], options: &Options) -> Result<Chosen, Refusal> {
    let verdicts: Vec<Verdict> = table
        .names()
        .par_iter()
        .filter(|name| Some(*name) != options.id_column.as_ref() && !options.drop.contains(*name))
        .map(|name| judge(table, name, won, options))
        .collect();
    let mut chosen = Chosen {
        columns: Vec::new(),
        cells: Vec::new(),
        refused: Vec::new(),
        dropped: Vec::new(),
    };
    for verdict in verdicts {
        match verdict {
            Verdict::Use(column, cells) => {
                chosen.columns.push(column);
                chosen.cells.push(cells);
            }
            Verdict::Refuse(refused) => chosen.refused.push(refused),
            Verdict::Drop(dropped) => chosen.dropped.push(dropped),
        }
    }
    if chosen.columns.is_empty() {
        return Err(Refusal::NoColumns {
            why: format!(
                "{} refused because they know the outcome, {} without use",
                chosen.refused.len(),
                chosen.dropped.len()
            ),
        });
    }
    Ok(chosen)
}

fn judge(table: &Table, name: &str, won: &[bool], options: &Options) -> Verdict {
    let keep = options.keep.contains(name);
    let refuse = |why| {
        Verdict::Refuse(Refused {
            column: name.to_owned(),
            why,
        })
    };
    if let Some(why) = leak::by_name(name).filter(|_| !keep) {
        return refuse(why);
    }
    let cells = table.column(name).unwrap_or_default();
    match Column::discover(name, cells) {
        Err(dropped) => Verdict::Drop(dropped),
        Ok(column) => {
            let cells = column.read(table);
            match leak::by_values(&column, &cells, won).filter(|_| !keep) {
                Some(why) => refuse(why),
                None => Verdict::Use(column, cells),
            }
        }
    }
}

/// The three models' log-odds of one deal.
#[derive(Debug, Clone, Copy, Default)]
struct Raws {
    naive: f64,
    logistic: f64,
    boosting: f64,
}

impl Raws {
    fn blend(self, weights: Weights) -> f64 {
        weights.naive * self.naive
            + weights.logistic * self.logistic
            + weights.boosting * self.boosting
    }
}

/// The fitted models; one that counts for nothing is not fitted.
#[derive(Debug, Clone)]
struct Parts {
    naive: Option<Naive>,
    logistic: Option<Logistic>,
    boosters: Vec<Booster>,
    rates: Rates,
}

impl Parts {
    fn raw(&self, x: &Prepared) -> Vec<Raws> {
        let mut raws = vec![Raws::default(); x.rows];
        if let Some(naive) = &self.naive {
            for (raws, raw) in raws.iter_mut().zip(naive.raw(&x.levels, x.rows)) {
                raws.naive = raw;
            }
        }
        if let Some(logistic) = &self.logistic {
            let (design, columns) = x.design();
            for (raws, row) in raws.iter_mut().zip(design.chunks(columns.max(1))) {
                raws.logistic = logistic.raw(row);
            }
        }
        if !self.boosters.is_empty() {
            let matrix = x.with_rates(&self.rates);
            let share = 1.0 / self.boosters.len() as f64;
            for booster in &self.boosters {
                for (raws, raw) in raws.iter_mut().zip(booster.raw(&matrix)) {
                    raws.boosting += share * f64::from(raw);
                }
            }
        }
        raws
    }
}

/// How much modelling so many rows bear.
struct Plan {
    folds: usize,
    ordered: bool,
    seed: u64,
    /// Standard deviations the coefficients of the logistic may have beforehand.
    ridges: Vec<f64>,
    boosting: Option<Params>,
    bags: u64,
    /// Where the blend's weights stand before any data, and how many log-loss units
    /// a full step away costs.
    weights: Weights,
    inertia: f64,
}

/// Held-out forecasts of every model.
struct Tried {
    won: Vec<bool>,
    fold: Vec<usize>,
    base: Vec<f64>,
    naive: Vec<f64>,
    /// Per ridge.
    logistic: Vec<Vec<f64>>,
    boosting: Vec<f64>,
    rounds: usize,
}

type Fold = (Vec<usize>, Vec<usize>);

impl Plan {
    fn of(rows: usize, ordered: bool, seed: u64) -> Self {
        let params = Params {
            seed,
            early_stopping: Some(60),
            ..Params::default()
        };
        let boosting = match rows {
            0..300 => None,
            300..1000 => Some(Params {
                rounds: 200,
                learning_rate: 0.04,
                max_leaves: 4,
                min_child_weight: 3.0,
                l2: 10.0,
                feature_fraction: 0.5,
                row_fraction: 0.8,
                ..params
            }),
            1000..10_000 => Some(Params {
                rounds: 500,
                learning_rate: 0.04,
                max_leaves: 8,
                min_child_weight: 5.0,
                l2: 5.0,
                feature_fraction: 0.7,
                row_fraction: 0.8,
                ..params
            }),
            _ => Some(Params {
                rounds: 1000,
                learning_rate: 0.06,
                max_leaves: 31,
                min_child_weight: 8.0,
                l2: 1.0,
                feature_fraction: 0.7,
                ..params
            }),
        };
        let (naive, logistic) = if boosting.is_some() {
            (0.3, 0.4)
        } else {
            (0.5, 0.5)
        };
        Self {
            folds: if rows < 2000 { 10 } else { 4 },
            ordered,
            seed,
            ridges: if rows < 5000 {
                vec![0.18, 0.3, 0.55]
            } else {
                vec![1.0]
            },
            boosting,
            bags: if rows < 10_000 { 5 } else { 4 },
            weights: Weights {
                naive,
                logistic,
                boosting: 1.0 - naive - logistic,
            },
            inertia: 4.0,
        }
    }

    /// The order in which a row's exact values become known to later rows.
    fn rate_order(&self, rows: usize) -> Vec<usize> {
        if self.ordered {
            (0..rows).collect()
        } else {
            shuffled(rows, self.seed)
        }
    }

    fn try_out(&self, x: &Prepared, won: &[bool], folds: &[Fold]) -> Tried {
        let parts: Vec<Tried> = folds
            .par_iter()
            .enumerate()
            .map(|(number, (learn, test))| self.try_fold(x, won, learn, test, number))
            .collect();
        let rounds = parts.iter().map(|part| part.rounds).sum::<usize>() / parts.len().max(1);
        let mut all = Tried {
            won: Vec::new(),
            fold: Vec::new(),
            base: Vec::new(),
            naive: Vec::new(),
            logistic: vec![Vec::new(); self.ridges.len()],
            boosting: Vec::new(),
            rounds,
        };
        for part in parts {
            all.won.extend(part.won);
            all.fold.extend(part.fold);
            all.base.extend(part.base);
            all.naive.extend(part.naive);
            for (all, part) in all.logistic.iter_mut().zip(part.logistic) {
                all.extend(part);
            }
            all.boosting.extend(part.boosting);
        }
        all
    }

    fn try_fold(
        &self,
        x: &Prepared,
        won: &[bool],
        learn: &[usize],
        test: &[usize],
        number: usize,
    ) -> Tried {
        let (here, there) = (x.select(learn), x.select(test));
        let won_here: Vec<bool> = learn.iter().map(|&row| won[row]).collect();
        let won_there: Vec<bool> = test.iter().map(|&row| won[row]).collect();
        let wins = won_here.iter().filter(|&&won| won).count() as f64;
        let base = (wins + 0.5) / (won_here.len() as f64 + 1.0);
        let naive = naive::fit(&here.levels, &won_here).raw(&there.levels, test.len());
        let (design, columns) = there.design();
        let logistic = self
            .ridges
            .iter()
            .map(|&ridge| {
                let fit = fit_logistic(&here, &won_here, ridge);
                design
                    .chunks(columns.max(1))
                    .map(|row| fit.raw(row))
                    .collect()
            })
            .collect();
        let (boosting, rounds) = match &self.boosting {
            None => (vec![0.0; test.len()], 0),
            Some(params) => {
                let rounds = self.rounds(&here, &won_here, params);
                let params = Params {
                    rounds,
                    early_stopping: None,
                    ..params.clone()
                };
                let (matrix, rates) = here.learn_rates(&won_here, &self.rate_order(learn.len()));
                let booster = boost::fit(&matrix, &outcomes(&won_here), None, None, &params, None);
                let raw = booster.raw(&there.with_rates(&rates));
                (raw.into_iter().map(f64::from).collect(), rounds)
            }
        };
        Tried {
            fold: vec![number; test.len()],
            base: vec![base; test.len()],
            won: won_there,
            naive,
            logistic,
            boosting,
            rounds,
        }
    }

    /// How many rounds serve best, found among the learning rows alone: chosen on the
    /// rows a trial is judged by, it would find skill in noise.
    fn rounds(&self, x: &Prepared, won: &[bool], params: &Params) -> usize {
        let (learn, test): Fold = if self.ordered {
            (0..won.len()).partition(|&row| row < won.len() * 4 / 5)
        } else {
            let folds = random_folds(won, 5, self.seed ^ 2);
            folds.into_iter().next().unwrap_or_default()
        };
        let (here, there) = (x.select(&learn), x.select(&test));
        let won_here: Vec<bool> = learn.iter().map(|&row| won[row]).collect();
        let won_there: Vec<bool> = test.iter().map(|&row| won[row]).collect();
        let (matrix, rates) = here.learn_rates(&won_here, &self.rate_order(learn.len()));
        let valid = Valid {
            x: &there.with_rates(&rates),
            y: &outcomes(&won_there),
            weight: None,
            offset: None,
        };
        boost::fit(
            &matrix,
            &outcomes(&won_here),
            None,
            None,
            params,
            Some(valid),
        )
        .rounds()
    }

    /// The ridge and the weights that forecast held-out deals best.
    fn blend(&self, tried: &Tried) -> (usize, Weights) {
        let total = |raw: &dyn Fn(usize) -> f64| -> f64 {
            (0..tried.won.len())
                .map(|row| loss(sigmoid(raw(row)), tried.won[row]))
                .sum()
        };
        let ridge = (0..self.ridges.len())
            .min_by(|&a, &b| {
                let loss = |ridge: usize| total(&|row| tried.logistic[ridge][row]);
                loss(a).total_cmp(&loss(b))
            })
            .unwrap_or(0);
        let steps = 20_u32;
        let top = if self.boosting.is_some() { steps } else { 0 };
        let grid: Vec<Weights> = (0..=top)
            .flat_map(|boosting| {
                (0..=steps - boosting).map(move |logistic| Weights {
                    naive: f64::from(steps - boosting - logistic) / f64::from(steps),
                    logistic: f64::from(logistic) / f64::from(steps),
                    boosting: f64::from(boosting) / f64::from(steps),
                })
            })
            .collect();
        let losses: Vec<f64> = grid
            .par_iter()
            .map(|&weights| {
                let away = (weights.naive - self.weights.naive).powi(2)
                    + (weights.logistic - self.weights.logistic).powi(2)
                    + (weights.boosting - self.weights.boosting).powi(2);
                total(&|row| tried.raws(row, ridge).blend(weights)) + self.inertia * away
            })
            .collect();
        let best = (0..grid.len()).min_by(|&a, &b| losses[a].total_cmp(&losses[b]));
        (ridge, best.map_or(self.weights, |best| grid[best]))
    }

    fn fit(
        &self,
        x: &Prepared,
        won: &[bool],
        ridge: usize,
        rounds: usize,
        weights: Weights,
    ) -> Parts {
        let (matrix, rates) = x.learn_rates(won, &self.rate_order(won.len()));
        let y = outcomes(won);
        let boosters = match &self.boosting {
            Some(params) if weights.boosting > 0.0 => (0..self.bags)
                .into_par_iter()
                .map(|bag| {
                    let params = Params {
                        rounds,
                        early_stopping: None,
                        seed: self.seed.wrapping_add(bag),
                        row_fraction: params.row_fraction.min(0.9),
                        ..params.clone()
                    };
                    boost::fit(&matrix, &y, None, None, &params, None)
                })
                .collect(),
            _ => Vec::new(),
        };
        Parts {
            naive: (weights.naive > 0.0).then(|| naive::fit(&x.levels, won)),
            logistic: (weights.logistic > 0.0).then(|| fit_logistic(x, won, self.ridges[ridge])),
            boosters,
            rates,
        }
    }
}

impl Tried {
    fn raws(&self, row: usize, ridge: usize) -> Raws {
        Raws {
            naive: self.naive[row],
            logistic: self.logistic[ridge][row],
            boosting: self.boosting[row],
        }
    }

    fn blended(&self, ridge: usize, weights: Weights) -> Vec<f64> {
        (0..self.won.len())
            .map(|row| self.raws(row, ridge).blend(weights))
            .collect()
    }

    /// Forecasts calibrated on the other folds.
    fn calibrated(&self, ridge: usize, weights: Weights) -> Vec<f64> {
        let raws = self.blended(ridge, weights);
        let mut forecast = vec![0.0; raws.len()];
        for fold in self.fold.iter().copied().collect::<BTreeSet<usize>>() {
            let others = (0..raws.len()).filter(|&row| self.fold[row] != fold);
            let (raw, won): (Vec<f64>, Vec<bool>) =
                others.map(|row| (raws[row], self.won[row])).unzip();
            let calibration = Calibration::fit(&raw, &won);
            for row in (0..raws.len()).filter(|&row| self.fold[row] == fold) {
                forecast[row] = sigmoid(calibration.apply(raws[row]));
            }
        }
        forecast
    }

    /// By how many standard errors the mean log loss is below the base rate's.
    fn advantage(&self, ridge: usize, weights: Weights) -> f64 {
        let gains: Vec<f64> = self
            .calibrated(ridge, weights)
            .iter()
            .enumerate()
            .map(|(row, &p)| loss(self.base[row], self.won[row]) - loss(p, self.won[row]))
            .collect();
        let n = gains.len() as f64;
        let mean = gains.iter().sum::<f64>() / n;
        let variance = gains.iter().map(|gain| (gain - mean).powi(2)).sum::<f64>() / (n - 1.0);
        if variance > 0.0 {
            mean / (variance / n).sqrt()
        } else {
            0.0
        }
    }

    fn trial(&self, ridge: usize, weights: Weights, how: &str) -> Trial {
        Trial {
            how: how.to_owned(),
            score: measure(&self.calibrated(ridge, weights), &self.won),
            base: measure(&self.base, &self.won),
        }
    }
}

/// Calibration of log-odds r, p being their probability:
/// `shift + slope·r + skew·(ln p + ln(1 − p))`.
///
/// This is beta calibration in terms that can have priors of their own.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Calibration {
    shift: f64,
    slope: f64,
    skew: f64,
}

impl Calibration {
    /// Learned with priors at "as they were", so that few deals change little.
    fn fit(raw: &[f64], won: &[bool]) -> Self {
        let x: Vec<f64> = raw.iter().flat_map(|&raw| [raw, skewed(raw)]).collect();
        let y: Vec<f64> = won.iter().map(|&won| if won { 1.0 } else { 0.0 }).collect();
        let fit = logistic::fit(
            logistic::Rows {
                x: &x,
                columns: 2,
                y: &y,
                weight: None,
                offset: None,
            },
            Prior::shrink(0.3),
            &[Prior { mean: 1.0, sd: 0.4 }, Prior::shrink(0.1)],
        );
        let slope = fit.coefficients[0].max(0.0);
        Self {
            shift: fit.intercept,
            slope,
            // Beyond the slope the curve would turn round.
            skew: fit.coefficients[1].clamp(-slope, slope),
        }
    }

    fn apply(self, raw: f64) -> f64 {
        self.shift + self.slope * raw + self.skew * skewed(raw)
    }
}

/// ln p + ln(1 − p) of log-odds.
fn skewed(raw: f64) -> f64 {
    -raw.abs() - 2.0 * (-raw.abs()).exp().ln_1p()
}

fn fit_logistic(x: &Prepared, won: &[bool], ridge: f64) -> Logistic {
    let (design, columns) = x.design();
    let y: Vec<f64> = won.iter().map(|&won| if won { 1.0 } else { 0.0 }).collect();
    logistic::fit(
        logistic::Rows {
            x: &design,
            columns,
            y: &y,
            weight: None,
            offset: None,
        },
        Prior::FLAT,
        &vec![Prior::shrink(ridge); columns],
    )
}

fn outcomes(won: &[bool]) -> Vec<f32> {
    won.iter().map(|&won| if won { 1.0 } else { 0.0 }).collect()
}

/// Folds with about the same share of wins.
fn random_folds(won: &[bool], folds: usize, seed: u64) -> Vec<Fold> {
    let mut fold = vec![0; won.len()];
    let mut dealt = [0; 2];
    for row in shuffled(won.len(), seed) {
        let class = usize::from(won[row]);
        // Losses are dealt from the other end, so that folds are of equal size.
        fold[row] = if class == 0 {
            folds - 1 - dealt[class] % folds
        } else {
            dealt[class] % folds
        };
        dealt[class] += 1;
    }
    (0..folds)
        .map(|own| (0..won.len()).partition(|&row| fold[row] != own))
        .filter(|(learn, test): &Fold| !learn.is_empty() && !test.is_empty())
        .collect()
}

/// Each quarter of the later 60 % forecast from all that is before it.
fn forward_folds(rows: usize) -> Vec<Fold> {
    let cut = |twentieths: usize| rows * twentieths / 20;
    [(8, 11), (11, 14), (14, 17), (17, 20)]
        .iter()
        .map(|&(from, to)| ((0..cut(from)).collect(), (cut(from)..cut(to)).collect()))
        .collect()
}

/// All rows in a random order.
fn shuffled(rows: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows).collect();
    order.sort_by_key(|&row| (boost::mix(seed ^ 0x5EED, row as u64), row));
    order
}

/// At most so many rows at random, ascending.
fn sample(rows: usize, most: usize, seed: u64) -> Vec<usize> {
    let mut some = shuffled(rows, seed ^ 1);
    some.truncate(most);
    some.sort_unstable();
    some
}

/// Where wins are found along a column, in words.
fn direction(column: &Column, cells: &Cells, won: &[bool]) -> String {
    let mut groups: Vec<(String, f64)> = groups(column, cells)
        .into_iter()
        .filter(|(_, rows)| rows.len() >= 5)
        .map(|(name, rows)| {
            let wins = rows.iter().filter(|&&row| won[row]).count();
            (name, 100.0 * wins as f64 / rows.len() as f64)
        })
        .collect();
    groups.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    match (groups.first(), groups.last()) {
        (Some((best, most)), Some((worst, fewest))) if best != worst => {
            format!("won {most:.0} % where {best}, {fewest:.0} % where {worst}")
        }
        _ => "too few deals per value to say".to_owned(),
    }
}

/// The rows of each value; numbers with many values in thirds.
fn groups(column: &Column, cells: &Cells) -> Vec<(String, Vec<usize>)> {
    match cells {
        Cells::Level(codes, cardinality) => (0..*cardinality)
            .map(|code| {
                let rows = (0..codes.len()).filter(|&row| codes[row] == code);
                (column.level_name(code), rows.collect())
            })
            .collect(),
        Cells::Number(values) => {
            let edges = features::quantiles(values, 3);
            let few = edges.len() > 2;
            (0..=edges.len())
                .map(|part| {
                    let rows: Vec<usize> = (0..values.len())
                        .filter(|&row| {
                            !values[row].is_nan()
                                && edges.partition_point(|&edge| edge < values[row]) == part
                        })
                        .collect();
                    let name = match (part.checked_sub(1).map(|at| edges[at]), edges.get(part)) {
                        (_, Some(edge)) if few => format!("it is {edge}"),
                        (Some(edge), None) => format!("it is above {edge}"),
                        (None, Some(edge)) => format!("it is up to {edge}"),
                        (Some(low), Some(high)) => format!("it is above {low} up to {high}"),
                        (None, None) => String::new(),
                    };
                    (name, rows)
                })
                .collect()
        }
    }
}

fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}

fn sigmoid(raw: f64) -> f64 {
    1.0 / (1.0 + (-raw).exp())
}

#[cfg(test)]
mod tests;
