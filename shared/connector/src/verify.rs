//! Whether a webhook's delivery comes from whom it says, decided over its raw bytes before anything reads them.
//!
//! [`verify`] is total: whatever the bytes, the answer is yes or why not. It computes one tag for each live secret,
//! compares every candidate with every tag in constant time, and does not stop at the first that fits. A delivery is
//! good for five minutes before and after its own time, so a recording of it is worthless later.
//!
//! ```
//! use connector::verify::{Delivery, Refused, Signature, verify};
//!
//! let delivery = Delivery {
//!     method: "POST",
//!     url: "https://pie.example/v1/webhooks/stripe/1",
//!     headers: &[("stripe-signature", b"t=1763300000,v1=00")],
//!     body: b"{}",
//! };
//! let now = jiff::Timestamp::from_second(1_763_300_001).expect("in range");
//! let answer = verify(Signature::Stripe, &delivery, &[b"whsec_example"], now);
//! assert_eq!(answer, Err(Refused::Malformed("stripe-signature")));
//! ```

mod address;

pub use address::{Address, AddressError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// The longest body that is looked at.
pub const MOST_BYTES: usize = 1 << 20;
/// So many secrets may be live at once: a source that rolls its secret signs with each.
pub const MOST_SECRETS: usize = 4;
/// So many signatures one delivery may carry.
pub const MOST_SIGNATURES: usize = 8;
/// How far a delivery's own time may be from ours, on either side.
pub const TOLERANCE_MS: i64 = 300_000;

/// A header longer than this is not one of a signature.
const MOST_HEADER_BYTES: usize = 4096;
/// Milliseconds since 1970 have so many digits until the year 2286; seconds have fewer.
const MOST_DIGITS: usize = 13;

/// How a source proves that a delivery is its own: what it signs, with which key, and in which headers it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// `Stripe-Signature: t=…,v1=…`: HMAC of `t.body`, the key being the whole secret with its `whsec_`.
    Stripe,
    /// `X-HubSpot-Signature-v3`: HMAC of method, URI, body and `X-HubSpot-Request-Timestamp`.
    HubSpotV3,
    /// `X-HubSpot-Signature`: SHA-256 of secret, method, URI and body. It does not age, so a recording stays good;
    /// and a plain hash of secret and text can be made longer without the secret.
    HubSpotV2 {
        /// Whoever must live with that says so here.
        allow_undated: bool,
    },
    /// `X-HubSpot-Signature`: SHA-256 of secret and body; as weak as [`Signature::HubSpotV2`].
    HubSpotV1 {
        /// Whoever must live with that says so here.
        allow_undated: bool,
    },
    /// `X-Slack-Signature: v0=…`: HMAC of `v0:timestamp:body`, the key being the secret's text as it is shown.
    Slack,
    /// Standard Webhooks: `webhook-signature: v1,… v1,…`, HMAC of `id.timestamp.body`, the key in base64 after
    /// `whsec_`.
    Standard,
    /// `Authorization: Basic …`: no signature but credentials, `user:password`, that we gave the source. They say who
    /// sends and not what; a path that cannot be guessed belongs to it.
    Basic,
}

/// What arrived, byte for byte.
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The public URL the source was told to call. It comes from our settings: whoever sends the request chooses its
    /// `Host`.
    pub url: &'a str,
    /// Names in any case, and values.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The body as it was on the wire, before any parsing.
    pub body: &'a [u8],
}

