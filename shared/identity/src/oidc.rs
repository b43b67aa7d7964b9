//! Customers' own issuers: ID tokens are checked here and exchanged for a session.
//!
//! Nothing is fetched: [`JwksCache`] says when the caller is to download an issuer's keys, and the
//! caller hands them in.

use crate::Email;
use crate::jws::{Algorithm, Compact, Object, TokenError, VerifyingKey, check_times};
use crate::session::LEEWAY_S;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use model::Role;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An ID token with many groups is long; a longer one is no ID token.
const LONGEST: usize = 16_384;

/// An issuer has a handful of keys.
const LARGEST_SET: usize = 256 * 1024;

/// One issuer a customer signs in with, as its admin configured it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuer {
    /// The exact `iss` of its tokens.
    pub issuer: String,
    /// The client id that its tokens for us are made out to.
    pub audience: String,
    /// Where its keys are published.
    pub jwks_uri: String,
    /// How it signs. A token cannot choose.
    pub algorithm: Algorithm,
    /// When an address of its tokens is believed.
    pub email: EmailPolicy,
    /// Claims that must have exactly this text, such as an organisation.
    #[serde(default)]
    pub required: BTreeMap<String, String>,
    /// The role that new members with an address of a domain get; nobody else is let in unasked.
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
}

/// When an address in a token is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailPolicy {
    /// When the token says it was verified.
    Verified,
    /// Unless the token says it was not: for issuers that give out addresses themselves and never
    /// say.
    TrustIssuer,
}

/// An issuer that cannot be configured so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    /// Not an address over TLS.
    #[error("the issuer's {0} must be an https address without user, query or fragment")]
    Address(&'static str),
    /// No audience.
    #[error("the issuer's audience is missing; it is the client id you were given there")]
    Audience,
    /// A domain in another spelling than addresses have.
    #[error("a domain in the issuer's roles must be in lower case and without @")]
    Domain,
}

/// What a verified ID token says.
///
/// Debug shows no address and no name.
#[derive(Clone, PartialEq, Eq)]
pub struct OidcClaims {
    /// The issuer.
    pub issuer: String,
    /// The issuer's own id of the person: with the issuer the only lasting name.
    pub subject: String,
    /// The address, if it is to be believed.
    pub email: Option<Email>,
    /// The name.
    pub name: Option<String>,
    /// When the token was made.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for OidcClaims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OidcClaims")
            .field("issuer", &self.issuer)
            .field("issued_at", &self.issued_at)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// What a token says of itself before it is verified: good for finding the issuer's row and key,
/// for nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The issuer it names.
    pub issuer: String,
    /// The audience it names.
    pub audience: String,
    /// The key it names.
    pub kid: String,
}

impl Hint {
    /// Reads a token without believing it.
    pub fn of(token: &str) -> Result<Self, TokenError> {
        let mut token = Compact::parse(token, LONGEST)?;
        let mut claims = token.unverified()?;
        Ok(Self {
            issuer: claims.text("iss")?,
            audience: audience(&mut claims)?,
            kid: token
                .header
                .take_text("kid")
                .ok_or(TokenError::Header("kid"))?,
        })
    }
}

impl Issuer {
    /// Whether the configuration makes sense.
    pub fn validate(&self) -> Result<(), IssuerError> {
        for (name, address) in [("issuer", &self.issuer), ("jwks_uri", &self.jwks_uri)] {
            let rest = address.strip_prefix("https://").unwrap_or_default();
            let plain = |byte: u8| byte.is_ascii_graphic() && !b"@?#\\".contains(&byte);
            let host_begins = rest
                .as_bytes()
                .first()
                .is_some_and(u8::is_ascii_alphanumeric);
            if !host_begins || !rest.bytes().all(plain) {
                return Err(IssuerError::Address(name));
            }
        }
        if self.audience.trim().is_empty() {
            return Err(IssuerError::Audience);
        }
        let spelled = |domain: &String| {
            format!("a@{domain}")
                .parse::<Email>()
                .is_ok_and(|email| email.domain() == domain)
        };
        if self.roles.keys().all(spelled) {
            Ok(())
        } else {
            Err(IssuerError::Domain)
        }
    }

