//! What the engines' answers look like, for the document of the API. The engines know nothing of
//! it; tests hold every answer against these.
#![expect(dead_code, reason = "only their descriptions are used")]
#![expect(clippy::struct_field_names, reason = "the engines name the fields")]

pub(crate) mod process;
pub(crate) mod restage;
pub(crate) mod saved;
pub(crate) mod settings;

use crate::paging::Money;
use process::{
    Bottleneck, Conformance, Drift, MinedStage, OrderSource, Rework, StageDwell, Transitions,
    Variants,
};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A name with its id.
#[derive(ToSchema)]
pub(crate) struct Named {
    /// The id.
    id: String,
    /// The name, where there is one.
    name: Option<String>,
}

/// A conclusion nobody stated, with the words it rests on.
#[derive(ToSchema)]
pub(crate) struct Inferred {
    /// The conclusion.
    value: String,
    /// The words it rests on.
    evidence: String,
}

/// A moment that stood out.
#[derive(ToSchema)]
pub(crate) struct KeyMoment {
    /// How far into it, in milliseconds.
    offset_ms: Option<u64>,
    /// What was said.
    text: String,
    /// How it sounded, −1 to 1.
    sentiment: Option<f64>,
}

/// Something said against buying.
#[derive(ToSchema)]
pub(crate) struct Objection {
    /// What was said.
    objection: String,
    /// Whether it is settled.
    resolved: bool,
    /// How it was settled.
    resolution: Option<String>,
}

/// A deal in a list. A field is there unless `fields` leaves it out; `p_win`, `external_ids` and
/// `custom_fields` are there if it names them.
#[derive(ToSchema)]
#[schema(as = DealRow)]
pub(crate) struct DealRow {
    /// Its id.
    id: String,
    /// Its name.
    name: Option<String>,
    /// Who would buy.
    company: Option<Named>,
    /// Who sells.
    owner: Option<Named>,
    /// The pipeline it is in.
    pipeline: Option<Named>,
    /// The stage it is in, by the source's own label.
    stage: Option<String>,
    /// What that stage means: `lead`, `qualification`, `discovery`, `demo`, `proposal`,
    /// `negotiation`, `closed_won` or `closed_lost`.
    canonical_stage: Option<String>,
    /// `open`, `won` or `lost`.
    #[schema(required = false)]
    outcome: String,
    /// What it is worth.
    amount: Option<Money>,
    /// The chance of winning as the source says.
    probability: Option<f64>,
    /// The chance of winning as the model says.
    p_win: Option<f64>,
    /// The day the source expects it to close.
    #[schema(format = Date)]
    close_date: Option<String>,
    /// How the seller counts it.
    forecast_category: Option<String>,
    /// What is to be done next.
    next_step: Option<String>,
    /// By when.
    #[schema(format = Date)]
    next_step_due: Option<String>,
    /// Days in its stage, to a tenth.
    days_in_stage: Option<f64>,
    /// When it was created.
    #[schema(format = DateTime)]
    created_at: Option<String>,
    /// When it was last changed.
    #[schema(format = DateTime)]
    updated_at: Option<String>,
    /// When it was won or lost.
    #[schema(format = DateTime)]
    closed_at: Option<String>,
    /// Why it was lost.
    lost_reason: Option<String>,
    /// What each source calls it.
    #[schema(required = false)]
    external_ids: BTreeMap<String, String>,
    /// Whatever else the source says.
    #[schema(required = false)]
    custom_fields: BTreeMap<String, String>,
}

/// A page of deals, with figures over all deals that meet the filter.
#[derive(ToSchema)]
pub(crate) struct DealList {
    /// The page's deals.
    data: Vec<DealRow>,
    /// Whether more follow.
    has_more: bool,
    /// What leads to the next page.
    next_cursor: Option<String>,
    /// The moment the data are from.
    #[schema(format = DateTime)]
    as_of: String,
    /// Over all deals that meet the filter.
    totals: Totals,
    /// What other choices would give.
    facets: Vec<Facet>,
}

