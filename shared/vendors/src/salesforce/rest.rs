//! REST: statements and their pages, records, what was deleted, descriptions and limits.

use super::query::{self, Bound};
use super::record::{Key, Org};
use super::refusal::Refusal;
use super::render::{self, stamp};
use super::schema::{self, Field, Kind, Table};
use super::{NEWEST, OLDEST, Salesforce, Trouble, ids, json_text, org_id, soql, user_id};
use crate::crm::State as Life;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows of a page.
const PAGE: usize = 2_000;
/// Rows of a page that is asked to be small, or that holds much text.
const SMALL_PAGE: usize = 200;
/// Rows one call takes by their ids.
const COLLECTION: usize = 2_000;
/// How long a locator is good.
const LOCATOR_LIFE: SignedDuration = SignedDuration::from_hours(48);
/// How many locators a user may have open; the oldest goes when there is one more.
const LOCATORS: usize = 10;
/// How far back the list of deleted records reaches, and how much of it may be asked for at once.
const REPLICATION: SignedDuration = SignedDuration::from_hours(30 * 24);

type Org_ = State<Arc<Salesforce>>;
type Fields = Query<BTreeMap<String, String>>;

/// The rest of a result.
pub(super) struct Cursor {
    id: String,
    at: Timestamp,
    bound: Arc<Bound>,
    keys: Arc<Vec<Key>>,
    page: usize,
}

pub(super) async fn versions() -> Response {
    let versions: Vec<Value> = (OLDEST..=NEWEST)
        .map(|version| {
            // A release each winter, spring and summer; the first served here was Summer '14.
            let season = ["Summer", "Winter", "Spring"]
                .get((version - OLDEST) as usize % 3)
                .copied()
                .unwrap_or_default();
            let year = 14 + (version - OLDEST).div_ceil(3);
            json!({
                "label": format!("{season} '{year}"),
                "url": format!("/services/data/v{version}.0"),
                "version": format!("{version}.0"),
            })
        })
        .collect();
    json_text(Value::Array(versions).to_string())
}

pub(super) async fn resources(Path(version): Path<String>) -> Response {
    let base = format!("/services/data/{version}");
    let named = ["query", "queryAll", "limits", "sobjects", "jobs"]
        .map(|name| (name.to_owned(), json!(format!("{base}/{name}"))));
    json_text(Value::Object(named.into_iter().collect()).to_string())
}

pub(super) async fn query(
    state: Org_,
    path: Path<String>,
    fields: Fields,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    first_page(&state, &path, &fields, &headers, false)
}

pub(super) async fn query_all(
    state: Org_,
    path: Path<String>,
    fields: Fields,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    first_page(&state, &path, &fields, &headers, true)
}

fn first_page(
    salesforce: &Salesforce,
    version: &str,
    fields: &BTreeMap<String, String>,
    headers: &HeaderMap,
    all: bool,
) -> Result<Response, Refusal> {
    let text = fields
        .get("q")
        .ok_or_else(|| Refusal::malformed("A query string has to be specified"))?;
    let statement = soql::parse(text)?;
    if salesforce
        .strikes(|trouble| *trouble == Trouble::QueryTimeout)
        .is_some()
    {
        return Err(Refusal::bad_request(
            "QUERY_TIMEOUT",
            "Your query request was running for too long.",
        ));
    }
    let (bound, keys) = salesforce.read(|org| {
        let bound = query::bind(org, &statement, all)?;
        let keys = query::run(org, &bound, all);
        Ok::<_, Refusal>((bound, keys))
    })?;
    let total = keys.len();
    let Some(columns) = &bound.columns else {
        let body = json!({"totalSize": total, "done": true, "records": []});
        return Ok(json_text(body.to_string()));
    };
    let long_texts = columns
        .iter()
        .filter(|column| column.field.kind == Kind::LongText)
        .count();
    let page = if long_texts >= 2 {
        SMALL_PAGE
    } else {
        asked_page(headers).unwrap_or(PAGE)
    };
    let page = page.min(salesforce.desk().most_rows);
    let (bound, keys) = (Arc::new(bound), Arc::new(keys));
    let mut id = String::new();
    if total > page {
        id = salesforce.made("0r8");
        let cursor = Cursor {
            id: id.clone(),
            at: salesforce.now(),
            bound: Arc::clone(&bound),
            keys: Arc::clone(&keys),
            page,
        };
        let mut desk = salesforce.desk();
        desk.cursors.push_back(cursor);
        while desk.cursors.len() > LOCATORS {
            desk.cursors.pop_front();
        }
    }
    Ok(salesforce.page(version, &bound, &keys, &id, 0, page))
}

