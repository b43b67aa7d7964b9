//! One entity out of what several sources say of it.

use crate::{
    Activity, ActivityOutcome, Company, Deal, Invoice, Origin, Payment, Person, Provenance, Source,
    Stakeholder, Subscription, Timestamp,
};
use serde::Serialize;
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

/// One entity out of what two sources say of it.
///
/// Field by field, the source that stands higher in `precedence` is believed, then the one that
/// changed last; a source that says nothing of a field has no say in it, and the provenance keeps
/// who was believed. External ids and custom fields are united. Fields that only make sense
/// together, such as a stage's label and its meaning, are taken together.
///
/// The id is `a`'s: that is the entity others already point to. Apart from it the order of merging
/// does not matter, and merging the same again changes nothing.
///
/// ```
/// use model::{Deal, DealId, Precedence, Provenance, TenantId, merge};
///
/// let deal = |source: &str, name: Option<&str>, stage: &str| Deal {
///     name: name.map(str::to_owned),
///     stage: Some(stage.to_owned()),
///     provenance: Provenance::new(source, None),
///     ..Deal::new(DealId::derive(&TenantId::local(), source, "1"))
/// };
/// let crm = deal("salesforce", None, "Proposal");
/// let sheet = deal("upload:sales.csv", Some("Harbor rollout"), "Demo");
///
/// let both = merge(crm, sheet, &Precedence::new(["salesforce"]));
/// assert_eq!(both.stage.as_deref(), Some("Proposal"));
/// assert_eq!(both.name.as_deref(), Some("Harbor rollout"));
/// assert_eq!(both.provenance.of("name").source.as_str(), "upload:sales.csv");
/// ```
pub fn merge<E: Merge>(a: E, b: E, precedence: &Precedence) -> E {
    a.merge(b, precedence)
}

/// Whom to believe: sources, the most trusted first; all others come after them, alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Precedence(Vec<Source>);

impl Precedence {
    /// Sources in falling trust.
    pub fn new<S: Into<Source>>(sources: impl IntoIterator<Item = S>) -> Self {
        Self(sources.into_iter().map(Into::into).collect())
    }

    /// The greater is believed.
    fn compare(&self, a: &Origin, b: &Origin) -> Ordering {
        let trust = |origin: &Origin| {
            Reverse(
                self.0
                    .iter()
                    .position(|source| *source == origin.source)
                    .unwrap_or(self.0.len()),
            )
        };
        (trust(a), a.at, &a.source).cmp(&(trust(b), b.at, &b.source))
    }
}

/// An entity several sources may know.
pub trait Merge: Sized {
    /// See [`merge`].
    #[must_use]
    fn merge(self, other: Self, precedence: &Precedence) -> Self;
}

/// Merges field by field: those that always have a value, those that may be absent, and groups
/// taken together, where one field given means that the source has spoken of all.
macro_rules! merge_fields {
    ($($entity:ident {
        $(always: $($always:ident),+;)?
        $(optional: $($optional:ident),+;)?
        $(list: $($list:ident),+;)?
        $(unless $unknown:path: $known:ident;)?
        $(custom: $custom:ident;)?
        $(latest: $latest:ident;)?
        $(together $name:literal: $($part:ident),+;)*
    })*) => {$(
        impl Merge for $entity {
            fn merge(self, other: Self, precedence: &Precedence) -> Self {
                let mut fields = Fields::new(&self.provenance, &other.provenance, precedence);
                $(let ($($part),+) = fields.pick(
                    $name,
                    ($(self.$part),+),
                    ($(other.$part),+),
                    |($($part),+)| $($part.is_some())||+,
                );)*
                Self {
                    id: self.id,
                    external_ids: unite(self.external_ids, other.external_ids),
                    $($($always: fields.pick(stringify!($always), self.$always, other.$always, |_| true),)+)?
                    $($($optional: fields.pick(stringify!($optional), self.$optional, other.$optional, Option::is_some),)+)?
                    $($($list: fields.pick(stringify!($list), self.$list, other.$list, |list| !list.is_empty()),)+)?
                    $($known: fields.pick(stringify!($known), self.$known, other.$known, |it| *it != $unknown),)?
                    $($custom: fields.custom(self.$custom, other.$custom),)?
                    $($latest: fields.latest(stringify!($latest), self.$latest, other.$latest),)?
                    $($($part,)+)*
                    provenance: fields.provenance(),
                }
            }
        }
    )*};
}

