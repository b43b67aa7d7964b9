//! Where a source delivers to.

use model::{ConnectionId, TenantId};
use sha2::{Digest, Sha256};
use std::fmt::{self, Write};
use std::str::FromStr;
use subtle::ConstantTimeEq;

/// An id in digits, without its kind.
const DIGITS: usize = 26;

/// The last part of the path that one connection's source delivers to: whose connection it is,
/// which, and a part that cannot be guessed. Only the digest of that part is kept, so the whole
/// address is shown once.
///
/// ```
/// use connector::verify::Address;
/// use model::{ConnectionId, TenantId};
///
/// let made = Address::new(TenantId::local(), ConnectionId::from_bytes([7; 16]), [1; 16]);
/// let kept = made.digest();
/// let called: Address = made.to_string().parse()?;
/// assert!(called.has_digest(&kept));
/// # Ok::<(), connector::verify::AddressError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub connection: ConnectionId,
    token: String,
}

/// A path that ends otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no address of a webhook; copy it whole from where the connection was made")]
pub struct AddressError;

impl Address {
    /// A new address of a connection, from sixteen random bytes.
    pub fn new(tenant: TenantId, connection: ConnectionId, random: [u8; 16]) -> Self {
        Self {
            tenant,
            connection,
            // An id's digits survive every form and log that a path goes through.
            token: digits(&TenantId::from_bytes(random)),
        }
    }

    /// SHA-256 of the part that cannot be guessed, in hexadecimal: what is kept of it.
    pub fn digest(&self) -> String {
        let digest = Sha256::digest(&self.token);
        digest.iter().fold(String::new(), |mut text, byte| {
            // Writing into a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Whether this is the digest of its secret part.
    pub fn has_digest(&self, digest: &str) -> bool {
        self.digest().as_bytes().ct_eq(digest.as_bytes()).into()
    }
}

fn id<T: FromStr>(prefix: &str, digits: &str) -> Option<T> {
    format!("{prefix}_{digits}").parse().ok()
}

fn digits(id: &impl fmt::Display) -> String {
    let text = id.to_string();
    text.rsplit('_').next().unwrap_or_default().to_owned()
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (tenant, connection) = (digits(&self.tenant), digits(&self.connection));
        write!(f, "{tenant}{connection}{}", self.token)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({}, {}, ..)", self.tenant, self.connection)
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let read = || {
            let (tenant, rest) = text.split_at_checked(DIGITS)?;
            let (connection, random) = rest.split_at_checked(DIGITS)?;
            let tenant: TenantId = id(TenantId::PREFIX, tenant)?;
            let random: TenantId = id(TenantId::PREFIX, random)?;
            let connection = id(ConnectionId::PREFIX, connection)?;
            Some(Self::new(tenant, connection, *random.as_bytes()))
        };
        // An address has one spelling.
        read()
            .filter(|address| address.to_string() == text)
            .ok_or(AddressError)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address() -> Address {
        let connection = ConnectionId::from_bytes([7; 16]);
        Address::new(TenantId::from_bytes([1; 16]), connection, [255; 16])
    }

    #[test]
    fn an_address_says_whose_connection_it_is_and_keeps_its_secret_to_itself() {
        let text = address().to_string();
        assert!(text.ends_with("7zzzzzzzzzzzzzzzzzzzzzzzzz"), "{text}");
        assert_eq!(text.len(), 78);
        assert_eq!(text.parse(), Ok(address()));
        let shown = format!("{:?}", address());
        assert!(!shown.contains("zzz"), "{shown}");
        assert!(shown.contains(&address().tenant.to_string()), "{shown}");
    }

    #[test]
    fn only_the_same_secret_has_the_digest() {
        let digest = address().digest();
        // Computed apart from this code.
        let expected = "9299025da4573b3b289d072cf64bf954f679dcce41088c7cec46af8642fc5773";
        assert_eq!(digest, expected);
        assert!(address().has_digest(&digest));
        let other = Address::new(address().tenant, address().connection, [254; 16]);
        assert!(!other.has_digest(&digest));
        for none in ["", "0", &digest[1..], &digest.to_uppercase()] {
            assert!(!address().has_digest(none), "{none}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let good = address().to_string();
        for text in [
            "",
            &good[1..],
            &good.to_uppercase(),
            &format!("{good}0"),
            &format!(" {good}"),
            &good.replace('7', "u"),
            &format!("{}é", &good[..76]),
        ] {
            let read = text.parse::<Address>();
            assert_eq!(read.map(drop), Err(AddressError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_address_reads_as_it_is_written_and_nothing_panics(
            tenant: [u8; 16],
            connection: [u8; 16],
            random: [u8; 16],
            text in "\\PC{0,100}",
        ) {
            let address = Address::new(
                TenantId::from_bytes(tenant),
                ConnectionId::from_bytes(connection),
                random,
            );
            let read: Address = address.to_string().parse().unwrap();
            prop_assert!(read.has_digest(&address.digest()));
            prop_assert_eq!(read, address);
            let _ = text.parse::<Address>();
        }
    }
}
