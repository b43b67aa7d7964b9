//! Fields of deals that are taken from others of the source: said, taken back and said again, over
//! all that was read.

use crate::bed::Bed;
use crate::ledger::Ledger;
use crate::world::company;
use model::{ConnectionId, Deal, DealField, FieldMap, TakenFrom};
use rust_decimal::Decimal;
use serde_json::json;
use std::collections::BTreeMap;
use store::{Connection, JobStatus, Outgoing, Queue};
use vendors::crm::Crm;

fn few() -> demo::World {
    let mut world = company(7);
    world.accounts.truncate(30);
    world.deals.retain(|deal| deal.account < 30);
    world
}

fn map(fields: &[(DealField, &str)]) -> FieldMap {
    let taken = |(field, from): &(DealField, &str)| {
        let from = TakenFrom {
            from: (*from).to_owned(),
            share_of: None,
            currency: None,
        };
        (*field, from)
    };
    fields.iter().map(taken).collect()
}

/// Says which fields are taken from others, and maps again what was read.
async fn say(bed: &Bed, id: ConnectionId, fields: FieldMap) {
    let name = id.to_string();
    let tenant = bed.tenant();
    let edited = tenant.edit_document::<Connection, store::Error>(&name, |connection| {
        connection.fields.clone_from(&fields);
        Ok(())
    });
    edited.await.unwrap();
    let job = bed.run(id, "connection.remap").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
}

/// Deals by the source's own ids.
async fn deals(bed: &Bed, source: &str) -> BTreeMap<String, Deal> {
    let book = bed.book().await;
    let of_source = book.deals.into_iter().filter_map(|deal| {
        let id = deal.external_ids.get(source)?.clone();
        Some((id, deal))
    });
    of_source.collect()
}

/// What a seller typed, where it is a number: told by the source's state and not by our readers.
fn arr(crm: &Crm) -> BTreeMap<String, Option<Decimal>> {
    let typed = |deal: &vendors::crm::Deal| {
        let text = deal.custom.get("committed_arr")?.as_str()?;
        text.parse().ok()
    };
    let deals = crm.live_deals();
    deals.map(|deal| (deal.id.clone(), typed(deal))).collect()
}

