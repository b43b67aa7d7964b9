//! What Lambda does between a queue and the function behind it.

use crate::sandbox::{Outcome, Sandbox, Time};
use crate::world::World;
use anyhow::{Context, ensure};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use store::{Queue, Received};

/// What came of a batch.
#[derive(Debug)]
pub struct Carried {
    /// Messages that were handed over.
    pub received: Vec<Received>,
    /// Ids of those that stay on the queue.
    pub failed: BTreeSet<String>,
    /// What the function did.
    pub outcome: Outcome,
    /// How long it worked.
    pub took: Duration,
}

/// Takes what waits on a queue, hands it to the function and takes off what it has dealt with. All of
/// it is asked in the function's name, as Lambda does it in the function's role. `None` where nothing
/// waits.
pub async fn carry(
    world: &World,
    queue: Queue,
    sandbox: &mut Sandbox,
    time: impl Into<Time>,
) -> anyhow::Result<Option<Carried>> {
    let time = time.into();
    // Lambda refuses a mapping whose messages come back while the function still works on them.
    let hidden = world.visibility(queue).await?;
    ensure!(
        hidden >= time.told,
        "messages of {queue} are hidden for {hidden:?}, and the function may take {:?}",
        time.told
    );
    let store = world.store().named(queue.as_str());
    let received = store.receive(queue, 0).await?;
    if received.is_empty() {
        return Ok(None);
    }
    let event = event_of(queue, &received).to_string();
    let begun = Instant::now();
    let outcome = sandbox.invoke(event.as_bytes(), time).await?;
    let took = begun.elapsed();
    let failed = match &outcome {
        Outcome::Answered(answer) => failures(&answer.value)?,
        // Nothing is known of any of them.
        _ => received.iter().map(|message| message.id.clone()).collect(),
    };
    let known = |id: &String| received.iter().any(|message| message.id == *id);
    ensure!(
        failed.iter().all(known),
        "the function names failures that were not in the batch: {failed:?}"
    );
    let done: Vec<String> = received
        .iter()
        .filter(|message| !failed.contains(&message.id))
        .map(|message| message.receipt.clone())
        .collect();
    store.acknowledge(queue, &done).await?;
    Ok(Some(Carried {
        received,
        failed,
        outcome,
        took,
    }))
}

/// The ids in `batchItemFailures`.
fn failures(answer: &Value) -> anyhow::Result<BTreeSet<String>> {
    let failures = answer["batchItemFailures"].as_array().with_context(|| {
        format!("an answer to a batch has batchItemFailures; this one is {answer}")
    })?;
    let id = |failure: &Value| failure["itemIdentifier"].as_str().map(str::to_owned);
    let ids: Option<BTreeSet<_>> = failures.iter().map(id).collect();
    ids.context("a failure of a batch has no itemIdentifier")
}

/// Messages as one event of Lambda.
pub fn event_of(queue: Queue, messages: &[Received]) -> Value {
    let record = |message: &Received| {
        json!({
            "messageId": message.id,
            "receiptHandle": message.receipt,
            "body": message.body,
            "attributes": message.attributes,
            "messageAttributes": {},
            "md5OfBody": "",
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:us-east-1:000000000000:pie-{queue}"),
            "awsRegion": "us-east-1",
        })
    };
    json!({"Records": messages.iter().map(record).collect::<Vec<_>>()})
}
