//! An account filled from the invented company, or with many plain deals.

use super::{
    Activity, ActivityKind, CATALOGUE, Company, Contact, Crm, CustomField, Deal, FieldKind, Line,
    Move, Object, Pipeline, Role, Stage, State, User, later, utc,
};
use crate::chance::Chance;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Label, percent, closed, won.
const STAGES: [(&str, u8, bool, bool); 8] = [
    ("Lead", 5, false, false),
    ("Qualification", 15, false, false),
    ("Discovery", 30, false, false),
    ("Demo", 45, false, false),
    ("Proposal", 60, false, false),
    ("Negotiation", 80, false, false),
    ("Closed Won", 100, true, true),
    ("Closed Lost", 0, true, false),
];
const LEAD_SOURCES: [&str; 5] = ["Website", "Referral", "Event", "Outbound", "Partner"];
const COMPETITORS: [&str; 3] = ["Nobody", "In-house", "Another vendor"];

pub(super) fn from_world(crm: &mut Crm, world: &demo::World) {
    let born = world.deals.first().map_or_else(
        || utc(world.as_of),
        |deal| later(utc(deal.created), -86_400),
    );
    pipelines(crm, &["New Business", "Expansion"]);
    fields(crm);
    let users = users(crm, world, born);
    let companies = companies(crm, world, &users, born);
    let mut people: HashMap<(usize, &str), String> = HashMap::new();
    for (number, deal) in world.deals.iter().enumerate() {
        let owner = users.get(deal.owner).cloned();
        let company = companies.get(deal.account).cloned();
        let mut names: HashMap<&str, String> = HashMap::new();
        let mut roles = Vec::new();
        for contact in &deal.contacts {
            let added = utc(contact.added);
            let id = people
                .entry((deal.account, contact.email.as_str()))
                .or_insert_with(|| person(crm, contact, company.as_ref()))
                .clone();
            names.insert(contact.name.as_str(), id.clone());
            roles.push(Role {
                id: crm.next_id(Object::Role),
                contact: id,
                label: label(contact.role),
                is_primary: roles.is_empty(),
                created_at: added,
                modified_at: added,
            });
        }
        let id = crm.next_id(Object::Deal);
        for activity in &deal.activities {
            done(crm, activity, &id, company.as_ref(), owner.as_ref(), &names);
        }
        let deal = told(crm, world, deal, number, id, owner, company, roles);
        crm.deals.insert(deal.id.clone(), deal);
    }
}

/// A pipeline per label, each with the same stages.
fn pipelines(crm: &mut Crm, labels: &[&str]) {
    for label in labels {
        let id = crm.next_id(Object::Pipeline);
        let stages = (0..)
            .zip(STAGES)
            .map(|(order, (label, probability, is_closed, is_won))| Stage {
                id: crm.next_id(Object::Stage),
                label: label.to_owned(),
                order,
                probability,
                is_closed,
                is_won,
            })
            .collect();
        crm.pipelines.push(Pipeline {
            id,
            label: (*label).to_owned(),
            stages,
        });
    }
}

fn fields(crm: &mut Crm) {
    let all: [(Object, &str, &str, FieldKind, &[&str]); 6] = [
        (
            Object::Deal,
            "lead_source",
            "Lead source",
            FieldKind::Choice,
            &LEAD_SOURCES,
        ),
        (
            Object::Deal,
            "competitors",
            "Competitors",
            FieldKind::Choices,
            &COMPETITORS,
        ),
        (
            Object::Deal,
            "budget_confirmed",
            "Budget confirmed",
            FieldKind::Flag,
            &[],
        ),
        (Object::Deal, "kick_off", "Kick-off", FieldKind::Date, &[]),
        (
            Object::Deal,
            "committed_arr",
            "Committed ARR",
            FieldKind::Text,
            &[],
        ),
        (Object::Company, "seats", "Seats", FieldKind::Number, &[]),
    ];
    for (object, name, label, kind, options) in all {
        crm.fields.push(CustomField {
            object,
            name: name.to_owned(),
            label: label.to_owned(),
            kind,
            options: options.iter().map(|&option| option.to_owned()).collect(),
        });
    }
}

