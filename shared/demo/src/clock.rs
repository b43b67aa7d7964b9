//! Working time: a company moves its deals on weekdays between eight and six.
//!
//! The hidden process runs on a plain number, working days since a Monday; this module turns the number into a date
//! and time. The map only ever goes forward, so what is later for the process is later in the files.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Weekday};

const SECONDS_OPEN: f64 = 10.0 * 3_600.0;

/// Working days counted from a Monday.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    monday: Date,
}

impl Clock {
    /// A clock that starts on the Monday of the week of `date`.
    pub(crate) fn starting(date: Date) -> Clock {
        let back = i64::from(date.weekday().to_monday_zero_offset());
        Clock {
            monday: date.saturating_sub(back.days()),
        }
    }

    /// The date and time (UTC) after so many working days.
    pub(crate) fn at(self, days: f64) -> DateTime {
        let whole = days.max(0.0).floor();
        let seconds = ((days.max(0.0) - whole) * SECONDS_OPEN).floor() as i64;
        let whole = whole as i64;
        let date = self
            .monday
            .saturating_add((whole / 5 * 7 + whole % 5).days());
        date.at(8, 0, 0, 0).saturating_add(seconds.seconds())
    }

    /// How many working days have begun by the morning of `date`; a weekend counts as its Monday.
    pub(crate) fn morning_of(self, date: Date) -> f64 {
        let calendar = i64::from((date - self.monday).get_days());
        let in_week = match date.weekday() {
            Weekday::Saturday | Weekday::Sunday => 5,
            day => i64::from(day.to_monday_zero_offset()),
        };
        (calendar.div_euclid(7) * 5 + in_week) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn working_days_skip_weekends_and_only_go_forward() {
        let clock = Clock::starting(date(2026, 9, 30));
        assert_eq!(clock.at(0.0), date(2026, 9, 28).at(8, 0, 0, 0));
        assert_eq!(clock.at(4.5), date(2026, 10, 2).at(13, 0, 0, 0));
        assert_eq!(clock.at(5.0), date(2026, 10, 5).at(8, 0, 0, 0));
        let times: Vec<_> = (0..400).map(|i| clock.at(f64::from(i) * 0.11)).collect();
        assert!(times.is_sorted());
    }

    #[test]
    fn mornings_undo_the_map() {
        let clock = Clock::starting(date(2024, 7, 3));
        for n in 0..900 {
            assert_eq!(
                clock.morning_of(clock.at(f64::from(n)).date()),
                f64::from(n)
            );
        }
        assert_eq!(
            clock.morning_of(date(2024, 7, 6)),
            clock.morning_of(date(2024, 7, 8))
        );
    }
}
