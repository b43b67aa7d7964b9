//! A job at work: who asked for it, and how it ends.

use crate::{App, FUNCTION, erase, export, person};
use edge::{Deadline, Failure, Meta};
use identity::{ApiKey, Directory, KeyId, Member, MemberId, Role, TenantCtx, Viewer};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use store::{
    Disposition, Goon, Job, JobProblem, JobStatus, Lease, Message, Outgoing, Page, Progress, Queue,
    Tenant, TenantInfo,
};

/// How long a message waits while somebody else works on its job.
const LATER_S: u32 = 30;
/// How often progress is written at most.
const REPORT_EVERY: SignedDuration = SignedDuration::from_millis(250);
/// Work that cannot go on where it was cut off had its chance when it had so long.
const WHOLE_TURN: Duration = Duration::from_mins(1);

#[derive(Deserialize)]
struct Body {
    job: String,
}

/// What is asked for, as the API keeps it beside the job.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Request {
    #[serde(default)]
    pub(crate) kind: Option<export::Kind>,
    #[serde(default)]
    pub(crate) query: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) person: Option<String>,
}

/// Why work ends early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Only a person can help.
    #[error("{}", .0.detail)]
    Refused(JobProblem),
    /// Somebody asked to stop.
    #[error("it was cancelled")]
    Cancelled,
    /// It goes on in so many seconds.
    #[error("it goes on later")]
    Later(u32),
}

pub(crate) fn refused(code: &str, detail: impl Into<String>, remedy: impl Into<String>) -> Error {
    Error::Refused(JobProblem {
        code: code.to_owned(),
        detail: detail.into(),
        remedy: remedy.into(),
    })
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        // Serde's own words could quote what it read.
        let what = format!(
            "what is kept cannot be read, at line {} column {}",
            error.line(),
            error.column()
        );
        refused(
            "unreadable",
            what,
            "try again; if it comes again, tell us the job's id",
        )
    }
}

pub(crate) struct Work {
    pub(crate) tenant: Tenant,
    pub(crate) job: Job,
    pub(crate) request: Request,
    deadline: Deadline,
    /// How long this turn had at its beginning.
    turn: Duration,
    lease: Lease,
    last_report: Option<Timestamp>,
}

pub(crate) async fn run(app: &App, message: Message, meta: Meta) -> Result<(), Failure> {
    // Serde's own words could quote the body.
    let body: Body = serde_json::from_value(message.body.clone())
        .map_err(|_| Failure::retry("the message names no job"))?;
    let ctx = TenantCtx::system(message.tenant, FUNCTION, &message.request_id);
    let tenant = app.store.tenant(&ctx);
    let again = |delay_s| Outgoing {
        delay_s,
        ..Outgoing::now(Queue::Deliver, message.clone())
    };
    let info = tenant.document::<TenantInfo>("A").await?;
    if info.value.deleted_at.is_some() {
        return Err(store::Error::TenantDeleted.into());
    }
    let job = tenant.start_job(&body.job).await?;
    if job.status.is_over() {
        return Ok(forget_request(&tenant, &job.id).await?);
    }
    let Some(lease) = tenant.lease(&format!("deliver#{}", job.id)).await? else {
        return Ok(tenant.send(&again(LATER_S)).await?);
    };
    let mut work = Work {
        tenant,
        job,
        request: Request::default(),
        turn: meta.deadline.left(),
        deadline: meta.deadline,
        lease,
        last_report: None,
    };
    let done = work.begin(&message.kind).await;
    if let Err(Error::Later(delay_s)) = done {
        work.tenant.release(&work.lease).await?;
        return Ok(work.tenant.send(&again(delay_s)).await?);
    }
    Ok(work.end(done).await?)
}

impl Work {
    async fn begin(&mut self, kind: &str) -> Result<Value, Error> {
        let request = self
            .tenant
            .sealed(&format!("requests/{}.json", self.job.id))
            .await?;
        let request = request.ok_or_else(|| {
            refused(
                "no_request",
                "what was asked for is no longer kept",
                "ask again",
            )
        })?;
        self.request = serde_json::from_slice(&request)?;
        if self.tell("beginning", 0, None).await? == Goon::Cancelled {
            return Err(Error::Cancelled);
        }
        match kind {
            erase::KIND => Box::pin(erase::run(self)).await,
            person::KIND => Box::pin(person::export(self)).await,
            _ => Box::pin(export::run(self)).await,
        }
    }

    async fn end(&self, done: Result<Value, Error>) -> Result<(), store::Error> {
        let (status, result, problem) = match done {
            Ok(result) => (JobStatus::Succeeded, Some(result), None),
            Err(Error::Cancelled) => (JobStatus::Cancelled, None, None),
            Err(Error::Refused(problem)) => (JobStatus::Failed, None, Some(problem)),
            Err(Error::Store(error)) if error.disposition() == Disposition::Fail => {
                let problem = JobProblem {
                    code: "not_kept".to_owned(),
                    detail: edge::telemetry::chain(&error),
                    remedy: "try again; if it comes again, tell us the job's id".to_owned(),
                };
                (JobStatus::Failed, None, Some(problem))
            }
            Err(Error::Store(error)) => {
                self.tenant.release(&self.lease).await?;
                return Err(error);
            }
            Err(Error::Later(_)) => return Ok(()),
        };
        if let Some(problem) = &problem {
            tracing::warn!(job.id = self.job.id, problem.code, "A job failed");
        }
        if status != JobStatus::Succeeded {
            self.tenant
                .delete_blobs(&format!("exports/{}/", self.job.id))
                .await?;
        }
        self.tenant
            .end_job(&self.job.id, status, result, problem)
            .await?;
        forget_request(&self.tenant, &self.job.id).await?;
        self.tenant.end_lease(&self.lease).await?;
        Ok(())
    }

