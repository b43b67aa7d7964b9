//! What becomes of a thing a source says, against what is kept of it.
//!
//! Pages come twice, late and from workers long thought dead, and two streams may say the same
//! thing. So nothing older overwrites anything newer: by the source's own time of the change, and
//! where that is the same, by when we asked. What was looked at is what is replaced: the row's
//! version is part of the write's condition. When a row's content was asked for stands beside its
//! version, which is higher where the row was written again: so the page it came from may be mapped
//! anew as often as somebody wants, and an older one never takes its place.

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
    let Some(before) = kept.and_then(|kept| kept.entity.as_ref()) else {
        if kept.is_some_and(|kept| asked <= kept.asked) {
            return Fate::Stale;
        }
        return write(entity, asked, kept, Fate::New);
    };
    // A link, or another source, may have written the row last: times of two sources say nothing
    // about each other.
    if source(before) == source(&entity) {
        match (stamp(&entity), stamp(before)) {
            (Some(now), Some(then)) if now < then => return stale(&entity, before, kept),
            (Some(now), Some(then)) if now > then => {}
            _ if kept.is_some_and(|kept| asked < kept.asked) => {
                return stale(&entity, before, kept);
            }
            _ => {}
        }
    }
    let entity = carried(beside(entity, before), before);
    if entity == *before {
        return Fate::Unchanged;
    }
    write(entity, asked, kept, Fate::Changed)
}

/// What is older than what is kept says nothing any more, but what it is called: an e-mail that is also
/// a task lies under both names, though the task was changed later.
fn stale(entity: &Entity, before: &Entity, kept: Option<&Kept>) -> Fate {
    let (Entity::Activity(older), Entity::Activity(newer)) = (entity, before) else {
        return Fate::Stale;
    };
    let mut both = newer.clone();
    unite(&mut both.external_ids, &older.external_ids);
    if both.external_ids == newer.external_ids {
        return Fate::Stale;
    }
    let asked = kept.map_or(0, |kept| kept.asked);
    write(Entity::Activity(both), asked, kept, Fate::Changed)
}

/// A change in place of the row that was looked at, with what was asked for at a moment.
fn instead(change: Change, asked: i64, kept: Option<&Kept>) -> Versioned {
    let before = kept.map_or(0, |kept| kept.version);
    Versioned {
        asked,
        only_if: Some(before),
        ..Versioned::new(change, asked.max(before + 1))
    }
}

