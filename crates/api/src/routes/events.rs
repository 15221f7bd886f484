//! Events: posted when they were made elsewhere, and shown, as they are or as a dialect sends them.

use axum::extract::FromRequestParts;
use claimwire_actions::events::{self, AboutSubject, EventFilter};
use claimwire_model::event::EventView;
use claimwire_model::{Dialect, SubjectKind, Timestamp};
use claimwire_store::Page;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use utoipa::openapi::schema::AnyOfBuilder;
use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use claimwire_http::access::{Editor, InShop, Viewer};
use claimwire_http::answer::{self, Reply};
use claimwire_http::body::JsonBody;
use claimwire_http::page::{List, Paging};
use claimwire_http::path::Path;
use claimwire_http::posted_events::{self, EVENTS_BODY, EventsRequest, Receipt};
use claimwire_http::problem::Problem;
use claimwire_http::query::Query;
use claimwire_http::state::Api;

/// One event, or the body that a dialect sends of it.
pub struct OneEvent;

impl ToSchema for OneEvent {}

impl PartialSchema for OneEvent {
    fn schema() -> RefOr<Schema> {
        let sent =
            ObjectBuilder::new().description(Some("With `dialect`: the body that it sends."));
        AnyOfBuilder::new()
            .item(Ref::from_schema_name("Event"))
            .item(sent)
            .into()
    }
}

/// In which form one event is shown.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Form {
    /// The body that a webhook of this dialect gets, byte for byte.
    #[param(required = false)]
    dialect: Option<Dialect>,
}

impl<S: Send + Sync> FromRequestParts<S> for Form {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut query = Query::of(&parts.uri);
        let dialect = query.take("dialect", str::parse);
        query.done()?;
        Ok(Self { dialect })
    }
}

/// Post an event that was made elsewhere, or up to 1,000 at once, all or nothing. They go out in every
/// dialect that has a name for their ref, with `event_data` unchanged. The same `id` again is the
/// first answer again.
#[utoipa::path(post, path = "/v1/shops/{slug}/events", tag = "events", request_body = EventsRequest,
    responses((status = 202, body = Receipt)))]
pub async fn post(api: Api, scope: InShop<Editor>, body: JsonBody<EVENTS_BODY>) -> Reply {
    posted_events::post(&api, &scope, body).await
}

/// Which events.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// With this ref, or one below it: whole segments, such as `claims` or `shipments/delivered`.
    r#ref: Option<String>,
    /// About this: an id, or `claims/{id}`, `orders/{id}`, `shipments/{id}`, `contacts/{id}`,
    /// `webhooks/{id}`.
    subject: Option<String>,
    /// Taken in at or after.
    since: Option<Timestamp>,
    /// Taken in before.
    until: Option<Timestamp>,
    #[param(ignore)]
    paging: Paging,
}

impl<S: Send + Sync> FromRequestParts<S> for EventQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut query = Query::of(&parts.uri);
        let found = Self {
            r#ref: query.text("ref"),
            subject: query.text("subject"),
            since: query.time("since"),
            until: query.time("until"),
            paging: Paging::take(&mut query),
        };
        query.done()?;
        Ok(found)
    }
}

/// What events are about: as CloudEvents write it, or the id alone.
fn subject(text: String) -> AboutSubject {
    use SubjectKind::{Claim, Contact, Message, Order, Shipment, Webhook};
    let kinds = [Claim, Order, Shipment, Contact, Message, Webhook];
    let typed = text.split_once('/').and_then(|(kind, id)| {
        let kind = kind.strip_suffix('s')?;
        let kind = kinds.into_iter().find(|known| known.as_str() == kind)?;
        Some((kind, id.to_owned()))
    });
    match typed {
        Some((kind, id)) => AboutSubject {
            kind: Some(kind),
            id,
        },
        None => AboutSubject {
            kind: None,
            id: text,
        },
    }
}

/// The shop's events, newest first.
#[utoipa::path(get, path = "/v1/shops/{slug}/events", tag = "events", params(EventQuery, Paging),
    responses((status = 200, body = List<EventView>)))]
pub async fn list(api: Api, scope: InShop<Viewer>, query: EventQuery) -> Reply {
    let filter = EventFilter {
        r#ref: query.r#ref,
        subject: query.subject.map(subject),
        since: query.since,
        until: query.until,
    };
    let viewer = scope.on(&api);
    let page = |page| events::list(&viewer, filter.clone(), page);
    let page = query.paging.read(page).await?;
    answer::page(Page {
        items: page.items.iter().map(|e| EventView::from(&**e)).collect(),
        next: page.next,
    })
}

/// One event; with `dialect` exactly the bytes that a webhook of it gets, or 422 when it has no name
/// for the event.
#[utoipa::path(get, path = "/v1/shops/{slug}/events/{id}", tag = "events", params(Form),
    responses((status = 200, content(
        (OneEvent = "application/json"),
        (OneEvent = "application/cloudevents+json"),
    ))))]
pub async fn show(
    api: Api,
    scope: InShop<Viewer>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Reply {
    let viewer = scope.on(&api);
    let Some(dialect) = form.dialect else {
        let event = events::get(&viewer, &id).await?;
        return answer::json(StatusCode::OK, &EventView::from(&*event));
    };
    let sent = events::sent(&viewer, &id, dialect).await?;
    let mut response = answer::json_bytes(StatusCode::OK, sent.body);
    let typed = sent
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(CONTENT_TYPE.as_str()));
    if let Some(value) = typed.and_then(|(_, value)| HeaderValue::from_str(value).ok()) {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    Ok(response)
}
