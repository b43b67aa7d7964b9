//! One message at work: its tenant, its import, its job, and how it ends.

use crate::cursor::Cursor;
use crate::{App, Limits};
use edge::{Deadline, Failure, Meta};
use identity::{Entry, Principal, TenantCtx};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::{
    Disposition, Goon, Import, ImportStatus, Job, JobProblem, JobStatus, Lease, Message, Outgoing,
    Page, Progress, Queue, Tenant, TenantInfo,
};

/// Who works here, for feed and audit.
const FUNCTION: &str = "sync";
/// How long a message waits while somebody else works on its import.
const LATER_S: u32 = 30;
/// How often progress is written at most.
const REPORT_EVERY: SignedDuration = SignedDuration::from_millis(250);
/// Audit events among which an import's own is looked for, should its worker have died after it.
const RECENT_EVENTS: usize = 100;

pub(crate) const VALIDATE: &str = "import.validate";
pub(crate) const COMMIT: &str = "import.commit";
pub(crate) const UNDO: &str = "import.undo";

#[derive(Deserialize)]
struct Body {
    import: String,
    job: String,
}

pub(crate) struct Work {
    pub(crate) tenant: Tenant,
    pub(crate) limits: Limits,
    pub(crate) deadline: Deadline,
    pub(crate) import: String,
    pub(crate) job: String,
    message: Message,
}

/// Why work on a message ends early.
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
    /// There is no such job any more.
    #[error(transparent)]
    Gone(store::Error),
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
        refused(
            "unreadable",
            format!("what was kept of the import cannot be read: {error}"),
            "start a new import of the same files",
        )
    }
}

impl Work {
    pub(crate) fn of(app: &App, message: Message, meta: Meta) -> Result<Self, Failure> {
        if ![VALIDATE, COMMIT, UNDO].contains(&message.kind.as_str()) {
            return Err(Failure::retry(
                "sync does no work of this kind; deploy the newer one",
            ));
        }
        // Serde's own words could quote the body.
        let body: Body = serde_json::from_value(message.body.clone())
            .map_err(|_| Failure::retry("the message names no import and job"))?;
        let ctx = TenantCtx::system(message.tenant, FUNCTION, &message.request_id);
        Ok(Self {
            tenant: app.store.tenant(&ctx),
            limits: app.limits,
            deadline: meta.deadline,
            import: body.import,
            job: body.job,
            message,
        })
    }

