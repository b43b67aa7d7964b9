//! What holds for every input, however it is written and however broken it is.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use connectors::file::{
    EventColumns, Import, ImportError, Options, Progress, Tally, import, read_csv_bytes,
    read_json_bytes, read_ndjson_bytes, read_stage_events, read_xes_bytes,
};
use proptest::prelude::*;
use tempfile::TempDir;

fn write(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn load(name: &str, bytes: &[u8]) -> Import {
    let (_folder, path) = write(name, bytes);
    import(&[path], &Options::default(), &mut |_| {}).unwrap()
}

const DEALS: &str = "Deal ID,Company,Stage,Amount,Created,Close Date\n\
                     D1,Café Möwe,Closed Won,10.50,2026-01-02,2026-02-03\n\
                     D2,\"Smith, Ångström\",Proposal,20.25,2026-01-05,\n\
                     D3,\"two\nlines\",Lead,7,2026-01-06,\n";

fn utf16(text: &str, unit: fn(u16) -> [u8; 2], mark: bool) -> Vec<u8> {
    let mark = mark.then_some(0xfeff);
    mark.into_iter()
        .chain(text.encode_utf16())
        .flat_map(unit)
        .collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn a_table_means_the_same_however_it_is_written() {
    let expected = load("deals.csv", DEALS.as_bytes()).book;
    assert_eq!(expected.deals.len(), 3);
    let check =
        |name: &str, bytes: &[u8]| assert_eq!(load("deals.csv", bytes).book, expected, "{name}");
    let latin: Vec<u8> = DEALS.chars().map(|c| c as u8).collect();
    let parted = |mark: char| {
        // Only the commas outside quotes part cells.
        let mut quoted = false;
        let swap = |c: char| {
            quoted ^= c == '"';
            if c == ',' && !quoted { mark } else { c }
        };
        DEALS.chars().map(swap).collect::<String>().into_bytes()
    };
    check(
        "a byte order mark",
        &[b"\xef\xbb\xbf", DEALS.as_bytes()].concat(),
    );
    check("Windows-1252", &latin);
    check("UTF-16LE", &utf16(DEALS, u16::to_le_bytes, true));
    check("UTF-16BE", &utf16(DEALS, u16::to_be_bytes, true));
    check(
        "UTF-16LE without a mark",
        &utf16(DEALS, u16::to_le_bytes, false),
    );
    check("gzip", &gzip(DEALS.as_bytes()));
    check(
        "gzip in two members",
        &[gzip(&DEALS.as_bytes()[..60]), gzip(&DEALS.as_bytes()[60..])].concat(),
    );
    check(
        "gzip of UTF-16",
        &gzip(&utf16(DEALS, u16::to_le_bytes, true)),
    );
    check("semicolons", &parted(';'));
    check("tabs", &parted('\t'));
    check("bars", &parted('|'));
    check(
        "a separator line",
        &[b"sep=;\n".to_vec(), parted(';')].concat(),
    );
    check("no last line end", DEALS.trim_end().as_bytes());
    check("blank lines", DEALS.replace("D2", "\n\nD2").as_bytes());
    check("a preamble", format!("My deals\n\n{DEALS}").as_bytes());
}

#[test]
fn line_ends_do_not_matter() {
    let plain = DEALS.replace("\"two\nlines\"", "two lines");
    let expected = load("deals.csv", plain.as_bytes()).book;
    for end in ["\r\n", "\r"] {
        assert_eq!(
            load("deals.csv", plain.replace('\n', end).as_bytes()).book,
            expected,
            "{end:?}"
        );
    }
}

#[test]
fn rows_are_counted_in_physical_lines_whatever_ends_them() {
    let text = "Deal ID,Stage,Created\nD1,\"a\nb\",2026-01-01\n\nD2,Lead,soon\n";
    for end in ["\n", "\r\n", "\r"] {
        let done = load("deals.csv", text.replace('\n', end).as_bytes());
        let group = done
            .report
            .issues
            .iter()
            .find(|g| g.code == "not_a_date")
            .unwrap();
        assert_eq!(group.examples[0].place.row, Some(5), "{end:?}");
    }
}

fn numbered_deals() -> String {
    let mut text = "deal id,stage,amount
"
    .to_owned();
    for n in 0..20_000u32 {
        writeln!(text, "D{n},Lead,{}", n.wrapping_mul(2_654_435_761)).unwrap();
    }
    text
}

/// Every item of the list of nonsense gives a message with a place and a remedy.
#[test]
fn nonsense_is_told_apart_and_told_what_to_do() {
    let check = |name: &str, bytes: &[u8], code: &str| {
        let (_folder, path) = write(name, bytes);
        let report = match import(&[path], &Options::default(), &mut |_| {}) {
            Ok(done) => done.report,
            Err(ImportError::NothingUsable { report }) => *report,
            Err(e) => panic!("{name}: {e}"),
        };
        let group = report.issues.iter().find(|g| g.code == code);
        let issue = &group
            .unwrap_or_else(|| panic!("{name}: no {code} in\n{report}"))
            .examples[0];
        assert_eq!(issue.place.file.as_deref(), Some(name));
        assert!(!issue.remedy.is_empty());
        assert_eq!(
            report.rows_read(),
            report
                .tables
                .iter()
                .map(|t| t.rows_used + t.rows_not_used)
                .sum::<u64>()
        );
    };
    check("empty.csv", b"", "empty_file");
    check("blank.csv", b"\n \n\t\n", "empty_file");
    check("bom.csv", b"\xef\xbb\xbf", "empty_file");
    check("column.csv", b"stage\nLead\nWon\n", "one_column");
    check("header.csv", b"deal id,stage,time\n", "no_rows");
    check("none.json", b"[]", "no_rows");
    // Without a single name of a column there is nothing to say of names.
    let (_folder, path) = write("none.json", b"[]");
    let none = import(&[path], &Options::default(), &mut |_| {}).unwrap_err();
    assert!(none.to_string().contains("no rows of data"), "{none}");
    check("other.csv", b"colour,shape\nred,round\n", "unknown_table");
    check(
        "wide.csv",
        "a,".repeat(3_000).as_bytes(),
        "too_many_columns",
    );
    check("numbers.csv", b"1,2,3\n4,5,6\n", "unknown_table");
    check("archive.zip", b"PK\x03\x04\x14\0\0\0 hello.txt", "zip_file");
    check(
        "book.csv",
        b"PK\x03\x04 [Content_Types].xml xl/workbook.xml",
        "xlsx_file",
    );
    check("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls_file");
    check("page.csv", b"%PDF-1.7", "pdf_file");
    check("web.xls", b"<html><table><tr><td>1", "html_file");
    check("other.xml", b"<?xml version=\"1.0\"?><root/>", "xml_file");
    check("log.xes", b"case,stage\n1,2\n", "not_xes");
    check("binary.csv", b"a,b\0\x01\x02\0,c\nd\0", "binary_file");
    check(
        "deals.json",
        b"{\"deals\": [{\"id\": \"1\", \"stage\": \"Lead\"",
        "bad_json",
    );
    check("deals.json", b"not json", "bad_json");
    check("log.xes", b"<log><trace><event></log>", "bad_xml");
    let packed = gzip(DEALS.as_bytes());
    check("packed.csv.gz", &packed[..packed.len() - 12], "cut_short");
    let packed = gzip(numbered_deals().as_bytes());
    check("long.csv.gz", &packed[..packed.len() / 2], "cut_short");
    check("stub.csv.gz", &packed[..12], "unreadable");
    check(
        "nul.csv",
        b"deal id,stage,close date,created\n1,Lead,,\n2,Won\0,,\n".as_slice(),
        "binary_file",
    );
    let late = format!("deal id,stage\n{}X\0,Lead\n", "D,Lead\n".repeat(1000));
    check("late.csv", late.as_bytes(), "nul_byte");
}

fn codes(report: &connectors::file::Report) -> Vec<(&'static str, u64)> {
    report.issues.iter().map(|g| (g.code, g.count)).collect()
}

#[test]
fn rows_that_were_not_asked_for_are_not_called_unusable() {
    let options = Options {
        before: Some("2026-02-01T00:00:00Z".parse().unwrap()),
        ..Options::default()
    };
    let (_folder, path) = write(
        "events.csv",
        b"case,stage,time\nA,Lead,2026-01-01\nA,Won,2026-02-01\nB,Lead,2026-03-01\n,Lead,2026-01-01\n",
    );
    let check = |report: &connectors::file::Report| {
        let table = &report.tables[0];
        assert_eq!((table.rows_read, table.rows_used), (2, 1), "{report}");
        assert_eq!((table.rows_not_used, table.rows_left_out), (1, 2));
        assert!(codes(report).contains(&("after_origin", 2)));
    };
    check(
        &import(std::slice::from_ref(&path), &options, &mut |_| {})
            .unwrap()
            .report,
    );
    let columns = EventColumns::default();
    check(
        &read_stage_events(&path, &columns, &options, &mut |_| {})
            .unwrap()
            .report,
    );

    let footer = load("deals.csv", b"deal id,stage,amount\n1,Lead,5\nTotal,,5\n");
    let table = &footer.report.tables[0];
    assert_eq!((table.rows_read, table.rows_not_used), (1, 0));
}

#[test]
fn an_origin_before_all_events_says_so() {
    let options = Options {
        before: Some("1990-01-01T00:00:00Z".parse().unwrap()),
        ..Options::default()
    };
    let (_folder, path) = write("events.csv", b"case,stage,time\nA,Lead,2026-01-01\n");
    let columns = EventColumns::default();
    let error = read_stage_events(&path, &columns, &options, &mut |_| {}).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("no event lies before the origin"),
        "{error}"
    );
}

#[test]
fn a_column_called_deal_may_hold_names_or_ids() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    put(
        "deals.csv",
        "deal id,deal name,stage,amount\nD1,Harbor,Lead,5\nD2,Quay,Demo,6\n",
    );
    put(
        "activities.csv",
        "deal,type,timestamp\nD1,call,2026-01-02\nQuay,email,2026-01-03\nD9,call,2026-01-04\n",
    );
    let done = import(
        &[folder.path().to_owned()],
        &Options::default(),
        &mut |_| {},
    )
    .unwrap();
    let of = |n: usize| done.book.activities[n].deal;
    let deal = |n: usize| Some(done.book.deals[n].id);
    assert_eq!([of(0), of(1), of(2)], [deal(0), deal(1), None]);
    assert!(codes(&done.report).contains(&("unknown_deal", 1)));
}

