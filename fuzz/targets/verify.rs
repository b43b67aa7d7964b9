//! Whatever arrives, the verifiers of webhooks answer with a refusal, never with a panic: nobody here can sign.
#![no_main]

use connector::verify::{Delivery, Signature, verify};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;

const SCHEMES: [Signature; 7] = [
    Signature::Stripe,
    Signature::HubSpotV3,
    Signature::HubSpotV2 {
        allow_undated: true,
    },
    Signature::HubSpotV1 {
        allow_undated: true,
    },
    Signature::Slack,
    Signature::Standard,
    Signature::Basic,
];

const SECRETS: &[&[u8]] = &[
    b"whsec_bG9uZyBlbm91Z2ggdG8gYmUgb25l",
    b"pie:correct horse battery",
    b"",
    b"\xff",
];

// The first lines are a signature, a time, an id and a path; the rest is the body.
fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.splitn(5, |byte| *byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let (tag, time, id, path, body) = (line(), line(), line(), line(), line());
    let path = String::from_utf8_lossy(path);
    let headers = [
        ("stripe-signature", tag),
        ("X-HubSpot-Signature-v3", tag),
        ("X-HubSpot-Request-Timestamp", time),
        ("x-hubspot-signature", tag),
        ("x-slack-signature", tag),
        ("x-slack-request-timestamp", time),
        ("webhook-id", id),
        ("webhook-timestamp", time),
        ("webhook-signature", tag),
        ("authorization", tag),
    ];
    // Mostly the delivery's own time, so that it is found recent and its tags are compared; else any moment there is.
    let digits = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<i64>().ok();
    let stripe_time = tag
        .strip_prefix(b"t=")
        .and_then(|rest| rest.split(|byte| *byte == b',').next());
    let number = stripe_time
        .and_then(digits)
        .or_else(|| digits(time))
        .unwrap_or_default();
    let moments = [
        Timestamp::from_second(number),
        Timestamp::from_millisecond(number),
    ];
    for now in moments.map(|it| it.unwrap_or(Timestamp::MAX)) {
        for scheme in SCHEMES {
            let delivery = Delivery {
                method: "POST",
                url: &path,
                headers: &headers,
                body,
            };
            let answer = verify(scheme, &delivery, SECRETS, now);
            assert!(answer.is_err(), "{scheme:?} accepts what nobody signed");
        }
    }
});
