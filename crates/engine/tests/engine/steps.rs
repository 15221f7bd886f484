//! Runs of several requests: what was saved is not done again, wherever a crash comes, and the lease holds
//! for as long as the run goes on.

use std::sync::Arc;
use std::time::Duration;

use claimwire_engine::{Clock as _, Engine, Limits};
use claimwire_model::Target;
use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::lease::Lease;
use claimwire_model::target::RateLimit;
use claimwire_store::queue::Saved;
use claimwire_store::{MemoryStore, Queue as _};

use crate::world::World;
use crate::world::flaky::FlakyStore;
use crate::world::helpdesk::{Helpdesk, Instants, NO_WAY, Way, connector, drivers};

struct Desk {
    world: World,
    target: Arc<Target>,
    helpdesk: Arc<Helpdesk>,
}

impl Desk {
    async fn new(takes: Duration) -> Self {
        let world = World::new().await;
        Self {
            target: world.webhook("", connector).await,
            helpdesk: Helpdesk::new(Arc::clone(&world.clock), takes),
            world,
        }
    }

    /// An engine on this store that crashes at an instant, if one is named.
    fn engine(&self, store: &Arc<MemoryStore>, instants: &Arc<Instants>) -> Engine {
        let hour = Duration::from_secs(3600);
        let limits = Limits {
            replay_every: hour,
            prune_every: hour,
            ..Limits::default()
        };
        let way = Way {
            helpdesk: Arc::clone(&self.helpdesk),
            instants: Arc::clone(instants),
        };
        let store = FlakyStore::crashing(Arc::clone(store), Arc::clone(instants));
        self.world
            .engine_of(Arc::new(store), Arc::new(way), drivers(), limits)
    }

    async fn status(&self) -> DeliveryStatus {
        self.world.deliveries(&self.target).await[0].status
    }

    async fn record_has(&self, step: &str) -> bool {
        let record = self.record().await;
        record.iter().any(|(name, _)| name.as_deref() == Some(step))
    }

    /// Which step each attempt on record was, and the status that it got.
    async fn record(&self) -> Vec<(Option<String>, Option<u16>)> {
        let delivery = &self.world.deliveries(&self.target).await[0];
        let attempts = self.world.attempts(delivery).await;
        let numbers: Vec<_> = attempts.iter().map(|attempt| attempt.number).collect();
        assert_eq!(numbers, (1..).take(attempts.len()).collect::<Vec<_>>());
        let shown = attempts.into_iter().map(|a| (a.step, a.status_code));
        shown.collect()
    }
}

fn shown(steps: &[(&str, u16)]) -> Vec<(Option<String>, Option<u16>)> {
    let shown = steps
        .iter()
        .map(|(step, status)| (Some((*step).to_owned()), Some(*status)));
    shown.collect()
}

#[tokio::test]
async fn a_run_of_three_requests_has_each_of_them_on_record() {
    let desk = Desk::new(Duration::ZERO).await;
    let _engine = desk.engine(&desk.world.store, &Arc::default());
    desk.world.event("c").await;
    desk.world.settle().await;
    assert_eq!(desk.status().await, DeliveryStatus::Delivered);
    assert_eq!(desk.helpdesk.steps(), ["look up", "create", "note"]);
    assert_eq!(
        desk.record().await,
        shown(&[("look up", 404), ("create", 201), ("note", 201)])
    );
    let delivery = &desk.world.deliveries(&desk.target).await[0];
    let attempts = desk.world.attempts(delivery).await;
    assert!(attempts.iter().all(|attempt| attempt.error.is_none()));
    let masked = [("Authorization", "***")];
    assert_eq!(attempts[0].request_headers, masked.into());
    let health = desk.world.current(&desk.target).await.health.clone();
    assert_eq!(health.consecutive_failures, 0);
}

#[tokio::test]
async fn a_crash_at_any_instant_repeats_nothing_that_was_saved() {
    let mut crashes = 0;
    loop {
        let desk = Desk::new(Duration::ZERO).await;
        let instants = Arc::new(Instants::crash_at(crashes));
        let engine = desk.engine(&desk.world.store, &instants);
        desk.world.event("c").await;
        desk.world.settle().await;
        let crashed = instants.crashed();
        let before = desk.helpdesk.steps();
        let saved = desk.record_has("create").await;
        drop(engine);

        let _next = desk.engine(&desk.world.store, &Arc::default());
        desk.world.pass(Duration::from_secs(300)).await;
        assert_eq!(
            desk.status().await,
            DeliveryStatus::Delivered,
            "crash {crashes}"
        );
        let seen = desk.helpdesk.seen.lock().unwrap();
        assert_eq!(
            seen.created, 1,
            "one ticket, whatever happened: crash {crashes}"
        );
        assert!(seen.notes >= 1);
        if saved {
            let after = &seen.steps[before.len()..];
            assert!(
                after.iter().all(|step| *step == "note"),
                "crash {crashes}: {after:?}"
            );
        }
        if !crashed {
            break;
        }
        crashes += 1;
    }
    assert!(
        crashes >= 12,
        "before and after each send, save and record: {crashes}"
    );
}