#[test]
fn a_move_told_by_two_files_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    put(
        "a.csv",
        "case,stage,time\nA,Lead,2026-01-01\nA,Demo,2026-01-02\nA,Demo,2026-01-02\n",
    );
    put(
        "b.csv",
        "case;stage;time\nA;Lead;2026-01-01\nA;Won;2026-01-03\nB;Lead;2026-01-01\n",
    );
    let paths = [folder.path().to_owned()];
    let done = import(&paths, &Options::default(), &mut |_| {}).unwrap();
    // What one file says twice stands as it does.
    assert_eq!(done.book.log.events(), 5);
    assert!(codes(&done.report).contains(&("repeated_event", 1)));
    let columns = EventColumns::default();
    let moves = read_stage_events(&paths[0], &columns, &Options::default(), &mut |_| {}).unwrap();
    assert_eq!(moves.log.events(), 5);
}

#[test]
fn a_label_cannot_mean_both_ends_and_one_never_met_is_told() {
    let (_folder, path) = write("events.csv", b"case,stage,time\nA,Sold,2026-01-01\n");
    let columns = EventColumns::default();
    let read = |won: &str, lost: &str| {
        let options = Options {
            won: vec![won.into()],
            lost: vec![lost.into()],
            ..Options::default()
        };
        read_stage_events(&path, &columns, &options, &mut |_| {})
    };
    assert!(matches!(
        read("Sold", "sold"),
        Err(ImportError::WonAndLost { .. })
    ));
    let codes = |won: &str| codes(&read(won, "Gone").unwrap().report);
    assert!(codes("SOLD").contains(&("label_not_met", 1)));
    assert!(codes("Solt").contains(&("label_not_met", 2)));
}

