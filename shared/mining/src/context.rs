//! The circumstances a move was made in, as far as they were known just before it.

use crate::Rate;
use crate::quality;
use crate::scope::{Case, Scope, Tally};
use crate::shrink::{DEPTH, Path, Shrunk};
use crate::stats::days_between;
use model::{ActivityKind, Book, CanonicalStage, Deal, DealId, Outcome, StakeholderRole};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Closed deals an industry needs before it can count as ideal.
const IDEAL_MIN_CLOSED: u64 = 20;

/// One circumstance that may go with a different next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// Days spent in the stage so far.
    DaysInStage,
    /// Whether a champion was known.
    Champion,
    /// Whether a blocker or an objection stood unresolved.
    Blocker,
    /// Whether the company's industry wins more than average.
    Industry,
    /// Whether the amount is above the median of its currency.
    Size,
    /// How long ago the last contact was.
    Recency,
    /// The stage before this one.
    PreviousStage,
    /// Whether the deal is in this stage for the first time.
    Visit,
}

impl Dimension {
    /// All of them, in a fixed order.
    pub const ALL: [Self; 8] = [
        Self::DaysInStage,
        Self::Champion,
        Self::Blocker,
        Self::Industry,
        Self::Size,
        Self::Recency,
        Self::PreviousStage,
        Self::Visit,
    ];

    /// The dimension in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::DaysInStage => "days in stage",
            Self::Champion => "champion",
            Self::Blocker => "unresolved blocker",
            Self::Industry => "industry",
            Self::Size => "size",
            Self::Recency => "last contact",
            Self::PreviousStage => "stage before",
            Self::Visit => "visit",
        }
    }

    /// A value of this dimension in words.
    pub fn describe(self, value: u16, scope: &Scope<'_>) -> String {
        let words: &[&str] = match self {
            Self::DaysInStage => &[
                "under 1 day",
                "1–7 days",
                "7–30 days",
                "30–90 days",
                "over 90 days",
            ],
            Self::Champion => &["unknown", "no champion", "champion"],
            Self::Blocker => &["unknown", "no blocker", "blocker"],
            Self::Industry => &["unknown", "other industry", "ideal industry"],
            Self::Size => &["unknown", "up to the median", "above the median"],
            Self::Recency => &[
                "unknown",
                "none yet",
                "within 7 days",
                "7–30 days ago",
                "over 30 days ago",
            ],
            Self::PreviousStage => {
                return match value.checked_sub(1) {
                    None => "none".to_owned(),
                    Some(stage) => scope.label(stage).to_owned(),
                };
            }
            Self::Visit => &["first", "second", "third or later"],
        };
        words
            .get(usize::from(value))
            .copied()
            .unwrap_or("unknown")
            .to_owned()
    }
}

/// The circumstances of a deal at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Context {
    values: [u16; Dimension::ALL.len()],
}

impl Context {
    /// The code of one circumstance, for [`Dimension::describe`].
    pub fn get(&self, dimension: Dimension) -> u16 {
        self.values[dimension as usize]
    }

    /// The same circumstances with one changed.
    #[must_use]
    pub fn with(mut self, dimension: Dimension, value: u16) -> Self {
        self.values[dimension as usize] = value;
        self
    }

    /// Stage first, then the chosen circumstances.
    pub(crate) fn path(&self, stage: u16, dimensions: &[Dimension]) -> Path {
        let mut path = Path::default();
        path[0] = stage;
        for (slot, dimension) in path[1..].iter_mut().zip(dimensions) {
            *slot = self.get(*dimension);
        }
        path
    }
}

/// What is known about each deal besides its stages, ready to be asked "as of when".
///
/// A field that the data fill in only for one outcome is left out (see [`quality::leaks`]), for it
/// would give the outcome away.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    deals: Vec<DealFacts>,
    people_known: bool,
    blockers_known: bool,
    contacts_known: bool,
    /// Industries that win more than average.
    ideal_industries: Vec<String>,
}

#[derive(Clone, Debug, Default)]
struct DealFacts {
    champion_since_us: Option<i64>,
    blocker_since_us: Option<i64>,
    /// Objection, when it was spoken of, whether it was settled then; by objection, then time.
    objections: Vec<(String, i64, bool)>,
    /// Contacts with the customer, in order.
    contacts_us: Vec<i64>,
    size: u16,
    industry: u16,
}

