//! HubSpot: the date-versioned paths of `2026-09` and the v3/v4 paths before them, and nothing else.

mod account;
mod associations;
mod guard;
mod objects;
mod properties;
mod record;
mod search;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests;
mod webhooks;

pub use webhooks::{Delivery, Webhooks, signature_v3};

use crate::Settings;
use crate::chance::Chance;
use crate::crm::{Crm, Object, Touch};
use crate::oauth::{ClientAuth, Config, Issued, OAuth, Pkce, Refusal};
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Id of the sandbox's app.
pub const CLIENT_ID: &str = "sandbox-hubspot-client";
/// Secret of the sandbox's app; webhooks are signed with it.
pub const CLIENT_SECRET: &str = "sandbox-hubspot-secret";
/// A service key that may read everything.
pub const SERVICE_KEY: &str = "pat-eu1-00000000-sandbox-service-key";
/// Number of the sandbox's app.
pub const APP_ID: u64 = 910_022;

/// Scopes a client of the sandbox may ask for.
pub const SCOPES: [&str; 9] = [
    "oauth",
    "crm.objects.deals.read",
    "crm.objects.companies.read",
    "crm.objects.contacts.read",
    "crm.objects.owners.read",
    "crm.schemas.deals.read",
    "crm.schemas.companies.read",
    "crm.schemas.contacts.read",
    "sales-email-read",
];

/// HubSpot with one portal.
pub struct HubSpot {
    crm: Mutex<Crm>,
    settings: Settings,
    oauth: Arc<OAuth>,
    portal: Mutex<Portal>,
    calls: Mutex<Calls>,
    webhooks: Mutex<webhooks::Queue>,
}

/// What a portal's administrator and HubSpot's own figures decide.
#[derive(Clone, Debug)]
pub struct Portal {
    /// Name of the portal's time zone.
    pub time_zone: &'static str,
    /// Its distance from UTC in hours; the sandbox knows no summer time.
    pub utc_offset_hours: i8,
    /// Most associations of one type written beside a record.
    pub inline_associations: usize,
    /// Most associations of one record in an answer to batch read.
    pub associations_page: usize,
    /// Calls within ten seconds that one client may make.
    pub burst: usize,
    /// Calls a day that a service key may make.
    pub daily: usize,
}

impl Default for Portal {
    fn default() -> Portal {
        Portal {
            time_zone: "Etc/UTC",
            utc_offset_hours: 0,
            inline_associations: 100,
            associations_page: 500,
            burst: 110,
            daily: 250_000,
        }
    }
}

/// When the last calls were made.
#[derive(Default)]
struct Calls {
    ten_seconds: VecDeque<Timestamp>,
    search: VecDeque<Timestamp>,
    daily: usize,
    refused: u32,
}

impl std::fmt::Debug for HubSpot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HubSpot")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Ids as HubSpot writes them: whole numbers, of one length for each sort of record; the stages of the default
/// pipeline keep their names from the day the portal was made.
pub fn id(object: Object, n: u64) -> String {
    const STAGES: [&str; 8] = [
        "990001",
        "appointmentscheduled",
        "qualifiedtobuy",
        "presentationscheduled",
        "decisionmakerboughtin",
        "contractsent",
        "closedwon",
        "closedlost",
    ];
    let number = match object {
        Object::Pipeline if n == 1 => return "default".to_owned(),
        Object::Stage => {
            let place = usize::try_from(n).unwrap_or(usize::MAX).wrapping_sub(1);
            match STAGES.get(place) {
                Some(&name) => return name.to_owned(),
                None => 990_000 + n,
            }
        }
        Object::User => 88_000 + n,
        Object::Pipeline => 7_000_000 + n,
        Object::Company => 70_110_000_000 + n,
        Object::Contact => 55_200_000_000 + n,
        Object::Deal => 48_801_200_000 + n,
        Object::Activity => 90_001_000_000 + n,
        Object::Role | Object::Move => n,
    };
    number.to_string()
}

impl HubSpot {
    /// A portal with these records.
    pub fn new(mut crm: Crm, settings: Settings) -> Arc<HubSpot> {
        crm.touch = Touch {
            activity_moves_deal: true,
            role_moves_deal: false,
            merge_moves_children: false,
            pipeline_moves_deals: true,
        };
        let oauth = OAuth::new(
            Config {
                title: "HubSpot",
                client_id: CLIENT_ID,
                client_secret: CLIENT_SECRET,
                redirect_uris: Vec::new(),
                authorize: &["/oauth/authorize"],
                token: &["/oauth/2026-09/token", "/oauth/v1/token"],
                revoke: &["/oauth/2026-09/token/revoke"],
                pkce: Pkce::Accepted,
                client_auth: ClientAuth::Body,
                rotate: settings.rotate_refresh_tokens.unwrap_or(false),
                access_life_s: settings.token_life_s.unwrap_or(1_800),
                refresh_idle_s: None,
                access_prefix: "CMeu1",
                refresh_prefix: "eu1-",
                known_scopes: &SCOPES,
                default_scopes: &[],
                refresh_scopes: &[],
                withheld_scopes: settings.withheld_scopes.clone(),
                seed: settings.seed,
                answer: token_answer,
                refusal: token_refusal,
            },
            Arc::clone(&settings.clock),
        );
        let queue = webhooks::Queue::after(crm.changes.len(), settings.seed);
        Arc::new(HubSpot {
            crm: Mutex::new(crm),
            settings,
            oauth,
            portal: Mutex::new(Portal::default()),
            calls: Mutex::new(Calls::default()),
            webhooks: Mutex::new(queue),
        })
    }

