//! Cause-specific hazards by days in stage, right-censored, Gamma-shrunk.
//!
//! For each open stage and each way out of it the hazard is constant on bins of days in stage. Bins
//! follow the quantiles of the observed stays. Each bin's rate is shrunk towards the rate of its
//! coarse band, that towards the stage's, that towards the pipeline's (Gamma priors), so that a
//! stage seen a few times still gives a sane answer. Deals that are still open count as exposure;
//! leaving them out is what makes forecasts of this kind too high. The estimate is the
//! Aalen–Johansen one (Aalen & Johansen 1978) of a semi-Markov process with piecewise-constant
//! hazards.

use super::calendar::{self, BANDS, Calendar, KINDS};
use super::panel::{Mark, Sojourn};

/// Strength of the priors, in events.
const STAGE_PRIOR: f64 = 1.0;
const COARSE_PRIOR: f64 = 2.0;
const FINE_PRIOR: f64 = 0.15;
const TAIL_PRIOR: f64 = 3.0;
/// Events a bin should hold.
const EVENTS_PER_BIN: usize = 8;
const MAX_BINS: usize = 100;
const COARSE_BANDS: usize = 4;
/// Events by which a calendar cell is pulled towards 1.
const WEEKDAY_PRIOR: f64 = 20.0;
const QUARTER_PRIOR: f64 = 10.0;
/// Stays beyond this many are thinned, newest kept: the hazards no longer change.
const MAX_STAYS: usize = 200_000;

/// The ways out of a stage: open stages by index, then won, then lost.
pub fn target_of(mark: Mark, stages: usize) -> usize {
    match mark {
        Mark::Stage(s) => s as usize,
        Mark::Won => stages,
        Mark::Lost => stages + 1,
    }
}

/// Which calendar a way out follows.
fn kind_of(target: usize, stages: usize) -> usize {
    match target.checked_sub(stages) {
        Some(0) => 0,
        Some(_) => 1,
        None => 2,
    }
}

/// One way out of a stage.
#[derive(Clone, Debug)]
pub struct Exit {
    /// Open stage index, or `stages` for won and `stages + 1` for lost.
    pub target: usize,
    /// Which calendar it follows: 0 won, 1 lost, 2 moved.
    pub kind: usize,
    /// Times seen (weighted).
    pub events: f64,
    /// Cumulative hazard at each edge of the stage's bins.
    cumulative: Vec<f64>,
    /// Hazard per day in each bin; the last bin is open.
    rates: Vec<f64>,
}

/// The ways out of one stage.
#[derive(Clone, Debug)]
pub struct StageHazards {
    edges: Vec<f64>,
    /// Ways out that were seen, and always won and lost.
    pub exits: Vec<Exit>,
}

impl StageHazards {
    /// Moves `bin` up to the one that holds `age`; ages must not fall from call to call.
    pub fn advance(&self, bin: &mut usize, age: f64) {
        while self.edges.get(*bin + 1).is_some_and(|edge| *edge <= age) {
            *bin += 1;
        }
    }

    /// Cumulative hazard of `exit` at an age in the bin.
    pub fn cumulative_in(&self, exit: &Exit, bin: usize, age: f64) -> f64 {
        exit.cumulative[bin] + self.rate(exit, bin) * (age - self.edges[bin])
    }

    /// Ages at which some hazard changes.
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// Hazard per day of `exit` in the bin that begins at `edges()[bin]`.
    pub fn rate(&self, exit: &Exit, bin: usize) -> f64 {
        exit.rates[bin]
    }
}

/// All stages' hazards and the calendar they follow.
#[derive(Clone, Debug)]
pub struct Hazards {
    /// By open stage.
    pub stages: Vec<StageHazards>,
    /// Multipliers by weekday and month of the quarter.
    pub calendar: Calendar,
    censored: bool,
}

/// How the hazards are to be estimated.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Learn multipliers by weekday and by month of the quarter.
    pub calendar: bool,
    /// Use the days in stage; without, the hazards are constant (a memoryless Markov chain).
    pub ages: bool,
    /// Count open deals' exposure; without, only finished stays are used.
    pub censored: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            calendar: true,
            ages: true,
            censored: true,
        }
    }
}

