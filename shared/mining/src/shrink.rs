//! Next-stage probabilities that borrow strength: context bucket → stage → pipeline.
//!
//! A bucket with five transitions knows little. Each level of the hierarchy is a Dirichlet
//! centred on its parent's estimate, `(counts + α · parent) / (n + α)`; the concentration α says
//! how much alike the children of one level are and is learned from them (maximum likelihood of
//! the Dirichlet-multinomial). The estimate therefore always lies between what the bucket says
//! and what its parent says.

use crate::stats::ln_gamma;

/// Levels a path may have: the stage and up to seven context values.
pub const DEPTH: usize = 8;

/// A bucket with fewer transitions than this is not used; its parent answers.
pub const MIN_BUCKET: u64 = 20;

/// Below this many cases the concentration of context buckets is at least [`CONCENTRATION_FLOOR`].
pub const FEW_CASES: usize = 100;

/// The least concentration with few cases, where its estimate is unstable.
pub const CONCENTRATION_FLOOR: f64 = 20.0;

/// Where a transition was made, coarse to fine: stage first, then context values.
pub type Path = [u16; DEPTH];

/// A hierarchy of next-stage distributions.
#[derive(Clone, Debug)]
pub struct Shrunk {
    targets: usize,
    /// The pipeline's own distribution over next stages.
    root: Vec<f64>,
    /// How often a stage follows itself, over the whole pipeline.
    repeats: f64,
    total: u64,
    levels: Vec<Level>,
}

#[derive(Clone, Debug, Default)]
struct Level {
    concentration: f64,
    nodes: Vec<Node>,
    cells: Vec<(u16, u32)>,
}

#[derive(Clone, Debug)]
struct Node {
    key: Path,
    n: u64,
    cells: std::ops::Range<usize>,
}

/// What the hierarchy answers for one path.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Probability of each next stage; sums to 1.
    pub probabilities: Vec<f64>,
    /// Transitions seen in the bucket asked for.
    pub seen: u64,
    /// Levels of the path the answer rests on: 0 the pipeline, 1 the stage, more a context bucket.
    pub depth: usize,
    /// The bucket asked for had fewer than [`MIN_BUCKET`] transitions, so a parent answered.
    pub fell_back: bool,
}

impl Shrunk {
    /// Learns from `samples` of (path, next stage); `depth` levels of each path count.
    ///
    /// Sorts the samples; their order does not matter. `cases` is how many deals they come from.
    pub fn fit(samples: &mut [(Path, u16)], depth: usize, targets: usize, cases: usize) -> Self {
        let depth = depth.min(DEPTH);
        for (path, _) in samples.iter_mut() {
            path[depth..].fill(0);
        }
        samples.sort_unstable();
        let mut root = vec![0.5; targets];
        for &(_, target) in samples.iter() {
            if let Some(cell) = root.get_mut(usize::from(target)) {
                *cell += 1.0;
            }
        }
        let sum: f64 = root.iter().sum();
        for p in &mut root {
            *p /= sum;
        }

        let repeated = samples
            .iter()
            .filter(|(path, target)| path[0] == *target)
            .count();
        let even = 1.0 / targets.max(1) as f64;
        let repeats = (repeated as f64 + even) / (samples.len() as f64 + 1.0);
        let mut shrunk = Self {
            targets,
            root,
            repeats,
            total: samples.len() as u64,
            levels: Vec::new(),
        };
        for length in 1..=depth {
            let mut level = Level::gather(samples, length);
            let parents: Vec<Vec<f64>> = level
                .nodes
                .iter()
                .map(|node| shrunk.walk(&node.key[..length], length - 1, 0).0)
                .collect();
            level.concentration = level.estimate_concentration(&parents);
            if length > 1 && cases < FEW_CASES {
                level.concentration = level.concentration.max(CONCENTRATION_FLOOR);
            }
            shrunk.levels.push(level);
        }
        shrunk
    }

    /// The next-stage distribution after `path`, resting on the finest bucket with enough in it.
    pub fn estimate(&self, path: &[u16]) -> Estimate {
        let path = &path[..path.len().min(self.levels.len())];
        let (probabilities, depth, seen) = self.walk(path, path.len(), MIN_BUCKET);
        Estimate {
            probabilities,
            seen,
            depth,
            fell_back: depth < path.len(),
        }
    }

    /// The next-stage distribution after `path`, every level shrunk to its parent, however thin.
    ///
    /// This is the one to predict with; [`Shrunk::estimate`] is the one to show, for it never
    /// quotes a bucket of a handful of transitions.
    pub fn predict(&self, path: &[u16]) -> Vec<f64> {
        self.walk(path, path.len().min(self.levels.len()), 0).0
    }

    /// The learned concentration of each level, stage level first: pseudo-transitions lent by the parent.
    pub fn concentrations(&self) -> impl Iterator<Item = f64> {
        self.levels.iter().map(|level| level.concentration)
    }

