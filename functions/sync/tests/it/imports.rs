//! What an import does when nobody disturbs it, and when people do.

use crate::support::{World, at_once, deals, never};
use aws_lambda_events::sqs::SqsEvent;
use connectors::file::ImportOptions;
use embedded::Rates;
use model::{Change, Entity, EntityKey, Layer};
use serde_json::{Value, json};
use std::io::Write;
use store::{Import, ImportStatus, JobStatus, Versioned};
use sync::{Counts, Limits, PreviewDeal, preview_blob, report_blob};

fn demo_files() -> Vec<(String, Vec<u8>)> {
    let files = demo::company(7, demo::Size::Small).files();
    files
        .into_iter()
        .map(|(name, text)| (name, text.into_bytes()))
        .collect()
}

fn count(summary: &Value, kind: &str, fate: &str) -> u64 {
    summary["written"][kind][fate].as_u64().unwrap_or_default()
}

#[tokio::test]
async fn a_whole_company_comes_in_with_exact_counts_and_goes_again() {
    let world = World::new().await;
    let files = demo_files();
    let id = world.upload("crm", &files).await;
    let validated = world.done("import.validate", &id).await;
    assert_eq!(
        validated.status,
        JobStatus::Succeeded,
        "{:?}",
        validated.problem
    );
    let import = world.import(&id).await;
    assert_eq!(import.status, ImportStatus::Validated);
    let summary = import.summary.unwrap();
    assert_eq!(world.kept().await.len(), 0);

    let report: Value = serde_json::from_slice(
        &world
            .tenant()
            .sealed(&report_blob(&id))
            .await
            .unwrap()
            .unwrap(),
    )
    .unwrap();
    assert_eq!(report["tables"].as_array().unwrap().len(), files.len());
    let preview: Vec<PreviewDeal> = serde_json::from_slice(
        &world
            .tenant()
            .sealed(&preview_blob(&id))
            .await
            .unwrap()
            .unwrap(),
    )
    .unwrap();
    assert_eq!(preview.len(), 20);
    assert!(
        preview
            .iter()
            .all(|deal| deal.company.is_some() && deal.owner.is_some())
    );

    let job = world.done("import.commit", &id).await;
    assert_eq!(job.status, JobStatus::Succeeded, "{:?}", job.problem);
    let import = world.import(&id).await;
    assert_eq!(import.status, ImportStatus::Committed);
    let kept = world.kept().await;
    let result = job.result.unwrap();
    let of = |prefix: &str| kept.keys().filter(|key| key.starts_with(prefix)).count() as u64;
    for (kind, prefix) in [
        ("deals", "deal_"),
        ("companies", "company_"),
        ("people", "person_"),
        ("contacts", "stakeholder_"),
        ("activities", "activity_"),
        ("pipelines", "pipeline_"),
        ("clocks", "clock "),
    ] {
        assert_eq!(count(&result, kind, "new"), of(prefix), "{kind}");
        assert_eq!(
            summary["would_write"][kind], result["written"][kind],
            "{kind}"
        );
    }
    assert!(of("deal_") > 200, "{}", of("deal_"));
    // What the validation said is still there.
    assert_eq!(import.summary.unwrap()["rows"], summary["rows"]);
    assert_eq!(world.waiting("simulate").await, 1);

    // The same again changes nothing and writes nothing.
    let head = world.tenant().head().await.unwrap();
    let again = world.upload("crm", &files).await;
    let job = world.committed(&again).await;
    let result = job.result.unwrap();
    assert_eq!(count(&result, "deals", "unchanged"), of("deal_"));
    assert_eq!(world.tenant().head().await.unwrap(), head);
    assert_eq!(world.waiting("simulate").await, 1);

    let undone = world.done("import.undo", &id).await;
    assert_eq!(undone.status, JobStatus::Succeeded, "{:?}", undone.problem);
    assert_eq!(world.import(&id).await.status, ImportStatus::Undone);
    assert_eq!(undone.result.unwrap()["undone"]["removed"], kept.len());
    assert_eq!(world.kept().await.len(), 0);
    let events = world.tenant().audit_events(None, 10).await.unwrap();
    let actions: Vec<&str> = events
        .iter()
        .rev()
        .map(|event| event.action.as_str())
        .collect();
    assert_eq!(
        actions,
        ["import.committed", "import.committed", "import.undone"]
    );
}

