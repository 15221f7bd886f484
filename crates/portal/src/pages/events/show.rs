//! One event: who heard of it, and what each dialect sends of it, side by side.

use askama::Template;
use axum::extract::Path;
use claimwire_actions::deliveries::{self, DeliveryView};
use claimwire_actions::{Refusal, Viewer, events};
use claimwire_model::Dialect;
use claimwire_model::event::Event;
use claimwire_store::PageRequest;

use super::by;
use crate::access::Seen;
use crate::failure::{Reply, page};
use crate::frame::{Frame, Section};
use crate::pages::deliveries::names::Names;
use crate::show::pretty;
use crate::state::Portal;

/// Deliveries of the event that are shown.
const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "pages/events/show.html")]
struct EventPage {
    frame: Frame,
    id: String,
    event: std::sync::Arc<Event>,
    by: String,
    changes: Option<String>,
    /// Name of the dialect and what it sends; none: it has no name for it.
    bodies: Vec<(&'static str, Option<String>)>,
    deliveries: Vec<DeliveryView>,
    names: Names,
    /// Whether there are more deliveries than these.
    more: bool,
}

/// The page.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    Path((_, id)): Path<(String, String)>,
) -> Reply {
    let viewer = scope.on(&portal);
    let event = events::get(&viewer, &id).await?;
    let mut bodies = Vec::new();
    for dialect in Dialect::all() {
        let sent = match events::sent(&viewer, &id, dialect).await {
            Ok(sent) => Some(pretty(&String::from_utf8_lossy(&sent.body))),
            Err(Refusal::Invalid { .. }) => None,
            Err(refusal) => return Err(refusal.into()),
        };
        bodies.push((dialect.as_str(), sent));
    }
    // Those that say something stand beside each other.
    bodies.sort_by_key(|(_, body)| body.is_none());
    let filter = deliveries::Filter {
        event: Some(id.clone()),
        ..Default::default()
    };
    let sent = deliveries::list(&viewer, filter, PageRequest::first(SHOWN)).await?;
    page(&EventPage {
        frame: scope.frame(&portal, Section::Events),
        names: Names::look_up(&viewer, &sent.items).await?,
        more: sent.next.is_some(),
        deliveries: sent.items,
        by: by(&event),
        changes: event.fact.changes.as_ref().map(|json| pretty(json.get())),
        id,
        event,
        bodies,
    })
}
