//! A marketing tool's connector, run as the engine runs it, with every request on record.

use claimwire_connectors::Vendor;
use claimwire_model::connector::Connector;
use claimwire_model::filter::Subscription;
use claimwire_model::target::TargetKind;
use claimwire_model::{
    DeliveryId, Dialect, Event, EventNo, ShopNo, Target, TargetNo, Timestamp, catalogue,
};
use claimwire_testkit::marketing::Asked;
use claimwire_testkit::{Received, Reply};
use claimwire_wire::Bodies;
use claimwire_wire::driver::{End, Input, Last, Step};
use claimwire_wire::send::Answer;
use serde_json::Value;
use serde_json::value::to_raw_value;

use crate::world::{World, received};

pub struct Tool {
    vendor: &'static dyn Vendor,
    target: Target,
    events: i64,
    pub sent: Vec<Received>,
}

impl Tool {
    pub fn new(vendor: &'static dyn Vendor, settings: Value, credentials: Value) -> Self {
        let connector = Connector {
            vendor: vendor.about().kind.to_owned(),
            settings: to_raw_value(&settings).unwrap(),
            credentials: to_raw_value(&credentials).unwrap(),
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
            events: 0,
            sent: Vec::new(),
        }
    }

    /// Delivers the catalogue's sample of an event.
    pub fn deliver(&mut self, name: &str, world: impl FnMut(Asked<'_>) -> Reply) -> End {
        self.run(name, false, world)
    }

    /// Makes its test.
    pub fn test(&mut self, world: impl FnMut(Asked<'_>) -> Reply) {
        let end = self.run("claims/created", true, world);
        assert_eq!(end, End::DELIVERED, "{}", self.vendor.about().kind);
    }

    fn run(&mut self, name: &str, test: bool, mut world: impl FnMut(Asked<'_>) -> Reply) -> End {
        self.events += 1;
        let event = Event {
            no: EventNo(self.events),
            fact: catalogue::sample(name, now()).unwrap(),
        };
        let (bodies, shop) = (Bodies::default(), World::of("zendesk").shop);
        let (mut state, mut sent) = (None, None::<(String, Answer)>);
        for n in 0..50 {
            let input = Input {
                event: &event,
                bodies: &bodies,
                shop: &shop,
                target: &self.target,
                delivery: DeliveryId {
                    event: event.no,
                    target: self.target.no,
                },
                attempt: n + 1,
                now: now(),
                state: state.as_ref(),
                ticket: None,
                last: match &sent {
                    Some((_, answer)) => Last::Answer(answer),
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
                Step::Save(saved) => (state, sent) = (Some(saved), None),
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
                    let Reply::Answer {
                        status,
                        headers,
                        body,
                    } = reply
                    else {
                        panic!("no answer");
                    };
                    let headers = headers.into();
                    let answer = Answer {
                        status,
                        headers,
                        body,
                    };
                    sent = Some((call.name.unwrap_or_default().into_owned(), answer));
                    self.sent.push(received);
                }
                other => panic!("{other:?}"),
            }
        }
        panic!("{name} does not end");
    }
}

fn now() -> Timestamp {
    Timestamp::from_secs(1_790_000_000)
}
