//! The account's own things: owners, pipelines, properties, the portal itself, and what a token is good for.

use super::guard::May;
use super::objects::{Pairs, unknown_kind, value};
use super::properties::{self, told, user_id};
use super::record::Kind;
use super::{HubSpot, error, invalid, iso, not_found};
use crate::crm::{Pipeline, Stage, User};
use axum::extract::{Extension, Form, Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most owners of a page.
const OWNERS: usize = 500;
const READS_OWNERS: &[&str] = &["crm.objects.owners.read"];

pub(super) async fn owners(
    State(hubspot): State<Arc<HubSpot>>,
    Extension(may): Extension<May>,
    Query(pairs): Pairs,
) -> Response {
    if let Err(refused) = may.any_of(READS_OWNERS) {
        return refused;
    }
    let limit = match value(&pairs, "limit").map(str::parse::<usize>) {
        None => 100,
        Some(Ok(limit)) if (1..=OWNERS).contains(&limit) => limit,
        Some(_) => return invalid(format!("The limit must be between 1 and {OWNERS}.")),
    };
    let archived = value(&pairs, "archived") == Some("true");
    let (after, email) = (value(&pairs, "after"), value(&pairs, "email"));
    let crm = hubspot.crm();
    let mut rows = crm
        .users
        .values()
        .filter(|user| user.active != archived)
        .filter(|user| email.is_none_or(|email| user.email == email))
        .filter(|user| after.is_none_or(|after| user.id.as_str() > after));
    let page: Vec<&User> = rows.by_ref().take(limit).collect();
    let results: Vec<Value> = page.iter().map(|user| owner_told(user)).collect();
    let mut answer = json!({ "results": results });
    if let Some(last) = page.last().filter(|_| rows.next().is_some()) {
        answer["paging"] = json!({"next": {"after": last.id}});
    }
    axum::Json(answer).into_response()
}

pub(super) async fn owner(
    State(hubspot): State<Arc<HubSpot>>,
    Extension(may): Extension<May>,
    Path(id): Path<String>,
    Query(pairs): Pairs,
) -> Response {
    if let Err(refused) = may.any_of(READS_OWNERS) {
        return refused;
    }
    let archived = value(&pairs, "archived") == Some("true");
    let by_user = value(&pairs, "idProperty") == Some("userId");
    let crm = hubspot.crm();
    let found = crm
        .users
        .values()
        .filter(|user| user.active != archived)
        .find(|user| {
            if by_user {
                user_id(&user.id).to_string() == id
            } else {
                user.id == id
            }
        });
    match found {
        Some(user) => axum::Json(owner_told(user)).into_response(),
        None => not_found("Owner not found"),
    }
}

fn owner_told(user: &User) -> Value {
    let (first, last) = user
        .name
        .split_once(' ')
        .unwrap_or((user.name.as_str(), ""));
    let number = user_id(&user.id);
    let mut told = json!({
        "id": user.id,
        "email": user.email,
        "type": "PERSON",
        "firstName": first,
        "lastName": last,
        "userId": user.active.then_some(number),
        "userIdIncludingInactive": number,
        "createdAt": iso(user.created_at),
        "updatedAt": iso(user.modified_at),
        "archived": !user.active,
    });
    if let Some(team) = &user.team {
        told["teams"] = json!([{"id": team_id(team), "name": team, "primary": true}]);
    }
    told
}

fn team_id(team: &str) -> String {
    let sum = team.bytes().fold(7_u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u32::from(byte))
    });
    (100_000 + sum % 900_000).to_string()
}

/// Reading pipelines and properties goes with reading the records or their schema.
#[expect(clippy::result_large_err, reason = "the error is the answer")]
fn reads_schema(may: &May, kind: &str) -> Result<Kind, Response> {
    let kind = Kind::named(kind).ok_or_else(|| unknown_kind(kind))?;
    let schema = match kind {
        Kind::Deal => "crm.schemas.deals.read",
        Kind::Company => "crm.schemas.companies.read",
        Kind::Contact | Kind::Activity(_) => "crm.schemas.contacts.read",
    };
    may.any_of(&[schema, kind.scope()]).map(|()| kind)
}

pub(super) async fn pipelines(
    State(hubspot): State<Arc<HubSpot>>,
    Extension(may): Extension<May>,
    Path(kind): Path<String>,
) -> Response {
    let kind = match reads_schema(&may, &kind) {
        Ok(kind) => kind,
        Err(refused) => return refused,
    };
    let crm = hubspot.crm();
    let results: Vec<Value> = (0..)
        .zip(&crm.pipelines)
        .filter(|_| kind == Kind::Deal)
        .map(|(order, pipeline)| pipeline_told(pipeline, order))
        .collect();
    axum::Json(json!({ "results": results })).into_response()
}

pub(super) async fn pipeline(
    State(hubspot): State<Arc<HubSpot>>,
    Extension(may): Extension<May>,
    Path((kind, id)): Path<(String, String)>,
) -> Response {
    if let Err(refused) = reads_schema(&may, &kind) {
        return refused;
    }
    let crm = hubspot.crm();
    match (0..).zip(&crm.pipelines).find(|(_, known)| known.id == id) {
        Some((order, pipeline)) => axum::Json(pipeline_told(pipeline, order)).into_response(),
        None => not_found("Pipeline not found"),
    }
}

