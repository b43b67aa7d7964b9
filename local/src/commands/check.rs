//! `pie check`: what was read, what is odd row by row, and whether it is enough to forecast from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use connectors::file::Report;
use mining::Quality;
use model::{Issue, Severity};
use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::files;
use crate::format;
use crate::input::{Reading, refused};
use crate::output::{Output, Page};
use crate::table::{Table, Tone, number, text};

const EXAMPLES: &str = "\
Examples:
  pie check export.csv                        what is odd, with places and remedies
  pie check export.csv --limit 100            more places of each kind
  pie check folder --issues odd.csv           every single oddity, as CSV

Ends with 7 when something could not be read as it stands, so a script can stop there.";

/// Say what was read, what is odd and how to mend it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    reading: Reading,
    /// How many places of each kind to show
    #[arg(long, default_value_t = 5, value_name = "N")]
    limit: usize,
    /// Write every oddity to this CSV file
    #[arg(long, value_name = "FILE")]
    issues: Option<PathBuf>,
}

#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    report: Report,
    quality: Quality,
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let options = args.reading.how.options()?;
    let import = match &args.issues {
        None => args
            .reading
            .import_with(&options, output, &mut |_| {})
            .map_err(|error| refused(&error))?,
        Some(path) => {
            let mut imported = None;
            files::write(path, |file| {
                let mut rows = csv::Writer::from_writer(file);
                rows.write_record([
                    "file", "row", "column", "severity", "code", "what", "value", "remedy",
                ])?;
                let mut failed = None;
                imported = Some(args.reading.import_with(&options, output, &mut |issue| {
                    failed = failed
                        .take()
                        .or_else(|| rows.write_record(cells(issue)).err());
                }));
                failed.map_or(Ok(()), Err)?;
                rows.flush()
            })?;
            imported
                .ok_or_else(|| Failure::new(Exit::Failure, "nothing was read"))?
                .map_err(|error| refused(&error))?
        }
    };
    let quality = mining::mine(&import.book, &mining::Options { variants: 0 }).quality;
    let mut answer = Answer {
        report: import.report,
        quality,
    };
    for group in &mut answer.report.issues {
        group.examples.truncate(args.limit);
    }
    output.answer(&answer, |page| {
        show_tables(&answer.report, page);
        show_issues(&answer.report, page);
        show_quality(&answer.quality, page);
    })?;
    Ok(exit_for(&answer.report))
}

/// Done, or done in part when something was not read as it stands.
pub(crate) fn exit_for(report: &Report) -> Exit {
    let whole = report.rows_read() == report.rows_used() && report.count(Severity::Error) == 0;
    if whole { Exit::Done } else { Exit::Partial }
}

fn cells(issue: &Issue) -> [String; 8] {
    [
        issue.place.file.clone().unwrap_or_default(),
        issue
            .place
            .row
            .map(|row| row.to_string())
            .unwrap_or_default(),
        issue.place.column.clone().unwrap_or_default(),
        issue.severity.to_string(),
        issue.code.to_string(),
        issue.what.clone(),
        issue.value.as_deref().map(harmless).unwrap_or_default(),
        issue.remedy.clone(),
    ]
}

/// A cell that a spreadsheet would take for a formula is given a quotation mark in front.
fn harmless(value: &str) -> String {
    if value.starts_with(['=', '+', '-', '@', '\t']) {
        format!("'{value}")
    } else {
        value.to_owned()
    }
}

/// What was read, file by file.
pub(crate) fn show_tables(report: &Report, page: &mut Page) {
    page.heading("Read");
    let mut table = Table::new([
        text("File"),
        text("Holds"),
        text("Known as"),
        number("Rows"),
        number("Used"),
        number("Not used"),
        number("Odd"),
        text("Written as"),
    ]);
    for read in &report.tables {
        let name = read.table.as_ref().map_or_else(
            || read.file.clone(),
            |table| format!("{} [{table}]", read.file),
        );
        table.row([
            name.into(),
            read.shape.to_string().replace('_', " ").into(),
            read.preset.as_str().into(),
            format::count(read.rows_read as usize).into(),
            format::count(read.rows_used as usize).into(),
            format::count(read.rows_not_used as usize).into(),
            format::count(read.rows_odd as usize).into(),
            read.format.as_str().into(),
        ]);
    }
    page.table(&table);
}

fn show_issues(report: &Report, page: &mut Page) {
    page.heading("Odd");
    if report.issues.is_empty() {
        page.line("Nothing.");
    }
    for group in &report.issues {
        let tone = match group.severity {
            Severity::Error => Tone::Bad,
            Severity::Warning => Tone::Warn,
            Severity::Note => Tone::Dim,
        };
        page.marked(
            tone,
            &group.severity.to_string(),
            format!("{} × {}", group.code, format::count(group.count as usize)),
        );
        // Issues of one kind often share their remedy; it is said once.
        let mut remedies: BTreeMap<&str, usize> = BTreeMap::new();
        for issue in &group.examples {
            *remedies.entry(&issue.remedy).or_insert(0) += 1;
            let value = issue
                .value
                .as_ref()
                .map_or_else(String::new, |value| format!(" ({value:?})"));
            let place = Some(issue.place.to_string()).filter(|place| !place.is_empty());
            let place = place.map_or_else(String::new, |place| format!("{place}: "));
            page.item(format!("{place}{}{value}", issue.what));
        }
        let more = group.count as usize - group.examples.len();
        if more > 0 {
            page.under(format!("and {} more", format::count(more)));
        }
        for remedy in remedies.keys().filter(|remedy| !remedy.is_empty()) {
            page.under(format!("fix: {remedy}"));
        }
    }
}

/// Findings about the data as a whole.
pub(crate) fn show_quality(quality: &Quality, page: &mut Page) {
    page.heading(format!(
        "As a history: {}, {} won, {} lost, {} open",
        format::counted(quality.deals as usize, "deal"),
        format::count(quality.won as usize),
        format::count(quality.lost as usize),
        format::count(quality.open as usize),
    ));
    for finding in &quality.findings {
        let tone = match finding.severity {
            Severity::Error => Tone::Bad,
            Severity::Warning => Tone::Warn,
            Severity::Note => Tone::Dim,
        };
        page.marked(
            tone,
            &finding.severity.to_string(),
            format!("{} — {}", finding.what, finding.remedy),
        );
    }
    for leak in &quality.leaks {
        page.item(format!("{}: {}", leak.field, leak.what));
    }
}
