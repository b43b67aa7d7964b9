//! The end of a person's data.
//!
//! Rows that are the person keep their ids and what is counted, and lose what tells who it is; texts
//! that name them lose the name. Copies that cannot be rewritten go: uploads, undo images, exports,
//! older snapshots. Who the person is, is noted beside the request before anything is erased, so
//! that whoever goes on after a cut still knows; what was done so far is the lease's cursor.

use crate::FUNCTION;
use crate::person::Subject;
use crate::words::{ERASED, Words};
use crate::work::{Error, Work, refused};
use identity::{ApiKey, DirectoryError, Entry, Member, MemberId, Principal, Status};
use model::{Change, Entity, EntityKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use store::{
    Document, Import, ImportStatus, Job, Kept, MOST_CHANGES, Page, SavedScenario, SavedSettings,
    SentCode, Simulation, Stored, Versioned, View,
};

pub(crate) const KIND: &str = "person.erase";

const ACTION: &str = "person.erased";
/// Audit events among which the job's own is looked for, should its worker have died after it.
const RECENT_EVENTS: usize = 100;
/// Bytes of a page: a transaction holds four million.
const PAGE_BYTES: usize = 3_000_000;
/// How long to wait for an import that is being read or written.
const IMPORTS_S: u32 = 30;
/// Why an import can no longer be taken back, or committed.
const BLOCKED: &str =
    "its files and what it replaced were deleted, because a person in the data was erased";

/// What was done so far.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Counts {
    contacts: u64,
    owners: u64,
    activities: u64,
    members: u64,
    other_rows: u64,
    documents: u64,
    imports: u64,
    files: u64,
}

pub(crate) async fn run(work: &mut Work) -> Result<Value, Error> {
    work.asker().await?.must_be_admin()?;
    let mut counts: Counts = match work.cursor() {
        "" => Counts::default(),
        cursor => serde_json::from_str(cursor)?,
    };
    let subject = subject(work).await?;
    let words = subject.words();
    members(work, &subject, &mut counts).await?;
    block_imports(work, &mut counts).await?;
    rows(work, &subject, &words, &mut counts).await?;
    documents(work, &words, &mut counts).await?;
    files(work, &words, &mut counts).await?;
    snapshots(work).await?;
    audit(work, &subject, &counts).await?;
    Ok(serde_json::to_value(&counts)?)
}

/// Who is to be erased: as noted, or as found and then noted.
async fn subject(work: &Work) -> Result<Subject, Error> {
    let name = format!("requests/{}.subject.json", work.job.id);
    if let Some(noted) = work.tenant.sealed(&name).await? {
        return Ok(serde_json::from_slice(&noted)?);
    }
    let book = work.tenant.book().await?.book;
    let subject = Subject::of(&work.request, &book, &work.tenant.directory().await?)?;
    work.tenant
        .put_sealed(&name, &serde_json::to_vec(&subject)?)
        .await?;
    Ok(subject)
}

async fn note(work: &mut Work, counts: &Counts) -> Result<(), Error> {
    work.step(Page::default(), serde_json::to_string(counts)?)
        .await?;
    Ok(())
}

