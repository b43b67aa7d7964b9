//! Objects: put under a condition, get whole or in part, list, delete.

mod bucket;
mod list;

use crate::clock::Clock;
use crate::disk::Durability;
use crate::service::Service;
use crate::wire::{self, Answer, Ask, Refusal, percent_decoded, xml_escaped};
use bucket::{Bucket, Object};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use parking_lot::RwLock;
use quick_xml::events::Event;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const KEY_LIMIT: usize = 1024;
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// Headers of a put that a get gives back, beside `x-amz-meta-*`.
const KEPT: [&str; 6] = [
    "content-type",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
];

pub(crate) struct S3 {
    clock: Clock,
    folder: Option<PathBuf>,
    durability: Durability,
    buckets: RwLock<BTreeMap<String, Arc<Bucket>>>,
}

impl S3 {
    pub(crate) fn in_memory(clock: &Clock) -> Self {
        let buckets = RwLock::default();
        Self {
            clock: clock.clone(),
            folder: None,
            durability: Durability::Process,
            buckets,
        }
    }

    pub(crate) fn on_disk(
        folder: &Path,
        durability: Durability,
        clock: &Clock,
    ) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut buckets = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if let Some(name) = path.file_name().and_then(|name| name.to_str()) {
                buckets.insert(
                    name.to_owned(),
                    Arc::new(Bucket::on_disk(&path, durability)?),
                );
            }
        }
        let buckets = RwLock::new(buckets);
        Ok(Self {
            clock: clock.clone(),
            folder: Some(folder.to_owned()),
            durability,
            buckets,
        })
    }

    pub(crate) fn handle(&self, operation: &str, ask: Ask) -> Result<Answer, Refusal> {
        let path = ask.parts.uri.path();
        let (bucket, key) = path[1.min(path.len())..]
            .split_once('/')
            .unwrap_or((path.trim_start_matches('/'), ""));
        let (bucket, key) = (percent_decoded(bucket, false), percent_decoded(key, false));
        match operation {
            "ListBuckets" => return Ok(self.list_buckets()),
            "CreateBucket" => return self.create(&bucket),
            "Unknown" => {
                return Err(Refusal::not_emulated(&format!(
                    "{} {path}",
                    ask.parts.method
                )));
            }
            _ => {}
        }
        let known = self.buckets.read().get(&*bucket).cloned();
        let known = known.ok_or_else(|| {
            Refusal::new(
                404,
                "NoSuchBucket",
                format!("The specified bucket does not exist: {bucket}"),
            )
        })?;
        if key.len() > KEY_LIMIT {
            return Err(Refusal::new(400, "KeyTooLongError", "Your key is too long"));
        }
        match operation {
            "PutObject" => self.put(&known, &key, ask),
            "GetObject" | "HeadObject" => get(&known, &key, ask),
            "DeleteObject" => delete(&known, &key, ask),
            "DeleteObjects" => delete_many(&known, ask),
            "ListObjectsV2" => list::answer(&known, &bucket, ask),
            "HeadBucket" => Ok(wire::answer(200, "", "")),
            "DeleteBucket" => self.delete_bucket(&bucket, &known),
            "GetBucketLocation" => Ok(xml(&format!("<LocationConstraint xmlns=\"{NAMESPACE}\"/>"))),
            _ => Err(Refusal::not_emulated(operation)),
        }
    }

    fn list_buckets(&self) -> Answer {
        let mut body = format!("<ListAllMyBucketsResult xmlns=\"{NAMESPACE}\"><Buckets>");
        for name in self.buckets.read().keys() {
            let _ = write!(body, "<Bucket><Name>{}</Name></Bucket>", xml_escaped(name));
        }
        body.push_str("</Buckets></ListAllMyBucketsResult>");
        xml(&body)
    }

    fn create(&self, name: &str) -> Result<Answer, Refusal> {
        let plain = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.'
        };
        let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = name.as_bytes();
        if !(3..=63).contains(&bytes.len())
            || !bytes.iter().copied().all(plain)
            || !edge(bytes.first())
            || !edge(bytes.last())
        {
            let message =
                "a bucket's name has 3 to 63 lower-case letters, digits, hyphens and dots";
            return Err(Refusal::new(400, "InvalidBucketName", message));
        }
        let mut buckets = self.buckets.write();
        if buckets.contains_key(name) {
            return Err(Refusal::new(
                409,
                "BucketAlreadyOwnedByYou",
                format!("you have a bucket {name} already"),
            ));
        }
        let bucket = match &self.folder {
            None => Bucket::in_memory(),
            Some(folder) => {
                let path = folder.join(name);
                fs::create_dir(&path).map_err(Refusal::internal)?;
                Bucket::on_disk(&path, self.durability).map_err(Refusal::internal)?
            }
        };
        buckets.insert(name.to_owned(), Arc::new(bucket));
        let mut answer = wire::answer(200, "", "");
        set(&mut answer, header::LOCATION, &format!("/{name}"));
        Ok(answer)
    }

    fn delete_bucket(&self, name: &str, bucket: &Bucket) -> Result<Answer, Refusal> {
        let mut buckets = self.buckets.write();
        if !bucket.objects.read().is_empty() {
            return Err(Refusal::new(
                409,
                "BucketNotEmpty",
                "the bucket has objects; delete them first",
            ));
        }
        buckets.remove(name);
        if let Some(folder) = &self.folder {
            fs::remove_dir_all(folder.join(name)).map_err(Refusal::internal)?;
        }
        Ok(wire::answer(204, "", ""))
    }

    fn put(&self, bucket: &Bucket, key: &str, ask: Ask) -> Result<Answer, Refusal> {
        let condition = Condition::of(ask)?;
        let body = body_of(ask)?;
        if let Some(expected) = ask.header("content-md5")
            && expected != wire::base64(&<md5::Md5 as md5::Digest>::digest(&body))
        {
            return Err(Refusal::new(
                400,
                "BadDigest",
                "the Content-MD5 you gave is not the body's",
            ));
        }
        let object = Object {
            etag: format!("\"{}\"", wire::md5_hex(&body)),
            size: body.len() as u64,
            modified_ms: self.clock.now_ms(),
            headers: kept_headers(ask),
        };
        let etag = object.etag.clone();
        bucket.put(key, object, &body, |known| condition.check(known))?;
        let mut answer = wire::answer(200, "", "");
        set(&mut answer, header::ETAG, &etag);
        Ok(answer)
    }
}

