//! Documents by their terms (`claimwire_model::search`): the hashes of each document's are a column of its row,
//! with an inverted index.

use claimwire_model::hash::fnv1a;
use claimwire_model::{ShopNo, SubjectKind, search};
use claimwire_store::codes::Code;
use claimwire_store::document::Document;
use claimwire_store::page::bounds;
use claimwire_store::{Commit, DocumentFilter, Page, PageRequest};
use tokio_postgres::Row;

use crate::connection::{Connection, Param};
use crate::error::Result;
use crate::listing::{Paging, page};
use crate::pipeline::Pipeline;
use crate::rows;

/// Documents that are looked at for common terms, the newest. A term of one in a hundred is found among them; of one that is
/// rarer, all are read.
const LOOKS: i64 = 5_000;

// Shop and order as in the lists of events.

/// Those of the newest documents that have all of the terms: of common ones there are enough.
pub(crate) const NEWEST: &str = "FROM (SELECT * FROM documents
       WHERE shop = ANY(ARRAY[$1::BIGINT]) AND kind = $2 AND no >= $3 AND no < $4
       ORDER BY shop DESC, no DESC LIMIT $8) AS newest
     WHERE terms @> $5::BIGINT[] ORDER BY no DESC LIMIT $6 OFFSET $7";

/// Those of all that have all of the terms: of rare ones there are few. Shut off (`OFFSET 0`) from what else is asked for,
/// which would be looked up for all documents of the shop beside it.
pub(crate) const FOUND: &str =
    "FROM (SELECT * FROM documents WHERE terms @> $5::BIGINT[] OFFSET 0) AS found
     WHERE shop = $1 AND kind = $2 AND no >= $3 AND no < $4
     ORDER BY no DESC LIMIT $6 OFFSET $7";

/// Leaves the inverted index as the one way: how rare terms are is not known to the planner.
pub(crate) const BY_TERMS: &str =
    "BEGIN READ ONLY; SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off";

/// All of them, where no term is asked for.
pub(crate) const ALL: &str = "FROM documents
     WHERE shop = ANY(ARRAY[$1::BIGINT]) AND kind = $2 AND no >= $3 AND no < $4
     ORDER BY shop DESC, no DESC LIMIT $5 OFFSET $6";

/// The hashes of the terms of what a commit writes, each in its place.
pub(crate) fn of_commit(commit: &Commit) -> Vec<Option<Vec<i64>>> {
    let shop = commit.shop.no;
    let writes = commit.writes.iter();
    let terms = writes.map(|write| terms(shop, write.kind, &write.after.as_ref()?.json));
    terms.collect()
}

/// The hashes of a document's terms; none: it is found by nothing.
pub(crate) fn terms(shop: ShopNo, kind: SubjectKind, json: &str) -> Option<Vec<i64>> {
    let terms = search::terms(kind, json);
    let terms: Vec<_> = terms.iter().map(|term| hash(shop, kind, term)).collect();
    (!terms.is_empty()).then_some(terms)
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
    let columns = rows::document::COLUMNS;
    let (kind, limit, skipped) = (kind.code(), request.rows(), request.skipped());
    let read = |found: &[Row]| {
        page(request, found, |row| {
            Ok(((row.try_get(5)?, 0), rows::document::read(row)?))
        })
    };
    if terms.is_empty() {
        let sql = format!("SELECT {columns} {ALL}");
        let params: [Param<'_>; 6] = [&shop.0, &kind, &from, &below, &limit, &skipped];
        return read(&conn.query(&sql, &params).await?);
    }
    let params: [Param<'_>; 8] = [
        &shop.0, &kind, &from, &below, &terms, &limit, &skipped, &LOOKS,
    ];
    let found = conn
        .query(&format!("SELECT {columns} {NEWEST}"), &params)
        .await?;
    if found.len() > request.limit {
        return read(&found);
    }
    let sql = format!("SELECT {columns} {FOUND}");
    let [params @ .., _] = params;
    let mut pipeline = Pipeline::on(conn);
    pipeline.plain(BY_TERMS);
    pipeline.query(&sql, params.to_vec()).await?;
    pipeline.plain("COMMIT");
    let found = pipeline.run().await?;
    read(found.get(1).map_or(&[][..], Vec::as_slice))
}
