//! Tokens are renewed once, whoever asks, whoever dies.

use crate::bed::{Bed, Seen};
use connector::Request;
use embedded::{Fault, Moment};
use pull::{Answer, Stop};
use secrecy::ExposeSecret;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::{ConnectionStatus, Credential};
use vendors::faults::{Fault as Wrong, Wait};

const REFRESHERS: u64 = 64;

/// A call both vendors answer, whatever they hold.
fn call(source: &str) -> Request {
    match source {
        "salesforce" => Request::get("/services/data/v66.0/sobjects"),
        _ => Request::get("/account-info/v3/details"),
    }
}

fn seeds() -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a test runs is asked of whoever runs it"
    )]
    let asked = std::env::var("PIE_SEEDS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(300)
}

/// A number that looks drawn, the same for the same seed and place.
fn drawn(seed: u64, place: u64, below: u64) -> u64 {
    let mut mixed =
        seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ place.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    (mixed ^ (mixed >> 29)) % below
}

fn access(of: &Credential) -> &str {
    of.secrets.access.expose_secret()
}

/// How often each refresh token was taken to the vendor, whatever it said.
fn asked(seen: &[Seen]) -> BTreeMap<String, u32> {
    let mut times = BTreeMap::new();
    for one in seen.iter().filter(|one| one.is_refresh()) {
        let token = one
            .form
            .split('&')
            .find(|it| it.starts_with("refresh_token="));
        *times.entry(token.unwrap().to_owned()).or_default() += 1;
    }
    times
}

