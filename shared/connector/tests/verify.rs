//! Deliveries that sources really signed, attacks on them, and laws over arbitrary bytes.
#![expect(clippy::unwrap_used, reason = "a test may")]

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use connector::verify::{
    Delivery, MOST_BYTES, MOST_SECRETS, MOST_SIGNATURES, Refused,
    Refused::{
        BodyTooLarge, FromTheFuture, Malformed, Missing, NoMatch, NoSecret, Repeated,
        TooManySecrets, TooManySignatures, TooOld, Undated,
    },
    Signature,
    Signature::{Basic, HubSpotV1, HubSpotV2, HubSpotV3, Slack, Standard, Stripe},
    verify,
};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::fmt::Write;

const ALL: [Signature; 7] = [
    Stripe,
    HubSpotV3,
    HubSpotV2 {
        allow_undated: true,
    },
    HubSpotV1 {
        allow_undated: true,
    },
    Slack,
    Standard,
    Basic,
];
const V2: Signature = ALL[2];
const V1: Signature = ALL[3];

/// A delivery on its way, which an attacker may change, and what we hold against it.
#[derive(Clone, Debug)]
struct Sent {
    scheme: Signature,
    method: String,
    url: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    secrets: Vec<Vec<u8>>,
    now_ms: i64,
}

impl Sent {
    fn answer(&self) -> Result<(), Refused> {
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_slice()))
            .collect();
        let delivery = Delivery {
            method: &self.method,
            url: &self.url,
            headers: &headers,
            body: &self.body,
        };
        let secrets: Vec<_> = self.secrets.iter().map(Vec::as_slice).collect();
        let now = Timestamp::from_millisecond(self.now_ms).unwrap();
        verify(self.scheme, &delivery, &secrets, now)
    }

    fn header(&mut self, name: &str) -> &mut Vec<u8> {
        let found = self.headers.iter_mut().find(|(it, _)| it == name);
        &mut found.unwrap().1
    }

    fn text(&mut self, name: &str) -> String {
        String::from_utf8(self.header(name).clone()).unwrap()
    }

    fn set(&mut self, name: &str, value: impl AsRef<[u8]>) {
        *self.header(name) = value.as_ref().to_vec();
    }

    fn swap(&mut self, name: &str, from: &str, to: &str) {
        let value = self.text(name).replace(from, to);
        self.set(name, value);
    }

    fn drop(&mut self, name: &str) {
        self.headers.retain(|(it, _)| it != name);
    }
}

fn tag(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

const NOW_MS: i64 = 1_763_300_000_000;
const URL: &str = "https://pie.example/v1/webhooks/hubspot";
/// Standard Webhooks give their secret in base64, and it fits the other schemes as well.
const SECRET: &str = "whsec_bG9uZyBlbm91Z2ggdG8gYmUgb25l";
const OTHER: &str = "whsec_YW5vdGhlciBvbmUsIGFsc28gbG9uZw==";
const PASSWORD: &str = "pie:correct horse battery";

/// What the source would send at that moment: written from the sources' own pages, not from our code.
fn signed_at(scheme: Signature, body: &[u8], secret: &str, ms: i64) -> Sent {
    let (seconds, method, url) = (ms / 1000, "POST", URL);
    let secret_bytes = secret.as_bytes();
    let headers: Vec<(&str, String)> = match scheme {
        Stripe => {
            let text = [format!("{seconds}.").as_bytes(), body].concat();
            let tag = hex(&tag(secret_bytes, &text));
            vec![("Stripe-Signature", format!("t={seconds},v1={tag}"))]
        }
        HubSpotV3 => {
            let (before, after) = (format!("{method}{url}"), ms.to_string());
            let text = [before.as_bytes(), body, after.as_bytes()].concat();
            let tag = STANDARD.encode(tag(secret_bytes, &text));
            vec![
                ("X-HubSpot-Signature-v3", tag),
                ("X-HubSpot-Request-Timestamp", ms.to_string()),
            ]
        }
        HubSpotV2 { .. } => {
            let text = [format!("{secret}{method}{url}").as_bytes(), body].concat();
            vec![("X-HubSpot-Signature", hex(&Sha256::digest(text)))]
        }
        HubSpotV1 { .. } => {
            let text = [secret_bytes, body].concat();
            vec![("X-HubSpot-Signature", hex(&Sha256::digest(text)))]
        }
        Slack => {
            let text = [format!("v0:{seconds}:").as_bytes(), body].concat();
            let tag = hex(&tag(secret_bytes, &text));
            vec![
                ("X-Slack-Signature", format!("v0={tag}")),
                ("X-Slack-Request-Timestamp", seconds.to_string()),
            ]
        }
        Standard => {
            let key = STANDARD.decode(secret.trim_start_matches("whsec_"));
            let text = [format!("msg_1.{seconds}.").as_bytes(), body].concat();
            let tag = STANDARD.encode(tag(&key.unwrap(), &text));
            vec![
                ("webhook-id", "msg_1".to_owned()),
                ("webhook-signature", format!("v1,{tag}")),
                ("webhook-timestamp", seconds.to_string()),
            ]
        }
        Basic => vec![(
            "Authorization",
            format!("Basic {}", STANDARD.encode(secret)),
        )],
    };
    Sent {
        scheme,
        method: method.to_owned(),
        url: url.to_owned(),
        headers: headers
            .into_iter()
            .map(|(name, value)| (name.to_lowercase(), value.into_bytes()))
            .collect(),
        body: body.to_vec(),
        secrets: vec![secret_bytes.to_vec()],
        now_ms: NOW_MS,
    }
}

fn secret_of(scheme: Signature) -> &'static str {
    if scheme == Basic { PASSWORD } else { SECRET }
}