fn users(crm: &mut Crm, world: &demo::World, born: Timestamp) -> Vec<String> {
    let ids: Vec<String> = world
        .owners
        .iter()
        .map(|_| crm.next_id(Object::User))
        .collect();
    let by_email: HashMap<&str, &String> = world
        .owners
        .iter()
        .map(|owner| owner.email.as_str())
        .zip(&ids)
        .collect();
    for (owner, id) in world.owners.iter().zip(&ids) {
        let manager = owner
            .manager
            .as_deref()
            .and_then(|email| by_email.get(email));
        crm.users.insert(
            id.clone(),
            User {
                id: id.clone(),
                name: owner.name.clone(),
                email: owner.email.clone(),
                team: Some(owner.team.clone()),
                manager: manager.map(|&id| id.clone()),
                title: owner.role.to_owned(),
                active: owner.employed,
                created_at: born,
                modified_at: if owner.employed {
                    born
                } else {
                    utc(world.as_of)
                },
            },
        );
    }
    ids
}

fn companies(crm: &mut Crm, world: &demo::World, users: &[String], born: Timestamp) -> Vec<String> {
    // Who sells to a company is who had its last deal.
    let sellers: HashMap<usize, usize> = world
        .deals
        .iter()
        .map(|deal| (deal.account, deal.owner))
        .collect();
    let mut ids = Vec::with_capacity(world.accounts.len());
    for (number, account) in world.accounts.iter().enumerate() {
        let id = crm.next_id(Object::Company);
        let stamp = later(born, number as i64);
        let owner = sellers.get(&number).and_then(|&owner| users.get(owner));
        crm.companies.insert(
            id.clone(),
            Company {
                id: id.clone(),
                name: account.name.clone(),
                domain: Some(account.domain.clone()),
                industry: Some(account.industry.to_owned()),
                employees: Some(account.employees),
                annual_revenue: Some(Decimal::from(account.annual_revenue)),
                owner: owner.cloned(),
                custom: BTreeMap::from([("seats".to_owned(), json!(account.employees / 4))]),
                state: State::Live,
                created_at: stamp,
                modified_at: stamp,
                merged_from: Vec::new(),
            },
        );
        ids.push(id);
    }
    ids
}

fn person(crm: &mut Crm, contact: &demo::Contact, company: Option<&String>) -> String {
    let id = crm.next_id(Object::Contact);
    let (first, last) = contact
        .name
        .split_once(' ')
        .unwrap_or(("", contact.name.as_str()));
    let added = utc(contact.added);
    crm.contacts.insert(
        id.clone(),
        Contact {
            id: id.clone(),
            first_name: Some(first.to_owned()),
            last_name: Some(last.to_owned()),
            email: Some(contact.email.clone()),
            title: Some(contact.title.to_owned()),
            company: company.cloned(),
            custom: BTreeMap::new(),
            state: State::Live,
            created_at: added,
            modified_at: contact.last_contact.map_or(added, |at| utc(at).max(added)),
            merged_from: Vec::new(),
        },
    );
    id
}

/// `economic_buyer` as people write it: `Economic Buyer`.
fn label(role: &str) -> Option<String> {
    let words: Vec<String> = role
        .split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_uppercase().chain(letters).collect())
                .unwrap_or_default()
        })
        .collect();
    (role != "unknown").then(|| words.join(" "))
}

fn done(
    crm: &mut Crm,
    activity: &demo::Activity,
    deal: &str,
    company: Option<&String>,
    owner: Option<&String>,
    names: &HashMap<&str, String>,
) {
    let (kind, subject, duration_s) = match activity.kind {
        "call" => (ActivityKind::Call, "Call", Some(1_260)),
        "meeting" => (ActivityKind::Meeting, "Meeting", Some(2_700)),
        "demo" => (ActivityKind::Meeting, "Demo", Some(3_600)),
        "proposal" => (ActivityKind::Email, "Proposal sent", None),
        "contract" => (ActivityKind::Email, "Contract sent", None),
        "objection" => (ActivityKind::Call, "Objection", Some(900)),
        "follow_up" => (ActivityKind::Task, "Follow up", None),
        "internal" => (ActivityKind::Note, "Note", None),
        _ => (ActivityKind::Email, "E-mail", None),
    };
    let at = utc(activity.at);
    let mut body = activity.summary.clone();
    for more in [activity.objection, activity.next_steps]
        .into_iter()
        .flatten()
    {
        body.push('\n');
        body.push_str(more);
    }
    let contacts: BTreeSet<String> = activity
        .participants
        .iter()
        .filter_map(|name| names.get(name.as_str()).cloned())
        .collect();
    let id = crm.next_id(Object::Activity);
    crm.activities.insert(
        id.clone(),
        Activity {
            id,
            kind,
            deal: Some(deal.to_owned()),
            company: company.cloned(),
            contacts: contacts.into_iter().collect(),
            owner: owner.cloned(),
            at,
            done: true,
            subject: subject.to_owned(),
            body,
            outcome: (activity.outcome != "unknown").then(|| activity.outcome.to_owned()),
            duration_s,
            state: State::Live,
            created_at: at,
            modified_at: at,
        },
    );
}

