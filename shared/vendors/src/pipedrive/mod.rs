//! Pipedrive as its reference has it: API v2 for the core, v1 for the rest, a daily budget of tokens beside a burst
//! limit, changes of one deal at a time, and webhooks without a signature.

mod history;
mod list;
mod shape;
mod webhook;

pub use webhook::Delivery;

use crate::Settings;
use crate::chance::Chance;
use crate::crm::{Crm, Object, State as Life, Touch};
use crate::oauth::{self, ClientAuth, OAuth, Pkce};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Query, Request, State};
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use list::Params;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use webhook::Webhooks;

/// The client of the marketplace app.
pub const CLIENT_ID: &str = "pie-sandbox-pipedrive";
/// Its secret.
pub const CLIENT_SECRET: &str = "pie-sandbox-pipedrive-secret";
/// The personal token of the head of sales, who sees everything.
pub const API_TOKEN: &str = "sandbox-pipedrive-api-token";

/// Tokens a company may spend a day, as a trial has it.
const DAILY_BUDGET: u32 = 150_000;
/// Requests within two seconds: with the personal token, and with OAuth.
const BURST: (usize, usize) = (20, 80);
const BURST_WINDOW_MS: i64 = 2_000;
/// Refusals that may be ignored before the firewall steps in, and for how long it stays.
const PATIENCE: u32 = 10;
const BLOCKED_MS: i64 = 60_000;
/// How long a deleted deal can still be read.
const DELETED_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
const BODY_LIMIT: usize = 256 * 1024;

const SCOPES: [&str; 9] = [
    "base",
    "deals:read",
    "contacts:read",
    "activities:read",
    "products:read",
    "users:read",
    "leads:read",
    "recents:read",
    "webhooks:full",
];

/// Ids as Pipedrive gives them: whole numbers; an [`crate::crm::IdStyle`].
pub fn id(object: Object, n: u64) -> String {
    let first = match object {
        Object::User => 770,
        Object::Pipeline => 0,
        Object::Stage => 9,
        Object::Company => 54,
        Object::Contact => 89,
        Object::Deal => 4_020,
        Object::Role => 300,
        Object::Activity => 880,
        Object::Move => 9_000,
    };
    (first + n).to_string()
}

/// The fake Pipedrive.
pub struct Pipedrive {
    crm: Mutex<Crm>,
    oauth: Arc<OAuth>,
    settings: Settings,
    state: Mutex<Rest>,
    webhooks: Mutex<Webhooks>,
}

struct Rest {
    chance: Chance,
    /// By token: when it was used within the last two seconds, and what became of it.
    bursts: BTreeMap<String, Burst>,
    budget: u32,
    spent: u32,
    day: Date,
    inactive: bool,
    without_products: bool,
    silent_failures: u32,
    requests: u64,
}

#[derive(Default)]
struct Burst {
    at_ms: VecDeque<i64>,
    ignored: u32,
    blocked_until_ms: i64,
}

/// What the headers of every answer say.
#[derive(Clone, Copy)]
struct Gauge {
    limit: usize,
    left: usize,
    reset_s: i64,
    budget: u32,
    budget_left: u32,
}

/// Why a request is not answered as it wishes.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    error: String,
    code: Option<&'static str>,
}

impl Refusal {
    fn new(status: StatusCode, error: impl Into<String>) -> Refusal {
        Refusal {
            status,
            error: error.into(),
            code: None,
        }
    }

    /// A parameter that does not fit.
    fn schema(error: impl Into<String>) -> Refusal {
        Refusal {
            code: Some("ERR_SCHEMA_VALIDATION_FAILED"),
            ..Refusal::new(StatusCode::BAD_REQUEST, error)
        }
    }

    fn scope() -> Refusal {
        Refusal::new(StatusCode::FORBIDDEN, "Scope and URL mismatch")
    }

