//! An authorization server, as each vendor has one: consent, codes, tokens, refreshing and taking it all back.
//!
//! It is strict where the vendor is. A code works once and for five minutes, a redirect address must be one that was
//! registered, letter for letter, and where refresh tokens rotate, an old one that comes back ends the whole grant.
//! Tests read off how often that happened.

use crate::chance::Chance;
use crate::crm::Clock;
use axum::Router;
use axum::extract::{Form, Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How long an access token that is over is still told from one that never was, once kept.
const REMEMBERED_S: i64 = 86_400;
/// How long a code can be exchanged.
const CODE_LIFE_S: i64 = 300;

/// What the vendor thinks of PKCE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pkce {
    /// No code without an S256 challenge.
    Enforced,
    /// A challenge is held to when there is one.
    Accepted,
    /// Challenges and verifiers are not looked at.
    Ignored,
}

/// Where the client shows its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// `client_id` and `client_secret` in the form.
    Body,
    /// HTTP Basic.
    Basic,
    /// Either.
    Either,
}

/// How a vendor does it.
#[derive(Clone)]
pub struct Config {
    /// Name on the consent page.
    pub title: &'static str,
    /// The one client there is.
    pub client_id: &'static str,
    /// Its secret.
    pub client_secret: &'static str,
    /// Where codes may be sent, letter for letter; [`OAuth::register`] adds to them.
    pub redirect_uris: Vec<String>,
    /// Paths of the consent page.
    pub authorize: &'static [&'static str],
    /// Paths where codes and refresh tokens are exchanged.
    pub token: &'static [&'static str],
    /// Paths where a grant is taken back.
    pub revoke: &'static [&'static str],
    /// What the vendor thinks of PKCE.
    pub pkce: Pkce,
    /// Where the client shows its secret.
    pub client_auth: ClientAuth,
    /// A refresh gives a new refresh token and ends the old one.
    pub rotate: bool,
    /// How long an access token lives.
    pub access_life_s: u32,
    /// How long a refresh token lives unused.
    pub refresh_idle_s: Option<u32>,
    /// What access tokens begin with.
    pub access_prefix: &'static str,
    /// What refresh tokens begin with.
    pub refresh_prefix: &'static str,
    /// Scopes there are; a request for another is refused. Empty when any will do.
    pub known_scopes: &'static [&'static str],
    /// Scopes of a request that names none.
    pub default_scopes: &'static [&'static str],
    /// A refresh token is given only with one of these scopes; empty when always.
    pub refresh_scopes: &'static [&'static str],
    /// Scopes that are left out of every grant.
    pub withheld_scopes: Vec<String>,
    /// What tokens are drawn from.
    pub seed: u64,
    /// The vendor's answer to a good exchange.
    pub answer: fn(&Issued) -> Value,
    /// The vendor's answer to a bad one.
    pub refusal: fn(&Refusal) -> Value,
}

/// Tokens just given.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// For calls.
    pub access_token: String,
    /// For the next access token.
    pub refresh_token: Option<String>,
    /// How long the access token lives.
    pub expires_in: u32,
    /// What was granted.
    pub scopes: Vec<String>,
    /// When.
    pub at: Timestamp,
    /// The address the request came to, such as `http://127.0.0.1:4010`.
    pub origin: String,
}

/// Why an exchange was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: StatusCode,
    /// `invalid_grant`, `invalid_client` and so on.
    pub code: &'static str,
    /// For people.
    pub description: &'static str,
}

impl Refusal {
    /// The answer of the standard: `error` and `error_description`.
    pub fn standard(&self) -> Value {
        json!({"error": self.code, "error_description": self.description})
    }
}

/// Why a call's access token does not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unauthorized {
    /// None was sent.
    Missing,
    /// Never given, or taken back.
    Unknown,
    /// Its time is over.
    Expired {
        /// For how long.
        ago_s: i64,
    },
}

