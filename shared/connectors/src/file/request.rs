//! What somebody who asks for an import says about the files, as JSON.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::{Timestamp, tz::TimeZone};
use model::{Currency, RateTable, TenantId};
use serde::{Deserialize, Serialize};

use super::import::{Options, parse_utc_offset};
use super::mapping::{Mapping, Shape, Target};
use super::value::{DateOrder, DecimalMark};

/// How to read files where they leave a choice: [`Options`] as a request carries them.
///
/// ```
/// use connectors::file::ImportOptions;
/// use model::TenantId;
///
/// let said: ImportOptions = serde_json::from_str(
///     r#"{"dates": "day_first", "currency": "EUR", "utc_offset": "+02:00", "won": ["Signed"]}"#,
/// )?;
/// let options = said.options(TenantId::local(), "crm", None).map_err(|odd| odd[0].clone())?;
/// assert_eq!(options.utc_offset_s, Some(7200));
///
/// let said: ImportOptions = serde_json::from_str(r#"{"delimiter": "ab"}"#)?;
/// let odd = said.options(TenantId::local(), "crm", None).unwrap_err();
/// assert_eq!(odd[0].field, "delimiter");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImportOptions {
    /// The instant the data stand at: `2026-09-30`, or a whole timestamp. Without it, their latest
    /// change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// How dates such as 3/4/2026 are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dates: Option<DateOrder>,
    /// How numbers such as 1,234 are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<DecimalMark>,
    /// The currency of sums that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// How far times without a zone are ahead of UTC: `+02:00`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utc_offset: Option<String>,
    /// What parts the cells of delimited text: one character, or `tab`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
    /// Stage labels that mean won, beside the known ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub won: Vec<String>,
    /// Stage labels that mean lost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<String>,
    /// What every table is about, where their columns do not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<Shape>,
    /// Single columns and the fields they fill, over everything else.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, Target>,
    /// Rates for the value of deals in US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rates: Option<RateTable>,
}

/// A field of [`ImportOptions`] that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {found:?} cannot be used; {remedy}")]
pub struct OptionError {
    /// Which field.
    pub field: &'static str,
    /// What was said.
    pub found: String,
    /// What to say instead.
    pub remedy: &'static str,
}

impl ImportOptions {
    /// The options, for a tenant and a source; or every field that cannot be used.
    pub fn options(
        &self,
        tenant: TenantId,
        source: &str,
        mapping: Option<Mapping>,
    ) -> Result<Options, Vec<OptionError>> {
        let mut odd = Vec::new();
        let as_of = read(
            &mut odd,
            "as_of",
            self.as_of.as_deref(),
            instant,
            "write a day such as 2026-09-30, or an instant such as 2026-09-30T17:00:00Z",
        );
        let currency = read(
            &mut odd,
            "currency",
            self.currency.as_deref(),
            |text| text.parse::<Currency>().ok(),
            "write three letters such as EUR",
        );
        let utc_offset_s = read(
            &mut odd,
            "utc_offset",
            self.utc_offset.as_deref(),
            parse_utc_offset,
            "write an offset such as +02:00",
        );
        let delimiter = read(
            &mut odd,
            "delimiter",
            self.delimiter.as_deref(),
            delimiter,
            "write one character such as ; or the word tab",
        );
        if !odd.is_empty() {
            return Err(odd);
        }
        Ok(Options {
            tenant,
            source: source.to_owned(),
            as_of,
            dates: self.dates,
            decimal: self.decimal,
            currency,
            utc_offset_s,
            delimiter,
            won: self.won.clone(),
            lost: self.lost.clone(),
            shape: self.shape,
            overrides: self.columns.clone().into_iter().collect(),
            mapping,
            rates: self.rates.clone(),
            ..Options::default()
        })
    }
}

fn read<T>(
    odd: &mut Vec<OptionError>,
    field: &'static str,
    text: Option<&str>,
    parse: impl Fn(&str) -> Option<T>,
    remedy: &'static str,
) -> Option<T> {
    let text = text?;
    let value = parse(text);
    if value.is_none() {
        odd.push(OptionError {
            field,
            found: text.chars().take(40).collect(),
            remedy,
        });
    }
    value
}

fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    // A bare date also parses as a date and time, at midnight.
    let at: DateTime = text.parse().ok()?;
    Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn delimiter(text: &str) -> Option<u8> {
    match text.as_bytes() {
        _ if text == "tab" => Some(b'\t'),
        [one] if !one.is_ascii_alphanumeric() && !matches!(one, b'"' | b'\n' | b'\r') => Some(*one),
        _ => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    fn odd(json: &str) -> Vec<&'static str> {
        let said: ImportOptions = serde_json::from_str(json).unwrap();
        let read = said.options(TenantId::local(), "crm", None);
        let odd = read.err().unwrap_or_default();
        odd.into_iter().map(|odd| odd.field).collect()
    }

    #[test]
    fn every_field_that_cannot_be_used_is_named() {
        let check = |json: &str, expected: &[&str]| assert_eq!(odd(json), expected, "{json}");
        check("{}", &[]);
        check(r#"{"as_of": "2026-09-30", "delimiter": "tab"}"#, &[]);
        check(
            r#"{"as_of": "soon", "currency": "€"}"#,
            &["as_of", "currency"],
        );
        check(
            r#"{"utc_offset": "east", "delimiter": "\n"}"#,
            &["utc_offset", "delimiter"],
        );
        check(r#"{"delimiter": "x"}"#, &["delimiter"]);
    }

    #[test]
    fn what_no_option_is_called_is_refused() {
        for json in [
            r#"{"date": "dmy"}"#,
            r#"{"dates": "ymd"}"#,
            r#"{"shape": "people"}"#,
            r#"{"columns": {"Deal": "no_field"}}"#,
        ] {
            assert!(
                serde_json::from_str::<ImportOptions>(json).is_err(),
                "{json}"
            );
        }
    }
}
