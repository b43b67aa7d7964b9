//! Runs that are asked for: one at a time of a connection.

use super::{connection_of, later, no_stream, wrong_state};
use crate::auth::Caller;
use crate::jobs::{JobView, accepted};
use crate::people::audit;
use crate::queue_job::message;
use axum::response::Response;
use edge::{Code, Json, Path, Problem};
use http::HeaderValue;
use http::header::LOCATION;
use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::{Connection, ConnectionStatus, Error, Job, Outgoing, Page, Queue, Stored};
use utoipa::ToSchema;

pub(super) const SYNC: &str = "connection.sync";
const LOAD: &str = "connection.load";
const RECONCILE: &str = "connection.reconcile";
pub(super) const REMAP: &str = "connection.remap";
const ERASE: &str = "connection.erase";

/// So many of the newest jobs are looked at for one of this connection that is not over.
const RECENT: usize = 100;
/// How often a run is begun again because the connection was changed in between.
const MOST_TRIES: usize = 5;
/// By then whoever was at work on a connection that was disconnected has noticed.
const NOTICED_S: u32 = 120;

/// How much a sync reads.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SyncMode {
    /// What changed.
    #[default]
    Changes,
    /// Everything.
    Full,
    /// Everything, and what is missing is asked after.
    Reconcile,
}

/// What to sync.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SyncConnection {
    /// `changes`, `full` or `reconcile`.
    #[serde(default)]
    mode: SyncMode,
    /// Only these streams; without any, all that are wanted.
    #[serde(default)]
    streams: BTreeSet<String>,
}

/// Sync a connection now
///
/// Of one connection one run is at work at a time: while it is, the answer is 409 and `Location`
/// leads to its job.
#[utoipa::path(post, path = "/v1/connections/{id}/sync", tag = "connections", operation_id = "syncConnection",
    params(("id" = String, Path, description = "The connection's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request twice is done once")),
    request_body = Option<SyncConnection>,
    responses((status = 202, description = "The job to watch", body = JobView)))]
pub(super) async fn sync_connection(
    caller: Caller,
    Path(id): Path<String>,
    body: Option<Json<SyncConnection>>,
) -> Result<Response, Problem> {
    let Json(SyncConnection { mode, streams }) = body.unwrap_or_default();
    let connection = connection_of(&caller, &id).await?.value;
    check_streams(&connection, &streams)?;
    let kind = match mode {
        SyncMode::Changes => SYNC,
        SyncMode::Full => LOAD,
        SyncMode::Reconcile => RECONCILE,
    };
    let detail = BTreeMap::from([("kind".to_owned(), kind.to_owned())]);
    let job = begin(&caller, &id, kind, streams).await?;
    audit(&caller, "connection.sync", &id, detail).await?;
    accepted(&caller, job)
}

fn check_streams(connection: &Connection, streams: &BTreeSet<String>) -> Result<(), Problem> {
    let Some(connector) = connectors::find(&connection.source) else {
        return Err(wrong_state(connection, "cannot be synced"));
    };
    let mut problem = Problem::new(Code::InvalidBody);
    for name in streams {
        if connector.stream(name).is_none() {
            problem = problem.field("/streams", "unknown", no_stream(connector, name));
        } else if connection.streams_off.contains(name) {
            let message = format!("{name} is switched off; take it out of streams_off first");
            problem = problem.field("/streams", "switched_off", message);
        }
    }
    if problem.errors.is_empty() {
        Ok(())
    } else {
        Err(problem)
    }
}

/// Map again what was read
///
/// A job makes anew what was made of the pages that are kept, without asking the source: after the
/// stages were said to mean something else, or Pie has learned to read more.
#[utoipa::path(post, path = "/v1/connections/{id}/remap", tag = "connections", operation_id = "remapConnection",
    params(("id" = String, Path, description = "The connection's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request twice is done once")),
    responses((status = 202, description = "The job to watch", body = JobView)))]
pub(super) async fn remap_connection(
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let job = begin(&caller, &id, REMAP, BTreeSet::new()).await?;
    audit(&caller, "connection.remap", &id, BTreeMap::new()).await?;
    accepted(&caller, job)
}

/// Begins a run of a connection of which none is at work.
pub(super) async fn begin(
    caller: &Caller,
    id: &str,
    kind: &str,
    streams: BTreeSet<String>,
) -> Result<Job, Problem> {
    begin_with(caller, id, kind, streams, |_, _| Ok(())).await
}

