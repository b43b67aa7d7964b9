//! Who calls by cookie is who they say, and no page but ours makes them do anything.

use crate::world::{Answer, Of, World};
use api::Access;
use secrecy::ExposeSecret;
use serde_json::json;
use std::collections::BTreeMap;
use store::OauthState;

const ONE: Of = Of(1);
/// What the product's pages say, as a browser says it for them.
const OWN: (&str, &str) = ("sec-fetch-site", "same-origin");
const FOREIGN: (&str, &str) = ("origin", "https://evil.example");

/// Who calls, with which bearer and headers, and what comes of it: of a read, and of a change.
type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str, &'a str);

fn by(cookie: &str) -> (&str, &str) {
    ("cookie", cookie)
}

fn csrf(text: &str) -> (&str, &str) {
    ("x-csrf-token", text)
}

/// A browser that is signed in.
struct Browser<'a> {
    world: &'a World,
    cookies: BTreeMap<String, String>,
    csrf: String,
}

/// What cookies an answer sets: name, value, and how it is to be kept.
fn set(answer: &Answer) -> Vec<(String, String, String)> {
    let all = answer.headers.get_all("set-cookie").iter();
    all.map(|cookie| {
        let (pair, rest) = cookie.to_str().unwrap().split_once("; ").unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.to_owned(), rest.to_owned())
    })
    .collect()
}

async fn ticket(world: &World, of: Of, name: &str) -> String {
    let ticket = OauthState::ticket(of.tenant(), of.member(name), world.store.now());
    let ticket = world.store.put_oauth_state(&ticket).await.unwrap();
    ticket.expose_secret().to_owned()
}

impl<'a> Browser<'a> {
    async fn sign_in(world: &'a World, of: Of, name: &str) -> Self {
        let ticket = ticket(world, of, name).await;
        let body = json!({"grant": "ticket", "ticket": ticket, "keep": "cookie"});
        let begun = world
            .call_as("", "POST /v1/sessions", &[OWN], Some(body))
            .await
            .ok(201);
        assert_eq!(begun.text("/member"), of.member(name).to_string());
        for token in ["access_token", "refresh_token"] {
            assert!(begun.body.get(token).is_none(), "{}", begun.body);
        }
        let mut browser = Self {
            world,
            cookies: BTreeMap::new(),
            csrf: String::new(),
        };
        browser.keep(&begun);
        browser
    }

    fn keep(&mut self, answer: &Answer) {
        for (name, value, _) in set(answer) {
            self.cookies.insert(name, value);
        }
        self.csrf = answer.text("/csrf");
    }

