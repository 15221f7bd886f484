//! The page as settings that are not saved yet would make it, with an order that stands in for a customer's. Nothing on it
//! can be pressed, and nothing is made.

use std::sync::Arc;

use claimwire_actions::Refusal;
use claimwire_actions::claim_page::{Around, ClaimDesk, Question};
use claimwire_model::claim_page::{Asks, Flow, Step};
use claimwire_model::{ClaimPage, Shop};
use http::request::Parts;

use super::draft::Draft;
use super::visit::{Drafting, Visit};
use super::{ask, review, start};
use crate::failure::{Failure, Reply};
use crate::form::{Errors, Form};
use crate::state::PortalState;

/// Which pages can be looked at: their names, and what they are called.
pub(crate) const PAGES: [(&str, &str); 5] = [
    ("start", "Order number"),
    ("problem", "Problem"),
    ("items", "Items"),
    ("photos", "Photos"),
    ("review", "Review"),
];

const ORDER: &str = r##"{"order_number": "1001", "order_name": "#1001", "customer": {"email": "mia@example.net", "first_name": "Mia"},
    "address": {"zip": "10115"}, "discounts": [], "segments": [], "custom": {}, "total_order_price": 108,
    "products": [{"sku": "MUG-BLUE", "title": "Blue mug", "quantity": 2, "price": 12.5}, {"sku": "POT-1", "title": "Tea pot", "quantity": 1, "price": 83}],
    "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}"##;

/// One of [`PAGES`] by its name. `stylesheet` is where the unsaved colour is.
pub(crate) fn show(
    portal: &Arc<PortalState>,
    shop: Arc<Shop>,
    settings: ClaimPage,
    parts: &Parts,
    name: &str,
    stylesheet: String,
) -> Reply {
    let settings = Arc::new(settings);
    let (ports, key) = (&portal.ports, &portal.admin_key_hash);
    let desk = ClaimDesk::of(ports, key, shop, Arc::clone(&settings));
    let mut visit = Visit::at(portal, desk, parts);
    visit.stylesheet = Some(stylesheet);
    let question = match name {
        "problem" => Question::Flow,
        "items" => Question::Items,
        "photos" => Question::Photos,
        "review" => Question::Resolution,
        _ => return start::page(&visit, Form::default(), Errors::default(), None),
    };
    let order = serde_json::from_str(ORDER);
    let mut order: claimwire_model::order::Order =
        order.map_err(|error| Failure::from(Refusal::Failed(error.to_string())))?;
    order.order_placed_at = Some(visit.now);
    let mut draft = Draft::begun("1001".to_owned(), &visit.texts.language, visit.now);
    let filing = &mut draft.filing;
    if question != Question::Flow {
        let with_photos = settings.flows.iter().map(|offered| offered.flow);
        let any = with_photos.clone().next().unwrap_or(Flow::Defective);
        let flow = with_photos
            .into_iter()
            .find(|flow| settings.asks(Step::Photos, *flow, None) != Asks::No);
        let flow = flow.unwrap_or(any);
        let own = settings.reasons_of(flow).next();
        filing.reason = own.map(|own| own.reason.clone());
        let wishes = settings.resolutions_for(flow, filing.reason.as_deref());
        filing.resolution = wishes.first().cloned();
        filing.flow = Some(flow);
        filing.items = vec![(0, 1)];
    }
    let around = Around {
        order,
        shipments: Vec::new(),
        claims: Vec::new(),
        claims_of_customer: 0,
    };
    let drafting = Drafting {
        visit,
        draft,
        around,
    };
    match name {
        "review" => review::page(drafting, None),
        _ => ask::page(drafting, question, Errors::default(), &Form::default()),
    }
}
