//! Instants as people type them: a day, a day and a time, or a full RFC 3339 timestamp.

pub(crate) use forecast::reading::days;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// Reads `2026-09-30`, `2026-09-30T17:00`, `2026-09-30 17:00:00`, or the same with an offset.
/// Without an offset it is UTC; a day alone is its first instant.
pub(crate) fn parse(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let utc = |at: DateTime| {
        at.to_zoned(TimeZone::UTC)
            .map(|zoned: Zoned| zoned.timestamp())
    };
    // A bare date also parses as a date and time, at midnight.
    let at = text.parse::<DateTime>();
    at.and_then(utc).map_err(|_| {
        "write a day such as 2026-09-30, or an instant such as 2026-09-30T17:00:00Z".to_owned()
    })
}

/// The day of an instant given in days since the epoch.
pub(crate) fn day_of(days: f64) -> String {
    Timestamp::from_microsecond((days * 86_400e6) as i64)
        .map_or_else(|_| crate::format::dash(), crate::format::day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_its_first_instant_in_utc() {
        for (text, expected) in [
            ("2012-01-01", Some("2012-01-01T00:00:00Z")),
            (" 2012-01-01T10:30 ", Some("2012-01-01T10:30:00Z")),
            ("2012-01-01 10:30:05", Some("2012-01-01T10:30:05Z")),
            ("2012-01-01T10:30:00+02:00", Some("2012-01-01T08:30:00Z")),
            ("2012-01-01T10:30:00Z", Some("2012-01-01T10:30:00Z")),
            ("01/02/2012", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(
                parse(text).ok().map(|at| at.to_string()).as_deref(),
                expected,
                "{text}"
            );
        }
    }
}