#[tokio::test]
async fn an_undone_update_gives_back_every_byte() {
    let world = World::new().await;
    let first = world.upload("crm", &deals(40, |_| false)).await;
    world.committed(&first).await;
    let before = world.kept().await;
    let second = world.upload("crm", &deals(55, |n| n % 3 == 0)).await;
    let job = world.committed(&second).await;
    let result = job.result.unwrap();
    assert_eq!(count(&result, "deals", "new"), 15);
    assert_eq!(count(&result, "deals", "changed"), 14);
    assert_eq!(count(&result, "deals", "unchanged"), 26);
    assert_ne!(world.kept().await, before);
    world.done("import.undo", &second).await;
    assert_eq!(world.kept().await, before);
    world.done("import.undo", &first).await;
    assert!(world.kept().await.is_empty());
}

#[tokio::test]
async fn an_undone_row_was_asked_for_when_it_was_before() {
    let world = World::new().await;
    let id = world.upload("crm", &deals(3, |_| false)).await;
    world.committed(&id).await;
    let tenant = world.tenant();
    let keys: Vec<EntityKey> = {
        let book = tenant.book().await.unwrap().book;
        let keys = book.entities().map(|entity| entity.key());
        keys.filter(|key| matches!(key, EntityKey::Deal(_)))
            .collect()
    };
    let [again, gone, as_it_was] = keys.try_into().unwrap();
    // A row that was mapped anew, and one that its source deleted: written later than they were
    // asked for.
    world.pass(10);
    let now = tenant.now().as_microsecond();
    let before = tenant.entity(&again).await.unwrap().unwrap();
    for change in [
        Change::Put(before.entity.unwrap()),
        Change::Delete(gone.clone()),
    ] {
        let change = Versioned {
            asked: before.version - 1,
            ..Versioned::new(change, now)
        };
        let page = store::Page {
            changes: vec![change],
            cause: "test".to_owned(),
            ..store::Page::default()
        };
        tenant.commit(page).await.unwrap();
    }
    let told = async |key: &EntityKey| {
        let kept = tenant.entity(key).await.unwrap().unwrap();
        (kept.entity, kept.asked)
    };
    let was = [
        told(&again).await,
        told(&gone).await,
        told(&as_it_was).await,
    ];
    let id = world.upload("crm", &deals(4, |_| true)).await;
    world.committed(&id).await;
    assert_ne!(told(&again).await, was[0]);
    assert!(told(&gone).await.0.is_some());
    let book = tenant.book().await.unwrap().book;
    let mut all = book.entities().map(|entity| entity.key());
    let new = all.find(|key| {
        matches!(key, EntityKey::Deal(_)) && ![&again, &gone, &as_it_was].contains(&key)
    });
    let undone = world.done("import.undo", &id).await;
    assert_eq!(undone.status, JobStatus::Succeeded, "{:?}", undone.problem);
    assert_eq!(told(&again).await, was[0]);
    assert_eq!(told(&gone).await, was[1]);
    assert_eq!(told(&as_it_was).await, was[2]);
    // Of what was not there nobody has asked anything.
    assert_eq!(told(&new.unwrap()).await, (None, 0));
}

#[tokio::test]
async fn what_others_changed_since_stays_and_is_told() {
    let world = World::new().await;
    let id = world.upload("crm", &deals(12, |_| false)).await;
    world.committed(&id).await;
    let book = world.tenant().book().await.unwrap().book;
    let deal = EntityKey::Deal(book.deals[0].id);
    world
        .change(&deal, |entity| {
            if let Entity::Deal(record) = entity {
                record.deal.name = Some("Renamed here".to_owned());
            }
        })
        .await;
    let job = world.done("import.undo", &id).await;
    let told = &job.result.unwrap()["undone"];
    assert_eq!(told["changed_since"], 1);
    assert_eq!(told["changed_since_keys"], json!([deal.to_string()]));
    assert_eq!(world.kept().await.len(), 1);
}

