//! The few statistics the miners share: rates, spreads, survival and tests.

use serde::Serialize;

/// Microseconds in a day.
pub const DAY_US: f64 = 86_400_000_000.0;

/// 97.5 % point of the normal distribution, for two-sided 95 % intervals.
const Z95: f64 = 1.959_963_984_540_054;

/// A share with its 95 % Wilson interval.
///
/// Wilson's interval stays inside 0…1 and stays honest for few cases: 3 of 3
/// gives 0.44…1, not 1…1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rate {
    /// How many had it.
    pub hits: u64,
    /// Out of how many.
    pub n: u64,
    /// `hits / n`.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

impl Rate {
    /// The rate of `hits` among `n`; `None` when there was nothing to count.
    pub fn of(hits: u64, n: u64) -> Option<Self> {
        if n == 0 {
            return None;
        }
        let total = n as f64;
        let value = hits as f64 / total;
        let z2 = Z95 * Z95;
        let middle = (value + z2 / (2.0 * total)) / (1.0 + z2 / total);
        let half = Z95 * (value * (1.0 - value) / total + z2 / (4.0 * total * total)).sqrt()
            / (1.0 + z2 / total);
        Some(Self {
            hits,
            n,
            value,
            low: if hits == 0 {
                0.0
            } else {
                (middle - half).max(0.0)
            },
            high: if hits == n {
                1.0
            } else {
                (middle + half).min(1.0)
            },
        })
    }
}

/// A difference of two rates with Newcombe's 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// First rate minus second.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

impl Difference {
    /// `a − b`.
    pub fn between(a: Rate, b: Rate) -> Self {
        let value = a.value - b.value;
        Self {
            value,
            low: value - ((a.value - a.low).powi(2) + (b.high - b.value).powi(2)).sqrt(),
            high: value + ((a.high - a.value).powi(2) + (b.value - b.low).powi(2)).sqrt(),
        }
    }
}

/// How long something took: count, mean, median and 90th percentile, in days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Number of durations.
    pub count: u64,
    /// Arithmetic mean.
    pub mean_days: f64,
    /// Middle value; half took longer.
    pub median_days: f64,
    /// One in ten took longer.
    pub p90_days: f64,
}

impl Spread {
    /// Summarises durations in microseconds and leaves them sorted; `None` when there are none.
    pub fn of(durations_us: &mut [i64]) -> Option<Self> {
        if durations_us.is_empty() {
            return None;
        }
        durations_us.sort_unstable();
        let total: i128 = durations_us.iter().map(|&us| i128::from(us)).sum();
        Some(Self {
            count: durations_us.len() as u64,
            mean_days: total as f64 / durations_us.len() as f64 / DAY_US,
            median_days: quantile(durations_us, 0.5) / DAY_US,
            p90_days: quantile(durations_us, 0.9) / DAY_US,
        })
    }
}

/// The `q` quantile of a sorted slice, interpolated linearly between neighbours; 0 when empty.
pub fn quantile(sorted: &[i64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let position = q.clamp(0.0, 1.0) * last as f64;
    let below = position.floor() as usize;
    let low = sorted[below] as f64;
    let high = sorted[(below + 1).min(last)] as f64;
    low + (high - low) * (position - below as f64)
}

/// Days between two instants; never negative.
pub(crate) fn days_between(from_us: i64, to_us: i64) -> f64 {
    to_us.saturating_sub(from_us).max(0) as f64 / DAY_US
}

/// One stay for survival analysis: how long it has been seen, and whether its end was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stay {
    /// Length in microseconds, or length so far.
    pub us: i64,
    /// `false`: over. `true`: still going on when the data end.
    pub going_on: bool,
}

/// The Kaplan–Meier median in days: the age at which half have left, counting those still in.
///
/// `None` when fewer than half are known to have left by any age.
pub fn kaplan_meier_median(stays: &mut [Stay]) -> Option<f64> {
    // At equal lengths departures come first: the one still in was at risk then.
    stays.sort_unstable();
    let mut surviving = 1.0_f64;
    let mut at_risk = stays.len() as f64;
    for group in stays.chunk_by(|a, b| a.us == b.us) {
        let left = group.iter().filter(|stay| !stay.going_on).count() as f64;
        surviving *= 1.0 - left / at_risk;
        if surviving <= 0.5 + 1e-12 {
            return Some(group[0].us as f64 / DAY_US);
        }
        at_risk -= group.len() as f64;
    }
    None
}

/// Chance of a chi-square at least this large with `degrees` degrees of freedom.
pub fn chi_square_tail(chi_square: f64, degrees: usize) -> f64 {
    if degrees == 0 || chi_square <= 0.0 {
        return 1.0;
    }
    upper_gamma(degrees as f64 / 2.0, chi_square / 2.0).clamp(0.0, 1.0)
}

/// Regularised upper incomplete gamma function, by series or continued fraction.
fn upper_gamma(a: f64, x: f64) -> f64 {
    let scale = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 {
        let mut term = 1.0 / a;
        let mut sum = term;
        let mut n = a;
        for _ in 0..10_000 {
            n += 1.0;
            term *= x / n;
            sum += term;
            if term < sum * 1e-16 {
                break;
            }
        }
        return 1.0 - sum * scale;
    }
    // Lentz's method.
    let mut b = x + 1.0 - a;
    let mut c = 1e300;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for i in 1..10_000 {
        let i = f64::from(i);
        let numerator = -i * (i - a);
        b += 2.0;
        d = 1.0 / nonzero(numerator * d + b);
        c = nonzero(b + numerator / c);
        let delta = d * c;
        fraction *= delta;
        if (delta - 1.0).abs() < 1e-15 {
            break;
        }
    }
    fraction * scale
}

