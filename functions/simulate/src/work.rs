//! One run at work: its tenant, its job, and how it ends.

use crate::run;
use edge::{Failure, Meta};
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::{Disposition, Goon, JobProblem, JobStatus, Message, Progress, Tenant, TenantInfo};

/// How often progress is reported while the engines compute.
const PULSE: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
struct Body {
    job: String,
    #[serde(alias = "forecast", alias = "backtest")]
    run: String,
}

pub(crate) struct Work {
    pub(crate) tenant: Tenant,
    pub(crate) job: String,
    /// The run's id, by which its files and its document are found.
    pub(crate) run: String,
    is_backtest: bool,
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
}

/// What the engines have done so far.
#[derive(Clone, Default)]
pub(crate) struct Tally {
    done: Arc<AtomicU64>,
    total: Arc<AtomicU64>,
}

impl Tally {
    pub(crate) fn say(&self, done: usize, total: usize) {
        self.total.store(total as u64, Ordering::Relaxed);
        self.done.fetch_max(done as u64, Ordering::Relaxed);
    }
}

impl Work {
    pub(crate) fn of(tenant: Tenant, message: &Message, _: Meta) -> Result<Self, Failure> {
        // Serde's own words could quote the body.
        let body: Body = serde_json::from_value(message.body.clone())
            .map_err(|_| Failure::retry("the message names no job and run"))?;
        Ok(Self {
            tenant,
            job: body.job,
            run: body.run,
            is_backtest: message.kind == run::BACKTEST,
        })
    }

    pub(crate) async fn run(&self) -> Result<(), Failure> {
        let job = self.tenant.start_job(&self.job).await?;
        if job.status.is_over() {
            return Ok(());
        }
        let done = match self.is_open().await {
            Ok(()) if self.is_backtest => run::backtest(self, job.created_by).await,
            Ok(()) => run::forecast(self, job.created_by).await,
            Err(error) => Err(error),
        };
        let (status, result, problem) = match done {
            Ok(result) => (JobStatus::Succeeded, Some(result), None),
            Err(Error::Cancelled) => (JobStatus::Cancelled, None, None),
            Err(Error::Refused(problem)) => (JobStatus::Failed, None, Some(problem)),
            Err(Error::Store(error)) => match error.disposition() {
                Disposition::Fail => (JobStatus::Failed, None, Some(problem(&error))),
                Disposition::Retry | Disposition::Reread | Disposition::Yield => {
                    return Err(error.into());
                }
            },
        };
        self.tenant
            .end_job(&self.job, status, result, problem)
            .await?;
        Ok(())
    }

    async fn is_open(&self) -> Result<(), Error> {
        let info = self.tenant.find_document::<TenantInfo>("A").await?;
        match info {
            Some(info) if info.value.deleted_at.is_some() => {
                Err(store::Error::TenantDeleted.into())
            }
            _ => Ok(()),
        }
    }

    /// What the run was asked for; nothing where the file is gone or was never there.
    pub(crate) async fn request(&self) -> Result<Value, Error> {
        let blob = self
            .tenant
            .blob(&format!("runs/{}.request.json", self.run))
            .await?;
        let request = blob.map(|blob| serde_json::from_slice(&blob)).transpose();
        let request = request.map_err(|_| {
            Error::Refused(JobProblem {
                code: "unreadable_request".to_owned(),
                detail: "what was asked for cannot be read".to_owned(),
                remedy: "ask again".to_owned(),
            })
        });
        Ok(request?.unwrap_or_default())
    }

    /// Computes beside the runtime, with signs of life; somebody may ask to stop, and then nobody
    /// waits for the rest.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        phase: &str,
        tally: &Tally,
        compute: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let mut computing = tokio::task::spawn_blocking(move || apart(compute));
        let mut wait = Duration::ZERO;
        loop {
            tokio::select! {
                biased;
                () = tokio::time::sleep(wait) => {
                    let total = tally.total.load(Ordering::Relaxed);
                    let progress = Progress {
                        phase: phase.to_owned(),
                        done: tally.done.load(Ordering::Relaxed),
                        total: (total > 0).then_some(total),
                    };
                    if self.tenant.report_job(&self.job, progress).await? == Goon::Cancelled {
                        return Err(Error::Cancelled);
                    }
                    wait = PULSE;
                }
                done = &mut computing => {
                    let broken = |e| store::Error::Call {
                        operation: "computing",
                        source: Box::new(e),
                    };
                    return Ok(done.map_err(broken)?);
                }
            }
        }
    }
}

fn problem(error: &store::Error) -> JobProblem {
    JobProblem {
        code: "not_kept".to_owned(),
        detail: edge::telemetry::chain(error),
        remedy: "try again; if it comes again, tell us the request's id".to_owned(),
    }
}

/// Computes on threads of its own: where the API runs in the same process, nobody who waits for an
/// answer waits behind a backtest.
fn apart<T: Send>(compute: impl FnOnce() -> T + Send) -> T {
    static THREADS: LazyLock<Option<ThreadPool>> =
        LazyLock::new(|| ThreadPoolBuilder::new().build().ok());
    match &*THREADS {
        Some(threads) => threads.install(compute),
        None => compute(),
    }
}
