//! Who may see which rows.

use crate::PersonId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// What a member does in the company, and so how much of it they see.
///
/// The order is that of trust: a later role may do whatever an earlier one may.
///
/// ```
/// use model::Role;
///
/// assert!(Role::SalesManager >= Role::Ae);
/// assert_eq!("cro".parse(), Ok(Role::Cro));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sells: sees their own deals.
    Ae,
    /// Leads sellers: sees the deals of everybody below, at any depth.
    SalesManager,
    /// Answers for the number: sees all deals.
    Cro,
    /// Runs the tool: sees all deals and may change settings, members and keys.
    Admin,
}

impl Role {
    /// Every role, the least trusted first.
    pub const ALL: [Self; 4] = [Self::Ae, Self::SalesManager, Self::Cro, Self::Admin];

    /// The name in `snake_case`, as the API and tokens write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ae => "ae",
            Self::SalesManager => "sales_manager",
            Self::Cro => "cro",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that is no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a role; it can be ae, sales_manager, cro or admin")]
pub struct RoleError(String);

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| RoleError(text.chars().take(40).collect()))
    }
}

/// How much one asker sees of a tenant's deals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Viewer {
    /// Every row, those without an owner included.
    pub sees_all: bool,
    /// The sellers whose rows are seen: oneself and everybody below.
    pub people: BTreeSet<PersonId>,
}

impl Viewer {
    /// Sees every row of the tenant.
    pub fn all() -> Self {
        Self {
            sees_all: true,
            people: BTreeSet::new(),
        }
    }

    /// Sees the rows of these sellers.
    pub fn of(people: impl IntoIterator<Item = PersonId>) -> Self {
        Self {
            sees_all: false,
            people: people.into_iter().collect(),
        }
    }

    /// Whether this seller is the viewer or below them.
    pub fn sees_person(&self, person: PersonId) -> bool {
        self.sees_all || self.people.contains(&person)
    }
}

/// Whether a row may be seen: it is one's own or of somebody below, or it was opened to one of
/// them. A row that nobody owns is seen by those who see all.
///
/// This is the only rule; lists, single rows, facets, totals, search and exports all ask it.
///
/// ```
/// use model::{PersonId, TenantId, Viewer, visible};
///
/// let person = |name| PersonId::derive(&TenantId::local(), "crm", name);
/// let viewer = Viewer::of([person("ana")]);
/// assert!(visible(&viewer, Some(person("ana")), &[]));
/// assert!(visible(&viewer, Some(person("ben")), &[person("ana")]));
/// assert!(!visible(&viewer, Some(person("ben")), &[]));
/// assert!(!visible(&viewer, None, &[]) && visible(&Viewer::all(), None, &[]));
/// ```
pub fn visible(viewer: &Viewer, owner: Option<PersonId>, visible_to: &[PersonId]) -> bool {
    viewer.sees_all
        || owner.is_some_and(|owner| viewer.people.contains(&owner))
        || visible_to
            .iter()
            .any(|person| viewer.people.contains(person))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_reads_as_it_writes() {
        for role in Role::ALL {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        let error = "root".parse::<Role>().map_err(|error| error.to_string());
        assert_eq!(
            error,
            Err("\"root\" is not a role; it can be ae, sales_manager, cro or admin".to_owned())
        );
    }
}
