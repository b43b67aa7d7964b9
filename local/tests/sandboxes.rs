//! Sources connected to `pie up` as a program does it, from its sandboxes, and what they then tell.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may")]
#![expect(
    clippy::zombie_processes,
    reason = "a server is waited for when it is dropped or killed"
)]

mod server;

use reqwest::Url;
use serde_json::{Value, json};
use server::Server;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;
use vendors::{hubspot, pipedrive, salesforce, stripe};

/// What the test proves with that its own code is its own.
const VERIFIER: &str = "a-verifier-of-the-test-of-forty-three-letters";

/// What a page says to who comes back with nothing of use.
const USELESS: &str = "of no use any more";

type Fields = Vec<(String, String)>;

fn encoded(fields: &Fields) -> String {
    let mut url = Url::parse("http://localhost/").unwrap();
    url.query_pairs_mut().extend_pairs(fields);
    url.query().unwrap_or_default().to_owned()
}

/// The hidden fields of a page's form.
fn fields(page: &str) -> Fields {
    assert!(page.contains("<form method=\"post\">"), "{page}");
    let hidden = page.split("<input type=\"hidden\" name=\"").skip(1);
    let field = |text: &str| {
        let (name, rest) = text.split_once("\" value=\"").unwrap();
        let (value, _) = rest.split_once('"').unwrap();
        let plain = [
            ("&quot;", "\""),
            ("&#39;", "'"),
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&amp;", "&"),
        ];
        let value = plain
            .iter()
            .fold(value.to_owned(), |text, (from, to)| text.replace(from, to));
        (name.to_owned(), value)
    };
    hidden.map(field).collect()
}

/// A browser that goes nowhere by itself.
struct Browser(reqwest::Client);

impl Browser {
    async fn get(&self, url: &str) -> (u16, String) {
        let answer = self.0.get(url).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn submit(&self, url: &str, fields: &Fields) -> reqwest::Response {
        let request = self.0.post(url).body(encoded(fields));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.send().await.unwrap()
    }

    /// Reads the consent page, and decides; gives where the vendor then sends the person.
    async fn consent(&self, authorize_url: &str, decision: &str) -> String {
        let (status, page) = self.get(authorize_url).await;
        assert_eq!(status, 200, "{page}");
        let mut fields = fields(&page);
        fields.push(("decision".to_owned(), decision.to_owned()));
        let answer = self.submit(authorize_url, &fields).await;
        assert!(answer.status().is_redirection(), "{}", answer.status());
        answer.headers()["location"].to_str().unwrap().to_owned()
    }
}

impl Server {
    fn browser(&self) -> Browser {
        Browser(self.client.clone())
    }

    fn sandbox(&self, source: &str) -> &str {
        self.told["sandboxes"][source].as_str().unwrap()
    }

    async fn begin(&self, source: &str) -> (String, String) {
        let body = json!({"source": source, "auth": {"kind": "oauth"}, "sandbox": true});
        let begun = self.post("/v1/connections", Some(body)).await;
        assert_eq!(begun["status"], "pending", "{begun}");
        let text = |name: &str| begun[name].as_str().unwrap().to_owned();
        (text("id"), text("authorize_url"))
    }

    /// Connects a sandbox by consent, page by page.
    async fn connect(&self, source: &str) -> String {
        let (id, authorize_url) = self.begin(source).await;
        let browser = self.browser();
        let back = browser.consent(&authorize_url, "allow").await;
        let callback = format!("{}/v1/oauth/{source}/callback?", self.url);
        assert!(back.starts_with(&callback), "{back}");
        let (status, page) = browser.get(&back).await;
        assert_eq!(status, 200, "{page}");
        assert!(page.contains("A program of "), "{page}");
        let answer = browser.submit(&back, &fields(&page)).await;
        let page = answer.text().await.unwrap();
        assert!(page.contains("is connected"), "{page}");
        // Once is enough.
        let (status, page) = browser.get(&back).await;
        assert_eq!(status, 400, "{page}");
        assert!(page.contains(USELESS), "{page}");
        id
    }

