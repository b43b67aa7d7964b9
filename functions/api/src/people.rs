//! Members of a tenant, what roles may, and API keys.

use crate::access::Access;
use crate::app::App;
use crate::auth::Caller;
use crate::paging::Page;
use crate::queue_job::{message, send};
use crate::routes::Routes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use edge::etag::{ETag, IfMatch};
use edge::{Code, Json, Path, Problem};
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use identity::{
    ApiKey, DirectoryError, Entry, KeyId, Member, MemberId, MintError, NewApiKey, Policy,
    RateClass, Role, Scope, Scopes, Status,
};
use jiff::Timestamp;
use model::PersonId;
use secrecy::ExposeSecret;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use store::{Queue, random_array};
use utoipa::ToSchema;
use utoipa_axum::routes;

pub(crate) fn routes(routes: Routes) -> Routes {
    let read = Access::Guarded(Policy::new(Scope::Read, Role::Ae, RateClass::Read));
    let admin_read = Access::Guarded(Policy::new(Scope::Admin, Role::Admin, RateClass::Read));
    let admin = Access::Guarded(Policy::new(Scope::Admin, Role::Admin, RateClass::Write));
    routes
        .with(read, routes!(list_members))
        .with(read, routes!(get_member))
        .with(admin, routes!(invite))
        .with(admin, routes!(invite_again))
        .with(admin, routes!(change_member))
        .with(admin, routes!(remove_member))
        .with(read, routes!(list_roles))
        .with(admin_read, routes!(list_keys))
        .with(admin, routes!(make_key))
        .with(admin, routes!(revoke_key))
}

/// A field that may be left out, be null, or have a value.
pub(crate) type Nullable<T> = Option<Option<T>>;

/// Reads a field that may be left out, be null, or have a value: `Some(None)` is null.
pub(crate) fn nullable<'de, D, T>(deserializer: D) -> Result<Nullable<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// Adds an event to the audit log.
pub(crate) async fn audit(
    caller: &Caller,
    action: &str,
    target: &str,
    detail: BTreeMap<String, String>,
) -> Result<(), Problem> {
    let entry = Entry {
        at: caller.tenant().now(),
        actor: caller.actor().principal(),
        action: action.to_owned(),
        target: target.to_owned(),
        detail,
        request_id: caller.ctx().request_id().to_owned(),
    };
    caller.tenant().audit(entry).await?;
    Ok(())
}

/// Somebody who may sign in.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemberView {
    /// Their id.
    #[schema(value_type = String)]
    id: MemberId,
    /// Their address.
    email: String,
    /// Their name.
    name: String,
    /// What they do, and so how much they see: `ae`, `sales_manager`, `cro`, `admin`.
    #[schema(value_type = String)]
    role: Role,
    /// The seller in the data they are.
    #[schema(value_type = Option<String>)]
    person: Option<PersonId>,
    /// Whom they report to.
    #[schema(value_type = Option<String>)]
    manager: Option<MemberId>,
    /// Their team.
    team: Option<String>,
    /// `active`, `invited` or `disabled`.
    #[schema(value_type = String)]
    status: Status,
    /// When they were invited.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<&Member> for MemberView {
    fn from(member: &Member) -> Self {
        Self {
            id: member.id,
            email: member.email.as_str().to_owned(),
            name: member.name.clone(),
            role: member.role,
            person: member.person,
            manager: member.manager,
            team: member.team.clone(),
            status: member.status,
            created_at: member.created_at,
        }
    }
}

/// Whom to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invite {
    /// Their address.
    #[schema(example = "ana@company.example")]
    email: String,
    /// Their name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// `ae`, `sales_manager`, `cro` or `admin`.
    #[schema(value_type = String, example = "ae")]
    role: Role,
    /// The seller in the data they are.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    person: Option<PersonId>,
    /// Whom they report to.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    manager: Option<MemberId>,
    /// Their team.
    #[serde(default)]
    #[schema(max_length = 200)]
    team: Option<String>,
}