fn write(entity: Entity, asked: i64, kept: Option<&Kept>, fate: fn(Versioned) -> Fate) -> Fate {
    match entity.to_json() {
        Ok(json) if json.len() <= MOST_BYTES => fate(instead(Change::Put(entity), asked, kept)),
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
    if restored || asked < kept.asked {
        return Fate::Stale;
    }
    let gone = Change::Delete(key.clone());
    Fate::Deleted(instead(gone, asked, Some(kept)))
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
        // An e-mail is also a task, and either may be told last.
        (Entity::Activity(new), Entity::Activity(old)) => {
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use model::{Activity, ActivityId, ActivityKind, Deal, DealId, DealRecord, Provenance};

    fn at(us: i64) -> Timestamp {
        Timestamp::from_microsecond(us).unwrap()
    }

    fn telling(name: &str, stamp: Option<i64>) -> Entity {
        let deal = Deal {
            name: Some(name.to_owned()),
            provenance: Provenance::new("hubspot", stamp.map(at)),
            ..Deal::new(DealId::from_bytes([3; 16]))
        };
        Entity::Deal(Box::new(DealRecord {
            deal,
            case: "1".to_owned(),
            visits: Vec::new(),
        }))
    }

    /// A row after tellings in this order, each with its name, its stamp and when it was asked for:
    /// what it says, its version and when that was asked for.
    fn check(tellings: &[(&str, Option<i64>, i64)], expected: (&str, i64, i64)) {
        let mut kept: Option<Kept> = None;
        for (name, stamp, asked) in tellings {
            let fate = match *name {
                "gone" => {
                    let key = telling("", None).key();
                    gone(&key, stamp.map(at), kept.as_ref(), at(*asked))
                }
                name => put(telling(name, *stamp), kept.as_ref(), at(*asked)),
            };
            let (Fate::New(change) | Fate::Changed(change) | Fate::Deleted(change)) = fate else {
                continue;
            };
            let before = kept.as_ref().map_or(0, |kept| kept.version);
            assert_eq!(change.only_if, Some(before));
            assert!(change.version > before, "{tellings:?}");
            kept = Some(Kept {
                key: change.change.key(),
                version: change.version,
                asked: change.asked,
                seq: 1,
                entity: match change.change {
                    Change::Put(entity) => Some(entity),
                    Change::Delete(_) => None,
                },
            });
        }
        let kept = kept.unwrap();
        let name = match &kept.entity {
            Some(Entity::Deal(it)) => it.deal.name.as_deref().unwrap(),
            _ => "gone",
        };
        assert_eq!((name, kept.version, kept.asked), expected, "{tellings:?}");
    }

    #[test]
    fn a_page_is_mapped_anew_as_often_as_somebody_wants_and_an_older_one_never() {
        let same = Some(5);
        // The page that made the row, mapped otherwise, otherwise again, and as at first.
        check(&[("a", same, 10), ("b", same, 10)], ("b", 11, 10));
        check(
            &[
                ("a", same, 10),
                ("b", same, 10),
                ("a", same, 10),
                ("c", same, 10),
            ],
            ("c", 13, 10),
        );
        // An older page with the same stamp, before and after.
        check(&[("a", same, 10), ("old", same, 9)], ("a", 10, 10));
        check(
            &[
                ("a", same, 10),
                ("b", same, 10),
                ("old", same, 9),
                ("older", Some(4), 99),
            ],
            ("b", 11, 10),
        );
        // A newer one, even where the row was written so often that its version is higher.
        check(
            &[
                ("a", same, 10),
                ("b", same, 10),
                ("a", same, 10),
                ("new", same, 11),
            ],
            ("new", 13, 11),
        );
        check(
            &[("a", None, 10), ("b", None, 10), ("old", None, 9)],
            ("b", 11, 10),
        );
        // A newer stamp counts, whenever it was asked for; its own page is mapped anew, too.
        check(
            &[
                ("a", same, 10),
                ("new", Some(6), 8),
                ("again", Some(6), 8),
                ("a", same, 10),
            ],
            ("again", 12, 8),
        );
    }

    #[test]
    fn an_older_telling_of_an_activity_brings_its_name_and_nothing_else() {
        let activity = |(name, id): (&str, &str), summary: &str, stamp| {
            let activity = Activity {
                external_ids: [(name.to_owned(), id.to_owned())].into(),
                summary: Some(summary.to_owned()),
                provenance: Provenance::new("salesforce", Some(at(stamp))),
                ..Activity::new(ActivityId::from_bytes([4; 16]), ActivityKind::Email, at(1))
            };
            Entity::Activity(Box::new(activity))
        };
        let task = activity(("salesforce", "00T"), "newer", 9);
        let kept = Kept {
            key: task.key(),
            version: 20,
            asked: 10,
            seq: 1,
            entity: Some(task),
        };
        let mail = activity(("salesforce/email", "02s"), "older", 5);
        let Fate::Changed(change) = put(mail.clone(), Some(&kept), at(30)) else {
            unreachable!("its name is new");
        };
        assert_eq!((change.version, change.asked), (21, 10));
        let Change::Put(Entity::Activity(both)) = &change.change else {
            unreachable!("it is written");
        };
        assert_eq!(both.summary.as_deref(), Some("newer"));
        assert_eq!(both.external_ids.len(), 2);
        let kept = Kept {
            entity: Some(Entity::Activity(both.clone())),
            ..kept
        };
        assert!(matches!(put(mail, Some(&kept), at(30)), Fate::Stale));
    }

    #[test]
    fn what_is_gone_stays_gone_for_pages_that_were_asked_for_before() {
        let same = Some(5);
        check(&[("a", same, 10), ("gone", None, 9)], ("a", 10, 10));
        check(
            &[("a", same, 10), ("gone", None, 12), ("a", same, 10)],
            ("gone", 12, 12),
        );
        check(
            &[("a", same, 10), ("gone", None, 12), ("b", same, 12)],
            ("gone", 12, 12),
        );
        check(
            &[("a", same, 10), ("gone", None, 12), ("back", same, 13)],
            ("back", 13, 13),
        );
        // The page that says so may come again after the row was written otherwise.
        check(
            &[
                ("a", same, 10),
                ("b", same, 10),
                ("gone", None, 10),
                ("back", same, 11),
            ],
            ("back", 13, 11),
        );
    }
}
