//! The forecast of the open pipeline, forecasts that were saved, and how good past ones would have
//! been.

use crate::access::Access;
use crate::auth::Caller;
use crate::deal::ForecastView;
use crate::deals::READ;
use crate::documents::{find, page};
use crate::insights::{ChangesQuery, ListQuery, changes_between};
use crate::jobs::{JobView, accepted};
use crate::models::Fitted;
use crate::paging::{Page, PageQuery};
use crate::people::name_of;
use crate::queue_job::queue_job;
use crate::reading::{Conditional, Reading, blocking, written};
use crate::routes::Routes;
use crate::shapes;
use axum::response::Response;
use edge::{Code, Json, Path, Problem, Query};
use forecast::effects::Effects;
use forecast::engine::DealForecast;
use forecast::learn::fit::{Confidence, Evidence};
use forecast::pipeline::{By, Line};
use identity::{Policy, RateClass, Role, Scope};
use insight::Sight;
use insight::insights::{Said, SaidPeriod, Saved, outcome};
use insight::outlook::{Outlook, Request, Slipping, Told, Trust, for_viewer};
use jiff::Timestamp;
use mining::Finding;
use model::{Currency, DealId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Queue, Run, Stored, unique};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

const RUN: Access = Access::Guarded(Policy::new(Scope::Simulate, Role::Ae, RateClass::Simulate));

/// What `simulate` does on a message.
const FORECAST: &str = "forecast.run";
const BACKTEST: &str = "backtest.run";

const MOST_PERIODS: usize = 12;
const USUAL_PERIODS: usize = 4;
const USUAL_TOP: usize = 10;
const MOST_TOP: usize = 100;

/// Adds the routes of this area.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .with(READ, routes!(current))
        .with(READ, routes!(forecast_changes))
        .with(READ, routes!(list_forecasts))
        .with(RUN, routes!(run_forecast))
        .with(READ, routes!(get_forecast))
        .with(READ, routes!(forecast_outcome))
        .with(READ, routes!(list_backtests))
        .with(RUN, routes!(run_backtest))
        .with(READ, routes!(get_backtest))
}

/// How long the periods are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PeriodLength {
    /// Calendar months.
    Month,
    /// Calendar quarters.
    #[default]
    Quarter,
}

impl From<PeriodLength> for By {
    fn from(length: PeriodLength) -> Self {
        match length {
            PeriodLength::Month => Self::Month,
            PeriodLength::Quarter => Self::Quarter,
        }
    }
}

/// Which forecast.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CurrentQuery {
    /// How long the periods are.
    #[param(inline, default = "quarter")]
    by: Option<PeriodLength>,
    /// How many of them, the running one first, 1 to 12.
    #[param(minimum = 1, maximum = 12, default = 4)]
    periods: Option<usize>,
    /// How many deals the lists name, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 10)]
    top: Option<usize>,
}

fn within(
    name: &str,
    given: Option<usize>,
    usual: usize,
    most: usize,
) -> Result<usize, (String, String)> {
    match given.unwrap_or(usual) {
        number if (1..=most).contains(&number) => Ok(number),
        _ => Err((name.to_owned(), format!("is not between 1 and {most}"))),
    }
}

fn in_query((name, message): (String, String)) -> Problem {
    Problem::new(Code::InvalidParameter).field(format!("?{name}"), "out_of_range", message)
}

/// A deal with what it is expected to do and the names a person knows it by.
#[derive(Serialize, ToSchema)]
#[schema(as = ForecastDeal)]
pub(crate) struct ToldView<'a> {
    /// Its id.
    id: &'a str,
    /// What its source calls it.
    source_id: &'a str,
    /// Its name.
    name: Option<&'a str>,
    /// Who would buy.
    company: Option<&'a str>,
    /// Who sells.
    owner: Option<&'a str>,
    /// What it is expected to do.
    forecast: ForecastView<'a>,
    /// The stages so far with the days in each.
    path: Vec<StageDays<'a>>,
}

/// A stay in a stage.
#[derive(Serialize, ToSchema)]
pub(crate) struct StageDays<'a> {
    /// The stage.
    stage: &'a str,
    /// Days in it; in the last so far.
    days: f64,
}

