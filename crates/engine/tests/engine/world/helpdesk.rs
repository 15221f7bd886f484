//! A vendor that takes tickets, as a sender sees it, and the driver of three steps that makes them: it looks
//! the ticket up, creates it if it is not there, and puts a note on it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use claimwire_engine::Clock;
use claimwire_model::Target;
use claimwire_model::connector::Connector;
use claimwire_model::delivery::SavedState;
use claimwire_model::target::TargetKind;
use claimwire_model::verdict::Ending;
use claimwire_wire::driver::{Call, Driver, Drivers, End, Input, Last, Step};
use claimwire_wire::send::{Answer, Method, Request, SendError, SendErrorKind, Sender};
use serde_json::value::RawValue;

use super::clock::ManualClock;

pub const VENDOR: &str = "helpdesk";

/// Makes a target a connector to the helpdesk.
pub fn connector(target: &mut Target) {
    let object = || RawValue::from_string("{}".to_owned()).unwrap();
    target.kind = TargetKind::Connector(Connector {
        vendor: VENDOR.to_owned(),
        settings: object(),
        credentials: object(),
        hook_token: String::new(),
    });
}

pub fn drivers() -> Drivers {
    Drivers::default().with(VENDOR, Arc::new(ThreeSteps))
}

/// Saves the ticket's number, and nothing else: what was saved is what must not be done again.
struct ThreeSteps;

fn call(name: &'static str, method: Method, path: &str) -> Step {
    Step::Send(Call {
        name: Some(name.into()),
        request: Request {
            method,
            url: format!("https://helpdesk.example/{path}"),
            headers: [("Authorization", "Bearer very secret")].into(),
            body: Bytes::new(),
            timeout: Duration::from_secs(60),
            egress: None,
            answer_limit: claimwire_wire::send::RESPONSE_BODY_READ,
            answer_room: None,
            shop: claimwire_model::ShopNo(1),
        },
    })
}

impl Driver for ThreeSteps {
    fn step(&self, input: &Input<'_>) -> Step {
        let answered = matches!(input.last, Last::Answer(_) | Last::NoAnswer(_));
        let named = matches!(input.called, Some("look up" | "create" | "note"));
        assert_eq!(answered, named, "an answer is told with the request's name");
        let nothing = matches!(input.last, Last::Nothing);
        assert!(nothing || !input.begins, "a run begins with nothing");
        let event = input.event.id();
        let ticket = input.state.map(|state| String::from_utf8_lossy(&state.0));
        match (ticket, input.last) {
            (None, Last::Nothing) => call("look up", Method::Get, &format!("tickets?of={event}")),
            (None, Last::Answer(Answer { status: 404, .. })) => {
                call("create", Method::Post, &format!("tickets?of={event}"))
            }
            (
                None,
                Last::Answer(Answer {
                    status: 200 | 201,
                    body,
                    ..
                }),
            ) => Step::Save(SavedState(body.as_ref().into())),
            (Some(no), Last::Nothing) => call("note", Method::Post, &format!("tickets/{no}/notes")),
            (Some(_), Last::Answer(Answer { status: 201, .. })) => Step::End(End::DELIVERED),
            (_, Last::NoAnswer(error)) => Step::End(End::unanswered(error)),
            (_, Last::Answer(answer)) => {
                let detail = format!("the helpdesk answered {}", answer.status);
                let error = format!("status_{}", answer.status);
                Step::End(End::not(Ending::FAILED, error, detail))
            }
            (_, Last::Photo(_) | Last::NoPhoto(_)) => unreachable!("none is asked for"),
        }
    }

    fn hides(&self, _: &Target, header: &str) -> bool {
        header == "Authorization"
    }
}

/// Counts instants, and stops the world at one of them, as a crash does.
#[derive(Default)]
pub struct Instants {
    passed: Mutex<usize>,
    crash_at: Option<usize>,
    stall: Option<(usize, Arc<ManualClock>, Duration)>,
}

impl Instants {
    pub fn crash_at(instant: usize) -> Self {
        Self {
            passed: Mutex::default(),
            crash_at: Some(instant),
            stall: None,
        }
    }

