//! Keys for programs.

use crate::secret::sha256;
use crate::{KeyId, MemberId, Pepper, Scopes, SecretHash, TenantCtx, base32};
use jiff::{SignedDuration, Timestamp};
use model::{Role, TenantId};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What every key begins with, so that a key left in a file is found by whoever looks for keys.
const PREFIX: &str = "pie_live_";

/// The digits of the checksum: 30 bits.
const CHECKSUM: usize = 6;

/// The digits of the secret: 256 bits.
const SECRET: usize = base32::length(32);

/// When a key was used is written down this often at most.
const TOUCHED_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// A text that is no key. It is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFormatError {
    /// It is something else.
    #[error("this is not an API key; one begins with pie_live_ and has 94 characters")]
    Form,
    /// It was cut or mistyped.
    #[error("this API key is cut or mistyped; copy it again")]
    Checksum,
}

/// A key as a caller shows it: `pie_live_<id>_<secret><checksum>`. It prints its id only.
pub struct PresentedKey {
    id: KeyId,
    secret: SecretBox<[u8; 32]>,
}

impl PresentedKey {
    /// Reads a key. A wrong checksum is told here, before anything is looked up.
    pub fn parse(text: &str) -> Result<Self, KeyFormatError> {
        let form = KeyFormatError::Form;
        let (id, rest) = text
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split_once('_'))
            .ok_or(form)?;
        let id = KeyId::from_bytes(base32::read(id).ok_or(form)?);
        if !rest.is_ascii() || rest.len() != SECRET + CHECKSUM {
            return Err(form);
        }
        let (secret, checksum) = rest.split_at(SECRET);
        if self::checksum(&text[..text.len() - CHECKSUM]) != checksum {
            return Err(KeyFormatError::Checksum);
        }
        let secret = base32::read(secret).ok_or(form)?;
        Ok(Self {
            id,
            secret: SecretBox::new(Box::new(secret)),
        })
    }

    /// The id whose row to read.
    pub fn id(&self) -> KeyId {
        self.id
    }
}

impl fmt::Debug for PresentedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PresentedKey({}, ..)", self.id)
    }
}

/// What is kept of a key: everything but the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Its id.
    pub id: KeyId,
    /// Whose data it opens.
    pub tenant: TenantId,
    /// What it is for, in its maker's words.
    pub name: String,
    /// The beginning of the key, to recognise it by.
    pub prefix: String,
    /// The end of the key, to recognise it by.
    pub last4: String,
    /// What it may do.
    pub scopes: Scopes,
    /// The role it has.
    pub role: Role,
    /// The member it acts as; without one it sees all or, in a seller's role, nothing.
    #[serde(default)]
    pub member: Option<MemberId>,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it ends, if ever.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to within five minutes.
    #[serde(default)]
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(default)]
    pub revoked_at: Option<Timestamp>,
    hash: SecretHash,
}

/// What a new key is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewApiKey {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// The role it has.
    pub role: Role,
    /// The member it acts as.
    pub member: Option<MemberId>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// A key that cannot be made as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MintError {
    /// No or a long name.
    #[error(
        "a key's name has 1 to 100 characters and no control characters; say what the key is for"
    )]
    Name,
    /// Nothing it may do.
    #[error("a key needs at least one scope, such as read")]
    NoScope,
    /// More than its role may.
    #[error(
        "a key with the role {role} cannot have the scope {scope}; leave it out or raise the role"
    )]
    Scope {
        /// The key's role.
        role: Role,
        /// What it cannot have.
        scope: crate::Scope,
    },
    /// More than its maker may.
    #[error("a key cannot have the role {wanted}, which is above yours, {yours}")]
    Role {
        /// The key's.
        wanted: Role,
        /// Its maker's.
        yours: Role,
    },
    /// A role that sees one's own rows, and nobody whose they would be.
    #[error("a key with the role {0} sees a member's rows; name the member it acts as")]
    NoMember(Role),
    /// It would end before it begins.
    #[error("a key cannot end in the past; give a later time or none")]
    Expired,
}

/// A key that is not good, or no longer.
///
/// The API answers all of these with the same 401; the reason is for our own log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefused {
    /// The secret is another.
    #[error("the API key's secret does not match {0}")]
    Secret(KeyId),
    /// It was revoked.
    #[error("{0} was revoked; make a new key")]
    Revoked(KeyId),
    /// Its time is over.
    #[error("{0} has expired; make a new key")]
    Expired(KeyId),
}

/// A key whose secret was verified; there is no other way to make one.
#[derive(Clone, Debug)]
pub struct VerifiedKey(ApiKey);

impl VerifiedKey {
    /// The key's row.
    pub fn row(&self) -> &ApiKey {
        &self.0
    }

