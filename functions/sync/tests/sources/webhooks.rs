//! What a source pushes, in whatever order it comes: twice, late, the last first.
//!
//! `PIE_PERMUTATIONS` says how many orders are tried; the default is what CI has time for.

use crate::bed::{Accounts, Bed};
use crate::luck::Luck;
use crate::truth;
use crate::world::{company, tell, told};
use serde_json::{Value, json};
use store::{JobStatus, Outgoing, Queue};
use vendors::crm::NewDeal;
use vendors::faults::Faults;

fn count() -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a test runs is asked of whoever runs it"
    )]
    let asked = std::env::var("PIE_PERMUTATIONS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(100)
}

#[tokio::test(start_paused = true)]
async fn events_converge_in_whatever_order_and_however_often_they_come() {
    let mut world = company(2);
    world.accounts.truncate(30);
    world.deals.retain(|deal| deal.account < 30);
    world.deals.truncate(24);
    let bed = Bed::new(&world).await;
    let id = bed.connect("stripe").await;
    let job = bed.run(id, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
    let source = connectors::find("stripe").unwrap();
    let webhook = source.webhook.unwrap();
    bed.stripe
        .listen("https://pie.example/hook", &["*"], "2026-06-24.dahlia");
    let app = bed.app();
    let mut late: Vec<Value> = Vec::new();
    let (mut events, mut step) = (0_u64, 0_u64);
    for order in 0..count() {
        for _ in 0..2 {
            bed.pass(40);
            bed.stripe.billing().live_on(step);
            step += 1;
        }
        let mut bodies = std::mem::take(&mut late);
        for delivery in bed.stripe.deliveries() {
            let event = serde_json::from_slice(&delivery.body).unwrap();
            let read = (webhook.read)(&event);
            for event in read.events {
                let body = json!({
                    "connection": id,
                    "hints": event.hints,
                    "markers": [format!("stripe {}", event.key)],
                });
                events += 1;
                // Of three events one comes twice.
                if (order + events).is_multiple_of(3) {
                    bodies.push(body.clone());
                }
                bodies.push(body);
            }
        }
        Luck::of(order, 0).shuffle(&mut bodies);
        // Some come only after what happens next.
        if order % 4 == 0 && order + 1 < count() {
            late = bodies.split_off(bodies.len() / 2);
        }
        for body in bodies {
            let message = bed.message("connection.hint", body);
            let outgoing = Outgoing::now(Queue::Sync, message);
            bed.tenant().send(&outgoing).await.unwrap();
        }
        bed.drain(&app).await;
        if late.is_empty() {
            let odd = truth::differences(&tell(&bed, "stripe"), &told(&bed, "stripe").await);
            assert!(odd.is_empty(), "order {order}: {odd:#?}");
        }
    }
    println!(
        "{events} events in {} orders, some twice, some late: all converge",
        count()
    );
}

#[tokio::test(start_paused = true)]
async fn an_event_that_comes_again_is_not_asked_about_again() {
    let bed = Bed::with(1, Faults::none(), |clock| Accounts::tiny("stripe", clock)).await;
    let id = bed.connect("stripe").await;
    let job = bed.run(id, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
    let customer = bed.stripe.billing().customers.keys().next().cloned();
    let customer = customer.unwrap();
    let asked = async |marker: &str| {
        let before = bed.stripe.requests();
        let body = json!({
            "connection": id,
            "hints": [{"stream": "customers", "id": customer}],
            "markers": [marker],
        });
        let outgoing = Outgoing::now(Queue::Sync, bed.message("connection.hint", body));
        bed.tenant().send(&outgoing).await.unwrap();
        bed.drain(&bed.app()).await;
        bed.stripe.requests() - before
    };
    assert_eq!(asked("stripe evt_1").await, 1);
    assert_eq!(asked("stripe evt_1").await, 0);
    assert_eq!(asked("stripe evt_2").await, 1);
}

#[tokio::test(start_paused = true)]
async fn what_many_events_bring_is_counted_once() {
    let bed = Bed::with(1, Faults::none(), |clock| Accounts::tiny("hubspot", clock)).await;
    let id = bed.connect("hubspot").await;
    let job = bed.run(id, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
    let deals = async || {
        let mut streams = bed.streams(id).await.into_iter();
        streams.find(|it| it.stream == "deals").unwrap()
    };
    let app = bed.app();
    let events = async |created: u64| {
        for _ in 0..created {
            let deal = bed.hubspot.crm().create_deal(NewDeal::default());
            let body = json!({"connection": id, "hints": [{"stream": "deals", "id": deal}]});
            let message = bed.message("connection.hint", body);
            let outgoing = Outgoing::now(Queue::Sync, message);
            bed.tenant().send(&outgoing).await.unwrap();
        }
        while bed.one(&app).await {}
    };
    let before = deals().await;
    events(9).await;
    let asked = deals().await;
    assert_eq!(
        (asked.kept_total, asked.counted_to),
        (before.kept_total, before.counted_to),
        "it is not counted with each of them"
    );
    assert_eq!(bed.waiting("sync").await, 1, "one message counts for all");
    // Those that come when it is about to be counted cannot tell whether they are seen.
    let left = asked.count_at.unwrap().as_second() - bed.aws.clock().now().as_second();
    bed.pass(u64::try_from(left - 3).unwrap());
    events(1).await;
    assert_eq!(bed.waiting("sync").await, 2);
    bed.drain(&app).await;
    let after = deals().await;
    assert_eq!(after.kept_total, before.kept_total + 10);
    assert!(after.counted_to > before.counted_to, "{after:?}");
}
