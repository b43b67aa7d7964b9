//! What saved forecasts and backtests say, as their engines wrote it.

use super::Named;
use super::{ByDays, Effects, Evidence, Finding, Influence, Line};
use crate::paging::Money;
use utoipa::ToSchema;

/// What a saved forecast says. Sums over all deals are there for those who see all deals.
#[derive(ToSchema)]
pub(crate) struct SavedForecast {
    /// The day it looks ahead from.
    as_of: String,
    /// The currency of every amount.
    currency: Option<String>,
    /// `low_confidence` below 200 closed deals, else `normal`.
    confidence: String,
    /// What it was learned from.
    evidence: Evidence,
    /// What champions, blockers and touches are associated with.
    effects: Effects,
    /// Every open deal the caller sees.
    deals: Vec<SavedDeal>,
    /// By period, the running one first.
    #[schema(required = false)]
    periods: Vec<Line>,
    /// By owner, over all periods.
    #[schema(required = false)]
    owners: Vec<Line>,
    /// By stage, over all periods.
    #[schema(required = false)]
    stages: Vec<Line>,
    /// All periods together.
    #[schema(required = false)]
    total: Line,
    /// Where the value most likely lost lies.
    #[schema(required = false)]
    riskiest: Vec<SavedDeal>,
    /// Deals that will probably miss the close date they carry.
    #[schema(required = false)]
    slipping: Vec<SavedSlip>,
    /// Open for longer than deals that were ever won from that stage.
    #[schema(required = false)]
    forgotten: SavedForgotten,
    /// How good it would have been.
    #[schema(required = false)]
    trust: SavedTrust,
    /// What the model does not know, in words.
    #[schema(required = false)]
    unknown: Vec<String>,
    /// What is wrong with the data.
    #[schema(required = false)]
    findings: Vec<Finding>,
}

/// A number with its 80 % interval.
#[derive(ToSchema)]
pub(crate) struct SavedRange {
    /// The best model's number.
    value: f64,
    /// 10 % of the ensemble are below.
    low: f64,
    /// 10 % of the ensemble are above.
    high: f64,
}

/// A deal of a saved forecast.
#[derive(ToSchema)]
pub(crate) struct SavedDeal {
    /// Its id.
    id: String,
    /// What its source calls it.
    source_id: String,
    /// Its name.
    name: Option<String>,
    /// Who would buy.
    company: Option<String>,
    /// Who sells.
    owner: Option<String>,
    /// Its stage.
    stage: String,
    /// Days it had been there.
    days_in_stage: f64,
    /// Days since it began.
    age_days: f64,
    /// Amount in the forecast's currency.
    amount: Option<f64>,
    /// `deal`, `list_price` or `mean_of_won`: where the amount comes from.
    amount_source: Option<String>,
    /// Chance to be won in the end.
    p_win: SavedRange,
    /// Amount × chance.
    expected_value: Option<f64>,
    /// Expected days until it closes, either way.
    expected_days: f64,
    /// Expected days until it is won, if it is.
    expected_days_if_won: Option<f64>,
    /// Chances by 30, 60 and 90 days.
    by_days: Vec<ByDays>,
    /// What sets it apart from the average deal in its stage, strongest first.
    reasons: Vec<Influence>,
    /// Longer in its stage than any deal that was won.
    zombie: bool,
    /// Longest stay in this stage from which deals were still won.
    longest_won_stay: Option<f64>,
    /// The stages so far with the days in each; the last was still running.
    path: Vec<(String, f64)>,
}

/// A deal that would probably miss its close date.
#[derive(ToSchema)]
pub(crate) struct SavedSlip {
    /// What a table calls the deal.
    label: String,
    /// Who sells.
    owner: Option<String>,
    /// Its stage.
    stage: String,
    /// Days until the close date it carried; negative where that had passed.
    closes_in_days: f64,
    /// Chance that it is won by then.
    p_won_by_then: f64,
    /// Chance that it is still open then.
    p_open_then: f64,
    /// Amount that hangs on it.
    amount: Option<f64>,
}

