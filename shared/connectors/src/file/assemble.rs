//! From drafts to a book: link names to entities, close deals, give history to those without.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use jiff::tz::Offset;
use model::{
    Activity, ActivityId, Book, CanonicalStage, Company, CompanyId, Converted, Currency, Date,
    Deal, DealId, HistoryError, Inferred, Money, Outcome, Person, PersonId, Pipeline, PipelineId,
    Provenance, Source, Stage, StageLog, StageMap, Stakeholder, StakeholderId,
};
use rust_decimal::Decimal;

use super::drafts::{CaseDraft, DealDraft, DealRef, Drafts, Instant, Spot, Sum, product_key};
use super::import::Options;
use super::issues::{Issues, Level};
use super::rows::shown;

/// The name of the pipeline of deals that name none.
const PIPELINE: &str = "default";
/// The stage of a new deal where no stage is known to come first.
const CREATED: &str = "Created";
const DAY_US: i64 = 86_400_000_000;

/// Links everything read into one book.
pub(super) fn book(
    mut drafts: Drafts,
    stages: &StageMap,
    options: &Options,
    files: &[&str],
    issues: &mut Issues,
) -> Result<Book, HistoryError> {
    let tells = |deal: &DealDraft| {
        let ends = [deal.closed_at, deal.won_at, deal.lost_at, deal.updated_at];
        deal.close_date.is_some() || ends.iter().any(Option::is_some)
    };
    let telling = drafts.deals.iter().flatten().filter(|deal| tells(deal));
    let cx = Context {
        stages,
        options,
        files,
        tell_ends: telling.map(|deal| deal.spot.file).collect(),
    };
    join_products(&mut drafts, &cx, issues);
    let endings = cx.derive_history(&mut drafts, issues);
    let log = std::mem::take(&mut drafts.log).finish(|label| cx.outcome(label).is_some());
    let log = cx.close_moved(log, &drafts, &endings, issues)?;
    Ok(cx.link(drafts, endings, log, issues))
}

struct Context<'a> {
    stages: &'a StageMap,
    options: &'a Options,
    files: &'a [&'a str],
    /// Files of which some deal says when it closed.
    tell_ends: BTreeSet<u32>,
}

/// How a deal stands, once stage, status and flags agree.
#[derive(Debug, Clone, Default)]
struct Ending {
    outcome: Option<Outcome>,
    /// The stage it is in: the closing one when closed.
    label: Option<String>,
    closed_us: Option<i64>,
}

/// A list of products lends each deal its price and its other columns.
fn join_products(drafts: &mut Drafts, cx: &Context<'_>, issues: &mut Issues) {
    if drafts.products.is_empty() {
        return;
    }
    // By name as the deals have it: how many, and where first.
    let mut unknown: BTreeMap<String, (u64, Spot)> = BTreeMap::new();
    let mut joined: BTreeMap<String, (u64, Spot, usize)> = BTreeMap::new();
    for deal in drafts.deals.iter_mut().flatten() {
        let Some(name) = &deal.product else {
            continue;
        };
        let Some(&at) = drafts.product_index.get(&product_key(name)) else {
            unknown.entry(name.clone()).or_insert((0, deal.spot)).0 += 1;
            continue;
        };
        let product = &drafts.products[at];
        if product.name != *name {
            joined.entry(name.clone()).or_insert((0, deal.spot, at)).0 += 1;
        }
        if let Some(price) = product.price {
            deal.custom.insert("list_price".to_owned(), shown(price));
        }
        for (column, value) in &product.custom {
            deal.custom
                .entry(column.clone())
                .or_insert_with(|| value.clone());
        }
    }
    for (name, (deals, spot)) in &unknown {
        cx.about(*spot, issues);
        issues.raise(
            "unknown_product",
            Level::Warning,
            spot.row,
            None,
            Some(name),
            || {
                (
                    format!("{deals} deals sell a product that is not in the list of products"),
                    "correct its name, or add it to the list".into(),
                )
            },
        );
    }
    for (name, (deals, spot, at)) in &joined {
        cx.about(*spot, issues);
        issues.raise(
            "product_joined",
            Level::Note,
            spot.row,
            None,
            Some(name),
            || {
                (
                    format!(
                        "{deals} deals sell this; it was taken for {:?} of the list of products",
                        drafts.products[*at].name
                    ),
                    "nothing to do if they are one".into(),
                )
            },
        );
    }
}