    /// Transitions learned from.
    pub fn len(&self) -> u64 {
        self.total
    }

    /// Whether nothing was learned from.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// What the pipeline says to one stage: its distribution, with the stage's own share replaced
    /// by how often stages repeat at all.
    fn parent_of_stage(&self, stage: Option<&u16>) -> Vec<f64> {
        let mut probabilities = self.root.clone();
        let Some(own) = stage.and_then(|&stage| probabilities.get(usize::from(stage)).copied())
        else {
            return probabilities;
        };
        if own >= 1.0 {
            return probabilities;
        }
        for (target, p) in probabilities.iter_mut().enumerate() {
            *p = if stage.is_some_and(|&stage| usize::from(stage) == target) {
                self.repeats
            } else {
                *p / (1.0 - own) * (1.0 - self.repeats)
            };
        }
        probabilities
    }

    /// Distribution after the first `length` levels of `path`, levels used, and transitions in the
    /// bucket at its end.
    fn walk(&self, path: &[u16], length: usize, min_bucket: u64) -> (Vec<f64>, usize, u64) {
        let mut probabilities = self.parent_of_stage(path.first());
        let mut used = 0;
        let mut seen = self.total;
        for (i, level) in self.levels[..length].iter().enumerate() {
            let node = level.find(&path[..=i]);
            seen = node.map_or(0, |node| node.n);
            // The stage level has no floor: shrinkage alone guards it.
            let enough = if i == 0 {
                seen > 0
            } else {
                seen >= min_bucket.max(1)
            };
            let Some(node) = node.filter(|_| enough && used == i) else {
                continue;
            };
            let weight = 1.0 / (node.n as f64 + level.concentration);
            for p in &mut probabilities {
                *p *= level.concentration * weight;
            }
            for &(target, count) in &level.cells[node.cells.clone()] {
                if let Some(p) = probabilities.get_mut(usize::from(target)) {
                    *p += f64::from(count) * weight;
                }
            }
            used = i + 1;
        }
        (probabilities, used, seen)
    }

    /// Number of next stages the distributions range over.
    pub fn targets(&self) -> usize {
        self.targets
    }
}

impl Level {
    fn gather(sorted: &[(Path, u16)], length: usize) -> Self {
        let mut level = Self::default();
        for group in sorted.chunk_by(|a, b| a.0[..length] == b.0[..length]) {
            let mut key = [0; DEPTH];
            key[..length].copy_from_slice(&group[0].0[..length]);
            let mut targets: Vec<u16> = group.iter().map(|&(_, target)| target).collect();
            targets.sort_unstable();
            let start = level.cells.len();
            level.cells.extend(
                targets
                    .chunk_by(|a, b| a == b)
                    .map(|same| (same[0], same.len() as u32)),
            );
            level.nodes.push(Node {
                key,
                n: group.len() as u64,
                cells: start..level.cells.len(),
            });
        }
        level
    }

    fn find(&self, prefix: &[u16]) -> Option<&Node> {
        let at = self
            .nodes
            .binary_search_by(|node| node.key[..prefix.len()].cmp(prefix))
            .ok()?;
        self.nodes.get(at)
    }

