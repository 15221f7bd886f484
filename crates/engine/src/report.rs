//! What goes on record of an attempt.

use std::borrow::Cow;
use std::time::Duration;

use claimwire_model::delivery::{Attempt, Split, Stages};
use claimwire_model::{Headers, Timestamp};
use claimwire_wire::driver::Failure;
use claimwire_wire::secrets::{MASK, Secrets};
use claimwire_wire::send::{Answer, RESPONSE_BODY_KEPT, SendError};

/// A request that was made, and what came of it.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) number: u32,
    pub(crate) step: Option<Cow<'static, str>>,
    pub(crate) started_at: Timestamp,
    pub(crate) duration: Duration,
    pub(crate) stages: Stages,
    pub(crate) request_headers: Headers,
    /// Masked where the answer repeats them.
    pub(crate) secrets: Secrets,
    /// A good answer's body is a secret.
    pub(crate) hides_answer: bool,
    pub(crate) came: Result<Answer, SendError>,
}

/// The record of a request, and of why it failed.
pub(crate) fn attempt(sent: Sent, failure: Option<Failure>) -> Attempt {
    let (status_code, response_headers, response_body) = match sent.came {
        Ok(answer) if sent.hides_answer && answer.is_success() => {
            let headers = sent.secrets.masked_headers(answer.headers);
            (Some(answer.status), headers, MASK.into())
        }
        Ok(answer) => {
            let body = sent.secrets.masked_bytes(&answer.body);
            let body = body.get(..RESPONSE_BODY_KEPT).unwrap_or(&body).to_vec();
            let headers = sent.secrets.masked_headers(answer.headers);
            (Some(answer.status), headers, body)
        }
        Err(_) => (None, Headers::default(), Vec::new()),
    };
    Attempt {
        step: sent.step.map(Cow::into_owned),
        status_code,
        response_headers,
        response_body,
        request_headers: sent.request_headers,
        duration: sent.duration,
        split: Split::of(&sent.stages, sent.duration),
        ..not_sent(sent.number, sent.started_at, failure)
    }
}

/// The record of a run that ended without a request.
pub(crate) fn not_sent(number: u32, started_at: Timestamp, failure: Option<Failure>) -> Attempt {
    let (error, error_detail) = failure
        .map(|failure| (failure.error.into_owned(), failure.detail))
        .unzip();
    Attempt {
        error,
        error_detail,
        ..Attempt::at(number, started_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(status: u16, hides_answer: bool) -> Vec<u8> {
        let answer = Answer {
            status,
            headers: Headers::default(),
            body: "{\"access_token\": \"t\"}".into(),
        };
        let sent = Sent {
            number: 1,
            step: Some("token".into()),
            started_at: Timestamp::from_secs(0),
            duration: Duration::ZERO,
            stages: Stages::default(),
            request_headers: Headers::default(),
            secrets: Secrets::default(),
            hides_answer,
            came: Ok(answer),
        };
        attempt(sent, None).response_body
    }

    #[test]
    fn a_good_answer_that_is_a_secret_is_on_no_record() {
        assert_eq!(recorded(200, true), MASK.as_bytes());
        assert!(
            recorded(401, true).starts_with(b"{"),
            "why it failed is told"
        );
        assert!(recorded(200, false).starts_with(b"{"));
    }
}
