//! The one way by which entities change: a page of changes, all or nothing.
//!
//! A page is one transaction of the entities, each guarded by its source's version; the change
//! feed; the head, whose number orders the tenant's pages; the step of whoever works (a cursor
//! under a lease); and the messages to be sent, which lie in the outbox until they are.

use crate::error::Error;
use crate::item::{Item, n, s};
use crate::keys::{self, Key, hex};
use crate::lease::Step;
use crate::outbox;
use crate::queue::Outgoing;
use crate::table::{Action, Expression, MOST_ACTIONS, Outcome};
use crate::tenant::Tenant;
use aws_sdk_dynamodb::types::AttributeValue;
use model::{Change, Entity, EntityKey};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// The most entities and markers of one page: the rest of a transaction's hundred steps is
/// bookkeeping.
pub const MOST_CHANGES: usize = 90;
/// How often a page is tried again because others write to the same tenant.
const MOST_TRIES: u32 = 12;
/// How long the feed is kept. A snapshot of the book older than this is of no use, and backups
/// reach back as far.
const FEED_DAYS: i64 = 35;
/// How long it is known what was done: longer than any source sends an event again.
const MARKER_DAYS: i64 = 35;

/// A change with the source's version of it: the later one stays, in whatever order they come.
#[derive(Clone, Debug, PartialEq)]
pub struct Versioned {
    /// What changed.
    pub change: Change,
    /// When, by the source's clock or by ours, in microseconds since 1970.
    pub version: i64,
    /// When what it says was asked for, if not at its version. A row is written in the place of
    /// another under a higher version, whatever it says and however long that has been known.
    pub asked: i64,
    /// Only if the row's version is still this one; 0 means that there is no row.
    pub only_if: Option<i64>,
}

impl Versioned {
    /// A change that older ones do not undo.
    pub fn new(change: Change, version: i64) -> Self {
        Self {
            change,
            version,
            asked: version,
            only_if: None,
        }
    }
}

/// What is written at once.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Together with the markers at most [`MOST_CHANGES`].
    pub changes: Vec<Versioned>,
    /// The work this is a step of; it moves with the page or nothing does.
    pub step: Option<Step>,
    /// To be sent when the page is in.
    pub messages: Vec<Outgoing>,
    /// What this page is the effect of, such as events of a webhook, by names that are the same
    /// whenever the same thing comes again. Where one of them was committed in the last 35 days
    /// nothing is written, so that what comes twice is done once.
    pub markers: Vec<String>,
    /// Whether nothing is written where one of the changes is older than what is kept: whoever
    /// has looked at all the rows wants to look again.
    pub all_or_none: bool,
    /// What the page came from, for the feed: an import, a connection, a member.
    pub cause: String,
}

/// What became of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// The page's number; 0 when nothing was left to write.
    pub seq: u64,
    /// Changes that were older than what is kept; of a page that is all or none, one of them is
    /// enough and nothing was written.
    pub stale: Vec<EntityKey>,
    /// A marker of the page was there already, and nothing was written.
    pub duplicate: bool,
    /// The markers that were there; the page without them is still to be done.
    pub known: Vec<String>,
}

/// A kept entity with what is known of the row.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Which.
    pub key: EntityKey,
    /// What it says; `None` when it was deleted.
    pub entity: Option<Entity>,
    /// The source's version.
    pub version: i64,
    /// When what it says was asked for; its version, where nobody said otherwise.
    pub asked: i64,
    /// The page that wrote it.
    pub seq: u64,
}

impl Kept {
    pub(crate) fn read(item: &Item) -> Result<Option<Self>, Error> {
        let Some(text) = item.text("k") else {
            return Ok(None);
        };
        let key: EntityKey = text.parse().map_err(|e| Error::corrupt("entity", e))?;
        let entity = if item.flag("del") {
            None
        } else {
            let json = item.text("j").unwrap_or_default();
            let entity = Entity::from_json(&key, json);
            Some(entity.map_err(|e| Error::corrupt(key.to_string(), e))?)
        };
        let version = item.number("ver").unwrap_or_default();
        Ok(Some(Self {
            entity,
            version,
            asked: item.number("asked").unwrap_or(version),
            seq: item.number("seq").unwrap_or_default().unsigned_abs(),
            key,
        }))
    }
}

/// The markers of a page, as rows that must be new.
struct Marks(Vec<(String, Item, Expression)>);

impl Marks {
    /// What lies in the key is a digest: the row says nothing about what it marks, and a name may
    /// be of any length.
    fn new(tenant: &Tenant, markers: Vec<String>) -> Self {
        let now = tenant.now().as_second();
        // A transaction may not name a row twice.
        let unique: BTreeMap<String, String> = markers
            .into_iter()
            .map(|marker| (hex(&Sha256::digest(&marker).into()), marker))
            .collect();
        let row = |(digest, marker)| {
            let row = Item::at(&keys::row(tenant.id(), "XM", digest))
                .with("expires_at", n(now + MARKER_DAYS * 86_400));
            // The table forgets within two days of the time.
            let new = Expression::new("attribute_not_exists(pk) OR expires_at <= :now")
                .with(":now", n(now));
            (marker, row, new)
        };
        Self(unique.into_iter().map(row).collect())
    }

