//! How a route is added: never without saying who may call it.

use crate::access::{Access, Entry};
use crate::app::App;
use crate::auth::{Caller, Identified, authenticate};
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use edge::{Code, Problem, RequestId};
use http::{HeaderMap, Method};
use identity::Policy;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter, UtoipaMethodRouterExt};

/// Routes, each with who may call it.
pub struct Routes {
    app: App,
    router: OpenApiRouter<App>,
    entries: Vec<Entry>,
}

impl Routes {
    pub(crate) fn new(app: App) -> Self {
        Self {
            app,
            router: OpenApiRouter::new(),
            entries: Vec::new(),
        }
    }

    /// Adds the handlers of `routes!(…)` under one access.
    #[must_use]
    pub fn with(mut self, access: Access, routes: UtoipaMethodRouter<App>) -> Self {
        for (path, item) in &routes.1.paths {
            let methods = [
                ("GET", &item.get),
                ("PUT", &item.put),
                ("POST", &item.post),
                ("DELETE", &item.delete),
                ("PATCH", &item.patch),
            ];
            let present = methods
                .into_iter()
                .filter(|(_, operation)| operation.is_some());
            self.entries.extend(present.map(|(method, _)| Entry {
                method: method.to_owned(),
                path: path.clone(),
                access,
            }));
        }
        let routes = match access {
            Access::Public => routes,
            Access::Guarded(policy) => {
                let once = from_fn(edge::idempotency::layer);
                routes
                    .layer(once)
                    .layer(from_fn_with_state((self.app.clone(), policy), guard))
            }
        };
        self.router = self.router.routes(routes);
        self
    }

    /// Every route, with who may call it.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn finish(self) -> (Router<App>, OpenApi) {
        self.router.split_for_parts()
    }
}

/// Lets in who is known and may: the one door to every guarded route.
async fn guard(
    State((app, policy)): State<(App, Policy)>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = request
        .extensions()
        .get::<RequestId>()
        .cloned()
        .unwrap_or_default();
    let (headers, path) = (request.headers().clone(), request.uri().path().to_owned());
    let method = request.method().clone();
    let caller = match admit(&app, policy, (&method, &path), &headers, &id).await {
        Ok(caller) => caller,
        Err(problem) => return problem.into_response(),
    };
    let (tenant, ctx) = (caller.tenant().clone(), caller.ctx().clone());
    request.extensions_mut().insert(tenant.clone());
    request.extensions_mut().insert(caller);
    let (class, limit) = (policy.class, app.config().limit(policy.class));
    app.rates()
        .around(&tenant, &ctx, class, limit, request, next)
        .await
}

async fn admit(
    app: &App,
    policy: Policy,
    (method, path): (&Method, &str),
    headers: &HeaderMap,
    id: &RequestId,
) -> Result<Caller, Problem> {
    let Identified {
        ctx,
        known,
        browser,
    } = authenticate(app, method, headers, id).await?;
    edge::http::note_caller(&ctx);
    // Whoever can restore it has to see that they may.
    let is_about_it = path.starts_with("/v1/tenant") || path == "/v1/me";
    if known.info.deleted_at.is_some() && !is_about_it {
        return Err(Problem::new(Code::TenantDeleted));
    }
    policy.allows(ctx.actor())?;
    Ok(Caller::new(app, ctx).found(known, browser))
}
