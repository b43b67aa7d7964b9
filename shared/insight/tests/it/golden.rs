//! The demo company, told whole. Read the difference before you accept it.

use forecast::engine::{Model, Options};
use forecast::pipeline::By;
use insight::insights::{
    Desk, Digest, Step, attention, cashflow, changes, compliance, data_quality, funnel,
    orders_received, owner_kpis, process_map, today,
};
use insight::outlook::{self, Request, Trust, for_viewer};
use insight::query::FACETS;
use insight::{DealTable, Filter, Query, Settings, Sight};
use model::{Book, PersonId, Viewer};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

use crate::support::{date, demo_book, tally};

fn check(name: &str, value: &impl Serialize) {
    let json = serde_json::to_string_pretty(value).unwrap();
    insta::assert_snapshot!(name, json);
}

#[test]
fn the_demo_company_s_day() {
    let book = demo_book(demo::Size::Small);
    let settings = Settings::default();
    let table = DealTable::build(&book, settings.reporting());
    let digest = Digest::of(&book, &table);
    let desk = Desk {
        book: &book,
        table: &table,
        digest: &digest,
        settings: &settings,
        viewer: &Viewer::all(),
        as_of: book.as_of,
    };
    let filter = Filter::parse([("outcome", "eq", "open"), ("amount", "gte", "100000")]).unwrap();
    let page = table
        .list(&Query {
            viewer: desk.viewer,
            filter: &filter,
            sort: &"-amount".parse().unwrap(),
            after: None,
            limit: 3,
            facets: &FACETS,
            as_of: book.as_of,
        })
        .unwrap();
    check("list", &(page.totals, page.facets));
    check("today", &today(&desk, 4));
    check("attention", &attention(&desk, None, 2));
    check(
        "orders",
        &orders_received(&desk, date("2026-07-01"), date("2026-09-30"), 2),
    );
    check("compliance", &compliance(&desk, 1));
    check("cashflow", &cashflow(&desk, Step::Month, 0, 4, None));
    check("owners", &owner_kpis(&desk, None).unwrap());
    check("funnel", &funnel(&book));
    let quarter = "2026-07-01T00:00:00Z".parse().unwrap();
    let none = BTreeMap::new();
    check(
        "changes",
        &changes(&desk, quarter, book.as_of, &none, &none, 1).unwrap(),
    );

    let mined = mining::mine(&book, &mining::Options::default());
    let map = serde_json::to_value(process_map(&mined)).unwrap();
    assert_eq!(
        map["pipelines"].as_array().unwrap().len(),
        mined.pipelines.len()
    );
    let quality = serde_json::to_value(data_quality(&mined)).unwrap();
    assert_eq!(quality["deals"], book.deals.len());
}

/// The ids and names that only rows out of sight have.
fn canaries(book: &Book, sight: &Sight) -> BTreeSet<String> {
    let words = |seen: bool| -> BTreeSet<String> {
        let deals = book.deals.iter().enumerate();
        deals
            .filter(|(_, deal)| sight.deal(deal.id) == seen)
            .flat_map(|(place, deal)| {
                [
                    deal.id.to_string(),
                    book.log.case_name(place).to_owned(),
                    deal.name.clone().unwrap_or_default(),
                ]
            })
            .collect()
    };
    words(false).difference(&words(true)).cloned().collect()
}

#[test]
fn an_outlook_tells_a_seller_of_their_own_deals_only() {
    let book = demo_book(demo::Size::Small);
    let options = Options {
        members: 8,
        ..Options::default()
    };
    let model = Model::fit(&book, &options).unwrap();
    let mined = mining::mine(&book, &mining::Options::default());
    let request = Request {
        by: By::Quarter,
        periods: 3,
        top: 5,
        backtest: None,
    };
    let trust = || Trust::Untested("not here".to_owned());
    let told = |viewer: &Viewer| {
        let sight = Sight::of(&book, viewer);
        for_viewer(&book, &mined, &model, &request, trust(), &sight)
    };
    let whole = told(&Viewer::all());
    let same = outlook::outlook(&book, &mined, &model, &request, &|_, _| {});
    assert_eq!(
        serde_json::to_string(&(&whole.total, &whole.periods, &whole.deals, &whole.findings))
            .unwrap(),
        serde_json::to_string(&(&same.total, &same.periods, &same.deals, &same.findings)).unwrap()
    );

    let owners = tally(book.deals.iter().filter_map(|deal| deal.owner));
    let sellers: Vec<PersonId> = owners.into_keys().take(3).collect();
    let mut seen = 0;
    for seller in sellers {
        let viewer = Viewer::of([seller]);
        let sight = Sight::of(&book, &viewer);
        let outlook = told(&viewer);
        seen += outlook.deals.len();
        assert_eq!(outlook.total.deals, outlook.deals.len());
        assert!(outlook.owners.len() <= 1, "{:?}", outlook.owners);
        let of_stages: usize = outlook.stages.iter().map(|line| line.deals).sum();
        assert_eq!(of_stages, outlook.deals.len());
        // What is expected of a deal does not depend on who asks.
        for deal in &outlook.deals {
            let known = whole.deals.iter().find(|it| it.id == deal.id).unwrap();
            assert_eq!(known.forecast, deal.forecast);
        }
        let json = serde_json::to_string(&outlook).unwrap();
        for canary in canaries(&book, &sight).iter().filter(|it| !it.is_empty()) {
            assert!(!json.contains(&format!("\"{canary}\"")), "{canary}");
        }
    }
    assert!(seen > 0);
}
