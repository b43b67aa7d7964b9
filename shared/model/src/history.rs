//! Stage history in columns: which deal entered which stage, and when.
//!
//! A log of a million visits is three flat columns of ten bytes a visit rather
//! than a million small structs, so that counting, replaying and resampling run
//! at the speed of memory.
//!
//! # Order of visits
//!
//! The visits of a case are sorted by instant. Among **equal instants**:
//!
//! 1. a closing stage comes last, since a deal moved three times on the day it
//!    was won was won in the end;
//! 2. otherwise the order of the file is kept, read backwards when the file
//!    runs newest-first. It does when, over consecutive rows of the same case,
//!    more instants go down than up.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};

use jiff::Timestamp;

/// The most stages a log may name. A real process has a dozen.
const MAX_STAGES: usize = u16::MAX as usize;

/// Every stage visit of every case (deal), compact and sorted.
///
/// Case `i` is the deal at position `i` of its book. Build one with
/// [`StageLog::builder`] from rows as they are read, or with
/// [`StageLog::from_columns`] when rows are already coded as numbers. The order
/// among equal instants is told in the module's own words: closing stages last,
/// then the order of the file.
///
/// ```
/// use model::StageLog;
///
/// let mut rows = StageLog::builder();
/// rows.push("Acme", "Proposal", "2026-02-03T09:00:00Z".parse()?)?;
/// rows.push("Acme", "Lead", "2026-01-05T09:00:00Z".parse()?)?;
/// rows.push("Acme", "Closed Won", "2026-02-20T09:00:00Z".parse()?)?;
/// let log = rows.finish(|stage| stage.starts_with("Closed"));
///
/// let path: Vec<&str> =
///     log.visits(0).stage.iter().map(|&code| log.stages()[usize::from(code)].as_str()).collect();
/// assert_eq!(path, ["Lead", "Proposal", "Closed Won"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageLog {
    names: Names,
    stages: Vec<String>,
    /// Where the visits of each case end; they start where the case before ends.
    ends: Vec<u32>,
    stage: Vec<u16>,
    at_us: Vec<i64>,
}

/// The visits of one case, oldest first, as parallel slices of equal length.
///
/// ```
/// let log = model::StageLog::from_columns(
///     &[0, 0], &[1, 0], &[2_000_000, 1_000_000],
///     vec!["Acme".into()], vec!["Lead".into(), "Won".into()], &[false, true],
/// )?;
/// let visits = log.visits(0);
/// assert_eq!(visits.stage, [0, 1]);
/// // A visit lasts until the next one begins.
/// assert_eq!(visits.at_us[1] - visits.at_us[0], 1_000_000);
/// # Ok::<(), model::HistoryError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visits<'a> {
    /// The stage entered: an index into [`StageLog::stages`].
    pub stage: &'a [u16],
    /// When it was entered: microseconds since 1970-01-01 UTC. Every value is
    /// within the range of [`Timestamp`], so a difference never overflows.
    pub at_us: &'a [i64],
}

impl Visits<'_> {
    /// The number of visits.
    pub fn len(&self) -> usize {
        self.stage.len()
    }

    /// Whether the case has no history.
    pub fn is_empty(&self) -> bool {
        self.stage.is_empty()
    }
}

impl StageLog {
    /// Starts an empty log, to be filled row by row.
    pub fn builder() -> StageLogBuilder {
        StageLogBuilder::default()
    }

    /// Builds a log from coded columns, one entry per event and in any order.
    ///
    /// `case_of_event` indexes `cases`, `stage_of_event` indexes `stages`,
    /// `at_us` counts microseconds since 1970-01-01 UTC, and `terminal` says of
    /// each stage whether it closes the deal. Codes are kept as they are given,
    /// and a case without an event has no visits. This is the fast path: linear
    /// in the events, and no sorting where the order is already right.
    ///
    /// ```
    /// let log = model::StageLog::from_columns(
    ///     &[1, 0, 1],
    ///     &[1, 0, 0],
    ///     &[50, 20, 50],
    ///     vec!["Acme".into(), "Globex".into()],
    ///     vec!["Lead".into(), "Won".into()],
    ///     &[false, true],
    /// )?;
    /// assert_eq!(log.visits(1).stage, [0, 1]); // a closing stage is last of a tie
    /// # Ok::<(), model::HistoryError>(())
    /// ```
    pub fn from_columns(
        case_of_event: &[u32],
        stage_of_event: &[u16],
        at_us: &[i64],
        cases: Vec<String>,
        stages: Vec<String>,
        terminal: &[bool],
    ) -> Result<StageLog, HistoryError> {
        let events = case_of_event.len();
        if stage_of_event.len() != events || at_us.len() != events {
            return Err(HistoryError::ColumnLengths {
                cases: events,
                stages: stage_of_event.len(),
                instants: at_us.len(),
            });
        }
        if terminal.len() != stages.len() {
            return Err(HistoryError::TerminalLength {
                stages: stages.len(),
                terminal: terminal.len(),
            });
        }
        if let Some(label) = stages.get(MAX_STAGES) {
            return Err(HistoryError::too_many_stages(label));
        }
        if events > u32::MAX as usize {
            return Err(HistoryError::TooLarge { what: "events" });
        }
        if let Some(event) = find(case_of_event, |case| case as usize >= cases.len()) {
            let (case, cases) = (case_of_event[event], cases.len());
            return Err(HistoryError::UnknownCase { event, case, cases });
        }
        if let Some(event) = find(stage_of_event, |stage| usize::from(stage) >= stages.len()) {
            let (stage, stages) = (stage_of_event[event], stages.len());
            return Err(HistoryError::UnknownStage { event, stage, stages });
        }
        let (first, last) = (Timestamp::MIN.as_microsecond(), Timestamp::MAX.as_microsecond());
        if let Some(event) = find(at_us, |at| at < first || at > last) {
            return Err(HistoryError::InstantOutOfRange { event, at_us: at_us[event] });
        }
        let names = Names::from_strings(cases)?;
        Ok(assemble(case_of_event, stage_of_event.into(), at_us.into(), names, stages, terminal))
    }