/// What a write asks of the object that is there.
enum Condition {
    None,
    Absent,
    Is(String),
}

impl Condition {
    fn of(ask: Ask) -> Result<Self, Refusal> {
        match (ask.header("if-none-match"), ask.header("if-match")) {
            (None, None) => Ok(Self::None),
            (Some("*"), None) => Ok(Self::Absent),
            (None, Some(etag)) => Ok(Self::Is(etag.to_owned())),
            _ => Err(Refusal::not_emulated(
                "a write with this combination of If-Match and If-None-Match",
            )),
        }
    }

    fn check(&self, known: Option<&Object>) -> Result<(), Refusal> {
        match (self, known) {
            (Self::None, _) | (Self::Absent, None) => Ok(()),
            (Self::Is(_), None) => Err(no_such_key()),
            (Self::Is(wanted), Some(object)) if matches(wanted, &object.etag) => Ok(()),
            (Self::Absent | Self::Is(_), Some(_)) => Err(precondition_failed()),
        }
    }
}

fn get(bucket: &Bucket, key: &str, ask: Ask) -> Result<Answer, Refusal> {
    let (object, content) = bucket.open(key)?.ok_or_else(no_such_key)?;
    if ask
        .header("if-match")
        .is_some_and(|wanted| !matches(wanted, &object.etag))
    {
        return Err(precondition_failed());
    }
    if ask
        .header("if-none-match")
        .is_some_and(|known| matches(known, &object.etag))
    {
        let mut answer = wire::answer(304, "", "");
        set(&mut answer, header::ETAG, &object.etag);
        return Ok(answer);
    }
    let range = ask
        .header("range")
        .and_then(|range| range_of(range, object.size))
        .transpose()?;
    let (from, to) = range.unwrap_or((0, object.size));
    let body = if ask.parts.method == http::Method::HEAD {
        Bytes::new()
    } else {
        content.read(from, to)?
    };
    let mut answer = wire::answer(200, "", body);
    for (name, value) in &object.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            answer.headers_mut().insert(name, value);
        }
    }
    // A presigned link may say how the browser is to take it.
    for (name, value) in ask.query() {
        if let Some(name) = name.strip_prefix("response-")
            && let (Ok(name), Ok(value)) =
                (HeaderName::try_from(name), HeaderValue::from_str(&value))
        {
            answer.headers_mut().insert(name, value);
        }
    }
    set(&mut answer, header::ETAG, &object.etag);
    set(
        &mut answer,
        header::LAST_MODIFIED,
        &http_date(object.modified_ms),
    );
    set(&mut answer, header::ACCEPT_RANGES, "bytes");
    set(
        &mut answer,
        header::CONTENT_LENGTH,
        &(to - from).to_string(),
    );
    if range.is_some() {
        *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
        set(
            &mut answer,
            header::CONTENT_RANGE,
            &format!("bytes {from}-{}/{}", to - 1, object.size),
        );
    }
    Ok(answer)
}

