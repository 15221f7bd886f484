//! The receivers: which behaviour each URL has, and what it answers.

mod answer;
mod behaviour;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use claimwire_wire::send::{Answer, Request, SendError, SendErrorKind, Sender};

use crate::chance::Chance;
use crate::clock::WallClock;
use crate::context::Context;
use crate::process::Process;
use crate::trace::{RequestNo, TraceEvent};

pub use answer::Reply;
pub use behaviour::Behaviour;

/// All receivers.
pub struct Receivers {
    chance: Chance,
    longest_quiet_s: u64,
    endpoints: Mutex<Endpoints>,
}

#[derive(Default)]
struct Endpoints {
    behaviours: BTreeMap<String, Behaviour>,
    requests: RequestNo,
}

impl Receivers {
    /// Nobody processes there yet. None of them will ask for more quiet than that.
    #[must_use]
    pub fn new(chance: Chance, longest_quiet_s: u64) -> Arc<Self> {
        Arc::new(Self {
            chance,
            longest_quiet_s,
            endpoints: Mutex::default(),
        })
    }

    fn endpoints(&self) -> std::sync::MutexGuard<'_, Endpoints> {
        self.endpoints
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a receiver.
    pub fn add(&self, url: &str, behaviour: Behaviour) {
        self.endpoints()
            .behaviours
            .insert(url.to_owned(), behaviour);
    }

    fn request_no(&self) -> RequestNo {
        let mut endpoints = self.endpoints();
        endpoints.requests += 1;
        endpoints.requests - 1
    }

    /// How a request is answered, and after how long.
    fn reply(&self, request: &Request, calm: bool) -> (Reply, u64) {
        if calm {
            return (Reply::Status(200), self.chance.between(1, 300));
        }
        let behaviour = self.endpoints().behaviours.get(&request.url).copied();
        let behaviour = behaviour.unwrap_or(Behaviour::Kind);
        let timeout_ms = u64::try_from(request.timeout.as_millis()).unwrap_or(u64::MAX);
        behaviour.reply(&self.chance, timeout_ms, self.longest_quiet_s)
    }
}

/// The way to the receivers from one process of a node.
pub struct Network {
    /// Where to.
    pub receivers: Arc<Receivers>,
    /// Whose requests.
    pub process: Arc<Process>,
    /// What it takes for the time.
    pub wall: Arc<WallClock>,
    /// Where.
    pub context: Arc<Context>,
}

/// A request that was sent and is not answered yet.
struct Sent<'a> {
    network: &'a Network,
    request_no: RequestNo,
    ended: bool,
}

impl Drop for Sent<'_> {
    fn drop(&mut self) {
        if !self.ended && !self.network.process.is_dead() {
            self.network
                .context
                .history
                .note(TraceEvent::CutOff(self.request_no));
        }
    }
}

/// A request arrives at the latest after this.
const ARRIVES_WITHIN_MS: u64 = 240;

#[async_trait]
impl Sender for Network {
    async fn send(&self, request: Request) -> Result<Answer, SendError> {
        if self.process.is_dead() {
            self.process.pass().await;
        }
        let time = &self.context.time;
        let request_no = self.receivers.request_no();
        let (reply, after) = self
            .receivers
            .reply(&request, self.context.faults.is_calm());
        let arrives = time.now()
            + self
                .receivers
                .chance
                .below(after.min(ARRIVES_WITHIN_MS) + 1);
        self.context.history.note(TraceEvent::Started {
            request_no,
            process: self.process.no,
            told: self.wall.shows(),
            arrives,
            ends: time.now() + after,
            request: Arc::new(request),
        });
        let mut sent = Sent {
            network: self,
            request_no,
            ended: false,
        };
        time.nap(after).await;
        self.process.pass().await;
        sent.ended = true;

        let came = reply.answer(time.now());
        self.context.history.note(TraceEvent::Ended {
            request_no,
            status: came.as_ref().ok().map(|answer| answer.status),
            quiet_until: reply.quiet_until(time.now()),
        });
        came
    }

    fn check_url(&self, url: &str) -> Result<String, SendError> {
        let https = url.starts_with("https://").then(|| url.to_owned());
        https.ok_or(SendError {
            kind: SendErrorKind::Url,
            detail: "not https".to_owned(),
        })
    }
}
