//! What goes on record of an attempt.

use std::borrow::Cow;
use std::time::Duration;

use claimwire_model::delivery::Attempt;
use claimwire_model::verdict::Ending;
use claimwire_model::webhook::Ack;
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

/// Why an attempt with a webhook that acknowledges like this failed, as a sentence; none when it did not.
fn sentence(ack: Ack, came: &Result<Answer, SendError>) -> Option<String> {
    let status = match came {
        Err(error) => return Some(error.sentence()),
        Ok(_) if ending(came).acknowledged(ack) => return None,
        Ok(answer) => answer.status,
    };
    Some(match status {
        200..=299 => format!("the endpoint answered {status}; only 200 counts for this webhook"),
        300..=399 => format!("the endpoint answered {status}; redirects are not followed"),
        _ => format!("the endpoint answered {status}"),
    })
}

/// The record of an attempt to a webhook that acknowledges like this.
pub(crate) fn attempt(
    number: u32,
    started_at: Timestamp,
    duration: Duration,
    request_headers: Vec<(String, String)>,
    ack: Ack,
    came: &Result<Answer, SendError>,
) -> Attempt {
    let answer = came.as_ref().ok();
    let body = answer.map_or(&[][..], |answer| &answer.body);
    let error_detail = sentence(ack, came);
    Attempt {
        number,
        started_at,
        duration,
        status_code: answer.map(|answer| answer.status),
        error: error_detail.as_ref().map(|_| ending(came).error_name()),
        error_detail,
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
        error_detail: Some("the webhook's dialect has no form of this event".to_owned()),
        request_headers: Vec::new(),
        response_headers: Vec::new(),
        response_body: Vec::new(),
    }
}
