//! "What if" of one deal, and the changes that are asked about again and again.

use crate::access::Access;
use crate::auth::Caller;
use crate::deal::seen_by_model;
use crate::deals::READ;
use crate::documents::{find, is_open_to, page};
use crate::models::no_forecast;
use crate::paging::{Page, PageQuery};
use crate::people::name_of;
use crate::reading::{Reading, blocking, json, written};
use crate::routes::Routes;
use crate::shapes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use edge::{Code, Json, Path, Problem, Query};
use forecast::scenario::{Scenario, WhatIf};
use forecast::simulate::Params;
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use identity::{Policy, RateClass, Role, Scope};
use jiff::Timestamp;
use model::DealId;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::fmt;
use store::{SavedScenario, Simulation, Stored, unique};
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use utoipa_axum::routes;

pub(crate) const SIMULATE: Access =
    Access::Guarded(Policy::new(Scope::Simulate, Role::Ae, RateClass::Simulate));
const WRITE: Access = Access::Guarded(Policy::new(Scope::Write, Role::Ae, RateClass::Write));

const USUAL_RUNS: u32 = 10_000;
const MOST_RUNS: u32 = 100_000;
/// Changes made together.
const MOST_CHANGES: usize = 10;
/// Scenarios one may save.
const MOST_SCENARIOS: usize = 200;
const MOST_NAME_CHARS: usize = 100;
const MOST_STAGE_CHARS: usize = 200;

/// Adds the routes of this area.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .with(SIMULATE, routes!(simulate))
        .with(READ, routes!(list_simulations))
        .with(READ, routes!(get_simulation))
        .with(READ, routes!(list_scenarios))
        .with(WRITE, routes!(save_scenario))
        .with(WRITE, routes!(delete_scenario))
}

/// A change to a deal, as a text such as `accelerate(Proposal,10)` or as an object such as
/// `{"kind": "accelerate", "stage": "Proposal", "days": 10}`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change(Scenario);

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Spelled {
    AddChampion {},
    RemoveBlocker {},
    Accelerate { stage: String, days: f64 },
    IncreaseTouchpoints { factor: f64 },
    ChangeAmount { amount: f64 },
    SetStage { stage: String },
}

impl From<Spelled> for Scenario {
    fn from(spelled: Spelled) -> Self {
        match spelled {
            Spelled::AddChampion {} => Self::AddChampion,
            Spelled::RemoveBlocker {} => Self::RemoveBlocker,
            Spelled::Accelerate { stage, days } => Self::Accelerate { stage, days },
            Spelled::IncreaseTouchpoints { factor } => Self::IncreaseTouchpoints { factor },
            Spelled::ChangeAmount { amount } => Self::ChangeAmount { amount },
            Spelled::SetStage { stage } => Self::SetStage { stage },
        }
    }
}

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Scenario;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a scenario such as \"add_champion\" or {\"kind\": \"add_champion\"}")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Scenario, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Scenario, A::Error> {
                Spelled::deserialize(MapAccessDeserializer::new(map)).map(Scenario::from)
            }
        }
        let scenario = deserializer.deserialize_any(Either)?;
        if let Scenario::Accelerate { stage, .. } | Scenario::SetStage { stage } = &scenario
            && stage.chars().count() > MOST_STAGE_CHARS
        {
            return Err(de::Error::custom(format!(
                "a stage has at most {MOST_STAGE_CHARS} characters"
            )));
        }
        Ok(Self(scenario))
    }
}

impl PartialSchema for Change {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .description(Some(
                "`add_champion`, `remove_blocker`, `accelerate(STAGE,DAYS)`, \
                 `increase_touchpoints(FACTOR)`, `change_amount(AMOUNT)` or `set_stage(STAGE)`",
            ))
            .examples([Value::from("add_champion")]);
        let word = |values: &[&str]| {
            let word = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
            word.enum_values(Some(
                values
                    .iter()
                    .map(|value| (*value).to_owned())
                    .collect::<Vec<_>>(),
            ))
        };
        let number = || ObjectBuilder::new().schema_type(SchemaType::Type(Type::Number));
        let any_text = || ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
        let object = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Object))
            .description(Some("The same, spelled out"))
            .property(
                "kind",
                word(&[
                    "add_champion",
                    "remove_blocker",
                    "accelerate",
                    "increase_touchpoints",
                    "change_amount",
                    "set_stage",
                ]),
            )
            .property("stage", any_text())
            .property("days", number())
            .property("factor", number())
            .property("amount", number())
            .required("kind");
        OneOfBuilder::new().item(text).item(object).into()
    }
}

