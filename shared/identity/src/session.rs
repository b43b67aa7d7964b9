//! Sessions: short tokens of our own, and the keys that sign them.
//!
//! A token says who and since which epoch, never what they may: roles come from the directory at
//! each request. Reading is written out here instead of left to a library's defaults, because the
//! time is handed in and every default would have to be turned off (`exp` as a float, `iss` as a
//! list, unknown members in the header).

use crate::jws::{Compact, Object, TokenError, VerifyingKey, check_times};
use crate::{MemberId, SessionId, base32, jws};
use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use model::TenantId;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::fmt;
use std::str::FromStr;
use zeroize::{Zeroize, Zeroizing};

/// How long a session token lives; after that the refresh token brings a new one.
pub const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(15);

/// How far two clocks may be apart, in seconds.
pub const LEEWAY_S: i64 = 30;

/// How long a new key is published before it signs, so that whoever keeps a copy of the key set
/// has it by then.
const PUBLISHED_BEFORE: SignedDuration = SignedDuration::from_hours(1);

/// The `typ` of a session token, so that no other token of ours or anybody's is taken for one.
const TYPE: &str = "pie-session+jwt";

/// No honest token of ours is half as long.
const LONGEST: usize = 2_048;

/// Signing keys that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// No key at all.
    #[error("there is no signing key; generate one with SigningKey::generate and keep it")]
    Empty,
    /// The bytes are no key.
    #[error(
        "cannot read the kept signing keys; restore the secret, or replace it and have everybody sign in again"
    )]
    Unreadable,
    /// The library gave up.
    #[error("cannot generate or use a signing key")]
    Crypto,
    /// A key is older than the newest one.
    #[error("a new signing key must be newer than those in use; check the clock")]
    Order,
}

/// One private key for ES256, with its times.
pub struct SigningKey {
    kid: String,
    pair: EcdsaKeyPair,
    verifying: VerifyingKey,
    pkcs8: SecretSlice<u8>,
    created_at: Timestamp,
    retires_at: Option<Timestamp>,
}

impl SigningKey {
    /// A new key. The chance comes from the cryptographic library, the name from the public key.
    pub fn generate(now: Timestamp) -> Result<Self, KeysError> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .map_err(|_| KeysError::Crypto)?;
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| KeysError::Crypto)?;
        Self::from_pkcs8(pkcs8.as_ref(), now, None)
    }

    /// A key kept earlier, in DER.
    pub fn from_pkcs8(
        pkcs8: &[u8],
        created_at: Timestamp,
        retires_at: Option<Timestamp>,
    ) -> Result<Self, KeysError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
            .map_err(|_| KeysError::Unreadable)?;
        let point = pair.public_key().as_ref();
        let verifying = VerifyingKey::es256(point).ok_or(KeysError::Unreadable)?;
        let (x, y) = coordinates(point);
        // RFC 7638: these members in this order and no space.
        let named = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let thumbprint = digest::digest(&digest::SHA256, named.as_bytes());
        Ok(Self {
            kid: URL_SAFE_NO_PAD.encode(thumbprint),
            pair,
            verifying,
            pkcs8: pkcs8.to_vec().into(),
            created_at,
            retires_at,
        })
    }

    /// Its name: the thumbprint of the public key.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    fn is_live(&self, now: Timestamp) -> bool {
        self.retires_at.is_none_or(|retires_at| now < retires_at)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .field("created_at", &self.created_at)
            .field("retires_at", &self.retires_at)
            .finish_non_exhaustive()
    }
}

/// Whom a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Whose data.
    pub tenant: TenantId,
    /// Who signed in.
    pub member: MemberId,
    /// The member's epoch at that time.
    pub epoch: u32,
    /// The sign-in this token belongs to.
    pub session: SessionId,
}

/// A fresh session token.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The token, to be handed out once.
    pub token: SecretString,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A session whose token was verified; there is no other way to make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedSession {
    grant: Grant,
    token_id: String,
    issued_at: Timestamp,
    expires_at: Timestamp,
}

impl VerifiedSession {
    /// Whose data.
    pub fn tenant(&self) -> TenantId {
        self.grant.tenant
    }

    /// Who.
    pub fn member(&self) -> MemberId {
        self.grant.member
    }

