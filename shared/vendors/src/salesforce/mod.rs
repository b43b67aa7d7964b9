//! Salesforce as its own pages tell it: REST with SOQL, Bulk API 2.0 queries, deleted records, limits and OAuth.
//!
//! Rows come from the neutral state ([`crate::crm::Crm`]) at the moment they are asked for, so what is done there is at
//! once done here, or [`Settings::index_lag_s`] later where reads are to be as late as they are at the vendor.
//!
//! Choices where the vendor leaves room: other activities than meetings are tasks, e-mails are an `EmailMessage` as
//! well, notes are tasks of the type `Note`; putting a record away that is no activity puts it into the recycle bin.
//!
//! An opportunity contact role that is taken off goes for good and past the recycle bin, so that not even `queryAll`
//! shows it (its `IsDeleted` tells of those that went with their opportunity); the list of deleted records has its id.

mod bulk;
mod history;
mod ids;
mod query;
mod record;
mod refusal;
mod render;
mod rest;
mod schema;
mod soql;
#[cfg(test)]
mod tests;

pub use ids::id;

use crate::Settings;
use crate::crm::{Clock, Crm, Object, Touch};
use crate::oauth::{ClientAuth, Config, Issued, OAuth, Pkce, Refusal as OAuthRefusal};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use record::{Memory, Org};
use refusal::Refusal;
use schema::Table;
use serde_json::{Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The client id the sandbox accepts.
pub const CLIENT_ID: &str = "3MVG9sandbox.pie";
/// And its secret.
pub const CLIENT_SECRET: &str = "sandbox-secret-of-salesforce";

/// The newest version served.
const NEWEST: u32 = 66;
/// The oldest.
const OLDEST: u32 = 31;
/// The longest address.
const LONGEST_URL: usize = 16 * 1024;
/// Calls in 24 hours, of an org that counts and of one that hardly does.
const DAILY_CALLS: (u32, u32) = (15_000, 5_000_000);
/// Query jobs in 24 hours.
const DAILY_JOBS: u32 = 10_000;
/// How long a session lasts.
const SESSION_S: u32 = 7_200;
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What the vendor can be made to say next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The next call: too many in 24 hours.
    DailyLimit,
    /// The next call: too many long ones at once.
    ConcurrentLimit,
    /// The next call: 503.
    Unavailable,
    /// The next call: 420, the org is being set up.
    SettingUp,
    /// The next statement takes too long.
    QueryTimeout,
    /// The next job: too many in 24 hours.
    TooManyJobs,
    /// The next job: too much stored in 24 hours.
    TooMuchStored,
    /// The next job: the org has no Bulk API.
    BulkDisabled,
    /// The next job fails in the end, with this message.
    FailedJob(String),
}

/// A fake org.
pub struct Salesforce {
    crm: Mutex<Crm>,
    kept: Mutex<Kept>,
    desk: Mutex<Desk>,
    oauth: Arc<OAuth>,
    clock: Clock,
    counts: bool,
    lag: SignedDuration,
    seed: u64,
}

/// What is remembered of the account.
struct Kept {
    memory: Memory,
    /// With a lag: the account as it was, the oldest first.
    versions: VecDeque<(Timestamp, Crm)>,
    schema: u64,
    schema_changed: Timestamp,
}

/// What is open, counted and to come.
struct Desk {
    cursors: VecDeque<rest::Cursor>,
    jobs: Vec<bulk::Job>,
    made: u64,
    calls: VecDeque<Timestamp>,
    all_calls: u64,
    daily_calls: u32,
    job_times: VecDeque<Timestamp>,
    daily_jobs: u32,
    job_polls: u32,
    /// A page has no more rows than this, whatever is asked for.
    most_rows: usize,
    troubles: VecDeque<Trouble>,
}

/// The account while something is done to it.
pub struct Hand<'s> {
    crm: MutexGuard<'s, Crm>,
    org: &'s Salesforce,
}

impl Deref for Hand<'_> {
    type Target = Crm;
    fn deref(&self) -> &Crm {
        &self.crm
    }
}

