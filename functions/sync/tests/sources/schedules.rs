//! Schedules of faults, drawn from seeds: AWS throttles, fails, applies and does not say so, and
//! workers die at any call or stand still for longer than their lease lasts, before a call or after
//! it; vendors answer with errors, halves of answers, nothing, and long after everybody has stopped
//! waiting; messages come twice and out of order; three workers are at it at once, while people
//! change the same few records again and again. However it goes,
//!
//! - no row ever goes back to an older state of its record, not for a moment ([`ledger`]);
//! - the run ends, and where it says that it succeeded, what was at the source before it is here:
//!   nothing is run again before that is looked at;
//! - what the source told of by webhook is here when all messages are worked off;
//! - what the streams say they keep is what is kept.
//!
//! A world plays several schedules one after the other, the first of them on its first load. It is
//! made of its seed: the same seed plays the same calls in the same order.
//!
//! `PIE_SCHEDULES` says how many schedules each test plays, and `PIE_SCHEDULES_FROM` the first
//! world's number. `PIE_SCHEDULES_MINUTES` says for how long all sources together are played, instead:
//! how many schedules that is differs, what comes of each does not. `PIE_FIGURES` names a file to
//! which what was played is added, a line for each source.
//!
//! [`ledger`]: crate::ledger

use crate::bed::{Accounts, Bed};
use crate::ledger::Ledger;
use crate::luck::{Luck, mixed};
use crate::truth;
use crate::world::{tell, told};
use embedded::{Call, Clock, Fault, Moment};
use model::ConnectionId;
use serde_json::json;
use std::collections::{BTreeSet, VecDeque};
use std::fs::File;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::{Connection, ConnectionStatus, Job, JobStatus, Outgoing, Queue, StreamStatus};
use vendors::faults::Faults;

/// Schedules that one world plays.
const OF_A_WORLD: u64 = 8;
/// Lives of the program in one schedule: after the last one, nothing kills it any more.
const MOST_LIVES: usize = 12;
/// How often what stands still is begun again, afterwards.
const MOST_TICKS: usize = 8;
/// Streams of a source that take part: each has its way to be read and its way to forget.
const STREAMS: [(&str, &[&str]); 4] = [
    ("salesforce", &["opportunities", "opportunities_deleted"]),
    ("hubspot", &["deals", "deals_archived"]),
    ("pipedrive", &["deals", "deals_deleted"]),
    ("stripe", &["events", "customers"]),
];

fn said(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a test runs is asked of whoever runs it"
    )]
    let said = std::env::var(name).ok();
    said.filter(|said| !said.is_empty())
}

fn asked(name: &str) -> Option<u64> {
    said(name).map(|text| text.parse().unwrap())
}

/// How many schedules are played of a source.
#[derive(Clone, Copy)]
enum Played {
    /// So many.
    Count(u64),
    /// As many as begin before this.
    Until(Instant),
}

impl Played {
    fn asked(otherwise: u64) -> Self {
        match (asked("PIE_SCHEDULES"), asked("PIE_SCHEDULES_MINUTES")) {
            (None, Some(minutes)) => {
                let share = Duration::from_secs(60 * minutes / STREAMS.len() as u64);
                Self::Until(now() + share)
            }
            (count, _) => Self::Count(count.unwrap_or(otherwise)),
        }
    }

    /// Whether there is another world to play, after so many schedules.
    fn goes_on(self, played: u64) -> bool {
        match self {
            Self::Count(count) => played < count,
            Self::Until(end) => played == 0 || now() < end,
        }
    }
}

fn now() -> Instant {
    #[expect(
        clippy::disallowed_methods,
        reason = "a budget of time that somebody pays; no verdict depends on it"
    )]
    Instant::now()
}

/// What went wrong on purpose.
#[derive(Debug, Default)]
struct Harm {
    failed: AtomicU64,
    lost: AtomicU64,
    kills: AtomicU64,
    stalls: AtomicU64,
}

/// What a schedule is rich in.
#[derive(Clone, Copy)]
struct Climate {
    /// Of ten thousand calls so many meet a worker that stands still.
    stalls: u64,
    kills: u64,
    lost: u64,
    failed: u64,
}