impl Facts {
    /// Gathers what a book knows.
    pub fn of_book(book: &Book) -> Self {
        let mut facts = Self {
            deals: vec![DealFacts::default(); book.deals.len()],
            ..Self::default()
        };
        let index: BTreeMap<DealId, usize> = book
            .deals
            .iter()
            .enumerate()
            .map(|(i, deal)| (deal.id, i))
            .collect();
        for person in &book.stakeholders {
            let Some(role) = person.role else { continue };
            facts.people_known = true;
            let Some(deal) = index
                .get(&person.deal)
                .and_then(|&i| facts.deals.get_mut(i))
            else {
                continue;
            };
            // Without a date the contact is taken as there from the start.
            let since = person
                .added_at
                .map_or(i64::MIN, model::Timestamp::as_microsecond);
            let slot = match role {
                StakeholderRole::Champion => &mut deal.champion_since_us,
                StakeholderRole::Blocker => &mut deal.blocker_since_us,
                _ => continue,
            };
            *slot = Some(slot.map_or(since, |known| known.min(since)));
        }
        facts.blockers_known = facts.people_known;
        for activity in &book.activities {
            let Some(&i) = activity.deal.as_ref().and_then(|id| index.get(id)) else {
                continue;
            };
            let at = activity.at.as_microsecond();
            let deal = &mut facts.deals[i];
            if activity.kind != ActivityKind::Internal {
                facts.contacts_known = true;
                deal.contacts_us.push(at);
            }
            for objection in &activity.objections {
                facts.blockers_known = true;
                let key = objection.objection.trim().to_lowercase();
                deal.objections.push((key, at, objection.resolved));
            }
        }
        for deal in &mut facts.deals {
            deal.contacts_us.sort_unstable();
            deal.objections.sort_unstable();
        }
        let leaks = quality::leaks(book);
        let leaks = |field: &str| leaks.iter().any(|leak| leak.field == field);
        if !leaks("amount") {
            facts.size_up(book);
        }
        if !leaks("company") {
            facts.find_ideal_industries(book);
        }
        facts
    }

    fn size_up(&mut self, book: &Book) {
        let mut amounts: BTreeMap<_, Vec<Decimal>> = BTreeMap::new();
        for money in book.deals.iter().filter_map(|deal| deal.amount.as_ref()) {
            amounts
                .entry(money.currency)
                .or_default()
                .push(money.amount);
        }
        for amounts in amounts.values_mut() {
            amounts.sort_unstable();
        }
        for (facts, deal) in self.deals.iter_mut().zip(&book.deals) {
            let Some(money) = &deal.amount else { continue };
            let median = amounts
                .get(&money.currency)
                .and_then(|all| all.get((all.len() - 1) / 2));
            facts.size = match median {
                Some(median) if money.amount > *median => 2,
                _ => 1,
            };
        }
    }

    fn find_ideal_industries(&mut self, book: &Book) {
        let industries: BTreeMap<_, &str> = book
            .companies
            .iter()
            .filter_map(|company| Some((company.id, company.industry.as_deref()?)))
            .collect();
        let of_deal: Vec<Option<&str>> = book
            .deals
            .iter()
            .map(|deal| industries.get(&deal.company?).copied())
            .collect();
        let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
        let mut all = Tally::default();
        for (industry, outcome) in of_deal.iter().zip(outcomes(book)) {
            all.add(outcome);
            if let Some(industry) = industry {
                tallies.entry(industry).or_default().add(outcome);
            }
        }
        let average = all.won as f64 / all.closed().max(1) as f64;
        self.ideal_industries = tallies
            .iter()
            .filter(|(_, tally)| {
                tally.closed() >= IDEAL_MIN_CLOSED
                    && tally.won as f64 / tally.closed() as f64 > average
            })
            .map(|(industry, _)| (*industry).to_owned())
            .collect();
        let ideal: BTreeSet<&str> = self.ideal_industries.iter().map(String::as_str).collect();
        for (facts, industry) in self.deals.iter_mut().zip(of_deal) {
            facts.industry = industry.map_or(0, |industry| 1 + u16::from(ideal.contains(industry)));
        }
    }

    /// Industries whose deals are won more often than average, of those with 20 or more closed.
    pub fn ideal_industries(&self) -> &[String] {
        &self.ideal_industries
    }

