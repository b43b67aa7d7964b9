//! The Runtime API of one sandbox: where its process asks for events and says what came of them.

use anyhow::Context;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::routing::{get, post};
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// What stands between the head of a streamed answer and its body.
const END_OF_HEAD: [u8; 8] = [0; 8];
/// What Lambda takes from a function at most, answered at once.
const MOST_BYTES: usize = 6 << 20;

/// An event on its way into a process.
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) deadline_ms: u128,
    pub(crate) function: &'static str,
    pub(crate) body: Bytes,
    pub(crate) reply: oneshot::Sender<Reply>,
}

/// What a process says of an event.
#[derive(Debug)]
pub(crate) enum Reply {
    Answer(Answer),
    /// It says itself that it failed.
    Error(Value),
}

/// What a function answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The answer as Lambda hands it on: of a streamed one the head, with the body in it as text.
    pub value: Value,
    /// When each piece of a streamed answer came, since the first; empty for others.
    pub pieces: Vec<Duration>,
}

/// The API, serving one process.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    pub(crate) address: SocketAddr,
    pub(crate) events: mpsc::Sender<Event>,
    /// How often an event was asked for, and when last.
    pub(crate) asked: watch::Receiver<(u64, Option<Instant>)>,
    /// What the process says of a start that failed.
    pub(crate) init_error: watch::Receiver<Option<Value>>,
    server: JoinHandle<()>,
}

struct Inner {
    events: tokio::sync::Mutex<mpsc::Receiver<Event>>,
    asked: watch::Sender<(u64, Option<Instant>)>,
    init_error: watch::Sender<Option<Value>>,
    /// The event at work.
    current: Mutex<Option<(String, oneshot::Sender<Reply>)>>,
}

impl RuntimeApi {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .context("cannot listen for a function")?;
        let address = listener.local_addr()?;
        let (events, waiting) = mpsc::channel(1);
        let (asked, seen) = watch::channel((0, None));
        let (failed, init_error) = watch::channel(None);
        let inner = Arc::new(Inner {
            events: tokio::sync::Mutex::new(waiting),
            asked,
            init_error: failed,
            current: Mutex::default(),
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route(
                "/2018-06-01/runtime/invocation/{id}/response",
                post(response),
            )
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_failed))
            .with_state(inner);
        let server = tokio::spawn(async move {
            // It ends with the sandbox.
            drop(axum::serve(listener, router).await);
        });
        Ok(Self {
            address,
            events,
            asked: seen,
            init_error,
            server,
        })
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(inner): State<Arc<Inner>>) -> Response<Body> {
    let now = Instant::now();
    inner
        .asked
        .send_modify(|(times, at)| (*times, *at) = (*times + 1, Some(now)));
    let Some(event) = inner.events.lock().await.recv().await else {
        // The sandbox is being taken down.
        return std::future::pending().await;
    };
    let arn = format!(
        "arn:aws:lambda:us-east-1:000000000000:function:pie-{}",
        event.function
    );
    let answer = Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", &event.id)
        .header("lambda-runtime-deadline-ms", event.deadline_ms.to_string())
        .header("lambda-runtime-invoked-function-arn", arn)
        .header(
            "lambda-runtime-trace-id",
            "Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0",
        )
        .body(Body::from(event.body));
    let current = Some((event.id, event.reply));
    *inner.current.lock().unwrap_or_else(PoisonError::into_inner) = current;
    answer.unwrap_or_else(|_| {
        refused(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the event has no headers",
        )
    })
}

async fn response(
    State(inner): State<Arc<Inner>>,
    Path(id): Path<String>,
    request: Request,
) -> Response<Body> {
    let streamed = request
        .headers()
        .get("lambda-runtime-function-response-mode")
        .is_some_and(|mode| mode == "streaming");
    let read = if streamed {
        read_streamed(request.into_body()).await
    } else {
        read_whole(request.into_body()).await
    };
    match read {
        Ok(answer) => settle(&inner, &id, Reply::Answer(answer)),
        Err(error) => {
            let message = format!("{error:#}");
            settle(&inner, &id, Reply::Error(json!({"errorMessage": message})));
            refused(StatusCode::PAYLOAD_TOO_LARGE, &message)
        }
    }
}

async fn error(
    State(inner): State<Arc<Inner>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response<Body> {
    settle(&inner, &id, Reply::Error(told(&body)))
}

async fn init_failed(
    State(inner): State<Arc<Inner>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let kind = headers.get("lambda-runtime-function-error-type");
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    inner
        .init_error
        .send_replace(Some(json!({"kind": kind, "error": told(&body)})));
    accepted()
}

fn told(body: &Bytes) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| String::from_utf8_lossy(body).into())
}

async fn read_whole(body: Body) -> anyhow::Result<Answer> {
    let bytes = body
        .collect()
        .await
        .context("the answer was cut off")?
        .to_bytes();
    anyhow::ensure!(
        bytes.len() <= MOST_BYTES,
        "the answer has {} bytes; Lambda takes {MOST_BYTES}",
        bytes.len()
    );
    Ok(Answer {
        value: serde_json::from_slice(&bytes).context("the answer is no JSON")?,
        pieces: Vec::new(),
    })
}

async fn read_streamed(mut body: Body) -> anyhow::Result<Answer> {
    let (mut bytes, mut pieces, mut first) = (Vec::new(), Vec::new(), None);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.context("the answer was cut off")?.into_data() else {
            continue;
        };
        let first = *first.get_or_insert_with(Instant::now);
        pieces.push(first.elapsed());
        bytes.extend_from_slice(&data);
    }
    let end = bytes
        .windows(END_OF_HEAD.len())
        .position(|window| window == END_OF_HEAD)
        .context("a streamed answer has a head, eight zero bytes and a body")?;
    let mut value: Value = serde_json::from_slice(&bytes[..end])
        .context("the head of a streamed answer is no JSON")?;
    value["body"] = String::from_utf8_lossy(&bytes[end + END_OF_HEAD.len()..]).into();
    Ok(Answer { value, pieces })
}

fn settle(inner: &Inner, id: &str, reply: Reply) -> Response<Body> {
    let mut current = inner.current.lock().unwrap_or_else(PoisonError::into_inner);
    match current.take_if(|(at_work, _)| at_work == id) {
        Some((_, tell)) => {
            // Whoever invoked it may have given up.
            drop(tell.send(reply));
            accepted()
        }
        None => refused(StatusCode::BAD_REQUEST, "this event is not the one at work"),
    }
}

fn accepted() -> Response<Body> {
    plain(StatusCode::ACCEPTED, &json!({"status": "OK"}))
}

fn refused(status: StatusCode, message: &str) -> Response<Body> {
    plain(
        status,
        &json!({"errorMessage": message, "errorType": "Refused"}),
    )
}

fn plain(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
}
