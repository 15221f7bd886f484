//! How much of answers may be in memory that their clients have not read yet: in all, for what is read in one
//! shop, and for what is read with one key. A client that asks for long lists on many connections and reads none of
//! them so makes its own key's reads wait, many such keys their shop's, and nobody else's. A connection has one answer
//! at a time, which is a page.
//!
//! Room is reserved before a read begins, cut to what the answer takes, and let go when its last byte is written or
//! the connection ends. How long that may take is the listener's to bound.

use std::collections::HashMap;
use std::future::Future;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use http_body_util::BodyExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::path::slug;
use crate::problem::{Problem, kinds};

/// Bytes that a permit stands for.
const UNIT: usize = 1024;
/// What is reserved before an answer's length is known, in units: about what a page may have.
const RESERVED: u32 = 1024;
/// Units of all answers together, 128 MiB.
const ALL: usize = 128 * 1024;
/// Units of the answers to one shop's reads, 16 MiB.
const OF_SHOP: usize = 16 * 1024;
/// Units of the answers to one key's reads, 8 MiB.
const OF_KEY: usize = 8 * 1024;
/// Shops, and keys, whose room is remembered; of more only those that have an answer under way are.
const REMEMBERED: usize = 1024;
/// How long a read waits for room.
const WAIT: Duration = Duration::from_secs(10);

/// The room there is.
pub(crate) struct Unread {
    all: Arc<Semaphore>,
    shops: Shares<String>,
    keys: Shares<u64>,
    hasher: RandomState,
}

impl Default for Unread {
    fn default() -> Self {
        Self::of(ALL, OF_SHOP, OF_KEY)
    }
}

/// The same room for each of many.
struct Shares<K> {
    each: usize,
    of: Mutex<HashMap<K, Arc<Semaphore>>>,
}

impl<K: Eq + Hash> Shares<K> {
    fn new(each: usize) -> Self {
        Self {
            each,
            of: Mutex::default(),
        }
    }

    fn of(&self, whose: K) -> Arc<Semaphore> {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = of.get(&whose) {
            return Arc::clone(share);
        }
        if of.len() >= REMEMBERED {
            of.retain(|_, share| Arc::strong_count(share) > 1);
        }
        let share = Arc::new(Semaphore::new(self.each));
        of.insert(whose, Arc::clone(&share));
        share
    }
}

/// Reserved room of the key, of the shop and of all.
struct Room {
    key: OwnedSemaphorePermit,
    shop: OwnedSemaphorePermit,
    all: OwnedSemaphorePermit,
}

impl Unread {
    fn of(all: usize, of_shop: usize, of_key: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(all)),
            shops: Shares::new(of_shop),
            keys: Shares::new(of_key),
            hasher: RandomState::new(),
        }
    }

    /// Reads of a shop wait for room for their answers.
    pub(crate) async fn bound<F>(
        &self,
        request: Box<Request>,
        next: impl FnOnce(Box<Request>) -> F,
    ) -> Response
    where
        F: Future<Output = Response>,
    {
        let Some(slug) = shop_read(&request) else {
            return next(request).await;
        };
        let key = self.key_of(slug, request.headers());
        match tokio::time::timeout(WAIT, self.reserve(slug, key)).await {
            Ok(Some(room)) => room.held_by(next(request).await).await,
            _ => Problem::new(
                &kinds::ANSWERS_UNREAD,
                "Answers to earlier requests have not been read yet; read them, or ask for less at once.",
            )
            .into_response(),
        }
    }

    /// What stands for the key that a request bears: two that are written otherwise are two.
    fn key_of(&self, slug: &str, headers: &HeaderMap) -> u64 {
        let bears = |name| headers.get(name).map(HeaderValue::as_bytes);
        let key = bears("authorization").or_else(|| bears("x-api-key"));
        self.hasher.hash_one((slug, key))
    }

    /// Waits for room for one more answer. None: never, which does not happen.
    async fn reserve(&self, slug: &str, key: u64) -> Option<Room> {
        let key = self.keys.of(key).acquire_many_owned(RESERVED).await.ok()?;
        let shop = self.shops.of(slug.to_owned());
        let shop = shop.acquire_many_owned(RESERVED).await.ok()?;
        let all = Arc::clone(&self.all).acquire_many_owned(RESERVED);
        let all = all.await.ok()?;
        Some(Room { key, shop, all })
    }
}

impl Room {
    /// Lets go of what an answer of this length does not take. A longer one takes what more there is.
    fn fit(&mut self, bytes: usize) {
        let units = bytes.div_ceil(UNIT);
        for permit in [&mut self.key, &mut self.shop, &mut self.all] {
            let reserved = permit.num_permits();
            if units < reserved {
                drop(permit.split(reserved - units));
            } else if let Ok(more) = u32::try_from(units - reserved)
                && let Ok(more) = Arc::clone(permit.semaphore()).try_acquire_many_owned(more)
            {
                permit.merge(more);
            }
        }
    }

