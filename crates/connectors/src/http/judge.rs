//! What an answer of an unknown tool means, beside what it means of any vendor.

use claimwire_model::Timestamp;
use claimwire_wire::driver::End;
use claimwire_wire::send::Answer;

use crate::judge::{Exceptions, Judged};

/// As of a webhook: an endpoint may be missing for a while, and 410 says that it is gone for good.
const EXCEPTIONS: Exceptions = Exceptions {
    again: &[404],
    stops: &[410],
    ..Exceptions::NONE
};

/// How the run ends after this answer.
pub(super) fn judged(answer: &Answer, now: Timestamp) -> End {
    if answer.is_success() {
        return End::DELIVERED;
    }
    let credentials = "it does not take the credentials; set others, then activate the connector";
    let judged = Judged {
        said: format!("the endpoint answered {}", answer.status),
        exceptions: &EXCEPTIONS,
        credentials,
        right: credentials,
        wrong: match answer.status {
            410 => "it is gone; set another `settings.url`, then activate the connector",
            _ => "it does not take this request; see its answer, and `settings.body_template`",
        },
        quiet: None,
    };
    judged.end(answer, now)
}

/// What the answer to a GET says in a test: whether there is anything that lets us in. Many take nothing but
/// POST, and say so.
pub(super) fn looked(answer: &Answer, now: Timestamp) -> End {
    match answer.status {
        200..=299 | 400 | 405 | 406 | 411 | 415 | 422 | 501 => End::DELIVERED,
        _ => judged(answer, now),
    }
}
