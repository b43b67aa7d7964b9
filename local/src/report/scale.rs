//! From values to pixels, with round numbers on the axis.

/// A straight mapping from values to pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// Maps `low..=high` to `from..=to`; values outside are drawn at the edge.
    pub(super) fn new(low: f64, high: f64, from: f64, to: f64) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        Self {
            low,
            high,
            from,
            to,
        }
    }

    /// Maps zero and all the values, up to the next round number, to `from..=to`.
    pub(super) fn covering(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        for value in values.filter(|value| value.is_finite()) {
            low = low.min(value);
            high = high.max(value);
        }
        if low == high {
            high = 1.0;
        }
        let step = round_step(high - low, 4);
        Self::new(
            (low / step).floor() * step,
            (high / step).ceil() * step,
            from,
            to,
        )
    }

    pub(super) fn at(&self, value: f64) -> f64 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        let share = if share.is_nan() { 0.0 } else { share };
        self.from + share * (self.to - self.from)
    }

    /// About `wanted` round values along the scale, both ends included where they are round.
    pub(super) fn ticks(&self, wanted: usize) -> Vec<f64> {
        let step = round_step(self.high - self.low, wanted);
        let first = (self.low / step).ceil() as i64;
        let last = ((self.high / step) + 1e-9).floor() as i64;
        (first..=last).take(50).map(|i| i as f64 * step).collect()
    }
}

/// The round step (1, 2, 2.5 or 5 times a power of ten) that cuts `span` into about `wanted` pieces.
fn round_step(span: f64, wanted: usize) -> f64 {
    let raw = span / wanted.max(1) as f64;
    if !(raw.is_finite() && raw > 0.0) {
        return 1.0;
    }
    let unit = 10_f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .find(|m| raw <= m * unit * (1.0 + 1e-9));
    step.unwrap_or(10.0) * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_on_round_numbers() {
        for (most, wanted, expected) in [
            (937.0, 4, vec![0.0, 250.0, 500.0, 750.0, 1000.0]),
            (0.31, 4, vec![0.0, 0.1, 0.2, 0.3, 0.4]),
            (1.0, 2, vec![0.0, 0.5, 1.0]),
            (3_900_000.0, 4, vec![0.0, 1e6, 2e6, 3e6, 4e6]),
        ] {
            let ticks = Scale::covering([most].into_iter(), 0.0, 100.0).ticks(wanted);
            assert_eq!(ticks.len(), expected.len(), "{most}: {ticks:?}");
            for (tick, expected) in ticks.iter().zip(&expected) {
                assert!((tick - expected).abs() < 1e-9 * most, "{most}: {ticks:?}");
            }
        }
    }

    #[test]
    fn values_outside_or_absent_stay_on_the_paper() {
        let scale = Scale::new(0.0, 10.0, 50.0, 250.0);
        for (value, x) in [
            (0.0, 50.0),
            (5.0, 150.0),
            (99.0, 250.0),
            (-3.0, 50.0),
            (f64::NAN, 50.0),
        ] {
            assert_eq!(scale.at(value), x);
        }
        assert_eq!(Scale::covering(std::iter::empty(), 0.0, 10.0).at(0.0), 0.0);
    }
}