/// Deals open for longer than any that was won.
#[derive(ToSchema)]
pub(crate) struct SavedForgotten {
    /// How many.
    count: u64,
    /// What they are worth on paper.
    amount: f64,
    /// What the forecast gives them within 90 days.
    expected_in_90_days: f64,
    /// The share of open deals.
    share: f64,
    /// Some of them, the largest first.
    examples: Vec<SavedDeal>,
}

/// How far a forecast may be trusted, by its own past.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum SavedTrust {
    /// The test on the past.
    Backtest(Box<SavedBacktest>),
    /// Why there is none.
    Untested(String),
}

/// What a saved backtest says. Whoever does not see all deals gets the verdict and no counts.
#[derive(ToSchema)]
pub(crate) struct SavedBacktest {
    /// Days each forecast looked ahead.
    horizon_days: u32,
    /// Whether the model beats the base rate, in words.
    verdict: String,
    /// Whether the whole interval of the gain over the base rate is above 0.
    skill: bool,
    /// Share of origins whose number of wins fell in the 80 % interval.
    coverage80: f64,
    /// Share of origins whose number of wins fell in the 95 % interval.
    coverage95: f64,
    /// Predictions made.
    #[schema(required = false)]
    predictions: u64,
    /// Different deals among them.
    #[schema(required = false)]
    deals: u64,
    /// By origin.
    #[schema(required = false)]
    origins: Vec<Origin>,
    /// Pie's model.
    #[schema(required = false)]
    model: Scores,
    /// The share of open deals that was won within the horizon, on past days.
    #[schema(required = false)]
    base_rate: Scores,
    /// The same by stage.
    #[schema(required = false)]
    stage_rate: Scores,
    /// A Markov chain with constant hazards.
    #[schema(required = false)]
    markov: Scores,
    /// Mean width of the 80 % interval as a share of the forecast.
    #[schema(required = false)]
    width80: Option<f64>,
}

/// A past day from which was forecast.
#[derive(ToSchema)]
pub(crate) struct Origin {
    /// Days since 1970-01-01.
    at: f64,
    /// Deals predicted.
    open: u64,
    /// Wins seen within the horizon.
    won: u64,
    /// Wins expected.
    expected: f64,
    /// 80 % interval of the number of wins: lower and upper end.
    interval80: (f64, f64),
    /// 95 % interval of the number of wins.
    interval95: (f64, f64),
}

/// How one method did.
#[derive(ToSchema)]
pub(crate) struct Scores {
    /// Of "won within the horizon".
    measures: Measures,
    /// Brier score.
    brier: Interval,
    /// Mean continuous ranked probability score of the time to close, in days.
    crps_days: Option<f64>,
    /// Mean over origins of |forecast − seen| / seen, number of wins.
    count_error: Option<f64>,
    /// Sum of forecasts / sum of wins − 1.
    count_bias: Option<f64>,
    /// As `count_error`, for the amount won; nothing without amounts.
    amount_error: Option<f64>,
    /// Brier of this method minus that of the model: above 0 the model is better.
    behind_model: Interval,
}

/// The measures of one set of forecasts.
#[derive(ToSchema)]
pub(crate) struct Measures {
    /// How many forecasts.
    rows: u64,
    /// Mean squared error.
    brier: Option<f64>,
    /// Mean negative log-likelihood.
    log_loss: Option<f64>,
    /// How often a win is ranked above a loss; nothing where all ended alike.
    auc: Option<f64>,
    /// Mean distance between forecast and share over ten equally filled bins.
    ece: Option<f64>,
    /// Those bins: the reliability diagram.
    reliability: Vec<ReliabilityBin>,
}

