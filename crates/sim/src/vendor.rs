//! Connectors to a vendor whose API takes three calls for an event: look up, create, note. Each that
//! succeeds is saved, so that it is not made again; what was created is the claim's ticket, which no other
//! event of the claim creates again. A run that goes on where the ticket may have been made, unheard, looks
//! again before it creates.

use std::time::Duration;

use bytes::Bytes;
use claimwire_model::connector::Connector;
use claimwire_model::delivery::SavedState;
use claimwire_model::target::TargetKind;
use claimwire_model::webhook::Ack;
use claimwire_model::{Headers, Target, verdict::Ending};
use claimwire_wire::driver::webhook::judged;
use claimwire_wire::driver::{Call, Driver, End, Input, Last, Step};
use claimwire_wire::send::{Method, Request};
use serde_json::value::RawValue;

/// The steps, in order.
pub const STEPS: [&str; 3] = [LOOK_UP, CREATE, NOTE];
/// The step that looks for the claim's ticket.
pub const LOOK_UP: &str = "look up";
/// The step that makes it.
pub const CREATE: &str = "create";
/// The step that writes on it.
pub const NOTE: &str = "note";
/// The same look once more, where it is in doubt whether the ticket was made.
pub const LOOK_AGAIN: &str = "look again";
/// Names the claim in a request.
pub const CLAIM_HEADER: &str = "x-claim";
/// What the vendor answers to a look that finds a ticket.
pub const FOUND: &[u8] = b"found";
/// Names the step in a request.
pub const STEP_HEADER: &str = "x-step";
/// The vendor's name.
pub const VENDOR: &str = "vendor";

/// A connector to this vendor, which is at this URL.
pub fn connector(vendor: &str, url: &str) -> Option<TargetKind> {
    let url = serde_json::to_string(url).ok()?;
    Some(TargetKind::Connector(Connector {
        vendor: vendor.to_owned(),
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

/// Drives such a connector.
pub struct ThreeSteps;

impl Driver for ThreeSteps {
    fn step(&self, input: &Input<'_>) -> Step {
        let done = steps_done(input.state);
        let step = STEPS.get(done).copied();
        match input.last {
            Last::Nothing => match step {
                Some(LOOK_UP | CREATE) if input.ticket.is_some() => saved(done + 1),
                Some(CREATE) if input.begins => Step::Send(call(input, LOOK_AGAIN)),
                Some(name) => Step::Send(call(input, name)),
                None => Step::End(End::DELIVERED),
            },
            Last::NoAnswer(error) => Step::End(End::unanswered(error)),
            Last::Answer(answer) => {
                let end = judged(Ack::Any2xx, answer, input.now);
                let of_claim = input.event.fact.claim().is_some();
                let found = of_claim && answer.body == FOUND;
                match (end.ending == Ending::Delivered, input.called) {
                    (false, _) | (true, Some(NOTE)) => Step::End(end),
                    (true, Some(LOOK_UP | LOOK_AGAIN)) if found => ticket(),
                    (true, Some(LOOK_AGAIN)) => Step::Send(call(input, CREATE)),
                    (true, Some(CREATE)) if of_claim => ticket(),
                    (true, _) => saved(done + 1),
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

fn ticket() -> Step {
    Step::Ticket(SavedState([1].as_slice().into()))
}

fn saved(done: usize) -> Step {
    let done = u8::try_from(done).unwrap_or(u8::MAX);
    Step::Save(SavedState([done].as_slice().into()))
}

fn call(input: &Input<'_>, name: &'static str) -> Call {
    let claim = input.event.fact.claim();
    let headers = [
        (STEP_HEADER, name.to_owned()),
        ("claimwire-delivery-id", input.delivery.to_string()),
        ("claimwire-event-id", input.event.id()),
        ("claimwire-attempt", input.attempt.to_string()),
    ];
    let mut headers = Headers::from(headers);
    if let Some(claim) = claim {
        headers.push(CLAIM_HEADER, &claim);
    }
    let body = input.event.fact.event_data.get().as_bytes();
    Call {
        name: Some(name.into()),
        request: Request {
            method: Method::Post,
            url: url(input.target),
            headers,
            body: Bytes::copy_from_slice(body),
            timeout: Duration::from_secs(u64::from(input.target.timeout_seconds)),
            egress: None,
            answer_limit: claimwire_wire::send::RESPONSE_BODY_READ,
            answer_room: None,
            shop: input.shop.no,
        },
    }
}
