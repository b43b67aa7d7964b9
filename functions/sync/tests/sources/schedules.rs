//! Schedules of faults, drawn from seeds: AWS throttles, fails, applies and does not say so, and
//! workers die at any call; vendors answer with errors, halves of answers and nothing; messages
//! come twice; two workers are at it at once. However it goes, the run ends, and what it says is
//! complete is so.
//!
//! `PIE_SCHEDULES` says how many schedules each test plays; the default is what CI has time for.

use crate::bed::Bed;
use crate::truth;
use crate::world::{live_on_few, set_amount, tell, told};
use embedded::{Call, Fault, Moment};
use model::ConnectionId;
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::{JobStatus, Outgoing, Queue, StreamStatus};
use vendors::faults::Faults;

/// Rounds of workers that die, before the faults end.
const MOST_DEATHS: usize = 30;

/// Longer than a lease lasts.
const LATE: Duration = Duration::from_secs(150);

fn count() -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a test runs is asked of whoever runs it"
    )]
    let asked = std::env::var("PIE_SCHEDULES").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(15)
}

/// A small company, so that a schedule takes a moment.
fn few(seed: u64) -> demo::World {
    let mut world = crate::world::company(seed % 5);
    world.accounts.truncate(30);
    world.deals.retain(|deal| deal.account < 30);
    world.deals.truncate(24);
    world
}

/// While workers are at it, people change a few deals again and again, and the source tells of each
/// change by webhook.
async fn hurry(bed: &Bed, id: ConnectionId, source: &str, seed: u64, left: &AtomicU64) {
    while left.load(Ordering::SeqCst) > 0 {
        tokio::time::sleep(Duration::from_secs(25)).await;
        let n = left.load(Ordering::SeqCst);
        let Some(deal) = set_amount(bed, source, seed + n) else {
            left.store(0, Ordering::SeqCst);
            return;
        };
        let body = json!({"connection": id, "hints": [{"stream": "deals", "id": deal}]});
        let outgoing = Outgoing::now(Queue::Sync, bed.message("connection.hint", body));
        // A source whose webhook is not taken sends it again.
        while bed.tenant().send(&outgoing).await.is_err() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        left.fetch_sub(1, Ordering::SeqCst);
    }
}

/// What meets a call of AWS: of a thousand some sixty go wrong, and at six the worker dies.
fn drawn(seed: u64, call: &Call) -> Fault {
    let mut mixed =
        seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ call.overall.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    mixed ^= mixed >> 32;
    mixed = mixed.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    mixed ^= mixed >> 32;
    // Transactions are where it hurts: between one and what follows it, and when it comes late,
    // from a worker that was taken for dead meanwhile.
    if call.operation == "TransactWriteItems" {
        return match mixed % 1_000 {
            0..50 => Fault::Kill(Moment::After),
            50..100 => Fault::AppliedButLost,
            100..180 => Fault::Delay(LATE),
            180..200 => Fault::Throttle,
            _ => Fault::None,
        };
    }
    match mixed % 1_000 {
        0..15 => Fault::Throttle,
        15..30 => Fault::Unavailable,
        30..45 => Fault::AppliedButLost,
        45..55 => Fault::Delay(Duration::from_millis(700)),
        55..58 => Fault::Kill(Moment::Before),
        58..61 => Fault::Kill(Moment::After),
        _ => Fault::None,
    }
}

async fn play(source: &'static str, seed: u64, faults: &AtomicU64) {
    let mut bed = Bed::rough(&few(seed), Faults::seeded(seed, 0.1)).await;
    let id = bed.connect(source).await;
    // Every third schedule meets the first load, the others a run that reads what changed.
    let is_first = seed.is_multiple_of(3);
    if !is_first {
        let job = bed.run(id, "connection.sync").await;
        assert_eq!(job.status, JobStatus::Succeeded, "seed {seed}: {job:?}");
        bed.pass(2 * 3_600);
        live_on_few(&bed, source, seed);
        bed.pass(120);
    }
    let job = bed.ask(id, "connection.sync").await;
    bed.is_rough.store(true, Ordering::SeqCst);
    bed.aws.faults().set(move |call| drawn(seed, call));
    let changes_left = AtomicU64::new(if is_first { 0 } else { 8 });
    for _ in 0..MOST_DEATHS {
        let (one, other) = (bed.app(), bed.app());
        let dead = bed.aws.faults().clone();
        tokio::select! {
            biased;
            () = dead.killed() => {}
            () = async {
                let life = hurry(&bed, id, source, seed, &changes_left);
                tokio::join!(life, bed.drain_roughly(&one, seed), bed.drain_roughly(&other, seed + 3));
            } => break,
        }
        // What the process knew is gone, what it held runs out.
        bed.pass(u64::from(store::VISIBILITY_S) + 1);
        bed.renew();
    }
    faults.fetch_add(u64::from(bed.faults.faults()), Ordering::Relaxed);
    bed.aws.faults().clear();
    bed.is_rough.store(false, Ordering::SeqCst);
    bed.renew();
    // The sweeper's turn: what was committed and not yet sent is sent.
    bed.pass(60);
    bed.tenant().sweep_outbox().await.unwrap();
    bed.drain(&bed.app()).await;
    // Messages whose workers died five times lie where somebody looks.
    if bed.redrive().await > 0 {
        bed.drain(&bed.app()).await;
    }
    // As the schedule does with a job that stands still.
    let mut ended = bed.job(&job).await;
    for _ in 0..10 {
        if ended.status.is_over() {
            break;
        }
        bed.pass(200);
        bed.again(id, &job).await;
        ended = bed.job(&job).await;
    }
    assert!(
        ended.status.is_over(),
        "seed {seed}: the run is stuck: {ended:?} {:#?}",
        bed.streams(id).await
    );
    let is_open = |status| {
        matches!(
            status,
            StreamStatus::Queued | StreamStatus::Running | StreamStatus::Waiting
        )
    };
    for stream in bed.streams(id).await {
        assert!(!is_open(stream.status), "seed {seed}: {stream:?}");
    }
    if ended.status != JobStatus::Succeeded {
        // It says so, with a reason; the next run makes it good.
        let problem = ended.problem.as_ref();
        assert!(problem.is_some(), "seed {seed}: {ended:?}");
        bed.pass(1_800);
        let job = bed.run(id, "connection.sync").await;
        assert_eq!(job.status, JobStatus::Succeeded, "seed {seed}: {job:?}");
    }
    let odd = truth::differences(&tell(&bed, source), &told(&bed, source).await);
    assert!(
        odd.is_empty(),
        "{source} seed {seed}, {:?}: {} lost, stale or twice: {:#?} {:#?}",
        ended.status,
        odd.len(),
        odd.iter().take(4).collect::<Vec<_>>(),
        bed.streams(id).await
    );
}

macro_rules! shards {
    ($($name:ident $source:literal $shard:literal;)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            let faults = AtomicU64::new(0);
            for n in 0..count() {
                Box::pin(play($source, $shard * 1_000_000 + n, &faults)).await;
            }
            println!(
                "{} schedules of {}, {} of the vendor's answers went wrong: 0 lost, 0 twice, 0 stale, 0 stuck",
                count(),
                $source,
                faults.load(Ordering::Relaxed)
            );
        }
    )*};
}

shards! {
    hubspot_comes_through_every_schedule "hubspot" 1;
    pipedrive_comes_through_every_schedule "pipedrive" 2;
    stripe_comes_through_every_schedule "stripe" 3;
}
