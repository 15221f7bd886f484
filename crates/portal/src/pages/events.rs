//! One event, and what each dialect sends of it.

use askama::Template;
use axum::extract::Path;
use claimwire_actions::{Refusal, Viewer, events};
use claimwire_model::event::Event;
use claimwire_model::{Dialect, Source};

use crate::access::Seen;
use crate::failure::{Reply, page};
use crate::frame::{Frame, Section};
use crate::show::pretty;
use crate::state::Portal;

#[derive(Template)]
#[template(path = "pages/events.html")]
struct EventPage {
    frame: Frame,
    id: String,
    event: std::sync::Arc<Event>,
    by: String,
    changes: Option<String>,
    /// Name of the dialect and what it sends; none: it has no name for it.
    bodies: Vec<(&'static str, Option<String>)>,
}

/// Who did it, and by which way.
pub(crate) fn by(event: &Event) -> String {
    let by = &event.fact.performed_by;
    let way = match by.source {
        Source::Ui => "by hand",
        Source::Api => "through the API",
    };
    let name = by.name.as_deref().unwrap_or("someone");
    format!("{name}, {way}")
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
    page(&EventPage {
        frame: scope.frame(&portal, Section::Deliveries),
        by: by(&event),
        changes: event.fact.changes.as_ref().map(|json| pretty(json.get())),
        id,
        event,
        bodies,
    })
}
