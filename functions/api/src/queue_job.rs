//! Work that takes longer than a request: a job, and the message that starts it.
//!
//! The job is kept first and the message follows through the outbox, so that a message never
//! names a job that is not there. A cut in between leaves a job that waits without a message.
//! Nothing of it is lost: everything the message says stands in the job, see [`body`], and the
//! schedule sends it again.

use crate::auth::Caller;
use edge::Problem;
use serde_json::{Value, json};
use store::{Job, Message, Outgoing, Page, Queue};

/// The version of the form of messages.
const VERSION: u32 = 1;

/// Keeps a job and starts it: `kind` is what to do, `subject` what with.
///
/// A handler that notes the job elsewhere before it may start does so between
/// [`Tenant::create_job`](store::Tenant::create_job) and [`start_job`].
pub(crate) async fn queue_job(
    caller: &Caller,
    queue: Queue,
    kind: &str,
    subject: Option<String>,
) -> Result<Job, Problem> {
    let job = caller.tenant().create_job(kind, subject).await?;
    start_job(caller, queue, &job).await?;
    Ok(job)
}

/// Sends the message that starts a job that is kept.
pub(crate) async fn start_job(caller: &Caller, queue: Queue, job: &Job) -> Result<(), Problem> {
    send(caller, queue, message(caller, &job.kind, body(job))).await
}

/// Sends a message through the outbox.
pub(crate) async fn send(caller: &Caller, queue: Queue, message: Message) -> Result<(), Problem> {
    let page = Page {
        cause: message.kind.clone(),
        messages: vec![Outgoing::now(queue, message)],
        ..Page::default()
    };
    caller.tenant().commit(page).await?;
    Ok(())
}

/// A message of the caller's tenant and request.
pub(crate) fn message(caller: &Caller, kind: &str, body: Value) -> Message {
    Message {
        v: VERSION,
        tenant: caller.tenant().id(),
        request_id: caller.ctx().request_id().to_owned(),
        kind: kind.to_owned(),
        body,
    }
}

/// What the message of a job says: the job, and its subject under the first word of its kind. For
/// `import.commit` that is `{"job": "job_…", "import": "import_…"}`.
fn body(job: &Job) -> Value {
    let mut body = json!({ "job": job.id });
    let noun = job.kind.split('.').next().unwrap_or_default();
    if let Some(subject) = &job.subject {
        body[noun] = subject.as_str().into();
    }
    body
}
