//! Refresh tokens: each is good once and brings the next.
//!
//! A token has two secrets. The first stays the same for the whole sign-in and proves that a token
//! was once ours; the second is new each time. So every earlier token is known when it comes back,
//! without a list of them, and a guess can end nobody's session.

use crate::{MemberId, Pepper, SecretHash, SessionId, base32};
use jiff::{SignedDuration, Timestamp};
use model::TenantId;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroize;

/// How long a sign-in lasts at most, however often it is refreshed.
const LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long a sign-in lasts unused.
const IDLE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Two tabs of one browser may both come with the same token; that is no theft.
const RACE: SignedDuration = SignedDuration::from_secs(10);

const PREFIX: &str = "pie_refresh_";

/// A text that is no refresh token. It is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a refresh token; sign in again")]
pub struct RefreshTokenError;

/// A refresh token as its bearer shows it. It prints nothing.
pub struct RefreshToken {
    tenant: TenantId,
    session: SessionId,
    secrets: SecretBox<Secrets>,
}

#[derive(Clone)]
struct Secrets {
    family: [u8; 16],
    turn: [u8; 32],
}

impl Zeroize for Secrets {
    fn zeroize(&mut self) {
        self.family.zeroize();
        self.turn.zeroize();
    }
}

impl RefreshToken {
    /// Reads a token. Whose it says it is only finds the row; the row then decides.
    pub fn parse(text: &str) -> Result<Self, RefreshTokenError> {
        let parse = || {
            let mut parts = text.strip_prefix(PREFIX)?.split('_');
            let mut next = || parts.next();
            let tenant = TenantId::from_bytes(base32::read(next()?)?);
            let session = SessionId::from_bytes(base32::read(next()?)?);
            let family = base32::read(next()?)?;
            let turn = base32::read(next()?)?;
            let secrets = SecretBox::new(Box::new(Secrets { family, turn }));
            parts.next().is_none().then_some(Self {
                tenant,
                session,
                secrets,
            })
        };
        parse().ok_or(RefreshTokenError)
    }

    /// The tenant whose row to read.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The sign-in whose row to read.
    pub fn session(&self) -> SessionId {
        self.session
    }

    fn to_text(&self) -> SecretString {
        let secrets = self.secrets.expose_secret();
        let [tenant, session] =
            [self.tenant.as_bytes(), self.session.as_bytes()].map(|id| base32::write(id));
        let (family, turn) = (base32::write(&secrets.family), base32::write(&secrets.turn));
        format!("{PREFIX}{tenant}_{session}_{family}_{turn}").into()
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RefreshToken({}, ..)", self.session)
    }
}

/// What is kept of a sign-in: which token is the next good one, as hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshFamily {
    /// Whose data.
    pub tenant: TenantId,
    /// The sign-in.
    pub session: SessionId,
    /// Who signed in.
    pub member: MemberId,
    /// The member's epoch then; when it has grown, the sign-in is over.
    pub epoch: u32,
    /// How often it was refreshed. A row is replaced on condition that this has not changed.
    pub turn: u32,
    /// When they signed in.
    pub created_at: Timestamp,
    /// When the current token was made.
    pub rotated_at: Timestamp,
    /// When all of it ended before its time.
    #[serde(default)]
    pub revoked_at: Option<Timestamp>,
    family: SecretHash,
    current: SecretHash,
    previous: Option<SecretHash>,
}

/// What comes of showing a refresh token.
#[derive(Debug)]
pub enum Presented {
    /// It was the good one. Keep the row, hand the new token out.
    Rotated {
        /// The row to keep.
        family: RefreshFamily,
        /// The next token.
        token: SecretString,
    },
    /// It was used a moment ago, likely by another tab: nothing is handed out, nothing ended.
    Raced,
    /// It was used before: somebody has a copy. Keep the row, in which the sign-in is revoked.
    Reused {
        /// The row to keep.
        family: RefreshFamily,
    },
    /// It is unknown, or the sign-in is over.
    Refused,
}