#[expect(
    clippy::too_many_arguments,
    reason = "called once; a struct would only rename the arguments"
)]
fn told(
    crm: &mut Crm,
    world: &demo::World,
    deal: &demo::Deal,
    number: usize,
    id: String,
    owner: Option<String>,
    company: Option<String>,
    roles: Vec<Role>,
) -> Deal {
    let mut chance = Chance::of(world.seed ^ number as u64, "deal");
    let (pipeline, stages) = crm
        .pipelines
        .iter()
        .find(|known| known.label == deal.pipeline)
        .map(|known| (known.id.clone(), known.stages.clone()))
        .unwrap_or_default();
    let stage_id = |label: &str| {
        stages
            .iter()
            .find(|stage| stage.label == label)
            .map(|stage| stage.id.clone())
            .unwrap_or_default()
    };
    let amount = Decimal::from(deal.amount);
    let last = deal.visits.len().saturating_sub(1);
    let moves = deal
        .visits
        .iter()
        .enumerate()
        .map(|(n, visit)| Move {
            id: crm.next_id(Object::Move),
            stage: stage_id(visit.stage),
            at: utc(visit.entered),
            by: owner.clone(),
            // Amounts grow to what they are: some were first entered low.
            amount: Some(if n < last && number.is_multiple_of(4) {
                (amount * Decimal::new(9, 1)).round()
            } else {
                amount
            }),
        })
        .collect();
    let mut custom = BTreeMap::from([
        ("lead_source".to_owned(), json!(deal.lead_source)),
        ("budget_confirmed".to_owned(), json!(chance.chance(0.4))),
    ]);
    if chance.chance(0.3) {
        let (first, second) = (chance.below(2), 2);
        let named: Vec<Value> = [first, second]
            .iter()
            .filter_map(|&n| COMPETITORS.get(n))
            .map(|&name| json!(name))
            .collect();
        custom.insert("competitors".to_owned(), Value::Array(named));
    }
    if chance.chance(0.2) {
        custom.insert(
            "kick_off".to_owned(),
            json!(deal.expected_close.to_string()),
        );
    }
    if let Some(arr) = committed(world.seed ^ number as u64, amount) {
        custom.insert("committed_arr".to_owned(), json!(arr));
    }
    Deal {
        id,
        name: deal.name.clone(),
        company,
        owner,
        pipeline,
        stage: stage_id(deal.stage()),
        amount: Some(amount),
        currency: crm.currency.clone(),
        probability: (deal.is_open() && chance.chance(0.1)).then_some(50),
        expected_close: Some(deal.expected_close),
        created_at: utc(deal.created),
        modified_at: utc(deal.updated),
        closed_at: deal.closed().map(utc),
        lost_reason: deal.lost_reason.map(str::to_owned),
        custom,
        moves,
        roles,
        lines: sold(crm, world.seed ^ number as u64, utc(deal.created)),
        state: State::Live,
        merged_from: Vec::new(),
    }
}

/// What a deal is about, where the seller wrote it down: one product, or several, in any order; and some that were
/// offered and switched off again.
fn sold(crm: &mut Crm, seed: u64, at: Timestamp) -> Vec<Line> {
    let mut chance = Chance::of(seed, "sold");
    if !chance.chance(0.6) {
        return Vec::new();
    }
    let first = chance.below(CATALOGUE.len());
    let numbers = (first..first + 1 + chance.below(3)).map(|n| n % CATALOGUE.len());
    let lines = numbers.zip(0..).filter_map(|(product, n)| {
        let (name, _, price) = CATALOGUE.get(product)?;
        crm.lines += 1;
        Some(Line {
            id: crm.lines,
            product: product as u64 + 1,
            name: (*name).to_owned(),
            price: Decimal::from(*price),
            quantity: Decimal::from(1 + chance.below(40)),
            enabled: n == 0 || chance.chance(0.8),
            created_at: at,
            modified_at: at,
        })
    });
    lines.collect()
}

/// What a seller typed of the yearly part of a deal, into a field that takes any text.
fn committed(seed: u64, amount: Decimal) -> Option<String> {
    let mut chance = Chance::of(seed, "committed");
    let share = Decimal::new(60 + i64::try_from(chance.below(40)).unwrap_or_default(), 2);
    let yearly = (amount * share).round();
    match chance.below(20) {
        0..=5 => None,
        6 => Some("N/A".to_owned()),
        7 => Some(format!("{}k", (yearly / Decimal::ONE_THOUSAND).round())),
        8 => Some(format!("{yearly}.0")),
        _ => Some(yearly.to_string()),
    }
}

