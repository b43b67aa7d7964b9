//! What the miners look at: the deals of one pipeline, their stages in order, nothing after "now".

use crate::context::stage_outcomes;
use crate::order;
use model::{Book, CanonicalStage, Outcome, PipelineId, Stage, StageLog, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;

/// The deals of one pipeline, ready to be mined.
///
/// Stages are numbered in pipeline order (closing stages last), deals come in the order of their
/// names, and visits after `as_of` are left out, so nothing mined depends on the order of the
/// input or on what was not yet known.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    log: &'a StageLog,
    pipeline: Option<PipelineId>,
    name: String,
    stages: Vec<StageOf>,
    order: OrderSource,
    cases: Vec<usize>,
    starts: Vec<usize>,
    stage: Vec<u16>,
    at_us: Vec<i64>,
    left_out: u64,
    as_of: Timestamp,
}

/// A stage as the miners know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StageOf {
    /// The source's own label.
    pub label: String,
    /// How a deal ends that rests here.
    pub outcome: Option<Outcome>,
    /// Deals rest here for good: a closing stage, or, in a log without outcomes, the stage nearly
    /// every visit of which is its case's last.
    pub end: bool,
    /// The pipeline's owner put it in the order; `false` for a stage found only in the history.
    pub declared: bool,
}

/// Where the order of stages comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderSource {
    /// The pipeline says so, or its stages' meanings do.
    Declared,
    /// Read off the history, see [`order::discover`].
    Discovered,
}

/// One deal's stage visits up to now.
#[derive(Clone, Copy, Debug)]
pub struct Case<'s> {
    /// Its number in the log, which is also its number in `Book::deals`.
    pub index: usize,
    /// Stages visited, as numbers in [`Scope::stages`].
    pub stages: &'s [u16],
    /// When each was entered, microseconds since 1970 UTC.
    pub at_us: &'s [i64],
}

impl Case<'_> {
    /// The stage it is in now; `None` when nothing was visited.
    pub fn current(&self) -> Option<u16> {
        self.stages.last().copied()
    }

    /// The moves it made: (from, to, entered `from`, entered `to`).
    pub fn moves(&self) -> impl Iterator<Item = (u16, u16, i64, i64)> {
        self.stages
            .windows(2)
            .zip(self.at_us.windows(2))
            .map(|(stages, at)| (stages[0], stages[1], at[0], at[1]))
    }

    /// From its first visit to its last, in microseconds.
    pub fn length_us(&self) -> i64 {
        match (self.at_us.first(), self.at_us.last()) {
            (Some(first), Some(last)) => last.saturating_sub(*first),
            _ => 0,
        }
    }
}

impl<'a> Scope<'a> {
    /// One scope per pipeline of the book that has deals, in the order of pipeline names.
    ///
    /// Deals of no pipeline share one scope named `All deals`.
    pub fn of_book(book: &'a Book) -> Vec<Self> {
        let mut groups: BTreeMap<(String, Option<PipelineId>), Vec<usize>> = BTreeMap::new();
        for (index, deal) in book.deals.iter().enumerate().take(book.log.cases()) {
            let declared = deal
                .pipeline
                .and_then(|id| book.pipelines.iter().find(|p| p.id == id));
            let name = declared.map_or_else(|| "All deals".to_owned(), |p| p.name.clone());
            groups.entry((name, deal.pipeline)).or_default().push(index);
        }
        let outcomes = stage_outcomes(book);
        groups
            .into_iter()
            .map(|((name, id), cases)| {
                let declared = book
                    .pipelines
                    .iter()
                    .find(|p| Some(p.id) == id)
                    .and_then(declared);
                Self::build(&book.log, id, name, cases, &outcomes, declared, book.as_of)
            })
            .collect()
    }

    /// Every case of a log, with the order of stages discovered.
    pub fn of_log(
        log: &'a StageLog,
        outcome_of: impl Fn(&str) -> Option<Outcome>,
        as_of: Timestamp,
    ) -> Self {
        let outcomes: Vec<_> = log.stages().iter().map(|label| outcome_of(label)).collect();
        let cases = (0..log.cases()).collect();
        Self::build(
            log,
            None,
            "All deals".to_owned(),
            cases,
            &outcomes,
            None,
            as_of,
        )
    }

