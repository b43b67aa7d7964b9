//! What the book says about the day: today, attention, overdue, orders, cash, key figures.
//!
//! Each answer is read off the caller's own desk, so it counts nothing they do not see; it is made
//! once for all who see the same and kept until the book or the settings change.

use crate::deals::READ;
use crate::reading::{Conditional, Reading, blocking, in_query, written};
use crate::routes::Routes;
use crate::shapes;
use axum::response::Response;
use edge::{Code, Problem, Query};
use insight::insights::{
    AttentionReason, Desk, Step, Timing, attention, cashflow, changes, compliance, data_quality,
    funnel, inactive, orders_received, overdue, owner_kpis, process_map, stuck, today,
};
use insight::sight::restricted;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use mining::Mined;
use model::{Book, Date, DealId};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::str::FromStr;
use utoipa::IntoParams;
use utoipa_axum::routes;

/// Deals a list names where nothing is said, and at most.
const USUAL: usize = 50;
const MOST: usize = 200;
/// Periods of a cash flow before the running one, and from it on.
const MOST_PERIODS: usize = 53;

/// Adds the routes of this area.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .with(READ, routes!(get_today))
        .with(READ, routes!(get_attention))
        .with(READ, routes!(get_overdue))
        .with(READ, routes!(get_stuck))
        .with(READ, routes!(get_inactive))
        .with(READ, routes!(get_orders_received))
        .with(READ, routes!(get_compliance))
        .with(READ, routes!(get_cashflow))
        .with(READ, routes!(get_funnel))
        .with(READ, routes!(get_process_map))
        .with(READ, routes!(get_data_quality))
        .with(READ, routes!(get_changes))
        .with(READ, routes!(get_owner_kpis))
}

/// How much of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// How many deals to name, 1 to 200. The counts are over all.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
}

/// A number of the query within its bounds.
fn bounded(
    name: &str,
    given: Option<usize>,
    usual: usize,
    least: usize,
    most: usize,
) -> Result<usize, Problem> {
    match given.unwrap_or(usual) {
        number if (least..=most).contains(&number) => Ok(number),
        _ => Err(Problem::new(Code::InvalidParameter).field(
            format!("?{name}"),
            "out_of_range",
            format!("is not between {least} and {most}"),
        )),
    }
}

impl ListQuery {
    pub(crate) fn limit(&self) -> Result<usize, Problem> {
        bounded("limit", self.limit, USUAL, 1, MOST)
    }
}

/// What to do today
///
/// Meetings and next steps first, then what is overdue, new mail, valuable deals that are stuck,
/// and what moved since the working day before.
#[utoipa::path(get, path = "/v1/insights/today", tag = "insights", operation_id = "insightToday",
    params(ListQuery, Conditional),
    responses((status = 200, description = "Deals that want something done", body = shapes::Listed),
        (status = 304, description = "Nothing changed")))]
async fn get_today(reading: Reading, Query(query): Query<ListQuery>) -> Result<Response, Problem> {
    today_of(&reading, &query).await
}

pub(crate) async fn today_of(reading: &Reading, query: &ListQuery) -> Result<Response, Problem> {
    let limit = query.limit()?;
    reading
        .insight(move |desk| written(&today(desk, limit)))
        .await
}

/// Why a deal may need attention.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AttentionQuery {
    /// How many deals to name, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// Only deals with this reason: `past_close_date`, `stuck`, `inactive`, `no_next_step`,
    /// `missing_owner`, `orphan_owner`, `missing_amount`, `missing_close_date`, `missing_company`
    /// or `no_history`.
    reason: Option<String>,
    /// Only this deal: what is amiss with it. The counts are over all deals.
    #[param(value_type = Option<String>)]
    deal: Option<DealId>,
}

