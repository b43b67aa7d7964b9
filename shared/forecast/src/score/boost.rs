//! Gradient-boosted trees on binned columns: log loss for two outcomes,
//! softmax for several.
//!
//! Reach for it when the effect of one attribute depends on another. Trees grow
//! best leaf first on histograms of the gradients. Every sum runs in a fixed
//! order and every random choice is a hash of (seed, round, row), so the same
//! input gives the same model on any number of threads.

use rayon::prelude::*;

/// A column of a [`Matrix`].
#[derive(Debug, Clone, PartialEq)]
pub enum Feature {
    /// Numbers; NaN is missing.
    Numeric(Vec<f32>),
    /// Codes below the given cardinality; anything else is missing.
    Categorical(Vec<u32>, u32),
}

impl Feature {
    /// How many rows the column has.
    pub fn len(&self) -> usize {
        match self {
            Self::Numeric(values) => values.len(),
            Self::Categorical(codes, _) => codes.len(),
        }
    }

    /// Whether the column has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The column at these rows, in their order.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        match self {
            Self::Numeric(values) => Self::Numeric(rows.iter().map(|&row| values[row]).collect()),
            Self::Categorical(codes, cardinality) => {
                Self::Categorical(rows.iter().map(|&row| codes[row]).collect(), *cardinality)
            }
        }
    }
}

/// Columns of equal length.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    /// How many rows every column has.
    pub rows: usize,
    /// The columns, in the order the model knows them by.
    pub columns: Vec<Feature>,
}

impl Matrix {
    /// Joins columns into a matrix.
    ///
    /// # Panics
    /// If the columns differ in length.
    pub fn new(columns: Vec<Feature>) -> Self {
        let rows = columns.first().map_or(0, Feature::len);
        assert!(
            columns.iter().all(|column| column.len() == rows),
            "columns of a matrix have the same length"
        );
        Self { rows, columns }
    }

    /// The matrix at these rows, in their order.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        Self {
            rows: rows.len(),
            columns: self
                .columns
                .iter()
                .map(|column| column.select(rows))
                .collect(),
        }
    }
}

/// How trees are grown and when to stop.
#[derive(Debug, Clone, PartialEq)]
pub struct Params {
    /// The most rounds to run; a round adds one tree, or one per class.
    pub rounds: usize,
    /// What part of each tree's answer is added.
    pub learning_rate: f64,
    /// The most leaves of a tree.
    pub max_leaves: usize,
    /// The most splits from root to leaf; 0 is no limit.
    pub max_depth: usize,
    /// The least sum of second derivatives in a leaf (a row counts p·(1−p)).
    pub min_child_weight: f64,
    /// The least improvement worth a split.
    pub min_gain: f64,
    /// Ridge on leaf values.
    pub l2: f64,
    /// Ridge added where a split gathers categories.
    pub category_l2: f64,
    /// Weight of the leaf's own mean in the order of its categories.
    pub category_smoothing: f64,
    /// The most bins of a column, 2 to 255.
    pub max_bins: usize,
    /// What part of the columns a tree sees.
    pub feature_fraction: f64,
    /// What part of the columns each split sees, of those the tree sees.
    pub node_fraction: f64,
    /// What part of the rows a tree sees.
    pub row_fraction: f64,
    /// Per column: 1 never falls, −1 never rises, 0 is free. Missing entries are 0.
    /// Only numeric columns, and only [`fit`], take notice.
    pub monotone: Vec<i8>,
    /// Where the random choices start.
    pub seed: u64,
    /// Stop after this many rounds without a better validation loss and keep the best.
    pub early_stopping: Option<usize>,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            rounds: 200,
            learning_rate: 0.05,
            max_leaves: 31,
            max_depth: 0,
            min_child_weight: 3.0,
            min_gain: 1e-9,
            l2: 1.0,
            category_l2: 10.0,
            category_smoothing: 10.0,
            max_bins: 255,
            feature_fraction: 1.0,
            node_fraction: 1.0,
            row_fraction: 1.0,
            monotone: Vec::new(),
            seed: 0,
            early_stopping: None,
        }
    }
}

/// Rows held out to watch the loss, for [`fit`].
#[derive(Debug, Clone, Copy)]
pub struct Valid<'a> {
    /// Columns as in training.
    pub x: &'a Matrix,
    /// Outcomes in 0..=1.
    pub y: &'a [f32],
    /// Weights, else 1.
    pub weight: Option<&'a [f32]>,
    /// Where each row's raw score starts, else the base score.
    pub offset: Option<&'a [f32]>,
}

/// Rows held out to watch the loss, for [`fit_softmax`].
#[derive(Debug, Clone, Copy)]
pub struct ValidClasses<'a> {
    /// Columns as in training.
    pub x: &'a Matrix,
    /// Classes.
    pub y: &'a [u8],
    /// Weights, else 1.
    pub weight: Option<&'a [f32]>,
}

/// Trees whose sum is the log-odds of the outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Booster {
    bins: Vec<Bins>,
    base: f32,
    trees: Vec<Tree>,
}

/// Trees whose sums are the unnormalised log-probabilities of the classes.
#[derive(Debug, Clone, PartialEq)]
pub struct SoftmaxBooster {
    bins: Vec<Bins>,
    base: Vec<f32>,
    /// Round by round, one tree per class.
    trees: Vec<Tree>,
}

