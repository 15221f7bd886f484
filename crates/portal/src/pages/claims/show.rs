//! One claim: all of it, its messages, and each of its events with who heard of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery};
use claimwire_actions::deliveries::DeliveryView;
use claimwire_actions::events::{AboutSubject, EventFilter};
use claimwire_actions::{As, Refusal, Viewer, claims, deliveries, events, messages};
use claimwire_model::SubjectKind;
use claimwire_model::claim::Claim;
use claimwire_model::event::Event;
use claimwire_model::message::{Message, MessageDirection};
use claimwire_store::PageRequest;
use uuid::Uuid;

use super::changes::{Change, changes_of};
use super::photo::{Photo, photo};
use super::{STATUSES, damages};
use crate::access::{Scope, Seen};
use crate::failure::{Failure, Reply, page};
use crate::form::{Errors, Form, SEEN};
use crate::frame::{Frame, Section};
use crate::pages::deliveries::names::Names;
use crate::pages::events::by;
use crate::pages::query::parsed;
use crate::state::Portal;

/// Messages, events and deliveries of one claim that are shown: the newest.
const SHOWN: usize = 100;

/// One event of a claim.
pub(super) struct Heard {
    id: String,
    event: Arc<Event>,
    by: String,
    /// What differs, where no newer event says the same.
    changed: Vec<Change>,
    /// To whom, by name, and the delivery.
    to: Vec<(String, DeliveryView)>,
}

#[derive(Template)]
#[template(path = "pages/claims/show.html")]
pub(super) struct ClaimPage {
    frame: Frame,
    claim: Claim,
    photos: Vec<Photo>,
    messages: Vec<Message>,
    history: Vec<Heard>,
    form: Form,
    errors: Errors,
}

/// A claim's id from the path.
pub(super) fn id(text: &str) -> Result<Uuid, Failure> {
    text.parse().map_err(|_| Failure::NoSuchPage)
}

/// The page.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    Path((_, claim)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Reply {
    let frame = scope
        .frame(&portal, Section::Claims)
        .done(parsed(query).text("done"));
    let viewer = scope.on(&portal);
    let claim = claims::get(&viewer, &id(&claim)?).await?.value()?;
    let form = filled(&claim);
    page(&claim_page(&portal, &viewer, frame, claim, form, Errors::default()).await?)
}

/// The page as it is after a form was refused.
pub(super) async fn again<R: claimwire_actions::Needs>(
    portal: &Portal,
    scope: &Scope<R>,
    claim: Uuid,
    form: Form,
    errors: Errors,
) -> Result<ClaimPage, Failure> {
    let viewer = scope.on(portal).viewer();
    let frame = scope.frame(portal, Section::Claims);
    let claim = claims::get(&viewer, &claim).await?.value()?;
    // Of the forms on the page one was sent; the other shows what there is.
    let mut whole = form.clone();
    for (name, value) in filled(&claim).pairs() {
        if !form.ticked(name) {
            whole.put(name, value);
        }
    }
    claim_page(portal, &viewer, frame, claim, whole, errors).await
}

/// The form with what the claim has.
pub(super) fn filled(claim: &Claim) -> Form {
    let mut form = Form::default();
    let assignee = claim.assignee.as_ref();
    let name = assignee.and_then(|assignee| assignee.name.clone());
    let email = assignee.and_then(|assignee| assignee.email.clone());
    form.put("status", claim.status.as_str());
    form.put("assignee_name", name.unwrap_or_default());
    form.put("assignee_email", email.unwrap_or_default());
    form.put("labels", claim.labels.join(", "));
    form.put("damages", damages::text(&claim.damages));
    form.put(SEEN, claim.updated_at.to_string());
    form
}

async fn claim_page(
    portal: &Portal,
    viewer: &As<'_, Viewer>,
    frame: Frame,
    claim: Claim,
    form: Form,
    errors: Errors,
) -> Result<ClaimPage, Failure> {
    let all = claim.image_urls.iter().chain(&claim.optional_image_urls);
    let items = claim
        .selected_items
        .iter()
        .flat_map(|item| &item.image_urls);
    let signature = claim.customer_signature_image_url.iter();
    let urls = all.chain(items).chain(signature);
    // A photo of an item is often one of the claim's too.
    let mut shown = BTreeSet::new();
    let photos = urls
        .filter(|url| shown.insert(url.as_str()))
        .map(|url| photo(url, &portal.ports.public_url))
        .collect();
    let found = messages::list(viewer, &claim.id, PageRequest::first(SHOWN)).await?;
    let messages: Result<Vec<Message>, _> = found.items.iter().map(|m| m.value()).collect();
    Ok(ClaimPage {
        frame,
        photos,
        messages: messages?,
        history: history(viewer, &claim).await?,
        claim,
        form,
        errors,
    })
}

async fn history(viewer: &As<'_, Viewer>, claim: &Claim) -> Result<Vec<Heard>, Refusal> {
    let about = AboutSubject {
        kind: Some(SubjectKind::Claim),
        id: claim.id.to_string(),
    };
    let filter = EventFilter {
        subject: Some(about),
        ..Default::default()
    };
    let events = events::list(viewer, filter, PageRequest::first(SHOWN)).await?;
    let filter = deliveries::Filter {
        claim: Some(claim.id),
        ..Default::default()
    };
    let sent = deliveries::list(viewer, filter, PageRequest::first(SHOWN)).await?;
    let names = Names::look_up(viewer, &sent.items).await?;
    let mut by_event: BTreeMap<String, Vec<(String, DeliveryView)>> = BTreeMap::new();
    for delivery in sent.items {
        let name = names.of(&delivery).to_owned();
        let event = by_event.entry(delivery.event_id.clone()).or_default();
        event.push((name, delivery));
    }
    // One change makes several events, which stand beside each other.
    let mut told = None;
    let heard = events.items.into_iter().map(|event| {
        let id = event.id();
        let changes = event
            .fact
            .changes
            .as_ref()
            .map(|json| json.get().to_owned());
        let same = told.replace((event.fact.triggered_at, changes.clone()))
            == Some((event.fact.triggered_at, changes.clone()));
        let changes = changes.filter(|_| !same);
        Heard {
            by: by(&event),
            changed: changes.as_deref().map(changes_of).unwrap_or_default(),
            to: by_event.remove(&id).unwrap_or_default(),
            id,
            event,
        }
    });
    Ok(heard.collect())
}
