//! From the text of a cell to a value: numbers, dates, words for "nothing".
//!
//! What one cell cannot tell (is `3/4/2026` April or March? is `1,234` a thousand?) its column
//! tells, through the evidence gathered over many cells. What the column cannot tell either is
//! asked, never guessed.

pub(super) use connector::value::is_null;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

// ---------------------------------------------------------------- dates

/// Which of two small numbers in a date is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 31/12/2026
    #[serde(alias = "dmy")]
    DayFirst,
    /// 12/31/2026
    #[serde(alias = "mdy")]
    MonthFirst,
}

/// A date or an instant as a cell gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// Microseconds since 1970 on the clock the cell was written by.
    pub(super) local_us: i64,
    /// How far that clock is ahead of UTC, when the cell says so.
    pub(super) offset_s: Option<i32>,
    /// There is a day but no time of day.
    pub(super) date_only: bool,
}

impl Moment {
    /// The instant, where a cell without an offset was written `default_offset_s` ahead of UTC.
    pub(super) fn instant_us(self, default_offset_s: i32) -> i64 {
        self.local_us - i64::from(self.offset_s.unwrap_or(default_offset_s)) * 1_000_000
    }

    /// The day as it was written.
    pub(super) fn date(self) -> Option<jiff::civil::Date> {
        let days = self.local_us.div_euclid(DAY_US);
        let at = Timestamp::from_second(days.checked_mul(86_400)?).ok()?;
        Some(at.to_zoned(jiff::tz::TimeZone::UTC).date())
    }

    fn new(days: i64, time_us: i64) -> Self {
        Self {
            local_us: days * DAY_US + time_us,
            offset_s: None,
            date_only: false,
        }
    }
}

const DAY_US: i64 = 86_400_000_000;

/// Why a cell is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoDate {
    /// Not written like any date.
    Unlike,
    /// Day and month could be either way round.
    Ambiguous,
    /// Written like a date that is not in the calendar, such as 31 February.
    Impossible,
    /// Before the year 1 or after 9998: what many systems write for "never".
    OutOfReach,
}

/// Reads a date, with or without a time of day, in any of the usual ways of writing:
/// `2026-03-12T09:30:00Z`, `12/03/2026`, `3/12/26 9:30 PM`, `12.03.2026`, `12 Mar 2026`,
/// `Mar 12, 2026`, `20260312`, an Excel serial, seconds or milliseconds since 1970.
pub(super) fn moment(text: &str, order: Option<DateOrder>) -> Result<Moment, NoDate> {
    let bytes = text.as_bytes();
    if let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, rest @ ..] = bytes
        && let (Some(y), Some(m), Some(d)) = (
            number_of(&[*y1, *y2, *y3, *y4]),
            number_of(&[*m1, *m2]),
            number_of(&[*d1, *d2]),
        )
    {
        return with_time(days_of(y, m, d)?, rest);
    }
    let points = bytes.iter().filter(|b| **b == b'.').take(2).count();
    if points < 2 && bytes.iter().all(|b| b.is_ascii_digit() || *b == b'.') {
        return bare_number(text);
    }
    if bytes.len() >= 15 && bytes[8] == b'T' && bytes[..8].iter().all(u8::is_ascii_digit) {
        let days = compact(&bytes[..8])?;
        let time = &bytes[9..];
        let clock: Vec<u8> = match time {
            [a, b, c, d, e, f, rest @ ..] => {
                [&[b'T', *a, *b, b':', *c, *d, b':', *e, *f], rest].concat()
            }
            _ => return Err(NoDate::Unlike),
        };
        return with_time(days, &clock);
    }
    if bytes.iter().any(u8::is_ascii_alphabetic)
        && let Some(found) = named_month(text)
    {
        return found;
    }
    parted(bytes, order)
}

/// `a/b/c`, `a-b-c`, `a.b.c`, and a time perhaps.
fn parted(bytes: &[u8], order: Option<DateOrder>) -> Result<Moment, NoDate> {
    let Parts {
        a,
        b,
        c,
        mark,
        rest,
    } = parts(bytes).ok_or(NoDate::Unlike)?;
    if a.len() == 4 {
        return with_time(days_of(value(a), value(b), value(c))?, rest);
    }
    let year = match c.len() {
        4 => value(c),
        2 => pivot(value(c)),
        _ => return Err(NoDate::Unlike),
    };
    let (a, b) = (value(a), value(b));
    // Dots are written day first wherever they are written.
    let order = if mark == b'.' {
        Some(DateOrder::DayFirst)
    } else {
        order
    };
    let (day, month) = match order {
        Some(DateOrder::DayFirst) => (a, b),
        Some(DateOrder::MonthFirst) => (b, a),
        None if a > 12 || a == b => (a, b),
        None if b > 12 => (b, a),
        None => return Err(NoDate::Ambiguous),
    };
    with_time(days_of(year, month, day)?, rest)
}

