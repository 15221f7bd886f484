//! API keys: only their hashes.

use std::sync::Arc;

use claimwire_model::shop::ApiKey;
use claimwire_model::{Role, ShopNo};
use claimwire_store::codes::Code;
use rusqlite::{Connection, Row};

use crate::cache::{Cache, KeyAndShop};
use crate::error::Result;
use crate::rows::{shop, time, uuid};

/// What [`read`] reads.
pub(crate) const COLUMNS: &str = "id, shop, name, role, created_at, no";

/// A key from [`COLUMNS`].
pub(crate) fn read(row: &Row<'_>) -> Result<ApiKey> {
    Ok(ApiKey {
        id: uuid(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?,
        shop: ShopNo(row.get(1)?),
        name: row.get(2)?,
        role: Role::from_code(row.get(3)?)?,
        created_at: time(row.get(4)?),
    })
}

/// The key of this hash, and its shop if that is not deleted.
pub(crate) fn by_hash(conn: &Connection, cache: &Cache, hash: &[u8; 32]) -> Result<KeyAndShop> {
    let begun = cache.begin();
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE hash = ?1");
    let key = conn
        .prepare_cached(&sql)?
        .query_row([hash.as_slice()], |row| Ok(read(row)))??;
    let shop = shop::by_no(conn, cache, key.shop)?;
    let found = Arc::new((key, shop));
    cache.put_key(begun, *hash, &found);
    Ok(found)
}
