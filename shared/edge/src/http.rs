//! What stands around every router: request ids, one log line and metrics per request, security
//! headers, limits, exact origins, and a problem for whatever goes wrong.

use crate::clock::Stopwatch;
use crate::problem::{Cause, PROBLEM_JSON, Told};
use crate::request_id::{RequestId, TraceParent, X_REQUEST_ID};
use crate::{Code, Function, Metric, Problem, request_id};
use ::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, HOST, ORIGIN, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use identity::TenantCtx;
use std::error::Error as StdError;
use std::sync::Arc;
use tracing::field::Empty;

/// The largest body of a route that does not say otherwise.
pub const MOST_BODY: usize = 1_048_576;

/// Headers that every answer has unless the handler set its own.
const SECURITY: [(HeaderName, &str); 8] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        STRICT_TRANSPORT_SECURITY,
        "max-age=63072000; includeSubDomains",
    ),
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "interest-cohort=()",
    ),
    // What a member may see is kept by nobody on the way.
    (CACHE_CONTROL, "no-store"),
];

const ALLOWED_METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";
const ALLOWED_HEADERS: &str = "authorization, content-type, idempotency-key, if-match, if-none-match, \
    last-event-id, traceparent, x-csrf-token, x-request-id";
const EXPOSED_HEADERS: &str = "deprecation, etag, idempotency-replayed, link, location, ratelimit, \
    ratelimit-policy, retry-after, sunset, x-request-id";

/// What a router is served with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The function whose router it is.
    pub function: Function,
    /// The origins whose pages may call besides our own, to the letter: `https://app.example`.
    pub origins: Vec<String>,
    /// The largest body of a route that does not say otherwise.
    pub most_body: usize,
}

impl Settings {
    /// Of a function whose only pages are its own.
    pub fn new(function: Function) -> Self {
        Self {
            function,
            origins: Vec::new(),
            most_body: MOST_BODY,
        }
    }
}

/// The router with everything around it. Do it last: routes added later stand outside.
///
/// A route with another limit for its body has its own
/// [`DefaultBodyLimit`]; one with another policy for its pages or caching sets the header itself.
pub fn serve(router: Router, settings: Settings) -> Router {
    let most_body = settings.most_body;
    router
        .layer(DefaultBodyLimit::max(most_body))
        .layer(from_fn_with_state(Arc::new(settings), around))
}

/// Says in the log whose request this is, as soon as that is certain.
pub fn note_caller(ctx: &TenantCtx) {
    request_id::note_caller(ctx);
}

