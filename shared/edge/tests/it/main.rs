//! What stands before handlers, on a store of its own.
#![expect(clippy::unwrap_used, reason = "a test may")]

mod idempotency;
mod rate;

use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use identity::TenantCtx;
use model::TenantId;
use store::{Aws, Names, Store, Tenant};
use tower::ServiceExt;

/// A store of its own, and one tenant's part of it.
async fn tenant(aws: &embedded::Aws) -> (TenantCtx, Tenant) {
    let store = Store::new(
        Aws::behind(aws.http_client(), aws.endpoint_url(), false),
        Names::local(),
    );
    store.create().await.unwrap();
    let ctx = TenantCtx::system(TenantId::local(), "api", "req_1");
    let tenant = store.tenant(&ctx);
    (ctx, tenant)
}

async fn ask(app: &axum::Router, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
    let (parts, body) = app.clone().oneshot(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (
        parts.status,
        parts.headers,
        String::from_utf8(bytes.to_vec()).unwrap(),
    )
}
