//! Which webhooks and connectors someone should look at, and what was delivered.

use claimwire_model::target::{Kind, Target, TargetStatus};
use claimwire_store::PageRequest;
use claimwire_store::directory::TargetFilter;
use uuid::Uuid;

use super::stats::{BucketView, Latency};
use crate::access::{As, Viewer};
use crate::call::Call;
use crate::hours::Hours;
use crate::refusal::Refusal;

/// Webhooks, and connectors, that are looked through, the newest first.
const LOOKED_THROUGH: usize = 1_000;
/// Of one page of them.
const AT_ONCE: usize = 100;
/// Of each that are told of.
const TOLD: usize = 50;

/// A webhook or connector that someone should look at.
#[derive(Debug)]
pub struct Troubled {
    /// Its id.
    pub uuid: Uuid,
    /// Webhook or connector.
    pub kind: Kind,
    /// What people know it by.
    pub label: String,
    /// Whether it gets requests.
    pub status: TargetStatus,
    /// Attempts that failed since the last that got through.
    pub consecutive_failures: u32,
    /// Why it was switched off.
    pub disabled_reason: Option<String>,
}

/// What there is to look at.
#[derive(Debug, Default)]
pub struct Attention {
    /// Webhooks and connectors that were looked through.
    pub looked_through: usize,
    /// Whether the shop has more than these.
    pub more: bool,
    /// At most 50 of each of those that were disabled, wait to be verified, or failed last.
    pub troubled: Vec<Troubled>,
}

/// The webhooks and connectors of the shop that someone should look at. From memory when warm: it counts nothing that waits.
///
/// # Errors
/// Only the store's.
pub async fn attention(viewer: &As<'_, Viewer>) -> Result<Attention, Refusal> {
    let mut found = Attention::default();
    for kind in [Kind::Webhook, Kind::Connector] {
        look_through(viewer.call(), kind, &mut found).await?;
    }
    Ok(found)
}

async fn look_through(call: &Call<'_>, kind: Kind, found: &mut Attention) -> Result<(), Refusal> {
    let mut request = PageRequest::first(AT_ONCE);
    let (mut looked_through, mut told) = (0, 0);
    loop {
        let filter = TargetFilter::of(kind);
        let page = call.store.targets(call.shop.no, filter, request).await?;
        looked_through += page.items.len();
        found.looked_through += page.items.len();
        let troubled = page.items.iter().filter(|target| is_troubled(target));
        let room = TOLD - told;
        let before = found.troubled.len();
        found
            .troubled
            .extend(troubled.take(room).map(|target| Troubled {
                uuid: target.uuid,
                kind,
                label: target.label().to_owned(),
                status: target.status,
                consecutive_failures: target.health.consecutive_failures,
                disabled_reason: target.health.disabled_reason.clone(),
            }));
        request.after = page.next;
        told += found.troubled.len() - before;
        let more = request.after.is_some();
        if !more || looked_through >= LOOKED_THROUGH || told >= TOLD {
            found.more |= more;
            return Ok(());
        }
    }
}

fn is_troubled(target: &Target) -> bool {
    match target.status {
        TargetStatus::Disabled | TargetStatus::Unverified => true,
        TargetStatus::Active => target.health.consecutive_failures > 0,
        TargetStatus::Inactive => false,
    }
}

/// Webhooks, and connectors, whose attempts [`day`] sums up: the newest.
pub const SUMMED: usize = 20;

/// What the shop's newest webhooks and connectors did in the last 24 hours, all together.
///
/// # Errors
/// Only the store's.
pub async fn day(viewer: &As<'_, Viewer>, hours: &Hours) -> Result<Vec<BucketView>, Refusal> {
    let call = viewer.call();
    let mut day: Vec<BucketView> = Vec::new();
    for kind in [Kind::Webhook, Kind::Connector] {
        let request = PageRequest::first(SUMMED);
        let page = call
            .store
            .targets(call.shop.no, TargetFilter::of(kind), request);
        for target in page.await?.items {
            let counted = hours.day(call.store, target.no, call.now).await?;
            let counted = counted.into_iter().map(BucketView::from);
            if day.is_empty() {
                day = counted.collect();
                continue;
            }
            for (sum, hour) in day.iter_mut().zip(counted) {
                sum.delivered += hour.delivered;
                sum.failed += hour.failed;
                sum.latency_ms = slower(sum.latency_ms.take(), hour.latency_ms);
            }
        }
    }
    Ok(day)
}

fn slower(a: Option<Latency>, b: Option<Latency>) -> Option<Latency> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if a.p95 < b.p95 { b } else { a }),
        (a, b) => a.or(b),
    }
}