    /// The number of cases, those without history included.
    pub fn cases(&self) -> usize {
        self.ends.len()
    }

    /// The number of visits of all cases together.
    pub fn events(&self) -> usize {
        self.stage.len()
    }

    /// The name of a case as its source writes it; empty beyond the last case.
    pub fn case_name(&self, case: usize) -> &str {
        self.names.get(case)
    }

    /// The labels of all stages; a stage's code is its position here.
    pub fn stages(&self) -> &[String] {
        &self.stages
    }

    /// The code of a stage, by its exact label.
    pub fn stage_code(&self, label: &str) -> Option<u16> {
        let position = self.stages.iter().position(|stage| stage == label)?;
        u16::try_from(position).ok()
    }

    /// The visits of a case, oldest first; none beyond the last case.
    pub fn visits(&self, case: usize) -> Visits<'_> {
        let range = span(&self.ends, case);
        Visits { stage: &self.stage[range.clone()], at_us: &self.at_us[range] }
    }
}

/// Gathers a [`StageLog`] row by row, in whatever order the rows come.
///
/// Cases and stages are numbered by first appearance. Rows are kept as numbers
/// (14 bytes each), so the text of a file may be forgotten as it is read.
#[derive(Clone, Debug, Default)]
pub struct StageLogBuilder {
    cases: Interner,
    stages: Interner,
    case_of_event: Vec<u32>,
    stage_of_event: Vec<u16>,
    at_us: Vec<i64>,
}

impl StageLogBuilder {
    /// Adds one row: `case` entered `stage` at this instant, kept to the
    /// microsecond.
    ///
    /// On an error the row is left out and the rows before it still stand.
    pub fn push(&mut self, case: &str, stage: &str, at: Timestamp) -> Result<(), HistoryError> {
        if self.len() == u32::MAX as usize {
            return Err(HistoryError::TooLarge { what: "events" });
        }
        let stage = self.stage(stage)?;
        let case = self.case(case)?;
        self.case_of_event.push(case);
        self.stage_of_event.push(stage);
        self.at_us.push(at.as_microsecond());
        Ok(())
    }

    /// Makes a case known and gives its number, the same one every time.
    ///
    /// Reach for it when a deal has no history yet should still hold its place.
    ///
    /// ```
    /// let mut rows = model::StageLog::builder();
    /// assert_eq!(rows.case("Acme")?, 0);
    /// let log = rows.finish(|_| false);
    /// assert_eq!((log.cases(), log.visits(0).len()), (1, 0));
    /// # Ok::<(), model::HistoryError>(())
    /// ```
    pub fn case(&mut self, name: &str) -> Result<u32, HistoryError> {
        self.cases.intern(name)
    }

    /// Makes a stage known and gives its code, the same one every time.
    ///
    /// Reach for it to number the stages in their declared order, before the
    /// first row.
    pub fn stage(&mut self, label: &str) -> Result<u16, HistoryError> {
        if let Some(code) = self.stages.find(label) {
            return Ok(code as u16);
        }
        if self.stages.names.len() == MAX_STAGES {
            return Err(HistoryError::too_many_stages(label));
        }
        self.stages.intern(label).map(|code| code as u16)
    }

    /// The number of rows so far.
    pub fn len(&self) -> usize {
        self.at_us.len()
    }

    /// Whether no row has come yet.
    pub fn is_empty(&self) -> bool {
        self.at_us.is_empty()
    }

