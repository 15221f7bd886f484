use std::sync::Arc;

use claimwire_model::delivery::Attempt;
use claimwire_model::event::Fact;
use claimwire_model::filter::{SourceFilter, Subscription};
use claimwire_model::target::TargetKind;
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::webhook::Secrets;
use claimwire_model::{Dialect, PerformedBy, Shop, Target, Webhook};
use claimwire_store::directory::{NewShop, Once};
use claimwire_store::queue::Outcome;
use claimwire_store::{Commit, Directory as _, MemoryStore, Queue as _, Subjects as _};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::*;

/// At the beginning of an hour.
const START: i64 = 500_000 * HOUR_MS;

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_millis(START + minutes * 60_000)
}

async fn world() -> (MemoryStore, Arc<Shop>, Arc<Target>) {
    let store = MemoryStore::new();
    let shop = NewShop {
        id: Uuid::from_u128(1),
        slug: "demo".into(),
        name: "Demo".into(),
        notification_emails: Vec::new(),
    };
    let Once::Now(shop) = store.create_shop(shop, at(0), None).await.unwrap() else {
        panic!("made before")
    };
    let webhook = Webhook::new("https://hooks.test/a", Secrets::new("0123456789abcdef"));
    let entries = vec!["claims".to_owned()];
    let target = Target::new(
        shop.no,
        Uuid::from_u128(2),
        TargetKind::Webhook(webhook),
        Subscription::new(Dialect::Karla, SourceFilter::All, entries).unwrap(),
        at(0),
    );
    let Once::Now(target) = store.create_target(target, at(0), None).await.unwrap() else {
        panic!("made before")
    };
    (store, shop, target)
}

/// An attempt that began `minutes` after the start and took so many milliseconds.
async fn attempt(store: &MemoryStore, shop: &Arc<Shop>, target: &Target, minutes: i64, ms: u64) {
    let fact = Fact {
        given_id: None,
        r#ref: "claims/created".into(),
        event_group: None,
        triggered_at: at(minutes),
        subject: None,
        event_data: RawValue::from_string("{}".into()).unwrap().into(),
        context: None,
        changes: None,
        performed_by: PerformedBy::default(),
        posted: true,
    };
    let commit = Commit {
        shop: shop.clone(),
        now: at(minutes),
        writes: Vec::new(),
        facts: vec![fact],
        images: Vec::new(),
        letters: Vec::new(),
        idempotency: None,
    };
    store.commit(commit).await.unwrap();
    let taken = store.take(target.no, 1, at(minutes), HOUR).await.unwrap();
    let handed = taken.deliveries.into_iter().next().unwrap();
    let outcome = Outcome {
        id: handed.id,
        lease: handed.lease,
        manual: false,
        attempt: Arc::new(Attempt {
            duration: Duration::from_millis(ms),
            status_code: Some(200),
            ..Attempt::at(1, at(minutes))
        }),
        verdict: Verdict::only(Next::Delivered),
    };
    store.record([outcome].into(), at(minutes)).await.unwrap();
}

async fn counts(hours: &Hours, store: &MemoryStore, target: &Target, minutes: i64) -> Vec<u64> {
    let day = hours.day(store, target.no, at(minutes)).await.unwrap();
    let starts = day.iter().map(|hour| hour.start.as_millis());
    let last = START + minutes.div_euclid(60) * HOUR_MS;
    assert!(starts.eq((0..HOURS).map(|n| last - (HOURS - 1 - n) * HOUR_MS)));
    day.iter().map(|hour| hour.delivered).collect()
}

/// Of the last hours, the newest last.
fn last(counts: &[u64], hours: usize) -> &[u64] {
    &counts[counts.len() - hours..]
}

#[tokio::test]
async fn an_hour_that_is_over_is_counted_once_and_any_other_anew() {
    let (store, shop, target) = world().await;
    let hours = Hours::default();
    for minutes in [5, 59, 60, 119, 125] {
        attempt(&store, &shop, &target, minutes, 7).await;
    }
    let counted = counts(&hours, &store, &target, 126).await;
    assert_eq!(last(&counted, 4), [0, 2, 2, 1]);
    // One of the hour before comes late, within its ten minutes; one of the first hour after its time.
    attempt(&store, &shop, &target, 118, 9).await;
    attempt(&store, &shop, &target, 58, 9).await;
    attempt(&store, &shop, &target, 127, 9).await;
    let counted = counts(&hours, &store, &target, 129).await;
    assert_eq!(last(&counted, 4), [0, 2, 3, 2]);
    let anew = counts(&Hours::default(), &store, &target, 129).await;
    assert_eq!(last(&anew, 4), [0, 3, 3, 2]);
    // Long after nobody looked, what is not known is counted.
    attempt(&store, &shop, &target, 600, 7).await;
    let counted = counts(&hours, &store, &target, 601).await;
    assert_eq!(counted.iter().sum::<u64>(), 8);
    assert_eq!(last(&counted, 1), [1]);
    assert_eq!(
        counts(&hours, &store, &target, 2_000)
            .await
            .iter()
            .sum::<u64>(),
        1
    );
    assert!(hours.counted().len() < 24);
}
