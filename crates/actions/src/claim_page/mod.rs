//! What a shop's customer can do on its claim page, who has no key: say which order is theirs, file a claim about it,
//! see how it stands and write messages.
//!
//! All of it goes through a [`ClaimDesk`], which is to be had of a shop whose page is on. Nothing of an order is given
//! out before [`ClaimDesk::identify`] or a link of [`links`] has shown that it is the customer's. A claim is made and a
//! message is written by the same actions as the API's, with the source `ui` and the customer's name.

mod filing;
mod identify;
mod links;
mod order;
mod receipt;
mod seal;
mod status;

pub use filing::{
    DESCRIPTION_CHARS, DUPLICATE_ITEM, Filed, Filing, HIGH_VALUE, PHOTOS, Question,
    REPEAT_CLAIMANT, Wrong, flags, questions, wrong,
};
pub use links::{ClaimLinkRequest, ClaimLinkView, create as create_link};
pub use order::{Around, Window, items_claimed};
pub use receipt::Receipt;
pub use status::MESSAGE_CHARS;

use std::sync::Arc;

use claimwire_model::claim::Customer;
use claimwire_model::session::Holder;
use claimwire_model::{ClaimPage, PerformedBy, Role, Shop, Source};
use claimwire_store::StoreError;
use claimwire_wire::trace::Trace;
use ring::hmac;

use crate::ports::Ports;
use crate::refusal::Refusal;
use crate::{Caller, Editor, InShop};

/// The `performed_by.name` of a customer without a name.
const CUSTOMER: &str = "Customer";

/// The claim page of a shop, which is on.
pub struct ClaimDesk<'a> {
    ports: &'a Ports,
    shop: Arc<Shop>,
    page: Arc<ClaimPage>,
    key: [u8; 32],
    trace: Option<Trace>,
}

impl<'a> ClaimDesk<'a> {
    /// The page of the shop of this slug. What it signs, no other shop's page takes, and none of a server with another
    /// admin key.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is no such shop or its page is off, alike; or the store's.
    pub async fn open(
        ports: &'a Ports,
        admin_key_hash: &[u8; 32],
        slug: &str,
    ) -> Result<Self, Refusal> {
        let shop = match ports.store.shop(slug).await {
            Ok(shop) => shop,
            Err(StoreError::NotFound) => return Err(closed()),
            Err(error) => return Err(error.into()),
        };
        let page = shop.claim_page.clone().filter(|page| page.enabled);
        let page = page.ok_or_else(closed)?;
        Ok(Self::of(ports, admin_key_hash, shop, page))
    }

    /// The shop's page as these settings would make it, whether it is on or not: for those who set it up.
    #[must_use]
    pub fn of(
        ports: &'a Ports,
        admin_key_hash: &[u8; 32],
        shop: Arc<Shop>,
        page: Arc<ClaimPage>,
    ) -> Self {
        let key = key(admin_key_hash, &shop);
        Self {
            ports,
            shop,
            page,
            key,
            trace: None,
        }
    }

    /// The same as a part of this trace, which what the customer does is followed by.
    #[must_use]
    pub fn traced(self, trace: Option<Trace>) -> Self {
        Self { trace, ..self }
    }

    /// The shop.
    #[must_use]
    pub fn shop(&self) -> &Arc<Shop> {
        &self.shop
    }

    /// How its page is set up.
    #[must_use]
    pub fn page(&self) -> &ClaimPage {
        &self.page
    }

    /// The customer, for the actions that need an editor.
    async fn customer(&self, name: &str) -> Result<InShop<Editor>, Refusal> {
        let holder = Holder {
            shop: Some(self.shop.no),
            role: Role::Editor,
            name: name.to_owned(),
            principal: None,
        };
        let caller = Caller::Session(Arc::new((holder, Some(Arc::clone(&self.shop)))));
        let entered = caller.enter(&*self.ports.store, &self.shop.slug).await?;
        Ok(entered.in_person().traced(self.trace.clone()))
    }
}

/// A key of the shop's page alone.
fn key(admin_key_hash: &[u8; 32], shop: &Shop) -> [u8; 32] {
    derived(admin_key_hash, &[b"claim page\0", shop.id.as_bytes()])
}

/// HMAC-SHA256 over the parts.
fn derived(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let mut context = hmac::Context::with_key(&key);
    for part in parts {
        context.update(part);
    }
    let mut derived = [0; 32];
    derived.copy_from_slice(context.sign().as_ref());
    derived
}

/// What the customer is called.
fn name(customer: Option<&Customer>) -> String {
    let part = |part: Option<&String>| part.map_or("", |part| part.trim()).to_owned();
    let names = customer.map(|customer| {
        let first = part(customer.first_name.as_ref());
        let last = part(customer.last_name.as_ref());
        format!("{first} {last}").trim().to_owned()
    });
    names
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| CUSTOMER.to_owned())
}

/// Who files a claim: someone of the shop for the customer, or the customer.
fn filed_by(by: Option<&str>, customer: Option<&Customer>) -> String {
    by.map_or_else(|| name(customer), str::to_owned)
}

fn performed_by(name: String) -> PerformedBy {
    PerformedBy {
        source: Source::Ui,
        user_id: None,
        name: Some(name),
        trace: None,
    }
}

fn closed() -> Refusal {
    Refusal::NotFound {
        key: "shop_not_found",
        what: "claim page of this shop".to_owned(),
    }
}

#[cfg(test)]
mod tests;