#[tokio::test]
async fn an_older_import_overwrites_nothing_newer() {
    let world = World::new().await;
    let id = world.upload("crm", &deals(12, |_| false)).await;
    world.done("import.validate", &id).await;
    // Committed first, it is written later than the row of somebody else's clock that runs ahead.
    let other = world.upload("crm", &deals(3, |_| true)).await;
    world.committed(&other).await;
    let tenant = world.tenant();
    let ahead = tenant.now().as_microsecond() + 3_600_000_000;
    let book = tenant.book().await.unwrap().book;
    let key = EntityKey::Deal(book.deals[0].id);
    let kept = tenant.entity(&key).await.unwrap().unwrap().entity.unwrap();
    let change = Versioned::new(Change::Put(kept), ahead);
    tenant
        .commit(store::Page {
            changes: vec![change],
            ..store::Page::default()
        })
        .await
        .unwrap();
    let job = world.done("import.commit", &id).await;
    let result = job.result.unwrap();
    assert_eq!(count(&result, "deals", "stale"), 1);
    assert_eq!(count(&result, "deals", "changed"), 2);
    assert_eq!(count(&result, "deals", "new"), 9);
    assert_eq!(result["stale"], json!([key.to_string()]));
}

#[tokio::test]
async fn what_is_too_large_is_set_aside_and_the_rest_comes_in() {
    let world = World::new().await;
    let mut files = deals(12, |_| false);
    let long = "x".repeat(400_000);
    let text = String::from_utf8(files[0].1.clone())
        .unwrap()
        .replace("Deal number 4", &long);
    files[0].1 = text.into_bytes();
    let id = world.upload("crm", &files).await;
    let job = world.committed(&id).await;
    let result = job.result.unwrap();
    assert_eq!(count(&result, "deals", "quarantined"), 1, "{result}");
    assert_eq!(count(&result, "deals", "new"), 11);
    let reason = result["quarantined"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("shorten"), "{reason}");
    assert!(!result.to_string().contains("xxx"));
}

#[tokio::test]
async fn the_tenants_word_on_stages_outlives_imports() {
    let world = World::new().await;
    let mut files = deals(12, |_| false);
    let text = String::from_utf8(files[0].1.clone())
        .unwrap()
        .replace("Proposal", "Kick-off");
    files[0].1 = text.into_bytes();
    let id = world.upload("crm", &files).await;
    world.committed(&id).await;
    let pipeline = world.tenant().book().await.unwrap().book.pipelines[0].clone();
    assert_eq!(pipeline.stage("Kick-off").unwrap().canonical, None);
    world
        .change(&EntityKey::Pipeline(pipeline.id), |entity| {
            if let Entity::Pipeline(pipeline) = entity {
                for stage in &mut pipeline.stages {
                    stage.canonical = Some(model::CanonicalStage::Discovery);
                    stage.layer = Some(Layer::Tenant);
                }
            }
        })
        .await;
    // Another file of the same source, with a stage more.
    let text = String::from_utf8(files[0].1.clone())
        .unwrap()
        .replacen("Kick-off", "Tasting", 3);
    files[0].1 = text.into_bytes();
    let again = world.upload("crm", &files).await;
    world.committed(&again).await;
    let book = world.tenant().book().await.unwrap().book;
    let stage = book.pipelines[0].stage("Kick-off").unwrap();
    assert_eq!(
        (stage.canonical, stage.layer),
        (Some(model::CanonicalStage::Discovery), Some(Layer::Tenant))
    );
    assert!(book.pipelines[0].stage("Tasting").is_some());
    let meanings = book
        .deals
        .iter()
        .map(|deal| (deal.stage.as_deref(), deal.canonical_stage));
    let kick_off = meanings.filter(|(stage, _)| *stage == Some("Kick-off"));
    assert!(kick_off.clone().count() > 5);
    for (_, canonical) in kick_off {
        assert_eq!(canonical, Some(model::CanonicalStage::Discovery));
    }
}

#[tokio::test]
async fn a_worker_whose_time_is_up_hands_over() {
    let mut world = World::new().await;
    world.limits = Limits {
        page: 10,
        ..Limits::default()
    };
    let files = deals(60, |_| false);
    let quick = World::new().await;
    let id = quick.upload("crm", &files).await;
    let expected = quick.committed(&id).await.result;

    let id = world.upload("crm", &files).await;
    world.done("import.validate", &id).await;
    let (job, _) = world.ask("import.commit", &id).await;
    world.drain(&world.app(), at_once).await;
    let job = world.job(&job).await;
    assert_eq!((job.status, job.result), (JobStatus::Succeeded, expected));
    assert_eq!(world.kept().await, quick.kept().await);

    let (job, _) = world.ask("import.undo", &id).await;
    world.drain(&world.app(), at_once).await;
    assert_eq!(world.job(&job).await.status, JobStatus::Succeeded);
    assert!(world.kept().await.is_empty());
}

