//! One record while it is read.

use crate::meaning;
use connector::value::{self, Fields, ODD_RECORD};
use connector::{Context, Kind, Out, Record, Value};
use model::{
    Activity, Company, CompanyId, Deal, DealId, DealRecord, Entity, EntityKey, Invoice, Payment,
    Person, PersonId, Provenance, StageVisit, Stakeholder, Subscription, Timestamp,
};
use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

/// A record while it is read: its fields, whose it is, and what comes of it.
pub(crate) struct Item<'a> {
    /// What the source calls it.
    pub(crate) id: String,
    /// When it last changed at the source.
    pub(crate) stamp: Option<Timestamp>,
    /// The record itself, without what was asked for beside it.
    pub(crate) main: &'a Value,
    pub(crate) cx: &'a Context<'a>,
    record: Option<&'a Record>,
    fields: Fields<'a>,
}

impl<'a> Deref for Item<'a> {
    type Target = Fields<'a>;

    fn deref(&self) -> &Fields<'a> {
        &self.fields
    }
}

impl<'a> DerefMut for Item<'a> {
    fn deref_mut(&mut self) -> &mut Fields<'a> {
        &mut self.fields
    }
}

impl<'a> Item<'a> {
    /// A thing of a kind with its id, and the fields that are read of it.
    pub(crate) fn new(
        (kind, id): (&str, &str),
        (main, fields): (&'a Value, &'a Value),
        cx: &'a Context<'a>,
        out: &'a mut Out,
    ) -> Self {
        let place = format!("{}/{kind}/{id}", cx.source);
        let fields = Fields::new(fields, place, out);
        Self {
            id: id.to_owned(),
            stamp: None,
            main,
            cx,
            record: None,
            fields,
        }
    }

    /// With what was asked for beside it.
    pub(crate) fn of(mut self, record: &'a Record) -> Self {
        self.record = Some(record);
        self
    }

    /// A record by its `id`; an issue where it has none.
    pub(crate) fn begin(
        kind: &str,
        main: &'a Value,
        cx: &'a Context<'a>,
        out: &'a mut Out,
    ) -> Option<Self> {
        let id = value::id(main, "id");
        let name = (kind, id.as_deref().unwrap_or("?"));
        let mut it = Self::new(name, (main, main), cx, out);
        if id.is_none() {
            let remedy = "it was left out; the raw record is kept";
            it.odd(ODD_RECORD, "id", "this record has no id", remedy, "");
        }
        id.and(Some(it))
    }

    /// What was asked for beside it; nothing where it was not asked.
    pub(crate) fn part(&self, name: &str) -> &'a [Value] {
        self.record.map_or(&[], |record| record.part(name))
    }

    /// Whether that was asked for, whatever it gave.
    pub(crate) fn has_part(&self, name: &str) -> bool {
        self.record.is_some_and(|record| record.has_part(name))
    }

    /// Whether a field says yes.
    pub(crate) fn is(&self, field: &str) -> bool {
        value::is(self.main, field)
    }

    /// The company a field names.
    pub(crate) fn company(&mut self, field: &str) -> Option<CompanyId> {
        self.text(field).map(|id| self.cx.company(&id))
    }

    /// The deal a field names.
    pub(crate) fn deal(&mut self, field: &str) -> Option<DealId> {
        self.text(field).map(|id| self.cx.deal(&id))
    }

    /// The user a field names.
    pub(crate) fn person(&mut self, field: &str) -> Option<PersonId> {
        self.text(field).map(|id| self.cx.person(&id))
    }

    /// The domain of the address in a field.
    pub(crate) fn domain(&mut self, field: &str) -> Option<String> {
        self.text(field).as_deref().and_then(meaning::domain)
    }

    /// It is there no longer.
    pub(crate) fn gone(&mut self, key: EntityKey) {
        let at = self.stamp;
        self.out.gone(key, at);
    }

    /// It is there no longer, whichever deals it lay under.
    pub(crate) fn lost(&mut self, kind: Kind) {
        let (id, at) = (self.id.clone(), self.stamp);
        self.out.lost(kind, id, at);
    }

    /// These live on in another.
    pub(crate) fn merged(&mut self, losers: Vec<EntityKey>, winner: &EntityKey) {
        for loser in losers {
            self.out.merged(loser, winner.clone());
        }
    }

    /// A deal is so, and entered these stages; histories know it by what the source calls it.
    pub(crate) fn put_deal(&mut self, deal: Deal, visits: Vec<StageVisit>) {
        let case = self.id.clone();
        self.put(DealRecord { deal, case, visits });
    }

    /// It is so: what the source calls it and when it changed there is the same for everything.
    pub(crate) fn put(&mut self, entity: impl Told) {
        let external = [(self.cx.source.to_owned(), self.id.clone())];
        let provenance = Provenance::new(self.cx.source, self.stamp);
        let entity = entity.told(external.into(), provenance);
        self.out.put(entity);
    }
}

/// What a source can tell of.
pub(crate) trait Told {
    fn told(self, external_ids: BTreeMap<String, String>, provenance: Provenance) -> Entity;
}

macro_rules! told {
    ($($name:ident $entity:expr;)*) => {$(
        impl Told for $name {
            fn told(mut self, external_ids: BTreeMap<String, String>, provenance: Provenance) -> Entity {
                self.external_ids.extend(external_ids);
                $entity($name { provenance, ..self })
            }
        }
    )*};
}

told! {
    Company |it| Entity::Company(Box::new(it));
    Person Entity::Person;
    Stakeholder |it| Entity::Stakeholder(Box::new(it));
    Activity |it| Entity::Activity(Box::new(it));
    Subscription |it| Entity::Subscription(Box::new(it));
    Invoice |it| Entity::Invoice(Box::new(it));
    Payment |it| Entity::Payment(Box::new(it));
}

impl Told for DealRecord {
    fn told(mut self, external_ids: BTreeMap<String, String>, provenance: Provenance) -> Entity {
        (self.deal.external_ids, self.deal.provenance) = (external_ids, provenance);
        Entity::Deal(Box::new(self))
    }
}

/// What records of a kind mean, by what reads one that has an `id`.
macro_rules! map {
    ($kind:expr, $read:path) => {
        |record, cx, out| {
            if let Some(it) = $crate::item::Item::begin($kind, &record.main, cx, out) {
                $read(&mut it.of(record));
            }
        }
    };
}

/// A thing that is not in the answer is gone.
macro_rules! gone {
    ($kind:ident, $id:ident) => {
        |id, cx, out| out.gone(model::EntityKey::$kind(cx.$id(id)), None)
    };
}

pub(crate) use {gone, map};