struct Parts<'a> {
    a: &'a [u8],
    b: &'a [u8],
    c: &'a [u8],
    mark: u8,
    rest: &'a [u8],
}

fn parts(bytes: &[u8]) -> Option<Parts<'_>> {
    let run = |from: usize| {
        bytes
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let a = run(0);
    let mark = *bytes.get(a)?;
    if !matches!(mark, b'/' | b'-' | b'.') {
        return None;
    }
    let b = run(a + 1);
    if bytes.get(a + 1 + b) != Some(&mark) {
        return None;
    }
    let at = a + b + 2;
    let c = run(at);
    let fits = |n: usize| (1..=2).contains(&n);
    ((fits(a) || a == 4) && fits(b) && fits(c.min(2)) && c <= 4).then(|| Parts {
        a: &bytes[..a],
        b: &bytes[a + 1..a + 1 + b],
        c: &bytes[at..at + c],
        mark,
        rest: &bytes[at + c..],
    })
}

/// `12 Mar 2026`, `Mar 12, 2026`, `Thu, 12-Mar-26 10:00`. `None` when no month is named.
fn named_month(text: &str) -> Option<Result<Moment, NoDate>> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    const DAYS: [&str; 7] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let named = |word: &str, names: &[&str]| {
        let word = word.to_ascii_lowercase();
        (word.len() >= 3)
            .then(|| {
                names
                    .iter()
                    .position(|n| n.starts_with(&word) || (word == "sept" && *n == "september"))
            })
            .flatten()
    };
    let mut month = None;
    let mut numbers: Vec<&str> = Vec::new();
    let mut at = 0;
    let bytes = text.as_bytes();
    while at < bytes.len() && (month.is_none() || numbers.len() < 2) {
        let rest = &bytes[at..];
        let letters = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        if letters > 0 {
            let word = &text[at..at + letters];
            let ordinal = matches!(
                word.to_ascii_lowercase().as_str(),
                "st" | "nd" | "rd" | "th" | "of"
            );
            if month.is_none() && named(word, &MONTHS).is_some() {
                month = named(word, &MONTHS);
            } else if (numbers.is_empty() || !ordinal) && named(word, &DAYS).is_none() {
                return month.map(|_| Err(NoDate::Unlike));
            }
            at += letters;
        } else if digits > 0 {
            numbers.push(&text[at..at + digits]);
            at += digits;
        } else if matches!(rest[0], b' ' | b',' | b'-' | b'/' | b'.') {
            at += 1;
        } else {
            return month.map(|_| Err(NoDate::Unlike));
        }
    }
    let month = month? as i64 + 1;
    let [first, second] = numbers[..] else {
        return Some(Err(NoDate::Unlike));
    };
    let (day, year) = if first.len() == 4 {
        (second, first)
    } else {
        (first, second)
    };
    let year = match year.len() {
        4 => value(year.as_bytes()),
        2 => pivot(value(year.as_bytes())),
        _ => return Some(Err(NoDate::Unlike)),
    };
    if day.len() > 2 {
        return Some(Err(NoDate::Unlike));
    }
    Some(days_of(year, month, value(day.as_bytes())).and_then(|days| with_time(days, &bytes[at..])))
}