/// Learns P(y = 1). `y` may be a share in 0..=1.
///
/// With an `offset` the trees correct those raw scores and the offset is *not*
/// part of [`Booster::raw`]: add it there too.
///
/// # Panics
/// If `y`, `weight` or `offset` differ from the matrix in length.
pub fn fit(
    x: &Matrix,
    y: &[f32],
    weight: Option<&[f32]>,
    offset: Option<&[f32]>,
    params: &Params,
    valid: Option<Valid<'_>>,
) -> Booster {
    assert_eq!(x.rows, y.len(), "one outcome per row");
    assert!(
        weight.is_none_or(|w| w.len() == x.rows),
        "one weight per row"
    );
    assert!(
        offset.is_none_or(|o| o.len() == x.rows),
        "one offset per row"
    );
    let bins: Vec<Bins> = x
        .columns
        .par_iter()
        .map(|column| Bins::of(column, params.max_bins))
        .collect();
    let data = Data::new(x, &bins);
    let base = if offset.is_some() {
        0.0
    } else {
        log_odds(y, weight)
    };
    let mut scores = offset.map_or_else(|| vec![base; x.rows], <[f32]>::to_vec);
    let mut watch = valid.map(|valid| {
        let scores = valid
            .offset
            .map_or_else(|| vec![base; valid.x.rows], <[f32]>::to_vec);
        (valid, Data::new(valid.x, &bins), scores)
    });
    let mut stop = Stop::new(params.early_stopping);
    let mut trees = Vec::with_capacity(params.rounds);
    let mut slopes = vec![[0.0_f32; 2]; x.rows];
    for round in 0..params.rounds {
        slopes
            .par_iter_mut()
            .with_min_len(4096)
            .enumerate()
            .for_each(|(row, slope)| {
                let p = sigmoid(scores[row]);
                let w = weight.map_or(1.0, |w| w[row]);
                *slope = [w * (p - y[row]), w * (p * (1.0 - p)).max(1e-9)];
            });
        let grown = grow(&data, &slopes, params, round as u64, 0);
        if grown.tree.nodes.len() <= 1
            && params.row_fraction >= 1.0
            && params.feature_fraction >= 1.0
        {
            break;
        }
        grown.add_to(&data, &mut scores);
        if let Some((valid, data, scores)) = &mut watch {
            grown.tree.add_to(data, scores);
            trees.push(grown.tree);
            let loss = log_loss(valid.y, valid.weight, scores);
            if stop.after(trees.len(), loss) {
                break;
            }
        } else {
            trees.push(grown.tree);
        }
    }
    if let Some(best) = stop.best_length() {
        trees.truncate(best);
    }
    Booster { bins, base, trees }
}

/// Learns the probability of each class in `0..classes`.
///
/// # Panics
/// If `y` or `weight` differ from the matrix in length or a class is out of range.
pub fn fit_softmax(
    x: &Matrix,
    y: &[u8],
    classes: usize,
    weight: Option<&[f32]>,
    params: &Params,
    valid: Option<ValidClasses<'_>>,
) -> SoftmaxBooster {
    assert_eq!(x.rows, y.len(), "one class per row");
    assert!(
        weight.is_none_or(|w| w.len() == x.rows),
        "one weight per row"
    );
    assert!(
        y.iter().all(|&class| usize::from(class) < classes),
        "classes are below their number"
    );
    let bins: Vec<Bins> = x
        .columns
        .par_iter()
        .map(|column| Bins::of(column, params.max_bins))
        .collect();
    let data = Data::new(x, &bins);
    let base = class_log_shares(y, classes, weight);
    let params = &Params {
        monotone: Vec::new(),
        ..params.clone()
    };
    // One score vector per class, so that a tree writes to its own.
    let mut scores: Vec<Vec<f32>> = base.iter().map(|&b| vec![b; x.rows]).collect();
    let mut watch = valid.map(|valid| {
        let scores: Vec<Vec<f32>> = base.iter().map(|&b| vec![b; valid.x.rows]).collect();
        (valid, Data::new(valid.x, &bins), scores)
    });
    let mut stop = Stop::new(params.early_stopping);
    let mut trees = Vec::with_capacity(params.rounds * classes);
    // A softmax has one class too many; this undoes the smaller curvature.
    let curvature = classes as f32 / (classes as f32 - 1.0).max(1.0);
    for round in 0..params.rounds {
        let shares = softmax_columns(&scores);
        let grown: Vec<Grown> = (0..classes)
            .into_par_iter()
            .map(|class| {
                let slopes: Vec<[f32; 2]> = (0..x.rows)
                    .map(|row| {
                        let p = shares[class][row];
                        let hit = if usize::from(y[row]) == class {
                            1.0
                        } else {
                            0.0
                        };
                        let w = weight.map_or(1.0, |w| w[row]);
                        [w * (p - hit), w * (curvature * p * (1.0 - p)).max(1e-9)]
                    })
                    .collect();
                grow(&data, &slopes, params, round as u64, class as u64 + 1)
            })
            .collect();
        for (grown, scores) in grown.iter().zip(&mut scores) {
            grown.add_to(&data, scores);
        }
        if let Some((_, data, scores)) = &mut watch {
            for (grown, scores) in grown.iter().zip(scores) {
                grown.tree.add_to(data, scores);
            }
        }
        trees.extend(grown.into_iter().map(|grown| grown.tree));
        if let Some((valid, _, scores)) = &watch {
            let loss = softmax_loss(valid.y, valid.weight, scores);
            if stop.after(trees.len(), loss) {
                break;
            }
        }
    }
    if let Some(best) = stop.best_length() {
        trees.truncate(best);
    }
    SoftmaxBooster { bins, base, trees }
}

impl Booster {
    /// The log-odds of every row, without any offset.
    pub fn raw(&self, x: &Matrix) -> Vec<f32> {
        let data = Data::new(x, &self.bins);
        let mut scores = vec![self.base; x.rows];
        scores
            .par_iter_mut()
            .with_min_len(1024)
            .enumerate()
            .for_each(|(row, score)| {
                for tree in &self.trees {
                    *score += tree.value(&data, row);
                }
            });
        scores
    }

    /// P(y = 1) of every row, without any offset.
    pub fn probability(&self, x: &Matrix) -> Vec<f32> {
        self.raw(x).into_iter().map(sigmoid).collect()
    }

    /// The score before any tree.
    pub fn base(&self) -> f32 {
        self.base
    }

