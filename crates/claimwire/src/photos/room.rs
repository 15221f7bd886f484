//! Memory for photos: bounded over all shops, and shared fairly between them.
//!
//! Room is taken for the bytes that came, not for the wait for them, and given back when nobody has the bytes any
//! more. So a host that hangs takes none, and a vendor that is slow to take what it is sent takes no more than its own
//! shop's share.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use claimwire_model::ShopNo;
use claimwire_wire::driver::PHOTO_BYTES;
use claimwire_wire::send::AnswerRoom;
use tokio::sync::Notify;

/// Bytes of photos in memory at once.
pub(super) const ROOM_BYTES: usize = 64 * 1024 * 1024;
/// What a photo may take: one that is a byte too large has to be seen to be so.
pub(super) const LARGEST: usize = PHOTO_BYTES + 1;

/// Who holds how much, and who waits.
#[derive(Debug, Default)]
struct Book {
    held: BTreeMap<ShopNo, usize>,
    total: usize,
    /// In the order in which they came.
    waiting: BTreeMap<u64, ShopNo>,
    waited: u64,
}

impl Book {
    fn of(&self, shop: ShopNo) -> usize {
        self.held.get(&shop).copied().unwrap_or_default()
    }

    /// What one shop may hold: an equal part for each that holds something or waits and for the next that comes, and
    /// never less than one photo.
    fn share(&self, shop: ShopNo) -> usize {
        let waiting = self.waiting.values();
        let mut shops: Vec<ShopNo> = self.held.keys().chain(waiting).copied().collect();
        shops.push(shop);
        shops.sort_unstable();
        shops.dedup();
        (ROOM_BYTES / (shops.len() + 1)).max(LARGEST)
    }

    /// Whether so much more is this shop's to take. Before those that wait go only shops that hold less.
    fn fits(&self, shop: ShopNo, more: usize, ticket: Option<u64>) -> bool {
        let place = (self.of(shop), ticket.unwrap_or(u64::MAX));
        let goes_first = |(&number, &other): (&u64, &ShopNo)| {
            let could = self.of(other) + LARGEST <= self.share(other);
            could && (self.of(other), number) < place
        };
        self.total + more <= ROOM_BYTES
            && self.of(shop) + more <= self.share(shop)
            && !self.waiting.iter().any(goes_first)
    }

    fn take(&mut self, shop: ShopNo, more: usize) {
        self.total += more;
        *self.held.entry(shop).or_default() += more;
    }

    fn give(&mut self, shop: ShopNo, bytes: usize) {
        self.total = self.total.saturating_sub(bytes);
        let left = self.of(shop).saturating_sub(bytes);
        match left {
            0 => self.held.remove(&shop),
            left => self.held.insert(shop, left),
        };
    }
}

/// The room that all share.
#[derive(Debug, Default)]
pub(super) struct Room {
    book: Mutex<Book>,
    freed: Notify,
}

impl Room {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that are held.
    #[cfg(test)]
    pub(super) fn total(&self) -> usize {
        self.book().total
    }

    /// A place of this shop's with nothing in it.
    pub(super) fn place(self: &Arc<Self>, shop: ShopNo) -> Arc<Place> {
        Arc::new(Place {
            room: Arc::clone(self),
            shop,
            bytes: AtomicUsize::new(0),
        })
    }

    /// Takes so much if it is this one's turn; otherwise it waits from now on.
    fn has_taken(&self, shop: ShopNo, bytes: usize, ticket: &mut Option<u64>) -> bool {
        let mut book = self.book();
        let fits = book.fits(shop, bytes, *ticket);
        if fits {
            book.take(shop, bytes);
        } else if ticket.is_none() {
            book.waited += 1;
            let number = book.waited;
            book.waiting.insert(number, shop);
            *ticket = Some(number);
        }
        fits
    }

