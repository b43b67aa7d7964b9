//! What carries messages from the queues to the functions, and the minute's tick to `schedule`: on
//! AWS the event source mappings and EventBridge.

use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use edge::{Deadline, Function};
use jiff::{SignedDuration, Timestamp};
use store::{Queue, Received, Store};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;

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

/// How many messages of a queue are worked on at once. A source that makes one run wait holds up no
/// other, as in Lambda; what computes has the machine for itself.
fn at_once(queue: Queue) -> usize {
    match queue {
        Queue::Sync => 6,
        Queue::Simulate | Queue::Deliver => 1,
    }
}

/// Carries the messages of one queue until it is told to stop.
pub(super) async fn pump(
    store: Store,
    queue: Queue,
    url: String,
    mut stopping: watch::Receiver<bool>,
) {
    let work = Arc::new(Work {
        behind: Behind::of(queue, &store, &url),
        store,
        queue,
        stopping: stopping.clone(),
    });
    let most = at_once(queue);
    let mut works = JoinSet::new();
    loop {
        while works.len() >= most {
            works.join_next().await;
        }
        let received = tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => break,
            received = work.store.receive(queue, WAIT_S) => received,
        };
        match received {
            Ok(messages) => {
                let Ok(until) = work.store.now().checked_add(WORK) else {
                    break;
                };
                for message in messages {
                    while works.len() >= most {
                        works.join_next().await;
                    }
                    // A function's work stays on one thread, as in Lambda.
                    let (here, work) = (Handle::current(), Arc::clone(&work));
                    works.spawn_blocking(move || here.block_on(work.carry(message, until)));
                }
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, %queue, "Cannot read a queue");
                if stopped_within(&mut stopping, PAUSE).await {
                    break;
                }
            }
        }
    }
    while works.join_next().await.is_some() {}
}

/// What carries single messages of a queue to the function behind it.
struct Work {
    behind: Behind,
    store: Store,
    queue: Queue,
    stopping: watch::Receiver<bool>,
}

impl Work {
    async fn carry(&self, message: Received, until: Timestamp) {
        let (clock, stopping) = (self.store.clone(), self.stopping.clone());
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
        event.records = vec![record(&message)];
        let response = self.behind.batch(event, &deadline).await;
        let queue = self.queue;
        if response.batch_item_failures.is_empty() {
            if let Err(error) = self.store.acknowledge(queue, &[message.receipt]).await {
                // It comes again, and is done again without harm.
                tracing::warn!(error = &error as &dyn std::error::Error, %queue, "Cannot acknowledge a message");
            }
        } else {
            let seconds = (1_i32 << message.receives().min(6)).min(MOST_BACK_OFF_S);
            let _ = self.store.hide(queue, &message.receipt, seconds).await;
        }
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
