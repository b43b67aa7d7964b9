//! How often a caller may call: counted in this process where a call is cheap, in the store where it
//! costs something.

use crate::http::with_headers;
use crate::{Code, Problem};
use ::http::header::IF_NONE_MATCH;
use ::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use identity::{Decision, Limit, Limiter, Principal, RateClass, TenantCtx, rate_headers};
use model::TenantId;
use store::Tenant;

/// The headers of a call that was counted, or the refusal of one too many.
pub fn counted(class: RateClass, limit: Limit, decision: Decision) -> Result<HeaderMap, Problem> {
    let headers = rate_headers(class.as_str(), limit, decision)
        .into_iter()
        .filter_map(|(name, value)| {
            Some((
                HeaderName::from_static(name),
                HeaderValue::try_from(value).ok()?,
            ))
        });
    if decision.is_allowed() {
        return Ok(headers.collect());
    }
    let problem = Problem::new(Code::RateLimited).before_execution();
    Err(headers.fold(problem, |problem, (name, value)| {
        problem.header(name, value)
    }))
}

/// The counts of this process; one for a router.
#[derive(Debug)]
pub struct Rates {
    limiter: Limiter<(TenantId, Principal, RateClass)>,
}

impl Rates {
    /// Counts for about so many callers at a time.
    pub fn new(callers: usize) -> Self {
        Self {
            limiter: Limiter::new(callers),
        }
    }

    /// Counts a call, and gives the headers that say how the caller stands; or refuses it.
    ///
    /// A count that cannot be read stops the calls of a class that
    /// [fails closed](RateClass::fails_closed) and no other.
    pub async fn admit(
        &self,
        tenant: &Tenant,
        ctx: &TenantCtx,
        class: RateClass,
        limit: Limit,
    ) -> Result<HeaderMap, Problem> {
        let decision = if class.is_exact() {
            match tenant.admit(class, limit).await {
                Ok(decision) => decision,
                Err(error) if class.fails_closed() => {
                    return Err(Problem::from(error).before_execution());
                }
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "Let a call pass uncounted"
                    );
                    return Ok(HeaderMap::new());
                }
            }
        } else {
            let caller = (ctx.tenant(), ctx.actor().principal(), class);
            self.limiter.check(caller, tenant.now(), limit)
        };
        counted(class, limit, decision)
    }

    /// Answers a request if the caller may still call, with the headers that say how they stand.
    ///
    /// Who asks whether something changed and hears that it did not pays nothing: such a cheap read
    /// is counted once its answer is known.
    pub async fn around(
        &self,
        tenant: &Tenant,
        ctx: &TenantCtx,
        class: RateClass,
        limit: Limit,
        request: Request,
        next: Next,
    ) -> Response {
        let asks_for_news = !class.is_exact() && request.headers().contains_key(IF_NONE_MATCH);
        if asks_for_news {
            let response = next.run(request).await;
            if response.status() == StatusCode::NOT_MODIFIED {
                return response;
            }
            return match self.admit(tenant, ctx, class, limit).await {
                Ok(headers) => with_headers(response, headers),
                Err(problem) => problem.into_response(),
            };
        }
        match self.admit(tenant, ctx, class, limit).await {
            Ok(headers) => with_headers(next.run(request).await, headers),
            Err(problem) => problem.into_response(),
        }
    }
}
