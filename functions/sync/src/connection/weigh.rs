//! What becomes of a thing a source says, against what is kept of it.
//!
//! Pages come twice, late and from workers long thought dead, and two streams may say the same
//! thing. So nothing older overwrites anything newer: by the source's own time of the change, and
//! where that is the same, by when we asked. What was looked at is what is replaced: the row's
//! version is part of the write's condition.

use crate::plan::beside;
use model::{Change, Entity, EntityKey, Origin, Timestamp};
use store::{Kept, Versioned};

/// The largest entity that fits a row with its keys.
const MOST_BYTES: usize = 380_000;

/// What becomes of a thing.
#[derive(Debug)]
pub(crate) enum Fate {
    /// It is written, and was not there.
    New(Versioned),
    /// It is written in place of what was there.
    Changed(Versioned),
    /// It takes away what was there.
    Deleted(Versioned),
    /// It says what is there.
    Unchanged,
    /// What is there is newer.
    Stale,
    /// It cannot be kept; why.
    Quarantined(String),
}

/// When the source changed what an entity says, where it tells.
fn stamp(entity: &Entity) -> Option<Timestamp> {
    match entity {
        Entity::Deal(it) => it.deal.provenance.origin().at,
        Entity::Company(it) => it.provenance.origin().at,
        Entity::Person(it) => it.provenance.origin().at,
        Entity::Stakeholder(it) => it.provenance.origin().at,
        Entity::Activity(it) => it.provenance.origin().at,
        Entity::Subscription(it) => it.provenance.origin().at,
        Entity::Invoice(it) => it.provenance.origin().at,
        Entity::Payment(it) => it.provenance.origin().at,
        Entity::Pipeline(_) | Entity::Own(..) | Entity::Clock(..) => None,
    }
}

fn source(entity: &Entity) -> Option<&str> {
    Some(match entity {
        Entity::Deal(it) => it.deal.provenance.origin().source.as_str(),
        Entity::Company(it) => it.provenance.origin().source.as_str(),
        Entity::Person(it) => it.provenance.origin().source.as_str(),
        _ => return None,
    })
}

/// Weighs what a source says is so, as it was asked for at a moment.
pub(crate) fn put(entity: Entity, kept: Option<&Kept>, asked_at: Timestamp) -> Fate {
    let asked = asked_at.as_microsecond();
    let Some(kept) = kept else {
        return write(entity, asked, 0, Fate::New);
    };
    let Some(before) = &kept.entity else {
        if asked <= kept.version {
            return Fate::Stale;
        }
        return write(entity, asked, kept.version, Fate::New);
    };
    // A link, or another source, may have written the row last: times of two sources say nothing
    // about each other.
    if source(before) == source(&entity) {
        match (stamp(&entity), stamp(before)) {
            (Some(now), Some(then)) if now < then => return Fate::Stale,
            (Some(now), Some(then)) if now > then => {}
            _ if asked < kept.version => return Fate::Stale,
            _ => {}
        }
    }
    let entity = carried(beside(entity, before), before);
    if entity == *before {
        return Fate::Unchanged;
    }
    let version = asked.max(kept.version + 1);
    write(entity, version, kept.version, Fate::Changed)
}

fn write(entity: Entity, version: i64, only_if: i64, fate: fn(Versioned) -> Fate) -> Fate {
    match entity.to_json() {
        Ok(json) if json.len() <= MOST_BYTES => fate(Versioned {
            only_if: Some(only_if),
            ..Versioned::new(Change::Put(entity), version)
        }),
        Ok(json) => Fate::Quarantined(format!(
            "{} is {} bytes large, more than the {MOST_BYTES} that fit; shorten its texts at the source",
            entity.key(),
            json.len()
        )),
        Err(_) => Fate::Quarantined(format!("{} cannot be written", entity.key())),
    }
}

/// Weighs what a source says is gone. What was changed after it was deleted was restored.
pub(crate) fn gone(
    key: &EntityKey,
    at: Option<Timestamp>,
    kept: Option<&Kept>,
    asked_at: Timestamp,
) -> Fate {
    let asked = asked_at.as_microsecond();
    let Some(kept) = kept else {
        return Fate::Unchanged;
    };
    let Some(before) = &kept.entity else {
        return Fate::Unchanged;
    };
    let restored = at.zip(stamp(before)).is_some_and(|(at, then)| then > at);
    if restored || asked < kept.version {
        return Fate::Stale;
    }
    Fate::Deleted(Versioned {
        only_if: Some(kept.version),
        ..Versioned::new(Change::Delete(key.clone()), asked.max(kept.version + 1))
    })
}

/// What other sources have said of the same thing stays: their ids, and their own fields.
fn carried(mut entity: Entity, before: &Entity) -> Entity {
    match (&mut entity, before) {
        (Entity::Deal(new), Entity::Deal(old)) => {
            let source = new.deal.provenance.origin().source.clone();
            let keep = |origin: &Origin| origin.source != source;
            for (name, value) in &old.deal.custom_fields {
                let field = format!("custom_fields.{name}");
                let origin = old.deal.provenance.of(&field).clone();
                if keep(&origin) && !new.deal.custom_fields.contains_key(name) {
                    new.deal.custom_fields.insert(name.clone(), value.clone());
                    new.deal.provenance.set(field, origin);
                }
            }
            unite(&mut new.deal.external_ids, &old.deal.external_ids);
            new.deal.visible_to.clone_from(&old.deal.visible_to);
        }
        (Entity::Company(new), Entity::Company(old)) => {
            let source = new.provenance.origin().source.clone();
            for (name, value) in &old.custom_fields {
                let field = format!("custom_fields.{name}");
                let origin = old.provenance.of(&field).clone();
                if origin.source != source && !new.custom_fields.contains_key(name) {
                    new.custom_fields.insert(name.clone(), value.clone());
                    new.provenance.set(field, origin);
                }
            }
            unite(&mut new.external_ids, &old.external_ids);
        }
        (Entity::Person(new), Entity::Person(old)) => {
            unite(&mut new.external_ids, &old.external_ids);
        }
        _ => {}
    }
    entity
}

fn unite(
    new: &mut std::collections::BTreeMap<String, String>,
    old: &std::collections::BTreeMap<String, String>,
) {
    for (source, id) in old {
        new.entry(source.clone()).or_insert_with(|| id.clone());
    }
}
