//! Jobs: how work that takes longer than a request goes, and how to stop it.

use crate::access::Access;
use crate::auth::Caller;
use crate::documents::{find, is_open_to, page};
use crate::paging::{Page, PageQuery};
use crate::people::{made_version, name_of};
use crate::routes::Routes;
use axum::response::{IntoResponse, Response};
use edge::etag::IfNoneMatch;
use edge::sse::{Frame, LastEventId};
use edge::{Code, Json, Path, Problem, Query, sse};
use futures_util::{Stream, stream};
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use identity::{Policy, RateClass, Role, Scope};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;
use store::{Import, ImportStatus, Job, JobProblem, JobStatus, Stored};
use utoipa::ToSchema;
use utoipa_axum::routes;

pub(crate) const READ: Policy = Policy::new(Scope::Read, Role::Ae, RateClass::Read);
const CANCEL: Policy = Policy::new(Scope::Write, Role::Ae, RateClass::Write);

/// How often a watched job is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A stream ends after so many looks, five minutes; the caller comes again where it was.
const MOST_LOOKS: u32 = 600;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .with(Access::Guarded(READ), routes!(list_jobs))
        .with(Access::Guarded(READ), routes!(get_job))
        .with(Access::Guarded(CANCEL), routes!(cancel_job))
        .with(Access::Guarded(READ), routes!(watch_job))
}

/// A piece of work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobView {
    /// Its id.
    id: String,
    /// What it does: `import.commit`.
    #[schema(example = "import.commit")]
    kind: String,
    /// What it works on.
    subject: Option<String>,
    /// `queued`, `running`, `succeeded`, `failed` or `cancelled`.
    #[schema(value_type = String, example = "running")]
    status: JobStatus,
    /// How far it is.
    progress: ProgressView,
    /// Who asked for it.
    created_by: String,
    /// What they are called; null for our own functions, and for whom the caller does not see.
    created_by_name: Option<String>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When work began.
    #[schema(value_type = Option<String>, format = DateTime)]
    started_at: Option<Timestamp>,
    /// The last sign of life.
    #[schema(value_type = Option<String>, format = DateTime)]
    heartbeat_at: Option<Timestamp>,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
    /// When it will be done at the present pace.
    #[schema(value_type = Option<String>, format = DateTime)]
    eta: Option<Timestamp>,
    /// Whether somebody asked to stop it.
    cancel_requested: bool,
    /// What came of it.
    #[schema(value_type = Option<crate::shapes::JobResult>)]
    result: Option<Value>,
    /// Why it failed.
    problem: Option<JobProblemView>,
    /// Where to go from here.
    links: Links,
}

/// How far a job has come.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProgressView {
    /// What is done now.
    #[schema(example = "writing")]
    phase: String,
    /// So much of it.
    done: u64,
    /// Of so much, where it is known.
    total: Option<u64>,
}

/// Why a job failed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobProblemView {
    /// For programs.
    code: String,
    /// What happened.
    detail: String,
    /// What helps.
    remedy: String,
}

impl From<JobProblem> for JobProblemView {
    fn from(problem: JobProblem) -> Self {
        Self {
            code: problem.code,
            detail: problem.detail,
            remedy: problem.remedy,
        }
    }
}

/// Where to go from a job.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Links {
    /// The job itself.
    #[serde(rename = "self")]
    own: String,
    /// Its events.
    events: String,
    /// Where to stop it, while that makes sense.
    cancel: Option<String>,
    /// What it works on, or what it made.
    subject: Option<String>,
}

impl JobView {
    pub(crate) fn of(caller: &Caller, job: Job) -> Self {
        let own = format!("/v1/jobs/{}", job.id);
        Self {
            links: Links {
                events: format!("{own}/events"),
                cancel: (!job.status.is_over()).then(|| format!("{own}/cancel")),
                subject: subject_link(&job),
                own,
            },
            eta: job.eta(caller.tenant().now()),
            created_by_name: name_of(caller, &job.created_by),
            id: job.id,
            kind: job.kind,
            subject: job.subject,
            status: job.status,
            progress: ProgressView {
                phase: job.progress.phase,
                done: job.progress.done,
                total: job.progress.total,
            },
            created_by: job.created_by,
            created_at: job.created_at,
            started_at: job.started_at,
            heartbeat_at: job.heartbeat_at,
            finished_at: job.finished_at,
            cancel_requested: job.cancel_requested,
            result: job.result,
            problem: job.problem.map(JobProblemView::from),
        }
    }
}

