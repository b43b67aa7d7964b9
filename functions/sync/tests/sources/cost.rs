//! What a run costs at AWS, apart from the function's own time. A connection is asked every half
//! hour, and mostly there is nothing new: that is what a tenant pays for.

use crate::bed::Bed;
use crate::ledger::Ledger;
use crate::world::company;
use embedded::Service;
use store::JobStatus;

/// What a run may cost: read and write units, requests to queues and for files.
type Most = [f64; 4];

async fn spent(bed: &Bed, run: impl AsyncFnOnce()) -> Most {
    bed.aws.reset_counts();
    run().await;
    let calls = |service| bed.aws.calls_of(service) as f64;
    let units = bed.aws.units();
    [
        units.read,
        units.written,
        calls(Service::Sqs),
        calls(Service::S3),
    ]
}

/// A run that finds nothing new, and one that finds ten changed deals.
async fn check(source: &str, idle: Most, ten: Most) {
    let mut world = company(3);
    world.accounts.truncate(30);
    world.deals.retain(|deal| deal.account < 30);
    world.deals.truncate(40);
    let bed = Bed::new(&world).await;
    let id = bed.connect(source).await;
    let run = async || {
        bed.pass(1_800);
        let job = bed.run(id, "connection.sync").await;
        assert_eq!(job.status, JobStatus::Succeeded, "{source}: {job:?}");
    };
    run().await;
    let ledger = Ledger::begin(&bed, source);
    // What reads a little again after it changed has done so.
    for _ in 0..3 {
        run().await;
    }
    // `simulate` sees to it that a process which begins need not read every row.
    let warm = bed.tenant().book().await.unwrap();
    bed.tenant().save_snapshot(&warm).await.unwrap();
    let nothing = spent(&bed, &run).await;
    for record in ledger.records(false).into_iter().take(10) {
        ledger.set(&bed, &record);
    }
    let changed = spent(&bed, &run).await;
    for (what, spent, most) in [("nothing", nothing, idle), ("ten deals", changed, ten)] {
        println!("{source}, {what} new: RRU, WRU, SQS, S3 {spent:?}");
        let is_within = spent.iter().zip(most).all(|(spent, most)| *spent <= most);
        assert!(is_within, "{source}, {what} new: {spent:?} of {most:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_costs_what_it_brings() {
    let salesforce = ([380.0, 360.0, 110.0, 22.0], [470.0, 410.0, 110.0, 23.0]);
    let hubspot = ([380.0, 360.0, 110.0, 21.0], [470.0, 410.0, 110.0, 22.0]);
    let pipedrive = ([195.0, 185.0, 60.0, 14.0], [280.0, 250.0, 60.0, 15.0]);
    let stripe = ([140.0, 145.0, 55.0, 11.0], [190.0, 220.0, 70.0, 25.0]);
    for (source, (idle, ten)) in [
        ("salesforce", salesforce),
        ("hubspot", hubspot),
        ("pipedrive", pipedrive),
        ("stripe", stripe),
    ] {
        check(source, idle, ten).await;
    }
}
