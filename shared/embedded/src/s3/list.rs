//! A page of keys.

use super::bucket::Bucket;
use super::{NAMESPACE, timestamp, xml};
use crate::wire::{Answer, Ask, Refusal, percent_encoded, xml_escaped};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt::Write as _;
use std::ops::Bound;

const PAGE_LIMIT: usize = 1000;

/// The keys that begin with a prefix; those that share a part up to the delimiter are told once, as that part.
pub(crate) fn answer(bucket: &Bucket, name: &str, ask: Ask) -> Result<Answer, Refusal> {
    let prefix = ask.parameter("prefix").unwrap_or_default();
    let delimiter = ask
        .parameter("delimiter")
        .filter(|delimiter| !delimiter.is_empty());
    let limit = match ask.parameter("max-keys") {
        Some(text) => text.parse::<usize>().map_err(|_| {
            Refusal::new(
                400,
                "InvalidArgument",
                "max-keys is a number from 0 to 1,000",
            )
        })?,
        None => PAGE_LIMIT,
    };
    let limit = limit.min(PAGE_LIMIT);
    let written = |key: &str| match ask.parameter("encoding-type") {
        Some(_) => percent_encoded(key),
        None => xml_escaped(key),
    };
    let token = ask.parameter("continuation-token");
    let mut after = match &token {
        Some(token) => Some(read_token(token)?),
        None => ask
            .parameter("start-after")
            .map(|key| After::Key(key.into_owned())),
    };

    let objects = bucket.objects.read();
    let (mut contents, mut prefixes, mut count, mut truncated) =
        (String::new(), String::new(), 0, false);
    let start = match &after {
        Some(After::Key(key)) if **key >= *prefix => Bound::Excluded(key.as_str()),
        Some(After::Folder(folder)) if **folder >= *prefix => Bound::Included(folder.as_str()),
        _ => Bound::Included(&*prefix),
    };
    let mut folder_told = match &after {
        Some(After::Folder(folder)) => Some(folder.clone()),
        _ => None,
    };
    for (key, (object, _)) in objects.range::<str, _>((start, Bound::Unbounded)) {
        if !key.starts_with(&*prefix) {
            break;
        }
        if folder_told
            .as_ref()
            .is_some_and(|folder| key.starts_with(folder.as_str()))
        {
            continue;
        }
        if count == limit {
            truncated = limit > 0;
            break;
        }
        count += 1;
        let cut = delimiter.as_ref().and_then(|delimiter| {
            let found = key[prefix.len()..].find(&**delimiter)?;
            Some(prefix.len() + found + delimiter.len())
        });
        if let Some(cut) = cut {
            let folder = key[..cut].to_owned();
            let _ = write!(
                prefixes,
                "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>",
                written(&folder)
            );
            after = Some(After::Folder(folder.clone()));
            folder_told = Some(folder);
            continue;
        }
        let _ = write!(
            contents,
            "<Contents><Key>{}</Key><LastModified>{}</LastModified><ETag>{}</ETag><Size>{}</Size>\
             <StorageClass>STANDARD</StorageClass></Contents>",
            written(key),
            timestamp(object.modified_ms),
            xml_escaped(&object.etag),
            object.size
        );
        after = Some(After::Key(key.clone()));
    }
    let mut body = format!(
        "<ListBucketResult xmlns=\"{NAMESPACE}\"><Name>{}</Name><Prefix>{}</Prefix><KeyCount>{count}</KeyCount>\
         <MaxKeys>{limit}</MaxKeys><IsTruncated>{truncated}</IsTruncated>",
        xml_escaped(name),
        written(&prefix),
    );
    let mut element = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = write!(body, "<{name}>{value}</{name}>");
        }
    };
    element("Delimiter", delimiter.as_deref().map(written));
    element(
        "EncodingType",
        ask.parameter("encoding-type").map(|_| "url".to_owned()),
    );
    element("ContinuationToken", token.as_deref().map(xml_escaped));
    element(
        "NextContinuationToken",
        after.filter(|_| truncated).map(|after| after.token()),
    );
    body.push_str(&contents);
    body.push_str(&prefixes);
    body.push_str("</ListBucketResult>");
    Ok(xml(&body))
}

/// Where the last page ended.
enum After {
    Key(String),
    Folder(String),
}

impl After {
    fn token(&self) -> String {
        let (kind, text) = match self {
            Self::Key(key) => ('k', key),
            Self::Folder(folder) => ('f', folder),
        };
        URL_SAFE_NO_PAD.encode(format!("{kind}{text}"))
    }
}

fn read_token(token: &str) -> Result<After, Refusal> {
    let text = URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    match text.as_deref().and_then(|text| text.split_at_checked(1)) {
        Some(("k", key)) => Ok(After::Key(key.to_owned())),
        Some(("f", folder)) => Ok(After::Folder(folder.to_owned())),
        _ => Err(Refusal::new(
            400,
            "InvalidArgument",
            "The continuation token provided is incorrect",
        )),
    }
}
