//! Limits hold, and nobody eats up what another needs.

use std::time::Duration;

use claimwire_engine::Limits;

use crate::world::World;
use crate::world::sender::Reply;

const HANGS: &str = "https://hangs.example/hook";
const ANSWERS: &str = "https://answers.example/hook";

#[tokio::test]
async fn one_that_hangs_does_not_delay_another() {
    let world = World::new().await;
    world.webhook(HANGS, |_| {}).await;
    world.webhook(ANSWERS, |_| {}).await;
    world.sender.script(|seen| {
        if seen.url == HANGS {
            Reply::Hangs
        } else {
            Reply::Status(200)
        }
    });
    // So small that the one that hangs fills all of it.
    let limits = Limits {
        in_flight: 8,
        queued_bytes: 4096,
        takes_at_once: 1,
        ..Limits::default()
    };
    let _engine = world.engine_with(limits);
    world.settle().await;
    for n in 0..100 {
        world.event(&format!("c{n}")).await;
        world
            .until("the neighbour has it", || {
                world.sender.to(ANSWERS).len() == n + 1
            })
            .await;
    }
    assert!(world.sender.most_at_once(HANGS) <= 8);
    world.sender.script(|_| Reply::Status(200));
    world.sender.let_go();
    world
        .until("all delivered", || world.sender.to(HANGS).len() == 100)
        .await;
}

/// Of ten webhooks that hang, each hears of the same events.
#[tokio::test]
async fn an_event_is_in_memory_once_however_many_hear_of_it() {
    let world = World::new().await;
    for n in 0..10 {
        let url = format!("{HANGS}/{n}");
        world.webhook(&url, |w| w.max_in_flight = 4).await;
    }
    world.sender.script(|_| Reply::Hangs);
    // Two events and what their deliveries take are just below it.
    let limits = Limits {
        queued_bytes: 64 * 1024,
        ..Limits::default()
    };
    let _engine = world.engine_with(limits);
    world.settle().await;
    let large = |n: usize| format!("{n}{}", "x".repeat(10_000));
    for round in [0, 1] {
        let before = world.sender.count(None);
        for n in 0..4 {
            world.event(&large(10 * round + n)).await;
            world.settle().await;
        }
        assert_eq!(world.sender.count(None), before + 20, "two go to each");
        while world.sender.count(None) < before + 40 {
            world.sender.let_go();
            world.settle().await;
        }
        world.sender.let_go();
        world.settle().await;
    }
}

#[tokio::test]
async fn no_more_at_once_than_allowed_and_no_less() {
    let world = World::new().await;
    let webhook = world.webhook(HANGS, |w| w.max_in_flight = 7).await;
    world.sender.script(|_| Reply::Hangs);
    let _engine = world.engine();
    world.settle().await;
    world.events(500).await;
    world.settle().await;
    assert_eq!(world.sender.seen().len(), 7);
    world.update(&webhook, |w| w.max_in_flight = 9).await;
    world.settle().await;
    assert_eq!(world.sender.seen().len(), 9);
    while world.sender.seen().len() < 500 {
        let before = world.sender.seen().len();
        world.sender.let_go();
        world
            .until("the next begin", || world.sender.seen().len() > before)
            .await;
        world.settle().await;
    }
    assert_eq!(world.sender.most_at_once(HANGS), 9);
}

#[tokio::test]
async fn a_delivery_whose_lease_ended_in_the_queue_is_not_sent_under_it() {
    let world = World::new().await;
    let webhook = world.webhook(HANGS, |w| w.max_in_flight = 1).await;
    world.sender.script(|_| Reply::Hangs);
    let _engine = world.engine();
    world.settle().await;
    world.events(2).await;
    world.pass(Duration::from_secs(119)).await;
    world.sender.script(|_| Reply::Status(200));
    world.sender.let_go();
    world.pass(Duration::from_secs(2)).await;
    assert_eq!(world.sender.seen().len(), 2);
    for delivery in world.deliveries(&webhook).await {
        assert_eq!(delivery.attempt_count, 1);
    }
}

/// One shop has a thousand webhooks that hang and fills all that there is; the other has one.
#[tokio::test]
async fn a_shop_with_a_thousand_that_hang_does_not_delay_another() {
    let crowd = World::new().await;
    let other = crowd.beside("other").await;
    for n in 0..1000 {
        let url = format!("{HANGS}/{n}");
        crowd.webhook(&url, |_| {}).await;
    }
    other.webhook(ANSWERS, |w| w.max_in_flight = 8).await;
    crowd.sender.script(|_| Reply::Hangs);
    let limits = Limits {
        in_flight: 1500,
        takes_at_once: 1,
        ..Limits::default()
    };
    let _engine = crowd.engine_with(limits);
    crowd.settle().await;
    crowd.events(4).await;
    crowd
        .until("the engine is full", || crowd.sender.count(None) >= 1500)
        .await;

    other.events(20).await;
    other
        .until("all its slots are used", || {
            other.sender.count(Some(ANSWERS)) == 8
        })
        .await;
    crowd.sender.script(|seen| {
        if seen.url == ANSWERS {
            Reply::Status(200)
        } else {
            Reply::Hangs
        }
    });
    let mut before = 20;
    other.settle().await;
    other.sender.let_go();
    for n in 0..50 {
        other.event(&format!("late{n}")).await;
        before += 1;
        other
            .until("it has it, the clock standing still", || {
                other.sender.count(Some(ANSWERS)) == before
            })
            .await;
    }
    assert!(crowd.sender.count(None) < 2 * 1500 + 1001);
}

#[tokio::test]
async fn fifty_of_a_hundred_that_hang_do_not_delay_the_others() {
    let world = World::new().await;
    for n in 0..50 {
        world.webhook(&format!("{HANGS}/{n}"), |_| {}).await;
        world.webhook(ANSWERS, |_| {}).await;
    }
    world.sender.script(|seen| {
        if seen.url == ANSWERS {
            Reply::Status(200)
        } else {
            Reply::Hangs
        }
    });
    let _engine = world.engine();
    world.settle().await;
    for n in 1..=60 {
        world.event(&format!("c{n}")).await;
        world
            .until("the fifty have it, the clock standing still", || {
                world.sender.count(Some(ANSWERS)) == 50 * n
            })
            .await;
    }
    assert!(world.sender.most_at_once(&format!("{HANGS}/0")) <= 32);
}
