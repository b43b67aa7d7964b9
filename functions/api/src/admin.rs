//! The tenant itself: settings, identity providers, the audit log, and its end.

use crate::access::Access;
use crate::app::App;
use crate::auth::Caller;
use crate::paging::{Page, PageQuery};
use crate::people::{audit, name_of};
use crate::routes::Routes;
use crate::shapes::settings::{NewSettings, Settings as AllSettings};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use edge::etag::{ETag, IfMatch};
use edge::{Code, Json, Path, Problem, Query};
use http::StatusCode;
use identity::{AuditEvent, Head, Issuer, Policy, RateClass, Role, Scope};
use jiff::Timestamp;
use model::TenantId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use store::{Error, Lookup, SavedIssuer, SavedSettings, Stored, TenantInfo};
use utoipa::ToSchema;
use utoipa_axum::routes;

/// Identity providers of one tenant.
const MOST_ISSUERS: usize = 10;

pub(crate) fn routes(routes: Routes) -> Routes {
    let read = Access::Guarded(Policy::new(Scope::Read, Role::Ae, RateClass::Read));
    let admin_read = Access::Guarded(Policy::new(Scope::Admin, Role::Admin, RateClass::Read));
    let admin = Access::Guarded(Policy::new(Scope::Admin, Role::Admin, RateClass::Write));
    routes
        .with(read, routes!(get_settings))
        .with(admin, routes!(put_settings))
        .with(admin_read, routes!(list_audit))
        .with(admin_read, routes!(check_audit))
        .with(admin_read, routes!(list_issuers))
        .with(admin, routes!(put_issuer))
        .with(admin, routes!(remove_issuer))
        .with(read, routes!(get_tenant))
        .with(admin, routes!(delete_tenant))
        .with(admin, routes!(restore_tenant))
}

/// The settings a tenant's insights are computed with, and how they are kept.
pub(crate) async fn settings_of(caller: &Caller) -> Result<(insight::Settings, u64), Problem> {
    let stored = caller.tenant().find_document::<SavedSettings>("A").await?;
    let Some(Stored { value, rev }) = stored else {
        return Ok((insight::Settings::default(), 0));
    };
    let settings = serde_json::from_value(value.settings).map_err(Problem::internal)?;
    Ok((settings, rev))
}

/// The settings
#[utoipa::path(get, path = "/v1/settings", tag = "admin", operation_id = "getSettings",
    responses((status = 200, description = "Every setting with its present value", body = AllSettings)))]
async fn get_settings(caller: Caller) -> Result<Response, Problem> {
    let (settings, rev) = settings_of(&caller).await?;
    Ok(ETag::of_rev(rev).on(Json(settings)))
}

/// Change the settings
///
/// What is left out goes back to its default.
#[utoipa::path(put, path = "/v1/settings", tag = "admin", operation_id = "putSettings",
    params(("If-Match" = Option<String>, Header, description = "The ETag that was read")),
    request_body = NewSettings,
    responses((status = 200, description = "As they are now", body = AllSettings)))]
async fn put_settings(
    State(app): State<App>,
    caller: Caller,
    if_match: IfMatch,
    Json(body): Json<insight::Settings>,
) -> Result<Response, Problem> {
    body.validate().map_err(|errors| {
        let problem = Problem::new(Code::InvalidBody);
        errors.into_iter().fold(problem, |problem, error| {
            let message = format!("{}; {}", error.message, error.remedy);
            problem.field(error.field, error.code, message)
        })
    })?;
    let (_, rev) = settings_of(&caller).await?;
    if_match.check(&ETag::of_rev(rev))?;
    let settings = serde_json::to_value(&body).map_err(Problem::internal)?;
    let document = SavedSettings { settings };
    let stored = match rev {
        0 => caller.tenant().create_document(document).await?,
        rev => caller.tenant().replace_document(document, rev).await?,
    };
    app.reads().forget_settings(caller.tenant().id());
    audit(&caller, "settings.change", "settings", BTreeMap::new()).await?;
    Ok(ETag::of_rev(stored.rev).on(Json(body)))
}

/// Something that was done.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditView {
    /// Its place in the log.
    seq: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Who did it: a member, a key or a function of ours.
    actor: String,
    /// What they are called; null for a function of ours and for who has left.
    actor_name: Option<String>,
    /// What: `member.invite`.
    action: String,
    /// To what.
    target: String,
    /// What it is called, where it is a member or a key.
    target_name: Option<String>,
    /// What else is to be known.
    detail: BTreeMap<String, String>,
    /// The request it was part of.
    request_id: String,
    /// The digest of the event before and of this one.
    #[schema(value_type = String)]
    hash: identity::ChainHash,
}

impl AuditView {
    fn of(caller: &Caller, event: AuditEvent) -> Self {
        Self {
            actor_name: name_of(caller, &event.actor),
            target_name: name_of(caller, &event.target),
            seq: event.seq,
            at: event.at,
            actor: event.actor,
            action: event.action,
            target: event.target,
            detail: event.detail,
            request_id: event.request_id,
            hash: event.hash,
        }
    }
}