/// What to change of a member; what is left out stays, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeMember {
    /// Their name.
    #[serde(default)]
    name: Option<String>,
    /// Their role.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    /// The seller in the data they are.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    person: Nullable<PersonId>,
    /// Whom they report to.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    manager: Nullable<MemberId>,
    /// Their team.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    team: Nullable<String>,
    /// `active` or `disabled`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    status: Option<Status>,
}

/// The members of the tenant
///
/// Managers and sellers see themselves and everybody below; those who see all deals see all.
#[utoipa::path(get, path = "/v1/members", tag = "members", operation_id = "listMembers",
    responses((status = 200, description = "The members", body = Page<MemberView>)))]
async fn list_members(caller: Caller) -> Result<Json<Page<MemberView>>, Problem> {
    let directory = caller.tenant().directory().await?;
    let seen = directory
        .iter()
        .filter(|member| sees(&caller, &directory, member.id));
    let members = seen.map(MemberView::from).collect();
    Ok(Json(Page::whole(members, caller.tenant().now())))
}

fn sees(caller: &Caller, directory: &identity::Directory, member: MemberId) -> bool {
    caller.viewer().sees_all
        || caller
            .actor()
            .member()
            .is_some_and(|own| own == member || directory.below(&own).contains(&member))
}

/// What a member or key is called, by the id that `created_by` and the audit log hold: as far as
/// the caller sees members, and may list keys. Who has left has no name any more.
pub(crate) fn name_of(caller: &Caller, id: &str) -> Option<String> {
    let known = caller.known()?;
    if let Ok(id) = id.parse() {
        let member = known.directory.get(&id)?;
        return sees(caller, &known.directory, id).then(|| member.name.clone());
    }
    let key = known.api_keys.get(&id.parse().ok()?)?;
    let lists_keys = caller.actor().scopes().contains(Scope::Admin);
    lists_keys.then(|| key.name.clone())
}

/// The version of an answer about something with a revision that also says what its maker is
/// called: they may be called otherwise tomorrow, and another caller may not see them.
pub(crate) fn made_version(caller: &Caller, rev: u64, created_by: &str) -> ETag {
    let name = name_of(caller, created_by);
    ETag::of_rev_beside(rev, name.as_deref().as_slice())
}

/// A member
#[utoipa::path(get, path = "/v1/members/{id}", tag = "members", operation_id = "getMember",
    params(("id" = String, Path, description = "The member's id")),
    responses((status = 200, description = "The member", body = MemberView)))]
async fn get_member(caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = member_id(&id)?;
    let directory = caller.tenant().directory().await?;
    if !sees(&caller, &directory, id) {
        return Err(Problem::not_found());
    }
    let stored = caller.tenant().document::<Member>(&id.to_string()).await?;
    Ok(ETag::of_rev(stored.rev).on(Json(MemberView::from(&stored.value))))
}

fn member_id(text: &str) -> Result<MemberId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

fn refused(error: &DirectoryError) -> Problem {
    let (code, pointer) = match error {
        DirectoryError::Name => (Code::InvalidBody, "/name"),
        DirectoryError::EmailTaken(_) => (Code::AlreadyExists, "/email"),
        DirectoryError::Cycle { .. } | DirectoryError::UnknownManager { .. } => {
            (Code::InvalidBody, "/manager")
        }
        DirectoryError::LastAdmin(_) => (Code::WrongState, "/role"),
        _ => return Problem::not_found(),
    };
    Problem::new(code)
        .detail(error)
        .field(pointer, code.as_str(), error)
}

/// A seller of the data must be there to be somebody.
async fn check_person(caller: &Caller, person: Option<PersonId>) -> Result<(), Problem> {
    let Some(person) = person else { return Ok(()) };
    let kept = caller
        .tenant()
        .entity(&model::EntityKey::Person(person))
        .await?;
    if kept.is_some_and(|kept| kept.entity.is_some()) {
        return Ok(());
    }
    Err(Problem::new(Code::InvalidBody).field(
        "/person",
        "unknown",
        "there is no such owner in the data",
    ))
}

