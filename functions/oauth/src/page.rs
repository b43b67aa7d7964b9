//! The few pages people see here: plain HTML, without script.

use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use http::{HeaderValue, StatusCode};
use std::fmt::Write as _;

/// A page with a title, a sentence and, where there is something to press, a form.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) title: String,
    pub(crate) text: String,
    /// Hidden fields and the label of the button.
    pub(crate) form: Option<(Vec<(&'static str, String)>, &'static str)>,
    /// Where to go on, and what the link says.
    pub(crate) link: Option<(String, &'static str)>,
}

impl Page {
    pub(crate) fn new(
        status: StatusCode,
        title: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self {
            status,
            title: title.into(),
            text: text.into(),
            form: None,
            link: None,
        }
    }

    /// Something went wrong that beginning again mends.
    pub(crate) fn again(title: &str, text: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, title, text)
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let mut more = String::new();
        if let Some((fields, label)) = &self.form {
            more.push_str("<form method=\"post\">");
            for (name, value) in fields {
                let value = escape(value);
                let _ = write!(
                    more,
                    "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"
                );
            }
            let _ = write!(more, "<button>{label}</button></form>");
        }
        if let Some((url, label)) = &self.link {
            let _ = write!(more, "<p><a href=\"{}\">{label}</a></p>", escape(url));
        }
        let (title, text) = (escape(&self.title), escape(&self.text));
        let html = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{title} · Pie</title></head>\
             <body><main><h1>{title}</h1><p>{text}</p>{more}</main></body></html>"
        );
        let mut response = (self.status, Html(html)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(
                "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
            ),
        );
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // The address of this page holds a code, so nobody else is told it. A form has to say where it
        // comes from, though: a browser that may not says `Origin: null`, and that is nobody's page.
        let referrer = if self.form.is_some() {
            "same-origin"
        } else {
            "no-referrer"
        };
        headers.insert(REFERRER_POLICY, HeaderValue::from_static(referrer));
        response
    }
}
