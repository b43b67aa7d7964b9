//! What sources answer, by who asks.

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response};
use pull::Transport;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// What was asked: method, address, form.
#[derive(Clone, Default)]
pub(crate) struct Asked(Arc<Mutex<Vec<(String, String)>>>);

impl Asked {
    pub(crate) fn take(&self) -> Vec<(String, String)> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Sources whose answers depend on the key alone.
pub(crate) fn sources(asked: &Asked) -> Transport {
    let asked = asked.clone();
    Arc::new(move |request: Request<Bytes>| {
        let line = format!("{} {}", request.method(), request.uri());
        let form = String::from_utf8_lossy(request.body()).into_owned();
        asked.0.lock().unwrap().push((line, form));
        let answer = answer(&request);
        Box::pin(async move { Ok(answer) })
    })
}

fn answer(request: &Request<Bytes>) -> Response<Bytes> {
    let header = |name: &str| request.headers().get(name)?.to_str().ok();
    let bearer = header(AUTHORIZATION.as_str()).and_then(|text| text.strip_prefix("Bearer "));
    let key = bearer.or_else(|| header("x-api-token")).unwrap_or_default();
    let path = request.uri().path();
    let (status, body) = match (key, path) {
        ("sk_good" | "sk_good_2", "/v1/account") => (200, json!({"id": "acct_1"})),
        ("sk_other", "/v1/account") => (200, json!({"id": "acct_2"})),
        ("rk_some", "/v1/account" | "/v1/products") | ("rk_none", _) => forbidden(),
        ("sk_busy", _) => (429, json!({})),
        ("sk_good" | "sk_good_2" | "sk_other" | "rk_some", _) => (
            200,
            json!({"object": "list", "data": [], "has_more": false}),
        ),
        ("pat_good", _) => (200, json!({"portalId": 4_411_223, "results": []})),
        (_, "/oauth/2026-09/token/revoke") => (200, json!({})),
        _ => (401, json!({"error": {"message": "no such key"}})),
    };
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
    let headers = response.headers_mut();
    headers.insert("content-type", "application/json".parse().unwrap());
    if status == 429 {
        headers.insert("retry-after", "90".parse().unwrap());
    }
    response
}

fn forbidden() -> (u16, Value) {
    (403, json!({"error": {"message": "not with this key"}}))
}
