//! What the queues and the schedule send.

use crate::bed::{Bed, answer, events};
use embedded::Service;
use jiff::SignedDuration;
use runtime::{FUNCTIONS, Sandbox, World, carry, find};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use store::{Connection, Lookup, Queue, SOFT_DELETE_DAYS, TenantInfo};

/// The ids of a batch that come again.
fn failures(answer: &runtime::Answer) -> Vec<String> {
    let failures = answer.value["batchItemFailures"].as_array().unwrap();
    let id = |failure: &Value| failure["itemIdentifier"].as_str().unwrap().to_owned();
    failures.iter().map(id).collect()
}

/// Hands over a sample none of whose messages may come again.
async fn done(sandbox: &mut Sandbox, function: &str, event: &Value) {
    let answer = answer(sandbox, function, event).await;
    let lines = sandbox.lines();
    assert!(
        failures(&answer).is_empty(),
        "{event}\n{}",
        lines.join("\n")
    );
}

async fn status(bed: &mut Bed, line: &str) -> Value {
    bed.call(line, None, 200).await["status"].clone()
}

#[tokio::test]
async fn sync_does_what_its_samples_ask() {
    let mut bed = Bed::new().await;
    let mut sync = bed.world.sandbox("sync").await.unwrap();
    let import = bed.import().await;
    for (step, name, then) in [
        ("validate", "sync-validate", "validated"),
        ("commit", "sync", "committed"),
        ("undo", "sync-undo", "undone"),
    ] {
        bed.call(&format!("POST /v1/imports/{import}/{step}"), None, 202)
            .await;
        let event = bed.sample_like(name, &bed.message(Queue::Sync).await);
        done(&mut sync, "sync", &event).await;
        let now = status(&mut bed, &format!("GET /v1/imports/{import}")).await;
        assert_eq!(now, then, "{name}");
    }
    // Nothing comes of work on a connection that is gone, and nobody need look at it.
    for name in ["sync-connection", "sync-hint"] {
        let event = bed.sample(name);
        done(&mut sync, "sync", &event).await;
    }
}