    /// A place with room for so many bytes, as soon as it is this shop's turn.
    pub(super) async fn place_for(self: &Arc<Self>, shop: ShopNo, bytes: usize) -> Arc<Place> {
        let mut turn = Turn {
            room: self,
            ticket: None,
        };
        loop {
            // Heard of from here on, so that what is freed after the look is not missed.
            let freed = self.freed.notified();
            if self.has_taken(shop, bytes, &mut turn.ticket) {
                let place = self.place(shop);
                place.bytes.store(bytes, Ordering::Relaxed);
                return place;
            }
            freed.await;
        }
    }
}

/// One who waits, until it has its place or gives up.
struct Turn<'a> {
    room: &'a Room,
    ticket: Option<u64>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.room.book().waiting.remove(&ticket);
            self.room.freed.notify_waiters();
        }
    }
}

/// The room that one photo has, until nobody has its bytes any more.
#[derive(Debug)]
pub(super) struct Place {
    room: Arc<Room>,
    shop: ShopNo,
    bytes: AtomicUsize,
}

impl Place {
    /// Gives back what the photo turned out not to need.
    pub(super) fn shrink_to(&self, bytes: usize) {
        let before = self.bytes.fetch_min(bytes, Ordering::Relaxed);
        if before > bytes {
            self.give(before - bytes);
        }
    }

    fn give(&self, bytes: usize) {
        self.room.book().give(self.shop, bytes);
        self.room.freed.notify_waiters();
    }
}

impl AnswerRoom for Place {
    fn holds(&self, bytes: usize) -> bool {
        let before = self.bytes.load(Ordering::Relaxed);
        let more = bytes.saturating_sub(before);
        if more == 0 {
            return true;
        }
        let mut book = self.room.book();
        if !book.fits(self.shop, more, None) {
            return false;
        }
        book.take(self.shop, more);
        self.bytes.store(bytes, Ordering::Relaxed);
        true
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        match *self.bytes.get_mut() {
            0 => {}
            bytes => self.give(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Waker};

    use super::*;

    fn waits<F: Future>(future: &mut Pin<Box<F>>) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        future.as_mut().poll(&mut context).is_pending()
    }

    const A: ShopNo = ShopNo(1);
    const B: ShopNo = ShopNo(2);
    const MIB: usize = 1024 * 1024;

    #[test]
    fn a_shop_alone_leaves_as_much_for_the_next() {
        let room = Arc::new(Room::default());
        let mut held = Vec::new();
        loop {
            let place = room.place(A);
            match place.holds(MIB) {
                true => held.push(place),
                false => break,
            }
        }
        assert_eq!(held.len(), 32, "half of 64 MiB");
        let other = room.place(B);
        assert!(other.holds(10 * MIB));
        assert!(!held[0].holds(2 * MIB), "it has more than its share by now");
        held.truncate(20);
        assert!(held[0].holds(2 * MIB));
        drop((held, other));
        assert_eq!(room.book().total, 0);
        assert!(room.book().held.is_empty());
    }

    #[test]
    fn the_bound_holds_however_many_shops_there_are() {
        let room = Arc::new(Room::default());
        let places = (0..100).map(|no| room.place(ShopNo(no)));
        let held: Vec<_> = places.filter(|place| place.holds(LARGEST)).collect();
        assert_eq!(held.len(), ROOM_BYTES / LARGEST);
        assert!(room.book().total <= ROOM_BYTES);
    }

    #[tokio::test]
    async fn who_waits_goes_before_who_holds_more_and_behind_who_came_first() {
        let room = Arc::new(Room::default());
        let full: Vec<_> = (10..16).map(|no| room.place(ShopNo(no))).collect();
        assert!(full.iter().all(|place| place.holds(LARGEST)));
        let mut first = Box::pin(room.place_for(A, LARGEST));
        let mut second = Box::pin(room.place_for(B, LARGEST));
        assert!(waits(&mut first));
        assert!(waits(&mut second));
        let small = room.place(ShopNo(10));
        assert!(!small.holds(1), "it holds more than they who wait");
        drop(full);
        // What was freed is there for both.
        let (first, second) = tokio::join!(first, second);
        first.shrink_to(5);
        assert_eq!(room.book().total, 5 + LARGEST);
        drop((first, second));
        assert_eq!(room.book().total, 0);
        assert!(room.book().waiting.is_empty());
    }
}
