//! The addresses the first designs used for what is read from the book: the same handlers under the
//! same policies, with headers that say what to use instead.

use crate::aliases::old;
use crate::deal::{self, ForecastView};
use crate::deals::{self, READ, Search};
use crate::insights::{self, KpisQuery, ListQuery};
use crate::reading::{Conditional, Reading};
use crate::routes::Routes;
use crate::shapes;
use crate::simulations::{self, SIMULATE, SimulationRequest};
use axum::response::Response;
use edge::deprecation::Deprecated;
use edge::{Json, Pairs, Path, Problem, Query};
use model::DealId;
use utoipa_axum::routes;

const SIMULATIONS: Deprecated = old("/v1/simulations");
const FORECAST: Deprecated = old("/v1/deals/{id}/forecast");
const TODAY: Deprecated = old("/v1/insights/today");
const KPIS: Deprecated = old("/v1/insights/owners/kpis");
const DEALS: Deprecated = old("/v1/deals");
const SEARCH: Deprecated = old("/v1/deals/search");

/// Adds the routes.
#[expect(deprecated, reason = "the document says so of these handlers")]
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .with(SIMULATE, routes!(simulate))
        .with(READ, routes!(forecast))
        .with(READ, routes!(today))
        .with(READ, routes!(kpis))
        .with(READ, routes!(list_deals))
        .with(READ, routes!(search_deals))
}

/// Ask "what if" of a deal
///
/// An alias of `POST /v1/simulations`.
#[utoipa::path(post, path = "/api/simulate", tag = "aliases", operation_id = "aliasSimulate",
    request_body = SimulationRequest,
    responses((status = 200, description = "The answer", body = simulations::Answer<'static>)))]
#[deprecated = "use POST /v1/simulations"]
async fn simulate(reading: Reading, Json(body): Json<SimulationRequest>) -> Response {
    SIMULATIONS.on(simulations::answer(&reading, body).await)
}

/// What a deal is expected to do
///
/// An alias of `GET /v1/deals/{id}/forecast`.
#[utoipa::path(get, path = "/api/deals/{id}/forecast", tag = "aliases", operation_id = "aliasDealForecast",
    params(("id" = String, Path, description = "The deal's id"), Conditional),
    responses((status = 200, description = "Its chances", body = ForecastView<'static>),
        (status = 304, description = "Nothing changed"),
        (status = 409, description = "The deal is closed", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Too little history", body = Problem, content_type = "application/problem+json")))]
#[deprecated = "use GET /v1/deals/{id}/forecast"]
async fn forecast(reading: Reading, Path(id): Path<DealId>) -> Response {
    FORECAST.on(deal::forecast_of(&reading, id).await)
}

/// What to do today
///
/// An alias of `GET /v1/insights/today`.
#[utoipa::path(get, path = "/dashboard/today", tag = "aliases", operation_id = "aliasToday",
    params(ListQuery, Conditional),
    responses((status = 200, description = "Deals that want something done", body = shapes::Listed),
        (status = 304, description = "Nothing changed")))]
#[deprecated = "use GET /v1/insights/today"]
async fn today(reading: Reading, Query(query): Query<ListQuery>) -> Response {
    TODAY.on(insights::today_of(&reading, &query).await)
}

/// Key figures of the sellers
///
/// An alias of `GET /v1/insights/owners/kpis`.
#[utoipa::path(get, path = "/owners/kpis", tag = "aliases", operation_id = "aliasOwnersKpis",
    params(KpisQuery, Conditional),
    responses((status = 200, description = "Seller by seller", body = shapes::OwnersKpis),
        (status = 304, description = "Nothing changed")))]
#[deprecated = "use GET /v1/insights/owners/kpis"]
async fn kpis(reading: Reading, Query(query): Query<KpisQuery>) -> Response {
    KPIS.on(insights::kpis_of(&reading, &query).await)
}

/// The deals
///
/// An alias of `GET /v1/deals`.
#[utoipa::path(get, path = "/deals/search", tag = "aliases", operation_id = "aliasListDeals",
    params(
        deals::ListQuery,
        ("filter" = Option<BTreeMap<String, String>>, Query, style = DeepObject, explode,
            description = "Conditions, as the list takes them"),
        Conditional),
    responses((status = 200, description = "A page of deals", body = shapes::DealList),
        (status = 304, description = "Nothing changed"),
        (status = 422, description = "Too little history for the chances asked for",
            body = Problem, content_type = "application/problem+json")))]
#[deprecated = "use GET /v1/deals"]
async fn list_deals(reading: Reading, pairs: Pairs) -> Response {
    DEALS.on(deals::listed(&reading, pairs).await)
}

/// Search the deals
///
/// An alias of `POST /v1/deals/search`.
#[utoipa::path(post, path = "/deals/search", tag = "aliases", operation_id = "aliasSearchDeals",
    request_body = Search,
    responses((status = 200, description = "A page of deals", body = shapes::DealList)))]
#[deprecated = "use POST /v1/deals/search"]
async fn search_deals(reading: Reading, Json(body): Json<Search>) -> Response {
    SEARCH.on(deals::found(&reading, body).await)
}
