//! The web app, as it was built into a folder: its files as they are, and its one page for every
//! other address that a browser opens.

use std::fs;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::extract::{FromRequestParts, Request};
use axum::response::{Html, IntoResponse, Response};
use edge::etag::{ETag, IfNoneMatch};
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, HeaderName, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use jiff::Timestamp;

use crate::exit::{Exit, Failure};

/// The page of the app.
const INDEX: &str = "index.html";
/// Where it is built, seen from the root of the repository.
const BUILT: &str = "web/dist";
/// Files under here are named after what is in them, and so never change.
const HASHED: &str = "assets/";

/// Paths that functions answer, and the app does not.
const FUNCTIONS: [&str; 12] = [
    "/v1/",
    "/api/",
    // Paths of the API's first design, which still answer.
    "/dashboard/",
    "/deals/search",
    "/owners/kpis",
    "/sync/",
    "/docs",
    "/openapi.json",
    "/healthz",
    "/readyz",
    "/version",
    "/.well-known/",
];

/// What a page of the app may do: with what is served here, and with nothing else.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; \
    frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

const HEADERS: [(HeaderName, &str); 7] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// The app, if it was built.
#[derive(Debug, Clone)]
pub(crate) struct Web {
    folder: Option<PathBuf>,
}

/// What is asked for, without the body: that can wait in one thread alone.
pub(crate) struct Asked {
    method: Method,
    path: String,
    headers: HeaderMap,
}

impl Asked {
    pub(crate) fn of(request: &Request) -> Self {
        Self {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            headers: request.headers().clone(),
        }
    }
}

/// A file of the app, as it was found.
struct Found {
    bytes: Vec<u8>,
    etag: ETag,
    encoding: Option<&'static str>,
}

impl Web {
    /// The app in the folder named; where none is named, in the place it is built to, beside the
    /// current folder or beside the folder this program was built to.
    pub(crate) fn find(named: Option<&Path>) -> Result<Self, Failure> {
        let is_built = |folder: &PathBuf| folder.join(INDEX).is_file();
        if let Some(named) = named {
            let folder = Some(named.to_owned()).filter(is_built);
            let missing = || {
                Failure::new(Exit::NotFound, "there is no web app in the folder")
                    .at(named.join(INDEX).display())
                    .fix("build it: npm ci && npm run build in web/, then name web/dist")
            };
            return Ok(Self {
                folder: Some(folder.ok_or_else(missing)?),
            });
        }
        let program = std::env::current_exe().ok();
        let root = program.as_deref().and_then(|path| path.ancestors().nth(3));
        let places = [Some(Path::new(".")), root];
        let mut folders = places.into_iter().flatten().map(|root| root.join(BUILT));
        Ok(Self {
            folder: folders.find(is_built),
        })
    }

    /// Whether it was built.
    pub(crate) fn is_there(&self) -> bool {
        self.folder.is_some()
    }

    /// Whether the app answers a path, and no function.
    pub(crate) fn is_its(path: &str) -> bool {
        let is = |known: &str| match path.strip_prefix(known) {
            Some(rest) => known.ends_with('/') || rest.is_empty() || rest.starts_with('/'),
            None => false,
        };
        !FUNCTIONS.into_iter().any(is)
    }

    /// The answer to a request, if there is something to read at its address.
    pub(crate) async fn answer(&self, asked: &Asked) -> Option<Response> {
        let Asked {
            method,
            path,
            headers,
        } = asked;
        if ![Method::GET, Method::HEAD].contains(method) {
            return None;
        }
        let wants_page = has(headers, &ACCEPT, "text/html");
        let Some(folder) = self.folder.clone() else {
            return wants_page.then(not_built);
        };
        let path = path.strip_prefix('/')?.to_owned();
        let encodings: Vec<_> = [("br", "br"), ("gzip", "gz")]
            .into_iter()
            .filter(|(name, _)| has(headers, &ACCEPT_ENCODING, name))
            .collect();
        // Reading waits for the disk.
        let read = tokio::task::spawn_blocking(move || {
            let name = if path.is_empty() { INDEX } else { &path };
            let found = read(&folder, name, &encodings).map(|it| (name.to_owned(), it));
            let page = || {
                let page = read(&folder, INDEX, &encodings)?;
                Some((INDEX.to_owned(), page))
            };
            found.or_else(|| if wants_page { page() } else { None })
        });
        let (name, found) = read.await.ok()??;
        let (mut parts, ()) = Request::builder().body(()).ok()?.into_parts();
        parts.headers = headers.clone();
        let known = IfNoneMatch::from_request_parts(&mut parts, &()).await.ok();
        let same = known.and_then(|known| known.not_modified(&found.etag));
        Some(dressed(same, &name, found))
    }
}