/// What an access token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// What was granted.
    pub scopes: Vec<String>,
    /// How long the token will still do.
    pub expires_in_s: i64,
}

/// One vendor's authorization server.
pub struct OAuth {
    config: Config,
    clock: Clock,
    state: Mutex<Grants>,
}

struct Grants {
    chance: Chance,
    redirect_uris: Vec<String>,
    codes: BTreeMap<String, Code>,
    kept: Kept,
    /// Where that is written, if anywhere.
    file: Option<PathBuf>,
    refreshes: BTreeMap<String, u32>,
    refreshed_at: Vec<Timestamp>,
    revocations: u32,
}

/// What outlives the server, where it has a place to be written to.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    /// How often a server began from here: each draws other tokens.
    starts: u64,
    families: Vec<Family>,
    /// Family and version of every refresh token there ever was.
    refresh: BTreeMap<String, (usize, u32)>,
    access: BTreeMap<String, Access>,
}

struct Code {
    redirect_uri: String,
    scopes: Vec<String>,
    challenge: Option<String>,
    at: Timestamp,
    /// The grant it was exchanged for.
    spent: Option<usize>,
}

/// A grant with the tokens that come of it.
#[derive(Serialize, Deserialize)]
struct Family {
    scopes: Vec<String>,
    version: u32,
    used_at: Timestamp,
    revoked: bool,
}

#[derive(Serialize, Deserialize)]
struct Access {
    family: usize,
    until: Timestamp,
}

type Fields = BTreeMap<String, String>;

impl std::fmt::Debug for OAuth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OAuth")
            .field("title", &self.config.title)
            .finish_non_exhaustive()
    }
}

impl OAuth {
    /// A server that has granted nothing yet.
    pub fn new(config: Config, clock: Clock) -> Arc<OAuth> {
        let grants = Grants {
            chance: Chance::of(config.seed, config.title),
            redirect_uris: config.redirect_uris.clone(),
            codes: BTreeMap::new(),
            kept: Kept::default(),
            file: None,
            refreshes: BTreeMap::new(),
            refreshed_at: Vec::new(),
            revocations: 0,
        };
        Arc::new(OAuth {
            config,
            clock,
            state: Mutex::new(grants),
        })
    }

    /// The pages and endpoints, at the vendor's paths.
    pub fn router(self: &Arc<Self>) -> Router {
        let mut router = Router::new();
        for path in self.config.authorize {
            router = router.route(path, get(ask).post(decide));
        }
        for path in self.config.token {
            router = router.route(path, post(exchange));
        }
        for path in self.config.revoke {
            router = router.route(path, post(revoke));
        }
        router.with_state(Arc::clone(self))
    }

    /// Allows codes to be sent to this address.
    pub fn register(&self, redirect_uri: &str) {
        self.grants().redirect_uris.push(redirect_uri.to_owned());
    }

