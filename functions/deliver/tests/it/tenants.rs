//! The end of a tenant.

use crate::support::{World, tenant_id};
use edge::Failure;
use identity::{Algorithm, EmailPolicy, Issuer, TenantCtx};
use model::TenantId;
use serde_json::json;
use std::collections::BTreeMap;
use store::{SOFT_DELETE_DAYS, SavedIssuer, TenantInfo};

/// Where the tenant's people sign in.
fn provider() -> SavedIssuer {
    SavedIssuer {
        id: "staff".to_owned(),
        issuer: Issuer {
            issuer: "https://login.harbor.example".to_owned(),
            audience: "pie".to_owned(),
            jwks_uri: "https://login.harbor.example/keys".to_owned(),
            algorithm: Algorithm::Es256,
            email: EmailPolicy::Verified,
            required: BTreeMap::new(),
            roles: BTreeMap::new(),
        },
    }
}

#[tokio::test]
async fn a_tenant_is_erased_when_its_time_is_over_and_not_before() {
    let check = async |days: i64, restored: bool, goes: bool| {
        let world = World::new().await;
        world.plant_copies().await;
        let issuer = provider();
        world.tenant().save_issuer(&issuer).await.unwrap();
        let other = TenantId::from_bytes([2; 16]);
        world
            .store()
            .create_tenant(other, "Quay Ltd")
            .await
            .unwrap();
        let tenant = world.tenant();
        let deleted_at = (!restored).then(|| world.aws.clock().now());
        let edited = tenant.edit_document::<TenantInfo, store::Error>("A", |info| {
            info.deleted_at = deleted_at;
            Ok(())
        });
        edited.await.unwrap();
        world.pass_days(days);
        let done = world
            .handle(&world.message("tenant.erase", json!({})))
            .await;
        let digits = tenant_id().to_string().split_off("tenant_".len());
        let what = format!("{days} {restored}");
        assert_eq!(done.is_ok(), goes, "{what}");
        assert!(
            done.is_ok() || matches!(done, Err(Failure::Drop(_))),
            "{what}"
        );
        assert_eq!(!world.table().await.contains(&digits), goes, "{what}");
        assert_eq!(tenant.blobs("").await.unwrap().is_empty(), goes, "{what}");
        let led = tenant.look_up(issuer.lookup()).await.unwrap();
        assert_eq!(led.is_empty(), goes, "{what}");
        assert_eq!(
            world.store().tenants().await.unwrap().len(),
            if goes { 1 } else { 2 },
            "{what}"
        );
        let left = world
            .store()
            .tenant(&TenantCtx::system(other, "test", "req_1"));
        assert!(
            left.find_document::<TenantInfo>("A")
                .await
                .unwrap()
                .is_some()
        );
        if goes {
            // A second message finds nothing.
            world
                .handle(&world.message("tenant.erase", json!({})))
                .await
                .unwrap();
            assert!(!world.table().await.contains(&digits), "{what}");
        }
    };
    check(SOFT_DELETE_DAYS - 1, false, false).await;
    check(SOFT_DELETE_DAYS, false, true).await;
    check(SOFT_DELETE_DAYS + 1, false, true).await;
    check(SOFT_DELETE_DAYS + 1, true, false).await;
}

#[tokio::test]
async fn nothing_leaves_a_tenant_that_is_being_deleted() {
    let world = World::new().await;
    let (_, export) = world
        .asked(
            "export.run",
            &world.member("admin"),
            json!({"kind": "tenant"}),
        )
        .await;
    let now = world.aws.clock().now();
    let tenant = world.tenant();
    let edited = tenant.edit_document::<TenantInfo, store::Error>("A", |info| {
        info.deleted_at = Some(now);
        Ok(())
    });
    edited.await.unwrap();
    let mail = json!({"template": "invitation", "member": world.member("rep_0").id});
    for message in [export, world.message("mail.send", mail)] {
        assert!(
            matches!(world.handle(&message).await, Err(Failure::Drop(_))),
            "{}",
            message.kind
        );
    }
    assert!(world.aws.mail().is_empty() && tenant.blobs("exports/").await.unwrap().is_empty());
}
