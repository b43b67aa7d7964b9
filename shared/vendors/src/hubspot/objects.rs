//! Lists, single records and batches of them.

use super::associations::{self, Ties};
use super::guard::May;
use super::properties::{self, View};
use super::record::{Kind, Record};
use super::{HubSpot, error, invalid, iso, not_found};
use axum::extract::{Extension, Path, Query, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most records of a page, and of one with histories.
const PAGE: usize = 100;
const PAGE_WITH_HISTORY: usize = 50;

/// A query, names repeated as often as the client likes.
pub(super) type Pairs = Query<Vec<(String, String)>>;

/// What a record shall be shown with.
pub(super) struct Wanted {
    properties: Vec<String>,
    with_history: Vec<String>,
    associations: Vec<Kind>,
}

impl Wanted {
    /// Unknown names are left out without a word, as HubSpot does.
    pub(super) fn of(view: &View, kind: Kind, names: &[String], with_history: &[String]) -> Wanted {
        let mut properties: BTreeSet<&str> = if names.is_empty() {
            properties::usual(kind).iter().copied().collect()
        } else {
            names.iter().map(String::as_str).collect()
        };
        let created = match kind {
            Kind::Activity(_) => "hs_createdate",
            _ => "createdate",
        };
        properties.extend(["hs_object_id", created, kind.stamp()]);
        let all = properties::all(view.crm, kind);
        let known: BTreeSet<&str> = all.iter().map(|property| property.name.as_str()).collect();
        Wanted {
            properties: properties
                .into_iter()
                .filter(|name| known.contains(name))
                .map(str::to_owned)
                .collect(),
            with_history: with_history
                .iter()
                .filter(|name| known.contains(name.as_str()))
                .cloned()
                .collect(),
            associations: Vec::new(),
        }
    }
}

impl View<'_> {
    /// Records as HubSpot shows them.
    pub(super) fn shown(
        &self,
        records: &[Record<'_>],
        wanted: &Wanted,
        now: Timestamp,
    ) -> Vec<Value> {
        let ids: BTreeSet<&str> = records.iter().map(|record| record.id()).collect();
        let beside: Vec<(Kind, BTreeMap<String, Ties>)> = wanted
            .associations
            .iter()
            .filter_map(|&to| {
                let from = records.first()?.kind();
                Some((to, associations::ties(self.crm, from, &ids, to)))
            })
            .collect();
        records
            .iter()
            .map(|&record| self.one_shown(record, wanted, &beside, now))
            .collect()
    }

    fn one_shown(
        &self,
        record: Record<'_>,
        wanted: &Wanted,
        beside: &[(Kind, BTreeMap<String, Ties>)],
        now: Timestamp,
    ) -> Value {
        let properties: Map<String, Value> = wanted
            .properties
            .iter()
            .map(|name| (name.clone(), json!(self.value(record, name))))
            .collect();
        let archived_at = record.archived_at(now);
        let mut shown = json!({
            "id": record.id(),
            "properties": properties,
            "createdAt": iso(record.created_at()),
            "updatedAt": iso(record.modified_at()),
            "archived": archived_at.is_some(),
            "url": format!(
                "https://app-eu1.hubspot.example/contacts/{}/record/{}/{}",
                self.crm.account_id,
                record.kind().type_id(),
                record.id()
            ),
        });
        let Value::Object(fields) = &mut shown else {
            return shown;
        };
        if let Some(at) = archived_at {
            fields.insert("archivedAt".to_owned(), json!(iso(at)));
        }
        if !wanted.with_history.is_empty() {
            let histories: Map<String, Value> = wanted
                .with_history
                .iter()
                .map(|name| (name.clone(), json!(self.history(record, name))))
                .collect();
            fields.insert("propertiesWithHistory".to_owned(), Value::Object(histories));
        }
        let most = self.portal.inline_associations;
        let associations: Map<String, Value> = beside
            .iter()
            .filter_map(|(to, all)| {
                let ties = all.get(record.id())?;
                let found = associations::inline(record, *to, ties, most);
                Some((to.plural().to_owned(), found))
            })
            .collect();
        if !associations.is_empty() {
            fields.insert("associations".to_owned(), Value::Object(associations));
        }
        shown
    }
}

/// All values of this name, separated by commas or given one by one.
fn listed(pairs: &[(String, String)], name: &str) -> Vec<String> {
    pairs
        .iter()
        .filter(|(key, _)| key == name)
        .flat_map(|(_, value)| value.split(','))
        .map(|word| word.trim().to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

pub(super) fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

pub(super) fn unknown_kind(kind: &str) -> Response {
    invalid(format!("Unable to infer object type from: {kind}"))
}

#[expect(clippy::result_large_err, reason = "the error is the answer")]
fn wanted_by(
    view: &View,
    may: &May,
    kind: Kind,
    pairs: &[(String, String)],
) -> Result<Wanted, Response> {
    let mut wanted = Wanted::of(
        view,
        kind,
        &listed(pairs, "properties"),
        &listed(pairs, "propertiesWithHistory"),
    );
    for name in listed(pairs, "associations") {
        let to = Kind::named(&name).ok_or_else(|| unknown_kind(&name))?;
        may.read(to)?;
        wanted.associations.push(to);
    }
    Ok(wanted)
}

pub(super) async fn list(
    State(hubspot): State<Arc<HubSpot>>,
    Extension(may): Extension<May>,
    Path(kind): Path<String>,
    Query(pairs): Pairs,
) -> Response {
    hubspot
        .list(&may, &kind, &pairs)
        .unwrap_or_else(|refused| refused)
}

pub(super) async fn one(
    State(hubspot): State<Arc<HubSpot>>,
    Extension(may): Extension<May>,
    Path((kind, id)): Path<(String, String)>,
    Query(pairs): Pairs,
) -> Response {
    hubspot
        .one(&may, &kind, &id, &pairs)
        .unwrap_or_else(|refused| refused)
}

/// What a batch read asks for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch {
    inputs: Vec<Input>,
    #[serde(default)]
    properties: Vec<String>,
    #[serde(default)]
    properties_with_history: Vec<String>,
}

#[derive(Deserialize)]
struct Input {
    id: String,
}

pub(super) async fn batch(
    State(hubspot): State<Arc<HubSpot>>,
    Extension(may): Extension<May>,
    Path(kind): Path<String>,
    Query(pairs): Pairs,
    body: Bytes,
) -> Response {
    hubspot
        .batch(&may, &kind, &pairs, &body)
        .unwrap_or_else(|refused| refused)
}

#[expect(clippy::result_large_err, reason = "the error is the answer")]
impl HubSpot {
    fn list(
        &self,
        may: &May,
        kind: &str,
        pairs: &[(String, String)],
    ) -> Result<Response, Response> {
        let kind = Kind::named(kind).ok_or_else(|| unknown_kind(kind))?;
        may.read(kind)?;
        let (crm, portal, now) = (self.crm(), self.portal().clone(), self.now());
        let view = View::of(&crm, &portal, may.reads_mail());
        let wanted = wanted_by(&view, may, kind, pairs)?;
        let most = if listed(pairs, "propertiesWithHistory").is_empty() {
            PAGE
        } else {
            PAGE_WITH_HISTORY
        };
        let limit = match value(pairs, "limit").map(str::parse::<usize>) {
            None => 10,
            Some(Ok(limit)) if (1..=most).contains(&limit) => limit,
            Some(_) => {
                return Err(invalid(format!(
                    "The limit must be between 1 and {most} for this request."
                )));
            }
        };
        let after = match value(pairs, "after").map(str::parse::<u64>) {
            None => 0,
            Some(Ok(after)) => after,
            Some(Err(_)) => return Err(invalid("The after cursor is not valid.")),
        };
        let archived = value(pairs, "archived") == Some("true");
        let mut rows = Record::all(&crm, kind, after).filter(|row| row.is_shown(archived, now));
        let page: Vec<Record> = rows.by_ref().take(limit).collect();
        let more = rows.next().is_some();
        let results = view.shown(&page, &wanted, now);
        let mut answer = json!({ "results": results });
        if let Some(last) = page.last().filter(|_| more) {
            let after = (last.number() + 1).to_string();
            answer["paging"] = json!({"next": {
                // The link names a version long gone: only the cursor is to be used.
                "link": format!("https://api.hubapi.example/crm/v3/objects/{}?after={after}", kind.plural()),
                "after": after,
            }});
        }
        Ok(axum::Json(answer).into_response())
    }

    fn one(
        &self,
        may: &May,
        kind: &str,
        id: &str,
        pairs: &[(String, String)],
    ) -> Result<Response, Response> {
        let kind = Kind::named(kind).ok_or_else(|| unknown_kind(kind))?;
        may.read(kind)?;
        let (crm, portal, now) = (self.crm(), self.portal().clone(), self.now());
        let view = View::of(&crm, &portal, may.reads_mail());
        let wanted = wanted_by(&view, may, kind, pairs)?;
        let archived = value(pairs, "archived") == Some("true");
        let mut found = Record::find(&crm, kind, id);
        if kind == Kind::Contact {
            // The old ids of contacts still lead to the one that absorbed them.
            while let Some(into) = found.and_then(Record::merged_into) {
                found = Record::find(&crm, kind, into);
            }
        }
        let record = found
            .filter(|record| record.is_shown(archived, now))
            .ok_or_else(|| not_found("Object not found.  objectId are usually numeric."))?;
        let shown = view.shown(&[record], &wanted, now).pop();
        Ok(axum::Json(shown).into_response())
    }

    fn batch(
        &self,
        may: &May,
        kind: &str,
        pairs: &[(String, String)],
        body: &Bytes,
    ) -> Result<Response, Response> {
        let kind = Kind::named(kind).ok_or_else(|| unknown_kind(kind))?;
        may.read(kind)?;
        let asked: Batch = parsed(body)?;
        let most = if asked.properties_with_history.is_empty() {
            PAGE
        } else {
            PAGE_WITH_HISTORY
        };
        if asked.inputs.is_empty() || asked.inputs.len() > most {
            return Err(invalid(format!(
                "A batch read takes between 1 and {most} inputs."
            )));
        }
        if let Some(odd) = asked
            .inputs
            .iter()
            .find(|input| input.id.parse::<u64>().is_err())
        {
            return Err(invalid(format!("{} is not a valid long.", odd.id)));
        }
        let (crm, portal, now) = (self.crm(), self.portal().clone(), self.now());
        let view = View::of(&crm, &portal, may.reads_mail());
        let wanted = Wanted::of(
            &view,
            kind,
            &asked.properties,
            &asked.properties_with_history,
        );
        let archived = value(pairs, "archived") == Some("true");
        let ids: BTreeSet<&str> = asked.inputs.iter().map(|input| input.id.as_str()).collect();
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        // The order of the inputs means nothing.
        for id in ids.into_iter().rev() {
            match Record::find(&crm, kind, id).filter(|row| row.is_shown(archived, now)) {
                Some(record) => found.push(record),
                None => missing.push(id),
            }
        }
        let mut answer = json!({
            "status": "COMPLETE",
            "results": view.shown(&found, &wanted, now),
            "startedAt": iso(now),
            "completedAt": iso(now),
        });
        if missing.is_empty() {
            return Ok(axum::Json(answer).into_response());
        }
        answer["numErrors"] = json!(1);
        answer["errors"] = json!([{
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "message": format!(
                "Could not get some {} objects, they may be deleted or not exist. Check that ids are valid.",
                kind.singular().to_uppercase()
            ),
            "context": {"ids": missing},
        }]);
        Ok((StatusCode::MULTI_STATUS, axum::Json(answer)).into_response())
    }
}

/// The body of a call, or what HubSpot says to one it cannot read.
#[expect(clippy::result_large_err, reason = "the error is the answer")]
pub(super) fn parsed<T: serde::de::DeserializeOwned>(body: &Bytes) -> Result<T, Response> {
    serde_json::from_slice(body).map_err(|wrong| {
        error(
            StatusCode::BAD_REQUEST,
            json!({
                "message": format!("Invalid input JSON: {wrong}"),
                "category": "VALIDATION_ERROR",
            }),
        )
    })
}
