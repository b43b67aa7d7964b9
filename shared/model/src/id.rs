//! Ids: sixteen bytes with a visible kind, derived from where the thing came from.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Crockford's digits: no i, l, o, u, so an id survives being read aloud.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// How many digits write sixteen bytes.
const LENGTH: usize = 26;

/// A text that is not an id of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a {kind} id; one looks like {prefix}_0123456789abcdefghjkmnpqrs")]
pub struct IdError {
    kind: &'static str,
    prefix: &'static str,
    text: String,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $kind:literal $prefix:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// See [`DealId`] for how ids are made and written.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The word before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// An id from bytes kept earlier.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The bytes, for keeping.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&write($prefix, self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&write($prefix, self.0))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let error = || IdError { kind: $kind, prefix: $prefix, text: short(text) };
                read($prefix, text).map(Self).ok_or_else(error)
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

macro_rules! derived {
    ($($name:ident $kind:literal;)*) => {$(
        impl $name {
            /// The id of the thing a tenant's source calls `source_id`.
            ///
            /// The same three always give the same id, and two things never share one.
            pub fn derive(tenant: &TenantId, source: &str, source_id: &str) -> Self {
                Self(digest(&[$kind.as_bytes(), &tenant.0, source.as_bytes(), source_id.as_bytes()]))
            }
        }
    )*};
}

ids! {
    /// The id of a [`Deal`](crate::Deal).
    ///
    /// It is derived from the tenant, the source and the source's own id, so importing twice
    /// changes nothing. It is written as its kind and 26 digits of Crockford's base 32, in lower
    /// case; it is read in either case.
    ///
    /// ```
    /// use model::{CompanyId, DealId, TenantId};
    ///
    /// let tenant = TenantId::local();
    /// let id = DealId::derive(&tenant, "hubspot", "1234");
    /// assert_eq!(id, DealId::derive(&tenant, "hubspot", "1234"));
    /// assert_ne!(id, DealId::derive(&tenant, "salesforce", "1234"));
    ///
    /// let text = id.to_string();
    /// assert!(text.starts_with("deal_") && text.len() == 31);
    /// assert_eq!(text.parse(), Ok(id));
    /// assert!(text.parse::<CompanyId>().is_err());
    /// ```
    DealId "deal" "deal";
    /// The id of a [`Company`](crate::Company).
    CompanyId "company" "company";
    /// The id of a [`Person`](crate::Person).
    PersonId "person" "person";
    /// The id of a [`Stakeholder`](crate::Stakeholder).
    StakeholderId "stakeholder" "stakeholder";
    /// The id of an [`Activity`](crate::Activity).
    ActivityId "activity" "activity";
    /// The id of a [`StageTransition`](crate::StageTransition).
    TransitionId "transition" "transition";
    /// The id of a [`Pipeline`](crate::Pipeline).
    PipelineId "pipeline" "pipeline";
    /// The id of a connection: one linked source of a tenant.
    ConnectionId "connection" "conn";
    /// The id of a tenant: one customer, whose data nobody else sees.
    TenantId "tenant" "tenant";
    /// The id of a [`Subscription`](crate::Subscription).
    SubscriptionId "subscription" "subscription";
    /// The id of an [`Invoice`](crate::Invoice).
    InvoiceId "invoice" "invoice";
    /// The id of a [`Payment`](crate::Payment).
    PaymentId "payment" "payment";
}

derived! {
    DealId "deal";
    CompanyId "company";
    PersonId "person";
    StakeholderId "stakeholder";
    ActivityId "activity";
    TransitionId "transition";
    PipelineId "pipeline";
    ConnectionId "connection";
    SubscriptionId "subscription";
    InvoiceId "invoice";
    PaymentId "payment";
}

impl TenantId {
    /// The one tenant of a machine's own files.
    pub const fn local() -> Self {
        Self(*b"local files only")
    }
}

/// The first half of SHA-256 over the parts, each behind its length: `("ab", "c")` is not
/// `("a", "bc")`.
fn digest(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let full: [u8; 32] = hash.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&full[..16]);
    half
}

