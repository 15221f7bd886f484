//! What a webhook's deliveries did lately, span by span.

use axum::extract::FromRequestParts;
use claimwire_actions::webhooks::{self, Stats, Window};
use http::StatusCode;
use http::request::Parts;
use utoipa::IntoParams;

use claimwire_http::access::{InShop, Viewer};
use claimwire_http::answer::{self, Reply};
use claimwire_http::path::{Path, id};
use claimwire_http::problem::{Problem, kinds};
use claimwire_http::query::Query;
use claimwire_http::state::Api;

/// How far back.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatsQuery {
    /// `30m`, `24h`, `7d`: up to 90 days.
    #[param(value_type = String, required = false, default = "24h", pattern = "^[1-9][0-9]{0,6}[mhd]$")]
    window: Window,
}

impl<S: Send + Sync> FromRequestParts<S> for StatsQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut query = Query::of(&parts.uri);
        let window = query.take("window", str::parse);
        query.done()?;
        Ok(Self {
            window: window.unwrap_or_default(),
        })
    }
}

/// Attempts of a webhook's deliveries per span of time: how many got through, how long they took.
#[utoipa::path(get, path = "/v1/shops/{slug}/webhooks/{uuid}/stats", tag = "webhooks",
    params(StatsQuery), responses((status = 200, body = Stats)))]
pub async fn show_stats(
    api: Api,
    scope: InShop<Viewer>,
    Path((_, uuid)): Path<(String, String)>,
    StatsQuery { window }: StatsQuery,
) -> Reply {
    let uuid = id(&uuid, &kinds::WEBHOOK_NOT_FOUND)?;
    let stats = webhooks::stats(&scope.on(&api), uuid, window).await?;
    answer::json(StatusCode::OK, &stats)
}