#[tokio::test]
async fn a_cancelled_commit_takes_back_what_it_wrote() {
    let mut world = World::new().await;
    world.limits = Limits {
        page: 5,
        ..Limits::default()
    };
    let first = world.upload("crm", &deals(12, |_| false)).await;
    world.committed(&first).await;
    let before = world.kept().await;
    let id = world.upload("crm", &deals(40, |n| n % 2 == 0)).await;
    world.done("import.validate", &id).await;
    let (job, message) = world.ask("import.commit", &id).await;
    // One page, then the worker hands over, and somebody cancels.
    let meta = edge::Meta {
        message_id: "m".into(),
        receive_count: 1,
        deadline: at_once(&world),
    };
    sync::handle(&world.app(), message, meta).await.unwrap();
    assert_ne!(world.kept().await, before);
    world.tenant().cancel_job(&job).await.unwrap();
    world.drain(&world.app(), never).await;
    let job = world.job(&job).await;
    assert_eq!(job.status, JobStatus::Cancelled);
    assert!(
        job.result.unwrap()["note"]
            .as_str()
            .unwrap()
            .contains("taken back")
    );
    assert_eq!(world.import(&id).await.status, ImportStatus::Undone);
    assert_eq!(world.kept().await, before);
}

#[tokio::test]
async fn a_job_cancelled_before_anybody_began_leaves_the_import_as_it_was() {
    let world = World::new().await;
    let id = world.upload("crm", &deals(12, |_| false)).await;
    world.done("import.validate", &id).await;
    let (job, _) = world.ask("import.commit", &id).await;
    world.tenant().cancel_job(&job).await.unwrap();
    world.drain(&world.app(), never).await;
    assert_eq!(world.job(&job).await.status, JobStatus::Cancelled);
    assert_eq!(world.import(&id).await.status, ImportStatus::Validated);
    assert!(world.kept().await.is_empty());
    assert_eq!(
        world.done("import.commit", &id).await.status,
        JobStatus::Succeeded
    );
}

#[tokio::test]
async fn whoever_finds_the_import_taken_comes_again() {
    let world = World::new().await;
    let id = world.upload("crm", &deals(12, |_| false)).await;
    world.done("import.validate", &id).await;
    let held = world.tenant().lease(&format!("import#{id}")).await.unwrap();
    assert!(held.is_some());
    let (job, _) = world.ask("import.commit", &id).await;
    world.drain(&world.app(), never).await;
    assert_eq!(world.job(&job).await.status, JobStatus::Succeeded);
    assert_eq!(world.import(&id).await.status, ImportStatus::Committed);
}

#[tokio::test]
async fn two_imports_of_the_same_deals_at_once_lose_nothing_and_count_right() {
    for page in [2, 3, 4, 5, 6, 9] {
        let mut world = World::new().await;
        world.limits = Limits {
            page,
            ..Limits::default()
        };
        let mut begun = Vec::new();
        for changed in [false, true] {
            let id = world.upload("crm", &deals(30, |_| changed)).await;
            let (job, message) = world.ask("import.commit", &id).await;
            let version = world.aws.clock().now().as_microsecond();
            let tenant = world.tenant();
            let edited = tenant.edit_document::<Import, store::Error>(&id, |import| {
                import.status = ImportStatus::Committing;
                import.version = version;
                Ok(())
            });
            edited.await.unwrap();
            begun.push((id, job, message));
        }
        let meta = || edge::Meta {
            message_id: "m".into(),
            receive_count: 1,
            deadline: never(&world),
        };
        let (earlier, later) = (begun[0].2.clone(), begun[1].2.clone());
        let app = world.app();
        // Some calls take longer, so that one is now ahead and now behind.
        let delays = Rates {
            delay: 400,
            ..Rates::default()
        };
        world.aws.faults().seeded(page as u64, delays);
        let (a, b) = tokio::join!(
            sync::handle(&app, earlier, meta()),
            sync::handle(&app, later, meta())
        );
        world.aws.faults().clear();
        a.unwrap();
        b.unwrap();
        world.drain(&world.app(), never).await;
        // The later one has the last word on everything.
        let alone = World::new().await;
        let id = alone.upload("crm", &deals(30, |_| true)).await;
        alone.waved_through(&id).await;
        let job = alone.done("import.commit", &id).await;
        let stages = world.kept().await;
        for (key, json) in alone.kept().await {
            // A pipeline and a clock keep what both said.
            if !key.starts_with("pipeline_") && !key.starts_with("clock") {
                assert_eq!(stages[&key], json, "page {page}");
            }
        }
        let result = job.result.unwrap();
        let all: Counts = serde_json::from_value(result["written"].clone()).unwrap();
        for (_, job, _) in &begun {
            let job = world.job(job).await;
            let result = job.result.unwrap();
            let counts: Counts = serde_json::from_value(result["written"].clone()).unwrap();
            assert_eq!(counts.total().all(), all.total().all(), "page {page}");
        }
        for (id, ..) in begun.iter().rev() {
            let job = world.done("import.undo", id).await;
            assert_eq!(job.status, JobStatus::Succeeded);
        }
        assert!(world.kept().await.is_empty(), "page {page}");
    }
}

