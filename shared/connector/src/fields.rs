//! Fields of deals that a tenant takes from other fields of a source.
//!
//! The source's own word is never lost: it lies with the deal as displaced, so that [`restore`]
//! gives the deal back as it was, and another choice can be tried on the kept deal alone.
//!
//! ```
//! use connector::fields::{Outcome, apply, restore};
//! use model::{Deal, DealField, DealId, FieldMap, Provenance, TakenFrom};
//!
//! let own = Deal {
//!     amount: "10 EUR".parse().ok(),
//!     custom_fields: [("ARR".to_owned(), "84000".to_owned())].into(),
//!     provenance: Provenance::new("hubspot", None),
//!     ..Deal::new(DealId::from_bytes([3; 16]))
//! };
//! let from = TakenFrom { from: "ARR".to_owned(), share_of: None, currency: None };
//! let mut deal = own.clone();
//! let said = apply(&FieldMap::from([(DealField::Amount, from)]), &mut deal);
//! assert_eq!(said, [(DealField::Amount, Outcome::Taken)]);
//! assert_eq!(deal.amount, "84000 EUR".parse().ok());
//! assert_eq!(deal.provenance.of("amount").source.as_str(), "hubspot:ARR");
//! restore(&mut deal);
//! assert_eq!(deal, own);
//! ```

use crate::value::{self, ODD_CURRENCY, ODD_DATE, ODD_NUMBER};
use jiff::civil::Date;
use model::{
    Currency, Deal, DealField, FieldMap, Issue, IssueCode, Money, Origin, Place, Severity,
    TakenFrom,
};
use rust_decimal::Decimal;

/// What became of a field that is taken from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It says what the other field says.
    Taken,
    /// The other field says nothing on this deal: the source's own word stays.
    Missing,
    /// The other field cannot be read: the source's own word stays.
    Odd(Issue),
}

/// Takes fields of a deal from others, whatever was taken before. Why a deal was lost is taken of
/// lost deals only, as sources leave the reason where a deal was opened again.
pub fn apply(map: &FieldMap, deal: &mut Deal) -> Vec<(DealField, Outcome)> {
    restore(deal);
    let is_lost = |deal: &Deal| {
        let stage = deal.canonical_stage;
        stage.and_then(model::CanonicalStage::outcome) == Some(model::Outcome::Lost)
    };
    let wanted = map
        .iter()
        .filter(|(field, _)| **field != DealField::LostReason || is_lost(deal));
    let mut said = Vec::new();
    for (&field, taken) in wanted.collect::<Vec<_>>() {
        let found = deal.custom_fields.get(&taken.from).map(|text| text.trim());
        let Some(text) = found.filter(|text| !value::is_null(text)) else {
            said.push((field, Outcome::Missing));
            continue;
        };
        let outcome = match read(field, taken, text, deal) {
            Ok(value) => {
                take(deal, field, &taken.from, value);
                Outcome::Taken
            }
            Err(odd) => Outcome::Odd(odd.issue(deal, field, &taken.from, text)),
        };
        said.push((field, outcome));
    }
    said
}

fn take(deal: &mut Deal, field: DealField, from: &str, value: String) {
    let own = field.text(deal);
    field.put(deal, Some(value));
    deal.displaced.insert(field, own);
    let origin = deal.provenance.origin();
    let origin = Origin::new(format!("{}:{from}", origin.source), origin.at);
    deal.provenance.set(field.as_str(), origin);
}

/// Gives every field its source's own word back.
pub fn restore(deal: &mut Deal) {
    for (field, own) in std::mem::take(&mut deal.displaced) {
        field.put(deal, own);
        let origin = deal.provenance.origin().clone();
        deal.provenance.set(field.as_str(), origin);
    }
}

/// What cannot be read, and what helps.
struct Odd(IssueCode, &'static str, &'static str);

impl Odd {
    fn issue(self, deal: &Deal, field: DealField, from: &str, text: &str) -> Issue {
        let Self(code, what, remedy) = self;
        let source = deal.provenance.origin().source.as_str();
        let id = deal.external_ids.get(source).map_or("?", String::as_str);
        let place = Place::column(format!("{source}/deal/{id}"), from);
        let what = format!("{what}, and {field} is taken from it; the source's own {field} stays");
        Issue::new(code, Severity::Warning, what, remedy)
            .at(place)
            .quoting(text)
    }
}

const CORRECT: &str = "correct it at the source, or take the field from another one";

