//! How deals go through the stages, from what mining found.

use mining::{
    Bottleneck, Conformance, Drift, Mined, OrderSource, Quality, Rate, Rework, Scope, StageDwell,
    StageOf, TransitionMatrix, Variants,
};
use model::{Book, Outcome, PipelineId, Timestamp};
use serde::Serialize;

/// How many deals get how far, pipeline by pipeline.
#[derive(Clone, Debug, Serialize)]
pub struct Funnel {
    /// The moment the data are from.
    pub as_of: Timestamp,
    /// How it is counted.
    pub rule: &'static str,
    /// The pipelines that have deals, by name.
    pub pipelines: Vec<PipelineFunnel>,
}

/// The stages of one pipeline.
#[derive(Clone, Debug, Serialize)]
pub struct PipelineFunnel {
    /// Its id; `None` for deals of no pipeline.
    pub id: Option<PipelineId>,
    /// Its name.
    pub name: String,
    /// Deals with any history.
    pub deals: u64,
    /// Share won of the closed ones, with its 95 % interval.
    pub win_rate: Option<Rate>,
    /// The open stages, in order.
    pub stages: Vec<FunnelStage>,
}

/// One open stage.
#[derive(Clone, Debug, Serialize)]
pub struct FunnelStage {
    /// Its label.
    pub stage: String,
    /// Deals that were ever in it.
    pub entered: u64,
    /// Of those, deals that later were in a later stage or won.
    pub moved_on: u64,
    /// Of those, deals that were lost without that.
    pub lost: u64,
    /// Of those, deals still open that have not moved on.
    pub waiting: u64,
    /// Share that moved on of those that moved on or were lost, with its 95 % interval.
    pub conversion: Option<Rate>,
    /// Share won of the closed deals that were ever in it, with its 95 % interval.
    pub win_rate: Option<Rate>,
}

/// The funnel of a book; for who does not see everything, of the book
/// [`restricted`](crate::sight::restricted) to what they see.
pub fn funnel(book: &Book) -> Funnel {
    Funnel {
        as_of: book.as_of,
        rule: "Deals that were ever in a stage; they moved on when they were in a later stage \
               afterwards, or won. Deals still waiting count in no rate. Intervals are 95 % Wilson.",
        pipelines: Scope::of_book(book).iter().map(of_pipeline).collect(),
    }
}

fn of_pipeline(scope: &Scope<'_>) -> PipelineFunnel {
    #[derive(Clone, Copy, Default)]
    struct Count {
        entered: u64,
        moved_on: u64,
        lost: u64,
        won: u64,
        closed: u64,
    }
    let mut counts = vec![Count::default(); scope.stages().len()];
    let mut deals = 0;
    for case in scope.cases() {
        if case.stages.is_empty() {
            continue;
        }
        deals += 1;
        let outcome = scope.outcome(&case);
        let mut seen = vec![false; counts.len()];
        // Backwards, so that the furthest stage reached later is known.
        let mut furthest = None;
        let mut moved = vec![false; counts.len()];
        for &stage in case.stages.iter().rev() {
            let place = usize::from(stage);
            seen[place] = true;
            moved[place] |= furthest.is_some_and(|it| it > stage);
            if !scope.is_end(stage) {
                furthest = furthest.max(Some(stage));
            }
        }
        for (place, count) in counts
            .iter_mut()
            .enumerate()
            .filter(|(place, _)| seen[*place])
        {
            count.entered += 1;
            let moved_on = moved[place] || outcome == Some(Outcome::Won);
            count.moved_on += u64::from(moved_on);
            count.lost += u64::from(!moved_on && outcome == Some(Outcome::Lost));
            count.won += u64::from(outcome == Some(Outcome::Won));
            count.closed += u64::from(outcome.is_some());
        }
    }
    let (won, closed) = scope.wins();
    let stages = scope.stages().iter().zip(counts);
    PipelineFunnel {
        id: scope.pipeline(),
        name: scope.name().to_owned(),
        deals,
        win_rate: Rate::of(won, closed),
        stages: stages
            .filter(|(stage, _)| !stage.end)
            .map(|(stage, count)| FunnelStage {
                stage: stage.label.clone(),
                entered: count.entered,
                moved_on: count.moved_on,
                lost: count.lost,
                waiting: count.entered - count.moved_on - count.lost,
                conversion: Rate::of(count.moved_on, count.moved_on + count.lost),
                win_rate: Rate::of(count.won, count.closed),
            })
            .collect(),
    }
}

/// How deals really moved, as mined.
#[derive(Debug, Serialize)]
pub struct ProcessMap<'a> {
    /// The moment the data are from.
    pub as_of: Timestamp,
    /// How it is counted.
    pub rule: &'static str,
    /// The pipelines that have deals, by name.
    pub pipelines: Vec<PipelineMap<'a>>,
}

/// One pipeline as mined.
#[derive(Debug, Serialize)]
pub struct PipelineMap<'a> {
    /// Its id; `None` for deals of no pipeline.
    pub id: Option<PipelineId>,
    /// Its name.
    pub name: &'a str,
    /// Its deals.
    pub deals: u64,
    /// Its stages in order.
    pub stages: &'a [StageOf],
    /// Where that order comes from.
    pub order: OrderSource,
    /// How deals move.
    pub transitions: &'a TransitionMatrix,
    /// How long they stay.
    pub dwell: &'a [StageDwell],
    /// Which ways they take.
    pub variants: &'a Variants,
    /// Where time costs wins.
    pub bottlenecks: &'a [Bottleneck],
    /// What is done twice.
    pub rework: &'a Rework,
    /// Where the order is left.
    pub conformance: &'a Conformance,
    /// What changed lately.
    pub drift: &'a Drift,
}

/// The process map of what was mined; it names deals, so for who does not see everything it must be
/// mined from the book [`restricted`](crate::sight::restricted) to what they see.
pub fn process_map(mined: &Mined) -> ProcessMap<'_> {
    ProcessMap {
        as_of: mined.as_of,
        rule: "Every move between stages up to now, pipeline by pipeline. Differences between \
               circumstances are associations, not causes.",
        pipelines: mined
            .pipelines
            .iter()
            .map(|of| PipelineMap {
                id: of.id,
                name: &of.name,
                deals: of.deals,
                stages: &of.stages,
                order: of.order,
                transitions: &of.transitions,
                dwell: &of.dwell,
                variants: &of.variants,
                bottlenecks: &of.bottlenecks,
                rework: &of.rework,
                conformance: &of.conformance,
                drift: &of.drift,
            })
            .collect(),
    }
}

/// What is wrong with the data.
#[derive(Debug, Serialize)]
pub struct DataQuality<'a> {
    /// The moment the data are from.
    pub as_of: Timestamp,
    /// How it is counted.
    pub rule: &'static str,
    /// What was found.
    #[serde(flatten)]
    pub quality: &'a Quality,
}

/// The data-quality report of what was mined; the same holds as for [`process_map`].
pub fn data_quality(mined: &Mined) -> DataQuality<'_> {
    DataQuality {
        as_of: mined.as_of,
        rule: "Each kind of trouble with the deals that have it, the gravest first.",
        quality: &mined.quality,
    }
}