    /// The row with a new time of use, when the kept one is old enough to be worth a write.
    pub fn touched(&self, now: Timestamp) -> Option<ApiKey> {
        let fresh = |at: Timestamp| now.duration_since(at) < TOUCHED_EVERY;
        let row = || ApiKey {
            last_used_at: Some(now),
            ..self.0.clone()
        };
        (!self.0.last_used_at.is_some_and(fresh)).then(row)
    }
}

impl ApiKey {
    /// A new key: the row to keep and the text to show once. The random bytes are the id's 16 and
    /// the secret's 32.
    pub fn mint(
        new: &NewApiKey,
        maker: &TenantCtx,
        id: [u8; 16],
        secret: [u8; 32],
        pepper: &Pepper,
        now: Timestamp,
    ) -> Result<(Self, SecretString), MintError> {
        let name = new.name.trim();
        if !(1..=100).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return Err(MintError::Name);
        }
        if new.scopes.is_empty() {
            return Err(MintError::NoScope);
        }
        let role = new.role;
        if role > maker.actor().role() {
            return Err(MintError::Role {
                wanted: role,
                yours: maker.actor().role(),
            });
        }
        if let Some(scope) = new
            .scopes
            .iter()
            .find(|&scope| !Scopes::of(role).contains(scope))
        {
            return Err(MintError::Scope { role, scope });
        }
        if role < Role::Cro && new.member.is_none() {
            return Err(MintError::NoMember(role));
        }
        if new.expires_at.is_some_and(|expires_at| expires_at <= now) {
            return Err(MintError::Expired);
        }
        let id = KeyId::from_bytes(id);
        let visible = format!("{PREFIX}{}", base32::write(id.as_bytes()));
        let text = format!("{visible}_{}", base32::write(&secret));
        let text = format!("{text}{}", checksum(&text));
        let row = Self {
            id,
            tenant: maker.tenant(),
            name: name.to_owned(),
            prefix: visible[..PREFIX.len() + 6].to_owned(),
            last4: text[text.len() - 4..].to_owned(),
            scopes: new.scopes,
            role,
            member: new.member,
            created_by: maker.actor().principal().to_string(),
            created_at: now,
            expires_at: new.expires_at,
            last_used_at: None,
            revoked_at: None,
            hash: hash(id, &secret, pepper),
        };
        Ok((row, text.into()))
    }

    /// Whether the key shown is this one and still good. The secret is compared first, so whoever
    /// does not have it learns nothing about the key.
    pub fn verify(
        &self,
        presented: &PresentedKey,
        pepper: &Pepper,
        now: Timestamp,
    ) -> Result<VerifiedKey, KeyRefused> {
        let shown = hash(presented.id, presented.secret.expose_secret(), pepper);
        if shown != self.hash {
            return Err(KeyRefused::Secret(self.id));
        }
        if self.revoked_at.is_some() {
            return Err(KeyRefused::Revoked(self.id));
        }
        if self.expires_at.is_some_and(|expires_at| now >= expires_at) {
            return Err(KeyRefused::Expired(self.id));
        }
        Ok(VerifiedKey(self.clone()))
    }

    /// The row of the key once it is revoked; a second time changes nothing.
    #[must_use]
    pub fn revoke(&self, now: Timestamp) -> Self {
        Self {
            revoked_at: self.revoked_at.or(Some(now)),
            ..self.clone()
        }
    }
}

fn hash(id: KeyId, secret: &[u8; 32], pepper: &Pepper) -> SecretHash {
    pepper.hash(&[b"api key", id.as_bytes(), secret])
}

