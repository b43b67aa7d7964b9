//! What a connection leaves lying, and how it goes.

use crate::bed::{Accounts, Bed};
use crate::truth;
use crate::world::{company, tell, told};
use serde_json::json;
use store::{JobStatus, Outgoing, Queue};
use vendors::faults::Faults;

#[tokio::test(start_paused = true)]
async fn hints_that_lie_in_a_file_are_followed_once_and_the_file_goes() {
    let bed = Bed::with(1, Faults::none(), |clock| Accounts::tiny("stripe", clock)).await;
    let id = bed.connect("stripe").await;
    let job = bed.run(id, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
    let customers: Vec<String> = bed.stripe.billing().customers.keys().cloned().collect();
    let tell_of = async |name: &str| {
        let hint = |id: &String| json!({"stream": "customers", "id": id});
        let hints: Vec<_> = customers.iter().map(hint).collect();
        let lying = json!({"hints": hints, "markers": ["stripe evt_1"]}).to_string();
        let tenant = bed.tenant();
        let kept = tenant.put_sealed(name, lying.as_bytes());
        kept.await.unwrap();
        let before = bed.stripe.requests();
        // The second message of the same file comes after the first was done.
        for _ in 0..2 {
            let message = bed.message("connection.hint", json!({"connection": id, "blob": name}));
            let outgoing = Outgoing::now(Queue::Sync, message);
            tenant.send(&outgoing).await.unwrap();
        }
        bed.drain(&bed.app()).await;
        let left = tenant.blobs("hints/").await.unwrap();
        assert!(left.is_empty(), "{left:?}");
        bed.stripe.requests() - before
    };
    let asked = tell_of(&format!("hints/{id}/1.json")).await;
    assert_eq!(asked, customers.len() as u64);
    // The same event comes again in another file.
    assert_eq!(tell_of(&format!("hints/{id}/2.json")).await, 0);
}

#[tokio::test(start_paused = true)]
async fn what_a_connection_brought_is_taken_away_and_what_others_brought_stays() {
    let mut world = company(3);
    world.accounts.truncate(20);
    world.deals.retain(|deal| deal.account < 20);
    let bed = Bed::new(&world).await;
    let ids = [bed.connect("hubspot").await, bed.connect("pipedrive").await];
    for id in ids {
        let job = bed.run(id, "connection.sync").await;
        assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
    }
    let [gone, stays] = ids;
    // Whoever takes it away has just started and reads the book as it lies there.
    let warm = bed.tenant().book().await.unwrap();
    assert!(bed.tenant().save_snapshot(&warm).await.unwrap());
    let deals = told(&bed, "hubspot").await.len();
    assert!(deals > 5, "{deals}");
    let job = bed.run(gone, "connection.erase").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
    assert!(job.result.unwrap()["erased"].as_u64().unwrap() >= deals as u64);
    let book = bed.book().await;
    let left: Vec<_> = book.entities().map(|it| it.key().to_string()).collect();
    assert_eq!(told(&bed, "hubspot").await.len(), 0, "{left:?}");
    let tenant = bed.tenant();
    let pages = tenant.raw_pages(&format!("{gone}/")).await.unwrap();
    assert!(pages.is_empty(), "{pages:?}");
    assert!(bed.streams(gone).await.is_empty());
    // The other's deals, pages and streams are as they were.
    let odd = truth::differences(&tell(&bed, "pipedrive"), &told(&bed, "pipedrive").await);
    assert!(odd.is_empty(), "{odd:#?}");
    let pages = tenant.raw_pages(&format!("{stays}/")).await.unwrap();
    assert!(!pages.is_empty());
    assert!(!bed.streams(stays).await.is_empty());
}
