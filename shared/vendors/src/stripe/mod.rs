//! Stripe as its reference has it: REST v1 with dated versions, restricted keys, lists from the newest, events kept
//! for thirty days, and signed webhooks.

mod list;
mod shape;
mod webhook;

pub use shape::Version;
pub use webhook::{Delivery, Manner, sign};

use crate::Settings;
use crate::billing::{Billing, Subject};
use crate::chance::Chance;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Query, Request, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use jiff::Timestamp;
use list::Params;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use webhook::Webhooks;

/// The key that may do all.
pub const SECRET_KEY: &str = "sk_test_sandbox";
/// A restricted key that may read what a billing connection needs, and not the account.
pub const RESTRICTED_KEY: &str = "rk_test_sandbox";
/// A restricted key that may read customers, subscriptions and invoices only.
pub const NARROW_KEY: &str = "rk_test_narrow";
/// The version of a request that names none, here an old one.
pub const DEFAULT_VERSION: &str = "2024-06-20";

/// Requests a second in a sandbox, for an account and for each endpoint.
const PER_SECOND: u32 = 25;
const FORM_LIMIT: usize = 64 * 1024;

/// The fake Stripe.
pub struct Stripe {
    billing: Mutex<Billing>,
    settings: Settings,
    state: Mutex<Rest>,
    webhooks: Mutex<Webhooks>,
}

struct Rest {
    chance: Chance,
    /// The second the counts below are of.
    second: i64,
    counts: BTreeMap<String, u32>,
    lock_timeouts: u32,
    requests: u64,
    /// Answers given under an idempotency key, with the form they answered.
    done: BTreeMap<String, (Bytes, Value)>,
}

/// Why a request is not answered as it wishes.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    message: String,
    param: Option<String>,
    headers: Vec<(&'static str, &'static str)>,
}

impl Refusal {
    fn invalid(status: StatusCode, message: impl Into<String>) -> Refusal {
        Refusal {
            status,
            kind: "invalid_request_error",
            code: None,
            message: message.into(),
            param: None,
            headers: vec![("stripe-should-retry", "false")],
        }
    }

    fn bad(message: impl Into<String>, param: &str) -> Refusal {
        Refusal {
            param: Some(param.to_owned()),
            ..Refusal::invalid(StatusCode::BAD_REQUEST, message)
        }
    }

    fn missing(status: StatusCode, what: &str, id: &str, param: &str) -> Refusal {
        Refusal {
            code: Some("resource_missing"),
            param: Some(param.to_owned()),
            ..Refusal::invalid(status, format!("No such {what}: '{id}'"))
        }
    }

    fn unknown_url(method: &Method, path: &str) -> Refusal {
        Refusal::invalid(
            StatusCode::NOT_FOUND,
            format!("Unrecognized request URL ({method}: {path})."),
        )
    }

    fn body(&self) -> Value {
        let mut error = json!({"type": self.kind, "message": self.message});
        if let Some(code) = self.code {
            error["code"] = code.into();
            error["doc_url"] = format!("https://stripe.com/docs/error-codes/{code}").into();
        }
        if let Some(param) = &self.param {
            error["param"] = param.as_str().into();
        }
        json!({ "error": error })
    }
}

/// A request without its transport.
struct Asked<'a> {
    method: &'a Method,
    path: &'a str,
    params: Params,
    version: Version,
    key: &'a Key,
}

#[derive(Debug)]
struct Key {
    word: &'static str,
    /// None: everything.
    may: Option<&'static [&'static str]>,
}

static KEYS: [Key; 3] = [
    Key {
        word: SECRET_KEY,
        may: None,
    },
    Key {
        word: RESTRICTED_KEY,
        may: Some(&[
            "customer",
            "subscription",
            "invoice",
            "charge",
            "refund",
            "dispute",
            "event",
            "product",
            "price",
            "credit_note",
            "billing_meter",
        ]),
    },
    Key {
        word: NARROW_KEY,
        may: Some(&["customer", "subscription", "invoice", "price"]),
    },
];