#[test]
fn a_path_that_leads_nowhere_is_an_error() {
    let gone = import(
        &["/no/such/file.csv".into()],
        &Options::default(),
        &mut |_| {},
    );
    assert!(matches!(gone, Err(ImportError::Open { .. })));
    let folder = tempfile::tempdir().unwrap();
    let empty = import(
        &[folder.path().to_owned()],
        &Options::default(),
        &mut |_| {},
    );
    assert!(matches!(empty, Err(ImportError::EmptyFolder { .. })));
}

#[test]
fn a_line_without_end_is_left_behind_in_bounded_memory() {
    let mut bytes = b"deal id,stage,timestamp\nD1,Lead,2026-01-01\n".to_vec();
    bytes.resize(bytes.len() + (40 << 20), b'x');
    bytes.extend_from_slice(b"\nD1,Won,2026-02-01\n");
    let done = load("events.csv", &bytes);
    let table = &done.report.tables[0];
    assert_eq!(
        (table.rows_read, table.rows_used, table.rows_not_used),
        (3, 2, 1)
    );
    let group = done
        .report
        .issues
        .iter()
        .find(|g| g.code == "too_long")
        .unwrap();
    assert_eq!(group.examples[0].place.row, Some(3));

    let mut json =
        b"[{\"deal_id\":\"D1\",\"stage\":\"Lead\",\"timestamp\":\"2026-01-01\"},\n{\"x\":\""
            .to_vec();
    json.resize(json.len() + (40 << 20), b'x');
    json.extend_from_slice(
        b"\"},\n{\"deal_id\":\"D1\",\"stage\":\"Won\",\"timestamp\":\"2026-02-01\"}]",
    );
    for name in ["events.json", "events.ndjson"] {
        let text = if name == "events.json" {
            json.clone()
        } else {
            json[1..json.len() - 1].to_vec()
        };
        let text = if name == "events.json" {
            text
        } else {
            String::from_utf8(text)
                .unwrap()
                .replace(",\n", "\n")
                .into_bytes()
        };
        let table = load(name, &text).report.tables.remove(0);
        assert_eq!(
            (table.rows_read, table.rows_used, table.rows_not_used),
            (3, 2, 1),
            "{name}"
        );
    }
}

