//! Scores of time-to-event forecasts, and small statistics. Binary scores are in `score::measure`.

/// Continuous ranked probability score of a time-to-close forecast up to a horizon, in days:
/// ∫ (F(t) − 1{closed by t})² dt (Gneiting & Raftery 2007). `closed_by` holds the chance to be
/// closed by each of equally spaced instants, the first being the origin.
pub fn crps(closed_by: &[f64], step_days: f64, closes_after_days: f64) -> f64 {
    let segments = closed_by.windows(2).enumerate().map(|(k, pair)| {
        let (from, to) = (k as f64 * step_days, (k + 1) as f64 * step_days);
        // F is linear on the segment; the outcome jumps at most once inside it.
        let cut = closes_after_days.clamp(from, to);
        let at = |t: f64| pair[0] + (pair[1] - pair[0]) * (t - from) / step_days;
        square_integral(pair[0], at(cut), cut - from)
            + square_integral(at(cut) - 1.0, pair[1] - 1.0, to - cut)
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

/// The quantile `q` of sorted values, linear between order statistics; 0 of nothing.
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let x = q.clamp(0.0, 1.0) * last as f64;
    let (lo, hi) = (sorted[x.floor() as usize], sorted[x.ceil() as usize]);
    lo + (hi - lo) * x.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crps_agrees_with_hand_worked_integrals() {
        // Uniform on 0..10 and closed at 0: ∫(t/10 − 1)² = 10/3. Never closed: the same by symmetry.
        let uniform: Vec<f64> = (0..=10).map(|k| f64::from(k) / 10.0).collect();
        for (closes, expected) in [
            (0.0, 10.0 / 3.0),
            (1e9, 10.0 / 3.0),
            (5.0, 2.0 * 0.125 * 10.0 / 3.0),
        ] {
            assert!(
                (crps(&uniform, 1.0, closes) - expected).abs() < 1e-12,
                "{closes}"
            );
        }
        assert_eq!(crps(&[0.0, 0.0, 0.0], 1.0, 5.0), 0.0);
    }

    #[test]
    fn quantiles_are_linear_between_order_statistics() {
        for (q, expected) in [(0.0, 1.0), (0.5, 2.5), (1.0, 4.0), (0.25, 1.75)] {
            assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], q), expected);
        }
        assert_eq!(quantile(&[], 0.5), 0.0);
    }
}
