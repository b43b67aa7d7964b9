//! The first look at a table: its columns' meaning and the way their cells are written.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::io;

use super::import::Options;
use super::issues::{Issues, Level};
use super::mapping::{self, Glance, Shape, TableMapping, Target};
use super::read::{Record, Rows, Sniffed, Source, Step};
use super::value::{self, DateEvidence, DateOrder, DecimalMark, NumberEvidence};

/// Rows looked at before a table is taken in. Columns they leave undecided are followed further.
const SAMPLE: usize = 20_000;
/// Cells looked at: of a very wide table, fewer rows.
const SAMPLE_CELLS: usize = 2_000_000;

/// What is known of one table before it is taken in.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    pub(super) mapping: TableMapping,
    /// In the order of the table's columns.
    pub(super) columns: Vec<Style>,
    /// The event log has starts and ends: only ends count.
    pub(super) ends_only: bool,
}

/// How the cells of a column are written.
#[derive(Debug, Clone, Default)]
pub(super) struct Style {
    pub(super) target: Option<Target>,
    pub(super) dates: Option<DateOrder>,
    pub(super) decimal: Option<DecimalMark>,
    /// Shares are from 0 to 1 rather than per cent.
    pub(super) fraction: bool,
    /// The currency the heading names: `Amount (EUR)`.
    pub(super) currency: Option<String>,
    /// A value, to show beside the mapping.
    pub(super) example: Option<String>,
}

#[derive(Default)]
struct Evidence {
    dates: DateEvidence,
    numbers: NumberEvidence,
    seen: HashSet<u64>,
    filled: u64,
    repeated: u64,
    kinds: u64,
    ends: u64,
    example: Option<String>,
}

/// Looks at a file's tables. One profile for each, in the order they appear.
pub(super) fn profile(
    file: &str,
    source: &Source,
    sniffed: &Sniffed,
    options: &Options,
    issues: &mut Issues,
) -> io::Result<Vec<Profile>> {
    let mut quiet = Issues::quiet();
    let mut rows = Rows::over(source.open()?, sniffed, &mut quiet)?;
    let mut record = Record::default();
    let mut tables: Vec<Vec<Evidence>> = Vec::new();
    let mut counts: Vec<usize> = Vec::new();
    // Several arrays may follow one another in JSON, so all of it is looked through.
    let one_table = sniffed.format.has_one_table();
    loop {
        match rows.next(&mut record, &mut quiet) {
            Step::End => break,
            Step::Bad => continue,
            Step::Record => {}
        }
        if tables.len() <= record.table {
            tables.resize_with(record.table + 1, Vec::new);
            counts.resize(record.table + 1, 0);
        }
        let table = &mut tables[record.table];
        counts[record.table] += 1;
        let sampled = counts[record.table] <= SAMPLE.min(SAMPLE_CELLS / record.len().max(1));
        if !sampled && one_table && !table.iter().any(Evidence::is_open) {
            break;
        }
        if table.len() < record.len() {
            table.resize_with(record.len(), Evidence::default);
        }
        for (column, evidence) in table.iter_mut().enumerate() {
            if let Some(text) = record.get(column).filter(|t| !value::is_null(t)) {
                if sampled {
                    evidence.see(text);
                } else if evidence.is_open() {
                    evidence.see_values(text);
                }
            }
        }
    }
    let native = sniffed.format.writes_plain_numbers();
    Ok(rows
        .tables
        .0
        .iter()
        .enumerate()
        .map(|(n, table)| {
            let mut evidence = tables.get_mut(n).map(std::mem::take).unwrap_or_default();
            evidence.resize_with(table.columns.len(), Evidence::default);
            settle(
                file,
                table.name.as_deref(),
                &table.columns,
                &evidence,
                native,
                options,
                issues,
            )
        })
        .collect())
}

impl Evidence {
    fn see(&mut self, text: &str) {
        self.filled += 1;
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(text);
        self.repeated += u64::from(!self.seen.insert(hash));
        self.kinds += u64::from(super::words::activity_kind(text).is_some());
        self.ends += u64::from(text.eq_ignore_ascii_case("complete"));
        if self.example.is_none() {
            self.example = Some(text.chars().take(40).collect());
        }
        self.see_values(text);
    }

