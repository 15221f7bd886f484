//! A shop changed, or deleted.

use std::sync::Arc;

use claimwire_model::{ApiDialect, ClaimPage};
use claimwire_store::StoreError;
use claimwire_store::directory::ShopUpdate;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::check_name;
use super::claim_page::check_claim_page;
use super::emails::check_emails;
use super::view::ShopView;
use crate::access::{Admin, As, admin_key_needed};
use crate::checks::Checks;
use crate::read::missing;
use crate::refusal::Refusal;
use crate::webhooks::check_egress;

/// What can change about a shop.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShopPatch {
    /// For people.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// Name of the egress profile that requests to the shop's webhooks leave by, where the webhook names none;
    /// null for none. Needs the admin key.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 64)]
    pub egress: Option<Option<String>>,
    /// Who hears by e-mail when a webhook is warned or disabled; the whole list.
    #[schema(max_items = 10)]
    pub notification_emails: Option<Vec<String>>,
    /// The shapes of the API's answers: `karla` for clients of Karla's REST API, `claimwire` for ours.
    pub api_dialect: Option<ApiDialect>,
    /// The page on which customers file claims, whole; null: none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<ClaimPage>)]
    pub claim_page: Option<Option<ClaimPage>>,
}

/// What is in the body, null included.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Renames the shop, or pins it to an egress profile, which is for the operator alone.
///
/// # Errors
/// When a field cannot be as it is or is not this caller's to set, or the store cannot commit.
pub async fn update(admin: &As<'_, Admin>, patch: ShopPatch) -> Result<ShopView, Refusal> {
    let call = admin.call();
    let ShopPatch {
        name,
        notification_emails,
        egress,
        api_dialect,
        claim_page,
    } = patch;
    let nothing = name.is_none()
        && egress.is_none()
        && notification_emails.is_none()
        && api_dialect.is_none()
        && claim_page.is_none();
    if nothing {
        return Ok((&**call.shop).into());
    }
    let mut checks = Checks::default();
    if let Some(name) = &name {
        check_name(&mut checks, name);
    }
    check_emails(
        &mut checks,
        notification_emails.as_deref().unwrap_or_default(),
    );
    if let Some(Some(page)) = &claim_page {
        check_claim_page(&mut checks, page);
    }
    checks.done()?;
    if let Some(egress) = &egress {
        call.caller.operator().map_err(|_| {
            admin_key_needed(
                "Where a shop's requests leave from is for the server's admin key to say.",
            )
        })?;
        if let Some(egress) = egress {
            check_egress(&*call.ports.sender, egress)?;
        }
    }
    let update = ShopUpdate {
        name,
        egress,
        notification_emails,
        api_dialect,
        claim_page: claim_page.map(|page| page.map(Arc::new)),
    };
    call.note("shop.changed", &*call.shop.slug).await?;
    let shop = call.store.update_shop(call.shop.no, update, call.now).await;
    Ok((&*shop.map_err(gone())?).into())
}

/// Deletes the shop with all that is in it.
///
/// # Errors
/// When the store cannot commit.
pub async fn delete(admin: &As<'_, Admin>) -> Result<(), Refusal> {
    let call = admin.call();
    let done = call.store.delete_shop(call.shop.no).await;
    done.map_err(gone())
}

/// The shop was deleted a moment ago.
fn gone() -> impl Fn(StoreError) -> Refusal {
    missing("shop_not_found", || "shop of this slug".to_owned())
}