    /// Waits until a connection was brought up to date and nothing of it is at work; gives it.
    async fn settled(&self, id: &str) -> Value {
        for _ in 0..3_000 {
            let connection = self.get(&format!("/v1/connections/{id}")).await;
            for stream in streams(&connection) {
                assert_eq!(stream["problem"], Value::Null, "{stream}");
                assert_eq!(stream["counts"]["quarantined"], 0, "{stream}");
            }
            if connection["run"].is_null() && connection["last_sync_at"].is_string() {
                return connection;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the connection's first sync did not end")
    }

    /// Syncs once more; gives how many records changed.
    async fn sync(&self, id: &str) -> u64 {
        let path = format!("/v1/connections/{id}/sync");
        let job = self.post(&path, Some(json!({}))).await;
        self.finished(job["id"].as_str().unwrap()).await;
        let connection = self.settled(id).await;
        let of = |stream: &Value, name: &str| stream["counts"][name].as_u64().unwrap();
        let changed = ["new", "changed", "deleted"];
        streams(&connection)
            .iter()
            .flat_map(|stream| changed.map(|name| of(stream, name)))
            .sum()
    }

    /// How many rows of a list a source knows.
    async fn known(&self, list: &str, source: &str) -> usize {
        let mut count = 0;
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!("/v1/{list}limit=200{cursor}")).await;
            let rows = page["data"].as_array().unwrap();
            count += rows
                .iter()
                .filter(|row| row["external_ids"][source].is_string())
                .count();
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return count,
            }
        }
    }
}

fn streams(connection: &Value) -> &[Value] {
    connection["streams"].as_array().unwrap()
}

/// A vendor, asked past Pie.
struct Vendor<'a> {
    client: &'a reqwest::Client,
    base: &'a str,
    /// What lets one in: a header and its value.
    key: (&'static str, String),
}

impl Vendor<'_> {
    async fn ask(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.base);
        let request = self.client.get(url).header(self.key.0, &self.key.1);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    /// Pages through a list; `next` gives what to add to the path for the page after this one.
    async fn count(&self, path: &str, rows: &str, next: fn(&Value) -> Option<String>) -> usize {
        let (mut count, mut at) = (0, String::new());
        loop {
            let page = self.ask(&format!("{path}{at}")).await;
            count += page[rows].as_array().map_or(0, Vec::len);
            match next(&page) {
                Some(more) => at = more,
                None => return count,
            }
        }
    }
}

