//! Crockford's base 32 in lower case, as ids, keys and codes are written.

/// No i, l, o, u: what is read aloud or typed from paper arrives.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// How many digits write so many bytes.
pub(crate) const fn length(bytes: usize) -> usize {
    (bytes * 8).div_ceil(5)
}

/// The bytes as digits. Spare bits lead, so bytes and their texts sort alike.
pub(crate) fn write(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(length(bytes.len()));
    let (mut value, mut held) = (0_u32, length(bytes.len()) * 5 - bytes.len() * 8);
    for &byte in bytes {
        value = value << 8 | u32::from(byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(char::from(DIGITS[(value >> held) as usize & 31]));
        }
    }
    text
}

/// The bytes that [`write`] gives this text for; every other text has none.
pub(crate) fn read<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != length(N) {
        return None;
    }
    let spare = length(N) * 5 - N * 8;
    let mut bytes = [0; N];
    let (mut value, mut held, mut filled) = (0_u32, 0, 0);
    for (place, digit) in text.bytes().enumerate() {
        let digit = DIGITS.iter().position(|&known| known == digit)?;
        value = value << 5 | digit as u32;
        held += 5;
        if place == 0 {
            held -= spare;
            if digit >> held != 0 {
                return None;
            }
        }
        while held >= 8 {
            held -= 8;
            bytes[filled] = (value >> held) as u8;
            filled += 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_ends_are_written_and_read() {
        let check = |bytes: [u8; 5], text: &str| {
            assert_eq!(write(&bytes), text);
            assert_eq!(read(text), Some(bytes));
        };
        check([0; 5], "00000000");
        check([255; 5], "zzzzzzzz");
        check([0, 0, 0, 0, 33], "00000011");
    }

    #[test]
    fn one_value_has_one_text() {
        for text in [
            "",
            "0",
            "0000000",
            "000000000",
            "0000000O",
            "0000000Z",
            "0000000é",
            "000000-0",
        ] {
            assert_eq!(read::<5>(text), None, "{text}");
        }
        // 52 digits hold 260 bits, four more than 32 bytes fill.
        assert_eq!(read::<32>(&format!("2{}", "0".repeat(51))), None);
        assert!(read::<32>(&format!("1{}", "z".repeat(51))).is_some());
    }

    proptest! {
        #[test]
        fn bytes_round_trip(ids: [u8; 16], secret: [u8; 32], code: [u8; 5]) {
            prop_assert_eq!(read(&write(&ids)), Some(ids));
            prop_assert_eq!(read(&write(&secret)), Some(secret));
            prop_assert_eq!(read(&write(&code)), Some(code));
            // The model's ids are written by code of its own; both must agree.
            let id = model::DealId::from_bytes(ids).to_string();
            prop_assert_eq!(id, format!("deal_{}", write(&ids)));
        }

        #[test]
        fn what_reads_is_what_was_written(text in "[0-9a-z]{26}") {
            if let Some(bytes) = read::<16>(&text) {
                prop_assert_eq!(write(&bytes), text);
            }
        }
    }
}