impl Context<'_> {
    fn outcome(&self, label: &str) -> Option<Outcome> {
        self.canonical(label)?.outcome()
    }

    fn canonical(&self, label: &str) -> Option<CanonicalStage> {
        self.stages.get(label).map(|(canonical, _)| canonical)
    }

    fn tells_ends(&self, file: u32) -> bool {
        self.tell_ends.contains(&file)
    }

    fn about(&self, spot: Spot, issues: &mut Issues) {
        issues.about(self.files.get(spot.file as usize).copied());
    }

    // ------------------------------------------------------------ history

    /// Brings stage, status and dates of each deal together and gives moves to deals that came
    /// without any: creation is the entry into the first stage, the end the entry into the last.
    fn derive_history(&self, drafts: &mut Drafts, issues: &mut Issues) -> Vec<Ending> {
        let first = self.first_stages(drafts);
        let mut endings = vec![Ending::default(); drafts.deals.len()];
        for case in 0..drafts.deals.len() {
            let Some(deal) = drafts.deals[case].take() else {
                continue;
            };
            self.about(deal.spot, issues);
            let mut ending = self.ending(&deal, issues);
            if !drafts.moved[case] {
                let start = first.get(&deal.pipeline).map_or(CREATED, String::as_str);
                let visits = visits_of(
                    &deal,
                    &mut ending,
                    start,
                    |label| self.outcome(label).is_some(),
                    issues,
                );
                for (label, at_us) in visits {
                    let Ok(at) = Timestamp::from_microsecond(at_us) else {
                        continue;
                    };
                    if self.options.before.is_some_and(|before| at >= before) {
                        continue;
                    }
                    if let Err(e) = drafts.log.push(&deal.id, &label, at) {
                        issues.raise("history_full", Level::Error, deal.spot.row, None, Some(&label), || {
                            (
                                format!("the move cannot be held: {e}"),
                                "check that the stage column is the right one: --map \"Column=stage\"".into(),
                            )
                        });
                    }
                }
            }
            endings[case] = ending;
            drafts.deals[case] = Some(deal);
        }
        endings
    }

    /// By pipeline: the open stage that comes first by its meaning.
    fn first_stages(&self, drafts: &Drafts) -> BTreeMap<Option<String>, String> {
        let mut open: BTreeMap<Option<String>, BTreeSet<&str>> = BTreeMap::new();
        for deal in drafts.deals.iter().flatten() {
            let labels = deal
                .stage
                .iter()
                .chain(deal.entered.iter().map(|(label, _)| label));
            for label in labels.filter(|l| self.outcome(l).is_none()) {
                open.entry(deal.pipeline.clone()).or_default().insert(label);
            }
        }
        open.into_iter()
            .filter_map(|(pipeline, labels)| {
                let meant = labels
                    .iter()
                    .filter_map(|l| Some((self.canonical(l)?, *l)))
                    .min();
                let only = (labels.len() == 1)
                    .then(|| labels.first().copied())
                    .flatten();
                Some((pipeline, meant.map(|(_, l)| l).or(only)?.to_owned()))
            })
            .collect()
    }

    fn ending(&self, deal: &DealDraft, issues: &mut Issues) -> Ending {
        let by_stage = deal.stage.as_deref().and_then(|label| self.outcome(label));
        let by_status = deal.status.as_deref().and_then(|label| self.outcome(label));
        let by_flag = match (deal.is_won, deal.is_closed) {
            (Some(true), _) => Some(Outcome::Won),
            (Some(false), Some(true)) => Some(Outcome::Lost),
            _ => None,
        };
        let Some(outcome) = by_stage.or(by_status).or(by_flag) else {
            return Ending {
                label: deal.stage.clone(),
                ..Ending::default()
            };
        };
        let label = match (by_stage, by_status) {
            (Some(_), _) => deal.stage.clone(),
            (None, Some(_)) => deal.status.clone(),
            (None, None) => Some(
                if outcome == Outcome::Won {
                    "Won"
                } else {
                    "Lost"
                }
                .to_owned(),
            ),
        };
        let entered = deal
            .entered
            .iter()
            .filter(|(l, _)| self.outcome(l) == Some(outcome))
            .map(|(_, at)| *at)
            .max();
        let own = match outcome {
            Outcome::Won => deal.won_at,
            Outcome::Lost => deal.lost_at,
        };
        let written = own
            .or(deal.closed_at)
            .or(entered)
            .or(deal.close_date.map(|(_, at)| at));
        let known = written.or(deal.stage_entered_at).or(deal.updated_at);
        if written.is_none() && self.tells_ends(deal.spot.file) {
            issues.raise(
                "closed_without_date",
                Level::Note,
                deal.spot.row,
                None,
                label.as_deref(),
                || {
                    (
                        if known.is_some() {
                            "the deal is closed but has no close date; its last change was taken"
                                .into()
                        } else {
                            "the deal is closed but nothing says when".into()
                        },
                        "add the close date to the export".into(),
                    )
                },
            );
        }
        Ending {
            outcome: Some(outcome),
            label,
            closed_us: known.map(|at| at.at_us),
        }
    }

    /// A deal whose history stops short of the end its own row tells gets that end.
    fn close_moved(
        &self,
        log: StageLog,
        drafts: &Drafts,
        endings: &[Ending],
        issues: &mut Issues,
    ) -> Result<StageLog, HistoryError> {
        let mut added: Vec<(usize, &str, i64)> = Vec::new();
        let mut starts: Vec<(usize, u16, i64)> = Vec::new();
        for case in 0..drafts.deals.len() {
            let visits = log.visits(case);
            let (Some(deal), Some(&last), Some(&last_us)) = (
                &drafts.deals[case],
                visits.stage.last(),
                visits.at_us.last(),
            ) else {
                continue;
            };
            if !drafts.moved[case] {
                continue;
            }
            // The first known move left a stage the deal had been in since its creation.
            if let (Some(events), Some(created)) = (&drafts.cases[case], deal.created_at)
                && let Some(left) = events.left
                && created.at_us <= events.first_us
            {
                starts.push((case, left, created.at_us));
            }
            let ending = &endings[case];
            let last_label = &log.stages()[usize::from(last)];
            if ending.outcome.is_none() || self.outcome(last_label).is_some() {
                continue;
            }
            if let (Some(label), Some(closed_us)) = (&ending.label, ending.closed_us) {
                added.push((case, label, closed_us.max(last_us)));
                self.about(deal.spot, issues);
                issues.raise("history_closed", Level::Note, deal.spot.row, None, Some(label), || {
                    (
                        format!("the history ends in {last_label:?} although the deal is closed; the end was added"),
                        "nothing to do, unless the history is cut short".into(),
                    )
                });
            }
        }
        if added.is_empty() && starts.is_empty() {
            return Ok(log);
        }
        let mut names: Vec<String> = log.stages().to_vec();
        let mut cases = Vec::with_capacity(log.events() + added.len());
        let mut codes = Vec::with_capacity(cases.capacity());
        let mut at = Vec::with_capacity(cases.capacity());
        for (case, code, at_us) in starts {
            cases.push(case as u32);
            codes.push(code);
            at.push(at_us);
        }
        for case in 0..log.cases() {
            let visits = log.visits(case);
            cases.extend(std::iter::repeat_n(case as u32, visits.len()));
            codes.extend_from_slice(visits.stage);
            at.extend_from_slice(visits.at_us);
        }
        for (case, label, at_us) in added {
            let code = names.iter().position(|n| n == label).unwrap_or_else(|| {
                names.push(label.to_owned());
                names.len() - 1
            });
            cases.push(case as u32);
            codes.push(u16::try_from(code).unwrap_or(u16::MAX));
            at.push(at_us);
        }
        let terminal: Vec<bool> = names
            .iter()
            .map(|label| self.outcome(label).is_some())
            .collect();
        let case_names = (0..log.cases())
            .map(|case| log.case_name(case).to_owned())
            .collect();
        StageLog::from_columns(&cases, &codes, &at, case_names, names, &terminal)
    }

    // ------------------------------------------------------------ entities

    fn link(
        &self,
        drafts: Drafts,
        endings: Vec<Ending>,
        log: StageLog,
        issues: &mut Issues,
    ) -> Book {
        let tenant = &self.options.tenant;
        let source = self.options.source.as_str();
        let origin = Source::from(source);
        let mut sums = Sums::new(self, &drafts);
        let people: Vec<PersonId> = drafts
            .people
            .list
            .iter()
            .map(|p| {
                let key = p.id.as_deref().or(p.email.as_deref()).or(p.name.as_deref());
                PersonId::derive(tenant, source, key.unwrap_or_default())
            })
            .collect();
        let companies: Vec<CompanyId> = drafts
            .companies
            .list
            .iter()
            .map(|c| {
                CompanyId::derive(
                    tenant,
                    source,
                    c.id.as_deref().or(c.name.as_deref()).unwrap_or_default(),
                )
            })
            .collect();
        let person = |at: Option<u32>| at.and_then(|n| people.get(n as usize)).copied();
        let company = |at: Option<u32>| at.and_then(|n| companies.get(n as usize)).copied();

        let as_of = self.as_of(&drafts, &endings, &log, issues);
        let offset =
            Offset::from_seconds(self.options.utc_offset_s.unwrap_or(0)).unwrap_or(Offset::UTC);
        let today = offset.to_datetime(as_of).date();
        let mut pipelines = Pipelines::default();
        let mut deals = Vec::with_capacity(log.cases());
        let mut of_company: HashMap<u32, Vec<usize>> = HashMap::new();
        let mut untimed = 0;
        let Drafts {
            deals: deal_drafts,
            cases: case_drafts,
            moved,
            ..
        } = drafts;
        let rows = deal_drafts
            .into_iter()
            .zip(case_drafts)
            .zip(moved)
            .zip(endings);
        for (case, (((draft, events), moved), ending)) in rows.enumerate() {
            let id = log.case_name(case);
            let mut deal = Deal::new(DealId::derive(tenant, source, id));
            deal.external_ids.insert(source.to_owned(), id.to_owned());
            let visits = log.visits(case);
            let last = visits
                .stage
                .last()
                .map(|code| log.stages()[usize::from(*code)].as_str());
            let instant = |us: i64| Timestamp::from_microsecond(us).ok();
            let events = events.map(|e| *e).unwrap_or_default();
            let CaseDraft {
                spot: case_spot,
                name,
                company: case_company,
                owner: case_owner,
                pipeline: case_pipeline,
                amount: case_amount,
                custom,
                ..
            } = events;
            deal.custom_fields = custom;
            let mut spot = case_spot;
            let mut company_at = case_company;
            let mut pipeline = case_pipeline;
            let mut amount = case_amount;
            deal.name = name;
            deal.owner = person(case_owner);
            if let Some(draft) = draft {
                let draft = *draft;
                spot = draft.spot;
                self.about(spot, issues);
                if let (Some(row), Some(last)) = (&ending.label, last)
                    && moved
                    && row != last
                    && ending.outcome.is_none()
                {
                    issues.raise(
                        "stage_differs",
                        Level::Warning,
                        spot.row,
                        None,
                        Some(row),
                        || {
                            (
                                format!("the history of this deal ends in {last:?}"),
                                "export both files at the same time".into(),
                            )
                        },
                    );
                }
                untimed += u64::from(
                    !moved
                        && ending.outcome.is_none()
                        && !visits.is_empty()
                        && ending.label.as_deref().is_some_and(|l| Some(l) != last),
                );
                deal.name = draft.name.or(deal.name);
                company_at = draft.company.or(company_at);
                deal.owner = person(draft.owner).or(deal.owner);
                pipeline = draft.pipeline.or(pipeline);
                amount = draft.amount.or(amount);
                deal.stage.clone_from(&ending.label);
                deal.probability = draft.probability;
                deal.expected_close = draft.expected_close.or(draft
                    .close_date
                    .map(|(day, _)| day)
                    .filter(|_| ending.outcome.is_none()));
                deal.created_at = draft.created_at.and_then(|at| instant(at.at_us));
                deal.updated_at = draft.updated_at.and_then(|at| instant(at.at_us));
                deal.closed_at = ending
                    .closed_us
                    .filter(|_| ending.outcome.is_some())
                    .and_then(instant);
                deal.lost_reason = draft.lost_reason;
                deal.custom_fields.extend(draft.custom);
                self.check_dates(&deal, ending.outcome, today, spot, issues);
            }
            if deal.stage.is_none() {
                deal.stage = last.map(str::to_owned);
            }
            deal.canonical_stage = deal
                .stage
                .as_deref()
                .and_then(|label| self.canonical(label));
            let first = visits
                .stage
                .first()
                .map(|code| log.stages()[usize::from(*code)].as_str());
            if deal.created_at.is_none() && first.is_some_and(|label| self.outcome(label).is_none())
            {
                deal.created_at = visits.at_us.first().and_then(|us| instant(*us));
            }
            if deal.updated_at.is_none() && moved {
                deal.updated_at = visits.at_us.last().and_then(|us| instant(*us));
            }
            if deal.closed_at.is_none() && last.is_some_and(|label| self.outcome(label).is_some()) {
                deal.closed_at = visits.at_us.last().and_then(|us| instant(*us));
            }
            deal.amount = amount.and_then(|sum| sums.money(&sum, spot, issues));
            deal.amount_usd = deal
                .amount
                .and_then(|money| sums.in_usd(&money, today, spot, issues));
            deal.company = company(company_at);
            if let Some(at) = company_at {
                of_company.entry(at).or_default().push(case);
            }
            let pipeline = pipeline.unwrap_or_else(|| PIPELINE.to_owned());
            deal.pipeline = Some(PipelineId::derive(tenant, source, &pipeline));
            pipelines.add(&pipeline, deal.stage.as_deref(), visits.stage, &log);
            deal.provenance = Provenance::new(origin.clone(), deal.updated_at);
            deals.push(deal);
        }
        issues.about(None);
        if untimed > 0 {
            issues.raise("stage_entry_unknown", Level::Note, 0, None, None, || {
                (
                    format!(
                        "for {untimed} open deals nothing says since when they are in their stage; their time counts \
                         from creation"
                    ),
                    "export the stage history, or a column with the date of the last stage change".into(),
                )
            });
        }
        let still = (0..log.cases())
            .filter(|&case| log.visits(case).is_empty())
            .count();
        if still > 0 {
            issues.raise("no_history", Level::Note, 0, None, None, || {
                (
                    format!(
                        "{still} deals carry no date that tells of a move, so they have no history"
                    ),
                    "nothing to do; export creation dates or the stage history to learn from them"
                        .into(),
                )
            });
        }
        let pipelines = self.pipelines(pipelines, issues);
        let stakeholders = self.stakeholders(
            drafts.stakeholders,
            &drafts.by_name,
            &of_company,
            &deals,
            issues,
        );
        let activities = self.activities(drafts.activities, &drafts.by_name, &deals, issues);
        let companies = drafts
            .companies
            .list
            .into_iter()
            .zip(&companies)
            .map(|(draft, id)| {
                let mut out = Company::new(*id);
                out.external_ids
                    .extend(draft.id.map(|id| (source.to_owned(), id)));
                out.name = draft.name;
                out.domain = draft.domain;
                out.industry = draft.industry;
                out.employees = draft.employees;
                out.annual_revenue = draft
                    .revenue
                    .and_then(|sum| sums.money(&sum, Spot::default(), issues));
                out.owner = person(draft.owner);
                out.custom_fields = draft.custom;
                out.provenance = Provenance::new(origin.clone(), None);
                out
            })
            .collect();
        let team = drafts
            .people
            .list
            .into_iter()
            .zip(&people)
            .map(|(draft, id)| {
                let mut out = Person::new(*id);
                out.external_ids
                    .extend(draft.id.map(|id| (source.to_owned(), id)));
                out.name = draft.name;
                out.email = draft.email;
                out.team = draft.team;
                out.manager = person(draft.manager);
                out.role = draft.role;
                out.provenance = Provenance::new(origin.clone(), None);
                out
            })
            .collect();
        sums.finish(issues);
        Book {
            deals,
            companies,
            people: team,
            stakeholders,
            activities,
            pipelines,
            log,
            as_of,
            ..Book::default()
        }
    }

    /// The instant the data stand at: the caller's word, or the latest change that is not in the
    /// future.
    fn as_of(
        &self,
        drafts: &Drafts,
        endings: &[Ending],
        log: &StageLog,
        issues: &mut Issues,
    ) -> Timestamp {
        if let Some(as_of) = self.options.as_of {
            return as_of;
        }
        let moves = (0..log.cases()).filter_map(|case| log.visits(case).at_us.last().copied());
        let rows = drafts
            .deals
            .iter()
            .flatten()
            .flat_map(|deal| [deal.created_at, deal.updated_at, deal.stage_entered_at])
            .flatten()
            .map(|at| at.at_us);
        let ends = endings
            .iter()
            .filter_map(|e| e.closed_us.filter(|_| e.outcome.is_some()));
        let talks = drafts.activities.iter().map(|a| a.at_us);
        let limit = self.options.now.map_or(i64::MAX, Timestamp::as_microsecond);
        let before = self
            .options
            .before
            .map_or(i64::MAX, Timestamp::as_microsecond);
        let latest = moves
            .chain(rows)
            .chain(ends)
            .chain(talks)
            .filter(|us| *us <= limit && *us < before)
            .max()
            .and_then(|us| Timestamp::from_microsecond(us).ok());
        latest.or(self.options.now).unwrap_or_else(|| {
            issues.about(None);
            if log.cases() == 0 {
                return Timestamp::UNIX_EPOCH;
            }
            issues.raise("no_dates", Level::Note, 0, None, None, || {
                (
                    "the data carry no dates, so they stand at no known time".into(),
                    "say --as-of if it matters".into(),
                )
            });
            Timestamp::UNIX_EPOCH
        })
    }

    fn check_dates(
        &self,
        deal: &Deal,
        outcome: Option<Outcome>,
        today: Date,
        spot: Spot,
        issues: &mut Issues,
    ) {
        if outcome.is_none()
            && let Some(day) = deal.expected_close.filter(|day| *day < today)
        {
            let shown = day.to_string();
            issues.raise(
                "past_close_date",
                Level::Note,
                spot.row,
                None,
                Some(&shown),
                || {
                    (
                        "the deal is open but should have closed by now".into(),
                        "set a new close date, or close the deal".into(),
                    )
                },
            );
        }
        let Some(now) = self.options.now else {
            return;
        };
        for (what, at) in [
            ("created", deal.created_at),
            ("changed", deal.updated_at),
            ("closed", deal.closed_at),
        ] {
            if let Some(at) = at.filter(|at| *at > now) {
                let shown = at.to_string();
                issues.raise(
                    "future_date",
                    Level::Warning,
                    spot.row,
                    None,
                    Some(&shown),
                    || {
                        (
                            format!("the deal was {what} in the future; the date was kept"),
                            "check the year and the order of day and month".into(),
                        )
                    },
                );
            }
        }
    }

    fn pipelines(&self, found: Pipelines, issues: &mut Issues) -> Vec<Pipeline> {
        let mut unknown: BTreeSet<String> = BTreeSet::new();
        let mut any_end = false;
        let mut any_label = false;
        let out = found
            .list
            .into_iter()
            .map(|(name, labels)| {
                let mut labels = labels;
                labels.sort_by(|a, b| {
                    let place = |l: &Label| match self.canonical(&l.text) {
                        // Ends come last; six stages may come before them.
                        Some(stage) => f64::from(stage as u8) / 6.0,
                        // One that no path shows is somewhere on the way: before the ends.
                        None => l.mean().unwrap_or(1.0).min(0.99),
                    };
                    place(a).total_cmp(&place(b))
                });
                let stages = labels
                    .into_iter()
                    .enumerate()
                    .map(|(order, label)| {
                        let meaning = self.stages.get(&label.text);
                        any_label = true;
                        any_end |=
                            meaning.is_some_and(|(canonical, _)| canonical.outcome().is_some());
                        if meaning.is_none() && label.text != CREATED {
                            unknown.insert(label.text.clone());
                        }
                        Stage {
                            canonical: meaning.map(|(canonical, _)| canonical),
                            layer: meaning.map(|(_, layer)| layer),
                            order: u16::try_from(order).unwrap_or(u16::MAX),
                            probability: None,
                            label: label.text,
                        }
                    })
                    .collect();
                Pipeline {
                    id: PipelineId::derive(&self.options.tenant, &self.options.source, &name),
                    name,
                    stages,
                }
            })
            .collect();
        for label in &unknown {
            issues.raise("unknown_stage", Level::Note, 0, None, Some(label), || {
                (
                    "the meaning of this stage is not known; it stays itself".into(),
                    "to give it one, write it under [stages] in the mapping".into(),
                )
            });
        }
        if any_label && !any_end {
            issues.raise("no_outcome", Level::Warning, 0, None, None, || {
                (
                    "no stage means won or lost, so no deal counts as closed".into(),
                    "say which do: --won \"Label\" --lost \"Label\"".into(),
                )
            });
        }
        out
    }

    fn stakeholders(
        &self,
        drafts: Vec<super::drafts::StakeholderDraft>,
        by_name: &HashMap<String, Option<String>>,
        of_company: &HashMap<u32, Vec<usize>>,
        deals: &[Deal],
        issues: &mut Issues,
    ) -> Vec<Stakeholder> {
        let known: HashSet<DealId> = if drafts.is_empty() {
            HashSet::new()
        } else {
            deals.iter().map(|d| d.id).collect()
        };
        let mut out: Vec<Stakeholder> = Vec::with_capacity(drafts.len());
        let mut index: HashMap<StakeholderId, usize> = HashMap::new();
        for draft in drafts {
            self.about(draft.spot, issues);
            let row = draft.spot.row;
            let deal = match &draft.deal {
                DealRef::Company(at) => match of_company.get(at).map(Vec::as_slice) {
                    Some([only]) => Some(deals[*only].id),
                    found => {
                        let n = found.map_or(0, <[usize]>::len);
                        issues.raise("contact_without_deal", Level::Warning, row, None, draft.name.as_deref(), || {
                            (
                                format!("the person's company has {n} deals, so nothing says which one they are on"),
                                "add a column with the deal's id".into(),
                            )
                        });
                        None
                    }
                },
                other => self.deal_of(other, by_name, &known, row, issues),
            };
            let Some(deal) = deal else {
                continue;
            };
            let own = draft
                .id
                .as_deref()
                .or(draft.email.as_deref())
                .or(draft.name.as_deref());
            let key = format!("{deal}/{}", own.unwrap_or_default());
            let id = StakeholderId::derive(&self.options.tenant, &self.options.source, &key);
            let mut person = Stakeholder::new(id, deal);
            person
                .external_ids
                .extend(draft.id.map(|id| (self.options.source.clone(), id)));
            person.name = draft.name;
            person.title = draft.title;
            person.email = draft.email;
            person.role = draft.role;
            person.sentiment = draft.sentiment;
            person.engagement = draft.engagement;
            person.last_contact = timestamp(draft.last_contact);
            person.added_at = timestamp(draft.added_at);
            person.communication_style = draft.style.map(|value| Inferred {
                value,
                evidence: format!(
                    "{}:{row}",
                    self.files
                        .get(draft.spot.file as usize)
                        .copied()
                        .unwrap_or_default()
                ),
            });
            person.provenance = Provenance::new(self.options.source.as_str(), None);
            if let Some(&at) = index.get(&id) {
                issues.raise(
                    "duplicate_id",
                    Level::Warning,
                    row,
                    None,
                    person.name.as_deref(),
                    || {
                        (
                            "this person stood on the deal before; the later row counts".into(),
                            "remove the row that is out of date".into(),
                        )
                    },
                );
                out[at] = person;
            } else {
                index.insert(id, out.len());
                out.push(person);
            }
        }
        out
    }

    fn activities(
        &self,
        drafts: Vec<super::drafts::ActivityDraft>,
        by_name: &HashMap<String, Option<String>>,
        deals: &[Deal],
        issues: &mut Issues,
    ) -> Vec<Activity> {
        let known: HashSet<DealId> = if drafts.is_empty() {
            HashSet::new()
        } else {
            deals.iter().map(|d| d.id).collect()
        };
        let mut out: Vec<Activity> = drafts
            .into_iter()
            .filter_map(|draft| {
                self.about(draft.spot, issues);
                let id = ActivityId::derive(&self.options.tenant, &self.options.source, &draft.id);
                let at = Timestamp::from_microsecond(draft.at_us).ok()?;
                let mut activity = Activity::new(id, draft.kind, at);
                activity
                    .external_ids
                    .insert(self.options.source.clone(), draft.id);
                activity.deal = draft
                    .deal
                    .and_then(|deal| self.deal_of(&deal, by_name, &known, draft.spot.row, issues));
                activity.participants = draft.participants;
                activity.outcome = draft.outcome;
                activity.summary = draft.summary;
                activity.next_steps = draft.next_steps;
                activity.objections = draft.objections;
                activity.raw_content = draft.raw_content;
                activity.provenance = Provenance::new(self.options.source.as_str(), Some(at));
                Some(activity)
            })
            .collect();
        out.sort_by_key(|a| a.at);
        out
    }

    /// The deal a row means. An id nobody else knows is kept: the deal may come with another file.
    fn deal_of(
        &self,
        deal: &DealRef,
        by_name: &HashMap<String, Option<String>>,
        known: &HashSet<DealId>,
        row: u64,
        issues: &mut Issues,
    ) -> Option<DealId> {
        let derive = |id: &str| DealId::derive(&self.options.tenant, &self.options.source, id);
        match deal {
            DealRef::Id(id) => {
                let found = derive(id);
                if known.contains(&found) {
                    return Some(found);
                }
                issues.raise("unknown_deal", Level::Warning, row, None, Some(id), || {
                    (
                        "no deal of this import has this id".into(),
                        "give the file with the deals in the same import".into(),
                    )
                });
                Some(found)
            }
            DealRef::Name(name) => match by_name.get(name) {
                Some(Some(id)) => Some(derive(id)),
                // A column called "deal" may as well hold ids.
                None if known.contains(&derive(name)) => Some(derive(name)),
                found => {
                    let several = found.is_some();
                    issues.raise(
                        "unknown_deal",
                        Level::Warning,
                        row,
                        None,
                        Some(name),
                        || {
                            (
                                if several {
                                    "several deals have this name".into()
                                } else {
                                    "no deal of this import has this name".into()
                                },
                                "add a column with the deal's id".into(),
                            )
                        },
                    );
                    None
                }
            },
            DealRef::Company(_) => None,
        }
    }
}

