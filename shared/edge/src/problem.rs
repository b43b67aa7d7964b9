//! What went wrong, said to the caller: RFC 9457.

use crate::{Code, request_id};
use ::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use ::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::error::Error as StdError;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The media type of a problem.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";
/// So much of somebody's own words is repeated to them.
const MOST_MESSAGE: usize = 300;

/// What went wrong: what happened, where, and what helps.
///
/// ```
/// use edge::{Code, Problem};
///
/// let problem = Problem::new(Code::InvalidBody)
///     .field("/name", "too_long", "at most 100 characters")
///     .remedy("Shorten the name.");
/// assert_eq!(problem.status, 422);
/// assert_eq!(problem.code, Code::InvalidBody);
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Problem(Box<Words>);

/// What a [`Problem`] says. It is read and changed through the problem itself.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Words {
    /// A URI that names the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:pie:problem:not_found")]
    pub kind: String,
    /// The kind of problem in words, the same every time.
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened this time.
    pub detail: String,
    /// The kind of problem as a word for programs.
    pub code: Code,
    /// Where it is.
    #[serde(default)]
    pub errors: Vec<FieldError>,
    /// The request, for a question to us.
    #[serde(default)]
    pub request_id: Option<String>,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// What helps.
    pub remedy: String,
    #[serde(skip)]
    headers: HeaderMap,
    #[serde(skip)]
    pub(crate) before_execution: bool,
    #[serde(skip)]
    cause: Option<Cause>,
}

impl Deref for Problem {
    type Target = Words;

    fn deref(&self) -> &Words {
        &self.0
    }
}

impl DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut Words {
        &mut self.0
    }
}

impl PartialSchema for Problem {
    fn schema() -> RefOr<Schema> {
        Words::schema()
    }
}

impl ToSchema for Problem {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Words::schemas(schemas);
    }
}

/// One place that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Where: `/a/0/b` in the body, `?limit` in the query, `{id}` in the path, else a header.
    #[schema(example = "/expected_close")]
    pub pointer: String,
    /// What is wrong there, for programs.
    #[schema(example = "wrong_type")]
    pub code: String,
    /// What is wrong there, for people.
    pub message: String,
}

/// Why it happened, for our own log alone.
#[derive(Clone)]
pub(crate) struct Cause(Arc<dyn StdError + Send + Sync>);

impl Cause {
    pub(crate) fn error(&self) -> &(dyn StdError + 'static) {
        &*self.0
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// What the log says about an answer that is a problem.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) code: Code,
    pub(crate) cause: Option<Cause>,
    pub(crate) before_execution: bool,
}

impl Problem {
    /// A problem of this kind, with the words of the catalogue.
    pub fn new(code: Code) -> Self {
        Self(Box::new(Words {
            kind: code.uri(),
            title: code.title().to_owned(),
            status: code.status().as_u16(),
            detail: format!("{}.", code.title()),
            code,
            errors: Vec::new(),
            request_id: None,
            retryable: code.is_retryable(),
            remedy: code.remedy().to_owned(),
            headers: HeaderMap::new(),
            before_execution: false,
            cause: None,
        }))
    }

    /// Something went wrong on our side. The caller hears nothing of why; the log does, once, with
    /// the line of the request.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Code::Internal).because(cause)
    }

    /// What is not there, and what the caller cannot see: one answer, to the byte.
    pub fn not_found() -> Self {
        Self::new(Code::NotFound)
    }

    /// What happened this time.
    #[must_use]
    pub fn detail(mut self, detail: impl fmt::Display) -> Self {
        self.detail = sentence(&detail.to_string());
        self
    }

    /// What helps this time.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }

    /// One place that is wrong; see [`FieldError`].
    #[must_use]
    pub fn field(
        mut self,
        pointer: impl Into<String>,
        code: impl Into<String>,
        message: impl fmt::Display,
    ) -> Self {
        let message = short(&message.to_string());
        self.errors.push(FieldError {
            pointer: pointer.into(),
            code: code.into(),
            message,
        });
        self
    }

    /// Several places that are wrong.
    #[must_use]
    pub fn fields(mut self, errors: impl IntoIterator<Item = FieldError>) -> Self {
        self.errors.extend(errors);
        self
    }

