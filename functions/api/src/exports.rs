//! Exports: what a caller sees, taken out as files; and the erasure of a person.
//!
//! The function `deliver` does the work. The contract with it: the job's kind is [`RUN`],
//! [`PERSON`] or [`ERASE`] and its message says `{"job": "job_…"}`; what is asked for is a
//! [`Request`] in the sealed file `requests/<job>.json`; whoever asked, and so what they may see, is
//! the job's `created_by`. The file is kept as sealed parts `exports/<job>/000000`, `…/000001`, and
//! the job's result is a [`Made`].

use crate::access::Access;
use crate::auth::Caller;
use crate::documents::find;
use crate::jobs::{JobView, accepted};
use crate::queue_job::start_job;
use crate::routes::Routes;
use crate::views::check_query;
use axum::body::Body;
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use edge::{Code, Json, Path, Problem};
use futures_util::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use identity::{Email, Policy, RateClass, Role, Scope};
use jiff::SignedDuration;
use model::{PersonId, StakeholderId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{Job, JobStatus, Queue, Tenant};
use utoipa::ToSchema;
use utoipa_axum::routes;

pub(crate) const RUN: &str = "export.run";
pub(crate) const PERSON: &str = "person.export";
pub(crate) const ERASE: &str = "person.erase";

const READ: Policy = Policy::new(Scope::Export, Role::Ae, RateClass::Read);
const EXPORT: Policy = Policy::new(Scope::Export, Role::Ae, RateClass::Export);
const ADMIN: Policy = Policy::new(Scope::Admin, Role::Admin, RateClass::Export);

/// How long a file can be fetched.
const OPEN_FOR: SignedDuration = SignedDuration::from_mins(15);

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .with(Access::Guarded(EXPORT), routes!(create_export))
        .with(Access::Guarded(READ), routes!(get_file))
        .with(Access::Guarded(ADMIN), routes!(erase_person))
}

/// What to take out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExportKind {
    /// The deals one sees, as CSV.
    Deals,
    /// The companies one sees, as CSV.
    Companies,
    /// The contacts one sees, as CSV.
    Contacts,
    /// The activities one sees, as CSV.
    Activities,
    /// Everything about one person, as JSON; for admins.
    Person,
    /// Everything of the tenant; for admins.
    Tenant,
}

/// What to export.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateExport {
    /// What to take out.
    kind: ExportKind,
    /// Of deals, which: conditions, order and search, as the list of deals takes them.
    #[serde(default)]
    #[schema(required = false)]
    query: BTreeMap<String, String>,
    /// Of a person, their address.
    #[serde(default)]
    email: Option<String>,
    /// Of a person, their id instead.
    #[serde(default)]
    person: Option<String>,
}

/// A file as it is.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it describes bodies that are no JSON")]
pub(crate) struct FileBytes(Vec<u8>);

/// Which person is to be erased: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErasePerson {
    /// Their address.
    #[serde(default)]
    email: Option<String>,
    /// Their id.
    #[serde(default)]
    person: Option<String>,
}

/// What was asked for, as it is kept for `deliver`.
#[derive(Debug, Default, Serialize)]
struct Request {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<ExportKind>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<String>,
}

/// What `deliver` made, as the job's result has it.
#[derive(Debug, Deserialize)]
struct Made {
    file_name: String,
    content_type: String,
    bytes: u64,
    parts: u32,
}

fn part_blob(job: &str, part: u32) -> String {
    format!("exports/{job}/{part:06}")
}

/// Export
///
/// A job makes a file of what the caller sees. Whoever asked can fetch it for 15 minutes after it is
/// done; the job's links say where. What a person or the whole tenant is, only admins may ask for.
#[utoipa::path(post, path = "/v1/exports", tag = "exports", operation_id = "createExport",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request twice is done once")),
    request_body = CreateExport,
    responses((status = 202, description = "The job to watch", body = JobView)))]
async fn create_export(
    caller: Caller,
    Json(body): Json<CreateExport>,
) -> Result<Response, Problem> {
    let CreateExport {
        kind,
        query,
        email,
        person,
    } = body;
    if matches!(kind, ExportKind::Person | ExportKind::Tenant) {
        ADMIN.allows(caller.actor())?;
    }
    let unused = |pointer: &str, word: &str| {
        let message = format!("is only for an export of {word}");
        Problem::new(Code::InvalidBody).field(pointer, "not_allowed", message)
    };
    if !query.is_empty() && kind != ExportKind::Deals {
        return Err(unused("/query", "deals"));
    }
    check_query(&query)?;
    let (email, person) = match (kind, email, person) {
        (ExportKind::Person, email, person) => whom(email, person)?,
        (_, None, None) => (None, None),
        (_, Some(_), _) => return Err(unused("/email", "a person")),
        (_, None, Some(_)) => return Err(unused("/person", "a person")),
    };
    let job_kind = if kind == ExportKind::Person {
        PERSON
    } else {
        RUN
    };
    ask(
        &caller,
        job_kind,
        Request {
            kind: Some(kind),
            query,
            email,
            person,
        },
    )
    .await
}

/// Erase a person
///
/// A job takes a person out of everything that is kept: names, addresses and what identifies them
/// go, the deals stay. It cannot be undone.
#[utoipa::path(post, path = "/v1/persons/erase", tag = "exports", operation_id = "erasePerson",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request twice is done once")),
    request_body = ErasePerson,
    responses((status = 202, description = "The job to watch", body = JobView)))]