impl ToSchema for Change {
    fn name() -> std::borrow::Cow<'static, str> {
        "Scenario".into()
    }
}

/// What to simulate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SimulationRequest {
    /// The deal.
    #[schema(value_type = String)]
    deal: DealId,
    /// What is changed, all together; none shows the deal as it is.
    #[serde(default)]
    #[schema(max_items = 10)]
    scenarios: Vec<Change>,
    /// A saved scenario, whose changes come on top.
    #[serde(default)]
    scenario: Option<String>,
    /// How many runs each arm makes.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100_000, default = 10_000)]
    runs: Option<u32>,
    /// Which luck; the same seed gives the same figures.
    #[serde(default)]
    #[schema(default = 1)]
    seed: Option<u64>,
    /// Whether the answer is kept, to be looked at again; not while somebody tries this and that.
    #[serde(default)]
    #[schema(default = true)]
    keep: Option<bool>,
}

/// The answer to "what if": solved exactly and simulated on the same luck, both arms.
#[derive(Serialize, ToSchema)]
#[schema(as = Simulation)]
pub(crate) struct Answer<'a> {
    /// Its id, to look at it again within 90 days; nothing where it is not kept.
    id: Option<&'a str>,
    /// The deal.
    #[schema(value_type = String)]
    deal: DealId,
    /// The moment it looks ahead from.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// The page of the feed the model knows.
    model_seq: u64,
    /// Whether the data had changed since.
    stale: bool,
    /// The currency of the amounts.
    currency: Option<String>,
    /// The runs of each arm.
    runs: u32,
    /// The luck.
    seed: u64,
    /// The open stages, by the places that ways name.
    #[schema(value_type = Vec<String>)]
    stages: &'a [String],
    /// Who asked.
    created_by: &'a str,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// The changes, all made together.
    scenarios: Vec<String>,
    /// Without them.
    #[schema(value_type = shapes::Arm)]
    baseline: forecast::scenario::Arm,
    /// With them.
    #[schema(value_type = shapes::Arm)]
    modified: forecast::scenario::Arm,
    /// The difference.
    #[schema(value_type = shapes::Delta)]
    delta: forecast::scenario::Delta,
    /// Both arms simulated on the same luck; its intervals are of the simulation only.
    #[schema(value_type = shapes::Pair)]
    simulation: forecast::simulate::Pair,
    /// What it rests on. Every effect is an association, not a cause.
    #[schema(value_type = Vec<shapes::RestsOn>)]
    evidence: Vec<forecast::scenario::Evidence>,
}

/// Who asked, as the audit names them.
fn author(caller: &Caller) -> &str {
    caller.tenant().by()
}

/// Ask "what if" of a deal
///
/// Both arms are solved exactly and simulated on the same luck; the answer is kept for 90 days
/// under its `Location`, unless `keep` is `false`.
#[utoipa::path(post, path = "/v1/simulations", tag = "simulations", operation_id = "simulate",
    request_body = SimulationRequest,
    responses((status = 200, description = "The answer", body = Answer<'static>,
        headers(("Location" = String, description = "Where it can be looked at again")))))]
async fn simulate(
    reading: Reading,
    Json(request): Json<SimulationRequest>,
) -> Result<Response, Problem> {
    answer(&reading, request).await
}

