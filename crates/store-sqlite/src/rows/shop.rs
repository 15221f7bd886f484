//! Shops.

use std::sync::Arc;

use claimwire_model::{ApiDialect, ClaimPage, Shop, ShopNo, SubjectKind};
use claimwire_store::StoreError;
use rusqlite::{Connection, Row, params};

use crate::cache::Cache;
use crate::error::{Result, damaged};
use crate::rows::{time, uuid};

/// What [`read`] reads.
pub(crate) const COLUMNS: &str = "no, id, slug, name, created_at, updated_at, egress, notification_emails, api_dialect, claim_page";

/// A shop from [`COLUMNS`].
pub(crate) fn read(row: &Row<'_>) -> Result<Shop> {
    Ok(Shop {
        no: ShopNo(row.get(0)?),
        id: uuid(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?,
        slug: row.get(2)?,
        name: row.get(3)?,
        notification_emails: serde_json::from_str(
            row.get_ref(7)?.as_str().map_err(rusqlite::Error::from)?,
        )
        .map_err(damaged)?,
        created_at: time(row.get(4)?),
        updated_at: time(row.get(5)?),
        egress: row.get(6)?,
        api_dialect: match row.get_ref(8)?.as_str().map_err(rusqlite::Error::from)? {
            "karla" => ApiDialect::Karla,
            _ => ApiDialect::Claimwire,
        },
        claim_page: row
            .get_ref(9)?
            .as_str_or_null()
            .map_err(rusqlite::Error::from)?
            .map(|json| serde_json::from_str(json).map(Arc::new))
            .transpose()
            .map_err(damaged)?,
    })
}

/// The column `notification_emails`.
pub(crate) fn emails(emails: &[String]) -> Result<String> {
    Ok(serde_json::to_string(emails).map_err(damaged)?)
}

/// The column `claim_page`.
pub(crate) fn claim_page(page: Option<&ClaimPage>) -> Result<Option<String>> {
    Ok(page
        .map(serde_json::to_string)
        .transpose()
        .map_err(damaged)?)
}

/// The living shop of this number.
pub(crate) fn by_no(conn: &Connection, cache: &Cache, no: ShopNo) -> Result<Arc<Shop>> {
    if let Some(shop) = cache.shop(no) {
        return Ok(shop);
    }
    let begun = cache.begin();
    let sql = format!("SELECT {COLUMNS} FROM shops WHERE no = ?1 AND deleted = 0");
    let shop = Arc::new(
        conn.prepare_cached(&sql)?
            .query_row([no.0], |row| Ok(read(row)))??,
    );
    cache.put_shop(begun, &shop);
    Ok(shop)
}

/// The living shop of this slug.
pub(crate) fn by_slug(conn: &Connection, cache: &Cache, slug: &str) -> Result<Arc<Shop>> {
    let begun = cache.begin();
    let sql = format!("SELECT {COLUMNS} FROM shops WHERE slug = ?1 AND deleted = 0");
    let shop = Arc::new(
        conn.prepare_cached(&sql)?
            .query_row([slug], |row| Ok(read(row)))??,
    );
    cache.put_shop(begun, &shop);
    Ok(shop)
}

/// The column of the last number that was given to a kind of subject.
fn number_column(kind: SubjectKind) -> Result<&'static str> {
    match kind {
        SubjectKind::Claim => Ok("last_number"),
        SubjectKind::Contact => Ok("last_contact_number"),
        other => Err(StoreError::Unavailable(format!("a {} has no number", other.as_str())).into()),
    }
}

/// The last number that was given to a kind of subject; 0 before the first.
pub(crate) fn last_number(conn: &Connection, shop: ShopNo, kind: SubjectKind) -> Result<u64> {
    let column = number_column(kind)?;
    let sql = format!("SELECT {column} FROM shops WHERE no = ?1 AND deleted = 0");
    Ok(conn
        .prepare_cached(&sql)?
        .query_row([shop.0], |row| row.get(0))?)
}

/// Writes it.
pub(crate) fn write_last_number(
    conn: &Connection,
    shop: ShopNo,
    kind: SubjectKind,
    last: u64,
) -> Result<()> {
    let sql = format!(
        "UPDATE shops SET {} = ?2 WHERE no = ?1",
        number_column(kind)?
    );
    conn.prepare_cached(&sql)?.execute(params![shop.0, last])?;
    Ok(())
}