fn subject_link(job: &Job) -> Option<String> {
    if job.kind == crate::exports::RUN || job.kind == crate::exports::PERSON {
        let is_there = job.status == JobStatus::Succeeded;
        return is_there.then(|| format!("/v1/exports/{}/file", job.id));
    }
    let subject = job.subject.as_deref()?;
    let area = match subject.split_once('_')?.0 {
        "import" => "imports",
        "forecast" => "forecasts",
        "backtest" => "backtests",
        "simulation" => "simulations",
        "conn" => "connections",
        _ => return None,
    };
    Some(format!("/v1/{area}/{subject}"))
}

/// The answer of a call that started a job.
pub(crate) fn accepted(caller: &Caller, job: Job) -> Result<Response, Problem> {
    let view = JobView::of(caller, job);
    let location = HeaderValue::try_from(view.links.own.as_str()).map_err(Problem::internal)?;
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], Json(view)).into_response())
}

/// A job the caller may see: their own, or anybody's for those who see all deals.
async fn job_of(caller: &Caller, id: &str) -> Result<Stored<Job>, Problem> {
    let stored = find::<Job>(caller, "job", id).await?;
    if is_open_to(caller, &stored.value.created_by) {
        Ok(stored)
    } else {
        Err(Problem::not_found())
    }
}

/// Which jobs.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct JobsQuery {
    /// How many rows, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only those in this state.
    #[param(value_type = Option<String>)]
    status: Option<JobStatus>,
    /// Only those of this kind, or of an area such as `import`.
    kind: Option<String>,
    /// Only those that work on this: an import, a connection.
    subject: Option<String>,
}

/// The jobs, the newest first
///
/// One's own; those who see all deals see everybody's. They are kept for 30 days.
#[utoipa::path(get, path = "/v1/jobs", tag = "jobs", operation_id = "listJobs",
    params(JobsQuery),
    responses((status = 200, description = "A page of jobs", body = Page<JobView>)))]
pub(crate) async fn list_jobs(
    caller: Caller,
    Query(query): Query<JobsQuery>,
) -> Result<Json<Page<JobView>>, Problem> {
    let JobsQuery {
        limit,
        cursor,
        status,
        kind,
        subject,
    } = query;
    let page_query = PageQuery { limit, cursor };
    let list = format!("jobs {status:?} {kind:?} {subject:?}");
    let of_kind = |job: &Job| match &kind {
        Some(kind) => job.kind == *kind || job.kind.split('.').next() == Some(kind),
        None => true,
    };
    let passes = |job: &Job| {
        is_open_to(&caller, &job.created_by)
            && status.is_none_or(|status| job.status == status)
            && of_kind(job)
            && (subject.is_none() || job.subject == subject)
    };
    let view = |stored: Stored<Job>| JobView::of(&caller, stored.value);
    page(&caller, &list, &page_query, passes, view)
        .await
        .map(Json)
}

/// A job
#[utoipa::path(get, path = "/v1/jobs/{id}", tag = "jobs", operation_id = "getJob",
    params(("id" = String, Path, description = "The job's id"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag that was read")),
    responses((status = 200, description = "How it stands", body = JobView),
        (status = 304, description = "It stands as it did")))]
pub(crate) async fn get_job(
    caller: Caller,
    Path(id): Path<String>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let stored = job_of(&caller, &id).await?;
    let etag = made_version(&caller, stored.rev, &stored.value.created_by);
    if let Some(answer) = known.not_modified(&etag) {
        return Ok(answer);
    }
    Ok(etag.on(Json(JobView::of(&caller, stored.value))))
}

/// Stop a job
///
/// One that nobody has begun is over at once. One that is worked on stops at its next step: an
/// import that is being written is taken back. Undoing an import is not stopped half-way.
#[utoipa::path(post, path = "/v1/jobs/{id}/cancel", tag = "jobs", operation_id = "cancelJob",
    params(("id" = String, Path, description = "The job's id")),
    responses((status = 202, description = "It will stop, or has", body = JobView)))]
