//! Reading what sources write: leniently, exactly, and with an issue for what cannot be read.
//!
//! ```
//! use connector::Value;
//! use connector::value::Fields;
//! use serde_json::json;
//!
//! let record = Value::from(json!({"Amount": "15000.50", "CloseDate": "soon", "IsClosed": "false"}));
//! let mut out = connector::Out::default();
//! let mut fields = Fields::new(&record, "salesforce/Opportunity/006A", &mut out);
//! assert_eq!(fields.decimal("Amount"), Some("15000.50".parse()?));
//! assert_eq!(fields.boolean("IsClosed"), Some(false));
//! assert_eq!(fields.date("CloseDate"), None);
//! assert_eq!(out.issues[0].to_string(),
//!     "salesforce/Opportunity/006A CloseDate: this is not a date (\"soon\") — correct it at the source");
//! # Ok::<(), rust_decimal::Error>(())
//! ```

use crate::json::{Text, Value};
use crate::record::Out;
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::TimeZone};
use model::{Currency, Issue, IssueCode, Money, Place, Severity};
use rust_decimal::Decimal;
use std::borrow::Cow;

/// A number that cannot be read.
pub const ODD_NUMBER: IssueCode = IssueCode::new("odd_number");
/// A date or time that cannot be read.
pub const ODD_DATE: IssueCode = IssueCode::new("odd_date");
/// A yes or no that is neither.
pub const ODD_FLAG: IssueCode = IssueCode::new("odd_flag");
/// A currency nobody knows.
pub const ODD_CURRENCY: IssueCode = IssueCode::new("odd_currency");
/// A text that was cut because it is too long.
pub const LONG_TEXT: IssueCode = IssueCode::new("long_text");
/// A record without an id, or of a shape nobody knows.
pub const ODD_RECORD: IssueCode = IssueCode::new("odd_record");
/// A word that a list of words does not have.
pub const UNKNOWN_WORD: IssueCode = IssueCode::new("unknown_word");

/// The longest text that is kept of a field, in characters. What is longer stays in the raw page.
pub const MOST_TEXT: usize = 8_000;

const AT_SOURCE: &str = "correct it at the source";

/// The fields of one record, and where to say what is odd about them. Field names are JSON
/// pointers; one without slashes is a field of the record.
#[derive(Debug)]
pub struct Fields<'a> {
    record: &'a Value,
    place: String,
    /// What comes of it.
    pub out: &'a mut Out,
}

impl<'a> Fields<'a> {
    /// The fields of a record at a place, such as `hubspot/deals/42`.
    pub fn new(record: &'a Value, place: impl Into<String>, out: &'a mut Out) -> Self {
        let place = place.into();
        Self { record, place, out }
    }

    /// A field as it is; nothing where it is absent or null.
    pub fn get(&self, field: &str) -> Option<&'a Value> {
        get(self.record, field)
    }

    /// Says that something about a field is odd.
    pub fn odd(&mut self, code: IssueCode, field: &str, what: &str, remedy: &str, value: &str) {
        let column = field.trim_start_matches('/').replace('/', ".");
        let issue = Issue::new(code, Severity::Warning, what, remedy)
            .at(Place::column(self.place.clone(), column))
            .quoting(value);
        self.out.issues.push(issue);
    }

    /// A text without the spaces around it; nothing where it is empty. One beyond [`MOST_TEXT`] is
    /// cut, with an issue.
    pub fn text(&mut self, field: &str) -> Option<String> {
        let text = scalar(self.get(field)?)?;
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let mut ends = text.char_indices().skip(MOST_TEXT);
        let Some((end, _)) = ends.next() else {
            return Some(text.to_owned());
        };
        let remedy = "the whole text stays with the raw record";
        self.odd(
            LONG_TEXT,
            field,
            "this text is too long and was cut",
            remedy,
            text,
        );
        text.get(..end).map(str::to_owned)
    }

    /// A decimal number, exactly.
    pub fn decimal(&mut self, field: &str) -> Option<Decimal> {
        let text = scalar(self.get(field)?)?;
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let read = decimal(text);
        if read.is_none() {
            self.odd(ODD_NUMBER, field, "this is not a number", AT_SOURCE, text);
        }
        read
    }

    /// A whole number; `12.0` is one.
    pub fn integer(&mut self, field: &str) -> Option<i64> {
        let number = self.decimal(field)?;
        let whole = number.trunc() == number;
        let read = i64::try_from(number.trunc()).ok().filter(|_| whole);
        if read.is_none() {
            let text = number.to_string();
            self.odd(
                ODD_NUMBER,
                field,
                "this is not a whole number",
                AT_SOURCE,
                &text,
            );
        }
        read
    }

    /// A number that is not negative and whole.
    pub fn count(&mut self, field: &str) -> Option<u64> {
        let number = self.integer(field)?;
        let read = u64::try_from(number).ok();
        if read.is_none() {
            let text = number.to_string();
            self.odd(
                ODD_NUMBER,
                field,
                "this cannot be negative",
                AT_SOURCE,
                &text,
            );
        }
        read
    }

    /// A share from 0 to 1, of which the source writes `of` for 1.
    pub fn share(&mut self, field: &str, of: u32) -> Option<f64> {
        let number = self.decimal(field)?;
        let share = f64::try_from(number).ok()? / f64::from(of.max(1));
        if (0.0..=1.0).contains(&share) {
            return Some(share);
        }
        let text = number.to_string();
        self.odd(
            ODD_NUMBER,
            field,
            "this is not a probability",
            AT_SOURCE,
            &text,
        );
        None
    }

    /// Yes or no, written as such or as a text.
    pub fn boolean(&mut self, field: &str) -> Option<bool> {
        let value = self.get(field)?;
        let text = scalar(value)?;
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            "" => None,
            _ => {
                self.odd(
                    ODD_FLAG,
                    field,
                    "this is neither yes nor no",
                    AT_SOURCE,
                    &text,
                );
                None
            }
        }
    }

    /// An instant: ISO 8601 with any way to write UTC, without a zone (then it is UTC), a day, or
    /// milliseconds since 1970 as a number of at least twelve digits, seconds as a smaller one.
    pub fn timestamp(&mut self, field: &str) -> Option<Timestamp> {
        let text = scalar(self.get(field)?)?;
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let read = timestamp(text);
        if read.is_none() {
            self.odd(ODD_DATE, field, "this is not a date", AT_SOURCE, text);
        }
        read
    }

    /// A day; of an instant, its day in UTC.
    pub fn date(&mut self, field: &str) -> Option<Date> {
        let text = scalar(self.get(field)?)?;
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let read = date(text);
        if read.is_none() {
            self.odd(ODD_DATE, field, "this is not a date", AT_SOURCE, text);
        }
        read
    }

    /// A sum in a currency, of which the code stands in another field or is the account's own.
    pub fn money(&mut self, field: &str, currency: Option<&str>) -> Option<Money> {
        let amount = self.decimal(field)?;
        let text = currency.unwrap_or_default().trim().to_ascii_uppercase();
        if let Ok(currency) = text.parse::<Currency>() {
            return Some(Money::new(amount, currency));
        }
        let remedy = "set the currency of the account or of the record at the source";
        self.odd(
            ODD_CURRENCY,
            field,
            "the currency of this sum is not known",
            remedy,
            &text,
        );
        None
    }
}