    /// The answer, whose bytes hold the room for as long as they are in memory.
    async fn held_by(mut self, response: Response) -> Response {
        let (parts, body) = response.into_parts();
        if body.size_hint().exact().is_none() {
            return Response::from_parts(parts, body);
        }
        let body = match body.collect().await {
            Ok(whole) => {
                let bytes = whole.to_bytes();
                self.fit(bytes.len());
                Body::from(Bytes::from_owner(Held { bytes, _room: self }))
            }
            Err(error) => {
                tracing::error!(%error, "an answer could not be put together");
                let why = "The answer could not be put together; the server's log says why.";
                return Problem::new(&kinds::INTERNAL, why).into_response();
            }
        };
        Response::from_parts(parts, body)
    }
}

struct Held {
    bytes: Bytes,
    _room: Room,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// The shop that a request reads in.
fn shop_read(request: &Request) -> Option<&str> {
    let slug = slug(request.uri().path())?;
    (request.method() == Method::GET).then_some(slug)
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    use http::header::AUTHORIZATION;

    use super::*;

    /// Whether it is ready without waiting.
    async fn ready<F: Future>(future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        poll_fn(|cx| {
            Poll::Ready(match future.as_mut().poll(cx) {
                Poll::Ready(output) => Some(output),
                Poll::Pending => None,
            })
        })
        .await
    }

    fn answer(bytes: usize) -> Response {
        Response::new(Body::from("x".repeat(bytes)))
    }

    const MIB: usize = 1024 * 1024;

    #[tokio::test]
    async fn what_is_not_read_takes_its_shops_room_until_it_is_gone() {
        let unread = Unread::of(4 * 1024, 2 * 1024, 4 * 1024);
        let mut unreads = Vec::new();
        for _ in 0..2 {
            let room = unread.reserve("acme", 1).await.unwrap();
            unreads.push(room.held_by(answer(MIB)).await);
        }
        assert!(ready(unread.reserve("acme", 1)).await.is_none());
        assert!(ready(unread.reserve("other", 1)).await.is_some());
        let body = unreads.pop().unwrap().into_body();
        let bytes = body.collect().await.unwrap().to_bytes();
        assert_eq!(bytes.len(), MIB);
        assert!(
            ready(unread.reserve("acme", 1)).await.is_none(),
            "in memory yet"
        );
        drop(bytes);
        assert!(ready(unread.reserve("acme", 1)).await.is_some());
    }

    #[tokio::test]
    async fn all_shops_have_one_bound_together() {
        let unread = Unread::of(2 * 1024, 2 * 1024, 2 * 1024);
        let first = unread
            .reserve("a", 1)
            .await
            .unwrap()
            .held_by(answer(MIB))
            .await;
        let _second = unread
            .reserve("b", 1)
            .await
            .unwrap()
            .held_by(answer(MIB))
            .await;
        assert!(ready(unread.reserve("c", 1)).await.is_none());
        drop(first);
        assert!(ready(unread.reserve("c", 1)).await.is_some());
    }

    #[tokio::test]
    async fn one_key_leaves_room_to_the_others_of_its_shop() {
        let unread = Unread::of(4 * 1024, 4 * 1024, 1024);
        let keys = ["one", "other"].map(|key| {
            let bearer = HeaderValue::from_str(&format!("Bearer {key}")).unwrap();
            let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer)]);
            unread.key_of("acme", &headers)
        });
        let first = unread.reserve("acme", keys[0]).await.unwrap();
        let first = first.held_by(answer(MIB)).await;
        assert!(ready(unread.reserve("acme", keys[0])).await.is_none());
        assert!(ready(unread.reserve("acme", keys[1])).await.is_some());
        drop(first);
        assert!(ready(unread.reserve("acme", keys[0])).await.is_some());
    }

    #[tokio::test]
    async fn an_answer_takes_what_it_is_long() {
        let unread = Unread::of(8 * 1024, 4 * 1024, 8 * 1024);
        let short = unread
            .reserve("acme", 1)
            .await
            .unwrap()
            .held_by(answer(10))
            .await;
        assert_eq!(
            unread.shops.of("acme".to_owned()).available_permits(),
            4 * 1024 - 1
        );
        let long = unread
            .reserve("acme", 1)
            .await
            .unwrap()
            .held_by(answer(2 * MIB))
            .await;
        assert_eq!(
            unread.shops.of("acme".to_owned()).available_permits(),
            2 * 1024 - 1
        );
        drop((short, long));
        assert_eq!(
            unread.shops.of("acme".to_owned()).available_permits(),
            4 * 1024
        );
        assert_eq!(unread.all.available_permits(), 8 * 1024);
    }

    #[test]
    fn only_reads_of_a_shop_count() {
        let of = |method: &str, path: &str| {
            let request = Request::builder().method(method).uri(path);
            shop_read(&request.body(Body::empty()).unwrap()).map(str::to_owned)
        };
        assert_eq!(
            of("GET", "/v1/shops/acme/claims?limit=100").as_deref(),
            Some("acme")
        );
        assert_eq!(of("POST", "/v1/shops/acme/claims"), None);
        assert_eq!(of("GET", "/v1/shops/acme"), None);
        assert_eq!(of("GET", "/healthz"), None);
    }
}
