//! Signing in and out: a code by e-mail, a token of the customer's own issuer or a source's account
//! for a session, and a refresh token for the next one. A program keeps the tokens; a browser has
//! them kept in [cookies].

use crate::access::Access;
use crate::app::App;
use crate::auth::Caller;
use crate::connections::{Away, Going, offered_sandbox, send_away};
use crate::cookies;
use crate::routes::Routes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use edge::{Code, Json, Metric, Path, Problem};
use http::{HeaderMap, StatusCode};
use identity::{
    CodeAnswer, Email, Grant, Hint, Issuer, Jwks, Limit, Member, MemberId, Policy, Presented,
    RateClass, RefreshFamily, RefreshToken, Role, Scope, SessionId, SignInCode, Status, TenantCtx,
};
use jiff::Timestamp;
use model::{ConnectionId, TenantId};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{
    AuthKind, Connection, Error, Lookup, OauthPurpose, SavedIssuer, SentCode, Tenant, random_array,
};
use utoipa::ToSchema;
use utoipa_axum::routes;

/// How often people may set out to sign in with one provider: so that nobody fills the table.
const SET_OUT: Limit = Limit::constant(200, 20, 1);

pub(crate) fn routes(routes: Routes) -> Routes {
    let read = Access::Guarded(Policy::new(Scope::Read, Role::Ae, RateClass::Read));
    routes
        .with(Access::Public, routes!(send_code))
        .with(Access::Public, routes!(sign_in_with))
        .with(Access::Public, routes!(begin))
        .with(Access::Public, routes!(refresh))
        .with(Access::Public, routes!(end))
        .with(read, routes!(whoami))
}

/// Whom to send a code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendCode {
    /// The member's address.
    #[schema(example = "ana@company.example", max_length = 254)]
    email: String,
}

/// What was done.
#[derive(Serialize, ToSchema)]
pub(crate) struct Sent {
    /// The same for every address, whether it is a member's or not.
    detail: &'static str,
}

/// What to begin a session with.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "grant", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Begin {
    /// The code that was sent by e-mail.
    Code {
        /// The address it was sent to.
        email: String,
        /// The code.
        code: String,
        /// Which tenant, for an address that is a member of several.
        #[serde(default)]
        tenant: Option<String>,
        /// Who keeps the session.
        #[serde(default)]
        keep: Keep,
    },
    /// An ID token of the customer's own issuer.
    IdToken {
        /// The token.
        id_token: String,
        /// Who keeps the session.
        #[serde(default)]
        keep: Keep,
    },
    /// What somebody came back with who signed in with a source's account.
    Ticket {
        /// The ticket: good once, for ten minutes.
        #[schema(value_type = String)]
        ticket: SecretString,
        /// Who keeps the session.
        #[serde(default)]
        keep: Keep,
    },
}

/// Who keeps a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Keep {
    /// The caller: the answer has the tokens.
    #[default]
    Tokens,
    /// The browser, in cookies that no script can read: the answer has no tokens.
    Cookie,
}

/// How to sign in with a source's account.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInWith {
    /// With the sandbox of this installation, where there is one.
    #[serde(default)]
    sandbox: bool,
}

/// Where to go.
#[derive(Serialize, ToSchema)]
pub(crate) struct GoTo {
    /// Where to send the person, within ten minutes and in the same browser.
    authorize_url: String,
}

/// A refresh token.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refresh {
    /// The newest refresh token of the session; left out by a browser, whose cookie holds it.
    #[serde(default)]
    refresh_token: Option<String>,
}

/// A session.
#[derive(Serialize, ToSchema)]
pub(crate) struct Session {
    /// Send it as `Authorization: Bearer`.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// When the access token ends.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Good once, for the next access token.
    refresh_token: String,
    /// Who signed in.
    #[schema(value_type = String)]
    member: MemberId,
    /// Of which tenant.
    #[schema(value_type = String)]
    tenant: TenantId,
}

/// A session that a browser keeps in cookies.
#[derive(Serialize, ToSchema)]
pub(crate) struct BrowserSession {
    /// Send it as `X-CSRF-Token` with whatever changes something.
    csrf: String,
    /// When to go on with `POST /v1/sessions/refresh`, at the latest.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Who signed in.
    #[schema(value_type = String)]
    member: MemberId,
    /// Of which tenant.
    #[schema(value_type = String)]
    tenant: TenantId,
}

