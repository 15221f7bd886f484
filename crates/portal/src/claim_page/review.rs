//! All answers once more, and the sending of them.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Request, State};
use claimwire_actions::claim_page::{
    ClaimDesk, Filed, Question, Receipt, items_claimed, questions,
};
use claimwire_actions::mail::MailText;
use claimwire_model::claim::Claim;
use http::StatusCode;

use super::ask::{Shown, shown};
use super::draft::Place;
use super::labels;
use super::look::Look;
use super::texts::{Texts, put};
use super::visit::{Drafting, Visit};
use crate::failure::{Reply, to};
use crate::state::PortalState;
use crate::throttle::Counted;

/// One answer.
struct Row {
    label: String,
    values: Vec<String>,
    photos: Vec<Shown>,
    change: String,
}

#[derive(Template)]
#[template(path = "claim_page/review.html")]
struct ReviewPage {
    look: Look,
    order: String,
    back: String,
    action: String,
    rows: Vec<Row>,
    again: Option<String>,
    error: Option<String>,
}

async fn entered<'a>(
    portal: &'a Arc<PortalState>,
    slug: &str,
    request: Request,
    writes: bool,
) -> Result<Drafting<'a>, Reply> {
    let (parts, _) = request.into_parts();
    let visit = Visit::of(portal, slug, &parts).await.map_err(Err)?;
    if writes && !visit.is_own_form() {
        return Err(visit.notice(StatusCode::FORBIDDEN, "foreign"));
    }
    Drafting::of(visit, Place::Review).await
}

/// The answers.
pub(super) async fn show(
    State(portal): State<Arc<PortalState>>,
    Path(slug): Path<String>,
    request: Request,
) -> Reply {
    match entered(&portal, &slug, request, false).await {
        Ok(drafting) => page(drafting, None),
        Err(instead) => instead,
    }
}

/// The page.
pub(super) fn page(mut drafting: Drafting<'_>, error: Option<String>) -> Reply {
    let sealed = drafting.sealed()?;
    let look = drafting.visit.look("/review", &[("s", &sealed)]);
    let rows = questions(
        drafting.visit.page(),
        &drafting.around,
        &drafting.draft.filing,
    );
    let rows = rows
        .into_iter()
        .map(|question| row(&drafting, question, &sealed));
    let filing = &drafting.draft.filing;
    let filing = filing.as_asked(drafting.visit.page(), &drafting.around);
    let again = items_claimed(&drafting.around, &filing.items);
    let again: Vec<_> = again
        .into_iter()
        .take(3)
        .map(|claim| labels::claim(&drafting.visit.texts, claim))
        .collect();
    let refused = error.is_some();
    let page = ReviewPage {
        rows: rows.collect(),
        again: (!again.is_empty()).then(|| look.with("review_again", "claims", again.join(", "))),
        order: look.with("order", "number", drafting.order_name()),
        back: drafting.back(Place::Review, &sealed),
        action: format!("{}/review?s={sealed}", look.base),
        look,
        error,
    };
    if refused {
        drafting.visit.refuse(&page)
    } else {
        drafting.visit.show(&page)
    }
}

