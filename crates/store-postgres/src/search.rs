//! Documents by their terms (`claimwire_model::search`): the hashes of each document's are a column of its row,
//! with an inverted index.

use claimwire_model::hash::fnv1a;
use claimwire_model::{ShopNo, SubjectKind, search};
use claimwire_store::codes::Code;
use claimwire_store::commit::Document;
use claimwire_store::{Commit, DocumentFilter, Page, PageRequest};

use crate::connection::Connection;
use crate::error::Result;
use crate::listing::{Paging, bounds, page};
use crate::rows;

/// Those with all of the terms, newest first. Planned for the terms that are asked for: of common ones the newest
/// documents have enough, of rare ones the index has few.
pub(crate) const FOUND: &str = "FROM documents
     WHERE shop = $1 AND kind = $2 AND no >= $3 AND no < $4 AND terms @> $5::BIGINT[]
     ORDER BY no DESC LIMIT $6 OFFSET $7";

/// The hashes of the terms of what a commit writes, each in its place.
pub(crate) fn of_commit(commit: &Commit) -> Vec<Option<Vec<i64>>> {
    let shop = commit.shop.no;
    let writes = commit.writes.iter();
    let terms = writes.map(|write| {
        let json = &write.after.as_ref()?.json;
        let terms: Vec<_> = search::terms(write.kind, json)
            .iter()
            .map(|term| hash(shop, write.kind, term))
            .collect();
        (!terms.is_empty()).then_some(terms)
    });
    terms.collect()
}

/// A term with its shop and kind, so that nothing of another is found.
fn hash(shop: ShopNo, kind: SubjectKind, term: &str) -> i64 {
    let place = [shop.0, kind.code()].map(i64::to_be_bytes);
    fnv1a(place.into_iter().flatten().chain(term.bytes()))
}

/// See [`claimwire_store::Subjects::find_documents`].
pub(crate) async fn find(
    conn: &Connection,
    shop: ShopNo,
    kind: SubjectKind,
    filter: &DocumentFilter,
    request: PageRequest,
) -> Result<Page<Document>> {
    let (from, below) = bounds(filter.since, filter.until, request);
    let terms: Vec<_> = filter
        .terms
        .iter()
        .map(|term| hash(shop, kind, term))
        .collect();
    let sql = format!("SELECT {} {FOUND}", rows::document::COLUMNS);
    let sql = if terms.is_empty() {
        sql.replace(
            "AND terms @> $5::BIGINT[]",
            "AND cardinality($5::BIGINT[]) = 0",
        )
    } else {
        sql
    };
    let found = conn
        .query_planned(
            &sql,
            &[
                &shop.0,
                &kind.code(),
                &from,
                &below,
                &terms,
                &request.rows(),
                &request.skipped(),
            ],
        )
        .await?;
    page(request, &found, |row| {
        Ok(((row.try_get(5)?, 0), rows::document::read(row)?))
    })
}