/// A value as [`DealField::put`] reads it.
fn read(field: DealField, taken: &TakenFrom, text: &str, deal: &Deal) -> Result<String, Odd> {
    match field {
        DealField::Name | DealField::LostReason => Ok(text.to_owned()),
        DealField::Amount => {
            let (amount, said) = sum(text).ok_or(Odd(ODD_NUMBER, "this is not a sum", CORRECT))?;
            let own = deal.amount.map(|own| own.currency);
            let currency = said.or(own).or(taken.currency);
            let remedy = "say in the mapping what such sums are in, or fill the deal's own amount";
            let odd = Odd(
                ODD_CURRENCY,
                "the currency of this sum is not known",
                remedy,
            );
            Ok(Money::new(amount, currency.ok_or(odd)?).to_string())
        }
        DealField::ExpectedClose => {
            let day = day(text).ok_or(Odd(ODD_DATE, "this is not a date", CORRECT))?;
            Ok(day.to_string())
        }
        DealField::Probability => {
            let share = share(text, taken.share_of.unwrap_or(100));
            let share = share.ok_or(Odd(ODD_NUMBER, "this is not a probability", CORRECT))?;
            Ok(share.to_string())
        }
    }
}

/// A sum, with its currency where it says so: `84000.50`, `84000 EUR`. Whether `84,000` is eighty-four
/// thousand is not guessed.
pub fn sum(text: &str) -> Option<(Decimal, Option<Currency>)> {
    if let Some(amount) = value::decimal(text) {
        return Some((amount, None));
    }
    let (amount, currency) = text.trim().rsplit_once(' ')?;
    Some((value::decimal(amount)?, Some(currency.parse().ok()?)))
}

/// A day; of an instant its day in UTC. A number is one only as milliseconds since 1970: a small
/// one counts something else.
pub fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    let is_number = value::decimal(text).is_some();
    if is_number && text.len() < 12 {
        return None;
    }
    value::date(text)
}