impl DerefMut for Hand<'_> {
    fn deref_mut(&mut self) -> &mut Crm {
        &mut self.crm
    }
}

impl Drop for Hand<'_> {
    fn drop(&mut self) {
        self.org.kept().learn(&self.crm, self.org.lag);
    }
}

impl std::fmt::Debug for Salesforce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Salesforce").finish_non_exhaustive()
    }
}

impl Salesforce {
    /// An org over this account, whose ids must be of the style [`id`].
    pub fn new(mut crm: Crm, settings: Settings) -> Arc<Salesforce> {
        crm.account_id = org_id();
        crm.touch = Touch {
            merge_moves_children: true,
            ..Touch::default()
        };
        let lag = SignedDuration::from_secs(settings.index_lag_s.into());
        let mut kept = Kept {
            memory: Memory::default(),
            versions: VecDeque::new(),
            schema: 0,
            schema_changed: crm.now(),
        };
        kept.learn(&crm, lag);
        let oauth = OAuth::new(oauth_config(&settings), Arc::clone(&settings.clock));
        let (counted, plenty) = DAILY_CALLS;
        Arc::new(Salesforce {
            crm: Mutex::new(crm),
            kept: Mutex::new(kept),
            desk: Mutex::new(Desk {
                cursors: VecDeque::new(),
                jobs: Vec::new(),
                made: 0,
                calls: VecDeque::new(),
                all_calls: 0,
                daily_calls: if settings.rate_limits {
                    counted
                } else {
                    plenty
                },
                job_times: VecDeque::new(),
                daily_jobs: DAILY_JOBS,
                job_polls: 2,
                most_rows: usize::MAX,
                troubles: VecDeque::new(),
            }),
            oauth,
            clock: settings.clock,
            counts: settings.rate_limits,
            lag,
            seed: settings.seed,
        })
    }

    /// Everything the org answers, its consent page included.
    pub fn router(self: &Arc<Self>) -> Router {
        let api = Router::new()
            .route("/services/data/{version}", get(rest::resources))
            .route("/services/data/{version}/", get(rest::resources))
            .route("/services/data/{version}/query", get(rest::query))
            .route("/services/data/{version}/query/", get(rest::query))
            .route("/services/data/{version}/queryAll", get(rest::query_all))
            .route("/services/data/{version}/queryAll/", get(rest::query_all))
            .route(
                "/services/data/{version}/query/{locator}",
                get(rest::next_page),
            )
            .route(
                "/services/data/{version}/queryAll/{locator}",
                get(rest::next_page),
            )
            .route("/services/data/{version}/limits", get(rest::limits))
            .route("/services/data/{version}/limits/", get(rest::limits))
            .route("/services/data/{version}/sobjects", get(rest::objects))
            .route("/services/data/{version}/sobjects/", get(rest::objects))
            .route(
                "/services/data/{version}/sobjects/{object}/describe",
                get(rest::describe),
            )
            .route(
                "/services/data/{version}/sobjects/{object}/describe/",
                get(rest::describe),
            )
            .route(
                "/services/data/{version}/sobjects/{object}/deleted",
                get(rest::deleted),
            )
            .route(
                "/services/data/{version}/sobjects/{object}/deleted/",
                get(rest::deleted),
            )
            .route(
                "/services/data/{version}/sobjects/{object}/updated",
                get(rest::updated),
            )
            .route(
                "/services/data/{version}/sobjects/{object}/updated/",
                get(rest::updated),
            )
            .route(
                "/services/data/{version}/sobjects/{object}/{id}",
                get(rest::record),
            )
            .route(
                "/services/data/{version}/composite/sobjects/{object}",
                get(rest::several).post(rest::several_posted),
            )
            .route(
                "/services/data/{version}/jobs/query",
                post(bulk::create).get(bulk::list),
            )
            .route(
                "/services/data/{version}/jobs/query/{job}",
                get(bulk::info).patch(bulk::abort).delete(bulk::remove),
            )
            .route(
                "/services/data/{version}/jobs/query/{job}/results",
                get(bulk::results),
            )
            .fallback(|| async { Refusal::not_found() })
            .method_not_allowed_fallback(|method: Method| async move {
                Refusal::new(
                    StatusCode::METHOD_NOT_ALLOWED,
                    "METHOD_NOT_ALLOWED",
                    format!("HTTP Method '{method}' not allowed."),
                )
            })
            .layer(middleware::from_fn_with_state(Arc::clone(self), guard));
        Router::new()
            .route("/services/data", get(rest::versions))
            .route("/services/data/", get(rest::versions))
            .route(
                "/services/oauth2/userinfo",
                get(rest::user_info).post(rest::user_info),
            )
            .route("/id/{org}/{user}", get(rest::user_info))
            .merge(api)
            .with_state(Arc::clone(self))
            .merge(self.oauth.router())
            .layer(middleware::from_fn_with_state(Arc::clone(self), finish))
    }

