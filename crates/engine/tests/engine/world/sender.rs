//! A sender that answers by a script and remembers every request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use claimwire_engine::Clock;
use claimwire_model::Timestamp;
use claimwire_wire::send::{Answer, Request, SendError, SendErrorKind, Sender};
use tokio::sync::Notify;

use super::clock::ManualClock;

/// What the receiver does.
#[derive(Debug, Clone)]
pub enum Reply {
    Status(u16),
    RetryAfter(u16, &'static str),
    Fails(SendErrorKind),
    /// Answers after this time.
    Late(Duration, u16),
    /// Does not answer until [`ScriptedSender::let_go`], then with 200.
    Hangs,
    Panics,
}

/// A request that came in.
#[derive(Debug, Clone)]
pub struct Seen {
    pub at: Timestamp,
    pub url: String,
    pub event: String,
    pub attempt: u32,
    pub body: Bytes,
    pub traceparent: String,
}

type Script = Box<dyn Fn(&Seen) -> Reply + Send + Sync>;

pub struct ScriptedSender {
    clock: Arc<ManualClock>,
    script: Mutex<Script>,
    log: Mutex<Log>,
    gate: Notify,
}

#[derive(Default)]
struct Log {
    seen: Vec<Seen>,
    under_way: HashMap<String, usize>,
    most: HashMap<String, usize>,
}

impl ScriptedSender {
    pub fn new(clock: Arc<ManualClock>) -> Arc<Self> {
        let script: Script = Box::new(|_| Reply::Status(200));
        Arc::new(Self {
            clock,
            script: Mutex::new(script),
            log: Mutex::default(),
            gate: Notify::new(),
        })
    }

    /// From now on answers come from this.
    pub fn script(&self, script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) {
        *self.script.lock().unwrap() = Box::new(script);
    }

    /// Answers all that hang.
    pub fn let_go(&self) {
        self.gate.notify_waiters();
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.log.lock().unwrap().seen.clone()
    }

    /// Requests to a URL.
    pub fn to(&self, url: &str) -> Vec<Seen> {
        self.seen()
            .into_iter()
            .filter(|seen| seen.url == url)
            .collect()
    }

    /// How many requests there were to a URL, or to any.
    pub fn count(&self, url: Option<&str>) -> usize {
        let log = self.log.lock().unwrap();
        let seen = log.seen.iter();
        seen.filter(|seen| url.is_none_or(|url| seen.url == url))
            .count()
    }

    /// How many are under way to a URL.
    pub fn under_way(&self, url: &str) -> usize {
        let log = self.log.lock().unwrap();
        log.under_way.get(url).copied().unwrap_or(0)
    }

    /// How many were under way to a URL at once, at most.
    pub fn most_at_once(&self, url: &str) -> usize {
        self.log.lock().unwrap().most.get(url).copied().unwrap_or(0)
    }
}

struct UnderWay<'a>(&'a ScriptedSender, String);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        *self
            .0
            .log
            .lock()
            .unwrap()
            .under_way
            .entry(self.1.clone())
            .or_default() -= 1;
    }
}

#[async_trait]
impl Sender for ScriptedSender {
    async fn send(&self, request: Request) -> Result<Answer, SendError> {
        let header = |name: &str| request.headers.get(name).unwrap_or_default().to_owned();
        let seen = Seen {
            at: self.clock.now(),
            url: request.url.clone(),
            event: header("claimwire-event-id"),
            attempt: header("claimwire-attempt").parse().unwrap_or(0),
            body: request.body.clone(),
            traceparent: header("traceparent"),
        };
        let reply = (self.script.lock().unwrap())(&seen);
        let _under_way = {
            let mut log = self.log.lock().unwrap();
            let count = log.under_way.entry(seen.url.clone()).or_default();
            *count += 1;
            let count = *count;
            let most = log.most.entry(seen.url.clone()).or_default();
            *most = count.max(*most);
            log.seen.push(seen);
            UnderWay(self, request.url.clone())
        };
        // As on a network, others go on meanwhile.
        tokio::task::yield_now().await;
        let answer = |status, headers: &[(&str, &str)]| {
            Ok(Answer {
                status,
                headers: headers.iter().copied().collect(),
                body: Bytes::from_static(b"ok"),
            })
        };
        match reply {
            Reply::Status(status) => answer(status, &[]),
            Reply::RetryAfter(status, after) => answer(status, &[("Retry-After", after)]),
            Reply::Late(time, status) => {
                self.clock.sleep_until(self.clock.now().plus(time)).await;
                answer(status, &[])
            }
            Reply::Fails(kind) => Err(SendError {
                kind,
                detail: "scripted".to_owned(),
            }),
            Reply::Hangs => {
                self.gate.notified().await;
                answer(200, &[])
            }
            Reply::Panics => panic!("scripted"),
        }
    }

    fn check_url(&self, url: &str) -> Result<String, SendError> {
        Ok(url.to_owned())
    }
}