/// A token of the test's own, by the same consent.
async fn salesforce_token(server: &Server) -> String {
    let (_, authorize_url) = server.begin("salesforce").await;
    let mut url = Url::parse(&authorize_url).unwrap();
    let pairs: Fields = url.query_pairs().into_owned().collect();
    let own = pairs.into_iter().map(|(name, value)| match &*name {
        "code_challenge" => (name, vendors::oauth::challenge_of(VERIFIER)),
        _ => (name, value),
    });
    let own: Fields = own.collect();
    url.set_query(Some(&encoded(&own)));
    let back = server.browser().consent(url.as_str(), "allow").await;
    let back = Url::parse(&back).unwrap();
    let code = back.query_pairs().find(|(name, _)| name == "code").unwrap();
    let callback = format!("{}/v1/oauth/salesforce/callback", server.url);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code.1),
        ("redirect_uri", &callback),
        ("code_verifier", VERIFIER),
        ("client_id", salesforce::CLIENT_ID),
        ("client_secret", salesforce::CLIENT_SECRET),
    ];
    let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let token = format!("{}/services/oauth2/token", server.sandbox("salesforce"));
    let answer = server.browser().submit(&token, &form.into()).await;
    let answer: Value = answer.json().await.unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_connects_every_sandbox_and_has_what_the_vendors_have() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--life", "0"]);
    let demo = server.deals("").await;
    let subscriptions = server.expected_of_subscriptions().await;
    let mut connections = Vec::new();
    for source in ["salesforce", "hubspot", "pipedrive"] {
        connections.push((source, server.connect(source).await));
    }
    let key = json!({"kind": "key", "key": stripe::RESTRICTED_KEY});
    let body = json!({"source": "stripe", "auth": key, "sandbox": true});
    let begun = server.post("/v1/connections", Some(body)).await;
    connections.push(("stripe", begun["id"].as_str().unwrap().to_owned()));
    for (_, id) in &connections {
        let connection = server.settled(id).await;
        assert_eq!(connection["status"], "active", "{connection}");
        for stream in streams(&connection) {
            if let Some(total) = stream["source_total"].as_u64() {
                assert_eq!(stream["kept_total"], total, "{stream}");
            }
        }
        let sentence = connection["sentence"].as_str().unwrap();
        assert!(sentence.starts_with("Up to date"), "{connection}");
    }

    let client = &server.client;
    let vendor = |source, key| Vendor {
        client,
        base: server.sandbox(source),
        key,
    };
    let bearer = |token: &str| ("authorization", format!("Bearer {token}"));
    let theirs = vendor("salesforce", bearer(&salesforce_token(&server).await));
    let mut expected = demo;
    for (list, table) in [
        ("deals?fields=external_ids&", "Opportunity"),
        ("companies?", "Account"),
    ] {
        let path = format!("/services/data/v62.0/query?q=SELECT+COUNT()+FROM+{table}");
        let count = theirs.ask(&path).await["totalSize"].as_u64().unwrap();
        assert!(count > 0);
        assert_eq!(
            server.known(list, "salesforce").await as u64,
            count,
            "{table}"
        );
        expected += if table == "Opportunity" { count } else { 0 };
    }
    let theirs = vendor("hubspot", bearer(hubspot::SERVICE_KEY));
    for (list, kind) in [
        ("deals?fields=external_ids&", "deals"),
        ("companies?", "companies"),
    ] {
        let path = format!("/crm/objects/2026-09/{kind}?limit=100");
        let next = |page: &Value| {
            Some(format!(
                "&after={}",
                page["paging"]["next"]["after"].as_str()?
            ))
        };
        let count = theirs.count(&path, "results", next).await;
        assert_eq!(server.known(list, "hubspot").await, count, "{kind}");
        expected += if kind == "deals" { count as u64 } else { 0 };
    }
    let theirs = vendor(
        "pipedrive",
        ("x-api-token", pipedrive::API_TOKEN.to_owned()),
    );
    let next = |page: &Value| {
        Some(format!(
            "&cursor={}",
            page["additional_data"]["next_cursor"].as_str()?
        ))
    };
    let mut count = 0;
    for path in [
        "/api/v2/deals?limit=500",
        "/api/v2/deals/archived?limit=500",
    ] {
        count += theirs.count(path, "data", next).await;
    }
    assert_eq!(
        server
            .known("deals?fields=external_ids&", "pipedrive")
            .await,
        count
    );
    expected += count as u64;
    let organizations = theirs
        .count("/api/v2/organizations?limit=500", "data", next)
        .await;
    assert_eq!(server.known("companies?", "pipedrive").await, organizations);
    assert_eq!(server.deals("").await, expected);

    let theirs = vendor("stripe", bearer(stripe::RESTRICTED_KEY));
    let connection = server.settled(&connections[3].1).await;
    for (stream, path) in [
        ("customers", "customers?"),
        ("subscriptions", "subscriptions?status=all&"),
        ("invoices", "invoices?"),
    ] {
        let next = |page: &Value| {
            let last = page["data"].as_array()?.last()?["id"].as_str()?;
            page["has_more"]
                .as_bool()?
                .then(|| format!("&starting_after={last}"))
        };
        let count = theirs
            .count(&format!("/v1/{path}limit=100"), "data", next)
            .await;
        let kept = streams(&connection)
            .iter()
            .find(|it| it["name"] == stream)
            .unwrap();
        assert!(count > 0);
        assert_eq!(kept["kept_total"], count, "{kept}");
    }
    assert!(server.expected_of_subscriptions().await > subscriptions);

    for (source, id) in &connections {
        assert_eq!(server.sync(id).await, 0, "{source}");
    }
    assert_eq!(server.deals("").await, expected);
    let (_, hubspot) = &connections[1];
    let gone = server
        .ask(&format!("DELETE /v1/connections/{hubspot}"), None)
        .await;
    assert_eq!(gone.0, 204, "{}", gone.1);
    let (status, problem) = server
        .ask(&format!("POST /v1/connections/{hubspot}/sync"), None)
        .await;
    assert_eq!(status, 409, "{problem}");
    assert_eq!(server.deals("").await, expected);
}

