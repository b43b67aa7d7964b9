//! Leases of a group, and limits by name.

use super::{World, page};
use identity::{Limit, TenantCtx};
use store::{LEASE_S, Page, Tenant};

#[tokio::test]
async fn no_more_leases_of_a_group_are_given_than_it_may_have() {
    let world = World::new().await;
    let (tenant, other) = (world.tenant(1).await, world.tenant(2).await);
    let ask = async |tenant: &Tenant, name: &str| {
        let lease = tenant.lease_within(name, 2, "sync#").await.unwrap();
        lease.is_some()
    };
    tenant.lease("import#1").await.unwrap().unwrap();
    assert!(ask(&tenant, "sync#a").await);
    assert!(!ask(&tenant, "sync#a").await, "it is held");
    let b = tenant.lease_within("sync#b", 2, "sync#").await.unwrap();
    assert!(!ask(&tenant, "sync#c").await, "two are held");
    assert!(ask(&other, "sync#c").await, "by another tenant");
    tenant.release(&b.unwrap()).await.unwrap();
    assert!(ask(&tenant, "sync#c").await);
    assert!(!ask(&tenant, "sync#b").await);
    world.pass(LEASE_S);
    assert!(!ask(&tenant, "sync#b").await, "to the last second");
    world.pass(1);
    assert!(ask(&tenant, "sync#b").await, "the others ran out");
    assert!(ask(&tenant, "sync#a").await);
    assert!(!ask(&tenant, "sync#c").await);
    let all = tenant.lease_within("sync#c", 3, "").await.unwrap();
    assert!(all.is_some(), "no group is all, and the import's ran out");
}

#[tokio::test]
async fn a_host_that_starts_takes_over_where_the_work_stood() {
    let world = World::new().await;
    let tenant = world.tenant(1).await;
    let mut lease = tenant.lease("sync#a").await.unwrap().unwrap();
    for cursor in ["after 100", "after 200"] {
        let step = Some(lease.step(cursor, tenant.now()));
        tenant
            .commit(Page {
                step,
                ..page(vec![])
            })
            .await
            .unwrap();
        lease.cursor = cursor.to_owned();
    }
    assert_eq!(tenant.lease("sync#a").await.unwrap(), None);
    tenant.break_leases().await.unwrap();
    let next = tenant.lease("sync#a").await.unwrap().unwrap();
    assert_eq!((next.cursor.as_str(), next.epoch()), ("after 200", 2));
    let late = Page {
        step: Some(lease.step("after 300", tenant.now())),
        ..page(vec![])
    };
    assert!(tenant.commit(late).await.is_err());
    tenant.release(&next).await.unwrap();
    let later = tenant.lease("sync#a").await.unwrap().unwrap();
    assert_eq!(later.cursor, "after 200");
}

#[tokio::test]
async fn a_named_limit_is_shared_by_all_who_call() {
    let world = World::new().await;
    let (tenant, other) = (world.tenant(1).await, world.tenant(2).await);
    let webhook = TenantCtx::system(tenant.id(), "webhook", "r");
    let by_webhook = world.store.tenant(&webhook);
    let limit = Limit::new(2, 2, 60).unwrap();
    let admit = async |tenant: &Tenant, name: &str| {
        tenant.admit_named(name, limit).await.unwrap().is_allowed()
    };
    assert!(admit(&tenant, "conn_a").await && admit(&by_webhook, "conn_a").await);
    assert!(!admit(&tenant, "conn_a").await && !admit(&by_webhook, "conn_a").await);
    assert!(admit(&tenant, "conn_b").await && admit(&other, "conn_a").await);
    world.pass(30);
    assert!(admit(&by_webhook, "conn_a").await && !admit(&tenant, "conn_a").await);
}