/// The audit log, newest first
#[utoipa::path(get, path = "/v1/audit-events", tag = "admin", operation_id = "listAuditEvents",
    params(PageQuery),
    responses((status = 200, description = "A page of events", body = Page<AuditView>)))]
async fn list_audit(
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<AuditView>>, Problem> {
    let limit = page.limit()?;
    let before = page.position(&caller, "audit").await?;
    let mut events = caller.tenant().audit_events(before, limit + 1).await?;
    let more = events.len() > limit;
    events.truncate(limit);
    let next = events.last().filter(|_| more).map(|event| event.seq);
    let events = events
        .into_iter()
        .map(|event| AuditView::of(&caller, event))
        .collect();
    Page::new(&caller, "audit", events, next, caller.tenant().now())
        .await
        .map(Json)
}

/// Whether the audit log is whole.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditCheck {
    /// Every event follows from the one before.
    whole: bool,
    /// How many events were looked at.
    events: usize,
    /// Where the chain breaks.
    broken_at: Option<u64>,
}

/// Check that the audit log is whole
#[utoipa::path(get, path = "/v1/audit-events/check", tag = "admin", operation_id = "checkAuditEvents",
    responses((status = 200, description = "What was found", body = AuditCheck)))]
async fn check_audit(caller: Caller) -> Result<Json<AuditCheck>, Problem> {
    let mut events = caller
        .tenant()
        .audit_events(None, usize::from(u16::MAX))
        .await?;
    events.reverse();
    let start = Head::genesis(caller.tenant().id());
    let end = events.last().map_or(start, AuditEvent::head);
    let checked = identity::verify_chain(&start, &events, &end);
    Ok(Json(AuditCheck {
        whole: checked.is_ok(),
        events: events.len(),
        broken_at: checked.err().map(|broken| broken.seq),
    }))
}

/// An identity provider whose ID tokens are accepted.
#[derive(ToSchema)]
#[schema(as = Issuer)]
#[expect(dead_code, reason = "it describes what is kept")]
pub(crate) struct IssuerDoc {
    /// The exact `iss` of its tokens.
    #[schema(example = "https://login.company.example")]
    issuer: String,
    /// The client id that its tokens for us are made out to.
    audience: String,
    /// Where its keys are published.
    jwks_uri: String,
    /// How it signs. A token cannot choose.
    algorithm: SigningDoc,
    /// When an address of its tokens is believed.
    email: EmailDoc,
    /// Claims that must have exactly this text, such as an organisation.
    #[schema(required = false)]
    required: BTreeMap<String, String>,
    /// The role that new members with an address of a domain get; nobody else is let in unasked.
    #[schema(required = false, value_type = BTreeMap<String, String>)]
    roles: BTreeMap<String, Role>,
}

/// How an identity provider signs.
#[derive(ToSchema)]
#[schema(as = SigningAlgorithm)]
#[expect(dead_code, reason = "it describes what is kept")]
pub(crate) enum SigningDoc {
    /// RSA.
    RS256,
    /// ECDSA over P-256.
    ES256,
}

/// When an address is believed.
#[derive(ToSchema)]
#[schema(as = EmailBelief, rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes what is kept")]
pub(crate) enum EmailDoc {
    /// When the token says it was verified.
    Verified,
    /// Unless the token says it was not: for issuers that give out addresses themselves.
    TrustIssuer,
}

/// An identity provider by its name.
#[derive(ToSchema)]
#[schema(as = SavedIssuer)]
#[expect(dead_code, reason = "it describes what is kept")]
pub(crate) struct SavedIssuerDoc {
    /// Its name.
    id: String,
    /// The provider.
    issuer: IssuerDoc,
}

/// The customer's identity providers
#[utoipa::path(get, path = "/v1/issuers", tag = "admin", operation_id = "listIssuers",
    responses((status = 200, description = "The providers", body = Page<SavedIssuerDoc>)))]
async fn list_issuers(caller: Caller) -> Result<Json<Page<Value>>, Problem> {
    let issuers = caller.tenant().documents::<SavedIssuer>().await?;
    let issuers = issuers
        .into_iter()
        .map(|stored| serde_json::to_value(stored.value));
    let issuers = issuers
        .collect::<Result<_, _>>()
        .map_err(Problem::internal)?;
    Ok(Json(Page::whole(issuers, caller.tenant().now())))
}

/// Accept the ID tokens of an identity provider
#[utoipa::path(put, path = "/v1/issuers/{id}", tag = "admin", operation_id = "putIssuer",
    params(("id" = String, Path, description = "A name of your own: letters, digits and dashes")),
    request_body = IssuerDoc,
    responses((status = 200, description = "Accepted from now on", body = SavedIssuerDoc)))]
