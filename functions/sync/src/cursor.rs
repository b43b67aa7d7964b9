//! How far an import has come: what its lease's cursor says.

use model::EntityKey;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// So many things are named one by one; the rest is only counted.
const MOST_NAMED: usize = 50;

/// Where the work stands. It is written with every page, so that counts and places are those of
/// what was written, whoever died when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Cursor {
    pub(crate) phase: Phase,
    /// The entity that is next, in the plan's order.
    pub(crate) next: usize,
    /// Pages written.
    pub(crate) pages: u64,
    /// The undo image of the last page written; each names the one before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last: Option<String>,
    pub(crate) counts: Counts,
    /// Some of the things that were left as they are, because what is kept is newer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) stale: Vec<String>,
    /// Some of the things that cannot be kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) quarantined: Vec<Quarantined>,
    /// Things that somebody else wrote while a page was under way: their first undo image is not
    /// the one that counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) raced: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) back: Option<Back>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Phase {
    #[default]
    Writing,
    Written,
    Undoing,
    Undone,
}

/// A thing that cannot be kept, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Quarantined {
    pub(crate) key: String,
    pub(crate) reason: String,
}

/// How far taking it back has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Back {
    /// What rows that are gone again are marked with. Those that are restored have the version
    /// they had, so that an import before this one can be taken back in turn.
    pub(crate) version: i64,
    /// The undo image that is next; none when all are done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<String>,
    /// The row of it that is next.
    pub(crate) row: usize,
    /// Rows that are again as they were.
    pub(crate) restored: u64,
    /// Rows that are gone again.
    pub(crate) removed: u64,
    /// Rows that others have changed since, and that stay.
    pub(crate) left: u64,
    /// Some of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) left_keys: Vec<String>,
}

/// What became of the entities of each kind: `deals`, `companies`, …
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(pub BTreeMap<String, Tally>);

/// What became of the entities of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// There was none.
    pub new: u64,
    /// It said something else.
    pub changed: u64,
    /// It said the same already; nothing was written.
    pub unchanged: u64,
    /// What is kept is newer; nothing was written.
    pub stale: u64,
    /// It cannot be kept.
    pub quarantined: u64,
}

/// What becomes of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    New,
    Changed,
    Unchanged,
    Stale,
    Quarantined,
}

impl Cursor {
    pub(crate) fn read(text: &str) -> serde_json::Result<Self> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_str(text)
    }

    pub(crate) fn write(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    pub(crate) fn note_stale(&mut self, key: &EntityKey) {
        note(&mut self.stale, key.to_string());
    }

    pub(crate) fn note_raced(&mut self, key: &EntityKey, fate: Fate) {
        self.counts.take_back(key, fate);
        note(&mut self.raced, key.to_string());
    }

    pub(crate) fn quarantine(&mut self, key: &EntityKey, reason: String) {
        let key = key.to_string();
        note(&mut self.quarantined, Quarantined { key, reason });
    }
}

impl Back {
    pub(crate) fn leave(&mut self, key: &EntityKey) {
        self.left += 1;
        note(&mut self.left_keys, key.to_string());
    }
}

fn note<T>(list: &mut Vec<T>, it: T) {
    if list.len() < MOST_NAMED {
        list.push(it);
    }
}

/// What a person calls things of this kind.
pub(crate) fn kind(key: &EntityKey) -> &'static str {
    match key {
        EntityKey::Deal(_) => "deals",
        EntityKey::Own(_) => "notes",
        EntityKey::Company(_) => "companies",
        EntityKey::Person(_) => "people",
        EntityKey::Stakeholder(..) => "contacts",
        EntityKey::Activity(..) => "activities",
        EntityKey::Pipeline(_) => "pipelines",
        EntityKey::Subscription(_) => "subscriptions",
        EntityKey::Invoice(_) => "invoices",
        EntityKey::Payment(_) => "payments",
        EntityKey::Clock(_) => "clocks",
    }
}

impl Tally {
    fn of(&mut self, fate: Fate) -> &mut u64 {
        match fate {
            Fate::New => &mut self.new,
            Fate::Changed => &mut self.changed,
            Fate::Unchanged => &mut self.unchanged,
            Fate::Stale => &mut self.stale,
            Fate::Quarantined => &mut self.quarantined,
        }
    }

    /// Entities that were written.
    pub fn written(&self) -> u64 {
        self.new + self.changed
    }

    /// All entities.
    pub fn all(&self) -> u64 {
        self.written() + self.unchanged + self.stale + self.quarantined
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.new += other.new;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.stale += other.stale;
        self.quarantined += other.quarantined;
    }
}

impl Counts {
    pub(crate) fn add(&mut self, key: &EntityKey, fate: Fate) {
        *self.0.entry(kind(key).to_owned()).or_default().of(fate) += 1;
    }

    /// Takes back what was counted of an entity that was not written after all.
    pub(crate) fn take_back(&mut self, key: &EntityKey, fate: Fate) {
        if let Some(tally) = self.0.get_mut(kind(key)) {
            let count = tally.of(fate);
            *count = count.saturating_sub(1);
        }
    }

    /// Over all kinds.
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        for tally in self.0.values() {
            total += *tally;
        }
        total
    }
}