fn write(prefix: &str, bytes: [u8; 16]) -> String {
    let value = u128::from_be_bytes(bytes);
    let mut text = String::with_capacity(prefix.len() + 1 + LENGTH);
    text.push_str(prefix);
    text.push('_');
    for place in (0..LENGTH).rev() {
        text.push(char::from(DIGITS[(value >> (5 * place)) as usize & 31]));
    }
    text
}

fn read(prefix: &str, text: &str) -> Option<[u8; 16]> {
    let digits = text.trim().strip_prefix(prefix)?.strip_prefix('_')?;
    if digits.len() != LENGTH {
        return None;
    }
    let mut value = 0_u128;
    for (place, byte) in digits.bytes().enumerate() {
        let digit = DIGITS
            .iter()
            .position(|&digit| digit == byte.to_ascii_lowercase())?;
        // 26 digits hold 130 bits; the first may use only three of its five.
        if place == 0 && digit > 7 {
            return None;
        }
        value = value << 5 | digit as u128;
    }
    Some(value.to_be_bytes())
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_keeps_its_value_from_release_to_release() {
        let id = DealId::derive(&TenantId::local(), "hubspot", "1234");
        // Computed apart from this code, from the definition.
        assert_eq!(id.to_string(), "deal_6kq5j9pwk5ycxewsz1w22jypta");
    }

    #[test]
    fn the_ends_of_the_range_are_written_and_read() {
        let check = |bytes, text: &str| {
            assert_eq!(DealId::from_bytes(bytes).to_string(), text);
            assert_eq!(text.parse(), Ok(DealId::from_bytes(bytes)));
        };
        check([0; 16], "deal_00000000000000000000000000");
        check([255; 16], "deal_7zzzzzzzzzzzzzzzzzzzzzzzzz");
    }

    #[test]
    fn what_is_not_an_id_is_refused() {
        for text in [
            "",
            "deal_",
            "deal",
            "deal_0000000000000000000000000",
            "deal_000000000000000000000000000",
            "deal_80000000000000000000000000",
            "deal_0000000000000000000000000u",
            "deal_0000000000000000000000000é",
            "deals_00000000000000000000000000",
            "company_00000000000000000000000000",
            "00000000000000000000000000",
        ] {
            assert!(text.parse::<DealId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_refusal_shows_what_an_id_looks_like() {
        let error = "OP-7".parse::<DealId>().unwrap_err().to_string();
        assert_eq!(
            error,
            "\"OP-7\" is not a deal id; one looks like deal_0123456789abcdefghjkmnpqrs"
        );
    }

    proptest! {
        #[test]
        fn an_id_round_trips(bytes: [u8; 16]) {
            let id = StakeholderId::from_bytes(bytes);
            let text = id.to_string();
            prop_assert_eq!(text.parse(), Ok(id));
            prop_assert_eq!(text.to_uppercase().replace("STAKEHOLDER", "stakeholder").parse(), Ok(id));
            let json = serde_json::to_string(&id).unwrap();
            prop_assert_eq!(serde_json::from_str::<StakeholderId>(&json).unwrap(), id);
            prop_assert_eq!(id.as_bytes(), &bytes);
        }

        #[test]
        fn ids_and_their_texts_sort_alike(a: [u8; 16], b: [u8; 16]) {
            let (a, b) = (DealId::from_bytes(a), DealId::from_bytes(b));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".*") {
            let _ = text.parse::<DealId>();
        }

        #[test]
        fn ids_differ_where_their_origins_differ(
            a in ("[ab]{0,3}", "[ab]{0,3}"),
            b in ("[ab]{0,3}", "[ab]{0,3}"),
            tenants: ([u8; 16], [u8; 16]),
        ) {
            let tenant = TenantId::from_bytes(tenants.0);
            let id = |(source, source_id): &(String, String)| DealId::derive(&tenant, source, source_id);
            prop_assert_eq!(id(&a) == id(&b), a == b);
            let elsewhere = DealId::derive(&TenantId::from_bytes(tenants.1), &a.0, &a.1);
            prop_assert_eq!(id(&a) == elsewhere, tenants.0 == tenants.1);
            let company = CompanyId::derive(&tenant, &a.0, &a.1);
            prop_assert_ne!(id(&a), DealId::from_bytes(*company.as_bytes()));
        }
    }
}
