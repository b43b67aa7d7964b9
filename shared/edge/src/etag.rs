//! Versions of what is read: `ETag`, `If-None-Match` and `If-Match`.

use crate::{Code, Problem};
use ::http::header::{ETAG, IF_MATCH, IF_NONE_MATCH};
use ::http::request::Parts;
use ::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use sha2::{Digest, Sha256};
use std::fmt;

/// The version of something, as `ETag` writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// Of something with a revision.
    pub fn of_rev(rev: u64) -> Self {
        Self(format!("\"{rev}\""))
    }

    /// Of something with a revision, in an answer that also says what its revision knows nothing of,
    /// such as what somebody is called now. A change that names it is checked against the revision
    /// alone.
    pub fn of_rev_beside(rev: u64, also: &[&str]) -> Self {
        let Self(also) = Self::of_parts(also);
        Self(format!("\"{rev}-{}", also.trim_start_matches('"')))
    }

    /// Of an answer that is the same while all of this is the same, such as the state of the book,
    /// who sees it, and the query.
    pub fn of_parts(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let digest = hash.finalize();
        Self(format!("\"{}\"", BASE64URL.encode(&digest[..12])))
    }

    /// Whether a tag names this version, or this revision beside something else.
    fn is_meant_by(&self, tag: &str) -> bool {
        let rest = tag.strip_prefix(self.0.trim_end_matches('"'));
        rest.is_some_and(|rest| rest == "\"" || rest.starts_with('-'))
    }

    /// An answer with this version.
    pub fn on(&self, answer: impl IntoResponse) -> Response {
        let mut response = answer.into_response();
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            response.headers_mut().insert(ETAG, value);
        }
        response
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The versions a header names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Tags {
    Absent,
    Any,
    Some(Vec<String>),
}

fn tags(headers: &HeaderMap, name: &HeaderName) -> Result<Tags, Problem> {
    let wrong = || {
        Problem::new(Code::InvalidHeader).field(
            name.as_str(),
            "malformed",
            "is neither * nor a list of quoted ETags such as \"7\"",
        )
    };
    let mut found = Vec::new();
    let mut any = false;
    for value in headers.get_all(name) {
        for tag in value
            .to_str()
            .map_err(|_| wrong())?
            .split(',')
            .map(str::trim)
        {
            let opaque = tag.strip_prefix("W/").unwrap_or(tag);
            let inside = opaque
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'));
            match inside {
                _ if tag == "*" => any = true,
                Some(text) if !text.contains('"') => found.push(tag.to_owned()),
                _ => return Err(wrong()),
            }
        }
    }
    match (any, found.is_empty()) {
        (true, true) => Ok(Tags::Any),
        (true, false) => Err(wrong()),
        (false, true) => Ok(Tags::Absent),
        (false, false) => Ok(Tags::Some(found)),
    }
}

/// Which versions the caller has: `If-None-Match`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfNoneMatch(Tags);

impl IfNoneMatch {
    /// The answer for a caller who has this version already: 304, without making the body.
    pub fn not_modified(&self, etag: &ETag) -> Option<Response> {
        let has = match &self.0 {
            Tags::Absent => false,
            Tags::Any => true,
            Tags::Some(tags) => tags
                .iter()
                .any(|tag| tag.strip_prefix("W/").unwrap_or(tag) == etag.0),
        };
        has.then(|| etag.on(StatusCode::NOT_MODIFIED))
    }
}

impl<S: Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        tags(&parts.headers, &IF_NONE_MATCH).map(Self)
    }
}

/// Which version the caller means to change: `If-Match`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfMatch(Tags);

impl IfMatch {
    /// Whether the caller means this version; without the header 428, with another 412.
    pub fn check(&self, current: &ETag) -> Result<(), Problem> {
        match &self.0 {
            Tags::Absent => Err(Problem::new(Code::PreconditionRequired)),
            Tags::Any => Ok(()),
            Tags::Some(tags) if tags.iter().any(|tag| current.is_meant_by(tag)) => Ok(()),
            Tags::Some(_) => Err(Problem::new(Code::PreconditionFailed)),
        }
    }

    /// The revision to change, for the store to check; none for `*`. Without the header 428.
    pub fn rev(&self) -> Result<Option<u64>, Problem> {
        match &self.0 {
            Tags::Absent => Err(Problem::new(Code::PreconditionRequired)),
            Tags::Any => Ok(None),
            Tags::Some(tags) => {
                let rev = |tag: &String| tag.trim_matches('"').parse().ok();
                match tags.as_slice() {
                    [tag] => rev(tag)
                        .map(Some)
                        .ok_or_else(|| Problem::new(Code::PreconditionFailed)),
                    _ => Err(Problem::new(Code::InvalidHeader).field(
                        "if-match",
                        "malformed",
                        "names more than one version",
                    )),
                }
            }
        }
    }