    fn not_found(what: &str) -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, format!("{what} not found"))
    }

    fn unknown() -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "Unknown method.")
    }

    fn body(&self) -> Value {
        let mut body = json!({
            "success": false,
            "error": self.error,
            "errorCode": self.status.as_u16(),
        });
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            body["data"] = Value::Null;
        } else {
            body["error_info"] = "Please check developers.pipedrive.com".into();
        }
        if let Some(code) = self.code {
            body["code"] = code.into();
        }
        body
    }
}

/// Who asks.
struct Caller {
    token: String,
    /// None: a personal token, which may do all.
    scopes: Option<Vec<String>>,
}

impl Caller {
    fn may(&self, scope: &str) -> bool {
        let Some(scopes) = &self.scopes else {
            return true;
        };
        let full = scope.replace(":read", ":full");
        scopes.iter().any(|given| *given == scope || *given == full)
    }
}

/// Which API a path belongs to, and the rest of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Api {
    V1,
    V2,
}

impl Pipedrive {
    /// A Pipedrive over this account.
    pub fn new(mut crm: Crm, settings: Settings) -> Arc<Pipedrive> {
        // A merge writes the survivor into what pointed at the other; contacts and activities leave deals alone.
        crm.touch = Touch {
            merge_moves_children: true,
            ..Touch::default()
        };
        let config = oauth::Config {
            title: "Pipedrive",
            client_id: CLIENT_ID,
            client_secret: CLIENT_SECRET,
            redirect_uris: Vec::new(),
            authorize: &["/oauth/authorize"],
            token: &["/oauth/token"],
            revoke: &["/oauth/revoke"],
            pkce: Pkce::Ignored,
            client_auth: ClientAuth::Basic,
            rotate: settings.rotate_refresh_tokens.unwrap_or(false),
            access_life_s: settings.token_life_s.unwrap_or(3_599),
            refresh_idle_s: Some(60 * 86_400),
            access_prefix: "v1u:",
            refresh_prefix: "",
            known_scopes: &[],
            // The app's scopes are chosen where it is registered, not in the request.
            default_scopes: &SCOPES,
            refresh_scopes: &[],
            withheld_scopes: settings.withheld_scopes.clone(),
            seed: settings.seed,
            answer: |issued| {
                json!({
                    "access_token": issued.access_token,
                    "token_type": "Bearer",
                    "refresh_token": issued.refresh_token,
                    "scope": issued.scopes.join(","),
                    "expires_in": issued.expires_in,
                    "api_domain": issued.origin,
                })
            },
            refusal: |refusal| {
                json!({
                    "success": false,
                    "message": refusal.description,
                    "error": refusal.code,
                    "error_description": refusal.description,
                })
            },
        };
        let clock = Arc::clone(&settings.clock);
        let (seed, done) = (settings.seed, crm.changes.len());
        Arc::new(Pipedrive {
            crm: Mutex::new(crm),
            oauth: OAuth::new(config, clock),
            state: Mutex::new(Rest {
                chance: Chance::of(seed, "pipedrive"),
                bursts: BTreeMap::new(),
                budget: DAILY_BUDGET,
                spent: 0,
                day: Date::ZERO,
                inactive: false,
                without_products: false,
                silent_failures: 0,
                requests: 0,
            }),
            webhooks: Mutex::new(Webhooks::new(seed, done)),
            settings,
        })
    }

    /// The API and the pages of OAuth.
    pub fn router(self: &Arc<Self>) -> Router {
        let api = Router::new().fallback(serve).with_state(Arc::clone(self));
        self.oauth.router().fallback_service(api)
    }

    /// The account, to look into and to change.
    pub fn crm(&self) -> MutexGuard<'_, Crm> {
        self.crm.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The authorization server.
    pub fn oauth(&self) -> &Arc<OAuth> {
        &self.oauth
    }

    /// How many requests came to the API.
    pub fn requests(&self) -> u64 {
        self.rest().requests
    }

