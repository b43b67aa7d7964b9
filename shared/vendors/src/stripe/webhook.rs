//! Webhook endpoints, their secrets, and what is to be posted to them.

use super::list::{Params, is_of};
use super::shape::Version;
use super::{Refusal, snapshot};
use crate::billing::Billing;
use crate::chance::Chance;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::Sha256;
use std::fmt::Write as _;

/// How long an old secret still signs.
const OLD_SECRET: SignedDuration = SignedDuration::from_hours(24);
/// Attempts in a sandbox, over a few hours.
const AGAIN_AFTER: [SignedDuration; 3] = [
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(60),
    SignedDuration::from_mins(180),
];

/// How deliveries come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// Not in the order in which things happened.
    pub unordered: bool,
    /// Each twice.
    pub duplicates: bool,
}

/// A request to post.
#[derive(Clone)]
pub struct Delivery {
    /// Where to.
    pub url: String,
    /// With which headers.
    pub headers: Vec<(&'static str, String)>,
    /// The exact bytes that were signed.
    pub body: Bytes,
    /// How often it was tried before.
    pub attempt: usize,
    endpoint: String,
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivery")
            .field("attempt", &self.attempt)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// The vendor's signature header of a body: every secret signs, and a word of the old scheme stands beside them.
pub fn sign(secrets: &[&str], at: Timestamp, body: &[u8]) -> String {
    let second = at.as_second();
    let mut header = format!("t={second}");
    for secret in secrets {
        let _ = write!(header, ",v1={}", hex(secret, second, body));
    }
    let _ = write!(header, ",v0={}", hex("test-mode", second, body));
    header
}

fn hex(secret: &str, second: i64, body: &[u8]) -> String {
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(format!("{second}.").as_bytes());
    mac.update(body);
    let mut text = String::with_capacity(64);
    for byte in mac.finalize().into_bytes() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

struct Endpoint {
    id: String,
    url: String,
    types: Vec<String>,
    version: Version,
    thin: bool,
    /// With the moment after which it signs no more.
    secrets: Vec<(String, Option<Timestamp>)>,
    /// The first event that was not handed out.
    next: u64,
    next_thin: usize,
    created: Timestamp,
}

struct Thin {
    id: String,
    created: Timestamp,
    meter: String,
}

pub(super) struct Webhooks {
    pub(super) manner: Manner,
    chance: Chance,
    endpoints: Vec<Endpoint>,
    thin: Vec<Thin>,
    again: Vec<(Timestamp, Delivery)>,
    started: Timestamp,
}

impl Webhooks {
    pub(super) fn new(seed: u64, started: Timestamp, _next: u64) -> Webhooks {
        let mut webhooks = Webhooks {
            manner: Manner::default(),
            chance: Chance::of(seed, "stripe webhooks"),
            endpoints: Vec::new(),
            thin: Vec::new(),
            again: Vec::new(),
            started,
        };
        webhooks.raise_thin(started);
        webhooks
    }

    pub(super) fn add(
        &mut self,
        url: &str,
        types: Vec<String>,
        version: Version,
        thin: bool,
        next: u64,
    ) -> (String, String) {
        let id = format!("we_1{}", self.chance.word(17));
        let secret = format!("whsec_{}", self.chance.word(32));
        self.endpoints.push(Endpoint {
            id: id.clone(),
            url: url.to_owned(),
            types,
            version,
            thin,
            secrets: vec![(secret.clone(), None)],
            next,
            next_thin: self.thin.len(),
            created: self.started,
        });
        (id, secret)
    }

    pub(super) fn roll(&mut self, id: &str, now: Timestamp) -> Option<String> {
        let endpoint = self.endpoints.iter_mut().find(|known| known.id == id)?;
        let secret = format!("whsec_{}", self.chance.word(32));
        for (_, until) in &mut endpoint.secrets {
            if until.is_none() {
                *until = now.checked_add(OLD_SECRET).ok();
            }
        }
        endpoint.secrets.push((secret.clone(), None));
        Some(secret)
    }

    pub(super) fn remove(&mut self, id: &str) -> Result<(), Refusal> {
        let before = self.endpoints.len();
        self.endpoints.retain(|endpoint| endpoint.id != id);
        if self.endpoints.len() == before {
            return Err(missing("webhook endpoint", id));
        }
        self.again.retain(|(_, delivery)| delivery.endpoint != id);
        Ok(())
    }

    pub(super) fn one(&self, id: &str) -> Result<Value, Refusal> {
        self.endpoints
            .iter()
            .find(|endpoint| endpoint.id == id)
            .map(endpoint_shape)
            .ok_or_else(|| missing("webhook endpoint", id))
    }

    pub(super) fn list(&self) -> Value {
        let data: Vec<Value> = self.endpoints.iter().rev().map(endpoint_shape).collect();
        json!({"object": "list", "url": "/v1/webhook_endpoints", "has_more": false, "data": data})
    }

    pub(super) fn raise_thin(&mut self, now: Timestamp) -> String {
        let thin = Thin {
            id: format!("evt_test_{}", self.chance.word(20)),
            created: now,
            meter: format!("mtr_test_{}", self.chance.word(20)),
        };
        let id = thin.id.clone();
        self.thin.push(thin);
        id
    }

    pub(super) fn thin(&self, id: &str) -> Result<Value, Refusal> {
        let thin = self
            .thin
            .iter()
            .find(|thin| thin.id == id)
            .ok_or_else(|| missing("event", id))?;
        let mut value = thin_shape(thin);
        value["data"] = json!({
            "developer_message_summary": "There is 1 invalid event",
            "reason": {"error_count": 1},
        });
        Ok(value)
    }

    /// Pages of the newer API are followed by their address.
    pub(super) fn thin_page(&self, params: &Params, limit: usize) -> Result<Value, Refusal> {
        params.only(&["limit", "page", "object_id"])?;
        let start: usize = params
            .get("page")
            .map_or(Ok(0), str::parse)
            .map_err(|_| Refusal::bad("The page token is invalid.", "page"))?;
        let rows = self.thin.iter().rev();
        let data: Vec<Value> = rows.skip(start).take(limit).map(thin_shape).collect();
        let end = start + data.len();
        let next =
            (end < self.thin.len()).then(|| format!("/v2/core/events?limit={limit}&page={end}"));
        Ok(json!({"data": data, "next_page_url": next, "previous_page_url": null}))
    }

    pub(super) fn meter(&self, id: &str) -> Result<Value, Refusal> {
        let thin = self
            .thin
            .iter()
            .find(|thin| thin.meter == id)
            .ok_or_else(|| missing("billing meter", id))?;
        Ok(json!({
            "id": thin.meter,
            "object": "billing.meter",
            "created": thin.created.as_second(),
            "display_name": "Routing calls",
            "event_name": "routing_call",
            "livemode": false,
            "status": "active",
        }))
    }

    /// New events and what is due again, signed now.
    pub(super) fn due(&mut self, billing: &Billing) -> Vec<Delivery> {
        let now = billing.now();
        let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.again)
            .into_iter()
            .partition(|(at, _)| *at <= now);
        self.again = later;
        let mut deliveries: Vec<Delivery> = due.into_iter().map(|(_, delivery)| delivery).collect();
        let pending = self.endpoints.len();
        for endpoint in &mut self.endpoints {
            let fresh = |body: Value, endpoint: &Endpoint| Delivery {
                url: endpoint.url.clone(),
                headers: Vec::new(),
                body: Bytes::from(body.to_string()),
                attempt: 0,
                endpoint: endpoint.id.clone(),
            };
            if endpoint.thin {
                for thin in self.thin.iter().skip(endpoint.next_thin) {
                    deliveries.push(fresh(thin_shape(thin), endpoint));
                }
                endpoint.next_thin = self.thin.len();
                continue;
            }
            for event in billing
                .events()
                .filter(|event| event.sequence >= endpoint.next)
            {
                if endpoint.types.iter().any(|kind| is_of(event.kind, kind)) {
                    let body = snapshot(event, billing, &endpoint.version, pending);
                    deliveries.push(fresh(body, endpoint));
                }
            }
            endpoint.next = billing.next_sequence();
        }
        if self.manner.duplicates {
            deliveries.extend(deliveries.clone());
        }
        if self.manner.unordered {
            self.chance.shuffle(&mut deliveries);
        }
        for delivery in &mut deliveries {
            let secrets: Vec<&str> = self
                .endpoints
                .iter()
                .filter(|endpoint| endpoint.id == delivery.endpoint)
                .flat_map(|endpoint| &endpoint.secrets)
                .filter(|(_, until)| until.is_none_or(|until| now < until))
                .map(|(secret, _)| secret.as_str())
                .rev()
                .collect();
            delivery.headers = vec![
                ("content-type", "application/json; charset=utf-8".to_owned()),
                (
                    "user-agent",
                    "Stripe/1.0 (+https://stripe.com/docs/webhooks)".to_owned(),
                ),
                ("stripe-signature", sign(&secrets, now, &delivery.body)),
            ];
        }
        deliveries
    }

    pub(super) fn again(&mut self, mut delivery: Delivery, now: Timestamp) {
        let Some(wait) = AGAIN_AFTER.get(delivery.attempt) else {
            return;
        };
        delivery.attempt += 1;
        if let Ok(at) = now.checked_add(*wait) {
            self.again.push((at, delivery));
        }
    }
}

fn missing(what: &str, id: &str) -> Refusal {
    Refusal::missing(StatusCode::NOT_FOUND, what, id, "id")
}

fn endpoint_shape(endpoint: &Endpoint) -> Value {
    json!({
        "id": endpoint.id,
        "object": "webhook_endpoint",
        "api_version": endpoint.version.as_str(),
        "created": endpoint.created.as_second(),
        "enabled_events": endpoint.types,
        "livemode": false,
        "metadata": {},
        "status": "enabled",
        "url": endpoint.url,
    })
}

fn thin_shape(thin: &Thin) -> Value {
    json!({
        "id": thin.id,
        "object": "v2.core.event",
        "type": "v1.billing.meter.error_report_triggered",
        "created": format!("{:.3}", thin.created),
        "livemode": false,
        "context": null,
        "reason": null,
        "related_object": {
            "id": thin.meter,
            "type": "billing.meter",
            "url": format!("/v1/billing/meters/{}", thin.meter),
        },
    })
}
