//! What every read of the book begins with: the tenant's book as of now, who looks at it, and the
//! version of the answer.

use crate::app::{App, Table};
use crate::auth::Caller;
use crate::kept::Kept;
use crate::models::{Fitted, Models};
use crate::paging::PageQuery;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use edge::etag::{ETag, IfNoneMatch};
use edge::{Code, Problem};
use http::header::{CONTENT_TYPE, LINK};
use http::request::Parts;
use http::{HeaderValue, Uri};
use insight::insights::{Desk, Digest};
use insight::{DealTable, FieldError, Settings, Sight};
use jiff::{SignedDuration, Timestamp};
use model::{TenantId, Viewer};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use store::book::{Shelf, Warm};
use utoipa::IntoParams;

/// Answers kept, of all tenants together.
const ANSWERS: usize = 1_024;
/// Viewers whose sight of a book is kept.
const SIGHTS: usize = 256;
/// Books of which something derived is kept.
const BOOKS: usize = 64;
/// How long settings are believed.
const FRESH: SignedDuration = SignedDuration::from_secs(2);

/// What reads keep from one request to the next.
#[derive(Debug)]
pub(crate) struct Reads {
    /// The fitted models.
    pub(crate) models: Models,
    answers: Kept<Bytes>,
    sights: Kept<Arc<Sight>>,
    digests: Kept<Arc<Digest>>,
    tables: Kept<Arc<DealTable>>,
    settings: Mutex<HashMap<TenantId, (Timestamp, Arc<Decided>)>>,
}

/// What a tenant decided, and the revision of it.
#[derive(Debug)]
pub(crate) struct Decided {
    pub(crate) settings: Settings,
    pub(crate) rev: u64,
}

impl Default for Reads {
    fn default() -> Self {
        Self {
            models: Models::default(),
            answers: Kept::new(ANSWERS),
            sights: Kept::new(SIGHTS),
            digests: Kept::new(BOOKS),
            tables: Kept::new(BOOKS),
            settings: Mutex::default(),
        }
    }
}

impl Reads {
    /// Forgets a tenant's settings: they have just changed here. Elsewhere they act within two
    /// seconds.
    pub(crate) fn forget_settings(&self, tenant: TenantId) {
        self.settings().remove(&tenant);
    }

    fn settings(&self) -> std::sync::MutexGuard<'_, HashMap<TenantId, (Timestamp, Arc<Decided>)>> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The header by which a caller says which version they have.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its description is used")]
pub(crate) struct Conditional {
    /// The `ETag` of the answer the caller has; 304 where it is still right.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

/// A read of the book: by whom and of what, on a book that is as new as the request.
pub(crate) struct Reading {
    pub(crate) app: App,
    pub(crate) caller: Caller,
    shelf: Arc<Shelf<Table>>,
    /// Names what the caller sees: the same for all who see the same.
    eyes: String,
    uri: Uri,
    if_none_match: IfNoneMatch,
}

impl FromRequestParts<App> for Reading {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let if_none_match = IfNoneMatch::from_request_parts(parts, app).await?;
        let shelf = app.books().fresh(caller.tenant()).await?;
        Ok(Self {
            eyes: eyes(caller.viewer()),
            app: app.clone(),
            uri: parts.uri.clone(),
            caller,
            shelf,
            if_none_match,
        })
    }
}

/// A digest of what somebody sees.
fn eyes(viewer: &Viewer) -> String {
    if viewer.sees_all {
        return "all".to_owned();
    }
    let mut hash = Sha256::new();
    for person in &viewer.people {
        hash.update(person.as_bytes());
    }
    let mut hex = String::new();
    for byte in hash.finalize().iter().take(16) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// Work that keeps a processor busy for longer than a request should keep the others waiting.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Problem::internal)
}

/// JSON that is written already.
pub(crate) fn json(bytes: impl Into<Bytes>) -> Response {
    ([(CONTENT_TYPE, "application/json")], bytes.into()).into_response()
}

/// Writes JSON.
pub(crate) fn written(value: &impl Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(Problem::internal)
}

/// What is wrong with a question to an engine, for a caller who asked it in the query.
pub(crate) fn in_query(errors: impl IntoIterator<Item = FieldError>) -> Problem {
    let mut problem = Problem::new(Code::InvalidParameter);
    for error in errors {
        let message = format!("{}; {}", error.message, error.remedy);
        problem = problem.field(format!("?{}", error.field), error.code, message);
    }
    problem
}

impl Reading {
    /// Looks at the book; for what takes no longer than a millisecond or two.
    pub(crate) fn read<T>(&self, with: impl FnOnce(&Warm<Table>) -> T) -> Result<T, Problem> {
        self.shelf.read(with).ok_or_else(forgotten)
    }