    /// Tokens spent today.
    pub fn spent(&self) -> u32 {
        self.rest().spent
    }

    /// Sets how many tokens the company may spend a day.
    pub fn set_daily_budget(&self, tokens: u32) {
        self.rest().budget = tokens;
    }

    /// Whether the company has not paid.
    pub fn set_inactive(&self, inactive: bool) {
        self.rest().inactive = inactive;
    }

    /// Whether nobody there may see what is sold. What such an account answers is written nowhere; here it is what
    /// the vendor's list of statuses has for what is not allowed.
    pub fn set_without_products(&self, without: bool) {
        self.rest().without_products = without;
    }

    /// Lets the next `n` requests fail with no word of why: `success` is false, the status 200 and the list empty.
    pub fn fail_silently(&self, n: u32) {
        self.rest().silent_failures = n;
    }

    /// Registers a webhook for every object and action, with the credentials it shall show; gives its id.
    pub fn listen(&self, url: &str, user: &str, password: &str) -> u64 {
        let now = self.now();
        let wanted = json!({
            "subscription_url": url,
            "event_action": "*",
            "event_object": "*",
            "http_auth_user": user,
            "http_auth_password": password,
        });
        self.hooks().add(&wanted, now)
    }

    /// What is to be posted now, each once: what was done since and what failed before and is due again.
    pub fn deliveries(&self) -> Vec<Delivery> {
        let crm = self.crm();
        self.hooks().due(&crm)
    }

    /// Says that a delivery was not answered with a 2xx within ten seconds: it comes again after 3, 30 and 150 s.
    pub fn failed(&self, delivery: Delivery) {
        let now = self.now();
        self.hooks().again(delivery, now);
    }

    fn now(&self) -> Timestamp {
        (self.settings.clock)()
    }

