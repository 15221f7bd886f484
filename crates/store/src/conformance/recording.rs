//! Recording: what follows from an attempt, once.

use claimwire_model::DeliveryId;
use claimwire_model::delivery::{Attempt, Split, Stages};

use super::spy::Spy;
use super::world::*;
use super::*;
use crate::handed::Handed;
use crate::queue::Outcome;

async fn taken(w: &World) -> (Arc<Target>, Handed) {
    let hook = w.webhook(|_| {}).await;
    w.event(at(1)).await;
    let handed = w.take_one(&hook, at(1)).await;
    (hook, handed)
}

pub async fn delivered_is_the_end(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (hook, handed) = taken(&w).await;
    w.record(&handed, Next::Delivered, at(2)).await;
    let (shown, attempts) = w.delivery(handed.id, at(2)).await;
    assert_eq!(shown.status, DeliveryStatus::Delivered);
    assert_eq!(shown.delivered_at, Some(at(2)));
    assert_eq!((shown.attempt_count, attempts.len()), (1, 1));
    assert_eq!(
        (shown.last_status_code, shown.last_error),
        (Some(200), None)
    );
    assert_eq!(shown.next_attempt_at, None);
    assert_eq!(w.take(&hook, at(10_000)).await.len(), 0);
}

pub async fn a_failure_is_tried_again_in_its_time(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (hook, mut handed) = taken(&w).await;
    for n in 1..=3 {
        w.record(&handed, Next::RetryAt(at(100 * n)), at(100 * n - 50))
            .await;
        let (shown, attempts) = w.delivery(handed.id, at(100 * n - 50)).await;
        assert_eq!(shown.status, DeliveryStatus::Pending);
        assert_eq!(shown.next_attempt_at, Some(at(100 * n)));
        assert_eq!(attempts.len(), usize::try_from(n).unwrap());
        assert_eq!(shown.last_status_code, Some(500));
        assert_eq!(shown.last_error.as_deref(), Some("status: 500"));
        handed = w.take_one(&hook, at(100 * n)).await;
        let n = u32::try_from(n).unwrap();
        assert_eq!((handed.attempts, handed.failures), (n, n));
    }
    w.record(&handed, Next::GiveUp, at(301)).await;
    let (shown, attempts) = w.delivery(handed.id, at(301)).await;
    assert_eq!(
        (shown.status, shown.next_attempt_at),
        (DeliveryStatus::Failed, None)
    );
    assert_eq!(shown.delivered_at, None);
    let numbers: Vec<_> = attempts.iter().map(|attempt| attempt.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    assert_eq!(w.take(&hook, at(10_000)).await.len(), 0);
}

pub async fn an_attempt_is_kept_whole(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (_, handed) = taken(&w).await;
    let attempt = Attempt {
        split: Split::of(&stages(), Duration::from_micros(1_234_567)),
        duration: Duration::from_micros(1_234_567),
        error: Some("tls".into()),
        error_detail: Some(
            "no TLS with https://ü.example:443: the certificate is for another name".into(),
        ),
        request_headers: [("Claimwire-Attempt", "1"), ("X-Team", "•••")].into(),
        response_headers: [("a", "1"), ("a", "ü")].into(),
        response_body: (0..=255).cycle().take(16 * 1024).collect(),
        ..Attempt::at(1, Timestamp::from_millis(at(1).as_millis() + 7))
    };
    let outcome = Outcome {
        id: handed.id,
        lease: handed.lease,
        manual: false,
        attempt: Arc::new(attempt.clone()),
        verdict: verdict(Next::GiveUp),
    };
    w.store.record([outcome].into(), at(3)).await.unwrap();
    let (shown, attempts) = w.delivery(handed.id, at(3)).await;
    assert_eq!(attempts, [attempt]);
    assert_eq!(shown.last_status_code, None);
    assert_eq!(shown.last_error.as_deref(), Some("tls"));
}

fn stages() -> Stages {
    Stages {
        dns: Some(Duration::ZERO),
        connect: Some(Duration::from_micros(200_000)),
        tls: Some(Duration::from_micros(300_001)),
        first_byte: Some(Duration::from_micros(700_000)),
    }
}

/// A first attempt that delivers is kept with its delivery, where a store does that; another one moves it.
pub async fn an_attempts_stages_are_kept_wherever_it_is(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let spy = Spy::with_room(1);
    w.store.attach(spy.clone());
    let hook = w.webhook(|_| {}).await;
    w.event(at(1)).await;
    let mut handed = spy.handed(1).await.remove(0);
    let whole = Duration::from_millis(20);
    let only_waited = Stages {
        first_byte: Some(Duration::from_millis(15)),
        ..Stages::default()
    };
    let splits = [
        Split::of(&stages(), whole),
        Split::of(&only_waited, whole),
        None,
    ];
    for (n, split) in (0_i64..).zip(splits) {
        let mut outcome = outcome(&handed, verdict(Next::Delivered), at(10 * n + 2));
        outcome.attempt = Arc::new(Attempt {
            split,
            ..Attempt::clone(&outcome.attempt)
        });
        w.store
            .record([outcome].into(), at(10 * n + 3))
            .await
            .unwrap();
        let (_, attempts) = w.delivery(handed.id, at(10 * n + 3)).await;
        let kept: Vec<_> = attempts.iter().map(|attempt| attempt.split).collect();
        assert_eq!(kept, splits[..=usize::try_from(n).unwrap()]);
        if n < 2 {
            let again = w.store.retry(w.shop.no, handed.id, at(10 * n + 5), None);
            again.await.unwrap();
            handed = w.take_one(&hook, at(10 * n + 6)).await;
        }
    }
}

/// A delivery that another node took when the first one's lease had ended.
async fn taken_twice(w: &World) -> (Handed, Handed) {
    let (hook, first) = taken(w).await;
    let second = w.take_one(&hook, first.lease.until).await;
    assert_eq!(first.id, second.id);
    (first, second)
}

pub async fn a_late_failure_adds_its_attempt_and_changes_nothing(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (first, second) = taken_twice(&w).await;
    let mut late = verdict(Next::GiveUp);
    late.disable = Some("late".into());
    late.warn = Some("late".into());
    late.pause_until = Some(at(9000));
    w.record_verdict(&first, late, at(70)).await;
    let (shown, attempts) = w.delivery(first.id, at(70)).await;
    assert_eq!(
        (shown.status, attempts.len()),
        (DeliveryStatus::Delivering, 1)
    );
    let health = &w.target(&first.target).await.health;
    assert_eq!(
        (health.consecutive_failures, health.paused_until),
        (0, None)
    );
    assert_eq!(w.refs().await, ["claims/created"], "nobody is told");

    w.record(&second, Next::RetryAt(at(200)), at(71)).await;
    let again = w.take_one(&first.target, at(200)).await;
    assert_eq!((again.attempts, again.failures), (2, 1));
    let (_, attempts) = w.delivery(first.id, at(71)).await;
    let numbers: Vec<_> = attempts.iter().map(|attempt| attempt.number).collect();
    assert_eq!(numbers, [1, 2], "numbered as they were recorded");
}

pub async fn a_late_success_is_a_success(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (first, second) = taken_twice(&w).await;
    w.record(&first, Next::Delivered, at(70)).await;
    let (shown, _) = w.delivery(first.id, at(70)).await;
    assert_eq!(shown.status, DeliveryStatus::Delivered);
    assert_eq!(
        w.target(&first.target).await.health.last_success_at,
        Some(at(70))
    );

    w.record(&second, Next::RetryAt(at(100)), at(71)).await;
    let (shown, attempts) = w.delivery(first.id, at(71)).await;
    assert_eq!(
        (shown.status, attempts.len()),
        (DeliveryStatus::Delivered, 2)
    );
    assert_eq!(shown.delivered_at, Some(at(70)));
    assert_eq!(w.take(&first.target, at(1000)).await.len(), 0);
}

pub async fn a_release_under_an_older_lease_does_nothing(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (hook, older) = taken(&w).await;
    let after = older.lease.until;
    let newer = w.take_one(&hook, after).await;
    w.release(&[older]).await;
    assert_eq!(w.status(newer.id, after).await, DeliveryStatus::Delivering);
    w.release(std::slice::from_ref(&newer)).await;
    assert_eq!(w.status(newer.id, after).await, DeliveryStatus::Pending);
}

pub async fn what_was_released_or_recorded_is_no_longer_under_the_lease(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (hook, released) = taken(&w).await;
    w.release(std::slice::from_ref(&released)).await;
    w.record(&released, Next::GiveUp, at(2)).await;
    assert_eq!(w.status(released.id, at(2)).await, DeliveryStatus::Pending);

    let handed = w.take_one(&hook, at(3)).await;
    w.record(&handed, Next::RetryAt(at(50)), at(4)).await;
    w.record(&handed, Next::GiveUp, at(5)).await;
    let (shown, attempts) = w.delivery(handed.id, at(6)).await;
    assert_eq!((shown.status, attempts.len()), (DeliveryStatus::Pending, 3));
    assert_eq!(shown.next_attempt_at, Some(at(50)));
}

pub async fn an_outcome_whose_lease_ran_out_counts_while_nobody_took_it(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (hook, handed) = taken(&w).await;
    w.record(&handed, Next::RetryAt(at(900)), at(500)).await;
    let (shown, _) = w.delivery(handed.id, at(500)).await;
    assert_eq!(shown.next_attempt_at, Some(at(900)));
    assert_eq!(w.take_one(&hook, at(900)).await.failures, 1);
}

pub async fn an_outcome_recorded_twice_counts_once(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    for next in [Next::Delivered, Next::RetryAt(at(99)), Next::GiveUp] {
        let (hook, handed) = taken(&w).await;
        let outcome = outcome(&handed, verdict(next), at(2));
        w.store
            .record([outcome.clone()].into(), at(2))
            .await
            .unwrap();
        let first = w.delivery(handed.id, at(3)).await;
        let health = w.target(&hook).await.health.clone();
        w.store.record([outcome].into(), at(3)).await.unwrap();
        assert_eq!(w.delivery(handed.id, at(3)).await, first, "{next:?}");
        assert_eq!(w.target(&hook).await.health, health, "{next:?}");
        w.store
            .delete_target(w.shop.no, hook.uuid, at(4))
            .await
            .unwrap();
    }
}

pub async fn many_outcomes_are_recorded_together(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hooks = [w.webhook(|_| {}).await, w.webhook(|_| {}).await];
    for _ in 0..20 {
        w.event(at(1)).await;
    }
    let mut outcomes = Vec::new();
    for hook in &hooks {
        let taken = w.take(hook, at(1)).await;
        for (n, handed) in taken.iter().enumerate() {
            let next = [Next::Delivered, Next::GiveUp, Next::RetryAt(at(50))][n % 3];
            outcomes.push((outcome(handed, verdict(next), at(2)), next));
        }
    }
    let records = outcomes
        .iter()
        .map(|(outcome, _)| outcome.clone())
        .collect();
    w.store.record(records, at(2)).await.unwrap();
    for (outcome, next) in outcomes {
        let expected = match next {
            Next::Delivered => DeliveryStatus::Delivered,
            Next::GiveUp => DeliveryStatus::Failed,
            _ => DeliveryStatus::Pending,
        };
        assert_eq!(w.status(outcome.id, at(3)).await, expected);
    }
    for hook in &hooks {
        // 20 attempts: delivered, failed, failed, …; the last is the 20th, a failure.
        assert_eq!(w.target(hook).await.health.consecutive_failures, 1);
    }
}

pub async fn an_outcome_of_what_is_gone_is_passed_over(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let (hook, handed) = taken(&w).await;
    let mut strange = handed.clone();
    strange.id = DeliveryId {
        event: claimwire_model::EventNo(1),
        target: hook.no,
    };
    w.record(&strange, Next::Delivered, at(2)).await;
    assert_eq!(w.target(&hook).await.health.last_success_at, None);

    w.store
        .delete_target(w.shop.no, hook.uuid, at(2))
        .await
        .unwrap();
    w.record(&handed, Next::Delivered, at(3)).await;
    let (shown, attempts) = w.delivery(handed.id, at(3)).await;
    assert_eq!(
        (shown.status, attempts.len()),
        (DeliveryStatus::Delivered, 1)
    );
}

pub async fn deliveries_are_listed_by_what_is_asked(store: Arc<dyn Store>) {
    use crate::log::DeliveryFilter as Filter;
    let w = World::new(store).await;
    let hooks = [w.webhook(|_| {}).await, w.webhook(|_| {}).await];
    let mut ids = Vec::new();
    for n in 0..6 {
        let event = w.event(at(n)).await;
        ids.push(id(&event, &hooks[0]));
        ids.push(id(&event, &hooks[1]));
    }
    let taken = w.take_some(&hooks[0], 3, at(10)).await.deliveries;
    w.record(&taken[0], Next::Delivered, at(10)).await;
    w.record(&taken[1], Next::GiveUp, at(10)).await;
    w.set_status(&hooks[1], TargetStatus::Inactive, at(11))
        .await;

    let newest_first: Vec<_> = ids.iter().rev().copied().collect();
    let event = w.events().await[5].clone();
    let status = |status| Filter {
        status: Some(status),
        ..Filter::default()
    };
    let every_other = |from: usize| -> Vec<DeliveryId> {
        newest_first.iter().skip(from).step_by(2).copied().collect()
    };
    let of_hook = every_other(1);
    for (filter, expected) in [
        (Filter::default(), newest_first.clone()),
        (
            Filter {
                target: Some(hooks[0].no),
                ..Filter::default()
            },
            of_hook.clone(),
        ),
        (
            Filter {
                event: Some(event.id()),
                ..Filter::default()
            },
            newest_first[10..].to_vec(),
        ),
        (
            Filter {
                event: Some("unknown".into()),
                ..Filter::default()
            },
            vec![],
        ),
        (
            Filter {
                since: Some(at(2)),
                until: Some(at(4)),
                ..Filter::default()
            },
            newest_first[4..8].to_vec(),
        ),
        (status(DeliveryStatus::Delivered), of_hook[5..].to_vec()),
        (status(DeliveryStatus::Failed), of_hook[4..5].to_vec()),
        (status(DeliveryStatus::Delivering), of_hook[3..4].to_vec()),
        (status(DeliveryStatus::Pending), of_hook[..3].to_vec()),
        (status(DeliveryStatus::Held), every_other(0)),
        (status(DeliveryStatus::Expired), vec![]),
        (status(DeliveryStatus::Cancelled), vec![]),
        (
            Filter {
                target: Some(hooks[1].no),
                since: Some(at(3)),
                ..status(DeliveryStatus::Held)
            },
            every_other(0)[..3].to_vec(),
        ),
    ] {
        for limit in [2, 5, 100] {
            let read = |page| w.store.deliveries(w.shop.no, filter.clone(), page, at(12));
            let listed: Vec<_> = pages(limit, read).await.iter().map(|d| d.id).collect();
            assert_eq!(listed, expected, "{filter:?}, {limit} at a time");
        }
    }
    w.store
        .delete_target(w.shop.no, hooks[1].uuid, at(12))
        .await
        .unwrap();
    let filter = status(DeliveryStatus::Cancelled);
    let read = |page| w.store.deliveries(w.shop.no, filter.clone(), page, at(12));
    let listed: Vec<_> = pages(4, read).await.iter().map(|d| d.id).collect();
    assert_eq!(listed, every_other(0));
}
