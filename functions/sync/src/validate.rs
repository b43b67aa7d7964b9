//! What an import would do, before it does it.

use crate::cursor::{Counts, Fate};
use crate::plan;
use crate::work::{Error, Watch, Work, refused};
use connectors::file::Report;
use futures_util::{StreamExt, TryStreamExt, stream};
use model::{Book, CanonicalStage, Entity, EntityKey, Money, Severity};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashMap;
use store::{Goon, Import, ImportStatus, Kept};

/// Deals of the preview.
const PREVIEWED: usize = 20;
/// Entities that are compared at once, and how many such groups are asked for ahead.
const COMPARED: usize = 100;
const AHEAD: usize = 8;

/// The sealed file with the report of an import, [`connectors::file::Report`] as JSON.
pub fn report_blob(import: &str) -> String {
    format!("imports/{import}/report.json")
}

/// The sealed file with an import's first deals: a list of [`PreviewDeal`] as JSON.
pub fn preview_blob(import: &str) -> String {
    format!("imports/{import}/preview.json")
}

/// A deal as it would come in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PreviewDeal {
    /// Its id.
    pub id: model::DealId,
    /// What the source calls it.
    pub source_id: String,
    /// Its name.
    pub name: Option<String>,
    /// Who would buy, by name.
    pub company: Option<String>,
    /// Who sells, by name or address.
    pub owner: Option<String>,
    /// What it is worth.
    pub amount: Option<Money>,
    /// The stage it is in, in the source's words.
    pub stage: Option<String>,
    /// What that stage means.
    pub canonical_stage: Option<CanonicalStage>,
    /// The day it should close.
    pub expected_close: Option<model::Date>,
    /// When it was made.
    pub created_at: Option<model::Timestamp>,
    /// When it closed.
    pub closed_at: Option<model::Timestamp>,
    /// The stages it entered.
    pub visits: usize,
}

pub(crate) async fn run(work: &Work) -> Result<(), Error> {
    let import = begin(work).await?;
    let mut watch = Watch::over(work);
    let read = match crate::files::read(work, &import, &mut watch).await? {
        Ok(read) => read,
        Err(report) => {
            keep(work, &report_blob(&work.import), &*report).await?;
            return Err(nothing_usable(&report));
        }
    };
    let entities = plan::entities(&read.book, &import.source);
    let counts = compare(work, &import, &entities, &mut watch).await?;
    keep(work, &report_blob(&work.import), &read.report).await?;
    keep(work, &preview_blob(&work.import), &preview(&read.book)).await?;
    let summary = summary(&read.report, &read.book, &counts);
    let result = summary.clone();
    work.edit(|import| {
        if import.status == ImportStatus::Validating {
            import.status = ImportStatus::Validated;
            import.summary = Some(summary.clone());
        }
    })
    .await?;
    work.succeed(result).await
}

async fn begin(work: &Work) -> Result<Import, Error> {
    let job = work.job.clone();
    let begun = work
        .tenant
        .edit_document::<Import, Error>(&work.import, |import| {
            match import.status {
                ImportStatus::Open | ImportStatus::Validating | ImportStatus::Validated => {}
                status => return Err(not_now("validated", status)),
            }
            import.status = ImportStatus::Validating;
            import.job = Some(job.clone());
            Ok(())
        });
    Ok(begun.await?.value)
}

pub(crate) fn not_now(what: &str, status: ImportStatus) -> Error {
    let status = serde_json::to_value(status).unwrap_or_default();
    let status = status.as_str().unwrap_or_default().to_owned();
    refused(
        "wrong_status",
        format!("the import is {status} and cannot be {what}"),
        "look at the import's status; start a new import where this one is over",
    )
}

/// What was read and would be written, for people and programs.
fn summary(report: &Report, book: &Book, counts: &Counts) -> Value {
    json!({
        "rows": {
            "read": report.rows_read(),
            "used": report.rows_used(),
            "not_used": report.rows_read() - report.rows_used(),
        },
        "issues": {
            "error": report.count(Severity::Error),
            "warning": report.count(Severity::Warning),
            "note": report.count(Severity::Note),
        },
        "as_of": book.as_of,
        "would_write": counts,
    })
}

/// Why nothing can be used: the gravest issue, with its place and remedy.
pub(crate) fn nothing_usable(report: &Report) -> Error {
    let gravest = report
        .issues
        .first()
        .and_then(|group| group.examples.first());
    let Some(issue) = gravest else {
        return refused(
            "nothing_usable",
            "nothing in these files could be used",
            "check that they hold deals, and say in a mapping what their columns mean",
        );
    };
    let place = if issue.place.is_unknown() {
        String::new()
    } else {
        format!(" at {}", issue.place)
    };
    refused(
        "nothing_usable",
        format!(
            "nothing in these files could be used; the first reason{place}: {}",
            issue.what
        ),
        issue.remedy.clone(),
    )
}

async fn keep(work: &Work, blob: &str, value: &impl Serialize) -> Result<(), Error> {
    let json = serde_json::to_vec(value)?;
    Ok(work.tenant.put_sealed(blob, &json).await?)
}

/// What would become of each entity, were the import committed now.
async fn compare(
    work: &Work,
    import: &Import,
    entities: &[Entity],
    watch: &mut Watch<'_>,
) -> Result<Counts, Error> {
    // Its own rows will be written with a later version than anything that is kept by then.
    let version = import.version.max(work.tenant.now().as_microsecond());
    let groups = stream::iter(entities.chunks(COMPARED)).map(|group| async move {
        let keys: Vec<EntityKey> = group.iter().map(Entity::key).collect();
        let kept = work.tenant.entities(&keys).await?;
        Ok::<_, Error>((group, kept))
    });
    let mut groups = groups.buffered(AHEAD);
    let mut counts = Counts::default();
    let mut done = 0;
    while let Some((group, kept)) = groups.try_next().await? {
        let kept: HashMap<&EntityKey, &Kept> = kept.iter().map(|kept| (&kept.key, kept)).collect();
        for entity in group {
            let key = entity.key();
            let fate = match plan::weigh(entity, kept.get(&key).copied(), version) {
                Ok(weighed) => weighed.fate,
                Err(_) => Fate::Quarantined,
            };
            counts.add(&key, fate);
        }
        done += group.len() as u64;
        if watch
            .tell("comparing", done, Some(entities.len() as u64))
            .await?
            == Goon::Cancelled
        {
            return Err(Error::Cancelled);
        }
    }
    Ok(counts)
}

fn preview(book: &Book) -> Vec<PreviewDeal> {
    let company: HashMap<_, _> = book.companies.iter().map(|it| (it.id, it)).collect();
    let person: HashMap<_, _> = book.people.iter().map(|it| (it.id, it)).collect();
    let deals = book.deals.iter().enumerate().take(PREVIEWED);
    let told = deals.map(|(at, deal)| PreviewDeal {
        id: deal.id,
        source_id: book.log.case_name(at).to_owned(),
        name: deal.name.clone(),
        company: deal.company.and_then(|id| company.get(&id)?.name.clone()),
        owner: deal.owner.and_then(|id| {
            let person = person.get(&id)?;
            person.name.clone().or_else(|| person.email.clone())
        }),
        amount: deal.amount,
        stage: deal.stage.clone(),
        canonical_stage: deal.canonical_stage,
        expected_close: deal.expected_close,
        created_at: deal.created_at,
        closed_at: deal.closed_at,
        visits: book.log.visits(at).len(),
    });
    told.collect()
}
