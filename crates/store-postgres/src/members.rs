//! Members, and the audit log.

use std::sync::Arc;

use async_trait::async_trait;
use claimwire_model::audit::Entry;
use claimwire_model::member::Member;
use claimwire_model::{Role, Shop, ShopNo, Source, Timestamp};
use claimwire_store::audit::Audit;
use claimwire_store::codes::Code;
use claimwire_store::members::{Joined, MemberChange, Members};
use claimwire_store::outbox::NewLetter;
use claimwire_store::sessions::SessionId;
use claimwire_store::{Page, PageRequest, StoreError, StoreResult};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::connection::Connection;
use crate::error::Result;
use crate::listing::{Paging, page};
use crate::outbox;
use crate::rows::{self, time};
use crate::sessions;
use crate::store::PostgresStore;
use crate::transaction::{Transaction, transact};

/// `members.shop` of operators.
const OPERATORS: i64 = 0;
/// What [`read`] reads.
const COLUMNS: &str = "shop, id, email, name, role, password, invited_until, created_at";

#[async_trait]
impl Members for PostgresStore {
    async fn add_member(
        &self,
        member: Member,
        link: SessionId,
        letter: Option<NewLetter>,
    ) -> StoreResult<()> {
        transact!(self, tx => add(tx, &member, &link, letter.as_ref()).await)
    }

    async fn members(
        &self,
        shop: Option<ShopNo>,
        request: PageRequest,
    ) -> StoreResult<Page<Member>> {
        let conn = self.connection().await?;
        if let Some(shop) = shop
            && !rows::shop::is_there(&conn, shop).await?
        {
            return Ok(Page::empty());
        }
        let sql = format!(
            "SELECT {COLUMNS}, no FROM members WHERE shop = $1 AND no < $2
             ORDER BY no DESC LIMIT $3 OFFSET $4"
        );
        let params = [
            &number(shop) as _,
            &request.below() as _,
            &request.rows() as _,
            &request.skipped() as _,
        ];
        let found = conn.query(&sql, &params).await?;
        Ok(page(request, &found, |row| {
            Ok(((row.try_get(8)?, 0), read(row)?))
        })?)
    }

    async fn member(&self, shop: Option<ShopNo>, id: Uuid) -> StoreResult<Member> {
        let conn = self.connection().await?;
        shop_of(&conn, shop).await?;
        Ok(one(&conn, shop, "id", &id).await?)
    }

    async fn member_of(&self, shop: Option<ShopNo>, email: &str) -> StoreResult<Member> {
        let conn = self.connection().await?;
        shop_of(&conn, shop).await?;
        Ok(one(&conn, shop, "email", &email).await?)
    }

    async fn invited(
        &self,
        link: &SessionId,
        now: Timestamp,
    ) -> StoreResult<(Member, Option<Arc<Shop>>)> {
        let conn = self.connection().await?;
        let member = invited(&conn, link, now).await?;
        let shop = shop_of(&conn, member.shop).await?;
        Ok((member, shop))
    }

    async fn join(&self, link: &SessionId, joined: Joined, now: Timestamp) -> StoreResult<Member> {
        transact!(self, tx => join(tx, link, &joined, now).await)
    }

    async fn change_member(
        &self,
        shop: Option<ShopNo>,
        id: Uuid,
        change: MemberChange,
    ) -> StoreResult<Member> {
        transact!(self, tx => change_member(tx, shop, id, &change).await)
    }

    async fn remove_member(&self, shop: Option<ShopNo>, id: Uuid) -> StoreResult<()> {
        transact!(self, tx => async {
            shop_of(tx, shop).await?;
            let sql = "DELETE FROM members WHERE shop = $1 AND id = $2";
            if tx.execute(sql, &[&number(shop), &id]).await? == 0 {
                return Err(StoreError::NotFound.into());
            }
            sessions::end_of(tx, id).await
        }.await)
    }
}

#[async_trait]
impl Audit for PostgresStore {
    async fn add_entry(&self, shop: ShopNo, entry: Entry) -> StoreResult<()> {
        transact!(self, tx => async {
            rows::shop::need(tx, shop).await?;
            tx.execute(
                "INSERT INTO audit (no, shop, at, who, source, did, what) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                &[
                    &tx.shared.next_number(entry.at),
                    &shop.0,
                    &entry.at.as_millis(),
                    &entry.who,
                    &entry.source.code(),
                    &entry.did,
                    &entry.on,
                ],
            )
            .await?;
            Ok(())
        }.await)
    }

    async fn entries(&self, shop: ShopNo, request: PageRequest) -> StoreResult<Page<Entry>> {
        let conn = self.connection().await?;
        if !rows::shop::is_there(&conn, shop).await? {
            return Ok(Page::empty());
        }
        let sql = "SELECT at, who, source, did, what, no FROM audit WHERE shop = $1 AND no < $2
             ORDER BY no DESC LIMIT $3 OFFSET $4";
        let params = [
            &shop.0 as _,
            &request.below() as _,
            &request.rows() as _,
            &request.skipped() as _,
        ];
        let found = conn.query(sql, &params).await?;
        Ok(page(request, &found, |row| {
            let entry = Entry {
                at: time(row.try_get(0)?),
                who: row.try_get(1)?,
                source: Source::from_code(row.try_get(2)?)?,
                did: row.try_get(3)?,
                on: row.try_get(4)?,
            };
            Ok(((row.try_get(5)?, 0), entry))
        })?)
    }
}

