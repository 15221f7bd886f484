//! What a request of the API comes to show on the way to its answer: besides who asks and in which shop, the form that its
//! answer is to have.

use std::sync::Arc;

use claimwire_actions::{Asking, Caller};
use claimwire_model::Shop;
use claimwire_wire::trace::{Trace, Traces};
use http::HeaderMap;

use crate::karla::form::Form;

/// Shared by what stands around a route and by the route's arguments.
#[derive(Debug, Clone)]
pub(crate) struct Asked(Arc<Shown>);

#[derive(Debug)]
struct Shown {
    asking: Asking,
    form: Form,
}

/// Where a caller says which trace a request belongs to (W3C Trace Context).
const TRACEPARENT: &str = "traceparent";

impl Asked {
    /// With these headers. `traces`: none where nothing is followed.
    pub(crate) fn of(headers: &HeaderMap, traces: Option<&Traces>) -> Self {
        Self(Arc::new(Shown {
            asking: Asking::new(traces.and_then(|traces| {
                let caller = headers.get(TRACEPARENT);
                traces.of_request(caller.and_then(|value| value.to_str().ok()))
            })),
            form: Form::asked(headers),
        }))
    }

    /// The request's key is known.
    pub(crate) fn by(&self, caller: &Caller) {
        self.0.asking.by(caller);
    }

    /// The caller is inside this shop. Who is not gets no answer that would tell of the shop's form.
    pub(crate) fn inside(&self, shop: &Arc<Shop>) {
        self.0.form.enter(shop.api_dialect);
        self.0.asking.inside(shop);
    }

    /// What the log is told of it.
    pub(crate) fn asking(&self) -> &Asking {
        &self.0.asking
    }

    /// The request's span, if it is followed.
    pub(crate) fn trace(&self) -> Option<&Trace> {
        self.0.asking.trace()
    }

    /// The form of the answer.
    pub(crate) fn form(&self) -> &Form {
        &self.0.form
    }
}
