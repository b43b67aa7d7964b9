//! A book that follows its tenant: what changed, applied to what is known.

use crate::{
    Activity, ActivityId, Book, Company, CompanyId, Date, Deal, DealId, Invoice, InvoiceId,
    Payment, PaymentId, Person, PersonId, Pipeline, PipelineId, StageLog, Stakeholder,
    StakeholderId, Subscription, SubscriptionId, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::str::FromStr;

/// A deal with its stage visits: what a store keeps as one row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DealRecord {
    /// The deal.
    pub deal: Deal,
    /// What the source calls it in its history; see [`StageLog::case_name`].
    pub case: String,
    /// Every stage it entered, oldest first.
    #[serde(default)]
    pub visits: Vec<StageVisit>,
}

/// A stage, entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageVisit {
    /// The stage's label, in the source's words.
    pub stage: String,
    /// When, in microseconds since 1970-01-01 UTC.
    pub at_us: i64,
}

/// How a seller counts a deal in their own forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForecastCategory {
    /// It will come.
    Commit,
    /// It may come.
    BestCase,
    /// It is worked on.
    Pipeline,
    /// It does not count.
    Omitted,
}

/// What people say of a deal here rather than in a source; no import touches it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OwnFields {
    /// How the seller counts it.
    pub forecast_category: Option<ForecastCategory>,
    /// What is to be done next.
    pub next_step: Option<String>,
    /// By when.
    pub next_step_due: Option<Date>,
    /// Anything else.
    pub note: Option<String>,
    /// Who may see it besides its owner and the owner's managers.
    pub visible_to: Vec<PersonId>,
}

/// One thing of a book.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the variants are the entities")]
pub enum Entity {
    Deal(Box<DealRecord>),
    Own(DealId, OwnFields),
    Company(Box<Company>),
    Person(Person),
    Stakeholder(Box<Stakeholder>),
    Activity(Box<Activity>),
    Pipeline(Pipeline),
    Subscription(Box<Subscription>),
    Invoice(Box<Invoice>),
    Payment(Box<Payment>),
    /// The instant up to which a source's data stand.
    Clock(String, Timestamp),
}

/// Which thing of a book. What belongs to a deal names the deal, because that is where it is kept.
///
/// ```
/// use model::{DealId, EntityKey, TenantId};
///
/// let deal = DealId::derive(&TenantId::local(), "crm", "1");
/// let key = EntityKey::Own(deal);
/// assert_eq!(key.to_string(), format!("own {deal}"));
/// assert_eq!(key.to_string().parse(), Ok(key));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the variants are the entities")]
pub enum EntityKey {
    Deal(DealId),
    Own(DealId),
    Company(CompanyId),
    Person(PersonId),
    Stakeholder(DealId, StakeholderId),
    Activity(Option<DealId>, ActivityId),
    Pipeline(PipelineId),
    Subscription(SubscriptionId),
    Invoice(InvoiceId),
    Payment(PaymentId),
    Clock(String),
}

impl EntityKey {
    /// The deal in whose collection the thing is kept.
    pub fn deal(&self) -> Option<DealId> {
        match self {
            Self::Deal(deal) | Self::Own(deal) | Self::Stakeholder(deal, _) => Some(*deal),
            Self::Activity(deal, _) => *deal,
            _ => None,
        }
    }
}

impl fmt::Display for EntityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deal(id) => write!(f, "{id}"),
            Self::Own(id) => write!(f, "own {id}"),
            Self::Company(id) => write!(f, "{id}"),
            Self::Person(id) => write!(f, "{id}"),
            Self::Stakeholder(deal, id) => write!(f, "{id} {deal}"),
            Self::Activity(Some(deal), id) => write!(f, "{id} {deal}"),
            Self::Activity(None, id) => write!(f, "{id}"),
            Self::Pipeline(id) => write!(f, "{id}"),
            Self::Subscription(id) => write!(f, "{id}"),
            Self::Invoice(id) => write!(f, "{id}"),
            Self::Payment(id) => write!(f, "{id}"),
            Self::Clock(source) => write!(f, "clock {source}"),
        }
    }
}

