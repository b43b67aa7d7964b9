//! What goes wrong on the way: a layer of faults around any vendor's router.
//!
//! Each request takes the next fault of a script, or one by chance from a seed. In process ([`Faults::call`]) a lost
//! connection is an error, [`Dropped`]; over a socket ([`Faults::wrap`]) it is an answer that never comes or breaks off.

use crate::chance::Chance;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderValue, StatusCode, header, response};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::io::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tower::ServiceExt as _;

/// More than any answer of a fake vendor has.
const MOST_BYTES: usize = 256 << 20;
/// What a gzip bomb unfolds to, in mebibytes: more than anybody should unpack to find that out.
const BOMB_MIB: usize = 320;

/// How one request goes wrong.
pub enum Fault {
    /// Not at all.
    None,
    /// 429 with this `Retry-After` and body.
    RateLimited {
        /// What the header says.
        wait: Wait,
        /// The vendor's words; null for none.
        body: Value,
    },
    /// This status with an empty JSON object.
    ServerError(u16),
    /// No answer.
    Timeout,
    /// The connection is lost.
    Reset,
    /// The JSON ends in the middle, though the answer looks whole.
    Truncated,
    /// The answer before this one from the same path, once more.
    DuplicatePage,
    /// The vendor says the cursor is too old, in its own words.
    CursorExpired {
        /// HTTP status.
        status: u16,
        /// The vendor's words.
        body: Value,
    },
    /// The records of the page come in another order.
    Reordered,
    /// Something is done at the vendor just before this answer.
    MutateBetweenPages(Box<dyn FnOnce() + Send>),
    /// A small gzip body that unfolds to 128 MiB.
    GzipBomb,
    /// 302 to the same path at another origin, such as `https://elsewhere.example`.
    RedirectTo(String),
    /// One byte a second.
    Slow,
    /// The right answer under the wrong content type.
    WrongContentType,
    /// 502 with a proxy's HTML page.
    HtmlError,
}

/// What a `Retry-After` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// There is no such header.
    Unsaid,
    /// Seconds.
    Seconds(u32),
    /// A date of HTTP.
    HttpDate(Timestamp),
}

impl std::fmt::Debug for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Fault::None => "None",
            Fault::RateLimited { .. } => "RateLimited",
            Fault::ServerError(_) => "ServerError",
            Fault::Timeout => "Timeout",
            Fault::Reset => "Reset",
            Fault::Truncated => "Truncated",
            Fault::DuplicatePage => "DuplicatePage",
            Fault::CursorExpired { .. } => "CursorExpired",
            Fault::Reordered => "Reordered",
            Fault::MutateBetweenPages(_) => "MutateBetweenPages",
            Fault::GzipBomb => "GzipBomb",
            Fault::RedirectTo(_) => "RedirectTo",
            Fault::Slow => "Slow",
            Fault::WrongContentType => "WrongContentType",
            Fault::HtmlError => "HtmlError",
        })
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// None came.
    Timeout,
    /// The connection was lost.
    Reset,
}

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Dropped::Timeout => "no answer came",
            Dropped::Reset => "the connection was lost",
        })
    }
}

impl std::error::Error for Dropped {}

/// The faults of one vendor, request by request.
pub struct Faults {
    state: Mutex<Plan>,
}

struct Plan {
    script: VecDeque<Fault>,
    rate: f64,
    chance: Chance,
    kinds: Vec<fn() -> Fault>,
    /// The last good answer of each path.
    pages: BTreeMap<String, (StatusCode, Bytes)>,
    requests: u32,
    faults: u32,
}

impl std::fmt::Debug for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Faults")
            .field("requests", &self.requests())
            .field("faults", &self.faults())
            .finish_non_exhaustive()
    }
}

/// What a patient client gets over by asking again.
const PASSING: [fn() -> Fault; 7] = [
    || Fault::RateLimited {
        wait: Wait::Seconds(1),
        body: Value::Null,
    },
    || Fault::ServerError(500),
    || Fault::ServerError(503),
    || Fault::Timeout,
    || Fault::Reset,
    || Fault::Truncated,
    || Fault::HtmlError,
];

impl Faults {
    /// Nothing goes wrong.
    pub fn none() -> Arc<Faults> {
        Faults::script(Vec::new())
    }

    /// The first request takes the first fault, and so on; after the last, nothing goes wrong.
    pub fn script(faults: Vec<Fault>) -> Arc<Faults> {
        Faults::planned(faults.into(), 0, 0.0, &[])
    }