fn delete(bucket: &Bucket, key: &str, ask: Ask) -> Result<Answer, Refusal> {
    let condition = Condition::of(ask)?;
    bucket.delete(key, |known| condition.check(known))?;
    Ok(wire::answer(204, "", ""))
}

fn delete_many(bucket: &Bucket, ask: Ask) -> Result<Answer, Refusal> {
    let (keys, quiet) = keys_to_delete(ask.body).ok_or_else(|| {
        Refusal::new(
            400,
            "MalformedXML",
            "The XML you provided was not well-formed",
        )
    })?;
    if keys.len() > 1000 {
        return Err(Refusal::new(
            400,
            "MalformedXML",
            "at most 1,000 keys are deleted at once",
        ));
    }
    let mut body = format!("<DeleteResult xmlns=\"{NAMESPACE}\">");
    for key in &keys {
        bucket.delete(key, |_| Ok(()))?;
        if !quiet {
            let _ = write!(body, "<Deleted><Key>{}</Key></Deleted>", xml_escaped(key));
        }
    }
    body.push_str("</DeleteResult>");
    Ok(xml(&body))
}

/// The keys of `<Delete><Object><Key>…`, and whether nothing is to be said about those that went well.
fn keys_to_delete(body: &[u8]) -> Option<(Vec<String>, bool)> {
    let text = std::str::from_utf8(body).ok()?;
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut keys, mut quiet) = (Vec::new(), false);
    let mut inside: Option<String> = None;
    loop {
        match reader.read_event().ok()? {
            Event::Eof => return Some((keys, quiet)),
            Event::Start(tag) if matches!(tag.local_name().as_ref(), "Key" | "Quiet") => {
                inside = Some(String::new());
            }
            Event::Text(part) => {
                if let Some(text) = &mut inside {
                    text.push_str(&part);
                }
            }
            Event::GeneralRef(part) => {
                if let Some(text) = &mut inside {
                    let letter = match part.resolve_char_ref().ok()? {
                        Some(letter) => letter,
                        None => named_letter(&part)?,
                    };
                    text.push(letter);
                }
            }
            Event::End(tag) => match (tag.local_name().as_ref(), inside.take()) {
                ("Key", Some(key)) => keys.push(key),
                ("Quiet", Some(text)) => quiet = text.trim() == "true",
                _ => {}
            },
            _ => {}
        }
    }
}

