//! What a page shows beside a cookie, so that a call it did not mean does nothing.

use crate::{Pepper, SecretHash, SessionId};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// What this is a hash for, apart from all other hashes under the same key.
const WHAT: &[u8] = b"csrf";

/// The text a page of ours sends along with a session's cookie. It is the same for as long as the
/// session lasts, so several tabs need not agree on one, and nothing has to be kept of it.
///
/// ```
/// # use identity::{Pepper, SessionId, csrf, is_csrf};
/// let (pepper, session) = (Pepper::new(&[7; 32]), SessionId::from_bytes([1; 16]));
/// let text = csrf(session, &pepper);
/// assert!(is_csrf(&text, session, &pepper));
/// assert!(!is_csrf(&text, SessionId::from_bytes([2; 16]), &pepper));
/// ```
pub fn csrf(session: SessionId, pepper: &Pepper) -> String {
    URL_SAFE_NO_PAD.encode(hash(session, pepper).as_bytes())
}

/// Whether a text is the session's, found out in constant time.
pub fn is_csrf(text: &str, session: SessionId, pepper: &Pepper) -> bool {
    let shown = URL_SAFE_NO_PAD.decode(text).ok();
    let shown: Option<[u8; 32]> = shown.and_then(|bytes| bytes.try_into().ok());
    shown.is_some_and(|shown| SecretHash::from_bytes(shown) == hash(session, pepper))
}

fn hash(session: SessionId, pepper: &Pepper) -> SecretHash {
    pepper.hash(&[WHAT, session.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sessions_own_text_under_the_same_key_will_do() {
        let (pepper, session) = (Pepper::new(&[7; 32]), SessionId::from_bytes([1; 16]));
        let own = csrf(session, &pepper);
        let others = [
            String::new(),
            "x".to_owned(),
            own.to_lowercase(),
            own[1..].to_owned(),
            format!("{own}="),
            format!("{own}A"),
            csrf(SessionId::from_bytes([2; 16]), &pepper),
            csrf(session, &Pepper::new(&[8; 32])),
        ];
        assert!(is_csrf(&own, session, &pepper));
        for other in others {
            assert!(!is_csrf(&other, session, &pepper), "{other}");
        }
    }
}