async fn cancel_job(caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    cancel(&caller, &id).await
}

/// Stops a job of the caller's.
pub(crate) async fn cancel(caller: &Caller, id: &str) -> Result<Response, Problem> {
    let Stored { value: job, .. } = job_of(caller, id).await?;
    match job.status {
        JobStatus::Succeeded | JobStatus::Failed => {
            return Err(Problem::new(Code::WrongState)
                .detail("The job is over; there is nothing left to stop")
                .remedy("Read it for what came of it."));
        }
        _ if job.kind == crate::imports::UNDO => {
            return Err(Problem::new(Code::WrongState)
                .detail("Taking an import back is not stopped half-way")
                .remedy("Wait until it is done, then import the files again."));
        }
        JobStatus::Cancelled => return accepted(caller, job),
        JobStatus::Queued | JobStatus::Running => {}
    }
    let stopped = caller.tenant().cancel_job(id).await?.value;
    if stopped.status == JobStatus::Cancelled {
        stand_back(caller, &stopped).await?;
    }
    accepted(caller, stopped)
}

/// Nobody had begun: the import is as it was before the job was asked for. The job's message does
/// the same when it comes, but it may have been lost.
async fn stand_back(caller: &Caller, job: &Job) -> Result<(), Problem> {
    let Some(import) = job
        .subject
        .as_deref()
        .filter(|_| job.kind.starts_with("import."))
    else {
        return Ok(());
    };
    let edited = caller
        .tenant()
        .edit_document::<Import, store::Error>(import, |import| {
            if import.job.as_ref() == Some(&job.id) {
                import.status = match import.status {
                    ImportStatus::Validating => ImportStatus::Open,
                    ImportStatus::Committing => ImportStatus::Validated,
                    status => status,
                };
            }
            Ok(())
        });
    match edited.await {
        Ok(_) | Err(store::Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Watch a job
///
/// Server-sent events: `job.updated` whenever something changed, with the job as data, and
/// `job.finished` at its end. Ids rise; who comes again with `Last-Event-ID` (or `?after=`) misses
/// nothing. A stream ends after five minutes at the latest: come again. Who has seen the end
/// already gets 204, which tells a browser to stop.
#[utoipa::path(get, path = "/v1/jobs/{id}/events", tag = "jobs", operation_id = "watchJob",
    params(("id" = String, Path, description = "The job's id"),
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event seen"),
        ("after" = Option<u64>, Query, description = "The same, where headers cannot be set")),
    responses((status = 200, description = "The events", body = String, content_type = "text/event-stream"),
        (status = 204, description = "The job is over, and you have seen its last event")))]
async fn watch_job(
    caller: Caller,
    Path(id): Path<String>,
    after: LastEventId,
) -> Result<Response, Problem> {
    let first = job_of(&caller, &id).await?;
    if first.value.status.is_over() && after.0.is_some_and(|seen| seen >= first.rev) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(sse::answer(after, frames(caller, first)))
}

/// What becomes of a job, look by look. Looks that show nothing new are left out by [`sse`].
fn frames(caller: Caller, first: Stored<Job>) -> impl Stream<Item = Result<Frame, Problem>> {
    let start = Some((caller, first, 0));
    stream::unfold(start, async |state| {
        let (caller, last, looks) = state?;
        let stored = if looks == 0 {
            last
        } else {
            tokio::time::sleep(LOOK_EVERY).await;
            match job_of(&caller, &last.value.id).await {
                Ok(stored) => stored,
                Err(problem) => return Some((Err(problem), None)),
            }
        };
        let is_over = stored.value.status.is_over();
        let frame = frame(&caller, &stored);
        let next = (!is_over && looks < MOST_LOOKS).then_some((caller, stored, looks + 1));
        Some((frame, next))
    })
}

fn frame(caller: &Caller, stored: &Stored<Job>) -> Result<Frame, Problem> {
    let view = JobView::of(caller, stored.value.clone());
    Ok(Frame {
        id: stored.rev,
        event: if stored.value.status.is_over() {
            "job.finished"
        } else {
            "job.updated"
        },
        data: serde_json::to_value(view).map_err(Problem::internal)?,
    })
}