/// A field of a value, by its name or deeper by its JSON pointer; nothing where it is absent or
/// null.
pub fn get<'a>(of: &'a Value, field: &str) -> Option<&'a Value> {
    let value = if field.starts_with('/') {
        of.pointer(field)?
    } else {
        of.get(field)?
    };
    (!value.is_null()).then_some(value)
}

/// A field that is a text, as it is; nothing where it is empty.
pub fn text<'a>(of: &'a Value, field: &str) -> Option<&'a str> {
    get(of, field)?.as_str().filter(|text| !text.is_empty())
}

/// A field that is an id, which is a number in some places and a text in others.
pub fn id(of: &Value, field: &str) -> Option<Text> {
    let id = scalar(get(of, field)?).filter(|id| !id.is_empty());
    id.map(Text::from)
}

/// A field that is a list; an empty one where it is none.
pub fn list<'a>(of: &'a Value, field: &str) -> &'a [Value] {
    let list = get(of, field).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

/// Whether a field says yes, as such or as a text.
pub fn is(of: &Value, field: &str) -> bool {
    let flag = get(of, field).and_then(scalar);
    flag.is_some_and(|flag| flag.eq_ignore_ascii_case("true"))
}

/// A field that is an instant, where it can be read; see [`Fields::timestamp`].
pub fn instant(of: &Value, field: &str) -> Option<Timestamp> {
    timestamp(&scalar(get(of, field)?)?)
}

/// A field that is a number, where it can be read.
pub fn number(of: &Value, field: &str) -> Option<Decimal> {
    decimal(&scalar(get(of, field)?)?)
}

/// A value as text, where it is one thing.
pub fn scalar(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.as_str().into()),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Bool(flag) => Some(flag.to_string().into()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Words that stand for nothing, in any case.
const NULLS: [&str; 14] = [
    "null",
    "n/a",
    "#n/a",
    "-",
    "--",
    "none",
    "(none)",
    "nil",
    "\\n",
    "(blank)",
    "(no value)",
    "#ref!",
    "#value!",
    "—",
];

/// Whether a text says that there is no value.
pub fn is_null(text: &str) -> bool {
    text.is_empty()
        || (text.len() <= 10 && NULLS.iter().any(|word| text.eq_ignore_ascii_case(word)))
}

/// A decimal number as sources write it, such as `15000`, `0.0` or `1.5e3`.
pub fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    text.parse()
        .ok()
        .or_else(|| Decimal::from_scientific(text).ok())
}

/// An instant; see [`Fields::timestamp`].
pub fn timestamp(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: i64 = text.parse().ok()?;
        return if text.len() >= 12 {
            Timestamp::from_millisecond(number).ok()
        } else {
            Timestamp::from_second(number).ok()
        };
    }
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    // `+0000` is not ISO, and Salesforce's own.
    if let Some(bare) = text.strip_suffix("+0000") {
        return format!("{bare}Z").parse().ok();
    }
    let at: DateTime = text.replacen(' ', "T", 1).parse().ok()?;
    Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// A day; see [`Fields::date`].
pub fn date(text: &str) -> Option<Date> {
    if text.len() == 10 {
        return text.parse().ok();
    }
    Some(timestamp(text)?.to_zoned(TimeZone::UTC).date())
}
