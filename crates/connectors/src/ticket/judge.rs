//! What a helpdesk's answer that is not a success means, beside what it means of any vendor.

use claimwire_model::Timestamp;
use claimwire_model::delivery::ERROR_DETAIL_CHARS;
use claimwire_model::verdict::Ending;
use claimwire_wire::driver::End;
use claimwire_wire::send::Answer;
use serde_json::Value;

use super::clean::line;
use super::desk::{Desk, Helpdesk};
use crate::account::masked;
use crate::judge::{Exceptions, Judged, Means};
use crate::words::shortened;

/// Characters of a vendor's own words.
const REASON: usize = 300;
/// None of them means anything else by a status.
const EXCEPTIONS: Exceptions = Exceptions::NONE;

/// Where a vendor says with 400 that a right is missing.
const RIGHT_MISSING: Exceptions = Exceptions {
    forbidden: &[400],
    ..EXCEPTIONS
};

/// How the run ends after this answer to the named call. `ours`: it is about a ticket that this run made, so that is
/// there.
pub(crate) fn refused(
    helpdesk: &dyn Helpdesk,
    desk: &Desk,
    called: &str,
    answer: &Answer,
    ours: bool,
    now: Timestamp,
) -> End {
    let json = json(answer);
    let said = format!(
        "{} answered {} to `{called}`{}",
        helpdesk.about().name,
        answer.status,
        reason(helpdesk, desk, &json, answer)
    );
    if Means::of(answer.status, &EXCEPTIONS) == Means::Never && helpdesk.is_suspended(&json) {
        let detail =
            format!("{said}: the customer is suspended there, so no ticket can be filed for them");
        let detail = shortened(&detail, ERROR_DETAIL_CHARS);
        return End::not(
            Ending::Refused { disable: None },
            "requester_suspended",
            detail,
        );
    }
    let judged = Judged {
        said,
        exceptions: match ours && helpdesk.lacks_right(&json) {
            true => &RIGHT_MISSING,
            false => &EXCEPTIONS,
        },
        credentials: "set credentials that are taken, then activate the connector",
        right: "set the credentials of a user who may do this, then activate the connector",
        wrong: "",
        quiet: helpdesk.quiet_until(answer),
    };
    judged.end(answer, now)
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

/// `: its own words`, without what lets us in, should it have echoed that.
fn reason(helpdesk: &dyn Helpdesk, desk: &Desk, json: &Value, answer: &Answer) -> String {
    let words = helpdesk.reason(json).unwrap_or_else(|| match json {
        // Not a page of HTML: that is a proxy's or a wrong address's.
        Value::Null if !answer.body.starts_with(b"<") => {
            String::from_utf8_lossy(&answer.body).into_owned()
        }
        _ => String::new(),
    });
    let words = masked(&desk.credentials, &words);
    let words = line(&words, REASON);
    match words.is_empty() {
        true => words,
        false => format!(": {words}"),
    }
}
