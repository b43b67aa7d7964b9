//! What an answer means for what to do next.

use crate::request::Response;
use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// What an answer means for what to do next. Sources use one status for many things, so a
/// connector reads message and status together and leaves the rest to [`usual`](Self::usual).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is an answer.
    Good,
    /// It may go better in a moment; after so many milliseconds, if the source says.
    Retry(Option<u64>),
    /// The account's budget is used up: nothing for so many seconds. No failure.
    Pause(u64, String),
    /// The token is not good, or no longer.
    Reauthorize(String),
    /// Where the last page ended is forgotten: the same window from its beginning.
    Restart,
    /// Too much at once: the window in halves.
    Narrow,
    /// A field or object is not there any more: ask what there is and begin again.
    Describe,
    /// There is nothing, which is an answer.
    Empty,
    /// This cannot be read with the rights that were granted; everything else can.
    Forbidden(String),
    /// A person has to do something: what happened, and the remedy.
    Fail(String, String),
}

/// Tries of one request before it counts as failed. Each costs quota.
pub const MOST_TRIES: u32 = 5;

impl Verdict {
    /// A person has to do something: what happened, and the remedy.
    pub fn fail(what: &str, remedy: &str) -> Self {
        Self::Fail(what.to_owned(), remedy.to_owned())
    }

    /// What a status means where the source has not said otherwise.
    pub fn usual(response: &Response) -> Self {
        let said = || format!("the source answered with status {}", response.status);
        match response.status {
            200..=299 => Self::Good,
            401 => Self::Reauthorize("the source no longer accepts the token".to_owned()),
            403 => Self::Forbidden("the connected user may not read this".to_owned()),
            408 | 425 | 429 | 500..=599 => Self::Retry(None),
            300..=399 => Self::Fail(
                format!("{} and sends us elsewhere", said()),
                "check the address of the connection".to_owned(),
            ),
            _ => Self::Fail(
                said(),
                "try again; if it comes again, report it with the request id".to_owned(),
            ),
        }
    }
}

/// How long an answer asks to wait, in milliseconds: seconds, seconds since 1970, an HTTP date or
/// an ISO instant, whichever the source writes.
///
/// ```
/// use connector::{Response, retry_after_ms};
///
/// let answer = |after: &str| {
///     Response::new(429, vec![("retry-after".into(), after.into())], String::new())
/// };
/// let now = "2026-11-20T08:00:00Z".parse()?;
/// assert_eq!(retry_after_ms(&answer("7"), now), Some(7_000));
/// assert_eq!(retry_after_ms(&answer("0.5"), now), Some(500));
/// assert_eq!(retry_after_ms(&answer("Fri, 20 Nov 2026 08:00:30 GMT"), now), Some(30_000));
/// assert_eq!(retry_after_ms(&answer("2026-11-20T07:00:00Z"), now), Some(0));
/// assert_eq!(retry_after_ms(&answer("soon"), now), None);
/// # Ok::<(), jiff::Error>(())
/// ```
pub fn retry_after_ms(response: &Response, now: Timestamp) -> Option<u64> {
    let text = response.header("retry-after")?.trim();
    let until = |at: Timestamp| {
        let ms = at.as_millisecond() - now.as_millisecond();
        ms.max(0).unsigned_abs()
    };
    if let Ok(seconds) = text.parse::<f64>() {
        if !seconds.is_finite() || seconds < 0.0 {
            return None;
        }
        // No source asks to wait for thirty years: that is an instant.
        if seconds > 1e9 {
            return Timestamp::from_second(seconds as i64).ok().map(until);
        }
        return Some((seconds * 1e3) as u64);
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(until(at));
    }
    let date = rfc2822::DateTimeParser::new().parse_zoned(text).ok()?;
    Some(until(date.timestamp()))
}