/// A number alone: the ranges of the usual counts do not overlap.
fn bare_number(text: &str) -> Result<Moment, NoDate> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let n: i64 = whole.parse().map_err(|_| NoDate::Unlike)?;
    let part = |unit_us: i64| -> i64 {
        // Nine decimals keep every product below in range.
        let digits = &fraction[..fraction.len().min(9)];
        let scale = 10_i64.pow(digits.len() as u32);
        let top: i64 = digits.parse().unwrap_or(0);
        (i128::from(top) * i128::from(unit_us) / i128::from(scale)) as i64
    };
    let utc = |us: i64| Moment {
        local_us: us,
        offset_s: Some(0),
        date_only: false,
    };
    match (n, whole.len()) {
        (19_000_101..=21_991_231, 8) if fraction.is_empty() => {
            let mut found = Moment::new(compact(whole.as_bytes())?, 0);
            found.date_only = true;
            Ok(found)
        }
        // Excel counts days from the last of 1899; this range is 1954 to 2119.
        (20_000..=80_000, _) => {
            let mut found = Moment::new(n - 25_569, part(DAY_US));
            // A serial keeps whole seconds at best: mend the binary fraction.
            found.local_us = (found.local_us + 500_000).div_euclid(1_000_000) * 1_000_000;
            found.date_only = found.local_us.rem_euclid(DAY_US) == 0;
            Ok(found)
        }
        (100_000_000..=9_999_999_999, _) => Ok(utc(n * 1_000_000 + part(1_000_000))),
        (100_000_000_000..=9_999_999_999_999, _) => Ok(utc(n * 1_000 + part(1_000))),
        (100_000_000_000_000..=9_999_999_999_999_999, _) => Ok(utc(n)),
        _ => Err(NoDate::Unlike),
    }
}

fn compact(digits: &[u8]) -> Result<i64, NoDate> {
    days_of(
        value(&digits[..4]),
        value(&digits[4..6]),
        value(&digits[6..8]),
    )
}

/// Two-digit years: 00 to 68 are this century, as POSIX has it.
fn pivot(year: i64) -> i64 {
    if year < 69 { 2000 + year } else { 1900 + year }
}

/// The value of at most a few digits.
fn value(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |n, d| n * 10 + i64::from(d - b'0'))
}

fn number_of(digits: &[u8]) -> Option<i64> {
    digits.iter().all(u8::is_ascii_digit).then(|| value(digits))
}

/// Days since 1970-01-01 in the Gregorian calendar.
fn days_of(year: i64, month: i64, day: i64) -> Result<i64, NoDate> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return Err(NoDate::Impossible),
    };
    if !(1..=length).contains(&day) {
        return Err(NoDate::Impossible);
    }
    // Instants end within 9999, and with them a day of that year in some zones.
    if !(1..=9998).contains(&year) {
        return Err(NoDate::OutOfReach);
    }
    // Years counted from March, so that the leap day comes last.
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let of_era = y - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    Ok(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Adds what follows a date: nothing, or a time of day and perhaps an offset.
fn with_time(days: i64, rest: &[u8]) -> Result<Moment, NoDate> {
    if rest.is_empty() {
        return Ok(Moment {
            date_only: true,
            ..Moment::new(days, 0)
        });
    }
    let lead = rest
        .iter()
        .take_while(|b| matches!(b, b'T' | b't' | b' ' | b','))
        .count();
    if lead == 0 {
        return Err(NoDate::Unlike);
    }
    let (time_us, offset_s) = clock(&rest[lead..])?;
    Ok(Moment {
        offset_s,
        ..Moment::new(days, time_us)
    })
}

/// `9:30`, `09:30:00.123`, `9:30 PM`, each with `Z`, `+02:00`, `+0200`, `UTC` perhaps.
fn clock(text: &[u8]) -> Result<(i64, Option<i32>), NoDate> {
    let mut at = 0;
    let two = |at: &mut usize| -> Option<i64> {
        let n = text[*at..]
            .iter()
            .take(2)
            .take_while(|b| b.is_ascii_digit())
            .count();
        let found = (n > 0).then(|| value(&text[*at..*at + n]));
        *at += n;
        found
    };
    let mut hour = two(&mut at).ok_or(NoDate::Unlike)?;
    if text.get(at) != Some(&b':') {
        return Err(NoDate::Unlike);
    }
    at += 1;
    let minute = two(&mut at).ok_or(NoDate::Unlike)?;
    let mut second = 0;
    let mut fraction_us = 0;
    if text.get(at) == Some(&b':') {
        at += 1;
        second = two(&mut at).ok_or(NoDate::Unlike)?;
        if matches!(text.get(at), Some(b'.' | b',')) {
            at += 1;
            let digits = text[at..].iter().take_while(|b| b.is_ascii_digit()).count();
            let kept = &text[at..at + digits.min(6)];
            fraction_us = value(kept) * 10_i64.pow(6 - kept.len() as u32);
            at += digits;
        }
    }
    let mut rest = text[at..].trim_ascii();
    if rest.len() >= 2
        && rest[1].eq_ignore_ascii_case(&b'm')
        && matches!(rest[0], b'a' | b'A' | b'p' | b'P')
    {
        if !(1..=12).contains(&hour) {
            return Err(NoDate::Impossible);
        }
        hour = hour % 12
            + if rest[0].eq_ignore_ascii_case(&b'p') {
                12
            } else {
                0
            };
        rest = rest[2..].trim_ascii();
    }
    // A leap second reads as the first of the next minute.
    if hour > 23 || minute > 59 || second > 60 {
        return Err(NoDate::Impossible);
    }
    let time_us = ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction_us;
    Ok((time_us, offset(rest)?))
}

/// Seconds ahead of UTC: `Z`, `UTC`, `+02:00`, `-0530`, `+02`. Nothing is `None`.
pub(super) fn offset(text: &[u8]) -> Result<Option<i32>, NoDate> {
    if text.is_empty() {
        return Ok(None);
    }
    let upper = text.to_ascii_uppercase();
    let rest = match upper.as_slice() {
        b"Z" | b"UTC" | b"GMT" => return Ok(Some(0)),
        [b'U', b'T', b'C', rest @ ..] | [b'G', b'M', b'T', rest @ ..] => rest,
        all => all,
    };
    let (sign, digits) = match rest {
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return Err(NoDate::Unlike),
    };
    let (hours, minutes) = match digits {
        [a, b] => (number_of(&[*a, *b]), Some(0)),
        [a, b, b':', c, d] | [a, b, c, d] => (number_of(&[*a, *b]), number_of(&[*c, *d])),
        _ => (None, None),
    };
    match (hours, minutes) {
        (Some(h @ 0..=15), Some(m @ 0..=59)) => Ok(Some(sign * (h * 3600 + m * 60) as i32)),
        _ => Err(NoDate::Unlike),
    }
}

/// What the cells of a column say about how its dates are written.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct DateEvidence {
    pub(super) day_first: u64,
    pub(super) month_first: u64,
    pub(super) unclear: u64,
    /// Cells that are dates, whichever way round.
    pub(super) dates: u64,
    pub(super) others: u64,
    /// Whether any has a time of day but no offset.
    pub(super) naive: bool,
}

