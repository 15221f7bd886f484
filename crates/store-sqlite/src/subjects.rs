//! Claims, orders, shipments, contacts and messages, and the commit.

use std::collections::BTreeSet;

use async_trait::async_trait;
use claimwire_model::{ShopNo, SubjectKind};
use claimwire_store::codes::Code;
use claimwire_store::document::Document;
use claimwire_store::subjects::{Bounds, Siblings};
use claimwire_store::{
    Commit, Committed, DocumentFilter, Page, PageRequest, StoreError, StoreResult, Subjects,
};
use rusqlite::params;

use crate::error::Error;
use crate::jobs::commit::{self, Prepared};
use crate::listing::{Paging, is_there, page};
use crate::rows;
use crate::search;
use crate::store::{SqliteStore, answer};

#[async_trait]
impl Subjects for SqliteStore {
    async fn document(&self, shop: ShopNo, kind: SubjectKind, id: &str) -> StoreResult<Document> {
        let id = id.to_owned();
        self.read_of(shop, move |conn, shared| {
            rows::shop::by_no(conn, &shared.cache, shop)?;
            rows::document::by_id(conn, shop, kind, &id)
        })
        .await
    }

    async fn documents_of(
        &self,
        shop: ShopNo,
        kind: SubjectKind,
        ids: Vec<String>,
    ) -> StoreResult<Vec<Document>> {
        self.read_of(shop, move |conn, shared| {
            if !is_there(conn, shared, shop)? {
                return Ok(Vec::new());
            }
            let ids: BTreeSet<String> = ids.into_iter().collect();
            let mut found = Vec::new();
            for id in &ids {
                match rows::document::by_id(conn, shop, kind, id) {
                    Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)) => {}
                    document => found.push(document?),
                }
            }
            Ok(found)
        })
        .await
    }

    async fn documents(
        &self,
        shop: ShopNo,
        kind: SubjectKind,
        parent: Option<&str>,
        request: PageRequest,
    ) -> StoreResult<Page<Document>> {
        let parent = parent.map(str::to_owned);
        self.read_of(shop, move |conn, shared| {
            if !is_there(conn, shared, shop)? {
                return Ok(Page::empty());
            }
            let sql = format!(
                "SELECT {} FROM documents {} AND shop = ?1 AND kind = ?2 AND no < ?3 ORDER BY no DESC LIMIT ?4 OFFSET ?6",
                rows::document::COLUMNS,
                match &parent {
                    Some(_) => "INDEXED BY documents_parent WHERE parent = ?5",
                    None => "INDEXED BY documents_kind WHERE ?5 IS NULL",
                },
            );
            let mut statement = conn.prepare_cached(&sql)?;
            let found =
                statement.query(params![shop.0, kind.code(), request.below(), request.rows(), parent, request.skip])?;
            page(request, found, |row| Ok(((row.get(5)?, 0), rows::document::read(row)?)))
        })
        .await
    }

    async fn siblings(
        &self,
        shop: ShopNo,
        kind: SubjectKind,
        parent: &str,
        except: &str,
        bounds: Bounds,
    ) -> StoreResult<Siblings> {
        let (parent, except) = (parent.to_owned(), except.to_owned());
        self.read(move |conn, shared| {
            if !is_there(conn, shared, shop)? {
                return Ok(Siblings {
                    documents: Vec::new(),
                    count: 0,
                });
            }
            rows::document::siblings(conn, shop, kind, (&parent, &except), bounds)
        })
        .await
    }

    async fn find_documents(
        &self,
        shop: ShopNo,
        kind: SubjectKind,
        filter: DocumentFilter,
        request: PageRequest,
    ) -> StoreResult<Page<Document>> {
        self.read_of(shop, move |conn, shared| {
            if !is_there(conn, shared, shop)? {
                return Ok(Page::empty());
            }
            search::find(conn, shop, kind, &filter, request)
        })
        .await
    }

    async fn reserve_number(&self, shop: ShopNo, kind: SubjectKind) -> StoreResult<u64> {
        let counter = (shop, kind);
        let counters = &self.shared.counters;
        if self.shared.cache.shop(shop).is_some()
            && let Some(number) = counters.next(counter)
        {
            return Ok(number);
        }
        let last = self
            .read(move |conn, _| rows::shop::last_number(conn, shop, kind))
            .await?;
        counters.load(counter, last);
        counters.next(counter).ok_or(StoreError::NotFound)
    }

    async fn commit(&self, commit: Commit) -> StoreResult<Committed> {
        let shop = commit.shop.no;
        if self.shared.cache.webhooks(shop).is_none() {
            // So that the writer need not. If it fails the writer's own attempt says how.
            let load = self.read(move |conn, shared| {
                rows::shop::by_no(conn, &shared.cache, shop)?;
                rows::webhook::of_shop(conn, shared, shop)
            });
            drop(load.await);
        }
        let prepared = Prepared::of(&commit, || self.others_write(shop));
        let load = commit::load(&commit);
        let done = self.write_load(load, move |work| commit::commit(work, commit, &prepared));
        let done = done.await?;
        if let Some(behind) = done.behind {
            answer(behind, StoreError::Unknown).await?;
        }
        Ok(done.committed)
    }
}
