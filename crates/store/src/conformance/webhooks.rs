//! Webhooks: kept whole, changed only as they were read, deleted but not forgotten.

use claimwire_model::filter::Subscription;
use claimwire_model::retry::RetryPolicy;
use claimwire_model::target::RateLimit;
use claimwire_model::verdict::Verdict;
use claimwire_model::webhook::{Ack, PreviousSecret, Secrets, Signing};
use claimwire_model::{Dialect, TargetNo};

use super::world::*;
use super::*;

/// One in which everything differs from the default.
fn unusual(w: &World) -> Target {
    let entries = vec!["claims".into(), "claims/created".into()];
    let mut webhook = webhook(w.shop.no, w.uuid());
    webhook.webhook_mut().unwrap().url = "https://receiver.example/ünusual?a=b".into();
    webhook.subscription =
        Subscription::new(Dialect::Karla, SourceFilter::UiOnly, entries).unwrap();
    webhook.webhook_mut().unwrap().secrets = Secrets {
        current: "the secret itself".into(),
        previous: Some(PreviousSecret {
            ed25519_seed: Some([6; 32]),
            secret: "the secret before".into(),
            expires_at: at(500),
        }),
        ed25519_seed: Some([7; 32]),
    };
    webhook.description = Some("for the warehouse".into());
    webhook.status = TargetStatus::Unverified;
    webhook.webhook_mut().unwrap().headers = [("X-Team".to_owned(), "blue".to_owned())].into();
    webhook.webhook_mut().unwrap().signing = Signing::Both;
    webhook.timeout_seconds = 7;
    webhook.retry = RetryPolicy {
        delays: vec![Duration::from_millis(1500), Duration::from_secs(60)],
        jitter: 0.25,
        disable_after: Some(9),
        disable_after_failing: Some(Duration::from_secs(5400)),
    };
    webhook.rate_limit = Some(RateLimit { per_second: 3 });
    webhook.max_in_flight = 5;
    webhook.ordering = Ordering::Subject;
    webhook.webhook_mut().unwrap().ack = Ack::Exactly200;
    webhook.webhook_mut().unwrap().verify = true;
    webhook.webhook_mut().unwrap().verification_due = true;
    webhook.egress = Some("fixed".into());
    webhook
}

/// All that a caller chose, to be compared.
fn chosen(w: &Target) -> String {
    let secrets = (
        &w.webhook().unwrap().secrets.current,
        w.webhook()
            .unwrap()
            .secrets
            .previous
            .as_ref()
            .map(|p| (&p.secret, p.expires_at)),
        w.webhook().unwrap().secrets.ed25519_seed,
    );
    let settings = Target {
        no: TargetNo(0),
        version: 0,
        created_at: at(0),
        updated_at: at(0),
        ..w.clone()
    };
    format!("{settings:?} {secrets:?}")
}

pub async fn a_webhook_is_kept_whole(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let asked = unusual(&w);
    let made = now(w
        .store
        .create_target(asked.clone(), at(3), None)
        .await
        .unwrap());
    let kept = w.store.target_of(w.shop.no, asked.uuid).await.unwrap();
    let taken = w.target(&made).await;
    for got in [&made, &kept, &taken] {
        assert_eq!(chosen(got), chosen(&asked));
        assert_eq!((got.no, got.version), (made.no, 1));
        assert_eq!((got.created_at, got.updated_at), (at(3), at(3)));
    }
}

pub async fn a_webhooks_uuid_is_taken_once(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let again = webhook(w.shop.no, hook.uuid);
    let refused = w.store.create_target(again, at(1), None).await;
    assert_eq!(refused.unwrap_err(), StoreError::Exists);
}

pub async fn webhooks_are_listed_newest_first_in_their_shop(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let mut uuids = Vec::new();
    for _ in 0..5 {
        uuids.push(w.webhook(|_| {}).await.uuid);
    }
    let other = w.new_shop("other").await;
    let strange = webhook(other.no, w.uuid());
    w.store
        .create_target(strange.clone(), at(0), None)
        .await
        .unwrap();

    let read = |page| {
        let filter = TargetFilter::of(Kind::Webhook);
        w.store.targets(w.shop.no, filter, page)
    };
    uuids.reverse();
    for listed in [pages(2, read).await, pages_by_skipping(2, read).await] {
        assert_eq!(listed.iter().map(|w| w.uuid).collect::<Vec<_>>(), uuids);
    }
    let mine = w.store.target_of(w.shop.no, strange.uuid).await;
    assert_eq!(mine.unwrap_err(), StoreError::NotFound);
}

