//! Won-by and lost-by curves over a horizon, with the calendar of those very days.
//!
//! A non-homogeneous Volterra recursion on a grid: for every stage and every grid instant the chance
//! to be won (lost) by each later instant when the stage is entered there; then the same for a deal
//! that has already been in its stage for some days. Entries inside a step count as at its middle.

use super::hazard::{Hazards, StageHazards};

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
}

/// Chances by grid instant, cumulative; index 0 is the origin.
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

    /// Won and lost by `days` after the origin, linear between grid instants.
    pub fn at(&self, grid: &Grid, days: f64) -> [f64; 2] {
        let x = (days / grid.step).clamp(0.0, grid.steps as f64);
        let (k, part) = ((x as usize).min(grid.steps.saturating_sub(1)), x.fract());
        let part = if x >= grid.steps as f64 { 1.0 } else { part };
        [&self.won, &self.lost].map(|c| c[k] + (c[k + 1] - c[k]) * part)
    }
}

impl Curve {
    /// The same curve bent so that at grid instant `at` it goes through `target` (won, lost): scaled
    /// up to there, and from there on the old law of the deals that are then still open.
    #[must_use]
    pub fn through(&self, at: usize, target: [f64; 2]) -> Self {
        let now = [self.won[at], self.lost[at]];
        let open = (1.0 - target[0] - target[1]).max(0.0) / (1.0 - now[0] - now[1]).max(1e-12);
        let bend = |curve: &[f64], now: f64, target: f64| -> Vec<f64> {
            let bent = |(k, v): (usize, &f64)| {
                if k > at {
                    target + (v - now) * open
                } else if now > 0.0 {
                    v * target / now
                } else {
                    target * k as f64 / at.max(1) as f64
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

/// What entering each stage at each grid instant leads to.
#[derive(Debug)]
pub struct Outlook<'a> {
    hazards: &'a Hazards,
    /// The grid everything is on.
    pub grid: Grid,
    /// Instants kept per entry: all of them, or the last one only.
    width: usize,
    /// `[stage][entry][instant]`.
    won: Vec<Vec<f64>>,
    lost: Vec<Vec<f64>>,
}

impl<'a> Outlook<'a> {
    /// Tables with the whole curve.
    pub fn curves(hazards: &'a Hazards, grid: Grid) -> Self {
        Self::build(hazards, grid, grid.steps + 1)
    }

    /// Tables with the chance at the end of the horizon only, a great deal cheaper.
    pub fn ends(hazards: &'a Hazards, grid: Grid) -> Self {
        Self::build(hazards, grid, 1)
    }

    fn build(hazards: &'a Hazards, grid: Grid, width: usize) -> Self {
        let (stages, entries) = (hazards.stages.len(), grid.steps + 1);
        let mut outlook = Self {
            hazards,
            grid,
            width,
            won: vec![vec![0.0; entries * width]; stages],
            lost: vec![vec![0.0; entries * width]; stages],
        };
        for entry in (0..grid.steps).rev() {
            // A move within the entry step leads to a stage entered in that same step, which this
            // very pass computes: go round twice, the first time from the next instant's values.
            for stage in 0..stages {
                for table in [&mut outlook.won, &mut outlook.lost] {
                    let (a, b) = (entry * width, (entry + 1) * width);
                    let row = &mut table[stage];
                    if width == 1 {
                        row[a] = row[b];
                    } else {
                        row.copy_within(b + 1..b + width, a);
                        row[a + width - 1] = row[a + width - 2];
                    }
                }
            }
            for _ in 0..2 {
                for stage in 0..stages {
                    let (won, lost) = outlook.from(stage, entry, 0.0);
                    outlook.won[stage][entry * width..][..width].copy_from_slice(&won);
                    outlook.lost[stage][entry * width..][..width].copy_from_slice(&lost);
                }
            }
        }
        outlook
    }

    /// The curve of a deal that at the origin has been in `stage` for `age` days.
    pub fn deal(&self, stage: usize, age: f64) -> Curve {
        let (won, lost) = self.from(stage, 0, age);
        Curve { won, lost }
    }

    fn from(&self, stage: usize, entry: usize, age: f64) -> (Vec<f64>, Vec<f64>) {
        let (width, stages) = (self.width, self.hazards.stages.len());
        let law: &StageHazards = &self.hazards.stages[stage];
        let (mut won, mut lost) = (vec![0.0; width], vec![0.0; width]);
        let mut alive = 1.0;
        let mut before: Vec<f64> = law
            .exits
            .iter()
            .map(|exit| law.cumulative(exit, age))
            .collect();
        let mut step_hazard = vec![0.0; law.exits.len()];
        for q in entry..self.grid.steps {
            let reached = age + (q + 1 - entry) as f64 * self.grid.step;
            let day = self.grid.origin + (q as f64 + 0.5) * self.grid.step;
            let mut total = 0.0;
            for (i, exit) in law.exits.iter().enumerate() {
                let now = law.cumulative(exit, reached);
                let factor =
                    self.hazards
                        .calendar
                        .factor(exit.kind, day, reached - 0.5 * self.grid.step);
                step_hazard[i] = (now - before[i]).max(0.0) * factor;
                before[i] = now;
                total += step_hazard[i];
            }
            if total <= 0.0 {
                continue;
            }
            let leaves = alive * -f64::exp_m1(-total);
            alive -= leaves;
            let first = if width == 1 { 0 } else { q + 1 };
            for (exit, hazard) in law.exits.iter().zip(&step_hazard) {
                let mass = leaves * hazard / total;
                if mass <= 0.0 {
                    continue;
                }
                match exit.target.checked_sub(stages) {
                    Some(0) => won[first..].iter_mut().for_each(|w| *w += mass),
                    Some(_) => lost[first..].iter_mut().for_each(|l| *l += mass),
                    None => {
                        for (out, table) in [(&mut won, &self.won), (&mut lost, &self.lost)] {
                            let here = &table[exit.target][q * width..][..width];
                            let next = &table[exit.target][(q + 1) * width..][..width];
                            for c in first..width {
                                out[c] += mass * f64::midpoint(here[c], next[c]);
                            }
                        }
                    }
                }
            }
        }
        (won, lost)
    }
}
