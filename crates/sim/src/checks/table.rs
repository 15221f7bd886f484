//! Never more attempts than the retry table allows, and never fewer before a delivery ends `failed`.

use claimwire_model::delivery::DeliveryStatus;

use crate::case::Case;
use crate::schedules::{Stage, walk};
use crate::trace::TraceEvent;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let mut found = Vec::new();
    let schedules = walk(case, |_, entry, schedules| {
        let TraceEvent::Granted { handed, .. } = &entry.event else {
            return;
        };
        let ended = schedules
            .get(handed.id)
            .is_some_and(|s| matches!(s.stage, Stage::Delivered | Stage::Failed));
        if ended && !handed.manual && !case.alike.contains(&handed.id) {
            found.push((
                entry.at,
                format!("{} was taken though it has ended", handed.id),
            ));
        }
    });
    let end = case.remains.entries.last().map_or(0, |entry| entry.at);
    for (id, schedule) in schedules.all() {
        let Some((delivery, _)) = case.remains.deliveries.get(&id) else {
            continue;
        };
        let alike = match (schedule.stage, delivery.status) {
            (Stage::Unclear, _) => true,
            _ if case.alike.contains(&id) => true,
            (Stage::Failed, status) => status == DeliveryStatus::Failed,
            (Stage::Delivered, status) => status == DeliveryStatus::Delivered,
            (Stage::Waiting, status) => {
                !matches!(status, DeliveryStatus::Failed | DeliveryStatus::Delivered)
            }
        };
        if !alike {
            found.push((
                end,
                format!(
                    "{id} is {:?} after {} failures, and should be {:?}",
                    delivery.status, schedule.failures, schedule.stage
                ),
            ));
        }
    }
    found
}
