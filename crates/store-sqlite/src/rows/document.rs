//! Documents: claims, orders, shipments, contacts and messages in the API's shape.

use claimwire_model::{ShopNo, SubjectKind};
use claimwire_store::Commit;
use claimwire_store::StoreError;
use claimwire_store::codes::Code;
use claimwire_store::commit::{Write, claims_needed, claims_removed, last_write};
use claimwire_store::document::Document;
use claimwire_store::subjects::{Bounds, SIBLINGS_COUNTED, Siblings};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use crate::error::Result;
use crate::rows;
use crate::terms::{self, Place, Terms};
use crate::work::Work;

/// What [`read`] reads.
pub(crate) const COLUMNS: &str = "kind, id, parent, version, json, no";

/// A document from [`COLUMNS`].
pub(crate) fn read(row: &Row<'_>) -> Result<Document> {
    Ok(Document {
        kind: SubjectKind::from_code(row.get(0)?)?,
        id: row.get(1)?,
        parent: row.get(2)?,
        version: row.get(3)?,
        json: row.get(4)?,
    })
}

/// One document.
pub(crate) fn by_id(
    conn: &Connection,
    shop: ShopNo,
    kind: SubjectKind,
    id: &str,
) -> Result<Document> {
    let sql = format!("SELECT {COLUMNS} FROM documents WHERE shop = ?1 AND kind = ?2 AND id = ?3");
    conn.prepare_cached(&sql)?
        .query_row(params![shop.0, kind.code(), id], |row| Ok(read(row)))?
}

/// What hangs on a parent, without one of them: see [`claimwire_store::Subjects::siblings`].
pub(crate) fn siblings(
    conn: &Connection,
    shop: ShopNo,
    kind: SubjectKind,
    (parent, except): (&str, &str),
    bounds: Bounds,
) -> Result<Siblings> {
    let sql = format!(
        "SELECT {COLUMNS} FROM documents INDEXED BY documents_parent
         WHERE shop = ?1 AND kind = ?2 AND parent = ?3 ORDER BY no DESC"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut found = statement.query(params![shop.0, kind.code(), parent])?;
    let (mut documents, mut bytes) = (Vec::new(), 0);
    while let Some(row) = found.next()? {
        if row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)? == except {
            continue;
        }
        if documents.len() >= bounds.documents || bytes >= bounds.bytes {
            let count = count_siblings(conn, shop, kind, (parent, except))?;
            return Ok(Siblings { documents, count });
        }
        let document = read(row)?;
        bytes += document.json.len();
        documents.push(document);
    }
    let count = u64::try_from(documents.len()).unwrap_or(u64::MAX);
    Ok(Siblings { documents, count })
}

fn count_siblings(
    conn: &Connection,
    shop: ShopNo,
    kind: SubjectKind,
    (parent, except): (&str, &str),
) -> Result<u64> {
    let mut excepted = conn.prepare_cached(
        "SELECT 1 FROM documents WHERE shop = ?1 AND kind = ?2 AND id = ?3 AND parent = ?4",
    )?;
    let excepted = u64::from(excepted.exists(params![shop.0, kind.code(), except, parent])?);
    // From the index alone.
    let mut count = conn.prepare_cached(
        "SELECT count(*) FROM (SELECT 1 FROM documents INDEXED BY documents_parent
         WHERE shop = ?1 AND kind = ?2 AND parent = ?3 LIMIT ?4)",
    )?;
    let at_most = SIBLINGS_COUNTED + excepted;
    let count: u64 = count.query_row(params![shop.0, kind.code(), parent, at_most], |row| {
        row.get(0)
    })?;
    Ok(count - excepted)
}

/// Refuses a commit whose documents are not as they were when it was made. A second write of one
/// document in the same commit expects what the first leaves.
pub(crate) fn check_versions(conn: &Connection, commit: &Commit) -> Result<()> {
    for (index, write) in commit.writes.iter().enumerate() {
        let same = |earlier: &&Write| earlier.kind == write.kind && earlier.id == write.id;
        let version = match commit.writes.iter().take(index).rev().find(same) {
            Some(earlier) => earlier.after.as_ref().map(|_| earlier.expected_version + 1),
            None => conn
                .prepare_cached(
                    "SELECT version FROM documents WHERE shop = ?1 AND kind = ?2 AND id = ?3",
                )?
                .query_row(
                    params![commit.shop.no.0, write.kind.code(), write.id],
                    |row| row.get(0),
                )
                .optional()?,
        };
        if version.unwrap_or(0) != write.expected_version {
            return Err(StoreError::Stale.into());
        }
    }
    Ok(())
}