    /// Why it happened, for our own log alone.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.cause = Some(Cause(Arc::from(cause.into())));
        self
    }

    /// When to try again: the header `Retry-After`, in whole seconds.
    #[must_use]
    pub fn retry_after(self, after: Duration) -> Self {
        let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
        self.header(RETRY_AFTER, HeaderValue::from(seconds.max(1)))
    }

    /// A header that goes with it.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Says that nothing was begun, so that an idempotency key is free again in spite of a status
    /// of 5xx.
    #[must_use]
    pub fn before_execution(mut self) -> Self {
        self.before_execution = true;
        self
    }

    /// The request it belongs to; an answer from within [`http::serve`](crate::http::serve) knows
    /// by itself.
    #[must_use]
    pub fn of_request(mut self, request_id: impl Into<String>) -> Self {
        self.request_id = Some(request_id.into());
        self
    }
}

/// At most so many characters, cut with a sign that it was.
fn short(text: &str) -> String {
    match text.char_indices().nth(MOST_MESSAGE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// An error's text as a sentence.
fn sentence(text: &str) -> String {
    let text = short(text);
    let mut chars = text.chars();
    let first: String = chars
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let end = if text.ends_with(['.', '…', '?', '!']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{end}", chars.as_str())
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.detail, self.code)?;
        for error in &self.errors {
            write!(f, "; {}: {}", error.pointer, error.message)?;
        }
        Ok(())
    }
}

impl StdError for Problem {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_ref().map(Cause::error)
    }
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        if self.request_id.is_none() {
            self.request_id = request_id::current();
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.extend(self.0.headers);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"pie\""),
            );
        }
        response.extensions_mut().insert(Told {
            code: self.0.code,
            cause: self.0.cause,
            before_execution: self.0.before_execution,
        });
        response
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        use store::Error as E;
        let moment = Duration::from_secs(1);
        match &error {
            E::Throttled { .. } | E::Call { .. } => Self::new(Code::Unavailable)
                .retry_after(moment)
                .because(error),
            E::NotFound { .. } => Self::not_found(),
            E::Changed { what } => Self::new(Code::Changed)
                .detail(format_args!("The {what} was changed in the meantime")),
            E::Exists { what } => Self::new(Code::AlreadyExists)
                .detail(format_args!("There is such a {what} already")),
            E::LostLease { .. } => Self::new(Code::Changed)
                .detail("Somebody else is at work on it")
                .remedy("Try again in a moment.")
                .retry_after(moment),
            E::TooLarge { .. } => Self::new(Code::TooLarge).detail(&error),
            E::TenantDeleted => Self::new(Code::TenantDeleted),
            _ => Self::internal(error),
        }
    }
}

impl From<identity::Denied> for Problem {
    fn from(denied: identity::Denied) -> Self {
        let code = match denied {
            identity::Denied::Scope { .. } => Code::ScopeMissing,
            identity::Denied::Role { .. } => Code::RoleTooLow,
        };
        Self::new(code).detail(denied)
    }
}

/// What a caller showed is not believed: the same answer whatever the reason, which is for the log.
macro_rules! unauthenticated {
    ($($error:ty),*) => {$(
        impl From<$error> for Problem {
            fn from(error: $error) -> Self {
                Self::new(Code::Unauthenticated).because(error)
            }
        }
    )*};
}

unauthenticated!(
    identity::Unauthenticated,
    identity::TokenError,
    identity::KeyFormatError,
    identity::KeyRefused,
    identity::RefreshTokenError
);

