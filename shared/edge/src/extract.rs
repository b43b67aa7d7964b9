//! Bodies and paths, read strictly, and JSON written.

use crate::strict::Strict;
use crate::{Code, FieldError, Problem};
use ::http::HeaderMap;
use ::http::header::CONTENT_TYPE;
use ::http::request::Parts;
use axum::body::Bytes;
use axum::extract::path::ErrorKind;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody, PathRejection};
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequest, RawPathParams, Request};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use std::fmt::Write;

/// A body of JSON. What cannot be read is a [`Problem`] that points to the place.
///
/// A list is never taken for a struct. Whether unknown fields are refused is for the type to say:
/// give every type of a request `#[serde(deny_unknown_fields)]`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> Json<T> {
    /// Reads JSON that came another way.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        let value = serde_path_to_error::deserialize(Strict(&mut deserializer))
            .map_err(|error| unreadable(&pointer(error.path()), error.inner(), bytes.is_empty()))?;
        deserializer
            .end()
            .map_err(|error| unreadable("", &error, false))?;
        Ok(Self(value))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(media_type(request.headers()));
        }
        Self::read(&body(request, state).await?)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> OptionalFromRequest<S> for Json<T> {
    type Rejection = Problem;

    /// No body at all is none; a body must be JSON and say so.
    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Problem> {
        let (json, wrong) = (is_json(request.headers()), media_type(request.headers()));
        let bytes = body(request, state).await?;
        match (bytes.is_empty(), json) {
            (true, _) => Ok(None),
            (false, true) => Self::read(&bytes).map(Some),
            (false, false) => Err(wrong),
        }
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(bytes) => ([(CONTENT_TYPE, "application/json")], bytes).into_response(),
            Err(error) => Problem::internal(error).into_response(),
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let text = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = text
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let subtype = essence.strip_prefix("application/");
    subtype.is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json"))
}

fn media_type(headers: &HeaderMap) -> Problem {
    let message = match headers.get(CONTENT_TYPE) {
        Some(_) => "is not application/json",
        None => "is missing",
    };
    Problem::new(Code::UnsupportedMediaType).field("Content-Type", "unsupported", message)
}

/// The whole body, within the limit of the route.
pub(crate) async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| match rejection {
            BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
                Problem::new(Code::BodyTooLarge)
            }
            _ => Problem::new(Code::MalformedJson)
                .detail("The body ended before it was whole")
                .remedy("Send it again."),
        })
}

fn unreadable(pointer: &str, error: &serde_json::Error, empty: bool) -> Problem {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let place = format!(" at line {line} column {column}");
    let message = text.strip_suffix(&place).unwrap_or(&text);
    if empty {
        return Problem::new(Code::MalformedJson)
            .field("", "empty", "the body is empty")
            .remedy("Send a JSON object.");
    }
    if !error.is_data() {
        return Problem::new(Code::MalformedJson)
            .detail(format_args!("Line {line}, column {column}: {message}"))
            .field(pointer, "malformed", message);
    }
    let (code, pointer) = classify(message, pointer);
    Problem::new(Code::InvalidBody)
        .detail(format_args!("Line {line}, column {column}: {message}"))
        .field(pointer, code, message)
}

/// What serde says, as a word, and the place it means.
fn classify(message: &str, pointer: &str) -> (&'static str, String) {
    // Serde finds out about these when it has the object, so the place it knows is the object's.
    let below = || {
        let name = message.split('`').nth(1).unwrap_or_default();
        format!("{pointer}/{}", escaped(name))
    };
    let begins = |text| message.starts_with(text);
    if begins("missing field") {
        ("missing_field", below())
    } else if begins("duplicate field") {
        ("duplicate_field", below())
    } else if begins("unknown field") {
        ("unknown_field", pointer.to_owned())
    } else if begins("invalid type") {
        ("wrong_type", pointer.to_owned())
    } else {
        ("invalid_value", pointer.to_owned())
    }
}

/// A path as a JSON pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        let _ = match segment {
            Segment::Seq { index } => write!(pointer, "/{index}"),
            Segment::Map { key } => write!(pointer, "/{}", escaped(key)),
            // A variant that is not a key of the document is no place in it.
            Segment::Enum { .. } | Segment::Unknown => Ok(()),
        };
    }
    pointer
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// The parts of a path. One that cannot be read names nothing, so it is not found.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        let rejection = match path {
            Ok(axum::extract::Path(value)) => return Ok(Self(value)),
            Err(rejection) => rejection,
        };
        let names = RawPathParams::from_request_parts(parts, state).await;
        let mut names = names
            .iter()
            .flat_map(|names| names.iter().map(|(name, _)| name));
        let only = match (names.next(), names.next()) {
            (Some(name), None) => name,
            _ => "id",
        };
        Err(path_problem(rejection, only))
    }
}

