//! Bulk API 2.0 queries: a job is made, asked about until it is done, and its result taken page by page as CSV.

use super::query;
use super::refusal::Refusal;
use super::render::{Csv, stamp};
use super::schema::{Kind, Table};
use super::soql::{self, Query as Statement};
use super::{DAY, Salesforce, Trouble, json_text, user_id};
use crate::chance::Chance;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use http::{HeaderName, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows of a page of results when none is asked for.
const PAGE: usize = 250_000;
/// How long results are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

type Org = State<Arc<Salesforce>>;

/// A job and, once it has run, what it found.
pub(super) struct Job {
    id: String,
    request: Wanted,
    statement: Statement,
    table: Table,
    csv: Csv,
    version: String,
    made_at: Timestamp,
    changed_at: Timestamp,
    state: JobState,
    /// How often it will be asked about before it is done.
    polls_left: u32,
    found: Arc<Found>,
    fails_with: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum JobState {
    UploadComplete,
    InProgress,
    JobComplete,
    Failed,
    Aborted,
}

impl JobState {
    fn name(self) -> &'static str {
        match self {
            JobState::UploadComplete => "UploadComplete",
            JobState::InProgress => "InProgress",
            JobState::JobComplete => "JobComplete",
            JobState::Failed => "Failed",
            JobState::Aborted => "Aborted",
        }
    }

    fn is_final(self) -> bool {
        !matches!(self, JobState::UploadComplete | JobState::InProgress)
    }
}

/// The result as it was when the job ran.
#[derive(Default)]
struct Found {
    header: String,
    rows: String,
    /// Where each row ends in `rows`.
    ends: Vec<usize>,
}

impl Found {
    fn lines(&self, from: usize, to: usize) -> &str {
        let place = |row: usize| match row.checked_sub(1) {
            None => 0,
            Some(before) => self.ends.get(before).copied().unwrap_or(self.rows.len()),
        };
        self.rows.get(place(from)..place(to)).unwrap_or_default()
    }
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    operation: String,
    query: String,
    #[serde(default = "csv_type")]
    content_type: String,
    #[serde(default = "comma")]
    column_delimiter: String,
    #[serde(default = "newline")]
    line_ending: String,
}

fn csv_type() -> String {
    "CSV".to_owned()
}

fn comma() -> String {
    "COMMA".to_owned()
}

fn newline() -> String {
    "LF".to_owned()
}

impl Wanted {
    fn is_all(&self) -> bool {
        self.operation == "queryAll"
    }

    fn csv(&self) -> Result<Csv, Refusal> {
        let refuse = |what: &str| Refusal::bad_request("INVALIDJOB", what);
        if !["query", "queryAll"].contains(&self.operation.as_str()) {
            return Err(refuse("operation must be query or queryAll"));
        }
        if self.content_type != "CSV" {
            return Err(refuse("contentType must be CSV"));
        }
        let delimiter = match self.column_delimiter.as_str() {
            "COMMA" => ',',
            "SEMICOLON" => ';',
            "TAB" => '\t',
            "PIPE" => '|',
            "CARET" => '^',
            "BACKQUOTE" => '`',
            _ => return Err(refuse("columnDelimiter is none of those there are")),
        };
        let newline = match self.line_ending.as_str() {
            "LF" => "\n",
            "CRLF" => "\r\n",
            _ => return Err(refuse("lineEnding must be LF or CRLF")),
        };
        Ok(Csv { delimiter, newline })
    }
}

impl Job {
    fn told(&self) -> Value {
        let mut told = json!({
            "id": self.id,
            "operation": self.request.operation,
            "object": self.table.name(),
            "createdById": user_id(),
            "createdDate": stamp(self.made_at, "+0000"),
            "systemModstamp": stamp(self.changed_at, "+0000"),
            "state": self.state.name(),
            "concurrencyMode": "Parallel",
            "contentType": self.request.content_type,
            "apiVersion": self.version.trim_start_matches('v').parse::<f64>().unwrap_or_default(),
            "jobType": "V2Query",
            "lineEnding": self.request.line_ending,
            "columnDelimiter": self.request.column_delimiter,
        });
        let Some(fields) = told.as_object_mut() else {
            return told;
        };
        if self.state == JobState::UploadComplete {
            return told;
        }
        let processed = match self.state {
            JobState::JobComplete => self.found.ends.len(),
            JobState::InProgress => self.found.ends.len() / 2,
            _ => 0,
        };
        fields.insert("numberRecordsProcessed".to_owned(), json!(processed));
        let failed = self.state == JobState::Failed;
        fields.insert("retries".to_owned(), json!(if failed { 15 } else { 0 }));
        let took_ms = self.changed_at.duration_since(self.made_at).as_millis();
        fields.insert("totalProcessingTime".to_owned(), json!(took_ms as i64));
        if let (true, Some(message)) = (failed, &self.fails_with) {
            fields.insert("errorMessage".to_owned(), json!(message));
        }
        told
    }
}

pub(super) async fn create(
    State(salesforce): Org,
    Path(version): Path<String>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let request: Wanted = serde_json::from_slice(&body)
        .map_err(|error| Refusal::bad_request("JSON_PARSER_ERROR", error.to_string()))?;
    let csv = request.csv()?;
    let statement = soql::parse(&request.query)?;
    let table = salesforce.fits(&statement, request.is_all())?;
    let fails_with = salesforce.admit()?;
    let now = salesforce.now();
    let id = salesforce.made("750");
    let mut desk = salesforce.desk();
    desk.job_times.push_back(now);
    let job = Job {
        id,
        request,
        statement,
        table,
        csv,
        version,
        made_at: now,
        changed_at: now,
        state: JobState::UploadComplete,
        polls_left: desk.job_polls,
        found: Arc::default(),
        fails_with,
    };
    let told = job.told();
    desk.jobs.push(job);
    Ok(json_text(told.to_string()))
}

impl Salesforce {
    /// What a statement reads, when it can be read in bulk.
    fn fits(&self, statement: &Statement, all: bool) -> Result<Table, Refusal> {
        let refuse = |what: &str| Refusal::bad_request("API_ERROR", what);
        let bound = self.read(|org| query::bind(org, statement, all))?;
        let name = bound.table.name();
        if !bound.table.is_bulkable() {
            return Err(Refusal::bad_request(
                "INVALIDENTITY",
                format!("Entity '{name}' is not supported by the Bulk API."),
            ));
        }
        let Some(columns) = bound.columns else {
            return Err(refuse(
                "Aggregate functions are not supported in Bulk Query",
            ));
        };
        if columns
            .iter()
            .any(|column| column.field.kind == Kind::Address)
        {
            return Err(refuse(
                "Selecting compound data not supported in Bulk Query",
            ));
        }
        if statement.offset.is_some() {
            return Err(refuse("OFFSET is not supported in Bulk Query"));
        }
        Ok(bound.table)
    }

    /// Whether one more job may be made, and the message it is to fail with.
    fn admit(&self) -> Result<Option<String>, Refusal> {
        let now = self.now();
        let struck = self.strikes(|trouble| {
            use Trouble::{BulkDisabled, FailedJob, TooManyJobs, TooMuchStored};
            matches!(
                trouble,
                BulkDisabled | FailedJob(_) | TooManyJobs | TooMuchStored
            )
        });
        let mut desk = self.desk();
        while desk
            .job_times
            .front()
            .is_some_and(|at| now.duration_since(*at) >= DAY)
        {
            desk.job_times.pop_front();
        }
        let (used, most) = (desk.job_times.len(), desk.daily_jobs);
        match struck {
            Some(Trouble::BulkDisabled) => Err(Refusal::bad_request(
                "FeatureNotEnabled",
                "Async API not enabled",
            )),
            Some(Trouble::TooMuchStored) => Err(Refusal::bad_request(
                "EXCEEDED_QUOTA",
                "Max bulk v2 query result size stored (1000000000) kb per 24 hrs has been exceeded",
            )),
            Some(Trouble::FailedJob(message)) => Ok(Some(message)),
            struck if struck.is_some() || used >= most as usize => Err(Refusal::bad_request(
                "EXCEEDED_QUOTA",
                format!("Max bulk v2 query jobs ({most}) per 24 hrs has been reached"),
            )),
            _ => Ok(None),
        }
    }

    /// Reads what a job asks for. Rows come in no order but one that was asked for, with which the vendor reads everything
    /// in one piece, for as long as that does.
    fn gather(&self, statement: &Statement, all: bool, csv: Csv, id: &str) -> Found {
        self.read(|org| {
            let Ok(bound) = query::bind(org, statement, all) else {
                return Found::default();
            };
            let columns = bound.columns.as_deref().unwrap_or_default();
            let mut keys = query::run(org, &bound, all);
            if statement.order.is_empty() {
                Chance::of(self.seed, id).shuffle(&mut keys);
            }
            let mut found = Found {
                header: csv.header(columns),
                ..Found::default()
            };
            for row in keys.iter().filter_map(|key| org.refind(bound.table, key)) {
                found.rows.push_str(&csv.row(org, columns, &row));
                found.ends.push(found.rows.len());
            }
            found
        })
    }
}

pub(super) async fn list(State(salesforce): Org) -> Response {
    let desk = salesforce.desk();
    let jobs: Vec<Value> = desk.jobs.iter().map(Job::told).collect();
    json_text(json!({"done": true, "records": jobs, "nextRecordsUrl": null}).to_string())
}

pub(super) async fn info(
    State(salesforce): Org,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let now = salesforce.now();
    let work = {
        let mut desk = salesforce.desk();
        let job = find(&mut desk.jobs, &id, now)?;
        let begins = job.state == JobState::UploadComplete;
        begins.then(|| (job.statement.clone(), job.request.is_all(), job.csv))
    };
    let found =
        work.map(|(statement, all, csv)| Arc::new(salesforce.gather(&statement, all, csv, &id)));
    let mut desk = salesforce.desk();
    let job = find(&mut desk.jobs, &id, now)?;
    if let Some(found) = found {
        job.found = found;
    }
    if !job.state.is_final() {
        job.polls_left = job.polls_left.saturating_sub(1);
        job.changed_at = now;
        job.state = match (job.polls_left, &job.fails_with) {
            (0, None) => JobState::JobComplete,
            (0, Some(_)) => JobState::Failed,
            _ => JobState::InProgress,
        };
    }
    Ok(json_text(job.told().to_string()))
}

fn find<'j>(jobs: &'j mut Vec<Job>, id: &str, now: Timestamp) -> Result<&'j mut Job, Refusal> {
    jobs.retain(|job| now.duration_since(job.made_at) < KEPT);
    jobs.iter_mut()
        .find(|job| job.id == id)
        .ok_or_else(Refusal::not_found)
}

