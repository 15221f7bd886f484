//! The fixture of the cases: a shop in a fresh store, with short calls for what most cases do.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering as Atomic};
use std::time::Duration;

use claimwire_model::delivery::{Attempt, Delivery, DeliveryStatus};
use claimwire_model::event::Fact;
use claimwire_model::target::TargetStatus;
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::{DeliveryId, Event, Shop, Target, Timestamp};
use uuid::Uuid;

pub(super) use super::make::*;
use crate::Store;
use crate::commit::{Commit, Committed};
use crate::directory::NewShop;
use crate::error::StoreResult;
use crate::find::EventFilter;
use crate::handed::Handed;
use crate::page::{Page, PageRequest};
use crate::queue::Taken;

/// How long the leases of [`World::take`] are.
pub(super) const LEASE: Duration = Duration::from_secs(60);

/// A store with one shop.
pub(super) struct World {
    pub store: Arc<dyn Store>,
    pub shop: Arc<Shop>,
    pub count: AtomicU64,
}

impl World {
    pub async fn new(store: Arc<dyn Store>) -> Self {
        let shop = NewShop {
            id: Uuid::from_u128(1),
            slug: "shop".into(),
            name: "Shop".into(),
            notification_emails: Vec::new(),
        };
        let shop = now(store.create_shop(shop, at(0), None).await.unwrap());
        Self {
            store,
            shop,
            count: AtomicU64::new(1),
        }
    }

