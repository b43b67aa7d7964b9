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
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG"
            | b"RWF" | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
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
            _ => Err(MoneyError::NotACurrency {
                text: text.chars().take(20).collect(),
            }),
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
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
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
    #[error(
        "an amount in {currency} needs more than 28 digits; check the amounts for a stray factor"
    )]
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
    #[error(
        "the rate {rate} for {currency} cannot be right; say how many {currency} one {base} buys"
    )]
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
        let amount = self
            .amount
            .checked_mul(factor)
            .ok_or_else(|| self.overflow())?;
        Ok(Self { amount, ..*self })
    }

    /// The amount to the smallest unit of its currency; a half goes to the even neighbour.
    #[must_use]
    pub fn rounded(&self) -> Self {
        Self {
            amount: round(self.amount, self.currency),
            ..*self
        }
    }

    fn combine(
        &self,
        other: &Self,
        op: impl Fn(Decimal, Decimal) -> Option<Decimal>,
    ) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::MixedCurrencies {
                left: self.currency,
                right: other.currency,
            });
        }
        let needed = |money: &Self| money.amount.normalize().scale();
        op(self.amount, other.amount)
            // The decimal drops digits to the right rather than overflow.
            .filter(|sum| sum.scale() >= needed(self).max(needed(other)))
            .map(|amount| Self { amount, ..*self })
            .ok_or_else(|| self.overflow())
    }

    fn overflow(&self) -> MoneyError {
        MoneyError::Overflow {
            currency: self.currency,
        }
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
        let error = || MoneyError::NotMoney {
            text: text.chars().take(40).collect(),
        };
        let (amount, currency) = text.trim().rsplit_once(' ').ok_or_else(error)?;
        let amount = Decimal::from_str_exact(amount.trim()).map_err(|_| error())?;
        Ok(Self {
            amount,
            currency: currency.parse()?,
        })
    }
}

fn round(amount: Decimal, currency: Currency) -> Decimal {
    amount.round_dp_with_strategy(
        currency.minor_digits(),
        RoundingStrategy::MidpointNearestEven,
    )
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
#[serde(try_from = "Quotes")]
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
            return Err(MoneyError::BadRate {
                currency: base,
                rate: own,
                base,
            });
        }
        match rates.iter().find(|(_, rate)| **rate <= Decimal::ZERO) {
            Some((&currency, &rate)) => Err(MoneyError::BadRate {
                currency,
                rate,
                base,
            }),
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
            return Ok(Converted {
                money: *money,
                rate: Decimal::ONE,
                rate_as_of,
            });
        }
        let (from_rate, to_rate) = (self.rate(money.currency)?, self.rate(to)?);
        let overflow = || MoneyError::Overflow { currency: to };
        let rate = to_rate.checked_div(from_rate).ok_or_else(overflow)?;
        let amount = money
            .amount
            .checked_mul(to_rate)
            .and_then(|amount| amount.checked_div(from_rate))
            .ok_or_else(overflow)?;
        Ok(Converted {
            money: Money::new(round(amount, to), to),
            rate,
            rate_as_of,
        })
    }

    fn rate(&self, currency: Currency) -> Result<Decimal, MoneyError> {
        self.rates
            .get(&currency)
            .copied()
            .ok_or(MoneyError::NoRate {
                currency,
                as_of: self.as_of,
            })
    }
}

#[derive(Deserialize)]
struct Quotes {
    as_of: Date,
    base: Currency,
    rates: BTreeMap<Currency, Decimal>,
}

impl TryFrom<Quotes> for RateTable {
    type Error = MoneyError;

