//! Every way to fail that a caller can see, in one table. The documentation is rendered from it.

use ::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::fmt::{self, Write};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! codes {
    ($($name:ident $code:literal $status:literal $title:literal $remedy:literal;)*) => {
        /// What went wrong, for programs. Codes are added and never change their meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = concat!($title, ": status ", $status, ".")]
            #[serde(rename = $code)]
            $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status it comes with.
            pub const fn status(self) -> StatusCode {
                const fn status(number: u16) -> StatusCode {
                    match StatusCode::from_u16(number) {
                        Ok(status) => status,
                        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
                    }
                }
                match self { $(Self::$name => status($status),)* }
            }

            /// What happened, for people; the same for every time it happens.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What helps, unless the problem itself knows better.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy,)* }
            }
        }
    };
}

codes! {
    MalformedJson "malformed_json" 400 "The body is not JSON"
        "Correct the body at the line and column named.";
    InvalidParameter "invalid_parameter" 400 "A query parameter cannot be read"
        "Correct or leave out the parameters named in errors.";
    InvalidHeader "invalid_header" 400 "A header cannot be read"
        "Correct or leave out the header named in errors.";
    InvalidCursor "invalid_cursor" 400 "The cursor does not belong to this list"
        "Begin the list again without a cursor, and keep filter and sort the same from page to page.";
    CursorExpired "cursor_expired" 400 "The cursor is too old"
        "Begin the list again without a cursor.";
    IdempotencyKeyMissing "idempotency_key_missing" 400 "This call needs an Idempotency-Key"
        "Send a header Idempotency-Key with a new random value, and the same value when you try again.";
    Unauthenticated "unauthenticated" 401 "Who is calling is not certain"
        "Send Authorization: Bearer with a current session token or API key; sign in again if the session is over.";
    ScopeMissing "scope_missing" 403 "The caller lacks a scope"
        "Use an API key that has the scope, or ask an admin for one.";
    RoleTooLow "role_too_low" 403 "The caller's role is too low"
        "Ask an admin to do it or to raise the role.";
    OriginNotAllowed "origin_not_allowed" 403 "Pages of this origin may not call"
        "Call from the product's own pages, or have the origin added to the configuration.";
    Csrf "csrf" 403 "The call does not show that a page of ours made it"
        "Send the csrf text of GET /v1/me as X-CSRF-Token with whatever changes something; a program sends Authorization and no cookie.";
    TenantDeleted "tenant_deleted" 403 "The tenant is being deleted"
        "An admin can still restore it within 30 days.";
    NotFound "not_found" 404 "There is nothing here, or nothing you can see"
        "Check the address and the id; ask the owner or an admin whether you should see it.";
    MethodNotAllowed "method_not_allowed" 405 "This address does not know the method"
        "Use one of the methods in the header Allow.";
    Changed "changed" 409 "Somebody else changed it in the meantime"
        "Read it again and repeat your change on what is there now.";
    AlreadyExists "already_exists" 409 "There is one already"
        "Use the one that is there, or another name.";
    WrongState "wrong_state" 409 "It is not in a state that allows this"
        "Read it, and do what its status asks for first.";
    AlreadyRunning "already_running" 409 "It is being done already"
        "Wait for the job that the header Location names, or cancel it.";
    LimitReached "limit_reached" 409 "No more of these fit"
        "Remove one that is no longer needed.";
    IdempotencyInFlight "idempotency_in_flight" 409 "The first request with this key is still at work"
        "Wait as long as Retry-After says, then send the same request with the same key.";
    IdempotencyAnswerLost "idempotency_answer_lost" 409 "It was done, and its answer was not kept"
        "Read what was made; do not send it again with another key.";
    PreconditionFailed "precondition_failed" 412 "It is no longer the version you have read"
        "Read it again, repeat your change on it, and send its new ETag as If-Match.";
    BodyTooLarge "body_too_large" 413 "The body is too large"
        "Send less at once; files go through an import.";
    UploadTooLarge "upload_too_large" 413 "The file is too large"
        "Split the file, and import the parts one after the other.";
    UnsupportedMediaType "unsupported_media_type" 415 "The body is of a kind that is not read here"
        "Send JSON with Content-Type: application/json.";
    InvalidBody "invalid_body" 422 "The body does not have the form asked for"
        "Correct the fields named in errors.";
    InvalidUpload "invalid_upload" 422 "The file cannot be read"
        "Save it again as CSV, JSON, NDJSON or XES, uncompressed or gzip, and upload that.";
    InvalidMapping "invalid_mapping" 422 "The mapping does not fit the files"
        "Correct the columns named in errors; the validation shows what each column holds.";
    IdempotencyKeyReused "idempotency_key_reused" 422 "The key was used for another request"
        "Use a new Idempotency-Key for a new request.";
    NotEnoughHistory "not_enough_history" 422 "There is too little history for an honest answer"
        "Import older deals that were won or lost, or ask about more deals at once.";
    TooLarge "too_large" 422 "One thing is larger than can be kept"
        "Shorten it.";
    PreconditionRequired "precondition_required" 428 "This call needs an If-Match"
        "Read it first and send its ETag as If-Match.";
    RateLimited "rate_limited" 429 "Too many calls"
        "Wait as long as Retry-After says; the header RateLimit shows what is left.";
    Internal "internal" 500 "Something went wrong on our side"
        "Try again; if it stays so, tell us the request_id.";
    Unavailable "unavailable" 503 "A service behind this one does not answer"
        "Try again in a moment.";
    NotReady "not_ready" 503 "The service is starting or stopping"
        "Try again in a moment.";
}

