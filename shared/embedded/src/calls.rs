//! Who asked for what, in the words of a policy.
//!
//! Where `PIE_CALLS` names a folder, each process writes there, once each, what programs that give their name asked
//! for: the action, the resource and the leading keys, as IAM would look at them. Policies can be held against it.
//! Ids are left out, so the lines are few and say nothing about anybody.

use crate::service::Service;
use crate::wire::Ask;
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::OnceLock;

/// A word of a key up to this length is a kind of row; a longer one is an id.
const LONGEST_KIND: usize = 8;

/// The lines of this process.
pub(crate) struct Log {
    file: Mutex<File>,
    seen: Mutex<BTreeSet<Line>>,
}

/// What a policy has to allow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Line {
    /// Who asked, by its name in the user agent.
    caller: String,
    /// `dynamodb:PutItem`
    action: &'static str,
    /// `table/pie`, `pie/*/books/*`, `pie-sync`
    resource: String,
    /// The leading key of a row, or the prefix of a listing: `T#*#J`, `*/books/*`.
    keys: Option<String>,
}

impl Log {
    /// The log of this process, where the environment asks for one.
    pub(crate) fn here() -> Option<&'static Self> {
        static LOG: OnceLock<Option<Log>> = OnceLock::new();
        LOG.get_or_init(|| {
            #[expect(
                clippy::disallowed_methods,
                reason = "the one place where the embedded AWS reads the environment"
            )]
            let folder = std::env::var_os("PIE_CALLS").filter(|folder| !folder.is_empty())?;
            let opened = Self::open(Path::new(&folder));
            let failed = |error| tracing::error!("Cannot write down calls in PIE_CALLS: {error}");
            opened.map_err(failed).ok()
        })
        .as_ref()
    }

    fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let name = format!("{}.ndjson", std::process::id());
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder.join(name))?;
        Ok(Self {
            file: Mutex::new(file),
            seen: Mutex::default(),
        })
    }

    /// Writes down a request of a program that gives its name.
    pub(crate) fn note(&self, service: Service, operation: &str, ask: Ask) {
        self.write(ask, needs(service, operation, ask));
    }

    /// Writes down that a request asked for an object that is not there: only who may list the bucket hears so, and
    /// others that access is denied.
    pub(crate) fn note_absent(&self, ask: Ask) {
        let (bucket, key) = object_of(ask);
        let need = Need::of("s3:ListBucket", bucket).keys(without_ids(key));
        self.write(ask, vec![need]);
    }

    fn write(&self, ask: Ask, needs: Vec<Need>) {
        let Some(caller) = caller(ask) else { return };
        for need in needs {
            let line = Line {
                caller: caller.to_owned(),
                action: need.action,
                resource: need.resource,
                keys: need.keys,
            };
            if !self.seen.lock().insert(line.clone()) {
                continue;
            }
            let text = serde_json::to_string(&line).unwrap_or_default() + "\n";
            // In one piece, because the process may be killed.
            if let Err(error) = self.file.lock().write_all(text.as_bytes()) {
                tracing::error!("Cannot write down a call in PIE_CALLS: {error}");
            }
        }
    }
}

/// The name a program gives itself, as the SDK's `AppName` does.
fn caller(ask: Ask<'_>) -> Option<&str> {
    ["x-amz-user-agent", "user-agent"]
        .into_iter()
        .filter_map(|name| ask.header(name))
        .flat_map(|agent| agent.split(' '))
        .find_map(|word| word.strip_prefix("app/"))
}

/// A permission that a request takes.
#[derive(Debug, PartialEq)]
struct Need {
    action: &'static str,
    resource: String,
    keys: Option<String>,
}

impl Need {
    fn of(action: &'static str, resource: impl Into<String>) -> Self {
        Self {
            action,
            resource: resource.into(),
            keys: None,
        }
    }

    fn keys(self, keys: String) -> Self {
        let keys = Some(keys);
        Self { keys, ..self }
    }
}

