//! One stream, pulled until it is done or the time is up.

use super::cursor::{self, Cursor, Open};
use super::mapped::{Mapped, Raw};
use super::write::{self, Writer};
use super::{Body, Error, Setting, Work, context, problem};
use connector::value::id;
use connector::{Checkpoint, Connector, Keeps, Out, Plan, Stream, Text};
use jiff::{SignedDuration, Timestamp};
use model::{Entity, EntityKey};
use pull::{Read, Reader, Stop};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::{
    Connection, Goon, Job, JobProblem, Lease, Message, Outgoing, Page, Progress, Queue, StreamMode,
    StreamState, StreamStatus, Tenant,
};

/// How many streams of a tenant are pulled at the same time: the others wait their turn, so that a
/// tenant with many sources leaves workers to the others.
const MOST_AT_ONCE: usize = 8;
/// How long a message waits while somebody else pulls its stream, or the tenant has enough workers.
const LATER_S: u32 = 20;
/// How often in a row the source may be down before the stream is given up until the next run.
const MOST_DOWNS: u32 = 10;
/// Pages that brought nothing new are not written down one by one.
const PAGES_UNWRITTEN: u64 = 25;
/// Ids of one message.
const HINTS: usize = 50;
/// How long raw pages of a stream that brought nothing are gathered before the cursor moves.
const STEP_EVERY: SignedDuration = SignedDuration::from_secs(15);

/// A stream at work.
struct Pulling<'a> {
    work: &'a Work<'a>,
    connector: &'static Connector,
    stream: &'static Stream,
    connection: Connection,
    setting: Setting,
    job: Job,
    lease: Lease,
    cursor: Cursor,
    stepped_at: Timestamp,
    pages_unwritten: u64,
    notes: Vec<String>,
}