    /// The account, to do something to it.
    pub fn crm(&self) -> Hand<'_> {
        Hand {
            crm: self.crm.lock().unwrap_or_else(PoisonError::into_inner),
            org: self,
        }
    }

    /// The authorization server, to register a redirect address or read its counters.
    pub fn oauth(&self) -> &Arc<OAuth> {
        &self.oauth
    }

    /// Takes a field out of the user's sight, as field-level security does; it is absent from `describe` and a
    /// statement that names it fails.
    pub fn hide_field(&self, object: &str, field: &str) {
        self.permit(object, |table, hidden| {
            hidden.insert((table, field.to_lowercase()));
        });
    }

    /// Gives a hidden field back; no stamp moves.
    pub fn show_field(&self, object: &str, field: &str) {
        self.permit(object, |table, hidden| {
            hidden.remove(&(table, field.to_lowercase()));
        });
    }

    fn permit(&self, object: &str, change: impl FnOnce(Table, &mut BTreeSet<(Table, String)>)) {
        let hand = self.crm();
        if let Some(table) = Table::named(object) {
            change(table, &mut self.kept().memory.hidden);
        }
        // Letting go of the account takes in what has changed.
        drop(hand);
    }

    /// Has something go wrong; troubles come in the order they are told, each at the first call it fits.
    pub fn trouble(&self, trouble: Trouble) {
        self.desk().troubles.push_back(trouble);
    }

    /// Forgets all query locators, as time and too many of them do.
    pub fn expire_locators(&self) {
        self.desk().cursors.clear();
    }

    /// How many calls an org may make in 24 hours.
    pub fn set_daily_calls(&self, calls: u32) {
        self.desk().daily_calls = calls;
    }

    /// How many query jobs an org may make in 24 hours.
    pub fn set_daily_jobs(&self, jobs: u32) {
        self.desk().daily_jobs = jobs;
    }

    /// How often a job is to be asked about before it is done; at first two times.
    pub fn set_job_polls(&self, polls: u32) {
        self.desk().job_polls = polls;
    }

    /// How many rows a page of a query has at most: the vendor promises no size, and little data make many pages.
    pub fn set_most_rows(&self, rows: usize) {
        self.desk().most_rows = rows.max(1);
    }

    /// How many calls were answered, refused ones included.
    pub fn calls(&self) -> u64 {
        self.desk().all_calls
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Reads the org as a query sees it now.
    fn read<R>(&self, read: impl FnOnce(&Org<'_>) -> R) -> R {
        let now = self.now();
        let crm = self.crm.lock().unwrap_or_else(PoisonError::into_inner);
        let mut kept = self.kept();
        kept.forget(now, self.lag);
        let kept = &*kept;
        let crm = kept.versions.front().map_or(&*crm, |(_, crm)| crm);
        read(&Org::new(crm, &kept.memory, now))
    }

    /// Takes the next trouble when it is one of these.
    fn strikes(&self, fits: impl Fn(&Trouble) -> bool) -> Option<Trouble> {
        let mut desk = self.desk();
        let first = desk.troubles.front()?;
        if fits(first) {
            desk.troubles.pop_front()
        } else {
            None
        }
    }

    /// Counts a call; the refusal when it is one too many or something is to go wrong.
    fn count(&self) -> Result<(), Refusal> {
        let now = self.now();
        let mut desk = self.desk();
        desk.all_calls += 1;
        while desk
            .calls
            .front()
            .is_some_and(|at| now.duration_since(*at) >= DAY)
        {
            desk.calls.pop_front();
        }
        let over = self.counts && desk.calls.len() >= desk.daily_calls as usize;
        if over {
            return Err(daily_limit());
        }
        desk.calls.push_back(now);
        drop(desk);
        let struck = self.strikes(|trouble| {
            use Trouble::{ConcurrentLimit, DailyLimit, SettingUp, Unavailable};
            matches!(
                trouble,
                DailyLimit | ConcurrentLimit | Unavailable | SettingUp
            )
        });
        match struck {
            Some(Trouble::DailyLimit) => Err(daily_limit()),
            Some(Trouble::ConcurrentLimit) => Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "REQUEST_LIMIT_EXCEEDED",
                "ConcurrentPerOrgLongTxn Limit exceeded.",
            )),
            Some(Trouble::Unavailable) => Err(Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "SERVER_UNAVAILABLE",
                "The server is too busy.",
            )),
            Some(Trouble::SettingUp) => Err(Refusal::new(
                StatusCode::from_u16(420).unwrap_or(StatusCode::SERVICE_UNAVAILABLE),
                "SERVER_UNAVAILABLE",
                "We are setting things up.",
            )),
            _ => Ok(()),
        }
    }

    /// `api-usage=900/15000`.
    fn usage(&self) -> String {
        let desk = self.desk();
        format!("api-usage={}/{}", desk.calls.len(), desk.daily_calls)
    }

    /// A fresh id under a prefix.
    fn made(&self, prefix: &str) -> String {
        let mut desk = self.desk();
        desk.made += 1;
        // Scattered, so that nobody counts on their order.
        let n = desk
            .made
            .wrapping_mul(2_654_435_761)
            .wrapping_add(self.seed);
        ids::numbered(prefix, n)
    }
}