fn timestamp(at: Option<Instant>) -> Option<Timestamp> {
    Timestamp::from_microsecond(at?.at_us).ok()
}

/// The moves that the dates of a deal's own row tell.
fn visits_of(
    deal: &DealDraft,
    ending: &mut Ending,
    start: &str,
    ends: impl Fn(&str) -> bool,
    issues: &mut Issues,
) -> Vec<(String, i64)> {
    let mut visits: Vec<(String, i64)> = deal
        .entered
        .iter()
        .filter(|(label, _)| !ends(label))
        .map(|(label, at)| (label.clone(), at.at_us))
        .collect();
    if visits.is_empty()
        && let Some(created) = deal.created_at
    {
        visits.push((start.to_owned(), created.at_us));
    }
    if let (Some(stage), Some(since)) = (&deal.stage, deal.stage_entered_at)
        && ending.outcome.is_none()
        && !visits.iter().any(|(label, _)| label == stage)
    {
        visits.push((stage.clone(), since.at_us));
    }
    if ending.outcome.is_some()
        && let (Some(label), Some(closed_us)) = (&ending.label, ending.closed_us)
    {
        let last = visits.iter().map(|(_, at)| *at).max().unwrap_or(closed_us);
        let mut at = closed_us;
        if at < last {
            // A close date is a day: a deal created on its afternoon did not close before.
            if last - at >= DAY_US {
                issues.raise(
                    "closed_before_start",
                    Level::Warning,
                    deal.spot.row,
                    None,
                    None,
                    || {
                        (
                            "the deal closes before its last move; its end was set to that move"
                                .into(),
                            "check creation and close date".into(),
                        )
                    },
                );
            }
            at = last;
        }
        ending.closed_us = Some(at);
        visits.push((label.clone(), at));
    }
    visits
}

