//! The sample of what API Gateway sends, read as Lambda reads it.
#![expect(clippy::unwrap_used, reason = "a test may")]

use axum::body::Body;
use edge::Function;
use http::StatusCode;
use http_body_util::BodyExt;
use std::sync::Arc;
use tower::ServiceExt;

#[tokio::test]
async fn the_event_of_api_gateway_reaches_its_route() {
    let event = lambda_http::request::from_str(include_str!("../../../events/api.json")).unwrap();
    assert_eq!(
        (event.method().as_str(), event.uri().path()),
        ("GET", "/v1/me")
    );
    let request = event.map(|body| Body::from(body.to_vec()));
    let aws = embedded::Aws::in_memory();
    let aws = store::Aws::behind(aws.http_client(), aws.endpoint_url(), false);
    let store = store::Store::new(aws, store::Names::local())
        .create()
        .await
        .unwrap();
    let fetch: api::Fetch = Arc::new(|_| Box::pin(async { Err("no network".to_owned()) }));
    let app = api::App::new(store, api::Config::new(Function::new("api", None), fetch));
    let response = api::router(app).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(response.headers()["x-request-id"], "req_sample");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(problem["code"], "unauthenticated");
}
