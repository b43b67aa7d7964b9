//! How far deals keep to the order of stages.

use crate::scope::{Case, OrderSource, Scope, Tally};
use crate::variants::EXAMPLES;
use crate::{Difference, Rate};
use model::Outcome;
use serde::Serialize;

/// Ways of leaving the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviationKind {
    /// A stage that is recorded at all was jumped over, or the deal began after it. Losing skips nothing: a deal may be
    /// lost from anywhere. Against a discovered order only a stage that more than half of the won
    /// deals visit (without outcomes: of all finished) can be skipped; the others are optional.
    Skipped,
    /// A step to an earlier stage.
    Backward,
    /// Something happened after the deal was closed.
    AfterClose,
    /// A stage that is not in the declared order.
    Undeclared,
}

/// How far a pipeline's deals keep to its order of stages.
#[derive(Clone, Debug, Serialize)]
pub struct Conformance {
    /// Whether the order was declared or read off the same history; against its own history a
    /// pipeline conforms better than it should.
    pub against: OrderSource,
    /// The open stages in that order.
    pub order: Vec<String>,
    /// Stages of the order that no deal's history shows; they cannot be told from skipped ones and
    /// are not counted.
    pub unrecorded: Vec<String>,
    /// Deals that never left it, of those with history.
    pub conforming: Option<Rate>,
    /// Share won of the closed deals that never left it.
    pub conforming_win_rate: Option<Rate>,
    /// Each kind that occurs.
    pub deviations: Vec<Deviation>,
}

/// One kind of deviation.
#[derive(Clone, Debug, Serialize)]
pub struct Deviation {
    /// What it is.
    pub kind: DeviationKind,
    /// Times it occurred.
    pub count: u64,
    /// Deals it occurred in.
    pub deals: u64,
    /// Their share of all deals with history.
    pub share: f64,
    /// Share won of the closed ones among them.
    pub win_rate: Option<Rate>,
    /// That, minus the share won of conforming deals.
    pub win_difference: Option<Difference>,
    /// Where: the stage skipped, or the step made; most frequent first.
    pub places: Vec<(String, u64)>,
    /// Some of the deals, by name.
    pub examples: Vec<String>,
}

/// Places listed per kind.
const PLACES: usize = 20;

/// Where a deviation happened.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Where {
    Stage(u16),
    Step(u16, u16),
}

/// Checks every deal against the scope's order.
pub fn conformance(scope: &Scope<'_>) -> Conformance {
    let declared = scope.order() == OrderSource::Declared;
    let in_order = |stage: u16| {
        let stage = &scope.stages()[usize::from(stage)];
        stage.outcome.is_none() && !stage.end && (stage.declared || !declared)
    };
    let order: Vec<u16> = (0..scope.stages().len() as u16)
        .filter(|&stage| in_order(stage))
        .collect();
    let cases: Vec<Case<'_>> = scope
        .cases()
        .filter(|case| !case.stages.is_empty())
        .collect();
    let expected = expected(scope, &cases, &order, declared);
    let unrecorded = order.iter().filter(|&&stage| !recorded(&cases, stage));
    let unrecorded = unrecorded
        .map(|&stage| scope.label(stage).to_owned())
        .collect();
    let mut found: Vec<(DeviationKind, Where, u32)> = Vec::new();
    let mut conforming = Tally::default();
    for (number, case) in cases.iter().enumerate() {
        let before = found.len();
        let mut note = |kind, place| found.push((kind, place, number as u32));
        check(scope, case, &order, &expected, &mut note);
        if found.len() == before {
            conforming.add(scope.outcome(case));
        }
    }
    found.sort_by_key(|&(kind, _, case)| (kind, case));
    let deals = cases.len() as u64;
    let deviations = found
        .chunk_by(|a, b| a.0 == b.0)
        .map(|same| {
            let mut tally = Tally::default();
            let mut examples = Vec::new();
            for of_deal in same.chunk_by(|a, b| a.2 == b.2) {
                let case = &cases[of_deal[0].2 as usize];
                tally.add(scope.outcome(case));
                if examples.len() < EXAMPLES {
                    examples.push(scope.case_name(case).to_owned());
                }
            }
            let mut places: Vec<Where> = same.iter().map(|&(_, place, _)| place).collect();
            places.sort_unstable();
            let mut places: Vec<(String, u64)> = places
                .chunk_by(|a, b| a == b)
                .map(|same| (name(scope, same[0]), same.len() as u64))
                .collect();
            places.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            places.truncate(PLACES);
            let affected = tally.closed() + tally.open;
            Deviation {
                kind: same[0].0,
                count: same.len() as u64,
                deals: affected,
                share: affected as f64 / deals as f64,
                win_rate: tally.win_rate(),
                win_difference: tally
                    .win_rate()
                    .zip(conforming.win_rate())
                    .map(|(with, without)| Difference::between(with, without)),
                places,
                examples,
            }
        })
        .collect();
    Conformance {
        against: scope.order(),
        order: order
            .iter()
            .map(|&stage| scope.label(stage).to_owned())
            .collect(),
        unrecorded,
        conforming: Rate::of(conforming.closed() + conforming.open, deals),
        conforming_win_rate: conforming.win_rate(),
        deviations,
    }
}

