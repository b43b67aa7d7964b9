//! The history the engine learns from: stage visits in days, seen as of an origin.

use serde::Serialize;
use std::cmp::Ordering;
use std::sync::OnceLock;

use crate::rng::{self, Stream};

/// What one row of a deal's history says: the deal entered an open stage, or it closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Mark {
    /// Entered the open stage with this index into [`Panel::stages`].
    Stage(u16),
    /// Closed as won.
    Won,
    /// Closed as lost.
    Lost,
}

impl Mark {
    /// Whether this row closes the deal.
    pub fn closes(self) -> bool {
        !matches!(self, Self::Stage(_))
    }
}

/// One row of a deal's history; `at` is in days since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// When, in days since the epoch.
    pub at: f64,
    /// What happened.
    pub mark: Mark,
}

/// What is known about a deal besides its stages, each fact with the day it became known, so that
/// a backtest sees only what was known at its origin.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Days on which somebody was in touch with the customer, ascending.
    pub touches: Vec<f64>,
    /// The day a champion was known, if any.
    pub champion_from: Option<f64>,
    /// Days on which a blocker appeared or an objection was raised, ascending, whatever became of it:
    /// when it was resolved is not on record, and that it was is known only afterwards.
    pub raised: Vec<f64>,
    /// Whether one of them still stands at the end of the history.
    pub blocked: bool,
}

/// Stage histories of many deals, columnar: the rows of deal `i` are `rows[start[i]..start[i + 1]]`,
/// ascending in time.
///
/// The place of a deal is whatever the caller counts by. It decides nothing: sums are taken in the
/// [order of names](Self::in_order), and luck belongs to a deal's [key](Self::key).
#[derive(Clone, Debug, Default)]
pub struct Panel {
    /// Labels of the open stages.
    pub stages: Vec<String>,
    start: Vec<u32>,
    rows: Vec<Row>,
    amounts: Vec<Option<f64>>,
    facts: Vec<Facts>,
    names: Vec<u64>,
    line: OnceLock<Line>,
}

/// The deals in the order of their names.
#[derive(Clone, Debug)]
struct Line {
    order: Vec<u32>,
    /// Where each deal stands in it.
    rank: Vec<u32>,
    keys: Vec<u64>,
}

impl Panel {
    /// An empty panel over these open stages.
    pub fn new(stages: Vec<String>) -> Self {
        Self {
            stages,
            start: vec![0],
            ..Self::default()
        }
    }

    /// Appends a deal without a name of its own; it is known by how it began. See
    /// [`push_named`](Self::push_named).
    pub fn push(&mut self, rows: Vec<Row>, amount: Option<f64>, facts: Option<Facts>) {
        let first = rows.iter().min_by(|a, b| a.at.total_cmp(&b.at));
        let began = first.map_or([0; 2], |row| [row.at.to_bits(), code(row.mark)]);
        let name = rng::key(began.map(u64::to_be_bytes).as_flattened());
        self.push_named(name, rows, amount, facts);
    }

    /// Appends a deal whose name has this [key](rng::key). Rows are put in time order (a stable sort:
    /// equal times keep their order). Of closings that follow each other the last says how it ended and
    /// the first when.
    pub fn push_named(
        &mut self,
        name: u64,
        mut rows: Vec<Row>,
        amount: Option<f64>,
        facts: Option<Facts>,
    ) {
        rows.retain(|row| row.at.is_finite());
        rows.sort_by(|a, b| a.at.total_cmp(&b.at));
        rows.dedup_by(|later, kept| {
            let corrects = later.mark.closes() && kept.mark.closes();
            if corrects {
                kept.mark = later.mark;
            }
            corrects
        });
        if let Some(facts) = facts {
            self.facts.resize_with(self.amounts.len(), Facts::default);
            self.facts.push(facts);
        }
        self.rows.extend(rows);
        self.start.push(self.rows.len() as u32);
        self.amounts.push(amount.filter(|a| a.is_finite()));
        self.names.push(name);
        self.line.take();
    }

