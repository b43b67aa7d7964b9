//! Monte Carlo over a chain: quantiles, paths and paired what-ifs.
//!
//! Every visit of every run costs one keyed draw: its upper half chooses the branch by inverse
//! CDF over branches that stand worst to best, its lower half the stay. A run's luck depends on
//! (seed, run, step) alone. So the same request gives the same bytes on any number of threads,
//! and two arms on one seed are coupled: a scenario that changes nothing differs by exactly 0.
//!
//! The runs of a block advance together, one step at a time, and closed runs drop out of the list
//! without a branch in the code; the processor then has many independent runs to overlap.

use crate::chain::{CELLS_PER_OCTAVE_BITS, Chain, Dwell, KNOTS, StageLaw, Start, TAIL, Target};
use crate::rng::{Draw, Step};
use rayon::prelude::*;
use serde::Serialize;

/// A run that has made this many visits without closing is left open and counted as capped.
pub const MAX_VISITS: u32 = 10_000;

/// How many runs advance together.
const BLOCK: usize = 1024;
/// How many runs one thread takes at a time. Requests up to this size stay on the caller's.
const CHUNK: usize = 32 * BLOCK;

const LOST: u16 = u16::MAX - 1;
const WON: u16 = u16::MAX;

/// The leading byte of a branch draw chooses a cell; most cells hold at most one threshold.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    /// Draws up to this one take `exit`; larger ones the exit after it.
    last: u32,
    /// The exit of the cell's first draw; `CROWDED` where more than one threshold lies inside.
    exit: u32,
}

/// How a stay's draw becomes a place in its quantile table.
const STAY_SCALE: f32 = (1.0 - TAIL as f32) / 8_388_608.0;
const STAY_LOW: f32 = TAIL as f32;
const STAY_SHIFT: u32 = 23 - CELLS_PER_OCTAVE_BITS;

const CELL_BITS: u32 = 8;
const CROWDED: u32 = 1 << 31;

/// A branch as the simulator reads it.
#[derive(Clone, Copy, Debug)]
struct Exit {
    /// Where its quantile table begins.
    knots: u32,
    /// The largest draw that takes it.
    last: u32,
    /// A stage, `LOST` or `WON`.
    to: u16,
}

/// Stage laws laid out flat for the inner loop.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    cells: Vec<Cell>,
    exits: Vec<Exit>,
    knots: Vec<f32>,
    /// One more than the highest stage any exit leads to.
    reach: usize,
}

impl Tables {
    pub(crate) fn of(laws: &[StageLaw]) -> Tables {
        let mut tables = Tables {
            cells: Vec::with_capacity(laws.len() << CELL_BITS),
            exits: Vec::new(),
            knots: Vec::new(),
            reach: 0,
        };
        for law in laws {
            tables.push(law);
        }
        tables
    }

    fn push(&mut self, law: &StageLaw) {
        let begin = self.exits.len();
        let mut seen: Vec<(&Dwell, u32)> = Vec::new();
        let mut sum = 0.0;
        let mut before = 0_u64;
        for branch in law.branches() {
            sum += branch.p;
            let until = ((sum * 4_294_967_296.0).round() as u64).min(1 << 32);
            if until <= before {
                continue;
            }
            before = until;
            let shared = seen.iter().find(|(dwell, _)| dwell.same(&branch.dwell));
            let knots = shared.map_or(self.knots.len() as u32, |&(_, at)| at);
            if shared.is_none() {
                seen.push((&branch.dwell, knots));
                self.knots
                    .extend((0..KNOTS).map(|k| branch.dwell.knot(k) as f32));
            }
            let to = match branch.to {
                Target::Stage(j) => {
                    self.reach = self.reach.max(usize::from(j) + 1);
                    j
                }
                Target::Lost => LOST,
                Target::Won => WON,
            };
            self.exits.push(Exit {
                knots,
                last: (until - 1) as u32,
                to,
            });
        }
        // Rounding may end the sum a little below one; the last exit takes the rest.
        if let Some(exit) = self.exits.last_mut() {
            exit.last = u32::MAX;
        }
        let mut at = begin;
        for cell in 0..1_u32 << CELL_BITS {
            let low = cell << (32 - CELL_BITS);
            let high = low | (u32::MAX >> CELL_BITS);
            while self.exits[at].last < low {
                at += 1;
            }
            let here = self.exits[at].last;
            let next = self.exits.get(at + 1).map_or(u32::MAX, |exit| exit.last);
            let crowded = here < high && next < high;
            self.cells.push(Cell {
                last: if crowded { u32::MAX } else { here },
                exit: at as u32 | if crowded { CROWDED } else { 0 },
            });
        }
    }