pub(super) async fn run(
    work: &Work<'_>,
    connector: &'static Connector,
    connection: Connection,
    body: &Body,
) -> Result<(), Error> {
    let Some(stream) = connector.stream(&body.stream) else {
        return over(work, &body.job).await;
    };
    let job = match work.tenant.start_job(&body.job).await {
        Ok(job) => job,
        Err(store::Error::NotFound { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let Some(setting) = work.setting().await? else {
        return Ok(());
    };
    let group = "conn#";
    let name = format!("{group}{}#{}", connection.id, stream.name);
    let Some(lease) = work.tenant.lease_within(&name, MOST_AT_ONCE, group).await? else {
        let again = work.stream_message(stream.name, &body.job, LATER_S);
        work.tenant.send(&again).await?;
        return Ok(());
    };
    let mut cursor = Cursor::read(&lease.cursor)?;
    cursor.settle();
    let now = work.tenant.now();
    let mut pulling = Pulling {
        work,
        connector,
        stream,
        connection,
        setting,
        job,
        lease,
        cursor,
        stepped_at: now,
        pages_unwritten: 0,
        notes: Vec::new(),
    };
    let done = Box::pin(pulling.run()).await;
    // Where somebody else holds it meanwhile, it stays theirs.
    if let Err(error) = work.tenant.release(&pulling.lease).await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "The lease on {} runs out by itself",
            pulling.lease.name()
        );
    }
    done
}

/// How a look at the stream ended.
enum End {
    /// All is read and written.
    Done,
    /// The time is up: the next message goes on.
    HandOver,
    /// Somebody asked to stop.
    Cancelled,
    /// Everything has to be read anew, because the source has changed.
    Anew,
}

impl Pulling<'_> {
    fn tenant(&self) -> &Tenant {
        &self.work.tenant
    }

    async fn run(&mut self) -> Result<(), Error> {
        if self.cursor.job == self.job.id
            && let Some(end) = self.cursor.end.clone()
        {
            // Whoever queued it again did not know.
            self.told(end.status, end.problem, None).await?;
            return over(self.work, &self.job.id).await;
        }
        if self.job.cancel_requested || self.job.status.is_over() {
            return self.end(StreamStatus::Idle, None).await;
        }
        self.begin().await?;
        let mut pulled = Box::pin(self.pull()).await;
        if matches!(pulled, Ok(End::Done)) && self.catch_up().await? {
            pulled = Box::pin(self.pull()).await;
        }
        match pulled {
            Ok(End::Done) => self.done().await,
            Ok(End::Cancelled) => self.end(StreamStatus::Idle, None).await,
            Ok(End::HandOver) => self.hand_over(1).await,
            Ok(End::Anew) => {
                self.cursor.at = None;
                self.cursor.open = None;
                self.cursor.complete_until = None;
                self.step(Vec::new()).await?;
                let job = self.job.id.clone();
                self.end(
                    StreamStatus::Failed,
                    Some(problem(
                        "source_changed",
                        format!(
                            "{} has changed what it offers while it was read",
                            self.connector.title
                        ),
                        "sync again: everything is asked for anew",
                    )),
                )
                .await?;
                tracing::info!(
                    job,
                    stream = self.stream.name,
                    "The source changed under way"
                );
                Ok(())
            }
            Err(Error::Stop(stop)) => self.stopped(stop).await,
            Err(error) => Err(error),
        }
    }

    /// A new run goes on with what the last one left undone, or begins.
    async fn begin(&mut self) -> Result<(), Error> {
        let id = self.connection.id;
        let states = self.tenant().streams(id).await?;
        let state = states
            .iter()
            .map(|stored| &stored.value)
            .find(|state| state.stream == self.stream.name);
        let asked = state.map_or(StreamMode::Changes, |state| state.mode);
        if self.cursor.job != self.job.id {
            let undone =
                self.cursor.at.as_ref().is_some_and(|at| !at.is_done) || self.cursor.open.is_some();
            if !undone || asked != StreamMode::Changes {
                let plan = match (asked, self.cursor.complete_until) {
                    (StreamMode::Changes, Some(until)) => Plan::Changes(until),
                    _ => Plan::Load,
                };
                let begun = self.job.started_at.unwrap_or(self.job.created_at);
                self.cursor.mode = match plan {
                    Plan::Changes(_) => StreamMode::Changes,
                    _ if asked == StreamMode::Reconcile => StreamMode::Reconcile,
                    _ => StreamMode::Load,
                };
                self.cursor.at = Some(self.next(plan, begun));
                self.cursor.open = None;
                self.cursor.pages = 0;
            }
            self.cursor.resumed = undone && asked == StreamMode::Changes;
            self.cursor.counts = store::StreamCounts::default();
            // It goes on from what was counted at the end of the last run.
            if let (Some(state), true) = (state, !matches!(self.stream.keeps, Keeps::Untold)) {
                self.cursor.kept = i64::try_from(state.kept_total).unwrap_or(i64::MAX);
            }
            self.cursor.job.clone_from(&self.job.id);
            self.cursor.end = None;
            self.cursor.downs = 0;
            self.step(Vec::new()).await?;
        }
        let (now, mode) = (self.tenant().now(), self.cursor.mode);
        self.edit(|state| {
            state.status = StreamStatus::Running;
            state.mode = mode;
            state.waiting_until = None;
            state.last_started_at = Some(now);
        })
        .await
    }

    /// The beginning of a reading. A run that finds nothing new does not ask what was refused before.
    fn next(&self, plan: Plan, begun: Timestamp) -> Checkpoint {
        Checkpoint::begin(self.stream, plan, begun).knowing(self.cursor.at.as_ref())
    }

    /// What the records came without, because the source refuses it.
    fn lacking(&self) -> Option<JobProblem> {
        let refused = &self.cursor.at.as_ref()?.refused;
        let named = |join: &connector::Join| Some((join.name, &refused.get(join.name)?.why));
        let (what, why): (Vec<_>, Vec<_>) = self.stream.joins.iter().filter_map(named).unzip();
        let why = why.first()?;
        let (stream, what) = (self.stream.name.replace('_', " "), what.join(" and "));
        Some(problem(
            "partly_forbidden",
            format!("{stream} come without their {what}: {why}"),
            "everything else is in; once they may be read, run a full sync to have them, too",
        ))
    }

    /// Says how the stream stands, unless another run is at it, or somebody has taken this one over:
    /// who comes twice or stood still for longer than the lease lasts would end what others do.
    async fn edit(&self, mut edit: impl FnMut(&mut StreamState) + Send) -> Result<(), Error> {
        let (epoch, mut is_ours) = (self.lease.epoch(), true);
        self.tenant()
            .edit_stream(self.connection.id, self.stream.name, |state| {
                is_ours = state.job == self.job.id && state.epoch <= epoch;
                if is_ours {
                    state.epoch = epoch;
                    edit(state);
                }
            })
            .await?;
        super::ours(is_ours, self.lease.name())
    }

    /// What an earlier run left undone is done: what has changed since that run began is this one's
    /// own. Says whether there is such.
    async fn catch_up(&mut self) -> Result<bool, Error> {
        let Some(at) = self.cursor.at.as_ref().filter(|at| at.missed == 0) else {
            return Ok(false);
        };
        let Some(since) = at.complete_until.filter(|_| self.cursor.resumed) else {
            return Ok(false);
        };
        let begun = self.job.started_at.unwrap_or(self.job.created_at);
        self.cursor.at = Some(self.next(Plan::Changes(since), begun));
        self.cursor.resumed = false;
        if self.cursor.mode == StreamMode::Load {
            self.cursor.mode = StreamMode::Changes;
        }
        self.step(Vec::new()).await?;
        Ok(true)
    }

    async fn pull(&mut self) -> Result<End, Error> {
        let Some(at) = self.cursor.at.clone() else {
            return Ok(End::Done);
        };
        let source = self
            .work
            .source(self.connector, self.connection.clone())
            .await?;
        let known = self.setting.known.clone();
        let stages = self.setting.stages();
        let links = self.tenant().links().await?.into();
        let writer = Writer {
            tenant: &self.work.tenant,
            source: self.connector.id,
            links: &links,
            books: &self.work.app.books,
            is_load: self.cursor.mode == StreamMode::Load,
        };
        let mut reader = Reader::new(&source, self.stream, &known, at);
        if let Some(open) = self.cursor.open.clone() {
            // Half a page that nobody has any more cannot be finished: all is read again.
            let Some(kept) = self.tenant().raw(&open.name).await? else {
                return Ok(End::Anew);
            };
            let raw: Raw = serde_json::from_slice(&kept)?;
            self.write(&writer, &stages, &raw, open).await?;
        }
        loop {
            if self.tell().await? == Goon::Cancelled {
                self.step(Vec::new()).await?;
                return Ok(End::Cancelled);
            }
            if self.work.deadline.has_passed() {
                return Ok(End::HandOver);
            }
            let page = match reader.read().await? {
                Read::Page(page) => page,
                Read::Done => {
                    self.cursor.at = Some(reader.checkpoint().clone());
                    return Ok(End::Done);
                }
                Read::Describe => return Ok(End::Anew),
                Read::Working(after_s) => {
                    self.cursor.at = Some(reader.checkpoint().clone());
                    return Err(Stop::Later {
                        after_s,
                        why: "the source is preparing what was asked for".to_owned(),
                        is_down: false,
                    }
                    .into());
                }
            };
            self.cursor.downs = 0;
            self.cursor.at = Some(reader.checkpoint().clone());
            if page.records.is_empty() && page.absent.is_empty() {
                self.lazy_step().await?;
                continue;
            }
            self.cursor.counts.read += page.records.len() as u64;
            self.cursor.pages += 1;
            let raw = Raw::new(self.stream, page);
            let name = self.raw_name();
            // The page is kept before anything is made of it.
            let text = serde_json::to_vec(&raw)?;
            self.tenant().put_raw(&name, &text).await?;
            let open = Open { name, next: 0 };
            self.write(&writer, &stages, &raw, open).await?;
        }
    }

    /// Where a page is kept. Two workers that read it do not write over each other's.
    fn raw_name(&self) -> String {
        format!(
            "{}/{}/{}/{:06}-{}",
            self.connection.id,
            self.stream.name,
            self.job.id,
            self.cursor.pages,
            self.lease.epoch()
        )
    }

    /// Writes what a page means, from its first thing that is not written.
    async fn write(
        &mut self,
        writer: &Writer<'_>,
        stages: &model::StageMap,
        raw: &Raw,
        mut open: Open,
    ) -> Result<(), Error> {
        let mapped = {
            let cx = context(
                &self.work.tenant,
                self.connector,
                &self.connection,
                &self.setting.known,
                stages,
                raw.asked_at,
            );
            Mapped::of(self.stream, raw, &cx, &self.connection.fields)
        };
        if open.next == 0 {
            self.cursor.counts.issues += mapped.issues.len() as u64;
            self.notes.extend(mapped.issues.iter().cloned());
        }
        let total = mapped.items.len();
        let mut hints = self.hints(&mapped);
        loop {
            let ready = writer.prepare(&mapped, open.next, raw.asked_at).await?;
            let is_last = ready.next >= total;
            let before = self.cursor.clone();
            write::add(&mut self.cursor.counts, &ready.counts);
            self.cursor.kept += ready.kept;
            self.cursor.open = (!is_last).then(|| Open {
                name: open.name.clone(),
                next: ready.next,
            });
            let messages = if is_last {
                std::mem::take(&mut hints)
            } else {
                Vec::new()
            };
            if ready.changes.is_empty() && messages.is_empty() {
                open.next = ready.next;
                if is_last {
                    self.notes.extend(ready.notes);
                    return self.lazy_step().await;
                }
                continue;
            }
            writer.note(&ready).await?;
            let to = self.cursor.write()?;
            let page = Page {
                changes: ready.changes,
                step: Some(self.lease.step(&to, self.tenant().now())),
                messages,
                cause: self.connection.id.to_string(),
                all_or_none: true,
                ..Page::default()
            };
            let again = page.messages.clone();
            let committed = self.tenant().commit(page).await?;
            if !committed.stale.is_empty() {
                // Somebody else wrote one of these in between: look again.
                self.cursor = before;
                hints = again;
                continue;
            }
            self.lease.cursor = to;
            self.stepped();
            self.notes.extend(ready.notes);
            open.next = ready.next;
            if is_last {
                return Ok(());
            }
        }
    }

    fn hints(&self, mapped: &Mapped) -> Vec<Outgoing> {
        let parts = mapped.hints.chunks(HINTS);
        parts
            .map(|hints| self.work.message(super::HINT, json!({"hints": hints}), 0))
            .collect()
    }

    fn stepped(&mut self) {
        self.stepped_at = self.tenant().now();
        self.pages_unwritten = 0;
    }

    /// Moves the cursor although nothing was written, now and then.
    async fn lazy_step(&mut self) -> Result<(), Error> {
        self.pages_unwritten += 1;
        let since = self.tenant().now().duration_since(self.stepped_at);
        if self.pages_unwritten < PAGES_UNWRITTEN && since < STEP_EVERY {
            return Ok(());
        }
        self.step(Vec::new()).await
    }

    async fn step(&mut self, messages: Vec<Outgoing>) -> Result<(), Error> {
        let to = self.cursor.write()?;
        let page = Page {
            step: Some(self.lease.step(&to, self.tenant().now())),
            messages,
            cause: self.connection.id.to_string(),
            ..Page::default()
        };
        self.tenant().commit(page).await?;
        self.lease.cursor = to;
        self.stepped();
        Ok(())
    }

    /// Tells whoever watches how far it is.
    async fn tell(&self) -> Result<Goon, Error> {
        let at = self.cursor.at.as_ref();
        let progress = Progress {
            phase: format!("reading {}", self.stream.name.replace('_', " ")),
            done: at.map_or(0, |at| at.read),
            total: at.and_then(|at| at.total),
        };
        match self.tenant().report_job(&self.job.id, progress).await {
            Ok(goon) => Ok(goon),
            Err(store::Error::NotFound { .. }) => Ok(Goon::Cancelled),
            Err(error) => Err(error.into()),
        }
    }

    async fn hand_over(&mut self, delay_s: u32) -> Result<(), Error> {
        let again = self
            .work
            .stream_message(self.stream.name, &self.job.id, delay_s);
        self.step(vec![again]).await
    }

    /// The source, or we, stop before all is read.
    async fn stopped(&mut self, stop: Stop) -> Result<(), Error> {
        match stop {
            Stop::Later {
                after_s,
                why,
                is_down,
            } => {
                self.cursor.downs = if is_down { self.cursor.downs + 1 } else { 0 };
                if self.cursor.downs > MOST_DOWNS {
                    let remedy = "wait: the next sync goes on where this one stopped";
                    let problem = problem("source_unavailable", why, remedy);
                    return self.end(StreamStatus::Failed, Some(problem)).await;
                }
                let seconds = i64::try_from(after_s).unwrap_or(i64::MAX / 4);
                let until = self
                    .tenant()
                    .now()
                    .checked_add(SignedDuration::from_secs(seconds))
                    .unwrap_or(Timestamp::MAX);
                self.told(StreamStatus::Waiting, None, Some(until)).await?;
                // A longer wait is waited in parts.
                let delay = u32::try_from(after_s).unwrap_or(u32::MAX).max(1);
                self.hand_over(delay).await
            }
            Stop::NeedsReauth(why) => {
                let problem = super::needs_reauth(&why);
                self.end(StreamStatus::Failed, Some(problem)).await
            }
            Stop::Forbidden(why) => {
                let problem = problem(
                    "forbidden",
                    why,
                    "reconnect as somebody who may read it, or switch this stream off",
                );
                self.end(StreamStatus::Failed, Some(problem)).await
            }
            Stop::Fail { what, remedy } => {
                let problem = problem("source_failed", what, remedy);
                self.end(StreamStatus::Failed, Some(problem)).await
            }
            Stop::Store(error) => Err(error.into()),
        }
    }

    /// All is read and written.
    async fn done(&mut self) -> Result<(), Error> {
        let Some(at) = self.cursor.at.clone() else {
            return self.end(StreamStatus::Idle, None).await;
        };
        if at.missed > 0 {
            let problem = problem(
                "incomplete",
                format!(
                    "{} counted {} records more than it gave",
                    self.connector.title, at.missed
                ),
                "nothing is taken for complete: the next sync reads the same time again",
            );
            return self.end(StreamStatus::Failed, Some(problem)).await;
        }
        if self.cursor.mode == StreamMode::Reconcile {
            let missing = Box::pin(self.missing()).await?;
            for ids in missing.chunks(HINTS) {
                let hints: Vec<_> = ids
                    .iter()
                    .map(|id| connector::Hint::new(self.stream.name, id.clone()))
                    .collect();
                let body = json!({"hints": hints, "reconciles": true});
                let message = self.work.message(super::HINT, body, 0);
                self.step(vec![message]).await?;
            }
        }
        self.cursor.complete_until = at.complete_until.max(self.cursor.complete_until);
        let lacking = self.lacking();
        self.end(StreamStatus::Idle, lacking).await
    }

    /// Ids of records that this stream has brought before, that are kept, and that were not among
    /// those the source gave now: asked after one by one, for absence alone deletes nothing. Other
    /// streams bring things of the same kind; theirs are none of its business.
    async fn missing(&self) -> Result<Vec<Text>, Error> {
        let all = format!("{}/{}/", self.connection.id, self.stream.name);
        let now = format!("{all}{}/", self.job.id);
        let stages = self.setting.stages();
        let mut brought = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for blob in self.tenant().raw_pages(&all).await? {
            let Some(kept) = self.tenant().raw(&blob.name).await? else {
                continue;
            };
            let raw: Raw = serde_json::from_slice(&kept)?;
            let cx = context(
                &self.work.tenant,
                self.connector,
                &self.connection,
                &self.setting.known,
                &stages,
                raw.asked_at,
            );
            for record in &raw.records {
                let mut out = Out::default();
                (self.stream.map)(record, &cx, &mut out);
                let Some(key) = out.entities.first().map(Entity::key) else {
                    continue;
                };
                if blob.name.starts_with(&now) {
                    seen.insert(key);
                } else if let Some(id) = id(&record.main, self.stream.id) {
                    brought.insert(key, id);
                }
            }
        }
        brought.retain(|key, _| !seen.contains(key));
        let keys: Vec<EntityKey> = brought.keys().cloned().collect();
        let kept = write::rows(self.tenant(), &keys).await?;
        let kept = kept.iter().filter(|it| it.entity.is_some());
        Ok(kept.filter_map(|it| brought.remove(&it.key)).collect())
    }

    /// The run is over for this stream.
    async fn end(&mut self, status: StreamStatus, why: Option<JobProblem>) -> Result<(), Error> {
        self.cursor.end = Some(cursor::End {
            status,
            problem: why.clone(),
        });
        let finish = self
            .work
            .message(super::FINISH, json!({"job": self.job.id}), 0);
        self.told(status, why, None).await?;
        // Whoever is last ends the run; that is found out there.
        self.step(vec![finish]).await
    }

    async fn told(
        &mut self,
        status: StreamStatus,
        why: Option<JobProblem>,
        until: Option<Timestamp>,
    ) -> Result<(), Error> {
        let now = self.tenant().now();
        let cursor = self.cursor.clone();
        let notes = std::mem::take(&mut self.notes);
        let is_whole = matches!(cursor.mode, StreamMode::Load | StreamMode::Reconcile);
        let total = cursor.at.as_ref().and_then(|at| at.total);
        let is_untold = matches!(self.stream.keeps, Keeps::Untold);
        self.edit(|state| {
            state.status = status;
            state.mode = cursor.mode;
            state.waiting_until = until;
            state.note(notes.iter().cloned());
            state.counts = cursor.counts;
            // Once it was counted, who stood still since then would say what no longer is.
            if is_untold || state.counted_to.is_none() {
                state.kept_total = u64::try_from(cursor.kept).unwrap_or_default();
            }
            if is_whole {
                state.source_total = total.or(state.source_total);
            }
            state.complete_until = cursor.complete_until;
            state.problem.clone_from(&why);
            if until.is_none() {
                state.last_finished_at = Some(now);
            }
        })
        .await
    }
}

