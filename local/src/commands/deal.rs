//! `pie deal`: one deal, where it stands and what will become of it.

use connectors::file::Import;
use forecast::engine::{DealError, Model, Options};
use forecast::exact::Exact;
use forecast::scenario::Recommendation;
use forecast::simulate::{self, Ending, Outcome, Params, Path};
use model::{Book, FindDealError};
use serde::Serialize;

use crate::commands::forecast::refused;
use crate::exit::{Exit, Failure};
use crate::format;
use crate::input::{Reading, chain};
use crate::outlook::{Names, Told};
use crate::output::{Output, Page};
use crate::table::{Cell, Table, Tone, number, text};

const EXAMPLES: &str = "\
Examples:
  pie deal OP-00426 demo                 by the id its source gives it
  pie deal \"Harbor rollout\" demo         or by its whole name
  pie deal OP-00426 demo --json";

/// Show one deal: where it stands, its chances, and what would help
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The deal's id or whole name
    #[arg(value_name = "DEAL")]
    deal: String,
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
    #[serde(flatten)]
    told: Told,
    /// The names of the stages, by the numbers the ways carry.
    stages: Vec<String>,
    /// The chances solved exactly.
    exact: Exact,
    /// The same by simulation, with its own error.
    simulation: Outcome,
    recommendations: Vec<Recommendation>,
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let import = args.reading.import(output)?;
    let book = &import.book;
    let deal = find(book, &args.deal)?;
    let model = fit(&import, args.seed, &args.reading, output)?;
    let names = Names::of(book);
    let forecast = model
        .deal(deal)
        .map_err(|error| no_forecast(&error, &args.deal))?;
    let law = model
        .law(deal)
        .map_err(|error| no_forecast(&error, &args.deal))?;
    let answer = Answer {
        as_of: format::day(book.as_of),
        currency: model.reading.currency.map(|currency| currency.to_string()),
        told: names.tell(forecast, model.origin()),
        stages: model.trained.best.stages.clone(),
        exact: law.exact.clone(),
        simulation: simulate::run(
            &law.chain,
            &law.start,
            &Params {
                runs: args.runs,
                seed: args.seed,
            },
        ),
        recommendations: model
            .recommend(deal)
            .map_err(|error| no_forecast(&error, &args.deal))?,
    };
    output.answer(&answer, |page| show(&answer, page))?;
    Ok(Exit::Done)
}

/// Learns from the book, saying so where somebody waits.
pub(crate) fn fit(
    import: &Import,
    seed: u64,
    reading: &Reading,
    output: &Output,
) -> Result<Model, Failure> {
    let progress = output.progress();
    progress.step("learning from the history");
    let options = Options {
        seed,
        rates: reading.how.rates()?,
        ..Options::default()
    };
    Model::fit(&import.book, &options).map_err(|error| refused(&error, &import.report))
}

/// The deal a person means.
pub(crate) fn find(book: &Book, text: &str) -> Result<usize, Failure> {
    book.find_deal(text).map_err(|error| match &error {
        FindDealError::Unknown { .. } => Failure::new(
            Exit::NotFound,
            format!("there is no deal with the id or name {text:?}"),
        )
        .fix(format!(
            "give a whole id or a whole name; the data hold {}",
            format::counted(book.deals.len(), "deal")
        )),
        _ => Failure::new(Exit::Usage, &error).fix("use one of the ids"),
    })
}

/// Why a deal has no forecast.
pub(crate) fn no_forecast(error: &DealError, deal: &str) -> Failure {
    let exit = match error {
        DealError::UnknownStage { .. } | DealError::BadValue { .. } => Exit::Usage,
        DealError::Unknown(_) => Exit::NotFound,
        _ => Exit::Failure,
    };
    let fix = match error {
        DealError::Closed { .. } => "choose an open deal; `pie forecast --json` lists them",
        DealError::NoHistory => "export the date on which the deal entered its stage",
        DealError::UnknownStage { .. } | DealError::BadValue { .. } => "correct the scenario",
        DealError::Unknown(_) | DealError::Chain(_) => "",
    };
    Failure::new(exit, chain(error)).at(deal).fix(fix)
}

