//! The same work for both sides: the documented chain, and event logs that follow it.

use anyhow::{Context, anyhow};
use forecast::chain::{Branch, Chain, Dwell, StageLaw, Start, Target};
use forecast::rng::Stream;
use model::Timestamp;
use serde::Deserialize;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const CHAIN: &str = include_str!("../chain.json");

#[derive(Deserialize)]
struct Told {
    stages: Vec<String>,
    sigma: f64,
    branches: Vec<ToldBranch>,
}

#[derive(Deserialize)]
struct ToldBranch {
    from: String,
    to: String,
    p: f64,
    mean_days: f64,
}

/// All that is timed.
pub(crate) struct Work {
    /// Eight states: six open, won and lost; back-steps; lognormal stays.
    pub(crate) chain: Chain,
    /// Forward moves 15 % more likely.
    pub(crate) scenario: Chain,
    /// A thousand deals: each in some stage for some days.
    pub(crate) book: Vec<Start>,
    /// 100,000 and 1,000,000 events in no order.
    pub(crate) logs: [Events; 2],
}

/// An unsorted event log, coded and written out as CSV.
pub(crate) struct Events {
    pub(crate) case: Vec<u32>,
    pub(crate) stage: Vec<u16>,
    pub(crate) at_us: Vec<i64>,
    pub(crate) cases: usize,
    pub(crate) stages: Vec<String>,
    pub(crate) csv: PathBuf,
}

impl Events {
    pub(crate) fn case_name(case: u32) -> String {
        format!("deal-{case}")
    }

    pub(crate) fn is_terminal(stage: &str) -> bool {
        stage == "won" || stage == "lost"
    }

    pub(crate) fn terminal(&self) -> Vec<bool> {
        self.stages.iter().map(|s| Events::is_terminal(s)).collect()
    }
}

impl Work {
    /// Makes the work and writes what the peers need into `folder`.
    pub(crate) fn prepare(folder: &Path) -> anyhow::Result<Work> {
        let told: Told = serde_json::from_str(CHAIN).context("bench/chain.json")?;
        let chain = documented(&told)?;
        let scenario = chain.with_laws(|stage, law| {
            law.reweighted(|branch| match branch.to {
                Target::Won => 1.15,
                Target::Stage(to) if to > stage => 1.15,
                _ => 1.0,
            })
        })?;
        fs::write(folder.join("chain.json"), CHAIN)?;

        let mut ages = String::new();
        let book = (0..1_000_u16).map(|i| {
            let (stage, age) = (i % 6, f64::from(i % 47));
            writeln!(ages, "{stage} {age}")?;
            let law = chain.stages().get(usize::from(stage));
            let rest = law.and_then(|law| law.residual(age));
            let rest = rest.ok_or_else(|| anyhow!("no stay lasts {age} days"))?;
            Ok(chain.start_with(stage, rest)?)
        });
        let book = book.collect::<anyhow::Result<Vec<Start>>>()?;
        fs::write(folder.join("book.txt"), ages)?;

        let logs = [
            events(&chain, &told.stages, 100_000, &folder.join("100k"))?,
            events(&chain, &told.stages, 1_000_000, &folder.join("1m"))?,
        ];
        Ok(Work {
            chain,
            scenario,
            book,
            logs,
        })
    }
}

fn documented(told: &Told) -> anyhow::Result<Chain> {
    let place = |label: &str| told.stages.iter().position(|stage| stage == label);
    let mut laws = vec![Vec::new(); told.stages.len()];
    for branch in &told.branches {
        let from = place(&branch.from).with_context(|| format!("no stage {}", branch.from))?;
        let to = match (place(&branch.to), branch.to.as_str()) {
            (Some(stage), _) => Target::Stage(stage as u16),
            (None, "won") => Target::Won,
            (None, _) => Target::Lost,
        };
        let mu = branch.mean_days.ln() - told.sigma * told.sigma / 2.0;
        laws[from].push(Branch {
            to,
            p: branch.p,
            dwell: Dwell::lognormal(mu, told.sigma),
        });
    }
    let laws = laws.into_iter().map(StageLaw::new).collect();
    Ok(Chain::new(told.stages.clone(), laws)?)
}

/// Deals that begin over two years and follow the chain, their events shuffled.
fn events(chain: &Chain, stages: &[String], count: usize, stem: &Path) -> anyhow::Result<Events> {
    const DAY_US: f64 = 86_400e6;
    let first: Timestamp = "2024-01-01T00:00:00Z".parse()?;
    let mut luck = Stream::new(2026, count as u64);
    let (lost, won) = (stages.len() as u16, stages.len() as u16 + 1);
    let mut rows: Vec<(u32, u16, i64)> = Vec::with_capacity(count + 64);
    let mut cases = 0_u32;
    while rows.len() < count {
        let mut at = first.as_microsecond() as f64 + luck.unit() * 730.0 * DAY_US;
        let mut stage = 0_u16;
        loop {
            rows.push((cases, stage, at as i64));
            let Some(law) = chain.stages().get(usize::from(stage)) else {
                break;
            };
            let mut left = luck.unit();
            let branch = law.branches().iter().find(|branch| {
                left -= branch.p;
                left < 0.0
            });
            let Some(branch) = branch.or(law.branches().last()) else {
                break;
            };
            at += branch.dwell.quantile(luck.unit()) * DAY_US;
            stage = match branch.to {
                Target::Stage(to) => to,
                Target::Lost => lost,
                Target::Won => won,
            };
        }
        cases += 1;
    }
    rows.truncate(count);
    for i in (1..rows.len()).rev() {
        rows.swap(i, luck.below(i + 1));
    }

    let mut stages = stages.to_vec();
    stages.extend(["lost".to_owned(), "won".to_owned()]);
    let csv = stem.with_extension("csv");
    let mut text = String::with_capacity(count * 56);
    text.push_str("deal_id,stage,timestamp\n");
    for &(case, stage, at_us) in &rows {
        let at = Timestamp::from_microsecond(at_us)?;
        let stage = &stages[usize::from(stage)];
        writeln!(text, "{},{stage},{at:.6}", Events::case_name(case))?;
    }
    fs::write(&csv, text)?;

    let column = |end: &str, bytes: Vec<u8>| fs::write(stem.with_extension(end), bytes);
    column(
        "case",
        rows.iter().flat_map(|r| r.0.to_le_bytes()).collect(),
    )?;
    column(
        "stage",
        rows.iter().flat_map(|r| r.1.to_le_bytes()).collect(),
    )?;
    column("at", rows.iter().flat_map(|r| r.2.to_le_bytes()).collect())?;

    Ok(Events {
        case: rows.iter().map(|r| r.0).collect(),
        stage: rows.iter().map(|r| r.1).collect(),
        at_us: rows.iter().map(|r| r.2).collect(),
        cases: cases as usize,
        stages,
        csv,
    })
}