    /// All deals, in an order that the order of [`push`](Self::push) has no part in. Sums over deals
    /// follow it, since a sum of floating-point numbers depends on the order of its terms.
    pub fn in_order(&self) -> impl Iterator<Item = usize> + '_ {
        self.line().order.iter().map(|deal| *deal as usize)
    }

    /// Where a deal stands in that order.
    pub fn rank(&self, deal: usize) -> usize {
        self.line().rank[deal] as usize
    }

    /// What a deal's luck is addressed by, see [`Stream::of`]: its own, whichever deals there are besides.
    pub fn key(&self, deal: usize) -> u64 {
        self.line().keys[deal]
    }

    fn line(&self) -> &Line {
        self.line.get_or_init(|| {
            let mut order: Vec<u32> = (0..self.deals() as u32).collect();
            order.sort_by(|a, b| {
                let (a, b) = (*a as usize, *b as usize);
                self.names[a]
                    .cmp(&self.names[b])
                    .then_with(|| self.content(a, b))
            });
            let (mut rank, mut keys) = (vec![0; order.len()], vec![0; order.len()]);
            let mut namesakes = 0;
            for (i, deal) in order.iter().enumerate() {
                let name = |deal: u32| self.names[deal as usize];
                let again = i > 0 && name(order[i - 1]) == name(*deal);
                namesakes = if again { namesakes + 1 } else { 0 };
                rank[*deal as usize] = i as u32;
                keys[*deal as usize] = Stream::new(name(*deal), namesakes).bits();
            }
            Line { order, rank, keys }
        })
    }

    /// Puts namesakes in an order: by what they did, then by what they are worth.
    fn content(&self, a: usize, b: usize) -> Ordering {
        let row = |a: &Row, b: &Row| {
            let by_day = a.at.total_cmp(&b.at);
            by_day.then_with(|| code(a.mark).cmp(&code(b.mark)))
        };
        let (x, y) = (self.rows(a), self.rows(b));
        let differ = x.iter().zip(y).map(|(a, b)| row(a, b));
        let amount = |deal: usize| self.amounts[deal].unwrap_or(f64::NEG_INFINITY);
        differ
            .fold(Ordering::Equal, Ordering::then)
            .then_with(|| x.len().cmp(&y.len()))
            .then_with(|| amount(a).total_cmp(&amount(b)))
    }

    /// Number of deals.
    pub fn deals(&self) -> usize {
        self.amounts.len()
    }

    /// A deal's whole history.
    pub fn rows(&self, deal: usize) -> &[Row] {
        &self.rows[self.start[deal] as usize..self.start[deal + 1] as usize]
    }

    /// A deal's history strictly before `origin`.
    pub fn before(&self, deal: usize, origin: f64) -> &[Row] {
        let rows = self.rows(deal);
        &rows[..rows.partition_point(|row| row.at < origin)]
    }

    /// A deal's amount.
    pub fn amount(&self, deal: usize) -> Option<f64> {
        self.amounts[deal]
    }

    /// A deal's dated facts, where the source had any.
    pub fn facts(&self, deal: usize) -> Option<&Facts> {
        self.facts.get(deal)
    }

    /// Whether any deal carries dated facts.
    pub fn has_facts(&self) -> bool {
        !self.facts.is_empty()
    }

    /// When the history before `origin` begins and ends: the instant before which one in 200 rows lies,
    /// so that a few odd dates do not stretch it, and the last one.
    pub fn span(&self, origin: f64) -> Option<(f64, f64)> {
        let all = self.rows.iter().map(|row| row.at);
        let mut at: Vec<f64> = all.filter(|at| *at < origin).collect();
        let last = at.iter().copied().max_by(f64::total_cmp)?;
        let few = at.len() / 200;
        let (_, first, _) = at.select_nth_unstable_by(few, f64::total_cmp);
        Some((*first, last))
    }

    /// Where a deal stands just before `origin`; `None` before its first row.
    pub fn state(&self, deal: usize, origin: f64) -> Option<State> {
        let rows = self.before(deal, origin);
        let last = rows.len().checked_sub(1)?;
        let mark = rows[last].mark;
        Some(match mark {
            Mark::Stage(stage) => State::Open(Standing::at(rows, last, stage)),
            Mark::Won | Mark::Lost => State::Closed {
                won: mark == Mark::Won,
                at: rows[last].at,
            },
        })
    }

    /// How the episode that is open at `origin` ends: the first closing at or after it.
    pub fn closing_after(&self, deal: usize, origin: f64) -> Option<(bool, f64)> {
        let rows = self.rows(deal);
        let from = rows.partition_point(|row| row.at < origin);
        rows[from..]
            .iter()
            .find(|row| row.mark.closes())
            .map(|row| (row.mark == Mark::Won, row.at))
    }

    /// Every stay in an open stage that began before `origin`, cut off there if it still lasted; deal by
    /// deal [in order](Self::in_order).
    pub fn sojourns(&self, origin: f64) -> Vec<Sojourn> {
        let mut out = Vec::new();
        for deal in self.in_order() {
            let rows = self.before(deal, origin);
            for (i, row) in rows.iter().enumerate() {
                let Mark::Stage(stage) = row.mark else {
                    continue;
                };
                let (exit, to) = rows
                    .get(i + 1)
                    .map_or((origin, None), |next| (next.at, Some(next.mark)));
                out.push(Sojourn {
                    deal: deal as u32,
                    stage,
                    enter: row.at,
                    exit,
                    to,
                });
            }
        }
        out
    }
}

