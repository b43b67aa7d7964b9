//! The pull: which request comes next, and what an answer gives. No I/O; sending, waiting and
//! keeping are others' work.
//!
//! A [`Pull`] is begun from a [`Checkpoint`] and goes [`next`](Pull::next) → send →
//! [`good`](Pull::good), until it gives a [`Page`]. The checkpoint behind a page says how to go on
//! after it, so a worker may be killed anywhere: whoever begins again from the last checkpoint that
//! was kept gets the rest, some of it twice, none of it not.
//!
//! Windows are read whole and in any order, and one that a source would not give whole is split
//! first. What a window gave does not move its end: that is said beforehand.

use crate::json::{Text, Value};
use crate::record::{Known, Record};
use crate::request::{Request, Response};
use crate::words::{
    Ask, Asking, Bulk, BulkState, Delta, Join, Load, Next, Shape, Stream, When, Window,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How often a window is begun again because the source forgot where the last page ended.
const MOST_RESTARTS: u8 = 5;

/// What is to be read of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// Everything.
    Load,
    /// What changed since this was complete.
    Changes(Timestamp),
    /// These records.
    Ids(Vec<Text>),
}

/// How far a pull has come: small, and all that a later worker needs.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says a thing of its own, and all may be so at once"
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// What is read. Changes become a load where the source no longer knows them.
    pub plan: Plan,
    /// Windows still to be read, the next one last; none where no times are asked for.
    #[serde(default)]
    pub windows: Vec<Window>,
    /// Records still to be asked for.
    #[serde(default)]
    pub ids: Vec<Text>,
    /// Where the last page ended.
    #[serde(default)]
    pub page: Option<String>,
    /// The source's job that gives the pages.
    #[serde(default)]
    pub job: Option<String>,
    /// The source cannot do this by a job.
    #[serde(default)]
    pub no_job: bool,
    /// When the job was asked for: what it gives is no younger, however late it is fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_at: Option<Timestamp>,
    /// Jobs that give what is joined, in the order of the joins that have one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scans: Vec<Scan>,
    /// What is joined cannot be read by jobs.
    #[serde(default)]
    pub no_scans: bool,
    /// The source's own number of records of what is being read now.
    #[serde(default)]
    pub counted: Option<u64>,
    /// Records read of what was counted.
    #[serde(default)]
    pub of_counted: u64,
    /// Records read in all.
    #[serde(default)]
    pub read: u64,
    /// The source's own number of all of them, as far as it was asked.
    #[serde(default)]
    pub total: Option<u64>,
    /// Records the source counted and did not give, even when asked again.
    #[serde(default)]
    pub missed: u64,
    /// The window was read again, because less was given than counted.
    #[serde(default)]
    pub again: bool,
    /// When all is read, what was written at the source before then is here.
    #[serde(default)]
    pub complete_until: Option<Timestamp>,
    /// All is read.
    #[serde(default)]
    pub is_done: bool,
    /// Joins without which the records come, because the source refuses them, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refused: BTreeMap<String, Refusal>,
}

/// That something joined is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// In words.
    pub why: String,
    /// It was refused to an earlier pull. This one asks for it, and has not yet.
    #[serde(default)]
    pub before: bool,
}

/// How far the job of a join is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    /// The source's job.
    pub job: String,
    /// How its page is asked for in which the next row is that nobody took yet.
    pub page: Option<String>,
    /// Rows of the pages before that one.
    pub read: u64,
    /// The source's own number of its rows.
    pub total: Option<u64>,
}

impl Checkpoint {
    /// The beginning of a pull.
    pub fn begin(stream: &Stream, plan: Plan, now: Timestamp) -> Self {
        let mut at = Self {
            plan,
            windows: Vec::new(),
            ids: Vec::new(),
            page: None,
            job: None,
            no_job: false,
            job_at: None,
            scans: Vec::new(),
            no_scans: false,
            counted: None,
            of_counted: 0,
            read: 0,
            total: None,
            missed: 0,
            again: false,
            complete_until: None,
            is_done: false,
            refused: BTreeMap::new(),
        };
        let before = |s: u32| minus(now, s);
        if let Plan::Changes(since) = at.plan
            && let Delta::Window { shape, .. } = stream.delta
        {
            if shape.keeps_s.is_some_and(|keeps| since < before(keeps)) {
                at.plan = Plan::Load;
            } else {
                at.windows = windows(minus(since, shape.overlap_s), before(shape.leave_s), shape);
                at.complete_until = Some(before(shape.settle_s).max(since));
                at.is_done = at.windows.is_empty();
                return at;
            }
        }
        match (&mut at.plan, stream.delta) {
            (Plan::Ids(ids), _) => {
                ids.sort();
                ids.dedup();
                ids.reverse();
                at.ids = std::mem::take(ids);
                at.is_done = at.ids.is_empty() || stream.by_id.is_none();
            }
            (Plan::Changes(_), Delta::Hints | Delta::None) => {
                at.complete_until = Some(now);
                at.is_done = true;
            }
            (_, delta) => {
                at.complete_until = Some(match delta {
                    Delta::Window { shape, .. } => before(shape.settle_s),
                    _ => now,
                });
                at.is_done = matches!(stream.load, Load::None);
            }
        }
        at
    }

