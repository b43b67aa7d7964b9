use crate::T;
use crate::world::{World, entities};

#[tokio::test]
async fn a_process_that_has_just_started_reads_the_snapshot_and_what_came_since() {
    let world = World::new(1, 20).await;
    let tenant = world.tenant(T);
    let warm = tenant.book().await.unwrap();
    assert!(tenant.save_snapshot(&warm).await.unwrap());
    // The rest of a larger book, of which the first deals are the same.
    world.put(T, entities(T, 24)).await;
    let list = world.get((T, "admin"), "/v1/deals?limit=200").await.ok(200);
    assert_eq!(list.list("/data").len(), 24);
}
