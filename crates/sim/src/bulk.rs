//! Connectors to a vendor that takes an event in one call, and several in one where many wait.

use std::time::Duration;

use bytes::Bytes;
use claimwire_model::webhook::Ack;
use claimwire_model::{DeliveryId, Headers, ShopNo, Target};
use claimwire_wire::driver::webhook::judged;
use claimwire_wire::driver::{
    Batch, BatchInput, BatchStep, Call, Driver, End, Failure, Input, Last, Part, Step,
};
use claimwire_wire::send::{Method, Request};

use crate::vendor::{STEP_HEADER, url};

/// The call for one event.
pub const ALONE: &str = "event";
/// Names the deliveries of a call for several.
pub const MEMBERS_HEADER: &str = "x-members";
/// A vendor that leaves out of a call for several what it has already.
pub const VENDOR: &str = "bulk";
/// One that fails such a call.
pub const ONCE: &str = "bulk_once";

/// A delivery of a call for several: which it is, the number of its attempt, and its event's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Which.
    pub id: DeliveryId,
    /// As `Claimwire-Attempt` says it alone.
    pub attempt: String,
    /// As `Claimwire-Event-Id` says it alone.
    pub event: String,
    /// Its part of the body.
    pub part: Bytes,
}

/// The deliveries of a call; none: it is for one.
#[must_use]
pub fn members(request: &Request) -> Vec<Named> {
    let names = request.headers.get(MEMBERS_HEADER).unwrap_or_default();
    let parts = request.body.split(|byte| *byte == b'\n');
    let named = names
        .split_whitespace()
        .zip(parts)
        .filter_map(|(name, part)| {
            let mut words = name.split('|');
            Some(Named {
                id: words.next()?.parse().ok()?,
                attempt: words.next()?.to_owned(),
                event: words.next()?.to_owned(),
                part: Bytes::copy_from_slice(part),
            })
        });
    named.collect()
}

/// Whether the vendor refuses them together, since one of them is wrong. Alone it takes it.
#[must_use]
pub fn is_refused(request: &Request) -> bool {
    let members = members(request);
    members.iter().any(|member| member.id.event.0 % 13 == 0)
}

/// The driver.
pub struct Bulk {
    /// See [`Batch::again`].
    pub again: bool,
}

impl Driver for Bulk {
    fn step(&self, input: &Input<'_>) -> Step {
        match input.last {
            Last::Answer(answer) => Step::End(judged(Ack::Any2xx, answer, input.now)),
            Last::NoAnswer(error) => Step::End(End::unanswered(error)),
            _ => {
                let headers = [
                    (STEP_HEADER, ALONE.to_owned()),
                    ("claimwire-delivery-id", input.delivery.to_string()),
                    ("claimwire-event-id", input.event.id()),
                    ("claimwire-attempt", input.attempt.to_string()),
                ];
                let body = input.event.fact.event_data.get().as_bytes();
                let body = Bytes::copy_from_slice(body);
                let of = (input.target, input.shop.no);
                Step::Send(call(of, ALONE.to_owned(), headers.into(), body))
            }
        }
    }

    fn batch(&self) -> Option<Batch> {
        Some(Batch {
            deliveries: 6,
            bytes: 1 << 20,
            every: Duration::from_millis(200),
            again: self.again,
        })
    }

    fn part(&self, input: &Input<'_>) -> Part {
        let (id, attempt) = (input.delivery, input.attempt);
        let event = input.event.id();
        let data = input.event.fact.event_data.get().replace('\n', " ");
        Part::Joins(format!("{id}|{attempt}|{event}\n{data}").into())
    }

    fn step_batch(&self, input: &BatchInput<'_>) -> BatchStep {
        let all = |end: End| BatchStep::End(vec![end; input.parts.len()]);
        match input.last {
            Last::Answer(answer) => match answer.status {
                429 => all(judged(Ack::Any2xx, answer, input.now)),
                status @ 400..500 => BatchStep::Apart(Failure {
                    error: format!("status_{status}").into(),
                    detail: "one of them is wrong".to_owned(),
                }),
                _ => all(judged(Ack::Any2xx, answer, input.now)),
            },
            Last::NoAnswer(error) => all(End::unanswered(error)),
            _ => BatchStep::Send(together(input)),
        }
    }

    fn hides(&self, _: &Target, _: &str) -> bool {
        false
    }
}

fn together(input: &BatchInput<'_>) -> Call {
    let (mut names, mut bodies) = (Vec::new(), Vec::new());
    for part in input.parts {
        let mut halves = part.splitn(2, |byte| *byte == b'\n');
        let name = halves.next().unwrap_or_default();
        names.push(String::from_utf8_lossy(name).into_owned());
        bodies.push(halves.next().unwrap_or_default());
    }
    let step = format!("events ({})", names.len());
    let headers = [
        (STEP_HEADER, step.clone()),
        (MEMBERS_HEADER, names.join(" ")),
    ];
    let body = bodies.join(&b"\n"[..]);
    call(
        (input.target, input.shop.no),
        step,
        headers.into(),
        body.into(),
    )
}

fn call((target, shop): (&Target, ShopNo), name: String, headers: Headers, body: Bytes) -> Call {
    Call {
        name: Some(name.into()),
        request: Request {
            method: Method::Post,
            url: url(target),
            headers,
            body,
            timeout: Duration::from_secs(u64::from(target.timeout_seconds)),
            egress: None,
            answer_limit: claimwire_wire::send::RESPONSE_BODY_READ,
            answer_room: None,
            shop,
        },
    }
}
