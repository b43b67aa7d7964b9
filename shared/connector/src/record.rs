//! A record of a source, what it is mapped with, and what comes of it.

use crate::json::{Text, Value};
use crate::value;
use model::{
    ActivityId, CompanyId, DealId, Entity, EntityKey, InvoiceId, Issue, PaymentId, PersonId,
    PipelineId, StageMap, StakeholderId, SubscriptionId, TenantId, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A record as the source has it, with what was asked for beside it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The record itself.
    pub main: Value,
    /// Answers of the stream's joins, by the join's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<Text, Vec<Value>>,
}

impl Record {
    /// A record without parts.
    pub fn new(main: impl Into<Value>) -> Self {
        Self {
            main: main.into(),
            parts: BTreeMap::new(),
        }
    }

    /// Its own id, as the one thing that is asked for beside it goes by.
    pub fn own_id(&self) -> Vec<Text> {
        value::id(&self.main, "id").into_iter().collect()
    }

    /// What a join gave; nothing where it was not asked.
    pub fn part(&self, name: &str) -> &[Value] {
        self.parts.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether a join was asked for this record, whatever it gave.
    pub fn has_part(&self, name: &str) -> bool {
        self.parts.contains_key(name)
    }
}

/// What the source says about itself: fields, pipelines, currency. Read before each run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Known(pub BTreeMap<String, Vec<Value>>);

impl Known {
    /// What was answered to one of the connector's questions about itself.
    pub fn all(&self, name: &str) -> &[Value] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// The first such answer.
    pub fn first(&self, name: &str) -> Option<&Value> {
        self.all(name).first()
    }

    /// A text of the first such answer.
    pub fn text(&self, name: &str, field: &str) -> Option<&str> {
        value::text(self.first(name)?, field)
    }

    /// The answer that has this in a field, which is an id or a name.
    pub fn find(&self, name: &str, field: &str, is: &str) -> Option<&Value> {
        let mut all = self.all(name).iter();
        all.find(|it| match it.get(field) {
            Some(Value::String(text)) => text == is,
            Some(other) => value::scalar(other).as_deref() == Some(is),
            None => false,
        })
    }
}

/// What a record is mapped with.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Whose data it is.
    pub tenant: TenantId,
    /// The connector's id, as provenance and external ids have it: `hubspot`.
    pub source: &'static str,
    /// What keeps the ids of two accounts of one source apart: `hubspot:4411223`.
    pub space: &'a str,
    /// What the source says about itself.
    pub known: &'a Known,
    /// What stage labels mean, the tenant's own word included.
    pub stages: &'a StageMap,
    /// When the records were asked for.
    pub read_at: Timestamp,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $id:ident;)*) => {
        impl Context<'_> {$(
            $(#[$doc])*
            pub fn $name(&self, source_id: &str) -> $id {
                $id::derive(&self.tenant, self.space, source_id)
            }
        )*}
    };
}

ids! {
    /// Our id of a deal of this account.
    deal DealId;
    /// Our id of a company of this account.
    company CompanyId;
    /// Our id of a user of this account.
    person PersonId;
    /// Our id of a stakeholder: name them `deal/contact`.
    stakeholder StakeholderId;
    /// Our id of an activity; name it with its kind where the source numbers kinds apart.
    activity ActivityId;
    /// Our id of a pipeline.
    pipeline PipelineId;
    /// Our id of a subscription.
    subscription SubscriptionId;
    /// Our id of an invoice.
    invoice InvoiceId;
    /// Our id of a payment.
    payment PaymentId;
}

/// Where to look: a stream and the source's ids of records of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Hint {
    /// The stream's name.
    pub stream: String,
    /// The source's id of the record.
    pub id: Text,
}

impl Hint {
    /// A record of a stream that is worth a look.
    pub fn new(stream: impl Into<String>, id: impl Into<Text>) -> Self {
        Self {
            stream: stream.into(),
            id: id.into(),
        }
    }
}

/// Something is no longer there at the source.
#[derive(Clone, Debug, PartialEq)]
pub struct Gone {
    /// Which.
    pub key: EntityKey,
    /// Since when, as far as the source says.
    pub at: Option<Timestamp>,
    /// Which lives on in its place, where the source merged the two.
    pub into: Option<EntityKey>,
}

/// A kind of thing that a source may speak of by its own id alone, whatever deals it lies under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the variants are the entities")]
pub enum Kind {
    Stakeholder,
    Activity,
}

/// Everything of a kind that has this id at the source is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// What kind.
    pub kind: Kind,
    /// The source's id, as in `external_ids`: of the thing, or of a part without which it is not.
    pub id: String,
    /// Since when, as far as the source says.
    pub at: Option<Timestamp>,
}

/// What comes of records: entities and issues, and what else they say. Mapping is total: every
/// record gives something, and one odd record spoils no other.
#[derive(Clone, Debug, Default)]
pub struct Out {
    /// What is so.
    pub entities: Vec<Entity>,
    /// What is no longer there, or was merged into another.
    pub gone: Vec<Gone>,
    /// What is no longer there, under whichever deals it lay.
    pub lost: Vec<Lost>,
    /// Where else to look.
    pub hints: Vec<Hint>,
    /// What was odd.
    pub issues: Vec<Issue>,
    /// Deals of which all stakeholders are among the entities: others that are kept have left.
    pub whole: Vec<DealId>,
}

impl Out {
    /// An entity is so.
    pub fn put(&mut self, entity: Entity) {
        self.entities.push(entity);
    }

    /// Something is gone.
    pub fn gone(&mut self, key: EntityKey, at: Option<Timestamp>) {
        let into = None;
        self.gone.push(Gone { key, at, into });
    }

    /// Everything of a kind with this id at the source is gone, whichever deals it lay under.
    pub fn lost(&mut self, kind: Kind, id: impl Into<String>, at: Option<Timestamp>) {
        let id = id.into();
        self.lost.push(Lost { kind, id, at });
    }

    /// Something lives on in another.
    pub fn merged(&mut self, loser: EntityKey, winner: EntityKey) {
        self.gone.push(Gone {
            key: loser,
            at: None,
            into: Some(winner),
        });
    }
}