/// Whether a list in a header names something, and does not say that it is not wanted.
fn has(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    let texts = headers.get_all(name).iter();
    texts
        .filter_map(|text| text.to_str().ok())
        .flat_map(|text| text.split(','))
        .any(|item| {
            let mut parts = item.split(';').map(str::trim);
            let is = parts.next() == Some(word);
            is && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
}

/// A file of the folder, compressed if it was compressed when it was built. Names are plain: what
/// a build makes is called by letters, digits and a few signs, and nothing above the folder is.
fn read(folder: &Path, name: &str, encodings: &[(&'static str, &str)]) -> Option<Found> {
    let is_plain = |part: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@~".contains(&byte);
        !part.is_empty() && !part.starts_with('.') && part.bytes().all(fits)
    };
    if !name.split('/').all(is_plain) {
        return None;
    }
    let path = folder.join(name);
    let whole = [(None, path.clone())];
    let packed = encodings.iter().map(|(encoding, ending)| {
        let mut packed = path.clone().into_os_string();
        packed.push(format!(".{ending}"));
        (Some(*encoding), PathBuf::from(packed))
    });
    packed.chain(whole).find_map(|(encoding, path)| {
        let about = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
        let changed = Timestamp::try_from(about.modified().ok()?).ok()?;
        let (length, changed) = (about.len().to_string(), changed.to_string());
        Some(Found {
            bytes: fs::read(&path).ok()?,
            etag: ETag::of_parts(&[name, encoding.unwrap_or(""), &length, &changed]),
            encoding,
        })
    })
}

fn dressed(same: Option<Response>, name: &str, found: Found) -> Response {
    let body = Body::from(found.bytes);
    let mut response = same.unwrap_or_else(|| found.etag.on(Response::new(body)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind(name)));
    if let Some(encoding) = found.encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    let cache = if name.starts_with(HASHED) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    secured(response)
}

fn secured(mut response: Response) -> Response {
    let headers = HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value)));
    response.headers_mut().extend(headers);
    response
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// What a browser is told where the app was not built.
fn not_built() -> Response {
    let page = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
        <meta name=\"viewport\" content=\"width=device-width\"><title>Not built · Pie</title></head>\
        <body><main><h1>The web app was not built</h1>\
        <p><code>make run</code> builds and starts everything. By hand: \
        <code>npm ci &amp;&amp; npm run build</code> in <code>web/</code>, then start \
        <code>pie up</code> again, with <code>--web FOLDER</code> if it is elsewhere.</p>\
        <p>The API is here: <a href=\"/docs/\">its documentation</a>.</p></main></body></html>";
    secured((StatusCode::NOT_FOUND, Html(page)).into_response())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

    fn built() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        fs::create_dir(folder.path().join("dist")).unwrap();
        fs::create_dir(folder.path().join("dist/assets")).unwrap();
        put("secret.txt", "outside");
        put("dist/index.html", "<the page>");
        put("dist/.hidden", "hidden");
        put("dist/icon.svg", "<svg>");
        put("dist/assets/app-1.js", "code");
        put("dist/assets/app-1.js.gz", "packed");
        folder
    }

    async fn ask(web: &Web, line: &str, headers: &[(HeaderName, &str)]) -> Option<Response> {
        let (method, path) = line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        web.answer(&Asked::of(&request.body(Body::empty()).unwrap()))
            .await
    }

    async fn text(response: Response) -> String {
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn files_are_found_and_every_other_address_of_a_browser_is_the_page() {
        let folder = built();
        let web = Web::find(Some(&folder.path().join("dist"))).unwrap();
        let (page, gzip, plain) = (BROWSER, "br;q=0, gzip", "gzip;q=0, identity");
        // What is asked for, what is accepted of kinds and encodings, and what comes.
        let table = [
            ("GET /", "*/*", "", Some("<the page>")),
            ("GET /index.html", "*/*", "", Some("<the page>")),
            ("HEAD /", page, "", Some("<the page>")),
            ("GET /deals/deal_1", page, "", Some("<the page>")),
            ("GET /deals/deal_1", "*/*", "", None),
            ("GET /deals/deal_1", "text/html;q=0", "", None),
            ("POST /deals", page, "", None),
            ("GET /icon.svg", "*/*", "", Some("<svg>")),
            ("GET /assets/app-1.js", "*/*", "", Some("code")),
            ("GET /assets/app-1.js", "*/*", gzip, Some("packed")),
            ("GET /assets/app-1.js", "*/*", plain, Some("code")),
            ("GET /assets/app-2.js", "*/*", "", None),
            ("GET /assets", "*/*", "", None),
            ("GET /../secret.txt", "*/*", "", None),
            ("GET /assets/../../secret.txt", "*/*", "", None),
            ("GET /%2e%2e/secret.txt", "*/*", "", None),
            ("GET /..%2fsecret.txt", "*/*", "", None),
            ("GET //etc/hostname", "*/*", "", None),
            ("GET /assets//app-1.js", "*/*", "", None),
            ("GET /.hidden", "*/*", "", None),
        ];
        for (line, kinds, encodings, expected) in table {
            let headers = [(ACCEPT, kinds), (ACCEPT_ENCODING, encodings)];
            let answer = ask(&web, line, &headers).await;
            let got = match answer {
                Some(answer) => Some(text(answer).await),
                None => None,
            };
            assert_eq!(got.as_deref(), expected, "{line} {headers:?}");
        }
    }

    #[tokio::test]
    async fn what_never_changes_is_kept_and_the_rest_asked_for_again() {
        let folder = built();
        let web = Web::find(Some(&folder.path().join("dist"))).unwrap();
        for (path, cache) in [
            ("/", "no-cache"),
            ("/icon.svg", "no-cache"),
            ("/assets/app-1.js", "public, max-age=31536000, immutable"),
        ] {
            let line = format!("GET {path}");
            let answer = ask(&web, &line, &[]).await.unwrap();
            assert_eq!(answer.headers()[CACHE_CONTROL], cache, "{path}");
            for (name, value) in &HEADERS {
                assert_eq!(answer.headers()[name], value, "{path}");
            }
            let etag = answer.headers()["etag"].to_str().unwrap().to_owned();
            let known = [(http::header::IF_NONE_MATCH, etag.as_str())];
            let again = ask(&web, &line, &known).await.unwrap();
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
            assert_eq!(text(again).await, "");
        }
        let packed = [(ACCEPT_ENCODING, "gzip")];
        let whole = ask(&web, "GET /assets/app-1.js", &[]).await.unwrap();
        let packed = ask(&web, "GET /assets/app-1.js", &packed).await.unwrap();
        assert_eq!(packed.headers()[CONTENT_ENCODING], "gzip");
        assert_eq!(
            packed.headers()[CONTENT_TYPE],
            whole.headers()[CONTENT_TYPE]
        );
        assert_ne!(packed.headers()["etag"], whole.headers()["etag"]);
    }

    #[tokio::test]
    async fn where_nothing_was_built_a_browser_is_told_how() {
        let folder = tempfile::tempdir().unwrap();
        let failure = Web::find(Some(folder.path())).unwrap_err();
        assert!(failure.to_string().contains("npm run build"), "{failure}");
        let web = Web { folder: None };
        let page = ask(&web, "GET /", &[(ACCEPT, BROWSER)]).await.unwrap();
        assert_eq!(page.status(), StatusCode::NOT_FOUND);
        assert!(text(page).await.contains("npm run build"));
        assert!(ask(&web, "GET /", &[(ACCEPT, "*/*")]).await.is_none());
    }

    #[test]
    fn the_cloud_s_front_sends_the_same_to_the_functions_and_the_same_headers_to_browsers() {
        let template = include_str!("../../../infra/web.yaml");
        let mut patterns: Vec<&str> = template
            .lines()
            .filter_map(|line| line.trim().strip_prefix("- PathPattern: "))
            .map(|quoted| quoted.trim_matches('"').trim_end_matches('*'))
            .collect();
        let mut functions = FUNCTIONS.to_vec();
        patterns.sort_unstable();
        functions.sort_unstable();
        // One address of the first design stands there whole.
        let patterns = patterns
            .into_iter()
            .map(|it| it.strip_suffix("today").unwrap_or(it));
        assert_eq!(patterns.collect::<Vec<_>>(), functions);
        for (name, value) in &HEADERS {
            // CloudFront knows one content type's header by a switch.
            let said = match *name {
                X_CONTENT_TYPE_OPTIONS => "ContentTypeOptions: { Override: true }",
                _ => value,
            };
            assert!(template.contains(said), "{name}: {said}");
        }
    }

    #[test]
    fn what_functions_answer_is_not_the_apps() {
        let aws = embedded::Aws::in_memory();
        let aws = store::Aws::behind(aws.http_client(), aws.endpoint_url(), false);
        let store = store::Store::new(aws, store::Names::local());
        let fetch = std::sync::Arc::new(edge::fetch);
        let config = api::Config::new(edge::Function::new("api", None), fetch);
        let app = api::App::new(store, config);
        let routes = api::routes(&app);
        let paths = routes.entries().iter().map(|entry| entry.path.as_str());
        let others = ["/v1/oauth/hubspot/callback", "/v1/webhooks/stripe/x"];
        for path in paths.chain(others).chain(["/docs/", "/openapi.json"]) {
            assert!(!Web::is_its(path), "{path}");
        }
        for path in ["/", "/deals", "/v1", "/versions", "/apis", "/document"] {
            assert!(Web::is_its(path), "{path}");
        }
    }
}
