//! Whether the service lives, is ready, and which one it is.

use crate::access::Access;
use crate::app::App;
use crate::routes::Routes;
use axum::extract::State;
use edge::{Code, Json, Problem};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::routes;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .with(Access::Public, routes!(healthz))
        .with(Access::Public, routes!(readyz))
        .with(Access::Public, routes!(version))
        .with(Access::Public, routes!(jwks))
}

/// How the service stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Which service it is.
#[derive(Serialize, ToSchema)]
#[expect(
    clippy::struct_field_names,
    reason = "the answer of /version is called so, and has one"
)]
pub(crate) struct Version {
    /// `pie`.
    name: &'static str,
    /// The version of the software.
    version: &'static str,
    /// Whether it runs on one machine, where e-mails land in the folder `aws/mail` of its data.
    local: bool,
}

/// Whether the process lives
#[utoipa::path(get, path = "/healthz", tag = "service", operation_id = "healthz",
    responses((status = 200, description = "It does", body = Health)))]
async fn healthz() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Whether requests can be answered: the store answers
#[utoipa::path(get, path = "/readyz", tag = "service", operation_id = "readyz",
    responses((status = 200, description = "They can", body = Health)))]
async fn readyz(State(app): State<App>) -> Result<Json<Health>, Problem> {
    let ready = app.store().ready().await;
    ready.map_err(|error| Problem::new(Code::NotReady).because(error))?;
    Ok(Json(Health { status: "ok" }))
}

/// Which version answers
#[utoipa::path(get, path = "/version", tag = "service", operation_id = "version",
    responses((status = 200, description = "This one", body = Version)))]
async fn version(State(app): State<App>) -> Json<Version> {
    Json(Version {
        name: "pie",
        version: app.config().version,
        local: app.config().local,
    })
}

/// The public keys that session tokens are signed with
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "service", operation_id = "jwks",
    responses((status = 200, description = "A JSON Web Key Set", body = crate::shapes::KeySet)))]
async fn jwks(State(app): State<App>) -> Result<Json<Value>, Problem> {
    let keys = app.store().keys().await?;
    Ok(Json(keys.sessions.jwks(app.now())))
}