impl Climate {
    fn of(luck: &mut Luck) -> Self {
        let of = |stalls, kills, lost, failed| Self {
            stalls,
            kills,
            lost,
            failed,
        };
        match luck.below(5) {
            0 => of(250, 0, 50, 50),
            1 => of(30, 120, 50, 50),
            2 => of(60, 20, 400, 300),
            3 => of(0, 0, 0, 0),
            _ => of(90, 50, 100, 100),
        }
    }
}

/// What meets a call of AWS.
fn drawn(seed: u64, climate: Climate, call: &Call, clock: &Clock, harm: &Harm) -> Fault {
    let mut luck = Luck::of(seed, call.overall);
    // Transactions are where it hurts: between what was looked at and what is written.
    let worse = if call.operation == "TransactWriteItems" {
        6
    } else {
        1
    };
    let mut at = luck.below(10_000);
    let mut is = |share: u64| {
        let is = at < share;
        at = at.saturating_sub(share);
        is
    };
    let count = |of: &AtomicU64| of.fetch_add(1, Ordering::Relaxed);
    if is(climate.stalls * worse) {
        count(&harm.stalls);
        // The worker stands still; for everybody else more time goes by than any lease lasts.
        let seconds = if luck.one_in(4) { 730 } else { 125 };
        clock.advance(Duration::from_secs(seconds));
        // Some wake up when others have ended what they were at.
        let most = if luck.one_in(3) { 40_000 } else { 2_500 };
        return Fault::Delay(luck.ms(500, most));
    }
    if is(climate.kills * worse) {
        count(&harm.kills);
        let before = luck.one_in(3);
        return Fault::Kill(if before {
            Moment::Before
        } else {
            Moment::After
        });
    }
    if is(climate.lost * worse.min(3)) {
        count(&harm.lost);
        return Fault::AppliedButLost;
    }
    if is(climate.failed) {
        count(&harm.failed);
        return if luck.one_in(2) {
            Fault::Throttle
        } else {
            Fault::Unavailable
        };
    }
    // Nobody is as fast as a call within a process: workers overtake each other.
    if is(1_500 * worse.min(3)) {
        return Fault::Delay(luck.ms(1, 90));
    }
    Fault::None
}

/// What goes on at the source while workers are at it. It outlives them.
struct Life {
    luck: Luck,
    hot: Vec<String>,
    changes: u64,
    /// What the source pushes and we have not taken yet.
    post: VecDeque<Outgoing>,
    /// Jobs that were asked for, and when.
    jobs: Vec<String>,
    /// A second run, and when somebody asks for it.
    second: Second,
}

enum Second {
    No,
    /// After so many changes.
    After(u64),
    /// At this second, after something was changed of which nobody tells.
    At(i64),
    /// The job is made, and its message is not sent.
    Made(String),
}

impl Life {
    fn is_over(&self) -> bool {
        self.changes == 0 && self.post.is_empty() && matches!(self.second, Second::No)
    }
}

/// Something is changed of which nobody tells.
fn quietly(bed: &Bed, ledger: &Ledger, luck: &mut Luck, hot: &[String]) {
    let is_cold = |id: &&String| !hot.contains(id);
    let here: Vec<String> = ledger.records(false);
    let here: Vec<String> = here.iter().filter(is_cold).cloned().collect();
    let gone = ledger.records(true);
    match luck.below(6) {
        0 if here.len() > 2 => {
            if let Some(id) = luck.pick(&here) {
                ledger.delete(bed, id);
            }
        }
        1 => {
            if let Some(id) = luck.pick(&gone) {
                ledger.restore(bed, id);
            }
        }
        2 if here.len() < 8 => {
            ledger.enter(bed);
        }
        _ => {
            if let Some(id) = luck.pick(&here) {
                ledger.set(bed, id);
            }
        }
    }
}

