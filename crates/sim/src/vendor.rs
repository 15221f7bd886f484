//! Connectors to a vendor whose API takes three calls for an event: look up, create, note. Each that
//! succeeds is saved, so that it is not made again; what was created is the claim's ticket, which no other
//! event of the claim creates again.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use claimwire_model::connector::Connector;
use claimwire_model::delivery::SavedState;
use claimwire_model::target::TargetKind;
use claimwire_model::webhook::Ack;
use claimwire_model::{Target, verdict::Ending};
use claimwire_wire::driver::webhook::judged;
use claimwire_wire::driver::{Call, Driver, Drivers, End, Input, Last, Step};
use claimwire_wire::send::{Method, Request};
use serde_json::value::RawValue;

/// The steps, in order.
pub const STEPS: [&str; 3] = ["look up", CREATE, "note"];
/// The step that makes the claim's ticket.
pub const CREATE: &str = "create";
/// Names the step in a request.
pub const STEP_HEADER: &str = "x-step";
const VENDOR: &str = "vendor";

/// The driver, by its vendor.
#[must_use]
pub fn drivers() -> Drivers {
    Drivers::default().with(VENDOR, Arc::new(ThreeSteps))
}

/// A connector to the vendor at this URL.
pub fn connector(url: &str) -> Option<TargetKind> {
    let url = serde_json::to_string(url).ok()?;
    Some(TargetKind::Connector(Connector {
        vendor: VENDOR.to_owned(),
        settings: RawValue::from_string(url).ok()?,
        credentials: RawValue::from_string("{}".to_owned()).ok()?,
        hook_token: String::new(),
    }))
}

/// Where a target's requests go.
#[must_use]
pub fn url(target: &Target) -> String {
    match &target.kind {
        TargetKind::Webhook(webhook) => webhook.url.clone(),
        TargetKind::Connector(connector) => {
            serde_json::from_str(connector.settings.get()).unwrap_or_default()
        }
    }
}

/// How many steps are behind a run that goes on from this.
#[must_use]
pub fn steps_done(state: Option<&SavedState>) -> usize {
    let done = state.and_then(|state| state.0.first().copied());
    done.map_or(0, usize::from)
}

struct ThreeSteps;

impl Driver for ThreeSteps {
    fn step(&self, input: &Input<'_>) -> Step {
        let done = steps_done(input.state);
        match input.last {
            Last::Nothing => match (STEPS.get(done), input.ticket) {
                (Some(&CREATE), Some(_)) => saved(done + 1),
                (Some(name), _) => Step::Send(call(input, name)),
                (None, _) => Step::End(End::DELIVERED),
            },
            Last::NoAnswer(error) => Step::End(End::unanswered(error)),
            Last::Answer(answer) => {
                let end = judged(Ack::Any2xx, answer, input.now);
                let goes_on = end.ending == Ending::Delivered && done + 1 < STEPS.len();
                let created = STEPS.get(done) == Some(&CREATE);
                match (goes_on, created && input.event.fact.claim().is_some()) {
                    (true, true) => Step::Ticket(SavedState([1].as_slice().into())),
                    (true, false) => saved(done + 1),
                    (false, _) => Step::End(end),
                }
            }
            Last::Photo(_) | Last::NoPhoto(_) => {
                Step::End(End::not(Ending::FAILED, "photo", String::new()))
            }
        }
    }

    fn hides(&self, _: &Target, _: &str) -> bool {
        false
    }
}

fn saved(done: usize) -> Step {
    let done = u8::try_from(done).unwrap_or(u8::MAX);
    Step::Save(SavedState([done].as_slice().into()))
}

fn call(input: &Input<'_>, name: &'static str) -> Call {
    let headers = [
        (STEP_HEADER, name.to_owned()),
        ("claimwire-delivery-id", input.delivery.to_string()),
        ("claimwire-event-id", input.event.id()),
        ("claimwire-attempt", input.attempt.to_string()),
    ];
    let body = input.event.fact.event_data.get().as_bytes();
    Call {
        name: Some(name.into()),
        request: Request {
            method: Method::Post,
            url: url(input.target),
            headers: headers.into(),
            body: Bytes::copy_from_slice(body),
            timeout: Duration::from_secs(u64::from(input.target.timeout_seconds)),
            egress: None,
            answer_limit: claimwire_wire::send::RESPONSE_BODY_READ,
            answer_room: None,
            shop: input.shop.no,
        },
    }
}
