//! Server-sent events: a stream of frames with rising ids, so that who lost the connection goes on
//! where they were.

use crate::{Code, Pairs, Problem};
use ::http::request::Parts;
use ::http::{HeaderName, HeaderValue};
use axum::extract::FromRequestParts;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt, future};
use serde_json::Value;
use std::convert::Infallible;
use std::time::Duration;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// So often something is sent, lest somebody on the way takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Its place in the stream, greater than that of the one before.
    pub id: u64,
    /// What kind it is: `job.progress`.
    pub event: &'static str,
    /// What it says.
    pub data: Value,
}

/// Answers with a stream of frames after a place. A frame that is not greater than the one before
/// is left out; a problem is sent as an event `problem` and ends the stream.
pub fn answer(
    after: LastEventId,
    frames: impl Stream<Item = Result<Frame, Problem>> + Send + 'static,
) -> Response {
    let mut last = after.0;
    let rising = frames.filter(move |frame| {
        let fresh = match frame {
            Ok(frame) if last.is_some_and(|last| frame.id <= last) => false,
            Ok(frame) => {
                last = Some(frame.id);
                true
            }
            Err(_) => true,
        };
        future::ready(fresh)
    });
    let ended = rising.scan(false, |over, frame| {
        let frame = (!*over).then_some(frame);
        *over = matches!(frame, Some(Err(_)));
        future::ready(frame)
    });
    let events = ended.map(|frame| Ok::<_, Infallible>(event(frame)));
    let mut response = Sse::new(events)
        .keep_alive(KeepAlive::new().interval(HEARTBEAT))
        .into_response();
    // Some proxies collect an answer before they pass it on.
    let name = HeaderName::from_static("x-accel-buffering");
    response
        .headers_mut()
        .insert(name, HeaderValue::from_static("no"));
    response
}

fn event(frame: Result<Frame, Problem>) -> Event {
    match frame {
        Ok(frame) => Event::default()
            .id(frame.id.to_string())
            .event(frame.event)
            .data(frame.data.to_string()),
        Err(problem) => {
            let data = serde_json::to_string(&problem).unwrap_or_default();
            Event::default().event("problem").data(data)
        }
    }
}

/// The last event a caller has: the header `Last-Event-ID`, which browsers send by themselves, or
/// `?after=`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LastEventId(pub Option<u64>);

impl<S: Sync> FromRequestParts<S> for LastEventId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        if let Some(value) = parts.headers.get(LAST_EVENT_ID) {
            let id = value.to_str().ok().and_then(|text| text.parse().ok());
            return id.map(|id| Self(Some(id))).ok_or_else(|| {
                Problem::new(Code::InvalidHeader).field(
                    "Last-Event-ID",
                    "malformed",
                    "is not a whole number",
                )
            });
        }
        let pairs = Pairs::of(&parts.uri)?;
        let after = pairs
            .iter()
            .find(|(name, _)| *name == "after")
            .map(|(_, value)| value.parse());
        let after = after.transpose().map_err(|_| {
            Problem::new(Code::InvalidParameter).field(
                "?after",
                "invalid_value",
                "is not a whole number",
            )
        });
        after.map(Self)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use futures_util::stream;
    use http_body_util::BodyExt;
    use serde_json::json;

    fn frame(id: u64) -> Frame {
        Frame {
            id,
            event: "job.progress",
            data: json!({"done": id}),
        }
    }

    async fn text(after: Option<u64>, frames: Vec<Result<Frame, Problem>>) -> String {
        let response = answer(LastEventId(after), stream::iter(frames));
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn ids_rise_from_where_the_caller_was() {
        let frames = [1, 2, 2, 1, 5].map(|id| Ok(frame(id))).to_vec();
        let all = text(None, frames.clone()).await;
        let ids = |text: &str| -> Vec<u64> {
            text.lines()
                .filter_map(|line| line.strip_prefix("id: "))
                .map(|id| id.parse().unwrap())
                .collect()
        };
        assert_eq!(ids(&all), [1, 2, 5]);
        assert!(
            all.starts_with("id: 1\nevent: job.progress\ndata: {\"done\":1}\n\n"),
            "{all}"
        );
        assert_eq!(ids(&text(Some(2), frames.clone()).await), [5]);
        assert_eq!(ids(&text(Some(9), frames).await), [0; 0]);
    }

    #[tokio::test]
    async fn a_problem_is_told_and_ends_the_stream() {
        let all = text(
            None,
            vec![Ok(frame(1)), Err(Problem::not_found()), Ok(frame(2))],
        )
        .await;
        assert!(
            all.contains("event: problem\ndata: {\"type\":\"urn:pie:problem:not_found\""),
            "{all}"
        );
        assert!(!all.contains("id: 2"), "{all}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_quiet_stream_gives_a_sign_of_life() {
        let response = answer(LastEventId(None), stream::pending());
        let mut body = response.into_body();
        let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert!(first.starts_with(b":"), "{first:?}");
    }

    #[tokio::test]
    async fn the_last_event_is_read_from_header_or_query() {
        let check = async |uri: &str, header: Option<&str>, expected: Result<Option<u64>, Code>| {
            let mut request = ::http::Request::get(uri);
            if let Some(value) = header {
                request = request.header(LAST_EVENT_ID, value);
            }
            let (mut parts, ()) = request.body(()).unwrap().into_parts();
            let read = LastEventId::from_request_parts(&mut parts, &()).await;
            assert_eq!(
                read.map(|id| id.0).map_err(|problem| problem.code),
                expected,
                "{uri} {header:?}"
            );
        };
        check("/e", None, Ok(None)).await;
        check("/e?after=7", None, Ok(Some(7))).await;
        check("/e?after=7", Some("9"), Ok(Some(9))).await;
        check("/e?after=x", None, Err(Code::InvalidParameter)).await;
        check("/e", Some("x"), Err(Code::InvalidHeader)).await;
        check("/e", Some("-1"), Err(Code::InvalidHeader)).await;
    }
}
