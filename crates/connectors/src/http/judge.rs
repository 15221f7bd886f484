//! What an answer of an unknown tool means.

use claimwire_model::Timestamp;
use claimwire_model::verdict::Ending;
use claimwire_model::webhook::Ack;
use claimwire_wire::driver::{End, webhook};
use claimwire_wire::send::Answer;

/// As of a webhook, but that a request which is wrong is wrong for good, and one that is not let in stops the
/// connector.
pub(super) fn judged(answer: &Answer, now: Timestamp) -> End {
    let status = answer.status;
    let said = format!("the endpoint answered {status}");
    match status {
        401 | 403 => {
            let why = format!(
                "{said}: it does not take the credentials; set others, then activate the connector"
            );
            let ending = Ending::Refused {
                disable: Some(why.clone()),
            };
            End::not(ending, "credentials_refused", why)
        }
        400 | 405 | 413 | 415 | 422 => End::not(
            Ending::Refused { disable: None },
            format!("status_{status}"),
            format!(
                "{said}: it does not take this request; see its answer, and `settings.body_template`"
            ),
        ),
        _ => webhook::judged(Ack::Any2xx, answer, now),
    }
}

/// What the answer to a GET says in a test: whether there is anything that lets us in. Many take nothing but
/// POST, and say so.
pub(super) fn looked(answer: &Answer, now: Timestamp) -> End {
    match answer.status {
        200..=299 | 400 | 405 | 406 | 411 | 415 | 422 | 501 => End::DELIVERED,
        _ => judged(answer, now),
    }
}