async fn put_issuer(
    caller: Caller,
    Path(id): Path<String>,
    Json(issuer): Json<Issuer>,
) -> Result<Json<Value>, Problem> {
    let fits =
        (1..=40).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !fits {
        let message = "has 1 to 40 letters, digits and dashes";
        return Err(Problem::new(Code::InvalidParameter).field("{id}", "malformed", message));
    }
    issuer.validate().map_err(|error| {
        Problem::new(Code::InvalidBody)
            .detail(error)
            .field("", "not_allowed", error)
    })?;
    let before = caller.tenant().documents::<SavedIssuer>().await?;
    if before.len() >= MOST_ISSUERS && before.iter().all(|stored| stored.value.id != id) {
        return Err(Problem::new(Code::LimitReached));
    }
    let others = app_lookup(&caller, &issuer).await?;
    if others.iter().any(|tenant| *tenant != caller.tenant().id()) {
        let message = "this issuer with this audience signs in the members of another tenant";
        return Err(Problem::new(Code::AlreadyExists).field("/audience", "taken", message));
    }
    let saved = SavedIssuer {
        id: id.clone(),
        issuer,
    };
    caller.tenant().save_issuer(&saved).await?;
    audit(&caller, "issuer.put", &id, BTreeMap::new()).await?;
    Ok(Json(
        serde_json::to_value(saved).map_err(Problem::internal)?,
    ))
}

async fn app_lookup(caller: &Caller, issuer: &Issuer) -> Result<Vec<TenantId>, Problem> {
    let lookup = Lookup::Issuer(&issuer.issuer, &issuer.audience);
    let found = caller.tenant().look_up(lookup).await?;
    Ok(found.into_iter().map(|(tenant, _)| tenant).collect())
}

/// No longer accept an identity provider
#[utoipa::path(delete, path = "/v1/issuers/{id}", tag = "admin", operation_id = "removeIssuer",
    params(("id" = String, Path, description = "Its name")),
    responses((status = 204, description = "Its tokens are refused from now on")))]
async fn remove_issuer(caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    caller.tenant().remove_issuer(&id).await?;
    audit(&caller, "issuer.remove", &id, BTreeMap::new()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A tenant.
#[derive(Serialize, ToSchema)]
pub(crate) struct TenantView {
    /// Its id.
    #[schema(value_type = String)]
    id: TenantId,
    /// What it is called.
    name: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When its deletion was asked for.
    #[schema(value_type = Option<String>, format = DateTime)]
    deleted_at: Option<Timestamp>,
    /// When everything goes, for good.
    #[schema(value_type = Option<String>, format = DateTime)]
    erased_from: Option<Timestamp>,
}

fn view(caller: &Caller, info: TenantInfo) -> TenantView {
    TenantView {
        id: caller.tenant().id(),
        erased_from: info.erased_from(),
        name: info.name,
        created_at: info.created_at,
        deleted_at: info.deleted_at,
    }
}

/// The tenant
#[utoipa::path(get, path = "/v1/tenant", tag = "admin", operation_id = "getTenant",
    responses((status = 200, description = "The caller's tenant", body = TenantView)))]
async fn get_tenant(caller: Caller) -> Result<Json<TenantView>, Problem> {
    let info = caller.tenant().document::<TenantInfo>("A").await?;
    Ok(Json(view(&caller, info.value)))
}

/// What must be said to delete a tenant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteTenant {
    /// The tenant's name, to the letter.
    confirm: String,
}

/// Delete the tenant
///
/// From now on nobody can read or change anything; within 30 days an admin can restore it, and then
/// everything goes for good.
#[utoipa::path(post, path = "/v1/tenant/delete", tag = "admin", operation_id = "deleteTenant",
    request_body = DeleteTenant,
    responses((status = 202, description = "Will be deleted", body = TenantView)))]
async fn delete_tenant(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<DeleteTenant>,
) -> Result<Response, Problem> {
    let now = caller.tenant().now();
    let edited = caller
        .tenant()
        .edit_document::<TenantInfo, Problem>("A", |info| {
            if info.name != body.confirm {
                let message = "is not the name of the tenant, to the letter";
                return Err(Problem::new(Code::InvalidBody).field("/confirm", "mismatch", message));
            }
            info.deleted_at.get_or_insert(now);
            Ok(())
        });
    let info = edited.await?.value;
    app.directories().forget(caller.tenant().id());
    audit(&caller, "tenant.delete", "tenant", BTreeMap::new()).await?;
    Ok((StatusCode::ACCEPTED, Json(view(&caller, info))).into_response())
}

/// Restore the tenant
#[utoipa::path(post, path = "/v1/tenant/restore", tag = "admin", operation_id = "restoreTenant",
    responses((status = 200, description = "As it was", body = TenantView)))]
async fn restore_tenant(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<TenantView>, Problem> {
    let edited = caller
        .tenant()
        .edit_document::<TenantInfo, Error>("A", |info| {
            info.deleted_at = None;
            Ok(())
        });
    let info = edited.await?.value;
    app.directories().forget(caller.tenant().id());
    audit(&caller, "tenant.restore", "tenant", BTreeMap::new()).await?;
    Ok(Json(view(&caller, info)))
}
