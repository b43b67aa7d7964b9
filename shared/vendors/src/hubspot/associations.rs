//! Which records belong together, and as what.

use super::guard::May;
use super::objects::{Pairs, parsed, unknown_kind, value};
use super::record::{Kind, Record};
use super::{HubSpot, invalid, iso, not_found};
use crate::chance::Chance;
use crate::crm::{Activity, ActivityKind, Crm};
use axum::extract::{Extension, Path, Query, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most records one call may ask about.
const INPUTS: usize = 1_000;
/// Numbers of the labels a portal adds begin here.
const FIRST_LABEL: usize = 20;

/// A tie to another record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tie {
    category: &'static str,
    type_id: usize,
    label: Option<String>,
}

/// By the id of the other record.
pub(super) type Ties = BTreeMap<u64, Vec<Tie>>;

fn defined(type_id: usize, label: Option<&str>) -> Tie {
    Tie {
        category: "HUBSPOT_DEFINED",
        type_id,
        label: label.map(str::to_owned),
    }
}

/// HubSpot's number of an unlabelled tie from one kind to another.
fn type_id(from: Kind, to: Kind) -> Option<usize> {
    use ActivityKind::{Call, Email, Meeting, Note, Task};
    use Kind::{Activity, Company, Contact, Deal};
    Some(match (from, to) {
        (Deal, Contact) => 3,
        (Contact, Deal) => 4,
        (Deal, Company) => 341,
        (Company, Deal) => 342,
        (Contact, Company) => 279,
        (Company, Contact) => 280,
        (Company | Contact | Deal, Activity(_)) => type_id(to, from)? - 1,
        (Activity(kind), _) => {
            let (company, contact, deal) = match kind {
                Call => (182, 194, 206),
                Email => (186, 198, 210),
                Meeting => (188, 200, 212),
                Note => (190, 202, 214),
                Task => (192, 204, 216),
            };
            match to {
                Company => company,
                Contact => contact,
                Deal => deal,
                Activity(_) => return None,
            }
        }
        _ => return None,
    })
}

/// The ties of these records to records of another kind, those of vanished records left out.
pub(super) fn ties(
    crm: &Crm,
    from: Kind,
    ids: &BTreeSet<&str>,
    to: Kind,
) -> BTreeMap<String, Ties> {
    let mut all: BTreeMap<String, Ties> = BTreeMap::new();
    let Some(plain) = type_id(from, to) else {
        return all;
    };
    let mut tie = |one: &str, other: &str, more: Option<Tie>| {
        let seen = |kind, id: &str| Record::find(crm, kind, id).is_some_and(Record::is_live);
        if !ids.contains(one) || !seen(from, one) || !seen(to, other) {
            return;
        }
        let Ok(number) = other.parse() else { return };
        let ties = all
            .entry(one.to_owned())
            .or_default()
            .entry(number)
            .or_default();
        for new in more.into_iter().chain([defined(plain, None)]) {
            if !ties.contains(&new) {
                ties.push(new);
            }
        }
    };
    match (from, to) {
        (Kind::Deal, Kind::Contact) => {
            for deal in ids.iter().filter_map(|id| crm.deals.get(*id)) {
                for role in &deal.roles {
                    tie(
                        &deal.id,
                        &role.contact,
                        labelled(role.label.as_deref(), false),
                    );
                }
            }
        }
        (Kind::Contact, Kind::Deal) => {
            for deal in crm.deals.values() {
                for role in &deal.roles {
                    tie(
                        &role.contact,
                        &deal.id,
                        labelled(role.label.as_deref(), true),
                    );
                }
            }
        }
        (Kind::Deal, Kind::Company) => {
            for deal in ids.iter().filter_map(|id| crm.deals.get(*id)) {
                if let Some(company) = &deal.company {
                    tie(&deal.id, company, Some(defined(5, Some("Primary"))));
                }
            }
        }
        (Kind::Company, Kind::Deal) => {
            for deal in crm.deals.values() {
                if let Some(company) = &deal.company {
                    tie(company, &deal.id, Some(defined(6, Some("Primary"))));
                }
            }
        }
        (Kind::Contact, Kind::Company) => {
            for contact in ids.iter().filter_map(|id| crm.contacts.get(*id)) {
                if let Some(company) = &contact.company {
                    tie(&contact.id, company, Some(defined(1, Some("Primary"))));
                }
            }
        }
        (Kind::Company, Kind::Contact) => {
            for contact in crm.contacts.values() {
                if let Some(company) = &contact.company {
                    tie(company, &contact.id, Some(defined(2, Some("Primary"))));
                }
            }
        }
        (Kind::Activity(kind), _) => {
            for activity in ids.iter().filter_map(|id| crm.activities.get(*id)) {
                for other in others(activity, to).filter(|_| activity.kind == kind) {
                    tie(&activity.id, other, None);
                }
            }
        }
        (_, Kind::Activity(kind)) => {
            for activity in crm.activities.values() {
                for other in others(activity, from).filter(|_| activity.kind == kind) {
                    tie(other, &activity.id, None);
                }
            }
        }
        _ => {}
    }
    all
}