#[tokio::test]
async fn a_retry_goes_on_from_what_was_saved() {
    let desk = Desk::new(Duration::ZERO).await;
    desk.helpdesk.fails.lock().unwrap().insert("note", (1, 500));
    let _engine = desk.engine(&desk.world.store, &Arc::default());
    desk.world.event("c").await;
    desk.world.settle().await;
    let delivery = desk.world.deliveries(&desk.target).await.remove(0);
    assert_eq!(delivery.status, DeliveryStatus::Pending);
    assert_eq!(delivery.last_error.as_deref(), Some("status_500"));
    let health = desk.world.current(&desk.target).await.health.clone();
    assert_eq!(health.consecutive_failures, 1, "the run, not its steps");

    desk.world.pass(Duration::from_secs(10)).await;
    assert_eq!(desk.status().await, DeliveryStatus::Delivered);
    assert_eq!(desk.helpdesk.steps(), ["look up", "create", "note", "note"]);
}

#[tokio::test]
async fn trouble_on_our_own_side_loses_nothing_that_was_saved_and_is_on_no_record() {
    let desk = Desk::new(Duration::ZERO).await;
    desk.helpdesk
        .fails
        .lock()
        .unwrap()
        .insert("note", (3, NO_WAY));
    let _engine = desk.engine(&desk.world.store, &Arc::default());
    desk.world.event("c").await;
    desk.world.settle().await;
    assert_eq!(desk.status().await, DeliveryStatus::Pending);

    desk.world.pass(Duration::from_secs(10)).await;
    assert_eq!(desk.status().await, DeliveryStatus::Delivered);
    let steps = desk.helpdesk.steps();
    assert_eq!(steps, ["look up", "create", "note", "note", "note", "note"]);
    assert_eq!(
        desk.record().await,
        shown(&[("look up", 404), ("create", 201), ("note", 201)])
    );
}

#[tokio::test]
async fn a_long_run_keeps_its_lease() {
    // Each step within its deadline, all of them longer than a lease.
    let desk = Desk::new(Duration::from_secs(50)).await;
    let _engine = desk.engine(&desk.world.store, &Arc::default());
    desk.world.event("c").await;
    desk.world.pass(Duration::from_secs(600)).await;
    assert_eq!(desk.status().await, DeliveryStatus::Delivered);
    assert_eq!(desk.helpdesk.steps(), ["look up", "create", "note"]);
}

#[tokio::test]
async fn a_run_that_comes_back_from_a_save_after_its_lease_is_made_again_under_another() {
    let desk = Desk::new(Duration::ZERO).await;
    // The save of the look-up is done, and its answer is late.
    let clock = Arc::clone(&desk.world.clock);
    let stalls = Instants::stall_at(3, clock, Duration::from_secs(200));
    let _engine = desk.engine(&desk.world.store, &Arc::new(stalls));
    desk.world.event("c").await;
    desk.world.pass(Duration::from_secs(600)).await;
    assert_eq!(desk.status().await, DeliveryStatus::Delivered);
    assert_eq!(
        desk.helpdesk.steps(),
        ["look up", "look up", "create", "note"],
        "no ticket under a lease that had ended"
    );
}

#[tokio::test]
async fn a_run_that_lost_its_lease_is_broken_off() {
    let desk = Desk::new(Duration::from_secs(50)).await;
    let _engine = desk.engine(&desk.world.store, &Arc::default());
    desk.world.event("c").await;
    desk.world.settle().await;
    assert_eq!(desk.helpdesk.steps(), ["look up"]);
    let delivery = desk.world.deliveries(&desk.target).await.remove(0);
    // As if another node had it: under a lease that this one does not know.
    let now = desk.world.clock.now();
    let stolen = Saved {
        id: delivery.id,
        lease: Lease::alone(now.plus(Limits::default().lease)),
        lease_for: Duration::from_secs(400),
        attempt: None,
        state: None,
        ticket: None,
    };
    assert!(desk.world.store.save(stolen, now).await.unwrap().is_some());
    desk.world.pass(Duration::from_secs(200)).await;
    assert_eq!(
        desk.helpdesk.steps(),
        ["look up"],
        "the next step is not taken"
    );
    assert!(desk.record().await.is_empty());
    desk.world.pass(Duration::from_secs(800)).await;
    assert_eq!(
        desk.status().await,
        DeliveryStatus::Delivered,
        "when that lease has ended"
    );
    assert_eq!(desk.helpdesk.seen.lock().unwrap().created, 1);
}

#[tokio::test]
async fn the_rate_is_that_of_all_calls_together() {
    let world = World::new().await;
    let of_three_a_second = |target: &mut Target| {
        connector(target);
        target.rate_limit = Some(RateLimit { per_second: 3 });
    };
    let desk = Desk {
        target: world.webhook("", of_three_a_second).await,
        helpdesk: Helpdesk::new(Arc::clone(&world.clock), Duration::from_millis(40)),
        world,
    };
    let _engine = desk.engine(&desk.world.store, &Arc::default());
    desk.world.events(10).await;
    desk.world.pass(Duration::from_secs(60)).await;
    let times = desk.helpdesk.seen.lock().unwrap().times.clone();
    assert_eq!(times.len(), 30);
    for from in &times {
        let within = times.iter().filter(|at| (*from..from + 1000).contains(at));
        assert!(within.count() <= 3, "{times:?}");
    }
    assert!(times[29] - times[0] < 15_000, "the rate is used: {times:?}");
    for delivery in desk.world.deliveries(&desk.target).await {
        assert_eq!(delivery.status, DeliveryStatus::Delivered);
    }
}