    /// The member's epoch when the token was made.
    pub fn epoch(&self) -> u32 {
        self.grant.epoch
    }

    /// The sign-in it belongs to.
    pub fn session(&self) -> SessionId {
        self.grant.session
    }

    /// The token's own id.
    pub fn token_id(&self) -> &str {
        &self.token_id
    }

    /// When the token was made.
    pub fn issued_at(&self) -> Timestamp {
        self.issued_at
    }

    /// When the token ends.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

/// The keys that sign and verify sessions, oldest first.
///
/// ```
/// use identity::{Grant, MemberId, SessionId, SigningKey, SigningKeys};
/// use jiff::Timestamp;
/// use model::TenantId;
/// use secrecy::ExposeSecret;
///
/// let now = Timestamp::constant(1_800_000_000, 0);
/// let keys = SigningKeys::new("https://pie.example", "pie", vec![SigningKey::generate(now)?])?;
/// let grant = Grant {
///     tenant: TenantId::local(),
///     member: MemberId::from_bytes([1; 16]),
///     epoch: 0,
///     session: SessionId::from_bytes([2; 16]),
/// };
/// let issued = keys.issue(&grant, [3; 16], now)?;
/// let session = keys.verify(issued.token.expose_secret(), now)?;
/// assert_eq!(session.member(), grant.member);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SigningKeys {
    issuer: String,
    audience: String,
    keys: Vec<SigningKey>,
}

impl SigningKeys {
    /// Keys for tokens of this issuer to this audience.
    pub fn new(issuer: &str, audience: &str, mut keys: Vec<SigningKey>) -> Result<Self, KeysError> {
        if keys.is_empty() {
            return Err(KeysError::Empty);
        }
        keys.sort_by_key(|key| key.created_at);
        Ok(Self {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            keys,
        })
    }

