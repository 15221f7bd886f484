//! API keys: only their hashes.

use claimwire_model::shop::ApiKey;
use claimwire_model::{Role, ShopNo};
use claimwire_store::codes::Code;
use tokio_postgres::Row;

use crate::error::Result;
use crate::rows::time;

/// What [`read`] reads.
pub(crate) const COLUMNS: &str = "k.id, k.shop, k.name, k.role, k.created_at, k.no";

/// How many columns that is.
pub(crate) const WIDTH: usize = 6;

/// A key from [`COLUMNS`].
pub(crate) fn read(row: &Row) -> Result<ApiKey> {
    Ok(ApiKey {
        id: row.try_get(0)?,
        shop: ShopNo(row.try_get(1)?),
        name: row.try_get(2)?,
        role: Role::from_code(row.try_get(3)?)?,
        created_at: time(row.try_get(4)?),
    })
}