    fn rest(&self) -> MutexGuard<'_, Rest> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hooks(&self) -> MutexGuard<'_, Webhooks> {
        self.webhooks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn caller(&self, headers: &HeaderMap, query: &Params, host: &str) -> Result<Caller, Refusal> {
        let unauthorized = || Refusal::new(StatusCode::UNAUTHORIZED, "unauthorized access");
        let token = headers
            .get("x-api-token")
            .and_then(|value| value.to_str().ok())
            .or_else(|| query.get("api_token"));
        if let Some(token) = token {
            return if token == API_TOKEN {
                Ok(Caller {
                    token: token.to_owned(),
                    scopes: None,
                })
            } else {
                Err(unauthorized())
            };
        }
        let granted = self
            .oauth
            .check_bearer(headers)
            .map_err(|_| unauthorized())?;
        // Only the company's own host takes an app's token.
        if host.starts_with("api.") {
            return Err(Refusal::scope());
        }
        Ok(Caller {
            token: oauth::bearer(headers).unwrap_or_default().to_owned(),
            scopes: Some(granted.scopes),
        })
    }

    /// Counts a request, and refuses it when there were too many; none when the firewall answers.
    fn admit(&self, caller: &Caller, cost: u32) -> (Gauge, Option<Refused>) {
        let now = self.now();
        let now_ms = now.as_millisecond();
        let day = now.to_zoned(TimeZone::UTC).date();
        let limit = if caller.scopes.is_some() {
            BURST.1
        } else {
            BURST.0
        };
        let mut rest = self.rest();
        rest.requests += 1;
        if rest.day != day {
            rest.day = day;
            rest.spent = 0;
        }
        let (budget, spent) = (rest.budget, rest.spent);
        let burst = rest.bursts.entry(caller.token.clone()).or_default();
        while burst
            .at_ms
            .front()
            .is_some_and(|at| *at <= now_ms - BURST_WINDOW_MS)
        {
            burst.at_ms.pop_front();
        }
        let first = burst.at_ms.front().copied().unwrap_or(now_ms);
        let mut gauge = Gauge {
            limit,
            left: limit.saturating_sub(burst.at_ms.len() + 1),
            reset_s: (first + BURST_WINDOW_MS - now_ms + 999) / 1_000,
            budget,
            budget_left: budget.saturating_sub(spent),
        };
        if !self.settings.rate_limits {
            rest.spent += cost;
            return (gauge, None);
        }
        if now_ms < burst.blocked_until_ms {
            return (gauge, Some(Refused::Firewall));
        }
        let poor = gauge.budget_left < cost;
        if poor || burst.at_ms.len() >= limit {
            burst.ignored += 1;
            if burst.ignored > PATIENCE {
                burst.blocked_until_ms = now_ms + BLOCKED_MS;
                burst.ignored = 0;
                return (gauge, Some(Refused::Firewall));
            }
            if poor {
                gauge.budget_left = 0;
            }
            return (gauge, Some(Refused::TooMany));
        }
        burst.ignored = 0;
        burst.at_ms.push_back(now_ms);
        rest.spent += cost;
        gauge.budget_left = budget.saturating_sub(rest.spent);
        (gauge, None)
    }

    /// The answer's status and value, when the request may be answered at all.
    fn reply(
        &self,
        method: &Method,
        api: Api,
        parts: &[&str],
        params: &Params,
        body: &Bytes,
    ) -> Result<(StatusCode, Value), Refusal> {
        let get = *method == Method::GET;
        match (api, parts) {
            (Api::V1, ["webhooks", ..]) => self.webhook(method, parts, body),
            (
                Api::V1,
                [
                    "deals" | "persons" | "organizations" | "activities" | "products" | "pipelines"
                    | "stages",
                ]
                | [
                    "deals" | "persons" | "organizations" | "activities" | "products" | "pipelines"
                    | "stages",
                    _,
                ],
            ) => Err(Refusal::new(
                StatusCode::GONE,
                "This endpoint has been removed. Use API v2 instead.",
            )),
            _ if !get => Err(Refusal::unknown()),
            (Api::V1, _) => self.v1(parts, params),
            (Api::V2, _) => self.v2(parts, params),
        }
        .map(|answer| match answer {
            Answer::Ok(value) => (StatusCode::OK, value),
            Answer::Created(value) => (StatusCode::CREATED, value),
        })
    }

    fn v1(&self, parts: &[&str], params: &Params) -> Result<Answer, Refusal> {
        let crm = self.crm();
        let now = self.now();
        let data = match parts {
            ["users"] => json!({
                "success": true,
                "data": list::by_number(&crm.users).into_iter().map(|user| shape::user(user, &crm)).collect::<Vec<_>>(),
                "additional_data": {"company_id": shape::number(&crm.account_id)},
            }),
            ["users", "me"] => {
                let me = shape::me(&crm).ok_or_else(|| Refusal::not_found("User"))?;
                let mut value = shape::user(me, &crm);
                value["company_id"] = shape::number(&crm.account_id);
                value["company_name"] = "Lanternfold Software".into();
                value["company_domain"] = "lanternfold-sandbox".into();
                json!({"success": true, "data": value})
            }
            ["users", id] => {
                let user = crm
                    .users
                    .get(*id)
                    .ok_or_else(|| Refusal::not_found("User"))?;
                json!({"success": true, "data": shape::user(user, &crm)})
            }
            ["notes"] => list::notes(&crm, params)?,
            ["notes", id] => {
                let note = crm
                    .activities
                    .get(*id)
                    .filter(|note| shape::is_note(note) && note.state.is_live())
                    .ok_or_else(|| Refusal::not_found("Note"))?;
                json!({"success": true, "data": shape::note(note, &crm)})
            }
            ["leads"] | ["mailbox", "mailThreads"] => list::offset_page(Vec::new(), params)?,
            ["activityTypes"] => json!({"success": true, "data": shape::activity_types()}),
            ["deals", id, what] => {
                let deal = crm
                    .deals
                    .get(*id)
                    .filter(|deal| is_readable(&deal.state, now))
                    .ok_or_else(|| Refusal::not_found("Deal"))?;
                match *what {
                    "changelog" => list::numbered_page(history::changelog(deal, &crm), params)?,
                    "flow" => list::offset_page(history::flow(deal, &crm, params), params)?,
                    "participants" => list::offset_page(shape::participants(deal, &crm), params)?,
                    "participantsChangelog" => {
                        list::numbered_page(history::participants(deal, &crm), params)?
                    }
                    "mailMessages" => list::offset_page(Vec::new(), params)?,
                    _ => return Err(Refusal::unknown()),
                }
            }
            _ => return Err(Refusal::unknown()),
        };
        Ok(Answer::Ok(data))
    }

    fn v2(&self, parts: &[&str], params: &Params) -> Result<Answer, Refusal> {
        let crm = self.crm();
        let now = self.now();
        let one = |value: Option<Value>, what: &str| {
            value
                .map(|value| json!({"success": true, "data": value}))
                .ok_or_else(|| Refusal::not_found(what))
        };
        let data = match parts {
            ["deals"] => list::deals(&crm, params, false, now)?,
            ["deals", "archived"] => list::deals(&crm, params, true, now)?,
            ["deals", "products"] => list::deal_products(&crm, params, now)?,
            ["deals", id, "products"] => {
                let deal = crm
                    .deals
                    .get(*id)
                    .filter(|deal| is_readable(&deal.state, now))
                    .ok_or_else(|| Refusal::not_found("Deal"))?;
                list::products_of(deal, params)?
            }
            ["deals", id] => {
                let extra = list::include_fields(params, &list::DEAL_EXTRAS)?;
                let deal = crm
                    .deals
                    .get(*id)
                    .filter(|deal| is_readable(&deal.state, now));
                one(deal.map(|deal| shape::deal(deal, &crm, &extra)), "Deal")?
            }
            ["persons"] => list::persons(&crm, params)?,
            ["persons", id] => one(
                crm.contacts
                    .get(*id)
                    .filter(|person| person.state.is_live())
                    .map(|person| shape::person(person, &crm)),
                "Person",
            )?,
            ["organizations"] => list::organizations(&crm, params)?,
            ["organizations", id] => one(
                crm.companies
                    .get(*id)
                    .filter(|company| company.state.is_live())
                    .map(|company| shape::organization(company, &crm, &shape::industries(&crm))),
                "Organization",
            )?,
            ["activities"] => list::activities(&crm, params)?,
            ["activities", id] => {
                let extra = list::include_fields(params, &list::ACTIVITY_EXTRAS)?;
                one(
                    crm.activities
                        .get(*id)
                        .filter(|it| it.state.is_live() && !shape::is_note(it))
                        .map(|it| shape::activity(it, &crm, &extra)),
                    "Activity",
                )?
            }
            ["products"] => list::products(&crm, params)?,
            ["products", id] => one(
                shape::products(&crm)
                    .into_iter()
                    .find(|product| product["id"] == shape::number(id)),
                "Product",
            )?,
            ["pipelines"] => list::pipelines(&crm, params)?,
            ["pipelines", id] => one(
                shape::pipelines(&crm)
                    .into_iter()
                    .find(|pipeline| pipeline["id"] == shape::number(id)),
                "Pipeline",
            )?,
            ["stages"] => list::stages(&crm, params)?,
            ["stages", id] => one(
                shape::stages(&crm)
                    .into_iter()
                    .find(|stage| stage["id"] == shape::number(id)),
                "Stage",
            )?,
            [
                kind @ ("dealFields" | "personFields" | "organizationFields" | "activityFields"
                | "productFields"),
            ] => {
                params.only(&["limit", "cursor", "include_fields"])?;
                list::numbered_page(shape::fields(kind, &crm), params)?
            }
            _ => return Err(Refusal::unknown()),
        };
        Ok(Answer::Ok(data))
    }

    fn webhook(&self, method: &Method, parts: &[&str], body: &Bytes) -> Result<Answer, Refusal> {
        let now = self.now();
        let account = self.crm().account_id.clone();
        let mut hooks = self.hooks();
        match (method.as_str(), parts) {
            ("GET", [_]) => Ok(Answer::Ok(json!({
                "success": true,
                "status": "ok",
                "data": hooks.list(&account),
            }))),
            ("POST", [_]) => {
                let wanted: Value = serde_json::from_slice(body)
                    .map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "Invalid JSON"))?;
                webhook::check(&wanted)?;
                if hooks.is_full() {
                    return Err(Refusal::new(
                        StatusCode::BAD_REQUEST,
                        "The limit of 40 webhooks per user is reached.",
                    ));
                }
                let id = hooks.add(&wanted, now);
                Ok(Answer::Created(json!({
                    "success": true,
                    "status": "ok",
                    "data": hooks.one(id, &account),
                })))
            }
            ("DELETE", [_, id]) if hooks.remove(id) => {
                Ok(Answer::Ok(json!({"success": true, "status": "ok"})))
            }
            ("DELETE", [_, _]) => Err(Refusal::not_found("Webhook")),
            _ => Err(Refusal::unknown()),
        }
    }
}