    /// Every case of a log, against a declared order of its open stages.
    pub fn of_log_in_order(
        log: &'a StageLog,
        order: &[&str],
        outcome_of: impl Fn(&str) -> Option<Outcome>,
        as_of: Timestamp,
    ) -> Self {
        let outcomes: Vec<_> = log.stages().iter().map(|label| outcome_of(label)).collect();
        let declared = order
            .iter()
            .map(|label| ((*label).to_owned(), outcome_of(label)))
            .collect();
        let cases = (0..log.cases()).collect();
        Self::build(
            log,
            None,
            "All deals".to_owned(),
            cases,
            &outcomes,
            Some(declared),
            as_of,
        )
    }

    fn build(
        log: &'a StageLog,
        pipeline: Option<PipelineId>,
        name: String,
        mut cases: Vec<usize>,
        outcomes: &[Option<Outcome>],
        declared: Option<Vec<(String, Option<Outcome>)>>,
        as_of: Timestamp,
    ) -> Self {
        let as_of_us = as_of.as_microsecond();
        cases.sort_by(|&a, &b| log.case_name(a).cmp(log.case_name(b)));
        let mut starts = Vec::with_capacity(cases.len() + 1);
        let (mut codes, mut at_us) = (Vec::new(), Vec::new());
        let mut left_out = 0;
        starts.push(0);
        for &case in &cases {
            let visits = log.visits(case);
            let known = visits.at_us.partition_point(|&at| at <= as_of_us);
            left_out += (visits.at_us.len() - known) as u64;
            codes.extend_from_slice(&visits.stage[..known]);
            at_us.extend_from_slice(&visits.at_us[..known]);
            starts.push(codes.len());
        }

        let mut visited = vec![false; log.stages().len()];
        for &code in &codes {
            visited[usize::from(code)] = true;
        }
        let declared = declared.filter(|stages| {
            stages
                .iter()
                .filter(|(_, outcome)| outcome.is_none())
                .count()
                > 1
        });
        let (stages, order) = line_up(log, &visited, &codes, &starts, outcomes, declared);
        let number: BTreeMap<&str, u16> = stages
            .iter()
            .enumerate()
            .map(|(i, stage)| (stage.label.as_str(), i as u16))
            .collect();
        let renumber: Vec<u16> = log
            .stages()
            .iter()
            .map(|label| number.get(label.as_str()).copied().unwrap_or_default())
            .collect();
        for code in &mut codes {
            *code = renumber[usize::from(*code)];
        }
        let mut scope = Self {
            log,
            pipeline,
            name,
            stages,
            order,
            cases,
            starts,
            stage: codes,
            at_us,
            left_out,
            as_of,
        };
        scope.find_ends();
        scope
    }

    /// Without a single closing stage, takes a stage for an end where nine in ten visits are last.
    fn find_ends(&mut self) {
        const ENOUGH: u64 = 20;
        if self.stages.iter().any(|stage| stage.outcome.is_some()) {
            return;
        }
        let mut visits = vec![0_u64; self.stages.len()];
        let mut last = vec![0_u64; self.stages.len()];
        for case in self.cases() {
            for &stage in case.stages {
                visits[usize::from(stage)] += 1;
            }
            if let Some(stage) = case.current() {
                last[usize::from(stage)] += 1;
            }
        }
        for (stage, (visits, last)) in self.stages.iter_mut().zip(visits.iter().zip(&last)) {
            stage.end = *visits >= ENOUGH && last * 10 >= visits * 9;
        }
    }

    /// The pipeline's id; `None` for deals of no pipeline and for bare logs.
    pub fn pipeline(&self) -> Option<PipelineId> {
        self.pipeline
    }

    /// The pipeline's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The stages in order, closing stages last.
    pub fn stages(&self) -> &[StageOf] {
        &self.stages
    }

    /// The label of a stage by its number.
    pub fn label(&self, stage: u16) -> &str {
        self.stages
            .get(usize::from(stage))
            .map_or("", |stage| &stage.label)
    }

    /// The number of a stage by its label.
    pub fn stage(&self, label: &str) -> Option<u16> {
        self.stages
            .iter()
            .position(|stage| stage.label == label)
            .map(|i| i as u16)
    }

    /// Where the order of stages comes from.
    pub fn order(&self) -> OrderSource {
        self.order
    }

    /// The data's "now".
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// The data's "now" in microseconds since 1970 UTC.
    pub fn as_of_us(&self) -> i64 {
        self.as_of.as_microsecond()
    }

    /// Stage visits dated after "now", which are not looked at.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// How many deals there are, with or without history.
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether there is no deal at all.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// How many stage visits there are up to now.
    pub fn visits(&self) -> usize {
        self.stage.len()
    }