/// Figures over deals.
#[derive(ToSchema)]
pub(crate) struct Totals {
    /// How many.
    count: u64,
    /// How many of them are open.
    open: u64,
    /// How many were won.
    won: u64,
    /// How many were lost.
    lost: u64,
    /// Their amounts, currency by currency.
    amounts: Vec<Money>,
    /// Their amounts in the currency reported in.
    reported: Option<Money>,
    /// Deals whose amount is not in it.
    left_out: u64,
    /// Deals without an amount.
    without_amount: u64,
    /// What is expected of the open ones: amount × chance.
    weighted: Option<Weighted>,
}

/// Amount × chance, summed.
#[derive(ToSchema)]
pub(crate) struct Weighted {
    /// The sum.
    amount: Money,
    /// Deals whose chance is the model's.
    by_model: u64,
    /// Deals whose chance is the source's.
    by_source: u64,
    /// Open deals with an amount and no chance, which count as nothing.
    without_chance: u64,
}

/// The values of one field with their numbers: each counts the deals that meet every condition
/// except those on this field.
#[derive(ToSchema)]
pub(crate) struct Facet {
    /// The field.
    field: String,
    /// Its values.
    values: Vec<FacetValue>,
    /// Deals without a value.
    without: u64,
    /// Values beyond those listed.
    more_values: u64,
    /// Deals with one of those.
    more_deals: u64,
}

/// One value of a facet.
#[derive(ToSchema)]
pub(crate) struct FacetValue {
    /// What a filter gives.
    value: String,
    /// What a person reads.
    label: String,
    /// How many deals have it.
    count: u64,
}

/// A number with the 80 % interval of the model's own uncertainty.
#[derive(ToSchema)]
pub(crate) struct Range {
    /// The best model's number.
    value: f64,
    /// 10 % of the ensemble are below.
    low: f64,
    /// 10 % of the ensemble are above.
    high: f64,
}

/// Chances by a number of days from `as_of`.
#[derive(ToSchema)]
pub(crate) struct ByDays {
    /// Days.
    days: f64,
    /// Won by then.
    p_win: f64,
    /// Lost by then.
    p_lost: f64,
}

/// What one feature does to a deal's odds.
#[derive(ToSchema)]
pub(crate) struct Influence {
    /// The feature.
    feature: String,
    /// Change of the log-odds against the average deal in this stage.
    log_odds: f64,
}

/// Quantiles of a total.
#[derive(ToSchema)]
pub(crate) struct Quantiled {
    /// Mean of the best model.
    expected: f64,
    /// 10 % of the draws are below.
    p10: f64,
    /// Half are below.
    p50: f64,
    /// 90 % are below.
    p90: f64,
    /// The simulation's own error.
    simulation_se: f64,
}

/// What a line of a forecast is of.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum LineOf {
    /// All open deals; a period is of all of them.
    All,
    /// The deals of a seller.
    Owner {
        /// Who; null for deals that nobody sells.
        owner: Option<String>,
    },
    /// The deals in a stage.
    Stage {
        /// The pipeline; null for deals in none.
        pipeline: Option<String>,
        /// The stage, by the source's own label.
        stage: String,
    },
}

/// Amounts that stand in for what deals do not say.
#[derive(ToSchema)]
pub(crate) struct Imputed {
    /// Deals without an amount of their own.
    deals: u64,
    /// What is taken for them: a list price, or the mean of won deals.
    amount: f64,
}

/// Revenue and number of wins of a period, an owner or a stage.
#[derive(ToSchema)]
pub(crate) struct Line {
    /// Which.
    label: String,
    /// The deals it is of: what filters the same ones. Forecasts saved earlier do not say.
    #[schema(required = false)]
    of: LineOf,
    /// Open deals in it; for a period all.
    deals: u64,
    /// Sum of their amounts.
    open_amount: f64,
    /// The part of it that no deal says. Forecasts saved earlier do not tell.
    #[schema(required = false)]
    imputed: Imputed,
    /// Revenue won.
    revenue: Quantiled,
    /// Deals won.
    wins: Quantiled,
}

