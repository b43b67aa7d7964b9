//! How good were the probabilities? Scores of binary and of time-to-event forecasts.

use serde::Serialize;

/// Probabilities are kept this far from 0 and 1 when their logarithm is taken.
const FLOOR: f64 = 1e-6;

/// Mean squared error of probabilities (Brier 1950). Smaller is better.
pub fn brier(p: &[f64], y: &[bool]) -> f64 {
    mean(p.iter().zip(y).map(|(p, y)| (p - f64::from(*y)).powi(2)))
}

/// Mean negative log-likelihood in nats. Smaller is better.
pub fn log_loss(p: &[f64], y: &[bool]) -> f64 {
    mean(p.iter().zip(y).map(|(p, y)| {
        let p = p.clamp(FLOOR, 1.0 - FLOOR);
        -if *y { p.ln() } else { (1.0 - p).ln() }
    }))
}

/// Chance that a won deal was ranked above one that was not; ties count half. `None` with one class.
pub fn auc(p: &[f64], y: &[bool]) -> Option<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let (mut rank_sum, mut i) = (0.0, 0);
    while i < order.len() {
        let mut j = i;
        while j < order.len() && p[order[j]] == p[order[i]] {
            j += 1;
        }
        let rank = (i + j + 1) as f64 / 2.0;
        rank_sum += rank * order[i..j].iter().filter(|k| y[**k]).count() as f64;
        i = j;
    }
    let pos = y.iter().filter(|y| **y).count() as f64;
    let neg = y.len() as f64 - pos;
    (pos > 0.0 && neg > 0.0).then(|| (rank_sum - pos * (pos + 1.0) / 2.0) / (pos * neg))
}

/// One row of a reliability table.
#[derive(Clone, Copy, Debug, Serialize, PartialEq)]
pub struct ReliabilityBin {
    /// Lower end of the bin of probabilities (width 0.1).
    pub from: f64,
    /// Forecasts in the bin.
    pub n: usize,
    /// Their mean probability.
    pub predicted: f64,
    /// Share that came true.
    pub observed: f64,
}

/// Reliability table over ten equal bins; empty bins are left out.
pub fn reliability(p: &[f64], y: &[bool]) -> Vec<ReliabilityBin> {
    let mut cells = [(0usize, 0.0, 0.0); 10];
    for (p, y) in p.iter().zip(y) {
        let cell = &mut cells[((p * 10.0) as usize).min(9)];
        *cell = (cell.0 + 1, cell.1 + p, cell.2 + f64::from(*y));
    }
    let bins = cells.iter().enumerate().filter(|(_, cell)| cell.0 > 0);
    bins.map(|(i, &(n, p, y))| ReliabilityBin {
        from: i as f64 / 10.0,
        n,
        predicted: p / n as f64,
        observed: y / n as f64,
    })
    .collect()
}

/// Expected calibration error: mean |predicted − observed| over the reliability table, weighted by n.
pub fn calibration_error(p: &[f64], y: &[bool]) -> f64 {
    let total = p.len().max(1) as f64;
    reliability(p, y).iter().map(|bin| bin.n as f64 / total * (bin.predicted - bin.observed).abs()).sum()
}

/// Continuous ranked probability score of a time-to-close forecast up to a horizon, in days:
/// ∫ (F(t) − 1{closed by t})² dt (Gneiting & Raftery 2007). `closed_by` holds the chance to be
/// closed by each of equally spaced instants, the first being the origin.
pub fn crps(closed_by: &[f64], step_days: f64, closes_after_days: f64) -> f64 {
    let segments = closed_by.windows(2).enumerate().map(|(k, pair)| {
        let (from, to) = (k as f64 * step_days, (k + 1) as f64 * step_days);
        // F is linear on the segment; the outcome jumps at most once inside it.
        let cut = closes_after_days.clamp(from, to);
        let at = |t: f64| pair[0] + (pair[1] - pair[0]) * (t - from) / step_days;
        square_integral(pair[0], at(cut), cut - from) + square_integral(at(cut) - 1.0, pair[1] - 1.0, to - cut)
    });
    segments.sum()
}

/// ∫ of the square of a line from `a` to `b` over a length.
fn square_integral(a: f64, b: f64, length: f64) -> f64 {
    length * (a * a + a * b + b * b) / 3.0
}

/// The mean; 0 of nothing.
pub fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0usize), |(s, n), v| (s + v, n + 1));
    if n == 0 { 0.0 } else { sum / n as f64 }
}

/// The quantile `q` of values in any order, linear between order statistics; `None` of nothing.
pub fn quantile(values: &mut [f64], q: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let x = q.clamp(0.0, 1.0) * last as f64;
    let (lo, hi) = (values[x.floor() as usize], values[x.ceil() as usize]);
    Some(lo + (hi - lo) * x.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_agree_with_hand_worked_values() {
        let (p, y) = ([0.1, 0.4, 0.35, 0.8], [false, false, true, true]);
        assert!((brier(&p, &y) - 0.158_125).abs() < 1e-12);
        assert!((log_loss(&p, &y) - 0.472_287_955_681).abs() < 1e-9);
        assert_eq!(auc(&p, &y), Some(0.75));
        assert_eq!(auc(&[0.5; 4], &y), Some(0.5));
        assert_eq!(auc(&p, &[true; 4]), None);
        assert!((calibration_error(&p, &y) - (0.1 + 0.4 + 0.65 + 0.2) / 4.0).abs() < 1e-12);
    }

    #[test]
    fn crps_of_a_sure_and_right_forecast_is_nothing_and_of_a_uniform_one_a_third_and_so_on() {
        // Uniform on 0..10 and closed at 0: ∫(t/10 − 1)² = 10/3. Never closed: the same by symmetry.
        let uniform: Vec<f64> = (0..=10).map(|k| f64::from(k) / 10.0).collect();
        for (closes, expected) in [(0.0, 10.0 / 3.0), (1e9, 10.0 / 3.0), (5.0, 2.0 * 0.125 * 10.0 / 3.0)] {
            assert!((crps(&uniform, 1.0, closes) - expected).abs() < 1e-12, "{closes}");
        }
        assert_eq!(crps(&[0.0, 0.0, 0.0], 1.0, 5.0), 0.0);
    }
}
