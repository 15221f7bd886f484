//! Which webhooks someone should look at.

use claimwire_model::target::{Kind, Target, TargetStatus};
use claimwire_store::PageRequest;
use claimwire_store::directory::TargetFilter;
use uuid::Uuid;

use crate::access::{As, Viewer};
use crate::refusal::Refusal;

/// Webhooks that are looked through, the newest first.
const LOOKED_THROUGH: usize = 1_000;
/// Of one page of them.
const AT_ONCE: usize = 100;
/// Webhooks that are told of.
const TOLD: usize = 50;

/// A webhook that someone should look at.
#[derive(Debug)]
pub struct Troubled {
    /// Its id.
    pub uuid: Uuid,
    /// Its URL.
    pub url: String,
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
    /// Webhooks that were looked through.
    pub looked_through: usize,
    /// Whether the shop has more than these.
    pub more: bool,
    /// At most 50 of those that were disabled, wait to be verified, or failed last.
    pub troubled: Vec<Troubled>,
}

/// The webhooks of the shop that someone should look at. From memory when warm: it counts nothing that waits.
///
/// # Errors
/// Only the store's.
pub async fn attention(viewer: &As<'_, Viewer>) -> Result<Attention, Refusal> {
    let call = viewer.call();
    let mut found = Attention::default();
    let mut request = PageRequest::first(AT_ONCE);
    loop {
        let filter = TargetFilter::of(Kind::Webhook);
        let page = call.store.targets(call.shop.no, filter, request).await?;
        found.looked_through += page.items.len();
        let troubled = page.items.iter().filter(|target| is_troubled(target));
        found.troubled.extend(troubled.map(|target| Troubled {
            uuid: target.uuid,
            url: target.label().to_owned(),
            status: target.status,
            consecutive_failures: target.health.consecutive_failures,
            disabled_reason: target.health.disabled_reason.clone(),
        }));
        request.after = page.next;
        found.more = request.after.is_some();
        if !found.more || found.looked_through >= LOOKED_THROUGH || found.troubled.len() >= TOLD {
            found.troubled.truncate(TOLD);
            return Ok(found);
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
