//! What is posted and what comes back, made.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use claimwire_model::delivery::Attempt;
use claimwire_model::event::Fact;
use claimwire_model::filter::{SourceFilter, Subscription};
use claimwire_model::target::{Target, TargetKind};
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::webhook::{Secrets, Webhook};
use claimwire_model::{Dialect, PerformedBy, ShopNo, Timestamp};
use claimwire_store::Handed;
use claimwire_store::queue::Outcome;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::Failure;

pub fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(0))
}

/// An active webhook with one entry in its filter.
pub fn webhook(shop: ShopNo, entry: &str) -> Result<Target, Failure> {
    let subscription = Subscription::new(Dialect::Karla, SourceFilter::All, vec![entry.to_owned()])
        .map_err(|entries| format!("{entries:?}"))?;
    let secrets = Secrets::new("a secret of some length");
    let webhook = Webhook::new("https://receiver.example/hook", secrets);
    let kind = TargetKind::Webhook(webhook);
    Ok(Target::new(shop, Uuid::new_v4(), kind, subscription, now()))
}

pub fn fact(data: &str) -> Result<Fact, Failure> {
    Ok(Fact {
        given_id: None,
        r#ref: "claims/created".to_owned(),
        event_group: Some("claim_created".to_owned()),
        triggered_at: now(),
        subject: None,
        event_data: RawValue::from_string(data.to_owned())?.into(),
        context: None,
        changes: None,
        performed_by: PerformedBy {
            name: Some("a key".to_owned()),
            ..PerformedBy::default()
        },
        posted: true,
    })
}

pub fn outcome(handed: &Handed) -> Outcome {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Outcome {
        id: handed.id,
        lease: handed.lease,
        manual: handed.manual,
        attempt: Arc::new(Attempt {
            duration: Duration::from_millis(3),
            status_code: Some(200),
            request_headers: [
                header("content-type", "application/json"),
                header("user-agent", "claimwire/0.1.0"),
                header(
                    "karla-signature",
                    "t=1769698127,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd",
                ),
                header("claimwire-event-id", "evt_0000000000000"),
                header("claimwire-delivery-id", "dlv_00000000000000000000000000"),
                header("claimwire-attempt", "1"),
            ]
            .into(),
            response_headers: [
                header("content-length", "2"),
                header("date", "Thu, 29 Jan 2026 14:48:47 GMT"),
            ]
            .into(),
            response_body: b"ok".to_vec(),
            ..Attempt::at(handed.attempts + 1, now())
        }),
        verdict: Verdict::only(Next::Delivered),
    }
}
