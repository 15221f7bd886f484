//! `rate_limit`: never more requests in any one second.

use std::time::Duration;

use claimwire_engine::Clock;
use claimwire_model::target::RateLimit;

use crate::world::World;
use crate::world::sender::Reply;

const URL: &str = "https://answers.example/hook";

/// When each request went out, the first at 0.
fn times(world: &World) -> Vec<i64> {
    let at: Vec<i64> = world
        .sender
        .seen()
        .iter()
        .map(|s| s.at.as_millis())
        .collect();
    let first = at.first().copied().unwrap_or(0);
    at.iter().map(|at| at - first).collect()
}

fn most_in_a_second(at: &[i64]) -> usize {
    let within = |from: &i64| {
        at.iter()
            .filter(|t| (*from..from + 1000).contains(t))
            .count()
    };
    at.iter().map(within).max().unwrap_or(0)
}

async fn limited(per_second: u32) -> World {
    let world = World::new().await;
    world
        .webhook(URL, |w| w.rate_limit = Some(RateLimit { per_second }))
        .await;
    world
}

#[tokio::test]
async fn never_more_in_any_second_and_no_less() {
    let world = limited(10).await;
    let _engine = world.engine();
    world.settle().await;
    world.events(25).await;
    world.pass(Duration::from_millis(1500)).await;
    world.events(25).await;
    world.pass(Duration::from_secs(60)).await;
    let at = times(&world);
    assert_eq!(at.len(), 50);
    assert!(most_in_a_second(&at) <= 10, "{at:?}");
    assert!(at[49] < 5000, "the limit is used: {at:?}");
}

#[tokio::test]
async fn never_more_though_answers_are_slow_and_attempts_fail() {
    for seed in 1..=20_u64 {
        let per_second = u32::try_from(1 + seed % 7).unwrap();
        let world = limited(per_second).await;
        world.sender.script(move |seen| {
            let chance = (seen.at.as_millis().unsigned_abs() + u64::from(seen.attempt)) * seed % 97;
            match chance % 4 {
                0 => Reply::Late(Duration::from_millis(chance * 20), 200),
                1 => Reply::Late(Duration::from_millis(chance), 500),
                _ => Reply::Status(200),
            }
        });
        let _engine = world.engine();
        for burst in 0..5 {
            world.events(8).await;
            world
                .pass(Duration::from_millis(130 * (burst + seed)))
                .await;
        }
        world.pass(Duration::from_secs(3600)).await;
        let at = times(&world);
        assert!(at.len() >= 40, "seed {seed}: {}", at.len());
        let most = most_in_a_second(&at);
        assert!(
            most <= usize::try_from(per_second).unwrap(),
            "seed {seed}: {most}"
        );
    }
}

#[tokio::test]
async fn a_restart_does_not_begin_a_new_second() {
    let world = limited(5).await;
    let first = world.engine();
    world.pass(Duration::from_secs(5)).await;
    world.events(9).await;
    world.settle().await;
    assert_eq!(world.sender.seen().len(), 5);
    drop(first);
    let _second = world.engine();
    world.pass(Duration::from_secs(10)).await;
    let at = times(&world);
    assert!(at.len() >= 9 && most_in_a_second(&at) <= 5, "{at:?}");
    assert!(world.clock.now().as_millis() > 0);
}