async fn around(
    State(settings): State<Arc<Settings>>,
    mut request: Request,
    next: Next,
) -> Response {
    let watch = Stopwatch::start();
    let id = RequestId::of(request.headers());
    let trace = TraceParent::of(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    // An address that is no route may hold anything.
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    let function = &settings.function;
    let span = tracing::info_span!(
        "request",
        function = function.name(),
        request_id = id.as_str(),
        trace_id = trace.as_ref().map(TraceParent::trace_id),
        method = method.as_str(),
        route,
        tenant = Empty,
        actor = Empty,
    );
    let origin = request.headers().get(ORIGIN).cloned();
    let (may_call, refused) = settings.judge(origin.as_ref(), &request);
    request.extensions_mut().insert(id.clone());
    if let Some(trace) = trace {
        request.extensions_mut().insert(trace);
    }
    let work = async {
        let mut response = if refused {
            Problem::new(Code::OriginNotAllowed).into_response()
        } else if is_preflight(&request) {
            preflight()
        } else {
            as_problem(next.run(request).await, &method)
        };
        dress(
            &mut response,
            &id,
            origin.filter(|_| may_call),
            !settings.origins.is_empty(),
        );
        let told = response.extensions_mut().remove::<Told>();
        let latency_ms = watch.elapsed_ms();
        log(
            &response,
            told.as_ref(),
            latency_ms,
            function.is_cold_start(),
        );
        measure(function, &method, route, response.status(), latency_ms);
        response
    };
    id.clone().scope(span, work).await
}

impl Settings {
    /// Whether the page of this origin may read the answer, and whether the call is refused because
    /// of it: a browser sends cookies along from any page, so what changes something must come
    /// from one we know.
    fn judge(&self, origin: Option<&HeaderValue>, request: &Request) -> (bool, bool) {
        let Some(origin) = origin else {
            return (false, false);
        };
        let known = self
            .origins
            .iter()
            .any(|known| known.as_bytes() == origin.as_bytes());
        let own = origin
            .to_str()
            .ok()
            .and_then(|origin| origin.split_once("://"))
            .is_some_and(|(_, authority)| {
                request
                    .headers()
                    .get(HOST)
                    .is_some_and(|host| host.as_bytes() == authority.as_bytes())
            });
        let harmless = [Method::GET, Method::HEAD].contains(request.method());
        (known, !known && !own && !harmless)
    }
}

fn is_preflight(request: &Request) -> bool {
    let headers = request.headers();
    request.method() == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight() -> Response {
    let headers = [
        (ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS),
        (ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS),
        (ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Gives a failure that came without words, such as an unknown address, those of the catalogue.
fn as_problem(response: Response, method: &Method) -> Response {
    let status = response.status();
    let has_words = response.headers().get(CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes().starts_with(PROBLEM_JSON.as_bytes())
            || kind.as_bytes().starts_with(b"application/json")
            || kind.as_bytes().starts_with(b"text/html")
    });
    let failed = status.is_client_error() || status.is_server_error();
    if !failed || has_words || method == Method::HEAD {
        return response;
    }
    let (mut old, _) = response.into_parts();
    let mut problem = Problem::new(Code::of_status(status));
    problem.status = status.as_u16();
    let mut response = problem.into_response();
    old.headers.remove(CONTENT_TYPE);
    old.headers.remove(CONTENT_LENGTH);
    response.headers_mut().extend(old.headers);
    response
}

fn dress(response: &mut Response, id: &RequestId, origin: Option<HeaderValue>, varies: bool) {
    let headers = response.headers_mut();
    for (name, value) in &SECURITY {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        headers.insert(X_REQUEST_ID, value);
    }
    if varies {
        headers.append(VARY, HeaderValue::from_static("origin"));
    }
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static(EXPOSED_HEADERS),
        );
    }
}

/// The one line of a request.
fn log(response: &Response, told: Option<&Told>, latency_ms: f64, cold_start: bool) {
    let status = response.status().as_u16();
    let code = told.map(|told| told.code.as_str());
    let cause = told.and_then(|told| told.cause.as_ref());
    let error: Option<&(dyn StdError + 'static)> = cause.map(Cause::error);
    if status >= 500 {
        tracing::error!(
            status,
            code,
            error,
            latency_ms,
            cold_start,
            "Failed a request"
        );
    } else {
        tracing::info!(
            status,
            code,
            error,
            latency_ms,
            cold_start,
            "Answered a request"
        );
    }
}

fn measure(function: &Function, method: &Method, route: &str, status: StatusCode, latency_ms: f64) {
    let metrics = [
        Metric::count("count", 1),
        Metric::milliseconds("latency_ms", latency_ms),
        Metric::count("errors", status.is_server_error().into()),
        Metric::count("refusals", status.is_client_error().into()),
    ];
    function.measure(&[("route", &format!("{method} {route}"))], &metrics);
}

/// Puts headers on an answer.
pub(crate) fn with_headers(mut response: Response, headers: HeaderMap) -> Response {
    response.headers_mut().extend(headers);
    response
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use crate::emf::tests::watched;
    use crate::telemetry::Style;
    use crate::telemetry::tests::Kept;
    use crate::{Json, Path, Query};
    use axum::body::Body;
    use axum::routing::{get, post};
    use http_body_util::BodyExt;
    use model::TenantId;
    use serde_json::{Value, json};
    use tower::ServiceExt;

    fn routes() -> Router {
        Router::new()
            .route(
                "/v1/deals",
                get(|Query(()): Query<()>| async { Json(json!({"data": []})) }),
            )
            .route(
                "/v1/deals/{id}",
                get(|Path(id): Path<u32>| async move { id.to_string() }).delete(|| async {}),
            )
            .route(
                "/v1/views",
                post(|Json(view): Json<Value>| async { Json(view) }),
            )
            .route(
                "/fails",
                get(|| async { Err::<(), _>(Problem::internal("the disk s3cr3t is full")) }),
            )
            .route(
                "/plain",
                get(|| async { (StatusCode::BAD_GATEWAY, "proxy s3cr3t") }),
            )
            .route(
                "/own",
                get(|| async { ([(CACHE_CONTROL, "max-age=60")], "x") }),
            )
            .route("/id", get(|id: RequestId| async move { id.to_string() }))
            .route(
                "/me",
                get(|| async {
                    note_caller(&TenantCtx::system(TenantId::local(), "api", "req_1"));
                }),
            )
    }

    fn app() -> Router {
        let origins = vec!["https://app.example".to_owned()];
        serve(
            routes(),
            Settings {
                origins,
                most_body: 1_000,
                ..Settings::new(Function::new("api", None))
            },
        )
    }

    async fn ask(
        request: ::http::request::Builder,
        body: impl Into<Body>,
    ) -> (StatusCode, HeaderMap, String) {
        let response = app()
            .oneshot(request.body(body.into()).unwrap())
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        (
            parts.status,
            parts.headers,
            String::from_utf8(bytes.to_vec()).unwrap(),
        )
    }

    #[tokio::test]
    async fn whatever_goes_wrong_is_a_problem_with_the_id_of_the_request() {
        let check = async |method: &str, path: &str, body: &str, status: u16, code: &str| {
            let request = ::http::Request::builder()
                .method(method)
                .uri(path)
                .header(X_REQUEST_ID, "req-7")
                .header(CONTENT_TYPE, "application/json");
            let (got, headers, body) = ask(request, body.to_owned()).await;
            let problem: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(got, status, "{method} {path} {problem}");
            assert_eq!(headers[CONTENT_TYPE], PROBLEM_JSON);
            assert_eq!(problem["status"], status);
            assert_eq!(problem["code"], code, "{method} {path}");
            assert_eq!(problem["request_id"], "req-7");
            assert_eq!(headers[X_REQUEST_ID], "req-7");
            assert_eq!(headers[CACHE_CONTROL], "no-store");
            assert!(!body.contains("s3cr3t"), "{body}");
            headers
        };
        check("GET", "/nothing", "", 404, "not_found").await;
        check("GET", "/v1/deals/x", "", 404, "not_found").await;
        check("GET", "/v1/deals?limt=1", "", 400, "invalid_parameter").await;
        check("POST", "/v1/views", "{", 400, "malformed_json").await;
        check(
            "POST",
            "/v1/views",
            &" ".repeat(2_000),
            413,
            "body_too_large",
        )
        .await;
        check("GET", "/fails", "", 500, "internal").await;
        check("GET", "/plain", "", 502, "internal").await;
        let headers = check("PUT", "/v1/deals/1", "", 405, "method_not_allowed").await;
        let allow = headers["allow"].to_str().unwrap();
        assert!(
            allow.contains("GET") && allow.contains("DELETE") && !allow.contains("PUT"),
            "{allow}"
        );
        let headers = check("DELETE", "/v1/views", "", 405, "method_not_allowed").await;
        assert_eq!(headers["allow"], "POST");
    }

    #[tokio::test]
    async fn every_answer_has_the_security_headers() {
        for path in ["/v1/deals", "/nothing", "/fails", "/own"] {
            let (_, headers, _) = ask(::http::Request::get(path), "").await;
            for (name, value) in &SECURITY {
                if path != "/own" || name != CACHE_CONTROL {
                    assert_eq!(headers[name], value, "{path}");
                }
            }
            assert!(headers[X_REQUEST_ID].to_str().unwrap().starts_with("req_"));
        }
        let (_, headers, _) = ask(::http::Request::get("/own"), "").await;
        assert_eq!(headers[CACHE_CONTROL], "max-age=60");
    }

    #[tokio::test]
    async fn a_handler_knows_the_request() {
        let (_, _, body) = ask(
            ::http::Request::get("/id").header(X_REQUEST_ID, "mine.1"),
            "",
        )
        .await;
        assert_eq!(body, "mine.1");
        let (_, headers, body) = ask(
            ::http::Request::get("/id").header(X_REQUEST_ID, "not mine"),
            "",
        )
        .await;
        assert!(body.starts_with("req_") && headers[X_REQUEST_ID] == body);
    }

    #[tokio::test]
    async fn pages_of_exactly_the_known_origins_may_call() {
        let check = async |method: &str, origin: &str, status: u16, may: bool| {
            let request = ::http::Request::builder()
                .method(method)
                .uri("/v1/views")
                .header(HOST, "pie.example")
                .header(ORIGIN, origin)
                .header(CONTENT_TYPE, "application/json")
                .header(ACCESS_CONTROL_REQUEST_METHOD, "POST");
            let (got, headers, body) = ask(request, "{}").await;
            assert_eq!(got, status, "{method} {origin} {body}");
            let allowed = headers
                .get(ACCESS_CONTROL_ALLOW_ORIGIN)
                .map(|value| value.to_str().unwrap());
            assert_eq!(allowed, may.then_some(origin), "{method} {origin}");
            assert_eq!(headers[VARY], "origin");
            headers
        };
        let headers = check("OPTIONS", "https://app.example", 204, true).await;
        assert!(
            headers[ACCESS_CONTROL_ALLOW_HEADERS]
                .to_str()
                .unwrap()
                .contains("idempotency-key")
        );
        assert_eq!(headers[ACCESS_CONTROL_ALLOW_CREDENTIALS], "true");
        check("POST", "https://app.example", 200, true).await;
        check("POST", "https://pie.example", 200, false).await;
        for foreign in [
            "https://app.example.evil.example",
            "https://app.example:444",
            "http://app.example",
            "https://APP.example",
            "https://evil.example",
            "null",
        ] {
            check("OPTIONS", foreign, 403, false).await;
            check("POST", foreign, 403, false).await;
            check("GET", foreign, 405, false).await;
        }
    }

    #[tokio::test]
    async fn a_request_is_one_line_and_one_measurement() {
        let kept = Kept::default();
        let subscriber = crate::telemetry::subscriber(Style::Json, "info", kept.clone()).unwrap();
        let guard = tracing::subscriber::set_default(subscriber);
        let (function, lines) = watched("api");
        let app = serve(routes(), Settings::new(function));
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        for uri in ["/me", "/fails?name=Ana", "/ana@firm.example", "/v1/deals/7"] {
            let request = ::http::Request::get(uri)
                .header(X_REQUEST_ID, "req-7")
                .header("traceparent", trace)
                .header("authorization", "Bearer s3cr3t-token");
            app.clone()
                .oneshot(request.body(Body::from("s3cr3t-body")).unwrap())
                .await
                .unwrap();
        }
        drop(guard);
        let log = kept.lines();
        assert_eq!(log.len(), 4, "{}", kept.text());
        let check = |at: usize, expected: Value| {
            for (name, value) in expected.as_object().unwrap() {
                assert_eq!(&log[at][name], value, "{name} of {}", log[at]);
            }
            assert!(log[at]["latency_ms"].as_f64().unwrap() >= 0.0);
        };
        let tenant = TenantId::local().to_string();
        check(
            0,
            json!({
                "level": "INFO", "function": "api", "request_id": "req-7", "method": "GET", "route": "/me",
                "status": 200, "cold_start": true, "tenant": tenant, "actor": "system:api",
                "trace_id": "0af7651916cd43dd8448eb211c80319c",
            }),
        );
        check(
            1,
            json!({
                "level": "ERROR", "route": "/fails", "status": 500, "code": "internal", "cold_start": false,
                "error": "the disk s3cr3t is full",
            }),
        );
        check(
            2,
            json!({"level": "INFO", "route": "unmatched", "status": 404, "code": "not_found"}),
        );
        check(
            3,
            json!({"level": "INFO", "route": "/v1/deals/{id}", "status": 200}),
        );
        for canary in ["Ana", "ana@", "s3cr3t-token", "s3cr3t-body"] {
            assert!(!kept.text().contains(canary), "{canary}");
        }
        let lines = lines.lock().unwrap();
        let seen: Vec<_> = lines
            .iter()
            .map(|line| (&line["route"], &line["errors"], &line["refusals"]))
            .collect();
        let (zero, one) = (json!(0), json!(1));
        let routes = [
            "GET /me",
            "GET /fails",
            "GET unmatched",
            "GET /v1/deals/{id}",
        ]
        .map(Value::from);
        assert_eq!(
            seen,
            [
                (&routes[0], &zero, &zero),
                (&routes[1], &one, &zero),
                (&routes[2], &zero, &one),
                (&routes[3], &zero, &zero),
            ]
        );
    }
}
