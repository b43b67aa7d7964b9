//! Writing what a page means: weighed against what is kept, as many at a time as a transaction
//! holds.

use super::links::{self, Links};
use super::mapped::{Item, Mapped};
use super::weigh::{self, Fate};
use connector::{Kind, Lost};
use futures_util::future::try_join_all;
use jiff::Timestamp;
use model::{DealId, Entity, EntityKey};
use std::collections::{BTreeMap, HashMap};
use store::book::Books;
use store::{Kept, MOST_CHANGES, StreamCounts, Tenant, Versioned};

/// Things that are looked at for one transaction, where most of them say what is kept.
const MOST_LOOKED_AT: usize = 900;
/// Bytes of a page: a transaction holds four million.
const MOST_BYTES: usize = 3_000_000;
/// Things that are read at the same time.
const AT_ONCE: usize = 90;

/// Writes pages of a tenant.
pub(crate) struct Writer<'a> {
    pub(crate) tenant: &'a Tenant,
    /// The connector's id, as external ids have it.
    pub(crate) source: &'static str,
    pub(crate) links: &'a Links,
    pub(crate) books: &'a Books<()>,
    /// Whether this may be news of things already known: then moved activities are looked for.
    pub(crate) is_load: bool,
}

/// What can be written next, and what has come of it so far.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    pub(crate) changes: Vec<Versioned>,
    /// The first thing that is not in it.
    pub(crate) next: usize,
    pub(crate) counts: StreamCounts,
    /// How many more of the source's records are kept than before.
    pub(crate) kept: i64,
    pub(crate) notes: Vec<String>,
    /// Ids that stand for others from now on.
    pub(crate) merged: BTreeMap<String, String>,
    bytes: usize,
}

