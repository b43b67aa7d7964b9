//! Books from numbers, for laws, and the demo company as a book.

use std::collections::BTreeMap;

use connectors::file::{Options, import};
use model::{
    Activity, ActivityId, ActivityKind, Book, CanonicalStage, Change, Company, CompanyId, Date,
    Deal, DealId, DealRecord, Entity, ForecastCategory, Layer, OwnFields, Person, PersonId,
    Pipeline, PipelineId, Stage, StageVisit, TenantId, Timestamp,
};
use proptest::prelude::*;

pub(crate) const DAY_US: i64 = 86_400_000_000;

pub(crate) const STAGES: [(&str, CanonicalStage); 5] = [
    ("Lead", CanonicalStage::Lead),
    ("Demo", CanonicalStage::Demo),
    ("Proposal", CanonicalStage::Proposal),
    ("Closed Won", CanonicalStage::ClosedWon),
    ("Closed Lost", CanonicalStage::ClosedLost),
];

/// Now in every made book.
pub(crate) fn now() -> Timestamp {
    "2026-09-30T17:00:00Z".parse().unwrap()
}

pub(crate) fn at(days_ago: f64) -> Timestamp {
    let us = now().as_microsecond() - (days_ago * DAY_US as f64) as i64;
    Timestamp::from_microsecond(us).unwrap()
}

pub(crate) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn deal_id(n: u16) -> DealId {
    DealId::derive(&TenantId::local(), "crm", &n.to_string())
}

pub(crate) fn person(n: u16) -> PersonId {
    PersonId::derive(&TenantId::local(), "crm", &n.to_string())
}

pub(crate) fn company(n: u16) -> CompanyId {
    CompanyId::derive(&TenantId::local(), "crm", &n.to_string())
}

pub(crate) fn pipeline() -> Pipeline {
    let stage = |(order, (label, canonical)): (u16, &(&str, CanonicalStage))| Stage {
        label: (*label).to_owned(),
        canonical: Some(*canonical),
        layer: Some(Layer::Tenant),
        order,
        probability: None,
    };
    Pipeline {
        id: PipelineId::derive(&TenantId::local(), "crm", "sales"),
        name: "Sales".into(),
        stages: (0..).zip(&STAGES).map(stage).collect(),
    }
}

/// What a deal is made from.
#[derive(Clone, Debug)]
pub(crate) struct Seed {
    pub(crate) n: u16,
    pub(crate) name: Option<u8>,
    pub(crate) owner: Option<u16>,
    pub(crate) company: Option<u16>,
    pub(crate) path: Vec<(usize, u16)>,
    pub(crate) amount: Option<(u32, u8)>,
    pub(crate) closes_in: Option<i16>,
    pub(crate) probability: Option<u8>,
    pub(crate) category: Option<u8>,
    pub(crate) opened_to: Option<u16>,
    pub(crate) region: Option<u8>,
    pub(crate) contact: Option<i16>,
}

/// A deal of which nothing is known.
pub(crate) fn bare() -> Seed {
    Seed {
        n: 0,
        name: None,
        owner: None,
        company: None,
        path: vec![],
        amount: None,
        closes_in: None,
        probability: None,
        category: None,
        opened_to: None,
        region: None,
        contact: None,
    }
}

pub(crate) fn seed() -> impl Strategy<Value = Seed> {
    let who = (
        0_u16..60,
        prop::option::of(0_u8..12),
        prop::option::of(0_u16..5),
        prop::option::of(0_u16..4),
        prop::collection::vec((0_usize..5, 0_u16..90), 0..4),
        prop::option::of((0_u32..1_000_000, 0_u8..3)),
    );
    let rest = (
        prop::option::of(-90_i16..120),
        prop::option::of(0_u8..=100),
        prop::option::weighted(0.3, 0_u8..4),
        prop::option::weighted(0.2, 0_u16..5),
        prop::option::of(0_u8..3),
        prop::option::of(-3_i16..60),
    );
    (who, rest).prop_map(|(who, rest)| Seed {
        n: who.0,
        name: who.1,
        owner: who.2,
        company: who.3,
        path: who.4,
        amount: who.5,
        closes_in: rest.0,
        probability: rest.1,
        category: rest.2,
        opened_to: rest.3,
        region: rest.4,
        contact: rest.5,
    })
}

