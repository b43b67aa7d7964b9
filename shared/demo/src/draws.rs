//! Chance that depends on nothing but a key: the same seed gives the same company on any machine.

/// A stream of draws, named by a seed and the parts of a key.
///
/// Draw `n` of a stream is a hash of (key, n), so adding a draw to one deal never shifts another.
#[derive(Clone, Debug)]
pub(crate) struct Draws {
    key: u64,
    count: u64,
}

impl Draws {
    /// The stream for one thing (`index`) of one sort (`tag`) in the company with this `seed`.
    pub(crate) fn of(seed: u64, tag: &str, index: usize) -> Draws {
        let mut key = mix(seed ^ 0x5049_4500_44e3_0001);
        for byte in tag.bytes() {
            key = mix(key ^ u64::from(byte));
        }
        Draws {
            key: mix(key ^ index as u64),
            count: 0,
        }
    }

    fn next(&mut self) -> u64 {
        self.count = self.count.wrapping_add(1);
        mix(self
            .key
            .wrapping_add(self.count.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// Uniform in [0, 1), on a grid of 2⁻⁵³.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// Uniform in [low, high).
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number below `n`; 0 when `n` is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// True with probability `p`.
    pub(crate) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// One of the choices; the lists of this crate are never empty.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }

    /// An index drawn in proportion to the weights.
    pub(crate) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.len().saturating_sub(1)
    }
}

/// The finaliser of `SplitMix64`.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_seed_tag_and_index() {
        let first = |seed, tag, index| Draws::of(seed, tag, index).next();
        assert_eq!(first(1, "deal", 2), first(1, "deal", 2));
        assert_ne!(first(1, "deal", 2), first(2, "deal", 2));
        assert_ne!(first(1, "deal", 2), first(1, "account", 2));
        assert_ne!(first(1, "deal", 2), first(1, "deal", 3));
    }

    #[test]
    fn units_fill_the_interval_evenly() {
        let mut draws = Draws::of(7, "test", 0);
        let mut bins = [0; 10];
        for _ in 0..10_000 {
            bins[(draws.unit() * 10.0) as usize] += 1;
        }
        assert!(bins.iter().all(|&n| (850..1_150).contains(&n)), "{bins:?}");
    }

    #[test]
    fn weights_are_followed() {
        let mut draws = Draws::of(7, "weights", 0);
        let mut seen = [0; 3];
        for _ in 0..10_000 {
            seen[draws.weighted(&[1.0, 0.0, 3.0])] += 1;
        }
        assert_eq!(seen[1], 0);
        assert!((2_300..2_700).contains(&seen[0]), "{seen:?}");
    }
}
