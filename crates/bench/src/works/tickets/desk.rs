//! A helpdesk on loopback, with the photos' host beside it, that knows how long it took itself.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use claimwire_testkit::helpdesk::{Fake, Zendesk};
use claimwire_testkit::{Received, Receiver, Reply};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::clock;

/// Bytes of a photo.
const PHOTO: usize = 200_000;
/// A ticket that is not there by then will not be.
const MADE_WITHIN: Duration = Duration::from_secs(30);

/// The vendor.
pub(super) struct VendorDesk {
    receiver: Receiver,
    shared: Arc<Shared>,
}

struct Shared {
    fake: Fake,
    photo: Bytes,
    times: Mutex<Times>,
    made: Notify,
}

/// Of one claim, in nanoseconds of [`clock::now`].
#[derive(Default)]
struct Times {
    began: u64,
    ended: u64,
    /// Spent between a whole request and its answer.
    vendor: u64,
    calls: u32,
}

/// How long a ticket took, in nanoseconds.
pub(super) struct Took {
    /// From before the claim's request to after the vendor made the ticket.
    pub(super) all: u64,
    /// Of that the vendor's and the photos' host's.
    pub(super) vendor: u64,
}

impl VendorDesk {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let mut photo = b"\x89PNG\r\n\x1a\n".to_vec();
        photo.resize(PHOTO, 7);
        let shared = Arc::new(Shared {
            fake: Fake::new(Zendesk::default()),
            photo: photo.into(),
            times: Mutex::default(),
            made: Notify::new(),
        });
        let answering = Arc::clone(&shared);
        let receiver = Receiver::start_with(move |received| answering.answer(received));
        let receiver = receiver.await.context("no port for the helpdesk")?;
        Ok(Self { receiver, shared })
    }

    /// What makes a connector to it.
    pub(super) fn connector(&self) -> Value {
        let (endpoint, email) = (self.receiver.url(""), "agent@shop.example");
        json!({
            "kind": "zendesk", "settings": {"endpoint": endpoint, "email": email},
            "credentials": {"api_token": "zendesk-secret"},
        })
    }

    /// A photo of a claim; no two have the same address.
    pub(super) fn photo(&self, claim: u32, number: usize) -> String {
        self.receiver.url(&format!("/photos/{claim}/{number}.png"))
    }

    /// The next claim begins.
    pub(super) fn begin(&self) {
        *self.shared.times() = Times {
            began: clock::now(),
            ..Times::default()
        };
    }

    /// Waits for the ticket of the claim of this number.
    pub(super) async fn ticket(&self, number: u32) -> anyhow::Result<Took> {
        let made = async {
            while self.shared.tickets() <= number as usize {
                self.shared.made.notified().await;
            }
        };
        let late = || format!("claim {number} became no ticket within {MADE_WITHIN:?}");
        timeout(MADE_WITHIN, made).await.with_context(late)?;
        let times = self.shared.times();
        Ok(Took {
            all: times.ended.saturating_sub(times.began),
            vendor: times.vendor,
        })
    }

    /// Requests for the last claim, those for its photos too.
    pub(super) fn calls_of_one(&self) -> f64 {
        f64::from(self.shared.times().calls)
    }

    /// Tickets so far.
    pub(super) fn tickets(&self) -> f64 {
        self.shared.tickets() as f64
    }
}

impl Shared {
    fn answer(&self, received: &Received) -> Reply {
        let began = clock::now();
        let reply = match received.path.starts_with("/photos/") {
            true => Reply::status(200).with_body(self.photo.clone()),
            false => self.fake.answer(received),
        };
        let mut times = self.times();
        times.ended = clock::now();
        times.vendor += times.ended - began;
        times.calls += 1;
        drop(times);
        self.made.notify_one();
        reply
    }

    fn tickets(&self) -> usize {
        self.fake.with(|desk| desk.tickets.len())
    }

    fn times(&self) -> MutexGuard<'_, Times> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
