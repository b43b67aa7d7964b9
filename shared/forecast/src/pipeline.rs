//! The whole open pipeline: revenue and wins by period, owner and stage, with quantiles.
//!
//! Deals do not err alone: when the model is wrong about one it is wrong about many. Each draw
//! therefore first takes a model from the ensemble, with its own period shift, and then lets every
//! deal fall under that model.

use std::collections::BTreeMap;

use model::Period;
use model::{PersonId, PipelineId};
use rayon::prelude::*;
use serde::Serialize;

use crate::engine::{DealForecast, Model};
use crate::learn::metrics::{mean, quantile};
use crate::learn::panel::{Mark, State};
use crate::reading::AmountSource;
use crate::rng::Stream;

/// Draws per member of the ensemble.
const DRAWS: usize = 100;

/// How long the periods are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// Calendar months.
    Month,
    /// Calendar quarters.
    #[default]
    Quarter,
}

/// Quantiles of a total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Total {
    /// Mean of the best model.
    pub expected: f64,
    /// 10 % of the draws are below.
    pub p10: f64,
    /// Half are below.
    pub p50: f64,
    /// 90 % are below.
    pub p90: f64,
    /// Standard error of the drawn mean: the simulation's own error.
    pub simulation_se: f64,
}

impl Total {
    fn of(expected: f64, mut values: Vec<f64>) -> Self {
        if values.is_empty() {
            return Self {
                expected,
                p10: expected,
                p50: expected,
                p90: expected,
                simulation_se: 0.0,
            };
        }
        values.sort_by(f64::total_cmp);
        let m = mean(values.iter().copied());
        let variance = mean(values.iter().map(|v| (v - m).powi(2)));
        Self {
            expected,
            p10: quantile(&values, 0.1),
            p50: quantile(&values, 0.5),
            p90: quantile(&values, 0.9),
            simulation_se: (variance / values.len() as f64).sqrt(),
        }
    }
}

/// What a line is of: whatever filters the same deals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Of {
    /// All open deals; a period is of all of them.
    #[default]
    All,
    /// The deals of a seller.
    Owner {
        /// Who sells; `None` for deals that nobody does.
        owner: Option<PersonId>,
    },
    /// The deals in a stage.
    Stage {
        /// The pipeline; `None` for deals in none.
        pipeline: Option<PipelineId>,
        /// The stage, by the source's own label.
        stage: String,
    },
}

/// Amounts that stand in for what deals do not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Imputed {
    /// Deals without an amount of their own.
    pub deals: usize,
    /// What is taken for them: a list price, or the mean of won deals.
    pub amount: f64,
}

/// Revenue and number of wins.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The period, owner or stage.
    pub label: String,
    /// The deals it is of.
    pub of: Of,
    /// Open deals in it; for a period all open deals.
    pub deals: usize,
    /// Sum of their amounts.
    pub open_amount: f64,
    /// The part of it that no deal says.
    pub imputed: Imputed,
    /// Revenue won.
    pub revenue: Total,
    /// Deals won.
    pub wins: Total,
}

/// What a win brings: of the deal at a place of a list, won so many days from now, it adds amounts to
/// groups.
pub type Pays<'a> = dyn Fn(usize, f64, &mut dyn FnMut(usize, f64)) + Sync + 'a;

/// A deal that will probably not close when it is said to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Slip {
    /// Place in the book.
    pub deal: usize,
    /// Days from now until the close date it carries; negative if that has passed.
    pub closes_in_days: f64,
    /// Chance that it is won by then.
    pub p_won_by_then: f64,
    /// Chance that it is still open then.
    pub p_open_then: f64,
    /// Amount that hangs on it.
    pub amount: Option<f64>,
}

/// The forecast of the open pipeline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PipelineForecast {
    /// The periods, the running one (what is left of it) first.
    pub periods: Vec<Line>,
    /// By owner, over all periods together, largest first.
    pub owners: Vec<Line>,
    /// By stage, over all periods together, in stage order.
    pub stages: Vec<Line>,
    /// All periods together.
    pub total: Line,
    /// Each open deal.
    pub deals: Vec<DealForecast>,
    /// Deals that carry a close date within the periods and will probably miss it, by amount at risk.
    pub slips: Vec<Slip>,
    /// Of the revenue won in past periods, the share that came from deals that were not yet there
    /// when the period began: it comes on top. `None` without two past periods.
    pub newcomers_share: Option<f64>,
    /// How much periods differ for reasons no deal shows, as a share of the count of wins.
    pub period_sd: f64,
}