impl Key {
    /// As the vendor's errors show it.
    fn masked(&self) -> String {
        mask(self.word)
    }
}

fn mask(key: &str) -> String {
    let tail: String = key
        .chars()
        .rev()
        .take(4)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    let head: String = key.chars().take(8).collect();
    if key.chars().count() <= 12 {
        return "*".repeat(key.chars().count());
    }
    format!("{head}{}{tail}", "*".repeat(key.chars().count() - 12))
}

impl Stripe {
    /// A Stripe over these books.
    pub fn new(billing: Billing, settings: Settings) -> Arc<Stripe> {
        let seed = settings.seed;
        let now = billing.now();
        let next = billing.next_sequence();
        Arc::new(Stripe {
            billing: Mutex::new(billing),
            state: Mutex::new(Rest {
                chance: Chance::of(seed, "stripe"),
                second: 0,
                counts: BTreeMap::new(),
                lock_timeouts: 0,
                requests: 0,
                done: BTreeMap::new(),
            }),
            webhooks: Mutex::new(Webhooks::new(seed, now, next)),
            settings,
        })
    }

    /// The API.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new().fallback(serve).with_state(Arc::clone(self))
    }

    /// The books, to look into and to change.
    pub fn billing(&self) -> MutexGuard<'_, Billing> {
        self.billing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many requests came.
    pub fn requests(&self) -> u64 {
        self.rest().requests
    }

    /// Lets the next `n` requests meet an object that somebody else holds.
    pub fn lock_timeouts(&self, n: u32) {
        self.rest().lock_timeouts = n;
    }

    /// Registers a webhook endpoint for events of these types (`*` for all) in a version's shapes; gives its id and
    /// secret.
    pub fn listen(&self, url: &str, types: &[&str], version: &str) -> (String, String) {
        let next = self.billing().next_sequence();
        let types = types.iter().map(|kind| (*kind).to_owned()).collect();
        self.hooks()
            .add(url, types, Version::lenient(version), false, next)
    }

    /// Registers an endpoint for thin events; gives its id and secret.
    pub fn listen_thin(&self, url: &str) -> (String, String) {
        let next = self.billing().next_sequence();
        let version = Version::lenient(DEFAULT_VERSION);
        self.hooks().add(url, Vec::new(), version, true, next)
    }

    /// A new secret for an endpoint; the old one signs too for 24 hours. None when there is no such endpoint.
    pub fn roll_secret(&self, endpoint: &str) -> Option<String> {
        let now = self.now();
        self.hooks().roll(endpoint, now)
    }

    /// Whether deliveries come out of order and twice.
    pub fn set_manner(&self, manner: Manner) {
        self.hooks().manner = manner;
    }

    /// Writes a thin event, about a meter whose events were wrong.
    pub fn raise_thin(&self) -> String {
        let now = self.now();
        self.hooks().raise_thin(now)
    }

    /// What is to be posted now, each once: new events and what failed before and is due again.
    pub fn deliveries(&self) -> Vec<Delivery> {
        let billing = self.billing();
        self.hooks().due(&billing)
    }

    /// Says that a delivery was not answered with a 2xx: it comes again later, three times at most.
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

    fn limit(&self, path: &str) -> Result<(), Refusal> {
        let second = self.now().as_second();
        let mut rest = self.rest();
        rest.requests += 1;
        if rest.lock_timeouts > 0 {
            rest.lock_timeouts -= 1;
            return Err(Refusal {
                code: Some("lock_timeout"),
                headers: vec![("stripe-should-retry", "true")],
                ..Refusal::invalid(
                    StatusCode::TOO_MANY_REQUESTS,
                    "Another request holds this object at the moment.",
                )
            });
        }
        if !self.settings.rate_limits {
            return Ok(());
        }
        if rest.second != second {
            rest.second = second;
            rest.counts.clear();
        }
        // An id is no endpoint of its own; ids have digits and names of endpoints have none.
        let is_id = |part: &&str| part.contains('_') && part.contains(|c: char| c.is_ascii_digit());
        let endpoint: Vec<&str> = path.split('/').filter(|part| !is_id(part)).collect();
        let endpoint = endpoint.join("/");
        for (name, reason) in [(String::new(), "global-rate"), (endpoint, "endpoint-rate")] {
            let count = rest.counts.entry(name).or_insert(0);
            *count += 1;
            if *count > PER_SECOND {
                return Err(Refusal {
                    code: Some("rate_limit"),
                    headers: vec![("stripe-rate-limited-reason", reason)],
                    ..Refusal::invalid(
                        StatusCode::TOO_MANY_REQUESTS,
                        "Request rate limit exceeded.",
                    )
                });
            }
        }
        Ok(())
    }

    /// The version that answers, and the value with whether it was given before.
    fn reply(
        &self,
        method: &Method,
        path: &str,
        query: Vec<(String, String)>,
        headers: &HeaderMap,
        form: &Bytes,
    ) -> (Version, Result<(Value, bool), Refusal>) {
        let usual = Version::lenient(DEFAULT_VERSION);
        let key = match authenticate(headers) {
            Ok(key) => key,
            Err(refusal) => return (usual, Err(refusal)),
        };
        let version = match headers.get("stripe-version") {
            None => usual,
            Some(word) => {
                let word = word.to_str().unwrap_or("");
                let Some(version) = Version::parse(word) else {
                    let message = format!("Invalid Stripe API version: {word}");
                    let refusal = Refusal::invalid(StatusCode::BAD_REQUEST, message);
                    return (usual, Err(refusal));
                };
                version
            }
        };
        let answer = self.admitted(method, path, query, headers, form, key, &version);
        (version, answer)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "called once, with the parts of a request"
    )]
    fn admitted(
        &self,
        method: &Method,
        path: &str,
        query: Vec<(String, String)>,
        headers: &HeaderMap,
        form: &Bytes,
        key: &Key,
        version: &Version,
    ) -> Result<(Value, bool), Refusal> {
        self.limit(path)?;
        let account = self.billing().account_id.clone();
        if let Some(other) = headers.get("stripe-account")
            && other.as_bytes() != account.as_bytes()
        {
            return Err(Refusal {
                code: Some("account_invalid"),
                ..Refusal::invalid(
                    StatusCode::FORBIDDEN,
                    format!(
                        "The provided key '{}' does not have access to that account, or there is no such account.",
                        key.masked()
                    ),
                )
            });
        }
        if path.starts_with("/v2/") && !headers.contains_key("stripe-version") {
            return Err(Refusal::invalid(
                StatusCode::BAD_REQUEST,
                "A Stripe-Version header is required for requests to /v2.",
            ));
        }
        let asked = |pairs| Asked {
            method,
            path,
            params: Params::new(pairs),
            version: version.clone(),
            key,
        };
        if *method == Method::GET {
            return Ok((self.read(&asked(query))?, false));
        }
        let idempotency = headers
            .get("idempotency-key")
            .and_then(|value| value.to_str().ok());
        if let Some(word) = idempotency
            && let Some((first, answer)) = self.rest().done.get(word)
        {
            if first != form {
                return Err(Refusal {
                    kind: "idempotency_error",
                    ..Refusal::invalid(
                        StatusCode::BAD_REQUEST,
                        "This idempotency key was first used with other parameters.",
                    )
                });
            }
            return Ok((answer.clone(), true));
        }
        let pairs = http::Uri::builder()
            .path_and_query(format!("/?{}", String::from_utf8_lossy(form)))
            .build()
            .ok()
            .and_then(|uri| Query::<Vec<(String, String)>>::try_from_uri(&uri).ok())
            .map(|Query(pairs)| pairs)
            .unwrap_or_default();
        let answer = self.write(&asked(pairs))?;
        if let Some(word) = idempotency {
            self.rest()
                .done
                .insert(word.to_owned(), (form.clone(), answer.clone()));
        }
        Ok((answer, false))
    }

    fn permit(&self, asked: &Asked<'_>, resource: &str, right: &str) -> Result<(), Refusal> {
        if asked
            .key
            .may
            .is_none_or(|may| right == "read" && may.contains(&resource))
        {
            return Ok(());
        }
        Err(Refusal {
            code: Some("more_permissions_required"),
            ..Refusal::invalid(
                StatusCode::FORBIDDEN,
                format!(
                    "The provided key '{}' does not have the required permissions for this endpoint on account '{}'. \
                     Having the 'rak_{resource}_{right}' permission would allow this request to continue.",
                    asked.key.masked(),
                    self.billing().account_id
                ),
            )
        })
    }

    fn read(&self, asked: &Asked<'_>) -> Result<Value, Refusal> {
        let parts: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
        let resource = match parts.as_slice() {
            ["v1", "customers", _, "subscriptions"]
            | ["v1", "subscriptions" | "subscription_items", ..] => "subscription",
            ["v1", "customers", ..] => "customer",
            ["v1", "invoices" | "invoice_payments", ..] => "invoice",
            ["v1", "charges", ..] => "charge",
            ["v1", "refunds", ..] => "refund",
            ["v1", "disputes", ..] => "dispute",
            ["v1", "products", ..] => "product",
            ["v1", "prices", ..] => "price",
            ["v1", "credit_notes", ..] => "credit_note",
            ["v1", "events", ..] | ["v2", "core", ..] => "event",
            ["v1", "billing", ..] => "billing_meter",
            ["v1", "webhook_endpoints", ..] => "webhook",
            ["v1", "account", ..] => "account",
            _ => return Err(Refusal::unknown_url(asked.method, asked.path)),
        };
        self.permit(asked, resource, "read")?;
        let billing = self.billing();
        let limit = asked.params.limit()?;
        let mut value = match parts.as_slice() {
            ["v1", "account"] => json!({
                "id": billing.account_id,
                "object": "account",
                "business_profile": {"name": billing.account_name},
                "country": "DE",
                "default_currency": "eur",
                "charges_enabled": true,
                "email": "billing@lanternfold.example",
                "type": "standard",
            }),
            ["v1", "billing", "meters", id] => self.hooks().meter(id)?,
            ["v1", "webhook_endpoints"] => self.hooks().list(),
            ["v1", "webhook_endpoints", id] => self.hooks().one(id)?,
            ["v2", "core", "events"] => self.hooks().thin_page(&asked.params, limit)?,
            ["v2", "core", "events", id] => self.hooks().thin(id)?,
            ["v1", _]
            | ["v1", "invoices", _, "lines"]
            | ["v1", "customers", _, "subscriptions"] => list::page(&billing, &parts, asked)?,
            ["v1", _, id] => {
                asked.params.only(&["expand"])?;
                shape::one(
                    &billing,
                    resource,
                    parts.get(1).copied().unwrap_or(""),
                    id,
                    &asked.version,
                )
                .ok_or_else(|| Refusal::missing(StatusCode::NOT_FOUND, resource, id, "id"))?
            }
            _ => return Err(Refusal::unknown_url(asked.method, asked.path)),
        };
        for path in asked.params.expansions() {
            let steps: Vec<&str> = path.split('.').collect();
            if steps.len() > 4 {
                return Err(Refusal::bad(
                    format!("You cannot expand more than 4 levels of a property. Property: {path}"),
                    "expand",
                ));
            }
            shape::expand(&mut value, &steps, &billing, &asked.version).map_err(|()| {
                Refusal::bad(
                    format!("This property cannot be expanded ({path})."),
                    "expand",
                )
            })?;
        }
        Ok(value)
    }

    fn write(&self, asked: &Asked<'_>) -> Result<Value, Refusal> {
        let parts: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
        match (asked.method.as_str(), parts.as_slice()) {
            ("POST", ["v1", "webhook_endpoints"]) => {
                self.permit(asked, "webhook", "write")?;
                asked
                    .params
                    .only(&["url", "enabled_events", "api_version", "description"])?;
                let url = asked.params.need("url")?;
                if !url.starts_with("https://") && !url.starts_with("http://") {
                    return Err(Refusal::bad(
                        "Invalid URL: An explicit scheme (such as https) must be provided.",
                        "url",
                    ));
                }
                let types = asked.params.all("enabled_events");
                if types.is_empty() {
                    return Err(Refusal::bad(
                        "Missing required param: enabled_events.",
                        "enabled_events",
                    ));
                }
                let version = match asked.params.get("api_version") {
                    None => Version::lenient(DEFAULT_VERSION),
                    Some(word) => Version::parse(word).ok_or_else(|| {
                        Refusal::bad(format!("Invalid Stripe API version: {word}"), "api_version")
                    })?,
                };
                let next = self.billing().next_sequence();
                let mut hooks = self.hooks();
                let (id, secret) = hooks.add(url, types, version, false, next);
                let mut made = hooks.one(&id)?;
                made["secret"] = secret.into();
                Ok(made)
            }
            ("DELETE", ["v1", "webhook_endpoints", id]) => {
                self.permit(asked, "webhook", "write")?;
                self.hooks().remove(id)?;
                Ok(json!({"id": id, "object": "webhook_endpoint", "deleted": true}))
            }
            _ => Err(Refusal::unknown_url(asked.method, asked.path)),
        }
    }
}

