//! What a request comes to show on the way to its answer: who asks, in which shop, and the form that its answer is to have.

use std::sync::{Arc, OnceLock};

use claimwire_actions::Caller;
use claimwire_model::Shop;
use claimwire_wire::trace::{Trace, Traces};
use http::HeaderMap;

use crate::karla::Form;

/// Shared by what stands around a route and by the route's arguments.
#[derive(Debug, Clone)]
pub(crate) struct Asked(Arc<Shown>);

#[derive(Debug)]
struct Shown {
    caller: OnceLock<Caller>,
    shop: OnceLock<Arc<Shop>>,
    form: Form,
    trace: Option<Trace>,
}

/// Where a caller says which trace a request belongs to (W3C Trace Context).
const TRACEPARENT: &str = "traceparent";

impl Asked {
    /// With these headers. `traces`: none where nothing is followed.
    pub(crate) fn of(headers: &HeaderMap, traces: Option<&Traces>) -> Self {
        Self(Arc::new(Shown {
            caller: OnceLock::new(),
            shop: OnceLock::new(),
            form: Form::asked(headers),
            trace: traces.and_then(|traces| {
                let caller = headers.get(TRACEPARENT);
                traces.of_request(caller.and_then(|value| value.to_str().ok()))
            }),
        }))
    }

    /// The request's key is known.
    pub(crate) fn by(&self, caller: &Caller) {
        let _ = self.0.caller.set(caller.clone());
    }

    /// The caller is inside this shop. Who is not gets no answer that would tell of the shop's form.
    pub(crate) fn inside(&self, shop: &Arc<Shop>) {
        self.0.form.enter(shop.api_dialect);
        let _ = self.0.shop.set(Arc::clone(shop));
    }

    /// The name of who asks.
    pub(crate) fn caller(&self) -> Option<&str> {
        self.0.caller.get().map(Caller::name)
    }

    /// The slug of the shop.
    pub(crate) fn shop(&self) -> Option<&str> {
        self.0.shop.get().map(|shop| shop.slug.as_str())
    }

    /// The request's span, if it is followed.
    pub(crate) fn trace(&self) -> Option<&Trace> {
        self.0.trace.as_ref()
    }

    /// The form of the answer.
    pub(crate) fn form(&self) -> &Form {
        &self.0.form
    }
}
