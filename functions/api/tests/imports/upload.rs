use crate::fixture::World;
use model::Role;
use serde_json::json;
use store::Import;
use store::ImportStatus::{
    Committed, Committing, Failed, Open, Undoing, Undone, Validated, Validating,
};

#[tokio::test]
async fn a_file_in_parts_is_put_together_and_a_cut_upload_goes_on() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = world.import(&who).await;
    let path = format!("/v1/imports/{id}/files/deals.csv");
    let first = world
        .put(&who, &path, Some("bytes 0-3/10"), "abcd")
        .await
        .ok(200);
    assert_eq!(
        first.body,
        json!({"name": "deals.csv", "bytes": 4, "total_bytes": 10, "is_whole": false})
    );
    let import = world
        .call(&who, &format!("GET /v1/imports/{id}"))
        .await
        .ok(200);
    assert_eq!(
        (&import.body["files"][0]["bytes"], &import.body["next"]),
        (&json!(4), &json!(["upload", "mapping"]))
    );
    world
        .put(&who, &path, Some("bytes 4-7/10"), "efgh")
        .await
        .ok(200);
    let last = world
        .put(&who, &path, Some("bytes 8-9/10"), "ij")
        .await
        .ok(200);
    assert_eq!(last.body["is_whole"], true);
    let import = who.tenant.document::<Import>(&id).await.unwrap().value;
    let parts = who.tenant.import_file(&id, &import.files[0]).await.unwrap();
    assert_eq!(parts.concat(), b"abcdefghij");
}

#[tokio::test]
async fn the_first_part_again_begins_the_file_again() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = world.import(&who).await;
    let path = format!("/v1/imports/{id}/files/deals.csv");
    world
        .put(&who, &path, Some("bytes 0-3/10"), "abcd")
        .await
        .ok(200);
    world
        .put(&who, &path, Some("bytes 4-7/10"), "efgh")
        .await
        .ok(200);
    let again = world
        .put(&who, &path, Some("bytes 0-1/3"), "xy")
        .await
        .ok(200);
    assert_eq!(
        (&again.body["bytes"], &again.body["total_bytes"]),
        (&json!(2), &json!(3))
    );
    world
        .put(&who, &path, Some("bytes 2-2/3"), "z")
        .await
        .ok(200);
    let import = who.tenant.document::<Import>(&id).await.unwrap().value;
    let parts = who.tenant.import_file(&id, &import.files[0]).await.unwrap();
    assert_eq!((import.files.len(), parts.concat()), (1, b"xyz".to_vec()));
}

#[tokio::test]
async fn of_two_writers_of_one_file_one_waits() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = world.import(&who).await;
    let path = format!("/v1/imports/{id}/files/deals.csv");
    let lease = who
        .tenant
        .lease(&format!("upload#{id}#deals.csv"))
        .await
        .unwrap()
        .unwrap();
    let busy = world
        .put(&who, &path, None, "Deal\n1\n")
        .await
        .is(409, "changed");
    assert_eq!(busy.header("retry-after"), "2");
    who.tenant.end_lease(&lease).await.unwrap();
    world.put(&who, &path, None, "Deal\n1\n").await.ok(200);
}

#[tokio::test]
async fn a_part_that_does_not_fit_is_refused_with_the_reason() {
    let world = World::with(|config| config.most_file_bytes = 1_000).await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = world.import(&who).await;
    let path = format!("/v1/imports/{id}/files/deals.csv");
    world
        .put(&who, &path, Some("bytes 0-3/10"), "abcd")
        .await
        .ok(200);
    let check = async |range: Option<&str>, body: &str, status: u16, code: &str, words: &str| {
        let answer = world
            .put(&who, &path, range, body.to_owned())
            .await
            .is(status, code);
        let told = answer.body.to_string();
        assert!(told.contains(words), "{range:?} {told}");
    };
    // Order.
    check(
        Some("bytes 2-5/10"),
        "cdef",
        409,
        "wrong_state",
        "begins at byte 4, not at byte 2",
    )
    .await;
    check(
        Some("bytes 6-9/10"),
        "ghij",
        409,
        "wrong_state",
        "begins at byte 4, not at byte 6",
    )
    .await;
    check(
        Some("bytes 4-7/11"),
        "efgh",
        409,
        "wrong_state",
        "begun with 10 bytes in all, not 11",
    )
    .await;
    // Form.
    check(
        Some("bytes 4-7/10"),
        "efg",
        400,
        "invalid_header",
        "names 4 bytes, and the body has 3",
    )
    .await;
    check(
        Some("bytes 4-7/10"),
        "",
        400,
        "invalid_header",
        "the body has 0",
    )
    .await;
    for bad in [
        "bytes 7-4/10",
        "bytes 4-10/10",
        "bytes */10",
        "bytes 4-7/*",
        "4-7/10",
        "bytes 4-x/10",
    ] {
        check(
            Some(bad),
            "efgh",
            400,
            "invalid_header",
            "is not of the form bytes FIRST-LAST/TOTAL",
        )
        .await;
    }
    // Size.
    check(None, "", 422, "invalid_upload", "empty").await;
    check(
        Some("bytes 0-3/1001"),
        "abcd",
        413,
        "upload_too_large",
        "gzip",
    )
    .await;
    check(
        None,
        &"a".repeat(1_001),
        413,
        "upload_too_large",
        "more than the 1000",
    )
    .await;
    // Nothing of all that changed anything.
    world
        .put(&who, &path, Some("bytes 4-9/10"), "efghij")
        .await
        .ok(200);
}

