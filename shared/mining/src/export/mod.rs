//! What was mined, for other programs and for people: JSON, CSV, Graphviz, SVG.

mod svg;

pub use svg::svg;

use crate::{Mined, Pipeline, Rate};
use std::fmt::Write as _;

/// Everything, as indented JSON.
pub fn json(mined: &Mined) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(mined)
}

/// The moves of every pipeline as CSV: one row per pair of stages.
pub fn csv_edges(mined: &Mined) -> String {
    let mut csv = Csv::new(&[
        "pipeline",
        "from",
        "to",
        "count",
        "deals",
        "share",
        "probability",
        "mean_days",
        "median_days",
        "p90_days",
        "win_rate",
        "win_rate_low",
        "win_rate_high",
    ]);
    for pipeline in &mined.pipelines {
        for edge in &pipeline.transitions.edges {
            csv.text(&pipeline.name).text(&edge.from).text(&edge.to);
            csv.whole(edge.count)
                .whole(edge.deals)
                .number(edge.share)
                .number(edge.probability);
            csv.number(edge.dwell.mean_days)
                .number(edge.dwell.median_days)
                .number(edge.dwell.p90_days);
            csv.rate(edge.win_rate).end();
        }
    }
    csv.out
}

/// The transition matrix of a pipeline as CSV: rows are the stages left, columns those entered,
/// cells the share of moves out of the row's stage.
pub fn csv_matrix(pipeline: &Pipeline) -> String {
    let matrix = &pipeline.transitions;
    let mut header = vec!["from"];
    header.extend(matrix.stages.iter().map(String::as_str));
    let mut csv = Csv::new(&header);
    let mut edges = matrix.edges.iter().peekable();
    for from in &matrix.stages {
        csv.text(from);
        // Edges come by (from, to) in stage order, as the cells do.
        for to in &matrix.stages {
            match edges.next_if(|edge| edge.from == *from && edge.to == *to) {
                Some(edge) => csv.number(edge.share),
                None => csv.number(0.0),
            };
        }
        csv.end();
    }
    csv.out
}

/// The stages of every pipeline as CSV: volume, dwell, win rate.
pub fn csv_stages(mined: &Mined) -> String {
    let mut csv = Csv::new(&[
        "pipeline",
        "stage",
        "visits",
        "deals",
        "completed",
        "mean_days",
        "median_days",
        "p90_days",
        "survival_median_days",
        "current",
        "current_median_days",
        "current_longest_days",
        "win_rate",
        "win_rate_low",
        "win_rate_high",
    ]);
    for pipeline in &mined.pipelines {
        for stage in &pipeline.dwell {
            csv.text(&pipeline.name)
                .text(&stage.stage)
                .whole(stage.visits)
                .whole(stage.deals);
            let over = stage.completed;
            csv.whole(over.map_or(0, |over| over.count));
            csv.maybe(over.map(|over| over.mean_days))
                .maybe(over.map(|over| over.median_days));
            csv.maybe(over.map(|over| over.p90_days))
                .maybe(stage.survival_median_days);
            let current = stage.current;
            csv.whole(current.map_or(0, |current| current.count));
            csv.maybe(current.map(|current| current.median_days));
            csv.maybe(current.map(|current| current.longest_days));
            csv.rate(stage.win_rate).end();
        }
    }
    csv.out
}

/// The variants of every pipeline as CSV.
pub fn csv_variants(mined: &Mined) -> String {
    let mut csv = Csv::new(&[
        "pipeline",
        "path",
        "count",
        "share",
        "median_days",
        "win_rate",
        "win_rate_low",
        "win_rate_high",
    ]);
    for pipeline in &mined.pipelines {
        for variant in &pipeline.variants.top {
            csv.text(&pipeline.name)
                .text(&variant.path.join(" > "))
                .whole(variant.count);
            csv.number(variant.share)
                .number(variant.median_days)
                .rate(variant.win_rate)
                .end();
        }
    }
    csv.out
}

/// The bottleneck ranking of every pipeline as CSV.
pub fn csv_bottlenecks(mined: &Mined) -> String {
    let mut csv = Csv::new(&[
        "pipeline",
        "stage",
        "deals",
        "mean_days",
        "median_days",
        "deal_days",
        "lost_win_probability",
        "lost_wins",
        "score",
        "share",
    ]);
    for pipeline in &mined.pipelines {
        for stage in &pipeline.bottlenecks {
            csv.text(&pipeline.name)
                .text(&stage.stage)
                .whole(stage.deals)
                .number(stage.mean_days);
            csv.number(stage.median_days)
                .number(stage.deal_days)
                .number(stage.lost_win_probability);
            csv.number(stage.lost_wins)
                .number(stage.score)
                .number(stage.share)
                .end();
        }
    }
    csv.out
}

