//! Reading a CRM beside `dlt` and the Python client of the CRM: the same job, asked of the same
//! fake vendor in the same run.
//!
//! Everybody works in a process of their own and says what it used: the vendor, our side, and each
//! peer. So nobody's processor time or memory is counted for another.

mod limit;
mod ours;
mod peers;
mod report;
mod usage;
mod vendor;

use anyhow::{Context, ensure};
use clap::{Parser, Subcommand, ValueEnum};
use ours::Depth;
use report::{Growth, Report, Row};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use vendor::{Place, Vendor};

/// Times the reading of a CRM.
#[derive(Parser)]
pub(crate) struct Args {
    /// An interpreter with the packages of bench/requirements.txt.
    #[arg(long, env = "PIE_PEERS_PYTHON", value_name = "PATH")]
    python: Option<PathBuf>,
    /// How many deals the vendors have.
    #[arg(long, default_value_t = 10_000)]
    deals: usize,
    /// How often each side does the job.
    #[arg(long, default_value_t = 5)]
    times: usize,
    /// Also read 10 thousand, 100 thousand and a million deals, to see how memory grows.
    #[arg(long)]
    memory: bool,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
}

/// What runs in a process of its own.
#[derive(Subcommand)]
pub(crate) enum Part {
    /// Reads HubSpot and Salesforce beside `dlt` and their Python clients.
    Sources(Args),
    /// A fake vendor, until standard input ends.
    #[command(hide = true)]
    Vendor {
        /// Whose.
        of: Of,
        /// How many deals it has.
        deals: usize,
    },
    /// Our side, once.
    #[command(hide = true)]
    Read {
        /// Whose.
        of: Of,
        /// Where it is.
        url: String,
        /// What opens it.
        token: String,
        /// How far to go.
        depth: Depth,
    },
}

/// A CRM that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Of {
    /// `HubSpot`.
    Hubspot,
    /// Salesforce.
    Salesforce,
}

impl Of {
    fn name(self) -> &'static str {
        match self {
            Of::Hubspot => "hubspot",
            Of::Salesforce => "salesforce",
        }
    }
}

/// What both sides must agree on, and what came of it on ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answer {
    deals: usize,
    /// Stages entered, of all deals.
    history: usize,
    /// Pairs of a deal and a company, and of a deal and a contact.
    associations: usize,
    /// Entities the records were mapped to.
    #[serde(default)]
    entities: usize,
}

/// What the job took, up to the end of one of its stages.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Stage {
    name: String,
    cpu_s: f64,
    wall_s: f64,
}

impl Stage {
    /// The one stage of a job that has no more.
    fn of(stretch: &usage::Stretch) -> Self {
        let (cpu_s, wall_s) = stretch.end();
        Self {
            name: String::new(),
            cpu_s,
            wall_s,
        }
    }
}

/// The job, done once.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Done {
    stages: Vec<Stage>,
    peak_mib: f64,
    answer: Answer,
    #[serde(default)]
    versions: BTreeMap<String, String>,
    /// How often all was asked for it.
    #[serde(default = "once")]
    rounds: u32,
}

fn once() -> u32 {
    1
}

impl Done {
    /// The same job after another round, which alone was measured.
    fn again(self, stretch: &usage::Stretch) -> Self {
        Self {
            stages: vec![Stage::of(stretch)],
            rounds: self.rounds + 1,
            ..self
        }
    }
}

/// The job and what it took the vendor.
struct Job {
    done: Done,
    calls: u64,
    vendor_cpu_s: f64,
}

const DEPTHS: [(Depth, &str); 4] = [
    (
        Depth::Limit,
        "limit: answers taken and split, nothing made of them",
    ),
    (Depth::Pull, "Pie: pulled"),
    (Depth::Map, "Pie: pulled and mapped"),
    (Depth::Write, "Pie: pulled, mapped, written as JSON lines"),
];
const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];

/// Runs a part.
pub(crate) fn run(part: Part) -> anyhow::Result<()> {
    match part {
        Part::Sources(args) => {
            let report = measure(&args)?;
            let text = if args.json {
                serde_json::to_string_pretty(&report)?
            } else {
                report.to_string()
            };
            crate::print(&text)
        }
        Part::Vendor { of, deals } => vendor::serve(of, deals),
        Part::Read {
            of,
            url,
            token,
            depth,
        } => ours::run(of, Place { url, token }, depth),
    }
}

fn measure(args: &Args) -> anyhow::Result<Report> {
    let mut report = Report::new(args.deals);
    for of in [Of::Hubspot, Of::Salesforce] {
        let mut vendor = Vendor::start(of, args.deals)?;
        let mut rows = Vec::new();
        for (depth, title) in DEPTHS {
            let jobs = several(args.times, || ours(of, &mut vendor, depth))?;
            // The limit says how much of the pull nobody could spare.
            let beside = if depth == Depth::Limit {
                Depth::Pull
            } else {
                depth
            };
            rows.extend(Row::of(title, &jobs, |_| beside));
        }
        for peer in peers::of(of) {
            let jobs = several(args.times, || {
                job(&mut vendor, |place| {
                    peers::read(args.python.as_deref(), of, peer, place)
                })
            });
            match jobs {
                Ok(jobs) => {
                    report.versions.extend(jobs[0].done.versions.clone());
                    rows.extend(Row::of(peer, &jobs, peers::beside));
                }
                Err(error) => report
                    .absent
                    .push(format!("{peer} on {}: {error:#}", of.name())),
            }
        }
        report.add(of, rows)?;
    }
    for of in [Of::Hubspot, Of::Salesforce] {
        for deals in SIZES.into_iter().filter(|_| args.memory) {
            let mut vendor = Vendor::start(of, deals)?;
            let job = ours(of, &mut vendor, Depth::Map)?;
            ensure!(
                job.done.answer.deals == deals,
                "of {deals} deals of {} {} came",
                of.name(),
                job.done.answer.deals
            );
            report.growth.push(Growth::of(of, deals, &job));
        }
    }
    Ok(report)
}

/// The same job several times, after one that does not count.
fn several(
    times: usize,
    mut once: impl FnMut() -> anyhow::Result<Job>,
) -> anyhow::Result<Vec<Job>> {
    once()?;
    (0..times.max(1)).map(|_| once()).collect()
}

fn job(
    vendor: &mut Vendor,
    work: impl FnOnce(&Place) -> anyhow::Result<Done>,
) -> anyhow::Result<Job> {
    let before = vendor.tally()?;
    let done = work(&vendor.place)?;
    let after = vendor.tally()?;
    Ok(Job {
        calls: (after.calls - before.calls) / u64::from(done.rounds),
        vendor_cpu_s: (after.cpu_s - before.cpu_s) / f64::from(done.rounds),
        done,
    })
}

fn ours(of: Of, vendor: &mut Vendor, depth: Depth) -> anyhow::Result<Job> {
    job(vendor, |place| {
        let depth = depth.to_possible_value().context("a depth has a name")?;
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["read", of.name(), &place.url, &place.token])
            .arg(depth.get_name());
        said(&mut command)
    })
}

/// What a process says in its last line.
fn said(command: &mut Command) -> anyhow::Result<Done> {
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "it failed: {}", output.status);
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_default();
    serde_json::from_str(last).context("it gave no result")
}
