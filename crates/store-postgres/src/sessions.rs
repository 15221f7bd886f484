//! Who is signed in at the portal.

use std::sync::Arc;

use async_trait::async_trait;
use claimwire_model::session::{Holder, Session};
use claimwire_model::{Role, Shop, ShopNo, Timestamp};
use claimwire_store::codes::Code;
use claimwire_store::directory::Once;
use claimwire_store::sessions::{NewLink, OF_A_SHOP, SessionId, Sessions};
use claimwire_store::{Idempotency, StoreError, StoreResult};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::error::Result;
use crate::rows::{self, idempotency::Record, time};
use crate::store::PostgresStore;
use crate::transaction::{Transaction, transact};

/// `sessions.shop` of the operator.
const OPERATOR: i64 = 0;
/// Rows that are over and removed with a new one.
const REMOVED_AT_ONCE: i64 = 100;

#[async_trait]
impl Sessions for PostgresStore {
    async fn open_session(
        &self,
        id: SessionId,
        session: Session,
        now: Timestamp,
    ) -> StoreResult<()> {
        transact!(self, tx => open(tx, &id, &session, now).await)
    }

    async fn session(
        &self,
        id: &SessionId,
        now: Timestamp,
    ) -> StoreResult<(Session, Option<Arc<Shop>>)> {
        let sql = "SELECT shop, role, name, key, expires_at, ends_at FROM sessions WHERE id = $1 AND expires_at > $2";
        let conn = self.connection().await?;
        let row = conn
            .query_one(sql, &[&id.as_slice(), &now.as_millis()])
            .await?;
        let session = read(&row)?;
        let shop = match session.holder.shop {
            Some(shop) => Some(rows::shop::by_no(&conn, shop).await?),
            None => None,
        };
        Ok((session, shop))
    }

    async fn extend_session(&self, id: &SessionId, expires_at: Timestamp) -> StoreResult<()> {
        let sql = "UPDATE sessions SET expires_at = $2 WHERE id = $1";
        let conn = self.connection().await?;
        conn.execute(sql, &[&id.as_slice(), &expires_at.as_millis()])
            .await?;
        Ok(())
    }

    async fn close_session(&self, id: &SessionId) -> StoreResult<()> {
        let conn = self.connection().await?;
        conn.execute("DELETE FROM sessions WHERE id = $1", &[&id.as_slice()])
            .await?;
        Ok(())
    }

    async fn create_link(
        &self,
        link: NewLink,
        now: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> StoreResult<Once<()>> {
        let record = Record::new(link.holder.shop, idempotency);
        transact!(self, tx => create_link(tx, &link, now, &record).await)
    }

    async fn follow_link(
        &self,
        link: &SessionId,
        session: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        transact!(self, tx => async {
            let row = tx
                .query_one(
                    "DELETE FROM portal_links WHERE id = $1 AND expires_at > $2 RETURNING shop, role, name, key",
                    &[&link.as_slice(), &now.as_millis()],
                )
                .await?;
            let holder = holder(&row)?;
            if let Some(shop) = holder.shop {
                rows::shop::need(tx, shop).await?;
            }
            open(tx, &session, &Session::opened(holder, now), now).await
        }.await)
    }
}

async fn open(
    tx: &Transaction<'_>,
    id: &SessionId,
    session: &Session,
    now: Timestamp,
) -> Result<()> {
    let Session {
        holder,
        expires_at,
        ends_at,
    } = session;
    let shop = holder.shop.map_or(OPERATOR, |shop| shop.0);
    tidy(tx, "sessions", shop, now).await?;
    tx.execute(
        "INSERT INTO sessions (id, shop, role, name, key, expires_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            &id.as_slice(),
            &shop,
            &holder.role.code(),
            &holder.name,
            &holder.principal,
            &expires_at.as_millis(),
            &ends_at.as_millis(),
        ],
    )
    .await?;
    Ok(())
}

async fn create_link(
    tx: &Transaction<'_>,
    link: &NewLink,
    now: Timestamp,
    record: &Record,
) -> Result<Once<()>> {
    if let Some(answered) = record.before(tx, now).await? {
        return Ok(Once::Before(answered));
    }
    let NewLink {
        id,
        holder,
        expires_at,
    } = link;
    let shop = holder.shop.ok_or(StoreError::NotFound)?;
    rows::shop::need(tx, shop).await?;
    tidy(tx, "portal_links", shop.0, now).await?;
    tx.execute(
        "INSERT INTO portal_links (id, shop, role, name, key, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            &id.as_slice(),
            &shop.0,
            &holder.role.code(),
            &holder.name,
            &holder.principal,
            &expires_at.as_millis(),
        ],
    )
    .await?;
    record.keep(tx, now).await?;
    Ok(Once::Now(()))
}

/// Ends the sessions and links that stand on a key or a member.
pub(crate) async fn end_of(tx: &Transaction<'_>, holder: Uuid) -> Result<()> {
    for table in ["sessions", "portal_links"] {
        let sql = format!("DELETE FROM {table} WHERE key = $1");
        tx.execute(&sql, &[&holder]).await?;
    }
    Ok(())
}

/// Makes room for one more: removes what is over, of any shop, and of this one what would be over first. What
/// another transaction removes just now is left to that.
async fn tidy(tx: &Transaction<'_>, table: &str, shop: i64, now: Timestamp) -> Result<()> {
    let over = format!(
        "DELETE FROM {table} WHERE id IN
         (SELECT id FROM {table} WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)"
    );
    tx.execute(&over, &[&now.as_millis(), &REMOVED_AT_ONCE])
        .await?;
    let most = format!(
        "DELETE FROM {table} WHERE id IN
         (SELECT id FROM {table} WHERE shop = $1 ORDER BY expires_at DESC OFFSET $2 FOR UPDATE SKIP LOCKED)"
    );
    let kept = i64::try_from(OF_A_SHOP - 1).unwrap_or(i64::MAX);
    tx.execute(&most, &[&shop, &kept]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<Session> {
    Ok(Session {
        holder: holder(row)?,
        expires_at: time(row.try_get(4)?),
        ends_at: time(row.try_get(5)?),
    })
}

/// From the columns `shop, role, name, key`.
fn holder(row: &Row) -> Result<Holder> {
    let shop: i64 = row.try_get(0)?;
    Ok(Holder {
        shop: (shop != OPERATOR).then_some(ShopNo(shop)),
        role: Role::from_code(row.try_get(1)?)?,
        name: row.try_get(2)?,
        principal: row.try_get(3)?,
    })
}