    fn actions(&self) -> impl Iterator<Item = Action> {
        let put = |(_, row, new): &(String, Item, Expression)| {
            Action::Put(row.clone(), Some(new.clone()))
        };
        self.0.iter().map(put)
    }

    /// Those that were there already; they stand in the transaction from `first` on.
    fn known(&self, first: usize, refused: &[(usize, Option<Item>)]) -> Vec<String> {
        let marker = |(at, _): &(usize, Option<Item>)| {
            let (marker, ..) = self.0.get(at.checked_sub(first)?)?;
            Some(marker.clone())
        };
        refused.iter().filter_map(marker).collect()
    }
}

pub(crate) fn head_key(tenant: &Tenant) -> Key {
    keys::row(tenant.id(), "H", "A")
}

pub(crate) fn feed_sk(seq: u64) -> String {
    format!("{seq:012}")
}

impl Tenant {
    /// The number of the newest page.
    pub async fn head(&self) -> Result<u64, Error> {
        let item = self.table().get(&head_key(self)).await?;
        Ok(item
            .and_then(|item| item.number("seq"))
            .unwrap_or_default()
            .unsigned_abs())
    }

    /// Writes a page. Older changes than those kept are left out and named in the answer; where
    /// the work was taken over by somebody else, nothing is written.
    pub async fn commit(&self, page: Page) -> Result<Committed, Error> {
        let Page {
            mut changes,
            step,
            messages,
            markers,
            all_or_none,
            cause,
        } = page;
        let mut stale = Vec::new();
        let outgoing = outbox::rows(self, &messages)?;
        let marks = Marks::new(self, markers);
        let rows = changes
            .drain(..)
            .map(|it| Ok((it.change.key(), self.row(&it)?)))
            .collect::<Result<Vec<_>, Error>>()?;
        let mut rows: Vec<(EntityKey, (Item, Expression))> = rows;
        for attempt in 0..MOST_TRIES {
            if rows.is_empty() && step.is_none() && outgoing.is_empty() && marks.0.is_empty() {
                return Ok(Committed {
                    stale,
                    ..Committed::default()
                });
            }
            let head = self.head().await?;
            let seq = head + 1;
            let mut actions = Vec::with_capacity(rows.len() + 8);
            if !rows.is_empty() {
                actions.push(self.next_head(head));
                actions.push(Action::Put(self.feed_row(seq, &rows, &cause), None));
            }
            let step_at = actions.len();
            actions.extend(step.iter().map(|step| step.action(self)));
            let marks_at = actions.len();
            actions.extend(marks.actions());
            actions.extend(outgoing.iter().cloned().map(|row| Action::Put(row, None)));
            let first = actions.len();
            for (_, (row, condition)) in &rows {
                let row = row.clone().with("seq", n(seq));
                actions.push(Action::Put(row, Some(condition.clone())));
            }
            if actions.len() > MOST_ACTIONS {
                return Err(Error::TooLarge {
                    what: "page of changes".to_owned(),
                    bytes: actions.len(),
                    most: MOST_ACTIONS,
                });
            }
            match self.table().transact(actions).await? {
                Outcome::Done => {
                    self.relay(&outgoing, &messages).await;
                    let seq = if rows.is_empty() { 0 } else { seq };
                    return Ok(Committed {
                        seq,
                        stale,
                        ..Committed::default()
                    });
                }
                Outcome::Busy => {}
                Outcome::Refused(refused) => {
                    let ours = |(at, _): &&(usize, Option<Item>)| *at == step_at && step.is_some();
                    if let (Some((_, row)), Some(step)) = (refused.iter().find(ours), &step) {
                        return match row {
                            // The page is in: its answer was lost.
                            Some(row) if step.is_done_in(row) => Ok(Committed {
                                seq,
                                stale,
                                ..Committed::default()
                            }),
                            _ => Err(step.lost()),
                        };
                    }
                    let known = marks.known(marks_at, &refused);
                    if !known.is_empty() {
                        return Ok(Committed {
                            duplicate: true,
                            known,
                            ..Committed::default()
                        });
                    }
                    let old: Vec<usize> = refused
                        .iter()
                        .filter_map(|(at, _)| at.checked_sub(first))
                        .collect();
                    let mut at = 0;
                    rows.retain(|(key, _)| {
                        let is_old = old.contains(&at);
                        if is_old {
                            stale.push(key.clone());
                        }
                        at += 1;
                        !is_old
                    });
                    if !old.is_empty() && all_or_none {
                        return Ok(Committed {
                            stale,
                            ..Committed::default()
                        });
                    }
                    if !old.is_empty() {
                        continue;
                    }
                }
            }
            // Others write to the same tenant: give way, each for another time.
            self.pause(Duration::from_millis(5 << attempt.min(6))).await;
        }
        Err(Error::Throttled {
            operation: "TransactWriteItems",
        })
    }

