//! From typed columns to what the models read: columns for the trees, levels for
//! naive Bayes, and a design of noughts and ones for the logistic.
//!
//! Two things are derived from a column besides its value. A number that people
//! type, such as an amount, says something by how round it is and what its last digits are. And where exact
//! values come back (a list price, an account), how often deals with the same
//! value were won before is an attribute by itself. "Before" is meant: a row sees
//! only the rows ahead of it, else it would see its own outcome.

use std::collections::BTreeMap;

use super::boost::{Feature, Matrix};
use super::table::{Cells, Column, NONE};

/// Rows a win rate of a value is shrunk by.
const RATE_STRENGTH: f64 = 5.0;

/// Below this many rows the rate of an exact value is noise.
const RATE_ROWS: usize = 1000;

/// How every model reads the columns; fixed by the training rows.
#[derive(Debug, Clone)]
pub(crate) struct Features {
    readers: Vec<Reader>,
}

#[derive(Debug, Clone)]
struct Reader {
    numeric: bool,
    round: bool,
    rate: Option<Dictionary>,
    /// Numbers: upper edges of all levels but the last.
    edges: Vec<f64>,
    /// Numbers: where to look up a rank.
    ranks: Vec<f64>,
    levels: u32,
}

#[derive(Debug, Clone)]
enum Dictionary {
    /// Codes of exact numbers, by their bits.
    Numbers(BTreeMap<u64, u32>),
    /// Levels have codes already; there are this many.
    Levels(u32),
}

/// A table as the models read it, but for the rates, which depend on outcomes.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) rows: usize,
    fixed: Matrix,
    /// Per rate, the code of each row, and how many codes there are.
    rate_codes: Vec<(Vec<u32>, u32)>,
    pub(crate) levels: Vec<Vec<u32>>,
    level_counts: Vec<u32>,
    ranks: Vec<Vec<f64>>,
}

/// Per rate and code: rows seen, and wins among them.
#[derive(Debug, Clone)]
pub(crate) struct Rates {
    seen: Vec<Vec<[f64; 2]>>,
    base: f64,
}

impl Features {
    pub(crate) fn discover(columns: &[Column], cells: &[Cells]) -> Self {
        Self {
            readers: columns
                .iter()
                .zip(cells)
                .map(|(_, cells)| Reader::discover(cells))
                .collect(),
        }
    }

    pub(crate) fn prepare(&self, cells: &[Cells], rows: usize) -> Prepared {
        let mut prepared = Prepared {
            rows,
            fixed: Matrix {
                rows,
                columns: Vec::new(),
            },
            rate_codes: Vec::new(),
            levels: Vec::new(),
            level_counts: Vec::new(),
            ranks: Vec::new(),
        };
        for (reader, cells) in self.readers.iter().zip(cells) {
            reader.read(cells, &mut prepared);
        }
        prepared
    }
}

impl Reader {
    fn discover(cells: &Cells) -> Self {
        match cells {
            Cells::Level(codes, cardinality) => Self {
                numeric: false,
                round: false,
                rate: (*cardinality > 12 && codes.len() >= RATE_ROWS)
                    .then_some(Dictionary::Levels(*cardinality)),
                edges: Vec::new(),
                ranks: Vec::new(),
                levels: *cardinality,
            },
            Cells::Number(values) => {
                let edges = quantiles(values, level_count(values.len()));
                Self {
                    numeric: true,
                    round: is_typed_amount(values),
                    rate: exact_values(values).map(Dictionary::Numbers),
                    levels: edges.len() as u32 + 2,
                    edges,
                    ranks: quantiles(values, 100),
                }
            }
        }
    }

