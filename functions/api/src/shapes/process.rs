//! How deals really moved: the parts of a process map.

use super::{Rate, Spread};
use utoipa::ToSchema;

/// Which way a deal ended.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Ended {
    /// They bought.
    Won,
    /// They did not.
    Lost,
}

/// A stage of a pipeline as mined.
#[derive(ToSchema)]
pub(crate) struct MinedStage {
    /// The source's own label.
    label: String,
    /// How a deal ends that rests here.
    outcome: Option<Ended>,
    /// Deals rest here for good.
    end: bool,
    /// The pipeline's owner put it in the order; `false` where only the history shows it.
    declared: bool,
}

/// Where an order of stages comes from.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum OrderSource {
    /// The pipeline says so, or its stages' meanings do.
    Declared,
    /// Read off the history.
    Discovered,
}

/// How deals of a pipeline move, and how that differs by circumstance.
#[derive(ToSchema)]
pub(crate) struct Transitions {
    /// The stages in pipeline order.
    stages: Vec<String>,
    /// Every move that occurs.
    edges: Vec<ProcessEdge>,
    /// Where deals begin: stage, deals.
    starts: Vec<(String, u64)>,
    /// The circumstances that tell something about the next stage, most telling first.
    dimensions: Vec<Dimension>,
    /// What each circumstance says, stage by stage.
    contexts: Vec<Circumstance>,
    /// What their numbers mean: always `associational`.
    reading: String,
}

/// A move between two stages.
#[derive(ToSchema)]
pub(crate) struct ProcessEdge {
    /// The stage left.
    from: String,
    /// The stage entered.
    to: String,
    /// How many moves.
    count: u64,
    /// How many deals made it at least once.
    deals: u64,
    /// Share of all moves out of `from`.
    share: f64,
    /// That share, shrunk towards the pipeline's.
    probability: f64,
    /// Time spent in `from` before the move.
    dwell: Spread,
    /// Share won of the closed deals that made it.
    win_rate: Option<Rate>,
}

/// A circumstance that may go with another next step.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Dimension {
    /// Days spent in the stage so far.
    DaysInStage,
    /// Whether a champion was known.
    Champion,
    /// Whether a blocker or an objection stood unresolved.
    Blocker,
    /// Whether the company's industry wins more than average.
    Industry,
    /// Whether the amount is above the median of its currency.
    Size,
    /// How long ago the last contact was.
    Recency,
    /// The stage before this one.
    PreviousStage,
    /// Whether the deal is in this stage for the first time.
    Visit,
}

/// What a circumstance says, stage by stage.
#[derive(ToSchema)]
pub(crate) struct Circumstance {
    /// Which.
    dimension: Dimension,
    /// It, in words.
    title: String,
    /// One row per stage and value that occur.
    rows: Vec<CircumstanceRow>,
}

/// Deals leaving one stage in one circumstance.
#[derive(ToSchema)]
pub(crate) struct CircumstanceRow {
    /// The stage left.
    stage: String,
    /// The circumstance.
    value: String,
    /// Moves seen.
    transitions: u64,
    /// Too few moves: `next` is what the stage says, whatever the circumstance.
    fell_back: bool,
    /// Each next stage with its probability.
    next: Vec<(String, f64)>,
    /// Share won of the closed deals seen here.
    win_rate: Option<Rate>,
}

/// The stays in one stage; those that ended and those going on are kept apart.
#[derive(ToSchema)]
pub(crate) struct StageDwell {
    /// The stage.
    stage: String,
    /// Times it was entered.
    visits: u64,
    /// Deals that ever entered it.
    deals: u64,
    /// Stays that ended.
    completed: Option<Spread>,
    /// Stays going on now.
    current: Option<CurrentStays>,
    /// Age by which half have left, counting those still in; nothing where half never leave.
    survival_median_days: Option<f64>,
    /// Share won of the closed deals that ever entered it.
    win_rate: Option<Rate>,
}

/// Stays that have not ended.
#[derive(ToSchema)]
pub(crate) struct CurrentStays {
    /// Deals in the stage now.
    count: u64,
    /// Median days so far.
    median_days: f64,
    /// The longest so far.
    longest_days: f64,
}

/// The paths of finished deals.
#[derive(ToSchema)]
pub(crate) struct Variants {
    /// The most common ones.
    top: Vec<Variant>,
    /// How many different ones there are.
    distinct: u64,
    /// Finished deals, the whole that shares are of.
    deals: u64,
    /// Deals still open, which have no complete path yet.
    open: u64,
    /// Share of the deals that the listed paths cover.
    covered: f64,
}

/// One path.
#[derive(ToSchema)]
pub(crate) struct Variant {
    /// The stages up to the close.
    path: Vec<String>,
    /// Deals that went this way.
    count: u64,
    /// Share of the finished deals.
    share: f64,
    /// Share won; nothing in a log without outcomes.
    win_rate: Option<Rate>,
    /// Median days from the first stage to the last.
    median_days: f64,
    /// Some of the deals, by name.
    examples: Vec<String>,
}