/// What the model was learned from, over the whole tenant.
#[derive(ToSchema)]
pub(crate) struct Evidence {
    /// Deals with any history.
    deals: u64,
    /// Open ones.
    open: u64,
    /// Closed ones.
    closed: u64,
    /// Won.
    won: u64,
    /// Lost.
    lost: u64,
}

/// What is known about one covariate's effect.
#[derive(ToSchema)]
pub(crate) struct Effect {
    /// `champion`, `blocker` or `touches`.
    covariate: String,
    /// Log-odds of moving forward per unit.
    log_odds: f64,
    /// Its standard deviation.
    sd: f64,
    /// Share of the prior in it.
    prior_share: f64,
    /// The prior outweighs the data.
    prior_driven: bool,
    /// Finished stays it was learned from.
    stays: u64,
    /// Those in which it was not 0.
    stays_with: u64,
    /// Its mean over finished stays.
    mean: f64,
    /// Always: an association, not a cause.
    associational: bool,
}

/// What champions, blockers and touches are associated with.
#[derive(ToSchema)]
pub(crate) struct Effects {
    /// One each.
    all: Vec<Effect>,
}

/// What is wrong with the data.
#[derive(ToSchema)]
pub(crate) struct Finding {
    /// What kind.
    kind: String,
    /// `error`, `warning` or `note`.
    severity: String,
    /// How many are affected.
    count: u64,
    /// Out of how many.
    of: u64,
    /// What is wrong.
    what: String,
    /// What to do about it.
    remedy: String,
    /// Some of them.
    examples: Vec<String>,
}

/// One arm's numbers, solved exactly.
#[derive(ToSchema)]
pub(crate) struct Arm {
    /// Chance to be won in the end.
    p_win: f64,
    /// Expected days until closing.
    expected_days: f64,
    /// Expected days until winning, if it is won.
    expected_days_if_won: Option<f64>,
    /// Chance to be won within 90 days.
    p_win_90_days: f64,
    /// Amount.
    amount: Option<f64>,
    /// Amount × chance.
    expected_value: Option<f64>,
}

/// The difference a scenario makes.
#[derive(ToSchema)]
pub(crate) struct Delta {
    /// Of the chance to be won; the interval (80 %) is the model's.
    p_win: Range,
    /// Of the chance to be won within 90 days.
    p_win_90_days: f64,
    /// Of the expected days until closing.
    expected_days: f64,
    /// Of the expected value.
    expected_value: Option<Range>,
}

/// What a difference rests on.
#[derive(ToSchema)]
pub(crate) struct RestsOn {
    /// In words.
    note: String,
    /// The effect used.
    effect: Option<Effect>,
}

/// A simulated value with the simulation's own error.
#[derive(ToSchema)]
pub(crate) struct Estimate {
    /// The value.
    value: f64,
    /// Its standard error.
    se: f64,
    /// The lower end of its 95 % interval.
    low: f64,
    /// The upper end.
    high: f64,
}

/// Seven quantiles of days.
#[derive(ToSchema)]
pub(crate) struct DayQuantiles {
    /// 5 %.
    p5: f64,
    /// 10 %.
    p10: f64,
    /// 25 %.
    p25: f64,
    /// The median.
    p50: f64,
    /// 75 %.
    p75: f64,
    /// 90 %.
    p90: f64,
    /// 95 %.
    p95: f64,
}

/// Days until closing.
#[derive(ToSchema)]
pub(crate) struct Days {
    /// Runs it is over.
    runs: u32,
    /// The mean.
    mean: Estimate,
    /// The standard deviation.
    sd: f64,
    /// The quantiles.
    quantiles: DayQuantiles,
}

/// Runs by closing time in equal steps.
#[derive(ToSchema)]
pub(crate) struct Histogram {
    /// Width of a bar in days.
    width_days: f64,
    /// Won runs per bar; the last holds everything later too.
    won: Vec<u32>,
    /// Lost runs per bar.
    lost: Vec<u32>,
}

/// A stay in one stage.
#[derive(ToSchema)]
pub(crate) struct Stay {
    /// The stage, by its place in `stages`.
    stage: u16,
    /// Days spent there.
    days: f64,
}

