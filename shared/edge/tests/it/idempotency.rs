use super::{ask, tenant};
use axum::body::Body;
use axum::extract::State;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use edge::idempotency::{self, ShowsSecret};
use edge::{Code, Json, Problem};
use http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Barrier;

/// How often a handler was begun, and what the last waits for.
#[derive(Clone)]
struct Work {
    begun: Arc<AtomicU64>,
    gate: Arc<Barrier>,
}

impl Work {
    fn begin(&self) -> u64 {
        self.begun.fetch_add(1, Ordering::SeqCst) + 1
    }
}

async fn make(State(work): State<Work>, Json(body): Json<Value>) -> Response {
    let n = work.begin();
    let headers = [
        ("location", format!("/v1/views/{n}")),
        ("etag", "\"1\"".to_owned()),
        ("x-other", "x".to_owned()),
    ];
    (
        StatusCode::CREATED,
        headers,
        Json(json!({"n": n, "body": body})),
    )
        .into_response()
}

async fn as_told(State(work): State<Work>, body: String) -> Response {
    let n = work.begin();
    let problem = match body.as_str() {
        "begun" => Problem::internal("it broke halfway"),
        "not begun" => Problem::new(Code::Unavailable).before_execution(),
        "refused" => Problem::new(Code::InvalidBody),
        "conflict" => Problem::new(Code::Changed),
        "secret" => {
            let mut response = format!("key {n}").into_response();
            response.extensions_mut().insert(ShowsSecret);
            return response;
        }
        "huge" => return "x".repeat(400_000).into_response(),
        _ => return n.to_string().into_response(),
    };
    problem.into_response()
}

async fn slow(State(work): State<Work>) -> String {
    work.gate.wait().await;
    work.gate.wait().await;
    work.begin().to_string()
}

async fn app() -> (Router, Work) {
    let aws = embedded::Aws::in_memory();
    let (_, tenant) = tenant(&aws).await;
    let work = Work {
        begun: Arc::default(),
        gate: Arc::new(Barrier::new(2)),
    };
    let reader = |State(work): State<Work>| async move { work.begin().to_string() };
    let app = Router::new()
        .route("/v1/views", post(make).patch(make))
        .route("/told", post(as_told))
        .route("/slow", post(slow))
        .route("/read", get(reader).put(reader))
        .route(
            "/needs",
            post(|| async { "done" }).layer(from_fn(idempotency::require)),
        )
        .layer(from_fn(idempotency::layer))
        .layer(Extension(tenant))
        .with_state(work.clone());
    (app, work)
}

fn request(method: &str, path: &str, key: &str, body: &str) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("idempotency-key", key)
        .header("content-type", "application/json")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

