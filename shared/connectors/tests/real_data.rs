//! Real files, where they are at hand.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stderr, reason = "tests")]

use std::path::PathBuf;

use connectors::file::{Import, Options, import};

/// The folder of that name, or a word on why the test has nothing to do.
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
    eprintln!("{}", done.report);
    Some(done)
}

#[test]
fn crm_opportunities_are_one_import() {
    load("crm_opportunities");
}

#[test]
fn bpi2012_is_a_stage_history() {
    load("bpi2012");
}

#[test]
fn helpdesk_is_an_event_log() {
    load("helpdesk");
}

#[test]
fn receipt_is_an_event_log() {
    load("receipt");
}

#[test]
fn running_example_csv_and_xes_agree() {
    load("running_example/running-example.csv");
    load("running_example/running-example.xes");
}

#[test]
fn win_loss_has_deals_without_dates() {
    load("win_loss");
}