impl Seed {
    pub(crate) fn changes(&self) -> Vec<Change> {
        const NAMES: [&str; 12] = [
            "Harbor rollout",
            "harbor renewal",
            "Lumen pilot",
            "Ångström lab",
            "Z",
            "Quill & Co",
            "Harbor rollout",
            "a",
            "Northwind fleet of very many words that never seems to end at all, really",
            "Meadow",
            "meadow two",
            "Öl",
        ];
        let mut path: Vec<(usize, i64)> = self
            .path
            .iter()
            .map(|(stage, ago)| (*stage, at(f64::from(*ago)).as_microsecond()))
            .collect();
        path.sort_by_key(|(stage, at)| (*at, *stage));
        let last = path.last().map(|(stage, _)| STAGES[*stage]);
        let currency = ["EUR", "USD", "GBP"];
        let deal = Deal {
            name: self.name.map(|n| NAMES[usize::from(n)].to_owned()),
            owner: self.owner.map(person),
            company: self.company.map(company),
            pipeline: Some(pipeline().id),
            stage: last.map(|(label, _)| label.to_owned()),
            canonical_stage: last.map(|(_, canonical)| canonical),
            amount: self.amount.map(|(cents, c)| {
                let text = format!(
                    "{}.{:02} {}",
                    cents / 100,
                    cents % 100,
                    currency[usize::from(c)]
                );
                text.parse().unwrap()
            }),
            probability: self.probability.map(|p| f64::from(p) / 100.0),
            expected_close: self.closes_in.map(|days| {
                let us = now().as_microsecond() + i64::from(days) * DAY_US;
                let at = Timestamp::from_microsecond(us).unwrap();
                at.to_zoned(jiff::tz::TimeZone::UTC).date()
            }),
            created_at: Some(at(100.0 + f64::from(self.n))),
            custom_fields: self
                .region
                .map(|r| {
                    (
                        "Region".to_owned(),
                        ["North", "South", "12"][usize::from(r)].to_owned(),
                    )
                })
                .into_iter()
                .collect(),
            ..Deal::new(deal_id(self.n))
        };
        let visit = |&(stage, at_us): &(usize, i64)| StageVisit {
            stage: STAGES[stage].0.to_owned(),
            at_us,
        };
        let record = DealRecord {
            deal,
            case: format!("OP-{:03}", self.n),
            visits: path.iter().map(visit).collect(),
        };
        let own = OwnFields {
            forecast_category: self.category.map(|c| {
                [
                    ForecastCategory::Commit,
                    ForecastCategory::BestCase,
                    ForecastCategory::Pipeline,
                    ForecastCategory::Omitted,
                ][usize::from(c)]
            }),
            visible_to: self.opened_to.map(person).into_iter().collect(),
            ..OwnFields::default()
        };
        let mut changes = vec![
            Change::Put(Entity::Deal(Box::new(record))),
            Change::Put(Entity::Own(deal_id(self.n), own)),
        ];
        if let Some(ago) = self.contact {
            let id = ActivityId::derive(&TenantId::local(), "crm", &format!("{}/{ago}", self.n));
            let activity = Activity {
                deal: Some(deal_id(self.n)),
                ..Activity::new(id, ActivityKind::Call, at(f64::from(ago)))
            };
            changes.push(Change::Put(Entity::Activity(Box::new(activity))));
        }
        changes
    }
}

/// People, companies and the pipeline.
pub(crate) fn setting() -> Vec<Change> {
    let names = ["Ana", "Ben", "Chloé", "Dmitri"];
    let people = (0..).zip(names).map(|(n, name)| {
        Change::Put(Entity::Person(Person {
            name: Some(name.to_owned()),
            ..Person::new(person(n))
        }))
    });
    let companies = (0..)
        .zip(["Harbor Freightways", "Lumen", "Quill"])
        .map(|(n, name)| {
            Change::Put(Entity::Company(Box::new(Company {
                name: Some(name.to_owned()),
                ..Company::new(company(n))
            })))
        });
    let clock = Change::Put(Entity::Clock("crm".into(), now()));
    people
        .chain(companies)
        .chain([Change::Put(Entity::Pipeline(pipeline())), clock])
        .collect()
}

pub(crate) fn book(seeds: &[Seed]) -> Book {
    let mut book = Book::default();
    let changes = seeds.iter().flat_map(Seed::changes);
    book.apply(setting().into_iter().chain(changes));
    book
}

/// The demo company as its files are read, sorted as a store keeps it.
pub(crate) fn demo_book(size: demo::Size) -> Book {
    demo_book_of(TenantId::local(), size)
}

/// The same, imported by a tenant: every id is another one, and so is the order of everything.
pub(crate) fn demo_book_of(tenant: TenantId, size: demo::Size) -> Book {
    let folder = format!("pie-insight-{}-{tenant}-{size:?}", std::process::id());
    let folder = std::env::temp_dir().join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in demo::company(7, size).files() {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let options = Options {
        tenant,
        ..Options::default()
    };
    let imported = import(std::slice::from_ref(&folder), &options, &mut |_| {}).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    let as_of = imported.book.as_of;
    let mut book = Book::default();
    book.apply(imported.book.entities().map(Change::Put));
    book.apply([Change::Put(Entity::Clock("demo".into(), as_of))]);
    book
}

/// How often each value occurs.
pub(crate) fn tally<K: Ord>(values: impl Iterator<Item = K>) -> BTreeMap<K, u64> {
    let mut counts = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts
}