/// People change a few records again and again, and the source tells of each change by webhook: at
/// once or later, once or twice, the last first.
async fn live(bed: &Bed, id: ConnectionId, ledger: &Ledger, source: &str, life: &Mutex<Life>) {
    let stream = match source {
        "stripe" => "customers",
        "salesforce" => "opportunities",
        _ => "deals",
    };
    let now = || bed.aws.clock().now().as_second();
    loop {
        let nap = {
            let mut life = life.lock().unwrap();
            if life.is_over() {
                return;
            }
            let most = if life.luck.one_in(4) { 40_000 } else { 4_000 };
            life.luck.ms(1_000, most)
        };
        tokio::time::sleep(nap).await;
        let outgoing = {
            let mut life = life.lock().unwrap();
            let life = &mut *life;
            if matches!(life.second, Second::After(left) if left >= life.changes) {
                quietly(bed, ledger, &mut life.luck, &life.hot);
                life.second = Second::At(now() + 150);
            }
            let is_post = life.changes == 0 || life.luck.one_in(2);
            if !is_post && let Some(record) = life.luck.pick(&life.hot).cloned() {
                life.changes -= 1;
                let number = ledger.set(bed, &record);
                let body = json!({
                    "connection": id,
                    "hints": [{"stream": stream, "id": record}],
                    "markers": [format!("{source} {number}")],
                });
                let message = bed.message("connection.hint", body);
                for _ in 0..=u8::from(life.luck.one_in(4)) {
                    let delay_s = if life.luck.one_in(3) {
                        life.luck.below(60) as u32
                    } else {
                        0
                    };
                    let at = life.luck.below(life.post.len() as u64 + 1) as usize;
                    let outgoing = Outgoing {
                        delay_s,
                        ..Outgoing::now(Queue::Sync, message.clone())
                    };
                    life.post.insert(at, outgoing);
                }
            }
            life.post.front().cloned()
        };
        if let Some(outgoing) = outgoing
            && bed.tenant().send(&outgoing).await.is_ok()
        {
            // Whoever dies before this sends it again.
            life.lock().unwrap().post.pop_front();
        }
        let made = match &life.lock().unwrap().second {
            Second::At(at) if now() >= *at => Some(None),
            Second::Made(job) => Some(Some(job.clone())),
            _ => None,
        };
        match made {
            Some(None) => {
                let tenant = bed.tenant();
                let job = tenant.create_job("connection.sync", Some(id.to_string()));
                if let Ok(job) = job.await {
                    let mut life = life.lock().unwrap();
                    life.jobs.push(job.id.clone());
                    life.second = Second::Made(job.id);
                }
            }
            Some(Some(job)) => {
                let message = bed.message("connection.sync", json!({"connection": id, "job": job}));
                let outgoing = Outgoing::now(Queue::Sync, message);
                if bed.tenant().send(&outgoing).await.is_ok() {
                    life.lock().unwrap().second = Second::No;
                }
            }
            None => {}
        }
    }
}

/// What the schedule does meanwhile: each minute it sends what was committed and not sent, and now
/// and then the messages of jobs that stand still.
async fn tick(bed: &Bed, id: ConnectionId, life: &Mutex<Life>) {
    for minute in 1_u64.. {
        tokio::time::sleep(Duration::from_mins(1)).await;
        if life.lock().unwrap().is_over() && bed.waiting("sync").await == 0 {
            return;
        }
        let _ = bed.tenant().sweep_outbox().await;
        if !minute.is_multiple_of(10) {
            continue;
        }
        let jobs = life.lock().unwrap().jobs.clone();
        for job in jobs {
            let kept = bed.tenant().document::<Job>(&job).await;
            if kept.is_ok_and(|kept| !kept.value.status.is_over()) {
                let _ = bed.again(id, &job).await;
            }
        }
    }
}

/// Switches off the streams that take no part.
async fn few_streams(bed: &Bed, id: ConnectionId, source: &str) {
    let streams = STREAMS.iter().find(|(name, _)| *name == source);
    let streams: &[&str] = streams.map_or(&[], |(_, streams)| streams);
    let all = connectors::find(source).unwrap().streams.iter();
    let off = all.map(|it| it.name).filter(|name| !streams.contains(name));
    let off: BTreeSet<String> = off.map(str::to_owned).collect();
    bed.tenant()
        .edit_document::<Connection, store::Error>(&id.to_string(), |connection| {
            connection.streams_off.clone_from(&off);
            Ok(())
        })
        .await
        .unwrap();
}

/// A world: a source, a connection to it, and what is known to have happened there.
struct World {
    bed: Bed,
    id: ConnectionId,
    source: &'static str,
    seed: u64,
    ledger: Ledger,
    hot: Vec<String>,
    /// How many more records the runs say they brought than there are deals.
    beside: Option<i64>,
    harm: Arc<Harm>,
}