fn number(shop: Option<ShopNo>) -> i64 {
    shop.map_or(OPERATORS, |shop| shop.0)
}

async fn add(
    tx: &Transaction<'_>,
    member: &Member,
    link: &SessionId,
    letter: Option<&NewLetter>,
) -> Result<()> {
    shop_of(tx, member.shop).await?;
    tx.execute(
        "INSERT INTO members (no, shop, id, email, name, role, password, link, invited_until, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            &tx.shared.next_number(member.created_at),
            &number(member.shop),
            &member.id,
            &member.email,
            &member.name,
            &member.role.code(),
            &member.password,
            &link.as_slice(),
            &member.invited_until.map(Timestamp::as_millis),
            &member.created_at.as_millis(),
        ],
    )
    .await?;
    match letter {
        Some(letter) => outbox::insert(tx, member.shop, letter).await,
        None => Ok(()),
    }
}

async fn join(
    tx: &Transaction<'_>,
    link: &SessionId,
    joined: &Joined,
    now: Timestamp,
) -> Result<Member> {
    let member = invited(tx, link, now).await?;
    shop_of(tx, member.shop).await?;
    let used = tx
        .execute(
            "UPDATE members SET email = $2, name = $3, password = $4, link = NULL, invited_until = NULL
             WHERE id = $1 AND link = $5",
            &[
                &member.id,
                &joined.email,
                &joined.name,
                &joined.password,
                &link.as_slice(),
            ],
        )
        .await?;
    if used == 0 {
        return Err(StoreError::NotFound.into());
    }
    sessions::end_of(tx, member.id).await?;
    Ok(joined.of(member))
}

async fn change_member(
    tx: &Transaction<'_>,
    shop: Option<ShopNo>,
    id: Uuid,
    change: &MemberChange,
) -> Result<Member> {
    shop_of(tx, shop).await?;
    let member = one(tx, shop, "id", &id).await?;
    match change {
        MemberChange::Role(role) => {
            let sql = "UPDATE members SET role = $2 WHERE id = $1";
            tx.execute(sql, &[&id, &role.code()]).await?;
            sessions::end_of(tx, id).await?;
        }
        MemberChange::Link(link, until, letter) => {
            let sql = "UPDATE members SET link = $2, invited_until = $3 WHERE id = $1";
            let params = [
                &id as &(dyn ToSql + Sync),
                &link.as_slice(),
                &until.as_millis(),
            ];
            tx.execute(sql, &params).await?;
            if let Some(letter) = letter {
                outbox::insert(tx, shop, letter).await?;
            }
        }
    }
    Ok(change.of(member))
}

/// The shop, if one is named; `NotFound` when it is not there.
async fn shop_of(conn: &Connection, shop: Option<ShopNo>) -> Result<Option<Arc<Shop>>> {
    match shop {
        Some(no) => Ok(Some(rows::shop::by_no(conn, no).await?)),
        None => Ok(None),
    }
}

async fn one(
    conn: &Connection,
    shop: Option<ShopNo>,
    column: &str,
    value: &(dyn ToSql + Sync),
) -> Result<Member> {
    let sql = format!("SELECT {COLUMNS} FROM members WHERE shop = $1 AND {column} = $2");
    read(&conn.query_one(&sql, &[&number(shop), value]).await?)
}

async fn invited(conn: &Connection, link: &SessionId, now: Timestamp) -> Result<Member> {
    let sql = format!("SELECT {COLUMNS} FROM members WHERE link = $1 AND invited_until > $2");
    let row = conn
        .query_one(&sql, &[&link.as_slice(), &now.as_millis()])
        .await?;
    read(&row)
}

fn read(row: &Row) -> Result<Member> {
    let shop: i64 = row.try_get(0)?;
    let invited_until: Option<i64> = row.try_get(6)?;
    Ok(Member {
        shop: (shop != OPERATORS).then_some(ShopNo(shop)),
        id: row.try_get(1)?,
        email: row.try_get(2)?,
        name: row.try_get(3)?,
        role: Role::from_code(row.try_get(4)?)?,
        password: row.try_get(5)?,
        invited_until: invited_until.map(time),
        created_at: time(row.try_get(7)?),
    })
}
