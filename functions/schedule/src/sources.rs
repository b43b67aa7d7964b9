//! Connected sources: which are due to be synced, and which have to be held against what is kept.

use crate::message;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::{AuthKind, Connection, ConnectionStatus, Job, Outgoing, Page, Queue, Stored, Tenant};

/// How often everything is read again, to find what was missed or deleted without a word.
const RECONCILE_EVERY: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Grants end when they are not used for some weeks; those of halted connections are used so often.
const REFRESH_EVERY: SignedDuration = SignedDuration::from_hours(3 * 24);

/// What a look at a tenant's connections came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Looked {
    /// Syncs begun.
    pub(crate) begun: usize,
    /// Connections that wait for somebody to grant access anew.
    pub(crate) needs_reauth: usize,
}

/// Begins what is due.
pub(crate) async fn begin(tenant: &Tenant, is_thorough: bool) -> Result<Looked, store::Error> {
    let mut looked = Looked::default();
    for Stored { value, .. } in tenant.documents::<Connection>().await? {
        if value.status == ConnectionStatus::Active && sync(tenant, &value).await? {
            looked.begun += 1;
        }
        if value.status == ConnectionStatus::NeedsReauth {
            looked.needs_reauth += 1;
        }
        if is_thorough && value.status == ConnectionStatus::Paused {
            keep_alive(tenant, &value).await?;
        }
    }
    Ok(looked)
}

fn is_due(connection: &Connection, now: Timestamp) -> bool {
    connection.next_sync_at.is_none_or(|at| at <= now)
}

/// Begins a sync that is due. The next one is noted first, so that of several ticks one begins it.
async fn sync(tenant: &Tenant, connection: &Connection) -> Result<bool, store::Error> {
    let now = tenant.now();
    if !is_due(connection, now) {
        return Ok(false);
    }
    if let Some(run) = &connection.run
        && is_running(tenant, run).await?
    {
        return Ok(false);
    }
    let every = SignedDuration::from_mins(i64::from(connection.every_min.max(1)));
    let mut is_ours = false;
    let id = connection.id.to_string();
    let edited = tenant.edit_document::<Connection, store::Error>(&id, |kept| {
        is_ours = kept.status == ConnectionStatus::Active
            && kept.run == connection.run
            && is_due(kept, now);
        if is_ours {
            kept.run = None;
            kept.next_sync_at = now.checked_add(every).ok();
        }
        Ok(())
    });
    match edited.await {
        Ok(_) => {}
        Err(store::Error::NotFound { .. }) => return Ok(false),
        Err(error) => return Err(error),
    }
    if !is_ours {
        return Ok(false);
    }
    let since = connection.last_reconciled_at;
    let is_old = since.is_some_and(|at| now.duration_since(at) >= RECONCILE_EVERY);
    let kind = if is_old {
        "connection.reconcile"
    } else {
        "connection.sync"
    };
    let job = tenant.create_job(kind, Some(id.clone())).await?;
    let page = Page {
        messages: vec![said(tenant, kind, &id, &job.id)],
        cause: id,
        ..Page::default()
    };
    tenant.commit(page).await?;
    Ok(true)
}

async fn is_running(tenant: &Tenant, job: &str) -> Result<bool, store::Error> {
    let job = tenant.find_document::<Job>(job).await?;
    Ok(job.is_some_and(|job| !job.value.status.is_over()))
}

fn said(tenant: &Tenant, kind: &str, connection: &str, job: &str) -> Outgoing {
    let body = json!({"connection": connection, "job": job});
    message(tenant, Queue::Sync, kind, body)
}

/// Uses the grant of a halted connection, so that it does not end meanwhile.
async fn keep_alive(tenant: &Tenant, connection: &Connection) -> Result<(), store::Error> {
    if connection.auth != AuthKind::Oauth {
        return Ok(());
    }
    let now = tenant.now();
    let kept = tenant.credential(connection.id).await?;
    let is_old =
        kept.is_some_and(|kept| now.duration_since(kept.secrets.issued_at) >= REFRESH_EVERY);
    if is_old {
        let id = connection.id.to_string();
        tenant
            .send(&said(tenant, "connection.refresh", &id, ""))
            .await?;
    }
    Ok(())
}
