//! Who asks, once that is certain.

use crate::{Directory, KeyId, MemberId, Scopes, Status, VerifiedKey, VerifiedSession};
use model::{Role, TenantId, Viewer};
use std::fmt;
use std::sync::Arc;

/// Who asks: a member, a key or one of our own functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principal {
    /// A member with a session.
    Member(MemberId),
    /// A program with an API key.
    Key(KeyId),
    /// One of our functions at work for the tenant.
    System(&'static str),
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(id) => fmt::Display::fmt(id, f),
            Self::Key(id) => fmt::Display::fmt(id, f),
            Self::System(function) => write!(f, "system:{function}"),
        }
    }
}

/// Who asks, what they may and what they see.
///
/// The fields are private: an actor comes out of a [`TenantCtx`] only.
#[derive(Clone, Debug)]
pub struct Actor {
    principal: Principal,
    member: Option<MemberId>,
    role: Role,
    scopes: Scopes,
    viewer: Arc<Viewer>,
}

impl Actor {
    /// Who asks, as the audit log writes it.
    pub fn principal(&self) -> Principal {
        self.principal
    }

    /// The member, or the one a key acts as.
    pub fn member(&self) -> Option<MemberId> {
        self.member
    }

    /// Their role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// What they may.
    pub fn scopes(&self) -> Scopes {
        self.scopes
    }

    /// What they see.
    pub fn viewer(&self) -> &Arc<Viewer> {
        &self.viewer
    }
}

/// A caller who is not, or no longer, who they were.
///
/// The API answers all of these with the same 401; the reason is for our own log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    /// The session or key is of another tenant than the rows.
    #[error("the credential belongs to another tenant")]
    OtherTenant,
    /// The member is not there any more.
    #[error("{0} is no member any more")]
    Gone(MemberId),
    /// The member may not sign in.
    #[error("{0} is not active; an admin can activate them")]
    NotActive(MemberId),
    /// The member's rights changed since the session began.
    #[error("the rights of {0} have changed since; sign in again")]
    Changed(MemberId),
}

/// The pass to a tenant's data: whose data, who asks and under which request.
///
/// There is no other way to make one than from what was verified, and every repository asks for
/// one.
#[derive(Clone, Debug)]
pub struct TenantCtx {
    tenant: TenantId,
    actor: Actor,
    request_id: Arc<str>,
}

impl TenantCtx {
    /// For a session whose token was verified. The role and the rows seen come from the directory
    /// as it is now, never from the token.
    pub fn of_session(
        session: &VerifiedSession,
        directory: &Directory,
        request_id: &str,
    ) -> Result<Self, Unauthenticated> {
        if session.tenant() != directory.tenant() {
            return Err(Unauthenticated::OtherTenant);
        }
        let id = session.member();
        let member = directory.get(&id).ok_or(Unauthenticated::Gone(id))?;
        if member.status != Status::Active {
            return Err(Unauthenticated::NotActive(id));
        }
        if member.epoch != session.epoch() {
            return Err(Unauthenticated::Changed(id));
        }
        let actor = Actor {
            principal: Principal::Member(id),
            member: Some(id),
            role: member.role,
            scopes: Scopes::of(member.role),
            viewer: Arc::new(directory.viewer_as(member, member.role)),
        };
        Ok(Self::new(session.tenant(), actor, request_id))
    }

    /// For an API key whose secret was verified.
    ///
    /// A key that acts as a member never has more than the member now has: the lower of the two
    /// roles counts, and it ends with the member.
    pub fn of_api_key(
        key: &VerifiedKey,
        directory: &Directory,
        request_id: &str,
    ) -> Result<Self, Unauthenticated> {
        let row = key.row();
        if row.tenant != directory.tenant() {
            return Err(Unauthenticated::OtherTenant);
        }
        let (role, viewer) = match row.member {
            None if row.role < Role::Cro => (row.role, Viewer::default()),
            None => (row.role, Viewer::all()),
            Some(id) => {
                let member = directory.get(&id).ok_or(Unauthenticated::Gone(id))?;
                if member.status != Status::Active {
                    return Err(Unauthenticated::NotActive(id));
                }
                let role = row.role.min(member.role);
                (role, directory.viewer_as(member, role))
            }
        };
        let actor = Actor {
            principal: Principal::Key(row.id),
            member: row.member,
            role,
            scopes: row.scopes.intersection(Scopes::of(role)),
            viewer: Arc::new(viewer),
        };
        Ok(Self::new(row.tenant, actor, request_id))
    }

