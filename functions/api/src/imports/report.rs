//! What a validation found, and the mapping it suggests.
//!
//! The function `sync` keeps both as sealed files beside the uploads: the connectors' report and
//! the first deals, as JSON.

use crate::auth::Caller;
use crate::imports::wrong_state;
use crate::paging::Money;
use connectors::file::{Columns, DateOrder, DecimalMark, Mapping, Shape, TableMapping, Target};
use edge::{Code, FieldError, Problem};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use store::{Import, ImportStatus};
use utoipa::ToSchema;

/// Issues of one kind that are shown one by one where nothing is said, and at most.
const USUAL_EXAMPLES: usize = 20;
const MOST_EXAMPLES: usize = 1_000;

fn report_blob(import: &str) -> String {
    format!("imports/{import}/report.json")
}

fn preview_blob(import: &str) -> String {
    format!("imports/{import}/preview.json")
}

/// Deletes what was found in files that have changed since.
pub(super) async fn forget(caller: &Caller, import: &str) -> Result<(), Problem> {
    for blob in [report_blob(import), preview_blob(import)] {
        caller.tenant().delete_blobs(&blob).await?;
    }
    Ok(())
}

async fn kept<T: DeserializeOwned>(caller: &Caller, blob: &str) -> Result<Option<T>, Problem> {
    let Some(json) = caller.tenant().sealed(blob).await? else {
        return Ok(None);
    };
    serde_json::from_slice(&json)
        .map(Some)
        .map_err(Problem::internal)
}

/// The report of an import whose files were read.
pub(super) async fn read(caller: &Caller, import: &Import) -> Result<Report, Problem> {
    let is_read = import.job.is_some() && import.status != ImportStatus::Validating;
    let report = if is_read {
        kept(caller, &report_blob(&import.id)).await?
    } else {
        None
    };
    report.ok_or_else(|| wrong_state(import, "has no report"))
}

/// How much of a report.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ReportQuery {
    /// How many issues of a kind are shown one by one, 0 to 1000.
    #[param(minimum = 0, maximum = 1000, default = 20)]
    examples: Option<usize>,
}

impl ReportQuery {
    pub(super) fn examples(&self) -> Result<usize, Problem> {
        match self.examples.unwrap_or(USUAL_EXAMPLES) {
            most @ 0..=MOST_EXAMPLES => Ok(most),
            _ => Err(Problem::new(Code::InvalidParameter).field(
                "?examples",
                "out_of_range",
                "is not between 0 and 1000",
            )),
        }
    }
}

/// What a validation found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReportView {
    /// Each table of each file.
    tables: Vec<Table>,
    /// Everything odd by kind, the gravest first.
    issues: Vec<IssueGroup>,
    /// The first deals as they would come in.
    preview: Vec<PreviewDeal>,
    /// Rows, issues, and what would be written of each kind: new, changed, unchanged.
    #[schema(value_type = Option<crate::shapes::ImportSummary>)]
    summary: Option<Value>,
}

impl ReportView {
    pub(super) async fn read(
        caller: &Caller,
        import: Import,
        examples: usize,
    ) -> Result<Self, Problem> {
        let Report { tables, mut issues } = read(caller, &import).await?;
        for group in &mut issues {
            group.examples.truncate(examples);
        }
        let preview: Option<Vec<KeptDeal>> = kept(caller, &preview_blob(&import.id)).await?;
        Ok(Self {
            tables,
            issues,
            preview: preview
                .unwrap_or_default()
                .into_iter()
                .map(PreviewDeal::from)
                .collect(),
            summary: import.summary,
        })
    }
}

/// What is kept of a validation.
#[derive(Debug, Deserialize)]
pub(super) struct Report {
    tables: Vec<Table>,
    issues: Vec<IssueGroup>,
}

/// What one table gave.
#[expect(clippy::struct_field_names, reason = "as the connectors write it")]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportTable)]
struct Table {
    /// The name of the file.
    file: String,
    /// The name of the array inside a JSON file.
    table: Option<String>,
    /// How the file is written.
    format: String,
    /// What the table is about.
    #[schema(value_type = String)]
    shape: Shape,
    /// Which known export it was recognised as.
    preset: String,
    /// Rows that are not blank and not left out.
    rows_read: u64,
    /// Rows that gave something.
    rows_used: u64,
    /// Rows that gave nothing; an issue says why.
    rows_not_used: u64,
    /// Rows that were not asked for.
    #[serde(default)]
    rows_left_out: u64,
    /// Rows with an issue of their own.
    rows_odd: u64,
    /// The columns and what was made of them.
    columns: Vec<Column>,
}

/// What was made of one column.
#[expect(clippy::struct_field_names, reason = "as the connectors write it")]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportColumn)]
struct Column {
    /// The heading.
    column: String,
    /// The field it fills.
    #[schema(value_type = String)]
    target: Target,
    /// How its dates were read.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    dates: Option<DateOrder>,
    /// How its numbers were read.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    decimal: Option<DecimalMark>,
    /// A value from it.
    #[serde(default)]
    example: Option<String>,
}

/// The issues of one kind.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportIssueGroup)]
struct IssueGroup {
    /// The kind.
    code: String,
    /// `note`, `warning` or `error`: the gravest of them.
    severity: String,
    /// How many there are.
    count: u64,
    /// The first of them.
    examples: Vec<Issue>,
}

