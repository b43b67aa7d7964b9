//! `pie predict`: every deal open at an instant, and how it will stand some days later.

use std::io;
use std::path::{Path, PathBuf};

use connectors::file::{self, EventColumns, ImportError, Progress, Report, StageEvents};
use forecast::learn::fit::Confidence;
use forecast::learn::panel::{Mark, Panel, Row};
use forecast::predict::{Least, Prediction, predict};
use jiff::Timestamp;
use model::Outcome;
use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::files;
use crate::format;
use crate::input::{How, refused};
use crate::instant;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  pie predict --events events.csv --origin 2026-07-01 --horizon-days 30 --out predictions.csv
  pie predict --events log.csv --origin 2012-01-01 --horizon-days 30 --curve --out p.csv \\
              --case-column case --stage-column stage --time-column ts --amount-column amount \\
              --won Won --lost Lost

Only rows strictly before the origin are looked at. The file has one row per deal open at the origin:
deal_id,p_win,p_lost,p_open, which sum to 1, and with --curve close_by_1d to close_by_Nd.";

/// Predict every deal open at an instant from the rows before it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Stage events: one row each time a deal enters a stage
    #[arg(long, value_name = "FILE")]
    events: PathBuf,
    /// The instant to predict from; rows at or after it are not looked at
    #[arg(long, value_name = "INSTANT", value_parser = instant::parse)]
    origin: Timestamp,
    /// How many days ahead
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3650))]
    horizon_days: u32,
    /// Also give, for every day ahead, the chance to be closed by then
    #[arg(long)]
    curve: bool,
    /// Where to write the predictions [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Predict even with too little history, mostly from the priors
    #[arg(long)]
    force: bool,
    /// The column that identifies the deal
    #[arg(long, value_name = "COLUMN")]
    case_column: Option<String>,
    /// The column with the stage entered
    #[arg(long, value_name = "COLUMN")]
    stage_column: Option<String>,
    /// The column with the time
    #[arg(long, value_name = "COLUMN")]
    time_column: Option<String>,
    /// The column with the deal's amount
    #[arg(long, value_name = "COLUMN")]
    amount_column: Option<String>,
    #[command(flatten)]
    how: How,
}

/// A prediction in billionths, so that what is written adds up exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Exact {
    won: u32,
    lost: u32,
    closed_by_day: Vec<u32>,
}

const ONE: u32 = 1_000_000_000;

#[derive(Serialize)]
struct Answer<'a> {
    origin: Timestamp,
    horizon_days: u32,
    confidence: Confidence,
    deals: usize,
    expected_wins: f64,
    expected_losses: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    out: Option<&'a Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    predictions: Option<Vec<Named<'a>>>,
}

#[derive(Serialize)]
struct Named<'a> {
    deal_id: &'a str,
    #[serde(flatten)]
    prediction: &'a Prediction,
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let events = read(args, output)?;
    let panel = panel(args, &events);
    let least = if args.force {
        Least::Anything
    } else {
        Least::Standard
    };
    let progress = output.progress();
    progress.step("learning from the rows before the origin");
    let (predictions, confidence) =
        predict(&panel, instant::days(args.origin), args.horizon_days, least).map_err(
            |refusal| {
                Failure::new(Exit::Failure, refusal)
            .at(args.events.display())
            .fix("take a later origin or a longer history, or predict from the priors with --force")
            },
        )?;
    drop(progress);
    if confidence == Confidence::Low {
        output.warn("low confidence: fewer than 200 closed deals before the origin");
    }
    let named = || {
        predictions
            .iter()
            .map(|prediction| (events.log.case_name(prediction.deal), prediction))
    };
    let header = header(args);
    let fill = |file: &mut dyn io::Write| -> io::Result<()> {
        let mut rows = csv::Writer::from_writer(file);
        rows.write_record(&header)?;
        for (name, prediction) in named() {
            rows.write_record(cells(name, &exact(prediction), args.curve))?;
        }
        rows.flush()
    };
    let answer = Answer {
        origin: args.origin,
        horizon_days: args.horizon_days,
        confidence,
        deals: predictions.len(),
        expected_wins: predictions.iter().map(|prediction| prediction.p_win).sum(),
        expected_losses: predictions.iter().map(|prediction| prediction.p_lost).sum(),
        out: args.out.as_deref(),
        predictions: args.out.is_none().then(|| {
            named()
                .map(|(deal_id, prediction)| Named {
                    deal_id,
                    prediction,
                })
                .collect()
        }),
    };
    match &args.out {
        Some(path) => files::write(path, fill)?,
        None if !output.json => {
            let mut text = Vec::new();
            fill(&mut text).map_err(|error| Failure::new(Exit::Failure, error))?;
            output.data(&String::from_utf8_lossy(&text))?;
            return Ok(Exit::Done);
        }
        None => {}
    }
    output.answer(&answer, |page| {
        page.line(format!(
            "{} open at {}: in {} {} are expected to be won and {} lost. Written to {}.",
            format::counted(answer.deals, "deal"),
            answer.origin,
            format::counted(answer.horizon_days as usize, "day"),
            format::whole(answer.expected_wins),
            format::whole(answer.expected_losses),
            answer.out.unwrap_or(Path::new("")).display(),
        ));
    })?;
    Ok(Exit::Done)
}

