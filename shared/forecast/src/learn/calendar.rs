//! When in the week and the quarter things happen: multipliers on the hazards.

use serde::Serialize;

/// Kinds of events that share a calendar: won, lost, moved to another open stage.
pub const KINDS: usize = 3;
/// Bands of days in stage that may answer differently to the time of the quarter.
pub const BANDS: usize = 5;

/// Day number (days since the epoch, UTC) → weekday, Monday 0.
pub fn weekday(day: f64) -> usize {
    // 1970-01-01 was a Thursday.
    (day.floor() as i64 + 3).rem_euclid(7) as usize
}

/// Day number → months since year 0, by the civil calendar (Howard Hinnant's `civil_from_days`).
pub fn month_number(day: f64) -> i64 {
    let z = day.floor() as i64 + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    year * 12 + month - 1
}

/// First day of a month counted as in [`month_number`].
pub fn first_day_of_month(month: i64) -> f64 {
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    (era * 146_097 + doe - 719_468) as f64
}

/// Multipliers on the hazards by weekday and by month of the quarter. 1 everywhere when the
/// history shows nothing.
#[derive(Clone, Debug, Serialize)]
pub struct Calendar {
    /// By kind of event, Monday first.
    pub weekday: [[f64; 7]; KINDS],
    /// By kind of event, band of days in stage, month of the quarter. Learned only from two or more
    /// whole months of each phase: one quarter cannot tell a season from a trend.
    pub quarter: Option<[[[f64; 3]; BANDS]; KINDS]>,
    /// Upper ends of the bands, in days in stage; the last band is open.
    pub bands: [f64; BANDS - 1],
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            weekday: [[1.0; 7]; KINDS],
            quarter: None,
            bands: [f64::INFINITY; BANDS - 1],
        }
    }
}

impl Calendar {
    /// The band of an age.
    pub fn band(&self, age: f64) -> usize {
        self.bands.iter().take_while(|end| age > **end).count()
    }

    /// All multipliers of a day, by kind and band.
    pub fn factors(&self, day: f64) -> [[f64; BANDS]; KINDS] {
        let (wd, phase) = (weekday(day), month_number(day).rem_euclid(3) as usize);
        std::array::from_fn(|kind| {
            std::array::from_fn(|band| {
                self.weekday[kind][wd]
                    * self
                        .quarter
                        .map_or(1.0, |quarter| quarter[kind][band][phase])
            })
        })
    }

    /// Whether every multiplier is 1.
    pub fn is_flat(&self) -> bool {
        self.quarter.is_none() && self.weekday.iter().flatten().all(|factor| *factor == 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_weekdays_and_months_agree_with_the_civil_calendar() {
        // (day, weekday, months since year 0, first day of that month)
        for (day, wd, month, first) in [
            (0.0, 3, 1970 * 12, 0.0),
            (17_166.4, 5, 2016 * 12 + 11, 17_136.0),
            (19_782.0, 3, 2024 * 12 + 1, 19_754.0),
            (-1.0, 2, 1969 * 12 + 11, -31.0),
        ] {
            assert_eq!(
                (weekday(day), month_number(day), first_day_of_month(month)),
                (wd, month, first),
                "day {day}"
            );
        }
    }
}