/// Stage labels by pipeline, and where in a deal's path they stand.
#[derive(Default)]
struct Pipelines {
    list: Vec<(String, Vec<Label>)>,
    index: HashMap<String, usize>,
    /// Place among its pipeline's labels, by pipeline and label.
    places: HashMap<(usize, String), usize>,
    /// The same by pipeline and stage code, to spare the text: there may be millions of visits.
    by_code: HashMap<(usize, u16), usize>,
}

struct Label {
    text: String,
    places: f64,
    visits: u64,
}

impl Label {
    /// From 0, the start of the path, to 1, its end.
    fn mean(&self) -> Option<f64> {
        (self.visits > 0).then(|| self.places / self.visits as f64)
    }
}

impl Pipelines {
    fn add(&mut self, pipeline: &str, stage: Option<&str>, path: &[u16], log: &StageLog) {
        let at = self.index.get(pipeline).copied().unwrap_or_else(|| {
            self.list.push((pipeline.to_owned(), Vec::new()));
            self.index.insert(pipeline.to_owned(), self.list.len() - 1);
            self.list.len() - 1
        });
        if let Some(stage) = stage {
            self.place(at, stage);
        }
        let span = path.len().saturating_sub(1).max(1) as f64;
        for (n, &code) in path.iter().enumerate() {
            let known = self.by_code.get(&(at, code)).copied();
            let place = known.unwrap_or_else(|| {
                let place = self.place(at, &log.stages()[usize::from(code)]);
                self.by_code.insert((at, code), place);
                place
            });
            let label = &mut self.list[at].1[place];
            label.places += n as f64 / span;
            label.visits += 1;
        }
    }

