//! The forecast of a book as it is told: the engine's figures joined with names, the list of what
//! needs attention, and what is not known. The terminal, JSON, the HTML report and the API all tell
//! this.

use std::collections::{BTreeMap, HashMap};

use forecast::backtest::{self, Backtest};
use forecast::effects::Effects;
use forecast::engine::{DealError, DealForecast, Model};
use forecast::learn::fit::{Confidence, Evidence};
use forecast::pipeline::{By, Line, PipelineForecast, Slip};
use forecast::reading::{AmountSource, days};
use mining::{FindingKind, Mined, Scope};
use model::{Book, CanonicalStage, PersonId};
use serde::Serialize;

use crate::Sight;
use crate::attributes;
use crate::format;
use crate::sight::restricted;

/// Everything there is to say about a book's future.
#[derive(Debug, Serialize)]
pub struct Outlook {
    /// The day the forecast looks ahead from.
    pub as_of: String,
    /// The currency of every amount.
    pub currency: Option<String>,
    /// How far the history carries.
    pub confidence: Confidence,
    /// What the forecast was learned from.
    pub evidence: Evidence,
    /// By period, the running one first.
    pub periods: Vec<Line>,
    /// By owner, over all periods.
    pub owners: Vec<Line>,
    /// By stage, over all periods.
    pub stages: Vec<Line>,
    /// All periods together.
    pub total: Line,
    /// Where the value most likely lost lies: amount × (1 − chance), forgotten deals left out.
    pub riskiest: Vec<Told>,
    /// Deals that will probably miss the close date they carry.
    pub slipping: Vec<Slipping>,
    /// Open for longer than deals that were ever won from that stage.
    pub forgotten: Forgotten,
    /// How good it would have been.
    pub trust: Trust,
    /// What champions, blockers and touches are associated with.
    pub effects: Effects,
    /// What the model does not know, in words.
    pub unknown: Vec<String>,
    /// What is wrong with the data.
    pub findings: Vec<mining::Finding>,
    /// Every open deal.
    pub deals: Vec<Told>,
}

/// A deal's forecast with the names a person knows it by.
#[derive(Debug, Clone, Serialize)]
pub struct Told {
    /// Its id.
    pub id: String,
    /// What the source calls it.
    pub source_id: String,
    /// Its name.
    pub name: Option<String>,
    /// Who would buy.
    pub company: Option<String>,
    /// Who sells.
    pub owner: Option<String>,
    /// What it is expected to do.
    #[serde(flatten)]
    pub forecast: DealForecast,
    /// The stages so far with the days in each; the last is still running.
    pub path: Vec<(String, f64)>,
}

/// A deal that will probably miss its close date, with the names a person knows it by.
#[derive(Debug, Clone, Serialize)]
pub struct Slipping {
    /// What a table calls the deal.
    pub label: String,
    /// Who sells.
    pub owner: Option<String>,
    /// Its stage.
    pub stage: String,
    /// By how much and how surely.
    #[serde(flatten)]
    pub slip: Slip,
}

/// Deals open for longer than any that was won.
#[derive(Debug, Serialize)]
pub struct Forgotten {
    /// How many.
    pub count: usize,
    /// What they are worth on paper.
    pub amount: f64,
    /// What the forecast gives them within 90 days.
    pub expected_in_90_days: f64,
    /// The share of open deals.
    pub share: f64,
    /// Some of them, the largest first.
    pub examples: Vec<Told>,
}

/// How far the forecast may be trusted, by its own past.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// The test on the past.
    Backtest(Box<Backtest>),
    /// Why there is none.
    Untested(String),
}

/// What to forecast, and how.
#[derive(Debug)]
pub struct Request {
    /// How long the periods are.
    pub by: By,
    /// How many of them.
    pub periods: usize,
    /// How many deals the lists of some name.
    pub top: usize,
    /// How to test it on the past; `None` leaves the test out.
    pub backtest: Option<backtest::Options>,
}

