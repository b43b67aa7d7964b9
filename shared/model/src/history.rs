//! Stage history in columns: which deal entered which stage, and when.
//!
//! A log of a million visits is flat columns of ten bytes a visit rather than a
//! million small structs, so that counting and replaying run at the speed of
//! memory.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};

use jiff::Timestamp;

/// The most stages a log may name. A real process has a dozen.
const MAX_STAGES: usize = u16::MAX as usize;

/// Every stage visit of every case (deal), compact and sorted.
///
/// Case `i` is the deal at position `i` of its book. Build one with
/// [`StageLog::builder`] from rows as they are read, or with
/// [`StageLog::from_columns`] when rows are already coded as numbers.
///
/// The visits of a case are sorted by instant. Among **equal instants**:
///
/// 1. a closing stage comes last, since a deal moved three times on the day it
///    was won was won in the end;
/// 2. otherwise the order of the file is kept, read backwards when the file runs
///    newest-first: when, from each row of a case to its next, more instants go
///    down than up.
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
            return Err(HistoryError::UnknownStage {
                event,
                stage,
                stages,
            });
        }
        let (first, last) = (
            Timestamp::MIN.as_microsecond(),
            Timestamp::MAX.as_microsecond(),
        );
        if let Some(event) = find(at_us, |at| at < first || at > last) {
            return Err(HistoryError::InstantOutOfRange {
                event,
                at_us: at_us[event],
            });
        }
        let names = Names::from_strings(cases)?;
        Ok(assemble(
            case_of_event,
            stage_of_event.into(),
            at_us.into(),
            names,
            stages,
            terminal,
        ))
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
        Visits {
            stage: &self.stage[range.clone()],
            at_us: &self.at_us[range],
        }
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
    /// Reach for it when a deal without history should still hold its place.
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
        Self::TooManyStages {
            label: label.chars().take(80).collect(),
        }
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
        let events = case_of_event
            .iter()
            .zip(&*stage_of_event)
            .zip(&*at_of_event);
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
    StageLog {
        names,
        stages,
        ends,
        stage,
        at_us,
    }
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
    // One number compares faster than a pair, and `Timestamp` leaves a bit to spare.
    let key = |at: i64, code: u16| at * 2 + i64::from(terminal[usize::from(code)]);
    let mut pairs = at_us.windows(2).zip(stage.windows(2));
    if pairs.all(|(at, code)| key(at[0], code[0]) <= key(at[1], code[1])) {
        return;
    }
    scratch.clear();
    scratch.extend(
        at_us
            .iter()
            .zip(&*stage)
            .map(|(&at, &code)| (key(at, code), code)),
    );
    scratch.sort_by_key(|&(key, _)| key);
    for ((at, code), visit) in at_us.iter_mut().zip(stage).zip(scratch) {
        (*at, *code) = (visit.0 >> 1, visit.1);
    }
}

/// The range of one part in a sequence of parts known by their ends.
fn span(ends: &[u32], part: usize) -> std::ops::Range<usize> {
    let Some(&end) = ends.get(part) else {
        return 0..0;
    };
    let start = if part == 0 { 0 } else { ends[part - 1] };
    start as usize..end as usize
}