/// A deal that will probably miss the close date it carries.
#[derive(Serialize, ToSchema)]
#[schema(as = SlippingDeal)]
pub(crate) struct SlippingView<'a> {
    /// Its id.
    #[schema(value_type = String)]
    id: DealId,
    /// What a table calls it: the id at its source, and its name.
    label: &'a str,
    /// Its name.
    name: Option<&'a str>,
    /// Who sells.
    owner: Option<&'a str>,
    /// Its stage.
    stage: &'a str,
    /// Days from `as_of` to the close date it carries.
    closes_in_days: f64,
    /// Chance that it is won by then.
    p_won_by_then: f64,
    /// Chance that it is still open then.
    p_open_then: f64,
    /// Amount that hangs on it.
    amount: Option<f64>,
}

/// Deals open for longer than any that was won.
#[derive(Serialize, ToSchema)]
#[schema(as = ForgottenDeals)]
pub(crate) struct ForgottenView<'a> {
    /// How many.
    count: usize,
    /// What they are worth on paper.
    amount: f64,
    /// What the forecast gives them within 90 days.
    expected_in_90_days: f64,
    /// The share of open deals.
    share: f64,
    /// The largest of them.
    examples: Vec<ToldView<'a>>,
}

/// The forecast of the open deals the caller sees, as of the moment the model was learned from.
#[derive(Serialize, ToSchema)]
#[schema(as = CurrentForecast)]
pub(crate) struct Current<'a> {
    /// The moment it looks ahead from.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// The page of the feed the model knows.
    model_seq: u64,
    /// Whether the data have changed since.
    stale: bool,
    /// The currency of every amount.
    currency: Option<&'a str>,
    /// How far the history carries: `normal` or `low_confidence`.
    #[schema(value_type = String)]
    confidence: Confidence,
    /// What it was learned from: the whole tenant's history.
    #[schema(value_type = shapes::Evidence)]
    evidence: Evidence,
    /// By period, the running one first.
    #[schema(value_type = Vec<shapes::Line>)]
    periods: &'a [Line],
    /// By owner, over all periods.
    #[schema(value_type = Vec<shapes::Line>)]
    owners: &'a [Line],
    /// By stage, over all periods.
    #[schema(value_type = Vec<shapes::Line>)]
    stages: &'a [Line],
    /// All periods together.
    #[schema(value_type = shapes::Line)]
    total: &'a Line,
    /// Where the value most likely lost lies.
    riskiest: Vec<ToldView<'a>>,
    /// Deals that will probably miss the close date they carry.
    slipping: Vec<SlippingView<'a>>,
    /// Open for longer than deals that were ever won from that stage.
    forgotten: ForgottenView<'a>,
    /// What champions, blockers and touches are associated with.
    #[schema(value_type = shapes::Effects)]
    effects: &'a Effects,
    /// What the model does not know, in words.
    #[schema(value_type = Vec<String>)]
    unknown: &'a [String],
    /// What is wrong with the data seen.
    #[schema(value_type = Vec<shapes::Finding>)]
    findings: &'a [Finding],
}

/// The outlook of a fitted book as the API tells it.
struct Teller<'a> {
    fitted: &'a Fitted,
    seq: u64,
}

