//! Numbers as people read them. Every figure in a table, a sentence or a report goes through here.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `1234567.8` → `1,234,568`.
pub fn whole(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let digits = format!("{:.0}", value.abs());
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0.0 && digits != "0" {
        text.push('-');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count: `8800` → `8,800`.
pub fn count(value: usize) -> String {
    whole(value as f64)
}

/// A count with its noun: `1 deal`, `2 deals`, `8,800 deals`.
pub fn counted(value: usize, noun: &str) -> String {
    let many = if value == 1 {
        noun.to_owned()
    } else if let Some(stem) = noun
        .strip_suffix('y')
        .filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u']))
    {
        format!("{stem}ies")
    } else {
        format!("{noun}s")
    };
    format!("{} {many}", count(value))
}

/// An amount short enough for a headline: `2312345.0` → `2.31 M`.
pub fn compact(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let size = value.abs();
    let (scaled, unit) = match size {
        s if s >= 999_500_000.0 => (value / 1e9, " B"),
        s if s >= 999_500.0 => (value / 1e6, " M"),
        s if s >= 9_999.5 => (value / 1e3, " k"),
        _ => return whole(value),
    };
    let decimals = match scaled.abs() {
        s if s >= 99.95 => 0,
        s if s >= 9.995 => 1,
        _ => 2,
    };
    format!("{scaled:.decimals$}{unit}")
}

/// A probability: `0.347` → `35 %`. Never rounds a possibility to certainty: `0.001` → `<1 %`.
pub fn percent(share: f64) -> String {
    match share {
        s if !s.is_finite() => "–".to_owned(),
        s if s > 0.0 && s < 0.005 => "<1 %".to_owned(),
        s if (0.995..1.0).contains(&s) => ">99 %".to_owned(),
        s => format!("{:.0} %", s * 100.0),
    }
}

/// A probability's interval: `31–39 %`.
pub fn percent_range(low: f64, high: f64) -> String {
    if !low.is_finite() || !high.is_finite() {
        return "–".to_owned();
    }
    format!("{:.0}–{:.0} %", low * 100.0, high * 100.0)
}

/// A relative difference: `+4.6 %`.
pub fn signed_percent(share: f64) -> String {
    if !share.is_finite() {
        return dash();
    }
    let rounded = (share * 1000.0).round() / 10.0;
    if rounded == 0.0 {
        "0.0 %".to_owned()
    } else {
        format!("{rounded:+.1} %")
    }
}

/// A difference of probabilities in percentage points: `+4.6 pp`.
pub fn points(delta: f64) -> String {
    if !delta.is_finite() {
        return "–".to_owned();
    }
    let rounded = (delta * 1000.0).round() / 10.0;
    // A difference of exactly nothing carries no sign.
    if rounded == 0.0 {
        "0.0 pp".to_owned()
    } else {
        format!("{rounded:+.1} pp")
    }
}

/// A signed amount: `+12,300`.
pub fn signed(value: f64) -> String {
    let text = whole(value);
    if value > 0.0 && text != "0" {
        format!("+{text}")
    } else {
        text
    }
}

/// A length of time: `55 d`, `3.5 d`, `0.4 d`.
pub fn days(value: f64) -> String {
    match value {
        v if !v.is_finite() => "–".to_owned(),
        v if v.abs() < 9.95 => format!("{v:.1} d"),
        v => format!("{} d", whole(v)),
    }
}

/// When something is due: `in 14 d`, `36 d ago`.
pub fn due(in_days: f64) -> String {
    if in_days < 0.0 {
        format!("{} ago", days(-in_days))
    } else {
        format!("in {}", days(in_days))
    }
}

/// A score between 0 and 1 with four digits, as the literature prints it: `.1745`.
pub fn score(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let text = format!("{value:.4}");
    match text.strip_prefix("0.") {
        Some(rest) => format!(".{rest}"),
        None => text
            .strip_prefix("-0.")
            .map_or(text.clone(), |rest| format!("-.{rest}")),
    }
}

/// The day of an instant, in UTC.
pub fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}

/// What stands where there is nothing to show.
pub fn dash() -> String {
    "–".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cases: &[(String, &str)]) {
        for (shown, expected) in cases {
            assert_eq!(shown, expected);
        }
    }

    #[test]
    fn whole_numbers_are_grouped_by_thousands() {
        check(&[
            (whole(0.0), "0"),
            (whole(-0.4), "0"),
            (whole(999.4), "999"),
            (whole(999.5), "1,000"),
            (whole(-1_234_567.8), "-1,234,568"),
            (whole(f64::NAN), "–"),
            (count(8_800), "8,800"),
        ]);
    }

    #[test]
    fn nouns_follow_their_count() {
        check(&[
            (counted(0, "deal"), "0 deals"),
            (counted(1, "deal"), "1 deal"),
            (counted(1_200, "activity"), "1,200 activities"),
            (counted(2, "day"), "2 days"),
        ]);
    }

    #[test]
    fn headline_amounts_keep_three_digits() {
        check(&[
            (compact(950.0), "950"),
            (compact(9_999.0), "9,999"),
            (compact(12_345.0), "12.3 k"),
            (compact(999_499.0), "999 k"),
            (compact(999_999.0), "1.00 M"),
            (compact(2_312_345.0), "2.31 M"),
            (compact(-45_600_000.0), "-45.6 M"),
            (compact(7.2e9), "7.20 B"),
        ]);
    }

    #[test]
    fn a_possibility_is_never_shown_as_certain() {
        check(&[
            (percent(0.0), "0 %"),
            (percent(0.001), "<1 %"),
            (percent(0.347), "35 %"),
            (percent(0.999), ">99 %"),
            (percent(1.0), "100 %"),
            (percent_range(0.312, 0.388), "31–39 %"),
        ]);
    }

    #[test]
    fn differences_carry_their_sign() {
        check(&[
            (points(0.0456), "+4.6 pp"),
            (points(-0.0004), "0.0 pp"),
            (points(-0.02), "-2.0 pp"),
            (signed_percent(-0.034), "-3.4 %"),
            (signed_percent(0.0001), "0.0 %"),
            (signed(12_300.0), "+12,300"),
            (signed(-0.2), "0"),
        ]);
    }

    #[test]
    fn days_and_scores_use_few_digits() {
        check(&[
            (days(0.42), "0.4 d"),
            (days(55.19), "55 d"),
            (days(1_480.0), "1,480 d"),
            (due(14.0), "in 14 d"),
            (due(-36.2), "36 d ago"),
            (score(0.174_53), ".1745"),
            (score(1.0), "1.0000"),
            (score(-0.004), "-.0040"),
        ]);
    }
}
