//! Deliveries, found by what is in the URL: a view can be sent to a colleague.

use askama::Template;
use axum::extract::RawQuery;
use claimwire_actions::deliveries::{self, DeliveryView, Filter};
use claimwire_actions::{Refusal, Viewer};
use claimwire_store::PageRequest;

use super::STATUSES;
use super::names::Names;
use crate::access::Seen;
use crate::failure::{Reply, page};
use crate::form::{Errors, Form};
use crate::frame::{Frame, Section};
use crate::pages::query::{after, filters, older, parsed, time};
use crate::state::Portal;

pub(super) const SHOWN: usize = 50;

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
    /// The filter, for the live view.
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
    let filter = filter(&form, &mut errors);
    let request = PageRequest::after(SHOWN, after(&form));
    let viewer = scope.on(&portal);
    let mut found = (Vec::new(), None);
    if errors.is_empty() {
        match deliveries::list(&viewer, filter, request).await {
            Ok(page) => found = (page.items, page.next),
            Err(Refusal::NotFound { .. }) => errors.add("webhook", "The shop has no such webhook."),
            Err(refusal) => return Err(refusal.into()),
        }
    }
    page(&ListPage {
        frame: scope.frame(&portal, Section::Deliveries),
        first: after(&form).is_none(),
        next: older(&form, found.1),
        query: filters(&form),
        form,
        errors,
        names: Names::look_up(&viewer, &found.0).await?,
        deliveries: found.0,
    })
}

/// What the URL says of which deliveries.
pub(super) fn filter(form: &Form, errors: &mut Errors) -> Filter {
    let uuid = "Enter an id as its page shows it.";
    Filter {
        webhook: form.read("webhook", uuid, errors),
        connector: form.read("connector", uuid, errors),
        event: form.given("event").map(str::to_owned),
        claim: form.read("claim", uuid, errors),
        order_number: form.given("order_number").map(str::to_owned),
        status: status(form, errors),
        since: time(form, "since", errors),
        until: time(form, "until", errors),
    }
}

fn status(form: &Form, errors: &mut Errors) -> Option<claimwire_model::delivery::DeliveryStatus> {
    let name = form.given("status")?;
    let status = serde_json::from_value(serde_json::Value::String(name.to_owned())).ok();
    if status.is_none() {
        errors.add("status", "Choose one of the statuses.");
    }
    status
}
