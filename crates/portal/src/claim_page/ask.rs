//! The questions, one a page: shown, and their answers taken into the draft.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Request, State};
use claimwire_actions::claim_page::{DESCRIPTION_CHARS, Filing, Question, Window, Wrong, wrong};
use claimwire_model::claim_page::{Asks, Flow, Step};
use http::StatusCode;

use super::draft::Place;
use super::labels;
use super::look::Look;
use super::visit::{Drafting, Visit, form};
use crate::failure::Reply;
use crate::form::{Errors, Form};
use crate::state::PortalState;

/// One of which is chosen.
pub(super) struct Choice {
    pub value: String,
    pub label: String,
    pub hint: String,
}

/// An item of the order.
pub(super) struct Item {
    pub line: usize,
    pub label: String,
    pub hint: String,
    pub again: Option<String>,
    pub ordered: u32,
    pub ticked: bool,
    pub quantity: String,
}

/// An earlier claim about the order.
pub(super) struct Earlier {
    pub label: String,
    pub url: String,
    pub status: &'static str,
    pub status_text: String,
}

/// A photo that was taken in.
pub(super) struct Shown {
    pub number: usize,
    pub url: String,
}

/// What a page asks.
pub(super) enum Asked {
    Choice {
        name: &'static str,
        choices: Vec<Choice>,
        chosen: String,
        earlier: Vec<Earlier>,
        over: Vec<String>,
    },
    Items(Vec<Item>),
    Photos {
        shown: Vec<Shown>,
        more: bool,
        kinds: String,
    },
    Description {
        text: String,
        most: usize,
    },
}

#[derive(Template)]
#[template(path = "claim_page/question.html")]
struct QuestionPage {
    look: Look,
    order: String,
    back: String,
    action: String,
    title: String,
    hint: String,
    errors: Errors,
    asked: Asked,
}

/// A question.
pub(super) async fn show(
    State(portal): State<Arc<PortalState>>,
    Path((slug, path)): Path<(String, String)>,
    request: Request,
) -> Reply {
    let (parts, _) = request.into_parts();
    let visit = Visit::of(&portal, &slug, &parts).await?;
    let Some(question) = Place::question(&path) else {
        return visit.notice(StatusCode::NOT_FOUND, "nothing");
    };
    match Drafting::of(visit, Place::Question(question)).await {
        Ok(drafting) => page(drafting, question, Errors::default(), &Form::default()),
        Err(instead) => instead,
    }
}

/// The question for photos, whose form is of another kind.
pub(super) async fn photos(
    portal: State<Arc<PortalState>>,
    Path(slug): Path<String>,
    request: Request,
) -> Reply {
    let path = "photos".to_owned();
    show(portal, Path((slug, path)), request).await
}

/// Takes an answer.
pub(super) async fn answer(
    State(portal): State<Arc<PortalState>>,
    Path((slug, path)): Path<(String, String)>,
    request: Request,
) -> Reply {
    let (parts, body) = request.into_parts();
    let visit = Visit::of(&portal, &slug, &parts).await?;
    let Some(question) = Place::question(&path) else {
        return visit.notice(StatusCode::NOT_FOUND, "nothing");
    };
    if !visit.is_own_form() {
        return visit.notice(StatusCode::FORBIDDEN, "foreign");
    }
    let Some(form) = form(Request::from_parts(parts, body)).await else {
        return visit.notice(StatusCode::PAYLOAD_TOO_LARGE, "foreign");
    };
    let mut drafting = match Drafting::of(visit, Place::Question(question)).await {
        Ok(drafting) => drafting,
        Err(instead) => return instead,
    };
    let before = drafting.draft.filing.clone();
    take(&mut drafting.draft.filing, question, &form);
    if before.flow != drafting.draft.filing.flow || before.reason != drafting.draft.filing.reason {
        drafting.draft.asked_anew();
    }
    onward(drafting, question, &form)
}

