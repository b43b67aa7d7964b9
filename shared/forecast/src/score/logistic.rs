//! Logistic regression with a Gaussian prior on every coefficient, fitted by
//! Newton's method.
//!
//! Reach for it when data are few and what is known beforehand should count.
//! A ridge is the prior N(0, 1/λ). The intercept has a prior as well, a flat one
//! unless told otherwise. Columns are taken as they come: scale them first.

/// What is believed of a coefficient before any data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// The most plausible value.
    pub mean: f64,
    /// The standard deviation; infinite is flat.
    pub sd: f64,
}

impl Prior {
    /// Nothing is believed.
    pub const FLAT: Self = Self {
        mean: 0.0,
        sd: f64::INFINITY,
    };

    /// The coefficient is near nought: a ridge of `1 / sd²`.
    pub fn shrink(sd: f64) -> Self {
        Self { mean: 0.0, sd }
    }

    fn precision(self) -> f64 {
        1.0 / (self.sd * self.sd).max(1e-12)
    }
}

/// Rows to learn from, `columns` numbers each.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// Row after row.
    pub x: &'a [f64],
    /// Numbers per row.
    pub columns: usize,
    /// Outcomes in 0..=1.
    pub y: &'a [f64],
    /// Weights, else 1.
    pub weight: Option<&'a [f64]>,
    /// Known part of each row's log-odds, else 0.
    pub offset: Option<&'a [f64]>,
}

/// The fitted log-odds: intercept plus coefficients.
#[derive(Debug, Clone, PartialEq)]
pub struct Logistic {
    /// Log-odds of a row of noughts.
    pub intercept: f64,
    /// Log-odds per unit of each column.
    pub coefficients: Vec<f64>,
    /// Posterior standard deviation of the intercept, then of each coefficient.
    pub sd: Vec<f64>,
}

impl Logistic {
    /// The log-odds of one row, without any offset.
    pub fn raw(&self, row: &[f64]) -> f64 {
        self.intercept
            + self
                .coefficients
                .iter()
                .zip(row)
                .map(|(b, x)| b * x)
                .sum::<f64>()
    }
}

/// The most plausible coefficients. `priors` has one entry per column; columns
/// beyond its end are flat. Always gives an answer: where data and prior say
/// nothing, the coefficient stays at its prior mean.
///
/// # Panics
/// If the lengths in `rows` disagree.
pub fn fit(rows: Rows<'_>, intercept: Prior, priors: &[Prior]) -> Logistic {
    let (n, columns) = (rows.y.len(), rows.columns);
    assert_eq!(
        rows.x.len(),
        n * columns,
        "as many numbers as rows × columns"
    );
    assert!(
        rows.weight.is_none_or(|w| w.len() == n),
        "one weight per row"
    );
    assert!(
        rows.offset.is_none_or(|o| o.len() == n),
        "one offset per row"
    );
    let size = columns + 1;
    let mut prior = vec![intercept];
    prior.extend((0..columns).map(|c| priors.get(c).copied().unwrap_or(Prior::FLAT)));
    // A trace of a ridge keeps the system solvable where nothing else does.
    let precision: Vec<f64> = prior.iter().map(|p| p.precision().max(1e-8)).collect();
    let mut beta: Vec<f64> = prior.iter().map(|p| p.mean).collect();
    let problem = Problem {
        rows,
        prior: &prior,
        precision: &precision,
    };
    let mut objective = problem.objective(&beta);
    for _ in 0..100 {
        let (gradient, mut curvature) = problem.derivatives(&beta);
        let mut step = gradient;
        if !cholesky(&mut curvature, size) {
            break;
        }
        solve(&curvature, size, &mut step);
        // Newton overshoots where outcomes are nearly separable: halve until it helps.
        let mut scale = 1.0;
        let mut moved = false;
        for _ in 0..30 {
            let next: Vec<f64> = beta.iter().zip(&step).map(|(b, s)| b - scale * s).collect();
            let value = problem.objective(&next);
            if value < objective {
                moved = objective - value > 1e-12 * (1.0 + objective.abs());
                beta = next;
                objective = value;
                break;
            }
            scale /= 2.0;
        }
        if !moved {
            break;
        }
    }
    let (_, mut curvature) = problem.derivatives(&beta);
    let sd = if cholesky(&mut curvature, size) {
        (0..size)
            .map(|at| {
                let mut unit = vec![0.0; size];
                unit[at] = 1.0;
                solve(&curvature, size, &mut unit);
                unit[at].max(0.0).sqrt()
            })
            .collect()
    } else {
        vec![f64::INFINITY; size]
    };
    Logistic {
        intercept: beta[0],
        coefficients: beta.split_off(1),
        sd,
    }
}

