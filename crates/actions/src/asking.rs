//! What a request comes to show on the way to its answer: who asks, and in which shop; and the trace that it is a part of.

use std::sync::{Arc, OnceLock};

use claimwire_model::Shop;
use claimwire_wire::trace::Trace;

use crate::caller::Caller;

/// Shared by what answers a request and by what stands around that and tells the log. Each thing is known once.
#[derive(Debug, Default)]
pub struct Asking {
    caller: OnceLock<Caller>,
    shop: OnceLock<Arc<Shop>>,
    trace: Option<Trace>,
}

impl Asking {
    /// Of a request of which nothing is known yet. `trace`: its span, if it is followed.
    #[must_use]
    pub fn new(trace: Option<Trace>) -> Self {
        Self {
            trace,
            ..Self::default()
        }
    }

    /// It is known who asks.
    pub fn by(&self, caller: &Caller) {
        let _ = self.caller.set(caller.clone());
    }

    /// It is known in which shop.
    pub fn inside(&self, shop: &Arc<Shop>) {
        let _ = self.shop.set(Arc::clone(shop));
    }

    /// The name of who asks.
    #[must_use]
    pub fn caller(&self) -> Option<&str> {
        self.caller.get().map(Caller::name)
    }

    /// The slug of the shop.
    #[must_use]
    pub fn shop(&self) -> Option<&str> {
        self.shop.get().map(|shop| shop.slug.as_str())
    }

    /// The request's span, if it is followed.
    #[must_use]
    pub fn trace(&self) -> Option<&Trace> {
        self.trace.as_ref()
    }
}