impl RefreshFamily {
    /// Begins a sign-in, and gives the row to keep and the first token. The random bytes are the
    /// family's 16 and the turn's 32.
    pub fn begin(
        (tenant, session): (TenantId, SessionId),
        (member, epoch): (MemberId, u32),
        random: ([u8; 16], [u8; 32]),
        pepper: &Pepper,
        now: Timestamp,
    ) -> (Self, SecretString) {
        let secrets = Secrets {
            family: random.0,
            turn: random.1,
        };
        let token = RefreshToken {
            tenant,
            session,
            secrets: SecretBox::new(Box::new(secrets)),
        };
        let (family, current) = hashes(&token, pepper);
        let row = Self {
            tenant,
            session,
            member,
            epoch,
            turn: 0,
            created_at: now,
            rotated_at: now,
            revoked_at: None,
            family,
            current,
            previous: None,
        };
        (row, token.to_text())
    }

    /// What comes of showing a token now; `fresh` are the random bytes of the next.
    pub fn present(
        &self,
        token: &RefreshToken,
        fresh: [u8; 32],
        pepper: &Pepper,
        now: Timestamp,
    ) -> Presented {
        let (family, shown) = hashes(token, pepper);
        let ours =
            (token.tenant, token.session) == (self.tenant, self.session) && family == self.family;
        if !ours || !self.is_live(now) {
            return Presented::Refused;
        }
        if shown == self.current {
            let family = token.secrets.expose_secret().family;
            let secrets = SecretBox::new(Box::new(Secrets {
                family,
                turn: fresh,
            }));
            let next = RefreshToken {
                tenant: self.tenant,
                session: self.session,
                secrets,
            };
            let row = Self {
                turn: self.turn.saturating_add(1),
                rotated_at: now,
                current: hashes(&next, pepper).1,
                previous: Some(self.current),
                ..self.clone()
            };
            return Presented::Rotated {
                family: row,
                token: next.to_text(),
            };
        }
        if self.previous == Some(shown) && now.duration_since(self.rotated_at) <= RACE {
            return Presented::Raced;
        }
        Presented::Reused {
            family: self.revoke(now),
        }
    }

    /// Ends the sign-in, as signing out does.
    #[must_use]
    pub fn revoke(&self, now: Timestamp) -> Self {
        Self {
            revoked_at: self.revoked_at.or(Some(now)),
            ..self.clone()
        }
    }

    /// When the sign-in ends if it is not refreshed.
    pub fn expires_at(&self) -> Timestamp {
        let end = |from: Timestamp, life| from.saturating_add(life).unwrap_or(Timestamp::MAX);
        end(self.created_at, LIFE).min(end(self.rotated_at, IDLE))
    }

    fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at()
    }
}