enum Answer {
    Ok(Value),
    Created(Value),
}

enum Refused {
    TooMany,
    Firewall,
}

/// Whether a deal can be read by its id: also an archived one, and a deleted one for thirty days.
fn is_readable(state: &Life, now: Timestamp) -> bool {
    match state {
        Life::Live | Life::Archived { .. } => true,
        Life::Deleted { at } | Life::Merged { at, .. } => now.duration_since(*at) < DELETED_KEPT,
        Life::Purged { .. } => false,
    }
}

/// The API a path belongs to and its parts; none when there is no such path on this host.
fn place<'a>(path: &'a str, host: &str) -> Option<(Api, Vec<&'a str>)> {
    let (api, rest) = if let Some(rest) = path.strip_prefix("/api/v2/") {
        (Api::V2, rest)
    } else if let Some(rest) = path.strip_prefix("/api/v1/") {
        // These were never moved under /api on the host without a company.
        let bare = host.starts_with("api.");
        let odd = ["leads", "mailbox", "goals"];
        if bare && odd.iter().any(|name| rest.starts_with(name)) {
            return None;
        }
        (Api::V1, rest)
    } else {
        (Api::V1, path.strip_prefix("/v1/")?)
    };
    Some((api, rest.trim_end_matches('/').split('/').collect()))
}