impl From<store::CursorError> for Problem {
    fn from(error: store::CursorError) -> Self {
        let code = match error {
            store::CursorError::Foreign => Code::InvalidCursor,
            store::CursorError::Expired => Code::CursorExpired,
        };
        Self::new(code).field("?cursor", code.as_str(), error)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use http_body_util::BodyExt;
    use serde_json::{Value, json};

    fn rendered(problem: Problem) -> (Response<()>, Value) {
        let (parts, body) = problem.into_response().into_parts();
        let bytes = futures_util::FutureExt::now_or_never(body.collect())
            .unwrap()
            .unwrap()
            .to_bytes();
        (
            Response::from_parts(parts, ()),
            serde_json::from_slice(&bytes).unwrap(),
        )
    }

    #[test]
    fn every_code_of_the_catalogue_renders_whole() {
        for &code in Code::ALL {
            let (response, body) = rendered(Problem::new(code).of_request("req_1"));
            assert_eq!(response.status(), code.status());
            assert_eq!(response.headers()[CONTENT_TYPE], PROBLEM_JSON);
            let expected = json!({
                "type": format!("urn:pie:problem:{code}"),
                "title": code.title(),
                "status": code.status().as_u16(),
                "detail": format!("{}.", code.title()),
                "code": code.as_str(),
                "errors": [],
                "request_id": "req_1",
                "retryable": code.is_retryable(),
                "remedy": code.remedy(),
            });
            assert_eq!(body, expected);
            let read: Problem = serde_json::from_value(body).unwrap();
            assert_eq!(read.code, code);
        }
    }

    #[test]
    fn what_the_store_says_becomes_an_answer() {
        let call = |operation| store::Error::Call {
            operation,
            source: "secret-host refused".into(),
        };
        let check = |error: store::Error, expected: Code, retry: Option<&str>| {
            let (response, body) = rendered(Problem::from(error));
            assert_eq!(body["code"], expected.as_str());
            let header = response
                .headers()
                .get(RETRY_AFTER)
                .map(|value| value.to_str().unwrap());
            assert_eq!(header, retry);
            assert!(!body.to_string().contains("secret-host"), "{body}");
        };
        check(call("GetItem"), Code::Unavailable, Some("1"));
        check(
            store::Error::Throttled {
                operation: "GetItem",
            },
            Code::Unavailable,
            Some("1"),
        );
        check(
            store::Error::NotFound { what: "deal" },
            Code::NotFound,
            None,
        );
        check(store::Error::Changed { what: "view" }, Code::Changed, None);
        check(
            store::Error::Exists { what: "view" },
            Code::AlreadyExists,
            None,
        );
        check(
            store::Error::LostLease {
                name: "import".into(),
            },
            Code::Changed,
            Some("1"),
        );
        let corrupt = store::Error::Corrupt {
            what: "deal".into(),
            source: "secret-host".into(),
        };
        check(corrupt, Code::Internal, None);
        let large = store::Error::TooLarge {
            what: "note".into(),
            bytes: 9,
            most: 5,
        };
        check(large, Code::TooLarge, None);
        check(store::Error::TenantDeleted, Code::TenantDeleted, None);
    }

    #[test]
    fn whatever_is_wrong_with_a_credential_the_answer_is_the_same() {
        let gone = identity::Unauthenticated::Gone(identity::MemberId::from_bytes([1; 16]));
        let mut answers = [
            Problem::from(gone),
            Problem::from(identity::Unauthenticated::OtherTenant),
            Problem::from(identity::TokenError::UnknownKey),
            Problem::from(identity::KeyFormatError::Checksum),
        ]
        .map(|problem| {
            assert!(StdError::source(&problem).is_some(), "the log hears why");
            let (response, body) = rendered(problem);
            assert_eq!(response.headers()[WWW_AUTHENTICATE], "Bearer realm=\"pie\"");
            body.to_string()
        });
        answers.sort();
        assert_eq!(answers.first(), answers.last());
    }

    #[test]
    fn a_refusal_says_what_is_missing() {
        let denied = identity::Denied::Scope {
            needs: identity::Scope::Export,
        };
        let (response, body) = rendered(denied.into());
        assert_eq!(response.status(), 403);
        assert_eq!(body["code"], "scope_missing");
        assert!(
            body["detail"].as_str().unwrap().contains("export"),
            "{body}"
        );
    }

    #[test]
    fn a_cursor_that_does_not_fit_is_pointed_at() {
        let check = |error: store::CursorError, code: &str| {
            let (response, body) = rendered(error.into());
            assert_eq!(
                (response.status().as_u16(), &body["code"]),
                (400, &json!(code))
            );
            assert_eq!(body["errors"][0]["pointer"], "?cursor");
        };
        check(store::CursorError::Foreign, "invalid_cursor");
        check(store::CursorError::Expired, "cursor_expired");
    }

    #[test]
    fn its_schema_has_its_name_and_brings_what_it_needs() {
        assert_eq!(Problem::name(), "Problem");
        let schema = serde_json::to_value(Problem::schema()).unwrap();
        for name in [
            "type",
            "title",
            "status",
            "detail",
            "code",
            "errors",
            "request_id",
        ] {
            assert!(schema["properties"][name].is_object(), "{name} {schema}");
        }
        assert_eq!(
            schema["properties"].as_object().unwrap().len(),
            9,
            "{schema}"
        );
        let mut needed = Vec::new();
        Problem::schemas(&mut needed);
        let mut names: Vec<_> = needed.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["Code", "FieldError"]);
    }

    #[test]
    fn long_words_of_the_callers_own_are_cut() {
        let problem = Problem::new(Code::InvalidBody).field("/a", "wrong_type", "ä".repeat(5_000));
        assert_eq!(problem.errors[0].message.chars().count(), MOST_MESSAGE + 1);
    }
}
