//! One entity out of what several sources say of it.

use crate::{
    Activity, Company, Deal, Invoice, Origin, Payment, Person, Provenance, Source, Stakeholder,
    Subscription, Timestamp,
};
use serde::Serialize;
use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

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
            Reverse(self.0.iter().position(|source| *source == origin.source).unwrap_or(self.0.len()))
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

/// Merges field by field: those that always have a value, those that may be absent, lists, and
/// groups of fields taken together.
macro_rules! merge_fields {
    ($($entity:ident {
        $(always: $($always:ident),+;)?
        $(optional: $($optional:ident),+;)?
        $(list: $($list:ident),+;)?
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
        list: visible_to;
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
        always: kind, at, outcome;
        optional: deal, summary, raw_content;
        list: participants, key_moments, next_steps, objections;
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
        Self { a, b, precedence, picked: Vec::new() }
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
        b: BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        let mut united: BTreeMap<String, (Option<String>, Option<String>)> =
            b.into_iter().map(|(key, value)| (key, (None, Some(value)))).collect();
        while let Some((key, value)) = a.pop_last() {
            united.entry(key).or_default().0 = Some(value);
        }
        united
            .into_iter()
            .filter_map(|(key, (a, b))| {
                let value = self.pick(&format!("custom_fields.{key}"), a, b, Option::is_some)?;
                Some((key, value))
            })
            .collect()
    }

    fn compare(&self, field: &str) -> Ordering {
        self.precedence.compare(self.a.of(field), self.b.of(field))
    }

    fn take<T>(&mut self, field: &str, order: Ordering, a: T, b: T) -> T {
        let (value, origin) =
            if order == Ordering::Less { (b, self.b.of(field)) } else { (a, self.a.of(field)) };
        self.picked.push((field.to_owned(), origin.clone()));
        value
    }

    fn provenance(self) -> Provenance {
        let (a, b) = (self.a.origin(), self.b.origin());
        let most = if self.precedence.compare(a, b).is_lt() { b } else { a };
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
