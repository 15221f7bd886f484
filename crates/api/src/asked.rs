//! What a request comes to show on the way to its answer: who asks, in which shop, and the form that its answer is to have.

use std::sync::{Arc, OnceLock};

use claimwire_actions::Caller;
use claimwire_model::Shop;
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
}

impl Asked {
    /// With these headers.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        Self(Arc::new(Shown {
            caller: OnceLock::new(),
            shop: OnceLock::new(),
            form: Form::asked(headers),
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

    /// The form of the answer.
    pub(crate) fn form(&self) -> &Form {
        &self.0.form
    }
}
