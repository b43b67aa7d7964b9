//! Writing an import, page by page.

use crate::cursor::{Cursor, Fate, Phase};
use crate::plan::{self, Weighed};
use crate::undo::{self, Image, Row};
use crate::validate::{not_now, nothing_usable};
use crate::work::{Error, Watch, Work, refused};
use model::{Change, Entity, EntityKey};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use store::{Goon, Import, ImportStatus, Job, Kept, Lease, MOST_CHANGES, Page, Versioned};

/// How many groups of rows are compared for one page, where most of them say the same already.
const MOST_GROUPS: usize = 10;

pub(crate) async fn run(work: &Work, job: &Job) -> Result<(), Error> {
    let Some(mut lease) = work.tenant.lease(&work.lease_name()).await? else {
        return work.later().await;
    };
    let done = Box::pin(write(work, job, &mut lease)).await;
    release(work, &lease, &done).await;
    done
}

/// Gives the lease back, so that whoever goes on need not wait for it to run out.
pub(crate) async fn release(work: &Work, lease: &Lease, done: &Result<(), Error>) {
    if matches!(done, Err(Error::Store(store::Error::LostLease { .. }))) {
        return;
    }
    if let Err(error) = work.tenant.release(lease).await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "The lease on {} runs out by itself",
            lease.name()
        );
    }
}

async fn write(work: &Work, job: &Job, lease: &mut Lease) -> Result<(), Error> {
    let mut cursor = Cursor::read(&lease.cursor)?;
    match cursor.phase {
        Phase::Writing => {}
        Phase::Written => return finish(work, &cursor).await,
        Phase::Undoing | Phase::Undone => return undo::go_on(work, lease, cursor, true).await,
    }
    let import = begin(work).await?;
    if job.cancel_requested && cursor.pages == 0 {
        return Err(Error::Cancelled);
    }
    let mut watch = Watch::over(work);
    let entities = match crate::files::read(work, &import, &mut watch).await {
        Ok(Ok(read)) => plan::entities(&read.book, &import.source),
        Ok(Err(report)) => return Err(nothing_usable(&report)),
        Err(Error::Cancelled) => return cancel(work, lease, cursor).await,
        Err(error) => return Err(error),
    };
    if cursor.next > entities.len() {
        return Err(refused(
            "files_changed",
            "the files no longer hold what was written of them so far",
            "undo this import and start a new one",
        ));
    }
    let total = entities.len() as u64;
    let writer = Writer {
        work,
        entities: &entities,
        version: import.version,
        epoch: lease.epoch(),
    };
    let mut ready = writer.prepare(cursor.clone(), Vec::new()).await?;
    loop {
        let is_last = ready.after.next == entities.len();
        let stops = work.deadline.has_passed() && !is_last;
        let mut again = Vec::new();
        if !ready.changes.is_empty() || stops {
            let to = ready.after.write()?;
            let page = Page {
                changes: ready.changes,
                step: Some(lease.step(&to, work.tenant.now())),
                messages: if stops {
                    vec![work.again()]
                } else {
                    Vec::new()
                },
                cause: match &ready.after.last {
                    Some(image) => format!("{}:{image}", work.import),
                    None => work.import.clone(),
                },
                ..Page::default()
            };
            // The next page is made ready while this one is written.
            let next = async {
                if is_last || stops {
                    return Ok(None);
                }
                writer
                    .prepare(ready.after.clone(), Vec::new())
                    .await
                    .map(Some)
            };
            let (committed, next) = tokio::join!(work.tenant.commit(page), next);
            let stale = committed?.stale;
            lease.cursor = to;
            cursor = ready.after;
            // Somebody else wrote these in between: they are weighed again.
            for key in &stale {
                if let Some((fate, entity)) = ready.weighed.remove(key) {
                    cursor.note_raced(key, fate);
                    again.push(entity);
                }
            }
            if stops && again.is_empty() {
                return Ok(());
            }
            ready = match next? {
                Some(next) if again.is_empty() => next,
                _ if is_last && again.is_empty() => break,
                _ => writer.prepare(cursor.clone(), again).await?,
            };
        } else {
            cursor = ready.after;
            if is_last {
                break;
            }
            ready = writer.prepare(cursor.clone(), Vec::new()).await?;
        }
        let done = cursor.next as u64;
        if watch.tell("writing", done, Some(total)).await? == Goon::Cancelled {
            return cancel(work, lease, cursor).await;
        }
    }
    cursor.phase = Phase::Written;
    let messages = if cursor.pages > 0 {
        vec![work.book_changed()]
    } else {
        Vec::new()
    };
    work.step(lease, &cursor, messages).await?;
    finish(work, &cursor).await
}

/// The import is being committed, by this job. The first time its version is set: what is kept
/// when somebody says "commit" is older.
async fn begin(work: &Work) -> Result<Import, Error> {
    let now = work.tenant.now().as_microsecond();
    let job = work.job.clone();
    let begun = work
        .tenant
        .edit_document::<Import, Error>(&work.import, |import| {
            match import.status {
                ImportStatus::Committing => {}
                ImportStatus::Validated => {
                    import.status = ImportStatus::Committing;
                    import.version = import.version.max(now);
                }
                status => return Err(not_now("committed", status)),
            }
            import.job = Some(job.clone());
            Ok(())
        });
    Ok(begun.await?.value)
}