impl World {
    async fn new(source: &'static str, seed: u64, harm: &Arc<Harm>) -> Self {
        let faults = Faults::seeded(seed, 0.08);
        let mut bed = Bed::with(seed, faults, |clock| Accounts::tiny(source, clock)).await;
        // Counting costs as many calls as the work itself.
        bed.is_limited = seed.is_multiple_of(8);
        // Its queries have no limit to be made smaller on the way.
        bed.salesforce.set_most_rows(3);
        let id = bed.connect(source).await;
        few_streams(&bed, id, source).await;
        bed.pass(3_600);
        let ledger = Ledger::begin(&bed, source);
        bed.pass(3_600);
        let hot = ledger.records(false).into_iter().take(2).collect();
        Self {
            bed,
            id,
            source,
            seed,
            ledger,
            hot,
            beside: None,
            harm: Arc::clone(harm),
        }
    }

    /// Plays one schedule.
    async fn play(&mut self, nth: u64) {
        let seed = mixed(self.seed ^ mixed(nth));
        let mut luck = Luck::of(seed, 3);
        let name = format!("{} world {} schedule {nth}", self.source, self.seed);
        if nth > 0 {
            for _ in 0..luck.below(4) {
                quietly(&self.bed, &self.ledger, &mut luck, &self.hot);
                self.bed.pass(2);
            }
            self.bed.pass(150);
        }
        let changes = luck.below(6);
        let first = self.bed.ask(self.id, "connection.sync").await;
        let is_twice = luck.one_in(3);
        let life = Mutex::new(Life {
            hot: self.hot.clone(),
            changes,
            post: VecDeque::new(),
            jobs: vec![first],
            second: if is_twice {
                Second::After(luck.below(changes + 1))
            } else {
                Second::No
            },
            luck: Luck::of(seed, 4),
        });
        Box::pin(self.roughly(seed, &life, &mut luck)).await;
        self.settle(&name, &life).await;
    }

    /// Workers at it, until all is done or nothing more may go wrong.
    async fn roughly(&mut self, seed: u64, life: &Mutex<Life>, luck: &mut Luck) {
        let climate = Climate::of(luck);
        let (clock, harm) = (self.bed.aws.clock().clone(), Arc::clone(&self.harm));
        let faults = self.bed.aws.faults().clone();
        faults.set(move |call| drawn(seed, climate, call, &clock, &harm));
        let late_in = [0, 8, 16, 40][luck.below(4) as usize];
        self.bed.way.late_in.store(late_in, Ordering::SeqCst);
        self.bed.is_rough.store(true, Ordering::SeqCst);
        for n in 0..MOST_LIVES as u64 {
            let bed = &self.bed;
            let mut lucks = [5, 6, 7].map(|it| Luck::of(seed, it + 10 * n));
            let [one, two, three] = &mut lucks;
            let apps = [bed.app(), bed.app()];
            let is_over = || life.lock().unwrap().is_over();
            tokio::select! {
                biased;
                () = faults.killed() => {}
                () = async {
                    tokio::join!(
                        live(bed, self.id, &self.ledger, self.source, life),
                        tick(bed, self.id, life),
                        // Two of one process, which share what it remembers, and one of another.
                        bed.drain_roughly(&apps[0], one, is_over),
                        bed.drain_roughly(&apps[0], two, is_over),
                        bed.drain_roughly(&apps[1], three, is_over),
                    );
                } => break,
            }
            // What the process knew is gone, what it held runs out.
            self.bed.pass(u64::from(store::VISIBILITY_S) + 1);
            self.bed.renew();
        }
        faults.clear();
        self.bed.is_rough.store(false, Ordering::SeqCst);
        self.bed.renew();
        // What the source still has to tell it tells now.
        live(&self.bed, self.id, &self.ledger, self.source, life).await;
    }

