//! Money: a decimal amount that never loses its currency.

use crate::Date;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// A currency by its three ISO 4217 letters.
///
/// ```
/// use model::Currency;
///
/// assert_eq!("eur".parse(), Ok(Currency::EUR));
/// assert_eq!(Currency::EUR.minor_digits(), 2);
/// assert!("€".parse::<Currency>().is_err());
/// ```
///
/// The letters are not looked up in a list: a source may know a currency before we do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The United States dollar.
    pub const USD: Self = Self(*b"USD");
    /// The euro.
    pub const EUR: Self = Self(*b"EUR");
    /// The pound sterling.
    pub const GBP: Self = Self(*b"GBP");

    /// The three letters.
    pub fn as_str(&self) -> &str {
        // Only ASCII letters get in.
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// How many decimal digits its smallest unit needs: 2 for the cent, 0 for the yen.
    pub fn minor_digits(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF"
            | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        match text.trim().as_bytes() {
            &[a, b, c] if [a, b, c].iter().all(u8::is_ascii_alphabetic) => {
                Ok(Self([a, b, c].map(|letter| letter.to_ascii_uppercase())))
            }
            _ => Err(MoneyError::NotACurrency { text: text.chars().take(20).collect() }),
        }
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Why a sum or a conversion of money is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// Three letters were wanted.
    #[error("{text:?} is not a currency; give its three ISO 4217 letters, such as EUR")]
    NotACurrency {
        /// What was found.
        text: String,
    },
    /// An amount and a currency were wanted.
    #[error("{text:?} is not an amount of money; give it as 84000.00 EUR")]
    NotMoney {
        /// What was found.
        text: String,
    },
    /// Two currencies in one sum.
    #[error("{left} and {right} cannot be added; convert one with a rate table first")]
    MixedCurrencies {
        /// The first.
        left: Currency,
        /// The second.
        right: Currency,
    },
    /// More than 28 digits.
    #[error("an amount in {currency} needs more than 28 digits; check the amounts for a stray factor")]
    Overflow {
        /// The currency of the result.
        currency: Currency,
    },
    /// The table does not know the currency.
    #[error("the rates of {as_of} have none for {currency}; add it to the rate table")]
    NoRate {
        /// The currency asked for.
        currency: Currency,
        /// The day of the table.
        as_of: Date,
    },
    /// A rate must be above zero, and the base's own rate one.
    #[error("the rate {rate} for {currency} cannot be right; say how many {currency} one {base} buys")]
    BadRate {
        /// The currency of the rate.
        currency: Currency,
        /// The rate given.
        rate: Decimal,
        /// The base of the table.
        base: Currency,
    },
}

/// An amount in a currency.
///
/// Sums are exact and never mix currencies; a sum that needs more than 28 digits is an error, not a
/// rounding.
///
/// ```
/// use model::{Currency, Money, MoneyError};
///
/// let price: Money = "84000.00 EUR".parse()?;
/// let both = price.checked_add(&"0.10 EUR".parse()?)?;
/// assert_eq!(both.to_string(), "84000.10 EUR");
///
/// let dollars: Money = "1 USD".parse()?;
/// assert!(matches!(price.checked_add(&dollars), Err(MoneyError::MixedCurrencies { .. })));
/// # Ok::<(), MoneyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// How much, in whole units of the currency; negative for a refund.
    pub amount: Decimal,
    /// Of what.
    pub currency: Currency,
}

impl Money {
    /// An amount in a currency.
    pub const fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// The exact sum of two amounts in one currency.
    pub fn checked_add(&self, other: &Self) -> Result<Self, MoneyError> {
        self.combine(other, Decimal::checked_add)
    }

    /// The exact difference of two amounts in one currency.
    pub fn checked_sub(&self, other: &Self) -> Result<Self, MoneyError> {
        self.combine(other, Decimal::checked_sub)
    }

    /// The amount times a factor, such as a share; only a 29th digit is rounded away.
    pub fn checked_mul(&self, factor: Decimal) -> Result<Self, MoneyError> {
        let amount = self.amount.checked_mul(factor).ok_or_else(|| self.overflow())?;
        Ok(Self { amount, ..*self })
    }

    /// The amount to the smallest unit of its currency; a half goes to the even neighbour.
    #[must_use]
    pub fn rounded(&self) -> Self {
        Self { amount: round(self.amount, self.currency), ..*self }
    }

