//! Deals and their moves.

use crate::{
    ActivityId, CanonicalStage, CompanyId, Converted, Date, DealField, DealId, Money, PersonId,
    PipelineId, Provenance, Timestamp, TransitionId,
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An opportunity to sell: the thing whose future is forecast.
///
/// Every field a source may leave out is optional; absent is not zero and not empty.
///
/// ```
/// use model::{Deal, DealId, Provenance, TenantId};
///
/// let id = DealId::derive(&TenantId::local(), "hubspot", "1234");
/// let deal = Deal {
///     name: Some("Harbor rollout".into()),
///     amount: "84000.00 EUR".parse().ok(),
///     provenance: Provenance::new("hubspot", None),
///     ..Deal::new(id)
/// };
/// assert_eq!(deal.stage, None);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deal {
    /// Its id.
    pub id: DealId,
    /// What each source calls it: source → the source's own id.
    #[serde(default)]
    pub external_ids: BTreeMap<String, String>,
    /// Its name.
    pub name: Option<String>,
    /// Who would buy.
    pub company: Option<CompanyId>,
    /// What it is worth; negative amounts are kept as the source has them.
    pub amount: Option<Money>,
    /// The amount in United States dollars, with the rate used.
    pub amount_usd: Option<Converted>,
    /// The pipeline it is in.
    pub pipeline: Option<PipelineId>,
    /// The stage it is in, by the source's own label.
    pub stage: Option<String>,
    /// What that stage means; `None` when the label is unknown.
    pub canonical_stage: Option<CanonicalStage>,
    /// The chance of winning, 0 to 1, as the source says; not a forecast of ours.
    #[serde(default, deserialize_with = "crate::range::unit")]
    pub probability: Option<f64>,
    /// The day the source expects it to close.
    pub expected_close: Option<Date>,
    /// Who sells.
    pub owner: Option<PersonId>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
    /// When it was won or lost.
    pub closed_at: Option<Timestamp>,
    /// Why it was lost, in the source's words.
    pub lost_reason: Option<String>,
    /// Whatever else the source says, by the source's own names.
    #[serde(default)]
    pub custom_fields: BTreeMap<String, String>,
    /// What the source says itself in fields that the tenant takes from others of its fields, as
    /// [`DealField::text`] has it; `None` where it says nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub displaced: BTreeMap<DealField, Option<String>>,
    /// Who may see it besides its owner and the owner's managers.
    #[serde(default)]
    pub visible_to: Vec<PersonId>,
    /// Where each field came from.
    #[serde(default)]
    pub provenance: Provenance,
}

impl Deal {
    /// A deal of which nothing is known yet.
    pub fn new(id: DealId) -> Self {
        Self {
            id,
            external_ids: BTreeMap::new(),
            name: None,
            company: None,
            amount: None,
            amount_usd: None,
            pipeline: None,
            stage: None,
            canonical_stage: None,
            probability: None,
            expected_close: None,
            owner: None,
            created_at: None,
            updated_at: None,
            closed_at: None,
            lost_reason: None,
            custom_fields: BTreeMap::new(),
            displaced: BTreeMap::new(),
            visible_to: Vec::new(),
            provenance: Provenance::default(),
        }
    }
}

/// A deal's move from one stage to another.
///
/// The engines read moves from the compact [`StageLog`](crate::StageLog); this is the form in which
/// a single one is shown or stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageTransition {
    /// Its id.
    pub id: TransitionId,
    /// The deal that moved.
    pub deal: DealId,
    /// The stage it left, by the source's label; `None` when this is its first.
    pub from: Option<String>,
    /// The stage it entered, by the source's label.
    pub to: String,
    /// When.
    pub at: Timestamp,
    /// The activity that brought it about, if known.
    pub trigger: Option<ActivityId>,
    /// How long it had been in the stage it left.
    pub duration_in_from: Option<SignedDuration>,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use crate::Currency;
    use rust_decimal::Decimal;

    #[test]
    fn a_whole_deal_survives_json() {
        let id = DealId::from_bytes([3; 16]);
        let money = Money::new(Decimal::new(8_400_000, 2), Currency::EUR);
        let usd = Money::new(Decimal::from(105_000), Currency::USD);
        let deal = Deal {
            external_ids: [("hubspot".to_owned(), "1234".to_owned())].into(),
            name: Some("Harbor rollout".into()),
            amount: Some(money),
            amount_usd: Some(Converted {
                money: usd,
                rate: Decimal::new(125, 2),
                rate_as_of: Date::constant(2026, 9, 30),
            }),
            pipeline: Some(PipelineId::from_bytes([4; 16])),
            stage: Some("Proposal".into()),
            canonical_stage: Some(CanonicalStage::Proposal),
            probability: Some(0.6),
            expected_close: Some(Date::constant(2026, 12, 18)),
            updated_at: Some(Timestamp::UNIX_EPOCH),
            visible_to: vec![PersonId::from_bytes([5; 16])],
            provenance: Provenance::new("hubspot", Some(Timestamp::UNIX_EPOCH)),
            ..Deal::new(id)
        };
        let json = serde_json::to_string(&deal).unwrap();
        assert!(
            json.contains(r#""amount":{"amount":"84000.00","currency":"EUR"}"#),
            "{json}"
        );
        assert_eq!(serde_json::from_str::<Deal>(&json).unwrap(), deal);
    }

    #[test]
    fn a_deal_of_which_only_the_id_is_known_is_read() {
        let id = DealId::from_bytes([3; 16]);
        let read = |rest: &str| serde_json::from_str::<Deal>(&format!(r#"{{"id":"{id}"{rest}}}"#));
        assert_eq!(read("").unwrap(), Deal::new(id));
        for wrong in [
            r#","probability":1.5"#,
            r#","expected_close":"2026-02-31""#,
            r#","amount":{"amount":"12","currency":"€"}"#,
            r#","canonical_stage":"almost""#,
            r#","owner":"deal_00000000000000000000000000""#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