/// To the next page, or to the same one with what is wrong.
pub(super) fn onward(mut drafting: Drafting<'_>, question: Question, form: &Form) -> Reply {
    let (page_of, around) = (drafting.visit.page(), &drafting.around);
    let filing = &drafting.draft.filing;
    let found = wrong(page_of, around, filing, question, drafting.visit.now);
    if let Some(found) = found {
        let errors = told(&drafting, question, found);
        return page(drafting, question, errors, form);
    }
    let next = drafting
        .draft
        .next(drafting.visit.page(), &drafting.around, question);
    drafting.visit.onward(&mut drafting.draft, next)
}

/// The answer to a question, as the form has it.
fn take(filing: &mut Filing, question: Question, form: &Form) {
    let given = |name: &str| form.given(name).map(str::to_owned);
    match question {
        Question::Shipment => filing.shipment = given("shipment"),
        Question::Flow => {
            let flow = form.text("problem");
            filing.flow = Flow::ALL.into_iter().find(|known| known.as_str() == flow);
        }
        Question::Reason => filing.reason = given("reason"),
        Question::Items => {
            let lines = form.all("item").filter_map(|line| line.parse().ok());
            let quantity = |line: usize| {
                let text = form.given(&format!("quantity-{line}"));
                text.map_or(1, |text| text.parse().unwrap_or(0))
            };
            filing.items = lines
                .take(1_000)
                .map(|line| (line, quantity(line)))
                .collect();
        }
        // It has a form of its own.
        Question::Photos => {}
        Question::Description => {
            // A browser sends a line's end as two characters and counts one.
            filing.description = form.text("description").replace("\r\n", "\n");
        }
        Question::Resolution => filing.resolution = given("resolution"),
    }
}

/// What is said of a wrong answer, at its field.
fn told(drafting: &Drafting<'_>, question: Question, wrong: Wrong) -> Errors {
    let texts = &drafting.visit.texts;
    let (field, message) = match (question, wrong) {
        (Question::Shipment, _) => ("shipment".to_owned(), texts.say("shipment_missing")),
        (Question::Flow, Wrong::TooLate(until)) => {
            let date = texts.date(&until);
            (
                "problem".to_owned(),
                texts.with("window_over", "date", date),
            )
        }
        (Question::Flow, Wrong::TooManyClaims) => {
            ("problem".to_owned(), texts.say("flow_too_many"))
        }
        (Question::Flow, _) => ("problem".to_owned(), texts.say("flow_missing")),
        (Question::Reason, _) => ("reason".to_owned(), texts.say("reason_missing")),
        (Question::Items, Wrong::Quantity { line, ordered }) => (
            format!("quantity-{line}"),
            texts.with("items_quantity_wrong", "ordered", ordered),
        ),
        (Question::Items, _) => ("item".to_owned(), texts.say("items_missing")),
        (Question::Photos, Wrong::PhotosNeeded(1)) => {
            ("photo".to_owned(), texts.say("photos_needed_one"))
        }
        (Question::Photos, Wrong::PhotosNeeded(needed)) => (
            "photo".to_owned(),
            texts.with("photos_needed_some", "needed", needed),
        ),
        (Question::Photos, _) => ("photo".to_owned(), texts.say("photos_too_many")),
        (Question::Description, Wrong::TooLong) => {
            let length = drafting.draft.filing.description.chars().count();
            (
                "description".to_owned(),
                texts.with("description_too_long", "length", length),
            )
        }
        (Question::Description, _) => ("description".to_owned(), texts.say("description_missing")),
        (Question::Resolution, _) => ("resolution".to_owned(), texts.say("resolution_missing")),
    };
    let mut errors = Errors::default();
    errors.add(&field, message);
    errors
}

