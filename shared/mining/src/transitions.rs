//! Who goes where, how often and after how long.

use crate::context::{self, Buckets, Context, Dimension, Facts};
use crate::scope::{Scope, Tally};
use crate::shrink::{Estimate, Path, Shrunk};
use crate::{Rate, Spread};
use model::StageLog;
use serde::Serialize;

/// Above this many stages a dense table would cost more than a sort.
const DENSE: usize = 1024;

/// Transitions and total time before them, for every pair of stages of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    edges: Vec<EdgeCount>,
}

/// One pair of stages: how often, and how long in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdgeCount {
    /// Code of the stage left.
    pub from: u16,
    /// Code of the stage entered.
    pub to: u16,
    /// How many transitions.
    pub count: u64,
    /// Time spent in `from` before them, summed, in microseconds.
    pub total_us: i128,
}

impl Counts {
    /// The pairs that occur, by (from, to).
    pub fn edges(&self) -> &[EdgeCount] {
        &self.edges
    }

    /// One pair, if it occurs.
    pub fn get(&self, from: u16, to: u16) -> Option<EdgeCount> {
        let at = self
            .edges
            .binary_search_by_key(&(from, to), |edge| (edge.from, edge.to))
            .ok()?;
        self.edges.get(at).copied()
    }

    /// All transitions.
    pub fn total(&self) -> u64 {
        self.edges.iter().map(|edge| edge.count).sum()
    }
}

/// Counts every transition of a log with the time spent before it: one pass, no sorting.
pub fn count(log: &StageLog) -> Counts {
    let stages = log.stages().len();
    if stages > DENSE {
        return count_sparse(log);
    }
    let mut cells = vec![(0_u64, 0_i128); stages * stages];
    for case in 0..log.cases() {
        let visits = log.visits(case);
        let pairs = visits.stage.windows(2).zip(visits.at_us.windows(2));
        for (stage, at) in pairs {
            let cell = &mut cells[usize::from(stage[0]) * stages + usize::from(stage[1])];
            cell.0 += 1;
            cell.1 += i128::from(at[1]) - i128::from(at[0]);
        }
    }
    let edges = cells
        .into_iter()
        .enumerate()
        .filter(|(_, (count, _))| *count > 0)
        .map(|(i, (count, total_us))| EdgeCount {
            from: (i / stages) as u16,
            to: (i % stages) as u16,
            count,
            total_us,
        })
        .collect();
    Counts { edges }
}

fn count_sparse(log: &StageLog) -> Counts {
    let mut moves = Vec::with_capacity(log.events());
    for case in 0..log.cases() {
        let visits = log.visits(case);
        let pairs = visits.stage.windows(2).zip(visits.at_us.windows(2));
        moves.extend(pairs.map(|(s, at)| ((s[0], s[1]), at[1].saturating_sub(at[0]))));
    }
    moves.sort_unstable();
    let edges = moves
        .chunk_by(|a, b| a.0 == b.0)
        .map(|same| EdgeCount {
            from: same[0].0.0,
            to: same[0].0.1,
            count: same.len() as u64,
            total_us: same.iter().map(|&(_, us)| i128::from(us)).sum(),
        })
        .collect();
    Counts { edges }
}

/// How deals of one pipeline move, and how that differs by context.
///
/// Differences between contexts are *associated* with the context; they do not show that changing
/// it would change the outcome.
#[derive(Clone, Debug, Serialize)]
pub struct TransitionMatrix {
    /// The stages in pipeline order.
    pub stages: Vec<String>,
    /// Every move that occurs, by (from, to) in pipeline order.
    pub edges: Vec<Edge>,
    /// Where deals begin: stage, deals.
    pub starts: Vec<(String, u64)>,
    /// The contexts that tell something about the next stage, most telling first.
    pub dimensions: Vec<Dimension>,
    /// What each context says, stage by stage.
    pub contexts: Vec<Buckets>,
    /// What the context numbers mean: always `associational`.
    pub reading: &'static str,
    #[serde(skip)]
    model: Shrunk,
}

/// One move between two stages.
#[derive(Clone, Debug, Serialize)]
pub struct Edge {
    /// The stage left.
    pub from: String,
    /// The stage entered.
    pub to: String,
    /// How many moves.
    pub count: u64,
    /// How many deals made it at least once.
    pub deals: u64,
    /// Share of all moves out of `from`.
    pub share: f64,
    /// That share, shrunk towards the pipeline's.
    pub probability: f64,
    /// Time spent in `from` before the move.
    pub dwell: Spread,
    /// Share won of the closed deals that made it.
    pub win_rate: Option<Rate>,
}

