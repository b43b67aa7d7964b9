//! What the chain says without simulating: win probability, moments, visits and curves in closed
//! form.
//!
//! Everything follows from one small linear system, `(I − P) x = b`, where `P` holds the
//! probabilities of moving between open stages. The chain factors it once; a question from a
//! particular start then costs a sum over that start's first branches.

use crate::chain::{Chain, ChainError, Dwell, Start, Target};
use serde::Serialize;

/// A dense LU factorisation with partial pivoting.
#[derive(Clone, Debug)]
pub(crate) struct Lu {
    n: usize,
    /// Row-major; below the diagonal L (its unit diagonal unwritten), on and above it U.
    cells: Vec<f64>,
    /// Row `i` of the factors is row `order[i]` of the matrix.
    order: Vec<usize>,
}

impl Lu {
    /// Factors a row-major `n × n` matrix; the column without a pivot if it is singular.
    pub(crate) fn of(n: usize, mut cells: Vec<f64>) -> Result<Lu, usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for col in 0..n {
            let mut pivot = col;
            for row in col + 1..n {
                if cells[row * n + col].abs() > cells[pivot * n + col].abs() {
                    pivot = row;
                }
            }
            let head = cells[pivot * n + col];
            if head.abs() < f64::MIN_POSITIVE || !head.is_finite() {
                return Err(col);
            }
            if pivot != col {
                order.swap(pivot, col);
                for k in 0..n {
                    cells.swap(pivot * n + k, col * n + k);
                }
            }
            let (above, below) = cells.split_at_mut((col + 1) * n);
            let top = &above[col * n..];
            for row in below.chunks_exact_mut(n) {
                let factor = row[col] / head;
                if factor != 0.0 {
                    row[col] = factor;
                    for k in col + 1..n {
                        row[k] -= factor * top[k];
                    }
                }
            }
        }
        Ok(Lu { n, cells, order })
    }

    /// `x` with `A x = b`.
    pub(crate) fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = vec![0.0; self.n];
        self.solve_into(b, &mut x);
        x
    }

    fn solve_into(&self, b: &[f64], x: &mut [f64]) {
        let n = self.n;
        for i in 0..n {
            let row = &self.cells[i * n..][..n];
            let mut sum = b[self.order[i]];
            for k in 0..i {
                sum -= row[k] * x[k];
            }
            x[i] = sum;
        }
        for i in (0..n).rev() {
            let row = &self.cells[i * n..][..n];
            let mut sum = x[i];
            for k in i + 1..n {
                sum -= row[k] * x[k];
            }
            x[i] = sum / row[i];
        }
    }

    /// `x` with `Aᵀ x = b`.
    fn solve_transposed(&self, b: &[f64]) -> Vec<f64> {
        let n = self.n;
        let mut y = b.to_vec();
        for i in 0..n {
            y[i] /= self.cells[i * n + i];
            for k in i + 1..n {
                y[k] -= self.cells[i * n + k] * y[i];
            }
        }
        for i in (0..n).rev() {
            for k in 0..i {
                y[k] -= self.cells[i * n + k] * y[i];
            }
        }
        let mut x = vec![0.0; n];
        for i in 0..n {
            x[self.order[i]] = y[i];
        }
        x
    }
}

/// Moments of the time to close, from every stage of a chain.
///
/// `Chain::solution` keeps one; `of` computes it afresh.
#[derive(Clone, Debug)]
pub struct Solution {
    p_win: Vec<f64>,
    days: Vec<f64>,
    days_squared: Vec<f64>,
    won_days: Vec<f64>,
    won_days_squared: Vec<f64>,
}

/// Probability of winning and moments of the time to close, counted over all endings and over
/// wins alone (`won_*` are `E[X; win]`, not yet divided by the probability of winning).
#[derive(Clone, Copy, Default)]
struct Moments {
    p_win: f64,
    days: f64,
    days_squared: f64,
    won_days: f64,
    won_days_squared: f64,
}

