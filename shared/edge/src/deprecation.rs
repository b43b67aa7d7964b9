//! Routes that will go: `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and the way to the new one.

use ::http::header::LINK;
use ::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// A route that has a successor.
///
/// ```
/// use edge::deprecation::Deprecated;
/// use jiff::Timestamp;
///
/// const OLD: Deprecated = Deprecated {
///     since: Timestamp::constant(1_796_083_200, 0),
///     sunset: None,
///     successor: "/v1/simulations",
/// };
/// let response = OLD.on("answer");
/// assert_eq!(response.headers()["deprecation"], "@1796083200");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deprecated {
    /// Since when it is not recommended.
    pub since: Timestamp,
    /// When it will stop, if that is known.
    pub sunset: Option<Timestamp>,
    /// The address to use instead.
    pub successor: &'static str,
}

impl Deprecated {
    /// An answer that says so.
    pub fn on(&self, answer: impl IntoResponse) -> Response {
        let mut response = answer.into_response();
        let headers = response.headers_mut();
        let since = format!("@{}", self.since.as_second());
        let link = format!("<{}>; rel=\"successor-version\"", self.successor);
        let sunset = self
            .sunset
            .and_then(|at| DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok());
        let all = [
            (DEPRECATION, Some(since)),
            (SUNSET, sunset),
            (LINK, Some(link)),
        ];
        for (name, text) in all {
            if let Some(value) = text.and_then(|text| HeaderValue::try_from(text).ok()) {
                headers.append(name, value);
            }
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_route_says_since_when_until_when_and_what_instead() {
        let old = Deprecated {
            since: Timestamp::constant(1_796_083_200, 0),
            sunset: Some(Timestamp::constant(1_827_619_200, 0)),
            successor: "/v1/simulations",
        };
        let response = old.on(([(LINK, "</v1/x>; rel=\"next\"")], "answer"));
        assert_eq!(response.headers()["deprecation"], "@1796083200");
        assert_eq!(
            response.headers()["sunset"],
            "Wed, 01 Dec 2027 00:00:00 GMT"
        );
        let links: Vec<_> = response.headers().get_all(LINK).iter().collect();
        assert_eq!(
            links,
            [
                "</v1/x>; rel=\"next\"",
                "</v1/simulations>; rel=\"successor-version\""
            ]
        );
    }
}