impl Writer<'_> {
    /// Weighs a page's things from one on, until a transaction is full.
    pub(crate) async fn prepare(
        &self,
        mapped: &Mapped,
        from: usize,
        asked_at: Timestamp,
    ) -> Result<Prepared, store::Error> {
        let mut ready = Prepared {
            next: from,
            ..Prepared::default()
        };
        let end = mapped.items.len().min(from + MOST_LOOKED_AT);
        while ready.next < end {
            let until = (ready.next + AT_ONCE).min(end);
            let Some(group) = mapped.items.get(ready.next..until) else {
                break;
            };
            let kept = self.kept(group).await?;
            for item in group {
                let room = MOST_CHANGES.saturating_sub(ready.changes.len());
                if room == 0 || ready.bytes > MOST_BYTES {
                    return Ok(ready);
                }
                let is_done = match item {
                    Item::Put(entity) => {
                        self.put(entity, &kept, asked_at, mapped, &mut ready)
                            .await?
                    }
                    Item::Gone(gone) => {
                        if let Some(into) = &gone.into {
                            let (from, to) = (gone.key.to_string(), into.to_string());
                            ready.merged.insert(from, to);
                        }
                        self.gone(&gone.key, gone.at, &kept, asked_at, &mut ready)
                            .await?
                    }
                    Item::Lost(lost) => self.lost(lost, asked_at, &mut ready).await?,
                    Item::Whole(deal, stay) => {
                        let stays = |key: &EntityKey| stay.contains(key);
                        self.leave(*deal, stays, asked_at, &kept, &mut ready)
                            .await?
                    }
                };
                if !is_done {
                    // The rest of it is for the next transaction.
                    return Ok(ready);
                }
                ready.next += 1;
            }
        }
        Ok(ready)
    }

    async fn kept(&self, group: &[Item]) -> Result<HashMap<EntityKey, Kept>, store::Error> {
        let mut keys: Vec<EntityKey> = group
            .iter()
            .filter_map(|item| match item {
                Item::Put(entity) => Some(self.links.entity(entity.clone()).key()),
                Item::Gone(gone) => Some(gone.key.clone()),
                Item::Whole(deal, _) => Some(EntityKey::Deal(*deal)),
                Item::Lost(_) => None,
            })
            .collect();
        keys.sort();
        keys.dedup();
        let kept = self.tenant.entities(&keys).await?;
        Ok(kept.into_iter().map(|it| (it.key.clone(), it)).collect())
    }

    async fn put(
        &self,
        said: &Entity,
        kept: &HashMap<EntityKey, Kept>,
        asked_at: Timestamp,
        mapped: &Mapped,
        ready: &mut Prepared,
    ) -> Result<bool, store::Error> {
        let first = mapped.firsts.contains(&said.key());
        let entity = self.links.entity(said.clone());
        let key = entity.key();
        let before = kept.get(&key);
        let is_adopted = key != said.key();
        let entity = match (entity, before.and_then(|it| it.entity.as_ref())) {
            // It stands for something another source knows: what it says is added there.
            (Entity::Company(company), Some(Entity::Company(other))) if is_adopted => {
                Entity::Company(Box::new(links::adopted(&company, other)))
            }
            (Entity::Company(_) | Entity::Person(_) | Entity::Deal(_), _) if is_adopted => {
                return Ok(true);
            }
            (entity, _) => entity,
        };
        if let (Entity::Activity(activity), None, false) = (&entity, before, self.is_load) {
            let moved = self.elsewhere(activity.id, activity.deal).await?;
            if let Some(old) = moved {
                let there = self.tenant.entity(&old).await?;
                if let Fate::Deleted(change) = weigh::gone(&old, None, there.as_ref(), asked_at) {
                    ready.changes.push(change);
                }
            }
        }
        let fate = weigh::put(entity, before, asked_at);
        ready.take(fate, first);
        Ok(true)
    }

    async fn gone(
        &self,
        key: &EntityKey,
        at: Option<Timestamp>,
        kept: &HashMap<EntityKey, Kept>,
        asked_at: Timestamp,
        ready: &mut Prepared,
    ) -> Result<bool, store::Error> {
        if let EntityKey::Deal(deal) = key
            && kept.get(key).is_some_and(|it| it.entity.is_some())
            && !self.leave(*deal, |_| false, asked_at, kept, ready).await?
        {
            return Ok(false);
        }
        // Some sources say of an activity that is gone no more than its id.
        if let EntityKey::Activity(deal, id) = key
            && kept.get(key).is_none_or(|it| it.entity.is_none())
            && let Some(there) = self.elsewhere(*id, *deal).await?
        {
            let before = self.tenant.entity(&there).await?;
            ready.take(weigh::gone(&there, at, before.as_ref(), asked_at), true);
            return Ok(true);
        }
        let fate = weigh::gone(key, at, kept.get(key), asked_at);
        ready.take(fate, !matches!(key, EntityKey::Stakeholder(..)));
        Ok(true)
    }

    /// The stakeholders of a deal that are kept and do not stay leave it. Says whether all did.
    async fn leave(
        &self,
        deal: DealId,
        stays: impl Fn(&EntityKey) -> bool,
        asked_at: Timestamp,
        kept: &HashMap<EntityKey, Kept>,
        ready: &mut Prepared,
    ) -> Result<bool, store::Error> {
        if !kept.contains_key(&EntityKey::Deal(deal)) {
            // A deal that was not there before has nobody to lose.
            return Ok(true);
        }
        let rows = self.tenant.deal(deal).await?;
        let left = rows.iter().filter(|row| {
            matches!(row.key, EntityKey::Stakeholder(..))
                && row.entity.is_some()
                && !stays(&row.key)
        });
        for row in left {
            if ready.changes.iter().any(|it| it.change.key() == row.key) {
                continue;
            }
            if ready.changes.len() >= MOST_CHANGES {
                return Ok(false);
            }
            if let Fate::Deleted(change) = weigh::gone(&row.key, None, Some(row), asked_at) {
                ready.changes.push(change);
            }
        }
        Ok(true)
    }

    /// Everything of a kind and id goes, wherever it lies.
    async fn lost(
        &self,
        lost: &Lost,
        asked_at: Timestamp,
        ready: &mut Prepared,
    ) -> Result<bool, store::Error> {
        let shelf = self.books.fresh(self.tenant).await?;
        // Beside its own id a thing may have those of its parts: `salesforce/role`.
        let is_own = |name: &str| name.split('/').next() == Some(self.source);
        let is = |ids: &BTreeMap<String, String>| {
            let mut ids = ids.iter();
            ids.any(|(name, id)| is_own(name) && *id == lost.id)
        };
        let keys = shelf.read(|warm| match lost.kind {
            Kind::Activity => {
                let found = warm.book.activities.iter();
                let found = found.filter(|it| is(&it.external_ids));
                let keys = found.map(|it| EntityKey::Activity(it.deal, it.id));
                keys.collect::<Vec<_>>()
            }
            Kind::Stakeholder => {
                let found = warm.book.stakeholders.iter();
                let found = found.filter(|it| is(&it.external_ids));
                let keys = found.map(|it| EntityKey::Stakeholder(it.deal, it.id));
                keys.collect()
            }
        });
        let kept = rows(self.tenant, &keys.unwrap_or_default()).await?;
        for row in &kept {
            if ready.changes.len() >= MOST_CHANGES {
                return Ok(false);
            }
            let fate = weigh::gone(&row.key, lost.at, Some(row), asked_at);
            if !matches!(fate, Fate::Unchanged) {
                ready.take(fate, lost.kind == Kind::Activity);
            }
        }
        Ok(true)
    }

    /// Where else than with a deal an activity is kept.
    async fn elsewhere(
        &self,
        id: model::ActivityId,
        deal: Option<DealId>,
    ) -> Result<Option<EntityKey>, store::Error> {
        let shelf = self.books.fresh(self.tenant).await?;
        let found = shelf.read(|warm| {
            let at = warm.book.activities.binary_search_by_key(&id, |it| it.id);
            at.ok().map(|at| warm.book.activities[at].deal)
        });
        let there = found.flatten();
        Ok(there
            .filter(|there| *there != deal)
            .map(|there| EntityKey::Activity(there, id)))
    }

    /// Notes which ids stand for others from now on.
    pub(crate) async fn note(&self, ready: &Prepared) -> Result<(), store::Error> {
        if ready.merged.is_empty() {
            return Ok(());
        }
        self.tenant.note_links(&ready.merged).await
    }
}

