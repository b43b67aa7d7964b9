//! `pie simulate`: what if this deal were different?

use forecast::scenario::{Arm, Scenario, WhatIf};
use forecast::simulate::Params;
use serde::Serialize;

use crate::commands::deal::{find, fit, no_forecast};
use crate::exit::{Exit, Failure};
use crate::format;
use crate::input::Reading;
use crate::outlook::Names;
use crate::output::{Output, Page};
use crate::table::{Cell, Table, Tone, number, text};

const EXAMPLES: &str = "\
Examples:
  pie simulate --deal OP-00426 --scenario add_champion demo
  pie simulate --deal OP-00426 --scenario 'accelerate(Proposal,10)' --scenario remove_blocker demo

Scenarios, any of them together:
  add_champion                    a champion is found
  remove_blocker                  the blocker or unresolved objection is settled
  accelerate(STAGE,DAYS)          a stage takes so many days less
  increase_touchpoints(FACTOR)    so many times as many touches
  change_amount(AMOUNT)           another amount, in the book's currency
  set_stage(STAGE)                the deal enters this stage now";

/// Ask \"what if\" of one deal
#[derive(Debug, clap::Args)]
#[command(about = "Ask \"what if\" of one deal", after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The deal's id or whole name
    #[arg(long, value_name = "DEAL")]
    deal: String,
    /// What is changed; may be given several times
    #[arg(long = "scenario", value_name = "SCENARIO", required = true)]
    scenarios: Vec<Scenario>,
    #[command(flatten)]
    reading: Reading,
    /// How many ways into the future to draw
    #[arg(long, default_value_t = 10_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    runs: u32,
    /// Which draws to use; the same seed gives the same figures
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Serialize)]
struct Answer {
    as_of: String,
    currency: Option<String>,
    deal: String,
    #[serde(flatten)]
    what_if: WhatIf,
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let import = args.reading.import(output)?;
    let book = &import.book;
    let deal = find(book, &args.deal)?;
    let model = fit(&import, args.seed, &args.reading, output)?;
    let params = Params {
        runs: args.runs,
        seed: args.seed,
    };
    let answer = Answer {
        as_of: format::day(book.as_of),
        currency: model.reading.currency.map(|currency| currency.to_string()),
        deal: Names::of(book).source_id(deal),
        what_if: model
            .what_if(deal, &args.scenarios, &params)
            .map_err(|error| no_forecast(&error, &args.deal))?,
    };
    output.answer(&answer, |page| show(&answer, page))?;
    Ok(Exit::Done)
}

fn show(answer: &Answer, page: &mut Page) {
    let WhatIf {
        scenarios,
        baseline,
        modified,
        delta,
        simulation,
        evidence,
    } = &answer.what_if;
    page.heading(format!("{}: {}", answer.deal, scenarios.join(" and ")));
    let currency = answer.currency.as_deref().unwrap_or_default();
    let mut table = Table::new([
        text(""),
        number("As it is"),
        number("What if"),
        number("Difference"),
        number("80 % interval"),
    ]);
    table.row([
        "P(win)".into(),
        exact(baseline.p_win),
        exact(modified.p_win),
        Cell::tone(format::points(delta.p_win.value), tone(delta.p_win.value)),
        format!(
            "{} to {}",
            format::points(delta.p_win.low),
            format::points(delta.p_win.high)
        )
        .into(),
    ]);
    table.row([
        "P(win) in 90 d".into(),
        exact(baseline.p_win_90_days),
        exact(modified.p_win_90_days),
        format::points(delta.p_win_90_days).into(),
    ]);
    table.row([
        "Expected days".into(),
        format::days(baseline.expected_days).into(),
        format::days(modified.expected_days).into(),
        format!("{:+.1} d", delta.expected_days).into(),
    ]);
    let won_days = |arm: &Arm| {
        arm.expected_days_if_won
            .map_or_else(format::dash, format::days)
    };
    table.row([
        "Days if won".into(),
        won_days(baseline).into(),
        won_days(modified).into(),
    ]);
    if let Some(value) = &delta.expected_value {
        let worth = |arm: &Arm| arm.expected_value.map_or_else(format::dash, format::whole);
        table.row([
            format!("Expected value ({currency})").into(),
            worth(baseline).into(),
            worth(modified).into(),
            format::signed(value.value).into(),
            format!(
                "{} to {}",
                format::signed(value.low),
                format::signed(value.high)
            )
            .into(),
        ]);
    }
    page.table(&table);
    page.gap();
    page.line(format!(
        "Simulated on the same luck in {}: {} ({} to {}, 95 %); {} won only with the change, {} only without.",
        format::counted(simulation.baseline.runs as usize, "run"),
        format::points(simulation.p_win.value),
        format::points(simulation.p_win.low),
        format::points(simulation.p_win.high),
        format::counted(simulation.gained as usize, "run"),
        format::count(simulation.forgone as usize),
    ));
    page.heading("What it rests on");
    for one in evidence {
        page.item(&one.note);
    }
}

fn exact(p: f64) -> Cell {
    format!("{:.1} %", p * 100.0).into()
}

fn tone(delta: f64) -> Tone {
    match delta {
        d if d > 0.0 => Tone::Good,
        d if d < 0.0 => Tone::Bad,
        _ => Tone::Plain,
    }
}