/// The first position whose value is bad. The good case, which is nearly every
/// one, is a straight pass that the compiler can vectorise.
fn find<T: Copy>(column: &[T], bad: impl Fn(T) -> bool) -> Option<usize> {
    let any = column.iter().fold(false, |any, &value| any | bad(value));
    if any {
        column.iter().position(|&value| bad(value))
    } else {
        None
    }
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
        let mut all = Self {
            text: String::with_capacity(bytes),
            ends: Vec::with_capacity(names.len()),
        };
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
        let end =
            u32::try_from(self.text.len() + name.len()).map_err(|_| HistoryError::TooLarge {
                what: "bytes of case names",
            })?;
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STAGES: [&str; 4] = ["Lead", "Demo", "Won", "Lost"];
    const TERMINAL: [bool; 4] = [false, false, true, true];

    fn strings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(ToString::to_string).collect()
    }

    fn at(us: i64) -> Timestamp {
        Timestamp::from_microsecond(us).unwrap()
    }

    /// A log of rows (case, stage, instant) over cases a to e.
    fn log(rows: &[(u32, u16, i64)]) -> StageLog {
        let case: Vec<u32> = rows.iter().map(|row| row.0).collect();
        let stage: Vec<u16> = rows.iter().map(|row| row.1).collect();
        let at_us: Vec<i64> = rows.iter().map(|row| row.2).collect();
        let cases = strings(&["a", "b", "c", "d", "e"]);
        StageLog::from_columns(&case, &stage, &at_us, cases, strings(&STAGES), &TERMINAL).unwrap()
    }

    /// The same log by way of the builder.
    fn built(rows: &[(u32, u16, i64)]) -> StageLog {
        let mut builder = StageLog::builder();
        for name in ["a", "b", "c", "d", "e"] {
            builder.case(name).unwrap();
        }
        for label in STAGES {
            builder.stage(label).unwrap();
        }
        for &(case, stage, us) in rows {
            let case = ["a", "b", "c", "d", "e"][case as usize];
            builder
                .push(case, STAGES[usize::from(stage)], at(us))
                .unwrap();
        }
        builder.finish(|label| label == "Won" || label == "Lost")
    }

    #[test]
    fn visits_are_in_order_of_time_and_ties_follow_the_file() {
        // Rows are (stage, instant) of one case; the answer is its stages.
        fn check(rows: &[(u16, i64)], expected: &[u16]) {
            let rows: Vec<_> = rows.iter().map(|&(stage, us)| (1, stage, us)).collect();
            assert_eq!(log(&rows).visits(1).stage, expected, "{rows:?}");
            assert_eq!(built(&rows), log(&rows));
        }
        check(&[], &[]);
        check(&[(0, 5)], &[0]);
        check(&[(0, 1), (1, 2), (2, 3)], &[0, 1, 2]);
        check(&[(2, 3), (1, 2), (0, 1)], &[0, 1, 2]);
        check(&[(1, 2), (2, 3), (0, 1)], &[0, 1, 2]);
        // Before 1970.
        check(&[(1, -1), (0, -2)], &[0, 1]);
        // A tie keeps file order when nothing says which way the file runs.
        check(&[(1, 7), (0, 7)], &[1, 0]);
        check(&[(0, 7), (1, 7)], &[0, 1]);
        // Oldest first: as written. Newest first: backwards.
        check(&[(0, 1), (1, 7), (0, 7)], &[0, 1, 0]);
        check(&[(1, 7), (0, 7), (0, 1)], &[0, 0, 1]);
        // As many up as down is not newest first.
        check(&[(1, 7), (0, 7), (0, 1), (1, 8)], &[0, 1, 0, 1]);
        // A closing stage is last of its tie, whichever way the file runs.
        check(&[(2, 7), (1, 7)], &[1, 2]);
        check(&[(2, 7), (1, 7), (0, 7)], &[1, 0, 2]);
        check(&[(1, 7), (2, 7), (0, 7), (0, 1)], &[0, 0, 1, 2]);
        // Two closing stages of one instant are a tie like any other.
        check(&[(0, 1), (3, 7), (2, 7)], &[0, 3, 2]);
        check(&[(3, 7), (2, 7), (0, 1)], &[0, 2, 3]);
        // A deal reopened later stays reopened.
        check(&[(2, 7), (1, 8)], &[2, 1]);
        // A repeated row is a visit of its own.
        check(&[(0, 1), (0, 1)], &[0, 0]);
    }

    #[test]
    fn the_direction_of_a_file_is_told_by_all_its_cases() {
        // Case 1 alone could be read either way; case 0 settles it, interleaved or not.
        let rows = [(0, 1, 9), (1, 1, 7), (0, 0, 3), (1, 0, 7)];
        assert_eq!(log(&rows).visits(1).stage, [0, 1]);
        assert_eq!(built(&rows), log(&rows));
        let rows = [(0, 1, 9), (0, 0, 3), (1, 1, 7), (1, 0, 7)];
        assert_eq!(log(&rows).visits(1).stage, [0, 1]);
        assert_eq!(built(&rows), log(&rows));
        // Falling from one case to another says nothing.
        let rows = [(0, 1, 9), (1, 1, 7), (1, 0, 7)];
        assert_eq!(log(&rows).visits(1).stage, [1, 0]);
    }

    #[test]
    fn a_case_without_history_keeps_its_place() {
        let log = log(&[(3, 0, 1), (1, 1, 2)]);
        assert_eq!((log.cases(), log.events()), (5, 2));
        let visits: Vec<usize> = (0..6).map(|case| log.visits(case).len()).collect();
        assert_eq!(visits, [0, 1, 0, 1, 0, 0]);
        assert!(log.visits(0).is_empty());
        let names: Vec<&str> = (0..6).map(|case| log.case_name(case)).collect();
        assert_eq!(names, ["a", "b", "c", "d", "e", ""]);
    }

    #[test]
    fn an_empty_log_has_nothing_in_it() {
        let log = StageLog::builder().finish(|_| true);
        assert_eq!(log, StageLog::default());
        assert_eq!((log.cases(), log.events(), log.stages().len()), (0, 0, 0));
        assert!(log.visits(0).is_empty() && log.visits(usize::MAX).is_empty());
        assert_eq!(
            StageLog::from_columns(&[], &[], &[], vec![], vec![], &[]).unwrap(),
            log
        );
    }

    #[test]
    fn cases_and_stages_are_numbered_by_first_appearance() {
        let mut rows = StageLog::builder();
        assert!(rows.is_empty());
        for (case, stage) in [("é", "Demo"), ("", "Lead"), ("é", "Lead"), ("e", "demo")] {
            rows.push(case, stage, at(1)).unwrap();
        }
        assert_eq!(rows.len(), 4);
        let log = rows.finish(|_| false);
        assert_eq!(
            (log.case_name(0), log.case_name(1), log.case_name(2)),
            ("é", "", "e")
        );
        assert_eq!(log.stages(), ["Demo", "Lead", "demo"]);
        assert_eq!(log.stage_code("Lead"), Some(1));
        assert_eq!(log.stage_code("LEAD"), None);
    }

    #[test]
    fn columns_that_do_not_fit_are_refused_by_name() {
        #[track_caller]
        fn check(case: &[u32], stage: &[u16], at_us: &[i64], terminal: &[bool], expected: &str) {
            let (cases, stages) = (strings(&["a"]), strings(&["Lead", "Won"]));
            let log = StageLog::from_columns(case, stage, at_us, cases, stages, terminal);
            assert_eq!(log.unwrap_err().to_string(), expected);
        }
        let flags = [false, true];
        check(
            &[0],
            &[],
            &[1, 2],
            &flags,
            "the columns differ in length: 1 cases, 0 stages, 2 instants; \
             give one of each per event",
        );
        check(
            &[],
            &[],
            &[],
            &[true],
            "2 stages have 1 terminal flags; give one flag per stage",
        );
        check(
            &[0, 1],
            &[0, 0],
            &[1, 2],
            &flags,
            "event 1 refers to case 1, but there are 1; name every case",
        );
        check(
            &[0, 0],
            &[0, 2],
            &[1, 2],
            &flags,
            "event 1 refers to stage 2, but there are 2; name every stage",
        );
        check(
            &[0],
            &[0],
            &[i64::MIN],
            &flags,
            "event 0 happens -9223372036854775808 µs after 1970, \
             outside the years −9999 to 9999; give microseconds",
        );
        check(
            &[0, 0],
            &[0, 0],
            &[0, i64::MAX],
            &flags,
            "event 1 happens 9223372036854775807 µs after 1970, \
             outside the years −9999 to 9999; give microseconds",
        );
    }

    #[test]
    fn the_ends_of_time_can_be_told_apart_without_overflow() {
        let (first, last) = (
            Timestamp::MIN.as_microsecond(),
            Timestamp::MAX.as_microsecond(),
        );
        let log = log(&[(0, 1, last), (0, 0, first)]);
        assert_eq!(log.visits(0).at_us, [first, last]);
        assert!(last.checked_sub(first).is_some());
    }

    #[test]
    fn a_column_of_ids_taken_for_stages_is_refused() {
        let mut rows = StageLog::builder();
        for i in 0..MAX_STAGES {
            rows.push("a", &i.to_string(), at(1)).unwrap();
        }
        let error = rows.push("b", "one more", at(1)).unwrap_err();
        assert_eq!(
            error,
            HistoryError::TooManyStages {
                label: "one more".into()
            }
        );
        // The rows before it stand, and a stage that is known is still welcome.
        rows.push("a", "0", at(2)).unwrap();
        let log = rows.finish(|_| false);
        assert_eq!((log.cases(), log.events()), (1, MAX_STAGES + 1));
        assert_eq!(log.stage_code("65534"), Some(65_534));

        let mut stages = log.stages().to_vec();
        stages.push("one more".into());
        let log =
            StageLog::from_columns(&[], &[], &[], vec![], stages, &vec![false; MAX_STAGES + 1]);
        assert_eq!(log, Err(error));
    }

    #[test]
    fn a_log_takes_ten_bytes_a_visit_and_little_more() {
        let events = 50_000_u32;
        let case: Vec<u32> = (0..events).map(|i| i * 7 % 5_000).collect();
        let names = (0..5_000).map(|i| format!("deal-{i:04}")).collect();
        let stage = vec![0; case.len()];
        let at_us = vec![0; case.len()];
        let log =
            StageLog::from_columns(&case, &stage, &at_us, names, strings(&["Lead"]), &[false])
                .unwrap();
        let mut rows = StageLog::builder();
        for &i in &case {
            rows.push(&format!("deal-{i:04}"), "Lead", at(0)).unwrap();
        }
        let mut grouped = StageLog::builder();
        for i in 0..events {
            grouped
                .push(&format!("deal-{:04}", i / 10), "Lead", at(0))
                .unwrap();
        }
        for log in [log, rows.finish(|_| false), grouped.finish(|_| false)] {
            let bytes = log.stage.capacity() * 2
                + log.at_us.capacity() * 8
                + log.ends.capacity() * 4
                + log.names.ends.capacity() * 4
                + log.names.text.capacity();
            assert_eq!(
                bytes,
                log.events() * 10 + log.cases() * (4 + 4 + "deal-0000".len())
            );
        }
    }

    fn rows() -> impl Strategy<Value = Vec<(u32, u16, i64)>> {
        prop::collection::vec((0..5_u32, 0..4_u16, -9..9_i64), 0..300)
    }

    proptest! {
        #[test]
        fn rows_of_distinct_times_give_one_log_in_any_order(
            (rows, mixed) in prop::collection::vec((0..5_u32, 0..4_u16), 0..80)
                .prop_map(|rows| {
                    let times = (0..).map(|i| i * 3);
                    rows.into_iter().zip(times).map(|((c, s), t)| (c, s, t)).collect::<Vec<_>>()
                })
                .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
        ) {
            prop_assert_eq!(log(&rows), log(&mixed));
            prop_assert_eq!(log(&rows), built(&mixed));
        }

        #[test]
        fn the_builder_and_the_columns_agree(rows in rows()) {
            prop_assert_eq!(log(&rows), built(&rows));
        }

        /// The rule once more, spelled out on rows.
        #[test]
        fn a_log_is_its_rows_sorted_by_the_rule(rows in rows()) {
            let mut balance = 0;
            for case in 0..5 {
                let times: Vec<i64> =
                    rows.iter().filter(|row| row.0 == case).map(|row| row.2).collect();
                balance += times.windows(2).map(|pair| (pair[1] - pair[0]).signum()).sum::<i64>();
            }
            let log = log(&rows);
            for case in 0..5 {
                let mut expected: Vec<_> = rows.iter().filter(|row| row.0 == case).collect();
                if balance < 0 {
                    expected.reverse();
                }
                expected.sort_by_key(|row| (row.2, row.1 >= 2));
                let visits = log.visits(case as usize);
                prop_assert_eq!(visits.len(), expected.len());
                for (row, visit) in expected.iter().zip(visits.stage.iter().zip(visits.at_us)) {
                    prop_assert_eq!((row.1, row.2), (*visit.0, *visit.1));
                }
            }
        }

        /// Reading a whole file from its other end changes nothing, so long as
        /// its times say which way it runs.
        #[test]
        fn a_file_and_its_reverse_give_one_log(rows in rows()) {
            let mut oldest_first = rows;
            oldest_first.sort_by_key(|row| row.2);
            let mut newest_first = oldest_first.clone();
            newest_first.reverse();
            let tells = (0..5).any(|case| {
                let mut times = oldest_first.iter().filter(|row| row.0 == case).map(|row| row.2);
                times.next() < times.next_back()
            });
            prop_assume!(tells);
            prop_assert_eq!(log(&oldest_first), log(&newest_first));
        }

        #[test]
        fn names_are_found_again_after_any_growth(names in prop::collection::vec("[a-c]{0,5}", 0..300)) {
            let mut rows = StageLog::builder();
            let numbers: Vec<u32> = names.iter().map(|name| rows.case(name).unwrap()).collect();
            let log = rows.finish(|_| false);
            for (name, number) in names.iter().zip(numbers) {
                prop_assert_eq!(log.case_name(number as usize), name);
            }
            let distinct: std::collections::BTreeSet<_> = names.iter().collect();
            prop_assert_eq!(log.cases(), distinct.len());
        }
    }
}
