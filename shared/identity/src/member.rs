//! The people of a tenant who use Pie: what they are, whom they report to, what they see.

use crate::{Email, MemberId};
use jiff::Timestamp;
use model::{PersonId, Role, TenantId, Viewer};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Somebody who may sign in.
///
/// Debug shows ids and the role, no name and no address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Their id.
    pub id: MemberId,
    /// Where they get mail; no two members of a tenant share one.
    pub email: Email,
    /// Their name.
    pub name: String,
    /// What they do, and so how much they see.
    pub role: Role,
    /// The seller in the customer's data they are; none for somebody who owns no deals.
    #[serde(default)]
    pub person: Option<PersonId>,
    /// Whom they report to.
    #[serde(default)]
    pub manager: Option<MemberId>,
    /// Their team or office.
    #[serde(default)]
    pub team: Option<String>,
    /// Whether they may sign in.
    pub status: Status,
    /// Grows with each change that must end their sessions; a session carries the epoch it began in.
    #[serde(default)]
    pub epoch: u32,
    /// When they were invited.
    pub created_at: Timestamp,
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member")
            .field("id", &self.id)
            .field("role", &self.role)
            .field("status", &self.status)
            .field("manager", &self.manager)
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}

/// Whether a member may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// May sign in.
    Active,
    /// Was asked to join and has not signed in yet.
    Invited,
    /// May no longer sign in. Their deals are still seen by those above.
    Disabled,
}

/// A change to the members that would leave them in a bad state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    /// No such member.
    #[error("there is no member {0}; list the members to see their ids")]
    Unknown(MemberId),
    /// The manager is not a member.
    #[error("{member} cannot report to {manager}, who is no member; invite them first")]
    UnknownManager {
        /// Who was to report.
        member: MemberId,
        /// To whom.
        manager: MemberId,
    },
    /// Somebody would be their own manager, directly or through others.
    #[error("{member} cannot report to {manager}, who reports to {member}; change that first")]
    Cycle {
        /// Who was to report.
        member: MemberId,
        /// To whom.
        manager: MemberId,
    },
    /// Another member has the address.
    #[error("{0} has this e-mail address already; use another, or change that member")]
    EmailTaken(MemberId),
    /// Nobody could change members any more.
    #[error("{0} is the last active admin; make another member an admin first")]
    LastAdmin(MemberId),
    /// Somebody reports to a member who is to go.
    #[error("{reports} members report to {member}; give them another manager first")]
    HasReports {
        /// Who was to go.
        member: MemberId,
        /// How many report to them.
        reports: usize,
    },
    /// The name is empty or long.
    #[error("a name has 1 to 200 characters and no control characters")]
    Name,
}

/// All members of one tenant.
///
/// It reads whatever was kept, a loop of managers included, and refuses changes that would make
/// one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    tenant: TenantId,
    members: BTreeMap<MemberId, Member>,
}

impl Directory {
    /// The members as they were kept.
    pub fn new(tenant: TenantId, members: impl IntoIterator<Item = Member>) -> Self {
        let members = members.into_iter().map(|member| (member.id, member));
        Self {
            tenant,
            members: members.collect(),
        }
    }

    /// Whose members they are.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// A member by id.
    pub fn get(&self, id: &MemberId) -> Option<&Member> {
        self.members.get(id)
    }

    /// A member by address.
    pub fn by_email(&self, email: &Email) -> Option<&Member> {
        self.members.values().find(|member| member.email == *email)
    }

    /// Every member, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// What a member sees. Somebody unknown or not active sees nothing.
    pub fn viewer(&self, id: &MemberId) -> Viewer {
        match self.get(id) {
            Some(member) if member.status == Status::Active => self.viewer_as(member, member.role),
            _ => Viewer::default(),
        }
    }

    /// What a member would see in a role.
    pub(crate) fn viewer_as(&self, member: &Member, role: Role) -> Viewer {
        let below = match role {
            Role::Ae => BTreeSet::new(),
            Role::SalesManager => self.below(&member.id),
            Role::Cro | Role::Admin => return Viewer::all(),
        };
        let below = below.iter().filter_map(|id| self.get(id)?.person);
        Viewer::of(member.person.into_iter().chain(below))
    }

    /// Everybody who reports to a member, directly or through others; never the member.
    pub fn below(&self, id: &MemberId) -> BTreeSet<MemberId> {
        let mut reports = BTreeMap::<MemberId, Vec<MemberId>>::new();
        for member in self.iter() {
            if let Some(manager) = member.manager {
                reports.entry(manager).or_default().push(member.id);
            }
        }
        let mut below = BTreeSet::new();
        let mut ahead = vec![*id];
        while let Some(manager) = ahead.pop() {
            for &report in reports.get(&manager).into_iter().flatten() {
                if report != *id && below.insert(report) {
                    ahead.push(report);
                }
            }
        }
        below
    }

