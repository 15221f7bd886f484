//! The newest deliveries of a filter, sent again whenever they changed (server-sent events). The page works without it.
//!
//! A stream looks every two seconds and ends after a minute; the browser then asks anew, and who is no longer signed in
//! is told so. How many streams there are is bounded.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use askama::Template;
use axum::body::Body;
use axum::extract::RawQuery;
use axum::response::IntoResponse;
use bytes::Bytes;
use claimwire_actions::Viewer;
use claimwire_actions::deliveries::{self, DeliveryView, Filter};
use claimwire_store::PageRequest;
use futures_core::Stream;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use tokio::sync::mpsc;

use super::list::SHOWN;
use super::names::Names;
use super::search::filter;
use crate::access::{Scope, Seen};
use crate::failure::{Failure, Reply};
use crate::form::Errors;
use crate::frame::{Frame, Section};
use crate::pages::query::parsed;
use crate::state::{Portal, PortalState};

/// Between two looks.
const EVERY: Duration = Duration::from_secs(2);
/// Looks of one stream.
const LOOKS: usize = 30;

#[derive(Template)]
#[template(path = "pages/deliveries/rows.html")]
struct Rows {
    frame: Frame,
    deliveries: Vec<DeliveryView>,
    names: Names,
}

/// The stream.
pub(crate) async fn send(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    RawQuery(query): RawQuery,
) -> Reply {
    let mut errors = Errors::default();
    let filter = filter(&parsed(query), &mut errors);
    if !errors.is_empty() {
        return Err(Failure::NoSuchPage);
    }
    let turn = Arc::clone(&portal.streams).try_acquire_owned();
    let turn = turn.map_err(|_| Failure::TooManyTries)?;
    let (events, receiver) = mpsc::channel(1);
    let portal: Arc<PortalState> = Arc::clone(&portal);
    tokio::spawn(async move {
        let _turn = turn;
        let portal = axum::extract::State(portal);
        if let Err(failure) = watch(&portal, &scope, &filter, &events).await {
            tracing::debug!(?failure, "a live view was broken off");
        }
    });
    let mut response = Body::from_stream(Events(receiver)).into_response();
    let stream = HeaderValue::from_static("text/event-stream");
    response.headers_mut().insert(CONTENT_TYPE, stream);
    Ok(response)
}

struct Events(mpsc::Receiver<Bytes>);

impl Stream for Events {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|bytes| bytes.map(Ok))
    }
}

async fn watch(
    portal: &Portal,
    scope: &Scope<Viewer>,
    filter: &Filter,
    events: &mpsc::Sender<Bytes>,
) -> Result<(), Failure> {
    let mut last = String::new();
    for _ in 0..LOOKS {
        let viewer = scope.on(portal);
        let found = deliveries::list(&viewer, filter.clone(), PageRequest::first(SHOWN)).await?;
        let rows = Rows {
            frame: scope.frame(portal, Section::Deliveries),
            names: Names::look_up(&viewer, &found.items).await?,
            deliveries: found.items,
        };
        let rows = rows.render()?;
        // A comment shows whether anyone still listens.
        let event = match rows == last {
            true => ": no change\n\n".to_owned(),
            false => event(&rows),
        };
        last = rows;
        if events.send(event.into()).await.is_err() {
            return Ok(());
        }
        tokio::time::sleep(EVERY).await;
    }
    Ok(())
}

/// One event: each line of it is a line of data.
fn event(text: &str) -> String {
    let mut event = String::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        event.push_str("data: ");
        event.push_str(line);
        event.push('\n');
    }
    event.push('\n');
    event
}