fn authenticate(headers: &HeaderMap) -> Result<&'static Key, Refusal> {
    let refuse = |message: String| Refusal {
        headers: vec![
            ("www-authenticate", "Bearer realm=\"Stripe\""),
            ("stripe-should-retry", "false"),
        ],
        ..Refusal::invalid(StatusCode::UNAUTHORIZED, message)
    };
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let word = match given.split_once(' ') {
        Some(("Bearer", key)) => key.trim().to_owned(),
        Some(("Basic", pair)) => STANDARD
            .decode(pair.trim())
            .ok()
            .and_then(|pair| String::from_utf8(pair).ok())
            .and_then(|pair| pair.split_once(':').map(|(user, _)| user.to_owned()))
            .unwrap_or_default(),
        _ => String::new(),
    };
    if word.is_empty() {
        return Err(refuse(
            "You did not provide an API key. Send it in the Authorization header.".to_owned(),
        ));
    }
    KEYS.iter()
        .find(|key| key.word == word)
        .ok_or_else(|| refuse(format!("Invalid API Key provided: {}", mask(&word))))
}

async fn serve(State(stripe): State<Arc<Stripe>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let form = to_bytes(body, FORM_LIMIT).await.unwrap_or_default();
    let query = Query::<Vec<(String, String)>>::try_from_uri(&head.uri)
        .map(|Query(pairs)| pairs)
        .unwrap_or_default();
    let path = head.uri.path().to_owned();
    let (version, result) = stripe.reply(&head.method, &path, query, &head.headers, &form);
    let (status, value, more) = match result {
        Ok((value, true)) => (StatusCode::OK, value, vec![("idempotent-replayed", "true")]),
        Ok((value, false)) => (StatusCode::OK, value, Vec::new()),
        Err(refusal) => (refusal.status, refusal.body(), refusal.headers),
    };
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let request_id = format!("req_{}", stripe.rest().chance.word(14));
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    for (name, value) in [
        ("request-id", request_id.as_str()),
        ("stripe-version", version.as_str()),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    for (name, value) in more {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    response
}

/// An event as a snapshot in a version's shape.
fn snapshot(
    event: &crate::billing::Event,
    billing: &Billing,
    version: &Version,
    pending: usize,
) -> Value {
    let subject = |subject: &Subject| shape::subject(subject, billing, version);
    let object = subject(&event.subject);
    let mut data = json!({});
    if event.kind.ends_with(".updated")
        && let Some(before) = &event.before
    {
        data["previous_attributes"] = shape::previous(&subject(before), &object);
    }
    data["object"] = object;
    json!({
        "id": event.id,
        "object": "event",
        "api_version": version.as_str(),
        "created": event.created.as_second(),
        "data": data,
        "livemode": false,
        "pending_webhooks": pending,
        "request": {"id": null, "idempotency_key": null},
        "type": event.kind,
    })
}

#[cfg(test)]
mod tests;