    /// Everything HubSpot answers to, the pages of consent included.
    pub fn router(self: &Arc<Self>) -> Router {
        let mut api = Router::new();
        for base in ["/crm/objects/2026-09/{kind}", "/crm/v3/objects/{kind}"] {
            api = api
                .route(base, get(objects::list))
                .route(&format!("{base}/{{id}}"), get(objects::one))
                .route(&format!("{base}/batch/read"), post(objects::batch))
                .route(&format!("{base}/search"), post(search::search));
        }
        for base in [
            "/crm/associations/2026-09/{from}/{to}",
            "/crm/v4/associations/{from}/{to}",
        ] {
            api = api.route(&format!("{base}/batch/read"), post(associations::batch));
        }
        for base in ["/crm/owners/2026-09", "/crm/v3/owners"] {
            api = api
                .route(base, get(account::owners))
                // As HubSpot's own clients ask for them.
                .route(&format!("{base}/"), get(account::owners))
                .route(&format!("{base}/{{id}}"), get(account::owner));
        }
        for base in ["/crm/pipelines/2026-09/{kind}", "/crm/v3/pipelines/{kind}"] {
            api = api
                .route(base, get(account::pipelines))
                .route(&format!("{base}/{{id}}"), get(account::pipeline))
                .route(&format!("{base}/{{id}}/stages"), get(account::stages));
        }
        for base in [
            "/crm/properties/2026-09/{kind}",
            "/crm/v3/properties/{kind}",
        ] {
            api = api
                .route(base, get(account::properties))
                .route(&format!("{base}/{{name}}"), get(account::property));
        }
        let api = api
            .route(
                "/crm/v4/objects/{from}/{id}/associations/{to}",
                get(associations::single),
            )
            .route("/account-info/2026-09/details", get(account::details))
            .route("/account-info/v3/details", get(account::details))
            .layer(from_fn_with_state(Arc::clone(self), guard::guard))
            .with_state(Arc::clone(self));
        let tokens = Router::new()
            .route("/oauth/2026-09/token/introspect", post(account::introspect))
            .route(
                "/oauth/v1/access-tokens/{token}",
                get(account::access_token),
            )
            .with_state(Arc::clone(self));
        api.merge(tokens)
            .merge(self.oauth.router())
            .fallback(async || {
                error(
                    StatusCode::NOT_FOUND,
                    json!({"message": "resource not found"}),
                )
            })
    }

    /// The portal's records, to look at or to change.
    pub fn crm(&self) -> MutexGuard<'_, Crm> {
        self.crm.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The portal's settings, to look at or to change.
    pub fn portal(&self) -> MutexGuard<'_, Portal> {
        self.portal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The authorization server.
    pub fn oauth(&self) -> &Arc<OAuth> {
        &self.oauth
    }

    /// How many calls were answered with 429.
    pub fn refused_calls(&self) -> u32 {
        self.calls().refused
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        (self.settings.clock)()
    }
}

fn token_answer(issued: &Issued) -> Value {
    json!({
        "token_type": "bearer",
        "access_token": issued.access_token,
        "refresh_token": issued.refresh_token,
        "expires_in": issued.expires_in,
        "scopes": issued.scopes,
        "hub_id": 4_411_223,
        "user_id": 5_501,
    })
}

fn token_refusal(refusal: &Refusal) -> Value {
    let status = match refusal.code {
        "invalid_client" => "BAD_CLIENT_SECRET",
        "invalid_grant" => "BAD_REFRESH_TOKEN",
        _ => "BAD_REQUEST",
    };
    json!({
        "status": status,
        "message": refusal.description,
        "correlationId": correlation_id(refusal.description),
        "error": refusal.code,
        "error_description": refusal.description,
    })
}

/// A body of HubSpot's errors: `status`, a correlation id and what `more` says.
fn error(status: StatusCode, more: Value) -> Response {
    let mut body = json!({
        "status": "error",
        "correlationId": correlation_id(&more.to_string()),
    });
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend(more);
    }
    (status, axum::Json(body)).into_response()
}

fn invalid(message: impl Into<String>) -> Response {
    let message = message.into();
    error(
        StatusCode::BAD_REQUEST,
        json!({"message": message, "category": "VALIDATION_ERROR"}),
    )
}

fn not_found(message: &str) -> Response {
    error(
        StatusCode::NOT_FOUND,
        json!({"message": message, "category": "OBJECT_NOT_FOUND"}),
    )
}

fn correlation_id(of: &str) -> String {
    let mut chance = Chance::of(0, of);
    let (high, low) = (chance.next(), chance.next());
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

/// Milliseconds where there are any, as HubSpot writes times.
fn iso(at: Timestamp) -> String {
    let format = if at.as_millisecond().rem_euclid(1_000) == 0 {
        "%Y-%m-%dT%H:%M:%SZ"
    } else {
        "%Y-%m-%dT%H:%M:%S%.3fZ"
    };
    at.strftime(format).to_string()
}
