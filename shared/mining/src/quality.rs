//! What is wrong with the data, who is affected, what to do, and what must not be learned from.

use crate::context::outcomes;
use crate::scope::Scope;
use crate::stats::{DAY_US, days_between, quantile};
use crate::variants::EXAMPLES;
use model::{ActivityKind, Book, Deal, DealId, Outcome, Severity};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Days without contact after which an open deal counts as stale.
const STALE_DAYS: f64 = 30.0;

/// Won stays needed before a stage, or won deals before a pipeline, can tell a zombie.
const ZOMBIE_EVIDENCE: usize = 20;

/// Deals each outcome group needs before a leak can be told from chance.
const LEAK_EVIDENCE: u64 = 20;

/// The data-quality report.
#[derive(Clone, Debug, Serialize)]
pub struct Quality {
    /// All deals.
    pub deals: u64,
    /// Deals still open.
    pub open: u64,
    /// Deals won.
    pub won: u64,
    /// Deals lost.
    pub lost: u64,
    /// What was found, gravest first, then most frequent.
    pub findings: Vec<Finding>,
    /// Open deals that have outlived the deals that were won.
    pub zombies: Vec<Zombie>,
    /// How long is too long, stage by stage.
    pub zombie_rules: Vec<ZombieRule>,
    /// Fields that would give the outcome away.
    pub leaks: Vec<Leak>,
}

/// Kinds of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Open for longer than won deals ever take, see [`ZombieRule`].
    Zombie,
    /// A field that tells the outcome, see [`Leak`].
    Leak,
    /// No stage history: nothing can be said about its pace.
    MissingHistory,
    /// Something dated after "now".
    FutureDate,
    /// Closed before it was created.
    ClosedBeforeCreated,
    /// The deal says one stage, its history ends in another.
    StageDisagrees,
    /// A stage label nobody has mapped, where other open stages are mapped.
    UnmappedStage,
    /// Open without an amount, where other deals have one.
    MissingAmount,
    /// An amount below zero.
    NegativeAmount,
    /// Won at an amount of zero.
    WonForNothing,
    /// Open, expected to close on a day that has passed.
    PastCloseDate,
    /// Open without a day it is expected to close, where other deals have one.
    MissingCloseDate,
    /// Open without an owner, where other deals have one.
    MissingOwner,
    /// Owned by somebody who is not among the people.
    OrphanOwner,
    /// Open without contact for 30 days.
    Stale,
    /// Open, with the same name at the same company as another open deal.
    DuplicateName,
}

/// One kind of trouble and the deals that have it.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What kind.
    pub kind: FindingKind,
    /// How much it matters.
    pub severity: Severity,
    /// Deals (for a leak: fields) affected.
    pub count: u64,
    /// Out of how many that could be.
    pub of: u64,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
    /// Some of them, by name.
    pub examples: Vec<String>,
}

/// An open deal that is probably dead.
#[derive(Clone, Debug, Serialize)]
pub struct Zombie {
    /// Its number in `Book::deals`.
    #[serde(skip)]
    pub index: usize,
    /// The deal.
    pub deal: DealId,
    /// Its name in the stage history.
    pub name: String,
    /// The stage it rests in.
    pub stage: String,
    /// Days in that stage, or since its first stage where the rule is the pipeline's.
    pub days: f64,
    /// The most that a live deal would have.
    pub limit_days: f64,
}

/// When an open deal counts as a zombie.
///
/// `limit = max(99th percentile of the stays of deals later won, 3 × median of all finished
/// stays)`. A stage with fewer than 20 won stays is judged by the pipeline's rule instead: the
/// same two numbers over whole deals, first stage to close.
#[derive(Clone, Debug, Serialize)]
pub struct ZombieRule {
    /// The pipeline.
    pub pipeline: String,
    /// The stage; `None` for the pipeline's own rule.
    pub stage: Option<String>,
    /// Longer than this is too long.
    pub limit_days: f64,
    /// 99th percentile of won stays.
    pub won_p99_days: f64,
    /// Median of finished stays.
    pub median_days: f64,
    /// Won stays it rests on.
    pub won: u64,
}

/// A field whose being filled in tells the outcome.
#[derive(Clone, Debug, Serialize)]
pub struct Leak {
    /// The field: `amount`, `company`, … or a custom field's own name.
    pub field: String,
    /// Share of won deals that lack it; `None` where there are none.
    pub missing_won: Option<f64>,
    /// Share of lost deals that lack it.
    pub missing_lost: Option<f64>,
    /// Share of open deals that lack it.
    pub missing_open: Option<f64>,
    /// What it gives away, in words.
    pub what: String,
}

