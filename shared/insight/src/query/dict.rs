//! Values as small numbers: what a column holds per row, and the words behind it.

use std::collections::{BTreeSet, HashMap};

/// The code of a row without a value.
pub(crate) const NOTHING: u32 = 0;

/// The values of one column. Codes stay as they are once given.
#[derive(Clone, Debug)]
pub(crate) struct Dict {
    codes: HashMap<Box<[u8]>, u32>,
    entries: Vec<Entry>,
    /// The distinct [`Entry::sort`]s, in order.
    order: Vec<Box<str>>,
    ranks: Vec<u32>,
    stale: bool,
}

/// One value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What a filter gives: an id or a label.
    pub(crate) value: String,
    /// What a person reads.
    pub(crate) label: String,
    /// The label in lower case.
    pub(crate) lower: String,
    /// What it is sorted by.
    pub(crate) sort: String,
}

impl Entry {
    /// A value sorted by what a person reads.
    pub(crate) fn named(value: String, label: String) -> Self {
        let lower = label.to_lowercase();
        Self {
            value,
            sort: lower.clone(),
            lower,
            label,
        }
    }

    /// A value with a place in an order of its own.
    pub(crate) fn placed(value: String, label: String, place: usize) -> Self {
        let lower = label.to_lowercase();
        Self {
            value,
            sort: format!("{place:06} {lower}"),
            lower,
            label,
        }
    }
}

impl Default for Dict {
    fn default() -> Self {
        Self {
            codes: HashMap::new(),
            entries: vec![Entry::default()],
            order: Vec::new(),
            ranks: Vec::new(),
            stale: true,
        }
    }
}

impl Dict {
    /// The code of a key; its entry is made when the key is new.
    pub(crate) fn code(&mut self, key: &[u8], entry: impl FnOnce() -> Entry) -> u32 {
        if let Some(&code) = self.codes.get(key) {
            return code;
        }
        let code = self.entries.len() as u32;
        self.entries.push(entry());
        self.codes.insert(key.into(), code);
        self.stale = true;
        code
    }

    /// The code of a key that is known.
    pub(crate) fn find(&self, key: &[u8]) -> Option<u32> {
        self.codes.get(key).copied()
    }

    /// Says anew what each key is called, an id without a name by itself; gives those that differ.
    pub(crate) fn rename<'a>(&mut self, name: impl Fn(&[u8]) -> Option<&'a str>) -> BTreeSet<u32> {
        let mut renamed = BTreeSet::new();
        for (key, &code) in &self.codes {
            let entry = &mut self.entries[code as usize];
            let name = name(key).unwrap_or(&entry.value);
            if entry.label != name {
                *entry = Entry::named(entry.value.clone(), name.to_owned());
                renamed.insert(code);
            }
        }
        self.stale |= !renamed.is_empty();
        renamed
    }

    /// How many codes there are, [`NOTHING`] included.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn entry(&self, code: u32) -> &Entry {
        &self.entries[code as usize]
    }

    /// Every value with its code.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (u32, &Entry)> {
        (0..).zip(&self.entries).skip(1)
    }

    /// Orders the values; to be called after the last new one.
    pub(crate) fn settle(&mut self) {
        if !self.stale {
            return;
        }
        let mut order: Vec<Box<str>> = (self.entries[1..].iter())
            .map(|entry| entry.sort.as_str().into())
            .collect();
        order.sort_unstable();
        order.dedup();
        let rank = |entry: &Entry| order.partition_point(|sort| **sort < *entry.sort) as u32;
        self.ranks = self.entries.iter().map(rank).collect();
        self.order = order;
        self.stale = false;
    }

    /// Where a value stands among the others; odd, so that a text between two has a place too.
    pub(crate) fn rank(&self, code: u32) -> u64 {
        u64::from(self.ranks[code as usize]) * 2 + 1
    }

    /// Where a text would stand.
    pub(crate) fn rank_of(&self, sort: &str) -> u64 {
        let at = self.order.partition_point(|known| **known < *sort);
        let known = self.order.get(at).is_some_and(|known| **known == *sort);
        at as u64 * 2 + u64::from(known)
    }
}
