//! One-time codes that prove an address is one's own.

use crate::{Email, Pepper, SecretHash, base32};
use jiff::{SignedDuration, Timestamp};
use model::TenantId;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// How long a code is good.
const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// How many wrong codes end it: a guess then succeeds once in 2 × 10¹¹ codes sent.
const ATTEMPTS: u8 = 5;

/// What is kept of a code sent by e-mail.
///
/// ```
/// use identity::{CodeAnswer, Pepper, SignInCode};
/// use jiff::Timestamp;
/// use model::TenantId;
/// use secrecy::ExposeSecret;
///
/// let (pepper, now) = (Pepper::new(&[7; 32]), Timestamp::constant(1_800_000_000, 0));
/// let (tenant, email) = (TenantId::local(), "ana@vendor.example".parse()?);
/// let (row, code) = SignInCode::send(tenant, &email, [1, 2, 3, 4, 5], &pepper, now);
/// assert_eq!(code.expose_secret(), "0410-6105");
/// let answer = row.enter(tenant, &email, "O4lo 6IO5", &pepper, now);
/// assert!(matches!(answer, CodeAnswer::Right));
/// # Ok::<(), identity::EmailError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInCode {
    /// When it ends.
    pub expires_at: Timestamp,
    /// How many more wrong codes it bears. A row is replaced on condition that this has not
    /// changed, so that attempts at the same time count each.
    pub attempts_left: u8,
    hash: SecretHash,
}

/// What comes of entering a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeAnswer {
    /// It is the code. Delete the row, on condition that it is still there.
    Right,
    /// It is not. Keep the row.
    Wrong(SignInCode),
    /// Its time or its attempts are over. Delete the row; a new code can be sent.
    Over,
}

impl SignInCode {
    /// The row to keep and the code to send, from 5 random bytes.
    pub fn send(
        tenant: TenantId,
        email: &Email,
        random: [u8; 5],
        pepper: &Pepper,
        now: Timestamp,
    ) -> (Self, SecretString) {
        let code = base32::write(&random);
        let row = Self {
            expires_at: now.saturating_add(LIFE).unwrap_or(Timestamp::MAX),
            attempts_left: ATTEMPTS,
            hash: hash(tenant, email, &code, pepper),
        };
        let (first, second) = code.split_at(code.len() / 2);
        (row, format!("{first}-{second}").into())
    }

    /// What comes of entering a text as the code for this address.
    pub fn enter(
        &self,
        tenant: TenantId,
        email: &Email,
        text: &str,
        pepper: &Pepper,
        now: Timestamp,
    ) -> CodeAnswer {
        if now >= self.expires_at || self.attempts_left == 0 {
            return CodeAnswer::Over;
        }
        if hash(tenant, email, &normalise(text), pepper) == self.hash {
            return CodeAnswer::Right;
        }
        CodeAnswer::Wrong(Self {
            attempts_left: self.attempts_left - 1,
            ..self.clone()
        })
    }
}

fn hash(tenant: TenantId, email: &Email, code: &str, pepper: &Pepper) -> SecretHash {
    pepper.hash(&[
        b"sign-in code",
        tenant.as_bytes(),
        email.as_str().as_bytes(),
        code.as_bytes(),
    ])
}

/// The code as it was sent, from how people type it.
fn normalise(text: &str) -> String {
    let letters = text
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-');
    let letters = letters.map(|letter| match letter.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    });
    letters.take(16).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    #[test]
    fn a_code_is_good_as_people_type_it_for_its_own_address_and_ten_minutes() {
        let pepper = Pepper::new(&[7; 32]);
        let (tenant, email) = (TenantId::local(), "ana@vendor.example".parse().unwrap());
        let (row, code) =
            SignInCode::send(tenant, &email, [0x08, 0x42, 0x10, 0xff, 0xff], &pepper, NOW);
        assert_eq!(code.expose_secret(), "1111-1zzz");
        let check = |tenant, email: &str, text: &str, after_s, expected: &str| {
            let now = NOW + SignedDuration::from_secs(after_s);
            let answer = row.enter(tenant, &email.parse().unwrap(), text, &pepper, now);
            let said = match answer {
                CodeAnswer::Right => "right",
                CodeAnswer::Wrong(row) if row.attempts_left == 4 => "wrong",
                CodeAnswer::Wrong(_) => "miscounted",
                CodeAnswer::Over => "over",
            };
            assert_eq!(said, expected, "{text:?} {after_s}");
        };
        let ana = "ana@vendor.example";
        for text in [
            "1111-1zzz",
            "11111zzz",
            " 1111 1ZZZ\n",
            "Lil1-IzZz",
            "1-1-1-1-1-z-z-z",
        ] {
            check(tenant, ana, text, 599, "right");
        }
        for text in ["", "1111-1zz", "1111-1zzy", "1111-1zzzz", "1111-1zzé"] {
            check(tenant, ana, text, 0, "wrong");
        }
        check(tenant, "ben@vendor.example", "11111zzz", 0, "wrong");
        check(TenantId::from_bytes([1; 16]), ana, "11111zzz", 0, "wrong");
        check(tenant, ana, "11111zzz", 600, "over");
    }

    #[test]
    fn five_wrong_codes_end_it_even_for_the_right_one() {
        let pepper = Pepper::new(&[7; 32]);
        let (tenant, email) = (TenantId::local(), "ana@vendor.example".parse().unwrap());
        let (mut row, code) = SignInCode::send(tenant, &email, [9; 5], &pepper, NOW);
        for _ in 0..5 {
            let CodeAnswer::Wrong(next) = row.enter(tenant, &email, "0000", &pepper, NOW) else {
                break;
            };
            row = next;
        }
        assert_eq!(row.attempts_left, 0);
        let answer = row.enter(tenant, &email, code.expose_secret(), &pepper, NOW);
        assert_eq!(answer, CodeAnswer::Over);
    }
}