fn read(args: &Args, output: &Output) -> Result<StageEvents, Failure> {
    let mut options = args.how.options()?;
    options.before = Some(args.origin);
    let columns = EventColumns {
        case: args.case_column.clone(),
        stage: args.stage_column.clone(),
        time: args.time_column.clone(),
        amount: args.amount_column.clone(),
    };
    let progress = output.progress();
    let read = file::read_stage_events(&args.events, &columns, &options, &mut |event| {
        if let Progress::Rows {
            file,
            bytes,
            total_bytes,
            ..
        } = event
        {
            progress.bytes(file, bytes, total_bytes);
        }
    });
    drop(progress);
    let report = match &read {
        Ok(events) => &events.report,
        Err(ImportError::NothingUsable { report }) => report,
        Err(_) => &Report::default(),
    };
    let named = [
        ("--case-column", columns.case),
        ("--stage-column", columns.stage),
        ("--time-column", columns.time),
        ("--amount-column", columns.amount),
    ];
    let headings: Vec<&str> = report
        .tables
        .iter()
        .flat_map(|table| &table.columns)
        .map(|column| column.column.as_str())
        .collect();
    for (option, column) in named {
        let absent =
            column.filter(|column| !headings.is_empty() && !headings.contains(&column.as_str()));
        if let Some(column) = absent {
            return Err(
                Failure::new(Exit::NotFound, format!("there is no column {column:?}"))
                    .at(args.events.display())
                    .fix(format!("give {option} one of: {}", headings.join(", "))),
            );
        }
    }
    let events = read.map_err(|error| refused(&error))?;
    crate::input::tell(&events.report, output);
    Ok(events)
}

/// The history in days. Where `--won` or `--lost` are given, they and nothing else close a deal.
fn panel(args: &Args, events: &StageEvents) -> Panel {
    let (won, lost) = (args.how.won(), args.how.lost());
    let says = |labels: &[String], label: &str| {
        labels
            .iter()
            .any(|own| own.trim().eq_ignore_ascii_case(label.trim()))
    };
    let mut stages = Vec::new();
    let marks: Vec<Mark> = events
        .log
        .stages()
        .iter()
        .zip(&events.outcomes)
        .map(|(label, outcome)| {
            let known = if won.is_empty() && lost.is_empty() {
                *outcome
            } else {
                None
            };
            match known {
                Some(Outcome::Won) => Mark::Won,
                Some(Outcome::Lost) => Mark::Lost,
                None if says(won, label) => Mark::Won,
                None if says(lost, label) => Mark::Lost,
                None => {
                    stages.push(label.clone());
                    Mark::Stage((stages.len() - 1) as u16)
                }
            }
        })
        .collect();
    let mut panel = Panel::new(stages);
    for (case, amount) in events.amounts.iter().enumerate() {
        let visits = events.log.visits(case);
        let rows = visits
            .stage
            .iter()
            .zip(visits.at_us)
            .filter_map(|(&stage, &at)| {
                let at = Timestamp::from_microsecond(at).ok()?;
                Some(Row {
                    at: instant::days(at),
                    mark: *marks.get(usize::from(stage))?,
                })
            });
        panel.push(rows.collect(), *amount, None);
    }
    panel
}

fn header(args: &Args) -> Vec<String> {
    let mut header: Vec<String> = ["deal_id", "p_win", "p_lost", "p_open"]
        .map(str::to_owned)
        .into();
    if args.curve {
        header.extend((1..=args.horizon_days).map(|day| format!("close_by_{day}d")));
    }
    header
}

fn exact(prediction: &Prediction) -> Exact {
    let part = |p: f64| (p.clamp(0.0, 1.0) * f64::from(ONE)).round() as u32;
    let won = part(prediction.p_win);
    let lost = part(prediction.p_lost).min(ONE - won);
    let mut so_far = 0;
    let mut closed_by_day: Vec<u32> = prediction
        .closed_by_day
        .iter()
        .map(|&p| {
            so_far = part(p).max(so_far).min(won + lost);
            so_far
        })
        .collect();
    if let Some(last) = closed_by_day.last_mut() {
        *last = won + lost;
    }
    Exact {
        won,
        lost,
        closed_by_day,
    }
}

fn cells(name: &str, exact: &Exact, curve: bool) -> Vec<String> {
    let show = |part: u32| format!("{}.{:09}", part / ONE, part % ONE);
    let mut cells = vec![
        name.to_owned(),
        show(exact.won),
        show(exact.lost),
        show(ONE - exact.won - exact.lost),
    ];
    if curve {
        cells.extend(exact.closed_by_day.iter().map(|&part| show(part)));
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_adds_up_exactly() {
        for (p_win, p_lost, closed) in [
            (
                0.333_333_333_33,
                0.666_666_666_67,
                vec![0.2, 0.999_999_999_9],
            ),
            (1.0, 0.0, vec![1.0, 1.0]),
            (0.1, 0.2, vec![0.300_000_000_4, 0.3]),
            (0.0, 0.0, vec![0.0, 0.0]),
            (0.5, 0.500_000_001, vec![0.7, 0.6]),
        ] {
            let prediction = Prediction {
                deal: 0,
                p_win,
                p_lost,
                p_open: 1.0 - p_win - p_lost,
                closed_by_day: closed,
            };
            let exact = exact(&prediction);
            assert!(exact.won + exact.lost <= ONE);
            assert!(exact.closed_by_day.is_sorted(), "{exact:?}");
            assert_eq!(exact.closed_by_day.last(), Some(&(exact.won + exact.lost)));
            let cells = cells("a", &exact, true);
            assert_eq!(cells.len(), 6);
            assert!(
                cells.iter().skip(1).all(|cell| cell.len() == 11),
                "{cells:?}"
            );
        }
    }
}
