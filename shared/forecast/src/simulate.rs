//! Monte Carlo over a chain: quantiles, paths and paired what-ifs.
//!
//! Every visit of every run costs one keyed draw: its lower half chooses the branch by inverse
//! CDF over branches that stand worst to best, its upper bits the stay. A run's luck depends on
//! (seed, run, step) alone. So the same request gives the same bytes on any number of threads,
//! and two arms on one seed are coupled: a scenario that changes nothing differs by exactly 0.
//!
//! The runs of a block advance together, one step at a time, and closed runs drop out of the list
//! without a branch in the code; the processor then has many independent runs to overlap.

use crate::chain::{
    CELLS_PER_OCTAVE_BITS, Chain, Dwell, KNOTS, StageLaw, Start, TAIL, Target, knot,
};
use crate::rng::{Draw, Step};
use crate::score::measure::wilson;
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

/// The leading bits of a branch draw choose a cell; most cells hold at most one threshold, so one
/// comparison finishes the search.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
struct Cell {
    /// Draws up to this one take the first exit, larger ones the second.
    last: u32,
    exits: [Exit; 2],
}

const CELL_BITS: u32 = 6;
const CELLS: usize = 1 << CELL_BITS;

/// A branch as the inner loop reads it.
#[derive(Clone, Copy, Debug)]
struct Exit {
    /// Where its stays are, less the first place a draw can name.
    stays: u32,
    /// A stage, `LOST` or `WON`; `CROWDED` where more than one threshold lies in the cell.
    to: u32,
}

const CROWDED: Exit = Exit {
    stays: 0,
    to: u32::MAX,
};

/// Lines in a row of a quantile table.
const ROW_BITS: u32 = 7;
const _: () = assert!(1 << ROW_BITS == KNOTS - 1);

/// A stay's quantile function between two knots, as a line in `w`: its height at 0 and its slope.
type Line = [f32; 2];

fn line(dwell: &Dwell, k: usize) -> Line {
    let (long, short) = (dwell.knot(k), dwell.knot(k + 1));
    let slope = (short - long) / (knot(k + 1) - knot(k));
    let mut line = [(long - slope * knot(k)) as f32, slope as f32];
    // Rounding must not make the shortest stay negative.
    while line[0] + line[1] * (knot(k + 1) as f32) < 0.0 {
        line[0] = line[0].next_up();
    }
    line
}

/// How far to shift the bits of `w` to leave its exponent and the leading bits of its fraction,
/// which name its line.
const LINE_SHIFT: u32 = 23 - CELLS_PER_OCTAVE_BITS;
const LOW: f32 = TAIL as f32;
/// The name of the first line.
const FIRST_LINE: u32 = LOW.to_bits() >> LINE_SHIFT;

/// Stage laws laid out flat for the inner loop.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    cells: Vec<[Cell; CELLS]>,
    stays: Vec<Line>,
    /// Per law, its exits with the largest draw that takes each.
    exits: Vec<Vec<(u32, Exit)>>,
    /// One more than the highest stage any exit leads to.
    reach: usize,
}

impl Tables {
    pub(crate) fn of(laws: &[StageLaw]) -> Tables {
        let mut tables = Tables {
            cells: Vec::with_capacity(laws.len()),
            stays: Vec::new(),
            exits: Vec::with_capacity(laws.len()),
            reach: 0,
        };
        for law in laws {
            tables.push(law);
        }
        tables
    }

