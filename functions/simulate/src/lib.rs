//! Forecasts, backtests and snapshots of a tenant's book.
//!
//! What a run is asked for lies in the file `runs/<id>.request.json`, what it says in
//! `runs/<id>.json`; the message and the job carry ids alone. A book with too little history is no
//! failure: the job ends well and says why there is no forecast yet.

mod run;
mod work;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use edge::{Deadline, Failure, Function, Meta};
use identity::TenantCtx;
use store::{Message, Store, Tenant};
use work::Work;

/// Who works here, for feed and audit.
const FUNCTION: &str = "simulate";
/// Pages of the feed since the last snapshot that make a new one due: from there on a cold start
/// reads more of the feed than it would of the snapshot.
const PAGES_DUE: u64 = 20;

/// What the function works with.
#[derive(Clone, Debug)]
pub struct App {
    /// Where everything is kept.
    pub store: Store,
    /// Who is at work, and where its metrics go.
    pub function: Function,
}

impl App {
    /// The function on a store.
    pub fn new(store: Store, function: Function) -> Self {
        let store = store.named(FUNCTION);
        Self { store, function }
    }
}

/// Does what one message asks: `forecast.run` or `backtest.run`, of which the body is
/// `{"job": id, "forecast": id}` or `{"job": id, "backtest": id}`; `book.changed` and
/// `book.snapshot`, which need none.
pub async fn handle(app: &App, message: Message, meta: Meta) -> Result<(), Failure> {
    let ctx = TenantCtx::system(message.tenant, FUNCTION, &message.request_id);
    let tenant = app.store.tenant(&ctx);
    match message.kind.as_str() {
        "book.changed" => Ok(Box::pin(snapshot(&tenant, PAGES_DUE)).await?),
        "book.snapshot" => Ok(Box::pin(snapshot(&tenant, 1)).await?),
        run::FORECAST | run::BACKTEST => {
            let work = Work::of(tenant, &message, meta)?;
            // Boxed, because a run holds a whole book.
            Box::pin(work.run()).await
        }
        _ => Err(Failure::retry(
            "simulate does no work of this kind; deploy the newer one",
        )),
    }
}

/// Does what the messages of an event ask, and says which of them are to come again.
pub async fn batch(app: &App, event: SqsEvent, deadline: &Deadline) -> SqsBatchResponse {
    let one = async |message, meta| handle(app, message, meta).await;
    edge::batch(event, &app.function, deadline, one).await
}

/// Writes a snapshot of the book where the last one is so many pages behind.
async fn snapshot(tenant: &Tenant, due: u64) -> Result<(), store::Error> {
    let warm = tenant.book().await?;
    if warm.seq.saturating_sub(warm.snapshot_seq) < due {
        return Ok(());
    }
    let is_newest = tenant.save_snapshot(&warm).await?;
    tracing::info!(
        seq = warm.seq,
        is_newest,
        "Wrote a snapshot of the book at page {}",
        warm.seq
    );
    Ok(())
}
