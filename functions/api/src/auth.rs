//! Who calls: from the `Authorization` header, and from nothing else.

use crate::app::App;
use crate::directory::Known;
use axum::extract::FromRequestParts;
use edge::{Code, Problem, RequestId};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use identity::{Actor, PresentedKey, TenantCtx};
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
}

impl Caller {
    /// The caller a verified pass belongs to.
    pub fn new(app: &App, ctx: TenantCtx) -> Self {
        let tenant = app.store().tenant(&ctx);
        Self { ctx, tenant }
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

/// Finds out who calls. Every reason against is answered alike; the log has the reason.
pub(crate) async fn authenticate(
    app: &App,
    headers: &HeaderMap,
    request: &RequestId,
) -> Result<(TenantCtx, Arc<Known>), Problem> {
    let token = bearer(headers)?;
    if token.starts_with("pie_") {
        by_api_key(app, token, request).await
    } else {
        by_session(app, token, request).await
    }
}

async fn known(app: &App, tenant: TenantId) -> Result<Arc<Known>, Problem> {
    let known = app.directories().of(app.store(), tenant).await?;
    known.ok_or_else(|| unauthenticated("The credential is of no use any more"))
}

async fn by_session(
    app: &App,
    token: &str,
    request: &RequestId,
) -> Result<(TenantCtx, Arc<Known>), Problem> {
    let keys = app.store().keys().await?;
    let session = keys.sessions.verify(token, app.now()).map_err(|e| {
        unauthenticated("The session token is not valid, or the session is over").because(e)
    })?;
    let known = known(app, session.tenant()).await?;
    let ctx = TenantCtx::of_session(&session, &known.directory, request.as_str());
    let ctx = ctx.map_err(|e| unauthenticated("The session is over; sign in again").because(e))?;
    Ok((ctx, known))
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