impl Moments {
    const WON: Moments = Moments {
        p_win: 1.0,
        days: 0.0,
        days_squared: 0.0,
        won_days: 0.0,
        won_days_squared: 0.0,
    };

    /// Adds, with weight `p`, a stay of `dwell` followed by `self`'s law as `next`.
    fn add(&mut self, p: f64, dwell: &Dwell, next: Moments) {
        let (mean, second) = (dwell.mean(), dwell.second_moment());
        self.p_win += p * next.p_win;
        self.days += p * (mean + next.days);
        self.days_squared += p * (second + 2.0 * mean * next.days + next.days_squared);
        self.won_days += p * (mean * next.p_win + next.won_days);
        self.won_days_squared +=
            p * (second * next.p_win + 2.0 * mean * next.won_days + next.won_days_squared);
    }
}

impl Solution {
    /// Solves the whole chain.
    #[must_use]
    pub fn of(chain: &Chain) -> Solution {
        let lu = chain.lu();
        let p_win = chain.p_win().to_vec();
        let n = p_win.len();
        let mut right = vec![0.0; n];
        let mut solve = |one: &dyn Fn(&crate::chain::Branch) -> f64| {
            for (value, stage) in right.iter_mut().zip(chain.stages()) {
                *value = stage.branches().iter().map(|b| b.p * one(b)).sum();
            }
            lu.solve(&right)
        };
        let after = |values: &[f64], to: Target| match to {
            Target::Stage(j) => values[usize::from(j)],
            Target::Lost | Target::Won => 0.0,
        };
        let wins = |to: Target| match to {
            Target::Stage(j) => p_win[usize::from(j)],
            Target::Lost => 0.0,
            Target::Won => 1.0,
        };
        let days = solve(&|b| b.dwell.mean());
        let days_squared =
            solve(&|b| b.dwell.second_moment() + 2.0 * b.dwell.mean() * after(&days, b.to));
        let won_days = solve(&|b| b.dwell.mean() * wins(b.to));
        let won_days_squared = solve(&|b| {
            b.dwell.second_moment() * wins(b.to) + 2.0 * b.dwell.mean() * after(&won_days, b.to)
        });
        Solution {
            p_win,
            days,
            days_squared,
            won_days,
            won_days_squared,
        }
    }

    fn at(&self, to: Target) -> Moments {
        let Target::Stage(stage) = to else {
            return if to == Target::Won {
                Moments::WON
            } else {
                Moments::default()
            };
        };
        let pick = |values: &[f64]| values.get(usize::from(stage)).copied().unwrap_or(f64::NAN);
        Moments {
            p_win: pick(&self.p_win),
            days: pick(&self.days),
            days_squared: pick(&self.days_squared),
            won_days: pick(&self.won_days),
            won_days_squared: pick(&self.won_days_squared),
        }
    }

    /// The answer for a deal that begins at `start`, a start of the chain this solves.
    #[must_use]
    pub fn from(&self, start: &Start) -> Exact {
        let moments = match start.first() {
            None => self.at(Target::Stage(start.stage())),
            Some(law) => {
                let mut sum = Moments::default();
                for branch in law.branches() {
                    sum.add(branch.p, &branch.dwell, self.at(branch.to));
                }
                sum
            }
        };
        let p_win = moments.p_win.clamp(0.0, 1.0);
        let p_lost = 1.0 - p_win;
        let given = |p: f64, value: f64| (p > 0.0).then(|| value / p);
        let spread = |mean: f64, square: f64| (square - mean * mean).max(0.0).sqrt();
        let won = given(p_win, moments.won_days);
        Exact {
            p_win,
            p_lost,
            days: moments.days,
            days_sd: spread(moments.days, moments.days_squared),
            days_if_won: won,
            days_if_won_sd: won.map(|mean| spread(mean, moments.won_days_squared / p_win)),
            days_if_lost: given(p_lost, moments.days - moments.won_days),
        }
    }
}

