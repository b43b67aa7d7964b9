//! How a secret is kept: as a hash under a key that lives elsewhere.

use aws_lc_rs::{constant_time, digest, hmac};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// SHA-256 over the parts, each behind its length: `("ab", "c")` is not `("a", "bc")`.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = digest::Context::new(&digest::SHA256);
    for part in parts {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    bytes32(hash.finish().as_ref())
}

fn bytes32(slice: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(slice);
    bytes
}

/// The key under which API keys, refresh tokens and sign-in codes are hashed.
///
/// It is kept apart from the rows, so whoever reads the rows alone can neither guess a short code
/// nor plant a key of their own.
///
/// ```
/// # use identity::Pepper;
/// let pepper = Pepper::new(&[7; 32]);
/// assert_eq!(format!("{pepper:?}"), "Pepper(..)");
/// ```
#[derive(Clone)]
pub struct Pepper(hmac::Key);

impl Pepper {
    /// The key from 32 random bytes.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// HMAC-SHA-256 over the parts, each behind its length. The first says what the hash is for,
    /// so that one for a code is none for a key.
    pub(crate) fn hash(&self, parts: &[&[u8]]) -> SecretHash {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        SecretHash(bytes32(context.sign().as_ref()))
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pepper(..)")
    }
}

/// What is kept of a secret. It compares in constant time and prints nothing.
#[derive(Clone, Copy, Eq)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(..)")
    }
}

impl Serialize for SecretHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for SecretHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        bytes
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| de::Error::custom("a secret's hash is 43 characters of base64url"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_one_part_ends_counts() {
        let pepper = Pepper::new(&[7; 32]);
        let parts: [&[&[u8]]; 4] = [&[b"ab", b"c"], &[b"a", b"bc"], &[b"abc"], &[b"abc", b""]];
        for (at, left) in parts.iter().enumerate() {
            for (other, right) in parts.iter().enumerate() {
                assert_eq!(pepper.hash(left) == pepper.hash(right), at == other);
                assert_eq!(sha256(left) == sha256(right), at == other);
            }
            assert!(pepper.hash(left) != Pepper::new(&[8; 32]).hash(left));
        }
    }
}
