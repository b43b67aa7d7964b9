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

    pub(crate) fn write(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}