    fn cookie(&self) -> String {
        let pairs = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    async fn ask(&self, line: &str, headers: &[(&str, &str)]) -> Answer {
        let cookie = self.cookie();
        let headers: Vec<_> = [("cookie", cookie.as_str())]
            .into_iter()
            .chain(headers.iter().copied())
            .collect();
        self.world.call_as("", line, &headers, None).await
    }

    async fn refresh(&self) -> Answer {
        self.ask("POST /v1/sessions/refresh", &[OWN]).await
    }
}

#[tokio::test]
async fn the_cookies_are_for_the_browser_alone_and_secure_where_there_is_tls() {
    let ways = [
        ("http://127.0.0.1:7433", ""),
        ("https://pie.example", "; Secure"),
    ];
    for (public_url, secure) in ways {
        let aws = embedded::Aws::in_memory();
        let world = World::with(aws, 1, 1, |config| {
            public_url.clone_into(&mut config.public_url);
        });
        let world = world.await;
        let ticket = ticket(&world, ONE, "ana").await;
        let body = json!({"grant": "ticket", "ticket": ticket, "keep": "cookie"});
        let begun = world
            .call_as("", "POST /v1/sessions", &[], Some(body))
            .await;
        let kept: Vec<_> = set(&begun.ok(201))
            .into_iter()
            .map(|(name, _, how)| format!("{name}: {how}"))
            .collect();
        let expected = [
            "pie_session: Path=/; Max-Age=900; HttpOnly; SameSite=Strict",
            "pie_refresh: Path=/v1/sessions; Max-Age=604800; HttpOnly; SameSite=Strict",
        ];
        assert_eq!(kept, expected.map(|text| format!("{text}{secure}")));
    }
}

#[tokio::test]
async fn a_session_in_cookies_goes_on_is_told_its_text_again_and_ends() {
    let world = World::new(1, 10).await;
    let mut ana = Browser::sign_in(&world, ONE, "ana").await;
    let me = ana.ask("GET /v1/me", &[]).await.ok(200);
    assert_eq!(me.text("/csrf"), ana.csrf);
    assert_eq!(me.text("/email"), "ana@t1.example");
    assert_eq!(me.text("/name"), "T1.ana member");
    // A page that was loaded anew, when the access token is over, has nothing but the cookies.
    world.pass(16 * 60);
    ana.ask("GET /v1/me", &[]).await.is(401, "unauthenticated");
    let next = ana.refresh().await.ok(200);
    assert_eq!(next.text("/csrf"), ana.csrf, "other tabs know it already");
    ana.keep(&next);
    ana.ask("GET /v1/me", &[]).await.ok(200);
    let old = ana.cookies.clone();
    // Nothing in the body is as good as no body.
    let cookie = ana.cookie();
    let headers = [("cookie", cookie.as_str()), OWN];
    let line = "POST /v1/sessions/refresh";
    let next = world.call_as("", line, &headers, Some(json!({}))).await;
    ana.keep(&next.ok(200));
    // A tab that came at the same time is told to come again, and nothing has ended.
    let late = Browser {
        world: &world,
        cookies: old.clone(),
        csrf: String::new(),
    };
    late.refresh().await.is(409, "changed");
    ana.keep(&ana.refresh().await.ok(200));
    // The same a while later is a copy: the session ends, for everybody and within seconds.
    world.pass(60);
    late.refresh().await.is(401, "unauthenticated");
    ana.ask("GET /v1/me", &[]).await.is(401, "unauthenticated");
    ana.refresh().await.is(401, "unauthenticated");

    let ana = Browser::sign_in(&world, ONE, "ana").await;
    let ended = ana.ask("POST /v1/sessions/end", &[OWN]).await.ok(204);
    let taken: Vec<_> = set(&ended)
        .into_iter()
        .map(|(name, value, how)| (name, value, how.contains("Max-Age=0")))
        .collect();
    let gone = |name: &str| (name.to_owned(), String::new(), true);
    assert_eq!(taken, [gone("pie_session"), gone("pie_refresh")]);
    ana.ask("GET /v1/me", &[]).await.is(401, "unauthenticated");
    // Without any cookie there is nothing to end, and none to go on with.
    let nobody = world.call_as("", "POST /v1/sessions/end", &[OWN], None);
    nobody.await.ok(204);
    let nobody = world.call_as("", "POST /v1/sessions/refresh", &[OWN], None);
    nobody.await.is(401, "unauthenticated");
}

#[tokio::test]
async fn a_session_goes_on_and_ends_from_pages_of_ours_alone() {
    let aws = embedded::Aws::in_memory();
    let world = World::with(aws, 1, 1, |config| {
        "http://127.0.0.1:7433".clone_into(&mut config.public_url);
    });
    let world = world.await;
    let ours = ("origin", "http://127.0.0.1:7433");
    let host = ("host", "127.0.0.1:7433");
    let port = ("origin", "http://127.0.0.1:7434");
    let site = |word| ("sec-fetch-site", word);
    let table: [(&[(&str, &str)], bool); 10] = [
        (&[OWN], true),
        (&[OWN, ours, host], true),
        (&[ours, host], true),
        (&[site("same-site"), ours, host], true),
        (&[], false),
        (&[site("none")], false),
        (&[site("same-site")], false),
        (&[site("cross-site"), ours, host], false),
        (&[port, host], false),
        (&[FOREIGN, host], false),
    ];
    for (headers, expected) in table {
        for path in ["/v1/sessions/refresh", "/v1/sessions/end"] {
            let ana = Browser::sign_in(&world, ONE, "ana").await;
            let answer = ana.ask(&format!("POST {path}"), headers).await;
            if expected {
                assert!(answer.status < 300, "{path} {headers:?}: {}", answer.body);
            } else {
                answer.is(403, "origin_not_allowed");
                ana.refresh().await.ok(200);
            }
        }
    }
}

#[tokio::test]
async fn a_cookie_does_nothing_without_the_text_of_its_own_session() {
    let world = World::new(2, 10).await;
    let ana = Browser::sign_in(&world, ONE, "ana").await;
    let again = Browser::sign_in(&world, ONE, "ana").await;
    let ben = Browser::sign_in(&world, ONE, "ben").await;
    let other = Browser::sign_in(&world, Of(2), "ana").await;
    let ended = Browser::sign_in(&world, ONE, "ana").await;
    ended.ask("POST /v1/sessions/end", &[OWN]).await.ok(204);
    let key = format!("Bearer {}", world.key(ONE, "ben"));
    let wrong = format!("{}A", &ana.csrf[..ana.csrf.len() - 1]);
    let session = |browser: &Browser<'_>| format!("pie_session={}", browser.cookies["pie_session"]);
    let refresh = format!("pie_session={}", ana.cookies["pie_refresh"]);
    let as_key = format!("pie_session={}", world.key(ONE, "ana"));
    let twice = format!("{}; {}", session(&ben), session(&ana));
    let (own, end) = (session(&ana), session(&ended));
    let table: &[Row<'_>] = &[
        (
            "the session's own text",
            "",
            &[by(&own), csrf(&ana.csrf)],
            "ana",
            "done",
        ),
        ("no text", "", &[by(&own)], "ana", "csrf"),
        ("an empty text", "", &[by(&own), csrf("")], "ana", "csrf"),
        ("a wrong text", "", &[by(&own), csrf(&wrong)], "ana", "csrf"),
        (
            "of another session",
            "",
            &[by(&own), csrf(&again.csrf)],
            "ana",
            "csrf",
        ),
        (
            "of another member",
            "",
            &[by(&own), csrf(&ben.csrf)],
            "ana",
            "csrf",
        ),
        (
            "of another tenant",
            "",
            &[by(&own), csrf(&other.csrf)],
            "ana",
            "csrf",
        ),
        (
            "two texts",
            "",
            &[by(&own), csrf(&ana.csrf), csrf(&ana.csrf)],
            "ana",
            "csrf",
        ),
        (
            "a text and no cookie",
            "",
            &[csrf(&ana.csrf)],
            "unauthenticated",
            "unauthenticated",
        ),
        (
            "an ended session",
            "",
            &[by(&end), csrf(&ended.csrf)],
            "unauthenticated",
            "unauthenticated",
        ),
        (
            "a foreign page",
            "",
            &[by(&own), csrf(&ana.csrf), FOREIGN],
            "ana",
            "origin_not_allowed",
        ),
        (
            "two cookies",
            "",
            &[by(&twice), csrf(&ana.csrf)],
            "unauthenticated",
            "unauthenticated",
        ),
        (
            "a refresh token",
            "",
            &[by(&refresh), csrf(&ana.csrf)],
            "unauthenticated",
            "unauthenticated",
        ),
        (
            "an API key",
            "",
            &[by(&as_key), csrf(&ana.csrf)],
            "unauthenticated",
            "unauthenticated",
        ),
        ("a bearer, too", &key, &[by(&own)], "ben", "done"),
        (
            "a bearer of no use, too",
            "Bearer none",
            &[by(&own), csrf(&ana.csrf)],
            "unauthenticated",
            "unauthenticated",
        ),
        (
            "what is no bearer, too",
            "Basic YTpi",
            &[by(&own), csrf(&ana.csrf)],
            "unauthenticated",
            "unauthenticated",
        ),
    ];
    for (what, bearer, headers, read, change) in table {
        let answer = world.call_as(bearer, "GET /v1/me", headers, None).await;
        let got = match answer.status {
            200 => answer.text("/email").split('@').next().unwrap().to_owned(),
            _ => answer.text("/code"),
        };
        assert_eq!(got, *read, "GET with {what}");
        let has_text = answer.body.get("csrf").is_some();
        assert_eq!(
            has_text,
            answer.status == 200 && bearer.is_empty(),
            "{what}"
        );
        let body = json!({"name": "mine", "query": {}});
        let answer = world
            .call_as(bearer, "POST /v1/views", headers, Some(body))
            .await;
        let got = match answer.status {
            201 => "done".to_owned(),
            _ => answer.text("/code"),
        };
        assert_eq!(got, *change, "POST with {what}");
    }
    world.pass(16 * 60);
    let late = ana.ask("GET /v1/me", &[]).await;
    late.is(401, "unauthenticated");
}

#[tokio::test]
async fn every_operation_that_changes_something_asks_a_browser_for_the_text() {
    let world = World::new(1, 10).await;
    let admin = Browser::sign_in(&world, ONE, "admin").await;
    let mut asked = 0;
    for entry in api::routes(&world.app).entries() {
        let ends = entry.path.starts_with("/v1/tenant");
        if entry.access == Access::Public || entry.method == "GET" {
            continue;
        }
        let target = entry
            .path
            .replace("{id}", crate::UNKNOWN)
            .replace("{name}", "x.csv")
            .replace("{source}", "none")
            .replace("{day}", "2026-09-01");
        let line = format!("{} {target}", entry.method);
        admin.ask(&line, &[]).await.is(403, "csrf");
        asked += 1;
        if !ends {
            let answer = admin.ask(&line, &[("x-csrf-token", &admin.csrf)]).await;
            assert_ne!(answer.body["code"], "csrf", "{line}");
        }
    }
    assert!(asked > 40, "{asked}");
}
