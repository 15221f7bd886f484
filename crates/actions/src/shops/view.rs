//! Shops, read.

use std::sync::Arc;

use claimwire_model::{ApiDialect, ClaimPage, Shop, Timestamp};
use claimwire_store::{Page, PageRequest};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::{As, Operator, Viewer};
use crate::ports::Ports;
use crate::refusal::Refusal;

/// A shop.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Shop)]
pub struct ShopView {
    /// Its id for the outside (karla's `shop_id`).
    pub id: Uuid,
    /// Names it in every path.
    pub slug: String,
    /// For people.
    pub name: String,
    /// The egress profile that requests to its webhooks leave by, where the webhook names none.
    pub egress: Option<String>,
    /// Who hears by e-mail when a webhook is warned or disabled.
    pub notification_emails: Vec<String>,
    /// The shapes of the API's answers: `claimwire`, or `karla` for clients of Karla's REST API.
    pub api_dialect: ApiDialect,
    /// The page on which customers file claims; not there: the shop has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ClaimPage>)]
    pub claim_page: Option<Arc<ClaimPage>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl From<&Shop> for ShopView {
    fn from(shop: &Shop) -> Self {
        let Shop {
            no: _,
            id,
            slug,
            name,
            egress,
            notification_emails,
            api_dialect,
            claim_page,
            created_at,
            updated_at,
        } = shop.clone();
        Self {
            id,
            slug,
            name,
            egress,
            notification_emails,
            api_dialect,
            claim_page,
            created_at,
            updated_at,
        }
    }
}

/// A page of all shops, newest first.
///
/// # Errors
/// Only the store's.
pub async fn list(
    _: &Operator,
    ports: &Ports,
    page: PageRequest,
) -> Result<Page<ShopView>, Refusal> {
    let page = ports.store.shops(page).await?;
    Ok(Page {
        items: page.items.iter().map(|shop| (&**shop).into()).collect(),
        next: page.next,
    })
}

/// The caller's shop.
#[must_use]
pub fn show(viewer: &As<'_, Viewer>) -> ShopView {
    (&**viewer.call().shop).into()
}