impl DateEvidence {
    pub(super) fn see(&mut self, text: &str) {
        match moment(text, None) {
            Ok(found) => {
                self.dates += 1;
                self.naive |= found.offset_s.is_none() && !found.date_only;
            }
            Err(NoDate::Ambiguous) => self.dates += 1,
            Err(_) => {
                self.others += 1;
                return;
            }
        }
        if let Some(Parts { a, b, mark, .. }) = parts(text.as_bytes())
            && mark != b'.'
            && a.len() < 4
        {
            let (a, b) = (value(a), value(b));
            match (a > 12, b > 12) {
                (true, false) => self.day_first += 1,
                (false, true) => self.month_first += 1,
                (false, false) if a != b => self.unclear += 1,
                _ => {}
            }
        }
    }

    /// The order the cells prove, by majority where they disagree.
    pub(super) fn order(&self) -> Option<DateOrder> {
        match self.day_first.cmp(&self.month_first) {
            std::cmp::Ordering::Greater => Some(DateOrder::DayFirst),
            std::cmp::Ordering::Less => Some(DateOrder::MonthFirst),
            std::cmp::Ordering::Equal => None,
        }
    }
}

// ---------------------------------------------------------------- numbers

/// The mark between whole and fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    /// 1,234.50
    Point,
    /// 1.234,50
    Comma,
}

/// A number as a cell gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) value: Decimal,
    /// Three letters, when the cell names its currency beyond doubt.
    pub(super) currency: Option<String>,
    pub(super) percent: bool,
}

/// Why a cell is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoNumber {
    /// Not written like a number.
    Unlike,
    /// The mark could part thousands or decimals.
    Ambiguous,
    /// More digits than can be held exactly.
    TooLong,
}

