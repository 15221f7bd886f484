//! The streams of events that are open: how many there may be, and the hint that their shop was written to. A stream
//! looks at the log by itself now and then, so that it needs no hint to be whole; one makes it quick.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::Request;
use axum::response::Response;
use http::Method;
use tokio::sync::Notify;

use crate::path::slug;

/// Streams of one shop.
const OF_SHOP: usize = 16;
/// Streams of all shops.
const ALL: usize = 256;

/// Those that are open.
#[derive(Debug, Default)]
pub struct Feeds {
    open: AtomicUsize,
    shops: Mutex<HashMap<String, Shop>>,
}

#[derive(Debug, Default)]
struct Shop {
    open: usize,
    written: Arc<Notify>,
}

/// One stream's place among them; given back when it is dropped.
pub struct Open {
    feeds: Arc<Feeds>,
    slug: String,
    /// Notified of writes in the shop.
    pub written: Arc<Notify>,
}

impl Feeds {
    /// A place for one more stream of a shop, if there is one.
    pub fn open(self: &Arc<Self>, slug: &str) -> Option<Open> {
        let mut shops = self.shops.lock().unwrap_or_else(PoisonError::into_inner);
        if self.open.load(Ordering::Relaxed) >= ALL {
            return None;
        }
        let shop = shops.entry(slug.to_owned()).or_default();
        if shop.open >= OF_SHOP {
            return None;
        }
        shop.open += 1;
        self.open.fetch_add(1, Ordering::Relaxed);
        Some(Open {
            feeds: Arc::clone(self),
            slug: slug.to_owned(),
            written: Arc::clone(&shop.written),
        })
    }

    /// Hands the streams' places to the routes, and hints after each write.
    pub(crate) async fn hint<F>(
        self: &Arc<Self>,
        mut request: Box<Request>,
        next: impl FnOnce(Box<Request>) -> F,
    ) -> Response
    where
        F: Future<Output = Response>,
    {
        if request.method() == Method::GET {
            request.extensions_mut().insert(Arc::clone(self));
            return next(request).await;
        }
        let open = self.open.load(Ordering::Relaxed) > 0;
        let slug = slug(request.uri().path()).filter(|_| open);
        let slug = slug.map(str::to_owned);
        let response = next(request).await;
        if let Some(slug) = slug.filter(|_| response.status().is_success()) {
            self.written(&slug);
        }
        response
    }

    /// Something may have been committed in the shop.
    fn written(&self, slug: &str) {
        let shops = self.shops.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shop) = shops.get(slug) {
            shop.written.notify_waiters();
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let feeds = &self.feeds;
        let mut shops = feeds.shops.lock().unwrap_or_else(PoisonError::into_inner);
        feeds.open.fetch_sub(1, Ordering::Relaxed);
        if let Some(shop) = shops.get_mut(&self.slug) {
            shop.open -= 1;
            if shop.open == 0 {
                shops.remove(&self.slug);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_has_so_many_streams_and_gets_its_places_back() {
        let feeds = Arc::new(Feeds::default());
        let mut open: Vec<_> = (0..OF_SHOP).map(|_| feeds.open("acme").unwrap()).collect();
        assert!(feeds.open("acme").is_none());
        assert!(feeds.open("other").is_some());
        open.pop();
        assert!(feeds.open("acme").is_some());
        drop(open);
        assert_eq!(feeds.open.load(Ordering::Relaxed), 0);
        assert!(feeds.shops.lock().unwrap().is_empty());
    }

    #[test]
    fn all_shops_have_one_bound_together() {
        let feeds = Arc::new(Feeds::default());
        let open: Vec<_> = (0..ALL).map(|n| feeds.open(&format!("s{n}"))).collect();
        assert!(open.iter().all(Option::is_some));
        assert!(feeds.open("one-more").is_none());
    }

    #[tokio::test]
    async fn a_write_wakes_the_streams_of_its_shop() {
        let feeds = Arc::new(Feeds::default());
        let (acme, other) = (feeds.open("acme").unwrap(), feeds.open("other").unwrap());
        let (mut woken, mut asleep) = (
            Box::pin(acme.written.notified()),
            Box::pin(other.written.notified()),
        );
        assert!(!woken.as_mut().enable() && !asleep.as_mut().enable());
        feeds.written(slug("/v1/shops/acme/claims").unwrap());
        assert!(woken.as_mut().enable() && !asleep.as_mut().enable());
        assert_eq!(slug("/v1/shops/acme"), None);
    }
}
