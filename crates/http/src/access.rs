//! What the caller may do, and in which shop, as arguments of a route. The rules are the actions'
//! (`claimwire_actions::Caller::enter`); here they meet the request, before its body is read.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use claimwire_actions::{As, Caller, Needs};
use http::request::Parts;

use crate::asked::Asked;
use crate::auth::caller;
use crate::problem::{Problem, kinds};
use crate::state::ApiState;

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

    /// The caller inside the shop of this slug.
    pub(crate) async fn enter(
        caller: Caller,
        slug: &str,
        asked: Option<&Asked>,
        api: &ApiState,
    ) -> Result<Self, Problem> {
        let shop = caller.enter(&*api.ports.store, slug).await?;
        let Some(asked) = asked else {
            return Ok(Self(shop));
        };
        asked.inside(shop.shop());
        Ok(Self(shop.traced(asked.trace().cloned())))
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
        let asked = parts.extensions.get::<Asked>().cloned();
        let caller = caller(parts, asked.as_ref(), api).await?;
        let params = RawPathParams::from_request_parts(parts, api)
            .await
            .map_err(|_| Problem::new(&kinds::SHOP_NOT_FOUND, "The path is not UTF-8."))?;
        let slug = params
            .iter()
            .find_map(|(name, value)| (name == "slug").then_some(value))
            .unwrap_or_default();
        Self::enter(caller, slug, asked.as_ref(), api).await
    }
}

/// Anyone whose key is known.
#[derive(Debug)]
pub struct Known(pub Caller);

impl FromRequestParts<Arc<ApiState>> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<ApiState>) -> Result<Self, Problem> {
        caller(parts, parts.extensions.get(), api).await.map(Self)
    }
}

/// The holder of the server's admin key.
#[derive(Debug)]
pub struct Operator(pub claimwire_actions::Operator);

impl FromRequestParts<Arc<ApiState>> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<ApiState>) -> Result<Self, Problem> {
        Ok(Self(
            caller(parts, parts.extensions.get(), api)
                .await?
                .operator()?,
        ))
    }
}
