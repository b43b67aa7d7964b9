//! Ids that stand for others: records a source has merged, and companies that two sources know.

use model::{
    Activity, Company, CompanyId, Deal, Entity, Invoice, Origin, Payment, Person, PersonId,
    Stakeholder, Subscription,
};
use std::collections::BTreeMap;
use std::str::FromStr;

/// Which ids stand for which.
#[derive(Debug, Default)]
pub(crate) struct Links(BTreeMap<String, String>);

impl From<BTreeMap<String, String>> for Links {
    fn from(links: BTreeMap<String, String>) -> Self {
        Self(links)
    }
}

impl Links {
    /// The id that an id stands for.
    pub(crate) fn id<I: FromStr + ToString + Copy>(&self, id: I) -> I {
        if self.0.is_empty() {
            return id;
        }
        let text = id.to_string();
        let to = store::stands_for(&self.0, &text);
        if to == text {
            return id;
        }
        to.parse().unwrap_or(id)
    }

    fn company(&self, id: Option<CompanyId>) -> Option<CompanyId> {
        id.map(|id| self.id(id))
    }

    fn person(&self, id: Option<PersonId>) -> Option<PersonId> {
        id.map(|id| self.id(id))
    }

    /// An entity with every id it names, its own included, as the one it stands for.
    pub(crate) fn entity(&self, entity: Entity) -> Entity {
        if self.0.is_empty() {
            return entity;
        }
        match entity {
            Entity::Deal(mut it) => {
                it.deal = Deal {
                    id: self.id(it.deal.id),
                    company: self.company(it.deal.company),
                    owner: self.person(it.deal.owner),
                    ..it.deal
                };
                Entity::Deal(it)
            }
            Entity::Company(it) => Entity::Company(Box::new(Company {
                id: self.id(it.id),
                owner: self.person(it.owner),
                ..*it
            })),
            Entity::Person(it) => Entity::Person(Person {
                id: self.id(it.id),
                manager: self.person(it.manager),
                ..it
            }),
            Entity::Stakeholder(it) => Entity::Stakeholder(Box::new(Stakeholder {
                id: self.id(it.id),
                deal: self.id(it.deal),
                ..*it
            })),
            Entity::Activity(it) => Entity::Activity(Box::new(Activity {
                deal: it.deal.map(|deal| self.id(deal)),
                ..*it
            })),
            Entity::Subscription(it) => Entity::Subscription(Box::new(Subscription {
                company: self.company(it.company),
                ..*it
            })),
            Entity::Invoice(it) => Entity::Invoice(Box::new(Invoice {
                company: self.company(it.company),
                ..*it
            })),
            Entity::Payment(it) => Entity::Payment(Box::new(Payment {
                company: self.company(it.company),
                ..*it
            })),
            Entity::Own(..) | Entity::Pipeline(_) | Entity::Clock(..) => entity,
        }
    }
}

/// A company with what another source says of it: that source's ids and own fields, nothing else.
pub(crate) fn adopted(said: &Company, known: &Company) -> Company {
    let mut both = known.clone();
    let origin = said.provenance.origin();
    for (source, id) in &said.external_ids {
        both.external_ids
            .entry(source.clone())
            .or_insert_with(|| id.clone());
    }
    let fields: Vec<String> = both.custom_fields.keys().cloned().collect();
    for name in fields {
        let field = format!("custom_fields.{name}");
        if both.provenance.of(&field).source == origin.source
            && !said.custom_fields.contains_key(&name)
        {
            both.custom_fields.remove(&name);
        }
    }
    for (name, value) in &said.custom_fields {
        let field = format!("custom_fields.{name}");
        let is_ours = both.provenance.of(&field).source == origin.source;
        if is_ours || !both.custom_fields.contains_key(name) {
            both.custom_fields.insert(name.clone(), value.clone());
            both.provenance
                .set(field, Origin::new(origin.source.clone(), origin.at));
        }
    }
    both
}
