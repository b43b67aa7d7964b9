//! Real logs, where they are at hand: `PIE_DATA`, or `../shared/data` beside the workspace.
#![expect(
    clippy::print_stderr,
    reason = "a skipped test says so, and a measured one what it measured"
)]

use crate::support::*;
use mining::{Context, Facts, Options, Scope, TransitionMatrix, count};
use model::{Book, Deal, StageLog, Timestamp};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A file of the data folder, or nothing, said aloud.
#[expect(
    clippy::disallowed_methods,
    reason = "where the data are is the tester's to say"
)]
fn data(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("PIE_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let path = folder.join(file);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {file} is not in PIE_DATA");
    None
}

/// Case, stage, instant and amount of every row.
struct Row {
    case: String,
    stage: String,
    at: Timestamp,
    amount: Option<i64>,
}

fn read(path: &PathBuf, columns: [&str; 3]) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|column| column == name);
    let [case, stage, at] = columns.map(|name| column(name).unwrap());
    let amount = column("amount");
    reader
        .records()
        .map(|row| {
            let row = row.unwrap();
            let at = row[at].replace(' ', "T");
            let at = at.parse().or_else(|_| format!("{at}Z").parse()).unwrap();
            let amount = amount.and_then(|amount| row[amount].parse().ok());
            Row {
                case: row[case].to_owned(),
                stage: row[stage].to_owned(),
                at,
                amount,
            }
        })
        .collect()
}

fn build<'a>(rows: impl IntoIterator<Item = &'a Row>) -> StageLog {
    let mut log = StageLog::builder();
    for row in rows {
        log.push(&row.case, &row.stage, row.at).unwrap();
    }
    log.finish(|stage| outcome(stage).is_some())
}

const XES: [&str; 3] = ["case:concept:name", "concept:name", "time:timestamp"];

/// Cases, events, pairs of stages and variants of three public logs, counted by another program.
#[test]
fn public_logs_are_mined_whole() {
    let check = |file: &str, cases: u64, visits: u64, first: &str, edges: usize, distinct: u64| {
        let Some(path) = data(file) else { return };
        let rows = read(&path, XES);
        let now = rows.iter().map(|row| row.at).max().unwrap();
        let log = build(&rows);
        let scope = Scope::of_log(&log, outcome, now);
        let mined = mining::mine_pipeline(&scope, &Facts::default(), &Options::default());
        assert_eq!((mined.deals, mined.visits), (cases, visits), "{file}");
        assert_eq!(mined.stages[0].label, first);
        assert_eq!(
            (count(&log).edges().len(), mined.variants.distinct),
            (edges, distinct),
            "{file}"
        );
    };
    check(
        "running_example/running-example.csv",
        6,
        42,
        "register request",
        16,
        6,
    );
    check(
        "helpdesk/helpdesk.csv",
        4_580,
        21_348,
        "Insert ticket",
        55,
        226,
    );
    check(
        "receipt/receipt.csv",
        1_434,
        8_577,
        "Confirmation of receipt",
        99,
        116,
    );
}

/// The CRM set: the account gives the outcome away, so does the value, and many deals are dead.
#[test]
fn the_leaks_and_zombies_of_the_crm_set_are_named() {
    let Some(path) = data("crm_opportunities/sales_pipeline.csv") else {
        return;
    };
    let mut log = StageLog::builder();
    let mut deals = Vec::new();
    let instant = |day: &str| -> Timestamp { format!("{day}T00:00:00Z").parse().unwrap() };
    for row in csv::Reader::from_path(&path).unwrap().records() {
        let row = row.unwrap();
        let (id, account, stage) = (&row[0], &row[3], &row[4]);
        log.case(id).unwrap();
        if !row[5].is_empty() {
            log.push(id, "Engaging", instant(&row[5])).unwrap();
        }
        if !row[6].is_empty() {
            log.push(id, stage, instant(&row[6])).unwrap();
        }
        let mut deal = Deal::new(deal_id(id));
        deal.company = (!account.is_empty()).then(|| company(account, "any").id);
        deal.amount = row[7].parse().ok().map(dollars);
        deal.stage = Some(stage.to_owned());
        deal.canonical_stage = Some(canonical(stage));
        deals.push(deal);
    }
    let log = log.finish(|stage| outcome(stage).is_some());
    let book = Book {
        as_of: log_end(&log),
        deals,
        log,
        ..Book::default()
    };
    let mined = mining::mine(&book, &Options::default());
    let quality = &mined.quality;
    assert_eq!(
        (quality.deals, quality.won, quality.lost),
        (8_800, 4_238, 2_473)
    );
    let leaks: Vec<&str> = quality
        .leaks
        .iter()
        .map(|leak| leak.field.as_str())
        .collect();
    assert_eq!(leaks, ["company", "amount"]);
    assert_eq!(quality.leaks[0].missing_won, Some(0.0));
    // With the value out, nothing is said about size.
    assert!(
        !mined.pipelines[0]
            .transitions
            .dimensions
            .contains(&mining::Dimension::Size)
    );
    let zombies = quality.zombies.len();
    eprintln!(
        "{zombies} zombies, limit {:?} days",
        quality.zombie_rules.first().map(|r| r.limit_days)
    );
    assert!(
        (400..1_589).contains(&zombies),
        "{zombies} of 1,589 engaging deals"
    );
}