/// Invite a member
///
/// They become active when they first sign in with a code sent to the address.
#[utoipa::path(post, path = "/v1/members", tag = "members", operation_id = "inviteMember",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request twice is done once")),
    request_body = Invite,
    responses((status = 201, description = "Invited", body = MemberView)))]
async fn invite(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<Invite>,
) -> Result<Response, Problem> {
    let email = body
        .email
        .parse()
        .map_err(|error| Problem::new(Code::InvalidBody).field("/email", "malformed", error))?;
    check_person(&caller, body.person).await?;
    let member = Member {
        id: MemberId::from_bytes(random_array()),
        email,
        name: body.name,
        role: body.role,
        person: body.person,
        manager: body.manager,
        team: body.team,
        status: Status::Invited,
        epoch: 0,
        created_at: caller.tenant().now(),
    };
    let mut directory = caller.tenant().directory().await?;
    let member = directory.put(member).map_err(|e| refused(&e))?.clone();
    caller.tenant().save_member(&member).await?;
    app.directories().forget(caller.tenant().id());
    let id = member.id.to_string();
    send_invitation(&caller, &member).await?;
    let location = HeaderValue::try_from(format!("/v1/members/{id}")).map_err(Problem::internal)?;
    let answer = (
        StatusCode::CREATED,
        [(LOCATION, location)],
        Json(MemberView::from(&member)),
    );
    Ok(ETag::of_rev(1).on(answer))
}

async fn send_invitation(caller: &Caller, member: &Member) -> Result<(), Problem> {
    let id = member.id.to_string();
    let detail = BTreeMap::from([("role".to_owned(), member.role.to_string())]);
    audit(caller, "member.invite", &id, detail).await?;
    let mail = json!({"template": "invitation", "member": id});
    send(caller, Queue::Deliver, message(caller, "mail.send", mail)).await
}

/// Send an invitation again
///
/// To a member who has not signed in yet: e-mails get lost.
#[utoipa::path(post, path = "/v1/members/{id}/invitation", tag = "members", operation_id = "sendInvitation",
    params(("id" = String, Path, description = "The member's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request twice is done once")),
    responses((status = 202, description = "It is on its way", body = MemberView)))]
async fn invite_again(caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = member_id(&id)?;
    let member = caller.tenant().document::<Member>(&id.to_string()).await?;
    let member = member.value;
    if member.status != Status::Invited {
        return Err(Problem::new(Code::WrongState)
            .detail("This member has signed in already, or may not sign in")
            .remedy("Only who is invited and has not come yet is invited again."));
    }
    send_invitation(&caller, &member).await?;
    Ok((StatusCode::ACCEPTED, Json(MemberView::from(&member))).into_response())
}

/// Change a member
///
/// A change of role, manager, seller or status ends the member's sessions within seconds.
#[utoipa::path(patch, path = "/v1/members/{id}", tag = "members", operation_id = "changeMember",
    params(("id" = String, Path, description = "The member's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag that was read")),
    request_body = ChangeMember,
    responses((status = 200, description = "As they are now", body = MemberView)))]
