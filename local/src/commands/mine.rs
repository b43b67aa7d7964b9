//! `pie mine`: how deals really moved, without a forecast.

use std::path::PathBuf;

use clap::ValueEnum;
use mining::{LoopKind, Mined, Pipeline, Rate};

use crate::commands::check;
use crate::exit::{Exit, Failure};
use crate::files;
use crate::format;
use crate::input::Reading;
use crate::output::{Output, Page};
use crate::table::{Table, number, text};

const EXAMPLES: &str = "\
Examples:
  pie mine demo                                what the history says
  pie mine events.csv --json > mined.json      all of it, for programs
  pie mine demo --export svg --out map.svg     the process map as a drawing
  pie mine demo --export variants > ways.csv   the ways deals take, as CSV";

/// Show how deals really moved: ways, stays, bottlenecks, rework
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    reading: Reading,
    /// How many rows of each table to show
    #[arg(long, default_value_t = 8, value_name = "N")]
    top: usize,
    /// Only this pipeline
    #[arg(long, value_name = "NAME")]
    pipeline: Option<String>,
    /// Give one drawing or table instead of the summary
    #[arg(long, value_enum, value_name = "WHAT")]
    export: Option<Export>,
    /// Where to write the export [default: standard output]
    #[arg(long, short, value_name = "FILE", requires = "export")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Export {
    /// The process map as an SVG drawing
    Svg,
    /// The process map for Graphviz
    Dot,
    /// Every transition with counts and days, as CSV
    Edges,
    /// Transition probabilities as a CSV matrix
    Matrix,
    /// The stages with their stays, as CSV
    Stages,
    /// The ways deals take, as CSV
    Variants,
    /// Where time costs wins, as CSV
    Bottlenecks,
    /// What is wrong with the data, as CSV
    Quality,
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let import = args.reading.import(output)?;
    let progress = output.progress();
    progress.step("mining the history");
    let mut mined = mining::mine(
        &import.book,
        &mining::Options {
            variants: args.top.max(20),
        },
    );
    drop(progress);
    if let Some(name) = &args.pipeline {
        keep_pipeline(&mut mined, name)?;
    }
    if let Some(export) = args.export {
        let text = exported(&mined, export)?;
        match &args.out {
            Some(path) => files::write(path, |file| file.write_all(text.as_bytes()))?,
            None => output.data(&text)?,
        }
        return Ok(Exit::Done);
    }
    output.answer(&mined, |page| show(&mined, args.top, page))?;
    Ok(Exit::Done)
}

fn keep_pipeline(mined: &mut Mined, name: &str) -> Result<(), Failure> {
    let names: Vec<String> = mined
        .pipelines
        .iter()
        .map(|pipeline| pipeline.name.clone())
        .collect();
    mined
        .pipelines
        .retain(|pipeline| pipeline.name.eq_ignore_ascii_case(name));
    if mined.pipelines.is_empty() {
        let fix = format!("choose one of: {}", names.join(", "));
        return Err(
            Failure::new(Exit::NotFound, format!("there is no pipeline {name:?}")).fix(fix),
        );
    }
    Ok(())
}

fn exported(mined: &Mined, export: Export) -> Result<String, Failure> {
    let one = || {
        let largest = mined.pipelines.iter().max_by_key(|pipeline| pipeline.deals);
        largest
            .ok_or_else(|| Failure::new(Exit::Failure, "there is no pipeline with deals to draw"))
    };
    Ok(match export {
        Export::Svg => mining::export::svg(one()?),
        Export::Dot => mining::export::dot(one()?),
        Export::Matrix => mining::export::csv_matrix(one()?),
        Export::Edges => mining::export::csv_edges(mined),
        Export::Stages => mining::export::csv_stages(mined),
        Export::Variants => mining::export::csv_variants(mined),
        Export::Bottlenecks => mining::export::csv_bottlenecks(mined),
        Export::Quality => mining::export::csv_quality(mined),
    })
}

