//! Photos and what is counted of a shop.

use async_trait::async_trait;
use claimwire_model::{ShopNo, Timestamp};

use super::MemoryStore;
use super::rows::{ImageRow, Tables, TargetRow};
use crate::error::{StoreError, StoreResult};
use crate::images::{ImageState, ImageUse, Images, NewImage, UseChange};
use crate::usage::{Usage, Used};

#[async_trait]
impl Images for MemoryStore {
    async fn add_image(&self, shop: ShopNo, image: NewImage, now: Timestamp) -> StoreResult<()> {
        let mut tables = self.tables();
        tables.shop(shop)?;
        if tables.images.contains_key(&image.name) {
            return Err(StoreError::Exists);
        }
        let row = ImageRow {
            shop,
            bytes: image.bytes,
            uses: 0,
            unused_since: Some(now),
            gone: false,
        };
        tables.images.insert(image.name, row);
        Ok(())
    }

    async fn image(&self, name: &str) -> StoreResult<ImageState> {
        let tables = self.tables();
        Ok(match tables.images.get(name) {
            None => ImageState::Unknown,
            Some(row) if row.gone || tables.shop(row.shop).is_err() => ImageState::Gone,
            Some(_) => ImageState::Kept,
        })
    }

    async fn remove_image(&self, shop: ShopNo, name: &str) -> StoreResult<()> {
        let mut tables = self.tables();
        tables.shop(shop)?;
        let row = tables.images.get_mut(name);
        let row = row.filter(|row| row.shop == shop && !row.gone);
        row.ok_or(StoreError::NotFound)?.gone = true;
        Ok(())
    }

    async fn images_to_remove(&self, before: Timestamp, limit: usize) -> StoreResult<Vec<String>> {
        let mut tables = self.tables();
        let over = |row: &ImageRow| {
            let unused = row.unused_since.is_some_and(|since| since < before);
            row.gone || unused || tables.shop(row.shop).is_err()
        };
        let rows = tables.images.iter().filter(|(_, row)| over(row));
        let names: Vec<String> = rows.map(|(name, _)| name.clone()).take(limit).collect();
        for name in &names {
            if let Some(row) = tables.images.get_mut(name) {
                row.gone = true;
            }
        }
        Ok(names)
    }

    async fn forget_images(&self, names: Vec<String>) -> StoreResult<()> {
        let mut tables = self.tables();
        for name in names {
            tables.images.remove(&name);
        }
        Ok(())
    }
}

impl Tables {
    /// See [`crate::Commit::images`].
    pub fn change_image_uses(&mut self, shop: ShopNo, uses: Vec<ImageUse>, now: Timestamp) {
        for ImageUse { name, change } in uses {
            let row = self.images.get_mut(&name);
            let Some(row) = row.filter(|row| row.shop == shop && !row.gone) else {
                continue;
            };
            if change == UseChange::Taken {
                row.uses += 1;
                row.unused_since = None;
            } else if row.uses > 0 {
                row.uses -= 1;
                let last = row.uses == 0;
                row.unused_since = last.then_some(now);
                row.gone = last && change == UseChange::Ended;
            }
        }
    }
}

#[async_trait]
impl Usage for MemoryStore {
    async fn used(&self, shop: ShopNo, what: Used) -> StoreResult<u64> {
        let tables = self.tables();
        if tables.shop(shop).is_err() {
            return Ok(0);
        }
        let count = match what {
            Used::Targets(kind) => {
                let rows = tables.targets.values();
                let counts = |row: &&TargetRow| row.kept.kind() == kind && !row.deleted;
                rows.filter(|row| row.kept.shop == shop && counts(row))
                    .count()
            }
            Used::ApiKeys => {
                let rows = tables.keys.values();
                rows.filter(|row| row.key.shop == shop).count()
            }
            Used::Members => {
                let rows = tables.members.values();
                rows.filter(|row| row.member.shop == Some(shop)).count()
            }
            Used::Documents(kind) => {
                let places = tables.documents.keys();
                places.filter(|(s, k, _)| *s == shop && *k == kind).count()
            }
            Used::ImageBytes => {
                let rows = tables.images.values().filter(|row| row.shop == shop);
                return Ok(rows.map(|row| row.bytes).sum());
            }
        };
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }
}
