//! A new shop.

use claimwire_model::ApiDialect;
use claimwire_store::StoreError;
use claimwire_store::directory::{NewShop, Once};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::check_name;
use super::emails::check_emails;
use super::view::ShopView;
use crate::access::Operator;
use crate::call::{conflicting, valued};
use crate::checks::Checks;
use crate::idempotency::{CREATED, Keyed};
use crate::ports::Ports;
use crate::refusal::Refusal;

/// Characters of a slug.
const SLUG_CHARS: usize = 64;

/// What the server's own paths begin with: a shop of such a name would have no claim page (`/{slug}/claim`), or hide a page.
const RESERVED: [&str; 8] = [
    "docs", "healthz", "hooks", "images", "metrics", "portal", "readyz", "v1",
];

/// A new shop.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShopRequest {
    /// Names the shop in every path; never changes.
    #[schema(pattern = "^[a-z0-9-]{1,64}$")]
    pub slug: String,
    /// For people.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Who hears by e-mail when a webhook is warned or disabled.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub notification_emails: Vec<String>,
}

/// Makes a shop. Its idempotency record is under no shop.
///
/// # Errors
/// When a field cannot be as it is, a shop of this slug exists, or the store cannot commit.
pub async fn create(
    _: &Operator,
    ports: &Ports,
    request: ShopRequest,
    keyed: Option<Keyed<ShopView>>,
) -> Result<Once<ShopView>, Refusal> {
    let ShopRequest {
        slug,
        name,
        notification_emails,
    } = request;
    let mut checks = Checks::default();
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let good = (1..=SLUG_CHARS).contains(&slug.len()) && slug.bytes().all(plain);
    checks.that(
        good,
        "/slug",
        "is not 1 to 64 lower-case letters, digits and hyphens",
    );
    checks.that(
        !RESERVED.contains(&slug.as_str()),
        "/slug",
        "is what paths of the server itself begin with: choose another",
    );
    check_name(&mut checks, &name);
    check_emails(&mut checks, &notification_emails);
    checks.done()?;

    let now = ports.now();
    let view = ShopView {
        id: Uuid::new_v4(),
        slug,
        name,
        egress: None,
        notification_emails,
        api_dialect: ApiDialect::default(),
        claim_page: None,
        created_at: now,
        updated_at: now,
    };
    let record = keyed.map(|keyed| keyed.record(CREATED, &view));
    let shop = NewShop {
        id: view.id,
        slug: view.slug.clone(),
        name: view.name.clone(),
        notification_emails: view.notification_emails.clone(),
    };
    match ports.store.create_shop(shop, now, record).await {
        Ok(once) => Ok(valued(once, view)),
        Err(StoreError::Exists) => Err(Refusal::Conflict {
            key: "shop_exists",
            detail: "A shop of this slug exists; choose another slug.".to_owned(),
        }),
        Err(error) => Err(conflicting(error)),
    }
}