async fn erase_person(caller: Caller, Json(body): Json<ErasePerson>) -> Result<Response, Problem> {
    let (email, person) = whom(body.email, body.person)?;
    ask(
        &caller,
        ERASE,
        Request {
            email,
            person,
            ..Request::default()
        },
    )
    .await
}

/// A person by address or by id, and never by both: they might be two.
fn whom(
    email: Option<String>,
    person: Option<String>,
) -> Result<(Option<String>, Option<String>), Problem> {
    let problem = Problem::new(Code::InvalidBody);
    match (email, person) {
        (Some(text), None) => match text.parse::<Email>() {
            Ok(email) => Ok((Some(email.as_str().to_owned()), None)),
            Err(error) => Err(problem.field("/email", "invalid_value", error)),
        },
        (None, Some(text)) => {
            let is_id = text.parse::<PersonId>().is_ok() || text.parse::<StakeholderId>().is_ok();
            let message = "is not the id of an owner or a contact";
            is_id
                .then_some((None, Some(text)))
                .ok_or_else(|| problem.field("/person", "invalid_value", message))
        }
        (None, None) => Err(problem.field(
            "/email",
            "missing_field",
            "name the person by email or by person",
        )),
        (Some(_), Some(_)) => Err(problem.field(
            "/person",
            "not_allowed",
            "name the person by email or by person, not both",
        )),
    }
}

/// Keeps what is asked for beside a job, and starts it.
async fn ask(caller: &Caller, kind: &str, request: Request) -> Result<Response, Problem> {
    let job = caller.tenant().create_job(kind, None).await?;
    let json = serde_json::to_vec(&request).map_err(Problem::internal)?;
    // Sealed, because it may name a person; messages carry ids alone.
    caller
        .tenant()
        .put_sealed(&format!("requests/{}.json", job.id), &json)
        .await?;
    let target = job.id.clone();
    start_job(caller, Queue::Deliver, &job).await?;
    crate::people::audit(caller, kind, &target, BTreeMap::new()).await?;
    accepted(caller, job)
}

/// Fetch the file of an export
///
/// For whoever asked for it, for 15 minutes after it was done.
#[utoipa::path(get, path = "/v1/exports/{id}/file", tag = "exports", operation_id = "getExportFile",
    params(("id" = String, Path, description = "The export's job")),
    responses((status = 200, description = "The file", content(
            (FileBytes = "text/csv"), (FileBytes = "application/json"), (FileBytes = "application/gzip"))),
        (status = 409, description = "It is not done yet, or was done too long ago", body = Problem,
            content_type = "application/problem+json")))]
async fn get_file(caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let job = find::<Job>(&caller, "job", &id).await?.value;
    let is_export = [RUN, PERSON].contains(&job.kind.as_str());
    // What was made is what one person may see, whatever others may.
    if !is_export || job.created_by != caller.tenant().by() {
        return Err(Problem::not_found());
    }
    if job.status != JobStatus::Succeeded {
        let detail = "The export is not done";
        return Err(Problem::new(Code::WrongState)
            .detail(detail)
            .remedy("Wait for its job to succeed."));
    }
    let gone = || {
        Problem::new(Code::WrongState)
            .detail("The file could be fetched for 15 minutes and is no longer there")
            .remedy("Export again.")
    };
    let age = job
        .finished_at
        .map(|at| caller.tenant().now().duration_since(at));
    if age.is_none_or(|age| age > OPEN_FOR) {
        return Err(gone());
    }
    let made: Made =
        serde_json::from_value(job.result.unwrap_or_default()).map_err(Problem::internal)?;
    // The first part is read before the answer begins: later nothing but a cut could be told.
    let first = caller
        .tenant()
        .sealed(&part_blob(&job.id, 0))
        .await?
        .ok_or_else(gone)?;
    let headers = headers(&made)?;
    let parts = parts(caller.tenant().clone(), job.id, first, made.parts);
    Ok((headers, Body::from_stream(parts)).into_response())
}

fn headers(made: &Made) -> Result<HeaderMap, Problem> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._- ".contains(c);
    let name: String = made.file_name.chars().filter(|c| is_plain(*c)).collect();
    let text = |text: &str| HeaderValue::try_from(text).map_err(Problem::internal);
    Ok(HeaderMap::from_iter([
        (CONTENT_TYPE, text(&made.content_type)?),
        (CONTENT_LENGTH, HeaderValue::from(made.bytes)),
        (
            CONTENT_DISPOSITION,
            text(&format!("attachment; filename=\"{name}\""))?,
        ),
    ]))
}

/// The parts of a file, one at a time.
fn parts(
    tenant: Tenant,
    job: String,
    first: Bytes,
    count: u32,
) -> impl futures_util::Stream<Item = Result<Bytes, store::Error>> {
    stream::unfold((Some(first), 0), move |(ready, at)| {
        let (tenant, job) = (tenant.clone(), job.clone());
        async move {
            if let Some(part) = ready {
                return Some((Ok(part), (None, 1)));
            }
            if at >= count {
                return None;
            }
            let part = match tenant.sealed(&part_blob(&job, at)).await {
                Ok(part) => part.ok_or(store::Error::NotFound {
                    what: "part of an export",
                }),
                Err(error) => Err(error),
            };
            let next = if part.is_ok() { at + 1 } else { count };
            Some((part, (None, next)))
        }
    })
}