    /// Sorts the rows into a log; `is_terminal` says which stages close a deal.
    pub fn finish(self, is_terminal: impl Fn(&str) -> bool) -> StageLog {
        let stages = self.stages.names.into_strings();
        let terminal: Vec<bool> = stages.iter().map(|label| is_terminal(label)).collect();
        let mut names = self.cases.names;
        names.shrink_to_fit();
        assemble(
            &self.case_of_event,
            self.stage_of_event.into(),
            self.at_us.into(),
            names,
            stages,
            &terminal,
        )
    }
}

/// Why a stage history cannot be built, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// The columns do not describe the same events.
    #[error(
        "the columns differ in length: {cases} cases, {stages} stages, {instants} instants; \
         give one of each per event"
    )]
    ColumnLengths {
        /// Length of the case column.
        cases: usize,
        /// Length of the stage column.
        stages: usize,
        /// Length of the instant column.
        instants: usize,
    },
    /// The terminal flags do not match the stages.
    #[error("{stages} stages have {terminal} terminal flags; give one flag per stage")]
    TerminalLength {
        /// How many stages there are.
        stages: usize,
        /// How many flags there are.
        terminal: usize,
    },
    /// An event refers to a case that is not there.
    #[error("event {event} refers to case {case}, but there are {cases}; name every case")]
    UnknownCase {
        /// Position of the event, from 0.
        event: usize,
        /// The case it refers to.
        case: u32,
        /// How many cases there are.
        cases: usize,
    },
    /// An event refers to a stage that is not there.
    #[error("event {event} refers to stage {stage}, but there are {stages}; name every stage")]
    UnknownStage {
        /// Position of the event, from 0.
        event: usize,
        /// The stage it refers to.
        stage: u16,
        /// How many stages there are.
        stages: usize,
    },
    /// An instant lies outside the years −9999 to 9999.
    #[error(
        "event {event} happens {at_us} µs after 1970, outside the years −9999 to 9999; \
         give microseconds"
    )]
    InstantOutOfRange {
        /// Position of the event, from 0.
        event: usize,
        /// The instant as given.
        at_us: i64,
    },
    /// So many stages that the column can hardly hold stages.
    #[error(
        "more than 65535 different stages (the next is {label:?}); \
         choose the column that holds the stage, not an id or a date"
    )]
    TooManyStages {
        /// The first label that found no place, cut to 80 characters.
        label: String,
    },
    /// More than a log can count.
    #[error("too many {what} for one log (the limit is 2^32 − 1); split the data")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
    },
}

impl HistoryError {
    fn too_many_stages(label: &str) -> Self {
        Self::TooManyStages { label: label.chars().take(80).collect() }
    }
}

/// Groups events by case, in file order, and orders each group. Every code must
/// have been checked against its names.
fn assemble(
    case_of_event: &[u32],
    stage_of_event: Cow<'_, [u16]>,
    at_of_event: Cow<'_, [i64]>,
    names: Names,
    stages: Vec<String>,
    terminal: &[bool],
) -> StageLog {
    let mut ends = vec![0_u32; names.len()];
    for &case in case_of_event {
        ends[case as usize] += 1;
    }
    let grouped = case_of_event.is_sorted();
    let mut seen = 0;
    for end in &mut ends {
        let count = *end;
        // For the scatter below, an end begins as the start and moves up.
        *end = if grouped { seen + count } else { seen };
        seen += count;
    }
    let (mut stage, mut at_us);
    if grouped {
        (stage, at_us) = (stage_of_event.into_owned(), at_of_event.into_owned());
        stage.shrink_to_fit();
        at_us.shrink_to_fit();
    } else {
        (stage, at_us) = (vec![0; stage_of_event.len()], vec![0; at_of_event.len()]);
        let events = case_of_event.iter().zip(&*stage_of_event).zip(&*at_of_event);
        for ((&case, &code), &at) in events {
            let slot = &mut ends[case as usize];
            stage[*slot as usize] = code;
            at_us[*slot as usize] = at;
            *slot += 1;
        }
    }
    let backwards = is_newest_first(&ends, &at_us);
    let mut scratch = Vec::new();
    for case in 0..ends.len() {
        let range = span(&ends, case);
        let (stage, at_us) = (&mut stage[range.clone()], &mut at_us[range]);
        if backwards {
            stage.reverse();
            at_us.reverse();
        }
        sort_visits(stage, at_us, terminal, &mut scratch);
    }
    StageLog { names, stages, ends, stage, at_us }
}

/// Whether more instants go down than up, from one row of a case to its next.
fn is_newest_first(ends: &[u32], at_us: &[i64]) -> bool {
    let mut rises = 0_i64;
    for case in 0..ends.len() {
        for pair in at_us[span(ends, case)].windows(2) {
            rises += i64::from(pair[0] < pair[1]) - i64::from(pair[0] > pair[1]);
        }
    }
    rises < 0
}