/// One simulated future.
#[derive(ToSchema)]
pub(crate) struct Way {
    /// Which run.
    run: u32,
    /// `won`, `lost` or `open`.
    ending: String,
    /// Days until then.
    days: f64,
    /// The stages on the way, the present one first.
    steps: Vec<Stay>,
}

/// What the simulation of one arm says.
#[derive(ToSchema)]
pub(crate) struct Runs {
    /// Runs made.
    runs: u32,
    /// Runs won.
    won: u32,
    /// Runs lost.
    lost: u32,
    /// Runs left open.
    capped: u32,
    /// Share of runs won.
    p_win: Estimate,
    /// Days until closing.
    days: Option<Days>,
    /// Days until winning.
    days_if_won: Option<Days>,
    /// Closing times.
    histogram: Histogram,
    /// The fastest win.
    best: Option<Way>,
    /// The slowest loss.
    worst: Option<Way>,
    /// The runs at the 10, 50 and 90 % quantile.
    typical: Vec<Way>,
}

/// Both arms simulated on the same luck.
#[derive(ToSchema)]
pub(crate) struct Pair {
    /// Without the change.
    baseline: Runs,
    /// With it.
    modified: Runs,
    /// Change of the share won.
    p_win: Estimate,
    /// Change of the days until closing.
    days: Estimate,
    /// Runs won only with the change.
    gained: u32,
    /// Runs won only without it.
    forgone: u32,
}

/// Why a deal is on a list.
#[derive(ToSchema)]
pub(crate) struct Why {
    /// What programs call it.
    code: String,
    /// What is the case, with the figures.
    text: String,
}

/// A deal an insight names.
#[derive(ToSchema)]
pub(crate) struct InsightDeal {
    /// Its id.
    id: String,
    /// Its name, or what its source calls it.
    name: String,
    /// Who would buy.
    company: Option<Named>,
    /// Who sells.
    owner: Option<Named>,
    /// Its stage.
    stage: Option<String>,
    /// `open`, `won` or `lost`.
    outcome: String,
    /// What it is worth.
    amount: Option<Money>,
    /// The day it is expected to close.
    #[schema(format = Date)]
    expected_close: Option<String>,
    /// Days in its stage.
    days_in_stage: Option<f64>,
    /// When there was contact last.
    #[schema(format = DateTime)]
    last_activity_at: Option<String>,
    /// The chance to be won.
    chance: Option<f64>,
    /// Why it is here.
    reasons: Vec<Why>,
}

/// Deals on a list, with the rule that puts them there.
#[derive(ToSchema)]
pub(crate) struct Listed {
    /// The moment asked about.
    #[schema(format = DateTime)]
    as_of: String,
    /// What puts a deal on the list.
    rule: String,
    /// Why nothing can be said, where that is so.
    note: Option<String>,
    /// How many deals are on it.
    count: u64,
    /// Out of how many that could be.
    of: u64,
    /// What they are worth together.
    amount: Option<Money>,
    /// How many deals have each reason.
    reasons: BTreeMap<String, u64>,
    /// The first of them.
    deals: Vec<InsightDeal>,
}

/// Orders received in a period.
#[derive(ToSchema)]
pub(crate) struct Orders {
    /// The first day.
    #[schema(format = Date)]
    from: String,
    /// The last day.
    #[schema(format = Date)]
    to: String,
    /// Won deals that have all they need.
    complete: u64,
    /// What those are worth.
    complete_amount: Option<Money>,
    /// The moment asked about.
    #[schema(format = DateTime)]
    as_of: String,
    /// What puts a deal on the list.
    rule: String,
    /// Why nothing can be said, where that is so.
    note: Option<String>,
    /// How many deals were won.
    count: u64,
    /// Out of how many that could be.
    of: u64,
    /// What they are worth together.
    amount: Option<Money>,
    /// How many deals lack what.
    reasons: BTreeMap<String, u64>,
    /// Those that lack most first.
    deals: Vec<InsightDeal>,
}