/// Reads `1234.5`, `$1,234.50`, `1.234,50 €`, `(500)`, `500-`, `12k`, `1.2M`, `45 %`, `USD 3`,
/// `1'234.50`, `1.2E+05`.
pub(super) fn number(text: &str, mark: Option<DecimalMark>) -> Result<Number, NoNumber> {
    if mark != Some(DecimalMark::Comma)
        && let Some(value) = plain(text.as_bytes(), mark.is_some())
    {
        return Ok(Number {
            value,
            currency: None,
            percent: false,
        });
    }
    let Dressed {
        core,
        negative,
        currency,
        percent,
        scale,
    } = undress(text).ok_or(NoNumber::Unlike)?;
    let (digits, exponent) = match core.split_once(['e', 'E']) {
        Some((digits, power)) => (digits, power.parse::<i32>().map_err(|_| NoNumber::Unlike)?),
        None => (core, 0),
    };
    let found = mark_in(digits);
    let mark = match (found, mark) {
        (Shape::Unlike, _) => return Err(NoNumber::Unlike),
        (Shape::Proves(own), _) if own.1 => Some(own.0),
        (Shape::Unclear, None) => return Err(NoNumber::Ambiguous),
        (Shape::Proves(own), None) => Some(own.0),
        (_, mark) => mark,
    };
    let clean = canonical(digits, mark.unwrap_or(DecimalMark::Point)).ok_or(NoNumber::Unlike)?;
    let mut value = exact(
        &clean,
        exponent.checked_add(scale).ok_or(NoNumber::TooLong)?,
    )
    .ok_or(NoNumber::TooLong)?;
    if negative {
        value.set_sign_negative(!value.is_zero());
    }
    Ok(Number {
        value,
        currency,
        percent,
    })
}

/// `-1234.56` and its like, which most cells are. A lone point before three digits is left to
/// the slow way unless the column has `settled` what a point means.
fn plain(bytes: &[u8], settled: bool) -> Option<Decimal> {
    let (negative, digits) = match bytes {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut n: i64 = 0;
    let mut point = None;
    for (at, &b) in digits.iter().enumerate() {
        match b {
            b'0'..=b'9' => n = n * 10 + i64::from(b - b'0'),
            b'.' if point.is_none() && at > 0 => point = Some(at),
            _ => return None,
        }
    }
    let decimals = point.map_or(0, |at| digits.len() - at - 1);
    if point.is_some()
        && (decimals == 0 || (decimals == 3 && !settled && point < Some(4) && digits[0] != b'0'))
    {
        return None;
    }
    Some(Decimal::new(if negative { -n } else { n }, decimals as u32))
}

struct Dressed<'a> {
    core: &'a str,
    negative: bool,
    currency: Option<String>,
    percent: bool,
    scale: i32,
}

/// Takes signs, currencies, per cent and size words off a number.
fn undress(text: &str) -> Option<Dressed<'_>> {
    const SYMBOLS: [(&str, Option<&str>); 16] = [
        ("US$", Some("USD")),
        ("CA$", Some("CAD")),
        ("C$", Some("CAD")),
        ("AU$", Some("AUD")),
        ("A$", Some("AUD")),
        ("NZ$", Some("NZD")),
        ("HK$", Some("HKD")),
        ("S$", Some("SGD")),
        ("R$", Some("BRL")),
        // A dollar sign alone is the sign of two dozen currencies, ¥ of two, kr of five.
        ("$", None),
        ("¥", None),
        ("kr", None),
        ("€", Some("EUR")),
        ("£", Some("GBP")),
        ("₹", Some("INR")),
        ("₩", Some("KRW")),
    ];
    const SIZES: [(&str, i32); 7] = [
        ("mio", 6),
        ("mn", 6),
        ("bn", 9),
        ("k", 3),
        ("m", 6),
        ("b", 9),
        ("mm", 6),
    ];
    let mut core = text.trim();
    let mut out = Dressed {
        core,
        negative: false,
        currency: None,
        percent: false,
        scale: 0,
    };
    let mut signs = 0;
    // Each round takes one piece off; a number wears only a few.
    for _ in 0..6 {
        core = core.trim();
        let letters_first = core.bytes().take_while(u8::is_ascii_alphabetic).count();
        let letters_last = core
            .bytes()
            .rev()
            .take_while(u8::is_ascii_alphabetic)
            .count();
        if let Some(rest) = core.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
            out.negative = true;
            signs += 1;
            core = rest;
        } else if let Some(rest) = core
            .strip_prefix(['-', '\u{2212}'])
            .or_else(|| core.strip_suffix('-'))
        {
            out.negative = true;
            signs += 1;
            core = rest;
        } else if let Some(rest) = core.strip_prefix('+') {
            signs += 1;
            core = rest;
        } else if let Some(rest) = core.strip_suffix('%') {
            out.percent = true;
            core = rest;
        } else if let Some((rest, code)) = SYMBOLS.iter().find_map(|(s, code)| {
            core.strip_prefix(s)
                .or_else(|| core.strip_suffix(s))
                .map(|r| (r, code))
        }) {
            if let Some(code) = code {
                out.currency = Some((*code).to_owned());
            }
            core = rest;
        } else if letters_first == 3 && core.len() > 3 {
            out.currency = Some(core[..3].to_ascii_uppercase());
            core = &core[3..];
        } else if letters_last > 0 && letters_last < core.len() {
            let at = core.len() - letters_last;
            let word = core[at..].to_ascii_lowercase();
            if let Some((_, power)) = SIZES.iter().find(|(w, _)| *w == word) {
                out.scale += power;
            } else if word.len() == 3 {
                out.currency = Some(word.to_ascii_uppercase());
            } else {
                return None;
            }
            core = &core[..at];
        } else {
            break;
        }
    }
    out.core = core;
    (signs <= 1 && core.bytes().any(|b| b.is_ascii_digit())).then_some(out)
}

