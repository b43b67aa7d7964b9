//! The beginning of a run: what the source says about itself, and which streams are pulled.

use super::mapped::Mapped;
use super::write::Writer;
use super::{Error, Setting, Work, context, problem};
use connector::{Connector, Delta, Known, Load, Out, Stream, Value};
use model::{Layer, Timestamp};
use pull::Stop;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::{Connection, Job, JobProblem, Lease, Page, StreamMode, StreamState, StreamStatus};

/// What a run is asked for, besides its kind.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Asked {
    streams: BTreeSet<String>,
}

impl Asked {
    fn wants(&self, stream: &str) -> bool {
        self.streams.is_empty() || self.streams.contains(stream)
    }
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

/// The same message again, unless one like it is under way: whoever waits long meets some that come
/// twice, and each of them would go on waiting and come twice in turn. The lease's cursor says until
/// when the messages of which runs wait.
async fn wait(work: &Work<'_>, lease: &Lease, job: &str, delay_s: u32) -> Result<(), Error> {
    let now = work.tenant.now();
    let mut waits: BTreeMap<String, i64> = serde_json::from_str(&lease.cursor).unwrap_or_default();
    waits.retain(|_, until| *until > now.as_second());
    if waits.contains_key(job) {
        return Ok(());
    }
    let kind = work.message.kind.clone();
    let again = work.message(&kind, work.message.body.clone(), delay_s.max(1));
    let until = now.as_second() + i64::from(again.delay_s) - 1;
    waits.insert(job.to_owned(), until);
    let page = Page {
        step: Some(lease.step(serde_json::to_string(&waits)?, now)),
        messages: vec![again],
        cause: work.id.to_string(),
        ..Page::default()
    };
    work.tenant.commit(page).await?;
    Ok(())
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
        return unqueue(work, &job.id, lease.epoch(), job.problem.as_ref()).await;
    }
    let asked: Asked = serde_json::from_value(work.message.body.clone()).unwrap_or_default();
    match &connection.run {
        // Whoever began it may have died before every stream was queued.
        Some(run) if *run == job.id => {
            let is_queued = is_queued(work, connector, &connection, &asked, &job).await?;
            if is_queued {
                return again(work, connector, &job).await;
            }
        }
        Some(run) => {
            let earlier = work.tenant.find_document::<Job>(run).await?;
            if earlier.is_some_and(|earlier| !earlier.value.status.is_over()) {
                return wait(work, lease, &job.id, LATER_S).await;
            }
        }
        None => {}
    }
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
            let after_s = u32::try_from(after_s).unwrap_or(u32::MAX);
            return wait(work, lease, &job.id, after_s).await;
        }
        Err(stop) => {
            let begins = Begins::of(&connection, lease);
            return refuse(work, &connection, &job.id, begins, stop).await;
        }
    };
    let begins = Begins::of(&connection, lease);
    let settled = settle(work, connector, connection, &known, (&job.id, lease)).await?;
    let Some(connection) = settled else {
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
        begins,
        mode,
        asked: &asked,
        known: &setting.known,
    };
    queue(work, connector, &connection, &run).await
}

/// Whether each stream that is asked for knows of the run.
async fn is_queued(
    work: &Work<'_>,
    connector: &Connector,
    connection: &Connection,
    asked: &Asked,
    job: &Job,
) -> Result<bool, Error> {
    let streams = work.tenant.streams(connection.id).await?;
    let of_run = streams.iter().filter(|it| it.value.job == job.id);
    let of_run: BTreeSet<&str> = of_run.map(|it| it.value.stream.as_str()).collect();
    let mut wanted = connector.streams.iter().map(|it| it.name);
    Ok(wanted.all(|name| !asked.wants(name) || of_run.contains(name)))
}

/// The right to begin one run: whoever reads a connection as nobody has begun anything on it since.
#[derive(Clone, Copy)]
struct Begins<'a> {
    lease: &'a Lease,
    before: i64,
}

impl<'a> Begins<'a> {
    fn of(connection: &Connection, lease: &'a Lease) -> Self {
        Self {
            lease,
            before: connection.begun,
        }
    }

    /// Uses it. Of workers that stood still and those that took over from them one does: the others
    /// would begin again what is over, and die in the middle of it.
    async fn take(
        self,
        work: &Work<'_>,
        mut edit: impl FnMut(&mut Connection) + Send,
    ) -> Result<(), Error> {
        let (begun, mut is_ours) = (self.lease.epoch(), true);
        let id = work.id.to_string();
        work.tenant
            .edit_document::<Connection, store::Error>(&id, |connection| {
                // Its own number is there where an answer was lost.
                is_ours = connection.begun == self.before || connection.begun == begun;
                if is_ours {
                    connection.begun = begun;
                    edit(connection);
                }
                Ok(())
            })
            .await?;
        super::ours(is_ours, self.lease.name())
    }
}

