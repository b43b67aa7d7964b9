//! The sample of what API Gateway sends, read as Lambda reads it.

use crate::world::{STRIPE, World};
use axum::body::Body;
use http::StatusCode;
use serde_json::json;

#[tokio::test]
async fn the_event_of_api_gateway_is_a_delivery() {
    let world = World::new().await;
    let path = world.connect(1, 1, "stripe", |_| {}).await;
    world.keep_secrets(1, 1, &[STRIPE]).await;
    let event = include_str!("../../../../events/webhook.json");
    let event = lambda_http::request::from_str(event).unwrap();
    assert_eq!(
        (event.method().as_str(), event.uri().path()),
        ("POST", path.as_str())
    );
    // The body came as base64, and what was signed are its bytes.
    let answer = world
        .send(event.map(|body| Body::from(body.to_vec())))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let queued = world.queued().await;
    let hints = json!([
        {"stream": "customers", "id": "cus_1"},
        {"stream": "subscriptions", "id": "sub_1"},
    ]);
    assert_eq!((queued.len(), &queued[0]["body"]["hints"]), (1, &hints));
    assert_eq!(queued[0]["request_id"], "req_sample");
}
