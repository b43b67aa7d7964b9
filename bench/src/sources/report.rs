//! All sides in one table for each CRM.

use super::ours::Depth;
use super::{Answer, Job, Of};
use crate::report::{cpu, figures};
use anyhow::{Context, ensure};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

#[derive(Serialize)]
pub(super) struct Report {
    cpu: String,
    deals: usize,
    pub(super) versions: BTreeMap<String, String>,
    pub(super) absent: Vec<String>,
    tables: Vec<Table>,
    pub(super) growth: Vec<Growth>,
}

#[derive(Serialize)]
struct Table {
    of: Of,
    answer: Answer,
    rows: Vec<Row>,
}

/// Medians of one side's figures.
#[derive(Serialize)]
pub(super) struct Row {
    title: String,
    /// Which of our figures it stands beside.
    #[serde(skip)]
    beside: Depth,
    is_ours: bool,
    repetitions: usize,
    cpu_s: f64,
    least_cpu_s: f64,
    wall_s: f64,
    peak_mib: f64,
    calls: u64,
    vendor_cpu_s: f64,
    /// How many times the processor time of ours.
    ratio: f64,
    answer: Answer,
}

/// Our side on a vendor of some size.
#[derive(Serialize)]
pub(super) struct Growth {
    of: Of,
    deals: usize,
    cpu_s: f64,
    wall_s: f64,
    peak_mib: f64,
    calls: u64,
}

impl Row {
    /// A row for each stage of the job.
    pub(super) fn of(title: &str, jobs: &[Job], beside: impl Fn(&str) -> Depth) -> Vec<Row> {
        let Some(first) = jobs.first() else {
            return Vec::new();
        };
        let rows = first.done.stages.iter().enumerate().map(|(at, stage)| {
            let of_stage = |figure: fn(&super::Stage) -> f64| {
                let stages = jobs.iter().filter_map(|job| job.done.stages.get(at));
                sorted(stages.map(figure))
            };
            let cpu_s = of_stage(|stage| stage.cpu_s);
            Row {
                title: [title, &stage.name].join(" ").trim_end().to_owned(),
                beside: beside(&stage.name),
                is_ours: title.starts_with("Pie"),
                repetitions: jobs.len(),
                least_cpu_s: cpu_s.first().copied().unwrap_or(f64::NAN),
                cpu_s: middle(&cpu_s),
                wall_s: middle(&of_stage(|stage| stage.wall_s)),
                peak_mib: middle(&sorted(jobs.iter().map(|job| job.done.peak_mib))),
                vendor_cpu_s: middle(&sorted(jobs.iter().map(|job| job.vendor_cpu_s))),
                calls: first.calls,
                ratio: f64::NAN,
                answer: first.done.answer,
            }
        });
        rows.collect()
    }
}

fn sorted(figures: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures
}

