//! Where oddities go: all counted, some kept, each shown to whoever listens.

use std::collections::BTreeMap;

use model::{Issue, IssueCode, Place};

use super::import::Progress;

pub(super) use model::Severity as Level;

/// How many issues of one kind are kept in memory.
const KEPT: usize = 1_000;

/// Collects the issues of an import.
///
/// A million bad rows cost a thousand issues of memory: the rest are counted, and reach whoever
/// watches.
#[derive(Default)]
pub(super) struct Issues<'a> {
    file: Option<String>,
    kinds: BTreeMap<&'static str, Kind>,
    watcher: Option<&'a mut dyn FnMut(Progress<'_>)>,
    muted: bool,
    total: u64,
}

/// The issues of one kind.
#[derive(Debug, Clone)]
pub(super) struct Kind {
    pub(super) severity: Level,
    pub(super) count: u64,
    pub(super) kept: Vec<Issue>,
}

impl<'a> Issues<'a> {
    pub(super) fn new(watcher: Option<&'a mut dyn FnMut(Progress<'_>)>) -> Self {
        Self {
            watcher,
            ..Self::default()
        }
    }

    /// One that hears nothing, for looking at a file before it is read.
    pub(super) fn quiet() -> Self {
        Self {
            muted: true,
            ..Self::default()
        }
    }

    /// The file that what follows is about.
    pub(super) fn about(&mut self, file: Option<&str>) {
        self.file = file.map(str::to_owned);
    }

    /// How many there are so far.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    pub(super) fn tell(&mut self, progress: Progress<'_>) {
        if let Some(watcher) = &mut self.watcher {
            watcher(progress);
        }
    }

    /// Adds an issue. Row 0 means the file as a whole. `text` gives what is odd and the remedy,
    /// and is only asked when somebody will read it.
    pub(super) fn raise(
        &mut self,
        code: &'static str,
        severity: Level,
        row: u64,
        column: Option<&str>,
        value: Option<&str>,
        text: impl FnOnce() -> (String, String),
    ) {
        if self.muted {
            return;
        }
        self.total += 1;
        let kind = self.kinds.entry(code).or_insert_with(|| Kind {
            severity,
            count: 0,
            kept: Vec::new(),
        });
        kind.count += 1;
        kind.severity = kind.severity.max(severity);
        let keep = kind.kept.len() < KEPT;
        if !keep && self.watcher.is_none() {
            return;
        }
        let (what, remedy) = text();
        let mut issue = Issue::new(IssueCode::new(code), severity, what, remedy).at(Place {
            file: self.file.clone(),
            row: (row > 0).then_some(row),
            column: column.map(str::to_owned),
        });
        if let Some(value) = value {
            issue = issue.quoting(value);
        }
        if let Some(watcher) = &mut self.watcher {
            watcher(Progress::Issue(&issue));
        }
        if keep {
            kind.kept.push(issue);
        }
    }

    pub(super) fn into_kinds(self) -> BTreeMap<&'static str, Kind> {
        self.kinds
    }
}