impl Hazards {
    /// Estimates the hazards of `stages` open stages from stays that began before `origin`.
    pub fn fit(sojourns: &[Sojourn], stages: usize, origin: f64, settings: Settings) -> Self {
        let by_stage = stays_by_stage(sojourns, stages, settings.censored, None);
        let edges: Vec<Vec<f64>> = by_stage
            .iter()
            .map(|stays| {
                if settings.ages {
                    edges_of(stays)
                } else {
                    vec![0.0]
                }
            })
            .collect();
        let pooled = Pooled::of(&by_stage, stages);
        let mut calendar = Calendar {
            bands: bands_of(&by_stage, stages),
            ..Calendar::default()
        };
        let mut fitted = fit_stages(&by_stage, &edges, &pooled, &calendar);
        if settings.calendar {
            // Rates and multipliers are estimated in turns until they agree well enough.
            for _ in 0..2 {
                calendar = fit_calendar(&by_stage, &fitted, &calendar, stages, origin);
                fitted = fit_stages(&by_stage, &edges, &pooled, &calendar);
            }
        }
        Self {
            stages: fitted,
            calendar,
            censored: settings.censored,
        }
    }

    /// The same bins and calendar with the rates of weighted deals: a member of a bootstrap.
    #[must_use]
    pub fn refit(&self, sojourns: &[Sojourn], weight: &[f64]) -> Self {
        let stages = self.stages.len();
        let by_stage = stays_by_stage(sojourns, stages, self.censored, Some(weight));
        let edges: Vec<Vec<f64>> = self
            .stages
            .iter()
            .map(|stage| stage.edges.clone())
            .collect();
        let pooled = Pooled::of(&by_stage, stages);
        let fitted = fit_stages(&by_stage, &edges, &pooled, &self.calendar);
        Self {
            stages: fitted,
            calendar: self.calendar.clone(),
            censored: self.censored,
        }
    }
}

fn stays_by_stage(
    sojourns: &[Sojourn],
    stages: usize,
    censored: bool,
    weight: Option<&[f64]>,
) -> Vec<Vec<Stay>> {
    let closings = sojourns
        .iter()
        .filter(|s| s.to.is_some_and(Mark::closes))
        .map(|s| s.exit);
    let first_closing = closings.min_by(f64::total_cmp).unwrap_or(f64::NEG_INFINITY);
    let mut stays: Vec<Stay> = sojourns
        .iter()
        .filter(|s| censored || s.to.is_some())
        .filter_map(|s| Stay::new(s, stages, first_closing, weight))
        .collect();
    if stays.len() > MAX_STAYS {
        stays.sort_by(|a, b| b.enter.total_cmp(&a.enter));
        stays.truncate(MAX_STAYS);
    }
    let mut by_stage: Vec<Vec<Stay>> = vec![Vec::new(); stages];
    for stay in stays {
        by_stage[stay.stage].push(stay);
    }
    by_stage
}

fn fit_stages(
    by_stage: &[Vec<Stay>],
    edges: &[Vec<f64>],
    pooled: &Pooled,
    calendar: &Calendar,
) -> Vec<StageHazards> {
    let days = Days::of(by_stage, calendar, calendar.is_flat());
    let each = by_stage.iter().zip(edges);
    each.map(|(stays, edges)| fit_stage(stays, edges, by_stage.len(), pooled, &days))
        .collect()
}

/// A stay as the estimator reads it.
#[derive(Clone, Copy, Debug)]
struct Stay {
    stage: usize,
    enter: f64,
    /// Where exposure begins: records made before the first closing was ever recorded carry none.
    from: f64,
    exit: f64,
    target: Option<usize>,
    weight: f64,
}

impl Stay {
    fn new(s: &Sojourn, stages: usize, first_closing: f64, weight: Option<&[f64]>) -> Option<Self> {
        let weight = weight.map_or(1.0, |w| w[s.deal as usize]);
        let from = s.enter.max(first_closing);
        (weight > 0.0 && s.exit >= from).then(|| Self {
            stage: s.stage as usize,
            enter: s.enter,
            from,
            exit: s.exit,
            target: s.to.map(|mark| target_of(mark, stages)),
            weight,
        })
    }

