//! Documents by their terms (`claimwire_model::search`): an inverted index beside the documents, written in
//! their commit. Documents from before there was one are brought in by bounded steps between groups, the
//! newest first; until then a search reads those that are not in it yet.

use claimwire_model::hash::fnv1a;
use claimwire_model::{ShopNo, SubjectKind, search};
use claimwire_store::commit::Document;
use claimwire_store::page::Filling;
use claimwire_store::{Commit, DocumentFilter, Page, PageRequest};
use rusqlite::{Connection, OptionalExtension, params};

use crate::codes::Code;
use crate::error::Result;
use crate::listing::{Paging, bounds};
use crate::rows;

/// Documents that one step brings in.
const STEP: usize = 64;
/// Documents not in the index yet that one page reads, at most.
const LOOKS: usize = 2_000;

/// Those with all of the terms, newest first.
pub(crate) const FOUND: &str = "SELECT rowid FROM search
     WHERE search MATCH ?1 AND rowid >= ?2 AND rowid < ?3 ORDER BY rowid DESC LIMIT ?4";

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
fn token(text: &mut String, shop: ShopNo, kind: SubjectKind, term: &str) {
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

/// See [`claimwire_store::Subjects::find_documents`].
pub(crate) fn find(
    conn: &Connection,
    shop: ShopNo,
    kind: SubjectKind,
    filter: &DocumentFilter,
    request: PageRequest,
) -> Result<Page<Document>> {
    let (from, below) = bounds(filter.since, filter.until, request);
    let mut filling = Filling::of(request);
    if filter.terms.is_empty() {
        let sql = format!(
            "SELECT {} FROM documents INDEXED BY documents_kind
             WHERE shop = ?1 AND kind = ?2 AND no >= ?3 AND no < ?4 ORDER BY no DESC LIMIT ?5 OFFSET ?6",
            rows::document::COLUMNS
        );
        let mut statement = conn.prepare_cached(&sql)?;
        let code = kind.code();
        let found = statement.query(params![
            shop.0,
            code,
            from,
            below,
            request.rows(),
            request.skip
        ])?;
        return crate::listing::page(request, found, |row| {
            Ok(((row.get(5)?, 0), rows::document::read(row)?))
        });
    }
    let since = searchable_since(conn)?;
    let mut found = conn.prepare_cached(FOUND)?;
    let rows = request.rows() + request.skip;
    let expression = expression(shop, kind, &filter.terms);
    let mut found = found.query(params![expression, from.max(since), below, rows])?;
    let sql = format!(
        "SELECT {} FROM documents WHERE no = ?1",
        rows::document::COLUMNS
    );
    let mut by_no = conn.prepare_cached(&sql)?;
    while let Some(row) = found.next()? {
        let no: i64 = row.get(0)?;
        let document = by_no.query_row([no], |row| Ok(rows::document::read(row)));
        let Some(document) = document.optional()? else {
            continue;
        };
        if !filling.add((no, 0), document?) {
            return Ok(filling.page());
        }
    }
    if since > from {
        walk(
            conn,
            (shop, kind),
            &filter.terms,
            (from, below.min(since)),
            &mut filling,
        )?;
    }
    Ok(filling.page())
}

fn expression(shop: ShopNo, kind: SubjectKind, terms: &[String]) -> String {
    let mut expression = String::new();
    for term in terms {
        if !expression.is_empty() {
            expression.push_str(" AND ");
        }
        expression.push('"');
        token(&mut expression, shop, kind, term);
        expression.push('"');
    }
    expression
}

/// Reads on through those that are not in the index yet.
fn walk(
    conn: &Connection,
    (shop, kind): (ShopNo, SubjectKind),
    asked: &[String],
    (from, below): (i64, i64),
    filling: &mut Filling<Document>,
) -> Result<()> {
    let sql = format!(
        "SELECT {} FROM documents INDEXED BY documents_kind
         WHERE shop = ?1 AND kind = ?2 AND no >= ?3 AND no < ?4 ORDER BY no DESC LIMIT ?5",
        rows::document::COLUMNS
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut found = statement.query(params![shop.0, kind.code(), from, below, LOOKS + 1])?;
    let mut looks = 0;
    while let Some(row) = found.next()? {
        if looks == LOOKS {
            filling.end();
            return Ok(());
        }
        looks += 1;
        let place = (row.get(5)?, 0);
        let document = rows::document::read(row)?;
        let terms = search::terms(kind, &document.json);
        if !asked.iter().all(|term| terms.contains(term)) {
            filling.pass(place);
        } else if !filling.add(place, document) {
            return Ok(());
        }
    }
    Ok(())
}
