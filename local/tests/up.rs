//! The whole product as one process, from outside: started, asked, killed, started again.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may"
)]
#![expect(
    clippy::zombie_processes,
    reason = "a server is waited for when it is dropped or killed"
)]

mod server;

use serde_json::{Value, json};
use server::Server;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

impl Server {
    /// As the operating system would take it away: nothing is ended, nothing is said.
    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    async fn upload(&self, import: &str, name: &str, content: Vec<u8>) {
        let url = format!("{}/v1/imports/{import}/files/{name}", self.url);
        let request = self.client.put(url).bearer_auth(&self.key);
        let request = request
            .header("content-type", "application/octet-stream")
            .body(content);
        let answer = request.send().await.unwrap();
        assert!(
            answer.status().is_success(),
            "{}",
            answer.text().await.unwrap()
        );
    }

    /// A new import with its files, validated.
    async fn prepare(&self, source: &str, files: Vec<(String, Vec<u8>)>) -> String {
        let import = self
            .post("/v1/imports", Some(json!({"source": source})))
            .await;
        let id = import["id"].as_str().unwrap().to_owned();
        for (name, content) in files {
            self.upload(&id, &name, content).await;
        }
        let job = self.post(&format!("/v1/imports/{id}/validate"), None).await;
        self.finished(job["id"].as_str().unwrap()).await;
        id
    }
}

fn public_data() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("PIE_DATA")
        .map_or(root, PathBuf::from)
        .join("crm_opportunities");
    folder.is_dir().then_some(folder)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_command_starts_everything_and_a_restart_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--no-sandboxes"]);
    assert!(server.told["sandboxes"].is_null(), "{}", server.told);
    let demo = server.deals("").await;
    assert!(demo > 300, "{demo} deals");
    for path in [
        "/v1/forecasts/current?by=quarter",
        "/v1/insights/today",
        "/v1/insights/attention",
        "/v1/insights/overdue",
        "/v1/insights/cashflow",
        "/v1/insights/funnel",
        "/v1/insights/process-map",
        "/v1/insights/data-quality",
        "/v1/insights/owners/kpis",
        "/v1/owners",
        "/v1/pipelines",
        "/openapi.json",
    ] {
        let answer = server.get(path).await;
        assert!(answer.is_object(), "{path}");
    }
    let open = server
        .get("/v1/deals?limit=1&filter%5Boutcome%5D=open")
        .await;
    let deal = open["data"][0]["id"].as_str().unwrap().to_owned();
    let simulation = json!({"deal": deal, "scenarios": ["add_champion"]});
    let simulated = server.post("/v1/simulations", Some(simulation)).await;
    assert!(simulated["as_of"].is_string(), "{simulated}");
    let (status, problem) = server.ask("GET /v1/nowhere", None).await;
    assert_eq!((status, problem["code"].as_str()), (404, Some("not_found")));

    let mut expected = demo;
    match public_data() {
        None => println!("skipped: the public data set is not here (PIE_DATA)"),
        Some(data) => {
            let names = [
                "accounts.csv",
                "products.csv",
                "sales_pipeline.csv",
                "sales_teams.csv",
            ];
            let files =
                names.map(|name| (name.to_owned(), std::fs::read(data.join(name)).unwrap()));
            let id = server.prepare("crm", files.into()).await;
            let report = server.get(&format!("/v1/imports/{id}/report")).await;
            assert!(report.to_string().contains("sales_pipeline.csv"));
            let job = server.post(&format!("/v1/imports/{id}/commit"), None).await;
            server.finished(job["id"].as_str().unwrap()).await;
            assert_eq!(server.deals("").await, demo + 8_800);
            // And back, and again: the same as before.
            let job = server.post(&format!("/v1/imports/{id}/undo"), None).await;
            server.finished(job["id"].as_str().unwrap()).await;
            assert_eq!(server.deals("").await, demo);
            expected = demo;
        }
    }
    server.kill();
    let server = Server::start(folder.path(), &["--no-sandboxes"]);
    assert_eq!(server.deals("").await, expected);
    server.get(&format!("/v1/deals/{deal}")).await;
}

/// So many deals with a move each, as two files.
fn company(deals: usize) -> Vec<(String, Vec<u8>)> {
    let mut rows = "deal_id,name,stage,amount,currency,owner,created_at\n".to_owned();
    let mut moves = "deal_id,stage,entered_at\n".to_owned();
    for n in 0..deals {
        let day = 1 + n % 28;
        let _ = writeln!(
            rows,
            "K-{n},Deal {n},Demo,{},EUR,s{}@k.example,2026-01-{day:02}",
            n * 7,
            n % 5
        );
        let _ = writeln!(moves, "K-{n},Qualification,2026-01-{day:02}T08:00:00Z");
        let _ = writeln!(moves, "K-{n},Demo,2026-02-{day:02}T08:00:00Z");
    }
    vec![
        ("deals.csv".to_owned(), rows.into_bytes()),
        ("history.csv".to_owned(), moves.into_bytes()),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_in_the_middle_of_an_import_loses_nothing_and_does_nothing_twice() {
    const DEALS: usize = 1_500;
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), &["--no-sandboxes"]);
    let demo = server.deals("").await;
    let id = server.prepare("kill", company(DEALS)).await;
    let job = server.post(&format!("/v1/imports/{id}/commit"), None).await;
    let job = job["id"].as_str().unwrap().to_owned();
    // Each life is a little longer than the one before, so that the work is cut at many places.
    for life in 0..6_u64 {
        tokio::time::sleep(Duration::from_millis(20 + 60 * life)).await;
        server.kill();
        server = Server::start(folder.path(), &["--no-sandboxes"]);
    }
    let ended = server.finished(&job).await;
    assert_eq!(server.deals("").await, demo + DEALS as u64, "{ended}");
    let import = server.get(&format!("/v1/imports/{id}")).await;
    assert_eq!(import["status"], "committed");
    let counted = import["summary"].to_string();
    assert!(counted.contains(&DEALS.to_string()), "{counted}");
    let page = server.get("/v1/deals?limit=200&q=K-7").await;
    let ids: Vec<&Value> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|deal| &deal["id"])
        .collect();
    let mut once = ids.clone();
    once.dedup();
    assert_eq!(ids.len(), once.len());
    let job = server.post(&format!("/v1/imports/{id}/undo"), None).await;
    server.finished(job["id"].as_str().unwrap()).await;
    assert_eq!(server.deals("").await, demo);
}

#[test]
fn the_table_of_errors_in_the_documentation_is_the_one_of_the_code() {
    let printed = Command::new(env!("CARGO_BIN_EXE_pie"))
        .args(["openapi", "--errors"])
        .output()
        .unwrap();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/api-errors.md");
    let kept = std::fs::read_to_string(page).unwrap_or_default();
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert_eq!(
        kept, printed,
        "write it anew: pie openapi --errors > docs/api-errors.md"
    );
}
