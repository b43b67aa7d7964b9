//! What happened at a source, numbered, and a watch on what the store says of it.
//!
//! Each change gives a record the next number as its amount, or in its name. So whoever sees a row
//! being written knows which state of the record it tells, and that no older one ever takes the
//! place of a newer one: at the moment it would happen, whatever mends it later.

use crate::bed::Bed;
use embedded::{Applied, Service};
use model::{Entity, EntityKey, Timestamp};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::DerefMut;
use std::sync::{Arc, Mutex, MutexGuard};
use vendors::crm::{Crm, NewDeal, Object};

/// Who asked later is believed where the source's own time does not tell: of two questions that
/// were under way at the same time the later one may have the older answer, for so long.
const AT_ONCE_US: i64 = 1_000_000;

#[derive(Clone, Copy, Debug)]
struct Fact {
    number: i64,
    at: Timestamp,
    is_gone: bool,
}

/// What a row says.
#[derive(Clone, Debug)]
struct Row {
    id: String,
    number: i64,
}

#[derive(Debug, Default)]
struct Inner {
    source: String,
    last: i64,
    facts: BTreeMap<String, Vec<Fact>>,
    rows: BTreeMap<EntityKey, Row>,
    /// What the cursor of each stream says its runs brought and took away.
    brought: BTreeMap<String, Brought>,
    odd: Vec<String>,
    /// What was called, when, and what came of it: the same for the same seed.
    trace: u64,
    calls: u64,
}

/// How many more records there are for a stream's runs, as its cursor has it.
#[derive(Debug, Default)]
struct Brought {
    run: String,
    in_run: i64,
    in_all: i64,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger(Arc<Mutex<Inner>>);

impl Ledger {
    /// Numbers every record of a source, and watches the store from now on.
    pub(crate) fn begin(bed: &Bed, source: &str) -> Self {
        let ledger = Self::default();
        source.clone_into(&mut ledger.lock().source);
        for id in ids(bed, source) {
            ledger.set(bed, &id);
        }
        let (seen, clock) = (ledger.clone(), bed.aws.clock().clone());
        bed.aws
            .faults()
            .witness(move |applied| seen.lock().see(applied, clock.now()));
        ledger
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    fn noted(&self, bed: &Bed, id: &str, is_gone: bool) {
        let at = bed.aws.clock().now();
        let mut inner = self.lock();
        let number = inner.last;
        let fact = Fact {
            number,
            at,
            is_gone,
        };
        inner.facts.entry(id.to_owned()).or_default().push(fact);
    }

    fn next(&self) -> i64 {
        let mut inner = self.lock();
        inner.last += 1;
        inner.last
    }

    /// Somebody changes a record; gives the change's number.
    pub(crate) fn set(&self, bed: &Bed, id: &str) -> i64 {
        let number = self.next();
        let source = self.lock().source.clone();
        if let Some(mut crm) = crm(bed, &source) {
            crm.set_amount(id, Some(Decimal::from(number)));
        } else {
            let name = Some(format!("Customer {number}"));
            let edited = bed.stripe.billing().edit_customer(id, |it| it.name = name);
            edited.unwrap();
        }
        self.noted(bed, id, false);
        number
    }

    /// Somebody enters a record.
    pub(crate) fn enter(&self, bed: &Bed) -> String {
        let number = self.next();
        let source = self.lock().source.clone();
        let id = if let Some(mut crm) = crm(bed, &source) {
            crm.create_deal(NewDeal {
                name: format!("New {number}"),
                amount: Some(Decimal::from(number)),
                ..NewDeal::default()
            })
        } else {
            let name = format!("Customer {number}");
            let mut billing = bed.stripe.billing();
            billing.create_customer(&name, None, "eur", BTreeMap::new())
        };
        self.noted(bed, &id, false);
        id
    }

    /// Somebody throws a record away.
    pub(crate) fn delete(&self, bed: &Bed, id: &str) {
        self.next();
        let source = self.lock().source.clone();
        match crm(bed, &source) {
            Some(mut crm) => {
                crm.delete(Object::Deal, id);
            }
            None => bed.stripe.billing().delete_customer(id).unwrap(),
        }
        self.noted(bed, id, true);
    }

    /// Somebody brings a record back, where a source can.
    pub(crate) fn restore(&self, bed: &Bed, id: &str) {
        let source = self.lock().source.clone();
        let restored = crm(bed, &source).is_some_and(|mut crm| crm.restore(Object::Deal, id));
        if restored {
            self.set(bed, id);
        }
    }

    /// Records that are there, or that were thrown away.
    pub(crate) fn records(&self, is_gone: bool) -> Vec<String> {
        let inner = self.lock();
        let last = |facts: &Vec<Fact>| facts.last().is_some_and(|it| it.is_gone == is_gone);
        let found = inner.facts.iter().filter(|(_, facts)| last(facts));
        found.map(|(id, _)| id.clone()).collect()
    }

    /// How many more records there are for all runs, as the streams' cursors have it.
    pub(crate) fn brought(&self) -> i64 {
        self.lock().brought.values().map(|it| it.in_all).sum()
    }

    /// What the watch has seen that must not be.
    pub(crate) fn odd(&self) -> Vec<String> {
        self.lock().odd.clone()
    }

    /// Calls that were applied, and what stands for all of them in their order.
    pub(crate) fn trace(&self) -> (u64, u64) {
        let inner = self.lock();
        (inner.calls, inner.trace)
    }
}

impl Inner {
    fn see(&mut self, applied: &Applied, now: Timestamp) {
        self.calls += 1;
        let words = [
            u64::from(applied.status),
            now.as_microsecond().unsigned_abs(),
            applied.service as u64,
        ];
        for word in words
            .into_iter()
            .chain(applied.operation.bytes().map(u64::from))
        {
            self.trace = crate::luck::mixed(self.trace ^ word);
        }
        if applied.service == Service::DynamoDb
            && applied.operation == "TransactWriteItems"
            && applied.status == 200
        {
            let page: Value = serde_json::from_slice(applied.body).unwrap();
            for step in page["TransactItems"].as_array().into_iter().flatten() {
                self.row(&step["Put"]["Item"]);
                self.cursor(&step["Update"]);
            }
        }
    }

