//! What carries messages from the queues to the functions, and the minute's tick to `schedule`: on
//! AWS the event source mappings and EventBridge.

use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use edge::{Deadline, Function};
use jiff::{SignedDuration, Timestamp};
use store::{Queue, Received, Store};
use tokio::sync::watch;

/// How long a function may work on a batch before it hands over, as in Lambda.
const WORK: SignedDuration = SignedDuration::from_secs(90);
/// How long one look at a queue waits for a message.
const WAIT_S: i32 = 5;
/// How long a failed message is hidden at most. On AWS it is the whole visibility timeout, which
/// is longer than somebody in front of the screen wants to wait.
const MOST_BACK_OFF_S: i32 = 60;
const TICK: Duration = Duration::from_mins(1);
/// How long to wait when a queue cannot be read.
const PAUSE: Duration = Duration::from_secs(1);

/// A function behind a queue.
enum Behind {
    Sync(sync::App),
    Simulate(simulate::App),
    Deliver(deliver::App),
}

impl Behind {
    fn of(queue: Queue, store: &Store, url: &str) -> Self {
        let (store, function) = (store.clone(), Function::new(queue.as_str(), None));
        match queue {
            Queue::Sync => {
                let mut app = sync::App::new(store, function);
                app.sources.local = true;
                Self::Sync(app)
            }
            Queue::Simulate => Self::Simulate(simulate::App::new(store, function)),
            Queue::Deliver => {
                let app = deliver::App::new(store, function);
                Self::Deliver(deliver::App {
                    public_url: url.to_owned(),
                    ..app
                })
            }
        }
    }

    async fn batch(&self, event: SqsEvent, deadline: &Deadline) -> SqsBatchResponse {
        match self {
            Self::Sync(app) => sync::batch(app, event, deadline).await,
            Self::Simulate(app) => simulate::batch(app, event, deadline).await,
            Self::Deliver(app) => deliver::batch(app, event, deadline).await,
        }
    }
}

/// Carries the messages of one queue until it is told to stop.
pub(super) async fn pump(
    store: Store,
    queue: Queue,
    url: String,
    mut stopping: watch::Receiver<bool>,
) {
    let behind = Behind::of(queue, &store, &url);
    loop {
        let received = tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => return,
            received = store.receive(queue, WAIT_S) => received,
        };
        match received {
            Ok(messages) if messages.is_empty() => {}
            Ok(messages) => carry(&store, queue, &behind, messages, stopping.clone()).await,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, %queue, "Cannot read a queue");
                if stopped_within(&mut stopping, PAUSE).await {
                    return;
                }
            }
        }
    }
}

async fn carry(
    store: &Store,
    queue: Queue,
    behind: &Behind,
    messages: Vec<Received>,
    stopping: watch::Receiver<bool>,
) {
    let Ok(until) = store.now().checked_add(WORK) else {
        return;
    };
    let clock = store.clone();
    // Whoever is told to stop has no time left, and hands over.
    let now = move || {
        if *stopping.borrow() {
            Timestamp::MAX
        } else {
            clock.now()
        }
    };
    let deadline = Deadline::at(until, Arc::new(now));
    let mut event = SqsEvent::default();
    event.records = messages.iter().map(record).collect();
    let response = behind.batch(event, &deadline).await;
    let failed = |message: &&Received| {
        response
            .batch_item_failures
            .iter()
            .any(|failure| failure.item_identifier == message.id)
    };
    let (again, done): (Vec<_>, Vec<_>) = messages.iter().partition(failed);
    let receipts: Vec<String> = done.iter().map(|message| message.receipt.clone()).collect();
    if let Err(error) = store.acknowledge(queue, &receipts).await {
        // They come again, and are done again without harm.
        tracing::warn!(error = &error as &dyn std::error::Error, %queue, "Cannot acknowledge messages");
    }
    for message in again {
        let seconds = (1_i32 << message.receives().min(6)).min(MOST_BACK_OFF_S);
        let _ = store.hide(queue, &message.receipt, seconds).await;
    }
}

fn record(message: &Received) -> SqsMessage {
    let mut record = SqsMessage::default();
    record.message_id = Some(message.id.clone());
    record.receipt_handle = Some(message.receipt.clone());
    record.body = Some(message.body.clone());
    record.attributes.clone_from(&message.attributes);
    record.event_source = Some("aws:sqs".to_owned());
    record
}

/// Ticks `schedule` each minute, at once for the first time.
pub(super) async fn tick(store: Store, mut stopping: watch::Receiver<bool>) {
    let app = schedule::App::new(store, Function::new("schedule", None));
    loop {
        if let Err(error) = schedule::tick(&app).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "A tick of the schedule failed"
            );
        }
        if stopped_within(&mut stopping, TICK).await {
            return;
        }
    }
}

/// Waits so long, or until it is told to stop; says whether it was.
pub(super) async fn stopped_within(stopping: &mut watch::Receiver<bool>, time: Duration) -> bool {
    tokio::time::timeout(time, stopping.wait_for(|stop| *stop))
        .await
        .is_ok()
}
