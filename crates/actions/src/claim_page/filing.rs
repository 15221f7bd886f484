//! A claim as a customer files it: what they are asked, what of their answers cannot be, and the claim that it makes.
//!
//! The page asks one thing after another and keeps the answers; none of them is believed at the end. [`wrong`] looks at
//! all of them anew, with the order as it is then.

use std::collections::BTreeSet;

use claimwire_model::claim::{Claim, ClaimFields, SelectedItem};
use claimwire_model::claim_page::{Asks, Flow, Step};
use claimwire_model::order::Product;
use claimwire_model::{ClaimPage, Timestamp};
use claimwire_store::directory::Once;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::order::{Around, Window, items_claimed};
use super::receipt::Receipt;
use super::{ClaimDesk, filed_by, performed_by};
use crate::idempotency::IdempotencyKey;
use crate::images::{self, Photo};
use crate::kept::Kept;
use crate::refusal::Refusal;
use crate::write::create_with_letters;

/// Photos of one claim.
pub const PHOTOS: usize = 8;
/// Characters of a description.
pub const DESCRIPTION_CHARS: usize = 1_000;
/// A label that tells the shop to look twice: the items are worth much.
pub const HIGH_VALUE: &str = "high-value";
/// The same: the customer has filed several claims lately.
pub const REPEAT_CLAIMANT: &str = "repeat-claimant";
/// The same: one of the items was claimed before.
pub const DUPLICATE_ITEM: &str = "duplicate-item";
/// Claims that customers can file about one order.
const OF_ONE_ORDER: usize = 20;

/// What a customer answered so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filing {
    /// Filed twice under the same key it is one claim.
    pub key: Uuid,
    /// The order that was shown to be theirs.
    pub order_number: String,
    /// Which parcel.
    pub shipment: Option<String>,
    /// What kind of trouble.
    pub flow: Option<Flow>,
    /// Which of the shop's own reasons.
    pub reason: Option<String>,
    /// Which lines of the order, by place, and how many of each.
    pub items: Vec<(usize, u32)>,
    /// URLs of the photos that were taken in.
    pub photos: Vec<String>,
    /// In their words.
    pub description: String,
    /// What they wish for.
    pub resolution: Option<String>,
    /// The language that they read.
    pub language: String,
    /// Who of the shop files it for them, by name; none: they do.
    pub by: Option<String>,
}

/// What a customer is asked, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Question {
    /// Which parcel.
    Shipment,
    /// What kind of trouble.
    Flow,
    /// Which of the shop's own reasons.
    Reason,
    /// Which items, and how many.
    Items,
    /// Photos.
    Photos,
    /// In their own words.
    Description,
    /// What should be done.
    Resolution,
}

/// Why an answer cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Nothing was chosen, or what is not there.
    NotChosen,
    /// The time for it is over.
    TooLate(Timestamp),
    /// More of a line than were ordered, or none.
    Quantity {
        /// Its place.
        line: usize,
        /// How many were ordered.
        ordered: u32,
    },
    /// Fewer photos than are needed.
    PhotosNeeded(usize),
    /// More photos than are taken.
    PhotosTooMany,
    /// Nothing was written.
    NotWritten,
    /// Too much was written.
    TooLong,
    /// The order has as many claims as it can have.
    TooManyClaims,
}

/// What this customer is asked, with what was answered so far.
#[must_use]
pub fn questions(page: &ClaimPage, around: &Around, filing: &Filing) -> Vec<Question> {
    let mut asked = Vec::new();
    if around.shipments.len() > 1 {
        asked.push(Question::Shipment);
    }
    asked.push(Question::Flow);
    let Some(flow) = filing.flow else {
        return asked;
    };
    if page.reasons_of(flow).next().is_some() {
        asked.push(Question::Reason);
    }
    let reason = filing.reason.as_deref();
    for (step, question) in [
        (Step::Items, Question::Items),
        (Step::Photos, Question::Photos),
        (Step::Description, Question::Description),
        (Step::Resolution, Question::Resolution),
    ] {
        let any = step != Step::Items || !around.order.products.is_empty();
        if any && page.asks(step, flow, reason) != Asks::No {
            asked.push(question);
        }
    }
    asked
}

impl Filing {
    /// Without answers to what is not asked: those of a flow that was chosen before, say.
    #[must_use]
    pub fn as_asked(&self, page: &ClaimPage, around: &Around) -> Self {
        let asked = questions(page, around, self);
        let mut filing = self.clone();
        if !asked.contains(&Question::Items) {
            filing.items.clear();
        }
        if !asked.contains(&Question::Photos) {
            filing.photos.clear();
        }
        if !asked.contains(&Question::Description) {
            filing.description.clear();
        }
        if !asked.contains(&Question::Resolution) {
            filing.resolution = None;
        }
        filing
    }
}