    /// Nothing goes wrong any more: what was begun ends, and is what it has to be.
    async fn settle(&mut self, name: &str, life: &Mutex<Life>) {
        let bed = &self.bed;
        let jobs = life.lock().unwrap().jobs.clone();
        let (mut is_empty, mut open) = (false, jobs.clone());
        for _ in 0..MOST_TICKS {
            // What was committed and not yet sent is sent.
            bed.pass(60);
            bed.tenant().sweep_outbox().await.unwrap();
            is_empty = bed.drain_for(&bed.app(), 900).await;
            // Messages whose workers died five times lie where somebody looks.
            is_empty &= bed.redrive().await == 0;
            let mut still = Vec::new();
            for job in open {
                if !bed.job(&job).await.status.is_over() {
                    still.push(job);
                }
            }
            open = still;
            if is_empty && open.is_empty() {
                break;
            }
            // As the schedule does with jobs that stand still.
            bed.pass(200);
            for job in &open {
                bed.again(self.id, job).await.unwrap();
            }
        }
        assert!(
            is_empty && open.is_empty(),
            "{name}: {open:?} are stuck of {jobs:?}\n{}",
            self.lines().await
        );
        let mut is_good = true;
        for job in &jobs {
            let ended = bed.job(job).await;
            is_good = ended.status == JobStatus::Succeeded;
            // A run that is not whole says so, with a reason.
            assert!(is_good || ended.problem.is_some(), "{name}: {ended:?}");
        }
        let is_open = |status| {
            matches!(
                status,
                StreamStatus::Queued | StreamStatus::Running | StreamStatus::Waiting
            )
        };
        for stream in bed.streams(self.id).await {
            assert!(
                !is_open(stream.status),
                "{name}: nobody works on {}\n{}",
                stream.stream,
                self.lines().await
            );
        }
        assert!(
            self.ledger.odd().is_empty(),
            "{name}: {:#?}",
            self.ledger.odd()
        );
        if !is_good {
            // Where the answer to a refresh was lost, a person grants access anew; the next run makes it good.
            let id = self.id.to_string();
            let kept = bed.tenant().document::<Connection>(&id).await.unwrap();
            if kept.value.status == ConnectionStatus::NeedsReauth {
                bed.grant(self.id, self.source).await;
            }
            bed.pass(1_800);
            let job = bed.run(self.id, "connection.sync").await;
            assert_eq!(job.status, JobStatus::Succeeded, "{name}: {job:?}");
        }
        let odd = self.differences().await;
        assert!(
            odd.is_empty(),
            "{name}: {} lost, stale or twice: {odd:#?}\n{}",
            odd.len(),
            self.lines().await
        );
        self.counted(name).await;
    }

    /// How the streams that take part stand, in a line each.
    async fn lines(&self) -> String {
        let streams = self.bed.streams(self.id).await;
        let on = streams.iter().filter(|it| it.status != StreamStatus::Off);
        let line = |it: &store::StreamState| {
            format!(
                "{} {:?} {:?} keeps {}, {:?}, until {:?} {:?}",
                it.stream,
                it.status,
                it.mode,
                it.kept_total,
                it.counts,
                it.complete_until,
                it.problem
            )
        };
        on.map(line).collect::<Vec<_>>().join("\n")
    }

    async fn differences(&self) -> Vec<String> {
        if self.source != "stripe" {
            let told = told(&self.bed, self.source).await;
            return truth::differences(&tell(&self.bed, self.source), &told);
        }
        let live = {
            let billing = self.bed.stripe.billing();
            let all = billing.customers.values();
            let live = all.filter(|it| it.deleted_at.is_none());
            live.map(|it| (it.id.clone(), it.name.clone())).collect()
        };
        let book = self.bed.book().await;
        let kept = book.companies.iter().filter_map(|it| {
            let id = it.external_ids.get("stripe")?;
            Some((id.clone(), it.name.clone()))
        });
        truth::differences(&live, &kept.collect())
    }

    /// The streams' own numbers are those of what is kept: no page is counted twice, none is left out,
    /// and what one stream takes away another no longer counts.
    async fn counted(&mut self, name: &str) {
        let streams = self.bed.streams(self.id).await;
        let said: u64 = streams.iter().map(|it| it.kept_total).sum();
        let book = self.bed.book().await;
        let here = match self.source {
            "stripe" => book.companies.len(),
            _ => book.deals.len(),
        };
        assert!(
            said == here as u64,
            "{name}: the streams say they keep {said} where there are {here}\n{}",
            self.lines().await
        );
        // The end of a run counts what is kept, whoever brought it. What its workers brought shows those
        // who lost the lease, even where they wrote nothing that is wrong. At Stripe, where hints bring
        // what is new, runs bring nothing after the first.
        let here = if self.source == "stripe" { 0 } else { here };
        let said = self.ledger.brought();
        let beside = said - here as i64;
        let before = *self.beside.get_or_insert(beside);
        assert!(
            before == beside,
            "{name}: the runs say they brought {said} where there are {here}, {before} beside before\n{}",
            self.lines().await
        );
    }
}

