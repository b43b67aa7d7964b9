//! The end of a run: what two sources know of one thing is linked, and the run is accounted for.

use super::links::{Links, adopted};
use super::write::rows;
use super::{Error, Work, problem};
use connector::Category;
use jiff::{SignedDuration, Timestamp};
use model::{
    Book, Change, Company, CompanyId, DealId, Entity, EntityKey, InvoiceId, PaymentId, PersonId,
    SubscriptionId, TenantId,
};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use store::{
    Connection, JobStatus, Kept, MOST_CHANGES, Message, Outgoing, Page, Queue, StreamStatus,
    Versioned,
};

/// When the next sync is due.
pub(super) fn after(now: Timestamp, every_min: u32) -> Option<Timestamp> {
    now.checked_add(SignedDuration::from_mins(i64::from(every_min.max(1))))
        .ok()
}

pub(super) async fn run(work: &Work<'_>, connection: &Connection, job: &str) -> Result<(), Error> {
    if connection.run.as_deref() != Some(job) {
        // Another run has begun, or this one was ended already.
        return Ok(());
    }
    let streams = work.tenant.streams(connection.id).await?;
    let is_open = |status| {
        matches!(
            status,
            StreamStatus::Queued | StreamStatus::Running | StreamStatus::Waiting
        )
    };
    if streams.iter().any(|stored| is_open(stored.value.status)) {
        return Ok(());
    }
    link(work).await?;
    let streams = super::count::run(work, connection, true).await?;
    let now = work.tenant.now();
    let mut result = serde_json::Map::new();
    let mut failed = Vec::new();
    let mut needs_reauth = None;
    let mut reconciled = true;
    for stored in &streams {
        let state = &stored.value;
        if state.status == StreamStatus::Off {
            continue;
        }
        reconciled &= state.mode != store::StreamMode::Changes;
        let counts = state.counts;
        let told = json!({
            "mode": state.mode,
            "read": counts.read,
            "new": counts.new,
            "changed": counts.changed,
            "unchanged": counts.unchanged,
            "deleted": counts.deleted,
            "quarantined": counts.quarantined,
            "issues": counts.issues,
            "source_total": state.source_total,
            "kept_total": state.kept_total,
            "complete_until": state.complete_until,
            "problem": state.problem,
        });
        result.insert(state.stream.clone(), told);
        // Others are up to date but for what the source refuses.
        if let Some(problem) = &state.problem
            && state.status == StreamStatus::Failed
        {
            failed.push(format!("{}: {}", state.stream, problem.detail));
            if problem.code == "needs_reauth" {
                needs_reauth = Some(problem.clone());
            }
        }
    }
    let result = json!({"streams": result});
    let message = Message {
        kind: "book.changed".to_owned(),
        body: json!({"cause": connection.id}),
        ..work.message.clone()
    };
    work.tenant
        .send(&Outgoing::now(Queue::Simulate, message))
        .await?;
    let (status, why) = if let Some(why) = needs_reauth {
        (JobStatus::Failed, Some(why))
    } else if failed.is_empty() {
        (JobStatus::Succeeded, None)
    } else {
        let detail = format!(
            "{} of {} streams could not be brought up to date: {}",
            failed.len(),
            streams.len(),
            failed.join("; ")
        );
        let remedy = "each stream says what helps; the others are up to date";
        (
            JobStatus::Failed,
            Some(problem("streams_failed", detail, remedy)),
        )
    };
    let cancelled = match work.tenant.document::<store::Job>(job).await {
        Ok(stored) => stored.value.cancel_requested,
        Err(store::Error::NotFound { .. }) => true,
        Err(error) => return Err(error.into()),
    };
    let status = if cancelled && why.is_none() {
        JobStatus::Cancelled
    } else {
        status
    };
    match work.tenant.end_job(job, status, Some(result), why).await {
        Ok(_) | Err(store::Error::NotFound { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let id = connection.id.to_string();
    let is_done = status == JobStatus::Succeeded;
    work.tenant
        .edit_document::<Connection, store::Error>(&id, |connection| {
            if connection.run.as_deref() == Some(job) {
                connection.run = None;
                connection.next_sync_at = after(now, connection.every_min);
                if is_done {
                    connection.last_sync_at = Some(now);
                }
                if is_done && reconciled {
                    connection.last_reconciled_at = Some(now);
                }
            }
            Ok(())
        })
        .await?;
    Ok(())
}

/// What of a book came from one account, with the source's own ids.
pub(super) fn ours(
    book: &Book,
    tenant: TenantId,
    source: &str,
    space: &str,
) -> BTreeMap<EntityKey, String> {
    let mut ours = BTreeMap::new();
    macro_rules! look {
        ($($list:ident $id:ident $key:expr;)*) => {$(
            for it in &book.$list {
                if let Some(id) = it.external_ids.get(source)
                    && $id::derive(&tenant, space, id) == it.id
                {
                    let key: fn(_) -> EntityKey = $key;
                    ours.insert(key(it.id), id.clone());
                }
            }
        )*};
    }
    look! {
        deals DealId EntityKey::Deal;
        companies CompanyId EntityKey::Company;
        people PersonId EntityKey::Person;
        subscriptions SubscriptionId EntityKey::Subscription;
        invoices InvoiceId EntityKey::Invoice;
        payments PaymentId EntityKey::Payment;
    }
    for it in &book.activities {
        if let Some(id) = it.external_ids.get(source) {
            ours.insert(EntityKey::Activity(it.deal, it.id), id.clone());
        }
    }
    ours
}

/// Links what two sources know, and points everything that names a merged or linked id to what it
/// stands for.
async fn link(work: &Work<'_>) -> Result<(), Error> {
    let shelf = work.app.books.fresh(&work.tenant).await?;
    let found = shelf.read(|warm| same(&warm.book)).unwrap_or_default();
    let known = work.tenant.links().await?;
    let new: BTreeMap<String, String> = found
        .into_iter()
        .map(|(from, to)| (from.to_string(), to.to_string()))
        .filter(|(from, to)| known.get(from) != Some(to))
        .collect();
    if !new.is_empty() {
        work.tenant.note_links(&new).await?;
    }
    let all: Links = work.tenant.links().await?.into();
    let moved = shelf
        .read(|warm| {
            let entities = warm.book.entities();
            let moved = entities.filter_map(|entity| {
                let to = all.entity(entity.clone());
                (to != entity).then_some((entity, to))
            });
            moved.collect::<Vec<_>>()
        })
        .unwrap_or_default();
    for some in moved.chunks(MOST_CHANGES / 3) {
        move_some(work, some).await?;
    }
    Ok(())
}

/// Moves entities to the ids they stand for, as they are kept now.
async fn move_some(work: &Work<'_>, moved: &[(Entity, Entity)]) -> Result<(), Error> {
    for _ in 0..10 {
        let mut keys: Vec<EntityKey> = Vec::new();
        for (from, to) in moved {
            keys.push(from.key());
            keys.push(to.key());
        }
        keys.sort();
        keys.dedup();
        let kept = rows(&work.tenant, &keys).await?;
        let kept: HashMap<EntityKey, Kept> =
            kept.into_iter().map(|it| (it.key.clone(), it)).collect();
        let mut changes: BTreeMap<EntityKey, Versioned> = BTreeMap::new();
        for (from, to) in moved {
            let (old, new) = (from.key(), to.key());
            // Changed meanwhile: the next run moves it.
            let Some(before) = kept.get(&old).filter(|it| it.entity.as_ref() == Some(from)) else {
                continue;
            };
            let version = |it: Option<&Kept>| it.map_or(0, |it| it.version);
            // Under another id a row says what it said when it was asked for.
            let asked = |it: Option<&Kept>| it.map_or(0, |it| it.asked);
            let replaced = |change: Change, it: Option<&Kept>| Versioned {
                asked: asked(it),
                only_if: Some(version(it)),
                ..Versioned::new(change, version(it) + 1)
            };
            if old == new {
                changes.insert(new, replaced(Change::Put(to.clone()), Some(before)));
                continue;
            }
            let there = kept.get(&new);
            let said = there.and_then(|it| it.entity.as_ref());
            let to = match (to, said) {
                (Entity::Company(said), Some(Entity::Company(known))) => {
                    Some(Entity::Company(Box::new(adopted(said, known))))
                }
                // What a merge leaves behind is gone; the one it lives on in is told by the source.
                (Entity::Company(_) | Entity::Person(_) | Entity::Deal(_), _) | (_, Some(_)) => {
                    None
                }
                (to, None) => Some(to.clone()),
            };
            if let Some(to) = to {
                let put = replaced(Change::Put(to), there);
                let moved = Versioned {
                    version: put.version.max(before.version),
                    asked: put.asked.max(before.asked),
                    ..put
                };
                changes.insert(new, moved);
            }
            let gone = Change::Delete(old.clone());
            changes.insert(old, replaced(gone, Some(before)));
        }
        if changes.is_empty() {
            return Ok(());
        }
        let page = Page {
            changes: changes.into_values().collect(),
            cause: work.id.to_string(),
            all_or_none: true,
            ..Page::default()
        };
        if work.tenant.commit(page).await?.stale.is_empty() {
            return Ok(());
        }
    }
    Ok(())
}

/// Companies that only billing knows, with the company of a CRM that is surely the same: it has the
/// other's id in one of its fields, or they share a domain that no other company has.
pub(super) fn same(book: &Book) -> BTreeMap<CompanyId, CompanyId> {
    let is_billing = |source: &String| {
        connectors::find(source).is_some_and(|it| it.category == Category::Billing)
    };
    let of_billing =
        |it: &&Company| !it.external_ids.is_empty() && it.external_ids.keys().all(&is_billing);
    let mut by_key: HashMap<String, Vec<CompanyId>> = HashMap::new();
    for it in book.companies.iter().filter(|it| !of_billing(it)) {
        let ids = it.external_ids.values().map(|id| format!("id {id}"));
        let fields = it
            .custom_fields
            .values()
            .map(|value| format!("field {value}"));
        let domain = it.domain.iter().map(|domain| format!("domain {domain}"));
        for key in ids.chain(fields).chain(domain) {
            by_key.entry(key).or_default().push(it.id);
        }
    }
    let only = |key: String| match by_key.get(&key).map(Vec::as_slice) {
        Some([one]) => Some(*one),
        _ => None,
    };
    let mut same = BTreeMap::new();
    for it in book.companies.iter().filter(of_billing) {
        let by_field = it
            .custom_fields
            .values()
            .find_map(|value| only(format!("id {value}")));
        let by_id = || {
            it.external_ids
                .values()
                .find_map(|id| only(format!("field {id}")))
        };
        let by_domain = || only(format!("domain {}", it.domain.as_deref()?));
        if let Some(to) = by_field.or_else(by_id).or_else(by_domain) {
            same.insert(it.id, to);
        }
    }
    same
}