    /// The circumstances of a deal at `at_us`, in the stage of its visit number `visit`.
    ///
    /// Only what was known before that moment counts.
    pub fn context(&self, case: &Case<'_>, visit: usize, at_us: i64) -> Context {
        let Some((&stage, &entered)) = case.stages.get(visit).zip(case.at_us.get(visit)) else {
            return Context::default();
        };
        let previous = visit
            .checked_sub(1)
            .map_or(0, |before| case.stages[before] + 1);
        let earlier = case.stages[..visit]
            .iter()
            .filter(|&&other| other == stage)
            .take(2)
            .count();
        let mut context = Context::default()
            .with(
                Dimension::DaysInStage,
                band(days_between(entered, at_us), &[1.0, 7.0, 30.0, 90.0]),
            )
            .with(Dimension::PreviousStage, previous)
            .with(Dimension::Visit, earlier as u16);
        let Some(facts) = self.deals.get(case.index) else {
            return context;
        };
        let yes_or_no = |yes: bool| 1 + u16::from(yes);
        if self.people_known {
            let known = facts.champion_since_us.is_some_and(|since| since < at_us);
            context = context.with(Dimension::Champion, yes_or_no(known));
        }
        if self.blockers_known {
            let person = facts.blocker_since_us.is_some_and(|since| since < at_us);
            context = context.with(
                Dimension::Blocker,
                yes_or_no(person || facts.objects(at_us)),
            );
        }
        if self.contacts_known {
            let before = facts
                .contacts_us
                .partition_point(|&contact| contact < at_us);
            let recency = match before.checked_sub(1) {
                None => 1,
                Some(last) => 2 + band(days_between(facts.contacts_us[last], at_us), &[7.0, 30.0]),
            };
            context = context.with(Dimension::Recency, recency);
        }
        context
            .with(Dimension::Size, facts.size)
            .with(Dimension::Industry, facts.industry)
    }
}

impl DealFacts {
    /// Whether the latest word on any objection, before `at_us`, left it open.
    fn objects(&self, at_us: i64) -> bool {
        self.objections
            .chunk_by(|a, b| a.0 == b.0)
            .filter_map(|same| same.iter().take_while(|(_, at, _)| *at < at_us).last())
            .any(|(_, _, resolved)| !resolved)
    }
}

/// How each deal of the book had ended by `as_of`: by the last stage of its history, or without any
/// history by its stage.
pub(crate) fn outcomes(book: &Book) -> Vec<Option<Outcome>> {
    let of_stage = stage_outcomes(book);
    let now = book.as_of.as_microsecond();
    let of_deal = |(i, deal): (usize, &Deal)| {
        if i < book.log.cases() {
            let visits = book.log.visits(i);
            let known = visits.at_us.partition_point(|&at| at <= now);
            if let Some(last) = known.checked_sub(1) {
                return of_stage[usize::from(visits.stage[last])];
            }
        }
        deal.canonical_stage?.outcome()
    };
    book.deals.iter().enumerate().map(of_deal).collect()
}

/// How each stage of the log ends a deal, by code: [`Book::outcome_of_stage`] for all of them in
/// one go, for a log may have tens of thousands.
pub(crate) fn stage_outcomes(book: &Book) -> Vec<Option<Outcome>> {
    let mut declared: BTreeMap<&str, Option<CanonicalStage>> = BTreeMap::new();
    let pipelines = model::by_name(&book.pipelines).into_iter();
    for stage in pipelines.flat_map(|p| &p.stages) {
        let known = declared.entry(&stage.label).or_default();
        *known = known.or(stage.canonical);
    }
    let of_label = |(code, label): (usize, &String)| match declared.get(label.as_str()) {
        Some(canonical) => canonical.and_then(CanonicalStage::outcome),
        None => book.outcome_of_stage(code as u16),
    };
    book.log.stages().iter().enumerate().map(of_label).collect()
}

fn band(value: f64, edges: &[f64]) -> u16 {
    edges.iter().filter(|&&edge| value >= edge).count() as u16
}

/// One move with its circumstances.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) from: u16,
    pub(crate) to: u16,
    pub(crate) context: Context,
    /// Number of the deal in the scope, to count each once.
    case: u32,
    outcome: Option<Outcome>,
}

/// Every move of the scope with its circumstances.
pub(crate) fn samples(scope: &Scope<'_>, facts: &Facts) -> Vec<Sample> {
    let mut samples = Vec::with_capacity(scope.visits());
    for (number, case) in scope.cases().enumerate() {
        let outcome = scope.outcome(&case);
        for (visit, (from, to, _, left)) in case.moves().enumerate() {
            let context = facts.context(&case, visit, left);
            samples.push(Sample {
                from,
                to,
                context,
                case: number as u32,
                outcome,
            });
        }
    }
    samples
}