/// What the digits and marks of one cell prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// No mark at all.
    Whole,
    /// One way only; `true` when beyond any doubt of the column: both marks are there.
    Proves((DecimalMark, bool)),
    Unclear,
    Unlike,
}

fn mark_in(digits: &str) -> Shape {
    let points = digits.matches('.').count();
    let commas = digits.matches(',').count();
    if !digits
        .chars()
        .all(|c| c.is_ascii_digit() || c == '.' || c == ',' || is_group_mark(c))
    {
        return Shape::Unlike;
    }
    let one = |mark: char, own: DecimalMark, other: DecimalMark, n: usize| {
        if n > 1 {
            return Shape::Proves((other, false));
        }
        let (whole, part) = digits.split_once(mark).unwrap_or_default();
        let whole = whole
            .chars()
            .filter(char::is_ascii_digit)
            .collect::<String>();
        if part.len() == 3
            && (1..=3).contains(&whole.len())
            && !whole.starts_with('0')
            && !digits.contains(is_group_mark)
        {
            Shape::Unclear
        } else {
            Shape::Proves((own, false))
        }
    };
    match (points, commas) {
        (0, 0) => Shape::Whole,
        (n, 0) => one('.', DecimalMark::Point, DecimalMark::Comma, n),
        (0, n) => one(',', DecimalMark::Comma, DecimalMark::Point, n),
        _ if digits.rfind('.') > digits.rfind(',') => Shape::Proves((DecimalMark::Point, true)),
        _ => Shape::Proves((DecimalMark::Comma, true)),
    }
}

/// Marks that only ever part thousands.
fn is_group_mark(c: char) -> bool {
    matches!(
        c,
        ' ' | '\'' | '\u{2019}' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '_'
    )
}

/// Digits with a point for the decimal mark and nothing else; `None` when the thousands are not
/// grouped as anyone groups them.
fn canonical(digits: &str, mark: DecimalMark) -> Option<String> {
    let (decimal, group) = match mark {
        DecimalMark::Point => ('.', ','),
        DecimalMark::Comma => (',', '.'),
    };
    let (whole, part) = digits.split_once(decimal).unwrap_or((digits, ""));
    if !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let groups: Vec<&str> = whole.split(|c| c == group || is_group_mark(c)).collect();
    if groups.len() > 1 {
        let (first, others) = groups.split_first()?;
        let (last, middle) = others.split_last()?;
        // Indian numbers part the higher digits in pairs: 12,34,567.
        let good = (1..=3).contains(&first.len())
            && last.len() == 3
            && middle.iter().all(|g| (2..=3).contains(&g.len()));
        if !good {
            return None;
        }
    }
    let mut out: String = groups.concat();
    if !out.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    if !part.is_empty() {
        out.push('.');
        out.push_str(part);
    }
    Some(out)
}

/// `digits · 10^power`, exactly.
fn exact(digits: &str, power: i32) -> Option<Decimal> {
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let mut scale = i32::try_from(part.len()).ok()?.checked_sub(power)?;
    let mut all: String = [whole, part].concat();
    if all.bytes().all(|b| b == b'0') {
        return Some(Decimal::ZERO);
    }
    while scale > 0 && all.ends_with('0') && scale > part.len() as i32 {
        all.pop();
        scale -= 1;
    }
    if scale < 0 {
        if scale < -28 {
            return None;
        }
        all.extend(std::iter::repeat_n('0', scale.unsigned_abs() as usize));
        scale = 0;
    }
    let all = all.trim_start_matches('0');
    if all.len() > 28 {
        return None;
    }
    Decimal::try_from_i128_with_scale(all.parse().ok()?, scale.unsigned_abs()).ok()
}