#[tokio::test]
async fn a_part_beyond_four_mebibytes_is_too_large_and_one_of_that_size_is_not() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = world.import(&who).await;
    let path = format!("/v1/imports/{id}/files/deals.csv");
    let most = 4 * 1024 * 1024;
    let answer = world
        .put(&who, &path, None, vec![b'a'; most + 1])
        .await
        .is(413, "upload_too_large");
    assert!(
        answer.text("/remedy").contains("Content-Range"),
        "{}",
        answer.body
    );
    world.put(&who, &path, None, vec![b'a'; most]).await.ok(200);
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_is_refused() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = world.import(&who).await;
    for name in [
        "..%2Fdeals.csv",
        "a%5Cb.csv",
        "..",
        "%2e%2e",
        "a%00b",
        "a%0Ab",
        "c%3Adeals.csv",
        "%20a",
    ] {
        let path = format!("/v1/imports/{id}/files/{name}");
        let answer = world
            .put(&who, &path, None, "Deal\n")
            .await
            .is(422, "invalid_upload");
        assert_eq!(answer.body["errors"][0]["pointer"], "{name}", "{name}");
    }
    let path = format!("/v1/imports/{id}/files/{}", "a".repeat(121));
    world
        .put(&who, &path, None, "Deal\n")
        .await
        .is(422, "invalid_upload");
    let path = format!("/v1/imports/{id}/files/Forecast%202026%20(%C3%A9t%C3%A9).csv");
    let answer = world.put(&who, &path, None, "Deal\n").await.ok(200);
    assert_eq!(answer.body["name"], "Forecast 2026 (été).csv");
}

#[tokio::test]
async fn what_is_no_data_is_refused_at_once() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = world.import(&who).await;
    let path = format!("/v1/imports/{id}/files/deals.xlsx");
    let check = async |magic: &[u8], words: &str| {
        let answer = world
            .put(&who, &path, None, magic.to_vec())
            .await
            .is(422, "invalid_upload");
        assert!(answer.text("/detail").contains(words), "{}", answer.body);
        assert!(answer.text("/remedy").contains("CSV"), "{}", answer.body);
    };
    check(b"PK\x03\x04rest", "Excel").await;
    check(b"%PDF-1.7", "PDF").await;
    check(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel").await;
    let import = world
        .call(&who, &format!("GET /v1/imports/{id}"))
        .await
        .ok(200);
    assert_eq!(import.body["files"], json!([]));
}

#[tokio::test]
async fn an_import_has_at_most_fifty_files() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = world.import(&who).await;
    for n in 0..50 {
        world
            .put(
                &who,
                &format!("/v1/imports/{id}/files/{n}.csv"),
                None,
                "Deal\n",
            )
            .await
            .ok(200);
    }
    let path = format!("/v1/imports/{id}/files/50.csv");
    world
        .put(&who, &path, None, "Deal\n")
        .await
        .is(409, "limit_reached");
    world
        .call(&who, &format!("DELETE /v1/imports/{id}/files/7.csv"))
        .await
        .ok(204);
    world.put(&who, &path, None, "Deal\n").await.ok(200);
}

#[tokio::test]
async fn a_deleted_file_is_gone_with_its_parts() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = world.filled(&who).await;
    let prefix = format!("imports/{id}/files/");
    assert_eq!(who.tenant.blobs(&prefix).await.unwrap().len(), 1);
    let line = format!("DELETE /v1/imports/{id}/files/deals.csv");
    world.call(&who, &line).await.ok(204);
    assert_eq!(who.tenant.blobs(&prefix).await.unwrap().len(), 0);
    world.call(&who, &line).await.is(404, "not_found");
}

#[tokio::test]
async fn files_change_only_while_nobody_works_on_them() {
    let world = World::new().await;
    let who = world.member(world.tenant(1).await, Role::Cro).await;
    let id = world.filled(&who).await;
    let path = format!("/v1/imports/{id}/files/deals.csv");
    for (status, may) in [
        (Open, true),
        (Validated, true),
        (Validating, false),
        (Committing, false),
        (Committed, false),
        (Undoing, false),
        (Undone, false),
        (Failed, false),
    ] {
        world.set(&who, &id, status).await;
        let answer = world.put(&who, &path, None, "Deal\n1\n").await;
        if may {
            answer.ok(200);
            let import = world.call(&who, &format!("GET /v1/imports/{id}")).await;
            assert_eq!(
                import.body["status"], "open",
                "what was validated is no longer what is there"
            );
        } else {
            answer.is(409, "wrong_state");
            world
                .call(&who, &format!("DELETE {path}"))
                .await
                .is(409, "wrong_state");
        }
    }
}
