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
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::error::Result;
use crate::listing::{Paging, is_there, page};
use crate::rows::{self, time, uuid};
use crate::sessions;
use crate::shared::Shared;
use crate::store::SqliteStore;
use crate::work::Work;

/// `members.shop` of operators.
const OPERATORS: i64 = 0;
/// What [`read`] reads.
const COLUMNS: &str = "shop, id, email, name, role, password, invited_until, created_at";

#[async_trait]
impl Members for SqliteStore {
    async fn add_member(
        &self,
        member: Member,
        link: SessionId,
        letter: Option<NewLetter>,
    ) -> StoreResult<()> {
        self.write(move |work| add(work, &member, &link, letter.as_ref()))
            .await
    }

    async fn members(
        &self,
        shop: Option<ShopNo>,
        request: PageRequest,
    ) -> StoreResult<Page<Member>> {
        self.read(move |conn, shared| {
            if let Some(shop) = shop
                && !is_there(conn, shared, shop)?
            {
                return Ok(Page::empty());
            }
            let sql = format!(
                "SELECT {COLUMNS}, no FROM members WHERE shop = ?1 AND no < ?2
                 ORDER BY no DESC LIMIT ?3 OFFSET ?4"
            );
            let mut statement = conn.prepare_cached(&sql)?;
            let (below, rows, skip) = (request.below(), request.rows(), request.skip);
            let found = statement.query(params![number(shop), below, rows, skip])?;
            page(request, found, |row| Ok(((row.get(8)?, 0), read(row)?)))
        })
        .await
    }

    async fn member(&self, shop: Option<ShopNo>, id: Uuid) -> StoreResult<Member> {
        self.read(move |conn, shared| {
            shop_of(conn, shared, shop)?;
            one(conn, shop, "id", id.as_bytes())
        })
        .await
    }

    async fn member_of(&self, shop: Option<ShopNo>, email: &str) -> StoreResult<Member> {
        let email = email.to_owned();
        self.read(move |conn, shared| {
            shop_of(conn, shared, shop)?;
            one(conn, shop, "email", &email)
        })
        .await
    }

    async fn invited(
        &self,
        link: &SessionId,
        now: Timestamp,
    ) -> StoreResult<(Member, Option<Arc<Shop>>)> {
        let link = *link;
        self.read(move |conn, shared| {
            let member = invited(conn, &link, now)?;
            let shop = shop_of(conn, shared, member.shop)?;
            Ok((member, shop))
        })
        .await
    }

    async fn join(&self, link: &SessionId, joined: Joined, now: Timestamp) -> StoreResult<Member> {
        let link = *link;
        self.write(move |work| {
            let member = invited(&work.conn, &link, now)?;
            if let Some(shop) = member.shop {
                work.shop(shop)?;
            }
            work.conn.execute(
                "UPDATE members SET email = ?2, name = ?3, password = ?4, link = NULL, invited_until = NULL
                 WHERE id = ?1",
                params![member.id.as_bytes(), joined.email, joined.name, joined.password],
            )?;
            sessions::end_of(work, member.id)?;
            Ok(joined.of(member))
        })
        .await
    }

    async fn change_member(
        &self,
        shop: Option<ShopNo>,
        id: Uuid,
        change: MemberChange,
    ) -> StoreResult<Member> {
        self.write(move |work| {
            if let Some(shop) = shop {
                work.shop(shop)?;
            }
            let member = one(&work.conn, shop, "id", id.as_bytes())?;
            match &change {
                MemberChange::Role(role) => {
                    work.conn.execute(
                        "UPDATE members SET role = ?2 WHERE id = ?1",
                        params![id.as_bytes(), role.code()],
                    )?;
                    sessions::end_of(work, id)?;
                }
                MemberChange::Link(link, until, letter) => {
                    work.conn.execute(
                        "UPDATE members SET link = ?2, invited_until = ?3 WHERE id = ?1",
                        params![id.as_bytes(), link.as_slice(), until.as_millis()],
                    )?;
                    if let Some(letter) = letter {
                        rows::letter::insert(work, shop, letter)?;
                    }
                }
            }
            Ok(change.of(member))
        })
        .await
    }