/// The records of a kind that an activity belongs to.
fn others(activity: &Activity, kind: Kind) -> Box<dyn Iterator<Item = &String> + '_> {
    match kind {
        Kind::Deal => Box::new(activity.deal.iter()),
        Kind::Company => Box::new(activity.company.iter()),
        Kind::Contact => Box::new(activity.contacts.iter()),
        Kind::Activity(_) => Box::new(std::iter::empty()),
    }
}

/// A label the portal added; it has one number in each direction.
fn labelled(label: Option<&str>, back: bool) -> Option<Tie> {
    let label = label?;
    let place = Chance::of(0, label).below(4_000);
    Some(Tie {
        category: "USER_DEFINED",
        type_id: FIRST_LABEL + 2 * place + usize::from(back),
        label: Some(label.to_owned()),
    })
}

/// The ties written beside a record: without labels, one line for each tie, and only the first page.
pub(super) fn inline(record: Record<'_>, to: Kind, ties: &Ties, most: usize) -> Value {
    let from = record.kind();
    let name = format!("{}_to_{}", from.singular(), to.singular());
    let results: Vec<Value> = ties
        .iter()
        .take(most)
        .flat_map(|(id, ties)| {
            let types = [name.clone(), format!("{name}_unlabeled")];
            types
                .into_iter()
                .take(ties.len())
                .map(move |name| json!({"id": id.to_string(), "type": name}))
        })
        .collect();
    let mut found = json!({ "results": results });
    if let Some((last, _)) = ties
        .iter()
        .take(most)
        .next_back()
        .filter(|_| ties.len() > most)
    {
        found["paging"] = json!({"next": {
            "after": last.to_string(),
            "link": format!(
                "https://api.hubapi.example/crm/v3/objects/{}/{}/associations/{}?after={last}",
                from.plural(), record.id(), to.plural()
            ),
        }});
    }
    found
}

/// One page of a record's ties, after the record with this number.
fn page(ties: &Ties, after: Option<u64>, most: usize) -> (Vec<Value>, Option<u64>) {
    let mut rest = ties
        .iter()
        .filter(|(id, _)| after.is_none_or(|after| **id > after));
    let page: Vec<_> = rest.by_ref().take(most).collect();
    let next = page
        .last()
        .map(|(id, _)| **id)
        .filter(|_| rest.next().is_some());
    let page = page
        .into_iter()
        .map(|(id, ties)| {
            let types: Vec<Value> = ties
                .iter()
                .map(|tie| {
                    json!({"category": tie.category, "typeId": tie.type_id, "label": tie.label})
                })
                .collect();
            // The description says text, the portals say number: here it depends.
            let to = if id.is_multiple_of(2) {
                json!(id)
            } else {
                json!(id.to_string())
            };
            json!({"toObjectId": to, "associationTypes": types})
        })
        .collect();
    (page, next)
}

#[derive(Deserialize)]
struct Batch {
    inputs: Vec<Input>,
}

#[derive(Deserialize)]
struct Input {
    id: String,
    after: Option<String>,
}

