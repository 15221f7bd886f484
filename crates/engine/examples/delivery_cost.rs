//! What the engine itself costs for one delivery: a store in memory, and a receiver that answers at once.
//!
//! `cargo build --release -p claimwire-engine --example delivery_cost`, then `perf stat -e instructions:u` or
//! `valgrind --tool=callgrind` with it, once with 20,000 and once with 120,000 deliveries; the
//! difference, divided by 100,000, is what one delivery costs with the store's share.

#![allow(clippy::print_stdout, reason = "it prints what it did")]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use claimwire_engine::{Engine, Limits, Ports, SystemClock, SystemRng};
use claimwire_model::event::Fact;
use claimwire_model::filter::Subscription;
use claimwire_model::target::{Target, TargetKind};
use claimwire_model::webhook::{Secrets, Webhook};
use claimwire_model::{Dialect, PerformedBy, Shop, Timestamp};
use claimwire_store::directory::{NewShop, Once};
use claimwire_store::{Commit, Directory, MemoryStore, Subjects};
use claimwire_wire::driver::{Drivers, NoPhotos};
use claimwire_wire::send::{Answer, Request, SendError, Sender};
use serde_json::value::RawValue;
use tokio::sync::Notify;
use uuid::Uuid;

/// Events in one commit.
const AT_ONCE: u64 = 64;

/// Answers at once.
#[derive(Default)]
struct Receiver {
    count: AtomicU64,
    wanted: AtomicU64,
    done: Notify,
}

#[async_trait]
impl Sender for Receiver {
    async fn send(&self, _: Request) -> Result<Answer, SendError> {
        tokio::task::yield_now().await;
        if self.count.fetch_add(1, Relaxed) + 1 == self.wanted.load(Relaxed) {
            self.done.notify_one();
        }
        Ok(Answer {
            status: 200,
            headers: [("content-length", "2")].into(),
            body: Bytes::from_static(b"ok"),
        })
    }

    fn check_url(&self, url: &str) -> Result<String, SendError> {
        Ok(url.to_owned())
    }
}

fn now() -> Timestamp {
    Timestamp::from(std::time::SystemTime::now())
}

fn webhook(shop: &Shop) -> Target {
    let secrets = Secrets::new("a secret of some length");
    let webhook = Webhook::new("https://receiver.example/hook", secrets);
    Target {
        max_in_flight: 64,
        ..Target::new(
            shop.no,
            Uuid::new_v4(),
            TargetKind::Webhook(webhook),
            Subscription::everything(Dialect::Karla),
            now(),
        )
    }
}

fn fact() -> Result<Fact, Box<dyn Error>> {
    let text = "x".repeat(1400);
    Ok(Fact {
        given_id: None,
        r#ref: "claims/created".to_owned(),
        event_group: Some("claim_created".to_owned()),
        triggered_at: now(),
        subject: None,
        event_data: RawValue::from_string(format!("{{\"description\":\"{text}\"}}"))?.into(),
        context: None,
        changes: None,
        performed_by: PerformedBy::default(),
        posted: true,
    })
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let deliveries: u64 = std::env::args().nth(1).unwrap_or_default().parse()?;
    let store = Arc::new(MemoryStore::new());
    let new = NewShop {
        id: Uuid::new_v4(),
        slug: "s".to_owned(),
        name: "S".to_owned(),
        notification_emails: Vec::new(),
    };
    let Once::Now(shop) = store.create_shop(new, now(), None).await? else {
        return Err("the shop was made before".into());
    };
    store.create_target(webhook(&shop), now(), None).await?;
    let receiver = Arc::new(Receiver::default());
    let (clock, rng) = (SystemClock::new(), SystemRng::new());
    let ports = Ports {
        store: store.clone(),
        sender: receiver.clone(),
        clock: Arc::new(clock),
        rng: Arc::new(rng),
        drivers: Drivers::default(),
        photos: Arc::new(NoPhotos),
        traces: None,
    };
    let engine = Engine::start(ports, Limits::default());
    let fact = fact()?;
    for round in 1..=deliveries / AT_ONCE {
        receiver.wanted.store(round * AT_ONCE, Relaxed);
        let commit = Commit {
            shop: Arc::clone(&shop),
            now: now(),
            writes: Vec::new(),
            facts: vec![fact.clone(); 64],
            images: Vec::new(),
            letters: Vec::new(),
            idempotency: None,
        };
        store.commit(commit).await?;
        receiver.done.notified().await;
    }
    let left = engine.drain(Duration::from_secs(30)).await;
    println!("{} delivered, {left} left", receiver.count.load(Relaxed));
    Ok(())
}
