//! A marketing tool's connector, run as the engine runs it, with every request on record.

use claimwire_connectors::Vendor;
use claimwire_model::connector::Connector;
use claimwire_model::delivery::SavedState;
use claimwire_model::filter::Subscription;
use claimwire_model::target::TargetKind;
use claimwire_model::{
    DeliveryId, Dialect, Event, EventNo, ShopNo, Target, TargetNo, Timestamp, catalogue,
};
use claimwire_testkit::marketing::Asked;
use claimwire_testkit::{Received, Reply};
use claimwire_wire::Bodies;
use claimwire_wire::driver::{End, Input, Last, Step};
use claimwire_wire::send::{Answer, SendError};
use serde_json::Value;
use serde_json::value::to_raw_value;

use crate::world::{World, no_answer, received};

pub struct Tool {
    vendor: &'static dyn Vendor,
    target: Target,
    state: Option<SavedState>,
    pub sent: Vec<Received>,
}

impl Tool {
    pub fn new(vendor: &'static dyn Vendor, settings: &Value, credentials: &Value) -> Self {
        let connector = Connector {
            vendor: vendor.about().kind.to_owned(),
            settings: to_raw_value(settings).unwrap(),
            credentials: to_raw_value(credentials).unwrap(),
            hook_token: String::new(),
        };
        let everything = Subscription::everything(Dialect::Standard);
        let kind = TargetKind::Connector(connector);
        let target = Target {
            no: TargetNo(1),
            version: 1,
            ..Target::new(ShopNo(1), uuid::Uuid::from_u128(8), kind, everything, now())
        };
        Self {
            vendor,
            target,
            state: None,
            sent: Vec::new(),
        }
    }

    /// Delivers this event, from where the run before came to.
    pub fn deliver(&mut self, event: &Event, world: impl FnMut(Asked<'_>) -> Reply) -> End {
        self.run(event, false, world)
    }

    /// What was saved is gone: the next run is another delivery's.
    pub fn forget(&mut self) {
        self.state = None;
    }

    /// Makes its test.
    pub fn test(&mut self, world: impl FnMut(Asked<'_>) -> Reply) {
        let end = self.run(&sample("claims/created"), true, world);
        assert_eq!(end, End::DELIVERED, "{}", self.vendor.about().kind);
    }

    fn run(&mut self, event: &Event, test: bool, mut world: impl FnMut(Asked<'_>) -> Reply) -> End {
        let (bodies, shop) = (Bodies::default(), World::of("zendesk").shop);
        let mut sent: Option<(String, Result<Answer, SendError>)> = None;
        for n in 0..50 {
            let input = Input {
                event,
                bodies: &bodies,
                shop: &shop,
                target: &self.target,
                delivery: DeliveryId {
                    event: event.no,
                    target: self.target.no,
                },
                attempt: n + 1,
                now: now(),
                state: self.state.as_ref(),
                ticket: None,
                last: match &sent {
                    Some((_, Ok(answer))) => Last::Answer(answer),
                    Some((_, Err(error))) => Last::NoAnswer(error),
                    None => Last::Nothing,
                },
                called: sent.as_ref().map(|(name, _)| &**name),
                begins: n == 0,
            };
            let step = match test {
                true => self.vendor.test(&input),
                false => self.vendor.step(&input),
            };
            match step {
                Step::End(end) => return end,
                Step::Save(saved) => (self.state, sent) = (Some(saved), None),
                Step::Send(call) => {
                    let url = call.request.url.split_once("://").unwrap().1;
                    let path = url.find('/').map_or("/", |at| &url[at..]);
                    let received = received(&call.request, path);
                    let reply = world(Asked {
                        method: &received.method,
                        path,
                        headers: &received.headers,
                        body: &received.body,
                    });
                    let name = call.name.unwrap_or_default().into_owned();
                    sent = Some((name, came(reply)));
                    self.sent.push(received);
                }
                other => panic!("{other:?}"),
            }
        }
        panic!("{} does not end", event.fact.r#ref);
    }
}

/// The catalogue's sample of an event, as it happens now.
pub fn sample(name: &str) -> Event {
    Event {
        no: EventNo(7),
        fact: catalogue::sample(name, now()).unwrap(),
    }
}

fn came(reply: Reply) -> Result<Answer, SendError> {
    let (status, headers, body) = reply.parts().ok_or_else(no_answer)?;
    Ok(Answer {
        status,
        headers: headers.into(),
        body,
    })
}

fn now() -> Timestamp {
    Timestamp::from_secs(1_790_000_000)
}
