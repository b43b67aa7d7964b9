//! The people who sell.

use crate::deals::READ;
use crate::paging::{Page, PageQuery};
use crate::reading::{Conditional, Reading, Words, written};
use crate::routes::Routes;
use crate::wire::PersonView;
use axum::response::Response;
use edge::{Path, Problem, Query};
use model::{Person, PersonId};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

/// Adds the routes of this area.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .with(READ, routes!(list_owners))
        .with(READ, routes!(get_owner))
}

/// Which owners.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OwnersQuery {
    /// How many rows, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Words that each occur in an owner's name, address or team.
    q: Option<String>,
}

/// The owners
///
/// The caller and everybody below; all, for those who see all deals.
#[utoipa::path(get, path = "/v1/owners", tag = "owners", operation_id = "listOwners",
    params(OwnersQuery, Conditional),
    responses((status = 200, description = "A page of owners", body = Page<PersonView<'static>>),
        (status = 304, description = "Nothing changed")))]
async fn list_owners(
    reading: Reading,
    Query(query): Query<OwnersQuery>,
) -> Result<Response, Problem> {
    let OwnersQuery { limit, cursor, q } = query;
    let words = Words::parse(q.as_deref())?;
    let page = PageQuery { limit, cursor };
    let list = format!("owners {q:?}");
    let rows = reading.page(&list, &page, |warm, sight, after| {
        let fits =
            |it: &Person| words.fit([it.name.as_deref(), it.email.as_deref(), it.team.as_deref()]);
        let shown = |it: &Person| sight.person(it.id) && fits(it);
        after.of(&warm.book.people, |it| it.id, shown, PersonView::from)
    });
    rows.await
}

/// An owner
#[utoipa::path(get, path = "/v1/owners/{id}", tag = "owners", operation_id = "getOwner",
    params(("id" = String, Path, description = "The owner's id"), Conditional),
    responses((status = 200, description = "The owner", body = PersonView<'static>),
        (status = 304, description = "Nothing changed")))]
async fn get_owner(reading: Reading, Path(id): Path<PersonId>) -> Result<Response, Problem> {
    let row = reading.row(|warm, sight| {
        let all = &warm.book.people;
        let found = all
            .binary_search_by_key(&id, |it| it.id)
            .ok()
            .map(|at| &all[at]);
        let owner = found.filter(|it| sight.person(it.id))?;
        Some(written(&PersonView::from(owner)))
    });
    row.await
}