/// `batchSize=500`, held between the smallest and the largest page.
fn asked_page(headers: &HeaderMap) -> Option<usize> {
    let options = headers.get("sforce-query-options")?.to_str().ok()?;
    let size = options.split(',').find_map(|option| {
        let (name, value) = option.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("batchSize")
            .then(|| value.trim().parse::<usize>().ok())?
    })?;
    Some(size.clamp(SMALL_PAGE, PAGE))
}

pub(super) async fn next_page(
    State(salesforce): Org_,
    Path((version, locator)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let unknown = || Refusal::bad_request("INVALID_QUERY_LOCATOR", "invalid query locator");
    let (id, from) = locator.rsplit_once('-').ok_or_else(unknown)?;
    let from: usize = from.parse().map_err(|_| unknown())?;
    let now = salesforce.now();
    let (bound, keys, page) = {
        let mut desk = salesforce.desk();
        desk.cursors
            .retain(|cursor| now.duration_since(cursor.at) < LOCATOR_LIFE);
        desk.cursors
            .iter()
            .find(|cursor| cursor.id == id && from < cursor.keys.len())
            .map(|cursor| {
                let (bound, keys) = (Arc::clone(&cursor.bound), Arc::clone(&cursor.keys));
                (bound, keys, cursor.page)
            })
            .ok_or_else(unknown)?
    };
    Ok(salesforce.page(&version, &bound, &keys, id, from, page))
}

impl Salesforce {
    fn page(
        &self,
        version: &str,
        bound: &Bound,
        keys: &[Key],
        id: &str,
        from: usize,
        page: usize,
    ) -> Response {
        let to = keys.len().min(from + page);
        let columns = bound.columns.as_deref().unwrap_or_default();
        let rows = keys.get(from..to).unwrap_or_default();
        let records = self.read(|org| render::json_rows(org, bound.table, columns, rows, version));
        let (total, done) = (keys.len(), to == keys.len());
        let next = if done {
            String::new()
        } else {
            format!("\"nextRecordsUrl\":\"/services/data/{version}/query/{id}-{to}\",")
        };
        json_text(format!(
            "{{\"totalSize\":{total},\"done\":{done},{next}\"records\":{records}}}"
        ))
    }
}

fn table(object: &str) -> Result<Table, Refusal> {
    Table::named(object).ok_or_else(Refusal::not_found)
}

pub(super) async fn objects(State(salesforce): Org_, Path(version): Path<String>) -> Response {
    let objects: Vec<Value> = salesforce.read(|_| {
        Table::ALL
            .iter()
            .map(|table| schema::summary(*table, &version))
            .collect()
    });
    let body = json!({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": objects});
    json_text(body.to_string())
}

pub(super) async fn describe(
    State(salesforce): Org_,
    Path((version, object)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let table = table(&object)?;
    let changed = salesforce.kept().schema_changed;
    let since = headers
        .get(header::IF_MODIFIED_SINCE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| {
            jiff::fmt::rfc2822::DateTimeParser::new()
                .parse_timestamp(value)
                .ok()
        });
    let mut response = if since.is_some_and(|since| since.as_second() >= changed.as_second()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let body = salesforce.read(|org| {
            let fields = org.fields(table);
            schema::describe(table, &fields, |field| org.choices(table, field), &version)
        });
        json_text(body.to_string())
    };
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    if let Ok(changed) = printer.timestamp_to_rfc9110_string(&changed)
        && let Ok(changed) = HeaderValue::from_str(&changed)
    {
        response
            .headers_mut()
            .insert(header::LAST_MODIFIED, changed);
    }
    Ok(response)
}

pub(super) async fn record(
    State(salesforce): Org_,
    Path((version, object, id)): Path<(String, String, String)>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let table = table(&object)?;
    let unknown = |id: &str| {
        Refusal::new(
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            format!("Provided external ID field does not exist or is not accessible: {id}"),
        )
    };
    let full = ids::full(&id)
        .filter(|full| full.starts_with(table.prefix()))
        .ok_or_else(|| unknown(&id))?;
    salesforce.read(|org| {
        let known = org.fields(table);
        let asked = match fields.get("fields") {
            None => known.iter().map(|field| &*field.name).collect(),
            Some(list) => named(&known, table, list.split(','))?,
        };
        let row = org.find(table, &full).ok_or_else(|| {
            let message = "The requested resource does not exist";
            Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
        })?;
        if row.is_deleted() {
            return Err(Refusal::new(
                StatusCode::NOT_FOUND,
                "ENTITY_IS_DELETED",
                "entity is deleted",
            ));
        }
        Ok(json_text(render::json_row(org, &row, &asked, &version)))
    })
}

/// The fields of these names, as the vendor writes them.
fn named<'f, 'n>(
    known: &'f [Field],
    table: Table,
    names: impl Iterator<Item = &'n str>,
) -> Result<Vec<&'f str>, Refusal> {
    names
        .map(|name| {
            let mut known = known.iter().map(|field| &*field.name);
            let found = known.find(|known| known.eq_ignore_ascii_case(name.trim()));
            found.ok_or_else(|| {
                let entity = table.name();
                let message = format!("No such column '{name}' on entity '{entity}'.");
                Refusal::bad_request("INVALID_FIELD", message)
            })
        })
        .collect()
}

/// Which rows of an object to give, and what of them.
#[derive(Deserialize)]
pub(super) struct Several {
    #[serde(default)]
    ids: Vec<String>,
    #[serde(default)]
    fields: Vec<String>,
}

pub(super) async fn several(
    State(salesforce): Org_,
    Path((version, object)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let listed = |name: &str| {
        let words = fields
            .get(name)
            .into_iter()
            .flat_map(|list| list.split(','));
        words.map(|word| word.trim().to_owned()).collect()
    };
    let (ids, fields) = (listed("ids"), listed("fields"));
    salesforce.several(&version, &object, &Several { ids, fields })
}

pub(super) async fn several_posted(
    State(salesforce): Org_,
    Path((version, object)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let asked = serde_json::from_slice(&body)
        .map_err(|error| Refusal::bad_request("JSON_PARSER_ERROR", error.to_string()))?;
    salesforce.several(&version, &object, &asked)
}

impl Salesforce {
    /// The rows in the order of their ids, and null for an id that leads nowhere.
    fn several(&self, version: &str, object: &str, asked: &Several) -> Result<Response, Refusal> {
        let table = table(object)?;
        if asked.ids.is_empty() || asked.fields.is_empty() {
            let message = "Both ids and fields have to be specified";
            return Err(Refusal::bad_request("MISSING_ARGUMENT", message));
        }
        if asked.ids.len() > COLLECTION {
            let message = format!("Only {COLLECTION} records can be retrieved at once");
            return Err(Refusal::bad_request("EXCEEDED_ID_LIMIT", message));
        }
        self.read(|org| {
            let known = org.fields(table);
            let fields = named(&known, table, asked.fields.iter().map(String::as_str))?;
            let one = |id: &String| {
                let full = ids::full(id).filter(|full| full.starts_with(table.prefix()))?;
                let row = org.find(table, &full).filter(|row| !row.is_deleted())?;
                Some(render::json_row(org, &row, &fields, version))
            };
            let rows = asked
                .ids
                .iter()
                .map(|id| one(id).unwrap_or_else(|| "null".to_owned()));
            let rows: Vec<String> = rows.collect();
            Ok(json_text(format!("[{}]", rows.join(","))))
        })
    }
}

/// A window of the list of deleted and changed records.
struct Window {
    from: Timestamp,
    /// Up to where the list is complete.
    covered: Timestamp,
    earliest: Timestamp,
}

impl Window {
    fn of(salesforce: &Salesforce, fields: &BTreeMap<String, String>) -> Result<Window, Refusal> {
        let refuse = |what: &str| Refusal::bad_request("INVALID_REPLICATION_DATE", what);
        let read = |name: &str| {
            fields
                .get(name)
                .and_then(|text| soql::instant(text))
                .map(minute)
                .ok_or_else(|| refuse(&format!("{name} must be a date and time with its zone")))
        };
        let (from, to) = (read("start")?, read("end")?);
        let now = salesforce.now();
        let today = now
            .to_zoned(TimeZone::UTC)
            .start_of_day()
            .map_or(now, |midnight| midnight.timestamp());
        let earliest = today.checked_sub(REPLICATION).unwrap_or(today);
        if from >= to {
            return Err(refuse(
                "endDate must be at least one minute after startDate",
            ));
        }
        if to.duration_since(from) > REPLICATION {
            return Err(refuse("startDate and endDate are more than 30 days apart"));
        }
        if from < earliest {
            return Err(refuse("startDate is before the earliest date available"));
        }
        // What is still being written is not promised yet.
        let lag = salesforce.lag.max(SignedDuration::from_mins(1));
        let safe = minute(now.checked_sub(lag).unwrap_or(now));
        Ok(Window {
            from,
            covered: to.min(safe).max(from),
            earliest,
        })
    }

    fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.covered
    }
}

/// Seconds do not count.
fn minute(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(60)).unwrap_or(at)
}

/// Id, life and last change of every record there ever was.
fn lives<'a>(org: &Org<'a>, table: Table) -> Vec<(String, &'a Life, Timestamp)> {
    let crm = org.crm;
    match table {
        Table::Account => crm
            .companies
            .values()
            .map(|each| (each.id.clone(), &each.state, each.modified_at))
            .collect(),
        Table::Contact => crm
            .contacts
            .values()
            .map(|each| (each.id.clone(), &each.state, each.modified_at))
            .collect(),
        Table::Opportunity => crm
            .deals
            .values()
            .map(|each| (each.id.clone(), &each.state, each.modified_at))
            .collect(),
        Table::OpportunityContactRole => {
            let held = crm.deals.values().flat_map(|deal| {
                let roles = deal.roles.iter();
                roles.map(|role| (role.id.clone(), &deal.state, role.modified_at))
            });
            let removed = crm.removed_roles.iter();
            held.chain(removed.map(|(id, state)| (id.clone(), state, org.now)))
                .collect()
        }
        Table::Task | Table::Event | Table::EmailMessage => crm
            .activities
            .values()
            .filter(|each| table.holds(each))
            .map(|each| {
                let id = ids::under(table.prefix(), &each.id);
                (id, &each.state, each.modified_at)
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn replicable(object: &str) -> Result<Table, Refusal> {
    let table = table(object)?;
    if table.is_replicable() {
        Ok(table)
    } else {
        Err(Refusal::bad_request(
            "INVALID_TYPE_FOR_OPERATION",
            format!("entity type {} does not support replication", table.name()),
        ))
    }
}

pub(super) async fn deleted(
    State(salesforce): Org_,
    Path((_, object)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let table = replicable(&object)?;
    let window = Window::of(&salesforce, &fields)?;
    let records: Vec<Value> = salesforce.read(|org| {
        lives(org, table)
            .into_iter()
            .filter_map(|(id, life, _)| {
                let at = match life {
                    Life::Live => return None,
                    // Old activities are put away, which is no deletion.
                    Life::Archived { .. } if table.holds_activities() => return None,
                    Life::Archived { at }
                    | Life::Deleted { at }
                    | Life::Purged { at }
                    | Life::Merged { at, .. } => *at,
                };
                window
                    .holds(at)
                    .then(|| json!({"id": id, "deletedDate": stamp(at, "+0000")}))
            })
            .collect()
    });
    let body = json!({
        "deletedRecords": records,
        "earliestDateAvailable": stamp(window.earliest, "+0000"),
        "latestDateCovered": stamp(window.covered, "+0000"),
    });
    Ok(json_text(body.to_string()))
}

pub(super) async fn updated(
    State(salesforce): Org_,
    Path((_, object)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let table = replicable(&object)?;
    let window = Window::of(&salesforce, &fields)?;
    let ids: Vec<String> = salesforce.read(|org| {
        lives(org, table)
            .into_iter()
            .filter(|(_, life, at)| life.is_live() && window.holds(*at))
            .map(|(id, ..)| id)
            .collect()
    });
    let body = json!({"ids": ids, "latestDateCovered": stamp(window.covered, "+0000")});
    Ok(json_text(body.to_string()))
}

pub(super) async fn limits(State(salesforce): Org_) -> Response {
    let desk = salesforce.desk();
    let of =
        |most: usize, used: usize| json!({"Max": most, "Remaining": most.saturating_sub(used)});
    let body = json!({
        "DailyApiRequests": of(desk.daily_calls as usize, desk.calls.len()),
        "DailyBulkApiBatches": of(15_000, 0),
        "DailyBulkV2QueryJobs": of(desk.daily_jobs as usize, desk.job_times.len()),
        "DailyBulkV2QueryFileStorageMB": of(976_562, 0),
        "DailyAsyncApexExecutions": of(250_000, 0),
        "DataStorageMB": of(5, 0),
        "FileStorageMB": of(20, 0),
    });
    json_text(body.to_string())
}

/// Who the session belongs to; also what the `id` of a token answer leads to.
pub(super) async fn user_info(
    State(salesforce): Org_,
    headers: HeaderMap,
) -> Result<Response, Response> {
    // This endpoint answers in words where the others answer in JSON.
    let refuse = |status: StatusCode, word: &'static str| (status, word).into_response();
    salesforce
        .oauth
        .check_bearer(&headers)
        .map_err(|_| refuse(StatusCode::FORBIDDEN, "Bad_OAuth_Token"))?;
    let origin = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .map(|host| format!("http://{host}"))
        .unwrap_or_default();
    let (org, id) = (org_id(), user_id());
    let user = salesforce.crm().users.get(&id).cloned();
    let user = user.ok_or_else(|| refuse(StatusCode::NOT_FOUND, "Bad_Id"))?;
    let (given, family) = user.name.split_once(' ').unwrap_or(("", &user.name));
    let body = json!({
        "sub": format!("{origin}/id/{org}/{id}"),
        "user_id": id,
        "organization_id": org,
        "preferred_username": format!("{}.crm", user.email),
        "nickname": given,
        "name": user.name,
        "given_name": given,
        "family_name": family,
        "email": user.email,
        "email_verified": true,
        "zoneinfo": "Etc/UTC",
        "locale": "en_US",
        "language": "en_US",
        "utcOffset": 0,
        "active": user.active,
        "user_type": "STANDARD",
        "is_app_installed": true,
        "updated_at": stamp(user.modified_at, "+0000"),
        "urls": {
            "rest": format!("{origin}/services/data/v{{version}}/"),
            "query": format!("{origin}/services/data/v{{version}}/query/"),
            "sobjects": format!("{origin}/services/data/v{{version}}/sobjects/"),
            "custom_domain": origin,
        },
    });
    Ok(json_text(body.to_string()))
}
