use crate::Bed;
use crate::world::Answer;
use embedded::Aws as Embedded;
use serde_json::{Value, json};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// What the log said.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How many files under a folder hold a word.
fn holding(folder: &Path, word: &str) -> usize {
    let mut found = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found += holding(&path, word);
        } else if let Ok(bytes) = std::fs::read(&path) {
            found += usize::from(
                bytes
                    .windows(word.len())
                    .any(|some| some == word.as_bytes()),
            );
        }
    }
    found
}

/// A secret is in no answer, no line of the log and no file, wherever in a request it stands.
#[tokio::test]
async fn a_secret_is_in_no_answer_no_log_and_no_file() {
    let log = Log::default();
    let writer = log.clone();
    let style = edge::telemetry::Style::Json;
    let subscriber = edge::telemetry::subscriber(style, "trace,hyper=off", move || writer.clone());
    tracing::subscriber::set_global_default(subscriber.unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let aws = Embedded::on_disk(folder.path()).unwrap();
    let bed = Bed::with(aws, |_| {}).await;
    // The transport knows these keys; they are looked for as they are.
    let good = json!({"kind": "key", "key": "sk_good"});
    let named = json!({"source": "stripe", "name": "a-plain-word", "auth": good});
    let headers = [("idempotency-key", "k1")];
    let line = "POST /v1/connections";
    let made = bed
        .world
        .call(crate::CRO, line, &headers, Some(named))
        .await;
    let id = made.ok(201).text("/id");
    let mut answers: Vec<Answer> = Vec::new();
    let canary = "sk_canary_4711";
    for auth in [
        json!({"kind": "key", "key": canary}),
        json!({"kind": "key", "key": format!("{canary}\u{e9}")}),
        json!({"kind": "key", "key": [canary]}),
        json!({"kind": "key", canary: 1}),
        json!({"kind": canary}),
        json!({"kind": "oauth", "key": canary}),
        json!({ canary: canary }),
        json!([canary]),
        json!(canary),
        json!({"kind": "key", "key": {"is": canary}}),
    ] {
        let body = json!({"source": "stripe", "auth": auth});
        answers.push(bed.call("POST /v1/connections", body).await);
        let body = json!({ "auth": auth });
        let line = format!("POST /v1/connections/{id}/reconnect");
        let headers = [("idempotency-key", "k2")];
        answers.push(
            bed.world
                .call(crate::CRO, &line, &headers, Some(body))
                .await,
        );
    }
    let line = format!("PUT /v1/connections/{id}/webhook");
    let whsec = format!("whsec_{canary}");
    answers.push(bed.call(&line, json!({"secrets": [whsec]})).await.ok(200));
    for secrets in [
        json!(canary),
        json!([canary]),
        json!([[canary]]),
        json!({"0": canary}),
    ] {
        answers.push(bed.call(&line, json!({ "secrets": secrets })).await);
    }
    let targets = [
        "/v1/connections".to_owned(),
        format!("/v1/connections/{id}"),
        format!("/v1/connections/{id}/webhook"),
        "/v1/jobs".to_owned(),
    ];
    for target in targets {
        answers.push(bed.get(&target).await.ok(200));
    }
    let audit = bed
        .world
        .get((crate::ONE, "admin"), "/v1/audit-events")
        .await;
    answers.push(audit.ok(200));
    let refused = answers.iter().filter(|answer| answer.status == 422).count();
    assert_eq!(
        refused,
        24,
        "{:?}",
        answers.iter().map(|it| it.status).collect::<Vec<_>>()
    );
    for word in [canary, "sk_good"] {
        for answer in &answers {
            let text = String::from_utf8_lossy(&answer.bytes);
            assert!(!text.contains(word), "{text}");
            assert!(!format!("{:?}", answer.headers).contains(word));
        }
        let said = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(said.contains("Answered a request"));
        assert!(!said.contains(word), "the log holds {word}");
        assert_eq!(holding(folder.path(), word), 0, "a file holds {word}");
    }
    // The files are looked at as they are: what is no secret is found.
    assert!(holding(folder.path(), "a-plain-word") > 0);
    assert_eq!(bed.key(&id).await.as_deref(), Some("sk_good"));
    let _: Value = bed.get("/v1/connections").await.ok(200).body;
}