/// What a person is told of an import that cannot be.
async fn problem(
    files: &[(String, Vec<u8>)],
    edit: impl Fn(&mut Import) + Send + Sync,
    limits: Limits,
) -> (String, String, ImportStatus) {
    let mut world = World::new().await;
    world.limits = limits;
    let id = world.upload("crm", files).await;
    let tenant = world.tenant();
    let edited = tenant.edit_document::<Import, store::Error>(&id, |import| {
        edit(import);
        Ok(())
    });
    edited.await.unwrap();
    let job = world.done("import.validate", &id).await;
    assert_eq!(job.status, JobStatus::Failed);
    let problem = job.problem.unwrap();
    assert!(!problem.remedy.is_empty());
    (problem.code, problem.detail, world.import(&id).await.status)
}

#[tokio::test]
async fn what_cannot_be_read_is_told_with_its_remedy_and_can_be_mended() {
    let check = async |files: &[(String, Vec<u8>)],
                       edit: fn(&mut Import),
                       limits: Limits,
                       code: &str,
                       says: &str| {
        let (found, detail, status) = problem(files, edit, limits).await;
        assert_eq!(found, code, "{detail}");
        assert!(detail.contains(says), "{detail}");
        assert_eq!(status, ImportStatus::Open);
    };
    let limits = Limits::default();
    let good = deals(12, |_| false);
    check(&[], |_| {}, limits, "no_files", "no files").await;
    let empty = vec![("a.csv".to_owned(), b"x,y\n".to_vec())];
    check(&empty, |_| {}, limits, "nothing_usable", "a.csv").await;
    check(
        &good,
        |import| import.options = json!({"date": "dmy"}),
        limits,
        "bad_options",
        "date",
    )
    .await;
    check(
        &good,
        |import| import.options = json!({"currency": "€"}),
        limits,
        "bad_options",
        "currency",
    )
    .await;
    check(
        &good,
        |import| import.mapping = Some(json!({"tables": 1})),
        limits,
        "bad_mapping",
        "mapping",
    )
    .await;
    check(
        &good,
        |import| import.mapping = Some(json!({"stages": {"Proposal": "almost"}})),
        limits,
        "bad_mapping",
        "almost",
    )
    .await;
    check(
        &good,
        |import| import.files[0].total_bytes += 1,
        limits,
        "file_incomplete",
        "deals.csv",
    )
    .await;
    check(
        &good,
        |import| import.files[0].parts = 3,
        limits,
        "file_gone",
        "30 days",
    )
    .await;
    check(
        &good,
        |import| import.files[0].name = "../deals.csv".to_owned(),
        limits,
        "bad_file_name",
        "deals.csv",
    )
    .await;
    let few = Limits { rows: 10, ..limits };
    check(&good, |_| {}, few, "too_large", "10 rows").await;
}

