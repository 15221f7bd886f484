//! What was sent to a target last, and what fails and what to do about it.

use std::collections::BTreeMap;

use claimwire_actions::deliveries::{self, DeliveryView, Filter};
use claimwire_actions::{As, Refusal, Viewer};
use claimwire_model::DeliveryId;
use claimwire_model::delivery::DeliveryStatus;
use claimwire_store::PageRequest;

use crate::pages::deliveries::advice::advice;
use crate::pages::deliveries::kind_of;

/// Deliveries of the newest that are listed.
const SHOWN: usize = 10;
/// Deliveries of the newest that are looked through for failures.
const LOOKED_THROUGH: usize = 100;

/// Deliveries that failed for the same reason.
#[derive(Debug)]
pub(crate) struct Failures {
    pub error: String,
    pub count: usize,
    pub advice: &'static str,
    pub newest: DeliveryId,
}

/// The newest deliveries of one target, and its failures, the most frequent first.
#[derive(Debug)]
pub(crate) struct Recent {
    pub deliveries: Vec<DeliveryView>,
    pub failures: Vec<Failures>,
    /// Whether some of them are not tried again by themselves.
    pub given_up: bool,
}

impl Recent {
    /// `of`: the filter that names the target.
    pub async fn of(viewer: &As<'_, Viewer>, of: Filter) -> Result<Self, Refusal> {
        let request = PageRequest::first(LOOKED_THROUGH);
        let failed = Filter {
            status: Some(DeliveryStatus::Failed),
            ..of.clone()
        };
        let recent = deliveries::list(viewer, of, request).await?.items;
        let failed = deliveries::list(viewer, failed, request).await?.items;
        let failures = grouped(&recent, &failed);
        Ok(Self {
            given_up: !failed.is_empty(),
            failures,
            deliveries: recent.into_iter().take(SHOWN).collect(),
        })
    }
}

/// What was given up, and what of the newest failed last and is tried again, by error: the most frequent first.
fn grouped(recent: &[DeliveryView], failed: &[DeliveryView]) -> Vec<Failures> {
    let mut by_error: BTreeMap<String, Failures> = BTreeMap::new();
    let retried = recent.iter().filter(|delivery| {
        let waits = matches!(
            delivery.status,
            DeliveryStatus::Pending | DeliveryStatus::Held
        );
        waits && delivery.last_error.is_some()
    });
    for delivery in failed.iter().chain(retried) {
        let error = delivery.last_error.clone().unwrap_or_default();
        by_error
            .entry(error.clone())
            .and_modify(|failures| failures.count += 1)
            .or_insert(Failures {
                advice: advice(&error, kind_of(delivery)),
                error,
                count: 1,
                newest: delivery.id,
            });
    }
    let mut groups: Vec<Failures> = by_error.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups
}
