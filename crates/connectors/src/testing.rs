//! What the tests of connectors share: a shop, its events, and a run that is made as the engine makes it,
//! with a function for the world outside.

use std::time::Duration;

use bytes::Bytes;
use claimwire_model::connector::Connector;
use claimwire_model::delivery::{STATE_BYTES, SavedState};
use claimwire_model::filter::Subscription;
use claimwire_model::target::TargetKind;
use claimwire_model::{
    DeliveryId, Dialect, Event, EventNo, Headers, Shop, ShopNo, Target, TargetNo, Timestamp,
    catalogue,
};
use claimwire_testkit::marketing::{self as fakes, Asked};
use claimwire_wire::Bodies;
use claimwire_wire::driver::{End, Input, Last, Photo, Step};
use claimwire_wire::send::{Answer, Request, SendError, SendErrorKind};
use serde_json::Value;
use serde_json::value::to_raw_value;

use crate::vendor::Vendor;

pub(crate) fn now() -> Timestamp {
    Timestamp::from_secs(1_790_000_000)
}

pub(crate) fn shop() -> Shop {
    Shop {
        no: ShopNo(1),
        id: uuid::Uuid::from_u128(7),
        slug: "acme".to_owned(),
        name: "Acme".to_owned(),
        egress: None,
        notification_emails: Vec::new(),
        api_dialect: claimwire_model::ApiDialect::default(),
        claim_page: None,
        created_at: now(),
        updated_at: now(),
    }
}

/// A connector of this kind.
pub(crate) fn target(vendor: &str, settings: &Value, credentials: &Value) -> Target {
    Target {
        no: TargetNo(1),
        retry: Dialect::Karla.retry_policy(),
        max_in_flight: 8,
        version: 1,
        ..Target::new(
            ShopNo(1),
            uuid::Uuid::from_u128(8),
            TargetKind::Connector(Connector {
                vendor: vendor.to_owned(),
                settings: to_raw_value(settings).unwrap(),
                credentials: to_raw_value(credentials).unwrap(),
                hook_token: String::new(),
            }),
            Subscription::everything(Dialect::Standard),
            now(),
        )
    }
}