/// How far the rules for open deals are kept.
#[derive(ToSchema)]
pub(crate) struct Compliance {
    /// The moment asked about.
    #[schema(format = DateTime)]
    as_of: String,
    /// What is counted.
    rule: String,
    /// Open deals.
    of: u64,
    /// Open deals that keep every rule.
    compliant: u64,
    /// Rule by rule.
    rules: Vec<RuleResult>,
}

/// How far one rule is kept.
#[derive(ToSchema)]
pub(crate) struct RuleResult {
    /// Its id.
    id: String,
    /// What people call it.
    name: String,
    /// What it asks.
    asks: String,
    /// Deals it is for.
    of: u64,
    /// Deals that keep it.
    passed: u64,
    /// Deals that break it.
    failed: u64,
    /// Of those the most valuable.
    deals: Vec<InsightDeal>,
}

/// Cash by period.
#[derive(ToSchema)]
pub(crate) struct CashFlow {
    /// The moment asked about.
    #[schema(format = DateTime)]
    as_of: String,
    /// How it is counted.
    rule: String,
    /// The currency of every amount.
    currency: Option<String>,
    /// The periods, the oldest first.
    periods: Vec<CashPeriod>,
    /// What is in no period.
    left_out: CashLeftOut,
    /// What the model's own timing of open deals rests on; null where there is no model.
    timing: Option<CashTiming>,
}

/// What the model's timing of open deals rests on.
#[derive(ToSchema)]
pub(crate) struct CashTiming {
    /// The moment the model looks ahead from.
    #[schema(format = DateTime)]
    as_of: String,
    /// Open deals it times.
    deals: u64,
    /// Open deals without an amount, or that it says nothing of.
    left_out: u64,
    /// The day after the last period it tells of.
    #[schema(format = Date)]
    until: Option<String>,
    /// All of those periods together: intervals do not add up, so it is drawn too.
    together: Option<CashModelled>,
}

/// Cash expected in a period as the model times open deals: each may be won on any day, with the chance
/// that the forecast gives it, whatever its close date says.
#[derive(ToSchema)]
pub(crate) struct CashModelled {
    /// From open deals: the mean.
    pipeline: String,
    /// That, and what is expected in any case.
    total: String,
    /// 10 % of the futures drawn bring less in all.
    p10: String,
    /// Half bring less.
    p50: String,
    /// 90 % bring less.
    p90: String,
}

/// The cash of one period.
#[derive(ToSchema)]
pub(crate) struct CashPeriod {
    /// What it is called.
    label: String,
    /// The first day.
    #[schema(format = Date)]
    start: String,
    /// The day after the last.
    #[schema(format = Date)]
    end: String,
    /// What came in, less what went back.
    actual: String,
    /// What is expected.
    expected: CashExpected,
    /// The same as the model times open deals; null for periods that are over, that end more than
    /// fifteen months ahead, and where there is no model.
    modelled: Option<CashModelled>,
}

/// Cash expected in a period.
#[derive(ToSchema)]
pub(crate) struct CashExpected {
    /// Open deals: amount × chance, paid by the terms.
    pipeline: String,
    /// Won deals not billed yet.
    won: String,
    /// Bills sent and not paid.
    invoices: String,
    /// The part of them that is past due.
    overdue: String,
    /// Contracts that run on.
    subscriptions: String,
    /// Everything together.
    total: String,
}

/// What a cash flow leaves out.
#[derive(ToSchema)]
pub(crate) struct CashLeftOut {
    /// Open deals without an expected close.
    without_close_date: u64,
    /// Open deals whose expected close has passed.
    past_close_date: u64,
    /// Open deals without a chance.
    without_chance: u64,
    /// Deals without an amount in the currency reported in.
    without_amount: u64,
    /// Bills, payments and contracts left out.
    billing: u64,
}

/// A share with its 95 % interval.
#[derive(ToSchema)]
pub(crate) struct Rate {
    /// How many had it.
    hits: u64,
    /// Out of how many.
    n: u64,
    /// The share.
    value: f64,
    /// Lower end.
    low: f64,
    /// Upper end.
    high: f64,
}

