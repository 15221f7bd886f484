//! Several deliveries in one call, at the fake Klaviyo and HubSpot with their real limits.

use std::time::Duration;

use claimwire_engine::Clock as _;
use claimwire_model::delivery::{Delivery, DeliveryStatus};
use claimwire_testkit::Reply;
use claimwire_wire::send::SendErrorKind;

use crate::world::World;
use crate::world::marketing::{Came, Marketing, Shape, VENDORS};

const MINUTES: Duration = Duration::from_secs(600);

fn bad(n: usize) -> String {
    format!("bad{n}@example.com")
}

fn good(n: usize) -> String {
    format!("c{n}@example.com")
}

async fn all_delivered(world: &World, marketing: &Marketing) -> Vec<Delivery> {
    let deliveries = world.deliveries(&marketing.target).await;
    for delivery in &deliveries {
        assert_eq!(delivery.status, DeliveryStatus::Delivered, "{delivery:?}");
    }
    deliveries
}

#[tokio::test]
async fn a_backlog_drains_in_few_calls_and_a_lone_event_goes_at_once() {
    for vendor in VENDORS {
        let world = World::new().await;
        let marketing = Marketing::new(&world, vendor, Shape::Batches).await;
        let _engine = marketing.engine(&world);
        // Until then an engine before this one may have used up the rate.
        world.pass(Duration::from_secs(2)).await;
        marketing.event(&world, &good(0)).await;
        world.settle().await;
        assert_eq!(marketing.calls(), [vendor.alone], "at once, and alone");

        world.pass(Duration::from_secs(2)).await;
        let emails: Vec<String> = (1..=2500).map(good).collect();
        marketing.events(&world, &emails).await;
        world.pass(MINUTES).await;
        assert_eq!(marketing.taken(), 2501, "{}", vendor.kind);
        let calls = marketing.calls();
        let batches = calls.iter().filter(|path| **path == vendor.together);
        assert!(batches.count() <= 15, "{calls:?}");
        assert!(calls.len() <= 150, "{calls:?}");
        assert_eq!(marketing.refused(), 0, "the vendor's limits are kept");
        let deliveries = all_delivered(&world, &marketing).await;
        let mut in_batches = 0;
        for delivery in deliveries.iter().step_by(50) {
            let attempts = world.attempts(delivery).await;
            assert_eq!(attempts.len(), 1, "each has its own attempt on record");
            let step = attempts[0].step.as_deref().unwrap();
            assert!(step == "event" || step.starts_with("events ("), "{step}");
            in_batches += usize::from(step != "event");
        }
        assert!(in_batches > 30, "{in_batches}");
    }
}

#[tokio::test]
async fn few_that_wait_go_one_by_one() {
    let world = World::new().await;
    let marketing = Marketing::new(&world, VENDORS[0], Shape::Batches).await;
    let _engine = marketing.engine(&world);
    world.settle().await;
    let emails: Vec<String> = (0..50).map(good).collect();
    marketing.events(&world, &emails).await;
    world.pass(MINUTES).await;
    assert_eq!(marketing.calls(), ["/api/events"; 50]);
}

#[tokio::test]
async fn an_answer_for_all_of_them_is_each_ones_own() {
    let failures: [fn() -> Came; 4] = [
        || Came::Reply(Reply::status(429).with_header("Retry-After", "30")),
        || Came::Reply(Reply::status(500)),
        || Came::Before(SendErrorKind::Timeout),
        || Came::Lost(SendErrorKind::Timeout),
    ];
    for vendor in VENDORS {
        for (case, failure) in failures.into_iter().enumerate() {
            let world = World::new().await;
            let marketing = Marketing::new(&world, vendor, Shape::Batches).await;
            marketing.fails_once(vendor.together, failure);
            let emails: Vec<String> = (0..200).map(good).collect();
            marketing.events(&world, &emails).await;
            let _engine = marketing.engine(&world);
            world.pass(Duration::from_secs(24 * 3600)).await;
            let case = format!("{} {case}", vendor.kind);
            assert_eq!(marketing.taken(), 200, "{case}: none twice, none lost");
            let deliveries = all_delivered(&world, &marketing).await;
            let twice = deliveries.iter().filter(|one| one.attempt_count == 2);
            assert!(twice.count() > 50, "{case}: each failed by itself");
            assert!(
                deliveries.iter().all(|one| one.attempt_count <= 2),
                "{case}"
            );
        }
    }
}

