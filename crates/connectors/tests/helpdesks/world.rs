//! A small engine: asks a driver what to do, does it at the fake, keeps what is saved; and can crash at any
//! instant, with what is not on record lost.

use std::collections::BTreeMap;

use bytes::Bytes;
use claimwire_connectors::Vendor;
use claimwire_model::connector::Connector;
use claimwire_model::delivery::{STATE_BYTES, SavedState};
use claimwire_model::dialect::Dialect;
use claimwire_model::event::Fact;
use claimwire_model::filter::{SourceFilter, Subscription};
use claimwire_model::subject::Subject;
use claimwire_model::target::{Ordering, TargetKind};
use claimwire_model::{
    ApiDialect, DeliveryId, Event, EventNo, PerformedBy, Shop, ShopNo, SubjectKind, Target,
    TargetNo, Timestamp,
};
use claimwire_testkit::Received;
use claimwire_testkit::helpdesk::{Fake, NOW_SECONDS, Ticket};
use claimwire_wire::Bodies;
use claimwire_wire::driver::{End, Input, Last, Photo, Step};
use claimwire_wire::send::{Answer, Request, SendError, SendErrorKind};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::kinds;

/// More steps of one run are a driver's mistake.
const STEPS: usize = 200;

/// A shop with one connector, and the vendor that it is connected to.
pub struct World {
    pub kind: &'static str,
    pub vendor: &'static dyn Vendor,
    pub fake: Fake,
    pub shop: Shop,
    pub target: Target,
    /// What is on record of each claim.
    pub tickets: BTreeMap<String, SavedState>,
    /// What photos there are, by their URL; a reason for those that cannot be had.
    pub photos: BTreeMap<String, Result<Photo, String>>,
    pub now: Timestamp,
    /// Every state that was ever saved.
    pub saved: Vec<SavedState>,
    /// Names of the calls on record.
    pub recorded: Vec<String>,
    /// How often a photo was fetched.
    pub fetched: usize,
    events: i64,
    sent: std::sync::Mutex<Vec<Received>>,
}

/// An event on its way.
pub struct Delivery {
    pub event: Event,
    pub state: Option<SavedState>,
    pub attempts: u32,
}

/// Counts instants; at one of them the process is gone.
#[derive(Default)]
pub struct Instants {
    passed: usize,
    crash_at: Option<usize>,
}

/// The process is gone.
#[derive(Debug, PartialEq, Eq)]
pub struct Crashed;

impl Instants {
    pub fn crash_at(instant: usize) -> Self {
        Self {
            passed: 0,
            crash_at: Some(instant),
        }
    }

    fn pass(&mut self) -> Result<(), Crashed> {
        self.passed += 1;
        match self.crash_at == Some(self.passed - 1) {
            true => Err(Crashed),
            false => Ok(()),
        }
    }
}

impl World {
    pub fn of(kind: &'static str) -> Self {
        let no = ShopNo(1);
        let raw = |value: Value| RawValue::from_string(value.to_string()).unwrap();
        let now = Timestamp::from_secs(NOW_SECONDS);
        let vendor = kinds::driver(kind);
        let about = vendor.about();
        let events = about.default_events.iter().map(|event| (*event).to_owned());
        let before = Timestamp::from_secs(NOW_SECONDS - 86_400);
        Self {
            kind,
            vendor,
            fake: kinds::fake(kind),
            shop: Shop {
                no,
                id: uuid(7),
                slug: "acme".to_owned(),
                name: "Acme".to_owned(),
                egress: None,
                notification_emails: Vec::new(),
                api_dialect: ApiDialect::Claimwire,
                claim_page: None,
                created_at: before,
                updated_at: before,
            },
            target: Target {
                no: TargetNo(3),
                timeout_seconds: about.timeout_seconds,
                retry: Dialect::Karla.retry_policy(),
                max_in_flight: 4,
                ordering: Ordering::Subject,
                version: 1,
                ..Target::new(
                    no,
                    uuid(3),
                    TargetKind::Connector(Connector {
                        vendor: kinds::connector(kind).to_owned(),
                        settings: raw(kinds::settings(kind, kinds::BASE)),
                        credentials: raw(kinds::credentials(kind)),
                        hook_token: String::new(),
                    }),
                    Subscription::new(Dialect::Standard, SourceFilter::All, events.collect())
                        .unwrap(),
                    before,
                )
            },
            tickets: BTreeMap::new(),
            photos: BTreeMap::new(),
            now,
            saved: Vec::new(),
            recorded: Vec::new(),
            fetched: 0,
            events: 0,
            sent: std::sync::Mutex::default(),
        }
    }

