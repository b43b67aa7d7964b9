//! The hidden process: how a deal of the invented company really moves.
//!
//! A semi-Markov chain over six open stages. On entering a stage a champion may come forward and a blocker may appear
//! or be won over; then the next step and the days until it are drawn together. A deal may also go dormant there:
//! it stays in the stage for ever, and nobody closes it. Everything a forecast tries to learn is in this file, in plain
//! arithmetic, so the true chance of each open deal can be worked out rather than simulated.

use crate::draws::Draws;
use crate::world::Fate;

/// Open stages in their declared order; the two closing ones follow.
pub(crate) const STAGES: [&str; 8] = [
    "Lead",
    "Qualification",
    "Discovery",
    "Demo",
    "Proposal",
    "Negotiation",
    "Closed Won",
    "Closed Lost",
];
/// How many of [`STAGES`] are open.
pub(crate) const OPEN: usize = 6;
const WON: usize = 6;
const LOST: usize = 7;

/// Where a step leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    To(usize),
    Won,
    Lost,
    Dormant,
}

impl Step {
    /// The index in [`STAGES`] this step enters; none for a deal that stays where it is.
    pub(crate) fn stage(self) -> Option<usize> {
        match self {
            Step::To(stage) => Some(stage),
            Step::Won => Some(WON),
            Step::Lost => Some(LOST),
            Step::Dormant => None,
        }
    }
}

/// One way out of a stage: its weight for an average deal and the median working days until it is taken.
struct Way {
    step: Step,
    weight: f64,
    days: f64,
}

const fn way(step: Step, weight: f64, days: f64) -> Way {
    Way { step, weight, days }
}

const NEW_BUSINESS: [&[Way]; OPEN] = [
    &[
        way(Step::To(1), 0.62, 5.0),
        way(Step::To(2), 0.07, 6.0),
        way(Step::Lost, 0.28, 11.0),
        way(Step::Dormant, 0.03, 0.0),
    ],
    &[
        way(Step::To(2), 0.70, 7.0),
        way(Step::To(3), 0.04, 8.0),
        way(Step::Lost, 0.23, 14.0),
        way(Step::Dormant, 0.03, 0.0),
    ],
    &[
        way(Step::To(3), 0.68, 9.0),
        way(Step::To(4), 0.07, 11.0),
        way(Step::To(1), 0.03, 8.0),
        way(Step::Lost, 0.19, 18.0),
        way(Step::Dormant, 0.03, 0.0),
    ],
    &[
        way(Step::To(4), 0.70, 8.0),
        way(Step::To(2), 0.08, 10.0),
        way(Step::Lost, 0.19, 17.0),
        way(Step::Dormant, 0.03, 0.0),
    ],
    &[
        way(Step::To(5), 0.59, 9.0),
        way(Step::Won, 0.06, 14.0),
        way(Step::To(3), 0.07, 12.0),
        way(Step::Lost, 0.24, 24.0),
        way(Step::Dormant, 0.04, 0.0),
    ],
    &[
        way(Step::Won, 0.64, 11.0),
        way(Step::To(4), 0.12, 9.0),
        way(Step::Lost, 0.21, 26.0),
        way(Step::Dormant, 0.03, 0.0),
    ],
];

const EXPANSION: [&[Way]; OPEN] = [
    &[],
    &[],
    &[
        way(Step::To(4), 0.80, 7.0),
        way(Step::Lost, 0.17, 13.0),
        way(Step::Dormant, 0.03, 0.0),
    ],
    &[],
    &[
        way(Step::To(5), 0.66, 7.0),
        way(Step::Won, 0.12, 9.0),
        way(Step::To(2), 0.04, 7.0),
        way(Step::Lost, 0.15, 17.0),
        way(Step::Dormant, 0.03, 0.0),
    ],
    &[
        way(Step::Won, 0.74, 8.0),
        way(Step::To(4), 0.07, 6.0),
        way(Step::Lost, 0.16, 18.0),
        way(Step::Dormant, 0.03, 0.0),
    ],
];

