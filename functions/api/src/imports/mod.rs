//! Imports of files: uploaded in parts, explained by a mapping, looked at before they are written,
//! and taken back.
//!
//! The work itself is done by the function `sync`; here an import is made ready, its jobs are
//! started, and what they found is shown.

mod report;
mod upload;

use crate::access::Access;
use crate::app::App;
use crate::auth::Caller;
use crate::documents::{find, is_open_to, page};
use crate::jobs::{self, JobView, accepted};
use crate::paging::{Page, PageQuery};
use crate::people::{made_version, name_of};
use crate::queue_job::start_job;
use crate::routes::Routes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use connectors::file::{ImportError, ImportOptions, Mapping};
use edge::etag::{ETag, IfMatch, IfNoneMatch};
use edge::{Code, Json, Path, Problem, Query};
use http::header::{IF_MATCH, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use identity::{Policy, RateClass, Role, Scope};
use jiff::Timestamp;
use report::{MappingDoc, MappingView, ReportView};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use store::{Import, ImportFile, ImportStatus, Job, Queue, Stored};
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouterExt;
use utoipa_axum::routes;

const VALIDATE: &str = "import.validate";
const COMMIT: &str = "import.commit";
pub(crate) const UNDO: &str = "import.undo";

pub(crate) const READ: Policy = Policy::new(Scope::Import, Role::Ae, RateClass::Read);
const WRITE: Policy = Policy::new(Scope::Import, Role::Ae, RateClass::Write);
pub(crate) const BEGIN: Policy = Policy::new(Scope::Import, Role::Ae, RateClass::Import);

/// The longest name of a source.
const MOST_SOURCE_CHARS: usize = 100;

pub(crate) fn routes(routes: Routes) -> Routes {
    let (read, write, begin) = (
        Access::Guarded(READ),
        Access::Guarded(WRITE),
        Access::Guarded(BEGIN),
    );
    let part = routes!(upload::put_file).layer(DefaultBodyLimit::max(upload::MOST_PART));
    routes
        .with(begin, routes!(create_import))
        .with(read, routes!(list_imports))
        .with(read, routes!(get_import))
        .with(write, part)
        .with(write, routes!(upload::remove_file))
        .with(read, routes!(get_mapping))
        .with(write, routes!(put_mapping))
        .with(write, routes!(validate))
        .with(read, routes!(get_report))
        .with(begin, routes!(commit))
        .with(write, routes!(undo))
        .with(write, routes!(cancel))
}

/// An import.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportView {
    /// Its id.
    id: String,
    /// The name of the source: the same source again updates what it brought before.
    source: String,
    /// `open`, `validating`, `validated`, `committing`, `committed`, `undoing`, `undone` or `failed`.
    #[schema(value_type = String, example = "open")]
    status: ImportStatus,
    /// Its files.
    files: Vec<FileView>,
    /// How the files are read.
    #[schema(value_type = OptionsDoc)]
    options: Value,
    /// Whether a mapping was given.
    has_mapping: bool,
    /// Who made it.
    created_by: String,
    /// What they are called; null where they have left.
    created_by_name: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// The job that works on it, or did last.
    job: Option<String>,
    /// Rows, issues and what became of the entities, once they are known.
    #[schema(value_type = Option<crate::shapes::ImportSummary>)]
    summary: Option<Value>,
    /// When it was committed.
    #[schema(value_type = Option<String>, format = DateTime)]
    committed_at: Option<Timestamp>,
    /// Why it cannot be taken back, where it cannot.
    undo_blocked: Option<String>,
    /// What can be done with it now.
    next: Vec<&'static str>,
}

/// A file of an import.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileView {
    /// Its name.
    name: String,
    /// Bytes so far; the next part begins here.
    bytes: u64,
    /// All bytes.
    total_bytes: u64,
    /// Whether all of it is there.
    is_whole: bool,
}

impl From<&ImportFile> for FileView {
    fn from(file: &ImportFile) -> Self {
        Self {
            name: file.name.clone(),
            bytes: file.bytes,
            total_bytes: file.total_bytes,
            is_whole: file.is_whole(),
        }
    }
}

impl ImportView {
    fn of(caller: &Caller, import: Import) -> Self {
        Self {
            created_by_name: name_of(caller, &import.created_by),
            next: next(&import),
            files: import.files.iter().map(FileView::from).collect(),
            id: import.id,
            source: import.source,
            status: import.status,
            options: import.options,
            has_mapping: import.mapping.is_some(),
            created_by: import.created_by,
            created_at: import.created_at,
            job: import.job,
            summary: import.summary,
            committed_at: import.committed_at,
            undo_blocked: import.undo_blocked,
        }
    }
}