fn signed(scheme: Signature, body: &[u8]) -> Sent {
    signed_at(scheme, body, secret_of(scheme), NOW_MS)
}

// What others published.

const STRIPE_BODY: &str = r#"{
  "id": "evt_123",
  "object": "event",
  "account": "acct_123",
  "api_version": "2017-05-25",
  "created": 1533204620,
  "data": {
    "object": {
      "id": "ii_123",
      "object": "invoiceitem",
      "amount": 1000,
      "currency": "usd",
      "customer": "cus_123",
      "date": 1533204620,
      "description": "Test Invoice Item",
      "discountable": false,
      "invoice": "in_123",
      "livemode": false,
      "metadata": {},
      "period": {
        "start": 1533204620,
        "end": 1533204620
      },
      "proration": false,
      "quantity": 3
    }
  },
  "livemode": false,
  "pending_webhooks": 1,
  "request": {
    "id": "req_123",
    "idempotency_key": "idempotency-key-123"
  },
  "type": "invoiceitem.created"
}
"#;
const SLACK_FORM: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow\
    &channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner\
    &command=%2Fwebhook-collect&text=\
    &response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
    &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
const SLACK_EVENT: &str = r#"{"token":"aF5ynEYQH0dFN9imlgcADxDB","team_id":"XXXXXXXXX","api_app_id":"YYYYYYYYY","event":{"type":"app_mention","user":"AAAAAAAAA","text":"<@EEEEEEEEE> hello world","client_msg_id":"477cc591-ch73-a14z-4db8-g0cd76321bec","ts":"1531431954.000073","channel":"TTTTTTTTT","event_ts":"1531431954.000073"},"type":"event_callback","event_id":"TvBP7LRED7","event_time":1531431954,"authed_users":["EEEEEEEEE"]}"#;
const HUBSPOT_EVENTS: &str = r#"[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]"#;
const HUBSPOT_SECRET: &str = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy";
const HUBSPOT_URL: &str = "https://www.example.com/webhook_uri";
const HUBSPOT_V3: &str = "HPW73RUtKmcYoEDADG0s6MmGFWUzWJKAW07r8RDgcQw=";
const HUBSPOT_ODD_BODY: &str = "{'example_field':'example_value'}";

/// One published delivery: it is accepted, and no longer when a bit of its body differs.
fn check_published(
    scheme: Signature,
    method_and_url: (&str, &str),
    headers: &[(&str, &str)],
    body: &str,
    secret: &str,
    now_ms: i64,
) {
    let mut sent = Sent {
        scheme,
        method: method_and_url.0.to_owned(),
        url: method_and_url.1.to_owned(),
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
            .collect(),
        body: body.as_bytes().to_vec(),
        secrets: vec![secret.as_bytes().to_vec()],
        now_ms,
    };
    assert_eq!(sent.answer(), Ok(()), "{scheme:?} {headers:?}");
    match sent.body.first_mut() {
        Some(first) => *first ^= 1,
        None => sent.body.push(b' '),
    }
    assert_eq!(sent.answer(), Err(NoMatch), "{scheme:?}");
}

#[test]
fn what_stripe_signed_is_accepted() {
    // The delivery of async-stripe's tests: one v1, and a v0 that is not for us.
    check_published(
        Stripe,
        ("POST", "https://pie.example/"),
        &[(
            "Stripe-Signature",
            "t=1533204620,\
             v1=82216eca827bcb7b34b8055eb2d2d9e6bc13b9ac39ded14a61e69f70c565f53a,\
             v0=63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef",
        )],
        STRIPE_BODY,
        "webhook_secret",
        1_533_204_620_000,
    );
}

#[test]
fn what_slack_signed_is_accepted() {
    let at = ("POST", "https://pie.example/");
    // The worked example of Slack's documentation, which its SDKs test with.
    check_published(
        Slack,
        at,
        &[
            ("X-Slack-Request-Timestamp", "1531420618"),
            (
                "X-Slack-Signature",
                "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
            ),
        ],
        SLACK_FORM,
        "8f742231b10e8888abcd99yyyzzz85a5",
        1_531_420_618_000,
    );
    // The event of slack-go's tests.
    check_published(
        Slack,
        at,
        &[
            ("X-Slack-Request-Timestamp", "1531431954"),
            (
                "X-Slack-Signature",
                "v0=adada4ed31709aef585c2580ca3267678c6a8eaeb7e0c1aca3ee57b656886b2c",
            ),
        ],
        SLACK_EVENT,
        "e6b19c573432dcc6b075501d51b51bb8",
        1_531_431_954_000,
    );
}