impl<'a> Teller<'a> {
    fn forecast(&self, it: &'a DealForecast) -> Result<ForecastView<'a>, Problem> {
        ForecastView::of(self.fitted, self.seq, it)
    }

    fn told(&self, all: &'a [Told]) -> Result<Vec<ToldView<'a>>, Problem> {
        let one = |it: &'a Told| {
            Ok(ToldView {
                id: &it.id,
                source_id: &it.source_id,
                name: it.name.as_deref(),
                company: it.company.as_deref(),
                owner: it.owner.as_deref(),
                forecast: self.forecast(&it.forecast)?,
                path: it
                    .path
                    .iter()
                    .map(|(stage, days)| StageDays { stage, days: *days })
                    .collect(),
            })
        };
        all.iter().map(one).collect()
    }

    fn slipping(&self, it: &'a Slipping) -> Option<SlippingView<'a>> {
        let deal = self.fitted.book.deals.get(it.slip.deal)?;
        Some(SlippingView {
            id: deal.id,
            label: &it.label,
            name: deal.name.as_deref(),
            owner: it.owner.as_deref(),
            stage: &it.stage,
            closes_in_days: it.slip.closes_in_days,
            p_won_by_then: it.slip.p_won_by_then,
            p_open_then: it.slip.p_open_then,
            amount: it.slip.amount,
        })
    }

    fn tell(&self, outlook: &'a Outlook) -> Result<Current<'a>, Problem> {
        Ok(Current {
            as_of: self.fitted.book.as_of,
            model_seq: self.fitted.seq,
            stale: self.fitted.seq < self.seq,
            currency: outlook.currency.as_deref(),
            confidence: outlook.confidence,
            evidence: outlook.evidence,
            periods: &outlook.periods,
            owners: &outlook.owners,
            stages: &outlook.stages,
            total: &outlook.total,
            riskiest: self.told(&outlook.riskiest)?,
            slipping: outlook
                .slipping
                .iter()
                .filter_map(|it| self.slipping(it))
                .collect(),
            forgotten: ForgottenView {
                count: outlook.forgotten.count,
                amount: outlook.forgotten.amount,
                expected_in_90_days: outlook.forgotten.expected_in_90_days,
                share: outlook.forgotten.share,
                examples: self.told(&outlook.forgotten.examples)?,
            },
            effects: &outlook.effects,
            unknown: &outlook.unknown,
            findings: &outlook.findings,
        })
    }
}

/// The forecast of what a viewer sees now, from a model that may know an earlier book: rows the
/// viewer no longer sees are in no figure.
fn look_ahead(
    fitted: &Fitted,
    seq: u64,
    sight: &Sight,
    request: &Request,
) -> Result<Vec<u8>, Problem> {
    let model = fitted.model()?;
    let untested = Trust::Untested(
        "no test on the past is part of this answer; GET /v1/backtests has them".to_owned(),
    );
    let outlook = for_viewer(&fitted.book, &fitted.mined, model, request, untested, sight);
    written(&Teller { fitted, seq }.tell(&outlook)?)
}

/// The forecast as of now
///
/// Of the open deals the caller sees: revenue and wins by period, owner and stage, where the risk
/// lies, and what the model does not know. Every deal's own forecast is at
/// `/v1/deals/{id}/forecast`.
#[utoipa::path(get, path = "/v1/forecasts/current", tag = "forecasts", operation_id = "currentForecast",
    params(CurrentQuery, Conditional),
    responses((status = 200, description = "The forecast", body = Current<'static>),
        (status = 304, description = "Nothing changed"),
        (status = 422, description = "Too little history", body = Problem, content_type = "application/problem+json")))]
async fn current(reading: Reading, Query(query): Query<CurrentQuery>) -> Result<Response, Problem> {
    let request = Request {
        by: query.by.unwrap_or_default().into(),
        periods: within("periods", query.periods, USUAL_PERIODS, MOST_PERIODS).map_err(in_query)?,
        top: within("top", query.top, USUAL_TOP, MOST_TOP).map_err(in_query)?,
        backtest: None,
    };
    let fitted = reading.model().await?;
    fitted.model()?;
    let warm = reading.keep()?;
    let (model_seq, seq) = (fitted.seq.to_string(), warm.seq);
    let make = async {
        let sight = reading.sight(&warm).await?;
        blocking(move || look_ahead(&fitted, seq, &sight, &request)).await?
    };
    reading.answer(&warm, &[&model_seq], make).await
}

/// What changed in the open pipeline between two moments
///
/// The same as `/v1/insights/changes`.
#[utoipa::path(get, path = "/v1/forecasts/changes", tag = "forecasts", operation_id = "forecastChanges",
    params(ChangesQuery, Conditional),
    responses((status = 200, description = "The parts add up", body = shapes::Changes),
        (status = 304, description = "Nothing changed")))]
async fn forecast_changes(
    reading: Reading,
    Query(query): Query<ChangesQuery>,
) -> Result<Response, Problem> {
    changes_between(&reading, query).await
}

