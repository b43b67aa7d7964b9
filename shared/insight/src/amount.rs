//! Money as answers write it.

use model::{Currency, Money};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use serde::{Deserialize, Serialize};

/// An amount in a currency, in the words of the API: `{"value":"1200.00","currency":"EUR"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// How much.
    pub value: Decimal,
    /// Of what.
    pub currency: Currency,
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self {
            value: money.amount,
            currency: money.currency,
        }
    }
}

impl Amount {
    /// An expectation, to the smallest unit of its currency; `None` when it is beyond 28 digits.
    pub(crate) fn expected(value: f64, currency: Currency) -> Option<Self> {
        let value = Decimal::from_f64(value)?;
        Some(Money::new(value, currency).rounded().into())
    }
}
