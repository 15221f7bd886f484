//! What is counted of mails.

use metrics::counter;

use crate::judge::{Came, Next};

const MAILS: &str = "claimwire_mails_total";

pub(crate) fn describe() {
    metrics::describe_counter!(
        MAILS,
        "Mails by result: sent, failed (and tried again), given_up."
    );
}

/// One mail was tried.
pub(crate) fn mailed(came: &Came, next: Next) {
    let result = match (came, next) {
        (Came::Sent, _) => "sent",
        (_, Next::Ended) => "given_up",
        (_, Next::Again(_)) => "failed",
    };
    counter!(MAILS, "result" => result).increment(1);
}