/// How many of a line were ordered.
fn ordered(product: &Product) -> u32 {
    product.quantity.unwrap_or(1).max(1)
}

/// Why the answer to a question cannot be; none: it can.
#[must_use]
pub fn wrong(
    page: &ClaimPage,
    around: &Around,
    filing: &Filing,
    question: Question,
    now: Timestamp,
) -> Option<Wrong> {
    let reason = filing.reason.as_deref();
    let unless = |good: bool, wrong: Wrong| (!good).then_some(wrong);
    let passed = |step, flow| page.asks(step, flow, reason) != Asks::Required;
    match (question, filing.flow) {
        (Question::Shipment, _) => {
            let chosen = filing.shipment.as_deref();
            let there = chosen.is_some_and(|id| around.shipment(id).is_some());
            unless(there, Wrong::NotChosen)
        }
        (Question::Flow, Some(flow)) => wrong_flow(page, around, filing, flow, now),
        (Question::Reason, Some(flow)) => {
            let there = page.own_reason(flow, reason).is_some();
            unless(there, Wrong::NotChosen)
        }
        (Question::Items, Some(flow)) => wrong_items(around, filing, passed(Step::Items, flow)),
        (Question::Photos, Some(flow)) => {
            let needed = page.photos_needed(flow, reason);
            unless(filing.photos.len() >= needed, Wrong::PhotosNeeded(needed))
                .or_else(|| unless(filing.photos.len() <= PHOTOS, Wrong::PhotosTooMany))
        }
        (Question::Description, Some(flow)) => {
            let length = filing.description.chars().count();
            let written = !filing.description.trim().is_empty() || passed(Step::Description, flow);
            unless(written, Wrong::NotWritten)
                .or_else(|| unless(length <= DESCRIPTION_CHARS, Wrong::TooLong))
        }
        (Question::Resolution, Some(flow)) => {
            let offered = page.resolutions_for(flow, reason);
            let chosen = filing.resolution.as_ref();
            let good = match chosen {
                Some(chosen) => offered.contains(chosen),
                None => passed(Step::Resolution, flow),
            };
            unless(good, Wrong::NotChosen)
        }
        (_, None) => Some(Wrong::NotChosen),
    }
}

fn wrong_flow(
    page: &ClaimPage,
    around: &Around,
    filing: &Filing,
    flow: Flow,
    now: Timestamp,
) -> Option<Wrong> {
    if page.offered(flow).is_none() {
        return Some(Wrong::NotChosen);
    }
    if around.claims.len() >= OF_ONE_ORDER {
        return Some(Wrong::TooManyClaims);
    }
    let window = around.window(page, filing.shipment.as_deref(), now);
    match window {
        Window::Over(until) if flow.has_window() => Some(Wrong::TooLate(until)),
        Window::Over(_) | Window::Open => None,
    }
}

fn wrong_items(around: &Around, filing: &Filing, may_be_none: bool) -> Option<Wrong> {
    if filing.items.is_empty() && !may_be_none {
        return Some(Wrong::NotChosen);
    }
    let mut seen = BTreeSet::new();
    for (line, quantity) in &filing.items {
        let Some(product) = around.order.products.get(*line) else {
            return Some(Wrong::NotChosen);
        };
        let ordered = ordered(product);
        if !seen.insert(line) || *quantity == 0 || *quantity > ordered {
            return Some(Wrong::Quantity {
                line: *line,
                ordered,
            });
        }
    }
    None
}

/// The labels that tell the shop to look twice.
#[must_use]
pub fn flags(page: &ClaimPage, around: &Around, filing: &Filing) -> Vec<&'static str> {
    let mut flags = Vec::new();
    let threshold = page.value_threshold;
    if threshold.is_some_and(|threshold| value(around, filing) >= threshold as f64) {
        flags.push(HIGH_VALUE);
    }
    let before = around.claims_of_customer;
    if page
        .repeat_claims
        .is_some_and(|most| before >= usize::try_from(most).unwrap_or(usize::MAX))
    {
        flags.push(REPEAT_CLAIMANT);
    }
    if !items_claimed(around, &filing.items).is_empty() {
        flags.push(DUPLICATE_ITEM);
    }
    flags
}

/// What the items cost, or the whole order where none are named.
fn value(around: &Around, filing: &Filing) -> f64 {
    let number = |number: &Option<serde_json::Number>| {
        number
            .as_ref()
            .and_then(serde_json::Number::as_f64)
            .unwrap_or(0.0)
    };
    if filing.items.is_empty() {
        return number(&around.order.total_order_price);
    }
    let lines = filing.items.iter().filter_map(|(line, quantity)| {
        let product = around.order.products.get(*line)?;
        Some(number(&product.price) * f64::from(*quantity))
    });
    lines.sum()
}