/// A text that names nothing of a book.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the key of an entity")]
pub struct EntityKeyError(String);

impl FromStr for EntityKey {
    type Err = EntityKeyError;

    fn from_str(text: &str) -> Result<Self, EntityKeyError> {
        let read = || {
            if let Some(source) = text.strip_prefix("clock ") {
                return Some(Self::Clock(source.to_owned()));
            }
            if let Some(deal) = text.strip_prefix("own ") {
                return Some(Self::Own(deal.parse().ok()?));
            }
            let (id, deal) = match text.split_once(' ') {
                Some((id, deal)) => (id, Some(deal.parse().ok()?)),
                None => (text, None),
            };
            let (kind, _) = id.split_once('_')?;
            Some(match (kind, deal) {
                (StakeholderId::PREFIX, Some(deal)) => Self::Stakeholder(deal, id.parse().ok()?),
                (ActivityId::PREFIX, deal) => Self::Activity(deal, id.parse().ok()?),
                (DealId::PREFIX, None) => Self::Deal(id.parse().ok()?),
                (CompanyId::PREFIX, None) => Self::Company(id.parse().ok()?),
                (PersonId::PREFIX, None) => Self::Person(id.parse().ok()?),
                (PipelineId::PREFIX, None) => Self::Pipeline(id.parse().ok()?),
                (SubscriptionId::PREFIX, None) => Self::Subscription(id.parse().ok()?),
                (InvoiceId::PREFIX, None) => Self::Invoice(id.parse().ok()?),
                (PaymentId::PREFIX, None) => Self::Payment(id.parse().ok()?),
                _ => return None,
            })
        };
        read().ok_or_else(|| EntityKeyError(text.chars().take(80).collect()))
    }
}

impl Entity {
    /// Which thing it is.
    pub fn key(&self) -> EntityKey {
        match self {
            Self::Deal(record) => EntityKey::Deal(record.deal.id),
            Self::Own(deal, _) => EntityKey::Own(*deal),
            Self::Company(it) => EntityKey::Company(it.id),
            Self::Person(it) => EntityKey::Person(it.id),
            Self::Stakeholder(it) => EntityKey::Stakeholder(it.deal, it.id),
            Self::Activity(it) => EntityKey::Activity(it.deal, it.id),
            Self::Pipeline(it) => EntityKey::Pipeline(it.id),
            Self::Subscription(it) => EntityKey::Subscription(it.id),
            Self::Invoice(it) => EntityKey::Invoice(it.id),
            Self::Payment(it) => EntityKey::Payment(it.id),
            Self::Clock(source, _) => EntityKey::Clock(source.clone()),
        }
    }

