//! `pie import`: the files as one book, in the unified model.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use connectors::file::Report;
use model::Book;
use serde::Serialize;

use crate::commands::check;
use crate::exit::{Exit, Failure};
use crate::files;
use crate::format;
use crate::input::Reading;
use crate::output::Output;
use crate::table::{Table, number, text};

const EXAMPLES: &str = "\
Examples:
  pie import folder                          what the files hold, taken together
  pie import folder --out book.json          and the same in Pie's own terms
  pie import deals.csv history.csv --map map.toml

Ids are derived from the source's own, so importing twice gives the same book. Ends with 7 when a row
could not be used; `pie check` says which and why.";

/// Read files as one book, and write it in the unified model
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    reading: Reading,
    /// Write deals, people, activities and history to this JSON file
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Serialize)]
struct Answer<'a> {
    as_of: String,
    holds: Vec<Held>,
    #[serde(flatten)]
    report: &'a Report,
    out: Option<&'a Path>,
}

#[derive(Serialize)]
struct Held {
    kind: &'static str,
    count: usize,
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let import = args.reading.import(output)?;
    let book = &import.book;
    if let Some(path) = &args.out {
        files::write(path, |file| write(book, file))?;
    }
    let holds = [
        ("deal", book.deals.len()),
        ("stage visit", book.log.events()),
        ("company", book.companies.len()),
        ("seller", book.people.len()),
        ("contact", book.stakeholders.len()),
        ("activity", book.activities.len()),
        ("pipeline", book.pipelines.len()),
        ("subscription", book.subscriptions.len()),
        ("invoice", book.invoices.len()),
        ("payment", book.payments.len()),
    ];
    let answer = Answer {
        as_of: book.as_of.to_string(),
        holds: holds
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(kind, count)| Held { kind, count })
            .collect(),
        report: &import.report,
        out: args.out.as_deref(),
    };
    output.answer(&answer, |page| {
        page.heading(format!("One book, as of {}", format::day(book.as_of)));
        let mut table = Table::new([text("Holds"), number("Count")]);
        for held in &answer.holds {
            table.row([held.kind.into(), format::count(held.count).into()]);
        }
        page.table(&table);
        check::show_tables(answer.report, page);
        if let Some(out) = answer.out {
            page.gap();
            page.line(format!("Written to {}.", out.display()));
        }
    })?;
    Ok(check::exit_for(&import.report))
}

/// One stage visit of a deal, as the file carries it.
#[derive(Serialize)]
struct Visit<'a> {
    deal: model::DealId,
    stage: &'a str,
    at: Option<jiff::Timestamp>,
}

fn write(book: &Book, file: &mut dyn Write) -> io::Result<()> {
    write!(
        file,
        "{{\"schema_version\":\"1\",\"as_of\":\"{}\"",
        book.as_of
    )?;
    list(file, "pipelines", book.pipelines.iter())?;
    list(file, "deals", book.deals.iter())?;
    list(file, "companies", book.companies.iter())?;
    list(file, "people", book.people.iter())?;
    list(file, "stakeholders", book.stakeholders.iter())?;
    list(file, "activities", book.activities.iter())?;
    list(file, "subscriptions", book.subscriptions.iter())?;
    list(file, "invoices", book.invoices.iter())?;
    list(file, "payments", book.payments.iter())?;
    let stages = book.log.stages();
    let visits = book.deals.iter().enumerate().flat_map(|(case, deal)| {
        let visits = book.log.visits(case);
        visits
            .stage
            .iter()
            .zip(visits.at_us)
            .map(move |(&stage, &at)| Visit {
                deal: deal.id,
                stage: stages.get(usize::from(stage)).map_or("", String::as_str),
                at: jiff::Timestamp::from_microsecond(at).ok(),
            })
    });
    list(file, "stage_history", visits)?;
    writeln!(file, "\n}}")
}

fn list<T: Serialize>(
    file: &mut dyn Write,
    name: &str,
    items: impl Iterator<Item = T>,
) -> io::Result<()> {
    write!(file, ",\n\"{name}\":[")?;
    for (i, item) in items.enumerate() {
        file.write_all(if i == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *file, &item)?;
    }
    write!(file, "]")
}
