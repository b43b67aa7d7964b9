//! Links that sign somebody in, for whoever is at this machine: they take the place of the e-mail
//! and of the provider.

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use edge::{Code, Json, Problem};
use http::{Method, StatusCode};
use http_body_util::BodyExt;
use identity::{Email, MemberId, Status, TenantCtx};
use model::TenantId;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Value, json};
use store::{OauthState, Store};
use tower::ServiceExt;

/// Where the host makes one.
pub(crate) const PATH: &str = "/local/sign-in";
/// A page that names a member is not longer.
const MOST_BYTES: usize = 4_096;

/// Whom to sign in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    email: String,
}

/// A link for a member: good once, for ten minutes.
pub(crate) async fn link(
    store: &Store,
    url: &str,
    (tenant, member): (TenantId, MemberId),
) -> Result<String, store::Error> {
    let ticket = OauthState::ticket(tenant, member, store.now());
    let ticket = store.put_oauth_state(&ticket).await?;
    // Behind the #, which no server is sent and no log has.
    Ok(format!("{url}/sign-in#ticket={}", ticket.expose_secret()))
}

/// The active member with an address.
pub(crate) async fn member_of(
    store: &Store,
    tenant: TenantId,
    email: &str,
) -> Result<Option<MemberId>, store::Error> {
    let Ok(email) = email.parse::<Email>() else {
        return Ok(None);
    };
    let ctx = TenantCtx::system(tenant, "host", "sign-in");
    let directory = store.tenant(&ctx).directory().await?;
    let member = directory.by_email(&email);
    let member = member.filter(|member| member.status == Status::Active);
    Ok(member.map(|member| member.id))
}

/// Makes a link for whoever shows the key of an admin: that is in a file of this machine which only
/// its owner can read.
pub(crate) async fn answer(
    api: axum::Router,
    store: Store,
    url: String,
    request: Request,
) -> Response {
    match made(api, &store, &url, request).await {
        Ok(link) => (StatusCode::CREATED, Json(json!({"url": link}))).into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn made(
    api: axum::Router,
    store: &Store,
    url: &str,
    request: Request,
) -> Result<String, Problem> {
    if request.method() != Method::POST {
        return Err(Problem::new(Code::MethodNotAllowed));
    }
    let (parts, body) = request.into_parts();
    let tenant = admin_of(api, parts.headers.get(http::header::AUTHORIZATION)).await?;
    let body = axum::body::to_bytes(body, MOST_BYTES).await;
    let body = body.map_err(|_| Problem::new(Code::BodyTooLarge))?;
    let Json(Wanted { email }) = Json::read(&body)?;
    let nobody = || {
        let message = "is the address of no active member";
        Problem::new(Code::InvalidBody).field("/email", "unknown", message)
    };
    let member = member_of(store, tenant, &email).await?;
    let member = member.ok_or_else(nobody)?;
    Ok(link(store, url, (tenant, member)).await?)
}

/// The tenant whose admin calls, as the API knows them.
async fn admin_of(
    api: axum::Router,
    authorization: Option<&http::HeaderValue>,
) -> Result<TenantId, Problem> {
    let unknown = || Problem::new(Code::Unauthenticated);
    let request = Request::get("/v1/me").header(
        http::header::AUTHORIZATION,
        authorization.ok_or_else(unknown)?,
    );
    let request = request.body(Body::empty()).map_err(Problem::internal)?;
    let Ok(answer) = api.oneshot(request).await;
    let bytes = answer.into_body().collect().await;
    let bytes = bytes.map_err(Problem::internal)?.to_bytes();
    let me: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let tenant = me["tenant"].as_str().and_then(|text| text.parse().ok());
    let tenant = tenant.ok_or_else(unknown)?;
    if me["role"] != "admin" {
        return Err(Problem::new(Code::RoleTooLow));
    }
    Ok(tenant)
}
