//! What an answer that is not a success means for the delivery and the connector.

use std::time::Duration;

use claimwire_model::Timestamp;
use claimwire_model::delivery::ERROR_DETAIL_CHARS;
use claimwire_model::verdict::{Ending, RETRY_AFTER_AT_MOST, throttled_until};
use claimwire_wire::driver::End;
use claimwire_wire::send::Answer;
use serde_json::Value;

use super::tool::Tool;

/// Characters of a vendor's own words.
const REASON_CHARS: usize = 200;

/// How the run ends after this answer to the named call. A missing right or wrong credentials concern all
/// deliveries, so they disable the connector; a busy vendor is left alone for as long as it says; what is wrong
/// with this one event never heals.
pub(crate) fn refused(tool: &dyn Tool, called: &str, answer: &Answer, now: Timestamp) -> End {
    let (name, status) = (tool.about().name, answer.status);
    let said = match reason(tool, answer) {
        Some(reason) => format!("{name} answered {status} to `{called}`: {reason}"),
        None => format!("{name} answered {status} to `{called}`"),
    };
    let (ending, error, advice) = match status {
        401 => (
            disabling(
                &said,
                "set a key that is valid, then activate the connector",
            ),
            "credentials_refused".into(),
            "the key is not valid, or no longer",
        ),
        403 => (
            disabling(&said, tool.right()),
            "forbidden".into(),
            tool.right(),
        ),
        408 | 409 | 423 | 425 | 429 | 477 | 500.. | 300..=399 => (
            Ending::Failed {
                throttled_until: quiet(tool, answer, now),
            },
            format!("status_{status}"),
            "",
        ),
        404 => (
            Ending::Refused { disable: None },
            "status_404".into(),
            "check `settings.base_url`",
        ),
        _ => (
            Ending::Refused { disable: None },
            format!("status_{status}"),
            "",
        ),
    };
    let detail = match advice {
        "" => said,
        advice => format!("{said}; {advice}"),
    };
    End::not(ending, error, cut(&detail, ERROR_DETAIL_CHARS))
}

fn disabling(said: &str, advice: &str) -> Ending {
    let reason = format!("{said}; {advice}");
    Ending::Refused {
        disable: Some(cut(&reason, ERROR_DETAIL_CHARS)),
    }
}

/// The vendor's own way, else `Retry-After`.
fn quiet(tool: &dyn Tool, answer: &Answer, now: Timestamp) -> Option<Timestamp> {
    if !matches!(answer.status, 429 | 477 | 503) {
        return None;
    }
    let own = tool.quiet_until(answer, now).filter(|until| *until > now);
    own.map(|until| until.min(now.plus(RETRY_AFTER_AT_MOST)))
        .or_else(|| throttled_until(answer.header("retry-after")?, now))
}

/// So many seconds from now, as vendors' own headers say it.
pub(crate) fn in_seconds(text: &str, now: Timestamp) -> Option<Timestamp> {
    let seconds = text.trim().parse().ok()?;
    Some(now.plus(Duration::from_secs(seconds)))
}

fn reason(tool: &dyn Tool, answer: &Answer) -> Option<String> {
    let json: Value = serde_json::from_slice(&answer.body).ok()?;
    let words = tool.reason(&json)?;
    let words: Vec<&str> = words.split_whitespace().collect();
    let words = words.join(" ");
    (!words.is_empty()).then(|| cut(words.trim_end_matches('.'), REASON_CHARS))
}

/// At most so many characters.
pub(crate) fn cut(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}
