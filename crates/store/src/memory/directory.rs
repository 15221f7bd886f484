//! Shops, keys and webhooks.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use claimwire_model::delivery::{Stage, due_when_activated};
use claimwire_model::shop::ApiKey;
use claimwire_model::target::Changed;
use claimwire_model::{ApiDialect, DeliveryId, Shop, ShopNo, Target, TargetNo, Timestamp};
use uuid::Uuid;

use super::rows::{KeyRow, ShopRow, Tables, TargetRow};
use super::{MemoryStore, Notifications, page};
use crate::commit::{Answered, Idempotency};
use crate::directory::{Directory, NewApiKey, NewShop, Once, ShopUpdate, TargetFilter};
use crate::error::{StoreError, StoreResult};
use crate::page::{Page, PageRequest};

impl Tables {
    /// Keeps a changed target and tells the engine. When it became active, what waits for a retry is due
    /// at its place among what was held.
    pub fn put_target(
        &mut self,
        changed: Changed,
        now: Timestamp,
        notifications: &mut Notifications,
    ) -> StoreResult<Arc<Target>> {
        let webhook = Arc::new(changed.target);
        let row = self
            .targets
            .get_mut(&webhook.no)
            .ok_or(StoreError::NotFound)?;
        row.kept = webhook.clone();
        if changed.activated {
            notifications.wake.insert(webhook.no);
            let of_it = |(id, _): &(&DeliveryId, _)| id.target == webhook.no;
            for (id, row) in self.deliveries.iter_mut().filter(of_it) {
                let due = &mut row.progress.due;
                *due = due.map(|due| due_when_activated(due, id.event, now));
            }
        }
        notifications
            .changed
            .push((webhook.no, Some(webhook.clone())));
        Ok(webhook)
    }
}

