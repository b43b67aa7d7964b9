//! What happened on a deal.

use crate::{ActivityId, DealId, Provenance, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Something that happened: a call, an e-mail, a meeting.
///
/// ```
/// use model::{Activity, ActivityId, ActivityKind, ActivityOutcome, TenantId, Timestamp};
///
/// let id = ActivityId::derive(&TenantId::local(), "hubspot", "9");
/// let call = Activity::new(id, ActivityKind::Call, Timestamp::UNIX_EPOCH);
/// assert_eq!(call.outcome, ActivityOutcome::Unknown);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// Its id.
    pub id: ActivityId,
    /// What each source calls it: source → the source's own id.
    #[serde(default)]
    pub external_ids: BTreeMap<String, String>,
    /// The deal it was about, if any.
    pub deal: Option<DealId>,
    /// What kind it was.
    pub kind: ActivityKind,
    /// When it happened.
    pub at: Timestamp,
    /// Who took part: names or addresses, as the source has them.
    #[serde(default)]
    pub participants: Vec<String>,
    /// How it went.
    #[serde(default)]
    pub outcome: ActivityOutcome,
    /// What it was about.
    pub summary: Option<String>,
    /// What stood out.
    #[serde(default)]
    pub key_moments: Vec<KeyMoment>,
    /// What was agreed to do next.
    #[serde(default)]
    pub next_steps: Vec<String>,
    /// What was said against buying.
    #[serde(default)]
    pub objections: Vec<Objection>,
    /// Where the whole content is kept; never the content itself.
    pub raw_content: Option<String>,
    /// Where each field came from.
    #[serde(default)]
    pub provenance: Provenance,
}

impl Activity {
    /// Something that happened, of which no more is known yet.
    pub fn new(id: ActivityId, kind: ActivityKind, at: Timestamp) -> Self {
        Self {
            id,
            external_ids: BTreeMap::new(),
            deal: None,
            kind,
            at,
            participants: Vec::new(),
            outcome: ActivityOutcome::Unknown,
            summary: None,
            key_moments: Vec::new(),
            next_steps: Vec::new(),
            objections: Vec::new(),
            raw_content: None,
            provenance: Provenance::default(),
        }
    }
}

/// The kind of an [`Activity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    /// An e-mail.
    Email,
    /// A telephone or video call.
    Call,
    /// A meeting.
    Meeting,
    /// The product was shown.
    Demo,
    /// A proposal was sent.
    Proposal,
    /// A contract was sent or signed.
    Contract,
    /// Something was said against buying.
    Objection,
    /// We came back to them.
    FollowUp,
    /// Among ourselves: no contact with the customer.
    Internal,
}

/// How an [`Activity`] went.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ActivityOutcome {
    /// Well.
    Positive,
    /// Neither way.
    Neutral,
    /// Badly.
    Negative,
    /// Nobody said.
    #[default]
    Unknown,
}

/// A moment of a call or a meeting that stood out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyMoment {
    /// How far into it, in milliseconds, if known.
    pub offset_ms: Option<u64>,
    /// What was said.
    pub text: String,
    /// How it sounded, −1 to 1.
    #[serde(default, deserialize_with = "crate::range::signed_unit")]
    pub sentiment: Option<f64>,
}

/// Something said against buying.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Objection {
    /// What was said.
    pub objection: String,
    /// Whether it is settled.
    #[serde(default)]
    pub resolved: bool,
    /// How it was settled.
    pub resolution: Option<String>,
}
