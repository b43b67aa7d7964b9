//! Lists: what may be asked of them, and their pages by cursor (v2) and by offset (v1).

use super::shape::{self, number};
use super::{DELETED_KEPT, Refusal};
use crate::crm::{Activity, Crm, Deal, State as Life};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of a page when nothing is said, and at most.
const USUAL: usize = 100;
const MOST: usize = 500;
/// Ids in one request, and names of custom fields.
const MOST_IDS: usize = 100;
const MOST_CUSTOM: usize = 15;

pub(super) const DEAL_EXTRAS: [&str; 15] = [
    "next_activity_id",
    "last_activity_id",
    "first_won_time",
    "products_count",
    "files_count",
    "notes_count",
    "followers_count",
    "email_messages_count",
    "activities_count",
    "done_activities_count",
    "undone_activities_count",
    "participants_count",
    "last_incoming_mail_time",
    "last_outgoing_mail_time",
    "smart_bcc_email",
];
pub(super) const ACTIVITY_EXTRAS: [&str; 1] = ["attendees"];

/// The pairs of a query.
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    pub(super) fn new(pairs: Vec<(String, String)>) -> Params {
        Params(pairs)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    fn words(&self, name: &str) -> Vec<&str> {
        self.get(name)
            .map(|list| list.split(',').map(str::trim).collect())
            .unwrap_or_default()
    }

    /// Refuses a parameter the endpoint does not have, as v2 does.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        match self
            .0
            .iter()
            .find(|(name, _)| name != "api_token" && !known.contains(&name.as_str()))
        {
            None => Ok(()),
            Some((name, _)) => Err(Refusal::schema(format!(
                "Validation failed: {name}: Unrecognized key"
            ))),
        }
    }

    fn limit(&self) -> Result<usize, Refusal> {
        match self.get("limit").map(str::parse) {
            None => Ok(USUAL),
            Some(Ok(limit @ 1..=MOST)) => Ok(limit),
            Some(_) => Err(Refusal::schema(format!(
                "Validation failed: limit: must be a whole number from 1 to {MOST}"
            ))),
        }
    }

    /// An instant in the one form v2 takes: whole seconds and a `Z`.
    fn instant(&self, name: &str) -> Result<Option<Timestamp>, Refusal> {
        let Some(word) = self.get(name) else {
            return Ok(None);
        };
        let form: String = word
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect();
        if form != "0000-00-00T00:00:00Z" {
            return Err(Refusal::schema(format!(
                "Validation failed: {name}: {word} is not a valid datetime"
            )));
        }
        word.parse().map(Some).map_err(|_| {
            Refusal::schema(format!(
                "Validation failed: {name}: {word} is not a valid datetime"
            ))
        })
    }
}

/// Records in the order of their numbers.
pub(super) fn by_number<T>(records: &BTreeMap<String, T>) -> Vec<&T> {
    let mut rows: Vec<(u64, &T)> = records
        .iter()
        .map(|(id, row)| (id.parse().unwrap_or(0), row))
        .collect();
    rows.sort_unstable_by_key(|(id, _)| *id);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// What a list of v2 is made of.
struct Row<'a> {
    id: u64,
    added: Timestamp,
    updated: Timestamp,
    shape: Box<dyn FnOnce() -> Value + 'a>,
}

#[derive(Clone, Copy)]
enum Order {
    Id,
    Added,
    Updated,
}

