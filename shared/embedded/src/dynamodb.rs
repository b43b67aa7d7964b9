//! Tables: every operation is dynoxide's, over `SQLite`. Here is only the way in and the way out.

use crate::clock::Clock;
use crate::disk::Durability;
use crate::service::Service;
use crate::wire::{Answer, Ask, Refusal, answer};
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::sync::Arc;

/// The largest body `DynamoDB` reads.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

pub(crate) struct DynamoDb {
    /// A database in memory that cannot be opened answers every request with the reason.
    db: Result<Database, String>,
}

impl DynamoDb {
    pub(crate) fn in_memory(clock: &Clock) -> Self {
        Self {
            db: Database::memory_with_clock(Arc::new(clock.clone()))
                .map_err(|error| error.to_string()),
        }
    }

    /// Opens the file. Dynoxide leaves `SQLite`'s default in place, `synchronous=FULL` on a write-ahead log; what it
    /// calls the end of bulk loading sets `NORMAL`, which still hands every commit to the operating system.
    pub(crate) fn on_disk(path: &Path, durability: Durability) -> Result<Self, DynoxideError> {
        let db = Database::new(&path.to_string_lossy())?;
        if durability == Durability::Process {
            db.disable_bulk_loading()?;
        }
        Ok(Self { db: Ok(db) })
    }

    /// Deletes the items whose time to live is over; says how many.
    pub(crate) fn sweep(&self) -> usize {
        match &self.db {
            Ok(db) => db.sweep_ttl().unwrap_or_else(|error| {
                tracing::error!("Cannot sweep the tables for expired items: {error}");
                0
            }),
            Err(_) => 0,
        }
    }

    pub(crate) fn handle(&self, operation: &str, ask: Ask) -> Answer {
        let db = match &self.db {
            Ok(db) => db,
            Err(error) => {
                return Refusal::new(500, "InternalServerError", error.as_str())
                    .into_answer(Service::DynamoDb);
            }
        };
        if ask.body.len() > BODY_LIMIT {
            return Refusal::new(413, "RequestTooLargeException", "the body is above 16 MB")
                .into_answer(Service::DynamoDb);
        }
        let body = ask.body;
        let outcome = match operation {
            "GetItem" => run(body, |q| db.get_item(q)),
            "PutItem" => run(body, |q| db.put_item(q)),
            "UpdateItem" => run(body, |q| db.update_item(q)),
            "DeleteItem" => run(body, |q| db.delete_item(q)),
            "Query" => run(body, |q| db.query(q)),
            "Scan" => run(body, |q| db.scan(q)),
            "BatchGetItem" => run(body, |q| db.batch_get_item(q)),
            "BatchWriteItem" => run(body, |q| db.batch_write_item(q)),
            "TransactWriteItems" => run(body, |q| db.transact_write_items(q)),
            "TransactGetItems" => run(body, |q| db.transact_get_items(q)),
            "CreateTable" => run(body, |q| db.create_table(q)),
            "UpdateTable" => run(body, |q| db.update_table(q)),
            "DeleteTable" => run(body, |q| db.delete_table(q)),
            "DescribeTable" => run(body, |q| db.describe_table(q)),
            "ListTables" => run(body, |q| db.list_tables(q)),
            "UpdateTimeToLive" => run(body, |q| db.update_time_to_live(q)),
            "DescribeTimeToLive" => run(body, |q| db.describe_time_to_live(q)),
            "TagResource" => run(body, |q| db.tag_resource(q)),
            "UntagResource" => run(body, |q| db.untag_resource(q)),
            "ListTagsOfResource" => run(body, |q| db.list_tags_of_resource(q)),
            "ListStreams" => run(body, |q| db.list_streams(q)),
            "DescribeStream" => run(body, |q| db.describe_stream(q)),
            "GetShardIterator" => run(body, |q| db.get_shard_iterator(q)),
            "GetRecords" => run(body, |q| db.get_records(q)),
            _ => return Refusal::not_emulated(operation).into_answer(Service::DynamoDb),
        };
        match outcome {
            Ok(body) => answer(200, Service::DynamoDb.content_type(), body),
            Err(error) => {
                let error = worded_for(operation, error);
                answer(
                    error.status_code(),
                    Service::DynamoDb.content_type(),
                    error.to_json(),
                )
            }
        }
    }
}

fn run<Q: DeserializeOwned, R: Serialize>(
    body: &[u8],
    operate: impl FnOnce(Q) -> Result<R, DynoxideError>,
) -> Result<Vec<u8>, DynoxideError> {
    let request = serde_json::from_slice(body).map_err(|error| unreadable(&error.to_string()))?;
    let response = operate(request)?;
    serde_json::to_vec(&response)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// Dynoxide's readers put a mark before their words to say which error `DynamoDB` would give.
fn unreadable(message: &str) -> DynoxideError {
    type Error = fn(String) -> DynoxideError;
    let words = |rest: &str| rest.split(" at line ").next().unwrap_or(rest).to_owned();
    let marks: [(&str, Error); 5] = [
        (
            "SERIALIZATION_AS_READ:",
            DynoxideError::SerializationException,
        ),
        ("VALIDATION_AS_READ:", DynoxideError::ValidationException),
        ("VALIDATION_REQUEST:", DynoxideError::EnvelopedValidation),
        ("SERIALIZATION:", DynoxideError::SerializationException),
        ("VALIDATION:", DynoxideError::ValidationException),
    ];
    for (mark, error) in marks {
        if let Some(rest) = message.strip_prefix(mark) {
            return error(words(rest));
        }
    }
    let names_a_value = [
        "missing field",
        "unknown variant",
        "invalid type: null",
        "Supplied AttributeValue",
    ];
    if names_a_value.iter().any(|mark| message.contains(mark)) {
        return DynoxideError::ValidationException(words(message));
    }
    DynoxideError::SerializationException(words(message))
}

/// `DynamoDB` puts a preamble before some refusals of these three operations.
fn worded_for(operation: &str, error: DynoxideError) -> DynoxideError {
    match (operation, error) {
        ("PutItem" | "UpdateItem" | "DeleteItem", DynoxideError::EnvelopedValidation(message)) => {
            DynoxideError::ValidationException(format!("1 validation error detected: {message}"))
        }
        (_, error) => error,
    }
}