#[tokio::test(start_paused = true)]
async fn of_64_workers_one_refreshes_and_all_hold_the_newest_tokens() {
    let bed = Bed::new().await;
    let (settings, tenant) = (bed.settings(), bed.tenant());
    for seed in 0..seeds() {
        let (id, issued) = bed.connect("salesforce", &seed.to_string()).await;
        let connection = bed.connection(id).await;
        let ms = |place, below| Duration::from_millis(drawn(seed, place, below));
        *bed.wire.lag.lock().unwrap() = (ms(1_000, 80), ms(1_001, 80));
        let spread = 1 + drawn(seed, 1_002, 150);
        let refreshers = (0..REFRESHERS).map(|n| {
            let source = Bed::source_with(connection.clone(), tenant.clone(), settings.clone());
            let late = ms(n, spread);
            async move {
                tokio::time::sleep(late).await;
                source.renew(1).await.unwrap()
            }
        });
        let ended = futures_util::future::join_all(refreshers).await;
        let kept = tenant.credential(id).await.unwrap().unwrap();
        assert_eq!(kept.version, 2, "seed {seed}");
        for one in &ended {
            assert_eq!(
                (one.version, access(one)),
                (2, access(&kept)),
                "seed {seed}"
            );
        }
        let asked = asked(&bed.wire.seen());
        assert_eq!(asked.into_values().collect::<Vec<_>>(), [1], "seed {seed}");
        assert!(issued.refresh_token.is_some());
        assert!(bed.salesforce.oauth().check(access(&kept)).is_ok());
    }
    let oauth = bed.salesforce.oauth();
    assert!(oauth.refreshes().values().all(|times| *times == 1));
    assert_eq!(oauth.refreshes().len() as u64, seeds());
    assert_eq!(oauth.revocations(), 0);
    #[expect(clippy::print_stdout, reason = "the figure is what one runs it for")]
    {
        println!(
            "{} refreshers x {} seeds: {} refreshes, {} revocations",
            REFRESHERS,
            seeds(),
            oauth.refreshed_at().len(),
            oauth.revocations()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn of_64_workers_whose_token_is_over_one_refreshes_and_all_are_answered() {
    for source in ["salesforce", "hubspot"] {
        let bed = Bed::new().await;
        let (id, issued) = bed.connect(source, "1").await;
        bed.pass(u64::from(issued.expires_in) + 1);
        *bed.wire.lag.lock().unwrap() = (Duration::from_millis(30), Duration::from_millis(30));
        let request = call(source);
        let mut workers = Vec::new();
        for _ in 0..REFRESHERS {
            workers.push(bed.source(id).await);
        }
        let answers = workers.iter().map(|it| it.send(&request));
        for answer in futures_util::future::join_all(answers).await {
            assert!(
                matches!(answer, Ok(Answer::Good(_))),
                "{source}: {answer:?}"
            );
        }
        let asked = asked(&bed.wire.seen());
        assert_eq!(asked.into_values().collect::<Vec<_>>(), [1], "{source}");
    }
}

/// What is refused once is refused to all: one asks, or a few.
#[tokio::test(start_paused = true)]
async fn of_64_workers_whose_grant_was_taken_back_few_ask_for_it() {
    let bed = Bed::new().await;
    let (id, _) = bed.connect("salesforce", "1").await;
    bed.salesforce.oauth().revoke_all();
    *bed.wire.lag.lock().unwrap() = (Duration::from_millis(30), Duration::from_millis(30));
    let mut workers = Vec::new();
    for _ in 0..REFRESHERS {
        workers.push(bed.source(id).await);
    }
    let ended = futures_util::future::join_all(workers.iter().map(|it| it.renew(1))).await;
    assert!(
        ended
            .iter()
            .all(|it| matches!(it, Err(Stop::NeedsReauth(_))))
    );
    let asked: Vec<u32> = asked(&bed.wire.seen()).into_values().collect();
    assert!(asked[0] <= 2, "{asked:?}");
}

/// What may be, whenever somebody looks.
#[derive(Debug, PartialEq)]
enum State {
    /// The vendor still takes the tokens of version 1.
    Old,
    /// Those of version 2 are kept.
    New,
    NeedsReauth,
    Broken,
}

async fn state(bed: &Bed, source: &str) -> State {
    let id = bed.id("1");
    if bed.connection(id).await.status == ConnectionStatus::NeedsReauth {
        return State::NeedsReauth;
    }
    let kept = bed.tenant().credential(id).await.unwrap().unwrap();
    let does = bed.oauth(source).check(access(&kept)).is_ok();
    match kept.version {
        1 if does => State::Old,
        2 if does => State::New,
        _ => State::Broken,
    }
}

/// Where a worker is struck.
#[derive(Clone, Copy, Debug)]
enum At {
    /// At this call of AWS, from 1.
    Aws(u64, Fault),
    /// At the vendor's answer.
    Vendor(Moment),
}

/// Whether the worker got as far, what was left behind, and what the next one made of it.
async fn struck(source: &str, at: At) -> (bool, State, State) {
    let mut bed = Bed::new().await;
    let (id, _) = bed.connect(source, "1").await;
    let worker = bed.source(id).await;
    let count = Arc::new(AtomicU64::new(0));
    match at {
        At::Aws(nth, fault) => {
            let count = Arc::clone(&count);
            bed.aws.faults().set(move |_| {
                let is_it = count.fetch_add(1, Ordering::SeqCst) + 1 == nth;
                if is_it { fault } else { Fault::None }
            });
        }
        At::Vendor(moment) => *bed.wire.death.lock().unwrap() = Some(moment),
    }
    let dead = bed.aws.faults().clone();
    let died = tokio::select! {
        biased;
        () = dead.killed() => true,
        _ = worker.renew(1) => false,
    };
    bed.aws.faults().clear();
    bed.renew();
    let left = state(&bed, source).await;
    // Those who come next find the claim, and wait until it is over.
    if matches!(at, At::Aws(..)) {
        bed.pass(store::REFRESH_S.unsigned_abs());
    }
    let next = [bed.source(id).await, bed.source(id).await];
    let ended = futures_util::future::join_all(next.iter().map(|it| it.renew(1))).await;
    let end = state(&bed, source).await;
    for one in ended {
        match one {
            Ok(kept) => assert_eq!((kept.version, &end), (2, &State::New), "{at:?}"),
            Err(Stop::NeedsReauth(_)) => assert_eq!(end, State::NeedsReauth, "{at:?}"),
            Err(stop) => unreachable!("{at:?}: {stop:?}"),
        }
    }
    for (token, times) in bed.oauth(source).refreshes() {
        assert!(times <= 2, "{at:?}: {token} was exchanged {times} times");
    }
    let reached = match at {
        At::Aws(nth, _) => count.load(Ordering::SeqCst) >= nth,
        At::Vendor(_) => died,
    };
    (reached, left, end)
}

#[tokio::test(start_paused = true)]
async fn whoever_dies_while_refreshing_leaves_old_tokens_or_new_ones_or_asks_for_consent() {
    let faults = [
        Fault::Kill(Moment::Before),
        Fault::Kill(Moment::After),
        Fault::AppliedButLost,
        Fault::Throttle,
        Fault::Unavailable,
    ];
    for source in ["salesforce", "hubspot"] {
        let mut struck_at = 0;
        for fault in faults {
            for nth in 1.. {
                let at = At::Aws(nth, fault);
                let (reached, left, end) = struck(source, at).await;
                if !reached {
                    break;
                }
                struck_at += 1;
                assert_ne!(left, State::Broken, "{source} {at:?}");
                let survives = !matches!(fault, Fault::Kill(_));
                if survives || source == "hubspot" {
                    assert_eq!(end, State::New, "{source} {at:?}");
                }
            }
        }
        for moment in [Moment::Before, Moment::After] {
            let (reached, left, end) = struck(source, At::Vendor(moment)).await;
            struck_at += 1;
            assert!(reached);
            assert_eq!(left, State::Old, "{source} {moment:?}");
            // A vendor that rotates tokens takes the second use for a theft.
            let is_lost = source == "salesforce" && moment == Moment::After;
            let expected = if is_lost {
                State::NeedsReauth
            } else {
                State::New
            };
            assert_eq!(end, expected, "{source} {moment:?}");
        }
        // A claim, a read, a write, with five faults each, and the vendor.
        assert!(struck_at >= 17, "{source}: {struck_at}");
        #[expect(clippy::print_stdout, reason = "the figure is what one runs it for")]
        {
            println!("{source}: a refresher struck at {struck_at} places");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_grant_that_was_taken_back_is_said_once_and_in_words() {
    for source in ["salesforce", "hubspot"] {
        let bed = Bed::new().await;
        let (id, _) = bed.connect(source, "1").await;
        bed.oauth(source).revoke_all();
        let worker = bed.source(id).await;
        let stop = worker.send(&call(source)).await.unwrap_err();
        assert!(matches!(stop, Stop::NeedsReauth(_)), "{source}: {stop:?}");
        let once = bed.connection(id).await;
        assert_eq!(once.status, ConnectionStatus::NeedsReauth);
        let reason = once.reason.clone().unwrap();
        assert!(reason.contains("connect again"), "{source}: {reason}");
        bed.pass(60);
        let again = bed.source(id).await.send(&call(source)).await;
        assert!(
            matches!(again, Err(Stop::NeedsReauth(_))),
            "{source}: {again:?}"
        );
        let twice = bed.connection(id).await;
        assert_eq!(
            (twice.status, twice.reason),
            (ConnectionStatus::NeedsReauth, Some(reason))
        );
        assert_eq!(
            bed.tenant().credential(id).await.unwrap().unwrap().version,
            1
        );
    }
}

/// Somebody connects anew between a worker's claim and its read, at each of its first calls of AWS.
#[tokio::test(start_paused = true)]
async fn access_granted_anew_is_not_used_up_by_a_refresh_of_the_old() {
    for nth in 1..=4 {
        let bed = Bed::new().await;
        let (id, _) = bed.connect("salesforce", "1").await;
        let worker = bed.source(id).await;
        let anew = bed.grant("salesforce");
        let count = AtomicU64::new(0);
        let (started, begins) = tokio::sync::oneshot::channel::<()>();
        let started = std::sync::Mutex::new(Some(started));
        bed.aws.faults().set(move |_| {
            if count.fetch_add(1, Ordering::SeqCst) + 1 != nth {
                return Fault::None;
            }
            drop(started.lock().unwrap().take());
            Fault::Delay(Duration::from_millis(500))
        });
        let connects = async {
            let _ = begins.await;
            let secrets = bed.secrets(&anew);
            bed.tenant().put_credential(id, secrets).await.unwrap();
        };
        let (ended, ()) = tokio::join!(worker.renew(1), connects);
        bed.aws.faults().clear();
        let ended = ended.unwrap();
        // Whatever came first, what is kept can be refreshed once more.
        let kept = bed.tenant().credential(id).await.unwrap().unwrap();
        assert_eq!(ended.version, kept.version, "call {nth}");
        let next = bed.source(id).await.renew(kept.version).await;
        assert!(next.is_ok(), "call {nth}: {next:?}");
        assert_eq!(bed.salesforce.oauth().revocations(), 0, "call {nth}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_refused_once_is_renewed_and_the_request_sent_again() {
    for source in ["salesforce", "hubspot"] {
        let bed = Bed::new().await;
        let (id, issued) = bed.connect(source, "1").await;
        bed.oauth(source).expire_access(&issued.access_token);
        let answer = bed.source(id).await.send(&call(source)).await;
        assert!(
            matches!(answer, Ok(Answer::Good(_))),
            "{source}: {answer:?}"
        );
        let told: Vec<u16> = bed.wire.seen().iter().map(|it| it.status).collect();
        assert_eq!(told, [401, 200, 200], "{source}");
        assert_eq!(
            bed.tenant().credential(id).await.unwrap().unwrap().version,
            2
        );
        assert_eq!(bed.connection(id).await.status, ConnectionStatus::Active);
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_refused_needs_a_person_and_no_refresh() {
    let bed = Bed::new().await;
    let id = bed.connect_by_key("pat-na1-no-such-key").await;
    let stop = bed.source(id).await.send(&call("hubspot")).await;
    assert!(matches!(stop, Err(Stop::NeedsReauth(_))), "{stop:?}");
    let connection = bed.connection(id).await;
    assert_eq!(connection.status, ConnectionStatus::NeedsReauth);
    assert!(!connection.reason.unwrap().is_empty());
    let seen = bed.wire.seen();
    assert_eq!(seen.len(), 1);
    assert!(!seen[0].is_refresh());
}

#[tokio::test(start_paused = true)]
async fn while_a_vendor_gives_no_tokens_the_old_one_is_used_to_its_end() {
    let limited = || Wrong::RateLimited {
        wait: Wait::Unsaid,
        body: Value::Null,
    };
    let wrongs: [fn() -> Wrong; 5] = [
        || Wrong::ServerError(500),
        || Wrong::ServerError(503),
        || Wrong::Reset,
        || Wrong::Timeout,
        || Wrong::HtmlError,
    ];
    for wrong in wrongs.into_iter().chain([limited as fn() -> Wrong]) {
        let bed = Bed::new().await;
        let (id, issued) = bed.connect("salesforce", "1").await;
        let life = u64::from(issued.expires_in);
        let (worker, request) = (bed.source(id).await, call("salesforce"));
        bed.pass(life * 9 / 10);
        bed.wire.refreshes.push(wrong());
        let answer = worker.send(&request).await;
        assert!(
            matches!(answer, Ok(Answer::Good(_))),
            "{:?}: {answer:?}",
            wrong()
        );
        // Nor does the next request wait for a refresh that nobody finishes.
        bed.wire.refreshes.push(wrong());
        let before = bed.now();
        let answer = worker.send(&request).await;
        assert!(
            matches!(answer, Ok(Answer::Good(_))),
            "{:?}: {answer:?}",
            wrong()
        );
        let took = bed.now().duration_since(before).as_secs();
        assert!(took < 5, "{:?}: {took} s", wrong());
        // When its time is over nothing is left but to wait.
        bed.pass(life / 10 + 60);
        if bed.wire.refreshes.requests() == 2 {
            bed.wire.refreshes.push(wrong());
        }
        let stop = worker.send(&request).await;
        let is_later = matches!(stop, Err(Stop::Later { .. }));
        assert!(is_later, "{:?}: {stop:?}", wrong());
        assert_eq!(bed.connection(id).await.status, ConnectionStatus::Active);
        // And when the vendor is well again, all is: at once where it said that it did nothing, and
        // where nobody knows when the claim is over.
        let before = bed.now();
        let answer = worker.send(&request).await;
        assert!(
            matches!(answer, Ok(Answer::Good(_))),
            "{:?}: {answer:?}",
            wrong()
        );
        let took = bed.now().duration_since(before).as_secs();
        let is_unknown = matches!(wrong(), Wrong::Reset | Wrong::Timeout);
        let most = if is_unknown { store::REFRESH_S + 5 } else { 5 };
        assert!(took < most, "{:?}: {took} s", wrong());
        assert_eq!(bed.salesforce.oauth().revocations(), 0);
    }
}
