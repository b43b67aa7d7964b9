//! The services, and how each is recognised on the wire.

use crate::wire::Refusal;
use http::HeaderValue;
use http::request::Parts;
use std::fmt;

/// A service that is answered in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Tables.
    DynamoDb,
    /// Objects.
    S3,
    /// Queues.
    Sqs,
    /// Keys.
    Kms,
    /// Secrets.
    SecretsManager,
    /// Mail.
    Ses,
}

impl Service {
    pub(crate) const ALL: [Self; 6] = [
        Self::DynamoDb,
        Self::S3,
        Self::Sqs,
        Self::Kms,
        Self::SecretsManager,
        Self::Ses,
    ];

    /// Its short name, as in a request's signature.
    pub fn name(self) -> &'static str {
        match self {
            Self::DynamoDb => "dynamodb",
            Self::S3 => "s3",
            Self::Sqs => "sqs",
            Self::Kms => "kms",
            Self::SecretsManager => "secretsmanager",
            Self::Ses => "ses",
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::DynamoDb | Self::Sqs => "application/x-amz-json-1.0",
            Self::Kms | Self::SecretsManager => "application/x-amz-json-1.1",
            Self::Ses => "application/json",
            Self::S3 => "application/xml",
        }
    }

    pub(crate) fn error_namespace(self) -> &'static str {
        match self {
            Self::DynamoDb => "com.amazonaws.dynamodb.v20120810#",
            Self::Sqs => "com.amazonaws.sqs#",
            _ => "",
        }
    }

    /// The older name of an SQS error, which clients that grew up on the query protocol look for.
    pub(crate) fn error_header(self, code: &str, status: u16) -> Option<HeaderValue> {
        if self != Self::Sqs {
            return None;
        }
        let older = match code {
            "QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue",
            "QueueNameExists" => "QueueAlreadyExists",
            "InvalidParameterValueException" => "InvalidParameterValue",
            "ReceiptHandleIsInvalid"
            | "InvalidMessageContents"
            | "OverLimit"
            | "RequestThrottled"
            | "InternalError" => code,
            _ => {
                return HeaderValue::from_str(&format!("AWS.SimpleQueueService.{code};Sender"))
                    .ok();
            }
        };
        let who = if status >= 500 { "Receiver" } else { "Sender" };
        HeaderValue::from_str(&format!("{older};{who}")).ok()
    }

    pub(crate) fn throttled(self) -> Refusal {
        let (status, code) = match self {
            Self::DynamoDb => (400, "ProvisionedThroughputExceededException"),
            Self::S3 => (503, "SlowDown"),
            Self::Sqs => (403, "RequestThrottled"),
            Self::Kms | Self::SecretsManager => (400, "ThrottlingException"),
            Self::Ses => (429, "TooManyRequestsException"),
        };
        Refusal::new(status, code, "an injected fault: too many requests")
    }

    pub(crate) fn unavailable(self) -> Refusal {
        let code = match self {
            Self::DynamoDb => "InternalServerError",
            Self::S3 | Self::Sqs => "InternalError",
            Self::Kms => "KMSInternalException",
            Self::SecretsManager => "InternalServiceError",
            Self::Ses => "InternalServiceErrorException",
        };
        Refusal::new(500, code, "an injected fault: unavailable")
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Who is meant, and what is asked of it.
///
/// JSON services name both in `x-amz-target`; SES has its path; what is left is S3, where method and path tell.
pub(crate) fn route(parts: &Parts) -> Result<(Service, &str), Refusal> {
    if let Some(target) = parts.headers.get("x-amz-target") {
        let target = target.to_str().unwrap_or("");
        let (prefix, operation) = target.rsplit_once('.').unwrap_or((target, ""));
        let service = match prefix {
            "DynamoDB_20120810" | "DynamoDBStreams_20120810" => Service::DynamoDb,
            "AmazonSQS" => Service::Sqs,
            "TrentService" => Service::Kms,
            "secretsmanager" => Service::SecretsManager,
            _ => return Err(Refusal::not_emulated(target)),
        };
        return Ok((service, operation));
    }
    let path = parts.uri.path();
    if let Some(rest) = path.strip_prefix("/v2/email/") {
        let operation = match (parts.method.as_str(), rest) {
            ("POST", "outbound-emails") => "SendEmail",
            _ => "Unknown",
        };
        return Ok((Service::Ses, operation));
    }
    Ok((Service::S3, s3_operation(parts)))
}

fn s3_operation(parts: &Parts) -> &'static str {
    let query = parts.uri.query().unwrap_or("");
    let asks = |name: &str| {
        query
            .split('&')
            .any(|pair| pair.split('=').next() == Some(name))
    };
    let path = parts.uri.path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let method = parts.method.as_str();
    // A sub-resource such as `?acl` or `?tagging` is another operation on the same path.
    let elsewhere = [
        "attributes",
        "select",
        "retention",
        "legal-hold",
        "acl",
        "tagging",
        "versioning",
        "lifecycle",
        "cors",
        "policy",
        "uploads",
        "uploadId",
        "versions",
    ];
    if elsewhere.iter().any(|name| asks(name)) || parts.headers.contains_key("x-amz-copy-source") {
        return "Unknown";
    }
    match (method, bucket.is_empty(), key.is_empty()) {
        ("GET", true, _) => "ListBuckets",
        ("PUT", false, true) => "CreateBucket",
        ("HEAD", false, true) => "HeadBucket",
        ("DELETE", false, true) => "DeleteBucket",
        ("GET", false, true) if query.contains("list-type=2") => "ListObjectsV2",
        ("GET", false, true) if asks("location") => "GetBucketLocation",
        ("POST", false, true) if asks("delete") => "DeleteObjects",
        ("PUT", false, false) => "PutObject",
        ("GET", false, false) => "GetObject",
        ("HEAD", false, false) => "HeadObject",
        ("DELETE", false, false) => "DeleteObject",
        _ => "Unknown",
    }
}