/// Members lose name and address and may no longer sign in. Their row stays, because others report
/// to it and the log names it. First of all, because it may be refused.
async fn members(work: &mut Work, subject: &Subject, counts: &mut Counts) -> Result<(), Error> {
    let mut directory = work.tenant.directory().await?;
    for id in &subject.members {
        let Some(member) = directory.get(id) else {
            continue;
        };
        let email = nobody(id)?;
        if member.email.as_str() == email {
            continue;
        }
        let unreadable = |_| {
            refused(
                "not_kept",
                "no address could be made for nobody",
                "tell us the job's id",
            )
        };
        let erased = Member {
            email: email.parse().map_err(unreadable)?,
            name: ERASED.to_owned(),
            team: None,
            person: None,
            status: Status::Disabled,
            ..member.clone()
        };
        let erased = directory.put(erased).map_err(|error| match error {
            DirectoryError::LastAdmin(_) => refused(
                "last_admin",
                "the person is the last active admin",
                "make another member an admin, then ask again",
            ),
            error => refused(
                "not_changed",
                error.to_string(),
                "change the members as it says, then ask again",
            ),
        })?;
        work.tenant.save_member(erased).await?;
        match work
            .tenant
            .delete_document::<SentCode>(&id.to_string(), None)
            .await
        {
            Ok(()) | Err(store::Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        counts.members += 1;
        note(work, counts).await?;
    }
    Ok(())
}

/// An address that is nobody's; no two members share one.
fn nobody(id: &MemberId) -> Result<String, Error> {
    let text = id.to_string();
    let digits = text
        .split('_')
        .nth(1)
        .ok_or_else(|| refused("not_kept", "a member has no id", "tell us the job's id"))?;
    Ok(format!("{digits}@erased.invalid"))
}

/// From now on no import is taken back, and none that was only uploaded is written. Those at work
/// are waited for: what they write is erased with the rest.
async fn block_imports(work: &mut Work, counts: &mut Counts) -> Result<(), Error> {
    let is_at_work = |status| {
        matches!(
            status,
            ImportStatus::Validating | ImportStatus::Committing | ImportStatus::Undoing
        )
    };
    for Stored { value: import, .. } in work.tenant.documents::<Import>().await? {
        if import.undo_blocked.is_some() {
            continue;
        }
        let mut waits = false;
        let edited = work
            .tenant
            .edit_document::<Import, store::Error>(&import.id, |import| {
                waits = is_at_work(import.status);
                if !waits {
                    import
                        .undo_blocked
                        .get_or_insert_with(|| BLOCKED.to_owned());
                    if matches!(import.status, ImportStatus::Open | ImportStatus::Validated) {
                        import.status = ImportStatus::Failed;
                    }
                }
                Ok(())
            });
        edited.await?;
        if waits {
            return Err(Error::Later(IMPORTS_S));
        }
        counts.imports += 1;
    }
    note(work, counts).await
}

/// Rows of the book, until none is left: others may write at the same time.
async fn rows(
    work: &mut Work,
    subject: &Subject,
    words: &Words,
    counts: &mut Counts,
) -> Result<(), Error> {
    loop {
        let book = work.tenant.book().await?.book;
        let mut left = Vec::new();
        for entity in book.entities() {
            if erased(&entity, subject, words)?.is_some() {
                left.push(entity.key());
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        for keys in left.chunks(MOST_CHANGES) {
            let kept = work.tenant.entities(keys).await?;
            write(work, kept, subject, words, counts).await?;
            work.has_time()?;
        }
    }
}

/// Writes the rows without the person. One that somebody else changes meanwhile is found again.
async fn write(
    work: &mut Work,
    kept: Vec<Kept>,
    subject: &Subject,
    words: &Words,
    counts: &mut Counts,
) -> Result<(), Error> {
    let now = work.tenant.now().as_microsecond();
    let mut pages = vec![Vec::new()];
    let mut bytes = 0;
    for Kept {
        key,
        entity,
        version,
        ..
    } in kept
    {
        let Some(entity) = entity else { continue };
        let Some(entity) = erased(&entity, subject, words)? else {
            continue;
        };
        let size = entity.to_json()?.len();
        if bytes + size > PAGE_BYTES && bytes > 0 {
            pages.push(Vec::new());
            bytes = 0;
        }
        bytes += size;
        let change = Versioned {
            only_if: Some(version),
            // Newer than the row, so that no late copy of it comes back over this.
            ..Versioned::new(Change::Put(entity), now.max(version + 1))
        };
        if let Some(page) = pages.last_mut() {
            page.push((key, change));
        }
    }
    for page in pages.into_iter().filter(|page| !page.is_empty()) {
        let mut counted = counts.clone();
        for (key, _) in &page {
            let count = match key {
                EntityKey::Stakeholder(..) => &mut counted.contacts,
                EntityKey::Person(_) => &mut counted.owners,
                EntityKey::Activity(..) => &mut counted.activities,
                _ => &mut counted.other_rows,
            };
            *count += 1;
        }
        let changes = page.into_iter().map(|(_, change)| change).collect();
        let page = Page {
            changes,
            ..Page::default()
        };
        work.step(page, serde_json::to_string(&counted)?).await?;
        *counts = counted;
    }
    Ok(())
}

/// A row without the person; `None` where they are not in it.
fn erased(entity: &Entity, subject: &Subject, words: &Words) -> Result<Option<Entity>, Error> {
    let key = entity.key();
    let before = entity.to_json()?;
    let mut after = entity.clone();
    match &mut after {
        Entity::Stakeholder(it) if subject.is(&key) => {
            (it.name, it.title, it.email, it.communication_style) = (None, None, None, None);
            it.personality_traits.clear();
            it.external_ids.clear();
        }
        Entity::Person(it) if subject.is(&key) => {
            (it.name, it.email, it.role, it.team) = (None, None, None, None);
            it.external_ids.clear();
        }
        Entity::Activity(it) => {
            for participant in &mut it.participants {
                if subject.took_part(participant, words) {
                    ERASED.clone_into(participant);
                }
            }
        }
        _ => {}
    }
    let mut value: Value = serde_json::from_str(&after.to_json()?)?;
    if words.leave(&mut value) {
        after = Entity::from_json(&key, &value.to_string())?;
    }
    Ok((after.to_json()? != before).then_some(after))
}

async fn documents(work: &mut Work, words: &Words, counts: &mut Counts) -> Result<(), Error> {
    counts.documents += of_kind::<View>(work, words).await?
        + of_kind::<SavedScenario>(work, words).await?
        + of_kind::<SavedSettings>(work, words).await?
        + of_kind::<Simulation>(work, words).await?
        + of_kind::<Import>(work, words).await?
        + of_kind::<Job>(work, words).await?
        + of_kind::<ApiKey>(work, words).await?;
    note(work, counts).await
}

async fn of_kind<T: Document>(work: &Work, words: &Words) -> Result<u64, Error> {
    let mut erased = 0;
    for Stored { value, .. } in work.tenant.documents::<T>().await? {
        let names = |document: &T| -> Result<Option<T>, Error> {
            let mut value = serde_json::to_value(document)?;
            Ok(if words.leave(&mut value) {
                Some(serde_json::from_value(value)?)
            } else {
                None
            })
        };
        if names(&value)?.is_none() {
            continue;
        }
        let id = value.id();
        let edited = work.tenant.edit_document::<T, Error>(&id, |document| {
            if let Some(without) = names(document)? {
                *document = without;
            }
            Ok(())
        });
        edited.await?;
        erased += 1;
    }
    Ok(erased)
}

/// Copies outside the table.
async fn files(work: &mut Work, words: &Words, counts: &mut Counts) -> Result<(), Error> {
    for folder in ["imports/", "exports/"] {
        counts.files += work.tenant.delete_blobs(folder).await? as u64;
        note(work, counts).await?;
    }
    for blob in work.tenant.blobs("runs/").await? {
        work.has_time()?;
        let Some(bytes) = work.tenant.blob(&blob.name).await? else {
            continue;
        };
        match serde_json::from_slice::<Value>(&bytes) {
            Ok(mut says) => {
                if !words.leave(&mut says) {
                    continue;
                }
                work.tenant.put_blob(&blob.name, says.to_string()).await?;
            }
            // Nobody can read it, so nobody misses it.
            Err(_) if words.are_in(&String::from_utf8_lossy(&bytes)) => {
                work.tenant.delete_blobs(&blob.name).await?;
            }
            Err(_) => continue,
        }
        counts.files += 1;
        note(work, counts).await?;
    }
    // Requests of jobs that are over may name them; those of others are about to be dealt with.
    let requests = work.tenant.blobs("requests/").await?;
    let jobs: BTreeSet<&str> = requests
        .iter()
        .filter_map(|blob| blob.name.split(['/', '.']).nth(1))
        .collect();
    for job in jobs {
        let found = work.tenant.find_document::<Job>(job).await?;
        if found.is_none_or(|job| job.value.status.is_over()) {
            counts.files += work
                .tenant
                .delete_blobs(&format!("requests/{job}."))
                .await? as u64;
        }
    }
    note(work, counts).await
}

/// A snapshot without the person in place of those with them.
async fn snapshots(work: &mut Work) -> Result<(), Error> {
    let folders = folders(work).await?;
    if folders.is_empty() {
        return Ok(());
    }
    let warm = work.tenant.book().await?;
    if warm.snapshot_seq < warm.seq {
        work.tenant.save_snapshot(&warm).await?;
    }
    // The pointer stands at this page now or at a later one.
    let oldest = format!("books/{:012}", warm.seq);
    for folder in self::folders(work).await? {
        if folder < oldest {
            work.tenant.delete_blobs(&format!("{folder}/")).await?;
        }
    }
    Ok(())
}

async fn folders(work: &Work) -> Result<BTreeSet<String>, Error> {
    let blobs = work.tenant.blobs("books/").await?;
    Ok(blobs
        .iter()
        .filter_map(|blob| Some(blob.name.rsplit_once('/')?.0.to_owned()))
        .collect())
}

/// Says in the log that it was done, and not to whom.
async fn audit(work: &Work, subject: &Subject, counts: &Counts) -> Result<(), Error> {
    let recent = work.tenant.audit_events(None, RECENT_EVENTS).await?;
    if recent
        .iter()
        .any(|event| event.action == ACTION && event.target == work.job.id)
    {
        return Ok(());
    }
    let mut detail = BTreeMap::from([("subject".to_owned(), subject.digest(work))]);
    if let Value::Object(counts) = json!(counts) {
        detail.extend(
            counts
                .into_iter()
                .map(|(name, count)| (name, count.to_string())),
        );
    }
    let entry = Entry {
        at: work.tenant.now(),
        actor: Principal::System(FUNCTION),
        action: ACTION.to_owned(),
        target: work.job.id.clone(),
        detail,
        request_id: work.tenant.request_id().to_owned(),
    };
    work.tenant.audit(entry).await?;
    Ok(())
}
