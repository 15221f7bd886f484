//! What an event takes in memory. It counts once, however many of its deliveries are held, and for as long as one of
//! them is: whoever drops the last takes it out of the sum.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use claimwire_model::Event;
use claimwire_wire::Bodies;

/// The bytes of the events held of one shop, and of all shops.
#[derive(Debug, Default)]
pub(crate) struct EventBytes {
    shop: AtomicUsize,
    total: Arc<AtomicUsize>,
}

impl EventBytes {
    /// None of a shop, beside the sum over all.
    pub(crate) fn of_shop(total: Arc<AtomicUsize>) -> Arc<Self> {
        Arc::new(Self {
            shop: AtomicUsize::new(0),
            total,
        })
    }

    /// The shop's.
    pub(crate) fn shop(&self) -> usize {
        self.shop.load(Ordering::Relaxed)
    }
}

/// An event's bodies, shared by those of its deliveries that came together.
pub(crate) struct Content {
    pub(crate) bodies: Bodies,
    /// What the event and its bodies take, about.
    pub(crate) bytes: usize,
    counted: Arc<EventBytes>,
}

impl Content {
    /// Of this event, counted from now on.
    pub(crate) fn new(event: &Event, counted: Arc<EventBytes>) -> Arc<Self> {
        let fact = &event.fact;
        let optional = [fact.context.as_deref(), fact.changes.as_deref()]
            .into_iter()
            .flatten();
        let optional: usize = optional.map(|json| json.get().len()).sum();
        let bytes = 2 * (fact.event_data.get().len() + optional);
        counted.shop.fetch_add(bytes, Ordering::Relaxed);
        counted.total.fetch_add(bytes, Ordering::Relaxed);
        Arc::new(Self {
            bodies: Bodies::default(),
            bytes,
            counted,
        })
    }
}

impl Drop for Content {
    fn drop(&mut self) {
        self.counted.shop.fetch_sub(self.bytes, Ordering::Relaxed);
        self.counted.total.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