    /// How many trees were kept.
    pub fn rounds(&self) -> usize {
        self.trees.len()
    }

    /// Each column's share of the loss removed in training; sums to 1, or is all 0.
    pub fn importance(&self) -> Vec<f64> {
        importance(self.bins.len(), &self.trees)
    }

    /// What each column adds to each row's log-odds, row by row: the changes of
    /// the node mean along the row's paths. They sum to `raw − base`, up to
    /// what the roots add.
    pub fn contributions(&self, x: &Matrix) -> Vec<Vec<f32>> {
        let data = Data::new(x, &self.bins);
        (0..x.rows)
            .into_par_iter()
            .with_min_len(256)
            .map(|row| {
                let mut parts = vec![0.0; self.bins.len()];
                for tree in &self.trees {
                    let mut at = 0;
                    while let Some(next) = tree.next(&data, row, at) {
                        parts[tree.nodes[at].feature as usize] +=
                            tree.nodes[next].value - tree.nodes[at].value;
                        at = next;
                    }
                }
                parts
            })
            .collect()
    }
}

impl SoftmaxBooster {
    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.base.len()
    }

    /// How many rounds were kept; each has one tree per class.
    pub fn rounds(&self) -> usize {
        self.trees.len() / self.classes().max(1)
    }

    /// The raw score of every class, row by row (`rows × classes`).
    pub fn raw(&self, x: &Matrix) -> Vec<f32> {
        let classes = self.classes();
        let data = Data::new(x, &self.bins);
        let mut scores = self.base.repeat(x.rows);
        scores
            .par_chunks_mut(classes.max(1))
            .with_min_len(1024)
            .enumerate()
            .for_each(|(row, scores)| {
                for round in self.trees.chunks(classes) {
                    for (score, tree) in scores.iter_mut().zip(round) {
                        *score += tree.value(&data, row);
                    }
                }
            });
        scores
    }

    /// The probability of every class, row by row (`rows × classes`).
    pub fn probability(&self, x: &Matrix) -> Vec<f32> {
        let mut scores = self.raw(x);
        for row in scores.chunks_mut(self.classes().max(1)) {
            softmax(row);
        }
        scores
    }

    /// Each column's share of the loss removed in training; sums to 1, or is all 0.
    pub fn importance(&self) -> Vec<f64> {
        importance(self.bins.len(), &self.trees)
    }
}

fn importance(columns: usize, trees: &[Tree]) -> Vec<f64> {
    let mut gains = vec![0.0; columns];
    for node in trees.iter().flat_map(|tree| &tree.nodes) {
        gains[node.feature as usize] += f64::from(node.gain);
    }
    let total: f64 = gains.iter().sum();
    if total > 0.0 {
        for gain in &mut gains {
            *gain /= total;
        }
    }
    gains
}

/// The logistic function.
pub fn sigmoid(raw: f32) -> f32 {
    1.0 / (1.0 + (-raw).exp())
}

fn log_odds(y: &[f32], weight: Option<&[f32]>) -> f32 {
    let (mut hits, mut total) = (0.0_f64, 0.0_f64);
    for (row, &y) in y.iter().enumerate() {
        let w = weight.map_or(1.0, |w| f64::from(w[row]));
        hits += w * f64::from(y);
        total += w;
    }
    // Half a hit and half a miss keep the base finite.
    ((hits + 0.5) / (total - hits + 0.5)).ln() as f32
}

fn class_log_shares(y: &[u8], classes: usize, weight: Option<&[f32]>) -> Vec<f32> {
    let mut shares = vec![0.5_f64; classes];
    for (row, &class) in y.iter().enumerate() {
        shares[usize::from(class)] += weight.map_or(1.0, |w| f64::from(w[row]));
    }
    let total: f64 = shares.iter().sum();
    shares
        .iter()
        .map(|share| (share / total).ln() as f32)
        .collect()
}

fn log_loss(y: &[f32], weight: Option<&[f32]>, scores: &[f32]) -> f64 {
    let (mut loss, mut total) = (0.0, 0.0);
    for (row, (&y, &raw)) in y.iter().zip(scores).enumerate() {
        let w = weight.map_or(1.0, |w| f64::from(w[row]));
        let raw = f64::from(raw);
        loss += w * (raw.max(0.0) - raw * f64::from(y) + (-raw.abs()).exp().ln_1p());
        total += w;
    }
    loss / total.max(f64::MIN_POSITIVE)
}

fn softmax(row: &mut [f32]) {
    let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut total = 0.0;
    for value in row.iter_mut() {
        *value = (*value - top).exp();
        total += *value;
    }
    for value in row {
        *value /= total;
    }
}

fn softmax_columns(scores: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut shares = scores.to_vec();
    let mut cell = vec![0.0; scores.len()];
    for row in 0..scores.first().map_or(0, Vec::len) {
        for (cell, scores) in cell.iter_mut().zip(scores) {
            *cell = scores[row];
        }
        softmax(&mut cell);
        for (cell, shares) in cell.iter().zip(&mut shares) {
            shares[row] = *cell;
        }
    }
    shares
}

fn softmax_loss(y: &[u8], weight: Option<&[f32]>, scores: &[Vec<f32>]) -> f64 {
    let (mut loss, mut total) = (0.0, 0.0);
    for (row, &class) in y.iter().enumerate() {
        let w = weight.map_or(1.0, |w| f64::from(w[row]));
        let raw = |scores: &Vec<f32>| f64::from(scores[row]);
        let top = scores.iter().map(raw).fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = scores.iter().map(|s| (raw(s) - top).exp()).sum();
        let own = scores.get(usize::from(class)).map_or(0.0, raw);
        loss += w * (top + sum.ln() - own);
        total += w;
    }
    loss / total.max(f64::MIN_POSITIVE)
}

/// Remembers the best length and says when to give up.
struct Stop {
    patience: Option<usize>,
    best: Option<(f64, usize)>,
    since: usize,
}

