//! The sample of what API Gateway sends, read as Lambda reads it.
#![expect(clippy::unwrap_used, reason = "a test may")]

use axum::body::Body;
use edge::Function;
use http_body_util::BodyExt;
use tower::ServiceExt;

#[tokio::test]
async fn the_event_of_api_gateway_comes_back_with_a_code() {
    let event = lambda_http::request::from_str(include_str!("../../../events/oauth.json")).unwrap();
    assert_eq!(
        (event.method().as_str(), event.uri().path()),
        ("GET", "/v1/oauth/hubspot/callback")
    );
    let request = event.map(|body| Body::from(body.to_vec()));
    let aws = embedded::Aws::in_memory();
    let aws = store::Aws::behind(aws.http_client(), aws.endpoint_url(), false);
    let store = store::Store::new(aws, store::Names::local())
        .create()
        .await
        .unwrap();
    let app = oauth::App {
        store,
        function: Function::new("oauth", None),
        transport: pull::https(),
        local: false,
        public_url: "https://api.pie.example".to_owned(),
    };
    let response = oauth::router(app).oneshot(request).await.unwrap();
    assert!(response.status().is_client_error());
    assert_eq!(response.headers()["x-request-id"], "req_sample");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let page = String::from_utf8(body.to_vec()).unwrap();
    assert!(page.contains("This link is of no use any more"), "{page}");
}
