//! A marketing tool: its connector as it is, its fake with its real limits, and a sender that fails when it is told to.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use claimwire_engine::{Clock, Engine, Limits};
use claimwire_model::connector::Connector;
use claimwire_model::event::Fact;
use claimwire_model::target::{RateLimit, TargetKind};
use claimwire_model::{PerformedBy, Target, Timestamp};
use claimwire_store::{Commit, Subjects as _};
use claimwire_testkit::Reply;
use claimwire_testkit::marketing::{Asked, HubSpot, Klaviyo, Vendor as Fake};
use claimwire_wire::driver::{Driver, Drivers, Input, Step};
use claimwire_wire::send::{Answer, Request, SendError, SendErrorKind, Sender};
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use super::World;
use super::clock::ManualClock;

/// A tool that takes batches.
#[derive(Debug, Clone, Copy)]
pub struct Tool {
    pub kind: &'static str,
    /// Where one event goes.
    pub alone: &'static str,
    /// Where many go.
    pub together: &'static str,
    /// So many requests of the first kind in so many seconds, and of the second.
    limits: [(usize, u64); 2],
}

pub const VENDORS: [Tool; 2] = [
    Tool {
        kind: "klaviyo",
        alone: "/api/events",
        together: "/api/event-bulk-create-jobs",
        limits: [(3500, 60), (150, 60)],
    },
    Tool {
        kind: "hubspot",
        alone: "/events/v3/send",
        together: "/events/v3/send/batch",
        limits: [(100, 10), (100, 10)],
    },
];

/// How its connector sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Batches,
    /// As a connector without batches.
    Alone,
}

/// What comes of a request.
pub enum Came {
    /// This, and nothing is taken.
    Reply(Reply),
    /// It does not get there.
    Before(SendErrorKind),
    /// It is taken, and the answer is lost.
    Lost(SendErrorKind),
    /// It is taken, and never answered.
    Never,
}