#[test]
fn columns_without_end_are_left_out_and_told() {
    let mut text = String::new();
    for n in 0..5_000 {
        writeln!(
            text,
            "{{\"deal_id\":\"D{n}\",\"stage\":\"Lead\",\"c{n}\":1}}"
        )
        .unwrap();
    }
    let done = load("deals.ndjson", text.as_bytes());
    assert_eq!(done.book.deals.len(), 5_000);
    assert!(
        done.report
            .issues
            .iter()
            .any(|g| g.code == "too_many_columns" && g.count == 1)
    );
    let same = format!("{}\n1,2\n", vec!["stage"; 1_000].join(","));
    let (_folder, path) = write("same.csv", same.as_bytes());
    assert!(import(&[path], &Options::default(), &mut |_| {}).is_err());
}

#[test]
fn a_quote_that_never_closes_costs_one_row_at_most() {
    let rows = "D2,x,Lead\nD3,y,Won\n".repeat(50);
    let done = load(
        "deals.csv",
        format!("deal id,company,stage\nD1,\"open,Lead\n{rows}").as_bytes(),
    );
    assert_eq!(done.report.tables[0].rows_read, 101);
    let done = load(
        "deals.csv",
        format!("deal id,company,stage\nD1,\"open,Lead\n{rows}D4,\"closed\",Won\n").as_bytes(),
    );
    assert_eq!(done.report.tables[0].rows_read, 102);
    assert!(
        done.book
            .deals
            .iter()
            .any(|d| d.external_ids["file"] == "D4")
    );
}

#[test]
fn issues_beyond_those_kept_still_reach_the_watcher() {
    let mut text = "deal id,stage,created\n".to_owned();
    for n in 0..1_500 {
        writeln!(text, "D{n},Lead,never").unwrap();
    }
    let (_folder, path) = write("deals.csv", text.as_bytes());
    let mut heard = 0;
    let mut watch = |progress: Progress<'_>| {
        if let Progress::Issue(issue) = progress {
            heard += u64::from(issue.code.as_str() == "not_a_date");
        }
    };
    let done = import(&[path], &Options::default(), &mut watch).unwrap();
    let group = done
        .report
        .issues
        .iter()
        .find(|g| g.code == "not_a_date")
        .unwrap();
    assert_eq!(
        (heard, group.count, group.examples.len()),
        (1_500, 1_500, 1_000)
    );
}