    fn place(&mut self, pipeline: usize, label: &str) -> usize {
        let labels = &mut self.list[pipeline].1;
        *self
            .places
            .entry((pipeline, label.to_owned()))
            .or_insert_with(|| {
                labels.push(Label {
                    text: label.to_owned(),
                    places: 0.0,
                    visits: 0,
                });
                labels.len() - 1
            })
    }
}

/// Turns sums into money, and says once what was assumed.
struct Sums<'a> {
    cx: &'a Context<'a>,
    assumed: Currency,
    /// The assumption rests on the sums that do name a currency.
    like_others: bool,
    unnamed: u64,
    without_rate: BTreeSet<Currency>,
}

impl<'a> Sums<'a> {
    fn new(cx: &'a Context<'a>, drafts: &Drafts) -> Self {
        let rows = drafts
            .deals
            .iter()
            .flatten()
            .filter_map(|d| d.amount.as_ref());
        let events = drafts
            .cases
            .iter()
            .flatten()
            .filter_map(|c| c.amount.as_ref());
        let named: BTreeSet<Currency> = rows
            .chain(events)
            .filter_map(|sum| sum.currency.as_deref()?.parse().ok())
            .collect();
        let only = named.first().filter(|_| named.len() == 1).copied();
        Self {
            cx,
            assumed: cx.options.currency.or(only).unwrap_or(Currency::USD),
            like_others: only.is_some(),
            unnamed: 0,
            without_rate: BTreeSet::new(),
        }
    }