/// Refuses a commit that would leave a message without its claim.
pub(crate) fn check_messages(conn: &Connection, commit: &Commit) -> Result<()> {
    let shop = commit.shop.no;
    let writes = &commit.writes;
    for claim in claims_needed(writes) {
        let is_there = match last_write(writes, SubjectKind::Claim, claim) {
            Some(write) => write.after.is_some(),
            None => conn
                .prepare_cached(
                    "SELECT 1 FROM documents WHERE shop = ?1 AND kind = ?2 AND id = ?3",
                )?
                .exists(params![shop.0, SubjectKind::Claim.code(), claim])?,
        };
        if !is_there {
            return Err(StoreError::Stale.into());
        }
    }
    for claim in claims_removed(writes) {
        let mut messages = conn.prepare_cached(
            "SELECT id FROM documents INDEXED BY documents_parent
             WHERE shop = ?1 AND kind = ?2 AND parent = ?3",
        )?;
        let mut found = messages.query(params![shop.0, SubjectKind::Message.code(), claim])?;
        while let Some(row) = found.next()? {
            let id = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            let write = last_write(writes, SubjectKind::Message, id);
            if write.is_none_or(|write| write.after.is_some()) {
                return Err(StoreError::Stale.into());
            }
        }
    }
    Ok(())
}

/// Writes documents whose versions have been checked.
/// `terms`: what each is found by, in the same places.
pub(crate) fn write(work: &mut Work, commit: &Commit, terms: &[Option<Terms>]) -> Result<()> {
    for (place, write) in commit.writes.iter().enumerate() {
        let terms = terms.get(place).and_then(Option::as_ref);
        let Write {
            kind,
            id,
            expected_version,
            after,
        } = write;
        let place = Place {
            shop: commit.shop.no,
            kind: *kind,
        };
        let (shop, kind) = (commit.shop.no.0, kind.code());
        let text = terms.map(Terms::text);
        match after {
            Some(content) if *expected_version == 0 => {
                let no = work.next_number(commit.now);
                terms::put(&work.conn, no, place, None, terms)?;
                work.conn
                    .prepare_cached(
                        "INSERT INTO documents (no, shop, kind, id, parent, version, json, terms)
                         VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7)",
                    )?
                    .execute(params![
                        no,
                        shop,
                        kind,
                        id,
                        content.parent,
                        content.json,
                        text
                    ])?;
            }
            Some(content) => {
                let (no, before) = work
                    .conn
                    .prepare_cached(
                        "SELECT no, terms FROM documents WHERE shop = ?1 AND kind = ?2 AND id = ?3",
                    )?
                    .query_row(params![shop, kind, id], |row| {
                        Ok((row.get(0)?, Terms::read(row, 1)))
                    })?;
                terms::put(&work.conn, no, place, before?.as_ref(), terms)?;
                work.conn
                    .prepare_cached(
                        "UPDATE documents SET parent = ?2, json = ?3, version = version + 1, terms = ?4
                         WHERE no = ?1",
                    )?
                    .execute(params![no, content.parent, content.json, text])?;
            }
            None => {
                let sql = "DELETE FROM documents WHERE shop = ?1 AND kind = ?2 AND id = ?3
                           RETURNING no, kind, terms";
                remove(&work.conn, commit.shop.no, sql, params![shop, kind, id])?;
                if write.kind == SubjectKind::Claim {
                    rows::ticket::claim_gone(&work.conn, commit.shop.no, id, commit.now)?;
                }
            }
        }
    }
    Ok(())
}

/// Removes some documents of a shop that is deleted. How many they were.
pub(crate) fn remove_some(conn: &Connection, shop: ShopNo, limit: usize) -> Result<usize> {
    let sql =
        "DELETE FROM documents WHERE no IN (SELECT no FROM documents WHERE shop = ?1 LIMIT ?2)
               RETURNING no, kind, terms";
    remove(conn, shop, sql, params![shop.0, limit])
}

fn remove(conn: &Connection, shop: ShopNo, sql: &str, of: &[&dyn ToSql]) -> Result<usize> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut gone = statement.query(of)?;
    let mut count = 0;
    while let Some(row) = gone.next()? {
        let kind = SubjectKind::from_code(row.get(1)?)?;
        let before = Terms::read(row, 2)?;
        terms::put(
            conn,
            row.get(0)?,
            Place { shop, kind },
            before.as_ref(),
            None,
        )?;
        count += 1;
    }
    Ok(count)
}