/// Deals that need attention
#[utoipa::path(get, path = "/v1/insights/attention", tag = "insights", operation_id = "insightAttention",
    params(AttentionQuery, Conditional),
    responses((status = 200, description = "Deals with something amiss", body = shapes::Listed),
        (status = 304, description = "Nothing changed")))]
async fn get_attention(
    reading: Reading,
    Query(query): Query<AttentionQuery>,
) -> Result<Response, Problem> {
    let limit = bounded("limit", query.limit, USUAL, 1, MOST)?;
    let reason = query
        .reason
        .as_deref()
        .map(AttentionReason::from_str)
        .transpose();
    let reason = reason.map_err(|error| in_query([error]))?;
    let deal = query.deal;
    let ask = move |desk: &Desk<'_>| {
        let limit = deal.map_or(limit, |_| usize::MAX);
        let mut listed = attention(desk, reason, limit);
        if let Some(deal) = deal {
            listed.deals.retain(|it| it.id == deal);
        }
        written(&listed)
    };
    reading.insight(ask).await
}

/// Deals past the day they were expected to close
#[utoipa::path(get, path = "/v1/insights/overdue", tag = "insights", operation_id = "insightOverdue",
    params(ListQuery, Conditional),
    responses((status = 200, description = "The longest overdue first", body = shapes::Listed),
        (status = 304, description = "Nothing changed")))]
async fn get_overdue(
    reading: Reading,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let limit = query.limit()?;
    reading
        .insight(move |desk| written(&overdue(desk, limit)))
        .await
}

/// Deals longer in their stage than deals that were won ever needed
#[utoipa::path(get, path = "/v1/insights/stuck", tag = "insights", operation_id = "insightStuck",
    params(ListQuery, Conditional),
    responses((status = 200, description = "The most valuable first", body = shapes::Listed),
        (status = 304, description = "Nothing changed")))]
async fn get_stuck(reading: Reading, Query(query): Query<ListQuery>) -> Result<Response, Problem> {
    let limit = query.limit()?;
    reading
        .insight(move |desk| written(&stuck(desk, limit)))
        .await
}

/// Deals without contact for too long
#[utoipa::path(get, path = "/v1/insights/inactive", tag = "insights", operation_id = "insightInactive",
    params(ListQuery, Conditional),
    responses((status = 200, description = "The most valuable first", body = shapes::Listed),
        (status = 304, description = "Nothing changed")))]
async fn get_inactive(
    reading: Reading,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let limit = query.limit()?;
    reading
        .insight(move |desk| written(&inactive(desk, limit)))
        .await
}

/// Which days.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DaysQuery {
    /// The first day; by default that of the running quarter.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<Date>,
    /// The last day; by default that of the data.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<Date>,
    /// How many deals to name, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
}

fn wrong_order() -> Problem {
    Problem::new(Code::InvalidParameter).field("?from", "out_of_order", "is after to")
}

/// Orders received
///
/// The deals won in a period, with what each lacks to be an order.
#[utoipa::path(get, path = "/v1/insights/orders-received", tag = "insights",
    operation_id = "insightOrdersReceived",
    params(DaysQuery, Conditional),
    responses((status = 200, description = "Those that lack most first", body = shapes::Orders),
        (status = 304, description = "Nothing changed")))]
async fn get_orders_received(
    reading: Reading,
    Query(query): Query<DaysQuery>,
) -> Result<Response, Problem> {
    let limit = bounded("limit", query.limit, USUAL, 1, MOST)?;
    let ask = move |desk: &Desk<'_>| {
        let last = desk.as_of.to_zoned(TimeZone::UTC).date();
        let to = query.to.unwrap_or(last);
        let from = query.from.unwrap_or_else(|| desk.quarter_of(to).start);
        if from > to {
            return Err(wrong_order());
        }
        written(&orders_received(desk, from, to, limit))
    };
    reading.insight(ask).await
}