struct Problem<'a> {
    rows: Rows<'a>,
    prior: &'a [Prior],
    precision: &'a [f64],
}

impl Problem<'_> {
    fn row(&self, at: usize) -> &[f64] {
        &self.rows.x[at * self.rows.columns..(at + 1) * self.rows.columns]
    }

    fn raw(&self, beta: &[f64], at: usize) -> f64 {
        let offset = self.rows.offset.map_or(0.0, |o| o[at]);
        self.row(at)
            .iter()
            .zip(&beta[1..])
            .fold(beta[0] + offset, |sum, (x, b)| sum + x * b)
    }

    fn weight(&self, at: usize) -> f64 {
        self.rows.weight.map_or(1.0, |w| w[at])
    }

    fn objective(&self, beta: &[f64]) -> f64 {
        let loss: f64 = (0..self.rows.y.len())
            .map(|at| {
                let raw = self.raw(beta, at);
                let y = self.rows.y[at];
                self.weight(at) * (raw.max(0.0) - raw * y + (-raw.abs()).exp().ln_1p())
            })
            .sum();
        let penalty: f64 = beta
            .iter()
            .zip(self.prior.iter().zip(self.precision))
            .map(|(b, (prior, precision))| 0.5 * precision * (b - prior.mean).powi(2))
            .sum();
        loss + penalty
    }

    /// Gradient, and the curvature's lower triangle.
    fn derivatives(&self, beta: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let size = beta.len();
        let mut gradient: Vec<f64> = beta
            .iter()
            .zip(self.prior.iter().zip(self.precision))
            .map(|(b, (prior, precision))| precision * (b - prior.mean))
            .collect();
        let mut curvature = vec![0.0; size * size];
        for (at, precision) in self.precision.iter().enumerate() {
            curvature[at * size + at] = *precision;
        }
        for at in 0..self.rows.y.len() {
            let p = 1.0 / (1.0 + (-self.raw(beta, at)).exp());
            let slope = self.weight(at) * (p - self.rows.y[at]);
            let bend = self.weight(at) * (p * (1.0 - p)).max(1e-10);
            let row = self.row(at);
            gradient[0] += slope;
            curvature[0] += bend;
            for (i, &x) in row.iter().enumerate() {
                // One-hot rows are mostly noughts.
                if x == 0.0 {
                    continue;
                }
                gradient[i + 1] += slope * x;
                let line = &mut curvature[(i + 1) * size..(i + 2) * size];
                line[0] += bend * x;
                for (cell, &other) in line[1..=i + 1].iter_mut().zip(row) {
                    *cell += bend * x * other;
                }
            }
        }
        (gradient, curvature)
    }
}

/// Turns the lower triangle into its Cholesky factor; false where it has none.
pub(crate) fn cholesky(a: &mut [f64], size: usize) -> bool {
    for i in 0..size {
        for j in 0..=i {
            let mut sum = a[i * size + j];
            for k in 0..j {
                sum -= a[i * size + k] * a[j * size + k];
            }
            if i == j {
                if sum <= 0.0 || !sum.is_finite() {
                    return false;
                }
                a[i * size + i] = sum.sqrt();
            } else {
                a[i * size + j] = sum / a[j * size + j];
            }
        }
    }
    true
}

