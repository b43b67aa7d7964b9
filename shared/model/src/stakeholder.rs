//! People who buy.

use crate::{DealId, Provenance, StakeholderId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A contact on a deal, at the company that may buy.
///
/// ```
/// use model::{DealId, Stakeholder, StakeholderId, StakeholderRole, TenantId};
///
/// let tenant = TenantId::local();
/// let deal = DealId::derive(&tenant, "hubspot", "1234");
/// let id = StakeholderId::derive(&tenant, "hubspot", "1234/55");
/// let champion =
///     Stakeholder { role: Some(StakeholderRole::Champion), ..Stakeholder::new(id, deal) };
/// assert_eq!(champion.engagement, None);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stakeholder {
    /// Their id.
    pub id: StakeholderId,
    /// What each source calls them: source → the source's own id.
    #[serde(default)]
    pub external_ids: BTreeMap<String, String>,
    /// The deal they have a say in.
    pub deal: DealId,
    /// Their name.
    pub name: Option<String>,
    /// Their job title.
    pub title: Option<String>,
    /// Their address.
    pub email: Option<String>,
    /// The part they play.
    pub role: Option<StakeholderRole>,
    /// How they feel about us, −1 to 1.
    #[serde(default, deserialize_with = "crate::range::signed_unit")]
    pub sentiment: Option<f64>,
    /// How involved they are, 0 to 1.
    #[serde(default, deserialize_with = "crate::range::unit")]
    pub engagement: Option<f64>,
    /// When we last spoke.
    pub last_contact: Option<Timestamp>,
    /// When they joined the deal.
    pub added_at: Option<Timestamp>,
    /// How they like to be spoken to, as inferred.
    pub communication_style: Option<Inferred>,
    /// What they are like, as inferred.
    #[serde(default)]
    pub personality_traits: Vec<Inferred>,
    /// Where each field came from.
    #[serde(default)]
    pub provenance: Provenance,
}

impl Stakeholder {
    /// A contact of whom nothing is known yet.
    pub fn new(id: StakeholderId, deal: DealId) -> Self {
        Self {
            id,
            external_ids: BTreeMap::new(),
            deal,
            name: None,
            title: None,
            email: None,
            role: None,
            sentiment: None,
            engagement: None,
            last_contact: None,
            added_at: None,
            communication_style: None,
            personality_traits: Vec::new(),
            provenance: Provenance::default(),
        }
    }
}

/// The part somebody plays in a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StakeholderRole {
    /// Wants it and says so.
    Champion,
    /// Stands against it.
    Blocker,
    /// Signs for the money.
    EconomicBuyer,
    /// Judges whether it works.
    TechnicalBuyer,
    /// Is listened to.
    Influencer,
    /// Would work with it.
    EndUser,
    /// Reads the contract.
    Legal,
    /// Negotiates the purchase.
    Procurement,
}

/// A value nobody stated: concluded from what was said, with the evidence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Inferred {
    /// The conclusion.
    pub value: String,
    /// The words it rests on.
    pub evidence: String,
}