    /// Goes on from the grants that are kept in this file, if it is there, and keeps all of them in it from now on.
    pub fn remember(&self, file: &Path) -> std::io::Result<()> {
        let mut grants = self.grants();
        match std::fs::read(file) {
            Ok(kept) => grants.kept = serde_json::from_slice(&kept)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        grants.kept.starts += 1;
        let seed = self.config.seed.wrapping_add(grants.kept.starts);
        grants.chance = Chance::of(seed, self.config.title);
        grants.file = Some(file.to_owned());
        grants.keep(self.now())
    }

    /// A grant without the pages, for tests.
    pub fn grant(&self, scopes: &[&str]) -> Issued {
        let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        let (family, now) = (self.family(scopes), self.now());
        self.issue(&mut self.grants(), family, now, String::new())
    }

    /// What this access token stands for.
    pub fn check(&self, access_token: &str) -> Result<Granted, Unauthorized> {
        let (grants, now) = (self.grants(), self.now());
        let access = grants
            .kept
            .access
            .get(access_token)
            .ok_or(Unauthorized::Unknown)?;
        let family = grants
            .kept
            .families
            .get(access.family)
            .filter(|family| !family.revoked)
            .ok_or(Unauthorized::Unknown)?;
        let expires_in_s = access.until.duration_since(now).as_secs();
        if now >= access.until {
            return Err(Unauthorized::Expired {
                ago_s: -expires_in_s,
            });
        }
        Ok(Granted {
            scopes: family.scopes.clone(),
            expires_in_s,
        })
    }

    /// What the bearer token of these headers stands for.
    pub fn check_bearer(&self, headers: &HeaderMap) -> Result<Granted, Unauthorized> {
        self.check(bearer(headers).ok_or(Unauthorized::Missing)?)
    }

    /// Ends an access token before its time, as an administrator's change does; the refresh token still works.
    pub fn expire_access(&self, access_token: &str) {
        let now = self.now();
        if let Some(access) = self.grants().kept.access.get_mut(access_token) {
            access.until = now;
        }
    }

    /// Takes every grant back, as somebody who removes the app does.
    pub fn revoke_all(&self) {
        let mut grants = self.grants();
        let mut ended = 0;
        for family in &mut grants.kept.families {
            ended += u32::from(!family.revoked);
            family.revoked = true;
        }
        grants.revocations += ended;
        self.wrote(&mut grants);
    }

    /// How often each refresh token was presented and did.
    pub fn refreshes(&self) -> BTreeMap<String, u32> {
        self.grants().refreshes.clone()
    }

    /// When refreshing succeeded.
    pub fn refreshed_at(&self) -> Vec<Timestamp> {
        self.grants().refreshed_at.clone()
    }

    /// How many grants ended: revoked, or because an old refresh token or a spent code came back.
    pub fn revocations(&self) -> u32 {
        self.grants().revocations
    }

    /// Whether the client shows the right id and secret where the vendor wants them.
    pub(crate) fn knows_client(
        &self,
        headers: &HeaderMap,
        form: &BTreeMap<String, String>,
    ) -> bool {
        let right = |id: &str, secret: &str| {
            id == self.config.client_id && secret == self.config.client_secret
        };
        let field = |name: &str| form.get(name).map_or("", String::as_str);
        let in_body = right(field("client_id"), field("client_secret"));
        let in_header = basic(headers).is_some_and(|(id, secret)| right(&id, &secret));
        match self.config.client_auth {
            ClientAuth::Body => in_body,
            ClientAuth::Basic => in_header,
            ClientAuth::Either => in_body || in_header,
        }
    }

    fn grants(&self) -> MutexGuard<'_, Grants> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    fn end(&self, grants: &mut Grants, family: usize) {
        if let Some(family) = grants.kept.families.get_mut(family)
            && !family.revoked
        {
            family.revoked = true;
            grants.revocations += 1;
            self.wrote(grants);
        }
    }

    /// A vendor that cannot write works on; it forgets at its next start.
    fn wrote(&self, grants: &mut Grants) {
        drop(grants.keep(self.now()));
    }

    fn family(&self, mut scopes: Vec<String>) -> usize {
        scopes.retain(|scope| !self.config.withheld_scopes.contains(scope));
        let used_at = self.now();
        let mut grants = self.grants();
        grants.kept.families.push(Family {
            scopes,
            version: 0,
            used_at,
            revoked: false,
        });
        grants.kept.families.len() - 1
    }

