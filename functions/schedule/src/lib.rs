//! What is due: each minute every tenant is looked at, and what it is time for is begun.
//!
//! Messages left behind are sent, work that stands still is asked for again, the nightly forecast
//! is queued, files are deleted whose time is over, and tenants whose time is over are erased. What
//! takes long is only put on a queue here. A tick may end anywhere, run twice or run at the same
//! time as another: each thing it begins is begun once, or does no harm twice.

mod files;
mod jobs;
mod keys;
mod night;
mod sources;

use aws_lambda_events::eventbridge::EventBridgeEvent;
use edge::{Deadline, Failure, Function, Metric, Unit};
use futures_util::future::join_all;
use identity::TenantCtx;
use jiff::{SignedDuration, Timestamp};
use model::TenantId;
use serde_json::json;
use std::collections::HashMap;
use std::error::Error as StdError;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::{Message, Outgoing, Queue, Store, Tenant, TenantInfo};

/// Who works here, for feed and audit.
const FUNCTION: &str = "schedule";
/// How long a tick takes at most: the next begins a minute after it began.
const MOST_TIME: Duration = Duration::from_secs(50);
/// Tenants looked at at the same time.
const AT_ONCE: usize = 8;
/// How often what needs no minute's care is looked at.
const THOROUGH_EVERY: SignedDuration = SignedDuration::from_mins(15);
/// The form of messages.
const FORM: u32 = 1;

/// What the function works with.
#[derive(Clone, Debug)]
pub struct App {
    /// Where everything is kept.
    pub store: Store,
    /// Who is at work, and where its metrics go.
    pub function: Function,
    memory: Arc<Mutex<Memory>>,
}

/// What a process need not ask again. Without it more is asked and the same is done.
#[derive(Debug, Default)]
struct Memory {
    tenants: HashMap<TenantId, Seen>,
    /// The tenant at which the last tick had no time left.
    next: Option<TenantId>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    /// When it was last looked at thoroughly.
    thoroughly: Timestamp,
    /// The last night whose forecast is there.
    night: Option<Timestamp>,
}

