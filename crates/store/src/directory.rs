//! Shops, keys and targets: few, read at every request, changed seldom.

use std::sync::Arc;

use async_trait::async_trait;
use claimwire_model::shop::{ApiKey, Role};
use claimwire_model::target::{Kind, Target, TargetStatus};
use claimwire_model::{ApiDialect, ClaimPage, Shop, ShopNo, TargetNo, Timestamp};
use uuid::Uuid;

use crate::commit::{Answered, Idempotency};
use crate::error::{StoreError, StoreResult};
use crate::page::{Page, PageRequest};

/// What a call with an idempotency record came to.
#[derive(Debug, Clone)]
pub enum Once<T> {
    /// Done now.
    Now(T),
    /// Done before, under the same key: the answer that was given.
    Before(Answered),
}

/// A shop about to be made.
#[derive(Debug, Clone)]
pub struct NewShop {
    /// For the outside.
    pub id: Uuid,
    /// Unique.
    pub slug: String,
    /// For people.
    pub name: String,
    /// Who is notified by e-mail about its webhooks.
    pub notification_emails: Vec<String>,
}

/// What changes about a shop.
#[derive(Debug, Clone, Default)]
pub struct ShopUpdate {
    /// For people; none: it stays.
    pub name: Option<String>,
    /// The egress profile, or that there is none any more; none: it stays.
    pub egress: Option<Option<String>>,
    /// Who is notified by e-mail about its webhooks; none: they stay.
    pub notification_emails: Option<Vec<String>>,
    /// The shapes of the API's answers; none: they stay.
    pub api_dialect: Option<ApiDialect>,
    /// The page for its customers, or that there is none any more; none: it stays.
    pub claim_page: Option<Option<Arc<ClaimPage>>>,
}

impl ShopUpdate {
    /// The shop as it is after the update at `now`.
    #[must_use]
    pub fn of(self, shop: &Shop, now: Timestamp) -> Shop {
        let Self {
            name,
            egress,
            notification_emails,
            api_dialect,
            claim_page,
        } = self;
        let shop = shop.clone();
        Shop {
            name: name.unwrap_or(shop.name),
            egress: egress.unwrap_or(shop.egress),
            notification_emails: notification_emails.unwrap_or(shop.notification_emails),
            api_dialect: api_dialect.unwrap_or(shop.api_dialect),
            claim_page: claim_page.unwrap_or(shop.claim_page),
            updated_at: now,
            ..shop
        }
    }
}

/// A key about to be made.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// For the outside.
    pub id: Uuid,
    /// SHA-256 of the key.
    pub hash: [u8; 32],
    /// For people.
    pub name: String,
    /// What it may do.
    pub role: Role,
}

/// Which targets a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetFilter {
    /// Of this kind.
    pub kind: Kind,
    /// This one.
    pub uuid: Option<Uuid>,
    /// With this status.
    pub status: Option<TargetStatus>,
    /// Webhooks with this URL, character by character.
    pub url: Option<String>,
}

impl TargetFilter {
    /// All of a kind.
    #[must_use]
    pub const fn of(kind: Kind) -> Self {
        Self {
            kind,
            uuid: None,
            status: None,
            url: None,
        }
    }

    /// Whether the list shows this one.
    #[must_use]
    pub fn matches(&self, target: &Target) -> bool {
        let url = || target.webhook().map(|webhook| webhook.url.as_str());
        target.kind() == self.kind
            && self.uuid.is_none_or(|uuid| target.uuid == uuid)
            && self.status.is_none_or(|status| target.status == status)
            && self.url.as_deref().is_none_or(|asked| url() == Some(asked))
    }
}