    /// The exit of a law for a draw, and the days of the stay.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the inner loop of everything; a call costs as much as the step"
    )]
    fn step(&self, law: u16, draw: Draw) -> (u16, f32) {
        let u = draw.branch();
        let cell = self.cells[usize::from(law) << CELL_BITS | (u >> (32 - CELL_BITS)) as usize];
        let mut at = cell.exit.wrapping_add(u32::from(u > cell.last));
        if at & CROWDED != 0 {
            at &= !CROWDED;
            while u > self.exits[at as usize].last {
                at += 1;
            }
        }
        let exit = self.exits[at as usize];

        // The stay's place in the table is the leading bits of a float, the rest the way between
        // two knots. 23 bits and a half are exact in an f32, and w stays below 1.
        let w = (draw.stay() as i32 as f32 + 0.5) * STAY_SCALE + STAY_LOW;
        let bits = w.to_bits();
        let k = (bits >> STAY_SHIFT).wrapping_sub(STAY_LOW.to_bits() >> STAY_SHIFT);
        let along =
            f32::from_bits((bits << CELLS_PER_OCTAVE_BITS & 0x007F_FFFF) | 1.0_f32.to_bits()) - 1.0;
        let place = exit.knots.wrapping_add(k) as usize;
        let (long, short) = match self.knots.get(place..place.wrapping_add(2)) {
            Some(&[long, short]) => (long, short),
            _ => (0.0, 0.0),
        };
        (exit.to, long + (short - long) * along)
    }
}

/// How many runs, and which luck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    /// How many runs; at least one is made.
    pub runs: u32,
    /// The seed. The same seed in two arms couples them.
    pub seed: u64,
}

impl Default for Params {
    fn default() -> Params {
        Params {
            runs: 10_000,
            seed: 0,
        }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Won.
    Won,
    /// Lost.
    Lost,
    /// Still open after `MAX_VISITS`.
    Open,
}

/// The raw runs: for sums over deals that no summary of one deal can give.
///
/// Run `i` of two samples on one seed has had the same luck.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Samples {
    days: Vec<f32>,
    ends: Vec<u16>,
}

impl Samples {
    /// Runs the chain. Buffers are kept for the next call.
    pub fn draw(&mut self, chain: &Chain, start: &Start, params: &Params) {
        let runs = params.runs.max(1) as usize;
        self.days.resize(runs, 0.0);
        self.ends.resize(runs, 0);
        let (days, ends) = (&mut self.days[..], &mut self.ends[..]);
        let walk = Walk::new(chain, start, params.seed);
        if runs <= CHUNK {
            walk.blocks(0, days, ends);
        } else {
            days.par_chunks_mut(CHUNK)
                .zip(ends.par_chunks_mut(CHUNK))
                .enumerate()
                .for_each(|(i, (days, ends))| walk.blocks((i * CHUNK) as u32, days, ends));
        }
    }

    /// How many runs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.days.len()
    }

    /// Whether nothing was drawn yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// Days until each run closed (for a capped run, until it was left).
    #[must_use]
    pub fn days(&self) -> &[f32] {
        &self.days
    }

    /// How each run ended.
    pub fn endings(&self) -> impl ExactSizeIterator<Item = Ending> + '_ {
        self.ends.iter().map(|&end| ending(end))
    }
}

fn ending(end: u16) -> Ending {
    match end {
        WON => Ending::Won,
        LOST => Ending::Lost,
        _ => Ending::Open,
    }
}

