//! Chance that depends on nothing but its address.
//!
//! A simulated run needs one number per visit to a stage. Here that number is a function of
//! (seed, run, step) alone, so it is the same whichever thread asks and in whichever order, and
//! two arms of a scenario that share a seed share their luck.
//!
//! The generator is `wyrand` (Wang Yi, final version 4), a Weyl sequence and one 64 × 64 → 128 bit
//! product, used by counter: each step has a stream of its own, begun at a place that `SplitMix64`
//! hashes from (seed, step), and the run is the position in it.
//!
//! What is drawn for one thing among many, a deal among deals, is addressed by the thing's own
//! [`key`] as well: then no other thing that comes, goes or stands elsewhere moves its luck.

/// `SplitMix64`'s stride, the odd constant nearest 2⁶⁴ divided by the golden ratio.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
/// `wyrand`'s stride.
const STRIDE: u64 = 0x2D35_8DCC_AA6C_78A5;
/// What `wyrand` multiplies a place with, beside itself.
const FLIP: u64 = 0x8BB8_4B93_962E_ACC9;

/// The finaliser of `SplitMix64` (Steele, Lea and Flood 2014; Stafford's variant 13).
#[inline]
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The draws of every run at one step. Make it once per step, then ask it for runs.
///
/// ```
/// use forecast::rng::Step;
///
/// let step = Step::new(7, 0);
/// assert_eq!(step.draw(41), Step::new(7, 0).draw(41));
/// assert_ne!(step.draw(41), step.draw(42));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step(u64);

impl Step {
    /// The stream of step `step` under `seed`.
    #[inline]
    #[must_use]
    pub const fn new(seed: u64, step: u32) -> Step {
        let seed = mix(seed.wrapping_add(GOLDEN));
        Step(mix(
            seed ^ mix((step as u64).wrapping_add(0x632B_E59B_D9B4_E019))
        ))
    }

    /// The same stream seen from run `from`: its run 0 is this one's `from`.
    #[inline]
    #[must_use]
    pub const fn skip(self, from: u32) -> Step {
        Step(self.0.wrapping_add((from as u64).wrapping_mul(STRIDE)))
    }

    /// The 64 random bits of `run` at this step.
    #[inline]
    #[must_use]
    pub const fn draw(self, run: u32) -> Draw {
        let Step(place) = self.skip(run);
        let product = place as u128 * (place ^ FLIP) as u128;
        Draw((product >> 64) as u64 ^ product as u64)
    }
}

/// Two independent uniforms: which branch, and how long the stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw(u64);

impl Draw {
    /// All 64 bits.
    #[inline]
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The lower 32 bits, which choose the branch.
    #[inline]
    #[must_use]
    pub const fn branch(self) -> u32 {
        self.0 as u32
    }

    /// The upper 23 bits, which choose the stay: as many as the fraction of an `f32` holds.
    #[inline]
    #[must_use]
    pub const fn stay(self) -> u32 {
        (self.0 >> 41) as u32
    }
}

/// A number for a thing from what it is called, the same on every machine. No secret: who knows the
/// key knows the name.
///
/// ```
/// use forecast::rng::key;
///
/// assert_eq!(key(b"OP-7"), key(b"OP-7"));
/// assert_ne!(key(b"OP-7"), key(b"OP-70"));
/// ```
#[must_use]
pub fn key(name: &[u8]) -> u64 {
    name.chunks(8).fold(mix(name.len() as u64), |key, part| {
        let part = part
            .iter()
            .fold(0, |word, byte| word << 8 | u64::from(*byte));
        mix(key.wrapping_add(GOLDEN) ^ part)
    })
}

/// One long stream of chance for work that goes in order: resampling cases, shuffling, splitting.
///
/// Streams of one seed with different numbers do not overlap in practice.
#[derive(Clone, Debug)]
pub struct Stream {
    state: u64,
}

impl Stream {
    /// Stream number `stream` of `seed`.
    #[must_use]
    pub const fn new(seed: u64, stream: u64) -> Stream {
        let seed = mix(seed.wrapping_add(GOLDEN));
        Stream {
            state: mix(seed ^ mix(stream.wrapping_add(0xD1B5_4A32_D192_ED03))),
        }
    }

    /// The part of a stream that belongs to the thing with this key alone.
    #[must_use]
    pub const fn of(seed: u64, stream: u64, key: u64) -> Stream {
        Stream::new(Stream::new(seed, stream).bits(), key)
    }

    /// The next 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// The next uniform in `0.0..1.0`.
    pub const fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// The next integer in `0..n`; 0 when `n` is 0.
    ///
    /// A multiply takes the place of rejection: the bias is below `n` / 2⁶⁴.
    pub const fn below(&mut self, n: usize) -> usize {
        ((self.bits() as u128 * n as u128) >> 64) as usize
    }