#[test]
fn what_hubspot_signed_is_accepted() {
    // Version 3: the tests of the Python and Ruby SDKs.
    check_published(
        HubSpotV3,
        ("POST", HUBSPOT_URL),
        &[
            ("X-HubSpot-Signature-v3", HUBSPOT_V3),
            ("X-HubSpot-Request-Timestamp", "15000000"),
        ],
        HUBSPOT_ODD_BODY,
        HUBSPOT_SECRET,
        15_000_000,
    );
    // Versions 2 and 1: the pages on request validation, and the tests of the four SDKs.
    for (scheme, method, tag, body) in [
        (
            V2,
            "GET",
            "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e",
            "",
        ),
        (
            V2,
            "POST",
            "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900",
            r#"{"example_field":"example_value"}"#,
        ),
        (
            V2,
            "POST",
            "4fe4e3a7d3cf09db53be39d0a58130e2aaba074ec123a9e355b876a689a1c383",
            HUBSPOT_ODD_BODY,
        ),
        (
            V1,
            "POST",
            "69fc6631a867edd4f9e9e627fc5c1148e3fbdd8b21837b6d2b8901c1fa57f750",
            HUBSPOT_ODD_BODY,
        ),
        (
            V1,
            "POST",
            "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de",
            HUBSPOT_EVENTS,
        ),
    ] {
        check_published(
            scheme,
            (method, HUBSPOT_URL),
            &[("X-HubSpot-Signature", tag)],
            body,
            HUBSPOT_SECRET,
            NOW_MS,
        );
    }
}

#[test]
fn what_standard_webhooks_signed_is_accepted() {
    for (id, seconds, tag, body, secret) in [
        // The specification's libraries, with and without the secret's prefix.
        (
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            r#"{"test": 2432232314}"#,
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ),
        (
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            r#"{"test": 2432232314}"#,
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ),
        // The same beside one of another version and two that do not fit, as in those tests.
        (
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= \
             v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= \
             v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= \
             v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=",
            r#"{"test": 2432232314}"#,
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ),
        // Resend's published delivery.
        (
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            "1649367553",
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
            r#"{"email":"test@example.com","username":"test_user"}"#,
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        ),
    ] {
        check_published(
            Standard,
            ("POST", "https://pie.example/"),
            &[
                ("webhook-id", id),
                ("webhook-timestamp", seconds),
                ("webhook-signature", tag),
            ],
            body,
            secret,
            seconds.parse::<i64>().unwrap() * 1000,
        );
    }
}

#[test]
fn basic_credentials_are_those_of_the_rfc() {
    // RFC 7617, section 2 and, with its colons in the password, our own.
    for (text, secret) in [
        ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin:open sesame"),
        ("basic cGllOmE6Yjpj", "pie:a:b:c"),
    ] {
        let mut sent = signed_at(Basic, b"{}", secret, NOW_MS);
        sent.set("authorization", text);
        assert_eq!(sent.answer(), Ok(()), "{text}");
    }
}

// Attacks, and what only looks like one.

const BODY: &[u8] = br#"[{"objectId":4021,"subscriptionType":"deal.propertyChange"}]"#;
const STRIPE: &str = "stripe-signature";
const V3: &str = "x-hubspot-signature-v3";
const V3_TIME: &str = "x-hubspot-request-timestamp";
const UNDATED: &str = "x-hubspot-signature";
const SLACK: &str = "x-slack-signature";
const SLACK_TIME: &str = "x-slack-request-timestamp";
const STANDARD_TAG: &str = "webhook-signature";
const STANDARD_TIME: &str = "webhook-timestamp";

macro_rules! refused {
    ($($what:literal on $scheme:expr => $expected:expr, $attack:expr;)*) => {
        $(check_refused($what, $scheme, $expected, $attack);)*
    };
}

macro_rules! accepted {
    ($($what:literal on $scheme:expr => $change:expr;)*) => {
        $(check_accepted($what, $scheme, $change);)*
    };
}

/// An attack on a good delivery is refused for this reason, which quotes neither secrets nor what was sent.
fn check_refused(what: &str, scheme: Signature, expected: Refused, attack: fn(&mut Sent)) {
    let mut sent = signed(scheme, BODY);
    assert_eq!(sent.answer(), Ok(()), "{scheme:?} before: {what}");
    attack(&mut sent);
    assert_eq!(sent.answer(), Err(expected), "{scheme:?}: {what}");
    let said = format!("{expected} {expected:?}");
    let sent = sent.headers.iter().map(|(_, value)| value);
    for secret in sent.chain(&[SECRET.into(), PASSWORD.into()]) {
        let secret = String::from_utf8_lossy(secret);
        let is_quoted = secret.len() >= 12 && said.contains(&*secret);
        assert!(!is_quoted, "{what}: {said}");
    }
}

