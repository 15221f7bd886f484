//! What a helpdesk's answer that is not a success means (contract section 6, promise 3, and the vendors'
//! own rules).

use claimwire_model::Timestamp;
use claimwire_model::delivery::ERROR_DETAIL_CHARS;
use claimwire_model::verdict::{Ending, RETRY_AFTER_AT_MOST, throttled_until};
use claimwire_wire::driver::End;
use claimwire_wire::send::Answer;
use serde_json::Value;

use super::clean::{cut, line};
use super::desk::{Desk, Helpdesk};

/// Characters of a vendor's own words.
const REASON: usize = 300;

/// How the run ends after this answer to the named call.
pub(crate) fn refused(
    helpdesk: &dyn Helpdesk,
    desk: &Desk,
    called: &str,
    answer: &Answer,
    now: Timestamp,
) -> End {
    let name = helpdesk.about().name;
    let json = json(answer);
    let status = answer.status;
    let reason = reason(helpdesk, desk, &json, answer);
    let said = format!("{name} answered {status} to `{called}`{reason}");
    let end = |ending, error: String, detail: String| {
        End::not(ending, error, cut(&detail, ERROR_DETAIL_CHARS))
    };
    let permanent = Ending::Refused { disable: None };
    match status {
        401 | 403 => {
            let (error, what) = match status {
                401 => ("credentials_refused", "does not take the credentials"),
                _ => ("forbidden", "refuses the right to do this"),
            };
            let disable = format!(
                "{name} {what} ({status}{reason}): set the credentials of a user who may, then activate the connector"
            );
            let disable = Some(cut(&disable, ERROR_DETAIL_CHARS));
            end(Ending::Refused { disable }, error.to_owned(), said)
        }
        429 => end(
            throttled(helpdesk, answer, now),
            "throttled".to_owned(),
            said,
        ),
        400..=499 if !matches!(status, 408 | 409 | 421 | 423 | 425) => {
            if helpdesk.is_suspended(&json) {
                let detail = format!(
                    "{said}: the customer is suspended there, so no ticket can be filed for them"
                );
                return end(permanent, "requester_suspended".to_owned(), detail);
            }
            end(permanent, format!("status_{status}"), said)
        }
        300..=399 => {
            let detail =
                format!("{said}: redirects are not followed, check the connector's address");
            end(Ending::FAILED, format!("status_{status}"), detail)
        }
        _ => end(
            throttled(helpdesk, answer, now),
            format!("status_{status}"),
            said,
        ),
    }
}

/// How it ends after a 2xx that cannot be understood.
pub(crate) fn unreadable(helpdesk: &dyn Helpdesk, called: &str, answer: &Answer) -> End {
    let detail = format!(
        "{} answered {} to `{called}`, but not with what its API is documented to: check the connector's address",
        helpdesk.about().name,
        answer.status
    );
    End::not(Ending::FAILED, "answer_unreadable", detail)
}

/// The answer's body as JSON; null where it is not, as of a 429 in plain text.
pub(crate) fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or(Value::Null)
}

fn throttled(helpdesk: &dyn Helpdesk, answer: &Answer, now: Timestamp) -> Ending {
    let by_header = answer
        .header("retry-after")
        .and_then(|text| throttled_until(text, now));
    let own = || {
        let until = helpdesk.quiet_until(answer)?;
        let until = until.min(now.plus(RETRY_AFTER_AT_MOST));
        (until > now).then_some(until)
    };
    Ending::Failed {
        throttled_until: by_header.or_else(own),
    }
}

/// `: its own words`, without what lets us in, should it have echoed that.
fn reason(helpdesk: &dyn Helpdesk, desk: &Desk, json: &Value, answer: &Answer) -> String {
    let words = helpdesk.reason(json).unwrap_or_else(|| match json {
        // Not a page of HTML: that is a proxy's or a wrong address's.
        Value::Null if !answer.body.starts_with(b"<") => {
            String::from_utf8_lossy(&answer.body).into_owned()
        }
        _ => String::new(),
    });
    let mut words = words;
    for secret in desk.credentials.values().filter_map(Value::as_str) {
        if secret.len() >= 4 {
            words = words.replace(secret, "***");
        }
    }
    let words = line(&words, REASON);
    match words.is_empty() {
        true => words,
        false => format!(": {words}"),
    }
}