/// Answers a simulation and keeps the answer.
pub(crate) async fn answer(
    reading: &Reading,
    request: SimulationRequest,
) -> Result<Response, Problem> {
    let SimulationRequest {
        deal,
        scenarios,
        scenario,
        runs,
        seed,
        keep,
    } = request;
    let keep = keep.unwrap_or(true);
    let runs = runs.unwrap_or(USUAL_RUNS);
    let mut wrong = Problem::new(Code::InvalidBody);
    if !(1..=MOST_RUNS).contains(&runs) {
        wrong = wrong.field(
            "/runs",
            "out_of_range",
            format!("is not between 1 and {MOST_RUNS}"),
        );
    }
    if scenarios.len() > MOST_CHANGES {
        wrong = wrong.field(
            "/scenarios",
            "too_many",
            format!("has more than {MOST_CHANGES} changes"),
        );
    }
    if !wrong.errors.is_empty() {
        return Err(wrong);
    }
    let mut changes: Vec<Scenario> = scenarios.into_iter().map(|change| change.0).collect();
    if let Some(id) = scenario {
        changes.extend(saved(&reading.caller, &id).await?);
    }
    let (warm, fitted) = seen_by_model(reading, deal).await?;
    let stale = fitted.seq < warm.seq;
    drop(warm);
    let tenant = reading.caller.tenant().clone();
    let now = tenant.now();
    let id = format!("simulation_{}", unique(now));
    let (path, by) = (
        format!("/v1/simulations/{id}"),
        author(&reading.caller).to_owned(),
    );
    let params = Params {
        runs,
        seed: seed.unwrap_or(1),
    };
    let (simulation, bytes) = blocking(move || {
        let model = fitted.model()?;
        let place = fitted.place(deal).ok_or_else(Problem::not_found)?;
        let what_if = model.what_if(place, &changes, &params);
        let WhatIf {
            scenarios,
            baseline,
            modified,
            delta,
            simulation,
            evidence,
        } = what_if.map_err(|error| no_forecast(&error))?;
        let answer = Answer {
            id: keep.then_some(id.as_str()),
            deal,
            as_of: fitted.book.as_of,
            model_seq: fitted.seq,
            stale,
            currency: model.reading.currency.map(|currency| currency.to_string()),
            runs: params.runs,
            seed: params.seed,
            stages: &model.trained.best.stages,
            created_by: &by,
            created_at: now,
            scenarios,
            baseline,
            modified,
            delta,
            simulation,
            evidence,
        };
        let kept = serde_json::to_value(&answer).map_err(Problem::internal)?;
        let bytes = written(&answer)?;
        let simulation = Simulation {
            id: id.clone(),
            deal,
            owner: by.clone(),
            created_at: now,
            answer: kept,
        };
        Ok::<_, Problem>((simulation, bytes))
    })
    .await??;
    if !keep {
        return Ok(json(bytes));
    }
    tenant.create_document(simulation).await?;
    let location = HeaderValue::try_from(path).map_err(Problem::internal)?;
    let mut response = json(bytes);
    response.headers_mut().insert(LOCATION, location);
    Ok(response)
}

/// The changes of a saved scenario the caller may use.
async fn saved(caller: &Caller, id: &str) -> Result<Vec<Scenario>, Problem> {
    let unknown = || {
        Problem::new(Code::InvalidBody).field(
            "/scenario",
            "unknown_scenario",
            "is none of your saved scenarios",
        )
    };
    let found = find::<SavedScenario>(caller, "scenario", id).await;
    let stored = match found {
        Ok(stored) if is_open_to(caller, &stored.value.owner) => stored,
        Err(problem) if problem.code != Code::NotFound => return Err(problem),
        _ => return Err(unknown()),
    };
    let changes = stored.value.changes.iter().map(|change| change.parse());
    changes.collect::<Result<_, _>>().map_err(Problem::internal)
}

/// A simulation in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct SimulationRow {
    /// Its id.
    id: String,
    /// The deal.
    #[schema(value_type = String)]
    deal: DealId,
    /// What the deal is called.
    deal_name: Option<String>,
    /// Who asked.
    created_by: String,
    /// What they are called; null where the caller does not see them, or they have left.
    created_by_name: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// The changes.
    #[schema(value_type = Vec<String>)]
    scenarios: Value,
    /// The difference they make.
    #[schema(value_type = shapes::Delta)]
    delta: Value,
}

/// Which simulations.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SimulationsQuery {
    /// Only those of this deal.
    #[param(value_type = Option<String>)]
    deal: Option<DealId>,
    /// How many rows, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The simulations, the newest first
///
/// Those of deals the caller sees.
#[utoipa::path(get, path = "/v1/simulations", tag = "simulations", operation_id = "listSimulations",
    params(SimulationsQuery),
    responses((status = 200, description = "A page of simulations", body = Page<SimulationRow>)))]
async fn list_simulations(
    reading: Reading,
    Query(query): Query<SimulationsQuery>,
) -> Result<Json<Page<SimulationRow>>, Problem> {
    let SimulationsQuery {
        deal: of,
        limit,
        cursor,
    } = query;
    let query = PageQuery { limit, cursor };
    let warm = reading.keep()?;
    let sight = reading.sight(&warm).await?;
    let view = |stored: Stored<Simulation>| {
        let Simulation {
            id,
            deal,
            owner,
            created_at,
            mut answer,
        } = stored.value;
        let deals = &warm.book.deals;
        let place = deals.binary_search_by_key(&deal, |it| it.id).ok();
        SimulationRow {
            id,
            deal,
            deal_name: place.and_then(|place| deals[place].name.clone()),
            created_by_name: name_of(&reading.caller, &owner),
            created_by: owner,
            created_at,
            scenarios: answer["scenarios"].take(),
            delta: answer["delta"].take(),
        }
    };
    let seen = |it: &Simulation| of.is_none_or(|of| of == it.deal) && sight.deal(it.deal);
    let list = of.map_or_else(
        || "simulations".to_owned(),
        |of| format!("simulations {of}"),
    );
    page(&reading.caller, &list, &query, seen, view)
        .await
        .map(Json)
}