/// Next-stage log loss on the loan log, after training on `n` cases drawn from the past.
#[test]
fn shrunk_contexts_predict_the_next_stage() {
    const ORDER: [&str; 6] = [
        "Submitted",
        "Preaccepted",
        "OfferSent",
        "OfferReturned",
        "Won",
        "Lost",
    ];
    const DRAWS: u64 = 60;
    let Some(path) = data("bpi2012/stages_before_2012-01-01.csv") else {
        return;
    };
    let rows = read(&path, ["case", "stage", "ts"]);
    let origin: Timestamp = "2011-12-01T00:00:00Z".parse().unwrap();
    let amounts: BTreeMap<&str, i64> = rows
        .iter()
        .filter_map(|row| Some((row.case.as_str(), row.amount?)))
        .collect();
    let book_of = |log: StageLog| {
        let mut book = Book {
            as_of: log_end(&log),
            ..Book::default()
        };
        for case in 0..log.cases() {
            let mut deal = Deal::new(deal_id(log.case_name(case)));
            deal.amount = amounts
                .get(log.case_name(case))
                .map(|&amount| dollars(amount));
            book.deals.push(deal);
        }
        book.log = log;
        book
    };

    // The moves to be predicted, each with what was known just before it.
    let all = book_of(build(&rows));
    let facts = Facts::of_book(&all);
    let scope = Scope::of_log_in_order(&all.log, &ORDER, outcome, all.as_of);
    let future: Vec<(u16, Context, u16)> = scope
        .cases()
        .flat_map(|case| {
            let moves: Vec<_> = case.moves().enumerate().collect();
            let facts = &facts;
            moves
                .into_iter()
                .filter(|(_, (.., left))| *left >= origin.as_microsecond())
                .map(move |(visit, (from, to, _, left))| {
                    (from, facts.context(&case, visit, left), to)
                })
        })
        .collect();
    let past: Vec<&Row> = rows.iter().filter(|row| row.at < origin).collect();
    let mut cases: Vec<&str> = past.iter().map(|row| row.case.as_str()).collect();
    cases.sort_unstable();
    cases.dedup();

    let losses = |size: usize, draws: u64| -> Vec<[f64; 2]> {
        (0..draws)
            .map(|draw| {
                let mut picked = cases.clone();
                picked.sort_by_key(|case| mix(case, draw));
                picked.truncate(size);
                picked.sort_unstable();
                let picked = past
                    .iter()
                    .copied()
                    .filter(|row| picked.binary_search(&row.case.as_str()).is_ok());
                let book = book_of(build(picked));
                let facts = Facts::of_book(&book);
                let scope = Scope::of_log_in_order(&book.log, &ORDER, outcome, origin);
                let matrix = TransitionMatrix::mine(&scope, &facts);
                let stage_only: Vec<Vec<f64>> = (0..ORDER.len() as u16)
                    .map(|stage| matrix.by_stage(stage))
                    .collect();
                assert_eq!(matrix.stages, ORDER);
                let mut sums = [0.0; 2];
                for (from, context, to) in &future {
                    let to = usize::from(*to);
                    sums[0] -= matrix.predict(*from, context)[to].ln();
                    sums[1] -= stage_only[usize::from(*from)][to].ln();
                }
                sums.map(|sum| sum / future.len() as f64)
            })
            .collect()
    };
    for (size, draws, most) in [
        (50, DRAWS, 0.76),
        (200, 10, 0.735),
        (1_000, 3, 0.72),
        (cases.len(), 1, 0.70),
    ] {
        let losses = losses(size, draws);
        let median = |which: usize| {
            let mut all: Vec<f64> = losses.iter().map(|loss| loss[which]).collect();
            all.sort_by(f64::total_cmp);
            all[all.len() / 2]
        };
        let mean =
            |which: usize| losses.iter().map(|loss| loss[which]).sum::<f64>() / losses.len() as f64;
        eprintln!(
            "{size:>5} cases, {draws} draws: log loss median {:.4} mean {:.4}; by stage only {:.4} {:.4}",
            median(0),
            mean(0),
            median(1),
            mean(1),
        );
        assert!(
            median(0) <= most,
            "{size} cases: {} is over {most}",
            median(0)
        );
        assert!(
            mean(0) <= mean(1) + 0.008,
            "{size} cases: contexts must not hurt"
        );
    }
}

fn log_end(log: &StageLog) -> Timestamp {
    let last = (0..log.cases())
        .filter_map(|case| log.visits(case).at_us.last().copied())
        .max();
    Timestamp::from_microsecond(last.unwrap_or(0)).unwrap()
}

/// A fixed shuffle: the same draws on every machine.
fn mix(text: &str, draw: u64) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ draw.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let hash = text.bytes().fold(start, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}