    /// Who an ID token is about, if this issuer made it for us and its time is now.
    ///
    /// `nonce` is the one of the sign-in that was begun here; none where the caller got the token
    /// elsewhere.
    pub fn verify_id_token(
        &self,
        token: &str,
        jwks: &Jwks,
        nonce: Option<&str>,
        now: Timestamp,
    ) -> Result<OidcClaims, TokenError> {
        let mut token = Compact::parse(token, LONGEST)?;
        let header = &mut token.header;
        if header.take_text("alg").as_deref() != Some(self.algorithm.as_str()) {
            return Err(TokenError::Algorithm);
        }
        match header.take("typ") {
            None => {}
            Some(Value::String(typ)) if typ.eq_ignore_ascii_case("JWT") => {}
            Some(_) => return Err(TokenError::Header("typ")),
        }
        // Members that would change how the token is to be read, none of which we do.
        if ["crit", "b64", "zip", "enc"]
            .iter()
            .any(|name| header.get(name).is_some())
        {
            return Err(TokenError::Extra);
        }
        let kid = header.take_text("kid").ok_or(TokenError::Header("kid"))?;
        // Keys in or behind the header (jwk, jku, x5c, x5u) are never looked at.
        let key = jwks.get(&kid).ok_or(TokenError::UnknownKey)?;
        if key.algorithm != self.algorithm {
            return Err(TokenError::Algorithm);
        }
        let claims = token.verify(key)?;
        self.believe(claims, nonce, now)
    }

    fn believe(
        &self,
        mut claims: Object,
        nonce: Option<&str>,
        now: Timestamp,
    ) -> Result<OidcClaims, TokenError> {
        if claims.text("iss")? != self.issuer {
            return Err(TokenError::Claim("iss"));
        }
        if audience(&mut claims)? != self.audience {
            return Err(TokenError::Claim("aud"));
        }
        if claims
            .get("azp")
            .is_some_and(|party| party.as_str() != Some(&self.audience))
        {
            return Err(TokenError::Claim("azp"));
        }
        // An access token of the same issuer is no proof of who somebody is.
        if claims
            .get("token_use")
            .is_some_and(|kind| kind.as_str() != Some("id"))
        {
            return Err(TokenError::Claim("token_use"));
        }
        if nonce.is_some() && claims.get("nonce").and_then(Value::as_str) != nonce {
            return Err(TokenError::Claim("nonce"));
        }
        let required = |(name, text): (&String, &String)| {
            claims.get(name).and_then(Value::as_str) == Some(text)
        };
        if !self.required.iter().all(required) {
            return Err(TokenError::Required);
        }
        let subject = claims.text("sub")?;
        if subject.is_empty() || subject.len() > 255 {
            return Err(TokenError::Claim("sub"));
        }
        let (issued_at, expires) = (claims.integer("iat")?, claims.integer("exp")?);
        let not_before = match claims.get("nbf") {
            None => None,
            Some(_) => Some(claims.integer("nbf")?),
        };
        check_times(now, LEEWAY_S, issued_at, not_before, expires)?;
        let instant =
            |name, second| Timestamp::from_second(second).map_err(|_| TokenError::Claim(name));
        Ok(OidcClaims {
            email: self.believed_email(&claims)?,
            issuer: self.issuer.clone(),
            subject,
            name: claims.take_text("name"),
            issued_at: instant("iat", issued_at)?,
            expires_at: instant("exp", expires)?,
        })
    }

    fn believed_email(&self, claims: &Object) -> Result<Option<Email>, TokenError> {
        let wrong = TokenError::Claim("email");
        let Some(email) = claims.get("email") else {
            return Ok(None);
        };
        let email = email.as_str().ok_or(wrong)?.parse().map_err(|_| wrong)?;
        match (claims.get("email_verified"), self.email) {
            (Some(Value::Bool(true)), _) | (None, EmailPolicy::TrustIssuer) => Ok(Some(email)),
            (Some(Value::Bool(false)) | None, _) => Ok(None),
            (Some(_), _) => Err(TokenError::Claim("email_verified")),
        }
    }