/// A stream is over: the run is looked at.
async fn over(work: &Work<'_>, job: &str) -> Result<(), Error> {
    let finish = work.message(super::FINISH, json!({"job": job}), 0);
    work.tenant.send(&finish).await?;
    Ok(())
}

/// A stream whose connection may not be read now.
pub(super) async fn stopped(
    work: &Work<'_>,
    body: &Body,
    problem: &JobProblem,
) -> Result<(), Error> {
    let edited = work.tenant.edit_stream(work.id, &body.stream, |state| {
        if state.job == body.job {
            state.status = StreamStatus::Failed;
            state.problem = Some(problem.clone());
        }
    });
    edited.await?;
    over(work, &body.job).await
}

/// Makes anew what was made of the pages that are kept, in the order in which they were read.
pub(super) async fn remap(
    work: &Work<'_>,
    connector: &'static Connector,
    connection: Connection,
    job: &str,
) -> Result<(), Error> {
    let job = match work.tenant.start_job(job).await {
        Ok(job) if !job.status.is_over() => job,
        Ok(_) | Err(store::Error::NotFound { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let Some(setting) = work.setting().await? else {
        return work
            .fail_job(
                &job.id,
                problem("nothing_kept", "no page is kept yet", "sync it first"),
            )
            .await;
    };
    let stages = setting.stages();
    let links = work.tenant.links().await?.into();
    let writer = Writer {
        tenant: &work.tenant,
        source: connector.id,
        links: &links,
        books: &work.app.books,
        is_load: false,
    };
    let prefix = format!("{}/", connection.id);
    let mut pages = work.tenant.raw_pages(&prefix).await?;
    pages.retain(|page| page.name.matches('/').count() == 3);
    // A job's id sorts by time, and pages of a job by number.
    let order = |name: &str| name.splitn(3, '/').nth(2).map(str::to_owned);
    pages.sort_by_key(|page| order(&page.name));
    let (total, from) = (pages.len() as u64, job.progress.done as usize);
    for (at, page) in pages.iter().enumerate().skip(from) {
        let progress = Progress {
            phase: "mapping again".to_owned(),
            done: at as u64,
            total: Some(total),
        };
        if work.tenant.report_job(&job.id, progress).await? == Goon::Cancelled {
            work.tenant
                .end_job(&job.id, store::JobStatus::Cancelled, None, None)
                .await?;
            return Ok(());
        }
        if work.deadline.has_passed() {
            let again = work.message(super::REMAP, json!({"job": job.id}), 1);
            work.tenant.send(&again).await?;
            return Ok(());
        }
        let Some(kept) = work.tenant.raw(&page.name).await? else {
            continue;
        };
        let raw: Raw = serde_json::from_slice(&kept)?;
        let Some(stream) = connector.stream(&raw.stream) else {
            continue;
        };
        let cx = context(
            &work.tenant,
            connector,
            &connection,
            &setting.known,
            &stages,
            raw.asked_at,
        );
        let mapped = Mapped::of(stream, &raw, &cx, &connection.fields);
        super::hint::write_all(work, &writer, &mapped, raw.asked_at, Vec::new(), Vec::new())
            .await?;
    }
    // What is forecast follows.
    let message = Message {
        kind: "book.changed".to_owned(),
        body: json!({"cause": connection.id}),
        ..work.message.clone()
    };
    let outgoing = Outgoing::now(Queue::Simulate, message);
    work.tenant.send(&outgoing).await?;
    let result = json!({"pages": total});
    work.tenant
        .end_job(&job.id, store::JobStatus::Succeeded, Some(result), None)
        .await?;
    Ok(())
}