fn show(mined: &Mined, top: usize, page: &mut Page) {
    let quality = &mined.quality;
    page.heading(format!("History up to {}", format::day(mined.as_of)));
    page.line(format!(
        "{}: {} won, {} lost, {} open.",
        format::counted(quality.deals as usize, "deal"),
        format::count(quality.won as usize),
        format::count(quality.lost as usize),
        format::count(quality.open as usize),
    ));
    if !mined.ideal_industries.is_empty() {
        page.line(format!(
            "Industries won more often than average: {}.",
            mined.ideal_industries.join(", ")
        ));
    }
    for pipeline in &mined.pipelines {
        show_pipeline(pipeline, top, page);
    }
    check::show_quality(quality, page);
}

fn show_pipeline(pipeline: &Pipeline, top: usize, page: &mut Page) {
    let name = if pipeline.name.is_empty() {
        "Pipeline"
    } else {
        &pipeline.name
    };
    page.heading(format!(
        "{name}: {}, {}",
        format::counted(pipeline.deals as usize, "deal"),
        pipeline.win_rate.as_ref().map_or_else(
            || "no closed deals with history".to_owned(),
            |rate| format!(
                "{} of {} closed won ({})",
                format::percent(rate.value),
                format::count(rate.n as usize),
                format::percent_range(rate.low, rate.high)
            )
        ),
    ));
    if pipeline.left_out > 0 {
        page.line(format!(
            "{} dated later than the data's end were left out.",
            format::counted(pipeline.left_out as usize, "stage visit")
        ));
    }

    page.heading("Stages");
    let mut table = Table::new([
        text("Stage"),
        number("Visits"),
        number("Deals"),
        number("Median stay"),
        number("P90"),
        number("In it now"),
        number("Median so far"),
        number("Won"),
        number("95 % interval"),
    ]);
    for stage in &pipeline.dwell {
        let current = stage.current.as_ref();
        table.row([
            stage.stage.as_str().into(),
            format::count(stage.visits as usize).into(),
            format::count(stage.deals as usize).into(),
            stage
                .survival_median_days
                .map_or_else(format::dash, format::days)
                .into(),
            stage
                .completed
                .as_ref()
                .map_or_else(format::dash, |stays| format::days(stays.p90_days))
                .into(),
            current
                .map_or_else(format::dash, |now| format::count(now.count as usize))
                .into(),
            current
                .map_or_else(format::dash, |now| format::days(now.median_days))
                .into(),
            share(stage.win_rate.as_ref()).into(),
            range(stage.win_rate.as_ref()).into(),
        ]);
    }
    page.table(&table);
    page.aside(
        "The median stay counts deals that are still in the stage; P90 is of stays that ended.",
    );

    page.heading("Ways deals take");
    let variants = &pipeline.variants;
    let mut table = Table::new([
        text("Way"),
        number("Deals"),
        number("Share"),
        number("Won"),
        number("95 % interval"),
        number("Median"),
    ]);
    for variant in variants.top.iter().take(top) {
        table.row([
            variant.path.join(" › ").into(),
            format::count(variant.count as usize).into(),
            format::percent(variant.share).into(),
            share(variant.win_rate.as_ref()).into(),
            range(variant.win_rate.as_ref()).into(),
            format::days(variant.median_days).into(),
        ]);
    }
    page.table(&table);
    page.aside(format!(
        "{} in {}; {} still open are not counted.",
        format::counted(variants.distinct as usize, "different way"),
        format::counted(variants.deals as usize, "finished deal"),
        format::count(variants.open as usize)
    ));

    if !pipeline.bottlenecks.is_empty() {
        page.heading("Where time costs wins");
        let mut table = Table::new([
            text("Stage"),
            number("Deals"),
            number("Median stay"),
            number("Won if quick"),
            number("Won if slow"),
            number("Wins lost"),
            number("Weight"),
        ]);
        for bottleneck in pipeline.bottlenecks.iter().take(top) {
            table.row([
                bottleneck.stage.as_str().into(),
                format::count(bottleneck.deals as usize).into(),
                format::days(bottleneck.median_days).into(),
                share(bottleneck.fast.as_ref()).into(),
                share(bottleneck.slow.as_ref()).into(),
                format!("{:.1}", bottleneck.lost_wins).into(),
                format::percent(bottleneck.share).into(),
            ]);
        }
        page.table(&table);
        page.aside("Weight is dwell × volume × win probability lost by being slower than the median, shrunk; associated, which is not to say caused.");
    }

    show_rework(pipeline, top, page);
    show_conformance(pipeline, page);
    show_drift(pipeline, page);
}