/// The tables and the luck of one request.
struct Walk<'a> {
    first: &'a Tables,
    first_law: u16,
    rest: &'a Tables,
    seed: u64,
    /// A start made by another, larger chain has nowhere to go here; its runs stay open.
    foreign: bool,
}

impl<'a> Walk<'a> {
    fn new(chain: &'a Chain, start: &'a Start, seed: u64) -> Walk<'a> {
        let rest = chain.tables();
        let own = start.tables();
        let foreign =
            usize::from(start.stage()) >= chain.len() || own.is_some_and(|t| t.reach > chain.len());
        Walk {
            first: own.unwrap_or(rest),
            first_law: if own.is_some() { 0 } else { start.stage() },
            rest,
            seed,
            foreign,
        }
    }

    fn blocks(&self, from: u32, days: &mut [f32], ends: &mut [u16]) {
        if self.foreign {
            days.fill(0.0);
            ends.fill(0);
            return;
        }
        let mut from = from;
        for (days, ends) in days.chunks_mut(BLOCK).zip(ends.chunks_mut(BLOCK)) {
            self.block(from, days, ends);
            from += BLOCK as u32;
        }
    }

    /// Runs `from..from + days.len()` to their end. `ends` holds the present stage on the way.
    fn block(&self, from: u32, days: &mut [f32], ends: &mut [u16]) {
        let mut open = [0_u16; BLOCK];
        let mut left = 0_usize;
        let luck = Step::new(self.seed, 0);
        for (i, (days, end)) in days.iter_mut().zip(ends.iter_mut()).enumerate() {
            let draw = luck.draw(from.wrapping_add(i as u32));
            let (to, stay) = self.first.step(self.first_law, draw);
            *days = stay;
            *end = to;
            open[left % BLOCK] = i as u16;
            left = left.wrapping_add(usize::from(to < LOST));
        }
        let mut step = 1;
        while left > 0 && step < MAX_VISITS {
            let luck = Step::new(self.seed, step);
            let mut kept = 0_usize;
            for k in 0..left {
                let i = open[k];
                let run = usize::from(i);
                let draw = luck.draw(from.wrapping_add(u32::from(i)));
                let (to, stay) = self.rest.step(ends[run], draw);
                days[run] += stay;
                ends[run] = to;
                open[kept % BLOCK] = i;
                kept = kept.wrapping_add(usize::from(to < LOST));
            }
            left = kept;
            step += 1;
        }
    }

    /// Run `run` again, noting its steps.
    fn path(&self, run: u32) -> Path {
        let mut path = Path {
            run,
            ending: Ending::Open,
            days: 0.0,
            steps: Vec::new(),
        };
        if self.foreign {
            return path;
        }
        let mut stage = self.first_law;
        let mut tables = self.first;
        let mut days = 0.0_f32;
        for step in 0..MAX_VISITS {
            let (to, stay) = tables.step(stage, Step::new(self.seed, step).draw(run));
            days += stay;
            path.steps.push(Visit {
                stage,
                days: f64::from(stay),
            });
            stage = to;
            tables = self.rest;
            if to >= LOST {
                break;
            }
        }
        path.ending = ending(stage);
        path.days = f64::from(days);
        path
    }
}

/// One simulated future of a deal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Path {
    /// Which run.
    pub run: u32,
    /// How it ended.
    pub ending: Ending,
    /// Days until then.
    pub days: f64,
    /// The stages on the way, the present one first.
    pub steps: Vec<Visit>,
}

/// A stay in one stage.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Visit {
    /// The stage's number in the chain.
    pub stage: u16,
    /// Days spent there.
    pub days: f64,
}

/// A simulated value with its simulation error. It says nothing of how sure the model is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The standard normal's 97.5 % point.
const Z95: f64 = 1.959_963_984_540_054;