/// The question's page. What was typed and refused is not kept in what the page's links carry on.
pub(super) fn page(
    mut drafting: Drafting<'_>,
    question: Question,
    errors: Errors,
    typed: &Form,
) -> Reply {
    let place = Place::Question(question);
    let (title, hint) = heading(&drafting, question);
    let asked = asked(&drafting, question, typed, !errors.is_empty());
    if errors.at("description").is_some() {
        drafting.draft.filing.description.clear();
    }
    let sealed = drafting.sealed()?;
    let path = format!("/{}", place.path());
    let look = drafting.visit.look(&path, &[("s", &sealed)]);
    let refused = !errors.is_empty();
    let page = QuestionPage {
        order: look.with("order", "number", drafting.order_name()),
        back: drafting.back(place, &sealed),
        action: format!("{}{path}?s={sealed}", look.base),
        look,
        title,
        hint,
        errors,
        asked,
    };
    if refused {
        drafting.visit.refuse(&page)
    } else {
        drafting.visit.show(&page)
    }
}

fn heading(drafting: &Drafting<'_>, question: Question) -> (String, String) {
    let (texts, filing) = (&drafting.visit.texts, &drafting.draft.filing);
    let page = drafting.visit.page();
    let flow = filing.flow.unwrap_or(Flow::Support);
    let needed = page.photos_needed(flow, filing.reason.as_deref());
    let asks = |step| page.asks(step, flow, filing.reason.as_deref());
    let (title, hint) = match question {
        Question::Shipment => (texts.say("shipment_title"), String::new()),
        Question::Flow => (texts.say("flow_title"), String::new()),
        Question::Reason => (texts.say("reason_title"), String::new()),
        Question::Items if asks(Step::Items) == Asks::Optional => {
            (texts.say("items_title"), texts.say("items_hint_optional"))
        }
        Question::Items => (texts.say("items_title"), texts.say("items_hint")),
        Question::Photos => match needed {
            0 => (
                texts.say("photos_title_optional"),
                texts.say("photos_hint_none"),
            ),
            1 => (texts.say("photos_title"), texts.say("photos_hint_one")),
            _ => (
                texts.say("photos_title"),
                texts.with("photos_hint_some", "needed", needed),
            ),
        },
        Question::Description if asks(Step::Description) == Asks::Required => {
            (texts.say("description_title"), String::new())
        }
        Question::Description => (
            texts.say("description_title_optional"),
            texts.say("description_hint"),
        ),
        Question::Resolution => (texts.say("resolution_title"), texts.say("resolution_hint")),
    };
    (title, hint)
}

fn asked(drafting: &Drafting<'_>, question: Question, typed: &Form, refused: bool) -> Asked {
    let (texts, page) = (&drafting.visit.texts, drafting.visit.page());
    let (filing, around) = (&drafting.draft.filing, &drafting.around);
    let choice = |name, choices, chosen: Option<&str>| Asked::Choice {
        name,
        choices,
        chosen: chosen.unwrap_or_default().to_owned(),
        earlier: Vec::new(),
        over: Vec::new(),
    };
    let reason = filing.reason.as_deref();
    match question {
        Question::Shipment => {
            let parcel = |shipment| {
                let (label, hint) = labels::shipment(texts, shipment);
                (label, hint, shipment.id.clone())
            };
            let parcels = around.shipments.iter().map(parcel);
            let parcels = parcels.map(|(label, hint, value)| Choice { value, label, hint });
            choice("shipment", parcels.collect(), filing.shipment.as_deref())
        }
        Question::Flow => flows(drafting),
        Question::Reason => {
            let own = filing
                .flow
                .into_iter()
                .flat_map(|flow| page.reasons_of(flow));
            let own = own.map(|own| Choice {
                value: own.reason.clone(),
                label: labels::reason(texts, page, own),
                hint: String::new(),
            });
            choice("reason", own.collect(), reason)
        }
        Question::Items => Asked::Items(items(drafting, typed, refused)),
        Question::Photos => Asked::Photos {
            shown: shown(drafting),
            more: filing.photos.len() < claimwire_actions::claim_page::PHOTOS,
            kinds: texts.say("photos_kinds"),
        },
        Question::Description => Asked::Description {
            text: filing.description.clone(),
            most: DESCRIPTION_CHARS,
        },
        Question::Resolution => {
            let flow = filing.flow.unwrap_or(Flow::Support);
            let offered = page.resolutions_for(flow, reason).iter();
            let mut offered: Vec<_> = offered
                .map(|name| Choice {
                    value: name.clone(),
                    label: labels::resolution(texts, name),
                    hint: String::new(),
                })
                .collect();
            if page.asks(Step::Resolution, flow, reason) == Asks::Optional {
                offered.push(Choice {
                    value: String::new(),
                    label: texts.say("resolution_none"),
                    hint: String::new(),
                });
            }
            choice("resolution", offered, filing.resolution.as_deref())
        }
    }
}

