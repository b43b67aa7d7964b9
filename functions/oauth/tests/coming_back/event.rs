use crate::world::{World, page};
use axum::body::Body;

/// The sample of what API Gateway sends, read as Lambda reads it.
#[tokio::test]
async fn the_event_of_api_gateway_reaches_the_callback_with_its_cookies() {
    let event = include_str!("../../../../events/oauth.json");
    let event = lambda_http::request::from_str(event).unwrap();
    assert_eq!(event.uri().path(), "/v1/oauth/salesforce/callback");
    let cookies = event.headers()["cookie"].to_str().unwrap();
    assert!(cookies.contains("pie_oauth=cookie-of"), "{cookies}");
    let world = World::new().await;
    let request = event.map(|body| Body::from(body.to_vec()));
    let answer = world.send(request).await;
    // Nobody went away with this state.
    assert_eq!(answer.headers()["x-request-id"], "req_sample");
    let (status, page) = page(answer).await;
    assert_eq!(status, 400, "{page}");
    assert!(page.contains("of no use any more"), "{page}");
}