/// Something odd: where, what, and what helps.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportIssue)]
struct Issue {
    /// The kind.
    code: String,
    /// `note`, `warning` or `error`.
    severity: String,
    /// Where it is.
    place: Place,
    /// What is odd.
    what: String,
    /// What helps.
    remedy: String,
    /// The beginning of the odd value.
    value: Option<String>,
}

/// A place in a file.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportPlace)]
struct Place {
    /// The file.
    file: Option<String>,
    /// The line the record begins on, from 1.
    row: Option<u64>,
    /// The column.
    column: Option<String>,
}

/// A deal of the preview as `sync` keeps it.
#[derive(Debug, Deserialize)]
struct KeptDeal {
    id: String,
    source_id: String,
    name: Option<String>,
    company: Option<String>,
    owner: Option<String>,
    amount: Option<model::Money>,
    stage: Option<String>,
    canonical_stage: Option<String>,
    expected_close: Option<String>,
    created_at: Option<String>,
    closed_at: Option<String>,
    visits: u64,
}

/// A deal as it would come in.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewDeal {
    /// The id it would have.
    id: String,
    /// What the source calls it.
    source_id: String,
    /// Its name.
    name: Option<String>,
    /// Who would buy.
    company: Option<String>,
    /// Who sells.
    owner: Option<String>,
    /// What it is worth.
    amount: Option<Money>,
    /// The stage it is in, in the source's words.
    stage: Option<String>,
    /// What that stage means.
    canonical_stage: Option<String>,
    /// The day it should close.
    #[schema(format = Date)]
    expected_close: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: Option<String>,
    /// When it closed.
    #[schema(format = DateTime)]
    closed_at: Option<String>,
    /// How many stages it entered.
    visits: u64,
}

impl From<KeptDeal> for PreviewDeal {
    fn from(deal: KeptDeal) -> Self {
        Self {
            id: deal.id,
            source_id: deal.source_id,
            name: deal.name,
            company: deal.company,
            owner: deal.owner,
            amount: deal.amount.as_ref().map(Money::from),
            stage: deal.stage,
            canonical_stage: deal.canonical_stage,
            expected_close: deal.expected_close,
            created_at: deal.created_at,
            closed_at: deal.closed_at,
            visits: deal.visits,
        }
    }
}

/// What files' columns mean.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Mapping)]
#[expect(dead_code, reason = "it describes what the connectors read")]
pub(super) struct MappingDoc {
    /// Stage labels that mean won, beside the known ones.
    #[schema(required = false)]
    won: Vec<String>,
    /// Stage labels that mean lost.
    #[schema(required = false)]
    lost: Vec<String>,
    /// Stage labels and the canonical stage they stand for.
    #[schema(required = false)]
    stages: BTreeMap<String, String>,
    /// One entry for each table.
    #[schema(required = false)]
    tables: Vec<TableDoc>,
}

/// What one table's columns mean.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TableMapping)]
#[expect(dead_code, reason = "it describes what the connectors read")]
struct TableDoc {
    /// The name of the file.
    #[schema(example = "deals.csv")]
    file: String,
    /// The name of the array inside a JSON file that holds several.
    table: Option<String>,
    /// `deals`, `stage_events`, `activities`, `contacts`, `accounts`, `team`, `products` or `unknown`.
    #[schema(example = "deals")]
    shape: String,
    /// Which known export the columns were recognised as.
    #[schema(required = false)]
    preset: String,
    /// `day_first` or `month_first`, where the column does not tell.
    dates: Option<String>,
    /// `point` or `comma`, where the column does not tell.
    decimal: Option<String>,
    /// Each column and the field it fills: `deal_id`, `close_date`, `entered:Proposal`, `ignore`.
    columns: BTreeMap<String, String>,
}

/// A mapping, and where it is from.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MappingView {
    /// `given`, or `suggested` by the validation.
    origin: &'static str,
    /// The mapping.
    #[schema(value_type = MappingDoc)]
    mapping: Value,
}

impl MappingView {
    pub(super) fn given(mapping: Value) -> Self {
        Self {
            origin: "given",
            mapping,
        }
    }

    pub(super) fn suggested(report: Report) -> Result<Self, Problem> {
        let tables = report.tables.into_iter().map(|table| TableMapping {
            dates: table.columns.iter().find_map(|column| column.dates),
            decimal: table.columns.iter().find_map(|column| column.decimal),
            columns: Columns(
                table
                    .columns
                    .into_iter()
                    .map(|it| (it.column, it.target))
                    .collect(),
            ),
            file: table.file,
            table: table.table,
            shape: table.shape,
            preset: table.preset,
        });
        let mapping = Mapping {
            tables: tables.collect(),
            ..Mapping::default()
        };
        Ok(Self {
            origin: "suggested",
            mapping: serde_json::to_value(mapping).map_err(Problem::internal)?,
        })
    }
}

/// A body of the right form that names a field or a shape there is none of is a bad mapping.
pub(super) fn as_mapping_problem(problem: Problem) -> Problem {
    let is_word = |error: &FieldError| error.code == "invalid_value";
    if problem.code == Code::InvalidBody && problem.errors.iter().all(is_word) {
        return Problem::new(Code::InvalidMapping)
            .detail(&problem.detail)
            .fields(problem.errors.clone());
    }
    problem
}