impl Estimate {
    /// A share with its Wilson interval. No trials give 0, from 0 to 1.
    #[must_use]
    pub fn share(hits: u64, trials: u64) -> Estimate {
        if trials == 0 {
            return Estimate {
                value: 0.0,
                se: 0.0,
                low: 0.0,
                high: 1.0,
            };
        }
        let n = trials as f64;
        let p = hits as f64 / n;
        let zz = Z95 * Z95;
        let middle = (p + zz / (2.0 * n)) / (1.0 + zz / n);
        let half = Z95 / (1.0 + zz / n) * (p * (1.0 - p) / n + zz / (4.0 * n * n)).sqrt();
        Estimate {
            value: p,
            se: (p * (1.0 - p) / n).sqrt(),
            low: (middle - half).clamp(0.0, p),
            high: (middle + half).clamp(p, 1.0),
        }
    }

    /// A mean from the sum and the sum of squares of `n` values.
    fn mean(n: u64, sum: f64, squares: f64) -> Estimate {
        let count = n.max(1) as f64;
        let value = sum / count;
        let variance = (squares / count - value * value).max(0.0) * count / (count - 1.0).max(1.0);
        let se = (variance / count).sqrt();
        Estimate {
            value,
            se,
            low: value - Z95 * se,
            high: value + Z95 * se,
        }
    }
}

/// Days until closing, over some of the runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Days {
    /// How many runs.
    pub runs: u32,
    /// The mean.
    pub mean: Estimate,
    /// The standard deviation.
    pub sd: f64,
    /// The 5, 10, 25, 50, 75, 90 and 95 % quantiles, each the time of one run.
    pub quantiles: Quantiles,
}

/// Seven quantiles. Each is an order statistic: the ⌈q·n⌉-th smallest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Quantiles {
    /// 5 %.
    pub p5: f64,
    /// 10 %.
    pub p10: f64,
    /// 25 %.
    pub p25: f64,
    /// 50 %, the median.
    pub p50: f64,
    /// 75 %.
    pub p75: f64,
    /// 90 %.
    pub p90: f64,
    /// 95 %.
    pub p95: f64,
}

const LEVELS_PERCENT: [usize; 7] = [5, 10, 25, 50, 75, 90, 95];

impl Quantiles {
    fn of(v: [f64; 7]) -> Quantiles {
        Quantiles {
            p5: v[0],
            p10: v[1],
            p25: v[2],
            p50: v[3],
            p75: v[4],
            p90: v[5],
            p95: v[6],
        }
    }
}

/// Runs by closing time in equal steps.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Histogram {
    /// Width of a bar in days; bar `k` covers `k × width_days` to `(k + 1) × width_days`.
    pub width_days: f64,
    /// Won runs per bar. The last bar holds everything later too.
    pub won: Vec<u32>,
    /// Lost runs per bar.
    pub lost: Vec<u32>,
}

/// What the simulation of one deal says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// Runs made.
    pub runs: u32,
    /// Runs won.
    pub won: u32,
    /// Runs lost.
    pub lost: u32,
    /// Runs left open after `MAX_VISITS`; not 0 only for a chain that hardly ever closes.
    pub capped: u32,
    /// Share of runs won, with its Wilson interval.
    pub p_win: Estimate,
    /// Days until closing, either way; nothing if no run closed.
    pub days: Option<Days>,
    /// Days until winning, over won runs.
    pub days_if_won: Option<Days>,
    /// Closing times of all runs.
    pub histogram: Histogram,
    /// The fastest win, or without any win the longest-lived loss.
    pub best: Option<Path>,
    /// The slowest loss, or without any loss the slowest win.
    pub worst: Option<Path>,
    /// The runs that stand at the 10, 50 and 90 % quantile of closing time.
    pub typical: Vec<Path>,
}

/// Simulates a deal. `start` must come from this chain; the runs of another's stay open.
#[must_use]
pub fn run(chain: &Chain, start: &Start, params: &Params) -> Outcome {
    let mut samples = Samples::default();
    samples.draw(chain, start, params);
    summarise(chain, start, params.seed, &samples)
}

