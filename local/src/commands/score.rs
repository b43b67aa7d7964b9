//! `pie score`: the chance to win from attributes alone, where there is no stage history.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use forecast::score::{self, Confidence, Options, Refusal, Report, ScoreModel, Table as Columns};
use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::files;
use crate::format;
use crate::output::{Output, Page};
use crate::sheet;
use crate::table::{Cell, Table, Tone, number, text};

const EXAMPLES: &str = "\
Examples:
  pie score --train closed.csv --test leads.csv --outcome-column Result --won Won \\
            --id-column \"Opportunity Number\" --out scores.csv
  pie score --train closed.csv --outcome-column Result --won Won      only say how good it would be

Rows of the training file with an empty outcome are open deals and not learned from. Columns that could
only be known at the close are refused and named; --keep COLUMN learns from one all the same.";

/// Score deals by their attributes, learned from closed ones
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Closed deals to learn from
    #[arg(long, value_name = "FILE")]
    train: PathBuf,
    /// Deals to score
    #[arg(long, value_name = "FILE")]
    test: Option<PathBuf>,
    /// The column that says how a deal ended
    #[arg(long, value_name = "COLUMN")]
    outcome_column: String,
    /// What that column says of a won deal; may be given several times
    #[arg(long, value_name = "LABEL", default_value = "Won")]
    won: Vec<String>,
    /// What it says of a lost deal [default: everything that is not won]
    #[arg(long, value_name = "LABEL")]
    lost: Vec<String>,
    /// The column that identifies deals [default: the first]
    #[arg(long, value_name = "COLUMN")]
    id_column: Option<String>,
    /// Where to write `id,p_win`, in the order of the test file [default: standard output]
    #[arg(long, short, value_name = "FILE", requires = "test")]
    out: Option<PathBuf>,
    /// Learn from this column although it looks as if it knew the outcome
    #[arg(long, value_name = "COLUMN")]
    keep: Vec<String>,
    /// Do not learn from this column
    #[arg(long, value_name = "COLUMN")]
    drop: Vec<String>,
    /// Score even with too few closed deals
    #[arg(long)]
    force: bool,
    /// Which draws to use; the same seed gives the same scores
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    report: &'a Report,
    /// Columns of the training file that the test file lacks.
    absent: Vec<&'a str>,
    scored: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    out: Option<&'a Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scores: Option<Vec<Scored<'a>>>,
}

#[derive(Serialize)]
struct Scored<'a> {
    id: &'a str,
    p_win: f64,
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let train = read(&args.train, output)?;
    let outcome = outcomes(args, &train)?;
    let id_column = id_column(args, &train)?;
    let test = args
        .test
        .as_deref()
        .map(|path| read(path, output))
        .transpose()?;
    if let (Some(test), Some(path)) = (&test, &args.test) {
        column(test, &id_column, "--id-column", path)?;
    }
    let mut drop: BTreeSet<String> = args.drop.iter().cloned().collect();
    drop.insert(args.outcome_column.clone());
    for name in args.keep.iter().chain(&args.drop) {
        column(&train, name, "--keep or --drop", &args.train)?;
    }
    let options = Options {
        id_column: Some(id_column.clone()),
        keep: args.keep.iter().cloned().collect(),
        drop,
        min_data: !args.force,
        seed: args.seed,
    };
    let progress = output.progress();
    progress.step("learning from closed deals");
    let model = score::train(&train, &outcome, &options)
        .map_err(|refusal| refused(&refusal).at(args.train.display()))?;
    std::mem::drop(progress);
    let report = model.report();
    if !report.skill {
        output.warn(&report.verdict);
    }
    let scores = test
        .as_ref()
        .map(|test| score_rows(&model, test, &id_column, output))
        .transpose()?;
    if let Some(scores) = &scores {
        match &args.out {
            Some(path) => files::write(path, |file| write(file, scores))?,
            None if !output.json => {
                let mut text = Vec::new();
                write(&mut text, scores).map_err(|error| Failure::new(Exit::Failure, error))?;
                output.data(&String::from_utf8_lossy(&text))?;
                return Ok(Exit::Done);
            }
            None => {}
        }
    }
    let answer = Answer {
        report,
        absent: test
            .as_ref()
            .map_or_else(Vec::new, |test| model.absent(test)),
        scored: scores.as_ref().map(Vec::len),
        out: args.out.as_deref(),
        scores: scores.filter(|_| args.out.is_none()),
    };
    output.answer(&answer, |page| show(&answer, page))?;
    Ok(Exit::Done)
}

/// The scores of the test file's rows, in their order.
fn score_rows<'a>(
    model: &ScoreModel,
    test: &'a Columns,
    id_column: &str,
    output: &Output,
) -> Result<Vec<Scored<'a>>, Failure> {
    let absent = model.absent(test);
    if !absent.is_empty() {
        output.warn(format!(
            "the test file lacks {}; the scores do without",
            absent.join(", ")
        ));
    }
    let ids = column(test, id_column, "--id-column", Path::new("the test file"))?;
    let scores = ids.iter().zip(model.predict(test));
    Ok(scores.map(|(id, p_win)| Scored { id, p_win }).collect())
}