/// How far the rules for open deals are kept
#[utoipa::path(get, path = "/v1/insights/compliance", tag = "insights", operation_id = "insightCompliance",
    params(ListQuery, Conditional),
    responses((status = 200, description = "Rule by rule", body = shapes::Compliance),
        (status = 304, description = "Nothing changed")))]
async fn get_compliance(
    reading: Reading,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let limit = query.limit()?;
    reading
        .insight(move |desk| written(&compliance(desk, limit)))
        .await
}

/// Which periods.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CashQuery {
    /// How long they are: `week`, `month` or `quarter`.
    #[param(value_type = Option<String>, default = "month")]
    by: Option<Step>,
    /// Whole periods before the running one, 0 to 53.
    #[param(minimum = 0, maximum = 53, default = 3)]
    back: Option<usize>,
    /// Periods from the running one on, 1 to 53.
    #[param(minimum = 1, maximum = 53, default = 6)]
    ahead: Option<usize>,
}

/// Cash by period
#[utoipa::path(get, path = "/v1/insights/cashflow", tag = "insights", operation_id = "insightCashflow",
    params(CashQuery, Conditional),
    responses((status = 200, description = "What came in and what is expected", body = shapes::CashFlow),
        (status = 304, description = "Nothing changed")))]
async fn get_cashflow(
    reading: Reading,
    Query(query): Query<CashQuery>,
) -> Result<Response, Problem> {
    let back = bounded("back", query.back, 3, 0, MOST_PERIODS)?;
    let ahead = bounded("ahead", query.ahead, 6, 1, MOST_PERIODS)?;
    let by = query.by.unwrap_or_default();
    reading
        .insight_by_model(move |desk, fitted| {
            let place = |deal: DealId| fitted.place(deal);
            let timing = fitted.model().ok().map(|model| Timing {
                model,
                place: &place,
            });
            written(&cashflow(desk, by, back, ahead, timing))
        })
        .await
}

/// Nothing is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoQuery {}

impl Reading {
    /// An answer from the book as if only what the caller sees were in it.
    async fn of_seen(
        &self,
        ask: impl FnOnce(&Book) -> Result<Vec<u8>, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        let warm = self.keep()?;
        let kept = std::sync::Arc::clone(&warm);
        let make = async {
            let sight = self.sight(&warm).await?;
            let work = move || {
                if sight.sees_all() {
                    ask(&kept.book)
                } else {
                    ask(&restricted(&kept.book, &sight))
                }
            };
            blocking(work).await?
        };
        self.answer(&warm, &[], make).await
    }
}

fn mined(book: &Book) -> Mined {
    mining::mine(book, &mining::Options::default())
}

/// How many deals get how far
#[utoipa::path(get, path = "/v1/insights/funnel", tag = "insights", operation_id = "insightFunnel",
    params(Conditional),
    responses((status = 200, description = "Pipeline by pipeline", body = shapes::Funnel),
        (status = 304, description = "Nothing changed")))]
async fn get_funnel(
    reading: Reading,
    Query(NoQuery {}): Query<NoQuery>,
) -> Result<Response, Problem> {
    reading.of_seen(|book| written(&funnel(book))).await
}

/// How deals really moved
#[utoipa::path(get, path = "/v1/insights/process-map", tag = "insights", operation_id = "insightProcessMap",
    params(Conditional),
    responses((status = 200, description = "Pipeline by pipeline", body = shapes::ProcessMap),
        (status = 304, description = "Nothing changed")))]
async fn get_process_map(
    reading: Reading,
    Query(NoQuery {}): Query<NoQuery>,
) -> Result<Response, Problem> {
    reading
        .of_seen(|book| written(&process_map(&mined(book))))
        .await
}

/// What is wrong with the data
#[utoipa::path(get, path = "/v1/insights/data-quality", tag = "insights", operation_id = "insightDataQuality",
    params(Conditional),
    responses((status = 200, description = "Each kind of trouble, the gravest first", body = shapes::DataQuality),
        (status = 304, description = "Nothing changed")))]