impl Model {
    /// Forecasts the open pipeline over `count` periods. `owner` says who sells a deal, with their
    /// name, `closes` the close date it carries, in days since the epoch.
    pub fn pipeline(
        &self,
        by: By,
        count: usize,
        owner: &dyn Fn(usize) -> Option<(PersonId, String)>,
        closes: &dyn Fn(usize) -> Option<f64>,
    ) -> PipelineForecast {
        self.pipeline_of(&|_| true, by, count, owner, closes)
    }

    /// The same, of the deals that are `seen` alone: no figure counts another.
    pub fn pipeline_of(
        &self,
        seen: &dyn Fn(usize) -> bool,
        by: By,
        count: usize,
        owner: &dyn Fn(usize) -> Option<(PersonId, String)>,
        closes: &dyn Fn(usize) -> Option<f64>,
    ) -> PipelineForecast {
        let mut open = self.open_in_order();
        open.retain(|deal| seen(*deal));
        let keys: Vec<u64> = open.iter().map(|it| self.reading.panel.key(*it)).collect();
        let now = self.origin();
        let periods = periods(now, by, count.clamp(1, 12));
        let ends: Vec<f64> = periods.iter().map(|(_, end)| end - now).collect();
        let far = ends.last().copied().unwrap_or(90.0).max(1.0);
        let chances = |member: Option<usize>| -> Vec<Vec<f64>> {
            let by = self.chances(&open, &ends, member);
            by.iter()
                .map(|by| by.iter().map(|[won, _]| *won).collect())
                .collect()
        };
        let amounts: Vec<f64> = open
            .iter()
            .map(|deal| self.reading.value(*deal).unwrap_or(0.0))
            .collect();
        // By name, and of one name by id.
        let owners: Vec<(String, Option<PersonId>)> = open
            .iter()
            .map(|deal| match owner(*deal) {
                Some((id, name)) => (name, Some(id)),
                None => ("no owner".to_owned(), None),
            })
            .collect();
        let imputed: Vec<bool> = open
            .iter()
            .map(|deal| {
                let source = self.reading.values[*deal].map(|(_, source)| source);
                source.is_some_and(|source| source != AmountSource::Deal)
            })
            .collect();
        let stage_of: Vec<usize> = open
            .iter()
            .map(|deal| self.standing(*deal).map_or(0, |s| s.stage as usize))
            .collect();
        let owner_names: Vec<(String, Option<PersonId>)> = owners
            .iter()
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .cloned()
            .collect();
        let owner_of: Vec<usize> = owners
            .iter()
            .map(|o| owner_names.binary_search(o).unwrap_or(0))
            .collect();
        let stage_names = &self.trained.best.stages;
        // Groups: periods, then owners, then stages, then everything.
        let (n_periods, n_owners) = (periods.len(), owner_names.len());
        let groups = n_periods + n_owners + stage_names.len() + 1;
        let best = chances(None);
        let mut expected = vec![(0.0, 0.0); groups];
        let mut size = vec![(0usize, 0.0); groups];
        let mut stand_ins = vec![Imputed::default(); groups];
        for (i, won_by) in best.iter().enumerate() {
            let all = won_by.last().copied().unwrap_or(0.0);
            let mut add = |group: usize, p: f64| {
                expected[group].0 += p * amounts[i];
                expected[group].1 += p;
                size[group].0 += 1;
                size[group].1 += amounts[i];
                if imputed[i] {
                    stand_ins[group].deals += 1;
                    stand_ins[group].amount += amounts[i];
                }
            };
            for period in 0..n_periods {
                let before = if period == 0 { 0.0 } else { won_by[period - 1] };
                add(period, won_by[period] - before);
            }
            add(n_periods + owner_of[i], all);
            add(n_periods + n_owners + stage_of[i], all);
            add(groups - 1, all);
        }
        let draws: Vec<Vec<[f64; 2]>> = (0..self.trained.ensemble.len())
            .into_par_iter()
            .flat_map_iter(|member| {
                let won_by = chances(Some(member));
                let mut luck = self.luck(&keys, (3 << 32) + member as u64);
                let (owner_of, stage_of, amounts) = (&owner_of, &stage_of, &amounts);
                let draws: Vec<_> = (0..DRAWS)
                    .map(|_| {
                        let mut sums = vec![[0.0; 2]; groups];
                        for (i, won_by) in won_by.iter().enumerate() {
                            let u = luck[i].unit();
                            let Some(period) = won_by.iter().position(|p| u < *p) else {
                                continue;
                            };
                            for group in [
                                period,
                                n_periods + owner_of[i],
                                n_periods + n_owners + stage_of[i],
                                groups - 1,
                            ] {
                                sums[group][0] += amounts[i];
                                sums[group][1] += 1.0;
                            }
                        }
                        sums
                    })
                    .collect();
                draws
            })
            .collect();
        let total = |group: usize, what: usize| -> Total {
            let expected = if what == 0 {
                expected[group].0
            } else {
                expected[group].1
            };
            Total::of(
                expected,
                draws.iter().map(|draw| draw[group][what]).collect(),
            )
        };
        let line = |group: usize, label: String, of: Of| Line {
            label,
            of,
            deals: size[group].0,
            open_amount: size[group].1,
            imputed: stand_ins[group],
            revenue: total(group, 0),
            wins: total(group, 1),
        };
        let mut owners: Vec<Line> = owner_names
            .iter()
            .enumerate()
            .map(|(i, (name, owner))| {
                line(n_periods + i, name.clone(), Of::Owner { owner: *owner })
            })
            .collect();
        owners.sort_by(|a, b| {
            b.revenue
                .expected
                .total_cmp(&a.revenue.expected)
                .then_with(|| a.label.cmp(&b.label))
        });
        let stages = stage_names
            .iter()
            .zip(&self.reading.stages)
            .enumerate()
            .map(|(i, (name, (pipeline, stage)))| {
                let of = Of::Stage {
                    pipeline: *pipeline,
                    stage: stage.clone(),
                };
                line(n_periods + n_owners + i, name.clone(), of)
            });
        let mut listed = open.clone();
        listed.sort_unstable();
        PipelineForecast {
            owners,
            stages: stages.filter(|line| line.deals > 0).collect(),
            total: line(groups - 1, "all periods".to_owned(), Of::All),
            slips: self.slips(&open, far, closes),
            deals: self.deals(&listed),
            newcomers_share: self.newcomers(by, seen),
            period_sd: self.trained.period_sd,
            periods: periods
                .into_iter()
                .enumerate()
                .map(|(i, (label, _))| line(i, label, Of::All))
                .collect(),
        }
    }