    fn days(&self) -> f64 {
        self.exit - self.enter
    }
}

/// Left edges of the bins: 0, then quantiles of the finished stays, so that each bin holds some events.
fn edges_of(stays: &[Stay]) -> Vec<f64> {
    let mut done: Vec<f64> = stays
        .iter()
        .filter(|s| s.target.is_some())
        .map(Stay::days)
        .collect();
    done.sort_by(f64::total_cmp);
    let per_bin = EVENTS_PER_BIN.max(done.len().div_ceil(MAX_BINS));
    let mut edges = vec![0.0];
    let mut held = 0;
    for (i, days) in done.iter().enumerate() {
        held += 1;
        let next = done.get(i + 1);
        // A bin ends between two different values, so that ties stay together. The longest stay ever
        // finished ends one in any case: what lies beyond it was never seen.
        if next.is_none_or(|next| held >= per_bin && next > days) {
            let edge = next.map_or(*days, |next| f64::midpoint(*days, *next).min(*days + 0.5));
            if edge > 0.0 {
                edges.push(edge);
                held = 0;
            }
        }
    }
    edges
}

/// Ends of the bands of age in which the calendar may differ: quintiles of the stays that closed.
fn bands_of(by_stage: &[Vec<Stay>], stages: usize) -> [f64; BANDS - 1] {
    let mut days: Vec<f64> = by_stage
        .iter()
        .flatten()
        .filter(|s| s.target.is_some_and(|t| t >= stages))
        .map(Stay::days)
        .collect();
    days.sort_by(f64::total_cmp);
    std::array::from_fn(|i| {
        days.get((i + 1) * days.len() / BANDS)
            .copied()
            .unwrap_or(f64::INFINITY)
    })
}

/// The pipeline's rates, to which a stage with few stays is pulled.
struct Pooled {
    /// Won, lost, moved per day.
    rate: [f64; KINDS],
    total: f64,
}

impl Pooled {
    fn of(by_stage: &[Vec<Stay>], stages: usize) -> Self {
        let mut events = [0.5; KINDS];
        let mut exposure = 0.0;
        for stay in by_stage.iter().flatten() {
            exposure += stay.weight * (stay.exit - stay.from);
            if let Some(target) = stay.target {
                events[kind_of(target, stages)] += stay.weight;
            }
        }
        let rate = events.map(|n| n / f64::max(exposure, 90.0));
        Self {
            rate,
            total: rate.iter().sum(),
        }
    }
}