    /// How often a thing is in a resample: Poisson with mean 1, which is what drawing with replacement
    /// from many comes to for each of them alone.
    pub fn times(&mut self) -> u16 {
        const MOST: u16 = 20;
        let (mut left, mut p, mut times) = (self.unit(), 1.0 / std::f64::consts::E, 0);
        while left >= p && times < MOST {
            left -= p;
            times += 1;
            p /= f64::from(times);
        }
        times
    }
}

#[cfg(test)]
mod tests {
    use super::{Draw, Step, Stream, key, mix};

    /// Chi-square of byte counts against equal shares; 255 degrees of freedom.
    fn chi_square_of_bytes(bytes: impl Iterator<Item = u8>) -> f64 {
        let mut counts = [0_u32; 256];
        let mut n = 0_u32;
        for byte in bytes {
            counts[byte as usize] += 1;
            n += 1;
        }
        let expected = f64::from(n) / 256.0;
        counts
            .iter()
            .map(|&c| (f64::from(c) - expected).powi(2) / expected)
            .sum()
    }

    /// 255 ± 22.6 at one standard deviation: five of them either way.
    fn check_bytes(name: &str, draws: impl Fn() -> Box<dyn Iterator<Item = Draw>>) {
        for byte in 0..8 {
            let chi = chi_square_of_bytes(draws().map(|d| (d.bits() >> (8 * byte)) as u8));
            assert!(
                (142.0..368.0).contains(&chi),
                "{name}, byte {byte}: χ² {chi}"
            );
        }
    }

    fn unit(bits: u32, width: u32) -> f64 {
        (f64::from(bits) + 0.5) / 2_f64.powi(width as i32)
    }

