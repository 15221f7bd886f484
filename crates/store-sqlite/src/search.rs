//! Documents found by their terms (`claimwire_model::search`), in the index (`terms.rs`). As long as that does not hold
//! all documents, a search reads those that are not in it yet.

use claimwire_model::{ShopNo, SubjectKind, search};
use claimwire_store::codes::Code;
use claimwire_store::document::Document;
use claimwire_store::page::{Filling, bounds};
use claimwire_store::{DocumentFilter, Page, PageRequest};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Result;
use crate::listing::Paging;
use crate::rows;
use crate::terms::{Place, searchable_since};

/// Documents not in the index yet that one page reads, at most.
const LOOKS: usize = 2_000;

/// Those with all of the terms, newest first.
pub(crate) const FOUND: &str = "SELECT rowid FROM search
     WHERE search MATCH ?1 AND rowid >= ?2 AND rowid < ?3 ORDER BY rowid DESC LIMIT ?4";

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
    let expression = expression(Place { shop, kind }, &filter.terms);
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

fn expression(place: Place, terms: &[String]) -> String {
    let tokens = terms
        .iter()
        .map(|term| format!("\"{}\"", place.token(term)));
    tokens.collect::<Vec<_>>().join(" AND ")
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