/// Why a delivery is not accepted. It is for our log and quotes neither secret nor signature; the sender hears only
/// that it was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A header is not there.
    #[error(
        "the delivery has no header {0}: its sender does not sign, or a proxy drops the header"
    )]
    Missing(&'static str),
    /// A header is there more than once, so that two readers may see two values.
    #[error("the delivery has the header {0} more than once: the source sends it once")]
    Repeated(&'static str),
    /// A header cannot be read.
    #[error("the header {0} is not as its source writes it")]
    Malformed(&'static str),
    /// More signatures than any source sends.
    #[error("the header {0} has more than {MOST_SIGNATURES} signatures")]
    TooManySignatures(&'static str),
    /// It was signed too long ago: late, or somebody plays a recording.
    #[error("the delivery was signed {seconds} s ago, which is more than five minutes")]
    TooOld {
        /// How old it says it is.
        seconds: i64,
    },
    /// It was signed at a time that is still to come.
    #[error(
        "the delivery was signed {seconds} s ahead of our clock, which is more than five minutes"
    )]
    FromTheFuture {
        /// How far ahead it says it is.
        seconds: i64,
    },
    /// The scheme carries no time, and nobody said that this will do.
    #[error(
        "this signature carries no time and stays good for ever: use version 3, or allow undated ones"
    )]
    Undated,
    /// No signature fits any live secret.
    #[error(
        "no signature fits a live secret: the secret was changed at the source, or the sender has none"
    )]
    NoMatch,
    /// There is nothing to compare with.
    #[error("no usable secret is kept for this connection: connect its webhook again")]
    NoSecret,
    /// More secrets than can be live at once.
    #[error(
        "{0} secrets are kept for this connection, and at most {MOST_SECRETS} can be live: drop the oldest"
    )]
    TooManySecrets(usize),
    /// The body is longer than any source sends.
    #[error("the body has {0} bytes, and {MOST_BYTES} is the most that is looked at")]
    BodyTooLarge(usize),
}

/// Accepts a delivery that one of the live secrets signed, within five minutes of `now`.
///
/// Secrets that are blank never fit: anybody can sign with nothing.
pub fn verify(
    scheme: Signature,
    delivery: &Delivery<'_>,
    secrets: &[&[u8]],
    now: Timestamp,
) -> Result<(), Refused> {
    if delivery.body.len() > MOST_BYTES {
        return Err(Refused::BodyTooLarge(delivery.body.len()));
    }
    if secrets.len() > MOST_SECRETS {
        return Err(Refused::TooManySecrets(secrets.len()));
    }
    match scheme {
        Signature::Stripe => stripe(delivery, secrets, now),
        Signature::HubSpotV3 => hubspot_v3(delivery, secrets, now),
        Signature::HubSpotV2 { allow_undated } => hubspot_undated(
            allow_undated,
            delivery,
            secrets,
            &[delivery.method, delivery.url],
        ),
        Signature::HubSpotV1 { allow_undated } => {
            hubspot_undated(allow_undated, delivery, secrets, &[])
        }
        Signature::Slack => slack(delivery, secrets, now),
        Signature::Standard => standard(delivery, secrets, now),
        Signature::Basic => basic(delivery, secrets),
    }
}

fn stripe(delivery: &Delivery<'_>, secrets: &[&[u8]], now: Timestamp) -> Result<(), Refused> {
    const HEADER: &str = "stripe-signature";
    let mut at = None;
    let mut tags = Tags::of(HEADER);
    for item in delivery.header(HEADER)?.split(',') {
        match item.split_once('=') {
            // Of two times, the one that is signed and the one that is checked could differ.
            Some(("t", value)) if at.replace(value).is_some() => {
                return Err(Refused::Malformed(HEADER));
            }
            Some(("v1", value)) => tags.add(hex(value))?,
            // Other versions are for other readers; v0 is a decoy of the test mode.
            _ => {}
        }
    }
    let at = Time::seconds(HEADER, at.unwrap_or_default())?;
    at.is_near(now)?;
    tags.fit(secrets, |secret| {
        hmac(secret, &[at.text, ".".as_bytes(), delivery.body])
    })
}

fn hubspot_v3(delivery: &Delivery<'_>, secrets: &[&[u8]], now: Timestamp) -> Result<(), Refused> {
    const HEADER: &str = "x-hubspot-signature-v3";
    const TIME: &str = "x-hubspot-request-timestamp";
    let tags = Tags::one(HEADER, base64(delivery.header(HEADER)?))?;
    let at = Time::milliseconds(TIME, delivery.header(TIME)?)?;
    at.is_near(now)?;
    // Nothing separates the parts. Digits moved from the time to the body make it decades old, and digits moved from
    // the body to the time are one too many.
    let url = hubspot_url(delivery.url);
    tags.fit(secrets, |secret| {
        let method = delivery.method.as_bytes();
        hmac(secret, &[method, url.as_bytes(), delivery.body, at.text])
    })
}