    /// The role that somebody new gets, if their domain is one that is let in.
    pub fn role_for(&self, claims: &OidcClaims) -> Option<Role> {
        self.roles.get(claims.email.as_ref()?.domain()).copied()
    }
}

/// The one audience: a text, or a list of just one. A token for several would be good elsewhere
/// too.
fn audience(claims: &mut Object) -> Result<String, TokenError> {
    match claims.take("aud") {
        Some(Value::String(audience)) => Ok(audience),
        Some(Value::Array(list)) => match <[Value; 1]>::try_from(list) {
            Ok([Value::String(audience)]) => Ok(audience),
            _ => Err(TokenError::Claim("aud")),
        },
        _ => Err(TokenError::Claim("aud")),
    }
}

/// An issuer's keys.
#[derive(Clone, Debug, Default)]
pub struct Jwks(BTreeMap<String, VerifyingKey>);

/// A text that is no key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwksError {
    /// It is something else.
    #[error("the issuer's key set is not a JSON object with a list of keys; check the jwks_uri")]
    Form,
    /// There is nothing to verify with in it.
    #[error("the issuer's key set has no RS256 or ES256 key with a kid; check the jwks_uri")]
    Empty,
}

impl Jwks {
    /// Reads a key set. Keys of other kinds or for other uses are left out, and so is a name that
    /// stands for two keys.
    pub fn parse(bytes: &[u8]) -> Result<Self, JwksError> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Object>,
        }
        if bytes.len() > LARGEST_SET {
            return Err(JwksError::Form);
        }
        let set: Set = serde_json::from_slice(bytes).map_err(|_| JwksError::Form)?;
        let mut keys = BTreeMap::new();
        for key in set.keys {
            let Some((kid, key)) = read_key(key) else {
                continue;
            };
            keys.entry(kid)
                .and_modify(|known| *known = None)
                .or_insert(Some(key));
        }
        let keys: BTreeMap<_, _> = keys
            .into_iter()
            .filter_map(|(kid, key)| Some((kid, key?)))
            .collect();
        if keys.is_empty() {
            Err(JwksError::Empty)
        } else {
            Ok(Self(keys))
        }
    }

    /// Whether there is a key of this name.
    pub fn contains(&self, kid: &str) -> bool {
        self.0.contains_key(kid)
    }

    fn get(&self, kid: &str) -> Option<&VerifyingKey> {
        self.0.get(kid)
    }
}

fn read_key(mut key: Object) -> Option<(String, VerifyingKey)> {
    let kid = key.take_text("kid").filter(|kid| !kid.is_empty())?;
    let is = |name: &str, text: &str| {
        key.get(name)
            .is_none_or(|value| value.as_str() == Some(text))
    };
    let verifies = key.get("key_ops").is_none_or(|ops| {
        ops.as_array()
            .is_some_and(|ops| ops.iter().any(|op| op.as_str() == Some("verify")))
    });
    // A private key that was published is everybody's.
    if !is("use", "sig") || !verifies || key.get("d").is_some() {
        return None;
    }
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(key.get(name)?.as_str()?).ok();
    let verifying = match key.get("kty")?.as_str()? {
        "RSA" if is("alg", "RS256") => {
            let (modulus, exponent) = (bytes("n")?, bytes("e")?);
            let holds = (256..=1_024).contains(&modulus.len()) && (1..=4).contains(&exponent.len());
            // With an exponent of 1 anybody signs.
            if !holds || exponent == [1] || is_from_weak_chip(&modulus) {
                return None;
            }
            VerifyingKey::rs256(&modulus, &exponent)
        }
        "EC" if is("alg", "ES256") && key.get("crv")?.as_str()? == "P-256" => {
            let (x, y) = (bytes("x")?, bytes("y")?);
            if x.len() != 32 || y.len() != 32 {
                return None;
            }
            VerifyingKey::es256(&[&[4], x.as_slice(), y.as_slice()].concat())
        }
        _ => None,
    };
    Some((kid, verifying?))
}