impl App {
    /// The function on a store.
    pub fn new(store: Store, function: Function) -> Self {
        Self {
            store: store.named(FUNCTION),
            function,
            memory: Arc::default(),
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a tick came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not known for whom to do it.
    #[error("the tenants cannot be listed")]
    Tenants(#[source] store::Error),
}

/// What a tick did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Tenants that were looked at.
    pub tenants: usize,
    /// Tenants of whom something could not be done; the log says what. It is tried again.
    pub failed: usize,
    /// Tenants left for the next tick, because the time was up.
    pub left: usize,
    /// Messages sent that had been left behind.
    pub sent: usize,
    /// For how many seconds the oldest message had lain in an outbox.
    pub outbox_age_s: u64,
    /// Jobs that stood still and were asked for again.
    pub requeued: usize,
    /// Syncs of sources begun.
    pub syncs: usize,
    /// Connections that wait for somebody to grant access anew.
    pub needs_reauth: usize,
    /// Nightly forecasts begun.
    pub forecasts: usize,
    /// Tenants whose erasure was asked for.
    pub erasures: usize,
    /// Files deleted because their time was over.
    pub files: usize,
    /// Whether a new session key was made.
    pub rotated: bool,
}

impl Ticked {
    fn add(&mut self, other: &Self) {
        self.tenants += other.tenants;
        self.failed += other.failed;
        self.sent += other.sent;
        self.outbox_age_s = self.outbox_age_s.max(other.outbox_age_s);
        self.requeued += other.requeued;
        self.syncs += other.syncs;
        self.needs_reauth += other.needs_reauth;
        self.forecasts += other.forecasts;
        self.erasures += other.erasures;
        self.files += other.files;
    }
}

/// Answers the event of a minute. What it says does not matter: it is a moment.
pub async fn handle(app: &App, _: EventBridgeEvent, deadline: &Deadline) -> Result<(), Failure> {
    // Boxed, because it is a large future.
    let ticked = Box::pin(tick_until(app, deadline)).await;
    ticked.map(drop).map_err(Failure::retry)
}

/// Does what is due now.
pub async fn tick(app: &App) -> Result<Ticked, Error> {
    let clock = app.store.clone();
    let deadline = Deadline::after(MOST_TIME, Arc::new(move || clock.now()));
    Box::pin(tick_until(app, &deadline)).await
}

/// Does what is due now, until a deadline; the next tick begins where this one ended.
pub async fn tick_until(app: &App, deadline: &Deadline) -> Result<Ticked, Error> {
    let mut ticked = Ticked {
        rotated: rotated(app).await,
        ..Ticked::default()
    };
    let mut tenants = app.store.tenants().await.map_err(Error::Tenants)?;
    let next = app.memory().next.take();
    if let Some(at) = next.and_then(|next| tenants.iter().position(|id| *id >= next)) {
        tenants.rotate_left(at);
    }
    let request_id = format!("req_{}", store::unique(app.store.now()));
    for few in tenants.chunks(AT_ONCE) {
        if deadline.has_passed() {
            app.memory().next = few.first().copied();
            break;
        }
        let looks = few
            .iter()
            .map(|id| Box::pin(look_at(app, *id, &request_id)));
        for one in join_all(looks).await {
            ticked.add(&one);
        }
    }
    ticked.left = tenants.len() - ticked.tenants;
    app.memory().tenants.retain(|id, _| tenants.contains(id));
    report(app, &ticked);
    Ok(ticked)
}

async fn rotated(app: &App) -> bool {
    keys::rotate(&app.store).await.unwrap_or_else(|error| {
        let error = &error as &dyn StdError;
        tracing::error!(error, "Cannot rotate the session keys");
        false
    })
}

fn report(app: &App, ticked: &Ticked) {
    let count = |name, number: usize| Metric::count(name, number as u64);
    let metrics = [
        count("tenants", ticked.tenants),
        count("failed", ticked.failed),
        count("left", ticked.left),
        count("sent", ticked.sent),
        Metric::new("outbox_age_s", Unit::Seconds, ticked.outbox_age_s as f64),
        count("requeued", ticked.requeued),
        count("syncs", ticked.syncs),
        count("needs_reauth", ticked.needs_reauth),
        count("forecasts", ticked.forecasts),
        count("erasures", ticked.erasures),
        count("files", ticked.files),
    ];
    app.function.measure(&[], &metrics);
}

/// One tenant and what was begun for it.
struct Look {
    tenant: Tenant,
    ticked: Ticked,
}

impl Look {
    /// What a step did; its failure does not keep the others from being done.
    fn done<T>(&mut self, step: &str, done: Result<T, store::Error>) -> Option<T> {
        match done {
            Ok(done) => Some(done),
            Err(error) => {
                self.ticked.failed = 1;
                let (tenant, error) = (self.tenant.id(), &error as &dyn StdError);
                tracing::error!(%tenant, step, error, "A step of the schedule failed");
                None
            }
        }
    }
}

async fn look_at(app: &App, id: TenantId, request_id: &str) -> Ticked {
    let tenant = app
        .store
        .tenant(&TenantCtx::system(id, FUNCTION, request_id));
    let ticked = Ticked {
        tenants: 1,
        ..Ticked::default()
    };
    let mut look = Look { tenant, ticked };
    let info = look.tenant.find_document::<TenantInfo>("A").await;
    let Some(info) = look.done("tenant", info) else {
        return look.ticked;
    };
    match info.map(|stored| stored.value) {
        Some(info) if info.deleted_at.is_none() => live(app, &mut look, &info).await,
        // The row that says what it is called goes last: where there is none, the end of an erasure
        // was cut off.
        info => {
            let from = info.and_then(|info| info.erased_from());
            if from.is_none_or(|from| from <= app.store.now()) {
                let asked = erase(&look.tenant).await;
                look.ticked.erasures = usize::from(look.done("erasure", asked).is_some());
            }
        }
    }
    look.ticked
}

async fn live(app: &App, look: &mut Look, info: &TenantInfo) {
    let now = app.store.now();
    let id = look.tenant.id();
    let seen = app.memory().tenants.get(&id).copied();
    let since = |seen: Seen| now.duration_since(seen.thoroughly);
    let is_thorough = seen.is_none_or(|seen| since(seen) >= THOROUGH_EVERY);

    let swept = look.tenant.sweep_outbox().await;
    if let Some(swept) = look.done("outbox", swept) {
        look.ticked.sent = swept.sent;
        look.ticked.outbox_age_s = swept.oldest_s;
        if let Some(error) = swept.stopped {
            look.done::<()>("outbox", Err(error));
        }
    }
    let requeued = jobs::requeue(&look.tenant, is_thorough).await;
    look.ticked.requeued = look.done("jobs", requeued).unwrap_or_default();

    let looked = sources::begin(&look.tenant, is_thorough).await;
    let looked = look.done("syncs", looked).unwrap_or_default();
    look.ticked.syncs = looked.begun;
    look.ticked.needs_reauth = looked.needs_reauth;

    let night = night::before(now);
    let mut forecast_for = seen.and_then(|seen| seen.night);
    if forecast_for != Some(night) {
        let begun = night::forecast(&look.tenant, info, night).await;
        if let Some(begun) = look.done("nightly forecast", begun) {
            look.ticked.forecasts = usize::from(begun);
            forecast_for = Some(night);
        }
    }
    let mut thoroughly = seen.map_or(Timestamp::MIN, |seen| seen.thoroughly);
    if is_thorough {
        let deleted = files::delete_old(&look.tenant).await;
        if let Some(deleted) = look.done("old files", deleted) {
            look.ticked.files = deleted;
            thoroughly = now;
        }
    }
    let seen = Seen {
        thoroughly,
        night: forecast_for,
    };
    app.memory().tenants.insert(id, seen);
}

/// Asks for the end of a tenant. Each tick asks again until it is gone: a second erasure finds
/// nothing.
async fn erase(tenant: &Tenant) -> Result<(), store::Error> {
    let outgoing = message(tenant, Queue::Deliver, "tenant.erase", json!({}));
    tenant.send(&outgoing).await
}

fn message(tenant: &Tenant, queue: Queue, kind: &str, body: serde_json::Value) -> Outgoing {
    let message = Message {
        v: FORM,
        tenant: tenant.id(),
        request_id: tenant.request_id().to_owned(),
        kind: kind.to_owned(),
        body,
    };
    Outgoing::now(queue, message)
}
