//! Stats: attempts per span.

use super::world::*;
use super::*;
use crate::stats::Percentiles;

pub async fn attempts_count_in_their_span(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let other = w.webhook(|_| {}).await;
    let hour = Duration::from_secs(3600);
    let times = [100, 200, 300, 4000, 4100];
    for when in times {
        w.event(at(when)).await;
    }
    let taken = w.take(&hook, at(5000)).await;
    let mut outcomes = Vec::new();
    for ((n, when), handed) in (1_u32..).zip(times).zip(&taken) {
        let next = if n % 2 == 0 {
            Next::GiveUp
        } else {
            Next::Delivered
        };
        let mut outcome = outcome(handed, verdict(next), at(when));
        let attempt = Arc::make_mut(&mut outcome.attempt);
        attempt.duration = Duration::from_millis(u64::from(n * 10));
        attempt.started_at = at(when);
        // What counts is what the verdict says, with an error's name or without.
        attempt.error = None;
        outcomes.push(outcome);
    }
    w.store.record(outcomes.into(), at(5000)).await.unwrap();

    let stats = |target| w.store.stats(target, hour * 3, hour, at(7200));
    let got = stats(hook.no).await.unwrap();
    let counts: Vec<_> = got
        .iter()
        .map(|b| (b.start, b.delivered, b.failed))
        .collect();
    let expected = [(at(-3600), 0, 0), (at(0), 2, 1), (at(3600), 1, 1)];
    assert_eq!(counts, expected);
    let of = |p50, p95, p99| Some(Percentiles { p50, p95, p99 });
    let latencies: Vec<_> = got.iter().map(|b| b.latency_ms).collect();
    assert_eq!(
        latencies,
        [None, of(20.0, 30.0, 30.0), of(40.0, 50.0, 50.0)]
    );

    let nothing = stats(other.no).await.unwrap();
    assert!(nothing.len() == 3 && nothing.iter().all(|b| b.delivered + b.failed == 0));
    w.store
        .delete_target(w.shop.no, other.uuid, at(7200))
        .await
        .unwrap();
    assert_eq!(stats(other.no).await.unwrap_err(), StoreError::NotFound);
}