/// Takes back what was written so far, because somebody asked to stop.
async fn cancel(work: &Work, lease: &mut Lease, cursor: Cursor) -> Result<(), Error> {
    if cursor.pages == 0 {
        return Err(Error::Cancelled);
    }
    undo::go_on(work, lease, cursor, true).await
}

/// Everything is written; what is left may be done twice.
async fn finish(work: &Work, cursor: &Cursor) -> Result<(), Error> {
    let result = told(cursor);
    let now = work.tenant.now();
    work.edit(|import| {
        if import.status == ImportStatus::Committing {
            import.status = ImportStatus::Committed;
            import.committed_at = Some(now);
            put(&mut import.summary, &result);
        }
    })
    .await?;
    let total = cursor.counts.total();
    let detail = BTreeMap::from([
        ("new".to_owned(), total.new.to_string()),
        ("changed".to_owned(), total.changed.to_string()),
        ("unchanged".to_owned(), total.unchanged.to_string()),
        ("stale".to_owned(), total.stale.to_string()),
        ("quarantined".to_owned(), total.quarantined.to_string()),
    ]);
    work.audit("import.committed", detail).await?;
    work.succeed(result).await
}

fn told(cursor: &Cursor) -> Value {
    json!({
        "written": cursor.counts,
        "stale": cursor.stale,
        "quarantined": cursor.quarantined,
    })
}

/// Adds to what is known of an import.
pub(crate) fn put(summary: &mut Option<Value>, more: &Value) {
    let summary = summary.get_or_insert_with(|| json!({}));
    if let (Value::Object(summary), Value::Object(more)) = (summary, more) {
        summary.extend(more.clone());
    }
}

struct Writer<'a> {
    work: &'a Work,
    entities: &'a [Entity],
    version: i64,
    epoch: i64,
}

/// A page that can be written: its undo image is kept already.
struct Ready {
    changes: Vec<Versioned>,
    /// What was counted of each change, and the entity.
    weighed: HashMap<EntityKey, (Fate, Entity)>,
    /// Where the work stands when it is written.
    after: Cursor,
}

impl Writer<'_> {
    /// Makes the next page ready: entities to look at again, then those from the cursor on, until
    /// the page is full or many in turn say what is kept.
    async fn prepare(&self, at: Cursor, again: Vec<Entity>) -> Result<Ready, Error> {
        let limits = self.work.limits;
        let most = limits.page.clamp(1, MOST_CHANGES);
        let mut ready = Ready {
            changes: Vec::new(),
            weighed: HashMap::new(),
            after: at,
        };
        let mut rows: Vec<Row> = Vec::new();
        let mut bytes = 0;
        let mut again = again;
        'groups: for _ in 0..MOST_GROUPS {
            let room = most - ready.changes.len();
            let from = ready.after.next;
            let is_again = !again.is_empty();
            let group: Vec<Entity> = if is_again {
                std::mem::take(&mut again)
            } else {
                self.entities
                    .iter()
                    .skip(from)
                    .take(room)
                    .cloned()
                    .collect()
            };
            if group.is_empty() {
                break;
            }
            let keys: Vec<EntityKey> = group.iter().map(Entity::key).collect();
            let kept = self.work.tenant.entities(&keys).await?;
            let kept: HashMap<&EntityKey, &Kept> = kept.iter().map(|it| (&it.key, it)).collect();
            for (entity, key) in group.iter().zip(&keys) {
                let kept = kept.get(key).copied();
                let weighed = plan::weigh(entity, kept, self.version)?;
                let is_full = bytes + weighed.bytes > limits.page_bytes && !rows.is_empty();
                if weighed.fate.is_written() && is_full && !is_again {
                    break 'groups;
                }
                if weighed.fate.is_written() {
                    bytes += weighed.bytes;
                    rows.push(Row {
                        key: key.to_string(),
                        prior: weighed.prior.clone(),
                        version: kept.map_or(0, |kept| kept.version),
                        asked: Some(kept.map_or(0, |kept| kept.asked)),
                    });
                }
                ready.take(key, weighed, kept, self.version);
                ready.after.next += usize::from(!is_again);
            }
            if ready.changes.len() >= most {
                break;
            }
        }
        if !rows.is_empty() {
            let after = &mut ready.after;
            after.pages += 1;
            let image = undo::image_name(&self.work.import, after.pages, self.epoch);
            let before = after.last.replace(image.clone());
            undo::keep(self.work, &image, &Image { before, rows }).await?;
        }
        Ok(ready)
    }
}

impl Ready {
    fn take(&mut self, key: &EntityKey, weighed: Weighed, kept: Option<&Kept>, version: i64) {
        let Weighed {
            entity,
            fate,
            reason,
            ..
        } = weighed;
        self.after.counts.add(key, fate);
        match fate {
            Fate::Stale => self.after.note_stale(key),
            Fate::Quarantined => self.after.quarantine(key, reason.unwrap_or_default()),
            Fate::New | Fate::Changed => {
                self.weighed.insert(key.clone(), (fate, entity.clone()));
                self.changes.push(Versioned {
                    // Exactly what was looked at is replaced, or the undo image would lie.
                    only_if: Some(kept.map_or(0, |kept| kept.version)),
                    ..Versioned::new(Change::Put(entity), version)
                });
            }
            Fate::Unchanged => {}
        }
    }
}

impl Fate {
    fn is_written(self) -> bool {
        matches!(self, Self::New | Self::Changed)
    }
}