fn code(body: &str) -> String {
    serde_json::from_str::<Value>(body).unwrap()["code"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn is_replay(headers: &HeaderMap) -> bool {
    headers
        .get("idempotency-replayed")
        .is_some_and(|value| value == "true")
}

#[tokio::test]
async fn the_same_request_is_done_once_and_answered_twice() {
    let (app, work) = app().await;
    for method in ["POST", "PATCH"] {
        let first = ask(&app, request(method, "/v1/views", method, "{\"a\":1}")).await;
        assert_eq!(first.0, 201);
        assert!(!is_replay(&first.1));
        let again = ask(&app, request(method, "/v1/views", method, "{\"a\":1}")).await;
        assert_eq!((again.0, &again.2), (first.0, &first.2));
        assert!(is_replay(&again.1));
        for name in ["location", "etag", "content-type"] {
            assert_eq!(again.1[name], first.1[name]);
        }
        assert!(
            !again.1.contains_key("x-other"),
            "only what belongs to the answer is kept"
        );
    }
    assert_eq!(work.begun.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_key_belongs_to_one_request() {
    let (app, work) = app().await;
    assert_eq!(
        ask(&app, request("POST", "/v1/views", "k", "{\"a\":1}"))
            .await
            .0,
        201
    );
    for (method, path, body) in [
        ("POST", "/v1/views", "{\"a\":2}"),
        ("PATCH", "/v1/views", "{\"a\":1}"),
        ("POST", "/v1/views?x=1", "{\"a\":1}"),
        ("POST", "/told", "{\"a\":1}"),
    ] {
        let (status, _, body) = ask(&app, request(method, path, "k", body)).await;
        assert_eq!(
            (status.as_u16(), code(&body).as_str()),
            (422, "idempotency_key_reused"),
            "{method} {path}"
        );
    }
    assert_eq!(work.begun.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_was_refused_before_it_began_may_be_tried_again_with_the_key() {
    let check = async |told: &str, statuses: [u16; 2], begun: u64, replayed: bool| {
        let (app, work) = app().await;
        for (at, status) in statuses.into_iter().enumerate() {
            let (got, headers, body) = ask(&app, request("POST", "/told", "k", told)).await;
            assert_eq!(got, status, "{told} {body}");
            assert_eq!(is_replay(&headers), at == 1 && replayed, "{told}");
        }
        assert_eq!(work.begun.load(Ordering::SeqCst), begun, "{told}");
    };
    check("fine", [200, 200], 1, true).await;
    check("begun", [500, 500], 1, true).await;
    check("not begun", [503, 503], 2, false).await;
    check("refused", [422, 422], 2, false).await;
    check("conflict", [409, 409], 2, false).await;
    // Neither a secret nor a very long answer is kept; it was done all the same.
    check("secret", [200, 409], 1, false).await;
    check("huge", [200, 409], 1, false).await;
}

#[tokio::test]
async fn after_a_refusal_the_key_takes_another_body() {
    let (app, _) = app().await;
    assert_eq!(
        ask(&app, request("POST", "/told", "k", "refused")).await.0,
        422
    );
    assert_eq!(
        ask(&app, request("POST", "/told", "k", "fine")).await.0,
        200
    );
}

#[tokio::test]
async fn who_comes_while_the_first_is_at_work_is_told_to_wait() {
    let (app, work) = app().await;
    let first = tokio::spawn({
        let app = app.clone();
        async move { ask(&app, request("POST", "/slow", "k", "")).await }
    });
    work.gate.wait().await;
    let (status, headers, body) = ask(&app, request("POST", "/slow", "k", "")).await;
    assert_eq!(
        (status.as_u16(), code(&body).as_str()),
        (409, "idempotency_in_flight")
    );
    assert_eq!(headers["retry-after"], "2");
    work.gate.wait().await;
    assert_eq!(first.await.unwrap().2, "1");
    let (_, headers, body) = ask(&app, request("POST", "/slow", "k", "")).await;
    assert!(is_replay(&headers) && body == "1");
}

#[tokio::test]
async fn of_many_at_once_one_is_done() {
    let (app, work) = app().await;
    let racers: Vec<_> = (0..16)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move {
                ask(&app, request("POST", "/told", "k", "fine"))
                    .await
                    .0
                    .as_u16()
            })
        })
        .collect();
    for racer in racers {
        let status = racer.await.unwrap();
        assert!([200, 409].contains(&status), "{status}");
    }
    assert_eq!(work.begun.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_key_that_is_no_key_is_refused() {
    let (app, work) = app().await;
    let long = "k".repeat(256);
    for bad in ["", " ", "a b", "kä", long.as_str()] {
        let (status, _, body) = ask(&app, request("POST", "/v1/views", bad, "{}")).await;
        assert_eq!(
            (status.as_u16(), code(&body).as_str()),
            (400, "invalid_header"),
            "{bad:?}"
        );
    }
    let mut twice = request("POST", "/v1/views", "a", "{}");
    twice
        .headers_mut()
        .append("idempotency-key", "b".parse().unwrap());
    assert_eq!(ask(&app, twice).await.0, 400);
    assert_eq!(work.begun.load(Ordering::SeqCst), 0);
    assert_eq!(
        ask(&app, request("POST", "/v1/views", &long[1..], "{}"))
            .await
            .0,
        201
    );
}

#[tokio::test]
async fn reads_and_keyless_requests_pass_and_some_routes_need_a_key() {
    let (app, work) = app().await;
    for method in ["GET", "PUT", "GET"] {
        assert_eq!(ask(&app, request(method, "/read", "k", "")).await.0, 200);
    }
    assert_eq!(work.begun.load(Ordering::SeqCst), 3);
    let keyless = || Request::post("/needs").body(Body::empty()).unwrap();
    let (status, _, body) = ask(&app, keyless()).await;
    assert_eq!(
        (status.as_u16(), code(&body).as_str()),
        (400, "idempotency_key_missing")
    );
    assert_eq!(ask(&app, request("POST", "/needs", "k", "")).await.0, 200);
}
