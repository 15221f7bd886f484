//! Claims, orders, shipments, contacts and messages, and the commit.

use async_trait::async_trait;
use claimwire_model::{ShopNo, SubjectKind};
use claimwire_store::codes::Code;
use claimwire_store::document::Document;
use claimwire_store::subjects::{Bounds, SIBLINGS_COUNTED, Siblings};
use claimwire_store::{
    Commit, Committed, DocumentFilter, Page, PageRequest, StoreResult, Subjects,
};

use crate::connection::Param;
use crate::error::Error;
use crate::listing::{Paging, page};
use crate::rows;
use crate::search;
use crate::store::PostgresStore;

#[async_trait]
impl Subjects for PostgresStore {
    async fn document(&self, shop: ShopNo, kind: SubjectKind, id: &str) -> StoreResult<Document> {
        let sql = format!(
            "SELECT {} FROM documents WHERE shop = $1 AND kind = $2 AND id = $3
             AND EXISTS (SELECT 1 FROM shops s WHERE s.no = $1 AND NOT s.deleted)",
            rows::document::COLUMNS
        );
        let conn = self.connection().await?;
        let row = conn.query_one(&sql, &[&shop.0, &kind.code(), &id]).await?;
        Ok(rows::document::read(&row)?)
    }

    async fn documents_of(
        &self,
        shop: ShopNo,
        kind: SubjectKind,
        ids: Vec<String>,
    ) -> StoreResult<Vec<Document>> {
        let sql = format!(
            "SELECT {} FROM documents WHERE shop = $1 AND kind = $2 AND id = ANY($3)
             AND EXISTS (SELECT 1 FROM shops s WHERE s.no = $1 AND NOT s.deleted)",
            rows::document::COLUMNS
        );
        let conn = self.connection().await?;
        // PostgreSQL's texts have no NUL: what has one is the id of nothing.
        let ids: Vec<String> = ids.into_iter().filter(|id| !id.contains('\0')).collect();
        let found = conn.query(&sql, &[&shop.0, &kind.code(), &ids]).await?;
        let documents: Result<_, Error> = found.iter().map(rows::document::read).collect();
        Ok(documents?)
    }

    async fn documents(
        &self,
        shop: ShopNo,
        kind: SubjectKind,
        parent: Option<&str>,
        request: PageRequest,
    ) -> StoreResult<Page<Document>> {
        let conn = self.connection().await?;
        if !rows::shop::is_there(&conn, shop).await? {
            return Ok(Page::empty());
        }
        let parent = parent.map(rows::document::parent);
        // Shop and order as in the lists of events.
        let sql = format!(
            "SELECT {} FROM documents WHERE shop = ANY(ARRAY[$1::BIGINT]) AND kind = $2 AND no < $3 {}
             ORDER BY shop DESC, no DESC LIMIT $4 OFFSET $5",
            rows::document::COLUMNS,
            parent.as_ref().map_or("", |_| "AND parent = $6"),
        );
        let (kind, below) = (kind.code(), request.below());
        let (limit, skipped) = (request.rows(), request.skipped());
        let mut params: Vec<Param<'_>> = vec![&shop.0, &kind, &below, &limit, &skipped];
        if parent.is_some() {
            params.push(&parent);
        }
        let found = conn.query(&sql, &params).await?;
        let documents = page(request, &found, |row| {
            Ok(((row.try_get(5)?, 0), rows::document::read(row)?))
        });
        Ok(documents?)
    }

    async fn siblings(
        &self,
        shop: ShopNo,
        kind: SubjectKind,
        parent: &str,
        except: &str,
        bounds: Bounds,
    ) -> StoreResult<Siblings> {
        // The document that reaches the bytes is the last: those before it have fewer.
        let sql = format!(
            "SELECT {}, count FROM
               (SELECT *, sum(length(json)) OVER (ORDER BY no DESC) - length(json) AS before FROM
                 (SELECT * FROM documents WHERE shop = $1 AND kind = $2 AND parent = $3 AND id <> $4
                  ORDER BY no DESC LIMIT $5) AS newest) AS newest,
               (SELECT count(*) FROM
                 (SELECT 1 FROM documents WHERE shop = $1 AND kind = $2 AND parent = $3 AND id <> $4 LIMIT $7)
                 AS counted) AS count (count)
             WHERE before < $6 ORDER BY no DESC",
            rows::document::COLUMNS
        );
        let limit = i64::try_from(bounds.documents).unwrap_or(i64::MAX);
        let bytes = i64::try_from(bounds.bytes).unwrap_or(i64::MAX);
        let counted = i64::try_from(SIBLINGS_COUNTED).unwrap_or(i64::MAX);
        let conn = self.connection().await?;
        if !rows::shop::is_there(&conn, shop).await? {
            return Ok(Siblings {
                documents: Vec::new(),
                count: 0,
            });
        }
        let (kind, parent) = (kind.code(), rows::document::parent(parent));
        let params: [Param<'_>; 7] = [&shop.0, &kind, &parent, &except, &limit, &bytes, &counted];
        let found = conn.query(&sql, &params).await?;
        let documents: Result<Vec<_>, Error> = found.iter().map(rows::document::read).collect();
        let count = found.first().map_or(Ok(0), |row| rows::count(row, 6));
        Ok(Siblings {
            documents: documents?,
            count: count?,
        })
    }

    async fn find_documents(
        &self,
        shop: ShopNo,
        kind: SubjectKind,
        filter: DocumentFilter,
        request: PageRequest,
    ) -> StoreResult<Page<Document>> {
        let conn = self.connection().await?;
        if !rows::shop::is_there(&conn, shop).await? {
            return Ok(Page::empty());
        }
        Ok(search::find(&conn, shop, kind, &filter, request).await?)
    }

    async fn reserve_number(&self, shop: ShopNo, kind: SubjectKind) -> StoreResult<u64> {
        let conn = self.connection().await?;
        let row = conn
            .query_one(
                "INSERT INTO counters AS c (shop, kind, last)
                 SELECT no, $2, 1 FROM shops WHERE no = $1 AND NOT deleted
                 ON CONFLICT (shop, kind) DO UPDATE SET last = c.last + 1 RETURNING last",
                &[&shop.0, &kind.code()],
            )
            .await?;
        Ok(rows::count(&row, 0)?)
    }

    async fn commit(&self, commit: Commit) -> StoreResult<Committed> {
        self.committer.commit(commit).await
    }
}
