//! A request to a source, and its answer, as data.

use crate::json::Value;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// What is done at an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    #[default]
    Get,
    /// Sends a body; a search, for most sources.
    Post,
    /// Takes away what we made, such as a job.
    Delete,
}

impl Method {
    /// Its name in HTTP.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// A request to a source, without its host and without its token: the driver knows both.
///
/// ```
/// use connector::Request;
///
/// let request = Request::get("/v1/invoices").query("limit", "100").query("created[gte]", "7");
/// assert_eq!(request.path, "/v1/invoices?limit=100&created%5Bgte%5D=7");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// What is done.
    pub method: Method,
    /// Path and query, beginning with a slash.
    pub path: String,
    /// A JSON body.
    pub body: Option<serde_json::Value>,
    /// Headers of this request alone.
    pub headers: Vec<(String, String)>,
    /// Which of the connector's limits it counts against; empty is the ordinary one.
    pub lane: String,
    /// What it costs in the source's own budget, such as tokens a day.
    pub cost: u32,
}

impl Request {
    /// A read.
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            cost: 1,
            ..Self::default()
        }
    }

    /// A read of one thing under an address, by its id, which somebody else wrote.
    pub fn one(under: &str, id: &str) -> Self {
        let mut path = format!("{under}/");
        encode(&mut path, id);
        Self::get(path)
    }

    /// A request with a JSON body.
    pub fn post(path: impl Into<String>, body: serde_json::Value) -> Self {
        Self {
            method: Method::Post,
            body: Some(body),
            ..Self::get(path)
        }
    }

    /// The end of something we made.
    pub fn delete(path: impl Into<String>) -> Self {
        Self {
            method: Method::Delete,
            ..Self::get(path)
        }
    }

    /// With a parameter of the query.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.path
            .push(if self.path.contains('?') { '&' } else { '?' });
        encode(&mut self.path, name);
        self.path.push('=');
        encode(&mut self.path, value.as_ref());
        self
    }

    /// With a parameter, if there is a value for it.
    #[must_use]
    pub fn maybe(self, name: &str, value: Option<impl AsRef<str>>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Counting against another limit than the ordinary one.
    #[must_use]
    pub fn lane(mut self, lane: &str) -> Self {
        lane.clone_into(&mut self.lane);
        self
    }

    /// At another price than one.
    #[must_use]
    pub fn cost(mut self, cost: u32) -> Self {
        self.cost = cost;
        self
    }
}

/// Writes a text so that it may stand in a path or a query.
pub fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            // A string never refuses what is written to it.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
}

/// What a source answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as it came, unpacked.
    pub text: String,
    /// The body as JSON; null where it is none.
    pub json: Value,
}

impl Response {
    /// An answer with a body, read as JSON where it is.
    pub fn new(status: u16, headers: Vec<(String, String)>, text: String) -> Self {
        let json = text.parse().unwrap_or_default();
        Self {
            status,
            headers,
            text,
            json,
        }
    }

    /// A header's value, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A header that is a whole number, by its name in lower case.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.header(name)?.trim().parse().ok()
    }

    /// Whether the status says that it went well.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A text of the body, by its JSON pointer.
    pub fn str(&self, pointer: &str) -> Option<&str> {
        self.json.pointer(pointer)?.as_str()
    }
}