fn next(import: &Import) -> Vec<&'static str> {
    match import.status {
        ImportStatus::Open => match check_files(import) {
            Ok(()) => vec!["upload", "mapping", "validate"],
            Err(_) => vec!["upload", "mapping"],
        },
        ImportStatus::Validated => vec!["report", "commit", "upload", "mapping", "validate"],
        ImportStatus::Committed if import.undo_blocked.is_none() => vec!["report", "undo"],
        ImportStatus::Failed => vec!["undo"],
        ImportStatus::Committed | ImportStatus::Undone => vec!["report"],
        ImportStatus::Validating | ImportStatus::Committing => vec!["cancel"],
        ImportStatus::Undoing => Vec::new(),
    }
}

/// A word for the state, and what helps out of it.
fn state(status: ImportStatus) -> (&'static str, &'static str) {
    match status {
        ImportStatus::Open => ("open", "Upload its files and validate it first."),
        ImportStatus::Validating => ("being validated", "Wait for its job, or cancel it."),
        ImportStatus::Validated => ("validated", "Look at its report, then commit it."),
        ImportStatus::Committing => ("being committed", "Wait for its job, or cancel it."),
        ImportStatus::Committed => ("committed", "Start a new import, or undo this one."),
        ImportStatus::Undoing => ("being undone", "Wait for its job."),
        ImportStatus::Undone => ("undone", "Start a new import of the same files."),
        ImportStatus::Failed => (
            "failed",
            "Undo it, or start a new import; its job says why it failed.",
        ),
    }
}

/// The import cannot do that in the state it is in.
fn wrong_state(import: &Import, cannot: &str) -> Problem {
    let (word, remedy) = state(import.status);
    Problem::new(Code::WrongState)
        .detail(format_args!("The import is {word}, so it {cannot}"))
        .remedy(remedy)
}

/// An import the caller may see: their own, or anybody's for those who see all deals.
async fn import_of(caller: &Caller, id: &str) -> Result<Stored<Import>, Problem> {
    let stored = find::<Import>(caller, "import", id).await?;
    if is_open_to(caller, &stored.value.created_by) {
        Ok(stored)
    } else {
        Err(Problem::not_found())
    }
}

/// What to import.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateImport {
    /// A name for where the files come from. Ids derive from it: the same source again updates.
    #[schema(min_length = 1, max_length = 100, example = "crm")]
    pub(crate) source: String,
    /// How to read the files, where they leave a choice.
    #[serde(default)]
    #[schema(value_type = OptionsDoc)]
    pub(crate) options: ImportOptions,
}

/// How to read files, where they leave a choice.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportOptions)]
#[expect(dead_code, reason = "it describes what the connectors read")]
pub(crate) struct OptionsDoc {
    /// The instant the data stand at: a day, or a whole timestamp. Without it, their latest change.
    #[schema(example = "2026-09-30")]
    as_of: Option<String>,
    /// How dates such as 3/4/2026 are written: `day_first` or `month_first`.
    #[schema(example = "day_first")]
    dates: Option<String>,
    /// How numbers such as 1,234 are written: `point` or `comma`.
    #[schema(example = "point")]
    decimal: Option<String>,
    /// The currency of sums that name none.
    #[schema(example = "EUR")]
    currency: Option<String>,
    /// How far times without a zone are ahead of UTC.
    #[schema(example = "+02:00")]
    utc_offset: Option<String>,
    /// What parts the cells of delimited text: one character, or `tab`.
    #[schema(example = ";")]
    delimiter: Option<String>,
    /// Stage labels that mean won, beside the known ones.
    #[schema(required = false)]
    won: Vec<String>,
    /// Stage labels that mean lost.
    #[schema(required = false)]
    lost: Vec<String>,
    /// What every table is about, where their columns do not tell: `deals`, `stage_events`,
    /// `activities`, `contacts`, `accounts`, `team` or `products`.
    #[schema(example = "deals")]
    shape: Option<String>,
    /// Single columns and the fields they fill, over everything else.
    #[schema(required = false)]
    columns: BTreeMap<String, String>,
    /// Rates for the value of deals in US dollars: `as_of`, `base` and `rates`.
    #[schema(value_type = Option<crate::shapes::settings::Rates>)]
    rates: Option<Value>,
}