/// What filing came to.
#[derive(Debug)]
pub enum Filed {
    /// A claim was made.
    Now(Box<Claim>),
    /// It was made before, under the same key.
    Before(Box<Claim>),
    /// Nothing: this answer cannot be.
    Wrong(Question, Wrong),
}

impl ClaimDesk<'_> {
    /// Takes in a photo for a claim about the order.
    ///
    /// # Errors
    /// When the shop has as many bytes of photos as it may, or this cannot be kept now.
    pub async fn photo(&self, photo: Photo) -> Result<String, Refusal> {
        let customer = self.customer(super::CUSTOMER).await?;
        match images::create(&customer.on(self.ports), photo, None).await? {
            Once::Now(image) => Ok(image.url),
            Once::Before(_) => Err(Refusal::Failed("a photo was taken in before".to_owned())),
        }
    }

    /// Files the claim, once for each key. What `receipt` says is mailed to the customer: kept with the claim, in one
    /// commit.
    ///
    /// # Errors
    /// When the order is gone, the shop has as many claims as it may, or the store cannot commit.
    pub async fn file(
        &self,
        filing: &Filing,
        receipt: Option<Receipt<'_>>,
    ) -> Result<Filed, Refusal> {
        let around = self.around(&filing.order_number).await?;
        let around = around.ok_or_else(super::closed)?;
        let (page, now) = (&*self.page, self.ports.now());
        let customer = around.order.customer.as_ref();
        let whose = filed_by(filing.by.as_deref(), customer);
        let entered = self.customer(&whose).await?;
        let editor = entered.on(self.ports);
        let key = IdempotencyKey {
            key: format!("claim-page:{}", filing.key),
            // Whatever was answered anew after the first time: it is sent already.
            fingerprint: super::derived(&self.key, &[b"filed\0", filing.key.as_bytes()]),
        };
        let keyed = key.answered(|claim: &Kept<Claim>| claim.json().as_bytes().to_vec());
        if let Some(before) = editor.call().earlier(Some(&keyed)).await? {
            return before_this(&before.body);
        }
        for question in questions(page, &around, filing) {
            if let Some(wrong) = wrong(page, &around, filing, question, now) {
                return Ok(Filed::Wrong(question, wrong));
            }
        }
        let fields = self.fields(&around, &filing.as_asked(page, &around))?;
        let letters = |claim: &Claim| {
            let letter = receipt.and_then(|says| self.receipt(claim, says));
            letter.into_iter().collect()
        };
        match create_with_letters(editor.call(), fields, Some(keyed), letters).await? {
            Once::Now(claim) => Ok(Filed::Now(Box::new(claim.value()?))),
            Once::Before(answered) => before_this(&answered.body),
        }
    }

    fn fields(&self, around: &Around, filing: &Filing) -> Result<ClaimFields, Refusal> {
        let page = &*self.page;
        let flow = filing.flow.unwrap_or(Flow::Support);
        let own = page.own_reason(flow, filing.reason.as_deref());
        let reason = own.map_or_else(|| flow.reason().to_owned(), |own| own.reason.clone());
        let only = match around.shipments.as_slice() {
            [only] => Some(only.id.clone()),
            _ => None,
        };
        let custom = serde_json::json!({"claim_page": {"flow": flow, "language": filing.language}});
        let custom = serde_json::from_value(custom);
        Ok(ClaimFields {
            r#type: Some(flow.as_str().to_owned()),
            reason: Some(reason),
            resolution_preference: filing.resolution.clone(),
            description: Some(filing.description.trim().to_owned()).filter(|d| !d.is_empty()),
            selected_items: selected(around, &filing.items),
            image_urls: filing.photos.clone(),
            labels: flags(page, around, filing)
                .into_iter()
                .map(str::to_owned)
                .collect(),
            customer: around.order.customer.clone(),
            order_number: Some(filing.order_number.clone()),
            shipment_id: filing.shipment.clone().or(only),
            custom: custom.map_err(|error| Refusal::Failed(error.to_string()))?,
            performed_by: Some(performed_by(filed_by(
                filing.by.as_deref(),
                around.order.customer.as_ref(),
            ))),
            ..ClaimFields::default()
        })
    }
}

fn before_this(body: &[u8]) -> Result<Filed, Refusal> {
    let claim = serde_json::from_slice(body);
    let claim = claim.map_err(|error| Refusal::Failed(error.to_string()))?;
    Ok(Filed::Before(Box::new(claim)))
}

fn selected(around: &Around, items: &[(usize, u32)]) -> Vec<SelectedItem> {
    let line = |(line, quantity): &(usize, u32)| {
        let product = around.order.products.get(*line)?;
        Some(SelectedItem {
            sku: product.sku.clone(),
            title: product.title.clone(),
            quantity: *quantity,
            net_price: product.price.clone(),
            image_urls: Vec::new(),
        })
    };
    items.iter().filter_map(line).collect()
}