/// A simulation as it was answered
#[utoipa::path(get, path = "/v1/simulations/{id}", tag = "simulations", operation_id = "getSimulation",
    params(("id" = String, Path, description = "The simulation's id")),
    responses((status = 200, description = "The answer", body = Answer<'static>)))]
async fn get_simulation(reading: Reading, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let stored = find::<Simulation>(&reading.caller, "simulation", &id).await?;
    let warm = reading.keep()?;
    let sight = reading.sight(&warm).await?;
    if !sight.deal(stored.value.deal) {
        return Err(Problem::not_found());
    }
    Ok(Json(stored.value.answer))
}

/// Changes under a name.
#[derive(Serialize, ToSchema)]
#[schema(as = SavedScenario)]
pub(crate) struct ScenarioView {
    /// Its id.
    id: String,
    /// What it is called.
    name: String,
    /// The changes, as texts.
    changes: Vec<String>,
    /// Who saved it.
    created_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<SavedScenario> for ScenarioView {
    fn from(it: SavedScenario) -> Self {
        let SavedScenario {
            id,
            name,
            changes,
            owner,
            created_at,
        } = it;
        Self {
            id,
            name,
            changes,
            created_by: owner,
            created_at,
        }
    }
}

/// Changes to save.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewScenario {
    /// What to call it.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// The changes.
    #[schema(min_items = 1, max_items = 10)]
    changes: Vec<Change>,
}

/// The saved scenarios, the newest first
///
/// One's own; those who see all deals see everybody's.
#[utoipa::path(get, path = "/v1/scenarios", tag = "simulations", operation_id = "listScenarios",
    params(PageQuery),
    responses((status = 200, description = "A page of scenarios", body = Page<ScenarioView>)))]
async fn list_scenarios(
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ScenarioView>>, Problem> {
    let passes = |it: &SavedScenario| is_open_to(&caller, &it.owner);
    let view = |stored: Stored<SavedScenario>| stored.value.into();
    page(&caller, "scenarios", &query, passes, view)
        .await
        .map(Json)
}

/// Save changes under a name
#[utoipa::path(post, path = "/v1/scenarios", tag = "simulations", operation_id = "saveScenario",
    request_body = NewScenario,
    responses((status = 201, description = "The scenario", body = ScenarioView)))]
async fn save_scenario(
    State(app): State<crate::App>,
    caller: Caller,
    Json(new): Json<NewScenario>,
) -> Result<Response, Problem> {
    let name = new.name.trim();
    let mut wrong = Problem::new(Code::InvalidBody);
    if !(1..=MOST_NAME_CHARS).contains(&name.chars().count()) || name.chars().any(char::is_control)
    {
        let message = format!("has not 1 to {MOST_NAME_CHARS} characters");
        wrong = wrong.field("/name", "invalid_value", message);
    }
    if !(1..=MOST_CHANGES).contains(&new.changes.len()) {
        let message = format!("has not 1 to {MOST_CHANGES} changes");
        wrong = wrong.field("/changes", "invalid_value", message);
    }
    if !wrong.errors.is_empty() {
        return Err(wrong);
    }
    let all = caller.tenant().documents::<SavedScenario>().await?;
    let own = all
        .iter()
        .filter(|stored| stored.value.owner == author(&caller))
        .count();
    if own >= MOST_SCENARIOS {
        return Err(Problem::new(Code::LimitReached));
    }
    let scenario = SavedScenario {
        id: format!("scenario_{}", unique(app.now())),
        name: name.to_owned(),
        changes: new
            .changes
            .iter()
            .map(|change| change.0.to_string())
            .collect(),
        owner: author(&caller).to_owned(),
        created_at: app.now(),
    };
    let stored = caller.tenant().create_document(scenario).await?;
    Ok((StatusCode::CREATED, Json(ScenarioView::from(stored.value))).into_response())
}

/// Delete a saved scenario
#[utoipa::path(delete, path = "/v1/scenarios/{id}", tag = "simulations", operation_id = "deleteScenario",
    params(("id" = String, Path, description = "The scenario's id")),
    responses((status = 204, description = "It is gone")))]
async fn delete_scenario(caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let stored = find::<SavedScenario>(&caller, "scenario", &id).await?;
    if !is_open_to(&caller, &stored.value.owner) {
        return Err(Problem::not_found());
    }
    caller
        .tenant()
        .delete_document::<SavedScenario>(&id, None)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