#[tokio::test]
async fn a_zip_bomb_is_refused_before_it_is_unpacked() {
    let bomb = |unit: &[u8], times: usize| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"deal_id,stage\n").unwrap();
        for _ in 0..times {
            packed.write_all(unit).unwrap();
        }
        vec![("bomb.csv.gz".to_owned(), packed.finish().unwrap())]
    };
    let limits = Limits {
        unpacked_bytes: 1 << 20,
        rows: 10_000,
        ..Limits::default()
    };
    for files in [bomb(&vec![b'x'; 1 << 16], 100), bomb(b"1,a\n", 20_000)] {
        assert!(files[0].1.len() < 40_000);
        let (code, detail, _) = problem(&files, |_| {}, limits).await;
        assert_eq!(code, "too_large", "{detail}");
        assert!(detail.contains("1048576 bytes unpacked"), "{detail}");
    }
}

#[tokio::test]
async fn options_reach_the_reader() {
    let world = World::new().await;
    let id = world.upload("crm", &deals(12, |_| false)).await;
    let said = ImportOptions {
        as_of: Some("2026-09-30".to_owned()),
        won: vec!["Proposal".to_owned()],
        ..ImportOptions::default()
    };
    let said = serde_json::to_value(said).unwrap();
    let tenant = world.tenant();
    let edited = tenant.edit_document::<Import, store::Error>(&id, |import| {
        import.options = said.clone();
        Ok(())
    });
    edited.await.unwrap();
    world.committed(&id).await;
    let book = world.tenant().book().await.unwrap().book;
    assert_eq!(book.as_of.to_string(), "2026-09-30T00:00:00Z");
    assert!(
        book.deals
            .iter()
            .all(|deal| deal.canonical_stage == Some(model::CanonicalStage::ClosedWon))
    );
}

#[tokio::test]
async fn a_message_nobody_can_read_fails_alone() {
    let world = World::new().await;
    let text = std::fs::read_to_string("../../events/sync.json").unwrap();
    let sample: SqsEvent = serde_json::from_str(&text).unwrap();
    // The sample's job is not there: it is done with.
    let answer = sync::batch(&world.app(), sample.clone(), &never(&world)).await;
    assert!(answer.batch_item_failures.is_empty());
    let mut event = sample.clone();
    for (n, body) in ["nonsense", "{}", r#"{"v":1,"tenant":"tenant_00000000000000000000000001","request_id":"r","kind":"import.nothing","body":{}}"#,
        r#"{"v":1,"tenant":"tenant_00000000000000000000000001","request_id":"r","kind":"import.commit","body":{"import":1}}"#].into_iter().enumerate()
    {
        let mut record = sample.records[0].clone();
        record.message_id = Some(format!("poison {n}"));
        record.body = Some(body.to_owned());
        event.records.push(record);
    }
    let answer = sync::batch(&world.app(), event, &never(&world)).await;
    let failed: Vec<_> = answer
        .batch_item_failures
        .iter()
        .map(|it| it.item_identifier.as_str())
        .collect();
    assert_eq!(failed, ["poison 0", "poison 1", "poison 2", "poison 3"]);
}

#[expect(clippy::print_stderr, reason = "the reader of the test's output")]
fn skipped(folder: &std::path::Path) {
    eprintln!("skipped: {} is not there", folder.display());
}

/// Measured on a public data set that cannot be shipped; see `PIE_DATA`.
#[tokio::test]
async fn four_files_of_a_crm_come_in_as_one() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the public data sets are not part of the tree"
    )]
    let data = std::env::var("PIE_DATA").unwrap_or_else(|_| "../../../shared/data".to_owned());
    let folder = std::path::Path::new(&data).join("crm_opportunities");
    let names = [
        "accounts.csv",
        "products.csv",
        "sales_pipeline.csv",
        "sales_teams.csv",
    ];
    let read = |name: &&str| Some(((*name).to_owned(), std::fs::read(folder.join(name)).ok()?));
    let Some(files) = names.iter().map(read).collect::<Option<Vec<_>>>() else {
        skipped(&folder);
        return;
    };
    let world = World::new().await;
    let id = world.upload("crm", &files).await;
    let job = world.committed(&id).await;
    assert_eq!(job.status, JobStatus::Succeeded, "{:?}", job.problem);
    let result = job.result.unwrap();
    assert_eq!(count(&result, "deals", "new"), 8800);
    assert_eq!(count(&result, "companies", "new"), 85);
    world.done("import.undo", &id).await;
    assert!(world.kept().await.is_empty());
}