fn named_letter(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// The body as it was meant: a streamed one comes in chunks with their lengths before and checksums after.
fn body_of(ask: Ask) -> Result<Cow<[u8]>, Refusal> {
    let chunked = |value: &str| value.split(',').any(|part| part.trim() == "aws-chunked");
    let streaming = ask
        .header("x-amz-content-sha256")
        .is_some_and(|value| value.starts_with("STREAMING-"));
    if !streaming && !ask.header("content-encoding").is_some_and(chunked) {
        return Ok(Cow::Borrowed(ask.body));
    }
    let broken = || {
        Refusal::new(
            400,
            "IncompleteBody",
            "the aws-chunked body ends too early or has no lengths",
        )
    };
    let mut rest = ask.body;
    let mut body = Vec::with_capacity(rest.len());
    loop {
        let end = rest
            .windows(2)
            .position(|pair| pair == b"\r\n")
            .ok_or_else(broken)?;
        let line = std::str::from_utf8(&rest[..end]).map_err(|_| broken())?;
        let length = line.split(';').next().unwrap_or("");
        let length = usize::from_str_radix(length, 16).map_err(|_| broken())?;
        rest = &rest[end + 2..];
        if length == 0 {
            return Ok(Cow::Owned(body));
        }
        body.extend_from_slice(rest.get(..length).ok_or_else(broken)?);
        rest = rest.get(length + 2..).ok_or_else(broken)?;
    }
}

fn kept_headers(ask: Ask) -> Vec<(String, String)> {
    let mut kept: Vec<_> = ask
        .parts
        .headers
        .iter()
        .filter(|(name, _)| {
            KEPT.contains(&name.as_str()) || name.as_str().starts_with("x-amz-meta-")
        })
        .filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        })
        .collect();
    for (name, value) in &mut kept {
        if name == "content-encoding" {
            let parts = value
                .split(',')
                .map(str::trim)
                .filter(|part| *part != "aws-chunked");
            *value = parts.collect::<Vec<_>>().join(",");
        }
    }
    kept.retain(|(_, value)| !value.is_empty());
    if !kept.iter().any(|(name, _)| name == "content-type") {
        kept.push((
            "content-type".to_owned(),
            "application/octet-stream".to_owned(),
        ));
    }
    kept
}

/// `bytes=2-5`, `bytes=2-`, `bytes=-5` as first and one past last. `None` for what S3 takes as no range at all.
fn range_of(range: &str, size: u64) -> Option<Result<(u64, u64), Refusal>> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (from, to) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(from), Ok(last)) if from <= last => (from, size.min(last.saturating_add(1))),
        (Ok(from), Err(_)) if last.is_empty() => (from, size),
        (Err(_), Ok(count)) if first.is_empty() => (size.saturating_sub(count), size),
        _ => return None,
    };
    if from >= to {
        return Some(Err(Refusal::new(
            416,
            "InvalidRange",
            "The requested range is not satisfiable",
        )));
    }
    Some(Ok((from, to)))
}

/// Whether a condition names this tag; `*` names every.
fn matches(wanted: &str, etag: &str) -> bool {
    wanted
        .split(',')
        .map(str::trim)
        .any(|wanted| wanted == "*" || wanted.trim_matches('"') == etag.trim_matches('"'))
}

fn no_such_key() -> Refusal {
    Refusal::new(404, "NoSuchKey", "The specified key does not exist.")
}

fn precondition_failed() -> Refusal {
    Refusal::new(
        412,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
    )
}

fn xml(body: &str) -> Answer {
    wire::answer(
        200,
        Service::S3.content_type(),
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}"),
    )
}

fn set(answer: &mut Answer, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn http_date(ms: i64) -> String {
    DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&timestamp(ms))
        .unwrap_or_default()
}
