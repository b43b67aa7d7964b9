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
    let mut order: Vec<usize> = (0..rows).collect();
    order.sort_by(|&a, &b| forecast[a].total_cmp(&forecast[b]).then(a.cmp(&b)));
    let bins = 10.min(rows);
    let reliability: Vec<Bin> = (0..bins)
        .map(|bin| {
            let members = &order[bin * rows / bins..(bin + 1) * rows / bins];
            let count = members.len() as f64;
            Bin {
                count: members.len(),
                forecast: members.iter().map(|&row| forecast[row]).sum::<f64>() / count,
                observed: members.iter().map(|&row| outcome(row)).sum::<f64>() / count,
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
    }
}