/// What samples drawn from `start` with `seed` say.
#[must_use]
pub fn summarise(chain: &Chain, start: &Start, seed: u64, samples: &Samples) -> Outcome {
    let walk = Walk::new(chain, start, seed);
    let sums = Sums::of(samples);
    let ranked = Ranked::of(samples, &sums);
    let runs = samples.len() as u32;
    let (won, lost) = (sums.won.count, sums.lost.count);
    let all = sums.won.plus(&sums.lost);
    let days = |tally: &Tally, found: &[Found]| {
        (tally.count > 0).then(|| Days {
            runs: tally.count,
            mean: Estimate::mean(tally.count.into(), tally.days, tally.squares),
            sd: {
                let n = f64::from(tally.count);
                let mean = tally.days / n;
                (tally.squares / n - mean * mean).max(0.0).sqrt()
            },
            quantiles: Quantiles::of(std::array::from_fn(|i| found[i].days())),
        })
    };
    let path = |found: Option<Found>| found.map(|found| walk.path(found.run()));
    let (fastest_win, slowest_win) = (ranked.won.first(), ranked.won.last());
    let slowest_loss = ranked.slowest_loss;
    Outcome {
        runs,
        won,
        lost,
        capped: runs - won - lost,
        p_win: Estimate::share(won.into(), runs.into()),
        days: days(&all, &ranked.all),
        days_if_won: days(&sums.won, ranked.won.get(1..).unwrap_or_default()),
        histogram: Histogram::of(samples, ranked.all.get(6).map_or(0.0, |f| f.days())),
        best: path(fastest_win.copied().or(slowest_loss)),
        worst: path(slowest_loss.or(slowest_win.copied())),
        typical: [1, 3, 5]
            .into_iter()
            .filter_map(|level| path(ranked.all.get(level).copied()))
            .collect(),
    }
}

/// Count, sum and sum of squares of days.
#[derive(Clone, Copy, Default)]
struct Tally {
    count: u32,
    days: f64,
    squares: f64,
}

impl Tally {
    fn plus(&self, other: &Tally) -> Tally {
        Tally {
            count: self.count + other.count,
            days: self.days + other.days,
            squares: self.squares + other.squares,
        }
    }
}

struct Sums {
    won: Tally,
    lost: Tally,
}

impl Sums {
    /// Adds in eight lanes: a fixed order, whatever drew the samples, and no chain of additions
    /// that each wait for the last.
    fn of(samples: &Samples) -> Sums {
        const LANES: usize = 8;
        let mut count = [[0_u32; LANES]; 2];
        let mut days = [[0.0_f64; LANES]; 2];
        let mut squares = [[0.0_f64; LANES]; 2];
        let mut add = |lane: usize, d: f32, end: u16| {
            let d = f64::from(d);
            for (i, which) in [WON, LOST].into_iter().enumerate() {
                let hit = end == which;
                let d = if hit { d } else { 0.0 };
                count[i][lane] = count[i][lane].wrapping_add(u32::from(hit));
                days[i][lane] += d;
                squares[i][lane] += d * d;
            }
        };
        let (d, e) = (
            samples.days.chunks_exact(LANES),
            samples.ends.chunks_exact(LANES),
        );
        for (lane, (&d, &e)) in d.remainder().iter().zip(e.remainder()).enumerate() {
            add(lane, d, e);
        }
        for (d, e) in d.zip(e) {
            for lane in 0..LANES {
                add(lane, d[lane], e[lane]);
            }
        }
        let tally = |i: usize| Tally {
            count: count[i].iter().sum(),
            days: days[i].iter().sum(),
            squares: squares[i].iter().sum(),
        };
        Sums {
            won: tally(0),
            lost: tally(1),
        }
    }
}

/// A run found by rank: its days above, its number below, so that ties stand by run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found(u64);

impl Found {
    fn new(days: f32, run: u32) -> Found {
        Found(u64::from(days.to_bits()) << 32 | u64::from(run))
    }

    fn days(self) -> f64 {
        f64::from(f32::from_bits((self.0 >> 32) as u32))
    }

    fn run(self) -> u32 {
        self.0 as u32
    }
}

/// Order statistics, found by counting rather than by sorting.
///
/// The leading bits of a non-negative float rise with it. Runs are counted by them; the bins that
/// hold a wanted rank are then read once more and put in order.
struct Ranked {
    /// At the seven levels, over closed runs; empty when there are none.
    all: Vec<Found>,
    /// The fastest, the seven levels and the slowest, over won runs; empty when there are none.
    won: Vec<Found>,
    slowest_loss: Option<Found>,
}