fn code(mark: Mark) -> u64 {
    match mark {
        Mark::Stage(stage) => u64::from(stage),
        Mark::Won => u64::MAX,
        Mark::Lost => u64::MAX - 1,
    }
}

/// Where a deal stands.
#[derive(Clone, Copy, Debug)]
pub enum State {
    /// In an open stage.
    Open(Standing),
    /// Closed, and when.
    Closed {
        /// Won rather than lost.
        won: bool,
        /// Day of closing.
        at: f64,
    },
}

/// An open deal's place in its stages. An episode begins with the deal, or with its re-opening.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// Index of the stage.
    pub stage: u16,
    /// Day it entered the stage.
    pub entered: f64,
    /// Day the episode began.
    pub began: f64,
    /// Stage before this one in the episode.
    pub previous: Option<u16>,
    /// Stays in this stage so far in the episode, this one included.
    pub stays: u32,
    /// Stage rows so far in the episode.
    pub steps: u32,
}

impl Standing {
    /// The standing after row `last`, which entered `stage`.
    pub fn at(rows: &[Row], last: usize, stage: u16) -> Self {
        let from = rows[..last]
            .iter()
            .rposition(|row| row.mark.closes())
            .map_or(0, |i| i + 1);
        let stays = rows[from..=last]
            .iter()
            .filter(|row| row.mark == Mark::Stage(stage))
            .count();
        let previous = match rows[from..last].last() {
            Some(Row {
                mark: Mark::Stage(s),
                ..
            }) => Some(*s),
            _ => None,
        };
        Self {
            stage,
            entered: rows[last].at,
            began: rows[from].at,
            previous,
            stays: stays as u32,
            steps: (last - from + 1) as u32,
        }
    }
}

/// A stay in an open stage.
#[derive(Clone, Copy, Debug)]
pub struct Sojourn {
    /// Which deal.
    pub deal: u32,
    /// Which open stage.
    pub stage: u16,
    /// Day of entry.
    pub enter: f64,
    /// Day of exit, or the origin where the stay is cut off.
    pub exit: f64,
    /// Where it went; `None` is right-censored.
    pub to: Option<Mark>,
}