/// What a chain says of one start, without simulation error.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exact {
    /// Probability that the deal is won in the end.
    pub p_win: f64,
    /// Probability that it is lost in the end.
    pub p_lost: f64,
    /// Expected days until it closes, either way.
    pub days: f64,
    /// Standard deviation of those days.
    pub days_sd: f64,
    /// Expected days until it is won, among wins; nothing when it cannot be won.
    pub days_if_won: Option<f64>,
    /// Standard deviation of the days until it is won.
    pub days_if_won_sd: Option<f64>,
    /// Expected days until it is lost, among losses; nothing when it cannot be lost.
    pub days_if_lost: Option<f64>,
}

/// The closed form from one start. The chain solves itself once and remembers.
#[must_use]
pub fn solve(chain: &Chain, start: &Start) -> Exact {
    chain.solution().from(start)
}

/// Expected number of visits to each stage, the present one included.
#[must_use]
pub fn visits(chain: &Chain, start: &Start) -> Vec<f64> {
    let n = chain.len();
    let mut first = vec![0.0; n];
    let here = usize::from(start.stage());
    match start.first() {
        None => {
            if let Some(count) = first.get_mut(here) {
                *count += 1.0;
            }
            chain.lu().solve_transposed(&first)
        }
        Some(law) => {
            for branch in law.branches() {
                if let Target::Stage(j) = branch.to
                    && let Some(count) = first.get_mut(usize::from(j))
                {
                    *count += branch.p;
                }
            }
            let mut visits = chain.lu().solve_transposed(&first);
            if let Some(count) = visits.get_mut(here) {
                *count += 1.0;
            }
            visits
        }
    }
}

/// Probability of having won, and of having lost, by each time of a grid.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curve {
    /// Days between two points; point `k` stands at `k × step_days`, from 0.
    pub step_days: f64,
    /// Probability of being won by then.
    pub win: Vec<f64>,
    /// Probability of being lost by then.
    pub lost: Vec<f64>,
}

impl Curve {
    /// Probability of being closed, either way, by `days`; between points by straight lines, past
    /// the horizon the last value.
    #[must_use]
    pub fn closed_by(&self, days: f64) -> f64 {
        self.win_by(days) + read(&self.lost, days / self.step_days)
    }

    /// Probability of being won by `days`, read in the same way.
    #[must_use]
    pub fn win_by(&self, days: f64) -> f64 {
        read(&self.win, days / self.step_days)
    }
}

fn read(values: &[f64], place: f64) -> f64 {
    let place = place.max(0.0);
    let left = place.floor();
    let last = values.last().copied().unwrap_or(0.0);
    let at = |k: usize| values.get(k).copied().unwrap_or(last);
    let a = at(left as usize);
    a + (at((left as usize).saturating_add(1)) - a) * (place - left)
}

/// Grids of more points than this are refused; the work grows with their square.
const MAX_POINTS: f64 = 20_000.0;

/// The curves of every stage of a chain, from which the curve of any start follows cheaply.
///
/// The law of the remaining time solves a Volterra equation: a stay, then the law of the next
/// stage. It is solved on a grid, with the next stage's curve taken as straight between two
/// points; each stay is thus counted at its own time, not at the end of its bin (which would put
/// every win late). The error falls with the square of the step.
#[derive(Clone, Debug)]
pub struct Curves {
    step_days: f64,
    points: usize,
    /// Per stage: won by, lost by.
    stages: Vec<[Vec<f64>; 2]>,
}

/// A stay on the grid: how much of it ends by each point and how it weighs on the curve behind.
struct Kernel {
    /// Probability that the stay has ended by point `k`.
    ended: Vec<f64>,
    /// Weight on the next curve's value `k` points back, for points other than its first.
    weight: Vec<f64>,
    /// Weight on the next curve's first value.
    first: Vec<f64>,
}

impl Kernel {
    fn zero(points: usize) -> Kernel {
        Kernel {
            ended: vec![0.0; points],
            weight: vec![0.0; points],
            first: vec![0.0; points],
        }
    }

