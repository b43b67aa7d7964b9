//! Where everything is kept: one table, a bucket, queues, secrets and keys, through the AWS SDK
//! alone and for one tenant at a time.
//!
//! A [`Store`] gives a [`Tenant`] to whoever has a verified [`identity::TenantCtx`], and a tenant
//! gives everything else: entities and the feed of their changes ([`Tenant::commit`]), the warm
//! [`book`], [`Job`]s, [`Import`]s, [`Connection`]s with their sealed [`Secrets`], documents, sealed
//! files, leases and idempotency keys. No other crate names the SDK; there is no second
//! implementation, because on one machine and in tests an embedded AWS answers behind the same
//! clients.
//!
//! What lies where, and what reading it costs, stands in `docs/data.md`.

mod accounts;
mod app_keys;
mod apps;
mod audit;
mod aws;
mod blobs;
pub mod book;
mod commit;
mod connections;
mod cursor;
mod documents;
mod erase;
mod error;
mod idempotency;
mod imports;
mod issuers;
mod item;
mod jobs;
mod keys;
mod lease;
mod limits;
mod links;
mod mail;
mod members;
mod oauth_states;
mod outbox;
mod poll;
mod queue;
mod raw;
mod saved;
mod seal;
mod snapshot;
mod table;
mod tenant;
mod tenants;
mod tokens;

pub use app_keys::AppKeys;
pub use aws::{Aws, MOST_RECEIVES, Names, VISIBILITY_S};
pub use blobs::Blob;
pub use commit::{Committed, Kept, MOST_CHANGES, Page, Versioned};
pub use connections::{
    AuthKind, Connection, ConnectionStatus, EVERY_MIN, MOST_ISSUES, StreamCounts, StreamMode,
    StreamState, StreamStatus, WebhookInfo,
};
pub use cursor::CursorError;
pub use documents::{Document, Stored};
pub use erase::Erasure;
pub use error::{Disposition, Error};
pub use idempotency::{Answer, Claim, Claimed};
pub use imports::{Import, ImportFile, ImportStatus};
pub use issuers::SavedIssuer;
pub use jobs::{Goon, Job, JobProblem, JobStatus, Progress, SILENT_S};
pub use lease::{LEASE_S, Lease, Step};
pub use links::{Links, stands_for};
pub use members::SentCode;
pub use oauth_states::{
    OAUTH_COOKIE, OAUTH_STATE_S, OauthPurpose, OauthState, is_oauth_session, oauth_session,
};
pub use outbox::Swept;
pub use poll::Received;
pub use queue::{MOST_DELAY_S, Message, Outgoing, Queue, QueueUrls};
pub use saved::{Run, SavedScenario, SavedSettings, Simulation, View};
pub use seal::{random, random_array};
pub use tenant::{Clock, Luck, Store, Tenant, unique};
pub use tenants::{Lookup, SOFT_DELETE_DAYS, TenantInfo};
pub use tokens::{Credential, Lost, REFRESH_S, Refresh, RefreshClaim, Secrets};
