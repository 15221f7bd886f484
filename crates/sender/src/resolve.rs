//! Name → addresses. A trait, so that tests decide what a name resolves to, and when.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use tokio::sync::{OnceCell, Semaphore};

use crate::limits::LOOKUPS;

/// Whoever can resolve names.
#[async_trait]
pub trait Resolve: Send + Sync {
    /// All addresses of the name, in the order in which they should be tried.
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The operating system's resolver.
#[derive(Debug)]
pub(crate) struct System {
    /// Bounds the threads that wait for name servers.
    slots: Semaphore,
}

impl Default for System {
    fn default() -> Self {
        Self {
            slots: Semaphore::new(LOOKUPS),
        }
    }
}

#[async_trait]
impl Resolve for System {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let _slot = self.slots.acquire().await.map_err(io::Error::other)?;
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

type Found = OnceCell<Result<Vec<IpAddr>, String>>;

/// At most one lookup of a name at a time; whoever asks meanwhile gets the same answer. So a name whose servers
/// hang takes one of the slots that all share, however many requests wait for it. Nothing is remembered.
pub(crate) struct OnePerName<R> {
    inner: R,
    under_way: Mutex<HashMap<String, Weak<Found>>>,
}

impl<R> OnePerName<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self {
            inner,
            under_way: Mutex::default(),
        }
    }

    fn join(&self, name: &str) -> Arc<Found> {
        let mut under_way = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = under_way.get(name).and_then(Weak::upgrade) {
            return found;
        }
        under_way.retain(|_, found| found.strong_count() > 0);
        let found = Arc::new(Found::new());
        under_way.insert(name.to_owned(), Arc::downgrade(&found));
        found
    }
}

#[async_trait]
impl<R: Resolve> Resolve for OnePerName<R> {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let shared = self.join(name);
        // Should the one who looks it up give up, the next of those who wait does it.
        let look_up = || async { self.inner.resolve(name).await.map_err(|e| e.to_string()) };
        shared
            .get_or_init(look_up)
            .await
            .clone()
            .map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;

    use super::*;

    #[derive(Default)]
    struct Held {
        asked: AtomicUsize,
        go: Notify,
    }

    #[async_trait]
    impl Resolve for Arc<Held> {
        async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            self.go.notified().await;
            Ok(vec![IpAddr::from([192, 0, 2, 1])])
        }
    }

    #[tokio::test]
    async fn a_name_is_looked_up_once_for_all_who_wait_and_again_later() {
        let held = Arc::new(Held::default());
        let resolver = OnePerName::new(Arc::clone(&held));
        for round in 1..=2 {
            let (one, two, ()) = tokio::join!(
                resolver.resolve("a.example"),
                resolver.resolve("a.example"),
                async {
                    held.go.notify_one();
                }
            );
            assert_eq!((one.unwrap().len(), two.unwrap().len()), (1, 1));
            assert_eq!(held.asked.load(Ordering::Relaxed), round);
        }
    }

    #[tokio::test]
    async fn who_gives_up_does_not_take_the_answer_from_those_who_wait() {
        let held = Arc::new(Held::default());
        let resolver = OnePerName::new(Arc::clone(&held));
        let mut first = Box::pin(resolver.resolve("a.example"));
        let mut second = Box::pin(resolver.resolve("a.example"));
        assert!(poll_once(&mut first).await.is_none());
        assert!(poll_once(&mut second).await.is_none());
        drop(first);
        held.go.notify_one();
        assert_eq!(second.await.unwrap().len(), 1);
    }

    /// Polls once.
    async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        std::future::poll_fn(|cx| match std::pin::Pin::new(&mut *future).poll(cx) {
            std::task::Poll::Ready(done) => std::task::Poll::Ready(Some(done)),
            std::task::Poll::Pending => std::task::Poll::Ready(None),
        })
        .await
    }

    #[tokio::test]
    async fn another_name_does_not_wait() {
        let held = Arc::new(Held::default());
        let resolver = OnePerName::new(Arc::clone(&held));
        let mut hangs = Box::pin(resolver.resolve("hangs.example"));
        assert!(poll_once(&mut hangs).await.is_none());
        let mut other = Box::pin(resolver.resolve("other.example"));
        assert!(poll_once(&mut other).await.is_none());
        assert_eq!(held.asked.load(Ordering::Relaxed), 2);
    }
}