    /// For one of our functions at work on a tenant's queue or schedule; never for a request from
    /// outside. The function's name goes to the audit log.
    pub fn system(tenant: TenantId, function: &'static str, request_id: &str) -> Self {
        let actor = Actor {
            principal: Principal::System(function),
            member: None,
            role: Role::Admin,
            scopes: Scopes::all(),
            viewer: Arc::new(Viewer::all()),
        };
        Self::new(tenant, actor, request_id)
    }

    fn new(tenant: TenantId, actor: Actor, request_id: &str) -> Self {
        Self {
            tenant,
            actor,
            request_id: request_id.into(),
        }
    }

    /// Whose data.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Who asks.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Under which request, for logs, messages and the audit chain.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
pub(crate) mod tests {
    use super::*;
    use crate::member::tests::{id, member, team};
    use crate::{
        ApiKey, Grant, Member, NewApiKey, Pepper, PresentedKey, SessionId, SigningKey, SigningKeys,
    };
    use jiff::Timestamp;
    use secrecy::ExposeSecret;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    pub(crate) fn session_of(name: &str, epoch: u32, tenant: TenantId) -> VerifiedSession {
        let key = SigningKey::generate(NOW).unwrap();
        let keys = SigningKeys::new("https://pie.example", "pie", vec![key]).unwrap();
        let grant = Grant {
            tenant,
            member: id(name),
            epoch,
            session: SessionId::from_bytes([1; 16]),
        };
        let issued = keys.issue(&grant, [2; 16], NOW).unwrap();
        keys.verify(issued.token.expose_secret(), NOW).unwrap()
    }

    pub(crate) fn member_ctx(name: &str) -> TenantCtx {
        TenantCtx::of_session(&session_of(name, 0, TenantId::local()), &team(), "req_1").unwrap()
    }

    /// A key whose row was changed before it was read again.
    fn kept_key(
        role: Role,
        scopes: &str,
        acts_as: Option<&str>,
        change: impl Fn(&mut ApiKey),
    ) -> VerifiedKey {
        let pepper = Pepper::new(&[3; 32]);
        let new = NewApiKey {
            name: "warehouse".into(),
            scopes: scopes.parse().unwrap(),
            role,
            member: acts_as.map(id),
            expires_at: None,
        };
        let creator = TenantCtx::system(TenantId::local(), "demo", "req_0");
        let (mut row, text) = ApiKey::mint(&new, &creator, [4; 16], [5; 32], &pepper, NOW).unwrap();
        let presented = PresentedKey::parse(text.expose_secret()).unwrap();
        change(&mut row);
        row.verify(&presented, &pepper, NOW).unwrap()
    }

    fn key(role: Role, scopes: &str, acts_as: Option<&str>) -> VerifiedKey {
        kept_key(role, scopes, acts_as, |_| ())
    }

    pub(crate) fn key_ctx(role: Role, scopes: &str) -> TenantCtx {
        TenantCtx::of_api_key(&key(role, scopes, None), &team(), "req_1").unwrap()
    }

    #[test]
    fn a_session_gets_the_rights_of_the_directory_as_it_is_now() {
        let ctx = member_ctx("lead");
        assert_eq!(ctx.actor().principal().to_string(), id("lead").to_string());
        assert_eq!(ctx.actor().role(), Role::SalesManager);
        assert_eq!(**ctx.actor().viewer(), team().viewer(&id("lead")));
        assert_eq!(
            (ctx.tenant(), ctx.request_id()),
            (TenantId::local(), "req_1")
        );
    }