/// Chance that a champion comes forward on entering each stage.
const CHAMPION_COMES: [f64; OPEN] = [0.02, 0.08, 0.20, 0.20, 0.12, 0.08];
/// Chance that a blocker appears on entering each stage.
const BLOCKER_COMES: [f64; OPEN] = [0.0, 0.03, 0.07, 0.12, 0.16, 0.12];
const BLOCKER_WON_OVER: f64 = 0.35;
const BLOCKER_WON_OVER_BY_CHAMPION: f64 = 0.60;
/// Odds of moving on with a champion, and with a blocker nobody has answered.
const CHAMPION_ODDS: f64 = 1.9;
const BLOCKER_ODDS: f64 = 0.45;
/// Share of wins of the first weeks of a quarter that are hurried into the quarter before.
const RUSH_SHARE: f64 = 0.40;
const RUSH_REACH: f64 = 15.0;
const RUSH_DAYS: f64 = 4.0;

/// What a blocker is doing on a deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blocker {
    Absent,
    Unresolved,
    Resolved,
}

/// What changes on a deal from stage to stage, besides the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Context {
    pub(crate) champion: bool,
    pub(crate) blocker: Blocker,
}

impl Context {
    pub(crate) const NEW: Context = Context {
        champion: false,
        blocker: Blocker::Absent,
    };
    const ALL: [Context; 6] = [
        Context {
            champion: false,
            blocker: Blocker::Absent,
        },
        Context {
            champion: false,
            blocker: Blocker::Unresolved,
        },
        Context {
            champion: false,
            blocker: Blocker::Resolved,
        },
        Context {
            champion: true,
            blocker: Blocker::Absent,
        },
        Context {
            champion: true,
            blocker: Blocker::Unresolved,
        },
        Context {
            champion: true,
            blocker: Blocker::Resolved,
        },
    ];

    fn index(self) -> usize {
        usize::from(self.champion) * 3
            + match self.blocker {
                Blocker::Absent => 0,
                Blocker::Unresolved => 1,
                Blocker::Resolved => 2,
            }
    }

    /// The contexts this one may turn into on entering `stage`, with their chances.
    fn on_entering(self, stage: usize) -> [(Context, f64); 4] {
        let comes = if self.champion {
            1.0
        } else {
            CHAMPION_COMES[stage]
        };
        let branch = |champion: bool| {
            let (turned, p) = match self.blocker {
                Blocker::Absent => (Blocker::Unresolved, BLOCKER_COMES[stage]),
                Blocker::Unresolved if champion => {
                    (Blocker::Resolved, BLOCKER_WON_OVER_BY_CHAMPION)
                }
                Blocker::Unresolved => (Blocker::Resolved, BLOCKER_WON_OVER),
                Blocker::Resolved => (Blocker::Resolved, 1.0),
            };
            [
                (
                    Context {
                        champion,
                        blocker: turned,
                    },
                    p,
                ),
                (
                    Context {
                        champion,
                        blocker: self.blocker,
                    },
                    1.0 - p,
                ),
            ]
        };
        let [with_a, with_b] = branch(true);
        let [without_a, without_b] = branch(false);
        [
            (with_a.0, with_a.1 * comes),
            (with_b.0, with_b.1 * comes),
            (without_a.0, without_a.1 * (1.0 - comes)),
            (without_b.0, without_b.1 * (1.0 - comes)),
        ]
    }

    /// What this context becomes on entering `stage`.
    pub(crate) fn enter(self, stage: usize, draws: &mut Draws) -> Context {
        let options = self.on_entering(stage);
        options[draws.weighted(&options.map(|(_, p)| p))].0
    }
}

/// Wins around one quarter's end: the first working day of the next quarter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QuarterEnd(pub(crate) f64);

/// The law of one deal: its pipeline and what never changes about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Law {
    /// An expansion of a customer, rather than new business.
    pub(crate) expansion: bool,
    /// Odds of moving on, from the owner's skill, the industry's fit and the deal's size.
    pub(crate) odds: f64,
    /// How many times slower than an average deal.
    pub(crate) slowness: f64,
}