pub(super) async fn results(
    State(salesforce): Org,
    Path((_, id)): Path<(String, String)>,
    Query(fields): Query<BTreeMap<String, String>>,
) -> Result<Response, Refusal> {
    let found = {
        let mut desk = salesforce.desk();
        let job = find(&mut desk.jobs, &id, salesforce.now())?;
        if job.state != JobState::JobComplete {
            return Err(Refusal::bad_request(
                "INVALIDJOBSTATE",
                format!("Job is in state {} and has no results", job.state.name()),
            ));
        }
        Arc::clone(&job.found)
    };
    let most = match fields.get("maxRecords") {
        None => PAGE,
        Some(text) => text.parse().ok().filter(|most| *most > 0).ok_or_else(|| {
            Refusal::bad_request("INVALID_FIELD", "maxRecords must be a number above zero")
        })?,
    };
    let total = found.ends.len();
    let from = match fields.get("locator") {
        None => 0,
        Some(locator) => read_locator(locator)
            .filter(|from| *from < total)
            .ok_or_else(|| Refusal::bad_request("INVALID_QUERY_LOCATOR", "invalid locator"))?,
    };
    let to = total.min(from.saturating_add(most));
    let locator = if to < total {
        STANDARD_NO_PAD.encode(to.to_string())
    } else {
        // Not an absent header: the word.
        "null".to_owned()
    };
    let body = format!("{}{}", found.header, found.lines(from, to));
    Ok((
        [
            (header::CONTENT_TYPE, "text/csv;charset=UTF-8".to_owned()),
            (HeaderName::from_static("sforce-locator"), locator),
            (
                HeaderName::from_static("sforce-numberofrecords"),
                (to - from).to_string(),
            ),
        ],
        body,
    )
        .into_response())
}

