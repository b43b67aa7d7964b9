//! What stands before every call: the token, its scopes, and the limits of rate.

use super::record::Kind;
use super::{HubSpot, SERVICE_KEY, error};
use crate::oauth::{Unauthorized, bearer};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::VecDeque;
use std::sync::Arc;

/// Searches a second for the whole account.
const SEARCHES: usize = 5;

/// What a call's token may do; handlers ask it for their scopes.
#[derive(Clone, Debug)]
pub(super) struct May {
    scopes: Vec<String>,
    by_key: bool,
}

impl May {
    /// 403 unless one of the scopes was granted.
    #[expect(clippy::result_large_err, reason = "the error is the answer")]
    pub(super) fn any_of(&self, needed: &[&str]) -> Result<(), Response> {
        if self
            .scopes
            .iter()
            .any(|scope| needed.contains(&scope.as_str()))
        {
            return Ok(());
        }
        Err(error(
            StatusCode::FORBIDDEN,
            json!({
                "message": "This app hasn't been granted all required scopes to make this call. \
                            Read more about required scopes here.",
                "category": "MISSING_SCOPES",
                "errors": [{
                    "message": "One or more of the following scopes are required.",
                    "context": {"requiredGranularScopes": needed},
                }],
                "links": {"scopes": "https://developers.hubspot.example/scopes"},
            }),
        ))
    }

    /// 403 unless records of this kind may be read.
    #[expect(clippy::result_large_err, reason = "the error is the answer")]
    pub(super) fn read(&self, kind: Kind) -> Result<(), Response> {
        self.any_of(&[kind.scope()])
    }

    /// Whether the text of e-mails may be read.
    pub(super) fn reads_mail(&self) -> bool {
        self.scopes.iter().any(|scope| scope == "sales-email-read")
    }
}

pub(super) async fn guard(
    State(hubspot): State<Arc<HubSpot>>,
    mut request: Request,
    next: Next,
) -> Response {
    let may = match hubspot.identify(request.headers()) {
        Ok(may) => may,
        Err(refused) => return refused,
    };
    let searching = request.uri().path().ends_with("/search");
    let by_key = may.by_key;
    if let Err(refused) = hubspot.count(searching, by_key) {
        return refused;
    }
    let posted = request.method() == http::Method::POST;
    if posted && !is_json(request.headers()) {
        return error(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            json!({"message": "Unsupported Media Type"}),
        );
    }
    request.extensions_mut().insert(may);
    let mut answer = next.run(request).await;
    // Answers to a search carry no figures about limits.
    if !searching {
        hubspot.tell_limits(answer.headers_mut(), by_key);
    }
    answer
}

impl HubSpot {
    #[expect(clippy::result_large_err, reason = "the error is the answer")]
    fn identify(&self, headers: &HeaderMap) -> Result<May, Response> {
        let unauthorized = |message: String, category: &str| {
            error(
                StatusCode::UNAUTHORIZED,
                json!({"message": message, "category": category}),
            )
        };
        let Some(token) = bearer(headers) else {
            return Err(unauthorized(
                "Authentication credentials not found. This API supports OAuth 2.0 authentication."
                    .to_owned(),
                "INVALID_AUTHENTICATION",
            ));
        };
        let odd = |letter: char| !letter.is_ascii_graphic() || letter == '"';
        if token.is_empty() || token.contains(odd) {
            // The proxy in front does not let a broken token through.
            let html = [(header::CONTENT_TYPE, "text/html; charset=UTF-8")];
            let status = StatusCode::from_u16(530).unwrap_or(StatusCode::BAD_GATEWAY);
            return Err(
                (status, html, "<html><body>error code: 1016</body></html>").into_response()
            );
        }
        if token == SERVICE_KEY {
            let withheld = &self.settings.withheld_scopes;
            let scopes = super::SCOPES
                .iter()
                .map(|&scope| scope.to_owned())
                .filter(|scope| !withheld.contains(scope))
                .collect();
            return Ok(May {
                scopes,
                by_key: true,
            });
        }
        match self.oauth.check(token) {
            Ok(granted) => Ok(May {
                scopes: granted.scopes,
                by_key: false,
            }),
            Err(Unauthorized::Expired { ago_s }) => {
                let ago = match ago_s {
                    0..60 => format!("{ago_s} second(s)"),
                    60..3_600 => format!("{} minute(s)", ago_s / 60),
                    _ => format!("{} hour(s)", ago_s / 3_600),
                };
                Err(unauthorized(
                    format!("The OAuth token used to make this call expired {ago} ago."),
                    "EXPIRED_AUTHENTICATION",
                ))
            }
            Err(Unauthorized::Missing | Unauthorized::Unknown) => Err(unauthorized(
                "Authentication credentials not found. Please check the token.".to_owned(),
                "INVALID_AUTHENTICATION",
            )),
        }
    }

    #[expect(clippy::result_large_err, reason = "the error is the answer")]
    fn count(&self, searching: bool, by_key: bool) -> Result<(), Response> {
        if !self.settings.rate_limits {
            return Ok(());
        }
        let (now, portal) = (self.now(), self.portal().clone());
        let mut calls = self.calls();
        let (policy, words) = if by_key && calls.daily >= portal.daily {
            ("DAILY", "daily")
        } else if searching && within(&mut calls.search, now, 1) >= SEARCHES {
            ("SECONDLY", "secondly")
        } else if !searching && within(&mut calls.ten_seconds, now, 10) >= portal.burst {
            ("TEN_SECONDLY_ROLLING", "ten_secondly_rolling")
        } else {
            calls.daily += 1;
            if searching {
                calls.search.push_back(now);
            } else {
                calls.ten_seconds.push_back(now);
            }
            return Ok(());
        };
        calls.refused += 1;
        Err(error(
            StatusCode::TOO_MANY_REQUESTS,
            json!({
                "message": format!("You have reached your {words} limit."),
                "errorType": "RATE_LIMIT",
                "policyName": policy,
                "groupName": format!("publicapi:crm:{}", super::APP_ID),
            }),
        ))
    }

    fn tell_limits(&self, headers: &mut HeaderMap, by_key: bool) {
        if !self.settings.rate_limits {
            return;
        }
        let portal = self.portal().clone();
        let mut calls = self.calls();
        let used = within(&mut calls.ten_seconds, self.now(), 10);
        let mut tell = |name: &'static str, figure: usize| {
            headers.insert(name, HeaderValue::from(figure));
        };
        tell("x-hubspot-ratelimit-max", portal.burst);
        tell(
            "x-hubspot-ratelimit-remaining",
            portal.burst.saturating_sub(used),
        );
        tell("x-hubspot-ratelimit-interval-milliseconds", 10_000);
        if by_key {
            tell("x-hubspot-ratelimit-daily", portal.daily);
            tell(
                "x-hubspot-ratelimit-daily-remaining",
                portal.daily.saturating_sub(calls.daily),
            );
        }
    }
}

/// How many of the calls were made within the last seconds; older ones are forgotten.
fn within(calls: &mut VecDeque<Timestamp>, now: Timestamp, seconds: i64) -> usize {
    while calls
        .front()
        .is_some_and(|at| now.duration_since(*at) >= SignedDuration::from_secs(seconds))
    {
        calls.pop_front();
    }
    calls.len()
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"))
}
