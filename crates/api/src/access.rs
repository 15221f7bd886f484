//! What the caller may do, and in which shop, as arguments of a route. The rules are the actions'
//! (`claimwire_actions::Caller::enter`); here they meet the request, before its body is read.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use claimwire_actions::{As, Needs};
use http::request::Parts;

use crate::auth::caller;
use crate::karla::Form;
use crate::problem::{Problem, kinds};
use crate::state::ApiState;
use crate::watch::Asked;

pub use claimwire_actions::{Admin, Editor, Viewer};

/// A caller inside the shop that the path's `{slug}` names, with at least the role `R`.
#[derive(Debug)]
pub struct InShop<R>(claimwire_actions::InShop<R>);

impl<R: Needs> InShop<R> {
    /// For the actions.
    #[must_use]
    pub fn on<'a>(&'a self, api: &'a ApiState) -> As<'a, R> {
        self.0.on(&api.ports)
    }

    /// The shop's slug.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.0.shop().slug
    }
}

impl<R: Needs> FromRequestParts<Arc<ApiState>> for InShop<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<ApiState>) -> Result<Self, Problem> {
        let caller = caller(parts, api).await?;
        let params = RawPathParams::from_request_parts(parts, api)
            .await
            .map_err(|_| Problem::new(&kinds::SHOP_NOT_FOUND, "The path is not UTF-8."))?;
        let slug = params
            .iter()
            .find_map(|(name, value)| (name == "slug").then_some(value))
            .unwrap_or_default();
        let shop = caller.enter(&*api.ports.store, slug).await?;
        if let Some(asked) = parts.extensions.get::<Asked>() {
            asked.inside(slug);
        }
        if let Some(form) = parts.extensions.get::<Form>() {
            form.enter(shop.api_dialect());
        }
        Ok(Self(shop))
    }
}

/// Anyone whose key is known.
#[derive(Debug)]
pub struct Known(pub claimwire_actions::Caller);

impl FromRequestParts<Arc<ApiState>> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<ApiState>) -> Result<Self, Problem> {
        caller(parts, api).await.map(Self)
    }
}

/// The holder of the server's admin key.
#[derive(Debug)]
pub struct Operator(pub claimwire_actions::Operator);

impl FromRequestParts<Arc<ApiState>> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<ApiState>) -> Result<Self, Problem> {
        Ok(Self(caller(parts, api).await?.operator()?))
    }
}
