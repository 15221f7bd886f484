//! Nothing goes to a wrong shop, nor to a webhook that it does not concern.

use crate::case::Case;
use crate::writer::MARK;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let mut found = Vec::new();
    for sent in &case.attempts {
        let Some(id) = sent.delivery else { continue };
        let (Some(told), Some(webhook)) = (case.events.get(&id.event), case.webhook(sent.target))
        else {
            found.push((
                sent.at,
                format!("{id} is of no event or webhook that is known"),
            ));
            continue;
        };
        let own = format!("{MARK}{}.", webhook.shop.0);
        let body = String::from_utf8_lossy(sent.body());
        let strange = body
            .match_indices(MARK)
            .any(|(at, _)| body.get(at..).is_none_or(|rest| !rest.starts_with(&own)));
        if sent.target != id.target || told.shop != webhook.shop || strange {
            found.push((sent.at, format!("{id} went to webhook {}", sent.target.0)));
        }
    }
    for id in case.remains.deliveries.keys() {
        let concerned = case
            .events
            .get(&id.event)
            .is_some_and(|told| told.matched.contains(&id.target));
        if !concerned {
            found.push((
                0,
                format!("{id} is a delivery of an event that does not concern its webhook"),
            ));
        }
    }
    found
}