    /// Its content as JSON; with the key, [`from_json`](Self::from_json) reads it back.
    pub fn to_json(&self) -> serde_json::Result<String> {
        match self {
            Self::Deal(it) => serde_json::to_string(it),
            Self::Own(_, it) => serde_json::to_string(it),
            Self::Company(it) => serde_json::to_string(it),
            Self::Person(it) => serde_json::to_string(it),
            Self::Stakeholder(it) => serde_json::to_string(it),
            Self::Activity(it) => serde_json::to_string(it),
            Self::Pipeline(it) => serde_json::to_string(it),
            Self::Subscription(it) => serde_json::to_string(it),
            Self::Invoice(it) => serde_json::to_string(it),
            Self::Payment(it) => serde_json::to_string(it),
            Self::Clock(_, at) => serde_json::to_string(at),
        }
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    pub fn from_json(key: &EntityKey, json: &str) -> serde_json::Result<Self> {
        Ok(match key {
            EntityKey::Deal(_) => Self::Deal(serde_json::from_str(json)?),
            EntityKey::Own(deal) => Self::Own(*deal, serde_json::from_str(json)?),
            EntityKey::Company(_) => Self::Company(serde_json::from_str(json)?),
            EntityKey::Person(_) => Self::Person(serde_json::from_str(json)?),
            EntityKey::Stakeholder(..) => Self::Stakeholder(serde_json::from_str(json)?),
            EntityKey::Activity(..) => Self::Activity(serde_json::from_str(json)?),
            EntityKey::Pipeline(_) => Self::Pipeline(serde_json::from_str(json)?),
            EntityKey::Subscription(_) => Self::Subscription(serde_json::from_str(json)?),
            EntityKey::Invoice(_) => Self::Invoice(serde_json::from_str(json)?),
            EntityKey::Payment(_) => Self::Payment(serde_json::from_str(json)?),
            EntityKey::Clock(source) => Self::Clock(source.clone(), serde_json::from_str(json)?),
        })
    }
}

/// Something is now so, or is no longer there.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the variants say it")]
pub enum Change {
    Put(Entity),
    Delete(EntityKey),
}

impl Change {
    /// Which thing it is about.
    pub fn key(&self) -> EntityKey {
        match self {
            Self::Put(entity) => entity.key(),
            Self::Delete(key) => key.clone(),
        }
    }
}

impl Book {
    /// Everything in the book, one thing at a time. Applied to an empty book they give it again,
    /// sorted by id.
    pub fn entities(&self) -> impl Iterator<Item = Entity> + '_ {
        let deals = (0..self.deals.len()).map(|deal| Entity::Deal(Box::new(self.record(deal))));
        let own = self
            .own
            .iter()
            .map(|(id, own)| Entity::Own(*id, own.clone()));
        let clocks = self
            .clocks
            .iter()
            .map(|(source, at)| Entity::Clock(source.clone(), *at));
        deals
            .chain(own)
            .chain(self.people.iter().cloned().map(Entity::Person))
            .chain(self.pipelines.iter().cloned().map(Entity::Pipeline))
            .chain(boxed(&self.companies, Entity::Company))
            .chain(boxed(&self.stakeholders, Entity::Stakeholder))
            .chain(boxed(&self.activities, Entity::Activity))
            .chain(boxed(&self.subscriptions, Entity::Subscription))
            .chain(boxed(&self.invoices, Entity::Invoice))
            .chain(boxed(&self.payments, Entity::Payment))
            .chain(clocks)
    }

    /// A deal with its visits.
    pub fn record(&self, deal: usize) -> DealRecord {
        DealRecord {
            deal: self.deals[deal].clone(),
            case: self.log.case_name(deal).to_owned(),
            visits: self.visits_of(deal),
        }
    }

    fn visits_of(&self, deal: usize) -> Vec<StageVisit> {
        let visits = self.log.visits(deal);
        let stages = self.log.stages();
        let visit = |(&code, &at_us): (&u16, &i64)| StageVisit {
            stage: stages[usize::from(code)].clone(),
            at_us,
        };
        visits.stage.iter().zip(visits.at_us).map(visit).collect()
    }

    /// Makes the book say what the changes say; of several about one thing the last counts.
    ///
    /// However the changes come in parts, the same ones give the same book: what it holds is
    /// sorted by id and its stages stand in the order of the pipelines. Gives the deals that
    /// were touched.
    ///
    /// ```
    /// use model::{Book, Change, Deal, DealId, DealRecord, Entity, StageVisit, TenantId};
    ///
    /// let deal = Deal::new(DealId::derive(&TenantId::local(), "crm", "1"));
    /// let visit = StageVisit { stage: "Lead".into(), at_us: 0 };
    /// let record = DealRecord { deal, case: "1".into(), visits: vec![visit] };
    /// let mut book = Book::default();
    /// book.apply([Change::Put(Entity::Deal(Box::new(record)))]);
    /// assert_eq!(book.log.visits(0).len(), 1);
    /// ```
    pub fn apply(&mut self, changes: impl IntoIterator<Item = Change>) -> BTreeSet<DealId> {
        let mut all = Changes::default();
        for change in changes {
            all.take(change);
        }
        let touched = std::mem::take(&mut all.touched);
        let stages_moved = !all.pipelines.is_empty();
        put(&mut self.companies, |it| it.id, all.companies);
        put(&mut self.people, |it| it.id, all.people);
        put(&mut self.stakeholders, |it| it.id, all.stakeholders);
        put(&mut self.activities, |it| it.id, all.activities);
        put(&mut self.pipelines, |it| it.id, all.pipelines);
        put(&mut self.subscriptions, |it| it.id, all.subscriptions);
        put(&mut self.invoices, |it| it.id, all.invoices);
        put(&mut self.payments, |it| it.id, all.payments);
        for (id, own) in all.own {
            match own {
                Some(own) => self.own.insert(id, own),
                None => self.own.remove(&id),
            };
        }
        for (source, at) in all.clocks {
            match at {
                Some(at) => self.clocks.insert(source, at),
                None => self.clocks.remove(&source),
            };
        }
        if let Some(latest) = self.clocks.values().max() {
            self.as_of = *latest;
        }
        self.put_deals(all.deals, stages_moved);
        touched
    }

