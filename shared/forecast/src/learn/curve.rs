//! Won-by and lost-by curves over a horizon, with the calendar of those very days.
//!
//! A non-homogeneous Volterra recursion on a grid: for every stage and every grid instant the chance
//! to be won (lost) by each later instant when the stage is entered there; then the same for a deal
//! that has already been in its stage for some days. Entries inside a step count as at the mean place of
//! leaving within it.

use super::calendar::{BANDS, KINDS};
use super::hazard::{Hazards, StageHazards};
use std::borrow::Cow;

/// A horizon cut into equal steps.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    /// Day the horizon begins.
    pub origin: f64,
    /// Length of a step in days.
    pub step: f64,
    /// Number of steps.
    pub steps: usize,
}

impl Grid {
    /// A grid over `days` fine enough for the purpose: half-day steps, 24 to 96 of them.
    pub fn over(origin: f64, days: f64) -> Self {
        let steps = ((days * 2.0).ceil() as usize).clamp(24, 96);
        Self {
            origin,
            step: days / steps as f64,
            steps,
        }
    }

    /// The instants between which a day lies.
    pub fn around(&self, days: f64) -> [usize; 2] {
        let before = ((days / self.step).max(0.0) as usize).min(self.steps.saturating_sub(1));
        [before, before + 1]
    }
}

/// Chances by instant, cumulative; of a whole curve the first instant is the origin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// Won by then.
    pub won: Vec<f64>,
    /// Lost by then.
    pub lost: Vec<f64>,
}

impl Curve {
    /// Won and lost by the end of the horizon.
    pub fn end(&self) -> [f64; 2] {
        [
            self.won.last().copied().unwrap_or(0.0),
            self.lost.last().copied().unwrap_or(0.0),
        ]
    }

    /// The same curve bent so that at its entry `at` it goes through `target` (won, lost): scaled up
    /// to there, and from there on the old law of the deals that are then still open.
    #[must_use]
    pub fn through(&self, at: usize, target: [f64; 2]) -> Self {
        let now = [self.won[at], self.lost[at]];
        let open = (1.0 - target[0] - target[1]).max(0.0) / (1.0 - now[0] - now[1]).max(1e-12);
        let bend = |curve: &[f64], now: f64, target: f64| -> Vec<f64> {
            let scale = if now > 0.0 { target / now } else { 1.0 };
            let bent = |(k, v): (usize, &f64)| {
                if k > at {
                    target + (v - now) * open
                } else {
                    v * scale
                }
            };
            curve.iter().enumerate().map(bent).collect()
        };
        Self {
            won: bend(&self.won, now[0], target[0]),
            lost: bend(&self.lost, now[1], target[1]),
        }
    }

    /// Closed, won or lost, by each grid instant.
    pub fn closed(&self) -> Vec<f64> {
        self.won
            .iter()
            .zip(&self.lost)
            .map(|(w, l)| w + l)
            .collect()
    }
}

/// What entering each stage at each grid instant leads to, at some later instants of the grid.
#[derive(Debug)]
pub struct Outlook<'a> {
    hazards: &'a Hazards,
    tables: Cow<'a, Tables>,
}

/// The tables of an [`Outlook`], which cost far more than a question to them: to keep from one
/// question to the next.
#[derive(Clone, Debug)]
pub struct Tables {
    grid: Grid,
    /// The instants kept, ascending, the end of the horizon last.
    instants: Vec<usize>,
    /// `[stage][entry][instant]`.
    won: Vec<Vec<f64>>,
    lost: Vec<Vec<f64>>,
    /// The calendar's multipliers, by step.
    factors: Vec<[[f64; BANDS]; KINDS]>,
}

impl<'a> Outlook<'a> {
    /// With whole curves.
    pub fn curves(hazards: &'a Hazards, grid: Grid) -> Self {
        Self::at(hazards, grid, (0..=grid.steps).collect())
    }

    /// With the end of the horizon only: a great deal cheaper.
    pub fn ends(hazards: &'a Hazards, grid: Grid) -> Self {
        Self::at(hazards, grid, vec![grid.steps])
    }