fn recorded(cases: &[Case<'_>], stage: u16) -> bool {
    cases.iter().any(|case| case.stages.contains(&stage))
}

/// Whether each stage of the order ought to be visited.
fn expected(scope: &Scope<'_>, cases: &[Case<'_>], order: &[u16], declared: bool) -> Vec<bool> {
    if declared {
        return order.iter().map(|&stage| recorded(cases, stage)).collect();
    }
    let known = scope.stages().iter().any(|stage| stage.outcome.is_some());
    let mut visited = vec![0_usize; order.len()];
    let mut finished = 0;
    for case in cases {
        let Some(last) = case.current() else { continue };
        let counts = if known {
            scope.outcome_of(last) == Some(Outcome::Won)
        } else {
            scope.is_end(last)
        };
        if counts {
            finished += 1;
            for (count, stage) in visited.iter_mut().zip(order) {
                *count += usize::from(case.stages.contains(stage));
            }
        }
    }
    visited
        .into_iter()
        .map(|count| 2 * count > finished)
        .collect()
}

fn check(
    scope: &Scope<'_>,
    case: &Case<'_>,
    order: &[u16],
    expected: &[bool],
    note: &mut impl FnMut(DeviationKind, Where),
) {
    // Position in the order that the deal has come to: everything before it is done or skipped.
    let mut reached = 0;
    let mut visited = vec![false; order.len()];
    let mut previous: Option<u16> = None;
    for &stage in case.stages {
        let after_close = previous.filter(|&before| scope.outcome_of(before).is_some());
        if let Some(before) = after_close {
            note(DeviationKind::AfterClose, Where::Step(before, stage));
        }
        let position = order.binary_search(&stage).ok();
        // A won deal, or a case that came to its end, ought to have been through every stage.
        let complete = scope.is_end(stage) && scope.outcome_of(stage) != Some(Outcome::Lost);
        let upto = position.or(complete.then_some(order.len()));
        if let Some(upto) = upto {
            for skipped in reached..upto {
                if expected[skipped] && !visited[skipped] {
                    note(DeviationKind::Skipped, Where::Stage(order[skipped]));
                }
            }
            reached = reached.max(upto);
        }
        if let Some(position) = position {
            visited[position] = true;
            if let Some(before) = previous.filter(|&before| scope.goes_back(before, stage)) {
                note(DeviationKind::Backward, Where::Step(before, stage));
            }
        } else if scope.order() == OrderSource::Declared
            && !scope.stages()[usize::from(stage)].declared
            && scope.outcome_of(stage).is_none()
        {
            note(DeviationKind::Undeclared, Where::Stage(stage));
        }
        previous = Some(stage);
    }
}

fn name(scope: &Scope<'_>, place: Where) -> String {
    match place {
        Where::Stage(stage) => scope.label(stage).to_owned(),
        Where::Step(from, to) => format!("{} → {}", scope.label(from), scope.label(to)),
    }
}