    /// What the store says when the revision is no longer that: 412 here instead of 409.
    pub fn failed(error: store::Error) -> Problem {
        match error {
            store::Error::Changed { .. } => Problem::new(Code::PreconditionFailed),
            other => other.into(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        tags(&parts.headers, &IF_MATCH).map(Self)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use Code::{InvalidHeader, PreconditionFailed, PreconditionRequired};

    fn header(name: HeaderName, value: Option<&str>) -> HeaderMap {
        value
            .map(|value| (name, value.parse().unwrap()))
            .into_iter()
            .collect()
    }

    #[test]
    fn a_caller_who_has_it_gets_no_body() {
        let check = |value: Option<&str>, expected: Option<u16>| {
            let headers = header(IF_NONE_MATCH, value);
            let given = IfNoneMatch(tags(&headers, &IF_NONE_MATCH).unwrap());
            let answer = given.not_modified(&ETag::of_rev(7));
            if let Some(answer) = &answer {
                assert_eq!(answer.headers()[ETAG], "\"7\"");
            }
            assert_eq!(
                answer.map(|answer| answer.status().as_u16()),
                expected,
                "{value:?}"
            );
        };
        check(None, None);
        check(Some("\"7\""), Some(304));
        check(Some("W/\"7\""), Some(304));
        check(Some("\"6\", \"7\""), Some(304));
        check(Some("*"), Some(304));
        check(Some("\"6\""), None);
        check(Some("\"77\""), None);
    }

    #[test]
    fn a_change_names_the_version_it_is_based_on() {
        let check =
            |value: Option<&str>, expected: Result<Option<u64>, Code>, fits: Result<(), Code>| {
                let headers = header(IF_MATCH, value);
                let given = tags(&headers, &IF_MATCH)
                    .map(IfMatch)
                    .map_err(|problem| problem.code);
                let rev = given
                    .clone()
                    .and_then(|given| given.rev().map_err(|problem| problem.code));
                assert_eq!(rev, expected, "{value:?}");
                let answer = given.and_then(|given| {
                    given
                        .check(&ETag::of_rev(7))
                        .map_err(|problem| problem.code)
                });
                assert_eq!(answer, fits, "{value:?}");
            };
        check(None, Err(PreconditionRequired), Err(PreconditionRequired));
        check(Some("\"7\""), Ok(Some(7)), Ok(()));
        check(Some("*"), Ok(None), Ok(()));
        check(Some("\"8\""), Ok(Some(8)), Err(PreconditionFailed));
        check(
            Some("W/\"7\""),
            Err(PreconditionFailed),
            Err(PreconditionFailed),
        );
        check(
            Some("\"abc\""),
            Err(PreconditionFailed),
            Err(PreconditionFailed),
        );
        check(Some("\"6\", \"7\""), Err(InvalidHeader), Ok(()));
        for bad in ["7", "\"7", "", "*, \"7\"", "\"a\"b\"", "\"7\",,"] {
            check(Some(bad), Err(InvalidHeader), Err(InvalidHeader));
        }
    }

    #[test]
    fn a_change_is_checked_against_the_revision_and_not_what_is_said_beside_it() {
        let check = |tag: &ETag, has_it: bool, fits: bool| {
            let now = ETag::of_rev_beside(7, &["Ada"]);
            let none_match = IfNoneMatch(Tags::Some(vec![tag.to_string()]));
            assert_eq!(none_match.not_modified(&now).is_some(), has_it, "{tag}");
            let if_match = IfMatch(Tags::Some(vec![tag.to_string()]));
            assert_eq!(if_match.check(&ETag::of_rev(7)).is_ok(), fits, "{tag}");
        };
        check(&ETag::of_rev_beside(7, &["Ada"]), true, true);
        check(&ETag::of_rev_beside(7, &["Ada Lund"]), false, true);
        check(&ETag::of_rev_beside(7, &[]), false, true);
        check(&ETag::of_rev(7), false, true);
        check(&ETag::of_rev_beside(77, &["Ada"]), false, false);
        check(&ETag::of_rev_beside(6, &["Ada"]), false, false);
    }

    #[test]
    fn a_lost_race_is_a_failed_precondition() {
        let changed = IfMatch::failed(store::Error::Changed { what: "view" });
        assert_eq!(changed.code, PreconditionFailed);
        assert_eq!(
            IfMatch::failed(store::Error::NotFound { what: "view" }).code,
            Code::NotFound
        );
    }

    #[test]
    fn an_answer_of_other_parts_has_another_version() {
        assert_ne!(ETag::of_parts(&["ab", "c"]), ETag::of_parts(&["a", "bc"]));
        assert_eq!(ETag::of_parts(&["a"]), ETag::of_parts(&["a"]));
    }
}