    async fn remove_member(&self, shop: Option<ShopNo>, id: Uuid) -> StoreResult<()> {
        self.write(move |work| -> Result<()> {
            if let Some(shop) = shop {
                work.shop(shop)?;
            }
            let removed = work.conn.execute(
                "DELETE FROM members WHERE shop = ?1 AND id = ?2",
                params![number(shop), id.as_bytes()],
            )?;
            if removed == 0 {
                return Err(StoreError::NotFound.into());
            }
            sessions::end_of(work, id)
        })
        .await
    }
}

#[async_trait]
impl Audit for SqliteStore {
    async fn add_entry(&self, shop: ShopNo, entry: Entry) -> StoreResult<()> {
        self.write_of(shop, move |work| -> Result<()> {
            work.shop(shop)?;
            let no = work.next_number(entry.at);
            work.conn
                .prepare_cached(
                    "INSERT INTO audit (no, shop, at, who, source, did, what)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute(params![
                    no,
                    shop.0,
                    entry.at.as_millis(),
                    entry.who,
                    entry.source.code(),
                    entry.did,
                    entry.on,
                ])?;
            Ok(())
        })
        .await
    }

    async fn entries(&self, shop: ShopNo, request: PageRequest) -> StoreResult<Page<Entry>> {
        self.read_of(shop, move |conn, shared| {
            if !is_there(conn, shared, shop)? {
                return Ok(Page::empty());
            }
            let mut statement = conn.prepare_cached(
                "SELECT at, who, source, did, what, no FROM audit WHERE shop = ?1 AND no < ?2
                 ORDER BY no DESC LIMIT ?3 OFFSET ?4",
            )?;
            let (below, rows, skip) = (request.below(), request.rows(), request.skip);
            let found = statement.query(params![shop.0, below, rows, skip])?;
            page(request, found, |row| {
                let entry = Entry {
                    at: time(row.get(0)?),
                    who: row.get(1)?,
                    source: Source::from_code(row.get(2)?)?,
                    did: row.get(3)?,
                    on: row.get(4)?,
                };
                Ok(((row.get(5)?, 0), entry))
            })
        })
        .await
    }
}

fn number(shop: Option<ShopNo>) -> i64 {
    shop.map_or(OPERATORS, |shop| shop.0)
}

fn add(
    work: &mut Work,
    member: &Member,
    link: &SessionId,
    letter: Option<&NewLetter>,
) -> Result<()> {
    if let Some(shop) = member.shop {
        work.shop(shop)?;
    }
    let no = work.next_number(member.created_at);
    work.conn.execute(
        "INSERT INTO members (no, shop, id, email, name, role, password, link, invited_until, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            no,
            number(member.shop),
            member.id.as_bytes(),
            member.email,
            member.name,
            member.role.code(),
            member.password,
            link.as_slice(),
            member.invited_until.map(Timestamp::as_millis),
            member.created_at.as_millis(),
        ],
    )?;
    if let Some(letter) = letter {
        rows::letter::insert(work, member.shop, letter)?;
    }
    Ok(())
}

fn shop_of(conn: &Connection, shared: &Shared, shop: Option<ShopNo>) -> Result<Option<Arc<Shop>>> {
    shop.map(|no| rows::shop::by_no(conn, &shared.cache, no))
        .transpose()
}

fn one(
    conn: &Connection,
    shop: Option<ShopNo>,
    column: &str,
    value: &dyn rusqlite::ToSql,
) -> Result<Member> {
    let sql = format!("SELECT {COLUMNS} FROM members WHERE shop = ?1 AND {column} = ?2");
    conn.prepare_cached(&sql)?
        .query_row(params![number(shop), value], |row| Ok(read(row)))?
}

fn invited(conn: &Connection, link: &SessionId, now: Timestamp) -> Result<Member> {
    let sql = format!("SELECT {COLUMNS} FROM members WHERE link = ?1 AND invited_until > ?2");
    conn.prepare_cached(&sql)?
        .query_row(params![link.as_slice(), now.as_millis()], |row| {
            Ok(read(row))
        })?
}

fn read(row: &Row<'_>) -> Result<Member> {
    let shop: i64 = row.get(0)?;
    let id: Vec<u8> = row.get(1)?;
    let invited_until: Option<i64> = row.get(6)?;
    Ok(Member {
        id: uuid(&id)?,
        shop: (shop != OPERATORS).then_some(ShopNo(shop)),
        email: row.get(2)?,
        name: row.get(3)?,
        role: Role::from_code(row.get(4)?)?,
        password: row.get(5)?,
        invited_until: invited_until.map(time),
        created_at: time(row.get(7)?),
    })
}
