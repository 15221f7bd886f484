//! Replays: what a webhook missed is sent again.

use claimwire_model::DeliveryId;
use claimwire_model::replay::{REPLAY_AHEAD, REPLAYS_WAITING, Replay, ReplayState, ReplayStatus};

use super::world::*;
use super::*;

fn order(w: &World, hook: &Target, status: ReplayStatus) -> Replay {
    Replay {
        id: w.uuid(),
        target: hook.no,
        target_uuid: hook.uuid,
        since: at(0),
        until: at(50),
        status,
        enabled_events: None,
        state: ReplayState::Running,
        scanned: 0,
        total: 0,
        done: 0,
        created_at: at(50),
    }
}

/// Orders a replay.
async fn ordered(w: &World, hook: &Target, status: ReplayStatus) -> Uuid {
    let replay = order(w, hook, status);
    let id = replay.id;
    let kept = w.store.create_replay(w.shop.no, replay, None).await;
    now(kept.unwrap());
    id
}

/// A replay as it is kept.
async fn shown(w: &World, id: Uuid) -> Replay {
    w.store.replay(w.shop.no, id).await.unwrap()
}

/// Orders a replay and runs it to its end.
async fn run(w: &World, replay: Replay) -> Replay {
    let no = w.shop.no;
    now(w
        .store
        .create_replay(no, replay.clone(), None)
        .await
        .unwrap());
    while w.store.step_replays(3, at(60)).await.unwrap() == Stepped::Worked {}
    let done = w.store.replay(no, replay.id).await.unwrap();
    assert_eq!(done.state, ReplayState::Done);
    done
}

/// A webhook with one delivery that ended each way, one that waits and an event that it missed.
struct Past {
    hook: Arc<Target>,
    delivered: DeliveryId,
    failed: DeliveryId,
    waiting: DeliveryId,
    missing: DeliveryId,
}

async fn past(w: &World) -> Past {
    let missed = w.event(at(1)).await;
    let hook = w.webhook(|_| {}).await;
    Past {
        missing: id(&missed, &hook),
        delivered: w.ended(&hook, Next::Delivered, at(2)).await,
        failed: w.ended(&hook, Next::GiveUp, at(3)).await,
        waiting: w.ended(&hook, Next::RetryAt(at(900)), at(4)).await,
        hook,
    }
}

async fn sent_again(w: &World, past: &Past) -> Vec<DeliveryId> {
    let taken = w.take(&past.hook, at(60)).await;
    let mut ids: Vec<_> = taken.iter().map(|handed| handed.id).collect();
    ids.sort();
    ids
}

pub async fn failed_ones(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let past = past(&w).await;
    let done = run(&w, order(&w, &past.hook, ReplayStatus::Failed)).await;
    assert_eq!((done.scanned, done.total, done.done), (4, 1, 1));
    assert_eq!(w.status(past.failed, at(60)).await, DeliveryStatus::Pending);

    let handed = w.take_one(&past.hook, at(60)).await;
    assert_eq!(handed.id, past.failed);
    assert_eq!(
        (handed.attempts, handed.failures),
        (1, 0),
        "a new beginning, one record"
    );
    assert!(!handed.manual);
    w.record(&handed, Next::Delivered, at(61)).await;
    let (shown, attempts) = w.delivery(past.failed, at(61)).await;
    assert_eq!(shown.status, DeliveryStatus::Delivered);
    assert_eq!(
        attempts.iter().map(|a| a.number).collect::<Vec<_>>(),
        [1, 2]
    );
}

pub async fn missing_ones(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let past = past(&w).await;
    let done = run(&w, order(&w, &past.hook, ReplayStatus::Missing)).await;
    assert_eq!((done.scanned, done.total, done.done), (4, 1, 1));
    let (made, _) = w.delivery(past.missing, at(60)).await;
    assert_eq!(made.status, DeliveryStatus::Pending);
    assert_eq!(made.next_attempt_at, Some(at(60)));
    assert_eq!(made.created_at, at(1), "as old as its event");
    assert_eq!(sent_again(&w, &past).await, [past.missing]);
}

pub async fn all_of_them(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let past = past(&w).await;
    let done = run(&w, order(&w, &past.hook, ReplayStatus::All)).await;
    assert_eq!((done.scanned, done.total, done.done), (4, 3, 3));
    let (shown, _) = w.delivery(past.delivered, at(60)).await;
    assert_eq!(
        (shown.status, shown.delivered_at),
        (DeliveryStatus::Pending, None)
    );
    let (waiting, _) = w.delivery(past.waiting, at(60)).await;
    assert_eq!(
        waiting.next_attempt_at,
        Some(at(900)),
        "what waits is left alone"
    );
    let expected = [past.missing, past.delivered, past.failed];
    assert_eq!(sent_again(&w, &past).await, expected);
}