/// What a request takes. What is missing here is named as such, so that no policy seems to allow it.
fn needs(service: Service, operation: &str, ask: Ask) -> Vec<Need> {
    if service == Service::S3 {
        return objects(operation, ask);
    }
    let body: Value = serde_json::from_slice(ask.body).unwrap_or_default();
    let text = |name: &str| body[name].as_str().unwrap_or("*");
    let one = |action, resource: &str| vec![Need::of(action, resource)];
    match (service, operation) {
        (Service::DynamoDb, _) => rows(operation, &body),
        (Service::Sqs, "SendMessage" | "SendMessageBatch") => {
            one("sqs:SendMessage", last_part(text("QueueUrl")))
        }
        (Service::Sqs, "ReceiveMessage") => one("sqs:ReceiveMessage", last_part(text("QueueUrl"))),
        (Service::Sqs, "DeleteMessage" | "DeleteMessageBatch") => {
            one("sqs:DeleteMessage", last_part(text("QueueUrl")))
        }
        (Service::Sqs, "ChangeMessageVisibility" | "ChangeMessageVisibilityBatch") => {
            one("sqs:ChangeMessageVisibility", last_part(text("QueueUrl")))
        }
        (Service::Sqs, "GetQueueAttributes") => {
            one("sqs:GetQueueAttributes", last_part(text("QueueUrl")))
        }
        (Service::Kms, _) => {
            let action = match operation {
                "Encrypt" => "kms:Encrypt",
                "Decrypt" => "kms:Decrypt",
                "GenerateDataKey" => "kms:GenerateDataKey",
                "GenerateDataKeyWithoutPlaintext" => "kms:GenerateDataKeyWithoutPlaintext",
                _ => return vec![unknown(service, operation)],
            };
            let need = Need::of(action, text("KeyId"));
            vec![Need {
                keys: used_for(&body["EncryptionContext"]),
                ..need
            }]
        }
        (Service::SecretsManager, "GetSecretValue") => {
            one("secretsmanager:GetSecretValue", text("SecretId"))
        }
        (Service::SecretsManager, "PutSecretValue") => {
            one("secretsmanager:PutSecretValue", text("SecretId"))
        }
        (Service::SecretsManager, "CreateSecret") => {
            one("secretsmanager:CreateSecret", text("Name"))
        }
        (Service::SecretsManager, "UpdateSecret") => {
            one("secretsmanager:UpdateSecret", text("SecretId"))
        }
        (Service::Ses, "SendEmail") => {
            let from = text("FromEmailAddress");
            let domain = from
                .rsplit('@')
                .next()
                .unwrap_or(from)
                .trim_end_matches('>');
            one("ses:SendEmail", &format!("identity/{domain}"))
        }
        _ => vec![unknown(service, operation)],
    }
}

/// What a key is used for: `tenant=tenant_*`.
fn used_for(context: &Value) -> Option<String> {
    let fields = context.as_object()?.iter();
    let said = fields.map(|(field, value)| {
        let value = value.as_str().unwrap_or_default();
        let kind = value
            .split_once('_')
            .map_or("*".to_owned(), |(kind, _)| format!("{kind}_*"));
        format!("{field}={kind}")
    });
    Some(said.collect::<Vec<_>>().join("&"))
}

fn unknown(service: Service, operation: &str) -> Need {
    Need::of("unknown", format!("{service} {operation}"))
}