/// The data-quality findings as CSV.
pub fn csv_quality(mined: &Mined) -> String {
    let mut csv = Csv::new(&[
        "kind", "severity", "count", "of", "what", "remedy", "examples",
    ]);
    for finding in &mined.quality.findings {
        csv.text(&word(&finding.kind))
            .text(&word(&finding.severity));
        csv.whole(finding.count)
            .whole(finding.of)
            .text(&finding.what)
            .text(&finding.remedy);
        csv.text(&finding.examples.join("; ")).end();
    }
    csv.out
}

/// The process map of one pipeline for Graphviz.
pub fn dot(pipeline: &Pipeline) -> String {
    let mut dot = String::from("digraph pipeline {\n  rankdir=TB;\n");
    dot.push_str("  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n");
    dot.push_str("  edge [fontname=\"sans-serif\", fontsize=10];\n");
    let most = pipeline
        .transitions
        .edges
        .iter()
        .map(|edge| edge.count)
        .max()
        .unwrap_or(1)
        .max(1);
    let number = |label: &str| {
        pipeline
            .transitions
            .stages
            .iter()
            .position(|stage| stage == label)
    };
    for (i, stage) in pipeline.dwell.iter().enumerate() {
        let mut lines = vec![
            escape_dot(&stage.stage),
            format!("{} visits", thousands(stage.visits)),
        ];
        if let Some(over) = stage.completed {
            lines.push(format!("median {}", days(over.median_days)));
        }
        if let Some(rate) = stage.win_rate {
            lines.push(format!("won {}", percent(rate)));
        }
        let _ = writeln!(dot, "  s{i} [label=\"{}\"];", lines.join("\\n"));
    }
    for edge in &pipeline.transitions.edges {
        if let (Some(from), Some(to)) = (number(&edge.from), number(&edge.to)) {
            let width = 1.0 + 5.0 * (edge.count as f64 / most as f64).sqrt();
            let _ = writeln!(
                dot,
                "  s{from} -> s{to} [label=\"{} · {}\", penwidth={width:.2}];",
                thousands(edge.count),
                days(edge.dwell.median_days),
            );
        }
    }
    dot.push_str("}\n");
    dot
}

/// A serialised word, such as `past_close_date`.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn escape_dot(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace(['\n', '\r'], " ")
}

/// `1234567` as `1,234,567`.
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A duration at a glance: minutes, hours or days.
fn days(days: f64) -> String {
    match days {
        d if d * 24.0 * 60.0 < 1.0 => "0 min".to_owned(),
        d if d * 24.0 < 1.0 => format!("{:.0} min", d * 24.0 * 60.0),
        d if d < 1.0 => format!("{:.0} h", d * 24.0),
        d if d < 10.0 => format!("{d:.1} d"),
        d => format!("{d:.0} d"),
    }
}

fn percent(rate: Rate) -> String {
    format!("{:.0} %", rate.value * 100.0)
}

/// A CSV document being written, RFC 4180 with `\n`.
struct Csv {
    out: String,
    begun: bool,
}

impl Csv {
    fn new(header: &[&str]) -> Self {
        let mut csv = Self {
            out: String::new(),
            begun: false,
        };
        for name in header {
            csv.text(name);
        }
        csv.end();
        csv
    }

    fn cell(&mut self) -> &mut String {
        if self.begun {
            self.out.push(',');
        }
        self.begun = true;
        &mut self.out
    }

    fn text(&mut self, text: &str) -> &mut Self {
        let quote = text.contains([',', '"', '\n', '\r']);
        let out = self.cell();
        if quote {
            let _ = write!(out, "\"{}\"", text.replace('"', "\"\""));
        } else {
            out.push_str(text);
        }
        self
    }

    fn whole(&mut self, n: u64) -> &mut Self {
        let _ = write!(self.cell(), "{n}");
        self
    }

    fn number(&mut self, x: f64) -> &mut Self {
        // Six digits are more than any of these numbers is worth, and read the same everywhere.
        let text = format!("{x:.6}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        self.cell().push_str(if text == "-0" { "0" } else { text });
        self
    }

    fn maybe(&mut self, x: Option<f64>) -> &mut Self {
        match x {
            Some(x) => self.number(x),
            None => self.text(""),
        }
    }

    fn rate(&mut self, rate: Option<Rate>) -> &mut Self {
        self.maybe(rate.map(|r| r.value))
            .maybe(rate.map(|r| r.low))
            .maybe(rate.map(|r| r.high))
    }

    fn end(&mut self) {
        self.out.push('\n');
        self.begun = false;
    }
}