impl Stop {
    fn new(patience: Option<usize>) -> Self {
        Self {
            patience,
            best: None,
            since: 0,
        }
    }

    fn after(&mut self, length: usize, loss: f64) -> bool {
        if self.best.is_none_or(|(best, _)| loss < best) {
            self.best = Some((loss, length));
            self.since = 0;
        } else {
            self.since += 1;
        }
        self.patience.is_some_and(|patience| self.since >= patience)
    }

    fn best_length(&self) -> Option<usize> {
        self.patience.and(self.best).map(|(_, length)| length)
    }
}

/// How the values of a column become bins 1..=255; bin 0 is missing.
#[derive(Debug, Clone, PartialEq)]
enum Bins {
    /// Bin `i + 1` holds values above edge `i − 1` up to and with edge `i`; one more follows.
    Numeric(Vec<f32>),
    /// The bin of each code; 0 where the code is too rare for a bin of its own.
    Categorical(Vec<u8>),
}

impl Bins {
    fn of(column: &Feature, max_bins: usize) -> Self {
        let max_bins = max_bins.clamp(2, 255);
        match column {
            Feature::Numeric(values) => Self::Numeric(edges(values, max_bins)),
            Feature::Categorical(codes, cardinality) => {
                let mut counts = vec![0_usize; *cardinality as usize];
                for &code in codes {
                    if let Some(count) = counts.get_mut(code as usize) {
                        *count += 1;
                    }
                }
                let mut order: Vec<usize> =
                    (0..counts.len()).filter(|&code| counts[code] > 0).collect();
                order.sort_by_key(|&code| (std::cmp::Reverse(counts[code]), code));
                let mut bins = vec![0_u8; counts.len()];
                for (bin, &code) in order.iter().take(max_bins).enumerate() {
                    bins[code] = bin as u8 + 1;
                }
                Self::Categorical(bins)
            }
        }
    }

    /// How many bins there are, with the missing one.
    fn count(&self) -> usize {
        match self {
            Self::Numeric(edges) => edges.len() + 2,
            Self::Categorical(bins) => usize::from(bins.iter().copied().max().unwrap_or(0)) + 1,
        }
    }

    fn apply(&self, column: &Feature) -> Vec<u8> {
        match (self, column) {
            (Self::Numeric(edges), Feature::Numeric(values)) => values
                .iter()
                .map(|&value| {
                    if value.is_nan() {
                        0
                    } else {
                        edges.partition_point(|&edge| edge < value) as u8 + 1
                    }
                })
                .collect(),
            (Self::Categorical(bins), Feature::Categorical(codes, _)) => codes
                .iter()
                .map(|&code| bins.get(code as usize).copied().unwrap_or(0))
                .collect(),
            // A column of another kind tells nothing, which is what missing means.
            _ => vec![0; column.len()],
        }
    }
}

/// Upper edges of bins with about equal numbers of rows; a heavy value has its own bin.
fn edges(values: &[f32], max_bins: usize) -> Vec<f32> {
    let mut sorted: Vec<f32> = values.iter().copied().filter(|v| !v.is_nan()).collect();
    sorted.sort_unstable_by(f32::total_cmp);
    let groups: Vec<&[f32]> = sorted.chunk_by(|a, b| a == b).collect();
    let mut edges = Vec::new();
    let mut left = sorted.len();
    let mut held = 0;
    for pair in groups.windows(2) {
        let (here, next) = (pair[0], pair[1]);
        held += here.len();
        let bins_left = max_bins - edges.len();
        let full = groups.len() <= max_bins || held * bins_left >= left;
        // The next value alone would fill a bin: close this one before it.
        let heavy = next.len() * bins_left >= left;
        if bins_left > 1 && (full || heavy) {
            edges.push(between(here[0], next[0]));
            left -= held;
            held = 0;
        }
    }
    edges
}

fn between(low: f32, high: f32) -> f32 {
    let middle = low + (high - low) / 2.0;
    if middle.is_finite() && middle < high {
        middle
    } else {
        low
    }
}

/// A matrix in bins, column by column.
struct Data {
    columns: Vec<Vec<u8>>,
    kinds: Vec<Kind>,
    rows: usize,
}

#[derive(Clone, Copy)]
struct Kind {
    bins: usize,
    ordered: bool,
}

impl Data {
    fn new(x: &Matrix, bins: &[Bins]) -> Self {
        assert_eq!(
            x.columns.len(),
            bins.len(),
            "a matrix has the columns the model was trained on"
        );
        Self {
            columns: x
                .columns
                .par_iter()
                .zip(bins)
                .map(|(column, bins)| bins.apply(column))
                .collect(),
            kinds: bins
                .iter()
                .map(|bins| Kind {
                    bins: bins.count(),
                    ordered: matches!(bins, Bins::Numeric(_)),
                })
                .collect(),
            rows: x.rows,
        }
    }
}

/// The bins that go left, as 256 bits.
type Side = [u64; 4];

fn has(side: &Side, bin: u8) -> bool {
    side[usize::from(bin >> 6)] >> (bin & 63) & 1 == 1
}

#[derive(Debug, Clone, PartialEq)]
struct Node {
    left_bins: Side,
    feature: u32,
    /// 0 in a leaf: the root is nobody's child.
    left: u32,
    right: u32,
    value: f32,
    gain: f32,
}

#[derive(Debug, Clone, PartialEq)]
struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    fn next(&self, data: &Data, row: usize, at: usize) -> Option<usize> {
        let node = &self.nodes[at];
        if node.left == 0 {
            return None;
        }
        let bin = data.columns[node.feature as usize][row];
        Some(if has(&node.left_bins, bin) {
            node.left
        } else {
            node.right
        } as usize)
    }

    fn value(&self, data: &Data, row: usize) -> f32 {
        let mut at = 0;
        while let Some(next) = self.next(data, row, at) {
            at = next;
        }
        self.nodes[at].value
    }

    fn add_to(&self, data: &Data, scores: &mut [f32]) {
        scores
            .par_iter_mut()
            .with_min_len(4096)
            .enumerate()
            .for_each(|(row, score)| *score += self.value(data, row));
    }
}