    fn see_values(&mut self, text: &str) {
        // A column of words is soon known for one: leave it alone.
        if text.bytes().any(|b| b.is_ascii_digit()) {
            self.dates.see(text);
            self.numbers.see(text);
        }
    }

    /// Whether more cells could still tell how the column is written.
    fn is_open(&self) -> bool {
        (self.dates.unclear > 0 && self.dates.order().is_none())
            || (self.numbers.unclear > 0 && self.numbers.mark().is_none())
    }
}

fn settle(
    file: &str,
    table: Option<&str>,
    columns: &[String],
    evidence: &[Evidence],
    native: bool,
    options: &Options,
    issues: &mut Issues,
) -> Profile {
    let share = |part: u64, whole: u64| {
        if whole == 0 {
            0.0
        } else {
            part as f64 / whole as f64
        }
    };
    let glance = Glance {
        repeats: evidence
            .iter()
            .map(|e| share(e.repeated, e.filled))
            .collect(),
        kinds: evidence.iter().map(|e| share(e.kinds, e.filled)).collect(),
    };
    let mapping = match options.mapping.as_ref().and_then(|m| m.of(file, table)) {
        Some(given) => mapping::complete(given, columns, &options.overrides),
        None => mapping::recognise(
            file,
            table,
            columns,
            &glance,
            options.shape,
            &options.overrides,
        ),
    };
    let target = |n: usize| mapping.columns.0.get(n).map(|(_, t)| t);
    let is_date = |n: usize| target(n).is_some_and(holds_date);
    let is_number = |n: usize| target(n).is_some_and(holds_number);

    // One file is written by one hand: a column that tells speaks for one that does not.
    let given_order = options.dates.or(mapping.dates);
    let given_mark = options
        .decimal
        .or(mapping.decimal)
        .or(native.then_some(DecimalMark::Point));
    let order_elsewhere = (0..columns.len()).filter(|&n| is_date(n)).find_map(|n| {
        let order = evidence[n].dates.order()?;
        Some((n, order))
    });
    let mark_elsewhere = (0..columns.len()).filter(|&n| is_number(n)).find_map(|n| {
        let mark = evidence[n].numbers.mark()?;
        Some((n, mark))
    });
    let mut styles = Vec::with_capacity(columns.len());
    let mut naive = None;
    for (n, e) in evidence.iter().enumerate() {
        let column = &columns[n];
        let mut style = Style {
            target: target(n).cloned(),
            currency: heading_currency(column),
            example: e.example.clone(),
            fraction: !e.numbers.above_one,
            ..Style::default()
        };
        if is_date(n) {
            style.dates = given_order.or_else(|| e.dates.order());
            if style.dates.is_none() && e.dates.unclear > 0 {
                if let Some((other, order)) = order_elsewhere {
                    style.dates = Some(order);
                    issues.raise("dates_by_neighbour", Level::Note, 0, Some(column), None, || {
                        (
                            format!("day and month could be either way round; read as in column {:?}", columns[other]),
                            "if that is wrong, say --dates dmy or --dates mdy".into(),
                        )
                    });
                } else {
                    issues.raise("ambiguous_dates", Level::Error, 0, Some(column), e.example.as_deref(), || {
                        (
                            format!("in {} cells day and month could be either way round", e.dates.unclear),
                            "say --dates dmy (day first) or --dates mdy (month first); until then they stay unread".into(),
                        )
                    });
                }
            } else if given_order.is_none() && e.dates.day_first > 0 && e.dates.month_first > 0 {
                issues.raise("mixed_dates", Level::Warning, 0, Some(column), None, || {
                    (
                        format!(
                            "{} cells are written day first and {} month first; the column was read as most are",
                            e.dates.day_first, e.dates.month_first
                        ),
                        "export the column in one way, best as 2026-12-31".into(),
                    )
                });
            }
            if e.dates.naive && naive.is_none() {
                naive = Some(column.as_str());
            }
        }
        if is_number(n) {
            style.decimal = given_mark.or_else(|| e.numbers.mark());
            if style.decimal.is_none() && e.numbers.unclear > 0 {
                if let Some((other, mark)) = mark_elsewhere {
                    style.decimal = Some(mark);
                    issues.raise("numbers_by_neighbour", Level::Note, 0, Some(column), None, || {
                        (
                            format!(
                                "the mark could part thousands or decimals; read as in column {:?}",
                                columns[other]
                            ),
                            "if that is wrong, say --decimal point or --decimal comma".into(),
                        )
                    });
                } else {
                    issues.raise("ambiguous_numbers", Level::Error, 0, Some(column), e.example.as_deref(), || {
                        (
                            format!(
                                "in {} cells the mark could part thousands or decimals",
                                e.numbers.unclear
                            ),
                            "say --decimal point (1,234.50) or --decimal comma (1.234,50); until then they stay unread"
                                .into(),
                        )
                    });
                }
            }
        }
        styles.push(style);
    }
    if let Some(column) = naive.filter(|_| options.utc_offset_s.is_none()) {
        issues.raise("naive_times", Level::Note, 0, Some(column), None, || {
            (
                "times of day carry no time zone and were read as UTC".into(),
                "if they are local times, say --utc-offset, such as +02:00".into(),
            )
        });
    }
    let ends_only = (0..columns.len()).any(|n| {
        target(n) == Some(&Target::Lifecycle)
            && evidence[n].ends > 0
            && evidence[n].ends < evidence[n].filled
    });
    Profile {
        mapping,
        columns: styles,
        ends_only,
    }
}