    /// Each request goes wrong with this probability, in a way that passes when it is asked again.
    pub fn seeded(seed: u64, rate: f64) -> Arc<Faults> {
        Faults::seeded_with(seed, rate, &PASSING)
    }

    /// Each request goes wrong with this probability, in one of these ways.
    pub fn seeded_with(seed: u64, rate: f64, kinds: &[fn() -> Fault]) -> Arc<Faults> {
        Faults::planned(VecDeque::new(), seed, rate, kinds)
    }

    fn planned(
        script: VecDeque<Fault>,
        seed: u64,
        rate: f64,
        kinds: &[fn() -> Fault],
    ) -> Arc<Faults> {
        Arc::new(Faults {
            state: Mutex::new(Plan {
                script,
                rate,
                chance: Chance::of(seed, "faults"),
                kinds: kinds.to_vec(),
                pages: BTreeMap::new(),
                requests: 0,
                faults: 0,
            }),
        })
    }

    /// Adds to the end of the script.
    pub fn push(&self, fault: Fault) {
        self.plan().script.push_back(fault);
    }

    /// How many requests came.
    pub fn requests(&self) -> u32 {
        self.plan().requests
    }

    /// How many of them went wrong.
    pub fn faults(&self) -> u32 {
        self.plan().faults
    }

    /// Asks the router in process.
    pub async fn call(&self, router: Router, request: Request) -> Result<Response, Dropped> {
        let fault = self.next();
        self.spoiled(fault, request, async move |request| {
            let Ok(answer) = router.oneshot(request).await;
            answer
        })
        .await
    }