    pub(crate) async fn run(&self) -> Result<(), Failure> {
        let done = match self.begin().await {
            Ok(Some(job)) => match self.message.kind.as_str() {
                VALIDATE => crate::validate::run(self).await,
                COMMIT => Box::pin(crate::commit::run(self, &job)).await,
                _ => crate::undo::run(self).await,
            },
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        let ended = match done {
            Ok(()) => Ok(()),
            Err(Error::Refused(problem)) => self.fail(problem).await,
            Err(Error::Cancelled) => self.cancelled().await,
            Err(Error::Gone(error)) => Err(error),
            Err(Error::Store(error)) => match error.disposition() {
                Disposition::Retry | Disposition::Reread | Disposition::Yield => Err(error),
                Disposition::Fail => {
                    let remedy = "try again; if it comes again, start a new import";
                    let detail = edge::telemetry::chain(&error);
                    self.fail(problem("not_kept", detail, remedy)).await
                }
            },
        };
        Ok(ended?)
    }

    /// The job begun; `None` where nothing is left to do.
    async fn begin(&self) -> Result<Option<Job>, Error> {
        let job = match self.tenant.start_job(&self.job).await {
            Ok(job) => job,
            Err(error @ store::Error::NotFound { .. }) => return Err(Error::Gone(error)),
            Err(error) => return Err(error.into()),
        };
        if job.status.is_over() {
            // It was stopped before anybody began: the import is as it was before it was asked for.
            if job.status == JobStatus::Cancelled {
                self.stand_back().await?;
            }
            return Ok(None);
        }
        let info = self.tenant.find_document::<TenantInfo>("A").await?;
        if info.is_some_and(|info| info.value.deleted_at.is_some()) {
            return Err(store::Error::TenantDeleted.into());
        }
        Ok(Some(job))
    }

    /// Edits the import, if this job is the one that works on it.
    pub(crate) async fn edit(
        &self,
        mut edit: impl FnMut(&mut Import) + Send,
    ) -> Result<Import, Error> {
        let job = self.job.clone();
        let edited = self
            .tenant
            .edit_document::<Import, store::Error>(&self.import, |import| {
                if import.job.as_ref().is_none_or(|of| *of == job) {
                    import.job = Some(job.clone());
                    edit(import);
                }
                Ok(())
            });
        Ok(edited.await?.value)
    }

    pub(crate) fn lease_name(&self) -> String {
        format!("import#{}", self.import)
    }

    /// The same message again, a little later: somebody else works on the import.
    pub(crate) async fn later(&self) -> Result<(), Error> {
        let again = Outgoing {
            delay_s: LATER_S,
            ..self.again()
        };
        Ok(self.tenant.send(&again).await?)
    }

    /// The same message, to go on where this one ends.
    pub(crate) fn again(&self) -> Outgoing {
        Outgoing {
            // By then this worker has given its lease back.
            delay_s: 1,
            ..Outgoing::now(Queue::Sync, self.message.clone())
        }
    }

    /// The message that tells the engines of a new book.
    pub(crate) fn book_changed(&self) -> Outgoing {
        let message = Message {
            kind: "book.changed".to_owned(),
            body: json!({ "cause": self.import }),
            ..self.message.clone()
        };
        Outgoing::now(Queue::Simulate, message)
    }

    /// A step of the work in which nothing else is written.
    pub(crate) async fn step(
        &self,
        lease: &mut Lease,
        to: &Cursor,
        messages: Vec<Outgoing>,
    ) -> Result<(), Error> {
        let to = to.write()?;
        let page = Page {
            step: Some(lease.step(&to, self.tenant.now())),
            messages,
            cause: self.import.clone(),
            ..Page::default()
        };
        self.tenant.commit(page).await?;
        lease.cursor = to;
        Ok(())
    }

    /// Adds an event to the audit log, once however often the end of the work is reached.
    pub(crate) async fn audit(
        &self,
        action: &str,
        detail: BTreeMap<String, String>,
    ) -> Result<(), Error> {
        let recent = self.tenant.audit_events(None, RECENT_EVENTS).await?;
        if recent
            .iter()
            .any(|event| event.action == action && event.target == self.import)
        {
            return Ok(());
        }
        let entry = Entry {
            at: self.tenant.now(),
            actor: Principal::System(FUNCTION),
            action: action.to_owned(),
            target: self.import.clone(),
            detail,
            request_id: self.tenant.request_id().to_owned(),
        };
        self.tenant.audit(entry).await?;
        Ok(())
    }

    pub(crate) async fn succeed(&self, result: Value) -> Result<(), Error> {
        let ended = self
            .tenant
            .end_job(&self.job, JobStatus::Succeeded, Some(result), None);
        ended.await?;
        Ok(())
    }

    /// Ends the job badly and leaves the import so that the person can do something about it.
    async fn fail(&self, problem: JobProblem) -> Result<(), store::Error> {
        tracing::warn!(
            import.id = self.import,
            problem.code = problem.code,
            "Import {} failed with {}",
            self.import,
            problem.code
        );
        let kind = self.message.kind.as_str();
        let edited = self.edit(|import| {
            import.status = match (import.status, kind) {
                // Mapping and files can be given again.
                (ImportStatus::Validating, _) => ImportStatus::Open,
                (ImportStatus::Committing | ImportStatus::Undoing, _) => ImportStatus::Failed,
                (status, _) => status,
            };
        });
        match edited.await {
            Ok(_) | Err(Error::Store(store::Error::NotFound { .. })) => {}
            Err(Error::Store(error)) => return Err(error),
            Err(_) => {}
        }
        self.tenant
            .end_job(&self.job, JobStatus::Failed, None, Some(problem))
            .await?;
        Ok(())
    }

    async fn cancelled(&self) -> Result<(), store::Error> {
        if let Err(Error::Store(error)) = self.stand_back().await {
            return Err(error);
        }
        self.tenant
            .end_job(&self.job, JobStatus::Cancelled, None, None)
            .await?;
        Ok(())
    }

    /// Nothing was written: the import is again as before the job.
    async fn stand_back(&self) -> Result<(), Error> {
        let edited = self.edit(|import| {
            import.status = match import.status {
                ImportStatus::Validating => ImportStatus::Open,
                ImportStatus::Committing => ImportStatus::Validated,
                ImportStatus::Undoing => ImportStatus::Committed,
                status => status,
            };
        });
        match edited.await {
            Ok(_) | Err(Error::Store(store::Error::NotFound { .. })) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

pub(crate) fn problem(code: &str, detail: String, remedy: &str) -> JobProblem {
    JobProblem {
        code: code.to_owned(),
        detail,
        remedy: remedy.to_owned(),
    }
}

/// Tells a job's watchers how far it is, not too often.
pub(crate) struct Watch<'a> {
    work: &'a Work,
    last: Option<Timestamp>,
}

impl<'a> Watch<'a> {
    pub(crate) fn over(work: &'a Work) -> Self {
        Self { work, last: None }
    }

    /// Reports progress, if the last report is old enough; hears whether to go on.
    pub(crate) async fn tell(
        &mut self,
        phase: &str,
        done: u64,
        total: Option<u64>,
    ) -> Result<Goon, store::Error> {
        let now = self.work.tenant.now();
        if self
            .last
            .is_some_and(|last| now.duration_since(last) < REPORT_EVERY)
        {
            return Ok(Goon::Yes);
        }
        self.last = Some(now);
        let progress = Progress {
            phase: phase.to_owned(),
            done,
            total,
        };
        self.work.tenant.report_job(&self.work.job, progress).await
    }
}
