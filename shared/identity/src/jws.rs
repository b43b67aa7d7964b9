//! Signed tokens in their compact form, read strictly.
//!
//! The caller brings the algorithm and the key; a token may only agree. There is one spelling of
//! each token: base64url without padding or spare bits, three parts, JSON objects whose names
//! stand once.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// How a token is signed. Nothing else is ever accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSA of 2048 to 8192 bits, PKCS #1 v1.5, SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA over P-256, SHA-256.
    #[serde(rename = "ES256")]
    Es256,
}

impl Algorithm {
    /// The name that tokens and key sets write.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

/// A token that is not to be believed.
///
/// The API answers all of these with the same 401; the reason is for our own log. No part of the
/// token is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is longer than any honest one.
    #[error("the token is too long")]
    TooLong,
    /// It is not three parts of base64url around JSON objects.
    #[error("the token is not a signed token in compact form: {0}")]
    Form(&'static str),
    /// The header names another algorithm than the key's.
    #[error("the token is not signed with the algorithm its issuer uses")]
    Algorithm,
    /// The header says the token is for something else.
    #[error("the token's header has a wrong or missing {0}")]
    Header(&'static str),
    /// No key of that name.
    #[error("the token names a key that its issuer does not publish")]
    UnknownKey,
    /// The signature does not hold.
    #[error("the token's signature does not hold")]
    Signature,
    /// A claim is missing, of another type, or not what it must be.
    #[error("the token's claim {0} is wrong or missing")]
    Claim(&'static str),
    /// It says something that an honest token does not.
    #[error(
        "the token has a header or claim that its issuer does not write, or that changes how to read it"
    )]
    Extra,
    /// A claim that the issuer's settings ask for is missing or another.
    #[error("the token lacks a claim that the issuer's settings require; compare the two")]
    Required,
    /// It was good once.
    #[error("the token has expired; sign in again")]
    Expired,
    /// It is from the future.
    #[error("the token is not valid yet; check the clock of the machine that issued it")]
    NotYet,
}

/// A public key and the one algorithm it is for.
#[derive(Clone, Debug)]
pub(crate) struct VerifyingKey {
    pub(crate) algorithm: Algorithm,
    key: ParsedPublicKey,
}

impl VerifyingKey {
    /// From the uncompressed point: 0x04, x, y.
    pub(crate) fn es256(point: &[u8]) -> Option<Self> {
        let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).ok()?;
        Some(Self {
            algorithm: Algorithm::Es256,
            key,
        })
    }

    pub(crate) fn rs256(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let parts = PublicKeyComponents {
            n: modulus,
            e: exponent,
        };
        let key = parts
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            .ok()?;
        Some(Self {
            algorithm: Algorithm::Rs256,
            key,
        })
    }
}

/// A token taken apart; nothing in it is believed yet.
pub(crate) struct Compact<'a> {
    pub(crate) header: Object,
    signed: &'a str,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> Compact<'a> {
    pub(crate) fn parse(token: &'a str, longest: usize) -> Result<Self, TokenError> {
        if token.len() > longest {
            return Err(TokenError::TooLong);
        }
        let (signed, signature) = token
            .rsplit_once('.')
            .ok_or(TokenError::Form("three parts"))?;
        let (header, payload) = signed
            .split_once('.')
            .ok_or(TokenError::Form("three parts"))?;
        let decode = |part: &str| match URL_SAFE_NO_PAD.decode(part) {
            Ok(bytes) if !bytes.is_empty() => Ok(bytes),
            _ => Err(TokenError::Form("base64url without padding")),
        };
        Ok(Self {
            header: Object::parse(&decode(header)?)?,
            signed,
            payload: decode(payload)?,
            signature: decode(signature)?,
        })
    }

    /// The claims without a check of the signature: good for choosing a key, for nothing else.
    pub(crate) fn unverified(&self) -> Result<Object, TokenError> {
        Object::parse(&self.payload)
    }

    /// The claims, once the signature holds.
    pub(crate) fn verify(&self, key: &VerifyingKey) -> Result<Object, TokenError> {
        key.key
            .verify_sig(self.signed.as_bytes(), &self.signature)
            .map_err(|_| TokenError::Signature)?;
        Object::parse(&self.payload)
    }
}

/// A JSON object in which each name stands once. What is asked for is taken out.
#[derive(Debug)]
pub(crate) struct Object(BTreeMap<String, Value>);

impl Object {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, TokenError> {
        serde_json::from_slice(bytes).map_err(|_| TokenError::Form("JSON objects"))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    pub(crate) fn take_text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// A claim that must be a text.
    pub(crate) fn text(&mut self, name: &'static str) -> Result<String, TokenError> {
        self.take_text(name).ok_or(TokenError::Claim(name))
    }

    /// A claim that must be a whole number.
    pub(crate) fn integer(&mut self, name: &'static str) -> Result<i64, TokenError> {
        let value = self.take(name).and_then(|value| value.as_i64());
        value.ok_or(TokenError::Claim(name))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Once;

        impl<'de> Visitor<'de> for Once {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object in which each name stands once")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if members.insert(name, value).is_some() {
                        return Err(de::Error::custom("a name stands twice"));
                    }
                }
                Ok(Object(members))
            }
        }

        deserializer.deserialize_map(Once)
    }
}

/// Whether `now` lies in a token's time, give or take the leeway.
pub(crate) fn check_times(
    now: Timestamp,
    leeway_s: i64,
    issued_at: i64,
    not_before: Option<i64>,
    expires: i64,
) -> Result<(), TokenError> {
    let now = now.as_second();
    if now >= expires.saturating_add(leeway_s) {
        return Err(TokenError::Expired);
    }
    let from = not_before.map_or(issued_at, |not_before| not_before.max(issued_at));
    if from > now.saturating_add(leeway_s) {
        return Err(TokenError::NotYet);
    }
    Ok(())
}