/// A session, as it was asked to be kept.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum SessionBegun {
    /// By the caller.
    Tokens(Session),
    /// By the browser.
    Cookie(BrowserSession),
}

/// Who calls.
#[derive(Serialize, ToSchema)]
pub(crate) struct WhoAmI {
    /// The tenant.
    #[schema(value_type = String)]
    tenant: TenantId,
    /// The member or key.
    principal: String,
    /// The member, or the one the key acts as.
    #[schema(value_type = Option<String>)]
    member: Option<MemberId>,
    /// What the member is called.
    name: Option<String>,
    /// The member's address.
    email: Option<String>,
    /// The role.
    #[schema(value_type = String)]
    role: Role,
    /// What the caller may.
    #[schema(value_type = Vec<String>)]
    scopes: identity::Scopes,
    /// Whether every deal is seen.
    sees_all: bool,
    /// How many sellers' deals are seen, if not all.
    sees_people: usize,
    /// For a session that came by cookie: send it as `X-CSRF-Token` with whatever changes something.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf: Option<String>,
}

/// Send a sign-in code by e-mail
///
/// The answer is the same whether the address is a member's or not.
#[utoipa::path(post, path = "/v1/sign-in", tag = "sessions", operation_id = "sendSignInCode",
    request_body = SendCode,
    responses((status = 202, description = "If the address is a member's, a code is on its way", body = Sent)))]
async fn send_code(
    State(app): State<App>,
    Json(body): Json<SendCode>,
) -> Result<Response, Problem> {
    let email = address(&body.email)?;
    count(&app, &email).await?;
    let keys = app.store().keys().await?;
    for (tenant, member) in members_of(&app, &email).await? {
        let id = tenant.id();
        let (code, text) = SignInCode::send(id, &email, random_array(), &keys.pepper, app.now());
        tenant
            .put_document(&SentCode {
                member: member.id,
                code,
            })
            .await?;
        let text = format!(
            "Your code to sign in to Pie is {}\n\nIt is good for ten minutes and once. If you did not \
             ask for it, do nothing.\n",
            text.expose_secret()
        );
        app.store()
            .send_mail(email.as_str(), "Your sign-in code", &text)
            .await?;
    }
    let detail = "If the address belongs to a member, a code is on its way.";
    Ok((StatusCode::ACCEPTED, Json(Sent { detail })).into_response())
}

/// Sign in with a source's account
///
/// The answer says where to send the person. They come back to the product's page `/sign-in` with
/// `#ticket=…` behind its address, which `POST /v1/sessions` takes.
#[utoipa::path(post, path = "/v1/sign-in/{provider}", tag = "sessions", operation_id = "signInWith",
    params(("provider" = String, Path, description = "The source: `salesforce` or `hubspot`")),
    request_body = Option<SignInWith>,
    responses((status = 200, description = "Where to go", body = GoTo)))]
async fn sign_in_with(
    State(app): State<App>,
    Path(provider): Path<String>,
    body: Option<Json<SignInWith>>,
) -> Result<Response, Problem> {
    let Json(SignInWith { sandbox }) = body.unwrap_or_default();
    let connector = connectors::find(&provider).ok_or_else(Problem::not_found)?;
    let signs_in = pull::oauth_of(connector).is_some_and(|oauth| oauth.sign_in.is_some());
    if !signs_in {
        return Err(Problem::not_found());
    }
    let base = offered_sandbox(&app, connector.id);
    let base = match (sandbox, base) {
        (false, _) => None,
        (true, Some(base)) => Some(base.to_owned()),
        (true, None) => {
            let message = format!("there is no sandbox of {} here", connector.title);
            let problem = Problem::new(Code::InvalidBody);
            return Err(problem.field("/sandbox", "not_offered", message));
        }
    };
    let name = format!("sign-in with {}", connector.id);
    let decision = app.store().admit(&name, RateClass::SignIn, SET_OUT).await?;
    edge::counted(RateClass::SignIn, SET_OUT, decision)?;
    // Signing in makes no connection; this one only says where the source answers.
    let nobody = ConnectionId::from_bytes([0; 16]);
    let connection = Connection {
        sandbox,
        base_url: base.clone(),
        ..Connection::new(nobody, connector.id, AuthKind::Oauth, "sign-in", app.now())
    };
    let going = Going {
        connector,
        connection: &connection,
        tenant: None,
        by: base.map_or_else(|| "sign-in".to_owned(), |base| format!("at {base}")),
        is_program: false,
        purpose: OauthPurpose::SignIn,
        return_to: if sandbox { "sandbox" } else { "sessions" },
    };
    let away = send_away(&app, going).await?;
    let authorize_url = away.url.clone();
    Ok(Away::on(Some(away), Json(GoTo { authorize_url })))
}

