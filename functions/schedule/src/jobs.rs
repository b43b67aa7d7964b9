//! Jobs that stand still: their message was lost, or whoever worked on them died.

use crate::message;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::{Job, JobStatus, Outgoing, Queue, SILENT_S, Stored, Tenant};

/// A job that nobody has begun for so long may have no message.
const UNBEGUN: SignedDuration = SignedDuration::from_secs(60);
/// A running job without a sign of life for so long is taken for cut off.
const SILENT: SignedDuration = SignedDuration::from_secs(SILENT_S);
/// What a job that was asked for again shows until a worker says something else.
const WAITING: &str = "waiting for a worker";
/// A job that stands still again and again is asked for after this part of its age, so that one
/// which kills its workers is tried some forty times in its thirty days and not every minute.
const PATIENCE: i32 = 8;

const PAGE: usize = 100;
/// Pages that are read now and then; each tick reads the first.
const MOST_PAGES: usize = 20;

/// Asks again for the jobs that stand still; gives their number.
pub(crate) async fn requeue(tenant: &Tenant, is_thorough: bool) -> Result<usize, store::Error> {
    let mut requeued = 0;
    let mut after: Option<String> = None;
    for _ in 0..if is_thorough { MOST_PAGES } else { 1 } {
        let page = tenant
            .documents_page::<Job>(after.as_deref(), PAGE, true)
            .await?;
        for Stored { value: job, .. } in &page {
            if stands_still(job, tenant.now()) && ask_again(tenant, job).await? {
                requeued += 1;
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.value.id.clone()),
            _ => break,
        }
    }
    Ok(requeued)
}

fn stands_still(job: &Job, now: Timestamp) -> bool {
    let last_sign = job.heartbeat_at.unwrap_or(job.created_at);
    let patience = match job.status {
        _ if job.progress.phase == WAITING => {
            SILENT.max(last_sign.duration_since(job.created_at) / PATIENCE)
        }
        JobStatus::Queued => UNBEGUN,
        JobStatus::Running => SILENT,
        JobStatus::Succeeded | JobStatus::Failed | JobStatus::Cancelled => return false,
    };
    now.duration_since(last_sign) > patience
}

/// Sends a job's message again. The job is marked first, so that of several ticks one sends; should
/// it die in between, a later one does.
async fn ask_again(tenant: &Tenant, job: &Job) -> Result<bool, store::Error> {
    let Some(outgoing) = outgoing(tenant, job) else {
        tracing::warn!(job.kind, job.id, "Nobody does jobs of this kind");
        return Ok(false);
    };
    let now = tenant.now();
    let mut is_ours = false;
    let marked = tenant.edit_document::<Job, store::Error>(&job.id, |job| {
        is_ours = stands_still(job, now);
        if is_ours {
            job.heartbeat_at = Some(now);
            WAITING.clone_into(&mut job.progress.phase);
        }
        Ok(())
    });
    marked.await?;
    if is_ours {
        tenant.send(&outgoing).await?;
    }
    Ok(is_ours)
}

/// The message that starts a job, as the API says it: the job, and its subject under the first word
/// of its kind.
pub(crate) fn outgoing(tenant: &Tenant, job: &Job) -> Option<Outgoing> {
    let noun = job.kind.split('.').next().unwrap_or_default();
    let queue = match noun {
        "import" | "connection" => Queue::Sync,
        "forecast" | "backtest" => Queue::Simulate,
        "export" | "person" => Queue::Deliver,
        _ => return None,
    };
    let mut body = json!({ "job": job.id });
    if let Some(subject) = &job.subject {
        body[noun] = subject.as_str().into();
    }
    Some(message(tenant, queue, &job.kind, body))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use store::Progress;

    #[test]
    fn a_job_that_kills_its_workers_is_asked_for_less_and_less() {
        let created_at: Timestamp = "2026-09-21T14:00:00Z".parse().unwrap();
        let mut job = Job {
            id: "job_1".to_owned(),
            kind: "import.commit".to_owned(),
            subject: None,
            created_by: "member_1".to_owned(),
            status: JobStatus::Queued,
            progress: Progress::default(),
            created_at,
            started_at: None,
            heartbeat_at: None,
            finished_at: None,
            cancel_requested: false,
            result: None,
            problem: None,
        };
        let mut asked = Vec::new();
        for minute in 0..30 * 24 * 60 {
            let now = created_at + SignedDuration::from_mins(minute);
            if stands_still(&job, now) {
                asked.push(minute);
                (job.status, job.heartbeat_at) = (JobStatus::Running, Some(now));
                WAITING.clone_into(&mut job.progress.phase);
            }
        }
        assert_eq!(asked[..4], [2, 6, 10, 14]);
        assert!((30..90).contains(&asked.len()), "{}", asked.len());
        // A worker that gets somewhere is looked after as at first.
        "writing deals".clone_into(&mut job.progress.phase);
        let last = job.heartbeat_at.unwrap();
        assert!(stands_still(
            &job,
            last + SignedDuration::from_secs(SILENT_S + 1)
        ));
    }
}
