//! How good probabilities were: Brier, log loss, AUC, calibration error and the
//! reliability table.

use serde::Serialize;

/// One row of a reliability table: forecasts of about the same size and what came of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bin {
    /// How many forecasts.
    pub count: usize,
    /// Their mean.
    pub forecast: f64,
    /// The share that came true.
    pub observed: f64,
    /// Lower end of the 95 % interval of that share; where forecasts of one deal come true together, as
    /// in a backtest, they count as fewer.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Between which shares the true one lies, when `share` of `n` independent trials came true: Wilson's
/// 95 % interval.
pub(crate) fn wilson(share: f64, n: f64) -> (f64, f64) {
    const Z: f64 = 1.959_963_984_540_054;
    if n <= 0.0 {
        return (0.0, 1.0);
    }
    let z2 = Z * Z;
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

/// The rows of each bin: as many of the smallest forecasts, then as many of the next, and so on.
fn filled(forecast: &[f64], rows: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..rows).collect();
    order.sort_by(|&a, &b| forecast[a].total_cmp(&forecast[b]).then(a.cmp(&b)));
    let bins = 10.min(rows);
    (0..bins)
        .map(|bin| order[bin * rows / bins..(bin + 1) * rows / bins].to_vec())
        .collect()
}

/// The measures of one set of forecasts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measures {
    /// How many forecasts.
    pub rows: usize,
    /// Mean squared error.
    pub brier: f64,
    /// Mean negative log-likelihood.
    pub log_loss: f64,
    /// How often a win is ranked above a loss; ties count half. NaN with one outcome only.
    pub auc: f64,
    /// Mean distance between forecast and share over ten equally filled bins.
    pub ece: f64,
    /// Those ten bins.
    pub reliability: Vec<Bin>,
}

/// Measures forecasts against what happened.
pub fn measure(forecast: &[f64], won: &[bool]) -> Measures {
    measure_by(forecast, won, &|rows| rows.len() as f64)
}

/// The same where rows do not stand each for itself: `effective` says for how many independent ones some
/// rows stand.
pub(crate) fn measure_by(
    forecast: &[f64],
    won: &[bool],
    effective: &dyn Fn(&[usize]) -> f64,
) -> Measures {
    let rows = forecast.len().min(won.len());
    let n = (rows as f64).max(1.0);
    let outcome = |row: usize| if won[row] { 1.0 } else { 0.0 };
    let brier = (0..rows)
        .map(|row| (forecast[row] - outcome(row)).powi(2))
        .sum::<f64>()
        / n;
    let log_loss = (0..rows)
        .map(|row| loss(forecast[row], won[row]))
        .sum::<f64>()
        / n;
    let reliability: Vec<Bin> = filled(forecast, rows)
        .iter()
        .map(|members| {
            let count = members.len() as f64;
            let observed = members.iter().map(|&row| outcome(row)).sum::<f64>() / count;
            let (low, high) = wilson(observed, effective(members));
            Bin {
                count: members.len(),
                forecast: members.iter().map(|&row| forecast[row]).sum::<f64>() / count,
                observed,
                low,
                high,
            }
        })
        .collect();
    let ece = reliability
        .iter()
        .map(|bin| bin.count as f64 / n * (bin.forecast - bin.observed).abs())
        .sum();
    Measures {
        rows,
        brier,
        log_loss,
        auc: auc(forecast, won),
        ece,
        reliability,
    }
}

/// How often a win is ranked above a loss; ties count half. NaN with one outcome only.
pub fn auc(score: &[f64], won: &[bool]) -> f64 {
    let mut order: Vec<usize> = (0..score.len().min(won.len())).collect();
    order.sort_by(|&a, &b| score[a].total_cmp(&score[b]));
    let (mut below, mut wins, mut rank_sum) = (0.0, 0.0, 0.0);
    for tied in order.chunk_by(|&a, &b| score[a] == score[b]) {
        // The mean of the places these share.
        let rank = f64::midpoint(2.0 * below + 1.0, tied.len() as f64);
        let tied_wins = tied.iter().filter(|&&row| won[row]).count() as f64;
        rank_sum += rank * tied_wins;
        wins += tied_wins;
        below += tied.len() as f64;
    }
    (rank_sum - wins * (wins + 1.0) / 2.0) / (wins * (below - wins))
}

/// Negative log-likelihood of one forecast, kept finite.
pub(crate) fn loss(forecast: f64, won: bool) -> f64 {
    let p = forecast.clamp(1e-12, 1.0 - 1e-12);
    if won { -p.ln() } else { -(1.0 - p).ln() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_of_known_forecasts() {
        let won = [true, true, false, false];
        let check = |forecast: [f64; 4], brier: f64, auc: f64| {
            let got = measure(&forecast, &won);
            assert!((got.brier - brier).abs() < 1e-12, "{got:?}");
            assert!((got.auc - auc).abs() < 1e-12, "{got:?}");
        };
        check([1.0, 1.0, 0.0, 0.0], 0.0, 1.0);
        check([0.0, 0.0, 1.0, 1.0], 1.0, 0.0);
        check([0.5; 4], 0.25, 0.5);
        check(
            [0.9, 0.2, 0.2, 0.1],
            (0.01 + 0.64 + 0.04 + 0.01) / 4.0,
            3.5 / 4.0,
        );
    }

    #[test]
    fn one_outcome_alone_has_no_ranking() {
        assert!(auc(&[0.1, 0.2], &[true, true]).is_nan());
        assert_eq!(measure(&[], &[]).rows, 0);
        // The interval holds the share, is never a point, and is wider where rows count as fewer.
        let (p, won): (Vec<f64>, Vec<bool>) =
            (0..200).map(|i| (f64::from(i) / 200.0, i % 3 == 0)).unzip();
        let alone = measure(&p, &won);
        let together = measure_by(&p, &won, &|rows| rows.len() as f64 / 4.0);
        for (a, b) in alone.reliability.iter().zip(&together.reliability) {
            assert!(a.low < a.observed && a.observed < a.high, "{a:?}");
            assert!(b.low < a.low && a.high < b.high, "{a:?} {b:?}");
        }
        assert_eq!(wilson(0.0, 0.0), (0.0, 1.0));
        let (low, high) = wilson(0.0, 10.0);
        assert!(low == 0.0 && (0.2..0.4).contains(&high), "{high}");
    }
}
