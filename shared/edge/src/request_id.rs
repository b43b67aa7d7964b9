//! The name of a request, through all functions and logs.

use crate::Problem;
use ::http::request::Parts;
use ::http::{HeaderMap, HeaderName};
use axum::extract::FromRequestParts;
use identity::TenantCtx;
use std::fmt;
use std::sync::Arc;
use tracing::field::display;
use tracing::{Instrument, Span};

/// The header that carries it, both ways.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// A longer one is replaced by one of ours.
const MOST_CHARS: usize = 64;

tokio::task_local! {
    static CURRENT: (RequestId, Span);
}

/// The name of a request: the caller's own where it is well formed, else a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// A new one.
    pub fn new() -> Self {
        let id = format!("req_{}", store::unique(crate::clock::now()));
        Self(id.into())
    }

    /// The one a request brings, if it is well formed: at most 64 letters, digits, `.`, `_` and
    /// `-`.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        let well_formed = !text.is_empty() && text.len() <= MOST_CHARS && text.bytes().all(fits);
        well_formed.then(|| Self(text.into()))
    }

    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let given = headers
            .get(X_REQUEST_ID)
            .and_then(|value| value.to_str().ok());
        given.and_then(Self::parse).unwrap_or_default()
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Runs something as part of this request, whose log lines carry the fields of the span.
    pub(crate) async fn scope<F: Future>(self, span: Span, future: F) -> F::Output {
        CURRENT
            .scope((self, span.clone()), future.instrument(span))
            .await
    }
}

impl Default for RequestId {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let given = parts.extensions.get::<Self>();
        given
            .cloned()
            .ok_or_else(|| Problem::internal("the router is not behind edge::http::serve"))
    }
}

/// The request at work in this task.
pub(crate) fn current() -> Option<String> {
    CURRENT.try_with(|(id, _)| id.as_str().to_owned()).ok()
}

/// Says in the log whose request this is, from here on.
pub(crate) fn note_caller(ctx: &TenantCtx) {
    let _ = CURRENT.try_with(|(_, span)| {
        span.record("tenant", display(ctx.tenant()));
        span.record("actor", display(ctx.actor().principal()));
    });
}

/// Where the request stands in a trace of the caller's, after W3C Trace Context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceParent(Arc<str>);

impl TraceParent {
    /// The one a request brings, if it is well formed.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let mut hex = |digits: usize| {
            let part = parts.next()?;
            let is_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
            (part.len() == digits && part.bytes().all(is_hex)).then_some(part)
        };
        let (version, trace, parent) = (hex(2)?, hex(32)?, hex(16)?);
        hex(2)?;
        let zero = |part: &str| part.bytes().all(|b| b == b'0');
        let fits = version == "00" && parts.next().is_none() && !zero(trace) && !zero(parent);
        fits.then(|| Self(text.into()))
    }

    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        headers
            .get(TRACEPARENT)?
            .to_str()
            .ok()
            .and_then(Self::parse)
    }

    /// The header's value, to be passed on.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The trace.
    pub fn trace_id(&self) -> &str {
        &self.0[3..35]
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_well_formed_id_is_kept_and_any_other_replaced() {
        let check = |text: &str, kept: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(X_REQUEST_ID, text.parse().unwrap());
            let id = RequestId::of(&headers);
            assert_eq!(id.as_str() == text, kept, "{text:?}");
            assert!(RequestId::parse(id.as_str()).is_some());
        };
        check("req-1.A_z", true);
        check(&"a".repeat(64), true);
        check(&"a".repeat(65), false);
        check("", false);
        check("a b", false);
        check("a\"b", false);
        check("{\"a\":1}", false);
        assert!(
            RequestId::of(&HeaderMap::new())
                .as_str()
                .starts_with("req_")
        );
    }

    #[test]
    fn new_ids_differ() {
        let ids: BTreeSet<_> = (0..1_000).map(|_| RequestId::new().to_string()).collect();
        assert_eq!(ids.len(), 1_000);
    }

    #[test]
    fn a_trace_is_read_strictly() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let trace = TraceParent::parse(good).unwrap();
        assert_eq!(trace.trace_id(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(trace.as_str(), good);
        for bad in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
        ] {
            assert_eq!(TraceParent::parse(bad), None, "{bad}");
        }
    }
}