pub async fn webhooks_are_filtered(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let mut hooks = Vec::new();
    for url in [
        "https://a.example/",
        "https://b.example/",
        "https://a.example/",
    ] {
        let hook = w.webhook(|hook| {
            hook.webhook_mut().unwrap().url = url.to_owned();
        });
        hooks.push(hook.await);
    }
    let off = Target {
        status: TargetStatus::Inactive,
        ..(*hooks[2]).clone()
    };
    now(w.store.update_target(off, at(1), None).await.unwrap());
    let all = TargetFilter::of(Kind::Webhook);
    let at_a = Some("https://a.example/".to_owned());
    for (filter, expected) in [
        (
            TargetFilter {
                uuid: Some(hooks[1].uuid),
                ..all.clone()
            },
            vec![1],
        ),
        (
            TargetFilter {
                uuid: Some(w.uuid()),
                ..all.clone()
            },
            vec![],
        ),
        (
            TargetFilter {
                url: at_a.clone(),
                ..all.clone()
            },
            vec![2, 0],
        ),
        (
            TargetFilter {
                status: Some(TargetStatus::Inactive),
                ..all.clone()
            },
            vec![2],
        ),
        (
            TargetFilter {
                status: Some(TargetStatus::Active),
                url: at_a,
                ..all.clone()
            },
            vec![0],
        ),
        (TargetFilter::of(Kind::Connector), vec![]),
    ] {
        let read = |page| w.store.targets(w.shop.no, filter.clone(), page);
        let listed: Vec<_> = pages(1, read).await.iter().map(|hook| hook.no).collect();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|place: usize| hooks[place].no)
            .collect();
        assert_eq!(listed, expected, "{filter:?}");
    }
}

pub async fn an_update_replaces_what_the_caller_chose(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let asked = Target {
        no: hook.no,
        uuid: hook.uuid,
        version: hook.version,
        ..unusual(&w)
    };
    let updated = now(w
        .store
        .update_target(asked.clone(), at(9), None)
        .await
        .unwrap());
    let kept = w.store.target_of(w.shop.no, hook.uuid).await.unwrap();
    for got in [&updated, &kept, &w.target(&hook).await] {
        assert_eq!(chosen(got), chosen(&asked));
        assert_eq!((got.no, got.version), (hook.no, 2));
        assert_eq!((got.created_at, got.updated_at), (at(0), at(9)));
    }
}

pub async fn an_update_of_what_was_changed_since_is_stale(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let read = w.webhook(|_| {}).await;
    w.update(&read, at(1), |w| w.timeout_seconds = 3).await;

    let mut late = Target::clone(&read);
    late.timeout_seconds = 4;
    let refused = w.store.update_target(late, at(2), None).await;
    assert_eq!(refused.unwrap_err(), StoreError::Stale);
    let kept = w.target(&read).await;
    assert_eq!((kept.timeout_seconds, kept.version), (3, 2));
}

pub async fn an_update_of_what_is_not_there_is_not_found(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let other = w.new_shop("other").await;
    let mut strange = Target::clone(&hook);
    strange.shop = other.no;
    let mut unknown = Target::clone(&hook);
    unknown.uuid = w.uuid();
    for webhook in [strange, unknown] {
        let refused = w.store.update_target(webhook, at(1), None).await;
        assert_eq!(refused.unwrap_err(), StoreError::NotFound);
    }
    w.store
        .delete_target(w.shop.no, hook.uuid, at(1))
        .await
        .unwrap();
    let refused = w
        .store
        .update_target(Target::clone(&hook), at(1), None)
        .await;
    assert_eq!(refused.unwrap_err(), StoreError::NotFound);
}

pub async fn an_update_leaves_the_counters_to_the_queue(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    w.ended(&hook, Next::GiveUp, at(1)).await;
    let updated = w
        .update(&hook, at(5), |w| {
            w.health.consecutive_failures = 77;
            w.health.last_failure_at = None;
            w.health.last_success_at = Some(at(4));
            w.health.disabled_reason = Some("by hand".into());
            w.health.disabled_at = Some(at(5));
            w.health.paused_until = Some(at(6));
        })
        .await;
    for health in [&updated.health, &w.target(&hook).await.health] {
        assert_eq!(health.consecutive_failures, 1);
        assert_eq!(health.last_failure_at, Some(at(1)));
        assert_eq!(health.last_success_at, None);
        assert_eq!(health.disabled_reason.as_deref(), Some("by hand"));
        assert_eq!(health.disabled_at, Some(at(5)));
        assert_eq!(health.paused_until, Some(at(6)));
    }
}

pub async fn one_that_becomes_active_begins_anew(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    w.event(at(1)).await;
    let handed = w.take_one(&hook, at(1)).await;
    let mut verdict = verdict(Next::GiveUp);
    verdict.warn = Some("half-way".into());
    verdict.disable = Some("enough".into());
    w.record_verdict(&handed, verdict, at(2)).await;
    let failing = w.target(&hook).await.health.clone();
    assert_eq!(failing.consecutive_failures, 1);
    assert_eq!(
        (failing.failing_since, failing.warned_at),
        (Some(at(2)), Some(at(2)))
    );

    let active = w.set_status(&hook, TargetStatus::Active, at(3)).await;
    for health in [&active.health, &w.target(&hook).await.health] {
        assert_eq!(health.consecutive_failures, 0);
        assert_eq!((health.failing_since, health.warned_at), (None, None));
        assert_eq!(health.last_failure_at, Some(at(2)));
    }
}

