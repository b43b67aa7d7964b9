//! The columns of exported tables.

use crate::work::Error;
use model::{Book, CanonicalStage, CompanyId, DealId, Outcome, PersonId, PipelineId};
use serde::Serialize;
use std::collections::BTreeSet;

/// The columns of one table: its rows are places in a book.
pub(crate) struct Columns {
    names: &'static [&'static str],
    /// Columns of deals that only some sources have.
    custom: Vec<String>,
    row: fn(&Book, usize) -> Vec<String>,
}

impl Columns {
    pub(crate) fn deals(book: &Book, places: &[usize]) -> Self {
        let custom: BTreeSet<&String> = places
            .iter()
            .flat_map(|place| book.deals[*place].custom_fields.keys())
            .collect();
        Self {
            names: &DEAL,
            custom: custom.into_iter().cloned().collect(),
            row: deal,
        }
    }

    pub(crate) fn companies() -> Self {
        Self {
            names: &COMPANY,
            custom: Vec::new(),
            row: company,
        }
    }

    pub(crate) fn contacts() -> Self {
        Self {
            names: &CONTACT,
            custom: Vec::new(),
            row: contact,
        }
    }

    pub(crate) fn activities() -> Self {
        Self {
            names: &ACTIVITY,
            custom: Vec::new(),
            row: activity,
        }
    }

    pub(crate) fn header(&self) -> Vec<String> {
        let names = self.names.iter().map(|name| (*name).to_owned());
        names
            .chain(self.custom.iter().map(|name| text(Some(name))))
            .collect()
    }

    pub(crate) fn row(&self, book: &Book, place: usize) -> Vec<String> {
        let mut row = (self.row)(book, place);
        if !self.custom.is_empty() {
            let fields = &book.deals[place].custom_fields;
            row.extend(self.custom.iter().map(|name| text(fields.get(name))));
        }
        row
    }
}

/// Rows as CSV.
pub(crate) fn table(rows: impl IntoIterator<Item = Vec<String>>) -> Result<Vec<u8>, Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let unwritable = |error: csv::Error| store::Error::Call {
        operation: "writing an export",
        source: error.to_string().into(),
    };
    for row in rows {
        writer.write_record(row).map_err(unwritable)?;
    }
    writer
        .into_inner()
        .map_err(|error| unwritable(error.into_error().into()).into())
}

