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
/// Addresses of one shop.
const EMAILS: usize = 10;
/// Characters of an address (RFC 5321 4.5.3.1.3), and of what stands before its `@`.
const EMAIL_CHARS: usize = 254;
const LOCAL_PART_CHARS: usize = 64;

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
    /// Who hears by e-mail when a webhook is warned or disabled.
    #[serde(default)]
    #[schema(max_items = 10)]
    notification_emails: Vec<String>,
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
    /// Who hears by e-mail when a webhook is warned or disabled; the whole list.
    #[schema(max_items = 10)]
    notification_emails: Option<Vec<String>>,
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
    /// Who hears by e-mail when a webhook is warned or disabled.
    notification_emails: &'a [String],
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
            notification_emails,
            created_at,
            updated_at,
        } = shop;
        Self {
            id: *id,
            slug,
            name,
            egress: egress.as_deref(),
            notification_emails,
            created_at: *created_at,
            updated_at: *updated_at,
        }
    }
}

/// Make a shop (admin key).
#[utoipa::path(post, path = "/v1/shops", tag = "shops", request_body = ShopRequest,
    responses((status = 201, body = ShopView)))]
pub async fn create(api: Api, _: Operator, body: JsonBody) -> Reply {
    let ShopRequest {
        slug,
        name,
        notification_emails,
    } = input::parse(&body.bytes)?;
    let mut checks = Checks::default();
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let good = (1..=SLUG_CHARS).contains(&slug.len()) && slug.bytes().all(plain);
    checks.that(
        good,
        "/slug",
        "is not 1 to 64 lower-case letters, digits and hyphens",
    );
    check_name(&mut checks, &name);
    check_emails(&mut checks, &notification_emails);
    checks.done()?;

    let now = api.now();
    let shop = NewShop {
        id: Uuid::new_v4(),
        slug,
        name,
        notification_emails,
    };
    let view = ShopView {
        id: shop.id,
        slug: &shop.slug,
        name: &shop.name,
        egress: None,
        notification_emails: &shop.notification_emails,
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
    let ShopPatch {
        name,
        notification_emails,
        egress,
    } = input::parse(&body.bytes)?;
    if name.is_none() && egress.is_none() && notification_emails.is_none() {
        return answer::json(StatusCode::OK, &ShopView::from(&*scope.shop));
    }
    let mut checks = Checks::default();
    if let Some(name) = &name {
        check_name(&mut checks, name);
    }
    check_emails(
        &mut checks,
        notification_emails.as_deref().unwrap_or_default(),
    );
    checks.done()?;
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
    let update = ShopUpdate {
        name,
        egress,
        notification_emails,
    };
    let shop = api
        .store
        .update_shop(scope.shop.no, update, api.now())
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

fn check_emails(checks: &mut Checks, emails: &[String]) {
    checks.that(
        emails.len() <= EMAILS,
        "/notification_emails",
        "has more than 10 entries",
    );
    for (i, email) in emails.iter().enumerate().take(EMAILS) {
        checks.that(
            is_email(email),
            format_args!("/notification_emails/{i}"),
            "is not an e-mail address of the form name@domain, in ASCII",
        );
    }
}

/// The forms that are in use, and none that could mean something else in a header or an SMTP command
/// (RFC 5321 4.1.2: dot-string local part, domain).
fn is_email(text: &str) -> bool {
    let atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= EMAIL_CHARS
        && text.split_once('@').is_some_and(|(local, domain)| {
            let atoms = |part: &str| !part.is_empty() && part.bytes().all(atom);
            local.len() <= LOCAL_PART_CHARS
                && local.split('.').all(atoms)
                && domain.contains('.')
                && domain.split('.').all(label)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_what_is_none() {
        for good in [
            "a@b.co",
            "first.last+tag@mail.example.com",
            "x_1@xn--bcher-kva.example",
        ] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@example.com", "a".repeat(65));
        for bad in [
            "",
            "a",
            "a@",
            "@b.co",
            "a@b",
            "a@b..co",
            ".a@b.co",
            "a@b.co.",
            "a b@c.de",
            "a@b@c.de",
            "a@b.co\r\nBcc: x@y.z",
            "<a@b.co>",
            "\"a\"@b.co",
            "a@[127.0.0.1]",
            "ä@b.co",
            "a,b@c.de",
            "a@-b.co",
            &long,
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
