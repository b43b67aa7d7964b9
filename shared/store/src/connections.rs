//! Connections to sources, and how each of their streams stands.

use crate::documents::{Document, Stored};
use crate::error::Error;
use crate::jobs::JobProblem;
use crate::tenant::Tenant;
use jiff::Timestamp;
use model::{ConnectionId, FieldMap};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How often a connection is synced where nobody said otherwise.
pub const EVERY_MIN: u32 = 30;
/// Issues of a stream that are kept to be read; the counts tell of all.
pub const MOST_ISSUES: usize = 20;

/// How a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionStatus {
    /// It was made, and nobody has granted access yet.
    Pending,
    /// It is synced.
    Active,
    /// The source no longer accepts us; `reason` says what a person can do.
    NeedsReauth,
    /// Somebody halted it.
    Paused,
    /// It was disconnected: its secrets are gone, what it brought stays.
    Disabled,
}

/// What we show the source to be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthKind {
    /// Tokens that somebody at the source granted.
    Oauth,
    /// A key that was typed in.
    Key,
}

/// How the source tells us of changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookInfo {
    /// SHA-256 of the secret part of the address it calls, where the address has one.
    #[serde(default)]
    pub path_token_digest: Option<String>,
    /// Whether it is set up at the source.
    #[serde(default)]
    pub active: bool,
}

/// A linked source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Which.
    pub id: ConnectionId,
    /// Of which connector: `hubspot`.
    pub source: String,
    /// What people call it.
    pub name: String,
    /// How it stands.
    pub status: ConnectionStatus,
    /// A sentence for people, where it needs one of them.
    #[serde(default)]
    pub reason: Option<String>,
    /// What we show to be let in.
    pub auth: AuthKind,
    /// Another address of the source than the connector's; on one machine only.
    #[serde(default)]
    pub base_url: Option<String>,
    /// Where people sign in at the source, if not where most do.
    #[serde(default)]
    pub login_host: Option<String>,
    /// The customer's own address at the source, as the source told it.
    #[serde(default)]
    pub instance_url: Option<String>,
    /// The source's id of the customer: an account, organisation or portal.
    #[serde(default)]
    pub account: Option<String>,
    /// The namespace its ids are derived in: `hubspot:4411223`.
    pub space: String,
    /// Minutes between two syncs.
    pub every_min: u32,
    /// Who made it, as the audit names them.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was last brought up to date.
    #[serde(default)]
    pub last_sync_at: Option<Timestamp>,
    /// When it is to be synced next.
    #[serde(default)]
    pub next_sync_at: Option<Timestamp>,
    /// The job of the sync that runs.
    #[serde(default)]
    pub run: Option<String>,
    /// Which taker of the lease on beginning runs said so: those before it have no more say.
    #[serde(default)]
    pub begun: i64,
    /// How it tells us of changes, where it does.
    #[serde(default)]
    pub webhook: Option<WebhookInfo>,
    /// Streams that nobody wants.
    #[serde(default)]
    pub streams_off: BTreeSet<String>,
    /// Fields of deals that are taken from other fields of the source than the usual ones.
    #[serde(default, skip_serializing_if = "FieldMap::is_empty")]
    pub fields: FieldMap,
    /// A place to try things: what it brings is nobody's business.
    #[serde(default)]
    pub sandbox: bool,
    /// When what we keep was last held against the source.
    #[serde(default)]
    pub last_reconciled_at: Option<Timestamp>,
}

impl Connection {
    /// A connection that waits for access. Its space is the source's name until an account is
    /// known.
    pub fn new(
        id: ConnectionId,
        source: &str,
        auth: AuthKind,
        created_by: &str,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            source: source.to_owned(),
            name: source.to_owned(),
            status: ConnectionStatus::Pending,
            reason: None,
            auth,
            base_url: None,
            login_host: None,
            instance_url: None,
            account: None,
            space: source.to_owned(),
            every_min: EVERY_MIN,
            created_by: created_by.to_owned(),
            created_at,
            last_sync_at: None,
            next_sync_at: None,
            run: None,
            begun: 0,
            webhook: None,
            streams_off: BTreeSet::new(),
            fields: FieldMap::new(),
            sandbox: false,
            last_reconciled_at: None,
        }
    }

    /// The namespace in which the ids of an account are derived.
    pub fn space_of(source: &str, account: &str) -> String {
        format!("{source}:{account}")
    }

    /// Whether it is known in which namespace its ids are derived: from then on that never changes,
    /// or everything would be there twice.
    pub fn is_settled(&self) -> bool {
        self.space != self.source
    }

    /// Says of which account it is, where nothing was said of that before.
    pub fn settle(&mut self, account: &str) {
        if !self.is_settled() {
            self.space = Self::space_of(&self.source, account);
            self.account = Some(account.to_owned());
        }
    }
}

impl Document for Connection {
    const PARTITION: &'static str = "X";
    const WHAT: &'static str = "connection";
    fn id(&self) -> String {
        self.id.to_string()
    }
}

/// How a stream stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamStatus {
    /// Nothing is to be done.
    #[default]
    Idle,
    /// Waits for a worker.
    Queued,
    /// Is pulled.
    Running,
    /// The source asked us to wait, until `waiting_until`.
    Waiting,
    /// Stopped; `problem` says why.
    Failed,
    /// Nobody wants it.
    Off,
}