pub async fn its_deliveries_failures_count_from_then(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    w.event(at(1)).await;
    w.event(at(1)).await;
    let before = w.take(&hook, at(1)).await;
    for handed in &before {
        w.record(handed, Next::RetryAt(at(2)), at(1)).await;
    }
    let taken = w.take(&hook, at(2)).await;
    assert_eq!((taken[0].failures, taken[0].attempts), (1, 1));
    w.record(&taken[0], Next::RetryAt(at(9)), at(2)).await;
    w.set_status(&hook, TargetStatus::Disabled, at(3)).await;
    w.set_status(&hook, TargetStatus::Active, at(4)).await;

    // Under way since before: it was judged before, and neither counts nor disables now.
    let disabling = Verdict {
        disable: Some("enough".into()),
        warn: Some("half-way".into()),
        ..verdict(Next::RetryAt(at(5)))
    };
    w.record_verdict(&taken[1], disabling, at(5)).await;
    let kept = w.target(&hook).await;
    assert_eq!(kept.status, TargetStatus::Active);
    assert_eq!(
        (kept.health.warned_at, kept.health.disabled_at),
        (None, None)
    );

    let again = w.take(&hook, at(5)).await;
    let counts: Vec<_> = again.iter().map(|h| (h.failures, h.attempts)).collect();
    assert_eq!(counts, [(0, 2), (0, 2)]);
    w.record(&again[0], Next::RetryAt(at(6)), at(5)).await;
    assert_eq!(w.take_one(&hook, at(6)).await.failures, 1);
}

pub async fn a_deleted_webhook_is_gone_and_its_log_stays(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let delivered = w.ended(&hook, Next::Delivered, at(1)).await;
    let failed = w.ended(&hook, Next::GiveUp, at(1)).await;
    let waiting = id(&*w.event(at(2)).await, &hook);
    w.store
        .delete_target(w.shop.no, hook.uuid, at(3))
        .await
        .unwrap();

    let gone = StoreError::NotFound;
    let s = &w.store;
    assert_eq!(s.target_of(w.shop.no, hook.uuid).await.unwrap_err(), gone);
    assert_eq!(s.target(hook.no).await.unwrap_err(), gone);
    assert_eq!(s.pending(hook.no).await.unwrap_err(), gone);
    let again = s.delete_target(w.shop.no, hook.uuid, at(3)).await;
    assert_eq!(again.unwrap_err(), gone);
    assert!(
        s.targets(w.shop.no, TargetFilter::of(Kind::Webhook), all())
            .await
            .unwrap()
            .items
            .is_empty()
    );

    assert_eq!(w.status(delivered, at(4)).await, DeliveryStatus::Delivered);
    assert_eq!(w.status(failed, at(4)).await, DeliveryStatus::Failed);
    let (cancelled, _) = w.delivery(waiting, at(4)).await;
    assert_eq!(cancelled.status, DeliveryStatus::Cancelled);
    assert_eq!(cancelled.target_uuid, hook.uuid);
    assert_eq!(cancelled.next_attempt_at, None);
    let taken = w.take_some(&hook, 10, at(4)).await;
    assert!(taken.deliveries.is_empty() && taken.next_due.is_none());
    w.event(at(5)).await;
    assert_eq!(w.deliveries(at(5)).await.len(), 3);
}

pub async fn a_strange_shop_cannot_delete_it(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let other = w.new_shop("other").await;
    let refused = w.store.delete_target(other.no, hook.uuid, at(1)).await;
    assert_eq!(refused.unwrap_err(), StoreError::NotFound);
    w.target(&hook).await;
}

pub async fn pending_counts_what_is_not_finished(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    assert_eq!(w.store.pending(hook.no).await.unwrap(), 0);
    w.ended(&hook, Next::Delivered, at(1)).await;
    w.ended(&hook, Next::GiveUp, at(1)).await;
    w.ended(&hook, Next::RetryAt(at(100)), at(1)).await;
    w.event(at(2)).await;
    w.take_one(&hook, at(2)).await;
    w.event(at(3)).await;
    assert_eq!(w.store.pending(hook.no).await.unwrap(), 3);
    w.set_status(&hook, TargetStatus::Inactive, at(4)).await;
    assert_eq!(w.store.pending(hook.no).await.unwrap(), 3);
    w.webhook(|_| {}).await;
    assert_eq!(w.store.pending(hook.no).await.unwrap(), 3);
}
