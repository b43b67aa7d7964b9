//! What a route asks of its caller.

use crate::{Actor, Limit, Scope};
use model::Role;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a route asks of its caller. Every route has one; what rows it then shows is for
/// [`visible`](model::visible) to say.
///
/// ```
/// use identity::{Policy, RateClass, Role, Scope, TenantCtx};
/// use model::TenantId;
///
/// const INVITE: Policy = Policy::new(Scope::Admin, Role::Admin, RateClass::Write);
/// let ctx = TenantCtx::system(TenantId::local(), "schedule", "req_1");
/// assert!(INVITE.allows(ctx.actor()).is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The scope a caller needs.
    pub scope: Scope,
    /// The least role a caller needs.
    pub min_role: Role,
    /// Which limit the call counts against.
    pub class: RateClass,
}

/// A caller may not do this. It says nothing about what exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The key or the role lacks the scope.
    #[error("this call needs the scope {needs}; use a key that has it, or ask an admin for one")]
    Scope {
        /// What is missing.
        needs: Scope,
    },
    /// The role is too low.
    #[error("this call needs the role {needs} and you are {has}; ask an admin")]
    Role {
        /// The least role that may.
        needs: Role,
        /// The caller's.
        has: Role,
    },
}

impl Denied {
    /// The word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Scope { .. } => "scope_missing",
            Self::Role { .. } => "role_too_low",
        }
    }
}

impl Policy {
    /// A policy of its three parts.
    pub const fn new(scope: Scope, min_role: Role, class: RateClass) -> Self {
        Self {
            scope,
            min_role,
            class,
        }
    }

    /// Whether the actor may do this at all.
    pub fn allows(&self, actor: &Actor) -> Result<(), Denied> {
        if actor.role() < self.min_role {
            return Err(Denied::Role {
                needs: self.min_role,
                has: actor.role(),
            });
        }
        if !actor.scopes().contains(self.scope) {
            return Err(Denied::Scope { needs: self.scope });
        }
        Ok(())
    }
}

/// Calls that share a limit, counted per caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateClass {
    /// Reads from the book.
    Read,
    /// Changes of a row.
    Write,
    /// Attempts to sign in, counted per address and per origin.
    SignIn,
    /// Simulations and backtests.
    Simulate,
    /// Imports begun.
    Import,
    /// Exports begun.
    Export,
    /// Calls that cost a model.
    Ai,
}

impl RateClass {
    /// Every class.
    pub const ALL: [Self; 7] = [
        Self::Read,
        Self::Write,
        Self::SignIn,
        Self::Simulate,
        Self::Import,
        Self::Export,
        Self::Ai,
    ];

    /// The name, as headers and metrics write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::SignIn => "sign_in",
            Self::Simulate => "simulate",
            Self::Import => "import",
            Self::Export => "export",
            Self::Ai => "ai",
        }
    }

    /// How much one caller may unless their tenant's settings say otherwise.
    pub const fn default_limit(self) -> Limit {
        match self {
            Self::Read => Limit::constant(1_000, 100, 1),
            Self::Write => Limit::constant(100, 10, 1),
            Self::SignIn => Limit::constant(5, 10, 600),
            Self::Simulate => Limit::constant(50, 5, 1),
            Self::Import => Limit::constant(10, 60, 3_600),
            Self::Export => Limit::constant(5, 20, 3_600),
            Self::Ai => Limit::constant(10, 60, 600),
        }
    }

    /// Whether the count is kept in the store and so holds over all processes. Reads and writes of
    /// a row are counted in each process alone: a count that costs as much as the call helps
    /// nobody.
    pub const fn is_exact(self) -> bool {
        !matches!(self, Self::Read | Self::Write)
    }

    /// Whether a call is refused when its count cannot be read: where a flood would cost money or
    /// break a door.
    pub const fn fails_closed(self) -> bool {
        matches!(self, Self::SignIn | Self::Ai)
    }
}

impl fmt::Display for RateClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TenantCtx;
    use crate::actor::tests::{key_ctx, member_ctx};

    #[test]
    fn a_caller_needs_both_the_role_and_the_scope() {
        let check = |ctx: &TenantCtx, scope, min_role, expected: Result<(), &str>| {
            let policy = Policy::new(scope, min_role, RateClass::Read);
            let answer = policy.allows(ctx.actor()).map_err(Denied::code);
            assert_eq!(answer, expected, "{scope} {min_role}");
        };
        let (role, scope) = (Err("role_too_low"), Err("scope_missing"));
        check(&member_ctx("ana"), Scope::Read, Role::Ae, Ok(()));
        check(&member_ctx("ana"), Scope::Read, Role::SalesManager, role);
        check(&member_ctx("ana"), Scope::Import, Role::Ae, scope);
        check(&member_ctx("ana"), Scope::Admin, Role::Admin, role);
        check(&member_ctx("head"), Scope::Import, Role::Cro, Ok(()));
        check(&member_ctx("head"), Scope::Admin, Role::Cro, scope);
        check(&member_ctx("root"), Scope::Admin, Role::Admin, Ok(()));
        check(
            &key_ctx(Role::Admin, "read"),
            Scope::Read,
            Role::Admin,
            Ok(()),
        );
        check(&key_ctx(Role::Admin, "read"), Scope::Write, Role::Ae, scope);
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let denied = Denied::Scope {
            needs: Scope::Export,
        };
        assert!(denied.to_string().contains("export"));
        let denied = Denied::Role {
            needs: Role::Admin,
            has: Role::Ae,
        };
        assert!(denied.to_string().contains("ask an admin"));
    }

    #[test]
    fn what_fails_closed_is_counted_exactly() {
        for class in RateClass::ALL {
            assert!(class.is_exact() || !class.fails_closed(), "{class}");
        }
    }
}