/// Six digits over all that stands before them. They tell a slip of the hand, not an attacker.
fn checksum(text: &str) -> String {
    let mut digits = base32::write(&sha256(&[b"api key checksum", text.as_bytes()])[..5]);
    digits.truncate(CHECKSUM);
    digits
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use crate::actor::tests::member_ctx;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn pepper() -> Pepper {
        Pepper::new(&[7; 32])
    }

    fn wanted() -> NewApiKey {
        NewApiKey {
            name: "warehouse".into(),
            scopes: "read".parse().unwrap(),
            role: Role::Cro,
            member: None,
            expires_at: None,
        }
    }

    fn minted() -> (ApiKey, SecretString) {
        let maker = TenantCtx::system(TenantId::local(), "demo", "req_1");
        ApiKey::mint(&wanted(), &maker, [1; 16], [2; 32], &pepper(), NOW).unwrap()
    }

    #[test]
    fn a_key_is_good_until_it_is_revoked_or_ends() {
        let (row, text) = minted();
        let presented = PresentedKey::parse(text.expose_secret()).unwrap();
        assert_eq!((presented.id(), text.expose_secret().len()), (row.id, 94));
        let check = |row: ApiKey, pepper: &Pepper, expected: Result<(), KeyRefused>| {
            assert_eq!(row.verify(&presented, pepper, NOW).map(|_| ()), expected);
        };
        let id = row.id;
        check(row.clone(), &pepper(), Ok(()));
        check(
            row.clone(),
            &Pepper::new(&[8; 32]),
            Err(KeyRefused::Secret(id)),
        );
        let later = NOW + SignedDuration::from_nanos(1);
        check(
            ApiKey {
                expires_at: Some(later),
                ..row.clone()
            },
            &pepper(),
            Ok(()),
        );
        check(
            ApiKey {
                expires_at: Some(NOW),
                ..row.clone()
            },
            &pepper(),
            Err(KeyRefused::Expired(id)),
        );
        check(row.revoke(NOW), &pepper(), Err(KeyRefused::Revoked(id)));
        let maker = TenantCtx::system(TenantId::local(), "demo", "req_1");
        for (id, secret) in [([1; 16], [3; 32]), ([3; 16], [2; 32])] {
            let (other, _) = ApiKey::mint(&wanted(), &maker, id, secret, &pepper(), NOW).unwrap();
            check(other.clone(), &pepper(), Err(KeyRefused::Secret(other.id)));
        }
    }

    #[test]
    fn a_row_shows_enough_to_recognise_the_key_and_nothing_prints_the_secret() {
        let (row, text) = minted();
        let whole = text.expose_secret();
        assert!(whole.starts_with(&row.prefix) && whole.ends_with(&row.last4));
        let secret = base32::write(&[2; 32]);
        let presented = PresentedKey::parse(whole).unwrap();
        let kept = serde_json::to_string(&row).unwrap();
        assert!(!format!("{kept} {row:?} {presented:?} {text:?}").contains(&secret[..8]));
        assert_eq!(serde_json::from_str::<ApiKey>(&kept).unwrap(), row);
    }

    #[test]
    fn a_slip_of_the_hand_is_told_before_any_lookup() {
        let (_, text) = minted();
        let whole = text.expose_secret();
        for at in PREFIX.len() + 27..whole.len() {
            let other = if whole.as_bytes()[at] == b'x' {
                "y"
            } else {
                "x"
            };
            let mistyped = format!("{}{other}{}", &whole[..at], &whole[at + 1..]);
            let error = PresentedKey::parse(&mistyped).err();
            assert_eq!(error, Some(KeyFormatError::Checksum), "{at}");
        }
        for at in 0..whole.len() {
            assert!(PresentedKey::parse(&whole[..at]).is_err());
            assert!(
                PresentedKey::parse(&format!("{}é{}", &whole[..at], &whole[at + 1..])).is_err()
            );
        }
        for text in [
            "",
            "pie_live_",
            "pie_live__",
            "sk_live_1",
            &whole.to_uppercase(),
            &format!("{whole} "),
        ] {
            assert!(PresentedKey::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_that_makes_no_sense_or_too_much_is_not_made() {
        let check = |maker: &str, new: NewApiKey, expected: &str| {
            let made = ApiKey::mint(&new, &member_ctx(maker), [1; 16], [2; 32], &pepper(), NOW);
            let error = made.err().map(|error| error.to_string());
            assert!(
                error
                    .as_deref()
                    .is_some_and(|error| error.contains(expected)),
                "{error:?}"
            );
        };
        check(
            "root",
            NewApiKey {
                name: " ".into(),
                ..wanted()
            },
            "name",
        );
        check(
            "root",
            NewApiKey {
                name: "a\tb".into(),
                ..wanted()
            },
            "name",
        );
        check(
            "root",
            NewApiKey {
                scopes: Scopes::default(),
                ..wanted()
            },
            "at least one scope",
        );
        check(
            "root",
            NewApiKey {
                scopes: "admin".parse().unwrap(),
                ..wanted()
            },
            "scope admin",
        );
        check(
            "root",
            NewApiKey {
                role: Role::Ae,
                ..wanted()
            },
            "name the member",
        );
        check(
            "root",
            NewApiKey {
                expires_at: Some(NOW),
                ..wanted()
            },
            "past",
        );
        check(
            "head",
            NewApiKey {
                role: Role::Admin,
                ..wanted()
            },
            "above yours",
        );
        check("ana", wanted(), "above yours");
    }

    #[test]
    fn the_time_of_use_is_written_every_five_minutes_at_most() {
        let check = |last_used_s: Option<i64>, expected: bool| {
            let last_used_at = last_used_s.map(|ago| NOW - SignedDuration::from_secs(ago));
            let row = ApiKey {
                last_used_at,
                ..minted().0
            };
            assert_eq!(VerifiedKey(row).touched(NOW).is_some(), expected);
        };
        check(None, true);
        check(Some(299), false);
        check(Some(300), true);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in ".*", tail in "[0-9a-z_é]{0,90}") {
            let _ = PresentedKey::parse(&text);
            let text = format!("{PREFIX}{tail}");
            prop_assert!(PresentedKey::parse(&text).is_err());
        }
    }
}
