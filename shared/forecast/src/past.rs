//! What today's model makes of a deal's past: the chance it gives the deal as it stood on earlier days.
//!
//! It looks back. The model has learned from everything up to its origin, other deals' later days
//! among it, and from how this very deal ended if it is closed; so this is not what was forecast then.
//! What it is told of the deal itself is what was known on the day: stage, age, touches, people. The
//! amount is today's, and the calendar is that of the days from the origin.

use crate::engine::{DealError, Model, Range, between, logistic, logit};
use crate::law;
use crate::learn::panel::{Mark, Standing, State};

/// Moments between a deal's first and its last on an even grid, at most.
const GRID: f64 = 48.0;
/// Moments at which something else became known, at most; with more of them the grid says enough.
const MOST_FACTS: usize = 100;
/// What happens so shortly after one another is told once, in days.
const SAME: f64 = 0.02;
/// What happened at a moment is known just after it.
const AFTER: f64 = 1e-6;

/// The chance of one deal as it stood at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// The moment, in days since the epoch.
    pub at: f64,
    /// Where it stood from then on.
    pub mark: Mark,
    /// Whether it came there at that moment.
    pub entered: bool,
    /// The chance to be won in the end, with the model's uncertainty; `None` where it closed.
    pub p_win: Option<Range>,
}

impl Model {
    /// The chances of a deal from its first dated stage to its close or the model's now: whenever its
    /// stage changed or something became known of it, and on even days between.
    pub fn scores(&self, deal: usize) -> Result<Vec<Score>, DealError> {
        let panel = &self.reading.panel;
        if deal >= panel.deals() {
            return Err(DealError::Unknown(deal));
        }
        let now = self.origin();
        let rows = panel.before(deal, now);
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return Err(DealError::NoHistory);
        };
        let end = if last.mark.closes() { last.at } else { now };
        let moments = self.moments(deal, first.at, end);
        let (near, long) = self.outlooks();
        let members: Vec<_> = self
            .members()
            .filter_map(|(member, outlook, chain)| Some((member, outlook, chain.as_ref().ok()?)))
            .collect();
        let best = &self.trained.best;
        let chance = |day: f64, standing: &Standing| {
            let (stage, age) = (standing.stage as usize, day - standing.entered);
            let drawn = members.iter().map(|(member, outlook, chain)| {
                let p = law::p_win(&member.hazards, chain.p_win(), stage, age);
                logistic(logit(p) + self.pull_at(member, outlook, (deal, day), standing))
            });
            let p = law::p_win(&best.hazards, self.chain.p_win(), stage, age);
            let p = logistic(logit(p) + self.pull_at(best, &near, (deal, day), standing));
            let by_then = best.curve_at(&long, panel, (deal, day), standing).end();
            Range::of(between(p, by_then), drawn.collect())
        };
        let scores = moments.into_iter().filter_map(|(at, entered)| {
            // The present is the model's own.
            let day = if at < now { (at + AFTER).min(now) } else { now };
            let (mark, p_win) = match panel.state(deal, day)? {
                State::Open(standing) => {
                    (Mark::Stage(standing.stage), Some(chance(day, &standing)))
                }
                State::Closed { .. } if !entered => return None,
                State::Closed { won: true, .. } => (Mark::Won, None),
                State::Closed { .. } => (Mark::Lost, None),
            };
            Some(Score {
                at: at.min(self.reading.as_of),
                mark,
                entered,
                p_win,
            })
        });
        Ok(scores.collect())
    }

    /// When to look, ascending, and whether the stage changed then.
    fn moments(&self, deal: usize, first: f64, end: f64) -> Vec<(f64, bool)> {
        let panel = &self.reading.panel;
        let rows = panel.before(deal, self.origin());
        let mut moments: Vec<(f64, bool)> = rows.iter().map(|row| (row.at, true)).collect();
        if let Some(facts) = panel.facts(deal) {
            let known = facts.touches.iter().chain(&facts.raised);
            let known = known.copied().chain(facts.champion_from);
            let known: Vec<f64> = known.filter(|at| (first..end).contains(at)).collect();
            if known.len() <= MOST_FACTS {
                moments.extend(known.into_iter().map(|at| (at, false)));
            }
        }
        let step = ((end - first) / GRID).max(1.0);
        let even = (1_u32..).map(|k| first + f64::from(k) * step);
        moments.extend(even.take_while(|at| *at < end).map(|at| (at, false)));
        if end == self.origin() {
            moments.push((end, false));
        }
        moments.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        // A change of stage is always told; whatever else happens beside it, with it.
        let mut kept: Vec<(f64, bool)> = Vec::with_capacity(moments.len());
        for (at, entered) in moments {
            match kept.last_mut() {
                Some(before) if at - before.0 < SAME && !entered && at < end => {}
                Some(before) if at - before.0 < SAME && !before.1 => *before = (at, entered),
                _ => kept.push((at, entered)),
            }
        }
        kept
    }
}