#[tokio::test]
async fn a_bad_one_costs_the_others_nothing() {
    for vendor in VENDORS {
        let world = World::new().await;
        let marketing = Marketing::new(&world, vendor, Shape::Batches).await;
        marketing.refuses("bad");
        let email = |n| if n == 333 { bad(n) } else { good(n) };
        let emails: Vec<String> = (0..1000).map(email).collect();
        marketing.events(&world, &emails).await;
        let _engine = marketing.engine(&world);
        world.pass(MINUTES).await;
        assert_eq!(marketing.taken(), 999, "{}", vendor.kind);
        let deliveries = world.deliveries(&marketing.target).await;
        let failed = deliveries
            .iter()
            .filter(|one| one.status == DeliveryStatus::Failed);
        let failed: Vec<_> = failed.collect();
        assert_eq!(failed.len(), 1);
        let attempts = world.attempts(failed[0]).await;
        let steps: Vec<_> = attempts
            .iter()
            .filter_map(|one| one.step.as_deref())
            .collect();
        assert_eq!(
            steps.last(),
            Some(&"event"),
            "it heard that alone: {steps:?}"
        );
        assert!((2..=8).contains(&steps.len()), "{steps:?}");
        let is_batch = |step: &str| step.starts_with("events (");
        let batches = attempts
            .iter()
            .filter(|one| one.step.as_deref().is_some_and(is_batch));
        for batch in batches {
            assert_eq!(batch.error.as_deref(), Some("status_400"), "{batch:?}");
        }
        let last = attempts.last().unwrap();
        assert_eq!(last.error.as_deref(), Some("status_400"), "{last:?}");
        assert!(marketing.calls().len() < 100, "{}", marketing.calls().len());
    }
}

#[tokio::test]
async fn a_key_that_is_not_taken_disables_at_the_first_and_fails_no_other() {
    let world = World::new().await;
    let marketing = Marketing::new(&world, VENDORS[0], Shape::Batches).await;
    marketing.refuses("example.com");
    marketing.refuses_with(401);
    let emails: Vec<String> = (0..1000).map(good).collect();
    marketing.events(&world, &emails).await;
    let _engine = marketing.engine(&world);
    world.pass(MINUTES).await;
    let target = world.current(&marketing.target).await;
    assert!(target.health.disabled_reason.is_some());
    let deliveries = world.deliveries(&marketing.target).await;
    let failed = deliveries
        .iter()
        .filter(|one| one.status == DeliveryStatus::Failed);
    let failed = failed.count();
    assert!((1..=32).contains(&failed), "{failed} of 1000 failed");
}

#[tokio::test]
async fn what_needs_no_call_ends_without_one() {
    for vendor in VENDORS {
        let world = World::new().await;
        let marketing = Marketing::new(&world, vendor, Shape::Batches).await;
        let emails: Vec<String> = (0..300)
            .map(|n| if n % 3 == 0 { String::new() } else { good(n) })
            .collect();
        marketing.events(&world, &emails).await;
        let _engine = marketing.engine(&world);
        world.pass(MINUTES).await;
        assert_eq!(marketing.taken(), 200, "{}", vendor.kind);
        let deliveries = world.deliveries(&marketing.target).await;
        let failed: Vec<_> = deliveries
            .iter()
            .filter(|one| one.status == DeliveryStatus::Failed)
            .collect();
        assert_eq!(failed.len(), 100);
        let attempts = world.attempts(failed[50]).await;
        assert_eq!(attempts[0].error.as_deref(), Some("no_email"));
        assert_eq!(attempts[0].step, None);
    }
}