    fn put_deals(&mut self, changes: BTreeMap<DealId, Option<DealRecord>>, stages_moved: bool) {
        let same_history = |(id, record): (&DealId, &Option<DealRecord>)| match record {
            Some(record) => self
                .deals
                .binary_search_by_key(id, |deal| deal.id)
                .is_ok_and(|at| {
                    self.log.case_name(at) == record.case && self.visits_of(at) == record.visits
                }),
            None => false,
        };
        if !stages_moved && changes.iter().all(same_history) {
            for (id, record) in changes {
                let at = self.deals.binary_search_by_key(&id, |deal| deal.id);
                if let (Ok(at), Some(record)) = (at, record) {
                    self.deals[at] = record.deal;
                }
            }
            return;
        }
        let old: HashMap<DealId, usize> = self.deals.iter().map(|deal| deal.id).zip(0..).collect();
        let mut histories: HashMap<DealId, (String, Vec<StageVisit>)> = HashMap::new();
        let mut deals = BTreeMap::new();
        for (id, record) in changes {
            deals.insert(
                id,
                record.map(|record| {
                    histories.insert(id, (record.case, record.visits));
                    record.deal
                }),
            );
        }
        let log = std::mem::take(&mut self.log);
        put(&mut self.deals, |deal| deal.id, deals);
        self.log = self.rebuilt(&log, &old, &histories);
    }

    fn rebuilt(
        &self,
        log: &StageLog,
        old: &HashMap<DealId, usize>,
        new: &HashMap<DealId, (String, Vec<StageVisit>)>,
    ) -> StageLog {
        let stages = self.stage_order(log, new);
        let code: HashMap<&str, u16> = stages.iter().map(String::as_str).zip(0..).collect();
        let of_old: Vec<u16> = log
            .stages()
            .iter()
            .map(|label| code.get(label.as_str()).copied().unwrap_or_default())
            .collect();
        let (mut case, mut stage, mut at_us) = (Vec::new(), Vec::new(), Vec::new());
        let mut names = Vec::with_capacity(self.deals.len());
        for (number, deal) in (0..).zip(&self.deals) {
            if let Some((name, visits)) = new.get(&deal.id) {
                names.push(name.clone());
                for visit in visits {
                    case.push(number);
                    stage.push(code.get(visit.stage.as_str()).copied().unwrap_or_default());
                    at_us.push(visit.at_us);
                }
            } else {
                let at = old.get(&deal.id).copied().unwrap_or(usize::MAX);
                names.push(log.case_name(at).to_owned());
                let visits = log.visits(at);
                case.extend(std::iter::repeat_n(number, visits.len()));
                stage.extend(visits.stage.iter().map(|&code| of_old[usize::from(code)]));
                at_us.extend_from_slice(visits.at_us);
            }
        }
        let terminal: Vec<bool> = stages.iter().map(|label| self.closes(label)).collect();
        // Every column was made here, so only a book beyond all limits fails: it has no history.
        StageLog::from_columns(&case, &stage, &at_us, names, stages, &terminal).unwrap_or_default()
    }

