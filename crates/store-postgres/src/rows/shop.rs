//! Shops.

use std::sync::Arc;

use claimwire_model::{ApiDialect, ClaimPage, Shop, ShopNo};
use tokio_postgres::Row;

use crate::connection::Connection;
use crate::error::{Result, damaged};
use crate::rows::time;

/// What [`read`] reads.
pub(crate) const COLUMNS: &str = "s.no, s.id, s.slug, s.name, s.created_at, s.updated_at, s.egress, s.notification_emails, s.api_dialect, s.claim_page";

/// How many columns that is: what comes behind them in a join.
pub(crate) const WIDTH: usize = 10;

/// A shop from [`COLUMNS`].
pub(crate) fn read(row: &Row) -> Result<Shop> {
    read_at(row, 0)
}

/// The same where they begin at `at`.
pub(crate) fn read_at(row: &Row, at: usize) -> Result<Shop> {
    let emails: &str = row.try_get(at + 7)?;
    Ok(Shop {
        no: ShopNo(row.try_get(at)?),
        id: row.try_get(at + 1)?,
        slug: row.try_get(at + 2)?,
        name: row.try_get(at + 3)?,
        notification_emails: serde_json::from_str(emails).map_err(damaged)?,
        created_at: time(row.try_get(at + 4)?),
        updated_at: time(row.try_get(at + 5)?),
        egress: row.try_get(at + 6)?,
        api_dialect: match row.try_get(at + 8)? {
            "karla" => ApiDialect::Karla,
            _ => ApiDialect::Claimwire,
        },
        claim_page: row
            .try_get::<_, Option<&str>>(at + 9)?
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

/// The living shop of this number; `NotFound` without one.
pub(crate) async fn by_no(conn: &Connection, no: ShopNo) -> Result<Arc<Shop>> {
    let sql = format!("SELECT {COLUMNS} FROM shops s WHERE no = $1 AND NOT deleted");
    Ok(Arc::new(read(&conn.query_one(&sql, &[&no.0]).await?)?))
}

/// Whether a shop is there; the lists of one that is not are empty.
pub(crate) async fn is_there(conn: &Connection, no: ShopNo) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM shops WHERE no = $1 AND NOT deleted)";
    Ok(conn.query_one(sql, &[&no.0]).await?.try_get(0)?)
}

/// `NotFound` unless a shop is there.
pub(crate) async fn need(conn: &Connection, no: ShopNo) -> Result<()> {
    if is_there(conn, no).await? {
        Ok(())
    } else {
        crate::error::not_found()
    }
}

/// What nodes keep of the shop in memory is old from now on. The shop is locked.
pub(crate) async fn touch(conn: &Connection, no: ShopNo) -> Result<()> {
    conn.execute(
        "UPDATE shops SET version = version + 1 WHERE no = $1",
        &[&no.0],
    )
    .await?;
    Ok(())
}