impl Prepared {
    fn take(&mut self, fate: Fate, is_first: bool) {
        let counted = u64::from(is_first);
        match fate {
            Fate::New(change) => {
                self.counts.new += counted;
                self.kept += i64::from(is_first);
                self.push(change);
            }
            Fate::Changed(change) => {
                self.counts.changed += counted;
                self.push(change);
            }
            Fate::Deleted(change) => {
                self.counts.deleted += counted;
                self.kept -= i64::from(is_first);
                self.push(change);
            }
            Fate::Unchanged | Fate::Stale => self.counts.unchanged += counted,
            Fate::Quarantined(why) => {
                self.counts.quarantined += 1;
                self.notes.push(why);
            }
        }
    }

    fn push(&mut self, change: Versioned) {
        if let model::Change::Put(entity) = &change.change {
            self.bytes += entity.to_json().map_or(0, |json| json.len());
        }
        // Of two changes to one row a transaction takes none.
        let key = change.change.key();
        match self.changes.iter_mut().find(|it| it.change.key() == key) {
            Some(before) => {
                let only_if = before.only_if;
                *before = change;
                before.only_if = only_if;
            }
            None => self.changes.push(change),
        }
    }
}

/// Adds what came of a part to what came of the parts before.
pub(crate) fn add(to: &mut StreamCounts, more: &StreamCounts) {
    to.read += more.read;
    to.new += more.new;
    to.changed += more.changed;
    to.unchanged += more.unchanged;
    to.deleted += more.deleted;
    to.quarantined += more.quarantined;
    to.issues += more.issues;
}

/// Rows of many keys, some at a time.
pub(crate) async fn rows(tenant: &Tenant, keys: &[EntityKey]) -> Result<Vec<Kept>, store::Error> {
    let parts = keys.chunks(AT_ONCE).map(|part| tenant.entities(part));
    Ok(try_join_all(parts).await?.into_iter().flatten().collect())
}
