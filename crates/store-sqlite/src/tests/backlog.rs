//! How much waits in the whole store, and since when.

use claimwire_model::target::{Target, TargetStatus};
use claimwire_store::{Backlog, CountBacklog, Directory};

use super::world::{World, at, new};
use crate::Options;

fn backlog(unfinished: u64, due_since: Option<i64>) -> Backlog {
    Backlog {
        unfinished,
        due_since: due_since.map(at),
    }
}

async fn set(w: &World, change: impl FnOnce(&mut Target)) {
    let found = w.store.target_of(w.shop.no, w.webhook.uuid).await.unwrap();
    let mut target = Target::clone(&found);
    change(&mut target);
    new(w.store.update_target(target, at(5), None).await.unwrap());
}

#[tokio::test]
async fn what_waits_for_active_targets_is_counted_and_the_oldest_known() {
    let w = World::new(Options::default()).await;
    assert_eq!(w.store.backlog(at(9)).await.unwrap(), backlog(0, None));
    for _ in 0..3 {
        w.event(10).await.unwrap();
    }
    assert_eq!(w.store.backlog(at(9)).await.unwrap(), backlog(3, Some(1)));
    // Not due yet.
    assert_eq!(w.store.backlog(at(0)).await.unwrap(), backlog(3, None));
    set(&w, |target| target.health.paused_until = Some(at(100))).await;
    assert_eq!(w.store.backlog(at(9)).await.unwrap(), backlog(3, None));
    set(&w, |target| target.status = TargetStatus::Inactive).await;
    assert_eq!(w.store.backlog(at(9)).await.unwrap(), backlog(0, None));
    w.store.ready().await.unwrap();
    let gone = w.store.delete_target(w.shop.no, w.webhook.uuid, at(9));
    gone.await.unwrap();
    assert_eq!(w.store.backlog(at(9)).await.unwrap(), backlog(0, None));
}