/// How many deals get how far.
#[derive(ToSchema)]
pub(crate) struct Funnel {
    /// The moment the data are from.
    #[schema(format = DateTime)]
    as_of: String,
    /// How it is counted.
    rule: String,
    /// The pipelines that have deals.
    pipelines: Vec<PipelineFunnel>,
}

/// The funnel of one pipeline.
#[derive(ToSchema)]
pub(crate) struct PipelineFunnel {
    /// Its id.
    id: Option<String>,
    /// Its name.
    name: String,
    /// Deals with any history.
    deals: u64,
    /// Share won of the closed ones.
    win_rate: Option<Rate>,
    /// The open stages, in order.
    stages: Vec<FunnelStage>,
}

/// One open stage of a funnel.
#[derive(ToSchema)]
pub(crate) struct FunnelStage {
    /// Its label.
    stage: String,
    /// Deals that were ever in it.
    entered: u64,
    /// Of those, deals that moved on.
    moved_on: u64,
    /// Of those, deals lost without that.
    lost: u64,
    /// Of those, deals still waiting.
    waiting: u64,
    /// Share that moved on.
    conversion: Option<Rate>,
    /// Share won of the closed deals that were ever in it.
    win_rate: Option<Rate>,
}

/// How deals really moved.
#[derive(ToSchema)]
pub(crate) struct ProcessMap {
    /// The moment the data are from.
    #[schema(format = DateTime)]
    as_of: String,
    /// How it is counted.
    rule: String,
    /// The pipelines that have deals.
    pipelines: Vec<PipelineMap>,
}

/// One pipeline as mined.
#[derive(ToSchema)]
pub(crate) struct PipelineMap {
    /// Its id.
    id: Option<String>,
    /// Its name.
    name: String,
    /// Its deals.
    deals: u64,
    /// Its stages in order: label, outcome, whether deals end there.
    stages: Vec<MinedStage>,
    /// Where that order comes from.
    order: OrderSource,
    /// Every move that occurs, with its share, its time and what it depends on.
    transitions: Transitions,
    /// How long deals stay.
    dwell: Vec<StageDwell>,
    /// Which ways they take.
    variants: Variants,
    /// Where time costs wins, worst first.
    bottlenecks: Vec<Bottleneck>,
    /// What is done twice.
    rework: Rework,
    /// Where the order is left.
    conformance: Conformance,
    /// What changed lately.
    drift: Drift,
}

/// What is wrong with the data.
#[derive(ToSchema)]
pub(crate) struct DataQuality {
    /// The moment the data are from.
    #[schema(format = DateTime)]
    as_of: String,
    /// How it is counted.
    rule: String,
    /// All deals.
    deals: u64,
    /// Open ones.
    open: u64,
    /// Won.
    won: u64,
    /// Lost.
    lost: u64,
    /// What was found, gravest first.
    findings: Vec<Finding>,
    /// Open deals that have outlived those that were won.
    zombies: Vec<Zombie>,
    /// How long is too long, stage by stage.
    zombie_rules: Vec<ZombieRule>,
    /// Fields that would give the outcome away.
    leaks: Vec<Leak>,
}

/// An open deal that is probably dead.
#[derive(ToSchema)]
pub(crate) struct Zombie {
    /// The deal.
    deal: String,
    /// Its name in the history.
    name: String,
    /// The stage it rests in.
    stage: String,
    /// Days there.
    days: f64,
    /// The most that a live deal would have.
    limit_days: f64,
}

/// When an open deal counts as dead.
#[derive(ToSchema)]
pub(crate) struct ZombieRule {
    /// The pipeline.
    pipeline: String,
    /// The stage.
    stage: Option<String>,
    /// Longer than this is too long.
    limit_days: f64,
    /// 99th percentile of won stays.
    won_p99_days: f64,
    /// Median of finished stays.
    median_days: f64,
    /// Won stays it rests on.
    won: u64,
}

/// A field whose being filled in tells the outcome.
#[derive(ToSchema)]
pub(crate) struct Leak {
    /// The field.
    field: String,
    /// Share of won deals that lack it.
    missing_won: Option<f64>,
    /// Share of lost deals that lack it.
    missing_lost: Option<f64>,
    /// Share of open deals that lack it.
    missing_open: Option<f64>,
    /// What it gives away.
    what: String,
}

