//! Pipelines, and what their stages mean.
//!
//! The tenant's own word on a stage lies in the pipeline, above what a source or a vendor says
//! ([`Layer::Tenant`]); imports leave it there. How a deal ended, and so forecast, insights and
//! totals, is read off the pipeline by the stage the deal entered last, for every deal with a
//! history: those follow at once and no deal is rewritten. Rewriting them would also make them
//! rows that somebody changed since their import, which an undo leaves as they are. The field
//! `canonical_stage` of a deal is the source's reading of the time; it follows with the next import.

use crate::access::Access;
use crate::app::App;
use crate::auth::Caller;
use crate::paging::Page;
use crate::people::audit;
use crate::queue_job::message;
use crate::reading::{Reading, written};
use crate::routes::Routes;
use crate::shapes;
use axum::extract::State;
use axum::response::Response;
use edge::etag::{ETag, IfMatch};
use edge::{Code, Json, Path, Problem};
use identity::{Policy, RateClass, Role, Scope};
use insight::insights::{Desk, restage};
use model::{CanonicalStage, Change, Entity, EntityKey, Layer, Pipeline, PipelineId, StageMap};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::{Outgoing, Queue, Versioned};
use utoipa::ToSchema;
use utoipa_axum::routes;

const READ: Policy = Policy::new(Scope::Read, Role::Ae, RateClass::Read);
const LOOK: Policy = Policy::new(Scope::Admin, Role::Admin, RateClass::Read);
const ADMIN: Policy = Policy::new(Scope::Admin, Role::Admin, RateClass::Write);

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .with(Access::Guarded(READ), routes!(list_pipelines))
        .with(Access::Guarded(READ), routes!(get_stages))
        .with(Access::Guarded(ADMIN), routes!(put_stages))
        .with(Access::Guarded(LOOK), routes!(preview_stages))
}

/// A pipeline.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PipelineView {
    /// Its id.
    #[schema(value_type = String)]
    id: PipelineId,
    /// What the source calls it.
    name: String,
    /// Its stages, in order.
    stages: Vec<StageView>,
}

/// A stage of a pipeline.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StageView {
    /// What the source calls it.
    label: String,
    /// What it means; null until somebody says.
    #[schema(value_type = Option<String>)]
    canonical: Option<CanonicalStage>,
    /// Who said so: `vendor_default`, `discovered` (in the source's settings or data) or `tenant`.
    #[schema(value_type = Option<String>)]
    layer: Option<Layer>,
    /// Its place in the pipeline, from 0.
    order: u16,
    /// The chance of winning that the source gives it, 0 to 1.
    probability: Option<f64>,
}

impl From<&Pipeline> for PipelineView {
    fn from(pipeline: &Pipeline) -> Self {
        let mut stages: Vec<StageView> = pipeline
            .stages
            .iter()
            .map(|stage| StageView {
                label: stage.label.clone(),
                canonical: stage.canonical,
                layer: stage.layer,
                order: stage.order,
                probability: stage.probability,
            })
            .collect();
        stages.sort_by_key(|stage| stage.order);
        Self {
            id: pipeline.id,
            name: pipeline.name.clone(),
            stages,
        }
    }
}

/// The pipelines
#[utoipa::path(get, path = "/v1/pipelines", tag = "pipelines", operation_id = "listPipelines",
    responses((status = 200, description = "Every pipeline with its stages", body = Page<PipelineView>)))]
async fn list_pipelines(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Page<PipelineView>>, Problem> {
    let shelf = app.books().fresh(caller.tenant()).await?;
    let read = shelf.read(|warm| {
        let pipelines = warm.book.pipelines.iter().map(PipelineView::from).collect();
        Page::whole(pipelines, warm.book.as_of)
    });
    Ok(Json(read.unwrap_or_else(|| {
        Page::whole(Vec::new(), caller.tenant().now())
    })))
}

/// A pipeline as it is kept, with the version of its row.
async fn kept(caller: &Caller, id: &str) -> Result<(Pipeline, i64), Problem> {
    let id: PipelineId = id.parse().map_err(|_| Problem::not_found())?;
    let kept = caller.tenant().entity(&EntityKey::Pipeline(id)).await?;
    match kept.and_then(|kept| Some((kept.entity?, kept.version))) {
        Some((Entity::Pipeline(pipeline), version)) => Ok((pipeline, version)),
        _ => Err(Problem::not_found()),
    }
}

fn etag(version: i64) -> ETag {
    ETag::of_rev(version.unsigned_abs())
}

/// The stages of a pipeline, and what they mean
#[utoipa::path(get, path = "/v1/pipelines/{id}/stages", tag = "pipelines", operation_id = "getPipelineStages",
    params(("id" = String, Path, description = "The pipeline's id")),
    responses((status = 200, description = "The pipeline", body = PipelineView)))]