/// Begin an import
///
/// Then upload its files, validate it, look at its report, and commit it.
#[utoipa::path(post, path = "/v1/imports", tag = "imports", operation_id = "createImport",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request twice is done once")),
    request_body = CreateImport,
    responses((status = 201, description = "Begun", body = ImportView)))]
async fn create_import(
    caller: Caller,
    Json(body): Json<CreateImport>,
) -> Result<Response, Problem> {
    create(&caller, body).await
}

pub(crate) async fn create(caller: &Caller, body: CreateImport) -> Result<Response, Problem> {
    let CreateImport { source, options } = body;
    let source = check_source(&source)?;
    options
        .options(caller.tenant().id(), &source, None)
        .map_err(|odd| {
            let problem = Problem::new(Code::InvalidBody);
            odd.iter().fold(problem, |problem, odd| {
                problem.field(
                    format!("/options/{}", odd.field),
                    "invalid_value",
                    odd.remedy,
                )
            })
        })?;
    let now = caller.tenant().now();
    let import = Import {
        id: format!("import_{}", store::unique(now)),
        source,
        status: ImportStatus::Open,
        files: Vec::new(),
        options: serde_json::to_value(options).map_err(Problem::internal)?,
        mapping: None,
        created_by: caller.tenant().by().to_owned(),
        created_at: now,
        version: now.as_microsecond(),
        job: None,
        summary: None,
        committed_at: None,
        undo_blocked: None,
    };
    let stored = caller.tenant().create_document(import).await?;
    let address = format!("/v1/imports/{}", stored.value.id);
    let location = HeaderValue::try_from(address).map_err(Problem::internal)?;
    let etag = made_version(caller, stored.rev, &stored.value.created_by);
    let view = Json(ImportView::of(caller, stored.value));
    Ok(etag.on((StatusCode::CREATED, [(LOCATION, location)], view)))
}

fn check_source(source: &str) -> Result<String, Problem> {
    let source = source.trim();
    let fits = (1..=MOST_SOURCE_CHARS).contains(&source.chars().count());
    if fits && !source.chars().any(char::is_control) {
        return Ok(source.to_owned());
    }
    let message = "is not 1 to 100 characters without control characters";
    Err(Problem::new(Code::InvalidBody).field("/source", "invalid_value", message))
}

/// The imports, the newest first
///
/// One's own; those who see all deals see everybody's.
#[utoipa::path(get, path = "/v1/imports", tag = "imports", operation_id = "listImports",
    params(PageQuery),
    responses((status = 200, description = "A page of imports", body = Page<ImportView>)))]
pub(crate) async fn list_imports(
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ImportView>>, Problem> {
    let passes = |import: &Import| is_open_to(&caller, &import.created_by);
    let view = |stored: Stored<Import>| ImportView::of(&caller, stored.value);
    page(&caller, "imports", &query, passes, view)
        .await
        .map(Json)
}

/// An import
#[utoipa::path(get, path = "/v1/imports/{id}", tag = "imports", operation_id = "getImport",
    params(("id" = String, Path, description = "The import's id"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag that was read")),
    responses((status = 200, description = "How it stands", body = ImportView),
        (status = 304, description = "It stands as it did")))]
async fn get_import(
    caller: Caller,
    Path(id): Path<String>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let stored = import_of(&caller, &id).await?;
    let etag = made_version(&caller, stored.rev, &stored.value.created_by);
    if let Some(answer) = known.not_modified(&etag) {
        return Ok(answer);
    }
    Ok(etag.on(Json(ImportView::of(&caller, stored.value))))
}

/// Edits an import. Where that makes its report say something else than its files, the report goes.
async fn edit(
    caller: &Caller,
    id: &str,
    mut change: impl FnMut(&mut Import) -> Result<(), Problem> + Send,
) -> Result<Stored<Import>, Problem> {
    let mut had_report = false;
    let edited = caller
        .tenant()
        .edit_document::<Import, Problem>(id, |import| {
            if !matches!(import.status, ImportStatus::Open | ImportStatus::Validated) {
                return Err(wrong_state(import, "cannot be changed"));
            }
            change(import)?;
            had_report = import.job.take().is_some();
            import.status = ImportStatus::Open;
            import.summary = None;
            Ok(())
        });
    let stored = edited.await?;
    if had_report {
        report::forget(caller, id).await?;
    }
    Ok(stored)
}

/// The mapping of an import
///
/// The one that was given; without one, what the validation made of the columns: correct it and
/// give it back.
#[utoipa::path(get, path = "/v1/imports/{id}/mapping", tag = "imports", operation_id = "getImportMapping",
    params(("id" = String, Path, description = "The import's id")),
    responses((status = 200, description = "The mapping", body = MappingView),
        (status = 409, description = "There is none before the files were validated", body = Problem,
            content_type = "application/problem+json")))]
