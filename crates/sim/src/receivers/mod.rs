//! The receivers: which behaviour each URL has, and what it answers. Vendors among them keep the tickets that
//! they made.

mod answer;
mod behaviour;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use claimwire_wire::send::{Answer, Request, SendError, SendErrorKind, Sender};

use crate::bulk::is_refused;
use crate::chance::Chance;
use crate::clock::WallClock;
use crate::context::Context;
use crate::process::Process;
use crate::trace::{RequestNo, TraceEvent};
use crate::vendor::{CLAIM_HEADER, CREATE, FOUND, LOOK_AGAIN, LOOK_UP, STEP_HEADER};

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
    /// Whose claims have a ticket: by URL.
    tickets: BTreeSet<(String, String)>,
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

/// Of a hundred requests without an answer, those that did what they ask for.
const DONE_UNHEARD: u64 = 50;

impl Receivers {
    /// Does what a vendor is asked for, if it does.
    fn done(&self, request: &Request, reply: Reply) -> bool {
        use SendErrorKind::{Closed, Protocol, Timeout};
        let done = match reply {
            Reply::Status(200..=299) => true,
            Reply::Fails(Timeout | Closed | Protocol) => self.chance.percent(DONE_UNHEARD),
            _ => false,
        };
        if let (true, Some(CREATE), Some(claim)) = (done, step(request), claim(request)) {
            let ticket = (request.url.clone(), claim.to_owned());
            self.endpoints().tickets.insert(ticket);
        }
        done
    }

    /// Whether it is a look that finds a ticket.
    fn finds(&self, request: &Request) -> bool {
        let ticket = claim(request).map(|claim| (request.url.clone(), claim.to_owned()));
        matches!(step(request), Some(LOOK_UP | LOOK_AGAIN))
            && ticket.is_some_and(|ticket| self.endpoints().tickets.contains(&ticket))
    }
}

fn step(request: &Request) -> Option<&str> {
    header(request, STEP_HEADER)
}

fn claim(request: &Request) -> Option<&str> {
    header(request, CLAIM_HEADER)
}

fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers.get(name)
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
        let reply = match reply {
            Reply::Status(200..=299) if is_refused(&request) => Reply::Status(400),
            reply => reply,
        };
        let arrives = time.now()
            + self
                .receivers
                .chance
                .below(after.min(ARRIVES_WITHIN_MS) + 1);
        let request = Arc::new(request);
        self.context.history.note(TraceEvent::Started {
            request_no,
            process: self.process.no,
            told: self.wall.shows(),
            arrives,
            ends: time.now() + after,
            request: Arc::clone(&request),
        });
        // At once: what arrives after a later look is found by none.
        if step(&request).is_some() && self.receivers.done(&request, reply) {
            self.context.history.note(TraceEvent::Done(request_no));
        }
        let mut sent = Sent {
            network: self,
            request_no,
            ended: false,
        };
        time.nap(after).await;
        self.process.pass().await;
        sent.ended = true;

        let mut came = reply.answer(time.now());
        if let Ok(answer) = &mut came
            && self.receivers.finds(&request)
        {
            answer.body = Bytes::from_static(FOUND);
        }
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