impl Code {
    /// Whether the same request may succeed later without a change.
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::RateLimited
                | Self::IdempotencyInFlight
                | Self::Unavailable
                | Self::NotReady
                | Self::Internal
        )
    }

    /// The code for a status that came without one.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            401 => Self::Unauthenticated,
            403 => Self::RoleTooLow,
            404 => Self::NotFound,
            405 => Self::MethodNotAllowed,
            409 => Self::Changed,
            412 => Self::PreconditionFailed,
            413 => Self::BodyTooLarge,
            415 => Self::UnsupportedMediaType,
            422 => Self::InvalidBody,
            428 => Self::PreconditionRequired,
            429 => Self::RateLimited,
            503 => Self::Unavailable,
            500.. => Self::Internal,
            _ => Self::InvalidParameter,
        }
    }

    /// The URI that names it.
    pub fn uri(self) -> String {
        format!("urn:pie:problem:{}", self.as_str())
    }

    /// The table as a page.
    pub fn page() -> String {
        let mut page = "# Errors of the API\n\n\
            Every error is a `application/problem+json` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)):\n\n\
            ```json\n"
            .to_owned();
        let example = crate::Problem::new(Self::InvalidBody)
            .field(
                "/expected_close",
                "wrong_type",
                "invalid type: integer `3`, expected a date",
            )
            .of_request("req_01jz0000000000000000000000");
        let _ = serde_json::to_string_pretty(&example).map(|json| page.push_str(&json));
        page.push_str(
            "\n```\n\n\
            `code` is for programs and never changes its meaning. `errors` says where: `/a/0/b` points into the\n\
            body, `?limit` is a query parameter, `{id}` a part of the path, and anything else a header.\n\
            `retryable` says whether the same request may succeed later; `remedy` says what helps. Quote\n\
            `request_id` when you ask us.\n\n\
            | status | code | what happened | what helps | retryable |\n|---|---|---|---|---|\n",
        );
        for code in Self::ALL {
            let retryable = if code.is_retryable() { "yes" } else { "" };
            let _ = writeln!(
                page,
                "| {} | `{code}` | {} | {} | {retryable} |",
                code.status().as_u16(),
                code.title(),
                code.remedy()
            );
        }
        page
    }
}

/// The derive does not see through the macro to the words.
impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .description(Some(
                "What went wrong, for programs. Codes are added and never change their meaning.",
            ))
            .enum_values(Some(Self::ALL.iter().map(|code| code.as_str())))
            .into()
    }
}

impl ToSchema for Code {}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_is_a_word_of_its_own_with_a_status_a_title_and_a_remedy() {
        let words: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(
                code.as_str()
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'_'),
                "{code}"
            );
            assert!((400..600).contains(&code.status().as_u16()), "{code}");
            assert!(
                !code.title().ends_with('.') && code.remedy().ends_with('.'),
                "{code}"
            );
            let json = serde_json::to_string(code).unwrap();
            assert_eq!(json, format!("\"{code}\""));
            assert_eq!(serde_json::from_str::<Code>(&json).unwrap(), *code);
        }
        assert!(
            Code::ALL.is_sorted_by_key(|code| code.status().as_u16()),
            "the page reads by status"
        );
    }

    #[test]
    fn a_server_error_that_may_pass_is_retryable_and_a_callers_is_not() {
        for code in Code::ALL {
            let theirs = code.status().is_client_error();
            let waits = [Code::RateLimited, Code::IdempotencyInFlight].contains(code);
            assert_eq!(code.is_retryable(), !theirs || waits, "{code}");
        }
    }

    #[test]
    fn a_bare_status_finds_a_code_of_that_status() {
        for status in [
            401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429, 500, 503,
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(Code::of_status(status).status(), status);
        }
    }

    #[test]
    fn the_page_has_a_row_for_every_code() {
        let page = Code::page();
        for code in Code::ALL {
            let row = format!("| {} | `{code}` |", code.status().as_u16());
            assert!(page.contains(&row), "{row}");
        }
        assert!(page.contains("\"pointer\": \"/expected_close\""), "{page}");
    }
}
