//! Addresses people sign in with.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An e-mail address in lower case: the same person is the same text.
///
/// Only ASCII letters are lowered and the domain is ASCII. Folding more would make two different
/// mailboxes one account, such as `K` (the Kelvin sign) and `k`.
///
/// ```
/// use identity::Email;
///
/// let email: Email = " Ana@Vendor.example ".parse()?;
/// assert_eq!(email.as_str(), "ana@vendor.example");
/// assert_eq!(email.domain(), "vendor.example");
/// assert_eq!(format!("{email:?}"), "Email(..@vendor.example)");
/// # Ok::<(), identity::EmailError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// A text that is no address. It is not repeated: it may be a person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not an e-mail address; write one like name@company.example")]
pub struct EmailError;

impl Email {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        let (local, domain) = text.split_once('@').ok_or(EmailError)?;
        let local_holds = (1..=64).contains(&local.len())
            && local
                .chars()
                .all(|letter| letter.is_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(letter));
        let domain_holds = domain.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        });
        if local_holds && domain_holds && text.len() <= 254 {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(EmailError)
        }
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;

    fn try_from(text: String) -> Result<Self, EmailError> {
        text.parse()
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email(..@{})", self.domain())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_texts() {
        for text in [
            "a@b",
            "ana+crm@sub.vendor.example",
            "o'neil@v.example",
            "jürgen@v.example",
        ] {
            assert!(text.parse::<Email>().is_ok(), "{text}");
        }
        for text in [
            "",
            "@",
            "ana",
            "ana@",
            "@vendor.example",
            "a@b@c",
            "a b@c",
            "a@b c",
            "a@.b",
            "a@b.",
            "a@b..c",
            "a@vendör.example",
            "a\n@b",
            "a@b\r\nBcc: x@y",
            "<a@b>",
            "\"a\"@b",
            "a,b@c",
        ] {
            assert_eq!(text.parse::<Email>(), Err(EmailError), "{text}");
        }
        assert!(format!("{}@b", "a".repeat(65)).parse::<Email>().is_err());
    }

    #[test]
    fn letters_that_only_look_alike_stay_apart() {
        let kelvin = "\u{212a}im@v.example".parse::<Email>();
        assert!(kelvin.is_ok() && kelvin != "kim@v.example".parse());
    }
}
