//! The short way for event logs: moves and amounts, and nothing else kept.

use std::path::Path;

use model::{Outcome, StageLog};

use super::import::{ImportError, Options, Progress, each_row, find, look};
use super::issues::{Issues, Level};
use super::mapping::{Shape, Target};
use super::report::Report;
use super::rows::{history_full, is_footer};

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
                    return false;
                }
                let Some(event) = taker.event(record, issues) else {
                    return false;
                };
                let known = log
                    .push(event.deal, event.stage, event.at)
                    .and_then(|()| log.case(event.deal));
                let case = match known {
                    Ok(case) => case as usize,
                    Err(e) => {
                        history_full(record, &event, &e, issues);
                        return false;
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
                true
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
