//! Which webhooks an event makes deliveries for.

use claimwire_model::event::Fact;
use claimwire_model::{PerformedBy, Source};

use super::world::*;
use super::*;

/// The refs that were delivered to a webhook, oldest first.
async fn refs(w: &World, hook: &Target) -> Vec<String> {
    let deliveries = w.deliveries(at(50)).await;
    let mine = deliveries
        .into_iter()
        .rev()
        .filter(|d| d.id.target == hook.no);
    mine.map(|d| d.r#ref).collect()
}

fn of(r#ref: &str, source: Source) -> Fact {
    Fact {
        r#ref: r#ref.into(),
        performed_by: PerformedBy {
            source,
            ..PerformedBy::default()
        },
        ..fact("c")
    }
}

pub async fn only_what_the_filter_names(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hear = |entries: &[&str]| subscription(entries, SourceFilter::All);
    let everything = w.webhook(|_| {}).await;
    let closed = w
        .webhook(|h| h.subscription = hear(&["claims/closed"]))
        .await;
    let orders = w.webhook(|h| h.subscription = hear(&["orders"])).await;
    let overlapping = hear(&["claims", "claims/created", "*"]);
    let overlapping = w.webhook(|h| h.subscription = overlapping).await;

    let facts = ["claims/created", "claims/closed", "orders/synced"];
    let facts = facts.map(|r| of(r, Source::Api)).to_vec();
    w.commit(facts, at(1)).await.unwrap();

    let three = ["claims/created", "claims/closed", "orders/synced"];
    assert_eq!(refs(&w, &everything).await, three);
    assert_eq!(refs(&w, &closed).await, ["claims/closed"]);
    assert_eq!(refs(&w, &orders).await, ["orders/synced"]);
    assert_eq!(refs(&w, &overlapping).await, three, "once each");
}

pub async fn only_whose_changes_it_hears_of(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let people = subscription(&["*"], SourceFilter::UiOnly);
    let hook = w.webhook(|h| h.subscription = people).await;
    let facts = vec![
        of("claims/created", Source::Api),
        of("claims/closed", Source::Ui),
    ];
    w.commit(facts, at(1)).await.unwrap();
    assert_eq!(refs(&w, &hook).await, ["claims/closed"]);
}

pub async fn a_change_of_the_filter_counts_from_then_on(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    w.event(at(1)).await;
    let closed = subscription(&["claims/closed"], SourceFilter::All);
    w.update(&hook, at(2), |h| h.subscription = closed).await;
    w.event(at(3)).await;
    assert_eq!(refs(&w, &hook).await.len(), 1);
    assert_eq!(w.take(&hook, at(4)).await.len(), 1, "what was made stays");
}

pub async fn nothing_from_before_its_time(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    w.event(at(1)).await;
    let hook = w.webhook(|_| {}).await;
    assert_eq!(refs(&w, &hook).await, [""; 0]);
}

pub async fn nothing_of_another_shop(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let other = w.new_shop("other").await;
    let mut commit = w.commit_of(vec![fact("c")], at(1));
    commit.shop = other.clone();
    let event = w.store.commit(commit).await.unwrap().event_numbers()[0];
    assert_eq!(w.take(&hook, at(2)).await.len(), 0);
    let page = w
        .store
        .deliveries(other.no, Default::default(), all(), at(2));
    assert_eq!(page.await.unwrap().items, []);
    let id = claimwire_model::DeliveryId {
        event,
        target: hook.no,
    };
    let strange = w.store.delivery(w.shop.no, id, at(2)).await;
    assert_eq!(strange.unwrap_err(), StoreError::NotFound);
}

pub async fn what_matches_an_idle_webhook_is_held(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    for status in [
        TargetStatus::Inactive,
        TargetStatus::Unverified,
        TargetStatus::Disabled,
    ] {
        let hook = w.webhook(|h| h.status = status).await;
        let event = w.event(at(1)).await;
        let (held, _) = w.delivery(id(&event, &hook), at(2)).await;
        assert_eq!(held.status, DeliveryStatus::Held, "{status:?}");
        assert_eq!(held.next_attempt_at, None);
        let taken = w.take_some(&hook, 10, at(100)).await;
        assert!(taken.deliveries.is_empty() && taken.next_due.is_none());
    }
}

pub async fn what_was_held_goes_out_in_order(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|h| h.status = TargetStatus::Inactive).await;
    let mut numbers = Vec::new();
    for n in 0..7 {
        numbers.push(w.event(at(1 + n / 2)).await.no);
    }
    w.set_status(&hook, TargetStatus::Active, at(20)).await;
    let newest = w.event(at(20)).await.no;
    numbers.push(newest);
    let (pending, _) = w
        .delivery(
            claimwire_model::DeliveryId {
                event: newest,
                target: hook.no,
            },
            at(20),
        )
        .await;
    assert_eq!(pending.status, DeliveryStatus::Pending);

    let first = w.take_some(&hook, 3, at(21)).await;
    let rest = w.take(&hook, at(21)).await;
    let taken = [events_of(&first.deliveries), events_of(&rest)].concat();
    assert_eq!(taken, numbers);
}

pub async fn what_waited_for_a_retry_goes_out_with_what_was_held(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let failed = w.event(at(1)).await;
    let handed = w.take_one(&hook, at(1)).await;
    w.record(&handed, Next::RetryAt(at(90_000)), at(2)).await;
    w.set_status(&hook, TargetStatus::Inactive, at(3)).await;
    let held = w.event(at(4)).await;
    w.set_status(&hook, TargetStatus::Active, at(20)).await;
    let taken = w.take(&hook, at(21)).await;
    assert_eq!(events_of(&taken), [failed.no, held.no]);
}