/// A change that must not keep a good delivery out.
fn check_accepted(what: &str, scheme: Signature, change: fn(&mut Sent)) {
    let mut sent = signed(scheme, BODY);
    change(&mut sent);
    assert_eq!(sent.answer(), Ok(()), "{scheme:?}: {what}");
}

#[test]
fn a_body_that_is_not_what_was_signed_is_refused() {
    refused! {
        "body changed" on Stripe => NoMatch, |it| it.body[2] ^= 1;
        "body made longer" on Stripe => NoMatch, |it| it.body.push(b' ');
        "body cut" on Slack => NoMatch, |it| it.body.truncate(9);
        "body emptied" on HubSpotV3 => NoMatch, |it| it.body.clear();
        "body spaced anew, as a parser would print it" on HubSpotV3 => NoMatch,
            |it| it.body = String::from_utf8(it.body.clone()).unwrap().replace(',', ", ").into_bytes();
        "body after a byte order mark" on Standard => NoMatch, |it| it.body = [b"\xef\xbb\xbf", BODY].concat();
        "body too large" on Stripe => BodyTooLarge(MOST_BYTES + 1), |it| it.body = vec![b' '; MOST_BYTES + 1];
    }
}

#[test]
fn a_signature_that_is_not_the_sources_is_refused() {
    refused! {
        "signature of zeros" on Stripe => NoMatch, |it| it.set(STRIPE, format!("t=1763300000,v1={}", "0".repeat(64)));
        "signature's last bit turned" on Slack => NoMatch, |it| {
            let value = it.header(SLACK);
            let last = value.pop().unwrap();
            value.push(if last == b'0' { b'1' } else { b'0' });
        };
        "signature cut to its beginning" on Stripe => Malformed(STRIPE), |it| it.header(STRIPE).truncate(30);
        "signature made longer" on Slack => Malformed(SLACK), |it| it.header(SLACK).extend(b"00");
        "signature in capitals" on Stripe => Malformed(STRIPE), |it| {
            let value = it.text(STRIPE).to_uppercase();
            it.set(STRIPE, value.replace("T=", "t=").replace("V1=", "v1="));
        };
        "signature empty" on Stripe => Malformed(STRIPE), |it| it.set(STRIPE, "t=1763300000,v1=");
        "signature of another scheme, v0 alone" on Stripe => Malformed(STRIPE), |it| it.swap(STRIPE, "v1=", "v0=");
        "signature of a public key, v1a alone" on Standard => Malformed(STANDARD_TAG),
            |it| it.swap(STANDARD_TAG, "v1,", "v1a,");
        "signature without its version" on Slack => Malformed(SLACK), |it| it.swap(SLACK, "v0=", "");
        "signature of the next version" on Slack => Malformed(SLACK), |it| it.swap(SLACK, "v0=", "v1=");
        "signature in the other encoding" on HubSpotV3 => Malformed(V3), |it| {
            let tag = STANDARD.decode(it.text(V3)).unwrap();
            it.set(V3, hex(&tag));
        };
        "signature in the URL's alphabet" on HubSpotV3 => Malformed(V3), |it| it.set(V3, URL_SAFE.encode([0xff; 32]));
        "signature without its padding" on HubSpotV3 => Malformed(V3), |it| it.swap(V3, "=", "");
        "signature with other unused bits" on HubSpotV3 => Malformed(V3), |it| {
            // 32 bytes leave two bits of the last character unused.
            let value = it.text(V3);
            let at = value.len() - 2;
            let next = char::from(value.as_bytes()[at] + 1);
            it.set(V3, format!("{}{next}=", &value[..at]));
        };
        "signature with a null" on Slack => Malformed(SLACK), |it| it.header(SLACK).push(0);
        "signature that is no text" on Slack => Malformed(SLACK), |it| it.set(SLACK, [0xff, 0xfe]);
        "signature of 5,000 bytes" on Slack => Malformed(SLACK), |it| it.set(SLACK, [b'a'; 5000]);
        "the good one before 5,000 bytes of others" on Stripe => Malformed(STRIPE),
            |it| it.header(STRIPE).extend(b",v0=0".repeat(1000));
        "the good one as the ninth" on Stripe => TooManySignatures(STRIPE), |it| {
            let good = it.text(STRIPE).replace("t=1763300000,", "");
            let bad = format!("v1={},", "0".repeat(64)).repeat(MOST_SIGNATURES);
            it.set(STRIPE, format!("t=1763300000,{bad}{good}"));
        };
        "a hundred that cannot be read" on Standard => TooManySignatures(STANDARD_TAG),
            |it| it.set(STANDARD_TAG, "v1,x ".repeat(100));
    }
}

