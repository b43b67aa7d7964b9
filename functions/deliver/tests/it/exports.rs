//! Exports of what somebody sees.

use crate::support::{START, World, deal, never, tenant_id};
use aws_lambda_events::sqs::SqsEvent;
use edge::Deadline;
use flate2::read::GzDecoder;
use identity::{ApiKey, MemberId, NewApiKey, Pepper, Role, Scopes, Status, TenantCtx};
use jiff::{SignedDuration, Timestamp};
use model::{Activity, ActivityId, ActivityKind, Book, Change, Entity, Viewer, visible};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::{JobStatus, Page, Versioned};

/// The ids that a viewer sees, by the rule alone.
fn oracle(book: &Book, viewer: &Viewer, kind: &str) -> BTreeSet<String> {
    let deals: BTreeSet<_> = book
        .deals
        .iter()
        .filter(|deal| visible(viewer, deal.owner, &deal.visible_to))
        .map(|deal| deal.id)
        .collect();
    let has_deal = |company| {
        let of = |deal: &&model::Deal| deal.company == Some(company) && deals.contains(&deal.id);
        book.deals.iter().any(|deal| of(&deal))
    };
    match kind {
        "deals" => deals.iter().map(ToString::to_string).collect(),
        "companies" => (book.companies.iter())
            .filter(|it| visible(viewer, it.owner, &[]) || has_deal(it.id))
            .map(|it| it.id.to_string())
            .collect(),
        "contacts" => (book.stakeholders.iter())
            .filter(|it| deals.contains(&it.deal))
            .map(|it| it.id.to_string())
            .collect(),
        _ => (book.activities.iter())
            .filter(|it| {
                it.deal
                    .map_or(viewer.sees_all, |deal| deals.contains(&deal))
            })
            .map(|it| it.id.to_string())
            .collect(),
    }
}

const KINDS: [&str; 4] = ["deals", "companies", "contacts", "activities"];

#[tokio::test]
async fn an_export_holds_what_the_one_who_asked_sees_and_nothing_else() {
    let world = World::new().await;
    let book = world.tenant().book().await.unwrap().book;
    let directory = world.tenant().directory().await.unwrap();
    let mut sizes = BTreeSet::new();
    for name in ["admin", "cro", "manager", "rep_0", "rep_1", "nobody"] {
        let member = world.member(name);
        let viewer = directory.viewer(&member.id);
        assert_eq!(viewer.sees_all, member.role >= Role::Cro);
        for kind in KINDS {
            let job = world.export(&member, json!({ "kind": kind })).await;
            let expected = oracle(&book, &viewer, kind);
            sizes.insert((kind, expected.len()));
            assert_eq!(world.ids(&job).await, expected, "{name} {kind}");
            assert_eq!(job.result.unwrap()["rows"], expected.len(), "{name} {kind}");
        }
    }
    // The roles do see different things.
    assert!(sizes.len() >= 4 * 4, "{sizes:?}");
}

#[tokio::test]
async fn a_key_exports_what_it_may_see() {
    let world = World::new().await;
    let tenant = world.tenant();
    let book = tenant.book().await.unwrap().book;
    let directory = tenant.directory().await.unwrap();
    let check =
        async |n: u8, role: Role, acts_as: Option<&str>, ended: bool, expected: Option<Viewer>| {
            let new = NewApiKey {
                name: "nightly".to_owned(),
                scopes: Scopes::of(role),
                role,
                member: acts_as.map(|name| world.member(name).id),
                expires_at: None,
            };
            let maker = TenantCtx::system(tenant_id(), "test", "req_1");
            let (mut key, _) = ApiKey::mint(
                &new,
                &maker,
                [n; 16],
                [n; 32],
                &Pepper::new(&[1; 32]),
                START,
            )
            .unwrap();
            key.revoked_at = ended.then_some(START);
            let id = key.id.to_string();
            tenant.save_api_key(key).await.unwrap();
            let (job, message) = world
                .asked_by("export.run", &id, json!({"kind": "deals"}))
                .await;
            world.handle(&message).await.unwrap();
            let job = world.job(&job).await;
            match expected {
                Some(viewer) => assert_eq!(
                    world.ids(&job).await,
                    oracle(&book, &viewer, "deals"),
                    "{n}"
                ),
                None => assert_eq!(job.problem.unwrap().code, "asker_gone", "{n}"),
            }
        };
    let of = |name: &str| directory.viewer(&world.member(name).id);
    check(1, Role::Admin, None, false, Some(Viewer::all())).await;
    check(2, Role::Ae, Some("rep_1"), false, Some(of("rep_1"))).await;
    check(
        3,
        Role::SalesManager,
        Some("manager"),
        false,
        Some(of("manager")),
    )
    .await;
    // The lower of the two roles counts: who leads nobody's deals but through others has none.
    check(4, Role::Ae, Some("manager"), false, Some(Viewer::default())).await;
    check(5, Role::Admin, Some("rep_0"), false, Some(of("rep_0"))).await;
    check(6, Role::Admin, None, true, None).await;
    let stranger = MemberId::from_bytes([9; 16]).to_string();
    for by in [
        stranger.as_str(),
        "system:schedule",
        "key_00000000000000000000000000",
    ] {
        let (job, message) = world
            .asked_by("export.run", by, json!({"kind": "deals"}))
            .await;
        world.handle(&message).await.unwrap();
        assert_eq!(
            world.job(&job).await.problem.unwrap().code,
            "asker_gone",
            "{by}"
        );
    }
}

