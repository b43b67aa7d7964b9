//! Webhooks v3: what was done to the records, told in arrays of events and signed.

use super::account::portal_id;
use super::record::Kind;
use super::{APP_ID, CLIENT_SECRET, HubSpot};
use crate::chance::Chance;
use crate::crm::{Change, Crm, Object, What};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::{MutexGuard, PoisonError};

/// Most events of one request.
const EVENTS: usize = 100;

/// How often a failed request is tried again.
const RETRIES: u32 = 10;

/// Where events go and in what shape.
#[derive(Clone, Debug)]
pub struct Webhooks {
    /// Address they are posted to.
    pub target_url: String,
    /// `object.propertyChange` with an `objectTypeId` rather than `deal.propertyChange`. Engagements tell of
    /// themselves only in this form.
    pub generic: bool,
    /// Some events come twice.
    pub duplicates: bool,
    /// Events come in any order.
    pub reordered: bool,
}

/// A request to post.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Where to.
    pub url: String,
    /// With which headers.
    pub headers: Vec<(&'static str, String)>,
    /// The exact bytes that were signed.
    pub body: Bytes,
    /// How often it was tried before.
    pub attempt: u32,
    events: Vec<Value>,
}

/// Events that have not been sent.
pub(super) struct Queue {
    to: Option<Webhooks>,
    /// What failed, and when it is to be tried again.
    again: Vec<(Timestamp, Vec<Value>, u32)>,
    /// How many of the changes have been told.
    told: usize,
    event_id: u64,
    chance: Chance,
}

impl Queue {
    pub(super) fn after(told: usize, seed: u64) -> Queue {
        Queue {
            to: None,
            again: Vec::new(),
            told,
            event_id: 731_455,
            chance: Chance::of(seed, "webhooks"),
        }
    }
}

impl HubSpot {
    /// Subscribes an address to everything, from now on; none ends it.
    pub fn subscribe(&self, to: Option<Webhooks>) {
        let changes = self.crm().changes.len();
        let mut queue = self.queue();
        queue.to = to;
        queue.told = changes;
        queue.again.clear();
    }

    /// What is to be posted now, at most 100 events each, signed at this moment. What does not get there must be
    /// handed to [`HubSpot::failed`].
    pub fn deliveries(&self) -> Vec<Delivery> {
        let now = self.now();
        let new = self.events().into_iter().map(|events| (events, 0));
        let mut queue = self.queue();
        let (due, later): (Vec<_>, Vec<_>) = queue.again.drain(..).partition(|(at, ..)| *at <= now);
        queue.again = later;
        let Some(to) = &queue.to else {
            return Vec::new();
        };
        due.into_iter()
            .map(|(_, events, attempt)| (events, attempt))
            .chain(new)
            .map(|(events, attempt)| signed(&to.target_url, now, events, attempt))
            .collect()
    }

    /// Has a delivery tried again later: ten times within a day, at times that are drawn.
    pub fn failed(&self, delivery: Delivery) {
        let attempt = delivery.attempt + 1;
        if attempt > RETRIES {
            return;
        }
        let now = self.now();
        let mut queue = self.queue();
        let wait_s = 60 * (1 << attempt.min(7)) + queue.chance.below(60);
        let at = now
            .saturating_add(SignedDuration::from_secs(wait_s as i64))
            .unwrap_or(now);
        queue.again.push((at, delivery.events, attempt));
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.webhooks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The events since the last call, in batches.
    pub(super) fn events(&self) -> Vec<Vec<Value>> {
        let crm = self.crm();
        let mut queue = self.queue();
        let Some(to) = queue.to.clone() else {
            return Vec::new();
        };
        let mut events = Vec::new();
        for change in crm.changes.get(queue.told..).unwrap_or_default() {
            for told in told(&crm, change, to.generic) {
                queue.event_id += 1;
                let mut event = json!({
                    "eventId": queue.event_id,
                    "subscriptionId": 2_210_044,
                    "portalId": portal_id(&crm.account_id),
                    "appId": APP_ID,
                    "occurredAt": change.at.as_millisecond(),
                    "changeSource": "CRM_UI",
                    "sourceId": "userId:5501",
                });
                if let (Value::Object(event), Value::Object(told)) = (&mut event, told) {
                    event.extend(told);
                }
                if to.duplicates && queue.chance.chance(0.4) {
                    events.push(event.clone());
                }
                events.push(event);
            }
        }
        queue.told = crm.changes.len();
        if to.reordered {
            queue.chance.shuffle(&mut events);
        }
        events.chunks(EVENTS).map(<[Value]>::to_vec).collect()
    }
}

fn signed(url: &str, now: Timestamp, events: Vec<Value>, attempt: u32) -> Delivery {
    let told: Vec<Value> = events
        .iter()
        .map(|event| {
            let mut event = event.clone();
            event["attemptNumber"] = json!(attempt);
            event
        })
        .collect();
    let body = Value::Array(told).to_string();
    let timestamp = now.as_millisecond().to_string();
    let signature = signature_v3(CLIENT_SECRET, "POST", url, body.as_bytes(), &timestamp);
    Delivery {
        url: url.to_owned(),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("user-agent", "HubSpot Webhooks".to_owned()),
            ("x-hubspot-signature-version", "v3".to_owned()),
            ("x-hubspot-request-timestamp", timestamp),
            ("x-hubspot-signature-v3", signature),
        ],
        body: Bytes::from(body),
        attempt,
        events,
    }
}