/// What a pull of a stream is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamMode {
    /// Everything, for the first time.
    #[default]
    Load,
    /// What changed since.
    Changes,
    /// Everything again, to find what was missed or deleted.
    Reconcile,
}

/// What became of the records of a stream's run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StreamCounts {
    /// Records read.
    pub read: u64,
    /// Of them new to us.
    pub new: u64,
    /// Of them changed.
    pub changed: u64,
    /// Of them as we had them.
    pub unchanged: u64,
    /// Deleted at the source.
    pub deleted: u64,
    /// Set aside because they could not be kept.
    pub quarantined: u64,
    /// Things to say about them.
    pub issues: u64,
}

/// How a stream of a connection stands, for people. Where the work stands is the cursor of its
/// lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamState {
    /// Whose stream it is.
    pub connection: ConnectionId,
    /// Its name: `deals`.
    pub stream: String,
    /// How it stands.
    #[serde(default)]
    pub status: StreamStatus,
    /// The run it is about, by its job: workers of another run have no say.
    #[serde(default)]
    pub job: String,
    /// Which taker of the lease on beginning runs queued it last: those before it have no more say.
    #[serde(default)]
    pub begun: i64,
    /// Which taker of the stream's own lease said last how it stands: neither have those before it.
    #[serde(default)]
    pub epoch: i64,
    /// What the present or last run is for.
    #[serde(default)]
    pub mode: StreamMode,
    /// What became of that run's records.
    #[serde(default)]
    pub counts: StreamCounts,
    /// How many records the source says it has.
    #[serde(default)]
    pub source_total: Option<u64>,
    /// How many of them we keep.
    #[serde(default)]
    pub kept_total: u64,
    /// Up to which change of the book they were counted there, as every run does at its end: from then on its
    /// workers, who know of their own stream alone, have no say about that.
    #[serde(default)]
    pub counted_to: Option<u64>,
    /// When they are counted next, where a webhook brought some: not before then, so all written by then is in it.
    #[serde(default)]
    pub count_at: Option<Timestamp>,
    /// Up to when all of the source's changes are in.
    #[serde(default)]
    pub complete_until: Option<Timestamp>,
    /// Until when the source asked us to wait.
    #[serde(default)]
    pub waiting_until: Option<Timestamp>,
    /// When a run last began.
    #[serde(default)]
    pub last_started_at: Option<Timestamp>,
    /// When a run last came to its end.
    #[serde(default)]
    pub last_finished_at: Option<Timestamp>,
    /// Why it stopped; or, where it did not fail, what the source refuses it beside its records.
    #[serde(default)]
    pub problem: Option<JobProblem>,
    /// The newest issues, rendered, at most [`MOST_ISSUES`]; add them by [`StreamState::note`].
    #[serde(default)]
    pub issues: Vec<String>,
    /// The fields seen so far of each of the source's objects, to notice new and missing ones.
    #[serde(default)]
    pub fields: BTreeMap<String, Vec<String>>,
}

impl StreamState {
    /// A stream of which nothing was read.
    pub fn new(connection: ConnectionId, stream: &str) -> Self {
        Self {
            connection,
            stream: stream.to_owned(),
            status: StreamStatus::default(),
            job: String::new(),
            begun: 0,
            epoch: 0,
            mode: StreamMode::default(),
            counts: StreamCounts::default(),
            source_total: None,
            kept_total: 0,
            counted_to: None,
            count_at: None,
            complete_until: None,
            waiting_until: None,
            last_started_at: None,
            last_finished_at: None,
            problem: None,
            issues: Vec::new(),
            fields: BTreeMap::new(),
        }
    }

    /// The id of a stream's state.
    pub fn id_of(connection: ConnectionId, stream: &str) -> String {
        format!("{connection}#{stream}")
    }

    /// Counts issues and keeps the newest of them.
    pub fn note(&mut self, issues: impl IntoIterator<Item = String>) {
        let before = self.issues.len();
        self.issues.extend(issues);
        self.counts.issues += (self.issues.len() - before) as u64;
        let old = self.issues.len().saturating_sub(MOST_ISSUES);
        self.issues.drain(..old);
    }
}

impl Document for StreamState {
    const PARTITION: &'static str = "XS";
    const WHAT: &'static str = "stream";
    fn id(&self) -> String {
        Self::id_of(self.connection, &self.stream)
    }
}

impl Tenant {
    /// The streams of a connection that were ever begun, by name.
    pub async fn streams(
        &self,
        connection: ConnectionId,
    ) -> Result<Vec<Stored<StreamState>>, Error> {
        self.documents_under(&StreamState::id_of(connection, ""))
            .await
    }

    /// Edits how a stream stands, from nothing where nothing was kept of it.
    pub async fn edit_stream(
        &self,
        connection: ConnectionId,
        stream: &str,
        mut edit: impl FnMut(&mut StreamState) + Send,
    ) -> Result<Stored<StreamState>, Error> {
        let new = || StreamState::new(connection, stream);
        self.upsert_document(new, |state| {
            edit(state);
            Ok(())
        })
        .await
    }

    /// Forgets how the streams of a connection stand; gives their number.
    pub async fn delete_streams(&self, connection: ConnectionId) -> Result<usize, Error> {
        let streams = self.streams(connection).await?;
        for stored in &streams {
            match self
                .delete_document::<StreamState>(&stored.value.id(), None)
                .await
            {
                // Somebody else forgets it too.
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(streams.len())
    }
}
