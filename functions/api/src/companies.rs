//! The companies that may buy.

use crate::deals::READ;
use crate::paging::{Page, PageQuery};
use crate::reading::{Conditional, Reading, Words, written};
use crate::routes::Routes;
use crate::shapes;
use crate::wire::{CompanyView, DealRow, Fields, find_company};
use axum::response::Response;
use edge::{Path, Problem, Query};
use insight::Sight;
use jiff::Timestamp;
use model::{Book, Company, CompanyId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

/// Deals on a company's page; the deal list with `filter[company]` has all.
const MOST_DEALS: usize = 100;

/// Adds the routes of this area.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .with(READ, routes!(list_companies))
        .with(READ, routes!(get_company))
}

/// Which companies.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CompaniesQuery {
    /// How many rows, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Words that each occur in a company's name, domain or industry.
    q: Option<String>,
}

/// The companies
///
/// Those the caller looks after, and those of the deals they see.
#[utoipa::path(get, path = "/v1/companies", tag = "companies", operation_id = "listCompanies",
    params(CompaniesQuery, Conditional),
    responses((status = 200, description = "A page of companies", body = Page<CompanyView<'static>>),
        (status = 304, description = "Nothing changed")))]
async fn list_companies(
    reading: Reading,
    Query(query): Query<CompaniesQuery>,
) -> Result<Response, Problem> {
    let CompaniesQuery { limit, cursor, q } = query;
    let words = Words::parse(q.as_deref())?;
    let page = PageQuery { limit, cursor };
    let list = format!("companies {q:?}");
    let rows = reading.page(&list, &page, |warm, sight, after| {
        let fits = |it: &Company| {
            words.fit([
                it.name.as_deref(),
                it.domain.as_deref(),
                it.industry.as_deref(),
            ])
        };
        after.of(
            &warm.book.companies,
            |it| it.id,
            |it| sight.company(it.id) && fits(it),
            |it| CompanyView::of(&warm.book, it),
        )
    });
    rows.await
}

/// A company with its deals.
#[derive(Serialize, ToSchema)]
pub(crate) struct CompanyPage<'a> {
    /// The company.
    company: CompanyView<'a>,
    /// Its deals the caller sees, at most 100.
    #[schema(value_type = Vec<shapes::DealRow>)]
    deals: Vec<DealRow<'a>>,
    /// How many of its deals the caller sees.
    deals_count: usize,
    /// The moment the data are from.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
}

fn company_page<'a>(book: &'a Book, sight: &Sight, id: CompanyId) -> Option<CompanyPage<'a>> {
    let company = find_company(book, id).filter(|_| sight.company(id))?;
    let of_company = |place: &usize| book.deals[*place].company == Some(id);
    let places: Vec<usize> = sight.deals(book).filter(of_company).collect();
    let row = |place: &usize| DealRow {
        book,
        place: *place,
        fields: Fields::USUAL,
        p_win: None,
    };
    Some(CompanyPage {
        company: CompanyView::of(book, company),
        deals: places.iter().take(MOST_DEALS).map(row).collect(),
        deals_count: places.len(),
        as_of: book.as_of,
    })
}

/// A company with its deals
#[utoipa::path(get, path = "/v1/companies/{id}", tag = "companies", operation_id = "getCompany",
    params(("id" = String, Path, description = "The company's id"), Conditional),
    responses((status = 200, description = "The company", body = CompanyPage<'static>),
        (status = 304, description = "Nothing changed")))]
async fn get_company(reading: Reading, Path(id): Path<CompanyId>) -> Result<Response, Problem> {
    let row = reading.row(|warm, sight| {
        let page = company_page(&warm.book, sight, id)?;
        Some(written(&page))
    });
    row.await
}
