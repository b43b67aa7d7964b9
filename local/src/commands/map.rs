//! `pie map`: what the columns are taken for, as a file to correct.

use std::path::PathBuf;

use connectors::file::{ImportError, Mapping, Shape};

use crate::exit::{Exit, Failure};
use crate::files;
use crate::input::{Reading, chain, refused};
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  pie map export.csv                      show what the columns are taken for
  pie map export.csv --out map.toml       write it down, correct it, and use it:
  pie forecast export.csv --map map.toml

A column's field can also be said on the command line: --map \"Deal Value=amount\".
Columns nobody knows are kept as `custom`; `ignore` leaves a column out.";

/// Show what the columns are taken for, as a file to correct
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    reading: Reading,
    /// Where to write the mapping [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Overwrite the file
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    if let Some(path) = args
        .out
        .as_ref()
        .filter(|path| path.exists() && !args.force)
    {
        return Err(Failure::new(
            Exit::Conflict,
            "there is such a file already, and you may have edited it",
        )
        .at(path.display())
        .fix("choose another name, or overwrite it with --force"));
    }
    let options = args.reading.how.options()?;
    // What could not be read at all still has columns that a person may know how to map.
    let report = match args.reading.import_with(&options, output, &mut |_| {}) {
        Ok(import) => import.report,
        Err(ImportError::NothingUsable { report }) if !report.tables.is_empty() => *report,
        Err(error) => return Err(refused(&error)),
    };
    let mut mapping = report.mapping();
    if let Some(given) = options.mapping {
        (mapping.won, mapping.lost, mapping.stages) = (given.won, given.lost, given.stages);
    }
    mapping.won.extend(options.won);
    mapping.lost.extend(options.lost);
    let unknown: Vec<&str> = mapping
        .tables
        .iter()
        .filter(|table| table.shape == Shape::Unknown)
        .map(|table| table.file.as_str())
        .collect();
    if !unknown.is_empty() {
        output.warn(format!(
            "it is not known what {} is about: set its `shape` and map its columns",
            unknown.join(", ")
        ));
    }
    let toml = text(&mapping)?;
    if let Some(path) = &args.out {
        files::write(path, |file| file.write_all(toml.as_bytes()))?;
        output.note(format!(
            "Written to {}; use it with --map {}",
            path.display(),
            path.display()
        ));
    } else if output.json {
        output.answer(&mapping, |_| {})?;
    } else {
        output.data(&toml)?;
    }
    Ok(if unknown.is_empty() {
        Exit::Done
    } else {
        Exit::Partial
    })
}

fn text(mapping: &Mapping) -> Result<String, Failure> {
    mapping
        .to_toml()
        .map_err(|error| Failure::new(Exit::Failure, chain(&error)))
}