    fn push(&mut self, law: &StageLaw) {
        let mut seen: Vec<(&Dwell, u32)> = Vec::new();
        let mut exits: Vec<(u32, Exit)> = Vec::with_capacity(law.branches().len());
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
            let row = shared.map_or((self.stays.len() >> ROW_BITS) as u32, |&(_, row)| row);
            if shared.is_none() {
                seen.push((&branch.dwell, row));
                self.stays
                    .extend((0..KNOTS - 1).map(|k| line(&branch.dwell, k)));
            }
            let to = match branch.to {
                Target::Stage(j) => {
                    self.reach = self.reach.max(usize::from(j) + 1);
                    j
                }
                Target::Lost => LOST,
                Target::Won => WON,
            };
            let stays = (row << ROW_BITS).wrapping_sub(FIRST_LINE);
            exits.push((
                (until - 1) as u32,
                Exit {
                    stays,
                    to: to.into(),
                },
            ));
        }
        // Rounding may end the sum a little below one; the last exit takes the rest.
        if let Some(exit) = exits.last_mut() {
            exit.0 = u32::MAX;
        }
        let mut rest = &exits[..];
        self.cells.push(std::array::from_fn(|cell| {
            let low = (cell as u32) << (32 - CELL_BITS);
            let high = low | (u32::MAX >> CELL_BITS);
            while let [(last, _), more @ ..] = rest
                && *last < low
            {
                rest = more;
            }
            match *rest {
                [(last, first), (next, second), ..] if last < high => Cell {
                    last,
                    exits: if next < high {
                        [CROWDED; 2]
                    } else {
                        [first, second]
                    },
                },
                [(_, exit), ..] => Cell {
                    last: u32::MAX,
                    exits: [exit; 2],
                },
                [] => Cell {
                    last: 0,
                    exits: [CROWDED; 2],
                },
            }
        }));
        self.exits.push(exits);
    }

    #[cold]
    #[inline(never)]
    fn search(&self, law: u16, u: u32) -> Exit {
        let exits = self
            .exits
            .get(usize::from(law))
            .map_or(&[][..], Vec::as_slice);
        let at = exits.partition_point(|&(last, _)| last < u);
        exits.get(at).map_or(CROWDED, |&(_, exit)| exit)
    }

    /// The exit of a law for a draw, and the days of the stay.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the inner loop of everything; a call costs as much as the step"
    )]
    fn step(&self, cells: &[Cell; CELLS], law: u16, draw: Draw) -> (u16, f32) {
        let u = draw.branch();
        let cell = &cells[(u >> (32 - CELL_BITS)) as usize];
        let mut exit = &cell.exits[usize::from(u > cell.last)];
        let found;
        if exit.to == CROWDED.to {
            found = self.search(law, u);
            exit = &found;
        }
        // The stay's place in the table is the leading bits of a float, the rest the way between
        // two knots.
        let x = f32::from_bits(draw.stay() | 1.0_f32.to_bits());
        let w = x * (1.0 - LOW) + (2.0 * LOW - 1.0);
        let place = (w.to_bits() >> LINE_SHIFT).wrapping_add(exit.stays);
        let [at, slope] = self.stays[place as usize];
        (exit.to as u16, at + slope * w)
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
    /// The stage the deal is in.
    stage: u16,
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
            stage: start.stage(),
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
            from = from.wrapping_add(BLOCK as u32);
        }
    }

    /// Runs `from..` to their end. `ends` holds the present stage on the way.
    fn block(&self, from: u32, days_out: &mut [f32], ends_out: &mut [u16]) {
        let n = days_out.len().min(BLOCK);
        let mut open = [0_u16; BLOCK];
        let mut days = [0_f32; BLOCK];
        let mut ends = [0_u16; BLOCK];
        let mut left = 0_usize;
        let luck = Step::new(self.seed, 0).skip(from);
        let law = &self.first.cells[usize::from(self.first_law)];
        for i in 0..n {
            let (to, stay) = self.first.step(law, self.first_law, luck.draw(i as u32));
            days[i] = stay;
            ends[i] = to;
            open[left % BLOCK] = i as u16;
            left = left.wrapping_add(usize::from(to < LOST));
        }
        let mut step = 1;
        while left > 0 && step < MAX_VISITS {
            let luck = Step::new(self.seed, step).skip(from);
            let mut kept = 0_usize;
            for k in 0..left.min(BLOCK) {
                let run = usize::from(open[k]) % BLOCK;
                let end = ends[run];
                let (to, stay) = self.rest.step(
                    &self.rest.cells[usize::from(end)],
                    end,
                    luck.draw(run as u32),
                );
                days[run] += stay;
                ends[run] = to;
                open[kept % BLOCK] = run as u16;
                kept = kept.wrapping_add(usize::from(to < LOST));
            }
            left = kept;
            step += 1;
        }
        days_out.copy_from_slice(&days[..n]);
        ends_out.copy_from_slice(&ends[..n]);
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
            let (to, stay) = tables.step(
                &tables.cells[usize::from(stage)],
                stage,
                Step::new(self.seed, step).draw(run),
            );
            days += stay;
            path.steps.push(Visit {
                // A first step by a law of its own is numbered apart in its tables.
                stage: if step == 0 { self.stage } else { stage },
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
        let (low, high) = wilson(p, n);
        Estimate {
            value: p,
            se: (p * (1.0 - p) / n).sqrt(),
            low: low.min(p),
            high: high.max(p),
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
    /// Width of a bar in days; bar `k` covers `k × width_days` to `(k + 1) × width_days`. A run
    /// within 0.4 % of an edge may stand on its other side.
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
    let mut samples = SAMPLES.take();
    samples.draw(chain, start, params);
    let outcome = summarise(chain, start, params.seed, &samples);
    SAMPLES.set(samples);
    outcome
}

thread_local! {
    // Kept from run to run: an allocator that gives memory back after each costs a third of the time.
    static SAMPLES: std::cell::RefCell<Samples> = const { std::cell::RefCell::new(Samples { days: Vec::new(), ends: Vec::new() }) };
}

/// What samples drawn from `start` with `seed` say.
#[must_use]
pub fn summarise(chain: &Chain, start: &Start, seed: u64, samples: &Samples) -> Outcome {
    let walk = Walk::new(chain, start, seed);
    let counts = Counts::of(samples);
    let ranked = Ranked::of(samples, &counts);
    let runs = samples.len() as u32;
    let (won, lost) = (total(counts.won()), total(counts.lost()));
    let sums = Sums::of(samples, won + lost, won);
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
        days: days(&sums.closed, &ranked.all),
        days_if_won: days(&sums.won, ranked.won.get(1..).unwrap_or_default()),
        histogram: Histogram::of(&counts, ranked.all.get(6).map_or(0.0, |f| f.days())),
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

struct Sums {
    closed: Tally,
    won: Tally,
}

impl Sums {
    /// Adds in eight lanes: a fixed order, whatever drew the samples, and no chain of additions
    /// that each wait for the last.
    fn of(samples: &Samples, closed: u32, won: u32) -> Sums {
        const LANES: usize = 8;
        let open = samples.len() as u32 - closed;
        let mut days = [[0.0_f64; LANES]; 2];
        let mut squares = [[0.0_f64; LANES]; 2];
        let mut add = |lane: usize, d: f32, end: u16| {
            let d = f64::from(d);
            days[0][lane] += d;
            squares[0][lane] += d * d;
            // A product, as a branch on a coin costs more than the sum.
            let d = d * [0.0, 1.0, 0.0][kind(end)];
            days[1][lane] += d;
            squares[1][lane] += d * d;
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
        let tally = |i: usize, count: u32| Tally {
            count,
            days: days[i].iter().sum(),
            squares: squares[i].iter().sum(),
        };
        let mut sums = Sums {
            closed: tally(0, closed),
            won: tally(1, won),
        };
        if open > 0 {
            // Seldom: the sum so far counted runs that never closed.
            sums.closed.days = 0.0;
            sums.closed.squares = 0.0;
            for (&d, &end) in samples.days.iter().zip(&samples.ends) {
                let d = if end >= LOST { f64::from(d) } else { 0.0 };
                sums.closed.days += d;
                sums.closed.squares += d * d;
            }
        }
        sums
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
const FINE_BITS: u32 = 8;
/// Everything below 2⁻⁴ days, an hour and a half, shares the first bin.
const FINE_LOW: u32 = (127 - 4) << FINE_BITS;
/// Everything from 2¹² days, eleven years, shares the last.
const FINE_BINS: usize = 16 << FINE_BITS;
/// Bins that are first looked at together.
const COARSE: usize = 64;

fn fine_bin(days: f32) -> u16 {
    let place = days.to_bits() >> (23 - FINE_BITS);
    place.saturating_sub(FINE_LOW).min(FINE_BINS as u32 - 1) as u16
}

/// 0 for lost, 1 for won, 2 for open.
fn kind(end: u16) -> usize {
    usize::from(end.wrapping_sub(LOST).min(2))
}

/// Ranks wanted of one set of runs, and where they are.
#[derive(Default)]
struct Wanted {
    /// Ascending, from 0.
    ranks: Vec<u32>,
    /// For each, its place among the set's runs in marked bins.
    places: Vec<u32>,
    /// Runs of the set in bins before the present one; in marked bins before it.
    below: u32,
    marked: u32,
}

impl Wanted {
    fn new(n: u32, ends: bool) -> Wanted {
        let mut ranks = Vec::new();
        if n > 0 {
            let rank =
                |percent: usize| ((u64::from(n) * percent as u64).div_ceil(100).max(1) - 1) as u32;
            ranks.extend(ends.then_some(0));
            ranks.extend(LEVELS_PERCENT.map(rank));
            ranks.extend(ends.then_some(n - 1));
        }
        Wanted {
            ranks,
            ..Wanted::default()
        }
    }

    /// The next rank not yet placed.
    fn next(&self) -> u32 {
        self.ranks
            .get(self.places.len())
            .copied()
            .unwrap_or(u32::MAX)
    }

    /// Whether a wanted rank is among the next `count` runs; places all that are.
    fn pass(&mut self, count: u32) -> bool {
        let upto = self.below + count;
        let hit = self.next() < upto;
        while self.next() < upto {
            self.places.push(self.marked + self.next() - self.below);
        }
        self.below = upto;
        self.marked += if hit { count } else { 0 };
        hit
    }
}

/// Runs by fine bin and kind.
struct Counts {
    bins: Vec<u16>,
    counts: Vec<u32>,
}

impl Counts {
    fn of(samples: &Samples) -> Counts {
        // The last place takes open runs, which have no part in any of this.
        let mut counts = vec![0_u32; 2 * FINE_BINS + 1];
        let bins: Vec<u16> = samples.days.iter().map(|&days| fine_bin(days)).collect();
        for (&bin, &end) in bins.iter().zip(&samples.ends) {
            let place = (kind(end) * FINE_BINS + usize::from(bin)).min(2 * FINE_BINS);
            let count = &mut counts[place];
            *count = count.wrapping_add(1);
        }
        Counts { bins, counts }
    }

    fn lost(&self) -> &[u32] {
        &self.counts[..FINE_BINS]
    }

    fn won(&self) -> &[u32] {
        &self.counts[FINE_BINS..2 * FINE_BINS]
    }
}

impl Ranked {
    fn of(samples: &Samples, counts: &Counts) -> Ranked {
        let (bins, lost, won) = (&counts.bins, counts.lost(), counts.won());
        let (all_won, all_lost) = (total(won), total(lost));
        let mut sets = [
            Wanted::new(all_won + all_lost, false),
            Wanted::new(all_won, true),
            Wanted::new(all_lost, true),
        ];
        let mut marks = vec![0_u8; FINE_BINS];
        for coarse in (0..FINE_BINS).step_by(COARSE) {
            let (l, w) = (&lost[coarse..][..COARSE], &won[coarse..][..COARSE]);
            let (all_l, all_w) = (total(l), total(w));
            let all = [all_l + all_w, all_w, all_l];
            let mut sets_here = sets.iter().zip(all);
            if sets_here.all(|(set, all)| set.next() >= set.below + all) {
                for (set, all) in sets.iter_mut().zip(all) {
                    set.below += all;
                }
                continue;
            }
            for ((mark, l), w) in marks[coarse..][..COARSE].iter_mut().zip(l).zip(w) {
                *mark = u8::from(sets[0].pass(l + w))
                    | u8::from(sets[1].pass(*w)) << 1
                    | u8::from(sets[2].pass(*l)) << 2;
            }
        }

        // The runs of those bins, ascending.
        let mut members = vec![0_u32; samples.len() + 1];
        let mut n = 0;
        for (run, &bin) in bins.iter().enumerate() {
            members[n] = run as u32;
            n = n.wrapping_add(usize::from(marks[usize::from(bin)] != 0));
        }
        members.truncate(n);
        let mut members: Vec<Found> = members
            .into_iter()
            .map(|run| Found::new(samples.days[run as usize], run))
            .collect();
        members.sort_unstable();

        let mut found: [Vec<Found>; 3] = [Vec::new(), Vec::new(), Vec::new()];
        let mut passed = [0_u32; 3];
        for member in members {
            let run = member.run() as usize;
            let mark = marks[usize::from(bins[run])];
            let belongs =
                [[true, false, true], [true, true, false], [false; 3]][kind(samples.ends[run])];
            for set in 0..3 {
                if belongs[set] && mark & 1 << set != 0 {
                    while sets[set].places.get(found[set].len()) == Some(&passed[set]) {
                        found[set].push(member);
                    }
                    passed[set] += 1;
                }
            }
        }
        let [all, won, lost] = found;
        Ranked {
            all,
            won,
            slowest_loss: lost.last().copied(),
        }
    }
}

fn total(counts: &[u32]) -> u32 {
    counts.iter().fold(0, |sum, &count| sum.wrapping_add(count))
}

impl Histogram {
    const BARS: usize = 40;

    /// Bars of a round width that reach a quarter past the given days.
    fn of(counts: &Counts, p95_days: f64) -> Histogram {
        let width_days = round_width(p95_days * 1.25 / Histogram::BARS as f64);
        let edge = |bar: usize| match bar {
            0 => 0,
            Histogram::BARS => FINE_BINS,
            _ => usize::from(fine_bin((bar as f64 * width_days) as f32)),
        };
        let bars = |counts: &[u32]| {
            (0..Histogram::BARS)
                .map(|bar| total(&counts[edge(bar)..edge(bar + 1)]))
                .collect()
        };
        Histogram {
            width_days,
            won: bars(counts.won()),
            lost: bars(counts.lost()),
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