    /// The managers above a member, the nearest first. A loop is walked once.
    pub fn chain_of(&self, id: &MemberId) -> Vec<MemberId> {
        let mut chain = Vec::new();
        let mut next = self.get(id).and_then(|member| member.manager);
        while let Some(manager) = next {
            if manager == *id || chain.contains(&manager) {
                break;
            }
            chain.push(manager);
            next = self.get(&manager).and_then(|member| member.manager);
        }
        chain
    }

    /// Adds a member or replaces one, and gives back the row to keep.
    ///
    /// The epoch of a known member is the directory's business: it grows when the role, the
    /// manager, the seller or the status changes, so that older sessions end.
    pub fn put(&mut self, mut member: Member) -> Result<&Member, DirectoryError> {
        let id = member.id;
        member.name = member.name.trim().into();
        let length = member.name.chars().count();
        if !(1..=200).contains(&length) || member.name.chars().any(char::is_control) {
            return Err(DirectoryError::Name);
        }
        if let Some(other) = self.by_email(&member.email).filter(|other| other.id != id) {
            return Err(DirectoryError::EmailTaken(other.id));
        }
        if let Some(manager) = member.manager {
            if manager == id || self.chain_of(&manager).contains(&id) {
                return Err(DirectoryError::Cycle {
                    member: id,
                    manager,
                });
            }
            if !self.members.contains_key(&manager) {
                return Err(DirectoryError::UnknownManager {
                    member: id,
                    manager,
                });
            }
        }
        if !is_active_admin(&member) && self.is_last_admin(&id) {
            return Err(DirectoryError::LastAdmin(id));
        }
        if let Some(before) = self.get(&id) {
            let rights =
                |member: &Member| (member.role, member.manager, member.person, member.status);
            // Accepting an invitation is the one change of status that ends nothing.
            let accepts = before.status == Status::Invited
                && member
                    == Member {
                        status: Status::Active,
                        ..before.clone()
                    };
            let ends_sessions = !accepts && rights(before) != rights(&member);
            member.epoch = before.epoch.saturating_add(u32::from(ends_sessions));
        }
        Ok(self.members.entry(id).insert_entry(member).into_mut())
    }

    /// Ends all sessions of a member, and gives back the row to keep.
    pub fn end_sessions(&mut self, id: &MemberId) -> Result<&Member, DirectoryError> {
        let member = self
            .members
            .get_mut(id)
            .ok_or(DirectoryError::Unknown(*id))?;
        member.epoch = member.epoch.saturating_add(1);
        Ok(member)
    }

    /// Takes a member out.
    pub fn remove(&mut self, id: &MemberId) -> Result<Member, DirectoryError> {
        if self.is_last_admin(id) {
            return Err(DirectoryError::LastAdmin(*id));
        }
        let reports = self
            .iter()
            .filter(|member| member.manager == Some(*id))
            .count();
        if reports > 0 {
            return Err(DirectoryError::HasReports {
                member: *id,
                reports,
            });
        }
        self.members.remove(id).ok_or(DirectoryError::Unknown(*id))
    }

    fn is_last_admin(&self, id: &MemberId) -> bool {
        self.get(id).is_some_and(is_active_admin)
            && self.iter().filter(|member| is_active_admin(member)).count() == 1
    }
}

