//! Files whose time is over: uploads, what undoing an import would need, exports.

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use store::{Blob, Import, ImportStatus, Job, Tenant};

/// How long an import's files are kept.
const IMPORT_FILES: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long an export can be fetched.
const EXPORT_FILES: SignedDuration = SignedDuration::from_mins(15);
/// Why an import can no longer be taken back.
const GONE: &str = "its files and what it replaced were deleted after 30 days";

/// Deletes what is old; gives the number of files.
pub(crate) async fn delete_old(tenant: &Tenant) -> Result<usize, store::Error> {
    let mut deleted = 0;
    for import in owners(&tenant.import_blobs().await?) {
        if may_go(tenant, &import).await? {
            deleted += tenant.delete_import_files(&import).await?;
        }
    }
    for (folder, kept_for) in [
        ("exports", EXPORT_FILES),
        ("requests", SignedDuration::ZERO),
    ] {
        for job in owners(&tenant.blobs(&format!("{folder}/")).await?) {
            let of = job.split('.').next().unwrap_or_default();
            let found = tenant.find_document::<Job>(of).await?;
            let is_over = |at: Timestamp| tenant.now().duration_since(at) > kept_for;
            let goes = found.is_none_or(|job| {
                job.value.status.is_over() && job.value.finished_at.is_none_or(is_over)
            });
            if goes {
                deleted += tenant.delete_blobs(&format!("{folder}/{job}")).await?;
            }
        }
    }
    Ok(deleted)
}

/// What stands behind the folder in the names of files: an import, or a job.
fn owners(blobs: &[Blob]) -> BTreeSet<String> {
    let owner = |blob: &Blob| Some(blob.name.split('/').nth(1)?.to_owned());
    blobs.iter().filter_map(owner).collect()
}

/// Whether an import's files may go. If so the import says it, before they go: nobody then begins to
/// take it back.
async fn may_go(tenant: &Tenant, id: &str) -> Result<bool, store::Error> {
    let now = tenant.now();
    let goes = |import: &Import| {
        let is_at_work = matches!(
            import.status,
            ImportStatus::Validating | ImportStatus::Committing | ImportStatus::Undoing
        );
        let last = import
            .committed_at
            .map_or(import.created_at, |at| at.max(import.created_at));
        !is_at_work && now.duration_since(last) >= IMPORT_FILES
    };
    match tenant.find_document::<Import>(id).await? {
        None => return Ok(true),
        Some(import) if !goes(&import.value) => return Ok(false),
        Some(_) => {}
    }
    let mut is_going = false;
    let edited = tenant.edit_document::<Import, store::Error>(id, |import| {
        is_going = goes(import);
        if is_going {
            import.undo_blocked.get_or_insert_with(|| GONE.to_owned());
        }
        Ok(())
    });
    edited.await?;
    Ok(is_going)
}
