//! Webhooks of version 2: no signature, the credentials the receiver asked for, and one event per change.

use super::shape::{self, number, time};
use super::{Refusal, history};
use crate::chance::Chance;
use crate::crm::{Change, Crm, Line, Object, What};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

const AGAIN_AFTER_S: [i64; 3] = [3, 30, 150];
const MOST_HOOKS: usize = 40;
/// Deliveries given up before the vendor gives up the webhook.
const GIVEN_UP: u32 = 10;

const ACTIONS: [&str; 4] = ["create", "change", "delete", "*"];
const OBJECTS: [&str; 16] = [
    "deal",
    "lead",
    "person",
    "organization",
    "activity",
    "note",
    "pipeline",
    "stage",
    "product",
    "user",
    "deal_installment",
    "deal_product",
    "project",
    "task",
    "board",
    "*",
];

/// A request to post.
#[derive(Clone)]
pub struct Delivery {
    /// Where to.
    pub url: String,
    /// With which headers.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: Bytes,
    /// How often it was tried before.
    pub attempt: usize,
    hook: u64,
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivery")
            .field("attempt", &self.attempt)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

struct Hook {
    id: u64,
    url: String,
    action: String,
    object: String,
    credentials: Option<(String, String)>,
    name: String,
    created: Timestamp,
    given_up: u32,
}

pub(super) struct Webhooks {
    chance: Chance,
    hooks: Vec<Hook>,
    last_id: u64,
    /// Changes of the account that were handed out.
    done: usize,
    again: Vec<(Timestamp, Delivery)>,
}

/// Refuses what the vendor refuses to subscribe to.
pub(super) fn check(wanted: &Value) -> Result<(), Refusal> {
    let word = |name: &str| wanted[name].as_str().unwrap_or("");
    let bad = |error: &str| Err(Refusal::new(StatusCode::BAD_REQUEST, error));
    let url = word("subscription_url");
    let here = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
    if url.is_empty() {
        return bad("subscription_url is required");
    }
    if url.contains(".pipedrive.com/") {
        return bad("subscription_url must not be one of Pipedrive's own");
    }
    // What is served on this machine only is let through, so that the sandbox can be tried.
    if !url.starts_with("https://") && !here.iter().any(|known| url.starts_with(known)) {
        return Err(Refusal::scope());
    }
    if !ACTIONS.contains(&word("event_action")) {
        return bad("event_action must be one of create, change, delete, *");
    }
    if !OBJECTS.contains(&word("event_object")) {
        return bad("event_object is not known");
    }
    match &wanted["version"] {
        Value::Null => Ok(()),
        Value::String(version) if version == "2.0" => Ok(()),
        _ => bad("version must be 2.0"),
    }
}

impl Webhooks {
    pub(super) fn new(seed: u64, done: usize) -> Webhooks {
        Webhooks {
            chance: Chance::of(seed, "pipedrive webhooks"),
            hooks: Vec::new(),
            last_id: 55_011,
            done,
            again: Vec::new(),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.hooks.len() >= MOST_HOOKS
    }

    pub(super) fn add(&mut self, wanted: &Value, now: Timestamp) -> u64 {
        let word = |name: &str| wanted[name].as_str().unwrap_or("").to_owned();
        self.last_id += 1;
        let user = word("http_auth_user");
        self.hooks.push(Hook {
            id: self.last_id,
            url: word("subscription_url"),
            action: word("event_action"),
            object: word("event_object"),
            credentials: (!user.is_empty()).then(|| (user, word("http_auth_password"))),
            name: word("name"),
            created: now,
            given_up: 0,
        });
        self.last_id
    }

    pub(super) fn remove(&mut self, id: &str) -> bool {
        let before = self.hooks.len();
        self.hooks.retain(|hook| hook.id.to_string() != id);
        self.hooks.len() < before
    }

    pub(super) fn list(&self, account: &str) -> Vec<Value> {
        self.hooks.iter().map(|hook| shown(hook, account)).collect()
    }

    pub(super) fn one(&self, id: u64, account: &str) -> Value {
        self.hooks
            .iter()
            .find(|hook| hook.id == id)
            .map_or(Value::Null, |hook| shown(hook, account))
    }

    pub(super) fn due(&mut self, crm: &Crm) -> Vec<Delivery> {
        let now = crm.now();
        let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.again)
            .into_iter()
            .partition(|(at, _)| *at <= now);
        self.again = later;
        let mut deliveries: Vec<Delivery> = due.into_iter().map(|(_, delivery)| delivery).collect();
        let fresh = crm.changes.get(self.done..).unwrap_or_default();
        self.done = crm.changes.len();
        // All that one save changed is one event.
        let saves = fresh.chunk_by(|a, b| {
            let together = |what: &What| matches!(what, What::Field { .. } | What::Touched);
            a.object == b.object
                && a.id == b.id
                && a.at == b.at
                && a.stamp_before == b.stamp_before
                && together(&a.what)
                && together(&b.what)
        });
        for save in saves {
            let Some(event) = event(save, crm) else {
                continue;
            };
            for hook in &self.hooks {
                let fits = |wanted: &str, is: &str| wanted == "*" || wanted == is;
                let wanted = fits(&hook.action, event.action) && fits(&hook.object, event.entity);
                if wanted && hook.given_up < GIVEN_UP {
                    deliveries.push(event.delivery(hook, crm, &mut self.chance));
                }
            }
        }
        deliveries
    }