/// The catalogue's sample of an event, as it happens now.
pub(crate) fn sample(r#ref: &str) -> Event {
    let fact = catalogue::sample(r#ref, now()).unwrap();
    Event {
        no: EventNo(1 << 20),
        fact,
    }
}

/// The sample with a change to its data and its context.
pub(crate) fn changed(r#ref: &str, change: impl FnOnce(&mut Value, &mut Value)) -> Event {
    let mut event = sample(r#ref);
    let mut data: Value = serde_json::from_str(event.fact.event_data.get()).unwrap();
    let context = event.fact.context.as_ref().map(|context| context.get());
    let mut context: Value = serde_json::from_str(context.unwrap_or("null")).unwrap();
    change(&mut data, &mut context);
    event.fact.event_data = to_raw_value(&data).unwrap().into();
    event.fact.context = Some(to_raw_value(&context).unwrap().into());
    event
}

/// What a world answers.
pub(crate) type Came = Result<Answer, SendError>;

/// One connector in a world.
pub(crate) struct Run<'a> {
    pub(crate) vendor: &'a dyn Vendor,
    pub(crate) target: Target,
    pub(crate) event: Event,
    /// What was saved by earlier runs.
    pub(crate) state: Option<SavedState>,
    pub(crate) ticket: Option<SavedState>,
    pub(crate) now: Timestamp,
    /// What photos there are.
    pub(crate) photos: fn(&str) -> Result<Photo, String>,
    /// The requests that were made, by name.
    pub(crate) calls: Vec<(String, Request)>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(vendor: &'a dyn Vendor, target: Target, event: Event) -> Self {
        Self {
            vendor,
            target,
            event,
            state: None,
            ticket: None,
            now: now(),
            photos: |_| Err("there are none".to_owned()),
            calls: Vec::new(),
        }
    }

    /// Makes the steps of a delivery until it ends.
    pub(crate) fn deliver(&mut self, world: impl FnMut(&Request) -> Came) -> End {
        self.make(false, world)
    }

    /// Makes the steps of a test.
    pub(crate) fn test(&mut self, world: impl FnMut(&Request) -> Came) -> End {
        self.make(true, world)
    }

    /// Delivers to a fake vendor.
    pub(crate) fn deliver_to(&mut self, fake: &mut dyn fakes::Vendor) -> End {
        self.deliver(|request| asked(fake, request))
    }

    /// The names of the requests.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.calls.iter().map(|(name, _)| &**name).collect()
    }

    fn make(&mut self, test: bool, mut world: impl FnMut(&Request) -> Came) -> End {
        let (bodies, shop) = (Bodies::default(), shop());
        let mut sent: Option<(String, Came)> = None;
        let mut photo: Option<Result<Photo, String>> = None;
        for n in 0..200 {
            let last = match (&photo, &sent) {
                (Some(Ok(photo)), _) => Last::Photo(photo),
                (Some(Err(why)), _) => Last::NoPhoto(why),
                (None, Some((_, Ok(answer)))) => Last::Answer(answer),
                (None, Some((_, Err(error)))) => Last::NoAnswer(error),
                (None, None) => Last::Nothing,
            };
            let called = match last {
                Last::Answer(_) | Last::NoAnswer(_) => sent.as_ref().map(|(name, _)| &**name),
                _ => None,
            };
            let input = Input {
                event: &self.event,
                bodies: &bodies,
                shop: &shop,
                target: &self.target,
                delivery: DeliveryId {
                    event: self.event.no,
                    target: self.target.no,
                },
                attempt: u32::try_from(self.calls.len()).unwrap() + 1,
                now: self.now,
                state: self.state.as_ref(),
                ticket: self.ticket.as_ref(),
                last,
                called,
                begins: n == 0,
            };
            let step = match test {
                true => self.vendor.test(&input),
                false => self.vendor.step(&input),
            };
            match step {
                Step::End(end) => return end,
                Step::Save(state) => {
                    assert!(state.0.len() <= STATE_BYTES);
                    (self.state, sent, photo) = (Some(state), None, None);
                }
                Step::Ticket(ticket) => (self.ticket, sent, photo) = (Some(ticket), None, None),
                Step::Photo(url) => photo = Some((self.photos)(&url)),
                Step::Send(call) => {
                    let name = call.name.unwrap_or_default().into_owned();
                    let came = world(&call.request);
                    self.calls.push((name.clone(), call.request));
                    (sent, photo) = (Some((name, came)), None);
                }
            }
        }
        panic!("the run does not end: {:?}", self.names());
    }
}

/// What a fake vendor answers.
pub(crate) fn asked(fake: &mut dyn fakes::Vendor, request: &Request) -> Came {
    let url = request.url.split("://").nth(1).unwrap();
    let path = url.find('/').map_or("/", |at| &url[at..]);
    let headers = Vec::from(request.headers.clone());
    let reply = fake.answer(Asked {
        method: request.method.as_str(),
        path,
        headers: &headers,
        body: &request.body,
    });
    let (status, headers, body) = reply.parts().ok_or_else(lost)?;
    Ok(Answer {
        status,
        headers: headers.into(),
        body,
    })
}

/// The answer did not come.
pub(crate) fn lost() -> SendError {
    SendError {
        kind: SendErrorKind::Timeout,
        detail: "the deadline passed".to_owned(),
    }
}

/// An answer.
pub(crate) fn answer(status: u16, body: impl Into<Bytes>) -> Came {
    Ok(Answer {
        status,
        headers: Headers::default(),
        body: body.into(),
    })
}

/// The body of a request as JSON.
pub(crate) fn json(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

/// Seconds as a duration.
pub(crate) fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 3600)
}