    /// A token for somebody who has just proved who they are, or whose session goes on.
    pub fn issue(
        &self,
        grant: &Grant,
        token_id: [u8; 16],
        now: Timestamp,
    ) -> Result<Issued, KeysError> {
        let key = self.signs(now).ok_or(KeysError::Empty)?;
        let issued_at = now.as_second();
        let expires = issued_at.saturating_add(TOKEN_LIFE.as_secs());
        let header = json!({ "alg": "ES256", "kid": key.kid, "typ": TYPE });
        let claims = json!({
            "iss": self.issuer,
            "aud": self.audience,
            "sub": grant.member,
            "tid": grant.tenant,
            "sid": grant.session,
            "epoch": grant.epoch,
            "jti": base32::write(&token_id),
            "iat": issued_at,
            "nbf": issued_at,
            "exp": expires,
        });
        let encode = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let signature = key
            .pair
            .sign(&SystemRandom::new(), signed.as_bytes())
            .map_err(|_| KeysError::Crypto)?;
        Ok(Issued {
            token: format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)).into(),
            expires_at: Timestamp::from_second(expires).unwrap_or(Timestamp::MAX),
        })
    }

    /// Who a token is for, if it is one of ours and its time is now.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<VerifiedSession, TokenError> {
        let mut token = Compact::parse(token, LONGEST)?;
        let header = &mut token.header;
        if header.take_text("alg").as_deref() != Some("ES256") {
            return Err(TokenError::Algorithm);
        }
        if header.take_text("typ").as_deref() != Some(TYPE) {
            return Err(TokenError::Header("typ"));
        }
        let kid = header.take_text("kid").ok_or(TokenError::Header("kid"))?;
        // An honest header of ours has nothing else: no jwk, jku, x5c, x5u, crit or b64.
        if !header.is_empty() {
            return Err(TokenError::Extra);
        }
        let key = self
            .keys
            .iter()
            .find(|key| key.kid == kid && key.is_live(now));
        let claims = token.verify(&key.ok_or(TokenError::UnknownKey)?.verifying)?;
        self.believe(claims, now)
    }

    fn believe(&self, mut claims: Object, now: Timestamp) -> Result<VerifiedSession, TokenError> {
        for (name, expected) in [("iss", &self.issuer), ("aud", &self.audience)] {
            if claims.text(name)? != *expected {
                return Err(TokenError::Claim(name));
            }
        }
        let grant = Grant {
            tenant: id(&mut claims, "tid")?,
            member: id(&mut claims, "sub")?,
            session: id(&mut claims, "sid")?,
            epoch: u32::try_from(claims.integer("epoch")?)
                .map_err(|_| TokenError::Claim("epoch"))?,
        };
        let token_id = claims.text("jti")?;
        let (issued_at, not_before) = (claims.integer("iat")?, claims.integer("nbf")?);
        let expires = claims.integer("exp")?;
        if !claims.is_empty() {
            return Err(TokenError::Extra);
        }
        let instant =
            |name, second| Timestamp::from_second(second).map_err(|_| TokenError::Claim(name));
        let session = VerifiedSession {
            grant,
            token_id,
            issued_at: instant("iat", issued_at)?,
            expires_at: instant("exp", expires)?,
        };
        if session.expires_at.duration_since(session.issued_at) > TOKEN_LIFE {
            return Err(TokenError::Claim("exp"));
        }
        check_times(now, LEEWAY_S, issued_at, Some(not_before), expires)?;
        Ok(session)
    }

    /// The public keys, as `/.well-known/jwks.json` shows them.
    pub fn jwks(&self, now: Timestamp) -> serde_json::Value {
        let keys = self.keys.iter().filter(|key| key.is_live(now)).map(|key| {
            let (x, y) = coordinates(key.pair.public_key().as_ref());
            json!({
                "kty": "EC", "crv": "P-256", "use": "sig", "alg": jws::Algorithm::Es256.as_str(),
                "kid": key.kid, "x": x, "y": y,
            })
        });
        json!({ "keys": keys.collect::<Vec<_>>() })
    }

    /// Takes a new key in. It is published at once and signs an hour later; the others stop
    /// signing then, and verify until the last token they signed has ended. Keys whose time is
    /// over are dropped.
    pub fn rotate(&mut self, key: SigningKey, now: Timestamp) -> Result<(), KeysError> {
        if self
            .keys
            .iter()
            .any(|old| old.created_at >= key.created_at || old.kid == key.kid)
        {
            return Err(KeysError::Order);
        }
        self.keys.retain(|old| old.is_live(now));
        let leeway = SignedDuration::from_secs(2 * LEEWAY_S);
        let last_token_ends = key
            .created_at
            .saturating_add(PUBLISHED_BEFORE + TOKEN_LIFE + leeway);
        let last_token_ends = last_token_ends.unwrap_or(Timestamp::MAX);
        for old in &mut self.keys {
            old.retires_at.get_or_insert(last_token_ends);
        }
        self.keys.push(key);
        Ok(())
    }

    /// Drops a key that has leaked. Its sessions end at once.
    pub fn revoke(&mut self, kid: &str) -> Result<(), KeysError> {
        if self.keys.iter().all(|key| key.kid == kid) {
            return Err(KeysError::Empty);
        }
        self.keys.retain(|key| key.kid != kid);
        if let Some(newest) = self.keys.last_mut() {
            newest.retires_at = None;
        }
        Ok(())
    }

    /// The name of the key that signs now.
    pub fn signing_kid(&self, now: Timestamp) -> Option<&str> {
        self.signs(now).map(SigningKey::kid)
    }

    /// The newest key that has been published long enough; before there is one, the oldest.
    fn signs(&self, now: Timestamp) -> Option<&SigningKey> {
        let published = |key: &&SigningKey| now.duration_since(key.created_at) >= PUBLISHED_BEFORE;
        let live = || self.keys.iter().filter(|key| key.is_live(now));
        live().rfind(published).or_else(|| live().next())
    }

    /// The keys as one secret text, for keeping.
    pub fn to_secret(&self) -> Result<SecretString, KeysError> {
        let kept = self.keys.iter().map(|key| Kept {
            pkcs8: URL_SAFE_NO_PAD.encode(key.pkcs8.expose_secret()),
            created_at: key.created_at,
            retires_at: key.retires_at,
        });
        let kept: Vec<_> = kept.collect();
        serde_json::to_string(&kept)
            .map(SecretString::from)
            .map_err(|_| KeysError::Crypto)
    }

    /// The keys from the text that [`SigningKeys::to_secret`] gave.
    pub fn from_secret(
        issuer: &str,
        audience: &str,
        secret: &SecretString,
    ) -> Result<Self, KeysError> {
        let kept: Vec<Kept> =
            serde_json::from_str(secret.expose_secret()).map_err(|_| KeysError::Unreadable)?;
        let keys = kept.iter().map(|kept| {
            let pkcs8 = URL_SAFE_NO_PAD
                .decode(&kept.pkcs8)
                .map_err(|_| KeysError::Unreadable)?;
            let pkcs8 = Zeroizing::new(pkcs8);
            SigningKey::from_pkcs8(&pkcs8, kept.created_at, kept.retires_at)
        });
        Self::new(issuer, audience, keys.collect::<Result<_, _>>()?)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.pkcs8.zeroize();
    }
}

