//! One connection's source: asked within its limits, with a token that is good.

use crate::apps::{App, Apps, address, oauth_of};
use crate::oauth::{self, Grant, Refused};
use crate::transport::Transport;
use bytes::Bytes;
use connector::{Auth, Connector, Host, MOST_TRIES, Request, Response, Verdict, retry_after_ms};
use identity::{Decision, Limit};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Mutex;
use std::time::Duration;
use store::{AuthKind, Connection, ConnectionStatus, Credential, Refresh, Secrets, Tenant};

/// A wait up to this long is waited out; a longer one ends the work for now.
const MOST_WAIT_MS: u64 = 3_000;
/// How long work stands back when the source is down.
const DOWN_S: u64 = 60;
/// When this share of an account's budget is left, the rest is for the account's other users.
const RESERVE: f64 = 0.1;
/// How long work stands back when the budget is used up and nobody says when it is whole again.
const BUDGET_S: u64 = 15 * 60;
/// How long to look again while somebody else refreshes.
const LOOK: Duration = Duration::from_millis(50);
/// A token is renewed when this share of its life is over, so that it rarely runs out under way.
const RENEW: f64 = 0.8;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// Not now: the source, or our own limits, ask to wait so many seconds. It is no failure.
    #[error("{why}")]
    Later {
        /// Seconds.
        after_s: u64,
        /// In words.
        why: String,
        /// Whether it counts: the source is down rather than busy.
        is_down: bool,
    },
    /// A person has to grant access anew.
    #[error("{0}")]
    NeedsReauth(String),
    /// This part cannot be read with the rights that were granted.
    #[error("{0}")]
    Forbidden(String),
    /// A person has to do something.
    #[error("{what}")]
    Fail {
        /// What happened.
        what: String,
        /// What helps.
        remedy: String,
    },
    /// We cannot keep or find something of our own.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Stop {
    fn later(after_s: u64, why: impl Into<String>) -> Self {
        Self::Later {
            after_s,
            why: why.into(),
            is_down: false,
        }
    }

    pub(crate) fn fail(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Fail {
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

/// What a request came to, where it was answered.
#[derive(Debug)]
pub enum Answer {
    /// An answer.
    Good(Response),
    /// There is nothing.
    Empty,
    /// The source forgot where the last page ended.
    Restart,
    /// Too much at once.
    Narrow,
    /// What is asked for has changed: ask what there is.
    Describe,
}

/// How sources are asked.
#[derive(Clone)]
pub struct Settings {
    /// What carries requests.
    pub transport: Transport,
    /// Our registrations.
    pub apps: Apps,
    /// Whether connections may name other addresses than the vendor's: on one machine only.
    pub local: bool,
    /// Whether the vendors' limits are kept; benches measure without.
    pub limited: bool,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("local", &self.local)
            .finish_non_exhaustive()
    }
}

/// A connection's source, ready to be asked.
pub struct Source {
    /// How it is described.
    pub connector: &'static Connector,
    /// Which connection.
    pub connection: Connection,
    tenant: Tenant,
    settings: Settings,
    credential: Mutex<Option<Credential>>,
    /// Whether it is asked with secrets that are kept nowhere, so nobody renews them.
    is_trial: bool,
    /// Nothing more is asked before this.
    paused: Mutex<Option<(Timestamp, String)>>,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source")
            .field("connection", &self.connection.id)
            .finish_non_exhaustive()
    }
}

fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Source {
    /// The source of a connection.
    pub fn new(
        connector: &'static Connector,
        connection: Connection,
        tenant: Tenant,
        settings: Settings,
    ) -> Self {
        Self {
            connector,
            connection,
            tenant,
            settings,
            credential: Mutex::default(),
            is_trial: false,
            paused: Mutex::default(),
        }
    }

    /// The source as it is asked with secrets that are kept nowhere: to see what a grant is for
    /// before anything hangs on it. Give it a connection with an id of its own, so that nothing that
    /// is kept answers for them.
    #[must_use]
    pub fn with_secrets(self, secrets: Secrets) -> Self {
        let version = 0;
        Self {
            credential: Mutex::new(Some(Credential { version, secrets })),
            is_trial: true,
            ..self
        }
    }

    /// Whose connection it is.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Sends a request until it is answered, or there is a reason to stop.
    pub async fn send(&self, request: &Request) -> Result<Answer, Stop> {
        Ok(self.ask(request).await?.0)
    }

    /// Does as [`Source::send`] does, and says when the try began that was answered.
    pub(crate) async fn ask(&self, request: &Request) -> Result<(Answer, Timestamp), Stop> {
        let mut renewed = false;
        let mut tries = 0;
        loop {
            self.admit(request).await?;
            let credential = self.credential().await?;
            let asked_at = self.tenant.now();
            let sent = self.carry(request, &credential).await?;
            let (verdict, wait_ms) = match &sent {
                Ok(response) => {
                    self.note_quota(response);
                    let wait = retry_after_ms(response, self.tenant.now());
                    ((self.connector.verdict)(response), wait)
                }
                Err(error) => {
                    tracing::info!(
                        connection.id = %self.connection.id,
                        error = error as &dyn std::error::Error,
                        "A request to {} brought no answer",
                        self.connector.id
                    );
                    (Verdict::Retry(None), None)
                }
            };
            match verdict {
                // A good status with half a body is no answer.
                Verdict::Good => match sent {
                    Ok(response) if is_whole(&response) => {
                        return Ok((Answer::Good(response), asked_at));
                    }
                    _ => self.try_again(&mut tries, None, false).await?,
                },
                Verdict::Retry(ms) => {
                    let busy = matches!(&sent, Ok(response) if response.status == 429);
                    self.try_again(&mut tries, ms.or(wait_ms), busy).await?;
                }
                Verdict::Pause(seconds, why) => {
                    let seconds = wait_ms.map_or(seconds, |ms| ms.div_ceil(1_000).max(1));
                    self.pause(seconds, &why);
                    return Err(Stop::later(seconds, why));
                }
                Verdict::Reauthorize(why) => {
                    if renewed || self.is_trial || self.connection.auth == AuthKind::Key {
                        return Err(self.needs_reauth(&why).await?);
                    }
                    renewed = true;
                    self.renew(credential.version).await?;
                }
                Verdict::Restart => return Ok((Answer::Restart, asked_at)),
                Verdict::Narrow => return Ok((Answer::Narrow, asked_at)),
                Verdict::Describe => return Ok((Answer::Describe, asked_at)),
                Verdict::Empty => return Ok((Answer::Empty, asked_at)),
                Verdict::Forbidden(why) => return Err(Stop::Forbidden(why)),
                Verdict::Fail(what, remedy) => return Err(Stop::Fail { what, remedy }),
            }
        }
    }

    /// Waits before the next try, or stops: for the source's sake where it asks for more time than
    /// a worker has.
    async fn try_again(
        &self,
        tries: &mut u32,
        wait_ms: Option<u64>,
        busy: bool,
    ) -> Result<(), Stop> {
        *tries += 1;
        let wait = wait_ms.unwrap_or_else(|| MOST_WAIT_MS.min(200 << (*tries).min(5)));
        if wait > MOST_WAIT_MS {
            let seconds = wait.div_ceil(1_000);
            self.pause(seconds, "the source asks to wait");
            return Err(Stop::later(seconds, "the source asks to wait"));
        }
        if *tries >= MOST_TRIES {
            return Err(Stop::Later {
                after_s: DOWN_S,
                why: if busy {
                    "the source asks to wait".to_owned()
                } else {
                    format!("{} does not answer as it should", self.connector.title)
                },
                is_down: !busy,
            });
        }
        let wait = Duration::from_millis(wait).mul_f64(1.0 + 0.2 * self.tenant.luck());
        tokio::time::sleep(wait).await;
        Ok(())
    }

    fn pause(&self, seconds: u64, why: &str) {
        let span = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX / 2));
        let until = self
            .tenant
            .now()
            .checked_add(span)
            .unwrap_or(Timestamp::MAX);
        *lock(&self.paused) = Some((until, why.to_owned()));
    }

    fn note_quota(&self, response: &Response) {
        let Some(quota) = self.connector.quota.and_then(|quota| quota(response)) else {
            return;
        };
        if !self.settings.limited || (quota.left as f64) > RESERVE * quota.of as f64 {
            return;
        }
        let seconds = quota.resets_s.unwrap_or(BUDGET_S).max(1);
        self.pause(
            seconds,
            "nine tenths of the account's budget of calls are used; the rest is left to others",
        );
    }

    /// Counts a request against the limits of its lane.
    async fn admit(&self, request: &Request) -> Result<(), Stop> {
        let paused = lock(&self.paused).clone();
        if let Some((until, why)) = paused {
            let left = until.as_second() - self.tenant.now().as_second();
            if left > 0 {
                return Err(Stop::later(left.unsigned_abs(), why));
            }
            *lock(&self.paused) = None;
        }
        if !self.settings.limited {
            return Ok(());
        }
        let lane = request.lane.as_str();
        for limit in self
            .connector
            .limits
            .iter()
            .filter(|limit| limit.lane == lane)
        {
            let name = format!("{}#{}#{}", self.connection.id, limit.lane, limit.per_ms);
            loop {
                let decision = self.tenant.admit_named(&name, limit_of(limit)).await?;
                let Decision::Deny { retry_after, .. } = decision else {
                    break;
                };
                let ms = u64::try_from(retry_after.as_millis())
                    .unwrap_or(u64::MAX)
                    .max(1);
                if ms > MOST_WAIT_MS {
                    return Err(Stop::later(
                        ms.div_ceil(1_000),
                        "the source's limit is reached",
                    ));
                }
                tokio::time::sleep(Duration::from_millis(ms)).await;
            }
        }
        Ok(())
    }

    async fn carry(
        &self,
        request: &Request,
        credential: &Credential,
    ) -> Result<Result<Response, crate::transport::Failed>, Stop> {
        let url = format!("{}{}", self.base(&credential.secrets)?, request.path);
        let mut built = http::Request::builder()
            .method(request.method.as_str())
            .uri(&url)
            .header(http::header::ACCEPT_ENCODING, "gzip");
        for (name, value) in self.connector.headers {
            built = built.header(*name, *value);
        }
        for (name, value) in &request.headers {
            built = built.header(name, value);
        }
        let (name, prefix) = self.token_header();
        let token = format!("{prefix}{}", credential.secrets.access.expose_secret());
        let mut token = http::HeaderValue::try_from(token).map_err(|_| {
            Stop::NeedsReauth("the key holds letters no key has; enter it again".to_owned())
        })?;
        token.set_sensitive(true);
        built = built.header(name, token);
        let body = match &request.body {
            Some(body) => {
                built = built.header(http::header::CONTENT_TYPE, "application/json");
                Bytes::from(body.to_string())
            }
            None => Bytes::new(),
        };
        let built = built.body(body).map_err(|_| {
            Stop::fail(
                format!("{url} is not an address"),
                "check the address of the connection",
            )
        })?;
        Ok(self.exchange(built).await)
    }

    /// Sends a request as it is.
    async fn exchange(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<Response, crate::transport::Failed> {
        let answer = (self.settings.transport)(request).await?;
        Ok(read(answer))
    }

    fn token_header(&self) -> (&'static str, &'static str) {
        let key = self.connector.auth.iter().find_map(|auth| match auth {
            Auth::Key { header, prefix, .. } => Some((*header, *prefix)),
            Auth::OAuth(_) => None,
        });
        match (self.connection.auth, key) {
            (AuthKind::Key, Some(key)) => key,
            _ => ("authorization", "Bearer "),
        }
    }

    fn base(&self, secrets: &Secrets) -> Result<String, Stop> {
        if let Some(base) = self.connection.base_url.as_deref() {
            if self.settings.local {
                return Ok(base.trim_end_matches('/').to_owned());
            }
            return Err(Stop::fail(
                "this connection names an address of its own, which is for one machine only",
                "connect the source itself",
            ));
        }
        match self.connector.host {
            Host::Fixed(base) => Ok(base.to_owned()),
            Host::OfToken {
                field,
                domains,
                otherwise,
            } => match secrets.extra.get(field) {
                Some(url) if is_of(url, domains) => Ok(url.trim_end_matches('/').to_owned()),
                Some(_) => Err(Stop::fail(
                    format!(
                        "{} names an address that is not its own",
                        self.connector.title
                    ),
                    "disconnect and connect again; if it comes again, tell whoever runs Pie",
                )),
                None if otherwise.is_empty() => Err(Stop::NeedsReauth(
                    "the source did not say where it answers; connect again".to_owned(),
                )),
                None => Ok(otherwise.to_owned()),
            },
        }
    }

    /// Secrets that are good, renewed where their time is nearly over.
    async fn credential(&self) -> Result<Credential, Stop> {
        let cached = lock(&self.credential).clone();
        let kept = match cached {
            Some(kept) => kept,
            None => self.reread().await?,
        };
        let is_young = !is_old(&kept.secrets, self.tenant.now());
        if is_young || self.is_trial || kept.secrets.refresh.is_none() {
            return Ok(kept);
        }
        // While it is good nobody waits for whoever renews it.
        let waits = is_over(&kept.secrets, self.tenant.now());
        match self.renew_or(kept.version, waits).await {
            Err(Stop::Later { .. }) if !is_over(&kept.secrets, self.tenant.now()) => Ok(kept),
            renewed => renewed,
        }
    }

    async fn reread(&self) -> Result<Credential, Stop> {
        let kept = self.tenant.credential(self.connection.id).await?;
        let kept = kept.ok_or_else(|| {
            Stop::NeedsReauth("nobody has granted access yet; connect the source".to_owned())
        })?;
        *lock(&self.credential) = Some(kept.clone());
        Ok(kept)
    }

    /// New secrets in place of a version: by us, or by whoever is at it already.
    pub async fn renew(&self, version: u64) -> Result<Credential, Stop> {
        self.renew_or(version, true).await
    }

    /// The same, or [`Stop::Later`] where somebody is at it and we do not wait.
    async fn renew_or(&self, version: u64, waits: bool) -> Result<Credential, Stop> {
        *lock(&self.credential) = None;
        let mut waited = false;
        loop {
            match self.tenant.claim_refresh(self.connection.id, version).await {
                Ok(Refresh::Newer(kept)) => {
                    *lock(&self.credential) = Some(kept.clone());
                    return Ok(kept);
                }
                Ok(Refresh::InFlight { .. }) if !waits => {
                    return Err(Stop::later(1, "another worker renews the token"));
                }
                Ok(Refresh::InFlight { .. }) => {
                    waited = true;
                    tokio::time::sleep(LOOK).await;
                }
                Ok(Refresh::Yours(claim)) => {
                    // What was refused to the one before is refused to us.
                    if waited && let Some(why) = self.refused_already().await? {
                        self.tenant.abandon_refresh(claim).await?;
                        return Err(Stop::NeedsReauth(why));
                    }
                    let Some(kept) = self.tenant.credential(self.connection.id).await? else {
                        return Err(Stop::NeedsReauth("access was taken back".to_owned()));
                    };
                    // Somebody connected anew meanwhile: that refresh token is not ours to use.
                    if kept.version != claim.version() {
                        *lock(&self.credential) = Some(kept.clone());
                        return Ok(kept);
                    }
                    return match self.refresh(&kept.secrets).await {
                        Ok(secrets) => match self.tenant.finish_refresh(claim, secrets).await? {
                            Ok(kept) => {
                                *lock(&self.credential) = Some(kept.clone());
                                Ok(kept)
                            }
                            // Somebody connected anew meanwhile.
                            Err(store::Lost) => self.reread().await,
                        },
                        Err(NoTokens::Refused(Refused::Grant(why))) => {
                            // Said before the claim is given back: the next one looks for it.
                            let stop = self.needs_reauth(&why).await?;
                            self.tenant.abandon_refresh(claim).await?;
                            Err(stop)
                        }
                        Err(NoTokens::Refused(Refused::Client(why))) => {
                            self.tenant.abandon_refresh(claim).await?;
                            let remedy = "correct the app's id and secret in the settings of this installation";
                            Err(Stop::fail(why, remedy))
                        }
                        Err(NoTokens::Refused(Refused::Later(why) | Refused::Unreadable(why))) => {
                            self.tenant.abandon_refresh(claim).await?;
                            // It answered that it is busy: no failure of anybody.
                            Err(Stop::later(DOWN_S, why))
                        }
                        // The source may have taken the refresh token: the claim runs out by
                        // itself, so that whoever comes next hears of it.
                        Err(NoTokens::Unknown(why)) => Err(down(why)),
                    };
                }
                Err(store::Error::NotFound { .. }) => {
                    return Err(Stop::NeedsReauth("access was taken back".to_owned()));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Why a person has to grant access anew, where that was said while we waited.
    async fn refused_already(&self) -> Result<Option<String>, Stop> {
        let id = self.connection.id.to_string();
        let kept = self.tenant.document::<Connection>(&id).await?.value;
        let refused = kept.status == ConnectionStatus::NeedsReauth;
        Ok(refused.then(|| kept.reason.unwrap_or_default()))
    }

    async fn refresh(&self, secrets: &Secrets) -> Result<Secrets, NoTokens> {
        let (oauth, app) = self.registered().map_err(NoTokens::Refused)?;
        let Some(token) = &secrets.refresh else {
            let why = "the source gave no refresh token; connect again";
            return Err(NoTokens::Refused(Refused::Grant(why.to_owned())));
        };
        let address = address(&self.connection, oauth, oauth.token);
        let request = oauth::token_request(oauth, &address, app, &Grant::Refresh(token));
        let request = request.map_err(|e| NoTokens::Unknown(e.to_string()))?;
        let response = self.exchange(request).await;
        let response = response.map_err(|e| NoTokens::Unknown(e.to_string()))?;
        let read = oauth::tokens(oauth, &response, Some(secrets), self.tenant.now());
        read.map_err(|refused| match refused {
            Refused::Unreadable(why) => NoTokens::Unknown(why),
            refused => NoTokens::Refused(refused),
        })
    }

    fn registered(&self) -> Result<(&'static connector::OAuth, &App), Refused> {
        let app = self
            .settings
            .apps
            .of(&self.connection.source, self.connection.sandbox);
        match (oauth_of(self.connector), app) {
            (Some(oauth), Some(app)) => Ok((oauth, app)),
            _ => Err(Refused::Client(format!(
                "Pie is not registered at {}; whoever runs Pie has to add the app's id and secret",
                self.connector.title
            ))),
        }
    }

    /// Takes the code a person came back with to the source.
    pub async fn redeem(
        &self,
        code: &SecretString,
        verifier: &SecretString,
        redirect_uri: &str,
    ) -> Result<Secrets, Refused> {
        let (oauth, app) = self.registered()?;
        let address = address(&self.connection, oauth, oauth.token);
        let grant = Grant::Code {
            code,
            verifier,
            redirect_uri,
        };
        let later = |e: &dyn std::fmt::Display| Refused::Later(e.to_string());
        let request = oauth::token_request(oauth, &address, app, &grant).map_err(|e| later(&e))?;
        let response = self.exchange(request).await.map_err(|e| later(&e))?;
        oauth::tokens(oauth, &response, None, self.tenant.now())
    }

    /// Gives the grant back to the source, as far as it takes it.
    pub async fn revoke(&self) -> Result<(), Stop> {
        let kept = self.tenant.credential(self.connection.id).await?;
        let (Some(kept), Ok((oauth, app))) = (kept, self.registered()) else {
            return Ok(());
        };
        let (Some(revoke), true) = (oauth.revoke, self.connection.auth == AuthKind::Oauth) else {
            return Ok(());
        };
        let token = kept
            .secrets
            .refresh
            .as_ref()
            .unwrap_or(&kept.secrets.access);
        let address = address(&self.connection, oauth, revoke.url);
        let request = oauth::revoke_request(oauth, &address, revoke.field, app, token);
        let request = request.map_err(|e| Stop::fail(e.to_string(), "try again"))?;
        // What the source says does not matter: the token is deleted here in any case.
        let _ = self.exchange(request).await;
        Ok(())
    }

    /// Says, once, that a person has to grant access anew. The connection keeps its id and all it
    /// brought.
    async fn needs_reauth(&self, why: &str) -> Result<Stop, store::Error> {
        let id = self.connection.id.to_string();
        let edited = self
            .tenant
            .edit_document::<Connection, store::Error>(&id, |connection| {
                if connection.status == ConnectionStatus::Active {
                    connection.status = ConnectionStatus::NeedsReauth;
                    connection.reason = Some(why.to_owned());
                }
                Ok(())
            });
        match edited.await {
            Ok(_) | Err(store::Error::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(Stop::NeedsReauth(why.to_owned()))
    }
}

/// Why there are no new tokens.
enum NoTokens {
    Refused(Refused),
    /// Nobody knows what the source did.
    Unknown(String),
}

fn down(why: String) -> Stop {
    Stop::Later {
        after_s: DOWN_S,
        why,
        is_down: true,
    }
}

fn read(answer: http::Response<Bytes>) -> Response {
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    };
    let headers = answer.headers().iter().map(header).collect();
    let status = answer.status().as_u16();
    let text = String::from_utf8(answer.into_body().into());
    let text = text.unwrap_or_else(|odd| String::from_utf8_lossy(odd.as_bytes()).into_owned());
    Response::new(status, headers, text)
}

/// Whether a body is all there: one that says that it is JSON can be read as such.
fn is_whole(response: &Response) -> bool {
    let kind = response.header("content-type").unwrap_or_default();
    let is_json = kind.contains("json");
    let is_page = kind.contains("html");
    !is_page
        && (!is_json
            || response.text.is_empty()
            || !response.json.is_null()
            || response.text.trim() == "null")
}

fn is_old(secrets: &Secrets, now: Timestamp) -> bool {
    let Some(end) = secrets.expires_at else {
        return false;
    };
    let life = (end.as_millisecond() - secrets.issued_at.as_millisecond()) as f64;
    let lived = (now.as_millisecond() - secrets.issued_at.as_millisecond()) as f64;
    lived >= life * RENEW
}

fn is_over(secrets: &Secrets, now: Timestamp) -> bool {
    secrets.expires_at.is_some_and(|end| end <= now)
}

/// Whether an address is HTTPS and under one of the domains.
pub fn is_of(url: &str, domains: &[&str]) -> bool {
    let Ok(uri) = url.parse::<http::Uri>() else {
        return false;
    };
    // An address with somebody's name in it is none a source gives out.
    let plain = !url.contains(['@', '\\', ' ']);
    let host = uri.host().unwrap_or_default().to_ascii_lowercase();
    let under = |domain: &&str| match domain.strip_prefix('.') {
        Some(_) => host.ends_with(*domain) && host.len() > domain.len(),
        None => host == **domain,
    };
    // A port that is no number counts as one that is said.
    let authority = uri.authority().map_or("", http::uri::Authority::as_str);
    let port = authority.len() == host.len() || uri.port_u16() == Some(443);
    plain && port && uri.scheme_str() == Some("https") && domains.iter().any(under)
}

/// The vendor counts calls in a span of time; here some may come at once and the others follow
/// evenly, so that together they are no more than that in any such span.
fn limit_of(limit: &connector::Limit) -> Limit {
    let burst = (limit.calls / 5).max(1);
    let rest = limit.calls.saturating_sub(burst).max(1);
    Limit::constant(burst, rest, limit.per_ms.div_ceil(1_000))
}