impl Law {
    fn ways(&self, stage: usize) -> &'static [Way] {
        let table = if self.expansion {
            &EXPANSION
        } else {
            &NEW_BUSINESS
        };
        table.get(stage).copied().unwrap_or_default()
    }

    fn weights(&self, stage: usize, context: Context) -> Vec<f64> {
        let champion = if context.champion { CHAMPION_ODDS } else { 1.0 };
        let blocker = if context.blocker == Blocker::Unresolved {
            BLOCKER_ODDS
        } else {
            1.0
        };
        let odds = self.odds * champion * blocker;
        let forward = |step| match step {
            Step::Won => true,
            Step::To(next) => next > stage,
            Step::Lost | Step::Dormant => false,
        };
        self.ways(stage)
            .iter()
            .map(|way| {
                if forward(way.step) {
                    way.weight * odds
                } else {
                    way.weight
                }
            })
            .collect()
    }

    /// Draws the next step out of `stage` and the working day on which it is taken.
    pub(crate) fn next(
        &self,
        stage: usize,
        context: Context,
        entered: f64,
        quarters: &[QuarterEnd],
        draws: &mut Draws,
    ) -> (Step, f64) {
        let ways = self.ways(stage);
        let way = &ways[draws.weighted(&self.weights(stage, context))];
        let mut at = entered + way.days * self.slowness * skewed(draws.unit());
        let (hurried, when) = (draws.chance(RUSH_SHARE), draws.unit());
        if way.step == Step::Won
            && hurried
            && let Some(end) = quarters
                .iter()
                .find(|end| at >= end.0 && at < end.0 + RUSH_REACH)
            && end.0 - RUSH_DAYS > entered
        {
            at = end.0 - RUSH_DAYS * (1.0 - when);
        }
        (way.step, at)
    }

    /// Follows a deal to its end, from the step it is about to take, or has just taken.
    pub(crate) fn fate(&self, mut step: Step, mut context: Context, draws: &mut Draws) -> Fate {
        loop {
            match step {
                Step::Won => return Fate::Won,
                Step::Lost => return Fate::Lost,
                Step::Dormant => return Fate::Dormant,
                Step::To(stage) => {
                    context = context.enter(stage, draws);
                    step = self.next(stage, context, 0.0, &[], draws).0;
                }
            }
        }
    }

    /// The true chance that a deal in `stage` since `entered`, still open at `now`, is won in the end.
    ///
    /// Knows everything that is fixed about the deal and its context, but not its future and not whether it has gone
    /// dormant: the longer it stays, the likelier that is.
    pub(crate) fn p_win(
        &self,
        stage: usize,
        context: Context,
        entered: f64,
        now: f64,
        quarters: &[QuarterEnd],
        values: &[[f64; 6]; OPEN],
    ) -> f64 {
        let elapsed = (now - entered).max(0.0);
        let (mut won, mut all) = (0.0, 0.0);
        for (way, weight) in self.ways(stage).iter().zip(self.weights(stage, context)) {
            let median = way.days * self.slowness;
            let open_after = |days: f64| 1.0 - share_below(days / median);
            let mut still_here = open_after(elapsed);
            if way.step == Step::Dormant {
                still_here = 1.0;
            }
            if way.step == Step::Won {
                // A win that would come soon after the quarter may have been hurried already.
                for end in quarters {
                    let (from, to) = (end.0.max(now), end.0 + RUSH_REACH);
                    let hurried_by_now = ((now - (end.0 - RUSH_DAYS)) / RUSH_DAYS).clamp(0.0, 1.0);
                    if to > from && hurried_by_now > 0.0 && end.0 - RUSH_DAYS > entered {
                        let due = open_after(from - entered) - open_after(to - entered);
                        still_here -= RUSH_SHARE * hurried_by_now * due;
                    }
                }
            }
            let value = match way.step {
                Step::To(next) => entering(values, next, context),
                Step::Won => 1.0,
                Step::Lost | Step::Dormant => 0.0,
            };
            won += weight * still_here * value;
            all += weight * still_here;
        }
        if all > 0.0 { won / all } else { 0.0 }
    }

    /// The chance of winning from the moment a stage is entered, per stage and context: the fixed point of one step.
    pub(crate) fn values(&self) -> [[f64; 6]; OPEN] {
        let mut values = [[0.0; 6]; OPEN];
        for _ in 0..500 {
            let mut moved: f64 = 0.0;
            for stage in (0..OPEN).rev() {
                for context in Context::ALL {
                    let weights = self.weights(stage, context);
                    let total: f64 = weights.iter().sum();
                    let mut won = 0.0;
                    for (way, weight) in self.ways(stage).iter().zip(&weights) {
                        won += weight
                            * match way.step {
                                Step::To(next) => entering(&values, next, context),
                                Step::Won => 1.0,
                                Step::Lost | Step::Dormant => 0.0,
                            };
                    }
                    let value = if total > 0.0 { won / total } else { 0.0 };
                    moved = moved.max((value - values[stage][context.index()]).abs());
                    values[stage][context.index()] = value;
                }
            }
            if moved < 1e-13 {
                break;
            }
        }
        values
    }
}