    /// The router with its faults, to be served.
    pub fn wrap(self: &Arc<Self>, router: Router) -> Router {
        router.layer(from_fn_with_state(Arc::clone(self), over_a_socket))
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Fault {
        let mut plan = self.plan();
        plan.requests += 1;
        let rate = plan.rate;
        let fault = match plan.script.pop_front() {
            Some(fault) => fault,
            None if rate > 0.0 && plan.chance.chance(rate) => {
                let kinds = plan.kinds.clone();
                plan.chance.pick(&kinds).map_or(Fault::None, |kind| kind())
            }
            None => Fault::None,
        };
        plan.faults += u32::from(!matches!(fault, Fault::None));
        fault
    }

    async fn spoiled(
        &self,
        fault: Fault,
        request: Request,
        ask: impl AsyncFnOnce(Request) -> Response,
    ) -> Result<Response, Dropped> {
        let path = request.uri().path().to_owned();
        let target = request
            .uri()
            .path_and_query()
            .map_or_else(|| path.clone(), ToString::to_string);
        Ok(match fault {
            Fault::Timeout => return Err(Dropped::Timeout),
            Fault::Reset => return Err(Dropped::Reset),
            Fault::RateLimited { wait, body } => rate_limited(wait, body),
            Fault::ServerError(status) => answer(status, json!({})),
            Fault::CursorExpired { status, body } => answer(status, body),
            Fault::GzipBomb => bomb(),
            Fault::RedirectTo(to) => {
                let to = format!("{to}{target}");
                (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
            }
            Fault::HtmlError => (
                StatusCode::BAD_GATEWAY,
                [(header::CONTENT_TYPE, "text/html")],
                "<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>",
            )
                .into_response(),
            Fault::DuplicatePage => {
                let before = self.plan().pages.get(&path).cloned();
                match before {
                    Some((status, body)) => {
                        let json = [(header::CONTENT_TYPE, "application/json")];
                        (status, json, body).into_response()
                    }
                    None => self.remembered(path, ask(request).await).await,
                }
            }
            Fault::MutateBetweenPages(deed) => {
                deed();
                self.remembered(path, ask(request).await).await
            }
            Fault::None => self.remembered(path, ask(request).await).await,
            Fault::Truncated => {
                let (parts, body) = whole(ask(request).await).await;
                let half = body.slice(..body.len() / 2);
                with_body(parts, Body::from(half))
            }
            Fault::Reordered => {
                let (parts, body) = whole(ask(request).await).await;
                let body = match serde_json::from_slice::<Value>(&body) {
                    Ok(page) => Bytes::from(self.reordered(page).to_string()),
                    Err(_) => body,
                };
                with_body(parts, Body::from(body))
            }
            Fault::Slow => {
                let (parts, body) = whole(ask(request).await).await;
                with_body(parts, slowly(body))
            }
            Fault::WrongContentType => {
                let mut answer = ask(request).await;
                let html = HeaderValue::from_static("text/html; charset=utf-8");
                answer.headers_mut().insert(header::CONTENT_TYPE, html);
                answer
            }
        })
    }

    async fn remembered(&self, path: String, answer: Response) -> Response {
        let (parts, body) = whole(answer).await;
        if parts.status.is_success() {
            let page = (parts.status, body.clone());
            self.plan().pages.insert(path, page);
        }
        with_body(parts, Body::from(body))
    }

    /// The page with its list of records in another order.
    fn reordered(&self, mut page: Value) -> Value {
        let lists = ["results", "records", "data", "items"];
        if let Value::Array(rows) = &mut page {
            self.plan().chance.shuffle(rows);
        }
        for name in lists {
            if let Some(Value::Array(rows)) = page.get_mut(name) {
                self.plan().chance.shuffle(rows);
            }
        }
        page
    }
}

async fn over_a_socket(
    State(faults): State<Arc<Faults>>,
    request: Request,
    next: Next,
) -> Response {
    let fault = faults.next();
    let answered = faults
        .spoiled(fault, request, async move |request| next.run(request).await)
        .await;
    match answered {
        Ok(answer) => answer,
        Err(Dropped::Timeout) => std::future::pending().await,
        // A body that breaks off makes the server close the connection.
        Err(Dropped::Reset) => {
            let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
            let body = futures_util::stream::once(async { Err::<Bytes, _>(broken) });
            Body::from_stream(body).into_response()
        }
    }
}

fn answer(status: u16, body: Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, axum::Json(body)).into_response()
}

fn rate_limited(wait: Wait, body: Value) -> Response {
    let mut answer = answer(429, body);
    let after = match wait {
        Wait::Unsaid => None,
        Wait::Seconds(seconds) => Some(seconds.to_string()),
        Wait::HttpDate(at) => Some(at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()),
    };
    if let Some(value) = after.and_then(|after| HeaderValue::from_str(&after).ok()) {
        answer.headers_mut().insert(header::RETRY_AFTER, value);
    }
    answer
}

/// A small answer that unfolds to a large one. It is packed while it is sent, so nobody holds it.
fn bomb() -> Response {
    let spaces = vec![b' '; 1 << 20];
    let begun = GzEncoder::new(Vec::new(), Compression::fast());
    let packed = futures_util::stream::unfold((Some(begun), 0), move |(gzip, sent)| {
        let part = gzip.map(|mut gzip| {
            if sent == BOMB_MIB {
                return (gzip.finish().unwrap_or_default(), None);
            }
            // Writing to memory cannot fail.
            let _ = gzip.write_all(&spaces);
            (std::mem::take(gzip.get_mut()), Some(gzip))
        });
        let part = part.map(|(bytes, gzip)| {
            let bytes = Bytes::from(bytes);
            (Ok::<_, std::convert::Infallible>(bytes), (gzip, sent + 1))
        });
        std::future::ready(part)
    });
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_ENCODING, "gzip"),
    ];
    (headers, Body::from_stream(packed)).into_response()
}

async fn whole(answer: Response) -> (response::Parts, Bytes) {
    let (parts, body) = answer.into_parts();
    (parts, to_bytes(body, MOST_BYTES).await.unwrap_or_default())
}

fn with_body(mut parts: response::Parts, body: Body) -> Response {
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, body)
}