    /// Nothing goes on from this instant for so long.
    pub fn stall_at(instant: usize, clock: Arc<ManualClock>, time: Duration) -> Self {
        Self {
            passed: Mutex::default(),
            crash_at: None,
            stall: Some((instant, clock, time)),
        }
    }

    pub fn crashed(&self) -> bool {
        self.crash_at
            .is_some_and(|at| *self.passed.lock().unwrap() > at)
    }

    /// Does not come back from the instant of the crash, nor from a later one.
    pub async fn pass(&self) {
        let passed = {
            let mut passed = self.passed.lock().unwrap();
            *passed += 1;
            *passed
        };
        if let Some((instant, clock, time)) = &self.stall
            && passed == instant + 1
        {
            clock.sleep_until(clock.now().plus(*time)).await;
        }
        if self.crashed() {
            std::future::pending::<()>().await;
        }
    }
}

/// No status: the request does not get out.
pub const NO_WAY: u16 = 0;

/// The vendor.
pub struct Helpdesk {
    clock: Arc<ManualClock>,
    /// How long it takes to answer.
    pub takes: Duration,
    /// The status that so many requests of a kind get first; [`NO_WAY`]: none, for trouble on our own side.
    pub fails: Mutex<BTreeMap<&'static str, (usize, u16)>>,
    pub seen: Mutex<Seen>,
}

#[derive(Default)]
pub struct Seen {
    /// Steps that came in, in order.
    pub steps: Vec<&'static str>,
    /// When each did.
    pub times: Vec<i64>,
    /// By the event that it is of.
    pub tickets: BTreeMap<String, usize>,
    pub created: usize,
    pub notes: usize,
}

impl Helpdesk {
    pub fn new(clock: Arc<ManualClock>, takes: Duration) -> Arc<Self> {
        Arc::new(Self {
            clock,
            takes,
            fails: Mutex::default(),
            seen: Mutex::default(),
        })
    }

    pub fn steps(&self) -> Vec<&'static str> {
        self.seen.lock().unwrap().steps.clone()
    }

    fn answer(&self, request: &Request) -> (u16, String) {
        let step = match (request.method, request.url.ends_with("/notes")) {
            (Method::Get, _) => "look up",
            (_, false) => "create",
            (_, true) => "note",
        };
        let mut seen = self.seen.lock().unwrap();
        seen.steps.push(step);
        seen.times.push(self.clock.now().as_millis());
        if let Some((left, status)) = self.fails.lock().unwrap().get_mut(step)
            && *left > 0
        {
            *left -= 1;
            return (*status, String::new());
        }
        let event = request.url.split('=').nth(1).unwrap_or_default().to_owned();
        let known = seen.tickets.get(&event).copied();
        match (step, known) {
            ("look up", Some(no)) => (200, no.to_string()),
            ("look up", None) => (404, String::new()),
            ("create", _) => {
                seen.created += 1;
                let no = seen.created;
                seen.tickets.insert(event, no);
                (201, no.to_string())
            }
            _ => {
                seen.notes += 1;
                (201, String::new())
            }
        }
    }
}

/// The way to the helpdesk: a crash may come before a request gets there, or before its answer is back.
pub struct Way {
    pub helpdesk: Arc<Helpdesk>,
    pub instants: Arc<Instants>,
}

#[async_trait]
impl Sender for Way {
    async fn send(&self, request: Request) -> Result<Answer, SendError> {
        self.instants.pass().await;
        let (status, body) = self.helpdesk.answer(&request);
        let clock = &self.helpdesk.clock;
        clock
            .sleep_until(clock.now().plus(self.helpdesk.takes))
            .await;
        self.instants.pass().await;
        if status == NO_WAY {
            return Err(SendError {
                kind: SendErrorKind::LocalPorts,
                detail: "scripted".to_owned(),
            });
        }
        Ok(Answer {
            status,
            headers: claimwire_model::Headers::default(),
            body: body.into_bytes().into(),
        })
    }

    fn check_url(&self, url: &str) -> Result<String, SendError> {
        Ok(url.to_owned())
    }
}