/// Whether an RSA key was made by the chips of CVE-2017-15361, whose keys can be factored: their
/// moduli are powers of 65537 modulo every small prime, which a fair key is less than once in 10⁸.
fn is_from_weak_chip(modulus: &[u8]) -> bool {
    SMALL_PRIMES.iter().all(|&prime| {
        let rest = modulus
            .iter()
            .fold(0, |rest, &byte| (rest * 256 + u32::from(byte)) % prime);
        std::iter::successors(Some(1), |power| Some(power * 65_537 % u64::from(prime)))
            .take(prime as usize)
            .any(|power| power == u64::from(rest))
    })
}

const SMALL_PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// What to do about a token that names a key.
#[derive(Clone, Debug)]
pub enum Lookup {
    /// Verify with these.
    Use(Arc<Jwks>),
    /// Verify with these, and download the set anew meanwhile or afterwards.
    UseAndDownload(Arc<Jwks>),
    /// Download the set, hand it in and look again.
    Download,
    /// Refuse the token: the key is unknown and the set was asked for a moment ago.
    Refuse,
}

/// The keys of one address, and when to download them.
///
/// At most one download begins in ten seconds, whatever tokens come: a flood of invented key names
/// costs the issuer nothing.
#[derive(Clone, Debug, Default)]
pub struct JwksCache {
    kept: Option<(Arc<Jwks>, Timestamp)>,
    asked_at: Option<Timestamp>,
}

impl JwksCache {
    /// How long a set is used without asking again.
    const FRESH: SignedDuration = SignedDuration::from_hours(1);

    /// How long a set is used while the issuer does not answer. A key it withdrew is dead after
    /// this at the latest.
    const STALE: SignedDuration = SignedDuration::from_hours(24);

    /// How long after a download began the next may.
    const PAUSE: SignedDuration = SignedDuration::from_secs(10);

    /// What to do about a token with this `kid`. An answer to download counts as one begun.
    pub fn lookup(&mut self, kid: &str, now: Timestamp) -> Lookup {
        let age = |at: Timestamp| now.duration_since(at);
        let may_ask = self.asked_at.is_none_or(|at| age(at) >= Self::PAUSE);
        let known = self
            .kept
            .as_ref()
            .filter(|(jwks, at)| age(*at) < Self::STALE && jwks.contains(kid));
        let lookup = match known {
            Some((jwks, at)) if age(*at) < Self::FRESH || !may_ask => {
                return Lookup::Use(jwks.clone());
            }
            Some((jwks, _)) => Lookup::UseAndDownload(jwks.clone()),
            None if may_ask => Lookup::Download,
            None => return Lookup::Refuse,
        };
        self.asked_at = Some(now);
        lookup
    }