/// A tree and where its training rows ended.
struct Grown {
    tree: Tree,
    /// Row order in which every leaf is one stretch.
    rows: Vec<u32>,
    leaves: Vec<(usize, std::ops::Range<usize>)>,
}

impl Grown {
    fn add_to(&self, data: &Data, scores: &mut [f32]) {
        if self.rows.len() < data.rows {
            self.tree.add_to(data, scores);
            return;
        }
        for (node, range) in &self.leaves {
            let value = self.tree.nodes[*node].value;
            for &row in &self.rows[range.clone()] {
                scores[row as usize] += value;
            }
        }
    }
}

/// Sums of first and second derivatives.
type Sums = [f64; 2];

struct Leaf {
    node: usize,
    rows: std::ops::Range<usize>,
    sums: Sums,
    /// Per column of the tree, the sums per bin.
    histograms: Vec<Vec<Sums>>,
    depth: usize,
    low: f64,
    high: f64,
    split: Option<Split>,
}

#[derive(Clone)]
struct Split {
    gain: f64,
    /// Position among the tree's columns.
    column: usize,
    left_bins: Side,
    left: Sums,
    ridge: f64,
}

fn grow(data: &Data, slopes: &[[f32; 2]], params: &Params, round: u64, stream: u64) -> Grown {
    let key = mix(mix(params.seed, stream), round);
    let columns = sample_columns(data.columns.len(), params.feature_fraction, mix(key, 1));
    let mut rows: Vec<u32> = if params.row_fraction < 1.0 {
        let key = mix(key, 2);
        (0..data.rows as u32)
            .filter(|&row| uniform(key, u64::from(row)) < params.row_fraction)
            .collect()
    } else {
        (0..data.rows as u32).collect()
    };
    let grower = Grower {
        data,
        slopes,
        params,
        columns: &columns,
        key: mix(key, 3),
    };
    let mut scratch = Vec::new();
    let mut root = Leaf {
        node: 0,
        rows: 0..rows.len(),
        sums: grower.total(&rows),
        histograms: Vec::new(),
        depth: 0,
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
        split: None,
    };
    root.histograms = grower.histograms(&rows);
    root.split = grower.best_split(&root);
    let mut nodes = vec![grower.node(&root, params.l2)];
    let mut leaves = vec![root];
    while leaves.len() < params.max_leaves {
        let Some(at) = best_leaf(&leaves) else { break };
        let mut parent = leaves.swap_remove(at);
        let Some(split) = parent.split.take() else {
            break;
        };
        let feature = columns[split.column];
        let middle = parent.rows.start
            + partition(
                &mut rows[parent.rows.clone()],
                &mut scratch,
                &data.columns[feature],
                &split.left_bins,
            );
        let [mut left, mut right] = grower.children(&parent, &split, middle, nodes.len());
        grower.fill(&mut left, &mut right, &mut parent, &rows);
        nodes[parent.node] = Node {
            left_bins: split.left_bins,
            feature: feature as u32,
            left: left.node as u32,
            right: right.node as u32,
            gain: split.gain as f32,
            value: nodes[parent.node].value,
        };
        nodes.push(grower.node(&left, split.ridge));
        nodes.push(grower.node(&right, split.ridge));
        leaves.push(left);
        leaves.push(right);
    }
    Grown {
        tree: Tree { nodes },
        rows,
        leaves: leaves
            .into_iter()
            .map(|leaf| (leaf.node, leaf.rows))
            .collect(),
    }
}

/// The leaf whose split gains most; among equals the oldest.
fn best_leaf(leaves: &[Leaf]) -> Option<usize> {
    let mut best: Option<(f64, usize, usize)> = None;
    for (at, leaf) in leaves.iter().enumerate() {
        let Some(split) = &leaf.split else { continue };
        if best.is_none_or(|(gain, node, _)| {
            split.gain > gain || (split.gain == gain && leaf.node < node)
        }) {
            best = Some((split.gain, leaf.node, at));
        }
    }
    best.map(|(_, _, at)| at)
}

/// Moves the rows that go left to the front, both sides in their old order.
fn partition(rows: &mut [u32], scratch: &mut Vec<u32>, column: &[u8], left_bins: &Side) -> usize {
    scratch.clear();
    let mut kept = 0;
    for at in 0..rows.len() {
        let row = rows[at];
        if has(left_bins, column[row as usize]) {
            rows[kept] = row;
            kept += 1;
        } else {
            scratch.push(row);
        }
    }
    rows[kept..].copy_from_slice(scratch);
    kept
}

struct Grower<'a> {
    data: &'a Data,
    slopes: &'a [[f32; 2]],
    params: &'a Params,
    columns: &'a [usize],
    key: u64,
}