    /// Tells the job's watchers how far it is, not too often; hears whether to go on.
    pub(crate) async fn tell(
        &mut self,
        phase: &str,
        done: u64,
        total: Option<u64>,
    ) -> Result<Goon, store::Error> {
        let now = self.tenant.now();
        if self
            .last_report
            .is_some_and(|last| now.duration_since(last) < REPORT_EVERY)
        {
            return Ok(Goon::Yes);
        }
        self.last_report = Some(now);
        let progress = Progress {
            phase: phase.to_owned(),
            done,
            total,
        };
        self.tenant.report_job(&self.job.id, progress).await
    }

    /// Whether work that is done in one turn may go on; the first part of a turn may have gone to
    /// other messages, and then it has another.
    pub(crate) async fn go_on(
        &mut self,
        phase: &str,
        done: u64,
        total: Option<u64>,
    ) -> Result<(), Error> {
        if self.tell(phase, done, total).await? == Goon::Cancelled {
            return Err(Error::Cancelled);
        }
        match self.deadline.has_passed() {
            false => Ok(()),
            true if self.turn < WHOLE_TURN => Err(Error::Later(1)),
            true => Err(refused(
                "too_large",
                "there is more to export than can be done in one go",
                "export less: filter the deals, or take one kind at a time",
            )),
        }
    }

    /// Whether there is time for another step of work that goes on where it was cut off.
    pub(crate) fn has_time(&self) -> Result<(), Error> {
        if self.deadline.has_passed() {
            Err(Error::Later(1))
        } else {
            Ok(())
        }
    }

    /// Up to where the work has come, as it was noted.
    pub(crate) fn cursor(&self) -> &str {
        &self.lease.cursor
    }

    /// Writes a page and notes how far the work has come, both or neither.
    pub(crate) async fn step(&mut self, page: Page, to: String) -> Result<store::Committed, Error> {
        let page = Page {
            step: Some(self.lease.step(&to, self.tenant.now())),
            cause: self.job.id.clone(),
            ..page
        };
        let committed = self.tenant.commit(page).await?;
        self.lease.cursor = to;
        Ok(committed)
    }

    /// Who asked, as they are now.
    pub(crate) async fn asker(&self) -> Result<Asker, Error> {
        let gone = || {
            let detail = "whoever asked for this may no longer sign in";
            refused(
                "asker_gone",
                detail,
                "let somebody who may sign in ask for it",
            )
        };
        let directory = self.tenant.directory().await?;
        let by = self.job.created_by.as_str();
        if let Ok(id) = by.parse::<MemberId>() {
            return Asker::member(&directory, id, None).ok_or_else(gone);
        }
        let id: KeyId = by.parse().map_err(|_| gone())?;
        let key = self
            .tenant
            .find_document::<ApiKey>(&id.to_string())
            .await?
            .ok_or_else(gone)?
            .value;
        let has_ended = key.expires_at.is_some_and(|at| at <= self.tenant.now());
        if key.revoked_at.is_some() || has_ended {
            return Err(gone());
        }
        match key.member {
            Some(member) => Asker::member(&directory, member, Some(key.role)).ok_or_else(gone),
            None if key.role < Role::Cro => Ok(Asker {
                role: key.role,
                viewer: Viewer::default(),
            }),
            None => Ok(Asker {
                role: key.role,
                viewer: Viewer::all(),
            }),
        }
    }
}

/// The request may name a person, and nobody needs it any more.
async fn forget_request(tenant: &Tenant, job: &str) -> Result<(), store::Error> {
    tenant
        .delete_blobs(&format!("requests/{job}."))
        .await
        .map(drop)
}

/// Who asked, and what they see.
pub(crate) struct Asker {
    pub(crate) role: Role,
    pub(crate) viewer: Viewer,
}

impl Asker {
    /// A member, in no higher a role than the one given.
    fn member(directory: &Directory, id: MemberId, most: Option<Role>) -> Option<Self> {
        let member = directory.get(&id)?;
        if member.status != identity::Status::Active {
            return None;
        }
        let role = most.map_or(member.role, |most| most.min(member.role));
        let lowered = Member {
            role,
            ..member.clone()
        };
        let others = directory.iter().filter(|other| other.id != id).cloned();
        let viewer = Directory::new(directory.tenant(), others.chain([lowered])).viewer(&id);
        Some(Self { role, viewer })
    }

    pub(crate) fn must_be_admin(&self) -> Result<(), Error> {
        if self.role == Role::Admin {
            return Ok(());
        }
        Err(refused(
            "role_too_low",
            "whoever asked for this is no admin any more",
            "let an admin ask for it",
        ))
    }
}