/// The scopes of which a path needs one, and what it costs.
fn terms(api: Api, parts: &[&str]) -> (&'static [&'static str], u32) {
    let single = parts
        .get(1)
        .is_some_and(|id| id.bytes().all(|b| b.is_ascii_digit()));
    let scopes: &[&str] = match parts {
        ["deals", _, "flow"] => &["recents:read"],
        ["deals", _, "mailMessages"] | ["mailbox", ..] => &["mail:read"],
        [
            "persons" | "organizations" | "personFields" | "organizationFields",
            ..,
        ] => &["contacts:read"],
        ["activities" | "activityFields" | "activityTypes", ..] => &["activities:read"],
        ["products" | "productFields", ..] => &["products:read"],
        ["deals", "products"] | ["deals", _, "products"] => &["products:read", "deals:read"],
        ["users", "me"] => &["base"],
        ["users", ..] => &["users:read"],
        ["leads", ..] => &["leads:read"],
        ["webhooks", ..] => &["webhooks:full"],
        _ => &["deals:read"],
    };
    let cost = match (api, parts) {
        (Api::V2, ["pipelines" | "stages"]) => 5,
        (Api::V2, ["deals", "archived"]) => 20,
        (Api::V2, [_, _]) if single => 1,
        (Api::V2, _) => 10,
        (Api::V1, [_, _]) if single => 2,
        (Api::V1, _) => 20,
    };
    (scopes, cost)
}