#[test]
fn headers_that_are_missing_or_there_twice_are_refused() {
    refused! {
        "no signature" on Stripe => Missing(STRIPE), |it| it.drop(STRIPE);
        "no signature" on HubSpotV3 => Missing(V3), |it| it.drop(V3);
        "no credentials" on Basic => Missing("authorization"), |it| it.drop("authorization");
        "no time" on HubSpotV3 => Missing(V3_TIME), |it| it.drop(V3_TIME);
        "no time" on Slack => Missing(SLACK_TIME), |it| it.drop(SLACK_TIME);
        "no id" on Standard => Missing("webhook-id"), |it| it.drop("webhook-id");
        "version 1 where version 3 is wanted" on HubSpotV3 => Missing(V3), |it| it.headers = signed(V1, BODY).headers;
        "signature twice, so that two readers differ" on Slack => Repeated(SLACK),
            |it| it.headers.push((SLACK.to_owned(), b"v0=00".to_vec()));
        "time twice" on Slack => Repeated(SLACK_TIME),
            |it| it.headers.push((SLACK_TIME.to_owned(), b"1763300000".to_vec()));
        "time twice, in another case" on HubSpotV3 => Repeated(V3_TIME),
            |it| it.headers.push(("X-HUBSPOT-REQUEST-TIMESTAMP".to_owned(), b"1".to_vec()));
        "two times, joined by a proxy" on Slack => Malformed(SLACK_TIME),
            |it| it.set(SLACK_TIME, "1763300000,1763300000");
    }
}

#[test]
fn a_time_that_is_not_now_or_no_time_is_refused() {
    refused! {
        "recorded an hour ago" on Stripe => TooOld { seconds: 3600 }, |it| it.now_ms += 3_600_000;
        "recorded an hour ago" on HubSpotV3 => TooOld { seconds: 3600 }, |it| it.now_ms += 3_600_000;
        "recorded an hour ago" on Slack => TooOld { seconds: 3600 }, |it| it.now_ms += 3_600_000;
        "recorded an hour ago" on Standard => TooOld { seconds: 3600 }, |it| it.now_ms += 3_600_000;
        "signed for tomorrow" on Stripe => FromTheFuture { seconds: 86_400 }, |it| it.now_ms -= 86_400_000;
        "signed for tomorrow" on HubSpotV3 => FromTheFuture { seconds: 86_400 }, |it| it.now_ms -= 86_400_000;
        "recording with a new time" on Stripe => NoMatch, |it| {
            it.now_ms += 3_600_000;
            it.swap(STRIPE, "t=1763300000", "t=1763303600");
        };
        "recording with a new time" on HubSpotV3 => NoMatch, |it| {
            it.now_ms += 3_600_000;
            it.set(V3_TIME, it.now_ms.to_string());
        };
        "recording with a second time behind the first" on Stripe => Malformed(STRIPE), |it| {
            it.now_ms += 3_600_000;
            it.header(STRIPE).extend(b",t=1763303600");
        };
        "time with letters, which is not a number and so never too old" on HubSpotV3 => Malformed(V3_TIME),
            |it| it.set(V3_TIME, "soon");
        "time empty" on Slack => Malformed(SLACK_TIME), |it| it.set(SLACK_TIME, "");
        "time left out" on Stripe => Malformed(STRIPE), |it| it.swap(STRIPE, "t=1763300000,", "");
        "time with a sign" on Slack => Malformed(SLACK_TIME), |it| it.set(SLACK_TIME, "+1763300000");
        "time before 1970" on Slack => Malformed(SLACK_TIME), |it| it.set(SLACK_TIME, "-1763300000");
        "time with a space" on Slack => Malformed(SLACK_TIME), |it| it.set(SLACK_TIME, " 1763300000");
        "time with a fraction" on Slack => Malformed(SLACK_TIME), |it| it.set(SLACK_TIME, "1763300000.5");
        "time with an exponent" on HubSpotV3 => Malformed(V3_TIME), |it| it.set(V3_TIME, "1.7633e12");
        "time in hexadecimal" on Slack => Malformed(SLACK_TIME), |it| it.set(SLACK_TIME, "0x69196f60");
        "time in other digits" on Slack => Malformed(SLACK_TIME), |it| it.set(SLACK_TIME, "١٧٦٣٣");
        "time that overflows" on Stripe => Malformed(STRIPE),
            |it| it.swap(STRIPE, "t=1763300000", "t=9223372036854775808");
        "the least time there is" on Standard => Malformed(STANDARD_TIME),
            |it| it.set(STANDARD_TIME, "-9223372036854775808");
        "time of thirteen digits where seconds are meant" on Slack => FromTheFuture { seconds: 9_998_236_699_999 },
            |it| it.set(SLACK_TIME, "9999999999999");
        "seconds where milliseconds are meant" on HubSpotV3 => TooOld { seconds: 1_761_536_700 },
            |it| it.set(V3_TIME, "1763300000");
    }
}