fn middle(sorted: &[f64]) -> f64 {
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

impl Growth {
    pub(super) fn of(of: Of, deals: usize, job: &Job) -> Growth {
        let whole = job.done.stages.last();
        Growth {
            of,
            deals,
            cpu_s: whole.map_or(f64::NAN, |whole| whole.cpu_s),
            wall_s: whole.map_or(f64::NAN, |whole| whole.wall_s),
            peak_mib: job.done.peak_mib,
            calls: job.calls,
        }
    }
}

impl Report {
    pub(super) fn new(deals: usize) -> Report {
        Report {
            cpu: cpu(),
            deals,
            versions: BTreeMap::new(),
            absent: Vec::new(),
            tables: Vec::new(),
            growth: Vec::new(),
        }
    }

    /// Takes in what was measured of a CRM; whoever read something else did another job.
    pub(super) fn add(&mut self, of: Of, mut rows: Vec<Row>) -> anyhow::Result<()> {
        let common = |answer: Answer| Answer {
            entities: 0,
            ..answer
        };
        let answer = common(rows.first().context("nothing was measured")?.answer);
        for row in &rows {
            let theirs = common(row.answer);
            ensure!(
                theirs == answer,
                "{} read {theirs:?} of {}, we {answer:?}",
                row.title,
                of.name()
            );
        }
        let ours: Vec<(Depth, f64)> = rows
            .iter()
            .filter(|row| row.is_ours)
            .map(|row| (row.beside, row.cpu_s))
            .collect();
        for row in &mut rows {
            let beside = ours.iter().find(|(depth, _)| *depth == row.beside);
            row.ratio = beside.map_or(f64::NAN, |(_, cpu_s)| row.cpu_s / cpu_s);
        }
        self.tables.push(Table { of, answer, rows });
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.cpu)?;
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
        let thousands = self.deals as f64 / 1e3;
        for table in &self.tables {
            let Answer {
                deals,
                history,
                associations,
                ..
            } = table.answer;
            writeln!(
                f,
                "\n{}: {deals} deals, {history} stages entered, {associations} associations",
                table.of.name()
            )?;
            writeln!(
                f,
                "{:<56} {:>12} {:>8} {:>10} {:>12} {:>9} {:>12}",
                "work",
                "CPU ms/1,000",
                "ratio",
                "deals/s",
                "calls/1,000",
                "peak MiB",
                "vendor's CPU"
            )?;
            for row in &table.rows {
                let indent = if row.is_ours { 0 } else { 4 };
                let ratio = if row.is_ours {
                    String::new()
                } else {
                    format!("{}×", figures(row.ratio))
                };
                writeln!(
                    f,
                    "{:indent$}{:<width$} {:>12} {ratio:>8} {:>10} {:>12} {:>9} {:>12}",
                    "",
                    row.title,
                    figures(row.cpu_s * 1e3 / thousands),
                    figures(deals as f64 / row.wall_s),
                    figures(row.calls as f64 / thousands),
                    figures(row.peak_mib),
                    figures(row.vendor_cpu_s * 1e3 / thousands),
                    width = 56 - indent,
                )?;
            }
        }
        if !self.growth.is_empty() {
            writeln!(
                f,
                "\n{:<56} {:>12} {:>8} {:>10} {:>12} {:>9}",
                "pulled and mapped", "CPU ms/1,000", "", "deals/s", "calls/1,000", "peak MiB"
            )?;
        }
        for growth in &self.growth {
            let thousands = growth.deals as f64 / 1e3;
            writeln!(
                f,
                "{:<56} {:>12} {:>8} {:>10} {:>12} {:>9}",
                format!("{}, {} deals", growth.of.name(), growth.deals),
                figures(growth.cpu_s * 1e3 / thousands),
                "",
                figures(growth.deals as f64 / growth.wall_s),
                figures(growth.calls as f64 / thousands),
                figures(growth.peak_mib),
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::super::{Done, Stage, peers};
    use super::*;

    fn jobs(deals: usize, stages: &[(&str, &[f64])]) -> Vec<Job> {
        let times = stages[0].1.len();
        let job = |at: usize| Job {
            done: Done {
                stages: stages
                    .iter()
                    .map(|(name, cpu_s)| Stage {
                        name: (*name).to_owned(),
                        cpu_s: cpu_s[at],
                        wall_s: 1.0,
                    })
                    .collect(),
                peak_mib: 1.0,
                answer: Answer {
                    deals,
                    ..Answer::default()
                },
                versions: BTreeMap::new(),
                rounds: 1,
            },
            calls: 1,
            vendor_cpu_s: 1.0,
        };
        (0..times).map(job).collect()
    }

    fn ours() -> Vec<Row> {
        let pulled = jobs(7, &[("", &[1.0, 9.0, 2.0])]);
        let written = jobs(7, &[("", &[4.0])]);
        let mut rows = Row::of("Pie: pulled", &pulled, |_| Depth::Pull);
        rows.extend(Row::of("Pie: written", &written, |_| Depth::Write));
        rows
    }

    #[test]
    fn a_stage_is_held_against_what_it_stands_beside() {
        let theirs = jobs(
            7,
            &[("extract", &[10.0]), ("extract and normalize", &[40.0])],
        );
        let mut rows = ours();
        rows.extend(Row::of("dlt", &theirs, peers::beside));
        let mut report = Report::new(7);
        report.add(Of::Hubspot, rows).unwrap();
        let told: Vec<(&str, f64)> = report.tables[0]
            .rows
            .iter()
            .map(|row| (row.title.as_str(), row.ratio))
            .collect();
        let expected = [
            ("Pie: pulled", 1.0),
            ("Pie: written", 1.0),
            ("dlt extract", 5.0),
            ("dlt extract and normalize", 10.0),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn whoever_read_something_else_ends_the_report() {
        let mut rows = ours();
        rows.extend(Row::of(
            "dlt",
            &jobs(6, &[("extract", &[1.0])]),
            peers::beside,
        ));
        let refused = Report::new(7).add(Of::Hubspot, rows).unwrap_err();
        assert!(
            refused.to_string().contains("dlt extract read"),
            "{refused}"
        );
    }
}
