//! What flows, reasons, wishes and items are called on the page.

use claimwire_actions::claim_page::Filing;
use claimwire_model::ClaimPage;
use claimwire_model::claim::Claim;
use claimwire_model::claim_page::{Flow, OwnReason};
use claimwire_model::order::Product;
use claimwire_model::shipment::{Shipment, ShipmentState};

use super::texts::{Texts, put};

pub(super) fn flow(texts: &Texts, flow: Flow) -> String {
    texts.say(&format!("flow_{}", flow.as_str()))
}

pub(super) fn reason(texts: &Texts, page: &ClaimPage, own: &OwnReason) -> String {
    let languages = [texts.language.as_str(), page.language.as_str(), "en"];
    let labels = languages.iter().filter_map(|code| own.labels.get(*code));
    let any = own.labels.values();
    labels.chain(any).next().unwrap_or(&own.reason).clone()
}

/// As the shop's or our texts call it, else its own name as words.
pub(super) fn resolution(texts: &Texts, name: &str) -> String {
    let known = texts.find(&format!("resolution_{name}"));
    known.map_or_else(|| words(name), str::to_owned)
}

fn words(name: &str) -> String {
    let text = name.replace(['_', '-'], " ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

pub(super) fn product(texts: &Texts, product: &Product, line: usize) -> String {
    let title = product.title.as_deref().map(str::trim);
    let title = title.filter(|title| !title.is_empty());
    match (title, &product.sku) {
        (Some(title), _) => title.to_owned(),
        (None, Some(sku)) => texts.with("items_sku", "sku", sku),
        (None, None) => texts.with("items_unnamed", "number", line + 1),
    }
}

/// A parcel's name, and where it is.
pub(super) fn shipment(texts: &Texts, shipment: &Shipment) -> (String, String) {
    let number = shipment.tracking_number.as_deref().unwrap_or(&shipment.id);
    let name = texts.with("shipment_parcel", "number", number);
    let delivered = shipment
        .events
        .iter()
        .rev()
        .find(|event| event.phase == "delivered");
    let place = match (delivered, shipment.state) {
        (Some(event), _) => texts.with("shipment_delivered", "date", texts.date(&event.event_time)),
        (None, ShipmentState::Fulfilled) => texts.say("shipment_on_its_way"),
        (None, ShipmentState::Draft) => texts.say("shipment_not_sent"),
    };
    (name, place)
}

/// An earlier claim: its number and day.
pub(super) fn claim(texts: &Texts, claim: &Claim) -> String {
    let text = texts.with("flow_claim", "number", claim.number);
    put(&text, "date", &texts.date(&claim.created_at))
}

/// The own reason that was chosen.
pub(super) fn chosen_reason(texts: &Texts, page: &ClaimPage, filing: &Filing) -> Option<String> {
    let own = page.own_reason(filing.flow?, filing.reason.as_deref())?;
    Some(reason(texts, page, own))
}
