//! Queues, in the JSON protocol: standard queues with delay, visibility, dead letters, redrive and fair turns.

mod queue;

use crate::clock::{Clock, stopwatch};
use crate::disk::Durability;
use crate::service::Service;
use crate::wire::{self, Answer, Ask, Refusal};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use md5::{Digest as _, Md5};
use parking_lot::{Mutex, MutexGuard};
use queue::{Attribute, Event, Message, Queue};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

const ACCOUNT: &str = "000000000000";
const ARN_PREFIX: &str = "arn:aws:sqs:us-east-1:000000000000:";

/// A message with its attributes, and a batch as a whole.
const MESSAGE_LIMIT: usize = 1024 * 1024;
const BATCH_LIMIT: usize = 10;
const VISIBILITY_LIMIT_S: i64 = 12 * 60 * 60;
const IN_FLIGHT_LIMIT: usize = 120_000;

/// What can be set on a queue: name, default, smallest, largest.
const SETTINGS: [(&str, &str, i64, i64); 5] = [
    ("DelaySeconds", "0", 0, 900),
    ("MaximumMessageSize", "1048576", 1024, 1_048_576),
    ("MessageRetentionPeriod", "345600", 60, 1_209_600),
    ("ReceiveMessageWaitTimeSeconds", "0", 0, 20),
    ("VisibilityTimeout", "30", 0, VISIBILITY_LIMIT_S),
];

pub(crate) struct Sqs {
    clock: Clock,
    folder: Option<PathBuf>,
    durability: Durability,
    state: Mutex<State>,
}

/// One lock for all queues: a message that dies moves between two, and nothing here takes long.
#[derive(Default)]
struct State {
    queues: BTreeMap<String, Queue>,
    moves: Vec<Move>,
}

/// A finished move of dead letters.
#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Move {
    task_handle: String,
    status: &'static str,
    source_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_arn: Option<String>,
    #[serde(rename = "ApproximateNumberOfMessagesMoved")]
    moved: usize,
    #[serde(rename = "ApproximateNumberOfMessagesToMove")]
    total: usize,
    started_timestamp: i64,
}

type Outcome = Result<Value, Refusal>;

impl Sqs {
    pub(crate) fn in_memory(clock: &Clock) -> Self {
        let state = Mutex::default();
        Self {
            clock: clock.clone(),
            folder: None,
            durability: Durability::Process,
            state,
        }
    }

