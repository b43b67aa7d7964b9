//! Companies that buy.

use crate::{CompanyId, Money, PersonId, Provenance};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A company that may buy; subscriptions, invoices and payments hang here.
///
/// ```
/// use model::{Company, CompanyId, TenantId};
///
/// let id = CompanyId::derive(&TenantId::local(), "hubspot", "77");
/// let company = Company { name: Some("Harbor Freightways".into()), ..Company::new(id) };
/// assert_eq!(company.industry, None);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Company {
    /// Its id.
    pub id: CompanyId,
    /// What each source calls it: source → the source's own id.
    #[serde(default)]
    pub external_ids: BTreeMap<String, String>,
    /// Its name.
    pub name: Option<String>,
    /// Its internet domain.
    pub domain: Option<String>,
    /// Its industry, in the source's words.
    pub industry: Option<String>,
    /// How many people work there.
    pub employees: Option<u64>,
    /// Its revenue in a year.
    pub annual_revenue: Option<Money>,
    /// Who looks after it.
    pub owner: Option<PersonId>,
    /// Whatever else the source says, by the source's own names.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, String>,
    /// Where each field came from.
    #[serde(default)]
    pub provenance: Provenance,
}

impl Company {
    /// A company of which nothing is known yet.
    pub fn new(id: CompanyId) -> Self {
        Self {
            id,
            external_ids: BTreeMap::new(),
            name: None,
            domain: None,
            industry: None,
            employees: None,
            annual_revenue: None,
            owner: None,
            custom_fields: BTreeMap::new(),
            provenance: Provenance::default(),
        }
    }
}
