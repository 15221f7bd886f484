//! One delivery: its attempts with what was sent and what came back, and one more by hand.

use askama::Template;
use axum::extract::{Path, RawQuery};
use claimwire_actions::deliveries::{self, DeliveryView};
use claimwire_actions::{As, Editor, Refusal, Viewer, events, webhooks};
use claimwire_model::DeliveryId;
use claimwire_model::delivery::DeliveryStatus;

use crate::access::{Posted, Seen};
use crate::failure::{Failure, Reply, page, to};
use crate::frame::{Frame, Section};
use crate::pages::deliveries::advice::advice;
use crate::pages::deliveries::kind_of;
use crate::pages::deliveries::next::next;
use crate::pages::query::parsed;
use crate::show::pretty;
use crate::state::Portal;

#[derive(Template)]
#[template(path = "pages/deliveries/show.html")]
struct DeliveryPage {
    frame: Frame,
    delivery: DeliveryView,
    target: Option<String>,
    /// The body of its requests, as it is sent.
    body: Option<String>,
    /// Whether bodies are shown as they are, and not laid out.
    raw: bool,
    /// The query that shows these attempts.
    attempts: String,
    advice: &'static str,
    next: &'static str,
}

impl DeliveryPage {
    /// A body as it is to be shown.
    fn text(&self, body: &str) -> String {
        if self.raw {
            body.to_owned()
        } else {
            pretty(body)
        }
    }
}

fn id(text: &str) -> Result<DeliveryId, Failure> {
    text.parse().map_err(|_| Failure::NoSuchPage)
}

/// The page.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    Path((_, delivery)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Reply {
    let viewer = scope.on(&portal);
    let form = parsed(query);
    let before: Option<u32> = form
        .given("attempts")
        .and_then(|before| before.parse().ok());
    let delivery = deliveries::get(&viewer, id(&delivery)?, before).await?;
    let target = match delivery.target() {
        Some(uuid) => webhooks::label(&viewer, uuid).await?,
        None => None,
    };
    let body = body(&viewer, &delivery).await?;
    page(&DeliveryPage {
        frame: scope
            .frame(&portal, Section::Deliveries)
            .done(form.text("done")),
        target,
        body,
        raw: form.is("bodies", "raw"),
        attempts: before.map_or_else(String::new, |before| format!("attempts={before}&")),
        advice: delivery
            .last_error
            .as_deref()
            .map_or("", |error| advice(error, kind_of(&delivery))),
        next: next(delivery.status, delivery.next_attempt_at.is_some()),
        delivery,
    })
}

/// The body of its requests, the same in each; none: the webhook is gone, or is none, or speaks another dialect now.
async fn body(viewer: &As<'_, Viewer>, delivery: &DeliveryView) -> Result<Option<String>, Refusal> {
    let Some(uuid) = delivery.webhook_uuid else {
        return Ok(None);
    };
    let webhook = match webhooks::get(viewer, uuid).await {
        Ok(webhook) => webhook,
        Err(Refusal::NotFound { .. }) => return Ok(None),
        Err(refusal) => return Err(refusal),
    };
    let sent = match events::sent(viewer, &delivery.event_id, webhook.dialect).await {
        Ok(sent) if webhook.flatten => sent.flattened(webhook.dialect),
        Ok(sent) => sent,
        Err(Refusal::NotFound { .. } | Refusal::Invalid { .. }) => return Ok(None),
        Err(refusal) => return Err(refusal),
    };
    Ok(Some(String::from_utf8_lossy(&sent.body).into_owned()))
}

/// Orders one more attempt.
pub(crate) async fn retry(
    portal: Portal,
    Path((_, delivery)): Path<(String, String)>,
    posted: Posted<Editor>,
) -> Reply {
    let scope = posted.scope;
    let ordered = deliveries::retry(&scope.on(&portal), id(&delivery)?, None).await;
    ordered?;
    Ok(to(
        &scope.path(&format!("/deliveries/{delivery}?done=retried"))
    ))
}
