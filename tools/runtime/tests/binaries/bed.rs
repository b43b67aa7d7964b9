//! A world with the API in it, and samples that are made to fit it.

use runtime::{Answer, Outcome, Sandbox, World, find};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use store::{Message, Queue};

/// The tenant of the samples is that of a [`World`].
pub(crate) const TENANT: &str = "tenant_01040g2081040g2081040g2081";
const TENANT_OF_SAMPLES: &str = "tenant_00000000000000000000000001";

/// Deals of three years, enough to learn a little from.
pub(crate) fn deals() -> String {
    let mut csv = "Deal,Company,Stage,Amount,Currency,Created,Closed\n".to_owned();
    for n in 0..60 {
        let (year, month) = (2024 + n % 2, 1 + n % 12);
        let (stage, closed) = match n % 3 {
            0 => ("Closed Won", format!("{year}-{month:02}-20")),
            1 => ("Closed Lost", format!("{year}-{month:02}-25")),
            _ => ("Proposal", String::new()),
        };
        csv += &format!(
            "D{n},Harbor {n},{stage},{},EUR,{year}-{month:02}-01,{closed}\n",
            1000 + n
        );
    }
    csv
}

/// The folder of samples.
pub(crate) fn events() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events")
}

/// A sample as it is.
pub(crate) fn sample(name: &str) -> Value {
    let path = events().join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path);
    serde_json::from_str(&text.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        .unwrap()
}

/// Hands a sample to a function, which must answer it.
pub(crate) async fn answer(sandbox: &mut Sandbox, function: &str, event: &Value) -> Answer {
    let timeout = find(function).unwrap().timeout;
    match sandbox
        .invoke(event.to_string().as_bytes(), timeout)
        .await
        .unwrap()
    {
        Outcome::Answered(answer) => answer,
        other => panic!(
            "{function} did not answer: {other:?}\n{}",
            sandbox.lines().join("\n")
        ),
    }
}

/// A world, and the API at work in it.
pub(crate) struct Bed {
    pub(crate) world: World,
    pub(crate) api: Sandbox,
}

impl Bed {
    pub(crate) async fn new() -> Self {
        let world = World::start().await.unwrap();
        let api = world.sandbox("api").await.unwrap();
        Self { world, api }
    }

    /// Calls the API, which must answer with this status.
    pub(crate) async fn call(&mut self, line: &str, body: Option<Value>, status: u64) -> Value {
        let called = self.world.call(&mut self.api, line, body).await;
        let (was, body) = called.unwrap();
        assert_eq!(was, status, "{line}: {body}");
        body
    }

    /// Uploads the deals; gives the import's id.
    pub(crate) async fn import(&mut self) -> String {
        let files = [("deals.csv".to_owned(), deals())];
        let options = json!({"as_of": "2026-09-30T00:00:00Z"});
        let uploaded = self
            .world
            .upload(&mut self.api, "crm", &options, &files)
            .await;
        uploaded.unwrap()
    }

    /// Takes the one message that waits on a queue.
    pub(crate) async fn message(&self, queue: Queue) -> Message {
        let store = self.world.store();
        let received = store.receive(queue, 0).await.unwrap();
        assert_eq!(received.len(), 1, "{queue}: {received:?}");
        store
            .acknowledge(queue, &[received[0].receipt.clone()])
            .await
            .unwrap();
        serde_json::from_str(&received[0].body).unwrap()
    }

    /// A sample with the tenant of this world in it.
    pub(crate) fn sample(&self, name: &str) -> Value {
        let text = sample(name).to_string();
        let text = text
            .replace(TENANT_OF_SAMPLES, TENANT)
            .replace("Bearer {key}", &self.world.bearer());
        serde_json::from_str(&text).unwrap()
    }

    /// A sample of a queue about what a real message is about. The sample has the form of what is really sent, or the
    /// test fails.
    pub(crate) fn sample_like(&self, name: &str, real: &Message) -> Value {
        let mut event = self.sample(name);
        let said: Message =
            serde_json::from_str(event["Records"][0]["body"].as_str().unwrap()).unwrap();
        assert_eq!((&said.kind, said.v), (&real.kind, real.v), "{name}");
        let fields = |body: &Value| {
            body.as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect::<BTreeSet<_>>()
        };
        assert_eq!(fields(&said.body), fields(&real.body), "{name}");
        event["Records"][0]["body"] = serde_json::to_string(real).unwrap().into();
        event
    }
}
