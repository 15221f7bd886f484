//! A letter, sealed for its row.

use claimwire_model::ShopNo;
use claimwire_store::StoreResult;
use claimwire_store::outbox::NewLetter;
use claimwire_store::vault::place;

use crate::shared::Shared;

/// A letter as its row has it.
pub(crate) struct Sealed {
    pub(crate) no: i64,
    pub(crate) shop: i64,
    pub(crate) at: i64,
    pub(crate) letter: Vec<u8>,
}

impl Sealed {
    /// `shop`: none for the operators.
    pub(crate) fn of(
        shared: &Shared,
        shop: Option<ShopNo>,
        letter: &NewLetter,
    ) -> StoreResult<Self> {
        let no = shared.next_number(letter.at);
        Ok(Self {
            no,
            shop: shop.map_or(0, |shop| shop.0),
            at: letter.at.as_millis(),
            letter: shared.vault.seal(&place::letter(no), &letter.content)?,
        })
    }
}

/// Keeps one.
pub(crate) const INSERT: &str =
    "INSERT INTO letters (no, shop, at, letter, tries, due_at) VALUES ($1, $2, $3, $4, 0, $3)";