fn holds_date(target: &Target) -> bool {
    matches!(
        target,
        Target::Entered(_)
            | Target::ExpectedClose
            | Target::CloseDate
            | Target::ClosedAt
            | Target::WonAt
            | Target::LostAt
            | Target::CreatedAt
            | Target::UpdatedAt
            | Target::StageEnteredAt
            | Target::Time
            | Target::LastContact
            | Target::AddedAt
    )
}

fn holds_number(target: &Target) -> bool {
    matches!(
        target,
        Target::Amount
            | Target::Probability
            | Target::Sentiment
            | Target::Engagement
            | Target::Employees
            | Target::Revenue
            | Target::Price
    )
}

/// `Amount (EUR)`, `Opportunity Amount USD`, `value_gbp`: a currency at the end of a heading.
fn heading_currency(heading: &str) -> Option<String> {
    // Only the common ones: `Amount Net` is no currency.
    const KNOWN: [&str; 24] = [
        "USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK",
        "HUF", "INR", "BRL", "MXN", "ZAR", "SGD", "HKD", "CNY", "KRW", "TRY", "ILS",
    ];
    let last = heading
        .trim_end_matches([')', ']', ' '])
        .rsplit(|c: char| !c.is_ascii_alphabetic())
        .next()?
        .to_ascii_uppercase();
    (last.len() < heading.len() && KNOWN.contains(&last.as_str())).then_some(last)
}

impl Profile {
    /// A table of which nothing was seen before.
    pub(super) fn bare(file: &str, table: Option<&str>) -> Self {
        Self {
            mapping: mapping::recognise(file, table, &[], &Glance::default(), None, &[]),
            columns: Vec::new(),
            ends_only: false,
        }
    }
}

/// Whether a table needs telling what its columns are.
pub(super) fn raise_unknown(profile: &Profile, headless: bool, issues: &mut Issues) {
    let names: Vec<&str> = profile
        .mapping
        .columns
        .0
        .iter()
        .map(|(c, _)| c.as_str())
        .take(12)
        .collect();
    // Without a single column there is no row either, and that is said where rows are counted.
    if profile.mapping.shape == Shape::Unknown && !names.is_empty() {
        issues.raise("unknown_table", Level::Error, 0, None, None, || {
            (
                if headless {
                    "the file has no header line, so nothing says what its columns mean".into()
                } else {
                    format!("nothing is known by these column names: {}", names.join(", "))
                },
                if headless {
                    "add a header line, or name the columns: --map \"column 1=deal_id\" --map \"column 2=stage\"".into()
                } else {
                    "say which columns matter: --map \"Column=deal_id\" --map \"Column=stage\", or edit what pie map writes"
                        .into()
                },
            )
        });
    } else if headless && !names.is_empty() {
        issues.raise("no_header", Level::Warning, 0, None, None, || {
            (
                "the file has no header line; its columns were numbered".into(),
                "add a header line to be sure".into(),
            )
        });
    }
}