impl Told {
    /// What a table calls the deal.
    pub fn label(&self) -> String {
        label(&self.source_id, self.name.as_deref())
    }

    /// What puts deals in an order that are alike otherwise: what the source calls them, and where that
    /// is one name, the id.
    fn facts_first(&self) -> (&str, &str) {
        (&self.source_id, &self.id)
    }

    /// The strongest reasons, in words.
    pub fn why(&self, most: usize) -> String {
        let reasons: Vec<String> = self
            .forecast
            .reasons
            .iter()
            .take(most)
            .map(|reason| {
                format!(
                    "{} {}",
                    if reason.log_odds > 0.0 { "+" } else { "−" },
                    reason.feature
                )
            })
            .collect();
        reasons.join(", ")
    }
}

fn label(source_id: &str, name: Option<&str>) -> String {
    match name {
        Some(name) if name != source_id => format!("{source_id} {name}"),
        _ => source_id.to_owned(),
    }
}

/// Names of a book's people and companies, looked up often.
#[derive(Debug)]
pub struct Names<'a> {
    book: &'a Book,
    people: HashMap<PersonId, &'a str>,
    companies: HashMap<model::CompanyId, &'a str>,
}

impl<'a> Names<'a> {
    /// The names of a book.
    pub fn of(book: &'a Book) -> Self {
        let people = book
            .people
            .iter()
            .filter_map(|p| Some((p.id, p.name.as_deref().or(p.email.as_deref())?)));
        let companies = book
            .companies
            .iter()
            .filter_map(|c| Some((c.id, c.name.as_deref()?)));
        Self {
            book,
            people: people.collect(),
            companies: companies.collect(),
        }
    }

    /// What the source calls a deal.
    pub fn source_id(&self, deal: usize) -> String {
        if deal < self.book.log.cases() {
            return self.book.log.case_name(deal).to_owned();
        }
        self.book
            .deals
            .get(deal)
            .map_or_else(String::new, |deal| deal.id.to_string())
    }

    /// Who sells a deal.
    pub fn owner(&self, deal: usize) -> Option<String> {
        let owner = self.book.deals.get(deal)?.owner?;
        self.people.get(&owner).map(|name| (*name).to_owned())
    }

    /// Who sells a deal, and what to call them: by their id where nobody says their name.
    fn seller(&self, deal: usize) -> Option<(PersonId, String)> {
        let owner = self.book.deals.get(deal)?.owner?;
        let name = self.people.get(&owner);
        Some((
            owner,
            name.map_or_else(|| owner.to_string(), |name| (*name).to_owned()),
        ))
    }

    /// Who would buy.
    pub fn company(&self, deal: usize) -> Option<String> {
        let company = self.book.deals.get(deal)?.company?;
        self.companies.get(&company).map(|name| (*name).to_owned())
    }

    /// The stages a deal has been in with the days in each, up to `as_of` days since the epoch.
    pub fn path(&self, deal: usize, as_of: f64) -> Vec<(String, f64)> {
        if deal >= self.book.log.cases() {
            return Vec::new();
        }
        let visits = self.book.log.visits(deal);
        let at: Vec<f64> = visits
            .at_us
            .iter()
            .map(|&us| us as f64 / 86_400e6)
            .collect();
        let ends = at.iter().skip(1).copied().chain([as_of]);
        visits
            .stage
            .iter()
            .zip(at.iter().zip(ends))
            .map(|(&stage, (from, to))| {
                let label = self
                    .book
                    .log
                    .stages()
                    .get(usize::from(stage))
                    .cloned()
                    .unwrap_or_default();
                (label, (to - from).max(0.0))
            })
            .collect()
    }

    /// A forecast with the names of its deal.
    pub fn tell(&self, forecast: DealForecast, as_of: f64) -> Told {
        let deal = forecast.deal;
        let entity = self.book.deals.get(deal);
        Told {
            id: entity.map_or_else(String::new, |deal| deal.id.to_string()),
            source_id: self.source_id(deal),
            name: entity.and_then(|deal| deal.name.clone()),
            company: self.company(deal),
            owner: self.owner(deal),
            path: self.path(deal, as_of),
            forecast,
        }
    }
}

