//! `pie backtest`: how good the forecast would have been, on the user's own past.

use forecast::backtest::{Backtest, BacktestError, Options, Scores};
use jiff::Timestamp;

use crate::exit::{Exit, Failure};
use crate::format;
use crate::input::Reading;
use crate::instant;
use crate::output::{Output, Page};
use crate::table::{Cell, Table, Tone, number, text};

const EXAMPLES: &str = "\
Examples:
  pie backtest demo                              30 days ahead, as often as the history allows
  pie backtest demo --horizon-days 90
  pie backtest events.csv --from 2011-11-01 --every-days 3.5 --json";

/// Show how good the forecast would have been on your own past
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    reading: Reading,
    /// How far each forecast looks ahead
    #[arg(long, default_value_t = 30, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3650))]
    horizon_days: u32,
    /// Days between forecasts [default: at most 24 forecasts over the history]
    #[arg(long, value_name = "DAYS", value_parser = positive)]
    every_days: Option<f64>,
    /// The first forecast [default: the first with enough history before it]
    #[arg(long, value_name = "DAY", value_parser = instant::parse)]
    from: Option<Timestamp>,
    /// The last forecast [default: the last whose horizon has passed]
    #[arg(long, value_name = "DAY", value_parser = instant::parse)]
    to: Option<Timestamp>,
    /// Which draws to use; the same seed gives the same figures
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn positive(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|days: &f64| days.is_finite() && *days > 0.0)
        .ok_or_else(|| "write a number above 0".to_owned())
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let import = args.reading.import(output)?;
    let progress = output.progress();
    let options = Options {
        horizon_days: args.horizon_days,
        every_days: args.every_days,
        from: args.from.map(instant::days),
        to: args.to.map(instant::days),
        seed: args.seed,
        ..Options::default()
    };
    let reading = forecast::reading::Reading::of(&import.book, None);
    let backtest = forecast::backtest::backtest(&reading.panel, &options, &|done, of| {
        progress.count("forecasting the past", done, of);
    });
    drop(progress);
    let backtest = backtest.map_err(|error| refused(&error))?;
    output.answer(&backtest, |page| show(&backtest, page))?;
    Ok(Exit::Done)
}

/// Why there is no backtest, and what would help.
pub(crate) fn refused(error: &BacktestError) -> Failure {
    let fix = match error {
        BacktestError::InsufficientData(_) => {
            "add older, closed deals: export the whole history, not only this year's"
        }
        BacktestError::TooShort { .. } => {
            "look less far ahead with --horizon-days, or add older history"
        }
    };
    Failure::new(Exit::Failure, error).fix(fix)
}

/// The backtest in a table: the model beside what anybody could say.
fn show(backtest: &Backtest, page: &mut Page) {
    let days: Vec<String> = [backtest.origins.first(), backtest.origins.last()]
        .into_iter()
        .flatten()
        .map(|origin| instant::day_of(origin.at))
        .collect();
    page.heading(format!(
        "{} from {}, each {} ahead",
        format::counted(backtest.origins.len(), "forecast"),
        days.join(" to "),
        format::counted(backtest.horizon_days as usize, "day")
    ));
    page.line(format!(
        "{} of {}, each made from what was known on its day and compared with what happened.",
        format::counted(backtest.predictions, "prediction"),
        format::counted(backtest.deals, "deal"),
    ));
    page.gap();
    let mut table = Table::new([
        text("Won within the horizon"),
        number("Brier"),
        number("95 % interval"),
        number("Log loss"),
        number("AUC"),
        number("ECE"),
        number("CRPS"),
        number("Count error"),
        number("Bias"),
        number("Amount error"),
    ]);
    for (name, scores, tone) in methods(backtest) {
        table.row([
            Cell::tone(name, tone),
            format::score(scores.brier.value).into(),
            format!(
                "{}–{}",
                format::score(scores.brier.low),
                format::score(scores.brier.high)
            )
            .into(),
            format::score(scores.measures.log_loss).into(),
            format::score(scores.measures.auc).into(),
            format::score(scores.measures.ece).into(),
            format!("{:.2} d", scores.crps_days).into(),
            format::percent(scores.count_error).into(),
            format::signed_percent(scores.count_bias).into(),
            scores
                .amount_error
                .map_or_else(format::dash, format::percent)
                .into(),
        ]);
    }
    page.table(&table);
    page.gap();
    page.line(&backtest.verdict);
    page.line(format!(
        "The 80 % interval of the number of wins held the truth in {} of forecasts, the 95 % interval in {}; the 80 % interval is {} of the forecast wide.",
        format::percent(backtest.coverage80),
        format::percent(backtest.coverage95),
        format::percent(backtest.width80),
    ));

    page.heading("Said and happened");
    let mut table = Table::new([number("Said"), number("Happened"), number("Forecasts")]);
    for bin in &backtest.model.measures.reliability {
        table.row([
            format!("{:.1} %", bin.forecast * 100.0).into(),
            format!("{:.1} %", bin.observed * 100.0).into(),
            format::count(bin.count).into(),
        ]);
    }
    page.table(&table);

    page.heading("Forecast by forecast");
    let mut table = Table::new([
        text("Day"),
        number("Open"),
        number("Expected wins"),
        number("80 % interval"),
        number("Won"),
        text("Held"),
    ]);
    for origin in &backtest.origins {
        let [low, high] = origin.interval80;
        let held = (low..=high).contains(&(origin.won as f64));
        table.row([
            instant::day_of(origin.at).into(),
            format::count(origin.open).into(),
            format!("{:.1}", origin.expected).into(),
            format!("{low:.0}–{high:.0}").into(),
            format::count(origin.won).into(),
            if held {
                Cell::tone("yes", Tone::Good)
            } else {
                Cell::tone("no", Tone::Warn)
            },
        ]);
    }
    page.table(&table);
}

/// The model and what it is measured against.
pub(crate) fn methods(backtest: &Backtest) -> [(&'static str, &Scores, Tone); 4] {
    [
        ("Pie", &backtest.model, Tone::Strong),
        ("Stage rate", &backtest.stage_rate, Tone::Plain),
        ("Base rate", &backtest.base_rate, Tone::Plain),
        ("Markov chain", &backtest.markov, Tone::Plain),
    ]
}