    /// Draws the futures of these deals as the forecast does, and adds up what each win brings:
    /// `pays(deal's place in the list, days from now until it is won, add)` calls `add(group, amount)`.
    /// Chances are told at `ends`, ascending days from now, and between two of them wins are spread
    /// evenly; later wins bring nothing. The best model's mean of each group, and the quantiles of the
    /// draws.
    pub fn drawn(
        &self,
        deals: &[usize],
        ends: &[f64],
        groups: usize,
        pays: &Pays<'_>,
    ) -> Vec<Total> {
        /// Parts into which the mean cuts the days between two instants.
        const PARTS: u32 = 8;
        let begins = |k: usize| k.checked_sub(1).map_or(0.0, |k| ends[k]);
        let chances = |member: Option<usize>| -> Vec<Vec<f64>> {
            let by = self.chances(deals, ends, member);
            by.iter()
                .map(|by| by.iter().map(|[won, _]| *won).collect())
                .collect()
        };
        let panel = &self.reading.panel;
        let keys: Vec<u64> = deals.iter().map(|deal| panel.key(*deal)).collect();
        let mut order: Vec<usize> = (0..deals.len()).collect();
        order.sort_by_key(|i| panel.rank(deals[*i]));
        let mut expected = vec![0.0; groups];
        let best = chances(None);
        for i in &order {
            let (i, won_by) = (*i, &best[*i]);
            let mut before = 0.0;
            for (k, won) in won_by.iter().enumerate() {
                let (p, from) = ((won - before) / f64::from(PARTS), begins(k));
                for part in 0..PARTS {
                    let place = (f64::from(part) + 0.5) / f64::from(PARTS);
                    let day = from + place * (ends[k] - from);
                    pays(i, day, &mut |group, amount| expected[group] += p * amount);
                }
                before = *won;
            }
        }
        let draws: Vec<Vec<f64>> = (0..self.trained.ensemble.len())
            .into_par_iter()
            .flat_map_iter(|member| {
                let won_by = chances(Some(member));
                let mut luck = self.luck(&keys, (4 << 32) + member as u64);
                let order = &order;
                let draws: Vec<_> = (0..DRAWS)
                    .map(|_| {
                        let mut sums = vec![0.0; groups];
                        for i in order {
                            let (i, won_by) = (*i, &won_by[*i]);
                            let u = luck[i].unit();
                            let k = won_by.partition_point(|p| *p <= u);
                            let Some(upto) = won_by.get(k) else {
                                continue;
                            };
                            let from = k.checked_sub(1).map_or(0.0, |k| won_by[k]);
                            let place = ((u - from) / (upto - from).max(1e-12)).clamp(0.0, 1.0);
                            let day = begins(k) + place * (ends[k] - begins(k));
                            pays(i, day, &mut |group, amount| sums[group] += amount);
                        }
                        sums
                    })
                    .collect();
                draws
            })
            .collect();
        expected
            .into_iter()
            .enumerate()
            .map(|(group, expected)| {
                Total::of(expected, draws.iter().map(|draw| draw[group]).collect())
            })
            .collect()
    }