/// Begin a session
///
/// With `"keep":"cookie"` the tokens are set as cookies that no script can read, and the answer has
/// a text to send along with whatever changes something.
#[utoipa::path(post, path = "/v1/sessions", tag = "sessions", operation_id = "beginSession",
    request_body = Begin,
    responses((status = 201, description = "Signed in", body = SessionBegun)))]
async fn begin(State(app): State<App>, Json(body): Json<Begin>) -> Result<Response, Problem> {
    let ((tenant, member), keep) = match body {
        Begin::Code {
            email,
            code,
            tenant,
            keep,
        } => (by_code(&app, &email, &code, tenant.as_deref()).await?, keep),
        Begin::IdToken { id_token, keep } => (by_id_token(&app, &id_token).await?, keep),
        Begin::Ticket { ticket, keep } => (by_ticket(&app, &ticket).await?, keep),
    };
    let tokens = open_session(&app, &tenant, &member).await?;
    handed(&app, StatusCode::CREATED, tokens, keep).await
}

/// Hands a session out as it is to be kept.
async fn handed(
    app: &App,
    status: StatusCode,
    tokens: Tokens,
    keep: Keep,
) -> Result<Response, Problem> {
    let Tokens { session, id, until } = tokens;
    if keep == Keep::Tokens {
        return Ok((status, Json(SessionBegun::Tokens(session))).into_response());
    }
    let begun = BrowserSession {
        csrf: cookies::text(app, id).await?,
        expires_at: session.expires_at,
        member: session.member,
        tenant: session.tenant,
    };
    let mut answer = (status, Json(SessionBegun::Cookie(begun))).into_response();
    let kept = cookies::Kept {
        access: (&session.access_token, session.expires_at),
        refresh: (&session.refresh_token, until),
    };
    cookies::put(app, answer.headers_mut(), &kept)?;
    Ok(answer)
}

/// The refresh token of a call, and who keeps the session: a body says more than a cookie.
fn presented<'a>(
    app: &App,
    headers: &'a HeaderMap,
    body: &'a Refresh,
) -> Result<Option<(&'a str, Keep)>, Problem> {
    if let Some(token) = &body.refresh_token {
        return Ok(Some((token, Keep::Tokens)));
    }
    let by_cookie = cookies::refresh(app, headers)?;
    Ok(by_cookie.map(|token| (token, Keep::Cookie)))
}

/// Go on with a session: a new access token for the newest refresh token
///
/// A browser that keeps the session in cookies sends no token, from a page of the product's own; the
/// answer then has none either.
#[utoipa::path(post, path = "/v1/sessions/refresh", tag = "sessions", operation_id = "refreshSession",
    request_body = Option<Refresh>,
    responses((status = 200, description = "The next tokens", body = SessionBegun)))]
async fn refresh(
    State(app): State<App>,
    headers: HeaderMap,
    body: Option<Json<Refresh>>,
) -> Result<Response, Problem> {
    let Json(body) = body.unwrap_or_default();
    let (token, keep) = presented(&app, &headers, &body)?.ok_or_else(over)?;
    let token = RefreshToken::parse(token).map_err(|_| over())?;
    let tenant = system(&app, token.tenant());
    let id = token.session().to_string();
    let stored = tenant
        .find_document::<RefreshFamily>(&id)
        .await?
        .ok_or_else(over)?;
    let keys = app.store().keys().await?;
    let presented = stored
        .value
        .present(&token, random_array(), &keys.pepper, app.now());
    match presented {
        Presented::Rotated { family, token } => {
            let known = app
                .directories()
                .of(app.store(), tenant.id())
                .await?
                .ok_or_else(over)?;
            let member = known.directory.get(&family.member).ok_or_else(over)?;
            if member.status != Status::Active || member.epoch != family.epoch {
                return Err(over());
            }
            let going = family.clone();
            tenant
                .replace_document(family, stored.rev)
                .await
                .map_err(|error| match error {
                    // Somebody used the same token at the same time; their answer has the next one.
                    Error::Changed { .. } => raced(keep),
                    error => error.into(),
                })?;
            let tokens = tokens(&app, member, &going, token).await?;
            handed(&app, StatusCode::OK, tokens, keep).await
        }
        Presented::Reused { family } => {
            // The token was used before: somebody has a copy. The whole session ends.
            tenant
                .replace_document(family, stored.rev)
                .await
                .map_err(Problem::from)?;
            app.sessions().forget(token.session());
            Err(over())
        }
        Presented::Raced => Err(raced(keep)),
        Presented::Refused => Err(over()),
    }
}