    /// A new access token, and a new refresh token where there is none yet or they rotate.
    fn issue(&self, grants: &mut Grants, family: usize, now: Timestamp, origin: String) -> Issued {
        let config = &self.config;
        let access_token = format!("{}{}", config.access_prefix, grants.chance.word(48));
        let life = SignedDuration::from_secs(i64::from(config.access_life_s));
        let until = now.saturating_add(life).unwrap_or(now);
        grants
            .kept
            .access
            .insert(access_token.clone(), Access { family, until });
        let fresh = format!("{}{}", config.refresh_prefix, grants.chance.word(40));
        let (mut scopes, mut refresh_token) = (Vec::new(), None);
        if let Some(found) = grants.kept.families.get_mut(family) {
            let lasting = config.refresh_scopes.is_empty()
                || config
                    .refresh_scopes
                    .iter()
                    .any(|needed| found.scopes.iter().any(|scope| scope == needed));
            if lasting && (found.version == 0 || config.rotate) {
                found.version += 1;
                let version = (family, found.version);
                grants.kept.refresh.insert(fresh.clone(), version);
                refresh_token = Some(fresh);
            }
            found.used_at = now;
            scopes.clone_from(&found.scopes);
        }
        self.wrote(grants);
        Issued {
            access_token,
            refresh_token,
            expires_in: config.access_life_s,
            scopes,
            at: now,
            origin,
        }
    }

    fn redeem(&self, form: &Fields, origin: String) -> Result<Issued, Refusal> {
        let now = self.now();
        let mut grants = self.grants();
        let code = form
            .get("code")
            .and_then(|code| grants.codes.get_mut(code))
            .ok_or_else(|| invalid_grant("authorization code is invalid"))?;
        if let Some(family) = code.spent {
            self.end(&mut grants, family);
            return Err(invalid_grant("authorization code has already been used"));
        }
        if now.duration_since(code.at).as_secs() > CODE_LIFE_S {
            return Err(invalid_grant("authorization code has expired"));
        }
        if form.get("redirect_uri") != Some(&code.redirect_uri) {
            return Err(invalid_grant("redirect_uri does not match"));
        }
        let verified = match (&code.challenge, self.config.pkce) {
            (Some(challenge), Pkce::Enforced | Pkce::Accepted) => form
                .get("code_verifier")
                .is_some_and(|verifier| challenge_of(verifier) == *challenge),
            _ => true,
        };
        if !verified {
            return Err(invalid_grant("code verifier does not match"));
        }
        let scopes = code.scopes.clone();
        let number = grants.kept.families.len();
        grants.kept.families.push(Family {
            scopes,
            version: 0,
            used_at: now,
            revoked: false,
        });
        if let Some(code) = form.get("code").and_then(|code| grants.codes.get_mut(code)) {
            code.spent = Some(number);
        }
        Ok(self.issue(&mut grants, number, now, origin))
    }

    fn refresh(&self, form: &Fields, origin: String) -> Result<Issued, Refusal> {
        const DEAD: &str = "expired access/refresh token";
        let now = self.now();
        let mut grants = self.grants();
        let token = form.get("refresh_token").map_or("", String::as_str);
        let (number, version) = *grants
            .kept
            .refresh
            .get(token)
            .ok_or_else(|| invalid_grant(DEAD))?;
        let family = grants
            .kept
            .families
            .get(number)
            .filter(|family| !family.revoked)
            .ok_or_else(|| invalid_grant(DEAD))?;
        if family.version != version {
            // Somebody holds a token that was already exchanged: nobody knows who is the thief.
            self.end(&mut grants, number);
            return Err(invalid_grant(DEAD));
        }
        let idle_s = now.duration_since(family.used_at).as_secs();
        if self
            .config
            .refresh_idle_s
            .is_some_and(|most| idle_s > i64::from(most))
        {
            return Err(invalid_grant(DEAD));
        }
        *grants.refreshes.entry(token.to_owned()).or_default() += 1;
        grants.refreshed_at.push(now);
        let mut issued = self.issue(&mut grants, number, now, origin);
        if issued.refresh_token.is_none() && !self.config.rotate {
            issued.refresh_token = Some(token.to_owned());
        }
        Ok(issued)
    }

    fn refused(&self, refusal: &Refusal) -> Response {
        (refusal.status, axum::Json((self.config.refusal)(refusal))).into_response()
    }

