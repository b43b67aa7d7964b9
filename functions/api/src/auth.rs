//! Who calls: from the `Authorization` header, or where there is none from a browser's cookie, and
//! from nothing else.

use crate::app::App;
use crate::cookies;
use crate::directory::Known;
use axum::extract::FromRequestParts;
use edge::{Code, Problem, RequestId};
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method};
use identity::{Actor, PresentedKey, SessionId, TenantCtx};
use model::{TenantId, Viewer};
use std::sync::{Arc, PoisonError};
use store::{Lookup, Tenant};

/// Known keys remembered with their tenants.
const MOST_KEYS: usize = 10_000;

/// A caller who is known and may make this call: what handlers get.
#[derive(Clone, Debug)]
pub struct Caller {
    ctx: TenantCtx,
    tenant: Tenant,
    known: Option<Arc<Known>>,
    browser: Option<SessionId>,
}

impl Caller {
    /// The caller a verified pass belongs to.
    pub fn new(app: &App, ctx: TenantCtx) -> Self {
        let tenant = app.store().tenant(&ctx);
        Self {
            ctx,
            tenant,
            known: None,
            browser: None,
        }
    }

    /// The same caller, with what was found out when they came.
    #[must_use]
    pub(crate) fn found(mut self, known: Arc<Known>, browser: Option<SessionId>) -> Self {
        self.known = Some(known);
        self.browser = browser;
        self
    }

    /// The tenant's members and keys as the caller was let in by; nothing for our own functions.
    pub(crate) fn known(&self) -> Option<&Known> {
        self.known.as_deref()
    }

    /// The session, where the caller is a browser that keeps it in a cookie.
    pub(crate) fn browser(&self) -> Option<SessionId> {
        self.browser
    }

    /// The tenant's part of the store.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Who it is, and what they may.
    pub fn actor(&self) -> &Actor {
        self.ctx.actor()
    }

    /// What they see.
    pub fn viewer(&self) -> &Viewer {
        self.ctx.actor().viewer()
    }

    /// The pass to the tenant's data.
    pub fn ctx(&self) -> &TenantCtx {
        &self.ctx
    }
}

/// Where the guard has let nobody in, there is no caller: the route was meant to be public.
impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| Problem::internal("a handler asks for a caller on a public route"))
    }
}

fn unauthenticated(detail: &str) -> Problem {
    Problem::new(Code::Unauthenticated).detail(detail)
}

/// The token of `Authorization: Bearer …`.
fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(unauthenticated(
            "There is no Authorization header, or there are several",
        ));
    };
    let text = value.to_str().unwrap_or_default();
    let (scheme, token) = text.split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Err(unauthenticated(
            "The Authorization header is not of the form Bearer TOKEN",
        ));
    }
    Ok(token)
}

/// Who calls, and what is known of their tenant.
pub(crate) struct Identified {
    pub(crate) ctx: TenantCtx,
    pub(crate) known: Arc<Known>,
    /// The session, where it came by cookie.
    pub(crate) browser: Option<SessionId>,
}

/// Finds out who calls. Every reason against is answered alike; the log has the reason. A header
/// `Authorization` counts alone, whatever cookies come with it: who sends one knows what they do.
pub(crate) async fn authenticate(
    app: &App,
    method: &Method,
    headers: &HeaderMap,
    request: &RequestId,
) -> Result<Identified, Problem> {
    if !headers.contains_key(AUTHORIZATION)
        && let Some(token) = cookies::access(headers)
    {
        let (ctx, known, session) = by_session(app, token, request).await?;
        cookies::check(app, method, headers, session).await?;
        let browser = Some(session);
        return Ok(Identified {
            ctx,
            known,
            browser,
        });
    }
    let token = bearer(headers)?;
    let (ctx, known) = if token.starts_with("pie_") {
        by_api_key(app, token, request).await?
    } else {
        let (ctx, known, _) = by_session(app, token, request).await?;
        (ctx, known)
    };
    Ok(Identified {
        ctx,
        known,
        browser: None,
    })
}

async fn known(app: &App, tenant: TenantId) -> Result<Arc<Known>, Problem> {
    let known = app.directories().of(app.store(), tenant).await?;
    known.ok_or_else(|| unauthenticated("The credential is of no use any more"))
}

async fn by_session(
    app: &App,
    token: &str,
    request: &RequestId,
) -> Result<(TenantCtx, Arc<Known>, SessionId), Problem> {
    let keys = app.store().keys().await?;
    let session = keys.sessions.verify(token, app.now()).map_err(|e| {
        unauthenticated("The session token is not valid, or the session is over").because(e)
    })?;
    let known = known(app, session.tenant()).await?;
    let ctx = TenantCtx::of_session(&session, &known.directory, request.as_str());
    let over = || unauthenticated("The session is over; sign in again");
    let ctx = ctx.map_err(|e| over().because(e))?;
    let tenant = app.store().tenant(&ctx);
    if !app.sessions().is_live(&tenant, &session).await? {
        return Err(over());
    }
    Ok((ctx, known, session.session()))
}

async fn by_api_key(
    app: &App,
    token: &str,
    request: &RequestId,
) -> Result<(TenantCtx, Arc<Known>), Problem> {
    let refused = || unauthenticated("The API key is not valid, or was revoked");
    let presented = PresentedKey::parse(token).map_err(|e| unauthenticated(&e.to_string()))?;
    let tenant = tenant_of_key(app, &presented).await?.ok_or_else(refused)?;
    let known = known(app, tenant).await?;
    let row = known.api_keys.get(&presented.id()).ok_or_else(refused)?;
    let keys = app.store().keys().await?;
    let now = app.now();
    let key = row
        .verify(&presented, &keys.pepper, now)
        .map_err(|e| refused().because(e))?;
    let ctx = TenantCtx::of_api_key(&key, &known.directory, request.as_str());
    let ctx = ctx.map_err(|e| refused().because(e))?;
    if let Some(touched) = key.touched(now) {
        let tenant = app.store().tenant(&ctx);
        tenant.touch_api_key(&touched.id.to_string(), now).await?;
        app.directories().forget(ctx.tenant());
    }
    Ok((ctx, known))
}

/// A key's tenant never changes, so it is looked up once.
async fn tenant_of_key(app: &App, key: &PresentedKey) -> Result<Option<TenantId>, Problem> {
    let lock = || {
        app.key_tenants()
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    };
    if let Some(tenant) = lock().get(&key.id()) {
        return Ok(Some(*tenant));
    }
    let id = key.id().to_string();
    let found = app.store().look_up(Lookup::ApiKey(&id)).await?;
    let tenant = found.first().map(|(tenant, _)| *tenant);
    if let Some(tenant) = tenant {
        let mut all = lock();
        if all.len() >= MOST_KEYS {
            all.clear();
        }
        all.insert(key.id(), tenant);
    }
    Ok(tenant)
}