/// A stage as a bottleneck. Slow deals lose more often for many reasons: it says where to look.
#[derive(ToSchema)]
pub(crate) struct Bottleneck {
    /// The stage.
    stage: String,
    /// Closed deals that went through it.
    deals: u64,
    /// Mean days they spent there.
    mean_days: f64,
    /// Median days; slow deals are those above it.
    median_days: f64,
    /// Days of all of them together.
    deal_days: f64,
    /// Share won of those that stayed up to the median.
    fast: Option<Rate>,
    /// Share won of those that stayed longer.
    slow: Option<Rate>,
    /// `fast − slow` as seen.
    difference: Option<Difference>,
    /// Win probability lost by being slow, shrunk; 0 where slow deals win as often.
    lost_win_probability: f64,
    /// Wins that the slow deals would have had at the fast ones' rate, after shrinking.
    lost_wins: f64,
    /// `deal_days × lost_win_probability`; in a log without outcomes, `deal_days`.
    score: f64,
    /// Share of the total score.
    share: f64,
}

/// A difference of two shares with its 95 % interval.
#[derive(ToSchema)]
pub(crate) struct Difference {
    /// First minus second.
    value: f64,
    /// Lower end.
    low: f64,
    /// Upper end.
    high: f64,
}

/// What is done twice.
#[derive(ToSchema)]
pub(crate) struct Rework {
    /// Deals with history.
    deals: u64,
    /// Deals with any rework, and their share.
    reworked: Option<Rate>,
    /// Share won of closed deals with rework.
    win_rate_with: Option<Rate>,
    /// Share won of closed deals without.
    win_rate_without: Option<Rate>,
    /// With minus without.
    win_difference: Option<Difference>,
    /// Median days from first stage to close, with rework.
    median_days_with: Option<f64>,
    /// And without.
    median_days_without: Option<f64>,
    /// Each loop, most frequent first.
    loops: Vec<Loop>,
}

/// A kind of going over the same ground.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum LoopKind {
    /// The stage again at once.
    Repeat,
    /// From a later stage back to an earlier one.
    StepBack,
    /// To a stage once left, after having been elsewhere.
    Redo,
    /// Out of a closing stage.
    Reopen,
}

/// A loop between two stages.
#[derive(ToSchema)]
pub(crate) struct Loop {
    /// What it is.
    kind: LoopKind,
    /// The stage it leaves.
    from: String,
    /// The stage it goes to.
    to: String,
    /// Times it was made.
    count: u64,
    /// Deals that made it.
    deals: u64,
    /// Days until the deal was where it had been; loops never made up for are not in it.
    days: Option<Spread>,
    /// Times the deal never got back to where it was.
    unrecovered: u64,
    /// Share won of the closed deals that made it.
    win_rate: Option<Rate>,
    /// That, minus the share won of those that did not but were in `from`.
    win_difference: Option<Difference>,
    /// Some of the deals, by name.
    examples: Vec<String>,
}

/// How far deals keep to the order of stages.
#[derive(ToSchema)]
pub(crate) struct Conformance {
    /// Whether the order was declared or read off the same history.
    against: OrderSource,
    /// The open stages in that order.
    order: Vec<String>,
    /// Stages of the order that no deal's history shows; they are not counted.
    unrecorded: Vec<String>,
    /// Deals that never left it, of those with history.
    conforming: Option<Rate>,
    /// Share won of the closed deals that never left it.
    conforming_win_rate: Option<Rate>,
    /// Each kind of deviation that occurs.
    deviations: Vec<Deviation>,
}

/// A way of leaving the order.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum DeviationKind {
    /// A recorded stage was jumped over, or the deal began after it.
    Skipped,
    /// A step to an earlier stage.
    Backward,
    /// Something happened after the deal was closed.
    AfterClose,
    /// A stage that is not in the declared order.
    Undeclared,
}

/// One kind of deviation.
#[derive(ToSchema)]
pub(crate) struct Deviation {
    /// What it is.
    kind: DeviationKind,
    /// Times it occurred.
    count: u64,
    /// Deals it occurred in.
    deals: u64,
    /// Their share of all deals with history.
    share: f64,
    /// Share won of the closed ones among them.
    win_rate: Option<Rate>,
    /// That, minus the share won of conforming deals.
    win_difference: Option<Difference>,
    /// Where, most frequent first.
    places: Vec<(String, u64)>,
    /// Some of the deals, by name.
    examples: Vec<String>,
}

/// The recent past beside all before it.
#[derive(ToSchema)]
pub(crate) struct Drift {
    /// Days the recent window is long.
    recent_days: f64,
    /// One comparison per stage with enough exits on both sides.
    stages: Vec<StageDrift>,
    /// Open stages left out for having too few exits on one side.
    too_few: Vec<String>,
}

/// One stage then and now.
#[derive(ToSchema)]
pub(crate) struct StageDrift {
    /// The stage.
    stage: String,
    /// Exits before the recent window.
    exits_before: u64,
    /// Exits within it.
    exits_recent: u64,
    /// Where deals go from here.
    branching: BranchDrift,
    /// How fast they go.
    pace: PaceDrift,
}

/// Whether exits go elsewhere than they used to.
#[derive(ToSchema)]
pub(crate) struct BranchDrift {
    /// Next stage, its share of exits before, its share recently.
    shares: Vec<(String, f64, f64)>,
    /// Share of exits that now go elsewhere.
    moved: f64,
    /// p-value, adjusted for all comparisons made.
    p_value: f64,
    /// Both significant and large enough to matter.
    drifted: bool,
}

/// Whether deals leave sooner or later than deals of the same age used to.
#[derive(ToSchema)]
pub(crate) struct PaceDrift {
    /// Recent exits per expected exit: 2 means twice as fast at the same age, 0.5 half as fast.
    rate_ratio: f64,
    /// p-value, adjusted for all comparisons made.
    p_value: f64,
    /// Both significant and large enough to matter.
    drifted: bool,
}