    /// What is wrong with a request for consent that must not be sent back to its redirect address.
    fn unsafe_request(&self, query: &Fields) -> Option<&'static str> {
        let is = |name: &str, value: &str| query.get(name).is_some_and(|found| found == value);
        if !is("client_id", self.config.client_id) {
            return Some("There is no app with this client id.");
        }
        let known = query
            .get("redirect_uri")
            .is_some_and(|uri| self.grants().redirect_uris.contains(uri));
        (!known).then_some("The redirect address is not one of those registered for this app.")
    }

    /// The scopes asked for, or the error to send back.
    fn request(&self, query: &Fields) -> Result<Vec<String>, &'static str> {
        let response_type = query.get("response_type").map(String::as_str);
        if response_type.is_some_and(|kind| kind != "code") {
            return Err("unsupported_response_type");
        }
        let method = query.get("code_challenge_method").map(String::as_str);
        let challenged = query.contains_key("code_challenge");
        match self.config.pkce {
            Pkce::Enforced if !challenged || method != Some("S256") => {
                return Err("invalid_request");
            }
            Pkce::Accepted if challenged && method != Some("S256") => {
                return Err("invalid_request");
            }
            _ => {}
        }
        let mut scopes: Vec<String> = ["scope", "optional_scope"]
            .iter()
            .filter_map(|name| query.get(*name))
            .flat_map(|list| list.split_whitespace())
            .map(str::to_owned)
            .collect();
        if scopes.is_empty() {
            scopes = self
                .config
                .default_scopes
                .iter()
                .map(|&scope| scope.to_owned())
                .collect();
        }
        let known = |scope: &String| {
            self.config.known_scopes.is_empty()
                || self.config.known_scopes.contains(&scope.as_str())
        };
        if scopes.iter().all(known) {
            Ok(scopes)
        } else {
            Err("invalid_scope")
        }
    }
}

impl Grants {
    fn keep(&mut self, now: Timestamp) -> std::io::Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let is_over = |access: &Access| now.duration_since(access.until).as_secs() > REMEMBERED_S;
        self.kept.access.retain(|_, access| !is_over(access));
        let text = serde_json::to_vec(&self.kept)?;
        // Whoever is killed while writing finds what was there before.
        let beside = file.with_extension("new");
        std::fs::write(&beside, text)?;
        std::fs::rename(beside, file)
    }
}

/// The bearer token of a call.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    let both = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
    let (id, secret) = both.split_once(':')?;
    scheme
        .eq_ignore_ascii_case("basic")
        .then(|| (id.to_owned(), secret.to_owned()))
}

/// The S256 challenge of a verifier.
pub fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

fn invalid_grant(description: &'static str) -> Refusal {
    Refusal {
        status: StatusCode::BAD_REQUEST,
        code: "invalid_grant",
        description,
    }
}

async fn ask(State(oauth): State<Arc<OAuth>>, Query(query): Query<Fields>) -> Response {
    if let Some(wrong) = oauth.unsafe_request(&query) {
        return (StatusCode::BAD_REQUEST, page(oauth.config.title, wrong)).into_response();
    }
    let scopes = match oauth.request(&query) {
        Ok(scopes) => scopes,
        Err(error) => return sent_back(&query, &[("error", error)]),
    };
    let mut body = String::from("<p>Pie would like to read:</p><ul>");
    for scope in &scopes {
        let _ = write!(body, "<li>{}</li>", escaped(scope));
    }
    body.push_str("</ul><form method=\"post\">");
    for (name, value) in &query {
        let _ = write!(
            body,
            "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
            escaped(name),
            escaped(value)
        );
    }
    body.push_str(
        "<button name=\"decision\" value=\"allow\">Allow</button> \
         <button name=\"decision\" value=\"deny\">Deny</button></form>",
    );
    page(oauth.config.title, &body).into_response()
}

