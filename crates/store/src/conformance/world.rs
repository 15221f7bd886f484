//! A shop in a fresh store, and short words for what most cases do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering as Atomic};
use std::time::Duration;

use claimwire_model::delivery::{Attempt, Delivery, DeliveryStatus};
use claimwire_model::event::Fact;
use claimwire_model::filter::Subscription;
use claimwire_model::health::Health;
use claimwire_model::json::RawJson;
use claimwire_model::retry::RetryPolicy;
use claimwire_model::subject::Subject;
use claimwire_model::verdict::{Next, Verdict};
use claimwire_model::webhook::{Ack, Ordering, Secrets, Signing, SourceFilter, WebhookStatus};
use claimwire_model::{
    DeliveryId, Dialect, Event, PerformedBy, Shop, ShopNo, Source, SubjectKind, TargetNo,
    Timestamp, Webhook,
};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::Store;
use crate::commit::{Answered, Commit, Committed, Content, Idempotency, Write};
use crate::directory::{NewShop, Once};
use crate::error::StoreResult;
use crate::intake::Handed;
use crate::page::{Page, PageRequest};
use crate::queue::{Outcome, Taken};

/// How long the leases of [`World::take`] are.
pub(super) const LEASE: Duration = Duration::from_secs(60);

/// A time, in seconds after the suite's beginning.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(1_790_000_000 + seconds)
}

/// The first page, of 100.
pub(super) fn all() -> PageRequest {
    PageRequest {
        limit: 100,
        after: None,
    }
}

pub(super) fn json(text: &str) -> RawJson {
    RawValue::from_string(text.to_owned()).unwrap()
}

