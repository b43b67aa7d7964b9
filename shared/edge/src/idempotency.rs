//! The same request twice is done once: `Idempotency-Key`.

use crate::extract::body;
use crate::problem::Told;
use crate::{Code, Problem};
use ::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, LINK, LOCATION, RETRY_AFTER};
use ::http::request::Parts;
use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use sha2::{Digest, Sha256};
use std::time::Duration;
use store::{Answer, Claim, Claimed, Tenant};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// In a kept answer: it was not kept itself.
const NOT_KEPT: &str = "not-kept";
const MOST_CHARS: usize = 255;
/// When somebody who comes too early may come again.
const IN_FLIGHT: Duration = Duration::from_secs(2);
/// Headers that belong to the first answer. The others belong to the one who asks now.
const KEPT: [HeaderName; 6] = [
    CONTENT_TYPE,
    CONTENT_DISPOSITION,
    ETAG,
    LINK,
    LOCATION,
    RETRY_AFTER,
];

/// Put in an answer's extensions, it says that the answer is not to be kept because it shows a
/// secret: who repeats the request is told that it was done.
#[derive(Clone, Copy, Debug)]
pub struct ShowsSecret;

/// A middleware: does a POST or PATCH with a key once, and answers a repeated one with the first
/// answer. It stands behind the one that finds out who calls, which puts the caller's [`Tenant`]
/// in the request's extensions; without one it lets everything pass.
///
/// What is answered with 4xx was not begun and is not kept. Everything else is, also a 5xx: nobody
/// knows how far that came, unless it is a problem marked
/// [`before_execution`](Problem::before_execution).
pub async fn layer(request: Request, next: Next) -> Response {
    let tenant = request.extensions().get::<Tenant>().cloned();
    let changes = [Method::POST, Method::PATCH].contains(request.method());
    match (key(request.headers()), tenant) {
        (Ok(Some(key)), Some(tenant)) if changes => once(&tenant, &key, request, next)
            .await
            .unwrap_or_else(IntoResponse::into_response),
        (Err(problem), _) if changes => problem.into_response(),
        _ => next.run(request).await,
    }
}

/// A middleware for routes that are never done without a key. It stands anywhere.
pub async fn require(request: Request, next: Next) -> Response {
    match key(request.headers()) {
        Ok(Some(_)) => next.run(request).await,
        Ok(None) => Problem::new(Code::IdempotencyKeyMissing).into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// The key a request brings: 1 to 255 visible characters of ASCII.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut all = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = all.next() else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    let fits = (1..=MOST_CHARS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    if fits && all.next().is_none() {
        return Ok(Some(text.to_owned()));
    }
    Err(Problem::new(Code::InvalidHeader).field(
        "Idempotency-Key",
        "malformed",
        "is not one value of 1 to 255 visible ASCII characters",
    ))
}

async fn once(
    tenant: &Tenant,
    key: &str,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (parts, whole) = request.into_parts();
    let bytes = body(Request::from_parts(parts.clone(), whole), &()).await?;
    let digest = digest(&parts, &bytes);
    match tenant.claim(key, &digest).await? {
        Claim::Ours(claimed) => {
            let response = next
                .run(Request::from_parts(parts, Body::from(bytes)))
                .await;
            Ok(settle(tenant, &claimed, response).await)
        }
        Claim::Answered(answer) => replay(*answer),
        Claim::AnswerLost => Err(Problem::new(Code::IdempotencyAnswerLost)),
        Claim::InFlight => Err(Problem::new(Code::IdempotencyInFlight).retry_after(IN_FLIGHT)),
        Claim::OtherRequest => Err(Problem::new(Code::IdempotencyKeyReused)),
    }
}

/// What makes two requests the same.
fn digest(parts: &Parts, body: &Bytes) -> String {
    let target = parts
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let mut hash = Sha256::new();
    for part in [parts.method.as_str().as_bytes(), target.as_bytes(), body] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    BASE64URL.encode(hash.finalize())
}

async fn settle(tenant: &Tenant, claimed: &Claimed, response: Response) -> Response {
    let early = response
        .extensions()
        .get::<Told>()
        .is_some_and(|told| told.before_execution);
    let streams = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    if response.status().is_client_error() || early || streams {
        if let Err(error) = tenant.unclaim(claimed).await {
            // It is free again by itself within a minute.
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "Could not free an idempotency key"
            );
        }
        return response;
    }
    let secret = response.extensions().get::<ShowsSecret>().is_some();
    let (parts, body) = response.into_parts();
    let bytes = match to_bytes(body, usize::MAX).await {
        Ok(bytes) => bytes,
        Err(error) => return Problem::internal(error).into_response(),
    };
    let answer = if secret {
        without_body()
    } else {
        kept(&parts.headers, parts.status, &bytes)
    };
    if let Err(error) = tenant.settle(claimed, &answer).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "Could not keep the answer to an idempotency key"
        );
    }
    Response::from_parts(parts, Body::from(bytes))
}

fn kept(headers: &HeaderMap, status: StatusCode, body: &Bytes) -> Answer {
    let header = |name: &HeaderName| {
        let value = headers.get(name)?.to_str().ok()?;
        Some((name.to_string(), value.to_owned()))
    };
    Answer {
        status: status.as_u16(),
        headers: KEPT.iter().filter_map(header).collect(),
        body: String::from_utf8_lossy(body).into_owned(),
    }
}

fn without_body() -> Answer {
    Answer {
        status: 200,
        headers: vec![(NOT_KEPT.to_owned(), String::new())],
        body: String::new(),
    }
}

fn replay(answer: Answer) -> Result<Response, Problem> {
    if answer.headers.iter().any(|(name, _)| name == NOT_KEPT) {
        return Err(Problem::new(Code::IdempotencyAnswerLost));
    }
    let status = StatusCode::from_u16(answer.status).map_err(Problem::internal)?;
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    headers.remove(CONTENT_TYPE);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}