    fn row(&self, it: &Versioned) -> Result<(Item, Expression), Error> {
        let key = it.change.key();
        let item = Item::at(&keys::entity(self.id(), &key))
            .with("k", s(key.to_string()))
            .with("ver", n(it.version));
        let item = if it.asked == it.version {
            item
        } else {
            item.with("asked", n(it.asked))
        };
        let item = match &it.change {
            Change::Put(entity) => {
                let json = entity
                    .to_json()
                    .map_err(|e| Error::corrupt(key.to_string(), e))?;
                item.with_json(&key.to_string(), json)?
            }
            Change::Delete(_) => item
                .with("del", AttributeValue::Bool(true))
                .with("expires_at", n(self.now().as_second() + FEED_DAYS * 86_400)),
        };
        let condition = match it.only_if {
            None => {
                Expression::new("attribute_not_exists(pk) OR ver < :v").with(":v", n(it.version))
            }
            Some(0) => Expression::new("attribute_not_exists(pk)"),
            Some(version) => Expression::new("ver = :v").with(":v", n(version)),
        };
        Ok((item, condition))
    }

    fn next_head(&self, head: u64) -> Action {
        let update = Expression::new("SET seq = :new").with(":new", n(head + 1));
        let (update, condition) = if head == 0 {
            (update, "attribute_not_exists(seq)")
        } else {
            (update.with(":old", n(head)), "seq = :old")
        };
        Action::Update(head_key(self), update, Some(condition.to_owned()))
    }

    fn feed_row(&self, seq: u64, rows: &[(EntityKey, (Item, Expression))], cause: &str) -> Item {
        let keys: Vec<String> = rows.iter().map(|(key, _)| key.to_string()).collect();
        let now = self.now();
        Item::at(&keys::row(self.id(), "F", feed_sk(seq)))
            .with("keys", s(keys.join("\n")))
            .with("cause", s(cause))
            .with("at", n(now.as_microsecond()))
            .with("expires_at", n(now.as_second() + FEED_DAYS * 86_400))
    }

    /// Whether all that these markers stand for was committed before.
    pub async fn is_done(&self, markers: &[String]) -> Result<bool, Error> {
        let marks = Marks::new(self, markers.to_vec());
        let keys: Vec<Key> = marks.0.iter().map(|(_, row, _)| row.key()).collect();
        let rows = self.table().get_all(&keys).await?;
        let now = self.now().as_second();
        let is_kept = |row: &&Item| row.number("expires_at").is_some_and(|until| until > now);
        Ok(rows.iter().filter(is_kept).count() == keys.len())
    }

    /// The kept entities of these keys; those never kept are left out.
    pub async fn entities(&self, keys: &[EntityKey]) -> Result<Vec<Kept>, Error> {
        let keys: Vec<Key> = keys
            .iter()
            .map(|key| keys::entity(self.id(), key))
            .collect();
        let items = self.table().get_all(&keys).await?;
        let read: Result<Vec<_>, Error> = items.iter().map(Kept::read).collect();
        Ok(read?.into_iter().flatten().collect())
    }

    /// One kept entity.
    pub async fn entity(&self, key: &EntityKey) -> Result<Option<Kept>, Error> {
        match self.table().get(&keys::entity(self.id(), key)).await? {
            Some(item) => Kept::read(&item),
            None => Ok(None),
        }
    }

    /// A deal with everything kept with it: one query.
    pub async fn deal(&self, deal: model::DealId) -> Result<Vec<Kept>, Error> {
        let pk = keys::deal_partition(self.id(), deal);
        let items = self.table().query(&pk, crate::table::Range::ALL).await?;
        let read: Result<Vec<_>, Error> = items.iter().map(Kept::read).collect();
        Ok(read?.into_iter().flatten().collect())
    }

    /// What changed after a page, as it is now: each thing once, with the newest page's number.
    pub async fn changes_since(&self, seq: u64) -> Result<(u64, Vec<Kept>), Error> {
        let (newest, keys) = self.keys_since(seq).await?;
        Ok((newest, self.entities(&keys).await?))
    }

    async fn keys_since(&self, seq: u64) -> Result<(u64, Vec<EntityKey>), Error> {
        let after = feed_sk(seq);
        let range = crate::table::Range {
            after: Some(&after),
            ..crate::table::Range::ALL
        };
        let pk = keys::partition(self.id(), "F");
        let rows = self.table().query(&pk, range).await?;
        let mut newest = seq;
        let mut seen = HashMap::new();
        for row in &rows {
            let number = row.text("sk").and_then(|sk| sk.parse().ok());
            newest = newest.max(number.unwrap_or_default());
            for text in row.text("keys").unwrap_or_default().lines() {
                let key: EntityKey = text.parse().map_err(|e| Error::corrupt("change feed", e))?;
                let at = seen.len();
                seen.entry(key).or_insert(at);
            }
        }
        let mut keys: Vec<(usize, EntityKey)> =
            seen.into_iter().map(|(key, at)| (at, key)).collect();
        keys.sort_by_key(|(at, _)| *at);
        Ok((newest, keys.into_iter().map(|(_, key)| key).collect()))
    }
}
