//! Event id and body never change between the attempts of a delivery, and the id is the event's own.

use std::collections::BTreeMap;

use bytes::Bytes;
use claimwire_model::DeliveryId;

use crate::case::Case;

pub(super) fn check(case: &Case<'_>) -> Vec<(u64, String)> {
    let mut first: BTreeMap<DeliveryId, &Bytes> = BTreeMap::new();
    let mut found = Vec::new();
    for sent in &case.attempts {
        let Some(id) = sent.delivery else { continue };
        let own = case.events.get(&id.event).map(|told| told.event.id());
        if sent.header("claimwire-event-id") != own.as_deref() {
            found.push((sent.at, format!("{id} bears another event's id")));
        }
        let body = sent.body();
        if *first.entry(id).or_insert(body) != body {
            found.push((sent.at, format!("{id} has another body than before")));
        }
    }
    found
}
