//! E-mails to members.

use crate::{App, FUNCTION};
use edge::Failure;
use identity::{Member, TenantCtx};
use serde::Deserialize;
use store::{Answer, Claim, Job, JobStatus, Message, Tenant, TenantInfo};

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Template {
    /// Somebody is asked to join.
    Invitation,
    /// A job of theirs is over.
    JobDone,
}

#[derive(Deserialize)]
struct Body {
    template: Template,
    member: String,
    #[serde(default)]
    job: Option<String>,
}

struct Letter {
    subject: String,
    text: String,
}

/// Sends an e-mail, once for each request that asks for it: only a worker that dies between sending
/// and noting that it has sent makes it two.
pub(crate) async fn send(app: &App, message: Message) -> Result<(), Failure> {
    // Serde's own words could quote the body.
    let body: Body = serde_json::from_value(message.body.clone())
        .map_err(|_| Failure::retry("the message names no template and member"))?;
    let ctx = TenantCtx::system(message.tenant, FUNCTION, &message.request_id);
    let tenant = app.store.tenant(&ctx);
    let info = tenant.document::<TenantInfo>("A").await?.value;
    if info.deleted_at.is_some() {
        return Err(store::Error::TenantDeleted.into());
    }
    let member = tenant.document::<Member>(&body.member).await?.value;
    let letter = match body.template {
        Template::Invitation => invitation(app, &info.name),
        Template::JobDone => job_done(app, &tenant, body.job.as_deref()).await?,
    };

    let about = body.job.as_deref().unwrap_or_default();
    let once = format!(
        "mail#{:?}#{}#{about}#{}",
        body.template, body.member, message.request_id
    );
    let claimed = match tenant.claim(&once, "").await? {
        Claim::Ours(claimed) => claimed,
        Claim::InFlight => return Err(Failure::retry("somebody else is sending the same e-mail")),
        Claim::Answered(_) | Claim::AnswerLost | Claim::OtherRequest => return Ok(()),
    };
    let sent = app
        .store
        .send_mail(member.email.as_str(), &letter.subject, &letter.text)
        .await;
    if let Err(error) = sent {
        tenant.unclaim(&claimed).await?;
        return Err(error.into());
    }
    let noted = Answer {
        status: 204,
        headers: Vec::new(),
        body: String::new(),
    };
    Ok(tenant.settle(&claimed, &noted).await?)
}

fn invitation(app: &App, tenant: &str) -> Letter {
    // A subject is one line, whatever a name holds.
    let name: String = tenant
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    Letter {
        text: format!(
            "{name} asks you to join them in Pie.\n\n\
             Open {} and sign in with the address this came to. A code is sent to it; there is no \
             password.\n\n\
             If you do not know why this came to you, leave it unanswered: nothing happens.\n",
            app.public_url
        ),
        subject: format!("{name} asks you to join them in Pie"),
    }
}

async fn job_done(app: &App, tenant: &Tenant, job: Option<&str>) -> Result<Letter, Failure> {
    let job = job.ok_or_else(|| Failure::retry("the message names no job"))?;
    let job = tenant.document::<Job>(job).await?.value;
    let what = match job.kind.as_str() {
        "import.validate" => "Reading your files",
        "import.commit" => "Your import",
        "import.undo" => "Taking your import back",
        "forecast.run" => "Your forecast",
        "backtest.run" => "Your backtest",
        "export.run" | "person.export" => "Your export",
        _ => "What you asked for",
    };
    let (how, why) = match (job.status, &job.problem) {
        (JobStatus::Succeeded, _) => ("is done", String::new()),
        (JobStatus::Cancelled, _) => ("was stopped", String::new()),
        (JobStatus::Failed, Some(problem)) => {
            let why = format!(
                "Why: {}.\nWhat helps: {}.\n\n",
                problem.detail, problem.remedy
            );
            ("did not work", why)
        }
        (JobStatus::Failed, None) => ("did not work", String::new()),
        (JobStatus::Queued | JobStatus::Running, _) => {
            return Err(Failure::drop(
                "the job is not over, so there is nothing to tell",
            ));
        }
    };
    Ok(Letter {
        subject: format!("{what} {how}"),
        text: format!(
            "{what} {how}.\n\n{why}See it at {}/jobs/{}\n",
            app.public_url, job.id
        ),
    })
}
