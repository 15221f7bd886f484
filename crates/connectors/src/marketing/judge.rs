//! What a marketing tool's answer that is not a success means, beside what it means of any vendor.

use std::time::Duration;

use claimwire_model::Timestamp;
use claimwire_wire::driver::End;
use claimwire_wire::send::Answer;
use serde_json::Value;

use super::tool::Tool;
use crate::account::Account;
use crate::judge::{Exceptions, Judged};
use crate::words::first;

/// Characters of a vendor's own words.
const REASON_CHARS: usize = 200;
/// HubSpot answers 477 while it moves an account, with `Retry-After`.
const EXCEPTIONS: Exceptions = Exceptions {
    busy: &[477],
    ..Exceptions::NONE
};

/// How the run ends after this answer to the named call.
pub(crate) fn refused(
    tool: &dyn Tool,
    account: &Account,
    called: &str,
    answer: &Answer,
    now: Timestamp,
) -> End {
    let (name, status) = (tool.about().name, answer.status);
    let said = match reason(tool, account, answer) {
        Some(reason) => format!("{name} answered {status} to `{called}`: {reason}"),
        None => format!("{name} answered {status} to `{called}`"),
    };
    let judged = Judged {
        said,
        exceptions: &EXCEPTIONS,
        credentials: "set a key that is valid, then activate the connector",
        right: tool.right(),
        wrong: match status {
            404 => "check `settings.base_url`",
            _ => "",
        },
        quiet: tool.quiet_until(answer, now),
    };
    judged.end(answer, now)
}

/// So many seconds from now, as vendors' own headers say it.
pub(crate) fn in_seconds(text: &str, now: Timestamp) -> Option<Timestamp> {
    let seconds = text.trim().parse().ok()?;
    Some(now.plus(Duration::from_secs(seconds)))
}

/// The vendor's own words, without what lets us in, should it have echoed that.
fn reason(tool: &dyn Tool, account: &Account, answer: &Answer) -> Option<String> {
    let json: Value = serde_json::from_slice(&answer.body).ok()?;
    let words = account.masked(&tool.reason(&json)?);
    let words: Vec<&str> = words.split_whitespace().collect();
    let words = words.join(" ");
    (!words.is_empty()).then(|| first(words.trim_end_matches('.'), REASON_CHARS))
}
