//! Test events that are owed.

use super::world::*;
use super::*;
use crate::queue::Verified;

async fn owing(w: &World) -> Arc<Target> {
    w.webhook(|h| {
        h.webhook_mut().unwrap().verify = true;
        h.status = TargetStatus::Unverified;
        h.webhook_mut().unwrap().verification_due = true;
    })
    .await
}

fn answer(hook: &Target, passed: bool) -> Verified {
    Verified {
        target: hook.no,
        version: hook.version,
        passed,
    }
}

pub async fn one_that_passed_makes_it_active(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = owing(&w).await;
    let held = w.event(at(1)).await;
    w.store.verified(answer(&hook, true), at(2)).await.unwrap();
    let kept = w.target(&hook).await;
    assert_eq!(kept.status, TargetStatus::Active);
    assert!(!kept.webhook().unwrap().verification_due);
    assert_eq!((kept.version, kept.updated_at), (2, at(2)));
    assert_eq!(w.take_one(&hook, at(3)).await.event.no, held.no);
    assert_eq!(
        w.store.waiting(Targets::All, at(3)).await.unwrap(),
        [(hook.no, at(1))]
    );
}

pub async fn one_that_did_not_is_no_longer_owed(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = owing(&w).await;
    w.store.verified(answer(&hook, false), at(2)).await.unwrap();
    let kept = w.target(&hook).await;
    assert_eq!(kept.status, TargetStatus::Unverified);
    assert!(!kept.webhook().unwrap().verification_due);
    assert_eq!(w.store.waiting(Targets::All, at(3)).await.unwrap(), []);
    // A later test, asked for by hand, may still pass.
    w.store.verified(answer(&kept, true), at(4)).await.unwrap();
    assert_eq!(w.target(&hook).await.status, TargetStatus::Active);
}

pub async fn an_answer_to_an_earlier_url_counts_for_nothing(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = owing(&w).await;
    w.update(&hook, at(1), |h| {
        h.webhook_mut().unwrap().url = "https://elsewhere.example/".into()
    })
    .await;
    for passed in [true, false] {
        w.store
            .verified(answer(&hook, passed), at(2))
            .await
            .unwrap();
        let kept = w.target(&hook).await;
        assert_eq!(kept.status, TargetStatus::Unverified);
        assert!(
            kept.webhook().unwrap().verification_due,
            "the new one is still owed"
        );
    }
}

pub async fn it_overrides_no_other_status(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    for status in [
        TargetStatus::Inactive,
        TargetStatus::Disabled,
        TargetStatus::Active,
    ] {
        let hook = w.webhook(|h| h.status = status).await;
        w.store.verified(answer(&hook, true), at(2)).await.unwrap();
        assert_eq!(w.target(&hook).await.status, status);
    }
    let hook = owing(&w).await;
    w.store
        .delete_target(w.shop.no, hook.uuid, at(2))
        .await
        .unwrap();
    w.store.verified(answer(&hook, true), at(3)).await.unwrap();
}
