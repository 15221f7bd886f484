//! A shop's webhooks (contract section 3).

use axum::extract::FromRequestParts;
use claimwire_actions::Once;
use claimwire_actions::webhooks::{self, Filter, WebhookFields, WebhookView};
use claimwire_model::target::TargetStatus;
use http::StatusCode;
use http::request::Parts;
use utoipa::IntoParams;
use uuid::Uuid;

use claimwire_http::access::{Editor, InShop, Viewer};
use claimwire_http::answer::{self, Reply};
use claimwire_http::body::JsonBody;
use claimwire_http::karla::AnswerForm;
use claimwire_http::page::{List, Paging};
use claimwire_http::path::{Path, id};
use claimwire_http::problem::{Problem, kinds};
use claimwire_http::query::Query;
use claimwire_http::state::Api;

/// Make a webhook. `secret` in the answer is shown whole this once.
#[utoipa::path(post, path = "/v1/shops/{slug}/webhooks", tag = "webhooks", request_body = WebhookFields,
    responses((status = 201, body = WebhookView)))]
pub async fn create(api: Api, scope: InShop<Editor>, form: AnswerForm, body: JsonBody) -> Reply {
    let (scope, patch) = (scope.on(&api), body.patch()?);
    if form.is_karla() {
        return match webhooks::create_if_absent(&scope, &patch, body.keyed()).await? {
            Once::Now(saved) => answer::json(answer::status_of(&saved), &saved.value),
            Once::Before(answered) => Ok(answer::again(answered)),
        };
    }
    let once = webhooks::create(&scope, &patch, body.keyed()).await?;
    answer::once(StatusCode::CREATED, once)
}

/// Which webhooks.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WebhookQuery {
    /// This one.
    uuid: Option<Uuid>,
    /// With this status.
    status: Option<TargetStatus>,
    /// With this URL.
    url: Option<String>,
    #[param(ignore)]
    paging: Paging,
}

impl<S: Send + Sync> FromRequestParts<S> for WebhookQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut query = Query::of(&parts.uri);
        let found = Self {
            uuid: query.parsed("uuid", "A webhook's uuid."),
            status: query.named("status"),
            url: query.text("url"),
            paging: Paging::take(&mut query),
        };
        query.done()?;
        Ok(found)
    }
}

/// The shop's webhooks, newest first.
#[utoipa::path(get, path = "/v1/shops/{slug}/webhooks", tag = "webhooks", params(WebhookQuery, Paging),
    responses((status = 200, body = List<WebhookView>)))]
pub async fn list(api: Api, scope: InShop<Viewer>, query: WebhookQuery) -> Reply {
    let filter = Filter {
        uuid: query.uuid,
        status: query.status,
        url: query.url,
    };
    let viewer = scope.on(&api);
    let page = |page| webhooks::list(&viewer, filter.clone(), page);
    answer::page(query.paging.read(page).await?)
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
    let webhook = webhooks::get(&scope.on(&api), uuid).await?;
    answer::json(StatusCode::OK, &webhook)
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
    let webhook = webhooks::update(&scope.on(&api), uuid, &body.patch()?).await?;
    answer::json(StatusCode::OK, &webhook)
}

/// Delete a webhook; what waits for it is cancelled.
#[utoipa::path(delete, path = "/v1/shops/{slug}/webhooks/{uuid}", tag = "webhooks", responses((status = 204)))]
pub async fn delete(
    api: Api,
    scope: InShop<Editor>,
    Path((_, uuid)): Path<(String, String)>,
) -> Reply {
    let uuid = id(&uuid, &kinds::WEBHOOK_NOT_FOUND)?;
    webhooks::delete(&scope.on(&api), uuid).await?;
    Ok(answer::nothing())
}
