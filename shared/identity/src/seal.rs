//! Sealing: texts that only we can read, and that are good in one place only.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The first byte of what is sealed, for the day there is another way.
const VERSION: u8 = 1;

/// A sealed text that is not ours, not whole, or of another place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed text is not one of ours for this place; start again without it")]
pub struct SealError;

/// AES-256-GCM for cursors and for fields that are kept encrypted.
///
/// What is sealed is bound to its place by parts that are not in the text, such as tenant, actor
/// and query: it opens with the same parts only.
///
/// ```
/// use identity::Sealer;
///
/// let sealer = Sealer::new(&[7; 32])?;
/// let place: [&[u8]; 2] = [b"cursor", b"tenant_1"];
/// let sealed = sealer.seal(b"position 42", &place, [9; 12])?;
/// assert_eq!(*sealer.open(&sealed, &place)?, b"position 42");
/// assert!(sealer.open(&sealed, &[b"cursor", b"tenant_2"]).is_err());
/// # Ok::<(), identity::SealError>(())
/// ```
#[derive(Clone)]
pub struct Sealer {
    keys: Vec<Arc<LessSafeKey>>,
}

impl Sealer {
    /// A sealer with a key of 32 random bytes.
    pub fn new(key: &[u8; 32]) -> Result<Self, SealError> {
        Ok(Self {
            keys: vec![read_key(key)?],
        })
    }

    /// The same that also opens what an earlier key sealed.
    pub fn and_opens(mut self, earlier: &[u8; 32]) -> Result<Self, SealError> {
        self.keys.push(read_key(earlier)?);
        Ok(self)
    }

    /// Seals a text. The nonce is 12 random bytes, new each time: one key bears 2³² of them.
    pub fn seal(
        &self,
        plain: &[u8],
        place: &[&[u8]],
        nonce: [u8; NONCE_LEN],
    ) -> Result<String, SealError> {
        let key = self.keys.first().ok_or(SealError)?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = key
            .seal_in_place_separate_tag(nonce, bind(place), &mut sealed[1 + NONCE_LEN..])
            .map_err(|_| SealError)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Opens what was sealed for this place.
    pub fn open(&self, sealed: &str, place: &[&[u8]]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| SealError)?;
        let (&[VERSION], rest) = sealed.split_first_chunk().ok_or(SealError)? else {
            return Err(SealError);
        };
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>().ok_or(SealError)?;
        for key in &self.keys {
            let mut buffer = Zeroizing::new(sealed.to_vec());
            let nonce = Nonce::assume_unique_for_key(*nonce);
            if let Ok(plain) = key.open_in_place(nonce, bind(place), &mut buffer) {
                let length = plain.len();
                buffer.truncate(length);
                return Ok(buffer);
            }
        }
        Err(SealError)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(..)")
    }
}

fn read_key(key: &[u8; 32]) -> Result<Arc<LessSafeKey>, SealError> {
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| SealError)?;
    Ok(LessSafeKey::new(key).into())
}

/// Each part behind its length: `("ab", "c")` is another place than `("a", "bc")`.
fn bind(place: &[&[u8]]) -> Aad<Vec<u8>> {
    let mut bound = vec![VERSION];
    for part in place {
        bound.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bound.extend_from_slice(part);
    }
    Aad::from(bound)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLACE: [&[u8]; 3] = [b"cursor", b"tenant", b"actor"];

    fn sealer() -> Sealer {
        Sealer::new(&[7; 32]).unwrap()
    }

    #[test]
    fn a_million_mutated_texts_open_none() {
        let sealer = sealer();
        let sealed = sealer
            .seal(b"deals 2026-11-20 deal_42", &PLACE, [9; 12])
            .unwrap();
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. \n";
        let mut tried = 0;
        let mut check = |mutated: &[u8]| {
            tried += 1;
            if mutated != sealed.as_bytes() {
                let mutated = std::str::from_utf8(mutated).unwrap();
                assert!(sealer.open(mutated, &PLACE).is_err(), "{mutated}");
            }
        };
        // Every text with one character another, one more or one fewer.
        for at in 0..=sealed.len() {
            let (head, tail) = sealed.as_bytes().split_at(at);
            for &letter in alphabet {
                check(&[head, &[letter], tail].concat());
                check(&[head, &[letter], tail.get(1..).unwrap_or_default()].concat());
            }
            check(&[head, tail.get(1..).unwrap_or_default()].concat());
            check(head);
            check(tail);
        }
        // Then several at random places.
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as usize % below
        };
        let mut mutated = sealed.clone().into_bytes();
        for _ in 0..1_000_000 {
            mutated.copy_from_slice(sealed.as_bytes());
            for _ in 0..=next(4) {
                let at = next(mutated.len());
                mutated[at] = alphabet[next(64)];
            }
            check(&mutated);
        }
        assert!(tried > 1_000_000);
        assert!(sealer.open(&sealed, &PLACE).is_ok());
    }

    #[test]
    fn a_text_opens_in_its_own_place_only() {
        let sealed = sealer().seal(b"x", &PLACE, [9; 12]).unwrap();
        let places: [&[&[u8]]; 6] = [
            &[],
            &PLACE[..2],
            &[b"cursor", b"tenant", b"actor", b""],
            &[b"cursor", b"tenanta", b"ctor"],
            &[b"cursortenantactor"],
            &[b"cursor", b"actor", b"tenant"],
        ];
        for place in places {
            assert_eq!(sealer().open(&sealed, place), Err(SealError));
        }
    }

    #[test]
    fn a_new_key_seals_and_the_earlier_one_still_opens() {
        let sealed = sealer().seal(b"x", &PLACE, [9; 12]).unwrap();
        let rotated = Sealer::new(&[8; 32]).unwrap();
        assert!(rotated.open(&sealed, &PLACE).is_err());
        let rotated = rotated.and_opens(&[7; 32]).unwrap();
        assert_eq!(*rotated.open(&sealed, &PLACE).unwrap(), b"x");
        let resealed = rotated.seal(b"x", &PLACE, [9; 12]).unwrap();
        assert!(sealer().open(&resealed, &PLACE).is_err());
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens(plain: Vec<u8>, nonce: [u8; 12], place: Vec<Vec<u8>>) {
            let place: Vec<&[u8]> = place.iter().map(Vec::as_slice).collect();
            let sealed = sealer().seal(&plain, &place, nonce).unwrap();
            prop_assert_eq!(&*sealer().open(&sealed, &place).unwrap(), &plain);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".*", short in "AQ[A-Za-z0-9_-]{0,60}") {
            prop_assert!(sealer().open(&text, &PLACE).is_err());
            prop_assert!(sealer().open(&short, &PLACE).is_err());
        }
    }
}