impl Kept {
    /// Takes in what was done to the account.
    fn learn(&mut self, crm: &Crm, lag: SignedDuration) {
        let now = crm.now();
        self.memory.read(crm);
        let mut hasher = DefaultHasher::new();
        for field in &crm.fields {
            (&field.name, &field.label, &field.options).hash(&mut hasher);
        }
        for stage in crm.pipelines.iter().flat_map(|pipeline| &pipeline.stages) {
            (&stage.id, &stage.label).hash(&mut hasher);
        }
        crm.retired_stages.len().hash(&mut hasher);
        (&self.memory.hidden, self.memory.several_currencies).hash(&mut hasher);
        let schema = hasher.finish();
        if schema != self.schema {
            self.schema = schema;
            self.schema_changed = now;
        }
        if lag > SignedDuration::ZERO {
            self.versions.push_back((now, crm.clone()));
        }
    }

    /// Drops versions that nobody will see again: the first that stays is what is seen now.
    fn forget(&mut self, now: Timestamp, lag: SignedDuration) {
        while self
            .versions
            .get(1)
            .is_some_and(|(at, _)| now.duration_since(*at) >= lag)
        {
            self.versions.pop_front();
        }
    }
}

fn daily_limit() -> Refusal {
    Refusal::new(
        StatusCode::FORBIDDEN,
        "REQUEST_LIMIT_EXCEEDED",
        "TotalRequests Limit exceeded.",
    )
}

fn org_id() -> String {
    ids::numbered("00D", 1)
}

/// Who the app acts for.
fn user_id() -> String {
    id(Object::User, 1)
}

