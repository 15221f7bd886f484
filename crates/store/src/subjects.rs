//! Claims, orders, shipments, contacts and messages, and the commit.

use async_trait::async_trait;
use claimwire_model::{ShopNo, SubjectKind};

use crate::commit::{Commit, Committed};
use crate::document::Document;
use crate::error::StoreResult;
use crate::find::DocumentFilter;
use crate::page::{Page, PageRequest};

/// How much is read of what hangs on a parent.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Documents.
    pub documents: usize,
    /// Bytes of JSON: the document that reaches them is the last.
    pub bytes: usize,
}

/// What hangs on a parent beside one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Siblings {
    /// Newest first, within the bounds.
    pub documents: Vec<Document>,
    /// How many there are in all, counted up to [`SIBLINGS_COUNTED`].
    pub count: u64,
}

/// Siblings beyond those that are read are counted up to here.
pub const SIBLINGS_COUNTED: u64 = 10_000;

/// The documents of a shop.
#[async_trait]
pub trait Subjects: Send + Sync {
    /// One document.
    async fn document(&self, shop: ShopNo, kind: SubjectKind, id: &str) -> StoreResult<Document>;
    /// Those documents of a kind that there are of these ids, each once, in any order.
    async fn documents_of(
        &self,
        shop: ShopNo,
        kind: SubjectKind,
        ids: Vec<String>,
    ) -> StoreResult<Vec<Document>>;
    /// Documents of a kind, newest first (by when each was first written).
    async fn documents(
        &self,
        shop: ShopNo,
        kind: SubjectKind,
        parent: Option<&str>,
        page: PageRequest,
    ) -> StoreResult<Page<Document>>;
    /// The documents of a kind that hang on `parent`, without the one of the id `except`.
    async fn siblings(
        &self,
        shop: ShopNo,
        kind: SubjectKind,
        parent: &str,
        except: &str,
        bounds: Bounds,
    ) -> StoreResult<Siblings>;
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