fn hashes(token: &RefreshToken, pepper: &Pepper) -> (SecretHash, SecretHash) {
    let secrets = token.secrets.expose_secret();
    let session = token.session.as_bytes();
    (
        pepper.hash(&[b"refresh family", session, &secrets.family]),
        pepper.hash(&[b"refresh turn", session, &secrets.turn]),
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test may")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn pepper() -> Pepper {
        Pepper::new(&[7; 32])
    }

    fn begin() -> (RefreshFamily, SecretString) {
        let who = (TenantId::local(), SessionId::from_bytes([1; 16]));
        let member = (MemberId::from_bytes([2; 16]), 0);
        RefreshFamily::begin(who, member, ([3; 16], [4; 32]), &pepper(), START)
    }

    fn show(row: &RefreshFamily, token: &SecretString, fresh: u8, after_s: i64) -> Presented {
        let token = RefreshToken::parse(token.expose_secret()).unwrap();
        row.present(
            &token,
            [fresh; 32],
            &pepper(),
            START + SignedDuration::from_secs(after_s),
        )
    }

    fn rotate(
        row: &RefreshFamily,
        token: &SecretString,
        fresh: u8,
        after_s: i64,
    ) -> (RefreshFamily, SecretString) {
        match show(row, token, fresh, after_s) {
            Presented::Rotated { family, token } => (family, token),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_token_is_good_once_and_any_earlier_one_ends_the_sign_in() {
        let (row, first) = begin();
        let (row, second) = rotate(&row, &first, 5, 100);
        let (row, third) = rotate(&row, &second, 6, 200);
        assert_eq!(row.turn, 2);
        for stolen in [&first, &second] {
            let Presented::Reused { family } = show(&row, stolen, 7, 300) else {
                panic!()
            };
            assert!(matches!(show(&family, &third, 8, 301), Presented::Refused));
        }
        rotate(&row, &third, 7, 300);
    }

    #[test]
    fn two_tabs_do_not_end_each_other() {
        let (row, first) = begin();
        let (row, second) = rotate(&row, &first, 5, 100);
        assert!(matches!(show(&row, &first, 6, 110), Presented::Raced));
        assert!(matches!(
            show(&row, &first, 6, 111),
            Presented::Reused { .. }
        ));
        rotate(&row, &second, 6, 111);
        // Only the last one can race; an older one is a copy.
        let (row, _) = rotate(&row, &second, 6, 112);
        assert!(matches!(
            show(&row, &first, 7, 113),
            Presented::Reused { .. }
        ));
    }

    #[test]
    fn a_guess_that_knows_the_session_ends_nothing() {
        let (row, _) = begin();
        let who = (row.tenant, row.session);
        let (_, guess) =
            RefreshFamily::begin(who, (row.member, 0), ([9; 16], [4; 32]), &pepper(), START);
        assert!(matches!(show(&row, &guess, 5, 1), Presented::Refused));
        let other = (TenantId::from_bytes([8; 16]), row.session);
        let (_, guess) =
            RefreshFamily::begin(other, (row.member, 0), ([3; 16], [4; 32]), &pepper(), START);
        assert!(matches!(show(&row, &guess, 5, 1), Presented::Refused));
    }

    #[test]
    fn a_sign_in_ends_unused_after_a_week_and_in_any_case_after_thirty_days() {
        let (row, token) = begin();
        let week = 7 * 86_400;
        assert!(matches!(show(&row, &token, 5, week), Presented::Refused));
        let (mut row, mut token) = rotate(&row, &token, 5, week - 1);
        for turn in 2..=4 {
            (row, token) = rotate(&row, &token, turn, i64::from(turn) * (week - 1));
        }
        assert!(matches!(
            show(&row, &token, 9, 30 * 86_400 - 1),
            Presented::Rotated { .. }
        ));
        assert!(matches!(
            show(&row, &token, 9, 30 * 86_400),
            Presented::Refused
        ));
    }

    #[test]
    fn signing_out_ends_it() {
        let (row, token) = begin();
        assert!(matches!(
            show(&row.revoke(START), &token, 5, 1),
            Presented::Refused
        ));
    }

    #[test]
    fn the_row_holds_no_secret_and_nothing_prints_one() {
        let (row, token) = begin();
        let kept = serde_json::to_string(&row).unwrap();
        let token = RefreshToken::parse(token.expose_secret()).unwrap();
        for secret in [base32::write(&[3; 16]), base32::write(&[4; 32])] {
            assert!(!kept.contains(&secret) && !format!("{row:?} {token:?}").contains(&secret));
        }
        assert_eq!(serde_json::from_str::<RefreshFamily>(&kept).unwrap(), row);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic_and_only_one_is_read(text in ".*", cut in 0_usize..200) {
            prop_assert!(RefreshToken::parse(&text).is_err());
            let (_, token) = begin();
            let whole = token.expose_secret();
            let part = &whole[..cut.min(whole.len() - 1)];
            prop_assert!(RefreshToken::parse(part).is_err());
        }
    }
}
