//! A shop's webhooks (contract section 3).

use claimwire_actions::webhooks::{self, Shown, Tools, WebhookFields, WebhookView};
use claimwire_model::{Shop, Webhook};
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
    let page = api.store.webhooks(scope.shop.no, paging.request()).await?;
    let mut pending = Vec::with_capacity(page.items.len());
    for webhook in &page.items {
        pending.push(waiting(&api, webhook).await?);
    }
    let mut pending = pending.into_iter();
    let list = List::of(&page, |webhook| {
        view(webhook, &scope.shop, pending.next().unwrap_or_default())
    });
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
    let webhook = api
        .store
        .webhook(scope.shop.no, uuid)
        .await
        .or_missing(&kinds::WEBHOOK_NOT_FOUND)?;
    answer::json(
        StatusCode::OK,
        &view(&webhook, &scope.shop, waiting(&api, &webhook).await?),
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
    let webhook = webhooks::update(&scope.call(&api, None), uuid, &body.bytes, tools).await?;
    answer::json(
        StatusCode::OK,
        &view(&webhook, &scope.shop, waiting(&api, &webhook).await?),
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
    api.store
        .delete_webhook(scope.shop.no, uuid, api.now())
        .await
        .or_missing(&kinds::WEBHOOK_NOT_FOUND)?;
    Ok(answer::nothing())
}

/// How many deliveries wait; none for a webhook that was deleted a moment ago.
async fn waiting(api: &ApiState, webhook: &Webhook) -> StoreResult<u64> {
    match api.store.pending(webhook.no).await {
        Err(StoreError::NotFound) => Ok(0),
        other => other,
    }
}

fn view<'a>(webhook: &'a Webhook, shop: &'a Shop, pending: u64) -> WebhookView<'a> {
    WebhookView::of(webhook, &shop.slug, pending, Shown::Masked)
}