/// A page after a place and not after a number: a record that moves to the end is seen again.
fn page(mut rows: Vec<Row<'_>>, params: &Params) -> Result<Value, Refusal> {
    let order = match params.get("sort_by") {
        None | Some("id") => Order::Id,
        Some("add_time") => Order::Added,
        Some("update_time") => Order::Updated,
        Some(other) => {
            return Err(Refusal::schema(format!(
                "Validation failed: sort_by: {other} is not one of id, add_time, update_time"
            )));
        }
    };
    let down = match params.get("sort_direction") {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => {
            return Err(Refusal::schema(
                "Validation failed: sort_direction: must be asc or desc",
            ));
        }
    };
    let key = |row: &Row<'_>| {
        let at = match order {
            Order::Id => 0,
            Order::Added => row.added.as_second(),
            Order::Updated => row.updated.as_second(),
        };
        (at, row.id)
    };
    let limit = params.limit()?;
    let after: Option<(i64, u64)> = params
        .get("cursor")
        .map(|cursor| {
            URL_SAFE_NO_PAD
                .decode(cursor)
                .ok()
                .and_then(|bytes| serde_json::from_slice(&bytes).ok())
                .ok_or_else(|| Refusal::schema("Validation failed: cursor: Invalid cursor"))
        })
        .transpose()?;
    rows.retain(|row| {
        after.is_none_or(|after| {
            if down {
                key(row) < after
            } else {
                key(row) > after
            }
        })
    });
    rows.sort_unstable_by_key(key);
    if down {
        rows.reverse();
    }
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|row| URL_SAFE_NO_PAD.encode(json!(key(row)).to_string()));
    let data: Vec<Value> = rows.into_iter().map(|row| (row.shape)()).collect();
    // The end is told in one of two ways.
    let additional = if next.is_none() && data.is_empty() {
        Value::Null
    } else {
        json!({ "next_cursor": next })
    };
    Ok(json!({"success": true, "data": data, "additional_data": additional}))
}

/// A page by cursor over rows that have no keys of their own.
pub(super) fn numbered_page(rows: Vec<Value>, params: &Params) -> Result<Value, Refusal> {
    let limit = params.limit()?;
    let start: usize = params
        .get("cursor")
        .map(|cursor| {
            URL_SAFE_NO_PAD
                .decode(cursor)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok())
                .ok_or_else(|| Refusal::schema("Validation failed: cursor: Invalid cursor"))
        })
        .transpose()?
        .unwrap_or(0);
    let total = rows.len();
    let data: Vec<Value> = rows.into_iter().skip(start).take(limit).collect();
    let end = start + data.len();
    let next = (end < total).then(|| URL_SAFE_NO_PAD.encode(end.to_string()));
    Ok(json!({"success": true, "data": data, "additional_data": {"next_cursor": next}}))
}

/// A page of v1: by offset, null when there is nothing.
pub(super) fn offset_page(rows: Vec<Value>, params: &Params) -> Result<Value, Refusal> {
    let limit = params.limit()?;
    let start: usize = match params.get("start").map(str::parse) {
        None => 0,
        Some(Ok(start)) => start,
        Some(Err(_)) => return Err(Refusal::schema("start must be a whole number")),
    };
    let total = rows.len();
    let data: Vec<Value> = rows.into_iter().skip(start).take(limit).collect();
    let end = start + data.len();
    let mut pagination =
        json!({"start": start, "limit": limit, "more_items_in_collection": end < total});
    if end < total {
        pagination["next_start"] = end.into();
    }
    let data = if data.is_empty() {
        Value::Null
    } else {
        Value::Array(data)
    };
    Ok(json!({"success": true, "data": data, "additional_data": {"pagination": pagination}}))
}

pub(super) fn include_fields(params: &Params, known: &[&str]) -> Result<Vec<String>, Refusal> {
    let wanted = params.words("include_fields");
    match wanted.iter().find(|field| !known.contains(field)) {
        None => Ok(wanted.into_iter().map(str::to_owned).collect()),
        Some(field) => Err(Refusal::schema(format!(
            "Validation failed: include_fields: {field} is not a known field"
        ))),
    }
}

const COMMON: [&str; 9] = [
    "filter_id",
    "ids",
    "updated_since",
    "updated_until",
    "sort_by",
    "sort_direction",
    "limit",
    "cursor",
    "custom_fields",
];

/// The filters that all lists of v2 with an `update_time` share.
struct Filter<'a> {
    ids: Option<BTreeSet<&'a str>>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    custom: Option<Vec<&'a str>>,
    /// A saved filter overrides all others.
    saved: bool,
}

