//! Photos, and what is counted of a shop.

use async_trait::async_trait;
use claimwire_model::{ShopNo, Timestamp};
use claimwire_store::codes::Code;
use claimwire_store::document::Document;
use claimwire_store::images::{ImageState, Images, NewImage, NotedClaim};
use claimwire_store::usage::{Usage, Used};
use claimwire_store::{StoreError, StoreResult};
use rusqlite::{OptionalExtension, params};

use crate::error::Result;
use crate::listing::is_there;
use crate::rows;
use crate::rows::image::GONE;
use crate::store::SqliteStore;
use crate::unnoted;
use crate::work::Work;
use crate::writer::Load;

/// `counts.kind` of the bytes of photos.
const IMAGE_BYTES: i64 = 100;

#[async_trait]
impl Images for SqliteStore {
    async fn add_image(&self, shop: ShopNo, image: NewImage, now: Timestamp) -> StoreResult<()> {
        self.write(move |work| -> Result<()> {
            work.shop(shop)?;
            rows::must_be_free(&work.conn, ("images", "name"), &image.name)?;
            let bytes = i64::try_from(image.bytes).unwrap_or(i64::MAX);
            work.conn
                .prepare_cached(
                    "INSERT INTO images (name, shop, bytes, uses, unused_since) VALUES (?1, ?2, ?3, 0, ?4)",
                )?
                .execute(params![image.name, shop.0, bytes, now.as_millis()])?;
            Ok(())
        })
        .await
    }

    async fn image(&self, name: &str) -> StoreResult<ImageState> {
        let name = name.to_owned();
        self.read(move |conn, _| {
            let gone: Option<bool> = conn
                .prepare_cached(
                    "SELECT i.unused_since IS 0 OR s.deleted FROM images i JOIN shops s ON s.no = i.shop
                     WHERE i.name = ?1",
                )?
                .query_row([name], |row| row.get(0))
                .optional()?;
            Ok(match gone {
                None => ImageState::Unknown,
                Some(true) => ImageState::Gone,
                Some(false) => ImageState::Kept,
            })
        })
        .await
    }

    async fn remove_image(&self, shop: ShopNo, name: &str) -> StoreResult<()> {
        let name = name.to_owned();
        self.write(move |work| -> Result<()> {
            work.shop(shop)?;
            let removed = work
                .conn
                .prepare_cached(
                    "UPDATE images SET unused_since = ?3
                     WHERE name = ?1 AND shop = ?2 AND unused_since IS NOT 0",
                )?
                .execute(params![name, shop.0, GONE])?;
            match removed {
                0 => Err(StoreError::NotFound.into()),
                _ => Ok(()),
            }
        })
        .await
    }

    async fn images_to_remove(&self, before: Timestamp, limit: usize) -> StoreResult<Vec<String>> {
        let look = move |conn: &rusqlite::Connection| -> Result<Vec<String>> {
            let mut statement = conn.prepare_cached(
                "SELECT name FROM images INDEXED BY images_unused WHERE unused_since < ?1
                 UNION
                 SELECT i.name FROM shops s INDEXED BY shops_deleted JOIN images i INDEXED BY images_shop ON i.shop = s.no
                 WHERE s.deleted = 1
                 LIMIT ?2",
            )?;
            let names =
                statement.query_map(params![before.as_millis(), limit], |row| row.get(0))?;
            Ok(names.collect::<rusqlite::Result<_>>()?)
        };
        // Nearly always there is none: that is found out beside the writer.
        if self.read(move |conn, _| look(conn)).await?.is_empty() {
            return Ok(Vec::new());
        }
        self.write(move |work| {
            let names = look(&work.conn)?;
            for name in &names {
                work.conn
                    .prepare_cached("UPDATE images SET unused_since = ?2 WHERE name = ?1")?
                    .execute(params![name, GONE])?;
            }
            Ok(names)
        })
        .await
    }

    async fn forget_images(&self, names: Vec<String>) -> StoreResult<()> {
        self.write(move |work| forget(work, &names)).await
    }

    async fn claims_with_unnoted_images(
        &self,
        limit: usize,
    ) -> StoreResult<Vec<(ShopNo, Document)>> {
        self.search(move |conn, _| unnoted::claims(conn, limit))
            .await
    }

    async fn note_images(&self, claims: Vec<NotedClaim>, now: Timestamp) -> StoreResult<()> {
        let load = Load::rows(claims.len());
        self.write_load(load, move |work| unnoted::note(work, claims, now))
            .await
    }

    async fn has_unnoted_images(&self) -> StoreResult<bool> {
        self.read(|conn, _| unnoted::is_any(conn)).await
    }

    async fn unnamed_images(&self, names: Vec<String>) -> StoreResult<Vec<String>> {
        self.search(move |conn, _| unnoted::unnamed(conn, names))
            .await
    }

    async fn all_images_are_noted(&self) -> StoreResult<()> {
        self.write(|work| -> Result<()> {
            work.conn.execute("DELETE FROM unnoted_images", [])?;
            Ok(())
        })
        .await
    }
}

fn forget(work: &Work, names: &[String]) -> Result<()> {
    for name in names {
        work.conn
            .prepare_cached("DELETE FROM images WHERE name = ?1")?
            .execute([name])?;
    }
    Ok(())
}

#[async_trait]
impl Usage for SqliteStore {
    async fn used(&self, shop: ShopNo, what: Used) -> StoreResult<u64> {
        self.read(move |conn, shared| {
            if !is_there(conn, shared, shop)? {
                return Ok(0);
            }
            let kind = match what {
                Used::Targets(kind) => {
                    let targets = rows::webhook::of_shop(conn, shared, shop)?;
                    let count = targets
                        .iter()
                        .filter(|target| target.kind() == kind)
                        .count();
                    return Ok(u64::try_from(count).unwrap_or(u64::MAX));
                }
                Used::ApiKeys => {
                    return Ok(conn
                        .prepare_cached("SELECT count(*) FROM api_keys WHERE shop = ?1")?
                        .query_row([shop.0], |row| row.get(0))?);
                }
                Used::Members => {
                    return Ok(conn
                        .prepare_cached("SELECT count(*) FROM members WHERE shop = ?1")?
                        .query_row([shop.0], |row| row.get(0))?);
                }
                Used::Documents(kind) => kind.code(),
                Used::ImageBytes => IMAGE_BYTES,
            };
            let count = conn
                .prepare_cached("SELECT count FROM counts WHERE shop = ?1 AND kind = ?2")?
                .query_row([shop.0, kind], |row| row.get(0))
                .optional()?;
            Ok(count.unwrap_or(0))
        })
        .await
    }
}
