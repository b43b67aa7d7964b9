//! Verifying what sources push, beside the bare HMAC of the same library over the same bytes.

use crate::clock::{Median, median};
use crate::ours::Ours;
use crate::peers::Peer;
use anyhow::{Context, anyhow};
use connector::verify::{Delivery, Signature, verify};
use hmac::{Hmac, KeyInit, Mac};
use model::Timestamp;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt::Write;

const SECRET: &[u8] = b"whsec_bG9uZyBlbm91Z2ggdG8gYmUgb25l";
const AT: i64 = 1_763_300_000;

/// A peer's times by the work and the peer's name.
type Beside = BTreeMap<String, BTreeMap<String, Peer>>;

/// Times one accepted delivery of each size, with one live secret and one signature.
pub(crate) fn measure() -> anyhow::Result<(Vec<Ours>, Beside)> {
    let mut ours = Vec::new();
    let mut beside = Beside::new();
    for (key, title, kib, batch, reach_ms) in [
        ("verify_1k", "verify a webhook of 1 KiB", 1, 500, None),
        (
            "verify_20k",
            "verify a webhook of 20 KiB",
            20,
            50,
            Some(0.05),
        ),
        ("verify_256k", "verify a webhook of 256 KiB", 256, 5, None),
    ] {
        let body = vec![b'x'; kib * 1024];
        let bare = || -> anyhow::Result<[u8; 32]> {
            let mut mac = Hmac::<Sha256>::new_from_slice(SECRET)?;
            mac.update(format!("{AT}.").as_bytes());
            mac.update(&body);
            Ok(mac.finalize().into_bytes().into())
        };
        let mut header = format!("t={AT},v1=");
        for byte in bare()? {
            write!(header, "{byte:02x}")?;
        }
        let delivery = Delivery {
            method: "POST",
            url: "https://pie.example/v1/webhooks/stripe/1",
            headers: &[("stripe-signature", header.as_bytes())],
            body: &body,
        };
        let now = Timestamp::from_second(AT).context("the bench's own time")?;
        let whole = || verify(Signature::Stripe, &delivery, &[SECRET], now);
        whole().map_err(|refused| anyhow!("the bench's own delivery is refused: {refused}"))?;
        let answer = body.len() as f64;
        ours.push(Ours {
            key,
            title,
            threads: 1,
            median: median(batch, whole),
            reach_ms,
            answer,
        });
        let Median {
            ms,
            fastest_ms,
            repetitions,
        } = median(batch, bare);
        let bare = Peer {
            ms,
            fastest_ms,
            repetitions,
            answer,
        };
        let name = "the same library's HMAC alone".to_owned();
        beside.insert(key.to_owned(), BTreeMap::from([(name, bare)]));
    }
    Ok((ours, beside))
}