pub(super) fn scaled(crm: &mut Crm, deals: usize) {
    const TWO_YEARS_S: i64 = 2 * 365 * 86_400;
    let now = crm.now();
    let start = later(now, -TWO_YEARS_S);
    pipelines(crm, &["New Business"]);
    fields(crm);
    let owners: Vec<String> = (0..20)
        .map(|n| {
            let id = crm.next_id(Object::User);
            crm.users.insert(
                id.clone(),
                User {
                    id: id.clone(),
                    name: format!("Seller {n}"),
                    email: format!("seller{n}@lanternfold.example"),
                    team: None,
                    manager: None,
                    title: "Account Executive".to_owned(),
                    active: true,
                    created_at: start,
                    modified_at: start,
                },
            );
            id
        })
        .collect();
    let stages: Vec<Stage> = crm
        .pipelines
        .first()
        .map(|pipeline| pipeline.stages.clone())
        .unwrap_or_default();
    let pipeline = crm
        .pipelines
        .first()
        .map(|pipeline| pipeline.id.clone())
        .unwrap_or_default();
    let (mut company, mut contact) = (String::new(), String::new());
    for n in 0..deals {
        let created = later(start, n as i64 * TWO_YEARS_S / deals.max(1) as i64);
        if n.is_multiple_of(5) {
            company = plain_company(crm, n / 5, created);
            contact = plain_contact(crm, n / 5, &company, created);
        }
        let ends = n % stages.len().max(1);
        let moves: Vec<Move> = [0, ends / 2, ends]
            .into_iter()
            .zip(0..)
            .filter_map(|(stage, days)| {
                Some(Move {
                    id: crm.next_id(Object::Move),
                    stage: stages.get(stage)?.id.clone(),
                    at: later(created, days * 86_400).min(now),
                    by: owners.get(n % owners.len()).cloned(),
                    amount: Some(Decimal::from(1_000 + n % 90_000)),
                })
            })
            .collect();
        let modified = moves.last().map_or(created, |last| last.at);
        let stage = stages.get(ends);
        let role = Role {
            id: crm.next_id(Object::Role),
            contact: contact.clone(),
            label: Some("Champion".to_owned()),
            is_primary: true,
            created_at: created,
            modified_at: created,
        };
        let deal = Deal {
            id: crm.next_id(Object::Deal),
            name: format!("Deal {n}"),
            company: Some(company.clone()),
            owner: owners.get(n % owners.len()).cloned(),
            pipeline: pipeline.clone(),
            stage: stage.map(|stage| stage.id.clone()).unwrap_or_default(),
            amount: Some(Decimal::from(1_000 + n % 90_000)),
            currency: crm.currency.clone(),
            probability: None,
            expected_close: Some(modified.to_zoned(jiff::tz::TimeZone::UTC).date()),
            created_at: created,
            modified_at: modified,
            closed_at: stage
                .is_some_and(|stage| stage.is_closed)
                .then_some(modified),
            lost_reason: None,
            custom: BTreeMap::new(),
            moves,
            roles: vec![role],
            lines: if n.is_multiple_of(3) {
                sold(crm, n as u64, created)
            } else {
                Vec::new()
            },
            state: State::Live,
            merged_from: Vec::new(),
        };
        crm.deals.insert(deal.id.clone(), deal);
    }
}

fn plain_company(crm: &mut Crm, n: usize, at: Timestamp) -> String {
    let id = crm.next_id(Object::Company);
    let company = Company {
        id: id.clone(),
        name: format!("Company {n}"),
        domain: Some(format!("company-{n}.example")),
        industry: None,
        employees: None,
        annual_revenue: None,
        owner: None,
        custom: BTreeMap::new(),
        state: State::Live,
        created_at: at,
        modified_at: at,
        merged_from: Vec::new(),
    };
    crm.companies.insert(id.clone(), company);
    id
}

fn plain_contact(crm: &mut Crm, n: usize, company: &str, at: Timestamp) -> String {
    let id = crm.next_id(Object::Contact);
    let contact = Contact {
        id: id.clone(),
        first_name: Some("Person".to_owned()),
        last_name: Some(n.to_string()),
        email: Some(format!("person{n}@company-{n}.example")),
        title: None,
        company: Some(company.to_owned()),
        custom: BTreeMap::new(),
        state: State::Live,
        created_at: at,
        modified_at: at,
        merged_from: Vec::new(),
    };
    crm.contacts.insert(id.clone(), contact);
    id
}
