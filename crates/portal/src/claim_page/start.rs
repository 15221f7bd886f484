//! The beginning: which order, and that it is the customer's. Also by a link that says both.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, Request, State};
use http::StatusCode;

use super::draft::{Draft, Place};
use super::look::Look;
use super::visit::{Visit, form};
use crate::failure::Reply;
use crate::form::{Errors, Form};
use crate::state::PortalState;
use claimwire_actions::claim_page::Question;
use claimwire_model::claim_page::Flow;

/// No wrong number or proof is answered sooner. Reading an order that is there takes longer than finding none; both are over
/// by then.
const REFUSED_AFTER: Duration = Duration::from_millis(10);

#[derive(Template)]
#[template(path = "claim_page/start.html")]
struct StartPage {
    look: Look,
    form: Form,
    errors: Errors,
    notice: Option<String>,
}

/// Asks for the order, or begins with the one of the link. What stands in the query (`orderNumber`, `zipCode`, `flowType`) is
/// filled in and not believed.
pub(super) async fn show(
    State(portal): State<Arc<PortalState>>,
    Path(slug): Path<String>,
    request: Request,
) -> Reply {
    let (parts, _) = request.into_parts();
    let visit = Visit::of(&portal, &slug, &parts).await?;
    let mut notice = match visit.query.text("notice") {
        "over" => Some(visit.texts.say("start_over")),
        _ => None,
    };
    if let Some(link) = visit.query.given("link") {
        match visit.desk.linked_order(link) {
            Some(number) => return begin(&visit, number, visit.query.text("flowType")),
            None => notice = Some(visit.texts.say("link_over")),
        }
    }
    let mut form = Form::default();
    form.put("order", visit.query.text("orderNumber"));
    form.put("proof", visit.query.text("zipCode"));
    form.put("flow", visit.query.text("flowType"));
    page(&visit, form, Errors::default(), notice)
}

/// The page.
pub(super) fn page(visit: &Visit<'_>, form: Form, errors: Errors, notice: Option<String>) -> Reply {
    let refused = !errors.is_empty();
    let page = StartPage {
        look: visit.look("", &[]),
        form,
        errors,
        notice,
    };
    if refused {
        visit.refuse(&page)
    } else {
        visit.show(&page)
    }
}

fn begin(visit: &Visit<'_>, number: String, flow: &str) -> Reply {
    let mut draft = Draft::begun(number, &visit.texts.language, visit.now);
    let flow = named(flow).filter(|flow| visit.page().offered(*flow).is_some());
    draft.filing.flow = flow;
    // Where there are several parcels, that page sends back to which of them.
    visit.onward(&mut draft, Place::Question(Question::Flow))
}

/// The flow of this name, in either spelling: `not_received`, `notReceived`.
fn named(name: &str) -> Option<Flow> {
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    Flow::ALL
        .into_iter()
        .find(|flow| plain(flow.as_str()) == plain(name))
}

/// Looks whether the order is theirs.
pub(super) async fn identify(
    State(portal): State<Arc<PortalState>>,
    Path(slug): Path<String>,
    request: Request,
) -> Reply {
    let (parts, body) = request.into_parts();
    let visit = Visit::of(&portal, &slug, &parts).await?;
    if !visit.is_own_form() {
        return visit.notice(StatusCode::FORBIDDEN, "foreign");
    }
    let Some(form) = form(Request::from_parts(parts, body)).await else {
        return visit.notice(StatusCode::PAYLOAD_TOO_LARGE, "foreign");
    };
    let mut errors = Errors::default();
    let (number, proof) = (form.given("order"), form.given("proof"));
    if number.is_none() {
        errors.add("order", visit.texts.say("start_number_missing"));
    }
    if proof.is_none() {
        errors.add("proof", visit.texts.say("start_proof_missing"));
    }
    if let (Some(number), Some(proof)) = (number, proof) {
        let counted = number.trim_start_matches('#').to_lowercase();
        if !visit.may_identify(&counted) {
            return visit.notice(StatusCode::TOO_MANY_REQUESTS, "tries");
        }
        let refused_at = tokio::time::Instant::now() + REFUSED_AFTER;
        match visit.desk.identify(number, proof).await {
            Ok(Some(number)) => return begin(&visit, number, form.text("flow")),
            Ok(None) => {
                visit.did_not_identify(&counted);
                tokio::time::sleep_until(refused_at).await;
                errors.add("order", visit.texts.say("start_unknown"));
            }
            Err(refusal) => return visit.failed(refusal),
        }
    }
    page(&visit, form, errors, None)
}