    fn read(&self, cells: &Cells, into: &mut Prepared) {
        match (cells, self.numeric) {
            (Cells::Number(values), true) => {
                let column = values.iter().map(|&value| value as f32).collect();
                into.fixed.columns.push(Feature::Numeric(column));
                if self.round {
                    for part in [significant_digits, below_thousand, below_ten_thousand] {
                        let column = values.iter().map(|&value| part(value)).collect();
                        into.fixed.columns.push(Feature::Numeric(column));
                    }
                }
                if let Some(Dictionary::Numbers(codes)) = &self.rate {
                    into.rate_codes.push((
                        values
                            .iter()
                            .map(|value| codes.get(&bits(*value)).copied().unwrap_or(NONE))
                            .collect(),
                        codes.len() as u32,
                    ));
                }
                let missing = self.edges.len() as u32 + 1;
                into.levels.push(
                    values
                        .iter()
                        .map(|&value| {
                            if value.is_nan() {
                                missing
                            } else {
                                self.edges.partition_point(|&edge| edge < value) as u32
                            }
                        })
                        .collect(),
                );
                into.level_counts.push(self.levels);
                let scale = 12.0_f64.sqrt() / self.ranks.len().max(1) as f64;
                let middle = self.ranks.len() as f64 / 2.0;
                into.ranks.push(
                    values
                        .iter()
                        .map(|&value| {
                            if value.is_nan() {
                                0.0
                            } else {
                                let rank = self.ranks.partition_point(|&edge| edge < value);
                                (rank as f64 - middle) * scale
                            }
                        })
                        .collect(),
                );
            }
            (Cells::Level(codes, cardinality), _) => {
                into.fixed
                    .columns
                    .push(Feature::Categorical(codes.clone(), *cardinality));
                if let Some(Dictionary::Levels(count)) = self.rate {
                    into.rate_codes.push((codes.clone(), count));
                }
                into.levels.push(codes.clone());
                into.level_counts.push(self.levels);
            }
            (Cells::Number(_), false) => {}
        }
    }
}

impl Prepared {
    pub(crate) fn select(&self, rows: &[usize]) -> Self {
        let take = |codes: &Vec<u32>| rows.iter().map(|&row| codes[row]).collect();
        Self {
            rows: rows.len(),
            fixed: self.fixed.select(rows),
            rate_codes: self
                .rate_codes
                .iter()
                .map(|(codes, count)| (take(codes), *count))
                .collect(),
            levels: self.levels.iter().map(take).collect(),
            level_counts: self.level_counts.clone(),
            ranks: self
                .ranks
                .iter()
                .map(|ranks| rows.iter().map(|&row| ranks[row]).collect())
                .collect(),
        }
    }

    /// The trees' columns for training rows, each row knowing those before it in
    /// `order`, and the rates after the last.
    pub(crate) fn learn_rates(&self, won: &[bool], order: &[usize]) -> (Matrix, Rates) {
        let base = won.iter().filter(|&&won| won).count() as f64 / won.len().max(1) as f64;
        let mut matrix = self.fixed.clone();
        let mut seen = Vec::new();
        for (codes, count) in &self.rate_codes {
            let mut cells = vec![[0.0; 2]; *count as usize];
            let mut rate = vec![0.0; self.rows];
            let mut times = vec![0.0; self.rows];
            for &row in order {
                let cell = cells.get_mut(codes[row] as usize);
                (rate[row], times[row]) = shrunk(cell.as_deref().copied(), base);
                if let Some(cell) = cell {
                    cell[0] += 1.0;
                    cell[1] += if won[row] { 1.0 } else { 0.0 };
                }
            }
            matrix.columns.push(Feature::Numeric(rate));
            matrix.columns.push(Feature::Numeric(times));
            seen.push(cells);
        }
        (matrix, Rates { seen, base })
    }

    /// The trees' columns for rows that were not learned from.
    pub(crate) fn with_rates(&self, rates: &Rates) -> Matrix {
        let mut matrix = self.fixed.clone();
        for ((codes, _), cells) in self.rate_codes.iter().zip(&rates.seen) {
            let (rate, times) = codes
                .iter()
                .map(|&code| shrunk(cells.get(code as usize).copied(), rates.base))
                .unzip();
            matrix.columns.push(Feature::Numeric(rate));
            matrix.columns.push(Feature::Numeric(times));
        }
        matrix
    }