    fn money(&mut self, sum: &Sum, spot: Spot, issues: &mut Issues) -> Option<Money> {
        let Some(code) = &sum.currency else {
            self.unnamed += 1;
            return Some(Money::new(sum.amount, self.assumed));
        };
        if let Ok(currency) = code.parse() {
            return Some(Money::new(sum.amount, currency));
        }
        self.cx.about(spot, issues);
        issues.raise(
            "unknown_currency",
            Level::Error,
            spot.row,
            None,
            Some(code),
            || {
                (
                    "this is not a currency; the amount was left out".into(),
                    "write its three letters, such as EUR".into(),
                )
            },
        );
        None
    }

    fn in_usd(
        &mut self,
        money: &Money,
        today: Date,
        spot: Spot,
        issues: &mut Issues,
    ) -> Option<Converted> {
        if let Some(rates) = &self.cx.options.rates {
            match rates.convert(money, Currency::USD) {
                Ok(converted) => return Some(converted),
                Err(e) => {
                    if self.without_rate.insert(money.currency) {
                        self.cx.about(spot, issues);
                        issues.raise(
                            "no_rate",
                            Level::Warning,
                            spot.row,
                            None,
                            Some(money.currency.as_str()),
                            || (format!("{e}"), "add the rate to the table".into()),
                        );
                    }
                    return None;
                }
            }
        }
        (money.currency == Currency::USD).then_some(Converted {
            money: *money,
            rate: Decimal::ONE,
            rate_as_of: today,
        })
    }

    fn finish(self, issues: &mut Issues) {
        if self.unnamed > 0 && self.cx.options.currency.is_none() {
            issues.about(None);
            let (n, currency) = (self.unnamed, self.assumed);
            let like = if self.like_others {
                ", like the others"
            } else {
                ""
            };
            issues.raise("assumed_currency", Level::Note, 0, None, None, || {
                (
                    format!("{n} amounts name no currency and were taken as {currency}{like}"),
                    "if they are another, say so: --currency EUR".into(),
                )
            });
        }
    }
}
