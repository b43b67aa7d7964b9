//! Tables: every operation is dynoxide's, over `SQLite`. Here is only the way in and the way out.

use crate::clock::Clock;
use crate::disk::Durability;
use crate::service::Service;
use crate::wire::{Answer, Ask, Refusal, answer};
use dynoxide::actions;
use dynoxide::types::ConsumedCapacity;
use dynoxide::{Database, DynoxideError};
use parking_lot::Mutex;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::sync::Arc;

/// The largest body `DynamoDB` reads.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// What reads and writes consumed, as `DynamoDB` bills them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Units {
    /// Read request units: half a unit per 4 KB, a whole one where the read is consistent.
    pub read: f64,
    /// Write request units: one per KB, two within a transaction.
    pub written: f64,
}

pub(crate) struct DynamoDb {
    /// A database in memory that cannot be opened answers every request with the reason.
    db: Result<Database, String>,
    units: Mutex<Units>,
}

/// An answer's own figures: operations on many items give one per table.
trait Consumed {
    fn sum(&self) -> f64;
}

impl Consumed for Option<ConsumedCapacity> {
    fn sum(&self) -> f64 {
        self.iter().map(|it| it.capacity_units).sum()
    }
}

impl Consumed for Option<Vec<ConsumedCapacity>> {
    fn sum(&self) -> f64 {
        self.iter().flatten().map(|it| it.capacity_units).sum()
    }
}

/// Runs an operation on items. What it consumed is counted, and told to those alone who ask.
macro_rules! metered {
    ($self:ident.$kind:ident, $body:ident, $db:ident.$operation:ident($request:ident)) => {
        run($body, |mut request: actions::$operation::$request| {
            let asked = request.return_consumed_capacity.as_deref();
            let is_told = !matches!(asked, None | Some("NONE"));
            if !is_told {
                request.return_consumed_capacity = Some("TOTAL".to_owned());
            }
            let mut response = $db.$operation(request)?;
            $self.units.lock().$kind += response.consumed_capacity.sum();
            if !is_told {
                response.consumed_capacity = None;
            }
            Ok(response)
        })
    };
}

impl DynamoDb {
    pub(crate) fn in_memory(clock: &Clock) -> Self {
        Self {
            db: Database::memory_with_clock(Arc::new(clock.clone()))
                .map_err(|error| error.to_string()),
            units: Mutex::default(),
        }
    }

    /// Opens the file. Dynoxide leaves `SQLite`'s default in place, `synchronous=FULL` on a write-ahead log; what it
    /// calls the end of bulk loading sets `NORMAL`, which still hands every commit to the operating system.
    pub(crate) fn on_disk(path: &Path, durability: Durability) -> Result<Self, DynoxideError> {
        let db = Database::new(&path.to_string_lossy())?;
        if durability == Durability::Process {
            db.disable_bulk_loading()?;
        }
        Ok(Self {
            db: Ok(db),
            units: Mutex::default(),
        })
    }

    pub(crate) fn units(&self) -> Units {
        *self.units.lock()
    }

    pub(crate) fn reset_units(&self) {
        *self.units.lock() = Units::default();
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
            "GetItem" => metered!(self.read, body, db.get_item(GetItemRequest)),
            "PutItem" => metered!(self.written, body, db.put_item(PutItemRequest)),
            "UpdateItem" => metered!(self.written, body, db.update_item(UpdateItemRequest)),
            "DeleteItem" => metered!(self.written, body, db.delete_item(DeleteItemRequest)),
            "Query" => metered!(self.read, body, db.query(QueryRequest)),
            "Scan" => metered!(self.read, body, db.scan(ScanRequest)),
            "BatchGetItem" => metered!(self.read, body, db.batch_get_item(BatchGetItemRequest)),
            "BatchWriteItem" => metered!(
                self.written,
                body,
                db.batch_write_item(BatchWriteItemRequest)
            ),
            "TransactWriteItems" => metered!(
                self.written,
                body,
                db.transact_write_items(TransactWriteItemsRequest)
            ),
            "TransactGetItems" => metered!(
                self.read,
                body,
                db.transact_get_items(TransactGetItemsRequest)
            ),
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
