//! Whatever comes back, or does not, a request is answered or stops with the right reason.

use crate::bed::Bed;
use axum::Router;
use bytes::Bytes;
use connector::Request;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use pull::{Answer, Failed, Stop};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use vendors::faults::{Fault, Faults, Wait};
use vendors::server::serve;

fn request() -> Request {
    Request::get("/account-info/v3/details")
}

/// What it comes to.
#[derive(Debug, PartialEq)]
enum End {
    /// An answer, whole, after so many requests.
    Good(usize),
    /// Later, in so many seconds; whether the source is down.
    Later(u64, bool),
    Fail,
}

async fn end(faults: Vec<Fault>) -> (End, String) {
    let bed = Bed::new().await;
    let (id, _) = bed.connect("hubspot", "1").await;
    for fault in faults {
        bed.wire.calls.push(fault);
    }
    let answer = bed.source(id).await.send(&request()).await;
    let seen = bed.wire.seen();
    // Nobody else is ever asked, and a broken answer costs no token.
    assert!(
        seen.iter()
            .all(|it| it.host == "hubspot.sandbox" && !it.is_refresh())
    );
    assert_eq!(
        bed.connection(id).await.status,
        store::ConnectionStatus::Active
    );
    match answer {
        Ok(Answer::Good(response)) => {
            assert!(response.json.get("portalId").is_some(), "{}", response.text);
            (End::Good(seen.len()), String::new())
        }
        Err(Stop::Later {
            after_s,
            why,
            is_down,
        }) => (End::Later(after_s, is_down), why),
        Err(Stop::Fail { what, remedy }) => (End::Fail, format!("{what}; {remedy}")),
        other => unreachable!("{other:?}"),
    }
}

fn limited(wait: Wait) -> Fault {
    Fault::RateLimited {
        wait,
        body: Value::Null,
    }
}

