//! A claim as its customer sees it by its link: how it stands, and what was written.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Request, State};
use claimwire_actions::Refusal;
use claimwire_actions::claim_page::MESSAGE_CHARS;
use claimwire_model::claim::Claim;
use claimwire_model::claim_page::Flow;
use claimwire_model::message::{Message, MessageDirection};
use http::StatusCode;
use serde_json::Value;
use uuid::Uuid;

use super::labels;
use super::look::Look;
use super::visit::{Visit, form};
use crate::failure::{Reply, to};
use crate::form::{Errors, Form};
use crate::state::PortalState;
use crate::throttle::Counted;

/// One message.
struct Said {
    own: bool,
    who: String,
    day: String,
    body: String,
}

#[derive(Template)]
#[template(path = "claim_page/status.html")]
struct StatusPage {
    look: Look,
    action: String,
    number: u64,
    order: Option<String>,
    /// It was sent just now.
    sent: Option<String>,
    again: bool,
    written: bool,
    status: &'static str,
    status_title: String,
    status_text: String,
    reported: String,
    what: Vec<(String, Vec<String>)>,
    photos: Vec<String>,
    messages: Vec<Said>,
    most: usize,
    once: Uuid,
    form: Form,
    errors: Errors,
}

struct Seen {
    claim: Claim,
    messages: Vec<Message>,
}

/// The claim of the path's token. Otherwise what is answered instead.
async fn seen(visit: &mut Visit<'_>, token: &str) -> Result<Seen, Reply> {
    let Some(id) = visit.desk.linked_claim(token) else {
        return Err(visit.notice(StatusCode::NOT_FOUND, "nothing"));
    };
    match visit.desk.claim(&id).await {
        Ok((claim, messages)) => {
            let custom: Value = serde_json::from_str(claim.custom.as_str()).unwrap_or_default();
            if let Some(language) = custom
                .pointer("/claim_page/language")
                .and_then(Value::as_str)
            {
                visit.speak(language);
            }
            Ok(Seen { claim, messages })
        }
        Err(refusal) => Err(visit.failed(refusal)),
    }
}

/// The claim.
pub(super) async fn show(
    State(portal): State<Arc<PortalState>>,
    Path((slug, token)): Path<(String, String)>,
    request: Request,
) -> Reply {
    let (parts, _) = request.into_parts();
    let mut visit = Visit::of(&portal, &slug, &parts).await?;
    match seen(&mut visit, &token).await {
        Ok(seen) => page(&visit, &token, seen, Form::default(), Errors::default()),
        Err(instead) => instead,
    }
}

/// Puts a message on it.
pub(super) async fn write(
    State(portal): State<Arc<PortalState>>,
    Path((slug, token)): Path<(String, String)>,
    request: Request,
) -> Reply {
    let (parts, body) = request.into_parts();
    let mut visit = Visit::of(&portal, &slug, &parts).await?;
    if !visit.is_own_form() {
        return visit.notice(StatusCode::FORBIDDEN, "foreign");
    }
    let Some(form) = form(Request::from_parts(parts, body)).await else {
        return visit.notice(StatusCode::PAYLOAD_TOO_LARGE, "foreign");
    };
    let seen = match seen(&mut visit, &token).await {
        Ok(seen) => seen,
        Err(instead) => return instead,
    };
    let text = form.text("body").replace("\r\n", "\n");
    let key = form.text("once").parse().unwrap_or_else(|_| Uuid::new_v4());
    let id = seen.claim.id.to_string();
    let wrong = if text.trim().is_empty() {
        Some("status_message_missing")
    } else if text.trim().chars().count() > MESSAGE_CHARS {
        Some("status_message_long")
    } else if !visit.may(Counted::Messages, &id) {
        Some("status_message_busy")
    } else {
        None
    };
    if let Some(name) = wrong {
        let errors = Errors::one("body", visit.texts.say(name));
        return page(&visit, &token, seen, form, errors);
    }
    visit.did(Counted::Messages, &id);
    match visit.desk.message(&seen.claim, &text, key).await {
        // The same form with another text, by the browser's way back: it is another message.
        Err(Refusal::Conflict { .. }) => {
            if let Err(refusal) = visit.desk.message(&seen.claim, &text, Uuid::new_v4()).await {
                return visit.failed(refusal);
            }
        }
        Err(refusal) => return visit.failed(refusal),
        Ok(()) => {}
    }
    let language = &visit.texts.language;
    Ok(to(&format!(
        "/{slug}/claim/status/{token}?written=yes&lang={language}#messages"
    )))
}