/// What the cells of a column say about how its numbers are written.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct NumberEvidence {
    pub(super) point: u64,
    pub(super) comma: u64,
    pub(super) unclear: u64,
    pub(super) numbers: u64,
    pub(super) others: u64,
    /// Some cell is above one, so a column of shares is in per cent.
    pub(super) above_one: bool,
}

impl NumberEvidence {
    pub(super) fn see(&mut self, text: &str) {
        match number(text, None) {
            Ok(found) => {
                self.numbers += 1;
                self.above_one |= found.percent || found.value > Decimal::ONE;
                let core = undress(text).map(|d| d.core).unwrap_or_default();
                match mark_in(core.split(['e', 'E']).next().unwrap_or_default()) {
                    Shape::Proves((DecimalMark::Point, _)) => self.point += 1,
                    Shape::Proves((DecimalMark::Comma, _)) => self.comma += 1,
                    _ => {}
                }
            }
            Err(NoNumber::Ambiguous) => {
                self.numbers += 1;
                self.unclear += 1;
                self.above_one = true;
            }
            Err(_) => self.others += 1,
        }
    }

    /// The mark the cells prove, by majority where they disagree.
    pub(super) fn mark(&self) -> Option<DecimalMark> {
        match self.point.cmp(&self.comma) {
            std::cmp::Ordering::Greater => Some(DecimalMark::Point),
            std::cmp::Ordering::Less => Some(DecimalMark::Comma),
            std::cmp::Ordering::Equal => None,
        }
    }
}

// ---------------------------------------------------------------- ids and flags

/// An id that a spreadsheet has rounded: `1.23457E+17`. The digits are gone for good.
pub(super) fn is_damaged_id(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['e', 'E']) else {
        return false;
    };
    power.starts_with('+')
        && power.len() > 1
        && power[1..].bytes().all(|b| b.is_ascii_digit())
        && digits.bytes().any(|b| matches!(b, b'.' | b','))
        && digits
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
}