async fn get_mapping(caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let stored = import_of(&caller, &id).await?;
    let view = match &stored.value.mapping {
        Some(given) => MappingView::given(given.clone()),
        None => MappingView::suggested(report::read(&caller, &stored.value).await?)?,
    };
    Ok(ETag::of_rev(stored.rev).on(Json(view)))
}

/// Say what the columns mean
///
/// It replaces the mapping as a whole. Tables it does not name are recognised by their columns.
/// The files have to be validated again.
#[utoipa::path(put, path = "/v1/imports/{id}/mapping", tag = "imports", operation_id = "putImportMapping",
    params(("id" = String, Path, description = "The import's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag that was read; without it the last one wins")),
    request_body = MappingDoc,
    responses((status = 200, description = "As it is now", body = MappingView)))]
async fn put_mapping(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    if_match: IfMatch,
    body: Result<Json<Mapping>, Problem>,
) -> Result<Response, Problem> {
    let stored = import_of(&caller, &id).await?;
    if headers.contains_key(IF_MATCH) {
        if_match.check(&ETag::of_rev(stored.rev))?;
    }
    let Json(mapping) = body.map_err(report::as_mapping_problem)?;
    check_mapping(&caller, &stored.value, &mapping)?;
    let value = serde_json::to_value(&mapping).map_err(Problem::internal)?;
    let stored = edit(&caller, &id, |import| {
        import.mapping = Some(value.clone());
        Ok(())
    });
    let rev = stored.await?.rev;
    Ok(ETag::of_rev(rev).on(Json(MappingView::given(value))))
}

fn check_mapping(caller: &Caller, import: &Import, mapping: &Mapping) -> Result<(), Problem> {
    let mut problem = Problem::new(Code::InvalidMapping);
    for (at, table) in mapping.tables.iter().enumerate() {
        let same = |other: &&connectors::file::TableMapping| {
            other.file == table.file && other.table == table.table
        };
        if mapping.tables.iter().take(at).any(|other| same(&other)) {
            problem = problem.field(
                format!("/tables/{at}/file"),
                "duplicate",
                "is mapped twice; put its columns into one entry",
            );
        }
        if import.files.iter().all(|file| file.name != table.file) {
            problem = problem.field(
                format!("/tables/{at}/file"),
                "unknown",
                format_args!(
                    "there is no file {:?} in this import; upload it first",
                    table.file
                ),
            );
        }
    }
    if !problem.errors.is_empty() {
        return Err(problem);
    }
    let said: ImportOptions =
        serde_json::from_value(import.options.clone()).map_err(Problem::internal)?;
    let options = said.options(caller.tenant().id(), &import.source, Some(mapping.clone()));
    let options = options.map_err(|_| Problem::internal("options were checked when they came"))?;
    match options.stage_map() {
        Ok(_) => Ok(()),
        Err(error) => {
            let pointer = match &error {
                ImportError::Stage { label, .. } => {
                    format!("/stages/{}", label.replace('~', "~0").replace('/', "~1"))
                }
                _ => "/won".to_owned(),
            };
            Err(problem.field(pointer, "invalid_value", error))
        }
    }
}

/// Validate an import
///
/// A job reads the files and compares them with what is kept; nothing is written. Then the report
/// and a preview can be looked at.
#[utoipa::path(post, path = "/v1/imports/{id}/validate", tag = "imports", operation_id = "validateImport",
    params(("id" = String, Path, description = "The import's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request twice is done once")),
    responses((status = 202, description = "The job to watch", body = JobView)))]
async fn validate(caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let ready = |import: &mut Import| match import.status {
        ImportStatus::Open | ImportStatus::Validated => {
            check_files(import)?;
            import.status = ImportStatus::Validating;
            Ok(())
        }
        _ => Err(wrong_state(import, "cannot be validated")),
    };
    begin(&caller, &id, VALIDATE, ready).await
}

/// There is something to read, and all of it.
fn check_files(import: &Import) -> Result<(), Problem> {
    let problem = Problem::new(Code::WrongState);
    if import.files.is_empty() {
        return Err(problem
            .detail("The import has no files")
            .remedy("Upload at least one file."));
    }
    match import.files.iter().find(|file| !file.is_whole()) {
        None => Ok(()),
        Some(ImportFile {
            name,
            bytes,
            total_bytes,
            ..
        }) => Err(problem
            .detail(format_args!(
                "Of {name:?} only {bytes} of {total_bytes} bytes have come"
            ))
            .remedy("Upload the rest of it, upload it again, or delete it.")),
    }
}

