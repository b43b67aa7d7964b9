//! Ids of members, keys and sessions, written as the model writes its own.

use crate::{base32, secret::sha256};
use model::TenantId;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// A text that is not an id of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a {prefix} id; one looks like {prefix}_0123456789abcdefghjkmnpqrs")]
pub struct IdError {
    prefix: &'static str,
    text: String,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The word before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// An id from random bytes, or from bytes kept earlier.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The bytes, for keeping.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// The id that a tenant's `name` always gives, for a thing that must be made once only.
            pub fn derive(tenant: &TenantId, name: &str) -> Self {
                let hash = sha256(&[$prefix.as_bytes(), tenant.as_bytes(), name.as_bytes()]);
                let mut bytes = [0; 16];
                bytes.copy_from_slice(&hash[..16]);
                Self(bytes)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&format!("{}_{}", $prefix, base32::write(&self.0)))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.trim()
                    .strip_prefix(concat!($prefix, "_"))
                    .and_then(|digits| base32::read(&digits.to_ascii_lowercase()))
                    .map(Self)
                    .ok_or_else(|| IdError { prefix: $prefix, text: text.chars().take(60).collect() })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// The id of a [`Member`](crate::Member).
    ///
    /// ```
    /// use identity::{KeyId, MemberId};
    ///
    /// let id = MemberId::from_bytes([7; 16]);
    /// let text = id.to_string();
    /// assert!(text.starts_with("member_") && text.len() == 33);
    /// assert_eq!(text.parse(), Ok(id));
    /// assert!(text.parse::<KeyId>().is_err());
    /// ```
    MemberId "member";
    /// The id of an [`ApiKey`](crate::ApiKey). It is no secret: the key itself shows it.
    KeyId "key";
    /// The id of one sign-in, shared by its session tokens and its refresh tokens.
    SessionId "session";
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_an_id_is_refused_with_what_one_looks_like() {
        for text in [
            "",
            "member",
            "member_",
            "key_00000000000000000000000000",
            "member_80000000000000000000000000",
        ] {
            assert!(text.parse::<MemberId>().is_err(), "{text}");
        }
        assert_eq!(
            "ana".parse::<MemberId>().unwrap_err().to_string(),
            "\"ana\" is not a member id; one looks like member_0123456789abcdefghjkmnpqrs"
        );
    }

    proptest! {
        #[test]
        fn an_id_round_trips(bytes: [u8; 16]) {
            let id = SessionId::from_bytes(bytes);
            prop_assert_eq!(id.to_string().parse(), Ok(id));
            let json = serde_json::to_string(&id).unwrap();
            prop_assert_eq!(serde_json::from_str::<SessionId>(&json).unwrap(), id);
        }

        #[test]
        fn derived_ids_differ_where_their_origins_do(a in "[ab]{0,3}", b in "[ab]{0,3}", tenant: [u8; 16]) {
            let tenant = TenantId::from_bytes(tenant);
            prop_assert_eq!(MemberId::derive(&tenant, &a) == MemberId::derive(&tenant, &b), a == b);
            let (member, key) = (MemberId::derive(&tenant, &a), KeyId::derive(&tenant, &a));
            prop_assert_ne!(member.as_bytes(), key.as_bytes());
        }
    }
}