fn fit_stage(
    stays: &[Stay],
    edges: &[f64],
    stages: usize,
    pooled: &Pooled,
    days: &Days,
) -> StageHazards {
    let bins = edges.len();
    let mut exposure = vec![[0.0; KINDS]; bins];
    let mut events = vec![vec![0.0; bins]; stages + 2];
    for stay in stays {
        walk(stay, edges, days, |bin, day, band, length| {
            for kind in 0..KINDS {
                let factor = day.map_or(1.0, |day| day.factors[kind][band]);
                exposure[bin][kind] += stay.weight * length * factor;
            }
        });
        if let Some(target) = stay.target {
            events[target][bin_of(edges, stay.days())] += stay.weight;
        }
    }
    // The last bins that together hold enough events to say what comes after them.
    let all = |bin: usize| -> f64 { events.iter().map(|by_bin| by_bin[bin]).sum() };
    let mut late = bins.saturating_sub(1);
    let mut held = 0.0;
    while late > 0 && held < EVENTS_PER_BIN as f64 {
        late -= 1;
        held += all(late);
    }
    let coarse: Vec<usize> = (0..bins).map(|bin| bin * COARSE_BANDS / bins).collect();
    let seen: Vec<usize> = (0..stages + 2)
        .filter(|&t| t >= stages || events[t].iter().any(|n| *n > 0.0))
        .collect();
    let moves = seen.iter().filter(|t| **t < stages).count().max(1) as f64;
    let exits = seen
        .into_iter()
        .map(|target| {
            let kind = kind_of(target, stages);
            let events = &events[target];
            let total: f64 = events.iter().sum();
            let time: f64 = exposure.iter().map(|e| e[kind]).sum();
            let share = if kind == 2 { 1.0 / moves } else { 1.0 };
            let prior_events = STAGE_PRIOR * pooled.rate[kind] * share / pooled.total;
            let stage_rate = (total + prior_events) / (time + STAGE_PRIOR / pooled.total);
            let shrink = |events: f64, time: f64, rate: f64, prior: f64| {
                (events + prior) / (time + prior / rate)
            };
            let band_rate: Vec<f64> = (0..COARSE_BANDS)
                .map(|band| {
                    let cells = (0..bins).filter(|bin| coarse[*bin] == band);
                    let (n, time) = cells.fold((0.0, 0.0), |(n, t), bin| {
                        (n + events[bin], t + exposure[bin][kind])
                    });
                    shrink(n, time, stage_rate, COARSE_PRIOR)
                })
                .collect();
            let mut rates: Vec<f64> = (0..bins)
                .map(|bin| {
                    shrink(
                        events[bin],
                        exposure[bin][kind],
                        band_rate[coarse[bin]],
                        FINE_PRIOR,
                    )
                })
                .collect();
            if bins > 1 {
                // Past the longest stay ever finished things go on as in the last bins before, as far
                // as the stays that lasted longer allow.
                let last = bins - 1;
                let sum = |bins: std::ops::Range<usize>| {
                    bins.fold((0.0, 0.0), |(n, t), bin| {
                        (n + events[bin], t + exposure[bin][kind])
                    })
                };
                let (n, time) = sum(late..last);
                let before = shrink(n, time, band_rate[coarse[last]], FINE_PRIOR);
                // The more should have happened there and did not, the less the prior is worth:
                // what lies beyond may simply be forgotten.
                let missing = before * exposure[last][kind];
                let prior = TAIL_PRIOR / (1.0 + missing);
                rates[last] = shrink(events[last], exposure[last][kind], before, prior);
            }
            let mut cumulative = vec![0.0];
            for bin in 1..bins {
                cumulative
                    .push(cumulative[bin - 1] + rates[bin - 1] * (edges[bin] - edges[bin - 1]));
            }
            Exit {
                target,
                kind,
                events: total,
                cumulative,
                rates,
            }
        })
        .collect();
    StageHazards {
        edges: edges.to_vec(),
        exits,
    }
}

/// The bin of an age; a bin holds its right end, because a stay of exactly that length ended in it.
fn bin_of(edges: &[f64], age: f64) -> usize {
    edges.partition_point(|edge| *edge < age).saturating_sub(1)
}

/// What a day is in the calendar, looked up once for all stays that see it.
struct Day {
    weekday: usize,
    month: i64,
    factors: [[f64; BANDS]; KINDS],
}

/// The days that some stays see.
struct Days<'a> {
    first: i64,
    each: Vec<Day>,
    calendar: &'a Calendar,
    /// Whether all multipliers are 1, so that midnights need no cut.
    flat: bool,
}

impl<'a> Days<'a> {
    fn of(by_stage: &[Vec<Stay>], calendar: &'a Calendar, flat: bool) -> Self {
        let stays = || by_stage.iter().flatten();
        let first = stays()
            .map(|s| s.from)
            .fold(f64::INFINITY, f64::min)
            .floor();
        // A forecast may be asked for long after the last event; those days are all alike.
        let last = stays()
            .map(|s| if s.target.is_some() { s.exit } else { s.from })
            .fold(f64::NEG_INFINITY, f64::max)
            .floor();
        let first = if first.is_finite() { first as i64 } else { 0 };
        let last = if last.is_finite() { last as i64 } else { first };
        let day = |day: i64| Day {
            weekday: calendar::weekday(day as f64),
            month: calendar::month_number(day as f64),
            factors: calendar.factors(day as f64),
        };
        Self {
            first,
            each: (first..=last).map(day).collect(),
            calendar,
            flat,
        }
    }

    /// The day of an instant inside a stay.
    fn at(&self, at: f64) -> &Day {
        let index = (at.floor() as i64 - self.first).clamp(0, self.each.len() as i64 - 1);
        &self.each[index as usize]
    }
}