/// Begins a run of a connection, and changes the connection with it: both are done or neither is.
/// `edit` is given the revision that it changes.
pub(super) async fn begin_with(
    caller: &Caller,
    id: &str,
    kind: &str,
    streams: BTreeSet<String>,
    edit: impl Fn(&mut Connection, u64) -> Result<(), Problem> + Sync,
) -> Result<Job, Problem> {
    let tenant = caller.tenant();
    for _ in 0..MOST_TRIES {
        let Stored { mut value, rev } = connection_of(caller, id).await?;
        edit(&mut value, rev)?;
        let may = match value.status {
            ConnectionStatus::Active => true,
            // What is kept is read again whether the source lets us in or not.
            ConnectionStatus::Paused | ConnectionStatus::NeedsReauth => kind == REMAP,
            ConnectionStatus::Pending | ConnectionStatus::Disabled => false,
        };
        if !may {
            return Err(wrong_state(&value, "cannot be synced"));
        }
        if let Some(job) = at_work(caller, &value).await? {
            return Err(already(&job));
        }
        let job = tenant.create_job(kind, Some(id.to_owned())).await?;
        if kind != REMAP {
            // The schedule begins none beside it.
            value.next_sync_at = later(tenant.now(), value.every_min);
        }
        match tenant.replace_document(value, rev).await {
            Ok(_) => {
                let mut body = json!({"connection": id, "job": job.id});
                if !streams.is_empty() {
                    body["streams"] = json!(streams);
                }
                send(caller, kind, body, 0).await?;
                return Ok(job);
            }
            Err(error) => {
                // Somebody was quicker, so this job is not for anything.
                tenant.delete_document::<Job>(&job.id, None).await?;
                if !matches!(error, Error::Changed { .. }) {
                    return Err(error.into());
                }
            }
        }
    }
    Err(Problem::new(Code::Changed))
}

async fn send(
    caller: &Caller,
    kind: &str,
    body: serde_json::Value,
    delay_s: u32,
) -> Result<(), Problem> {
    let outgoing = Outgoing {
        queue: Queue::Sync,
        delay_s,
        message: message(caller, kind, body),
    };
    let page = Page {
        cause: kind.to_owned(),
        messages: vec![outgoing],
        ..Page::default()
    };
    caller.tenant().commit(page).await?;
    Ok(())
}

/// The job that is at work on a connection, or waits to be.
async fn at_work(caller: &Caller, connection: &Connection) -> Result<Option<Job>, Problem> {
    let tenant = caller.tenant();
    let is_open = |job: &Job| !job.status.is_over();
    if let Some(run) = &connection.run
        && let Some(stored) = tenant.find_document::<Job>(run).await?
        && is_open(&stored.value)
    {
        return Ok(Some(stored.value));
    }
    let id = connection.id.to_string();
    let recent = tenant.documents_page::<Job>(None, RECENT, true).await?;
    let mut recent = recent.into_iter().map(|stored| stored.value);
    Ok(recent.find(|job| {
        is_open(job) && job.subject.as_ref() == Some(&id) && job.kind.starts_with("connection.")
    }))
}

fn already(job: &Job) -> Problem {
    let problem = Problem::new(Code::AlreadyRunning)
        .detail(format_args!("{} is at work on this connection", job.id))
        .remedy(format!(
            "Watch /v1/jobs/{0}, or cancel it: POST /v1/jobs/{0}/cancel.",
            job.id
        ));
    match HeaderValue::try_from(format!("/v1/jobs/{}", job.id)) {
        Ok(location) => problem.header(LOCATION, location),
        Err(_) => problem,
    }
}

/// Stops what is at work on a connection that was disconnected; says whether there was anything.
pub(super) async fn stop(caller: &Caller, connection: &Connection) -> Result<bool, Problem> {
    match at_work(caller, connection).await? {
        Some(job) if job.kind != ERASE => {
            caller.tenant().cancel_job(&job.id).await?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Begins to take away what a connection brought; the job that does so already, if there is one.
pub(super) async fn erase(
    caller: &Caller,
    connection: &Connection,
    is_running: bool,
) -> Result<Job, Problem> {
    if let Some(job) = at_work(caller, connection).await?
        && job.kind == ERASE
    {
        return Ok(job);
    }
    let id = connection.id.to_string();
    let job = caller.tenant().create_job(ERASE, Some(id.clone())).await?;
    let delay_s = if is_running { NOTICED_S } else { 0 };
    let body = json!({"connection": id, "job": job.id});
    send(caller, ERASE, body, delay_s).await?;
    Ok(job)
}