    /// Maximises the Dirichlet-multinomial likelihood over α by golden section on its logarithm.
    fn estimate_concentration(&self, parents: &[Vec<f64>]) -> f64 {
        const GOLDEN: f64 = 0.618_033_988_749_894_9;
        let likelihood = |ln_alpha: f64| {
            let alpha = ln_alpha.exp();
            let mut sum = 0.0;
            for (node, parent) in self.nodes.iter().zip(parents) {
                sum += ln_gamma(alpha) - ln_gamma(node.n as f64 + alpha);
                for &(target, count) in &self.cells[node.cells.clone()] {
                    let prior = alpha * parent.get(usize::from(target)).copied().unwrap_or(0.0);
                    sum += ln_gamma(f64::from(count) + prior) - ln_gamma(prior);
                }
            }
            sum
        };
        let (mut low, mut high) = (0.5_f64.ln(), 5_000.0_f64.ln());
        let mut a = high - GOLDEN * (high - low);
        let mut b = low + GOLDEN * (high - low);
        let (mut at_a, mut at_b) = (likelihood(a), likelihood(b));
        while high - low > 0.01 {
            if at_a >= at_b {
                high = b;
                (b, at_b) = (a, at_a);
                a = high - GOLDEN * (high - low);
                at_a = likelihood(a);
            } else {
                low = a;
                (a, at_a) = (b, at_b);
                b = low + GOLDEN * (high - low);
                at_b = likelihood(b);
            }
        }
        f64::midpoint(low, high).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn path(values: &[u16]) -> Path {
        let mut path = [0; DEPTH];
        path[..values.len()].copy_from_slice(values);
        path
    }

    fn repeat(values: &[u16], target: u16, times: usize) -> Vec<(Path, u16)> {
        vec![(path(values), target); times]
    }

    #[test]
    fn nothing_learned_gives_an_even_guess() {
        let shrunk = Shrunk::fit(&mut [], 2, 4, 0);
        let estimate = shrunk.estimate(&[1, 1]);
        assert_eq!(estimate.probabilities, vec![0.25; 4]);
        assert_eq!(
            (estimate.seen, estimate.depth, estimate.fell_back),
            (0, 0, true)
        );
    }

    #[test]
    fn a_thin_bucket_falls_back_and_says_so() {
        let mut samples = repeat(&[0, 1], 1, 19);
        samples.extend(repeat(&[0, 2], 2, 40));
        let shrunk = Shrunk::fit(&mut samples, 2, 3, 500);
        let thin = shrunk.estimate(&[0, 1]);
        assert!(thin.fell_back);
        assert_eq!((thin.seen, thin.depth), (19, 1));
        assert_eq!(thin.probabilities, shrunk.estimate(&[0]).probabilities);
        let thick = shrunk.estimate(&[0, 2]);
        assert!(!thick.fell_back);
        assert!(thick.probabilities[2] > shrunk.estimate(&[0]).probabilities[2]);
    }

    #[test]
    fn an_unseen_stage_is_answered_by_the_pipeline() {
        let shrunk = Shrunk::fit(&mut repeat(&[0], 1, 50), 1, 2, 50);
        assert_eq!(shrunk.estimate(&[9]).depth, 0);
        assert!(shrunk.estimate(&[9]).probabilities[1] > 0.9);
    }

    #[test]
    fn buckets_that_agree_are_pooled_harder_than_buckets_that_differ() {
        let mut alike = Vec::new();
        let mut apart = Vec::new();
        for bucket in 0..20 {
            alike.extend(repeat(&[0, bucket], 0, 30));
            alike.extend(repeat(&[0, bucket], 1, 30));
            apart.extend(repeat(&[0, bucket], bucket % 2, 60));
        }
        let of = |mut samples: Vec<_>| {
            Shrunk::fit(&mut samples, 2, 2, 1_000)
                .concentrations()
                .last()
                .unwrap_or_default()
        };
        let (alike, apart) = (of(alike), of(apart));
        assert!(alike > 1_000.0 && apart < 5.0, "{alike} {apart}");
    }

    #[test]
    fn few_cases_keep_the_concentration_at_its_floor() {
        let mut samples = Vec::new();
        for bucket in 0..10 {
            samples.extend(repeat(&[0, bucket], bucket % 2, 30));
        }
        let last = |shrunk: Shrunk| shrunk.concentrations().last().unwrap_or_default();
        assert!(last(Shrunk::fit(&mut samples, 2, 2, 99)) >= CONCENTRATION_FLOOR);
        assert!(last(Shrunk::fit(&mut samples, 2, 2, 100)) < CONCENTRATION_FLOOR);
    }

    fn samples() -> impl Strategy<Value = Vec<(Path, u16)>> {
        prop::collection::vec(
            ((0_u16..4, 0_u16..3, 0_u16..3), 0_u16..5)
                .prop_map(|((a, b, c), t)| (path(&[a, b, c]), t)),
            0..400,
        )
    }

    proptest! {
        #[test]
        fn probabilities_sum_to_one_and_lie_between_bucket_and_parent(
            mut samples in samples(), cases in 1_usize..300,
        ) {
            let raw = samples.clone();
            let shrunk = Shrunk::fit(&mut samples, 3, 5, cases);
            for a in 0..4 {
                for b in 0..3 {
                    let parent = shrunk.walk(&[a], 1, 0).0;
                    let child = shrunk.walk(&[a, b], 2, 0).0;
                    prop_assert!((child.iter().sum::<f64>() - 1.0).abs() < 1e-9);
                    let bucket: Vec<u16> = raw
                        .iter()
                        .filter(|(p, _)| p[..2] == [a, b])
                        .map(|&(_, t)| t)
                        .collect();
                    for t in 0..5_u16 {
                        let own = if bucket.is_empty() {
                            parent[usize::from(t)]
                        } else {
                            bucket.iter().filter(|&&x| x == t).count() as f64 / bucket.len() as f64
                        };
                        let (low, high) = (own.min(parent[usize::from(t)]), own.max(parent[usize::from(t)]));
                        let p = child[usize::from(t)];
                        prop_assert!(p >= low - 1e-9 && p <= high + 1e-9, "{p} outside {low}..{high}");
                    }
                }
            }
        }

        #[test]
        fn the_order_of_samples_does_not_matter(mut samples in samples(), cases in 1_usize..300) {
            let mut reversed: Vec<_> = samples.iter().rev().copied().collect();
            let one = Shrunk::fit(&mut samples, 3, 5, cases);
            let other = Shrunk::fit(&mut reversed, 3, 5, cases);
            for a in 0..4 {
                for b in 0..3 {
                    prop_assert_eq!(one.estimate(&[a, b, 1]), other.estimate(&[a, b, 1]));
                }
            }
        }
    }
}