    /// Changes a setting.
    pub fn set(&mut self, name: &str, value: Value) {
        let TargetKind::Connector(connector) = &mut self.target.kind else {
            panic!("a connector");
        };
        let mut settings: Value = serde_json::from_str(connector.settings.get()).unwrap();
        settings[name] = value;
        connector.settings = RawValue::from_string(settings.to_string()).unwrap();
    }

    /// What it hears of.
    pub fn subscribe(&mut self, events: &[&str]) {
        let events = events.iter().map(|event| (*event).to_owned()).collect();
        self.target.subscription =
            Subscription::new(Dialect::Standard, SourceFilter::All, events).unwrap();
    }

    /// An event about a claim, with what is known around it; `data` is its event_data.
    pub fn event(&mut self, name: &str, data: &Value, context: &Value, changes: Value) -> Delivery {
        self.events += 1;
        let raw = |value: &Value| RawValue::from_string(value.to_string()).unwrap();
        // A message's subject is its claim.
        let claim = match name.starts_with("messages/") {
            true => &context["claims"][0],
            false => data,
        };
        Delivery {
            event: Event {
                no: EventNo(self.events),
                fact: Fact {
                    given_id: None,
                    r#ref: name.to_owned(),
                    event_group: None,
                    triggered_at: self.now,
                    subject: Some(Subject {
                        kind: SubjectKind::Claim,
                        id: claim["id"].as_str().unwrap().to_owned(),
                    }),
                    event_data: raw(data).into(),
                    context: Some(raw(context).into()),
                    changes: (!changes.is_null()).then(|| raw(&changes).into()),
                    performed_by: PerformedBy {
                        name: Some("Jo <b>Admin</b>".to_owned()),
                        ..PerformedBy::default()
                    },
                    posted: false,
                },
            },
            state: None,
            attempts: 0,
        }
    }

    /// One run without a crash.
    pub fn run(&mut self, delivery: &mut Delivery) -> End {
        self.run_until(delivery, &mut Instants::default()).unwrap()
    }

