//! The log of events as a stream that goes on: server-sent events (WHATWG HTML, section 9.2), in the order of their
//! commits, from any place. `claimwire listen` and browsers read it.
//!
//! Each read begins when what was read before is with the client, so that a slow reader holds one page and nothing
//! else. A stream ends after [`LIFE`], when the key may have been withdrawn since it began; its reader comes back with
//! the last id that it got.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::response::Response;
use bytes::Bytes;
use claimwire_actions::events::{self, Followed};
use claimwire_model::event::EventView;
use claimwire_model::filter::Subscription;
use claimwire_model::{Dialect, Event, EventNo, Timestamp};
use claimwire_wire::Encoded;
use futures_core::Stream;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use serde::Serialize;
use tokio::time::{Instant, sleep_until, timeout_at};
use utoipa::{IntoParams, ToSchema};

use claimwire_http::access::{InShop, Viewer};
use claimwire_http::answer::Reply;
use claimwire_http::feeds::{Feeds, Open};
use claimwire_http::problem::{Problem, kinds};
use claimwire_http::query::Query;
use claimwire_http::state::Api;

/// How long the log is not looked at without a hint that something was written.
const POLL: Duration = Duration::from_secs(1);
/// After so long without an event a comment is sent, so that a connection that is gone is noticed at both ends.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long one stream goes on.
const LIFE: Duration = Duration::from_secs(600);
/// After so many milliseconds a client is to come back.
const RETRY_MS: u32 = 1000;

/// Which events, and from where on.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StreamQuery {
    /// Goes on after this `id` of the stream. A `Last-Event-ID` header says the same and goes before it.
    #[param(value_type = Option<String>, required = false, pattern = "^evt_[0-9a-z]{13}$")]
    after: Option<EventNo>,
    /// Begins with what was taken in at or after this time. Without `after` and `since` it begins now.
    since: Option<Timestamp>,
    /// Which events, as a webhook's `enabled_events`, with commas between them; all when not given.
    events: Option<String>,
    /// With it each event comes as a webhook of this dialect gets it, and those that the dialect has no name for do
    /// not come.
    dialect: Option<Dialect>,
    /// `false` ends the stream at the end of the log.
    #[param(required = false, default = true)]
    follow: Option<bool>,
}

impl<S: Send + Sync> FromRequestParts<S> for StreamQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let last = parts.headers.get("last-event-id").cloned();
        let mut query = Query::of(&parts.uri);
        let mut found = Self {
            after: query.parsed("after", "An `id` of this stream."),
            since: query.time("since"),
            events: query.text("events"),
            dialect: query.take("dialect", str::parse),
            follow: query.parsed("follow", "true or false."),
        };
        if found.after.is_some() && found.since.is_some() {
            query.refuse("since", "Give it or `after`, not both.".to_owned());
        }
        query.done()?;
        let last = last.as_ref().and_then(|id| id.to_str().ok());
        if let Some(last) = last.and_then(|id| id.parse().ok()) {
            (found.after, found.since) = (Some(last), None);
        }
        Ok(found)
    }
}

/// With `dialect`: an event as a webhook of it gets it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StreamedEvent<'a> {
    /// The event's id.
    id: String,
    /// What happened.
    r#ref: &'a str,
    /// The headers that depend on the event alone; no signature.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    headers: serde_json::Map<String, serde_json::Value>,
    /// The exact body.
    body: &'a str,
}

/// The shop's events as they happen, as server-sent events: `data` is the event as `GET …/events/{id}` answers it, `id`
/// the place to go on `after`. In the order in which they were committed; none is left out between two streams. Comments
/// come while nothing happens. After ten minutes a stream ends: come back with the last `id`.
#[utoipa::path(get, path = "/v1/shops/{slug}/event-stream", tag = "events", params(StreamQuery),
    responses((status = 200, content((StreamedEvent = "text/event-stream")))))]