/// `yes`, `no`, `true`, `false`, `1`, `0`, `x`.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" | "t" | "1" | "x" => Some(true),
        "no" | "n" | "false" | "f" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    fn date(text: &str, order: Option<DateOrder>) -> String {
        match moment(text, order) {
            Ok(found) => {
                let at = Timestamp::from_microsecond(found.instant_us(0)).unwrap();
                if found.date_only {
                    found.date().unwrap().to_string()
                } else {
                    at.to_string()
                }
            }
            Err(why) => format!("{why:?}"),
        }
    }

    #[test]
    fn dates_are_read_in_every_usual_style() {
        let check = |text, expected: &str| assert_eq!(date(text, None), expected, "{text}");
        check("2026-03-12", "2026-03-12");
        check("2026-03-12T09:30:00Z", "2026-03-12T09:30:00Z");
        check("2026-03-12 09:30:00.25+02:00", "2026-03-12T07:30:00.25Z");
        check("2011-10-01T00:38:44.880000", "2011-10-01T00:38:44.88Z");
        check("2026-05-01T07:25:37.000+0000", "2026-05-01T07:25:37Z");
        check("2026/03/12", "2026-03-12");
        check("25/03/2026", "2026-03-25");
        check("3/25/2026 9:30 PM", "2026-03-25T21:30:00Z");
        check("3/25/2026 12:05 AM", "2026-03-25T00:05:00Z");
        check("12.03.2026", "2026-03-12");
        check("12.03.26 08:15", "2026-03-12T08:15:00Z");
        check("12 Mar 2026", "2026-03-12");
        check("12-Mar-26", "2026-03-12");
        check("Mar 12, 2026", "2026-03-12");
        check("March 12th, 2026 10:00 am", "2026-03-12T10:00:00Z");
        check("Thu, 12 Mar 2026 10:00:00 +0100", "2026-03-12T09:00:00Z");
        check("20260312", "2026-03-12");
        check("20260312T093000Z", "2026-03-12T09:30:00Z");
        check("46093", "2026-03-12");
        check("46093.5", "2026-03-12T12:00:00Z");
        check("1773306000", "2026-03-12T09:00:00Z");
        check("1773306000000", "2026-03-12T09:00:00Z");
        check("5/5/2026", "2026-05-05");
        check("01/01/70", "1970-01-01");
        check("31-12-68", "2068-12-31");
    }

    #[test]
    fn what_is_no_date_says_why() {
        let check = |text, expected: &str| assert_eq!(date(text, None), expected, "{text}");
        check("3/4/2026", "Ambiguous");
        check("2026-02-31", "Impossible");
        check("31 Feb 2026", "Impossible");
        check("29.02.2025", "Impossible");
        check("2026-13-01", "Impossible");
        check("9999-12-31", "OutOfReach");
        check("31.12.9999", "OutOfReach");
        check("0000-01-01", "OutOfReach");
        check("13/13/2026", "Impossible");
        check("2026-03-12 25:00", "Impossible");
        check("soon", "Unlike");
        check("", "Unlike");
        check("12", "Unlike");
        check("2026-03", "Unlike");
        check("1/2", "Unlike");
        check("99999999999999999999", "Unlike");
        check("2026-03-12T", "Unlike");
        check("2026-03-12T10:00 Mars", "Unlike");
    }

    #[test]
    fn the_column_decides_what_one_date_cannot() {
        let check =
            |text, order, expected: &str| assert_eq!(date(text, Some(order)), expected, "{text}");
        check("3/4/2026", DateOrder::DayFirst, "2026-04-03");
        check("3/4/2026", DateOrder::MonthFirst, "2026-03-04");
        check("3/14/2026", DateOrder::DayFirst, "Impossible");
        check("3.4.2026", DateOrder::MonthFirst, "2026-04-03");
    }

    fn read(text: &str, mark: Option<DecimalMark>) -> String {
        match number(text, mark) {
            Ok(n) => format!(
                "{}{}{}",
                n.value,
                if n.percent { "%" } else { "" },
                n.currency.map(|c| format!(" {c}")).unwrap_or_default()
            ),
            Err(why) => format!("{why:?}"),
        }
    }

    #[test]
    fn numbers_are_read_in_every_usual_dress() {
        let check = |text, expected: &str| assert_eq!(read(text, None), expected, "{text}");
        check("1234", "1234");
        check("-12.50", "-12.50");
        check("$1,234.50", "1234.50");
        check("1.234,50 €", "1234.50 EUR");
        check("(500)", "-500");
        check("(500,00) €", "-500.00 EUR");
        check("-$5.00", "-5.00");
        check("500-", "-500");
        check("12k", "12000");
        check("1.2M", "1200000");
        check("€ 1,5 mio", "1500000 EUR");
        check("45%", "45%");
        check("12,5 %", "12.5%");
        check("USD 3000", "3000 USD");
        check("3000 chf", "3000 CHF");
        check("US$5", "5 USD");
        check("1'234.50", "1234.50");
        check("1 234,50", "1234.50");
        check("1\u{a0}234\u{a0}567,5", "1234567.5");
        check("12,34,567.00", "1234567.00");
        check("1,234,567", "1234567");
        check("1.234.567", "1234567");
        check("1.5E+05", "150000");
        check("0.123", "0.123");
        check("1234.567", "1234.567");
        check("0", "0");
        check("-0", "0");
    }

    #[test]
    fn what_is_no_number_says_why() {
        let check = |text, expected: &str| assert_eq!(read(text, None), expected, "{text}");
        check("1,234", "Ambiguous");
        check("1.234", "Ambiguous");
        check("NaN", "Unlike");
        check("inf", "Unlike");
        check("abc", "Unlike");
        check("12 apples", "Unlike");
        check("--5", "Unlike");
        check("1,23,4", "Unlike");
        check("99999999999999999999999999999999", "TooLong");
        check("1e999999999999", "Unlike");
        check("1e2147483647", "TooLong");
    }

    #[test]
    fn the_column_decides_what_one_number_cannot() {
        let check =
            |text, mark, expected: &str| assert_eq!(read(text, Some(mark)), expected, "{text}");
        check("1,234", DecimalMark::Point, "1234");
        check("1,234", DecimalMark::Comma, "1.234");
        check("1.234", DecimalMark::Comma, "1234");
        check("12,5", DecimalMark::Point, "Unlike");
        check("1.234,50", DecimalMark::Point, "1234.50");
    }

    #[test]
    fn an_id_rounded_by_a_spreadsheet_is_noticed() {
        let check = |text, expected| assert_eq!(is_damaged_id(text), expected, "{text}");
        check("1.23457E+17", true);
        check("1,2E+11", true);
        check("12E45", false);
        check("006E+3", false);
        check("OP-7", false);
    }
}