/// Checks a book; `scopes` are its pipelines as [`Scope::of_book`] gives them.
pub fn check(book: &Book, scopes: &[Scope<'_>]) -> Quality {
    let outcomes = outcomes(book);
    let zombie_rules: Vec<ZombieRule> = scopes.iter().flat_map(zombie_rules).collect();
    let zombies: Vec<Zombie> = scopes
        .iter()
        .flat_map(|scope| zombies(book, scope, &zombie_rules))
        .collect();
    let leaks = leaks(book);
    let mut findings = Findings {
        book,
        found: BTreeMap::new(),
    };
    findings.look(&outcomes);
    let found = findings.found;

    let count = |wanted: Option<Outcome>| outcomes.iter().filter(|o| **o == wanted).count() as u64;
    let (deals, open) = (outcomes.len() as u64, count(None));
    let mut findings: Vec<Finding> = found
        .into_iter()
        .map(|(kind, mut names)| {
            names.sort_unstable();
            let of = if kind.concerns_open_deals() {
                open
            } else {
                deals
            };
            finding(kind, names.len() as u64, of, names)
        })
        .collect();
    if !zombies.is_empty() {
        let names = zombies.iter().map(|zombie| zombie.name.as_str()).collect();
        findings.push(finding(
            FindingKind::Zombie,
            zombies.len() as u64,
            open,
            names,
        ));
    }
    if !leaks.is_empty() {
        let names = leaks.iter().map(|leak| leak.field.as_str()).collect();
        findings.push(finding(
            FindingKind::Leak,
            leaks.len() as u64,
            fields(book).len() as u64,
            names,
        ));
    }
    findings.sort_by(|a, b| {
        b.severity
            .cmp(&a.severity)
            .then(b.count.cmp(&a.count))
            .then(a.kind.cmp(&b.kind))
    });
    Quality {
        deals,
        open,
        won: count(Some(Outcome::Won)),
        lost: count(Some(Outcome::Lost)),
        findings,
        zombies,
        zombie_rules,
        leaks,
    }
}

impl FindingKind {
    fn concerns_open_deals(self) -> bool {
        matches!(
            self,
            Self::Zombie
                | Self::MissingAmount
                | Self::PastCloseDate
                | Self::MissingCloseDate
                | Self::MissingOwner
                | Self::Stale
                | Self::DuplicateName
        )
    }

    /// How much it matters, what it is, and what to do.
    fn words(self) -> (Severity, &'static str, &'static str) {
        use Severity::{Note, Warning};
        match self {
            Self::Zombie => (
                Warning,
                "In their stage for longer than 99 in 100 won deals were",
                "close them as lost, or note what keeps them alive",
            ),
            Self::Leak => (
                Warning,
                "Filled in only for one outcome, which gives it away",
                "leave these fields, and whatever is joined through them, out of learning",
            ),
            Self::MissingHistory => (
                Warning,
                "No stage history",
                "export the dates on which stages were entered",
            ),
            Self::FutureDate => (
                Warning,
                "Dated after the moment the data are from",
                "check the date order and the time zone of the file, or set the as-of date",
            ),
            Self::ClosedBeforeCreated => (Warning, "Closed before created", "check both dates"),
            Self::StageDisagrees => (
                Warning,
                "In another stage than the history ends in",
                "export deals and history at the same time",
            ),
            Self::UnmappedStage => (
                Warning,
                "In a stage without a known meaning",
                "map the stage to a canonical one",
            ),
            Self::MissingAmount => (Warning, "No amount", "enter an estimate"),
            Self::NegativeAmount => (
                Warning,
                "Negative amount",
                "check for credits or a wrong sign",
            ),
            Self::WonForNothing => (
                Note,
                "Won at an amount of zero",
                "enter what it was sold for",
            ),
            Self::PastCloseDate => (
                Warning,
                "Expected close date has passed",
                "set a new date, or close them",
            ),
            Self::MissingCloseDate => (Note, "No expected close date", "enter one"),
            Self::MissingOwner => (Note, "No owner", "assign one"),
            Self::OrphanOwner => (
                Note,
                "Owner is not in the list of people",
                "reassign them, or add the person",
            ),
            Self::Stale => (
                Note,
                "No contact for 30 days or more",
                "follow up, or close them",
            ),
            Self::DuplicateName => (
                Note,
                "Same name as another open deal of the same company",
                "merge what is one deal",
            ),
        }
    }
}

fn finding(kind: FindingKind, count: u64, of: u64, names: Vec<&str>) -> Finding {
    let (severity, what, remedy) = kind.words();
    let whole = match kind {
        FindingKind::Leak => "fields",
        kind if kind.concerns_open_deals() => "open deals",
        _ => "deals",
    };
    Finding {
        kind,
        severity,
        count,
        of,
        what: format!("{what}: {count} of {of} {whole}"),
        remedy: remedy.to_owned(),
        examples: names
            .into_iter()
            .take(EXAMPLES)
            .map(str::to_owned)
            .collect(),
    }
}

struct Findings<'a> {
    book: &'a Book,
    found: BTreeMap<FindingKind, Vec<&'a str>>,
}