#[async_trait]
impl Directory for MemoryStore {
    async fn create_shop(
        &self,
        shop: NewShop,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<Arc<Shop>>> {
        self.tables().once(None, idempotency, now, |tables| {
            let taken = |row: &ShopRow| {
                row.shop.id == shop.id || (row.shop.slug == shop.slug && !row.deleted)
            };
            if tables.shops.values().any(taken) {
                return Err(StoreError::Exists);
            }
            let shop = Arc::new(Shop {
                no: ShopNo(tables.next_no()),
                id: shop.id,
                slug: shop.slug,
                name: shop.name,
                egress: None,
                notification_emails: shop.notification_emails,
                api_dialect: ApiDialect::default(),
                claim_page: None,
                created_at: now,
                updated_at: now,
            });
            let row = ShopRow {
                shop: shop.clone(),
                deleted: false,
                last_numbers: HashMap::new(),
            };
            tables.shops.insert(shop.no, row);
            Ok(shop)
        })
    }

    async fn shop(&self, slug: &str) -> StoreResult<Arc<Shop>> {
        let tables = self.tables();
        let mut there = tables.shops.values().filter(|row| !row.deleted);
        let row = there.find(|row| row.shop.slug == slug);
        row.map(|row| row.shop.clone()).ok_or(StoreError::NotFound)
    }

    async fn shops(&self, request: PageRequest) -> StoreResult<Page<Arc<Shop>>> {
        let tables = self.tables();
        let there = tables.shops.values().rev().filter(|row| !row.deleted);
        Ok(page(
            request,
            there.map(|row| ((row.shop.no.0, 0), row.shop.clone())),
        ))
    }

    async fn update_shop(
        &self,
        shop: ShopNo,
        update: ShopUpdate,
        now: Timestamp,
    ) -> StoreResult<Arc<Shop>> {
        let mut tables = self.tables();
        tables.shop(shop)?;
        let row = tables.shops.get_mut(&shop).ok_or(StoreError::NotFound)?;
        row.shop = Arc::new(update.of(&row.shop, now));
        Ok(row.shop.clone())
    }

    async fn delete_shop(&self, shop: ShopNo) -> StoreResult<()> {
        self.write(|tables, notifications| {
            tables.shop(shop)?;
            notifications.changed = tables.targets(shop).map(|w| (w.no, None)).collect();
            let row = tables.shops.get_mut(&shop).ok_or(StoreError::NotFound)?;
            row.deleted = true;
            tables.letters.retain(|_, row| row.shop != Some(shop));
            Ok(())
        })
    }

    async fn create_key(
        &self,
        shop: ShopNo,
        key: NewApiKey,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<ApiKey>> {
        self.tables().once(Some(shop), idempotency, now, |tables| {
            tables.shop(shop)?;
            let id_taken = tables.keys.values().any(|row| row.key.id == key.id);
            if id_taken || tables.keys.contains_key(&key.hash) {
                return Err(StoreError::Exists);
            }
            let kept = ApiKey {
                id: key.id,
                shop,
                name: key.name,
                role: key.role,
                created_at: now,
            };
            let row = KeyRow {
                no: tables.next_no(),
                key: kept.clone(),
            };
            tables.keys.insert(key.hash, row);
            Ok(kept)
        })
    }

    async fn key(&self, hash: &[u8; 32]) -> StoreResult<Arc<(ApiKey, Arc<Shop>)>> {
        let tables = self.tables();
        let key = &tables.keys.get(hash).ok_or(StoreError::NotFound)?.key;
        Ok(Arc::new((key.clone(), tables.shop(key.shop)?.clone())))
    }

    async fn keys(&self, shop: ShopNo, request: PageRequest) -> StoreResult<Page<ApiKey>> {
        let tables = self.tables();
        let there = tables.shop(shop).is_ok();
        let mut rows: Vec<_> = tables
            .keys
            .values()
            .filter(|row| there && row.key.shop == shop)
            .map(|row| ((row.no, 0), row.key.clone()))
            .collect();
        rows.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
        Ok(page(request, rows.into_iter()))
    }

    async fn delete_key(&self, shop: ShopNo, id: Uuid) -> StoreResult<()> {
        let mut tables = self.tables();
        tables.shop(shop)?;
        let before = tables.keys.len();
        tables
            .keys
            .retain(|_, row| row.key.shop != shop || row.key.id != id);
        if tables.keys.len() == before {
            return Err(StoreError::NotFound);
        }
        tables.end_sessions(id);
        Ok(())
    }

    async fn create_target(
        &self,
        webhook: Target,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<Arc<Target>>> {
        self.write(|tables, notifications| {
            tables.once(Some(webhook.shop), idempotency, now, |tables| {
                tables.shop(webhook.shop)?;
                let taken = |row: &TargetRow| row.kept.uuid == webhook.uuid;
                if tables.targets.values().any(taken) {
                    return Err(StoreError::Exists);
                }
                let webhook = Arc::new(Target {
                    no: TargetNo(tables.next_no()),
                    ..webhook.made(now)
                });
                let row = TargetRow {
                    kept: webhook.clone(),
                    deleted: false,
                    open: Default::default(),
                };
                tables.targets.insert(webhook.no, row);
                notifications
                    .changed
                    .push((webhook.no, Some(webhook.clone())));
                Ok(webhook)
            })
        })
    }

    async fn target_of(&self, shop: ShopNo, uuid: Uuid) -> StoreResult<Arc<Target>> {
        self.tables().target_of(shop, uuid).cloned()
    }

    async fn target_anywhere(&self, uuid: Uuid) -> StoreResult<(Arc<Shop>, Arc<Target>)> {
        let tables = self.tables();
        let mut rows = tables.targets.values();
        let row = rows.find(|row| row.kept.uuid == uuid && !row.deleted);
        let target = &row.ok_or(StoreError::NotFound)?.kept;
        let shop = tables.shop(target.shop)?;
        Ok((Arc::clone(shop), Arc::clone(target)))
    }

    async fn targets(
        &self,
        shop: ShopNo,
        filter: TargetFilter,
        request: PageRequest,
    ) -> StoreResult<Page<Arc<Target>>> {
        let tables = self.tables();
        let rows = tables.targets(shop).rev();
        let rows = rows.filter(|target| filter.matches(target));
        Ok(page(request, rows.map(|t| ((t.no.0, 0), t.clone()))))
    }

    async fn update_target(
        &self,
        webhook: Target,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<Arc<Target>>> {
        self.write(|tables, notifications| {
            tables.once(Some(webhook.shop), idempotency, now, |tables| {
                let kept = tables.target_of(webhook.shop, webhook.uuid)?;
                let changed = kept.updated_by(webhook, now).ok_or(StoreError::Stale)?;
                tables.put_target(changed, now, notifications)
            })
        })
    }

    async fn delete_target(&self, shop: ShopNo, uuid: Uuid, _now: Timestamp) -> StoreResult<()> {
        self.write(|tables, notifications| {
            let no = tables.target_of(shop, uuid)?.no;
            let row = tables.targets.get_mut(&no).ok_or(StoreError::NotFound)?;
            row.deleted = true;
            notifications.changed.push((no, None));
            Ok(())
        })
    }

    async fn pending(&self, target: TargetNo) -> StoreResult<u64> {
        let tables = self.tables();
        let row = tables.target(target)?;
        let waits = |event| {
            let id = DeliveryId { event, target };
            tables
                .deliveries
                .get(&id)
                .is_some_and(|d| d.progress.stage == Stage::Waiting)
        };
        let count = row.open.iter().filter(|event| waits(**event)).count();
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }

    async fn recall(
        &self,
        shop: Option<ShopNo>,
        key: &str,
        fingerprint: &[u8; 32],
        now: Timestamp,
    ) -> StoreResult<Option<Answered>> {
        self.tables().recall(shop, key, fingerprint, now)
    }

    async fn remember(
        &self,
        shop: Option<ShopNo>,
        idempotency: Idempotency,
        now: Timestamp,
    ) -> StoreResult<Once<()>> {
        self.tables().once(shop, Some(idempotency), now, |_| Ok(()))
    }

    async fn ready(&self) -> StoreResult<()> {
        Ok(())
    }
}