pub async fn only_what_the_entries_name(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let mut closed = fact("c");
    closed.r#ref = "claims/closed".into();
    let facts = vec![fact("a"), closed, fact("b")];
    let events = w.commit(facts, at(1)).await.unwrap();
    let claims = subscription(&["claims/created"], SourceFilter::All);
    let narrow = w.webhook(|h| h.subscription = claims).await;
    let wide = w.webhook(|_| {}).await;

    let own = order(&w, &narrow, ReplayStatus::Missing);
    assert_eq!(run(&w, own).await.done, 2);
    let chosen = Replay {
        enabled_events: Some(vec!["claims/closed".into()]),
        ..order(&w, &wide, ReplayStatus::Missing)
    };
    let done = run(&w, chosen).await;
    assert_eq!((done.scanned, done.total, done.done), (3, 1, 1));
    assert_eq!(done.enabled_events, Some(vec!["claims/closed".to_owned()]));
    assert_eq!(w.take_one(&wide, at(60)).await.event.no, events[1].no);
}

pub async fn only_the_span(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let mut numbers = Vec::new();
    for n in 1..=5 {
        numbers.push(w.event(at(n)).await.no);
    }
    let hook = w.webhook(|_| {}).await;
    let replay = Replay {
        since: at(2),
        until: at(4),
        ..order(&w, &hook, ReplayStatus::All)
    };
    let done = run(&w, replay).await;
    assert_eq!((done.scanned, done.total, done.done), (2, 2, 2));
    assert_eq!(events_of(&w.take(&hook, at(60)).await), numbers[1..3]);
}

pub async fn a_step_is_bounded_and_the_next_goes_on(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    for n in 0..7 {
        w.event(at(n)).await;
    }
    let hook = w.webhook(|_| {}).await;
    let other = w.webhook(|_| {}).await;
    let first = ordered(&w, &hook, ReplayStatus::All).await;
    let second = ordered(&w, &other, ReplayStatus::All).await;
    let mut before = 0;
    for _ in 0..20 {
        if w.store.step_replays(3, at(60)).await.unwrap() == Stepped::Nothing {
            break;
        }
        let scanned = shown(&w, first).await.scanned + shown(&w, second).await.scanned;
        assert!(scanned - before <= 3, "no more than was allowed");
        before = scanned;
    }
    assert_eq!(before, 14);
    for hook in [&hook, &other] {
        assert_eq!(w.take(hook, at(60)).await.len(), 7);
    }
}

pub async fn no_more_is_due_than_live_events_may_stand_behind(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let count = REPLAY_AHEAD + 30;
    let facts = (0..count).map(|n| fact(&n.to_string())).collect();
    w.commit(facts, at(1)).await.unwrap();
    let hook = w.webhook(|_| {}).await;
    let replay = ordered(&w, &hook, ReplayStatus::Missing).await;
    let stepped = async || {
        let mut last = Stepped::Worked;
        for _ in 0..10 {
            last = w.store.step_replays(50, at(60)).await.unwrap();
        }
        let replay = shown(&w, replay).await;
        (last, replay.scanned, replay.total, replay.done)
    };
    let (all, full) = (count as u64, REPLAY_AHEAD as u64);
    assert_eq!(
        stepped().await,
        (Stepped::Full, all, all, full),
        "the search is ahead of what is due"
    );
    assert_eq!(shown(&w, replay).await.state, ReplayState::Running);
    for handed in w.take_some(&hook, 20, at(60)).await.deliveries {
        w.record(&handed, Next::Delivered, at(61)).await;
    }
    assert_eq!(stepped().await, (Stepped::Full, all, all, full + 20));
    w.set_status(&hook, TargetStatus::Inactive, at(62)).await;
    assert_eq!(stepped().await, (Stepped::Nothing, all, all, all));
    assert_eq!(shown(&w, replay).await.state, ReplayState::Done);
}

pub async fn what_ended_meanwhile_is_counted_out(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let mut failed = Vec::new();
    for n in 0..REPLAY_AHEAD + 2 {
        failed.push(w.ended(&hook, Next::GiveUp, at(n as i64 % 40)).await);
    }
    let replay = ordered(&w, &hook, ReplayStatus::Failed).await;
    while w.store.step_replays(1000, at(60)).await.unwrap() == Stepped::Worked {}
    let (all, full) = (failed.len() as u64, REPLAY_AHEAD as u64);
    let running = shown(&w, replay).await;
    assert_eq!((running.total, running.done), (all, full));
    // The last of them goes out by hand.
    let last = *failed.last().unwrap();
    let retry = w.store.retry(w.shop.no, last, at(60), None);
    now(retry.await.unwrap());
    for handed in w.take_some(&hook, 1000, at(60)).await.deliveries {
        w.record(&handed, Next::Delivered, at(61)).await;
    }
    while w.store.step_replays(1000, at(62)).await.unwrap() == Stepped::Worked {}
    let done = shown(&w, replay).await;
    assert_eq!(done.state, ReplayState::Done);
    assert_eq!(
        (done.scanned, done.total, done.done),
        (all, all - 1, all - 1)
    );
}