    #[test]
    fn a_session_ends_with_what_it_stood_on() {
        let tenant = TenantId::local();
        let check = |session: &VerifiedSession, team: &Directory, expected| {
            let answer = TenantCtx::of_session(session, team, "req_1").map(|_| ());
            assert_eq!(answer, Err(expected));
        };
        let other = TenantId::from_bytes([9; 16]);
        check(
            &session_of("ana", 0, other),
            &team(),
            Unauthenticated::OtherTenant,
        );
        check(
            &session_of("nobody", 0, tenant),
            &team(),
            Unauthenticated::Gone(id("nobody")),
        );
        check(
            &session_of("ana", 1, tenant),
            &team(),
            Unauthenticated::Changed(id("ana")),
        );
        for status in [Status::Disabled, Status::Invited] {
            let mut changed = team();
            changed
                .put(Member {
                    status,
                    ..member("ana", Role::Ae, Some("lead"))
                })
                .unwrap();
            let error = Unauthenticated::NotActive(id("ana"));
            check(&session_of("ana", 1, tenant), &changed, error);
        }
        let mut changed = team();
        changed
            .put(member("ana", Role::SalesManager, Some("lead")))
            .unwrap();
        check(
            &session_of("ana", 0, tenant),
            &changed,
            Unauthenticated::Changed(id("ana")),
        );
    }

    #[test]
    fn a_key_has_the_lower_of_its_own_rights_and_its_members() {
        let check = |role, scopes, acts_as: Option<&str>, expected: (Role, &str, usize)| {
            let ctx = TenantCtx::of_api_key(&key(role, scopes, acts_as), &team(), "req_1").unwrap();
            let actor = ctx.actor();
            let seen = actor.viewer().people.len();
            assert_eq!(
                (actor.role(), actor.scopes().to_string().as_str(), seen),
                expected
            );
            assert_eq!(actor.viewer().sees_all, actor.role() >= Role::Cro);
            assert_eq!(actor.member(), acts_as.map(id));
        };
        check(
            Role::Admin,
            "read admin",
            None,
            (Role::Admin, "read admin", 0),
        );
        check(Role::Ae, "read", Some("lead"), (Role::Ae, "read", 1));
        check(
            Role::SalesManager,
            "read",
            Some("lead"),
            (Role::SalesManager, "read", 3),
        );
        check(
            Role::Admin,
            "read import admin",
            Some("ana"),
            (Role::Ae, "read", 1),
        );
    }

    #[test]
    fn a_kept_key_with_a_sellers_role_and_nobody_to_be_sees_nothing() {
        for role in [Role::Ae, Role::SalesManager] {
            let verified = kept_key(Role::Cro, "read", None, |row| row.role = role);
            let ctx = TenantCtx::of_api_key(&verified, &team(), "req_1").unwrap();
            assert_eq!(**ctx.actor().viewer(), Viewer::default());
        }
    }

    #[test]
    fn a_key_ends_with_its_member_and_stays_with_its_tenant() {
        let check = |key: &VerifiedKey, team: &Directory, expected| {
            assert_eq!(
                TenantCtx::of_api_key(key, team, "req_1").map(|_| ()),
                Err(expected)
            );
        };
        let acts = key(Role::Ae, "read", Some("cy"));
        let mut gone = team();
        gone.remove(&id("cy")).unwrap();
        check(&acts, &gone, Unauthenticated::Gone(id("cy")));
        let mut disabled = team();
        let row = Member {
            status: Status::Disabled,
            ..member("cy", Role::Ae, Some("west"))
        };
        disabled.put(row).unwrap();
        check(&acts, &disabled, Unauthenticated::NotActive(id("cy")));
        let other = Directory::new(TenantId::from_bytes([9; 16]), []);
        check(&acts, &other, Unauthenticated::OtherTenant);
    }

    #[test]
    fn a_function_is_named_in_the_audit_log() {
        let ctx = TenantCtx::system(TenantId::local(), "schedule", "req_1");
        assert_eq!(ctx.actor().principal().to_string(), "system:schedule");
        assert!(ctx.actor().viewer().sees_all);
    }
}