    /// With what an earlier pull was refused: that is so until it is answered again.
    #[must_use]
    pub fn knowing(mut self, earlier: Option<&Self>) -> Self {
        let refused = earlier.into_iter().flat_map(|it| it.refused.clone());
        let again = |(join, it)| (join, Refusal { before: true, ..it });
        self.refused.extend(refused.map(again));
        self
    }

    /// How far it is, from 0 to 1, where the source says how much there is.
    pub fn share(&self) -> Option<f64> {
        let total = self.total.filter(|total| *total > 0)?;
        Some((self.read as f64 / total as f64).min(1.0))
    }
}

fn minus(at: Timestamp, s: u32) -> Timestamp {
    at.checked_sub(SignedDuration::from_secs(i64::from(s)))
        .unwrap_or(Timestamp::MIN)
}

/// The windows between two moments, the earliest last.
fn windows(from: Timestamp, to: Timestamp, shape: Shape) -> Vec<Window> {
    let mut all = Vec::new();
    let mut at = from;
    while at < to {
        let end = shape.longest_s.map_or(to, |longest| {
            let longest = SignedDuration::from_secs(i64::from(longest.max(1)));
            at.checked_add(longest).unwrap_or(to).min(to)
        });
        all.push(Window {
            from: at,
            to: end,
            ids: None,
        });
        at = end;
    }
    all.reverse();
    all
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Send this and hand in the answer.
    Send(Request),
    /// Wait so many milliseconds and say that it was [`waited`](Pull::waited).
    Wait(u32),
    /// A page is whole; the checkpoint is behind it.
    Page(Page),
    /// All is read.
    Done,
}

/// Records that came together.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The records, with what was asked for beside them.
    pub records: Vec<Record>,
    /// Ids that were asked for and not given.
    pub absent: Vec<Text>,
    /// When the first of its requests was made: nothing in it is older.
    pub asked_at: Timestamp,
}

