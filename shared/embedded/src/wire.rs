//! What every service says over HTTP: the request as it came, an answer, a refusal.

use crate::service::Service;
use base64::Engine as _;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use md5::{Digest as _, Md5};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::fmt::Write as _;

pub(crate) type Answer = Response<Bytes>;

/// A request with its body in memory.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) parts: &'a Parts,
    pub(crate) body: &'a [u8],
}

impl<'a> Ask<'a> {
    pub(crate) fn header(&self, name: &str) -> Option<&'a str> {
        self.parts.headers.get(name)?.to_str().ok()
    }

    /// The pairs of the query, decoded.
    pub(crate) fn query(&self) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> + use<'a> {
        self.parts
            .uri
            .query()
            .unwrap_or("")
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (percent_decoded(name, true), percent_decoded(value, true))
            })
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<Cow<'a, str>> {
        self.query()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        let body = if self.body.is_empty() {
            b"{}"
        } else {
            self.body
        };
        serde_json::from_slice(body).map_err(|error| {
            Refusal::new(
                400,
                "SerializationException",
                format!("cannot read the request: {error}"),
            )
        })
    }
}

/// A service says no.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(
        status: u16,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
        }
    }

    /// The operation exists at AWS and not here.
    pub(crate) fn not_emulated(operation: &str) -> Self {
        let message =
            format!("{operation} is not emulated here; docs/guides/embedded-aws.md lists what is");
        Self::new(501, "NotImplemented", message)
    }

    /// The disk, or something else under us, failed.
    pub(crate) fn internal(error: impl std::fmt::Display) -> Self {
        tracing::error!("The embedded AWS cannot keep its data: {error}");
        Self::new(500, "InternalError", error.to_string())
    }

    pub(crate) fn into_answer(self, service: Service) -> Answer {
        let Self {
            status,
            code,
            message,
        } = self;
        let body = if service == Service::S3 {
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message></Error>",
                xml_escaped(&code),
                xml_escaped(&message)
            )
        } else {
            let kind = format!("{}{code}", service.error_namespace());
            serde_json::json!({ "__type": kind, "message": message }).to_string()
        };
        let mut answer = answer(status, service.content_type(), body);
        let headers = answer.headers_mut();
        if let Some(value) = service.error_header(&code, status) {
            headers.insert(HeaderName::from_static("x-amzn-query-error"), value);
        }
        answer
    }
}

pub(crate) fn answer(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(body.into());
    *answer.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if !content_type.is_empty() {
        answer.headers_mut().insert(
            http::header::CONTENT_TYPE,
            HeaderValue::from_static(content_type),
        );
    }
    answer
}

pub(crate) fn json(service: Service, value: &impl Serialize) -> Result<Answer, Refusal> {
    let body = serde_json::to_vec(value).map_err(Refusal::internal)?;
    Ok(answer(200, service.content_type(), body))
}

/// `%41` read back; `+` is a space in a query only.
pub(crate) fn percent_decoded(text: &str, plus_is_space: bool) -> Cow<'_, str> {
    let encoded = text.contains('%') || (plus_is_space && text.contains('+'));
    if !encoded {
        return Cow::Borrowed(text);
    }
    let mut rest = text.as_bytes();
    let mut out = Vec::with_capacity(text.len());
    while let [byte, after @ ..] = rest {
        rest = after;
        let pair = after
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        match (
            byte,
            pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()),
        ) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                rest = &after[2..];
            }
            (b'+', _) if plus_is_space => out.push(b' '),
            _ => out.push(*byte),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

pub(crate) fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

pub(crate) fn xml_escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A reader folds line ends, so they are written as numbers.
            '\r' | '\n' | '\t' => {
                let _ = write!(out, "&#{};", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
    out
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
}

pub(crate) fn md5_hex(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

/// Bytes for keys, nonces and ids.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Refusal> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(Refusal::internal)?;
    Ok(bytes)
}

pub(crate) fn random_id() -> Result<String, Refusal> {
    Ok(uuid::Builder::from_random_bytes(random()?)
        .into_uuid()
        .to_string())
}
