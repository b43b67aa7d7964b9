//! Columns that know the outcome: filled, counted or measured only once a deal
//! has closed.
//!
//! A model that learns from them looks excellent on closed deals and is useless
//! on open ones. They are refused by what they are called and by what they do.

use serde::Serialize;

use super::measure::auc;
use super::table::{Cells, Column, NONE};

/// A column refused because it could only be known at close.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The column.
    pub column: String,
    /// Why, in words.
    pub why: String,
}

/// Why the name of a column says that it is known only at close.
pub fn by_name(name: &str) -> Option<String> {
    let words = words(name);
    let has = |some: &[&str]| words.iter().any(|word| some.contains(&word.as_str()));
    let closing = has(&[
        "close", "closed", "closing", "closure", "won", "lost", "win", "loss",
    ]);
    let planned = has(&[
        "expected",
        "estimated",
        "forecast",
        "forecasted",
        "planned",
        "target",
        "projected",
    ]);
    let stages = has(&["stage", "stages", "status", "phase"]);
    let spans = has(&[
        "days", "day", "hours", "weeks", "months", "time", "duration",
    ]);
    let reason = |what: &str| Some(format!("its name says that {what}"));
    if has(&["outcome", "result"]) {
        return reason("it is the outcome itself");
    }
    if has(&["won", "lost", "win", "loss", "closed", "close"])
        && has(&["reason", "reasons", "why", "notes", "comment"])
    {
        return reason("it gives the reason of the outcome, which is written down at close");
    }
    if has(&["ratio", "share", "percent", "fraction"]) && has(&["total"]) && spans {
        return reason("it is a share of the whole duration, which is known only at close");
    }
    if has(&["total"]) && spans {
        return reason("it counts time through to the end, which is known only at close");
    }
    if has(&["elapsed", "duration"]) || (spans && stages) || (spans && has(&["open", "age"])) {
        return reason(
            "it measures time spent up to the close, which an open deal does not have yet",
        );
    }
    if has(&["cycle"]) || (spans && has(&["to", "until", "through"]) && closing) {
        return reason("it measures the time to close");
    }
    if stages
        && has(&["change", "changes", "changed", "moves", "transitions"])
        && has(&[
            "count",
            "number",
            "total",
            "changes",
            "moves",
            "transitions",
        ])
    {
        return reason(
            "it counts stage changes up to the close, which an open deal has not made yet",
        );
    }
    if closing && !planned {
        return reason("it is filled in when the deal closes");
    }
    None
}

/// Why the values of a column say that it knows the outcome.
pub(crate) fn by_values(column: &Column, cells: &Cells, won: &[bool]) -> Option<String> {
    let wins = won.iter().filter(|&&won| won).count();
    let losses = won.len() - wins;
    if wins < 5 || losses < 5 {
        return None;
    }
    let groups = groups(cells);
    // Per group of values: losses, wins. The last group is blank.
    let size = groups.iter().max().map_or(0, |&group| group + 1);
    let mut counts = vec![[0_usize; 2]; size];
    for (&group, &won) in groups.iter().zip(won) {
        counts[group][usize::from(won)] += 1;
    }
    let impure: usize = counts.iter().map(|[lost, won]| *lost.min(won)).sum();
    if counts.len() <= won.len() / 5 && impure * 200 <= wins.min(losses) {
        return Some(format!(
            "its values repeat the outcome: they tell {} of {} deals apart",
            won.len() - impure,
            won.len()
        ));
    }
    if let Some(why) = blanks(column, cells, won, [losses, wins]) {
        return Some(why);
    }
    let base = wins as f64 / won.len() as f64;
    let rate: Vec<f64> = counts
        .iter()
        .map(|[lost, won]| (*won as f64 + 5.0 * base) / ((lost + won) as f64 + 5.0))
        .collect();
    let scores: Vec<f64> = groups.iter().map(|&group| rate[group]).collect();
    let alone = auc(&scores, won);
    (alone >= 0.95 && counts.len() <= won.len() / 5).then(|| {
        format!(
            "alone it ranks {:.0} % of wins above losses, which no attribute known beforehand does",
            alone * 100.0
        )
    })
}

/// Whether a column is blank for one outcome only.
fn blanks(column: &Column, cells: &Cells, won: &[bool], total: [usize; 2]) -> Option<String> {
    let mut blank = [0_usize; 2];
    for (row, &won) in won.iter().enumerate() {
        blank[usize::from(won)] += usize::from(is_blank(column, cells, row));
    }
    let share = |class: usize| blank[class] as f64 / total[class] as f64;
    for (class, word) in [(0, "lost"), (1, "won")] {
        let other = 1 - class;
        // What the other outcome would have had at the same share.
        let expected = share(class) * total[other] as f64;
        if (blank[other] == 0 && expected >= 10.0) || share(class) - share(other) >= 0.5 {
            return Some(format!(
                "it is blank for {:.0} % of {word} deals and {:.0} % of the others, so it is filled depending on the outcome",
                share(class) * 100.0,
                share(other) * 100.0
            ));
        }
    }
    None
}