/// What changed in the open pipeline between two moments.
#[derive(ToSchema)]
pub(crate) struct Changes {
    /// The moment the data are from.
    #[schema(format = DateTime)]
    as_of: String,
    /// How it is counted.
    rule: String,
    /// The earlier moment.
    #[schema(format = DateTime)]
    from: String,
    /// The later one.
    #[schema(format = DateTime)]
    to: String,
    /// The parts before the last add up to it.
    waterfall: Vec<Part>,
    /// Deals open at both moments in different stages.
    moves: Vec<Move>,
    /// From where to where every deal of the waterfall went, in the order of stages. By their counts and
    /// amounts: all from `open` make up the start, less what they changed by; all to `open` the end; all
    /// from `opened` and `reopened`, and all to `won` and `lost`, those parts.
    flows: Vec<Flow>,
    /// Deals whose amount is not in the currency reported in.
    without_amount: u64,
    /// Deals of which nothing says when they began.
    undated: u64,
}

/// A part of the waterfall.
#[derive(ToSchema)]
pub(crate) struct Part {
    /// `start`, `opened`, `reopened`, `increased`, `decreased`, `won`, `lost` or `end`.
    kind: String,
    /// How many deals.
    count: u64,
    /// What they add.
    amount: Option<Money>,
    /// The largest of them.
    deals: Vec<InsightDeal>,
}

/// A way deals moved.
#[derive(ToSchema)]
pub(crate) struct Move {
    /// The stage at the earlier moment.
    from: String,
    /// The stage at the later one.
    to: String,
    /// Whether that is a later stage.
    forward: bool,
    /// How many deals.
    count: u64,
    /// What they are worth.
    amount: Option<Money>,
}

/// Deals that went from one place to another, or stayed where they were.
#[derive(ToSchema)]
#[schema(as = ChangeFlow)]
pub(crate) struct Flow {
    /// Where they were at the earlier moment.
    from: Place,
    /// Where they are at the later one.
    to: Place,
    /// How many deals.
    count: u64,
    /// What they are worth at the later moment.
    amount: Option<Money>,
    /// By how much that is more than at the earlier one; 0 for those that came in between.
    changed: Option<Money>,
}

/// Where a deal stands at one of the two moments.
#[derive(ToSchema)]
#[schema(as = FlowPlace)]
pub(crate) struct Place {
    /// What it is.
    kind: PlaceKind,
    /// The stage of what is open; null where nothing says.
    stage: Option<String>,
    /// Its place among all that the flows name, in the order of stages, from 0.
    order: u64,
}

/// What a deal is at one of the two moments.
#[derive(ToSchema)]
#[schema(as = FlowPlaceKind, rename_all = "snake_case")]
pub(crate) enum PlaceKind {
    /// In a stage.
    Open,
    /// Not there yet: it began in between.
    Opened,
    /// Closed, and open again in between.
    Reopened,
    /// Won.
    Won,
    /// Lost.
    Lost,
}

/// Key figures of the sellers seen.
#[derive(ToSchema)]
pub(crate) struct OwnersKpis {
    /// The moment asked about.
    #[schema(format = DateTime)]
    as_of: String,
    /// How they are counted.
    rule: String,
    /// Since when closed deals count.
    #[schema(format = Date)]
    since: String,
    /// The one with the largest open pipeline first.
    owners: Vec<OwnerKpis>,
    /// All together.
    total: OwnerKpis,
}