pub async fn stream(
    api: Api,
    scope: InShop<Viewer>,
    Extension(feeds): Extension<Arc<Feeds>>,
    query: StreamQuery,
) -> Reply {
    let open = feeds.open(scope.slug()).ok_or_else(|| {
        Problem::new(
            &kinds::STREAMS_OPEN,
            "End one of the shop's other streams of events, or try again later.",
        )
    })?;
    let entries = match &query.events {
        None => vec!["*".to_owned()],
        Some(text) => text
            .split(',')
            .map(|entry| entry.trim().to_owned())
            .collect(),
    };
    let subscription = events::followed(query.dialect.unwrap_or(Dialect::Standard), entries)?;
    let after = match query.after {
        Some(after) => after,
        None => events::place(&scope.on(&api), query.since).await?,
    };
    let reader = Reader {
        api,
        scope,
        subscription,
        encoded: query.dialect.is_some(),
        follow: query.follow.unwrap_or(true),
        after,
        ends: Instant::now() + LIFE,
        open,
    };
    let begins = format!("retry: {RETRY_MS}\nid: {after}\n\n");
    let frames = Frames(Some(Box::pin(async move {
        Some((Bytes::from(begins), reader))
    })));
    let mut response = Response::new(Body::from_stream(frames));
    let headers: &mut HeaderMap = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // For proxies that would keep it back until there is more.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// What reads the log for one stream.
struct Reader {
    api: Api,
    scope: InShop<Viewer>,
    subscription: Subscription,
    encoded: bool,
    follow: bool,
    after: EventNo,
    ends: Instant,
    open: Open,
}

impl Reader {
    /// What comes next, and the reader for what comes after it; none at the end.
    async fn next(mut self) -> Option<(Bytes, Self)> {
        if Instant::now() >= self.ends {
            return None;
        }
        let began = self.after;
        let heartbeat = Instant::now() + HEARTBEAT;
        loop {
            let written = Arc::clone(&self.open.written);
            let mut hint = std::pin::pin!(written.notified());
            // Before the log is read: what is written from now on is hinted at.
            hint.as_mut().enable();
            let followed = self.read().await?;
            let text = frames(&followed)?;
            self.after = followed.upto;
            if !text.is_empty() {
                return Some((text.into(), self));
            }
            if followed.more {
                continue;
            }
            if !self.follow {
                return self.last_word(began);
            }
            let wait = heartbeat.min(Instant::now() + POLL);
            let _ = timeout_at(wait, hint).await;
            if Instant::now() >= heartbeat {
                let comment = format!(": nothing new\nid: {}\n\n", self.after);
                return Some((comment.into(), self));
            }
            // A shop that is written to all the time, of which nothing is asked for.
            sleep_until(Instant::now() + Duration::from_millis(5)).await;
        }
    }

    async fn read(&self) -> Option<Followed> {
        let viewer = self.scope.on(&self.api);
        match events::follow(&viewer, self.after, &self.subscription, self.encoded).await {
            Ok(followed) => Some(followed),
            Err(error) => {
                tracing::warn!(?error, "a stream of events ends: the log cannot be read");
                None
            }
        }
    }

    /// Where to go on, when that is further than what was last said.
    fn last_word(mut self, began: EventNo) -> Option<(Bytes, Self)> {
        if self.after == began {
            return None;
        }
        self.follow = false;
        let place = format!("id: {}\n\n", self.after);
        Some((place.into(), self))
    }
}

/// Server-sent events; none when one cannot be written.
fn frames(followed: &Followed) -> Option<String> {
    let mut text = String::new();
    for (event, sent) in &followed.events {
        let data = data(event, sent.as_ref())?;
        let _ = writeln!(text, "id: {}", event.no);
        // JSON has line breaks between its parts at most, where one is as good as another.
        for line in data.split(['\n', '\r']) {
            let _ = writeln!(text, "data: {line}");
        }
        text.push('\n');
    }
    let told = followed.events.last().map(|(event, _)| event.no);
    if told.is_some_and(|told| told < followed.upto) {
        let _ = write!(text, "id: {}\n\n", followed.upto);
    }
    Some(text)
}

fn data(event: &Event, sent: Option<&Encoded>) -> Option<String> {
    let written = match sent {
        None => serde_json::to_string(&EventView::from(event)),
        Some(sent) => serde_json::to_string(&StreamedEvent {
            id: event.id(),
            r#ref: &event.fact.r#ref,
            headers: sent
                .headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone().into()))
                .collect(),
            body: std::str::from_utf8(&sent.body).unwrap_or_default(),
        }),
    };
    written
        .inspect_err(
            |error| tracing::error!(%error, "a stream of events ends: one cannot be written"),
        )
        .ok()
}

type Next = Pin<Box<dyn Future<Output = Option<(Bytes, Reader)>> + Send>>;

/// The answer's body: it reads on when it is asked for more.
struct Frames(Option<Next>);

impl Stream for Frames {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(next) = &mut self.0 else {
            return Poll::Ready(None);
        };
        let came = ready!(next.as_mut().poll(cx));
        self.0 = None;
        Poll::Ready(came.map(|(bytes, reader)| {
            self.0 = Some(Box::pin(reader.next()));
            Ok(bytes)
        }))
    }
}
