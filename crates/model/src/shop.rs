//! A shop is a tenant; an API key opens one shop with one role.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::claim_page::ClaimPage;
use crate::id::ShopNo;
use crate::time::Timestamp;

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shop {
    /// Its number in the store.
    pub no: ShopNo,
    /// Its id for the outside (karla's `shop_id`).
    pub id: Uuid,
    /// `[a-z0-9-]{1,64}`, unique, never changes.
    pub slug: String,
    /// For people.
    pub name: String,
    /// Name of the egress profile that requests to its webhooks leave by, where the webhook names none.
    pub egress: Option<String>,
    /// Who hears by e-mail when one of its webhooks is warned or disabled.
    pub notification_emails: Vec<String>,
    /// The shapes that the API answers its clients in.
    pub api_dialect: ApiDialect,
    /// The page on which its customers file claims; none: it has none.
    pub claim_page: Option<Arc<ClaimPage>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The shapes of the API's answers (contract section 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ApiDialect {
    /// Our own.
    #[default]
    Claimwire,
    /// Those of Karla's REST API, for clients that were written for it.
    Karla,
}

impl ApiDialect {
    /// Lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Claimwire => "claimwire",
            Self::Karla => "karla",
        }
    }
}

/// What a key may do in its shop (contract section 2). Each role may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Also writes claims, orders, shipments, contacts, messages, events and webhooks.
    Editor,
    /// Also manages keys, members and the shop.
    Admin,
}

impl Role {
    /// All of them, the one that may least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Editor, Self::Admin];

    /// Lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// A shop's API key. The key itself is never kept, only its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// For the outside.
    pub id: Uuid,
    /// The shop that it opens.
    pub shop: ShopNo,
    /// For people; the `performed_by.name` of what it writes.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
}
