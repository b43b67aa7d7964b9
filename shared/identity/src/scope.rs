//! What a caller may do, apart from what it sees.

use model::Role;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// One kind of act. A member has those of their role; an API key those it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Look at deals, forecasts and insights.
    Read,
    /// Change our own fields, views and scenarios.
    Write,
    /// Bring data in.
    Import,
    /// Run simulations and backtests.
    Simulate,
    /// Take data out in bulk.
    Export,
    /// Change members, keys and settings.
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 6] = [
        Self::Read,
        Self::Write,
        Self::Import,
        Self::Simulate,
        Self::Export,
        Self::Admin,
    ];

    /// The name, as the API and keys write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Import => "import",
            Self::Simulate => "simulate",
            Self::Export => "export",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that is no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a scope; it can be read, write, import, simulate, export or admin")]
pub struct ScopeError(String);

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| ScopeError(text.chars().take(40).collect()))
    }
}

/// A set of scopes, written as a list.
///
/// ```
/// use identity::{Scope, Scopes};
///
/// let scopes: Scopes = "read, simulate".parse()?;
/// assert!(scopes.contains(Scope::Read) && !scopes.contains(Scope::Admin));
/// assert_eq!(scopes.to_string(), "read simulate");
/// # Ok::<(), identity::ScopeError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Scope>", into = "Vec<Scope>")]
pub struct Scopes(u8);

impl Scopes {
    /// Every scope.
    pub fn all() -> Self {
        Scope::ALL.into_iter().collect()
    }

    /// The scopes a role has. An import changes everybody's deals, so it takes somebody who sees
    /// them all.
    pub fn of(role: Role) -> Self {
        let seller = [Scope::Read, Scope::Write, Scope::Simulate, Scope::Export];
        match role {
            Role::Ae | Role::SalesManager => seller.into_iter().collect(),
            Role::Cro => seller.into_iter().chain([Scope::Import]).collect(),
            Role::Admin => Self::all(),
        }
    }

    /// Whether a scope is among them.
    pub fn contains(self, scope: Scope) -> bool {
        self.0 & 1 << scope as u8 != 0
    }

    /// Whether all of the others are among them.
    pub fn contains_all(self, others: Self) -> bool {
        others.0 & !self.0 == 0
    }

    /// Those in both.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Each, in the order they are declared.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL
            .into_iter()
            .filter(move |&scope| self.contains(scope))
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(
            scopes
                .into_iter()
                .fold(0, |bits, scope| bits | 1 << scope as u8),
        )
    }
}

impl From<Vec<Scope>> for Scopes {
    fn from(scopes: Vec<Scope>) -> Self {
        scopes.into_iter().collect()
    }
}

impl From<Scopes> for Vec<Scope> {
    fn from(scopes: Scopes) -> Self {
        scopes.iter().collect()
    }
}

impl FromStr for Scopes {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        text.split([',', ' '])
            .filter(|word| !word.is_empty())
            .map(str::parse)
            .collect()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = self.iter().map(Scope::as_str).collect();
        f.pad(&words.join(" "))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scopes({self})")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn every_set_reads_as_it_writes() {
        for bits in 0..64 {
            let scopes = Scopes(bits);
            assert_eq!(scopes.to_string().parse(), Ok(scopes));
            let json = serde_json::to_string(&scopes).unwrap();
            assert_eq!(serde_json::from_str::<Scopes>(&json).unwrap(), scopes);
        }
        assert_eq!("read,read".parse::<Scopes>().unwrap().to_string(), "read");
        assert!("read,root".parse::<Scopes>().is_err());
        assert!("Read".parse::<Scopes>().is_err());
    }

    #[test]
    fn a_later_role_has_what_an_earlier_one_has() {
        for pair in Role::ALL.windows(2) {
            assert!(
                Scopes::of(pair[1]).contains_all(Scopes::of(pair[0])),
                "{pair:?}"
            );
        }
        assert!(!Scopes::of(Role::Cro).contains_all(Scopes::all()));
        assert!(!Scopes::of(Role::Cro).contains(Scope::Admin));
        assert!(!Scopes::of(Role::SalesManager).contains(Scope::Import));
    }
}
