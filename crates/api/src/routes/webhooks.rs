//! A shop's webhooks (contract section 3).

use claimwire_actions::webhooks::{self, Shown, Tools, WebhookFields, WebhookView};
use claimwire_model::target::Kind;
use claimwire_model::{Shop, Target, Webhook};
use claimwire_store::{StoreError, StoreResult};
use http::StatusCode;

use crate::access::{Editor, InShop, Viewer};
use crate::answer::{self, Reply};
use crate::body::JsonBody;
use crate::page::{List, Paging};
use crate::path::{Path, id};
use crate::problem::{OrMissing, kinds};
use crate::random;
use crate::state::{Api, ApiState};

/// Make a webhook. `secret` in the answer is shown whole this once.
#[utoipa::path(post, path = "/v1/shops/{slug}/webhooks", tag = "webhooks", request_body = WebhookFields,
    responses((status = 201, body = WebhookView)))]
pub async fn create(api: Api, scope: InShop<Editor>, body: JsonBody) -> Reply {
    let (secret, seed) = (random::bytes()?, random::bytes()?);
    let tools = Tools {
        sender: &*api.sender,
        secret: &secret,
        seed: &seed,
    };
    Ok(answer::done(
        webhooks::create(&scope.call(&api, body.idempotency), &body.bytes, tools).await?,
    ))
}

/// The shop's webhooks, newest first.
#[utoipa::path(get, path = "/v1/shops/{slug}/webhooks", tag = "webhooks", params(Paging),
    responses((status = 200, body = List<WebhookView>)))]
pub async fn list(api: Api, scope: InShop<Viewer>, paging: Paging) -> Reply {
    let shop = &scope.shop;
    let page = api
        .store
        .targets(shop.no, Kind::Webhook, paging.request())
        .await?;
    let mut data = Vec::with_capacity(page.items.len());
    for target in &page.items {
        if let Some(webhook) = target.webhook() {
            data.push(view(target, webhook, shop, waiting(&api, target).await?));
        }
    }
    let list = List::with(data, &page);
    answer::json(StatusCode::OK, &list)
}

/// One webhook.
#[utoipa::path(get, path = "/v1/shops/{slug}/webhooks/{uuid}", tag = "webhooks",
    responses((status = 200, body = WebhookView)))]
pub async fn show(
    api: Api,
    scope: InShop<Viewer>,
    Path((_, uuid)): Path<(String, String)>,
) -> Reply {
    let uuid = id(&uuid, &kinds::WEBHOOK_NOT_FOUND)?;
    let (target, webhook) = webhooks::find(&scope.call(&api, None), uuid).await?;
    let pending = waiting(&api, &target).await?;
    answer::json(
        StatusCode::OK,
        &view(&target, &webhook, &scope.shop, pending),
    )
}

/// Change a webhook: a JSON Merge Patch.
#[utoipa::path(patch, path = "/v1/shops/{slug}/webhooks/{uuid}", tag = "webhooks", request_body = WebhookFields,
    responses((status = 200, body = WebhookView)))]
pub async fn update(
    api: Api,
    scope: InShop<Editor>,
    Path((_, uuid)): Path<(String, String)>,
    body: JsonBody,
) -> Reply {
    let uuid = id(&uuid, &kinds::WEBHOOK_NOT_FOUND)?;
    let (secret, seed) = (random::bytes()?, random::bytes()?);
    let tools = Tools {
        sender: &*api.sender,
        secret: &secret,
        seed: &seed,
    };
    let (target, webhook) =
        webhooks::update(&scope.call(&api, None), uuid, &body.bytes, tools).await?;
    let pending = waiting(&api, &target).await?;
    answer::json(
        StatusCode::OK,
        &view(&target, &webhook, &scope.shop, pending),
    )
}

/// Delete a webhook; what waits for it is cancelled.
#[utoipa::path(delete, path = "/v1/shops/{slug}/webhooks/{uuid}", tag = "webhooks", responses((status = 204)))]
pub async fn delete(
    api: Api,
    scope: InShop<Editor>,
    Path((_, uuid)): Path<(String, String)>,
) -> Reply {
    let uuid = id(&uuid, &kinds::WEBHOOK_NOT_FOUND)?;
    webhooks::find(&scope.call(&api, None), uuid).await?;
    api.store
        .delete_target(scope.shop.no, uuid, api.now())
        .await
        .or_missing(&kinds::WEBHOOK_NOT_FOUND)?;
    Ok(answer::nothing())
}

/// How many deliveries wait; none for a webhook that was deleted a moment ago.
async fn waiting(api: &ApiState, target: &Target) -> StoreResult<u64> {
    match api.store.pending(target.no).await {
        Err(StoreError::NotFound) => Ok(0),
        other => other,
    }
}

fn view<'a>(
    target: &'a Target,
    webhook: &'a Webhook,
    shop: &'a Shop,
    pending: u64,
) -> WebhookView<'a> {
    WebhookView::of(target, webhook, &shop.slug, pending, Shown::Masked)
}