fn page(visit: &Visit<'_>, token: &str, seen: Seen, form: Form, errors: Errors) -> Reply {
    let Seen { claim, messages } = seen;
    let texts = &visit.texts;
    let look = visit.look(&format!("/status/{token}"), &[]);
    let status = claim.status.as_str();
    let customer = claim.customer.as_ref().filter(|_| visit.portal.mails);
    let mailed = customer.and_then(|customer| customer.email.clone());
    let sent = matches!(visit.query.text("sent"), "now" | "again");
    let again = visit.query.is("sent", "again");
    let refused = !errors.is_empty();
    let order = claim.order_number.as_deref();
    let page = StatusPage {
        action: format!("{}/status/{token}?lang={}", look.base, texts.language),
        number: claim.number,
        order: order.map(|number| texts.with("order", "number", number)),
        sent: sent.then(|| mailed.map(|email| veiled(&email)).unwrap_or_default()),
        again,
        written: visit.query.ticked("written") && !refused,
        status,
        status_title: texts.say(&format!("status_{status}")),
        status_text: texts.say(&format!("status_{status}_text")),
        reported: texts.with("status_reported", "date", texts.date(&claim.created_at)),
        what: what(visit, &claim),
        photos: photos(visit, &claim),
        messages: messages
            .iter()
            .map(|message| said(visit, message))
            .collect(),
        most: MESSAGE_CHARS,
        once: Uuid::new_v4(),
        look,
        form,
        errors,
    };
    if refused {
        visit.refuse(&page)
    } else {
        visit.show(&page)
    }
}

/// Enough of an address to know it by: whoever has the link need not learn it.
fn veiled(email: &str) -> String {
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}…@{domain}")
}

/// What was reported, as the customer knows it.
fn what(visit: &Visit<'_>, claim: &Claim) -> Vec<(String, Vec<String>)> {
    let (texts, page) = (&visit.texts, visit.page());
    let kind = claim.r#type.as_deref().unwrap_or_default();
    let flow = Flow::ALL.into_iter().find(|flow| flow.as_str() == kind);
    let mut rows = Vec::new();
    if let Some(flow) = flow {
        rows.push((texts.say("review_problem"), vec![labels::flow(texts, flow)]));
        if let Some(own) = page.own_reason(flow, claim.reason.as_deref()) {
            let label = labels::reason(texts, page, own);
            rows.push((texts.say("review_reason"), vec![label]));
        }
    }
    let items = claim.selected_items.iter().enumerate().map(|(n, item)| {
        let name = item.title.clone().or_else(|| item.sku.clone());
        let name = name.unwrap_or_else(|| texts.with("items_unnamed", "number", n + 1));
        format!("{} × {name}", item.quantity)
    });
    let items: Vec<_> = items.collect();
    if !items.is_empty() {
        rows.push((texts.say("review_items"), items));
    }
    if let Some(text) = &claim.description {
        rows.push((texts.say("review_description"), vec![text.clone()]));
    }
    if let Some(wish) = &claim.resolution_preference {
        rows.push((
            texts.say("review_resolution"),
            vec![labels::resolution(texts, wish)],
        ));
    }
    rows
}

fn photos(visit: &Visit<'_>, claim: &Claim) -> Vec<String> {
    let ports = &visit.portal.ports;
    let own = claim.image_urls.iter().filter_map(|url| {
        let name = claimwire_actions::images::own(ports, url)?;
        Some(format!("/images/{name}"))
    });
    own.take(20).collect()
}

fn said(visit: &Visit<'_>, message: &Message) -> Said {
    let own = message.direction == MessageDirection::Inbound;
    let name = message
        .author
        .as_ref()
        .and_then(|author| author.name.clone());
    let shop = || visit.desk.shop().name.clone();
    Said {
        own,
        who: if own {
            visit.texts.say("status_you")
        } else {
            name.filter(|name| !name.trim().is_empty())
                .unwrap_or_else(shop)
        },
        day: visit.texts.date(&message.created_at),
        body: message.body.clone(),
    }
}