#[tokio::test]
async fn rights_that_ended_since_are_gone() {
    let world = World::new().await;
    let mut member = world.member("rep_0");
    member.status = Status::Disabled;
    world.tenant().save_member(&member).await.unwrap();
    let job = world.export(&member, json!({"kind": "deals"})).await;
    assert_eq!(job.problem.unwrap().code, "asker_gone");
    assert!(world.tenant().blobs("exports/").await.unwrap().is_empty());
    assert!(world.tenant().blobs("requests/").await.unwrap().is_empty());
}

#[tokio::test]
async fn an_export_of_deals_heeds_the_query() {
    let world = World::new().await;
    let admin = world.member("admin");
    let query = json!({"filter[stage]": "Proposal", "sort": "-amount"});
    let job = world
        .export(&admin, json!({"kind": "deals", "query": query}))
        .await;
    let file = world.file(&job).await;
    let mut reader = csv::Reader::from_reader(&file[..]);
    let head = reader.headers().unwrap().clone();
    let place = |name: &str| head.iter().position(|it| it == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let amounts: Vec<f64> = rows
        .iter()
        .map(|row| row[place("amount")].parse().unwrap())
        .collect();
    assert_eq!(rows.len(), 6);
    assert!(rows.iter().all(|row| &row[place("stage")] == "Proposal"));
    assert!(amounts.is_sorted_by(|a, b| a >= b), "{amounts:?}");
    world.rename_deal(7, "Harbor rollout").await;
    let searched = json!({"kind": "deals", "query": {"q": "rollout harbor"}});
    let job = world.export(&admin, searched).await;
    assert_eq!(world.ids(&job).await, [deal(7).to_string()].into());
    for query in [
        json!({"filter[nothing]": "x"}),
        json!({"sort": "colour"}),
        json!({"sort": "-p_win"}),
    ] {
        let job = world
            .export(&admin, json!({"kind": "deals", "query": query}))
            .await;
        assert_eq!(job.problem.unwrap().code, "bad_query", "{query}");
    }
}

#[tokio::test]
async fn no_cell_is_a_formula() {
    let check = async |name: &str, expected: &str| {
        let world = World::new().await;
        world.rename_deal(0, name).await;
        let query = json!({"filter[id]": deal(0).to_string()});
        let job = world
            .export(
                &world.member("admin"),
                json!({"kind": "deals", "query": query}),
            )
            .await;
        let file = world.file(&job).await;
        let mut reader = csv::Reader::from_reader(&file[..]);
        assert_eq!(&reader.records().next().unwrap().unwrap()[1], expected);
    };
    check(
        "=HYPERLINK(\"http://evil.example\")",
        "'=HYPERLINK(\"http://evil.example\")",
    )
    .await;
    check("+1", "'+1").await;
    check("-1", "'-1").await;
    check("@SUM(A1)", "'@SUM(A1)").await;
    check("\tx", "'\tx").await;
    check("Harbor, \"phase\" 2\nnorth", "Harbor, \"phase\" 2\nnorth").await;
}

#[tokio::test]
async fn everything_of_a_tenant_is_for_admins_and_whole() {
    let world = World::new().await;
    for name in ["rep_0", "manager", "cro"] {
        let job = world
            .export(&world.member(name), json!({"kind": "tenant"}))
            .await;
        assert_eq!(
            (job.status, job.problem.unwrap().code.as_str()),
            (JobStatus::Failed, "role_too_low")
        );
    }
    let job = world
        .export(&world.member("admin"), json!({"kind": "tenant"}))
        .await;
    let mut text = String::new();
    GzDecoder::new(&world.file(&job).await[..])
        .read_to_string(&mut text)
        .unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(job.result.unwrap()["rows"], lines.len());
    let tenant = world.tenant();
    for entity in tenant.book().await.unwrap().book.entities() {
        let key = entity.key().to_string();
        let line = lines
            .iter()
            .find(|line| line["data"]["key"] == key.as_str())
            .unwrap();
        let again = Entity::from_json(&entity.key(), &line["data"]["value"].to_string()).unwrap();
        assert_eq!(again, entity);
    }
    let count = |kind: &str| lines.iter().filter(|line| line["type"] == kind).count();
    assert_eq!(
        count("member"),
        tenant.directory().await.unwrap().iter().count()
    );
    assert_eq!((count("tenant"), count("job")), (1, 4));
}

#[tokio::test]
async fn a_file_of_several_parts_is_whole() {
    let world = World::new().await;
    let tenant = world.tenant();
    let summary = "word ".repeat(4_000);
    let long = (0..300).map(|n| {
        let id = ActivityId::derive(&tenant_id(), "long", &n.to_string());
        let activity = Activity {
            summary: Some(summary.clone()),
            ..Activity::new(id, ActivityKind::Call, START)
        };
        Versioned::new(Change::Put(Entity::Activity(Box::new(activity))), 1)
    });
    let long: Vec<Versioned> = long.collect();
    for some in long.chunks(60) {
        let page = Page {
            changes: some.to_vec(),
            ..Page::default()
        };
        tenant.commit(page).await.unwrap();
    }
    let job = world
        .export(&world.member("cro"), json!({"kind": "activities"}))
        .await;
    assert_eq!(world.ids(&job).await.len(), 312);
    assert_eq!(job.result.unwrap()["parts"], 2);
}

#[tokio::test]
async fn a_message_that_comes_twice_does_no_harm() {
    let world = World::new().await;
    let (id, message) = world
        .asked("export.run", &world.member("cro"), json!({"kind": "deals"}))
        .await;
    // One works, and the other comes again when it is done.
    let (a, b) = tokio::join!(world.handle(&message), world.handle(&message));
    a.and(b).unwrap();
    let job = world.job(&id).await;
    assert_eq!(job.status, JobStatus::Succeeded);
    for again in world.taken().await {
        world.handle(&again).await.unwrap();
    }
    world.handle(&message).await.unwrap();
    assert_eq!(world.job(&id).await.result, job.result);
    assert_eq!(world.ids(&job).await.len(), 12);
    assert!(world.tenant().blobs("requests/").await.unwrap().is_empty());
}

#[tokio::test]
async fn an_export_that_is_stopped_leaves_no_file() {
    let world = World::new().await;
    let (id, message) = world
        .asked("export.run", &world.member("cro"), json!({"kind": "deals"}))
        .await;
    world.tenant().start_job(&id).await.unwrap();
    world.tenant().cancel_job(&id).await.unwrap();
    world.handle(&message).await.unwrap();
    assert_eq!(world.job(&id).await.status, JobStatus::Cancelled);
    for folder in ["exports/", "requests/"] {
        assert!(world.tenant().blobs(folder).await.unwrap().is_empty());
    }
}

/// A deadline so many seconds away when work begins, and past at the next look.
fn passing(seconds: i64) -> Deadline {
    let begun = AtomicBool::new(false);
    let clock = move || {
        if begun.swap(true, Ordering::SeqCst) {
            Timestamp::MAX
        } else {
            START
        }
    };
    Deadline::at(START + SignedDuration::from_secs(seconds), Arc::new(clock))
}

#[tokio::test]
async fn the_time_is_kept() {
    let world = World::new().await;
    let ask = async || {
        world
            .asked("export.run", &world.member("cro"), json!({"kind": "deals"}))
            .await
    };
    let (id, message) = ask().await;
    // Others had used the time up: it has another turn.
    world.handle_until(&message, passing(10)).await.unwrap();
    assert_eq!(world.job(&id).await.status, JobStatus::Running);
    let again = world.taken().await;
    assert_eq!(again, [message]);
    world.handle(&again[0]).await.unwrap();
    assert_eq!(world.job(&id).await.status, JobStatus::Succeeded);
    // It had all the time there is.
    let (id, message) = ask().await;
    world.handle_until(&message, passing(90)).await.unwrap();
    assert_eq!(world.job(&id).await.problem.unwrap().code, "too_large");
    assert!(world.taken().await.is_empty());
}

#[tokio::test]
async fn a_message_nobody_can_read_fails_alone() {
    let world = World::new().await;
    let text = include_str!("../../../../events/deliver.json");
    let mut event: SqsEvent = serde_json::from_str(text).unwrap();
    for (id, body) in [("poison", "\"work\""), ("newer", "\"job\"")] {
        let mut record = event.records[0].clone();
        record.message_id = Some(id.to_owned());
        record.body = record.body.map(|text| text.replace("\"job\"", body));
        if id == "newer" {
            record.body = record
                .body
                .map(|text| text.replace("export.run", "export.walk"));
        }
        event.records.push(record);
    }
    let answer = deliver::batch(&world.app(), event, &never()).await;
    // The first is of a tenant that is not there: nobody needs it again.
    let failed: Vec<_> = answer
        .batch_item_failures
        .iter()
        .map(|it| it.item_identifier.as_str())
        .collect();
    assert_eq!(failed, ["poison", "newer"]);
}