    /// Takes in what a download gave. After one that failed there is nothing to do.
    pub fn downloaded(&mut self, jwks: Jwks, now: Timestamp) {
        self.kept = Some((Arc::new(jwks), now));
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    /// A point of P-256, its generator, and a modulus of the right size.
    const X: &str = "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY";
    const Y: &str = "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";

    fn ec(kid: &str) -> Value {
        json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": X, "y": Y })
    }

    fn rsa(kid: &str, bytes: usize) -> Value {
        json!({ "kty": "RSA", "kid": kid, "n": URL_SAFE_NO_PAD.encode(vec![0xc5; bytes]), "e": "AQAB" })
    }

    fn with(mut key: Value, name: &str, value: impl Into<Value>) -> Value {
        key[name] = value.into();
        key
    }

    fn jwks(keys: &[Value]) -> Result<Jwks, JwksError> {
        Jwks::parse(json!({ "keys": keys }).to_string().as_bytes())
    }

    #[test]
    fn only_keys_that_are_meant_for_it_verify() {
        let check = |key: Value, expected: bool| {
            let read = jwks(std::slice::from_ref(&key)).is_ok_and(|jwks| jwks.contains("k"));
            assert_eq!(read, expected, "{key}");
        };
        check(ec("k"), true);
        check(rsa("k", 256), true);
        for key in [ec("k"), rsa("k", 256)] {
            check(with(key.clone(), "use", "sig"), true);
            check(with(key.clone(), "use", "enc"), false);
            check(with(key.clone(), "use", 1), false);
            check(with(key.clone(), "key_ops", json!(["verify"])), true);
            check(with(key.clone(), "key_ops", json!(["encrypt"])), false);
            check(with(key.clone(), "key_ops", "verify"), false);
            check(with(key.clone(), "d", X), false);
            check(with(key.clone(), "kid", ""), false);
            check(with(key.clone(), "kid", 7), false);
            check(with(key.clone(), "alg", "HS256"), false);
            check(with(key.clone(), "alg", "none"), false);
            check(with(key, "kty", "oct"), false);
        }
        check(with(ec("k"), "alg", "ES256"), true);
        check(with(ec("k"), "alg", "RS256"), false);
        check(with(rsa("k", 256), "alg", "PS256"), false);
        check(with(ec("k"), "crv", "P-384"), false);
        // Not on the curve, too short, and another spelling of the same number.
        check(with(ec("k"), "x", Y), false);
        check(with(ec("k"), "x", "AQAB"), false);
        check(with(ec("k"), "x", format!("{X}=")), false);
        check(rsa("k", 128), false);
        check(rsa("k", 1_025), false);
        check(with(rsa("k", 256), "e", "AQ"), false);
        check(with(rsa("k", 256), "e", "AAEAAQ"), false);
        check(
            with(
                rsa("k", 256),
                "n",
                URL_SAFE_NO_PAD.encode([vec![0], vec![0xc5; 256]].concat()),
            ),
            false,
        );
    }

    #[test]
    fn a_key_that_can_be_factored_is_left_out() {
        // One more than a multiple of all the primes: the power zero modulo each.
        let mut product = vec![0_u8; 40];
        product[39] = 2;
        for prime in SMALL_PRIMES {
            let mut carry = 0;
            for digit in product.iter_mut().rev() {
                carry += u32::from(*digit) * prime;
                *digit = carry as u8;
                carry >>= 8;
            }
        }
        product.drain(..product.iter().take_while(|&&digit| digit == 0).count());
        product.resize(256, 0);
        let key = |last: u8| {
            let mut modulus = product.clone();
            modulus[255] = last;
            with(rsa("k", 256), "n", URL_SAFE_NO_PAD.encode(modulus))
        };
        assert_eq!(jwks(&[key(1)]).err(), Some(JwksError::Empty));
        assert!(jwks(&[key(3)]).is_ok());
    }

    #[test]
    fn a_name_for_two_keys_is_for_none() {
        let set = jwks(&[ec("a"), rsa("a", 256), ec("b"), ec("c")]).unwrap();
        assert_eq!(
            ["a", "b", "c"].map(|kid| set.contains(kid)),
            [false, true, true]
        );
    }

    #[test]
    fn what_is_no_key_set_says_where_to_look() {
        for text in [
            "",
            "[]",
            "{}",
            "<html>",
            r#"{"keys":{}}"#,
            r#"{"keys":[1]}"#,
            r#"{"keys":[{"kid":"a","kid":"b"}]}"#,
        ] {
            assert_eq!(
                Jwks::parse(text.as_bytes()).err(),
                Some(JwksError::Form),
                "{text}"
            );
        }
        assert_eq!(jwks(&[]).err(), Some(JwksError::Empty));
        let huge = " ".repeat(LARGEST_SET) + r#"{"keys":[]}"#;
        assert_eq!(Jwks::parse(huge.as_bytes()).err(), Some(JwksError::Form));
    }

    fn word(lookup: &Lookup) -> &'static str {
        match lookup {
            Lookup::Use(_) => "use",
            Lookup::UseAndDownload(_) => "use and download",
            Lookup::Download => "download",
            Lookup::Refuse => "refuse",
        }
    }