    /// Rows of noughts and ones, one per level, and a rank per number.
    pub(crate) fn design(&self) -> (Vec<f64>, usize) {
        let ones: usize = self.level_counts.iter().map(|&count| count as usize).sum();
        let columns = ones + self.ranks.len();
        let mut design = vec![0.0; self.rows * columns];
        for (row, line) in design.chunks_mut(columns.max(1)).enumerate() {
            let mut start = 0;
            for (codes, &count) in self.levels.iter().zip(&self.level_counts) {
                if codes[row] < count {
                    line[start + codes[row] as usize] = 1.0;
                }
                start += count as usize;
            }
            for (cell, ranks) in line[ones..].iter_mut().zip(&self.ranks) {
                *cell = ranks[row];
            }
        }
        (design, columns)
    }
}

fn shrunk(cell: Option<[f64; 2]>, base: f64) -> (f32, f32) {
    let [seen, won] = cell.unwrap_or_default();
    let rate = (won + RATE_STRENGTH * base) / (seen + RATE_STRENGTH);
    (rate as f32, seen as f32)
}

/// Levels a number is cut into: few rows carry few.
fn level_count(rows: usize) -> usize {
    match rows {
        0..100 => 3,
        100..400 => 4,
        400..2000 => 6,
        _ => 12,
    }
}

/// At most `bins − 1` ascending edges that cut the values into about equal parts;
/// where there are few distinct values, one part each.
pub(crate) fn quantiles(values: &[f64], bins: usize) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut distinct = sorted.clone();
    distinct.dedup();
    let mut edges = if distinct.len() <= bins.max(8) {
        distinct
    } else {
        (1..bins)
            .map(|bin| sorted[bin * sorted.len() / bins])
            .collect()
    };
    edges.dedup();
    // Nothing lies above the greatest value.
    if edges.last() == sorted.last() {
        edges.pop();
    }
    edges
}

/// Whether the numbers look typed by people: mostly whole, mostly of four digits or
/// more, and many of them round, which chance would make one in a thousand.
fn is_typed_amount(values: &[f64]) -> bool {
    let (mut large, mut whole, mut round, mut total) = (0, 0, 0, 0);
    for value in values.iter().filter(|value| !value.is_nan()) {
        total += 1;
        large += usize::from(value.abs() >= 1000.0);
        whole += usize::from(value.fract() == 0.0);
        round += usize::from(*value != 0.0 && value % 1000.0 == 0.0);
    }
    total >= 200 && large * 2 > total && whole * 10 > total * 9 && round * 10 > total
}

/// Digits before the trailing noughts of a whole number: 25000 has two.
fn significant_digits(value: f64) -> f32 {
    if value.is_nan() || value.abs() > 1e15 {
        return f32::NAN;
    }
    let mut whole = value.abs() as u64;
    if whole == 0 {
        return 0.0;
    }
    while whole.is_multiple_of(10) {
        whole /= 10;
    }
    (whole.ilog10() + 1) as f32
}

/// What is left of a number beside its thousands: 12750 leaves 750.
fn below_thousand(value: f64) -> f32 {
    (value.abs() % 1e3) as f32
}

fn below_ten_thousand(value: f64) -> f32 {
    (value.abs() % 1e4) as f32
}

/// Codes of the exact values, where most rows share theirs with others.
fn exact_values(values: &[f64]) -> Option<BTreeMap<u64, u32>> {
    if values.len() < RATE_ROWS {
        return None;
    }
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for value in values.iter().filter(|value| !value.is_nan()) {
        *counts.entry(bits(*value)).or_default() += 1;
    }
    let shared: usize = counts.values().filter(|&&count| count > 1).sum();
    (counts.len() > 30 && shared * 2 > values.len()).then(|| {
        counts
            .keys()
            .enumerate()
            .map(|(code, &bits)| (bits, code as u32))
            .collect()
    })
}

fn bits(value: f64) -> u64 {
    // Minus nought is nought.
    (value + 0.0).to_bits()
}