#[tokio::test]
async fn of_a_batch_only_what_cannot_be_done_comes_again() {
    let mut bed = Bed::new().await;
    let mut sync = bed.world.sandbox("sync").await.unwrap();
    let import = bed.import().await;
    bed.call(&format!("POST /v1/imports/{import}/validate"), None, 202)
        .await;
    let event = bed.sample_like("sync-batch", &bed.message(Queue::Sync).await);
    let answer = answer(&mut sync, "sync", &event).await;
    let records = event["Records"].as_array().unwrap();
    let ids: Vec<_> = records[1..]
        .iter()
        .map(|record| record["messageId"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(failures(&answer), ids);
    let now = status(&mut bed, &format!("GET /v1/imports/{import}")).await;
    assert_eq!(now, "validated");
}

#[tokio::test]
async fn simulate_does_what_its_samples_ask() {
    let mut bed = Bed::new().await;
    let mut sync = bed.world.sandbox("sync").await.unwrap();
    let mut simulate = bed.world.sandbox("simulate").await.unwrap();
    committed(&mut bed, &mut sync).await;
    let changed = bed.message(Queue::Simulate).await;
    done(
        &mut simulate,
        "simulate",
        &bed.sample_like("simulate-changed", &changed),
    )
    .await;
    let event = bed.sample("simulate-snapshot");
    done(&mut simulate, "simulate", &event).await;
    // A process that has read nothing yet reads the snapshot.
    bed.api = bed.world.sandbox("api").await.unwrap();
    bed.world.aws().reset_counts();
    bed.call("GET /v1/deals", None, 200).await;
    let calls = bed.world.aws().calls();
    let read = calls.get(&(Service::S3, "GetObject".to_owned()));
    assert!(read.is_some(), "{calls:?}");
    for (noun, name) in [
        ("forecasts", "simulate"),
        ("backtests", "simulate-backtest"),
    ] {
        let line = format!("POST /v1/{noun}");
        let job = bed.call(&line, Some(json!({})), 202).await["id"].clone();
        let event = bed.sample_like(name, &bed.message(Queue::Simulate).await);
        done(&mut simulate, "simulate", &event).await;
        let line = format!("GET /v1/jobs/{}", job.as_str().unwrap());
        let job = bed.call(&line, None, 200).await;
        // A tenant with little history is told so; either way the job is over.
        let over = ["succeeded", "failed"].contains(&job["status"].as_str().unwrap());
        assert!(over, "{name}: {job}");
    }
}

/// Takes an import all the way in.
async fn committed(bed: &mut Bed, sync: &mut Sandbox) {
    let import = bed.import().await;
    for step in ["validate", "commit"] {
        bed.call(&format!("POST /v1/imports/{import}/{step}"), None, 202)
            .await;
        let timeout = find("sync").unwrap().timeout;
        let carried = carry(&bed.world, Queue::Sync, sync, timeout)
            .await
            .unwrap()
            .unwrap();
        assert!(
            carried.failed.is_empty(),
            "{step}: {carried:?}\n{}",
            sync.lines().join("\n")
        );
    }
}

#[tokio::test]
async fn deliver_does_what_its_samples_ask() {
    let mut bed = Bed::new().await;
    let mut sync = bed.world.sandbox("sync").await.unwrap();
    let mut deliver = bed.world.sandbox("deliver").await.unwrap();
    committed(&mut bed, &mut sync).await;
    bed.world.empty(Queue::Deliver).await.unwrap();
    let member = json!({"email": "ana@harbor.example", "name": "Ana Sol", "role": "ae"});
    let person = json!({"email": "ana@harbor.example"});
    let mut export = person.clone();
    export["kind"] = "person".into();
    for (line, body, status, name) in [
        ("POST /v1/members", member, 201, "deliver-mail"),
        ("POST /v1/exports", json!({"kind": "deals"}), 202, "deliver"),
        ("POST /v1/exports", export, 202, "deliver-person-export"),
        (
            "POST /v1/persons/erase",
            person,
            202,
            "deliver-person-erase",
        ),
    ] {
        let asked = bed.call(line, Some(body), status).await;
        let event = bed.sample_like(name, &bed.message(Queue::Deliver).await);
        done(&mut deliver, "deliver", &event).await;
        if status == 202 {
            let job = format!("GET /v1/jobs/{}", asked["id"].as_str().unwrap());
            let job = bed.call(&job, None, 200).await;
            assert_eq!(job["status"], "succeeded", "{name}: {job}");
        }
    }
    let mails = bed.world.aws().mail();
    assert_eq!(mails.len(), 1);
    // A tenant that nobody deleted stays, and nobody need look at the message.
    let event = bed.sample("deliver-tenant-erase");
    done(&mut deliver, "deliver", &event).await;
    assert_eq!(
        bed.call("GET /v1/tenant", None, 200).await["name"],
        "Harbor Works"
    );
    // One whose thirty days are over goes, with what leads to it from outside.
    let tenant = bed.world.tenant();
    let id = bed.world.connect(1, "hubspot", "a secret").await.unwrap();
    let portal = Lookup::Portal("hubspot", "4711");
    tenant.note_lookup(portal, &id.to_string()).await.unwrap();
    let connection = id.to_string();
    let edited = tenant.edit_document::<Connection, store::Error>(&connection, |connection| {
        connection.account = Some("4711".to_owned());
        Ok(())
    });
    edited.await.unwrap();
    let long_ago = tenant.now() - SignedDuration::from_hours(24 * (SOFT_DELETE_DAYS + 1));
    let deleted = tenant.edit_document::<TenantInfo, store::Error>("A", |info| {
        info.deleted_at = Some(long_ago);
        Ok(())
    });
    deleted.await.unwrap();
    done(&mut deliver, "deliver", &event).await;
    let store = bed.world.store();
    assert!(store.tenants().await.unwrap().is_empty());
    assert!(store.look_up(portal).await.unwrap().is_empty());
}

#[tokio::test]
async fn schedule_answers_its_sample() {
    let bed = Bed::new().await;
    let mut schedule = bed.world.sandbox("schedule").await.unwrap();
    for _ in 0..2 {
        let answer = answer(&mut schedule, "schedule", &bed.sample("schedule")).await;
        assert_eq!(answer.value, Value::Null);
    }
}

#[tokio::test]
async fn the_whole_way_of_a_deal_is_taken_by_the_binaries() {
    let mut bed = Bed::new().await;
    let mut sync = bed.world.sandbox("sync").await.unwrap();
    let mut simulate = bed.world.sandbox("simulate").await.unwrap();
    let mut deliver = bed.world.sandbox("deliver").await.unwrap();
    committed(&mut bed, &mut sync).await;
    let deals = bed.call("GET /v1/deals?limit=100", None, 200).await;
    assert_eq!(deals["data"].as_array().unwrap().len(), 60);
    bed.call("POST /v1/forecasts", Some(json!({})), 202).await;
    let export = bed
        .call("POST /v1/exports", Some(json!({"kind": "deals"})), 202)
        .await;
    for (queue, sandbox) in [
        (Queue::Simulate, &mut simulate),
        (Queue::Deliver, &mut deliver),
    ] {
        let timeout = find(queue.as_str()).unwrap().timeout;
        let mut messages = 0;
        while let Some(carried) = carry(&bed.world, queue, sandbox, timeout).await.unwrap() {
            assert!(
                carried.failed.is_empty(),
                "{carried:?}\n{}",
                sandbox.lines().join("\n")
            );
            messages += carried.received.len();
        }
        assert!(messages > 0, "{queue}");
    }
    let id = export["id"].as_str().unwrap();
    let file = bed
        .call(&format!("GET /v1/exports/{id}/file"), None, 200)
        .await;
    assert_eq!(file.as_str().unwrap().lines().count(), 61, "{file}");
}

/// The variables of ours that a part of a template sets.
fn variables(part: &str) -> BTreeSet<String> {
    let names = part.lines().filter_map(|line| line.trim().split_once(':'));
    names
        .filter(|(name, _)| name.starts_with("PIE_"))
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[tokio::test]
async fn functions_run_here_as_the_templates_say() {
    let read = |name| std::fs::read_to_string(events().join("../infra").join(name)).unwrap();
    // What the API has is a parameter, with a default in the root.
    let root = read("template.yaml");
    let (_, memory) = root.split_once("\n  ApiMemory:").unwrap();
    let (_, memory) = memory.split_once("Default: ").unwrap();
    let digits = memory.split(|c: char| !c.is_ascii_digit()).next().unwrap();
    let template = read("functions.yaml").replace("!Ref ApiMemory", digits);
    let world = World::start().await.unwrap();
    let (globals, functions) = template.split_once("\nResources:").unwrap();
    for function in FUNCTIONS {
        let (first, rest) = function.name.split_at(1);
        let mark = format!("\n  {}{rest}Function:\n", first.to_uppercase());
        let (_, part) = functions.split_once(&mark).unwrap();
        // It ends where another resource begins, two columns in.
        let end = part
            .lines()
            .take_while(|line| line.is_empty() || line.starts_with("    "));
        let part = end.collect::<Vec<_>>().join("\n");
        for says in [
            format!("Timeout: {}", function.timeout.as_secs()),
            format!("MemorySize: {}", function.memory_mb),
        ] {
            assert!(
                part.contains(&says),
                "{} has no {says}:\n{part}",
                function.name
            );
        }
        let set: BTreeSet<String> = variables(globals)
            .union(&variables(&part))
            .cloned()
            .collect();
        let here = world.environment(function.name).unwrap();
        let here: BTreeSet<String> = here
            .into_iter()
            .map(|(name, _)| name)
            .filter(|name| name.starts_with("PIE_"))
            .collect();
        assert_eq!(here, set, "{}", function.name);
    }
}

#[test]
fn every_function_has_a_sample_and_every_sample_a_function() {
    let folder = std::fs::read_dir(events()).unwrap();
    let names: BTreeSet<String> = folder
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.strip_suffix(".json").unwrap().to_owned())
        .collect();
    let function = |name: &str| name.split('-').next().unwrap().to_owned();
    let with: BTreeSet<_> = names.iter().map(|name| function(name)).collect();
    let all: BTreeSet<_> = FUNCTIONS.map(|it| it.name.to_owned()).into();
    assert_eq!(with, all);
    let mut folders = BTreeSet::new();
    for entry in std::fs::read_dir(events().join("../functions")).unwrap() {
        let entry = entry.unwrap();
        if entry.path().join("Cargo.toml").is_file() {
            folders.insert(entry.file_name().into_string().unwrap());
        }
    }
    assert_eq!(folders, all);
    // Each is handed to its binary by one of the tests here.
    let tests = [include_str!("http.rs"), include_str!("queues.rs")].concat();
    for name in &names {
        assert!(
            tests.contains(&format!("\"{name}\"")),
            "no test hands over {name}"
        );
    }
}