merge_fields! {
    Deal {
        optional: name, company, probability, expected_close, owner, created_at, closed_at, lost_reason;
        list: visible_to, displaced;
        custom: custom_fields;
        latest: updated_at;
        together "amount": amount, amount_usd;
        together "stage": pipeline, stage, canonical_stage;
    }
    Company {
        optional: name, domain, industry, employees, annual_revenue, owner;
        custom: custom_fields;
    }
    Person {
        optional: name, email, team, manager, role;
    }
    Stakeholder {
        always: deal;
        optional: name, title, email, role, sentiment, engagement, added_at, communication_style;
        list: personality_traits;
        latest: last_contact;
    }
    Activity {
        always: kind, at;
        optional: deal, summary, raw_content;
        list: participants, key_moments, next_steps, objections;
        unless ActivityOutcome::Unknown: outcome;
    }
    Subscription {
        always: status;
        optional: company, plan, mrr, started_at, canceled_at, cancel_reason, current_period;
    }
    Invoice {
        always: status;
        optional: company, subscription, number, total, issued_at, due, paid_at, period;
    }
    Payment {
        always: kind;
        optional: company, invoice, amount, at;
    }
}

/// Two entities while their fields are picked.
struct Fields<'a> {
    a: &'a Provenance,
    b: &'a Provenance,
    precedence: &'a Precedence,
    picked: Vec<(String, Origin)>,
}

impl<'a> Fields<'a> {
    fn new(a: &'a Provenance, b: &'a Provenance, precedence: &'a Precedence) -> Self {
        Self {
            a,
            b,
            precedence,
            picked: Vec::new(),
        }
    }

    fn pick<T: Serialize + PartialEq>(
        &mut self,
        field: &str,
        a: T,
        b: T,
        given: impl Fn(&T) -> bool,
    ) -> T {
        let order = match (given(&a), given(&b)) {
            (false, false) => return a,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (true, true) => self.compare(field).then_with(|| tie(&a, &b)),
        };
        self.take(field, order, a, b)
    }

    fn latest(
        &mut self,
        field: &str,
        a: Option<Timestamp>,
        b: Option<Timestamp>,
    ) -> Option<Timestamp> {
        if a.is_none() && b.is_none() {
            return None;
        }
        let order = a.cmp(&b).then_with(|| self.compare(field));
        self.take(field, order, a, b)
    }

    fn custom(
        &mut self,
        mut a: BTreeMap<String, String>,
        mut b: BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        let keys: BTreeSet<String> = a.keys().chain(b.keys()).cloned().collect();
        let pick = |key: String| {
            let field = format!("custom_fields.{key}");
            let value = self.pick(&field, a.remove(&key), b.remove(&key), Option::is_some)?;
            Some((key, value))
        };
        keys.into_iter().filter_map(pick).collect()
    }

    fn compare(&self, field: &str) -> Ordering {
        self.precedence.compare(self.a.of(field), self.b.of(field))
    }

    fn take<T>(&mut self, field: &str, order: Ordering, a: T, b: T) -> T {
        let (value, origin) = if order == Ordering::Less {
            (b, self.b.of(field))
        } else {
            (a, self.a.of(field))
        };
        self.picked.push((field.to_owned(), origin.clone()));
        value
    }

    fn provenance(self) -> Provenance {
        let (a, b) = (self.a.origin(), self.b.origin());
        let most = if self.precedence.compare(a, b).is_lt() {
            b
        } else {
            a
        };
        let mut provenance = Provenance::from(most.clone());
        for (field, origin) in self.picked {
            provenance.set(field, origin);
        }
        provenance
    }
}

