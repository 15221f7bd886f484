//! Values that cases are made of.

use std::sync::Arc;
use std::time::Duration;

use claimwire_model::delivery::{Attempt, Split, Stages};
use claimwire_model::event::Fact;
use claimwire_model::filter::{SourceFilter, Subscription};
use claimwire_model::json::SharedJson;
use claimwire_model::retry::RetryPolicy;
use claimwire_model::subject::Subject;
use claimwire_model::target::TargetKind;
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::webhook::Secrets;
use claimwire_model::{
    DeliveryId, Dialect, Event, EventNo, PerformedBy, ShopNo, Source, SubjectKind, Target,
    Timestamp, Webhook,
};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::commit::{Answered, Content, Idempotency, Write};
use crate::directory::Once;
use crate::handed::Handed;
use crate::page::PageRequest;
use crate::queue::Outcome;

/// A time, in seconds after the suite's beginning.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(1_790_000_000 + seconds)
}

/// The first page, of 100.
pub(super) fn all() -> PageRequest {
    PageRequest::first(100)
}

pub(super) fn json(text: &str) -> SharedJson {
    RawValue::from_string(text.to_owned()).unwrap().into()
}

/// `claims/created` of this claim, through the API.
pub(super) fn fact(claim: &str) -> Fact {
    Fact {
        given_id: None,
        r#ref: "claims/created".into(),
        event_group: Some("claim_created".into()),
        triggered_at: at(0),
        subject: Some(Subject {
            kind: SubjectKind::Claim,
            id: claim.into(),
        }),
        event_data: json(&format!(r#"{{"id":"{claim}"}}"#)),
        context: None,
        changes: None,
        performed_by: PerformedBy {
            source: Source::Api,
            user_id: None,
            name: Some("key".into()),
            trace: None,
        },
        posted: false,
    }
}

/// An event made elsewhere, with the id that its caller chose.
pub(super) fn given(id: &str) -> Fact {
    Fact {
        given_id: Some(id.into()),
        posted: true,
        ..fact("given")
    }
}

/// A record whose answer lists the events' ids.
pub(super) fn idempotency(key: &str, request: u8) -> Idempotency {
    Idempotency {
        key: key.into(),
        fingerprint: [request; 32],
        status: 201,
        body: Box::new(|events| {
            let ids: Vec<_> = events.iter().map(|event| event.id()).collect();
            ids.join(",").into_bytes()
        }),
    }
}

pub(super) fn answered(body: &str) -> Answered {
    Answered {
        status: 201,
        body: body.into(),
    }
}

/// A write of a claim.
pub(super) fn write(id: &str, expected_version: u64, json: &str) -> Write {
    Write {
        kind: SubjectKind::Claim,
        id: id.into(),
        expected_version,
        after: Some(Content {
            parent: None,
            json: json.into(),
        }),
    }
}

pub(super) fn verdict(next: Next) -> Verdict {
    Verdict::only(next)
}

/// What was done now.
pub(super) fn now<T: std::fmt::Debug>(once: Once<T>) -> T {
    match once {
        Once::Now(done) => done,
        Once::Before(answered) => panic!("was done before: {answered:?}"),
    }
}

/// An active webhook that subscribes to everything, `standard`, without order.
pub(super) fn webhook(shop: ShopNo, uuid: Uuid) -> Target {
    let secrets = Secrets::new("whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ");
    let webhook = Webhook::new("https://receiver.example/hook", secrets);
    Target {
        retry: RetryPolicy {
            delays: vec![Duration::from_secs(5), Duration::from_secs(300)],
            jitter: 0.0,
            disable_after: None,
            disable_after_failing: None,
        },
        ..Target::new(
            shop,
            uuid,
            TargetKind::Webhook(webhook),
            subscription(&["*"], SourceFilter::All),
            at(0),
        )
    }
}

pub(super) fn subscription(entries: &[&str], source: SourceFilter) -> Subscription {
    let entries = entries.iter().map(|entry| (*entry).to_owned()).collect();
    Subscription::new(Dialect::Standard, source, entries).unwrap()
}

/// The delivery of an event for a webhook.
pub(super) fn id(event: &Event, webhook: &Target) -> DeliveryId {
    DeliveryId {
        event: event.no,
        target: webhook.no,
    }
}

/// The events of what was taken, in order.
pub(super) fn events_of(handed: &[Handed]) -> Vec<EventNo> {
    handed.iter().map(|handed| handed.event.no).collect()
}

/// An attempt of 20 ms that ended at `ended`: answered 200, or 500 when it was not delivered.
pub(super) fn attempt(handed: &Handed, delivered: bool, ended: Timestamp) -> Attempt {
    let duration = Duration::from_millis(20);
    let waited = Stages {
        first_byte: Some(Duration::from_millis(15)),
        ..Stages::default()
    };
    Attempt {
        split: Split::of(&waited, duration),
        duration,
        status_code: Some(if delivered { 200 } else { 500 }),
        error: (!delivered).then(|| "status: 500".to_owned()),
        ..Attempt::at(handed.attempts + 1, ended.minus(duration))
    }
}

pub(super) fn outcome(handed: &Handed, verdict: Verdict, ended: Timestamp) -> Outcome {
    Outcome {
        id: handed.id,
        lease: handed.lease,
        manual: handed.manual,
        attempt: Arc::new(attempt(handed, verdict.next == Next::Delivered, ended)),
        verdict: Verdict {
            activation: handed.target.health.activation,
            ..verdict
        },
    }
}
