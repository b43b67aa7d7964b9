//! Each folder of `golden/file` is one import: its files, perhaps `options.toml`, and what must
//! come of them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use connectors::file::{DateOrder, DecimalMark, ImportError, Options, import, parse_override};
use model::Book;
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Given {
    dates: Option<DateOrder>,
    decimal: Option<DecimalMark>,
    currency: Option<String>,
    utc_offset_s: Option<i32>,
    now: Option<String>,
    map: Vec<String>,
}

fn options(folder: &Path) -> Options {
    let text = fs::read_to_string(folder.join("options.toml")).unwrap_or_default();
    let given: Given = toml::from_str(&text).unwrap();
    Options {
        dates: given.dates,
        decimal: given.decimal,
        currency: given.currency.map(|c| c.parse().unwrap()),
        utc_offset_s: given.utc_offset_s,
        now: given.now.map(|t| t.parse().unwrap()),
        overrides: given
            .map
            .iter()
            .map(|m| parse_override(m).unwrap())
            .collect(),
        ..Options::default()
    }
}

fn check(case: &str) {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/golden/file")).join(case);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            !path.ends_with("options.toml")
                && path.extension().is_none_or(|e| e != "snap" && e != "new")
        })
        .collect();
    files.sort();
    let mut out = String::new();
    match import(&files, &options(&folder), &mut |_| {}) {
        Ok(done) => {
            write!(out, "{}", done.report).unwrap();
            show(&done.book, &mut out);
        }
        Err(ImportError::NothingUsable { report }) => {
            write!(out, "nothing usable\n{report}").unwrap();
        }
        Err(e) => panic!("{e}"),
    }
    insta::with_settings!({snapshot_path => folder, prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("book", out);
    });
}

/// A book on a page.
fn show(book: &Book, out: &mut String) {
    writeln!(out, "as of {}", book.as_of).unwrap();
    let person = |id| {
        let found = book.people.iter().find(|p| Some(p.id) == id);
        found
            .and_then(|p| p.name.clone().or(p.email.clone()))
            .unwrap_or_default()
    };
    for pipeline in &book.pipelines {
        let labels: Vec<String> = pipeline
            .stages
            .iter()
            .map(|s| {
                format!(
                    "{}={}",
                    s.label,
                    s.canonical.map_or("?".into(), |c| c.to_string())
                )
            })
            .collect();
        writeln!(out, "pipeline {}: {}", pipeline.name, labels.join(", ")).unwrap();
    }
    for (case, deal) in book.deals.iter().enumerate() {
        let company = book.companies.iter().find(|c| Some(c.id) == deal.company);
        let mut facts = vec![format!("deal {}", book.log.case_name(case))];
        let mut add =
            |name: &str, value: Option<String>| facts.extend(value.map(|v| format!("{name} {v}")));
        add("name", deal.name.clone());
        add("company", company.and_then(|c| c.name.clone()));
        add("amount", deal.amount.map(|m| m.to_string()));
        add("stage", deal.stage.clone());
        add("meaning", deal.canonical_stage.map(|s| s.to_string()));
        add("probability", deal.probability.map(|p| p.to_string()));
        add("expected", deal.expected_close.map(|d| d.to_string()));
        add("created", deal.created_at.map(|d| d.to_string()));
        add("updated", deal.updated_at.map(|d| d.to_string()));
        add("closed", deal.closed_at.map(|d| d.to_string()));
        add("owner", deal.owner.map(|id| person(Some(id))));
        add("lost because", deal.lost_reason.clone());
        add(
            "custom",
            (!deal.custom_fields.is_empty()).then(|| format!("{:?}", deal.custom_fields)),
        );
        writeln!(out, "{}", facts.join(" | ")).unwrap();
        let visits = book.log.visits(case);
        for (code, at_us) in visits.stage.iter().zip(visits.at_us) {
            let at = model::Timestamp::from_microsecond(*at_us).unwrap();
            writeln!(out, "  {at} {}", book.log.stages()[usize::from(*code)]).unwrap();
        }
    }
    for c in &book.companies {
        let revenue = c.annual_revenue.map(|m| m.to_string());
        writeln!(
            out,
            "company {:?} {:?} {:?} employees {:?} revenue {revenue:?} {:?}",
            c.name, c.industry, c.domain, c.employees, c.custom_fields
        )
        .unwrap();
    }
    for p in &book.people {
        let manager = p.manager.map(|id| person(Some(id)));
        writeln!(
            out,
            "person {:?} {:?} team {:?} manager {manager:?} role {:?}",
            p.name, p.email, p.team, p.role
        )
        .unwrap();
    }
    let deal = |id| {
        book.deal_index(&id)
            .map_or("elsewhere", |n| book.log.case_name(n))
    };
    for s in &book.stakeholders {
        writeln!(
            out,
            "stakeholder {:?} {:?} on {} role {:?} sentiment {:?} last contact {:?}",
            s.name,
            s.title,
            deal(s.deal),
            s.role,
            s.sentiment,
            s.last_contact
        )
        .unwrap();
    }
    for a in &book.activities {
        writeln!(
            out,
            "activity {} {:?} on {:?} {:?} with {:?}; {:?}; next {:?}; against {:?}",
            a.at,
            a.kind,
            a.deal.map(deal),
            a.outcome,
            a.participants,
            a.summary,
            a.next_steps,
            a.objections
        )
        .unwrap();
    }
}

macro_rules! golden {
    ($($case:ident)*) => {$(
        #[test]
        fn $case() {
            check(stringify!($case));
        }
    )*};
}

golden! {
    spreadsheet_deals salesforce_report hubspot_export pipedrive_export ambiguous ambiguous_answered whole_company
    json_document ndjson_lines xes_log no_header mapped_by_hand event_log_oddities crm_set
}

#[test]
fn every_folder_is_a_test() {
    let listed = include_str!("golden.rs");
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/golden/file")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(
            listed.contains(&name),
            "golden/file/{name} is not listed in tests/golden.rs"
        );
    }
}