#[derive(Serialize, Deserialize)]
struct Kept {
    pkcs8: String,
    created_at: Timestamp,
    #[serde(default)]
    retires_at: Option<Timestamp>,
}

fn id<T: FromStr>(claims: &mut Object, name: &'static str) -> Result<T, TokenError> {
    let text = claims.text(name)?;
    text.parse().map_err(|_| TokenError::Claim(name))
}

/// The two coordinates of an uncompressed point, as key sets write them.
fn coordinates(point: &[u8]) -> (String, String) {
    let half = |from: usize| URL_SAFE_NO_PAD.encode(point.get(from..from + 32).unwrap_or_default());
    (half(1), half(33))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn at(minutes: i64) -> Timestamp {
        START + SignedDuration::from_mins(minutes)
    }

    fn keys() -> SigningKeys {
        let key = SigningKey::generate(START).unwrap();
        SigningKeys::new("https://pie.example", "pie", vec![key]).unwrap()
    }

    fn grant() -> Grant {
        Grant {
            tenant: TenantId::local(),
            member: MemberId::from_bytes([1; 16]),
            epoch: 3,
            session: SessionId::from_bytes([2; 16]),
        }
    }

    fn issue(keys: &SigningKeys, now: Timestamp) -> SecretString {
        keys.issue(&grant(), [3; 16], now).unwrap().token
    }

    fn published(keys: &SigningKeys, now: Timestamp) -> Vec<String> {
        let jwks = keys.jwks(now);
        let kids = jwks["keys"].as_array().unwrap().iter();
        kids.map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn a_session_says_who_it_is_for_until_it_ends() {
        let keys = keys();
        let token = issue(&keys, START);
        let session = keys.verify(token.expose_secret(), START).unwrap();
        assert_eq!(session.grant, grant());
        assert_eq!((session.issued_at(), session.expires_at()), (START, at(15)));
        let check = |after_s: i64, expected: Result<(), TokenError>| {
            let now = START + SignedDuration::from_secs(after_s);
            assert_eq!(
                keys.verify(token.expose_secret(), now).map(|_| ()),
                expected,
                "{after_s}"
            );
        };
        check(-31, Err(TokenError::NotYet));
        check(-30, Ok(()));
        check(15 * 60 + 29, Ok(()));
        check(15 * 60 + 30, Err(TokenError::Expired));
    }

    #[test]
    fn a_new_key_is_published_before_it_signs_and_the_old_one_verifies_its_last_token() {
        let mut keys = keys();
        let old = keys.signing_kid(START).unwrap().to_owned();
        keys.rotate(SigningKey::generate(at(100)).unwrap(), at(100))
            .unwrap();
        let new = published(&keys, at(100))
            .into_iter()
            .find(|kid| *kid != old)
            .unwrap();
        assert_eq!(published(&keys, at(100)).len(), 2);
        assert_eq!(keys.signing_kid(at(159)), Some(old.as_str()));
        assert_eq!(keys.signing_kid(at(160)), Some(new.as_str()));
        let last = issue(&keys, at(160) - SignedDuration::from_secs(1));
        let last = last.expose_secret();
        let ends = at(175) + SignedDuration::from_secs(28);
        assert!(keys.verify(last, ends).is_ok());
        assert!(published(&keys, ends).contains(&old));
        assert_eq!(published(&keys, at(176)), std::slice::from_ref(&new));
        assert_eq!(keys.verify(last, at(176)), Err(TokenError::UnknownKey));
        // A rotation drops what has retired, and two in an hour leave no gap.
        keys.rotate(SigningKey::generate(at(200)).unwrap(), at(200))
            .unwrap();
        keys.rotate(SigningKey::generate(at(210)).unwrap(), at(210))
            .unwrap();
        assert_eq!(keys.keys.len(), 3);
        for minute in 200..400 {
            let token = issue(&keys, at(minute));
            for later in 0..15 {
                assert!(
                    keys.verify(token.expose_secret(), at(minute + later))
                        .is_ok()
                );
            }
        }
    }

    #[test]
    fn a_new_key_must_be_newer_and_another() {
        let mut keys = keys();
        let key = SigningKey::generate(START).unwrap();
        assert_eq!(keys.rotate(key, START), Err(KeysError::Order));
        let pkcs8 = keys.keys[0].pkcs8.expose_secret().to_vec();
        let same = SigningKey::from_pkcs8(&pkcs8, at(1), None).unwrap();
        assert_eq!(keys.rotate(same, at(1)), Err(KeysError::Order));
        assert!(matches!(
            SigningKeys::new("i", "a", vec![]),
            Err(KeysError::Empty)
        ));
    }

    #[test]
    fn a_leaked_key_ends_at_once_and_the_next_signs_at_once() {
        let mut keys = keys();
        let leaked = keys.signing_kid(START).unwrap().to_owned();
        assert_eq!(keys.revoke(&leaked), Err(KeysError::Empty));
        let token = issue(&keys, at(1));
        keys.rotate(SigningKey::generate(at(2)).unwrap(), at(2))
            .unwrap();
        keys.revoke(&leaked).unwrap();
        assert_eq!(
            keys.verify(token.expose_secret(), at(2)),
            Err(TokenError::UnknownKey)
        );
        let token = issue(&keys, at(2));
        assert!(keys.verify(token.expose_secret(), at(2)).is_ok());
        // Without a successor to the one left, it goes on for good.
        assert!(keys.signing_kid(at(100_000)).is_some());
    }

    #[test]
    fn when_the_new_key_has_leaked_the_old_one_goes_on() {
        let mut keys = keys();
        keys.rotate(SigningKey::generate(at(2)).unwrap(), at(2))
            .unwrap();
        let leaked = published(&keys, at(2)).remove(1);
        keys.revoke(&leaked).unwrap();
        let token = issue(&keys, at(100_000));
        assert!(keys.verify(token.expose_secret(), at(100_000)).is_ok());
    }

    #[test]
    fn keys_are_kept_as_one_secret_that_nothing_prints() {
        let keys = keys();
        let token = issue(&keys, START);
        let kept = keys.to_secret().unwrap();
        let read = SigningKeys::from_secret("https://pie.example", "pie", &kept).unwrap();
        assert!(read.verify(token.expose_secret(), START).is_ok());
        assert_eq!(read.jwks(START), keys.jwks(START));
        let secret = URL_SAFE_NO_PAD.encode(keys.keys[0].pkcs8.expose_secret());
        assert!(!format!("{keys:?} {kept:?}").contains(&secret[..20]));
        for text in [
            "",
            "{}",
            "[]",
            r#"[{"pkcs8":"AAAA","created_at":"2026-01-01T00:00:00Z"}]"#,
        ] {
            assert!(
                SigningKeys::from_secret("i", "a", &text.into()).is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn a_library_that_is_not_ours_reads_the_token_with_the_published_keys() {
        let keys = keys();
        let token = issue(&keys, START);
        let set: jsonwebtoken::jwk::JwkSet = serde_json::from_value(keys.jwks(START)).unwrap();
        let header = jsonwebtoken::decode_header(token.expose_secret()).unwrap();
        let jwk = set.find(header.kid.as_ref().unwrap()).unwrap();
        let thumbprint = jwk
            .thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256)
            .unwrap();
        assert_eq!(header.kid, Some(thumbprint));
        let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
        rules.set_issuer(&["https://pie.example"]);
        rules.set_audience(&["pie"]);
        // The token is from 2027 and that library has a clock.
        rules.validate_exp = false;
        let key = jsonwebtoken::DecodingKey::from_jwk(jwk).unwrap();
        let read =
            jsonwebtoken::decode::<serde_json::Value>(token.expose_secret(), &key, &rules).unwrap();
        assert_eq!(read.claims["sub"], grant().member.to_string());
        assert_eq!(read.claims["exp"], at(15).as_second());
        assert_eq!(read.claims.get("role"), None);
    }
}