async fn get_stages(caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let (pipeline, version) = kept(&caller, &id).await?;
    Ok(etag(version).on(Json(PipelineView::from(&pipeline))))
}

/// What stages mean, in the tenant's own word.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutStages {
    /// Each stage that is to mean something else than before.
    stages: Vec<PutStage>,
}

/// What one stage means.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutStage {
    /// The stage, as the source calls it.
    label: String,
    /// `lead`, `qualification`, `discovery`, `demo`, `proposal`, `negotiation`, `closed_won` or
    /// `closed_lost`; null takes the tenant's word back.
    #[schema(value_type = Option<String>, example = "negotiation")]
    canonical: Option<CanonicalStage>,
}

/// Say what stages mean
///
/// The tenant's own word stands above the source's, also when the source is imported again. Stages
/// that are not named stay as they are. Forecast, insights and outcomes follow at once for every
/// deal with a history; the field `canonical_stage` of a deal follows with its next import.
#[utoipa::path(put, path = "/v1/pipelines/{id}/stages", tag = "pipelines", operation_id = "putPipelineStages",
    params(("id" = String, Path, description = "The pipeline's id"),
        ("If-Match" = String, Header, description = "The ETag that was read")),
    request_body = PutStages,
    responses((status = 200, description = "As it is now", body = PipelineView)))]
async fn put_stages(
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
    Json(body): Json<PutStages>,
) -> Result<Response, Problem> {
    let (mut pipeline, version) = kept(&caller, &id).await?;
    if_match.check(&etag(version))?;
    say(&mut pipeline, &body.stages)?;
    let newer = caller.tenant().now().as_microsecond().max(version + 1);
    let changed = message(&caller, "book.changed", json!({ "cause": id }));
    let page = store::Page {
        changes: vec![Versioned {
            only_if: Some(version),
            ..Versioned::new(Change::Put(Entity::Pipeline(pipeline.clone())), newer)
        }],
        messages: vec![Outgoing::now(Queue::Simulate, changed)],
        cause: caller.tenant().by().to_owned(),
        ..store::Page::default()
    };
    if !caller.tenant().commit(page).await?.stale.is_empty() {
        return Err(Problem::new(Code::PreconditionFailed));
    }
    let said = body.stages.iter().map(|stage| {
        let meaning = stage.canonical.map_or("-", CanonicalStage::as_str);
        (stage.label.clone(), meaning.to_owned())
    });
    let detail: BTreeMap<String, String> = said.collect();
    audit(&caller, "pipeline.stages", &id, detail).await?;
    Ok(etag(newer).on(Json(PipelineView::from(&pipeline))))
}

/// What another meaning of stages would change
///
/// Nothing is written: the deals whose stage would mean something else, and all deals open, won and
/// lost before and after.
#[utoipa::path(post, path = "/v1/pipelines/{id}/stages/preview", tag = "pipelines",
    operation_id = "previewPipelineStages",
    params(("id" = String, Path, description = "The pipeline's id")),
    request_body = PutStages,
    responses((status = 200, description = "Before and after", body = shapes::restage::Restaged)))]
async fn preview_stages(
    reading: Reading,
    Path(id): Path<String>,
    Json(body): Json<PutStages>,
) -> Result<Response, Problem> {
    let (mut pipeline, _) = kept(&reading.caller, &id).await?;
    say(&mut pipeline, &body.stages)?;
    let ask = move |desk: &Desk<'_>| written(&restage(desk, &pipeline));
    reading.look(ask).await
}

fn say(pipeline: &mut Pipeline, said: &[PutStage]) -> Result<(), Problem> {
    let vendors = StageMap::vendor_defaults();
    let mut problem = Problem::new(Code::InvalidBody);
    let mut seen = BTreeSet::new();
    for (at, word) in said.iter().enumerate() {
        let pointer = format!("/stages/{at}/label");
        if !seen.insert(&word.label) {
            problem = problem.field(pointer, "duplicate", "is named twice");
            continue;
        }
        let stage = pipeline
            .stages
            .iter_mut()
            .find(|stage| stage.label == word.label);
        let Some(stage) = stage else {
            problem = problem.field(pointer, "unknown", "is no stage of this pipeline");
            continue;
        };
        let meaning = match word.canonical {
            Some(canonical) => Some((canonical, Layer::Tenant)),
            // What the source found out comes again with its next import.
            None => vendors.get(&stage.label),
        };
        stage.canonical = meaning.map(|(canonical, _)| canonical);
        stage.layer = meaning.map(|(_, layer)| layer);
    }
    if problem.errors.is_empty() {
        Ok(())
    } else {
        Err(problem)
    }
}