/// What a change of the records is in HubSpot's events; much of it is nothing.
fn told(crm: &Crm, change: &Change, generic: bool) -> Vec<Value> {
    let kind = match change.object {
        Object::Deal => Kind::Deal,
        Object::Company => Kind::Company,
        Object::Contact => Kind::Contact,
        Object::Activity => match crm.activities.get(&change.id) {
            Some(activity) if generic => Kind::Activity(activity.kind),
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let number = |id: &str| json!(id.parse::<u64>().unwrap_or_default());
    let event = |what: &str, more: Value| {
        let mut event = if generic {
            json!({
                "subscriptionType": format!("object.{what}"),
                "objectTypeId": kind.type_id(),
            })
        } else {
            json!({"subscriptionType": format!("{}.{what}", kind.singular())})
        };
        if let (Value::Object(event), Value::Object(more)) = (&mut event, more) {
            event.extend(more);
        }
        event
    };
    let of_record = |what: &str, more: Value| {
        let mut event = event(what, more);
        event["objectId"] = number(&change.id);
        vec![event]
    };
    let tie = |to: Kind, id: &str, removed: bool, primary: bool| {
        let name = format!("{}_TO_{}", kind.singular(), to.singular()).to_uppercase();
        event(
            "associationChange",
            json!({
                "associationType": name,
                "fromObjectId": number(&change.id),
                "toObjectId": number(id),
                "associationRemoved": removed,
                "isPrimaryAssociation": primary,
            }),
        )
    };
    match &change.what {
        What::Created => of_record("creation", json!({"changeFlag": "NEW"})),
        What::Archived | What::Deleted => of_record("deletion", json!({"changeFlag": "DELETED"})),
        What::Purged if kind == Kind::Contact => {
            vec![json!({
                "subscriptionType": "contact.privacyDeletion",
                "changeFlag": "PRIVACY_DELETED",
                "objectId": number(&change.id),
            })]
        }
        What::Restored => of_record("restore", json!({"changeFlag": "RESTORED"})),
        What::Merged { into } => {
            let mut event = event(
                "merge",
                json!({
                    "primaryObjectId": number(into),
                    "mergedObjectIds": [number(&change.id)],
                    "newObjectId": number(into),
                    "numberOfPropertiesMoved": 3,
                }),
            );
            event["objectId"] = number(into);
            vec![event]
        }
        What::Field { name, from, to } if name == "company" => {
            let gone = from.iter().map(|id| tie(Kind::Company, id, true, true));
            let come = to.iter().map(|id| tie(Kind::Company, id, false, true));
            gone.chain(come).collect()
        }
        What::Field { name, to, .. } => match property(kind, name) {
            Some(name) => of_record(
                "propertyChange",
                json!({"propertyName": name, "propertyValue": to.clone().unwrap_or_default()}),
            ),
            None => Vec::new(),
        },
        What::RoleAdded { contact } | What::RoleRelabelled { contact } => {
            vec![tie(Kind::Contact, contact, false, false)]
        }
        What::RoleRemoved { contact } => vec![tie(Kind::Contact, contact, true, false)],
        // Nobody can subscribe to the stamp, and line items are no part of this account.
        What::Touched | What::Purged | What::Line { .. } => Vec::new(),
    }
}

/// HubSpot's name of a field, if its changes are told; calculated ones are not.
fn property(kind: Kind, field: &str) -> Option<&str> {
    Some(match (kind, field) {
        (Kind::Deal, "name") => "dealname",
        (Kind::Deal, "stage") => "dealstage",
        (Kind::Deal, "expected_close") => "closedate",
        (Kind::Deal, "lost_reason") => "closed_lost_reason",
        (Kind::Deal, "currency") => "deal_currency_code",
        (Kind::Deal, "probability")
        | (Kind::Activity(_), "deal" | "done" | "outcome" | "subject" | "body") => return None,
        (Kind::Company, "employees") => "numberofemployees",
        (Kind::Company, "annual_revenue") => "annualrevenue",
        (Kind::Contact, "first_name") => "firstname",
        (Kind::Contact, "last_name") => "lastname",
        (Kind::Contact, "title") => "jobtitle",
        (Kind::Activity(_), "at") => "hs_timestamp",
        (_, "owner") => "hubspot_owner_id",
        _ => field,
    })
}

/// Escapes that are undone in the address before it is signed, and no others.
const UNDONE: [(&str, &str); 12] = [
    ("%3A", ":"),
    ("%2F", "/"),
    ("%3F", "?"),
    ("%40", "@"),
    ("%21", "!"),
    ("%24", "$"),
    ("%27", "'"),
    ("%28", "("),
    ("%29", ")"),
    ("%2A", "*"),
    ("%2C", ","),
    ("%3B", ";"),
];

/// `X-HubSpot-Signature-v3` of a request.
pub fn signature_v3(secret: &str, method: &str, url: &str, body: &[u8], timestamp: &str) -> String {
    let mut address = String::with_capacity(url.len());
    let mut rest = url;
    while let Some(letter) = rest.chars().next() {
        let head = rest.get(..3).unwrap_or_default();
        if let Some((escape, plain)) = UNDONE
            .iter()
            .find(|(escape, _)| head.eq_ignore_ascii_case(escape))
        {
            address.push_str(plain);
            rest = rest.get(escape.len()..).unwrap_or_default();
        } else {
            address.push(letter);
            rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        }
    }
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    for part in [
        method.as_bytes(),
        address.as_bytes(),
        body,
        timestamp.as_bytes(),
    ] {
        mac.update(part);
    }
    STANDARD.encode(mac.finalize().into_bytes())
}
