//! Who may call a route.

use identity::Policy;

/// Who may call a route. There is no default: [`Routes::with`](crate::Routes::with) asks for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody: it shows nothing of any tenant.
    Public,
    /// A caller who is known, under this policy.
    Guarded(Policy),
}

/// A route as it was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `GET`.
    pub method: String,
    /// `/v1/deals/{id}`.
    pub path: String,
    /// Who may call it.
    pub access: Access,
}
