//! A session that a browser keeps: in cookies that no script can read.
//!
//! Whoever calls by cookie shows two things. What changes something brings the session's `csrf`
//! text in a header, which a page can only know that may read our answers. The two calls that
//! cannot know it, because a page that was loaded anew asks for it by them, must come from a page
//! of our own origin; `SameSite=Strict` alone would let in what another port of the same machine
//! or another name of the same site serves.

use crate::app::App;
use crate::connections::public_url;
use edge::{Code, Problem};
use http::header::{COOKIE, ORIGIN, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use identity::{SessionId, csrf, is_csrf};
use jiff::Timestamp;

/// Holds the access token.
const SESSION: &str = "pie_session";
/// Holds the refresh token, and is sent to where sessions go on and end.
const REFRESH: &str = "pie_refresh";
const SESSIONS: &str = "/v1/sessions";

/// What a page sends along with whatever changes something.
const CSRF: HeaderName = HeaderName::from_static("x-csrf-token");
/// What a browser says about the page a call comes from; no page can set it.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A cookie's value; of two by one name none, since the browser does not say which is ours.
fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let texts = headers.get_all(COOKIE).iter();
    let pairs = texts
        .filter_map(|text| text.to_str().ok())
        .flat_map(|text| text.split(';'));
    let mut values = pairs.filter_map(|pair| {
        let (known, value) = pair.trim().split_once('=')?;
        (known == name).then_some(value)
    });
    values.next().filter(|_| values.next().is_none())
}

/// The access token that came by cookie.
pub(crate) fn access(headers: &HeaderMap) -> Option<&str> {
    value(headers, SESSION)
}

/// The refresh token that came by cookie, from a page of ours.
pub(crate) fn refresh<'a>(app: &App, headers: &'a HeaderMap) -> Result<Option<&'a str>, Problem> {
    let Some(token) = value(headers, REFRESH) else {
        return Ok(None);
    };
    if is_own_page(app, headers) {
        return Ok(Some(token));
    }
    let problem = Problem::new(Code::OriginNotAllowed);
    Err(problem.detail("The session of a browser goes on and ends from the product's own pages"))
}

/// Whether a page of ours makes this call. A browser that does not say so in `Sec-Fetch-Site` says
/// at least where the page is from.
fn is_own_page(app: &App, headers: &HeaderMap) -> bool {
    let site = headers.get(FETCH_SITE);
    match site.and_then(|site| site.to_str().ok()) {
        Some("same-origin") => return true,
        Some("cross-site") => return false,
        _ => {}
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return false;
    };
    let others = app.config().http.origins.iter().map(String::as_str);
    others
        .chain([public_url(app)])
        .any(|known| known.as_bytes() == origin.as_bytes())
}

/// Holds a call by cookie to the session's text, if it may change something.
pub(crate) async fn check(
    app: &App,
    method: &Method,
    headers: &HeaderMap,
    session: SessionId,
) -> Result<(), Problem> {
    if [Method::GET, Method::HEAD, Method::OPTIONS].contains(method) {
        return Ok(());
    }
    let mut shown = headers.get_all(CSRF).iter();
    let (Some(text), None) = (shown.next(), shown.next()) else {
        let detail = "There is no header X-CSRF-Token, or there are several";
        return Err(Problem::new(Code::Csrf).detail(detail));
    };
    let keys = app.store().keys().await?;
    let text = text.to_str().unwrap_or_default();
    if is_csrf(text, session, &keys.pepper) {
        return Ok(());
    }
    Err(Problem::new(Code::Csrf).detail("The text of X-CSRF-Token is not that of this session"))
}

/// The text that pages send along with the cookie of a session.
pub(crate) async fn text(app: &App, session: SessionId) -> Result<String, Problem> {
    let keys = app.store().keys().await?;
    Ok(csrf(session, &keys.pepper))
}

/// What a browser is to keep of a session: the token and until when, for each of the two.
pub(crate) struct Kept<'a> {
    pub(crate) access: (&'a str, Timestamp),
    pub(crate) refresh: (&'a str, Timestamp),
}

/// Gives a browser its cookies.
pub(crate) fn put(app: &App, headers: &mut HeaderMap, kept: &Kept<'_>) -> Result<(), Problem> {
    let now = app.now();
    let life = |until: Timestamp| until.duration_since(now).as_secs().max(0);
    let (access, refresh) = (kept.access, kept.refresh);
    set(app, headers, (SESSION, "/"), access.0, life(access.1))?;
    set(
        app,
        headers,
        (REFRESH, SESSIONS),
        refresh.0,
        life(refresh.1),
    )
}

/// Takes them away.
pub(crate) fn clear(app: &App, headers: &mut HeaderMap) -> Result<(), Problem> {
    set(app, headers, (SESSION, "/"), "", 0)?;
    set(app, headers, (REFRESH, SESSIONS), "", 0)
}

fn set(
    app: &App,
    headers: &mut HeaderMap,
    (name, path): (&str, &str),
    value: &str,
    seconds: i64,
) -> Result<(), Problem> {
    // One machine is reached without TLS.
    let secure = if public_url(app).starts_with("https:") {
        "; Secure"
    } else {
        ""
    };
    let text = format!(
        "{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    );
    let mut cookie = HeaderValue::try_from(text).map_err(Problem::internal)?;
    cookie.set_sensitive(true);
    headers.append(SET_COOKIE, cookie);
    Ok(())
}