    fn try_from(quotes: Quotes) -> Result<Self, MoneyError> {
        Self::new(quotes.as_of, quotes.base, quotes.rates)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn money_is_read_as_it_is_written() {
        let check = |text: &str| assert_eq!(money(text).to_string(), text);
        check("84000.00 EUR");
        check("-0.01 USD");
        check("0 JPY");
        check("79228162514264337593543950335 USD");
    }

    #[test]
    fn what_is_no_money_is_refused() {
        for text in [
            "",
            "EUR",
            "12",
            "12 €",
            "twelve EUR",
            "12 EU",
            "1,5 EUR",
            "NaN EUR",
            "12 EUR!",
        ] {
            assert!(text.parse::<Money>().is_err(), "{text}");
        }
        // One digit too many to keep, which must not be rounded away.
        assert!(
            "1.00000000000000000000000000001 EUR"
                .parse::<Money>()
                .is_err()
        );
    }

    #[test]
    fn a_conversion_rounds_a_half_to_the_even_unit() {
        let date = Date::constant(2026, 9, 30);
        let rates = [
            ("USD", Decimal::new(5, 1)),
            ("JPY", Decimal::new(1605, 1)),
            ("BHD", Decimal::new(4, 1)),
            ("ZZZ", Decimal::from(3)),
        ];
        let rates = rates.map(|(code, rate)| (code.parse().unwrap(), rate));
        let table = RateTable::new(date, Currency::EUR, rates).unwrap();
        let check = |from: &str, to: &str, expected: &str| {
            let converted = table.convert(&money(from), to.parse().unwrap()).unwrap();
            assert_eq!(converted.money, money(expected), "{from}");
            assert_eq!(converted.rate_as_of, date);
        };
        check("0.01 EUR", "USD", "0 USD");
        check("0.03 EUR", "USD", "0.02 USD");
        check("-0.03 EUR", "USD", "-0.02 USD");
        check("1 EUR", "JPY", "160 JPY");
        check("3 EUR", "JPY", "482 JPY");
        check("1.2345 EUR", "BHD", "0.494 BHD");
        // Through the base, and exact although a third is not.
        check("30 ZZZ", "USD", "5.00 USD");
        check("0.001 EUR", "EUR", "0.001 EUR");
    }

    #[test]
    fn a_missing_or_impossible_rate_says_what_to_do() {
        let date = Date::constant(2026, 9, 30);
        let table = RateTable::new(date, Currency::EUR, []).unwrap();
        let error = table
            .convert(&money("1 EUR"), Currency::USD)
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "the rates of 2026-09-30 have none for USD; add it to the rate table"
        );
        for (currency, rate) in [(Currency::USD, 0), (Currency::USD, -1), (Currency::EUR, 2)] {
            let rates = [(currency, Decimal::from(rate))];
            let error = RateTable::new(date, Currency::EUR, rates).unwrap_err();
            assert!(matches!(error, MoneyError::BadRate { .. }), "{error}");
        }
        let json = r#"{"as_of":"2026-09-30","base":"EUR","rates":{"USD":"0"}}"#;
        assert!(serde_json::from_str::<RateTable>(json).is_err());
    }

    #[test]
    fn a_sum_that_cannot_be_kept_exactly_is_an_error() {
        let check = |a: &str, b: &str| {
            let overflow = Err(MoneyError::Overflow {
                currency: Currency::USD,
            });
            assert_eq!(money(a).checked_add(&money(b)), overflow, "{a} + {b}");
        };
        check("79228162514264337593543950335 USD", "1 USD");
        check("79228162514264337593543950335 USD", "0.1 USD");
        check("70000000000000000000000000000 USD", "0.01 USD");
        let most = money("79228162514264337593543950335 USD");
        assert!(most.checked_mul(Decimal::TWO).is_err());
        assert!(most.checked_sub(&most).is_ok());
    }

    #[test]
    fn currencies_round_trip_and_know_their_units() {
        let check = |text: &str, code: &str, digits| {
            let currency: Currency = text.parse().unwrap();
            assert_eq!((currency.as_str(), currency.minor_digits()), (code, digits));
        };
        check("usd", "USD", 2);
        check(" JPY ", "JPY", 0);
        check("kwd", "KWD", 3);
        check("CLF", "CLF", 4);
        for text in ["", "US", "USDT", "U$D", "ÄÖ"] {
            assert!(text.parse::<Currency>().is_err(), "{text}");
        }
    }

    fn amount() -> impl Strategy<Value = Decimal> {
        (any::<i64>(), 0_u32..7).prop_map(|(digits, scale)| Decimal::new(digits, scale))
    }

    proptest! {
        #[test]
        fn sums_are_exact_in_any_order(a in amount(), b in amount(), c in amount()) {
            let [a, b, c] = [a, b, c].map(|amount| Money::new(amount, Currency::EUR));
            let left = a.checked_add(&b).unwrap().checked_add(&c).unwrap();
            let right = a.checked_add(&b.checked_add(&c).unwrap()).unwrap();
            prop_assert_eq!(left, right);
            prop_assert_eq!(a.checked_add(&b), b.checked_add(&a));
            prop_assert_eq!(left.checked_sub(&c).unwrap().checked_sub(&b).unwrap(), a);
        }

        #[test]
        fn a_sum_is_exact_or_an_error(
            a in (any::<[u32; 3]>(), 0_u32..=28),
            b in (any::<[u32; 3]>(), 0_u32..=28),
        ) {
            let [a, b] = [a, b].map(|([low, middle, high], scale)| {
                Money::new(Decimal::from_parts(low, middle, high, false, scale), Currency::EUR)
            });
            if let Ok(sum) = a.checked_add(&b) {
                // The two differences lose nothing, because they are the terms.
                prop_assert_eq!(sum.checked_sub(&b), Ok(a));
                prop_assert_eq!(sum.checked_sub(&a), Ok(b));
            }
        }

        #[test]
        fn currencies_never_mix(a in amount(), b in amount()) {
            let (a, b) = (Money::new(a, Currency::EUR), Money::new(b, Currency::USD));
            let mixed = MoneyError::MixedCurrencies { left: Currency::EUR, right: Currency::USD };
            prop_assert_eq!(a.checked_add(&b), Err(mixed.clone()));
            prop_assert_eq!(a.checked_sub(&b), Err(mixed));
        }

        #[test]
        fn money_survives_json_and_text(amount in amount()) {
            let money = Money::new(amount, Currency::GBP);
            prop_assert_eq!(money.to_string().parse(), Ok(money));
            let json = serde_json::to_string(&money).unwrap();
            prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".*") {
            let _ = text.parse::<Money>();
        }
    }
}