impl<'a> Findings<'a> {
    fn look(&mut self, outcomes: &[Option<Outcome>]) {
        let book = self.book;
        let now_us = book.as_of.as_microsecond();
        let today = book.as_of.to_zoned(jiff::tz::TimeZone::UTC).date();
        let people: BTreeSet<_> = book.people.iter().map(|person| person.id).collect();
        let mut last_contact: BTreeMap<DealId, i64> = BTreeMap::new();
        let mut acted_later: BTreeSet<DealId> = BTreeSet::new();
        for activity in &book.activities {
            let (Some(deal), at) = (activity.deal, activity.at.as_microsecond()) else {
                continue;
            };
            if at > now_us {
                acted_later.insert(deal);
            } else if activity.kind != ActivityKind::Internal {
                let last = last_contact.entry(deal).or_insert(at);
                *last = at.max(*last);
            }
        }
        // A field that no deal has was not exported; that is not each deal's fault.
        let expects = book.deals.iter().any(|deal| deal.expected_close.is_some());
        let owns = book.deals.iter().any(|deal| deal.owner.is_some());
        let priced = book.deals.iter().any(|deal| deal.amount.is_some());
        // Nor is it an oversight where no open stage has a meaning: a bare process has none to give.
        let mapped = book.pipelines.iter().flat_map(|p| &p.stages);
        let mapped = mapped
            .filter_map(|stage| stage.canonical)
            .any(|canonical| canonical.outcome().is_none());
        let mut same_name: BTreeMap<(String, _), Vec<&'a str>> = BTreeMap::new();
        for (i, deal) in book.deals.iter().enumerate() {
            let name = name(book, i);
            let open = outcomes[i].is_none();
            let mut note = |kind: FindingKind, yes: bool| {
                if yes {
                    self.found.entry(kind).or_default().push(name);
                }
            };
            let history = (i < book.log.cases()).then(|| book.log.visits(i));
            let last = history
                .as_ref()
                .and_then(|visits| visits.stage.last().zip(visits.at_us.last()));
            let last_label = last.and_then(|(code, _)| book.log.stages().get(usize::from(*code)));
            let after_now = |at: &Option<model::Timestamp>| at.is_some_and(|at| at > book.as_of);
            let amount = deal.amount.as_ref().map(|money| money.amount);

            note(FindingKind::MissingHistory, last.is_none());
            note(
                FindingKind::FutureDate,
                last.is_some_and(|(_, at)| *at > now_us)
                    || after_now(&deal.created_at)
                    || after_now(&deal.closed_at)
                    || acted_later.contains(&deal.id),
            );
            note(
                FindingKind::ClosedBeforeCreated,
                deal.closed_at
                    .zip(deal.created_at)
                    .is_some_and(|(closed, created)| closed < created),
            );
            note(
                FindingKind::StageDisagrees,
                deal.stage
                    .as_ref()
                    .zip(last_label)
                    .is_some_and(|(says, ends)| says != ends),
            );
            note(
                FindingKind::UnmappedStage,
                mapped && deal.stage.is_some() && deal.canonical_stage.is_none(),
            );
            note(
                FindingKind::MissingAmount,
                open && priced && amount.is_none(),
            );
            note(
                FindingKind::NegativeAmount,
                amount.is_some_and(|amount| amount < Decimal::ZERO),
            );
            note(
                FindingKind::WonForNothing,
                outcomes[i] == Some(Outcome::Won) && amount.is_some_and(|amount| amount.is_zero()),
            );
            note(
                FindingKind::PastCloseDate,
                open && deal.expected_close.is_some_and(|day| day < today),
            );
            note(
                FindingKind::MissingCloseDate,
                open && expects && deal.expected_close.is_none(),
            );
            note(
                FindingKind::MissingOwner,
                open && owns && deal.owner.is_none(),
            );
            note(
                FindingKind::OrphanOwner,
                !people.is_empty() && deal.owner.is_some_and(|owner| !people.contains(&owner)),
            );
            let silent = last_contact
                .get(&deal.id)
                .is_none_or(|&last| days_between(last, now_us) >= STALE_DAYS);
            note(
                FindingKind::Stale,
                open && silent && !book.activities.is_empty(),
            );
            if let Some(title) = deal.name.as_deref().filter(|_| open) {
                let title = title
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .to_lowercase();
                same_name
                    .entry((title, deal.company))
                    .or_default()
                    .push(name);
            }
        }
        let duplicates: Vec<&str> = same_name
            .into_values()
            .filter(|names| names.len() > 1)
            .flatten()
            .collect();
        if !duplicates.is_empty() {
            self.found.insert(FindingKind::DuplicateName, duplicates);
        }
    }
}

