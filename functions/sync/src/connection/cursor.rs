//! Where the pull of a stream stands: the cursor of its lease.

use connector::Checkpoint;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{JobProblem, StreamCounts, StreamMode, StreamStatus};

/// Where the pull of a stream stands. It is kept between runs: the next goes on from
/// `complete_until`, or with what was not done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Cursor {
    /// The run it belongs to.
    pub(crate) job: String,
    /// What that run is for.
    pub(crate) mode: StreamMode,
    /// How far the reading has come.
    pub(crate) at: Option<Checkpoint>,
    /// A page that is read and not written whole.
    pub(crate) open: Option<Open>,
    /// Whether the run goes on with what an earlier one left undone.
    pub(crate) resumed: bool,
    /// Pages read in this run.
    pub(crate) pages: u64,
    /// What became of them.
    pub(crate) counts: StreamCounts,
    /// How many of the source's records are kept.
    pub(crate) kept: i64,
    /// All the source's changes up to then are here.
    pub(crate) complete_until: Option<Timestamp>,
    /// How often the source was down in a row.
    pub(crate) downs: u32,
    /// How the run ended for this stream, when it has.
    pub(crate) end: Option<End>,
}

/// How a run ended for a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct End {
    pub(crate) status: StreamStatus,
    pub(crate) problem: Option<JobProblem>,
}

/// A page that is read and not written whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Open {
    /// What it is kept under.
    pub(crate) name: String,
    /// The first of its things that is not written.
    pub(crate) next: usize,
}

impl Cursor {
    pub(crate) fn read(text: &str) -> serde_json::Result<Self> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_str(text)
    }

    /// What is read and written whole is complete, also where the worker who did that died before it said so: what has
    /// nothing to load would begin anew with the next run, and what happened in between be told by nobody.
    pub(crate) fn settle(&mut self) {
        let is_whole = |at: &&Checkpoint| at.is_done && at.missed == 0 && self.open.is_none();
        if self.mode != StreamMode::Reconcile
            && let Some(at) = self.at.as_ref().filter(is_whole)
        {
            self.complete_until = at.complete_until.max(self.complete_until);
        }
    }

    pub(crate) fn write(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use connector::Plan;

    #[test]
    fn what_is_read_and_written_whole_is_complete_whoever_died_before_saying_so() {
        let stripe = connectors::find("stripe").unwrap();
        let events = stripe.stream("events").unwrap();
        let begun = Timestamp::constant(1_790_000_000, 0);
        let read = Checkpoint::begin(events, Plan::Load, begun);
        let until = read.complete_until;
        assert!(read.is_done && until.is_some());
        let whole = Cursor {
            at: Some(read.clone()),
            ..Cursor::default()
        };
        let check = |mut cursor: Cursor, expected: Option<Timestamp>| {
            cursor.settle();
            assert_eq!(cursor.complete_until, expected, "{cursor:?}");
        };
        check(whole.clone(), until);
        let later = until.map(|until| until + jiff::SignedDuration::from_secs(60));
        check(
            Cursor {
                complete_until: later,
                ..whole.clone()
            },
            later,
        );
        let half = Open {
            name: "page".to_owned(),
            next: 1,
        };
        check(
            Cursor {
                open: Some(half),
                ..whole.clone()
            },
            None,
        );
        let unlike = |change: fn(&mut Checkpoint)| {
            let mut at = read.clone();
            change(&mut at);
            Cursor {
                at: Some(at),
                ..Cursor::default()
            }
        };
        check(unlike(|at| at.is_done = false), None);
        check(unlike(|at| at.missed = 1), None);
        // What is no longer there is looked for after the reading.
        check(
            Cursor {
                mode: StreamMode::Reconcile,
                ..whole
            },
            None,
        );
    }
}