pub(super) async fn batch(
    State(hubspot): State<Arc<HubSpot>>,
    Extension(may): Extension<May>,
    Path((from, to)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    hubspot
        .ties(&may, &from, &to, &body)
        .unwrap_or_else(|refused| refused)
}

pub(super) async fn single(
    State(hubspot): State<Arc<HubSpot>>,
    Extension(may): Extension<May>,
    Path((from, id, to)): Path<(String, String, String)>,
    Query(pairs): Pairs,
) -> Response {
    hubspot
        .ties_of_one(&may, &from, &id, &to, &pairs)
        .unwrap_or_else(|refused| refused)
}

#[expect(clippy::result_large_err, reason = "the error is the answer")]
impl HubSpot {
    fn ties(&self, may: &May, from: &str, to: &str, body: &Bytes) -> Result<Response, Response> {
        let from = Kind::named(from).ok_or_else(|| unknown_kind(from))?;
        let to = Kind::named(to).ok_or_else(|| unknown_kind(to))?;
        may.read(from)?;
        may.read(to)?;
        let asked: Batch = parsed(body)?;
        if asked.inputs.is_empty() || asked.inputs.len() > INPUTS {
            return Err(invalid(format!(
                "A batch read of associations takes between 1 and {INPUTS} inputs."
            )));
        }
        let (crm, now, most) = (self.crm(), self.now(), self.portal().associations_page);
        let ids: BTreeSet<&str> = asked.inputs.iter().map(|input| input.id.as_str()).collect();
        let all = ties(&crm, from, &ids, to);
        let (mut results, mut errors) = (Vec::new(), Vec::new());
        for input in &asked.inputs {
            let Some(ties) = all.get(&input.id) else {
                errors.push(json!({
                    "status": "error",
                    "category": "OBJECT_NOT_FOUND",
                    "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
                    "message": format!(
                        "No {} is associated with {} {}.",
                        to.singular(), from.singular(), input.id
                    ),
                    "context": {"fromObjectId": [input.id]},
                }));
                continue;
            };
            let after = match input.after.as_deref().map(str::parse) {
                None => None,
                Some(Ok(after)) => Some(after),
                Some(Err(_)) => return Err(invalid("The after cursor is not valid.")),
            };
            let (page, next) = page(ties, after, most);
            let mut result = json!({"from": {"id": input.id}, "to": page});
            if let Some(next) = next {
                result["paging"] = json!({"next": {"after": next.to_string()}});
            }
            results.push(result);
        }
        let mut answer = json!({
            "status": "COMPLETE",
            "results": results,
            "startedAt": iso(now),
            "completedAt": iso(now),
        });
        if errors.is_empty() {
            return Ok(axum::Json(answer).into_response());
        }
        answer["numErrors"] = json!(errors.len());
        answer["errors"] = json!(errors);
        Ok((StatusCode::MULTI_STATUS, axum::Json(answer)).into_response())
    }

    fn ties_of_one(
        &self,
        may: &May,
        from: &str,
        id: &str,
        to: &str,
        pairs: &[(String, String)],
    ) -> Result<Response, Response> {
        let from = Kind::named(from).ok_or_else(|| unknown_kind(from))?;
        let to = Kind::named(to).ok_or_else(|| unknown_kind(to))?;
        may.read(from)?;
        may.read(to)?;
        let limit = match value(pairs, "limit").map(str::parse::<usize>) {
            None => 500,
            Some(Ok(limit)) if (1..=500).contains(&limit) => limit,
            Some(_) => return Err(invalid("The limit must be between 1 and 500.")),
        };
        let after = match value(pairs, "after").map(str::parse) {
            None => None,
            Some(Ok(after)) => Some(after),
            Some(Err(_)) => return Err(invalid("The after cursor is not valid.")),
        };
        let crm = self.crm();
        if !Record::find(&crm, from, id).is_some_and(Record::is_live) {
            return Err(not_found("Object not found."));
        }
        let mut all = ties(&crm, from, &BTreeSet::from([id]), to);
        let (results, next) = page(&all.remove(id).unwrap_or_default(), after, limit);
        let mut answer = json!({ "results": results });
        if let Some(next) = next {
            answer["paging"] = json!({"next": {"after": next.to_string()}});
        }
        Ok(axum::Json(answer).into_response())
    }
}