fn show_rework(pipeline: &Pipeline, top: usize, page: &mut Page) {
    let rework = &pipeline.rework;
    if rework.loops.is_empty() {
        return;
    }
    page.heading("Done twice");
    if let Some(rate) = &rework.reworked {
        let won = rework
            .win_rate_with
            .as_ref()
            .zip(rework.win_rate_without.as_ref());
        let tail = won.map_or_else(String::new, |(with, without)| {
            format!(
                "; {} of them won, {} of the others",
                format::percent(with.value),
                format::percent(without.value)
            )
        });
        page.line(format!(
            "{} of deals went back or repeated a stage{tail}.",
            format::percent(rate.value)
        ));
    }
    let mut table = Table::new([
        text("Kind"),
        text("Step"),
        number("Times"),
        number("Deals"),
        number("Median cost"),
        number("Won"),
        number("Difference"),
    ]);
    for step in rework.loops.iter().take(top) {
        let kind = match step.kind {
            LoopKind::Repeat => "repeat",
            LoopKind::StepBack => "step back",
            LoopKind::Redo => "redo",
            LoopKind::Reopen => "reopen",
        };
        table.row([
            kind.into(),
            format!("{} › {}", step.from, step.to).into(),
            format::count(step.count as usize).into(),
            format::count(step.deals as usize).into(),
            step.days
                .as_ref()
                .map_or_else(format::dash, |days| format::days(days.median_days))
                .into(),
            share(step.win_rate.as_ref()).into(),
            step.win_difference
                .as_ref()
                .map_or_else(format::dash, |difference| format::points(difference.value))
                .into(),
        ]);
    }
    page.table(&table);
}

fn show_conformance(pipeline: &Pipeline, page: &mut Page) {
    let conformance = &pipeline.conformance;
    if conformance.deviations.is_empty() {
        return;
    }
    page.heading("Out of order");
    let source = match conformance.against {
        mining::OrderSource::Declared => "declared",
        mining::OrderSource::Discovered => "found in the same history",
    };
    page.line(format!(
        "The order ({source}): {}.",
        conformance.order.join(" › ")
    ));
    let mut table = Table::new([
        text("Kind"),
        number("Times"),
        number("Deals"),
        number("Share"),
        number("Won"),
        text("Mostly"),
    ]);
    for deviation in &conformance.deviations {
        let kind = match deviation.kind {
            mining::DeviationKind::Skipped => "skipped",
            mining::DeviationKind::Backward => "backward",
            mining::DeviationKind::AfterClose => "after close",
            mining::DeviationKind::Undeclared => "undeclared stage",
        };
        let places: Vec<String> = deviation
            .places
            .iter()
            .take(2)
            .map(|(place, times)| format!("{place} ({times})"))
            .collect();
        table.row([
            kind.into(),
            format::count(deviation.count as usize).into(),
            format::count(deviation.deals as usize).into(),
            format::percent(deviation.share).into(),
            share(deviation.win_rate.as_ref()).into(),
            places.join(", ").into(),
        ]);
    }
    page.table(&table);
}

fn show_drift(pipeline: &Pipeline, page: &mut Page) {
    let drift = &pipeline.drift;
    let changed: Vec<String> = drift
        .stages
        .iter()
        .filter_map(|stage| {
            let mut what = Vec::new();
            if stage.branching.drifted {
                what.push(format!(
                    "{} of exits now go elsewhere",
                    format::percent(stage.branching.moved)
                ));
            }
            if stage.pace.drifted {
                what.push(format!(
                    "deals leave {:.1} × as fast",
                    stage.pace.rate_ratio
                ));
            }
            (!what.is_empty()).then(|| format!("{}: {}", stage.stage, what.join("; ")))
        })
        .collect();
    if drift.stages.is_empty() {
        return;
    }
    page.heading(format!(
        "Changed in the last {}",
        format::days(drift.recent_days)
    ));
    if changed.is_empty() {
        page.line("Nothing beyond chance.");
    }
    for change in changed {
        page.item(change);
    }
}

fn share(rate: Option<&Rate>) -> String {
    rate.map_or_else(format::dash, |rate| format::percent(rate.value))
}

fn range(rate: Option<&Rate>) -> String {
    rate.map_or_else(format::dash, |rate| {
        format::percent_range(rate.low, rate.high)
    })
}