type Failure = (&'static str, fn() -> Came);

pub struct Marketing {
    pub target: Arc<Target>,
    tool: Tool,
    shape: Shape,
    at: Arc<At>,
}

/// The tool, as a sender sees it.
struct At {
    tool: Tool,
    clock: Arc<ManualClock>,
    state: Mutex<State>,
}

struct State {
    fake: Box<dyn Counts>,
    failures: VecDeque<Failure>,
    /// Requests that hold this are answered with that.
    refuses: Option<String>,
    refuses_with: u16,
    calls: Vec<(Timestamp, &'static str)>,
    refused: usize,
    /// The ids that got there, and how many of a call for several had been there before.
    ids: HashSet<String>,
    repeated: usize,
}

/// A fake that tells how many events it has.
trait Counts: Fake {
    fn count(&self) -> usize;
}

impl Counts for Klaviyo {
    fn count(&self) -> usize {
        self.events.len()
    }
}

impl Counts for HubSpot {
    fn count(&self) -> usize {
        self.events.len()
    }
}

struct Singly(&'static dyn claimwire_connectors::Vendor);

impl Driver for Singly {
    fn step(&self, input: &Input<'_>) -> Step {
        self.0.step(input)
    }

    fn hides(&self, target: &Target, header: &str) -> bool {
        self.0.hides(target, header)
    }
}

impl Marketing {
    pub async fn new(world: &World, tool: Tool, shape: Shape) -> Self {
        let vendor = claimwire_connectors::vendor(tool.kind).unwrap();
        let about = vendor.about();
        let target = world
            .webhook("", |target| {
                let (settings, credentials) = match tool.kind {
                    "klaviyo" => (json!({}), json!({"api_key": "pk_test"})),
                    _ => (
                        json!({"portal_id": "123"}),
                        json!({"access_token": "pat-test"}),
                    ),
                };
                target.kind = TargetKind::Connector(Connector {
                    vendor: tool.kind.to_owned(),
                    settings: to_raw_value(&settings).unwrap(),
                    credentials: to_raw_value(&credentials).unwrap(),
                    hook_token: String::new(),
                });
                target.rate_limit = about.per_second.map(|per_second| RateLimit { per_second });
                target.timeout_seconds = about.timeout_seconds;
            })
            .await;
        let fake: Box<dyn Counts> = match tool.kind {
            "klaviyo" => Box::new(Klaviyo::default()),
            _ => {
                let mut hubspot = HubSpot::default();
                let names = ["claim_id", "customer", "description"];
                let names = names.map(str::to_owned).to_vec();
                let name = "pe123_karla_claim_created".to_owned();
                hubspot.definitions.insert(name, names);
                Box::new(hubspot)
            }
        };
        let at = At {
            tool,
            clock: Arc::clone(&world.clock),
            state: Mutex::new(State {
                fake,
                failures: VecDeque::new(),
                refuses: None,
                refuses_with: 400,
                calls: Vec::new(),
                refused: 0,
                ids: HashSet::new(),
                repeated: 0,
            }),
        };
        Self {
            target,
            tool,
            shape,
            at: Arc::new(at),
        }
    }

    pub fn engine(&self, world: &World) -> Engine {
        let vendor = claimwire_connectors::vendor(self.tool.kind).unwrap();
        let driver: Arc<dyn Driver> = match self.shape {
            Shape::Batches => Arc::new(vendor),
            Shape::Alone => Arc::new(Singly(vendor)),
        };
        let hour = Duration::from_secs(60 * 60);
        let limits = Limits {
            replay_every: hour,
            prune_every: hour,
            ..Limits::default()
        };
        let drivers = Drivers::default().with(self.tool.kind, driver);
        world.engine_of(world.store.clone(), self.at.clone(), drivers, limits)
    }

    /// Commits an event of a customer with this address; empty: without one.
    pub async fn event(&self, world: &World, email: &str) {
        self.events(world, &[email.to_owned()]).await;
    }

    /// Commits many.
    pub async fn events(&self, world: &World, emails: &[String]) {
        self.events_by(world, emails, |_| PerformedBy::default())
            .await;
    }

    /// Commits many, each by someone, by its place in a commit.
    pub async fn events_by(
        &self,
        world: &World,
        emails: &[String],
        by: impl Fn(usize) -> PerformedBy,
    ) {
        for emails in emails.chunks(100) {
            let facts = emails.iter().enumerate().map(|(n, email)| {
                let data = json!({"claim_id": format!("{email}{n}"), "customer": {"email": email}});
                Fact {
                    given_id: None,
                    r#ref: "claims/created".to_owned(),
                    event_group: Some("claim_created".to_owned()),
                    triggered_at: world.clock.now(),
                    subject: None,
                    event_data: RawValue::from_string(data.to_string()).unwrap().into(),
                    context: None,
                    changes: None,
                    performed_by: by(n),
                    posted: true,
                }
            });
            let commit = Commit {
                shop: Arc::clone(&world.shop),
                now: world.clock.now(),
                writes: Vec::new(),
                facts: facts.collect(),
                images: Vec::new(),
                letters: Vec::new(),
                idempotency: None,
            };
            world.store.commit(commit).await.unwrap();
        }
    }

    /// The next request there gets this.
    pub fn fails_once(&self, path: &'static str, came: fn() -> Came) {
        self.state().failures.push_back((path, came));
    }

    /// Requests that hold this text are refused.
    pub fn refuses(&self, text: &str) {
        self.state().refuses = Some(text.to_owned());
    }

    /// With this status.
    pub fn refuses_with(&self, status: u16) {
        self.state().refuses_with = status;
    }

    /// Where each call for events went.
    pub fn calls(&self) -> Vec<&'static str> {
        let state = self.state();
        state.calls.iter().map(|(_, path)| *path).collect()
    }

    /// Events that it took.
    pub fn taken(&self) -> usize {
        self.state().fake.count()
    }

    /// Calls beyond its limits.
    pub fn refused(&self) -> usize {
        self.state().refused
    }

    /// Events of calls for several that it had been sent before.
    pub fn repeated(&self) -> usize {
        self.state().repeated
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.at.state.lock().unwrap()
    }
}

impl At {
    /// What it answers; none: never.
    fn take(&self, request: &Request) -> Option<Result<Answer, SendError>> {
        let url = request.url.split("://").nth(1).unwrap();
        let path = &url[url.find('/').unwrap()..];
        let routes = [self.tool.alone, self.tool.together];
        let route = routes.iter().position(|route| *route == path);
        let mut state = self.state.lock().unwrap();
        if let Some(route) = route {
            let (most, seconds) = self.tool.limits[route];
            let now = self.clock.now();
            let since = |at: &Timestamp| now.since(*at) < Duration::from_secs(seconds);
            let before = state
                .calls
                .iter()
                .filter(|(at, path)| *path == routes[route] && since(at));
            let before = before.count();
            state.calls.push((now, routes[route]));
            if before >= most {
                state.refused += 1;
                return Some(answered(Reply::status(429).with_header("Retry-After", "1")));
            }
        }
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let refuses = state
            .refuses
            .as_ref()
            .is_some_and(|text| body.contains(text));
        if route.is_some() && refuses {
            return Some(answered(Reply::status(state.refuses_with)));
        }
        let is_next = state.failures.front().is_some_and(|(at, _)| *at == path);
        let failure = is_next.then(|| state.failures.pop_front()).flatten();
        let failure = failure.map(|(_, came)| came());
        let fails = |kind| {
            Err(SendError {
                kind,
                detail: "scripted".to_owned(),
            })
        };
        match failure {
            Some(Came::Reply(reply)) => return Some(answered(reply)),
            Some(Came::Before(kind)) => return Some(fails(kind)),
            _ => {}
        }
        if let Some(route) = route {
            let new = ids(&body).filter(|id| state.ids.insert(id.clone())).count();
            let together = routes[route] == self.tool.together;
            state.repeated += usize::from(together) * (ids(&body).count() - new);
        }
        let headers = Vec::from(request.headers.clone());
        let reply = state.fake.answer(Asked {
            method: request.method.as_str(),
            path,
            headers: &headers,
            body: &request.body,
        });
        match failure {
            Some(Came::Lost(kind)) => Some(fails(kind)),
            Some(Came::Never) => None,
            _ => Some(answered(reply)),
        }
    }
}

/// The ids by which the vendor knows an event again.
fn ids(body: &str) -> impl Iterator<Item = String> {
    let parts = body.split("\"unique_id\":\"").skip(1);
    let parts = parts.chain(body.split("\"uuid\":\"").skip(1));
    parts.map(|rest| rest[..rest.find('"').unwrap()].to_owned())
}

fn answered(reply: Reply) -> Result<Answer, SendError> {
    let (status, headers, body) = reply.parts().unwrap();
    Ok(Answer {
        status,
        headers: headers.into(),
        body,
    })
}

#[async_trait]
impl Sender for At {
    async fn send(&self, request: Request) -> Result<Answer, SendError> {
        let came = self.take(&request);
        // As on a network, others go on meanwhile.
        tokio::task::yield_now().await;
        match came {
            Some(came) => came,
            None => std::future::pending().await,
        }
    }

    fn check_url(&self, url: &str) -> Result<String, SendError> {
        Ok(url.to_owned())
    }
}