    pub(crate) fn on_disk(
        folder: &Path,
        durability: Durability,
        clock: &Clock,
    ) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut state = State::default();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "log")
                && let Some(name) = path.file_stem().and_then(|stem| stem.to_str())
            {
                let queue = Queue::on_disk(name, &path, durability)?;
                // Without settings, the process died while it made the queue: nobody was told of it.
                if !queue.settings.is_empty() {
                    state.queues.insert(name.to_owned(), queue);
                }
            }
        }
        let folder = Some(folder.to_owned());
        Ok(Self {
            clock: clock.clone(),
            folder,
            durability,
            state: Mutex::new(state),
        })
    }

    /// Everything but receiving answers at once.
    pub(crate) fn handle(&self, operation: &str, ask: Ask) -> Result<Answer, Refusal> {
        let value = match operation {
            "SendMessage" => self.send(ask)?,
            "SendMessageBatch" => self.send_batch(ask)?,
            "DeleteMessage" => self.delete(ask)?,
            "DeleteMessageBatch" => self.delete_batch(ask)?,
            "ChangeMessageVisibility" => self.change_visibility(ask)?,
            "ChangeMessageVisibilityBatch" => self.change_visibility_batch(ask)?,
            "CreateQueue" => self.create(ask)?,
            "DeleteQueue" => self.delete_queue(ask)?,
            "GetQueueUrl" => self.queue_url(ask)?,
            "GetQueueAttributes" => self.attributes(ask)?,
            "SetQueueAttributes" => self.set_attributes(ask)?,
            "ListQueues" => self.list(ask)?,
            "PurgeQueue" => self.purge(ask)?,
            "StartMessageMoveTask" => self.start_move(ask)?,
            "ListMessageMoveTasks" => self.list_moves(ask)?,
            _ => return Err(Refusal::not_emulated(operation)),
        };
        wire::json(Service::Sqs, &value)
    }

    /// Receives; an empty queue keeps the caller waiting as long as it asked for. `busy` gets the time spent here
    /// without the waiting.
    pub(crate) async fn receive(
        &self,
        ask: Ask<'_>,
        busy: &mut Duration,
    ) -> Result<Answer, Refusal> {
        let asked: Receive = ask.json()?;
        within(
            "MaxNumberOfMessages",
            asked.max_number_of_messages.unwrap_or(1),
            1,
            BATCH_LIMIT as i64,
        )?;
        within(
            "WaitTimeSeconds",
            asked.wait_time_seconds.unwrap_or(0),
            0,
            20,
        )?;
        within(
            "VisibilityTimeout",
            asked.visibility_timeout.unwrap_or(0),
            0,
            VISIBILITY_LIMIT_S,
        )?;
        let began_ms = self.clock.now_ms();
        loop {
            let arrival = self.state.lock().queue(&asked.queue_url)?.arrival.clone();
            let arrived = arrival.notified();
            tokio::pin!(arrived);
            arrived.as_mut().enable();

            let watch = stopwatch();
            let now_ms = self.clock.now_ms();
            let taken = self.state.lock().take(&asked, now_ms);
            *busy += watch.elapsed();
            let until_ms = match taken? {
                Taken::Messages(body) => {
                    return Ok(wire::answer(200, Service::Sqs.content_type(), body));
                }
                Taken::Nothing { wait_s, next_ms } => {
                    let deadline_ms = began_ms + wait_s * 1000;
                    if now_ms >= deadline_ms {
                        return Ok(wire::answer(200, Service::Sqs.content_type(), "{}"));
                    }
                    next_ms.map_or(deadline_ms, |next_ms| next_ms.min(deadline_ms))
                }
            };
            tokio::select! {
                () = arrived => {}
                () = self.clock.reaches(until_ms) => {}
            }
        }
    }

    fn create(&self, ask: Ask) -> Outcome {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Create {
            queue_name: String,
            #[serde(default)]
            attributes: BTreeMap<String, String>,
        }
        let asked: Create = ask.json()?;
        let name = asked.queue_name;
        if name.contains('.') || asked.attributes.contains_key("FifoQueue") {
            return Err(Refusal::not_emulated("a FIFO queue"));
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if name.is_empty() || name.len() > 80 || !name.bytes().all(plain) {
            let rule = "a queue's name has 1 to 80 letters, digits, hyphens and underscores";
            return Err(invalid(rule));
        }
        let mut state = self.state.lock();
        check_settings(&asked.attributes, &state)?;
        if let Some(queue) = state.queues.get(&name) {
            if asked
                .attributes
                .iter()
                .all(|(setting, value)| queue.settings.get(setting) == Some(value))
            {
                return Ok(json!({ "QueueUrl": url(ask, &name) }));
            }
            let message = format!("queue {name} exists with other attributes");
            return Err(Refusal::new(400, "QueueNameExists", message));
        }
        let mut settings: BTreeMap<_, _> = SETTINGS
            .iter()
            .map(|(setting, value, ..)| ((*setting).to_owned(), (*value).to_owned()))
            .collect();
        settings.extend(asked.attributes);
        let mut queue = match &self.folder {
            None => Queue::in_memory(&name),
            Some(folder) => {
                Queue::on_disk(&name, &folder.join(format!("{name}.log")), self.durability)
                    .map_err(Refusal::internal)?
            }
        };
        queue.commit(vec![Event::Configured {
            settings,
            created_ms: self.clock.now_ms(),
        }])?;
        state.queues.insert(name.clone(), queue);
        Ok(json!({ "QueueUrl": url(ask, &name) }))
    }

    fn delete_queue(&self, ask: Ask) -> Outcome {
        let asked: OneQueue = ask.json()?;
        let mut state = self.state.lock();
        let name = state.queue(&asked.queue_url)?.name.clone();
        if let Some(queue) = state.queues.remove(&name) {
            queue.arrival.notify_waiters();
            if let Some(path) = queue.log_path() {
                fs::remove_file(path).map_err(Refusal::internal)?;
            }
        }
        Ok(json!({}))
    }

    fn queue_url(&self, ask: Ask) -> Outcome {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Named {
            queue_name: String,
        }
        let asked: Named = ask.json()?;
        let mut state = self.state.lock();
        let queue = state.queue(&asked.queue_name)?;
        Ok(json!({ "QueueUrl": url(ask, &queue.name) }))
    }

    fn list(&self, ask: Ask) -> Outcome {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct List {
            #[serde(default)]
            queue_name_prefix: String,
        }
        let asked: List = ask.json()?;
        let state = self.state.lock();
        let names = state
            .queues
            .keys()
            .filter(|name| name.starts_with(&asked.queue_name_prefix));
        Ok(json!({ "QueueUrls": names.map(|name| url(ask, name)).collect::<Vec<_>>() }))
    }

    fn attributes(&self, ask: Ask) -> Outcome {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Attributes {
            queue_url: String,
            #[serde(default)]
            attribute_names: Vec<String>,
        }
        let asked: Attributes = ask.json()?;
        let now_ms = self.clock.now_ms();
        let mut state = self.state.lock();
        let queue = state.queue(&asked.queue_url)?;
        queue.settle(now_ms)?;
        let (visible, taken, delayed) = queue.counts(now_ms);
        let mut all = queue.settings.clone();
        all.insert("QueueArn".to_owned(), arn(&queue.name));
        all.insert(
            "ApproximateNumberOfMessages".to_owned(),
            visible.to_string(),
        );
        all.insert(
            "ApproximateNumberOfMessagesNotVisible".to_owned(),
            taken.to_string(),
        );
        all.insert(
            "ApproximateNumberOfMessagesDelayed".to_owned(),
            delayed.to_string(),
        );
        all.insert(
            "CreatedTimestamp".to_owned(),
            (queue.created_ms / 1000).to_string(),
        );
        if !asked.attribute_names.iter().any(|name| name == "All") {
            all.retain(|name, _| asked.attribute_names.contains(name));
        }
        Ok(json!({ "Attributes": all }))
    }

    fn set_attributes(&self, ask: Ask) -> Outcome {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Set {
            queue_url: String,
            attributes: BTreeMap<String, String>,
        }
        let asked: Set = ask.json()?;
        let mut state = self.state.lock();
        check_settings(&asked.attributes, &state)?;
        let queue = state.queue(&asked.queue_url)?;
        let mut settings = queue.settings.clone();
        settings.extend(asked.attributes);
        // An empty policy takes it away.
        settings.retain(|_, value| !value.is_empty());
        let created_ms = queue.created_ms;
        queue.commit(vec![Event::Configured {
            settings,
            created_ms,
        }])?;
        Ok(json!({}))
    }

    fn purge(&self, ask: Ask) -> Outcome {
        let asked: OneQueue = ask.json()?;
        self.state
            .lock()
            .queue(&asked.queue_url)?
            .commit(vec![Event::Purged])?;
        Ok(json!({}))
    }

    fn send(&self, ask: Ask) -> Outcome {
        let asked: Entry = ask.json()?;
        let now_ms = self.clock.now_ms();
        let mut state = self.state.lock();
        let queue = state.queue(&asked.queue_url)?;
        let message = asked.into_message(queue, now_ms)?;
        let receipt = sent(&message);
        queue.commit(vec![Event::Sent(Box::new(message))])?;
        queue.arrival.notify_waiters();
        Ok(receipt)
    }

    fn send_batch(&self, ask: Ask) -> Outcome {
        let asked: Batch<Entry> = ask.json()?;
        asked.check()?;
        if asked.entries.iter().map(Entry::size).sum::<usize>() > MESSAGE_LIMIT {
            let message =
                "the entries of a batch may be 1,048,576 bytes together; send fewer at once";
            return Err(Refusal::new(400, "BatchRequestTooLong", message));
        }
        let now_ms = self.clock.now_ms();
        let mut state = self.state.lock();
        let queue = state.queue(&asked.queue_url)?;
        let (mut events, mut successful, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for entry in asked.entries {
            let id = entry.id.clone();
            match entry.into_message(queue, now_ms) {
                Ok(message) => {
                    let mut receipt = sent(&message);
                    receipt["Id"] = json!(id);
                    successful.push(receipt);
                    events.push(Event::Sent(Box::new(message)));
                }
                Err(refusal) => failed.push(failure(&id, &refusal)),
            }
        }
        queue.commit(events)?;
        queue.arrival.notify_waiters();
        Ok(json!({ "Successful": successful, "Failed": failed }))
    }

    fn delete(&self, ask: Ask) -> Outcome {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct One {
            queue_url: String,
            receipt_handle: String,
        }
        let asked: One = ask.json()?;
        let mut state = self.state.lock();
        let queue = state.queue(&asked.queue_url)?;
        let gone = deletion(queue, &asked.receipt_handle)?;
        queue.commit(gone.into_iter().collect())?;
        Ok(json!({}))
    }

    fn delete_batch(&self, ask: Ask) -> Outcome {
        let asked: Batch<Handle> = ask.json()?;
        asked.check()?;
        self.for_each(&asked, |queue, handle| deletion(queue, &handle.receipt))
    }

    /// Gives back what was taken of every queue; see [`Queue::give_back`]. An error names the log that cannot be
    /// written.
    pub(crate) fn give_back_all(&self) -> Result<(), (PathBuf, io::Error)> {
        let mut state = self.state.lock();
        for queue in state.queues.values_mut() {
            if queue.give_back().is_err() {
                let path = queue.log_path().unwrap_or(Path::new("")).to_owned();
                return Err((path, io::Error::other("cannot be written")));
            }
            queue.arrival.notify_waiters();
        }
        Ok(())
    }

    fn change_visibility(&self, ask: Ask) -> Outcome {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct One {
            queue_url: String,
            receipt_handle: String,
            visibility_timeout: i64,
        }
        let asked: One = ask.json()?;
        let now_ms = self.clock.now_ms();
        let mut state = self.state.lock();
        let queue = state.queue(&asked.queue_url)?;
        queue.settle(now_ms)?;
        let hidden = hiding(
            queue,
            &asked.receipt_handle,
            asked.visibility_timeout,
            now_ms,
        )?;
        queue.commit(vec![hidden])?;
        queue.arrival.notify_waiters();
        Ok(json!({}))
    }

    fn change_visibility_batch(&self, ask: Ask) -> Outcome {
        let asked: Batch<Handle> = ask.json()?;
        asked.check()?;
        let now_ms = self.clock.now_ms();
        self.for_each(&asked, |queue, handle| {
            let seconds = handle
                .visibility_timeout
                .unwrap_or_else(|| queue.seconds("VisibilityTimeout"));
            hiding(queue, &handle.receipt, seconds, now_ms).map(Some)
        })
    }

    /// A batch of receipt handles: each succeeds or fails for itself.
    fn for_each(
        &self,
        asked: &Batch<Handle>,
        decide: impl Fn(&Queue, &Handle) -> Result<Option<Event>, Refusal>,
    ) -> Outcome {
        let now_ms = self.clock.now_ms();
        let mut state = self.state.lock();
        let queue = state.queue(&asked.queue_url)?;
        queue.settle(now_ms)?;
        let (mut events, mut successful, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for handle in &asked.entries {
            match decide(queue, handle) {
                Ok(event) => {
                    events.extend(event);
                    successful.push(json!({ "Id": handle.id }));
                }
                Err(refusal) => failed.push(failure(&handle.id, &refusal)),
            }
        }
        queue.commit(events)?;
        queue.arrival.notify_waiters();
        Ok(json!({ "Successful": successful, "Failed": failed }))
    }

    /// Dead letters go back to the queues they died in, or to the one that is named; here at once.
    fn start_move(&self, ask: Ask) -> Outcome {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Start {
            source_arn: String,
            destination_arn: Option<String>,
        }
        let asked: Start = ask.json()?;
        let now_ms = self.clock.now_ms();
        let mut guard = self.state.lock();
        let state = &mut *guard;
        let source = name_in_arn(&asked.source_arn);
        if !state.queues.contains_key(source) {
            return Err(Refusal::new(
                404,
                "ResourceNotFoundException",
                "the source queue does not exist",
            ));
        }
        if !state
            .queues
            .values()
            .any(|queue| dead_letters_of(&queue.settings).is_some_and(|(dead, _)| dead == source))
        {
            return Err(invalid(
                "the source must be the dead-letter queue of some queue",
            ));
        }
        if let Some(destination) = &asked.destination_arn {
            state.queue(name_in_arn(destination))?;
        }
        let source_queue = state.queue(source)?;
        source_queue.settle(now_ms)?;
        let mut moved = 0;
        while let Some(seq) = state.queue(source)?.next_ready() {
            let Some(message) = state.queue(source)?.messages.get(&seq).cloned() else {
                continue;
            };
            let home = asked
                .destination_arn
                .as_deref()
                .map(name_in_arn)
                .or(message.died_in.as_deref());
            let Some(home) = home
                .map(str::to_owned)
                .filter(|home| state.queues.contains_key(home))
            else {
                // It stays where it is: its queue is gone.
                state.queue(source)?.commit(vec![Event::Hidden {
                    seq,
                    until_ms: now_ms,
                }])?;
                continue;
            };
            let fresh = Message {
                id: wire::random_id()?,
                sent_ms: now_ms,
                received: 0,
                died_in: None,
                ..message
            };
            state.hand_over(source, seq, &home, fresh)?;
            moved += 1;
        }
        let handle = wire::random_id()?;
        state.moves.push(Move {
            task_handle: handle.clone(),
            status: "COMPLETED",
            source_arn: asked.source_arn,
            destination_arn: asked.destination_arn,
            moved,
            total: moved,
            started_timestamp: now_ms,
        });
        Ok(json!({ "TaskHandle": handle }))
    }

    fn list_moves(&self, ask: Ask) -> Outcome {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct List {
            source_arn: String,
            max_results: Option<usize>,
        }
        let asked: List = ask.json()?;
        let state = self.state.lock();
        let moves = state
            .moves
            .iter()
            .rev()
            .filter(|known| known.source_arn == asked.source_arn);
        Ok(json!({ "Results": moves.take(asked.max_results.unwrap_or(1)).collect::<Vec<_>>() }))
    }
}

enum Taken {
    Messages(Vec<u8>),
    Nothing { wait_s: i64, next_ms: Option<i64> },
}

impl State {
    /// A queue by its URL or its name.
    fn queue(&mut self, url: &str) -> Result<&mut Queue, Refusal> {
        let name = url.rsplit('/').next().unwrap_or(url);
        self.queues.get_mut(name).ok_or_else(|| {
            Refusal::new(
                400,
                "QueueDoesNotExist",
                "The specified queue does not exist.",
            )
        })
    }

    fn take(&mut self, asked: &Receive, now_ms: i64) -> Result<Taken, Refusal> {
        let queue = self.queue(&asked.queue_url)?;
        queue.settle(now_ms)?;
        if queue.being_worked_on() >= IN_FLIGHT_LIMIT {
            return Err(Refusal::new(
                403,
                "OverLimit",
                "120,000 messages are in flight; delete some first",
            ));
        }
        let name = queue.name.clone();
        let hidden_s = asked
            .visibility_timeout
            .unwrap_or_else(|| queue.seconds("VisibilityTimeout"));
        let wait_s = asked
            .wait_time_seconds
            .unwrap_or_else(|| queue.seconds("ReceiveMessageWaitTimeSeconds"));
        let dead_letters =
            dead_letters_of(&queue.settings).filter(|(dead, _)| self.queues.contains_key(dead));

        let wanted = asked.max_number_of_messages.unwrap_or(1) as usize;
        let mut seqs = Vec::with_capacity(wanted);
        while seqs.len() < wanted
            && let Some(seq) = self.queue(&name)?.next_ready()
        {
            let Some(message) = self.queue(&name)?.messages.get(&seq) else {
                continue;
            };
            match &dead_letters {
                Some((dead, limit)) if message.received >= *limit => {
                    let message = Message {
                        died_in: Some(name.clone()),
                        ..message.clone()
                    };
                    self.hand_over(&name, seq, dead, message)?;
                }
                _ => seqs.push(seq),
            }
        }
        let queue = self.queue(&name)?;
        if seqs.is_empty() {
            return Ok(Taken::Nothing {
                wait_s,
                next_ms: queue.next_shows_ms(),
            });
        }
        let until_ms = now_ms + hidden_s * 1000;
        let taken = seqs
            .iter()
            .map(|&seq| Event::Taken {
                seq,
                at_ms: now_ms,
                until_ms,
            })
            .collect();
        queue
            .commit(taken)
            .inspect_err(|_| seqs.iter().for_each(|&seq| queue.show(seq)))?;
        let messages = seqs.iter().filter_map(|seq| queue.messages.get(seq));
        let given: Vec<_> = messages.map(|message| Given::new(message, asked)).collect();
        serde_json::to_vec(&Messages { messages: given })
            .map(Taken::Messages)
            .map_err(Refusal::internal)
    }

    /// Moves a message to another queue: first there, then gone from here. A kill between the two leaves it in both,
    /// which a standard queue's "at least once" allows.
    fn hand_over(
        &mut self,
        from: &str,
        seq: u64,
        to: &str,
        message: Message,
    ) -> Result<(), Refusal> {
        let target = self.queue(to)?;
        let seq_there = target.take_seq();
        target.commit(vec![Event::Sent(Box::new(Message {
            seq: seq_there,
            until_ms: 0,
            ..message
        }))])?;
        target.arrival.notify_waiters();
        self.queue(from)?.commit(vec![Event::Gone { seq }])
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OneQueue {
    queue_url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Receive {
    queue_url: String,
    max_number_of_messages: Option<i64>,
    visibility_timeout: Option<i64>,
    wait_time_seconds: Option<i64>,
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
    #[serde(default)]
    message_attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch<T> {
    queue_url: String,
    entries: Vec<T>,
}

trait Identified {
    fn id(&self) -> &str;
}

impl<T: Identified> Batch<T> {
    fn check(&self) -> Result<(), Refusal> {
        let (count, ids) = (self.entries.len(), self.entries.iter().map(T::id));
        if count == 0 {
            return Err(Refusal::new(
                400,
                "EmptyBatchRequest",
                "the batch has no entries",
            ));
        }
        if count > BATCH_LIMIT {
            let message = format!("a batch may have 10 entries, this one has {count}");
            return Err(Refusal::new(400, "TooManyEntriesInBatchRequest", message));
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if ids
            .clone()
            .any(|id| id.is_empty() || id.len() > 80 || !id.bytes().all(plain))
        {
            let message = "an entry's id has 1 to 80 letters, digits, hyphens and underscores";
            return Err(Refusal::new(400, "InvalidBatchEntryId", message));
        }
        if ids.collect::<BTreeSet<_>>().len() < count {
            return Err(Refusal::new(
                400,
                "BatchEntryIdsNotDistinct",
                "two entries have the same id",
            ));
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Handle {
    id: String,
    #[serde(rename = "ReceiptHandle")]
    receipt: String,
    visibility_timeout: Option<i64>,
}

impl Identified for Handle {
    fn id(&self) -> &str {
        &self.id
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    /// Of a message sent alone.
    #[serde(default)]
    queue_url: String,
    /// Of a message sent in a batch.
    #[serde(default)]
    id: String,
    message_body: String,
    delay_seconds: Option<i64>,
    #[serde(default)]
    message_attributes: BTreeMap<String, Attribute>,
    message_group_id: Option<String>,
}

impl Identified for Entry {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Entry {
    fn size(&self) -> usize {
        let attribute = |(name, attribute): (&String, &Attribute)| {
            let text = attribute.string_value.as_ref().map_or(0, String::len);
            let binary = attribute
                .binary_value
                .as_ref()
                .map_or(0, |base64| base64.len() / 4 * 3);
            name.len() + attribute.data_type.len() + text + binary
        };
        self.message_body.len() + self.message_attributes.iter().map(attribute).sum::<usize>()
    }

    fn into_message(self, queue: &mut Queue, now_ms: i64) -> Result<Message, Refusal> {
        let limit = queue.seconds("MaximumMessageSize");
        if self.size() as i64 > limit {
            return Err(invalid(&format!(
                "a message may be {limit} bytes, this one is {}",
                self.size()
            )));
        }
        if self.message_body.is_empty() {
            return Err(Refusal::new(
                400,
                "MissingParameter",
                "the message has no body",
            ));
        }
        let outside = |letter: char| letter < ' ' && !matches!(letter, '\t' | '\n' | '\r');
        if self
            .message_body
            .contains(|letter| outside(letter) || matches!(letter, '\u{fffe}' | '\u{ffff}'))
        {
            let message = "the body has a letter outside of what a message may hold";
            return Err(Refusal::new(400, "InvalidMessageContents", message));
        }
        let delay_s = self
            .delay_seconds
            .unwrap_or_else(|| queue.seconds("DelaySeconds"));
        within("DelaySeconds", delay_s, 0, 900)?;
        if self.message_attributes.len() > 10 {
            return Err(invalid("a message may have 10 attributes"));
        }
        if self
            .message_group_id
            .as_ref()
            .is_some_and(|group| group.is_empty() || group.len() > 128)
        {
            return Err(invalid("a MessageGroupId has 1 to 128 letters"));
        }
        Ok(Message {
            seq: queue.take_seq(),
            id: wire::random_id()?,
            body_md5: wire::md5_hex(self.message_body.as_bytes()),
            body: self.message_body,
            attributes: self.message_attributes,
            group: self.message_group_id,
            sent_ms: now_ms,
            until_ms: now_ms + delay_s * 1000,
            received: 0,
            first_received_ms: 0,
            died_in: None,
        })
    }
}

/// A received message on its way out; it borrows everything.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Given<'a> {
    message_id: &'a str,
    receipt_handle: String,
    #[serde(rename = "MD5OfBody")]
    md5_of_body: &'a str,
    body: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    message_attributes: BTreeMap<&'a str, &'a Attribute>,
    #[serde(
        rename = "MD5OfMessageAttributes",
        skip_serializing_if = "Option::is_none"
    )]
    md5_of_message_attributes: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Messages<'a> {
    messages: Vec<Given<'a>>,
}

impl<'a> Given<'a> {
    fn new(message: &'a Message, asked: &Receive) -> Self {
        let system: Vec<_> = asked
            .attribute_names
            .iter()
            .chain(&asked.message_system_attribute_names)
            .collect();
        let known = [
            (
                "ApproximateFirstReceiveTimestamp",
                Some(message.first_received_ms.to_string()),
            ),
            (
                "ApproximateReceiveCount",
                Some(message.received.to_string()),
            ),
            ("SenderId", Some(ACCOUNT.to_owned())),
            ("SentTimestamp", Some(message.sent_ms.to_string())),
            ("MessageGroupId", message.group.clone()),
            (
                "DeadLetterQueueSourceArn",
                message.died_in.as_deref().map(arn),
            ),
        ];
        let attributes = known
            .into_iter()
            .filter(|(name, _)| {
                system
                    .iter()
                    .any(|wanted| *wanted == name || *wanted == "All")
            })
            .filter_map(|(name, value)| Some((name, value?)))
            .collect();
        let wanted = |name: &str| {
            asked
                .message_attribute_names
                .iter()
                .any(|wanted| match wanted.strip_suffix(".*") {
                    Some(prefix) => name.starts_with(prefix),
                    None => wanted == name || wanted == "All",
                })
        };
        let named = message.attributes.iter().filter(|(name, _)| wanted(name));
        let message_attributes: BTreeMap<_, _> =
            named.map(|(name, value)| (name.as_str(), value)).collect();
        Self {
            message_id: &message.id,
            receipt_handle: receipt_handle(message),
            md5_of_body: &message.body_md5,
            body: &message.body,
            attributes,
            md5_of_message_attributes: attributes_md5(
                message_attributes
                    .iter()
                    .map(|(name, value)| (*name, *value)),
            ),
            message_attributes,
        }
    }
}

/// Good until the message is received again: the count of receipts is part of it.
fn receipt_handle(message: &Message) -> String {
    URL_SAFE_NO_PAD.encode(format!(
        "{} {} {}",
        message.seq, message.received, message.id
    ))
}

/// The message a handle was given for; `None` when it is gone or somebody else received it since.
fn behind<'a>(queue: &'a Queue, handle: &str) -> Result<Option<&'a Message>, Refusal> {
    let bad = || {
        Refusal::new(
            400,
            "ReceiptHandleIsInvalid",
            "The input receipt handle is invalid.",
        )
    };
    let text = URL_SAFE_NO_PAD
        .decode(handle)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(bad)?;
    let mut parts = text.split(' ');
    let seq = parts
        .next()
        .and_then(|seq| seq.parse::<u64>().ok())
        .ok_or_else(bad)?;
    let received = parts
        .next()
        .and_then(|received| received.parse::<u32>().ok())
        .ok_or_else(bad)?;
    let id = parts.next().ok_or_else(bad)?;
    Ok(queue
        .messages
        .get(&seq)
        .filter(|message| message.received == received && message.id == id))
}

/// Deleting with an old handle succeeds and does nothing.
fn deletion(queue: &Queue, handle: &str) -> Result<Option<Event>, Refusal> {
    Ok(behind(queue, handle)?.map(|message| Event::Gone { seq: message.seq }))
}

fn hiding(queue: &Queue, handle: &str, seconds: i64, now_ms: i64) -> Result<Event, Refusal> {
    within("VisibilityTimeout", seconds, 0, VISIBILITY_LIMIT_S)?;
    match behind(queue, handle)? {
        Some(message) if message.until_ms > now_ms => Ok(Event::Hidden {
            seq: message.seq,
            until_ms: now_ms + seconds * 1000,
        }),
        _ => Err(Refusal::new(
            400,
            "MessageNotInflight",
            "the message is not in flight under this handle",
        )),
    }
}

/// The queue for dead letters and how often a message may be received before it goes there.
fn dead_letters_of(settings: &BTreeMap<String, String>) -> Option<(String, u32)> {
    let policy: Value = serde_json::from_str(settings.get("RedrivePolicy")?).ok()?;
    let limit = match &policy["maxReceiveCount"] {
        Value::String(text) => text.parse().ok()?,
        number => number.as_u64()?,
    };
    Some((
        name_in_arn(policy["deadLetterTargetArn"].as_str()?).to_owned(),
        u32::try_from(limit).ok()?,
    ))
}

fn check_settings(
    settings: &BTreeMap<String, String>,
    state: &MutexGuard<State>,
) -> Result<(), Refusal> {
    for (setting, value) in settings {
        if let Some((name, _, smallest, largest)) =
            SETTINGS.iter().find(|(name, ..)| name == setting)
        {
            let number = value.parse().map_err(|_| bad_setting(name))?;
            within(name, number, *smallest, *largest).map_err(|_| bad_setting(name))?;
            continue;
        }
        match setting.as_str() {
            "RedrivePolicy" if !value.is_empty() => {
                let (dead, limit) =
                    dead_letters_of(settings).ok_or_else(|| bad_setting(setting))?;
                if !(1..=1000).contains(&limit) {
                    return Err(bad_setting("maxReceiveCount"));
                }
                if !state.queues.contains_key(&dead) {
                    return Err(invalid(&format!(
                        "the dead-letter queue {dead} does not exist; create it first"
                    )));
                }
            }
            "RedrivePolicy"
            | "RedriveAllowPolicy"
            | "Policy"
            | "SqsManagedSseEnabled"
            | "KmsMasterKeyId"
            | "KmsDataKeyReusePeriodSeconds" => {}
            _ => {
                return Err(Refusal::new(
                    400,
                    "InvalidAttributeName",
                    format!("Unknown Attribute {setting}."),
                ));
            }
        }
    }
    Ok(())
}

fn bad_setting(name: &str) -> Refusal {
    Refusal::new(
        400,
        "InvalidAttributeValue",
        format!("Invalid value for the parameter {name}."),
    )
}

fn invalid(reason: &str) -> Refusal {
    Refusal::new(400, "InvalidParameterValueException", reason)
}

fn within(name: &str, value: i64, smallest: i64, largest: i64) -> Result<(), Refusal> {
    if (smallest..=largest).contains(&value) {
        return Ok(());
    }
    let reason = format!(
        "Value {value} for parameter {name} is invalid. Reason: must be {smallest} to {largest}."
    );
    Err(invalid(&reason))
}

fn sent(message: &Message) -> Value {
    let attributes = message
        .attributes
        .iter()
        .map(|(name, value)| (name.as_str(), value));
    let mut receipt = json!({ "MessageId": message.id, "MD5OfMessageBody": message.body_md5 });
    if let Some(md5) = attributes_md5(attributes) {
        receipt["MD5OfMessageAttributes"] = json!(md5);
    }
    receipt
}

fn failure(id: &str, refusal: &Refusal) -> Value {
    json!({ "Id": id, "Code": refusal.code, "Message": refusal.message, "SenderFault": refusal.status < 500 })
}

/// The digest SQS gives of attributes: by name, each part led by its length, a byte telling text from bytes.
fn attributes_md5<'a>(
    attributes: impl Iterator<Item = (&'a str, &'a Attribute)>,
) -> Option<String> {
    let mut attributes = attributes.peekable();
    attributes.peek()?;
    let mut digest = Md5::new();
    let lengthy = |digest: &mut Md5, bytes: &[u8]| {
        digest.update((bytes.len() as u32).to_be_bytes());
        digest.update(bytes);
    };
    for (name, attribute) in attributes {
        lengthy(&mut digest, name.as_bytes());
        lengthy(&mut digest, attribute.data_type.as_bytes());
        if let Some(base64) = &attribute.binary_value {
            digest.update([2]);
            lengthy(&mut digest, &wire::from_base64(base64).unwrap_or_default());
        } else {
            digest.update([1]);
            lengthy(
                &mut digest,
                attribute
                    .string_value
                    .as_deref()
                    .unwrap_or_default()
                    .as_bytes(),
            );
        }
    }
    Some(wire::hex(&digest.finalize()))
}

fn url(ask: Ask, name: &str) -> String {
    let host = ask
        .header("host")
        .or_else(|| ask.parts.uri.authority().map(http::uri::Authority::as_str));
    format!(
        "http://{}/{ACCOUNT}/{name}",
        host.unwrap_or("embedded.invalid")
    )
}

fn arn(name: &str) -> String {
    format!("{ARN_PREFIX}{name}")
}

fn name_in_arn(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}
