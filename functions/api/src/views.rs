//! Views: saved ways to look at deals.

use crate::access::Access;
use crate::auth::Caller;
use crate::documents::{find, page};
use crate::paging::{Page, PageQuery};
use crate::routes::Routes;
use axum::response::Response;
use edge::etag::{ETag, IfMatch};
use edge::{Code, FieldError, Json, Path, Problem, Query};
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use identity::{Policy, RateClass, Role, Scope};
use insight::{Filter, Sort, query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{Stored, View};
use utoipa::ToSchema;
use utoipa_axum::routes;

/// Views of one owner.
const MOST_VIEWS: usize = 200;
const MOST_NAME_CHARS: usize = 100;

const READ: Policy = Policy::new(Scope::Read, Role::Ae, RateClass::Read);
const WRITE: Policy = Policy::new(Scope::Write, Role::Ae, RateClass::Write);

pub(crate) fn routes(routes: Routes) -> Routes {
    let (read, write) = (Access::Guarded(READ), Access::Guarded(WRITE));
    routes
        .with(read, routes!(list_views))
        .with(read, routes!(get_view))
        .with(write, routes!(save_view))
        .with(write, routes!(change_view))
        .with(write, routes!(delete_view))
}

/// A saved way to look at deals.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ViewView {
    /// Its id.
    id: String,
    /// What it is called.
    name: String,
    /// The conditions, order and search, as the list of deals takes them.
    #[schema(example = json!({"filter[outcome]": "open", "sort": "-amount"}))]
    query: BTreeMap<String, String>,
    /// Whether everybody of the tenant sees it; what deals they see in it is up to who they are.
    shared: bool,
    /// Who saved it.
    owner: String,
    /// Whether the caller may change it.
    can_change: bool,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

fn told(caller: &Caller, view: View) -> ViewView {
    ViewView {
        can_change: may_change(caller, &view),
        id: view.id,
        name: view.name,
        query: view.query,
        shared: view.shared,
        owner: view.owner,
        created_at: view.created_at,
    }
}

fn is_seen(caller: &Caller, view: &View) -> bool {
    view.shared || view.owner == caller.tenant().by()
}

/// Its owner may, and of a shared one an admin, lest it outlive whoever made it.
fn may_change(caller: &Caller, view: &View) -> bool {
    view.owner == caller.tenant().by() || view.shared && caller.actor().role() == Role::Admin
}

async fn seen(caller: &Caller, id: &str) -> Result<Stored<View>, Problem> {
    let stored = find::<View>(caller, "view", id).await?;
    if is_seen(caller, &stored.value) {
        Ok(stored)
    } else {
        Err(Problem::not_found())
    }
}

async fn changeable(caller: &Caller, id: &str) -> Result<Stored<View>, Problem> {
    let stored = seen(caller, id).await?;
    if may_change(caller, &stored.value) {
        return Ok(stored);
    }
    Err(Problem::new(Code::RoleTooLow)
        .detail("A shared view is changed by whoever saved it, or by an admin")
        .remedy("Save a view of your own with the same conditions."))
}

fn check_name(name: &str) -> Result<String, Problem> {
    let name = name.trim();
    if (1..=MOST_NAME_CHARS).contains(&name.chars().count()) && !name.chars().any(char::is_control)
    {
        return Ok(name.to_owned());
    }
    let message = "is not 1 to 100 characters without control characters";
    Err(Problem::new(Code::InvalidBody).field("/name", "invalid_value", message))
}

/// What would be refused by the list of deals is refused here.
pub(crate) fn check_query(given: &BTreeMap<String, String>) -> Result<(), Problem> {
    let mut errors = Vec::new();
    let mut wrong = |name: &str, code: &str, message: String| {
        let name = name.replace('~', "~0").replace('/', "~1");
        errors.push(FieldError {
            pointer: format!("/query/{name}"),
            code: code.to_owned(),
            message,
        });
    };
    for (name, value) in given {
        let checked = match (name.as_str(), query::parameter(name)) {
            (_, Some((field, operator))) => {
                let read = Filter::parse([(field, operator, value.as_str())]);
                read.map(drop).map_err(|mut errors| errors.pop())
            }
            ("q", None) => Filter::default().search(value).map(drop).map_err(Some),
            ("sort", None) => value.parse::<Sort>().map(drop).map_err(Some),
            _ => {
                wrong(
                    name,
                    "unknown_parameter",
                    "is not filter[…], sort or q".to_owned(),
                );
                continue;
            }
        };
        if let Err(Some(error)) = checked {
            wrong(
                name,
                error.code,
                format!("{}; {}", error.message, error.remedy),
            );
        }
    }
    if errors.is_empty() {
        // Together they may still be too many.
        let conditions = given.iter().filter_map(|(name, value)| {
            let (field, operator) = query::parameter(name)?;
            Some((field, operator, value.as_str()))
        });
        if let Err(all) = Filter::parse(conditions) {
            for error in all {
                errors.push(FieldError {
                    pointer: "/query".to_owned(),
                    code: error.code.to_owned(),
                    message: format!("{}; {}", error.message, error.remedy),
                });
            }
        }
    }
    if errors.is_empty() {
        return Ok(());
    }
    Err(Problem::new(Code::InvalidBody).fields(errors))
}

/// The views: one's own and the shared ones
#[utoipa::path(get, path = "/v1/views", tag = "views", operation_id = "listViews",
    params(PageQuery),
    responses((status = 200, description = "A page of views, the newest first", body = Page<ViewView>)))]
