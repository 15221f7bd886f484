//! Lists, newest first, in pages that are bounded in items and bytes.

use std::sync::Arc;

use claimwire_model::audit::Entry;
use claimwire_model::delivery::{Attempt, Delivery};
use claimwire_model::id::first_number_at;
use claimwire_model::member::Member;
use claimwire_model::shop::ApiKey;
use claimwire_model::{Event, Shop, Target, Timestamp};

use crate::document::Document;

/// Bytes of a page: it ends before the item that would make it more, unless that is its first.
pub const PAGE_BYTES: usize = 1 << 20;

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// 1 to 100.
    pub limit: usize,
    /// Where the page before ended, as [`Page::next`] gave it.
    pub after: Option<(i64, i64)>,
    /// So many of those that follow are left out. Costs time by their number.
    pub skip: usize,
}

impl PageRequest {
    /// The first page, of `limit`.
    #[must_use]
    pub const fn first(limit: usize) -> Self {
        Self::after(limit, None)
    }

    /// The page of `limit` that follows `after`.
    #[must_use]
    pub const fn after(limit: usize, after: Option<(i64, i64)>) -> Self {
        Self {
            limit,
            after,
            skip: 0,
        }
    }

    /// The first number that is too new for the page.
    #[must_use]
    pub fn below(&self) -> i64 {
        self.after.map_or(i64::MAX, |(no, _)| no)
    }
}

/// The numbers that a page of what was made in a span of time is within: from the first on, and below the second.
#[must_use]
pub fn bounds(
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    request: PageRequest,
) -> (i64, i64) {
    let from = since.map_or(0, first_number_at);
    let below = until.map_or(i64::MAX, first_number_at);
    (from, below.min(request.below()))
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// Newest first.
    pub items: Vec<T>,
    /// Where the next page begins; `None` at the end. The numbers are the store's own.
    pub next: Option<(i64, i64)>,
}

impl<T> Page<T> {
    /// Of a list with nothing in it.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            items: Vec::new(),
            next: None,
        }
    }
}

/// What a page counts the bytes of.
pub trait Weigh {
    /// About how many it has in memory; 0 for what is always small.
    fn bytes(&self) -> usize {
        0
    }
}

impl Weigh for Arc<Shop> {}
impl Weigh for Arc<Target> {}
impl Weigh for ApiKey {}
impl Weigh for Entry {}
impl Weigh for Member {}
impl Weigh for Delivery {}

impl Weigh for Document {
    fn bytes(&self) -> usize {
        self.json.len()
    }
}

impl Weigh for Arc<Event> {
    fn bytes(&self) -> usize {
        let fact = &self.fact;
        let context = fact.context.as_ref().map_or(0, |json| json.get().len());
        let changes = fact.changes.as_ref().map_or(0, |json| json.get().len());
        fact.event_data.get().len() + context + changes
    }
}

impl Weigh for Attempt {
    fn bytes(&self) -> usize {
        let headers = [&self.request_headers, &self.response_headers];
        let headers = headers.map(|headers| headers.as_str().len());
        self.response_body.len() + headers.iter().sum::<usize>()
    }
}

/// A page as it is filled, newest first.
#[derive(Debug)]
pub struct Filling<T> {
    limit: usize,
    skip: usize,
    bytes: usize,
    page: Page<T>,
    last: Option<(i64, i64)>,
}

impl<T: Weigh> Filling<T> {
    /// An empty one.
    #[must_use]
    pub const fn of(request: PageRequest) -> Self {
        Self {
            limit: request.limit,
            skip: request.skip,
            bytes: 0,
            page: Page::empty(),
            last: None,
        }
    }

    /// Adds the next item of the list. False: the page is full, and ends before it.
    pub fn add(&mut self, place: (i64, i64), item: T) -> bool {
        let bytes = self.bytes.saturating_add(item.bytes());
        let fits = bytes <= PAGE_BYTES || self.page.items.is_empty();
        if self.skip > 0 {
            self.skip -= 1;
        } else if self.page.items.len() >= self.limit || !fits {
            self.page.next = self.last;
            return false;
        } else {
            self.bytes = bytes;
            self.page.items.push(item);
        }
        self.last = Some(place);
        true
    }

    /// That an item at this place was looked at, and is not on the list.
    pub const fn pass(&mut self, place: (i64, i64)) {
        self.last = Some(place);
    }

    /// Ends the page where it is: there may be more after it.
    pub const fn end(&mut self) {
        self.page.next = self.last;
    }

    /// The page.
    #[must_use]
    pub fn page(self) -> Page<T> {
        self.page
    }
}