    pub(super) fn again(&mut self, mut delivery: Delivery, now: Timestamp) {
        let Some(wait) = AGAIN_AFTER_S.get(delivery.attempt) else {
            if let Some(hook) = self.hooks.iter_mut().find(|hook| hook.id == delivery.hook) {
                hook.given_up += 1;
            }
            return;
        };
        delivery.attempt += 1;
        if let Ok(mut body) = serde_json::from_slice::<Value>(&delivery.body) {
            body["meta"]["attempt"] = (delivery.attempt + 1).into();
            delivery.body = Bytes::from(body.to_string());
        }
        if let Ok(at) = now.checked_add(SignedDuration::from_secs(*wait)) {
            self.again.push((at, delivery));
        }
    }
}

fn shown(hook: &Hook, account: &str) -> Value {
    json!({
        "id": hook.id,
        "company_id": number(account),
        "event_action": hook.action,
        "event_object": hook.object,
        "subscription_url": hook.url,
        "version": "2.0",
        "is_active": i32::from(hook.given_up < GIVEN_UP),
        "add_time": time(hook.created),
        "remove_time": null,
        "type": "general",
        "name": hook.name,
        "http_auth_user": hook.credentials.as_ref().map(|(user, _)| user),
        "http_auth_password": hook.credentials.as_ref().map(|_| "********"),
        "last_delivery_time": null,
        "last_http_status": null,
    })
}

struct Event {
    action: &'static str,
    entity: &'static str,
    id: String,
    data: Value,
    previous: Value,
    at: Timestamp,
    merged_to: Option<String>,
}

/// What a save is told as; none for what webhooks do not tell of.
fn event(save: &[Change], crm: &Crm) -> Option<Event> {
    let first = save.first()?;
    if let What::Line { before, after } = &first.what {
        return deal_product(before.as_deref(), after.as_deref(), first, crm);
    }
    let (entity, record) = match first.object {
        Object::Deal => ("deal", shape::deal(crm.deals.get(&first.id)?, crm, &[])),
        Object::Contact => ("person", shape::person(crm.contacts.get(&first.id)?, crm)),
        Object::Company => (
            "organization",
            shape::organization(crm.companies.get(&first.id)?, crm, &shape::industries(crm)),
        ),
        Object::Activity => {
            let it = crm.activities.get(&first.id)?;
            if shape::is_note(it) {
                ("note", shape::note(it, crm))
            } else {
                ("activity", shape::activity(it, crm, &[]))
            }
        }
        Object::User => ("user", shape::user(crm.users.get(&first.id)?, crm)),
        _ => return None,
    };
    let mut previous = Map::new();
    if let Some(stamp) = first.stamp_before {
        previous.insert("update_time".to_owned(), time(stamp).into());
    }
    let (action, merged_to) = match &first.what {
        What::Created => ("create", None),
        What::Deleted => ("delete", None),
        What::Merged { into } => ("delete", Some(into.clone())),
        What::Archived => {
            previous.insert("is_archived".to_owned(), false.into());
            ("change", None)
        }
        What::Restored => {
            let was = match first.object {
                Object::Deal => "is_archived",
                _ => "is_deleted",
            };
            previous.insert(was.to_owned(), true.into());
            ("change", None)
        }
        What::Field { .. } | What::Touched => {
            for change in save {
                if let What::Field { name, from, .. } = &change.what {
                    put_previous(&mut previous, name, from.as_deref(), crm);
                }
            }
            ("change", None)
        }
        // Participants are told of nowhere, and what is purged was deleted before.
        What::Purged
        | What::RoleAdded { .. }
        | What::RoleRelabelled { .. }
        | What::RoleRemoved { .. }
        | What::Line { .. } => return None,
    };
    let mut record = record;
    if record.get("custom_fields").is_some() {
        record["custom_fields"] = shape::typed(&record["custom_fields"], crm);
    }
    let (data, previous) = match action {
        "create" => (record, Value::Null),
        "delete" => (Value::Null, record),
        _ => (record, Value::Object(previous)),
    };
    Some(Event {
        action,
        entity,
        id: first.id.clone(),
        data,
        previous,
        at: first.at,
        merged_to,
    })
}

/// A product that was put on a deal, changed or taken off it. Which fields are told is written nowhere; they are those
/// of the list, as with everything else.
fn deal_product(
    before: Option<&Line>,
    after: Option<&Line>,
    change: &Change,
    crm: &Crm,
) -> Option<Event> {
    let deal = crm.deals.get(&change.id)?;
    let place = |line: &Line| deal.lines.iter().position(|known| known.id == line.id);
    let place = |line: &Line| place(line).map_or(1, |at| at as u64 + 1);
    let shown = |line: &Line| shape::deal_product(line, place(line), deal);
    let (data, mut previous) = (
        after.map_or(Value::Null, shown),
        before.map_or(Value::Null, shown),
    );
    let action = match (before, after) {
        (None, _) => "create",
        (_, None) => "delete",
        _ => {
            // Of a change only what was otherwise is told.
            if let Some(fields) = previous.as_object_mut() {
                fields.retain(|field, value| data.get(field) != Some(value));
            }
            "change"
        }
    };
    Some(Event {
        action,
        entity: "deal_product",
        id: after.or(before)?.id.to_string(),
        data,
        previous,
        at: change.at,
        merged_to: None,
    })
}

fn put_previous(previous: &mut Map<String, Value>, name: &str, from: Option<&str>, crm: &Crm) {
    let id = || from.map_or(Value::Null, number);
    let text = || from.map_or(Value::Null, Value::from);
    let (key, value) = match name {
        "stage" => {
            let status = from.map_or("open", |stage| shape::status_of(stage, crm));
            previous.insert("status".to_owned(), status.into());
            if status != "open" {
                return;
            }
            ("stage_id", id())
        }
        "pipeline" => ("pipeline_id", id()),
        "company" => ("org_id", id()),
        "owner" => ("owner_id", id()),
        "amount" => (
            "value",
            shape::amount(from.and_then(|amount| amount.parse().ok())),
        ),
        "title" => ("job_title", text()),
        other => match crm.fields.iter().find(|field| field.name == other) {
            Some(field) => {
                let code = shape::code(field);
                previous.insert("custom_fields".to_owned(), json!({code: text()}));
                return;
            }
            None => (history::field_key(other).unwrap_or(other), text()),
        },
    };
    previous.insert(key.to_owned(), value);
}

impl Event {
    fn delivery(&self, hook: &Hook, crm: &Crm, chance: &mut Chance) -> Delivery {
        let mut uuid = || {
            let word = format!("{:016x}{:016x}", chance.next(), chance.next());
            let part = |range: std::ops::Range<usize>| word.get(range).unwrap_or("").to_owned();
            format!(
                "{}-{}-4{}-a{}-{}",
                part(0..8),
                part(8..12),
                part(13..16),
                part(17..20),
                part(20..32)
            )
        };
        let me = shape::me(crm).map_or(String::new(), |user| user.id.clone());
        let mut meta = json!({
            "action": self.action,
            "entity": self.entity,
            "entity_id": self.id,
            "id": uuid(),
            "company_id": crm.account_id,
            "correlation_id": uuid(),
            "is_bulk_edit": false,
            "timestamp": format!("{:.3}", self.at),
            "type": "general",
            "user_id": me,
            "version": "2.0",
            "webhook_id": hook.id.to_string(),
            "webhook_owner_id": me,
            "change_source": "app",
            "permitted_user_ids": [me],
            "attempt": 1,
        });
        if let Some(winner) = &self.merged_to {
            meta["merged_to_id"] = winner.as_str().into();
        }
        let body = json!({"data": self.data, "previous": self.previous, "meta": meta});
        let mut headers = vec![
            ("content-type", "application/json".to_owned()),
            ("user-agent", "Pipedrive Webhooks".to_owned()),
        ];
        if let Some((user, password)) = &hook.credentials {
            let pair = STANDARD.encode(format!("{user}:{password}"));
            headers.push(("authorization", format!("Basic {pair}")));
        }
        Delivery {
            url: hook.url.clone(),
            headers,
            body: Bytes::from(body.to_string()),
            attempt: 0,
            hook: hook.id,
        }
    }
}
