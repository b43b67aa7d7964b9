//! A person's data, taken out and taken away.

use crate::support::World;
use embedded::{Fault, Moment};
use identity::{Member, Role, Status};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use store::{Import, ImportStatus, Job, JobStatus};

const ADDRESS: &str = "Ada.Canary@quay.example";

#[tokio::test]
async fn an_export_finds_the_person_wherever_they_are() {
    let world = World::new().await;
    world.plant_copies().await;
    let contact = world.contact().await;
    for ask in [
        json!({"email": ADDRESS}),
        json!({"person": contact.id.to_string()}),
    ] {
        let job = world
            .ask("person.export", &world.member("admin"), ask.clone())
            .await;
        let made: Value = serde_json::from_slice(&world.file(&job).await).unwrap();
        let count = |list: &str| made[list].as_array().unwrap().len();
        assert_eq!(
            (
                count("rows"),
                count("took_part_in"),
                count("named_in"),
                count("members")
            ),
            (2, 2, 1, 1),
            "{ask}"
        );
        let names = |list: &str, name: &str| -> BTreeSet<String> {
            made[list]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it[name].as_str().unwrap().to_owned())
                .collect()
        };
        let documents = ["view", "simulation"].map(str::to_owned);
        assert_eq!(names("documents", "what"), documents.into(), "{ask}");
        let files = [
            "imports/import_1/files/contacts.csv",
            "imports/import_2/files/notes.csv",
            "imports/import_2/undo/000000001-1.json",
            "exports/job_0",
            "runs/forecast_1.json",
        ];
        let found = names("files", "file");
        assert!(files.iter().all(|file| found.contains(*file)), "{found:?}");
        // Of an undo image what is theirs, and no other row.
        let image = made["files"]
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["file"] == files[2])
            .unwrap();
        assert_eq!(image["texts"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_persons_data_are_for_admins() {
    let world = World::new().await;
    for name in ["rep_0", "manager", "cro"] {
        for kind in ["person.export", "person.erase"] {
            let job = world
                .ask(kind, &world.member(name), json!({"email": ADDRESS}))
                .await;
            assert_eq!(job.problem.unwrap().code, "role_too_low", "{name} {kind}");
        }
    }
    assert!(world.canaries().await > 0);
    let unknown = model::StakeholderId::from_bytes([9; 16]).to_string();
    for kind in ["person.export", "person.erase"] {
        let job = world
            .ask(kind, &world.member("admin"), json!({ "person": unknown }))
            .await;
        assert_eq!(job.problem.unwrap().code, "no_such_person", "{kind}");
    }
}

#[tokio::test]
async fn of_an_erased_person_no_byte_is_left_and_the_deals_stay() {
    for by_id in [false, true] {
        let world = World::new().await;
        world.plant_copies().await;
        let tenant = world.tenant();
        assert!(world.canaries().await > 20);
        let before = tenant.book().await.unwrap().book;
        let ask = if by_id {
            json!({"person": world.contact().await.id.to_string()})
        } else {
            json!({"email": ADDRESS})
        };
        let job = world.ask("person.erase", &world.member("admin"), ask).await;
        assert_eq!(job.status, JobStatus::Succeeded, "{:?}", job.problem);
        assert_eq!(world.canaries().await, 0);
        let counts = job.result.unwrap();
        assert_eq!(
            counts,
            json!({
                "contacts": 2, "owners": 0, "activities": 2, "members": 1, "other_rows": 1, "documents": 2,
                "imports": 2, "files": counts["files"],
            })
        );
        let after = tenant.book().await.unwrap().book;
        assert_eq!(
            (after.deals, after.companies, after.people),
            (before.deals, before.companies, before.people)
        );
        assert_eq!(
            after
                .stakeholders
                .iter()
                .filter(|it| it.name.is_none() && it.email.is_none())
                .count(),
            2
        );
        assert_eq!(
            after
                .activities
                .iter()
                .filter(|it| it.participants == ["[erased]"])
                .count(),
            2
        );
        for id in ["import_1", "import_2"] {
            let import = tenant.document::<Import>(id).await.unwrap().value;
            assert!(
                import.undo_blocked.unwrap().contains("erased")
                    && import.status == ImportStatus::Committed
            );
        }
        let member = tenant
            .document::<Member>(&world.member("ada").id.to_string())
            .await
            .unwrap()
            .value;
        assert_eq!(
            (member.status, member.name.as_str()),
            (Status::Disabled, "[erased]")
        );
        assert!(
            world
                .store()
                .look_up(store::Lookup::Email("ada.canary@quay.example"))
                .await
                .unwrap()
                .is_empty()
        );
        for folder in ["imports/", "exports/", "requests/"] {
            assert!(tenant.blobs(folder).await.unwrap().is_empty(), "{folder}");
        }
        let folders: BTreeSet<String> = tenant
            .blobs("books/")
            .await
            .unwrap()
            .into_iter()
            .map(|blob| blob.name.rsplit_once('/').unwrap().0.to_owned())
            .collect();
        assert_eq!(folders.len(), 1, "{folders:?}");
        let events = tenant.audit_events(None, 10).await.unwrap();
        let erased: Vec<_> = events
            .iter()
            .filter(|event| event.action == "person.erased")
            .collect();
        assert_eq!(erased.len(), 1);
        assert!(
            erased[0].detail["subject"].starts_with("person_")
                && erased[0].detail["contacts"] == "2"
        );
        // Once more finds nothing.
        let job = world
            .ask(
                "person.erase",
                &world.member("admin"),
                json!({"email": ADDRESS}),
            )
            .await;
        assert_eq!(job.result.unwrap()["contacts"], 0);
    }
}

#[tokio::test]
async fn the_last_admin_is_not_erased() {
    let world = World::new().await;
    let admin = world.member("admin");
    let ask = json!({"email": admin.email.as_str()});
    let job = world.ask("person.erase", &admin, ask.clone()).await;
    assert_eq!(job.problem.unwrap().code, "last_admin");
    let other = Member {
        role: Role::Admin,
        ..world.member("cro")
    };
    world.tenant().save_member(&other).await.unwrap();
    let job = world.ask("person.erase", &other, ask).await;
    assert_eq!(job.status, JobStatus::Succeeded, "{:?}", job.problem);
    assert_eq!(
        world
            .tenant()
            .directory()
            .await
            .unwrap()
            .get(&admin.id)
            .unwrap()
            .status,
        Status::Disabled
    );
}

#[tokio::test]
async fn an_import_at_work_is_waited_for() {
    let world = World::new().await;
    world.plant_copies().await;
    let set = async |status: ImportStatus| {
        let tenant = world.tenant();
        let edited = tenant.edit_document::<Import, store::Error>("import_2", |import| {
            import.status = status;
            Ok(())
        });
        edited.await.unwrap();
    };
    set(ImportStatus::Committing).await;
    let (id, message) = world
        .asked(
            "person.erase",
            &world.member("admin"),
            json!({"email": ADDRESS}),
        )
        .await;
    world.handle(&message).await.unwrap();
    assert_eq!(world.job(&id).await.status, JobStatus::Running);
    assert!(world.canaries().await > 20);
    let again = world.taken().await;
    assert_eq!(again, [message]);
    set(ImportStatus::Committed).await;
    world.handle(&again[0]).await.unwrap();
    assert_eq!(world.job(&id).await.status, JobStatus::Succeeded);
    assert_eq!(world.canaries().await, 0);
}

#[tokio::test]
async fn an_upload_that_was_never_written_cannot_be_any_more() {
    let world = World::new().await;
    world.plant_copies().await;
    for (id, status) in [
        ("import_1", ImportStatus::Open),
        ("import_2", ImportStatus::Validated),
    ] {
        let tenant = world.tenant();
        let edited = tenant.edit_document::<Import, store::Error>(id, |import| {
            import.status = status;
            Ok(())
        });
        edited.await.unwrap();
    }
    world
        .ask(
            "person.erase",
            &world.member("admin"),
            json!({"email": ADDRESS}),
        )
        .await;
    for import in world.tenant().documents::<Import>().await.unwrap() {
        assert_eq!(import.value.status, ImportStatus::Failed);
    }
}

/// Kills an erasure after its `nth` call; `false` where it has fewer. Then its message comes again.
async fn killed(nth: u64) -> bool {
    let world = World::new().await;
    world.plant_copies().await;
    let (id, message) = world
        .asked(
            "person.erase",
            &world.member("admin"),
            json!({"email": ADDRESS}),
        )
        .await;
    let first = world.aws.calls().values().sum::<u64>();
    world.aws.faults().set(move |call| {
        if call.overall == first + nth {
            Fault::Kill(Moment::After)
        } else {
            Fault::None
        }
    });
    let dead = world.aws.faults().killed();
    let died = tokio::select! {
        biased;
        () = dead => true,
        done = world.handle(&message) => { done.unwrap(); false }
    };
    world.aws.faults().clear();
    // The lease of whoever died runs out.
    world.pass(121);
    world.handle(&message).await.unwrap();
    let job: Job = world.job(&id).await;
    assert_eq!(job.status, JobStatus::Succeeded, "{nth} {:?}", job.problem);
    assert_eq!(world.canaries().await, 0, "{nth}");
    let result = job.result.unwrap();
    assert_eq!(result["contacts"], 2, "{nth}");
    assert_eq!(result["activities"], 2, "{nth}");
    let events = world.tenant().audit_events(None, 10).await.unwrap();
    assert_eq!(
        events
            .iter()
            .filter(|event| event.action == "person.erased")
            .count(),
        1,
        "{nth}"
    );
    died
}

#[tokio::test]
async fn an_erasure_killed_at_any_call_is_whole_when_it_comes_again() {
    let mut nth = 1;
    while killed(nth).await {
        nth += 1;
    }
    assert!(nth > 40, "it made {nth} calls");
}
