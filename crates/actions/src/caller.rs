//! Who asks.

use std::sync::Arc;

use claimwire_model::session::Holder;
use claimwire_model::shop::ApiKey;
use claimwire_model::{Role, Shop};
use uuid::Uuid;

/// The `performed_by.name` of what the operator writes.
const OPERATOR_NAME: &str = "admin";

/// Someone who showed who they are.
#[derive(Debug, Clone)]
pub enum Caller {
    /// The server's operator, with the admin key.
    Operator,
    /// A shop's key.
    Key(Arc<(ApiKey, Arc<Shop>)>),
    /// Someone signed in at the portal, in a shop or, without one, as the server's operator.
    Session(Arc<(Holder, Option<Arc<Shop>>)>),
}

impl Caller {
    /// Who a change is put down to when the request does not say.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Operator => OPERATOR_NAME,
            Self::Key(key) => &key.0.name,
            Self::Session(session) => &session.0.name,
        }
    }

    /// What it may do inside its shop; the operator may do everything.
    #[must_use]
    pub fn role(&self) -> Role {
        match self {
            Self::Operator => Role::Admin,
            Self::Key(key) => key.0.role,
            Self::Session(session) => session.0.role,
        }
    }

    /// The one shop that it works in; none: every shop.
    #[must_use]
    pub fn shop(&self) -> Option<&Arc<Shop>> {
        match self {
            Self::Operator => None,
            Self::Key(key) => Some(&key.1),
            Self::Session(session) => session.1.as_ref(),
        }
    }

    /// The key or member that it stands on; none: the server's admin key.
    #[must_use]
    pub fn principal(&self) -> Option<Uuid> {
        match self {
            Self::Operator => None,
            Self::Key(key) => Some(key.0.id),
            Self::Session(session) => session.0.principal,
        }
    }
}