#[test]
fn the_short_way_gives_the_same_history_and_nothing_of_the_future() {
    let text = "id,phase,when,worth\nA,Lead,2026-01-01T00:00:00Z,5\nA,Won,2026-03-01T00:00:00Z,9\n\
                B,Lead,2026-02-01T00:00:00Z,7\n";
    let (_folder, path) = write("log.csv", text.as_bytes());
    let columns = EventColumns {
        case: Some("id".into()),
        stage: Some("phase".into()),
        time: Some("when".into()),
        amount: Some("worth".into()),
    };
    let all = read_stage_events(&path, &columns, &Options::default(), &mut |_| {}).unwrap();
    assert_eq!(
        (all.log.events(), all.amounts.as_slice()),
        (3, &[Some(9.0), Some(7.0)][..])
    );
    assert_eq!(all.outcomes, [None, Some(model::Outcome::Won)]);
    let options = Options {
        before: Some("2026-03-01T00:00:00Z".parse().unwrap()),
        ..Options::default()
    };
    let then = read_stage_events(&path, &columns, &options, &mut |_| {}).unwrap();
    assert_eq!(
        (then.log.events(), then.amounts.as_slice()),
        (2, &[Some(5.0), Some(7.0)][..])
    );
}

#[test]
fn a_written_mapping_given_back_changes_nothing() {
    let (_folder, path) = write("deals.csv", DEALS.as_bytes());
    let first = import(
        std::slice::from_ref(&path),
        &Options::default(),
        &mut |_| {},
    )
    .unwrap();
    let text = first.report.mapping().to_toml().unwrap();
    let options = Options {
        mapping: Some(text.parse().unwrap()),
        ..Options::default()
    };
    let second = import(&[path], &options, &mut |_| {}).unwrap();
    assert_eq!(second.book, first.book);
}

/// Pieces that make broken files likelier than chance would.
fn scraps() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..8),
        prop::sample::select(vec![
            "deal id",
            "stage",
            "timestamp",
            "amount",
            "type",
            "email",
            ",",
            ";",
            "\t",
            "\n",
            "\r\n",
            "\r",
            "\"",
            "\"\"",
            "Won",
            "Lead",
            "2026-01-31",
            "31/01/2026",
            "1,234",
            "1.5E+17",
            "NaN",
            "null",
            "{",
            "}",
            "[",
            "]",
            ":",
            "\"deals\":[",
            "\"id\":\"1\"",
            "\\u",
            "\\ud800",
            "<log>",
            "<trace>",
            "</trace>",
            "<event>",
            "</event>",
            "<string key=\"concept:name\" value=\"x\"/>",
            "<date key=\"time:timestamp\" value=\"2026-01-01\"/>",
            "</log>",
            "\u{feff}",
            "é",
            "\0",
            "sep=;\n",
            "Total",
            "-",
            "99999999999999999999",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_reader_panic_or_lose_count(bytes in scraps()) {
        let readers: [fn(&[u8]) -> Tally; 4] = [read_csv_bytes, read_json_bytes, read_ndjson_bytes, read_xes_bytes];
        for read in readers {
            let tally = read(&bytes);
            prop_assert!(tally.rows_used <= tally.rows_read);
            prop_assert!(tally.rows_used == tally.rows_read || tally.issues > 0);
            prop_assert_eq!(read(&bytes), tally);
        }
    }

    #[test]
    fn no_header_and_rows_make_the_importer_panic(bytes in scraps()) {
        let heads = [
            "deal id,stage,timestamp,amount\n",
            "deal id,stage,amount,close date,created,probability\n",
            "type,timestamp,deal id,participants\n",
            "name,email,role,deal id,sentiment\n",
            "{\"deal_id\":\"1\",\"stage\":\"Lead\",\"amount\":1}\n",
        ];
        for head in heads {
            let tally = read_csv_bytes(&[head.as_bytes(), &bytes].concat());
            prop_assert!(tally.rows_used <= tally.rows_read);
        }
    }

    #[test]
    fn any_text_in_a_cell_comes_back_as_it_was(cells in prop::collection::vec("[^\0\r]{0,12}", 1..6), mark in prop::sample::select(vec![',', ';', '\t', '|'])) {
        let mut text = format!("deal id{mark}stage{mark}note\n");
        for (n, cell) in cells.iter().enumerate() {
            let quoted = cell.replace('"', "\"\"");
            writeln!(text, "D{n}{mark}Lead{mark}\"{quoted}\"").unwrap();
        }
        let done = load("deals.csv", text.as_bytes());
        prop_assert_eq!(done.book.deals.len(), cells.len());
        let shown = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}');
        for (deal, cell) in done.book.deals.iter().zip(&cells) {
            let note = deal.custom_fields.get("note").map_or("", String::as_str);
            prop_assert_eq!(note, cell.trim_matches(shown));
        }
    }
}
