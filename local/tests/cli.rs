//! The command as a person or a script meets it: what it prints where, and the code it ends with.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may")]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// A folder with files to try `pie` in.
struct Desk(TempDir);

/// What a run printed and how it ended, with the folder's name taken out.
struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Desk {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn pie(&self, args: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_pie"))
            .args(args)
            .current_dir(self.0.path())
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        let text = |bytes: &[u8]| {
            let folder = self.0.path().display().to_string();
            String::from_utf8(bytes.to_vec())
                .unwrap()
                .replace(&folder, "[desk]")
        };
        Run {
            code: output.status.code().unwrap(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "exit code {}\n--- stdout\n{}--- stderr\n{}",
            self.code, self.stdout, self.stderr
        )
    }
}

#[test]
fn help_is_an_answer_and_goes_to_stdout() {
    let run = Desk::new().pie(&["--help"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(run);
}

#[test]
fn a_wrong_command_line_ends_with_two() {
    for args in [
        &["forecats"][..],
        &["completions"],
        &["completions", "tcsh"],
        &["--jsn"],
        &[],
    ] {
        let run = Desk::new().pie(args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}: {run}");
    }
}

#[test]
fn every_command_explains_itself_with_examples() {
    for command in COMMANDS {
        let run = Desk::new().pie(&[command, "--help"]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{command}: {run}");
        assert!(run.stdout.contains("Examples:"), "{command}");
        insta::assert_snapshot!(format!("help_{command}"), run);
    }
}

#[test]
fn completions_name_every_command() {
    for shell in ["bash", "zsh", "fish"] {
        let run = Desk::new().pie(&["completions", shell]);
        assert_eq!(run.code, 0);
        for command in COMMANDS {
            assert!(run.stdout.contains(command), "{shell}: {command}");
        }
    }
}

/// What people hand over by mistake. Each must be answered with a place and a remedy, never a panic.
fn nonsense() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let deals = "deal_id,stage,amount,created_at,closed_at\n";
    let with = |rows: &str| format!("{deals}{rows}").into_bytes();
    let utf16 = |text: &str| {
        text.encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect::<Vec<u8>>()
    };
    let long = format!("{deals}OP-1,{},5,2026-01-01,\n", "x".repeat(20 << 20));
    vec![
        ("empty", "deals.csv", Vec::new()),
        ("blank_lines", "deals.csv", b"\n\n  \n".to_vec()),
        ("header_only", "deals.csv", with("")),
        ("one_column", "deals.csv", b"name\nHarbor\nOrchard\n".to_vec()),
        ("no_header", "deals.csv", b"1,2,3\n4,5,6\n".to_vec()),
        ("binary", "deals.csv", (0..4096_u32).map(|i| (i * 97 % 251) as u8).collect()),
        ("zip", "deals.csv", b"PK\x03\x04\x14\0\0\0\x08\0rest of an archive".to_vec()),
        ("spreadsheet", "deals.xlsx", b"PK\x03\x04\x14\0\x06\0xl/workbook.xml".to_vec()),
        ("pdf", "deals.csv", b"%PDF-1.7\n1 0 obj".to_vec()),
        ("cut_gzip", "deals.csv.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x4c".to_vec()),
        ("utf16_without_mark", "deals.csv", utf16(&format!("{deals}OP-1,Lead,5,2026-01-01,\n"))),
        ("windows_1252", "deals.csv", b"deal_id,stage,amount,created_at,closed_at\nOP-1,Caf\xe9,5,2026-01-01,\n".to_vec()),
        ("long_line", "deals.csv", long.into_bytes()),
        ("future_dates", "deals.csv", with("OP-1,Lead,5,2126-01-01,\nOP-2,Lead,5,2026-01-02,\n")),
        ("negative_amount", "deals.csv", with("OP-1,Lead,-5,2026-01-01,\n")),
        ("not_a_number", "deals.csv", with("OP-1,Lead,NaN,2026-01-01,\nOP-2,Lead,inf,2026-01-01,\n")),
        ("duplicate_ids", "deals.csv", with("OP-1,Lead,5,2026-01-01,\nOP-1,Demo,6,2026-01-02,\n")),
        ("ambiguous_dates", "deals.csv", with("OP-1,Lead,5,03/04/2026,\nOP-2,Lead,5,05/06/2026,\n")),
        ("no_such_day", "deals.csv", with("OP-1,Lead,5,2026-02-31,\n")),
        ("damaged_ids", "deals.csv", with("1.23457E+17,Lead,5,2026-01-01,\n")),
        ("ragged", "deals.csv", with("OP-1,Lead\nOP-2,Lead,5,2026-01-01,,extra,cells\n")),
        ("open_quote", "deals.csv", with("OP-1,\"Lead,5,2026-01-01,\nOP-2,Lead,5,2026-01-01,\n")),
        ("broken_json", "deals.json", b"{\"deals\":[{\"id\":\"OP-1\",".to_vec()),
        ("json_nan", "deals.json", b"{\"deals\":[{\"external_id\":\"OP-1\",\"stage\":\"Lead\",\"value\":NaN}]}".to_vec()),
        ("json_deep", "deals.json", [b"[".repeat(5000), b"]".repeat(5000)].concat()),
        ("broken_xes", "log.xes", b"<log><trace><string key=\"concept:name\" value=\"1\"/>".to_vec()),
        (
            "cyclic_stages",
            "events.csv",
            b"case,stage,time\n1,A,2026-01-01\n1,B,2026-01-02\n1,A,2026-01-03\n1,B,2026-01-04\n".to_vec(),
        ),
        (
            "all_at_once",
            "events.csv",
            b"case,stage,time\n1,A,2026-01-01\n1,Won,2026-01-01\n2,A,2026-01-01\n2,Lost,2026-01-01\n".to_vec(),
        ),
    ]
}

#[test]
fn nonsense_is_answered_with_a_place_and_a_remedy() {
    for (name, file, content) in nonsense() {
        let desk = Desk::new().file(file, content);
        let check = desk.pie(&["check", file]);
        let forecast = desk.pie(&["forecast", file]);
        for run in [&check, &forecast] {
            assert!([0, 1, 7].contains(&run.code), "{name}: {run}");
            assert!(!run.stderr.contains("panicked"), "{name}: {run}");
        }
        // None of these is enough to forecast from.
        assert_eq!(forecast.code, 1, "{name}: {forecast}");
        assert!(
            forecast.stderr.contains("error: ") && forecast.stderr.contains("\n  fix: "),
            "{name}: {forecast}"
        );
        if check.code == 1 {
            assert!(
                check.stderr.contains("\n  at ") && check.stderr.contains("\n  fix: "),
                "{name}: {check}"
            );
        }
        insta::assert_snapshot!(
            format!("nonsense_{name}"),
            format!("$ pie check\n{check}\n$ pie forecast\n{forecast}")
        );
    }
}

#[test]
fn what_does_not_exist_ends_with_four() {
    let desk = Desk::new()
        .file("events.csv", EVENTS)
        .file("empty/readme.md", "nothing");
    let predict = [
        "predict",
        "--events",
        "events.csv",
        "--origin",
        "2026-02-01",
        "--horizon-days",
        "30",
    ];
    for args in [
        &["check", "nowhere.csv"][..],
        &["check", "empty"],
        &["check", "events.csv", "--map", "nowhere.toml"],
        &["mine", "events.csv", "--pipeline", "Renewals"],
        &["deal", "OP-9", "events.csv"],
        &[&predict[..], &["--case-column", "deal"]].concat(),
        &["score", "--train", "nowhere.csv", "--outcome-column", "x"],
        &[
            "score",
            "--train",
            "events.csv",
            "--outcome-column",
            "Result",
        ],
    ] {
        let run = desk.pie(args);
        assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{args:?}: {run}");
        assert!(run.stderr.contains("  fix: "), "{args:?}: {run}");
    }
}

#[test]
fn nothing_is_overwritten_unasked() {
    let desk = Desk::new()
        .file("events.csv", EVENTS)
        .file("map.toml", "mine")
        .file("demo/deals.csv", "mine");
    for args in [
        &["map", "events.csv", "--out", "map.toml"][..],
        &["demo", "--size", "small"],
    ] {
        let run = desk.pie(args);
        assert_eq!(run.code, 5, "{args:?}: {run}");
        assert!(run.stderr.contains("--force"), "{run}");
    }
    assert_eq!(fs::read_to_string(desk.path("map.toml")).unwrap(), "mine");
    assert_eq!(
        desk.pie(&["map", "events.csv", "--out", "map.toml", "--force"])
            .code,
        0
    );
    assert_ne!(fs::read_to_string(desk.path("map.toml")).unwrap(), "mine");
}

#[test]
fn quiet_leaves_only_the_answer_and_errors() {
    let desk = Desk::new().file("events.csv", format!("{EVENTS}9,,2026-01-01\n"));
    let loud = desk.pie(&["mine", "events.csv"]);
    let quiet = desk.pie(&["mine", "events.csv", "--quiet"]);
    assert!(loud.stderr.contains("warning:"), "{loud}");
    assert_eq!((quiet.stderr.as_str(), quiet.stdout), ("", loud.stdout));
    assert!(
        desk.pie(&["--quiet", "mine", "nowhere.csv"])
            .stderr
            .contains("error:")
    );
}

#[test]
fn an_error_with_json_is_json_on_stderr() {
    let run = Desk::new().pie(&["--json", "mine", "nowhere.csv"]);
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    let error: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
    assert_eq!(error["exit_code"], 4);
    assert_eq!(error["error"]["place"], "nowhere.csv");
}

#[test]
fn colour_is_used_only_when_asked_for() {
    let desk = Desk::new().file("events.csv", EVENTS);
    assert!(!desk.pie(&["mine", "events.csv"]).stdout.contains('\u{1b}'));
    assert!(
        desk.pie(&["mine", "events.csv", "--color", "always"])
            .stdout
            .contains('\u{1b}')
    );
    assert!(
        !desk
            .pie(&["mine", "events.csv", "--color", "never"])
            .stdout
            .contains('\u{1b}')
    );
}

const EVENTS: &str = "\
case,stage,time
1,Lead,2026-01-01
1,Demo,2026-01-05
1,Won,2026-01-20
2,Lead,2026-01-02
2,Lost,2026-01-30
3,Lead,2026-01-10
3,Demo,2026-02-10
";

#[test]
fn a_mapping_written_down_is_read_back_and_obeyed() {
    let desk = Desk::new().file(
        "export.csv",
        "Ref,Phase,Worth,Begun\nA,Lead,100,2026-01-01\nB,Won,50,2026-01-02\n",
    );
    let shown = desk.pie(&["map", "export.csv"]);
    let mapped = desk.pie(&[
        "map",
        "export.csv",
        "--shape",
        "deals",
        "--map",
        "Ref=deal_id",
        "--map",
        "Phase=stage",
        "--map",
        "Worth=amount",
        "--map",
        "Begun=created_at",
        "--out",
        "map.toml",
    ]);
    let read = desk.pie(&["import", "export.csv", "--map", "map.toml", "--json"]);
    assert_eq!((mapped.code, read.code), (0, 0), "{mapped}{read}");
    let toml = fs::read_to_string(desk.path("map.toml")).unwrap();
    insta::assert_snapshot!(format!("{shown}\n--- map.toml\n{toml}\n--- import\n{read}"));
}

#[test]
fn every_oddity_can_be_had_as_csv() {
    let desk = Desk::new().file(
        "deals.csv",
        "deal_id,stage,amount,created_at\nOP-1,Lead,=1+1,2026-01-01\nOP-2,Lead,5,31.02.2026\nOP-3,Lead,7,2026-01-02\n",
    );
    let run = desk.pie(&["check", "deals.csv", "--issues", "odd.csv", "--limit", "0"]);
    let odd = fs::read_to_string(desk.path("odd.csv")).unwrap();
    assert!(
        odd.contains(",\"'=1+1\"") || odd.contains(",'=1+1,"),
        "{odd}"
    );
    insta::assert_snapshot!(format!("{run}\n--- odd.csv\n{odd}"));
}

/// A company small enough for a test and large enough to forecast from.
fn demo() -> Desk {
    let desk = Desk::new();
    let run = desk.pie(&["demo", "--size", "small", "--out", "demo"]);
    assert_eq!(run.code, 0, "{run}");
    desk
}

#[test]
fn the_demo_company_shows_every_command_at_work() {
    let desk = demo();
    for (name, args) in [
        ("demo_import", &["import", "demo"][..]),
        ("demo_check", &["check", "demo", "--limit", "1"]),
        ("demo_map", &["map", "demo"]),
        ("demo_mine", &["mine", "demo", "--top", "3"]),
        (
            "demo_forecast",
            &["forecast", "demo", "--top", "3", "--test=none"],
        ),
        (
            "demo_backtest",
            &["backtest", "demo", "--every-days", "120"],
        ),
    ] {
        let run = desk.pie(args);
        assert!([0, 7].contains(&run.code), "{name}: {run}");
        insta::assert_snapshot!(name, run);
    }
}

#[test]
fn one_deal_and_its_what_ifs() {
    let desk = demo();
    let forecast = desk.pie(&["forecast", "demo", "--test=none", "--json", "-q"]);
    let forecast: serde_json::Value = serde_json::from_str(&forecast.stdout).unwrap();
    let deal = forecast["riskiest"][0]["source_id"].as_str().unwrap();
    insta::assert_snapshot!("demo_deal", desk.pie(&["deal", deal, "demo", "-q"]));
    let what_if = desk.pie(&[
        "simulate",
        "--deal",
        deal,
        "--scenario",
        "add_champion",
        "--scenario",
        "remove_blocker",
        "demo",
        "-q",
    ]);
    insta::assert_snapshot!("demo_simulate", what_if);

    let stage = forecast["riskiest"][0]["stage"].as_str().unwrap();
    let nothing = format!("accelerate({stage},0)");
    let refused = desk.pie(&["simulate", "--deal", deal, "--scenario", &nothing, "demo"]);
    assert_eq!(refused.code, 2, "{refused}");
    let refused = desk.pie(&[
        "simulate",
        "--deal",
        deal,
        "--scenario",
        "set_stage(Nowhere)",
        "demo",
    ]);
    assert_eq!(refused.code, 2, "{refused}");
}

#[test]
fn the_same_question_gets_the_same_bytes_on_one_thread_and_on_two() {
    let desk = demo();
    let ask = |threads: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_pie"))
            .args([
                "forecast",
                "demo",
                "--json",
                "-q",
                "--test=none",
                "--html",
                "report.html",
            ])
            .current_dir(desk.0.path())
            .env("RAYON_NUM_THREADS", threads)
            .output()
            .unwrap();
        (output.stdout, fs::read(desk.path("report.html")).unwrap())
    };
    assert!(ask("1") == ask("2"));
}

#[test]
fn the_report_loads_nothing_and_escapes_everything() {
    let desk = demo();
    let deals = fs::read_to_string(desk.path("demo/deals.csv")).unwrap();
    let (header, rows) = deals.split_once('\n').unwrap();
    let named = rows.replace(" – ", " <script>alert(1)</script> ");
    assert_ne!(named, rows);
    let desk = desk.file("demo/deals.csv", format!("{header}\n{named}"));
    let run = desk.pie(&["forecast", "demo", "--html", "report.html", "--test=none"]);
    assert_eq!(run.code, 0, "{run}");
    let html = fs::read_to_string(desk.path("report.html")).unwrap();
    for forbidden in [
        "<script",
        "<link",
        "<img",
        "<iframe",
        "@import",
        "url(",
        "src=",
        "href=\"http",
    ] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    assert!(html.contains("&lt;script&gt;"));
    for (open, close) in [
        ("<section", "</section>"),
        ("<svg", "</svg>"),
        ("<table", "</table>"),
        ("<figure", "</figure>"),
    ] {
        assert_eq!(
            html.matches(open).count(),
            html.matches(close).count(),
            "{open}"
        );
    }
    let ids: Vec<&str> = html
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "an id is there twice");
}

/// A log of many deals, of which some are open at the origin; the rows stand in no order.
fn log() -> String {
    let mut rows = vec!["ref;phase;when;worth".to_owned()];
    for deal in 0..240_u32 {
        let day = |n: u32| {
            format!(
                "2026-{:02}-{:02}T08:{:02}:00Z",
                1 + n / 28,
                1 + n % 28,
                deal % 60
            )
        };
        let begun = deal / 2;
        rows.push(format!("D{deal};New;{};{}", day(begun), 100 + deal));
        rows.push(format!(
            "D{deal};Offer;{};{}",
            day(begun + 3 + deal % 5),
            100 + deal
        ));
        let end = if deal % 3 == 0 { "Signed" } else { "Gone" };
        rows.push(format!(
            "D{deal};{end};{};{}",
            day(begun + 12 + deal % 20),
            100 + deal
        ));
    }
    let last = rows.len();
    rows.get_mut(1..last).unwrap().reverse();
    rows.join("\n")
}

const PREDICT: [&str; 20] = [
    "predict",
    "--events",
    "log.csv",
    "--origin",
    "2026-04-15",
    "--horizon-days",
    "10",
    "--out",
    "p.csv",
    "--case-column",
    "ref",
    "--stage-column",
    "phase",
    "--time-column",
    "when",
    "--amount-column",
    "worth",
    "--won",
    "Signed",
    "--lost=Gone",
];

#[test]
fn predictions_are_one_row_per_open_deal_and_add_up() {
    let desk = Desk::new().file("log.csv", log());
    let run = desk.pie(&[&PREDICT[..], &["--curve"]].concat());
    assert_eq!(run.code, 0, "{run}");
    let text = fs::read_to_string(desk.path("p.csv")).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!(
        header.get(..5).unwrap(),
        ["deal_id", "p_win", "p_lost", "p_open", "close_by_1d"]
    );
    assert_eq!(
        (header.len(), *header.last().unwrap()),
        (14, "close_by_10d")
    );
    let mut deals = Vec::new();
    for line in lines {
        let mut cells = line.split(',');
        deals.push(cells.next().unwrap().to_owned());
        let p: Vec<f64> = cells.map(|cell| cell.parse().unwrap()).collect();
        let (parts, curve) = p.split_at(3);
        assert!((parts.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{line}");
        assert!(
            curve.is_sorted() && p.iter().all(|p| (0.0..=1.0).contains(p)),
            "{line}"
        );
        assert!(
            (curve.last().unwrap() - parts.iter().take(2).sum::<f64>()).abs() < 1e-9,
            "{line}"
        );
    }
    deals.sort();
    assert_eq!(deals, open_at(&log(), "2026-04-15T00:00:00Z"));
}

/// The deals with a row before the instant whose last such row closes nothing.
fn open_at(log: &str, origin: &str) -> Vec<String> {
    let mut last: std::collections::BTreeMap<String, (String, String)> =
        std::collections::BTreeMap::new();
    for row in log.lines().skip(1) {
        let cells: Vec<&str> = row.split(';').collect();
        let [deal, phase, when, _] = cells[..] else {
            continue;
        };
        let seen = last.get(deal).is_some_and(|(at, _)| at.as_str() >= when);
        if when < origin && !seen {
            last.insert(deal.to_owned(), (when.to_owned(), phase.to_owned()));
        }
    }
    last.into_iter()
        .filter(|(_, (_, phase))| phase != "Signed" && phase != "Gone")
        .map(|(deal, _)| deal)
        .collect()
}

#[test]
fn nothing_after_the_origin_changes_a_prediction() {
    let whole = log();
    let mut cut: Vec<&str> = whole.lines().take(1).collect();
    cut.extend(
        whole
            .lines()
            .skip(1)
            .filter(|row| row.split(';').nth(2).unwrap() < "2026-04-15T00:00:00Z"),
    );
    let predict = |content: &str| {
        let desk = Desk::new().file("log.csv", content);
        assert_eq!(desk.pie(&PREDICT).code, 0);
        let text = fs::read_to_string(desk.path("p.csv")).unwrap();
        let mut rows: Vec<String> = text.lines().map(str::to_owned).collect();
        rows.sort();
        rows
    };
    assert_eq!(predict(&whole), predict(&cut.join("\n")));
}

#[test]
fn scores_come_in_the_order_of_the_test_file() {
    let sizes = ["small", "medium", "large"];
    let mut train = "id,size,region,result\n".to_owned();
    for i in 0..300_usize {
        let won = (i * 7 + i / 3) % 10 < 2 + 3 * (i % 3);
        let result = if won { "yes" } else { "no" };
        writeln!(train, "{i},{},r{},{result}", sizes[i % 3], i % 4).unwrap();
    }
    let desk = Desk::new().file("train.csv", train).file(
        "test.csv",
        "region,id,size\nr1,zz,small\nr2,aa,large\nr9,\"b,b\",never seen\nr0,aa,\n",
    );
    let args = [
        "score",
        "--train",
        "train.csv",
        "--test",
        "test.csv",
        "--outcome-column",
        "result",
        "--won",
        "yes",
        "--id-column",
        "id",
    ];
    let run = desk.pie(&[&args[..], &["--out", "scores.csv"]].concat());
    assert_eq!(run.code, 0, "{run}");
    let text = fs::read_to_string(desk.path("scores.csv")).unwrap();
    let ids: Vec<&str> = text
        .lines()
        .map(|line| line.rsplit_once(',').unwrap().0)
        .collect();
    assert_eq!(ids, ["id", "zz", "aa", "\"b,b\"", "aa"]);
    let p: Vec<f64> = text
        .lines()
        .skip(1)
        .map(|line| line.rsplit_once(',').unwrap().1.parse().unwrap())
        .collect();
    assert!(
        p.iter().all(|p| (0.0..=1.0).contains(p)) && p[0] < p[1],
        "{p:?}"
    );

    let wrong = desk.pie(&[&args[..7], &["--won", "never"]].concat());
    let printed = desk.pie(&args);
    assert_eq!((printed.code, printed.stdout), (0, text));
    assert_eq!(
        (
            wrong.code,
            wrong.stderr.contains("the column says: no, yes")
        ),
        (2, true),
        "{wrong}"
    );
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_with_130_and_leaves_no_half_written_file() {
    let desk = demo();
    let mut pie = Command::new(env!("CARGO_BIN_EXE_pie"))
        .args(["backtest", "demo", "--every-days", "1", "-q"])
        .current_dir(desk.0.path())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(400));
    let sent = Command::new("kill")
        .args(["-INT", &pie.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    assert_eq!(pie.wait().unwrap().code(), Some(130));
    let left: Vec<_> = fs::read_dir(desk.0.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["demo"]);
}

/// Runs on data that is not part of the project, where there is any.
fn data(path: &str) -> Option<String> {
    let folder = std::env::var_os("PIE_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
        PathBuf::from,
    );
    let path = folder.join(path);
    if !path.exists() {
        eprintln!("skipped: there is no {}; set PIE_DATA", path.display());
        return None;
    }
    Some(path.display().to_string())
}

#[test]
fn the_crm_opportunities_are_forecast_with_zombies_and_the_unlearnable_named() {
    let Some(path) = data("crm_opportunities") else {
        return;
    };
    let run = Desk::new().pie(&["forecast", &path, "--test=none"]);
    assert_eq!(run.code, 0, "{run}");
    for said in [
        "1,589 deals",
        "Forgotten: ",
        "500 open deals in Prospecting",
        "Anything from company",
    ] {
        assert!(run.stdout.contains(said), "{said}: {run}");
    }
}

#[test]
fn real_logs_of_every_shape_are_read_without_a_word_of_warning() {
    for file in [
        "bpi2012/stages_before_2012-01-01.csv",
        "helpdesk/helpdesk.csv",
        "receipt/receipt.csv",
        "running_example/running-example.csv",
        "running_example/running-example.xes",
    ] {
        let Some(path) = data(file) else { return };
        let run = Desk::new().pie(&["mine", &path]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{file}: {run}");
        assert!(run.stdout.contains("Ways deals take"), "{file}: {run}");
    }
}

const COMMANDS: [&str; 12] = [
    "import",
    "map",
    "check",
    "mine",
    "forecast",
    "deal",
    "simulate",
    "backtest",
    "predict",
    "score",
    "demo",
    "completions",
];