/// Write an import
///
/// A job writes what was validated. It goes on where it was whatever happens to it, writes nothing
/// twice, and keeps what it replaces for an undo.
#[utoipa::path(post, path = "/v1/imports/{id}/commit", tag = "imports", operation_id = "commitImport",
    params(("id" = String, Path, description = "The import's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request twice is done once")),
    responses((status = 202, description = "The job to watch", body = JobView)))]
async fn commit(caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    commit_import(&caller, &id).await
}

pub(crate) async fn commit_import(caller: &Caller, id: &str) -> Result<Response, Problem> {
    let now = caller.tenant().now().as_microsecond();
    let ready = |import: &mut Import| match import.status {
        ImportStatus::Validated => {
            import.status = ImportStatus::Committing;
            // What is kept by now is older.
            import.version = import.version.max(now);
            Ok(())
        }
        _ => Err(wrong_state(import, "cannot be committed")),
    };
    begin(caller, id, COMMIT, ready).await
}

/// Take an import back
///
/// A job makes every row that is still as the import wrote it what it was before. What others have
/// changed since stays, and is counted.
#[utoipa::path(post, path = "/v1/imports/{id}/undo", tag = "imports", operation_id = "undoImport",
    params(("id" = String, Path, description = "The import's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request twice is done once")),
    responses((status = 202, description = "The job to watch", body = JobView)))]
async fn undo(caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let ready = |import: &mut Import| match (import.status, &import.undo_blocked) {
        (ImportStatus::Committed | ImportStatus::Failed, Some(why)) => {
            let remedy = "Import newer data of the same source instead.";
            Err(Problem::new(Code::WrongState).detail(why).remedy(remedy))
        }
        (ImportStatus::Committed | ImportStatus::Failed, None) => {
            import.status = ImportStatus::Undoing;
            Ok(())
        }
        _ => Err(wrong_state(import, "cannot be undone")),
    };
    begin(&caller, &id, UNDO, ready).await
}

/// Starts a job on an import that is ready for it.
async fn begin(
    caller: &Caller,
    id: &str,
    kind: &str,
    mut ready: impl FnMut(&mut Import) -> Result<(), Problem> + Send,
) -> Result<Response, Problem> {
    let mut now = import_of(caller, id).await?.value;
    ready(&mut now)?;
    let job = caller
        .tenant()
        .create_job(kind, Some(id.to_owned()))
        .await?;
    let begun = caller
        .tenant()
        .edit_document::<Import, Problem>(id, |import| {
            ready(import)?;
            import.job = Some(job.id.clone());
            Ok(())
        });
    if let Err(problem) = begun.await {
        // Somebody was quicker, so this job is not for anything.
        caller
            .tenant()
            .delete_document::<Job>(&job.id, None)
            .await?;
        return Err(problem);
    }
    start_job(caller, Queue::Sync, &job).await?;
    accepted(caller, job)
}

/// What a validation found
#[utoipa::path(get, path = "/v1/imports/{id}/report", tag = "imports", operation_id = "getImportReport",
    params(("id" = String, Path, description = "The import's id"), report::ReportQuery),
    responses((status = 200, description = "The report, the first deals, and what would be written", body = ReportView),
        (status = 409, description = "The files were not validated yet", body = Problem,
            content_type = "application/problem+json")))]
async fn get_report(
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<report::ReportQuery>,
) -> Result<Response, Problem> {
    let most = query.examples()?;
    let stored = import_of(&caller, &id).await?;
    let view = ReportView::read(&caller, stored.value, most).await?;
    Ok(Json(view).into_response())
}

/// Stop what is done with an import
///
/// The same as to cancel its job.
#[utoipa::path(post, path = "/v1/imports/{id}/cancel", tag = "imports", operation_id = "cancelImport",
    params(("id" = String, Path, description = "The import's id")),
    responses((status = 202, description = "It will stop, or has", body = JobView)))]
async fn cancel(caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let import = import_of(&caller, &id).await?.value;
    match &import.job {
        Some(job) => jobs::cancel(&caller, job).await,
        None => Err(wrong_state(&import, "has nothing to stop")),
    }
}

/// The most bytes of a file, as this API is run.
fn most_file(app: &App) -> u64 {
    app.config().most_file_bytes
}

/// Handlers of files need the application's limits.
type Shared = State<App>;