fn nonzero(x: f64) -> f64 {
    if x.abs() < 1e-300 { 1e-300 } else { x }
}

/// Logarithm of the gamma function for positive arguments (Lanczos, 15 digits).
pub(crate) fn ln_gamma(x: f64) -> f64 {
    const G: f64 = 7.0;
    const FIRST: f64 = 0.999_999_999_999_809_9;
    const REST: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        // Reflection keeps the series where it is accurate.
        return (std::f64::consts::PI / (std::f64::consts::PI * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let t = x + G + 0.5;
    let series = REST
        .iter()
        .enumerate()
        .fold(FIRST, |sum, (i, c)| sum + c / (x + i as f64 + 1.0));
    0.5 * std::f64::consts::TAU.ln() + (x + 0.5) * t.ln() - t + series.ln()
}

/// Benjamini–Hochberg adjusted p-values, in the order given.
///
/// A finding kept at an adjusted 0.05 belongs to a list of which about one in twenty is false,
/// however many comparisons were made.
pub fn adjust_p_values(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[b].total_cmp(&p[a]).then(a.cmp(&b)));
    let mut adjusted = vec![1.0; p.len()];
    let mut smallest = 1.0_f64;
    for (step, &i) in order.iter().enumerate() {
        let rank = p.len() - step;
        smallest = smallest.min(p[i] * p.len() as f64 / rank as f64);
        adjusted[i] = smallest;
    }
    adjusted
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    fn near(actual: f64, expected: f64) {
        assert!(
            (actual - expected).abs() < 1e-6,
            "{actual} is not {expected}"
        );
    }

    #[test]
    fn wilson_interval_matches_the_textbook() {
        fn check(hits: u64, n: u64, low: f64, high: f64) {
            let rate = Rate::of(hits, n).unwrap();
            assert!((rate.low - low).abs() < 5e-4, "{rate:?}");
            assert!((rate.high - high).abs() < 5e-4, "{rate:?}");
        }
        check(0, 10, 0.0, 0.2775);
        check(3, 3, 0.4385, 1.0);
        check(81, 263, 0.2553, 0.3662);
        assert_eq!(Rate::of(0, 0), None);
    }

    #[test]
    fn newcombe_difference_matches_the_textbook() {
        let difference = Difference::between(Rate::of(56, 70).unwrap(), Rate::of(48, 80).unwrap());
        assert!((difference.value - 0.2).abs() < 1e-12);
        assert!((difference.low - 0.0524).abs() < 5e-4, "{difference:?}");
        assert!((difference.high - 0.3339).abs() < 5e-4, "{difference:?}");
    }

    #[test]
    fn quantiles_interpolate() {
        near(quantile(&[], 0.5), 0.0);
        near(quantile(&[7], 0.9), 7.0);
        near(quantile(&[0, 10], 0.5), 5.0);
        near(quantile(&[0, 10, 20, 30], 0.9), 27.0);
    }

    #[test]
    fn kaplan_meier_counts_those_still_in() {
        fn check(stays: &[(f64, bool)], expected: Option<f64>) {
            let mut stays: Vec<Stay> = stays
                .iter()
                .map(|&(days, going_on)| Stay {
                    us: (days * DAY_US) as i64,
                    going_on,
                })
                .collect();
            assert_eq!(kaplan_meier_median(&mut stays), expected);
        }
        check(&[], None);
        check(&[(3.0, true)], None);
        check(&[(3.0, false)], Some(3.0));
        check(
            &[(1.0, false), (2.0, false), (3.0, false), (4.0, false)],
            Some(2.0),
        );
        check(
            &[(1.0, false), (2.0, true), (3.0, false), (4.0, true)],
            Some(3.0),
        );
        check(&[(1.0, false), (5.0, true), (6.0, true), (7.0, true)], None);
    }

    #[test]
    fn chi_square_tail_matches_tables() {
        near(chi_square_tail(3.841_458_820_694_124, 1), 0.05);
        near(chi_square_tail(5.991_464_547_107_979, 2), 0.05);
        near(chi_square_tail(18.307_038_053_275_146, 10), 0.05);
        near(chi_square_tail(0.0, 3), 1.0);
        assert!(chi_square_tail(1e6, 4) < 1e-300);
    }

    #[test]
    fn ln_gamma_matches_factorials() {
        near(ln_gamma(1.0), 0.0);
        near(ln_gamma(11.0), 3_628_800.0_f64.ln());
        near(ln_gamma(0.5), std::f64::consts::PI.sqrt().ln());
        near(ln_gamma(0.01), 4.599_479_878_042_022);
    }

    #[test]
    fn adjusted_p_values_follow_benjamini_and_hochberg() {
        let adjusted = adjust_p_values(&[0.01, 0.04, 0.03, 0.5]);
        for (actual, expected) in adjusted.iter().zip([0.04, 0.053_333, 0.053_333, 0.5]) {
            assert!((actual - expected).abs() < 1e-5, "{adjusted:?}");
        }
        assert!(adjust_p_values(&[]).is_empty());
    }
}
