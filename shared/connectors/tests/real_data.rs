//! Real files, where they are at hand.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests"
)]

use std::path::PathBuf;

use connectors::file::{EventColumns, Import, Options, import, read_stage_events};
use model::Outcome;

/// The folder or file of that name, or a word on why the test has nothing to do.
fn data(name: &str) -> Option<PathBuf> {
    let root = std::env::var("PIE_DATA").map_or_else(
        |_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there; set PIE_DATA", path.display());
    None
}

fn load(name: &str) -> Option<Import> {
    let done = import(&[data(name)?], &Options::default(), &mut |_| {}).unwrap();
    assert_eq!(done.report.rows_read(), done.report.rows_used());
    Some(done)
}

#[test]
fn crm_opportunities_are_one_import() {
    let Some(Import { book, report }) = load("crm_opportunities") else {
        return;
    };
    assert_eq!(book.deals.len(), 8_800);
    assert_eq!(book.companies.len(), 85);
    let closed = |outcome| {
        let ended = |d: &&model::Deal| {
            d.canonical_stage.and_then(model::CanonicalStage::outcome) == Some(outcome)
        };
        book.deals.iter().filter(ended).count()
    };
    assert_eq!(
        (closed(Outcome::Won), closed(Outcome::Lost)),
        (4_238, 2_473)
    );
    // Prospecting deals carry no dates: they are open and have no history.
    let still = (0..8_800)
        .filter(|&n| book.log.visits(n).is_empty())
        .count();
    assert_eq!(still, 500);
    assert_eq!(book.as_of.to_string(), "2017-12-31T00:00:00Z");
    assert!(
        book.deals
            .iter()
            .all(|d| d.owner.is_some() && d.custom_fields.contains_key("list_price"))
    );
    // 35 agents, of whom five have no deals, and their six managers.
    assert_eq!(book.people.len(), 41);
    // The account is missing only on deals that never close, and is left so.
    assert_eq!(
        book.deals.iter().filter(|d| d.company.is_none()).count(),
        1_425
    );
    let joined = report
        .issues
        .iter()
        .find(|g| g.code == "product_joined")
        .unwrap();
    assert_eq!(joined.count, 1);
}

#[test]
fn bpi2012_is_a_stage_history() {
    let Some(Import { book, .. }) = load("bpi2012") else {
        return;
    };
    assert_eq!((book.log.events(), book.deals.len()), (23_063, 7_455));
    assert!(book.deals.iter().all(|d| d.amount.is_some()));
    let path = data("bpi2012/stages_before_2012-01-01.csv").unwrap();
    let short = read_stage_events(
        &path,
        &EventColumns::default(),
        &Options::default(),
        &mut |_| {},
    );
    assert_eq!(short.unwrap().log, book.log);
}

#[test]
fn process_logs_are_stage_histories() {
    let check = |name: &str, cases: usize, events: usize| {
        if let Some(Import { book, .. }) = load(name) {
            assert_eq!(
                (book.deals.len(), book.log.events()),
                (cases, events),
                "{name}"
            );
        }
    };
    check("helpdesk", 4_580, 21_348);
    check("receipt", 1_434, 8_577);
    check("running_example/running-example.csv", 6, 42);
}

#[test]
fn running_example_is_the_same_in_csv_and_xes() {
    let names = ["running-example.csv", "running-example.xes"];
    let paths = |b: Import| -> Vec<Vec<(String, i64)>> {
        let mut cases: Vec<(String, usize)> = (0..b.book.log.cases())
            .map(|n| (b.book.log.case_name(n).to_owned(), n))
            .collect();
        cases.sort();
        let path = |n: usize| {
            let visits = b.book.log.visits(n);
            let label = |code: &u16| b.book.log.stages()[usize::from(*code)].clone();
            visits
                .stage
                .iter()
                .map(label)
                .zip(visits.at_us.iter().copied())
                .collect()
        };
        cases.into_iter().map(|(_, n)| path(n)).collect()
    };
    let loaded: Vec<_> = names
        .iter()
        .filter_map(|n| load(&format!("running_example/{n}")))
        .map(paths)
        .collect();
    if let [csv, xes] = &loaded[..] {
        assert_eq!(csv, xes);
    }
}

#[test]
fn win_loss_has_deals_without_dates() {
    let Some(Import { book, report }) = load("win_loss") else {
        return;
    };
    assert_eq!((book.deals.len(), book.log.events()), (54_480, 0));
    assert!(book.deals.iter().all(|d| {
        d.canonical_stage
            .and_then(model::CanonicalStage::outcome)
            .is_some()
    }));
    assert!(report.issues.iter().all(|group| group.count == 1));
}