    fn combine(
        &self,
        other: &Self,
        op: impl Fn(Decimal, Decimal) -> Option<Decimal>,
    ) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::MixedCurrencies { left: self.currency, right: other.currency });
        }
        let needed = |money: &Self| money.amount.normalize().scale();
        op(self.amount, other.amount)
            // The decimal drops digits to the right rather than overflow.
            .filter(|sum| sum.scale() >= needed(self).max(needed(other)))
            .map(|amount| Self { amount, ..*self })
            .ok_or_else(|| self.overflow())
    }

    fn overflow(&self) -> MoneyError {
        MoneyError::Overflow { currency: self.currency }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {}", self.amount, self.currency))
    }
}

impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let error = || MoneyError::NotMoney { text: text.chars().take(40).collect() };
        let (amount, currency) = text.trim().rsplit_once(' ').ok_or_else(error)?;
        let amount = Decimal::from_str_exact(amount.trim()).map_err(|_| error())?;
        Ok(Self { amount, currency: currency.parse()? })
    }
}

fn round(amount: Decimal, currency: Currency) -> Decimal {
    amount.round_dp_with_strategy(currency.minor_digits(), RoundingStrategy::MidpointNearestEven)
}

/// The exchange rates of one day.
///
/// ```
/// use model::{Currency, Date, Money, MoneyError, RateTable};
/// use rust_decimal::Decimal;
///
/// // One euro buys 1.25 dollars.
/// let rates = RateTable::new(
///     Date::constant(2026, 9, 30),
///     Currency::EUR,
///     [(Currency::USD, Decimal::new(125, 2))],
/// )?;
/// let converted = rates.convert(&"84000.00 EUR".parse()?, Currency::USD)?;
/// assert_eq!(converted.money, "105000 USD".parse()?);
/// assert_eq!(converted.rate, Decimal::new(125, 2));
/// # Ok::<(), MoneyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Rates")]
pub struct RateTable {
    as_of: Date,
    base: Currency,
    rates: BTreeMap<Currency, Decimal>,
}

/// An amount converted, with the rate that was used, so that the figure can be explained later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Converted {
    /// The amount in the new currency.
    pub money: Money,
    /// How much of the new currency one unit of the old bought.
    pub rate: Decimal,
    /// The day of the rate.
    pub rate_as_of: Date,
}

impl RateTable {
    /// The rates of a day: how many units of each currency one unit of `base` buys.
    pub fn new(
        as_of: Date,
        base: Currency,
        rates: impl IntoIterator<Item = (Currency, Decimal)>,
    ) -> Result<Self, MoneyError> {
        let mut rates: BTreeMap<_, _> = rates.into_iter().collect();
        let own = *rates.entry(base).or_insert(Decimal::ONE);
        if own != Decimal::ONE {
            return Err(MoneyError::BadRate { currency: base, rate: own, base });
        }
        match rates.iter().find(|(_, rate)| **rate <= Decimal::ZERO) {
            Some((&currency, &rate)) => Err(MoneyError::BadRate { currency, rate, base }),
            None => Ok(Self { as_of, base, rates }),
        }
    }

    /// The day of the rates.
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// The currency the rates are quoted against.
    pub fn base(&self) -> Currency {
        self.base
    }

    /// An amount in another currency, to the smallest unit of that currency; a half goes to the
    /// even neighbour. An amount already in it stays as it is.
    pub fn convert(&self, money: &Money, to: Currency) -> Result<Converted, MoneyError> {
        let rate_as_of = self.as_of;
        if money.currency == to {
            return Ok(Converted { money: *money, rate: Decimal::ONE, rate_as_of });
        }
        let (from_rate, to_rate) = (self.rate(money.currency)?, self.rate(to)?);
        let overflow = || MoneyError::Overflow { currency: to };
        let rate = to_rate.checked_div(from_rate).ok_or_else(overflow)?;
        let amount = money
            .amount
            .checked_mul(to_rate)
            .and_then(|amount| amount.checked_div(from_rate))
            .ok_or_else(overflow)?;
        Ok(Converted { money: Money::new(round(amount, to), to), rate, rate_as_of })
    }

    fn rate(&self, currency: Currency) -> Result<Decimal, MoneyError> {
        self.rates.get(&currency).copied().ok_or(MoneyError::NoRate { currency, as_of: self.as_of })
    }
}

#[derive(Deserialize)]
struct Rates {
    as_of: Date,
    base: Currency,
    rates: BTreeMap<Currency, Decimal>,
}

impl TryFrom<Rates> for RateTable {
    type Error = MoneyError;

    fn try_from(rates: Rates) -> Result<Self, MoneyError> {
        Self::new(rates.as_of, rates.base, rates.rates)
    }
}