/// What `HubSpot` decodes in a URL before it signs it; all other escapes stay. None of these characters can become part
/// of another escape, so their order does not matter.
const HUBSPOT_DECODES: [(&str, &str); 12] = [
    ("%3A", ":"),
    ("%2F", "/"),
    ("%3F", "?"),
    ("%40", "@"),
    ("%21", "!"),
    ("%24", "$"),
    ("%27", "'"),
    ("%28", "("),
    ("%29", ")"),
    ("%2A", "*"),
    ("%2C", ","),
    ("%3B", ";"),
];

fn hubspot_url(url: &str) -> String {
    HUBSPOT_DECODES
        .iter()
        .fold(url.to_owned(), |url, (escape, plain)| {
            url.replace(escape, plain)
        })
}

fn hubspot_undated(
    is_allowed: bool,
    delivery: &Delivery<'_>,
    secrets: &[&[u8]],
    before: &[&str],
) -> Result<(), Refused> {
    const HEADER: &str = "x-hubspot-signature";
    if !is_allowed {
        return Err(Refused::Undated);
    }
    let tags = Tags::one(HEADER, hex(delivery.header(HEADER)?))?;
    tags.fit(secrets, |secret| {
        let mut hash = Sha256::new_with_prefix(secret);
        for part in before {
            hash.update(part);
        }
        Some(hash.chain_update(delivery.body).finalize().into())
    })
}

fn slack(delivery: &Delivery<'_>, secrets: &[&[u8]], now: Timestamp) -> Result<(), Refused> {
    const HEADER: &str = "x-slack-signature";
    const TIME: &str = "x-slack-request-timestamp";
    let tag = delivery.header(HEADER)?.strip_prefix("v0=");
    let tags = Tags::one(HEADER, tag.and_then(hex))?;
    let at = Time::seconds(TIME, delivery.header(TIME)?)?;
    at.is_near(now)?;
    tags.fit(secrets, |secret| {
        hmac(secret, &[b"v0:", at.text, b":", delivery.body])
    })
}

fn standard(delivery: &Delivery<'_>, secrets: &[&[u8]], now: Timestamp) -> Result<(), Refused> {
    const HEADER: &str = "webhook-signature";
    const TIME: &str = "webhook-timestamp";
    const ID: &str = "webhook-id";
    let id = delivery.header(ID)?;
    // A dot would let the time be read out of the id, or the body's beginning as the time.
    if id.is_empty() || id.contains('.') {
        return Err(Refused::Malformed(ID));
    }
    let mut tags = Tags::of(HEADER);
    for item in delivery.header(HEADER)?.split(' ') {
        // Other versions, such as v1a with a public key, are for other readers.
        if let Some(("v1", value)) = item.split_once(',') {
            tags.add(base64(value))?;
        }
    }
    let at = Time::seconds(TIME, delivery.header(TIME)?)?;
    at.is_near(now)?;
    tags.fit(secrets, |secret| {
        let key = STANDARD.decode(secret.strip_prefix(b"whsec_").unwrap_or(secret));
        let key = key.ok().filter(|key| !key.is_empty())?;
        hmac(&key, &[id.as_bytes(), b".", at.text, b".", delivery.body])
    })
}

fn basic(delivery: &Delivery<'_>, secrets: &[&[u8]]) -> Result<(), Refused> {
    const HEADER: &str = "authorization";
    let given = delivery.header(HEADER)?.split_once(' ');
    let given = given.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let given = given.and_then(|(_, credentials)| STANDARD.decode(credentials).ok());
    // Hashes are compared, because comparing the texts would tell how long ours is.
    let tags = Tags::one(HEADER, given.map(|it| Sha256::digest(it).into()))?;
    tags.fit(secrets, |secret| {
        let password = secret.splitn(2, |byte| *byte == b':').nth(1)?;
        (!password.is_empty()).then(|| Sha256::digest(secret).into())
    })
}