/// `claims/created` of this claim, through the API.
pub(super) fn fact(claim: &str) -> Fact {
    Fact {
        given_id: None,
        r#ref: "claims/created".into(),
        event_group: Some("claim_created".into()),
        triggered_at: at(0),
        subject: Some(Subject {
            kind: SubjectKind::Claim,
            id: claim.into(),
        }),
        event_data: json(&format!(r#"{{"id":"{claim}"}}"#)),
        context: None,
        changes: None,
        performed_by: PerformedBy {
            source: Source::Api,
            user_id: None,
            name: Some("key".into()),
        },
        posted: false,
    }
}

/// An event made elsewhere, with the id that its caller chose.
pub(super) fn given(id: &str) -> Fact {
    Fact {
        given_id: Some(id.into()),
        posted: true,
        ..fact("given")
    }
}

/// A record whose answer lists the events' ids.
pub(super) fn idempotency(key: &str, request: u8) -> Idempotency {
    Idempotency {
        key: key.into(),
        fingerprint: [request; 32],
        status: 201,
        body: Box::new(|events| {
            let ids: Vec<_> = events.iter().map(|event| event.id()).collect();
            ids.join(",").into_bytes()
        }),
    }
}

pub(super) fn answered(body: &str) -> Answered {
    Answered {
        status: 201,
        body: body.into(),
    }
}

/// A write of a claim.
pub(super) fn write(id: &str, expected_version: u64, json: &str) -> Write {
    Write {
        kind: SubjectKind::Claim,
        id: id.into(),
        expected_version,
        after: Some(Content {
            parent: None,
            json: json.into(),
        }),
    }
}

pub(super) fn verdict(next: Next) -> Verdict {
    Verdict {
        next,
        disable: None,
        warn: None,
        pause_until: None,
    }
}

/// What was done now.
pub(super) fn now<T: std::fmt::Debug>(once: Once<T>) -> T {
    match once {
        Once::Now(done) => done,
        Once::Before(answered) => panic!("was done before: {answered:?}"),
    }
}

/// An active webhook that hears of everything, `standard`, without order.
pub(super) fn webhook(shop: ShopNo, uuid: Uuid) -> Webhook {
    Webhook {
        no: TargetNo(0),
        uuid,
        shop,
        url: "https://receiver.example/hook".into(),
        subscription: subscription(&["*"], SourceFilter::All),
        secrets: Secrets {
            current: "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ".into(),
            previous: None,
            ed25519_seed: None,
        },
        description: None,
        status: WebhookStatus::Active,
        headers: BTreeMap::new(),
        signing: Signing::Hmac,
        timeout_seconds: 15,
        retry: RetryPolicy {
            delays: vec![Duration::from_secs(5), Duration::from_secs(300)],
            jitter: 0.0,
            disable_after: None,
            disable_after_failing: None,
        },
        rate_limit: None,
        max_in_flight: 32,
        ordering: Ordering::None,
        ack: Ack::Any2xx,
        verify: false,
        verification_due: false,
        egress: None,
        health: Health::default(),
        created_at: at(0),
        updated_at: at(0),
        version: 0,
    }
}

pub(super) fn subscription(entries: &[&str], source: SourceFilter) -> Subscription {
    let entries = entries.iter().map(|entry| (*entry).to_owned()).collect();
    Subscription::new(Dialect::Standard, source, entries).unwrap()
}

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
        };
        now(self.store.create_shop(shop, at(0), None).await.unwrap())
    }

    /// A new webhook, with what `change` makes of it.
    pub async fn webhook(&self, change: impl FnOnce(&mut Webhook)) -> Arc<Webhook> {
        let mut webhook = webhook(self.shop.no, self.uuid());
        change(&mut webhook);
        now(self
            .store
            .create_webhook(webhook, at(0), None)
            .await
            .unwrap())
    }

    /// The webhook as it is kept, with what `change` makes of it.
    pub async fn update(
        &self,
        webhook: &Webhook,
        when: Timestamp,
        change: impl FnOnce(&mut Webhook),
    ) -> Arc<Webhook> {
        let mut webhook = Webhook::clone(&*self.target(webhook).await);
        change(&mut webhook);
        now(self
            .store
            .update_webhook(webhook, when, None)
            .await
            .unwrap())
    }

    pub async fn set_status(
        &self,
        webhook: &Webhook,
        status: WebhookStatus,
        when: Timestamp,
    ) -> Arc<Webhook> {
        self.update(webhook, when, |w| w.status = status).await
    }

    /// The webhook as it is kept.
    pub async fn target(&self, webhook: &Webhook) -> Arc<Webhook> {
        self.store.target(webhook.no).await.unwrap()
    }

    pub fn commit_of(&self, facts: Vec<Fact>, when: Timestamp) -> Commit {
        Commit {
            shop: self.shop.clone(),
            now: when,
            writes: Vec::new(),
            facts,
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
        let page = self.store.events(self.shop.no, all()).await.unwrap();
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

    pub async fn take_some(&self, webhook: &Webhook, limit: usize, when: Timestamp) -> Taken {
        let taken = self.store.take(webhook.no, limit, when, when.plus(LEASE));
        taken.await.unwrap()
    }

    /// Everything that may go.
    pub async fn take(&self, webhook: &Webhook, when: Timestamp) -> Vec<Handed> {
        self.take_some(webhook, 100, when).await.deliveries
    }

    /// The one delivery that may go.
    pub async fn take_one(&self, webhook: &Webhook, when: Timestamp) -> Handed {
        let mut taken = self.take(webhook, when).await;
        assert_eq!(taken.len(), 1, "one delivery may go");
        taken.pop().unwrap()
    }

    pub async fn record(&self, handed: &Handed, next: Next, when: Timestamp) {
        self.record_verdict(handed, verdict(next), when).await;
    }

    pub async fn record_verdict(&self, handed: &Handed, verdict: Verdict, when: Timestamp) {
        let outcome = outcome(handed, verdict, when);
        self.store.record(vec![outcome], when).await.unwrap();
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
    pub async fn ended(&self, webhook: &Webhook, next: Next, when: Timestamp) -> DeliveryId {
        let event = self.event(when).await;
        let handed = self.take(webhook, when).await;
        let handed = handed.iter().find(|h| h.event.no == event.no).unwrap();
        self.record(handed, next, when).await;
        handed.id
    }
}

/// The delivery of an event for a webhook.
pub(super) fn id(event: &Event, webhook: &Webhook) -> DeliveryId {
    DeliveryId {
        event: event.no,
        target: webhook.no,
    }
}

/// The events of what was taken, in order.
pub(super) fn events_of(handed: &[Handed]) -> Vec<claimwire_model::EventNo> {
    handed.iter().map(|handed| handed.event.no).collect()
}

/// An attempt of 20 ms that ended at `ended`: answered 200, or 500 when it was not delivered.
pub(super) fn attempt(handed: &Handed, delivered: bool, ended: Timestamp) -> Attempt {
    let duration = Duration::from_millis(20);
    Attempt {
        number: handed.attempts + 1,
        started_at: ended.minus(duration),
        duration,
        status_code: Some(if delivered { 200 } else { 500 }),
        error: (!delivered).then(|| "status: 500".to_owned()),
        request_headers: Vec::new(),
        response_headers: Vec::new(),
        response_body: Vec::new(),
    }
}

pub(super) fn outcome(handed: &Handed, verdict: Verdict, ended: Timestamp) -> Outcome {
    Outcome {
        id: handed.id,
        lease_until: handed.lease_until,
        manual: handed.manual,
        attempt: attempt(handed, verdict.next == Next::Delivered, ended),
        verdict,
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
        let page = read(PageRequest { limit, after }).await.unwrap();
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
