//! Next-stage log loss of the shrunk contexts on a real loan process, where the data are at hand.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

use mining::shrink::{Path, Shrunk};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// One transition: when, of which case, in which context, to which stage.
struct Step {
    at: jiff::civil::DateTime,
    case: String,
    path: Path,
    to: u16,
}

/// Contexts of a step: stage, previous stage, age in stage, visit number, amount band.
fn steps(file: &std::path::Path) -> (Vec<Step>, usize) {
    let mut cases: BTreeMap<String, Vec<(jiff::civil::DateTime, String, f64)>> = BTreeMap::new();
    for row in csv::Reader::from_path(file).unwrap().into_records() {
        let row = row.unwrap();
        let at = row[2].parse().unwrap();
        let amount = row[3].parse().unwrap_or(f64::NAN);
        cases.entry(row[0].to_owned()).or_default().push((at, row[1].to_owned(), amount));
    }
    let mut codes: BTreeMap<String, u16> = BTreeMap::new();
    for (_, stage, _) in cases.values().flatten() {
        let next = codes.len() as u16;
        codes.entry(stage.clone()).or_insert(next);
    }
    let mut steps = Vec::new();
    for (case, mut visits) in cases {
        visits.sort_by_key(|a| a.0);
        for i in 1..visits.len() {
            let from = codes[&visits[i - 1].1];
            let previous = if i >= 2 { codes[&visits[i - 2].1] + 1 } else { 0 };
            let age = visits[i].0.duration_since(visits[i - 1].0).as_secs_f64() / 86_400.0;
            let age = [0.5, 10.0, 28.0].iter().filter(|&&edge| age >= edge).count();
            let visit = visits[..i].iter().filter(|v| v.1 == visits[i - 1].1).count().min(3);
            let amount = [5_000.0, 10_000.0, 20_000.0].iter().filter(|&&edge| visits[i].2 >= edge).count();
            let mut path = Path::default();
            path[..5].copy_from_slice(&[from, ORDER(previous, age as u16, visit as u16, amount as u16)[0], ORDER(previous, age as u16, visit as u16, amount as u16)[1], ORDER(previous, age as u16, visit as u16, amount as u16)[2], ORDER(previous, age as u16, visit as u16, amount as u16)[3]]);
            steps.push(Step { at: visits[i].0, case: case.clone(), path, to: codes[&visits[i].1] });
        }
    }
    (steps, codes.len())
}

#[expect(non_snake_case, reason = "x")]
fn ORDER(p: u16, a: u16, v: u16, m: u16) -> [u16; 4] {
    match std::env::var("ORD").as_deref() {
        Ok("x") => [((p * 20 + a) * 5 + v) * 5 + m, 0, 0, 0],
        Ok("avpm") => [a, v, p, m],
        Ok("avm") => [a, v, m, p],
        Ok("pavm") => [p, a, v, m],
        Ok("vapm") => [v, a, p, m],
        _ => [a, p, v, m],
    }
}

#[test]
fn shrunk_contexts_predict_the_next_stage() {
    let folder = std::env::var("PIE_DATA").map_or_else(
        |_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let file = folder.join("bpi2012/stages_before_2012-01-01.csv");
    if !file.exists() {
        eprintln!("skipped: no BPI 2012 log under PIE_DATA");
        return;
    }
    let (steps, targets) = steps(&file);
    let origin: jiff::civil::DateTime = std::env::var("ORIGIN").as_deref().unwrap_or("2011-12-01T00:00:00").parse().unwrap();
    let (past, future): (Vec<&Step>, Vec<&Step>) = steps.iter().partition(|step| step.at < origin);
    let mut cases: Vec<&str> = past.iter().map(|step| step.case.as_str()).collect();
    cases.dedup();
    eprintln!("{} cases {} past {} future", cases.len(), past.len(), future.len());
    for size in [25, 50, 200, 1_000, cases.len()] {
        let draws = if size == cases.len() { 1 } else { 20 };
        let mut sums = [0.0; 6];
        for draw in 0..draws {
            // A fixed shuffle: cases ordered by a hash of their name and the draw.
            let mut picked: Vec<&str> = cases.clone();
            picked.sort_by_key(|case| hash(case, draw));
            picked.truncate(size);
            picked.sort_unstable();
            let train: Vec<(Path, u16)> = past
                .iter()
                .filter(|step| picked.binary_search(&step.case.as_str()).is_ok())
                .map(|step| (step.path, step.to))
                .collect();
            for (i, depth) in [1, 2, 3, 4, 5].into_iter().enumerate() {
                let shrunk = Shrunk::fit(&mut train.clone(), depth, targets, size);
                if draw == 0 { eprintln!("  alpha {:?}", shrunk.concentrations().collect::<Vec<_>>()); }
                let loss: f64 = future
                    .iter()
                    .map(|step| -shrunk.estimate(&step.path).probabilities[usize::from(step.to)].ln())
                    .sum::<f64>()
                    / future.len() as f64;
                sums[i] += loss / f64::from(draws);
            }
        }
        eprintln!("{size:>6} {sums:.4?}");
    }
}

fn hash(text: &str, draw: i32) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325 ^ (draw as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15), |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
