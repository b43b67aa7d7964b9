//! Documents by the id in a path, and pages of those a caller may see.

use crate::auth::Caller;
use crate::paging::{Page, PageQuery};
use edge::Problem;
use store::{Document, Stored};

/// The digits of an id that [`store::unique`] makes.
const DIGITS: usize = 26;
/// Rows read at once while a page is filled, and how often. Who may see few rows of many gets a
/// page that is not full, and its cursor leads on.
const BATCH: usize = 200;
const MOST_BATCHES: usize = 10;

/// Whether something was asked for by the caller, or the caller sees everybody's.
pub(crate) fn is_open_to(caller: &Caller, created_by: &str) -> bool {
    caller.viewer().sees_all || caller.tenant().by() == created_by
}

/// A document by the id in a path. What cannot be an id names nothing, so it is not looked up.
pub(crate) async fn find<T: Document>(
    caller: &Caller,
    prefix: &str,
    id: &str,
) -> Result<Stored<T>, Problem> {
    let digits = id
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'));
    let fits =
        |digits: &str| digits.len() == DIGITS && digits.bytes().all(|b| b.is_ascii_alphanumeric());
    if !digits.is_some_and(fits) {
        return Err(Problem::not_found());
    }
    let found = caller.tenant().find_document::<T>(id).await?;
    found.ok_or_else(Problem::not_found)
}

/// A page of the documents that pass, the newest first.
pub(crate) async fn page<T: Document, V>(
    caller: &Caller,
    list: &str,
    query: &PageQuery,
    passes: impl Fn(&T) -> bool,
    view: impl Fn(Stored<T>) -> V,
) -> Result<Page<V>, Problem> {
    let limit = query.limit()?;
    let now = caller.tenant().now();
    let mut at: Option<String> = query.position(caller, list).await?;
    let mut found = Vec::with_capacity(limit);
    for _ in 0..MOST_BATCHES {
        let batch = caller
            .tenant()
            .documents_page::<T>(at.as_deref(), BATCH, true)
            .await?;
        // Rows that have run out are left out; they are the oldest.
        let is_last = batch.len() < BATCH;
        for stored in batch {
            if passes(&stored.value) {
                if found.len() == limit {
                    return Page::new(caller, list, found, at, now).await;
                }
                at = Some(stored.value.id());
                found.push(view(stored));
            } else {
                at = Some(stored.value.id());
            }
        }
        if is_last {
            return Page::new(caller, list, found, None::<String>, now).await;
        }
    }
    Page::new(caller, list, found, at, now).await
}