fn entering(values: &[[f64; 6]; OPEN], stage: usize, context: Context) -> f64 {
    context
        .on_entering(stage)
        .iter()
        .map(|(after, p)| p * values[stage][after.index()])
        .sum()
}

/// Days to a step, and prices, in units of their median, at seventeen even steps of probability: a lognormal with σ = 0.8, its upper
/// end cut at seven medians. A table and straight lines, because libraries of mathematics differ in the last bit.
const SKEWED: [f64; 17] = [
    0.08, 0.293, 0.398, 0.492, 0.583, 0.676, 0.775, 0.882, 1.0, 1.134, 1.291, 1.479, 1.715, 2.033,
    2.510, 3.411, 7.0,
];

/// The value below which a share `u` lies, of a skewed quantity with median 1: most are small, a few very large.
pub(crate) fn skewed(u: f64) -> f64 {
    let place = u * 16.0;
    let knot = (place as usize).min(15);
    SKEWED[knot] + (SKEWED[knot + 1] - SKEWED[knot]) * (place - knot as f64)
}

/// The share of steps taken within `days` medians; the inverse of [`skewed`].
fn share_below(days: f64) -> f64 {
    if days <= SKEWED[0] {
        return 0.0;
    }
    match SKEWED.iter().position(|&knot| knot > days) {
        Some(above) => {
            let (low, high) = (SKEWED[above - 1], SKEWED[above]);
            ((above - 1) as f64 + (days - low) / (high - low)) / 16.0
        }
        None => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AVERAGE: Law = Law {
        expansion: false,
        odds: 1.0,
        slowness: 1.0,
    };

    #[test]
    fn the_skewed_table_and_its_inverse_agree() {
        for step in 0..1_000 {
            let u = f64::from(step) / 1_000.0;
            assert!((share_below(skewed(u)) - u).abs() < 1e-12, "{u}");
        }
    }

    #[test]
    fn contexts_keep_their_probability() {
        for context in Context::ALL {
            for stage in 0..OPEN {
                let total: f64 = context.on_entering(stage).iter().map(|(_, p)| p).sum();
                assert!((total - 1.0).abs() < 1e-12, "{context:?} entering {stage}");
            }
        }
    }

    #[test]
    fn champions_help_blockers_hurt_and_waiting_hurts() {
        let values = AVERAGE.values();
        let p = |context, elapsed| AVERAGE.p_win(4, context, 0.0, elapsed, &[], &values);
        let with = |champion, blocker| Context { champion, blocker };
        let plain = p(Context::NEW, 3.0);
        assert!(p(with(true, Blocker::Absent), 3.0) > plain + 0.05);
        assert!(p(with(false, Blocker::Unresolved), 3.0) < plain - 0.05);
        assert!(p(Context::NEW, 60.0) < plain - 0.2);
    }

    #[test]
    fn the_worked_out_chance_is_what_many_runs_give() {
        let quarters = [QuarterEnd(20.0), QuarterEnd(85.0)];
        let values = AVERAGE.values();
        // A deal in Proposal since day 10, seen still open on each of these days.
        for now in [12.0, 17.5, 19.9, 20.0, 24.0, 60.0, 84.0] {
            let (mut open, mut won) = (0_u32, 0_u32);
            for run in 0..40_000 {
                let mut draws = Draws::of(3, "run", run);
                let (step, until) = AVERAGE.next(4, Context::NEW, 10.0, &quarters, &mut draws);
                if step != Step::Dormant && until <= now {
                    continue;
                }
                open += 1;
                won += u32::from(AVERAGE.fate(step, Context::NEW, &mut draws) == Fate::Won);
            }
            let seen = f64::from(won) / f64::from(open);
            let true_p = AVERAGE.p_win(4, Context::NEW, 10.0, now, &quarters, &values);
            let error = (true_p * (1.0 - true_p) / f64::from(open)).sqrt();
            assert!(
                (seen - true_p).abs() < 4.0 * error,
                "day {now}: {seen} against {true_p} ± {error}"
            );
        }
    }
}