    /// One run, which may crash.
    pub fn run_until(
        &mut self,
        delivery: &mut Delivery,
        instants: &mut Instants,
    ) -> Result<End, Crashed> {
        let claim = claim_of(&delivery.event);
        let mut unsaved = Unsaved::default();
        let mut sent: Option<(String, Result<Answer, SendError>)> = None;
        let mut photo: Option<Result<Photo, String>> = None;
        let mut begins = true;
        let bodies = Bodies::default();
        for _ in 0..STEPS {
            let state = unsaved.state.clone().or_else(|| delivery.state.clone());
            let record = self.tickets.get(&claim).cloned();
            let ticket = unsaved.ticket.clone().or(record);
            let last = match (&photo, &sent) {
                _ if unsaved.is_some() => Last::Nothing,
                (Some(Ok(photo)), _) => Last::Photo(photo),
                (Some(Err(reason)), _) => Last::NoPhoto(reason),
                (None, Some((_, Ok(answer)))) => Last::Answer(answer),
                (None, Some((_, Err(error)))) => Last::NoAnswer(error),
                (None, None) => Last::Nothing,
            };
            let answers = matches!(last, Last::Answer(_) | Last::NoAnswer(_));
            let input = Input {
                event: &delivery.event,
                bodies: &bodies,
                shop: &self.shop,
                target: &self.target,
                delivery: DeliveryId {
                    event: delivery.event.no,
                    target: self.target.no,
                },
                attempt: delivery.attempts + 1 + u32::from(sent.is_some()),
                now: self.now,
                state: state.as_ref(),
                ticket: ticket.as_ref(),
                last,
                called: sent.as_ref().filter(|_| answers).map(|(name, _)| &**name),
                begins,
            };
            let step = self.vendor.step(&input);
            begins = false;
            match step {
                Step::End(end) => {
                    self.settle(&claim, delivery, &mut unsaved, &mut sent, instants)?;
                    return Ok(end);
                }
                Step::Save(state) => {
                    assert!(state.0.len() <= STATE_BYTES);
                    self.saved.push(state.clone());
                    unsaved.state = Some(state);
                }
                Step::Ticket(state) => {
                    self.saved.push(state.clone());
                    unsaved.ticket = Some(state);
                }
                Step::Photo(url) => {
                    self.settle(&claim, delivery, &mut unsaved, &mut sent, instants)?;
                    self.fetched += 1;
                    let gone = || Err("the photo's host answered 404".to_owned());
                    photo = Some(self.photos.get(&url).cloned().unwrap_or_else(gone));
                }
                Step::Send(call) => {
                    self.settle(&claim, delivery, &mut unsaved, &mut sent, instants)?;
                    photo = None;
                    let came = self.send(&call.request);
                    instants.pass()?;
                    let name = call.name.unwrap_or_default().into_owned();
                    sent = Some((name, came));
                }
            }
        }
        panic!("{}: more than {STEPS} steps", self.kind);
    }

    fn settle(
        &mut self,
        claim: &str,
        delivery: &mut Delivery,
        unsaved: &mut Unsaved,
        sent: &mut Option<(String, Result<Answer, SendError>)>,
        instants: &mut Instants,
    ) -> Result<(), Crashed> {
        if sent.is_none() && !unsaved.is_some() {
            return Ok(());
        }
        instants.pass()?;
        if let Some((name, _)) = sent.take() {
            delivery.attempts += 1;
            self.recorded.push(name);
        }
        if let Some(state) = unsaved.state.take() {
            delivery.state = Some(state);
        }
        if let Some(ticket) = unsaved.ticket.take() {
            self.tickets.insert(claim.to_owned(), ticket);
        }
        instants.pass()
    }

    fn send(&mut self, request: &Request) -> Result<Answer, SendError> {
        let received = match request.url.strip_prefix("smtps://") {
            Some(url) => self.mail(request, url),
            None => {
                let path = request.url.strip_prefix(kinds::BASE);
                let path = path.unwrap_or_else(|| panic!("{} is elsewhere", request.url));
                received(request, path)
            }
        };
        self.sent.lock().unwrap().push(received.clone());
        let reply = self.fake.answer(&received);
        let (status, headers, body) = reply.parts().ok_or_else(no_answer)?;
        Ok(Answer {
            status,
            headers: headers.into(),
            body: body.slice(..body.len().min(request.answer_limit)),
        })
    }

    /// A mail with its photos, as the mailer makes one: what cannot be had is a link in its text.
    fn mail(&mut self, request: &Request, url: &str) -> Received {
        let (login, host) = url.split_once('@').unwrap();
        assert_eq!(host, "mail.example");
        let mut letter: Value = serde_json::from_slice(&request.body).unwrap();
        let (mut attached, mut links) = (Vec::new(), String::new());
        let urls = letter["photos"].as_array().cloned().unwrap_or_default();
        for url in urls.iter().filter_map(Value::as_str) {
            self.fetched += 1;
            match self.photos.get(url) {
                Some(Ok(photo)) => attached.push(json!({
                    "name": format!("photo-{}.jpg", attached.len() + 1),
                    "type": photo.content_type, "bytes": photo.bytes.len(),
                })),
                gone => {
                    let reason = gone.and_then(|gone| gone.as_ref().err());
                    let reason = reason.map_or("the photo's host answered 404", |why| why);
                    links.push_str(&format!("<li>{url} ({reason})</li>"));
                }
            }
        }
        letter["attached"] = json!(attached);
        letter["html"] = json!(format!("{}{links}", letter["html"].as_str().unwrap()));
        let mut mail = received(request, "/mail");
        mail.body = letter.to_string().into();
        mail.headers
            .push(("authorization".to_owned(), login.to_owned()));
        mail
    }

