//! Who is signed in at the portal.

use std::sync::Arc;

use async_trait::async_trait;
use claimwire_model::session::{Holder, Session};
use claimwire_model::{Role, Shop, ShopNo, Timestamp};
use claimwire_store::codes::Code;
use claimwire_store::directory::Once;
use claimwire_store::sessions::{NewLink, OF_A_SHOP, SessionId, Sessions};
use claimwire_store::{Idempotency, StoreError, StoreResult};
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::error::Result;
use crate::rows::{self, idempotency, time, uuid};
use crate::shared::Shared;
use crate::store::SqliteStore;
use crate::work::Work;

/// `sessions.shop` of the operator.
const OPERATOR: i64 = 0;
/// Rows that are over and removed with a new one.
const REMOVED_AT_ONCE: usize = 100;

#[async_trait]
impl Sessions for SqliteStore {
    async fn open_session(
        &self,
        id: SessionId,
        session: Session,
        now: Timestamp,
    ) -> StoreResult<()> {
        self.write(move |work| open(work, &id, &session, now)).await
    }

    async fn session(
        &self,
        id: &SessionId,
        now: Timestamp,
    ) -> StoreResult<(Session, Option<Arc<Shop>>)> {
        let id = *id;
        self.read(move |conn, shared| {
            let session: Session = conn
                .prepare_cached(
                    "SELECT shop, role, name, key, expires_at, ends_at FROM sessions
                     WHERE id = ?1 AND expires_at > ?2",
                )?
                .query_row(params![id.as_slice(), now.as_millis()], |row| Ok(read(row)))??;
            let shop = shop_of(conn, shared, &session.holder)?;
            Ok((session, shop))
        })
        .await
    }

    async fn extend_session(&self, id: &SessionId, expires_at: Timestamp) -> StoreResult<()> {
        let id = *id;
        self.write(move |work| -> Result<()> {
            work.conn
                .prepare_cached("UPDATE sessions SET expires_at = ?2 WHERE id = ?1")?
                .execute(params![id.as_slice(), expires_at.as_millis()])?;
            Ok(())
        })
        .await
    }

    async fn close_session(&self, id: &SessionId) -> StoreResult<()> {
        let id = *id;
        self.write(move |work| -> Result<()> {
            work.conn
                .prepare_cached("DELETE FROM sessions WHERE id = ?1")?
                .execute([id.as_slice()])?;
            Ok(())
        })
        .await
    }

    async fn create_link(
        &self,
        link: NewLink,
        now: Timestamp,
        record: Option<Idempotency>,
    ) -> StoreResult<Once<()>> {
        self.write(move |work| {
            let shop = link.holder.shop;
            if let Some(answered) = idempotency::before(work, shop, record.as_ref(), now)? {
                return Ok(Once::Before(answered));
            }
            let no = work.shop(shop.ok_or(StoreError::NotFound)?)?.no;
            let NewLink {
                id,
                holder,
                expires_at,
            } = &link;
            rows::must_be_free(&work.conn, ("portal_links", "id"), id)?;
            tidy(work, "portal_links", no.0, now)?;
            work.conn
                .prepare_cached(
                    "INSERT INTO portal_links (id, shop, role, name, key, expires_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![
                    id.as_slice(),
                    no.0,
                    holder.role.code(),
                    holder.name,
                    holder
                        .principal
                        .as_ref()
                        .map(|key| key.as_bytes().as_slice()),
                    expires_at.as_millis(),
                ])?;
            idempotency::keep(work, shop, record, &[], now)?;
            Ok(Once::Now(()))
        })
        .await
    }

    async fn follow_link(
        &self,
        link: &SessionId,
        session: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        let link = *link;
        self.write(move |work| -> Result<()> {
            let holder: Holder = work
                .conn
                .prepare_cached(
                    "SELECT shop, role, name, key FROM portal_links WHERE id = ?1 AND expires_at > ?2",
                )?
                .query_row(params![link.as_slice(), now.as_millis()], |row| {
                    Ok(holder(row))
                })??;
            if let Some(shop) = holder.shop {
                work.shop(shop)?;
            }
            open(work, &session, &Session::opened(holder, now), now)?;
            work.conn
                .prepare_cached("DELETE FROM portal_links WHERE id = ?1")?
                .execute([link.as_slice()])?;
            Ok(())
        })
        .await
    }
}

fn open(work: &mut Work, id: &SessionId, session: &Session, now: Timestamp) -> Result<()> {
    let Session {
        holder,
        expires_at,
        ends_at,
    } = session;
    let shop = holder.shop.map_or(OPERATOR, |shop| shop.0);
    rows::must_be_free(&work.conn, ("sessions", "id"), id)?;
    tidy(work, "sessions", shop, now)?;
    work.conn
        .prepare_cached(
            "INSERT INTO sessions (id, shop, role, name, key, expires_at, ends_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            id.as_slice(),
            shop,
            holder.role.code(),
            holder.name,
            holder
                .principal
                .as_ref()
                .map(|key| key.as_bytes().as_slice()),
            expires_at.as_millis(),
            ends_at.as_millis(),
        ])?;
    Ok(())
}

/// Ends the sessions and links that stand on a key or a member.
pub(crate) fn end_of(work: &Work, holder: Uuid) -> Result<()> {
    for table in ["sessions", "portal_links"] {
        let sql = format!("DELETE FROM {table} WHERE key = ?1");
        work.conn
            .prepare_cached(&sql)?
            .execute([holder.as_bytes().as_slice()])?;
    }
    Ok(())
}

/// Makes room for one more: removes what is over, of any shop, and of this one what would be over first.
fn tidy(work: &Work, table: &str, shop: i64, now: Timestamp) -> Result<()> {
    let over = format!(
        "DELETE FROM {table} WHERE id IN
         (SELECT id FROM {table} WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)"
    );
    work.conn
        .prepare_cached(&over)?
        .execute(params![now.as_millis(), REMOVED_AT_ONCE])?;
    let most = format!(
        "DELETE FROM {table} WHERE id IN
         (SELECT id FROM {table} WHERE shop = ?1 ORDER BY expires_at DESC LIMIT -1 OFFSET ?2)"
    );
    work.conn
        .prepare_cached(&most)?
        .execute(params![shop, OF_A_SHOP - 1])?;
    Ok(())
}

fn shop_of(conn: &Connection, shared: &Shared, holder: &Holder) -> Result<Option<Arc<Shop>>> {
    let shop = holder.shop;
    shop.map(|no| rows::shop::by_no(conn, &shared.cache, no))
        .transpose()
}

fn read(row: &Row<'_>) -> Result<Session> {
    Ok(Session {
        holder: holder(row)?,
        expires_at: time(row.get(4)?),
        ends_at: time(row.get(5)?),
    })
}

/// From the columns `shop, role, name, key`.
fn holder(row: &Row<'_>) -> Result<Holder> {
    let shop: i64 = row.get(0)?;
    let key: Option<Vec<u8>> = row.get(3)?;
    Ok(Holder {
        shop: (shop != OPERATOR).then_some(ShopNo(shop)),
        role: Role::from_code(row.get(1)?)?,
        name: row.get(2)?,
        principal: key.as_deref().map(uuid).transpose()?,
    })
}
