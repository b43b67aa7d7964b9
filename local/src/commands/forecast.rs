//! `pie forecast`: what the open pipeline will bring, when, and how sure that is.

use std::path::PathBuf;

use clap::ValueEnum;
use connectors::file::Report;
use forecast::backtest;
use forecast::engine::{FitError, Model, Options};
use forecast::learn::fit::Confidence;
use forecast::pipeline::{By, Line};

use crate::exit::{Exit, Failure};
use crate::files;
use crate::format;
use crate::input::{Reading, chain};
use crate::outlook::{Outlook, Request, Told, Trust, outlook};
use crate::output::{Output, Page};
use crate::report;
use crate::table::{Cell, Table, Tone, number, text};

const EXAMPLES: &str = "\
Examples:
  pie forecast demo                              the book by quarter, owner and stage
  pie forecast demo --html report.html           the same with charts, as one file
  pie forecast demo --html r.html --test full    tested on the past as `pie backtest` does it
  pie forecast demo --by month --periods 6 --top 20
  pie forecast demo --json > forecast.json       every open deal, for programs";

/// Forecast the open pipeline, and name the deals to worry about
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    reading: Reading,
    /// Sum up by month or by quarter
    #[arg(long, value_enum, default_value_t = Span::Quarter)]
    by: Span,
    /// How many periods ahead, the running one included
    #[arg(long, default_value_t = 2, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=12))]
    periods: u8,
    /// How many rows of each table to show
    #[arg(long, default_value_t = 10, value_name = "N")]
    top: usize,
    /// Write a report with charts to this file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// How thoroughly to test the forecast on the past
    #[arg(long, value_enum, default_value_t = Test::Quick, value_name = "HOW")]
    test: Test,
    /// Which draws to use; the same seed gives the same figures
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Span {
    Month,
    Quarter,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Test {
    /// A few past days: seconds
    Quick,
    /// As `pie backtest` does it: minutes for large books
    Full,
    /// Not at all
    None,
}

/// The days ahead of the test on the past: long enough to see closings, short enough to have many.
const TESTED_DAYS: u32 = 30;
/// A quick test takes at most so many days of the past, and so many models behind each interval.
const QUICK_DAYS: f64 = 7.0;
const QUICK_MEMBERS: usize = 6;

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let import = args.reading.import(output)?;
    let progress = output.progress();
    progress.step("learning from the history");
    let options = Options {
        seed: args.seed,
        rates: args.reading.how.rates()?,
        ..Options::default()
    };
    let model =
        Model::fit(&import.book, &options).map_err(|error| refused(&error, &import.report))?;
    let mined = mining::mine(&import.book, &mining::Options::default());
    let request = Request {
        by: match args.by {
            Span::Month => By::Month,
            Span::Quarter => By::Quarter,
        },
        periods: usize::from(args.periods),
        top: args.top,
        backtest: backtest(args, &model),
    };
    let outlook = outlook(&import.book, &mined, &model, &request, &|done, of| {
        progress.count("testing on the past", done, of);
    });
    drop(progress);
    if let Some(path) = &args.html {
        let html = report::html(&outlook, &mined);
        files::write(path, |file| file.write_all(html.as_bytes()))?;
    }
    output.answer(&outlook, |page| show(&outlook, args.top, page))?;
    if let Some(path) = &args.html {
        output.note(format!("Report written to {}", path.display()));
    }
    Ok(Exit::Done)
}

/// The test on the past that was asked for.
fn backtest(args: &Args, model: &Model) -> Option<backtest::Options> {
    let full = backtest::Options {
        horizon_days: TESTED_DAYS,
        seed: args.seed,
        ..backtest::Options::default()
    };
    match args.test {
        Test::None => None,
        Test::Full => Some(full),
        Test::Quick => {
            let days = model
                .reading
                .panel
                .span(model.origin())
                .map_or(0.0, |(first, last)| last - first);
            Some(backtest::Options {
                every_days: Some((days / QUICK_DAYS).max(1.0)),
                members: QUICK_MEMBERS,
                ..full
            })
        }
    }
}