fn read_locator(locator: &str) -> Option<usize> {
    let text = STANDARD_NO_PAD.decode(locator).ok()?;
    String::from_utf8(text).ok()?.parse().ok()
}

pub(super) async fn abort(
    State(salesforce): Org,
    Path((_, id)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let body: Value = serde_json::from_slice(&body)
        .map_err(|error| Refusal::bad_request("JSON_PARSER_ERROR", error.to_string()))?;
    let now = salesforce.now();
    let mut desk = salesforce.desk();
    let job = find(&mut desk.jobs, &id, now)?;
    if body.get("state").and_then(Value::as_str) != Some("Aborted") || job.state.is_final() {
        return Err(Refusal::bad_request(
            "INVALIDJOBSTATE",
            "A job that is not done can be set to Aborted, and nothing else",
        ));
    }
    job.state = JobState::Aborted;
    job.changed_at = now;
    Ok(json_text(job.told().to_string()))
}

pub(super) async fn remove(
    State(salesforce): Org,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let now = salesforce.now();
    let mut desk = salesforce.desk();
    let job = find(&mut desk.jobs, &id, now)?;
    if !job.state.is_final() {
        return Err(Refusal::bad_request(
            "INVALIDJOBSTATE",
            "A job can be deleted once it is complete, failed or aborted",
        ));
    }
    desk.jobs.retain(|job| job.id != id);
    Ok(StatusCode::NO_CONTENT.into_response())
}