    pub fn uuid(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.count.fetch_add(1, Atomic::Relaxed)) + 1)
    }

    pub async fn new_shop(&self, slug: &str) -> Arc<Shop> {
        let shop = NewShop {
            id: self.uuid(),
            slug: slug.into(),
            name: slug.into(),
            notification_emails: Vec::new(),
        };
        now(self.store.create_shop(shop, at(0), None).await.unwrap())
    }

    /// A new webhook, with what `change` makes of it.
    pub async fn webhook(&self, change: impl FnOnce(&mut Target)) -> Arc<Target> {
        let mut webhook = webhook(self.shop.no, self.uuid());
        change(&mut webhook);
        now(self
            .store
            .create_target(webhook, at(0), None)
            .await
            .unwrap())
    }

    /// The webhook as it is kept, with what `change` makes of it.
    pub async fn update(
        &self,
        webhook: &Target,
        when: Timestamp,
        change: impl FnOnce(&mut Target),
    ) -> Arc<Target> {
        let mut webhook = Target::clone(&*self.target(webhook).await);
        change(&mut webhook);
        now(self.store.update_target(webhook, when, None).await.unwrap())
    }

    pub async fn set_status(
        &self,
        webhook: &Target,
        status: TargetStatus,
        when: Timestamp,
    ) -> Arc<Target> {
        self.update(webhook, when, |w| w.status = status).await
    }

    /// The webhook as it is kept.
    pub async fn target(&self, webhook: &Target) -> Arc<Target> {
        self.store.target(webhook.no).await.unwrap()
    }

    pub fn commit_of(&self, facts: Vec<Fact>, when: Timestamp) -> Commit {
        Commit {
            shop: self.shop.clone(),
            now: when,
            writes: Vec::new(),
            facts,
            images: Vec::new(),
            letters: Vec::new(),
            idempotency: None,
        }
    }

    pub async fn commit(&self, facts: Vec<Fact>, when: Timestamp) -> StoreResult<Vec<Arc<Event>>> {
        let committed = self.store.commit(self.commit_of(facts, when)).await?;
        Ok(match committed {
            Committed::Now(events) => events,
            Committed::Before(answered) => panic!("was done before: {answered:?}"),
        })
    }

    /// A new event of its own claim.
    pub async fn event(&self, when: Timestamp) -> Arc<Event> {
        let claim = self.uuid().to_string();
        self.event_of(&claim, when).await
    }

    /// A new event of this claim.
    pub async fn event_of(&self, claim: &str, when: Timestamp) -> Arc<Event> {
        let mut events = self.commit(vec![fact(claim)], when).await.unwrap();
        events.pop().unwrap()
    }

    pub async fn events(&self) -> Vec<Arc<Event>> {
        let page = self
            .store
            .events(self.shop.no, EventFilter::default(), all())
            .await
            .unwrap();
        page.items
    }

    /// The refs of all events, newest first.
    pub async fn refs(&self) -> Vec<String> {
        let events = self.events().await;
        events
            .iter()
            .map(|event| event.fact.r#ref.clone())
            .collect()
    }

    pub async fn take_some(&self, webhook: &Target, limit: usize, when: Timestamp) -> Taken {
        let taken = self.store.take(webhook.no, limit, when, LEASE);
        taken.await.unwrap()
    }

    /// Everything that may go.
    pub async fn take(&self, webhook: &Target, when: Timestamp) -> Vec<Handed> {
        self.take_some(webhook, 100, when).await.deliveries
    }

    /// The one delivery that may go.
    pub async fn take_one(&self, webhook: &Target, when: Timestamp) -> Handed {
        let mut taken = self.take(webhook, when).await;
        assert_eq!(taken.len(), 1, "one delivery may go");
        taken.pop().unwrap()
    }

    pub async fn release(&self, handed: &[Handed]) {
        let returned = handed.iter().map(Handed::returned).collect();
        self.store.release(returned).await.unwrap();
    }

    pub async fn record(&self, handed: &Handed, next: Next, when: Timestamp) {
        self.record_verdict(handed, verdict(next), when).await;
    }

    pub async fn record_verdict(&self, handed: &Handed, verdict: Verdict, when: Timestamp) {
        let outcome = outcome(handed, verdict, when);
        self.store.record([outcome].into(), when).await.unwrap();
    }

    pub async fn delivery(&self, id: DeliveryId, when: Timestamp) -> (Delivery, Vec<Attempt>) {
        self.store.delivery(self.shop.no, id, when).await.unwrap()
    }

    pub async fn status(&self, id: DeliveryId, when: Timestamp) -> DeliveryStatus {
        self.delivery(id, when).await.0.status
    }

    /// All deliveries, newest first.
    pub async fn deliveries(&self, when: Timestamp) -> Vec<Delivery> {
        let page = self
            .store
            .deliveries(self.shop.no, Default::default(), all(), when);
        page.await.unwrap().items
    }

    /// A delivery that was made for this event and webhook and ended so.
    pub async fn ended(&self, webhook: &Target, next: Next, when: Timestamp) -> DeliveryId {
        let event = self.event(when).await;
        let handed = self.take(webhook, when).await;
        let handed = handed.iter().find(|h| h.event.no == event.no).unwrap();
        self.record(handed, next, when).await;
        handed.id
    }
}

/// Every row of a list whose pages of `limit` are asked for by how many come before them.
pub(super) async fn pages_by_skipping<T, F>(
    limit: usize,
    mut read: impl FnMut(PageRequest) -> F,
) -> Vec<T>
where
    F: Future<Output = StoreResult<Page<T>>>,
{
    let mut rows = Vec::new();
    loop {
        let request = PageRequest {
            skip: rows.len(),
            ..PageRequest::first(limit)
        };
        let page = read(request).await.unwrap();
        let end = page.next.is_none();
        rows.extend(page.items);
        if end {
            return rows;
        }
    }
}

/// Every row of a list that is read in pages of `limit`.
pub(super) async fn pages<T, F>(limit: usize, mut read: impl FnMut(PageRequest) -> F) -> Vec<T>
where
    F: Future<Output = StoreResult<Page<T>>>,
{
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let page = read(PageRequest::after(limit, after)).await.unwrap();
        assert!(page.items.len() <= limit, "no page is longer than asked");
        let full = page.items.len() == limit;
        rows.extend(page.items);
        match page.next {
            Some(next) => {
                assert!(full, "a page that has a next one is full");
                after = Some(next);
            }
            None => return rows,
        }
    }
}