impl Server {
    /// What contracts that run on are expected to bring.
    async fn expected_of_subscriptions(&self) -> f64 {
        let answer = self.get("/v1/insights/cashflow").await;
        let periods = answer["periods"].as_array().unwrap().iter();
        let of = |period: &Value| -> f64 {
            period["expected"]["subscriptions"]
                .as_str()
                .unwrap()
                .parse()
                .unwrap()
        };
        periods.map(of).sum()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_with_anything_but_their_own_state_sees_a_page_and_gets_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--life", "0"]);
    let browser = server.browser();
    let refused = async |url: &str, title: &str| {
        let (status, page) = browser.get(url).await;
        assert_eq!(status, 400, "{url}: {page}");
        assert!(page.contains(title), "{url}: {page}");
    };
    let at = |provider: &str| format!("{}/v1/oauth/{provider}/callback", server.url);
    refused(&at("hubspot"), USELESS).await;
    refused(&at("nobody"), USELESS).await;
    refused(&format!("{}?code=x", at("hubspot")), USELESS).await;
    refused(&format!("{}?code=x&state=y", at("hubspot")), USELESS).await;
    refused(&format!("{}?%%%", at("hubspot")), USELESS).await;

    let (id, authorize_url) = server.begin("hubspot").await;
    let back = browser.consent(&authorize_url, "allow").await;
    refused(&back.replace("/hubspot/", "/pipedrive/"), USELESS).await;
    refused(&back, USELESS).await;

    let (other, authorize_url) = server.begin("pipedrive").await;
    let back = browser.consent(&authorize_url, "deny").await;
    refused(&back, "Not connected").await;
    refused(&back, USELESS).await;

    let (third, authorize_url) = server.begin("salesforce").await;
    let elsewhere = authorize_url.replace("callback", "elsewhere");
    let (status, page) = browser.get(&elsewhere).await;
    assert_eq!(status, 400, "{page}");
    // A form without what the page had in it.
    let back = browser.consent(&authorize_url, "allow").await;
    let (_, page) = browser.get(&back).await;
    let mut changed = fields(&page);
    for (name, value) in &mut changed {
        if name == "code" {
            "made-up".clone_into(value);
        }
    }
    let answer = browser.submit(&back, &changed).await;
    assert_eq!(answer.status(), 400);
    let answer = browser.submit(&back, &fields(&page)).await;
    assert_eq!(answer.status(), 400);
    for id in [id, other, third] {
        let connection = server.get(&format!("/v1/connections/{id}")).await;
        assert_eq!(connection["status"], "pending", "{connection}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_vendors_alone_say_where_they_are_and_answer() {
    let mut process = Command::new(env!("CARGO_BIN_EXE_pie"))
        .args(["vendors", "--port", "0", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut text = String::new();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let told: Value = loop {
        text.push_str(&lines.next().unwrap().unwrap());
        if let Ok(told) = serde_json::from_str(&text) {
            break told;
        }
    };
    let client = reqwest::Client::new();
    for (source, path, header) in [
        ("hubspot", "/crm/objects/2026-09/deals", "authorization"),
        ("pipedrive", "/api/v2/deals", "x-api-token"),
        ("stripe", "/v1/invoices", "authorization"),
        ("salesforce", "/services/data", ""),
    ] {
        let url = format!("{}{path}", told[source]["url"].as_str().unwrap());
        let mut request = client.get(url);
        if let Some(key) = told[source]["key"].as_str() {
            let bearer = if header == "authorization" {
                "Bearer "
            } else {
                ""
            };
            request = request.header(header, format!("{bearer}{key}"));
        }
        assert_eq!(request.send().await.unwrap().status(), 200, "{source}");
    }
    process.kill().unwrap();
    process.wait().unwrap();
    let refused = Command::new(env!("CARGO_BIN_EXE_pie"))
        .args(["vendors", "--fault-rate", "2"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        String::from_utf8(refused.stderr)
            .unwrap()
            .contains("0 to 1")
    );
}

impl Server {
    /// Tells Pipedrive where to call, as a person does in its settings.
    async fn subscribe_pipedrive(&self, id: &str) {
        let line = format!("PUT /v1/connections/{id}/webhook");
        let made = Self::ok(self.ask(&line, Some(json!({}))).await);
        let body = json!({
            "subscription_url": made["url"], "event_action": "*", "event_object": "*", "version": "2.0",
            "http_auth_user": made["user"], "http_auth_password": made["password"],
        });
        let url = format!("{}/v1/webhooks", self.sandbox("pipedrive"));
        let request = self.client.post(url).json(&body);
        let request = request.header("x-api-token", pipedrive::API_TOKEN);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 201);
    }

    /// Tells Stripe where to call, and Pie what Stripe signs with.
    async fn subscribe_stripe(&self, id: &str) {
        let line = format!("PUT /v1/connections/{id}/webhook");
        let made = Self::ok(self.ask(&line, Some(json!({}))).await);
        assert_eq!(made["active"], false, "nothing to check a delivery with");
        let url = made["url"].as_str().unwrap().to_owned();
        let form = [
            ("url", url.as_str()),
            ("enabled_events[]", "*"),
            ("api_version", "2026-06-24.dahlia"),
        ];
        let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let to = format!("{}/v1/webhook_endpoints", self.sandbox("stripe"));
        let request = self.client.post(to).bearer_auth(stripe::SECRET_KEY);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(encoded(&form.into())).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let endpoint: Value = answer.json().await.unwrap();
        let secrets = json!({"secrets": [endpoint["secret"]]});
        let kept = Self::ok(self.ask(&line, Some(secrets)).await);
        assert_eq!(kept["active"], true);
    }

    /// The deals that a source changed last, as they are kept here.
    async fn newest(&self, source: &str) -> Vec<Value> {
        let path = "/v1/deals?sort=-updated_at&limit=100&fields=updated_at,amount,external_ids";
        let page = self.get(path).await;
        let rows = page["data"].as_array().unwrap().iter();
        let of = |row: &&Value| row["external_ids"][source].is_string();
        rows.filter(of).cloned().collect()
    }

    /// What is known of money that came and will come.
    async fn cash(&self) -> Value {
        self.get("/v1/insights/cashflow").await["periods"].clone()
    }
}

/// What a vendor says a deal is worth.
async fn worth(vendor: &Vendor<'_>, source: &str, id: &str) -> Option<f64> {
    let (path, at) = match source {
        "hubspot" => (
            format!("/crm/objects/2026-09/deals/{id}?properties=amount"),
            "/properties/amount",
        ),
        _ => (format!("/api/v2/deals/{id}"), "/data/value"),
    };
    let said = vendor.ask(&path).await;
    let said = said.pointer(at)?;
    said.as_f64().or_else(|| said.as_str()?.parse().ok())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_at_a_vendor_is_here_by_its_webhook_and_no_sync() {
    let folder = tempfile::tempdir().unwrap();
    // Somebody at each vendor does something every second.
    let server = Server::start(folder.path(), &["--life", "1"]);
    let hubspot = server.connect("hubspot").await;
    let key = async |source: &str, key: &str| {
        let auth = json!({"kind": "key", "key": key});
        let body = json!({"source": source, "auth": auth, "sandbox": true, "every_min": 1_440});
        let begun = server.post("/v1/connections", Some(body)).await;
        begun["id"].as_str().unwrap().to_owned()
    };
    let pipedrive = key("pipedrive", pipedrive::API_TOKEN).await;
    let stripe = key("stripe", stripe::RESTRICTED_KEY).await;
    // HubSpot's app calls one address for all accounts, and is told so by `pie up`.
    server.subscribe_pipedrive(&pipedrive).await;
    server.subscribe_stripe(&stripe).await;
    let mut synced = Vec::new();
    for id in [&hubspot, &pipedrive, &stripe] {
        let connection = server.settled(id).await;
        synced.push(connection["last_sync_at"].as_str().unwrap().to_owned());
    }
    let before = server.cash().await;
    let client = &server.client;
    let vendors = [
        (
            "hubspot",
            ("authorization", format!("Bearer {}", hubspot::SERVICE_KEY)),
        ),
        (
            "pipedrive",
            ("x-api-token", pipedrive::API_TOKEN.to_owned()),
        ),
    ];
    for (at, (source, key)) in vendors.into_iter().enumerate() {
        let vendor = Vendor {
            client,
            base: server.sandbox(source),
            key,
        };
        let since: jiff::Timestamp = synced[at].parse().unwrap();
        let mut seen = None;
        for _ in 0..900 {
            for row in server.newest(source).await {
                let changed: jiff::Timestamp = row["updated_at"].as_str().unwrap().parse().unwrap();
                if changed <= since {
                    continue;
                }
                let amount = row["amount"]["value"].as_str();
                let amount: Option<f64> = amount.map(|text| text.parse().unwrap());
                let id = row["external_ids"][source].as_str().unwrap();
                // It may have changed once more by now.
                if amount == worth(&vendor, source, id).await {
                    seen = Some(row);
                    break;
                }
            }
            if seen.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(seen.is_some(), "nothing that {source} told came in");
    }
    let mut moved = false;
    for _ in 0..900 {
        moved = server.cash().await != before;
        if moved {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(moved, "nothing that Stripe told came in");
    // And nobody has synced since.
    for (id, last) in [&hubspot, &pipedrive, &stripe].into_iter().zip(&synced) {
        let connection = server.get(&format!("/v1/connections/{id}")).await;
        assert_eq!(&connection["last_sync_at"], last, "{connection}");
        assert_eq!(connection["run"], Value::Null, "{connection}");
    }
}