impl Grower<'_> {
    fn total(&self, rows: &[u32]) -> Sums {
        let mut sums = [0.0; 2];
        for &row in rows {
            let slope = self.slopes[row as usize];
            sums[0] += f64::from(slope[0]);
            sums[1] += f64::from(slope[1]);
        }
        sums
    }

    fn node(&self, leaf: &Leaf, ridge: f64) -> Node {
        let value = (-leaf.sums[0] / (leaf.sums[1] + ridge)).clamp(leaf.low, leaf.high);
        Node {
            left_bins: [0; 4],
            feature: 0,
            left: 0,
            right: 0,
            value: (self.params.learning_rate * value) as f32,
            gain: 0.0,
        }
    }

    fn children(&self, parent: &Leaf, split: &Split, middle: usize, node: usize) -> [Leaf; 2] {
        let right_sums = [
            parent.sums[0] - split.left[0],
            parent.sums[1] - split.left[1],
        ];
        let leaf = |node, rows, sums| Leaf {
            node,
            rows,
            sums,
            histograms: Vec::new(),
            depth: parent.depth + 1,
            low: parent.low,
            high: parent.high,
            split: None,
        };
        let mut left = leaf(node, parent.rows.start..middle, split.left);
        let mut right = leaf(node + 1, middle..parent.rows.end, right_sums);
        let direction = self.direction(self.columns[split.column]);
        if direction != 0 {
            let value =
                |sums: Sums| (-sums[0] / (sums[1] + split.ridge)).clamp(parent.low, parent.high);
            let middle = f64::midpoint(value(split.left), value(right_sums));
            if direction > 0 {
                left.high = middle;
                right.low = middle;
            } else {
                left.low = middle;
                right.high = middle;
            }
        }
        [left, right]
    }

    /// Counts the smaller child, takes the larger as what is left of the parent,
    /// and finds both their best splits.
    fn fill(&self, left: &mut Leaf, right: &mut Leaf, parent: &mut Leaf, rows: &[u32]) {
        let may_split = |leaf: &Leaf| {
            (self.params.max_depth == 0 || leaf.depth < self.params.max_depth)
                && leaf.sums[1] >= 2.0 * self.params.min_child_weight
        };
        if !may_split(left) && !may_split(right) {
            return;
        }
        let (small, large) = if left.rows.len() <= right.rows.len() {
            (left, right)
        } else {
            (right, left)
        };
        small.histograms = self.histograms(&rows[small.rows.clone()]);
        large.histograms = std::mem::take(&mut parent.histograms);
        for (large, small) in large.histograms.iter_mut().zip(&small.histograms) {
            for (large, small) in large.iter_mut().zip(small) {
                large[0] -= small[0];
                large[1] -= small[1];
            }
        }
        for leaf in [small, large] {
            if may_split(leaf) {
                leaf.split = self.best_split(leaf);
            } else {
                leaf.histograms = Vec::new();
            }
        }
    }

    fn histograms(&self, rows: &[u32]) -> Vec<Vec<Sums>> {
        let slopes: Vec<[f32; 2]> = rows.iter().map(|&row| self.slopes[row as usize]).collect();
        // A column is one task, so its sums run in row order whatever the threads do.
        let histogram = |&column: &usize| {
            let bins = &self.data.columns[column];
            let mut sums = [[0.0_f64; 2]; 256];
            for (&row, slope) in rows.iter().zip(&slopes) {
                let cell = &mut sums[usize::from(bins[row as usize])];
                cell[0] += f64::from(slope[0]);
                cell[1] += f64::from(slope[1]);
            }
            sums[..self.data.kinds[column].bins].to_vec()
        };
        if rows.len() * self.columns.len() < 16_384 {
            self.columns.iter().map(histogram).collect()
        } else {
            self.columns.par_iter().map(histogram).collect()
        }
    }

    fn best_split(&self, leaf: &Leaf) -> Option<Split> {
        let node_columns = (self.params.node_fraction < 1.0).then(|| {
            sample_columns(
                self.columns.len(),
                self.params.node_fraction,
                mix(self.key, leaf.node as u64),
            )
        });
        let mut best: Option<Split> = None;
        for column in 0..self.columns.len() {
            if node_columns
                .as_ref()
                .is_some_and(|some| some.binary_search(&column).is_err())
            {
                continue;
            }
            self.scan(leaf, column, &mut best);
        }
        best
    }

    fn direction(&self, feature: usize) -> i8 {
        if self.data.kinds[feature].ordered {
            self.params.monotone.get(feature).copied().unwrap_or(0)
        } else {
            0
        }
    }

    /// Tries every prefix of the column's bins, missing on either side.
    fn scan(&self, leaf: &Leaf, column: usize, best: &mut Option<Split>) {
        let histogram = &leaf.histograms[column];
        let feature = self.columns[column];
        let kind = self.data.kinds[feature];
        let direction = self.direction(feature);
        let bounded = leaf.low.is_finite() || leaf.high.is_finite() || direction != 0;
        let mut order = [0_u8; 256];
        let order = order_of_bins(histogram, kind, leaf.sums, self.params, &mut order);
        let ridge = if kind.ordered {
            self.params.l2
        } else {
            self.params.l2 + self.params.category_l2
        };
        let floor = self.params.min_child_weight.max(1e-6);
        let value = |sums: Sums| (-sums[0] / (sums[1] + ridge)).clamp(leaf.low, leaf.high);
        let score = |sums: Sums| {
            if bounded {
                let value = value(sums);
                -(2.0 * sums[0] * value + (sums[1] + ridge) * value * value)
            } else {
                sums[0] * sums[0] / (sums[1] + ridge)
            }
        };
        let missing = histogram.first().copied().unwrap_or([0.0; 2]);
        let some_missing = missing[1] > 1e-6;
        let own = score(leaf.sums);
        let mut to_beat = best.as_ref().map_or(self.params.min_gain, |best| best.gain);
        let mut found: Option<(usize, bool, Sums)> = None;
        for missing_left in [false, true] {
            if missing_left && !some_missing {
                break;
            }
            let mut left = if missing_left { missing } else { [0.0; 2] };
            for (at, &bin) in order.iter().enumerate() {
                let cell = histogram[usize::from(bin)];
                left[0] += cell[0];
                left[1] += cell[1];
                let right = [leaf.sums[0] - left[0], leaf.sums[1] - left[1]];
                if right[1] < floor {
                    break;
                }
                if left[1] < floor || (cell[1] <= 0.0 && at > 0) {
                    continue;
                }
                let gain = score(left) + score(right) - own;
                if gain > to_beat
                    && (direction == 0
                        || f64::from(direction) * (value(right) - value(left)) >= 0.0)
                {
                    to_beat = gain;
                    found = Some((at, missing_left, left));
                }
            }
        }
        if let Some((last, missing_left, left)) = found {
            let mut left_bins = [0_u64; 4];
            for &bin in &order[..=last] {
                left_bins[usize::from(bin >> 6)] |= 1 << (bin & 63);
            }
            // Where training never saw a missing value, it goes with the majority.
            let majority_left = left[1] * 2.0 > leaf.sums[1];
            if missing_left || (!some_missing && majority_left) {
                left_bins[0] |= 1;
            }
            *best = Some(Split {
                gain: to_beat,
                column,
                left_bins,
                left,
                ridge,
            });
        }
    }
}