/// What people call the deal: its name in the history, or else its own.
fn name(book: &Book, index: usize) -> &str {
    if index < book.log.cases() {
        return book.log.case_name(index);
    }
    book.deals
        .get(index)
        .and_then(|deal| deal.name.as_deref())
        .unwrap_or("unnamed")
}

fn zombie_rules(scope: &Scope<'_>) -> Vec<ZombieRule> {
    let stages = scope.stages().len();
    let mut won: Vec<Vec<i64>> = vec![Vec::new(); stages + 1];
    let mut all: Vec<Vec<i64>> = vec![Vec::new(); stages + 1];
    for case in scope.cases() {
        let outcome = scope.outcome(&case);
        let mut add = |slot: usize, us: i64| {
            all[slot].push(us);
            if outcome == Some(Outcome::Won) {
                won[slot].push(us);
            }
        };
        for (from, _, entered, left) in case.moves() {
            add(usize::from(from), left.saturating_sub(entered));
        }
        if outcome.is_some() {
            add(stages, case.length_us());
        }
    }
    won.iter_mut()
        .zip(&mut all)
        .enumerate()
        .filter(|(slot, _)| *slot == stages || !scope.is_end(*slot as u16))
        .filter(|(_, (won, _))| won.len() >= ZOMBIE_EVIDENCE)
        .map(|(slot, (won, all))| {
            won.sort_unstable();
            all.sort_unstable();
            let won_p99_days = quantile(won, 0.99) / DAY_US;
            let median_days = quantile(all, 0.5) / DAY_US;
            ZombieRule {
                pipeline: scope.name().to_owned(),
                stage: (slot < stages).then(|| scope.label(slot as u16).to_owned()),
                limit_days: won_p99_days.max(3.0 * median_days),
                won_p99_days,
                median_days,
                won: won.len() as u64,
            }
        })
        .collect()
}

fn zombies(book: &Book, scope: &Scope<'_>, rules: &[ZombieRule]) -> Vec<Zombie> {
    let rule_for = |stage: Option<&str>| {
        rules
            .iter()
            .find(|rule| rule.pipeline == scope.name() && rule.stage.as_deref() == stage)
    };
    let pipeline_rule = rule_for(None);
    let stage_rules: Vec<_> = scope
        .stages()
        .iter()
        .map(|stage| rule_for(Some(&stage.label)))
        .collect();
    let mut zombies: Vec<Zombie> = scope
        .cases()
        .filter_map(|case| {
            let stage = case.current().filter(|&stage| !scope.is_end(stage))?;
            let since =
                |at: Option<&i64>| days_between(*at.unwrap_or(&scope.as_of_us()), scope.as_of_us());
            let (rule, days) = match stage_rules.get(usize::from(stage)).copied().flatten() {
                Some(rule) => (rule, since(case.at_us.last())),
                None => (pipeline_rule?, since(case.at_us.first())),
            };
            (days > rule.limit_days).then(|| {
                Some(Zombie {
                    index: case.index,
                    deal: book.deals.get(case.index)?.id,
                    name: scope.case_name(&case).to_owned(),
                    stage: scope.label(stage).to_owned(),
                    days,
                    limit_days: rule.limit_days,
                })
            })?
        })
        .collect();
    zombies.sort_by(|a, b| {
        let overdue = |zombie: &Zombie| zombie.days / zombie.limit_days.max(1e-9);
        overdue(b)
            .total_cmp(&overdue(a))
            .then_with(|| a.name.cmp(&b.name))
    });
    zombies
}