async fn taken_and_given_back(source: &str, arr_name: &str) {
    let bed = Bed::new(&few()).await;
    let id = bed.connect(source).await;
    let job = bed.run(id, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
    let own = deals(&bed, source).await;
    let typed = match source {
        "salesforce" => arr(&bed.salesforce.crm()),
        "hubspot" => arr(&bed.hubspot.crm()),
        _ => arr(&bed.pipedrive.crm()),
    };
    let read = typed.values().flatten().count();
    let odd = own.values().filter(|deal| {
        let text = deal.custom_fields.get(arr_name);
        text.is_some_and(|text| text.ends_with('k'))
    });
    let odd = odd.count();
    assert!(
        read > 20 && odd > 0,
        "{read} {odd}: {:?}",
        own.values().next()
    );
    // Some deals have no sum of their own that could say what theirs is in.
    assert!(own.values().any(|deal| deal.amount.is_none()));
    let currency = own.values().find_map(|deal| Some(deal.amount?.currency));
    let mut amounts = map(&[(DealField::Amount, arr_name)]);
    for taken in amounts.values_mut() {
        taken.currency = currency;
    }
    for round in 0..3 {
        say(&bed, id, amounts.clone()).await;
        for (key, deal) in deals(&bed, source).await {
            let before = &own[&key];
            let expected = match typed[&key] {
                Some(typed) => (Some(typed.normalize()), Some(before.amount)),
                None => (before.amount.map(|it| it.amount.normalize()), None),
            };
            let displaced = deal.displaced.get(&DealField::Amount).cloned();
            let displaced =
                displaced.map(|text| text.map(|text| text.parse::<model::Money>().unwrap()));
            let said = (deal.amount.map(|it| it.amount.normalize()), displaced);
            assert_eq!(said, expected, "round {round}: {key}");
            let from = deal.provenance.of("amount").source.to_string();
            let is_taken = typed[&key].is_some();
            let expected = if is_taken {
                format!("{source}:{arr_name}")
            } else {
                source.to_owned()
            };
            assert_eq!(from, expected);
        }
        // What the source says from now on is taken the same way.
        bed.pass(600);
        let job = bed.run(id, "connection.sync").await;
        assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
        say(&bed, id, FieldMap::new()).await;
        assert_eq!(deals(&bed, source).await, own, "round {round}");
    }
    let messages = bed.aws_messages(Queue::Simulate).await;
    assert!(messages.iter().any(|it| it.contains("book.changed")));
}

#[tokio::test(start_paused = true)]
async fn amounts_are_taken_from_another_field_of_salesforce_and_given_back() {
    taken_and_given_back("salesforce", "Committed_Arr__c").await;
}

#[tokio::test(start_paused = true)]
async fn amounts_are_taken_from_another_field_of_hubspot_and_given_back() {
    taken_and_given_back("hubspot", "committed_arr").await;
}

#[tokio::test(start_paused = true)]
async fn amounts_are_taken_from_another_field_of_pipedrive_and_given_back() {
    taken_and_given_back("pipedrive", "Committed ARR").await;
}

#[tokio::test(start_paused = true)]
async fn mapping_again_never_puts_something_older_over_something_newer() {
    let bed = Bed::new(&few()).await;
    let id = bed.connect("hubspot").await;
    let ledger = Ledger::begin(&bed, "hubspot");
    let job = bed.run(id, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
    let ids = ledger.records(false);
    // Every deal is told of by two pages, some by three, and some are gone.
    for some in [&ids[..], &ids[..ids.len() / 2]] {
        bed.pass(3_600);
        for id in some {
            ledger.set(&bed, id);
        }
        bed.pass(60);
        let job = bed.run(id, "connection.sync").await;
        assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
    }
    bed.pass(3_600);
    ids.iter().take(3).for_each(|id| ledger.delete(&bed, id));
    bed.pass(60);
    let job = bed.run(id, "connection.reconcile").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
    let own = deals(&bed, "hubspot").await;
    assert_eq!(own.len(), ids.len() - 3);
    let closes = map(&[
        (DealField::ExpectedClose, "kick_off"),
        (DealField::Name, "lead_source"),
    ]);
    for _ in 0..2 {
        say(&bed, id, closes.clone()).await;
        let taken = deals(&bed, "hubspot").await;
        assert_eq!(taken.len(), own.len());
        assert!(
            taken
                .values()
                .all(|deal| deal.displaced.contains_key(&DealField::Name))
        );
        say(&bed, id, FieldMap::new()).await;
        assert_eq!(deals(&bed, "hubspot").await, own);
    }
    assert!(ledger.odd().is_empty(), "{:#?}", ledger.odd());
}

#[tokio::test(start_paused = true)]
async fn a_hint_that_was_under_way_when_fields_were_said_is_mapped_anew() {
    let bed = Bed::new(&few()).await;
    let id = bed.connect("hubspot").await;
    let job = bed.run(id, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
    let typed = arr(&bed.hubspot.crm());
    let (key, arr) = typed
        .iter()
        .find_map(|(id, it)| Some((id, (*it)?)))
        .unwrap();
    let amount = async || deals(&bed, "hubspot").await[key].amount.unwrap().amount;
    bed.pass(60);
    bed.hubspot.crm().set_amount(key, Some(Decimal::from(7)));
    let body = json!({"connection": id, "hints": [{"stream": "deals", "id": key}]});
    let message = bed.message("connection.hint", body);
    let outgoing = Outgoing::now(Queue::Sync, message);
    bed.tenant().send(&outgoing).await.unwrap();
    // Somebody says it while the source is asked: whoever asks knows nothing of it.
    let tenant = bed.tenant();
    let name = id.to_string();
    let fields = map(&[(DealField::Amount, "committed_arr")]);
    bed.when_asked("/deals", async move {
        let edited = tenant.edit_document::<Connection, store::Error>(&name, |connection| {
            connection.fields.clone_from(&fields);
            Ok(())
        });
        edited.await.unwrap();
    });
    assert!(bed.one(&bed.app()).await);
    assert_eq!(amount().await, Decimal::from(7));
    bed.drain(&bed.app()).await;
    assert_eq!(amount().await.normalize(), arr.normalize());
}