pub(super) async fn stages(
    State(hubspot): State<Arc<HubSpot>>,
    Extension(may): Extension<May>,
    Path((kind, id)): Path<(String, String)>,
) -> Response {
    if let Err(refused) = reads_schema(&may, &kind) {
        return refused;
    }
    let crm = hubspot.crm();
    match crm.pipelines.iter().find(|known| known.id == id) {
        Some(pipeline) => {
            let results: Vec<Value> = pipeline.stages.iter().map(stage_told).collect();
            axum::Json(json!({ "results": results })).into_response()
        }
        None => not_found("Pipeline not found"),
    }
}

/// When the pipelines a portal is born with say they were made.
const BEGINNING: &str = "1970-01-01T00:00:00Z";

fn pipeline_told(pipeline: &Pipeline, order: u32) -> Value {
    json!({
        "id": pipeline.id,
        "label": pipeline.label,
        "displayOrder": order,
        "archived": false,
        "createdAt": BEGINNING,
        "updatedAt": BEGINNING,
        "stages": pipeline.stages.iter().map(stage_told).collect::<Vec<_>>(),
    })
}

fn stage_told(stage: &Stage) -> Value {
    let probability = Decimal::new(i64::from(stage.probability), 2).normalize();
    let probability = match probability.scale() {
        0 => format!("{probability}.0"),
        _ => probability.to_string(),
    };
    json!({
        "id": stage.id,
        "label": stage.label,
        "displayOrder": stage.order,
        "metadata": {
            "isClosed": stage.is_closed.to_string(),
            "probability": probability,
        },
        "createdAt": BEGINNING,
        "updatedAt": BEGINNING,
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        "archived": false,
    })
}

pub(super) async fn properties(
    State(hubspot): State<Arc<HubSpot>>,
    Extension(may): Extension<May>,
    Path(kind): Path<String>,
) -> Response {
    let kind = match reads_schema(&may, &kind) {
        Ok(kind) => kind,
        Err(refused) => return refused,
    };
    let all = properties::all(&hubspot.crm(), kind);
    let results: Vec<Value> = all.iter().map(told).collect();
    axum::Json(json!({ "results": results })).into_response()
}

pub(super) async fn property(
    State(hubspot): State<Arc<HubSpot>>,
    Extension(may): Extension<May>,
    Path((kind, name)): Path<(String, String)>,
) -> Response {
    let kind = match reads_schema(&may, &kind) {
        Ok(kind) => kind,
        Err(refused) => return refused,
    };
    match properties::named(&hubspot.crm(), kind, &name) {
        Some(property) => axum::Json(told(&property)).into_response(),
        None => not_found(&format!("Property {name} does not exist.")),
    }
}

pub(super) async fn details(State(hubspot): State<Arc<HubSpot>>) -> Response {
    let (crm, portal) = (hubspot.crm(), hubspot.portal());
    let hours = portal.utc_offset_hours;
    let sign = if hours < 0 { '-' } else { '+' };
    axum::Json(json!({
        "portalId": portal_id(&crm.account_id),
        "accountType": "STANDARD",
        "timeZone": portal.time_zone,
        "companyCurrency": crm.currency,
        "additionalCurrencies": [],
        "utcOffset": format!("{sign}{:02}:00", hours.unsigned_abs()),
        "utcOffsetMilliseconds": i64::from(hours) * 3_600_000,
        "uiDomain": "app-eu1.hubspot.example",
        "dataHostingLocation": "eu1",
    }))
    .into_response()
}

/// The portal's id, which is a number.
pub(super) fn portal_id(account: &str) -> u64 {
    account.parse().unwrap_or_default()
}

pub(super) async fn introspect(
    State(hubspot): State<Arc<HubSpot>>,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    if !hubspot.oauth.knows_client(&headers, &form) {
        return error(
            StatusCode::UNAUTHORIZED,
            json!({"message": "client credentials are invalid", "error": "invalid_client"}),
        );
    }
    let token = form.get("token").map_or("", String::as_str);
    let about = match hubspot.oauth.check(token) {
        Ok(granted) => json!({
            "active": true,
            "token_type": "access",
            "token": token,
            "client_id": super::CLIENT_ID,
            "app_id": super::APP_ID,
            "hub_id": portal_id(&hubspot.crm().account_id),
            "user_id": 5_501,
            "scopes": granted.scopes,
            "expires_in": granted.expires_in_s,
        }),
        Err(_) => json!({"active": false}),
    };
    axum::Json(about).into_response()
}

/// The old way to ask about a token.
pub(super) async fn access_token(
    State(hubspot): State<Arc<HubSpot>>,
    Path(token): Path<String>,
) -> Response {
    match hubspot.oauth.check(&token) {
        Ok(granted) => axum::Json(json!({
            "token": token,
            "token_type": "access",
            "app_id": super::APP_ID,
            "hub_id": portal_id(&hubspot.crm().account_id),
            "hub_domain": "lanternfold.example",
            "user": "admin@lanternfold.example",
            "user_id": 5_501,
            "scopes": granted.scopes,
            "expires_in": granted.expires_in_s,
        }))
        .into_response(),
        Err(_) => not_found("access token not found"),
    }
}
