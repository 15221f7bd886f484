//! One sample event, sent to a webhook now.

use claimwire_model::target::TargetStatus;
use claimwire_model::webhook::Ack;
use claimwire_model::{Dialect, Headers, Timestamp};
use claimwire_store::directory::Once;
use claimwire_store::queue::Verified;
use claimwire_wire::driver::Driver as _;
use claimwire_wire::driver::webhook::{WebhookDriver, judged};
use claimwire_wire::secrets::Secrets;
use claimwire_wire::send::{Answer, RESPONSE_BODY_KEPT};
use claimwire_wire::{Attempted, test_event};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::checks;
use super::view::{MASK, find};
use crate::access::{As, Editor};
use crate::call::{conflicting, valued};
use crate::idempotency::{Keyed, OK};
use crate::limits::Limit;
use crate::refusal::{FieldError, Refusal};

/// Which sample to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestRequest {
    /// A ref of the catalogue; the dialect's own test event when absent.
    #[serde(default)]
    #[schema(max_length = 256)]
    pub event: Option<String>,
}

/// What came back.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestResult {
    /// Whether a delivery with this answer would count as delivered.
    pub ok: bool,
    /// The answer's status; null when there was none.
    pub status_code: Option<u16>,
    /// Until the answer was read or given up.
    pub duration_ms: u64,
    /// Why it would not count: a name (`status_500`, `timeout`), and a sentence where there was no answer.
    pub error: Option<String>,
    /// The first 16 KiB of the answer.
    pub response_body: Option<String>,
}

/// A test with all that went over the wire.
#[derive(Debug)]
pub struct Exchange {
    /// What came of it.
    pub result: TestResult,
    /// As sent, values of static headers masked.
    pub request_headers: Headers,
    /// As sent.
    pub request_body: String,
    /// As answered; none where there was no answer.
    pub response_headers: Headers,
}

/// Sends the sample, whatever the webhook's status. Exactly 200 verifies an unverified webhook.
///
/// # Errors
/// When the webhook is not there, or the event is none that its dialect has.
pub async fn test(
    editor: &As<'_, Editor>,
    uuid: Uuid,
    request: TestRequest,
    keyed: Option<Keyed<TestResult>>,
) -> Result<Once<TestResult>, Refusal> {
    let call = editor.call();
    find(call, uuid).await?;
    if let Some(answered) = call.earlier(keyed.as_ref()).await? {
        return Ok(Once::Before(answered));
    }
    let Exchange { result, .. } = exchange(editor, uuid, request).await?;
    let Some(record) = keyed.map(|keyed| keyed.record(OK, &result)) else {
        return Ok(Once::Now(result));
    };
    let now = call.ports.now();
    let once = call.store.remember(Some(call.shop.no), record, now).await;
    Ok(valued(once.map_err(conflicting)?, result))
}

/// The same, for someone who wants to see all of it.
///
/// # Errors
/// As [`test`].
pub async fn exchange(
    editor: &As<'_, Editor>,
    uuid: Uuid,
    request: TestRequest,
) -> Result<Exchange, Refusal> {
    let call = editor.call();
    let TestRequest { event } = request;
    let (target, webhook) = find(call, uuid).await?;
    checks::check_dialect(target.dialect(), Dialect::default())?;
    let sample = test_event(target.dialect(), event.as_deref(), call.shop, call.now);
    let sample = sample.ok_or_else(|| no_sample(event.as_deref().unwrap_or_default()))?;
    let sample = sample.for_webhook(target.dialect(), &webhook);
    let _running = call.running(Limit::RunningTests)?;
    let delivery_id = format!("test_{}", Uuid::new_v4().simple());
    let attempted = Attempted {
        delivery_id: &delivery_id,
        attempt: 1,
    };
    let request = claimwire_wire::request(&target, &webhook, &sample, attempted, call.now);
    let hides = |name: &str| WebhookDriver.hides(&target, name);
    let request_headers = request.headers.masked(MASK, hides);
    let secrets = WebhookDriver.secrets(&target, &request.headers);
    let request_body = String::from_utf8_lossy(&request.body).into_owned();
    let began = call.ports.now();
    let answer = call.ports.sender.send(request.pinned(call.shop)).await;
    let ended = call.ports.now();

    let duration_ms = u64::try_from(ended.since(began).as_millis()).unwrap_or(u64::MAX);
    let result = match &answer {
        Ok(answer) => answered(webhook.ack, answer, &secrets, ended, duration_ms),
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
    let response_headers = answer.map(|answer| secrets.masked_headers(answer.headers));
    let response_headers = response_headers.unwrap_or_default();
    Ok(Exchange {
        result,
        request_headers,
        request_body,
        response_headers,
    })
}

fn answered(
    ack: Ack,
    answer: &Answer,
    secrets: &Secrets,
    ended: Timestamp,
    duration_ms: u64,
) -> TestResult {
    let end = judged(ack, answer, ended);
    TestResult {
        ok: end.failure.is_none(),
        status_code: Some(answer.status),
        duration_ms,
        error: end.failure.map(|failure| failure.error.into_owned()),
        response_body: Some(kept(&secrets.masked_bytes(&answer.body))),
    }
}

fn kept(body: &[u8]) -> String {
    String::from_utf8_lossy(body.get(..RESPONSE_BODY_KEPT).unwrap_or(body)).into_owned()
}

pub(super) fn no_sample(event: &str) -> Refusal {
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
