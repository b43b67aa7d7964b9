//! Taking an import back: every row that is still as the import wrote it becomes what it was.

use crate::commit::{put, release};
use crate::cursor::{Back, Cursor, Phase};
use crate::validate::not_now;
use crate::work::{Error, Watch, Work, refused};
use model::{Change, Entity, EntityKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use store::{Import, ImportStatus, JobStatus, Kept, Lease, MOST_CHANGES, Page, Versioned};

/// What a page replaced.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Image {
    /// The image of the page before. Pages that were made ready and never written are in no chain.
    pub(crate) before: Option<String>,
    pub(crate) rows: Vec<Row>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) key: String,
    /// What was kept; nothing where there was none.
    pub(crate) prior: Option<String>,
    /// The version it had.
    pub(crate) version: i64,
    /// When what it said was asked for; images that do not say so were made before this was kept.
    #[serde(default)]
    pub(crate) asked: Option<i64>,
}

impl Row {
    /// Whether a row of this version is as this undo leaves it.
    fn is_back_in(&self, version: i64, back: &Back) -> bool {
        match self.prior {
            Some(_) => version == self.version,
            None => version == back.version,
        }
    }
}

/// The name of a page's undo image. Whoever works under another epoch writes another file.
pub(crate) fn image_name(import: &str, page: u64, epoch: i64) -> String {
    format!("imports/{import}/undo/{page:09}-{epoch}.json")
}

pub(crate) async fn keep(work: &Work, name: &str, image: &Image) -> Result<(), Error> {
    let json = serde_json::to_vec(image)?;
    Ok(work.tenant.put_sealed(name, &json).await?)
}

pub(crate) async fn run(work: &Work) -> Result<(), Error> {
    let Some(mut lease) = work.tenant.lease(&work.lease_name()).await? else {
        return work.later().await;
    };
    let done = match Cursor::read(&lease.cursor) {
        Ok(cursor) => go_on(work, &mut lease, cursor, false).await,
        Err(error) => Err(error.into()),
    };
    release(work, &lease, &done).await;
    done
}

/// Takes back what was written, from wherever that has come to. It is done because a commit was
/// cancelled, or because somebody asked for it.
pub(crate) async fn go_on(
    work: &Work,
    lease: &mut Lease,
    mut cursor: Cursor,
    is_cancel: bool,
) -> Result<(), Error> {
    if cursor.phase != Phase::Undone {
        let import = begin(work, &cursor, is_cancel).await?;
        let mut back = if let Some(back) = cursor.back.take() {
            back
        } else {
            let back = Back {
                version: work.tenant.now().as_microsecond().max(import.version + 1),
                at: cursor.last.clone(),
                ..Back::default()
            };
            cursor.phase = Phase::Undoing;
            cursor.back = Some(back.clone());
            work.step(lease, &cursor, Vec::new()).await?;
            back
        };
        if !walk(work, lease, &mut cursor, &mut back, import.version).await? {
            return Ok(());
        }
        cursor.phase = Phase::Undone;
        cursor.back = Some(back);
        work.step(lease, &cursor, vec![work.book_changed()]).await?;
    }
    finish(work, &cursor, is_cancel).await
}

async fn begin(work: &Work, cursor: &Cursor, is_cancel: bool) -> Result<Import, Error> {
    let job = work.job.clone();
    let has_pages = cursor.pages > 0;
    let begun = work
        .tenant
        .edit_document::<Import, Error>(&work.import, |import| {
            if let Some(why) = &import.undo_blocked {
                return Err(refused(
                    "undo_blocked",
                    why.clone(),
                    "change the deals themselves, or import newer data",
                ));
            }
            match import.status {
                ImportStatus::Undoing | ImportStatus::Committed => {}
                // Some pages may be in.
                ImportStatus::Failed if has_pages => {}
                ImportStatus::Committing if is_cancel => {}
                status => return Err(not_now("undone", status)),
            }
            import.status = ImportStatus::Undoing;
            import.job = Some(job.clone());
            Ok(())
        });
    Ok(begun.await?.value)
}

/// Goes through the images, the newest first; `false` where the time is up and a message says
/// where to go on.
async fn walk(
    work: &Work,
    lease: &mut Lease,
    cursor: &mut Cursor,
    back: &mut Back,
    version: i64,
) -> Result<bool, Error> {
    let mut watch = Watch::over(work);
    let mut left_pages = cursor.pages;
    while let Some(name) = back.at.clone() {
        let image = work.tenant.sealed(&name).await?.ok_or_else(|| {
            refused(
                "undo_expired",
                "what the import replaced is no longer kept; it is for 30 days",
                "import the older data again",
            )
        })?;
        let image: Image = serde_json::from_slice(&image)?;
        while back.row < image.rows.len() {
            let stops = work.deadline.has_passed();
            restore(work, lease, cursor, back, &image, version, stops).await?;
            if stops {
                return Ok(false);
            }
        }
        back.at.clone_from(&image.before);
        back.row = 0;
        left_pages = left_pages.saturating_sub(1);
        // Undoing is not stopped half-way: the answer to a wish to cancel is not heard.
        let done = cursor.pages - left_pages;
        let _ = watch.tell("taking back", done, Some(cursor.pages)).await?;
    }
    Ok(true)
}