/// Two values from one source as of one time: either will do, as long as it is always the same one.
fn tie<T: Serialize + PartialEq>(a: &T, b: &T) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    let text = |value: &T| serde_json::to_string(value).ok();
    text(a).cmp(&text(b))
}

/// Both sides' ids. Where one source has two ids for the entity, the smaller stays.
fn unite(mut a: BTreeMap<String, String>, b: BTreeMap<String, String>) -> BTreeMap<String, String> {
    for (source, id) in b {
        match a.get_mut(&source) {
            Some(known) => *known = id.min(std::mem::take(known)),
            None => {
                a.insert(source, id);
            }
        }
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ActivityId, ActivityKind, CanonicalStage, CompanyId, Currency, DealId, Money,
        StakeholderId, TenantId,
    };
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    fn at(second: i64) -> Option<Timestamp> {
        Timestamp::from_second(second).ok()
    }

    fn deal(source: &str, second: i64) -> Deal {
        Deal {
            external_ids: [(source.to_owned(), "1".to_owned())].into(),
            provenance: Provenance::new(source, at(second)),
            ..Deal::new(DealId::derive(&TenantId::local(), source, "1"))
        }
    }

    fn named(source: &str, second: i64, name: &str) -> Deal {
        Deal {
            name: Some(name.to_owned()),
            ..deal(source, second)
        }
    }

    #[test]
    fn the_source_higher_in_precedence_is_believed_then_the_later() {
        let precedence = Precedence::new(["crm", "billing"]);
        let check = |a: Deal, b: Deal, expected: &str| {
            assert_eq!(merge(a, b, &precedence).name.as_deref(), Some(expected));
        };
        check(named("crm", 1, "A"), named("billing", 9, "B"), "A");
        check(named("billing", 9, "B"), named("crm", 1, "A"), "A");
        check(named("sheet", 9, "B"), named("billing", 1, "A"), "A");
        check(named("sheet", 1, "A"), named("other", 2, "B"), "B");
        check(named("crm", 2, "A"), named("crm", 1, "B"), "A");
        check(deal("crm", 2), named("sheet", 1, "A"), "A");
    }

    #[test]
    fn the_first_id_stays_and_the_others_are_kept() {
        let (a, b) = (deal("crm", 1), deal("sheet", 2));
        let id = a.id;
        let both = merge(a, b, &Precedence::default());
        assert_eq!(both.id, id);
        assert_eq!(
            both.external_ids.keys().collect::<Vec<_>>(),
            ["crm", "sheet"]
        );
    }

    #[test]
    fn a_stage_keeps_its_own_meaning_and_an_amount_its_own_conversion() {
        let a = Deal {
            stage: Some("Sonderfall".into()),
            ..deal("crm", 1)
        };
        let mut b = deal("sheet", 2);
        b.stage = Some("Won".into());
        b.canonical_stage = Some(CanonicalStage::ClosedWon);
        let both = merge(a, b, &Precedence::new(["crm"]));
        assert_eq!(
            (both.stage.as_deref(), both.canonical_stage),
            (Some("Sonderfall"), None)
        );
    }

    #[test]
    fn the_latest_change_is_kept_whoever_is_believed() {
        let a = Deal {
            updated_at: at(5),
            ..named("crm", 5, "A")
        };
        let b = Deal {
            updated_at: at(7),
            ..named("sheet", 7, "B")
        };
        let both = merge(a, b, &Precedence::new(["crm"]));
        assert_eq!((both.name.as_deref(), both.updated_at), (Some("A"), at(7)));
    }

    #[test]
    fn each_field_remembers_who_said_it() {
        let mut a = named("crm", 1, "A");
        a.custom_fields.insert("Region".into(), "EMEA".into());
        let mut b = named("sheet", 2, "B");
        b.lost_reason = Some("price".into());
        b.custom_fields.insert("Region".into(), "APAC".into());
        b.custom_fields.insert("Note".into(), "x".into());
        let both = merge(a, b, &Precedence::new(["crm"]));
        let said = |field: &str| both.provenance.of(field).source.as_str();
        assert_eq!(said("name"), "crm");
        assert_eq!(said("lost_reason"), "sheet");
        assert_eq!(said("custom_fields.Region"), "crm");
        assert_eq!(said("custom_fields.Note"), "sheet");
        assert_eq!(both.custom_fields["Region"], "EMEA");
    }

    #[test]
    fn an_unknown_outcome_says_nothing() {
        let activity = |source: &str, outcome| Activity {
            outcome,
            provenance: Provenance::new(source, None),
            ..Activity::new(
                ActivityId::from_bytes([1; 16]),
                ActivityKind::Call,
                Timestamp::UNIX_EPOCH,
            )
        };
        let crm = activity("crm", ActivityOutcome::Unknown);
        let calls = activity("calls", ActivityOutcome::Positive);
        let both = merge(crm, calls, &Precedence::new(["crm"]));
        assert_eq!(both.outcome, ActivityOutcome::Positive);
    }

    fn one_source() -> impl Strategy<Value = Deal> {
        let text =
            |pattern| prop::option::of(prop::string::string_regex(pattern).expect("a pattern"));
        let fields = (
            text("[xy]"),
            text("[xy]"),
            prop::option::of(0_i64..3),
            prop::option::of(0_i64..3),
            prop::collection::btree_map("[pq]", "[xy]", 0..3),
        );
        ("[abc]", "[12]", prop::option::of(0_i64..3), fields).prop_map(
            |(source, id, changed, (name, stage, amount, updated, custom_fields))| Deal {
                external_ids: [(source.clone(), id)].into(),
                name,
                canonical_stage: stage.as_ref().map(|_| CanonicalStage::Demo),
                stage,
                amount: amount.map(|amount| Money::new(Decimal::from(amount), Currency::EUR)),
                updated_at: updated.and_then(at),
                custom_fields,
                provenance: Provenance::new(source, changed.and_then(at)),
                ..Deal::new(DealId::from_bytes([7; 16]))
            },
        )
    }

    fn trust() -> Precedence {
        Precedence::new(["b"])
    }

    /// Deals that went through merges before, so that their fields differ in origin.
    fn any_deal() -> impl Strategy<Value = Deal> {
        prop::collection::vec(one_source(), 0..2).prop_flat_map(|before| {
            one_source().prop_map(move |last| {
                before
                    .iter()
                    .fold(last, |all, deal| merge(all, deal.clone(), &trust()))
            })
        })
    }

    proptest! {
        #[test]
        fn merging_the_same_again_changes_nothing(a in any_deal(), b in any_deal()) {
            let merged = |a: &Deal, b: &Deal| merge(a.clone(), b.clone(), &trust());
            prop_assert_eq!(&merged(&a, &a), &a);
            let both = merged(&a, &b);
            prop_assert_eq!(&merged(&both, &b), &both);
            prop_assert_eq!(&merged(&both, &a), &both);
            prop_assert_eq!(&merged(&a, &both), &both);
        }

        #[test]
        fn the_order_of_merging_does_not_matter(a in any_deal(), b in any_deal(), c in any_deal()) {
            let merged = |a: &Deal, b: &Deal| merge(a.clone(), b.clone(), &trust());
            prop_assert_eq!(merged(&a, &b), merged(&b, &a));
            prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
        }

        #[test]
        fn every_kind_of_entity_is_itself_merged_with_itself(source in "[ab]", text in "[xy]") {
            let id = DealId::derive(&TenantId::local(), &source, &text);
            let provenance = Provenance::new(source, None);
            let contact = Stakeholder {
                name: Some(text.clone()),
                engagement: Some(0.5),
                last_contact: at(3),
                provenance: provenance.clone(),
                ..Stakeholder::new(StakeholderId::from_bytes([1; 16]), id)
            };
            prop_assert_eq!(merge(contact.clone(), contact.clone(), &trust()), contact);
            let company = Company {
                employees: Some(7),
                custom_fields: [(text.clone(), text)].into(),
                provenance,
                ..Company::new(CompanyId::from_bytes([1; 16]))
            };
            prop_assert_eq!(merge(company.clone(), company.clone(), &trust()), company);
        }
    }
}
