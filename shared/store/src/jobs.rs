//! Jobs: work that takes longer than a request, to be watched and stopped.

use crate::documents::{Document, Stored};
use crate::error::Error;
use crate::tenant::Tenant;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How long an ended job can be looked at.
const KEPT_DAYS: i64 = 30;
/// A running job without a sign of life for so long is taken for cut off.
pub const SILENT_S: i64 = 180;

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// Waits for a worker.
    Queued,
    /// Is worked on.
    Running,
    /// Ended well.
    Succeeded,
    /// Ended badly; `problem` says why.
    Failed,
    /// Was stopped.
    Cancelled,
}

impl JobStatus {
    /// Whether nothing more will happen.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// How far a job has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What is done now: `writing deals`.
    pub phase: String,
    /// So much of it.
    pub done: u64,
    /// Of so much, where it is known.
    pub total: Option<u64>,
}

/// A piece of work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// `job_…`; later ones sort later.
    pub id: String,
    /// What it does: `import.commit`.
    pub kind: String,
    /// What it works on, such as an import's id.
    pub subject: Option<String>,
    /// Who asked for it, as the audit names them.
    pub created_by: String,
    /// How it stands.
    pub status: JobStatus,
    /// How far it is.
    pub progress: Progress,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When work began.
    pub started_at: Option<Timestamp>,
    /// The last sign of life.
    pub heartbeat_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Somebody asked to stop it.
    pub cancel_requested: bool,
    /// What came of it.
    pub result: Option<Value>,
    /// Why it failed: `code`, `detail` and `remedy`.
    pub problem: Option<JobProblem>,
}

/// Why a job failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobProblem {
    /// For programs, in `snake_case`.
    pub code: String,
    /// For people.
    pub detail: String,
    /// What helps.
    pub remedy: String,
}

impl Job {
    /// When it will be done at the present pace.
    pub fn eta(&self, now: Timestamp) -> Option<Timestamp> {
        let (started, total) = (self.started_at?, self.progress.total?);
        if self.status != JobStatus::Running || self.progress.done == 0 {
            return None;
        }
        let elapsed = now.as_millisecond() - started.as_millisecond();
        let left = total.saturating_sub(self.progress.done) as f64 / self.progress.done as f64;
        Timestamp::from_millisecond(now.as_millisecond() + (elapsed as f64 * left) as i64).ok()
    }
}

impl Document for Job {
    const PARTITION: &'static str = "J";
    const WHAT: &'static str = "job";
    fn id(&self) -> String {
        self.id.clone()
    }
    fn ttl(&self) -> Option<i64> {
        let end = self.finished_at.unwrap_or(self.created_at);
        Some(end.as_second() + KEPT_DAYS * 86_400)
    }
}

/// What a worker hears when it reports progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goon {
    /// Go on.
    Yes,
    /// Somebody asked to stop.
    Cancelled,
}

impl Tenant {
    /// Keeps a new job. The message that starts it is the caller's to send, through an outbox.
    pub async fn create_job(&self, kind: &str, subject: Option<String>) -> Result<Job, Error> {
        let job = Job {
            id: format!("job_{}", self.unique()),
            kind: kind.to_owned(),
            subject,
            created_by: self.by().to_owned(),
            status: JobStatus::Queued,
            progress: Progress::default(),
            created_at: self.now(),
            started_at: None,
            heartbeat_at: None,
            finished_at: None,
            cancel_requested: false,
            result: None,
            problem: None,
        };
        Ok(self.create_document(job).await?.value)
    }

    /// Says that a job is being worked on; it ends at once when it is over already.
    pub async fn start_job(&self, id: &str) -> Result<Job, Error> {
        let now = self.now();
        let stored = self.edit_job(id, |job| {
            if !job.status.is_over() {
                job.status = JobStatus::Running;
                job.started_at.get_or_insert(now);
                job.heartbeat_at = Some(now);
            }
        });
        Ok(stored.await?.value)
    }

    /// Reports progress; a sign of life.
    pub async fn report_job(&self, id: &str, progress: Progress) -> Result<Goon, Error> {
        let now = self.now();
        let stored = self.edit_job(id, |job| {
            if !job.status.is_over() {
                job.progress = progress.clone();
                job.heartbeat_at = Some(now);
            }
        });
        let job = stored.await?.value;
        Ok(
            if job.cancel_requested || job.status == JobStatus::Cancelled {
                Goon::Cancelled
            } else {
                Goon::Yes
            },
        )
    }

    /// Ends a job. One that is over stays as it is.
    pub async fn end_job(
        &self,
        id: &str,
        status: JobStatus,
        result: Option<Value>,
        problem: Option<JobProblem>,
    ) -> Result<Job, Error> {
        let now = self.now();
        let stored = self.edit_job(id, |job| {
            if !job.status.is_over() {
                job.status = status;
                job.finished_at = Some(now);
                job.heartbeat_at = Some(now);
                job.result.clone_from(&result);
                job.problem.clone_from(&problem);
            }
        });
        Ok(stored.await?.value)
    }

    /// Asks a job to stop. One that no worker has begun is over at once.
    pub async fn cancel_job(&self, id: &str) -> Result<Stored<Job>, Error> {
        let now = self.now();
        self.edit_job(id, |job| {
            job.cancel_requested = true;
            if job.status == JobStatus::Queued {
                job.status = JobStatus::Cancelled;
                job.finished_at = Some(now);
            }
        })
        .await
    }

    async fn edit_job(
        &self,
        id: &str,
        mut edit: impl FnMut(&mut Job) + Send,
    ) -> Result<Stored<Job>, Error> {
        self.edit_document(id, |job| {
            edit(job);
            Ok(())
        })
        .await
    }
}