fn read(path: &Path, output: &Output) -> Result<Columns, Failure> {
    let sheet = sheet::read(path)?;
    for oddity in &sheet.oddities {
        output.warn(format!("{}: {oddity}", path.display()));
    }
    Ok(sheet.table)
}

fn outcomes(args: &Args, train: &Columns) -> Result<Vec<Option<bool>>, Failure> {
    let same = |label: &String, cell: &str| label.trim().eq_ignore_ascii_case(cell.trim());
    let cells = column(train, &args.outcome_column, "--outcome-column", &args.train)?;
    let outcome: Vec<Option<bool>> = cells
        .iter()
        .map(|cell| match cell.as_str() {
            "" => None,
            cell if args.won.iter().any(|label| same(label, cell)) => Some(true),
            cell => (args.lost.is_empty() || args.lost.iter().any(|label| same(label, cell)))
                .then_some(false),
        })
        .collect();
    if !outcome.contains(&Some(true)) {
        let mut labels: Vec<&str> = cells
            .iter()
            .map(String::as_str)
            .filter(|cell| !cell.is_empty())
            .collect();
        labels.sort_unstable();
        labels.dedup();
        labels.truncate(8);
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "no row of {:?} says {:?}",
                args.outcome_column,
                args.won.join(", ")
            ),
        )
        .at(args.train.display())
        .fix(format!(
            "name a won deal's label with --won; the column says: {}",
            labels.join(", ")
        )));
    }
    Ok(outcome)
}

fn id_column(args: &Args, train: &Columns) -> Result<String, Failure> {
    match &args.id_column {
        Some(name) => column(train, name, "--id-column", &args.train).map(|_| name.clone()),
        None => Ok(train.names().first().cloned().unwrap_or_default()),
    }
}

fn column<'a>(
    table: &'a Columns,
    name: &str,
    option: &str,
    path: &Path,
) -> Result<&'a [String], Failure> {
    table.column(name).ok_or_else(|| {
        Failure::new(Exit::NotFound, format!("there is no column {name:?}"))
            .at(path.display())
            .fix(format!(
                "give {option} one of: {}",
                table.names().join(", ")
            ))
    })
}

fn refused(refusal: &Refusal) -> Failure {
    let fix = match refusal {
        Refusal::InsufficientData { .. } => {
            "add closed deals, or see what little can be said with --force"
        }
        Refusal::NoColumns { .. } => {
            "add columns that are known while a deal is open, or name one with --keep"
        }
        Refusal::Outcomes { .. } => "",
    };
    Failure::new(Exit::Failure, refusal).fix(fix)
}

fn write(file: &mut dyn io::Write, scores: &[Scored<'_>]) -> io::Result<()> {
    let mut rows = csv::Writer::from_writer(file);
    rows.write_record(["id", "p_win"])?;
    for Scored { id, p_win } in scores {
        rows.write_record([id, format!("{p_win:.9}").as_str()])?;
    }
    rows.flush()
}

fn show(answer: &Answer<'_>, page: &mut Page) {
    let report = answer.report;
    page.heading(format!(
        "Learned from {}: {} won, {} lost",
        format::counted(report.closed, "closed deal"),
        format::count(report.won),
        format::count(report.lost)
    ));
    if report.confidence == Confidence::LowConfidence {
        page.line(format!(
            "Low confidence: {} closed deals are recommended.",
            score::NORMAL_CLOSED
        ));
    }
    page.line(&report.verdict);
    page.gap();
    let mut table = Table::new([
        text("Forecasts of"),
        text("By"),
        number("Brier"),
        number("Log loss"),
        number("AUC"),
        number("ECE"),
        number("Rows"),
    ]);
    for trial in report.forward.iter().chain([&report.random]) {
        for (name, measures, tone) in [
            ("Pie", &trial.score, Tone::Strong),
            ("base rate", &trial.base, Tone::Plain),
        ] {
            table.row([
                trial.how.as_str().into(),
                Cell::tone(name, tone),
                format::score(measures.brier).into(),
                format::score(measures.log_loss).into(),
                format::score(measures.auc).into(),
                format::score(measures.ece).into(),
                format::count(measures.rows).into(),
            ]);
        }
    }
    page.table(&table);
    if !report.drivers.is_empty() {
        page.heading("What it leans on");
        let mut table = Table::new([text("Column"), number("Share"), text("Wins are found")]);
        for driver in report.drivers.iter().take(12) {
            table.row([
                driver.column.as_str().into(),
                format::percent(driver.share).into(),
                driver.direction.as_str().into(),
            ]);
        }
        page.table(&table);
        page.aside("Associated with winning, which is not to say its cause.");
    }
    if !report.refused.is_empty() {
        page.heading("Refused: columns that know the outcome");
        for column in &report.refused {
            page.item(format!("{}: {}", column.column, column.why));
        }
    }
    if !report.dropped.is_empty() {
        page.heading("Left out: columns that say nothing");
        for column in &report.dropped {
            page.item(format!("{}: {}", column.column, column.why));
        }
    }
    if let (Some(scored), Some(out)) = (answer.scored, answer.out) {
        page.gap();
        page.line(format!(
            "{} scored in {}.",
            format::counted(scored, "deal"),
            out.display()
        ));
    }
}