/// Another tab of the browser has just gone on with the session. Its answer has set the cookies of
/// this tab, too; the next token is not given twice, since whoever has stolen the last one would be
/// given it as well.
fn raced(keep: Keep) -> Problem {
    match keep {
        Keep::Tokens => over(),
        Keep::Cookie => Problem::new(Code::Changed)
            .detail("Another page of this browser has just gone on with the session")
            .remedy("Send the same request again: the browser has the new cookies."),
    }
}

/// End a session
///
/// A browser that keeps the session in cookies sends no token, and its cookies are taken away.
#[utoipa::path(post, path = "/v1/sessions/end", tag = "sessions", operation_id = "endSession",
    request_body = Option<Refresh>,
    responses((status = 204, description = "It has ended, or there was none")))]
async fn end(
    State(app): State<App>,
    headers: HeaderMap,
    body: Option<Json<Refresh>>,
) -> Result<Response, Problem> {
    let Json(body) = body.unwrap_or_default();
    let mut answer = StatusCode::NO_CONTENT.into_response();
    let Some((token, keep)) = presented(&app, &headers, &body)? else {
        return Ok(answer);
    };
    if keep == Keep::Cookie {
        cookies::clear(&app, answer.headers_mut())?;
    }
    if let Ok(token) = RefreshToken::parse(token) {
        let tenant = system(&app, token.tenant());
        let id = token.session().to_string();
        let keys = app.store().keys().await?;
        if let Some(stored) = tenant.find_document::<RefreshFamily>(&id).await? {
            let presented = stored
                .value
                .present(&token, random_array(), &keys.pepper, app.now());
            // A made-up token ends nobody's session.
            if !matches!(presented, Presented::Refused) {
                let ended = tenant.delete_document::<RefreshFamily>(&id, None).await;
                match ended {
                    Ok(()) | Err(Error::NotFound { .. }) => {}
                    Err(error) => return Err(error.into()),
                }
                app.sessions().forget(token.session());
            }
        }
    }
    Ok(answer)
}

/// Who am I?
#[utoipa::path(get, path = "/v1/me", tag = "sessions", operation_id = "whoAmI",
    responses((status = 200, description = "The caller", body = WhoAmI)))]
async fn whoami(State(app): State<App>, caller: Caller) -> Result<Json<WhoAmI>, Problem> {
    let actor = caller.actor();
    let csrf = match caller.browser() {
        Some(session) => Some(cookies::text(&app, session).await?),
        None => None,
    };
    let known = app
        .directories()
        .of(app.store(), caller.tenant().id())
        .await?;
    let member = actor.member().and_then(|id| {
        let member = known.as_ref()?.directory.get(&id)?;
        Some((member.name.clone(), member.email.as_str().to_owned()))
    });
    let (name, email) = member.unzip();
    Ok(Json(WhoAmI {
        tenant: caller.tenant().id(),
        principal: actor.principal().to_string(),
        member: actor.member(),
        name,
        email,
        role: actor.role(),
        scopes: actor.scopes(),
        sees_all: actor.viewer().sees_all,
        sees_people: actor.viewer().people.len(),
        csrf,
    }))
}

fn address(text: &str) -> Result<Email, Problem> {
    text.parse()
        .map_err(|error| Problem::new(Code::InvalidBody).field("/email", "malformed", error))
}

fn over() -> Problem {
    Problem::new(Code::Unauthenticated).detail("The session is over; sign in again")
}

fn wrong() -> Problem {
    Problem::new(Code::Unauthenticated)
        .detail("The code is wrong, was used, or is more than ten minutes old")
        .remedy("Ask for a new code and enter it within ten minutes.")
}

/// A tenant for whom nobody has been verified yet: sign-in finds out who calls.
fn system(app: &App, tenant: TenantId) -> Tenant {
    app.store()
        .tenant(&TenantCtx::system(tenant, "sign-in", "sign-in"))
}