/// Cuts a stay's exposure at midnights and bin edges: `visit(bin, day, band of age, days)`. Past the
/// last edge, where little ever happened, it is not cut by days, and there is no day.
fn walk(
    stay: &Stay,
    edges: &[f64],
    days: &Days,
    mut visit: impl FnMut(usize, Option<&Day>, usize, f64),
) {
    let mut at = stay.from;
    let mut bin = edges
        .partition_point(|edge| *edge <= at - stay.enter)
        .saturating_sub(1);
    while at < stay.exit {
        let open = bin + 1 >= edges.len() && bin > 0;
        let edge = edges.get(bin + 1).map_or(f64::INFINITY, |e| stay.enter + e);
        let midnight = if days.flat || open {
            f64::INFINITY
        } else {
            at.floor() + 1.0
        };
        let end = stay.exit.min(midnight).min(edge);
        let middle = f64::midpoint(at, end);
        let day = (!open).then(|| days.at(middle));
        visit(bin, day, days.calendar.band(middle - stay.enter), end - at);
        if end >= edge {
            bin += 1;
        }
        // Rounding may leave `end` on `at`; the next midnight or edge is at least one step away.
        at = if end > at { end } else { at.next_up() };
    }
}

fn fit_calendar(
    by_stage: &[Vec<Stay>],
    fitted: &[StageHazards],
    old: &Calendar,
    stages: usize,
    origin: f64,
) -> Calendar {
    let mut weekday = [[(0.0, 0.0); 7]; KINDS];
    let mut quarter = [[[(0.0, 0.0); 3]; BANDS]; KINDS];
    let stays = by_stage.iter().flatten();
    let start = stays.clone().map(|s| s.from).fold(f64::INFINITY, f64::min);
    if !start.is_finite() {
        return old.clone();
    }
    let (first, last) = (
        calendar::month_number(start),
        calendar::month_number(origin),
    );
    // Whole months only: a month that was just entered says little about itself.
    let first = if calendar::first_day_of_month(first) + 3.0 < start {
        first + 1
    } else {
        first
    };
    let whole = |day: f64| (first..last).contains(&calendar::month_number(day));
    let seasons = last - first >= 6;
    let days = Days::of(by_stage, old, false);
    for (stays, hazards) in by_stage.iter().zip(fitted) {
        let rates: Vec<[f64; KINDS]> = (0..hazards.edges.len())
            .map(|bin| {
                let mut sum = [0.0; KINDS];
                for exit in &hazards.exits {
                    sum[exit.kind] += hazards.rate(exit, bin);
                }
                sum
            })
            .collect();
        for stay in stays {
            walk(stay, &hazards.edges, &days, |bin, day, band, length| {
                let Some(day) = day else { return };
                let season = seasons && (first..last).contains(&day.month);
                for kind in 0..KINDS {
                    let factor = day.factors[kind][band];
                    let expected = stay.weight * length * rates[bin][kind] * factor;
                    let by_weekday = old.weekday[kind][day.weekday];
                    weekday[kind][day.weekday].1 += expected / by_weekday;
                    if season {
                        let by_quarter = factor / by_weekday;
                        quarter[kind][band][day.month.rem_euclid(3) as usize].1 +=
                            expected / by_quarter;
                    }
                }
            });
            if let Some(target) = stay.target {
                let (kind, wd, band) = (
                    kind_of(target, stages),
                    calendar::weekday(stay.exit),
                    old.band(stay.days()),
                );
                weekday[kind][wd].0 += stay.weight;
                if seasons && whole(stay.exit) {
                    quarter[kind][band]
                        [calendar::month_number(stay.exit).rem_euclid(3) as usize]
                        .0 += stay.weight;
                }
            }
        }
    }
    let shrunk = |(seen, expected): (f64, f64), prior: f64| (seen + prior) / (expected + prior);
    let weekday = weekday.map(|days| {
        let factors = days.map(|cell| shrunk(cell, WEEKDAY_PRIOR));
        let mean = factors.iter().sum::<f64>() / 7.0;
        factors.map(|f| f / mean)
    });
    let quarter = seasons.then(|| {
        quarter.map(|bands| bands.map(|phases| phases.map(|cell| shrunk(cell, QUARTER_PRIOR))))
    });
    Calendar {
        weekday,
        quarter,
        bands: old.bands,
    }
}
