//! How deals really moved.
//!
//! [`mine`] reads a [`model::Book`] and says, pipeline by pipeline, how deals go from stage to
//! stage ([`transitions`]), which ways they take ([`variants`]), how long they stay ([`dwell`]),
//! where time costs wins ([`bottleneck`]), what is done twice ([`rework`]), where the order of
//! stages is left ([`conformance`]) and what changed lately ([`drift`]); and for the whole book
//! what is wrong with its data ([`quality`]). [`export`] writes it as JSON, Graphviz, SVG or CSV.
//!
//! Nothing here forecasts. The crate is pure: no clock, no files, no chance; the order of the
//! input does not matter; the same book gives the same bytes.

mod context;
mod order;
mod scope;

pub mod bottleneck;
pub mod conformance;
pub mod drift;
pub mod dwell;
pub mod export;
pub mod quality;
pub mod rework;
pub mod shrink;
pub mod stats;
pub mod transitions;
pub mod variants;

pub use bottleneck::Bottleneck;
pub use conformance::{Conformance, Deviation, DeviationKind};
pub use context::{Bucket, Buckets, Context, Dimension, Facts};
pub use drift::Drift;
pub use dwell::StageDwell;
pub use order::discover as discover_order;
pub use quality::{Finding, FindingKind, Leak, Quality, Zombie, ZombieRule};
pub use rework::{Loop, LoopKind, Rework};
pub use scope::{Case, OrderSource, Scope, StageOf};
pub use stats::{Difference, Rate, Spread};
pub use transitions::{Counts, Edge, TransitionMatrix, count};
pub use variants::{Variant, Variants};

use model::{Book, PipelineId, Timestamp};
use serde::Serialize;

/// What to mine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How many variants to list.
    pub variants: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { variants: 20 }
    }
}

/// All that was mined from a book.
#[derive(Clone, Debug, Serialize)]
pub struct Mined {
    /// The moment the data are from; nothing later was looked at.
    pub as_of: Timestamp,
    /// The pipelines that have deals, by name.
    pub pipelines: Vec<Pipeline>,
    /// Industries won more often than average, of those with 20 or more closed deals.
    pub ideal_industries: Vec<String>,
    /// What is wrong with the data.
    pub quality: Quality,
}

/// All that was mined from one pipeline.
#[derive(Clone, Debug, Serialize)]
pub struct Pipeline {
    /// Its id; `None` for deals that belong to no pipeline.
    pub id: Option<PipelineId>,
    /// Its name.
    pub name: String,
    /// Its deals.
    pub deals: u64,
    /// Stage visits up to now.
    pub visits: u64,
    /// Stage visits dated later than now, which were not looked at.
    pub left_out: u64,
    /// Share won of the closed deals that have history.
    pub win_rate: Option<Rate>,
    /// The stages in order.
    pub stages: Vec<StageOf>,
    /// Where that order comes from.
    pub order: OrderSource,
    /// How deals move.
    pub transitions: TransitionMatrix,
    /// How long they stay.
    pub dwell: Vec<StageDwell>,
    /// Which ways they take.
    pub variants: Variants,
    /// Where time costs wins, worst first.
    pub bottlenecks: Vec<Bottleneck>,
    /// What is done twice.
    pub rework: Rework,
    /// Where the order is left.
    pub conformance: Conformance,
    /// What changed lately.
    pub drift: Drift,
}

/// Mines a whole book.
pub fn mine(book: &Book, options: &Options) -> Mined {
    let scopes = Scope::of_book(book);
    let facts = Facts::of_book(book);
    Mined {
        as_of: book.as_of,
        pipelines: scopes
            .iter()
            .map(|scope| mine_pipeline(scope, &facts, options))
            .collect(),
        ideal_industries: facts.ideal_industries().to_vec(),
        quality: quality::check(book, &scopes),
    }
}

/// Mines one pipeline; use it with [`Scope::of_log`] for a log without a book.
pub fn mine_pipeline(scope: &Scope<'_>, facts: &Facts, options: &Options) -> Pipeline {
    let (won, closed) = scope.wins();
    Pipeline {
        id: scope.pipeline(),
        name: scope.name().to_owned(),
        deals: scope.len() as u64,
        visits: scope.visits() as u64,
        left_out: scope.left_out(),
        win_rate: Rate::of(won, closed),
        stages: scope.stages().to_vec(),
        order: scope.order(),
        transitions: TransitionMatrix::mine(scope, facts),
        dwell: dwell::dwell(scope),
        variants: variants::variants(scope, options.variants),
        bottlenecks: bottleneck::bottlenecks(scope),
        rework: rework::rework(scope),
        conformance: conformance::conformance(scope),
        drift: drift::drift(scope),
    }
}
