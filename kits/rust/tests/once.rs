//! The work of an event is done once.
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use claimwire_receive::{Dialect, Memory, Once, OnceError, Received, Seen};

fn received(event_id: &str) -> Received {
    Received {
        event_id: event_id.to_owned(),
        delivery_id: String::new(),
        attempt: 1,
        dialect: Dialect::Standard,
        event: serde_json::Value::Null,
    }
}

#[test]
fn what_failed_may_be_done_again_and_what_was_done_is_let_by() {
    let once = Once::new(Seen::default());
    let calls = AtomicUsize::new(0);
    let event = received("evt_1");
    let failed = once.run(&event, |_| {
        calls.fetch_add(1, Ordering::Relaxed);
        Err("the helpdesk is away")
    });
    assert!(matches!(
        failed,
        Err(OnceError::Work("the helpdesk is away"))
    ));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                once.run(&event, |_| {
                    calls.fetch_add(1, Ordering::Relaxed);
                    Ok::<_, &str>(())
                })
                .unwrap();
            });
        }
    });
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

#[test]
fn what_has_no_id_is_always_done() {
    let once = Once::new(Seen::default());
    let calls = AtomicUsize::new(0);
    for _ in 0..2 {
        once.run(&received(""), |_| {
            calls.fetch_add(1, Ordering::Relaxed);
            Ok::<_, &str>(())
        })
        .unwrap();
    }
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

#[test]
fn the_oldest_are_forgotten() {
    let seen = Seen::new(2);
    for id in ["a", "b", "b", "c"] {
        seen.add(id).unwrap();
    }
    let had = ["a", "b", "c"].map(|id| seen.has(id).unwrap());
    assert_eq!(had, [false, true, true]);
}
