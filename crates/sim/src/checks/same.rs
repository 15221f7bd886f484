//! Event id and body never change between the attempts of a delivery, and the id is the event's own.

use std::collections::BTreeMap;

use bytes::Bytes;
use claimwire_model::DeliveryId;

use crate::case::Case;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let mut first: BTreeMap<DeliveryId, &Bytes> = BTreeMap::new();
    let mut found = Vec::new();
    for shot in &case.shots {
        let Some(id) = shot.delivery else { continue };
        let own = case.events.get(&id.event).map(|told| told.event.id());
        if shot.header("claimwire-event-id") != own.as_deref() {
            found.push((shot.at, format!("{id} bears another event's id")));
        }
        let body = &shot.request.body;
        if *first.entry(id).or_insert(body) != body {
            found.push((shot.at, format!("{id} has another body than before")));
        }
    }
    found
}