/// Why there is no model, and what would help.
pub(crate) fn refused(error: &FitError, report: &Report) -> Failure {
    let fix = match error {
        FitError::InsufficientData(_) => {
            // Often the history is there and only could not be read as one.
            let hidden = report
                .issues
                .iter()
                .find(|group| NO_HISTORY.contains(&group.code));
            hidden.and_then(|group| group.examples.first()).map_or(
                "add closed deals with the dates of their stages; where there are attributes but no history, use `pie score`",
                |issue| issue.remedy.as_str(),
            )
        }
        FitError::TooManyStages { .. } => "look at what was read with `pie map`",
        FitError::Chain(_) => {
            "see how deals move with `pie mine`, and say which stages close a deal with --won and --lost"
        }
    };
    Failure::new(Exit::Failure, chain(error)).fix(fix)
}

/// Oddities of the input that can leave a whole history unread.
const NO_HISTORY: [&str; 2] = ["ambiguous_dates", "no_outcome"];

fn show(outlook: &Outlook, top: usize, page: &mut Page) {
    let unit = outlook.currency.as_deref().unwrap_or("no amounts");
    page.heading(format!("Forecast as of {} ({unit})", outlook.as_of));
    page.field(
        "Open",
        format!(
            "{} worth {}",
            format::counted(outlook.total.deals, "deal"),
            format::compact(outlook.total.open_amount)
        ),
    );
    page.field(
        "Learned from",
        format!(
            "{}: {} won, {} lost{}",
            format::counted(outlook.evidence.closed, "closed deal"),
            format::count(outlook.evidence.won),
            format::count(outlook.evidence.lost),
            if outlook.confidence == Confidence::Low {
                "; low confidence, 200 are recommended"
            } else {
                ""
            }
        ),
    );
    page.field("Trust", trust_lines(&outlook.trust).join(" "));

    lines(page, "By period", "Period", &outlook.periods, usize::MAX);
    lines(page, "By owner", "Owner", &outlook.owners, top);
    lines(page, "By stage", "Stage", &outlook.stages, usize::MAX);
    page.aside("P10, P50, P90: revenue is below it in 10, 50, 90 of 100 draws, in which the model itself is drawn too. Owners and stages over all periods shown.");

    if !outlook.riskiest.is_empty() {
        page.heading("Most at risk (amount × chance to lose it)");
        page.table(&deals(&outlook.riskiest));
    }
    if !outlook.slipping.is_empty() {
        page.heading("Likely to slip past their close date");
        let mut table = Table::new([
            text("Deal"),
            text("Owner"),
            text("Stage"),
            number("Amount"),
            number("Due"),
            number("Won by then"),
            number("Open still"),
        ]);
        for slip in &outlook.slipping {
            table.row([
                slip.label.as_str().into(),
                slip.owner.as_deref().unwrap_or("–").into(),
                slip.stage.as_str().into(),
                slip.slip
                    .amount
                    .map_or_else(format::dash, format::whole)
                    .into(),
                format::due(slip.slip.closes_in_days).into(),
                format::percent(slip.slip.p_won_by_then).into(),
                format::percent(slip.slip.p_open_then).into(),
            ]);
        }
        page.table(&table);
    }
    let forgotten = &outlook.forgotten;
    if forgotten.count > 0 {
        page.heading(format!(
            "Forgotten: {} of {} ({}), worth {} on paper",
            format::count(forgotten.count),
            format::counted(outlook.deals.len(), "open deal"),
            format::percent(forgotten.share),
            format::compact(forgotten.amount)
        ));
        page.line(format!(
            "Longer in their stage than 99 in 100 deals that were won from there; {} is expected of them within 90 days. Close them, or note what keeps them alive.",
            format::compact(forgotten.expected_in_90_days)
        ));
        let mut table = Table::new([
            text("Deal"),
            text("Owner"),
            text("Stage"),
            number("In stage"),
            number("Longest won"),
            number("Amount"),
            number("P(win)"),
        ]);
        for deal in forgotten.examples.iter().take(5) {
            table.row([
                deal.label().into(),
                deal.owner.as_deref().unwrap_or("–").into(),
                deal.forecast.stage.as_str().into(),
                format::days(deal.forecast.days_in_stage).into(),
                deal.forecast
                    .longest_won_stay
                    .map_or_else(format::dash, format::days)
                    .into(),
                deal.forecast
                    .amount
                    .map_or_else(format::dash, format::whole)
                    .into(),
                format::percent(deal.forecast.p_win.value).into(),
            ]);
        }
        page.table(&table);
    }
    page.heading("What this forecast does not know");
    for line in &outlook.unknown {
        page.item(line);
    }
}

