//! `pie demo`: a believable company to try everything on.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use jiff::civil::Date;
use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::files;
use crate::format;
use crate::output::Output;
use crate::table::{Table, number, text};

const EXAMPLES: &str = "\
Examples:
  pie demo                                   a company in the folder demo
  pie demo --out big --size large --seed 3   a larger one, another story
  pie demo --truth truth.csv                 also what will really happen, to judge a forecast by

The same seed gives the same files, on every machine. Names and addresses are invented.";

/// Make a company to play with: deals, history, contacts, activities
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The folder for the files; made when it is not there
    #[arg(long, short, default_value = "demo", value_name = "FOLDER")]
    out: PathBuf,
    /// Which company; every number is another one
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// How many deals
    #[arg(long, value_enum, default_value_t = Size::Medium)]
    size: Size,
    /// The last day of the story [default: 2026-09-30]
    #[arg(long, value_name = "DAY")]
    as_of: Option<Date>,
    /// Also write the hidden truth: each open deal's real chance to win
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
    /// Overwrite files of an earlier demo
    #[arg(long)]
    force: bool,
}

/// How many deals a demo company has.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Size {
    Small,
    Medium,
    Large,
}

impl From<Size> for demo::Size {
    fn from(size: Size) -> Self {
        match size {
            Size::Small => Self::Small,
            Size::Medium => Self::Medium,
            Size::Large => Self::Large,
        }
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    company: &'a str,
    seed: u64,
    as_of: Date,
    folder: &'a Path,
    deals: usize,
    open: usize,
    files: Vec<Written>,
    /// Oddities put in on purpose, with how often.
    planted: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct Written {
    name: String,
    lines: usize,
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let size = args.size.into();
    let world = match args.as_of {
        Some(as_of) => demo::company_as_of(args.seed, size, as_of),
        None => demo::company(args.seed, size),
    };
    let contents = world.files();
    let in_the_way = contents
        .iter()
        .map(|(name, _)| args.out.join(name))
        .find(|path| path.exists());
    if let Some(path) = in_the_way.filter(|_| !args.force) {
        return Err(Failure::new(
            Exit::Conflict,
            "there is such a file already, and it would be overwritten",
        )
        .at(path.display())
        .fix("choose another folder with --out, or overwrite with --force"));
    }
    fs::create_dir_all(&args.out).map_err(|error| {
        Failure::new(Exit::Failure, format!("cannot make the folder: {error}"))
            .at(args.out.display())
    })?;
    for (name, content) in &contents {
        files::write(&args.out.join(name), |file| {
            file.write_all(content.as_bytes())
        })?;
    }
    if let Some(path) = &args.truth {
        write_truth(path, &world)?;
    }
    let mut planted = BTreeMap::new();
    for odd in world.planted() {
        *planted.entry(odd.what).or_insert(0) += 1;
    }
    let answer = Answer {
        company: &world.name,
        seed: world.seed,
        as_of: world.as_of.date(),
        folder: &args.out,
        deals: world.deals.len(),
        open: world.deals.iter().filter(|deal| deal.is_open()).count(),
        files: contents
            .iter()
            .map(|(name, content)| Written {
                name: name.clone(),
                lines: content.lines().count(),
            })
            .collect(),
        planted,
    };
    output.answer(&answer, |page| {
        page.heading(format!("{}, as of {}", answer.company, answer.as_of));
        page.line(format!(
            "{}, {} of them open, in {}.",
            format::counted(answer.deals, "deal"),
            format::count(answer.open),
            answer.folder.display()
        ));
        page.gap();
        let mut table = Table::new([text("File"), number("Lines")]);
        for file in &answer.files {
            table.row([file.name.as_str().into(), format::count(file.lines).into()]);
        }
        page.table(&table);
        page.heading("Odd on purpose, for `pie check` to find");
        for (what, times) in &answer.planted {
            page.item(format!("{what} ({})", format::count(*times)));
        }
        page.gap();
        page.aside(format!(
            "Next: pie forecast {} --html report.html",
            answer.folder.display()
        ));
    })?;
    Ok(Exit::Done)
}

fn write_truth(path: &Path, world: &demo::World) -> Result<(), Failure> {
    files::write(path, |file| {
        writeln!(file, "deal_id,p_win,fate,champion,blocked")?;
        for deal in world.deals.iter().filter(|deal| deal.is_open()) {
            let truth = &deal.truth;
            writeln!(
                file,
                "{},{:.6},{},{},{}",
                deal.id, truth.p_win, truth.fate, truth.champion, truth.blocked
            )?;
        }
        Ok(())
    })
}
