//! Every acknowledged event ends, for every webhook that it concerned.

use std::collections::BTreeMap;

use claimwire_model::DeliveryId;
use claimwire_model::delivery::DeliveryStatus;
use claimwire_model::target::TargetStatus;

use crate::case::Case;
use crate::trace::TraceEvent;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let mut found = Vec::new();
    let end = case.remains.entries.last().map_or(0, |entry| entry.at);
    if let Some(waits) = &case.remains.waits {
        found.push((end, format!("long after all is well {waits}")));
    }
    let mut keys = BTreeMap::new();
    for entry in &case.remains.entries {
        match &entry.event {
            TraceEvent::Committed { key, .. } => {
                let first = *keys.entry(key).or_insert(entry.at);
                if first != entry.at && !key.is_empty() {
                    found.push((entry.at, format!("{key} was committed twice")));
                }
            }
            TraceEvent::Acknowledged(key) if !keys.contains_key(key) => {
                found.push((
                    entry.at,
                    format!("{key} was acknowledged, but not committed"),
                ));
            }
            _ => {}
        }
    }
    for (no, told) in &case.events {
        for target in &told.matched {
            let id = DeliveryId {
                event: *no,
                target: *target,
            };
            if let Some(wrong) = wrong(case, id) {
                found.push((end, format!("{no} for webhook {}: {wrong}", target.0)));
            }
        }
    }
    found
}

fn wrong(case: &Case<'_>, id: DeliveryId) -> Option<String> {
    let Some((delivery, _)) = case.remains.deliveries.get(&id) else {
        return Some("there is no delivery".to_owned());
    };
    let gone = case.deleted.contains(&id.target);
    let (_, webhook) = case.webhooks.get(&id.target)?;
    let active = webhook.status == TargetStatus::Active;
    let acknowledged = || {
        case.attempts
            .iter()
            .filter(|sent| sent.delivery == Some(id))
            .filter_map(|sent| Some((sent, sent.end?)))
            .any(|(sent, end)| case.acknowledged(sent, &end))
    };
    let right = match delivery.status {
        DeliveryStatus::Delivered => acknowledged(),
        DeliveryStatus::Failed => true,
        DeliveryStatus::Held => !active && !gone,
        DeliveryStatus::Cancelled => gone,
        // Under the lease of a node that died, until that is over.
        DeliveryStatus::Delivering => !active && !gone,
        DeliveryStatus::Pending | DeliveryStatus::Expired => false,
    };
    (!right).then(|| {
        format!(
            "it ended as {:?}, its webhook {:?}",
            delivery.status, webhook.status
        )
    })
}