async fn decide(State(oauth): State<Arc<OAuth>>, Form(query): Form<Fields>) -> Response {
    if let Some(wrong) = oauth.unsafe_request(&query) {
        return (StatusCode::BAD_REQUEST, page(oauth.config.title, wrong)).into_response();
    }
    let scopes = match oauth.request(&query) {
        Ok(scopes) => scopes,
        Err(error) => return sent_back(&query, &[("error", error)]),
    };
    if query.get("decision").map(String::as_str) != Some("allow") {
        return sent_back(&query, &[("error", "access_denied")]);
    }
    let now = oauth.now();
    let code = {
        let mut grants = oauth.grants();
        let code = grants.chance.word(32);
        let withheld = &oauth.config.withheld_scopes;
        grants.codes.insert(
            code.clone(),
            Code {
                redirect_uri: query.get("redirect_uri").cloned().unwrap_or_default(),
                scopes: scopes
                    .into_iter()
                    .filter(|scope| !withheld.contains(scope))
                    .collect(),
                challenge: query.get("code_challenge").cloned(),
                at: now,
                spent: None,
            },
        );
        code
    };
    sent_back(&query, &[("code", &code)])
}

async fn exchange(
    State(oauth): State<Arc<OAuth>>,
    headers: HeaderMap,
    Form(form): Form<Fields>,
) -> Response {
    if !oauth.knows_client(&headers, &form) {
        return oauth.refused(&Refusal {
            status: StatusCode::UNAUTHORIZED,
            code: "invalid_client",
            description: "client credentials are invalid",
        });
    }
    let origin = origin(&headers);
    let issued = match form.get("grant_type").map(String::as_str) {
        Some("authorization_code") => oauth.redeem(&form, origin),
        Some("refresh_token") => oauth.refresh(&form, origin),
        _ => Err(Refusal {
            status: StatusCode::BAD_REQUEST,
            code: "unsupported_grant_type",
            description: "grant type not supported",
        }),
    };
    match issued {
        Ok(issued) => (
            [
                (header::CACHE_CONTROL, "no-store"),
                (header::PRAGMA, "no-cache"),
            ],
            axum::Json((oauth.config.answer)(&issued)),
        )
            .into_response(),
        Err(refusal) => oauth.refused(&refusal),
    }
}

/// Takes a grant back by either of its tokens. An unknown token is no error: it is certainly not valid any more.
async fn revoke(State(oauth): State<Arc<OAuth>>, Form(form): Form<Fields>) -> Response {
    let Some(token) = form.get("token") else {
        return oauth.refused(&Refusal {
            status: StatusCode::BAD_REQUEST,
            code: "invalid_request",
            description: "token is missing",
        });
    };
    let mut grants = oauth.grants();
    let family = grants
        .kept
        .refresh
        .get(token)
        .map(|(family, _)| *family)
        .or_else(|| grants.kept.access.get(token).map(|access| access.family));
    if let Some(family) = family {
        oauth.end(&mut grants, family);
    }
    StatusCode::OK.into_response()
}

/// The address a request came to.
pub(crate) fn origin(headers: &HeaderMap) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("vendor.example");
    format!("http://{host}")
}

