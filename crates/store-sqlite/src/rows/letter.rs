//! Letters that are to be mailed, sealed.

use claimwire_model::ShopNo;
use claimwire_store::outbox::NewLetter;
use claimwire_store::vault::place;
use rusqlite::params;

use crate::error::Result;
use crate::work::Work;

/// `shop`: none for the operators.
pub(crate) fn insert(work: &mut Work, shop: Option<ShopNo>, letter: &NewLetter) -> Result<()> {
    let no = work.next_number(letter.at);
    let sealed = work
        .shared
        .vault
        .seal(&place::letter(no), &letter.content)?;
    let (shop, at) = (shop.map_or(0, |shop| shop.0), letter.at.as_millis());
    work.conn
        .prepare_cached(
            "INSERT INTO letters (no, shop, at, letter, tries, due_at) VALUES (?1, ?2, ?3, ?4, 0, ?3)",
        )?
        .execute(params![no, shop, at, sealed])?;
    Ok(())
}
