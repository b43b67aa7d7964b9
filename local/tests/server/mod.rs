//! `pie up` as a process, asked from outside.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A server of its own, on a free port; killed when dropped.
pub(crate) struct Server {
    pub(crate) process: Child,
    pub(crate) url: String,
    pub(crate) key: String,
    /// What it said when it was up.
    pub(crate) told: Value,
    pub(crate) client: reqwest::Client,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Starts `pie up` on a folder, and waits until it says where it answers.
    pub(crate) fn start(folder: &Path, more: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_pie"))
            .args([
                "up",
                "--port",
                "0",
                "--size",
                "small",
                "--as-of",
                "2026-09-30",
                "--json",
                "--data",
            ])
            .arg(folder)
            .args(more)
            .env_remove("AWS_ENDPOINT_URL")
            .env_remove("PIE_LOG")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut text = String::new();
        for line in BufReader::new(process.stdout.take().unwrap()).lines() {
            text.push_str(&line.unwrap());
            if let Ok(told) = serde_json::from_str::<Value>(&text) {
                let known = std::fs::read(folder.join("credentials.json")).unwrap();
                let known: Value = serde_json::from_slice(&known).unwrap();
                return Self {
                    process,
                    url: told["url"].as_str().unwrap().to_owned(),
                    key: known["api_key"].as_str().unwrap().to_owned(),
                    // Whoever is sent elsewhere looks first at where to.
                    client: reqwest::Client::builder()
                        .redirect(reqwest::redirect::Policy::none())
                        .build()
                        .unwrap(),
                    told,
                };
            }
        }
        panic!("pie up ended before it said where it is: {text}")
    }

    pub(crate) async fn ask(&self, line: &str, body: Option<Value>) -> (u16, Value) {
        let (method, path) = line.split_once(' ').unwrap();
        let request = self
            .client
            .request(method.parse().unwrap(), format!("{}{path}", self.url));
        let request = request.bearer_auth(&self.key);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (
            status,
            serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default(),
        )
    }

    #[track_caller]
    pub(crate) fn ok(answer: (u16, Value)) -> Value {
        assert!((200..300).contains(&answer.0), "{} {}", answer.0, answer.1);
        answer.1
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        Self::ok(self.ask(&format!("GET {path}"), None).await)
    }

    pub(crate) async fn post(&self, path: &str, body: Option<Value>) -> Value {
        Self::ok(self.ask(&format!("POST {path}"), body).await)
    }

    /// Waits for a job to end well; gives it.
    pub(crate) async fn finished(&self, job: &str) -> Value {
        for _ in 0..2_400 {
            let job = self.get(&format!("/v1/jobs/{job}")).await;
            match job["status"].as_str().unwrap() {
                "succeeded" => return job,
                "queued" | "running" => tokio::time::sleep(Duration::from_millis(50)).await,
                other => panic!("the job {other}: {job}"),
            }
        }
        panic!("the job did not end")
    }

    pub(crate) async fn deals(&self, filter: &str) -> u64 {
        let answer = self.get(&format!("/v1/deals?limit=1{filter}")).await;
        answer["totals"]["count"].as_u64().unwrap()
    }
}