#[test]
fn bytes_cannot_move_between_parts_that_nothing_separates() {
    refused! {
        "digits moved from the time to the body" on HubSpotV3 => TooOld { seconds: 1_000_000_000 }, |it| {
            it.body.push(b'1');
            it.set(V3_TIME, "763300000000");
        };
        "digits moved from the body to the time" on HubSpotV3 => Malformed(V3_TIME), |it| {
            *it = signed(HubSpotV3, b"17");
            it.body = b"1".to_vec();
            it.set(V3_TIME, format!("7{NOW_MS}"));
        };
        "the body's beginning read as the time" on Standard => Malformed("webhook-id"), |it| {
            let body = b"1763303600.5";
            *it = signed_at(Standard, body, SECRET, NOW_MS);
            it.now_ms += 3_600_000;
            it.set("webhook-id", "msg_1.1763300000");
            it.set(STANDARD_TIME, "1763303600");
            it.body = b"5".to_vec();
        };
        "an id that is empty" on Standard => Malformed("webhook-id"), |it| it.set("webhook-id", "");
        "another id" on Standard => NoMatch, |it| it.set("webhook-id", "msg_2");
    }
}

#[test]
fn a_request_to_elsewhere_is_refused() {
    refused! {
        "another method" on HubSpotV3 => NoMatch, |it| it.method = "PUT".to_owned();
        "sent to another address of ours" on HubSpotV3 => NoMatch, |it| it.url.push('2');
        "sent on to another host" on HubSpotV3 => NoMatch,
            |it| it.url = it.url.replace("pie.example", "evil.example");
        "the host named in a header" on HubSpotV3 => NoMatch, |it| {
            // The attacker's own address is in the signature, and in Host.
            let url = "https://evil.example/";
            let text = format!("POST{url}{}{NOW_MS}", String::from_utf8_lossy(&it.body));
            it.set(V3, STANDARD.encode(tag(SECRET.as_bytes(), text.as_bytes())));
            it.headers.push(("host".to_owned(), b"evil.example".to_vec()));
        };
        "another address" on V2 => NoMatch, |it| it.url.push('/');
    }
}

#[test]
fn whoever_does_not_know_a_live_secret_is_refused() {
    refused! {
        "signed by somebody else" on Stripe => NoMatch,
            |it| it.headers = signed_at(Stripe, BODY, OTHER, NOW_MS).headers;
        "signed by somebody else" on HubSpotV3 => NoMatch,
            |it| it.headers = signed_at(HubSpotV3, BODY, OTHER, NOW_MS).headers;
        "a secret that was retired" on Stripe => NoMatch, |it| it.secrets = vec![OTHER.into()];
        "no secret is kept" on Stripe => NoSecret, |it| it.secrets.clear();
        "an empty secret, with which anybody can sign" on Stripe => NoSecret,
            |it| *it = signed_at(Stripe, BODY, "", NOW_MS);
        "a blank secret" on Slack => NoSecret, |it| *it = signed_at(Slack, BODY, " \n", NOW_MS);
        "a secret of nothing but its prefix" on Standard => NoSecret,
            |it| *it = signed_at(Standard, BODY, "whsec_", NOW_MS);
        "a secret that is not base64" on Standard => NoSecret, |it| it.secrets = vec![b"whsec_not base64".to_vec()];
        "an empty secret" on V1 => NoSecret, |it| *it = signed_at(V1, BODY, "", NOW_MS);
        "the secret decoded, as other schemes do" on Stripe => NoMatch, |it| {
            let key = STANDARD.decode(SECRET.trim_start_matches("whsec_")).unwrap();
            let tag = tag(&key, &[b"1763300000.", BODY].concat());
            it.set(STRIPE, format!("t=1763300000,v1={}", hex(&tag)));
        };
        "the secret's text as the key" on Standard => NoMatch, |it| {
            let tag = tag(SECRET.as_bytes(), &[b"msg_1.1763300000.", BODY].concat());
            it.set(STANDARD_TAG, format!("v1,{}", STANDARD.encode(tag)));
        };
        "more secrets than can be live" on Stripe => TooManySecrets(MOST_SECRETS + 1),
            |it| it.secrets = vec![SECRET.into(); MOST_SECRETS + 1];
    }
}

#[test]
fn versions_without_a_time_need_leave() {
    refused! {
        "version 1 without anybody's leave" on V1 => Undated,
            |it| it.scheme = HubSpotV1 { allow_undated: false };
        "version 2 without anybody's leave" on V2 => Undated,
            |it| it.scheme = HubSpotV2 { allow_undated: false };
        "version 2 taken for version 1" on V1 => NoMatch, |it| it.headers = signed(V2, BODY).headers;
        "version 1 in base64" on V1 => Malformed(UNDATED), |it| {
            let text = [SECRET.as_bytes(), BODY].concat();
            it.set(UNDATED, STANDARD.encode(Sha256::digest(text)));
        };
        "body changed" on V1 => NoMatch, |it| it.body[2] ^= 1;
    }
}

