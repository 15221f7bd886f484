//! The inverted index of documents by their terms, written in their commit. Documents from before there was one are
//! brought in by bounded steps between groups, the newest first.

use claimwire_model::hash::fnv1a;
use claimwire_model::{ShopNo, SubjectKind, search};
use claimwire_store::Commit;
use claimwire_store::codes::Code;
use rusqlite::{Connection, params};

use crate::error::Result;

/// Documents that one step brings in.
const STEP: usize = 64;

/// The terms of a document, as the index takes them.
pub(crate) struct Terms {
    text: String,
    hash: i64,
}

/// The terms of what a commit writes, each in its place. Made before the writer has it, so that the writer
/// need not.
pub(crate) fn of_commit(commit: &Commit) -> Vec<Option<Terms>> {
    let shop = commit.shop.no;
    let writes = commit.writes.iter();
    let terms = writes.map(|write| terms(shop, write.kind, &write.after.as_ref()?.json));
    terms.collect()
}

fn terms(shop: ShopNo, kind: SubjectKind, json: &str) -> Option<Terms> {
    let mut text = String::new();
    for term in search::terms(kind, json) {
        if !text.is_empty() {
            text.push(' ');
        }
        token(&mut text, shop, kind, &term);
    }
    (!text.is_empty()).then(|| Terms {
        hash: fnv1a(text.bytes()),
        text,
    })
}

/// A term as a token: with its shop and kind before it. Small letters, digits and what is not ASCII stand for
/// themselves, all else is escaped: the index's tokens are of such characters.
pub(crate) fn token(text: &mut String, shop: ShopNo, kind: SubjectKind, term: &str) {
    text.push_str(&format!("{}k{}", shop.0, kind.code()));
    for character in term.chars() {
        match character {
            'a'..='z' | '0'..='9' => text.push(character),
            other if !other.is_ascii() => text.push(other),
            other => text.push_str(&format!("_{:02x}", u32::from(other))),
        }
    }
}

/// Brings a document's terms into the index, in place of those with the hash `before`. Answers what
/// `documents.terms` is to hold.
pub(crate) fn put(
    conn: &Connection,
    no: i64,
    before: Option<i64>,
    terms: Option<&Terms>,
) -> Result<Option<i64>> {
    let sql = match (before, terms) {
        (None, None) => return Ok(None),
        (Some(before), Some(terms)) if before == terms.hash => return Ok(Some(before)),
        (None, Some(_)) => "INSERT INTO search (rowid, terms) VALUES (?1, ?2)",
        (Some(_), Some(_)) => "UPDATE search SET terms = ?2 WHERE rowid = ?1",
        (Some(_), None) => "DELETE FROM search WHERE rowid = ?1 AND ?2 IS NULL",
    };
    let text = terms.map(|terms| &terms.text);
    conn.prepare_cached(sql)?.execute(params![no, text])?;
    Ok(terms.map(|terms| terms.hash))
}

/// The number from which on all documents are in the index; 0: all are.
pub(crate) fn searchable_since(conn: &Connection) -> Result<i64> {
    let found = conn
        .prepare_cached("SELECT since FROM searchable WHERE no = 1")?
        .query_row([], |row| row.get(0))?;
    Ok(found)
}

/// Brings in some of the documents before `since`, and notes that. Answers from where on all are in the
/// index now.
pub(crate) fn step(conn: &Connection, since: i64) -> Result<i64> {
    let mut statement = conn.prepare_cached(
        "SELECT no, shop, kind, json, terms FROM documents WHERE no < ?1 ORDER BY no DESC LIMIT ?2",
    )?;
    let mut found = statement.query(params![since, STEP])?;
    let (mut since, mut count) = (since, 0);
    while let Some(row) = found.next()? {
        since = row.get(0)?;
        count += 1;
        let kind = SubjectKind::from_code(row.get(2)?)?;
        let json = row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?;
        let terms = terms(ShopNo(row.get(1)?), kind, json);
        let hash = put(conn, since, row.get(4)?, terms.as_ref())?;
        conn.prepare_cached("UPDATE documents SET terms = ?2 WHERE no = ?1")?
            .execute(params![since, hash])?;
    }
    if count < STEP {
        since = 0;
    }
    conn.prepare_cached("UPDATE searchable SET since = ?1 WHERE no = 1")?
        .execute([since])?;
    Ok(since)
}