    /// Runs until it is delivered, as the retry table would have it.
    pub fn deliver(&mut self, delivery: &mut Delivery) {
        for _ in 0..10 {
            let end = self.run(delivery);
            if end == End::DELIVERED {
                return;
            }
            self.now = self.now.plus(std::time::Duration::from_secs(60));
        }
        panic!("{}: not delivered", self.kind);
    }

    /// A test of the connector.
    pub fn test(&mut self) -> End {
        let claim = crate::claims::claim(&[]);
        let delivery = self.event(
            "claims/created",
            &claim,
            &crate::claims::context(&claim),
            Value::Null,
        );
        let bodies = Bodies::default();
        let mut came = None;
        for _ in 0..STEPS {
            let input = Input {
                event: &delivery.event,
                bodies: &bodies,
                shop: &self.shop,
                target: &self.target,
                delivery: DeliveryId {
                    event: delivery.event.no,
                    target: self.target.no,
                },
                attempt: 1,
                now: self.now,
                state: None,
                ticket: None,
                last: match &came {
                    None => Last::Nothing,
                    Some(Ok(answer)) => Last::Answer(answer),
                    Some(Err(error)) => Last::NoAnswer(error),
                },
                called: came.as_ref().map(|_| "test"),
                begins: came.is_none(),
            };
            match self.vendor.test(&input) {
                Step::End(end) => return end,
                Step::Send(call) => came = Some(self.send(&call.request)),
                other => panic!("{}: {other:?}", self.kind),
            }
        }
        panic!("{}: a test does not end", self.kind);
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Received> {
        self.sent.lock().unwrap().clone()
    }

    /// The only ticket there is.
    pub fn ticket(&self) -> Ticket {
        let tickets = self.fake.with(|desk| desk.tickets.clone());
        let [ticket] = &*tickets else {
            panic!("{}: {} tickets", self.kind, tickets.len());
        };
        ticket.clone()
    }

    pub fn calls(&self) -> Vec<&'static str> {
        self.fake.with(|desk| desk.calls.clone())
    }

    /// Photos that there are, each of so many bytes.
    pub fn have_photos(&mut self, urls: &[String], bytes: usize) {
        for url in urls {
            let photo = Photo {
                content_type: "image/jpeg",
                bytes: Bytes::from(vec![7; bytes]),
            };
            self.photos.insert(url.clone(), Ok(photo));
        }
    }

    /// What must be true at any time.
    pub fn check(&self) {
        let secret = kinds::secret(self.kind);
        for state in &self.saved {
            let state = String::from_utf8_lossy(&state.0);
            assert!(!state.contains(&secret), "{}: {state}", self.kind);
        }
    }
}

#[derive(Default)]
struct Unsaved {
    state: Option<SavedState>,
    ticket: Option<SavedState>,
}

impl Unsaved {
    fn is_some(&self) -> bool {
        self.state.is_some() || self.ticket.is_some()
    }
}

fn claim_of(event: &Event) -> String {
    event.fact.subject.as_ref().unwrap().id.clone()
}

pub fn received(request: &Request, path: &str) -> Received {
    Received {
        method: request.method.as_str().to_owned(),
        path: path.to_owned(),
        headers: request.headers.clone().into(),
        body: request.body.clone(),
        at: std::time::SystemTime::UNIX_EPOCH,
        connection: 1,
        peer: ([127, 0, 0, 1], 1).into(),
    }
}

fn uuid(n: u8) -> uuid::Uuid {
    uuid::Uuid::from_bytes([n; 16])
}

/// Nobody answered.
pub fn no_answer() -> SendError {
    SendError {
        kind: SendErrorKind::Timeout,
        detail: "no answer within 30 s".to_owned(),
    }
}
