//! Imports and syncs: files of a tenant taken into its store, page by page.
//!
//! A message says which import and which job. Whoever takes the import's lease works on it: reads
//! the files as one book, puts the book's entities in one fixed order and writes them page by page.
//! How far that has come, what it counted so far and where the undo images lie is the lease's
//! cursor, which moves in the same transaction as the page. So a worker may be killed anywhere, and
//! whoever comes next goes on with exact counts; one that was thought dead writes nothing more.

mod commit;
mod connection;
mod cursor;
mod files;
mod plan;
mod undo;
mod validate;
mod work;

pub use cursor::{Counts, Tally};
pub use validate::{PreviewDeal, preview_blob, report_blob};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use edge::{Deadline, Failure, Function, Meta};
use pull::Transport;
use std::fmt;
use std::sync::Arc;
use store::book::Books;
use store::{MOST_CHANGES, Message, Store};
use work::Work;

/// What the function works with.
#[derive(Clone, Debug)]
pub struct App {
    /// Where everything is kept.
    pub store: Store,
    /// Who is at work, and where its metrics go.
    pub function: Function,
    /// How much it takes at once.
    pub limits: Limits,
    /// How sources are asked.
    pub sources: Sources,
    /// Books of tenants at work, kept warm.
    pub books: Arc<Books<()>>,
}

/// How sources are asked.
#[derive(Clone)]
pub struct Sources {
    /// What carries requests.
    pub transport: Transport,
    /// Whether connections may name other addresses than the vendor's: on one machine only.
    pub local: bool,
    /// Whether the vendors' limits are kept.
    pub limited: bool,
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources")
            .field("local", &self.local)
            .finish_non_exhaustive()
    }
}

impl Default for Sources {
    fn default() -> Self {
        Self {
            transport: pull::https(),
            local: false,
            limited: true,
        }
    }
}

/// Books of so many tenants are kept warm.
const WARM_TENANTS: usize = 16;

/// How much is taken at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Entities of a page, at most [`MOST_CHANGES`].
    pub page: usize,
    /// Bytes of a page: a transaction holds four million.
    pub page_bytes: usize,
    /// Bytes of an import's files, unpacked.
    pub unpacked_bytes: u64,
    /// Rows of an import's files.
    pub rows: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            page: MOST_CHANGES,
            page_bytes: 3_000_000,
            unpacked_bytes: 1 << 30,
            rows: 5_000_000,
        }
    }
}

impl App {
    /// The function on a store.
    pub fn new(store: Store, function: Function) -> Self {
        Self {
            store: store.named("sync"),
            function,
            limits: Limits::default(),
            sources: Sources::default(),
            books: Arc::new(Books::new(WARM_TENANTS)),
        }
    }
}

/// Does what one message asks: `import.validate`, `import.commit` or `import.undo`, of which the
/// body is `{"import": id, "job": id}`; `connection.…`, of which the body names the connection.
pub async fn handle(app: &App, message: Message, meta: Meta) -> Result<(), Failure> {
    if message.kind.starts_with("connection.") {
        return Box::pin(connection::handle(app, message, meta)).await;
    }
    let work = Work::of(app, message, meta)?;
    // Boxed, because the whole of an import is one large future.
    Box::pin(work.run()).await
}

/// Does what the messages of an event ask, and says which of them are to come again.
pub async fn batch(app: &App, event: SqsEvent, deadline: &Deadline) -> SqsBatchResponse {
    let one = async |message, meta| handle(app, message, meta).await;
    edge::batch(event, &app.function, deadline, one).await
}