fn oauth_config(settings: &Settings) -> Config {
    Config {
        title: "Salesforce",
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        redirect_uris: Vec::new(),
        authorize: &["/services/oauth2/authorize"],
        token: &["/services/oauth2/token"],
        revoke: &["/services/oauth2/revoke"],
        pkce: Pkce::Enforced,
        client_auth: ClientAuth::Either,
        rotate: settings.rotate_refresh_tokens.unwrap_or(true),
        access_life_s: settings.token_life_s.unwrap_or(SESSION_S),
        refresh_idle_s: Some(30 * 24 * 3_600),
        access_prefix: "00DQW0000000001!AQ",
        refresh_prefix: "5Aep861",
        known_scopes: &[
            "api",
            "refresh_token",
            "offline_access",
            "id",
            "openid",
            "profile",
            "email",
            "full",
            "web",
        ],
        default_scopes: &["api", "refresh_token", "id"],
        refresh_scopes: &["refresh_token", "offline_access"],
        withheld_scopes: settings.withheld_scopes.clone(),
        seed: settings.seed,
        answer: token_answer,
        refusal: OAuthRefusal::standard,
    }
}

/// No lifetime: only the org's settings know it.
fn token_answer(issued: &Issued) -> Value {
    let mut answer = json!({
        "access_token": issued.access_token,
        "instance_url": issued.origin,
        "id": format!("{}/id/{}/{}", issued.origin, org_id(), user_id()),
        "token_type": "Bearer",
        "issued_at": issued.at.as_millisecond().to_string(),
        "signature": "c2lnbmF0dXJlIG9mIHRoZSBpZCBhbmQgdGhlIHRpbWU=",
        "scope": issued.scopes.join(" "),
    });
    if let (Some(answer), Some(token)) = (answer.as_object_mut(), &issued.refresh_token) {
        answer.insert("refresh_token".to_owned(), json!(token));
    }
    answer
}

/// Before a call of the API: its address, its session and the org's limits.
async fn guard(State(org): State<Arc<Salesforce>>, request: Request, next: Next) -> Response {
    let unauthorized =
        |what: &str| Refusal::new(StatusCode::UNAUTHORIZED, "INVALID_SESSION_ID", what);
    match org.oauth.check_bearer(request.headers()) {
        Err(_) => return unauthorized("Session expired or invalid").into_response(),
        Ok(granted) => {
            let reaches_api = |scope: &String| ["api", "full"].contains(&scope.as_str());
            if !granted.scopes.iter().any(reaches_api) {
                let what = "This session is not valid for use with the REST API";
                return unauthorized(what).into_response();
            }
        }
    }
    let version = request.uri().path().split('/').nth(3).unwrap_or_default();
    let known = version
        .strip_prefix('v')
        .and_then(|version| version.strip_suffix(".0"))
        .and_then(|version| version.parse::<u32>().ok())
        .is_some_and(|version| (OLDEST..=NEWEST).contains(&version));
    let mut response = match org.count() {
        Err(refusal) => refusal.into_response(),
        Ok(()) if !known => Refusal::not_found().into_response(),
        Ok(()) => next.run(request).await,
    };
    if let Ok(usage) = HeaderValue::from_str(&org.usage()) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("sforce-limit-info"), usage);
    }
    response
}

/// Around every answer: addresses that are too long, the server's time, and gzip for those who take it.
async fn finish(State(org): State<Arc<Salesforce>>, request: Request, next: Next) -> Response {
    let length = request
        .uri()
        .path_and_query()
        .map_or(0, |path| path.as_str().len());
    let zipped = takes_gzip(request.headers());
    let mut response = if length > LONGEST_URL {
        (StatusCode::URI_TOO_LONG, "URI Too Long").into_response()
    } else {
        next.run(request).await
    };
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&org.now());
    if let Some(date) = date.ok().and_then(|date| HeaderValue::from_str(&date).ok()) {
        response.headers_mut().insert(header::DATE, date);
    }
    if zipped {
        gzip(response).await
    } else {
        response
    }
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("gzip"))
}

async fn gzip(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(body) = body.collect().await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let body = body.to_bytes();
    if body.is_empty() {
        return Response::from_parts(parts, Body::from(body));
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let zipped = encoder.write_all(&body).and_then(|()| encoder.finish());
    let Ok(zipped) = zipped else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    parts
        .headers
        .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    Response::from_parts(parts, Body::from(zipped))
}

/// An answer of JSON text.
fn json_text(text: String) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json;charset=UTF-8")],
        text,
    )
        .into_response()
}