    #[test]
    fn the_cache_asks_when_it_must_and_no_more() {
        let mut cache = JwksCache::default();
        let at = |second| NOW + SignedDuration::from_secs(second);
        let mut check = |second, kid: &str, expected: &str, answers: bool| {
            let lookup = cache.lookup(kid, at(second));
            assert_eq!(word(&lookup), expected, "{second} {kid}");
            if answers && word(&lookup).contains("download") {
                cache.downloaded(jwks(&[ec("a"), ec("b")]).unwrap(), at(second));
            }
        };
        let (hour, day) = (3_600, 86_400);
        check(0, "a", "download", false);
        check(9, "a", "refuse", true);
        check(10, "a", "download", true);
        check(10, "a", "use", true);
        check(11, "x", "refuse", true);
        check(20, "x", "download", true);
        check(29, "x", "refuse", true);
        check(29, "b", "use", true);
        // The set is an hour old and the issuer does not answer.
        check(20 + hour, "a", "use and download", false);
        check(21 + hour, "a", "use", false);
        check(30 + hour, "a", "use and download", false);
        check(19 + day, "a", "use and download", false);
        check(20 + day, "a", "refuse", false);
        check(29 + day, "a", "download", true);
        check(30 + day, "a", "use", true);
    }

    #[test]
    fn a_flood_of_invented_names_downloads_once_in_ten_seconds() {
        let mut cache = JwksCache::default();
        cache.lookup("a", NOW);
        cache.downloaded(jwks(&[ec("a")]).unwrap(), NOW);
        let mut downloads = 0;
        for call in 0..10_000 {
            // 10,000 calls in 30 seconds, ten seconds later.
            let now = NOW + SignedDuration::from_millis(10_000 + call * 3);
            downloads += usize::from(word(&cache.lookup(&format!("k{call}"), now)) == "download");
            assert_eq!(word(&cache.lookup("a", now)), "use");
        }
        assert_eq!(downloads, 3);
    }

    #[test]
    fn a_configuration_that_would_be_unsafe_is_refused() {
        let good = Issuer {
            issuer: "https://login.vendor.example/".into(),
            audience: "client".into(),
            jwks_uri: "https://login.vendor.example/.well-known/jwks.json".into(),
            algorithm: Algorithm::Rs256,
            email: EmailPolicy::Verified,
            required: BTreeMap::new(),
            roles: [("vendor.example".to_owned(), Role::Ae)].into(),
        };
        let check = |issuer: Issuer, expected| assert_eq!(issuer.validate(), expected);
        check(good.clone(), Ok(()));
        for uri in [
            "",
            "http://a.example/",
            "https://",
            "https:///a",
            "https://a@b/",
            "https://a/?b",
            "https://a/#b",
            "https://a b/",
            "file:///etc",
        ] {
            check(
                Issuer {
                    jwks_uri: uri.into(),
                    ..good.clone()
                },
                Err(IssuerError::Address("jwks_uri")),
            );
            check(
                Issuer {
                    issuer: uri.into(),
                    ..good.clone()
                },
                Err(IssuerError::Address("issuer")),
            );
        }
        check(
            Issuer {
                audience: " ".into(),
                ..good.clone()
            },
            Err(IssuerError::Audience),
        );
        for domain in ["", "Vendor.example", "@vendor.example", "*"] {
            let roles = [(domain.to_owned(), Role::Ae)].into();
            check(
                Issuer {
                    roles,
                    ..good.clone()
                },
                Err(IssuerError::Domain),
            );
        }
        let json = serde_json::to_string(&good).unwrap();
        assert_eq!(serde_json::from_str::<Issuer>(&json).unwrap(), good);
    }
}