/// A share from 0 to 1, of which `of` stands for certain; `60%` says itself that it is of 100.
pub fn share(text: &str, of: u32) -> Option<f64> {
    let text = text.trim();
    let (text, of) = match text.strip_suffix('%') {
        Some(text) => (text, 100),
        None => (text, of.max(1)),
    };
    let share = value::decimal(text)?.checked_div(Decimal::from(of))?;
    let share = f64::try_from(share).ok()?;
    (0.0..=1.0).contains(&share).then_some(share)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use model::{CanonicalStage, DealId, Provenance};
    use proptest::prelude::*;

    fn taken(from: &str) -> TakenFrom {
        TakenFrom {
            from: from.to_owned(),
            share_of: None,
            currency: None,
        }
    }

    fn deal(value: &str) -> Deal {
        Deal {
            external_ids: [("hubspot".to_owned(), "42".to_owned())].into(),
            name: Some("Own".into()),
            amount: "10.00 EUR".parse().ok(),
            probability: Some(0.25),
            expected_close: "2026-01-31".parse().ok(),
            lost_reason: Some("Price".into()),
            canonical_stage: Some(CanonicalStage::ClosedLost),
            custom_fields: [("it".to_owned(), value.to_owned())].into(),
            provenance: Provenance::new("hubspot", None),
            ..Deal::new(DealId::from_bytes([3; 16]))
        }
    }

    /// What the field says then, or what is odd.
    fn check(field: DealField, value: &str, expected: Result<&str, &str>) {
        check_with(field, taken("it"), &deal(value), expected);
    }

    fn check_with(field: DealField, from: TakenFrom, own: &Deal, expected: Result<&str, &str>) {
        let mut deal = own.clone();
        let said = apply(&FieldMap::from([(field, from)]), &mut deal);
        match (&said[..], expected) {
            ([(_, Outcome::Odd(issue))], Err(what)) => {
                assert!(issue.what.starts_with(what), "{issue}");
                assert_eq!(deal, *own, "the own word stays");
            }
            (_, Ok(text)) => assert_eq!(field.text(&deal).as_deref(), Some(text), "{said:?}"),
            _ => unreachable!("{own:?} gives {said:?}, not {expected:?}"),
        }
        restore(&mut deal);
        assert_eq!(deal, *own);
    }

    #[test]
    fn a_field_is_read_as_what_it_stands_for() {
        use DealField::{Amount, ExpectedClose, LostReason, Name, Probability};
        check(Amount, " 84000.50 ", Ok("84000.50 EUR"));
        check(Amount, "0.0", Ok("0.0 EUR"));
        check(Amount, "-5", Ok("-5 EUR"));
        check(Amount, "1.5e3", Ok("1500 EUR"));
        check(Amount, "84000 usd", Ok("84000 USD"));
        check(Amount, "84,000", Err("this is not a sum"));
        check(Amount, "84k", Err("this is not a sum"));
        check(Amount, "true", Err("this is not a sum"));
        check(ExpectedClose, "2026-10-01", Ok("2026-10-01"));
        check(
            ExpectedClose,
            "2026-10-01T23:30:00.000+0000",
            Ok("2026-10-01"),
        );
        check(ExpectedClose, "1790812800000", Ok("2026-10-01"));
        check(ExpectedClose, "45000", Err("this is not a date"));
        check(ExpectedClose, "0.0", Err("this is not a date"));
        check(ExpectedClose, "2026-02-31", Err("this is not a date"));
        check(ExpectedClose, "3/4/2026", Err("this is not a date"));
        check(Probability, "60", Ok("0.6"));
        check(Probability, "1", Ok("0.01"));
        check(Probability, "60 %", Ok("0.6"));
        check(Probability, "140", Err("this is not a probability"));
        check(Probability, "-1", Err("this is not a probability"));
        check(Probability, "high", Err("this is not a probability"));
        check(Name, " Harbor ", Ok("Harbor"));
        check(LostReason, "No budget", Ok("No budget"));
        // What says that there is nothing leaves the own word.
        for nothing in ["", "  ", "N/A", "n/a", "-", "None"] {
            check(Amount, nothing, Ok("10.00 EUR"));
            check(Name, nothing, Ok("Own"));
        }
    }

    #[test]
    fn the_scale_and_the_currency_are_said_where_values_do_not_say() {
        let of_one = TakenFrom {
            share_of: Some(1),
            ..taken("it")
        };
        for (value, expected) in [
            ("0.6", Ok("0.6")),
            ("1", Ok("1")),
            ("60", Err("this is not a probability")),
            ("60%", Ok("0.6")),
        ] {
            check_with(
                DealField::Probability,
                of_one.clone(),
                &deal(value),
                expected,
            );
        }
        let bare = Deal {
            amount: None,
            ..deal("84000")
        };
        let unsaid = Err("the currency of this sum is not known");
        check_with(DealField::Amount, taken("it"), &bare, unsaid);
        let in_pounds = TakenFrom {
            currency: Some(Currency::GBP),
            ..taken("it")
        };
        check_with(DealField::Amount, in_pounds.clone(), &bare, Ok("84000 GBP"));
        // A deal's own currency is nearer.
        check_with(
            DealField::Amount,
            in_pounds,
            &deal("84000"),
            Ok("84000 EUR"),
        );
    }

    #[test]
    fn an_issue_names_the_deal_the_field_and_a_remedy() {
        let mut deal = deal("soon");
        let map = FieldMap::from([(DealField::ExpectedClose, taken("it"))]);
        let said = apply(&map, &mut deal);
        let [(_, Outcome::Odd(issue))] = &said[..] else {
            unreachable!("{said:?}");
        };
        assert_eq!(
            issue.to_string(),
            "hubspot/deal/42 it: this is not a date, and expected_close is taken from it; the \
             source's own expected_close stays (\"soon\") — correct it at the source, or take the \
             field from another one"
        );
    }

    #[test]
    fn a_reason_to_lose_is_taken_of_lost_deals_only() {
        let map = FieldMap::from([(DealField::LostReason, taken("it"))]);
        for (stage, expected) in [
            (Some(CanonicalStage::ClosedLost), "Budget"),
            (Some(CanonicalStage::ClosedWon), "Price"),
            (None, "Price"),
        ] {
            let mut deal = Deal {
                canonical_stage: stage,
                ..deal("Budget")
            };
            apply(&map, &mut deal);
            assert_eq!(deal.lost_reason.as_deref(), Some(expected), "{stage:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_taken_can_be_given_back_and_taken_again(
            first in prop::collection::btree_map(0..5_usize, 0..4_usize, 0..5),
            then in prop::collection::btree_map(0..5_usize, 0..4_usize, 0..5),
            values in prop::collection::vec("([0-9]{1,6}(\\.[0-9]{1,2})?)|2026-0[1-9]-1[0-9]|[a-z]{0,4}", 4),
            is_bare in any::<bool>(),
        ) {
            let map = |of: &std::collections::BTreeMap<usize, usize>| -> FieldMap {
                of.iter().map(|(field, from)| (DealField::ALL[*field], taken(&from.to_string()))).collect()
            };
            let mut own = deal("");
            own.custom_fields = values.iter().enumerate().map(|(n, it)| (n.to_string(), it.clone())).collect();
            if is_bare {
                for field in DealField::ALL {
                    field.put(&mut own, None);
                }
            }
            let (mut once, mut twice) = (own.clone(), own.clone());
            apply(&map(&first), &mut twice);
            apply(&map(&then), &mut twice);
            apply(&map(&then), &mut once);
            prop_assert_eq!(&once, &twice);
            let json = serde_json::to_string(&twice).unwrap();
            prop_assert_eq!(serde_json::from_str::<Deal>(&json).unwrap(), twice.clone());
            restore(&mut twice);
            prop_assert_eq!(twice, own);
        }
    }
}
