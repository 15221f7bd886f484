//! Shops: made and listed with the admin key; a shop's own admin keys may read, rename and delete it. Where its
//! requests leave from is for the admin key alone to say.

use claimwire_actions::webhooks::check_egress;
use claimwire_actions::{Checks, input};
use claimwire_model::{Shop, Timestamp};
use claimwire_store::StoreError;
use claimwire_store::directory::{NewShop, ShopUpdate};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::{Admin, InShop, Operator, Viewer};
use crate::answer::{self, Reply};
use crate::body::JsonBody;
use crate::page::{List, Paging};
use crate::problem::{OrMissing, Problem, kinds};
use crate::state::Api;

const SLUG_CHARS: usize = 64;
const NAME_CHARS: usize = 200;

/// A new shop.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShopRequest {
    /// Names the shop in every path; never changes.
    #[schema(pattern = "^[a-z0-9-]{1,64}$")]
    slug: String,
    /// For people.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
}

/// What can change about a shop.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShopPatch {
    /// For people.
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// Name of the egress profile that requests to the shop's webhooks leave by, where the webhook names none;
    /// null for none. Needs the admin key.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 64)]
    egress: Option<Option<String>>,
}

/// What is in the body, null included.
fn given<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A shop.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Shop)]
pub struct ShopView<'a> {
    /// Its id for the outside (karla's `shop_id`).
    id: Uuid,
    /// Names it in every path.
    slug: &'a str,
    /// For people.
    name: &'a str,
    /// The egress profile that requests to its webhooks leave by, where the webhook names none.
    egress: Option<&'a str>,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

impl<'a> From<&'a Shop> for ShopView<'a> {
    fn from(shop: &'a Shop) -> Self {
        let Shop {
            no: _,
            id,
            slug,
            name,
            egress,
            created_at,
            updated_at,
        } = shop;
        Self {
            id: *id,
            slug,
            name,
            egress: egress.as_deref(),
            created_at: *created_at,
            updated_at: *updated_at,
        }
    }
}

/// Make a shop (admin key).
#[utoipa::path(post, path = "/v1/shops", tag = "shops", request_body = ShopRequest,
    responses((status = 201, body = ShopView)))]
pub async fn create(api: Api, _: Operator, body: JsonBody) -> Reply {
    let ShopRequest { slug, name } = input::parse(&body.bytes)?;
    let mut checks = Checks::default();
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let good = (1..=SLUG_CHARS).contains(&slug.len()) && slug.bytes().all(plain);
    checks.that(
        good,
        "/slug",
        "is not 1 to 64 lower-case letters, digits and hyphens",
    );
    check_name(&mut checks, &name);
    checks.done()?;

    let now = api.now();
    let shop = NewShop {
        id: Uuid::new_v4(),
        slug,
        name,
    };
    let view = ShopView {
        id: shop.id,
        slug: &shop.slug,
        name: &shop.name,
        egress: None,
        created_at: now,
        updated_at: now,
    };
    let json = answer::render(&view)?;
    let record = answer::record(body.idempotency.as_ref(), StatusCode::CREATED, &json);
    let done = api
        .store
        .create_shop(shop, now, record)
        .await
        .map_err(|error| match error {
            StoreError::Exists => Problem::new(
                &kinds::SHOP_EXISTS,
                "A shop of this slug exists; choose another slug.",
            ),
            other => other.into(),
        })?;
    Ok(answer::once(done, StatusCode::CREATED, json))
}

/// All shops, newest first (admin key).
#[utoipa::path(get, path = "/v1/shops", tag = "shops", params(Paging),
    responses((status = 200, body = List<ShopView>)))]
pub async fn list(api: Api, _: Operator, paging: Paging) -> Reply {
    let page = api.store.shops(paging.request()).await?;
    answer::json(
        StatusCode::OK,
        &List::of(&page, |shop| ShopView::from(&**shop)),
    )
}

/// One shop.
#[utoipa::path(get, path = "/v1/shops/{slug}", tag = "shops", responses((status = 200, body = ShopView)))]
pub async fn show(scope: InShop<Viewer>) -> Reply {
    answer::json(StatusCode::OK, &ShopView::from(&*scope.shop))
}

/// Rename a shop (role admin), or pin it to an egress profile (admin key).
#[utoipa::path(patch, path = "/v1/shops/{slug}", tag = "shops", request_body = ShopPatch,
    responses((status = 200, body = ShopView)))]
pub async fn update(api: Api, scope: InShop<Admin>, body: JsonBody) -> Reply {
    let ShopPatch { name, egress } = input::parse(&body.bytes)?;
    if name.is_none() && egress.is_none() {
        return answer::json(StatusCode::OK, &ShopView::from(&*scope.shop));
    }
    if let Some(name) = &name {
        let mut checks = Checks::default();
        check_name(&mut checks, name);
        checks.done()?;
    }
    if let Some(egress) = &egress {
        if !scope.is_operator() {
            return Err(Problem::new(
                &kinds::ADMIN_KEY_NEEDED,
                "Where a shop's requests leave from is for the server's admin key to say.",
            ));
        }
        if let Some(egress) = egress {
            check_egress(&*api.sender, egress)?;
        }
    }
    let shop = api
        .store
        .update_shop(scope.shop.no, ShopUpdate { name, egress }, api.now())
        .await
        .or_missing(&kinds::SHOP_NOT_FOUND)?;
    answer::json(StatusCode::OK, &ShopView::from(&*shop))
}

/// Delete a shop with all that is in it (role admin).
#[utoipa::path(delete, path = "/v1/shops/{slug}", tag = "shops", responses((status = 204)))]
pub async fn delete(api: Api, scope: InShop<Admin>) -> Reply {
    api.store
        .delete_shop(scope.shop.no)
        .await
        .or_missing(&kinds::SHOP_NOT_FOUND)?;
    Ok(answer::nothing())
}

/// Names of shops and keys: for people, one line.
pub(super) fn check_name(checks: &mut Checks, name: &str) {
    checks.that(!name.trim().is_empty(), "/name", "is empty");
    checks.that(
        !name.chars().any(char::is_control),
        "/name",
        "holds control characters",
    );
    checks.text("/name", name, NAME_CHARS);
}