/// Numbers in their order; categories by their mean gradient, shrunk to the leaf's.
fn order_of_bins<'a>(
    histogram: &[Sums],
    kind: Kind,
    total: Sums,
    params: &Params,
    order: &'a mut [u8; 256],
) -> &'a [u8] {
    if kind.ordered {
        for bin in 1..kind.bins {
            order[bin - 1] = bin as u8;
        }
        return &order[..kind.bins.saturating_sub(1)];
    }
    let mut length = 0;
    for bin in 1..kind.bins {
        if histogram[bin][1] > 1e-6 {
            order[length] = bin as u8;
            length += 1;
        }
    }
    let order = &mut order[..length];
    let smoothing = params.category_smoothing.max(1e-9);
    // A row of a balanced outcome has a second derivative of a quarter.
    let weight = smoothing * 0.25;
    let mean = total[0] / total[1].max(1e-9);
    let slope = |bin: u8| {
        let cell = histogram[usize::from(bin)];
        (cell[0] + weight * mean) / (cell[1] + weight)
    };
    order.sort_unstable_by(|&a, &b| slope(a).total_cmp(&slope(b)).then(a.cmp(&b)));
    order
}

/// The columns a tree or a split sees, ascending; at least one.
fn sample_columns(columns: usize, fraction: f64, key: u64) -> Vec<usize> {
    if fraction >= 1.0 {
        return (0..columns).collect();
    }
    let wanted = ((columns as f64 * fraction).ceil() as usize).max(1);
    let mut order: Vec<usize> = (0..columns).collect();
    order.sort_by_key(|&column| (mix(key, column as u64), column));
    order.truncate(wanted);
    order.sort_unstable();
    order
}