    fn add(&mut self, p: f64, dwell: &Dwell, step: f64) {
        let points = self.ended.len();
        // With G the law of the stay and K its integral, the weight of a hat of width `step`
        // around a point is the second difference of K.
        let mut before = (0.0, 0.0);
        let mut sweep = dwell.sweep();
        let mut here = sweep.ended_by(0.0);
        let scale = p / step;
        for k in 0..points {
            let next = sweep.ended_by((k + 1) as f64 * step);
            self.ended[k] += p * here.0;
            if k == 0 {
                self.weight[k] += scale * next.1;
                self.first[k] += p * here.0;
            } else {
                self.weight[k] += scale * (next.1 - 2.0 * here.1 + before.1);
                self.first[k] += p * here.0 - scale * (here.1 - before.1);
            }
            before = here;
            here = next;
        }
    }
}

/// One edge between open stages, its weights laid out backwards so that both operands of the
/// convolution are read forwards.
struct Edge {
    to: usize,
    now: f64,
    backwards: Vec<f64>,
    first: Vec<f64>,
}

impl Edge {
    fn new(to: usize, kernel: Kernel) -> Edge {
        let now = kernel.weight.first().copied().unwrap_or(0.0);
        let mut backwards = kernel.weight;
        backwards.reverse();
        Edge {
            to,
            now,
            backwards,
            first: kernel.first,
        }
    }

    /// What the next stage's past adds at point `k`, for won and lost.
    fn past(&self, k: usize, next: &[Vec<f64>; 2]) -> [f64; 2] {
        let first = self.first[k];
        let mut sum = [first * next[0][0], first * next[1][0]];
        if k > 1 {
            let points = self.backwards.len();
            let weights = &self.backwards[points - k..points - 1];
            let [win, lost] = dot(weights, &next[0][1..k], &next[1][1..k]);
            sum[0] += win;
            sum[1] += lost;
        }
        sum
    }
}

/// Two dot products against the same weights, four lanes at a time.
fn dot(weights: &[f64], win: &[f64], lost: &[f64]) -> [f64; 2] {
    let mut lanes = [[0.0_f64; 4]; 2];
    let (w, a, b) = (
        weights.chunks_exact(4),
        win.chunks_exact(4),
        lost.chunks_exact(4),
    );
    let mut sum = [0.0; 2];
    for ((w, a), b) in w.remainder().iter().zip(a.remainder()).zip(b.remainder()) {
        sum[0] += w * a;
        sum[1] += w * b;
    }
    for ((w, a), b) in w.zip(a).zip(b) {
        for i in 0..4 {
            lanes[0][i] += w[i] * a[i];
            lanes[1][i] += w[i] * b[i];
        }
    }
    for i in 0..2 {
        sum[i] += (lanes[i][0] + lanes[i][2]) + (lanes[i][1] + lanes[i][3]);
    }
    sum
}

