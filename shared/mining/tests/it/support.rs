//! Logs and books from a few words.

use mining::{Facts, Options, Pipeline, Scope, mine_pipeline};
use model::{
    Activity, ActivityKind, ActivityOutcome, Book, Company, CompanyId, Currency, Deal, DealId,
    Money, Outcome, Pipeline as Declared, PipelineId, Stage, StageLog, TenantId, Timestamp,
};

pub(crate) const DAY_US: i64 = 86_400_000_000;

/// Day 0 of every small log.
const EPOCH: &str = "2026-01-01T00:00:00Z";

pub(crate) fn day(day: f64) -> Timestamp {
    let epoch: Timestamp = EPOCH.parse().unwrap();
    Timestamp::from_microsecond(epoch.as_microsecond() + (day * DAY_US as f64) as i64).unwrap()
}

pub(crate) fn outcome(stage: &str) -> Option<Outcome> {
    match stage {
        "Won" => Some(Outcome::Won),
        "Lost" => Some(Outcome::Lost),
        _ => None,
    }
}

/// One deal per line: `name: Stage@day Stage@day`.
pub(crate) fn log(text: &str) -> StageLog {
    let mut rows = StageLog::builder();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (name, visits) = line.split_once(':').unwrap();
        rows.case(name.trim()).unwrap();
        for visit in visits.split_whitespace() {
            let (stage, at) = visit.split_once('@').unwrap();
            rows.push(name.trim(), stage, day(at.parse().unwrap()))
                .unwrap();
        }
    }
    rows.finish(|stage| outcome(stage).is_some())
}

/// `text` as a line, so many times, with `#` in it replaced by a number.
pub(crate) fn times(count: usize, text: &str) -> String {
    each(count, |i| text.replace('#', &i.to_string()) + "\n")
}

/// So many pieces of text, one after the other.
pub(crate) fn each(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect::<Vec<_>>().concat()
}

pub(crate) fn mine(log: &StageLog, as_of: f64) -> Pipeline {
    mine_pipeline(
        &Scope::of_log(log, outcome, day(as_of)),
        &Facts::default(),
        &Options::default(),
    )
}

pub(crate) fn mine_in_order(log: &StageLog, order: &[&str], as_of: f64) -> Pipeline {
    let scope = Scope::of_log_in_order(log, order, outcome, day(as_of));
    mine_pipeline(&scope, &Facts::default(), &Options::default())
}

/// A book with a bare deal for each case of the log.
pub(crate) fn book(log: StageLog, as_of: f64) -> Book {
    let mut book = Book {
        as_of: day(as_of),
        ..Book::default()
    };
    for case in 0..log.cases() {
        let mut deal = Deal::new(deal_id(log.case_name(case)));
        let last = log
            .visits(case)
            .stage
            .last()
            .map(|&code| log.stages()[usize::from(code)].clone());
        deal.canonical_stage = last.as_deref().map(canonical);
        deal.stage = last;
        book.deals.push(deal);
    }
    let stages = log
        .stages()
        .iter()
        .enumerate()
        .map(|(i, label)| stage(label, i))
        .collect();
    // Only the meanings of the labels are declared, in a pipeline no deal belongs to.
    book.pipelines.push(Declared {
        id: pipeline_id("labels"),
        name: "labels".to_owned(),
        stages,
    });
    book.log = log;
    book
}

pub(crate) fn canonical(label: &str) -> model::CanonicalStage {
    use model::CanonicalStage::{ClosedLost, ClosedWon, Lead};
    match label {
        "Won" => ClosedWon,
        "Lost" => ClosedLost,
        _ => Lead,
    }
}

pub(crate) fn stage(label: &str, order: usize) -> Stage {
    Stage {
        label: label.to_owned(),
        canonical: Some(canonical(label)),
        layer: None,
        order: order as u16,
        probability: None,
    }
}

pub(crate) fn deal_id(name: &str) -> DealId {
    DealId::derive(&TenantId::local(), "test", name)
}

pub(crate) fn pipeline_id(name: &str) -> PipelineId {
    PipelineId::derive(&TenantId::local(), "test", name)
}

pub(crate) fn company(name: &str, industry: &str) -> Company {
    let mut company = Company::new(CompanyId::derive(&TenantId::local(), "test", name));
    company.industry = Some(industry.to_owned());
    company
}

pub(crate) fn dollars(amount: i64) -> Money {
    Money {
        amount: amount.into(),
        currency: "USD".parse::<Currency>().unwrap(),
    }
}

pub(crate) fn activity(deal: &str, kind: ActivityKind, at: f64) -> Activity {
    let id = model::ActivityId::derive(&TenantId::local(), "test", &format!("{deal} {at}"));
    let mut activity = Activity::new(id, kind, day(at));
    activity.deal = Some(deal_id(deal));
    activity.outcome = ActivityOutcome::Unknown;
    activity
}