fn date(seconds: i64) -> Wait {
    let at = crate::bed::START.as_second() + seconds;
    Wait::HttpDate(Timestamp::from_second(at).unwrap())
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_asked_again_and_what_takes_longer_is_left_for_later() {
    let daily = || Fault::RateLimited {
        wait: Wait::Unsaid,
        body: json!({"policyName": "DAILY"}),
    };
    let cases: [(&str, Vec<Fault>, End); 15] = [
        (
            "429, seconds",
            vec![limited(Wait::Seconds(1))],
            End::Good(2),
        ),
        (
            "429, long",
            vec![limited(Wait::Seconds(7))],
            End::Later(7, false),
        ),
        (
            "429, an hour",
            vec![limited(Wait::Seconds(3_600))],
            End::Later(3_600, false),
        ),
        ("429, date", vec![limited(date(2))], End::Good(2)),
        (
            "429, late date",
            vec![limited(date(90))],
            End::Later(90, false),
        ),
        ("429, past date", vec![limited(date(-90))], End::Good(2)),
        ("429, the day's", vec![daily()], End::Later(3_600, false)),
        (
            "500",
            vec![Fault::ServerError(500), Fault::ServerError(503)],
            End::Good(3),
        ),
        ("timeout", vec![Fault::Timeout], End::Good(2)),
        ("reset", vec![Fault::Reset, Fault::Reset], End::Good(3)),
        ("truncated", vec![Fault::Truncated], End::Good(2)),
        ("html", vec![Fault::HtmlError], End::Good(2)),
        ("bomb", vec![Fault::GzipBomb], End::Good(2)),
        ("type", vec![Fault::WrongContentType], End::Good(2)),
        (
            "redirect",
            vec![Fault::RedirectTo("https://elsewhere.example".to_owned())],
            End::Fail,
        ),
    ];
    for (name, faults, expected) in cases {
        let (end, why) = end(faults).await;
        // The clock goes in steps, and a date in whole seconds.
        let near = match (&end, &expected) {
            (End::Later(after, false), End::Later(wanted, false)) => after.abs_diff(*wanted) <= 1,
            _ => end == expected,
        };
        assert!(near, "{name}: {end:?}, not {expected:?}: {why}");
        let is_said = why.is_empty() == matches!(end, End::Good(_));
        assert!(
            is_said && !why.contains("elsewhere.example"),
            "{name}: {why}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_that_never_answers_as_it_should_is_down_and_not_busy() {
    let wrongs: [fn() -> Fault; 6] = [
        || Fault::ServerError(500),
        || Fault::Timeout,
        || Fault::Reset,
        || Fault::Truncated,
        || Fault::HtmlError,
        || Fault::WrongContentType,
    ];
    for wrong in wrongs {
        let (end, why) = end((0..20).map(|_| wrong()).collect()).await;
        assert_eq!(end, End::Later(60, true), "{:?}: {why}", wrong());
        assert!(why.contains("HubSpot"), "{:?}: {why}", wrong());
    }
    let (busy, _) = end((0..20).map(|_| limited(Wait::Seconds(1))).collect()).await;
    assert_eq!(busy, End::Later(60, false));
}

/// A vendor and somebody else on sockets of this machine, by the product's own transport.
#[tokio::test]
async fn a_redirect_is_not_followed_and_nobody_else_is_told_the_token() {
    let bed = Bed::new().await;
    let (id, issued) = bed.connect("hubspot", "1").await;
    let told = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&told);
    let other = Router::new().fallback(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        std::future::ready("{}")
    });
    let (other, stranger) = serve(other, 0).await.unwrap();
    let faults = Faults::none();
    let (address, vendor) = serve(faults.wrap(bed.hubspot.router()), 0).await.unwrap();
    let mut connection = bed.connection(id).await;
    connection.base_url = Some(format!("http://{address}"));
    let mut settings = bed.settings();
    settings.transport = pull::https();
    let source = Bed::source_with(connection, bed.tenant(), settings);

    faults.push(Fault::RedirectTo(format!("http://{other}")));
    let stop = source.send(&request()).await;
    assert!(matches!(stop, Err(Stop::Fail { .. })), "{stop:?}");
    // The same where refresh tokens are taken to.
    bed.oauth("hubspot").expire_access(&issued.access_token);
    faults.push(Fault::None);
    faults.push(Fault::RedirectTo(format!("http://{other}")));
    let stop = source.send(&request()).await;
    assert!(stop.is_err(), "{stop:?}");
    assert_eq!(told.load(Ordering::SeqCst), 0);

    vendor.abort();
    stranger.abort();
}

#[tokio::test]
async fn what_breaks_on_a_socket_is_asked_again() {
    let bed = Bed::new().await;
    let (id, _) = bed.connect("hubspot", "1").await;
    let faults = Faults::none();
    let (address, vendor) = serve(faults.wrap(bed.hubspot.router()), 0).await.unwrap();
    let mut connection = bed.connection(id).await;
    connection.base_url = Some(format!("http://{address}"));
    let mut settings = bed.settings();
    settings.transport = pull::https();
    let source = Bed::source_with(connection, bed.tenant(), settings);
    for (fault, requests) in [
        (Fault::None, 1),
        (Fault::Reset, 2),
        (Fault::Truncated, 2),
        (Fault::GzipBomb, 2),
        (Fault::HtmlError, 2),
        (Fault::WrongContentType, 2),
    ] {
        let (name, before) = (format!("{fault:?}"), faults.requests());
        faults.push(fault);
        let answer = source.send(&request()).await;
        assert!(matches!(answer, Ok(Answer::Good(_))), "{name}: {answer:?}");
        assert_eq!(faults.requests() - before, requests, "{name}");
    }
    vendor.abort();
}

fn packed(mebibytes: usize) -> Bytes {
    let zeros = vec![0; 1 << 20];
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..mebibytes {
        gzip.write_all(&zeros).unwrap();
    }
    gzip.finish().unwrap().into()
}

#[test]
fn a_bomb_is_refused_before_it_is_unpacked_whole() {
    let host = "hubspot.example";
    assert_eq!(pull::unpack(&packed(2), host).unwrap().len(), 2 << 20);
    let bomb = packed(257);
    assert!(bomb.len() < 4 << 20);
    let refused = pull::unpack(&bomb, host);
    assert!(matches!(refused, Err(Failed::TooLarge { .. })));
    // Not even in several members, one behind the other.
    let half = packed(129);
    let two = [half.as_ref(), half.as_ref()].concat();
    let refused = pull::unpack(&two.into(), host);
    assert!(matches!(refused, Err(Failed::TooLarge { .. })));
    for broken in [bomb.slice(..bomb.len() / 2), Bytes::from_static(b"{}")] {
        let refused = pull::unpack(&broken, host);
        let is_known = matches!(
            refused,
            Err(Failed::Unpack { .. } | Failed::TooLarge { .. })
        );
        assert!(is_known);
    }
}

#[test]
fn an_address_is_the_sources_own_or_none() {
    let domains = [".salesforce.com", ".force.com", "api.pipedrive.com"];
    let cases = [
        ("https://harbor.my.salesforce.com", true),
        ("https://HARBOR.My.SalesForce.com/", true),
        ("https://harbor.my.salesforce.com:443", true),
        ("https://api.pipedrive.com", true),
        ("https://a.b.force.com/services", true),
        // Not HTTPS, or no address.
        ("http://harbor.my.salesforce.com", false),
        ("ftp://harbor.my.salesforce.com", false),
        ("javascript:alert(1)//.salesforce.com", false),
        ("//harbor.my.salesforce.com", false),
        ("harbor.my.salesforce.com", false),
        ("/harbor.my.salesforce.com", false),
        ("", false),
        ("https://", false),
        // A domain itself is not under it, and one that is meant whole has none under it.
        ("https://salesforce.com", false),
        ("https://.salesforce.com", false),
        ("https://x.api.pipedrive.com", false),
        // Others.
        ("https://evilsalesforce.com", false),
        ("https://salesforce.com.evil.example", false),
        ("https://harbor.salesforce.com.evil.example/", false),
        ("https://harbor.salesforce.co", false),
        ("https://harbor.salesforce.example", false),
        ("https://evil.example/.salesforce.com", false),
        ("https://evil.example?.salesforce.com", false),
        (
            "https://evil.example?x=https://harbor.salesforce.com",
            false,
        ),
        ("https://evil.example#.salesforce.com", false),
        ("https://evil.example/#@harbor.salesforce.com", false),
        // Somebody's name.
        ("https://harbor.salesforce.com@evil.example", false),
        ("https://harbor.salesforce.com:443@evil.example", false),
        ("https://evil.example@harbor.salesforce.com", false),
        ("https://harbor.salesforce.com%40evil.example", false),
        // Ports.
        ("https://harbor.salesforce.com:8443", false),
        ("https://harbor.salesforce.com:80", false),
        ("https://harbor.salesforce.com:99999", false),
        ("https://harbor.salesforce.com:x", false),
        // Dots, slashes and blanks.
        ("https://harbor.salesforce.com.", false),
        ("https://harbor.salesforce.com..", false),
        ("https://evil.example\\.salesforce.com", false),
        ("https://evil.example\\@harbor.salesforce.com", false),
        ("https:\\\\harbor.salesforce.com", false),
        ("https:///harbor.salesforce.com", false),
        ("https:harbor.salesforce.com", false),
        (" https://harbor.salesforce.com", false),
        ("https://harbor.salesforce.com ", false),
        ("https://evil.example .salesforce.com", false),
        ("https://evil.example\t.salesforce.com", false),
        ("https://evil.example\r\n.salesforce.com", false),
        ("https://evil.example\0.salesforce.com", false),
        ("https://evil.example%00.salesforce.com", false),
        ("https://evil.example%2f.salesforce.com", false),
        // Letters that look alike.
        ("https://harbor.sal\u{435}sforce.com", false),
        ("https://harbor.salesforce\u{3002}com", false),
        ("https://evil.example\u{2024}salesforce.com", false),
        ("https://evil.example\u{ff0f}.salesforce.com", false),
        ("https://harbor.xn--salsforce-8ng.com", false),
        // Numbers.
        ("https://127.0.0.1", false),
        ("https://[::1]", false),
        ("https://[::1].salesforce.com", false),
        ("https://169.254.169.254/.salesforce.com", false),
    ];
    let wrong =
        cases.map(|(url, expected)| (pull::is_of(url, &domains) != expected).then_some(url));
    let wrong: Vec<&str> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(!pull::is_of("https://harbor.salesforce.com", &[]));
}
