//! The beginning of a run: what the source says about itself, and which streams are pulled.

use super::mapped::Mapped;
use super::write::Writer;
use super::{Error, Setting, Work, context, problem};
use connector::{Connector, Delta, Known, Load, Out, Stream};
use model::{Layer, Timestamp};
use pull::Stop;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use store::{Connection, Job, Lease, Page, StreamMode, StreamState, StreamStatus};

/// What a run is asked for, besides its kind.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Asked {
    streams: BTreeSet<String>,
}

/// How long a message waits while another worker begins a run, or an earlier run is not over.
const LATER_S: u32 = 30;

/// Begins a run. Of several workers that are asked to, one does.
pub(super) async fn begin(
    work: &Work<'_>,
    connector: &'static Connector,
    connection: Connection,
    job: &str,
) -> Result<(), Error> {
    let name = format!("run#{}", connection.id);
    let Some(lease) = work.tenant.lease(&name).await? else {
        return later(work, LATER_S).await;
    };
    let begun = Box::pin(begin_alone(work, connector, job, &lease)).await;
    if let Err(error) = work.tenant.release(&lease).await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "The lease on {name} runs out by itself"
        );
    }
    begun
}

/// The same message again.
async fn later(work: &Work<'_>, delay_s: u32) -> Result<(), Error> {
    let kind = work.message.kind.clone();
    let again = work.message(&kind, work.message.body.clone(), delay_s.max(1));
    Ok(work.tenant.send(&again).await?)
}