/// Forecasts the whole book.
pub fn outlook(
    book: &Book,
    mined: &Mined,
    model: &Model,
    request: &Request,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Outlook {
    let names = Names::of(book);
    let trust = trust(model, request, progress);
    let new_deals = match request.backtest {
        Some(_) => new_deals(book, mined, model, &names),
        None => None,
    };
    let all = Sight::of(book, &model::Viewer::all());
    let mut outlook = tell(book, mined, model, request, trust, &all);
    outlook.unknown.extend(new_deals);
    outlook
}

/// The same for who does not see everything: every line, deal and finding is of the deals seen.
///
/// What was learned is learned from all deals, and so are `evidence`, `effects` and `trust`, which
/// is taken from the whole book's outlook.
pub fn for_viewer(
    book: &Book,
    mined: &Mined,
    model: &Model,
    request: &Request,
    trust: Trust,
    sight: &Sight,
) -> Outlook {
    let mut outlook = tell(book, mined, model, request, trust, sight);
    if !sight.sees_all() {
        let seen = restricted(book, sight);
        let quality = mining::quality::check(&seen, &Scope::of_book(&seen));
        outlook.findings = findings(&quality);
    }
    outlook
}

fn tell(
    book: &Book,
    mined: &Mined,
    model: &Model,
    request: &Request,
    trust: Trust,
    sight: &Sight,
) -> Outlook {
    let names = Names::of(book);
    let as_of = model.origin();
    let closes = |deal: usize| {
        let day = book.deals.get(deal)?.expected_close?;
        // A deal closes in time when it closes on that very day.
        let end = day
            .tomorrow()
            .ok()?
            .to_zoned(jiff::tz::TimeZone::UTC)
            .ok()?;
        Some(days(end.timestamp()))
    };
    let seen = |deal: usize| book.deals.get(deal).is_some_and(|it| sight.deal(it.id));
    let pipeline = model.pipeline_of(
        &seen,
        request.by,
        request.periods,
        &|deal| names.seller(deal),
        &closes,
    );
    let unknown = unknown(book, mined, model, &pipeline, &trust, sight);
    let PipelineForecast {
        periods,
        owners,
        mut stages,
        total,
        deals,
        slips,
        ..
    } = pipeline;
    let order = stage_order(mined);
    stages.sort_by_key(|line| order.get(&line.label).copied().unwrap_or(usize::MAX));
    // Without skill over the base rate nothing is said to set one deal apart from another.
    let blind = matches!(&trust, Trust::Backtest(backtest) if !backtest.skill);
    let deals: Vec<Told> = deals
        .into_iter()
        .map(|deal| DealForecast {
            reasons: if blind { Vec::new() } else { deal.reasons },
            ..deal
        })
        .map(|forecast| names.tell(forecast, as_of))
        .collect();
    let slipping = slips
        .into_iter()
        .take(request.top)
        .map(|slip| Slipping {
            label: label(
                &names.source_id(slip.deal),
                book.deals
                    .get(slip.deal)
                    .and_then(|deal| deal.name.as_deref()),
            ),
            owner: names.owner(slip.deal),
            stage: book
                .deals
                .get(slip.deal)
                .and_then(|deal| deal.stage.clone())
                .unwrap_or_default(),
            slip,
        })
        .collect();
    Outlook {
        as_of: format::day(book.as_of),
        currency: model.reading.currency.map(|currency| currency.to_string()),
        confidence: model.confidence,
        evidence: model.evidence,
        periods,
        owners,
        stages,
        total,
        riskiest: riskiest(&deals, request.top),
        slipping,
        forgotten: forgotten(&deals, request.top),
        trust,
        effects: model.effects.clone(),
        unknown,
        findings: findings(&mined.quality),
        deals,
    }
}

/// What is wrong with the data; deals that have outlived the others are told as forgotten.
fn findings(quality: &mining::Quality) -> Vec<mining::Finding> {
    let findings = quality.findings.iter();
    findings
        .filter(|finding| finding.kind != FindingKind::Zombie)
        .cloned()
        .collect()
}

/// Where each stage stands in its pipeline; the engine names a stage with its pipeline where there
/// are several.
fn stage_order(mined: &Mined) -> HashMap<String, usize> {
    let stages = mined
        .pipelines
        .iter()
        .flat_map(|pipeline| pipeline.stages.iter().map(move |stage| (pipeline, stage)));
    stages
        .enumerate()
        .flat_map(|(place, (pipeline, stage))| {
            [
                (stage.label.clone(), place),
                (format!("{}: {}", pipeline.name, stage.label), place),
            ]
        })
        .collect()
}

fn riskiest(deals: &[Told], top: usize) -> Vec<Told> {
    let at_risk =
        |deal: &Told| deal.forecast.amount.unwrap_or(1.0) * (1.0 - deal.forecast.p_win.value);
    let mut live: Vec<&Told> = deals.iter().filter(|deal| !deal.forecast.zombie).collect();
    live.sort_by(|a, b| {
        at_risk(b)
            .total_cmp(&at_risk(a))
            .then_with(|| a.facts_first().cmp(&b.facts_first()))
    });
    live.into_iter().take(top).cloned().collect()
}

fn forgotten(deals: &[Told], top: usize) -> Forgotten {
    let mut all: Vec<&Told> = deals.iter().filter(|deal| deal.forecast.zombie).collect();
    let amount = |deal: &Told| deal.forecast.amount.unwrap_or(0.0);
    all.sort_by(|a, b| {
        amount(b)
            .total_cmp(&amount(a))
            .then_with(|| a.facts_first().cmp(&b.facts_first()))
    });
    Forgotten {
        count: all.len(),
        amount: all.iter().map(|deal| amount(deal)).sum(),
        expected_in_90_days: all
            .iter()
            .filter_map(|deal| Some(amount(deal) * deal.forecast.by_days.last()?.p_win))
            .sum(),
        share: all.len() as f64 / deals.len().max(1) as f64,
        examples: all.into_iter().take(top).cloned().collect(),
    }
}

/// How good the forecast would have been.
pub fn trust(model: &Model, request: &Request, progress: &(dyn Fn(usize, usize) + Sync)) -> Trust {
    let Some(options) = &request.backtest else {
        return Trust::Untested("the test on the past was left out; run `pie backtest`".to_owned());
    };
    match backtest::backtest(&model.reading.panel, options, progress) {
        Ok(backtest) => Trust::Backtest(Box::new(backtest)),
        Err(error) => Trust::Untested(error.to_string()),
    }
}

/// Says so where nothing known at a deal's start tells winners from losers.
fn new_deals(book: &Book, mined: &Mined, model: &Model, names: &Names) -> Option<String> {
    const SEED: u64 = 1;
    let rank = |deal: usize| model.reading.panel.rank(deal);
    let report = attributes::at_the_start(book, mined, &rank, names, SEED)?;
    let tried = report.used.iter().map(String::as_str);
    let tried: Vec<&str> = tried
        .chain(report.dropped.iter().map(|d| d.column.as_str()))
        .collect();
    (!report.skill).then(|| {
        format!(
            "Which new deal will be won: on the newest {}, what is known at the start ({}) shows no skill over the base rate (Brier {} against {}), so no drivers are shown.",
            format::counted(report.closed, "closed deal"),
            tried.join(", "),
            format::score(report.random.score.brier),
            format::score(report.random.base.brier),
        )
    })
}

/// The deals seen that are in no figure: open ones without history by stage, and how many amounts
/// no rate is known for.
fn left_out(book: &Book, model: &Model, sight: &Sight) -> (BTreeMap<String, usize>, usize) {
    let reading = &model.reading;
    if sight.sees_all() {
        return (reading.without_history.clone(), reading.unconverted);
    }
    let (mut without_history, mut unconverted) = (BTreeMap::new(), 0);
    for place in sight.deals(book) {
        let deal = &book.deals[place];
        let closed = deal.canonical_stage.and_then(CanonicalStage::outcome);
        if closed.is_none() && matches!(model.standing(place), Err(DealError::NoHistory)) {
            let stage = deal.stage.clone().unwrap_or_else(|| "no stage".to_owned());
            *without_history.entry(stage).or_default() += 1;
        }
        let foreign = deal
            .amount
            .is_some_and(|it| Some(it.currency) != reading.currency);
        let source = reading.values.get(place).copied().flatten();
        let converted = source.is_some_and(|(_, source)| source == AmountSource::Deal);
        unconverted += usize::from(foreign && !converted);
    }
    (without_history, unconverted)
}

/// What the figures leave out or take for granted.
fn unknown(
    book: &Book,
    mined: &Mined,
    model: &Model,
    pipeline: &PipelineForecast,
    trust: &Trust,
    sight: &Sight,
) -> Vec<String> {
    let mut unknown = Vec::new();
    let reading = &model.reading;
    let (without_history, unconverted) = left_out(book, model, sight);
    unknown.push(match pipeline.newcomers_share {
        Some(share) => format!(
            "Deals that do not exist yet. In past periods {} of the revenue came from deals begun in the same period; it comes on top of this forecast.",
            format::percent(share)
        ),
        None => "Deals that do not exist yet; what they will bring comes on top of this forecast.".to_owned(),
    });
    for (stage, count) in &without_history {
        unknown.push(format!(
            "{} in {stage} without any dated stage: nothing says how long they have been there, so they are not in the forecast.",
            format::counted(*count, "open deal")
        ));
    }
    let from = |source: AmountSource| {
        pipeline
            .deals
            .iter()
            .filter(|deal| deal.amount_source == Some(source))
            .count()
    };
    for (source, what) in [
        (AmountSource::ListPrice, "the list price of their product"),
        (AmountSource::MeanOfWon, "the mean of won deals"),
    ] {
        let count = from(source);
        if count > 0 {
            unknown.push(format!(
                "The amount of {} of {}: {what} stands in for it.",
                format::count(count),
                format::counted(pipeline.deals.len(), "open deal")
            ));
        }
    }
    if unconverted > 0 {
        unknown.push(format!(
            "What {} in another currency are worth: no exchange rate is known for them.",
            format::counted(unconverted, "amount")
        ));
    }
    if reading.amounts_filled_at_close {
        unknown.push("Whether large deals fare differently: amounts are filled in at the close, so an amount gives the outcome away and nothing was learned from it.".to_owned());
    }
    for (stage, stays) in model.thin_stages() {
        unknown.push(format!(
            "How {stage} really goes: only {} ended there, so its figures lean on the pipeline's as a whole.",
            format::counted(stays, "stay")
        ));
    }
    let leaks: Vec<&str> = mined
        .quality
        .leaks
        .iter()
        .map(|leak| leak.field.as_str())
        .collect();
    if !leaks.is_empty() {
        unknown.push(format!(
            "Anything from {}: filled in only for one outcome, so they were left out of learning.",
            leaks.join(", ")
        ));
    }
    if book.stakeholders.is_empty() && book.activities.is_empty() {
        unknown.push("Who the deals' people are and what was said: there are no contacts and no activities, so champions, blockers and touches rest on starting assumptions.".to_owned());
    }
    match trust {
        Trust::Backtest(backtest) if !backtest.skill => unknown.push(format!(
            "Which deal is better than another: {}",
            backtest.verdict
        )),
        Trust::Untested(why) => {
            unknown.push(format!("How good this forecast would have been: {why}."));
        }
        Trust::Backtest(_) => {}
    }
    unknown.push("Causes. Effects are associations in this history; a deal may have a champion because it goes well.".to_owned());
    unknown
}