/// Forecasts of about the same size and what came of them.
#[derive(ToSchema)]
pub(crate) struct ReliabilityBin {
    /// How many forecasts.
    count: u64,
    /// Their mean.
    forecast: f64,
    /// The share that came true.
    observed: f64,
    /// Lower end of its 95 % interval, in which several forecasts of one deal count as fewer. Backtests
    /// saved earlier do not tell.
    #[schema(required = false)]
    low: f64,
    /// Upper end.
    #[schema(required = false)]
    high: f64,
}

/// A number with the 95 % interval of a bootstrap over deals.
#[derive(ToSchema)]
pub(crate) struct Interval {
    /// The number.
    value: Option<f64>,
    /// Lower end.
    low: Option<f64>,
    /// Upper end.
    high: Option<f64>,
}

/// What became of a saved forecast.
#[derive(ToSchema)]
#[schema(as = ForecastOutcome)]
pub(crate) struct Outcome {
    /// The moment the data are from.
    #[schema(format = DateTime)]
    as_of: String,
    /// How it is counted.
    rule: String,
    /// The moment the forecast looked ahead from.
    #[schema(format = DateTime)]
    from: String,
    /// Days since then.
    days: f64,
    /// Deals it knew that the caller sees.
    known: u64,
    /// Of them won by now.
    won: u64,
    /// Lost by now.
    lost: u64,
    /// Still open.
    open: u64,
    /// Known then and not there any more, for who sees all deals.
    gone: u64,
    /// Wins expected by now; null once more time has passed than the forecast spoke of.
    expected: Option<ExpectedWins>,
    /// What those won are worth, at their present amounts.
    amount: Option<Money>,
    /// What was expected of them by now, in the forecast's currency.
    amount_expected: Option<Money>,
    /// Won deals whose amount is in no sum.
    left_out: u64,
    /// Deals won since that were not open then.
    newcomers: u64,
    /// What those are worth.
    newcomers_amount: Option<Money>,
    /// Each period as it was told, with what has come of it.
    periods: Vec<PeriodOutcome>,
    /// The deals that closed, the most surprising first.
    deals: Vec<EndedDeal>,
}

/// A number of wins that was to be expected.
#[derive(ToSchema)]
pub(crate) struct ExpectedWins {
    /// The sum of the chances.
    value: f64,
    /// 10 % below, by the luck of each deal alone.
    low: f64,
    /// 10 % above.
    high: f64,
}

/// Whether a period can be judged.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum PeriodState {
    /// It is over.
    Ended,
    /// It is running.
    Running,
    /// It lies ahead.
    Ahead,
}

/// A period of a saved forecast with what has come of it.
#[derive(ToSchema)]
pub(crate) struct PeriodOutcome {
    /// Its label.
    label: String,
    /// The first day.
    #[schema(format = Date)]
    start: String,
    /// The day after the last.
    #[schema(format = Date)]
    end: String,
    /// Whether it can be judged.
    state: PeriodState,
    /// Revenue as it was told: 10 % of the draws were below.
    p10: f64,
    /// Half were below.
    p50: f64,
    /// 90 % were below.
    p90: f64,
    /// Won in it so far, of the deals the forecast knew.
    won: u64,
    /// What those are worth.
    amount: Option<Money>,
    /// Won in it so far, of other deals.
    newcomers: u64,
    /// What those are worth.
    newcomers_amount: Option<Money>,
    /// Whether what was won lies between P10 and P90, once it is over.
    inside: Option<bool>,
}

/// A deal the forecast knew that has closed.
#[derive(ToSchema)]
pub(crate) struct EndedDeal {
    /// Its id.
    id: String,
    /// Its name, or what its source calls it.
    name: String,
    /// Who sells.
    owner: Option<Named>,
    /// The chance to be won that it was given.
    said: f64,
    /// `won` or `lost`.
    outcome: String,
    /// When.
    #[schema(format = DateTime)]
    closed_at: Option<String>,
    /// What it is worth.
    amount: Option<Money>,
}