#[tokio::test]
async fn a_crash_between_the_call_and_its_record_makes_no_second_event() {
    for vendor in VENDORS {
        let world = World::new().await;
        let marketing = Marketing::new(&world, vendor, Shape::Batches).await;
        let emails: Vec<String> = (0..600).map(good).collect();
        marketing.events(&world, &emails).await;
        marketing.fails_once(vendor.together, || Came::Never);
        let engine = marketing.engine(&world);
        let took = || marketing.calls().contains(&vendor.together);
        for _ in 0..50 {
            if took() {
                break;
            }
            world.pass(Duration::from_secs(1)).await;
        }
        assert!(took() && marketing.taken() > 50, "{}", vendor.kind);
        drop(engine);
        let _engine = marketing.engine(&world);
        world.pass(MINUTES).await;
        assert_eq!(marketing.taken(), 600, "{}", vendor.kind);
        all_delivered(&world, &marketing).await;
        if vendor.kind == "klaviyo" {
            assert_eq!(marketing.repeated(), 0, "none that may be there in a batch");
        }
    }
}

#[tokio::test]
async fn what_a_crash_left_in_doubt_goes_alone_and_the_rest_in_a_batch() {
    let (world, vendor) = (World::new().await, VENDORS[0]);
    let marketing = Marketing::new(&world, vendor, Shape::Batches).await;
    marketing.fails_once(vendor.alone, || Came::Never);
    let engine = marketing.engine(&world);
    world.pass(Duration::from_secs(2)).await;
    marketing.event(&world, &good(0)).await;
    world.settle().await;
    assert_eq!(marketing.calls(), [vendor.alone]);
    drop(engine);
    let emails: Vec<String> = (1..=300).map(good).collect();
    marketing.events(&world, &emails).await;
    let _engine = marketing.engine(&world);
    world.pass(MINUTES).await;
    assert_eq!((marketing.taken(), marketing.repeated()), (301, 0));
    all_delivered(&world, &marketing).await;
    let calls = marketing.calls();
    let batches = calls.iter().filter(|path| **path == vendor.together);
    assert!(batches.count() >= 1, "{calls:?}");
}

#[tokio::test]
async fn a_key_that_the_vendor_repeats_is_on_no_record() {
    for vendor in VENDORS {
        let world = World::new().await;
        let marketing = Marketing::new(&world, vendor, Shape::Batches).await;
        let echo = || {
            let body =
                r#"{"message": "no pk_test or pat-test", "errors": [{"detail": "no pk_test"}]}"#;
            let reply = Reply::status(422).with_body(body);
            Came::Reply(reply.with_header("X-Echo", "Bearer pat-test, Klaviyo-API-Key pk_test"))
        };
        marketing.fails_once(vendor.alone, echo);
        let _engine = marketing.engine(&world);
        world.pass(Duration::from_secs(2)).await;
        marketing.event(&world, &good(0)).await;
        world.pass(Duration::from_secs(2)).await;
        let deliveries = world.deliveries(&marketing.target).await;
        let attempts = world.attempts(&deliveries[0]).await;
        let record = format!(
            "{attempts:?} {}",
            String::from_utf8_lossy(&attempts[0].response_body)
        );
        let secret = match vendor.kind {
            "klaviyo" => "pk_test",
            _ => "pat-test",
        };
        assert!(record.contains("***"), "{record}");
        assert!(!record.contains(secret), "{record}");
    }
}

/// `cargo test --workspace --test engine -- --ignored --nocapture drain`: `docs/performance.md`.
#[allow(clippy::print_stdout, reason = "its figures are what it is run for")]
#[tokio::test]
#[ignore = "a measurement"]
async fn how_long_10_000_take_to_drain() {
    for vendor in VENDORS {
        for shape in [Shape::Alone, Shape::Batches] {
            let world = World::new().await;
            let marketing = Marketing::new(&world, vendor, shape).await;
            let emails: Vec<String> = (0..10_000).map(good).collect();
            marketing.events(&world, &emails).await;
            let _engine = marketing.engine(&world);
            let began = world.clock.now();
            while marketing.taken() < 10_000 {
                world.pass(Duration::from_secs(1)).await;
            }
            let took = world.clock.now().since(began).as_secs();
            let (calls, refused) = (marketing.calls().len(), marketing.refused());
            println!(
                "{} {shape:?}: {took} s, {calls} calls, {refused} refused",
                vendor.kind
            );
        }
    }
}
