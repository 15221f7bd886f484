//! No scheduled attempt is earlier than the retry table and the receiver's `Retry-After` say.

use crate::case::Case;
use crate::history::Deed;
use crate::schedules::walk;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let slack = case.remains.plan.slack_ms();
    let mut found = Vec::new();
    walk(case, |_, entry, schedules| {
        let Deed::Started { shot, .. } = &entry.deed else {
            return;
        };
        let Some(shot) = case.shots.get(*shot).filter(|shot| !shot.is_manual()) else {
            return;
        };
        let Some(id) = shot.delivery else { return };
        let due = schedules.get(id).map_or(0, |schedule| schedule.not_before);
        if shot.at + slack < due {
            found.push((
                shot.at,
                format!("{id} was attempted {} ms early", due - shot.at),
            ));
        }
    });
    found
}