/// What is wrong with a path; `only` is the name of its part when it has just one.
fn path_problem(rejection: PathRejection, only: &str) -> Problem {
    let PathRejection::FailedToDeserializePathParams(failed) = rejection else {
        return Problem::internal(rejection);
    };
    let error = |key: &str, message: String| FieldError {
        pointer: format!("{{{key}}}"),
        code: "invalid_value".to_owned(),
        message,
    };
    let fields = match failed.kind() {
        ErrorKind::DeserializeError { key, message, .. } => error(key, message.clone()),
        ErrorKind::ParseErrorAtKey {
            key, expected_type, ..
        } => error(key, format!("expected {expected_type}")),
        ErrorKind::ParseErrorAtIndex {
            index,
            expected_type,
            ..
        } => error(&index.to_string(), format!("expected {expected_type}")),
        ErrorKind::ParseError { expected_type, .. } => {
            error(only, format!("expected {expected_type}"))
        }
        ErrorKind::InvalidUtf8InPathParam { key } => error(key, "is not UTF-8".to_owned()),
        // An id that refuses itself comes without its name when it is the only part.
        ErrorKind::Message(message) => error(only, message.clone()),
        _ => return Problem::internal(failed),
    };
    Problem::not_found().fields([fields])
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::extract::DefaultBodyLimit;
    use axum::routing::{get, post};
    use http_body_util::BodyExt;
    use model::DealId;
    use serde::Deserialize;
    use serde_json::{Value, json};
    use tower::ServiceExt;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct View {
        name: String,
        #[serde(default)]
        columns: Vec<Column>,
        #[serde(default)]
        deal: Option<DealId>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Column {
        key: String,
        width: Option<u32>,
        #[serde(default)]
        order: Option<Order>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Order {
        Up,
    }

    fn router() -> Router {
        Router::new()
            .route(
                "/views",
                post(|Json(_): Json<View>| async { Json(json!({"ok": true})) }),
            )
            .route(
                "/maybe",
                post(|view: Option<Json<View>>| async move { Json(view.is_some()) }),
            )
            .route(
                "/deals/{deal_id}",
                get(|Path(id): Path<DealId>| async move { id.to_string() }),
            )
            .route(
                "/pages/{page}",
                get(|Path(page): Path<u32>| async move { page.to_string() }),
            )
            .layer(DefaultBodyLimit::max(10_000))
    }

    async fn answer(request: ::http::Request<Body>) -> (u16, Value) {
        let response = router().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (
            status,
            serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        )
    }

    fn post_of(
        path: &str,
        content_type: Option<&str>,
        body: impl Into<Body>,
    ) -> ::http::Request<Body> {
        let mut request = ::http::Request::post(path);
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        request.body(body.into()).unwrap()
    }

    #[tokio::test]
    async fn a_body_that_cannot_be_read_is_told_where_and_why() {
        let check = async |body: &str, status: u16, code: &str, error: (&str, &str)| {
            let (got, answer) =
                answer(post_of("/views", Some("application/json"), body.to_owned())).await;
            let first = &answer["errors"][0];
            assert_eq!(
                (got, answer["code"].as_str()),
                (status, Some(code)),
                "{body}: {answer}"
            );
            let place = (
                first["pointer"].as_str().unwrap(),
                first["code"].as_str().unwrap(),
            );
            assert_eq!(place, error, "{body}: {answer}");
            assert!(!answer["remedy"].as_str().unwrap().is_empty());
        };
        let json = "malformed_json";
        check("", 400, json, ("", "empty")).await;
        check("{", 400, json, ("", "malformed")).await;
        check("{\"name\":\"a\"} x", 400, json, ("", "malformed")).await;
        check(
            "{\"name\":\"a\",\"columns\":[{\"key\":]}",
            400,
            json,
            ("/columns/0/key", "malformed"),
        )
        .await;
        check("{\"name\":\"\u{0}\"}", 400, json, ("/name", "malformed")).await;
        let body = "invalid_body";
        check("[]", 422, body, ("", "wrong_type")).await;
        check("[\"a\"]", 422, body, ("", "wrong_type")).await;
        check(&"[".repeat(5_000), 422, body, ("", "wrong_type")).await;
        check("3", 422, body, ("", "wrong_type")).await;
        check("null", 422, body, ("", "wrong_type")).await;
        check("{}", 422, body, ("/name", "missing_field")).await;
        check("{\"name\":3}", 422, body, ("/name", "wrong_type")).await;
        check(
            "{\"name\":\"a\",\"a/b~c\":1}",
            422,
            body,
            ("/a~1b~0c", "unknown_field"),
        )
        .await;
        check(
            "{\"name\":\"a\",\"name\":\"b\"}",
            422,
            body,
            ("/name", "duplicate_field"),
        )
        .await;
        let columns =
            |inner: &str| format!("{{\"name\":\"a\",\"columns\":[{{\"key\":\"k\"}},{inner}]}}");
        check(
            &columns("{\"key\":\"k\",\"width\":-1}"),
            422,
            body,
            ("/columns/1/width", "invalid_value"),
        )
        .await;
        check(
            &columns("{\"width\":1}"),
            422,
            body,
            ("/columns/1/key", "missing_field"),
        )
        .await;
        check(
            &columns("{\"key\":\"k\",\"size\":1}"),
            422,
            body,
            ("/columns/1/size", "unknown_field"),
        )
        .await;
        check(
            &columns("{\"key\":\"k\",\"order\":\"down\"}"),
            422,
            body,
            ("/columns/1/order", "invalid_value"),
        )
        .await;
        let twice = "{\"key\":\"k\",\"key\":\"l\"}";
        check(
            &columns(twice),
            422,
            body,
            ("/columns/1/key", "duplicate_field"),
        )
        .await;
        check(
            "{\"name\":\"a\",\"deal\":\"deal_x\"}",
            422,
            body,
            ("/deal", "invalid_value"),
        )
        .await;
    }

    #[tokio::test]
    async fn the_detail_names_line_and_column() {
        let body = "{\n  \"name\": 3\n}";
        let (_, answer) = answer(post_of("/views", Some("application/json"), body)).await;
        assert_eq!(
            answer["detail"],
            "Line 2, column 11: invalid type: integer `3`, expected a string."
        );
    }

    #[tokio::test]
    async fn a_body_must_say_that_it_is_json_and_be_small_enough() {
        let good = "{\"name\":\"a\"}";
        let check = async |content_type: Option<&str>, body: &str, status: u16| {
            let (got, answer) = answer(post_of("/views", content_type, body.to_owned())).await;
            assert_eq!(got, status, "{content_type:?} {answer}");
        };
        check(Some("application/json"), good, 200).await;
        check(Some("Application/JSON; charset=utf-8"), good, 200).await;
        check(Some("application/merge-patch+json"), good, 200).await;
        check(Some("text/plain"), good, 415).await;
        check(Some("application/jsonx"), good, 415).await;
        check(None, good, 415).await;
        let huge = format!("{{\"name\":\"{}\"}}", "a".repeat(20_000));
        check(Some("application/json"), &huge, 413).await;
    }

    #[tokio::test]
    async fn a_body_that_may_be_missing_may_not_be_something_else() {
        let check = async |content_type: Option<&str>, body: &str, expected: (u16, Value)| {
            let (status, answer) = answer(post_of("/maybe", content_type, body.to_owned())).await;
            let answer = if status == 200 {
                answer
            } else {
                answer["code"].clone()
            };
            assert_eq!((status, answer), expected);
        };
        let json = Some("application/json");
        check(None, "", (200, json!(false))).await;
        check(json, "", (200, json!(false))).await;
        check(json, "{\"name\":\"a\"}", (200, json!(true))).await;
        check(json, "{\"name\":1}", (422, json!("invalid_body"))).await;
        check(
            None,
            "{\"name\":\"a\"}",
            (415, json!("unsupported_media_type")),
        )
        .await;
    }

    #[tokio::test]
    async fn a_path_that_names_nothing_is_not_found() {
        let check = async |path: &str, pointer: &str, words: &str| {
            let (status, answer) =
                answer(::http::Request::get(path).body(Body::empty()).unwrap()).await;
            assert_eq!(
                (status, answer["code"].as_str()),
                (404, Some("not_found")),
                "{path} {answer}"
            );
            let error = &answer["errors"][0];
            assert!(error["pointer"] == pointer, "{answer}");
            assert!(
                error["message"].as_str().unwrap().contains(words),
                "{answer}"
            );
        };
        check("/deals/x", "{deal_id}", "is not a deal id").await;
        check("/deals/%ff", "{deal_id}", "UTF-8").await;
        check("/pages/x", "{page}", "u32").await;
    }
}