async fn begin_alone(
    work: &Work<'_>,
    connector: &'static Connector,
    job: &str,
    lease: &Lease,
) -> Result<(), Error> {
    // As it is now that nobody else begins a run.
    let id = work.id.to_string();
    let connection = work.tenant.document::<Connection>(&id).await?.value;
    let job = match work.tenant.start_job(job).await {
        Ok(job) => job,
        Err(store::Error::NotFound { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    if job.status.is_over() {
        return unqueue(work, &job.id).await;
    }
    match &connection.run {
        Some(run) if *run == job.id => return again(work, connector, &job).await,
        Some(run) => {
            let earlier = work.tenant.find_document::<Job>(run).await?;
            if earlier.is_some_and(|earlier| !earlier.value.status.is_over()) {
                return later(work, LATER_S).await;
            }
        }
        None => {}
    }
    let asked: Asked = serde_json::from_value(work.message.body.clone()).unwrap_or_default();
    let kind = work.message.kind.as_str();
    let mode = match kind {
        super::LOAD => StreamMode::Load,
        super::RECONCILE => StreamMode::Reconcile,
        _ => StreamMode::Changes,
    };
    let source = work.source(connector, connection.clone()).await?;
    let known = match source.describe().await {
        Ok(known) => known,
        Err(Stop::Later { after_s, .. }) => {
            // Nothing was begun.
            return later(work, u32::try_from(after_s).unwrap_or(u32::MAX)).await;
        }
        Err(stop) => return refuse(work, &connection, &job.id, stop).await,
    };
    let Some(connection) = settle(work, connector, connection, &known, &job.id).await? else {
        return Ok(());
    };
    let setting = Setting {
        said: said(work).await?,
        known,
    };
    let text = serde_json::to_vec(&setting)?;
    work.tenant.put_raw(&work.setting_name(), &text).await?;
    write_setting(work, connector, &connection, &setting).await?;
    let run = Run {
        job: &job,
        lease,
        mode,
        asked: &asked,
        known: &setting.known,
    };
    queue(work, connector, &connection, &run).await
}

/// A worker that stood still may have queued streams for a run that others had ended meanwhile, and
/// died: its message comes again, and they wait for nobody.
async fn unqueue(work: &Work<'_>, job: &str) -> Result<(), Error> {
    let is_queued = |it: &StreamState| it.job == job && it.status == StreamStatus::Queued;
    for stored in work.tenant.streams(work.id).await? {
        if is_queued(&stored.value) {
            let edited = work
                .tenant
                .edit_stream(work.id, &stored.value.stream, |state| {
                    if is_queued(state) {
                        state.status = StreamStatus::Idle;
                    }
                });
            edited.await?;
        }
    }
    Ok(())
}

/// A run that begins.
struct Run<'a> {
    job: &'a Job,
    lease: &'a Lease,
    mode: StreamMode,
    asked: &'a Asked,
    known: &'a Known,
}

/// The connection with its account, and what its ids are derived in: said once and never changed,
/// or everything would be there twice.
async fn settle(
    work: &Work<'_>,
    connector: &'static Connector,
    connection: Connection,
    known: &Known,
    job: &str,
) -> Result<Option<Connection>, Error> {
    let account = (connector.account)(known);
    if let (Some(before), Some(now)) = (&connection.account, &account)
        && before != now
    {
        let why = format!(
            "the key or consent is for another {} account than before",
            connector.title
        );
        let remedy = "reconnect with the account that was connected, or connect the other one anew";
        park(work, &why).await?;
        work.fail_job(job, problem("other_account", why, remedy))
            .await?;
        return Ok(None);
    }
    if connection.space != connector.id {
        return Ok(Some(connection));
    }
    let id = connection.id.to_string();
    let edited = work
        .tenant
        .edit_document::<Connection, store::Error>(&id, |connection| {
            if connection.space == connector.id {
                let name = account.clone().unwrap_or_else(|| id.clone());
                connection.space = format!("{}:{name}", connector.id);
                connection.account.clone_from(&account);
            }
            Ok(())
        })
        .await?;
    if let Some(account) = &edited.value.account {
        let portal = store::Lookup::Portal(connector.id, account);
        work.tenant.note_lookup(portal, &id).await?;
    }
    Ok(Some(edited.value))
}

async fn park(work: &Work<'_>, why: &str) -> Result<(), Error> {
    let id = work.id.to_string();
    work.tenant
        .edit_document::<Connection, store::Error>(&id, |connection| {
            connection.status = store::ConnectionStatus::NeedsReauth;
            connection.reason = Some(why.to_owned());
            Ok(())
        })
        .await?;
    Ok(())
}

/// What the tenant says stages mean: their word stands in the pipelines.
async fn said(work: &Work<'_>) -> Result<BTreeMap<String, model::CanonicalStage>, Error> {
    let shelf = work.app.books.fresh(&work.tenant).await?;
    let said = shelf.read(|warm| {
        let stages = warm.book.pipelines.iter().flat_map(|it| &it.stages);
        let said = stages.filter(|stage| stage.layer == Some(Layer::Tenant));
        said.filter_map(|stage| Some((stage.label.clone(), stage.canonical?)))
            .collect()
    });
    Ok(said.unwrap_or_default())
}

/// Pipelines, and whatever else is said of the account as a whole.
async fn write_setting(
    work: &Work<'_>,
    connector: &'static Connector,
    connection: &Connection,
    setting: &Setting,
) -> Result<(), Error> {
    let now = work.tenant.now();
    let stages = setting.stages();
    let cx = context(
        &work.tenant,
        connector,
        connection,
        &setting.known,
        &stages,
        now,
    );
    let mut out = Out::default();
    (connector.setting)(&setting.known, &cx, &mut out);
    let mapped = Mapped::from(out, BTreeSet::new());
    let links = work.tenant.links().await?.into();
    let writer = Writer {
        tenant: &work.tenant,
        source: connector.id,
        links: &links,
        books: &work.app.books,
        is_load: true,
    };
    super::hint::write_all(work, &writer, &mapped, now, Vec::new(), Vec::new()).await?;
    Ok(())
}

/// Queues the streams of a new run, in one page with the mark that it has begun.
async fn queue(
    work: &Work<'_>,
    connector: &'static Connector,
    connection: &Connection,
    run: &Run<'_>,
) -> Result<(), Error> {
    let Run {
        job,
        lease,
        asked,
        known,
        ..
    } = *run;
    let (begun, mut is_ours) = (lease.epoch(), true);
    let now = work.tenant.now();
    let before: BTreeMap<String, StreamState> = work
        .tenant
        .streams(connection.id)
        .await?
        .into_iter()
        .map(|stored| (stored.value.stream.clone(), stored.value))
        .collect();
    let forgotten = forgets(connector, &before, now);
    let mut messages = Vec::new();
    for stream in connector.streams {
        let name = stream.name;
        let is_wanted = asked.streams.is_empty() || asked.streams.contains(name);
        let is_off = connection.streams_off.contains(name);
        if !is_wanted && !is_off {
            continue;
        }
        let fields = fields(known, name);
        let is_new = before.get(name).is_some_and(|state| {
            let seen = state.fields.get(name);
            seen.is_some_and(|seen| fields.iter().any(|field| !seen.contains(field)))
        });
        // A new field is not on the records that are kept, and no record changes because of it.
        let hinted = matches!(stream.delta, Delta::Hints);
        let mode = match run.mode {
            StreamMode::Changes if is_new || (hinted && forgotten) => StreamMode::Reconcile,
            mode => mode,
        };
        let state = work.tenant.edit_stream(connection.id, name, |state| {
            // Who stood still while others began the run, and perhaps ended it, begins nothing.
            is_ours = state.begun <= begun;
            if !is_ours {
                return;
            }
            state.begun = begun;
            state.job.clone_from(&job.id);
            state.status = if is_off {
                StreamStatus::Off
            } else {
                StreamStatus::Queued
            };
            state.mode = mode;
            state.waiting_until = None;
            if !is_off {
                state.problem = None;
            }
            if !fields.is_empty() {
                state.fields.insert(name.to_owned(), fields.clone());
            }
            if is_new {
                state.note([format!(
                    "{} has new fields: everything is read again, for no record changes because of them",
                    connector.title
                )]);
            }
        });
        state.await?;
        super::ours(is_ours, lease.name())?;
        if !is_off {
            messages.push(work.stream_message(name, &job.id, 0));
        }
    }
    if messages.is_empty() {
        messages.push(work.message(super::FINISH, json!({"job": job.id}), 0));
    }
    let id = connection.id.to_string();
    work.tenant
        .edit_document::<Connection, store::Error>(&id, |connection| {
            is_ours = connection.begun <= begun;
            if is_ours {
                connection.begun = begun;
                connection.run = Some(job.id.clone());
            }
            Ok(())
        })
        .await?;
    super::ours(is_ours, lease.name())?;
    for messages in messages.chunks(20) {
        let page = Page {
            messages: messages.to_vec(),
            cause: id.clone(),
            ..Page::default()
        };
        work.tenant.commit(page).await?;
    }
    Ok(())
}

/// Whether a stream whose hints tell what changed was not asked for longer than the source
/// remembers.
fn forgets(connector: &Connector, before: &BTreeMap<String, StreamState>, now: Timestamp) -> bool {
    let is_over = |stream: &Stream| match (stream.delta, stream.load) {
        (Delta::Window { shape, .. }, Load::None) => {
            let until = before
                .get(stream.name)
                .and_then(|state| state.complete_until);
            shape.keeps_s.zip(until).is_some_and(|(keeps, until)| {
                until.as_second() + i64::from(keeps) < now.as_second()
            })
        }
        _ => false,
    };
    connector.streams.iter().any(is_over)
}

/// The names of a stream's fields, where the source was asked for them: questions about fields are
/// named `fields:` and the stream.
fn fields(known: &Known, stream: &str) -> Vec<String> {
    let name = |field: &Value| {
        let named = ["name", "field_code", "key"];
        let found = named.iter().find_map(|at| field.get(at)?.as_str());
        found.map(str::to_owned)
    };
    let fields = known.all(&format!("fields:{stream}")).iter();
    let fields: BTreeSet<String> = fields.filter_map(name).collect();
    fields.into_iter().collect()
}

/// The run was begun already, and its message came again: streams without a worker get one.
async fn again(work: &Work<'_>, connector: &'static Connector, job: &Job) -> Result<(), Error> {
    let now = work.tenant.now();
    let mut open = 0;
    for stored in work.tenant.streams(work.id).await? {
        let state = stored.value;
        let waits = match state.status {
            StreamStatus::Queued | StreamStatus::Running => true,
            StreamStatus::Waiting => state.waiting_until.is_none_or(|until| until <= now),
            StreamStatus::Idle | StreamStatus::Failed | StreamStatus::Off => false,
        };
        open += usize::from(waits || state.status == StreamStatus::Waiting);
        if waits && connector.stream(&state.stream).is_some() {
            let message = work.stream_message(&state.stream, &job.id, 0);
            work.tenant.send(&message).await?;
        }
    }
    if open == 0 {
        let finish = work.message(super::FINISH, json!({"job": job.id}), 0);
        work.tenant.send(&finish).await?;
    }
    Ok(())
}

/// The source does not even say who it is.
async fn refuse(
    work: &Work<'_>,
    connection: &Connection,
    job: &str,
    stop: Stop,
) -> Result<(), Error> {
    let problem = match stop {
        Stop::NeedsReauth(why) => super::needs_reauth(&why),
        Stop::Forbidden(why) => problem(
            "forbidden",
            why,
            "connect as somebody who may read it, and grant what is asked for",
        ),
        Stop::Fail { what, remedy } => problem("source_failed", what, remedy),
        Stop::Store(error) => return Err(error.into()),
        later @ Stop::Later { .. } => return Err(Error::Stop(later)),
    };
    let every = connection.every_min;
    let id = connection.id.to_string();
    let now = work.tenant.now();
    work.tenant
        .edit_document::<Connection, store::Error>(&id, |connection| {
            connection.run = None;
            connection.next_sync_at = super::finish::after(now, every);
            Ok(())
        })
        .await?;
    work.fail_job(job, problem).await
}
