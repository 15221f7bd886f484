//! One sample event, sent to a webhook now.

use claimwire_model::Timestamp;
use claimwire_model::target::TargetStatus;
use claimwire_model::webhook::Ack;
use claimwire_store::StoreError;
use claimwire_store::directory::Once;
use claimwire_store::queue::Verified;
use claimwire_wire::driver::webhook::judged;
use claimwire_wire::send::{Answer, RESPONSE_BODY_KEPT, Sender};
use claimwire_wire::{Attempted, request, test_event};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{find, not_found};
use crate::call::{Call, Done, encode};
use crate::input;
use crate::refusal::{FieldError, Refusal};

/// Which sample to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestRequest {
    /// A ref of the catalogue; the dialect's own test event when absent.
    #[serde(default)]
    #[schema(max_length = 256)]
    event: Option<String>,
}

/// What came back.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestResult {
    /// Whether a delivery with this answer would count as delivered.
    ok: bool,
    /// The answer's status; null when there was none.
    status_code: Option<u16>,
    /// Until the answer was read or given up.
    duration_ms: u64,
    /// Why it would not count: a name (`status_500`, `timeout`), and a sentence where there was no answer.
    error: Option<String>,
    /// The first 16 KiB of the answer.
    response_body: Option<String>,
}

/// Sends the sample, whatever the webhook's status. Exactly 200 verifies an unverified webhook.
/// `clock` tells how long it took.
///
/// # Errors
/// When the webhook is not there, or the event is none that its dialect has.
pub async fn test(
    call: &Call<'_>,
    uuid: Uuid,
    body: &[u8],
    sender: &dyn Sender,
    clock: &(dyn Fn() -> Timestamp + Send + Sync),
) -> Result<Done, Refusal> {
    let TestRequest { event } = input::parse(body)?;
    let (target, webhook) = find(call, uuid).await?;
    if let Some(done) = call.earlier().await? {
        return Ok(done);
    }
    let sample = test_event(target.dialect(), event.as_deref(), call.shop, call.now);
    let sample = sample.ok_or_else(|| no_sample(event.as_deref().unwrap_or_default()))?;
    let delivery_id = format!("test_{}", Uuid::new_v4().simple());
    let request = request(
        &target,
        &webhook,
        &sample,
        Attempted {
            delivery_id: &delivery_id,
            attempt: 1,
        },
        call.now,
    )
    .pinned(call.shop);
    let began = clock();
    let answer = sender.send(request).await;
    let ended = clock();

    let duration_ms = u64::try_from(ended.since(began).as_millis()).unwrap_or(u64::MAX);
    let result = match &answer {
        Ok(answer) => answered(webhook.ack, answer, ended, duration_ms),
        Err(error) => TestResult {
            ok: false,
            status_code: None,
            duration_ms,
            error: Some(format!("{}: {}", error.kind, error.sentence())),
            response_body: None,
        },
    };
    if result.status_code == Some(200) && target.status == TargetStatus::Unverified {
        let verified = Verified {
            target: target.no,
            version: target.version,
            passed: true,
        };
        call.store.verified(verified, ended).await?;
    }
    let body = encode(&result)?.into_bytes();
    let Some(record) = call.record(200, &body) else {
        return Ok(Done {
            status: 200,
            body,
            repeated: false,
        });
    };
    match call.store.remember(Some(call.shop.no), record, ended).await {
        Ok(Once::Now(())) => Ok(Done {
            status: 200,
            body,
            repeated: false,
        }),
        Ok(Once::Before(answered)) => Ok(answered.into()),
        Err(error @ StoreError::Conflict) => Err(not_found(error, uuid)),
        Err(error) => Err(error.into()),
    }
}

fn answered(ack: Ack, answer: &Answer, ended: Timestamp, duration_ms: u64) -> TestResult {
    let end = judged(ack, answer, ended);
    TestResult {
        ok: end.failure.is_none(),
        status_code: Some(answer.status),
        duration_ms,
        error: end.failure.map(|failure| failure.error.into_owned()),
        response_body: Some(kept(&answer.body)),
    }
}

fn kept(body: &[u8]) -> String {
    String::from_utf8_lossy(body.get(..RESPONSE_BODY_KEPT).unwrap_or(body)).into_owned()
}

fn no_sample(event: &str) -> Refusal {
    Refusal::Invalid {
        key: "event_unknown",
        errors: vec![FieldError {
            field: "/event".to_owned(),
            message: format!(
                "`{event}` is no event that this webhook's dialect has; see GET /v1/event-types"
            ),
        }],
    }
}
