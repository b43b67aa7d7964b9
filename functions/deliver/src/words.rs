//! What names a person in a text, found and taken out.

use serde_json::Value;

/// What stands where somebody was named.
pub(crate) const ERASED: &str = "[erased]";
/// A shorter name could be a word.
const SHORTEST_NAME: usize = 5;

/// What names a person: addresses and whole names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words(Vec<String>);

impl Words {
    /// Of these texts the addresses, and the names that are nobody else's word: of two parts at
    /// least.
    pub(crate) fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let names = |text: &&str| {
            text.contains('@')
                || text.contains(char::is_whitespace) && text.chars().count() >= SHORTEST_NAME
        };
        let mut words: Vec<String> = texts
            .into_iter()
            .map(str::trim)
            .filter(names)
            .map(str::to_owned)
            .collect();
        // A name within a longer text goes with the longer one.
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words.dedup();
        Self(words)
    }

    /// Whether the person is named in a text.
    pub(crate) fn are_in(&self, text: &str) -> bool {
        self.0.iter().any(|word| find(text, word, 0).is_some())
    }

    /// A text without the person; `None` where they are not in it.
    pub(crate) fn out_of(&self, text: &str) -> Option<String> {
        let mut out: Option<String> = None;
        for word in &self.0 {
            if let Some(without) = replaced(out.as_deref().unwrap_or(text), word) {
                out = Some(without);
            }
        }
        out
    }

    /// Takes the person out of every text of a value; says whether they were in one.
    pub(crate) fn leave(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => match self.out_of(text) {
                Some(without) => {
                    *text = without;
                    true
                }
                None => false,
            },
            Value::Array(all) => all
                .iter_mut()
                .fold(false, |any, value| self.leave(value) | any),
            Value::Object(all) => all
                .values_mut()
                .fold(false, |any, value| self.leave(value) | any),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
}

/// Where a word stands, letters of ASCII in either case, and not within a longer word or address.
fn find(text: &str, word: &str, from: usize) -> Option<usize> {
    let (bytes, wanted) = (text.as_bytes(), word.as_bytes());
    let is_address = word.contains('@');
    let goes_on = |c: char| c.is_alphanumeric() || is_address && "._%+-".contains(c);
    let mut from = from;
    loop {
        let last = bytes.len().checked_sub(wanted.len())?;
        let at = (from..=last).find(|&at| {
            let end = at + wanted.len();
            bytes[at..end].eq_ignore_ascii_case(wanted)
                && text.is_char_boundary(at)
                && text.is_char_boundary(end)
        })?;
        let (before, behind) = (&text[..at], &text[at + wanted.len()..]);
        // A full stop may end the sentence.
        let behind = behind.strip_prefix('.').unwrap_or(behind);
        let ends =
            |c: Option<char>| c.is_none_or(|c| !(c.is_alphanumeric() || is_address && c == '-'));
        if before.chars().next_back().is_none_or(|c| !goes_on(c)) && ends(behind.chars().next()) {
            return Some(at);
        }
        from = at + 1;
    }
}

fn replaced(text: &str, word: &str) -> Option<String> {
    let mut out = String::new();
    let mut from = 0;
    while let Some(at) = find(text, word, from) {
        out.push_str(&text[from..at]);
        out.push_str(ERASED);
        from = at + word.len();
    }
    if from == 0 {
        return None;
    }
    out.push_str(&text[from..]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_person_goes_from_every_text_and_nobody_else() {
        let words = Words::of(["ada.byron@quay.example", "Ada Byron", "Ada", "  ", "A B"]);
        let check = |text: &str, expected: &str| {
            let mut value = json!({ "a": [text], "n": 1, "o": null });
            assert_eq!(words.leave(&mut value), text != expected, "{text}");
            assert_eq!(value, json!({ "a": [expected], "n": 1, "o": null }));
            assert_eq!(words.are_in(text), text != expected, "{text}");
        };
        check(
            "Call with ADA BYRON, then Ada.Byron@Quay.Example.",
            "Call with [erased], then [erased].",
        );
        check("Ada Byron <ada.byron@quay.example>", "[erased] <[erased]>");
        check(
            "mailto:ada.byron@quay.example?subject=1",
            "mailto:[erased]?subject=1",
        );
        check(
            "Ada Byronson, Rada Byron, A B",
            "Ada Byronson, Rada Byron, A B",
        );
        check("x.ada.byron@quay.example", "x.ada.byron@quay.example");
        check("ada.byron@quay.example.org", "ada.byron@quay.example.org");
        check("Ada will call", "Ada will call");
        check("É Ada Byron É", "É [erased] É");
        check("ada byron ada byron", "[erased] [erased]");
        check("Ada BÝron", "Ada BÝron");
        check("", "");
    }
}
