//! Where spans are put by those who have no time.

use std::time::SystemTime;

use claimwire_wire::trace::{Span, SpanSink};
use metrics::{Counter, counter};
use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::sync::mpsc;

use super::export::DROPPED;

/// A queue before the exporter.
#[derive(Debug)]
pub struct Queued {
    queue: mpsc::Sender<Span>,
    random: SystemRandom,
    full: Counter,
}

impl Queued {
    /// With room for so many.
    pub fn new(room: usize) -> (Self, mpsc::Receiver<Span>) {
        let (queue, spans) = mpsc::channel(room);
        let sink = Self {
            queue,
            random: SystemRandom::new(),
            full: counter!(DROPPED, "reason" => "queue_full"),
        };
        (sink, spans)
    }
}

impl SpanSink for Queued {
    fn now(&self) -> u64 {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        since.map_or(0, |since| {
            u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
        })
    }

    fn random(&self) -> [u8; 16] {
        random(&self.random)
    }

    fn record(&self, span: Span) {
        if self.queue.try_send(span).is_err() {
            self.full.increment(1);
        }
    }
}

/// Where nothing is recorded, and receivers are told nevertheless.
#[derive(Debug)]
pub struct Nobody;

impl SpanSink for Nobody {
    fn now(&self) -> u64 {
        0
    }

    fn random(&self) -> [u8; 16] {
        random(&SystemRandom::new())
    }

    fn record(&self, _: Span) {}
}

/// Should the system give none, the id is the same for all: their spans are confused, and nothing else is.
fn random(random: &SystemRandom) -> [u8; 16] {
    let mut bytes = [0; 16];
    let _ = random.fill(&mut bytes);
    if bytes.ends_with(&[0; 8]) {
        bytes = [1; 16];
    }
    bytes
}