/// Counts an attempt to sign in with an address, whoever makes it.
async fn count(app: &App, email: &Email) -> Result<(), Problem> {
    let limit = app.config().limit(RateClass::SignIn);
    let decision = app
        .store()
        .admit(email.as_str(), RateClass::SignIn, limit)
        .await?;
    edge::counted(RateClass::SignIn, limit, decision).map(drop)
}

async fn members_of(app: &App, email: &Email) -> Result<Vec<(Tenant, Member)>, Problem> {
    let mut members = Vec::new();
    for (tenant, _) in app.store().look_up(Lookup::Email(email.as_str())).await? {
        let Some(known) = app.directories().of(app.store(), tenant).await? else {
            continue;
        };
        let member = known.directory.by_email(email);
        if let Some(member) = member.filter(|member| member.status != Status::Disabled) {
            members.push((system(app, tenant), member.clone()));
        }
    }
    Ok(members)
}

async fn by_code(
    app: &App,
    email: &str,
    code: &str,
    only: Option<&str>,
) -> Result<(Tenant, Member), Problem> {
    let email = address(email)?;
    count(app, &email).await?;
    let keys = app.store().keys().await?;
    for (tenant, member) in members_of(app, &email).await? {
        if only.is_some_and(|only| only != tenant.id().to_string()) {
            continue;
        }
        let id = member.id.to_string();
        let Some(sent) = tenant.find_document::<SentCode>(&id).await? else {
            continue;
        };
        match sent
            .value
            .code
            .enter(tenant.id(), &email, code, &keys.pepper, app.now())
        {
            CodeAnswer::Right => {
                // Good once: of two that come at the same time one finds it gone.
                let used = tenant
                    .delete_document::<SentCode>(&id, Some(sent.rev))
                    .await;
                used.map_err(|_| wrong())?;
                return activate(app, tenant, member).await;
            }
            CodeAnswer::Wrong(code) => {
                let sent_code = SentCode { code, ..sent.value };
                let counted = tenant.replace_document(sent_code, sent.rev).await;
                counted.map_err(|_| wrong())?;
            }
            CodeAnswer::Over => {}
        }
    }
    Err(wrong())
}

/// An invited member who has proved their address is active from now on.
async fn activate(app: &App, tenant: Tenant, member: Member) -> Result<(Tenant, Member), Problem> {
    if member.status == Status::Active {
        return Ok((tenant, member));
    }
    let mut directory = tenant.directory().await?;
    let active = Member {
        status: Status::Active,
        ..member
    };
    let member = directory.put(active).map_err(Problem::internal)?.clone();
    tenant.save_member(&member).await?;
    app.directories().forget(tenant.id());
    Ok((tenant, member))
}

/// The member somebody proved to be who signed in with a source's account.
async fn by_ticket(app: &App, ticket: &SecretString) -> Result<(Tenant, Member), Problem> {
    let refused = || {
        Problem::new(Code::Unauthenticated)
            .detail("The ticket was used, or is more than ten minutes old")
            .remedy("Sign in again.")
    };
    let kept = app.store().take_oauth_state(ticket.expose_secret()).await?;
    let kept = kept.ok_or_else(refused)?;
    // The states of those who go away are of the same kind, and are no tickets.
    let (tenant, id) = kept.is_ticket_of().ok_or_else(refused)?;
    let tenant = system(app, tenant);
    // Not from memory: they may have become a member just now.
    let directory = tenant.directory().await?;
    let member = directory.get(&id).cloned().ok_or_else(refused)?;
    count(app, &member.email).await?;
    if member.status != Status::Active {
        return Err(refused());
    }
    app.directories().forget(tenant.id());
    Ok((tenant, member))
}