/// Sorts the visits of one case by instant, then closing stages last, and
/// otherwise leaves them as they stand.
fn sort_visits(
    stage: &mut [u16],
    at_us: &mut [i64],
    terminal: &[bool],
    scratch: &mut Vec<(i64, u16)>,
) {
    let key = |at: i64, code: u16| (at, terminal[usize::from(code)]);
    let sorted = at_us.windows(2).zip(stage.windows(2)).all(|(at, code)| {
        at[0] < at[1] || (at[0] == at[1] && key(at[0], code[0]) <= key(at[1], code[1]))
    });
    if sorted {
        return;
    }
    scratch.clear();
    scratch.extend(at_us.iter().copied().zip(stage.iter().copied()));
    scratch.sort_by_key(|&(at, code)| key(at, code));
    for ((at, code), visit) in at_us.iter_mut().zip(stage).zip(scratch) {
        (*at, *code) = *visit;
    }
}

/// The range of one part in a sequence of parts known by their ends.
fn span(ends: &[u32], part: usize) -> std::ops::Range<usize> {
    let Some(&end) = ends.get(part) else { return 0..0 };
    let start = if part == 0 { 0 } else { ends[part - 1] };
    start as usize..end as usize
}

/// The first position whose value is bad. The good case, which is nearly every
/// one, is a straight pass that the compiler can vectorise.
fn find<T: Copy>(column: &[T], bad: impl Fn(T) -> bool) -> Option<usize> {
    let any = column.iter().fold(false, |any, &value| any | bad(value));
    if any { column.iter().position(|&value| bad(value)) } else { None }
}

/// Many short texts in one allocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Names {
    text: String,
    ends: Vec<u32>,
}

impl Names {
    fn from_strings(names: Vec<String>) -> Result<Self, HistoryError> {
        let bytes = names.iter().map(String::len).sum();
        let mut all =
            Self { text: String::with_capacity(bytes), ends: Vec::with_capacity(names.len()) };
        for name in names {
            all.push(&name)?;
        }
        Ok(all)
    }

    fn into_strings(self) -> Vec<String> {
        (0..self.len()).map(|i| self.get(i).to_owned()).collect()
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn get(&self, i: usize) -> &str {
        &self.text[span(&self.ends, i)]
    }

    fn push(&mut self, name: &str) -> Result<(), HistoryError> {
        if self.len() == u32::MAX as usize {
            return Err(HistoryError::TooLarge { what: "cases" });
        }
        let end = u32::try_from(self.text.len() + name.len())
            .map_err(|_| HistoryError::TooLarge { what: "bytes of case names" })?;
        self.text.push_str(name);
        self.ends.push(end);
        Ok(())
    }

    fn shrink_to_fit(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

/// Numbers texts by first appearance.
///
/// A hash table of numbers beside the texts, since a map of owned strings would
/// hold every name twice. Its seed is random, against files made to collide;
/// nothing depends on it but the speed.
#[derive(Clone, Debug, Default)]
struct Interner {
    names: Names,
    /// The number in each slot, or [`FREE`]; a power of two long.
    slots: Vec<u32>,
    hasher: RandomState,
    /// The latest answer: exports come grouped, so the next one is often equal.
    last: u32,
}

const FREE: u32 = u32::MAX;

impl Interner {
    fn find(&self, name: &str) -> Option<u32> {
        if self.names.len() > self.last as usize && self.names.get(self.last as usize) == name {
            return Some(self.last);
        }
        if self.slots.is_empty() {
            return None;
        }
        Some(self.slots[self.slot(name)]).filter(|&number| number != FREE)
    }

    fn intern(&mut self, name: &str) -> Result<u32, HistoryError> {
        let number = if let Some(number) = self.find(name) {
            number
        } else {
            let number = self.names.len() as u32;
            self.names.push(name)?;
            self.place(number);
            number
        };
        self.last = number;
        Ok(number)
    }

    /// The slot that holds `name`, or the free one where it belongs. At least
    /// one slot must be free.
    fn slot(&self, name: &str) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = self.hasher.hash_one(name) as usize & mask;
        while self.slots[slot] != FREE && self.names.get(self.slots[slot] as usize) != name {
            slot = (slot + 1) & mask;
        }
        slot
    }

    /// Puts a new number into the table, which is kept at most half full.
    fn place(&mut self, number: u32) {
        if self.slots.len() < self.names.len() * 2 {
            self.slots = vec![FREE; (self.names.len() * 4).next_power_of_two()];
            for known in 0..number {
                let slot = self.slot(self.names.get(known as usize));
                self.slots[slot] = known;
            }
        }
        let slot = self.slot(self.names.get(number as usize));
        self.slots[slot] = number;
    }
}