fn sent_back(query: &Fields, more: &[(&str, &str)]) -> Response {
    let mut to = query.get("redirect_uri").cloned().unwrap_or_default();
    let state = query.get("state").map(|state| ("state", state.as_str()));
    for (name, value) in more.iter().copied().chain(state) {
        to.push(if to.contains('?') { '&' } else { '?' });
        let _ = write!(to, "{name}={}", encoded(value));
    }
    (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
}

fn page(title: &str, body: &str) -> Html<String> {
    let title = escaped(title);
    Html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
         <h1>{title} (sandbox)</h1>{body}</html>"
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Everything but letters, digits and `-._~` as percent signs.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use crate::crm::HandClock;
    use axum::body::{Body, to_bytes};
    use http::Request;
    use tower::ServiceExt as _;

    const BACK: &str = "https://pie.example/back";

    fn config(pkce: Pkce, client_auth: ClientAuth) -> Config {
        Config {
            title: "Vendor",
            client_id: "id",
            client_secret: "se:cret",
            redirect_uris: vec![BACK.to_owned()],
            authorize: &["/authorize"],
            token: &["/token"],
            revoke: &["/revoke"],
            pkce,
            client_auth,
            rotate: true,
            access_life_s: 60,
            refresh_idle_s: Some(1_000),
            access_prefix: "a-",
            refresh_prefix: "r-",
            known_scopes: &[],
            default_scopes: &["api", "refresh_token"],
            refresh_scopes: &["refresh_token"],
            withheld_scopes: Vec::new(),
            seed: 1,
            answer: |issued| json!({"access": issued.access_token, "refresh": issued.refresh_token}),
            refusal: Refusal::standard,
        }
    }

    struct Server {
        oauth: Arc<OAuth>,
        hand: HandClock,
    }

    impl Server {
        fn new(config: Config) -> Server {
            let hand = HandClock::at("2026-10-01T08:00:00Z".parse().unwrap());
            Server {
                oauth: OAuth::new(config, hand.clock()),
                hand,
            }
        }

        async fn post(
            &self,
            path: &str,
            basic: Option<&str>,
            fields: &[(&str, &str)],
        ) -> (u16, String, Value) {
            let body: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{name}={}", encoded(value)))
                .collect();
            let mut request = Request::post(path)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            if let Some(both) = basic {
                let value = format!("Basic {}", STANDARD.encode(both));
                request = request.header(header::AUTHORIZATION, value);
            }
            let request = request.body(Body::from(body.join("&"))).unwrap();
            let answer = self.oauth.router().oneshot(request).await.unwrap();
            let (parts, body) = answer.into_parts();
            let to = parts.headers.get(header::LOCATION);
            let to = to.map_or("", |to| to.to_str().unwrap()).to_owned();
            let body = to_bytes(body, 1 << 20).await.unwrap();
            let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
            (parts.status.as_u16(), to, body)
        }

        async fn consent(&self, more: &[(&str, &str)]) -> String {
            let mut fields = vec![
                ("client_id", "id"),
                ("redirect_uri", BACK),
                ("decision", "allow"),
            ];
            fields.extend(more);
            let (_, to, _) = self.post("/authorize", None, &fields).await;
            to.strip_prefix(&format!("{BACK}?")).unwrap().to_owned()
        }

        async fn redeem(&self, code: &str, more: &[(&str, &str)]) -> (u16, Value) {
            let code = code.strip_prefix("code=").unwrap();
            let mut fields = vec![
                ("grant_type", "authorization_code"),
                ("redirect_uri", BACK),
                ("code", code),
            ];
            fields.extend(more);
            let (status, _, body) = self.post("/token", Some("id:se:cret"), &fields).await;
            (status, body)
        }
    }

    #[tokio::test]
    async fn pkce_is_held_to_where_the_vendor_does() {
        let challenge = challenge_of("verifier");
        let s256 = [
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        let plain = [
            ("code_challenge", "verifier"),
            ("code_challenge_method", "plain"),
        ];
        for (pkce, without, with_plain, wrong_verifier) in [
            (Pkce::Enforced, false, false, 400),
            (Pkce::Accepted, true, false, 400),
            (Pkce::Ignored, true, true, 200),
        ] {
            let server = Server::new(config(pkce, ClientAuth::Basic));
            assert_eq!(server.consent(&[]).await.starts_with("code="), without);
            assert_eq!(
                server.consent(&plain).await.starts_with("code="),
                with_plain
            );
            let code = server.consent(&s256).await;
            let wrong = server.redeem(&code, &[("code_verifier", "other")]).await;
            assert_eq!(wrong.0, wrong_verifier, "{pkce:?}");
            let code = server.consent(&s256).await;
            let right = server.redeem(&code, &[("code_verifier", "verifier")]).await;
            assert_eq!(right.0, 200, "{pkce:?}");
        }
    }

    #[tokio::test]
    async fn the_secret_is_taken_only_from_its_place() {
        let in_body = [
            ("grant_type", "refresh_token"),
            ("client_id", "id"),
            ("client_secret", "se:cret"),
        ];
        for (place, from_body, from_header) in [
            (ClientAuth::Body, 400, 401),
            (ClientAuth::Basic, 401, 400),
            (ClientAuth::Either, 400, 400),
        ] {
            let server = Server::new(config(Pkce::Ignored, place));
            // A right secret gets as far as the missing refresh token.
            assert_eq!(server.post("/token", None, &in_body).await.0, from_body);
            let basic = server
                .post("/token", Some("id:se:cret"), &in_body[..1])
                .await;
            assert_eq!(basic.0, from_header);
            assert_eq!(server.post("/token", Some("id:other"), &[]).await.0, 401);
        }
    }

    #[tokio::test]
    async fn codes_last_five_minutes_and_unused_refresh_tokens_as_long_as_the_vendor_says() {
        let server = Server::new(config(Pkce::Ignored, ClientAuth::Basic));
        for (waited, expected) in [(300, 200), (301, 400)] {
            let code = server.consent(&[]).await;
            server.hand.advance(waited);
            assert_eq!(server.redeem(&code, &[]).await.0, expected, "{waited}");
        }
        let mut token = server
            .oauth
            .grant(&["refresh_token"])
            .refresh_token
            .unwrap();
        for (waited, expected) in [(1_000, 200), (1_000, 200), (1_001, 400)] {
            server.hand.advance(waited);
            let fields = [("grant_type", "refresh_token"), ("refresh_token", &token)];
            let (status, _, body) = server.post("/token", Some("id:se:cret"), &fields).await;
            assert_eq!(status, expected);
            if status == 200 {
                body["refresh"].as_str().unwrap().clone_into(&mut token);
            }
        }
        assert_eq!(server.oauth.refreshed_at().len(), 2);
    }

    #[tokio::test]
    async fn a_server_that_starts_again_knows_whom_it_granted_what() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vendor.json");
        let start = || {
            let server = Server::new(config(Pkce::Ignored, ClientAuth::Basic));
            server.oauth.remember(&file).unwrap();
            server
        };
        let refresh = async |server: &Server, token: &str| {
            let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
            server.post("/token", Some("id:se:cret"), &fields).await
        };
        let server = start();
        let code = server.consent(&[]).await;
        let (_, first) = server.redeem(&code, &[]).await;
        let access = first["access"].as_str().unwrap();
        let token = first["refresh"].as_str().unwrap();

        let server = start();
        assert_eq!(server.oauth.check(access).unwrap().scopes.len(), 2);
        let (status, _, second) = refresh(&server, token).await;
        assert_eq!(status, 200);
        assert_ne!(second["access"], first["access"]);
        assert_ne!(second["refresh"], first["refresh"]);

        // The token that was exchanged before comes back to another server, and ends the grant for all.
        let server = start();
        assert_eq!(refresh(&server, token).await.0, 400);
        let server = start();
        let second = second["refresh"].as_str().unwrap();
        assert_eq!(refresh(&server, second).await.0, 400);
        std::fs::write(&file, "not json").unwrap();
        assert!(server.oauth.remember(&file).is_err());
    }

    #[tokio::test]
    async fn a_grant_lasts_only_with_the_scope_for_it() {
        let server = Server::new(config(Pkce::Ignored, ClientAuth::Basic));
        for (asked, lasting) in [("", true), ("api", false), ("api refresh_token", true)] {
            let code = server.consent(&[("scope", asked)]).await;
            let (_, tokens) = server.redeem(&code, &[]).await;
            assert_eq!(tokens["refresh"].is_string(), lasting, "{asked}");
            let access = tokens["access"].as_str().unwrap();
            assert!(server.oauth.check(access).is_ok());
            server.hand.advance(60);
            assert_eq!(
                server.oauth.check(access),
                Err(Unauthorized::Expired { ago_s: 0 })
            );
        }
    }
}
