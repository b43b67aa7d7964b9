//! The short way for event logs: moves and amounts, and nothing else kept.

use std::path::Path;

use model::{CanonicalStage, Layer, Outcome, StageLog, StageMap};

use super::drafts::Repeats;
use super::import::{ImportError, Options, Progress, each_row, find, look};
use super::issues::{Issues, Level};
use super::mapping::{Shape, Target};
use super::report::Report;
use super::rows::{Fate, history_full, is_footer, raise_repeated};

/// Which columns of an event log are which, where their names do not tell.
#[derive(Debug, Clone, Default)]
pub struct EventColumns {
    /// The deal's id.
    pub case: Option<String>,
    /// The stage entered.
    pub stage: Option<String>,
    /// When it was entered.
    pub time: Option<String>,
    /// What the deal is worth.
    pub amount: Option<String>,
}

/// A stage history in columns.
#[derive(Debug)]
pub struct StageEvents {
    /// Every move of every deal, sorted.
    pub log: StageLog,
    /// By case: what the deal is worth, from its latest row that says so.
    pub amounts: Vec<Option<f64>>,
    /// By stage code: how the stage ends a deal, if it does.
    pub outcomes: Vec<Option<Outcome>>,
    /// What was read, and what was odd.
    pub report: Report,
}

/// Reads one event log without making entities of it: about a second for a million rows, and some
/// 14 bytes of memory each.
///
/// With [`Options::before`], later rows are left out, their amounts included, so that nothing of
/// the future shines through.
pub fn read_stage_events(
    path: &Path,
    columns: &EventColumns,
    options: &Options,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<StageEvents, ImportError> {
    let mut options = options.clone();
    for (column, target) in [
        (&columns.case, Target::DealId),
        (&columns.stage, Target::Stage),
        (&columns.time, Target::Time),
        (&columns.amount, Target::Amount),
    ] {
        options
            .overrides
            .extend(column.clone().map(|c| (c, target)));
    }
    options.shape = Some(Shape::StageEvents);
    let stages = options.stage_map()?;
    let mut issues = Issues::new(Some(progress));
    let inputs = find(&[path.to_owned()], &mut issues)?;
    let mut log = StageLog::builder();
    let mut repeats = Repeats::across(inputs.len());
    let mut amounts: Vec<(i64, Option<f64>)> = Vec::new();
    let mut report = Report::default();
    for (n, input) in inputs.iter().enumerate() {
        issues.about(Some(&input.name));
        let Some((sniffed, profiles)) = look(input, &options, &mut issues) else {
            continue;
        };
        for profile in &profiles {
            for target in [Target::DealId, Target::Stage, Target::Time] {
                if !profile
                    .columns
                    .iter()
                    .any(|c| c.target.as_ref() == Some(&target))
                {
                    issues.raise("missing_column", Level::Error, 0, None, None, || {
                        (
                            format!("no column is known as {target}"),
                            format!("name it: --map \"Column={target}\""),
                        )
                    });
                }
            }
        }
        let tables = each_row(
            input,
            n as u32,
            &sniffed,
            profiles,
            &options,
            &mut issues,
            |taker, record, issues| {
                if is_footer(record, issues) {
                    return Fate::LeftOut;
                }
                let event = match taker.event(record, issues) {
                    Ok(event) => event,
                    Err(fate) => return fate,
                };
                if repeats.repeated((event.deal, event.stage, event.at), n as u32) {
                    raise_repeated(record, issues);
                    return Fate::Used;
                }
                let known = log
                    .push(event.deal, event.stage, event.at)
                    .and_then(|()| log.case(event.deal));
                let case = match known {
                    Ok(case) => case as usize,
                    Err(e) => {
                        history_full(record, &event, &e, issues);
                        return Fate::Unusable;
                    }
                };
                if taker.has_amounts() {
                    if case >= amounts.len() {
                        amounts.resize(case + 1, (i64::MIN, None));
                    }
                    let at_us = event.at.as_microsecond();
                    let (last_us, amount) = &mut amounts[case];
                    if at_us >= *last_us
                        && let Some(found) = taker.event_amount(record, issues)
                    {
                        (*last_us, *amount) = (at_us, Some(found));
                    }
                }
                Fate::Used
            },
        )?;
        report.tables.extend(tables);
    }
    let outcome = |label: &str| {
        stages
            .get(label)
            .and_then(|(canonical, _)| canonical.outcome())
    };
    let log = log.finish(|label| outcome(label).is_some());
    issues.about(None);
    let left_out: u64 = report.tables.iter().map(|t| t.rows_left_out).sum();
    if let Some(before) = options.before.filter(|_| log.events() == 0 && left_out > 0) {
        issues.raise("nothing_before_origin", Level::Error, 0, None, None, || {
            (
                format!("no event lies before the origin, {before}"),
                "take a later origin".into(),
            )
        });
    }
    raise_unmet(&options, log.stages(), &mut issues);
    report.take_issues(issues);
    if log.events() == 0 {
        return Err(ImportError::NothingUsable {
            report: Box::new(report),
        });
    }
    let mut amounts: Vec<Option<f64>> = amounts.into_iter().map(|(_, amount)| amount).collect();
    amounts.resize(log.cases(), None);
    Ok(StageEvents {
        amounts,
        outcomes: log.stages().iter().map(|label| outcome(label)).collect(),
        log,
        report,
    })
}

/// Says which labels that should mean won or lost are in no row: a slip of the pen, mostly.
fn raise_unmet(options: &Options, labels: &[String], issues: &mut Issues) {
    let mut met = StageMap::new();
    for label in labels {
        met.set(Layer::Discovered, label, CanonicalStage::Lead);
    }
    for label in options.won.iter().chain(&options.lost) {
        if !labels.is_empty() && met.get(label).is_none() {
            let shown: Vec<&str> = labels.iter().take(12).map(String::as_str).collect();
            issues.raise(
                "label_not_met",
                Level::Warning,
                0,
                None,
                Some(label),
                || {
                    (
                        "no row read has this stage".into(),
                        format!("check how it is written; there are {}", shown.join(", ")),
                    )
                },
            );
        }
    }
}