async fn by_id_token(app: &App, token: &str) -> Result<(Tenant, Member), Problem> {
    let refused = || Problem::new(Code::Unauthenticated).detail("The ID token is not accepted");
    let hint = Hint::of(token).map_err(|e| refused().because(e))?;
    let lookup = Lookup::Issuer(&hint.issuer, &hint.audience);
    let (tenant, id) = app
        .store()
        .look_up(lookup)
        .await?
        .into_iter()
        .next()
        .ok_or_else(refused)?;
    let tenant = system(app, tenant);
    let issuer = tenant.document::<SavedIssuer>(&id).await?.value.issuer;
    let jwks = signing_keys(app, &issuer, &hint.kid)
        .await?
        .ok_or_else(refused)?;
    let claims = issuer.verify_id_token(token, &jwks, None, app.now());
    let claims = claims.map_err(|e| refused().because(e))?;
    let email = claims.email.clone().ok_or_else(refused)?;
    let mut directory = tenant.directory().await?;
    if let Some(member) = directory.by_email(&email) {
        if member.status == Status::Disabled {
            return Err(refused());
        }
        return activate(app, tenant, member.clone()).await;
    }
    let role = issuer.role_for(&claims).ok_or_else(refused)?;
    let member = Member {
        id: MemberId::from_bytes(random_array()),
        name: claims
            .name
            .clone()
            .unwrap_or_else(|| email.as_str().to_owned()),
        email,
        role,
        person: None,
        manager: None,
        team: None,
        status: Status::Active,
        epoch: 0,
        created_at: app.now(),
    };
    let member = directory
        .put(member)
        .map_err(|e| refused().because(e))?
        .clone();
    tenant.save_member(&member).await?;
    app.directories().forget(tenant.id());
    Ok((tenant, member))
}

/// The issuer's keys, fetched when one is missing and not more often than allowed.
async fn signing_keys(app: &App, issuer: &Issuer, kid: &str) -> Result<Option<Arc<Jwks>>, Problem> {
    use identity::Lookup as Keys;
    let look = || app.issuer_keys(&issuer.jwks_uri, |cache| cache.lookup(kid, app.now()));
    let known = match look() {
        Keys::Use(jwks) => return Ok(Some(jwks)),
        Keys::Refuse => return Ok(None),
        Keys::UseAndDownload(jwks) => Some(jwks),
        Keys::Download => None,
    };
    match (fetch_keys(app, issuer).await, &known) {
        (Ok(()), _) => {}
        // The keys at hand still do.
        (Err(_), Some(_)) => return Ok(known),
        (Err(problem), None) => return Err(problem),
    }
    Ok(match look() {
        Keys::Use(jwks) | Keys::UseAndDownload(jwks) => Some(jwks),
        Keys::Download | Keys::Refuse => known,
    })
}

async fn fetch_keys(app: &App, issuer: &Issuer) -> Result<(), Problem> {
    let unavailable = || Problem::new(Code::Unavailable).detail("The issuer's keys cannot be read");
    let bytes = (app.config().fetch)(issuer.jwks_uri.clone()).await;
    let jwks = match bytes {
        Ok(bytes) => Jwks::parse(&bytes).map_err(|e| unavailable().because(e)),
        Err(why) => Err(unavailable().because(why)),
    };
    // Also where the keys at hand still do: they do for a day.
    let failed = Metric::count("issuer_failures", u64::from(jwks.is_err()));
    app.config().http.function.measure(&[], &[failed]);
    let jwks = jwks?;
    app.issuer_keys(&issuer.jwks_uri, |cache| cache.downloaded(jwks, app.now()));
    Ok(())
}

/// The tokens of a session, of which, and until when it can go on.
struct Tokens {
    session: Session,
    id: SessionId,
    until: Timestamp,
}

/// Opens a session for a member who has proved who they are.
async fn open_session(app: &App, tenant: &Tenant, member: &Member) -> Result<Tokens, Problem> {
    let keys = app.store().keys().await?;
    let session = SessionId::from_bytes(random_array());
    let (family, token) = RefreshFamily::begin(
        (tenant.id(), session),
        (member.id, member.epoch),
        (random_array(), random_array()),
        &keys.pepper,
        app.now(),
    );
    tenant.create_document(family.clone()).await?;
    tokens(app, member, &family, token).await
}

async fn tokens(
    app: &App,
    member: &Member,
    family: &RefreshFamily,
    refresh: SecretString,
) -> Result<Tokens, Problem> {
    let grant = Grant {
        tenant: family.tenant,
        member: member.id,
        epoch: member.epoch,
        session: family.session,
    };
    let keys = app.store().keys().await?;
    let issued = keys
        .sessions
        .issue(&grant, random_array(), app.now())
        .map_err(Problem::internal)?;
    let session = Session {
        access_token: issued.token.expose_secret().to_owned(),
        token_type: "Bearer",
        expires_at: issued.expires_at,
        refresh_token: refresh.expose_secret().to_owned(),
        member: member.id,
        tenant: family.tenant,
    };
    Ok(Tokens {
        session,
        id: family.session,
        until: family.expires_at(),
    })
}
