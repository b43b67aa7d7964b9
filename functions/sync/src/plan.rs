//! The entities of a book in the order they are written, and what becomes of each.

use crate::cursor::Fate;
use model::{Book, Entity, EntityKey, Layer, Pipeline, Stage};
use store::Kept;

/// The largest entity that fits a row with its keys.
const MOST_ENTITY_BYTES: usize = 380_000;

/// Every entity of a book once, in an order that is the same each time: what others refer to comes
/// first, and what belongs to a deal comes with it.
pub(crate) fn entities(book: &Book, source: &str) -> Vec<Entity> {
    let mut entities: Vec<Entity> = book.entities().collect();
    if book.clocks.is_empty() {
        entities.push(Entity::Clock(source.to_owned(), book.as_of));
    }
    // Of two with one key the later counts, as it does in a book.
    entities.reverse();
    entities.sort_by_cached_key(|entity| place(entity.key()));
    entities.dedup_by_key(|entity| entity.key());
    entities
}

fn place(key: EntityKey) -> (u8, Option<model::DealId>, EntityKey) {
    let rank = match key {
        EntityKey::Clock(_) => 0,
        EntityKey::Person(_) => 1,
        EntityKey::Pipeline(_) => 2,
        EntityKey::Company(_) => 3,
        _ if key.deal().is_some() => 4,
        _ => 5,
    };
    (rank, key.deal(), key)
}

/// An entity as it would be written, and what becomes of it.
pub(crate) struct Weighed {
    pub(crate) entity: Entity,
    pub(crate) fate: Fate,
    /// Bytes of its content.
    pub(crate) bytes: usize,
    /// Why it cannot be kept.
    pub(crate) reason: Option<String>,
    /// The content of the kept row, for the undo image.
    pub(crate) prior: Option<String>,
}

/// Weighs an entity of an import against the row that is kept of it.
pub(crate) fn weigh(
    entity: &Entity,
    kept: Option<&Kept>,
    version: i64,
) -> serde_json::Result<Weighed> {
    let before = kept.and_then(|kept| kept.entity.as_ref());
    let entity = match before {
        Some(before) => beside(entity.clone(), before),
        None => entity.clone(),
    };
    let json = entity.to_json()?;
    let prior = before.map(Entity::to_json).transpose()?;
    let mut reason = None;
    let fate = if prior.as_ref() == Some(&json) {
        Fate::Unchanged
    } else if json.len() > MOST_ENTITY_BYTES {
        let bytes = json.len();
        reason = Some(format!(
            "it is {bytes} bytes large, more than the {MOST_ENTITY_BYTES} that fit; shorten its texts in the source"
        ));
        Fate::Quarantined
    } else if kept.is_some_and(|kept| kept.version >= version) {
        Fate::Stale
    } else if before.is_some() {
        Fate::Changed
    } else {
        Fate::New
    };
    Ok(Weighed {
        entity,
        fate,
        bytes: json.len(),
        reason,
        prior,
    })
}

/// What an import says, beside what is kept: the tenant's own word on stages outlives imports, a
/// pipeline loses no stage that others' deals may be in, and a source's clock does not go back.
pub(crate) fn beside(entity: Entity, kept: &Entity) -> Entity {
    match (entity, kept) {
        (Entity::Pipeline(new), Entity::Pipeline(old)) => Entity::Pipeline(joined(new, old)),
        (Entity::Clock(source, at), Entity::Clock(_, before)) => {
            Entity::Clock(source, at.max(*before))
        }
        (entity, _) => entity,
    }
}

fn joined(new: Pipeline, old: &Pipeline) -> Pipeline {
    let keep_word = |mut stage: Stage| {
        if let Some(said) = old.stage(&stage.label)
            && said.layer == Some(Layer::Tenant)
            && stage.layer != Some(Layer::Tenant)
        {
            stage.canonical = said.canonical;
            stage.layer = said.layer;
        }
        stage
    };
    let only_old = old
        .stages
        .iter()
        .filter(|stage| new.stage(&stage.label).is_none());
    let only_old: Vec<Stage> = only_old.cloned().collect();
    let known = new
        .stages
        .iter()
        .all(|stage| old.stage(&stage.label).is_some());
    let mut stages: Vec<Stage> = new.stages.into_iter().map(keep_word).collect();
    if only_old.is_empty() {
        return Pipeline { stages, ..new };
    }
    if known {
        // A part of what was known: the old order stands.
        let order_of = |label: &str| old.stage(label).map_or(u16::MAX, |stage| stage.order);
        for stage in &mut stages {
            stage.order = order_of(&stage.label);
        }
        stages.extend(only_old);
        stages.sort_by_key(|stage| stage.order);
    } else {
        stages.sort_by_key(|stage| stage.order);
        stages.extend(only_old);
    }
    for (order, stage) in (0..).zip(&mut stages) {
        stage.order = order;
    }
    Pipeline { stages, ..new }
}