/// A run that begins.
struct Run<'a> {
    job: &'a Job,
    begins: Begins<'a>,
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
    (job, lease): (&str, &Lease),
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
        let problem = problem("other_account", why, remedy);
        work.fail_job(job, problem.clone()).await?;
        unqueue(work, job, lease.epoch(), Some(&problem)).await?;
        return Ok(None);
    }
    if connection.is_settled() {
        return Ok(Some(connection));
    }
    let id = connection.id.to_string();
    // Whoever came back with a grant was refused already, where the source told its account then.
    if let Some(account) = &account
        && let Some(twin) = work.tenant.take_account(&connection, account).await?
    {
        let why = format!("this account is connected already, as {:?}", twin.name);
        let remedy = "disconnect this connection, or the other one first";
        park(work, &format!("{why}; {remedy}")).await?;
        let problem = problem("already_connected", why, remedy);
        work.fail_job(job, problem.clone()).await?;
        unqueue(work, job, lease.epoch(), Some(&problem)).await?;
        return Ok(None);
    }
    let edited = work
        .tenant
        .edit_document::<Connection, store::Error>(&id, |connection| {
            match &account {
                Some(account) => connection.settle(account),
                None if connection.is_settled() => {}
                None => connection.space = Connection::space_of(connector.id, &id),
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

/// Marks that a run has begun, and queues its streams. The mark is first: who finds it queues what
/// is not queued yet, and no message of the run is under way before all are.
async fn queue(
    work: &Work<'_>,
    connector: &'static Connector,
    connection: &Connection,
    run: &Run<'_>,
) -> Result<(), Error> {
    let Run {
        job,
        begins,
        asked,
        known,
        ..
    } = *run;
    begins
        .take(work, |connection| connection.run = Some(job.id.clone()))
        .await?;
    let (begun, mut is_ours) = (begins.lease.epoch(), true);
    let now = work.tenant.now();
    let before: BTreeMap<String, StreamState> = work
        .tenant
        .streams(connection.id)
        .await?
        .into_iter()
        .map(|stored| (stored.value.stream.clone(), stored.value))
        .collect();
    let forgotten = forgets(connector, connection, &before, now);
    let mut messages = Vec::new();
    for stream in connector.streams {
        let name = stream.name;
        let is_off = connection.streams_off.contains(name);
        if !asked.wants(name) && !is_off {
            continue;
        }
        let fields = fields(known, name);
        let is_new = before.get(name).is_some_and(|state| {
            let seen = state.fields.get(name);
            seen.is_some_and(|seen| fields.iter().any(|field| !seen.contains(field)))
        });
        // A new field is not on the records that are kept, and no record changes because of it.
        let hinted = matches!(stream.delta, Delta::Hints);
        let state = before.get(name);
        let is_loaded = state.is_some_and(|state| state.complete_until.is_some());
        let mode = match run.mode {
            StreamMode::Changes if is_new || (hinted && is_loaded && forgotten) => {
                StreamMode::Reconcile
            }
            mode => mode,
        };
        let state = work.tenant.edit_stream(connection.id, name, |state| {
            // Who stood still while others began the run, and perhaps ended it, begins nothing.
            is_ours = state.begun <= begun;
            if !is_ours || state.job == job.id {
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
        super::ours(is_ours, begins.lease.name())?;
        if !is_off {
            messages.push(work.stream_message(name, &job.id, 0));
        }
    }
    if messages.is_empty() {
        messages.push(work.message(super::FINISH, json!({"job": job.id}), 0));
    }
    let id = connection.id.to_string();
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

/// Whether a stream whose hints tell what changed in others was not asked for longer than the source remembers, or
/// never: it has nothing to load, and begins with what happens from now on.
fn forgets(
    connector: &Connector,
    connection: &Connection,
    before: &BTreeMap<String, StreamState>,
    now: Timestamp,
) -> bool {
    let is_over = |stream: &Stream| match (stream.delta, stream.load) {
        (Delta::Window { shape, .. }, Load::None) => {
            let until = before
                .get(stream.name)
                .and_then(|state| state.complete_until);
            until.is_none_or(|until| {
                let keeps = shape.keeps_s.map_or(i64::MAX, i64::from);
                until.as_second().saturating_add(keeps) < now.as_second()
            })
        }
        _ => false,
    };
    let mut on = connector.streams.iter();
    on.any(|stream| !connection.streams_off.contains(stream.name) && is_over(stream))
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
    begins: Begins<'_>,
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
    let now = work.tenant.now();
    begins
        .take(work, |connection| {
            connection.run = None;
            connection.next_sync_at = super::finish::after(now, every);
        })
        .await?;
    work.fail_job(job, problem.clone()).await?;
    unqueue(work, job, begins.lease.epoch(), Some(&problem)).await
}

/// Whoever began a run may have died, or stand still, when some of its streams were queued and no
/// message was sent yet. Where whoever comes next finds that it cannot begin, nobody else ends those.
pub(super) async fn unqueue(
    work: &Work<'_>,
    job: &str,
    begun: i64,
    why: Option<&JobProblem>,
) -> Result<(), Error> {
    for stored in work.tenant.streams(work.id).await? {
        let edited = work
            .tenant
            .edit_stream(work.id, &stored.value.stream, |state| {
                // Who stood still queues nothing any more.
                state.begun = state.begun.max(begun);
                if state.job == job && state.status == StreamStatus::Queued {
                    state.status = StreamStatus::Failed;
                    state.problem = why.cloned();
                }
            });
        edited.await?;
    }
    Ok(())
}