fn slowly(body: Bytes) -> Body {
    Body::from_stream(futures_util::stream::unfold(body, async |mut left| {
        if left.is_empty() {
            return None;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let byte = left.split_to(1);
        Some((Ok::<_, std::convert::Infallible>(byte), left))
    }))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use axum::routing::get;
    use flate2::read::GzDecoder;
    use http::Request;

    /// Answers page after page.
    fn router() -> Router {
        let count = Arc::new(Mutex::new(0));
        Router::new().route(
            "/rows",
            get(move || {
                let mut count = count.lock().unwrap();
                *count += 1;
                let rows: Vec<u32> = (0..20).map(|row| *count * 100 + row).collect();
                std::future::ready(axum::Json(json!({ "results": rows })))
            }),
        )
    }

    async fn ask(faults: &Faults, router: &Router) -> Result<(StatusCode, Bytes), Dropped> {
        let request = Request::get("/rows?after=3").body(Body::empty()).unwrap();
        let (parts, body) = whole(faults.call(router.clone(), request).await?).await;
        Ok((parts.status, body))
    }

    #[tokio::test]
    async fn a_script_is_followed_and_then_all_is_well() {
        let done = Arc::new(Mutex::new(false));
        let seen = Arc::clone(&done);
        let faults = Faults::script(vec![
            Fault::None,
            Fault::DuplicatePage,
            Fault::Timeout,
            Fault::Reset,
            Fault::ServerError(503),
            Fault::HtmlError,
            Fault::Truncated,
            Fault::Reordered,
            Fault::MutateBetweenPages(Box::new(move || *seen.lock().unwrap() = true)),
        ]);
        let router = router();
        let first = ask(&faults, &router).await.unwrap();
        assert_eq!(first, ask(&faults, &router).await.unwrap());
        assert_eq!(ask(&faults, &router).await, Err(Dropped::Timeout));
        assert_eq!(ask(&faults, &router).await, Err(Dropped::Reset));
        assert_eq!(ask(&faults, &router).await.unwrap().0, 503);
        let (status, html) = ask(&faults, &router).await.unwrap();
        assert_eq!(status, 502);
        assert!(html.starts_with(b"<html"));
        let (_, half) = ask(&faults, &router).await.unwrap();
        assert!(serde_json::from_slice::<Value>(&half).is_err());
        let (_, shuffled) = ask(&faults, &router).await.unwrap();
        let mut rows: Vec<u64> = serde_json::from_slice::<Value>(&shuffled).unwrap()["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row.as_u64().unwrap())
            .collect();
        assert!(!rows.is_sorted());
        rows.sort_unstable();
        assert_eq!(rows.len(), 20);
        assert!(!*done.lock().unwrap());
        ask(&faults, &router).await.unwrap();
        assert!(*done.lock().unwrap());
        assert_eq!(ask(&faults, &router).await.unwrap().0, 200);
        assert_eq!((faults.requests(), faults.faults()), (10, 8));
    }

    #[tokio::test]
    async fn waiting_times_are_said_in_either_form() {
        let limited = |wait| Fault::RateLimited {
            wait,
            body: json!({"policyName": "DAILY"}),
        };
        let faults = Faults::script(vec![
            limited(Wait::Seconds(7)),
            limited(Wait::HttpDate("2026-11-25T08:00:00Z".parse().unwrap())),
            limited(Wait::Unsaid),
        ]);
        for expected in [Some("7"), Some("Wed, 25 Nov 2026 08:00:00 GMT"), None] {
            let request = Request::get("/rows").body(Body::empty()).unwrap();
            let answer = faults.call(router(), request).await.unwrap();
            assert_eq!(answer.status(), 429);
            let after = answer.headers().get(header::RETRY_AFTER);
            assert_eq!(after.map(|value| value.to_str().unwrap()), expected);
        }
    }

    #[tokio::test]
    async fn a_redirect_keeps_the_path_and_a_bomb_is_small() {
        let faults = Faults::script(vec![
            Fault::RedirectTo("https://elsewhere.example".to_owned()),
            Fault::GzipBomb,
        ]);
        let request = || Request::get("/rows?after=3").body(Body::empty()).unwrap();
        let answer = faults.call(router(), request()).await.unwrap();
        assert_eq!(
            answer.headers()[header::LOCATION],
            "https://elsewhere.example/rows?after=3"
        );
        let answer = faults.call(router(), request()).await.unwrap();
        assert_eq!(answer.headers()[header::CONTENT_ENCODING], "gzip");
        let bomb = whole(answer).await.1;
        assert!(bomb.len() < 4 << 20);
        let unfolded = std::io::copy(&mut GzDecoder::new(&*bomb), &mut std::io::sink());
        assert_eq!(unfolded.unwrap(), 320 << 20);
    }

    #[tokio::test]
    async fn chance_is_the_same_from_the_same_seed() {
        let run = async |seed| {
            let (faults, router) = (Faults::seeded(seed, 0.3), router());
            let mut told = Vec::new();
            for _ in 0..40 {
                told.push(ask(&faults, &router).await.map(|(status, _)| status));
            }
            (told, faults.faults())
        };
        let (told, faults) = run(3).await;
        assert_eq!(run(3).await.0, told);
        assert_ne!(run(4).await.0, told);
        assert!((4..25).contains(&faults), "{faults}");
    }
}