    fn correlation(pairs: impl Iterator<Item = (f64, f64)>) -> (f64, f64) {
        let (mut n, mut x, mut y, mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for (a, b) in pairs {
            n += 1.0;
            x += a;
            y += b;
            xx += a * a;
            yy += b * b;
            xy += a * b;
        }
        let cov = xy / n - x / n * (y / n);
        let r = cov / ((xx / n - (x / n).powi(2)) * (yy / n - (y / n).powi(2))).sqrt();
        (r, n)
    }

    fn check_independent(name: &str, pairs: impl Iterator<Item = (f64, f64)>) {
        let (r, n) = correlation(pairs);
        assert!(
            r.abs() * n.sqrt() < 4.5,
            "{name}: correlation {r} over {n} pairs"
        );
    }

    #[test]
    fn the_finaliser_is_the_published_one() {
        // The first outputs of SplitMix64 seeded with 1234567, as its authors list them.
        let mut state = 1_234_567_u64;
        let expected = [
            6_457_827_717_110_365_317_u64,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        for value in expected {
            state = state.wrapping_add(super::GOLDEN);
            assert_eq!(mix(state), value);
        }
    }

    #[test]
    fn a_skipped_step_shows_the_same_draws() {
        let step = Step::new(4, 2);
        for (from, run) in [(0, 5), (1_000, 24), (u32::MAX - 7, 7)] {
            assert_eq!(step.skip(from).draw(run), step.draw(from + run));
        }
    }

    #[test]
    fn every_byte_is_uniform_along_runs_steps_and_seeds() {
        check_bytes("runs", || {
            Box::new((0..200_000).map(|run| Step::new(1, 0).draw(run)))
        });
        check_bytes("steps", || {
            Box::new((0..200_000).map(|step| Step::new(1, step).draw(0)))
        });
        check_bytes("seeds", || {
            Box::new((0..200_000).map(|seed| Step::new(seed, 3).draw(9)))
        });
        check_bytes("low corner", || {
            Box::new(
                (0..512).flat_map(|run| (0..400).map(move |step| Step::new(0, step).draw(run))),
            )
        });
    }

    #[test]
    fn neighbours_and_the_two_draws_of_a_step_are_uncorrelated() {
        let n = 200_000;
        let branch = |seed, run, step| unit(Step::new(seed, step).draw(run).branch(), 32);
        let stay = |seed, run, step| unit(Step::new(seed, step).draw(run).stay(), 23);
        for lag in 1..8 {
            check_independent(
                "branch along runs",
                (0..n).map(|i| (branch(5, i, 2), branch(5, i + lag, 2))),
            );
            check_independent(
                "branch along steps",
                (0..n).map(|i| (branch(5, 3, i), branch(5, 3, i + lag))),
            );
            check_independent(
                "branch along seeds",
                (0..n).map(|i| (branch(i.into(), 3, 1), branch((i + lag).into(), 3, 1))),
            );
        }
        check_independent(
            "branch and stay",
            (0..n).map(|i| (branch(5, i, 0), stay(5, i, 0))),
        );
        check_independent(
            "stay and next branch",
            (0..n).map(|i| (stay(5, i, 0), branch(5, i, 1))),
        );
    }

    #[test]
    fn pairs_of_neighbours_fill_the_square_evenly() {
        // 64 × 64 boxes of (this step, next step): 4,095 degrees of freedom, sd ≈ 90.5.
        for (name, next) in [("steps", (0, 1)), ("runs", (1, 0))] {
            let mut counts = vec![0_u32; 4096];
            let n = 400_000;
            for run in 0..n {
                let a = Step::new(11, 4).draw(run).branch() >> 26;
                let b = Step::new(11, 4 + next.1).draw(run + next.0).branch() >> 26;
                counts[(a << 6 | b) as usize] += 1;
            }
            let expected = f64::from(n) / 4096.0;
            let chi: f64 = counts
                .iter()
                .map(|&c| (f64::from(c) - expected).powi(2) / expected)
                .sum();
            assert!((3643.0..4548.0).contains(&chi), "{name}: χ² {chi}");
        }
    }

    #[test]
    fn one_changed_bit_of_the_address_changes_half_of_the_draw() {
        for bit in 0..20 {
            let mut flipped = 0_u32;
            for run in 0..2_000_u32 {
                let here = Step::new(9, 6).draw(run).bits();
                flipped += (here ^ Step::new(9, 6).draw(run ^ (1 << bit)).bits()).count_ones();
                flipped += (here ^ Step::new(9, 6 ^ (1 << bit)).draw(run).bits()).count_ones();
            }
            let share = f64::from(flipped) / (2_000.0 * 2.0 * 64.0);
            assert!((share - 0.5).abs() < 0.006, "bit {bit}: {share}");
        }
    }

    #[test]
    fn a_stream_covers_its_range_evenly() {
        let mut stream = Stream::new(3, 1);
        let mut counts = [0_u32; 10];
        for _ in 0..100_000 {
            counts[stream.below(10)] += 1;
            let u = stream.unit();
            assert!((0.0..1.0).contains(&u));
        }
        for count in counts {
            assert!((f64::from(count) - 10_000.0).abs() < 480.0, "{counts:?}");
        }
        assert_eq!(Stream::new(3, 1).below(0), 0);
    }

    #[test]
    fn things_are_drawn_into_a_resample_as_chance_would_have_it() {
        // Poisson with mean 1: e⁻¹ / k!
        let expected = [0.3679, 0.3679, 0.1839, 0.0613, 0.0153];
        let n = 200_000_u64;
        let mut counts = [0_u32; 21];
        for thing in 0..n {
            let name = thing.to_string();
            counts[usize::from(Stream::of(1, 2, key(name.as_bytes())).times())] += 1;
        }
        for (times, p) in expected.into_iter().enumerate() {
            let share = f64::from(counts[times]) / n as f64;
            assert!((share - p).abs() < 0.005, "{times}: {share}");
        }
        let sum: f64 = (0..).zip(counts).map(|(k, n)| f64::from(k * n)).sum();
        assert!((sum / n as f64 - 1.0).abs() < 0.012, "{sum}");
    }

    #[test]
    fn things_whose_names_are_alike_have_luck_of_their_own() {
        let n = 200_000_u32;
        let of = |stream: u64, thing: u32| {
            Stream::of(5, stream, key(format!("OP-{thing:05}").as_bytes())).unit()
        };
        check_independent("neighbours", (0..n).map(|i| (of(1, i), of(1, i + 1))));
        check_independent("streams", (0..n).map(|i| (of(1, i), of(2, i))));
        check_independent(
            "draws",
            (0..n).map(|i| {
                let mut stream = Stream::of(5, 1, key(&i.to_be_bytes()));
                (stream.unit(), stream.unit())
            }),
        );
        check_bytes("keys", || {
            Box::new((0..200_000_u32).map(|i| Draw(key(&i.to_be_bytes()))))
        });
    }

    #[test]
    fn a_key_keeps_its_value_from_release_to_release() {
        // Computed apart from this code, from the definition.
        for (name, expected) in [
            ("", 0x0000_0000_0000_0000),
            ("OP-7", 0x050B_9A68_8A9D_59D5),
            ("a name of more than eight", 0x9559_E11A_BA25_01EB),
        ] {
            assert_eq!(key(name.as_bytes()), expected, "{name}");
        }
    }
}