impl TransitionMatrix {
    /// Counts a scope's moves and learns how they depend on context.
    pub fn mine(scope: &Scope<'_>, facts: &Facts) -> Self {
        let samples = context::samples(scope, facts);
        let targets = scope.stages().len();
        let dimensions = context::telling(&samples);
        let mut paths: Vec<(Path, u16)> = samples
            .iter()
            .map(|s| (s.context.path(s.from, &dimensions), s.to))
            .collect();
        let depth = dimensions.len() + 1;
        let model = Shrunk::fit(&mut paths, depth, targets, scope.len());
        let contexts = context::buckets(scope, &samples);
        let mut starts = vec![0_u64; targets];
        for first in scope
            .cases()
            .filter_map(|case| case.stages.first().copied())
        {
            starts[usize::from(first)] += 1;
        }
        Self {
            stages: scope
                .stages()
                .iter()
                .map(|stage| stage.label.clone())
                .collect(),
            edges: edges(scope, &model),
            starts: starts
                .into_iter()
                .enumerate()
                .filter(|(_, deals)| *deals > 0)
                .map(|(stage, deals)| (scope.label(stage as u16).to_owned(), deals))
                .collect(),
            dimensions,
            contexts,
            reading: "associational",
            model,
        }
    }

    /// Where a deal in `stage` (a number in [`Self::stages`]) goes next, given its context.
    ///
    /// A context seen fewer than 20 times falls back to a coarser one, at last to the stage, and
    /// the estimate says so.
    pub fn next(&self, stage: u16, context: &Context) -> Estimate {
        let depth = self.dimensions.len() + 1;
        self.model
            .estimate(&context.path(stage, &self.dimensions)[..depth])
    }

    /// Like [`Self::next`], but with thin contexts shrunk to their parents instead of passed over.
    ///
    /// Predicts a little better; [`Self::next`] is easier to defend in front of people.
    pub fn predict(&self, stage: u16, context: &Context) -> Vec<f64> {
        let depth = self.dimensions.len() + 1;
        self.model
            .predict(&context.path(stage, &self.dimensions)[..depth])
    }

    /// Where deals in `stage` go next, whatever the context.
    pub fn by_stage(&self, stage: u16) -> Vec<f64> {
        self.model.predict(&[stage])
    }

    /// One move by its labels.
    pub fn edge(&self, from: &str, to: &str) -> Option<&Edge> {
        self.edges
            .iter()
            .find(|edge| edge.from == from && edge.to == to)
    }
}

fn edges(scope: &Scope<'_>, model: &Shrunk) -> Vec<Edge> {
    struct Move {
        edge: (u16, u16),
        case: u32,
        us: i64,
    }
    let mut moves = Vec::with_capacity(scope.visits());
    let mut outcomes = Vec::with_capacity(scope.len());
    let mut exits = vec![0_u64; scope.stages().len()];
    for (number, case) in scope.cases().enumerate() {
        outcomes.push(scope.outcome(&case));
        for (from, to, entered, left) in case.moves() {
            exits[usize::from(from)] += 1;
            moves.push(Move {
                edge: (from, to),
                case: number as u32,
                us: left.saturating_sub(entered),
            });
        }
    }
    moves.sort_unstable_by_key(|m| (m.edge, m.case));
    moves
        .chunk_by(|a, b| a.edge == b.edge)
        .filter_map(|same| {
            let (from, to) = same[0].edge;
            let mut tally = Tally::default();
            for of_deal in same.chunk_by(|a, b| a.case == b.case) {
                tally.add(outcomes[of_deal[0].case as usize]);
            }
            let mut dwell: Vec<i64> = same.iter().map(|m| m.us).collect();
            Some(Edge {
                from: scope.label(from).to_owned(),
                to: scope.label(to).to_owned(),
                count: same.len() as u64,
                deals: tally.closed() + tally.open,
                share: same.len() as f64 / exits[usize::from(from)] as f64,
                probability: model.predict(&[from])[usize::from(to)],
                dwell: Spread::of(&mut dwell)?,
                win_rate: tally.win_rate(),
            })
        })
        .collect()
}
