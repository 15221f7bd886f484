//! Events, found by what is in the URL.

use std::sync::Arc;

use askama::Template;
use axum::extract::RawQuery;
use claimwire_actions::Viewer;
use claimwire_actions::events::{self, AboutSubject, EventFilter};
use claimwire_model::event::Event;
use claimwire_store::PageRequest;

use crate::access::Seen;
use crate::failure::{Reply, page};
use crate::form::{Errors, Form};
use crate::frame::{Frame, Section};
use crate::pages::query::{after, filters, older, parsed, time};
use crate::pages::targets::events::entries;
use crate::state::Portal;

const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "pages/events/list.html")]
struct ListPage {
    frame: Frame,
    form: Form,
    errors: Errors,
    events: Vec<Arc<Event>>,
    /// What an event can be called, for the field.
    known: Vec<String>,
    next: Option<String>,
    first: bool,
    query: String,
}

/// The list.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    RawQuery(query): RawQuery,
) -> Reply {
    let form = parsed(query);
    let mut errors = Errors::default();
    let about = form.given("subject").map(|id| AboutSubject {
        kind: None,
        id: id.to_owned(),
    });
    let r#ref = form.given("ref").map(|name| name.trim_end_matches('/'));
    let filter = EventFilter {
        r#ref: r#ref.map(str::to_owned),
        subject: about,
        since: time(&form, "since", &mut errors),
        until: time(&form, "until", &mut errors),
    };
    let request = PageRequest::after(SHOWN, after(&form));
    let (mut found, mut next) = (Vec::new(), None);
    if errors.is_empty() {
        let page = events::list(&scope.on(&portal), filter, request).await?;
        (found, next) = (page.items, page.next);
    }
    page(&ListPage {
        frame: scope.frame(&portal, Section::Events),
        first: after(&form).is_none(),
        next: older(&form, next),
        query: filters(&form),
        form,
        errors,
        events: found,
        known: entries(),
    })
}
