//! Health: counted over all deliveries of a webhook; warned and disabled once.

use claimwire_model::event::Fact;
use claimwire_model::verdict::Verdict;
use claimwire_model::{Event, TargetNo};

use super::world::*;
use super::*;

pub async fn attempts_are_counted(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let quiet = w.webhook(|_| {}).await;
    w.ended(&hook, Next::Delivered, at(1)).await;
    w.ended(&hook, Next::GiveUp, at(2)).await;
    w.ended(&hook, Next::RetryAt(at(900)), at(3)).await;
    w.ended(&hook, Next::GiveUp, at(4)).await;
    for got in [
        w.target(&hook).await,
        w.store.target_of(w.shop.no, hook.uuid).await.unwrap(),
    ] {
        let health = &got.health;
        assert_eq!(health.consecutive_failures, 3);
        assert_eq!(health.failing_since, Some(at(2)));
        assert_eq!(health.last_failure_at, Some(at(4)));
        assert_eq!(health.last_success_at, Some(at(1)));
        assert_eq!(
            (got.version, got.updated_at),
            (1, at(0)),
            "no setting changed"
        );
    }
    w.ended(&hook, Next::Delivered, at(5)).await;
    let health = &w.target(&hook).await.health;
    assert_eq!(
        (health.consecutive_failures, health.failing_since),
        (0, None)
    );
    assert_eq!(health.last_failure_at, Some(at(4)));
    assert_eq!(health.last_success_at, Some(at(5)));
    assert_eq!(w.target(&quiet).await.health, Default::default());
}

pub async fn a_pause_is_for_the_whole_webhook(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let other = w.webhook(|_| {}).await;
    w.event(at(1)).await;
    let waiting = w.event(at(1)).await;
    let handed = w.take_some(&hook, 1, at(1)).await.deliveries.remove(0);
    let pause = |until| Verdict {
        pause_until: Some(until),
        ..verdict(Next::RetryAt(at(60)))
    };
    w.record_verdict(&handed, pause(at(300)), at(2)).await;
    assert_eq!(w.target(&hook).await.health.paused_until, Some(at(300)));
    // An update that was begun before the pause does not end it.
    let updated = w
        .update(&hook, at(2), |h| h.health.paused_until = None)
        .await;
    assert_eq!(updated.health.paused_until, Some(at(300)));
    assert_eq!(w.target(&hook).await.health.paused_until, Some(at(300)));

    let taken = w.take_some(&hook, 10, at(299)).await;
    assert!(taken.deliveries.is_empty(), "not even what is due");
    assert_eq!(taken.next_due, Some(at(300)));
    assert_eq!(w.take(&other, at(299)).await.len(), 2, "nobody else waits");
    assert_eq!(
        w.store.waiting(Targets::All, at(2)).await.unwrap()[0],
        (hook.no, at(300))
    );

    let taken = w.take(&hook, at(300)).await;
    assert_eq!(events_of(&taken), [waiting.no, handed.event.no]);
    // A shorter wish does not end a longer one.
    w.record_verdict(&taken[0], pause(at(900)), at(301)).await;
    w.record_verdict(&taken[1], pause(at(500)), at(302)).await;
    assert_eq!(w.target(&hook).await.health.paused_until, Some(at(900)));
}

pub async fn a_later_delivery_sets_when_a_pause_ends_with_nothing_due(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    w.event(at(1)).await;
    let handed = w.take_one(&hook, at(1)).await;
    let verdict = Verdict {
        pause_until: Some(at(100)),
        ..verdict(Next::RetryAt(at(200)))
    };
    w.record_verdict(&handed, verdict, at(2)).await;
    assert_eq!(w.take_some(&hook, 10, at(3)).await.next_due, Some(at(200)));
}

/// Two deliveries in flight, and a webhook that listens for trouble.
async fn trouble(w: &World) -> (Arc<Target>, Arc<Target>) {
    let hook = w.webhook(|_| {}).await;
    let notices = subscription(&["webhooks"], SourceFilter::All);
    let listener = w.webhook(|h| h.subscription = notices).await;
    for _ in 0..3 {
        w.event(at(1)).await;
    }
    (hook, listener)
}

fn disabling() -> Verdict {
    Verdict {
        disable: Some("the endpoint answered 410 Gone".into()),
        ..verdict(Next::GiveUp)
    }
}

fn about(event: &Event) -> (&Fact, serde_json::Value) {
    let data = serde_json::from_str(event.fact.event_data.get()).unwrap();
    (&event.fact, data)
}

