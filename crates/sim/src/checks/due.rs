//! No scheduled attempt is earlier than the retry table and the receiver's `Retry-After` say.

use crate::case::Case;
use crate::schedules::walk;
use crate::trace::TraceEvent;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let slack = case.remains.plan.slack_ms();
    let mut found = Vec::new();
    walk(case, |_, entry, schedules| {
        let TraceEvent::Started { request_no, .. } = &entry.event else {
            return;
        };
        for sent in case.attempts_of(*request_no) {
            if sent.is_manual() || sent.step > 0 {
                continue;
            }
            let Some(id) = sent.delivery else { return };
            let due = schedules.get(id).map_or(0, |schedule| schedule.not_before);
            if sent.at + slack < due {
                found.push((
                    sent.at,
                    format!("{id} was attempted {} ms early", due - sent.at),
                ));
            }
        }
    });
    found
}
