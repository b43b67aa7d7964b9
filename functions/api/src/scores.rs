//! A deal's chance over time, as today's model looks back on it.

use crate::deal::seen_by_model;
use crate::deals::READ;
use crate::models::{Fitted, no_forecast};
use crate::reading::{Conditional, Reading, blocking, written};
use crate::routes::Routes;
use crate::shapes;
use axum::response::Response;
use edge::{Path, Problem};
use forecast::engine::Range;
use forecast::learn::fit::Confidence;
use forecast::learn::panel::Mark;
use forecast::past::Score;
use jiff::Timestamp;
use model::DealId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

const DAY_US: f64 = 86_400e6;

/// Adds the routes of this area.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes.with(READ, routes!(scores))
}

/// A deal's chance over time: today's model looking back.
#[derive(Serialize, ToSchema)]
#[schema(as = DealScores)]
pub(crate) struct Scores<'a> {
    /// The deal.
    #[schema(value_type = String)]
    deal: DealId,
    /// The moment the model looks from.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// The page of the feed the model knows.
    model_seq: u64,
    /// Whether the data have changed since.
    stale: bool,
    /// How much history stands behind it: `normal` or `low_confidence`.
    #[schema(value_type = String)]
    confidence: Confidence,
    /// How the chances are made, and what they know that nobody knew then.
    rule: &'static str,
    /// Whether the model has learned from how this very deal ended.
    learned_from_it: bool,
    /// The oldest first: whenever its stage changed or something became known of it, and on even days
    /// between.
    data: Vec<ScoreView<'a>>,
}

/// The chance at one moment.
#[derive(Serialize, ToSchema)]
#[schema(as = DealScore)]
pub(crate) struct ScoreView<'a> {
    /// The moment.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The stage it was in from then on, by the source's own label; null where it closed.
    stage: Option<&'a str>,
    /// `open`, `won` or `lost`.
    outcome: &'static str,
    /// Whether it came there at that very moment.
    entered: bool,
    /// Chance to be won in the end, with the 80 % interval of the model; null where it closed.
    #[schema(value_type = Option<shapes::Range>)]
    p_win: Option<Range>,
}

const OPEN: &str = "The chance that today's model gives the deal as it stood on each day: its stage, its \
    days there, and what was known of its people then. The model looks back: it has learned from \
    everything up to now, so this is not what was told on those days. The amount and the season are \
    today's.";
const CLOSED: &str = "The chance that today's model gives the deal as it stood on each day: its stage, \
    its days there, and what was known of its people then. The model looks back: it has learned from \
    everything up to now, from how this deal ended too, so this is not what was told on those days. The \
    amount and the season are today's.";

impl<'a> Scores<'a> {
    fn of(fitted: &'a Fitted, seq: u64, deal: DealId) -> Result<Self, Problem> {
        let model = fitted.model()?;
        let place = fitted.place(deal).ok_or_else(Problem::not_found)?;
        let scores = model.scores(place).map_err(|error| no_forecast(&error))?;
        let stages = &model.reading.stages;
        let told = |score: &Score| {
            let (stage, outcome) = match score.mark {
                Mark::Stage(stage) => (stages.get(usize::from(stage)), "open"),
                Mark::Won => (None, "won"),
                Mark::Lost => (None, "lost"),
            };
            Some(ScoreView {
                at: Timestamp::from_microsecond((score.at * DAY_US).round() as i64).ok()?,
                stage: stage.map(|(_, label)| label.as_str()),
                outcome,
                entered: score.entered,
                p_win: score.p_win,
            })
        };
        let learned_from_it = scores.last().is_some_and(|last| last.mark.closes());
        Ok(Self {
            deal,
            as_of: fitted.book.as_of,
            model_seq: fitted.seq,
            stale: fitted.seq < seq,
            confidence: model.confidence,
            rule: if learned_from_it { CLOSED } else { OPEN },
            learned_from_it,
            data: scores.iter().filter_map(told).collect(),
        })
    }
}

/// A deal's chance over time
///
/// What today's model makes of the deal as it stood on earlier days. It looks back: what was told on
/// those days stands in saved forecasts.
#[utoipa::path(get, path = "/v1/deals/{id}/scores", tag = "deals", operation_id = "dealScores",
    params(("id" = String, Path, description = "The deal's id"), Conditional),
    responses(
        (status = 200, description = "The chances, the oldest first", body = Scores<'static>),
        (status = 304, description = "Nothing changed"),
        (status = 422, description = "Too little history", body = Problem, content_type = "application/problem+json")))]
async fn scores(reading: Reading, Path(id): Path<DealId>) -> Result<Response, Problem> {
    let (warm, fitted) = seen_by_model(&reading, id).await?;
    let (seq, model_seq) = (warm.seq, fitted.seq.to_string());
    let make = async { blocking(move || written(&Scores::of(&fitted, seq, id)?)).await? };
    reading.answer(&warm, &[&model_seq], make).await
}