fn is_active_admin(member: &Member) -> bool {
    member.role == Role::Admin && member.status == Status::Active
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn id(name: &str) -> MemberId {
        MemberId::derive(&TenantId::local(), name)
    }

    fn person(name: &str) -> PersonId {
        PersonId::derive(&TenantId::local(), "crm", name)
    }

    pub(crate) fn member(name: &str, role: Role, manager: Option<&str>) -> Member {
        #[expect(clippy::unwrap_used, reason = "a test may")]
        let email = format!("{name}@vendor.example").parse().unwrap();
        Member {
            id: id(name),
            email,
            name: name.to_owned(),
            role,
            person: Some(person(name)),
            manager: manager.map(id),
            team: None,
            status: Status::Active,
            epoch: 0,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// root (admin); head (cro) ← east, west (managers); east ← lead (manager) ← ana, ben; west ← cy.
    pub(crate) fn team() -> Directory {
        Directory::new(
            TenantId::local(),
            [
                member("root", Role::Admin, None),
                member("head", Role::Cro, None),
                member("east", Role::SalesManager, Some("head")),
                member("west", Role::SalesManager, Some("head")),
                member("lead", Role::SalesManager, Some("east")),
                member("ana", Role::Ae, Some("lead")),
                member("ben", Role::Ae, Some("lead")),
                member("cy", Role::Ae, Some("west")),
            ],
        )
    }

    #[test]
    fn a_role_decides_how_far_down_one_sees() {
        let check = |name: &str, expected: &[&str]| {
            let viewer = team().viewer(&id(name));
            assert_eq!(
                viewer,
                Viewer::of(expected.iter().map(|name| person(name))),
                "{name}"
            );
        };
        check("ana", &["ana"]);
        check("lead", &["lead", "ana", "ben"]);
        check("east", &["east", "lead", "ana", "ben"]);
        check("west", &["west", "cy"]);
        check("nobody", &[]);
        assert_eq!(team().viewer(&id("head")), Viewer::all());
        assert_eq!(team().viewer(&id("root")), Viewer::all());
    }

    #[test]
    fn an_ae_with_reports_sees_their_own_deals_only() {
        let mut team = team();
        assert!(team.put(member("ben", Role::Ae, Some("ana"))).is_ok());
        assert_eq!(team.viewer(&id("ana")), Viewer::of([person("ana")]));
        assert_eq!(team.viewer(&id("lead")).people.len(), 3);
    }

    #[test]
    fn who_is_not_active_sees_nothing_and_is_still_seen() {
        for status in [Status::Disabled, Status::Invited] {
            let mut team = team();
            for name in ["head", "lead", "ana"] {
                let row = team.get(&id(name)).cloned();
                assert!(row.is_some_and(|row| team.put(Member { status, ..row }).is_ok()));
                assert_eq!(team.viewer(&id(name)), Viewer::default());
            }
            assert!(team.viewer(&id("east")).sees_person(person("ana")));
        }
    }

    #[test]
    fn the_chain_goes_up_to_the_top() {
        assert_eq!(
            team().chain_of(&id("ana")),
            ["lead", "east", "head"].map(id)
        );
        assert!(team().chain_of(&id("root")).is_empty());
        assert!(team().chain_of(&id("nobody")).is_empty());
    }

    #[test]
    fn bad_changes_are_refused_with_a_remedy_and_change_nothing() {
        type Change = Box<dyn Fn(&mut Directory) -> Option<DirectoryError>>;
        let put =
            |member: Member| -> Change { Box::new(move |team| team.put(member.clone()).err()) };
        let remove =
            |name: &'static str| -> Change { Box::new(move |team| team.remove(&id(name)).err()) };
        let root = || member("root", Role::Admin, None);
        let cases: Vec<(&str, Change)> = vec![
            ("no member", put(member("new", Role::Ae, Some("nobody")))),
            (
                "reports to",
                put(member("east", Role::SalesManager, Some("ana"))),
            ),
            ("reports to", put(member("ana", Role::Ae, Some("ana")))),
            (
                "e-mail",
                put(Member {
                    email: root().email,
                    ..member("new", Role::Ae, None)
                }),
            ),
            (
                "last active admin",
                put(Member {
                    role: Role::Cro,
                    ..root()
                }),
            ),
            (
                "last active admin",
                put(Member {
                    status: Status::Disabled,
                    ..root()
                }),
            ),
            (
                "last active admin",
                put(Member {
                    status: Status::Invited,
                    ..root()
                }),
            ),
            ("last active admin", remove("root")),
            ("another manager", remove("lead")),
            ("list the members", remove("nobody")),
            (
                "1 to 200",
                put(Member {
                    name: " ".into(),
                    ..member("ana", Role::Ae, None)
                }),
            ),
            (
                "1 to 200",
                put(Member {
                    name: "a\nb".into(),
                    ..member("ana", Role::Ae, None)
                }),
            ),
            (
                "1 to 200",
                put(Member {
                    name: "a".repeat(201),
                    ..member("ana", Role::Ae, None)
                }),
            ),
        ];
        for (said, change) in cases {
            let mut team = team();
            let error = change(&mut team).map(|error| error.to_string());
            assert!(
                error.as_deref().is_some_and(|error| error.contains(said)),
                "{said}: {error:?}"
            );
            assert_eq!(team, self::team(), "{said}");
        }
    }

    #[test]
    fn the_last_admin_may_still_change_their_name() {
        let mut team = team();
        let root = Member {
            name: "Root".into(),
            ..member("root", Role::Admin, None)
        };
        assert_eq!(team.put(root.clone()), Ok(&root));
    }

    #[test]
    fn an_admin_may_go_once_there_is_another() {
        let mut team = team();
        assert!(team.put(member("cy", Role::Admin, None)).is_ok());
        assert!(team.remove(&id("root")).is_ok());
        assert_eq!(
            team.remove(&id("cy")),
            Err(DirectoryError::LastAdmin(id("cy")))
        );
    }

    #[test]
    fn a_change_of_rights_ends_sessions_and_a_change_of_name_does_not() {
        let check = |member: Member, epoch: u32| {
            let mut team = team();
            assert_eq!(team.put(member).map(|kept| kept.epoch), Ok(epoch));
        };
        let ana = || member("ana", Role::Ae, Some("lead"));
        check(
            Member {
                name: "Ana".into(),
                team: Some("EMEA".into()),
                ..ana()
            },
            0,
        );
        check(Member { epoch: 9, ..ana() }, 0);
        check(
            Member {
                role: Role::SalesManager,
                ..ana()
            },
            1,
        );
        check(
            Member {
                manager: None,
                ..ana()
            },
            1,
        );
        check(
            Member {
                person: None,
                ..ana()
            },
            1,
        );
        check(
            Member {
                status: Status::Disabled,
                ..ana()
            },
            1,
        );
        let mut team = team();
        assert_eq!(team.end_sessions(&id("ana")).map(|kept| kept.epoch), Ok(1));

        let asked = Member {
            status: Status::Invited,
            ..member("dan", Role::Ae, None)
        };
        assert!(team.put(asked).is_ok());
        assert_eq!(
            team.put(member("dan", Role::Ae, None))
                .map(|kept| kept.epoch),
            Ok(0)
        );
    }

    #[test]
    fn debug_and_errors_show_no_name_and_no_address() {
        let zofia = Member {
            name: "Zofia".into(),
            ..member("zofia", Role::Ae, Some("nobody"))
        };
        let error = team().put(zofia.clone()).map(|_| ());
        let shown = format!("{zofia:?} {error:?}").to_lowercase();
        assert!(
            !shown.contains("zofia") && !shown.contains("example"),
            "{shown}"
        );
    }

    proptest! {
        #[test]
        fn kept_loops_end_and_agree_with_the_plain_definition(managers in prop::collection::vec(prop::option::of(0_usize..9), 8)) {
            let name = |at: usize| format!("m{at}");
            let rows = managers.iter().enumerate().map(|(at, manager)| {
                member(&name(at), Role::SalesManager, manager.map(name).as_deref())
            });
            let team = Directory::new(TenantId::local(), rows);
            for at in 0..8 {
                // Whoever reaches `at` by going up is below it.
                let below: BTreeSet<_> = (0..8)
                    .filter(|&from| from != at)
                    .filter(|&from| {
                        let mut up = managers[from];
                        for _ in 0..9 {
                            if up == Some(at) { return true; }
                            up = up.and_then(|manager| *managers.get(manager)?);
                        }
                        false
                    })
                    .map(|from| id(&name(from)))
                    .collect();
                prop_assert_eq!(team.below(&id(&name(at))), below);
                let chain = team.chain_of(&id(&name(at)));
                let once: BTreeSet<_> = chain.iter().collect();
                prop_assert!(once.len() == chain.len() && !chain.contains(&id(&name(at))));
            }
        }

        #[test]
        fn changes_never_make_a_loop_and_never_lose_the_last_admin(
            changes in prop::collection::vec((0_usize..6, prop::option::of(0_usize..6), 0_usize..4, 0_usize..4), 0..40),
        ) {
            let name = |at: usize| format!("m{at}");
            let mut team = Directory::new(TenantId::local(), [member("m0", Role::Admin, None)]);
            for (who, manager, role, status) in changes {
                let status = [Status::Active, Status::Invited, Status::Disabled].get(status).copied();
                let change = member(&name(who), Role::ALL[role], manager.map(name).as_deref());
                let _ = match status {
                    Some(status) => team.put(Member { status, ..change }).map(|_| ()),
                    None => team.remove(&change.id).map(|_| ()),
                };
                prop_assert!(team.iter().any(is_active_admin));
                for member in team.iter() {
                    prop_assert!(!team.below(&member.id).iter().any(|below| team.below(below).contains(&member.id)));
                    prop_assert!(member.manager.is_none_or(|manager| team.get(&manager).is_some()));
                }
            }
        }
    }
}
