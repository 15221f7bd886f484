//! Deliveries, found by what is in the URL: a view can be sent to a colleague.

use askama::Template;
use axum::extract::RawQuery;
use claimwire_actions::deliveries::{self, DeliveryView};
use claimwire_actions::{Refusal, Viewer};
use claimwire_model::DeliveryId;
use claimwire_model::target::Kind;
use claimwire_store::PageRequest;

use super::STATUSES;
use super::names::Names;
use super::search::{choices, filter, query};
use crate::access::Seen;
use crate::failure::{Reply, page, to};
use crate::form::{Errors, Form};
use crate::frame::{Frame, Section};
use crate::pages::query::{after, older, parsed};
use crate::state::Portal;

pub(super) const SHOWN: usize = 50;
/// Filters that stand behind a summary until one of them is set.
const FURTHER: &[&str] = &["event", "webhook", "connector", "since", "until"];

#[derive(Template)]
#[template(path = "pages/deliveries/list.html")]
struct ListPage {
    frame: Frame,
    form: Form,
    errors: Errors,
    deliveries: Vec<DeliveryView>,
    names: Names,
    next: Option<String>,
    first: bool,
    /// The filter, for the live view and for what is sent once more.
    query: String,
    webhooks: Vec<(String, String)>,
    connectors: Vec<(String, String)>,
    /// Deliveries that were ordered once more just now, and those that were found then.
    retried: Option<(usize, usize)>,
}

/// The list.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    RawQuery(asked): RawQuery,
) -> Reply {
    let mut form = parsed(asked);
    let delivery: Option<DeliveryId> = form.text("event").trim().parse().ok();
    if let Some(id) = delivery {
        return Ok(to(&scope.path(&format!("/deliveries/{id}"))));
    }
    let retried = retried(&mut form);
    let mut errors = Errors::default();
    let filter = filter(&form, &mut errors);
    let (webhook, connector) = (filter.webhook, filter.connector);
    let request = PageRequest::after(SHOWN, after(&form));
    let viewer = scope.on(&portal);
    let mut found = (Vec::new(), None);
    if errors.is_empty() {
        match deliveries::list(&viewer, filter, request).await {
            Ok(page) => found = (page.items, page.next),
            Err(Refusal::NotFound { .. }) if connector.is_some() => {
                errors.add("connector", "The shop has no such connector.");
            }
            Err(Refusal::NotFound { .. }) => errors.add("webhook", "The shop has no such webhook."),
            Err(Refusal::Invalid { .. }) => errors.add(
                "connector",
                "Choose a webhook or a connector: a delivery goes to one of them.",
            ),
            Err(refusal) => return Err(refusal.into()),
        }
    }
    page(&ListPage {
        frame: scope.frame(&portal, Section::Deliveries),
        first: after(&form).is_none(),
        next: older(&form, found.1),
        query: query(&form),
        webhooks: choices(&viewer, Kind::Webhook, webhook).await?,
        connectors: choices(&viewer, Kind::Connector, connector).await?,
        retried,
        form,
        errors,
        names: Names::look_up(&viewer, &found.0).await?,
        deliveries: found.0,
    })
}

/// What the page before ordered; the links of this one do not say so again.
fn retried(form: &mut Form) -> Option<(usize, usize)> {
    let number = |name: &str| form.given(name).and_then(|number| number.parse().ok());
    let retried = number("retried").zip(number("of"));
    form.set("retried", "");
    form.set("of", "");
    retried
}