/// Bins per octave of days, as a power of two.
const FINE_BITS: u32 = 7;
/// Everything below 2⁻⁷ days, eleven minutes, shares the first bin.
const FINE_LOW: u32 = 120 << FINE_BITS;
/// Everything from 2¹³ days, 22 years, shares the last.
const FINE_BINS: usize = (20 << FINE_BITS) as usize + 2;

fn fine_bin(days: f32) -> usize {
    let place = days.to_bits() >> (23 - FINE_BITS);
    (place.saturating_sub(FINE_LOW - 1) as usize).min(FINE_BINS - 1)
}

impl Ranked {
    fn of(samples: &Samples, sums: &Sums) -> Ranked {
        const ALL: usize = 0;
        const WINS: usize = 1;
        const LOSSES: usize = 2;
        let mut counts = vec![[0_u32; 2]; FINE_BINS];
        let mut bins: Vec<u16> = Vec::with_capacity(samples.len());
        for (&days, &end) in samples.days.iter().zip(&samples.ends) {
            let bin = fine_bin(days);
            bins.push(bin as u16);
            let count = &mut counts[bin];
            count[0] = count[0].wrapping_add(u32::from(end == WON));
            count[1] = count[1].wrapping_add(u32::from(end == LOST));
        }

        // Ranks from 0, ascending within each set.
        let rank = |n: u32, percent: usize| {
            ((u64::from(n) * percent as u64).div_ceil(100).max(1) - 1) as u32
        };
        let closed = sums.won.count + sums.lost.count;
        let mut wanted: [Vec<u32>; 3] = [Vec::new(), Vec::new(), Vec::new()];
        if closed > 0 {
            wanted[ALL].extend(LEVELS_PERCENT.map(|level| rank(closed, level)));
        }
        if sums.won.count > 0 {
            let n = sums.won.count;
            wanted[WINS].push(0);
            wanted[WINS].extend(LEVELS_PERCENT.map(|level| rank(n, level)));
            wanted[WINS].push(n - 1);
        }
        if sums.lost.count > 0 {
            wanted[LOSSES].push(sums.lost.count - 1);
        }

        // The bin of each wanted rank and the rank inside it.
        let mut places: [Vec<(u16, u32)>; 3] = [Vec::new(), Vec::new(), Vec::new()];
        let mut marks = vec![0_u8; FINE_BINS];
        let mut below = [0_u32; 3];
        for (bin, &[won, lost]) in counts.iter().enumerate() {
            for (set, more) in [won + lost, won, lost].into_iter().enumerate() {
                let upto = below[set] + more;
                while let Some(&rank) = wanted[set].get(places[set].len())
                    && rank < upto
                {
                    places[set].push((bin as u16, rank - below[set]));
                    marks[bin] |= 1 << set;
                }
                below[set] = upto;
            }
        }

        // Those bins' runs, ascending.
        let mut members: [Vec<(u16, Found)>; 3] = [Vec::new(), Vec::new(), Vec::new()];
        for (run, &bin) in bins.iter().enumerate() {
            let mark = marks[usize::from(bin)];
            if mark != 0 {
                let end = samples.ends[run];
                let found = Found::new(samples.days[run], run as u32);
                let belongs = [end >= LOST, end == WON, end == LOST];
                for (set, &belongs) in belongs.iter().enumerate() {
                    if belongs && mark & 1 << set != 0 {
                        members[set].push((bin, found));
                    }
                }
            }
        }
        let mut found: [Vec<Found>; 3] = [Vec::new(), Vec::new(), Vec::new()];
        for set in 0..3 {
            members[set].sort_unstable();
            for &(bin, rank) in &places[set] {
                let begin = members[set].partition_point(|&(b, _)| b < bin);
                found[set].extend(members[set].get(begin + rank as usize).map(|&(_, f)| f));
            }
        }
        let [all, won, lost] = found;
        Ranked {
            all,
            won,
            slowest_loss: lost.first().copied(),
        }
    }
}

