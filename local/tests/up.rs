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

/// Runs `pie sign-in` on a folder; gives what it printed, or its exit code and complaint.
fn sign_in(folder: &Path, more: &[&str]) -> Result<String, (Option<i32>, String)> {
    let ran = Command::new(env!("CARGO_BIN_EXE_pie"))
        .args(["sign-in", "--data"])
        .arg(folder)
        .args(more)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap().trim().to_owned();
    if ran.status.success() {
        Ok(text(ran.stdout))
    } else {
        Err((ran.status.code(), text(ran.stderr)))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_web_app_is_served_and_a_link_signs_in_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let dist = folder.path().join("dist");
    std::fs::create_dir(&dist).unwrap();
    std::fs::write(dist.join("index.html"), "<the page>").unwrap();
    let dist = dist.to_str().unwrap();
    let server = Server::start(folder.path(), &["--no-sandboxes", "--web", dist]);
    assert_eq!(server.told["web"], true, "{}", server.told);
    let page = |path: &str| server.client.get(format!("{}{path}", server.url));
    for path in ["/", "/deals/deal_1", "/sign-in"] {
        let answer = page(path)
            .header("accept", "text/html")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let policy = answer.headers()["content-security-policy"].clone();
        assert!(policy.to_str().unwrap().contains("script-src 'self';"));
        assert_eq!(answer.text().await.unwrap(), "<the page>", "{path}");
    }
    let answer = page("/v1/deals").header("accept", "text/html").send().await;
    assert_eq!(answer.unwrap().status(), 401);

    let roles = server.told["members"].as_object().unwrap();
    assert_eq!(roles.len(), 4, "{roles:?}");
    let first = server.told["sign_in"].as_str().unwrap().to_owned();
    let mut links = vec![("admin".to_owned(), first)];
    for (role, email) in roles {
        links.push((
            role.clone(),
            sign_in(folder.path(), &["--as", role]).unwrap(),
        ));
        let email = email.as_str().unwrap();
        links.push((
            role.clone(),
            sign_in(folder.path(), &["--as", email]).unwrap(),
        ));
    }
    for (role, link) in links {
        let begins = format!("{}/sign-in#ticket=", server.url);
        let ticket = link.strip_prefix(&begins).unwrap();
        let body = json!({"grant": "ticket", "ticket": ticket, "keep": "cookie"});
        let sessions = format!("{}/v1/sessions", server.url);
        let begin = || server.client.post(&sessions).json(&body).send();
        let begun = begin().await.unwrap();
        assert_eq!(begun.status(), 201, "{role}");
        let cookies = begun.headers().get_all("set-cookie").iter();
        let cookies: Vec<&str> = cookies
            .map(|it| it.to_str().unwrap().split(';').next().unwrap())
            .collect();
        let me = page("/v1/me").header("cookie", cookies.join("; "));
        let me: Value = me.send().await.unwrap().json().await.unwrap();
        assert_eq!(me["role"], role.as_str(), "{me}");
        assert!(me["csrf"].is_string(), "{me}");
        assert_eq!(begin().await.unwrap().status(), 401, "a link is good once");
    }
    let (code, said) = sign_in(folder.path(), &["--as", "boss"]).unwrap_err();
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("admin, ae, cro, sales_manager"), "{said}");
    let (code, said) = sign_in(folder.path(), &["--as", "nobody@t.example"]).unwrap_err();
    assert_eq!(code, Some(4), "{said}");
    let elsewhere = tempfile::tempdir().unwrap();
    let (code, said) = sign_in(elsewhere.path(), &[]).unwrap_err();
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("pie up"), "{said}");

    // Only an admin of a tenant gets links, and for its own members.
    let link = format!("{}/local/sign-in", server.url);
    let wanted = json!({"email": "admin@lanternfold.example"});
    let ask = |key: Option<String>| {
        let request = server.client.post(&link).json(&wanted);
        match key {
            Some(key) => request.bearer_auth(key).send(),
            None => request.send(),
        }
    };
    assert_eq!(ask(None).await.unwrap().status(), 401);
    assert_eq!(ask(Some("none".to_owned())).await.unwrap().status(), 401);
    let less = json!({"name": "less", "scopes": ["read"], "role": "cro"});
    let less = server.post("/v1/api-keys", Some(less)).await;
    let less = less["key"].as_str().unwrap().to_owned();
    assert_eq!(ask(Some(less)).await.unwrap().status(), 403);
    let got = server.client.get(&link).bearer_auth(&server.key).send();
    assert_eq!(got.await.unwrap().status(), 405);
    server.kill();
    let (code, said) = sign_in(folder.path(), &[]).unwrap_err();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("start `pie up`"), "{said}");
}