    /// The labels in use: those of the pipelines in their order, then the others by name.
    fn stage_order(
        &self,
        log: &StageLog,
        new: &HashMap<DealId, (String, Vec<StageVisit>)>,
    ) -> Vec<String> {
        let visited = new
            .values()
            .flat_map(|(_, visits)| visits)
            .map(|visit| visit.stage.as_str());
        let mut in_use: BTreeSet<&str> = log.stages().iter().map(String::as_str).collect();
        in_use.extend(visited);
        let mut order = Vec::new();
        for pipeline in &self.pipelines {
            let mut stages: Vec<_> = pipeline.stages.iter().collect();
            stages.sort_by_key(|stage| stage.order);
            for stage in stages {
                if in_use.remove(stage.label.as_str()) {
                    order.push(stage.label.clone());
                }
            }
        }
        order.extend(in_use.into_iter().map(str::to_owned));
        order
    }
}

fn boxed<T: Clone>(all: &[T], of: fn(Box<T>) -> Entity) -> impl Iterator<Item = Entity> + '_ {
    all.iter().map(move |it| of(Box::new(it.clone())))
}

/// The last word on each thing; `None` takes it away.
#[derive(Default)]
struct Changes {
    touched: BTreeSet<DealId>,
    deals: BTreeMap<DealId, Option<DealRecord>>,
    own: BTreeMap<DealId, Option<OwnFields>>,
    companies: BTreeMap<CompanyId, Option<Company>>,
    people: BTreeMap<PersonId, Option<Person>>,
    stakeholders: BTreeMap<StakeholderId, Option<Stakeholder>>,
    activities: BTreeMap<ActivityId, Option<Activity>>,
    pipelines: BTreeMap<PipelineId, Option<Pipeline>>,
    subscriptions: BTreeMap<SubscriptionId, Option<Subscription>>,
    invoices: BTreeMap<InvoiceId, Option<Invoice>>,
    payments: BTreeMap<PaymentId, Option<Payment>>,
    clocks: BTreeMap<String, Option<Timestamp>>,
}

impl Changes {
    fn take(&mut self, change: Change) {
        self.touched.extend(change.key().deal());
        match change {
            Change::Put(Entity::Deal(it)) => drop(self.deals.insert(it.deal.id, Some(*it))),
            Change::Put(Entity::Own(deal, it)) => drop(self.own.insert(deal, Some(it))),
            Change::Put(Entity::Company(it)) => drop(self.companies.insert(it.id, Some(*it))),
            Change::Put(Entity::Person(it)) => drop(self.people.insert(it.id, Some(it))),
            Change::Put(Entity::Stakeholder(it)) => {
                drop(self.stakeholders.insert(it.id, Some(*it)));
            }
            Change::Put(Entity::Activity(it)) => drop(self.activities.insert(it.id, Some(*it))),
            Change::Put(Entity::Pipeline(it)) => drop(self.pipelines.insert(it.id, Some(it))),
            Change::Put(Entity::Subscription(it)) => {
                drop(self.subscriptions.insert(it.id, Some(*it)));
            }
            Change::Put(Entity::Invoice(it)) => drop(self.invoices.insert(it.id, Some(*it))),
            Change::Put(Entity::Payment(it)) => drop(self.payments.insert(it.id, Some(*it))),
            Change::Put(Entity::Clock(source, at)) => drop(self.clocks.insert(source, Some(at))),
            Change::Delete(EntityKey::Deal(id)) => drop(self.deals.insert(id, None)),
            Change::Delete(EntityKey::Own(id)) => drop(self.own.insert(id, None)),
            Change::Delete(EntityKey::Company(id)) => drop(self.companies.insert(id, None)),
            Change::Delete(EntityKey::Person(id)) => drop(self.people.insert(id, None)),
            Change::Delete(EntityKey::Stakeholder(_, id)) => {
                drop(self.stakeholders.insert(id, None));
            }
            Change::Delete(EntityKey::Activity(_, id)) => drop(self.activities.insert(id, None)),
            Change::Delete(EntityKey::Pipeline(id)) => drop(self.pipelines.insert(id, None)),
            Change::Delete(EntityKey::Subscription(id)) => {
                drop(self.subscriptions.insert(id, None));
            }
            Change::Delete(EntityKey::Invoice(id)) => drop(self.invoices.insert(id, None)),
            Change::Delete(EntityKey::Payment(id)) => drop(self.payments.insert(id, None)),
            Change::Delete(EntityKey::Clock(source)) => drop(self.clocks.insert(source, None)),
        }
    }
}