/// A text of a person's own. Spreadsheets run what begins like a formula; behind an apostrophe they
/// show it.
fn text(text: Option<impl AsRef<str>>) -> String {
    let Some(text) = text else {
        return String::new();
    };
    let text = text.as_ref();
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// A value of ours: an id, a number, a time.
fn value(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A word of ours, as JSON has it.
fn word(word: &impl Serialize) -> String {
    match serde_json::to_value(word) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn joined(texts: &[String]) -> String {
    text(Some(texts.join("; ")))
}

fn company_name(book: &Book, id: Option<CompanyId>) -> String {
    let place = id.and_then(|id| book.companies.binary_search_by_key(&id, |it| it.id).ok());
    text(place.and_then(|place| book.companies[place].name.as_ref()))
}

fn person_name(book: &Book, id: Option<PersonId>) -> String {
    let place = id.and_then(|id| book.people.binary_search_by_key(&id, |it| it.id).ok());
    text(place.and_then(|place| book.people[place].name.as_ref()))
}

fn pipeline_name(book: &Book, id: Option<PipelineId>) -> String {
    let place = id.and_then(|id| book.pipelines.binary_search_by_key(&id, |it| it.id).ok());
    text(place.map(|place| &book.pipelines[place].name))
}

fn deal_name(book: &Book, id: Option<DealId>) -> String {
    let place = id.and_then(|id| book.deals.binary_search_by_key(&id, |it| it.id).ok());
    text(place.and_then(|place| book.deals[place].name.as_ref()))
}

const DEAL: [&str; 22] = [
    "id",
    "name",
    "company",
    "company_id",
    "owner",
    "owner_id",
    "pipeline",
    "stage",
    "canonical_stage",
    "outcome",
    "amount",
    "currency",
    "probability",
    "expected_close",
    "forecast_category",
    "next_step",
    "next_step_due",
    "note",
    "created_at",
    "updated_at",
    "closed_at",
    "lost_reason",
];

fn deal(book: &Book, place: usize) -> Vec<String> {
    let deal = &book.deals[place];
    let own = book.own.get(&deal.id);
    let visits = book.log.visits(place);
    // What is dated after the book's now has not happened.
    let known = visits
        .at_us
        .partition_point(|at| *at <= book.as_of.as_microsecond());
    let last = known.checked_sub(1).map(|last| visits.stage[last]);
    let label = last.and_then(|code| book.log.stages().get(usize::from(code)));
    let outcome = match last {
        Some(code) => book.outcome_of_stage(code),
        None => deal.canonical_stage.and_then(CanonicalStage::outcome),
    };
    let outcome = match outcome {
        None => "open",
        Some(Outcome::Won) => "won",
        Some(Outcome::Lost) => "lost",
    };
    vec![
        deal.id.to_string(),
        text(deal.name.as_ref()),
        company_name(book, deal.company),
        value(deal.company),
        person_name(book, deal.owner),
        value(deal.owner),
        pipeline_name(book, deal.pipeline),
        text(deal.stage.as_ref().or(label)),
        value(deal.canonical_stage.map(CanonicalStage::as_str)),
        outcome.to_owned(),
        value(deal.amount.as_ref().map(|money| money.amount)),
        value(deal.amount.as_ref().map(|money| money.currency)),
        value(deal.probability),
        value(deal.expected_close),
        own.and_then(|own| own.forecast_category)
            .map(|it| word(&it))
            .unwrap_or_default(),
        text(own.and_then(|own| own.next_step.as_ref())),
        value(own.and_then(|own| own.next_step_due)),
        text(own.and_then(|own| own.note.as_ref())),
        value(deal.created_at),
        value(deal.updated_at),
        value(deal.closed_at),
        text(deal.lost_reason.as_ref()),
    ]
}

const COMPANY: [&str; 9] = [
    "id",
    "name",
    "domain",
    "industry",
    "employees",
    "annual_revenue",
    "currency",
    "owner",
    "owner_id",
];

fn company(book: &Book, place: usize) -> Vec<String> {
    let company = &book.companies[place];
    vec![
        company.id.to_string(),
        text(company.name.as_ref()),
        text(company.domain.as_ref()),
        text(company.industry.as_ref()),
        value(company.employees),
        value(company.annual_revenue.as_ref().map(|money| money.amount)),
        value(company.annual_revenue.as_ref().map(|money| money.currency)),
        person_name(book, company.owner),
        value(company.owner),
    ]
}

const CONTACT: [&str; 11] = [
    "id",
    "name",
    "title",
    "email",
    "deal",
    "deal_id",
    "role",
    "sentiment",
    "engagement",
    "last_contact",
    "added_at",
];

fn contact(book: &Book, place: usize) -> Vec<String> {
    let contact = &book.stakeholders[place];
    vec![
        contact.id.to_string(),
        text(contact.name.as_ref()),
        text(contact.title.as_ref()),
        text(contact.email.as_ref()),
        deal_name(book, Some(contact.deal)),
        contact.deal.to_string(),
        contact.role.map(|role| word(&role)).unwrap_or_default(),
        value(contact.sentiment),
        value(contact.engagement),
        value(contact.last_contact),
        value(contact.added_at),
    ]
}

const ACTIVITY: [&str; 10] = [
    "id",
    "at",
    "kind",
    "deal",
    "deal_id",
    "participants",
    "outcome",
    "summary",
    "next_steps",
    "objections",
];

fn activity(book: &Book, place: usize) -> Vec<String> {
    let activity = &book.activities[place];
    let objections: Vec<String> = activity
        .objections
        .iter()
        .map(|it| it.objection.clone())
        .collect();
    vec![
        activity.id.to_string(),
        activity.at.to_string(),
        word(&activity.kind),
        deal_name(book, activity.deal),
        value(activity.deal),
        joined(&activity.participants),
        word(&activity.outcome),
        text(activity.summary.as_ref()),
        joined(&activity.next_steps),
        joined(&objections),
    ]
}
