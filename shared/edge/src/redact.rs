//! People's data and secrets, kept out of the log whoever wrote the line.

use serde_json::{Map, Value};
use std::borrow::Cow;

/// What stands where something was.
const GONE: &str = "[redacted]";

/// Fields that are never written, whatever is in them.
const SECRET_FIELDS: [&str; 14] = [
    "authorization",
    "api_key",
    "body",
    "cookie",
    "email",
    "key",
    "payload",
    "password",
    "query",
    "secret",
    "set_cookie",
    "to",
    "token",
    "uri",
];

/// The beginnings of what is secret as a whole word.
const SECRET_WORDS: [&str; 3] = ["pie_live_", "pie_refresh_", "eyJ"];

/// A text without what looks like an e-mail address, a credential or a query string.
pub fn redact(text: &str) -> Cow<'_, str> {
    let suspicious = |b: u8| matches!(b, b'@' | b'?' | b'_' | b'J' | b'B' | b'b');
    if !text.bytes().any(suspicious) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut after_bearer = false;
    for piece in text.split_inclusive(is_gap) {
        let word = piece.trim_end_matches(is_gap);
        if word.is_empty() {
            out.push_str(piece);
            continue;
        }
        let hidden = if after_bearer || is_secret(word) {
            Some(GONE.into())
        } else {
            without_query(word)
        };
        after_bearer = word.eq_ignore_ascii_case("bearer");
        match hidden {
            Some(hidden) => {
                out.push_str(&hidden);
                out.push_str(&piece[word.len()..]);
            }
            None => out.push_str(piece),
        }
    }
    Cow::Owned(out)
}

/// What words are cut at.
fn is_gap(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '"' | '\'' | '`' | '<' | '>' | '(' | ')' | ',' | ';' | '{' | '}'
        )
}

fn is_secret(word: &str) -> bool {
    is_address(word) || SECRET_WORDS.iter().any(|begin| word.contains(begin))
}

/// Whether there is something like `a@b` in it; `a@` and `@b` are no addresses.
fn is_address(word: &str) -> bool {
    word.split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}

/// An address without its query: the names of filters are no secret, but their values are.
fn without_query(word: &str) -> Option<String> {
    let (path, query) = word.split_once('?')?;
    (query.contains('=') && path.contains('/')).then(|| format!("{path}?{GONE}"))
}

/// A line's fields without what must not be in them.
pub(crate) fn redact_fields(fields: &mut Map<String, Value>) {
    for (name, value) in fields {
        let last = name.rsplit('.').next().unwrap_or(name);
        if SECRET_FIELDS.contains(&last) {
            *value = Value::from(GONE);
        } else if let Value::String(text) = value
            && let Cow::Owned(clean) = redact(text)
        {
            *text = clean;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn addresses_credentials_and_queries_are_taken_out_of_a_text() {
        let check = |text: &str, expected: &str| assert_eq!(redact(text), expected);
        check("", "");
        check("Kept 3 deals", "Kept 3 deals");
        check("to ana@firm.example, again", "to [redacted], again");
        check("member \"ana@firm.example\" of", "member \"[redacted]\" of");
        check("<mailto:ana@firm.example>", "<[redacted]>");
        check("at 10 @ noon", "at 10 @ noon");
        check(
            "Authorization: Bearer abc.def",
            "Authorization: Bearer [redacted]",
        );
        check("bearer\tabc", "bearer\t[redacted]");
        check("key pie_live_0123_abc refused", "key [redacted] refused");
        check("token=eyJhbGciOi.J9.x is bad", "[redacted] is bad");
        check(
            "GET /v1/deals?filter[name]=Ana&x=1 took",
            "GET /v1/deals?[redacted] took",
        );
        check("Is it so? a=b", "Is it so? a=b");
        check("deal_0123 by member_0456", "deal_0123 by member_0456");
        check("ümläut über b", "ümläut über b");
    }

    #[test]
    fn some_fields_are_never_written() {
        let Value::Object(mut fields) = json!({
            "tenant": "tenant_1", "email": "x", "request.body": {"a": 1}, "query": "a=b",
            "authorization": 3, "note": "from ana@firm.example", "status": 200,
        }) else {
            return;
        };
        redact_fields(&mut fields);
        let expected = json!({
            "tenant": "tenant_1", "email": GONE, "request.body": GONE, "query": GONE,
            "authorization": GONE, "note": "from [redacted]", "status": 200,
        });
        assert_eq!(Value::Object(fields), expected);
    }
}