/// A forecast or backtest that was saved.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunView {
    /// Its id.
    id: String,
    /// The moment of the data it looks from.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// The page of the feed it knew.
    seq: u64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Who asked for it.
    created_by: String,
    /// What they are called; null for the schedule, and for whom the caller does not see.
    created_by_name: Option<String>,
}

impl RunView {
    fn of(caller: &Caller, run: Run) -> Self {
        let Run {
            id,
            as_of,
            seq,
            created_at,
            created_by,
        } = run;
        Self {
            id,
            as_of,
            seq,
            created_at,
            created_by_name: name_of(caller, &created_by),
            created_by,
        }
    }
}

/// A saved forecast with what it says.
#[derive(Serialize, ToSchema)]
pub(crate) struct ForecastRun {
    /// The run.
    #[serde(flatten)]
    run: RunView,
    /// Whether it is all of it: only those who see all deals get the figures of the whole tenant.
    whole: bool,
    /// What it says.
    #[schema(value_type = shapes::saved::SavedForecast)]
    says: Value,
}

/// A saved backtest with what it says.
#[derive(Serialize, ToSchema)]
pub(crate) struct BacktestRun {
    /// The run.
    #[serde(flatten)]
    run: RunView,
    /// Whether it is all of it: only those who see all deals get the counts.
    whole: bool,
    /// What it says.
    #[schema(value_type = shapes::saved::SavedBacktest)]
    says: Value,
}

async fn list_runs(
    caller: &Caller,
    query: &PageQuery,
    prefix: &'static str,
) -> Result<Json<Page<RunView>>, Problem> {
    let passes = |run: &Run| run.id.starts_with(prefix);
    page(caller, prefix, query, passes, |stored: Stored<Run>| {
        RunView::of(caller, stored.value)
    })
    .await
    .map(Json)
}

/// A run, and the file with what it says.
async fn run_of(caller: &Caller, prefix: &str, id: &str) -> Result<(Run, Value), Problem> {
    let Stored { value: run, .. } = find::<Run>(caller, prefix, id).await?;
    let blob = caller.tenant().blob(&run.blob()).await?;
    let blob = blob.ok_or_else(|| Problem::internal("the file of a run is missing"))?;
    let says = serde_json::from_slice(&blob).map_err(Problem::internal)?;
    Ok((run, says))
}

/// Of a saved forecast what a viewer may see: the deals they see now, and of what was learned from
/// the whole history no more than a current forecast tells them. Sums over all deals are left out.
fn seen_part(says: &mut Value, sight: &Sight) {
    const OPEN: [&str; 6] = [
        "as_of",
        "currency",
        "confidence",
        "evidence",
        "effects",
        "deals",
    ];
    let Some(says) = says.as_object_mut() else {
        return;
    };
    says.retain(|name, _| OPEN.contains(&name.as_str()));
    if let Some(Value::Array(deals)) = says.get_mut("deals") {
        let id = |deal: &Value| deal["id"].as_str()?.parse::<DealId>().ok();
        deals.retain(|deal| id(deal).is_some_and(|id| sight.deal(id)));
    }
}

/// Of a saved backtest what somebody may see who does not see all deals: how good it was, and no
/// counts of deals.
fn skill_alone(says: &mut Value) {
    const OPEN: [&str; 5] = [
        "horizon_days",
        "verdict",
        "skill",
        "coverage80",
        "coverage95",
    ];
    if let Some(says) = says.as_object_mut() {
        says.retain(|name, _| OPEN.contains(&name.as_str()));
    }
}

/// The place of a deal in the book of that day says nothing to anybody.
fn without_places(says: &mut Value) {
    for list in ["deals", "riskiest", "slipping"] {
        let rows = says.get_mut(list).and_then(Value::as_array_mut);
        for row in rows.into_iter().flatten() {
            if let Some(row) = row.as_object_mut() {
                row.remove("deal");
            }
        }
    }
    let examples = says
        .pointer_mut("/forgotten/examples")
        .and_then(Value::as_array_mut);
    for row in examples.into_iter().flatten() {
        if let Some(row) = row.as_object_mut() {
            row.remove("deal");
        }
    }
}

