//! What goes on record of an attempt.

use std::borrow::Cow;
use std::time::Duration;

use claimwire_model::delivery::Attempt;
use claimwire_model::verdict::Ending;
use claimwire_model::{Timestamp, Webhook};
use claimwire_wire::send::{Answer, RESPONSE_BODY_KEPT, SendError};

/// Stands for the value of a webhook's own header, which may be a secret.
const MASK: &str = "***";

/// The request's headers, the values of the webhook's own masked.
pub(crate) fn masked(
    headers: &[(Cow<'static, str>, String)],
    webhook: &Webhook,
) -> Vec<(String, String)> {
    let value = |name: &str, value: &String| {
        if webhook.headers.contains_key(name) {
            MASK.to_owned()
        } else {
            value.clone()
        }
    };
    headers
        .iter()
        .map(|(name, sent)| (name.to_string(), value(name, sent)))
        .collect()
}

/// How the attempt ended, as far as judging goes.
pub(crate) fn ending(came: &Result<Answer, SendError>) -> Ending {
    match came {
        Ok(answer) => Ending::Answered {
            status: answer.status,
            retry_after: answer.header("retry-after").map(str::to_owned),
        },
        Err(error) => Ending::Unanswered {
            error: error.kind.as_str().to_owned(),
        },
    }
}

/// The record of an attempt; whether it failed is for the verdict to say.
pub(crate) fn attempt(
    number: u32,
    started_at: Timestamp,
    duration: Duration,
    request_headers: Vec<(String, String)>,
    came: &Result<Answer, SendError>,
) -> Attempt {
    let answer = came.as_ref().ok();
    let body = answer.map_or(&[][..], |answer| &answer.body);
    Attempt {
        number,
        started_at,
        duration,
        status_code: answer.map(|answer| answer.status),
        error: None,
        request_headers,
        response_headers: answer.map_or_else(Vec::new, |answer| answer.headers.clone()),
        response_body: body.get(..RESPONSE_BODY_KEPT).unwrap_or(body).to_vec(),
    }
}

/// The record of an attempt that could not be made, because the webhook's dialect has no form of the event.
pub(crate) fn not_sent(number: u32, started_at: Timestamp) -> Attempt {
    Attempt {
        number,
        started_at,
        duration: Duration::ZERO,
        status_code: None,
        error: Some("not_in_dialect".to_owned()),
        request_headers: Vec::new(),
        response_headers: Vec::new(),
        response_body: Vec::new(),
    }
}
