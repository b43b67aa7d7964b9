//! Both sides in one table.

use crate::ours::Ours;
use crate::peers::Peers;
use serde::Serialize;
use std::fmt;

#[derive(Serialize)]
pub(crate) struct Report {
    cpu: String,
    cpu_threads: usize,
    versions: std::collections::BTreeMap<String, String>,
    absent: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    work: &'static str,
    title: &'static str,
    threads: usize,
    ms: f64,
    fastest_ms: f64,
    repetitions: usize,
    reach_ms: Option<f64>,
    answer: f64,
    peers: Vec<Beside>,
}

#[derive(Serialize)]
struct Beside {
    peer: String,
    ms: f64,
    fastest_ms: f64,
    repetitions: usize,
    /// How many times as long as ours.
    ratio: f64,
    answer: f64,
}

impl Report {
    pub(crate) fn of(ours: Vec<Ours>, mut peers: Peers) -> Report {
        let rows = ours.into_iter().map(|ours| {
            let beside = peers.results.remove(ours.key).unwrap_or_default();
            Row {
                work: ours.key,
                title: ours.title,
                threads: ours.threads,
                ms: ours.median.ms,
                fastest_ms: ours.median.fastest_ms,
                repetitions: ours.median.repetitions,
                reach_ms: ours.reach_ms,
                answer: ours.answer,
                peers: beside
                    .into_iter()
                    .map(|(peer, time)| Beside {
                        peer,
                        ms: time.ms,
                        fastest_ms: time.fastest_ms,
                        repetitions: time.repetitions,
                        ratio: time.ms / ours.median.ms,
                        answer: time.answer,
                    })
                    .collect(),
            }
        });
        Report {
            rows: rows.collect(),
            cpu: cpu(),
            cpu_threads: std::thread::available_parallelism().map_or(1, usize::from),
            versions: peers.versions,
            absent: peers.absent,
        }
    }
}

pub(crate) fn cpu() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == "model name").then(|| value.trim().to_owned())
    });
    model.unwrap_or_else(|| format!("unknown {} processor", std::env::consts::ARCH))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, {} threads", self.cpu, self.cpu_threads)?;
        let versions: Vec<String> = self
            .versions
            .iter()
            .map(|(name, version)| format!("{name} {version}"))
            .collect();
        if !versions.is_empty() {
            writeln!(f, "peers: {}", versions.join(", "))?;
        }
        for missing in &self.absent {
            writeln!(f, "absent: {missing}")?;
        }
        writeln!(f)?;
        writeln!(
            f,
            "{:<56} {:>12} {:>10} {:>10} {:>8} {:>12}",
            "work", "median ms", "fastest", "to reach", "ratio", "answer"
        )?;
        for row in &self.rows {
            let reach = row.reach_ms.map_or(String::new(), |reach| {
                let met = if row.ms <= reach { "met" } else { "MISSED" };
                format!("{reach} {met}")
            });
            writeln!(
                f,
                "{:<56} {:>12} {:>10} {reach:>10} {:>8} {:>12}",
                row.title,
                figures(row.ms),
                figures(row.fastest_ms),
                "",
                figures(row.answer)
            )?;
            for beside in &row.peers {
                writeln!(
                    f,
                    "    {:<52} {:>12} {:>10} {:>10} {:>7}× {:>12}",
                    beside.peer,
                    figures(beside.ms),
                    figures(beside.fastest_ms),
                    "",
                    figures(beside.ratio),
                    figures(beside.answer)
                )?;
            }
        }
        Ok(())
    }
}

/// About four figures.
pub(crate) fn figures(value: f64) -> String {
    let magnitude = value.abs();
    let decimals = if magnitude >= 1_000.0 || magnitude == 0.0 {
        0
    } else {
        (3 - magnitude.log10().floor() as i32).clamp(1, 6)
    };
    format!("{value:.*}", decimals as usize)
}