    /// The deals, in the order of their names.
    pub fn cases(&self) -> impl Iterator<Item = Case<'_>> {
        self.cases
            .iter()
            .zip(self.starts.windows(2))
            .map(|(&index, range)| Case {
                index,
                stages: &self.stage[range[0]..range[1]],
                at_us: &self.at_us[range[0]..range[1]],
            })
    }

    /// A deal's name in the log.
    pub fn case_name(&self, case: &Case<'_>) -> &'a str {
        self.log.case_name(case.index)
    }

    /// How the deal ended; `None` while it is open or where it just stopped.
    pub fn outcome(&self, case: &Case<'_>) -> Option<Outcome> {
        self.outcome_of(case.current()?)
    }

    /// How a deal ends that rests in this stage.
    pub fn outcome_of(&self, stage: u16) -> Option<Outcome> {
        self.stages.get(usize::from(stage))?.outcome
    }

    /// Whether deals rest in this stage for good.
    pub fn is_end(&self, stage: u16) -> bool {
        self.stages
            .get(usize::from(stage))
            .is_some_and(|stage| stage.end)
    }

    /// Whether the step goes back: between two open stages whose order is known.
    pub fn goes_back(&self, from: u16, to: u16) -> bool {
        let ordered = |stage: u16| {
            self.stages.get(usize::from(stage)).is_some_and(|stage| {
                !stage.end && (stage.declared || self.order == OrderSource::Discovered)
            })
        };
        to < from && ordered(from) && ordered(to)
    }

    /// Wins and closed deals among all.
    pub fn wins(&self) -> (u64, u64) {
        let mut tally = Tally::default();
        for case in self.cases() {
            tally.add(self.outcome(&case));
        }
        (tally.won, tally.won + tally.lost)
    }
}

/// Closed and open deals counted by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) won: u64,
    pub(crate) lost: u64,
    pub(crate) open: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, outcome: Option<Outcome>) {
        match outcome {
            Some(Outcome::Won) => self.won += 1,
            Some(Outcome::Lost) => self.lost += 1,
            None => self.open += 1,
        }
    }

    pub(crate) fn closed(self) -> u64 {
        self.won + self.lost
    }

    pub(crate) fn win_rate(self) -> Option<crate::Rate> {
        crate::Rate::of(self.won, self.closed())
    }
}

/// The stages of a pipeline whose order means something, in that order.
///
/// It does when every open stage has a meaning or a probability of winning. Otherwise whoever
/// made the pipeline can only have read the order off the history, and so can we.
fn declared(pipeline: &model::Pipeline) -> Option<Vec<(String, Option<Outcome>)>> {
    let known = |stage: &Stage| stage.canonical.is_some() || stage.probability.is_some();
    if !pipeline.stages.iter().all(known) {
        return None;
    }
    let mut stages: Vec<&Stage> = pipeline.stages.iter().collect();
    stages.sort_by_key(|stage| stage.order);
    let outcome = |stage: &Stage| stage.canonical.and_then(CanonicalStage::outcome);
    Some(
        stages
            .into_iter()
            .map(|stage| (stage.label.clone(), outcome(stage)))
            .collect(),
    )
}

/// The visited and declared stages in order, closing ones last.
fn line_up(
    log: &StageLog,
    visited: &[bool],
    codes: &[u16],
    starts: &[usize],
    outcomes: &[Option<Outcome>],
    declared: Option<Vec<(String, Option<Outcome>)>>,
) -> (Vec<StageOf>, OrderSource) {
    let histories = starts.windows(2).map(|range| &codes[range[0]..range[1]]);
    let source = if declared.is_some() {
        OrderSource::Declared
    } else {
        OrderSource::Discovered
    };
    let mut stages: Vec<StageOf> = declared
        .unwrap_or_default()
        .into_iter()
        .map(|(label, outcome)| StageOf {
            label,
            outcome,
            end: outcome.is_some(),
            declared: true,
        })
        .collect();
    let mut seen = std::collections::BTreeSet::new();
    stages.retain(|stage| seen.insert(stage.label.clone()));
    for code in order::discover(histories, log.stages(), outcomes) {
        let code = usize::from(code);
        let label = &log.stages()[code];
        if visited[code] && !seen.contains(label) {
            let outcome = outcomes.get(code).copied().flatten();
            let end = outcome.is_some();
            stages.push(StageOf {
                label: label.clone(),
                outcome,
                end,
                declared: false,
            });
        }
    }
    // A stable sort: open stages keep their order, then won, then lost.
    stages.sort_by_key(|stage| match stage.outcome {
        None => 0,
        Some(Outcome::Won) => 1,
        Some(Outcome::Lost) => 2,
    });
    (stages, source)
}