/// Restores rows of an image from where the work stands: as many as fit a transaction.
async fn restore(
    work: &Work,
    lease: &mut Lease,
    cursor: &mut Cursor,
    back: &mut Back,
    image: &Image,
    version: i64,
    stops: bool,
) -> Result<(), Error> {
    let rows = image
        .rows
        .iter()
        .skip(back.row)
        .take(work.limits.page.clamp(1, MOST_CHANGES));
    let mut bytes = 0;
    let fit = rows.take_while(|row| {
        let first = bytes == 0;
        bytes += row.prior.as_ref().map_or(0, String::len) + 1;
        first || bytes <= work.limits.page_bytes
    });
    let mut asked = Vec::new();
    for row in fit {
        let key: EntityKey = row.key.parse().map_err(|_| unreadable(&row.key))?;
        asked.push((key, row));
    }
    let keys: Vec<EntityKey> = asked.iter().map(|(key, _)| key.clone()).collect();
    let kept = work.tenant.entities(&keys).await?;
    let kept: HashMap<&EntityKey, &Kept> = kept.iter().map(|kept| (&kept.key, kept)).collect();
    let before = back.clone();
    let mut changes = Vec::new();
    for (key, row) in &asked {
        back.row += 1;
        match kept.get(key).map(|kept| kept.version) {
            Some(at) if at == version => {}
            Some(at) if row.is_back_in(at, back) => continue,
            _ if cursor.raced.contains(&row.key) => continue,
            _ => {
                back.leave(key);
                continue;
            }
        }
        let (change, becomes) = if let Some(json) = &row.prior {
            back.restored += 1;
            (Change::Put(Entity::from_json(key, json)?), row.version)
        } else {
            back.removed += 1;
            (Change::Delete(key.clone()), back.version)
        };
        changes.push(Versioned {
            asked: row.asked.unwrap_or(becomes),
            only_if: Some(version),
            ..Versioned::new(change, becomes)
        });
    }
    cursor.back = Some(back.clone());
    let to = cursor.write()?;
    let page = Page {
        changes,
        step: Some(lease.step(&to, work.tenant.now())),
        messages: if stops {
            vec![work.again()]
        } else {
            Vec::new()
        },
        cause: format!("{}:undo", work.import),
        ..Page::default()
    };
    let committed = work.tenant.commit(page).await?;
    lease.cursor = to;
    // Somebody else changed these in between, so they stay; the next step says so.
    for key in &committed.stale {
        let row = asked.iter().find(|(of, _)| of == key).map(|(_, row)| row);
        match row.map(|row| row.prior.is_some()) {
            Some(true) => back.restored = back.restored.saturating_sub(1).max(before.restored),
            Some(false) => back.removed = back.removed.saturating_sub(1).max(before.removed),
            None => {}
        }
        back.leave(key);
    }
    Ok(())
}

fn unreadable(key: &str) -> Error {
    refused(
        "unreadable",
        format!("the undo image names {key:?}, which is no entity"),
        "import the older data again",
    )
}

/// Everything is as it was; what is left may be done twice.
async fn finish(work: &Work, cursor: &Cursor, is_cancel: bool) -> Result<(), Error> {
    let back = cursor.back.clone().unwrap_or_default();
    let undone = json!({
        "undone": {
            "restored": back.restored,
            "removed": back.removed,
            "changed_since": back.left,
            "changed_since_keys": back.left_keys,
        },
    });
    work.edit(|import| {
        if import.status == ImportStatus::Undoing {
            import.status = ImportStatus::Undone;
            put(&mut import.summary, &undone);
        }
    })
    .await?;
    let detail = BTreeMap::from([
        ("restored".to_owned(), back.restored.to_string()),
        ("removed".to_owned(), back.removed.to_string()),
        ("changed_since".to_owned(), back.left.to_string()),
    ]);
    work.audit("import.undone", detail).await?;
    if is_cancel {
        let mut result: Value = undone;
        if let Value::Object(result) = &mut result {
            let note = "the import was cancelled; what it had written was taken back";
            result.insert("note".to_owned(), note.into());
        }
        let ended = work
            .tenant
            .end_job(&work.job, JobStatus::Cancelled, Some(result), None);
        ended.await?;
        return Ok(());
    }
    work.succeed(undone).await
}