async fn serve(State(pipedrive): State<Arc<Pipedrive>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, BODY_LIMIT).await.unwrap_or_default();
    let params = Params::new(
        Query::<Vec<(String, String)>>::try_from_uri(&head.uri)
            .map(|Query(pairs)| pairs)
            .unwrap_or_default(),
    );
    let host = head
        .headers
        .get(header::HOST)
        .and_then(|value| value.to_str().ok())
        .or_else(|| head.uri.host())
        .unwrap_or("")
        .to_owned();
    let caller = match pipedrive.caller(&head.headers, &params, &host) {
        Ok(caller) => caller,
        Err(refusal) => return answer(refusal.status, &refusal.body(), None),
    };
    let Some((api, parts)) = place(head.uri.path(), &host) else {
        let refusal = Refusal::unknown();
        return answer(refusal.status, &refusal.body(), None);
    };
    let (scopes, cost) = terms(api, &parts);
    let (gauge, refused) = pipedrive.admit(&caller, cost);
    match refused {
        Some(Refused::Firewall) => return firewall(&pipedrive),
        Some(Refused::TooMany) => {
            let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "request over limit");
            return answer(refusal.status, &refusal.body(), Some(gauge));
        }
        None => {}
    }
    {
        let mut rest = pipedrive.rest();
        if rest.silent_failures > 0 {
            rest.silent_failures -= 1;
            let nothing = json!({"success": false, "data": []});
            return answer(StatusCode::OK, &nothing, Some(gauge));
        }
    }
    let (inactive, without_products) = {
        let rest = pipedrive.rest();
        (rest.inactive, rest.without_products)
    };
    let is_sold = matches!(
        *parts,
        ["products" | "productFields", ..] | ["deals", "products"] | ["deals", _, "products"]
    );
    let result = if inactive {
        Err(Refusal::new(
            StatusCode::PAYMENT_REQUIRED,
            "The company's account is not open.",
        ))
    } else if without_products && is_sold {
        Err(Refusal::new(StatusCode::FORBIDDEN, "Request not allowed"))
    } else if scopes.iter().any(|scope| caller.may(scope)) {
        pipedrive.reply(&head.method, api, &parts, &params, &body)
    } else {
        Err(Refusal::scope())
    };
    match result {
        Ok((status, value)) => answer(status, &value, Some(gauge)),
        Err(refusal) => answer(refusal.status, &refusal.body(), Some(gauge)),
    }
}

fn answer(status: StatusCode, value: &Value, gauge: Option<Gauge>) -> Response {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    if let Some(gauge) = gauge {
        for (name, value) in [
            ("x-ratelimit-limit", gauge.limit.to_string()),
            ("x-ratelimit-remaining", gauge.left.to_string()),
            ("x-ratelimit-reset", gauge.reset_s.to_string()),
            ("x-daily-ratelimit-token-limit", gauge.budget.to_string()),
            (
                "x-daily-ratelimit-token-remaining",
                gauge.budget_left.to_string(),
            ),
        ] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
    response
}

/// What stands before the API once it was hammered: a page for people.
fn firewall(pipedrive: &Pipedrive) -> Response {
    let page = "<!DOCTYPE html><html><head><title>Access denied</title></head><body><h1>Error 1015</h1>\
                <p>You are being rate limited.</p></body></html>";
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = StatusCode::FORBIDDEN;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=UTF-8"),
    );
    headers.insert(header::SERVER, HeaderValue::from_static("cloudflare"));
    if let Ok(ray) = HeaderValue::from_str(&pipedrive.rest().chance.word(16)) {
        headers.insert(HeaderName::from_static("cf-ray"), ray);
    }
    response
}

#[cfg(test)]
mod tests;
