//! Taking away what a connection brought.

use super::finish::ours;
use super::write::rows;
use super::{Error, Work};
use connector::Connector;
use model::{Change, EntityKey};
use serde_json::json;
use store::{Connection, Goon, JobStatus, MOST_CHANGES, Page, Progress, Versioned};

pub(super) async fn run(
    work: &Work<'_>,
    connector: &'static Connector,
    connection: &Connection,
    job: &str,
) -> Result<(), Error> {
    let job = match work.tenant.start_job(job).await {
        Ok(job) if !job.status.is_over() => job,
        Ok(_) | Err(store::Error::NotFound { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let shelf = work.app.books.fresh(&work.tenant).await?;
    let keys = shelf.read(|warm| {
        let ours = ours(
            &warm.book,
            work.tenant.id(),
            connector.id,
            &connection.space,
        );
        let deals = |deal: &model::DealId| ours.contains_key(&EntityKey::Deal(*deal));
        let people = warm.book.stakeholders.iter();
        let people = people.filter(|it| deals(&it.deal));
        let people = people.map(|it| EntityKey::Stakeholder(it.deal, it.id));
        ours.keys().cloned().chain(people).collect::<Vec<_>>()
    });
    let keys = keys.unwrap_or_default();
    let total = keys.len() as u64;
    for (at, some) in keys.chunks(MOST_CHANGES).enumerate() {
        let progress = Progress {
            phase: "taking away what it brought".to_owned(),
            done: (at * MOST_CHANGES) as u64,
            total: Some(total),
        };
        if work.tenant.report_job(&job.id, progress).await? == Goon::Cancelled {
            work.tenant
                .end_job(&job.id, JobStatus::Cancelled, None, None)
                .await?;
            return Ok(());
        }
        if work.deadline.has_passed() {
            let again = work.message(super::ERASE, json!({"job": job.id}), 1);
            work.tenant.send(&again).await?;
            return Ok(());
        }
        let now = work.tenant.now().as_microsecond();
        let kept = rows(&work.tenant, some).await?;
        let gone = kept.iter().filter(|it| it.entity.is_some()).map(|it| {
            let version = now.max(it.version + 1);
            Versioned::new(Change::Delete(it.key.clone()), version)
        });
        let page = Page {
            changes: gone.collect(),
            cause: work.id.to_string(),
            ..Page::default()
        };
        work.tenant.commit(page).await?;
    }
    work.tenant
        .delete_raw(&format!("{}/", connection.id))
        .await?;
    work.tenant.delete_streams(connection.id).await?;
    work.tenant
        .end_job(
            &job.id,
            JobStatus::Succeeded,
            Some(json!({"erased": total})),
            None,
        )
        .await?;
    Ok(())
}