/// The events that were made for a webhook, oldest first.
async fn made_for(w: &World, target: TargetNo) -> Vec<String> {
    let all = w.deliveries(at(50)).await;
    let mine = all.into_iter().rev().filter(|d| d.id.target == target);
    mine.map(|d| d.r#ref).collect()
}

pub async fn disabling_happens_once_and_is_told(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (hook, listener) = trouble(&w).await;
    let taken = w.take_some(&hook, 2, at(2)).await.deliveries;
    let outcomes = taken
        .iter()
        .map(|h| outcome(h, disabling(), at(3)))
        .collect();
    w.store.record(outcomes, at(4)).await.unwrap();
    w.record_verdict(&taken[0], disabling(), at(5)).await;

    let kept = w.target(&hook).await;
    assert_eq!(kept.status, TargetStatus::Disabled);
    assert_eq!(kept.health.disabled_at, Some(at(4)));
    let reason = "the endpoint answered 410 Gone";
    assert_eq!(kept.health.disabled_reason.as_deref(), Some(reason));
    assert_eq!(kept.health.consecutive_failures, 2);
    assert_eq!((kept.version, kept.updated_at), (2, at(4)));
    for handed in &taken {
        assert_eq!(w.status(handed.id, at(5)).await, DeliveryStatus::Failed);
    }

    let told = w
        .refs()
        .await
        .into_iter()
        .filter(|r| r == "webhooks/disabled");
    assert_eq!(told.count(), 1);
    assert_eq!(made_for(&w, listener.no).await, ["webhooks/disabled"]);
    let notice = w.take_one(&listener, at(5)).await;
    let (fact, data) = about(&notice.event);
    assert_eq!(fact.subject.as_ref().unwrap().kind, SubjectKind::Webhook);
    assert_eq!(fact.subject.as_ref().unwrap().id, hook.uuid.to_string());
    assert_eq!(data["reason"], reason);
    assert_eq!(
        made_for(&w, hook.no).await.len(),
        3,
        "`*` does not hear of it"
    );
}

pub async fn what_waits_for_a_disabled_webhook_is_held_and_goes_later(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (hook, _) = trouble(&w).await;
    let handed = w.take_some(&hook, 1, at(2)).await.deliveries.remove(0);
    w.record_verdict(&handed, disabling(), at(3)).await;
    w.event(at(4)).await;
    assert_eq!(w.take(&hook, at(5)).await.len(), 0);
    let deliveries = w.deliveries(at(5)).await;
    let held = deliveries
        .iter()
        .filter(|d| d.status == DeliveryStatus::Held);
    assert_eq!(held.count(), 3);

    w.set_status(&hook, TargetStatus::Active, at(6)).await;
    let taken = events_of(&w.take(&hook, at(6)).await);
    assert_eq!(taken.len(), 3);
    assert!(taken.is_sorted());
    // It can be disabled, and told, anew.
    let kept = w.target(&hook).await;
    assert_eq!(kept.health.consecutive_failures, 0);
}

pub async fn only_an_active_webhook_is_disabled(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (hook, listener) = trouble(&w).await;
    let handed = w.take_some(&hook, 1, at(2)).await.deliveries.remove(0);
    w.set_status(&hook, TargetStatus::Inactive, at(3)).await;
    let verdict = Verdict {
        warn: Some("half-way".into()),
        ..disabling()
    };
    w.record_verdict(&handed, verdict, at(4)).await;
    assert_eq!(w.target(&hook).await.status, TargetStatus::Inactive);
    assert_eq!(w.status(handed.id, at(5)).await, DeliveryStatus::Failed);
    assert_eq!(made_for(&w, listener.no).await, [""; 0]);
}

pub async fn a_change_that_was_read_before_the_disabling_is_stale(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (hook, _) = trouble(&w).await;
    let handed = w.take_some(&hook, 1, at(2)).await.deliveries.remove(0);
    let read = Target::clone(&*w.target(&hook).await);
    w.record_verdict(&handed, disabling(), at(3)).await;
    let refused = w.store.update_target(read, at(4), None).await;
    assert_eq!(refused.unwrap_err(), StoreError::Stale);
    assert_eq!(w.target(&hook).await.status, TargetStatus::Disabled);
}

pub async fn a_warning_is_told_once_until_a_success(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (hook, listener) = trouble(&w).await;
    let warning = || Verdict {
        warn: Some("half-way there".into()),
        ..verdict(Next::GiveUp)
    };
    for handed in w.take_some(&hook, 2, at(2)).await.deliveries {
        w.record_verdict(&handed, warning(), at(3)).await;
    }
    let kept = w.target(&hook).await;
    assert_eq!((kept.status, kept.version), (TargetStatus::Active, 1));
    assert_eq!(kept.health.warned_at, Some(at(3)));
    assert_eq!(made_for(&w, listener.no).await, ["webhooks/warned"]);
    let (_, data) = about(&w.events().await[0]);
    assert_eq!(data["reason"], "half-way there");

    let handed = w.take_one(&hook, at(4)).await;
    w.record(&handed, Next::Delivered, at(4)).await;
    assert_eq!(w.target(&hook).await.health.warned_at, None);
    w.event(at(5)).await;
    let handed = w.take_one(&hook, at(5)).await;
    w.record_verdict(&handed, warning(), at(6)).await;
    assert_eq!(made_for(&w, listener.no).await, ["webhooks/warned"; 2]);
}

pub async fn a_warning_comes_before_the_disabling(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (hook, listener) = trouble(&w).await;
    let handed = w.take_some(&hook, 1, at(2)).await.deliveries.remove(0);
    let both = Verdict {
        warn: Some("half-way there".into()),
        ..disabling()
    };
    w.record_verdict(&handed, both, at(3)).await;
    let made = made_for(&w, listener.no).await;
    assert_eq!(made, ["webhooks/warned", "webhooks/disabled"]);
}