async fn get_data_quality(
    reading: Reading,
    Query(NoQuery {}): Query<NoQuery>,
) -> Result<Response, Problem> {
    reading
        .of_seen(|book| written(&data_quality(&mined(book))))
        .await
}

/// Between which moments.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChangesQuery {
    /// The earlier day or instant; by default seven days before `to`.
    #[param(example = "2026-09-01")]
    from: Option<String>,
    /// The later day, its end, or instant; by default the data's own moment.
    #[param(example = "2026-09-30")]
    to: Option<String>,
    /// How many deals to name of each part, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 10)]
    limit: Option<usize>,
}

/// A day as its beginning or its end, or an instant.
fn moment(name: &str, text: &str, end_of_day: bool) -> Result<Timestamp, Problem> {
    let day = || {
        let day: Date = text.parse().ok()?;
        let day = if end_of_day {
            day.tomorrow().ok()?
        } else {
            day
        };
        Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
    };
    text.parse().ok().or_else(day).ok_or_else(|| {
        let message =
            "is neither a day such as 2026-09-30 nor an instant such as 2026-09-30T17:00:00Z";
        Problem::new(Code::InvalidParameter).field(format!("?{name}"), "invalid_value", message)
    })
}

/// What changed in the open pipeline
///
/// A waterfall from one moment to another: what was there, what came, what was won and lost, and
/// what is there now; and from where to where every one of those deals went.
#[utoipa::path(get, path = "/v1/insights/changes", tag = "insights", operation_id = "insightChanges",
    params(ChangesQuery, Conditional),
    responses((status = 200, description = "The parts add up", body = shapes::Changes),
        (status = 304, description = "Nothing changed")))]
async fn get_changes(
    reading: Reading,
    Query(query): Query<ChangesQuery>,
) -> Result<Response, Problem> {
    changes_between(&reading, query).await
}

pub(crate) async fn changes_between(
    reading: &Reading,
    query: ChangesQuery,
) -> Result<Response, Problem> {
    let limit = bounded("limit", query.limit, 10, 1, MOST)?;
    let to = query
        .to
        .as_deref()
        .map(|text| moment("to", text, true))
        .transpose()?;
    let from = query
        .from
        .as_deref()
        .map(|text| moment("from", text, false))
        .transpose()?;
    let ask = move |desk: &Desk<'_>| {
        let to = to.unwrap_or(desk.as_of);
        let week = || to.checked_sub((7 * 24).hours()).unwrap_or(Timestamp::MIN);
        let from = from.unwrap_or_else(week);
        let (earlier, later) = (BTreeMap::new(), BTreeMap::new());
        let changed = changes(desk, from, to, &earlier, &later, limit);
        written(&changed.map_err(|error| in_query([error]))?)
    };
    reading.insight(ask).await
}

/// Since when.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct KpisQuery {
    /// Since when closed deals count; by default for a year.
    #[param(value_type = Option<String>, format = Date)]
    since: Option<Date>,
}

/// Key figures of the sellers
#[utoipa::path(get, path = "/v1/insights/owners/kpis", tag = "insights", operation_id = "insightOwnersKpis",
    params(KpisQuery, Conditional),
    responses((status = 200, description = "The one with the largest open pipeline first", body = shapes::OwnersKpis),
        (status = 304, description = "Nothing changed")))]
async fn get_owner_kpis(
    reading: Reading,
    Query(query): Query<KpisQuery>,
) -> Result<Response, Problem> {
    kpis_of(&reading, &query).await
}

pub(crate) async fn kpis_of(reading: &Reading, query: &KpisQuery) -> Result<Response, Problem> {
    let since = query.since;
    let ask = move |desk: &Desk<'_>| {
        let kpis = owner_kpis(desk, since);
        written(&kpis.map_err(|error| in_query([error]))?)
    };
    reading.insight(ask).await
}
