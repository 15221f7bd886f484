//! What is counted of a shop.

use async_trait::async_trait;
use claimwire_model::ShopNo;
use claimwire_store::StoreResult;
use claimwire_store::codes::Code;
use claimwire_store::usage::{Usage, Used};

use crate::rows;
use crate::store::PostgresStore;

/// `counts.kind` of the bytes of photos.
const IMAGE_BYTES: i64 = 100;

#[async_trait]
impl Usage for PostgresStore {
    async fn used(&self, shop: ShopNo, what: Used) -> StoreResult<u64> {
        let (counted, kind) = match what {
            Used::Targets(kind) => (
                "(SELECT count(*) FROM webhooks WHERE shop = s.no AND kind = $2 AND deleted_at IS NULL)",
                kind.code(),
            ),
            Used::ApiKeys => (
                "(SELECT count(*) FROM api_keys WHERE shop = s.no AND $2::BIGINT = 0)",
                0,
            ),
            Used::Members => (
                "(SELECT count(*) FROM members WHERE shop = s.no AND $2::BIGINT = 0)",
                0,
            ),
            Used::Documents(kind) => (COUNTED, kind.code()),
            Used::ImageBytes => (COUNTED, IMAGE_BYTES),
        };
        let sql = format!("SELECT {counted} FROM shops s WHERE no = $1 AND NOT deleted");
        let conn = self.connection().await?;
        let found = conn.query_opt(&sql, &[&shop.0, &kind]).await?;
        Ok(found.map_or(Ok(0), |row| rows::count(&row, 0))?)
    }
}

const COUNTED: &str = "coalesce((SELECT count FROM counts WHERE shop = s.no AND kind = $2), 0)";
