//! The API as an OpenAPI 3.1 document, made from the handlers, and a page to read it.

use crate::Access;
use crate::app::App;
use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use edge::{Code, Problem};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, Ref, RefOr,
    ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};

const TITLE: &str = "Pie";
const DESCRIPTION: &str = "What a sales team's open deals will do, how sure that is, and what would \
    change it. Lists come in pages with a cursor; errors are `application/problem+json`; money is a \
    decimal with its currency; every number has an `as_of`. Send `Authorization: Bearer` with a session \
    token or an API key; a page of the product sends the cookie of its session, and `X-CSRF-Token` with \
    whatever changes something.";

/// The whole document.
pub fn document(app: &App) -> OpenApi {
    let routes = crate::routes(app);
    let public: Vec<_> = routes
        .entries()
        .iter()
        .filter(|entry| entry.access == Access::Public)
        .map(|entry| (entry.method.clone(), entry.path.clone()))
        .collect();
    let (_, api) = routes.finish();
    complete(api, app.config().version, &public)
}

fn complete(mut api: OpenApi, version: &str, public: &[(String, String)]) -> OpenApi {
    let mut license = LicenseBuilder::new().name("Apache-2.0").build();
    license.identifier = Some("Apache-2.0".to_owned());
    api.info = InfoBuilder::new()
        .title(TITLE)
        .version(version)
        .description(Some(DESCRIPTION))
        .license(Some(license))
        .build();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A session token or an API key."))
        .build();
    let cookie = ApiKeyValue::with_description(
        "pie_session",
        "The session of a browser. Whatever changes something also needs the header `X-CSRF-Token`.",
    );
    let mut schemas: Vec<(String, RefOr<utoipa::openapi::Schema>)> = Vec::new();
    Problem::schemas(&mut schemas);
    let components = api.components.take().unwrap_or_default();
    let mut components = ComponentsBuilder::from(components)
        .schema("Problem", Problem::schema())
        .security_scheme("bearer", SecurityScheme::Http(bearer))
        .security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    for (name, schema) in schemas {
        components = components.schema(name, schema);
    }
    api.components = Some(components.build());
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in operations(item) {
            let is_public = public.iter().any(|(m, p)| m == method && p == path);
            finish(method, path, operation, is_public);
        }
    }
    api
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("GET", &mut item.get),
        ("PUT", &mut item.put),
        ("POST", &mut item.post),
        ("DELETE", &mut item.delete),
        ("PATCH", &mut item.patch),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Adds to an operation what is true of all of its kind: who may call it and how it can fail.
fn finish(method: &str, path: &str, operation: &mut Operation, is_public: bool) {
    let mut statuses = vec![400, 500, 503];
    if !is_public {
        let of = |scheme: &str| SecurityRequirement::new(scheme, [] as [&str; 0]);
        operation.security = Some(vec![of("bearer"), of("cookie")]);
        statuses.extend([401, 403, 429]);
    } else if method != "GET" {
        // What everybody may call and is no read is about signing in.
        statuses.extend([401, 429]);
    }
    if path.contains('{') {
        statuses.push(404);
    }
    if operation.request_body.is_some() {
        statuses.extend([413, 415, 422]);
    }
    if method != "GET" {
        statuses.extend([403, 404, 409, 422]);
    }
    let has = |operation: &Operation, name: &str| {
        let mut parameters = operation.parameters.iter().flatten();
        parameters.any(|parameter| match parameter {
            RefOr::T(parameter) => parameter.name.eq_ignore_ascii_case(name),
            RefOr::Ref(_) => false,
        })
    };
    if has(operation, "If-Match") {
        statuses.extend([412, 428]);
    }
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for code in Code::ALL {
        by_status
            .entry(code.status().as_u16())
            .or_default()
            .push(code.as_str());
    }
    for status in statuses {
        let codes = by_status
            .get(&status)
            .map(|codes| codes.join(", "))
            .unwrap_or_default();
        let response = ResponseBuilder::new()
            .description(format!("A problem: {codes}"))
            .content(
                "application/problem+json",
                ContentBuilder::new()
                    .schema(Some(Ref::from_schema_name("Problem")))
                    .build(),
            )
            .build();
        operation
            .responses
            .responses
            .entry(status.to_string())
            .or_insert(RefOr::T(response));
    }
}

/// Adds `/openapi.json` and `/docs`. The document is written when somebody first asks for it: a process
/// that begins has other things to do.
pub(crate) fn publish(router: Router<App>, app: &App) -> Router<App> {
    let page = {
        let (app, json) = (app.clone(), Arc::new(OnceLock::<String>::new()));
        move || {
            let (app, json) = (app.clone(), Arc::clone(&json));
            async move {
                let json = json.get_or_init(|| document(&app).to_json().unwrap_or_default());
                (
                    [
                        (CONTENT_TYPE, "application/json"),
                        (CACHE_CONTROL, "max-age=300"),
                    ],
                    json.clone(),
                )
            }
        }
    };
    let docs = utoipa_swagger_ui::Config::new(["/openapi.json"]).try_it_out_enabled(true);
    let docs = Arc::new(docs);
    let serve = move |rest: String| {
        let docs = Arc::clone(&docs);
        async move {
            match utoipa_swagger_ui::serve(&rest, docs) {
                Ok(Some(file)) => {
                    // The page brings its own styles; everything it loads is served from here.
                    let policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; \
                        img-src 'self' data:; frame-ancestors 'none'";
                    let headers = [
                        (CONTENT_TYPE, file.content_type),
                        (CONTENT_SECURITY_POLICY, policy.to_owned()),
                    ];
                    (headers, file.bytes.into_owned()).into_response()
                }
                Ok(None) => Problem::not_found().into_response(),
                Err(error) => Problem::internal(error.to_string()).into_response(),
            }
        }
    };
    let index = serve.clone();
    router
        .route("/openapi.json", get(page))
        .route(
            "/docs",
            get(|| async { axum::response::Redirect::permanent("/docs/") }),
        )
        .route("/docs/", get(move || index("index.html".to_owned())))
        .route(
            "/docs/{*rest}",
            get(move |axum::extract::Path(rest): axum::extract::Path<String>| serve(rest)),
        )
}
