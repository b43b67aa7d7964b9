//! The contacts on deals.

use crate::deals::READ;
use crate::paging::{Page, PageQuery};
use crate::reading::{Conditional, Reading, Words, written};
use crate::routes::Routes;
use crate::wire::ContactView;
use axum::response::Response;
use edge::{Path, Problem, Query};
use model::{DealId, Stakeholder, StakeholderId};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

/// Adds the routes of this area.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .with(READ, routes!(list_contacts))
        .with(READ, routes!(get_contact))
}

/// Which contacts.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ContactsQuery {
    /// How many rows, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Words that each occur in a contact's name, address or title.
    q: Option<String>,
    /// Only those on this deal.
    #[param(value_type = Option<String>)]
    deal: Option<DealId>,
}

/// The contacts
///
/// Those on deals the caller sees.
#[utoipa::path(get, path = "/v1/contacts", tag = "contacts", operation_id = "listContacts",
    params(ContactsQuery, Conditional),
    responses((status = 200, description = "A page of contacts", body = Page<ContactView<'static>>),
        (status = 304, description = "Nothing changed")))]
async fn list_contacts(
    reading: Reading,
    Query(query): Query<ContactsQuery>,
) -> Result<Response, Problem> {
    let ContactsQuery {
        limit,
        cursor,
        q,
        deal,
    } = query;
    let words = Words::parse(q.as_deref())?;
    let page = PageQuery { limit, cursor };
    let list = format!("contacts {q:?} {deal:?}");
    let rows = reading.page(&list, &page, |warm, sight, after| {
        let fits = |it: &Stakeholder| {
            deal.is_none_or(|deal| it.deal == deal)
                && words.fit([it.name.as_deref(), it.email.as_deref(), it.title.as_deref()])
        };
        let shown = |it: &Stakeholder| sight.stakeholder(it) && fits(it);
        after.of(
            &warm.book.stakeholders,
            |it| it.id,
            shown,
            ContactView::from,
        )
    });
    rows.await
}

/// A contact
#[utoipa::path(get, path = "/v1/contacts/{id}", tag = "contacts", operation_id = "getContact",
    params(("id" = String, Path, description = "The contact's id"), Conditional),
    responses((status = 200, description = "The contact", body = ContactView<'static>),
        (status = 304, description = "Nothing changed")))]
async fn get_contact(reading: Reading, Path(id): Path<StakeholderId>) -> Result<Response, Problem> {
    let row = reading.row(|warm, sight| {
        let all = &warm.book.stakeholders;
        let found = all
            .binary_search_by_key(&id, |it| it.id)
            .ok()
            .map(|at| &all[at]);
        let contact = found.filter(|it| sight.stakeholder(it))?;
        Some(written(&ContactView::from(contact)))
    });
    row.await
}