fn row(drafting: &Drafting<'_>, question: Question, sealed: &str) -> Row {
    let (texts, page) = (&drafting.visit.texts, drafting.visit.page());
    let (filing, around) = (&drafting.draft.filing, &drafting.around);
    let or = |text: Option<String>, name: &str| vec![text.unwrap_or_else(|| texts.say(name))];
    let mut photos = Vec::new();
    let (label, values) = match question {
        Question::Shipment => {
            let parcel = filing
                .shipment
                .as_deref()
                .and_then(|id| around.shipment(id));
            let name = parcel.map(|parcel| labels::shipment(texts, parcel).0);
            (texts.say("review_parcel"), name.into_iter().collect())
        }
        Question::Flow => {
            let flow = filing.flow.map(|flow| labels::flow(texts, flow));
            (texts.say("review_problem"), flow.into_iter().collect())
        }
        Question::Reason => {
            let reason = labels::chosen_reason(texts, page, filing);
            (texts.say("review_reason"), reason.into_iter().collect())
        }
        Question::Items => {
            let items = filing.items.iter().filter_map(|(line, quantity)| {
                let product = around.order.products.get(*line)?;
                let name = labels::product(texts, product, *line);
                Some(format!("{quantity} × {name}"))
            });
            let items = Some(items.collect::<Vec<_>>()).filter(|items| !items.is_empty());
            let none = || vec![texts.say("review_no_items")];
            (texts.say("review_items"), items.unwrap_or_else(none))
        }
        Question::Photos => {
            photos = shown(drafting);
            let none = photos.is_empty().then(|| texts.say("review_no_photos"));
            (texts.say("review_photos"), none.into_iter().collect())
        }
        Question::Description => {
            let text = filing.description.trim();
            let text = (!text.is_empty()).then(|| text.to_owned());
            (
                texts.say("review_description"),
                or(text, "review_no_description"),
            )
        }
        Question::Resolution => {
            let wish = filing.resolution.as_deref();
            let wish = wish.map(|name| labels::resolution(texts, name));
            (texts.say("review_resolution"), or(wish, "resolution_none"))
        }
    };
    let (slug, path) = (
        &drafting.visit.desk.shop().slug,
        Place::Question(question).path(),
    );
    Row {
        label,
        values,
        photos,
        change: format!("/{slug}/claim/{path}?s={sealed}"),
    }
}

/// Files the claim and goes on to it. Sent again, it is the same claim.
pub(super) async fn send(
    State(portal): State<Arc<PortalState>>,
    Path(slug): Path<String>,
    request: Request,
) -> Reply {
    let mut drafting = match entered(&portal, &slug, request, true).await {
        Ok(drafting) => drafting,
        Err(instead) => return instead,
    };
    let visit = &drafting.visit;
    let order = drafting.draft.filing.order_number.clone();
    if !visit.may(Counted::Claims, &order) {
        let busy = visit.texts.say("review_busy");
        return page(drafting, Some(busy));
    }
    let says = |claim: &Claim| receipt(&visit.desk, &visit.texts, claim);
    let says: Option<Receipt<'_>> = portal.mails.then_some(&says);
    let filed = match visit.desk.file(&drafting.draft.filing, says).await {
        Ok(filed) => filed,
        Err(refusal) => return visit.failed(refusal),
    };
    let (claim, sent) = match filed {
        Filed::Now(claim) => {
            visit.did(Counted::Claims, &order);
            (claim, "now")
        }
        Filed::Before(claim) => (claim, "again"),
        Filed::Wrong(question, _) => {
            return drafting
                .visit
                .onward(&mut drafting.draft, Place::Question(question));
        }
    };
    if drafting.draft.filing.by.is_some() {
        // Who filed it for the customer goes back to where they came from.
        let page = format!("/portal/shops/{slug}/claims/{}?done=claim-made", claim.id);
        return Ok(to(&page));
    }
    let token = visit.desk.claim_token(&claim.id);
    let language = &visit.texts.language;
    Ok(to(&format!(
        "/{slug}/claim/status/{token}?sent={sent}&lang={language}"
    )))
}

/// What a receipt says.
fn receipt(desk: &ClaimDesk<'_>, texts: &Texts, claim: &Claim) -> MailText {
    let number = claim.number.to_string();
    let fill = |name: &str| {
        let text = put(&texts.say(name), "number", &number);
        let order = claim.order_number.as_deref().unwrap_or_default();
        put(&put(&text, "order", order), "shop", &desk.shop().name)
    };
    let first = claim
        .customer
        .as_ref()
        .and_then(|c| c.first_name.as_deref());
    let hello = texts.with("mail_hello", "name", first.unwrap_or_default());
    MailText {
        subject: fill("mail_subject"),
        paragraphs: vec![
            hello.replace(" ,", ","),
            fill("mail_text"),
            fill("mail_link"),
            format!("{}?lang={}", desk.claim_url(&claim.id), texts.language),
            fill("mail_end"),
        ],
    }
}
