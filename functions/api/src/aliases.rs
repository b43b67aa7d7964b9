//! The addresses the first designs used. They lead to the same handlers, under the same policies,
//! and say in their headers what to use instead and until when they answer.

use crate::access::Access;
use crate::auth::Caller;
use crate::imports::{self, CreateImport};
use crate::jobs::{self, JobsQuery};
use crate::paging::PageQuery;
use crate::routes::Routes;
use axum::response::Response;
use connectors::file::ImportOptions;
use edge::deprecation::Deprecated;
use edge::{Code, Json, Problem, Query};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

/// 25 November 2026.
const SINCE: Timestamp = Timestamp::constant(1_795_564_800, 0);
/// A year later.
const SUNSET: Timestamp = Timestamp::constant(1_827_100_800, 0);

pub(crate) const fn old(successor: &'static str) -> Deprecated {
    Deprecated {
        since: SINCE,
        sunset: Some(SUNSET),
        successor,
    }
}

const IMPORTS: Deprecated = old("/v1/imports");
const JOBS: Deprecated = old("/v1/jobs");

#[expect(deprecated, reason = "the document says so of these handlers")]
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .with(Access::Guarded(imports::BEGIN), routes!(connect))
        .with(Access::Guarded(imports::READ), routes!(import_status))
        .with(Access::Guarded(imports::BEGIN), routes!(import_sync))
        .with(Access::Guarded(jobs::READ), routes!(sync_status))
        .with(Access::Guarded(imports::BEGIN), routes!(sync_trigger))
}

/// What to connect, or what to import: what `POST /v1/imports` takes, without a provider.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Connect {
    /// The product to connect: leave it out, this address begins imports of files alone.
    #[serde(default)]
    provider: Option<String>,
    /// A name for where the files come from.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, example = "crm")]
    source: Option<String>,
    /// How to read the files, where they leave a choice.
    #[serde(default)]
    #[schema(value_type = imports::OptionsDoc, required = false)]
    options: ImportOptions,
}

/// Begin an import of files
///
/// An alias of `POST /v1/imports`. Products are connected at `POST /v1/connections`; one named here is
/// answered with 409.
#[utoipa::path(post, path = "/api/import/connect", tag = "aliases", operation_id = "aliasImportConnect",
    request_body = Connect,
    responses((status = 201, description = "Begun", body = imports::ImportView)))]
#[deprecated = "use POST /v1/imports"]
async fn connect(caller: Caller, Json(body): Json<Connect>) -> Response {
    let problem = |code, pointer, word, message| Problem::new(code).field(pointer, word, message);
    let answer = match body {
        Connect {
            provider: Some(_), ..
        } => Err(problem(
            Code::WrongState,
            "/provider",
            "not_available",
            "is not connected here",
        )
        .detail("Products are not connected at this old address; it begins imports of files")
        .remedy("Connect a product with POST /v1/connections; for files leave provider out.")),
        Connect { source: None, .. } => Err(problem(
            Code::InvalidBody,
            "/source",
            "missing_field",
            "is missing",
        )),
        Connect {
            source: Some(source),
            options,
            ..
        } => imports::create(&caller, CreateImport { source, options }).await,
    };
    IMPORTS.on(answer)
}

/// The imports and how they stand
///
/// An alias of `GET /v1/imports`.
#[utoipa::path(get, path = "/api/import/status", tag = "aliases", operation_id = "aliasImportStatus",
    params(PageQuery),
    responses((status = 200, description = "A page of imports", body = crate::paging::Page<imports::ImportView>)))]
#[deprecated = "use GET /v1/imports"]
async fn import_status(caller: Caller, query: Query<PageQuery>) -> Response {
    IMPORTS.on(imports::list_imports(caller, query).await)
}

/// Which import to write.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhichImport {
    /// Its id.
    import: String,
}

/// Write an import that was validated
///
/// An alias of `POST /v1/imports/{id}/commit`.
#[utoipa::path(post, path = "/api/import/sync", tag = "aliases", operation_id = "aliasImportSync",
    request_body = WhichImport,
    responses((status = 202, description = "The job to watch", body = jobs::JobView)))]
#[deprecated = "use POST /v1/imports/{id}/commit"]
async fn import_sync(caller: Caller, Json(body): Json<WhichImport>) -> Response {
    IMPORTS.on(imports::commit_import(&caller, &body.import).await)
}

/// The jobs and how they stand
///
/// An alias of `GET /v1/jobs`. How a connection stands is told by `GET /v1/connections`.
#[utoipa::path(get, path = "/sync/status", tag = "aliases", operation_id = "aliasSyncStatus",
    params(JobsQuery),
    responses((status = 200, description = "A page of jobs", body = crate::paging::Page<jobs::JobView>)))]
#[deprecated = "use GET /v1/jobs"]
async fn sync_status(caller: Caller, query: Query<JobsQuery>) -> Response {
    JOBS.on(jobs::list_jobs(caller, query).await)
}

/// Write an import that was validated
///
/// An alias of `POST /v1/imports/{id}/commit`. A connection is synced by
/// `POST /v1/connections/{id}/sync`.
#[utoipa::path(post, path = "/sync/trigger", tag = "aliases", operation_id = "aliasSyncTrigger",
    request_body = WhichImport,
    responses((status = 202, description = "The job to watch", body = jobs::JobView)))]
#[deprecated = "use POST /v1/imports/{id}/commit"]
async fn sync_trigger(caller: Caller, Json(body): Json<WhichImport>) -> Response {
    IMPORTS.on(imports::commit_import(&caller, &body.import).await)
}
