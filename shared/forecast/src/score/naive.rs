//! Naive Bayes on levels, shrunk twice: each level's evidence towards none, and
//! the sum towards the base rate, since attributes repeat each other.

use super::table::NONE;

/// Evidence per level, and how much of its sum to believe.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Naive {
    base: f64,
    /// Per column and level, the log of how much likelier it is in wins.
    evidence: Vec<Vec<f64>>,
    trust: f64,
}

/// How many rows each level is assumed to have been seen in beforehand.
const STRENGTH: f64 = 2.0;

struct Counts {
    /// Per column and level: losses, wins.
    levels: Vec<Vec<[f64; 2]>>,
    total: [f64; 2],
}

impl Counts {
    fn evidence(&self, column: usize, level: usize, without: Option<usize>) -> f64 {
        let mut seen = self.levels[column][level];
        let mut total = self.total;
        if let Some(class) = without {
            seen[class] -= 1.0;
            total[class] -= 1.0;
        }
        let share = (seen[0] + seen[1]) / (total[0] + total[1]).max(1.0);
        let rate = |class: usize| (seen[class] + STRENGTH * share) / (total[class] + STRENGTH);
        if share == 0.0 {
            0.0
        } else {
            (rate(1) / rate(0)).ln()
        }
    }

    fn base(&self, without: Option<usize>) -> f64 {
        let mut total = self.total;
        if let Some(class) = without {
            total[class] -= 1.0;
        }
        ((total[1] + 0.5) / (total[0] + 0.5)).ln()
    }
}

/// Learns from `levels` (a code per row, column by column; [`NONE`] is no level).
pub(crate) fn fit(levels: &[Vec<u32>], won: &[bool]) -> Naive {
    let mut counts = Counts {
        levels: levels
            .iter()
            .map(|codes| {
                let size = codes
                    .iter()
                    .filter(|&&c| c != NONE)
                    .max()
                    .map_or(0, |c| c + 1);
                vec![[0.0; 2]; size as usize]
            })
            .collect(),
        total: [0.0; 2],
    };
    for (row, &won) in won.iter().enumerate() {
        counts.total[usize::from(won)] += 1.0;
        for (codes, cells) in levels.iter().zip(&mut counts.levels) {
            if let Some(cell) = cells.get_mut(codes[row] as usize) {
                cell[usize::from(won)] += 1.0;
            }
        }
    }
    // Leaving each row out of its own counts costs nothing here, so the trust is
    // chosen on rows the evidence has not seen.
    let unseen: Vec<(f64, f64, f64)> = won
        .iter()
        .enumerate()
        .map(|(row, &won)| {
            let class = Some(usize::from(won));
            let sum = levels
                .iter()
                .enumerate()
                .filter(|(_, codes)| codes[row] != NONE)
                .map(|(column, codes)| counts.evidence(column, codes[row] as usize, class))
                .sum();
            (counts.base(class), sum, if won { 1.0 } else { 0.0 })
        })
        .collect();
    let loss = |trust: f64| -> f64 {
        let fit: f64 = unseen
            .iter()
            .map(|(base, sum, won)| {
                let raw = base + trust * sum;
                raw.max(0.0) - raw * won + (-raw.abs()).exp().ln_1p()
            })
            .sum();
        // With few rows, lean to what is right for attributes that overlap somewhat.
        fit + 8.0 * (trust - 0.4).powi(2)
    };
    let trust = (0..=20)
        .map(|step| f64::from(step) * 0.05)
        .min_by(|&a, &b| loss(a).total_cmp(&loss(b)))
        .unwrap_or(0.4);
    Naive {
        base: counts.base(None),
        evidence: counts
            .levels
            .iter()
            .enumerate()
            .map(|(column, cells)| {
                (0..cells.len())
                    .map(|level| counts.evidence(column, level, None))
                    .collect()
            })
            .collect(),
        trust,
    }
}

impl Naive {
    /// The log-odds of every row.
    pub(crate) fn raw(&self, levels: &[Vec<u32>], rows: usize) -> Vec<f64> {
        (0..rows)
            .map(|row| {
                let sum: f64 = levels
                    .iter()
                    .zip(&self.evidence)
                    .filter_map(|(codes, evidence)| evidence.get(codes[row] as usize))
                    .sum();
                self.base + self.trust * sum
            })
            .collect()
    }
}