fn show(answer: &Answer, page: &mut Page) {
    let told = &answer.told;
    let forecast = &told.forecast;
    page.heading(format!("{} as of {}", told.label(), answer.as_of));
    if let Some(company) = &told.company {
        page.field("Company", company);
    }
    if let Some(owner) = &told.owner {
        page.field("Owner", owner);
    }
    let way: Vec<String> = told
        .path
        .iter()
        .map(|(stage, days)| format!("{stage} {}", format::days(*days)))
        .collect();
    page.field("So far", way.join(" › "));
    let currency = answer.currency.as_deref().unwrap_or_default();
    if let Some(amount) = forecast.amount {
        let from = match forecast.amount_source {
            Some(forecast::reading::AmountSource::ListPrice) => " (the list price)",
            Some(forecast::reading::AmountSource::MeanOfWon) => {
                " (the mean of won deals: it has none of its own)"
            }
            _ => "",
        };
        page.field(
            "Amount",
            format!("{currency} {}{from}", format::whole(amount)),
        );
    }
    if forecast.zombie {
        let longest = forecast
            .longest_won_stay
            .map_or_else(format::dash, format::days);
        page.field(
            "Forgotten?",
            format!(
                "{} in {}: 99 in 100 deals won from there had left it after {longest}",
                format::days(forecast.days_in_stage),
                forecast.stage
            ),
        );
    }

    page.heading("What it will do");
    page.field(
        "P(win)",
        format!(
            "{}, 80 % interval of the model {}",
            format::percent(forecast.p_win.value),
            format::percent_range(forecast.p_win.low, forecast.p_win.high)
        ),
    );
    for by in &forecast.by_days {
        page.field(
            &format!("In {}", format::days(by.days)),
            format!(
                "won {}, lost {}, open {}",
                format::percent(by.p_win),
                format::percent(by.p_lost),
                format::percent((1.0 - by.p_win - by.p_lost).max(0.0))
            ),
        );
    }
    if let Some(value) = forecast.expected_value {
        page.field(
            "Expected value",
            format!("{currency} {}", format::whole(value)),
        );
    }
    page.field(
        "Expected to close",
        format!(
            "in {}{}",
            format::days(forecast.expected_days),
            forecast
                .expected_days_if_won
                .map_or_else(String::new, |days| format!(
                    "; in {} if it is won",
                    format::days(days)
                ))
        ),
    );
    let simulation = &answer.simulation;
    if let Some(days) = &simulation.days_if_won {
        let q = days.quantiles;
        page.field(
            "If won, in",
            format!(
                "P10 {}, P50 {}, P90 {}",
                format::days(q.p10),
                format::days(q.p50),
                format::days(q.p90)
            ),
        );
    }
    page.field(
        "Check",
        format!(
            "exact {:.4}, simulated {:.4} ± {:.4} in {}",
            answer.exact.p_win,
            simulation.p_win.value,
            simulation.p_win.se,
            format::counted(simulation.runs as usize, "run")
        ),
    );

    if !forecast.reasons.is_empty() {
        page.heading("Why, against the average deal in this stage");
        let mut table = Table::new([text("What"), number("Odds to win")]);
        for reason in &forecast.reasons {
            let tone = if reason.log_odds > 0.0 {
                Tone::Good
            } else {
                Tone::Bad
            };
            table.row([
                reason.feature.as_str().into(),
                Cell::tone(format!("× {:.2}", reason.log_odds.exp()), tone),
            ]);
        }
        page.table(&table);
        page.aside("Associated with winning, which is not to say its cause.");
    }

    page.heading("Ways it may go");
    let mut ways = Table::new([text("Case"), text("Ends"), number("In"), text("Way")]);
    let named = [("best", &simulation.best), ("worst", &simulation.worst)];
    for (name, path) in named
        .into_iter()
        .filter_map(|(name, path)| Some((name, path.as_ref()?)))
    {
        ways.row(way_cells(name, path, &answer.stages));
    }
    for (name, path) in ["quick (P10)", "middle (P50)", "slow (P90)"]
        .into_iter()
        .zip(&simulation.typical)
    {
        ways.row(way_cells(name, path, &answer.stages));
    }
    page.table(&ways);

    page.heading("What would help most");
    if answer.recommendations.is_empty() {
        page.line("None of the scenarios improves its chances.");
    }
    for advice in &answer.recommendations {
        let gain = advice
            .delta
            .expected_value
            .as_ref()
            .map_or_else(String::new, |value| {
                format!(
                    ", {currency} {} expected value",
                    format::signed(value.value)
                )
            });
        if advice.gain <= 0.0 {
            page.marked(
                Tone::Strong,
                &advice.scenario.to_string(),
                format!(
                    "as likely to be won, but sooner: {} within 90 days, {} expected days",
                    format::points(advice.delta.p_win_90_days),
                    format::signed(advice.delta.expected_days)
                ),
            );
            for evidence in &advice.evidence {
                page.under(&evidence.note);
            }
            continue;
        }
        page.marked(
            Tone::Strong,
            &advice.scenario.to_string(),
            format!(
                "{} P(win) ({} to {}){gain}, {} expected days",
                format::points(advice.delta.p_win.value),
                format::points(advice.delta.p_win.low),
                format::points(advice.delta.p_win.high),
                format::signed(advice.delta.expected_days)
            ),
        );
        for evidence in &advice.evidence {
            page.under(&evidence.note);
        }
    }
}

fn way_cells(name: &str, path: &Path, stages: &[String]) -> [Cell; 4] {
    let (ends, tone) = match path.ending {
        Ending::Won => ("won", Tone::Good),
        Ending::Lost => ("lost", Tone::Bad),
        Ending::Open => ("open", Tone::Dim),
    };
    let steps: Vec<String> = path
        .steps
        .iter()
        .map(|step| {
            let stage = stages
                .get(usize::from(step.stage))
                .map_or("?", String::as_str);
            format!("{stage} {}", format::days(step.days))
        })
        .collect();
    [
        name.into(),
        Cell::tone(ends, tone),
        format::days(path.days).into(),
        steps.join(" › ").into(),
    ]
}
