//! Claims, orders, shipments, contacts and messages, and the commit.

use async_trait::async_trait;
use claimwire_model::{ShopNo, SubjectKind};

use crate::commit::{Commit, Committed, Document};
use crate::error::StoreResult;
use crate::find::DocumentFilter;
use crate::page::{Page, PageRequest};

/// The documents of a shop.
#[async_trait]
pub trait Subjects: Send + Sync {
    /// One document.
    async fn document(&self, shop: ShopNo, kind: SubjectKind, id: &str) -> StoreResult<Document>;
    /// Documents of a kind, newest first (by when each was first written).
    async fn documents(
        &self,
        shop: ShopNo,
        kind: SubjectKind,
        parent: Option<&str>,
        page: PageRequest,
    ) -> StoreResult<Page<Document>>;
    /// Documents of a kind that the filter names, newest first.
    async fn find_documents(
        &self,
        shop: ShopNo,
        kind: SubjectKind,
        filter: DocumentFilter,
        page: PageRequest,
    ) -> StoreResult<Page<Document>>;
    /// The shop's next number of a kind of subject: each kind counts by itself, from 1. Never given
    /// twice; a crash may leave a gap.
    async fn reserve_number(&self, shop: ShopNo, kind: SubjectKind) -> StoreResult<u64>;
    /// Commits all of it or nothing. When this returns `Ok`, it is durable.
    async fn commit(&self, commit: Commit) -> StoreResult<Committed>;
}
