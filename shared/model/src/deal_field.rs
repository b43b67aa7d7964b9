//! Fields of a deal that a tenant may take from other fields of a source.

use crate::{Currency, Deal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A field of a [`Deal`] whose value may come from another field of the source than the usual one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DealField {
    /// Its name.
    Name,
    /// What it is worth.
    Amount,
    /// The chance of winning as the source says.
    Probability,
    /// The day the source expects it to close.
    ExpectedClose,
    /// Why it was lost.
    LostReason,
}

impl DealField {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Name,
        Self::Amount,
        Self::Probability,
        Self::ExpectedClose,
        Self::LostReason,
    ];

    /// The field of [`Deal`], as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Amount => "amount",
            Self::Probability => "probability",
            Self::ExpectedClose => "expected_close",
            Self::LostReason => "lost_reason",
        }
    }

    /// What a deal says in the field, as text; [`DealField::put`] reads it exactly.
    pub fn text(self, deal: &Deal) -> Option<String> {
        match self {
            Self::Name => deal.name.clone(),
            Self::Amount => deal.amount.map(|it| it.to_string()),
            Self::Probability => deal.probability.map(|it| it.to_string()),
            Self::ExpectedClose => deal.expected_close.map(|it| it.to_string()),
            Self::LostReason => deal.lost_reason.clone(),
        }
    }

    /// Puts into the field what [`DealField::text`] gave.
    pub fn put(self, deal: &mut Deal, text: Option<String>) {
        let read = text.as_deref();
        match self {
            Self::Name => deal.name = text,
            Self::Amount => {
                deal.amount = read.and_then(|text| text.parse().ok());
                deal.amount_usd = None;
            }
            Self::Probability => deal.probability = read.and_then(|text| text.parse().ok()),
            Self::ExpectedClose => deal.expected_close = read.and_then(|text| text.parse().ok()),
            Self::LostReason => deal.lost_reason = text,
        }
    }
}

impl fmt::Display for DealField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Which field of the source a field is taken from, and what its values leave unsaid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenFrom {
    /// The field, by its name among a deal's custom fields.
    pub from: String,
    /// What the source writes for certain: 1, or 100. Without it, 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_of: Option<u32>,
    /// What sums are in that do not say, on deals that have no amount of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
}

/// Which fields a tenant takes from other fields of a source.
pub type FieldMap = BTreeMap<DealField, TakenFrom>;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use crate::DealId;

    #[test]
    fn what_a_field_says_is_put_back_as_it_was() {
        let deal = Deal {
            name: Some("Harbor, \"phase 2\"".into()),
            amount: "-84000.50 EUR".parse().ok(),
            probability: Some(0.1 + 0.2),
            expected_close: "2026-12-18".parse().ok(),
            lost_reason: Some(String::new()),
            ..Deal::new(DealId::from_bytes([3; 16]))
        };
        let mut other = Deal::new(deal.id);
        for field in DealField::ALL {
            field.put(&mut other, field.text(&deal));
        }
        assert_eq!(other, deal);
        for field in DealField::ALL {
            field.put(&mut other, None);
            assert_eq!(serde_json::to_value(field).unwrap(), field.as_str());
        }
        assert_eq!(other, Deal::new(deal.id));
    }
}