/// A hash that is as good as a random draw (the finaliser of `SplitMix64`).
pub(super) fn mix(key: u64, counter: u64) -> u64 {
    let mut z = key
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add(counter.wrapping_mul(0xD1B5_4A32_D192_ED03))
        .wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn uniform(key: u64, counter: u64) -> f64 {
    (mix(key, counter) >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn draws(rows: usize, key: u64) -> Vec<f32> {
        (0..rows as u64)
            .map(|row| uniform(key, row) as f32)
            .collect()
    }

    /// 1 with probability `p`.
    fn outcome(p: f64, row: usize) -> f32 {
        if uniform(99, row as u64) < p {
            1.0
        } else {
            0.0
        }
    }

    fn xor(rows: usize) -> (Matrix, Vec<f32>) {
        let (a, b) = (draws(rows, 1), draws(rows, 2));
        let y = (0..rows)
            .map(|row| {
                outcome(
                    if (a[row] > 0.5) == (b[row] > 0.5) {
                        0.1
                    } else {
                        0.9
                    },
                    row,
                )
            })
            .collect();
        let columns = vec![
            Feature::Numeric(a),
            Feature::Numeric(b),
            Feature::Categorical((0..rows as u32).map(|row| row % 7).collect(), 7),
        ];
        (Matrix::new(columns), y)
    }

    #[test]
    fn an_interaction_is_learned_that_a_linear_model_cannot() {
        let (x, y) = xor(4000);
        let booster = fit(&x, &y, None, None, &Params::default(), None);
        let (fresh, fresh_y) = xor(4500);
        let loss = log_loss(&fresh_y[4000..], None, &booster.raw(&fresh)[4000..]);
        // The entropy of nine in ten is .325; a linear model stays at .693.
        assert!(loss < 0.40, "{loss}");
        let importance = booster.importance();
        assert!(importance[0] + importance[1] > 0.8, "{importance:?}");
    }

    #[test]
    fn threads_do_not_change_a_bit() {
        let (x, y) = xor(6000);
        let params = Params {
            rounds: 30,
            row_fraction: 0.7,
            feature_fraction: 0.7,
            node_fraction: 0.7,
            ..Params::default()
        };
        let classes: Vec<u8> = y
            .iter()
            .enumerate()
            .map(|(row, &y)| y as u8 + u8::from(row % 3 == 0))
            .collect();
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                (
                    fit(&x, &y, None, None, &params, None),
                    fit_softmax(&x, &classes, 3, None, &params, None),
                )
            })
        };
        assert_eq!(on(1), on(2));
    }

    #[test]
    fn a_monotone_column_never_falls() {
        let rows = 3000;
        let a = draws(rows, 1);
        let b = draws(rows, 2);
        // Rises, but for a dip that the constraint must bridge.
        let y: Vec<f32> = (0..rows)
            .map(|row| {
                let dip = if (0.4..0.6).contains(&a[row]) {
                    0.4
                } else {
                    0.0
                };
                outcome(
                    f64::from(0.1 + 0.6 * a[row] - dip + 0.2 * b[row]).clamp(0.0, 1.0),
                    row,
                )
            })
            .collect();
        let x = Matrix::new(vec![Feature::Numeric(a), Feature::Numeric(b)]);
        let falls = |monotone: Vec<i8>| {
            let params = Params {
                monotone,
                rounds: 100,
                ..Params::default()
            };
            let booster = fit(&x, &y, None, None, &params, None);
            [0.1, 0.5, 0.9].iter().any(|&b| {
                let line = Matrix::new(vec![
                    Feature::Numeric((0..200).map(|step| step as f32 / 200.0).collect()),
                    Feature::Numeric(vec![b; 200]),
                ]);
                booster
                    .raw(&line)
                    .windows(2)
                    .any(|pair| pair[1] < pair[0] - 1e-6)
            })
        };
        assert!(falls(vec![]));
        assert!(!falls(vec![1]));
    }

    #[test]
    fn missing_values_have_a_side_of_their_own() {
        let rows = 2000;
        let mut a = draws(rows, 1);
        let y: Vec<f32> = (0..rows)
            .map(|row| outcome(if row % 4 == 0 { 0.9 } else { 0.3 }, row))
            .collect();
        for row in (0..rows).step_by(4) {
            a[row] = f32::NAN;
        }
        let booster = fit(
            &Matrix::new(vec![Feature::Numeric(a)]),
            &y,
            None,
            None,
            &Params::default(),
            None,
        );
        let p = booster.probability(&Matrix::new(vec![Feature::Numeric(vec![f32::NAN, 0.5])]));
        assert!(p[0] > 0.8 && p[1] < 0.45, "{p:?}");
    }

    #[test]
    fn a_category_never_seen_is_missing_and_not_a_failure() {
        let codes: Vec<u32> = (0..1000).map(|row| row % 5).collect();
        let y: Vec<f32> = codes
            .iter()
            .enumerate()
            .map(|(row, &code)| outcome(0.1 + 0.2 * f64::from(code), row))
            .collect();
        let booster = fit(
            &Matrix::new(vec![Feature::Categorical(codes, 5)]),
            &y,
            None,
            None,
            &Params::default(),
            None,
        );
        let p = booster.probability(&Matrix::new(vec![Feature::Categorical(
            vec![0, 4, 17, u32::MAX],
            18,
        )]));
        assert!(p[0] < 0.25 && p[1] > 0.75, "{p:?}");
        assert_eq!(p[2], p[3]);
        assert!(p[2] > p[0] && p[2] < p[1]);
    }

    #[test]
    fn an_offset_leaves_only_the_rest_to_learn() {
        let (x, y) = xor(2000);
        let offset: Vec<f32> = fit(&x, &y, None, None, &Params::default(), None).raw(&x);
        let params = Params {
            rounds: 5,
            ..Params::default()
        };
        let rest = fit(&x, &y, None, Some(&offset), &params, None);
        assert!(rest.raw(&x).iter().all(|raw| raw.abs() < 0.3));
    }

    #[test]
    fn early_stopping_keeps_the_best_round() {
        let (x, y) = xor(600);
        let noise: Vec<f32> = (0..600).map(|row| outcome(0.5, row + 7777)).collect();
        let params = Params {
            early_stopping: Some(10),
            rounds: 500,
            ..Params::default()
        };
        let valid = |y| Valid {
            x: &x,
            y,
            weight: None,
            offset: None,
        };
        assert!(fit(&x, &y, None, None, &params, Some(valid(&noise))).rounds() < 20);
        assert!(fit(&x, &y, None, None, &params, Some(valid(&y))).rounds() > 100);
    }

    #[test]
    fn softmax_learns_three_classes() {
        let a = draws(3000, 5);
        let y: Vec<u8> = a
            .iter()
            .enumerate()
            .map(|(row, &a)| {
                if uniform(9, row as u64) < 0.1 {
                    (row % 3) as u8
                } else {
                    (a * 2.999) as u8
                }
            })
            .collect();
        let x = Matrix::new(vec![Feature::Numeric(a)]);
        let params = Params {
            rounds: 60,
            ..Params::default()
        };
        let booster = fit_softmax(&x, &y, 3, None, &params, None);
        let p = booster.probability(&Matrix::new(vec![Feature::Numeric(vec![0.1, 0.5, 0.9])]));
        for (row, own) in p.chunks(3).enumerate() {
            assert!((own.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            assert!(own[row] > 0.8, "{p:?}");
        }
    }

    #[test]
    fn contributions_add_up_to_the_raw_score() {
        let (x, y) = xor(1000);
        let booster = fit(
            &x,
            &y,
            None,
            None,
            &Params {
                rounds: 50,
                ..Params::default()
            },
            None,
        );
        let roots: f32 = booster.trees.iter().map(|tree| tree.nodes[0].value).sum();
        for (parts, raw) in booster.contributions(&x).iter().zip(booster.raw(&x)) {
            assert!((booster.base() + roots + parts.iter().sum::<f32>() - raw).abs() < 1e-3);
        }
    }

    #[test]
    fn bins_hold_about_equal_numbers_and_heavy_values_alone() {
        let mut values: Vec<f32> = (0..1000).map(|v| v as f32).collect();
        values.extend(vec![500.0; 1000]);
        let edges = edges(&values, 10);
        assert!(edges.len() <= 9);
        let bin = |v: f32| edges.partition_point(|&edge| edge < v);
        assert!(bin(499.0) < bin(500.0) && bin(500.0) < bin(501.0));
        let check =
            |values: &[f32], expected: &[f32]| assert_eq!(super::edges(values, 255), expected);
        check(&[], &[]);
        check(&[3.0, 3.0], &[]);
        check(&[1.0, f32::NAN, 3.0, 2.0], &[1.5, 2.5]);
        check(&[0.0, f32::INFINITY], &[0.0]);
    }

    #[test]
    fn nothing_to_learn_gives_the_base() {
        let empty = Matrix::new(vec![Feature::Numeric(vec![])]);
        assert_eq!(
            fit(&empty, &[], None, None, &Params::default(), None).base(),
            0.0
        );
        let same = Matrix::new(vec![Feature::Numeric(vec![1.0; 4])]);
        let booster = fit(
            &same,
            &[1.0, 0.0, 1.0, 0.0],
            None,
            None,
            &Params::default(),
            None,
        );
        assert_eq!(booster.probability(&same), vec![0.5; 4]);
    }
}