impl Curves {
    /// Solves all stages for `horizon_days` ahead at every `step_days`.
    ///
    /// The cost is one multiply-add per edge and pair of grid points.
    pub fn of(chain: &Chain, horizon_days: f64, step_days: f64) -> Result<Curves, ChainError> {
        let points = (horizon_days / step_days - 1e-9).ceil();
        if !(step_days > 0.0 && horizon_days >= 0.0 && points <= MAX_POINTS) {
            return Err(ChainError::Grid {
                horizon_days,
                step_days,
            });
        }
        let points = points.max(0.0) as usize + 1;
        let n = chain.len();

        // Per stage: what ends here by each point, and the edges to other open stages.
        let mut direct: Vec<[Vec<f64>; 2]> = Vec::with_capacity(n);
        let mut edges: Vec<Vec<Edge>> = Vec::with_capacity(n);
        for stage in chain.stages() {
            let mut ends = [Kernel::zero(points), Kernel::zero(points)];
            let mut moves: Vec<(usize, Kernel)> = Vec::new();
            for branch in stage.branches() {
                let kernel = match branch.to {
                    Target::Won => &mut ends[0],
                    Target::Lost => &mut ends[1],
                    Target::Stage(j) => {
                        let j = usize::from(j);
                        let place = moves.iter().position(|(to, _)| *to == j);
                        let place = place.unwrap_or_else(|| {
                            moves.push((j, Kernel::zero(points)));
                            moves.len() - 1
                        });
                        &mut moves[place].1
                    }
                };
                kernel.add(branch.p, &branch.dwell, step_days);
            }
            direct.push(ends.map(|kernel| kernel.ended));
            edges.push(moves.into_iter().map(|(to, k)| Edge::new(to, k)).collect());
        }

        // At each point the stages depend on one another through stays shorter than a step.
        let coupled = |now: &dyn Fn(&Edge) -> f64| {
            let mut cells = vec![0.0; n * n];
            for i in 0..n {
                cells[i * n + i] = 1.0;
                for edge in &edges[i] {
                    cells[i * n + edge.to] -= now(edge);
                }
            }
            Lu::of(n, cells).map_err(|stage| ChainError::NeverCloses {
                stages: chain.names().get(stage).cloned().into_iter().collect(),
            })
        };
        let at_once = coupled(&|edge| edge.first[0])?;
        let within_a_step = coupled(&|edge| edge.now)?;

        let mut stages = vec![[vec![0.0; points], vec![0.0; points]]; n];
        let mut right = [vec![0.0; n], vec![0.0; n]];
        let mut found = vec![0.0; n];
        for k in 0..points {
            for i in 0..n {
                let mut sum = [direct[i][0][k], direct[i][1][k]];
                if k > 0 {
                    for edge in &edges[i] {
                        let past = edge.past(k, &stages[edge.to]);
                        sum[0] += past[0];
                        sum[1] += past[1];
                    }
                }
                right[0][i] = sum[0];
                right[1][i] = sum[1];
            }
            let lu = if k == 0 { &at_once } else { &within_a_step };
            for ending in 0..2 {
                lu.solve_into(&right[ending], &mut found);
                for i in 0..n {
                    stages[i][ending][k] = found[i];
                }
            }
        }
        Ok(Curves {
            step_days,
            points,
            stages,
        })
    }

    /// The curve of a deal that begins at `start`, a start of the same chain.
    #[must_use]
    pub fn from(&self, start: &Start) -> Curve {
        let mut curve = [vec![0.0; self.points], vec![0.0; self.points]];
        match start.first() {
            None => {
                if let Some(stage) = self.stages.get(usize::from(start.stage())) {
                    curve.clone_from(stage);
                }
            }
            Some(law) => {
                for branch in law.branches() {
                    let mut kernel = Kernel::zero(self.points);
                    kernel.add(branch.p, &branch.dwell, self.step_days);
                    match branch.to {
                        Target::Won => add(&mut curve[0], &kernel.ended),
                        Target::Lost => add(&mut curve[1], &kernel.ended),
                        Target::Stage(j) => {
                            let Some(next) = self.stages.get(usize::from(j)) else {
                                continue;
                            };
                            let edge = Edge::new(usize::from(j), kernel);
                            for k in 0..self.points {
                                let now = if k == 0 { edge.first[0] } else { edge.now };
                                let past = if k == 0 { [0.0; 2] } else { edge.past(k, next) };
                                for ending in 0..2 {
                                    curve[ending][k] += past[ending] + now * next[ending][k];
                                }
                            }
                        }
                    }
                }
            }
        }
        // Rounding may leave a step of −1e-17; a probability of having closed never falls.
        for values in &mut curve {
            let mut floor = 0.0_f64;
            for value in values {
                floor = floor.max(*value).min(1.0);
                *value = floor;
            }
        }
        let [win, lost] = curve;
        Curve {
            step_days: self.step_days,
            win,
            lost,
        }
    }
}

fn add(into: &mut [f64], values: &[f64]) {
    for (a, b) in into.iter_mut().zip(values) {
        *a += b;
    }
}

/// The curve of one start. For many starts on one chain make `Curves` once.
pub fn curve(
    chain: &Chain,
    start: &Start,
    horizon_days: f64,
    step_days: f64,
) -> Result<Curve, ChainError> {
    Ok(Curves::of(chain, horizon_days, step_days)?.from(start))
}