    /// The book to keep, for longer work.
    pub(crate) fn keep(&self) -> Result<Arc<Warm<Table>>, Problem> {
        self.shelf.keep().ok_or_else(forgotten)
    }

    /// What the caller sees of a book.
    pub(crate) async fn sight(&self, warm: &Arc<Warm<Table>>) -> Result<Arc<Sight>, Problem> {
        let key = self.key(&[&warm.seq.to_string(), &self.eyes]);
        let viewer = self.caller.viewer().clone();
        let warm = Arc::clone(warm);
        let make = async {
            if viewer.sees_all {
                return Ok(Arc::new(Sight::of(&warm.book, &viewer)));
            }
            blocking(move || Arc::new(Sight::of(&warm.book, &viewer))).await
        };
        self.app.reads().sights.of(&key, make).await
    }

    /// What is counted once for a book.
    async fn digest(&self, warm: &Arc<Warm<Table>>) -> Result<Arc<Digest>, Problem> {
        let key = self.key(&[&warm.seq.to_string()]);
        let warm = Arc::clone(warm);
        let make = blocking(move || Arc::new(Digest::of(&warm.book, &warm.derived.0)));
        self.app.reads().digests.of(&key, make).await
    }

    /// The deal list with the model's chances in it.
    pub(crate) async fn table_with_chances(
        &self,
        warm: &Arc<Warm<Table>>,
        fitted: &Arc<Fitted>,
    ) -> Result<Arc<DealTable>, Problem> {
        let key = self.key(&[&warm.seq.to_string(), &fitted.seq.to_string()]);
        let (warm, fitted) = (Arc::clone(warm), Arc::clone(fitted));
        let make = blocking(move || {
            let mut table = warm.derived.0.clone();
            table.set_chances(|id| Some(fitted.forecast(id)?.p_win.value));
            Arc::new(table)
        });
        self.app.reads().tables.of(&key, make).await
    }

    /// What the tenant decided.
    pub(crate) async fn settings(&self) -> Result<Arc<Decided>, Problem> {
        let (tenant, now) = (self.caller.tenant().id(), self.app.now());
        let reads = self.app.reads();
        let kept = reads.settings().get(&tenant).cloned();
        if let Some((at, decided)) = kept
            && now.duration_since(at) < FRESH
        {
            return Ok(decided);
        }
        let (settings, rev) = crate::admin::settings_of(&self.caller).await?;
        let decided = Arc::new(Decided { settings, rev });
        let mut all = reads.settings();
        if all.len() >= ANSWERS {
            all.retain(|_, (at, _)| now.duration_since(*at) < FRESH);
        }
        all.insert(tenant, (now, Arc::clone(&decided)));
        Ok(decided)
    }

    fn key(&self, parts: &[&str]) -> String {
        let mut key = self.caller.tenant().id().to_string();
        for part in parts {
            key.push('\n');
            key.push_str(part);
        }
        key
    }

    fn target(&self) -> &str {
        self.uri
            .path_and_query()
            .map_or("/", |target| target.as_str())
    }

    /// The version of an answer that rests on this page of the feed, what the caller sees, what
    /// they ask, and what else is named.
    pub(crate) fn version(&self, seq: u64, also: &[&str]) -> ETag {
        let tenant = self.caller.tenant();
        let (id, seq) = (tenant.id().to_string(), seq.to_string());
        let mut parts = vec![
            id.as_str(),
            seq.as_str(),
            &self.eyes,
            tenant.by(),
            self.target(),
        ];
        parts.extend(also);
        ETag::of_parts(&parts)
    }

    /// The answer for a caller who has this version already.
    pub(crate) fn not_modified(&self, version: &ETag) -> Option<Response> {
        self.if_none_match.not_modified(version)
    }

