//! A shop's connectors (contract section 7).

use axum::extract::FromRequestParts;
use claimwire_actions::connectors::{
    self, ConnectorFields, ConnectorTestResult, ConnectorView, Filter, KindView, PreviewRequest,
    PreviewView,
};
use claimwire_actions::webhooks::{ReplayRequest, ReplayView};
use claimwire_model::target::TargetStatus;
use http::StatusCode;
use http::request::Parts;
use utoipa::IntoParams;

use claimwire_http::access::{Editor, InShop, Known, Viewer};
use claimwire_http::answer::{self, Reply};
use claimwire_http::body::{JsonBody, OptionalJsonBody};
use claimwire_http::page::{List, Paging};
use claimwire_http::path::{Path, id};
use claimwire_http::problem::{Problem, kinds};
use claimwire_http::query::Query;
use claimwire_http::state::Api;

/// The kinds of connectors, with the settings and credentials that each takes.
#[utoipa::path(get, path = "/v1/connector-kinds", tag = "connectors",
    responses((status = 200, body = List<KindView>)))]
pub async fn list_kinds(api: Api, Known(caller): Known) -> Reply {
    let data = connectors::kinds(&caller, &api.ports);
    let list = List {
        data,
        next_cursor: None,
    };
    answer::json(StatusCode::OK, &list)
}

/// Make a connector.
#[utoipa::path(post, path = "/v1/shops/{slug}/connectors", tag = "connectors", request_body = ConnectorFields,
    responses((status = 201, body = ConnectorView)))]
pub async fn create(api: Api, scope: InShop<Editor>, body: JsonBody) -> Reply {
    let once = connectors::create(&scope.on(&api), &body.patch()?, body.keyed()).await?;
    answer::once(StatusCode::CREATED, once)
}

/// Which connectors.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ConnectorQuery {
    /// With this status.
    status: Option<TargetStatus>,
    #[param(ignore)]
    paging: Paging,
}

impl<S: Send + Sync> FromRequestParts<S> for ConnectorQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut query = Query::of(&parts.uri);
        let found = Self {
            status: query.named("status"),
            paging: Paging::take(&mut query),
        };
        query.done()?;
        Ok(found)
    }
}

/// The shop's connectors, newest first.
#[utoipa::path(get, path = "/v1/shops/{slug}/connectors", tag = "connectors", params(ConnectorQuery, Paging),
    responses((status = 200, body = List<ConnectorView>)))]
pub async fn list(api: Api, scope: InShop<Viewer>, query: ConnectorQuery) -> Reply {
    let filter = Filter {
        status: query.status,
    };
    let viewer = scope.on(&api);
    let page = |page| connectors::list(&viewer, filter.clone(), page);
    answer::page(query.paging.read(page).await?)
}

/// One connector.
#[utoipa::path(get, path = "/v1/shops/{slug}/connectors/{id}", tag = "connectors",
    responses((status = 200, body = ConnectorView)))]
pub async fn show(
    api: Api,
    scope: InShop<Viewer>,
    Path((_, connector)): Path<(String, String)>,
) -> Reply {
    let connector = id(&connector, &kinds::CONNECTOR_NOT_FOUND)?;
    let connector = connectors::get(&scope.on(&api), connector).await?;
    answer::json(StatusCode::OK, &connector)
}

/// Change a connector: a JSON Merge Patch. Credentials that it does not name stay.
#[utoipa::path(patch, path = "/v1/shops/{slug}/connectors/{id}", tag = "connectors",
    request_body = ConnectorFields, responses((status = 200, body = ConnectorView)))]
pub async fn update(
    api: Api,
    scope: InShop<Editor>,
    Path((_, connector)): Path<(String, String)>,
    body: JsonBody,
) -> Reply {
    let connector = id(&connector, &kinds::CONNECTOR_NOT_FOUND)?;
    let connector = connectors::update(&scope.on(&api), connector, &body.patch()?).await?;
    answer::json(StatusCode::OK, &connector)
}

/// Delete a connector; what waits for it is cancelled. What it made at the vendor stays there.
#[utoipa::path(delete, path = "/v1/shops/{slug}/connectors/{id}", tag = "connectors",
    responses((status = 204)))]
pub async fn delete(
    api: Api,
    scope: InShop<Editor>,
    Path((_, connector)): Path<(String, String)>,
) -> Reply {
    let connector = id(&connector, &kinds::CONNECTOR_NOT_FOUND)?;
    connectors::delete(&scope.on(&api), connector).await?;
    Ok(answer::nothing())
}

/// Make calls that change nothing at the vendor, and see whether it lets the connector in.
#[utoipa::path(post, path = "/v1/shops/{slug}/connectors/{id}/test", tag = "connectors",
    responses((status = 200, body = ConnectorTestResult)))]
pub async fn test(
    api: Api,
    scope: InShop<Editor>,
    Path((_, connector)): Path<(String, String)>,
    OptionalJsonBody(body): OptionalJsonBody,
) -> Reply {
    let connector = id(&connector, &kinds::CONNECTOR_NOT_FOUND)?;
    let once = connectors::test(&scope.on(&api), connector, body.keyed()).await?;
    answer::once(StatusCode::OK, once)
}

/// See what a claim would become there, without anything being sent.
#[utoipa::path(post, path = "/v1/shops/{slug}/connectors/{id}/preview", tag = "connectors",
    request_body = PreviewRequest, responses((status = 200, body = PreviewView)))]
pub async fn preview(
    api: Api,
    scope: InShop<Editor>,
    Path((_, connector)): Path<(String, String)>,
    body: JsonBody,
) -> Reply {
    let connector = id(&connector, &kinds::CONNECTOR_NOT_FOUND)?;
    let preview = connectors::preview(&scope.on(&api), connector, body.parse()?).await?;
    answer::json(StatusCode::OK, &preview)
}

/// Order a replay to a connector. It goes on by itself, over restarts too.
#[utoipa::path(post, path = "/v1/shops/{slug}/connectors/{id}/replay", tag = "connectors",
    request_body = ReplayRequest, responses((status = 202, body = ReplayView)))]
pub async fn replay(
    api: Api,
    scope: InShop<Editor>,
    Path((_, connector)): Path<(String, String)>,
    body: JsonBody,
) -> Reply {
    let connector = id(&connector, &kinds::CONNECTOR_NOT_FOUND)?;
    let once = connectors::replay(&scope.on(&api), connector, body.parse()?, body.keyed()).await?;
    answer::once(StatusCode::ACCEPTED, once)
}
