//! The same facts give the same forecast, whatever the ids are and whatever comes first.

use forecast::backtest;
use forecast::engine::{Model, Options};
use forecast::pipeline::By;
use forecast::scenario::Scenario;
use insight::outlook::{self, Request};
use model::{Book, StageLog, TenantId};
use serde_json::Value;
use std::collections::BTreeSet;

use crate::support::{demo_book, demo_book_of};

fn fit(book: &Book) -> Model {
    let options = Options {
        members: 8,
        ..Options::default()
    };
    Model::fit(book, &options).unwrap()
}

/// Everything there is to say of a book, without the ids and places that no fact decides.
fn told(book: &Book) -> (String, Value) {
    let model = fit(book);
    let request = Request {
        by: By::Quarter,
        periods: 3,
        top: 8,
        backtest: Some(backtest::Options {
            every_days: Some(120.0),
            members: 4,
            ..backtest::Options::default()
        }),
    };
    let mined = mining::mine(book, &mining::Options::default());
    let outlook = outlook::outlook(book, &mined, &model, &request, &|_, _| {});
    let mut outlook = serde_json::to_value(outlook).unwrap();
    bare(&mut outlook);
    let deals = outlook["deals"].as_array_mut().unwrap();
    assert!(deals.len() > 30);
    deals.sort_by_key(|deal| deal["source_id"].to_string());
    (format!("{:?} {:?}", model.trained, model.chain), outlook)
}

fn bare(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(bare),
        Value::Object(fields) => {
            for id in ["id", "deal", "of"] {
                fields.remove(id);
            }
            fields.values_mut().for_each(bare);
        }
        _ => {}
    }
}

/// Says which parts differ rather than show two books of them.
fn check(a: &(String, Value), b: &(String, Value)) {
    let names: BTreeSet<&String> = [&a.1, &b.1]
        .iter()
        .flat_map(|it| it.as_object().unwrap().keys())
        .collect();
    let differ: Vec<String> = names
        .into_iter()
        .filter(|name| a.1[*name] != b.1[*name])
        .map(|name| format!("{name}: {} | {}", short(&a.1[name]), short(&b.1[name])))
        .collect();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    assert!(a.0 == b.0, "what was learned differs");
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(400).collect()
}

/// The book with all its lists in another order, and its stages under other codes.
fn shuffled(book: &Book) -> Book {
    // A step without a common divisor goes round every place once.
    fn mixed<T: Clone>(all: &[T]) -> Vec<T> {
        let step = [7, 11, 13]
            .into_iter()
            .find(|step| !all.len().is_multiple_of(*step));
        let place = |i: usize| (i * step.unwrap() + 3) % all.len();
        (0..all.len()).map(|i| all[place(i)].clone()).collect()
    }
    let order = mixed(&(0..book.deals.len()).collect::<Vec<_>>());
    let mut stages = book.log.stages().to_vec();
    stages.reverse();
    let (mut case, mut stage, mut at_us) = (Vec::new(), Vec::new(), Vec::new());
    for (number, deal) in (0..).zip(&order) {
        let visits = book.log.visits(*deal);
        case.extend(vec![number; visits.len()]);
        stage.extend(
            visits
                .stage
                .iter()
                .map(|code| stages.len() as u16 - 1 - code),
        );
        at_us.extend_from_slice(visits.at_us);
    }
    let names = order
        .iter()
        .map(|deal| book.log.case_name(*deal).to_owned());
    let closes: Vec<bool> = (0..stages.len() as u16)
        .rev()
        .map(|code| book.outcome_of_stage(code).is_some())
        .collect();
    let log = StageLog::from_columns(&case, &stage, &at_us, names.collect(), stages, &closes);
    Book {
        deals: order.iter().map(|deal| book.deals[*deal].clone()).collect(),
        companies: mixed(&book.companies),
        people: mixed(&book.people),
        stakeholders: mixed(&book.stakeholders),
        activities: mixed(&book.activities),
        pipelines: book.pipelines.iter().rev().cloned().collect(),
        log: log.unwrap(),
        ..book.clone()
    }
}

#[test]
fn two_tenants_with_the_same_facts_get_the_same_forecast() {
    let of = |byte: u8| demo_book_of(TenantId::from_bytes([byte; 16]), demo::Size::Small);
    let (a, b) = (of(1), of(2));
    let ids = |book: &Book| -> Vec<String> {
        let names = 0..book.deals.len();
        names.map(|it| book.log.case_name(it).to_owned()).collect()
    };
    assert_ne!(
        ids(&a),
        ids(&b),
        "the ids must put the deals in another order"
    );
    check(&told(&a), &told(&b));
}

#[test]
fn the_order_of_a_book_says_nothing() {
    let book = demo_book(demo::Size::Small);
    let other = shuffled(&book);
    assert_ne!(book.deals, other.deals);
    check(&told(&book), &told(&other));
}

#[test]
fn a_deal_has_the_same_luck_whoever_else_is_counted() {
    let book = demo_book(demo::Size::Small);
    let model = fit(&book);
    let owner = |deal: usize| {
        let owner = book.deals[deal].owner?;
        Some((owner, owner.to_string()))
    };
    let whole = model.pipeline(By::Quarter, 2, &owner, &|_| None);
    assert!(whole.owners.len() > 3);
    for line in &whole.owners {
        let own = |deal: usize| owner(deal).map(|(_, name)| name) == Some(line.label.clone());
        let part = model.pipeline_of(&own, By::Quarter, 2, &owner, &|_| None);
        assert_eq!(
            (part.total.revenue, part.total.wins),
            (line.revenue, line.wins)
        );
    }
}

#[test]
fn what_only_brings_a_win_sooner_gains_exactly_nothing() {
    let book = demo_book(demo::Size::Small);
    let model = fit(&book);
    let advice = model
        .open()
        .into_iter()
        .map(|deal| model.recommend(deal).unwrap());
    let gains: Vec<f64> = advice
        .flatten()
        .filter(|it| matches!(it.scenario, Scenario::Accelerate { .. }))
        .map(|it| it.gain)
        .collect();
    assert!(
        gains.len() > 20 && gains.iter().all(|gain| *gain == 0.0),
        "{gains:?}"
    );
}
