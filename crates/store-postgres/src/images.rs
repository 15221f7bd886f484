//! Photos.

use async_trait::async_trait;
use claimwire_model::{ShopNo, Timestamp};
use claimwire_store::images::{ImageState, Images, NewImage};
use claimwire_store::{StoreError, StoreResult};

use crate::rows;
use crate::rows::image::GONE;
use crate::store::PostgresStore;
use crate::transaction::transact;

#[async_trait]
impl Images for PostgresStore {
    async fn add_image(&self, shop: ShopNo, image: NewImage, now: Timestamp) -> StoreResult<()> {
        let bytes = i64::try_from(image.bytes).unwrap_or(i64::MAX);
        transact!(self, tx => async {
            rows::shop::need(tx, shop).await?;
            tx.execute(
                "INSERT INTO images (name, shop, bytes, uses, unused_since) VALUES ($1, $2, $3, 0, $4)",
                &[&image.name, &shop.0, &bytes, &now.as_millis()],
            )
            .await?;
            Ok(())
        }.await)
    }

    async fn image(&self, name: &str) -> StoreResult<ImageState> {
        let sql = "SELECT i.unused_since IS NOT DISTINCT FROM 0 OR s.deleted
             FROM images i JOIN shops s ON s.no = i.shop WHERE i.name = $1";
        let conn = self.connection().await?;
        let Some(row) = conn.query_opt(sql, &[&name]).await? else {
            return Ok(ImageState::Unknown);
        };
        let gone: bool = row.try_get(0).map_err(crate::error::Error::from)?;
        Ok(if gone {
            ImageState::Gone
        } else {
            ImageState::Kept
        })
    }

    async fn remove_image(&self, shop: ShopNo, name: &str) -> StoreResult<()> {
        let sql = "UPDATE images i SET unused_since = $3 FROM shops s
             WHERE i.name = $1 AND i.shop = $2 AND i.unused_since IS DISTINCT FROM 0
               AND s.no = i.shop AND NOT s.deleted";
        let conn = self.connection().await?;
        match conn.execute(sql, &[&name, &shop.0, &GONE]).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    async fn images_to_remove(&self, before: Timestamp, limit: usize) -> StoreResult<Vec<String>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let conn = self.connection().await?;
        // Nearly always there is none: then nothing is written.
        let found = conn
            .query(
                "WITH found AS (
                   SELECT name FROM images WHERE unused_since < $1
                   UNION
                   SELECT i.name FROM shops s JOIN images i ON i.shop = s.no WHERE s.deleted
                   LIMIT $2)
                 UPDATE images i SET unused_since = $3 FROM found
                 WHERE i.name = found.name AND (i.unused_since < $1 OR EXISTS
                   (SELECT 1 FROM shops s WHERE s.no = i.shop AND s.deleted))
                 RETURNING i.name",
                &[&before.as_millis(), &limit, &GONE],
            )
            .await?;
        Ok(rows::column(&found, 0)?)
    }

    async fn forget_images(&self, names: Vec<String>) -> StoreResult<()> {
        let conn = self.connection().await?;
        conn.execute("DELETE FROM images WHERE name = ANY($1)", &[&names])
            .await?;
        Ok(())
    }
}