async fn change_member(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
    Json(body): Json<ChangeMember>,
) -> Result<Response, Problem> {
    let id = member_id(&id)?;
    let stored = caller.tenant().document::<Member>(&id.to_string()).await?;
    if_match.check(&ETag::of_rev(stored.rev))?;
    check_person(&caller, body.person.flatten()).await?;
    let mut member = stored.value;
    member.name = body.name.unwrap_or(member.name);
    member.role = body.role.unwrap_or(member.role);
    member.person = body.person.unwrap_or(member.person);
    member.manager = body.manager.unwrap_or(member.manager);
    member.team = body.team.unwrap_or(member.team);
    member.status = match body.status {
        Some(Status::Invited) => {
            return Err(Problem::new(Code::InvalidBody).field(
                "/status",
                "not_allowed",
                "a member can be made active or disabled; invited is where they begin",
            ));
        }
        Some(status) => status,
        None => member.status,
    };
    let mut directory = caller.tenant().directory().await?;
    let member = directory.put(member).map_err(|e| refused(&e))?.clone();
    caller.tenant().save_member(&member).await?;
    app.directories().forget(caller.tenant().id());
    let detail = BTreeMap::from([
        ("role".to_owned(), member.role.to_string()),
        ("epoch".to_owned(), member.epoch.to_string()),
    ]);
    audit(&caller, "member.change", &id.to_string(), detail).await?;
    Ok(ETag::of_rev(stored.rev + 1).on(Json(MemberView::from(&member))))
}

/// Remove a member
///
/// Their sessions and the keys that act as them end at once.
#[utoipa::path(delete, path = "/v1/members/{id}", tag = "members", operation_id = "removeMember",
    params(("id" = String, Path, description = "The member's id")),
    responses((status = 204, description = "Removed")))]
async fn remove_member(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = member_id(&id)?;
    let mut directory = caller.tenant().directory().await?;
    let member = directory.remove(&id).map_err(|e| refused(&e))?;
    caller.tenant().remove_member(&member).await?;
    app.directories().forget(caller.tenant().id());
    audit(&caller, "member.remove", &id.to_string(), BTreeMap::new()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a role may.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoleView {
    /// Its name.
    #[schema(value_type = String)]
    role: Role,
    /// What it sees.
    sees: &'static str,
    /// What it may.
    #[schema(value_type = Vec<String>)]
    scopes: Scopes,
}

/// What each role sees and may
#[utoipa::path(get, path = "/v1/roles", tag = "members", operation_id = "listRoles",
    responses((status = 200, description = "The roles", body = Page<RoleView>)))]
async fn list_roles(caller: Caller) -> Json<Page<RoleView>> {
    let view = |role| RoleView {
        role,
        sees: match role {
            Role::Ae => "their own deals",
            Role::SalesManager => "the deals of everybody below them, and their own",
            Role::Cro | Role::Admin => "every deal",
        },
        scopes: Scopes::of(role),
    };
    Json(Page::whole(
        Role::ALL.map(view).into(),
        caller.tenant().now(),
    ))
}

/// A key for a program; its secret is shown once, when it is made.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyView {
    /// Its id.
    #[schema(value_type = String)]
    id: KeyId,
    /// What it is for.
    name: String,
    /// How it begins.
    prefix: String,
    /// How it ends.
    last4: String,
    /// What it may.
    #[schema(value_type = Vec<String>)]
    scopes: Scopes,
    /// Its role.
    #[schema(value_type = String)]
    role: Role,
    /// The member it acts as.
    #[schema(value_type = Option<String>)]
    member: Option<MemberId>,
    /// Who made it.
    created_by: String,
    /// What they are called; null where that is not known any more.
    created_by_name: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it ends.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// When it was last used, to five minutes.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
    /// When it was revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
    /// The key itself, in the answer that makes it and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

impl KeyView {
    fn of(caller: &Caller, row: ApiKey, key: Option<String>) -> Self {
        Self {
            created_by_name: name_of(caller, &row.created_by),
            id: row.id,
            name: row.name,
            prefix: row.prefix,
            last4: row.last4,
            scopes: row.scopes,
            role: row.role,
            member: row.member,
            created_by: row.created_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
            key,
        }
    }
}

/// Which key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MakeKey {
    /// What it is for.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// What it may: `read`, `write`, `import`, `simulate`, `export`, `admin`.
    #[schema(value_type = Vec<String>)]
    scopes: Vec<Scope>,
    /// Its role, not above one's own.
    #[schema(value_type = String, example = "cro")]
    role: Role,
    /// The member it acts as; needed for the roles that see a part of the deals.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    member: Option<MemberId>,
    /// When it ends.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

