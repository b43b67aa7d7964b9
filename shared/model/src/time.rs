//! Periods of civil days: weeks, months, quarters.

use jiff::{ToSpan, civil::Date, civil::Weekday};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A run of civil days, such as a quarter.
///
/// The end is exclusive, so periods lie side by side without gap or overlap.
///
/// ```
/// use model::{Date, Period};
///
/// let quarter = Period::quarter_of(Date::constant(2026, 12, 18));
/// assert_eq!(quarter.label(), "2026 Q4");
/// assert!(quarter.contains(Date::constant(2026, 12, 31)));
/// assert!(!quarter.contains(Date::constant(2027, 1, 1)));
/// assert_eq!(quarter.next().label(), "2027 Q1");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Bounds")]
pub struct Period {
    /// The first day.
    pub start: Date,
    /// The day after the last.
    pub end: Date,
}

/// A period that ends before it starts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a period cannot start on {start} and end before {end}; give the earlier day first")]
pub struct PeriodError {
    start: Date,
    end: Date,
}

impl Period {
    /// The days from `start` up to, not including, `end`; at least one.
    pub fn new(start: Date, end: Date) -> Result<Self, PeriodError> {
        if start < end {
            Ok(Self { start, end })
        } else {
            Err(PeriodError { start, end })
        }
    }

    /// The calendar month a day is in.
    pub fn month_of(date: Date) -> Self {
        Self::months(date.first_of_month(), 1)
    }

    /// The calendar quarter a day is in.
    pub fn quarter_of(date: Date) -> Self {
        let first = date.first_of_month();
        let into = (first.month() - 1) % 3;
        Self::months(first.checked_sub(into.months()).unwrap_or(first), 3)
    }

    /// The ISO week a day is in, from Monday.
    pub fn week_of(date: Date) -> Self {
        let into = date.weekday().to_monday_zero_offset();
        Self::days(date.checked_sub(into.days()).unwrap_or(Date::MIN), 7)
    }

    /// Whether a day is in the period.
    pub fn contains(self, date: Date) -> bool {
        self.start <= date && date < self.end
    }

    /// The period of the same kind that follows: the next month after a month, otherwise as many
    /// days again. The calendar ends with the year 9999, and the last period in it is cut short.
    #[must_use]
    pub fn next(self) -> Self {
        match self.kind() {
            Kind::Week => Self::week_of(self.end),
            Kind::Month => Self::month_of(self.end),
            Kind::Quarter => Self::quarter_of(self.end),
            Kind::Days => Self::days(self.end, (self.end - self.start).get_days()),
        }
    }

    /// `2026 Q4`, `2026 Oct`, `2026 W40`, or else the first and last day.
    pub fn label(self) -> String {
        let year = self.start.year();
        match self.kind() {
            Kind::Week => {
                let week = self.start.iso_week_date();
                format!("{} W{:02}", week.year(), week.week())
            }
            Kind::Month => format!("{year} {}", self.start.strftime("%b")),
            Kind::Quarter => format!("{year} Q{}", (self.start.month() + 2) / 3),
            Kind::Days => {
                format!(
                    "{} to {}",
                    self.start,
                    self.end.yesterday().unwrap_or(self.start)
                )
            }
        }
    }

    fn months(start: Date, months: i32) -> Self {
        Self {
            start,
            end: start.checked_add(months.months()).unwrap_or(Date::MAX),
        }
    }

    fn days(start: Date, days: i32) -> Self {
        Self {
            start,
            end: start.checked_add(days.days()).unwrap_or(Date::MAX),
        }
    }

    fn kind(self) -> Kind {
        if self == Self::month_of(self.start) {
            Kind::Month
        } else if self == Self::quarter_of(self.start) {
            Kind::Quarter
        } else if self.start.weekday() == Weekday::Monday && self == Self::week_of(self.start) {
            Kind::Week
        } else {
            Kind::Days
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.label())
    }
}

enum Kind {
    Week,
    Month,
    Quarter,
    Days,
}

#[derive(Deserialize)]
struct Bounds {
    start: Date,
    end: Date,
}

impl TryFrom<Bounds> for Period {
    type Error = PeriodError;

    fn try_from(bounds: Bounds) -> Result<Self, PeriodError> {
        Self::new(bounds.start, bounds.end)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_knows_its_week_month_and_quarter() {
        let check = |day: &str, week: &str, month: &str, quarter: &str| {
            let day = date(day);
            assert_eq!(Period::week_of(day).label(), week);
            assert_eq!(Period::month_of(day).label(), month);
            assert_eq!(Period::quarter_of(day).label(), quarter);
        };
        check("2026-10-01", "2026 W40", "2026 Oct", "2026 Q4");
        check("2026-12-31", "2026 W53", "2026 Dec", "2026 Q4");
        check("2027-01-01", "2026 W53", "2027 Jan", "2027 Q1");
        check("2024-02-29", "2024 W09", "2024 Feb", "2024 Q1");
        check("2021-03-01", "2021 W09", "2021 Mar", "2021 Q1");
    }

    #[test]
    fn a_free_period_is_named_by_its_days_and_repeats_its_length() {
        let period = Period::new(date("2026-10-02"), date("2026-10-12")).unwrap();
        assert_eq!(period.label(), "2026-10-02 to 2026-10-11");
        assert_eq!(period.next().label(), "2026-10-12 to 2026-10-21");
    }

    #[test]
    fn an_empty_period_is_refused() {
        let day = date("2026-10-02");
        assert!(Period::new(day, day).is_err());
        let json = r#"{"start":"2026-10-02","end":"2026-10-01"}"#;
        let error = serde_json::from_str::<Period>(json)
            .unwrap_err()
            .to_string();
        assert!(error.contains("give the earlier day first"), "{error}");
    }

    #[test]
    fn the_end_of_the_calendar_is_no_cliff() {
        let last = Period::quarter_of(Date::MAX);
        assert_eq!(last.end, Date::MAX);
        assert!(last.next().start <= Date::MAX);
        assert!(Period::week_of(Date::MIN).start >= Date::MIN);
    }

    proptest! {
        #[test]
        fn periods_tile_the_calendar(days in 0_i32..200_000) {
            let day = date("1700-01-01").checked_add(days.days()).unwrap();
            for of in [Period::week_of, Period::month_of, Period::quarter_of] {
                let period = of(day);
                prop_assert!(period.contains(day));
                prop_assert_eq!(of(period.start), period);
                prop_assert_eq!(period.next(), of(period.end));
                prop_assert_eq!(period.next().start, period.end);
                let json = serde_json::to_string(&period).unwrap();
                prop_assert_eq!(serde_json::from_str::<Period>(&json).unwrap(), period);
            }
        }
    }
}
