//! Speed, beside named peers on the same work in the same run.
//!
//! `cargo run --release -p bench` prints a table; `--json` prints the same as JSON. Peers written
//! in Python are run by the interpreter given with `--python`; without one they are said to be
//! absent. `bench sources` is about what is read from CRMs.

mod clock;
mod ours;
mod peers;
mod report;
mod sources;
mod webhooks;
mod work;

use anyhow::Context;
use clap::Parser;
use std::io::Write;
use std::path::PathBuf;

/// Times the engines beside their peers.
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    part: Option<sources::Part>,
    /// An interpreter with the packages of bench/requirements.txt.
    #[arg(long, env = "PIE_PEERS_PYTHON", value_name = "PATH")]
    python: Option<PathBuf>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Leave out the peers that take minutes.
    #[arg(long)]
    quick: bool,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    if let Some(part) = args.part {
        return sources::run(part);
    }
    let folder = tempfile::tempdir().context("cannot make a folder for the shared data")?;
    let work = work::Work::prepare(folder.path())?;
    let mut ours = ours::measure(&work)?;
    let mut peers = peers::measure(args.python.as_deref(), folder.path(), args.quick);
    let (webhooks, beside) = webhooks::measure()?;
    ours.extend(webhooks);
    peers.results.extend(beside);
    let report = report::Report::of(ours, peers);
    let text = if args.json {
        serde_json::to_string_pretty(&report)?
    } else {
        report.to_string()
    };
    print(&text)
}

fn print(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}").context("cannot print the report")
}