    /// An answer that is made once and given to all who ask the same, see the same and stand before
    /// the same book.
    pub(crate) async fn answer(
        &self,
        warm: &Arc<Warm<Table>>,
        also: &[&str],
        make: impl Future<Output = Result<Vec<u8>, Problem>>,
    ) -> Result<Response, Problem> {
        let version = self.version(warm.seq, also);
        if let Some(response) = self.not_modified(&version) {
            return Ok(response);
        }
        let seq = warm.seq.to_string();
        let mut parts = vec![seq.as_str(), &self.eyes, self.target()];
        parts.extend(also);
        let make = async { make.await.map(Bytes::from) };
        let bytes = self.app.reads().answers.of(&self.key(&parts), make).await?;
        Ok(version.on(json(bytes)))
    }

    /// An insight: read off the desk of the caller, made once as [`answer`](Self::answer) says. What a
    /// deal is worth by its chance is worth by the model's, as everywhere, where there is a model.
    pub(crate) async fn insight(
        &self,
        ask: impl FnOnce(&Desk<'_>) -> Result<Vec<u8>, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        self.insight_by_model(|desk, _| ask(desk)).await
    }

    /// The same for what asks the model itself, too; it may know an earlier book.
    pub(crate) async fn insight_by_model(
        &self,
        ask: impl FnOnce(&Desk<'_>, &Fitted) -> Result<Vec<u8>, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        let decided = self.settings().await?;
        let warm = self.keep()?;
        let viewer = self.caller.viewer().clone();
        let kept = Arc::clone(&warm);
        let rev = decided.rev.to_string();
        let fitted = self.model_at_hand().await?;
        let model = fitted.model().is_ok().then(|| fitted.seq.to_string());
        let make = async {
            let digest = self.digest(&warm).await?;
            let chances = match &model {
                Some(_) => Some(self.table_with_chances(&warm, &fitted).await?),
                None => None,
            };
            blocking(move || {
                let desk = Desk {
                    book: &kept.book,
                    table: chances.as_deref().unwrap_or(&kept.derived.0),
                    digest: &digest,
                    settings: &decided.settings,
                    viewer: &viewer,
                    as_of: kept.book.as_of,
                };
                ask(&desk, &fitted)
            })
            .await?
        };
        let model = model.as_deref().unwrap_or("");
        self.answer(&warm, &[&rev, model], make).await
    }

    /// An answer off the desk of the caller that depends on more than its address, so it is made each
    /// time.
    pub(crate) async fn look(
        &self,
        ask: impl FnOnce(&Desk<'_>) -> Result<Vec<u8>, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        let decided = self.settings().await?;
        let warm = self.keep()?;
        let viewer = self.caller.viewer().clone();
        let digest = self.digest(&warm).await?;
        let work = move || {
            ask(&Desk {
                book: &warm.book,
                table: &warm.derived.0,
                digest: &digest,
                settings: &decided.settings,
                viewer: &viewer,
                as_of: warm.book.as_of,
            })
        };
        Ok(json(blocking(work).await??))
    }

    /// A page of a list whose rows are written already: with the cursor to what follows, and more
    /// that belongs to the list.
    pub(crate) async fn list(
        &self,
        list: &str,
        found: Found<impl Serialize>,
        more: Option<&impl Serialize>,
        version: &ETag,
    ) -> Result<Response, Problem> {
        let next_cursor = match &found.next {
            Some(position) => Some(self.caller.tenant().seal_cursor(list, position).await?),
            None => None,
        };
        let mut body = b"{\"data\":".to_vec();
        body.extend(found.rows);
        let tail = written(&Tail {
            has_more: next_cursor.is_some(),
            next_cursor: next_cursor.as_deref(),
            as_of: found.as_of,
            more,
        })?;
        body.push(b',');
        body.extend_from_slice(&tail[1..]);
        let mut response = version.on(json(body));
        if let Some(link) = next_cursor.and_then(|cursor| self.link_to(&cursor)) {
            response.headers_mut().insert(LINK, link);
        }
        Ok(response)
    }

    /// The address of the next page, where the list was asked for by one.
    fn link_to(&self, cursor: &str) -> Option<HeaderValue> {
        let kept = self.uri.query().unwrap_or_default().split('&');
        let kept = kept.filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
        let mut query: Vec<&str> = kept.collect();
        let next = format!("cursor={cursor}");
        query.push(&next);
        let link = format!("<{}?{}>; rel=\"next\"", self.uri.path(), query.join("&"));
        HeaderValue::try_from(link).ok()
    }

    /// A page of rows that lie in the order of their ids.
    pub(crate) async fn page<I: Serialize + DeserializeOwned>(
        &self,
        list: &str,
        query: &PageQuery,
        rows: impl FnOnce(&Warm<Table>, &Sight, After<I>) -> Result<(Vec<u8>, Option<I>), Problem>,
    ) -> Result<Response, Problem> {
        let limit = query.limit()?;
        let after = query.position(&self.caller, list).await?;
        let warm = self.keep()?;
        let version = self.version(warm.seq, &[]);
        if let Some(response) = self.not_modified(&version) {
            return Ok(response);
        }
        let sight = self.sight(&warm).await?;
        let (rows, next) = rows(&warm, &sight, After { after, limit })?;
        let as_of = warm.book.as_of;
        drop(warm);
        self.list(list, Found { rows, next, as_of }, None::<&()>, &version)
            .await
    }

    /// One row, or that there is none.
    pub(crate) async fn row(
        &self,
        row: impl FnOnce(&Warm<Table>, &Sight) -> Option<Result<Vec<u8>, Problem>>,
    ) -> Result<Response, Problem> {
        let warm = self.keep()?;
        let sight = self.sight(&warm).await?;
        let row = row(&warm, &sight).ok_or_else(Problem::not_found)?;
        let version = self.version(warm.seq, &[]);
        if let Some(response) = self.not_modified(&version) {
            return Ok(response);
        }
        Ok(version.on(json(row?)))
    }
}

/// Where a page begins and how long it is.
pub(crate) struct After<I> {
    pub(crate) after: Option<I>,
    pub(crate) limit: usize,
}

impl<I: Ord + Copy> After<I> {
    /// Writes the page of rows that lie in the order of their ids, of them those to be shown.
    pub(crate) fn of<'a, T, V: Serialize>(
        self,
        all: &'a [T],
        id: impl Fn(&T) -> I,
        shown: impl Fn(&T) -> bool,
        view: impl Fn(&'a T) -> V,
    ) -> Result<(Vec<u8>, Option<I>), Problem> {
        let first = self
            .after
            .map_or(0, |after| all.partition_point(|it| id(it) <= after));
        let mut rows: Vec<&T> = all[first..]
            .iter()
            .filter(|it| shown(it))
            .take(self.limit + 1)
            .collect();
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next = rows.last().filter(|_| more).map(|last| id(last));
        let rows: Vec<V> = rows.into_iter().map(view).collect();
        Ok((written(&rows)?, next))
    }
}

/// Words to look for, in lower case: each must occur in one of the texts.
pub(crate) struct Words(Vec<String>);

/// A longer search is no search.
const MOST_SEARCH: usize = 200;

impl Words {
    pub(crate) fn parse(q: Option<&str>) -> Result<Self, Problem> {
        let q = q.unwrap_or_default();
        if q.len() > MOST_SEARCH {
            let message = format!("is longer than {MOST_SEARCH} bytes");
            return Err(Problem::new(Code::InvalidParameter).field("?q", "too_long", message));
        }
        Ok(Self(
            q.to_lowercase()
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
        ))
    }

    pub(crate) fn fit<const N: usize>(&self, texts: [Option<&str>; N]) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let texts = texts.map(|text| text.map(str::to_lowercase).unwrap_or_default());
        self.0
            .iter()
            .all(|word| texts.iter().any(|text| text.contains(word)))
    }
}

/// A page of rows, written.
pub(crate) struct Found<P> {
    /// A JSON array.
    pub(crate) rows: Vec<u8>,
    /// Where the next page begins.
    pub(crate) next: Option<P>,
    /// The moment the rows are of.
    pub(crate) as_of: Timestamp,
}

#[derive(Serialize)]
struct Tail<'a, M> {
    has_more: bool,
    next_cursor: Option<&'a str>,
    as_of: Timestamp,
    #[serde(flatten)]
    more: Option<&'a M>,
}

fn forgotten() -> Problem {
    Problem::internal("a book was let go while it was read")
}