    /// A stream of chance for each of these deals, which no other deal has a part in.
    fn luck(&self, keys: &[u64], stream: u64) -> Vec<Stream> {
        let of = |key: &u64| Stream::of(self.seed, stream, *key);
        keys.iter().map(of).collect()
    }

    fn slips(&self, open: &[usize], far: f64, closes: &dyn Fn(usize) -> Option<f64>) -> Vec<Slip> {
        let dated: Vec<(usize, f64)> = open
            .iter()
            .filter_map(|deal| Some((*deal, closes(*deal)? - self.origin())))
            .filter(|(_, days)| *days <= far)
            .collect();
        let mut days: Vec<f64> = dated.iter().map(|(_, days)| days.max(0.0)).collect();
        days.sort_by(f64::total_cmp);
        days.dedup();
        let at: Vec<usize> = dated
            .iter()
            .map(|(_, d)| days.partition_point(|x| *x < d.max(0.0)))
            .collect();
        let deals: Vec<usize> = dated.iter().map(|(deal, _)| *deal).collect();
        let chances = self.chances(&deals, &days, None);
        let mut slips: Vec<Slip> = dated
            .iter()
            .zip(at.iter().zip(&chances))
            .filter_map(|(&(deal, closes_in_days), (at, chances))| {
                let [won, lost] = chances[*at];
                let p_open_then = 1.0 - won - lost;
                let amount = self.reading.value(deal);
                (p_open_then > 0.5).then_some(Slip {
                    deal,
                    closes_in_days,
                    p_won_by_then: won,
                    p_open_then,
                    amount,
                })
            })
            .collect();
        let at_risk = |slip: &Slip| slip.p_open_then * slip.amount.unwrap_or(0.0);
        let rank = |slip: &Slip| self.reading.panel.rank(slip.deal);
        slips.sort_by(|a, b| {
            at_risk(b)
                .total_cmp(&at_risk(a))
                .then_with(|| rank(a).cmp(&rank(b)))
        });
        slips
    }

    /// Revenue of past whole periods by whether the deal was there when the period began.
    fn newcomers(&self, by: By, seen: &dyn Fn(usize) -> bool) -> Option<f64> {
        let panel = &self.reading.panel;
        let (first, _) = panel.span(self.origin())?;
        let mut revenue: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
        let key = |day: f64| crate::learn::calendar::month_number(day).div_euclid(by.months());
        for deal in panel.in_order().filter(|deal| seen(*deal)) {
            let Some(State::Closed { won: true, at }) = panel.state(deal, self.origin()) else {
                continue;
            };
            let Some(began) = panel
                .rows(deal)
                .iter()
                .find(|r| matches!(r.mark, Mark::Stage(_)))
            else {
                continue;
            };
            let cell = revenue.entry(key(at)).or_default();
            let amount = self.reading.value(deal).unwrap_or(0.0);
            cell.1 += amount;
            if key(began.at) == key(at) {
                cell.0 += amount;
            }
        }
        let whole = (key(first) + 1)..key(self.origin());
        let used: Vec<&(f64, f64)> = revenue
            .iter()
            .filter(|(k, _)| whole.contains(k))
            .map(|(_, v)| v)
            .collect();
        let total: f64 = used.iter().map(|v| v.1).sum();
        (used.len() >= 2 && total > 0.0).then(|| used.iter().map(|v| v.0).sum::<f64>() / total)
    }
}

impl By {
    fn months(self) -> i64 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
        }
    }
}

/// Labels and ends (days since the epoch) of the running period and the ones after it.
fn periods(now: f64, by: By, count: usize) -> Vec<(String, f64)> {
    use crate::learn::calendar::{first_day_of_month, month_number};
    let first = month_number(now).div_euclid(by.months());
    (0..count as i64)
        .map(|i| {
            let (from, to) = ((first + i) * by.months(), (first + i + 1) * by.months());
            let start =
                model::Date::new(from.div_euclid(12) as i16, from.rem_euclid(12) as i8 + 1, 1);
            let label = start.map_or_else(
                |_| "?".to_owned(),
                |date| match by {
                    By::Month => Period::month_of(date).label(),
                    By::Quarter => Period::quarter_of(date).label(),
                },
            );
            (label, first_day_of_month(to))
        })
        .collect()
}
