//! Ids of eighteen letters: three for the kind of object, twelve for the row, three that check the case of the others.

use crate::crm::Object;

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Where the org lives: the two letters behind the prefix.
const INSTANCE: &str = "QW0";
/// Letters of the row's number.
const DIGITS: usize = 9;

/// The id of the n-th row of a kind, as Salesforce writes it; an [`crate::crm::IdStyle`].
pub fn id(object: Object, n: u64) -> String {
    numbered(prefix(object), n)
}

fn prefix(object: Object) -> &'static str {
    match object {
        Object::User => "005",
        // Sales processes have no table of their own here; their ids are those of business processes.
        Object::Pipeline => "019",
        Object::Stage => "01J",
        Object::Company => "001",
        Object::Contact => "003",
        Object::Deal => "006",
        Object::Role => "00K",
        Object::Activity => "00T",
        Object::Move => "008",
    }
}

/// The id of a row by its number under a prefix of three letters.
pub(super) fn numbered(prefix: &str, n: u64) -> String {
    let mut digits = [b'0'; DIGITS];
    let mut rest = n;
    for digit in digits.iter_mut().rev() {
        *digit = LETTERS.get((rest % 62) as usize).copied().unwrap_or(b'0');
        rest /= 62;
    }
    let mut id = String::with_capacity(18);
    id.push_str(prefix);
    id.push_str(INSTANCE);
    id.extend(digits.iter().map(|digit| char::from(*digit)));
    let suffix = suffix(&id);
    id.push_str(&suffix);
    id
}

/// The number of the row, when the id is one of ours.
pub(super) fn number(id: &str) -> Option<u64> {
    let row = id.get(3 + INSTANCE.len()..15)?;
    row.bytes().try_fold(0_u64, |n, letter| {
        let digit = LETTERS.iter().position(|known| *known == letter)?;
        n.checked_mul(62)?.checked_add(digit as u64)
    })
}

/// The same row's number under another prefix.
pub(super) fn under(prefix: &str, id: &str) -> String {
    numbered(prefix, number(id).unwrap_or_default())
}

/// An id of fifteen or eighteen letters as one of eighteen; none when it is neither, or its check letters are wrong.
pub(super) fn full(id: &str) -> Option<String> {
    if !id.bytes().all(|letter| letter.is_ascii_alphanumeric()) {
        return None;
    }
    let short = id.get(..15)?;
    let full = format!("{short}{}", suffix(short));
    // The check letters may come in any case: they are there for readers that lose it.
    (id.len() == 15 || id.eq_ignore_ascii_case(&full)).then_some(full)
}

/// Each check letter tells which of five letters are capitals.
fn suffix(short: &str) -> String {
    const CHECK: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    short
        .as_bytes()
        .chunks(5)
        .map(|five| {
            let capitals = five
                .iter()
                .enumerate()
                .filter(|(_, letter)| letter.is_ascii_uppercase())
                .fold(0_usize, |bits, (place, _)| bits | 1 << place);
            char::from(CHECK.get(capitals).copied().unwrap_or(b'A'))
        })
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn the_check_letters_are_the_vendors() {
        // The first is known from the vendor's own pages, the second was worked by hand.
        for (short, long) in [
            ("001A0000006Vm9r", "001A0000006Vm9rIAC"),
            ("003D000000QAZaB", "003D000000QAZaBIAX"),
        ] {
            assert_eq!(full(short).as_deref(), Some(long));
            assert_eq!(full(long).as_deref(), Some(long));
        }
    }

    #[test]
    fn a_number_comes_back_from_its_id() {
        for n in [0, 1, 61, 62, 9_999_999, 1 << 40] {
            let id = id(Object::Deal, n);
            assert_eq!(id.len(), 18);
            assert!(id.starts_with("006QW0"));
            assert_eq!(number(&id), Some(n));
            assert_eq!(full(id.get(..15).unwrap()), Some(id.clone()));
            assert_eq!(number(&under("00U", &id)), Some(n));
        }
    }

    #[test]
    fn what_is_no_id_is_none() {
        for text in [
            "",
            "x",
            "006QW0000000001AAB",
            "006QW000000000'",
            "0061234567890123",
        ] {
            assert_eq!(full(text), None, "{text}");
        }
    }
}
