//! What the cache holds, as the database has it.

use std::sync::Arc;

use claimwire_model::ShopNo;
use claimwire_store::subscriptions::Subscriptions;
use claimwire_store::vault::Vault;

use super::View;
use crate::connection::Connection;
use crate::error::Result;
use crate::rows;

/// Reads a living shop; none: it is not there. Versions are read first, so that a view is never newer than it says.
pub(crate) async fn read(
    conn: &Connection,
    vault: &Vault,
    shop: ShopNo,
) -> Result<Option<Arc<View>>> {
    let sql = format!(
        "SELECT {}, version FROM shops s WHERE no = $1 AND NOT deleted",
        rows::shop::COLUMNS
    );
    let Some(row) = conn.query_opt(&sql, &[&shop.0]).await? else {
        return Ok(None);
    };
    Ok(Some(Arc::new(View {
        version: row.try_get(rows::shop::WIDTH)?,
        shop: Arc::new(rows::shop::read(&row)?),
        webhooks: Subscriptions::new(rows::webhook::of_shop(conn, vault, shop).await?),
    })))
}
