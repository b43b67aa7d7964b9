//! The ways deals go: sequences of stages, how common each is and how it ends.

use crate::Rate;
use crate::scope::{Scope, Tally};
use crate::stats::{DAY_US, quantile};
use serde::Serialize;

/// Cases named as examples of anything.
pub(crate) const EXAMPLES: usize = 3;

/// The paths of finished deals, most common first.
#[derive(Clone, Debug, Serialize)]
pub struct Variants {
    /// The most common ones, as many as were asked for.
    pub top: Vec<Variant>,
    /// How many different ones there are.
    pub distinct: u64,
    /// Finished deals, the whole that shares are of.
    pub deals: u64,
    /// Deals still open, which have no complete path yet and are left out.
    pub open: u64,
    /// Share of the deals that the listed variants cover.
    pub covered: f64,
}

/// One way to go.
#[derive(Clone, Debug, Serialize)]
pub struct Variant {
    /// The stages up to the close; the close itself is told by the win rate.
    pub path: Vec<String>,
    /// Deals that went this way.
    pub count: u64,
    /// Share of the finished deals.
    pub share: f64,
    /// Share won; `None` in a log without outcomes.
    pub win_rate: Option<Rate>,
    /// Median days from the first stage to the last.
    pub median_days: f64,
    /// Some of the deals, by name.
    pub examples: Vec<String>,
}

/// Finds the `top` most common paths.
///
/// A deal is finished when it rests in a closing stage. In a log where no stage closes a deal,
/// every case counts as finished and its whole path is the variant.
pub fn variants(scope: &Scope<'_>, top: usize) -> Variants {
    let closing = scope.stages().iter().any(|stage| stage.outcome.is_some());
    let mut finished = Vec::new();
    let mut open = 0;
    for case in scope.cases().filter(|case| !case.stages.is_empty()) {
        match (scope.outcome(&case), case.stages.split_last()) {
            (Some(_), Some((_, path))) => finished.push((path, case)),
            _ if !closing => finished.push((case.stages, case)),
            _ => open += 1,
        }
    }
    // A stable sort keeps the deals of one path in the order of their names.
    finished.sort_by(|a, b| a.0.cmp(b.0));
    let mut groups: Vec<_> = finished.chunk_by(|a, b| a.0 == b.0).collect();
    let distinct = groups.len() as u64;
    groups.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a[0].0.cmp(b[0].0)));
    groups.truncate(top);
    let deals = finished.len() as u64;
    let top: Vec<Variant> = groups
        .into_iter()
        .map(|group| {
            let mut tally = Tally::default();
            let mut lengths: Vec<i64> = Vec::with_capacity(group.len());
            for (_, case) in group {
                tally.add(scope.outcome(case));
                lengths.push(case.length_us());
            }
            lengths.sort_unstable();
            Variant {
                path: group[0]
                    .0
                    .iter()
                    .map(|&stage| scope.label(stage).to_owned())
                    .collect(),
                count: group.len() as u64,
                share: group.len() as f64 / deals as f64,
                win_rate: tally.win_rate(),
                median_days: quantile(&lengths, 0.5) / DAY_US,
                examples: group
                    .iter()
                    .take(EXAMPLES)
                    .map(|(_, case)| scope.case_name(case).to_owned())
                    .collect(),
            }
        })
        .collect();
    let covered = top.iter().map(|variant| variant.share).sum();
    Variants {
        top,
        distinct,
        deals,
        open,
        covered,
    }
}
