//! At most one look-up of a name at a time, shared by all who want it, and its answer remembered.
//!
//! A look-up that has begun goes on to its end, also when whoever asked gives up: so a name that is never answered
//! for is not asked for again at once, and the next attempt finds the answer. It ends within
//! [`LOOKUP_FOR`](crate::limits::LOOKUP_FOR).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use claimwire_model::ShopNo;
use claimwire_wire::send::SendError;
use tokio::sync::watch;
use tokio::time::Instant;

use super::remembered::{Answer, Remembered};
use super::turns::{Turn, Turns};
use super::{Resolve, unresolved};
use crate::limits::{LOOKUPS, LOOKUPS_PER_SHOP};

/// Whoever can look a name up. It ends by itself.
#[async_trait]
pub(crate) trait LookUp: Send + Sync + 'static {
    /// The answer, and how long it is good for.
    async fn look_up(&self, name: &str) -> (Answer, Duration);

    /// As [`Resolve::is_down`].
    fn is_down(&self) -> bool;
}

/// Resolves by look-ups.
pub(crate) struct Names<L>(Arc<Shared<L>>);

struct Shared<L> {
    look_up: L,
    turns: Turns,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    remembered: Remembered,
    under_way: HashMap<String, Coming>,
}

type Coming = watch::Receiver<Option<Answer>>;

/// What there is of a name without beginning anything.
enum Known {
    Answer(Answer),
    Coming(Coming),
}

impl Book {
    fn known(&self, name: &str) -> Option<Known> {
        if let Some(answer) = self.remembered.get(name, Instant::now()) {
            return Some(Known::Answer(answer));
        }
        let coming = self.under_way.get(name)?;
        // One that has broken off will never come.
        let comes = coming.has_changed().is_ok();
        comes.then(|| Known::Coming(coming.clone()))
    }
}

impl<L: LookUp> Names<L> {
    pub(crate) fn new(look_up: L) -> Self {
        Self(Arc::new(Shared {
            look_up,
            turns: Turns::new(LOOKUPS, LOOKUPS_PER_SHOP),
            book: Mutex::default(),
        }))
    }

    /// Begins a look-up, unless another has been faster.
    fn begin(&self, name: &str, turn: Turn) -> Known {
        let mut book = self.0.book();
        if let Some(known) = book.known(name) {
            return known;
        }
        let (done, coming) = watch::channel(None);
        book.under_way.insert(name.to_owned(), coming.clone());
        let (shared, name) = (Arc::clone(&self.0), name.to_owned());
        tokio::spawn(async move {
            let (answer, good_for) = shared.look_up.look_up(&name).await;
            drop(turn);
            let mut book = shared.book();
            book.under_way.remove(&name);
            let now = Instant::now();
            book.remembered.put(name, answer.clone(), good_for, now);
            drop(book);
            drop(done.send(Some(answer)));
        });
        Known::Coming(coming)
    }
}

impl<L> Shared<L> {
    /// What is locked is whole between any two statements, so a panic elsewhere does not spoil it.
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl<L: LookUp> Resolve for Names<L> {
    async fn resolve(&self, name: &str, shop: ShopNo) -> Result<Vec<IpAddr>, SendError> {
        let known = self.0.book().known(name);
        let known = match known {
            Some(known) => known,
            None => {
                let turn = self.0.turns.take(shop).await;
                self.begin(name, turn)
            }
        };
        let mut coming = match known {
            Known::Answer(answer) => return answer,
            Known::Coming(coming) => coming,
        };
        match coming.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(answer)) => answer.clone(),
            _ => Err(unresolved(name, "the look-up broke off")),
        }
    }

    fn is_down(&self) -> bool {
        self.0.look_up.is_down()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Semaphore;

    use super::*;

    const A: ShopNo = ShopNo(1);
    const B: ShopNo = ShopNo(2);

    /// Answers one look-up per permit, and names that begin with `hangs` never.
    struct Held {
        asked: AtomicUsize,
        go: Semaphore,
        good_for: Duration,
    }

    #[async_trait]
    impl LookUp for Arc<Held> {
        async fn look_up(&self, name: &str) -> (Answer, Duration) {
            self.asked.fetch_add(1, Ordering::Relaxed);
            if name.starts_with("hangs") {
                std::future::pending::<()>().await;
            }
            self.go.acquire().await.unwrap().forget();
            (Ok(vec![IpAddr::from([192, 0, 2, 1])]), self.good_for)
        }

        fn is_down(&self) -> bool {
            false
        }
    }

    fn world(good_for: Duration) -> (Arc<Held>, Names<Arc<Held>>) {
        let held = Arc::new(Held {
            asked: AtomicUsize::new(0),
            go: Semaphore::new(0),
            good_for,
        });
        (Arc::clone(&held), Names::new(held))
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
    async fn a_name_is_looked_up_once_for_all_who_wait_and_again_when_it_is_no_longer_good() {
        let (held, names) = world(Duration::ZERO);
        for round in 1..=2 {
            let (one, two, ()) = tokio::join!(
                names.resolve("a.example", A),
                names.resolve("a.example", B),
                async { held.go.add_permits(1) }
            );
            assert_eq!((one.unwrap().len(), two.unwrap().len()), (1, 1));
            assert_eq!(held.asked.load(Ordering::Relaxed), round);
        }
    }

    #[tokio::test]
    async fn an_answer_is_remembered_also_when_nobody_waited_for_it() {
        let (held, names) = world(Duration::from_secs(600));
        let mut first = Box::pin(names.resolve("a.example", A));
        assert!(poll_once(&mut first).await.is_none());
        drop(first);
        held.go.add_permits(1);
        for _ in 0..3 {
            assert_eq!(names.resolve("a.example", B).await.unwrap().len(), 1);
        }
        assert_eq!(held.asked.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn names_that_hang_keep_neither_another_name_nor_another_shop_waiting() {
        let (held, names) = world(Duration::ZERO);
        held.go.add_permits(2);
        let mut hang = Vec::new();
        for n in 0..400 {
            let name: &str = Box::leak(format!("hangs{n}.example").into_boxed_str());
            let mut waits = Box::pin(names.resolve(name, A));
            assert!(poll_once(&mut waits).await.is_none());
            hang.push(waits);
            if n == 0 {
                assert!(names.resolve("well.example", A).await.is_ok());
            }
        }
        tokio::task::yield_now().await;
        assert!(names.resolve("well.example", B).await.is_ok());
        // Those of the one shop that hang are bounded.
        assert_eq!(held.asked.load(Ordering::Relaxed), LOOKUPS_PER_SHOP + 2);
    }

    #[tokio::test]
    async fn a_look_up_that_breaks_off_is_an_error_and_is_made_anew() {
        struct Breaks(AtomicUsize);
        #[async_trait]
        impl LookUp for Breaks {
            async fn look_up(&self, _: &str) -> (Answer, Duration) {
                assert!(self.0.fetch_add(1, Ordering::Relaxed) > 0, "the first");
                (Ok(Vec::new()), Duration::ZERO)
            }

            fn is_down(&self) -> bool {
                false
            }
        }
        let names = Names::new(Breaks(AtomicUsize::new(0)));
        let broke = names.resolve("a.example", A).await.unwrap_err();
        assert!(broke.detail.contains("broke off"), "{broke}");
        assert_eq!(names.resolve("a.example", A).await, Ok(Vec::new()));
    }
}