/// The API keys of the tenant
#[utoipa::path(get, path = "/v1/api-keys", tag = "api-keys", operation_id = "listApiKeys",
    responses((status = 200, description = "The keys, without their secrets", body = Page<KeyView>)))]
async fn list_keys(caller: Caller) -> Result<Json<Page<KeyView>>, Problem> {
    let keys = caller.tenant().documents::<ApiKey>().await?;
    let keys = keys
        .into_iter()
        .map(|stored| KeyView::of(&caller, stored.value, None))
        .collect();
    Ok(Json(Page::whole(keys, caller.tenant().now())))
}

/// Make an API key
///
/// The answer shows the key, once.
#[utoipa::path(post, path = "/v1/api-keys", tag = "api-keys", operation_id = "makeApiKey",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request twice is done once")),
    request_body = MakeKey,
    responses((status = 201, description = "Made", body = KeyView)))]
async fn make_key(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<MakeKey>,
) -> Result<Response, Problem> {
    if let Some(member) = body.member {
        let directory = caller.tenant().directory().await?;
        if directory.get(&member).is_none() {
            let problem = Problem::new(Code::InvalidBody);
            return Err(problem.field("/member", "unknown", "there is no such member"));
        }
    }
    let new = NewApiKey {
        name: body.name,
        scopes: body.scopes.into_iter().collect(),
        role: body.role,
        member: body.member,
        expires_at: body.expires_at,
    };
    let (row, key) = mint(&app, &caller, new).await?;
    let mut answer = (
        StatusCode::CREATED,
        Json(KeyView::of(&caller, row, Some(key))),
    )
        .into_response();
    // The key is in no store, so a repeated request is told that it was done and no more.
    answer
        .extensions_mut()
        .insert(edge::idempotency::ShowsSecret);
    Ok(answer)
}

/// Makes a key for a caller who may; used where a tenant is set up, too.
pub async fn mint(app: &App, caller: &Caller, new: NewApiKey) -> Result<(ApiKey, String), Problem> {
    let keys = app.store().keys().await?;
    let (id, secret) = (random_array(), random_array());
    let minted = ApiKey::mint(&new, caller.ctx(), id, secret, &keys.pepper, app.now());
    let (row, text) = minted.map_err(|error| {
        Problem::new(Code::InvalidBody).detail(error).field(
            mint_pointer(error),
            "not_allowed",
            error,
        )
    })?;
    caller.tenant().save_api_key(row.clone()).await?;
    app.directories().forget(caller.tenant().id());
    let detail = BTreeMap::from([("scopes".to_owned(), row.scopes.to_string())]);
    audit(caller, "api_key.make", &row.id.to_string(), detail).await?;
    Ok((row, text.expose_secret().to_owned()))
}

fn mint_pointer(error: MintError) -> &'static str {
    match error {
        MintError::Name => "/name",
        MintError::NoScope | MintError::Scope { .. } => "/scopes",
        MintError::Role { .. } => "/role",
        MintError::NoMember(_) => "/member",
        MintError::Expired => "/expires_at",
    }
}

/// Revoke an API key
#[utoipa::path(delete, path = "/v1/api-keys/{id}", tag = "api-keys", operation_id = "revokeApiKey",
    params(("id" = String, Path, description = "The key's id")),
    responses((status = 204, description = "It is of no use within seconds")))]
async fn revoke_key(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id: KeyId = id.parse().map_err(|_| Problem::not_found())?;
    let now = caller.tenant().now();
    let row = id.to_string();
    let revoked = caller
        .tenant()
        .edit_document::<ApiKey, Problem>(&row, |key| {
            key.revoked_at.get_or_insert(now);
            Ok(())
        });
    revoked.await?;
    app.directories().forget(caller.tenant().id());
    audit(&caller, "api_key.revoke", &row, BTreeMap::new()).await?;
    Ok(StatusCode::NO_CONTENT)
}