impl<'a> Delivery<'a> {
    /// The one value of a header, which is text.
    fn header(&self, name: &'static str) -> Result<&'a str, Refused> {
        let mut values = self
            .headers
            .iter()
            .filter(|(it, _)| it.eq_ignore_ascii_case(name));
        let (_, value) = values.next().ok_or(Refused::Missing(name))?;
        if values.next().is_some() {
            return Err(Refused::Repeated(name));
        }
        std::str::from_utf8(value)
            .ok()
            .filter(|value| value.len() <= MOST_HEADER_BYTES)
            .ok_or(Refused::Malformed(name))
    }
}

/// A time as its source wrote it, which is what is signed, and what it says.
struct Time<'a> {
    text: &'a [u8],
    ms: i64,
}

impl<'a> Time<'a> {
    fn seconds(header: &'static str, text: &'a str) -> Result<Self, Refused> {
        Self::read(header, text, 1000)
    }

    fn milliseconds(header: &'static str, text: &'a str) -> Result<Self, Refused> {
        Self::read(header, text, 1)
    }

    fn read(header: &'static str, text: &'a str, unit_ms: i64) -> Result<Self, Refused> {
        let is_number = text.len() <= MOST_DIGITS && text.bytes().all(|it| it.is_ascii_digit());
        let number = text.parse::<i64>().ok().filter(|_| is_number);
        let ms = number.and_then(|number| number.checked_mul(unit_ms));
        let ms = ms.ok_or(Refused::Malformed(header))?;
        let text = text.as_bytes();
        Ok(Self { text, ms })
    }

    fn is_near(&self, now: Timestamp) -> Result<(), Refused> {
        let age_ms = now.as_millisecond().saturating_sub(self.ms);
        if age_ms > TOLERANCE_MS {
            let seconds = age_ms / 1000;
            return Err(Refused::TooOld { seconds });
        }
        if age_ms < -TOLERANCE_MS {
            let seconds = age_ms.saturating_neg() / 1000;
            return Err(Refused::FromTheFuture { seconds });
        }
        Ok(())
    }
}

type Tag = [u8; 32];

/// The signatures of a delivery that can be read, and how many it has in all.
struct Tags {
    header: &'static str,
    count: usize,
    readable: Vec<Tag>,
}

impl Tags {
    fn of(header: &'static str) -> Self {
        Self {
            header,
            count: 0,
            readable: Vec::new(),
        }
    }

    fn one(header: &'static str, tag: Option<Tag>) -> Result<Self, Refused> {
        let mut tags = Self::of(header);
        tags.add(tag)?;
        Ok(tags)
    }

    /// One that cannot be read does no harm to a good one beside it.
    fn add(&mut self, tag: Option<Tag>) -> Result<(), Refused> {
        self.count += 1;
        if self.count > MOST_SIGNATURES {
            return Err(Refused::TooManySignatures(self.header));
        }
        self.readable.extend(tag);
        Ok(())
    }

    /// Whether any of these is what any secret gives. All are compared, so that the time taken says nothing about
    /// which fits or how nearly.
    fn fit(
        &self,
        secrets: &[&[u8]],
        expected: impl Fn(&[u8]) -> Option<Tag>,
    ) -> Result<(), Refused> {
        if self.readable.is_empty() {
            return Err(Refused::Malformed(self.header));
        }
        let mut has_secret = false;
        let mut does_fit = Choice::from(0);
        for secret in secrets.iter().filter(|it| !it.trim_ascii().is_empty()) {
            let Some(expected) = expected(secret) else {
                continue;
            };
            has_secret = true;
            for tag in &self.readable {
                does_fit |= expected.as_slice().ct_eq(tag.as_slice());
            }
        }
        match (has_secret, bool::from(does_fit)) {
            (false, _) => Err(Refused::NoSecret),
            (true, false) => Err(Refused::NoMatch),
            (true, true) => Ok(()),
        }
    }
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Option<Tag> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    for part in parts {
        mac.update(part);
    }
    Some(mac.finalize().into_bytes().into())
}

/// Thirty-two bytes in lower-case hexadecimal, which is how sources write them: a tag has one spelling.
fn hex(text: &str) -> Option<Tag> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != size_of::<Tag>() || !rest.is_empty() {
        return None;
    }
    let mut tag = Tag::default();
    for (byte, [high, low]) in tag.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(tag)
}

/// Thirty-two bytes in base64 with its padding.
fn base64(text: &str) -> Option<Tag> {
    STANDARD.decode(text).ok()?.try_into().ok()
}
