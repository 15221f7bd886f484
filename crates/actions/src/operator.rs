//! What the server's operator looks at: all shops, what waits in each, which webhooks and connectors are slow.

use claimwire_model::target::{Kind, Target, TargetStatus};
use claimwire_store::directory::TargetFilter;
use claimwire_store::{PageRequest, StoreError};
use uuid::Uuid;

use crate::access::Operator;
use crate::hours::Hours;
use crate::ports::Ports;
use crate::refusal::Refusal;

/// Shops that are looked at: the newest.
pub const SHOPS: usize = 100;
/// Webhooks and connectors of all of them that are looked at.
pub const TARGETS: usize = 200;
/// Slow ones that are told of.
const SLOWEST: usize = 10;

/// One shop.
#[derive(Debug)]
pub struct ShopState {
    /// In its pages' addresses.
    pub slug: String,
    /// For people.
    pub name: String,
    /// Webhooks and connectors that were looked at.
    pub targets: usize,
    /// Of them, those that are switched off by the server or failed last.
    pub troubled: usize,
    /// Deliveries that wait for them.
    pub waiting: u64,
}

/// A webhook or connector.
#[derive(Debug)]
pub struct TargetState {
    /// Its shop.
    pub slug: String,
    /// Its id.
    pub uuid: Uuid,
    /// Webhook or connector.
    pub kind: Kind,
    /// What people know it by.
    pub label: String,
    /// 95 of 100 attempts of its slowest hour were faster, in milliseconds.
    pub p95: f64,
    /// Deliveries that wait for it.
    pub waiting: u64,
}

/// What there is to look at.
#[derive(Debug, Default)]
pub struct Overview {
    /// The newest shops.
    pub shops: Vec<ShopState>,
    /// Whether there are more shops, webhooks or connectors than were looked at.
    pub more: bool,
    /// The slowest of the last 24 hours, the slowest first.
    pub slowest: Vec<TargetState>,
    /// The most that wait for one, the most first.
    pub deepest: Vec<TargetState>,
    /// Attempts of the last 24 hours that were acknowledged.
    pub delivered: u64,
    /// Those that were not.
    pub failed: u64,
}

/// Looks through the server.
///
/// # Errors
/// Only the store's.
pub async fn overview(_: &Operator, ports: &Ports, hours: &Hours) -> Result<Overview, Refusal> {
    let (mut found, mut all) = (Overview::default(), Vec::new());
    let shops = ports.store.shops(PageRequest::first(SHOPS)).await?;
    found.more = shops.next.is_some();
    for shop in &shops.items {
        let mut state = ShopState {
            slug: shop.slug.clone(),
            name: shop.name.clone(),
            targets: 0,
            troubled: 0,
            waiting: 0,
        };
        for kind in [Kind::Webhook, Kind::Connector] {
            let room = TARGETS.saturating_sub(all.len());
            let request = PageRequest::first(room.clamp(1, 100));
            let page = ports
                .store
                .targets(shop.no, TargetFilter::of(kind), request);
            let page = page.await?;
            found.more |= page.next.is_some() || page.items.len() > room;
            for target in page.items.iter().take(room) {
                let target = of((ports, hours), &shop.slug, target, &mut found).await?;
                state.waiting += target.waiting;
                all.push(target);
            }
            state.targets += page.items.len();
            state.troubled += page
                .items
                .iter()
                .filter(|target| is_troubled(target))
                .count();
        }
        found.shops.push(state);
    }
    all.sort_by(|a, b| b.p95.total_cmp(&a.p95));
    let (slow, rest) = all.split_at(all.len().min(SLOWEST));
    let mut deep: Vec<&TargetState> = slow.iter().chain(rest).collect();
    deep.sort_by_key(|target| std::cmp::Reverse(target.waiting));
    let deep = deep.into_iter().filter(|target| target.waiting > 0);
    found.deepest = deep.take(SLOWEST).map(TargetState::copy).collect();
    let slow = slow.iter().filter(|target| target.p95 > 0.0);
    found.slowest = slow.map(TargetState::copy).collect();
    Ok(found)
}

async fn of(
    (ports, hours): (&Ports, &Hours),
    slug: &str,
    target: &Target,
    found: &mut Overview,
) -> Result<TargetState, Refusal> {
    let buckets = hours.day(&*ports.store, target.no, ports.now()).await?;
    found.delivered += buckets.iter().map(|bucket| bucket.delivered).sum::<u64>();
    found.failed += buckets.iter().map(|bucket| bucket.failed).sum::<u64>();
    let latency = buckets
        .iter()
        .filter_map(|bucket| bucket.latency_ms.as_ref());
    let waiting = match ports.store.pending(target.no).await {
        // Deleted a moment ago.
        Err(StoreError::NotFound) => 0,
        other => other?,
    };
    Ok(TargetState {
        slug: slug.to_owned(),
        uuid: target.uuid,
        kind: target.kind(),
        label: target.label().to_owned(),
        p95: latency.map(|latency| latency.p95).fold(0.0, f64::max),
        waiting,
    })
}

fn is_troubled(target: &Target) -> bool {
    match target.status {
        TargetStatus::Disabled => true,
        TargetStatus::Active => target.health.consecutive_failures > 0,
        TargetStatus::Unverified | TargetStatus::Inactive => false,
    }
}

impl TargetState {
    fn copy(&self) -> Self {
        Self {
            slug: self.slug.clone(),
            label: self.label.clone(),
            ..*self
        }
    }
}