pub async fn one_runs_for_each_webhook_and_few_wait(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    w.event(at(1)).await;
    let hook = w.webhook(|_| {}).await;
    let other = w.webhook(|_| {}).await;
    let mut ids = Vec::new();
    for n in 0..=REPLAYS_WAITING {
        let replay = order(&w, &hook, ReplayStatus::All);
        ids.push(replay.id);
        let kept = w.store.create_replay(w.shop.no, replay, None).await;
        let expected = match n {
            0 => ReplayState::Running,
            _ => ReplayState::Waiting,
        };
        assert_eq!(now(kept.unwrap()).state, expected);
    }
    let one_more = order(&w, &hook, ReplayStatus::All);
    let refused = w.store.create_replay(w.shop.no, one_more, None).await;
    assert_eq!(refused.unwrap_err(), StoreError::ReplayRunning(ids[0]));
    let elsewhere = ordered(&w, &other, ReplayStatus::All).await;
    assert_eq!(shown(&w, elsewhere).await.state, ReplayState::Running);

    let mut ended = Vec::new();
    for _ in 0..50 {
        if w.store.step_replays(10, at(60)).await.unwrap() == Stepped::Nothing {
            break;
        }
        let mut running = 0;
        for id in &ids {
            let state = shown(&w, *id).await.state;
            running += usize::from(state == ReplayState::Running);
            if state == ReplayState::Done && !ended.contains(id) {
                ended.push(*id);
            }
        }
        assert!(running <= 1);
    }
    assert_eq!(ended, ids, "in the order in which they came");
    assert_eq!(shown(&w, elsewhere).await.state, ReplayState::Done);
}

pub async fn shops_take_turns_and_so_do_their_webhooks(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let facts = (0..100).map(|n| fact(&n.to_string())).collect();
    w.commit(facts, at(1)).await.unwrap();
    let shop = w.new_shop("other").await;
    let other = World {
        store: w.store.clone(),
        shop,
        count: std::sync::atomic::AtomicU64::new(1000),
    };
    other.commit(vec![fact("a")], at(1)).await.unwrap();
    let mut many = Vec::new();
    for _ in 0..20 {
        let hook = w.webhook(|h| h.status = TargetStatus::Inactive).await;
        many.push(ordered(&w, &hook, ReplayStatus::Missing).await);
    }
    let hook = other.webhook(|h| h.status = TargetStatus::Inactive).await;
    let few = ordered(&other, &hook, ReplayStatus::Missing).await;
    for _ in 0..2 {
        w.store.step_replays(10, at(60)).await.unwrap();
    }
    let done = shown(&other, few).await;
    assert_eq!((done.state, done.done), (ReplayState::Done, 1));
    for _ in 0..19 {
        w.store.step_replays(10, at(60)).await.unwrap();
    }
    for id in many {
        assert_eq!(shown(&w, id).await.scanned, 10, "each had a turn");
    }
}

pub async fn an_idle_webhooks_are_held(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let past = past(&w).await;
    w.set_status(&past.hook, TargetStatus::Inactive, at(10))
        .await;
    run(&w, order(&w, &past.hook, ReplayStatus::Failed)).await;
    assert_eq!(w.status(past.failed, at(60)).await, DeliveryStatus::Held);
}

pub async fn a_replay_for_a_deleted_webhook_ends(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let past = past(&w).await;
    let replay = order(&w, &past.hook, ReplayStatus::All);
    w.store
        .create_replay(w.shop.no, replay.clone(), None)
        .await
        .unwrap();
    w.store
        .delete_target(w.shop.no, past.hook.uuid, at(55))
        .await
        .unwrap();
    while w.store.step_replays(3, at(60)).await.unwrap() == Stepped::Worked {}
    assert_eq!(w.status(past.failed, at(60)).await, DeliveryStatus::Failed);
    let kept = w.store.replay(w.shop.no, replay.id).await;
    assert_eq!(kept.unwrap().state, ReplayState::Done);
}

pub async fn a_replay_is_of_its_shop(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let other = w.new_shop("other").await;
    let replay = order(&w, &hook, ReplayStatus::All);
    let gone = StoreError::NotFound;
    let strange = w.store.create_replay(other.no, replay.clone(), None).await;
    assert_eq!(strange.unwrap_err(), gone);
    let kept = now(w
        .store
        .create_replay(w.shop.no, replay.clone(), None)
        .await
        .unwrap());
    assert_eq!(kept, replay);
    assert_eq!(w.store.replay(w.shop.no, replay.id).await.unwrap(), replay);
    assert_eq!(w.store.replay(other.no, replay.id).await.unwrap_err(), gone);
    assert_eq!(w.store.replay(w.shop.no, w.uuid()).await.unwrap_err(), gone);
    let again = w.store.create_replay(w.shop.no, replay, None).await;
    assert_eq!(again.unwrap_err(), StoreError::Exists);
}