#[test]
fn other_credentials_are_refused() {
    refused! {
        "another password" on Basic => NoMatch,
            |it| it.set("authorization", format!("Basic {}", STANDARD.encode("pie:guess")));
        "the beginning of the password" on Basic => NoMatch,
            |it| it.set("authorization", format!("Basic {}", STANDARD.encode("pie:correct horse")));
        "the password in capitals" on Basic => NoMatch, |it| {
            let text = STANDARD.encode(PASSWORD.to_uppercase());
            it.set("authorization", format!("Basic {text}"));
        };
        "user alone, of credentials without a password" on Basic => NoSecret,
            |it| *it = signed_at(Basic, BODY, "pie:", NOW_MS);
        "no colon" on Basic => NoSecret, |it| *it = signed_at(Basic, BODY, "pie", NOW_MS);
        "credentials as a bearer" on Basic => Malformed("authorization"),
            |it| it.set("authorization", format!("Bearer {}", STANDARD.encode(PASSWORD)));
        "credentials that are not base64" on Basic => Malformed("authorization"),
            |it| it.set("authorization", format!("Basic {PASSWORD}"));
        "the scheme alone" on Basic => Malformed("authorization"), |it| it.set("authorization", "Basic");
    }
}

#[test]
fn what_is_harmless_keeps_no_delivery_out() {
    accepted! {
        "nothing" on Stripe => |_| {};
        "an empty body" on Stripe => |it| *it = signed(Stripe, b"");
        "a body that is no text" on Slack =>
            |it| *it = signed(Slack, &[0, 0xff, 0xc3, 0x28, b'\r', b'\n']);
        "the largest body" on HubSpotV3 => |it| {
            *it = signed(HubSpotV3, &vec![b' '; MOST_BYTES]);
        };
        "headers in another case" on HubSpotV3 => |it| {
            for (name, _) in &mut it.headers {
                *name = name.to_uppercase();
            }
        };
        "one that cannot be read beside the good one" on Stripe =>
            |it| it.header(STRIPE).extend(b",v1=bad_signature");
        "one that cannot be read before the good one" on Stripe => |it| it.swap(STRIPE, "v1=", "v1=00,v1=");
        "keys we do not know and no keys at all" on Stripe =>
            |it| it.header(STRIPE).extend(b",v0=00,v2=00,scheme,,=,x=y=z");
        "the time behind the signature" on Stripe => |it| {
            let value = it.text(STRIPE);
            let (time, tag) = value.split_once(',').unwrap();
            it.set(STRIPE, format!("{tag},{time}"));
        };
        "as many signatures as may be, the good one last" on Stripe => |it| {
            let bad = format!(",v1={}", "0".repeat(64)).repeat(MOST_SIGNATURES - 1);
            it.swap(STRIPE, ",v1", &format!("{bad},v1"));
        };
        "a rolled secret: signed with both, the old one is kept" on Stripe => |it| {
            let new = signed_at(Stripe, BODY, OTHER, NOW_MS).text(STRIPE);
            it.header(STRIPE).extend(new.replace("t=1763300000", "").bytes());
        };
        "a rolled secret: signed with the old one, both are kept" on Slack => |it| it.secrets.insert(0, OTHER.into());
        "as many secrets as may be, the good one last" on HubSpotV3 =>
            |it| it.secrets = ["a", "b", "c", SECRET].map(Vec::from).to_vec();
        "a blank secret beside the good one" on Slack => |it| it.secrets.insert(0, Vec::new());
        "a secret that is not base64 beside the good one" on Standard =>
            |it| it.secrets.insert(0, b"whsec_?".to_vec());
        "several signatures" on Standard => |it| {
            let value = it.text(STANDARD_TAG);
            it.set(STANDARD_TAG, format!("v1a,AAAA v1,short {value} v1"));
        };
        "a version 1 beside version 3" on HubSpotV3 => |it| {
            it.headers.push((UNDATED.to_owned(), b"00".to_vec()));
            it.headers.push(("x-hubspot-signature-version".to_owned(), b"v1".to_vec()));
        };
        "a version without a time, and leave for it" on V1 => |it| it.now_ms += 86_400_000;
        "a version without a time, and leave for it" on V2 => |it| it.now_ms += 86_400_000;
        "rotated credentials" on Basic => |it| it.secrets.insert(0, b"pie:new".to_vec());
        "Host is somebody else's" on HubSpotV3 => |it| it.headers.push(("host".to_owned(), b"evil.example".to_vec()));
    }
}

#[test]
fn a_delivery_is_good_for_five_minutes_on_both_sides_to_the_millisecond() {
    for scheme in [Stripe, HubSpotV3, Slack, Standard] {
        for (shift_ms, expected) in [
            (0, Ok(())),
            (299_999, Ok(())),
            (300_000, Ok(())),
            (300_001, Err(TooOld { seconds: 300 })),
            (301_000, Err(TooOld { seconds: 301 })),
            (-300_000, Ok(())),
            (-300_001, Err(FromTheFuture { seconds: 300 })),
        ] {
            let mut sent = signed(scheme, BODY);
            sent.now_ms += shift_ms;
            assert_eq!(sent.answer(), expected, "{scheme:?} {shift_ms}");
        }
    }
}