/// Replaces `b` by the solution of L·Lᵀ·x = b.
pub(crate) fn solve(factor: &[f64], size: usize, b: &mut [f64]) {
    for i in 0..size {
        for k in 0..i {
            b[i] -= factor[i * size + k] * b[k];
        }
        b[i] /= factor[i * size + i];
    }
    for i in (0..size).rev() {
        for k in i + 1..size {
            b[i] -= factor[k * size + i] * b[k];
        }
        b[i] /= factor[i * size + i];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows<'a>(x: &'a [f64], y: &'a [f64]) -> Rows<'a> {
        Rows {
            x,
            columns: if y.is_empty() { 1 } else { x.len() / y.len() },
            y,
            weight: None,
            offset: None,
        }
    }

    #[test]
    fn a_flat_prior_gives_the_log_odds_of_each_group() {
        let x = [0., 0., 0., 0., 1., 1., 1., 1.];
        let y = [1., 0., 0., 0., 1., 1., 1., 0.];
        let fit = fit(rows(&x, &y), Prior::FLAT, &[]);
        assert!((fit.intercept - (1.0_f64 / 3.0).ln()).abs() < 1e-6);
        assert!((fit.coefficients[0] - 9.0_f64.ln()).abs() < 1e-6);
        // The log odds ratio of a 2 × 2 table has variance Σ 1/n.
        assert!((fit.sd[1] - (2.0 * (1.0 + 1.0 / 3.0_f64)).sqrt()).abs() < 1e-4);
    }

    #[test]
    fn without_data_the_prior_stands() {
        let prior = Prior {
            mean: 1.15_f64.ln(),
            sd: 0.35,
        };
        let fit = fit(rows(&[], &[]), Prior::FLAT, &[prior]);
        assert_eq!(fit.coefficients[0], prior.mean);
        assert!((fit.sd[1] - prior.sd).abs() < 1e-9);
    }

    #[test]
    fn data_pull_a_coefficient_away_from_its_prior() {
        let prior = Prior {
            mean: 0.14,
            sd: 0.35,
        };
        let x: Vec<f64> = (0..400).map(|i| f64::from(i % 2)).collect();
        let y: Vec<f64> = (0..400)
            .map(|i| {
                f64::from(u8::from(
                    i % 2 == 0 && i % 4 == 0 || i % 2 == 1 && i % 8 != 1,
                ))
            })
            .collect();
        let some = fit(rows(&x[..40], &y[..40]), Prior::FLAT, &[prior]).coefficients[0];
        let many = fit(rows(&x, &y), Prior::FLAT, &[prior]).coefficients[0];
        assert!(prior.mean < some && some < many && many < 1.2);
    }

    #[test]
    fn separable_outcomes_still_have_an_answer() {
        let x = [0., 1., 2., 3., 4., 5.];
        let y = [0., 0., 0., 1., 1., 1.];
        let fit = fit(rows(&x, &y), Prior::FLAT, &[Prior::shrink(3.0)]);
        assert!(fit.raw(&[0.0]) < -1.0 && fit.raw(&[5.0]) > 1.0);
        assert!(fit.coefficients[0].is_finite());
    }

    #[test]
    fn an_offset_is_not_learned_again() {
        let x: Vec<f64> = (0..100).map(|i| f64::from(i % 2)).collect();
        let y: Vec<f64> = (0..100)
            .map(|i| {
                if i % 2 == 1 {
                    f64::from(u8::from(i % 4 == 1 || i % 8 == 3))
                } else {
                    f64::from(u8::from(i % 8 == 0))
                }
            })
            .collect();
        let plain = fit(rows(&x, &y), Prior::FLAT, &[]);
        let offset: Vec<f64> = x.iter().map(|x| plain.coefficients[0] * x).collect();
        let again = fit(
            Rows {
                offset: Some(&offset),
                ..rows(&x, &y)
            },
            Prior::FLAT,
            &[],
        );
        assert!(again.coefficients[0].abs() < 1e-6);
    }

    #[test]
    fn a_weight_of_two_is_the_row_twice() {
        let once = fit(
            Rows {
                weight: Some(&[2., 1., 1., 1.]),
                ..rows(&[0., 0., 1., 1.], &[1., 0., 1., 0.])
            },
            Prior::FLAT,
            &[Prior::shrink(1.0)],
        );
        let twice = fit(
            rows(&[0., 0., 0., 1., 1.], &[1., 1., 0., 1., 0.]),
            Prior::FLAT,
            &[Prior::shrink(1.0)],
        );
        assert!((once.intercept - twice.intercept).abs() < 1e-9);
        assert!((once.coefficients[0] - twice.coefficients[0]).abs() < 1e-9);
    }
}