/// The dimensions that tell something about the next stage, most telling first.
///
/// The gain in log likelihood over the stage alone must exceed the number of parameters it takes
/// (Akaike's criterion).
pub(crate) fn telling(samples: &[Sample]) -> Vec<Dimension> {
    let by_stage = fit(samples.iter().map(|s| ((s.from, 0), s.to)));
    let mut gains: Vec<(f64, Dimension)> = Dimension::ALL
        .into_iter()
        .map(|dimension| {
            let split = fit(samples
                .iter()
                .map(|s| ((s.from, s.context.get(dimension)), s.to)));
            (split.0 - by_stage.0 - (split.1 - by_stage.1), dimension)
        })
        .filter(|(gain, _)| *gain > 0.0)
        .collect();
    gains.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    gains
        .into_iter()
        .take(DEPTH - 1)
        .map(|(_, dimension)| dimension)
        .collect()
}

/// Log likelihood of next stages given a bucket, and the free parameters that took.
fn fit(moves: impl Iterator<Item = ((u16, u16), u16)>) -> (f64, f64) {
    let mut moves: Vec<_> = moves.collect();
    moves.sort_unstable();
    let (mut likelihood, mut parameters) = (0.0, 0.0);
    for bucket in moves.chunk_by(|a, b| a.0 == b.0) {
        parameters -= 1.0;
        for same in bucket.chunk_by(|a, b| a == b) {
            parameters += 1.0;
            let count = same.len() as f64;
            likelihood += count * (count / bucket.len() as f64).ln();
        }
    }
    (likelihood, parameters)
}

/// What one circumstance says, stage by stage.
#[derive(Clone, Debug, Serialize)]
pub struct Buckets {
    /// Which circumstance.
    pub dimension: Dimension,
    /// It, in words.
    pub title: &'static str,
    /// One row per stage and value that occur.
    pub rows: Vec<Bucket>,
}

/// Deals leaving one stage in one circumstance.
#[derive(Clone, Debug, Serialize)]
pub struct Bucket {
    /// The stage left.
    pub stage: String,
    /// The circumstance.
    pub value: String,
    /// Moves seen.
    pub transitions: u64,
    /// Too few moves: `next` is what the stage says, whatever the circumstance.
    pub fell_back: bool,
    /// Probability of each next stage that was ever seen from here, shrunk towards the stage's.
    pub next: Vec<(String, f64)>,
    /// Share won of the closed deals seen here, each counted once.
    pub win_rate: Option<Rate>,
}

/// One table per dimension that takes more than one value.
pub(crate) fn buckets(scope: &Scope<'_>, samples: &[Sample]) -> Vec<Buckets> {
    let mut seen: BTreeMap<u16, BTreeSet<u16>> = BTreeMap::new();
    for sample in samples {
        seen.entry(sample.from).or_default().insert(sample.to);
    }
    Dimension::ALL
        .into_iter()
        .filter(|dimension| {
            samples
                .windows(2)
                .any(|pair| pair[0].context.get(*dimension) != pair[1].context.get(*dimension))
        })
        .map(|dimension| {
            let mut paths: Vec<(Path, u16)> = samples
                .iter()
                .map(|s| (s.context.path(s.from, &[dimension]), s.to))
                .collect();
            let model = Shrunk::fit(&mut paths, 2, scope.stages().len(), scope.len());
            let mut sorted: Vec<_> = samples
                .iter()
                .map(|s| (s.from, s.context.get(dimension), s.case, s.outcome))
                .collect();
            sorted.sort_unstable_by_key(|&(from, value, case, _)| (from, value, case));
            let rows = sorted
                .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
                .map(|bucket| {
                    let (from, value, ..) = bucket[0];
                    let estimate = model.estimate(&[from, value]);
                    let mut tally = Tally::default();
                    for of_deal in bucket.chunk_by(|a, b| a.2 == b.2) {
                        tally.add(of_deal[0].3);
                    }
                    Bucket {
                        stage: scope.label(from).to_owned(),
                        value: dimension.describe(value, scope),
                        transitions: bucket.len() as u64,
                        fell_back: estimate.fell_back,
                        next: seen[&from]
                            .iter()
                            .map(|&to| {
                                (
                                    scope.label(to).to_owned(),
                                    estimate.probabilities[usize::from(to)],
                                )
                            })
                            .collect(),
                        win_rate: tally.win_rate(),
                    }
                })
                .collect();
            Buckets {
                dimension,
                title: dimension.title(),
                rows,
            }
        })
        .collect()
}
