//! A page as it is kept, and what its records mean.

use connector::fields::{self, Outcome};
use connector::{Context, Gone, Hint, Lost, Out, Page, Record, Stream, Text};
use jiff::Timestamp;
use model::{DealId, Entity, EntityKey, FieldMap};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A page as it is kept: all that is needed to make of it again what was made of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Raw {
    pub(crate) stream: String,
    pub(crate) asked_at: Timestamp,
    pub(crate) records: Vec<Record>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) absent: Vec<Text>,
}

impl Raw {
    pub(crate) fn new(stream: &Stream, page: Page) -> Self {
        Self {
            stream: stream.name.to_owned(),
            asked_at: page.asked_at,
            records: page.records,
            absent: page.absent,
        }
    }
}

/// One thing to write.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// This is so.
    Put(Entity),
    /// This is gone.
    Gone(Gone),
    /// All of this kind and id are gone.
    Lost(Lost),
    /// The stakeholders of this deal are these and no others.
    Whole(DealId, BTreeSet<EntityKey>),
}

/// What a page means. The same page gives the same things in the same order.
#[derive(Debug, Default)]
pub(crate) struct Mapped {
    pub(crate) items: Vec<Item>,
    pub(crate) hints: Vec<Hint>,
    /// As people read them.
    pub(crate) issues: Vec<String>,
    /// The first entity of each record: what is counted.
    pub(crate) firsts: BTreeSet<EntityKey>,
}

impl Mapped {
    /// Maps a page's records, with the fields of deals that the tenant takes from others. What two
    /// of them say of one thing, the later one says.
    pub(crate) fn of(stream: &Stream, raw: &Raw, cx: &Context, taken: &FieldMap) -> Self {
        let mut out = Out::default();
        let mut firsts = BTreeSet::new();
        for record in &raw.records {
            let before = out.entities.len();
            (stream.map)(record, cx, &mut out);
            firsts.extend(out.entities.get(before).map(Entity::key));
        }
        if let Some(by_id) = stream.by_id.filter(|by_id| by_id.absent_is_gone) {
            for id in &raw.absent {
                (by_id.gone)(id, cx, &mut out);
            }
        }
        take(&mut out, taken);
        Self::from(out, firsts)
    }

    pub(crate) fn from(out: Out, firsts: BTreeSet<EntityKey>) -> Self {
        let mut stakeholders: BTreeMap<DealId, BTreeSet<EntityKey>> = BTreeMap::new();
        let mut last: HashMap<EntityKey, usize> = HashMap::new();
        for (at, entity) in out.entities.iter().enumerate() {
            let key = entity.key();
            if let EntityKey::Stakeholder(deal, _) = &key {
                stakeholders.entry(*deal).or_default().insert(key.clone());
            }
            last.insert(key, at);
        }
        let mut items = Vec::with_capacity(out.entities.len());
        for (at, entity) in out.entities.into_iter().enumerate() {
            if last.get(&entity.key()) == Some(&at) {
                items.push(Item::Put(entity));
            }
        }
        items.extend(out.gone.into_iter().map(Item::Gone));
        items.extend(out.lost.into_iter().map(Item::Lost));
        for deal in out.whole.into_iter().collect::<BTreeSet<_>>() {
            let of_deal = stakeholders.remove(&deal).unwrap_or_default();
            items.push(Item::Whole(deal, of_deal));
        }
        let hints: BTreeSet<Hint> = out.hints.into_iter().collect();
        Self {
            items,
            hints: hints.into_iter().collect(),
            issues: out.issues.iter().map(ToString::to_string).collect(),
            firsts,
        }
    }
}

/// Takes fields of the deals from others.
fn take(out: &mut Out, taken: &FieldMap) {
    if taken.is_empty() {
        return;
    }
    for entity in &mut out.entities {
        if let Entity::Deal(it) = entity {
            let said = fields::apply(taken, &mut it.deal).into_iter();
            out.issues
                .extend(said.filter_map(|(_, outcome)| match outcome {
                    Outcome::Odd(issue) => Some(issue),
                    Outcome::Taken | Outcome::Missing => None,
                }));
        }
    }
}