fn is_blank(column: &Column, cells: &Cells, row: usize) -> bool {
    match cells {
        Cells::Number(values) => values[row].is_nan(),
        Cells::Level(codes, _) => codes[row] == NONE || Some(codes[row]) == column.blank_code(),
    }
}

/// A group per row: equal levels, or neighbouring numbers.
fn groups(cells: &Cells) -> Vec<usize> {
    match cells {
        Cells::Level(codes, cardinality) => codes
            .iter()
            .map(|&code| code.min(*cardinality) as usize)
            .collect(),
        Cells::Number(values) => {
            let edges = super::features::quantiles(values, 20);
            values
                .iter()
                .map(|value| {
                    if value.is_nan() {
                        edges.len() + 1
                    } else {
                        edges.partition_point(|edge| edge < value)
                    }
                })
                .collect()
        }
    }
}

/// The words of a name in lower case, whatever joins them.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous = ' ';
    for letter in name.chars() {
        let joint = !letter.is_alphanumeric() || (letter.is_uppercase() && previous.is_lowercase());
        if joint {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        previous = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::score::table::Table;

    #[test]
    fn names_that_tell_of_the_close() {
        let check = |name: &str, refused: bool| {
            assert_eq!(
                by_name(name).is_some(),
                refused,
                "{name}: {:?}",
                by_name(name)
            );
        };
        for name in [
            "Opportunity Result",
            "Outcome",
            "Lost Reason",
            "closed_won_reason",
            "close_date",
            "close_value",
            "closedAt",
            "IsWon",
            "Elapsed Days In Sales Stage",
            "Sales Stage Change Count",
            "Total Days Identified Through Closing",
            "Total Days Identified Through Qualified",
            "Ratio Days Identified To Total Days",
            "Ratio Days Qualified To Total Days",
            "Days to close",
            "Sales cycle length",
            "days_in_stage",
            "Number of stage changes",
        ] {
            check(name, true);
        }
        for name in [
            "Expected Close Date",
            "Supplies Subgroup",
            "Region",
            "Route To Market",
            "Opportunity Amount USD",
            "Client Size By Revenue",
            "Revenue From Client Past Two Years",
            "Competitor Type",
            "Deal Size Category",
            "Total employees",
            "Created date",
            "Timeline",
            "Windows licences",
            "Product stage",
            "Source",
        ] {
            check(name, false);
        }
    }

    fn check(cells: &dyn Fn(usize, bool) -> String, expected: Option<&str>) {
        let won: Vec<bool> = (0..600).map(|row| row * 7 % 10 < 4).collect();
        let cells: Vec<String> = won
            .iter()
            .enumerate()
            .map(|(row, &won)| cells(row, won))
            .collect();
        let column = Column::discover("x", &cells).unwrap();
        let table = Table::new(vec![("x".to_owned(), cells)]).unwrap();
        let why = by_values(&column, &column.read(&table), &won);
        assert_eq!(why.is_some(), expected.is_some(), "{why:?}");
        if let (Some(why), Some(expected)) = (why, expected) {
            assert!(why.contains(expected), "{why}");
        }
    }

    #[test]
    fn values_that_tell_of_the_close() {
        let stage = |won| if won { "Signed" } else { "Dead" };
        check(&|_, won| stage(won).to_owned(), Some("repeat the outcome"));
        check(
            &|row, won| {
                if won || row % 50 == 0 {
                    (row % 90).to_string()
                } else {
                    (row % 90 + 100).to_string()
                }
            },
            Some("alone it ranks"),
        );
        check(
            &|row, won| {
                if won {
                    format!("{}", row % 9)
                } else if row % 2 == 0 {
                    String::new()
                } else {
                    format!("{}", row % 9)
                }
            },
            Some("blank for 50 % of lost"),
        );
        check(
            &|row, won| {
                if won && row % 2 == 0 {
                    String::new()
                } else {
                    ["a", "b"][row % 3 % 2].to_owned()
                }
            },
            Some("of won deals"),
        );
        // Strong, blank or both, yet known beforehand.
        check(
            &|row, won| {
                if won == (row % 5 > 0) {
                    "yes".into()
                } else {
                    "no".into()
                }
            },
            None,
        );
        check(
            &|row, _| {
                if row % 3 == 0 {
                    String::new()
                } else {
                    (row % 11).to_string()
                }
            },
            None,
        );
    }

    #[test]
    fn words_of_a_name() {
        let check = |name: &str, expected: &[&str]| assert_eq!(words(name), expected);
        check("Total Days", &["total", "days"]);
        check("close_date", &["close", "date"]);
        check("closedAt", &["closed", "at"]);
        check("won/lost-reason (new)", &["won", "lost", "reason", "new"]);
        check("", &[]);
    }
}