impl Histogram {
    const BARS: usize = 40;

    /// Bars of a round width that reach a quarter past the given days.
    fn of(samples: &Samples, p95_days: f64) -> Histogram {
        let width_days = round_width(p95_days * 1.25 / Histogram::BARS as f64);
        let per_day = (1.0 / width_days) as f32;
        let mut bars = [[0_u32; 2]; Histogram::BARS];
        for (&days, &end) in samples.days.iter().zip(&samples.ends) {
            let bar = &mut bars[((days * per_day) as usize).min(Histogram::BARS - 1)];
            bar[0] = bar[0].wrapping_add(u32::from(end == WON));
            bar[1] = bar[1].wrapping_add(u32::from(end == LOST));
        }
        Histogram {
            width_days,
            won: bars.iter().map(|bar| bar[0]).collect(),
            lost: bars.iter().map(|bar| bar[1]).collect(),
        }
    }
}

/// The next of 1, 2, 5 times a power of ten; 1 day where there is nothing to measure.
fn round_width(days: f64) -> f64 {
    if !(days.is_finite() && days > 1e-3) {
        return if days > 0.0 { 1e-3 } else { 1.0 };
    }
    let tens = 10_f64.powi(days.log10().floor() as i32);
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|unit| unit * tens)
        .find(|&width| width >= days * (1.0 - 1e-9))
        .unwrap_or(10.0 * tens)
}

/// Baseline and scenario on the same luck.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// Without the change.
    pub baseline: Outcome,
    /// With it.
    pub modified: Outcome,
    /// Change of the win probability, with its error from paired runs.
    pub p_win: Estimate,
    /// Change of the days until closing, over runs that close in both arms.
    pub days: Estimate,
    /// Runs won only with the change.
    pub gained: u32,
    /// Runs won only without it.
    pub forgone: u32,
}

/// Simulates two arms run by run on the same luck.
///
/// Arms that are the same differ by exactly 0, with an error of 0.
#[must_use]
pub fn pair(baseline: (&Chain, &Start), modified: (&Chain, &Start), params: &Params) -> Pair {
    let mut samples = [Samples::default(), Samples::default()];
    samples[0].draw(baseline.0, baseline.1, params);
    samples[1].draw(modified.0, modified.1, params);
    compare(baseline, modified, params.seed, [&samples[0], &samples[1]])
}

/// What two arms' samples on one seed say of their difference.
#[must_use]
pub fn compare(
    baseline: (&Chain, &Start),
    modified: (&Chain, &Start),
    seed: u64,
    samples: [&Samples; 2],
) -> Pair {
    const LANES: usize = 8;
    let [a, b] = samples;
    let (mut gained, mut forgone, mut both) = (0_u32, 0_u32, 0_u32);
    let (mut sum, mut squares) = ([0.0_f64; LANES], [0.0_f64; LANES]);
    let (a_runs, b_runs) = (a.days.iter().zip(&a.ends), b.days.iter().zip(&b.ends));
    for (i, ((&da, &ea), (&db, &eb))) in a_runs.zip(b_runs).enumerate() {
        gained = gained.wrapping_add(u32::from(ea != WON && eb == WON));
        forgone = forgone.wrapping_add(u32::from(ea == WON && eb != WON));
        let closed = ea >= LOST && eb >= LOST;
        both = both.wrapping_add(u32::from(closed));
        let d = if closed {
            f64::from(db) - f64::from(da)
        } else {
            0.0
        };
        sum[i % LANES] += d;
        squares[i % LANES] += d * d;
    }
    let runs = a.len().min(b.len()) as u64;
    let change = f64::from(gained) - f64::from(forgone);
    Pair {
        baseline: summarise(baseline.0, baseline.1, seed, a),
        modified: summarise(modified.0, modified.1, seed, b),
        p_win: Estimate::mean(runs, change, f64::from(gained) + f64::from(forgone)),
        days: Estimate::mean(both.into(), sum.iter().sum(), squares.iter().sum()),
        gained,
        forgone,
    }
}