/// The flows, without those whose time is over.
fn flows(drafting: &Drafting<'_>) -> Asked {
    let (visit, around) = (&drafting.visit, &drafting.around);
    let (texts, page) = (&visit.texts, visit.page());
    let filing = &drafting.draft.filing;
    let window = around.window(page, filing.shipment.as_deref(), visit.now);
    let open = |flow: Flow| window == Window::Open || !flow.has_window();
    let choices: Vec<Choice> = page
        .flows
        .iter()
        .map(|offered| offered.flow)
        .filter(|flow| open(*flow))
        .map(|flow| Choice {
            value: flow.as_str().to_owned(),
            label: labels::flow(texts, flow),
            hint: texts.say(&format!("flow_{}_hint", flow.as_str())),
        })
        .collect();
    let mut over = Vec::new();
    if let Window::Over(until) = window {
        over.push(texts.with("window_over", "date", texts.date(&until)));
        let support = !choices.is_empty();
        over.push(texts.say(if support {
            "window_support"
        } else {
            "window_ask"
        }));
    }
    let earlier = around.claims.iter().take(5).map(|claim| Earlier {
        label: labels::claim(texts, claim),
        url: format!(
            "/{}/claim/status/{}?lang={}",
            visit.desk.shop().slug,
            visit.desk.claim_token(&claim.id),
            texts.language
        ),
        status: claim.status.as_str(),
        status_text: texts.say(&format!("status_{}", claim.status.as_str())),
    });
    Asked::Choice {
        name: "problem",
        choices,
        chosen: filing.flow.map_or("", Flow::as_str).to_owned(),
        earlier: earlier.collect(),
        over,
    }
}

fn items(drafting: &Drafting<'_>, typed: &Form, refused: bool) -> Vec<Item> {
    let (texts, filing) = (&drafting.visit.texts, &drafting.draft.filing);
    let around = &drafting.around;
    let products = around.order.products.iter().enumerate();
    let item = |(line, product): (usize, &claimwire_model::order::Product)| {
        let chosen = filing.items.iter().find(|(known, _)| *known == line);
        let quantity = match (refused, chosen) {
            (true, _) => typed.text(&format!("quantity-{line}")).to_owned(),
            (false, Some((_, quantity))) => quantity.to_string(),
            (false, None) => "1".to_owned(),
        };
        let again = around.claims_about(product).next();
        let titled = product
            .title
            .as_deref()
            .is_some_and(|title| !title.trim().is_empty());
        let sku = product.sku.as_ref().filter(|_| titled);
        Item {
            line,
            label: labels::product(texts, product, line),
            hint: sku.map_or_else(String::new, |sku| texts.with("items_sku", "sku", sku)),
            again: again.map(|claim| texts.with("items_again", "number", claim.number)),
            ordered: product.quantity.unwrap_or(1).max(1),
            ticked: chosen.is_some(),
            quantity,
        }
    };
    products.map(item).collect()
}

/// The photos that were taken in, where this server shows them.
pub(super) fn shown(drafting: &Drafting<'_>) -> Vec<Shown> {
    let ports = &drafting.visit.portal.ports;
    let photos = drafting.draft.filing.photos.iter().enumerate();
    let own = photos.filter_map(|(n, url)| {
        let name = claimwire_actions::images::own(ports, url)?;
        Some(Shown {
            number: n + 1,
            url: format!("/images/{name}"),
        })
    });
    own.collect()
}