/// The saved forecasts, the newest first
#[utoipa::path(get, path = "/v1/forecasts", tag = "forecasts", operation_id = "listForecasts",
    params(PageQuery),
    responses((status = 200, description = "A page of runs", body = Page<RunView>)))]
async fn list_forecasts(
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<RunView>>, Problem> {
    list_runs(&caller, &query, "forecast_").await
}

/// A saved forecast
///
/// As it was told then. Who does not see all deals gets the deals they see today and no sums.
#[utoipa::path(get, path = "/v1/forecasts/{id}", tag = "forecasts", operation_id = "getForecast",
    params(("id" = String, Path, description = "The forecast's id")),
    responses((status = 200, description = "The forecast", body = ForecastRun)))]
async fn get_forecast(
    reading: Reading,
    Path(id): Path<String>,
) -> Result<Json<ForecastRun>, Problem> {
    let (run, mut says) = run_of(&reading.caller, "forecast", &id).await?;
    let warm = reading.keep()?;
    let sight = reading.sight(&warm).await?;
    let whole = sight.sees_all();
    if !whole {
        seen_part(&mut says, &sight);
    }
    without_places(&mut says);
    Ok(Json(ForecastRun {
        run: RunView::of(&reading.caller, run),
        whole,
        says,
    }))
}

/// Of a saved forecast what its outcome is told by. Forecasts of other days may lack some of it.
#[derive(Deserialize)]
struct Kept {
    currency: Option<Currency>,
    #[serde(default)]
    deals: Vec<KeptDeal>,
    #[serde(default)]
    periods: Vec<KeptPeriod>,
}

#[derive(Deserialize)]
struct KeptDeal {
    id: DealId,
    p_win: KeptChance,
    amount: Option<f64>,
    #[serde(default)]
    by_days: Vec<KeptByDays>,
}

#[derive(Deserialize)]
struct KeptChance {
    value: f64,
}

#[derive(Deserialize)]
struct KeptByDays {
    days: f64,
    p_win: f64,
}

#[derive(Deserialize)]
struct KeptPeriod {
    label: String,
    revenue: KeptRevenue,
}

#[derive(Deserialize)]
struct KeptRevenue {
    p10: f64,
    p50: f64,
    p90: f64,
}

impl Kept {
    /// Sums over all deals are told to who sees all deals.
    fn saved(self, from: Timestamp, whole: bool) -> Saved {
        let deal = |it: KeptDeal| Said {
            id: it.id,
            p_win: it.p_win.value,
            amount: it.amount,
            by_days: it
                .by_days
                .into_iter()
                .map(|by| (by.days, by.p_win))
                .collect(),
        };
        let period = |it: KeptPeriod| SaidPeriod {
            label: it.label,
            revenue: [it.revenue.p10, it.revenue.p50, it.revenue.p90],
        };
        let periods = if whole { self.periods } else { Vec::new() };
        Saved {
            from,
            currency: self.currency,
            deals: self.deals.into_iter().map(deal).collect(),
            periods: periods.into_iter().map(period).collect(),
        }
    }
}

/// What became of a saved forecast
///
/// Of the deals it knew and the caller sees: what was won and lost since, beside what was expected by
/// now; and each period as it was told beside what has come of it. Who does not see all deals gets no
/// periods.
#[utoipa::path(get, path = "/v1/forecasts/{id}/outcome", tag = "forecasts", operation_id = "forecastOutcome",
    params(("id" = String, Path, description = "The forecast's id"), ListQuery, Conditional),
    responses((status = 200, description = "Said and come", body = shapes::saved::Outcome),
        (status = 304, description = "Nothing changed")))]
async fn forecast_outcome(
    reading: Reading,
    Path(id): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let limit = query.limit()?;
    let (run, says) = run_of(&reading.caller, "forecast", &id).await?;
    let kept: Kept = serde_json::from_value(says).map_err(Problem::internal)?;
    let saved = kept.saved(run.as_of, reading.caller.viewer().sees_all);
    reading
        .insight(move |desk| written(&outcome(desk, &saved, limit)))
        .await
}