impl<'a> Filter<'a> {
    fn of(params: &'a Params, more: &[&str]) -> Result<Filter<'a>, Refusal> {
        let known: Vec<&str> = COMMON.iter().chain(more).copied().collect();
        params.only(&known)?;
        let ids = params.words("ids");
        if ids.len() > MOST_IDS {
            return Err(Refusal::schema(format!(
                "Validation failed: ids: at most {MOST_IDS} values"
            )));
        }
        let custom = params.words("custom_fields");
        if custom.len() > MOST_CUSTOM {
            return Err(Refusal::schema(format!(
                "Validation failed: custom_fields: at most {MOST_CUSTOM} values"
            )));
        }
        Ok(Filter {
            ids: (!ids.is_empty()).then(|| ids.into_iter().collect()),
            since: params.instant("updated_since")?,
            until: params.instant("updated_until")?,
            custom: (!custom.is_empty()).then_some(custom),
            saved: params.get("filter_id").is_some(),
        })
    }

    fn keeps(&self, id: &str, updated: Timestamp) -> bool {
        // Compared as they are shown: in whole seconds.
        let updated = updated.as_second();
        self.saved
            || self.ids.as_ref().is_none_or(|ids| ids.contains(id))
                && self.since.is_none_or(|since| updated >= since.as_second())
                && self.until.is_none_or(|until| updated < until.as_second())
    }

    /// Leaves only the custom fields that were asked for.
    fn narrow(&self, mut value: Value) -> Value {
        if let (Some(wanted), Some(fields)) = (&self.custom, value["custom_fields"].as_object_mut())
        {
            fields.retain(|key, _| wanted.contains(&key.as_str()));
        }
        value
    }
}

fn same(params: &Params, name: &str, value: Option<&str>) -> bool {
    params
        .get(name)
        .is_none_or(|wanted| value.is_some_and(|value| value == wanted))
}

/// Whether a person is linked to a deal, as the person in charge or as a participant.
///
/// Of the persons of a deal the vendor says that both are meant; of the deals of a person it uses the same word.
fn takes_part(deal: &Deal, person: &str) -> bool {
    deal.roles.iter().any(|role| role.contact == person)
}

pub(super) fn deals(
    crm: &Crm,
    params: &Params,
    archived: bool,
    now: Timestamp,
) -> Result<Value, Refusal> {
    let filter = Filter::of(
        params,
        &[
            "owner_id",
            "person_id",
            "org_id",
            "pipeline_id",
            "stage_id",
            "status",
            "include_fields",
        ],
    )?;
    let extra = include_fields(params, &DEAL_EXTRAS)?;
    let statuses = params.words("status");
    if let Some(wrong) = statuses
        .iter()
        .find(|status| !["open", "won", "lost", "deleted"].contains(status))
    {
        return Err(Refusal::schema(format!(
            "Validation failed: status: {wrong} is not one of open, won, lost, deleted"
        )));
    }
    let kept = |deal: &Deal| {
        let status = shape::status(deal, crm);
        let listed = match &deal.state {
            Life::Live => !archived,
            Life::Archived { .. } => archived,
            // Seen only by those who ask for the deleted, and not for long.
            Life::Deleted { at } | Life::Merged { at, .. } => {
                !archived && statuses.contains(&"deleted") && now.duration_since(*at) < DELETED_KEPT
            }
            Life::Purged { .. } => false,
        };
        let fits = statuses.is_empty() || statuses.contains(&status);
        let stage = shape::open_stage(deal, crm);
        listed
            && filter.keeps(&deal.id, deal.modified_at)
            && (filter.saved
                || fits
                    && same(params, "owner_id", deal.owner.as_deref())
                    && same(params, "org_id", deal.company.as_deref())
                    && params
                        .get("person_id")
                        .is_none_or(|id| takes_part(deal, id))
                    && same(params, "pipeline_id", Some(&deal.pipeline))
                    && same(params, "stage_id", Some(&stage)))
    };
    let rows = crm
        .deals
        .values()
        .filter(|deal| kept(deal))
        .map(|deal| Row {
            id: deal.id.parse().unwrap_or(0),
            added: deal.created_at,
            updated: deal.modified_at,
            shape: Box::new(|| filter.narrow(shape::deal(deal, crm, &extra))),
        })
        .collect();
    page(rows, params)
}

pub(super) fn persons(crm: &Crm, params: &Params) -> Result<Value, Refusal> {
    let filter = Filter::of(params, &["owner_id", "org_id", "deal_id", "include_fields"])?;
    let of_deal = |person: &str| {
        params.get("deal_id").is_none_or(|deal| {
            let deal = crm.deals.get(deal);
            deal.is_some_and(|deal| takes_part(deal, person))
        })
    };
    let rows = crm
        .contacts
        .values()
        .filter(|person| {
            person.state.is_live()
                && filter.keeps(&person.id, person.modified_at)
                && (filter.saved
                    || same(params, "org_id", person.company.as_deref()) && of_deal(&person.id))
        })
        .map(|person| Row {
            id: person.id.parse().unwrap_or(0),
            added: person.created_at,
            updated: person.modified_at,
            shape: Box::new(|| filter.narrow(shape::person(person, crm))),
        })
        .collect();
    page(rows, params)
}

pub(super) fn organizations(crm: &Crm, params: &Params) -> Result<Value, Refusal> {
    let filter = Filter::of(params, &["owner_id", "include_fields"])?;
    let industries = shape::industries(crm);
    let rows = crm
        .companies
        .values()
        .filter(|company| {
            company.state.is_live()
                && filter.keeps(&company.id, company.modified_at)
                && (filter.saved || same(params, "owner_id", company.owner.as_deref()))
        })
        .map(|company| Row {
            id: company.id.parse().unwrap_or(0),
            added: company.created_at,
            updated: company.modified_at,
            shape: Box::new(|| filter.narrow(shape::organization(company, crm, &industries))),
        })
        .collect();
    page(rows, params)
}

pub(super) fn activities(crm: &Crm, params: &Params) -> Result<Value, Refusal> {
    let filter = Filter::of(
        params,
        &[
            "owner_id",
            "deal_id",
            "lead_id",
            "person_id",
            "org_id",
            "done",
            "include_fields",
        ],
    )?;
    let extra = include_fields(params, &ACTIVITY_EXTRAS)?;
    let done = match params.get("done") {
        None => None,
        Some("true" | "1") => Some(true),
        Some("false" | "0") => Some(false),
        Some(_) => {
            return Err(Refusal::schema(
                "Validation failed: done: must be a boolean",
            ));
        }
    };
    let kept = |it: &Activity| {
        it.state.is_live()
            && !shape::is_note(it)
            && filter.keeps(&it.id, it.modified_at)
            && (filter.saved
                || same(params, "owner_id", it.owner.as_deref())
                    && same(params, "deal_id", it.deal.as_deref())
                    && same(params, "org_id", it.company.as_deref())
                    && same(params, "person_id", it.contacts.first().map(String::as_str))
                    && same(params, "lead_id", None)
                    && done.is_none_or(|done| it.done == done))
    };
    let rows = crm
        .activities
        .values()
        .filter(|it| kept(it))
        .map(|it| Row {
            id: it.id.parse().unwrap_or(0),
            added: it.created_at,
            updated: it.modified_at,
            shape: Box::new(|| shape::activity(it, crm, &extra)),
        })
        .collect();
    page(rows, params)
}

pub(super) fn products(crm: &Crm, params: &Params) -> Result<Value, Refusal> {
    let filter = Filter::of(params, &["owner_id"])?;
    let born = shape::born(crm);
    let rows = shape::products(crm)
        .into_iter()
        .filter(|product| filter.keeps(&product["id"].to_string(), born))
        .map(|product| Row {
            id: product["id"].as_u64().unwrap_or(0),
            added: born,
            updated: born,
            shape: Box::new(move || product),
        })
        .collect();
    page(rows, params)
}

/// The products of several deals, or of one.
pub(super) fn deal_products(crm: &Crm, params: &Params, now: Timestamp) -> Result<Value, Refusal> {
    params.only(&["deal_ids", "limit", "cursor", "sort_by", "sort_direction"])?;
    let ids = params.words("deal_ids");
    if ids.is_empty() || ids.len() > MOST_IDS {
        return Err(Refusal::schema(format!(
            "Validation failed: deal_ids: from 1 to {MOST_IDS} values"
        )));
    }
    if let Some(odd) = ids.iter().find(|id| id.parse::<u64>().is_err()) {
        return Err(Refusal::schema(format!(
            "Validation failed: deal_ids: {odd} is not a whole number"
        )));
    }
    let ids: BTreeSet<&str> = ids.into_iter().collect();
    let deals = ids.into_iter().filter_map(|id| crm.deals.get(id));
    let deals = deals.filter(|deal| super::is_readable(&deal.state, now));
    lines(deals.flat_map(shape::deal_products).collect(), params, true)
}

pub(super) fn products_of(deal: &Deal, params: &Params) -> Result<Value, Refusal> {
    params.only(&["limit", "cursor", "sort_by", "sort_direction"])?;
    lines(shape::deal_products(deal), params, false)
}

/// A page of products on deals, by their numbers if nothing is said.
fn lines(mut rows: Vec<Value>, params: &Params, of_several: bool) -> Result<Value, Refusal> {
    let by = params.get("sort_by").unwrap_or("id");
    let known = ["id", "add_time", "update_time", "order_nr"];
    let fits = known.contains(&by) || (of_several && by == "deal_id");
    if !fits {
        return Err(Refusal::schema(format!(
            "Validation failed: sort_by: {by} is not known"
        )));
    }
    rows.sort_by_key(|row| {
        let text = row[by].as_str().unwrap_or_default().to_owned();
        (text, row[by].as_u64(), row["id"].as_u64())
    });
    match params.get("sort_direction") {
        None | Some("asc") => {}
        Some("desc") => rows.reverse(),
        Some(_) => {
            return Err(Refusal::schema(
                "Validation failed: sort_direction: must be asc or desc",
            ));
        }
    }
    numbered_page(rows, params)
}

const PLAIN: [&str; 4] = ["sort_by", "sort_direction", "limit", "cursor"];

pub(super) fn pipelines(crm: &Crm, params: &Params) -> Result<Value, Refusal> {
    params.only(&PLAIN)?;
    plain(shape::pipelines(crm), crm, params)
}

pub(super) fn stages(crm: &Crm, params: &Params) -> Result<Value, Refusal> {
    let known: Vec<&str> = PLAIN.iter().copied().chain(["pipeline_id"]).collect();
    params.only(&known)?;
    let mut rows = shape::stages(crm);
    if let Some(pipeline) = params.get("pipeline_id") {
        rows.retain(|stage| stage["pipeline_id"] == number(pipeline));
    }
    plain(rows, crm, params)
}

fn plain(rows: Vec<Value>, crm: &Crm, params: &Params) -> Result<Value, Refusal> {
    let born = shape::born(crm);
    let rows = rows
        .into_iter()
        .map(|row| Row {
            id: row["id"].as_u64().unwrap_or(0),
            added: born,
            updated: born,
            shape: Box::new(move || row),
        })
        .collect();
    page(rows, params)
}

pub(super) fn notes(crm: &Crm, params: &Params) -> Result<Value, Refusal> {
    let since = params.instant("updated_since")?;
    let mut rows: Vec<&Activity> = by_number(&crm.activities)
        .into_iter()
        .filter(|note| {
            shape::is_note(note)
                && note.state.is_live()
                && same(params, "deal_id", note.deal.as_deref())
                && same(params, "org_id", note.company.as_deref())
                && same(
                    params,
                    "person_id",
                    note.contacts.first().map(String::as_str),
                )
                && since.is_none_or(|since| note.modified_at.as_second() >= since.as_second())
        })
        .collect();
    let sort = params.get("sort").unwrap_or("id ASC").to_ascii_lowercase();
    let (field, direction) = sort.split_once(' ').unwrap_or((sort.as_str(), "asc"));
    match field {
        "update_time" => rows.sort_by_key(|note| note.modified_at),
        "add_time" => rows.sort_by_key(|note| note.created_at),
        _ => {}
    }
    if direction == "desc" {
        rows.reverse();
    }
    let rows = rows
        .into_iter()
        .map(|note| shape::note(note, crm))
        .collect();
    offset_page(rows, params)
}
