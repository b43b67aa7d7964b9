//! How the vendor says no: a list with one error in it, and a status.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

/// One error, as it goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<String>,
    ) -> Refusal {
        Refusal {
            status,
            code,
            message: message.into(),
        }
    }

    pub(super) fn bad_request(code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(super) fn malformed(message: impl Into<String>) -> Refusal {
        Refusal::bad_request("MALFORMED_QUERY", message)
    }

    /// What is asked for does not exist.
    pub(super) fn not_found() -> Refusal {
        Refusal::new(
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            "The requested resource does not exist",
        )
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = serde_json::json!([{ "message": self.message, "errorCode": self.code }]);
        (
            self.status,
            [(header::CONTENT_TYPE, "application/json;charset=UTF-8")],
            body.to_string(),
        )
            .into_response()
    }
}
