//! One sample event to a webhook, now.

use claimwire_actions::webhooks::{self, TestRequest, TestResult};
use http::StatusCode;

use claimwire_http::access::{Editor, InShop};
use claimwire_http::answer::{self, Reply};
use claimwire_http::body::OptionalJsonBody;
use claimwire_http::path::{Path, id};
use claimwire_http::problem::kinds;
use claimwire_http::state::Api;

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