    /// With these instants of the grid, ascending.
    pub fn at(hazards: &'a Hazards, grid: Grid, instants: Vec<usize>) -> Self {
        let (stages, entries, width) = (hazards.stages.len(), grid.steps + 1, instants.len());
        let factors = (0..grid.steps)
            .map(|step| {
                hazards
                    .calendar
                    .factors(grid.origin + (step as f64 + 0.5) * grid.step)
            })
            .collect();
        let empty = vec![vec![0.0; entries * width]; stages];
        let tables = Tables {
            grid,
            instants,
            won: empty.clone(),
            lost: empty,
            factors,
        };
        let mut outlook = Self {
            hazards,
            tables: Cow::Owned(tables),
        };
        for entry in (0..grid.steps).rev() {
            // A move within the entry step leads to a stage entered in that same step, which this
            // very pass computes: go round as often as quick moves may follow each other, the first time
            // from the next instant's values.
            for stage in 0..stages {
                let Tables { won, lost, .. } = outlook.tables.to_mut();
                for table in [won, lost] {
                    table[stage]
                        .copy_within((entry + 1) * width..(entry + 2) * width, entry * width);
                }
            }
            for _ in 0..stages.clamp(2, 5) {
                for stage in 0..stages {
                    let Curve { won, lost } = outlook.from(stage, entry, 0.0);
                    let tables = outlook.tables.to_mut();
                    tables.won[stage][entry * width..][..width].copy_from_slice(&won);
                    tables.lost[stage][entry * width..][..width].copy_from_slice(&lost);
                }
            }
        }
        outlook
    }

    /// The outlook of hazards from their own tables, which were [kept](Self::into_tables).
    pub fn kept(hazards: &'a Hazards, tables: &'a Tables) -> Self {
        Self {
            hazards,
            tables: Cow::Borrowed(tables),
        }
    }

    /// The tables, to keep.
    pub fn into_tables(self) -> Tables {
        self.tables.into_owned()
    }

    /// The grid everything is on.
    pub fn grid(&self) -> Grid {
        self.tables.grid
    }

    /// The instants kept, ascending, the end of the horizon last.
    pub fn instants(&self) -> &[usize] {
        &self.tables.instants
    }

    /// The curve, at the instants kept, of a deal that at the origin has been in `stage` for `age` days.
    pub fn deal(&self, stage: usize, age: f64) -> Curve {
        self.from(stage, 0, age)
    }

    /// Won and lost by `days` after the origin, linear between the grid instants around that day,
    /// which must be among those kept.
    pub fn read(&self, curve: &Curve, days: f64) -> [f64; 2] {
        let Tables { grid, instants, .. } = &*self.tables;
        let [before, after] = grid.around(days);
        let part = (days / grid.step - before as f64).clamp(0.0, 1.0);
        let value = |values: &[f64], instant: usize| match instants.binary_search(&instant) {
            Ok(at) => values[at],
            Err(at) => at.checked_sub(1).map_or(0.0, |at| values[at]),
        };
        [&curve.won, &curve.lost].map(|values| {
            let (from, to) = (value(values, before), value(values, after));
            from + (to - from) * part
        })
    }

    fn from(&self, stage: usize, entry: usize, age: f64) -> Curve {
        let tables = &*self.tables;
        let (width, stages) = (tables.instants.len(), self.hazards.stages.len());
        let law: &StageHazards = &self.hazards.stages[stage];
        let (mut won, mut lost) = (vec![0.0; width], vec![0.0; width]);
        let mut alive = 1.0;
        let mut bin = 0;
        law.advance(&mut bin, age);
        let mut before: Vec<f64> = law
            .exits
            .iter()
            .map(|exit| law.cumulative_in(exit, bin, age))
            .collect();
        let mut step_hazard = vec![0.0; law.exits.len()];
        let mut first = 0;
        for q in entry..tables.grid.steps {
            let reached = age + (q + 1 - entry) as f64 * tables.grid.step;
            law.advance(&mut bin, reached);
            let band = self.hazards.calendar.band(reached - 0.5 * tables.grid.step);
            let mut total = 0.0;
            for (i, exit) in law.exits.iter().enumerate() {
                let now = law.cumulative_in(exit, bin, reached);
                step_hazard[i] = (now - before[i]).max(0.0) * tables.factors[q][exit.kind][band];
                before[i] = now;
                total += step_hazard[i];
            }
            while first < width && tables.instants[first] <= q {
                first += 1;
            }
            if total <= 0.0 {
                continue;
            }
            let leaves = alive * -f64::exp_m1(-total);
            alive -= leaves;
            // Where in the step they leave on average: early where the hazard is high.
            let place = if total < 1e-3 {
                0.5 - total / 12.0
            } else {
                1.0 / total - 1.0 / f64::exp_m1(total)
            };
            for (exit, hazard) in law.exits.iter().zip(&step_hazard) {
                let mass = leaves * hazard / total;
                if mass <= 0.0 {
                    continue;
                }
                match exit.target.checked_sub(stages) {
                    Some(0) => won[first..].iter_mut().for_each(|w| *w += mass),
                    Some(_) => lost[first..].iter_mut().for_each(|l| *l += mass),
                    None => {
                        for (out, table) in [(&mut won, &tables.won), (&mut lost, &tables.lost)] {
                            let here = &table[exit.target][q * width..][..width];
                            let next = &table[exit.target][(q + 1) * width..][..width];
                            for c in first..width {
                                out[c] += mass * (here[c] + place * (next[c] - here[c]));
                            }
                        }
                    }
                }
            }
        }
        Curve { won, lost }
    }
}
