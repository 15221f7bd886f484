//! Dialects that an operator describes in files (contract section 5, "Your own"): the wire form of each.
//!
//! A file is read and checked whole before anything is set: what is set encodes the samples of all events that it
//! names, and signs as its own vectors say.

mod check;
mod encode;
mod file;
mod form;
mod signature;
#[cfg(test)]
mod tests;
mod vector;

use std::sync::OnceLock;

use claimwire_model::Timestamp;
use claimwire_model::dialect::{AlreadySet, Described, Own};
use claimwire_model::webhook::Secrets;

use crate::active_secrets::Signed;
use crate::verification::{Unverified, Window};

pub(crate) use encode::encode;
pub use file::{Wrong, read};
use form::Form;

static FORMS: OnceLock<Vec<Form>> = OnceLock::new();

/// A dialect's file, read and checked.
pub struct OwnDialect {
    name: String,
    described: Described,
    form: Form,
}

impl OwnDialect {
    /// `order-protection`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its event names, retry table and the like.
    #[must_use]
    pub fn described(&self) -> &Described {
        &self.described
    }
}

/// Makes them dialects like the built-in ones, for as long as the process lives. To be called once, before
/// anything is read that names one.
///
/// # Errors
/// It was called before.
pub fn set(all: Vec<OwnDialect>) -> Result<(), AlreadySet> {
    let (described, forms) = all
        .into_iter()
        .map(|own| ((own.name, own.described), own.form))
        .unzip();
    FORMS.set(forms).map_err(|_| AlreadySet)?;
    Own::set(described)
}

/// None: no file describes it.
fn form(own: &Own) -> Option<&'static Form> {
    FORMS.get()?.get(own.place())
}

/// Signs with every secret that is good at `now`.
pub(crate) fn sign(
    own: &Own,
    secrets: &Secrets,
    event_id: &str,
    body: &[u8],
    now: Timestamp,
) -> Signed {
    let form = form(own);
    form.map_or_else(Vec::new, |form| {
        form.signature.sign(secrets, event_id, body, now)
    })
}

pub(crate) fn verify(
    own: &Own,
    secret: &str,
    headers: &[(String, String)],
    body: &[u8],
    window: Window,
) -> Result<(), Unverified> {
    match form(own) {
        Some(form) => form.signature.verify(secret, headers, body, window),
        None => Err(Unverified::MalformedSecret("no file describes its dialect")),
    }
}

/// Whether this header of the dialect's shows the secret itself.
pub(crate) fn shows_secret(own: &Own, header: &str) -> bool {
    form(own).is_some_and(|form| form.signature.shows_secret(header))
}

/// Whether the dialect sets this header, so that no webhook's own may.
#[must_use]
pub fn takes_header(own: &Own, lower_case: &str) -> bool {
    form(own).is_some_and(|form| {
        let mut headers = form.headers.iter().map(|(name, _)| &**name);
        headers.any(|name| name.eq_ignore_ascii_case(lower_case))
            || form.signature.has_header(lower_case)
    })
}