/// How good the forecast would have been, in a line or two.
pub(crate) fn trust_lines(trust: &Trust) -> Vec<String> {
    match trust {
        Trust::Untested(why) => vec![format!("not tested on the past: {why}")],
        Trust::Backtest(backtest) => vec![
            backtest.verdict.clone(),
            format!(
                "On {} past days, {} ahead: Brier {} (stage rate {}, base rate {}); its 80 % interval for the number of wins held in {} of them.",
                format::count(backtest.origins.len()),
                format::counted(backtest.horizon_days as usize, "day"),
                format::score(backtest.model.measures.brier),
                format::score(backtest.stage_rate.measures.brier),
                format::score(backtest.base_rate.measures.brier),
                format::percent(backtest.coverage80),
            ),
        ],
    }
}

fn lines(page: &mut Page, heading: &str, name: &str, lines: &[Line], top: usize) {
    if lines.is_empty() {
        return;
    }
    page.heading(heading);
    let mut table = Table::new([
        text(name),
        number("Deals"),
        number("Open amount"),
        number("Expected"),
        number("P10"),
        number("P50"),
        number("P90"),
        number("Wins"),
        number("P10–P90"),
    ]);
    for line in lines.iter().take(top) {
        table.row([
            line.label.as_str().into(),
            format::count(line.deals).into(),
            format::whole(line.open_amount).into(),
            format::whole(line.revenue.expected).into(),
            format::whole(line.revenue.p10).into(),
            Cell::tone(format::whole(line.revenue.p50), Tone::Strong),
            format::whole(line.revenue.p90).into(),
            format!("{:.1}", line.wins.expected).into(),
            format!("{:.0}–{:.0}", line.wins.p10, line.wins.p90).into(),
        ]);
    }
    page.table(&table);
    if lines.len() > top {
        page.aside(format!(
            "and {} more; --top shows them",
            format::count(lines.len() - top)
        ));
    }
}

fn deals(deals: &[Told]) -> Table {
    let mut table = Table::new([
        text("Deal"),
        text("Owner"),
        text("Stage"),
        number("In stage"),
        number("Amount"),
        number("P(win)"),
        number("80 %"),
        number("In 90 d"),
        text("Why"),
    ]);
    for deal in deals {
        let forecast = &deal.forecast;
        table.row([
            deal.label().into(),
            deal.owner.as_deref().unwrap_or("–").into(),
            forecast.stage.as_str().into(),
            format::days(forecast.days_in_stage).into(),
            forecast
                .amount
                .map_or_else(format::dash, format::whole)
                .into(),
            Cell::tone(format::percent(forecast.p_win.value), Tone::Strong),
            format::percent_range(forecast.p_win.low, forecast.p_win.high).into(),
            forecast
                .by_days
                .last()
                .map_or_else(format::dash, |by| format::percent(by.p_win))
                .into(),
            deal.why(2).into(),
        ]);
    }
    table
}