/// The worlds of a source that together play so many schedules.
async fn schedules(source: &'static str, shard: u64, most: Played) {
    let (harm, mut calls, mut vendors) = (Arc::new(Harm::default()), 0, 0);
    let from = shard * 1_000_000 + asked("PIE_SCHEDULES_FROM").unwrap_or(0);
    let (mut played, mut digest, begun) = (0, 0, now());
    for seed in from.. {
        let mut world = Box::pin(World::new(source, seed, &harm)).await;
        for nth in 0..OF_A_WORLD {
            if let Played::Count(count) = most
                && played == count
            {
                break;
            }
            Box::pin(world.play(nth)).await;
            played += 1;
        }
        let (made, trace) = world.ledger.trace();
        calls += made;
        digest = mixed(digest ^ trace);
        vendors += u64::from(world.bed.faults.faults());
        vendors += world.bed.way.late.load(Ordering::Relaxed);
        if !most.goes_on(played) {
            break;
        }
    }
    let of = |it: &AtomicU64| it.load(Ordering::Relaxed);
    let line = format!(
        "schedules: {played} of {source} in {} s: {calls} calls; {} refused, {} answers lost, {} kills, \
         {} workers that stood still, {vendors} bad or late answers of the source: \
         0 lost, 0 duplicated, 0 stale, 0 stuck; digest {digest:016x}",
        begun.elapsed().as_secs(),
        of(&harm.failed),
        of(&harm.lost),
        of(&harm.kills),
        of(&harm.stalls),
    );
    println!("{line}");
    if let Some(path) = said("PIE_FIGURES") {
        let file = File::options().create(true).append(true).open(path);
        writeln!(file.unwrap(), "{line}").unwrap();
    }
}

macro_rules! shards {
    ($($name:ident $source:literal $shard:literal $count:literal;)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            Box::pin(schedules($source, $shard, Played::asked($count))).await;
        }
    )*};
}

shards! {
    salesforce_comes_through_every_schedule "salesforce" 4 96;
    hubspot_comes_through_every_schedule "hubspot" 1 96;
    pipedrive_comes_through_every_schedule "pipedrive" 2 96;
    stripe_comes_through_every_schedule "stripe" 3 96;
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_plays_the_same_calls_in_the_same_order() {
    let trace = async || {
        let harm = Arc::default();
        let mut world = Box::pin(World::new("pipedrive", 7, &harm)).await;
        for nth in 0..4 {
            Box::pin(world.play(nth)).await;
        }
        world.ledger.trace()
    };
    let first = trace().await;
    assert!(first.0 > 400, "{first:?}");
    assert_eq!(first, trace().await);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_goes_on_where_another_failed_brings_what_has_changed_since() {
    let faults = Faults::none();
    let bed = Bed::with(1, Arc::clone(&faults), |clock| {
        Accounts::tiny("hubspot", clock)
    })
    .await;
    let id = bed.connect("hubspot").await;
    few_streams(&bed, id, "hubspot").await;
    let ledger = Ledger::begin(&bed, "hubspot");
    bed.pass(3_600);
    // The source tells about itself and gives a page of deals; then it is down for long.
    for n in 0..1_000 {
        faults.push(if n < 12 {
            vendors::faults::Fault::None
        } else {
            vendors::faults::Fault::ServerError(500)
        });
    }
    bed.is_rough.store(true, Ordering::SeqCst);
    let job = bed.run(id, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Failed, "{job:?}");
    assert_eq!(ledger.brought(), 2, "a page was read, and more was to come");
    bed.is_rough.store(false, Ordering::SeqCst);
    for id in ledger.records(false) {
        ledger.set(&bed, &id);
    }
    bed.pass(150);
    let job = bed.run(id, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
    let odd = truth::differences(&tell(&bed, "hubspot"), &told(&bed, "hubspot").await);
    assert!(odd.is_empty(), "{odd:#?}");
}