/// An answer that does not fit what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum PullError {
    #[error("the answer for {stream} has no list at {pointer:?}")]
    NoRecords {
        stream: &'static str,
        pointer: &'static str,
    },
    #[error("the answer for {stream} has no number at {pointer:?}")]
    NoCount {
        stream: &'static str,
        pointer: &'static str,
    },
    #[error("the source repeats itself: {stream} asks for the same page again and again")]
    Repeats { stream: &'static str },
    #[error("the source forgets again and again where the last page of {stream} ended")]
    Forgets { stream: &'static str },
    #[error("{stream} cannot be asked for in smaller parts")]
    Whole { stream: &'static str },
    #[error("the source made a job for {stream} without an id")]
    NoJob { stream: &'static str },
    #[error("the results of {stream} are not whole: {what}")]
    Results { stream: &'static str, what: String },
    #[error("the source says that {stream} has {total} records and gave {read}")]
    Incomplete {
        stream: &'static str,
        total: u64,
        read: u64,
    },
}

/// What is under way. None of it is kept: a new worker asks again.
#[derive(Debug)]
enum Doing {
    /// The next request is decided by the checkpoint.
    Next,
    /// The source's job is not done.
    Waiting(u32),
    /// The job is done: those of the joins are made, and then looked at from this one on.
    Scans(usize),
    /// All jobs are done: their results come.
    Results,
    /// The jobs' results are read; they are taken away.
    Cleaning(Vec<String>),
    /// A page is being completed.
    Joining(Box<Building>),
    /// A page is whole.
    Whole(Box<Building>),
}

/// A page in the making.
#[derive(Debug)]
struct Building {
    records: Vec<Record>,
    absent: Vec<Text>,
    /// The checkpoint behind it.
    after: Checkpoint,
    /// Jobs to be taken away after this page.
    cleans: Vec<String>,
    /// What is joined comes from jobs where it may.
    scans: bool,
    join: usize,
    queue: VecDeque<Vec<Text>>,
    /// Keys asked again with, so that a source which repeats itself is left.
    again: BTreeSet<Text>,
    page: Option<String>,
    found: BTreeMap<Text, Vec<Value>>,
    /// The records' ids, once rows of jobs are given to them.
    ids: Vec<Text>,
    /// Rows of the join's job, each with the place of its record.
    rows: Vec<(usize, Value)>,
}

/// The records of an answer and where its page ends; none where it has no list at all.
pub fn listed(ask: &Ask, mut response: Response) -> Option<(Vec<Value>, Option<String>)> {
    let said = |pointer| response.json.pointer(pointer);
    let (end, more) = match ask.next {
        Next::None => (None, false),
        Next::At(pointer) => (said(pointer).and_then(text), false),
        Next::LastKey { more, .. } => (None, said(more) == Some(&Value::Bool(true))),
    };
    let is_nothing = response.json.is_null();
    let records = match response.json.pointer_mut(ask.records)?.take() {
        Value::Array(records) => records,
        // A source may answer with one record, or with null for none.
        Value::Null if !is_nothing => Vec::new(),
        record @ Value::Object(_) => vec![record],
        _ => return None,
    };
    let last = |key| records.last().and_then(|last| last.pointer(key));
    let next = match ask.next {
        Next::LastKey { key, .. } if more => last(key).and_then(text),
        _ => end,
    };
    let next = next.filter(|next| !next.is_empty());
    Some((records, next.map(String::from)))
}

/// One pull of one stream; see the [module](self).
#[derive(Debug)]
pub struct Pull<'a> {
    stream: &'static Stream,
    known: &'a Known,
    at: Checkpoint,
    doing: Doing,
    asked_at: Option<Timestamp>,
    /// Whether a request for the page under way was answered.
    is_answered: bool,
    restarts: u8,
    /// Records by id that came with earlier answers for the same ids.
    gathered: Vec<Value>,
    /// Rows of the joins' jobs that were read and not taken yet.
    tables: Vec<Table>,
    /// The id of the last record of the job.
    last_id: Option<Text>,
}

/// The page of a join's job that is under way.
#[derive(Debug, Default)]
struct Table {
    rows: VecDeque<Value>,
    /// How many came with it.
    came: u64,
    /// Whether it came.
    is_here: bool,
    /// How the page after it is asked for.
    next: Option<String>,
    /// The key of the last row that was taken.
    last: Option<Text>,
}

impl<'a> Pull<'a> {
    /// Goes on from a checkpoint.
    pub fn from(stream: &'static Stream, known: &'a Known, at: Checkpoint) -> Self {
        Self {
            stream,
            known,
            at,
            doing: Doing::Next,
            asked_at: None,
            is_answered: false,
            restarts: 0,
            gathered: Vec::new(),
            tables: Vec::new(),
            last_id: None,
        }
    }

    /// How far it has come: behind the last page that was given.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.at
    }

    /// What to do next. It says the same until it is answered.
    pub fn next(&mut self, now: Timestamp) -> Step {
        let step = match &mut self.doing {
            Doing::Waiting(ms) => return Step::Wait(*ms),
            Doing::Whole(_) => return self.give(now),
            Doing::Cleaning(jobs) => match (bulk(self.stream), jobs.last()) {
                (Some(bulk), Some(job)) => Step::Send((bulk.delete)(job)),
                _ => return Step::Done,
            },
            Doing::Joining(building) => {
                let scan = scan_of(self.stream, building);
                let scan = scan.and_then(|scan| building.after.scans.get(scan));
                Step::Send(match (bulk(self.stream), scan) {
                    (Some(bulk), Some(scan)) => (bulk.results)(&scan.job, scan.page.as_deref()),
                    _ => join_request(self.stream, self.known, building),
                })
            }
            Doing::Next | Doing::Scans(_) | Doing::Results if self.at.is_done => Step::Done,
            Doing::Next | Doing::Scans(_) | Doing::Results => Step::Send(self.request()),
        };
        if matches!(step, Step::Send(_)) {
            self.asked_at.get_or_insert(now);
        }
        step
    }

    /// Says when the request was sent that is answered now. Tries before it were in vain, and what
    /// the first answer of a page says is no older than its own try.
    pub fn asked(&mut self, at: Timestamp) {
        if !self.is_answered {
            self.asked_at = Some(at);
            self.is_answered = true;
        }
    }

    /// The wait is over.
    pub fn waited(&mut self) {
        if matches!(self.doing, Doing::Waiting(_)) {
            self.doing = Doing::Next;
        }
    }

    fn asking<'b>(&'b self, ids: &'b [Text]) -> Asking<'b> {
        Asking {
            known: self.known,
            window: self.at.windows.last(),
            page: self.at.page.as_deref(),
            ids,
        }
    }

    fn is_load(&self) -> bool {
        match self.at.plan {
            Plan::Load => true,
            Plan::Changes(_) => matches!(self.stream.delta, Delta::All),
            Plan::Ids(_) => false,
        }
    }

    fn request(&self) -> Request {
        if let Plan::Ids(_) = self.at.plan
            && let Some(by_id) = &self.stream.by_id
        {
            return (by_id.ask.request)(&self.asking(&self.chunk()));
        }
        if let (Some(bulk), Some(job)) = (bulk(self.stream), &self.at.job) {
            return match self.doing {
                Doing::Results => (bulk.results)(job, self.at.page.as_deref()),
                Doing::Scans(nth) => match (self.next_scan(), self.at.scans.get(nth)) {
                    (Some(create), _) => create(&self.asking(&[])),
                    (None, Some(scan)) => (bulk.look)(&scan.job),
                    (None, None) => (bulk.look)(job),
                },
                _ => (bulk.look)(job),
            };
        }
        if let (true, Some(count)) = (self.counts(), &self.stream.count) {
            return (count.request)(&self.asking(&[]));
        }
        if let (true, Some(bulk)) = (self.wants_job(), bulk(self.stream)) {
            return (bulk.create)(&self.asking(&[]));
        }
        // A stream without a way to be read is done at its beginning.
        self.ask()
            .map_or_else(Request::default, |ask| (ask.request)(&self.asking(&[])))
    }

    /// The next records that are asked for by id.
    fn chunk(&self) -> Vec<Text> {
        let at_once = self.stream.by_id.map_or(1, |by_id| by_id.at_once.max(1));
        self.at.ids.iter().rev().take(at_once).cloned().collect()
    }

    fn ask(&self) -> Option<Ask> {
        if self.is_load() {
            return match self.stream.load {
                Load::Pages(ask) | Load::Bulk(ask, _) => Some(ask),
                Load::None => None,
            };
        }
        match self.stream.delta {
            Delta::Window { ask, .. } => Some(ask),
            _ => None,
        }
    }

    /// Whether the source is first asked how many there are.
    fn counts(&self) -> bool {
        self.stream.count.is_some() && self.at.counted.is_none() && self.at.page.is_none()
    }

    fn wants_job(&self) -> bool {
        let enough = |bulk: &Bulk| self.at.counted.is_some_and(|counted| counted >= bulk.from);
        self.is_load()
            && !self.at.no_job
            && self.at.page.is_none()
            && bulk(self.stream).is_some_and(enough)
    }

    /// How the job is made of the next join that has none yet.
    fn next_scan(&self) -> Option<fn(&Asking) -> Request> {
        let mut scans = self.stream.joins.iter().filter_map(|join| join.scan);
        scans.nth(self.at.scans.len()).filter(|_| !self.at.no_scans)
    }

    /// Goes on to the results, once all jobs are done.
    fn after_look(&mut self, nth: usize) {
        let is_last = self.next_scan().is_none() && nth >= self.at.scans.len();
        self.doing = if is_last {
            Doing::Results
        } else {
            Doing::Scans(nth)
        };
    }

    /// Takes a good answer about the job of a join.
    fn scan(&mut self, nth: usize, bulk: &Bulk, response: &Response) -> Result<(), PullError> {
        let stream = self.stream.name;
        if self.next_scan().is_some() {
            let id = response.json.pointer(bulk.id).and_then(text);
            self.at.scans.push(Scan {
                job: id.ok_or(PullError::NoJob { stream })?.into(),
                page: None,
                read: 0,
                total: None,
            });
            self.after_look(nth);
            return Ok(());
        }
        match (bulk.state)(response) {
            BulkState::Working(ms) => self.doing = Doing::Waiting(ms),
            BulkState::Ready(total) => {
                if let Some(scan) = self.at.scans.get_mut(nth) {
                    scan.total = total.or(scan.total);
                }
                self.after_look(nth + 1);
            }
            BulkState::Failed(_) => self.without_scans(),
        }
        Ok(())
    }

    /// What is joined is asked for by keys, from the beginning.
    fn without_scans(&mut self) {
        self.at.no_scans = true;
        self.at.scans.clear();
        self.tables.clear();
        self.last_id = None;
        // The job is good; it is only looked at once more.
        self.doing = Doing::Next;
    }

    /// Takes a good answer to the last request.
    pub fn good(&mut self, response: Response) -> Result<(), PullError> {
        match std::mem::replace(&mut self.doing, Doing::Next) {
            Doing::Joining(building) => return self.joined(building, response),
            Doing::Cleaning(jobs) => {
                self.cleaned(jobs);
                return Ok(());
            }
            // An answer nobody asked for.
            other @ (Doing::Waiting(_) | Doing::Whole(_)) => {
                self.doing = other;
                return Ok(());
            }
            Doing::Results => return self.results(&response),
            Doing::Scans(nth) => {
                return match bulk(self.stream) {
                    Some(bulk) => self.scan(nth, bulk, &response),
                    None => Ok(()),
                };
            }
            Doing::Next => {}
        }
        let stream = self.stream.name;
        if let Plan::Ids(_) = self.at.plan {
            return self.by_id(response);
        }
        if let (Some(bulk), Some(_)) = (bulk(self.stream), &self.at.job) {
            match (bulk.state)(&response) {
                BulkState::Working(ms) => self.doing = Doing::Waiting(ms),
                BulkState::Ready(total) => {
                    self.at.total = total.or(self.at.total);
                    self.after_look(0);
                }
                BulkState::Failed(_) => self.without_job(),
            }
            return Ok(());
        }
        if let (true, Some(count)) = (self.counts(), &self.stream.count) {
            let pointer = count.at;
            let counted = number(response.json.pointer(pointer));
            return self.counted(counted.ok_or(PullError::NoCount { stream, pointer })?);
        }
        if let (true, Some(bulk)) = (self.wants_job(), bulk(self.stream)) {
            let id = response.json.pointer(bulk.id).and_then(text);
            self.at.job = Some(id.ok_or(PullError::NoJob { stream })?.into());
            self.at.job_at = self.asked_at;
            return Ok(());
        }
        let Some(ask) = self.ask() else {
            self.at.is_done = true;
            return Ok(());
        };
        let (records, next) = self.read(ask, response)?;
        self.page(records, next);
        Ok(())
    }

    fn counted(&mut self, counted: u64) -> Result<(), PullError> {
        if let Delta::Window { shape, .. } = self.stream.delta
            && shape.cap.is_some_and(|cap| counted >= cap)
            && !self.at.windows.is_empty()
        {
            return self.split();
        }
        self.at.counted = Some(counted);
        if !self.at.again {
            self.at.total = Some(self.at.total.unwrap_or_default() + counted);
        }
        Ok(())
    }

    /// The records of an answer, taken out of it, and where its page ends.
    fn read(
        &self,
        ask: Ask,
        response: Response,
    ) -> Result<(Vec<Value>, Option<String>), PullError> {
        let stream = self.stream.name;
        let pointer = ask.records;
        let listed = listed(&ask, response);
        let (records, next) = listed.ok_or(PullError::NoRecords { stream, pointer })?;
        if next.is_some() && next == self.at.page {
            return Err(PullError::Repeats { stream });
        }
        Ok((records, next))
    }

    fn page(&mut self, records: Vec<Value>, next: Option<String>) {
        let mut after = self.at.clone();
        let came = records.len() as u64;
        after.read += came;
        after.of_counted += came;
        after.page = next;
        if after.page.is_none() {
            end_of_window(&mut after);
        }
        self.complete(records, Vec::new(), after, Vec::new());
    }

    fn by_id(&mut self, response: Response) -> Result<(), PullError> {
        let Some(by_id) = &self.stream.by_id else {
            self.at.is_done = true;
            return Ok(());
        };
        let (records, next) = self.read(by_id.ask, response)?;
        self.gathered.extend(records);
        self.at.page = next;
        if self.at.page.is_none() {
            let records = std::mem::take(&mut self.gathered);
            self.asked_for(records);
        }
        Ok(())
    }

    /// All answers for the ids that were asked for are here.
    fn asked_for(&mut self, records: Vec<Value>) {
        let asked = self.chunk();
        let id = |record| id_of(self.stream, record);
        let given: BTreeSet<Text> = records.iter().filter_map(id).collect();
        let absent = asked.iter().filter(|id| !given.contains(*id));
        let absent: Vec<Text> = absent.cloned().collect();
        let mut after = self.at.clone();
        let left = after.ids.len() - asked.len().min(after.ids.len());
        after.ids.truncate(left);
        after.page = None;
        after.read += records.len() as u64;
        after.is_done = after.ids.is_empty();
        self.complete(records, absent, after, Vec::new());
    }

    fn results(&mut self, response: &Response) -> Result<(), PullError> {
        let stream = self.stream.name;
        let Some(bulk) = bulk(self.stream) else {
            return Ok(());
        };
        let read = (bulk.read)(response);
        let (records, next) = read.map_err(|what| PullError::Results { stream, what })?;
        if next.is_some() && next == self.at.page {
            return Err(PullError::Repeats { stream });
        }
        if !self.at.scans.is_empty() && !self.is_in_order(&records) {
            self.without_scans();
            return Ok(());
        }
        let mut after = self.at.clone();
        after.read += records.len() as u64;
        after.page = next;
        let mut cleans = Vec::new();
        if after.page.is_none() {
            if let Some(total) = after.total
                && total != after.read
            {
                let read = after.read;
                return Err(PullError::Incomplete {
                    stream,
                    total,
                    read,
                });
            }
            cleans.extend(after.job.take());
            cleans.extend(after.scans.iter().map(|scan| scan.job.clone()));
            after.is_done = true;
        }
        self.complete(records, Vec::new(), after, cleans);
        Ok(())
    }

    /// Whether the records of a job go on in the order of their ids.
    fn is_in_order(&mut self, records: &[Value]) -> bool {
        let mut last = self.last_id.take();
        for record in records {
            let id = id_of(self.stream, record);
            if id.is_none() || id <= last {
                return false;
            }
            last = id;
        }
        self.last_id = last;
        true
    }

    /// A page's records are here; what belongs to them is asked for.
    fn complete(
        &mut self,
        records: Vec<Value>,
        absent: Vec<Text>,
        after: Checkpoint,
        cleans: Vec<String>,
    ) {
        let scans = !after.scans.is_empty();
        let building = Box::new(Building {
            records: records.into_iter().map(Record::new).collect(),
            absent,
            after,
            cleans,
            scans,
            join: 0,
            queue: VecDeque::new(),
            again: BTreeSet::new(),
            page: None,
            found: BTreeMap::new(),
            ids: Vec::new(),
            rows: Vec::new(),
        });
        self.go_on(building);
    }

    /// Begins the next join that has something to ask.
    fn go_on(&mut self, mut building: Box<Building>) {
        match self.begin_join(&mut building) {
            Ok(()) => self.doing = self.joining(building),
            Err(Disorder) => self.without_scans(),
        }
    }

    fn joining(&self, building: Box<Building>) -> Doing {
        if building.join < self.stream.joins.len() {
            Doing::Joining(building)
        } else {
            Doing::Whole(building)
        }
    }

    /// Whether this pull asks for what is joined.
    fn asks(&self, join: &Join) -> bool {
        let is_needed = join.when == When::Always || !self.is_load();
        let refused = self.at.refused.get(join.name);
        is_needed && refused.is_none_or(|it| it.before)
    }

    /// Fills the queue of the next join that has something to ask.
    fn begin_join(&mut self, building: &mut Building) -> Result<(), Disorder> {
        while let Some(join) = self.stream.joins.get(building.join) {
            if let Some(nth) = scan_of(self.stream, building) {
                if !self.take_rows(building, join, nth)? {
                    return Ok(());
                }
            } else if self.asks(join) {
                let mut seen = BTreeSet::new();
                let keys = building.records.iter().flat_map(join.keys);
                let keys: Vec<Text> = keys.filter(|key| seen.insert(key.clone())).collect();
                let chunks = keys.chunks(join.at_once.max(1));
                building.queue = chunks.map(<[Text]>::to_vec).collect();
                if !building.queue.is_empty() {
                    return Ok(());
                }
                hand_out(building, join);
            }
            building.join += 1;
        }
        Ok(())
    }

    /// Gives the records of a page the rows that a join's job has for them. Says whether it has all of
    /// them; if not, its next page is to be asked for.
    fn take_rows(
        &mut self,
        building: &mut Building,
        join: &Join,
        nth: usize,
    ) -> Result<bool, Disorder> {
        if self.tables.len() <= nth {
            self.tables.resize_with(nth + 1, Table::default);
        }
        let (Some(table), Some(scan)) =
            (self.tables.get_mut(nth), building.after.scans.get_mut(nth))
        else {
            return Ok(true);
        };
        if building.ids.is_empty() {
            let id = |record: &Record| id_of(self.stream, &record.main);
            building.ids = building.records.iter().filter_map(id).collect();
        }
        let ids = &building.ids;
        let mut at = 0;
        loop {
            while let Some(row) = table.rows.front() {
                let key = (join.key)(row);
                if key.is_some() && key < table.last {
                    return Err(Disorder);
                }
                let is_later = match (&key, ids.last()) {
                    (Some(key), Some(last)) => key > last,
                    (key, _) => key.is_some(),
                };
                if is_later && !building.after.is_done {
                    hand_out_rows(building, join);
                    return Ok(true);
                }
                let row = table.rows.pop_front().unwrap_or_default();
                if let Some(key) = &key {
                    while ids.get(at).is_some_and(|id| id < key) {
                        at += 1;
                    }
                    // What belongs to records that are not here belongs to nobody.
                    if ids.get(at) == Some(key) {
                        building.rows.push((at, row));
                    }
                    table.last = Some(key.clone());
                }
            }
            if !table.is_here {
                return Ok(false);
            }
            if table.next.is_none() {
                hand_out_rows(building, join);
                return Ok(true);
            }
            scan.read += table.came;
            scan.page = table.next.take();
            table.is_here = false;
        }
    }

    /// Takes a page of a join's job.
    fn table(
        &mut self,
        nth: usize,
        building: Box<Building>,
        response: &Response,
    ) -> Result<(), PullError> {
        let stream = self.stream.name;
        let Some(bulk) = bulk(self.stream) else {
            return Ok(());
        };
        let went = match ((bulk.read)(response), building.after.scans.get(nth)) {
            (Err(what), _) => Err(PullError::Results { stream, what }),
            (Ok((_, next)), Some(scan)) if next.is_some() && next == scan.page => {
                Err(PullError::Repeats { stream })
            }
            (Ok((rows, next)), scan) => {
                let came = rows.len() as u64;
                let total = scan.and_then(|scan| Some((scan.total?, scan.read + came)));
                match total {
                    Some((total, read)) if next.is_none() && total != read => {
                        Err(PullError::Incomplete {
                            stream,
                            total,
                            read,
                        })
                    }
                    _ => Ok((rows, next, came)),
                }
            }
        };
        match went {
            Ok((rows, next, came)) => {
                if let Some(table) = self.tables.get_mut(nth) {
                    *table = Table {
                        rows: rows.into(),
                        came,
                        is_here: true,
                        next,
                        last: table.last.take(),
                    };
                }
                self.go_on(building);
                Ok(())
            }
            Err(error) => {
                self.doing = Doing::Joining(building);
                Err(error)
            }
        }
    }

    fn joined(&mut self, mut building: Box<Building>, response: Response) -> Result<(), PullError> {
        let Some(join) = self.stream.joins.get(building.join) else {
            self.doing = Doing::Whole(building);
            return Ok(());
        };
        if let Some(nth) = scan_of(self.stream, &building) {
            return self.table(nth, building, &response);
        }
        let read = self.read(join.ask, response);
        match read {
            Ok((values, next)) => {
                if next.is_some() && next == building.page {
                    let stream = self.stream.name;
                    return Err(PullError::Repeats { stream });
                }
                if !take_values(&mut building, join, values) {
                    let stream = self.stream.name;
                    return Err(PullError::Repeats { stream });
                }
                building.page = next;
            }
            Err(error) => {
                self.doing = Doing::Joining(building);
                return Err(error);
            }
        }
        self.after_join(building);
        Ok(())
    }

    fn after_join(&mut self, mut building: Box<Building>) {
        if building.page.is_none() {
            building.queue.pop_front();
            if building.queue.is_empty() {
                if let Some(join) = self.stream.joins.get(building.join) {
                    building.after.refused.remove(join.name);
                    hand_out(&mut building, join);
                }
                building.join += 1;
                self.go_on(building);
                return;
            }
        }
        self.doing = self.joining(building);
    }

    /// One of the jobs is taken away, and there may be others.
    fn cleaned(&mut self, mut jobs: Vec<String>) {
        jobs.pop();
        if jobs.is_empty() {
            self.at.is_done = true;
        } else {
            self.doing = Doing::Cleaning(jobs);
        }
    }

    /// Takes an answer that says that there is nothing.
    pub fn empty(&mut self) {
        match std::mem::replace(&mut self.doing, Doing::Next) {
            // Who has no results where a job was done has forgotten it.
            Doing::Joining(building) if scan_of(self.stream, &building).is_some() => {
                self.without_scans();
            }
            Doing::Scans(_) => self.without_scans(),
            Doing::Joining(mut building) => {
                building.page = None;
                self.after_join(building);
            }
            Doing::Cleaning(jobs) => self.cleaned(jobs),
            other @ (Doing::Waiting(_) | Doing::Whole(_)) => self.doing = other,
            Doing::Next | Doing::Results => match self.at.plan {
                Plan::Ids(_) => {
                    let records = std::mem::take(&mut self.gathered);
                    self.asked_for(records);
                }
                _ if self.counts() => self.at.counted = Some(0),
                _ => self.page(Vec::new(), None),
            },
        }
    }

    /// The source has forgotten where the last page ended: the same window from its beginning.
    pub fn restart(&mut self) -> Result<(), PullError> {
        self.restarts += 1;
        if self.restarts > MOST_RESTARTS {
            let stream = self.stream.name;
            return Err(PullError::Forgets { stream });
        }
        if let Doing::Joining(building) = &mut self.doing
            && scan_of(self.stream, building).is_none()
        {
            building.page = None;
            return Ok(());
        }
        self.doing = Doing::Next;
        self.gathered.clear();
        if self.at.job.is_some() {
            // Its number is held against all that was read.
            self.at.read = 0;
        }
        self.forget_job();
        self.at.page = None;
        self.at.of_counted = 0;
        self.at.counted = None;
        self.at.again = true;
        Ok(())
    }

    /// It was too much at once: the window in halves, or without the source's job.
    pub fn narrow(&mut self) -> Result<(), PullError> {
        if self.is_about_scans() {
            self.without_scans();
            return Ok(());
        }
        if self.at.job.is_some() {
            self.without_job();
            return Ok(());
        }
        self.doing = Doing::Next;
        // Its halves are counted again.
        let counted = self.at.counted.unwrap_or_default();
        self.at.total = self.at.total.map(|total| total.saturating_sub(counted));
        self.split()
    }

    /// The source cannot work on this by a job of its own: pages it is. Says whether there was one.
    pub fn refuse_job(&mut self) -> bool {
        if self.is_about_scans() {
            self.without_scans();
            return true;
        }
        let was = self.at.job.is_some() || self.wants_job();
        if was {
            self.without_job();
        }
        was
    }

    /// The source refuses what is asked for beside the page to whoever is connected. Says whether the
    /// records can do without: they come without it, then, and it is not asked for again.
    pub fn refuse_join(&mut self, why: &str) -> bool {
        let mut building = match std::mem::replace(&mut self.doing, Doing::Next) {
            Doing::Joining(building) => building,
            other => {
                self.doing = other;
                return false;
            }
        };
        let join = self.stream.joins.get(building.join);
        let by_keys = scan_of(self.stream, &building).is_none();
        let Some(join) = join.filter(|join| join.optional && by_keys) else {
            self.doing = Doing::Joining(building);
            return false;
        };
        let refusal = Refusal {
            why: why.to_owned(),
            before: false,
        };
        let refused = &mut building.after.refused;
        refused.insert(join.name.to_owned(), refusal);
        // Some of it, from keys asked for before, would look like all of it.
        building.found.clear();
        building.queue.clear();
        building.page = None;
        building.join += 1;
        self.go_on(building);
        true
    }

    /// Whether the request under way is one about the jobs of joins.
    fn is_about_scans(&self) -> bool {
        match &self.doing {
            Doing::Scans(_) => true,
            Doing::Joining(building) => scan_of(self.stream, building).is_some(),
            _ => false,
        }
    }

    fn forget_job(&mut self) {
        self.at.job = None;
        self.at.job_at = None;
        self.at.scans.clear();
        self.tables.clear();
        self.last_id = None;
    }

    fn without_job(&mut self) {
        self.forget_job();
        self.at.no_job = true;
        self.at.page = None;
        self.at.read = 0;
        self.at.of_counted = 0;
        self.doing = Doing::Next;
    }

    fn split(&mut self) -> Result<(), PullError> {
        let stream = self.stream.name;
        let window = self.at.windows.pop().ok_or(PullError::Whole { stream })?;
        let (first, second) = halves(&window).ok_or(PullError::Whole { stream })?;
        self.at.windows.push(second);
        self.at.windows.push(first);
        self.at.page = None;
        self.at.counted = None;
        self.at.of_counted = 0;
        Ok(())
    }

    fn give(&mut self, now: Timestamp) -> Step {
        let Doing::Whole(building) = std::mem::replace(&mut self.doing, Doing::Next) else {
            return Step::Done;
        };
        let asked_at = self.asked_at.take().unwrap_or(now);
        let asked_at = self.at.job_at.unwrap_or(asked_at);
        self.at = building.after;
        self.is_answered = false;
        if self.at.job.is_some() {
            self.doing = Doing::Results;
        }
        if !building.cleans.is_empty() {
            // Whoever goes on after this page need not: the source forgets the jobs by itself.
            self.doing = Doing::Cleaning(building.cleans);
        }
        Step::Page(Page {
            records: building.records,
            absent: building.absent,
            asked_at,
        })
    }
}

/// Rows did not come in the order of their keys.
struct Disorder;

/// Which of the jobs of joins gives the join that is next.
fn scan_of(stream: &Stream, building: &Building) -> Option<usize> {
    let join = stream.joins.get(building.join)?;
    join.scan.filter(|_| building.scans)?;
    let before = stream.joins.iter().take(building.join);
    Some(before.filter(|join| join.scan.is_some()).count())
}

/// The id of a record.
fn id_of(stream: &Stream, record: &Value) -> Option<Text> {
    record.pointer(stream.id).and_then(text)
}

/// Gives every record the rows of a job that are its own.
fn hand_out_rows(building: &mut Building, join: &Join) {
    let mut rows = std::mem::take(&mut building.rows).into_iter().peekable();
    for (at, record) in building.records.iter_mut().enumerate() {
        let mut own = Vec::new();
        while let Some((_, row)) = rows.next_if(|(of, _)| *of == at) {
            own.push(row);
        }
        record.parts.insert(join.name.into(), own);
    }
}

fn bulk(stream: &Stream) -> Option<&'static Bulk> {
    match stream.load {
        Load::Bulk(_, bulk) => Some(bulk),
        _ => None,
    }
}

/// A window is read. Where the source counted more than it gave, it is read once more; what is then
/// still missing is noted.
fn end_of_window(at: &mut Checkpoint) {
    let missing = at.counted.unwrap_or_default().saturating_sub(at.of_counted);
    at.counted = None;
    at.of_counted = 0;
    // A load takes long enough for records to come and go; it is not read twice for that.
    if missing > 0 && !at.again && !at.windows.is_empty() {
        at.again = true;
        return;
    }
    at.missed += missing;
    at.again = false;
    at.windows.pop();
    at.is_done = at.windows.is_empty();
}

/// Two windows that are one together.
fn halves(window: &Window) -> Option<(Window, Window)> {
    if let Some((low, high)) = window.ids {
        let middle = low + high.checked_sub(low)? / 2;
        if middle == low {
            return None;
        }
        let ids = |ids| Window {
            ids: Some(ids),
            ..window.clone()
        };
        return Some((ids((low, middle)), ids((middle, high))));
    }
    let (from, to) = (window.from.as_millisecond(), window.to.as_millisecond());
    let middle = from + (to - from) / 2;
    if middle <= from {
        // One moment: the rest is told apart by id.
        let ids = Some((0, i64::MAX.unsigned_abs()));
        return halves(&Window {
            ids,
            ..window.clone()
        });
    }
    let middle = Timestamp::from_millisecond(middle).ok()?;
    let first = Window {
        to: middle,
        ..window.clone()
    };
    let second = Window {
        from: middle,
        ..window.clone()
    };
    Some((first, second))
}

fn join_request(stream: &Stream, known: &Known, building: &Building) -> Request {
    let ids = building.queue.front().map_or(&[][..], Vec::as_slice);
    let asking = Asking {
        known,
        window: None,
        page: building.page.as_deref(),
        ids,
    };
    match stream.joins.get(building.join) {
        Some(join) => (join.ask.request)(&asking),
        None => Request::default(),
    }
}

/// Takes a join's values; false where the source wants to be asked again what it was asked already.
fn take_values(building: &mut Building, join: &Join, values: Vec<Value>) -> bool {
    let asked = building.queue.front().cloned().unwrap_or_default();
    let mut again = Vec::new();
    for value in values {
        again.extend(join.more.and_then(|more| more(&value)));
        let key = match asked.as_slice() {
            [only] if join.at_once == 1 => Some(only.clone()),
            _ => (join.key)(&value),
        };
        if let Some(key) = key {
            building.found.entry(key).or_default().push(value);
        }
    }
    for key in again {
        if !building.again.insert(key.clone()) {
            return false;
        }
        building.queue.push_back(vec![key]);
    }
    true
}

/// Gives every record what was found for its keys: the last who has a key takes it, others a copy.
fn hand_out(building: &mut Building, join: &Join) {
    let mut found = std::mem::take(&mut building.found);
    let keys = |record: &Record| (join.keys)(record).into_iter().collect::<BTreeSet<_>>();
    let keys: Vec<_> = building.records.iter().map(keys).collect();
    let mut left = BTreeMap::new();
    for key in keys.iter().flatten() {
        *left.entry(key).or_insert(0_usize) += 1;
    }
    for (record, keys) in building.records.iter_mut().zip(&keys) {
        let mut values = Vec::new();
        for key in keys {
            match left.get_mut(key) {
                Some(left) if *left > 1 => {
                    *left -= 1;
                    values.extend(found.get(key).into_iter().flatten().cloned());
                }
                _ => values.extend(found.remove(key).into_iter().flatten()),
            }
        }
        record.parts.insert(join.name.into(), values);
    }
}

/// A text, or a number as text: sources write keys and cursors both ways.
fn text(value: &Value) -> Option<Text> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string().into()),
        _ => None,
    }
}

fn number(value: Option<&Value>) -> Option<u64> {
    match value? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
