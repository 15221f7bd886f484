//! What happens in a shop.

use std::sync::{Arc, OnceLock};

use claimwire_model::event::Fact;
use claimwire_model::subject::Subject;
use claimwire_model::{PerformedBy, Shop, Source, SubjectKind, catalogue};
use serde_json::value::RawValue;

use crate::chance::Chance;
use crate::time::instant;

/// Bears the shop's number in every body, so that a stray one is seen.
pub const MARK: &str = "mark-of-shop-";

const REFS: [&str; 7] = [
    "claims/created",
    "claims/updated",
    "claims/details_changed",
    "claims/closed",
    "orders/synced",
    "shipments/delivered/SUCCESSFULLY_DELIVERED",
    "contacts/created",
];

fn samples() -> &'static [Fact] {
    static SAMPLES: OnceLock<Vec<Fact>> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let now = instant(0);
        REFS.iter()
            .filter_map(|name| catalogue::sample(name, now))
            .collect()
    })
}

/// One change's facts: most about one of a few claims, some as the catalogue's examples.
pub fn facts(chance: &Chance, shop: &Arc<Shop>, key: &str) -> Vec<Fact> {
    let count = chance.pick(1, &[1, 1, 2, 4]);
    let subject = format!("subject-{}", chance.below(3));
    (0..count)
        .filter_map(|n| {
            let samples = samples();
            let place = usize::try_from(chance.below(samples.len() as u64)).ok()?;
            let mut fact = samples.get(place)?.clone();
            fact.performed_by = PerformedBy {
                source: chance.pick(Source::Api, &[Source::Ui]),
                ..PerformedBy::default()
            };
            let kind = fact.subject.as_ref().map_or(SubjectKind::Claim, |s| s.kind);
            fact.subject = (!chance.percent(10)).then(|| Subject {
                kind,
                id: subject.clone(),
            });
            if chance.percent(70) {
                let data = format!(
                    "{{\"claim_id\":\"{subject}\",\"mark\":\"{MARK}{}.\"}}",
                    shop.no.0
                );
                fact.event_data = RawValue::from_string(data).ok()?.into();
                fact.posted = true;
            }
            if chance.percent(10) {
                fact.given_id = Some(format!("given-{key}-{n}"));
            }
            Some(fact)
        })
        .collect()
}