/// Puts changes into a list sorted by id.
fn put<T, K: Ord + Copy>(list: &mut Vec<T>, id: impl Fn(&T) -> K, changes: BTreeMap<K, Option<T>>) {
    if changes.is_empty() {
        return;
    }
    if !list.is_sorted_by_key(&id) {
        list.sort_by_key(&id);
    }
    let mut new = Vec::new();
    let mut gone = BTreeSet::new();
    for (key, change) in changes {
        match (list.binary_search_by_key(&key, &id), change) {
            (Ok(at), Some(it)) => list[at] = it,
            (Ok(_), None) => drop(gone.insert(key)),
            (Err(_), Some(it)) => new.push(it),
            (Err(_), None) => {}
        }
    }
    if !gone.is_empty() {
        list.retain(|it| !gone.contains(&id(it)));
    }
    if !new.is_empty() {
        list.append(&mut new);
        // Two sorted runs: a stable sort merges them in one pass.
        list.sort_by_key(&id);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use crate::{ActivityKind, CanonicalStage, Stage, TenantId};
    use proptest::prelude::*;

    fn deal(n: u8) -> DealId {
        DealId::derive(&TenantId::local(), "crm", &n.to_string())
    }

    fn record(n: u8, path: &[(&str, i64)]) -> Change {
        let visit = |&(stage, at_us): &(&str, i64)| StageVisit {
            stage: stage.to_owned(),
            at_us,
        };
        Change::Put(Entity::Deal(Box::new(DealRecord {
            deal: Deal::new(deal(n)),
            case: format!("case {n}"),
            visits: path.iter().map(visit).collect(),
        })))
    }

    fn pipeline(labels: &[&str]) -> Change {
        let stages = (0..).zip(labels).map(|(order, label)| Stage {
            label: (*label).to_owned(),
            canonical: label.contains("Won").then_some(CanonicalStage::ClosedWon),
            layer: None,
            order,
            probability: None,
        });
        Change::Put(Entity::Pipeline(Pipeline {
            id: PipelineId::from_bytes([1; 16]),
            name: "Sales".into(),
            stages: stages.collect(),
        }))
    }

    fn any_change() -> impl Strategy<Value = Change> {
        let path = prop::collection::vec(("[ABC]|Won", 0_i64..9), 0..4);
        prop_oneof![
            (0_u8..6, path).prop_map(|(n, mut path)| {
                path.sort_by_key(|(stage, at)| (*at, stage == "Won"));
                let path: Vec<_> = path.iter().map(|(s, at)| (s.as_str(), *at)).collect();
                record(n, &path)
            }),
            (0_u8..6).prop_map(|n| Change::Delete(EntityKey::Deal(deal(n)))),
            (0_u8..6).prop_map(|n| Change::Delete(EntityKey::Own(deal(n)))),
            (0_u8..6, prop::option::of("[xy]")).prop_map(|(n, next_step)| {
                let own = OwnFields {
                    next_step,
                    ..OwnFields::default()
                };
                Change::Put(Entity::Own(deal(n), own))
            }),
            prop::sample::subsequence(vec!["C", "B", "A", "Won"], 0..4)
                .prop_map(|labels| pipeline(&labels)),
            (0_u8..3, 0_i64..9).prop_map(|(n, at)| {
                let id = ActivityId::from_bytes([n; 16]);
                let at = Timestamp::from_second(at).unwrap_or_default();
                let activity = Activity {
                    deal: Some(deal(n)),
                    ..Activity::new(id, ActivityKind::Call, at)
                };
                Change::Put(Entity::Activity(Box::new(activity)))
            }),
            ("[pq]", 0_i64..9).prop_map(|(source, at)| {
                Change::Put(Entity::Clock(
                    source,
                    Timestamp::from_second(at).unwrap_or_default(),
                ))
            }),
        ]
    }

    /// Labels no longer visited may keep a code until the next rebuild; what is said is the same.
    fn said(book: &Book) -> (Vec<DealRecord>, Vec<Entity>, Timestamp) {
        let records = (0..book.deals.len())
            .map(|deal| book.record(deal))
            .collect();
        let rest = book
            .entities()
            .filter(|entity| !matches!(entity, Entity::Deal(_)));
        (records, rest.collect(), book.as_of)
    }

    proptest! {
        #[test]
        fn in_however_many_parts_changes_come_the_book_says_the_same(
            changes in prop::collection::vec(any_change(), 0..30),
            cut in 0_usize..30,
        ) {
            let mut once = Book::default();
            once.apply(changes.clone());
            let mut twice = Book::default();
            let cut = cut.min(changes.len());
            twice.apply(changes[..cut].to_vec());
            twice.apply(changes[cut..].to_vec());
            prop_assert_eq!(said(&once), said(&twice));
            let mut one_by_one = Book::default();
            for change in changes.clone() {
                one_by_one.apply([change]);
            }
            prop_assert_eq!(said(&once), said(&one_by_one));
            // Again is the same.
            once.apply(changes);
            prop_assert_eq!(said(&once), said(&twice));
            prop_assert_eq!(once.deals.len(), once.log.cases());
        }

        #[test]
        fn a_book_is_the_sum_of_its_entities(changes in prop::collection::vec(any_change(), 0..30)) {
            let mut book = Book::default();
            book.apply(changes);
            let mut again = Book { as_of: book.as_of, ..Book::default() };
            let entities: Vec<Entity> = book.entities().collect();
            for entity in &entities {
                let (key, json) = (entity.key(), entity.to_json().unwrap());
                prop_assert_eq!(key.to_string().parse::<EntityKey>(), Ok(key.clone()));
                prop_assert_eq!(&Entity::from_json(&key, &json).unwrap(), entity);
            }
            again.apply(entities.into_iter().map(Change::Put));
            prop_assert_eq!(said(&again), said(&book));
        }
    }

    #[test]
    fn what_goes_with_a_deal_touches_it_when_it_goes() {
        let activity = ActivityId::from_bytes([1; 16]);
        let stakeholder = StakeholderId::from_bytes([2; 16]);
        let touched = Book::default().apply([
            Change::Delete(EntityKey::Activity(Some(deal(1)), activity)),
            Change::Delete(EntityKey::Stakeholder(deal(2), stakeholder)),
            Change::Delete(EntityKey::Activity(None, activity)),
        ]);
        assert_eq!(touched, [deal(1), deal(2)].into());
    }

    #[test]
    fn stages_stand_in_the_order_of_their_pipeline() {
        let mut book = Book::default();
        book.apply([record(
            1,
            &[("Demo", 1), ("Call", 2), ("Own idea", 3), ("Won", 4)],
        )]);
        assert_eq!(book.log.stages(), ["Call", "Demo", "Own idea", "Won"]);
        book.apply([pipeline(&["Demo", "Call", "Won"])]);
        assert_eq!(book.log.stages(), ["Demo", "Call", "Won", "Own idea"]);
        assert_eq!(book.log.visits(0).stage, [0, 1, 3, 2]);
    }

    #[test]
    fn a_text_that_names_nothing_is_refused() {
        let stakeholder = StakeholderId::from_bytes([2; 16]);
        for text in [
            "",
            "deal",
            "deal_1",
            "own x",
            &stakeholder.to_string(),
            "tenant_x y",
        ] {
            assert!(text.parse::<EntityKey>().is_err(), "{text}");
        }
    }
}