/// Shops, keys and targets. Idempotency records of calls that make a shop live under no shop.
#[async_trait]
pub trait Directory: Send + Sync {
    /// Makes a shop; `Exists` when the slug is taken.
    async fn create_shop(
        &self,
        shop: NewShop,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<Arc<Shop>>>;
    /// The shop of this slug. Served from memory when warm.
    async fn shop(&self, slug: &str) -> StoreResult<Arc<Shop>>;
    /// The shop of this number.
    async fn shop_of(&self, shop: ShopNo) -> StoreResult<Arc<Shop>> {
        let mut request = PageRequest::first(100);
        loop {
            let page = self.shops(request).await?;
            if let Some(found) = page.items.into_iter().find(|found| found.no == shop) {
                return Ok(found);
            }
            request.after = Some(page.next.ok_or(StoreError::NotFound)?);
        }
    }
    /// All shops.
    async fn shops(&self, page: PageRequest) -> StoreResult<Page<Arc<Shop>>>;
    /// Changes what `update` has; `updated_at` is `now`.
    async fn update_shop(
        &self,
        shop: ShopNo,
        update: ShopUpdate,
        now: Timestamp,
    ) -> StoreResult<Arc<Shop>>;
    /// Deletes a shop and hides all that is its own at once; the rows go in bounded steps later.
    async fn delete_shop(&self, shop: ShopNo) -> StoreResult<()>;

    /// Makes a key; `Exists` when its id or hash is taken.
    async fn create_key(
        &self,
        shop: ShopNo,
        key: NewApiKey,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<ApiKey>>;
    /// The key of this hash and its shop. Served from memory when warm; a deleted key is gone at once.
    async fn key(&self, hash: &[u8; 32]) -> StoreResult<Arc<(ApiKey, Arc<Shop>)>>;
    /// A shop's keys.
    async fn keys(&self, shop: ShopNo, page: PageRequest) -> StoreResult<Page<ApiKey>>;
    /// Deletes a key.
    async fn delete_key(&self, shop: ShopNo, id: Uuid) -> StoreResult<()>;

    /// Keeps a new target; its `no`, `version` (1) and times are given by the store. `Exists` when
    /// the uuid is taken. Secrets are encrypted at rest. The intake is notified by `changed`.
    async fn create_target(
        &self,
        target: Target,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<Arc<Target>>>;
    /// A shop's target, of any kind. Served from memory when warm.
    async fn target_of(&self, shop: ShopNo, uuid: Uuid) -> StoreResult<Arc<Target>>;
    /// A target of any shop, of any kind, with its shop: for who knows no more than its uuid.
    async fn target_anywhere(&self, uuid: Uuid) -> StoreResult<(Arc<Shop>, Arc<Target>)>;
    /// A shop's targets that the filter names.
    async fn targets(
        &self,
        shop: ShopNo,
        filter: TargetFilter,
        page: PageRequest,
    ) -> StoreResult<Page<Arc<Target>>>;
    /// Replaces settings, secrets and status, if its version is still `target.version`, which then
    /// grows by one; else `Stale`. `no`, `uuid`, `shop` and `created_at` stay, `updated_at` is `now`.
    /// Of `health` only the `disabled_*` fields are written, and `paused_until` where it is later: a
    /// pause that began since the target was read stands. The counters are the queue's; but one that becomes active begins anew: its failures are forgotten, so that the
    /// first failure does not switch it off again, and what waited for a retry goes out with what was
    /// held, in event order.
    ///
    /// The intake is notified by `changed`, and by `wake` when it became active.
    async fn update_target(
        &self,
        target: Target,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<Arc<Target>>>;
    /// Deletes a target; its unfinished deliveries become `cancelled`. The log keeps them for the
    /// retention.
    async fn delete_target(&self, shop: ShopNo, uuid: Uuid, now: Timestamp) -> StoreResult<()>;
    /// How many unfinished deliveries it has (`health.pending`): waiting, on their way or held.
    async fn pending(&self, target: TargetNo) -> StoreResult<u64>;

    /// The answer recorded under this key, if any; `Conflict` when its request was another.
    async fn recall(
        &self,
        shop: Option<ShopNo>,
        key: &str,
        fingerprint: &[u8; 32],
        now: Timestamp,
    ) -> StoreResult<Option<Answered>>;
    /// Records an answer that came with no other write (a test request).
    async fn remember(
        &self,
        shop: Option<ShopNo>,
        idempotency: Idempotency,
        now: Timestamp,
    ) -> StoreResult<Once<()>>;
    /// Whether the store can be reached and can commit.
    async fn ready(&self) -> StoreResult<()>;
}
