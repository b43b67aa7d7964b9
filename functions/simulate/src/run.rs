//! Forecasts and backtests: the book read, the engines asked, the answer kept.

use crate::work::{Error, Tally, Work};
use forecast::backtest::{self, Backtest};
use forecast::engine::{FitError, Model, Options};
use forecast::pipeline::By;
use forecast::reading::Reading;
use insight::outlook::{Outlook, Request, outlook};
use insight::settings::Settings;
use model::{Book, RateTable};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{JobProblem, Run, SavedSettings};

pub(crate) const FORECAST: &str = "forecast.run";
pub(crate) const BACKTEST: &str = "backtest.run";

/// Deals that the lists of a saved forecast name.
const TOP: usize = 10;

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PeriodLength {
    Month,
    #[default]
    Quarter,
}

/// What a forecast is asked for.
#[derive(Deserialize)]
#[serde(default)]
struct NewForecast {
    by: PeriodLength,
    periods: usize,
}

impl Default for NewForecast {
    fn default() -> Self {
        Self {
            by: PeriodLength::Quarter,
            periods: 4,
        }
    }
}

/// What a backtest is asked for.
#[derive(Deserialize)]
#[serde(default)]
struct NewBacktest {
    horizon_days: u32,
    every_days: Option<f64>,
}

impl Default for NewBacktest {
    fn default() -> Self {
        Self {
            horizon_days: backtest::Options::default().horizon_days,
            every_days: None,
        }
    }
}

/// Forecasts the book, and keeps the outlook with every open deal, so that two days can be
/// compared.
pub(crate) async fn forecast(work: &Work, created_by: String) -> Result<Value, Error> {
    let NewForecast { by, periods } = read(work.request().await?)?;
    if let Some(done) = done_already(work).await? {
        return Ok(done);
    }
    let rates = rates(work).await?;
    let warm = work.tenant.book().await?;
    let (as_of, seq) = (warm.book.as_of, warm.seq);
    let request = Request {
        by: match by {
            PeriodLength::Month => By::Month,
            PeriodLength::Quarter => By::Quarter,
        },
        periods: periods.clamp(1, 24),
        top: TOP,
        backtest: None,
    };
    let tally = Tally::default();
    let told = work
        .compute("forecasting", &tally, move || {
            tell(&warm.book, rates, &request)
        })
        .await?;
    match told {
        Ok(outlook) => keep(work, as_of, seq, created_by, &outlook).await,
        Err(FitError::InsufficientData(why)) => Ok(not_enough(&why)),
        Err(error) => Err(refused(&error)),
    }
}

fn tell(book: &Book, rates: Option<RateTable>, request: &Request) -> Result<Outlook, FitError> {
    let options = Options {
        rates,
        ..Options::default()
    };
    let model = Model::fit(book, &options)?;
    let mined = mining::mine(book, &mining::Options::default());
    Ok(outlook(book, &mined, &model, request, &|_, _| {}))
}

/// Tests the forecast on the past of the book.
pub(crate) async fn backtest(work: &Work, created_by: String) -> Result<Value, Error> {
    let NewBacktest {
        horizon_days,
        every_days,
    } = read(work.request().await?)?;
    if let Some(done) = done_already(work).await? {
        return Ok(done);
    }
    let rates = rates(work).await?;
    let warm = work.tenant.book().await?;
    let (as_of, seq) = (warm.book.as_of, warm.seq);
    let options = backtest::Options {
        horizon_days,
        every_days,
        ..backtest::Options::default()
    };
    let tally = Tally::default();
    let seen = tally.clone();
    let tested = work.compute("testing on the past", &tally, move || {
        let reading = Reading::of(&warm.book, rates.as_ref());
        backtest::backtest(&reading.panel, &options, &|done, all| seen.say(done, all))
    });
    match tested.await? {
        Ok(tested) => keep::<Backtest>(work, as_of, seq, created_by, &tested).await,
        // Both errors say that there is too little of it.
        Err(why) => Ok(not_enough(&why)),
    }
}

/// A worker may have died between the run and the end of its job.
async fn done_already(work: &Work) -> Result<Option<Value>, Error> {
    let run = work.tenant.find_document::<Run>(&work.run).await?;
    Ok(run.map(|run| json!({ "run": run.value.id })))
}

/// The file first: what the document names is there.
async fn keep<T: Serialize>(
    work: &Work,
    as_of: model::Timestamp,
    seq: u64,
    created_by: String,
    says: &T,
) -> Result<Value, Error> {
    let run = Run {
        id: work.run.clone(),
        as_of,
        seq,
        created_at: work.tenant.now(),
        created_by,
    };
    let json = serde_json::to_vec(says).map_err(|error| refused(&error))?;
    work.tenant.put_blob(&run.blob(), json).await?;
    match work.tenant.create_document(run).await {
        Ok(_) | Err(store::Error::Exists { .. }) => Ok(json!({ "run": work.run })),
        Err(error) => Err(error.into()),
    }
}

/// There is no run, and that is an answer.
fn not_enough(why: &impl std::fmt::Display) -> Value {
    json!({ "run": null, "not_enough_history": why.to_string() })
}

fn read<T: for<'a> Deserialize<'a> + Default>(request: Value) -> Result<T, Error> {
    if request.is_null() {
        return Ok(T::default());
    }
    serde_json::from_value(request).map_err(|error| {
        Error::Refused(JobProblem {
            code: "bad_request".to_owned(),
            detail: format!("the request of the run cannot be used: {error}"),
            remedy: "ask again as the API documents it".to_owned(),
        })
    })
}

async fn rates(work: &Work) -> Result<Option<RateTable>, Error> {
    let saved = work.tenant.find_document::<SavedSettings>("A").await?;
    let Some(saved) = saved else {
        return Ok(None);
    };
    // The API checks them when they come; what it no longer understands counts as not said.
    let settings: Settings = serde_json::from_value(saved.value.settings).unwrap_or_default();
    Ok(settings.rates)
}

fn refused(error: &(dyn std::error::Error + 'static)) -> Error {
    Error::Refused(JobProblem {
        code: "no_forecast".to_owned(),
        detail: edge::telemetry::chain(error),
        remedy: "check the mapping of stages: a column that is no stage may be read as one"
            .to_owned(),
    })
}