async fn list_views(
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ViewView>>, Problem> {
    let view = |stored: Stored<View>| told(&caller, stored.value);
    page(
        &caller,
        "views",
        &query,
        |view| is_seen(&caller, view),
        view,
    )
    .await
    .map(Json)
}

/// A view
#[utoipa::path(get, path = "/v1/views/{id}", tag = "views", operation_id = "getView",
    params(("id" = String, Path, description = "The view's id")),
    responses((status = 200, description = "The view", body = ViewView)))]
async fn get_view(caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let stored = seen(&caller, &id).await?;
    Ok(ETag::of_rev(stored.rev).on(Json(told(&caller, stored.value))))
}

/// A view to save.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SaveView {
    /// What it is called.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// The conditions, order and search, as the list of deals takes them: `filter[…]`, `sort`, `q`.
    #[schema(example = json!({"filter[outcome]": "open", "sort": "-amount"}))]
    query: BTreeMap<String, String>,
    /// Whether everybody of the tenant sees it.
    #[serde(default)]
    #[schema(default = false)]
    shared: bool,
}

/// Save a view
#[utoipa::path(post, path = "/v1/views", tag = "views", operation_id = "saveView",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request twice is done once")),
    request_body = SaveView,
    responses((status = 201, description = "Saved", body = ViewView)))]
async fn save_view(caller: Caller, Json(body): Json<SaveView>) -> Result<Response, Problem> {
    let SaveView {
        name,
        query,
        shared,
    } = body;
    let name = check_name(&name)?;
    check_query(&query)?;
    let all = caller.tenant().documents::<View>().await?;
    let owner = caller.tenant().by().to_owned();
    if all
        .iter()
        .filter(|stored| stored.value.owner == owner)
        .count()
        >= MOST_VIEWS
    {
        return Err(Problem::new(Code::LimitReached).remedy("Delete a view you no longer need."));
    }
    let now = caller.tenant().now();
    let id = format!("view_{}", store::unique(now));
    let view = View {
        id,
        name,
        query,
        shared,
        owner,
        created_at: now,
    };
    let stored = caller.tenant().create_document(view).await?;
    let address = format!("/v1/views/{}", stored.value.id);
    let location = HeaderValue::try_from(address).map_err(Problem::internal)?;
    let view = Json(told(&caller, stored.value));
    Ok(ETag::of_rev(stored.rev).on((StatusCode::CREATED, [(LOCATION, location)], view)))
}

/// What to change of a view; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeView {
    /// What it is called.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// The conditions, order and search; they replace those there are.
    #[serde(default)]
    query: Option<BTreeMap<String, String>>,
    /// Whether everybody of the tenant sees it.
    #[serde(default)]
    shared: Option<bool>,
}

/// Change a view
#[utoipa::path(patch, path = "/v1/views/{id}", tag = "views", operation_id = "changeView",
    params(("id" = String, Path, description = "The view's id"),
        ("If-Match" = String, Header, description = "The ETag that was read")),
    request_body = ChangeView,
    responses((status = 200, description = "As it is now", body = ViewView)))]
async fn change_view(
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
    Json(body): Json<ChangeView>,
) -> Result<Response, Problem> {
    let Stored { mut value, rev } = changeable(&caller, &id).await?;
    if_match.check(&ETag::of_rev(rev))?;
    if let Some(name) = body.name {
        value.name = check_name(&name)?;
    }
    if let Some(query) = body.query {
        check_query(&query)?;
        value.query = query;
    }
    value.shared = body.shared.unwrap_or(value.shared);
    let stored = caller
        .tenant()
        .replace_document(value, rev)
        .await
        .map_err(IfMatch::failed)?;
    Ok(ETag::of_rev(stored.rev).on(Json(told(&caller, stored.value))))
}

/// Delete a view
#[utoipa::path(delete, path = "/v1/views/{id}", tag = "views", operation_id = "deleteView",
    params(("id" = String, Path, description = "The view's id"),
        ("If-Match" = String, Header, description = "The ETag that was read")),
    responses((status = 204, description = "It is gone")))]
async fn delete_view(
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
) -> Result<StatusCode, Problem> {
    let Stored { rev, .. } = changeable(&caller, &id).await?;
    if_match.check(&ETag::of_rev(rev))?;
    caller
        .tenant()
        .delete_document::<View>(&id, Some(rev))
        .await
        .map_err(IfMatch::failed)?;
    Ok(StatusCode::NO_CONTENT)
}