/// Key figures of one seller.
#[derive(ToSchema)]
pub(crate) struct OwnerKpis {
    /// Who; null for deals nobody owns, and for all together.
    owner: Option<Named>,
    /// Open deals.
    open: u64,
    /// What they are worth.
    open_amount: Option<Money>,
    /// Amount × chance.
    weighted: Option<Money>,
    /// Deals won since then.
    won: u64,
    /// What they are worth.
    won_amount: Option<Money>,
    /// Deals lost since then.
    lost: u64,
    /// Share won of those closed.
    win_rate: Option<Rate>,
    /// Days from creation to winning.
    cycle: Option<Spread>,
    /// Mean amount of won deals.
    average_deal: Option<Money>,
    /// Contacts in the last 30 days.
    activities_30_days: u64,
    /// Open deals past their expected close.
    overdue: u64,
    /// Open deals too long in their stage.
    stuck: u64,
    /// Open deals without contact for too long.
    inactive: u64,
    /// What is to be won this quarter.
    quota: Option<Quota>,
}

/// Durations, summed up.
#[derive(ToSchema)]
pub(crate) struct Spread {
    /// Number of durations.
    count: u64,
    /// Mean.
    mean_days: f64,
    /// Median.
    median_days: f64,
    /// One in ten took longer.
    p90_days: f64,
}

/// What is to be won in a quarter.
#[derive(ToSchema)]
pub(crate) struct Quota {
    /// The first day of the quarter.
    #[schema(format = Date)]
    start: String,
    /// The day after its last.
    #[schema(format = Date)]
    end: String,
    /// What is to be won.
    target: Money,
    /// What was won so far.
    won: Money,
    /// The share of the target.
    attained: f64,
}

/// What an import read, wrote and took back, as far as it has come.
#[derive(ToSchema)]
pub(crate) struct ImportSummary {
    /// Rows of the files.
    #[schema(required = false)]
    rows: ImportRows,
    /// Odd things, by how much they matter.
    #[schema(required = false)]
    issues: ImportIssues,
    /// The instant the data stand at.
    #[schema(required = false, format = DateTime)]
    as_of: String,
    /// What a commit would write, by kind: `deals`, `companies`, …
    #[schema(required = false)]
    would_write: BTreeMap<String, Tally>,
    /// What was written, by kind.
    #[schema(required = false)]
    written: BTreeMap<String, Tally>,
    /// Some of what was not written because what is kept is newer.
    #[schema(required = false)]
    stale: Vec<String>,
    /// Some of what could not be kept.
    #[schema(required = false)]
    quarantined: Vec<Unkept>,
    /// What was taken back.
    #[schema(required = false)]
    undone: ImportUndone,
}

/// What could not be kept, and why.
#[derive(ToSchema)]
pub(crate) struct Unkept {
    /// What it is.
    key: String,
    /// Why not.
    reason: String,
}

/// Rows of an import's files.
#[derive(ToSchema)]
pub(crate) struct ImportRows {
    /// All of them.
    read: u64,
    /// Those that something came of.
    used: u64,
    /// The others; the report says why.
    not_used: u64,
}

/// Odd things in an import's files.
#[derive(ToSchema)]
pub(crate) struct ImportIssues {
    /// A row or cell is lost.
    error: u64,
    /// Something may be wrong.
    warning: u64,
    /// Worth knowing.
    note: u64,
}

/// What becomes of the entities of one kind.
#[derive(ToSchema)]
pub(crate) struct Tally {
    /// There was none.
    new: u64,
    /// It said something else.
    changed: u64,
    /// It said the same already.
    unchanged: u64,
    /// What is kept is newer.
    stale: u64,
    /// It cannot be kept.
    quarantined: u64,
}

/// What an undo did.
#[derive(ToSchema)]
pub(crate) struct ImportUndone {
    /// Entities put back.
    restored: u64,
    /// Entities taken out.
    removed: u64,
    /// Entities left alone because they changed since.
    changed_since: u64,
    /// Some of those.
    changed_since_keys: Vec<String>,
}

/// What came of a job; what there is depends on its kind.
#[derive(ToSchema)]
pub(crate) struct JobResult {
    /// The forecast or backtest that was made.
    #[schema(required = false)]
    run: Option<String>,
    /// Why there is none.
    #[schema(required = false)]
    not_enough_history: String,
    /// Everything else.
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

/// A JSON Web Key Set.
#[derive(ToSchema)]
pub(crate) struct KeySet {
    /// The keys.
    keys: Vec<BTreeMap<String, String>>,
}