#[test]
fn hubspot_decodes_twelve_escapes_of_the_address_and_no_others() {
    let check = |configured: &str, signed: &str| {
        let mut sent = self::signed(HubSpotV3, BODY);
        let (before, after) = (format!("POST{signed}"), NOW_MS.to_string());
        let text = [before.as_bytes(), BODY, after.as_bytes()];
        sent.set(V3, STANDARD.encode(tag(SECRET.as_bytes(), &text.concat())));
        configured.clone_into(&mut sent.url);
        assert_eq!(sent.answer(), Ok(()), "{configured}");
    };
    check("https://a.example/", "https://a.example/");
    check(
        "https://a.example/%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B",
        "https://a.example/:/?@!$'()*,;",
    );
    check(
        "https://a.example/a%20b%26c%3Dd%25",
        "https://a.example/a%20b%26c%3Dd%25",
    );
    check(
        "https://a.example/?q=a%2Fb%2Bc",
        "https://a.example/?q=a/b%2Bc",
    );
    // Nothing is decoded twice, and what is no escape stays.
    check("https://a.example/%252F%2", "https://a.example/%252F%2");
    check("https://a.example/é%3A", "https://a.example/é:");
}

fn any_scheme() -> impl Strategy<Value = Signature> {
    prop::sample::select(&ALL[..])
}

/// Headers that a reader of this scheme looks at, with values between nonsense and nearly right.
fn any_headers() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    let name = prop::sample::select(vec![
        STRIPE,
        V3,
        V3_TIME,
        UNDATED,
        SLACK,
        SLACK_TIME,
        STANDARD_TAG,
        STANDARD_TIME,
        "webhook-id",
        "authorization",
        "",
    ]);
    let value = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..80),
        "[tv01,=. a-f0-9+/-]{0,160}".prop_map(String::into_bytes),
        "[0-9]{0,20}".prop_map(String::into_bytes),
        "(t=[0-9]{10},)?(v[01]=[0-9a-f]{64},?){0,10}".prop_map(String::into_bytes),
        "(v1,[A-Za-z0-9+/]{43}= ?){0,10}".prop_map(String::into_bytes),
    ];
    prop::collection::vec((name.prop_map(str::to_owned), value), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn arbitrary_deliveries_are_refused_and_never_panic(
        scheme in any_scheme(),
        method in ".{0,8}",
        url in "(https://|%|%2F|%3|é|.){0,20}",
        headers in any_headers(),
        body in prop::collection::vec(any::<u8>(), 0..200),
        secrets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..6),
        now_ms in prop_oneof![
            Just(Timestamp::MIN.as_second() * 1000),
            Just(Timestamp::MAX.as_second() * 1000),
            0..4_000_000_000_000_i64,
        ],
    ) {
        let sent = Sent { scheme, method, url, headers, body, secrets, now_ms };
        prop_assert!(sent.answer().is_err());
    }

    #[test]
    fn what_is_signed_is_accepted_and_no_longer_when_a_bit_of_it_differs(
        scheme in any_scheme(),
        body in prop::collection::vec(any::<u8>(), 1..300),
        shift_ms in -300_000..=300_000_i64,
        bit in any::<prop::sample::Index>(),
    ) {
        // Times of whole seconds lose up to one of them.
        let mut sent = signed_at(scheme, &body, secret_of(scheme), NOW_MS + shift_ms / 1000 * 1000);
        prop_assert_eq!(sent.answer(), Ok(()));
        if scheme != Basic {
            let bit = bit.index(body.len() * 8);
            sent.body[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(sent.answer(), Err(NoMatch));
        }
    }

    #[test]
    fn while_secrets_roll_every_live_one_is_accepted_and_no_retired_one(
        scheme in any_scheme(),
        signer in 0..6_usize,
        live in prop::sample::subsequence((0..6_usize).collect::<Vec<_>>(), 1..=MOST_SECRETS),
    ) {
        let secret = |n: usize| match scheme {
            Basic => format!("pie:{n}"),
            _ => format!("whsec_{}", STANDARD.encode(format!("secret number {n}"))),
        };
        let mut sent = signed_at(scheme, BODY, &secret(signer), NOW_MS);
        sent.secrets = live.iter().map(|n| secret(*n).into_bytes()).collect();
        let expected = if live.contains(&signer) { Ok(()) } else { Err(NoMatch) };
        prop_assert_eq!(sent.answer(), expected);
    }

    #[test]
    fn a_tag_has_one_spelling(
        scheme in any_scheme(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut sent = signed(scheme, BODY);
        let (name, value) = sent
            .headers
            .iter()
            .find(|(name, _)| name.contains("signature") || name == "authorization")
            .cloned()
            .unwrap();
        // Behind what says which scheme and time it is.
        let from = value.iter().rposition(|it| b", ".contains(it)).map_or(0, |at| at + 1);
        let at = from + at.index(value.len() - from);
        prop_assume!(value[at] != byte);
        sent.header(&name)[at] = byte;
        prop_assert!(sent.answer().is_err());
    }
}