/// The rows that a request touches. Transactions are allowed by what is in them.
fn rows(operation: &str, body: &Value) -> Vec<Need> {
    let table = |within: &Value| {
        let name = last_part(within["TableName"].as_str().unwrap_or("*"));
        match within["IndexName"].as_str() {
            Some(index) => format!("table/{name}/index/{index}"),
            None => format!("table/{name}"),
        }
    };
    let one = |action, row: &Value| Need::of(action, table(body)).keys(leading(row));
    let parts = body["TransactItems"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let requested = || body["RequestItems"].as_object().into_iter().flatten();
    match operation {
        "GetItem" => vec![one("dynamodb:GetItem", &body["Key"])],
        "PutItem" => vec![one("dynamodb:PutItem", &body["Item"])],
        "UpdateItem" => vec![one("dynamodb:UpdateItem", &body["Key"])],
        "DeleteItem" => vec![one("dynamodb:DeleteItem", &body["Key"])],
        "Query" => {
            let need = Need::of("dynamodb:Query", table(body));
            vec![need.keys(queried(body))]
        }
        "DescribeTable" => vec![Need::of("dynamodb:DescribeTable", table(body))],
        "TransactWriteItems" | "TransactGetItems" => parts
            .iter()
            .filter_map(Value::as_object)
            .flatten()
            .map(|(kind, part)| {
                let (action, row) = match kind.as_str() {
                    "Put" => ("dynamodb:PutItem", &part["Item"]),
                    "Update" => ("dynamodb:UpdateItem", &part["Key"]),
                    "Delete" => ("dynamodb:DeleteItem", &part["Key"]),
                    "ConditionCheck" => ("dynamodb:ConditionCheckItem", &part["Key"]),
                    _ => ("dynamodb:GetItem", &part["Key"]),
                };
                Need::of(action, table(part)).keys(leading(row))
            })
            .collect(),
        "BatchGetItem" => requested()
            .flat_map(|(table, asked)| {
                let keys = asked["Keys"].as_array().into_iter().flatten();
                keys.map(move |key| ("dynamodb:BatchGetItem", table, leading(key)))
            })
            .map(batch_of)
            .collect(),
        "BatchWriteItem" => requested()
            .flat_map(|(table, asked)| {
                asked.as_array().into_iter().flatten().map(move |write| {
                    let put = &write["PutRequest"]["Item"];
                    let row = if put.is_null() {
                        &write["DeleteRequest"]["Key"]
                    } else {
                        put
                    };
                    ("dynamodb:BatchWriteItem", table, leading(row))
                })
            })
            .map(batch_of)
            .collect(),
        _ => vec![unknown(Service::DynamoDb, operation)],
    }
}

fn batch_of((action, table, keys): (&'static str, &String, String)) -> Need {
    Need::of(action, format!("table/{}", last_part(table))).keys(keys)
}

/// The leading key of a row: its attribute `pk`.
fn leading(row: &Value) -> String {
    kinds(row["pk"]["S"].as_str().unwrap_or("*"))
}

/// The leading key of a query, whose condition begins with `pk = :value`.
fn queried(body: &Value) -> String {
    let condition = body["KeyConditionExpression"].as_str().unwrap_or_default();
    let value = condition
        .strip_prefix("pk = ")
        .and_then(|rest| rest.split(' ').next());
    let value = value.and_then(|name| body["ExpressionAttributeValues"][name]["S"].as_str());
    kinds(value.unwrap_or("*"))
}

/// `T#0123…#J` without the id: `T#*#J`.
fn kinds(key: &str) -> String {
    let is_kind = |word: &str| {
        word.len() <= LONGEST_KIND && word.bytes().all(|byte| byte.is_ascii_uppercase())
    };
    let words = key
        .split('#')
        .map(|word| if is_kind(word) { word } else { "*" });
    words.collect::<Vec<_>>().join("#")
}

fn object_of(ask: Ask<'_>) -> (&str, &str) {
    let path = ask.parts.uri.path().trim_start_matches('/');
    path.split_once('/').unwrap_or((path, ""))
}

/// The objects that a request touches.
fn objects(operation: &str, ask: Ask) -> Vec<Need> {
    let (bucket, key) = object_of(ask);
    let object = |action, key: &str| Need::of(action, format!("{bucket}/{}", without_ids(key)));
    match operation {
        "GetObject" | "HeadObject" => vec![object("s3:GetObject", key)],
        // To replace what is of a given version is to look at it.
        "PutObject" if ask.header("if-match").is_some() => {
            vec![object("s3:PutObject", key), object("s3:GetObject", key)]
        }
        "PutObject" => vec![object("s3:PutObject", key)],
        "DeleteObject" => vec![object("s3:DeleteObject", key)],
        "DeleteObjects" => {
            let body = String::from_utf8_lossy(ask.body);
            let keys = body.split("<Key>").skip(1);
            keys.filter_map(|rest| rest.split('<').next())
                .map(|key| object("s3:DeleteObject", key))
                .collect()
        }
        "ListObjectsV2" => {
            let prefix = ask.parameter("prefix").unwrap_or_default();
            vec![Need::of("s3:ListBucket", bucket).keys(without_ids(&prefix))]
        }
        "HeadBucket" => vec![Need::of("s3:ListBucket", bucket)],
        _ => vec![unknown(Service::S3, operation)],
    }
}

/// The folder of a key, whose first part is whose it is: `*/books/*`.
fn without_ids(key: &str) -> String {
    let mut parts = key.split('/').skip(1);
    match (parts.next(), parts.next()) {
        (Some(folder), Some(_)) => format!("*/{folder}/*"),
        (Some(_), None) => "*/*".to_owned(),
        _ => "*".to_owned(),
    }
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use crate::service::route;
    use http::Request;

    fn check(request: &Request<String>, expected: &[(&str, &str, Option<&str>)]) {
        let (parts, body) = request.clone().into_parts();
        let (service, operation) = route(&parts).unwrap();
        let ask = Ask {
            parts: &parts,
            body: body.as_bytes(),
        };
        let needs = needs(service, operation, ask);
        let said: Vec<_> = needs
            .iter()
            .map(|need| (need.action, need.resource.as_str(), need.keys.as_deref()))
            .collect();
        assert_eq!(said, expected, "{operation} {body}");
    }

    fn json(target: &str, body: &str) -> Request<String> {
        let request = Request::post("/").header("x-amz-target", target);
        request.body(body.to_owned()).unwrap()
    }

    #[test]
    fn a_request_is_told_as_a_policy_would_see_it() {
        let tables = |operation: &str, body: &str, expected: &[(&str, &str, Option<&str>)]| {
            check(
                &json(&format!("DynamoDB_20120810.{operation}"), body),
                expected,
            );
        };
        tables(
            "GetItem",
            r#"{"TableName":"pie","Key":{"pk":{"S":"T#0123456789abcdefghjkmnpqrs#H"},"sk":{"S":"A"}}}"#,
            &[("dynamodb:GetItem", "table/pie", Some("T#*#H"))],
        );
        tables(
            "Query",
            r#"{"TableName":"pie","KeyConditionExpression":"pk = :pk AND begins_with(sk, :prefix)",
                "ExpressionAttributeValues":{":pk":{"S":"S#TENANTS"},":prefix":{"S":"T#x"}}}"#,
            &[("dynamodb:Query", "table/pie", Some("S#TENANTS"))],
        );
        tables(
            "Query",
            r#"{"TableName":"pie","IndexName":"by","KeyConditionExpression":"sk = :pk"}"#,
            &[("dynamodb:Query", "table/pie/index/by", Some("*"))],
        );
        tables(
            "TransactWriteItems",
            r#"{"TransactItems":[
                {"Put":{"TableName":"pie","Item":{"pk":{"S":"S#EMAIL#0123456789ab"}}}},
                {"Update":{"TableName":"pie","Key":{"pk":{"S":"T#0123456789#D#0123456789"}}}},
                {"ConditionCheck":{"TableName":"pie","Key":{"pk":{"S":"T#0123456789#L"}}}},
                {"Delete":{"TableName":"pie","Key":{"pk":{"S":"T#0123456789#Q"}}}}]}"#,
            &[
                ("dynamodb:PutItem", "table/pie", Some("S#EMAIL#*")),
                ("dynamodb:UpdateItem", "table/pie", Some("T#*#D#*")),
                ("dynamodb:ConditionCheckItem", "table/pie", Some("T#*#L")),
                ("dynamodb:DeleteItem", "table/pie", Some("T#*#Q")),
            ],
        );
        tables(
            "BatchGetItem",
            r#"{"RequestItems":{"pie":{"Keys":[{"pk":{"S":"T#0123456789#E"}}]}}}"#,
            &[("dynamodb:BatchGetItem", "table/pie", Some("T#*#E"))],
        );
        tables(
            "BatchWriteItem",
            r#"{"RequestItems":{"pie":[{"DeleteRequest":{"Key":{"pk":{"S":"T#0123456789#E"}}}}]}}"#,
            &[("dynamodb:BatchWriteItem", "table/pie", Some("T#*#E"))],
        );
        tables("Scan", "{}", &[("unknown", "dynamodb Scan", None)]);
        check(
            &json(
                "AmazonSQS.SendMessageBatch",
                r#"{"QueueUrl":"http://x/0/pie-sync"}"#,
            ),
            &[("sqs:SendMessage", "pie-sync", None)],
        );
        check(
            &json(
                "TrentService.Decrypt",
                r#"{"KeyId":"alias/pie","EncryptionContext":{"tenant":"tenant_0123"}}"#,
            ),
            &[("kms:Decrypt", "alias/pie", Some("tenant=tenant_*"))],
        );
        check(
            &json(
                "secretsmanager.GetSecretValue",
                r#"{"SecretId":"pie/keys"}"#,
            ),
            &[("secretsmanager:GetSecretValue", "pie/keys", None)],
        );
        let mail = Request::post("/v2/email/outbound-emails");
        let body = r#"{"FromEmailAddress":"Pie <pie@mail.example>"}"#.to_owned();
        check(
            &mail.body(body).unwrap(),
            &[("ses:SendEmail", "identity/mail.example", None)],
        );
    }

    #[test]
    fn an_object_is_told_by_its_folder() {
        let send = |method: &str, path: &str, headers: &[(&str, &str)], body: &str| {
            let request = Request::builder().method(method).uri(path);
            let request = headers.iter().fold(request, |request, (name, value)| {
                request.header(*name, *value)
            });
            request.body(body.to_owned()).unwrap()
        };
        let put = send("PUT", "/pie/tenant_1/books/01/deals.parquet", &[], "");
        check(&put, &[("s3:PutObject", "pie/*/books/*", None)]);
        let replace = send(
            "PUT",
            "/pie/tenant_1/runs/1.json",
            &[("if-match", "\"1\"")],
            "",
        );
        let both = [
            ("s3:PutObject", "pie/*/runs/*", None),
            ("s3:GetObject", "pie/*/runs/*", None),
        ];
        check(&replace, &both);
        let list = send("GET", "/pie?list-type=2&prefix=tenant_1%2Fraw%2Fx", &[], "");
        check(&list, &[("s3:ListBucket", "pie", Some("*/raw/*"))]);
        let body = "<Delete><Object><Key>tenant_1/raw/a</Key></Object></Delete>";
        let delete = send("POST", "/pie?delete", &[], body);
        check(&delete, &[("s3:DeleteObject", "pie/*/raw/*", None)]);
    }

    #[test]
    fn a_program_is_known_by_the_name_it_gives() {
        let check = |name: &str, agent: &str, expected: Option<&str>| {
            let request = Request::get("/pie/x").header(name, agent).body(()).unwrap();
            let (parts, ()) = request.into_parts();
            let ask = Ask {
                parts: &parts,
                body: b"",
            };
            assert_eq!(caller(ask), expected, "{agent}");
        };
        let agent = "aws-sdk-rust/1.3 os/linux lang/rust/1.95 app/pie-sync";
        check("user-agent", agent, Some("pie-sync"));
        check("x-amz-user-agent", agent, Some("pie-sync"));
        check("user-agent", "aws-sdk-rust/1.3 os/linux", None);
    }
}
