//! What the caller may do, and in which shop.
//!
//! Every route under `/v1/shops/{slug}` takes an [`InShop`] with the role that it needs; there is no
//! other way to a shop. Another shop's key sees the same 404 as for a shop that does not exist.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use claimwire_actions::{Call, IdempotencyKey};
use claimwire_model::{Role, Shop};
use http::request::Parts;

use crate::auth::Caller;
use crate::problem::{OrMissing, Problem, kinds};
use crate::state::ApiState;

/// The role that a route needs, as a type.
pub trait Needs: Send + Sync {
    /// This or one that may do more.
    const ROLE: Role;
}

/// Reads.
#[derive(Debug)]
pub struct Viewer;
/// Also writes.
#[derive(Debug)]
pub struct Editor;
/// Also manages.
#[derive(Debug)]
pub struct Admin;

impl Needs for Viewer {
    const ROLE: Role = Role::Viewer;
}
impl Needs for Editor {
    const ROLE: Role = Role::Editor;
}
impl Needs for Admin {
    const ROLE: Role = Role::Admin;
}

/// A caller inside the shop that the path's `{slug}` names, with at least the role `R`.
#[derive(Debug)]
pub struct InShop<R> {
    /// The shop.
    pub shop: Arc<Shop>,
    caller: Caller,
    role: PhantomData<R>,
}

impl<R> InShop<R> {
    /// Whether it is the holder of the server's admin key who asks.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        matches!(self.caller, Caller::Operator)
    }

    /// For the actions: who asks, where and when.
    #[must_use]
    pub fn call<'a>(&'a self, api: &'a ApiState, idempotency: Option<IdempotencyKey>) -> Call<'a> {
        Call {
            store: &*api.store,
            shop: &self.shop,
            key_name: self.caller.name(),
            now: api.now(),
            idempotency,
        }
    }
}

impl<R: Needs> FromRequestParts<Arc<ApiState>> for InShop<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<ApiState>) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, api).await?;
        let params = RawPathParams::from_request_parts(parts, api)
            .await
            .map_err(|_| no_such_shop())?;
        let slug = params
            .iter()
            .find_map(|(name, value)| (name == "slug").then_some(value))
            .unwrap_or_default();
        let shop = match &caller {
            Caller::Operator => api
                .store
                .shop(slug)
                .await
                .or_missing(&kinds::SHOP_NOT_FOUND)?,
            Caller::Key(key) if key.1.slug == slug => key.1.clone(),
            Caller::Key(_) => return Err(no_such_shop()),
        };
        if let Caller::Key(key) = &caller
            && key.0.role < R::ROLE
        {
            return Err(Problem::new(
                &kinds::ROLE_INSUFFICIENT,
                format!(
                    "The key's role is {}; this needs {}.",
                    name(key.0.role),
                    name(R::ROLE)
                ),
            ));
        }
        Ok(Self {
            shop,
            caller,
            role: PhantomData,
        })
    }
}

/// The holder of the server's admin key.
#[derive(Debug)]
pub struct Operator;

impl FromRequestParts<Arc<ApiState>> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<ApiState>) -> Result<Self, Problem> {
        match Caller::from_request_parts(parts, api).await? {
            Caller::Operator => Ok(Self),
            Caller::Key(_) => Err(Problem::new(
                &kinds::ADMIN_KEY_NEEDED,
                "A shop's key works only inside its shop.",
            )),
        }
    }
}

fn no_such_shop() -> Problem {
    Problem::new(
        &kinds::SHOP_NOT_FOUND,
        "No shop of this slug is open to this key.",
    )
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Editor => "editor",
        Role::Admin => "admin",
    }
}
