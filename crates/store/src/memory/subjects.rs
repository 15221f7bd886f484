//! Claims, orders, shipments, contacts and messages.

use std::collections::BTreeSet;

use async_trait::async_trait;
use claimwire_model::{ShopNo, SubjectKind, search};

use super::rows::DocumentRow;
use super::{MemoryStore, page};
use crate::commit::{Commit, Committed};
use crate::document::Document;
use crate::error::{StoreError, StoreResult};
use crate::find::DocumentFilter;
use crate::page::{Page, PageRequest};
use crate::subjects::{Bounds, SIBLINGS_COUNTED, Siblings, Subjects};

#[async_trait]
impl Subjects for MemoryStore {
    async fn document(&self, shop: ShopNo, kind: SubjectKind, id: &str) -> StoreResult<Document> {
        let tables = self.tables();
        tables.shop(shop)?;
        let row = tables.documents.get(&(shop, kind, id.to_owned()));
        row.map(|row| row.document.clone())
            .ok_or(StoreError::NotFound)
    }

    async fn documents_of(
        &self,
        shop: ShopNo,
        kind: SubjectKind,
        ids: Vec<String>,
    ) -> StoreResult<Vec<Document>> {
        let tables = self.tables();
        if tables.shop(shop).is_err() {
            return Ok(Vec::new());
        }
        let ids: BTreeSet<String> = ids.into_iter().collect();
        let found = ids
            .into_iter()
            .filter_map(|id| tables.documents.get(&(shop, kind, id)));
        Ok(found.map(|row| row.document.clone()).collect())
    }

    async fn documents(
        &self,
        shop: ShopNo,
        kind: SubjectKind,
        parent: Option<&str>,
        request: PageRequest,
    ) -> StoreResult<Page<Document>> {
        let tables = self.tables();
        let there = tables.shop(shop).is_ok();
        let mut rows: Vec<_> = tables
            .documents
            .iter()
            .filter(|((s, k, _), _)| there && *s == shop && *k == kind)
            .filter(|(_, row)| parent.is_none() || row.document.parent.as_deref() == parent)
            .map(|(_, row)| ((row.no, 0), row.document.clone()))
            .collect();
        rows.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
        Ok(page(request, rows.into_iter()))
    }

    async fn siblings(
        &self,
        shop: ShopNo,
        kind: SubjectKind,
        parent: &str,
        except: &str,
        bounds: Bounds,
    ) -> StoreResult<Siblings> {
        let tables = self.tables();
        let there = tables.shop(shop).is_ok();
        let mut rows: Vec<_> = tables
            .documents
            .iter()
            .filter(|((s, k, id), _)| there && *s == shop && *k == kind && id != except)
            .filter(|(_, row)| row.document.parent.as_deref() == Some(parent))
            .map(|(_, row)| row)
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.no));
        let mut bytes = 0;
        let within = rows.iter().take(bounds.documents).take_while(|row| {
            let fits = bytes < bounds.bytes;
            bytes += row.document.json.len();
            fits
        });
        let documents: Vec<_> = within.map(|row| row.document.clone()).collect();
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        Ok(Siblings {
            documents,
            count: count.min(SIBLINGS_COUNTED),
        })
    }

    async fn find_documents(
        &self,
        shop: ShopNo,
        kind: SubjectKind,
        filter: DocumentFilter,
        request: PageRequest,
    ) -> StoreResult<Page<Document>> {
        let tables = self.tables();
        let there = tables.shop(shop).is_ok();
        let asked = |row: &DocumentRow| {
            let terms = || search::terms(kind, &row.document.json);
            filter.since.is_none_or(|since| row.at >= since)
                && filter.until.is_none_or(|until| row.at < until)
                && (filter.terms.is_empty() || {
                    let terms = terms();
                    filter.terms.iter().all(|term| terms.contains(term))
                })
        };
        let mut rows: Vec<_> = tables
            .documents
            .iter()
            .filter(|((s, k, _), row)| there && *s == shop && *k == kind && asked(row))
            .map(|(_, row)| ((row.no, 0), row.document.clone()))
            .collect();
        rows.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
        Ok(page(request, rows.into_iter()))
    }

    async fn reserve_number(&self, shop: ShopNo, kind: SubjectKind) -> StoreResult<u64> {
        let mut tables = self.tables();
        tables.shop(shop)?;
        let row = tables.shops.get_mut(&shop).ok_or(StoreError::NotFound)?;
        let last = row.last_numbers.entry(kind).or_default();
        *last += 1;
        Ok(*last)
    }

    async fn commit(&self, commit: Commit) -> StoreResult<Committed> {
        self.write(|tables, notifications| tables.commit(commit, notifications))
    }
}