type Filled = Box<dyn Fn(&Deal) -> bool>;

/// The fields of a deal that something could be learned from, and whether a deal has them. The
/// day and the reason of the close are not among them: everybody knows when those are filled in.
fn fields(book: &Book) -> Vec<(String, Filled)> {
    let mut fields: Vec<(String, Filled)> = vec![
        ("name".to_owned(), Box::new(|deal| deal.name.is_some())),
        (
            "company".to_owned(),
            Box::new(|deal| deal.company.is_some()),
        ),
        // A zero is what many exports write where there is no amount.
        (
            "amount".to_owned(),
            Box::new(|deal| {
                deal.amount
                    .as_ref()
                    .is_some_and(|money| !money.amount.is_zero())
            }),
        ),
        (
            "probability".to_owned(),
            Box::new(|deal| deal.probability.is_some()),
        ),
        (
            "expected_close".to_owned(),
            Box::new(|deal| deal.expected_close.is_some()),
        ),
        ("owner".to_owned(), Box::new(|deal| deal.owner.is_some())),
        (
            "created_at".to_owned(),
            Box::new(|deal| deal.created_at.is_some()),
        ),
    ];
    let custom: BTreeSet<&String> = book
        .deals
        .iter()
        .flat_map(|deal| deal.custom_fields.keys())
        .collect();
    for key in custom {
        let wanted = key.clone();
        let filled = move |deal: &Deal| {
            deal.custom_fields
                .get(&wanted)
                .is_some_and(|value| !value.trim().is_empty())
        };
        fields.push((key.clone(), Box::new(filled)));
    }
    fields
}

/// Finds fields that are filled in for nearly all deals of one outcome and not for another.
///
/// A model that sees such a field, or a column made from it, learns who filled in the form and
/// when, not what makes deals win. Each outcome group needs 20 deals before it is judged.
pub fn leaks(book: &Book) -> Vec<Leak> {
    let outcomes = outcomes(book);
    let mut groups = [0_u64; 3];
    for outcome in &outcomes {
        groups[slot(*outcome)] += 1;
    }
    fields(book)
        .into_iter()
        .filter_map(|(field, filled)| {
            let mut missing = [0_u64; 3];
            for (deal, outcome) in book.deals.iter().zip(&outcomes) {
                missing[slot(*outcome)] += u64::from(!filled(deal));
            }
            let what = give_away(&field, missing, groups)?;
            let share = |i: usize| (groups[i] > 0).then(|| missing[i] as f64 / groups[i] as f64);
            Some(Leak {
                field,
                missing_won: share(0),
                missing_lost: share(1),
                missing_open: share(2),
                what,
            })
        })
        .collect()
}

fn slot(outcome: Option<Outcome>) -> usize {
    match outcome {
        Some(Outcome::Won) => 0,
        Some(Outcome::Lost) => 1,
        None => 2,
    }
}

/// Says what a field's absence tells, if it tells anything.
fn give_away(field: &str, missing: [u64; 3], of: [u64; 3]) -> Option<String> {
    let closed = (missing[0] + missing[1], of[0] + of[1]);
    let pairs = [
        (("closed", closed), ("open", (missing[2], of[2]))),
        (("won", (missing[0], of[0])), ("lost", (missing[1], of[1]))),
    ];
    for ((one, a), (other, b)) in pairs {
        if a.1.min(b.1) < LEAK_EVIDENCE {
            continue;
        }
        let (low, high) = (share(a).min(share(b)), share(a).max(share(b)));
        // Nearly never missing here and often there, or nearly always there and often not here.
        if (low <= 0.005 && high >= 0.1) || (high >= 0.995 && low <= 0.9) {
            return Some(format!(
                "{field} is missing on {} of {one} deals and on {} of {other} ones",
                percent(share(a)),
                percent(share(b)),
            ));
        }
    }
    None
}

fn share((missing, of): (u64, u64)) -> f64 {
    missing as f64 / of.max(1) as f64
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}
