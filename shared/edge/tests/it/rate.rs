use super::{ask, tenant};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use axum::routing::get;
use edge::Rates;
use edge::etag::{ETag, IfNoneMatch};
use identity::{Limit, RateClass, TenantCtx};
use std::sync::Arc;
use store::Tenant;

/// Two calls at once, then one in a long while.
const LIMIT: Limit = Limit::constant(2, 1, 3_600);

async fn read(known: IfNoneMatch) -> impl IntoResponse {
    let etag = ETag::of_rev(7);
    known.not_modified(&etag).unwrap_or_else(|| etag.on("body"))
}

fn app(tenant: Tenant, ctx: TenantCtx, class: RateClass) -> Router {
    let rates = Arc::new(Rates::new(100));
    let limited = move |request: Request, next: Next| {
        let (rates, tenant, ctx) = (Arc::clone(&rates), tenant.clone(), ctx.clone());
        async move {
            rates
                .around(&tenant, &ctx, class, LIMIT, request, next)
                .await
        }
    };
    Router::new().route("/", get(read)).layer(from_fn(limited))
}

fn request(known: Option<&str>) -> http::Request<Body> {
    let request = http::Request::get("/");
    let request = match known {
        Some(known) => request.header("if-none-match", known),
        None => request,
    };
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_caller_hears_how_it_stands_until_it_is_told_to_wait() {
    let aws = embedded::Aws::in_memory();
    for class in RateClass::ALL {
        let (ctx, tenant) = tenant(&aws).await;
        let app = app(tenant, ctx, class);
        for remaining in [1, 0] {
            let (status, headers, _) = ask(&app, request(None)).await;
            assert_eq!(status, 200, "{class}");
            assert_eq!(
                headers["ratelimit-policy"],
                format!("\"{class}\";q=2;w=7200")
            );
            let left = headers["ratelimit"].to_str().unwrap();
            assert!(
                left.starts_with(&format!("\"{class}\";r={remaining};t=")),
                "{left}"
            );
        }
        let (status, headers, body) = ask(&app, request(None)).await;
        assert_eq!(status, 429, "{class}");
        assert!(
            body.contains("\"code\":\"rate_limited\"") && body.contains("\"retryable\":true"),
            "{body}"
        );
        let wait: u64 = headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((3_500..=3_600).contains(&wait), "{wait}");
        assert!(headers.contains_key("ratelimit") && headers.contains_key("ratelimit-policy"));
    }
}

#[tokio::test]
async fn who_hears_that_nothing_changed_pays_nothing() {
    let aws = embedded::Aws::in_memory();
    let (ctx, tenant) = tenant(&aws).await;
    let app = app(tenant, ctx, RateClass::Read);
    for _ in 0..10 {
        assert_eq!(ask(&app, request(Some("\"7\""))).await.0, 304);
    }
    for status in [200, 200, 429] {
        assert_eq!(ask(&app, request(Some("\"6\""))).await.0, status);
    }
    assert_eq!(ask(&app, request(None)).await.0, 429);
    assert_eq!(ask(&app, request(Some("\"7\""))).await.0, 304);
}

#[tokio::test]
async fn without_a_count_only_what_could_do_harm_stops() {
    let aws = embedded::Aws::in_memory();
    for class in RateClass::ALL {
        let (ctx, tenant) = tenant(&aws).await;
        let app = app(tenant, ctx, class);
        aws.faults().seeded(
            7,
            embedded::Rates {
                unavailable: 1_000,
                ..Default::default()
            },
        );
        let (status, _, body) = ask(&app, request(None)).await;
        aws.faults().clear();
        let expected = if class.fails_closed() { 503 } else { 200 };
        assert_eq!(status, expected, "{class} {body}");
    }
}
