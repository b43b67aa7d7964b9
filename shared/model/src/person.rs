//! People who sell.

use crate::{PersonId, Provenance};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Somebody inside the customer: an owner of deals, a manager.
///
/// People who buy are [`Stakeholder`](crate::Stakeholder)s.
///
/// ```
/// use model::{Person, PersonId, TenantId};
///
/// let id = PersonId::derive(&TenantId::local(), "hubspot", "ines@vendor.example");
/// let person = Person { team: Some("EMEA".into()), ..Person::new(id) };
/// assert_eq!(person.manager, None);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// What each source calls them: source → the source's own id.
    #[serde(default)]
    pub external_ids: BTreeMap<String, String>,
    /// Their name.
    pub name: Option<String>,
    /// Their address.
    pub email: Option<String>,
    /// Their team or office.
    pub team: Option<String>,
    /// Whom they report to.
    pub manager: Option<PersonId>,
    /// What they do, in the source's words.
    pub role: Option<String>,
    /// Where each field came from.
    #[serde(default)]
    pub provenance: Provenance,
}

impl Person {
    /// A person of whom nothing is known yet.
    pub fn new(id: PersonId) -> Self {
        Self {
            id,
            external_ids: BTreeMap::new(),
            name: None,
            email: None,
            team: None,
            manager: None,
            role: None,
            provenance: Provenance::default(),
        }
    }
}
