//! Exports of a small book, kept whole.

use crate::support::*;
use mining::{Mined, Options, export};

fn small() -> Mined {
    let text = "a: Lead@0 Demo@2 Proposal@9 Won@20\n\
                b: Lead@1 Demo@4 Lost@30\n\
                c: Lead@2 Demo@3 Lead@6 Demo@8 Proposal@10 Won@14\n\
                d: Lead@3 Proposal@8 Lost@40\n\
                e: Lead@5 Demo@7\n\
                f: Lead@6";
    mining::mine(&book(log(text), 50.0), &Options::default())
}

#[test]
fn json_of_a_small_book() {
    // Rounded: the last digits of a logarithm are the platform's own.
    fn round(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(fields) => fields.values_mut().for_each(round),
            serde_json::Value::Array(items) => items.iter_mut().for_each(round),
            serde_json::Value::Number(number) if number.is_f64() => {
                let rounded = (number.as_f64().unwrap() * 1e6).round() / 1e6;
                *number = serde_json::Number::from_f64(rounded).unwrap();
            }
            _ => {}
        }
    }
    let mut json: serde_json::Value =
        serde_json::from_str(&export::json(&small()).unwrap()).unwrap();
    round(&mut json);
    insta::assert_snapshot!(serde_json::to_string_pretty(&json).unwrap());
}

#[test]
fn dot_of_a_small_book() {
    insta::assert_snapshot!(export::dot(&small().pipelines[0]));
}

#[test]
fn svg_of_a_small_book() {
    insta::assert_snapshot!(export::svg(&small().pipelines[0]));
}

#[test]
fn csv_of_a_small_book() {
    let mined = small();
    let parts = [
        export::csv_edges(&mined),
        export::csv_matrix(&mined.pipelines[0]),
        export::csv_stages(&mined),
        export::csv_variants(&mined),
        export::csv_bottlenecks(&mined),
        export::csv_quality(&mined),
    ];
    insta::assert_snapshot!(parts.join("\n"));
}

#[test]
fn labels_cannot_break_out_of_any_format() {
    let mut rows = model::StageLog::builder();
    let nasty = "</text><script>alert(1)</script>\"&\u{1},\n\\";
    rows.push("a", nasty, day(0.0)).unwrap();
    rows.push("a", "Won", day(1.0)).unwrap();
    let mined = mining::mine(
        &book(rows.finish(|stage| stage == "Won"), 9.0),
        &Options::default(),
    );
    let svg = export::svg(&mined.pipelines[0]);
    assert!(!svg.contains("<script") && !svg.contains('\u{1}'));
    let dot = export::dot(&mined.pipelines[0]);
    assert!(
        dot.contains("\\\"&") && dot.contains("\\\\") && dot.lines().count() == 8,
        "{dot}"
    );
    let edges = export::csv_edges(&mined);
    let mut reader = csv::Reader::from_reader(edges.as_bytes());
    let row = reader.records().next().unwrap().unwrap();
    assert_eq!(&row[1], nasty);
    assert_eq!(row.len(), 13);
}