/// What to forecast.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NewForecast {
    /// How long the periods are.
    by: PeriodLength,
    /// How many of them.
    #[schema(minimum = 1, maximum = 12, default = 4)]
    periods: Option<usize>,
}

/// What to test.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NewBacktest {
    /// Days each forecast looks ahead.
    #[schema(minimum = 1, maximum = 365, default = 30)]
    horizon_days: Option<u32>,
    /// Days between origins; by default at most 24 origins over what there is.
    #[schema(minimum = 1.0, maximum = 365.0)]
    every_days: Option<f64>,
}

/// Queues a run. Its request lies beside the file the run will be, so that the message carries ids
/// alone.
async fn queue_run(
    caller: &Caller,
    noun: &str,
    kind: &str,
    request: Value,
) -> Result<Response, Problem> {
    let id = format!("{noun}_{}", unique(caller.tenant().now()));
    caller
        .tenant()
        .put_blob(&format!("runs/{id}.request.json"), request.to_string())
        .await?;
    let job = queue_job(caller, Queue::Simulate, kind, Some(id)).await?;
    accepted(caller, job)
}

/// Save a forecast
///
/// A job makes it; it is kept for two years, to compare quarters with.
#[utoipa::path(post, path = "/v1/forecasts", tag = "forecasts", operation_id = "runForecast",
    request_body = NewForecast,
    responses((status = 202, description = "The job to watch", body = JobView)))]
async fn run_forecast(caller: Caller, Json(new): Json<NewForecast>) -> Result<Response, Problem> {
    let periods = within("periods", new.periods, USUAL_PERIODS, MOST_PERIODS).map_err(
        |(name, message)| {
            Problem::new(Code::InvalidBody).field(format!("/{name}"), "out_of_range", message)
        },
    )?;
    let request = json!({ "by": new.by, "periods": periods });
    queue_run(&caller, "forecast", FORECAST, request).await
}

/// The saved backtests, the newest first
#[utoipa::path(get, path = "/v1/backtests", tag = "forecasts", operation_id = "listBacktests",
    params(PageQuery),
    responses((status = 200, description = "A page of runs", body = Page<RunView>)))]
async fn list_backtests(
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<RunView>>, Problem> {
    list_runs(&caller, &query, "backtest_").await
}

/// A saved backtest
///
/// How good past forecasts would have been. Who does not see all deals gets the verdict and no
/// counts.
#[utoipa::path(get, path = "/v1/backtests/{id}", tag = "forecasts", operation_id = "getBacktest",
    params(("id" = String, Path, description = "The backtest's id")),
    responses((status = 200, description = "The backtest", body = BacktestRun)))]
async fn get_backtest(
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<BacktestRun>, Problem> {
    let (run, mut says) = run_of(&caller, "backtest", &id).await?;
    let whole = caller.viewer().sees_all;
    if !whole {
        skill_alone(&mut says);
    }
    Ok(Json(BacktestRun {
        run: RunView::of(&caller, run),
        whole,
        says,
    }))
}

/// Test the forecast on the past
///
/// A job does it: at each of up to 24 past days everything is learned anew from what was known then.
#[utoipa::path(post, path = "/v1/backtests", tag = "forecasts", operation_id = "runBacktest",
    request_body = NewBacktest,
    responses((status = 202, description = "The job to watch", body = JobView)))]
async fn run_backtest(caller: Caller, Json(new): Json<NewBacktest>) -> Result<Response, Problem> {
    let mut wrong = Problem::new(Code::InvalidBody);
    let horizon_days = new.horizon_days.unwrap_or(30);
    if !(1..=365).contains(&horizon_days) {
        wrong = wrong.field("/horizon_days", "out_of_range", "is not between 1 and 365");
    }
    if new
        .every_days
        .is_some_and(|days| !(1.0..=365.0).contains(&days))
    {
        wrong = wrong.field("/every_days", "out_of_range", "is not between 1 and 365");
    }
    if !wrong.errors.is_empty() {
        return Err(wrong);
    }
    let request = json!({ "horizon_days": horizon_days, "every_days": new.every_days });
    queue_run(&caller, "backtest", BACKTEST, request).await
}