    fn cursor(&mut self, step: &Value) {
        let name = step["Key"]["sk"]["S"].as_str();
        let to = step["ExpressionAttributeValues"][":to"]["S"].as_str();
        if let (Some(name), Some(to)) = (name, to) {
            let to: Value = serde_json::from_str(to).unwrap();
            let counts = &to["counts"];
            if let (Some(new), Some(deleted)) = (counts["new"].as_i64(), counts["deleted"].as_i64())
            {
                let run = to["job"].as_str().unwrap();
                let it = self.brought.entry(name.to_owned()).or_default();
                let before = if it.run == run { it.in_run } else { 0 };
                it.in_run = new - deleted;
                it.in_all += it.in_run - before;
                run.clone_into(&mut it.run);
            }
        }
    }

    fn row(&mut self, item: &Value) {
        let Some(key) = item["k"]["S"].as_str() else {
            return;
        };
        let key: EntityKey = key.parse().unwrap();
        let version: i64 = item["ver"]["N"].as_str().unwrap().parse().unwrap();
        if item["del"]["BOOL"] == true {
            self.gone(&key, version);
            return;
        }
        let entity = Entity::from_json(&key, item["j"]["S"].as_str().unwrap()).unwrap();
        let (ids, number) = match &entity {
            Entity::Deal(it) => {
                let amount = it.deal.amount.as_ref().and_then(|it| it.amount.to_i64());
                (&it.deal.external_ids, amount)
            }
            Entity::Company(it) if self.source == "stripe" => {
                let name = it.name.as_deref().unwrap_or_default();
                let number = name.rsplit(' ').next().and_then(|it| it.parse().ok());
                (&it.external_ids, number)
            }
            _ => return,
        };
        let (Some(id), Some(number)) = (ids.get(&self.source).cloned(), number) else {
            return;
        };
        if let Some(before) = self.rows.get(&key)
            && before.number > number
            && !self.overlaps(&id, number, version)
        {
            let odd = format!("{id}: {number} was written over {}", before.number);
            self.odd.push(odd);
        }
        self.rows.insert(key, Row { id, number });
    }

    fn gone(&mut self, key: &EntityKey, version: i64) {
        let Some(before) = self.rows.get(key).cloned() else {
            return;
        };
        let facts = self.facts.get(&before.id);
        let gone = facts.and_then(|facts| facts.iter().rev().find(|it| it.is_gone));
        match gone.map(|gone| gone.number) {
            Some(number)
                if number >= before.number || self.overlaps(&before.id, number, version) =>
            {
                let id = before.id;
                self.rows.insert(key.clone(), Row { id, number });
            }
            _ => self.odd.push(format!(
                "{}: it was taken away, though {} was known",
                before.id, before.number
            )),
        }
    }

    /// Whether a state was asked for at the moment at which it ended.
    fn overlaps(&self, id: &str, number: i64, version: i64) -> bool {
        let facts = self.facts.get(id).into_iter().flatten();
        let end = facts
            .map(|it| (it.number, it.at))
            .find(|(it, _)| *it > number);
        end.is_some_and(|(_, at)| {
            let early = at.as_microsecond() - version;
            (0..AT_ONCE_US).contains(&early)
        })
    }
}

fn crm<'a>(bed: &'a Bed, source: &str) -> Option<Box<dyn DerefMut<Target = Crm> + 'a>> {
    match source {
        "salesforce" => Some(Box::new(bed.salesforce.crm())),
        "hubspot" => Some(Box::new(bed.hubspot.crm())),
        "pipedrive" => Some(Box::new(bed.pipedrive.crm())),
        _ => None,
    }
}

fn ids(bed: &Bed, source: &str) -> Vec<String> {
    match crm(bed, source) {
        Some(crm) => crm.live_deals().map(|it| it.id.clone()).collect(),
        None => bed.stripe.billing().customers.keys().cloned().collect(),
    }
}
