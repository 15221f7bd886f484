//! One sample event to a webhook, now.

use claimwire_actions::webhooks::{self, TestRequest, TestResult};
use http::StatusCode;

use crate::access::{Editor, InShop};
use crate::answer::{self, Reply};
use crate::body::OptionalJsonBody;
use crate::path::{Path, id};
use crate::problem::kinds;
use crate::state::Api;

/// Send a sample event and see what comes back. Exactly 200 verifies an unverified webhook.
#[utoipa::path(post, path = "/v1/shops/{slug}/webhooks/{uuid}/test", tag = "webhooks",
    request_body = Option<TestRequest>, responses((status = 200, body = TestResult)))]
pub async fn test(
    api: Api,
    scope: InShop<Editor>,
    Path((_, uuid)): Path<(String, String)>,
    OptionalJsonBody(body): OptionalJsonBody,
) -> Reply {
    let uuid = id(&uuid, &kinds::WEBHOOK_NOT_FOUND)?;
    let once = webhooks::test(&scope.on(&api), uuid, body.parse()?, body.keyed()).await?;
    answer::once(StatusCode::OK, once)
}
